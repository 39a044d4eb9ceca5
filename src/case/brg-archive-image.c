#include <string.h>

#include "case/brg-archive.h"
#include "case/brg-case-error.h"
#include "io/brg-message.h"

const char *
brg_archive_find_image (const char *path, BrgArchive **archive, BrgJob *job, GError **error)
{
  *archive = NULL;
  if (!brg_archive_is (path))
    return path;
  *archive = brg_archive_open (path, BRG_ARCHIVE_IMAGE, BRG_ARCHIVE_LIMITS, job, error);
  return *archive != NULL ? brg_archive_get_member (*archive, 0)->part.path : NULL;
}

void
brg_archive_name_error (const BrgArchive *self, const char *path, BrgError *fault)
{
  const BrgArchiveMember *image = self != NULL ? brg_archive_get_member (self, 0) : NULL;
  const char *number = image != NULL ? brg_message_base_name (image->part.path) : "";
  gsize length = strlen (number);
  BrgError own = *fault;

  if (image == NULL)
    return;
  if (strncmp (own.message, number, length) == 0 && g_str_has_prefix (own.message + length, ": "))
    brg_error_set (fault, own.status, "%s", own.message + length + 2);
  brg_message_name_file (fault, image->name);
  brg_message_name_file (fault, path);
}
