#include "engine/brg-frame.h"

#include "engine/brg-alloc.h"
#include "engine/brg-column.h"
#include "engine/brg-sheet.h"

#define POLE_COSINE   0.9 /* normals this close to the vertical take v from Posterior */
#define MIN_DISC_MM   8.0 /* radius the normal is taken over, at least */
#define DISC_NODES    20  /* columns across its radius */
#define MIN_COLUMN_MM 0.5
#define SMOOTH_PART   0.15 /* of the radius: the outer table is smoothed over it first */
#define N_REFINEMENTS 3

BrgFrame
brg_frame_make (BrgVec3 origin, BrgVec3 normal, double rotate_deg)
{
  BrgFrame frame = { .origin = origin, .normal = brg_vec3_normalize (normal) };
  bool at_pole = fabs (frame.normal.z) > POLE_COSINE;
  BrgVec3 up = at_pole ? brg_vec3 (0, 1, 0) : brg_vec3 (0, 0, 1);
  BrgVec3 u = brg_vec3_normalize (brg_vec3_cross (up, frame.normal));
  BrgVec3 v = brg_vec3_cross (frame.normal, u);
  double c = cos (rotate_deg * BRG_PI / 180), s = sin (rotate_deg * BRG_PI / 180);

  frame.u = brg_vec3_add (brg_vec3_scale (u, c), brg_vec3_scale (v, s));
  frame.v = brg_vec3_sub (brg_vec3_scale (v, c), brg_vec3_scale (u, s));
  return frame;
}

/* Voxel box of the ball around a point. */
static BrgBox
ball_box (const BrgGrid *grid, BrgVec3 centre_vox, double radius_mm)
{
  const double at[3] = { centre_vox.x, centre_vox.y, centre_vox.z };
  BrgBox box, whole = brg_grid_box (grid);

  for (int axis = 0; axis < 3; axis++)
    {
      double reach = radius_mm / brg_grid_spacing_mm (grid, axis);
      box.lo[axis] = (int) fmax (at[axis] - reach, 0);
      box.hi[axis] = (int) fmin (at[axis] + reach + 2, grid->dim[axis]);
    }
  return brg_box_intersect (&box, &whole);
}

/* Nearest bone voxel centre within radius_mm; the first in scan order of several. */
static bool
nearest_bone (const BrgMask *skull, BrgVec3 lps, double radius_mm, BrgVec3 *found)
{
  BrgBox box = ball_box (&skull->grid, brg_grid_vox_from_lps (&skull->grid, lps), radius_mm);
  double best = radius_mm;

  for (int k = box.lo[2]; k < box.hi[2]; k++)
    for (int j = box.lo[1]; j < box.hi[1]; j++)
      for (int i = box.lo[0]; i < box.hi[0]; i++)
        {
          if (!brg_mask_get (skull, i, j, k))
            continue;
          BrgVec3 centre = brg_grid_lps_from_vox (&skull->grid, brg_vec3 (i, j, k));
          double distance = brg_vec3_length (brg_vec3_sub (centre, lps));
          if (distance < best)
            {
              best = distance;
              *found = centre;
            }
        }
  return best < radius_mm;
}

/* The last bone outwards from a bone point, over gaps of up to BRG_SHEET_GAP_MM. */
static BrgVec3
outer_table (const BrgMask *skull, BrgVec3 bone_lps, BrgVec3 outwards)
{
  BrgVec3 step_vox, vox = brg_grid_vox_from_lps (&skull->grid, bone_lps);
  double step_mm = brg_column_step (&skull->grid, outwards, &step_vox);
  int gap_steps = (int) (BRG_SHEET_GAP_MM / step_mm), last = 0;

  for (int step = 1; step - last <= gap_steps; step++)
    if (brg_column_bone (skull, brg_vec3_add (vox, brg_vec3_scale (step_vox, step))))
      last = step;
  return brg_vec3_add (bone_lps, brg_vec3_scale (outwards, (last + 0.5) * step_mm));
}

/* Mean of the unit surface normals of the outer table within the disc; every column counts the
 * same, so an orbit or a step under the footprint has no more weight than its size. */
static BrgStatus
mean_normal (const BrgSheet *sheet,
             const BrgFrame *frame,
             double radius_mm,
             BrgVec3 *mean,
             BrgError *error)
{
  float *outer = brg_sheet_smooth_outer (sheet, radius_mm * SMOOTH_PART, error);
  BrgVec3 sum = { 0, 0, 0 };

  if (outer == NULL)
    return BRG_NO_MEMORY;
  for (int node = 0; node < sheet->n_u * sheet->n_v; node++)
    {
      double a = (node % sheet->n_u - sheet->mid_u) * sheet->step_mm;
      double b = (node / sheet->n_u - sheet->mid_v) * sheet->step_mm;
      if (!sheet->bone[node] || a * a + b * b > radius_mm * radius_mm)
        continue;
      double along_u, along_v;
      brg_sheet_slope (sheet, outer, node, &along_u, &along_v);
      BrgVec3 normal = brg_vec3_normalize (brg_vec3 (-along_u, -along_v, 1));
      sum = brg_vec3_add (sum, normal);
    }
  brg_free (outer);
  BrgVec3 across =
    brg_vec3_add (brg_vec3_scale (frame->u, sum.x), brg_vec3_scale (frame->v, sum.y));
  *mean = brg_vec3_normalize (brg_vec3_add (across, brg_vec3_scale (frame->normal, sum.z)));
  return BRG_OK;
}

/* One step towards the mean normal; moves the origin onto the outer table. */
static BrgStatus
refine (const BrgMask *skull, double radius_mm, BrgFrame *frame, BrgError *error)
{
  double step_mm = fmax (radius_mm / DISC_NODES, MIN_COLUMN_MM);
  BrgSheet sheet;
  BrgStatus status = brg_sheet_follow (skull, frame, radius_mm, radius_mm, step_mm, &sheet, error);

  if (status != BRG_OK)
    return status;
  double height = (double) sheet.outer_mm[sheet.mid_v * sheet.n_u + sheet.mid_u];
  BrgVec3 origin = brg_vec3_add (frame->origin, brg_vec3_scale (frame->normal, height));
  BrgVec3 normal;
  status = mean_normal (&sheet, frame, radius_mm, &normal, error);
  if (status == BRG_OK)
    *frame = brg_frame_make (origin, normal, 0);
  brg_sheet_clear (&sheet);
  return status;
}

static bool
is_finite (BrgVec3 v)
{
  return isfinite (v.x) && isfinite (v.y) && isfinite (v.z);
}

BrgStatus
brg_frame_on_calvaria (const BrgMask *skull,
                       const BrgCalvaria *calvaria,
                       BrgVec3 near_lps,
                       double footprint_mm,
                       double rotate_deg,
                       BrgFrame *frame,
                       BrgJob *job,
                       BrgError *error)
{
  double radius_mm = fmax (footprint_mm / 2, MIN_DISC_MM);
  BrgVec3 bone;

  if (!is_finite (near_lps) || !isfinite (footprint_mm) || !isfinite (rotate_deg))
    return brg_error_set (error, BRG_INVALID, "the place of the defect is not a number");
  bool found = false;
  for (double reach = BRG_FRAME_REACH_MM / 8; !found && reach <= BRG_FRAME_REACH_MM; reach *= 2)
    found = nearest_bone (skull, near_lps, reach, &bone);
  if (!found)
    return brg_error_set (
      error, BRG_EMPTY, "no bone within %g mm of %.1f, %.1f, %.1f; move the defect onto the skull",
      BRG_FRAME_REACH_MM, near_lps.x, near_lps.y, near_lps.z);

  BrgVec3 outwards = brg_vec3_normalize (brg_vec3_sub (bone, calvaria->centre));
  if (!(brg_vec3_length (outwards) > 0))
    outwards = brg_vec3 (0, 0, 1);
  BrgStatus status = BRG_OK;
  BrgFrame refined = brg_frame_make (outer_table (skull, bone, outwards), outwards, 0);
  for (int pass = 0; status == BRG_OK && pass < N_REFINEMENTS && !brg_job_is_cancelled (job);
       pass++)
    status = refine (skull, radius_mm, &refined, error);
  if (status == BRG_OK && !brg_job_tick (job, 1))
    status = brg_error_set (error, BRG_CANCELLED, "cancelled");
  if (status == BRG_OK)
    *frame = brg_frame_make (refined.origin, refined.normal, rotate_deg);
  return status;
}

BrgStatus
brg_frame_on_bone (const BrgMask *skull,
                   BrgVec3 near_lps,
                   double footprint_mm,
                   double rotate_deg,
                   BrgFrame *frame,
                   BrgJob *job,
                   BrgError *error)
{
  BrgCalvaria calvaria;
  BrgStatus status = brg_calvaria_find (skull, &calvaria, job, error);

  return status == BRG_OK ? brg_frame_on_calvaria (skull, &calvaria, near_lps, footprint_mm,
                                                   rotate_deg, frame, job, error)
                          : status;
}

/* Where the ray is inside the slab of cells of one axis. */
static void
clip_axis (double from, double per_t, int n, double *t_in, double *t_out)
{
  if (per_t == 0)
    {
      if (!(from >= 0 && from < n))
        *t_out = -1;
      return;
    }
  double a = -from / per_t, b = (n - from) / per_t;
  *t_in = fmax (*t_in, fmin (a, b));
  *t_out = fmin (*t_out, fmax (a, b));
}

bool
brg_frame_from_ray (const BrgMask *skull, BrgVec3 origin, BrgVec3 direction, BrgVec3 *hit)
{
  const int *dim = skull->grid.dim;
  BrgVec3 unit = brg_vec3_normalize (direction);
  BrgVec3 start = brg_grid_vox_from_lps (&skull->grid, origin);
  BrgVec3 ahead = brg_grid_vox_from_lps (&skull->grid, brg_vec3_add (origin, unit));
  double from[3] = { start.x + 0.5, start.y + 0.5, start.z + 0.5 };
  double per_mm[3] = { ahead.x - start.x, ahead.y - start.y, ahead.z - start.z };
  double t = 0, t_out = INFINITY, next[3];
  int vox[3];

  if (!is_finite (start) || !is_finite (ahead) || !(brg_vec3_length (unit) > 0))
    return false;
  for (int axis = 0; axis < 3; axis++)
    clip_axis (from[axis], per_mm[axis], dim[axis], &t, &t_out);
  if (!(t_out > t))
    return false;
  for (int axis = 0; axis < 3; axis++)
    {
      double at = fmin (fmax (from[axis] + t * per_mm[axis], 0), dim[axis] - 1e-9);
      vox[axis] = (int) at;
      int wall = per_mm[axis] > 0 ? vox[axis] + 1 : vox[axis];
      next[axis] = per_mm[axis] == 0 ? HUGE_VAL : (wall - from[axis]) / per_mm[axis];
    }
  while (!brg_mask_get (skull, vox[0], vox[1], vox[2]))
    {
      int axis = next[0] <= next[1] ? (next[0] <= next[2] ? 0 : 2) : (next[1] <= next[2] ? 1 : 2);
      t = next[axis];
      vox[axis] += per_mm[axis] > 0 ? 1 : -1;
      if (vox[axis] < 0 || vox[axis] >= dim[axis])
        return false;
      next[axis] += 1 / fabs (per_mm[axis]);
    }
  *hit = brg_vec3_add (origin, brg_vec3_scale (unit, t));
  return true;
}
