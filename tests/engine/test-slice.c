/* Slices against a pixel-by-pixel twin; conversions, letters, offsets of cropped masks. */

#include <glib.h>

#include "engine/brg-slice.h"

static BrgGrid
oblique_grid (int ni, int nj, int nk, double degrees)
{
  double spacing[3] = { 0.7, 1.1, 2.3 };
  BrgGrid grid = brg_grid_simple (ni, nj, nk, spacing, brg_vec3 (11, -7, 140));
  double c = cos (degrees * BRG_PI / 180);
  double s = sin (degrees * BRG_PI / 180);
  BrgAffine turn = brg_affine_identity ();

  turn.m[0][0] = c;
  turn.m[0][1] = -s;
  turn.m[1][0] = s;
  turn.m[1][1] = c;
  grid.lps_from_vox = brg_affine_multiply (&turn, &grid.lps_from_vox);
  return grid;
}

static BrgVolume *
random_volume (const BrgGrid *grid)
{
  BrgVolume *volume = brg_volume_new (grid, NULL);

  for (size_t v = 0; v < brg_grid_n_voxels (grid); v++)
    volume->hu[v] = (int16_t) g_random_int_range (-1100, 3000);
  volume->hu[0] = INT16_MIN;
  return volume;
}

static BrgMask *
random_mask (const BrgGrid *grid)
{
  BrgMask *mask = brg_mask_new (grid, NULL);

  for (int k = 0; k < grid->dim[2]; k++)
    for (int j = 0; j < grid->dim[1]; j++)
      for (int i = 0; i < grid->dim[0]; i++)
        brg_mask_set (mask, i, j, k, g_random_int_range (0, 4) > 0);
  return mask;
}

/* ---- the twin: one pixel at a time, from the documented meaning ---- */

static bool
voxel_at (const BrgGrid *grid, const BrgSliceMap *map, int x, int y, int vox[3])
{
  double px[2] = { x + 0.5, y + 0.5 };
  double at[3];

  brg_slice_vox_from_px (grid, map, px, at);
  for (int a = 0; a < 3; a++)
    {
      vox[a] = brg_vox_round (at[a]);
      if (vox[a] < 0 || vox[a] >= grid->dim[a])
        return false;
    }
  return true;
}

static bool
mask_at (const BrgGrid *grid, const BrgMask *mask, const BrgSliceMap *map, int x, int y)
{
  int vox[3];

  if (!voxel_at (grid, map, x, y, vox))
    return false;
  BrgVec3 lps = brg_grid_lps_from_vox (grid, brg_vec3 (vox[0], vox[1], vox[2]));
  BrgVec3 there = brg_grid_vox_from_lps (&mask->grid, lps);
  int in[3] = { brg_vox_round (there.x), brg_vox_round (there.y), brg_vox_round (there.z) };
  for (int a = 0; a < 3; a++)
    if (in[a] < 0 || in[a] >= mask->grid.dim[a])
      return false;
  return brg_mask_get (mask, in[0], in[1], in[2]);
}

static int
blended (int under, int colour, double opacity)
{
  int alpha = (int) (opacity * 256 + 0.5);

  return (under * (256 - alpha) + colour * alpha + 128) >> 8;
}

static double
interpolated_hu (const BrgVolume *volume, const BrgSliceMap *map, int x, int y)
{
  double px[2] = { x + 0.5, y + 0.5 };
  double at[3];
  double sum = 0;

  brg_slice_vox_from_px (&volume->grid, map, px, at);
  for (int corner = 0; corner < 8; corner++)
    {
      double weight = 1;
      int vox[3];
      for (int a = 0; a < 3; a++)
        {
          double within = fmin (fmax (at[a], 0), volume->grid.dim[a] - 1);
          int lo = (int) floor (within);
          bool upper = corner >> a & 1;
          weight *= upper ? within - lo : 1 - (within - lo);
          vox[a] = MIN (lo + upper, volume->grid.dim[a] - 1);
        }
      sum += weight * brg_volume_get (volume, vox[0], vox[1], vox[2]);
    }
  return sum;
}

static double
expected_grey (const BrgVolume *volume, const BrgSliceRequest *request, int x, int y)
{
  int vox[3];

  if (!voxel_at (&volume->grid, &request->map, x, y, vox))
    return 0;
  double hu = request->linear ? interpolated_hu (volume, &request->map, x, y)
                              : brg_volume_get (volume, vox[0], vox[1], vox[2]);
  return CLAMP (((hu - request->level_hu) / request->window_hu + 0.5) * 255, 0, 255);
}

static void
overlay_expected (const BrgVolume *volume, const BrgSliceRequest *request, int x, int y, int bgr[3])
{
  const BrgGrid *grid = &volume->grid;
  const BrgSlicePreview *preview = &request->preview;
  int vox[3];

  if (preview->on && voxel_at (grid, &request->map, x, y, vox) &&
      (preview->restrict_to == NULL || mask_at (grid, preview->restrict_to, &request->map, x, y)))
    {
      int hu = brg_volume_get (volume, vox[0], vox[1], vox[2]);
      for (int c = 0; c < 3 && hu >= preview->lo_hu && hu <= preview->hi_hu; c++)
        bgr[c] = blended (bgr[c], preview->rgb >> (8 * c) & 255, preview->opacity);
    }
  for (size_t l = 0; l < request->n_layers; l++)
    {
      const BrgSliceLayer *layer = &request->layers[l];
      const BrgSliceMap *map = &request->map;
      if (!mask_at (grid, layer->mask, map, x, y))
        continue;
      bool edge = !mask_at (grid, layer->mask, map, x - 1, y) ||
                  !mask_at (grid, layer->mask, map, x + 1, y) ||
                  !mask_at (grid, layer->mask, map, x, y - 1) ||
                  !mask_at (grid, layer->mask, map, x, y + 1);
      for (int c = 0; c < 3; c++)
        bgr[c] = edge && layer->outline
                   ? (int) (layer->rgb >> (8 * c) & 255)
                   : blended (bgr[c], layer->rgb >> (8 * c) & 255, layer->opacity);
    }
}

static void
check_composed (const BrgVolume *volume, const BrgSliceRequest *request)
{
  int width = request->map.width_px;
  int height = request->map.height_px;
  size_t stride = (size_t) width * 4 + 12;
  g_autofree guint8 *bgra = g_malloc0 (stride * height);
  BrgError error = { 0 };

  g_assert_cmpint (brg_slice_compose (volume, request, bgra, stride, &error), ==, BRG_OK);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        const guint8 *pixel = bgra + y * stride + x * 4;
        double grey = expected_grey (volume, request, x, y);
        int lo[3], hi[3];
        for (int c = 0; c < 3; c++)
          {
            lo[c] = (int) floor (grey + 0.5 - 1e-2);
            hi[c] = (int) floor (grey + 0.5 + 1e-2);
          }
        overlay_expected (volume, request, x, y, lo);
        overlay_expected (volume, request, x, y, hi);
        for (int c = 0; c < 3; c++)
          g_assert_true (pixel[c] == lo[c] || pixel[c] == hi[c]);
        g_assert_cmpint (pixel[3], ==, 255);
      }
  for (int y = 0; y < height; y++)
    for (int b = 0; b < 12; b++)
      g_assert_cmpint (bgra[y * stride + width * 4 + b], ==, 0);
}

static void
check_planes (const BrgVolume *volume, BrgSliceRequest *request, int width, int height)
{
  for (BrgPlane plane = 0; plane < BRG_N_PLANES; plane++)
    for (int view = 0; view < 5; view++)
      {
        int index = (brg_plane_n_slices (&volume->grid, plane) - 1) / 2;
        double corner[2] = { width * 0.3, height * 0.8 };
        request->map = brg_slice_fit (&volume->grid, plane, index, width, height, 3);
        if (view == 1)
          brg_slice_zoom (&volume->grid, &request->map, corner, 3.3);
        if (view == 2)
          brg_slice_zoom (&volume->grid, &request->map, corner, 0.21);
        if (view == 3)
          brg_slice_pan (&volume->grid, &request->map, width * 0.45, -height * 0.4);
        if (view == 4)
          request->map.centre_vox[0] = request->map.centre_vox[1] = 1e6;
        request->linear = view % 2 == 1;
        check_composed (volume, request);
      }
}

static void
test_compose (void)
{
  const int widths[] = { 1, 63, 64, 65, 130 };

  g_random_set_seed (3);
  for (size_t w = 0; w < G_N_ELEMENTS (widths); w++)
    {
      BrgGrid grid = oblique_grid (widths[w], 17, 5, 12);
      BrgBox box = { { widths[w] / 3, 2, 1 }, { widths[w] / 3 + widths[w] / 2 + 1, 14, 4 } };
      BrgBox clipped = brg_grid_box (&grid);
      clipped = brg_box_intersect (&clipped, &box);
      BrgGrid crop = brg_grid_crop (&grid, &clipped);
      BrgVolume *volume = random_volume (&grid);
      BrgMask *whole = random_mask (&grid);
      BrgMask *part = random_mask (&crop);
      BrgSliceLayer layers[] = { { whole, 0x123456, 0.4, false }, { part, 0xE5484D, 0.25, true } };
      BrgSliceRequest request = { .level_hu = 300, .window_hu = 1500, .layers = layers };

      check_planes (volume, &request, 41, 29);
      request.n_layers = G_N_ELEMENTS (layers);
      check_planes (volume, &request, 41, 29);
      request.preview = (BrgSlicePreview){ true, 150, 900, 0xF5C211, 0.5, NULL };
      check_planes (volume, &request, 30, 47);
      request.preview.restrict_to = part;
      check_planes (volume, &request, 1, 3);
      brg_volume_unref (volume);
      brg_mask_unref (whole);
      brg_mask_unref (part);
    }
}

static void
test_refused (void)
{
  BrgGrid grid = oblique_grid (9, 8, 7, 0);
  BrgGrid shifted = grid;
  BrgVolume *volume = random_volume (&grid);
  guint8 bgra[4 * 4 * 4] = { 0 };
  BrgSliceRequest good = { .map = brg_slice_fit (&grid, BRG_AXIAL, 3, 4, 4, 0), .window_hu = 100 };
  BrgSliceRequest bad[6];
  BrgError error = { 0 };

  shifted.lps_from_vox.m[1][3] += 0.3;
  BrgMask *mask = brg_mask_new (&shifted, NULL);
  BrgSliceLayer layer = { mask, 0xffffff, 0.5, false };
  for (size_t b = 0; b < G_N_ELEMENTS (bad); b++)
    bad[b] = good;
  bad[0].map.index = 7;
  bad[1].map.width_px = 0;
  bad[2].window_hu = NAN;
  bad[3].map.mm_per_px = 0;
  bad[4].layers = &layer;
  bad[4].n_layers = 1;
  bad[5].preview = (BrgSlicePreview){ .on = true, .opacity = 1.5 };
  for (size_t b = 0; b < G_N_ELEMENTS (bad); b++)
    g_assert_cmpint (brg_slice_compose (volume, &bad[b], bgra, 16, &error), ==, BRG_INVALID);
  for (size_t b = 0; b < sizeof bgra; b++)
    g_assert_cmpint (bgra[b], ==, 0);
  g_assert_cmpint (brg_slice_compose (volume, &good, bgra, 16, &error), ==, BRG_OK);
  brg_mask_unref (mask);
  brg_volume_unref (volume);
}

/* Radiological convention on a marker in each direction. */
static void
test_convention (void)
{
  BrgGrid grid = oblique_grid (21, 31, 11, 0);
  const struct
  {
    BrgPlane plane;
    int axis;
    int screen; /* 0: moves right, 1: moves down */
    int sign;
  } cases[] = {
    { BRG_AXIAL, 0, 0, 1 },    { BRG_AXIAL, 1, 1, 1 },    { BRG_CORONAL, 0, 0, 1 },
    { BRG_CORONAL, 2, 1, -1 }, { BRG_SAGITTAL, 1, 0, 1 }, { BRG_SAGITTAL, 2, 1, -1 },
  };

  for (size_t c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      BrgSliceMap map = brg_slice_fit (&grid, cases[c].plane, 2, 300, 200, 0);
      BrgVec3 lps = brg_grid_lps_from_vox (&grid, brg_vec3 (10, 15, 5));
      double before[2], after[2];
      brg_slice_px_from_lps (&grid, &map, lps, before);
      *(cases[c].axis == 0 ? &lps.x : cases[c].axis == 1 ? &lps.y : &lps.z) += 5;
      brg_slice_px_from_lps (&grid, &map, lps, after);
      g_assert_cmpfloat_with_epsilon (before[0], 150, 1e-9);
      g_assert_cmpfloat_with_epsilon (before[1], 100, 1e-9);
      g_assert_cmpfloat_with_epsilon (after[cases[c].screen] - before[cases[c].screen],
                                      cases[c].sign * 5 / map.mm_per_px, 1e-9);
      g_assert_cmpfloat_with_epsilon (after[!cases[c].screen], before[!cases[c].screen], 1e-9);
    }
}

static void
test_round_trip (void)
{
  BrgGrid grid = oblique_grid (51, 40, 33, 25);

  for (BrgPlane plane = 0; plane < BRG_N_PLANES; plane++)
    {
      BrgSliceMap map = brg_slice_fit (&grid, plane, 20, 333, 217, 10);
      const double at[2] = { 71.25, 180.5 };
      double vox[3], back[2], moved[3];

      brg_slice_zoom (&grid, &map, (double[]){ 200, 20 }, 2.7);
      brg_slice_vox_from_px (&grid, &map, at, vox);
      g_assert_cmpfloat (vox[brg_plane_axes (plane).normal], ==, 20);
      brg_slice_px_from_vox (&grid, &map, vox, back);
      g_assert_cmpfloat_with_epsilon (back[0], at[0], 1e-9);
      g_assert_cmpfloat_with_epsilon (back[1], at[1], 1e-9);
      brg_slice_px_from_lps (&grid, &map, brg_slice_lps_from_px (&grid, &map, at), back);
      g_assert_cmpfloat_with_epsilon (back[0], at[0], 1e-9);

      brg_slice_zoom (&grid, &map, at, 1.1);
      brg_slice_vox_from_px (&grid, &map, at, moved);
      for (int a = 0; a < 3; a++)
        g_assert_cmpfloat_with_epsilon (moved[a], vox[a], 1e-9);
      for (int z = 0; z < 200; z++)
        brg_slice_zoom (&grid, &map, at, z < 100 ? 2 : 0.25);
      g_assert_cmpfloat (map.mm_per_px, ==, 20);
    }
}

static void
check_letters (double degrees, BrgPlane plane, const char *expected)
{
  BrgGrid grid = oblique_grid (9, 9, 9, degrees);
  char letters[4][3];

  brg_slice_letters (&grid, plane, letters);
  g_autofree char *joined =
    g_strdup_printf ("%s %s %s %s", letters[0], letters[1], letters[2], letters[3]);
  g_assert_cmpstr (joined, ==, expected);
}

static void
test_letters (void)
{
  check_letters (0, BRG_AXIAL, "R L A P");
  check_letters (0, BRG_CORONAL, "R L S I");
  check_letters (0, BRG_SAGITTAL, "A P S I");
  check_letters (19, BRG_AXIAL, "R L A P");
  check_letters (25, BRG_AXIAL, "RA LP AL PR");
  check_letters (180, BRG_AXIAL, "L R P A");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/slice/compose", test_compose);
  g_test_add_func ("/slice/refused", test_refused);
  g_test_add_func ("/slice/convention", test_convention);
  g_test_add_func ("/slice/round-trip", test_round_trip);
  g_test_add_func ("/slice/letters", test_letters);
  return g_test_run ();
}
