#pragma once

#include <gio/gio.h>

#include "case/brg-import.h"
#include "case/brg-history-entry.h"
#include "case/brg-recipes.h"
#include "case/brg-series.h"
#include "case/brg-task.h"
#include "case/brg-view-state.h"
#include "engine/brg-histogram.h"
#include "engine/brg-mask.h"
#include "engine/brg-mesh.h"
#include "engine/brg-pipeline.h"
#include "engine/brg-recipe.h"
#include "engine/brg-slice-map.h"
#include "engine/brg-volume.h"

G_BEGIN_DECLS

/* The document: one scan, its recipe, its hand edits, their history, and what the engine makes of
 * them. Widgets hold no case data; they read from here and redraw on its signals. Main thread
 * only; the worker's results are swapped in on the main thread.
 *
 * Parameters and edits are the truth, masks and meshes are derived. Every change schedules the
 * worker, which first makes the masks ("result-changed") and then the surfaces
 * ("meshes-changed"). One run at a time. After a hand edit the masks follow where it changed
 * voxels; the fit, which takes longer, with a "result-changed" of its own, before the surfaces.
 * During a drag a run of the masks always finishes, and the next one takes the newest parameters: a
 * slider in motion keeps showing results and the last value always wins. Any other change of what
 * makes the skull cancels a run that was begun before it and takes longer than 250 ms. One of a
 * defect, or a hand edit, does not, as the next run goes on with the skull of that one. Smoothed
 * surfaces are slower: a newer change cancels them. When surfaces have been behind for 120 ms of
 * continuous change, unsmoothed drafts are made of the latest masks instead, which takes a tenth of
 * the time, so that 3-D follows a drag; the smoothed ones replace them when the changes stop.
 *
 * When the engine refuses (no voxel above the threshold, a defect that meets no bone) "failed" is
 * emitted with its words, "error" holds them and "stale" is TRUE: the last good result stays and
 * the next success clears both.
 *
 * Signals:
 *   "opened"          ()                 another scan is in place, or none; everything else was
 *                                        reset
 *   "recipe-changed"  ()                 recipes or the active one: any call that changes
 *                                        them, undo, redo, jump and opened
 *   "edits-changed"   (BrgBox *box)      voxels of added/removed inside box (scan grid) changed
 *   "result-changed"  ()                 brg_case_get_result() is another one
 *   "meshes-changed"  ()                 some brg_case_get_mesh() is another one
 *   "failed"          (const char *)     one sentence
 *   "history-changed" ()
 * Properties, read-only, with notify: "task" (BrgTask or NULL: what runs now), "busy" (boolean),
 *   "arrival" (BrgArrival or NULL: slices of the series that is being opened),
 *   "stale" (boolean), "error" (string or NULL), "name" (string), "has-scan" (boolean), "path" and
 *   "save-error" (string or NULL), "read-only" and "saving" (boolean). */
#define BRG_TYPE_CASE (brg_case_get_type ())
G_DECLARE_FINAL_TYPE (BrgCase, brg_case, BRG, CASE, GObject)

typedef enum
{
  BRG_CASE_MESH_SKULL,
  BRG_CASE_MESH_DEFECTIVE,
  BRG_CASE_MESH_IMPLANT,
  BRG_CASE_MESH_CUTTER, /* outline of the cutting solid, for the gizmo */
} BrgCaseMesh;
#define BRG_CASE_N_MESHES 4

/* A case in memory, until a folder is set. */
BrgCase *brg_case_new (void);

/* Where scans that are opened from now on get their case file, as brg_store_writer_create() says;
 * the name of the file becomes that of the case. NULL: nowhere, which is how a case begins. */
void brg_case_set_folder (BrgCase *self, const char *folder);

/* Reads a scan, or a case file (told by its content, or its name), in a worker. The case is
 * untouched until it is complete; on failure it stays as it was and the error is "NAME: reason"
 * (of a case file: BRG_STORE_ERROR). On success of a scan recipe, edits and history start afresh;
 * of a case file they are as they were left. "opened" is emitted before the callback. A second
 * open before the first is done fails with G_IO_ERROR_PENDING; the case file that is open for
 * writing already stays as it is. What was open is finished and closed behind the scenes. Progress
 * is in "task".
 *
 * A case file that is open elsewhere, or that cannot be written, is opened read-only.
 *
 * `options` (nullable, copied) are for scans; what came of them is noted in brg_case_get_import(),
 * in the case file, its log and the recipe of every export. A mask, unless they say otherwise, and
 * a chosen label become a skull: bone in air, and a recipe by which the skull is the mask, voxel
 * for voxel; the warnings say so. */
void brg_case_open_async (BrgCase *self,
                          GFile *file,
                          const BrgImportOptions *options,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
gboolean brg_case_open_finish (BrgCase *self, GAsyncResult *result, GError **error);

/* The same for series `index` of what brg_series_find() gave, of which a reference is kept
 * meanwhile; ends with brg_case_open_finish(). Errors name no file but the one at fault. */
void brg_case_open_series_async (BrgCase *self,
                                 GPtrArray *all_series,
                                 guint index,
                                 const BrgImportOptions *options,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);

/* Takes the face out of the scan of the case (brg-deface.h), bone being what is above its lower
 * threshold, which must not take in skin (brg_import_deface()): a new case of its own, which has
 * the recipes and the hand edits and begins a history; the case before stays in its file as it was,
 * with what is done to it meanwhile.
 * Like an opening in all else; ends with brg_case_open_finish(). */
void brg_case_deface_async (BrgCase *self,
                            double keep_mm,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);

/* The case on disk. Every finished action is written to the case file by a thread of its own, as
 * one transaction (brg-store-writer.h); a drag at its end, at the next action, or after half a
 * second of quiet. Nothing here waits for the disk.
 *
 * The path is that of the file, be it still in the making; NULL: the case is in memory only, and
 * saving as makes a file of it. */
const char *brg_case_get_path (BrgCase *self);
gboolean brg_case_get_saving (BrgCase *self); /* something is still to be written */

/* Finished actions that are in no file yet: what would be lost with the process. */
guint brg_case_count_unsaved (BrgCase *self);

/* What makes a case file or a copy of it now, for its progress, or NULL; told by "saving". */
BrgTask *brg_case_get_saving_task (BrgCase *self);

/* Why what is still to be written could not be, "Case07.bregma: reason"; NULL: it could. It is
 * tried again every five seconds, and now. */
const char *brg_case_get_save_error (BrgCase *self);

/* That is because the file was removed or replaced: not only what is unsaved would be lost. */
gboolean brg_case_get_file_gone (BrgCase *self);
void brg_case_retry_saving (BrgCase *self);

/* What cannot be written on a last try is forgotten. For a user who has been asked. */
void brg_case_give_up_saving (BrgCase *self);

/* Read-only: every change is refused with "failed" and this sentence, and "recipe-changed" so that
 * controls go back; another defect may be looked at, and saving as makes a copy that is not. NULL:
 * changes are welcome. */
gboolean brg_case_get_read_only (BrgCase *self);
const char *brg_case_get_read_only_reason (BrgCase *self);

/* The case file was not closed the last time: it is at its last finished action. */
gboolean brg_case_get_was_recovered (BrgCase *self);

/* Goes on in a copy at `file`, which is replaced; the old file keeps its last state. Changes made
 * meanwhile follow into the copy. The log, the working time and the history go on, also from a
 * file that is only read; where the file cannot be read any more the case as it is here is written,
 * with a new log. Where the case had the name of its file it gets the new one, with '_' for what is
 * not allowed in it. It is not read-only and not recovered any more; "path" is notified when all of
 * this is in place. On failure nothing has changed. */
void brg_case_save_as_async (BrgCase *self,
                             GFile *file,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
gboolean brg_case_save_as_finish (BrgCase *self, GAsyncResult *result, GError **error);

/* Writes all there is and closes the file properly; changes are refused from now on. On failure
 * they are welcome again, and nothing is lost while the case lives. Cancelling stops only a case
 * file that is being made, which is then given up. */
void brg_case_close_async (BrgCase *self,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
gboolean brg_case_close_finish (BrgCase *self, GAsyncResult *result, GError **error);

/* Lets go of a case that was closed, or given up: no scan, no edits, no file, the default recipe;
 * all signals are emitted, as when one is opened. Not while another is being opened. */
void brg_case_unload (BrgCase *self);

/* NULL while nothing is open. Borrowed. */
BrgVolume *brg_case_get_scan (BrgCase *self);
const BrgHistogram *brg_case_get_histogram (BrgCase *self);

/* What the reader had to assume, one sentence each; NULL-terminated, borrowed. */
const char *const *brg_case_get_warnings (BrgCase *self);

/* Where the scan is from: all zero when that is not known, as of a case of an earlier format.
 * Borrowed. */
const BrgImport *brg_case_get_import (BrgCase *self);

/* No value of the scan is as low as air (BRG_IMPORT_MAX_AIR_HU): what a threshold takes for bone
 * may be skin. FALSE without a scan. */
gboolean brg_case_lacks_air (BrgCase *self);

/* The scan may show a face: it is no mask and was not defaced (brg_import_shows_face()). So then
 * does every copy of it, and an export whose threshold is below BRG_IMPORT_MIN_BONE_HU. */
gboolean brg_case_shows_face (BrgCase *self);

/* Name of outputs: letters, digits, '-' and '_', at most 64. Default "Case01". FALSE: refused. */
const char *brg_case_get_name (BrgCase *self);
gboolean brg_case_set_name (BrgCase *self, const char *name);

/* Name of the file that was opened, a scan or a case, without its folder, to be shown only; never
 * written. A case that was opened from its file follows when that is saved elsewhere, told by
 * "path". NULL: none. */
const char *brg_case_get_source (BrgCase *self);

/* The scan was made of a mask or of labels (brg-mask-scan.h): it shows what they mark. */
gboolean brg_case_get_is_skull (BrgCase *self);

/* A window that shows this scan: bone (300/2000) when its values reach there, else what it holds.
 */
void brg_case_get_default_window (BrgCase *self, double *level_hu, double *window_hu);

/* Puts the crosshair in the middle of the scan and the default window in place. */
void brg_case_reset_view (BrgCase *self, BrgViewState *view);

/* What the case makes: one recipe per defect, which have all but the defect in common; one whose
 * defect is not placed when there is none. One of them is active: shown, edited, run by the
 * worker. Both borrowed, the recipes until the next change. */
BrgRecipes *brg_case_get_recipes (BrgCase *self);
guint brg_case_get_n_defects (BrgCase *self);         /* recipes->n, placed or not */
const BrgRecipe *brg_case_get_recipe (BrgCase *self); /* the active one */

/* Choosing another defect, `index` < n, is no undo step. Undo and redo make the defect active that
 * they change. "recipe-changed", worker. */
guint brg_case_get_active (BrgCase *self);
void brg_case_set_active (BrgCase *self, guint index);

/* Makes `recipe` the active recipe: history entry, "recipe-changed", worker. `label`, a msgid
 * (N_()) or NULL, which names the entry after the parameters that changed. `coalesce`: part of a
 * drag, joins the entry of its kind until brg_case_end_change(). An equal recipe is a no-op; an
 * invalid one is refused with "failed". */
void
brg_case_set_recipe (BrgCase *self, const BrgRecipe *recipe, const char *label, gboolean coalesce);

/* The drag is over: the next change is an entry of its own. */
void brg_case_end_change (BrgCase *self);

/* Appends a defect with the parameters of the active one, not placed yet, and makes it active;
 * takes defect `index` < n away, of the last one only its placement. One entry each. FALSE:
 * nothing changed; "failed" when there are BRG_RECIPE_MAX_DEFECTS. */
gboolean brg_case_add_defect (BrgCase *self);
gboolean brg_case_remove_defect (BrgCase *self, guint index);

/* Live hand edits on the scan's grid. Borrowed; never both set in a voxel. NULL before a scan. */
BrgMask *brg_case_get_added (BrgCase *self);
BrgMask *brg_case_get_removed (BrgCase *self);

/* Voxels set in each; counted once per change, so that panels may ask at every update. */
void brg_case_count_edits (BrgCase *self, gsize *added_vox, gsize *removed_vox);
gboolean brg_case_has_edits (BrgCase *self);

/* A brush stroke: begin, any number of steps, end. Paint sets added and clears removed, erase the
 * other way round. Each step emits "edits-changed"; the end makes one history entry ("Paint bone,
 * axial") and wakes the worker. A stroke that changes nothing leaves no trace. While a stroke is
 * under way undo, redo and other edits do nothing. */
void brg_case_stroke_begin (BrgCase *self, gboolean erase, double radius_mm);
void brg_case_stroke_to (BrgCase *self,
                         BrgPlane plane,
                         const double from_vox[3],
                         const double to_vox[3]);
void brg_case_stroke_end (BrgCase *self);

/* Takes all hand edits back, as one entry. */
void brg_case_clear_edits (BrgCase *self);

/* Fills between the slices that were painted by hand, as brg-interpolate.h says, along the slices
 * of the view last painted in (axial before that), as one entry. It is made in a worker and dropped
 * when the edits change meanwhile; "failed" when there is nothing to fill. */
void brg_case_fill_between (BrgCase *self);

/* Removes the connected part of the skull at this voxel of the scan, as one entry. The part is
 * found in a worker; "failed" when there is no bone, or when it is more than half of all bone and
 * so no loose piece. */
void brg_case_remove_island_at (BrgCase *self, const int vox[3]);

/* Undo and redo of every entry of the history; FALSE when there is none or a stroke is under way.
 * Labels are new strings in the reader's language, or NULL when there is nothing. */
gboolean brg_case_can_undo (BrgCase *self);
gboolean brg_case_can_redo (BrgCase *self);
char *brg_case_get_undo_label (BrgCase *self);
char *brg_case_get_redo_label (BrgCase *self);
gboolean brg_case_undo (BrgCase *self);
gboolean brg_case_redo (BrgCase *self);

/* The entries, oldest first, how many of them are in the past, and the label of entry `index`.
 * "history-changed" says that any of it is another. */
guint brg_case_get_n_history (BrgCase *self);
guint brg_case_get_history_position (BrgCase *self);
char *brg_case_get_history_label (BrgCase *self, guint index);

/* The part of the work that the last entry of the past belongs to; FALSE: there is none. */
gboolean brg_case_get_last_work (BrgCase *self, BrgWork *work);

/* Undoes or redoes until `position` entries are in the past, at the cost of one change. */
gboolean brg_case_jump (BrgCase *self, guint position);

/* Latest good result, borrowed until the next "result-changed"; NULL before the first. Masks lie
 * on the scan's grid or on its crop. */
const BrgPipelineResult *brg_case_get_result (BrgCase *self);

/* NULL when there is none (yet). Borrowed; an unchanged mesh keeps its pointer. */
BrgMesh *brg_case_get_mesh (BrgCase *self, BrgCaseMesh which);

BrgTask *brg_case_get_task (BrgCase *self);

/* While a series is being opened: its slices, those that are there already. NULL at other times,
 * and before "opened" is emitted. Borrowed. */
BrgArrival *brg_case_get_arrival (BrgCase *self);

gboolean brg_case_get_busy (BrgCase *self);
gboolean brg_case_get_stale (BrgCase *self);
const char *brg_case_get_error (BrgCase *self);

/* The last run of the worker was cancelled by the user: it goes on with the next change. */
gboolean brg_case_get_stopped (BrgCase *self);

/* Writes the skull and every defect that is placed, numbered in the order of the list, into
 * `folder`, as brg-export.h says, once the worker is done. Defects other than the active one are
 * made then, from the same skull; "Defect 2: ..." says which one failed. Fails with the engine's
 * words while the case is stale. Progress and cancel: the
 * "task" of the case, and `cancellable`. */
void brg_case_export_async (BrgCase *self,
                            GFile *folder,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
gboolean brg_case_export_finish (BrgCase *self, GAsyncResult *result, GError **error);

G_END_DECLS
