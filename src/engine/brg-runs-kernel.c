#include "engine/brg-runs-kernel.h"

#include "engine/brg-disjoint.h"

#define INLINE static inline __attribute__ ((always_inline))

/* Up to four rows read as one. A row stands in for another that the mask has no more. */
typedef struct
{
  const uint64_t *row[4];
} Bundle;

static Bundle
bundle_of (const BrgRuns *runs, BrgRunsLine line)
{
  int last_j = line.hi[0] - 1, last_k = line.hi[1] - 1;

  return (Bundle){ { brg_mask_row (runs->mask, line.lo[0], line.lo[1]),
                     brg_mask_row (runs->mask, last_j, line.lo[1]),
                     brg_mask_row (runs->mask, line.lo[0], last_k),
                     brg_mask_row (runs->mask, last_j, last_k) } };
}

/* Word w of the first n_rows of a bundle. */
INLINE uint64_t
bundle_word (const Bundle *bundle, int n_rows, uint64_t flip, size_t w)
{
  uint64_t word = bundle->row[0][w] ^ flip;

  if (n_rows > 1)
    word |= bundle->row[1][w] ^ flip;
  if (n_rows > 2)
    word |= (bundle->row[2][w] ^ flip) | (bundle->row[3][w] ^ flip);
  return word;
}

INLINE uint64_t
count_line (const BrgRuns *runs, const Bundle *bundle, int n_rows)
{
  size_t n_words = runs->mask->row_words;
  uint64_t last_bits = brg_mask_last_word_bits (runs->mask);
  uint64_t carry = 0, n = 0;

  for (size_t w = 0; w < n_words; w++)
    {
      uint64_t word = bundle_word (bundle, n_rows, runs->flip, w);
      if (w + 1 == n_words)
        word &= last_bits;
      n += (uint64_t) __builtin_popcountll (word & ~(word << 1 | carry));
      carry = word >> 63;
    }
  return n;
}

INLINE uint64_t
count_plane (const BrgRuns *runs, int plane, int n_rows)
{
  uint64_t n = 0;

  for (int l = 0; l < runs->n_lines; l++)
    {
      Bundle bundle = bundle_of (runs, brg_runs_line (runs, plane, l));
      n += count_line (runs, &bundle, n_rows);
    }
  return n;
}

uint64_t
BRG_ISA_NAME (_brg_runs_count) (const BrgRuns *runs, int plane)
{
  switch (runs->tall * runs->deep)
    {
    case 1:
      return count_plane (runs, plane, 1);
    case 2:
      return count_plane (runs, plane, 2);
    default:
      return count_plane (runs, plane, 4);
    }
}

/* Is the face empty, full, or neither? Few are full but where unset voxels are labelled, and only
 * there it is asked. */
typedef struct
{
  uint64_t any, all;
} Content;

/* Writes a face of n_rows rows. */
INLINE Content
read_face (const BrgRuns *runs,
           const uint64_t *row_0,
           const uint64_t *row_1,
           int n_rows,
           uint64_t *face)
{
  size_t n_words = runs->mask->row_words;
  uint64_t flip = runs->flip, unused = ~brg_mask_last_word_bits (runs->mask);
  Content content = { 0, flip };

  for (size_t w = 0; w < n_words; w++)
    {
      face[w] = n_rows > 1 ? (row_0[w] ^ flip) | (row_1[w] ^ flip) : row_0[w] ^ flip;
      content.any |= face[w];
    }
  face[-1] = 0;
  face[n_words] = 0;
  if (flip == 0)
    return content;
  for (size_t w = 0; w < n_words; w++)
    content.all &= face[w];
  face[n_words - 1] &= ~unused;
  return content;
}

/* Writes the faces of a line. */
INLINE BrgRunsLive
read_faces (const BrgRuns *runs, const Bundle *bundle, int n_rows, uint64_t *const face[4])
{
  const uint64_t *const *row = bundle->row;
  Content content = read_face (runs, row[0], row[2], n_rows / 2, face[0]);

  if (n_rows > 1)
    {
      Content high = read_face (runs, row[1], row[3], n_rows / 2, face[1]);
      content.any |= high.any;
      content.all &= high.all;
    }
  if (n_rows > 2)
    {
      content.all &= read_face (runs, row[0], row[1], 2, face[2]).all;
      content.all &= read_face (runs, row[2], row[3], 2, face[3]).all;
    }
  return content.any == 0 ? BRG_RUNS_DEAD : ~content.all == 0 ? BRG_RUNS_FULL : BRG_RUNS_LIVE;
}

/* The entries of a line whose one run, x, goes from end to end. */
INLINE void
scan_full_line (const BrgRuns *runs, uint32_t x, bool extract, uint64_t *begins, uint32_t *before)
{
  for (size_t w = 0; w < runs->mask->row_words; w++)
    {
      begins[w] = w == 0;
      before[w] = w == 0 ? x : x + 1;
    }
  if (extract)
    runs->runs[x] = (BrgRun){ 0, (uint16_t) runs->mask->grid.dim[0] };
}

/* Finds and, with `extract`, lists the runs of a line, given what its two faces along j hold; `x`
 * is the number of the first. */
INLINE uint32_t
scan_line (const BrgRuns *runs,
           const uint64_t *face_0,
           const uint64_t *face_1,
           uint32_t x,
           bool extract,
           uint64_t *begins,
           uint32_t *before)
{
  size_t n_words = runs->mask->row_words;
  uint64_t carry = 0;
  uint32_t x_end = x;

  for (size_t w = 0; w < n_words; w++)
    {
      uint64_t word = face_0[w] | face_1[w];
      uint64_t shifted = word << 1 | carry, first = word & ~shifted, past = shifted & ~word;
      carry = word >> 63;
      begins[w] = first;
      before[w] = x;
      if (!extract)
        x += (uint32_t) __builtin_popcountll (first);
      for (; extract && first != 0; first &= first - 1)
        runs->runs[x++].begin = (uint16_t) (w * 64 + (size_t) __builtin_ctzll (first));
      for (; extract && past != 0; past &= past - 1)
        runs->runs[x_end++].end = (uint16_t) (w * 64 + (size_t) __builtin_ctzll (past));
    }
  if (extract && carry != 0)
    runs->runs[x_end].end = (uint16_t) runs->mask->grid.dim[0];
  return x;
}

/* Labelled voxels of a row in begin <= i < end. */
INLINE uint32_t
count_within (const uint64_t *row, uint64_t flip, BrgRun run)
{
  size_t first = run.begin / 64u, last = (run.end - 1u) / 64u;
  uint64_t head = ~UINT64_C (0) << (run.begin % 64),
           tail = ~UINT64_C (0) >> (63 - (run.end - 1) % 64);

  if (first == last)
    return (uint32_t) __builtin_popcountll ((row[first] ^ flip) & head & tail);
  int n = __builtin_popcountll ((row[first] ^ flip) & head) +
          __builtin_popcountll ((row[last] ^ flip) & tail);
  for (size_t w = first + 1; w < last; w++)
    n += __builtin_popcountll (row[w] ^ flip);
  return (uint32_t) n;
}

static uint32_t
count_voxels (const BrgRuns *runs, BrgRunsLine line, uint32_t x)
{
  uint32_t n = 0;

  for (int k = line.lo[1]; k < line.hi[1]; k++)
    for (int j = line.lo[0]; j < line.hi[0]; j++)
      n += count_within (brg_mask_row (runs->mask, j, k), runs->flip, runs->runs[x]);
  return n;
}

void
BRG_ISA_NAME (_brg_runs_add_sizes) (const BrgRuns *runs,
                                    int plane,
                                    const uint8_t *skip,
                                    size_t *sizes)
{
  const uint32_t *first = runs->line_first + (size_t) plane * (size_t) runs->n_lines;

  for (int l = 0; l < runs->n_lines; l++)
    for (uint32_t x = first[l]; x < first[l + 1]; x++)
      {
        uint32_t c = runs->component[x];
        if (skip != NULL && skip[c] != 0)
          continue;
        if (runs->voxels != NULL)
          sizes[c] += runs->voxels[x];
        else if (runs->tall == 1)
          sizes[c] += (size_t) (runs->runs[x].end - runs->runs[x].begin);
        else
          sizes[c] += count_voxels (runs, brg_runs_line (runs, plane, l), x);
      }
}

INLINE uint64_t *
face_of (const BrgRuns *runs, const BrgRunsPlane *plane, int face, int l)
{
  return plane->face[face] + (size_t) l * (runs->mask->row_words + 2) + 1;
}

INLINE uint32_t
scan_plane (const BrgRuns *runs,
            int plane,
            uint32_t x,
            bool extract,
            BrgRunsPlane *here,
            int n_rows)
{
  here->united = false;
  for (int l = 0; l < runs->n_lines; l++)
    {
      size_t at = (size_t) l * runs->mask->row_words;
      uint32_t begin = x;
      BrgRunsLine line = brg_runs_line (runs, plane, l);
      Bundle bundle = bundle_of (runs, line);
      uint64_t *face[4];

      for (int f = 0; f < 4; f++)
        face[f] = face_of (runs, here, f, l);
      here->live[l] = read_faces (runs, &bundle, n_rows, face);
      if (here->live[l] == BRG_RUNS_FULL)
        scan_full_line (runs, x++, extract, here->begins + at, here->before + at);
      else if (here->live[l] == BRG_RUNS_LIVE)
        x = scan_line (runs, face[0], face[1], x, extract, here->begins + at, here->before + at);
      if (extract)
        runs->line_first[(size_t) plane * (size_t) runs->n_lines + (size_t) l] = begin;
      if (extract && n_rows > 1 && runs->voxels != NULL)
        for (uint32_t y = begin; y < x; y++)
          runs->voxels[y] = count_voxels (runs, line, y);
    }
  return x;
}

uint32_t
BRG_ISA_NAME (
  _brg_runs_scan) (const BrgRuns *runs, int plane, uint32_t first, bool extract, BrgRunsPlane *here)
{
  switch (runs->tall * runs->deep)
    {
    case 1:
      return extract ? scan_plane (runs, plane, first, true, here, 1)
                     : scan_plane (runs, plane, first, false, here, 1);
    case 2:
      return scan_plane (runs, plane, first, extract, here, 2);
    default:
      return extract ? scan_plane (runs, plane, first, true, here, 4)
                     : scan_plane (runs, plane, first, false, here, 4);
    }
}

/* One of two lines that may touch: what finds its runs, and its face next to the other. */
typedef struct
{
  const uint64_t *begins;
  const uint32_t *before;
  const uint64_t *face;
} Side;

INLINE Side
side_of (const BrgRuns *runs, const BrgRunsPlane *plane, int l, int face)
{
  size_t at = (size_t) l * runs->mask->row_words;

  return (Side){ plane->begins + at, plane->before + at, face_of (runs, plane, face, l) };
}

INLINE uint32_t
run_at (const Side *side, size_t i)
{
  uint64_t up_to_i = (UINT64_C (2) << (i % 64)) - 1;

  return side->before[i / 64] + (uint32_t) __builtin_popcountll (side->begins[i / 64] & up_to_i) -
         1;
}

INLINE void
unite (const BrgRuns *runs, const Side *a, size_t i_a, const Side *b, size_t i_b)
{
  uint32_t *parent = runs->component;
  uint32_t x_a = run_at (a, i_a), x_b = run_at (b, i_b);

  if (parent[x_a] != parent[x_b])
    brg_disjoint_unite (parent, x_a, x_b);
}

/* Word w of a row moved by one voxel, so that bit i says what was at i - 1. */
INLINE uint64_t
shifted (const uint64_t *face, size_t w)
{
  return face[w] << 1 | face[w - 1] >> 63;
}

/* Bits i where runs of the two faces meet at a corner: one ends at i - 1, the other begins at i. */
INLINE uint64_t
corner_word (const uint64_t *a, const uint64_t *b, size_t w)
{
  uint64_t from_a = shifted (a, w), from_b = shifted (b, w);

  return (from_a & ~a[w] & b[w] & ~from_b) | (from_b & ~b[w] & a[w] & ~from_a);
}

/* Unites what meets at the corners. */
static void
unite_corners (const BrgRuns *runs, const Side *a, const Side *b, const uint64_t *corners)
{
  for (size_t w = 0; w < runs->mask->row_words; w++)
    for (uint64_t bits = corners[w]; bits != 0; bits &= bits - 1)
      {
        size_t i = w * 64 + (size_t) __builtin_ctzll (bits);
        bool a_begins = (a->face[w] >> (i % 64) & 1) != 0;
        unite (runs, a, a_begins ? i : i - 1, b, a_begins ? i - 1 : i);
      }
}

/* Looks for corners in the whole of two faces. */
INLINE void
find_corners (const BrgRuns *runs, const Side *a, const Side *b, uint64_t *scratch)
{
  uint64_t any = 0;

  for (size_t w = 0; w < runs->mask->row_words; w++)
    {
      scratch[w] = corner_word (a->face, b->face, w);
      any |= scratch[w];
    }
  if (any != 0)
    unite_corners (runs, a, b, scratch);
}

/* Unites the runs of two lines where they share an i, at the first of each stretch of shared
 * voxels; `touch` receives those. */
INLINE void
unite_lines (const BrgRuns *runs, const Side *a, const Side *b, uint64_t *touch)
{
  uint64_t carry = 0;

  for (size_t w = 0; w < runs->mask->row_words; w++)
    {
      uint64_t both = a->face[w] & b->face[w];
      uint64_t first = both & ~(both << 1 | carry);
      carry = both >> 63;
      touch[w] = both;
      for (; first != 0; first &= first - 1)
        {
          size_t i = w * 64 + (size_t) __builtin_ctzll (first);
          unite (runs, a, i, b, i);
        }
    }
}

/* The same, for the line l of two planes. Its runs are known to be one where, anywhere in the
 * stretch they share, the lines l - 1 touch each other, in touch[w] so far, and both of the lines
 * l. Adding these voxels to the stretch carries into the bit after its end, if there are any. */
INLINE void
unite_uncovered (const BrgRuns *runs,
                 const Side *a,
                 const Side *b,
                 const uint64_t *beside_a,
                 const uint64_t *beside_b,
                 uint64_t *touch)
{
  size_t n_words = runs->mask->row_words;
  uint64_t carry = 0, carry_covered = 0;

  for (size_t w = 0; w < n_words; w++)
    {
      uint64_t both = a->face[w] & b->face[w], sum;
      uint64_t past = (both << 1 | carry) & ~both;
      uint64_t covered = both & touch[w] & beside_a[w] & beside_b[w];
      bool over = __builtin_add_overflow (both, covered, &sum);
      over |= __builtin_add_overflow (sum, carry_covered, &sum);
      carry_covered = over;
      carry = both >> 63;
      touch[w] = both;
      for (past &= ~sum; past != 0; past &= past - 1)
        {
          size_t i = w * 64 + (size_t) __builtin_ctzll (past) - 1;
          unite (runs, a, i, b, i);
        }
    }
  if (carry & ~carry_covered)
    unite (runs, a, n_words * 64 - 1, b, n_words * 64 - 1);
}

/* Unites two lines of one run each. */
INLINE void
unite_full_lines (const BrgRuns *runs, const Side *a, const Side *b, uint64_t *touch)
{
  unite (runs, a, 0, b, 0);
  for (size_t w = 0; w < runs->mask->row_words; w++)
    touch[w] = a->face[w];
}

INLINE void
unite_within (const BrgRuns *runs, BrgRunsPlane *here, bool corners)
{
  for (int l = 1; l < runs->n_lines; l++)
    if (here->live[l - 1] != BRG_RUNS_DEAD && here->live[l] != BRG_RUNS_DEAD)
      {
        Side a = side_of (runs, here, l - 1, 1), b = side_of (runs, here, l, 0);
        uint64_t *touch = here->beside + (size_t) l * runs->mask->row_words;
        bool full = here->live[l - 1] == BRG_RUNS_FULL && here->live[l] == BRG_RUNS_FULL;

        if (full)
          unite_full_lines (runs, &a, &b, touch);
        else
          unite_lines (runs, &a, &b, touch);
        if (corners && !full)
          find_corners (runs, &a, &b, here->scratch);
      }
}

void
BRG_ISA_NAME (_brg_runs_unite_within) (const BrgRuns *runs, int plane, BrgRunsPlane *here)
{
  (void) plane;
  here->united = true;
  unite_within (runs, here, runs->connectivity != 4 && runs->connectivity != 6);
}

INLINE void
unite_below (const BrgRuns *runs, BrgRunsPlane *here, const BrgRunsPlane *below, bool corners)
{
  size_t n_words = runs->mask->row_words;
  uint64_t *touch = here->scratch + n_words;
  bool united = here->united && below->united;
  bool before = false; /* is `touch` that of line l - 1? */

  for (int l = 0; l < runs->n_lines; l++)
    {
      Side a = side_of (runs, below, l, 3), b = side_of (runs, here, l, 2);
      bool live = here->live[l] != BRG_RUNS_DEAD && below->live[l] != BRG_RUNS_DEAD;
      bool full = here->live[l] == BRG_RUNS_FULL && below->live[l] == BRG_RUNS_FULL;
      size_t at = (size_t) l * n_words;

      if (full)
        unite_full_lines (runs, &a, &b, touch);
      else if (live && before && united)
        unite_uncovered (runs, &a, &b, below->beside + at, here->beside + at, touch);
      else if (live)
        unite_lines (runs, &a, &b, touch);
      if (live && corners && !full)
        find_corners (runs, &a, &b, here->scratch);
      before = live;
    }
}

/* Is there anything to unite between two rows, of which one lies in the slice below and next to the
 * other? Where a voxel between them, in either slice, touches both they are one by way of it.
 * Beyond the ends of a word the second row is taken for set and what is between for unset. */
INLINE bool
is_open (const BrgRuns *runs,
         const uint64_t *a,
         const uint64_t *b,
         const uint64_t *between_0,
         const uint64_t *between_1,
         bool corners)
{
  uint64_t flip = runs->flip, open = 0;

  for (size_t w = 0; w < runs->mask->row_words; w++)
    {
      uint64_t from = a[w] ^ flip, to = b[w] ^ flip;
      uint64_t between = (between_0[w] ^ flip) | (between_1[w] ^ flip);
      uint64_t meets = to & ~between;
      if (corners)
        {
          uint64_t right = (to >> 1 | UINT64_C (1) << 63) & ~(between | between >> 1);
          uint64_t left = (to << 1 | 1) & ~(between | between << 1);
          meets = (meets & ~(between << 1 | between >> 1)) | right | left;
        }
      open |= from & meets;
    }
  return open != 0;
}

/* Unites line l with line l + step, -1 or 1, of the plane below, which meet in one row each. */
INLINE void
unite_diagonal (const BrgRuns *runs,
                int plane,
                BrgRunsPlane *here,
                const BrgRunsPlane *below,
                int l,
                int step,
                bool corners)
{
  const BrgMask *m = runs->mask;
  size_t n_words = m->row_words;
  BrgRunsLine line = brg_runs_line (runs, plane, l);
  int j = step < 0 ? line.lo[0] : line.hi[0] - 1, k = line.lo[1];
  const uint64_t *row_a = brg_mask_row (m, j + step, k - 1), *row_b = brg_mask_row (m, j, k);

  if (here->live[l] == BRG_RUNS_DEAD || below->live[l + step] == BRG_RUNS_DEAD ||
      here->live[l + step] == BRG_RUNS_FULL || below->live[l] == BRG_RUNS_FULL ||
      !is_open (runs, row_a, row_b, brg_mask_row (m, j, k - 1), brg_mask_row (m, j + step, k),
                corners))
    return;
  uint64_t *face_a = here->scratch + n_words + 1, *face_b = face_a + n_words + 2;
  Side a = side_of (runs, below, l + step, 0), b = side_of (runs, here, l, 0);
  read_face (runs, row_a, row_a, 1, face_a);
  read_face (runs, row_b, row_b, 1, face_b);
  a.face = face_a;
  b.face = face_b;
  unite_lines (runs, &a, &b, here->scratch);
  if (corners)
    find_corners (runs, &a, &b, here->scratch);
}

INLINE void
unite_diagonally (const BrgRuns *runs,
                  int plane,
                  BrgRunsPlane *here,
                  const BrgRunsPlane *below,
                  bool corners)
{
  for (int l = 0; l < runs->n_lines; l++)
    {
      if (l > 0)
        unite_diagonal (runs, plane, here, below, l, -1, corners);
      if (l + 1 < runs->n_lines)
        unite_diagonal (runs, plane, here, below, l, 1, corners);
    }
}

void
BRG_ISA_NAME (_brg_runs_unite_across) (const BrgRuns *runs,
                                       int plane,
                                       BrgRunsPlane *here,
                                       const BrgRunsPlane *below)
{
  unite_below (runs, here, below, runs->connectivity != 6);
  if (runs->connectivity == 18)
    unite_diagonally (runs, plane, here, below, false);
  else if (runs->connectivity == 26)
    unite_diagonally (runs, plane, here, below, true);
}
