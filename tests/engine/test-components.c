/* Run-based components against a flood fill. */

#include <glib.h>

#include "engine/brg-alloc.h"
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

/* The voxels of component `label`, or of all with min_vox to max_vox when it is 0. */
static BrgMask *
twin_select (const Twin *twin, int label, gsize min_vox, gsize max_vox)
{
  const int *dim = twin->mask->grid.dim;
  BrgMask *out = brg_mask_new (&twin->mask->grid, NULL);

  for (int v = 0; v < dim[0] * dim[1] * dim[2]; v++)
    {
      int at = twin->labels[v];
      gsize size = at != 0 ? g_array_index (twin->sizes, gsize, at - 1) : 0;
      bool keep = at != 0 && (label != 0 ? at == label : size >= min_vox && size <= max_vox);
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
      BrgIslands islands = { 0 };
      BrgMask *got = brg_components_at (twin->mask, connectivity, vox, &islands, job, &error);
      BrgMask *others = brg_components_without (twin->mask, connectivity, vox, NULL, job, &error);
      if (twin->labels[v] == 0)
        {
          g_assert_null (got);
          g_assert_null (others);
          g_assert_cmpint (error.status, ==, BRG_EMPTY);
          continue;
        }
      BrgMask *expected = twin_select (twin, twin->labels[v], 0, 0);
      BrgMask *rest = brg_mask_copy (twin->mask, NULL);
      brg_mask_and_not (rest, expected, NULL);
      assert_islands (&islands, &twin->islands);
      twin_take_equal (got, expected);
      twin_take_equal (others, rest);
      brg_mask_unref (expected);
      brg_mask_unref (rest);
    }
}

static void
check_sizes (const Twin *twin, int connectivity, BrgJob *job)
{
  const size_t largest = twin->islands.largest_vox, next = twin->islands.runner_up_vox;
  const size_t limits[][2] = { { 0, G_MAXSIZE },
                               { 1, 1 },
                               { 2, 5 },
                               { 5, G_MAXSIZE },
                               { largest, G_MAXSIZE },
                               { 0, largest },
                               { next, largest - 1 },
                               { largest + 1, G_MAXSIZE } };
  double mm3 = brg_grid_voxel_mm3 (&twin->mask->grid);

  for (size_t l = 0; l < G_N_ELEMENTS (limits); l++)
    {
      BrgIslands islands = { 0 };
      double min_mm3 = (double) limits[l][0] * mm3;
      double max_mm3 = limits[l][1] == G_MAXSIZE ? (double) INFINITY : (double) limits[l][1] * mm3;
      if (limits[l][0] > limits[l][1])
        continue;
      BrgMask *expected = twin_select (twin, 0, limits[l][0], limits[l][1]);
      twin_take_equal (
        brg_components_keep_sizes (twin->mask, connectivity, min_mm3, max_mm3, &islands, job, NULL),
        expected);
      assert_islands (&islands, &twin->islands);
      brg_mask_unref (expected);
    }
}

/* Labels by size; of equals the first, as labels grow with the first voxel. */
static int
compare_labels (gconstpointer a, gconstpointer b, gpointer data)
{
  const GArray *sizes = data;
  int x = *(const int *) a, y = *(const int *) b;
  gsize n_x = g_array_index (sizes, gsize, x - 1), n_y = g_array_index (sizes, gsize, y - 1);

  return n_x != n_y ? (n_x > n_y ? -1 : 1) : x - y;
}

static void
check_component (const Twin *twin, int label, const BrgComponent *got)
{
  BrgMask *expected = twin_select (twin, label, 0, 0);
  BrgBox box = brg_mask_bounds (expected);
  const int *dim = twin->mask->grid.dim;
  int first = 0;

  while (twin->labels[first] != label)
    first++;
  g_assert_cmpuint (got->n_vox, ==, brg_mask_count (expected));
  g_assert_cmpfloat (got->mm3, ==, brg_mask_volume_mm3 (expected));
  g_assert_cmpint (got->first_vox[0], ==, first % dim[0]);
  g_assert_cmpint (got->first_vox[1], ==, first / dim[0] % dim[1]);
  g_assert_cmpint (got->first_vox[2], ==, first / dim[0] / dim[1]);
  g_assert_cmpmem (&got->box_vox, sizeof got->box_vox, &box, sizeof box);
  brg_mask_unref (expected);
}

static void
check_list (const Twin *twin, int connectivity, BrgJob *job)
{
  const size_t most[] = { 0, 3, G_MAXSIZE };
  g_autoptr (GArray) order = g_array_new (FALSE, FALSE, sizeof (int));

  for (int label = 1; label <= (int) twin->sizes->len; label++)
    g_array_append_val (order, label);
  g_array_sort_with_data (order, compare_labels, twin->sizes);
  for (size_t m = 0; m < G_N_ELEMENTS (most); m++)
    {
      BrgComponent *list;
      size_t n;
      g_assert_cmpint (
        brg_components_list (twin->mask, connectivity, most[m], &list, &n, job, NULL), ==, BRG_OK);
      g_assert_cmpuint (n, ==, MIN (most[m], order->len));
      for (size_t c = 0; c < MIN (n, 5); c++)
        check_component (twin, g_array_index (order, int, c), &list[c]);
      brg_free (list);
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

  BrgMask *largest = twin_select (&twin, twin.largest, G_MAXSIZE, 0);
  islands = (BrgIslands){ 0 };
  twin_take_equal (brg_components_keep_largest (mask, connectivity, &islands, &job, NULL), largest);
  assert_islands (&islands, &twin.islands);
  brg_mask_unref (largest);

  check_sizes (&twin, connectivity, &job);
  check_at (&twin, connectivity, &job);
  check_list (&twin, connectivity, &job);
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

/* Pairs of rows and of slices are read together: the first voxel decides all the same. */
static void
test_tie_in_a_pair (void)
{
  const TwinCase c = { { 70, 6, 6 }, { 1, 1, 1 }, 0 };
  const int voxels[][2][3] = { { { 1, 1, 0 }, { 9, 0, 0 } },
                               { { 1, 0, 1 }, { 9, 1, 0 } },
                               { { 66, 4, 0 }, { 3, 0, 1 } },
                               { { 3, 3, 3 }, { 66, 2, 3 } } };

  for (size_t v = 0; v < G_N_ELEMENTS (voxels); v++)
    {
      BrgMask *mask = twin_mask (&c, 0);
      for (int x = 0; x < 2; x++)
        brg_mask_set (mask, voxels[v][x][0], voxels[v][x][1], voxels[v][x][2], true);
      for (size_t n = 0; n < G_N_ELEMENTS (connectivities); n++)
        check (mask, connectivities[n], 2);
      brg_mask_unref (mask);
    }
}

/* Few voxels, so that many meet at edges and corners alone, across words, pairs and slabs. */
static void
test_sparse (void)
{
  const int dims[][3] = { { 70, 8, 37 }, { 129, 7, 18 }, { 64, 13, 17 }, { 200, 5, 4 } };
  const double share[] = { 0.03, 0.06, 0.1, 0.2 };

  for (guint32 seed = 0; seed < 16; seed++)
    {
      TwinCase c = { .spacing = { 1, 2, 0.5 }, .noise = share[seed % 4] };
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      memcpy (c.dim, dims[seed / 4], sizeof c.dim);
      BrgGrid grid = twin_grid (&c);
      BrgMask *mask = brg_mask_new (&grid, NULL);
      for (int v = 0; v < c.dim[0] * c.dim[1] * c.dim[2]; v++)
        if (g_rand_double (rand) < c.noise)
          brg_mask_set (mask, v % c.dim[0], v / c.dim[0] % c.dim[1], v / c.dim[0] / c.dim[1], true);
      for (size_t n = 0; n < G_N_ELEMENTS (connectivities); n++)
        check (mask, connectivities[n], twin_threads[seed % G_N_ELEMENTS (twin_threads)]);
      brg_mask_unref (mask);
    }
}

static double
distance_mm (const BrgMask *mask, BrgVec3 lps_mm, int i, int j, int k)
{
  return brg_vec3_length (
    brg_vec3_sub (brg_grid_lps_from_vox (&mask->grid, brg_vec3 (i, j, k)), lps_mm));
}

static void
check_nearest (const BrgMask *mask, BrgVec3 lps_mm, double within_mm)
{
  const int *dim = mask->grid.dim;
  double best = INFINITY;
  int expected[3] = { -1, -1, -1 }, got[3] = { -1, -1, -1 };
  BrgError error = { 0 };

  for (int v = 0; v < dim[0] * dim[1] * dim[2]; v++)
    {
      int i = v % dim[0], j = v / dim[0] % dim[1], k = v / dim[0] / dim[1];
      double mm =
        brg_mask_get (mask, i, j, k) ? distance_mm (mask, lps_mm, i, j, k) : (double) INFINITY;
      if (mm > within_mm || mm >= best)
        continue;
      best = mm;
      expected[0] = i;
      expected[1] = j;
      expected[2] = k;
    }
  BrgStatus status = brg_components_nearest (mask, lps_mm, within_mm, got, &error);
  g_assert_cmpint (status, ==, isfinite (best) ? BRG_OK : BRG_EMPTY);
  g_assert_cmpmem (got, sizeof got, expected, sizeof expected);
}

/* On a turned and sheared grid. */
static void
test_nearest (void)
{
  const TwinCase c = { { 40, 13, 11 }, { 1, 1, 1 }, 0.05 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (8);
  BrgMask *mask = twin_mask (&c, 4);
  const double m[3][4] = { { 0.5, 0.2, 0, -5 }, { -0.1, 1.3, 0.3, 4 }, { 0, -0.2, 2, 9 } };

  for (int row = 0; row < 3; row++)
    memcpy (mask->grid.lps_from_vox.m[row], m[row], sizeof m[row]);
  for (int n = 0; n < 300; n++)
    {
      BrgVec3 vox =
        brg_vec3 (g_rand_double_range (rand, -5, 45), g_rand_double_range (rand, -5, 18),
                  g_rand_double_range (rand, -3, 14));
      check_nearest (mask, brg_grid_lps_from_vox (&mask->grid, vox), n % 4 * 1.5);
    }
  check_nearest (mask, brg_vec3 (1e30, -1e30, 0), 3);
  brg_mask_unref (mask);
}

static void
assert_refused (BrgMask *got, const BrgError *error, const char *number)
{
  g_assert_null (got);
  g_assert_cmpint (error->status, ==, BRG_INVALID);
  g_assert_nonnull (strstr (error->message, number));
}

static void
test_refuses_numbers (void)
{
  BrgMask *mask = twin_mask (&twin_cases[2], 1);
  const struct
  {
    double min_mm3, max_mm3;
    const char *number;
  } sizes[] = { { -2.5, 9, "-2.5" }, { NAN, 9, "nan" }, { 3, 2.25, "2.25" },
                { 3, NAN, "nan" },   { 0, -1, "-1" },   { INFINITY, INFINITY, "inf" } };
  int vox[3];
  BrgError error = { 0 };

  for (size_t s = 0; s < G_N_ELEMENTS (sizes); s++)
    assert_refused (
      brg_components_keep_sizes (mask, 6, sizes[s].min_mm3, sizes[s].max_mm3, NULL, NULL, &error),
      &error, sizes[s].number);
  g_assert_cmpint (brg_components_nearest (mask, brg_vec3 (0, 0, 0), -0.5, vox, &error), ==,
                   BRG_INVALID);
  g_assert_nonnull (strstr (error.message, "-0.5"));
  g_assert_cmpint (brg_components_nearest (mask, brg_vec3 (0, 0, 0), NAN, vox, &error), ==,
                   BRG_INVALID);
  g_assert_cmpint (brg_components_nearest (mask, brg_vec3 (0, NAN, 0), 1, vox, &error), ==,
                   BRG_INVALID);
  g_assert_cmpint (brg_components_nearest (mask, brg_vec3 (900, 0, 0), 4.5, vox, &error), ==,
                   BRG_EMPTY);
  g_assert_nonnull (strstr (error.message, "within 4.5 mm of 900, 0, 0"));
  brg_mask_unref (mask);
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
      g_assert_null (brg_components_at (mask, 6, outside[o], NULL, NULL, &error));
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
  g_test_add_func ("/components/tie-in-a-pair", test_tie_in_a_pair);
  g_test_add_func ("/components/sparse", test_sparse);
  g_test_add_func ("/components/nearest", test_nearest);
  g_test_add_func ("/components/refuses", test_refuses);
  g_test_add_func ("/components/refuses-numbers", test_refuses_numbers);
  return g_test_run ();
}
