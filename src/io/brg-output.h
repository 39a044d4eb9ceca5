#pragma once

#include <stddef.h>

#include "engine/brg-error.h"

/* A file being written, that is either complete or absent.
 *
 * Bytes go to a hidden temporary file in the target's folder. Commit flushes it, makes it durable,
 * gives it the target's name in one step and makes that durable too; until then an older file of
 * that name is untouched. Whatever fails, the temporary file is removed. A target that exists and
 * is not a regular file (a folder, a device, a pipe) is refused, and a symbolic link is replaced,
 * not followed. An existing file keeps its permissions. Used by one thread at a time; every error
 * is BRG_IO (or BRG_NO_MEMORY) and reads "base name: reason". */
typedef struct BrgOutput BrgOutput;

/* NULL and `error` if the folder cannot be written or the target cannot be replaced. */
BrgOutput *brg_output_open (const char *path, BrgError *error);

/* Appends `size` bytes. After a failure the output can only be discarded. */
BrgStatus brg_output_write (BrgOutput *output, const void *bytes, size_t size, BrgError *error);

/* Publishes the file. Frees `output` in every case; on failure nothing of it is left. */
BrgStatus brg_output_commit (BrgOutput *output, BrgError *error);

/* Removes what was written and frees `output`; NULL is allowed. */
void brg_output_discard (BrgOutput *output);
