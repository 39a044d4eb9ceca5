#include "engine/brg-fill.h"

#include "engine/brg-alloc.h"
#include "engine/brg-bits.h"
#include "engine/brg-job-part.h"
#include "engine/brg-parallel.h"
#include "engine/brg-runs.h"

#define ROUNDING        1e-9 /* relative; a component of exactly the limit is filled */
#define MAX_SLAB_SLICES 8
#define MAX_SLAB_VOX    ((size_t) 1 << 20) /* a slab is not interrupted */

typedef struct
{
  int connectivity; /* of the background */
  double unit;      /* mm2 or mm3 of one voxel */
  double limit;     /* in the same unit */
  const char *name; /* of the limit, for messages */
} Hole;

static bool
is_edge_row (const BrgRuns *runs, int j, int k)
{
  const int *dim = runs->mask->grid.dim;
  bool in_3d = runs->connectivity == 26;

  return j == 0 || j == dim[1] - 1 || (in_3d && (k == 0 || k == dim[2] - 1));
}

static bool
run_touches_border (const BrgRuns *runs, BrgRunsLine line, BrgRun run)
{
  if (run.begin == 0 || run.end == runs->mask->grid.dim[0])
    return true;
  for (int k = line.lo[1]; k < line.hi[1]; k++)
    for (int j = line.lo[0]; j < line.hi[0]; j++)
      if (is_edge_row (runs, j, k) &&
          brg_bits_next (brg_mask_row (runs->mask, j, k), run.end, run.begin, false) < run.end)
        return true;
  return false;
}

static void
mark_plane (const BrgRuns *runs, int plane, uint8_t *touches)
{
  const uint32_t *first = runs->line_first + (size_t) plane * (size_t) runs->n_lines;

  for (int l = 0; l < runs->n_lines; l++)
    {
      BrgRunsLine line = brg_runs_line (runs, plane, l);
      for (uint32_t x = first[l]; x < first[l + 1]; x++)
        if (!touches[runs->component[x]])
          touches[runs->component[x]] = run_touches_border (runs, line, runs->runs[x]);
    }
}

/* Flags the components that are holes. */
static BrgStatus
choose_holes (const BrgRuns *runs, const Hole *hole, uint8_t *flags, BrgJob *job, BrgError *error)
{
  size_t *sizes = NULL;
  BrgStatus status = BRG_OK;

  for (int plane = 0; status == BRG_OK && plane < runs->n_planes; plane++)
    {
      mark_plane (runs, plane, flags);
      status = brg_runs_poll (0, job, error);
    }
  if (status == BRG_OK)
    status = brg_runs_sizes (runs, flags, &sizes, job, error);
  for (size_t c = 0; status == BRG_OK && c < runs->n_components; c++)
    {
      flags[c] = !flags[c] && (double) sizes[c] * hole->unit <= hole->limit * (1 + ROUNDING);
      status = brg_runs_poll (c, job, error);
    }
  brg_free (sizes);
  return status;
}

static BrgStatus
paint_holes (const BrgRuns *runs, const Hole *hole, BrgMask *out, BrgJob *job, BrgError *error)
{
  uint8_t *flags = brg_alloc_zero_in (brg_job_pool (job), runs->n_components, 1, error);
  BrgStatus status = BRG_NO_MEMORY;

  if (flags != NULL)
    status = choose_holes (runs, hole, flags, job, error);
  if (status == BRG_OK)
    status = brg_runs_paint (runs, flags, out, job, error);
  brg_free (flags);
  return status;
}

/* Writes the slices begin <= k < end of `out`. */
static BrgStatus
fill_range (const BrgMask *mask,
            const Hole *hole,
            int begin,
            int end,
            BrgMask *out,
            BrgJob *job,
            BrgError *error)
{
  BrgJobPart parts = brg_job_parts (job);
  BrgRuns runs;

  brg_job_part (&parts, 0, 0.9);
  BrgStatus status = brg_runs_label (mask, true, hole->connectivity, begin, end, &runs, job, error);
  brg_job_part (&parts, 0.9, 1);
  if (status == BRG_OK)
    {
      status = paint_holes (&runs, hole, out, job, error);
      brg_runs_clear (&runs);
    }
  brg_job_parts_end (&parts);
  return status;
}

typedef struct
{
  const BrgMask *mask;
  const Hole *hole;
  BrgMask *out;
  BrgJob *job;
} Fill;

/* No component spans two slices, so a slab of them is filled by itself. */
static BrgStatus
fill_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Fill *f = data;
  BrgJob alone = { .title = "",
                   .n_threads = 1,
                   .baseline = f->job != NULL && f->job->baseline,
                   .pool = brg_job_pool (f->job) };

  (void) slab;
  return fill_range (f->mask, f->hole, begin, end, f->out, &alone, error);
}

/* Depends on the grid alone. */
static int
slab_slices (const BrgGrid *grid)
{
  size_t slices = MAX_SLAB_VOX / ((size_t) grid->dim[0] * (size_t) grid->dim[1]);

  return slices < 1 ? 1 : slices > MAX_SLAB_SLICES ? MAX_SLAB_SLICES : (int) slices;
}

static BrgStatus
fill_all (const BrgMask *mask, const Hole *hole, BrgMask *out, BrgJob *job, BrgError *error)
{
  Fill fill = { mask, hole, out, job };

  if (hole->connectivity == 8)
    return brg_parallel_slabs (mask->grid.dim[2], slab_slices (&mask->grid), fill_slab, &fill, job,
                               error);
  return fill_range (mask, hole, 0, mask->grid.dim[2], out, job, error);
}

static BrgMask *
fill (const BrgMask *mask, const Hole *hole, BrgJob *job, BrgError *error)
{
  BrgPool *pool = brg_job_pool (job);

  if (!(hole->limit >= 0))
    {
      brg_error_set (error, BRG_INVALID, "%s of holes to fill must be at least 0, got %g",
                     hole->name, hole->limit);
      return NULL;
    }
  if (hole->limit == 0)
    return brg_mask_copy_in (pool, mask, error);
  BrgMask *out = brg_mask_new_in (pool, &mask->grid, false, error);
  if (out == NULL || fill_all (mask, hole, out, job, error) == BRG_OK)
    return out;
  brg_mask_unref (out);
  return NULL;
}

BrgMask *
brg_fill_slices (const BrgMask *mask, double max_area_mm2, BrgJob *job, BrgError *error)
{
  const BrgAffine *a = &mask->grid.lps_from_vox;
  BrgVec3 along_i = brg_vec3 (a->m[0][0], a->m[1][0], a->m[2][0]);
  BrgVec3 along_j = brg_vec3 (a->m[0][1], a->m[1][1], a->m[2][1]);
  double voxel_mm2 = brg_vec3_length (brg_vec3_cross (along_i, along_j));
  Hole hole = { 8, voxel_mm2, max_area_mm2, "area in mm2" };

  return fill (mask, &hole, job, error);
}

BrgMask *
brg_fill_volume (const BrgMask *mask, double max_volume_mm3, BrgJob *job, BrgError *error)
{
  Hole hole = { 26, brg_grid_voxel_mm3 (&mask->grid), max_volume_mm3, "volume in mm3" };

  return fill (mask, &hole, job, error);
}
