/* Operations on meshes when memory is short or the user cancels: a clean error, no result, no leak,
 * the mesh as it was. */

#include <glib.h>
#include <string.h>

#include "engine/brg-mesh-reduce.h"
#include "failure-loop.h"
#include "surface-phantoms.h"
#include "voxel-twin.h"

typedef struct
{
  BrgGrid grid;
  BrgMesh *mesh;
} Input;

/* Each operation gets the input and drops its result; the status says how it went. */

static BrgStatus
reduce (void *data, BrgJob *job, BrgError *error)
{
  const Input *input = data;
  BrgMesh *few = brg_mesh_reduce (input->mesh, 0.5, job, error);
  BrgStatus status = few != NULL ? BRG_OK : error->status;

  brg_mesh_unref (few);
  return status;
}

static BrgStatus
smooth_by (bool is_slicer, const Input *input, BrgJob *job, BrgError *error)
{
  BrgMesh *mesh = brg_mesh_copy (input->mesh, error);
  BrgStatus status = BRG_NO_MEMORY;

  if (mesh != NULL && is_slicer)
    status = brg_mesh_smooth_slicer (mesh, &input->grid, 0.5, BRG_SLICER_HAMMING, job, error);
  else if (mesh != NULL)
    status = brg_mesh_smooth (mesh, &input->grid, 0.2, job, error);
  if (mesh != NULL && status != BRG_OK)
    g_assert_true (memcmp (mesh->xyz, input->mesh->xyz, 12 * mesh->n_vertices) == 0);
  brg_mesh_unref (mesh);
  return status;
}

static BrgStatus
smooth (void *data, BrgJob *job, BrgError *error)
{
  const Input *input = data;
  return smooth_by (false, input, job, error);
}

static BrgStatus
smooth_slicer (void *data, BrgJob *job, BrgError *error)
{
  const Input *input = data;
  return smooth_by (true, input, job, error);
}

static const FailureFunc operations[] = { reduce, smooth, smooth_slicer };

/* Large enough to be worked on in blocks. */
static Input
make_input (void)
{
  Input input = { .grid = phantom_oblique_grid (34, 30, 20) };
  BrgMask *mask = phantom_noise_mask (&input.grid, 5, 0.25);

  input.mesh = brg_isosurface (mask, NULL, NULL);
  g_assert_cmpuint (input.mesh->n_vertices, >, 12000);
  brg_mask_unref (mask);
  return input;
}

static void
run_all (void (*loop) (FailureFunc func, void *data))
{
  Input input = make_input ();

  for (size_t o = 0; o < G_N_ELEMENTS (operations); o++)
    loop (operations[o], &input);
  brg_mesh_unref (input.mesh);
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
  g_test_add_func ("/mesh-failure/memory", test_memory);
  g_test_add_func ("/mesh-failure/cancel", test_cancel);
  return g_test_run ();
}
