#pragma once

#include <glib.h>

/* A folder of its own for one test program, and whole files in and out of it. All fail the test
 * when the system does. */

/* Creates the folder; call once, from main(). */
void files_begin (void);

/* Removes the folder and what is in it. */
void files_end (void);

/* Path of `name` in the folder; free with g_free(). */
char *files_path (const char *name);

/* Writes the bytes and returns the path. */
char *files_write (const char *name, const void *bytes, size_t size);

/* The whole file. */
GByteArray *files_read (const char *path);

/* Number of files in the folder, hidden ones included. */
int files_count (void);

/* One gzip member of `bytes` appended to `out`. */
void files_gzip (GByteArray *out, const void *bytes, size_t size);

/* What one gzip member at `bytes` holds; it must end exactly at `size`. */
GByteArray *files_gunzip (const void *bytes, size_t size);
