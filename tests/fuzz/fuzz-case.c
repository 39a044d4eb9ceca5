/* Case files as they come. */

#include "fuzz-case-check.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  g_autofree char *path = fuzz_write ("Case.bregma", bytes, size);

  fuzz_case_check (path);
  return 0;
}
