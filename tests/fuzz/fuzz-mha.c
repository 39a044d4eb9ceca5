/* MetaImage files: a byte that says how, and a file whose voxels are in it. It is read as it is,
 * its voxels packed, or put into a file of their own. */

#include <string.h>

#include "fuzz-image.h"
#include "fuzz.h"

#define LOCAL "ElementDataFile = LOCAL\n"

typedef enum
{
  AS_IT_IS,
  PACKED,
  APART,
  N_KINDS,
} Kind;

/* Behind the header; the end when there is no voxel in the file. */
static const uint8_t *
find_voxels (const uint8_t *bytes, size_t size)
{
  const uint8_t *end = bytes + size;

  for (const uint8_t *at = bytes; at + strlen (LOCAL) <= end; at++)
    if (memcmp (at, LOCAL, strlen (LOCAL)) == 0)
      return at + strlen (LOCAL);
  return end;
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  Kind kind = (Kind) (fuzz_take (&bytes, &size, 1) % N_KINDS);
  const uint8_t *voxels = find_voxels (bytes, size), *end = bytes + size;
  g_autoptr (GByteArray) file = g_byte_array_new ();
  gboolean is_local = voxels < end;

  if (kind == APART && is_local)
    {
      g_free (fuzz_write ("voxels", voxels, (size_t) (end - voxels)));
      g_byte_array_append (file, bytes, (guint) (voxels - bytes - strlen ("LOCAL\n")));
      g_byte_array_append (file, (const guint8 *) "voxels\n", 7);
    }
  else
    g_byte_array_append (file, bytes, (guint) (voxels - bytes));
  if (kind == PACKED)
    fuzz_pack (file, voxels, (size_t) (end - voxels), FALSE);
  else if (kind == AS_IT_IS)
    g_byte_array_append (file, voxels, (guint) (end - voxels));
  g_autofree char *path = fuzz_write ("input.mha", file->data, file->len);
  fuzz_image (path);
  return 0;
}
