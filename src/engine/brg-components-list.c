#include <string.h>

#include "engine/brg-alloc.h"
#include "engine/brg-bits.h"
#include "engine/brg-components.h"
#include "engine/brg-runs.h"

typedef struct
{
  BrgRuns runs;
  size_t *sizes, *firsts; /* of each component */
  uint32_t *ranked;       /* components, the best first */
  uint32_t *rank;         /* of each component: its place there, or UINT32_MAX */
  uint32_t n_ranked;
} Ranking;

static void
clear (Ranking *r)
{
  brg_runs_clear (&r->runs);
  brg_free (r->sizes);
  brg_free (r->firsts);
  brg_free (r->ranked);
  brg_free (r->rank);
}

static bool
is_before (const Ranking *r, uint32_t a, uint32_t b)
{
  return r->sizes[a] != r->sizes[b] ? r->sizes[a] > r->sizes[b] : r->firsts[a] < r->firsts[b];
}

/* Puts a component in its place among at most `max`; the last may fall out. */
static void
insert (Ranking *r, uint32_t component, uint32_t max)
{
  uint32_t lo = 0, hi = r->n_ranked;

  while (lo < hi)
    {
      uint32_t middle = lo + (hi - lo) / 2;
      if (is_before (r, component, r->ranked[middle]))
        hi = middle;
      else
        lo = middle + 1;
    }
  if (lo == max)
    return;
  if (r->n_ranked < max)
    r->n_ranked++;
  memmove (r->ranked + lo + 1, r->ranked + lo, (r->n_ranked - lo - 1) * sizeof *r->ranked);
  r->ranked[lo] = component;
}

static BrgStatus
rank (Ranking *r, uint32_t max, BrgJob *job, BrgError *error)
{
  uint32_t n = r->runs.n_components;
  BrgStatus status = BRG_OK;

  r->ranked = brg_alloc_in (brg_job_pool (job), max, sizeof *r->ranked, error);
  r->rank = brg_alloc_in (brg_job_pool (job), n, sizeof *r->rank, error);
  if (r->ranked == NULL || r->rank == NULL)
    return BRG_NO_MEMORY;
  for (uint32_t c = 0; status == BRG_OK && c < n; c++)
    {
      insert (r, c, max);
      status = brg_runs_poll (c, job, error);
    }
  memset (r->rank, 0xff, n * sizeof *r->rank); /* UINT32_MAX */
  for (uint32_t x = 0; x < r->n_ranked; x++)
    r->rank[r->ranked[x]] = x;
  return status;
}

/* The voxels a run spans in one row. */
static BrgBox
span_in_row (const BrgRuns *runs, BrgRun run, int j, int k)
{
  const uint64_t *row = brg_mask_row (runs->mask, j, k);
  int begin = brg_bits_next (row, run.end, run.begin, true), end = run.end;

  while (end > begin && !brg_mask_get (runs->mask, end - 1, j, k))
    end--;
  return (BrgBox){ { begin, j, k }, { end, j + 1, k + 1 } };
}

static void
include_line (const Ranking *r, int plane, int place, BrgComponent *list)
{
  const BrgRuns *runs = &r->runs;
  BrgRunsLine line = brg_runs_line (runs, plane, place);
  const uint32_t *first =
    runs->line_first + (size_t) plane * (size_t) runs->n_lines + (size_t) place;

  for (uint32_t x = first[0]; x < first[1]; x++)
    {
      uint32_t rank = r->rank[runs->component[x]];
      if (rank == UINT32_MAX)
        continue;
      for (int k = line.lo[1]; k < line.hi[1]; k++)
        for (int j = line.lo[0]; j < line.hi[0]; j++)
          {
            BrgBox span = span_in_row (runs, runs->runs[x], j, k);
            list[rank].box_vox = brg_box_union (&list[rank].box_vox, &span);
          }
    }
}

static BrgStatus
describe (const Ranking *r, BrgComponent *list, BrgJob *job, BrgError *error)
{
  const BrgGrid *grid = &r->runs.mask->grid;
  size_t n_i = (size_t) grid->dim[0], n_j = (size_t) grid->dim[1];
  BrgStatus status = BRG_OK;

  for (uint32_t x = 0; x < r->n_ranked; x++)
    {
      size_t n_vox = r->sizes[r->ranked[x]], first = r->firsts[r->ranked[x]];
      list[x] = (BrgComponent){ .n_vox = n_vox,
                                .mm3 = (double) n_vox * brg_grid_voxel_mm3 (grid),
                                .first_vox = { (int) (first % n_i), (int) (first / n_i % n_j),
                                               (int) (first / n_i / n_j) } };
    }
  for (int plane = 0; status == BRG_OK && plane < r->runs.n_planes; plane++)
    {
      for (int l = 0; l < r->runs.n_lines; l++)
        include_line (r, plane, l, list);
      status = brg_runs_poll (0, job, error);
    }
  return status;
}

/* On failure what there is of the ranking is still to be cleared. */
static BrgStatus
make_ranking (const BrgMask *mask,
              int connectivity,
              size_t max,
              Ranking *r,
              BrgJob *job,
              BrgError *error)
{
  *r = (Ranking){ 0 };
  BrgStatus status = brg_runs_label_volume (mask, connectivity, &r->runs, job, error);

  if (status == BRG_OK)
    status = brg_runs_sizes (&r->runs, NULL, &r->sizes, job, error);
  if (status == BRG_OK)
    status = brg_runs_firsts (&r->runs, &r->firsts, job, error);
  if (status == BRG_OK)
    status =
      rank (r, max < r->runs.n_components ? (uint32_t) max : r->runs.n_components, job, error);
  return status;
}

BrgStatus
brg_components_list (const BrgMask *mask,
                     int connectivity,
                     size_t max,
                     BrgComponent **list,
                     size_t *n_list,
                     BrgJob *job,
                     BrgError *error)
{
  Ranking r;
  BrgStatus status = make_ranking (mask, connectivity, max, &r, job, error);
  BrgComponent *found = NULL;

  if (status == BRG_OK)
    found = brg_alloc (r.n_ranked, sizeof *found, error);
  if (status == BRG_OK)
    status = found != NULL ? describe (&r, found, job, error) : BRG_NO_MEMORY;
  *n_list = status == BRG_OK ? r.n_ranked : 0;
  *list = status == BRG_OK ? found : NULL;
  if (status != BRG_OK)
    brg_free (found);
  clear (&r);
  return status;
}

/* How far a step of `within_mm` may lead along each axis, in voxels. */
static void
reach_of (const BrgGrid *grid, double within_mm, double reach_vox[3])
{
  BrgVec3 zero = brg_grid_vox_from_lps (grid, brg_vec3 (0, 0, 0));
  BrgVec3 x = brg_vec3_sub (brg_grid_vox_from_lps (grid, brg_vec3 (1, 0, 0)), zero);
  BrgVec3 y = brg_vec3_sub (brg_grid_vox_from_lps (grid, brg_vec3 (0, 1, 0)), zero);
  BrgVec3 z = brg_vec3_sub (brg_grid_vox_from_lps (grid, brg_vec3 (0, 0, 1)), zero);

  reach_vox[0] = within_mm * brg_vec3_length (brg_vec3 (x.x, y.x, z.x));
  reach_vox[1] = within_mm * brg_vec3_length (brg_vec3 (x.y, y.y, z.y));
  reach_vox[2] = within_mm * brg_vec3_length (brg_vec3 (x.z, y.z, z.z));
}

/* The voxels that may lie within the distance; empty when there are none. */
static BrgBox
search_box (const BrgGrid *grid, BrgVec3 lps_mm, double within_mm)
{
  BrgVec3 centre = brg_grid_vox_from_lps (grid, lps_mm);
  const double at[3] = { centre.x, centre.y, centre.z };
  double reach_vox[3];
  BrgBox box;

  reach_of (grid, within_mm, reach_vox);
  for (int a = 0; a < 3; a++)
    {
      box.lo[a] = (int) fmin (fmax (floor (at[a] - reach_vox[a]), 0), grid->dim[a]);
      box.hi[a] = (int) fmin (fmax (ceil (at[a] + reach_vox[a]) + 1, 0), grid->dim[a]);
    }
  return box;
}

BrgStatus
brg_components_nearest (const BrgMask *mask,
                        BrgVec3 lps_mm,
                        double within_mm,
                        int vox[3],
                        BrgError *error)
{
  if (!(within_mm >= 0) || !isfinite (within_mm))
    return brg_error_set (error, BRG_INVALID, "the distance must be at least 0 mm, got %g",
                          within_mm);
  if (!isfinite (lps_mm.x) || !isfinite (lps_mm.y) || !isfinite (lps_mm.z))
    return brg_error_set (error, BRG_INVALID, "%g, %g, %g is no point", lps_mm.x, lps_mm.y,
                          lps_mm.z);
  BrgBox box = search_box (&mask->grid, lps_mm, within_mm);
  double best = within_mm;
  bool found = false;

  for (int k = box.lo[2]; k < box.hi[2]; k++)
    for (int j = box.lo[1]; j < box.hi[1]; j++)
      for (int i = brg_bits_next (brg_mask_row (mask, j, k), box.hi[0], box.lo[0], true);
           i < box.hi[0]; i = brg_bits_next (brg_mask_row (mask, j, k), box.hi[0], i + 1, true))
        {
          BrgVec3 at = brg_grid_lps_from_vox (&mask->grid, brg_vec3 (i, j, k));
          double mm = brg_vec3_length (brg_vec3_sub (at, lps_mm));
          if (found ? mm >= best : mm > best)
            continue;
          found = true;
          best = mm;
          vox[0] = i;
          vox[1] = j;
          vox[2] = k;
        }
  if (found)
    return BRG_OK;
  return brg_error_set (error, BRG_EMPTY, "no bone within %g mm of %g, %g, %g", within_mm, lps_mm.x,
                        lps_mm.y, lps_mm.z);
}
