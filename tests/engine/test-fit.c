/* Gaps against brute force over all pairs of voxels, and against known gaps. */

#include <string.h>

#include "engine/brg-fit.h"
#include "engine/brg-shell.h"

#include "defect-phantoms.h"

static double
pair_mm (const double spacing[3], const int a[3], const int b[3], bool cuboids)
{
  double sum = 0;

  for (int axis = 0; axis < 3; axis++)
    {
      int steps = abs (a[axis] - b[axis]);
      if (cuboids && steps > 0)
        steps--;
      sum += pow (steps * spacing[axis], 2);
    }
  return sqrt (sum);
}

typedef int Vox[3];

static int
list_voxels (const BrgMask *mask, Vox *list)
{
  int n = 0;

  PHANTOM_EACH (mask, i, j, k, p)
  {
    if (brg_mask_get (mask, i, j, k))
      {
        list[n][0] = i, list[n][1] = j, list[n][2] = k;
        n++;
      }
  }
  return n;
}

static double
nearest (const double spacing[3], const int from[3], Vox *to, int n, bool cuboids)
{
  double best = HUGE_VAL;

  for (int t = 0; t < n; t++)
    best = fmin (best, pair_mm (spacing, from, to[t], cuboids));
  return best;
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* The definition, word by word. */
static BrgFit
brute_fit (const BrgMask *bone_mask, const BrgMask *implant_mask)
{
  const double spacing[3] = { brg_grid_spacing_mm (&bone_mask->grid, 0),
                              brg_grid_spacing_mm (&bone_mask->grid, 1),
                              brg_grid_spacing_mm (&bone_mask->grid, 2) };
  size_t n_voxels = brg_grid_n_voxels (&bone_mask->grid);
  g_autofree Vox *bone = g_new (Vox, n_voxels), *implant = g_new (Vox, n_voxels);
  g_autofree double *gaps = g_new (double, n_voxels), *centres = g_new (double, n_voxels);
  int n_bone = list_voxels (bone_mask, bone), n_implant = list_voxels (implant_mask, implant);
  BrgFit fit = { .smallest_gap_mm = HUGE_VAL };
  double closest = HUGE_VAL;

  for (int v = 0; v < n_implant; v++)
    {
      closest = fmin (closest, nearest (spacing, implant[v], bone, n_bone, false));
      fit.smallest_gap_mm =
        fmin (fit.smallest_gap_mm, nearest (spacing, implant[v], bone, n_bone, true));
    }
  for (int v = 0; v < n_implant; v++)
    {
      double d = nearest (spacing, implant[v], bone, n_bone, false);
      bool rim = false;
      for (int w = 0; w < n_bone && d <= closest + BRG_FIT_RIM_MM; w++)
        if (pair_mm (spacing, implant[v], bone[w], false) <= d * (1 + 1e-9))
          rim |= nearest (spacing, bone[w], implant, n_implant, false) >= d * (1 - 1e-9);
      if (!rim)
        continue;
      centres[fit.n_rim_vox] = d;
      gaps[fit.n_rim_vox++] = nearest (spacing, implant[v], bone, n_bone, true);
    }
  qsort (gaps, fit.n_rim_vox, sizeof *gaps, compare);
  qsort (centres, fit.n_rim_vox, sizeof *centres, compare);
  fit.median_gap_mm = gaps[(fit.n_rim_vox - 1) / 2];
  fit.median_centre_mm = centres[(fit.n_rim_vox - 1) / 2];
  fit.smallest_centre_mm = centres[0];
  return fit;
}

static void
assert_same (const BrgFit *a, const BrgFit *b)
{
  g_assert_cmpuint (a->n_rim_vox, ==, b->n_rim_vox);
  g_assert_cmpfloat_with_epsilon (a->smallest_gap_mm, b->smallest_gap_mm, 1e-9);
  g_assert_cmpfloat_with_epsilon (a->median_gap_mm, b->median_gap_mm, 1e-9);
  g_assert_cmpfloat_with_epsilon (a->smallest_centre_mm, b->smallest_centre_mm, 1e-9);
  g_assert_cmpfloat_with_epsilon (a->median_centre_mm, b->median_centre_mm, 1e-9);
}

/* Scattered voxels, touching, overlapping, far apart, on odd spacings. */
static void
test_random (void)
{
  const double spacings[][3] = {
    { 1, 1, 1 }, { 0.5, 0.5, 1.25 }, { 0.957, 0.957, 1.5 }, { 2, 0.7, 3.3 }
  };

  for (guint32 n = 0; n < 48; n++)
    {
      const double *s = spacings[n % 4];
      BrgGrid grid = brg_grid_simple (9 + n % 5, 8, 7, s, brg_vec3 (0, 0, 0));
      BrgMask *bone = phantom_random_mask (&grid, n % 3 == 0 ? 0.02 : 0.2, n);
      BrgMask *implant = phantom_random_mask (&grid, 0.15, n + 1000);
      BrgFit fit;
      if (n % 2 == 0)
        brg_mask_and_not (implant, bone, NULL);
      brg_mask_set (bone, 0, 0, 0, true);
      brg_mask_set (implant, 8, 7, 6, true);
      brg_mask_set (bone, 8, 7, 6, false);
      size_t overlap = 0;
      PHANTOM_EACH (bone, i, j, k, p)
      {
        overlap += brg_mask_get (bone, i, j, k) && brg_mask_get (implant, i, j, k);
      }
      g_assert_cmpint (brg_fit (bone, implant, &fit, NULL, NULL), ==, BRG_OK);
      BrgFit expected = brute_fit (bone, implant);
      assert_same (&fit, &expected);
      g_assert_cmpuint (fit.overlap_vox, ==, overlap);
      g_assert_cmpfloat_with_epsilon (fit.implant_mm3,
                                      (double) brg_mask_count (implant) * s[0] * s[1] * s[2], 1e-9);
      g_assert_cmpfloat (fit.removed_mm3, ==, 0);
      brg_mask_unref (bone);
      brg_mask_unref (implant);
    }
}

/* A plug in a plate with `gap` empty voxels around it. */
static void
test_plug (void)
{
  for (int gap = 0; gap <= 6; gap++)
    {
      BrgGrid grid = phantom_grid (70, 60, 12, 0.5, 0.5, 1);
      BrgMask *bone = brg_mask_new (&grid, NULL), *implant = brg_mask_new (&grid, NULL);
      BrgFit fit;
      for (int k = 4; k < 8; k++)
        for (int j = 0; j < 60; j++)
          for (int i = 0; i < 70; i++)
            {
              bool hole = i >= 20 && i < 50 && j >= 15 && j < 45;
              bool plug = i >= 20 + gap && i < 50 - gap && j >= 15 + gap && j < 45 - gap;
              brg_mask_set (bone, i, j, k, !hole);
              brg_mask_set (implant, i, j, k, plug);
            }
      g_assert_cmpint (brg_fit (bone, implant, &fit, NULL, NULL), ==, BRG_OK);
      g_assert_cmpfloat_with_epsilon (fit.smallest_gap_mm, gap * 0.5, 1e-9);
      g_assert_cmpfloat_with_epsilon (fit.median_gap_mm, gap * 0.5, 1e-9);
      g_assert_cmpfloat_with_epsilon (fit.median_centre_mm, (gap + 1) * 0.5, 1e-9);
      g_assert_cmpuint (fit.n_rim_vox, ==, 4u * (4 * (30 - 2 * gap) - 4));
      brg_mask_unref (bone);
      brg_mask_unref (implant);
    }
}

static void
test_threads (void)
{
  BrgGrid grid = phantom_grid (66, 65, 41, 1, 1, 1.5);
  BrgMask *bone = phantom_shell (&grid, brg_vec3 (0, 0, 0), brg_vec3 (30, 29, 28), 5);
  BrgMask *implant = phantom_shell (&grid, brg_vec3 (0, 0, 0), brg_vec3 (22, 21, 20), 4);
  BrgFit fits[3];

  for (int n = 0; n < 3; n++)
    {
      BrgJob job = phantom_job (phantom_threads[n]);
      g_assert_cmpint (brg_fit (bone, implant, &fits[n], &job, NULL), ==, BRG_OK);
      assert_same (&fits[n], &fits[0]);
    }
  g_assert_cmpuint (fits[0].n_rim_vox, >, 100);
  brg_mask_unref (bone);
  brg_mask_unref (implant);
}

/* Nothing within reach is infinity; nothing at all is an error. */
static void
test_far_and_empty (void)
{
  BrgGrid grid = phantom_grid (90, 5, 5, 1, 1, 1), other = phantom_grid (90, 5, 6, 1, 1, 1);
  BrgMask *bone = brg_mask_new (&grid, NULL), *implant = brg_mask_new (&grid, NULL);
  BrgMask *elsewhere = brg_mask_new (&other, NULL);
  BrgFit fit;
  BrgError error;
  BrgJob job = BRG_JOB_INIT;

  g_assert_cmpint (brg_fit (bone, implant, &fit, NULL, &error), ==, BRG_EMPTY);
  g_assert_nonnull (strstr (error.message, "implant"));
  brg_mask_set (implant, 0, 2, 2, true);
  g_assert_cmpint (brg_fit (bone, implant, &fit, NULL, &error), ==, BRG_EMPTY);
  g_assert_nonnull (strstr (error.message, "skull"));
  g_assert_cmpint (brg_fit (elsewhere, implant, &fit, NULL, &error), ==, BRG_INVALID);
  brg_mask_set (bone, 80, 2, 2, true);
  g_assert_cmpint (brg_fit (bone, implant, &fit, NULL, &error), ==, BRG_OK);
  g_assert_true (isinf (fit.smallest_gap_mm) && isinf (fit.median_gap_mm));
  g_assert_cmpuint (fit.n_rim_vox, ==, 0);
  brg_mask_set (bone, 30, 2, 2, true);
  g_assert_cmpint (brg_fit (bone, implant, &fit, NULL, &error), ==, BRG_OK);
  g_assert_cmpfloat_with_epsilon (fit.median_centre_mm, 30, 1e-9);
  g_assert_cmpfloat_with_epsilon (fit.median_gap_mm, 29, 1e-9);
  brg_job_cancel (&job);
  g_assert_cmpint (brg_fit (bone, implant, &fit, &job, &error), ==, BRG_CANCELLED);
  brg_mask_unref (bone);
  brg_mask_unref (implant);
  brg_mask_unref (elsewhere);
}

/* Every offset within the limit, once, in order. */
static void
test_shell (void)
{
  const double spacing[3] = { 0.5, 0.7, 2 };
  BrgGrid grid = phantom_grid (40, 40, 40, 0.5, 0.7, 2);

  for (int measure = 0; measure < 2; measure++)
    {
      BrgShell shell;
      size_t expected = 0;
      const int zero[3] = { 0, 0, 0 };
      g_assert_cmpint (brg_shell_make (&grid, (BrgShellMeasure) measure, 3.1, &shell, NULL), ==,
                       BRG_OK);
      for (int k = -9; k <= 9; k++)
        for (int j = -9; j <= 9; j++)
          for (int i = -9; i <= 9; i++)
            {
              const int offset[3] = { i, j, k };
              expected += pair_mm (spacing, zero, offset, measure == 1) <= 3.1;
            }
      g_assert_cmpuint (shell.n_entries, ==, expected);
      for (size_t e = 0; e < shell.n_entries; e++)
        {
          g_assert_cmpfloat_with_epsilon (
            shell.entries[e].mm, pair_mm (spacing, zero, shell.entries[e].offset, measure == 1),
            1e-12);
          if (e > 0)
            g_assert_cmpfloat (shell.entries[e - 1].mm, <=, shell.entries[e].mm);
        }
      g_assert_cmpuint (brg_shell_find (&shell, 0), ==, 0);
      g_assert_cmpuint (brg_shell_find (&shell, 99), ==, shell.n_entries);
      brg_shell_clear (&shell);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fit/random", test_random);
  g_test_add_func ("/fit/plug", test_plug);
  g_test_add_func ("/fit/threads", test_threads);
  g_test_add_func ("/fit/far-and-empty", test_far_and_empty);
  g_test_add_func ("/fit/shell", test_shell);
  return g_test_run ();
}
