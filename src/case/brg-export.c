#include "case/brg-export.h"

#include <glib/gstdio.h>
#include <string.h>

#include "case/brg-case-error.h"
#include "case/brg-export-parts-private.h"
#include "case/brg-file-private.h"
#include "case/brg-recover-private.h"
#include "engine/brg-palette.h"
#include "engine/brg-translate.h"

#define MAX_NAME     64
#define PNG_WIDTH_PX 800

/* An export under way. */
typedef struct
{
  const BrgExport *what;
  BrgPublish *publish;
  BrgManifestCase *listed; /* NULL once it is published */
  BrgExportPart *parts;
  guint n_parts;
  BrgExportEdits edits;
  BrgExportFile recipe;
  BrgRecipe *recipes; /* one per defect, at least one */
  gsize n_recipes;
  BrgTrace *trace;
  BrgSha256State *surfaces; /* of the skull, then of each defect */
} Export;

gboolean
brg_export_name_is_valid (const char *name)
{
  gsize length = strlen (name);

  for (gsize c = 0; c < length; c++)
    if (!g_ascii_isalnum (name[c]) && name[c] != '-' && name[c] != '_')
      return FALSE;
  return length > 0 && length <= MAX_NAME;
}

char *
brg_export_name_from (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *name = g_string_new (NULL);

  for (const char *c = valid; *c != '\0' && name->len < MAX_NAME; c = g_utf8_next_char (c))
    g_string_append_c (name, g_ascii_isalnum (*c) || *c == '-' ? *c : '_');
  if (name->len == 0)
    g_string_append_c (name, '_');
  return g_string_free (name, FALSE);
}

/* Takes `base` and tells whether dir/base.extension is that file. */
static gboolean
is_output (const char *dir, char *base, const char *extension, const GStatBuf *file)
{
  g_autofree char *name = g_strconcat (base, extension, NULL);
  g_autofree char *path = g_build_filename (dir, name, NULL);
  GStatBuf about;

  g_free (base);
  return g_stat (path, &about) == 0 && about.st_dev == file->st_dev && about.st_ino == file->st_ino;
}

gboolean
brg_export_replaces (const char *dir, const char *name, const char *path)
{
  GStatBuf file;

  if (g_stat (path, &file) != 0)
    return FALSE;
  gboolean replaces = is_output (dir, _brg_path_recipe (name), "", &file) ||
                      is_output (dir, _brg_path_edits (name), "", &file) ||
                      is_output (dir, _brg_path_skull (name), ".nrrd", &file);
  for (guint d = 1; d <= BRG_RECIPE_MAX_DEFECTS && !replaces; d++)
    replaces = is_output (dir, _brg_path_defective (name, d), ".nrrd", &file) ||
               is_output (dir, _brg_path_implant (name, d), ".nrrd", &file);
  return replaces;
}

static gboolean
check (const BrgExport *what, GError **error)
{
  BrgError fault;

  if (!brg_export_name_is_valid (what->name))
    {
      g_set_error (error, BRG_CASE_ERROR, BRG_INVALID,
                   "the name \"%s\" may hold letters, digits, - and _ only, at most %d", what->name,
                   MAX_NAME);
      return FALSE;
    }
  if (what->n_defects > BRG_RECIPE_MAX_DEFECTS)
    {
      g_set_error (error, BRG_CASE_ERROR, BRG_INVALID, "%" G_GSIZE_FORMAT " defects, at most %d",
                   what->n_defects, BRG_RECIPE_MAX_DEFECTS);
      return FALSE;
    }
  for (gsize d = 0; d < what->n_defects; d++)
    if (brg_grid_check_equal (&what->skull->grid, &what->defects[d].defective->grid, &fault) !=
          BRG_OK ||
        brg_grid_check_equal (&what->skull->grid, &what->defects[d].implant->grid, &fault) !=
          BRG_OK)
      return brg_case_error_set (error, &fault);
  return TRUE;
}

/* Middle of the box of the set voxels. */
static BrgVec3
middle_mm (const BrgMask *mask)
{
  BrgBox box = brg_mask_bounds (mask);
  BrgVec3 vox = brg_vec3 ((box.lo[0] + box.hi[0] - 1) / 2.0, (box.lo[1] + box.hi[1] - 1) / 2.0,
                          (box.lo[2] + box.hi[2] - 1) / 2.0);

  return brg_grid_lps_from_vox (&mask->grid, vox);
}

/* Lists base.extension. */
static BrgExportFile
add_file (Export *self, const char *base, const char *extension)
{
  g_autofree char *path = g_strconcat (base, extension, NULL);
  BrgManifestFile *entry = _brg_manifest_case_add (self->listed, path);

  return (BrgExportFile){ _brg_publish_build_path (self->publish, path), entry };
}

static BrgExportPart *
add_part (Export *self,
          const char *base,
          const BrgMask *mask,
          BrgMesh *mesh,
          guint32 rgb,
          double smooth)
{
  BrgExportPart *part = &self->parts[self->n_parts++];

  *part = (BrgExportPart){ .mask = mask, .mesh = mesh, .smooth = smooth, .rgb = rgb };
  part->png_width_px = self->what->png_width_px > 0 ? (int) self->what->png_width_px : PNG_WIDTH_PX;
  part->png_height_px = MAX (part->png_width_px * 3 / 4, 1);
  part->nrrd = add_file (self, base, ".nrrd");
  part->stl = add_file (self, base, ".stl");
  if (!self->what->no_png)
    part->png = add_file (self, base, ".png");
  return part;
}

static void
plan_parts (Export *self)
{
  const BrgExport *what = self->what;
  g_autofree char *skull = _brg_path_skull (what->name);
  BrgVec3 head_mm = middle_mm (what->skull);

  self->parts = g_new0 (BrgExportPart, 1 + 2 * what->n_defects);
  add_part (self, skull, what->skull, what->skull_mesh, BRG_RGB_SKULL, what->recipe->smooth)
    ->surface = &self->surfaces[0];
  for (guint d = 0; d < what->n_defects; d++)
    {
      const BrgExportDefect *defect = &what->defects[d];
      g_autofree char *defective = _brg_path_defective (what->name, d + 1);
      g_autofree char *implant = _brg_path_implant (what->name, d + 1);
      BrgVec3 defect_mm = middle_mm (defect->implant);
      guint first = self->n_parts;

      add_part (self, defective, defect->defective, defect->defective_mesh, BRG_RGB_SKULL,
                defect->recipe->smooth);
      add_part (self, implant, defect->implant, defect->implant_mesh, BRG_RGB_IMPLANT,
                defect->recipe->smooth);
      for (guint p = first; p < self->n_parts; p++)
        {
          self->parts[p].from_mm = head_mm;
          self->parts[p].towards_mm = defect_mm;
          self->parts[p].surface = &self->surfaces[1 + d];
        }
    }
}

/* The recipes as they are written: without a defect the first, not placed. */
static void
plan_recipes (Export *self)
{
  const BrgExport *what = self->what;

  self->n_recipes = MAX (what->n_defects, 1);
  self->recipes = g_new (BrgRecipe, self->n_recipes);
  self->recipes[0] = *what->recipe;
  for (gsize d = 0; d < what->n_defects; d++)
    self->recipes[d] = *what->defects[d].recipe;
  if (what->n_defects == 0)
    self->recipes[0].defect.placed = false;
  self->trace = brg_trace_new (self->recipes, self->n_recipes);
  self->surfaces = g_new (BrgSha256State, 1 + what->n_defects);
  for (gsize s = 0; s <= what->n_defects; s++)
    brg_sha256_init (&self->surfaces[s]);
}

/* Parts of the trace against what is expected of them. */
static gboolean
compare (const Export *self, BrgTraceParts parts, GError **error)
{
  const BrgExport *what = self->what;

  if (what->expected == NULL)
    return TRUE;
  g_autofree char *difference = brg_trace_find_difference (what->expected, self->trace, parts);
  if (difference == NULL)
    return TRUE;
  g_set_error_literal (error, BRG_CASE_ERROR, BRG_INVALID, difference);
  _brg_file_name_error (error, what->expected_path);
  return FALSE;
}

static void
trace_stages (BrgTrace *trace, const BrgPipelineStages *stages, const char *source_sha256)
{
  const BrgMask *const masks[] = { stages->threshold, stages->islands, stages->median,
                                   stages->holes };
  BrgTraceStage *stage = trace->skull;

  if (source_sha256 != NULL)
    g_strlcpy (stage[BRG_TRACE_CROP].voxels, source_sha256, sizeof (BrgSha256));
  else
    brg_export_hash_volume (stages->crop, stage[BRG_TRACE_CROP].voxels);
  for (gsize m = 0; m < G_N_ELEMENTS (masks); m++)
    if (m > 0 && masks[m] == masks[m - 1])
      g_strlcpy (stage[BRG_TRACE_THRESHOLD + m].voxels, stage[BRG_TRACE_CROP + m].voxels,
                 sizeof (BrgSha256));
    else
      brg_trace_hash_mask (masks[m], stage[BRG_TRACE_THRESHOLD + m].voxels);
}

static void
trace_defect (BrgTraceStage *stages, const BrgExportDefect *defect)
{
  if (defect->cutter_sha256 != NULL)
    g_strlcpy (stages[BRG_TRACE_CUTTER].voxels, defect->cutter_sha256, sizeof (BrgSha256));
  brg_trace_hash_masks (defect->defective, defect->implant, stages[BRG_TRACE_CLEARANCE].voxels);
}

/* What the stages gave, but for the surfaces, which are made later. */
static void
trace_masks (Export *self)
{
  const BrgExport *what = self->what;
  BrgTraceStage *edits = &self->trace->skull[BRG_TRACE_EDITS];
  gboolean is_whole = brg_box_is_empty (&what->recipe->crop_vox);

  if (what->stages != NULL)
    trace_stages (self->trace, what->stages, is_whole ? what->source_sha256 : NULL);
  brg_trace_hash_edits (self->edits.grid, what->added, what->removed, edits->edits);
  brg_trace_hash_mask (what->skull, edits->voxels);
  for (gsize d = 0; d < what->n_defects; d++)
    trace_defect (self->trace->defects[d], &what->defects[d]);
}

static void
trace_surfaces (Export *self)
{
  brg_sha256_finish (&self->surfaces[0], self->trace->skull[BRG_TRACE_SURFACE].voxels);
  for (gsize d = 0; d < self->what->n_defects; d++)
    brg_sha256_finish (&self->surfaces[1 + d], self->trace->defects[d][BRG_TRACE_SURFACES].voxels);
}

static gboolean
write_recipe (Export *self, GError **error)
{
  const BrgExport *what = self->what;
  BrgRecipeSource source = { .kind = what->source_kind };
  g_autofree char *edits = _brg_path_edits (what->name);

  if (what->source_sha256 != NULL)
    g_strlcpy (source.sha256, what->source_sha256, sizeof source.sha256);
  g_strlcpy (source.edits, edits, sizeof source.edits);
  if (what->import != NULL)
    source.import = *what->import;
  return brg_recipe_save_traced (self->recipe.path, self->recipes, self->n_recipes, &source,
                                 self->trace, error);
}

/* All files but the manifest. */
static gboolean
build_files (Export *self, BrgJob *job, GError **error)
{
  const BrgExport *what = self->what;
  const BrgMask *any_edits = what->added != NULL ? what->added : what->removed;
  g_autofree char *edits_name = _brg_path_edits (what->name);
  g_autofree char *recipe_name = _brg_path_recipe (what->name);
  BrgError fault = { 0 };

  plan_recipes (self);
  plan_parts (self);
  self->edits = (BrgExportEdits){ any_edits != NULL ? &any_edits->grid : &what->skull->grid,
                                  what->added, what->removed, add_file (self, edits_name, "") };
  self->recipe = add_file (self, recipe_name, "");
  if (!_brg_publish_check (self->publish, error))
    return FALSE;
  brg_job_stage (job, N_ ("Writing"), 0, 0.95);
  trace_masks (self);
  if (!compare (self, BRG_TRACE_OF_PARAMETERS | BRG_TRACE_OF_EDITS | BRG_TRACE_OF_MASKS, error))
    return FALSE;
  if (_brg_export_build (self->parts, self->n_parts, &self->edits, job, &fault) != BRG_OK)
    return brg_case_error_set (error, &fault);
  trace_surfaces (self);
  return compare (self, BRG_TRACE_OF_SURFACES, error) && write_recipe (self, error) &&
         _brg_hash_file (self->recipe.path, self->recipe.entry->sha256, &self->recipe.entry->bytes,
                         error);
}

static gboolean
run (Export *self, BrgJob *job, GError **error)
{
  if (!build_files (self, job, error))
    return FALSE;
  brg_job_stage (job, N_ ("Moving into place"), 0.95, 1);
  if (brg_job_is_cancelled (job))
    {
      BrgError cancelled = { .status = BRG_CANCELLED };
      return brg_case_error_set (error, &cancelled);
    }
  return _brg_publish_case (self->publish, g_steal_pointer (&self->listed), error);
}

static void
export_clear (Export *self)
{
  for (guint p = 0; p < self->n_parts; p++)
    {
      g_free (self->parts[p].nrrd.path);
      g_free (self->parts[p].stl.path);
      g_free (self->parts[p].png.path);
    }
  g_free (self->edits.file.path);
  g_free (self->recipe.path);
  g_free (self->parts);
  g_free (self->recipes);
  g_free (self->surfaces);
  brg_trace_free (self->trace);
  g_clear_pointer (&self->listed, _brg_manifest_case_free);
  g_clear_pointer (&self->publish, _brg_publish_free);
}

/* A manifest that is not ours is refused before anything is built. */
static gboolean
check_folder (const char *dir, GError **error)
{
  g_autoptr (BrgManifest) manifest = NULL;

  if (!brg_export_recover (dir, error))
    return FALSE;
  manifest = _brg_manifest_load (dir, TRUE, error);
  return manifest != NULL;
}

gboolean
brg_export (const BrgExport *what, const char *dir, BrgJob *job, GError **error)
{
  Export self = { .what = what };

  if (!check (what, error) || !check_folder (dir, error))
    return FALSE;
  self.publish = _brg_publish_new (dir, what->name, error);
  if (self.publish == NULL)
    return FALSE;
  self.listed = _brg_manifest_case_new (what->name, (guint) what->n_defects);
  gboolean ok = run (&self, job, error);
  if (!ok)
    _brg_publish_name_error (self.publish, error);
  export_clear (&self);
  return ok;
}
