#include "io/brg-format.h"

#include <string.h>

#include "io/brg-message.h"
#include "io/brg-stream.h"

#define HEAD_SIZE         512
#define STL_HEADER_SIZE   84
#define STL_TRIANGLE_SIZE 50

/* Binary: 80 bytes, a count, and exactly that many triangles or more. Text: "solid" and soon a
 * facet or the end. */
static bool
is_stl (const char *head, size_t n, uint64_t size)
{
  if (strncmp (head, "solid", 5) == 0 &&
      (strstr (head, "facet") != NULL || strstr (head, "endsolid") != NULL))
    return true;
  if (n < STL_HEADER_SIZE)
    return false;
  uint64_t count = 0;
  for (int b = 3; b >= 0; b--)
    count = count << 8 | (unsigned char) head[80 + b];
  return STL_HEADER_SIZE + count * STL_TRIANGLE_SIZE <= size &&
         size < STL_HEADER_SIZE + (count + 1) * STL_TRIANGLE_SIZE;
}

static BrgFormat
sniff (BrgStream *stream, const char *path, BrgError *error)
{
  char head[HEAD_SIZE + 1] = { 0 };
  uint64_t size = brg_stream_left (stream);
  size_t n = size < HEAD_SIZE ? (size_t) size : HEAD_SIZE;

  if (brg_stream_read (stream, head, n, error) != BRG_OK)
    brg_message_name_file (error, path);
  else if (strncmp (head, "NRRD000", 7) == 0)
    return BRG_FORMAT_NRRD;
  else if (is_stl (head, n, size))
    return BRG_FORMAT_STL;
  return BRG_FORMAT_UNKNOWN;
}

BrgFormat
brg_format_sniff (const char *path, BrgError *error)
{
  BrgStream *stream = brg_stream_open (path, error);

  if (stream == NULL)
    {
      brg_message_name_file (error, path);
      return BRG_FORMAT_UNKNOWN;
    }
  BrgFormat format = sniff (stream, path, error);
  brg_stream_close (stream);
  return format;
}
