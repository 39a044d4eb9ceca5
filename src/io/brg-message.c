#include "io/brg-message.h"

#include <stdio.h>
#include <string.h>

void
brg_message_clean (char *out, size_t size, const char *text, int ascii_only)
{
  size_t n = 0;

  for (; n + 1 < size && text[n] != '\0'; n++)
    {
      unsigned char c = (unsigned char) text[n];
      out[n] = c < 0x20 || c == 0x7f || (ascii_only && c > 0x7f) ? '?' : text[n];
    }
  out[n] = '\0';
}

const char *
brg_message_base_name (const char *path)
{
  const char *slash = strrchr (path, '/');
  return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

void
brg_message_name_file (BrgError *error, const char *path)
{
  brg_message_name_path (error, brg_message_base_name (path));
}

void
brg_message_name_path (BrgError *error, const char *path)
{
  char name[200];

  brg_message_clean (name, sizeof name, path, 0);
  brg_error_prefix (error, name);
}

BrgStatus
brg_message_errno (BrgError *error, const char *what, int errnum)
{
  char reason[128];

  if (strerror_r (errnum, reason, sizeof reason) != 0)
    snprintf (reason, sizeof reason, "error %d", errnum);
  return brg_error_set (error, BRG_IO, "%s: %s", what, reason);
}
