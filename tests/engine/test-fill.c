/* Capped fills against a flood fill of the background. */

#include <glib.h>

#include "engine/brg-fill.h"
#include "voxel-twin.h"

static bool
on_border (const BrgMask *mask, int i, int j, int k, bool flat)
{
  const int *dim = mask->grid.dim;

  return i == 0 || i == dim[0] - 1 || j == 0 || j == dim[1] - 1 ||
         (!flat && (k == 0 || k == dim[2] - 1));
}

static BrgMask *
twin_fill (const BrgMask *mask, double limit, double unit, bool flat)
{
  const int *dim = mask->grid.dim;
  g_autoptr (GArray) sizes = g_array_new (FALSE, FALSE, sizeof (gsize));
  g_autofree int *labels = twin_labels (mask, false, 3, flat, sizes);
  g_autofree bool *border = g_new0 (bool, sizes->len + 1);
  BrgMask *out = brg_mask_copy (mask, NULL);

  for (int pass = 0; pass < 2; pass++)
    for (int v = 0; v < dim[0] * dim[1] * dim[2]; v++)
      {
        int i = v % dim[0], j = v / dim[0] % dim[1], k = v / dim[0] / dim[1];
        if (labels[v] == 0)
          continue;
        if (pass == 0)
          border[labels[v]] |= on_border (mask, i, j, k, flat);
        else if (!border[labels[v]] &&
                 (double) g_array_index (sizes, gsize, labels[v] - 1) * unit <= limit * (1 + 1e-9))
          brg_mask_set (out, i, j, k, true);
      }
  return out;
}

static void
check (const BrgMask *mask, double n_vox, bool flat)
{
  double area = brg_grid_spacing_mm (&mask->grid, 0) * brg_grid_spacing_mm (&mask->grid, 1);
  double unit = flat ? area : area * brg_grid_spacing_mm (&mask->grid, 2);
  BrgMask *expected = twin_fill (mask, n_vox * unit, unit, flat);

  for (size_t t = 0; t < G_N_ELEMENTS (twin_threads); t++)
    {
      BrgJob job = twin_job (twin_threads[t]);
      twin_take_equal (flat ? brg_fill_slices (mask, n_vox * unit, &job, NULL)
                            : brg_fill_volume (mask, n_vox * unit, &job, NULL),
                       expected);
    }
  brg_mask_unref (expected);
}

static void
test_twin (void)
{
  const double limits_vox[] = { 0, 0.99, 1, 2, 7, 40, INFINITY };

  for (size_t c = 0; c < G_N_ELEMENTS (twin_cases); c++)
    for (size_t l = 0; l < G_N_ELEMENTS (limits_vox); l++)
      {
        BrgMask *mask = twin_mask (&twin_cases[c], 21);
        check (mask, limits_vox[l], true);
        check (mask, limits_vox[l], false);
        brg_mask_invert (mask);
        check (mask, limits_vox[l], false);
        brg_mask_unref (mask);
      }
}

/* A shell around a cavity of known size, across words and slabs; a corner opening lets it out. */
static void
test_shell (void)
{
  const TwinCase c = { { 80, 12, 40 }, { 0.5, 0.5, 2 }, 0 };
  BrgMask *mask = twin_mask (&c, 0);
  const double cavity_mm3 = 68 * 4 * 26 * 0.5;

  for (int k = 5; k < 33; k++)
    for (int j = 3; j < 9; j++)
      for (int i = 5; i < 75; i++)
        brg_mask_set (mask, i, j, k, k == 5 || k == 32 || j == 3 || j == 8 || i == 5 || i == 74);
  size_t before = brg_mask_count (mask);
  BrgMask *under = brg_fill_volume (mask, cavity_mm3 - 0.5, NULL, NULL);
  BrgMask *exact = brg_fill_volume (mask, cavity_mm3, NULL, NULL);
  g_assert_cmpuint (brg_mask_count (under), ==, before);
  g_assert_cmpuint (brg_mask_count (exact), ==, 70 * 6 * 28);
  brg_mask_set (mask, 5, 3, 5, false);
  BrgMask *open = brg_fill_volume (mask, INFINITY, NULL, NULL);
  g_assert_cmpuint (brg_mask_count (open), ==, before - 1);
  brg_mask_unref (mask);
  brg_mask_unref (under);
  brg_mask_unref (exact);
  brg_mask_unref (open);
}

static void
test_refuses (void)
{
  BrgMask *mask = twin_mask (&twin_cases[2], 1);
  BrgError error = { 0 };

  g_assert_null (brg_fill_slices (mask, -0.5, NULL, &error));
  g_assert_cmpint (error.status, ==, BRG_INVALID);
  g_assert_nonnull (strstr (error.message, "-0.5"));
  g_assert_null (brg_fill_volume (mask, NAN, NULL, &error));
  g_assert_cmpint (error.status, ==, BRG_INVALID);
  brg_mask_unref (mask);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fill/twin", test_twin);
  g_test_add_func ("/fill/shell", test_shell);
  g_test_add_func ("/fill/refuses", test_refuses);
  return g_test_run ();
}
