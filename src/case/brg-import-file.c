#include "case/brg-import-file.h"

#include <glib/gi18n.h>
#include <string.h>

#include "case/brg-archive.h"
#include "case/brg-file-private.h"
#include "engine/brg-alloc.h"
#include "engine/brg-job-part.h"
#include "engine/brg-mask-scan.h"
#include "io/brg-image-fronts.h"
#include "io/brg-message.h"

#define N_FIRST 64 /* bytes that brg_image_begins() looks at */

static const BrgImagePick everything = { .is_any = true };

/* Which voxels are the skull; NULL: the file is a scan. */
static BrgStatus
find_pick (const char *path,
           const BrgImportOptions *options,
           const BrgImagePick **pick,
           BrgJob *job,
           BrgError *error)
{
  BrgImageContent content;
  BrgImportAs as = options != NULL ? options->as : BRG_IMPORT_AS_FOUND;

  *pick = as == BRG_IMPORT_AS_SKULL  ? &options->pick
          : as == BRG_IMPORT_AS_MASK ? &everything
                                     : NULL;
  if (as != BRG_IMPORT_AS_FOUND)
    return BRG_OK;
  BrgStatus status = brg_image_read_content (path, &content, job, error);
  if (status == BRG_OK && content.kind == BRG_IMAGE_IS_MASK)
    *pick = &everything;
  brg_image_content_clear (&content);
  return status;
}

static BrgStatus
read_skull (BrgImportFile *self,
            const char *path,
            const BrgImagePick *pick,
            BrgJob *job,
            BrgError *error)
{
  BrgMask *mask = brg_image_read_picked (path, pick, &self->header, job, error);

  if (mask == NULL)
    return error->status;
  if (brg_mask_is_empty (mask))
    {
      brg_error_set (error, BRG_EMPTY, "is a mask without any voxel");
      brg_message_name_file (error, path);
    }
  else
    self->scan = brg_mask_scan (mask, job, error);
  brg_mask_unref (mask);
  self->is_skull = TRUE;
  return self->scan != NULL ? BRG_OK : error->status;
}

gboolean
brg_import_file_is (const char *path)
{
  guint8 first[N_FIRST];
  gboolean is = brg_image_begins (first, _brg_file_begin (path, first, sizeof first));

  brg_wipe (first, sizeof first);
  return is;
}

BrgStatus
brg_import_file_read (BrgImportFile *self,
                      const char *path,
                      const BrgImportOptions *options,
                      BrgJob *job,
                      BrgError *error)
{
  BrgJobPart parts = brg_job_parts (job);
  BrgError own = { 0 };
  const BrgImagePick *pick;

  *self = (BrgImportFile){ 0 };
  brg_job_part (&parts, 0, 0.3);
  BrgStatus status = find_pick (path, options, &pick, job, &own);
  brg_job_part (&parts, status == BRG_OK && pick == NULL ? 0 : 0.3, 1);
  if (status == BRG_OK && pick != NULL)
    read_skull (self, path, pick, job, &own);
  else if (status == BRG_OK)
    self->scan = brg_image_read_volume (path, &self->header, job, &own);
  brg_job_parts_end (&parts);
  return self->scan != NULL ? BRG_OK : brg_error_set (error, own.status, "%s", own.message);
}

static char *
describe_skull (const BrgImagePick *pick)
{
  if (pick == NULL)
    return g_strdup (_ ("The file is a mask, not a scan: its voxels are the skull."));
  if (pick->is_any)
    return g_strdup (
      _ ("All labels of the file together are the skull. One of skin shows the face."));
  return g_strdup_printf (_ ("Label %d of the file is the skull. One of skin shows the face."),
                          pick->label);
}

GStrv
brg_import_file_describe (const BrgImportFile *self, const BrgImportOptions *options)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  gboolean is_chosen = options != NULL && options->as == BRG_IMPORT_AS_SKULL;
  g_autofree char *sentence = describe_skull (is_chosen ? &options->pick : NULL);

  if (self->is_skull)
    g_strv_builder_add (builder, sentence);
  for (int w = 0; w < self->header.n_warnings; w++)
    g_strv_builder_add (builder, self->header.warnings[w]);
  return g_strv_builder_end (builder);
}

gboolean
brg_import_look (const char *path, BrgImageContent *content, BrgJob *job)
{
  g_autoptr (BrgArchive) archive = NULL;
  BrgJobPart parts = brg_job_parts (job);

  *content = (BrgImageContent){ 0 };
  brg_job_part (&parts, 0, 0.8);
  const char *image = brg_archive_find_image (path, &archive, job, NULL);
  brg_job_part (&parts, archive != NULL ? 0.8 : 0, 1);
  gboolean is_read = image != NULL && brg_image_read_content (image, content, job, NULL) == BRG_OK;
  brg_job_parts_end (&parts);
  if (!is_read)
    brg_image_content_clear (content);
  return is_read;
}

void
brg_import_draw_labels (const char *path,
                        const BrgImageContent *content,
                        int size_px,
                        guint8 *greys,
                        BrgJob *job)
{
  gsize n = (gsize) content->n_labels * (gsize) size_px * (gsize) size_px;
  g_autoptr (BrgArchive) archive = NULL;
  const char *image = brg_archive_find_image (path, &archive, job, NULL);

  if (image == NULL || brg_image_draw_fronts (image, content, size_px, greys, job, NULL) != BRG_OK)
    memset (greys, 0, n);
}
