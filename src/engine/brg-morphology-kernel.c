#include "engine/brg-morphology-kernel.h"

#include "engine/brg-lanes.h"

/* Dilates or erodes the united row by one voxel along i. */
BRG_LANES_INLINE void
widen (BrgSweepRow *row, size_t n_words, bool erode)
{
  const uint64_t *from = row->united;
  uint64_t *to = row->next;

  for (size_t w = 0; w < n_words; w += 4)
    {
      BrgLanes here = brg_lanes_load (from + w);
      BrgLanes left = here << 1 | brg_lanes_load (from + w - 1) >> 63;
      BrgLanes right = here >> 1 | brg_lanes_load (from + w + 1) << 63;
      brg_lanes_store (to + w, erode ? here & left & right : here | left | right);
    }
  row->next = row->united;
  row->united = to;
}

/* Unites the first `n` of the groups of four words at at[0], at[1], at[2], a constant each. */
BRG_LANES_INLINE void
unite_lanes (const BrgSweepRow *row,
             size_t begin,
             size_t end,
             uint64_t *to,
             const size_t at[3],
             int n,
             bool erode)
{
  BrgLanes lanes[3];

  for (int g = 0; g < n; g++)
    lanes[g] = brg_lanes_load (to + at[g]);
  for (size_t r = begin; r < end; r++)
    {
      const uint64_t *from = row->words + (row->centre + row->offsets[r]);
      for (int g = 0; g < n; g++)
        {
          BrgLanes x = brg_lanes_load (from + at[g]);
          lanes[g] = erode ? lanes[g] & x : lanes[g] | x;
        }
    }
  for (int g = 0; g < n; g++)
    brg_lanes_store (to + at[g], lanes[g]);
}

static void
unite_words (const BrgSweepRow *row,
             size_t begin,
             size_t end,
             uint64_t *to,
             size_t n_words,
             bool erode)
{
  for (size_t r = begin; r < end; r++)
    {
      const uint64_t *from = row->words + (row->centre + row->offsets[r]);
      for (size_t w = 0; w < n_words; w++)
        to[w] = erode ? to[w] & from[w] : to[w] | from[w];
    }
}

/* The last group of a row begins four words before its end: a word may be united twice. */
BRG_LANES_INLINE void
unite (const BrgSweepRow *row, int half, const BrgSweepShape *shape, bool erode)
{
  size_t begin = half > 0 ? row->ends[half - 1] : 0, end = row->ends[half];
  size_t n = shape->from_words, w = 0;
  uint64_t *to = row->united + shape->from_at;

  if (begin == end)
    return;
  if (n < 4)
    {
      unite_words (row, begin, end, to, n, erode);
      return;
    }
  for (; n - w > 12; w += 12)
    unite_lanes (row, begin, end, to, (size_t[]){ w, w + 4, w + 8 }, 3, erode);
  if (n - w > 8)
    unite_lanes (row, begin, end, to, (size_t[]){ w, w + 4, n - 4 }, 3, erode);
  else if (n - w > 4)
    unite_lanes (row, begin, end, to, (size_t[]){ w, n - 4, 0 }, 2, erode);
  else
    unite_lanes (row, begin, end, to, (size_t[]){ n - 4, 0, 0 }, 1, erode);
}

/* `n_words` with the zeros that follow up to a multiple of four. */
BRG_LANES_INLINE bool
is_empty (const uint64_t *row, size_t n_words)
{
  BrgLanes any = { 0 };

  for (size_t w = 0; w < n_words; w += 4)
    any |= brg_lanes_load (row + w);
  return (any[0] | any[1] | any[2] | any[3]) == 0;
}

BRG_LANES_INLINE void
sweep (BrgSweepRow *rows, int n, const BrgSweepShape *shape, bool erode)
{
  for (int half = 0; half < shape->n_halves; half++)
    {
      for (int r = 0; r < n && half > 0; r++)
        if (!rows[r].is_done)
          widen (&rows[r], shape->n_words, erode);
      for (int r = 0; r < n; r++)
        {
          if (rows[r].is_done)
            continue;
          unite (&rows[r], half, shape, erode);
          rows[r].is_done = erode && is_empty (rows[r].united, shape->n_words);
        }
    }
}

void
BRG_ISA_NAME (_brg_dilate_rows) (BrgSweepRow *rows, int n, const BrgSweepShape *shape)
{
  sweep (rows, n, shape, false);
}

void
BRG_ISA_NAME (_brg_erode_rows) (BrgSweepRow *rows, int n, const BrgSweepShape *shape)
{
  sweep (rows, n, shape, true);
}
