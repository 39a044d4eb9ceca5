#include "case/brg-export.h"

#define MAX_NAME 64

gboolean
brg_export_name_is_valid (const char *name)
{
  gsize length = strlen (name);

  for (gsize c = 0; c < length; c++)
    if (!g_ascii_isalnum (name[c]) && name[c] != '-' && name[c] != '_')
      return FALSE;
  return length > 0 && length <= MAX_NAME;
}
