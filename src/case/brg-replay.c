#include "case/brg-replay.h"

#include <string.h>

#include "case/brg-case-error.h"
#include "case/brg-file-private.h"
#include "case/brg-job-phase-private.h"
#include "case/brg-manifest-private.h"
#include "case/brg-product.h"
#include "case/brg-source-private.h"
#include "engine/brg-translate.h"

#define RECIPE_SUFFIX ".recipe.json"

/* A replay under way. */
typedef struct
{
  const BrgReplay *what;
  char *recipe_name; /* as its file is called, without the suffix */
  const char *name;  /* of the case */
  BrgRecipeSource of;
  GArray *recipes;
  BrgTrace *expected; /* of the file, to verify with; NULL: none */
  BrgTrace *asked;    /* of what is read: parameters and edits */
  BrgSourceFile source;
  BrgMask *added, *removed;
  BrgProduct *product;
} Replay;

static gboolean
fail (const Replay *self, GError **error, const char *reason)
{
  g_set_error_literal (error, BRG_CASE_ERROR, BRG_INVALID, reason);
  _brg_file_name_error (error, self->what->recipe_path);
  return FALSE;
}

static const BrgRecipe *
recipe_array (const Replay *self)
{
  return (const BrgRecipe *) (const void *) self->recipes->data;
}

/* Parts of what is asked for now against the export. */
static gboolean
compare (const Replay *self, BrgTraceParts parts, GError **error)
{
  g_autofree char *difference =
    self->expected != NULL ? brg_trace_find_difference (self->expected, self->asked, parts) : NULL;

  return difference == NULL || fail (self, error, difference);
}

/* "Case01" of "Case01.recipe.json" */
static char *
name_of_recipe (const char *path)
{
  static const char *const suffixes[] = { ".recipe.json", ".json" };
  char *name = g_path_get_basename (path);

  for (gsize s = 0; s < G_N_ELEMENTS (suffixes); s++)
    if (g_str_has_suffix (name, suffixes[s]))
      {
        name[strlen (name) - strlen (suffixes[s])] = '\0';
        break;
      }
  return name;
}

static gboolean
load_recipe (Replay *self, GError **error)
{
  const BrgReplay *what = self->what;
  g_autoptr (BrgTrace) trace = NULL;

  self->recipe_name = name_of_recipe (what->recipe_path);
  self->name = what->name != NULL ? what->name : self->recipe_name;
  self->recipes = brg_recipe_load_traced (what->recipe_path, &self->of, &trace, error);
  if (self->recipes == NULL)
    return FALSE;
  if (!brg_export_name_is_valid (self->name))
    return fail (self, error,
                 "cannot be the name of a case (letters, digits, - and _ only): give one");
  self->asked = brg_trace_new (recipe_array (self), self->recipes->len);
  if (what->verify)
    self->expected = g_steal_pointer (&trace);
  return compare (self, BRG_TRACE_OF_PARAMETERS, error);
}

static gboolean
load_source (Replay *self, BrgJob *job, GError **error)
{
  const BrgReplay *what = self->what;

  if (what->source_path != NULL)
    return _brg_source_load (&self->source, what->source_path, &self->of, job, error);
  return _brg_source_find (&self->source, what->recipe_path, self->recipe_name, &self->of, job,
                           error);
}

/* NULL: the recipe names none. */
static char *
edits_path (const Replay *self)
{
  g_autofree char *folder = g_path_get_dirname (self->what->recipe_path);

  return *self->of.edits != '\0' ? g_build_filename (folder, self->of.edits, NULL) : NULL;
}

static const BrgGrid *
source_grid (const Replay *self)
{
  return self->source.scan != NULL ? &self->source.scan->grid : &self->source.skull->grid;
}

/* Edits of a skull that is finished can only be none. */
static BrgStatus
check_edits (const Replay *self, BrgError *error)
{
  BrgStatus status = brg_grid_check_equal (source_grid (self), &self->added->grid, error);

  if (status == BRG_OK && self->source.skull != NULL &&
      !(brg_mask_is_empty (self->added) && brg_mask_is_empty (self->removed)))
    status = brg_error_set (error, BRG_INVALID,
                            "has hand edits, but the recipe is of a finished "
                            "skull, which they were made on before");
  if (status != BRG_OK)
    brg_error_prefix (error, self->of.edits);
  return status;
}

static gboolean
load_edits (Replay *self, BrgJob *job, GError **error)
{
  g_autofree char *path = edits_path (self);
  BrgError fault = { 0 };

  if (path != NULL &&
      (brg_image_read_labels (path, &self->added, &self->removed, job, &fault) != BRG_OK ||
       check_edits (self, &fault) != BRG_OK))
    return brg_case_error_set (error, &fault);
  if (path == NULL && self->source.scan != NULL &&
      (self->added = brg_mask_new (source_grid (self), &fault)) == NULL)
    return brg_case_error_set (error, &fault);
  brg_trace_hash_edits (source_grid (self), self->added, self->removed,
                        self->asked->skull[BRG_TRACE_EDITS].edits);
  return compare (self, BRG_TRACE_OF_EDITS, error);
}

/* No output takes the place of an input. */
static gboolean
check_outputs (const Replay *self, GError **error)
{
  const BrgReplay *what = self->what;
  g_autofree char *edits = edits_path (self);
  const char *const inputs[] = { what->recipe_path, self->source.path, edits };

  for (gsize i = 0; i < G_N_ELEMENTS (inputs); i++)
    if (inputs[i] != NULL && brg_export_replaces (what->dir, self->name, inputs[i]))
      {
        g_set_error (error, BRG_CASE_ERROR, BRG_INVALID,
                     "would be replaced by the files of case %s; choose another folder",
                     self->name);
        _brg_file_name_error (error, inputs[i]);
        return FALSE;
      }
  return TRUE;
}

static gboolean
make_product (Replay *self, BrgJob *job, GError **error)
{
  const BrgRecipe *recipes = recipe_array (self);
  gsize n = self->recipes->len;

  self->product = self->source.scan != NULL
                    ? brg_product_from_scan (self->source.scan, self->added, self->removed, recipes,
                                             n, job, error)
                    : brg_product_from_skull (self->source.skull, recipes, n, job, error);
  return self->product != NULL;
}

/* The voxels of one mask against the manifest. */
static gboolean
check_mask (const Replay *self,
            const BrgManifestCase *listed,
            char *base,
            const BrgMask *mask,
            GError **error)
{
  g_autofree char *path = g_strconcat (base, ".nrrd", NULL);
  BrgSha256 sha256;

  g_free (base);
  brg_export_hash_mask (mask, sha256);
  for (guint f = 0; f < listed->files->len; f++)
    {
      const BrgManifestFile *file = listed->files->pdata[f];
      if (strcmp (file->path, path) == 0 && strcmp (file->voxels, sha256) == 0)
        return TRUE;
    }
  g_autofree char *reason =
    g_strdup_printf ("%s has other voxels than in " BRG_MANIFEST_NAME, path);
  return fail (self, error, reason);
}

/* A recipe without stages: the masks of the export are known from the manifest. */
static gboolean
check_manifest (const Replay *self, const BrgExport *made, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (self->what->recipe_path);
  g_autoptr (BrgManifest) manifest = _brg_manifest_load (folder, TRUE, error);
  const char *name = self->recipe_name;

  if (manifest == NULL)
    return FALSE;
  const BrgManifestCase *listed = _brg_manifest_find (manifest, name);
  if (listed == NULL)
    return fail (self, error,
                 "has no stages to compare with, and no " BRG_MANIFEST_NAME " beside it lists it");
  if (listed->n_defects != made->n_defects)
    return fail (self, error, "has another number of defects than " BRG_MANIFEST_NAME);
  gboolean ok = check_mask (self, listed, _brg_path_skull (name), made->skull, error);
  for (guint d = 0; ok && d < made->n_defects; d++)
    ok =
      check_mask (self, listed, _brg_path_defective (name, d + 1), made->defects[d].defective,
                  error) &&
      check_mask (self, listed, _brg_path_implant (name, d + 1), made->defects[d].implant, error);
  return ok;
}

static gboolean
publish (Replay *self, BrgJob *job, GError **error)
{
  BrgSha256 sha256;
  BrgExport what = { .name = self->name,
                     .added = self->added,
                     .removed = self->removed,
                     .source_kind = self->of.kind,
                     .source_sha256 = sha256,
                     .import = &self->of.import,
                     .no_png = self->what->no_png,
                     .expected = self->expected,
                     .expected_path = self->what->recipe_path };

  if (self->source.scan != NULL)
    brg_export_hash_volume (self->source.scan, sha256);
  else
    brg_export_hash_mask (self->source.skull, sha256);
  brg_product_describe (self->product, &what);
  if (self->what->verify && self->expected == NULL && !check_manifest (self, &what, error))
    return FALSE;
  return brg_export (&what, self->what->dir, job, error);
}

/* Recipe, source and edits. */
static gboolean
load (Replay *self, BrgJobPhases *phases, BrgJob *job, GError **error)
{
  if (!load_recipe (self, error))
    return FALSE;
  _brg_job_phase (phases, 0, 0.17);
  brg_job_stage (job, N_ ("Reading"), 0, 1);
  if (!load_source (self, job, error))
    return FALSE;
  _brg_job_phase (phases, 0.17, 0.2);
  return load_edits (self, job, error) && check_outputs (self, error);
}

static gboolean
run (Replay *self, BrgJob *job, GError **error)
{
  BrgJobPhases phases;

  _brg_job_phases_begin (&phases, job);
  gboolean ok = load (self, &phases, job, error);
  _brg_job_phase (&phases, 0.2, 0.5);
  ok = ok && make_product (self, job, error);
  _brg_job_phase (&phases, 0.5, 1);
  ok = ok && publish (self, job, error);
  _brg_job_phases_end (&phases);
  return ok;
}

static void
fill_report (Replay *self, BrgReplayReport *report)
{
  BrgExport made = { 0 };

  brg_product_describe (self->product, &made);
  *report = (BrgReplayReport){ .name = g_strdup (self->name),
                               .source_path = g_steal_pointer (&self->source.path),
                               .header = self->source.header,
                               .n_defects = made.n_defects };
  if (self->expected != NULL)
    report->n_stages = BRG_TRACE_N_SKULL + BRG_TRACE_N_DEFECT * self->expected->n_defects;
}

gboolean
brg_replay (const BrgReplay *what, BrgReplayReport *report, BrgJob *job, GError **error)
{
  Replay self = { .what = what };
  gboolean ok = run (&self, job, error);

  *report = (BrgReplayReport){ 0 };
  if (ok)
    fill_report (&self, report);
  g_free (self.recipe_name);
  g_clear_pointer (&self.recipes, g_array_unref);
  brg_trace_free (self.expected);
  brg_trace_free (self.asked);
  _brg_source_clear (&self.source);
  brg_mask_unref (self.added);
  brg_mask_unref (self.removed);
  brg_product_free (self.product);
  return ok;
}

void
brg_replay_report_clear (BrgReplayReport *report)
{
  g_free (report->name);
  g_free (report->source_path);
  *report = (BrgReplayReport){ 0 };
}
