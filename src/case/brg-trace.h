#pragma once

#include <glib.h>

#include "engine/brg-mask.h"
#include "engine/brg-mesh.h"
#include "engine/brg-recipe.h"
#include "engine/brg-sha256.h"

G_BEGIN_DECLS

/* A digest as text, "" when there is none. */
typedef char BrgSha256[BRG_SHA256_TEXT_SIZE];

/* What each stage of an export was asked and what it gave, as digests: enough to tell, when the
 * recipe is run again, the first stage that does something else.
 *
 *   parameters  SHA-256 of a text with the name of the stage and one line per parameter of its
 *               own, in the order of brg-param.h and in the spelling of recipe.json: two numbers
 *               give one digest exactly when they are the same double
 *   edits       of the hand edits: the bits of the added voxels, then of the removed ones, on the
 *               grid of the scan; stage edits only
 *   voxels      of what the stage gave: the bits of a mask, 8 voxels a byte, lowest bit first, rows
 *               padded to whole bytes; int16 LE of the cropped scan; of a surface float32 LE x y z
 *               of the vertices, then uint32 LE of the triangles, and where a stage makes two
 *               surfaces both after each other (defective skull, implant)
 *
 * Without a scan, or without a defect, the stages that were not run have parameters alone. */

/* Stages of the skull. */
typedef enum
{
  BRG_TRACE_CROP,
  BRG_TRACE_THRESHOLD,
  BRG_TRACE_ISLANDS,
  BRG_TRACE_MEDIAN,
  BRG_TRACE_HOLES,
  BRG_TRACE_EDITS,   /* the finished skull */
  BRG_TRACE_SURFACE, /* its surface */
  BRG_TRACE_N_SKULL,
} BrgTraceSkullStage;

/* Stages of each defect. */
typedef enum
{
  BRG_TRACE_CUTTER,    /* "defect" */
  BRG_TRACE_CLEARANCE, /* the bits of the defective skull, then of the implant */
  BRG_TRACE_SURFACES,  /* "surface" */
  BRG_TRACE_N_DEFECT,
} BrgTraceDefectStage;

typedef struct
{
  BrgSha256 parameters, edits, voxels;
} BrgTraceStage;

typedef struct
{
  BrgTraceStage skull[BRG_TRACE_N_SKULL];
  gsize n_defects;
  BrgTraceStage (*defects)[BRG_TRACE_N_DEFECT];
} BrgTrace;

/* The parameters of `n` >= 1 recipes that differ in their defects only; the rest is empty. */
BrgTrace *brg_trace_new (const BrgRecipe *recipes, gsize n);
void brg_trace_free (BrgTrace *trace);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BrgTrace, brg_trace_free)

/* Digests of the kinds described above. */
void brg_trace_hash_mask (const BrgMask *mask, BrgSha256 out);
void brg_trace_hash_masks (const BrgMask *first, const BrgMask *second, BrgSha256 out);
void brg_trace_add_mesh (BrgSha256State *state, const BrgMesh *mesh);

/* Of hand edits on `grid`; a mask that is NULL has no voxels. */
void brg_trace_hash_edits (const BrgGrid *grid,
                           const BrgMask *added,
                           const BrgMask *removed,
                           BrgSha256 out);

/* What of two traces to compare. */
typedef enum
{
  BRG_TRACE_OF_PARAMETERS = 1 << 0,
  BRG_TRACE_OF_EDITS = 1 << 1,
  BRG_TRACE_OF_MASKS = 1 << 2,
  BRG_TRACE_OF_SURFACES = 1 << 3,
} BrgTraceParts;

/* The first stage whose parts differ, in words: "stage median: its voxels differ", "defect 2, stage
 * clearance: its parameters are not those of the export". A new string; NULL when none differs. */
char *
brg_trace_find_difference (const BrgTrace *expected, const BrgTrace *found, BrgTraceParts parts);

G_END_DECLS
