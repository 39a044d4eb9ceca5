/* What a case exports after a session of work, stage by stage brought up to date, is what its file
 * and its recipe make from the beginning. */

#include <string.h>

#include "case-fixture.h"
#include "case/brg-replay.h"
#include "case/brg-store-export.h"
#include "phantom.h"

/* Brush strokes on both sides of the bone's surface, on top and in front. */
static void
paint (CaseFixture *fixture, gboolean erase)
{
  const double from_vox[2][3] = { { 20, 20, 37 }, { 20, 4, 20 } };

  for (int s = 0; s < 2; s++)
    {
      const double to_vox[3] = { from_vox[s][0] + 4, from_vox[s][1], from_vox[s][2] };
      brg_case_stroke_begin (fixture->document, erase, erase ? 5 : 7);
      brg_case_stroke_to (fixture->document, BRG_AXIAL, from_vox[s], to_vox);
      brg_case_stroke_end (fixture->document);
      case_fixture_settle (fixture);
    }
}

static void
place (CaseFixture *fixture, BrgVec3 at_mm, BrgShape shape, double clearance_mm)
{
  BrgRecipe recipe = *brg_case_get_recipe (fixture->document);

  recipe.defect.placed = true;
  recipe.defect.shape = shape;
  recipe.defect.at_mm = at_mm;
  recipe.defect.width_mm = recipe.defect.height_mm = 37.5;
  recipe.clearance_mm = clearance_mm;
  brg_case_set_recipe (fixture->document, &recipe, NULL, FALSE);
  case_fixture_settle (fixture);
}

/* Edits before and after defects, an undo, a crop and a filter at the end. */
static void
work (CaseFixture *fixture)
{
  BrgRecipe recipe;

  paint (fixture, FALSE);
  place (fixture, brg_vec3 (0, -PHANTOM_RADIUS_MM, 0), BRG_SHAPE_CRANIOTOMY, 0);
  paint (fixture, TRUE);
  g_assert_true (brg_case_add_defect (fixture->document));
  place (fixture, brg_vec3 (0, 0, PHANTOM_RADIUS_MM), BRG_SHAPE_CYLINDER, 5);
  brg_case_undo (fixture->document);
  brg_case_redo (fixture->document);
  paint (fixture, FALSE);
  brg_case_set_active (fixture->document, 0);
  recipe = *brg_case_get_recipe (fixture->document);
  recipe.crop_vox = (BrgBox){ { 1, 0, 0 }, { 41, 41, 40 } };
  recipe.fill_volume_mm3 = 500;
  brg_case_set_recipe (fixture->document, &recipe, NULL, FALSE);
  case_fixture_settle (fixture);
}

/* Every file of `a` is in `b` with the same bytes. */
static void
assert_same (const char *a, const char *b)
{
  g_autoptr (GDir) dir = g_dir_open (a, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *first = g_build_filename (a, name, NULL);
      g_autofree char *second = g_build_filename (b, name, NULL);
      g_autofree char *bytes = NULL, *other = NULL;
      gsize length, other_length;
      if (g_file_test (first, G_FILE_TEST_IS_DIR))
        {
          assert_same (first, second);
          continue;
        }
      g_test_message ("%s", second);
      g_assert_true (g_file_get_contents (first, &bytes, &length, NULL));
      g_assert_true (g_file_get_contents (second, &other, &other_length, NULL));
      g_assert_cmpuint (length, ==, other_length);
      g_assert_cmpint (memcmp (bytes, other, length), ==, 0);
    }
}

static void
replay_from (const char *recipe, const char *source, const char *dir)
{
  BrgReplay what = {
    .recipe_path = recipe, .source_path = source, .dir = dir, .verify = TRUE, .no_png = TRUE
  };
  g_autoptr (GError) error = NULL;
  BrgReplayReport report;

  brg_replay (&what, &report, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report.n_stages, ==, 7 + 2 * 3);
  brg_replay_report_clear (&report);
}

static void
test_session (void)
{
  CaseFixture fixture;
  BrgStoreExportReport report;
  g_autoptr (GError) error = NULL;

  case_fixture_init (&fixture);
  brg_case_set_folder (fixture.document, fixture.dir);
  g_assert_true (case_fixture_open_path (&fixture, fixture.path, NULL, NULL));
  case_fixture_settle (&fixture);
  work (&fixture);
  g_autofree char *out = g_build_filename (fixture.dir, "out", NULL);
  g_autofree char *again = g_build_filename (fixture.dir, "again", NULL);
  g_autofree char *first = g_build_filename (fixture.dir, "first", NULL);
  g_autofree char *second = g_build_filename (fixture.dir, "second", NULL);
  case_fixture_export (&fixture, out, NULL, &error);
  g_assert_no_error (error);
  case_fixture_settle_saving (&fixture);
  const char *name = brg_case_get_name (fixture.document);
  g_autofree char *recipe = g_strdup_printf ("%s/%s.recipe.json", out, name);
  g_autofree char *file = g_strdup (brg_case_get_path (fixture.document));

  replay_from (recipe, fixture.path, first);
  replay_from (recipe, file, second);
  brg_store_export (file, again, NULL, &report, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report.n_defects, ==, 2);
  g_assert_cmpfloat (report.fits[1].implant_mm3, <, report.fits[1].removed_mm3);
  brg_store_export_report_clear (&report);
  assert_same (out, again);
  case_fixture_close (&fixture);
  case_fixture_clear (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/case-replay/session", test_session);
  return g_test_run ();
}
