/* NRRD files, and whatever else voxels are read from. */

#include "fuzz-image.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  g_autofree char *path = fuzz_write ("input.nrrd", bytes, size);

  fuzz_image (path);
  return 0;
}
