/* The document: opening, the worker, failures, export; driven by a main loop on a small phantom. */

#include <string.h>

#include "case-fixture.h"
#include "engine/brg-isosurface.h"
#include "engine/brg-mesh-smooth.h"
#include "phantom.h"

static void
test_open (void)
{
  CaseFixture fixture;
  double level_hu, window_hu;
  g_autoptr (BrgViewState) view = brg_view_state_new ();

  case_fixture_init (&fixture);
  g_assert_null (brg_case_get_scan (fixture.document));
  g_assert_null (brg_case_get_result (fixture.document));
  brg_case_stroke_begin (fixture.document, FALSE, 3);
  brg_case_clear_edits (fixture.document);
  g_assert_false (brg_case_undo (fixture.document));
  g_assert_true (case_fixture_open_path (&fixture, fixture.path, NULL, NULL));
  g_assert_cmpuint (fixture.n_opened, ==, 1);
  case_fixture_settle (&fixture);

  BrgMask *skull = phantom_skull ();
  const BrgPipelineResult *result = brg_case_get_result (fixture.document);
  g_assert_true (brg_mask_equal (result->skull, skull));
  g_assert_null (result->implant);
  g_assert_cmpuint (result->islands.n_components, ==, 2);
  g_assert_cmpuint (fixture.n_results, ==, 1);
  g_assert_cmpuint (fixture.n_meshes, ==, 1);
  g_assert_nonnull (brg_case_get_mesh (fixture.document, BRG_CASE_MESH_SKULL));
  g_assert_null (brg_case_get_mesh (fixture.document, BRG_CASE_MESH_IMPLANT));
  g_assert_cmpstr (brg_case_get_source (fixture.document), ==, "Head.nrrd");
  g_assert_cmpstr (brg_case_get_name (fixture.document), ==, "Case01");
  g_assert_null (brg_case_get_warnings (fixture.document)[0]);
  g_assert_cmpint (brg_case_get_histogram (fixture.document)->max_hu, ==, PHANTOM_BONE_HU);
  g_assert_null (brg_case_get_task (fixture.document));

  brg_case_get_default_window (fixture.document, &level_hu, &window_hu);
  g_assert_cmpfloat (level_hu, ==, 300);
  g_assert_cmpfloat (window_hu, ==, 2000);
  brg_case_reset_view (fixture.document, view);
  g_assert_cmpfloat_with_epsilon (brg_vec3_length (brg_view_state_get_crosshair (view)), 0, 1e-9);
  g_assert_false (brg_case_set_name (fixture.document, "../x"));
  g_assert_true (brg_case_set_name (fixture.document, "Case_2"));
  brg_mask_unref (skull);
  case_fixture_clear (&fixture);
}

/* Whatever cannot be read leaves the open case alone and says which file and why. */
static void
test_open_fails (void)
{
  CaseFixture fixture;
  g_autoptr (GError) missing = NULL, broken = NULL, cancelled = NULL, second = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  case_fixture_open (&fixture);
  g_autofree char *absent = g_build_filename (fixture.dir, "absent.nrrd", NULL);
  g_autofree char *bad = g_build_filename (fixture.dir, "bad.nrrd", NULL);
  g_file_set_contents (bad, "NRRD0004\ntype: short\n\n", -1, NULL);
  BrgVolume *scan = brg_case_get_scan (fixture.document);

  g_assert_false (case_fixture_open_path (&fixture, absent, NULL, &missing));
  g_assert_true (g_str_has_prefix (missing->message, "absent.nrrd: "));
  g_assert_null (strstr (missing->message, fixture.dir));
  g_assert_false (case_fixture_open_path (&fixture, bad, NULL, &broken));
  g_assert_true (g_str_has_prefix (broken->message, "bad.nrrd: "));
  g_cancellable_cancel (cancellable);
  g_assert_false (case_fixture_open_path (&fixture, fixture.path, cancellable, &cancelled));
  g_assert_error (cancelled, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (brg_case_get_scan (fixture.document) == scan);
  g_assert_nonnull (brg_case_get_result (fixture.document));
  g_assert_cmpuint (fixture.n_opened, ==, 1);
  g_assert_false (brg_case_get_busy (fixture.document));

  g_autoptr (GFile) file = g_file_new_for_path (fixture.path);
  GAsyncResult *first = NULL;
  brg_case_open_async (fixture.document, file, NULL, NULL, case_fixture_done_cb, &first);
  g_assert_nonnull (brg_case_get_task (fixture.document));
  g_assert_false (case_fixture_open_path (&fixture, fixture.path, NULL, &second));
  g_assert_error (second, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_assert_true (brg_case_open_finish (fixture.document, case_fixture_wait_for (&first), NULL));
  g_object_unref (first);
  case_fixture_settle (&fixture);
  case_fixture_clear (&fixture);
}

/* The engine's words reach the window, the last good result stays, the next success clears. */
static void
test_failure (void)
{
  CaseFixture fixture;

  case_fixture_open (&fixture);
  BrgMask *skull = brg_mask_ref (brg_case_get_result (fixture.document)->skull);
  case_fixture_set_param (&fixture, "threshold-lo", 3000, FALSE);
  case_fixture_settle (&fixture);
  g_assert_cmpuint (fixture.n_failed, ==, 1);
  g_assert_cmpstr (fixture.message, ==, brg_case_get_error (fixture.document));
  g_assert_nonnull (strstr (fixture.message, "3000"));
  g_assert_true (brg_case_get_stale (fixture.document));
  g_assert_true (brg_case_get_result (fixture.document)->skull == skull);
  g_assert_true (brg_case_undo (fixture.document));
  case_fixture_settle (&fixture);
  g_assert_false (brg_case_get_stale (fixture.document));
  g_assert_null (brg_case_get_error (fixture.document));
  g_assert_true (brg_case_get_result (fixture.document)->skull == skull);

  BrgRecipe bad = *brg_case_get_recipe (fixture.document);
  bad.clearance_mm = NAN;
  brg_case_set_recipe (fixture.document, &bad, NULL, FALSE);
  g_assert_cmpuint (fixture.n_failed, ==, 2);
  g_assert_false (brg_case_get_stale (fixture.document));
  g_assert_cmpfloat (brg_case_get_recipe (fixture.document)->clearance_mm, ==, 0);
  brg_mask_unref (skull);
  case_fixture_clear (&fixture);
}

static void
test_defect (void)
{
  CaseFixture fixture;

  case_fixture_open (&fixture);
  BrgMesh *skull_mesh = brg_case_get_mesh (fixture.document, BRG_CASE_MESH_SKULL);
  case_fixture_place_defect (&fixture);
  case_fixture_assert_undo (&fixture, "Place defect");
  case_fixture_settle (&fixture);
  const BrgPipelineResult *result = brg_case_get_result (fixture.document);
  g_assert_cmpuint (brg_mask_count (result->defective) + brg_mask_count (result->implant), ==,
                    brg_mask_count (result->skull));
  g_assert_cmpuint (result->fit.overlap_vox, ==, 0);
  for (int m = 0; m < BRG_CASE_N_MESHES; m++)
    g_assert_nonnull (brg_case_get_mesh (fixture.document, (BrgCaseMesh) m));
  g_assert_true (brg_case_get_mesh (fixture.document, BRG_CASE_MESH_SKULL) == skull_mesh);

  case_fixture_set_param (&fixture, "smooth", 0.8, FALSE);
  case_fixture_settle (&fixture);
  g_assert_true (brg_case_get_mesh (fixture.document, BRG_CASE_MESH_SKULL) != skull_mesh);
  g_assert_true (brg_case_undo (fixture.document));
  g_assert_true (brg_case_undo (fixture.document));
  case_fixture_settle (&fixture);
  g_assert_null (brg_case_get_result (fixture.document)->implant);
  g_assert_null (brg_case_get_mesh (fixture.document, BRG_CASE_MESH_IMPLANT));
  g_assert_null (brg_case_get_mesh (fixture.document, BRG_CASE_MESH_CUTTER));
  case_fixture_clear (&fixture);
}

/* A slider in motion: fewer runs than changes, one history entry, the last value wins, and no
 * result is newer than the meshes at the end. */
static void
test_coalescing (void)
{
  CaseFixture fixture;

  case_fixture_open (&fixture);
  case_fixture_place_defect (&fixture);
  case_fixture_settle (&fixture);
  guint before = fixture.n_results;
  for (int width = 20; width <= 60; width++)
    {
      case_fixture_set_param (&fixture, "width", width, TRUE);
      if (width % 2 == 0) /* may bring one result */
        g_main_context_iteration (NULL, FALSE);
    }
  brg_case_end_change (fixture.document);
  case_fixture_settle (&fixture);
  g_assert_cmpuint (fixture.n_results - before, <, 41);
  g_assert_cmpuint (fixture.n_results - before, >=, 1);
  g_assert_cmpuint (fixture.results_at_last_meshes, ==, fixture.n_results);
  case_fixture_assert_undo (&fixture, "Place defect");

  case_fixture_set_param (&fixture, "width", 40, TRUE);
  case_fixture_assert_undo (&fixture, "Width 60 → 40 mm");
  case_fixture_settle (&fixture);
  size_t at_40 = brg_mask_count (brg_case_get_result (fixture.document)->implant);
  case_fixture_set_param (&fixture, "width", 20, TRUE);
  case_fixture_settle (&fixture);
  g_assert_cmpuint (brg_mask_count (brg_case_get_result (fixture.document)->implant), <, at_40);
  g_assert_true (brg_case_undo (fixture.document));
  g_assert_cmpfloat (brg_case_get_recipe (fixture.document)->defect.width_mm, ==, 60);
  case_fixture_settle (&fixture);
  case_fixture_clear (&fixture);
}

/* The surface a mask must end up with. */
static gboolean
is_smoothed (const BrgMesh *mesh, const BrgMask *mask, double smooth)
{
  BrgMesh *expected = brg_isosurface (mask, NULL, NULL);

  g_assert_cmpint (brg_mesh_smooth (expected, &mask->grid, smooth, NULL, NULL), ==, BRG_OK);
  gboolean same = expected->n_vertices == mesh->n_vertices &&
                  memcmp (expected->xyz, mesh->xyz, 3 * mesh->n_vertices * sizeof *mesh->xyz) == 0;
  brg_mesh_unref (expected);
  return same;
}

/* Changes that never pause: 3-D still follows, and is smoothed again at the end. */
static void
test_no_starving (void)
{
  CaseFixture fixture;
  guint n_changes = 0, n_seen = 0;
  BrgMesh *last = NULL;

  case_fixture_open (&fixture);
  case_fixture_place_defect (&fixture);
  case_fixture_set_param (&fixture, "width", 30, TRUE);
  case_fixture_settle (&fixture);
  size_t at_30 = brg_mask_count (brg_case_get_result (fixture.document)->implant);
  gint64 end_us = g_get_monotonic_time () + 120 * G_TIME_SPAN_SECOND;
  while (n_seen < 3 && g_get_monotonic_time () < end_us)
    {
      case_fixture_set_param (&fixture, "width", ++n_changes % 2 == 0 ? 30 : 40, TRUE);
      g_main_context_iteration (NULL, FALSE);
      BrgMesh *implant = brg_case_get_mesh (fixture.document, BRG_CASE_MESH_IMPLANT);
      n_seen += implant != last;
      last = implant;
    }
  g_assert_cmpuint (n_seen, ==, 3);

  /* Come to rest on the very masks that a draft has been made of. */
  const BrgPipelineResult *result = brg_case_get_result (fixture.document);
  case_fixture_set_param (&fixture, "width", brg_mask_count (result->implant) == at_30 ? 30 : 40,
                          TRUE);
  case_fixture_settle (&fixture);
  result = brg_case_get_result (fixture.document);
  double smooth = brg_case_get_recipe (fixture.document)->smooth;
  g_assert_true (is_smoothed (brg_case_get_mesh (fixture.document, BRG_CASE_MESH_IMPLANT),
                              result->implant, smooth));
  g_assert_true (is_smoothed (brg_case_get_mesh (fixture.document, BRG_CASE_MESH_DEFECTIVE),
                              result->defective, smooth));
  case_fixture_clear (&fixture);
}

/* Another scan starts afresh, and the case may go while its worker runs. */
static void
test_reopen_and_drop (void)
{
  CaseFixture fixture;
  const double at_vox[3] = { 20, 20, 20 };

  case_fixture_open (&fixture);
  case_fixture_set_param (&fixture, "threshold-lo", 200, FALSE);
  brg_case_stroke_begin (fixture.document, FALSE, 6);
  brg_case_stroke_to (fixture.document, BRG_AXIAL, at_vox, at_vox);
  g_assert_true (case_fixture_open_path (&fixture, fixture.path, NULL, NULL));
  g_assert_false (brg_case_can_undo (fixture.document));
  g_assert_true (brg_mask_is_empty (brg_case_get_added (fixture.document)));
  g_assert_cmpint (brg_case_get_recipe (fixture.document)->threshold_lo_hu, ==, 150);
  g_assert_true (brg_case_get_busy (fixture.document));
  case_fixture_clear (&fixture);
}

/* A wide median, cancelled at once; false if its worker was through before it heard of that. */
static gboolean
cancel_median (CaseFixture *fixture)
{
  case_fixture_set_param (fixture, "median", 12, FALSE);
  brg_task_cancel (brg_case_get_task (fixture->document));
  case_fixture_settle (fixture);
  gboolean was_cancelled = brg_case_get_stale (fixture->document);
  case_fixture_set_param (fixture, "median", 0, FALSE);
  case_fixture_settle (fixture);
  g_assert_false (brg_case_get_stale (fixture->document));
  return was_cancelled;
}

/* Cancelled by the user: what is shown is stale until the next change. */
static void
test_cancel (void)
{
  CaseFixture fixture;
  int n_tries = 1;

  case_fixture_open (&fixture);
  while (!cancel_median (&fixture) && n_tries < 100)
    n_tries++;
  g_assert_cmpint (n_tries, <, 100);
  case_fixture_clear (&fixture);
}

/* What is asked for while the worker runs is exported once it is done. */
static void
test_export (void)
{
  CaseFixture fixture;
  g_autoptr (GError) error = NULL, early = NULL, stale = NULL, cancelled = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  case_fixture_init (&fixture);
  g_autofree char *dir = g_build_filename (fixture.dir, "out", NULL);
  g_autofree char *manifest = g_build_filename (dir, "manifest.json", NULL);
  g_autofree char *implant =
    g_build_filename (dir, "Case01_Implants", "Case01_Implants01.stl", NULL);
  g_assert_false (case_fixture_export (&fixture, dir, NULL, &early));
  g_assert_true (case_fixture_open_path (&fixture, fixture.path, NULL, NULL));
  case_fixture_place_defect (&fixture);
  g_cancellable_cancel (cancellable);
  g_assert_false (case_fixture_export (&fixture, dir, cancellable, &cancelled));
  g_assert_error (cancelled, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (g_file_test (dir, G_FILE_TEST_EXISTS));

  case_fixture_set_param (&fixture, "width", 40, FALSE);
  g_assert_true (case_fixture_export (&fixture, dir, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_test (manifest, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (implant, G_FILE_TEST_EXISTS));
  case_fixture_set_param (&fixture, "threshold-lo", 3000, FALSE);
  g_assert_false (case_fixture_export (&fixture, dir, NULL, &stale));
  g_assert_nonnull (strstr (stale->message, "3000"));
  case_fixture_settle (&fixture);
  case_fixture_clear (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/case/open", test_open);
  g_test_add_func ("/case/open-fails", test_open_fails);
  g_test_add_func ("/case/failure", test_failure);
  g_test_add_func ("/case/defect", test_defect);
  g_test_add_func ("/case/coalescing", test_coalescing);
  g_test_add_func ("/case/no-starving", test_no_starving);
  g_test_add_func ("/case/reopen-and-drop", test_reopen_and_drop);
  g_test_add_func ("/case/cancel", test_cancel);
  g_test_add_func ("/case/export", test_export);
  return g_test_run ();
}
