#include "fake-store.h"

#include <stdio.h>
#include <string.h>

#include "case/brg-store-origin.h"

struct BrgStore
{
  char *path, *name;
};

static GMutex lock;
static GString *words;
static guint n_failing[FAKE_N_CALLS], n_calls[FAKE_N_CALLS];
static int code_of[FAKE_N_CALLS];
static gboolean is_held[FAKE_N_CALLS];
static GCond let_go;
static char *broken; /* name of a file */
static int broken_code;
static GThread *last_thread;
static gboolean prints_at_close;

G_DEFINE_QUARK (brg - store - error, brg_store_error)

void
fake_store_reset (void)
{
  g_mutex_lock (&lock);
  if (words != NULL)
    g_string_free (words, TRUE);
  words = g_string_new (NULL);
  for (int c = 0; c < FAKE_N_CALLS; c++)
    {
      n_failing[c] = n_calls[c] = 0;
      is_held[c] = FALSE;
    }
  g_clear_pointer (&broken, g_free);
  g_mutex_unlock (&lock);
}

void
fake_store_fail (FakeCall call, guint n, int code)
{
  g_mutex_lock (&lock);
  n_failing[call] = n;
  code_of[call] = code;
  g_mutex_unlock (&lock);
}

void
fake_store_break (const char *name, int code)
{
  g_mutex_lock (&lock);
  g_free (broken);
  broken = g_strdup (name);
  broken_code = code;
  g_mutex_unlock (&lock);
}

void
fake_store_hold (FakeCall call, gboolean hold)
{
  g_mutex_lock (&lock);
  is_held[call] = hold;
  g_cond_broadcast (&let_go);
  g_mutex_unlock (&lock);
}

guint
fake_store_count (FakeCall call)
{
  g_mutex_lock (&lock);
  guint n = n_calls[call];
  g_mutex_unlock (&lock);
  return n;
}

char *
fake_store_words (void)
{
  g_mutex_lock (&lock);
  char *text = g_strdup (words->str);
  g_mutex_unlock (&lock);
  return text;
}

GThread *
fake_store_thread (void)
{
  g_mutex_lock (&lock);
  GThread *thread = last_thread;
  g_mutex_unlock (&lock);
  return thread;
}

void
fake_store_print_at_close (void)
{
  prints_at_close = TRUE;
}

/* 0, or the code with which a call is to fail. */
static int
take_code (FakeCall which, const char *file)
{
  if (which == FAKE_APPLY && g_strcmp0 (file, broken) == 0)
    return broken_code;
  if (n_failing[which] == 0)
    return 0;
  n_failing[which]--;
  return code_of[which];
}

/* One call: waits, fails when it is its turn, else notes "first:second". */
static gboolean
call (FakeCall which, const char *file, const char *first, const char *second, GError **error)
{
  g_mutex_lock (&lock);
  while (is_held[which])
    g_cond_wait (&let_go, &lock);
  int code = take_code (which, file);
  last_thread = g_thread_self ();
  n_calls[which]++;
  if (code == 0)
    g_string_append_printf (words, "%s%s:%s", words->len > 0 ? " " : "", first, second);
  else
    g_set_error (error, BRG_STORE_ERROR, code, "%s: the disk says no", file);
  g_mutex_unlock (&lock);
  return code == 0;
}

BrgStore *
fake_store_new (const char *path)
{
  BrgStore *self = g_new0 (BrgStore, 1);

  self->path = g_strdup (path);
  self->name = g_path_get_basename (path);
  return self;
}

static BrgStore *
new_if (gboolean ok, const char *path)
{
  return ok ? fake_store_new (path) : NULL;
}

BrgStore *
brg_store_create (const char *path,
                  const BrgStoreContents *contents,
                  gboolean may_replace,
                  BrgJob *job,
                  GError **error)
{
  g_autofree char *name = g_path_get_basename (path);

  g_assert_cmpuint (strlen (contents->sha256), ==, 64);
  if (!may_replace && g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, BRG_STORE_ERROR, BRG_STORE_ERROR_EXISTS, "%s: exists", name);
      return NULL;
    }
  if (brg_job_is_cancelled (job))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "%s: cancelled", name);
      return NULL;
    }
  BrgStore *self = new_if (call (FAKE_CREATE, name, "create", contents->name, error), path);
  if (self != NULL)
    g_assert_true (g_file_set_contents (path, "", 0, NULL));
  return self;
}

BrgStore *
brg_store_open (const char *path, BrgStoreMode mode, GError **error)
{
  g_autofree char *name = g_path_get_basename (path);

  g_assert_cmpint (mode, ==, BRG_STORE_WRITE);
  return new_if (call (FAKE_OPEN, name, "open", name, error), path);
}

gboolean
brg_store_apply (BrgStore *self, const BrgStoreChange *change, GError **error)
{
  return call (FAKE_APPLY, self->name, self->name, change->log, error);
}

gboolean
brg_store_copy (BrgStore *self, const char *path, BrgJob *job, GError **error)
{
  g_autofree char *name = g_path_get_basename (path);
  (void) job;

  return call (FAKE_COPY, self->name, "copy", name, error);
}

BrgStore *
brg_store_origin_copy (const BrgStoreOrigin *origin, const char *path, BrgJob *job, GError **error)
{
  g_autofree char *name = g_path_get_basename (path);
  (void) job;

  return new_if (call (FAKE_COPY, origin->path, origin->chain, name, error), path);
}

const char *
brg_store_get_path (const BrgStore *self)
{
  return self->path;
}

gboolean
brg_store_close (BrgStore *self, GError **error)
{
  if (self == NULL)
    return TRUE;
  gboolean ok = call (FAKE_CLOSE, self->name, "close", self->name, error);
  if (prints_at_close)
    {
      g_autofree char *text = fake_store_words ();
      puts (text);
      fflush (stdout);
    }
  g_free (self->path);
  g_free (self->name);
  g_free (self);
  return ok;
}

void
brg_store_contents_clear (BrgStoreContents *contents)
{
  g_free (contents->name);
  brg_volume_unref (contents->scan);
  g_strfreev (contents->warnings);
  brg_recipes_unref (contents->recipes);
  brg_mask_unref (contents->added);
  brg_mask_unref (contents->removed);
  g_clear_pointer (&contents->entries, g_ptr_array_unref);
  *contents = (BrgStoreContents){ 0 };
}
