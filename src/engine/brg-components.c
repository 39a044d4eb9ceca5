#include "engine/brg-components.h"

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

/* Of several components as large as the largest, the one whose first voxel comes first. */
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
  if (status == BRG_OK && islands->n_components > 1 &&
      islands->runner_up_vox == islands->largest_vox)
    status = break_tie (c, job, error);
  return status;
}

/* On failure nothing is left to clear. */
static BrgStatus
find (const BrgMask *mask, int connectivity, Components *c, BrgJob *job, BrgError *error)
{
  *c = (Components){ 0 };
  if (connectivity != 6 && connectivity != 18 && connectivity != 26)
    return brg_error_set (error, BRG_INVALID, "connectivity must be 6, 18 or 26, got %d",
                          connectivity);
  BrgStatus status =
    brg_runs_label (mask, false, connectivity, 0, mask->grid.dim[2], &c->runs, job, error);
  if (status == BRG_OK)
    status = brg_runs_sizes (&c->runs, &c->sizes, job, error);
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

/* Which components stay. */
typedef struct
{
  const int *vox; /* the one that holds this voxel; or */
  size_t min_vox; /* those of at least so many voxels; or, when 0, the largest */
} Choice;

static void
choose (const Components *c, Choice choice, uint8_t *keep)
{
  if (c->runs.n_components == 0)
    return;
  if (choice.vox != NULL)
    keep[component_at (&c->runs, choice.vox)] = 1;
  else if (choice.min_vox == 0)
    keep[c->largest] = 1;
  else
    for (size_t x = 0; x < c->runs.n_components; x++)
      keep[x] = c->sizes[x] >= choice.min_vox;
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
      choose (c, choice, keep);
      done = brg_runs_paint (&c->runs, keep, out, job, error) == BRG_OK;
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

BrgMask *
brg_components_drop_small (const BrgMask *mask,
                           int connectivity,
                           size_t min_vox,
                           BrgIslands *report,
                           BrgJob *job,
                           BrgError *error)
{
  Choice choice = { .min_vox = min_vox > 0 ? min_vox : 1 };

  return keep (mask, connectivity, choice, report, job, error);
}

BrgMask *
brg_components_at (const BrgMask *mask,
                   int connectivity,
                   const int vox[3],
                   BrgJob *job,
                   BrgError *error)
{
  const int *dim = mask->grid.dim;

  for (int a = 0; a < 3; a++)
    if (vox[a] < 0 || vox[a] >= dim[a])
      {
        brg_error_set (error, BRG_INVALID, "voxel %d, %d, %d is outside the grid of %d x %d x %d",
                       vox[0], vox[1], vox[2], dim[0], dim[1], dim[2]);
        return NULL;
      }
  if (!brg_mask_get (mask, vox[0], vox[1], vox[2]))
    {
      brg_error_set (error, BRG_EMPTY, "voxel %d, %d, %d is background", vox[0], vox[1], vox[2]);
      return NULL;
    }
  return keep (mask, connectivity, (Choice){ .vox = vox }, NULL, job, error);
}
