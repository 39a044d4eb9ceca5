#pragma once

#include <sys/types.h>

#include "io/brg-codec.h"
#include "io/brg-stream.h"

/* Private to brg-stream*.c. */

/* Bytes that are inflated on their way into the buffer. */
typedef struct BrgDeflated BrgDeflated;

struct BrgStream
{
  int file;
  char *folder;
  dev_t device;
  ino_t inode;
  uint64_t begin;  /* of the part that is read, in the file */
  uint64_t size;   /* of it */
  uint64_t unread; /* bytes of it not yet in the buffer */
  size_t at, end;  /* unconsumed part of the buffer */
  size_t room;
  size_t used;           /* most bytes that were ever in the buffer */
  unsigned char *buffer; /* room and one byte more for next_member() */
  BrgDeflated *deflated; /* what the buffer is filled from; NULL: the file */

  BrgInflater *inflater;    /* of a gzip or zlib stream; NULL for a plain one */
  bool is_zlib;             /* one member, with a header and a checksum of its own */
  bool is_first_member;     /* nothing of it is read yet */
  bool in_member;           /* the header of a member is read, its end is not */
  uint32_t crc, n_inflated; /* of the member so far, the number modulo 2^32; Adler-32 for zlib */
  size_t n_beyond;          /* bytes behind the end of a zlib stream that the inflater took */
};

/* Fills the empty buffer; leaves it empty at the end of the file. */
BrgStatus brg_stream_refill (BrgStream *stream, BrgError *error);

/* The same if nothing is left in it. */
BrgStatus brg_stream_ensure_buffer (BrgStream *stream, BrgError *error);

/* At most `size` bytes, at least one unless the deflated ones have ended; *n receives how many. */
BrgStatus
brg_stream_inflate (BrgStream *stream, uint8_t *bytes, size_t size, size_t *n, BrgError *error);
void brg_deflated_free (BrgDeflated *deflated); /* NULL allowed */

/* Exactly `size` inflated bytes. */
BrgStatus brg_stream_read_gzip (BrgStream *stream, uint8_t *bytes, size_t size, BrgError *error);

/* Reads to the end of the last member; *n receives the number of inflated bytes, which is an error
 * above 64 KiB. */
BrgStatus brg_stream_finish_gzip (BrgStream *stream, uint64_t *n, BrgError *error);
