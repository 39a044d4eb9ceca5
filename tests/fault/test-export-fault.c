/* Export on a disk that fails, and killed at every call: the old set or the new one, whole; what a
 * kill left is put right by the next reader or writer, also when that is killed. */

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "case/brg-export.h"
#include "case/brg-publish-private.h"
#include "case/brg-verify.h"
#include "case/phantom.h"
#include "support/fault-loop.h"

#define DIM 14

/* Two sets of one name: the old one has two defects, the new one is smaller by a slice and has one.
 */
typedef struct
{
  char *dir;
  BrgRecipe recipe;
  BrgMask *skull[2], *defective[2][2], *implant[2][2];
  BrgExportDefect defects[2][2];
  BrgExport what[2]; /* old, new */
  char *manifest[2]; /* their manifest.json */
} Sets;

/* A box with a hollow; its right half, which the skull loses, is the implant. */
static BrgMask *
box_of (int slices, int from_i, int to_i)
{
  const double spacing_mm[3] = { 1, 1, 1 };
  BrgGrid grid = brg_grid_simple (DIM, DIM, DIM, spacing_mm, brg_vec3 (0, 0, 0));
  BrgMask *mask = brg_mask_new (&grid, NULL);

  for (int k = 1; k < 1 + slices; k++)
    for (int j = 1; j < DIM - 1; j++)
      for (int i = from_i; i < to_i; i++)
        brg_mask_set (mask, i, j, k, true);
  return mask;
}

static void
make_set (Sets *sets, int s)
{
  int slices = DIM - 2 - s;

  sets->skull[s] = box_of (slices, 1, DIM - 1);
  for (int d = 0; d < 2; d++)
    {
      sets->defective[s][d] = box_of (slices, 1, 5 + d);
      sets->implant[s][d] = box_of (slices, 5 + d, DIM - 1);
      sets->defects[s][d] = (BrgExportDefect){ .recipe = &sets->recipe,
                                               .defective = sets->defective[s][d],
                                               .implant = sets->implant[s][d] };
    }
  sets->what[s] = (BrgExport){ .name = "Case01",
                               .recipe = &sets->recipe,
                               .skull = sets->skull[s],
                               .source_kind = BRG_SOURCE_SKULL,
                               .defects = sets->defects[s],
                               .n_defects = s == 0 ? 2 : 1,
                               .no_png = TRUE };
}

static char *
read_manifest (const Sets *sets)
{
  g_autofree char *path = g_build_filename (sets->dir, "manifest.json", NULL);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}

static gboolean
export_set (Sets *sets, int s, GError **error)
{
  BrgJob job = BRG_JOB_INIT;

  job.n_threads = 1;
  return brg_export (&sets->what[s], sets->dir, &job, error);
}

static void
sets_init (Sets *sets)
{
  g_autoptr (GError) error = NULL;

  *sets = (Sets){ .dir = test_folder_new (), .recipe = brg_recipe_default () };
  sets->recipe.defect.placed = true;
  for (int s = 0; s < 2; s++)
    {
      make_set (sets, s);
      export_set (sets, s, &error);
      g_assert_no_error (error);
      sets->manifest[s] = read_manifest (sets);
    }
}

static void
sets_clear (Sets *sets)
{
  test_folder_free (sets->dir);
  for (int s = 0; s < 2; s++)
    {
      brg_mask_unref (sets->skull[s]);
      for (int d = 0; d < 2; d++)
        {
          brg_mask_unref (sets->defective[s][d]);
          brg_mask_unref (sets->implant[s][d]);
        }
      g_free (sets->manifest[s]);
    }
}

/* Which of the sets the folder holds, sound and with nothing beside it; -1: nothing at all. Puts
 * right what was interrupted. */
static int
find_set (Sets *sets)
{
  static const guint n_entries[] = { 5 * 2 + 3 + 3, 3 * 2 + 3 + 3 }; /* files and folders */
  g_autoptr (GError) error = NULL;

  g_assert_true (brg_export_recover (sets->dir, &error));
  g_assert_no_error (error);
  g_autofree char *manifest = read_manifest (sets);
  if (manifest == NULL)
    {
      g_assert_cmpuint (test_folder_count (sets->dir), ==, 0);
      return -1;
    }
  BrgVerifyReport report;
  int found = g_str_equal (manifest, sets->manifest[1]);
  g_assert_cmpstr (manifest, ==, sets->manifest[found]);
  g_assert_true (brg_verify (sets->dir, &report, NULL, &error));
  for (guint p = 0; p < report.problems->len; p++)
    g_printerr ("%s\n", (char *) report.problems->pdata[p]);
  g_assert_cmpuint (report.problems->len, ==, 0);
  brg_verify_report_clear (&report);
  g_assert_cmpuint (test_folder_count (sets->dir), ==, n_entries[found]);
  return found;
}

static void
prepare_cb (FaultRound *round, gpointer data)
{
  (void) round;
  g_assert_true (export_set (data, 0, NULL));
}

static void
work_cb (FaultRound *round, gpointer data)
{
  g_autoptr (GError) error = NULL;

  round->failed = !export_set (data, 1, &error);
  if (round->failed)
    g_strlcpy (round->message, error->message, sizeof round->message);
}

/* "NAME: reason", never with the hidden folder the file was built in. */
static void
assert_told (const FaultRound *round)
{
  int errnum = round->fault.kind == FAULT_FULL ? ENOSPC : round->fault.errnum;

  g_assert_nonnull (strstr (round->message, g_strerror (errnum)));
  g_assert_nonnull (strstr (round->message, ": "));
  g_assert_null (strstr (round->message, ".part"));
}

static void
check_replaced_cb (FaultRound *round, gpointer data)
{
  if (round->failed)
    assert_told (round);
  int found = find_set (data);
  g_assert_cmpint (found, !=, -1);
  if (round->ended && !(round->failed && round->fault.forever))
    g_assert_cmpint (found, ==, round->failed ? 0 : 1);
  g_assert_true (export_set (data, 1, NULL));
  if (g_test_slow ())
    g_assert_cmpint (find_set (data), ==, 1);
}

static void
check_new_cb (FaultRound *round, gpointer data)
{
  int found = find_set (data);

  g_assert_cmpint (found, !=, 0);
  if (round->ended)
    g_assert_cmpint (found, ==, round->failed ? -1 : 1);
  g_assert_true (export_set (data, 1, NULL));
  g_assert_cmpint (find_set (data), ==, 1);
}

/* The next export, without anybody having looked. */
static void
check_next_cb (FaultRound *round, gpointer data)
{
  Sets *sets = data;
  (void) round;

  sets->what[0].name = "Other";
  g_assert_true (export_set (sets, 0, NULL));
  sets->what[0].name = "Case01";
  g_assert_true (export_set (sets, 1, NULL));
  g_auto (GStrv) left = _brg_publish_list (sets->dir);
  g_assert_cmpuint (g_strv_length (left), ==, 0);
}

static FaultCount
run_loop (const FaultLoop *loop, Fault fault, guint stride)
{
  fault.no_sync = true;
  FaultCount count = fault_loop (loop, fault, stride);

  g_assert_cmpuint (count.n_hits, >=, 2);
  g_test_message ("fault %d, errno %d%s: %u of %" G_GUINT64_FORMAT " calls hit, 0 sets lost",
                  fault.kind, fault.errnum, fault.forever ? ", for ever" : "", count.n_hits,
                  count.n_calls);
  return count;
}

static void
test_kill (void)
{
  Sets sets;

  sets_init (&sets);
  FaultLoop replace = { sets.dir, prepare_cb, work_cb, check_replaced_cb, &sets };
  FaultLoop fresh = { sets.dir, NULL, work_cb, check_new_cb, &sets };
  FaultLoop next = { sets.dir, prepare_cb, work_cb, check_next_cb, &sets };
  run_loop (&replace, (Fault){ .kind = FAULT_BEFORE }, 29);
  run_loop (&replace, (Fault){ .kind = FAULT_MIDDLE }, 11);
  run_loop (&replace, (Fault){ .kind = FAULT_AFTER }, 61);
  run_loop (&fresh, (Fault){ .kind = FAULT_BEFORE }, 61);
  run_loop (&next, (Fault){ .kind = FAULT_BEFORE }, 61);
  sets_clear (&sets);
}

static void
test_errors (void)
{
  static const Fault faults[] = {
    { .kind = FAULT_ERROR, .errnum = ENOSPC },
    { .kind = FAULT_ERROR, .errnum = ENOSPC, .forever = true },
    { .kind = FAULT_ERROR, .errnum = EIO },
    { .kind = FAULT_ERROR, .errnum = EIO, .forever = true },
    { .kind = FAULT_FULL },
    { .kind = FAULT_ERROR, .errnum = EDQUOT, .forever = true },
  };
  Sets sets;

  sets_init (&sets);
  FaultLoop replace = { sets.dir, prepare_cb, work_cb, check_replaced_cb, &sets };
  for (gsize f = 0; f < G_N_ELEMENTS (faults); f++)
    run_loop (&replace, faults[f], 67);
  sets_clear (&sets);
}

/* What was interrupted at one call is put right by a process that is interrupted as well. */
typedef struct
{
  Sets *sets;
  guint64 at; /* call at which the export was killed */
} Twice;

static void
kill_export_cb (FaultRound *round, gpointer data)
{
  Twice *twice = data;

  fault_begin (twice->sets->dir, (Fault){ .kind = FAULT_BEFORE, .at = twice->at, .no_sync = true });
  export_set (twice->sets, 1, NULL);
  round->own[0] = !fault_was_hit ();
  fault_end ();
}

static void
prepare_twice_cb (FaultRound *round, gpointer data)
{
  Twice *twice = data;

  prepare_cb (round, twice->sets);
  if (fault_loop_run (kill_export_cb, round, data))
    g_assert_true (round->own[0]);
}

static void
recover_cb (FaultRound *round, gpointer data)
{
  Twice *twice = data;
  g_autoptr (GError) error = NULL;

  round->failed = !brg_export_recover (twice->sets->dir, &error);
}

static void
check_twice_cb (FaultRound *round, gpointer data)
{
  Twice *twice = data;
  (void) round;

  g_assert_cmpint (find_set (twice->sets), !=, -1);
}

static void
test_twice (void)
{
  Sets sets;
  guint64 n_calls = 0, n_hits = 0;

  sets_init (&sets);
  Twice twice = { &sets, 0 };
  FaultLoop again = { sets.dir, prepare_twice_cb, recover_cb, check_twice_cb, &twice };
  FaultLoop once = { sets.dir, prepare_cb, work_cb, check_replaced_cb, &sets };
  n_calls = fault_loop (&once, (Fault){ .kind = FAULT_NONE, .no_sync = true }, 1).n_calls;
  for (twice.at = 1; twice.at <= n_calls; twice.at += g_test_slow () ? 1 : 83)
    {
      n_hits += fault_loop (&again, (Fault){ .kind = FAULT_BEFORE, .no_sync = true }, 19).n_hits;
      n_hits +=
        fault_loop (&again, (Fault){ .kind = FAULT_ERROR, .errnum = EIO, .no_sync = true }, 23)
          .n_hits;
      n_hits +=
        fault_loop (
          &again,
          (Fault){ .kind = FAULT_ERROR, .errnum = ENOSPC, .forever = true, .no_sync = true }, 29)
          .n_hits;
    }
  g_test_message ("%" G_GUINT64_FORMAT " faults while putting right, 0 sets lost", n_hits);
  sets_clear (&sets);
}

/* Hidden folders that are not ours, or whose process lives, stay. */
static void
test_foreign (void)
{
  Sets sets;
  g_autoptr (GError) error = NULL;

  sets_init (&sets);
  g_autofree char *secret = g_build_filename (sets.dir, "secret", NULL);
  g_autofree char *trap = g_build_filename (sets.dir, ".Case01.part-abcdef", NULL);
  g_autofree char *new = g_build_filename (trap, "new", NULL);
  g_autofree char *link_path = g_build_filename (new, "Case01", NULL);
  g_autofree char *mine = g_build_filename (secret, "Case01.nrrd", NULL);
  g_autofree char *manifest = g_build_filename (new, "manifest.json", NULL);
  g_assert_cmpint (g_mkdir (secret, 0700), ==, 0);
  g_assert_true (g_file_set_contents (mine, "mine", -1, NULL));
  g_assert_cmpint (g_mkdir_with_parents (new, 0700), ==, 0);
  g_assert_cmpint (symlink (secret, link_path), ==, 0);
  g_assert_true (g_file_set_contents (manifest, sets.manifest[1], -1, NULL));
  g_assert_true (brg_export_recover (sets.dir, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_test (mine, G_FILE_TEST_EXISTS));

  g_autofree char *notes = g_build_filename (sets.dir, ".Case02.part-uvwxyz", "notes", NULL);
  g_autofree char *folder = g_path_get_dirname (notes);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (notes, "mine", -1, NULL));
  g_autoptr (BrgPublish) alive = _brg_publish_new (sets.dir, "Case03", &error);
  g_assert_no_error (error);
  guint n_entries = test_folder_count (sets.dir);
  g_assert_true (brg_export_recover (sets.dir, &error));
  g_assert_cmpuint (test_folder_count (sets.dir), ==, n_entries);
  g_clear_pointer (&alive, _brg_publish_free);
  sets_clear (&sets);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/export/fault/foreign", test_foreign);
  g_test_add_func ("/export/fault/kill", test_kill);
  g_test_add_func ("/export/fault/errors", test_errors);
  g_test_add_func ("/export/fault/twice", test_twice);
  return g_test_run ();
}
