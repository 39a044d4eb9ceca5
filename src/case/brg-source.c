#include <string.h>

#include "case/brg-case-error.h"
#include "case/brg-file-private.h"
#include "case/brg-import-file.h"
#include "case/brg-job-phase-private.h"
#include "case/brg-manifest-private.h"
#include "case/brg-source-private.h"
#include "case/brg-store.h"
#include "engine/brg-alloc.h"
#include "io/brg-image-content.h"

static gboolean
fail (GError **error, const char *path, const char *reason)
{
  g_set_error_literal (error, BRG_CASE_ERROR, BRG_INVALID, reason);
  _brg_file_name_error (error, path);
  return FALSE;
}

/* A database, by its first bytes; whether it is a case the store tells. */
static gboolean
is_database (const char *path)
{
  static const char magic[16] = "SQLite format 3";
  char found[sizeof magic];
  FILE *file = _brg_file_open (path, NULL);

  if (file == NULL)
    return FALSE;
  gboolean is = fread (found, 1, sizeof found, file) == sizeof found &&
                memcmp (found, magic, sizeof magic) == 0;
  fclose (file);
  brg_wipe (found, sizeof found);
  return is;
}

static gboolean
read_case (BrgSourceFile *self, BrgJob *job, BrgSha256 sha256, GError **error)
{
  BrgStoreContents contents;
  BrgStore *store = brg_store_open (self->path, BRG_STORE_READ, error);
  gboolean ok = store != NULL && brg_store_load (store, &contents, job, error);

  brg_store_close (store, NULL);
  if (!ok)
    return FALSE;
  self->scan = brg_volume_ref (contents.scan);
  brg_store_contents_clear (&contents);
  brg_export_hash_volume (self->scan, sha256);
  return TRUE;
}

/* A file of voxels in one of the ways a case takes it. */
static gboolean
read_image (BrgSourceFile *self,
            const BrgImportOptions *options,
            BrgJob *job,
            BrgSha256 sha256,
            GError **error)
{
  BrgImportFile file;
  BrgError fault = { 0 };

  if (brg_import_file_read (&file, self->path, options, job, &fault) != BRG_OK)
    return brg_case_error_set (error, &fault);
  brg_volume_unref (self->scan);
  self->scan = g_steal_pointer (&file.scan);
  self->header = file.header;
  brg_export_hash_volume (self->scan, sha256);
  return TRUE;
}

static gboolean
is_image (BrgSourceFile *self,
          BrgImportOptions options,
          const char *wanted,
          BrgJob *job,
          BrgSha256 sha256)
{
  return read_image (self, &options, job, sha256, NULL) && strcmp (sha256, wanted) == 0;
}

/* Looks for a way to take a mask, or a file of labels, by which it is the one that is wanted; a
 * scan has no other. */
static void
try_labels (BrgSourceFile *self, const char *wanted, BrgJob *job, BrgSha256 sha256)
{
  const BrgImportOptions as_scan = { .as = BRG_IMPORT_AS_SCAN };
  const BrgImportOptions all = { .as = BRG_IMPORT_AS_SKULL, .pick.is_any = true };
  BrgImageContent content;

  if (brg_image_read_content (self->path, &content, job, NULL) != BRG_OK)
    return;
  gboolean found = content.kind == BRG_IMAGE_IS_SCAN ||
                   is_image (self, as_scan, wanted, job, sha256) ||
                   is_image (self, all, wanted, job, sha256);
  for (int l = 0; l < content.n_labels && !found && !brg_job_is_cancelled (job); l++)
    {
      BrgImportOptions one = { .as = BRG_IMPORT_AS_SKULL };
      one.pick.layer = content.labels[l].layer;
      one.pick.label = content.labels[l].label;
      found = is_image (self, one, wanted, job, sha256);
    }
  brg_image_content_clear (&content);
}

static gboolean
read_scan (BrgSourceFile *self, const char *wanted, BrgJob *job, BrgSha256 sha256, GError **error)
{
  if (is_database (self->path))
    return read_case (self, job, sha256, error);
  if (!read_image (self, NULL, job, sha256, error))
    return FALSE;
  if (*wanted != '\0' && strcmp (sha256, wanted) != 0)
    try_labels (self, wanted, job, sha256);
  return TRUE;
}

static gboolean
read_skull (BrgSourceFile *self, BrgJob *job, BrgSha256 sha256, GError **error)
{
  BrgError fault = { 0 };

  self->skull = brg_image_read_mask (self->path, &self->header, job, &fault);
  if (self->skull == NULL)
    return brg_case_error_set (error, &fault);
  brg_export_hash_mask (self->skull, sha256);
  return TRUE;
}

gboolean
_brg_source_load (BrgSourceFile *self,
                  const char *path,
                  const BrgRecipeSource *of,
                  BrgJob *job,
                  GError **error)
{
  BrgSha256 sha256;

  *self = (BrgSourceFile){ .path = g_strdup (path) };
  gboolean ok = of->kind == BRG_SOURCE_SCAN ? read_scan (self, of->sha256, job, sha256, error)
                                            : read_skull (self, job, sha256, error);
  if (ok && *of->sha256 != '\0' && strcmp (sha256, of->sha256) != 0)
    ok = fail (error, path,
               of->kind == BRG_SOURCE_SCAN
                 ? "is not the scan the recipe was made from: its voxels have another SHA-256"
                 : "is not the skull the recipe was made from: its voxels have another SHA-256");
  if (!ok)
    _brg_source_clear (self);
  return ok;
}

static gboolean
may_be_scan (const char *name)
{
  static const char *const endings[] = { ".nrrd", ".nhdr", ".nii", ".nii.gz",
                                         ".hdr",  ".mha",  ".mhd", ".bregma" };
  g_autofree char *lower = g_ascii_strdown (name, -1);

  for (gsize e = 0; e < G_N_ELEMENTS (endings); e++)
    if (g_str_has_suffix (lower, endings[e]))
      return TRUE;
  return FALSE;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Paths of the files of a folder that may be scans, by name. */
static GPtrArray *
list_scans (const char *folder)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (may_be_scan (name))
      g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (paths, compare_names);
  return paths;
}

/* TRUE for the first that is the one. */
static gboolean
try_all (BrgSourceFile *self, const GPtrArray *paths, const BrgRecipeSource *of, BrgJob *job)
{
  BrgJobPhases phases;
  gboolean found = FALSE;

  _brg_job_phases_begin (&phases, job);
  for (guint p = 0; p < paths->len && !found && !brg_job_is_cancelled (job); p++)
    {
      _brg_job_phase (&phases, (double) p / paths->len, (p + 1.0) / paths->len);
      found = _brg_source_load (self, paths->pdata[p], of, job, NULL);
    }
  _brg_job_phases_end (&phases);
  return found;
}

static gboolean
find_scan (BrgSourceFile *self,
           const char *recipe_path,
           const BrgRecipeSource *of,
           BrgJob *job,
           GError **error)
{
  g_autofree char *folder = g_path_get_dirname (recipe_path);
  g_autoptr (GPtrArray) paths = list_scans (folder);

  if (*of->sha256 == '\0')
    return fail (error, recipe_path, "does not say which scan it was made from; name the scan");
  if (try_all (self, paths, of, job))
    return TRUE;
  if (brg_job_is_cancelled (job))
    return brg_case_error_set (error, &(BrgError){ .status = BRG_CANCELLED });
  return fail (error, recipe_path,
               "the scan it was made from is not in its folder; name the scan or its case file");
}

gboolean
_brg_source_find (BrgSourceFile *self,
                  const char *recipe_path,
                  const char *name,
                  const BrgRecipeSource *of,
                  BrgJob *job,
                  GError **error)
{
  g_autofree char *folder = g_path_get_dirname (recipe_path);
  g_autofree char *base = _brg_path_skull (name);
  g_autofree char *relative = g_strconcat (base, ".nrrd", NULL);
  g_autofree char *path = g_build_filename (folder, relative, NULL);

  if (of->kind == BRG_SOURCE_SCAN)
    return find_scan (self, recipe_path, of, job, error);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return fail (error, recipe_path, "the skull it was made from is not beside it; name the skull");
  return _brg_source_load (self, path, of, job, error);
}

void
_brg_source_clear (BrgSourceFile *self)
{
  g_free (self->path);
  brg_volume_unref (self->scan);
  brg_mask_unref (self->skull);
  *self = (BrgSourceFile){ 0 };
}
