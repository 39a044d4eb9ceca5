/* Ball morphology against the definition, on a grid as if it were infinite. */

#include <glib.h>

#include "engine/brg-morphology.h"
#include "voxel-twin.h"

static bool
get (const BrgMask *mask, int i, int j, int k)
{
  return twin_inside (mask, i, j, k) && brg_mask_get (mask, i, j, k);
}

/* Ball offsets as i, j, k triples. */
static GArray *
ball (const BrgGrid *grid, double radius_mm)
{
  GArray *offsets = g_array_new (FALSE, FALSE, 3 * sizeof (int));
  int half[3];

  for (int a = 0; a < 3; a++)
    half[a] = (int) (radius_mm / brg_grid_spacing_mm (grid, a)) + 1;
  for (int k = -half[2]; k <= half[2]; k++)
    for (int j = -half[1]; j <= half[1]; j++)
      for (int i = -half[0]; i <= half[0]; i++)
        {
          double x = i * brg_grid_spacing_mm (grid, 0), y = j * brg_grid_spacing_mm (grid, 1);
          double z = k * brg_grid_spacing_mm (grid, 2);
          int offset[3] = { i, j, k };
          if (x * x + y * y + z * z <= radius_mm * radius_mm * (1 + 1e-9))
            g_array_append_val (offsets, offset);
        }
  return offsets;
}

/* Voxels with any (or, for `all`, every) voxel of the ball set. */
static BrgMask *
sweep (const BrgMask *mask, GArray *offsets, bool all)
{
  BrgMask *out = brg_mask_new (&mask->grid, NULL);

  for (int k = 0; k < mask->grid.dim[2]; k++)
    for (int j = 0; j < mask->grid.dim[1]; j++)
      for (int i = 0; i < mask->grid.dim[0]; i++)
        {
          bool value = all;
          for (guint o = 0; o < offsets->len && value == all; o++)
            {
              const int *d = (const int *) (void *) offsets->data + 3 * o;
              value = get (mask, i + d[0], j + d[1], k + d[2]);
            }
          brg_mask_set (out, i, j, k, value);
        }
  return out;
}

/* The mask with `margin` more voxels on both sides of each axis; or, for `sign` -1, fewer. */
static BrgMask *
pad (const BrgMask *mask, const int margin[3], int sign)
{
  BrgGrid grid = mask->grid;

  for (int a = 0; a < 3; a++)
    grid.dim[a] += 2 * sign * margin[a];
  BrgMask *out = brg_mask_new (&grid, NULL);
  for (int k = 0; k < grid.dim[2]; k++)
    for (int j = 0; j < grid.dim[1]; j++)
      for (int i = 0; i < grid.dim[0]; i++)
        brg_mask_set (out, i, j, k,
                      get (mask, i - sign * margin[0], j - sign * margin[1], k - sign * margin[2]));
  return out;
}

static BrgMask *
twin_close (const BrgMask *mask, GArray *offsets, double radius_mm)
{
  int margin[3];

  for (int a = 0; a < 3; a++)
    margin[a] = (int) (radius_mm / brg_grid_spacing_mm (&mask->grid, a)) + 1;
  BrgMask *padded = pad (mask, margin, 1);
  BrgMask *dilated = sweep (padded, offsets, false);
  BrgMask *closed = sweep (dilated, offsets, true);
  BrgMask *cut = pad (closed, margin, -1);
  BrgMask *out = brg_mask_copy (mask, NULL);

  brg_mask_clear (out);
  memcpy (out->words, cut->words, out->n_words * sizeof *out->words);
  brg_mask_unref (padded);
  brg_mask_unref (dilated);
  brg_mask_unref (closed);
  brg_mask_unref (cut);
  return out;
}

/* Every operation on every instruction set and number of threads; the mask stays as it was. */
static void
check_mask (const BrgMask *mask, double radius_mm)
{
  g_autoptr (GArray) offsets = ball (&mask->grid, radius_mm);
  BrgMask *dilated = sweep (mask, offsets, false), *eroded = sweep (mask, offsets, true);
  BrgMask *closed = twin_close (mask, offsets, radius_mm), *opened = sweep (eroded, offsets, false);
  BrgMask *before = brg_mask_copy (mask, NULL);

  for (size_t t = 0; t < G_N_ELEMENTS (twin_threads); t++)
    {
      BrgJob job = twin_job (twin_threads[t]);
      twin_take_equal (brg_dilate (mask, radius_mm, &job, NULL), dilated);
      twin_take_equal (brg_erode (mask, radius_mm, &job, NULL), eroded);
      twin_take_equal (brg_close (mask, radius_mm, &job, NULL), closed);
      twin_take_equal (brg_open (mask, radius_mm, &job, NULL), opened);
      twin_take_equal (brg_margin (mask, radius_mm, &job, NULL), dilated);
      twin_take_equal (brg_margin (mask, -radius_mm, &job, NULL), eroded);
    }
  g_assert_true (brg_mask_equal (mask, before));
  brg_mask_unref (before);
  brg_mask_unref (dilated);
  brg_mask_unref (eroded);
  brg_mask_unref (closed);
  brg_mask_unref (opened);
}

static void
check (const TwinCase *c, double radius_mm)
{
  BrgMask *mask = twin_mask (c, 13);

  check_mask (mask, radius_mm);
  brg_mask_unref (mask);
}

static void
test_twin (void)
{
  const double radii[] = { 0, 0.4, 1, 1.5, 2.1 };

  for (size_t c = 0; c < G_N_ELEMENTS (twin_cases); c++)
    for (size_t r = 0; r < G_N_ELEMENTS (radii); r++)
      check (&twin_cases[c], radii[r]);
}

/* Balls wider than a word, and wider than the grid. */
static void
test_large (void)
{
  const TwinCase fine = { { 130, 2, 2 }, { 0.1, 4, 3 }, 0.01 };
  const TwinCase small = { { 5, 4, 6 }, { 1, 1, 1 }, 0.05 };
  const TwinCase tiny = { { 3, 2, 2 }, { 1, 1.5, 2 }, 0.3 };

  check (&fine, 7);
  check (&small, 5);
  check (&tiny, 9.5);
}

/* Rows of 5, 10 and 15 words. */
static void
test_wide (void)
{
  const TwinCase cases[] = { { { 270, 4, 3 }, { 0.5, 0.6, 0.8 }, 0.03 },
                             { { 600, 3, 4 }, { 0.45, 0.5, 0.75 }, 0.1 },
                             { { 901, 3, 2 }, { 0.4, 0.5, 0.75 }, 0.02 } };

  for (size_t c = 0; c < G_N_ELEMENTS (cases); c++)
    check (&cases[c], 1.3);
}

/* Rows enough to be shared out. */
static void
test_slabs (void)
{
  const TwinCase cases[] = { { { 1, 128, 140 }, { 0.5, 0.6, 0.8 }, 0.03 },
                             { { 3, 300, 60 }, { 0.45, 0.5, 0.75 }, 0.1 } };

  for (size_t c = 0; c < G_N_ELEMENTS (cases); c++)
    check (&cases[c], 1.3);
}

/* One voxel, in the middle and in a corner, and all but one; a ball that holds its centre alone. */
static void
test_single (void)
{
  const TwinCase empty = { { 70, 8, 7 }, { 0.5, 0.9, 1.3 }, 0 };

  for (int corner = 0; corner < 2; corner++)
    for (int inverse = 0; inverse < 2; inverse++)
      {
        BrgMask *mask = twin_mask (&empty, 0);
        brg_mask_set (mask, corner ? 69 : 31, corner ? 7 : 3, corner ? 0 : 4, true);
        if (inverse)
          brg_mask_invert (mask);
        check_mask (mask, 0.3);
        check_mask (mask, 2.7);
        brg_mask_unref (mask);
      }
}

/* A ball that grew from a voxel shrinks back to it, and one voxel more makes it vanish. */
static void
test_inverse (void)
{
  const TwinCase c = { { 75, 24, 20 }, { 0.5, 1, 1.25 }, 0 };
  BrgMask *point = twin_mask (&c, 0);

  brg_mask_set (point, 63, 11, 9, true);
  BrgMask *grown = brg_dilate (point, 5, NULL, NULL);
  BrgMask *none = brg_erode (grown, 5.01, NULL, NULL);
  twin_take_equal (brg_erode (grown, 5, NULL, NULL), point);
  g_assert_true (brg_mask_count (none) <= 1);
  brg_mask_unref (none);
  none = brg_erode (grown, 6, NULL, NULL);
  g_assert_true (brg_mask_is_empty (none));
  brg_mask_unref (point);
  brg_mask_unref (grown);
  brg_mask_unref (none);
}

static void
test_refuses (void)
{
  const double wrong[] = { -1, NAN, INFINITY, BRG_MORPHOLOGY_MAX_MM + 1 };
  BrgMask *mask = twin_mask (&twin_cases[2], 1);

  for (size_t w = 0; w < G_N_ELEMENTS (wrong); w++)
    {
      BrgError error = { 0 };
      g_assert_null (brg_dilate (mask, wrong[w], NULL, &error));
      g_assert_cmpint (error.status, ==, BRG_INVALID);
      g_assert_null (brg_close (mask, wrong[w], NULL, NULL));
      g_assert_null (brg_erode (mask, wrong[w], NULL, NULL));
      g_assert_null (brg_open (mask, wrong[w], NULL, NULL));
    }
  for (int sign = -1; sign <= 1; sign += 2)
    for (size_t w = 1; w < G_N_ELEMENTS (wrong); w++)
      {
        BrgError error = { 0 };
        g_assert_null (brg_margin (mask, sign * wrong[w], NULL, &error));
        g_assert_cmpint (error.status, ==, BRG_INVALID);
      }
  brg_mask_unref (mask);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/morphology/twin", test_twin);
  g_test_add_func ("/morphology/large", test_large);
  g_test_add_func ("/morphology/wide", test_wide);
  g_test_add_func ("/morphology/slabs", test_slabs);
  g_test_add_func ("/morphology/single", test_single);
  g_test_add_func ("/morphology/inverse", test_inverse);
  g_test_add_func ("/morphology/refuses", test_refuses);
  return g_test_run ();
}
