/* NIfTI files: a byte that says how, and a single file. It is read as it is, packed as .nii.gz, or
 * taken apart into a pair. What does not begin as NIfTI does is for other targets. */

#include <string.h>

#include "fuzz-image.h"
#include "fuzz.h"

typedef enum
{
  SINGLE,
  PACKED,
  PAIR,
  N_KINDS,
} Kind;

/* Size of the header, 0 when it is none. */
static size_t
header_size (const uint8_t *bytes, size_t size)
{
  if (size >= 540 && memcmp (bytes + 4, "n", 1) == 0)
    return 540;
  return size >= 348 && memcmp (bytes + 344, "n", 1) == 0 ? 348 : 0;
}

static char *
write_packed (const uint8_t *bytes, size_t size)
{
  GByteArray *packed = g_byte_array_new ();
  fuzz_pack (packed, bytes, size, TRUE);
  char *path = fuzz_write ("input.nii.gz", packed->data, packed->len);

  g_byte_array_unref (packed);
  return path;
}

/* The pair of a header has another letter in its magic. */
static char *
write_pair (const uint8_t *bytes, size_t size, size_t n_header)
{
  g_autofree uint8_t *header = g_memdup2 (bytes, n_header);

  header[n_header == 540 ? 5 : 345] = 'i';
  g_free (fuzz_write ("input.img", bytes + n_header, size - n_header));
  return fuzz_write ("input.hdr", header, n_header);
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  Kind kind = (Kind) (fuzz_take (&bytes, &size, 1) % N_KINDS);
  size_t n_header = header_size (bytes, size);
  g_autofree char *path = NULL;

  if (n_header == 0)
    return 0;
  if (kind == PACKED)
    path = write_packed (bytes, size);
  else
    path =
      kind == PAIR ? write_pair (bytes, size, n_header) : fuzz_write ("input.nii", bytes, size);
  fuzz_image (path);
  return 0;
}
