#include "engine/brg-runs.h"

#include "engine/brg-alloc.h"
#include "engine/brg-bits.h"
#include "engine/brg-job-part.h"
#include "engine/brg-parallel.h"

#define SLAB_SLICES 16

typedef struct
{
  const BrgMask *mask;
  uint64_t flip; /* all ones to label the unset voxels */
  int connectivity;
  BrgRuns *runs;
} Labelling;

/* How far runs of two neighbouring rows may be apart along i and still touch: 0 when they must
 * overlap, 1 when they may meet at a corner, -1 when rows so placed are no neighbours. */
typedef struct
{
  int beside;   /* (j - 1, k) */
  int below;    /* (j, k - 1) */
  int diagonal; /* (j -+ 1, k - 1) */
} Reach;

static Reach
reach_of (int connectivity)
{
  switch (connectivity)
    {
    case 4:
      return (Reach){ 0, -1, -1 };
    case 8:
      return (Reach){ 1, -1, -1 };
    case 6:
      return (Reach){ 0, 0, -1 };
    case 18:
      return (Reach){ 1, 1, 0 };
    default:
      return (Reach){ 1, 1, 1 };
    }
}

static uint64_t
row_word (const Labelling *l, const uint64_t *row, size_t w)
{
  uint64_t word = row[w] ^ l->flip;

  return w + 1 == l->mask->row_words ? word & brg_mask_last_word_bits (l->mask) : word;
}

static uint32_t
count_runs (const Labelling *l, const uint64_t *row)
{
  uint64_t previous = 0;
  uint32_t n = 0;

  for (size_t w = 0; w < l->mask->row_words; w++)
    {
      uint64_t word = row_word (l, row, w);
      uint64_t begins = word & ~(word << 1 | previous >> 63);
      if (begins != 0)
        n += (uint32_t) __builtin_popcountll (begins);
      previous = word;
    }
  return n;
}

/* Every bit that differs from the one before it begins or ends a run. */
static void
extract_runs (const Labelling *l, const uint64_t *row, BrgRun *run)
{
  uint64_t previous = 0;
  bool inside = false;

  for (size_t w = 0; w < l->mask->row_words; w++)
    {
      uint64_t word = row_word (l, row, w);
      uint64_t edges = word ^ (word << 1 | previous >> 63);
      for (; edges != 0; edges &= edges - 1)
        {
          uint16_t i = (uint16_t) (w * 64 + (size_t) __builtin_ctzll (edges));
          if (inside)
            (run++)->end = i;
          else
            run->begin = i;
          inside = !inside;
        }
      previous = word;
    }
  if (inside)
    run->end = (uint16_t) l->mask->grid.dim[0];
}

static uint32_t
find_root (uint32_t *parent, uint32_t x)
{
  while (parent[x] != x)
    {
      parent[x] = parent[parent[x]];
      x = parent[x];
    }
  return x;
}

/* The lower root wins, so a root is the first run of its component whatever the order of unions. */
static void
unite (uint32_t *parent, uint32_t a, uint32_t b)
{
  if (parent[a] == parent[b])
    return;
  a = find_root (parent, a);
  b = find_root (parent, b);
  if (a < b)
    parent[b] = a;
  else
    parent[a] = b;
}

static void
unite_rows (BrgRuns *runs, size_t row_a, size_t row_b, int reach)
{
  uint32_t a = runs->row_first[row_a], a_end = runs->row_first[row_a + 1];
  uint32_t b = runs->row_first[row_b], b_end = runs->row_first[row_b + 1];

  while (a < a_end && b < b_end)
    {
      BrgRun run_a = runs->runs[a], run_b = runs->runs[b];
      if (run_a.begin < run_b.end + reach && run_b.begin < run_a.end + reach)
        unite (runs->component, a, b);
      if (run_a.end < run_b.end)
        a++;
      else
        b++;
    }
}

static void
unite_within_slice (const Labelling *l, int k)
{
  Reach reach = reach_of (l->connectivity);
  size_t row = (size_t) k * (size_t) l->runs->dim[1];

  for (int j = 1; j < l->runs->dim[1]; j++)
    unite_rows (l->runs, row + (size_t) j - 1, row + (size_t) j, reach.beside);
}

/* Unites slice k with slice k - 1. */
static void
unite_slices (const Labelling *l, int k)
{
  Reach reach = reach_of (l->connectivity);
  size_t n_rows = (size_t) l->runs->dim[1];
  size_t here = (size_t) k * n_rows, below = here - n_rows;

  if (reach.below < 0)
    return;
  for (size_t j = 0; j < n_rows; j++)
    {
      unite_rows (l->runs, below + j, here + j, reach.below);
      if (reach.diagonal >= 0 && j > 0)
        unite_rows (l->runs, below + j - 1, here + j, reach.diagonal);
      if (reach.diagonal >= 0 && j + 1 < n_rows)
        unite_rows (l->runs, below + j + 1, here + j, reach.diagonal);
    }
}

static BrgStatus
count_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Labelling *l = data;
  uint32_t *counts = l->runs->row_first + 1 + (size_t) begin * (size_t) l->runs->dim[1];

  (void) slab;
  (void) error;
  for (int k = begin; k < end; k++)
    for (int j = 0; j < l->runs->dim[1]; j++)
      *counts++ = count_runs (l, brg_mask_row (l->mask, j, k));
  return BRG_OK;
}

static BrgStatus
label_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Labelling *l = data;
  BrgRuns *runs = l->runs;
  size_t n_rows = (size_t) runs->dim[1];

  (void) slab;
  (void) error;
  for (uint32_t x = runs->row_first[(size_t) begin * n_rows];
       x < runs->row_first[(size_t) end * n_rows]; x++)
    runs->component[x] = x;
  for (int k = begin; k < end; k++)
    {
      const uint32_t *first = runs->row_first + (size_t) k * n_rows;
      for (int j = 0; j < runs->dim[1]; j++)
        extract_runs (l, brg_mask_row (l->mask, j, k), runs->runs + first[j]);
      unite_within_slice (l, k);
      if (k > begin)
        unite_slices (l, k);
    }
  return BRG_OK;
}

/* Turns counts per row into offsets and allocates the run table. */
static BrgStatus
allocate_runs (BrgRuns *runs, BrgError *error)
{
  size_t n_rows = (size_t) runs->dim[1] * (size_t) runs->dim[2];
  uint64_t n = 0;

  runs->row_first[0] = 0;
  for (size_t r = 1; r <= n_rows; r++)
    {
      n += runs->row_first[r];
      runs->row_first[r] = (uint32_t) n;
    }
  if (n >= UINT32_MAX)
    return brg_error_set (error, BRG_NO_MEMORY, "%llu runs of voxels are too many to label",
                          (unsigned long long) n);
  runs->n_runs = (uint32_t) n;
  runs->runs = brg_alloc (runs->n_runs, sizeof *runs->runs, error);
  if (runs->runs != NULL)
    runs->component = brg_alloc (runs->n_runs, sizeof *runs->component, error);
  return runs->component != NULL ? BRG_OK : BRG_NO_MEMORY;
}

/* Replaces parents by component numbers; a parent precedes its runs, so one pass does. */
static void
number_components (BrgRuns *runs)
{
  for (uint32_t x = 0; x < runs->n_runs; x++)
    {
      uint32_t parent = runs->component[x];
      runs->component[x] = parent == x ? runs->n_components++ : runs->component[parent];
    }
}

static BrgStatus
label (const Labelling *l, BrgJob *job, BrgError *error)
{
  BrgRuns *runs = l->runs;
  size_t n_rows = (size_t) runs->dim[1] * (size_t) runs->dim[2];
  BrgJobPart parts = brg_job_parts (job);
  BrgStatus status;

  runs->row_first = brg_alloc (n_rows + 1, sizeof *runs->row_first, error);
  if (runs->row_first == NULL)
    return BRG_NO_MEMORY;
  brg_job_part (&parts, 0, 0.2);
  status = brg_parallel_slabs (runs->dim[2], SLAB_SLICES, count_slab, (void *) l, job, error);
  if (status == BRG_OK)
    status = allocate_runs (runs, error);
  brg_job_part (&parts, 0.2, 1);
  if (status == BRG_OK)
    status = brg_parallel_slabs (runs->dim[2], SLAB_SLICES, label_slab, (void *) l, job, error);
  brg_job_parts_end (&parts);
  for (int k = SLAB_SLICES; status == BRG_OK && k < runs->dim[2]; k += SLAB_SLICES)
    unite_slices (l, k);
  if (status == BRG_OK)
    number_components (runs);
  return status;
}

BrgStatus
brg_runs_label (const BrgMask *mask,
                bool unset,
                int connectivity,
                BrgRuns *out,
                BrgJob *job,
                BrgError *error)
{
  Labelling l = { mask, unset ? ~UINT64_C (0) : 0, connectivity, out };

  *out = (BrgRuns){ .dim = { mask->grid.dim[0], mask->grid.dim[1], mask->grid.dim[2] } };
  BrgStatus status = label (&l, job, error);
  if (status != BRG_OK)
    brg_runs_clear (out);
  return status;
}

void
brg_runs_clear (BrgRuns *runs)
{
  brg_free (runs->row_first);
  brg_free (runs->runs);
  brg_free (runs->component);
  *runs = (BrgRuns){ 0 };
}

size_t *
brg_runs_sizes (const BrgRuns *runs, BrgError *error)
{
  size_t *sizes = brg_alloc_zero (runs->n_components, sizeof *sizes, error);

  if (sizes == NULL)
    return NULL;
  for (uint32_t x = 0; x < runs->n_runs; x++)
    sizes[runs->component[x]] += (size_t) (runs->runs[x].end - runs->runs[x].begin);
  return sizes;
}

typedef struct
{
  const BrgRuns *runs;
  const uint8_t *keep;
  BrgMask *mask;
} Painting;

static BrgStatus
paint_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Painting *p = data;
  const BrgRuns *runs = p->runs;
  const uint32_t *first = runs->row_first + (size_t) begin * (size_t) runs->dim[1];

  (void) slab;
  (void) error;
  for (int k = begin; k < end; k++)
    for (int j = 0; j < runs->dim[1]; j++, first++)
      for (uint32_t x = first[0]; x < first[1]; x++)
        if (p->keep[runs->component[x]])
          brg_bits_fill (brg_mask_row (p->mask, j, k), runs->runs[x].begin, runs->runs[x].end);
  return BRG_OK;
}

BrgStatus
brg_runs_paint (const BrgRuns *runs,
                const uint8_t *keep,
                BrgMask *mask,
                BrgJob *job,
                BrgError *error)
{
  Painting painting = { runs, keep, mask };

  return brg_parallel_slabs (runs->dim[2], SLAB_SLICES, paint_slab, &painting, job, error);
}
