/* The thread that writes: order, failures that pass and failures that stay, Save As as the way out,
 * closing, and going without being closed. On a store that only pretends. */

#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "case/brg-store-writer.h"
#include "fake-store.h"
#include "phantom.h"

#define PATIENCE_US (120 * G_TIME_SPAN_SECOND)

typedef struct
{
  char *dir;
  BrgStoreWriter *writer;
  guint n_notified;
} Fixture;

static void
notify_cb (gpointer data)
{
  ((Fixture *) data)->n_notified++;
}

static void
setup (Fixture *fixture)
{
  fake_store_reset ();
  *fixture = (Fixture){ .dir = test_folder_new () };
  fixture->writer = brg_store_writer_new (notify_cb, fixture);
}

static void
take_store (Fixture *fixture, const char *name)
{
  g_autofree char *path = g_build_filename (fixture->dir, name, NULL);
  brg_store_writer_take_store (fixture->writer, fake_store_new (path));
}

static void
push (Fixture *fixture, const char *word)
{
  BrgStoreChange *change = brg_store_change_new ();

  change->log = g_strdup (word);
  brg_store_writer_push (fixture->writer, change);
}

static BrgStoreContents
new_contents (void)
{
  BrgRecipe recipe = brg_recipe_default ();

  return (BrgStoreContents){ .name = g_strdup ("Case01"),
                             .scan = phantom_scan (),
                             .recipes = brg_recipes_new (&recipe, 1) };
}

static void
create (Fixture *fixture, BrgTask *task)
{
  BrgStoreContents contents = new_contents ();

  brg_store_writer_create (fixture->writer, fixture->dir, &contents, task);
  g_assert_null (contents.scan);
}

static void
done_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **out = user_data;

  g_assert_null (object);
  *out = g_object_ref (result);
}

static void
save_as (Fixture *fixture, const char *name, GAsyncResult **result)
{
  g_autofree char *path = g_build_filename (fixture->dir, name, NULL);
  g_autoptr (BrgTask) task = brg_task_new ("");
  BrgStoreContents contents = new_contents ();

  *result = NULL;
  brg_store_writer_save_as_async (fixture->writer, path, NULL, &contents, task, done_cb, result);
}

static void
start_close (Fixture *fixture, GAsyncResult **result)
{
  *result = NULL;
  brg_store_writer_close_async (fixture->writer, done_cb, result);
}

/* Runs the main loop until the answer is there. */
static gboolean
wait_for (GAsyncResult **result, GError **error)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  gboolean ok = brg_store_writer_finish (*result, error);
  g_clear_object (result);
  return ok;
}

static void
settle (Fixture *fixture)
{
  while (brg_store_writer_is_saving (fixture->writer))
    g_main_context_iteration (NULL, TRUE);
}

/* Runs the main loop until an attempt has failed. */
static char *
wait_for_error (Fixture *fixture)
{
  char *error;

  while ((error = brg_store_writer_dup_error (fixture->writer)) == NULL)
    g_main_context_iteration (NULL, TRUE);
  return error;
}

static void
assert_words (const char *expected)
{
  g_autofree char *words = fake_store_words ();
  g_assert_cmpstr (words, ==, expected);
}

static void
assert_no_error (Fixture *fixture)
{
  g_autofree char *error = brg_store_writer_dup_error (fixture->writer);
  g_assert_null (error);
}

static void
assert_path (Fixture *fixture, const char *name)
{
  g_autofree char *path = brg_store_writer_dup_path (fixture->writer);
  g_autofree char *file = path != NULL ? g_path_get_basename (path) : NULL;
  g_assert_cmpstr (file, ==, name);
}

/* Lets the writer go and waits until it is gone. */
static void
teardown (Fixture *fixture)
{
  g_autofree char *path = brg_store_writer_dup_path (fixture->writer);

  brg_store_writer_free (fixture->writer);
  if (path != NULL)
    brg_store_writer_wait_for (path, PATIENCE_US);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  test_folder_free (fixture->dir);
}

/* In the order they came, on another thread; the main loop is told, and does not wait. */
static void
test_order (void)
{
  Fixture fixture;

  setup (&fixture);
  take_store (&fixture, "A.bregma");
  fake_store_hold (FAKE_APPLY, TRUE);
  for (int n = 0; n < 20; n++)
    {
      g_autofree char *word = g_strdup_printf ("%d", n);
      push (&fixture, word);
    }
  g_assert_true (brg_store_writer_is_saving (fixture.writer));
  assert_words ("");
  fake_store_hold (FAKE_APPLY, FALSE);
  settle (&fixture);
  assert_words ("A.bregma:0 A.bregma:1 A.bregma:2 A.bregma:3 A.bregma:4 A.bregma:5 A.bregma:6 "
                "A.bregma:7 A.bregma:8 A.bregma:9 A.bregma:10 A.bregma:11 A.bregma:12 A.bregma:13 "
                "A.bregma:14 A.bregma:15 A.bregma:16 A.bregma:17 A.bregma:18 A.bregma:19");
  while (fixture.n_notified == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (fake_store_thread () != g_thread_self ());
  assert_path (&fixture, "A.bregma");
  teardown (&fixture);
}

/* Nothing is dropped: what failed comes first when it is tried again. */
static void
test_failure (void)
{
  Fixture fixture;

  setup (&fixture);
  take_store (&fixture, "A.bregma");
  push (&fixture, "0");
  settle (&fixture);
  fake_store_break ("A.bregma", BRG_STORE_ERROR_IO);
  push (&fixture, "1");
  push (&fixture, "2");
  g_autofree char *error = wait_for_error (&fixture);
  g_assert_cmpstr (error, ==, "A.bregma: the disk says no");
  g_assert_true (brg_store_writer_is_saving (fixture.writer));
  push (&fixture, "3");
  guint n_calls = fake_store_count (FAKE_APPLY);
  brg_store_writer_retry (fixture.writer);
  while (fake_store_count (FAKE_APPLY) == n_calls)
    g_usleep (1000);
  assert_words ("A.bregma:0");
  fake_store_break (NULL, 0);
  brg_store_writer_retry (fixture.writer);
  settle (&fixture);
  assert_words ("A.bregma:0 A.bregma:1 A.bregma:2 A.bregma:3");
  assert_no_error (&fixture);
  teardown (&fixture);
}

/* Nobody does anything and it is tried again. */
static void
test_retry_by_itself (void)
{
  Fixture fixture;

  setup (&fixture);
  take_store (&fixture, "A.bregma");
  fake_store_fail (FAKE_APPLY, 1, BRG_STORE_ERROR_IO);
  gint64 before_us = g_get_monotonic_time ();
  push (&fixture, "1");
  settle (&fixture);
  g_assert_cmpint (g_get_monotonic_time () - before_us, >=, 5 * G_TIME_SPAN_SECOND);
  assert_words ("A.bregma:1");
  assert_no_error (&fixture);
  teardown (&fixture);
}

/* The next free name, found by the thread; the folder is made; changes wait for the file. */
static void
test_create (void)
{
  Fixture fixture;
  g_autoptr (BrgTask) task = brg_task_new ("");

  setup (&fixture);
  g_autofree char *taken = g_build_filename (fixture.dir, "Case04.bregma", NULL);
  g_assert_true (g_file_set_contents (taken, "", 0, NULL));
  fake_store_hold (FAKE_CREATE, TRUE);
  create (&fixture, task);
  push (&fixture, "1");
  fake_store_hold (FAKE_CREATE, FALSE);
  settle (&fixture);
  assert_words ("create:Case05 Case05.bregma:1");
  assert_path (&fixture, "Case05.bregma");
  teardown (&fixture);
  assert_words ("create:Case05 Case05.bregma:1 close:Case05.bregma");
}

/* A folder that cannot be: all is kept until the case is saved elsewhere. */
static void
test_create_fails (void)
{
  Fixture fixture;
  GAsyncResult *result;
  g_autoptr (GError) error = NULL;
  g_autoptr (BrgTask) task = brg_task_new ("");
  BrgStoreContents contents = new_contents ();

  setup (&fixture);
  g_autofree char *file = g_build_filename (fixture.dir, "file", NULL);
  g_autofree char *folder = g_build_filename (file, "cases", NULL);
  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  brg_store_writer_create (fixture.writer, folder, &contents, task);
  push (&fixture, "1");
  g_autofree char *message = wait_for_error (&fixture);
  g_assert_cmpstr (message, ==, "cases: Not a directory");
  start_close (&fixture, &result);
  g_assert_false (wait_for (&result, &error));
  g_assert_cmpstr (error->message, ==, message);
  save_as (&fixture, "B.bregma", &result);
  push (&fixture, "2");
  g_assert_true (wait_for (&result, NULL));
  settle (&fixture);
  assert_words ("create:Case01 B.bregma:1 B.bregma:Saved as a copy B.bregma:2");
  assert_path (&fixture, "B.bregma");
  assert_no_error (&fixture);
  teardown (&fixture);
}

static void
test_create_cancelled (void)
{
  Fixture fixture;
  GAsyncResult *result;
  g_autoptr (BrgTask) task = brg_task_new ("");

  setup (&fixture);
  brg_task_cancel (task);
  create (&fixture, task);
  push (&fixture, "1");
  g_autofree char *message = wait_for_error (&fixture);
  g_assert_cmpstr (message, ==, "Case01.bregma: cancelled");
  settle (&fixture);
  push (&fixture, "2");
  settle (&fixture);
  g_autofree char *still = brg_store_writer_dup_error (fixture.writer);
  g_assert_cmpstr (still, ==, message);
  assert_words ("");
  save_as (&fixture, "B.bregma", &result);
  push (&fixture, "3");
  g_assert_true (wait_for (&result, NULL));
  settle (&fixture);
  assert_words ("create:Case01 B.bregma:Saved as a copy B.bregma:3");
  assert_no_error (&fixture);
  teardown (&fixture);
}

/* Behind what was queued; then all goes to the copy. */
static void
test_save_as (void)
{
  Fixture fixture;
  GAsyncResult *result;

  setup (&fixture);
  take_store (&fixture, "A.bregma");
  fake_store_hold (FAKE_COPY, TRUE);
  push (&fixture, "1");
  save_as (&fixture, "B.bregma", &result);
  push (&fixture, "2");
  fake_store_hold (FAKE_COPY, FALSE);
  g_assert_true (wait_for (&result, NULL));
  settle (&fixture);
  assert_words (
    "A.bregma:1 copy:B.bregma open:B.bregma close:A.bregma B.bregma:Saved as a copy B.bregma:2");
  assert_path (&fixture, "B.bregma");
  teardown (&fixture);
}

/* A copy that cannot be made changes nothing. */
static void
test_save_as_fails (void)
{
  Fixture fixture;
  GAsyncResult *result;
  g_autoptr (GError) locked = NULL, full = NULL, itself = NULL;

  setup (&fixture);
  take_store (&fixture, "A.bregma");
  fake_store_fail (FAKE_COPY, 1, BRG_STORE_ERROR_LOCKED);
  save_as (&fixture, "B.bregma", &result);
  g_assert_false (wait_for (&result, &locked));
  g_assert_error (locked, BRG_STORE_ERROR, BRG_STORE_ERROR_LOCKED);
  fake_store_fail (FAKE_COPY, 1, BRG_STORE_ERROR_LOCKED);
  save_as (&fixture, "A.bregma", &result);
  g_assert_false (wait_for (&result, &itself));
  g_assert_cmpstr (itself->message, ==, "A.bregma: is this case itself, which is always saved");
  fake_store_fail (FAKE_COPY, 1, BRG_STORE_ERROR_IO);
  fake_store_fail (FAKE_CREATE, 1, BRG_STORE_ERROR_IO);
  save_as (&fixture, "B.bregma", &result);
  g_assert_false (wait_for (&result, &full));
  g_assert_error (full, BRG_STORE_ERROR, BRG_STORE_ERROR_IO);
  push (&fixture, "1");
  settle (&fixture);
  assert_words ("A.bregma:1");
  assert_path (&fixture, "A.bregma");
  assert_no_error (&fixture);
  teardown (&fixture);
}

/* The disk is full: what it refused goes into the copy, as a copy of the file or, where it cannot
 * be read either, as the case in memory, to which only the log is added. */
static void
test_save_as_is_the_way_out (void)
{
  Fixture fixture;
  GAsyncResult *result;

  setup (&fixture);
  take_store (&fixture, "A.bregma");
  fake_store_break ("A.bregma", BRG_STORE_ERROR_IO);
  push (&fixture, "1");
  push (&fixture, "2");
  g_free (wait_for_error (&fixture));
  save_as (&fixture, "B.bregma", &result);
  push (&fixture, "3");
  g_assert_true (wait_for (&result, NULL));
  settle (&fixture);
  assert_words ("copy:B.bregma open:B.bregma close:A.bregma B.bregma:1 B.bregma:2 B.bregma:Saved "
                "as a copy B.bregma:3");
  assert_no_error (&fixture);

  fake_store_break ("B.bregma", BRG_STORE_ERROR_GONE);
  fake_store_fail (FAKE_COPY, 1, BRG_STORE_ERROR_GONE);
  push (&fixture, "4");
  g_free (wait_for_error (&fixture));
  save_as (&fixture, "C.bregma", &result);
  g_assert_true (wait_for (&result, NULL));
  settle (&fixture);
  assert_words ("copy:B.bregma open:B.bregma close:A.bregma B.bregma:1 B.bregma:2 B.bregma:Saved "
                "as a copy B.bregma:3 "
                "create:Case01 close:B.bregma C.bregma:4 C.bregma:Saved as a copy");
  assert_no_error (&fixture);
  teardown (&fixture);
}

/* Closing writes what is queued; when that fails all is still there and it can be closed again. */
static void
test_close (void)
{
  Fixture fixture;
  GAsyncResult *result;
  g_autoptr (GError) error = NULL;

  setup (&fixture);
  take_store (&fixture, "A.bregma");
  fake_store_break ("A.bregma", BRG_STORE_ERROR_IO);
  push (&fixture, "1");
  start_close (&fixture, &result);
  g_assert_false (wait_for (&result, &error));
  g_assert_cmpstr (error->message, ==, "A.bregma: the disk says no");
  fake_store_break (NULL, 0);
  push (&fixture, "2");
  fake_store_fail (FAKE_CLOSE, 1, BRG_STORE_ERROR_IO);
  start_close (&fixture, &result);
  g_assert_true (wait_for (&result, NULL));
  assert_words ("A.bregma:1 A.bregma:2");
  g_assert_cmpuint (fake_store_count (FAKE_CLOSE), ==, 1);
  teardown (&fixture);
  g_assert_cmpuint (fake_store_count (FAKE_CLOSE), ==, 1);
}

/* Let go with a full queue: all is written, the store is closed, nobody is told. */
static void
test_free (void)
{
  Fixture fixture;

  setup (&fixture);
  take_store (&fixture, "A.bregma");
  fake_store_hold (FAKE_APPLY, TRUE);
  for (int n = 0; n < 3; n++)
    push (&fixture, "x");
  g_autofree char *path = brg_store_writer_dup_path (fixture.writer);
  brg_store_writer_free (fixture.writer);
  assert_words ("");
  g_assert_false (brg_store_writer_wait_for (path, 1000));
  fake_store_hold (FAKE_APPLY, FALSE);
  brg_store_writer_wait_for (path, PATIENCE_US);
  g_assert_false (brg_store_writer_wait_for (path, PATIENCE_US));
  assert_words ("A.bregma:x A.bregma:x A.bregma:x close:A.bregma");
  guint n_notified = fixture.n_notified;
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (fixture.n_notified, ==, n_notified);
  test_folder_free (fixture.dir);
}

/* Late enough for an exit() that does not wait to be over. */
static gpointer
let_go (gpointer unused)
{
  g_usleep (G_USEC_PER_SEC);
  fake_store_hold (FAKE_APPLY, FALSE);
  return unused;
}

/* The last lines of a program: nothing queued is lost by exit(), freed or not. */
static void
test_exit (void)
{
  if (g_test_subprocess ())
    {
      Fixture fixture;
      setup (&fixture);
      take_store (&fixture, "A.bregma");
      fake_store_hold (FAKE_APPLY, TRUE);
      for (int n = 0; n < 5; n++)
        push (&fixture, "x");
      test_folder_free (fixture.dir);
      fake_store_print_at_close ();
      g_thread_unref (g_thread_new ("let-go", let_go, NULL));
      exit (0);
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stdout ("*A.bregma:x A.bregma:x A.bregma:x A.bregma:x A.bregma:x "
                             "close:A.bregma*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store-writer/order", test_order);
  g_test_add_func ("/store-writer/failure", test_failure);
  g_test_add_func ("/store-writer/retry", test_retry_by_itself);
  g_test_add_func ("/store-writer/create", test_create);
  g_test_add_func ("/store-writer/create-fails", test_create_fails);
  g_test_add_func ("/store-writer/create-cancelled", test_create_cancelled);
  g_test_add_func ("/store-writer/save-as", test_save_as);
  g_test_add_func ("/store-writer/save-as-fails", test_save_as_fails);
  g_test_add_func ("/store-writer/way-out", test_save_as_is_the_way_out);
  g_test_add_func ("/store-writer/close", test_close);
  g_test_add_func ("/store-writer/free", test_free);
  g_test_add_func ("/store-writer/exit", test_exit);
  return g_test_run ();
}
