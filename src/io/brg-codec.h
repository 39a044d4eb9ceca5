#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/brg-error.h"
#include "engine/brg-pool.h"

/* Private to io/: deflate (RFC 1951) and its checksum by the fastest library of the build. One file
 * per library: ISA-L deflates, inflates streams and takes checksums, libdeflate inflates what is in
 * memory as a whole, and zlib stands in for either. Which of them it was shows in the speed and in
 * the bytes that deflating gives, never in what inflating accepts or gives. No state but in the
 * arguments: calls are independent of each other. */

/* CRC-32 of gzip, to be begun with 0. */
uint32_t brg_codec_crc (uint32_t crc, const void *bytes, size_t size);

/* Adler-32 of zlib, to be begun with 1. */
uint32_t brg_codec_adler (uint32_t adler, const void *bytes, size_t size);

/* Deflates fast: the blocks end on a byte boundary, none of them is the last of a stream, and they
 * refer to no byte before `bytes`, so that such pieces can be put one behind the other. *out
 * receives a buffer of the pool (NULL for none), brg_free() it. `size` is at most 2^30. */
BrgStatus brg_codec_deflate (BrgPool *pool,
                             const uint8_t *bytes,
                             size_t size,
                             uint8_t **out,
                             size_t *n_out,
                             BrgError *error);

/* Bytes that brg_codec_inflate() may overwrite behind its input. */
#define BRG_CODEC_TAIL 2

/* Inflates one such piece, at most 2^30 bytes on either side; true when it is sound, is used up and
 * gives exactly `n_out` bytes. Memory may also be short: false means no more than that another way
 * is to be tried. Nothing is written beyond `n_out` bytes whatever the input holds. */
bool brg_codec_inflate (uint8_t *in, size_t n_in, uint8_t *out, size_t n_out);

/* A deflate stream that comes in pieces. */
typedef struct BrgInflater BrgInflater;

BrgInflater *brg_inflater_new (BrgError *error);
void brg_inflater_free (BrgInflater *inflater); /* NULL allowed */

/* The next byte is the first of another stream. */
void brg_inflater_reset (BrgInflater *inflater);

typedef struct
{
  const uint8_t *in; /* moved over what was taken */
  size_t n_in;
  uint8_t *out; /* moved over what was given */
  size_t n_out;
  bool ended;      /* the stream is complete; the next two hold: */
  uint8_t rest[8]; /* bytes that were taken and are not of the stream */
  size_t n_rest;
} BrgInflateStep;

/* Goes on until the input is used up, the output full or the stream complete. BRG_FORMAT for a
 * stream that is malformed; the message says how. */
BrgStatus brg_inflater_run (BrgInflater *inflater, BrgInflateStep *step, BrgError *error);

/* Inflates what brg_codec_inflate() does, by the stream: slower, and says what is wrong. */
BrgStatus
brg_inflate_piece (const uint8_t *in, size_t n_in, uint8_t *out, size_t n_out, BrgError *error);
