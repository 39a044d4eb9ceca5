#include <glib/gstdio.h>
#include <string.h>

#include "case/brg-store-part.h"
#include "case/brg-store-private.h"

#define MAX_KEPT 1000

/* "Case07.format-1.bregma", or the first "Case07.format-1-2.bregma" ... that is free. */
static char *
kept_path (const BrgStore *old)
{
  gsize stem = g_str_has_suffix (old->path, BRG_STORE_SUFFIX)
                 ? strlen (old->path) - strlen (BRG_STORE_SUFFIX)
                 : strlen (old->path);

  for (int n = 1; n < MAX_KEPT; n++)
    {
      g_autofree char *number = n > 1 ? g_strdup_printf ("-%d", n) : g_strdup ("");
      g_autofree char *path = g_strdup_printf ("%.*s.format-%d%s" BRG_STORE_SUFFIX, (int) stem,
                                               old->path, old->format, number);
      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&path);
    }
  return NULL;
}

static char *
keep_old (BrgStore *old, GError **error)
{
  g_autofree char *path = kept_path (old);

  if (path == NULL)
    {
      _brg_store_error (error, old->path, BRG_STORE_ERROR_EXISTS,
                        "too many files of format %d are kept beside it", old->format);
      return NULL;
    }
  g_autoptr (BrgStorePart) part = _brg_store_part_new (path, FALSE, error);
  if (part == NULL || !_brg_store_copy_bytes (old, part, NULL, error) ||
      !_brg_store_part_publish (part, error))
    return NULL;
  return g_steal_pointer (&path);
}

/* A copy of a file that has a log, with the tables it lacks. */
static gboolean
extend (BrgStore *old,
        BrgStore *new,
        BrgStorePart *part,
        const BrgStoreBuild *build,
        GError **error)
{
  gboolean ok = _brg_store_copy_bytes (old, part, NULL, error) &&
                _brg_store_connect (new, part->path, SQLITE_OPEN_READWRITE, error);

  if (ok)
    {
      ok = _brg_sql_run (new, BRG_STORE_BUILD_PRAGMAS, error) &&
           _brg_sql_begin (new, TRUE, NULL, error) &&
           _brg_store_make_tables (new, old->format, error) &&
           _brg_store_put_log (new, build->log, build->contents->sha256, error) &&
           _brg_sql_commit (new, error);
      _brg_sql_end (new);
    }
  _brg_store_disconnect (new);
  return ok;
}

/* The case in the present format, under the hidden name. */
static gboolean
convert (BrgStore *old, BrgStore *new, BrgStorePart *part, GError **error)
{
  g_autofree char *log = g_strdup_printf ("Converted from format %d", old->format);
  BrgStoreContents contents;

  if (!brg_store_load (old, &contents, NULL, error))
    return FALSE;
  new->seconds = contents.seconds;
  BrgStoreBuild build = { &contents, contents.was_left_open, log };
  gboolean ok = old->format >= BRG_STORE_FORMAT_LOG
                  ? extend (old, new, part, &build, error)
                  : _brg_store_build (new, part->path, &build, NULL, error);
  brg_store_contents_clear (&contents);
  return ok;
}

BrgStore *
_brg_store_migrate (BrgStore *old, GError **error)
{
  g_autoptr (BrgStore) new = _brg_store_new (old->path, BRG_STORE_WRITE);
  g_autoptr (BrgStorePart) part = _brg_store_part_new (old->path, TRUE, error);

  if (part == NULL || !convert (old, new, part, error))
    return NULL;
  g_autofree char *kept = keep_old (old, error);
  if (kept == NULL)
    return NULL;
  part->is_settled = TRUE;
  if (!_brg_store_part_publish (part, error))
    {
      g_unlink (kept);
      return NULL;
    }
  new->hold = g_steal_pointer (&part->hold);
  return _brg_store_open_to_write (new, error) ? g_steal_pointer (&new) : NULL;
}
