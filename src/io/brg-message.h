#pragma once

#include <stddef.h>

#include "engine/brg-error.h"

/* What io/ says about files: every message of a public reader or writer reads "name: reason", where
 * name is the file's base name, or the path as given where its folder is at fault, and is printable
 * on one line whatever the file or its name holds.
 * Thread-safe. */

/* Copies at most `size` - 1 bytes of `text` and replaces control characters, and bytes outside
 * ASCII when `ascii_only`, by '?'. Always terminates. */
void brg_message_clean (char *out, size_t size, const char *text, int ascii_only);

/* The part of `path` after its last separator. */
const char *brg_message_base_name (const char *path);

/* Puts "base name: " in front of the message, or the whole path. `error` may be NULL. */
void brg_message_name_file (BrgError *error, const char *path);
void brg_message_name_path (BrgError *error, const char *path);

/* BRG_IO with "`what`: text of `errnum`". */
BrgStatus brg_message_errno (BrgError *error, const char *what, int errnum);
