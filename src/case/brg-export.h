#pragma once

#include <glib.h>

#include "case/brg-recipe-json.h"
#include "engine/brg-job.h"
#include "engine/brg-mask.h"
#include "engine/brg-mesh.h"
#include "engine/brg-pipeline.h"
#include "engine/brg-volume.h"

G_BEGIN_DECLS

/* Publishes a case: the complete skull and, per defect, the defective skull and the implant.
 *
 *   Case01/Case01.{nrrd,stl,png}
 *   Case01_Defects/Case01_Defects01.{nrrd,stl,png}
 *   Case01_Implants/Case01_Implants01.{nrrd,stl,png}
 *   Case01.recipe.json   Case01.edits.nrrd   manifest.json
 *
 * Everything is built in a hidden folder inside `dir` and then moved into place in a fixed order,
 * manifest.json last; files of an earlier export of the same name are replaced only as a complete
 * set, and are back in place if a move fails. When the process is killed while files are moved, or
 * the power fails, old and new ones lie beside each other, until the next export into the folder,
 * whatever its name, or brg_export_recover(). Entries of other cases in manifest.json stay. A
 * folder that had to be created is removed again on failure or cancel. File bytes do not depend
 * on the number of threads. Surfaces are smoothed by recipe->smooth. The recipe has the digests of
 * all stages (brg-trace.h) whose outputs are given. */

typedef struct
{
  const BrgRecipe *recipe;
  const BrgMask *defective; /* on the grid of the skull */
  const BrgMask *implant;
  BrgMesh *defective_mesh; /* nullable: made here; given: smoothed by recipe->smooth already */
  BrgMesh *implant_mesh;
  const char *cutter_sha256; /* nullable: brg_trace_hash_mask() of the cutter */
} BrgExportDefect;

typedef struct
{
  const char *name;        /* letters, digits, '-' and '_' */
  const BrgRecipe *recipe; /* of the skull; each defect has its own */
  const BrgMask *skull;
  BrgMesh *skull_mesh;  /* nullable */
  const BrgMask *added; /* nullable, on the grid of the scan; the edits file is always written */
  const BrgMask *removed;
  BrgSourceKind source_kind;
  const char *source_sha256;       /* nullable: unknown */
  const BrgImport *import;         /* nullable: not known */
  const BrgPipelineStages *stages; /* nullable: a skull, or not known */
  const BrgExportDefect *defects;
  gsize n_defects;    /* 0: the skull alone */
  gboolean no_png;    /* leave the pictures out */
  guint png_width_px; /* 0: 800; the height is 3/4 of it */

  /* Nullable; else nothing is published unless every stage gave what it says. An error names the
   * first that did not, and the file these digests are from. */
  const BrgTrace *expected;
  const char *expected_path;
} BrgExport;

/* Everything in `what` is borrowed and only read. Any thread. Errors name the file and the reason;
 * cancelled through `job`: G_IO_ERROR_CANCELLED. */
gboolean brg_export (const BrgExport *what, const char *dir, BrgJob *job, GError **error);

/* Puts right what killed exports left in `dir`: a set whose files were being moved is completed,
 * one that was still being built is removed with its hidden folder. Exports that are under way in
 * other processes are let alone, and so is everything where `dir` cannot be written. brg_export()
 * and brg_verify() begin with it. FALSE and `error` when it fails; it can be repeated. */
gboolean brg_export_recover (const char *dir, GError **error);

/* TRUE for a name that may be used in file names. */
gboolean brg_export_name_is_valid (const char *name);

/* The nearest such name: '_' stands for every character that is not allowed, and what is too long
 * is cut. A new string. */
char *brg_export_name_from (const char *text);

/* TRUE when `path` is a mask, the hand edits or the recipe that an export of `name` to `dir`
 * replaces or, with fewer defects than before, removes. */
gboolean brg_export_replaces (const char *dir, const char *name, const char *path);

/* The manifest's digests: of what, BrgRecipeSource says. */
void brg_export_hash_mask (const BrgMask *mask, BrgSha256 out);
void brg_export_hash_volume (const BrgVolume *volume, BrgSha256 out);

G_END_DECLS
