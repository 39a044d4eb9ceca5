#include "replay-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#include "case/brg-product.h"
#include "engine/brg-param.h"
#include "engine/brg-random.h"
#include "io/brg-nrrd.h"

#define SIZE_VOX   44
#define SPACING_MM 3.0

/* A thick, noisy shell with holes in it and specks beside it. */
static BrgVolume *
noisy_scan (void)
{
  const double spacing_mm[3] = { SPACING_MM, SPACING_MM, SPACING_MM };
  double corner_mm = -SPACING_MM * (SIZE_VOX - 1) / 2;
  BrgGrid grid = brg_grid_simple (SIZE_VOX, SIZE_VOX, SIZE_VOX, spacing_mm,
                                  brg_vec3 (corner_mm, corner_mm, corner_mm));
  BrgVolume *scan = brg_volume_new (&grid, NULL);
  BrgRandom random = brg_random_new (5, 0);
  gint16 *hu = scan->hu;

  for (int k = 0; k < SIZE_VOX; k++)
    for (int j = 0; j < SIZE_VOX; j++)
      for (int i = 0; i < SIZE_VOX; i++)
        {
          double r_mm = brg_vec3_length (brg_grid_lps_from_vox (&grid, brg_vec3 (i, j, k)));
          gboolean bone = (r_mm <= 60 && r_mm >= 46) || (i < 4 && j < 4 && k < 3);
          *hu++ = (gint16) ((bone ? 700 : -700) + brg_random_int (&random, -620, 620));
        }
  return scan;
}

void
replay_set (BrgRecipe *recipe, const char *key, const char *text)
{
  const BrgParam *param = brg_param_find (key);
  double value;

  g_assert_cmpint (brg_param_parse (param, text, &value, NULL), ==, BRG_OK);
  brg_param_set (param, recipe, value);
}

static void
set_all (BrgRecipe *recipe, const char *const pairs[][2], gsize n)
{
  for (gsize p = 0; p < n; p++)
    replay_set (recipe, pairs[p][0], pairs[p][1]);
}

/* Every option of the skull, in two recipes that exclude each other in part. */
BrgRecipe
replay_one_island (void)
{
  static const char *const pairs[][2] = {
    { "threshold-lo", "180" }, { "threshold-hi", "1290" },
    { "connectivity", "18" },  { "median", "9" },
    { "fill-area", "60" },     { "fill-volume", "300.5" },
    { "close", "3.25" },       { "open", "3" },
    { "margin", "3" },         { "smooth", "0.3" },
  };
  BrgRecipe recipe = brg_recipe_default ();

  set_all (&recipe, pairs, G_N_ELEMENTS (pairs));
  recipe.crop_vox = (BrgBox){ { 1, 0, 2 }, { 44, 43, 44 } };
  recipe.keep_at = (BrgKeepAt){ true, brg_vec3 (0, -53.125, 0) };
  return recipe;
}

BrgRecipe
replay_all_islands (void)
{
  static const char *const pairs[][2] = {
    { "keep", "all" },        { "min-island", "54.5" }, { "max-island", "1e7" },
    { "connectivity", "26" }, { "kernel", "ball" },     { "median", "7.5" },
    { "margin", "-3" },       { "keep-again", "true" }, { "fill-area", "40" },
    { "smooth", "0.7" },
  };
  BrgRecipe recipe = brg_recipe_default ();

  set_all (&recipe, pairs, G_N_ELEMENTS (pairs));
  return recipe;
}

/* Defects all around, of every shape over both recipes, and a published mask; clearances and drills
 * both ways. */
static void
add_defects (ReplayFixture *fixture, const BrgRecipe *common)
{
  static const char *const shapes[2][REPLAY_MAX_N] = {
    { "box", "sphere", "cylinder", "box" }, { "triangle", "polygon", "craniotomy", NULL }
  };
  int set_of_shapes = common->keep == BRG_KEEP_ALL;

  for (fixture->n = 0; fixture->n < REPLAY_MAX_N && shapes[set_of_shapes][fixture->n] != NULL;
       fixture->n++)
    {
      BrgRecipe *recipe = &fixture->recipes[fixture->n];
      double turn = 1.5708 * (double) fixture->n;
      *recipe = *common;
      recipe->defect.placed = true;
      recipe->defect.at_mm = brg_vec3 (48 * cos (turn), 48 * sin (turn), 33.3);
      recipe->defect.width_mm = 26 + (double) fixture->n / 3;
      recipe->defect.height_mm = 23.1;
      recipe->defect.rotate_deg = 12.5 * (double) fixture->n;
      recipe->defect.depth_mm = fixture->n == 2 ? 14 : 0;
      recipe->defect.bevel_deg = fixture->n == 1 ? 15 : 0;
      recipe->defect.burr_radius_mm = 3.5;
      replay_set (recipe, "shape", shapes[set_of_shapes][fixture->n]);
      replay_set (recipe, "clearance-from", fixture->n % 2 ? "skull" : "implant");
      replay_set (recipe, "drills", fixture->n % 3 ? "defect" : "implant");
      recipe->clearance_mm = fixture->n % 4 ? 3.1 : 0;
    }
  if (fixture->n == REPLAY_MAX_N)
    fixture->recipes[REPLAY_MAX_N - 1].defect.scidata =
      (BrgScidata){ BRG_SCIDATA_CUBE, .centre = { 20, 21 }, .size = 16 };
}

void
replay_fixture_export (const ReplayFixture *fixture, const char *dir)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BrgProduct) product = brg_product_from_scan (
    fixture->scan, fixture->added, fixture->removed, fixture->recipes, fixture->n, NULL, &error);
  BrgSha256 sha256;
  BrgExport what = { .name = "Case07",
                     .added = fixture->added,
                     .removed = fixture->removed,
                     .source_kind = BRG_SOURCE_SCAN,
                     .source_sha256 = sha256,
                     .no_png = TRUE };

  g_assert_no_error (error);
  brg_export_hash_volume (fixture->scan, sha256);
  brg_product_describe (product, &what);
  brg_export (&what, dir, NULL, &error);
  g_assert_no_error (error);
}

void
replay_fixture_init (ReplayFixture *fixture, const BrgRecipe *common, gboolean with_defects)
{
  *fixture = (ReplayFixture){ .dir = test_folder_new (), .scan = noisy_scan (), .n = 1 };
  fixture->scan_path = g_build_filename (fixture->dir, "scan.nrrd", NULL);
  fixture->out = g_build_filename (fixture->dir, "out", NULL);
  fixture->recipe_path = g_build_filename (fixture->out, "Case07.recipe.json", NULL);
  g_assert_cmpint (brg_nrrd_write_volume (fixture->scan, fixture->scan_path, NULL, NULL), ==,
                   BRG_OK);
  fixture->added = brg_mask_new (&fixture->scan->grid, NULL);
  fixture->removed = brg_mask_new (&fixture->scan->grid, NULL);
  for (int i = 10; i < 30; i++)
    for (int k = 20; k < 24; k++)
      {
        brg_mask_set (fixture->added, i, 20, k, true);
        brg_mask_set (fixture->removed, i, 2, k, true);
        brg_mask_set (fixture->removed, 3, i, k, true);
      }
  fixture->recipes[0] = *common;
  if (with_defects)
    add_defects (fixture, common);
  replay_fixture_export (fixture, fixture->out);
}

/* The same with a defect on top. */
void
replay_fixture_place_one (ReplayFixture *fixture)
{
  fixture->recipes[0].defect.placed = true;
  fixture->recipes[0].defect.at_mm = brg_vec3 (0, 0.1, 60);
  replay_fixture_export (fixture, fixture->out);
}

void
replay_fixture_clear (ReplayFixture *fixture)
{
  test_folder_free (fixture->dir);
  g_free (fixture->scan_path);
  g_free (fixture->out);
  g_free (fixture->recipe_path);
  brg_volume_unref (fixture->scan);
  brg_mask_unref (fixture->added);
  brg_mask_unref (fixture->removed);
}

gboolean
replay_fixture_replay (const ReplayFixture *fixture,
                       const char *dir,
                       gboolean verify,
                       int n_threads,
                       GError **error)
{
  BrgReplay what = { .recipe_path = fixture->recipe_path,
                     .source_path = fixture->scan_path,
                     .dir = dir,
                     .verify = verify,
                     .no_png = TRUE };
  BrgReplayReport report;
  BrgJob job = BRG_JOB_INIT;

  job.n_threads = n_threads;
  gboolean ok = brg_replay (&what, &report, &job, error);
  if (ok)
    {
      g_assert_cmpstr (report.name, ==, "Case07");
      g_assert_cmpuint (report.n_stages, ==, verify ? 7 + 3 * fixture->n : 0);
    }
  brg_replay_report_clear (&report);
  return ok;
}

void
replay_write_text (const char *path, const char *text)
{
  FILE *file = g_fopen (path, "wb");

  g_assert_nonnull (file);
  g_assert_cmpint (fputs (text, file), >=, 0);
  fclose (file);
}

/* Puts `text` in place of the recipe and says what a verified replay answers. Nothing appears. */
char *
replay_answer_to (const ReplayFixture *fixture, const char *text)
{
  g_autofree char *dir = g_build_filename (fixture->dir, "none", NULL);
  g_autoptr (GError) error = NULL;

  replay_write_text (fixture->recipe_path, text);
  g_assert_false (replay_fixture_replay (fixture, dir, TRUE, 0, &error));
  g_assert_false (g_file_test (dir, G_FILE_TEST_EXISTS));
  return g_strdup (error->message);
}

/* `text` with the n-th `from` replaced; NULL: there are fewer. */
char *
replay_replace_nth (const char *text, const char *from, guint n, const char *to)
{
  const char *at = text;

  for (guint found = 0;; at += strlen (from))
    {
      at = strstr (at, from);
      if (at == NULL)
        return NULL;
      if (found++ == n)
        break;
    }
  g_autofree char *head = g_strndup (text, (gsize) (at - text));
  return g_strconcat (head, to, at + strlen (from), NULL);
}
