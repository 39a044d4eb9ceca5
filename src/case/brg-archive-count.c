#include <string.h>
#include <unistd.h>

#include "case/brg-archive-private.h"

/* APPNOTE 6.3.10: 4.3.14 to 4.3.16. */
#define END_SIZE     22 /* of the record at the end, without its comment */
#define LOCATOR_SIZE 20 /* of what stands before it when numbers need 64 bits */
#define END64_SIZE   56
#define MAX_COMMENT  65535
#define IS_IN_END64  0xffff

static guint64
get_le (const guint8 *bytes, int n)
{
  guint64 value = 0;

  for (int b = n - 1; b >= 0; b--)
    value = value << 8 | bytes[b];
  return value;
}

/* What the record says that a locator leads to; 0 when there is none. */
static guint64
count_64 (int file, const guint8 *locator)
{
  guint8 end[END64_SIZE];
  guint64 offset = get_le (locator + 8, 8);

  if (memcmp (locator, "PK\6\7", 4) != 0 || offset > G_MAXINT64 ||
      pread (file, end, sizeof end, (off_t) offset) != (ssize_t) sizeof end ||
      memcmp (end, "PK\6\6", 4) != 0)
    return 0;
  return get_le (end + 32, 8);
}

guint64
_brg_archive_count_members (int file, guint64 size)
{
  gsize room = LOCATOR_SIZE + END_SIZE + MAX_COMMENT;
  gsize n = size < room ? (gsize) size : room;
  g_autofree guint8 *tail = g_malloc (room);
  guint64 most = 0;

  if (pread (file, tail, n, (off_t) (size - n)) != (ssize_t) n)
    return 0;
  for (gsize at = 0; at + END_SIZE <= n; at++)
    {
      if (memcmp (tail + at, "PK\5\6", 4) != 0)
        continue;
      guint64 count = get_le (tail + at + 10, 2);
      if (count == IS_IN_END64 && at >= LOCATOR_SIZE)
        count = MAX (count, count_64 (file, tail + at - LOCATOR_SIZE));
      most = MAX (most, count);
    }
  return most;
}
