#define _GNU_SOURCE /* O_TMPFILE */

#include "case/brg-archive-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <zip.h>

#include "case/brg-case-error.h"
#include "case/brg-file-private.h"
#include "engine/brg-alloc.h"
#include "io/brg-dicom.h"
#include "io/brg-image.h"

#define CHUNK    ((gsize) 256 * 1024)
#define N_FIRST  132                  /* bytes that tell what a member is */
#define RESERVED ((guint64) 64 << 20) /* bytes to be left where temporary files go */

struct BrgArchive
{
  int file;   /* descriptor of the temporary one */
  char *path; /* by which this process opens it again */
  GPtrArray *members;
};

/* An archive being inflated. */
typedef struct
{
  zip_t *zip;
  guint64 n_members;
  BrgArchive *archive;
  BrgJob *job;
  guint64 room, used; /* bytes of the temporary file */
  guint8 *chunk;
  guint n_images, n_dicom, n_others;
  guint64 image; /* the last image */
} Unpacking;

static void
member_free (gpointer data)
{
  BrgArchiveMember *member = data;

  brg_wipe (member->name, strlen (member->name));
  g_free (member->name);
  g_free (member);
}

/* A file that has no name, or loses it at once. -1 and an errno. */
static int
open_nameless (void)
{
  int file = open (g_get_tmp_dir (), O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);

  if (file >= 0)
    return file;
  g_autofree char *name = NULL;
  file = g_file_open_tmp (NULL, &name, NULL);
  if (file >= 0)
    {
      g_unlink (name);
      fcntl (file, F_SETFD, FD_CLOEXEC);
    }
  return file;
}

static BrgArchive *
archive_new (GError **error)
{
  int file = open_nameless ();

  if (file < 0)
    {
      _brg_file_fail (error, g_get_tmp_dir (), errno);
      return NULL;
    }
  BrgArchive *self = g_atomic_rc_box_new0 (BrgArchive);
  self->file = file;
  self->path = g_strdup_printf ("/proc/self/fd/%d", file);
  self->members = g_ptr_array_new_with_free_func (member_free);
  return self;
}

static void
archive_clear (gpointer data)
{
  BrgArchive *self = data;

  close (self->file);
  g_free (self->path);
  g_ptr_array_unref (self->members);
}

BrgArchive *
brg_archive_ref (BrgArchive *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
brg_archive_unref (BrgArchive *self)
{
  g_atomic_rc_box_release_full (self, archive_clear);
}

guint
brg_archive_get_n_members (const BrgArchive *self)
{
  return self->members->len;
}

const BrgArchiveMember *
brg_archive_get_member (const BrgArchive *self, guint index)
{
  return self->members->pdata[index];
}

static gboolean
fail (GError **error, BrgStatus status, const char *words)
{
  g_set_error_literal (error, BRG_CASE_ERROR, (int) status, words);
  return FALSE;
}

/* What the library says about a member. */
static gboolean
fail_member (const char *name, const char *words, GError **error)
{
  fail (error, BRG_FORMAT, words);
  _brg_file_name_error (error, name);
  return FALSE;
}

/* Appends bytes to the temporary file. */
static gboolean
append (Unpacking *unpacking, const guint8 *bytes, gsize size, GError **error)
{
  if (size > unpacking->room - unpacking->used)
    {
      g_autofree char *room = g_format_size (unpacking->room);
      g_set_error (error, BRG_CASE_ERROR, BRG_UNSUPPORTED,
                   _ ("It unpacks to more than %s, for which there is no room."), room);
      return FALSE;
    }
  for (gsize done = 0; done < size;)
    {
      ssize_t n = pwrite (unpacking->archive->file, bytes + done, size - done,
                          (off_t) (unpacking->used + done));
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return _brg_file_fail (error, g_get_tmp_dir (), n < 0 ? errno : ENOSPC);
      done += (gsize) n;
    }
  unpacking->used += size;
  return TRUE;
}

/* Up to CHUNK more bytes of a member; *n is 0 at its end, where its CRC has been checked. */
static gboolean
read_chunk (Unpacking *unpacking, zip_file_t *member, const char *name, gsize *n, GError **error)
{
  zip_int64_t got = zip_fread (member, unpacking->chunk, CHUNK);

  if (got < 0)
    return fail_member (name, zip_error_strerror (zip_file_get_error (member)), error);
  *n = (gsize) got;
  return TRUE;
}

/* Inflates all of a member, from its begin. */
static gboolean
take_member (Unpacking *unpacking, guint64 index, const char *name, GError **error)
{
  zip_file_t *file = zip_fopen_index (unpacking->zip, index, 0);
  guint64 begin = unpacking->used;
  gboolean ok = file != NULL;
  gsize n = 1;

  if (file == NULL)
    return fail_member (name, zip_strerror (unpacking->zip), error);
  while (ok && n > 0)
    {
      ok = brg_job_tick (unpacking->job, (double) index / (double) unpacking->n_members) ||
           brg_case_error_cancelled (error);
      ok = ok && read_chunk (unpacking, file, name, &n, error) &&
           append (unpacking, unpacking->chunk, n, error);
    }
  zip_fclose (file);
  if (!ok)
    return FALSE;
  BrgArchiveMember *member = g_new (BrgArchiveMember, 1);
  *member = (BrgArchiveMember){ g_strdup (name),
                                { unpacking->archive->path, begin, unpacking->used - begin } };
  g_ptr_array_add (unpacking->archive->members, member);
  return TRUE;
}

/* The first bytes of a member, N_FIRST at most. */
static gboolean
read_first (Unpacking *unpacking,
            guint64 index,
            const char *name,
            guint8 *first,
            gsize *n_first,
            GError **error)
{
  zip_file_t *file = zip_fopen_index (unpacking->zip, index, 0);
  zip_int64_t n = file != NULL ? zip_fread (file, first, N_FIRST) : -1;

  if (file == NULL)
    fail_member (name, zip_strerror (unpacking->zip), error);
  else if (n < 0)
    fail_member (name, zip_error_strerror (zip_file_get_error (file)), error);
  if (file != NULL)
    zip_fclose (file);
  *n_first = n > 0 ? (gsize) n : 0;
  return n >= 0;
}

static gboolean
is_file (const char *name)
{
  return *name != '\0' && *name != '.' && strstr (name, "/.") == NULL &&
         !g_str_has_suffix (name, "/");
}

static gboolean
visit_member (Unpacking *unpacking, guint64 index, BrgArchiveKind kind, GError **error)
{
  guint8 first[N_FIRST];
  gsize n_first;
  zip_stat_t about;

  if (zip_stat_index (unpacking->zip, index, 0, &about) != 0)
    return fail (error, BRG_FORMAT, zip_strerror (unpacking->zip));
  if (!is_file (about.name))
    return TRUE;
  if ((about.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && about.encryption_method != ZIP_EM_NONE)
    return fail (error, BRG_UNSUPPORTED,
                 _ ("It is encrypted: unpack it with its password and open the folder."));
  if (!read_first (unpacking, index, about.name, first, &n_first, error))
    return FALSE;
  gboolean is_dicom = brg_dicom_begins (first, n_first);
  gboolean is_image = !is_dicom && brg_image_begins (first, n_first);
  brg_wipe (first, sizeof first);
  unpacking->n_dicom += is_dicom ? 1 : 0;
  unpacking->n_images += is_image ? 1 : 0;
  unpacking->n_others += !is_dicom && !is_image ? 1 : 0;
  if (is_image)
    unpacking->image = index;
  return !is_dicom || kind != BRG_ARCHIVE_DICOM ||
         take_member (unpacking, index, about.name, error);
}

/* Takes the only image, or says what there is. */
static gboolean
take_image (Unpacking *unpacking, GError **error)
{
  if (unpacking->n_images == 1 && unpacking->n_dicom == 0)
    return take_member (unpacking, unpacking->image,
                        zip_get_name (unpacking->zip, unpacking->image, 0), error);
  g_set_error (
    error, BRG_CASE_ERROR, BRG_UNSUPPORTED,
    _ ("It holds images: %u, DICOM files: %u, other files: %u. Unpack it and open what is "
       "meant."),
    unpacking->n_images, unpacking->n_dicom, unpacking->n_others);
  return FALSE;
}

static int
compare_members (gconstpointer a, gconstpointer b)
{
  const BrgArchiveMember *first = *(BrgArchiveMember *const *) a;
  const BrgArchiveMember *second = *(BrgArchiveMember *const *) b;
  int order = strcmp (first->name, second->name);

  return order != 0 ? order : first->part.offset < second->part.offset ? -1 : 1;
}

static gboolean
check_count (guint64 n_members, guint max_members, GError **error)
{
  if (n_members <= max_members)
    return TRUE;
  g_set_error (error, BRG_CASE_ERROR, BRG_UNSUPPORTED, _ ("It has more than %u members."),
               max_members);
  return FALSE;
}

static gboolean
unpack (Unpacking *unpacking, BrgArchiveKind kind, guint max_members, GError **error)
{
  gboolean ok = check_count (unpacking->n_members, max_members, error);

  for (guint64 m = 0; ok && m < unpacking->n_members; m++)
    ok = (brg_job_tick (unpacking->job, (double) m / (double) unpacking->n_members) ||
          brg_case_error_cancelled (error)) &&
         visit_member (unpacking, m, kind, error);
  if (ok && kind == BRG_ARCHIVE_IMAGE)
    ok = take_image (unpacking, error);
  g_ptr_array_sort (unpacking->archive->members, compare_members);
  return ok;
}

/* Bytes that may be written. */
static guint64
find_room (const BrgArchive *archive, guint64 max_bytes)
{
  struct statvfs about;

  if (fstatvfs (archive->file, &about) != 0)
    return max_bytes;
  guint64 free_bytes = (guint64) about.f_bavail * (guint64) about.f_frsize;
  return MIN (max_bytes, free_bytes > RESERVED ? free_bytes - RESERVED : 0);
}

/* Opened here, so that nothing but a regular file is, and none that has too many members. */
static zip_t *
open_zip (const char *path, guint max_members, GError **error)
{
  int code = 0, file = open (path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  struct stat about;

  if (file < 0 || fstat (file, &about) != 0 || !S_ISREG (about.st_mode))
    {
      _brg_file_fail (error, path, file < 0 ? errno : EINVAL);
      if (file >= 0)
        close (file);
      return NULL;
    }
  if (!check_count (_brg_archive_count_members (file, (guint64) about.st_size), max_members, error))
    {
      _brg_file_name_error (error, path);
      close (file);
      return NULL;
    }
  zip_t *zip = zip_fdopen (file, 0, &code);
  if (zip != NULL)
    return zip;
  zip_error_t why;
  close (file);
  zip_error_init_with_code (&why, code);
  fail (error, BRG_FORMAT, zip_error_strerror (&why));
  zip_error_fini (&why);
  _brg_file_name_error (error, path);
  return NULL;
}

gboolean
brg_archive_is (const char *path)
{
  char first[4];
  gboolean is_read = _brg_file_begin (path, first, sizeof first) == sizeof first;

  return is_read && (memcmp (first, "PK\3\4", 4) == 0 || memcmp (first, "PK\5\6", 4) == 0);
}

BrgArchive *
brg_archive_open (const char *path,
                  BrgArchiveKind kind,
                  BrgArchiveLimits limits,
                  BrgJob *job,
                  GError **error)
{
  Unpacking unpacking = { .zip = open_zip (path, limits.max_members, error), .job = job };

  if (unpacking.zip == NULL)
    return NULL;
  unpacking.n_members = (guint64) zip_get_num_entries (unpacking.zip, 0);
  unpacking.archive = archive_new (error);
  gboolean ok = unpacking.archive != NULL;
  if (ok)
    {
      unpacking.room = find_room (unpacking.archive, limits.max_bytes);
      unpacking.chunk = g_malloc (CHUNK);
      ok = unpack (&unpacking, kind, limits.max_members, error);
      brg_wipe (unpacking.chunk, CHUNK);
      g_free (unpacking.chunk);
      if (!ok && !brg_job_is_cancelled (job))
        _brg_file_name_error (error, path);
    }
  zip_discard (unpacking.zip);
  if (!ok)
    g_clear_pointer (&unpacking.archive, brg_archive_unref);
  return unpacking.archive;
}
