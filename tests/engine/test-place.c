/* Presets and random series on an egg-shaped head. */

#include <string.h>

#include "engine/brg-cutter.h"
#include "engine/brg-place.h"

#include "defect-phantoms.h"

static BrgMask *
make_head (double scale)
{
  double s = 2.2 * scale;
  BrgGrid grid = phantom_grid (70, 86, 62, s, s, s);
  BrgVec3 radii = { 72 * scale, 88 * scale, 64 * scale };

  return phantom_shell (&grid, brg_vec3 (0, 0, 0), radii, 6 * scale);
}

static BrgMask *
make_flap (const BrgMask *skull, const BrgDefect *defect)
{
  double footprint_mm = fmax (defect->width_mm, defect->height_mm);
  BrgFrame frame;
  BrgMask *cutter;

  g_assert_true (defect->placed);
  g_assert_cmpint (
    brg_frame_on_bone (skull, defect->at_mm, footprint_mm, defect->rotate_deg, &frame, NULL, NULL),
    ==, BRG_OK);
  g_assert_cmpint (brg_cutter (skull, defect, &frame, &cutter, NULL, NULL, NULL), ==, BRG_OK);
  g_assert_cmpint (brg_mask_and (cutter, skull, NULL), ==, BRG_OK);
  return cutter;
}

static void
test_presets (void)
{
  size_t n;
  const BrgPreset *presets = brg_presets (&n);

  g_assert_cmpuint (n, ==, 8);
  for (int small = 0; small < 2; small++)
    {
      BrgMask *skull = make_head (small ? 0.6 : 1);
      for (size_t p = 0; p < n; p++)
        {
          BrgDefect defect = { 0 };
          BrgError error = { 0 };
          g_assert_true (brg_preset_find (presets[p].key) == &presets[p]);
          BrgStatus status = brg_place_preset (skull, &presets[p], &defect, NULL, &error);
          g_assert_cmpstr (error.message, ==, "");
          g_assert_cmpint (status, ==, BRG_OK);
          g_assert_cmpint (defect.shape, ==, presets[p].defect.shape);
          double scale = small ? 0.6 : 1;
          g_assert_cmpfloat_with_epsilon (defect.width_mm / presets[p].defect.width_mm, scale,
                                          0.06);
          double cosine = brg_vec3_dot (brg_vec3_normalize (defect.at_mm), presets[p].direction);
          g_assert_cmpfloat (cosine, >, 0.93);
          BrgMask *flap = make_flap (skull, &defect);
          double area_mm2 = brg_mask_volume_mm3 (flap) / (6 * scale);
          double sizes_mm2 = defect.width_mm * defect.height_mm;
          g_assert_cmpfloat (area_mm2, >, 0.45 * sizes_mm2);
          g_assert_cmpfloat (area_mm2, <, 1.6 * sizes_mm2);
          brg_mask_unref (flap);
        }
      brg_mask_unref (skull);
    }
  g_assert_null (brg_preset_find ("nose"));
}

/* A preset moves aside from a hole, and gives up where half of the head is gone. */
static void
test_missing_bone (void)
{
  const BrgPreset *burr = brg_preset_find ("burr-hole"), *vertex = brg_preset_find ("vertex");
  BrgMask *skull = make_head (1);
  BrgDefect before, after;
  BrgError error;

  g_assert_cmpint (brg_place_preset (skull, burr, &before, NULL, NULL), ==, BRG_OK);
  PHANTOM_EACH (skull, i, j, k, p)
  {
    BrgVec3 apart = brg_vec3_sub (p, before.at_mm);
    if (brg_vec3_length (apart) < 8)
      brg_mask_set (skull, i, j, k, false);
  }
  g_assert_cmpint (brg_place_preset (skull, burr, &after, NULL, NULL), ==, BRG_OK);
  double moved = brg_vec3_length (brg_vec3_sub (before.at_mm, after.at_mm));
  g_assert_cmpfloat (moved, >, 5);
  g_assert_cmpfloat (moved, <, 20);
  PHANTOM_EACH (skull, i, j, k, p)
  {
    if (p.y > -40)
      brg_mask_set (skull, i, j, k, false);
  }
  g_assert_cmpint (brg_place_preset (skull, brg_preset_find ("occipital"), &after, NULL, &error),
                   ==, BRG_EMPTY);
  g_assert_nonnull (strstr (error.message, "occipital"));
  brg_mask_clear (skull);
  g_assert_cmpint (brg_place_preset (skull, vertex, &after, NULL, &error), ==, BRG_EMPTY);
  g_assert_cmpint (brg_place_random (skull, 1, 0, NULL, 0, &after, NULL, &error), ==, BRG_EMPTY);
  brg_mask_unref (skull);
}

static bool
same_defect (const BrgDefect *a, const BrgDefect *b)
{
  return a->shape == b->shape && a->width_mm == b->width_mm && a->height_mm == b->height_mm &&
         a->at_mm.x == b->at_mm.x && a->at_mm.y == b->at_mm.y && a->at_mm.z == b->at_mm.z &&
         a->rotate_deg == b->rotate_deg && a->corners == b->corners && a->bevel_deg == b->bevel_deg;
}

/* A series is the same every time, never empty, never twice the same, and covers the head. */
static void
test_series (void)
{
  enum
  {
    N = 16
  };
  BrgMask *skull = make_head (1), *flaps[N];
  BrgDefect defects[N];
  int n_left = 0, n_right = 0, n_small = 0, n_large = 0;

  for (int n = 0; n < N; n++)
    {
      BrgDefect again;
      BrgJob job = phantom_job (n % 2 == 0 ? 1 : 3);
      const BrgMask *const *earlier = (const BrgMask *const *) flaps;
      g_assert_cmpint (brg_place_random (skull, 42, n, earlier, n, &defects[n], &job, NULL), ==,
                       BRG_OK);
      g_assert_cmpint (brg_place_random (skull, 42, n, earlier, n, &again, NULL, NULL), ==, BRG_OK);
      g_assert_true (same_defect (&defects[n], &again));
      flaps[n] = make_flap (skull, &defects[n]);
      g_assert_cmpfloat (brg_mask_volume_mm3 (flaps[n]), >=, 100);
      for (int e = 0; e < n; e++)
        g_assert_cmpfloat (brg_place_dice (flaps[n], flaps[e]), <, 0.95);
      n_left += defects[n].at_mm.x > 25;
      n_right += defects[n].at_mm.x < -25;
      n_small += defects[n].width_mm < 20;
      n_large += defects[n].width_mm > 105;
    }
  g_assert_cmpint (n_left, >=, 2);
  g_assert_cmpint (n_right, >=, 2);
  g_assert_cmpint (n_small, ==, 2); /* one burr hole per round */
  g_assert_cmpint (n_large, >=, 2);
  BrgDefect other;
  g_assert_cmpint (brg_place_random (skull, 43, 0, NULL, 0, &other, NULL, NULL), ==, BRG_OK);
  g_assert_false (same_defect (&other, &defects[0]));
  /* the same entry again, with itself among the earlier ones, has to differ */
  const BrgMask *const first[] = { flaps[0] };
  g_assert_cmpint (brg_place_random (skull, 42, 0, first, 1, &other, NULL, NULL), ==, BRG_OK);
  g_assert_false (same_defect (&other, &defects[0]));
  g_assert_cmpint (brg_place_random (skull, 42, -1, NULL, 0, &other, NULL, NULL), ==, BRG_INVALID);
  BrgJob job = BRG_JOB_INIT;
  brg_job_cancel (&job);
  g_assert_cmpint (brg_place_random (skull, 42, 0, NULL, 0, &other, &job, NULL), ==, BRG_CANCELLED);
  for (int n = 0; n < N; n++)
    brg_mask_unref (flaps[n]);
  brg_mask_unref (skull);
}

static void
test_dice (void)
{
  BrgGrid grid = phantom_grid (10, 10, 10, 1, 1, 1);
  BrgMask *a = brg_mask_new (&grid, NULL), *b = brg_mask_new (&grid, NULL);

  g_assert_cmpfloat (brg_place_dice (a, b), ==, 1);
  for (int i = 0; i < 6; i++)
    brg_mask_set (a, i, 0, 0, true);
  for (int i = 4; i < 8; i++)
    brg_mask_set (b, i, 0, 0, true);
  g_assert_cmpfloat_with_epsilon (brg_place_dice (a, b), 0.4, 1e-12);
  brg_mask_unref (a);
  brg_mask_unref (b);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/place/presets", test_presets);
  g_test_add_func ("/place/missing-bone", test_missing_bone);
  g_test_add_func ("/place/series", test_series);
  g_test_add_func ("/place/dice", test_dice);
  return g_test_run ();
}
