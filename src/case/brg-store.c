#include <stdarg.h>
#include <string.h>

#include "case/brg-case-error.h"
#include "case/brg-store-private.h"

#define MAX_MESSAGE 800

G_DEFINE_QUARK (brg_store_error, brg_store_error)

/* One line whatever the file holds. */
static char *
one_line (const char *format, va_list args)
{
  g_autofree char *text = g_strdup_vprintf (format, args);
  char *line = _brg_store_cut_text (text, MAX_MESSAGE);

  for (char *c = line; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      *c = '?';
  return line;
}

static gboolean
set_error (GError **error, const char *path, BrgStoreError code, const char *format, va_list args)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *shown = g_filename_display_name (name);
  g_autofree char *reason = one_line (format, args);

  g_set_error (error, BRG_STORE_ERROR, (int) code, "%s: %s", shown, reason);
  return FALSE;
}

gboolean
_brg_store_error (GError **error, const char *path, BrgStoreError code, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  set_error (error, path, code, format, args);
  va_end (args);
  return FALSE;
}

gboolean
_brg_store_errno (GError **error, const char *path, int errnum)
{
  return _brg_store_error (error, path, BRG_STORE_ERROR_IO, "%s", g_strerror (errnum));
}

gboolean
_brg_store_corrupt (BrgStore *self, GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  set_error (error, self->path, BRG_STORE_ERROR_CORRUPT, format, args);
  va_end (args);
  return FALSE;
}

gboolean
_brg_store_fault (BrgStore *self, GError **error, const BrgError *fault)
{
  switch (fault->status)
    {
    case BRG_CANCELLED:
      return brg_case_error_cancelled (error);
    case BRG_NO_MEMORY:
      return _brg_store_error (error, self->path, BRG_STORE_ERROR_NO_MEMORY, "%s", fault->message);
    case BRG_IO:
      return _brg_store_error (error, self->path, BRG_STORE_ERROR_IO, "%s", fault->message);
    default:
      return _brg_store_corrupt (self, error, "%s", fault->message);
    }
}

BrgStore *
_brg_store_new (const char *path, BrgStoreMode mode)
{
  BrgStore *self = g_new0 (BrgStore, 1);

  self->path = g_canonicalize_filename (path, NULL);
  self->mode = mode;
  self->format = BRG_STORE_FORMAT;
  self->opened_us = g_get_monotonic_time ();
  return self;
}

void
_brg_store_free (BrgStore *self)
{
  if (self == NULL)
    return;
  sqlite3_close (self->db);
  _brg_store_hold_release (self->hold); /* after SQLite has let go of its own locks */
  g_free (self->path);
  g_free (self);
}

char *
_brg_store_cut_text (const char *text, gsize max_bytes)
{
  if (text == NULL)
    return NULL;
  char *valid = g_utf8_make_valid (text, -1);
  gsize length = strlen (valid);
  while (length > max_bytes)
    length = (gsize) (g_utf8_find_prev_char (valid, valid + length) - valid);
  valid[length] = '\0';
  return valid;
}

guint64
_brg_store_seconds (const BrgStore *self)
{
  guint64 now = (guint64) (g_get_monotonic_time () - self->opened_us) / G_USEC_PER_SEC;

  return MIN (self->seconds + now, (guint64) BRG_STORE_MAX_SEQ);
}

const char *
brg_store_get_path (const BrgStore *self)
{
  return self->path;
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

void
brg_store_summary_clear (BrgStoreSummary *summary)
{
  g_free (summary->name);
  g_clear_pointer (&summary->thumbnail_png, g_bytes_unref);
  *summary = (BrgStoreSummary){ 0 };
}
