#pragma once

#include <glib.h>

/* Case files as somebody else would make them: through SQLite, past everything the store checks. */

/* Runs statements on the file. */
void store_forge_run (const char *path, const char *sql);

/* The bytes of a file, and a file of these bytes. */
GBytes *store_forge_read (const char *path);
void store_forge_write (const char *path, GBytes *bytes);

/* Makes the tree of a table one whose branches lead to its only leaf again and again. */
void store_forge_endless (const char *path, const char *table);
