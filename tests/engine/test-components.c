/* Run-based components against a flood fill. */

#include <glib.h>

#include "engine/brg-components.h"
#include "voxel-twin.h"

static const int connectivities[] = { 6, 18, 26 };

typedef struct
{
  const BrgMask *mask;
  GArray *sizes;
  int *labels;
  BrgIslands islands;
  int largest; /* label */
} Twin;

static int
reach_of (int connectivity)
{
  return connectivity == 6 ? 1 : connectivity == 18 ? 2 : 3;
}

static void
twin_init (Twin *twin, const BrgMask *mask, int connectivity)
{
  *twin = (Twin){ .mask = mask, .sizes = g_array_new (FALSE, FALSE, sizeof (gsize)) };
  twin->labels = twin_labels (mask, true, reach_of (connectivity), false, twin->sizes);
  twin->islands.n_components = twin->sizes->len;
  for (guint x = 0; x < twin->sizes->len; x++)
    {
      gsize size = g_array_index (twin->sizes, gsize, x);
      gsize before = twin->islands.largest_vox;
      if (size > before)
        {
          twin->largest = (int) x + 1;
          twin->islands.largest_vox = size;
          twin->islands.runner_up_vox = before;
        }
      else
        twin->islands.runner_up_vox = MAX (twin->islands.runner_up_vox, size);
    }
}

static void
twin_clear (Twin *twin)
{
  g_array_unref (twin->sizes);
  g_free (twin->labels);
}

/* The voxels of component `label`, or of all with at least `min_vox` when it is 0. */
static BrgMask *
twin_select (const Twin *twin, int label, gsize min_vox)
{
  const int *dim = twin->mask->grid.dim;
  BrgMask *out = brg_mask_new (&twin->mask->grid, NULL);

  for (int v = 0; v < dim[0] * dim[1] * dim[2]; v++)
    {
      int at = twin->labels[v];
      bool keep = at != 0 && (label != 0 ? at == label
                                         : g_array_index (twin->sizes, gsize, at - 1) >= min_vox);
      brg_mask_set (out, v % dim[0], v / dim[0] % dim[1], v / dim[0] / dim[1], keep);
    }
  return out;
}

static void
assert_islands (const BrgIslands *got, const BrgIslands *expected)
{
  g_assert_cmpuint (got->n_components, ==, expected->n_components);
  g_assert_cmpuint (got->largest_vox, ==, expected->largest_vox);
  g_assert_cmpuint (got->runner_up_vox, ==, expected->runner_up_vox);
}

static void
check_at (const Twin *twin, int connectivity, BrgJob *job)
{
  const int *dim = twin->mask->grid.dim;
  int n = dim[0] * dim[1] * dim[2];

  for (int v = 0; v < n; v += MAX (1, n / 5))
    {
      int vox[3] = { v % dim[0], v / dim[0] % dim[1], v / dim[0] / dim[1] };
      BrgError error = { 0 };
      BrgMask *got = brg_components_at (twin->mask, connectivity, vox, job, &error);
      if (twin->labels[v] == 0)
        {
          g_assert_null (got);
          g_assert_cmpint (error.status, ==, BRG_EMPTY);
          continue;
        }
      BrgMask *expected = twin_select (twin, twin->labels[v], 0);
      twin_take_equal (got, expected);
      brg_mask_unref (expected);
    }
}

static void
check (const BrgMask *mask, int connectivity, int n_threads)
{
  BrgJob job = twin_job (n_threads);
  BrgIslands islands = { 0 };
  Twin twin;

  twin_init (&twin, mask, connectivity);
  g_assert_cmpint (brg_components_count (mask, connectivity, &islands, &job, NULL), ==, BRG_OK);
  assert_islands (&islands, &twin.islands);

  BrgMask *largest = twin_select (&twin, twin.largest, G_MAXSIZE);
  islands = (BrgIslands){ 0 };
  twin_take_equal (brg_components_keep_largest (mask, connectivity, &islands, &job, NULL), largest);
  assert_islands (&islands, &twin.islands);
  brg_mask_unref (largest);

  const size_t least[] = { 0, 1, 2, 5, twin.islands.largest_vox, twin.islands.largest_vox + 1 };
  for (size_t m = 0; m < G_N_ELEMENTS (least); m++)
    {
      BrgMask *expected = twin_select (&twin, 0, least[m]);
      twin_take_equal (
        brg_components_drop_small (mask, connectivity, least[m], &islands, &job, NULL), expected);
      brg_mask_unref (expected);
    }
  check_at (&twin, connectivity, &job);
  twin_clear (&twin);
}

static void
test_twin (void)
{
  for (size_t c = 0; c < G_N_ELEMENTS (twin_cases); c++)
    for (size_t n = 0; n < G_N_ELEMENTS (connectivities); n++)
      for (size_t t = 0; t < G_N_ELEMENTS (twin_threads); t++)
        {
          BrgMask *mask = twin_mask (&twin_cases[c], 5);
          check (mask, connectivities[n], twin_threads[t]);
          brg_mask_unref (mask);
        }
}

/* Every voxel is alone by faces and edges, and all are one by corners. */
static void
test_checkerboard (void)
{
  const TwinCase c = { { 66, 6, 35 }, { 1, 1, 1 }, 0 };
  BrgMask *mask = twin_mask (&c, 0);

  for (int k = 0; k < c.dim[2]; k++)
    for (int j = 0; j < c.dim[1]; j++)
      for (int i = (j + k) % 2; i < c.dim[0]; i += 2)
        brg_mask_set (mask, i, j, k, true);
  for (size_t n = 0; n < G_N_ELEMENTS (connectivities); n++)
    check (mask, connectivities[n], 2);
  brg_mask_unref (mask);
}

/* One thread of voxels that winds through every slice, so that unions chain across slabs. */
static void
test_spiral (void)
{
  const TwinCase c = { { 21, 5, 50 }, { 1, 1, 1 }, 0 };
  BrgMask *mask = twin_mask (&c, 0);
  BrgIslands islands;

  for (int k = 0; k < c.dim[2]; k++)
    for (int i = 0; i < c.dim[0]; i++)
      brg_mask_set (mask, i, 2, k, k % 2 == 0 || i == (k / 2 % 2 == 0 ? 20 : 0));
  g_assert_cmpint (brg_components_count (mask, 6, &islands, NULL, NULL), ==, BRG_OK);
  g_assert_cmpuint (islands.n_components, ==, 1);
  check (mask, 6, 7);
  brg_mask_unref (mask);
}

static void
test_tie (void)
{
  const TwinCase c = { { 70, 4, 40 }, { 1, 1, 1 }, 0 };
  BrgMask *mask = twin_mask (&c, 0), *first = twin_mask (&c, 0);
  BrgIslands islands;

  for (int i = 0; i < 3; i++)
    {
      brg_mask_set (first, 64 + i, 1, 2, true);
      brg_mask_set (mask, 64 + i, 1, 2, true);
      brg_mask_set (mask, 10 + i, 3, 2, true);
      brg_mask_set (mask, i, 0, 39, true);
    }
  twin_take_equal (brg_components_keep_largest (mask, 26, &islands, NULL, NULL), first);
  g_assert_cmpuint (islands.n_components, ==, 3);
  g_assert_cmpuint (islands.runner_up_vox, ==, 3);
  brg_mask_unref (mask);
  brg_mask_unref (first);
}

static void
test_refuses (void)
{
  BrgMask *mask = twin_mask (&twin_cases[2], 1);
  const int outside[][3] = { { -1, 0, 0 }, { 63, 0, 0 }, { 0, 6, 0 }, { 0, 0, 5 }, { 0, 0, -1 } };
  BrgError error = { 0 };

  g_assert_null (brg_components_keep_largest (mask, 8, NULL, NULL, &error));
  g_assert_cmpint (error.status, ==, BRG_INVALID);
  g_assert_nonnull (strstr (error.message, "got 8"));
  for (size_t o = 0; o < G_N_ELEMENTS (outside); o++)
    {
      g_assert_null (brg_components_at (mask, 6, outside[o], NULL, &error));
      g_assert_cmpint (error.status, ==, BRG_INVALID);
    }
  brg_mask_unref (mask);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/components/twin", test_twin);
  g_test_add_func ("/components/checkerboard", test_checkerboard);
  g_test_add_func ("/components/spiral", test_spiral);
  g_test_add_func ("/components/tie", test_tie);
  g_test_add_func ("/components/refuses", test_refuses);
  return g_test_run ();
}
