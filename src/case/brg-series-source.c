#include <string.h>

#include "case/brg-case-error.h"
#include "case/brg-folder-walk.h"
#include "case/brg-series-private.h"
#include "engine/brg-alloc.h"
#include "io/brg-message.h"

#define DIRECTORY_NAME  "DICOMDIR"
#define DIRECTORY_CLASS "1.2.840.10008.1.3.10" /* Media Storage Directory, PS3.4 B.5 */

BrgSeriesFile *
_brg_series_file_new (const char *path)
{
  BrgSeriesFile *file = g_atomic_rc_box_new0 (BrgSeriesFile);

  file->path = g_strdup (path);
  file->part = brg_file_whole (file->path);
  return file;
}

static void
file_clear (gpointer data)
{
  BrgSeriesFile *file = data;

  brg_wipe (file->path, strlen (file->path));
  g_free (file->path);
  brg_dicom_image_clear (&file->image);
  g_clear_pointer (&file->archive, brg_archive_unref);
  brg_wipe (file, sizeof *file);
}

void
_brg_series_file_unref (gpointer file)
{
  g_atomic_rc_box_release_full (file, file_clear);
}

static gboolean
list_folder (BrgSeriesSource *self, const char *folder, int depth, BrgJob *job, GError **error)
{
  g_autoptr (GPtrArray) paths = _brg_folder_walk (folder, depth, job, error);

  for (guint p = 0; paths != NULL && p < paths->len; p++)
    g_ptr_array_add (self->files, _brg_series_file_new (paths->pdata[p]));
  return paths != NULL;
}

static gboolean
list_archive (BrgSeriesSource *self, const char *path, BrgJob *job, GError **error)
{
  g_autoptr (BrgArchive) archive =
    brg_archive_open (path, BRG_ARCHIVE_DICOM, BRG_ARCHIVE_LIMITS, job, error);

  for (guint m = 0; archive != NULL && m < brg_archive_get_n_members (archive); m++)
    {
      const BrgArchiveMember *member = brg_archive_get_member (archive, m);
      BrgSeriesFile *file = _brg_series_file_new (member->name);
      file->part = member->part;
      file->archive = brg_archive_ref (archive);
      g_ptr_array_add (self->files, file);
    }
  return archive != NULL;
}

static gboolean
is_directory (const char *path, const BrgDicomImage *image)
{
  return g_ascii_strcasecmp (brg_message_base_name (path), DIRECTORY_NAME) == 0 ||
         strcmp (image->sop_class, DIRECTORY_CLASS) == 0;
}

/* The files beside a file, broken or not, and of which series they are to be; all below the folder
 * of a directory of a medium, which is broken often and need not be read for that. */
static gboolean
list_beside (BrgSeriesSource *self, const char *path, BrgJob *job, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  BrgDicomImage image = { 0 };
  BrgError fault = { 0 };
  BrgStatus status = brg_dicom_read (path, &image, NULL, &fault);

  if (is_directory (path, &image))
    return list_folder (self, folder, BRG_WALK_MAX_DEPTH, job, error);
  if (status != BRG_OK && (status != BRG_FORMAT || *image.series_uid == '\0'))
    {
      brg_message_name_file (&fault, path);
      return brg_case_error_set (error, &fault);
    }
  self->uid = g_strdup (image.series_uid);
  brg_dicom_image_clear (&image);
  brg_wipe (&image, sizeof image);
  return list_folder (self, folder, 1, job, error);
}

gboolean
_brg_series_source_open (BrgSeriesSource *self, const char *path, BrgJob *job, GError **error)
{
  *self = (BrgSeriesSource){ .files = g_ptr_array_new_with_free_func (_brg_series_file_unref) };
  gboolean ok = g_file_test (path, G_FILE_TEST_IS_DIR)
                  ? list_folder (self, path, BRG_WALK_MAX_DEPTH, job, error)
                : brg_archive_is (path) ? list_archive (self, path, job, error)
                                        : list_beside (self, path, job, error);
  if (!ok)
    _brg_series_source_clear (self);
  return ok;
}

void
_brg_series_source_clear (BrgSeriesSource *self)
{
  g_clear_pointer (&self->files, g_ptr_array_unref);
  if (self->uid != NULL)
    brg_wipe (self->uid, strlen (self->uid));
  g_clear_pointer (&self->uid, g_free);
}
