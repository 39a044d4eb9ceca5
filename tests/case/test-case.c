/* The document: opening, the worker, hand edits, undo, failures; driven by a main loop on a small
 * phantom. */

#include <string.h>

#include "case/brg-case.h"
#include "case/brg-history.h"
#include "engine/brg-isosurface.h"
#include "engine/brg-mesh-smooth.h"
#include "engine/brg-param.h"
#include "phantom.h"

typedef struct
{
  char *dir;
  char *path;
  BrgCase *document;
  guint n_opened, n_recipe, n_edits, n_results, n_meshes, n_failed, n_history;
  guint results_at_last_meshes; /* n_results when meshes last changed */
  BrgBox box;                   /* of the last edits-changed */
  char *message;                /* of the last failed */
} Fixture;

static void
count_cb (BrgCase *document, guint *count)
{
  (void) document;
  (*count)++;
}

static void
edits_cb (BrgCase *document, const BrgBox *box, Fixture *fixture)
{
  (void) document;
  fixture->n_edits++;
  fixture->box = *box;
}

static void
meshes_cb (BrgCase *document, Fixture *fixture)
{
  (void) document;
  fixture->n_meshes++;
  fixture->results_at_last_meshes = fixture->n_results;
}

static void
failed_cb (BrgCase *document, const char *message, Fixture *fixture)
{
  (void) document;
  fixture->n_failed++;
  g_free (fixture->message);
  fixture->message = g_strdup (message);
}

static void
done_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **out = user_data;
  (void) object;

  *out = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

static void
settle (Fixture *fixture)
{
  while (brg_case_get_busy (fixture->document))
    g_main_context_iteration (NULL, TRUE);
}

static gboolean
open_path (Fixture *fixture, const char *path, GCancellable *cancellable, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GAsyncResult *result = NULL;

  brg_case_open_async (fixture->document, file, cancellable, done_cb, &result);
  wait_for (&result);
  gboolean ok = brg_case_open_finish (fixture->document, result, error);
  g_object_unref (result);
  return ok;
}

static void
fixture_init (Fixture *fixture)
{
  *fixture = (Fixture){ .dir = test_folder_new () };
  fixture->path = phantom_write (fixture->dir, "Head.nrrd");
  fixture->document = brg_case_new ();

  BrgCase *document = fixture->document;
  g_signal_connect (document, "opened", G_CALLBACK (count_cb), &fixture->n_opened);
  g_signal_connect (document, "recipe-changed", G_CALLBACK (count_cb), &fixture->n_recipe);
  g_signal_connect (document, "edits-changed", G_CALLBACK (edits_cb), fixture);
  g_signal_connect (document, "result-changed", G_CALLBACK (count_cb), &fixture->n_results);
  g_signal_connect (document, "meshes-changed", G_CALLBACK (meshes_cb), fixture);
  g_signal_connect (document, "failed", G_CALLBACK (failed_cb), fixture);
  g_signal_connect (document, "history-changed", G_CALLBACK (count_cb), &fixture->n_history);
}

static void
fixture_open (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  fixture_init (fixture);
  g_assert_true (open_path (fixture, fixture->path, NULL, &error));
  g_assert_no_error (error);
  settle (fixture);
}

static void
fixture_clear (Fixture *fixture)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (fixture->document);
  test_folder_free (fixture->dir);
  g_free (fixture->path);
  g_free (fixture->message);
}

static void
set_param (Fixture *fixture, const char *key, double value, gboolean coalesce)
{
  BrgRecipe recipe = *brg_case_get_recipe (fixture->document);

  brg_param_set (brg_param_find (key), &recipe, value);
  brg_case_set_recipe (fixture->document, &recipe, NULL, coalesce);
}

static void
place_defect (Fixture *fixture)
{
  BrgRecipe recipe = *brg_case_get_recipe (fixture->document);

  recipe.defect.placed = true;
  recipe.defect.shape = BRG_SHAPE_CYLINDER;
  recipe.defect.at_mm = brg_vec3 (0, -PHANTOM_RADIUS_MM, 0);
  brg_case_set_recipe (fixture->document, &recipe, NULL, FALSE);
}

static void
test_open (void)
{
  Fixture fixture;
  double level_hu, window_hu;
  g_autoptr (BrgViewState) view = brg_view_state_new ();

  fixture_init (&fixture);
  g_assert_null (brg_case_get_scan (fixture.document));
  g_assert_null (brg_case_get_result (fixture.document));
  brg_case_stroke_begin (fixture.document, FALSE, 3);
  brg_case_clear_edits (fixture.document);
  g_assert_false (brg_case_undo (fixture.document));
  g_assert_true (open_path (&fixture, fixture.path, NULL, NULL));
  g_assert_cmpuint (fixture.n_opened, ==, 1);
  settle (&fixture);

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
  fixture_clear (&fixture);
}

/* Whatever cannot be read leaves the open case alone and says which file and why. */
static void
test_open_fails (void)
{
  Fixture fixture;
  g_autoptr (GError) missing = NULL, broken = NULL, cancelled = NULL, second = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  fixture_open (&fixture);
  g_autofree char *absent = g_build_filename (fixture.dir, "absent.nrrd", NULL);
  g_autofree char *bad = g_build_filename (fixture.dir, "bad.nrrd", NULL);
  g_file_set_contents (bad, "NRRD0004\ntype: short\n\n", -1, NULL);
  BrgVolume *scan = brg_case_get_scan (fixture.document);

  g_assert_false (open_path (&fixture, absent, NULL, &missing));
  g_assert_true (g_str_has_prefix (missing->message, "absent.nrrd: "));
  g_assert_null (strstr (missing->message, fixture.dir));
  g_assert_false (open_path (&fixture, bad, NULL, &broken));
  g_assert_true (g_str_has_prefix (broken->message, "bad.nrrd: "));
  g_cancellable_cancel (cancellable);
  g_assert_false (open_path (&fixture, fixture.path, cancellable, &cancelled));
  g_assert_error (cancelled, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (brg_case_get_scan (fixture.document) == scan);
  g_assert_nonnull (brg_case_get_result (fixture.document));
  g_assert_cmpuint (fixture.n_opened, ==, 1);
  g_assert_false (brg_case_get_busy (fixture.document));

  g_autoptr (GFile) file = g_file_new_for_path (fixture.path);
  GAsyncResult *first = NULL;
  brg_case_open_async (fixture.document, file, NULL, done_cb, &first);
  g_assert_nonnull (brg_case_get_task (fixture.document));
  g_assert_false (open_path (&fixture, fixture.path, NULL, &second));
  g_assert_error (second, G_IO_ERROR, G_IO_ERROR_PENDING);
  g_assert_true (brg_case_open_finish (fixture.document, wait_for (&first), NULL));
  g_object_unref (first);
  settle (&fixture);
  fixture_clear (&fixture);
}

/* The engine's words reach the window, the last good result stays, the next success clears. */
static void
test_failure (void)
{
  Fixture fixture;

  fixture_open (&fixture);
  BrgMask *skull = brg_mask_ref (brg_case_get_result (fixture.document)->skull);
  set_param (&fixture, "threshold-lo", 3000, FALSE);
  settle (&fixture);
  g_assert_cmpuint (fixture.n_failed, ==, 1);
  g_assert_cmpstr (fixture.message, ==, brg_case_get_error (fixture.document));
  g_assert_nonnull (strstr (fixture.message, "3000"));
  g_assert_true (brg_case_get_stale (fixture.document));
  g_assert_true (brg_case_get_result (fixture.document)->skull == skull);
  g_assert_true (brg_case_undo (fixture.document));
  settle (&fixture);
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
  fixture_clear (&fixture);
}

static void
test_defect (void)
{
  Fixture fixture;

  fixture_open (&fixture);
  BrgMesh *skull_mesh = brg_case_get_mesh (fixture.document, BRG_CASE_MESH_SKULL);
  place_defect (&fixture);
  g_assert_cmpstr (brg_case_get_undo_label (fixture.document), ==, "Place defect");
  settle (&fixture);
  const BrgPipelineResult *result = brg_case_get_result (fixture.document);
  g_assert_cmpuint (brg_mask_count (result->defective) + brg_mask_count (result->implant), ==,
                    brg_mask_count (result->skull));
  g_assert_cmpuint (result->fit.overlap_vox, ==, 0);
  for (int m = 0; m < BRG_CASE_N_MESHES; m++)
    g_assert_nonnull (brg_case_get_mesh (fixture.document, (BrgCaseMesh) m));
  g_assert_true (brg_case_get_mesh (fixture.document, BRG_CASE_MESH_SKULL) == skull_mesh);

  set_param (&fixture, "smooth", 0.8, FALSE);
  settle (&fixture);
  g_assert_true (brg_case_get_mesh (fixture.document, BRG_CASE_MESH_SKULL) != skull_mesh);
  g_assert_true (brg_case_undo (fixture.document));
  g_assert_true (brg_case_undo (fixture.document));
  settle (&fixture);
  g_assert_null (brg_case_get_result (fixture.document)->implant);
  g_assert_null (brg_case_get_mesh (fixture.document, BRG_CASE_MESH_IMPLANT));
  g_assert_null (brg_case_get_mesh (fixture.document, BRG_CASE_MESH_CUTTER));
  fixture_clear (&fixture);
}

/* A slider in motion: fewer runs than changes, one history entry, the last value wins, and no
 * result is newer than the meshes at the end. */
static void
test_coalescing (void)
{
  Fixture fixture;

  fixture_open (&fixture);
  place_defect (&fixture);
  settle (&fixture);
  guint before = fixture.n_results;
  for (int width = 20; width <= 60; width++)
    {
      set_param (&fixture, "width", width, TRUE);
      g_main_context_iteration (NULL, FALSE);
    }
  brg_case_end_change (fixture.document);
  settle (&fixture);
  g_assert_cmpuint (fixture.n_results - before, <, 41);
  g_assert_cmpuint (fixture.n_results - before, >=, 1);
  g_assert_cmpuint (fixture.results_at_last_meshes, ==, fixture.n_results);
  g_assert_cmpstr (brg_case_get_undo_label (fixture.document), ==, "Place defect");

  set_param (&fixture, "width", 40, TRUE);
  g_assert_cmpstr (brg_case_get_undo_label (fixture.document), ==, "Width 60 → 40 mm");
  settle (&fixture);
  size_t at_40 = brg_mask_count (brg_case_get_result (fixture.document)->implant);
  set_param (&fixture, "width", 20, TRUE);
  settle (&fixture);
  g_assert_cmpuint (brg_mask_count (brg_case_get_result (fixture.document)->implant), <, at_40);
  g_assert_true (brg_case_undo (fixture.document));
  g_assert_cmpfloat (brg_case_get_recipe (fixture.document)->defect.width_mm, ==, 60);
  settle (&fixture);
  fixture_clear (&fixture);
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
  Fixture fixture;
  guint n_changes = 0, n_seen = 0;
  BrgMesh *last = NULL;

  fixture_open (&fixture);
  place_defect (&fixture);
  set_param (&fixture, "width", 30, TRUE);
  settle (&fixture);
  size_t at_30 = brg_mask_count (brg_case_get_result (fixture.document)->implant);
  gint64 end_us = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;
  while (n_seen < 3 && g_get_monotonic_time () < end_us)
    {
      set_param (&fixture, "width", ++n_changes % 2 == 0 ? 30 : 40, TRUE);
      g_main_context_iteration (NULL, FALSE);
      BrgMesh *implant = brg_case_get_mesh (fixture.document, BRG_CASE_MESH_IMPLANT);
      n_seen += implant != last;
      last = implant;
    }
  g_assert_cmpuint (n_seen, ==, 3);

  /* Come to rest on the very masks that a draft has been made of. */
  const BrgPipelineResult *result = brg_case_get_result (fixture.document);
  set_param (&fixture, "width", brg_mask_count (result->implant) == at_30 ? 30 : 40, TRUE);
  settle (&fixture);
  result = brg_case_get_result (fixture.document);
  double smooth = brg_case_get_recipe (fixture.document)->smooth;
  g_assert_true (is_smoothed (brg_case_get_mesh (fixture.document, BRG_CASE_MESH_IMPLANT),
                              result->implant, smooth));
  g_assert_true (is_smoothed (brg_case_get_mesh (fixture.document, BRG_CASE_MESH_DEFECTIVE),
                              result->defective, smooth));
  fixture_clear (&fixture);
}

static void
test_strokes (void)
{
  Fixture fixture;
  const double from_vox[3] = { 20, 20, 20 }, to_vox[3] = { 24, 20, 20 };

  fixture_open (&fixture);
  size_t bone = brg_mask_count (brg_case_get_result (fixture.document)->skull);
  guint results = fixture.n_results;
  brg_case_stroke_begin (fixture.document, FALSE, 6);
  brg_case_stroke_to (fixture.document, BRG_AXIAL, from_vox, from_vox);
  brg_case_stroke_to (fixture.document, BRG_AXIAL, from_vox, to_vox);
  g_assert_cmpuint (fixture.n_edits, ==, 2);
  g_assert_cmpint (fixture.box.lo[2], ==, 20);
  g_assert_cmpint (fixture.box.hi[2], ==, 21);
  g_assert_cmpuint (fixture.n_history, ==, 1); /* of opening */
  g_assert_false (brg_case_can_undo (fixture.document));
  g_assert_false (brg_case_get_busy (fixture.document));
  brg_case_stroke_end (fixture.document);
  g_assert_cmpstr (brg_case_get_undo_label (fixture.document), ==, "Paint bone, axial");
  settle (&fixture);
  g_assert_cmpuint (fixture.n_results, ==, results + 1);
  size_t painted = brg_mask_count (brg_case_get_added (fixture.document));
  g_assert_cmpuint (painted, >, 0);
  g_assert_cmpuint (brg_mask_count (brg_case_get_result (fixture.document)->skull), ==,
                    bone + painted);

  brg_case_stroke_begin (fixture.document, TRUE, 6);
  brg_case_stroke_to (fixture.document, BRG_SAGITTAL, from_vox, from_vox);
  brg_case_stroke_end (fixture.document);
  g_assert_cmpstr (brg_case_get_undo_label (fixture.document), ==, "Erase, sagittal");
  BrgMask *added = brg_case_get_added (fixture.document);
  BrgMask *removed = brg_case_get_removed (fixture.document);
  g_assert_cmpuint (brg_mask_count_and (added, removed), ==, 0);
  g_assert_false (brg_mask_get (added, 20, 20, 20));
  g_assert_true (brg_mask_get (removed, 20, 20, 20));

  brg_case_stroke_begin (fixture.document, TRUE, 6); /* again: nothing changes */
  brg_case_stroke_to (fixture.document, BRG_SAGITTAL, from_vox, from_vox);
  brg_case_stroke_end (fixture.document);
  g_assert_true (brg_case_undo (fixture.document));
  g_assert_cmpstr (brg_case_get_redo_label (fixture.document), ==, "Erase, sagittal");
  g_assert_true (brg_case_undo (fixture.document));
  g_assert_true (brg_mask_is_empty (added));
  g_assert_true (brg_mask_is_empty (removed));
  settle (&fixture);
  g_assert_cmpuint (brg_mask_count (brg_case_get_result (fixture.document)->skull), ==, bone);
  g_assert_true (brg_case_redo (fixture.document));
  g_assert_cmpuint (brg_mask_count (added), ==, painted);

  guint edits = fixture.n_edits;
  brg_case_clear_edits (fixture.document);
  brg_case_clear_edits (fixture.document);
  g_assert_cmpuint (fixture.n_edits, ==, edits + 1);
  g_assert_true (brg_mask_is_empty (added));
  g_assert_true (brg_case_undo (fixture.document));
  g_assert_cmpuint (brg_mask_count (added), ==, painted);
  settle (&fixture);
  fixture_clear (&fixture);
}

/* Edits survive a change of the recipe, also when they lie outside the crop. */
static void
test_edits_and_crop (void)
{
  Fixture fixture;
  const double at_vox[3] = { 20, 20, 20 };

  fixture_open (&fixture);
  brg_case_stroke_begin (fixture.document, FALSE, 6);
  brg_case_stroke_to (fixture.document, BRG_CORONAL, at_vox, at_vox);
  BrgRecipe recipe = *brg_case_get_recipe (fixture.document);
  recipe.crop_vox = (BrgBox){ { 5, 5, 22 }, { 36, 36, 41 } };
  brg_case_set_recipe (fixture.document, &recipe, NULL, FALSE); /* ends the stroke */
  g_assert_cmpstr (brg_case_get_undo_label (fixture.document), ==, "Crop");
  settle (&fixture);
  g_assert_cmpint (brg_case_get_result (fixture.document)->skull->grid.dim[2], ==, 19);
  g_assert_true (brg_case_undo (fixture.document));
  settle (&fixture);
  g_assert_true (brg_mask_get (brg_case_get_result (fixture.document)->skull, 20, 20, 20));
  g_assert_cmpstr (brg_case_get_undo_label (fixture.document), ==, "Paint bone, coronal");
  fixture_clear (&fixture);
}

/* First set voxel of a mask, which is consumed. */
static void
first_voxel (BrgMask *mask, int vox[3])
{
  BrgBox box = brg_mask_bounds (mask);

  memcpy (vox, box.lo, sizeof box.lo);
  while (!brg_mask_get (mask, vox[0], vox[1], vox[2]))
    if (++vox[0] == box.hi[0])
      {
        vox[0] = box.lo[0];
        vox[1]++;
      }
  brg_mask_unref (mask);
}

static void
test_island (void)
{
  Fixture fixture;
  int vox[3], nowhere[3] = { 20, 20, 20 };

  fixture_open (&fixture);
  set_param (&fixture, "keep", BRG_KEEP_ALL, FALSE);
  settle (&fixture);
  phantom_speck_vox (vox);
  g_assert_true (brg_mask_get (brg_case_get_result (fixture.document)->skull, 1, 1, 1));
  brg_case_remove_island_at (fixture.document, vox);
  while (fixture.n_edits == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (brg_case_get_undo_label (fixture.document), ==, "Remove island");
  settle (&fixture);
  g_assert_cmpuint (brg_mask_count (brg_case_get_removed (fixture.document)), ==, 18);
  g_assert_false (brg_mask_get (brg_case_get_result (fixture.document)->skull, 1, 1, 1));
  brg_case_remove_island_at (fixture.document, nowhere);
  while (fixture.n_failed == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (brg_case_get_stale (fixture.document));
  first_voxel (phantom_skull (), vox);
  brg_case_remove_island_at (fixture.document, vox);
  while (fixture.n_failed == 1)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (brg_mask_count (brg_case_get_removed (fixture.document)), ==, 18);
  g_assert_true (brg_case_undo (fixture.document));
  g_assert_true (brg_mask_is_empty (brg_case_get_removed (fixture.document)));
  settle (&fixture);
  fixture_clear (&fixture);
}

/* Another scan starts afresh, and the case may go while its worker runs. */
static void
test_reopen_and_drop (void)
{
  Fixture fixture;
  const double at_vox[3] = { 20, 20, 20 };

  fixture_open (&fixture);
  set_param (&fixture, "threshold-lo", 200, FALSE);
  brg_case_stroke_begin (fixture.document, FALSE, 6);
  brg_case_stroke_to (fixture.document, BRG_AXIAL, at_vox, at_vox);
  g_assert_true (open_path (&fixture, fixture.path, NULL, NULL));
  g_assert_false (brg_case_can_undo (fixture.document));
  g_assert_true (brg_mask_is_empty (brg_case_get_added (fixture.document)));
  g_assert_cmpint (brg_case_get_recipe (fixture.document)->threshold_lo_hu, ==, 150);
  g_assert_true (brg_case_get_busy (fixture.document));
  fixture_clear (&fixture);
}

/* Cancelled by the user: what is shown is stale until the next change. */
static void
test_cancel (void)
{
  Fixture fixture;

  fixture_open (&fixture);
  set_param (&fixture, "median", 12, FALSE);
  brg_task_cancel (brg_case_get_task (fixture.document));
  settle (&fixture);
  g_assert_true (brg_case_get_stale (fixture.document));
  set_param (&fixture, "median", 0, FALSE);
  settle (&fixture);
  g_assert_false (brg_case_get_stale (fixture.document));
  fixture_clear (&fixture);
}

static gboolean
export_to (Fixture *fixture, const char *dir, GCancellable *cancellable, GError **error)
{
  g_autoptr (GFile) folder = g_file_new_for_path (dir);
  GAsyncResult *result = NULL;

  brg_case_export_async (fixture->document, folder, cancellable, done_cb, &result);
  wait_for (&result);
  gboolean ok = brg_case_export_finish (fixture->document, result, error);
  g_object_unref (result);
  return ok;
}

/* What is asked for while the worker runs is exported once it is done. */
static void
test_export (void)
{
  Fixture fixture;
  g_autoptr (GError) error = NULL, early = NULL, stale = NULL, cancelled = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  fixture_init (&fixture);
  g_autofree char *dir = g_build_filename (fixture.dir, "out", NULL);
  g_autofree char *manifest = g_build_filename (dir, "manifest.json", NULL);
  g_autofree char *implant =
    g_build_filename (dir, "Case01_Implants", "Case01_Implants01.stl", NULL);
  g_assert_false (export_to (&fixture, dir, NULL, &early));
  g_assert_true (open_path (&fixture, fixture.path, NULL, NULL));
  place_defect (&fixture);
  g_cancellable_cancel (cancellable);
  g_assert_false (export_to (&fixture, dir, cancellable, &cancelled));
  g_assert_error (cancelled, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (g_file_test (dir, G_FILE_TEST_EXISTS));

  set_param (&fixture, "width", 40, FALSE);
  g_assert_true (export_to (&fixture, dir, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_test (manifest, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (implant, G_FILE_TEST_EXISTS));
  set_param (&fixture, "threshold-lo", 3000, FALSE);
  g_assert_false (export_to (&fixture, dir, NULL, &stale));
  g_assert_nonnull (strstr (stale->message, "3000"));
  settle (&fixture);
  fixture_clear (&fixture);
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
  g_test_add_func ("/case/strokes", test_strokes);
  g_test_add_func ("/case/edits-and-crop", test_edits_and_crop);
  g_test_add_func ("/case/island", test_island);
  g_test_add_func ("/case/reopen-and-drop", test_reopen_and_drop);
  g_test_add_func ("/case/cancel", test_cancel);
  g_test_add_func ("/case/export", test_export);
  return g_test_run ();
}
