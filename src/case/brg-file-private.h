#pragma once

#include <glib.h>
#include <stdio.h>

G_BEGIN_DECLS

/* Plain files with errors (BRG_CASE_ERROR) that read "NAME: reason", NAME being the last part of
 * the path: a message never tells where a file lies. */

/* Sets the error of an errno; returns FALSE. */
gboolean _brg_file_fail (GError **error, const char *path, int errnum);

/* Puts "NAME: " in front. */
void _brg_file_name_error (GError **error, const char *path);

/* Opens a regular file to read, without a buffer; NULL and an error for anything else. */
FILE *_brg_file_open (const char *path, GError **error);

/* The first `size` bytes of a regular file, to be overwritten when they were looked at: they may be
 * anything. Returns how many there are, 0 when it cannot be read. */
gsize _brg_file_begin (const char *path, void *bytes, gsize size);

/* The whole of a file of at most `max_bytes`, zero-terminated. */
char *_brg_file_read (const char *path, gsize max_bytes, gsize *length, GError **error);

/* Writes atomically (brg-output.h). */
gboolean _brg_file_write (const char *path, const char *text, GError **error);

/* Makes what was renamed in a folder durable. Best effort: not every file system can. */
void _brg_file_sync_folder (const char *path);

/* Removes a folder and everything in it, without following links. */
void _brg_file_remove_tree (const char *path);

G_END_DECLS
