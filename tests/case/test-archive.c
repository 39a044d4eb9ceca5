/* Zips: what is taken out of them, what is refused, and that nothing is left of them. */

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zip.h>

#include "case/brg-archive.h"
#include "case/brg-file-private.h"

static char *folder, *temporary;

/* What begins as DICOM files do, and is told apart by `letter`. */
static GByteArray *
dicom_bytes (char letter, gsize size)
{
  GByteArray *bytes = g_byte_array_new ();

  g_byte_array_set_size (bytes, (guint) size);
  memset (bytes->data, letter, size);
  memcpy (bytes->data + 128, "DICM", 4);
  return bytes;
}

static zip_t *
begin_zip (char **path)
{
  *path = g_build_filename (folder, "scans.zip", NULL);
  g_remove (*path);
  zip_t *zip = zip_open (*path, ZIP_CREATE | ZIP_EXCL, NULL);
  g_assert_nonnull (zip);
  return zip;
}

/* Takes the bytes. */
static void
put (zip_t *zip, const char *name, GByteArray *bytes, zip_int32_t method)
{
  gsize size = bytes->len;
  zip_source_t *source = zip_source_buffer (zip, g_byte_array_free (bytes, FALSE), size, 1);
  zip_int64_t index = zip_file_add (zip, name, source, 0);

  g_assert_cmpint (index, >=, 0);
  g_assert_cmpint (zip_set_file_compression (zip, (zip_uint64_t) index, method, 0), ==, 0);
}

static GByteArray *
text_bytes (const char *text)
{
  return g_byte_array_append (g_byte_array_new (), (const guint8 *) text, (guint) strlen (text));
}

static void
end_zip (zip_t *zip)
{
  if (zip_close (zip) != 0)
    g_error ("%s", zip_strerror (zip));
}

static BrgArchive *
open_sound (const char *path, BrgArchiveKind kind)
{
  GError *error = NULL;
  BrgArchive *archive = brg_archive_open (path, kind, BRG_ARCHIVE_LIMITS, NULL, &error);

  g_assert_no_error (error);
  return archive;
}

static void
assert_refused (const char *path, BrgArchiveKind kind, BrgArchiveLimits limits, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (brg_archive_open (path, kind, limits, NULL, &error));
  g_assert_true (g_str_has_prefix (error->message, "scans.zip: "));
  if (strstr (error->message, words) == NULL)
    g_error ("\"%s\" lacks \"%s\"", error->message, words);
}

static void
assert_nothing_left (void)
{
  g_autoptr (GDir) dir = g_dir_open (temporary, 0, NULL);

  g_assert_cmpstr (g_dir_read_name (dir), ==, NULL);
}

/* Its bytes are those that were put in. */
static void
assert_member (const BrgArchive *archive, guint index, const char *name, char letter, guint size)
{
  const BrgArchiveMember *member = brg_archive_get_member (archive, index);
  g_autofree char *bytes = NULL;
  gsize n_bytes;
  g_autoptr (GByteArray) expected = dicom_bytes (letter, size);

  g_assert_cmpstr (member->name, ==, name);
  g_assert_cmpuint (member->part.size, ==, size);
  g_assert_true (g_file_get_contents (member->part.path, &bytes, &n_bytes, NULL));
  g_assert_cmpuint (member->part.offset + size, <=, n_bytes);
  g_assert_cmpmem (bytes + member->part.offset, size, expected->data, size);
}

/* By what they hold, whatever they are called; sorted; hidden files and folders passed over. */
static void
test_members (void)
{
  g_autofree char *path = NULL;
  zip_t *zip = begin_zip (&path);

  put (zip, "scan/b", dicom_bytes ('b', 700000), ZIP_CM_DEFLATE);
  put (zip, "scan/a.txt", dicom_bytes ('a', 132), ZIP_CM_STORE);
  put (zip, "notes.dcm", text_bytes ("no DICOM file"), ZIP_CM_DEFLATE);
  put (zip, "empty", text_bytes (""), ZIP_CM_STORE);
  put (zip, "__MACOSX/._b", dicom_bytes ('x', 400), ZIP_CM_DEFLATE);
  put (zip, ".hidden", dicom_bytes ('x', 400), ZIP_CM_DEFLATE);
  put (zip, "../../up", dicom_bytes ('u', 500), ZIP_CM_DEFLATE);
  g_assert_cmpint (zip_dir_add (zip, "below", 0), >=, 0);
  end_zip (zip);
  g_assert_true (brg_archive_is (path));
  BrgArchive *archive = open_sound (path, BRG_ARCHIVE_DICOM);
  g_assert_cmpuint (brg_archive_get_n_members (archive), ==, 2);
  assert_member (archive, 0, "scan/a.txt", 'a', 132);
  assert_member (archive, 1, "scan/b", 'b', 700000);
  assert_nothing_left ();
  brg_archive_unref (brg_archive_ref (archive));
  assert_member (archive, 1, "scan/b", 'b', 700000);
  brg_archive_unref (archive);
  assert_refused (path, BRG_ARCHIVE_IMAGE, BRG_ARCHIVE_LIMITS,
                  "images: 0, DICOM files: 2, other files: 2");
}

static void
test_image (void)
{
  g_autofree char *path = NULL, *bytes = NULL;
  zip_t *zip = begin_zip (&path);
  gsize size;

  put (zip, "read me", text_bytes ("about it"), ZIP_CM_DEFLATE);
  put (zip, "scan.nrrd", text_bytes ("NRRD0005\nand so on"), ZIP_CM_DEFLATE);
  end_zip (zip);
  g_autoptr (BrgArchive) archive = open_sound (path, BRG_ARCHIVE_IMAGE);
  const BrgArchiveMember *member = brg_archive_get_member (archive, 0);
  g_assert_cmpuint (brg_archive_get_n_members (archive), ==, 1);
  g_assert_cmpstr (member->name, ==, "scan.nrrd");
  g_assert_true (g_file_get_contents (member->part.path, &bytes, &size, NULL));
  g_assert_cmpmem (bytes, (guint) size, "NRRD0005\nand so on", 18);
  g_autoptr (BrgArchive) none = open_sound (path, BRG_ARCHIVE_DICOM);
  g_assert_cmpuint (brg_archive_get_n_members (none), ==, 0);

  zip = zip_open (path, 0, NULL);
  put (zip, "mask.mha", text_bytes ("ObjectType = Image\n"), ZIP_CM_DEFLATE);
  end_zip (zip);
  assert_refused (path, BRG_ARCHIVE_IMAGE, BRG_ARCHIVE_LIMITS, "images: 2, DICOM files: 0");
}

static void
test_limits (void)
{
  g_autofree char *path = NULL;
  zip_t *zip = begin_zip (&path);

  put (zip, "a", dicom_bytes ('a', 3000000), ZIP_CM_DEFLATE);
  put (zip, "b", dicom_bytes ('b', 3000000), ZIP_CM_DEFLATE);
  end_zip (zip);
  assert_refused (path, BRG_ARCHIVE_DICOM, (BrgArchiveLimits){ 5999999, 2 }, "more than 6.0");
  assert_refused (path, BRG_ARCHIVE_DICOM, (BrgArchiveLimits){ 6000000, 1 }, "more than 1 members");
  g_autoptr (BrgArchive) archive =
    brg_archive_open (path, BRG_ARCHIVE_DICOM, (BrgArchiveLimits){ 6000000, 2 }, NULL, NULL);
  g_assert_cmpuint (brg_archive_get_n_members (archive), ==, 2);
}

static void
put_le (GByteArray *bytes, guint64 value, int n)
{
  for (int b = 0; b < n; b++)
    {
      guint8 byte = (guint8) (value >> (8 * b));
      g_byte_array_append (bytes, &byte, 1);
    }
}

/* An end that has more members made room for than there are bytes of memory. */
static void
test_count (void)
{
  g_autofree char *path = g_build_filename (folder, "scans.zip", NULL);
  g_autoptr (GByteArray) bytes = text_bytes ("PK\3\4 and some bytes");
  guint begin = bytes->len;

  g_byte_array_append (bytes, (const guint8 *) "PK\6\6", 4);
  put_le (bytes, 44, 8);
  put_le (bytes, 0x2d002d, 4);
  put_le (bytes, 0, 8);
  for (int n = 0; n < 2; n++)
    put_le (bytes, (guint64) 1 << 40, 8);
  put_le (bytes, (guint64) 46 << 40, 8);
  put_le (bytes, 0, 8);
  g_byte_array_append (bytes, (const guint8 *) "PK\6\7", 4);
  put_le (bytes, 0, 4);
  put_le (bytes, begin, 8);
  put_le (bytes, 1, 4);
  g_byte_array_append (bytes, (const guint8 *) "PK\5\6", 4);
  put_le (bytes, G_MAXUINT64, 8);
  put_le (bytes, G_MAXUINT64, 8);
  put_le (bytes, 0, 2);
  g_assert_true (g_file_set_contents (path, (const char *) bytes->data, bytes->len, NULL));
  assert_refused (path, BRG_ARCHIVE_DICOM, BRG_ARCHIVE_LIMITS, "more than 200000 members");
}

static void
test_encrypted (void)
{
  g_autofree char *path = NULL;

  if (!zip_encryption_method_supported (ZIP_EM_AES_256, 1))
    {
      g_test_skip ("the library cannot encrypt");
      return;
    }
  zip_t *zip = begin_zip (&path);
  put (zip, "a", dicom_bytes ('a', 3000), ZIP_CM_DEFLATE);
  put (zip, "b", dicom_bytes ('b', 3000), ZIP_CM_DEFLATE);
  g_assert_cmpint (zip_file_set_encryption (zip, 1, ZIP_EM_AES_256, "secret"), ==, 0);
  end_zip (zip);
  assert_refused (path, BRG_ARCHIVE_DICOM, BRG_ARCHIVE_LIMITS, "encrypted");
  assert_nothing_left ();
}

static GByteArray *
read_bytes (const char *path)
{
  char *bytes;
  gsize size;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  return g_byte_array_new_take ((guint8 *) bytes, size);
}

/* Any length but the whole: no archive, or none that is sound. Any byte changed: refused, or what
 * was put in. */
static void
test_damaged (void)
{
  g_autofree char *path = NULL;
  zip_t *zip = begin_zip (&path);

  put (zip, "a", dicom_bytes ('a', 300), ZIP_CM_DEFLATE);
  put (zip, "b", dicom_bytes ('b', 150), ZIP_CM_STORE);
  end_zip (zip);
  g_autoptr (GByteArray) whole = read_bytes (path);
  for (guint size = 0; size < whole->len; size++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_true (g_file_set_contents (path, (const char *) whole->data, size, NULL));
      g_assert_null (brg_archive_open (path, BRG_ARCHIVE_DICOM, BRG_ARCHIVE_LIMITS, NULL, &error));
      g_assert_true (g_str_has_prefix (error->message, "scans.zip: "));
    }
  for (guint at = 0; at < whole->len; at++)
    {
      whole->data[at] ^= 0x55;
      g_assert_true (g_file_set_contents (path, (const char *) whole->data, whole->len, NULL));
      g_autoptr (BrgArchive) archive =
        brg_archive_open (path, BRG_ARCHIVE_DICOM, BRG_ARCHIVE_LIMITS, NULL, NULL);
      for (guint m = 0; archive != NULL && m < brg_archive_get_n_members (archive); m++)
        {
          guint64 size = brg_archive_get_member (archive, m)->part.size;
          g_assert_true (size == 300 || size == 150);
        }
      whole->data[at] ^= 0x55;
    }
  assert_nothing_left ();
}

static void
test_no_zip (void)
{
  g_autofree char *path = g_build_filename (folder, "scans.zip", NULL);
  g_autoptr (GError) absent = NULL;

  g_assert_true (g_file_set_contents (path, "no zip at all", -1, NULL));
  g_assert_false (brg_archive_is (path));
  g_assert_false (brg_archive_is (folder));
  assert_refused (path, BRG_ARCHIVE_DICOM, BRG_ARCHIVE_LIMITS, "Not a zip archive");
  g_remove (path);
  g_assert_false (brg_archive_is (path));
  assert_refused (path, BRG_ARCHIVE_DICOM, BRG_ARCHIVE_LIMITS, "No such file");
}

static void
report_cancelling (void *job, const char *title, double fraction)
{
  (void) title;
  if (fraction > 0.5)
    brg_job_cancel (job);
}

static void
test_cancel (void)
{
  g_autofree char *path = NULL;
  zip_t *zip = begin_zip (&path);
  BrgJob job = BRG_JOB_INIT;
  g_autoptr (GError) error = NULL;

  for (int m = 0; m < 8; m++)
    {
      char name[] = { (char) ('a' + m), '\0' };
      put (zip, name, dicom_bytes (name[0], 3000), ZIP_CM_DEFLATE);
    }
  end_zip (zip);
  job.report = report_cancelling;
  job.report_data = &job;
  g_assert_null (brg_archive_open (path, BRG_ARCHIVE_DICOM, BRG_ARCHIVE_LIMITS, &job, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_nothing_left ();
}

static void
report_dying (void *data, const char *title, double fraction)
{
  (void) data;
  (void) title;
  if (fraction > 0.5)
    raise (SIGKILL);
}

/* A process that is killed in the middle, or with an archive open, leaves nothing. */
static void
test_killed (void)
{
  g_autofree char *path = NULL;
  zip_t *zip = begin_zip (&path);

  put (zip, "a", dicom_bytes ('a', 3000000), ZIP_CM_DEFLATE);
  put (zip, "b", dicom_bytes ('b', 3000000), ZIP_CM_DEFLATE);
  put (zip, "c", dicom_bytes ('c', 3000000), ZIP_CM_DEFLATE);
  end_zip (zip);
  for (int in_the_middle = 0; in_the_middle < 2; in_the_middle++)
    {
      pid_t child = fork ();
      if (child == 0)
        {
          BrgJob job = BRG_JOB_INIT;
          job.report = in_the_middle != 0 ? report_dying : NULL;
          brg_archive_open (path, BRG_ARCHIVE_DICOM, BRG_ARCHIVE_LIMITS, &job, NULL);
          raise (in_the_middle != 0 ? SIGTERM : SIGKILL);
        }
      int status;
      g_assert_cmpint (waitpid (child, &status, 0), ==, child);
      g_assert_true (WIFSIGNALED (status));
      g_assert_cmpint (WTERMSIG (status), ==, SIGKILL);
      assert_nothing_left ();
    }
}

int
main (int argc, char **argv)
{
  folder = g_build_filename ("/tmp", "archive-XXXXXX", NULL);
  g_assert_nonnull (g_mkdtemp (folder));
  temporary = g_build_filename (folder, "temporary", NULL);
  g_assert_cmpint (g_mkdir (temporary, 0700), ==, 0);
  g_setenv ("TMPDIR", temporary, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/archive/members", test_members);
  g_test_add_func ("/archive/image", test_image);
  g_test_add_func ("/archive/limits", test_limits);
  g_test_add_func ("/archive/count", test_count);
  g_test_add_func ("/archive/encrypted", test_encrypted);
  g_test_add_func ("/archive/damaged", test_damaged);
  g_test_add_func ("/archive/no-zip", test_no_zip);
  g_test_add_func ("/archive/cancel", test_cancel);
  g_test_add_func ("/archive/killed", test_killed);
  int result = g_test_run ();
  _brg_file_remove_tree (folder);
  g_free (temporary);
  g_free (folder);
  return result;
}
