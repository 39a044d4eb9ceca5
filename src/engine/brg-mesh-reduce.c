#include "engine/brg-mesh-reduce.h"

#include <string.h>

#include <meshoptimizer.h>

#include "engine/brg-alloc.h"

#define STRIDE    (3 * sizeof (float))
#define ANY_ERROR 1.0f /* relative to the extent of the mesh: the count decides */

/* A mesh of the given triangles without the vertices they leave unused. */
static BrgMesh *
compact (const BrgMesh *mesh, const uint32_t *triangles, size_t n_indices, BrgError *error)
{
  BrgMesh *out = brg_mesh_new (mesh->n_vertices, n_indices / 3, error);

  if (out == NULL)
    return NULL;
  memcpy (out->triangles, triangles, n_indices * sizeof *triangles);
  out->n_vertices = meshopt_optimizeVertexFetch (out->xyz, out->triangles, n_indices, mesh->xyz,
                                                 mesh->n_vertices, STRIDE);
  return out;
}

BrgMesh *
brg_mesh_reduce (const BrgMesh *mesh, double keep, BrgJob *job, BrgError *error)
{
  size_t n_indices = 3 * mesh->n_triangles;

  if (!(keep > 0 && keep <= 1))
    {
      brg_error_set (error, BRG_INVALID,
                     "the share of triangles to keep must be above 0 and at most 1, got %g", keep);
      return NULL;
    }
  uint32_t *kept = brg_alloc (n_indices, sizeof *kept, error);
  if (kept == NULL)
    return NULL;
  BrgMesh *out = NULL;
  if (brg_job_tick (job, 0.0))
    {
      size_t target = 3 * (size_t) (keep * (double) mesh->n_triangles + 0.5);
      size_t n_kept = meshopt_simplify (kept, mesh->triangles, n_indices, mesh->xyz,
                                        mesh->n_vertices, STRIDE, target, ANY_ERROR, 0, NULL);
      out = compact (mesh, kept, n_kept, error);
    }
  brg_free (kept);
  if (brg_job_tick (job, 1.0))
    return out;
  brg_mesh_unref (out);
  brg_error_set (error, BRG_CANCELLED, "cancelled");
  return NULL;
}

BrgMesh *
brg_mesh_proxy (const BrgMesh *mesh, size_t max_triangles, BrgError *error)
{
  size_t n_indices = 3 * mesh->n_triangles;

  if (mesh->n_triangles <= max_triangles)
    return brg_mesh_copy (mesh, error);
  uint32_t *kept = brg_alloc (n_indices, sizeof *kept, error);
  if (kept == NULL)
    return NULL;
  size_t n_kept =
    meshopt_simplifySloppy (kept, mesh->triangles, n_indices, mesh->xyz, mesh->n_vertices, STRIDE,
                            3 * max_triangles, ANY_ERROR, NULL);
  BrgMesh *out = compact (mesh, kept, n_kept, error);
  brg_free (kept);
  return out;
}
