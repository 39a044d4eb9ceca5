#include "engine/brg-components.h"

#include <math.h>
#include <string.h>

#include "engine/brg-alloc.h"
#include "engine/brg-job-part.h"
#include "engine/brg-runs.h"

typedef struct
{
  BrgRuns runs;
  size_t *sizes;  /* of each component */
  size_t largest; /* the first of the largest components */
  BrgIslands islands;
} Components;

static void
clear (Components *c)
{
  brg_runs_clear (&c->runs);
  brg_free (c->sizes);
}

/* Of several components as large as the largest, the one whose first voxel comes first. Where a
 * line is one row that is the first of them, as found. */
static BrgStatus
break_tie (Components *c, BrgJob *job, BrgError *error)
{
  size_t *firsts;
  BrgStatus status = brg_runs_firsts (&c->runs, &firsts, job, error);

  for (size_t x = 0; status == BRG_OK && x < c->runs.n_components; x++)
    {
      if (c->sizes[x] == c->islands.largest_vox && firsts[x] < firsts[c->largest])
        c->largest = x;
      status = brg_runs_poll (x, job, error);
    }
  brg_free (firsts);
  return status;
}

static BrgStatus
rank (Components *c, BrgJob *job, BrgError *error)
{
  BrgIslands *islands = &c->islands;
  BrgStatus status = BRG_OK;

  islands->n_components = c->runs.n_components;
  for (size_t x = 0; status == BRG_OK && x < c->runs.n_components; x++)
    {
      if (c->sizes[x] > islands->largest_vox)
        {
          islands->runner_up_vox = islands->largest_vox;
          islands->largest_vox = c->sizes[x];
          c->largest = x;
        }
      else if (c->sizes[x] > islands->runner_up_vox)
        islands->runner_up_vox = c->sizes[x];
      status = brg_runs_poll (x, job, error);
    }
  if (status == BRG_OK && c->runs.tall > 1 && islands->n_components > 1 &&
      islands->runner_up_vox == islands->largest_vox)
    status = break_tie (c, job, error);
  return status;
}

/* On failure nothing is left to clear. */
static BrgStatus
find (const BrgMask *mask, int connectivity, Components *c, BrgJob *job, BrgError *error)
{
  *c = (Components){ 0 };
  BrgStatus status = brg_runs_label_volume (mask, connectivity, &c->runs, job, error);
  if (status == BRG_OK)
    status = brg_runs_sizes (&c->runs, NULL, &c->sizes, job, error);
  if (status == BRG_OK)
    status = rank (c, job, error);
  if (status != BRG_OK)
    clear (c);
  return status;
}

/* The component of a set voxel. */
static size_t
component_at (const BrgRuns *runs, const int vox[3])
{
  size_t plane = (size_t) (vox[2] / runs->deep);
  uint32_t x = runs->line_first[plane * (size_t) runs->n_lines + (size_t) (vox[1] / runs->tall)];

  while (runs->runs[x].end <= vox[0])
    x++;
  return runs->component[x];
}

/* Which components stay: */
typedef struct
{
  const int *vox;          /* the one that holds this voxel */
  bool others;             /* or, with it, all but that one */
  size_t min_vox, max_vox; /* or those of so many voxels; or, when min_vox is 0, the largest */
} Choice;

static BrgStatus
choose (const Components *c, Choice choice, uint8_t *keep, BrgJob *job, BrgError *error)
{
  size_t n = c->runs.n_components;
  BrgStatus status = BRG_OK;

  if (n == 0)
    return BRG_OK;
  if (choice.vox != NULL)
    {
      memset (keep, choice.others, n);
      keep[component_at (&c->runs, choice.vox)] = !choice.others;
    }
  else if (choice.min_vox == 0)
    keep[c->largest] = 1;
  else
    for (size_t x = 0; status == BRG_OK && x < n; x++)
      {
        keep[x] = c->sizes[x] >= choice.min_vox && c->sizes[x] <= choice.max_vox;
        status = brg_runs_poll (x, job, error);
      }
  return status;
}

/* A new mask of the chosen components. */
static BrgMask *
paint (const Components *c, const BrgGrid *grid, Choice choice, BrgJob *job, BrgError *error)
{
  BrgPool *pool = brg_job_pool (job);
  BrgMask *out = brg_mask_new_in (pool, grid, false, error);
  uint8_t *keep = out != NULL ? brg_alloc_zero_in (pool, c->runs.n_components, 1, error) : NULL;
  bool done = false;

  if (keep != NULL)
    {
      done = choose (c, choice, keep, job, error) == BRG_OK &&
             brg_runs_paint (&c->runs, keep, out, job, error) == BRG_OK;
    }
  brg_free (keep);
  if (done)
    return out;
  brg_mask_unref (out);
  return NULL;
}

static BrgMask *
keep (const BrgMask *mask,
      int connectivity,
      Choice choice,
      BrgIslands *report,
      BrgJob *job,
      BrgError *error)
{
  BrgJobPart parts = brg_job_parts (job);
  BrgMask *out = NULL;
  Components c;

  brg_job_part (&parts, 0, 0.9);
  if (find (mask, connectivity, &c, job, error) == BRG_OK)
    {
      brg_job_part (&parts, 0.9, 1);
      out = paint (&c, &mask->grid, choice, job, error);
      if (out != NULL && report != NULL)
        *report = c.islands;
      clear (&c);
    }
  brg_job_parts_end (&parts);
  return out;
}

BrgStatus
brg_components_count (const BrgMask *mask,
                      int connectivity,
                      BrgIslands *report,
                      BrgJob *job,
                      BrgError *error)
{
  Components c;
  BrgStatus status = find (mask, connectivity, &c, job, error);

  if (status != BRG_OK)
    return status;
  if (report != NULL)
    *report = c.islands;
  clear (&c);
  return BRG_OK;
}

BrgMask *
brg_components_keep_largest (const BrgMask *mask,
                             int connectivity,
                             BrgIslands *report,
                             BrgJob *job,
                             BrgError *error)
{
  return keep (mask, connectivity, (Choice){ 0 }, report, job, error);
}

/* Whole voxels of a volume, rounded up or down; one that is a whole number but for rounding is that
 * number. */
static size_t
voxels_of (const BrgGrid *grid, double mm3, bool up)
{
  const double rounding = 1e-9;
  double n = mm3 / brg_grid_voxel_mm3 (grid);
  double whole = up ? ceil (n - rounding) : floor (n + rounding);

  return whole < 0x1p53 ? (size_t) whole : SIZE_MAX;
}

BrgMask *
brg_components_keep_sizes (const BrgMask *mask,
                           int connectivity,
                           double min_mm3,
                           double max_mm3,
                           BrgIslands *report,
                           BrgJob *job,
                           BrgError *error)
{
  if (!(min_mm3 >= 0) || !isfinite (min_mm3))
    {
      brg_error_set (error, BRG_INVALID, "the smallest island must have 0 mm3 or more, got %g",
                     min_mm3);
      return NULL;
    }
  if (!(max_mm3 >= min_mm3))
    {
      brg_error_set (error, BRG_INVALID,
                     "the largest island must have no less than the smallest, %g mm3, got %g",
                     min_mm3, max_mm3);
      return NULL;
    }
  size_t min_vox = voxels_of (&mask->grid, min_mm3, true);
  Choice choice = { .min_vox = min_vox > 0 ? min_vox : 1,
                    .max_vox = voxels_of (&mask->grid, max_mm3, false) };
  return keep (mask, connectivity, choice, report, job, error);
}

/* Is `vox` a set voxel? */
static BrgStatus
check_vox (const BrgMask *mask, const int vox[3], BrgError *error)
{
  const int *dim = mask->grid.dim;

  for (int a = 0; a < 3; a++)
    if (vox[a] < 0 || vox[a] >= dim[a])
      return brg_error_set (error, BRG_INVALID,
                            "voxel %d, %d, %d is outside the grid of %d x %d x %d", vox[0], vox[1],
                            vox[2], dim[0], dim[1], dim[2]);
  if (!brg_mask_get (mask, vox[0], vox[1], vox[2]))
    return brg_error_set (error, BRG_EMPTY, "voxel %d, %d, %d is background", vox[0], vox[1],
                          vox[2]);
  return BRG_OK;
}

BrgMask *
brg_components_at (const BrgMask *mask,
                   int connectivity,
                   const int vox[3],
                   BrgIslands *report,
                   BrgJob *job,
                   BrgError *error)
{
  if (check_vox (mask, vox, error) != BRG_OK)
    return NULL;
  return keep (mask, connectivity, (Choice){ .vox = vox }, report, job, error);
}

BrgMask *
brg_components_without (const BrgMask *mask,
                        int connectivity,
                        const int vox[3],
                        BrgIslands *report,
                        BrgJob *job,
                        BrgError *error)
{
  if (check_vox (mask, vox, error) != BRG_OK)
    return NULL;
  return keep (mask, connectivity, (Choice){ .vox = vox, .others = true }, report, job, error);
}
