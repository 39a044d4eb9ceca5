/* STL, PLY and OBJ files. Input: which name the file has, and then the file. What is read is
 * written and read again as the same. */

#include <string.h>

#include "fuzz.h"
#include "io/brg-mesh-file.h"

static void
check_mesh (const BrgMesh *mesh)
{
  for (size_t t = 0; t < 3 * mesh->n_triangles; t += 3)
    {
      const uint32_t *v = mesh->triangles + t;
      g_assert_cmpuint (MAX (v[0], MAX (v[1], v[2])), <, mesh->n_vertices);
      g_assert_true (v[0] != v[1] && v[1] != v[2] && v[2] != v[0]);
    }
  for (size_t c = 0; c < 3 * mesh->n_vertices; c++)
    g_assert_true (mesh->xyz[c] >= -1e6f && mesh->xyz[c] <= 1e6f);
}

static void
check_round_trip (const BrgMesh *mesh, BrgJob *job)
{
  g_autofree char *copy = g_build_filename (fuzz_folder (), "copy.ply", NULL);

  g_assert_cmpint (brg_mesh_write (mesh, copy, false, job, NULL), ==, BRG_OK);
  BrgMesh *back = brg_mesh_read (copy, job, NULL);
  g_assert_nonnull (back);
  g_assert_cmpuint (back->n_vertices, ==, mesh->n_vertices);
  g_assert_cmpuint (back->n_triangles, ==, mesh->n_triangles);
  for (size_t c = 0; c < 3 * mesh->n_vertices; c++) /* 0 and -0 are equal */
    g_assert_true (back->xyz[c] >= mesh->xyz[c] && back->xyz[c] <= mesh->xyz[c]);
  for (size_t c = 0; c < 3 * mesh->n_triangles; c++)
    g_assert_cmpuint (back->triangles[c], ==, mesh->triangles[c]);
  brg_mesh_unref (back);
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  static const char *const names[] = { "input.stl", "input.ply", "input.obj" };
  const char *name = names[fuzz_take (&bytes, &size, 1) % G_N_ELEMENTS (names)];
  g_autofree char *path = fuzz_write (name, bytes, size);
  BrgJob job = BRG_JOB_INIT;
  BrgError error = { 0 };

  job.n_threads = 1;
  BrgMesh *mesh = brg_mesh_read (path, &job, &error);
  if (mesh == NULL)
    {
      g_assert_cmpint (error.status, !=, BRG_CANCELLED);
      g_assert_true (g_str_has_prefix (error.message, name));
      return 0;
    }
  check_mesh (mesh);
  check_round_trip (mesh, &job);
  brg_mesh_unref (mesh);
  return 0;
}
