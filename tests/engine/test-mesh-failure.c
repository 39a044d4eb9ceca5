/* Operations on meshes when memory is short or the user cancels: a clean error, no result, no leak,
 * the mesh as it was. */

#include <glib.h>
#include <string.h>

#include "engine/brg-mesh-reduce.h"
#include "short-memory.h"
#include "surface-phantoms.h"
#include "voxel-twin.h"

typedef struct
{
  BrgGrid grid;
  BrgMesh *mesh;
} Input;

/* Runs one operation and drops its result; the status says how it went. */
typedef BrgStatus (*Operation) (const Input *input, BrgJob *job, BrgError *error);

static BrgStatus
reduce (const Input *input, BrgJob *job, BrgError *error)
{
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
smooth (const Input *input, BrgJob *job, BrgError *error)
{
  return smooth_by (false, input, job, error);
}

static BrgStatus
smooth_slicer (const Input *input, BrgJob *job, BrgError *error)
{
  return smooth_by (true, input, job, error);
}

static const Operation operations[] = { reduce, smooth, smooth_slicer };

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

/* The first, then the second, ... allocation fails and all after it, then every tenth part more,
 * until there are enough. */
static void
test_memory (void)
{
  Input input = make_input ();

  for (size_t o = 0; o < G_N_ELEMENTS (operations); o++)
    {
      BrgStatus status = BRG_NO_MEMORY;
      for (int allowed = 0; status != BRG_OK; allowed += 1 + allowed / 10)
        {
          BrgJob job = twin_job (allowed % 3 + 1);
          BrgError error = { 0 };
          short_memory_allow (allowed);
          status = operations[o](&input, &job, &error);
          short_memory_end ();
          g_assert_cmpint (allowed, <, 5000);
          if (status == BRG_OK)
            break;
          g_assert_cmpint (status, ==, BRG_NO_MEMORY);
          g_assert_cmpint (error.status, ==, BRG_NO_MEMORY);
          g_assert_cmpint (error.message[0], !=, '\0');
        }
    }
  brg_mesh_unref (input.mesh);
}

typedef struct
{
  BrgJob job;
  int reports_left;
  double last;
} Watch;

static void
watch_cb (void *data, const char *title, double fraction)
{
  Watch *watch = data;

  (void) title;
  g_assert_cmpfloat (fraction, >=, watch->last - 1e-12);
  g_assert_cmpfloat (fraction, <=, 0.75 + 1e-12);
  watch->last = fraction;
  if (watch->reports_left-- == 0)
    brg_job_cancel (&watch->job);
}

/* Cancelled at ever later reports, until it gets through; progress only grows, stays in the part
 * given to the operation and ends at its end, and the job is handed back as it was. */
static void
test_cancel (void)
{
  Input input = make_input ();

  for (size_t o = 0; o < G_N_ELEMENTS (operations); o++)
    {
      BrgStatus status = BRG_CANCELLED;
      for (int allowed = 0; status != BRG_OK; allowed += 1 + allowed / 10)
        {
          Watch watch = { .job = twin_job (allowed % 3 + 1), .reports_left = allowed };
          BrgError error = { 0 };
          watch.job.report = watch_cb;
          watch.job.report_data = &watch;
          brg_job_stage (&watch.job, "Smoothing", 0.25, 0.75);
          status = operations[o](&input, &watch.job, &error);
          g_assert_cmpint (allowed, <, 5000);
          g_assert_cmpfloat_with_epsilon (watch.job.from, 0.25, 1e-12);
          g_assert_cmpfloat_with_epsilon (watch.job.span, 0.5, 1e-12);
          g_assert_true (status == BRG_OK || status == BRG_CANCELLED);
          g_assert_cmpint (error.status, ==, status);
          if (status == BRG_OK && watch.job.n_threads == 1)
            g_assert_cmpfloat_with_epsilon (watch.last, 0.75, 1e-12);
        }
    }
  brg_mesh_unref (input.mesh);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mesh-failure/memory", test_memory);
  g_test_add_func ("/mesh-failure/cancel", test_cancel);
  return g_test_run ();
}
