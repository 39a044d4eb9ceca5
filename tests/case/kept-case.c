#include "kept-case.h"

#include "phantom.h"

void
kept_case_open (CaseFixture *fixture)
{
  case_fixture_init (fixture);
  g_autofree char *folder = g_build_filename (fixture->dir, "cases", NULL);
  brg_case_set_folder (fixture->document, folder);
  g_assert_true (case_fixture_open_path (fixture, fixture->path, NULL, NULL));
  case_fixture_settle_saving (fixture);
  g_assert_null (brg_case_get_save_error (fixture->document));
}

char *
kept_case_path (CaseFixture *fixture, const char *name)
{
  return g_build_filename (fixture->dir, name, NULL);
}

void
kept_case_dab (BrgCase *document, double i, double j, double k, gboolean erase)
{
  const double at_vox[3] = { i, j, k };

  brg_case_stroke_begin (document, erase, 6);
  brg_case_stroke_to (document, BRG_AXIAL, at_vox, at_vox);
  brg_case_stroke_end (document);
}

void
kept_case_work (CaseFixture *fixture)
{
  BrgCase *document = fixture->document;

  kept_case_dab (document, 10, 10, 10, FALSE);
  case_fixture_set_param (fixture, "threshold-lo", 200, FALSE);
  case_fixture_place_defect (fixture);
  g_assert_true (brg_case_add_defect (document));
  brg_case_set_active (document, 0);
  g_assert_true (brg_case_set_name (document, "Frontal"));
  kept_case_dab (document, 20, 20, 20, TRUE);
  kept_case_dab (document, 30, 30, 30, FALSE);
  g_assert_true (brg_case_undo (document));
}

Portrait
portrait_new (BrgCase *document)
{
  return (Portrait){ brg_mask_copy (brg_case_get_added (document), NULL),
                     brg_mask_copy (brg_case_get_removed (document), NULL),
                     brg_recipes_ref (brg_case_get_recipes (document)),
                     brg_case_get_active (document),
                     brg_case_get_n_history (document),
                     brg_case_get_history_position (document),
                     g_strdup (brg_case_get_name (document)),
                     brg_case_get_undo_label (document),
                     brg_case_get_redo_label (document) };
}

void
portrait_clear (Portrait *portrait)
{
  brg_mask_unref (portrait->added);
  brg_mask_unref (portrait->removed);
  brg_recipes_unref (portrait->recipes);
  g_free (portrait->name);
  g_free (portrait->undo);
  g_free (portrait->redo);
}

void
portrait_assert (BrgCase *document, const Portrait *expected)
{
  Portrait got = portrait_new (document);

  g_assert_true (brg_mask_equal (got.added, expected->added));
  g_assert_true (brg_mask_equal (got.removed, expected->removed));
  g_assert_true (brg_recipes_equal (got.recipes, expected->recipes));
  g_assert_cmpuint (got.active, ==, expected->active);
  g_assert_cmpuint (got.n_history, ==, expected->n_history);
  g_assert_cmpuint (got.position, ==, expected->position);
  g_assert_cmpstr (got.name, ==, expected->name);
  g_assert_cmpstr (got.undo, ==, expected->undo);
  g_assert_cmpstr (got.redo, ==, expected->redo);
  portrait_clear (&got);
}

void
kept_case_reopen (CaseFixture *fixture, const char *path)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (case_fixture_open_path (fixture, path, NULL, &error));
  g_assert_no_error (error);
}

gboolean
kept_case_save_as (CaseFixture *fixture, const char *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GAsyncResult *result = NULL;

  brg_case_save_as_async (fixture->document, file, NULL, case_fixture_done_cb, &result);
  case_fixture_wait_for (&result);
  gboolean ok = brg_case_save_as_finish (fixture->document, result, error);
  g_object_unref (result);
  return ok;
}

char *
kept_case_read_log (const char *path)
{
  g_autoptr (GError) error = NULL;
  BrgStore *store = brg_store_open (path, BRG_STORE_READ, &error);
  GPtrArray *records;
  GString *text = g_string_new (NULL);

  g_assert_no_error (error);
  g_assert_true (brg_store_read_log (store, &records, &error));
  for (guint r = 0; r < records->len; r++)
    g_string_append_printf (text, "%s\n",
                            ((const BrgStoreLogRecord *) g_ptr_array_index (records, r))->text);
  g_ptr_array_unref (records);
  brg_store_close (store, NULL);
  return g_string_free (text, FALSE);
}
