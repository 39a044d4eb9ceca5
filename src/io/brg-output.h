#pragma once

#include <stddef.h>
#include <stdint.h>

#include "engine/brg-error.h"

/* A file being written, that is either complete or absent.
 *
 * Bytes go to a hidden temporary file in the target's folder. Commit flushes it, makes it durable,
 * gives it the target's name in one step and makes that durable too; until then an older file of
 * that name is untouched. Whatever fails, the temporary file is removed; what a process that was
 * killed left, the next output of that name removes (it is locked while its writer lives). A target
 * that exists and is not a regular file (a folder, a device, a pipe) is refused, and a symbolic
 * link is replaced, not followed. An existing file keeps its permissions. Used by one thread at a
 * time but for brg_output_write_at(); every error is BRG_IO (or BRG_NO_MEMORY) and reads "base
 * name: reason", or "path as given: reason" where the folder is at fault.
 *
 * Durable means fsync() of the file before it gets its name, and of the folder after: a power cut
 * leaves the old file or the new one, whole. Bytes are sent on their way to the disk as soon as
 * they are written, so that little is left for fsync() to wait for. */
typedef struct BrgOutput BrgOutput;

/* NULL and `error` if the folder cannot be written or the target cannot be replaced. */
BrgOutput *brg_output_open (const char *path, BrgError *error);

/* Appends `size` bytes. After a failure the output can only be discarded. */
BrgStatus brg_output_write (BrgOutput *output, const void *bytes, size_t size, BrgError *error);

/* Number of bytes appended so far. */
uint64_t brg_output_size (const BrgOutput *output);

/* Puts `size` bytes at `offset` from the start of the file, for parts that are ready in any order;
 * from any thread. Those of brg_output_write() stay where they are: the two must not overlap. */
BrgStatus brg_output_write_at (BrgOutput *output,
                               uint64_t offset,
                               const void *bytes,
                               size_t size,
                               BrgError *error);

/* Publishes the file. Frees `output` in every case; on failure nothing of it is left. */
BrgStatus brg_output_commit (BrgOutput *output, BrgError *error);

/* Removes what was written and frees `output`; NULL is allowed. */
void brg_output_discard (BrgOutput *output);

/* Ends what was begun: commits if writing went well (`status` BRG_OK), else discards and gives
 * `status` back. */
BrgStatus brg_output_end (BrgOutput *output, BrgStatus status, BrgError *error);

/* A file of these bytes and no others. */
BrgStatus brg_output_write_file (const char *path, const void *bytes, size_t size, BrgError *error);
