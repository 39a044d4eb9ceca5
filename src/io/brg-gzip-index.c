#include "io/brg-gzip-index.h"

#include <string.h>

#define HAS_EXTRA  4
#define FIRST_SIZE (BRG_GZIP_PLAIN_HEADER + 10) /* where the sizes begin */

static bool
has_index (size_t n)
{
  return n > 1 && n <= BRG_GZIP_MAX_PIECES;
}

size_t
brg_gzip_header_size (size_t n)
{
  return has_index (n) ? FIRST_SIZE + 4 * n : BRG_GZIP_PLAIN_HEADER;
}

static void
put_le16 (uint8_t *bytes, size_t value)
{
  bytes[0] = (uint8_t) (value & 0xff);
  bytes[1] = (uint8_t) (value >> 8);
}

void
brg_gzip_put_header (uint8_t *header, size_t piece_bytes, const uint32_t *deflated, size_t n)
{
  static const uint8_t plain[BRG_GZIP_PLAIN_HEADER] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255 };

  memcpy (header, plain, sizeof plain);
  if (!has_index (n))
    return;
  header[3] = HAS_EXTRA;
  put_le16 (header + 10, 8 + 4 * n);
  header[12] = 'B';
  header[13] = 'R';
  put_le16 (header + 14, 4 + 4 * n);
  brg_gzip_put_le32 (header + 16, (uint32_t) piece_bytes);
  for (size_t p = 0; p < n; p++)
    brg_gzip_put_le32 (header + FIRST_SIZE + 4 * p, deflated[p]);
}

/* Number of pieces that a header of the right form lists. */
static size_t
n_listed (const uint8_t *header, size_t size)
{
  if (size < FIRST_SIZE)
    return 0;

  size_t extra = (size_t) (header[10] | header[11] << 8);
  size_t length = (size_t) (header[14] | header[15] << 8);
  bool is_ours = header[0] == 0x1f && header[1] == 0x8b && header[2] == 8 &&
                 header[3] == HAS_EXTRA && header[12] == 'B' && header[13] == 'R';
  if (!is_ours || length < 8 || length % 4 != 0 || extra != length + 4)
    return 0;
  size_t n = length / 4 - 1;
  return has_index (n) && FIRST_SIZE + 4 * n <= size ? n : 0;
}

size_t
brg_gzip_n_pieces (const uint8_t *header,
                   size_t size,
                   uint64_t member_bytes,
                   uint64_t n_bytes,
                   size_t *piece_bytes)
{
  size_t n = n_listed (header, size);
  uint64_t total = brg_gzip_header_size (n) + BRG_GZIP_TRAILER;

  if (n == 0)
    return 0;
  *piece_bytes = brg_gzip_le32 (header + 16);
  for (size_t p = 0; p < n; p++)
    total += brg_gzip_piece (header, p);
  bool agrees = total == member_bytes && *piece_bytes > 0 && *piece_bytes <= BRG_GZIP_MAX_PIECE &&
                n_bytes > 0 && (n_bytes - 1) / *piece_bytes + 1 == n;
  return agrees ? n : 0;
}

uint32_t
brg_gzip_piece (const uint8_t *header, size_t index)
{
  return brg_gzip_le32 (header + FIRST_SIZE + 4 * index);
}
