/* manifest.json: what is read can be written and read again as the same. */

#include <string.h>

#include "case/brg-manifest-private.h"
#include "fuzz.h"

static BrgManifest *
load (const void *bytes, size_t size, GError **error)
{
  g_autofree char *path = fuzz_write (BRG_MANIFEST_NAME, bytes, size);

  return _brg_manifest_load (fuzz_folder (), FALSE, error);
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BrgManifest) manifest = load (bytes, size, &error);

  g_assert_true ((manifest == NULL) == (error != NULL));
  if (manifest == NULL)
    {
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return 0;
    }
  g_autofree char *text = _brg_manifest_to_json (manifest);
  g_autoptr (BrgManifest) back = load (text, strlen (text), &error);
  g_assert_no_error (error);
  g_autofree char *again = _brg_manifest_to_json (back);
  g_assert_cmpstr (again, ==, text);
  return 0;
}
