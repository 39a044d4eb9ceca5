/* Surfaces in bricks against the surface of the whole mask: the same triangles to the last bit
 * after any sequence of edits, and bricks that are touched only where they must be. */

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "engine/brg-brick-surface.h"

#include "fuse.h"
#include "short-memory.h"
#include "surface-phantoms.h"

typedef struct
{
  float xyz[9];
} Triangle;

static int
compare_triangles (const void *a, const void *b)
{
  return memcmp (a, b, sizeof (Triangle));
}

static void
append_mesh (GArray *triangles, const BrgMesh *mesh)
{
  for (size_t t = 0; mesh != NULL && t < mesh->n_triangles; t++)
    {
      Triangle triangle;
      for (int c = 0; c < 3; c++)
        {
          uint32_t v = mesh->triangles[3 * t + (size_t) c];
          g_assert_cmpuint (v, <, mesh->n_vertices);
          memcpy (triangle.xyz + 3 * c, mesh->xyz + 3 * (size_t) v, 3 * sizeof (float));
        }
      g_array_append_val (triangles, triangle);
    }
}

static size_t
count_used (const BrgMesh *mesh)
{
  g_autofree bool *used = g_new0 (bool, mesh->n_vertices);
  size_t n = 0;

  for (size_t c = 0; c < 3 * mesh->n_triangles; c++)
    used[mesh->triangles[c]] = true;
  for (size_t v = 0; v < mesh->n_vertices; v++)
    n += used[v];
  return n;
}

/* The same set of triangles as the surface of the mask; returns how many. */
static size_t
assert_surface_of (const BrgBrickSurface *surface, const BrgMask *mask)
{
  g_autoptr (GArray) got = g_array_new (FALSE, FALSE, sizeof (Triangle));
  g_autoptr (GArray) expected = g_array_new (FALSE, FALSE, sizeof (Triangle));
  BrgMesh *whole = brg_isosurface (mask, NULL, NULL);
  size_t n_bricks;
  const BrgBrick *bricks = brg_brick_surface_bricks (surface, &n_bricks);

  append_mesh (expected, whole);
  for (size_t b = 0; b < n_bricks; b++)
    {
      append_mesh (got, bricks[b].mesh);
      if (bricks[b].mesh != NULL)
        g_assert_cmpuint (count_used (bricks[b].mesh), ==, bricks[b].mesh->n_vertices);
    }
  g_assert_cmpuint (got->len, ==, expected->len);
  g_assert_cmpuint (got->len, ==, brg_brick_surface_n_triangles (surface));
  brg_mesh_unref (whole);
  if (got->len == 0)
    return 0;
  qsort (got->data, got->len, sizeof (Triangle), compare_triangles);
  qsort (expected->data, expected->len, sizeof (Triangle), compare_triangles);
  g_assert_true (memcmp (got->data, expected->data, got->len * sizeof (Triangle)) == 0);
  return got->len;
}

static const int sizes[][3] = {
  { 1, 1, 1 },   { 63, 31, 7 }, { 64, 32, 32 }, { 65, 9, 34 },
  { 130, 5, 3 }, { 3, 70, 2 },  { 2, 3, 70 },   { 127, 34, 35 },
};

static void
update_ok (BrgBrickSurface *surface, const BrgMask *mask, const BrgBox *box, int n_threads)
{
  BrgJob job = twin_job (n_threads);
  BrgError error = { 0 };

  g_assert_cmpint (brg_brick_surface_update (surface, mask, box, &job, &error), ==, BRG_OK);
  g_assert_cmpstr (error.message, ==, "");
}

/* Empty, full, noise of every density; straight, oblique and mirrored grids. */
static void
test_whole (void)
{
  size_t n_triangles = 0;

  for (size_t s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (int n = 0; n < 5; n++)
      {
        const double shares[] = { 0, 1, 0.5, 0.03, 0.97 };
        BrgGrid grid = phantom_oblique_grid (sizes[s][0], sizes[s][1], sizes[s][2]);
        for (int a = 0; n == 3 && a < 3; a++)
          grid.lps_from_vox.m[a][0] *= -1;
        BrgMask *mask = phantom_noise_mask (&grid, (guint32) (7 * s) + (guint32) n, shares[n]);
        BrgBrickSurface *surface = brg_brick_surface_new (&grid, NULL);
        update_ok (surface, mask, NULL,
                   twin_threads[(s + (size_t) n) % G_N_ELEMENTS (twin_threads)]);
        n_triangles += assert_surface_of (surface, mask);
        brg_mask_clear (mask);
        update_ok (surface, mask, NULL, 2);
        g_assert_cmpuint (assert_surface_of (surface, mask), ==, 0);
        brg_brick_surface_free (surface);
        brg_mask_unref (mask);
      }
  g_test_message ("%zu triangles compared", n_triangles);
}

static BrgBox
random_edit (GRand *rand, BrgMask *mask)
{
  BrgBox box, whole = brg_grid_box (&mask->grid);

  for (int a = 0; a < 3; a++)
    {
      box.lo[a] = g_rand_int_range (rand, -2, whole.hi[a]);
      box.hi[a] = box.lo[a] + g_rand_int_range (rand, 1, 12);
    }
  BrgBox inside = brg_box_intersect (&box, &whole);
  for (int k = inside.lo[2]; k < inside.hi[2]; k++)
    for (int j = inside.lo[1]; j < inside.hi[1]; j++)
      for (int i = inside.lo[0]; i < inside.hi[0]; i++)
        if (g_rand_int_range (rand, 0, 3) > 0)
          brg_mask_set (mask, i, j, k, g_rand_boolean (rand));
  return box;
}

/* Copies what bricks there are, to see which become others. */
static BrgBrick *
remember (const BrgBrickSurface *surface, size_t *n_bricks)
{
  const BrgBrick *bricks = brg_brick_surface_bricks (surface, n_bricks);
  BrgBrick *copy = g_new (BrgBrick, *n_bricks);

  for (size_t b = 0; b < *n_bricks; b++)
    copy[b] = (BrgBrick){ brg_mesh_ref (bricks[b].mesh), bricks[b].revision };
  return copy;
}

static void
forget (BrgBrick *bricks, size_t n_bricks)
{
  for (size_t b = 0; b < n_bricks; b++)
    brg_mesh_unref (bricks[b].mesh);
  g_free (bricks);
}

static void
test_edits (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (6);
  BrgGrid grid = phantom_oblique_grid (200, 70, 40);
  BrgMask *mask = phantom_noise_mask (&grid, 1, 0.006);
  BrgBrickSurface *surface = brg_brick_surface_new (&grid, NULL);
  size_t n_bricks, n_changed = 0;

  update_ok (surface, mask, NULL, 1);
  for (int n = 0; n < 24; n++)
    {
      BrgBrick *before = remember (surface, &n_bricks);
      uint64_t revision = brg_brick_surface_revision (surface);
      BrgBox box = random_edit (rand, mask);
      update_ok (surface, mask, &box, twin_threads[n % (int) G_N_ELEMENTS (twin_threads)]);
      assert_surface_of (surface, mask);
      const BrgBrick *after = brg_brick_surface_bricks (surface, &n_bricks);
      for (size_t b = 0; b < n_bricks; b++)
        {
          bool is_other = after[b].mesh != before[b].mesh;
          g_assert_cmpuint (after[b].revision, ==, is_other ? revision + 1 : before[b].revision);
          n_changed += is_other;
        }
      forget (before, n_bricks);
    }
  g_test_message ("%zu bricks changed", n_changed);
  g_assert_cmpuint (n_changed, <, 24 * 8);

  BrgBox nothing = { 0 }, all = brg_grid_box (&grid);
  uint64_t revision = brg_brick_surface_revision (surface);
  update_ok (surface, mask, &nothing, 1);
  update_ok (surface, mask, &all, 1);
  g_assert_cmpuint (brg_brick_surface_revision (surface), ==, revision);
  brg_brick_surface_free (surface);
  brg_mask_unref (mask);
}

/* The same bytes for every number of threads and set of instructions. */
static void
test_threads (void)
{
  BrgGrid grid = phantom_oblique_grid (66, 40, 130);
  BrgMask *mask = phantom_noise_mask (&grid, 4, 0.3);
  BrgBrickSurface *first = brg_brick_surface_new (&grid, NULL);
  size_t n_bricks;

  update_ok (first, mask, NULL, 1);
  const BrgBrick *expected = brg_brick_surface_bricks (first, &n_bricks);
  for (size_t t = 1; t < G_N_ELEMENTS (twin_threads); t++)
    {
      BrgBrickSurface *surface = brg_brick_surface_new (&grid, NULL);
      update_ok (surface, mask, NULL, twin_threads[t]);
      const BrgBrick *got = brg_brick_surface_bricks (surface, &n_bricks);
      for (size_t b = 0; b < n_bricks; b++)
        {
          const BrgMesh *x = got[b].mesh, *y = expected[b].mesh;
          g_assert_cmpuint (x->n_vertices, ==, y->n_vertices);
          g_assert_cmpuint (x->n_triangles, ==, y->n_triangles);
          g_assert_true (memcmp (x->xyz, y->xyz, 3 * x->n_vertices * sizeof *x->xyz) == 0);
          g_assert_true (
            memcmp (x->triangles, y->triangles, 3 * x->n_triangles * sizeof *x->triangles) == 0);
        }
      brg_brick_surface_free (surface);
    }
  brg_brick_surface_free (first);
  brg_mask_unref (mask);
}

/* Short of memory or cancelled at any moment, the surface is the one before. */
static void
test_failure (void)
{
  BrgGrid grid = phantom_oblique_grid (66, 40, 130);
  BrgMask *before = phantom_noise_mask (&grid, 4, 0.1), *after = phantom_noise_mask (&grid, 5, 0.1);
  BrgBrickSurface *surface = NULL;
  int n_failed = 0;

  for (int n = 0; surface == NULL; n++)
    {
      BrgError error = { 0 };
      short_memory_allow (n);
      surface = brg_brick_surface_new (&grid, &error);
      short_memory_end ();
      g_assert_cmpint (error.status, ==, surface != NULL ? BRG_OK : BRG_NO_MEMORY);
    }
  update_ok (surface, before, NULL, 1);
  for (int n = 0; n < 60; n++)
    {
      Fuse fuse;
      BrgJob *job = n % 2 == 0 ? NULL : fuse_light (&fuse, n % 3 + 1, n / 2);
      BrgError error = { 0 };
      if (n % 2 == 0)
        short_memory_allow (n / 2);
      BrgStatus status = brg_brick_surface_update (surface, after, NULL, job, &error);
      short_memory_end ();
      g_assert_cmpint (status, ==, error.status);
      if (status == BRG_OK)
        break;
      g_assert_cmpint (status, ==, n % 2 == 0 ? BRG_NO_MEMORY : BRG_CANCELLED);
      g_assert_cmpuint (brg_brick_surface_revision (surface), ==, 1);
      n_failed++;
    }
  g_assert_cmpint (n_failed, >=, 4);
  update_ok (surface, before, NULL, 1);
  assert_surface_of (surface, before);
  brg_brick_surface_free (surface);
  brg_mask_unref (before);
  brg_mask_unref (after);
}

static void
test_refused (void)
{
  const double spacing[3] = { 0.01, 1, 1 };
  BrgGrid far = brg_grid_simple (5, 5, 5, spacing, brg_vec3 (1e6, 0, 0));
  BrgGrid grid = phantom_oblique_grid (9, 9, 9), other = phantom_oblique_grid (9, 9, 8);
  BrgMask *mask = brg_mask_new (&other, NULL);
  BrgBrickSurface *surface = brg_brick_surface_new (&grid, NULL);
  BrgError error = { 0 };

  g_assert_null (brg_brick_surface_new (&far, &error));
  g_assert_cmpint (error.status, ==, BRG_INVALID);
  g_assert_cmpint (brg_brick_surface_update (surface, mask, NULL, NULL, &error), ==, BRG_INVALID);
  brg_brick_surface_free (surface);
  brg_brick_surface_free (NULL);
  brg_mask_unref (mask);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/brick-surface/whole", test_whole);
  g_test_add_func ("/brick-surface/edits", test_edits);
  g_test_add_func ("/brick-surface/threads", test_threads);
  g_test_add_func ("/brick-surface/failure", test_failure);
  g_test_add_func ("/brick-surface/refused", test_refused);
  return g_test_run ();
}
