#pragma once

#include <glib.h>

#include "engine/brg-error.h"

/* Order of file names as people count: digits by their number, so that 2 comes before 10; the rest
 * by bytes. Never 0 for different names. */
int brg_cli_compare_names (const char *a, const char *b);

/* Opens a folder to read its names; NULL and `error` when it does not exist, is none or cannot be
 * read. */
GDir *brg_cli_open_folder (const char *path, BrgError *error);

/* Names, without the folder, of the .nrrd and .nhdr files in `dir`, in that order; free the array.
 * NULL and `error` when it is no folder, cannot be read or holds none. */
GPtrArray *brg_cli_list_masks (const char *dir, BrgError *error);
