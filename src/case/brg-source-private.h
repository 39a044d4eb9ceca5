#pragma once

#include <glib.h>

#include "case/brg-recipe-json.h"
#include "engine/brg-job.h"
#include "engine/brg-mask.h"
#include "engine/brg-volume.h"
#include "io/brg-image.h"

G_BEGIN_DECLS

/* What a recipe starts from: one of the two. */
typedef struct
{
  char *path;
  BrgVolume *scan;
  BrgMask *skull;
  BrgImageInfo header; /* of an image file */
} BrgSourceFile;

/* Reads the file at `path` as what the recipe starts from, and checks its digest if the recipe has
 * one. */
gboolean _brg_source_load (BrgSourceFile *self,
                           const char *path,
                           const BrgRecipeSource *of,
                           BrgJob *job,
                           GError **error);

/* Looks for it beside the recipe, which is called `name` there. */
gboolean _brg_source_find (BrgSourceFile *self,
                           const char *recipe_path,
                           const char *name,
                           const BrgRecipeSource *of,
                           BrgJob *job,
                           GError **error);

void _brg_source_clear (BrgSourceFile *self); /* zeroed allowed */

G_END_DECLS
