#include "fault-order.h"

#include "support/fault.h"

static GHashTable *dirty;   /* paths of files with bytes that were not synced */
static GHashTable *renamed; /* folders with new names that were not synced */
static char *fault;

static void
note_fault (const char *path, const char *what)
{
  g_autofree char *name = g_path_get_basename (path);

  if (fault == NULL)
    fault = g_strdup_printf ("%s: %s", name, what);
}

static void
note_write (const FaultEvent *event)
{
  g_autofree char *journal = g_strconcat (event->path, "-journal", NULL);

  if (g_hash_table_contains (dirty, journal))
    note_fault (event->path, "written before its journal was synced");
  g_hash_table_add (dirty, g_strdup (event->path));
}

static void
note_rename (const FaultEvent *event)
{
  if (g_hash_table_contains (dirty, event->path))
    note_fault (event->path, "renamed before it was synced");
  g_hash_table_add (renamed, g_path_get_dirname (event->target));
}

static void
event_cb (void *data, const FaultEvent *event)
{
  (void) data;
  switch (event->call)
    {
    case FAULT_WRITE:
      note_write (event);
      break;
    case FAULT_TRUNCATE:
    case FAULT_ALLOCATE:
      g_hash_table_add (dirty, g_strdup (event->path));
      break;
    case FAULT_SYNC:
      g_hash_table_remove (dirty, event->path);
      g_hash_table_remove (renamed, event->path);
      break;
    case FAULT_UNLINK:
      g_hash_table_remove (dirty, event->path);
      break;
    case FAULT_RENAME:
    case FAULT_LINK:
      note_rename (event);
      break;
    default:
      break;
    }
}

void
fault_order_begin (void)
{
  dirty = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  renamed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  fault_watch (event_cb, NULL);
}

char *
fault_order_end (void)
{
  GHashTableIter all;
  gpointer path;

  fault_watch (NULL, NULL);
  g_hash_table_iter_init (&all, renamed);
  while (g_hash_table_iter_next (&all, &path, NULL))
    if (g_file_test (path, G_FILE_TEST_IS_DIR))
      note_fault (path, "not synced after a file in it got its name");
  g_clear_pointer (&dirty, g_hash_table_unref);
  g_clear_pointer (&renamed, g_hash_table_unref);
  return g_steal_pointer (&fault);
}
