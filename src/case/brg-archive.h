#pragma once

#include <gio/gio.h>

#include "engine/brg-job.h"
#include "io/brg-file-part.h"

G_BEGIN_DECLS

/* A zip of DICOM files, or with one image in it, read without being unpacked to where anybody could
 * find it.
 *
 * Members are inflated one behind the other into one temporary file that has no name: readable by
 * this user only, and gone with the last reference, or with the process, however it ends. Names of
 * members are never paths: nothing is written or opened by them.
 *
 * What a member is its first bytes tell; of others no more than these are inflated. Hidden files
 * (".NAME", anywhere in the name) and folders are passed over. A file is never trusted: bytes are
 * counted as they are inflated, whatever size is declared. An archive with an encrypted or damaged
 * member is refused as a whole, as it cannot be known what that is part of. */
typedef struct BrgArchive BrgArchive;

typedef enum
{
  BRG_ARCHIVE_DICOM, /* every DICOM file; there may be none */
  BRG_ARCHIVE_IMAGE, /* the only file of voxels (brg-image.h); anything else is an error that says
                        what there is */
} BrgArchiveKind;

typedef struct
{
  guint64 max_bytes; /* inflated; what is free where temporary files go counts as well */
  guint max_members;
} BrgArchiveLimits;

#define BRG_ARCHIVE_LIMITS ((BrgArchiveLimits){ (guint64) 8 << 30, 200000 })

typedef struct
{
  char *name;       /* as in the archive; may identify a patient */
  BrgFilePart part; /* valid as long as the archive is; see _brg_decoder_new_for_parts() */
} BrgArchiveMember;

/* TRUE for a file that begins as zips do. */
gboolean brg_archive_is (const char *path);

/* NULL and `error` ("NAME: reason") when it cannot be read, is too large, or on cancel. Any thread.
 */
BrgArchive *brg_archive_open (const char *path,
                              BrgArchiveKind kind,
                              BrgArchiveLimits limits,
                              BrgJob *job,
                              GError **error);

/* References are counted atomically. */
BrgArchive *brg_archive_ref (BrgArchive *self);
void brg_archive_unref (BrgArchive *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BrgArchive, brg_archive_unref)

/* Members, sorted by name. */
guint brg_archive_get_n_members (const BrgArchive *self);
const BrgArchiveMember *brg_archive_get_member (const BrgArchive *self, guint index);

/* Where the image of a file is to be read: of a zip, which *archive becomes, that of the only image
 * in it, and of any other file `path` itself, and *archive NULL. NULL and `error` like
 * brg_archive_open(). Any thread. */
const char *
brg_archive_find_image (const char *path, BrgArchive **archive, BrgJob *job, GError **error);

/* Calls the image of a zip by its name in a failure of reading it; `self` may be NULL, and `path`
 * is that of the zip. */
void brg_archive_name_error (const BrgArchive *self, const char *path, BrgError *fault);

G_END_DECLS
