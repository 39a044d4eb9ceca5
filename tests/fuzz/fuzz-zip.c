/* Zips: what is taken out of them is within bounds, whatever they say of themselves. */

#include <string.h>

#include "case/brg-archive.h"
#include "fuzz.h"
#include "io/brg-dicom.h"
#include "io/brg-image.h"

static const BrgArchiveLimits limits = { .max_bytes = 1 << 20, .max_members = 64 };

/* It lies in the file, and begins as what it was taken for. */
static void
check_member (const BrgArchiveMember *member, BrgArchiveKind kind, const guint8 *bytes, gsize size)
{
  const guint8 *begin = bytes + member->part.offset;

  g_assert_cmpuint (strlen (member->name), >, 0);
  g_assert_cmpuint (member->part.offset, <=, size);
  g_assert_cmpuint (member->part.size, <=, size - member->part.offset);
  g_assert_true (kind == BRG_ARCHIVE_DICOM ? brg_dicom_begins (begin, member->part.size)
                                           : brg_image_begins (begin, member->part.size));
}

static void
check_archive (const BrgArchive *archive, BrgArchiveKind kind)
{
  guint n = brg_archive_get_n_members (archive);
  guint64 total = 0;
  g_autofree char *bytes = NULL;
  gsize size = 0;

  g_assert_cmpuint (n, <=, kind == BRG_ARCHIVE_IMAGE ? 1 : limits.max_members);
  for (guint m = 0; m < n; m++)
    {
      const BrgArchiveMember *member = brg_archive_get_member (archive, m);
      if (m == 0)
        g_assert_true (g_file_get_contents (member->part.path, &bytes, &size, NULL));
      else
        g_assert_cmpint (strcmp (brg_archive_get_member (archive, m - 1)->name, member->name), <=,
                         0);
      check_member (member, kind, (const guint8 *) bytes, size);
      total += member->part.size;
    }
  g_assert_cmpuint (total, ==, size);
  g_assert_cmpuint (total, <=, limits.max_bytes);
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  g_autofree char *path = fuzz_write ("input.zip", bytes, size);

  for (int kind = BRG_ARCHIVE_DICOM; kind <= BRG_ARCHIVE_IMAGE; kind++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (BrgArchive) archive =
        brg_archive_open (path, (BrgArchiveKind) kind, limits, NULL, &error);
      g_assert_true ((archive == NULL) == (error != NULL));
      if (archive != NULL)
        check_archive (archive, (BrgArchiveKind) kind);
      else
        g_assert_true (g_str_has_prefix (error->message, "input.zip: "));
    }
  brg_archive_is (path);
  return 0;
}
