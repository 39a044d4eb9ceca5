#include "case/brg-store-export.h"

#include "case/brg-case-error.h"
#include "case/brg-file-private.h"
#include "case/brg-job-phase-private.h"
#include "case/brg-product.h"
#include "case/brg-store-edits.h"
#include "engine/brg-translate.h"

/* A mask for edits that there are none of. */
static gboolean
fill_edits (BrgStoreContents *contents, GError **error)
{
  BrgMask **const masks[] = { &contents->added, &contents->removed };
  BrgError fault = { 0 };

  for (gsize m = 0; m < G_N_ELEMENTS (masks); m++)
    if (*masks[m] == NULL && (*masks[m] = brg_mask_new (&contents->scan->grid, &fault)) == NULL)
      return brg_case_error_set (error, &fault);
  return TRUE;
}

gboolean
brg_store_load_live (const char *path, BrgStoreContents *contents, BrgJob *job, GError **error)
{
  BrgStore *store = brg_store_open (path, BRG_STORE_READ, error);
  g_autofree char *file = g_path_get_basename (path);

  *contents = (BrgStoreContents){ 0 };
  if (store == NULL)
    return FALSE;
  gboolean ok = brg_store_load (store, contents, job, error);
  brg_store_close (store, NULL);
  if (ok && brg_store_contents_flip_past (contents, file, error) && fill_edits (contents, error))
    return TRUE;
  brg_store_contents_clear (contents);
  return FALSE;
}

static gboolean
fail (GError **error, const char *path, const char *reason)
{
  g_set_error_literal (error, BRG_CASE_ERROR, BRG_INVALID, reason);
  _brg_file_name_error (error, path);
  return FALSE;
}

static gboolean
check (const char *path, const char *dir, const char *name, GError **error)
{
  if (!brg_export_name_is_valid (name))
    return fail (error, path,
                 "its name has more than letters, digits, - and _; give it another to export");
  if (brg_export_replaces (dir, name, path))
    return fail (error, path, "would be replaced by its export; choose another folder or name");
  return TRUE;
}

static void
fill_report (const BrgExport *what, const BrgProduct *product, BrgStoreExportReport *report)
{
  *report = (BrgStoreExportReport){ .name = g_strdup (what->name),
                                    .skull_vox = brg_mask_count (what->skull),
                                    .n_defects = what->n_defects,
                                    .fits = g_new0 (BrgFit, what->n_defects) };
  for (gsize d = 0; d < what->n_defects; d++)
    report->fits[d] = *brg_product_get_fit (product, d);
}

static gboolean
publish (const BrgStoreContents *contents,
         const char *dir,
         const char *name,
         BrgJobPhases *phases,
         BrgStoreExportReport *report,
         BrgJob *job,
         GError **error)
{
  BrgExport what = { .name = name,
                     .added = contents->added,
                     .removed = contents->removed,
                     .source_kind = BRG_SOURCE_SCAN,
                     .source_sha256 = contents->sha256,
                     .import = &contents->import };

  _brg_job_phase (phases, 0.2, 0.5);
  g_autoptr (BrgProduct) product =
    brg_product_from_scan (contents->scan, contents->added, contents->removed,
                           contents->recipes->recipe, contents->recipes->n, job, error);
  if (product == NULL)
    return FALSE;
  brg_product_describe (product, &what);
  _brg_job_phase (phases, 0.5, 1);
  if (!brg_export (&what, dir, job, error))
    return FALSE;
  fill_report (&what, product, report);
  return TRUE;
}

gboolean
brg_store_export (const char *path,
                  const char *dir,
                  const char *name,
                  BrgStoreExportReport *report,
                  BrgJob *job,
                  GError **error)
{
  BrgStoreContents contents;
  BrgJobPhases phases;

  *report = (BrgStoreExportReport){ 0 };
  _brg_job_phases_begin (&phases, job);
  _brg_job_phase (&phases, 0, 0.2);
  brg_job_stage (job, N_ ("Reading"), 0, 1);
  gboolean ok = brg_store_load_live (path, &contents, job, error);
  if (ok)
    {
      const char *called = name != NULL ? name : contents.name;
      ok = check (path, dir, called, error) &&
           publish (&contents, dir, called, &phases, report, job, error);
      brg_store_contents_clear (&contents);
    }
  _brg_job_phases_end (&phases);
  return ok;
}

void
brg_store_export_report_clear (BrgStoreExportReport *report)
{
  g_free (report->name);
  g_free (report->fits);
  *report = (BrgStoreExportReport){ 0 };
}
