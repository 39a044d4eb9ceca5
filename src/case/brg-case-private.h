#pragma once

#include "case/brg-case.h"
#include "case/brg-history.h"
#include "case/brg-store-writer.h"
#include "engine/brg-spare.h"

G_BEGIN_DECLS

/* Shared by the files that make up BrgCase: brg-case.c (object and state), -open, -load, -recipes,
 * -edit, -island, -interpolate, -history, -worker, -export, -store, -save, -log, -thumbnail. */

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

/* The case on disk. */
typedef struct
{
  char *folder;           /* where new scans get a file; NULL: nowhere */
  BrgStoreWriter *writer; /* NULL: the case is in memory only, read-only or closed */
  char *path, *error;     /* what the writer said last */
  gboolean saving;
  BrgTask *task;
  char *read_only; /* why changes are refused; NULL: they are not */
  BrgSha256 chain; /* of the log of a file that is only read; "": there is none */
  guint64 seconds; /* worked on the case when it was opened */
  gboolean was_recovered, closing, copying;
  gboolean is_unnamed;  /* until the file or the user gives it a name */
  guint serial;         /* another for every case that was open */
  gboolean has_greeted; /* this session has a line in the log */
  gboolean active_changed;
  guint64 position_seq;    /* of the history, as it was given to the writer */
  guint quiet_id;          /* timer that ends a drag for the writer */
  guint thumbnail_id;      /* timer that starts a thumbnail */
  BrgTask *thumbnail_task; /* of the one in the making */
  gboolean thumbnail_due;  /* the case has changed since the last */
} BrgCaseStore;

struct _BrgCase
{
  GObject parent_instance;

  BrgVolume *scan;
  BrgHistogram *histogram;
  GStrv warnings;
  BrgImport import; /* all zero: not known */
  gboolean is_skull;
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
  gboolean stopped; /* the last run was cancelled from outside */
  char *error;

  BrgTask *task;
  BrgCaseRun *run;    /* in progress, or NULL */
  guint overtaken_id; /* timer that cancels it */
  gboolean masks_wanted, meshes_wanted;
  gint64 behind_since_us; /* when the surfaces stopped being current; 0: they are */
  GQueue exports;         /* GTask that wait for the worker */
  gboolean exporting;
  gboolean opening;
  BrgArrival *arrival; /* of the series that is being opened, or NULL */

  BrgCaseStore store;
};

/* A case file as a worker has read it. */
typedef struct
{
  BrgStore *store;           /* open for writing; NULL: read-only */
  char *path;                /* absolute */
  BrgStoreContents contents; /* added and removed are the live edits, never NULL */
  char *read_only;           /* why */
  BrgSha256 chain;           /* of its log then; "": none */
} BrgCaseLoad;

/* brg-case.c */
void _brg_case_set_task (BrgCase *self, BrgTask *task);
void _brg_case_set_arrival (BrgCase *self, BrgArrival *arrival); /* takes it; NULL: none */
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

/* brg-case-load.c, in a worker */
gboolean _brg_case_is_case_file (const char *path);
gboolean _brg_case_load (const char *path, BrgCaseLoad *load, BrgJob *job, GError **error);
void _brg_case_load_clear (BrgCaseLoad *load); /* zeroed allowed */

/* brg-case-store.c */
/* Read-only: says so and returns TRUE. First in every call that changes the case. */
gboolean _brg_case_refuses (BrgCase *self);
void _brg_case_keep (BrgCase *self); /* the history has changed */
void _brg_case_keep_active (BrgCase *self);
void _brg_case_keep_name (BrgCase *self);
void _brg_case_keep_log (BrgCase *self, const char *sentence); /* English */
void _brg_case_keep_thumbnail (BrgCase *self, GBytes *png);
void _brg_case_flush (BrgCase *self); /* queues what is not yet */
/* Lets go of the file of the case, if there is one: another takes its place, or none. */
void _brg_case_leave_store (BrgCase *self);
void _brg_case_forget_name (BrgCase *self);                   /* the default one again */
void _brg_case_enter_scan (BrgCase *self);                    /* a new scan is in place */
void _brg_case_enter_load (BrgCase *self, BrgCaseLoad *load); /* a case file is; takes it all */

void _brg_case_need_writer (BrgCase *self);
void _brg_case_update_store (BrgCase *self); /* takes over what the writer says */
void _brg_case_set_read_only (BrgCase *self, const char *reason);
/* The case as it is now, for brg_store_writer_create(). */
gboolean _brg_case_take_contents (BrgCase *self, BrgStoreContents *contents, BrgError *error);
/* The history as it is now needs not be given to the writer again. */
void _brg_case_note_history_kept (BrgCase *self);
/* The name of a case that is named after this file; a new string. */
char *_brg_case_name_after (const char *path);
/* The case gets the name of its file; `keep`: that goes into the file. */
void _brg_case_follow_path (BrgCase *self, gboolean keep);

/* brg-case-log.c */
/* What a change of the history was, for the log; the last one left it at `old_position_seq`. */
char *_brg_case_log_change (const BrgHistory *history,
                            const BrgHistoryChange *change,
                            guint64 old_position_seq);

/* brg-case-thumbnail.c */
void _brg_case_thumbnail_later (BrgCase *self); /* the worker is idle */
void _brg_case_thumbnail_stop (BrgCase *self);  /* it is not */

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
gboolean _brg_case_surfaces_are_current (const BrgCase *self);
void _brg_case_pump (BrgCase *self); /* starts what is wanted, if nothing runs */
void _brg_case_abandon_run (BrgCase *self);

/* brg-case-export.c */
void _brg_case_start_exports (BrgCase *self); /* the worker is idle */
void _brg_case_fail_exports (BrgCase *self, const char *message);

G_END_DECLS
