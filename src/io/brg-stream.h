#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/brg-error.h"
#include "io/brg-file-part.h"

/* A hardened reader of one regular file, or of a part of one, plain, gzip or zlib.
 *
 * Nothing but regular files is opened, so that a read never blocks; the size is that of the moment
 * of opening. From brg_stream_start_gzip() on, reads give inflated bytes; concatenated members are
 * joined and every member's CRC and length are checked. A short file is always an error. Messages
 * do not name the file: the caller does (brg-message.h). Used by one thread at a time. */
typedef struct BrgStream BrgStream;

/* BRG_IO and `error` if `path` cannot be opened or is not a regular file. */
BrgStream *brg_stream_open (const char *path, BrgError *error);

/* The same of a part: what is said of the file below holds for it. BRG_IO also if the file is too
 * short for it. */
BrgStream *brg_stream_open_part (const BrgFilePart *part, BrgError *error);

/* Opens `name` in the folder that holds the file of `stream`. A hostile header may have chosen the
 * name: it must be a plain one (no separator, not "-", "." or ".."), no symbolic link, and not the
 * file of `stream` itself; else BRG_FORMAT. */
BrgStream *brg_stream_open_beside (const BrgStream *stream, const char *name, BrgError *error);

void brg_stream_close (BrgStream *stream); /* NULL allowed */

/* Bytes of the file when it was opened. */
uint64_t brg_stream_size (const BrgStream *stream);

/* Bytes of the file (compressed ones in a gzip stream) not consumed yet. */
uint64_t brg_stream_left (const BrgStream *stream);

/* Reads a line into `line` without its "\n" or "\r\n" and terminates it. *ended is set when the
 * file ended before a "\n" (the line may still hold text). BRG_FORMAT for a line longer than
 * `size` - 1 bytes or with a NUL in it. Only before brg_stream_start_gzip(). */
BrgStatus brg_stream_read_line (BrgStream *stream,
                                char *line,
                                size_t size,
                                size_t *length,
                                bool *ended,
                                BrgError *error);

/* Skips up to and including the next "\n". Only before brg_stream_start_gzip(). */
BrgStatus brg_stream_skip_line (BrgStream *stream, BrgError *error);

/* All that follows in the file is gzip. */
BrgStatus brg_stream_start_gzip (BrgStream *stream, BrgError *error);

/* The next byte is the first of a zlib stream (RFC 1950), read like gzip from here on; bytes behind
 * it are surplus. */
BrgStatus brg_stream_start_zlib (BrgStream *stream, BrgError *error);

/* The next byte is the first of a deflate stream (RFC 1951), which goes on to the end of the file
 * and may be followed by anything. From here on the stream is that of a file that holds the
 * inflated bytes: what is left, and the size, are of these. *size is their number, or 0 when it is
 * not known: then they are counted in a pass of its own, which keeps none, and BRG_FORMAT tells
 * that they are more than `max_size`, corrupt or cut off. Not with brg_stream_read_at() or _pass().
 */
BrgStatus
brg_stream_start_deflate (BrgStream *stream, uint64_t max_size, uint64_t *size, BrgError *error);

/* BRG_FORMAT if what is left cannot possibly hold `need` bytes: fewer bytes in a plain file, less
 * than 1/1032 of them (the limit of deflate) in a compressed one. To be asked before allocating. */
BrgStatus brg_stream_check_size (const BrgStream *stream, uint64_t need, BrgError *error);

/* Exactly `size` bytes. */
BrgStatus brg_stream_read (BrgStream *stream, void *bytes, size_t size, BrgError *error);

/* Exactly `size` bytes of the file as they are, from `offset` bytes behind those consumed so far,
 * without consuming them. From any thread while nobody else uses the stream. */
BrgStatus brg_stream_read_at (const BrgStream *stream,
                              uint64_t offset,
                              void *bytes,
                              size_t size,
                              BrgError *error);

/* Consumes `size` bytes that brg_stream_read_at() has read; in a gzip stream all that is left. */
BrgStatus brg_stream_pass (BrgStream *stream, uint64_t size, BrgError *error);

/* Skips exactly `size` bytes. */
BrgStatus brg_stream_skip (BrgStream *stream, uint64_t size, BrgError *error);

/* The next byte, or -1 at the end of the file. Only before brg_stream_start_gzip(). */
int brg_stream_get (BrgStream *stream, BrgError *error);

/* Ends the reading: of a gzip stream the last CRC is still to come and is checked here. *surplus
 * becomes the number of bytes that nobody asked for; more than 64 KiB of inflated surplus is
 * BRG_FORMAT, so that a small header cannot hide a bomb. */
BrgStatus brg_stream_finish (BrgStream *stream, uint64_t *surplus, BrgError *error);
