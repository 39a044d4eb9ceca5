/* Triples: the partition, and clearances checked voxel against voxel. */

#include <string.h>

#include "engine/brg-cutter.h"
#include "engine/brg-implant.h"

#include "defect-phantoms.h"

typedef struct
{
  BrgMask *skull, *cutter, *drills;
} Cut;

/* A craniotomy in a bent plate, across a border of words. */
static Cut
make_cut (double si, double sj, double sk)
{
  BrgGrid grid = phantom_grid (70, 36, 15, si, sj, sk);
  double radius = 45, span = 0.4 * 36 * sj;
  BrgVec3 centre = { 0, 0, -radius };
  BrgFrame frame = brg_frame_make (brg_vec3 (0.13, 0.21, 0.17), brg_vec3 (0.1, -0.15, 1), 20);
  BrgDefect d = brg_recipe_default ().defect;
  Cut cut = { .skull = phantom_shell (&grid, centre, brg_vec3 (radius, radius, radius), 4) };

  d.width_mm = d.height_mm = span;
  d.burr_radius_mm = 2;
  d.kerf_mm = 1;
  d.depth_mm = 14;
  g_assert_cmpint (brg_cutter (cut.skull, &d, &frame, &cut.cutter, &cut.drills, NULL, NULL), ==,
                   BRG_OK);
  return cut;
}

static void
clear_cut (Cut *cut)
{
  brg_mask_unref (cut->skull);
  brg_mask_unref (cut->cutter);
  brg_mask_unref (cut->drills);
}

/* Distance from a voxel to the nearest set voxel within about reach_mm, by looking at all of them;
 * HUGE_VAL if there is none. */
static double
brute_distance (const BrgMask *to, int i, int j, int k, double reach_mm)
{
  const int at[3] = { i, j, k };
  double best = HUGE_VAL, s[3];
  int lo[3], hi[3];

  for (int a = 0; a < 3; a++)
    {
      s[a] = brg_grid_spacing_mm (&to->grid, a);
      int reach = (int) ceil (reach_mm / s[a]) + 1;
      lo[a] = MAX (at[a] - reach, 0);
      hi[a] = MIN (at[a] + reach, to->grid.dim[a] - 1);
    }
  for (int z = lo[2]; z <= hi[2]; z++)
    for (int y = lo[1]; y <= hi[1]; y++)
      for (int x = lo[0]; x <= hi[0]; x++)
        if (brg_mask_get (to, x, y, z))
          best = fmin (best,
                       pow ((x - i) * s[0], 2) + pow ((y - j) * s[1], 2) + pow ((z - k) * s[2], 2));
  return sqrt (best);
}

static void
check_triple (const Cut *cut, const BrgRecipe *recipe, const BrgTriple *triple)
{
  bool from_skull = recipe->clearance_from == BRG_CLEARANCE_FROM_SKULL;
  bool lost_drills = recipe->drills == BRG_DRILLS_IN_DEFECT;
  double c = recipe->clearance_mm, closest = HUGE_VAL;

  PHANTOM_EACH (cut->skull, i, j, k, p)
  {
    bool skull = brg_mask_get (cut->skull, i, j, k), cutter = brg_mask_get (cut->cutter, i, j, k);
    bool drill = brg_mask_get (cut->drills, i, j, k);
    bool insert = skull && cutter && !(lost_drills && drill);
    bool implant = brg_mask_get (triple->implant, i, j, k);
    bool defective = brg_mask_get (triple->defective, i, j, k);
    g_assert_cmpint (brg_mask_get (triple->flap, i, j, k), ==, skull && cutter);
    if (from_skull && skull)
      g_assert_cmpint (defective, ==,
                       !(brute_distance (cut->cutter, i, j, k, c) <= c * (1 + 1e-9)));
    else
      g_assert_cmpint (defective, ==, skull && !cutter);
    if (from_skull || !insert)
      g_assert_cmpint (implant, ==, insert);
    else
      g_assert_cmpint (implant, ==,
                       brute_distance (triple->defective, i, j, k, c) >= c * (1 - 1e-9));
    if (implant)
      closest = fmin (closest, brute_distance (triple->defective, i, j, k, c + 3));
  }
  g_assert_cmpfloat (closest, >=, c * (1 - 1e-9));
  g_assert_cmpfloat_with_epsilon (triple->fit.smallest_centre_mm, closest, 1e-9);
  g_assert_cmpuint (triple->fit.overlap_vox, ==, 0);
  double removed = brg_mask_volume_mm3 (cut->skull) - brg_mask_volume_mm3 (triple->defective);
  g_assert_cmpfloat_with_epsilon (triple->fit.removed_mm3, removed, 1e-9);
}

static void
test_clearance (void)
{
  const double spacings[][3] = { { 1, 1, 1 }, { 0.5, 0.5, 1.25 }, { 0.41, 0.41, 1 } };
  const double clearances[] = { 0, 0.3, 1, 1.5, 2.37 };

  for (int s = 0; s < 3; s++)
    {
      Cut cut = make_cut (spacings[s][0], spacings[s][1], spacings[s][2]);
      for (int n = 0; n < 20; n++)
        {
          BrgRecipe recipe = brg_recipe_default ();
          BrgTriple triple = { 0 };
          BrgError error = { 0 };
          recipe.clearance_mm = clearances[n / 4];
          recipe.clearance_from = n & 1;
          recipe.drills = n >> 1 & 1;
          BrgStatus status =
            brg_triple_make (cut.skull, cut.cutter, cut.drills, &recipe, &triple, NULL, &error);
          g_assert_cmpstr (error.message, ==, "");
          g_assert_cmpint (status, ==, BRG_OK);
          check_triple (&cut, &recipe, &triple);
          brg_triple_clear (&triple);
        }
      clear_cut (&cut);
    }
}

/* No clearance, drills in the implant: the paper's partition. */
static void
test_partition (void)
{
  Cut cut = make_cut (0.9, 0.9, 1.1);
  BrgRecipe recipe = brg_recipe_default ();
  BrgTriple triple;

  for (int with_drills = 0; with_drills < 2; with_drills++)
    {
      g_assert_cmpint (brg_triple_make (cut.skull, cut.cutter, with_drills ? cut.drills : NULL,
                                        &recipe, &triple, NULL, NULL),
                       ==, BRG_OK);
      g_assert_cmpuint (brg_mask_count_and (triple.defective, triple.implant), ==, 0);
      g_assert_cmpfloat (triple.fit.smallest_gap_mm, ==, 0);
      g_assert_cmpfloat (triple.fit.median_gap_mm, ==, 0);
      g_assert_cmpfloat_with_epsilon (triple.fit.removed_mm3, triple.fit.implant_mm3, 1e-9);
      g_assert_true (brg_mask_equal (triple.flap, triple.implant));
      brg_mask_or (triple.defective, triple.implant, NULL);
      g_assert_true (brg_mask_equal (triple.defective, cut.skull));
      brg_triple_clear (&triple);
    }
  clear_cut (&cut);
}

static void
test_threads (void)
{
  Cut cut = make_cut (0.5, 0.5, 0.8);

  for (int from = 0; from < 2; from++)
    {
      BrgTriple triples[3];
      BrgRecipe recipe = brg_recipe_default ();
      recipe.clearance_mm = 1.2;
      recipe.clearance_from = from;
      recipe.drills = BRG_DRILLS_IN_DEFECT;
      for (int n = 0; n < 3; n++)
        {
          BrgJob job = phantom_job (phantom_threads[n]);
          g_assert_cmpint (
            brg_triple_make (cut.skull, cut.cutter, cut.drills, &recipe, &triples[n], &job, NULL),
            ==, BRG_OK);
          g_assert_true (brg_mask_equal (triples[n].implant, triples[0].implant));
          g_assert_true (brg_mask_equal (triples[n].defective, triples[0].defective));
          g_assert_cmpmem (&triples[n].fit, sizeof (BrgFit), &triples[0].fit, sizeof (BrgFit));
        }
      for (int n = 0; n < 3; n++)
        brg_triple_clear (&triples[n]);
    }
  clear_cut (&cut);
}

static void
assert_refused (const Cut *cut,
                const BrgMask *cutter,
                const BrgMask *drills,
                const BrgRecipe *recipe,
                BrgStatus expected,
                const char *words)
{
  BrgTriple triple = { 0 };
  BrgError error = { 0 };

  g_assert_cmpint (brg_triple_make (cut->skull, cutter, drills, recipe, &triple, NULL, &error), ==,
                   expected);
  g_assert_cmpint (error.status, ==, expected);
  g_assert_nonnull (strstr (error.message, words));
  g_assert_null (triple.implant);
  g_assert_cmpint (brg_triple_make (cut->skull, cutter, drills, recipe, &triple, NULL, NULL), ==,
                   expected);
}

static void
test_refuses (void)
{
  Cut cut = make_cut (1, 1, 1);
  BrgRecipe recipe = brg_recipe_default ();
  BrgMask *nothing = brg_mask_new (&cut.skull->grid, NULL);
  BrgMask *all = brg_mask_copy (nothing, NULL);
  BrgGrid other = phantom_grid (3, 4, 5, 1, 1, 1);
  BrgMask *elsewhere = brg_mask_new (&other, NULL);

  brg_mask_invert (all);
  assert_refused (&cut, nothing, NULL, &recipe, BRG_EMPTY, "meets no bone");
  assert_refused (&cut, all, NULL, &recipe, BRG_EMPTY, "takes all of the skull");
  assert_refused (&cut, elsewhere, NULL, &recipe, BRG_INVALID, "grids");
  assert_refused (&cut, cut.cutter, elsewhere, &recipe, BRG_INVALID, "grids");
  recipe.clearance_mm = 19;
  assert_refused (&cut, cut.cutter, cut.drills, &recipe, BRG_EMPTY, "clearance of 19 mm");
  recipe.clearance_mm = -1;
  assert_refused (&cut, cut.cutter, cut.drills, &recipe, BRG_INVALID, "clearance");
  recipe.clearance_mm = 0;
  recipe.drills = BRG_DRILLS_IN_DEFECT;
  assert_refused (&cut, cut.cutter, cut.cutter, &recipe, BRG_EMPTY, "drill holes");
  brg_mask_unref (nothing);
  brg_mask_unref (all);
  brg_mask_unref (elsewhere);
  clear_cut (&cut);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/implant/clearance", test_clearance);
  g_test_add_func ("/implant/partition", test_partition);
  g_test_add_func ("/implant/threads", test_threads);
  g_test_add_func ("/implant/refuses", test_refuses);
  return g_test_run ();
}
