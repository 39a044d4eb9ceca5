/* Oblique slices against one pixel at a time in plain double precision. */

#include <glib.h>

#include "engine/brg-reslice.h"
#include "surface-phantoms.h"
#include "voxel-twin.h"

#define BACKGROUND -3000

static BrgVolume *
random_volume (const BrgGrid *grid, GRand *rand)
{
  BrgVolume *volume = brg_volume_new (grid, NULL);

  for (size_t v = 0; v < brg_grid_n_voxels (grid); v++)
    volume->hu[v] = (int16_t) (v % 7 == 0 ? (v % 2 ? INT16_MIN : INT16_MAX)
                                          : g_rand_int_range (rand, INT16_MIN, INT16_MAX + 1));
  return volume;
}

/* Voxel coordinates of a pixel, to 2^-40 voxel as the header says. */
static void
place (const BrgGrid *grid, const BrgPlaneSlice *s, int x, int y, double vox[3])
{
  BrgAffine m;

  g_assert_true (brg_affine_invert (&grid->lps_from_vox, &m));
  BrgVec3 o = brg_affine_point (&m, s->origin);
  BrgVec3 u = brg_affine_vector (&m, brg_vec3_scale (s->u, s->mm_per_px));
  BrgVec3 v = brg_affine_vector (&m, brg_vec3_scale (s->v, s->mm_per_px));
  const double from[3] = { o.x + y * v.x, o.y + y * v.y, o.z + y * v.z };
  const double step[3] = { u.x, u.y, u.z };
  for (int a = 0; a < 3; a++)
    vox[a] = nearbyint (from[a] * 0x1p40) * 0x1p-40 + x * (nearbyint (step[a] * 0x1p40) * 0x1p-40);
}

static bool
is_outside (const BrgGrid *grid, const double vox[3])
{
  for (int a = 0; a < 3; a++)
    if (vox[a] < -0.5 || vox[a] >= grid->dim[a] - 0.5)
      return true;
  return false;
}

static int
linear_at (const BrgVolume *scan, const double vox[3])
{
  double f[3], along_i[4], along_j[2];
  int lo[3], hi[3];

  for (int a = 0; a < 3; a++)
    {
      double limited = CLAMP (vox[a], 0, scan->grid.dim[a] - 1);
      lo[a] = (int) floor (limited);
      hi[a] = MIN (lo[a] + 1, scan->grid.dim[a] - 1);
      f[a] = limited - lo[a];
    }
  for (int n = 0; n < 4; n++)
    {
      int j = n & 1 ? hi[1] : lo[1], k = n & 2 ? hi[2] : lo[2];
      double a = brg_volume_get (scan, lo[0], j, k), b = brg_volume_get (scan, hi[0], j, k);
      along_i[n] = a + f[0] * (b - a);
    }
  for (int n = 0; n < 2; n++)
    along_j[n] = along_i[2 * n] + f[1] * (along_i[2 * n + 1] - along_i[2 * n]);
  return (int) floor (along_j[0] + f[2] * (along_j[1] - along_j[0]) + 0.5);
}

typedef struct
{
  int16_t *linear, *nearest;
  uint8_t *bytes;
} Images;

static void
make_images (const BrgVolume *scan,
             const BrgMask *mask,
             const BrgPlaneSlice *slice,
             BrgJob *job,
             Images *images)
{
  gsize n = (gsize) slice->width_px * (gsize) slice->height_px;

  *images = (Images){ g_new0 (int16_t, n), g_new0 (int16_t, n), g_new0 (uint8_t, n) };
  memset (images->bytes, 7, n);
  g_assert_cmpint (brg_reslice (scan, slice, true, BACKGROUND, images->linear, job, NULL), ==,
                   BRG_OK);
  g_assert_cmpint (brg_reslice (scan, slice, false, BACKGROUND, images->nearest, job, NULL), ==,
                   BRG_OK);
  g_assert_cmpint (brg_reslice_mask (mask, slice, images->bytes, job, NULL), ==, BRG_OK);
}

static void
clear_images (Images *images)
{
  g_free (images->linear);
  g_free (images->nearest);
  g_free (images->bytes);
}

/* Returns the number of pixels inside. */
static size_t
check_pixels (const BrgVolume *scan,
              const BrgMask *mask,
              const BrgPlaneSlice *slice,
              const Images *images)
{
  size_t n_inside = 0;

  for (int y = 0; y < slice->height_px; y++)
    for (int x = 0; x < slice->width_px; x++)
      {
        gsize at = (gsize) y * (gsize) slice->width_px + (gsize) x;
        double vox[3];
        place (&scan->grid, slice, x, y, vox);
        if (is_outside (&scan->grid, vox))
          {
            g_assert_cmpint (images->linear[at], ==, BACKGROUND);
            g_assert_cmpint (images->nearest[at], ==, BACKGROUND);
            g_assert_cmpint (images->bytes[at], ==, 0);
            continue;
          }
        int i = (int) floor (vox[0] + 0.5), j = (int) floor (vox[1] + 0.5),
            k = (int) floor (vox[2] + 0.5);
        n_inside++;
        g_assert_cmpint (images->linear[at], ==, linear_at (scan, vox));
        g_assert_cmpint (images->nearest[at], ==, brg_volume_get (scan, i, j, k));
        g_assert_cmpint (images->bytes[at], ==, brg_mask_get (mask, i, j, k));
      }
  return n_inside;
}

static size_t
check_slice (const BrgVolume *scan, const BrgMask *mask, const BrgPlaneSlice *slice)
{
  gsize n = (gsize) slice->width_px * (gsize) slice->height_px;
  BrgJob one = twin_job (1);
  Images first;

  make_images (scan, mask, slice, &one, &first);
  size_t n_inside = check_pixels (scan, mask, slice, &first);
  for (size_t t = 1; t < G_N_ELEMENTS (twin_threads); t++)
    {
      BrgJob job = twin_job (twin_threads[t]);
      Images again;
      make_images (scan, mask, slice, &job, &again);
      g_assert_true (memcmp (first.linear, again.linear, 2 * n) == 0);
      g_assert_true (memcmp (first.nearest, again.nearest, 2 * n) == 0);
      g_assert_true (memcmp (first.bytes, again.bytes, n) == 0);
      clear_images (&again);
    }
  clear_images (&first);
  return n_inside;
}

static BrgVec3
random_unit (GRand *rand)
{
  BrgVec3 v = { g_rand_double_range (rand, -1, 1), g_rand_double_range (rand, -1, 1),
                g_rand_double_range (rand, -1, 1) };

  return brg_vec3_normalize (v);
}

/* About the middle of the grid, the pixels now finer and now coarser than voxels. */
static BrgPlaneSlice
random_slice (GRand *rand, const BrgGrid *grid)
{
  BrgPlaneSlice s = { .width_px = g_rand_int_range (rand, 1, 90),
                      .height_px = g_rand_int_range (rand, 1, 60),
                      .mm_per_px = g_rand_double_range (rand, 0.1, 1.5) };
  BrgVec3 middle = brg_grid_lps_from_vox (
    grid, brg_vec3 (grid->dim[0] / 2.0, grid->dim[1] / 2.0, grid->dim[2] / 2.0));

  s.u = random_unit (rand);
  s.v = brg_vec3_normalize (brg_vec3_cross (s.u, random_unit (rand)));
  BrgVec3 back =
    brg_vec3_add (brg_vec3_scale (s.u, s.width_px / 2.0), brg_vec3_scale (s.v, s.height_px / 2.0));
  s.origin = brg_vec3_sub (middle, brg_vec3_scale (back, s.mm_per_px));
  return s;
}

static void
test_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);
  size_t n_inside = 0;

  for (size_t c = 0; c < G_N_ELEMENTS (twin_cases); c++)
    for (int n = 0; n < 12; n++)
      {
        const int *dim = twin_cases[c].dim;
        BrgGrid grid =
          n % 2 ? twin_grid (&twin_cases[c]) : phantom_oblique_grid (dim[0], dim[1], dim[2]);
        BrgMask *mask = phantom_noise_mask (&grid, 1, 0.5);
        BrgVolume *scan = random_volume (&grid, rand);
        BrgPlaneSlice slice = random_slice (rand, &grid);
        n_inside += check_slice (scan, mask, &slice);
        brg_volume_unref (scan);
        brg_mask_unref (mask);
      }
  g_test_message ("%zu pixels inside", n_inside);
  g_assert_cmpuint (n_inside, >, 15000);
}

/* Along the axes, backwards too, exactly on voxel centres and on the walls between them. */
static void
test_straight (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  const double spacing[3] = { 1, 1, 1 };
  const BrgVec3 axes[3] = { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } };
  BrgGrid grid = brg_grid_simple (12, 9, 7, spacing, brg_vec3 (0, 0, 0));
  BrgVolume *scan = random_volume (&grid, rand);
  BrgMask *mask = phantom_noise_mask (&grid, 2, 0.5);

  for (int n = 0; n < 36; n++)
    {
      double sign = n % 2 ? -1 : 1, offset = n / 2 % 3 * 0.5;
      BrgPlaneSlice slice = { .origin = n % 2 ? brg_vec3 (13 + offset, 10, 8)
                                              : brg_vec3 (-2 + offset, -1 + offset, offset),
                              .u = brg_vec3_scale (axes[n % 3], sign),
                              .v = brg_vec3_scale (axes[(n + 1 + n / 18) % 3], sign),
                              .mm_per_px = n / 6 % 2 ? 1 : 0.5,
                              .width_px = 40,
                              .height_px = 30 };
      check_slice (scan, mask, &slice);
    }
  brg_volume_unref (scan);
  brg_mask_unref (mask);
}

/* A field that is linear in space is met exactly wherever the plane lies. */
static void
test_linear_field (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (6);
  BrgGrid grid = phantom_oblique_grid (40, 30, 20);
  BrgVolume *scan = brg_volume_new (&grid, NULL);

  for (int k = 0; k < 20; k++)
    for (int j = 0; j < 30; j++)
      for (int i = 0; i < 40; i++)
        scan->hu[(k * 30 + j) * 40 + i] = (int16_t) (16 * i - 32 * j + 64 * k);
  for (int n = 0; n < 20; n++)
    {
      BrgPlaneSlice s = random_slice (rand, &grid);
      g_autofree int16_t *hu = g_new (int16_t, (gsize) s.width_px * (gsize) s.height_px);
      brg_reslice (scan, &s, true, BACKGROUND, hu, NULL, NULL);
      for (int p = 0; p < s.width_px * s.height_px; p++)
        {
          BrgVec3 lps = brg_vec3_add (
            s.origin, brg_vec3_scale (brg_vec3_add (brg_vec3_scale (s.u, p % s.width_px),
                                                    brg_vec3_scale (s.v, p / s.width_px)),
                                      s.mm_per_px));
          BrgVec3 v = brg_grid_vox_from_lps (&grid, lps);
          if (v.x > 0 && v.y > 0 && v.z > 0 && v.x < 39 && v.y < 29 && v.z < 19)
            g_assert_cmpfloat (fabs (hu[p] - (16 * v.x - 32 * v.y + 64 * v.z)), <=, 0.5 + 1e-4);
        }
    }
  brg_volume_unref (scan);
}

static void
expect_refusal (const BrgVolume *scan, const BrgPlaneSlice *slice, const char *part)
{
  BrgError error = { 0 };
  int16_t hu = 77;

  g_assert_cmpint (brg_reslice (scan, slice, true, 0, &hu, NULL, &error), ==, BRG_INVALID);
  if (strstr (error.message, part) == NULL)
    g_error ("expected \"%s\", got \"%s\"", part, error.message);
  g_assert_cmpint (hu, ==, 77);
}

static void
test_refuses (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  BrgGrid grid = phantom_oblique_grid (5, 6, 7);
  BrgVolume *scan = random_volume (&grid, rand);
  const BrgPlaneSlice good = {
    .u = { 1, 0, 0 }, .v = { 0, 1, 0 }, .mm_per_px = 1, .width_px = 1, .height_px = 1
  };
  BrgPlaneSlice bad = good;

  bad.width_px = 0;
  expect_refusal (scan, &bad, "0 x 1");
  bad = good, bad.height_px = 16385;
  expect_refusal (scan, &bad, "1 x 16385");
  bad = good, bad.mm_per_px = 0;
  expect_refusal (scan, &bad, "got 0");
  bad.mm_per_px = NAN;
  expect_refusal (scan, &bad, "nan");
  bad.mm_per_px = INFINITY;
  expect_refusal (scan, &bad, "must be within");
  bad = good, bad.u.x = 1.1;
  expect_refusal (scan, &bad, "u has length 1.1");
  bad = good, bad.v.z = NAN;
  expect_refusal (scan, &bad, "v has length nan");
  bad = good, bad.origin.y = 1e8;
  expect_refusal (scan, &bad, "must be within");
  bad.origin.y = NAN;
  expect_refusal (scan, &bad, "must be within");
  BrgJob job = twin_job (1);
  int16_t hu;
  brg_job_cancel (&job);
  g_assert_cmpint (brg_reslice (scan, &good, true, 0, &hu, &job, NULL), ==, BRG_CANCELLED);
  brg_volume_unref (scan);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reslice/random", test_random);
  g_test_add_func ("/reslice/straight", test_straight);
  g_test_add_func ("/reslice/linear-field", test_linear_field);
  g_test_add_func ("/reslice/refuses", test_refuses);
  return g_test_run ();
}
