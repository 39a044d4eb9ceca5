#pragma once

#include "case/brg-case.h"

/* A case on a small phantom in a folder of its own, and what its signals said. */
typedef struct
{
  char *dir;
  char *path;
  BrgCase *document;
  guint n_opened, n_recipe, n_edits, n_results, n_meshes, n_failed, n_history;
  guint results_at_last_meshes; /* n_results when meshes last changed */
  BrgBox box;                   /* of the last edits-changed */
  char *message;                /* of the last failed */
} CaseFixture;

/* A case without a scan yet; the phantom lies at `path`. */
void case_fixture_init (CaseFixture *fixture);

/* The same with the phantom opened and its first result there. */
void case_fixture_open (CaseFixture *fixture);

/* Checks that the case goes with its last reference; waits until its file is closed. */
void case_fixture_clear (CaseFixture *fixture);

/* Runs the main loop until the case is not busy. */
void case_fixture_settle (CaseFixture *fixture);

/* Runs the main loop until nothing is to be written any more. */
void case_fixture_settle_saving (CaseFixture *fixture);

/* brg_case_close_async() and its end, which is a good one. */
void case_fixture_close (CaseFixture *fixture);

/* A copy, byte by byte. */
void case_fixture_copy_file (const char *from, const char *to);

/* brg_case_open_async() and its end. */
gboolean case_fixture_open_path (CaseFixture *fixture,
                                 const char *path,
                                 GCancellable *cancellable,
                                 GError **error);

/* Changes one parameter of the recipe; a cylinder in front. */
void
case_fixture_set_param (CaseFixture *fixture, const char *key, double value, gboolean coalesce);
void case_fixture_place_defect (CaseFixture *fixture);

/* brg_case_export_async() and its end. */
gboolean case_fixture_export (CaseFixture *fixture,
                              const char *dir,
                              GCancellable *cancellable,
                              GError **error);

/* What undo or redo would do now. */
void case_fixture_assert_undo (CaseFixture *fixture, const char *label);
void case_fixture_assert_redo (CaseFixture *fixture, const char *label);

/* Puts a new reference of the result where `user_data` points; runs the main loop until it is. */
void case_fixture_done_cb (GObject *object, GAsyncResult *result, gpointer user_data);
GAsyncResult *case_fixture_wait_for (GAsyncResult **result);
