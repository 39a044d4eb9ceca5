#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "case/brg-case-error.h"
#include "case/brg-case-private.h"
#include "case/brg-file-private.h"
#include "case/brg-store-edits.h"
#include "engine/brg-alloc.h"

#define MAGIC "SQLite format 3"

/* For a file that a writer of this process is just about to close. */
#define PATIENCE_US (30 * G_TIME_SPAN_SECOND)

/* By its name, as nobody but the store may open and close a case file; what has another name may be
 * one that was renamed. */
gboolean
_brg_case_is_case_file (const char *path)
{
  char start[sizeof MAGIC] = "";

  if (g_str_has_suffix (path, BRG_STORE_SUFFIX))
    return TRUE;
  gboolean is_case = _brg_file_begin (path, start, sizeof start) == sizeof start &&
                     memcmp (start, MAGIC, sizeof start) == 0;
  brg_wipe (start, sizeof start);
  return is_case;
}

void
_brg_case_load_clear (BrgCaseLoad *load)
{
  brg_store_close (load->store, NULL);
  brg_store_contents_clear (&load->contents);
  g_free (load->path);
  g_free (load->read_only);
  *load = (BrgCaseLoad){ 0 };
}

/* The sentence for what stands in the way of writing; NULL: something else is wrong. */
static char *
read_only_reason (const char *path, const GError *error)
{
  g_autofree char *name = g_path_get_basename (path);

  if (g_error_matches (error, BRG_STORE_ERROR, BRG_STORE_ERROR_LOCKED))
    return g_strdup_printf (
      _ ("%s is open in another window or program. Save a copy under another name to change it."),
      name);
  if (g_error_matches (error, BRG_STORE_ERROR, BRG_STORE_ERROR_READ_ONLY))
    return g_strdup_printf (_ ("%s or its folder is write-protected. Save a copy in another place "
                               "to change it."),
                            name);
  if (g_error_matches (error, BRG_STORE_ERROR, BRG_STORE_ERROR_CORRUPT))
    return g_strdup_printf (
      _ ("%s is damaged. Save a copy under another name to go on with what can be read."), name);
  return NULL;
}

static BrgStore *
open_to_write (const char *path, GError **error)
{
  GError *failure = NULL;
  BrgStore *store = brg_store_open (path, BRG_STORE_WRITE, &failure);

  if (g_error_matches (failure, BRG_STORE_ERROR, BRG_STORE_ERROR_LOCKED) &&
      brg_store_writer_wait_for (path, PATIENCE_US))
    {
      g_clear_error (&failure);
      store = brg_store_open (path, BRG_STORE_WRITE, &failure);
    }
  if (failure != NULL)
    g_propagate_error (error, failure);
  return store;
}

/* For writing where that can be, else for reading and why. */
static BrgStore *
open_store (const char *path, char **read_only, GError **error)
{
  GError *failure = NULL;
  BrgStore *store = open_to_write (path, &failure);

  if (store != NULL)
    return store;
  *read_only = read_only_reason (path, failure);
  if (*read_only == NULL)
    {
      g_propagate_error (error, failure);
      return NULL;
    }
  g_error_free (failure);
  return brg_store_open (path, BRG_STORE_READ, error);
}

/* Live edits, as masks of their own that may be written. */
static gboolean
make_masks (BrgStoreContents *contents, const char *file, GError **error)
{
  const BrgGrid *grid = &contents->scan->grid;
  BrgError fault = { 0 };

  if (!brg_store_contents_flip_past (contents, file, error))
    return FALSE;
  if (contents->added == NULL)
    contents->added = brg_mask_new (grid, &fault);
  if (contents->removed == NULL && contents->added != NULL)
    contents->removed = brg_mask_new (grid, &fault);
  if (contents->added != NULL && contents->removed != NULL)
    return TRUE;
  brg_error_prefix (&fault, file);
  return brg_case_error_set (error, &fault);
}

gboolean
_brg_case_load (const char *path, BrgCaseLoad *load, BrgJob *job, GError **error)
{
  g_autofree char *file = g_path_get_basename (path);

  *load = (BrgCaseLoad){ 0 };
  load->store = open_store (path, &load->read_only, error);
  if (load->read_only != NULL && load->store != NULL)
    brg_store_read_chain (load->store, load->chain, NULL);
  if (load->store == NULL || !brg_store_load (load->store, &load->contents, job, error) ||
      !make_masks (&load->contents, file, error))
    {
      _brg_case_load_clear (load);
      return FALSE;
    }
  load->path = g_strdup (brg_store_get_path (load->store));
  if (load->read_only != NULL)
    {
      brg_store_close (load->store, NULL);
      load->store = NULL;
    }
  return TRUE;
}
