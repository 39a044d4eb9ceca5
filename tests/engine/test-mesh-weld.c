/* Welding against a twin that knows every point there can be: corners lie on a small lattice, and a
 * table with an entry for each of its points numbers them in the order of first use. */

#include <glib.h>
#include <string.h>

#include "engine/brg-mesh-weld.h"
#include "voxel-twin.h"

#define SIDE 37 /* points of the lattice along an axis */

/* `n` triangles whose corners are drawn from the lattice within `reach` points of a place that
 * wanders, as the corners of a surface do. Zeros come with either sign. */
static float *
random_soup (size_t n, int reach, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  float *corners = g_new (float, 9 * n + 1);

  for (size_t c = 0; c < 3 * n; c++)
    for (int a = 0; a < 3; a++)
      {
        int at = (int) ((c / 50 * (size_t) (a + 1)) % SIDE) + g_rand_int_range (rand, 0, reach);
        float value = (float) (at % SIDE) - 18;
        corners[3 * c + (size_t) a] = value == 0 && g_rand_boolean (rand) ? -0.0f : value;
      }
  return corners;
}

static size_t
lattice_index (const float *point)
{
  return ((size_t) (point[2] + 18) * SIDE + (size_t) (point[1] + 18)) * SIDE +
         (size_t) (point[0] + 18);
}

static void
assert_as_twin (const BrgMesh *mesh, const float *corners, size_t n, size_t n_dropped)
{
  g_autofree guint32 *number = g_new0 (guint32, SIDE * SIDE * SIDE); /* 1 more than the vertex */
  size_t n_vertices = 0, n_triangles = 0;

  for (size_t t = 0; t < n; t++)
    {
      guint32 triangle[3];
      for (size_t c = 0; c < 3; c++)
        {
          const float *point = corners + 9 * t + 3 * c;
          guint32 *entry = &number[lattice_index (point)];
          if (*entry == 0)
            {
              *entry = (guint32) ++n_vertices;
              for (size_t a = 0; a < 3; a++)
                g_assert_cmpfloat (mesh->xyz[3 * (n_vertices - 1) + a], ==, point[a]);
            }
          triangle[c] = *entry - 1;
        }
      if (triangle[0] == triangle[1] || triangle[1] == triangle[2] || triangle[2] == triangle[0])
        continue;
      g_assert_cmpuint (n_triangles, <, mesh->n_triangles);
      g_assert_cmpmem (mesh->triangles + 3 * n_triangles, 12, triangle, 12);
      n_triangles++;
    }
  g_assert_cmpuint (mesh->n_triangles, ==, n_triangles);
  g_assert_cmpuint (mesh->n_vertices, ==, n_vertices);
  g_assert_cmpuint (n_dropped, ==, n - n_triangles);
}

static void
test_twin (void)
{
  static const struct
  {
    size_t n;
    int reach;
  } cases[] = { { 0, 2 }, { 1, 2 }, { 1000, 3 }, { 65536, 4 }, { 65537, 2 }, { 200000, SIDE } };

  for (size_t c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      g_autofree float *corners = random_soup (cases[c].n, cases[c].reach, (guint32) c);
      for (size_t t = 0; t < G_N_ELEMENTS (twin_threads); t++)
        {
          BrgJob job = twin_job (twin_threads[t]);
          size_t n_dropped = 99;
          BrgMesh *mesh =
            brg_mesh_weld (brg_mesh_corners_of_array, corners, cases[c].n, &n_dropped, &job, NULL);
          g_assert_nonnull (mesh);
          assert_as_twin (mesh, corners, cases[c].n, n_dropped);
          brg_mesh_unref (mesh);
        }
    }
}

/* Fails in the triangles from number *data on. */
static BrgStatus
failing_corners (void *data, size_t begin, size_t end, float *corners, BrgError *error)
{
  const size_t *first = data;

  memset (corners, 0, (end - begin) * 9 * sizeof *corners);
  return end <= *first ? BRG_OK : brg_error_set (error, BRG_FORMAT, "triangle %zu", begin);
}

static void
test_failing_source (void)
{
  size_t first = 70000;
  BrgError error = { 0 };
  BrgJob job = BRG_JOB_INIT;

  g_assert_null (brg_mesh_weld (failing_corners, &first, 200000, NULL, NULL, &error));
  g_assert_cmpint (error.status, ==, BRG_FORMAT);
  g_assert_null (brg_mesh_weld (failing_corners, &first, SIZE_MAX, NULL, NULL, &error));
  g_assert_cmpint (error.status, ==, BRG_UNSUPPORTED);
  brg_job_cancel (&job);
  g_assert_null (brg_mesh_weld (failing_corners, &first, 60000, NULL, &job, &error));
  g_assert_cmpint (error.status, ==, BRG_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mesh-weld/twin", test_twin);
  g_test_add_func ("/mesh-weld/failing-source", test_failing_source);
  return g_test_run ();
}
