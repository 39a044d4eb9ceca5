#pragma once

#include <glib.h>

#include "case/brg-export.h"
#include "engine/brg-pipeline.h"

G_BEGIN_DECLS

/* All that the recipes of a case make, ready for brg_export(): the skull, and the triple of every
 * defect that is placed. Made from a scan, from a finished skull, or from what a case has already;
 * the voxels are the same. One thread at a time. */
typedef struct BrgProduct BrgProduct;

/* `n` >= 1 recipes that differ in their defects only, which are not made yet. Takes references of
 * the skull and of the stages (NULL: not known). */
BrgProduct *brg_product_new (BrgMask *skull,
                             const BrgPipelineStages *stages,
                             const BrgRecipe *recipes,
                             gsize n);

/* The triple of placed recipe `index`, which has been made on this skull. */
void brg_product_give_triple (BrgProduct *self, gsize index, const BrgPipelineResult *result);

/* Makes the triples that are missing. BRG_CASE_ERROR, the defect named if there are several. */
gboolean brg_product_complete (BrgProduct *self, BrgJob *job, GError **error);

/* All of it at once, complete. The edits are on the grid of the scan; either may be NULL. */
BrgProduct *brg_product_from_scan (BrgVolume *scan,
                                   const BrgMask *added,
                                   const BrgMask *removed,
                                   const BrgRecipe *recipes,
                                   gsize n,
                                   BrgJob *job,
                                   GError **error);
BrgProduct *brg_product_from_skull (BrgMask *skull,
                                    const BrgRecipe *recipes,
                                    gsize n,
                                    BrgJob *job,
                                    GError **error);

/* Sets recipe, skull, stages and defects of an export, borrowed from the product. */
void brg_product_describe (const BrgProduct *self, BrgExport *what);

/* Of defect `d` < n_defects of such an export. */
const BrgFit *brg_product_get_fit (const BrgProduct *self, gsize d);

void brg_product_free (BrgProduct *self); /* NULL allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BrgProduct, brg_product_free)

G_END_DECLS
