#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Private to io/: where the pieces of a gzip member lie that brg-gzip.h wrote, so that several
 * threads can inflate it. The index is an extra field of the member's header (RFC 1952, 2.3.1.1),
 * which other readers skip:
 *
 *   'B' 'R', length (2), inflated size of every piece but the last (4), deflated size of each (4)
 *
 * all little endian. Pieces are as brg_codec_deflate() makes them; an empty last block, CRC and
 * size follow. */

#define BRG_GZIP_PLAIN_HEADER  10
#define BRG_GZIP_TRAILER       10 /* the empty last block included */
#define BRG_GZIP_MAX_PIECES    16000
#define BRG_GZIP_MAX_PIECE     ((size_t) 4 << 20) /* bytes inflated */
#define BRG_GZIP_LONGEST_INDEX (BRG_GZIP_PLAIN_HEADER + 10 + 4 * BRG_GZIP_MAX_PIECES)

/* Size of the header of a member of `n` pieces: one or too many have no index. */
size_t brg_gzip_header_size (size_t n);

/* Writes the header, brg_gzip_header_size (n) bytes. */
void brg_gzip_put_header (uint8_t *header, size_t piece_bytes, const uint32_t *deflated, size_t n);

/* Number of pieces when the `size` bytes begin with a header whose index agrees with itself and
 * with a member of `member_bytes` bytes that inflates to `n_bytes`; 0 otherwise. The pieces may
 * still be unsound. */
size_t brg_gzip_n_pieces (const uint8_t *header,
                          size_t size,
                          uint64_t member_bytes,
                          uint64_t n_bytes,
                          size_t *piece_bytes);

/* Deflated size of piece `index` of a header that has that many. */
uint32_t brg_gzip_piece (const uint8_t *header, size_t index);

static inline uint32_t
brg_gzip_le32 (const uint8_t *bytes)
{
  return (uint32_t) bytes[0] | (uint32_t) bytes[1] << 8 | (uint32_t) bytes[2] << 16 |
         (uint32_t) bytes[3] << 24;
}

static inline void
brg_gzip_put_le32 (uint8_t *bytes, uint32_t value)
{
  for (int i = 0; i < 4; i++)
    bytes[i] = (uint8_t) (value >> (8 * i));
}
