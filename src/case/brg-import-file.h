#pragma once

#include "case/brg-import.h"
#include "engine/brg-job.h"
#include "engine/brg-volume.h"

G_BEGIN_DECLS

/* TRUE for a file that begins as files of voxels do (brg-image.h). */
gboolean brg_import_file_is (const char *path);

/* A file of voxels as a scan. A skull becomes one by brg_mask_scan(), and brg_mask_scan_recipe()
 * is how a case of it begins. */
typedef struct
{
  BrgVolume *scan;
  gboolean is_skull;
  BrgImageInfo header;
} BrgImportFile;

/* Reads it as options->as says; NULL is BRG_IMPORT_AS_FOUND. The caller owns
 * the scan, which is NULL on failure, "NAME: reason"; a mask without any voxel is one. Names of
 * segments do not outlast the call. Any thread. */
BrgStatus brg_import_file_read (BrgImportFile *self,
                                const char *path,
                                const BrgImportOptions *options,
                                BrgJob *job,
                                BrgError *error);

/* What was odd, and that the file was no scan: a sentence each, for the reader. */
GStrv brg_import_file_describe (const BrgImportFile *self, const BrgImportOptions *options);

/* What is in a file of voxels, or in the image of a zip, to ask what it is to be taken for:
 * brg_image_read_content(). FALSE, with nothing to be cleared, when it cannot be read: to open it
 * says why. Any thread. */
gboolean brg_import_look (const char *path, BrgImageContent *content, BrgJob *job);

/* Pictures of the labels in a file, or in the image of a zip, as brg_image_draw_fronts() makes
 * them; black on failure. Any thread. */
void brg_import_draw_labels (const char *path,
                             const BrgImageContent *content,
                             int size_px,
                             guint8 *greys,
                             BrgJob *job);

G_END_DECLS
