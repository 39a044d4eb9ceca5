/* Every operation on voxels and surfaces when memory is short or the user cancels: a clean error,
 * no result, no leak. */

#include <glib.h>

#include "engine/brg-alloc.h"
#include "engine/brg-components.h"
#include "engine/brg-distance.h"
#include "engine/brg-fill.h"
#include "engine/brg-histogram.h"
#include "engine/brg-interpolate.h"
#include "engine/brg-isosurface.h"
#include "engine/brg-median.h"
#include "engine/brg-mesh-check.h"
#include "engine/brg-metrics.h"
#include "engine/brg-morphology.h"
#include "engine/brg-points.h"
#include "engine/brg-threshold.h"
#include "engine/brg-voxelize.h"
#include "failure-loop.h"
#include "voxel-twin.h"

typedef struct
{
  BrgVolume *scan;
  BrgMask *mask;
  BrgMask *sparse; /* a box on every fifth slice, each beside the last */
  BrgMesh *mesh;   /* of the mask */
} Input;

/* Each operation gets the input and drops its result; the status says how it went. */

static BrgStatus
drop (BrgMask *mask, const BrgError *error)
{
  if (mask == NULL)
    return error->status;
  brg_mask_unref (mask);
  return BRG_OK;
}

static BrgStatus
threshold (void *data, BrgJob *job, BrgError *error)
{
  const Input *input = data;
  return drop (brg_threshold (input->scan, 0, 100, job, error), error);
}

static BrgStatus
histogram (void *data, BrgJob *job, BrgError *error)
{
  const Input *input = data;
  BrgHistogram h;

  return brg_histogram (input->scan, &h, job, error);
}

static BrgStatus
count (void *data, BrgJob *job, BrgError *error)
{
  const Input *input = data;
  return brg_components_count (input->mask, 26, NULL, job, error);
}

static BrgStatus
keep_largest (void *data, BrgJob *job, BrgError *error)
{
  const Input *input = data;
  return drop (brg_components_keep_largest (input->mask, 6, NULL, job, error), error);
}

static BrgStatus
keep_sizes (void *data, BrgJob *job, BrgError *error)
{
  const Input *input = data;
  return drop (brg_components_keep_sizes (input->mask, 26, 2, 50, NULL, job, error), error);
}

static BrgStatus
list (void *data, BrgJob *job, BrgError *error)
{
  const Input *input = data;
  BrgComponent *components;
  size_t n;
  BrgStatus status = brg_components_list (input->mask, 26, 10, &components, &n, job, error);

  g_assert_true ((components != NULL) == (status == BRG_OK));
  brg_free (components);
  return status;
}

static BrgStatus
median_box (void *data, BrgJob *job, BrgError *error)
{
  const Input *input = data;
  return drop (brg_median (input->mask, 3, BRG_KERNEL_BOX, job, error), error);
}

static BrgStatus
median_ball (void *data, BrgJob *job, BrgError *error)
{
  const Input *input = data;
  return drop (brg_median (input->mask, 3, BRG_KERNEL_BALL, job, error), error);
}

static BrgStatus
fill_slices (void *data, BrgJob *job, BrgError *error)
{
  const Input *input = data;
  return drop (brg_fill_slices (input->mask, 10, job, error), error);
}

static BrgStatus
fill_volume (void *data, BrgJob *job, BrgError *error)
{
  const Input *input = data;
  return drop (brg_fill_volume (input->mask, 10, job, error), error);
}

static BrgStatus
dilate (void *data, BrgJob *job, BrgError *error)
{
  const Input *input = data;
  return drop (brg_dilate (input->mask, 1.5, job, error), error);
}

static BrgStatus
erode (void *data, BrgJob *job, BrgError *error)
{
  const Input *input = data;
  return drop (brg_erode (input->mask, 1.5, job, error), error);
}

static BrgStatus
closing (void *data, BrgJob *job, BrgError *error)
{
  const Input *input = data;
  return drop (brg_close (input->mask, 1.5, job, error), error);
}

static BrgStatus
opening (void *data, BrgJob *job, BrgError *error)
{
  const Input *input = data;
  return drop (brg_open (input->mask, 1, job, error), error);
}

static BrgStatus
margin (void *data, BrgJob *job, BrgError *error)
{
  const Input *input = data;
  return drop (brg_margin (input->mask, -1, job, error), error);
}

static BrgStatus
distance (void *data, BrgJob *job, BrgError *error)
{
  const Input *input = data;
  BrgDistance d;
  BrgStatus status = brg_distance (input->mask, NULL, 4, &d, job, error);

  g_assert_true ((d.mm != NULL) == (status == BRG_OK));
  brg_distance_clear (&d);
  return status;
}

static BrgStatus
signed_distance (void *data, BrgJob *job, BrgError *error)
{
  const Input *input = data;
  BrgDistance d;
  BrgStatus status = brg_distance_signed (input->mask, NULL, 4, &d, job, error);

  g_assert_true ((d.mm != NULL) == (status == BRG_OK));
  brg_distance_clear (&d);
  return status;
}

static BrgStatus
metrics (void *data, BrgJob *job, BrgError *error)
{
  const Input *input = data;
  BrgMetrics m = { .dice = 7 };
  BrgStatus status = brg_metrics (input->mask, input->mask, input->mask, &m, job, error);

  g_assert_true ((m.dice < 7) == (status == BRG_OK));
  return status;
}

static BrgStatus
voxelize (void *data, BrgJob *job, BrgError *error)
{
  const Input *input = data;
  return drop (brg_voxelize (input->mesh, &input->mask->grid, job, error), error);
}

static BrgStatus
drop_mesh (BrgMesh *mesh, const BrgError *error)
{
  if (mesh == NULL)
    return error->status;
  brg_mesh_unref (mesh);
  return BRG_OK;
}

static BrgStatus
surface (void *data, BrgJob *job, BrgError *error)
{
  const Input *input = data;
  return drop_mesh (brg_isosurface (input->mask, job, error), error);
}

static BrgStatus
surface_of_hu (void *data, BrgJob *job, BrgError *error)
{
  const Input *input = data;
  return drop_mesh (brg_isosurface_hu (input->scan, -0.5, job, error), error);
}

static BrgStatus
points (void *data, BrgJob *job, BrgError *error)
{
  const Input *input = data;
  BrgPoints p;
  BrgStatus status = brg_points_sample (input->mesh, 9000, 1, &p, job, error);

  g_assert_true ((p.xyz != NULL) == (status == BRG_OK));
  brg_points_clear (&p);
  return status;
}

static BrgStatus
check_surface (void *data, BrgJob *job, BrgError *error)
{
  const Input *input = data;
  BrgMeshCheck check;

  return brg_mesh_check (input->mesh, &check, job, error);
}

static BrgStatus
find_faults (void *data, BrgJob *job, BrgError *error)
{
  const Input *input = data;
  uint8_t *faults = g_new (uint8_t, input->mesh->n_vertices);
  size_t n_faults;
  BrgStatus status = brg_mesh_find_faults (input->mesh, faults, &n_faults, job, error);

  g_free (faults);
  return status;
}

static BrgStatus
interpolate (void *data, BrgJob *job, BrgError *error)
{
  const Input *input = data;
  return drop (brg_interpolate (input->sparse, 2, job, error), error);
}

static const FailureFunc operations[] = {
  keep_sizes,  list,          threshold,   histogram,   count,         keep_largest,    median_box,
  median_ball, fill_slices,   fill_volume, dilate,      erode,         closing,         opening,
  margin,      distance,      voxelize,    surface,     surface_of_hu, signed_distance, points,
  metrics,     check_surface, find_faults, interpolate,
};

static Input
make_input (void)
{
  const TwinCase c = { { 70, 9, 40 }, { 1, 1, 1 }, 0.1 };
  Input input = { .mask = twin_mask (&c, 3) };

  input.sparse = brg_mask_new (&input.mask->grid, NULL);
  for (int v = 0; v < 3 * 10 * 4; v++)
    brg_mask_set (input.sparse, 4 + v % 10 + v / 40, 2 + v / 10 % 4, 5 * (v / 40), true);
  input.mesh = brg_isosurface (input.mask, NULL, NULL);
  input.scan = brg_volume_new (&input.mask->grid, NULL);
  memset (input.scan->hu, 0, brg_grid_n_voxels (&input.scan->grid) * sizeof *input.scan->hu);
  return input;
}

static void
clear_input (Input *input)
{
  brg_mask_unref (input->mask);
  brg_mask_unref (input->sparse);
  brg_mesh_unref (input->mesh);
  brg_volume_unref (input->scan);
}

static void
run_all (void (*loop) (FailureFunc func, void *data))
{
  Input input = make_input ();

  for (size_t o = 0; o < G_N_ELEMENTS (operations); o++)
    loop (operations[o], &input);
  clear_input (&input);
}

static void
test_memory (void)
{
  run_all (failure_of_memory);
}

static void
test_cancel (void)
{
  run_all (failure_of_patience);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/voxel-failure/memory", test_memory);
  g_test_add_func ("/voxel-failure/cancel", test_cancel);
  return g_test_run ();
}
