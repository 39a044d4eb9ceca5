#pragma once

#include <glib.h>

#include "engine/brg-error.h"

/* Opens a folder to read its names; NULL and `error` when it does not exist, is none or cannot be
 * read. */
GDir *brg_cli_open_folder (const char *path, BrgError *error);

/* Names, without the folder, of the files with BRG_CLI_IMAGE_ENDINGS in `dir`, in the order in
 * which people count: digits by their number, so that 2 comes before 10, the rest by bytes. Free
 * the array. NULL and `error` when it is no folder, cannot be read or holds none. */
GPtrArray *brg_cli_list_masks (const char *dir, BrgError *error);
