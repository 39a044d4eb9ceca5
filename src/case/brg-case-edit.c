#include <glib/gi18n.h>

#include "case/brg-case-private.h"
#include "engine/brg-box-words.h"
#include "engine/brg-brush.h"

static const char *
stroke_label (const BrgCaseStroke *stroke)
{
  static const char *const paint[BRG_N_PLANES] = {
    [BRG_AXIAL] = N_ ("Paint bone, axial"),
    [BRG_CORONAL] = N_ ("Paint bone, coronal"),
    [BRG_SAGITTAL] = N_ ("Paint bone, sagittal"),
  };
  static const char *const erase[BRG_N_PLANES] = {
    [BRG_AXIAL] = N_ ("Erase, axial"),
    [BRG_CORONAL] = N_ ("Erase, coronal"),
    [BRG_SAGITTAL] = N_ ("Erase, sagittal"),
  };
  return stroke->erase ? erase[stroke->plane] : paint[stroke->plane];
}

/* The masks an edit starts from (NULL: empty), of which a worker has copies already, as a rule.
 * Reports a lack of memory and returns FALSE. */
static gboolean
remember_masks (BrgCase *self, BrgMask **old_added, BrgMask **old_removed)
{
  BrgError error;
  const BrgCaseEdits *now = _brg_case_snapshot_edits (self, &error);

  if (now == NULL)
    {
      _brg_case_emit_failed (self, error.message);
      return FALSE;
    }
  *old_added = brg_mask_ref (now->added);
  *old_removed = brg_mask_ref (now->removed);
  return TRUE;
}

/* Makes one history entry of what differs inside `box` since `old_*`. */
static void
commit_edit (BrgCase *self,
             const BrgMask *old_added,
             const BrgMask *old_removed,
             const BrgBox *box,
             const char *label)
{
  BrgEditDelta *delta =
    brg_edit_delta_new (old_added, old_removed, self->added, self->removed, box);

  if (!brg_history_take_edit (self->history, delta, label))
    return;
  _brg_case_emit_history_changed (self);
  _brg_case_schedule (self);
}

void
_brg_case_discard_stroke (BrgCase *self)
{
  g_clear_pointer (&self->stroke.old_added, brg_mask_unref);
  g_clear_pointer (&self->stroke.old_removed, brg_mask_unref);
  self->stroke.active = FALSE;
}

void
_brg_case_note_edits (BrgCase *self, const BrgBox *box)
{
  self->edits_revision++;
  self->unhanded_box = brg_box_union (&self->unhanded_box, box);
  self->spares.box = brg_box_union (&self->spares.box, box);
  _brg_case_emit_edits_changed (self, box);
}

void
_brg_case_flip_edits (BrgCase *self, const BrgEditDelta *delta)
{
  if (brg_edit_delta_apply (delta, self->added, self->removed))
    _brg_case_note_edits (self, &delta->box);
}

/* What *copy (NULL: no voxels) becomes when `mask` has changed inside a box: a new reference, with
 * *copy as the spare one, or NULL for a mask without voxels. FALSE when memory is short. */
static gboolean
follow_mask (BrgMask **copy,
             BrgSpare *spare,
             const BrgMask *mask,
             const BrgBox *box,
             BrgPool *pool,
             BrgError *error)
{
  BrgBox set = brg_box_bounds (mask, box);
  gboolean has_voxels = !brg_box_is_empty (&set) || (*copy != NULL && !brg_mask_is_empty (mask));

  if (!has_voxels)
    {
      brg_spare_clear (spare);
      g_clear_pointer (copy, brg_mask_unref);
      return TRUE;
    }
  BrgMask *next = brg_spare_take (spare, *copy != NULL ? *copy : mask, pool, error);
  if (next == NULL)
    return FALSE;
  brg_box_copy (next, mask, box);
  brg_spare_commit (spare, copy, next, box);
  return TRUE;
}

const BrgCaseEdits *
_brg_case_snapshot_edits (BrgCase *self, BrgError *error)
{
  BrgCaseEdits *snapshot = &self->snapshot;
  BrgCaseSpares *spares = &self->spares;
  BrgPool *pool = _brg_case_engine_pool (self->engine);

  if (snapshot->revision == self->edits_revision)
    return snapshot;
  if (!brg_box_is_empty (&spares->box) &&
      (!follow_mask (&snapshot->added, &spares->added, self->added, &spares->box, pool, error) ||
       !follow_mask (&snapshot->removed, &spares->removed, self->removed, &spares->box, pool,
                     error)))
    return NULL;
  snapshot->revision = self->edits_revision;
  spares->box = (BrgBox){ 0 };
  return snapshot;
}

/* Moves the set voxels of a row that begins at voxel (at, j, k) of the scan from one mask to the
 * other. */
static void
edit_row (BrgMask *from, BrgMask *to, const uint64_t *row, size_t n_words, int at, int j, int k)
{
  for (size_t w = 0; w < n_words; w++)
    for (uint64_t left = row[w]; left != 0; left &= left - 1)
      {
        int i = at + (int) w * 64 + __builtin_ctzll (left);
        brg_mask_set (from, i, j, k, false);
        brg_mask_set (to, i, j, k, true);
      }
}

void
_brg_case_edit_voxels (BrgCase *self,
                       const BrgMask *voxels,
                       const int at_vox[3],
                       gboolean erase,
                       const char *label)
{
  BrgMask *old_added, *old_removed;
  BrgBox box = brg_mask_bounds (voxels);

  if (brg_box_is_empty (&box) || _brg_case_refuses (self) ||
      !remember_masks (self, &old_added, &old_removed))
    return;
  for (int axis = 0; axis < 3; axis++)
    {
      box.lo[axis] += at_vox[axis];
      box.hi[axis] += at_vox[axis];
    }
  for (int k = box.lo[2]; k < box.hi[2]; k++)
    for (int j = box.lo[1]; j < box.hi[1]; j++)
      edit_row (erase ? self->added : self->removed, erase ? self->removed : self->added,
                brg_mask_row (voxels, j - at_vox[1], k - at_vox[2]), voxels->row_words, at_vox[0],
                j, k);
  _brg_case_note_edits (self, &box);
  commit_edit (self, old_added, old_removed, &box, label);
  brg_mask_unref (old_added);
  brg_mask_unref (old_removed);
}

void
brg_case_count_edits (BrgCase *self, gsize *added_vox, gsize *removed_vox)
{
  if (self->counted_revision != self->edits_revision)
    {
      self->added_vox = brg_mask_count (self->added);
      self->removed_vox = brg_mask_count (self->removed);
      self->counted_revision = self->edits_revision;
    }
  *added_vox = self->added_vox;
  *removed_vox = self->removed_vox;
}

gboolean
brg_case_has_edits (BrgCase *self)
{
  gsize added_vox, removed_vox;

  brg_case_count_edits (self, &added_vox, &removed_vox);
  return added_vox + removed_vox > 0;
}

void
brg_case_stroke_begin (BrgCase *self, gboolean erase, double radius_mm)
{
  BrgCaseStroke *stroke = &self->stroke;

  brg_case_stroke_end (self);
  if (self->scan == NULL || _brg_case_refuses (self) ||
      !remember_masks (self, &stroke->old_added, &stroke->old_removed))
    return;
  brg_history_barrier (self->history);
  stroke->active = TRUE;
  stroke->erase = erase;
  stroke->radius_mm = radius_mm;
  stroke->plane = BRG_AXIAL;
  stroke->box = (BrgBox){ 0 };
}

void
brg_case_stroke_to (BrgCase *self, BrgPlane plane, const double from_vox[3], const double to_vox[3])
{
  BrgCaseStroke *stroke = &self->stroke;

  if (!stroke->active)
    return;
  BrgMask *set = stroke->erase ? self->removed : self->added;
  BrgMask *clear = stroke->erase ? self->added : self->removed;
  BrgBox box = brg_brush_stroke (set, clear, plane, from_vox, to_vox, stroke->radius_mm);
  if (brg_box_is_empty (&box))
    return;
  stroke->plane = plane;
  stroke->box = brg_box_union (&stroke->box, &box);
  _brg_case_note_edits (self, &box);
}

void
brg_case_stroke_end (BrgCase *self)
{
  BrgCaseStroke *stroke = &self->stroke;

  if (!stroke->active)
    return;
  stroke->active = FALSE;
  commit_edit (self, stroke->old_added, stroke->old_removed, &stroke->box, stroke_label (stroke));
  _brg_case_discard_stroke (self);
}

void
brg_case_clear_edits (BrgCase *self)
{
  BrgMask *old_added, *old_removed;

  if (self->scan == NULL || self->stroke.active)
    return;
  BrgBox added = brg_mask_bounds (self->added), removed = brg_mask_bounds (self->removed);
  BrgBox box = brg_box_union (&added, &removed);
  if (brg_box_is_empty (&box) || _brg_case_refuses (self) ||
      !remember_masks (self, &old_added, &old_removed))
    return;
  brg_mask_clear (self->added);
  brg_mask_clear (self->removed);
  _brg_case_note_edits (self, &box);
  commit_edit (self, old_added, old_removed, &box, N_ ("Clear hand edits"));
  brg_mask_unref (old_added);
  brg_mask_unref (old_removed);
}
