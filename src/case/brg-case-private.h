#pragma once

#include "case/brg-case.h"
#include "case/brg-history.h"
#include "engine/brg-spare.h"

G_BEGIN_DECLS

/* Shared by the files that make up BrgCase: brg-case.c (object and state), -open, -recipes, -edit,
 * -island, -interpolate, -history, -worker, -export. */

typedef struct BrgCaseRun BrgCaseRun;

/* The engine's pipeline and the memory it works in, reference-counted so that a run outlives the
 * case that started it. Only the run in progress touches the pipeline. */
typedef struct BrgCaseEngine BrgCaseEngine;

typedef struct
{
  gboolean active;
  gboolean erase;
  double radius_mm;
  BrgPlane plane;
  BrgBox box; /* touched so far */
  BrgMask *old_added, *old_removed;
} BrgCaseStroke;

/* Copies of the edit masks for workers, made once per revision. NULL masks: no edits. */
typedef struct
{
  guint64 revision; /* 0: none made yet */
  BrgMask *added, *removed;
} BrgCaseEdits;

/* What the next copies are made from. */
typedef struct
{
  BrgSpare added, removed;
  BrgBox box; /* where the edits have changed since the last */
} BrgCaseSpares;

struct _BrgCase
{
  GObject parent_instance;

  BrgVolume *scan;
  BrgHistogram *histogram;
  GStrv warnings;
  char *source;
  char *name;

  BrgRecipes *recipes; /* never NULL */
  guint active;
  BrgRecipe recipe; /* the active one of them */
  BrgMask *added, *removed;
  guint64 edits_revision;       /* changes with every voxel of added or removed */
  guint64 handed_revision;      /* the one the worker was given last */
  BrgBox unhanded_box;          /* where voxels have changed since then */
  guint64 counted_revision;     /* the one of the next two */
  gsize added_vox, removed_vox; /* 0 in revision 0 */
  BrgCaseEdits snapshot;
  BrgCaseSpares spares;
  BrgCaseStroke stroke;
  BrgHistory *history;

  BrgCaseEngine *engine;
  BrgPipelineResult *result; /* NULL before the first */
  BrgMesh *meshes[BRG_CASE_N_MESHES];
  BrgMask *meshed[BRG_CASE_N_MESHES];    /* what each was made from */
  double mesh_smooth[BRG_CASE_N_MESHES]; /* and its smoothing; NAN: a draft */
  gboolean stale;
  char *error;

  BrgTask *task;
  BrgCaseRun *run;    /* in progress, or NULL */
  guint overtaken_id; /* timer that cancels it */
  gboolean masks_wanted, meshes_wanted;
  gint64 behind_since_us; /* when the surfaces stopped being current; 0: they are */
  GQueue exports;         /* GTask that wait for the worker */
  gboolean exporting;
  gboolean opening;
};

/* brg-case.c */
void _brg_case_set_task (BrgCase *self, BrgTask *task);
void _brg_case_set_failure (BrgCase *self, const char *message); /* NULL: all is well again */
void _brg_case_notify_busy (BrgCase *self);
void _brg_case_emit_opened (BrgCase *self);
void _brg_case_emit_recipe_changed (BrgCase *self);
void _brg_case_emit_edits_changed (BrgCase *self, const BrgBox *box);
void _brg_case_emit_result_changed (BrgCase *self);
void _brg_case_emit_meshes_changed (BrgCase *self);
void _brg_case_emit_history_changed (BrgCase *self);
void _brg_case_emit_failed (BrgCase *self, const char *message);
void _brg_case_clear_scan (BrgCase *self);

/* brg-case-recipes.c */
/* Takes `recipes`; shows and edits number `active` < n of them. */
void _brg_case_take_recipes (BrgCase *self, BrgRecipes *recipes, guint active);

/* brg-case-edit.c */
void _brg_case_discard_stroke (BrgCase *self);
/* Voxels of added or removed inside `box` have changed. */
void _brg_case_note_edits (BrgCase *self, const BrgBox *box);
void _brg_case_flip_edits (BrgCase *self, const BrgEditDelta *delta);
/* One history entry: these voxels, whose mask begins at voxel `at_vox` of the scan, are added, or
 * removed when `erase` is set. `label`: a msgid. */
void _brg_case_edit_voxels (BrgCase *self,
                            const BrgMask *voxels,
                            const int at_vox[3],
                            gboolean erase,
                            const char *label);
const BrgCaseEdits *_brg_case_snapshot_edits (BrgCase *self, BrgError *error);

/* brg-case-worker.c */
BrgCaseEngine *_brg_case_engine_new (BrgVolume *scan, BrgError *error);
void _brg_case_engine_unref (BrgCaseEngine *engine);
BrgPool *_brg_case_engine_pool (BrgCaseEngine *engine); /* for all that works on the case */
/* Of the last run of the masks; none is under way. */
void _brg_case_engine_ref_stages (BrgCaseEngine *engine, BrgPipelineStages *stages);
void _brg_case_result_free (BrgPipelineResult *result);
void _brg_case_schedule (BrgCase *self); /* the recipe or the edits changed */
/* What changed was no part of a drag: a run that makes another skull ends soon. */
void _brg_case_overtake (BrgCase *self);
void _brg_case_pump (BrgCase *self); /* starts what is wanted, if nothing runs */
void _brg_case_abandon_run (BrgCase *self);

/* brg-case-export.c */
void _brg_case_start_exports (BrgCase *self); /* the worker is idle */
void _brg_case_fail_exports (BrgCase *self, const char *message);

G_END_DECLS
