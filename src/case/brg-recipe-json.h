#pragma once

#include <glib.h>

#include "case/brg-import.h"
#include "case/brg-trace.h"
#include "engine/brg-recipe.h"

G_BEGIN_DECLS

/* recipe.json: everything that makes a triple from the voxels it was made from.
 *
 *   { "bregma": "0.1.0", "format": 3,
 *     "source": { "kind": "scan" | "skull", "sha256": "..." },
 *     "import": { ... } | absent,
 *     "edits": "Case01.edits.nrrd" | null,
 *     "crop": [i0, i1, j0, j1, k0, k1] | null,
 *     "parameters": { KEY: number | bool | choice key, ... },
 *     "stages": [ ... ],
 *     "defects": [ { "placed": true, "at": [L, P, S], "scidata": TEXT, KEY: ..., ...,
 *                    "stages": [ ... ] }, ... ] }
 *
 * KEYs are those of brg-param.h: the ones of the stages defect and clearance stand in each defect,
 * all others in "parameters". "scidata" is a mask of the published toolbox as brg_scidata_format()
 * spells it; most defects have none. A key that is missing has its default; one that is not known
 * is an error that names it. Numbers are written with as few digits as give the same double back,
 * in the C locale. No paths, no names of people or files other than the edits.
 *
 * "stages" stand in the recipe of an export: the digests of brg-trace.h, as
 *
 *   { "stage": "median", "parameters": "...", "voxels": "..." }
 *
 * for every stage in its order: crop, threshold, islands, median, holes, edits (which also has
 * "edits"), surface; in each defect: defect, clearance, surface. Format 1 had none. "import" is
 * what became of the source of the scan (brg-import.h); formats 1 and 2 had none. Both are still
 * read; a newer format is refused with its number. */

#define BRG_RECIPE_MAX_DEFECTS 1000

/* Where the recipe starts from. */
typedef enum
{
  BRG_SOURCE_SCAN,
  BRG_SOURCE_SKULL,
} BrgSourceKind;

typedef struct
{
  BrgSourceKind kind;
  /* Of the voxels: int16 LE of a scan, uint8 0/1 of a mask, i fastest, canonical order (+i Left,
   * +j Posterior, +k Superior); "" when unknown. */
  BrgSha256 sha256;
  char edits[96];   /* file name beside the recipe; "" when none */
  BrgImport import; /* of a scan; all zero when not known */
} BrgRecipeSource;

/* A new string for `n` >= 1 recipes that differ in their defects only. */
char *brg_recipe_to_json (const BrgRecipe *recipes, gsize n, const BrgRecipeSource *source);

/* Reads text of at most 4 MiB. Gives an array of BrgRecipe, at least one, each checked; `source`
 * may be NULL. NULL and `error` (BRG_CASE_ERROR, the key or the value named) otherwise. */
GArray *
brg_recipe_from_json (const char *text, gsize length, BrgRecipeSource *source, GError **error);

/* The same from and to a file; written atomically. Errors name the file. */
GArray *brg_recipe_load (const char *path, BrgRecipeSource *source, GError **error);
gboolean brg_recipe_save (const char *path,
                          const BrgRecipe *recipes,
                          gsize n,
                          const BrgRecipeSource *source,
                          GError **error);

/* The same with the stages of an export: NULL where a recipe has none. */
char *brg_recipe_to_json_traced (const BrgRecipe *recipes,
                                 gsize n,
                                 const BrgRecipeSource *source,
                                 const BrgTrace *trace);
GArray *brg_recipe_from_json_traced (const char *text,
                                     gsize length,
                                     BrgRecipeSource *source,
                                     BrgTrace **trace,
                                     GError **error);
GArray *brg_recipe_load_traced (const char *path,
                                BrgRecipeSource *source,
                                BrgTrace **trace,
                                GError **error);
gboolean brg_recipe_save_traced (const char *path,
                                 const BrgRecipe *recipes,
                                 gsize n,
                                 const BrgRecipeSource *source,
                                 const BrgTrace *trace,
                                 GError **error);

G_END_DECLS
