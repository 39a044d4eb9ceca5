#include "engine/brg-mesh-reduce.h"

#include <string.h>

#include <meshoptimizer.h>

#include "engine/brg-alloc.h"
#include "engine/brg-mesh-check.h"

#define STRIDE     (3 * sizeof (float))
#define MAX_ROUNDS 16
#define ANY_ERROR  1.0f /* relative to the extent of the mesh: the count decides */

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

/* One reduction of a sound mesh to a sound mesh.
 *
 * Collapsing edges can press a thin tube or sheet flat, which leaves an edge with four triangles.
 * Where that happens the original triangles around are set aside, the rest is reduced again with
 * its border held, and both are put together: the more often it happens, the wider. */
typedef struct
{
  const BrgMesh *mesh;
  uint8_t *aside;  /* per vertex: its triangles stay as they are */
  uint8_t *faults; /* per vertex: of the latest result */
  uint32_t *loose; /* indices of the triangles to be reduced */
  uint32_t *kept;  /* indices of the result */
  size_t n_kept;
} Reduction;

static bool
is_aside (const Reduction *reduction, const uint32_t *corner)
{
  return reduction->aside[corner[0]] || reduction->aside[corner[1]] || reduction->aside[corner[2]];
}

static void
reduce_loose (Reduction *reduction, double keep)
{
  const BrgMesh *mesh = reduction->mesh;
  size_t n_loose = 0, n_aside = 0;

  for (size_t h = 0; h < 3 * mesh->n_triangles; h += 3)
    if (!is_aside (reduction, mesh->triangles + h))
      {
        memcpy (reduction->loose + n_loose, mesh->triangles + h, 3 * sizeof *reduction->loose);
        n_loose += 3;
      }
  n_aside = 3 * mesh->n_triangles - n_loose;
  reduction->n_kept =
    meshopt_simplify (reduction->kept, reduction->loose, n_loose, mesh->xyz, mesh->n_vertices,
                      STRIDE, 3 * (size_t) (keep * (double) (n_loose / 3) + 0.5), ANY_ERROR,
                      n_aside > 0 ? meshopt_SimplifyLockBorder : 0, NULL);
  for (size_t h = 0; h < 3 * mesh->n_triangles; h += 3)
    if (is_aside (reduction, mesh->triangles + h))
      {
        memcpy (reduction->kept + reduction->n_kept, mesh->triangles + h,
                3 * sizeof *reduction->kept);
        reduction->n_kept += 3;
      }
}

/* Sets aside the faults and what is within `n_rings` edges of them. */
static void
set_faults_aside (Reduction *reduction, int n_rings)
{
  const BrgMesh *mesh = reduction->mesh;

  for (int ring = 0; ring < n_rings; ring++)
    {
      uint8_t from = (uint8_t) (ring + 1), to = (uint8_t) (ring + 2);
      for (size_t h = 0; h < 3 * mesh->n_triangles; h += 3)
        {
          const uint32_t *corner = mesh->triangles + h;
          bool near = false;
          for (int c = 0; c < 3; c++)
            near |= reduction->faults[corner[c]] == from;
          for (int c = 0; near && c < 3; c++)
            if (reduction->faults[corner[c]] == 0)
              reduction->faults[corner[c]] = to;
        }
    }
  for (size_t v = 0; v < mesh->n_vertices; v++)
    reduction->aside[v] |= reduction->faults[v] != 0;
}

/* The triangles as they came. */
static void
keep_all (Reduction *reduction)
{
  reduction->n_kept = 3 * reduction->mesh->n_triangles;
  memcpy (reduction->kept, reduction->mesh->triangles, reduction->n_kept * sizeof *reduction->kept);
}

static BrgStatus
reduce_soundly (Reduction *reduction, double keep, BrgJob *job, BrgError *error)
{
  BrgMesh result = *reduction->mesh;
  size_t n_faults;
  BrgStatus status = brg_mesh_find_faults (&result, reduction->faults, &n_faults, NULL, error);
  int n_rounds = n_faults > 0 ? 1 : MAX_ROUNDS;

  result.triangles = reduction->kept;
  for (int round = 0; status == BRG_OK && round < n_rounds; round++)
    {
      if (!brg_job_tick (job, (double) round / MAX_ROUNDS))
        return brg_error_set (error, BRG_CANCELLED, "cancelled");
      reduce_loose (reduction, keep);
      result.n_triangles = reduction->n_kept / 3;
      status = brg_mesh_find_faults (&result, reduction->faults, &n_faults, NULL, error);
      if (n_faults == 0 || n_rounds == 1)
        return status;
      set_faults_aside (reduction, 1 + round);
    }
  keep_all (reduction);
  return status;
}

static bool
allocate_reduction (Reduction *reduction, BrgError *error)
{
  size_t n_vertices = reduction->mesh->n_vertices, n = 3 * reduction->mesh->n_triangles;

  reduction->aside = brg_alloc_zero (n_vertices, 1, error);
  reduction->faults = brg_alloc (n_vertices, 1, error);
  reduction->loose = brg_alloc (n, sizeof *reduction->loose, error);
  reduction->kept = brg_alloc (n, sizeof *reduction->kept, error);
  return reduction->aside && reduction->faults && reduction->loose && reduction->kept;
}

static void
clear_reduction (Reduction *reduction)
{
  brg_free (reduction->aside);
  brg_free (reduction->faults);
  brg_free (reduction->loose);
  brg_free (reduction->kept);
}

BrgMesh *
brg_mesh_reduce (const BrgMesh *mesh, double keep, BrgJob *job, BrgError *error)
{
  Reduction reduction = { .mesh = mesh };
  BrgMesh *out = NULL;

  if (!(keep > 0 && keep <= 1))
    {
      brg_error_set (error, BRG_INVALID,
                     "the share of triangles to keep must be above 0 and at most 1, got %g", keep);
      return NULL;
    }
  if (allocate_reduction (&reduction, error) &&
      reduce_soundly (&reduction, keep, job, error) == BRG_OK)
    out = compact (mesh, reduction.kept, reduction.n_kept, error);
  clear_reduction (&reduction);
  return out;
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
