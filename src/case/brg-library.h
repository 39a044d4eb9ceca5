#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The folder in which new scans get their case file, and what lies in it. Reads names only, never
 * the inside of a file. Any thread; errors (BRG_CASE_ERROR) name the folder without its path. */

#define BRG_LIBRARY_SUFFIX ".bregma"

typedef struct
{
  char *path;
  char *name; /* file name without the suffix */
  gint64 modified_s;
  guint64 size;
} BrgLibraryEntry;

void brg_library_entry_free (BrgLibraryEntry *entry);

/* `$XDG_DATA_HOME/bregma/cases`; a new string. It need not exist. */
char *brg_library_get_folder (void);

/* Makes the folder and those above it; those that are new are for the user alone. */
gboolean brg_library_make_folder (const char *folder, GError **error);

/* The case files in the folder, last changed first, by name where that is equal. Other files,
 * hidden ones, copies that a migration left and links to nowhere are passed over. A folder that
 * does not exist is empty. Array of BrgLibraryEntry. */
GPtrArray *brg_library_list (const char *folder, GError **error);

/* The path of the next case: "Case%02u.bregma", one above the highest number that any file in the
 * folder begins with, so that no name comes back while something of an older case is left, be it
 * a journal. Nothing is made: a caller creates the file only where there is none, and asks again
 * when another process was faster. A folder that does not exist gives Case01. */
char *brg_library_next_path (const char *folder, GError **error);

/* The name of the case in a file of that path: without folder and suffix; a new string. */
char *brg_library_name_of (const char *path);

G_END_DECLS
