#include "case-fixture.h"

#include "case/brg-store-writer.h"
#include "engine/brg-param.h"
#include "phantom.h"

static void
count_cb (BrgCase *document, guint *count)
{
  (void) document;
  (*count)++;
}

static void
edits_cb (BrgCase *document, const BrgBox *box, CaseFixture *fixture)
{
  (void) document;
  fixture->n_edits++;
  fixture->box = *box;
}

static void
meshes_cb (BrgCase *document, CaseFixture *fixture)
{
  (void) document;
  fixture->n_meshes++;
  fixture->results_at_last_meshes = fixture->n_results;
}

static void
failed_cb (BrgCase *document, const char *message, CaseFixture *fixture)
{
  (void) document;
  fixture->n_failed++;
  g_free (fixture->message);
  fixture->message = g_strdup (message);
}

void
case_fixture_done_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **out = user_data;
  (void) object;

  *out = g_object_ref (result);
}

GAsyncResult *
case_fixture_wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

void
case_fixture_settle (CaseFixture *fixture)
{
  while (brg_case_get_busy (fixture->document))
    g_main_context_iteration (NULL, TRUE);
}

void
case_fixture_settle_saving (CaseFixture *fixture)
{
  while (brg_case_get_saving (fixture->document))
    g_main_context_iteration (NULL, TRUE);
}

void
case_fixture_close (CaseFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;

  brg_case_close_async (fixture->document, NULL, case_fixture_done_cb, &result);
  case_fixture_wait_for (&result);
  g_assert_true (brg_case_close_finish (fixture->document, result, &error));
  g_assert_no_error (error);
  g_object_unref (result);
}

void
case_fixture_copy_file (const char *from, const char *to)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (from, &bytes, &size, &error));
  g_assert_true (g_file_set_contents (to, bytes, (gssize) size, &error));
}

gboolean
case_fixture_open_path (CaseFixture *fixture,
                        const char *path,
                        GCancellable *cancellable,
                        GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GAsyncResult *result = NULL;

  brg_case_open_async (fixture->document, file, NULL, cancellable, case_fixture_done_cb, &result);
  case_fixture_wait_for (&result);
  gboolean ok = brg_case_open_finish (fixture->document, result, error);
  g_object_unref (result);
  return ok;
}

void
case_fixture_init (CaseFixture *fixture)
{
  *fixture = (CaseFixture){ .dir = test_folder_new () };
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

void
case_fixture_open (CaseFixture *fixture)
{
  g_autoptr (GError) error = NULL;

  case_fixture_init (fixture);
  g_assert_true (case_fixture_open_path (fixture, fixture->path, NULL, &error));
  g_assert_no_error (error);
  case_fixture_settle (fixture);
}

void
case_fixture_clear (CaseFixture *fixture)
{
  g_autofree char *file = g_strdup (brg_case_get_path (fixture->document));

  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (fixture->document);
  if (file != NULL)
    brg_store_writer_wait_for (file, 120 * G_TIME_SPAN_SECOND);
  test_folder_free (fixture->dir);
  g_free (fixture->path);
  g_free (fixture->message);
}

void
case_fixture_set_param (CaseFixture *fixture, const char *key, double value, gboolean coalesce)
{
  BrgRecipe recipe = *brg_case_get_recipe (fixture->document);

  brg_param_set (brg_param_find (key), &recipe, value);
  brg_case_set_recipe (fixture->document, &recipe, NULL, coalesce);
}

void
case_fixture_place_defect (CaseFixture *fixture)
{
  BrgRecipe recipe = *brg_case_get_recipe (fixture->document);

  recipe.defect.placed = true;
  recipe.defect.shape = BRG_SHAPE_CYLINDER;
  recipe.defect.at_mm = brg_vec3 (0, -PHANTOM_RADIUS_MM, 0);
  brg_case_set_recipe (fixture->document, &recipe, NULL, FALSE);
}

void
case_fixture_assert_undo (CaseFixture *fixture, const char *label)
{
  g_autofree char *undo = brg_case_get_undo_label (fixture->document);

  g_assert_cmpstr (undo, ==, label);
}

void
case_fixture_assert_redo (CaseFixture *fixture, const char *label)
{
  g_autofree char *redo = brg_case_get_redo_label (fixture->document);

  g_assert_cmpstr (redo, ==, label);
}

gboolean
case_fixture_export (CaseFixture *fixture,
                     const char *dir,
                     GCancellable *cancellable,
                     GError **error)
{
  g_autoptr (GFile) folder = g_file_new_for_path (dir);
  GAsyncResult *result = NULL;

  brg_case_export_async (fixture->document, folder, cancellable, case_fixture_done_cb, &result);
  case_fixture_wait_for (&result);
  gboolean ok = brg_case_export_finish (fixture->document, result, error);
  g_object_unref (result);
  return ok;
}
