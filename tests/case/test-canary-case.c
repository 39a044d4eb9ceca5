/* A case that is opened, worked on, kept, copied, exported and closed: no text of its source is in
 * any of its files, or in memory when all is done. */

#include <string.h>

#include "kept-case.h"
#include "phantom.h"
#include "support/canary-sources.h"
#include "support/canary.h"

/* What another process is told to do with the source. */
#define WORK "--work"

static void
open_source (CaseFixture *fixture, const char *path)
{
  const BrgImportOptions options = { .deface = TRUE, .deface_mm = 12 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GAsyncResult *result = NULL;

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_autoptr (GPtrArray) all = brg_series_find (path, NULL, &error);
      g_assert_no_error (error);
      brg_case_open_series_async (fixture->document, all, 0, &options, NULL, case_fixture_done_cb,
                                  &result);
    }
  else
    brg_case_open_async (fixture->document, file, &options, NULL, case_fixture_done_cb, &result);
  case_fixture_wait_for (&result);
  g_assert_true (brg_case_open_finish (fixture->document, result, &error));
  g_assert_no_error (error);
  g_object_unref (result);
  case_fixture_settle (fixture);
}

/* On top of the ball. */
static void
place_defect (BrgCase *document)
{
  BrgRecipe recipe = *brg_case_get_recipe (document);
  const BrgGrid *grid = &brg_case_get_scan (document)->grid;

  recipe.defect.placed = true;
  recipe.defect.shape = BRG_SHAPE_CYLINDER;
  recipe.defect.width_mm = recipe.defect.height_mm = 12;
  recipe.defect.at_mm = brg_grid_lps_from_vox (grid, brg_vec3 (11.5, 11.5, 20));
  brg_case_set_recipe (document, &recipe, NULL, FALSE);
}

static void
work (const char *path, const char *to)
{
  g_autofree char *cases = g_build_filename (to, "cases", NULL);
  g_autofree char *copy = g_build_filename (to, "Copy.bregma", NULL);
  g_autofree char *out = g_build_filename (to, "out", NULL);
  g_autoptr (GError) error = NULL;
  CaseFixture fixture;

  case_fixture_init (&fixture);
  brg_case_set_folder (fixture.document, cases);
  open_source (&fixture, path);
  kept_case_dab (fixture.document, 11, 11, 4, FALSE);
  place_defect (fixture.document);
  g_assert_true (brg_case_set_name (fixture.document, "Frontal"));
  case_fixture_settle (&fixture);
  g_assert_true (case_fixture_export (&fixture, out, NULL, &error));
  g_assert_no_error (error);
  case_fixture_settle_saving (&fixture);
  g_assert_true (kept_case_save_as (&fixture, copy, NULL));
  case_fixture_close (&fixture);
  case_fixture_clear (&fixture);
}

static void
test_source (gconstpointer data)
{
  CanarySource source = (CanarySource) GPOINTER_TO_INT (data);
  g_autofree char *dir = test_folder_new ();
  g_autofree char *from = g_build_filename (dir, "from", NULL);
  g_autofree char *to = g_build_filename (dir, "to", NULL);
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *found = NULL;

  g_assert_cmpint (g_mkdir_with_parents (from, 0700), ==, 0);
  g_assert_cmpint (g_mkdir_with_parents (to, 0700), ==, 0);
  g_autofree char *path = canary_source_write (source, from, FALSE);
  const char *argv[] = { self, WORK, path, to, NULL };
  if (!canary_run_and_search (argv, NULL, &found))
    g_test_skip ("processes may not be traced here");
  else
    {
      if (found != NULL)
        g_error ("%s", found);
      /* Two case files, and the triple: three masks with their surfaces and pictures, hand edits,
       * recipe and manifest. */
      g_assert_cmpuint (canary_assert_none (to), ==, 2 + 9 + 3);
    }
  test_folder_free (g_steal_pointer (&dir));
}

int
main (int argc, char **argv)
{
  static const CanarySource sources[] = { CANARY_DICOM, CANARY_NRRD_GZIP };
  const char *asan = g_getenv ("ASAN_OPTIONS");
  g_autofree char *options = g_strconcat (asan != NULL ? asan : "", ":detect_leaks=0",
                                          NULL); /* it cannot be traced itself */

  g_test_init (&argc, &argv, NULL);
  if (argc == 4 && g_str_equal (argv[1], WORK))
    {
      work (argv[2], argv[3]);
      return 0;
    }
  g_setenv ("ASAN_OPTIONS", options, TRUE);
  g_setenv ("LD_BIND_NOW", "1", TRUE); /* see test-canary */
  for (gsize s = 0; s < G_N_ELEMENTS (sources); s++)
    {
      g_autofree char *name = g_strdup_printf ("/canary-case/%s", canary_source_name (sources[s]));
      g_test_add_data_func (name, GINT_TO_POINTER ((int) sources[s]), test_source);
    }
  return g_test_run ();
}
