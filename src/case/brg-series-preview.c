#include <math.h>

#include "case/brg-case-error.h"
#include "case/brg-series-private.h"
#include "engine/brg-alloc.h"
#include "engine/brg-job-part.h"

/* The axis of the file, 0 or 1, that the plane is at right angles to: the slices are shifted along
 * the other one. */
static int
find_fixed_axis (const BrgStack *stack)
{
  return fabs (stack->lean_mm[0]) > fabs (stack->lean_mm[1]) ? 1 : 0;
}

static BrgBox
box_of_plane (const BrgGrid *grid, int normal, int index)
{
  BrgBox box = brg_grid_box (grid);

  box.lo[normal] = index;
  box.hi[normal] = index + 1;
  return box;
}

/* Samples of all slices in which file axis `fixed` has its middle, on the grid of the stack. */
static BrgVolume *
cut_stack (const BrgSeries *series, const int16_t *hu, int fixed, BrgError *error)
{
  const BrgGrid *grid = &series->stack.grid;
  const int dim[2] = { brg_series_get_columns (series), brg_series_get_rows (series) };
  int normal = grid->source_axis[fixed], sample[3], vox[3];
  BrgBox box = box_of_plane (grid, normal, 0);
  BrgGrid thin = brg_grid_crop (grid, &box);
  BrgVolume *cut = brg_volume_new (&thin, error);

  sample[fixed] = dim[fixed] / 2;
  for (sample[2] = 0; cut != NULL && sample[2] < series->stack.n; sample[2]++)
    for (int along = 0; along < dim[1 - fixed]; along++)
      {
        sample[1 - fixed] = along;
        brg_grid_vox_from_source (grid, sample, vox);
        vox[normal] = 0;
        gsize row = (gsize) sample[2] * (gsize) dim[1] + (gsize) sample[1];
        brg_volume_row (cut, vox[1], vox[2])[vox[0]] = hu[row * (gsize) dim[0] + (gsize) sample[0]];
      }
  return cut;
}

/* The same plane of the resampled scan. */
static BrgVolume *
cut_scan (const BrgSeries *series, const BrgVolume *scan, int fixed, BrgError *error)
{
  const BrgGrid *grid = &series->stack.grid;
  int normal = grid->source_axis[fixed];
  BrgVec3 middle =
    brg_vec3 ((grid->dim[0] - 1) / 2.0, (grid->dim[1] - 1) / 2.0, (grid->dim[2] - 1) / 2.0);
  BrgVec3 at = brg_grid_vox_from_lps (&scan->grid, brg_grid_lps_from_vox (grid, middle));
  const double vox[3] = { at.x, at.y, at.z };
  int index = CLAMP (brg_vox_round (vox[normal]), 0, scan->grid.dim[normal] - 1);
  BrgBox box = box_of_plane (&scan->grid, normal, index);

  return brg_volume_crop (scan, &box, error);
}

static BrgVolume *
resample (const BrgSeries *self, const int16_t *hu, int fixed, BrgJob *job, BrgError *error)
{
  BrgVolume *scan = _brg_series_restack (self, hu, job, error);
  BrgVolume *cut = scan != NULL ? cut_scan (self, scan, fixed, error) : NULL;

  brg_volume_unref (scan);
  return cut;
}

/* The slice of the finished scan with this number, from 0. */
static gboolean
is_made_up (const BrgSeries *series, int index, int n)
{
  return brg_restack_is_made_up (&series->stack,
                                 series->stack.grid.source_flipped[2] ? n - 1 - index : index);
}

static void
mark_made_up (const BrgSeries *self, BrgSeriesPreview *preview)
{
  int n = preview->after->grid.dim[preview->across];

  preview->made_up = g_new (guint8, n);
  for (int s = 0; s < n; s++)
    preview->made_up[s] = is_made_up (self, s, n) ? 1 : 0;
}

gboolean
brg_series_preview (const BrgSeries *self, BrgSeriesPreview *preview, BrgJob *job, GError **error)
{
  static const BrgPlane planes[] = { BRG_SAGITTAL, BRG_CORONAL, BRG_AXIAL };
  int fixed = find_fixed_axis (&self->stack);
  BrgJobPart parts = brg_job_parts (job);
  BrgError fault = { 0 };

  *preview = (BrgSeriesPreview){ .across = self->stack.grid.source_axis[2] };
  brg_job_part (&parts, 0, 0.7);
  int16_t *hu = _brg_series_read_stack (self, job, error);
  brg_job_part (&parts, 0.7, 1);
  if (hu != NULL)
    {
      preview->plane = planes[self->stack.grid.source_axis[fixed]];
      preview->before = cut_stack (self, hu, fixed, &fault);
      preview->after = preview->before != NULL ? resample (self, hu, fixed, job, &fault) : NULL;
    }
  brg_job_parts_end (&parts);
  brg_free (hu);
  if (preview->after != NULL)
    {
      mark_made_up (self, preview);
      return TRUE;
    }
  brg_series_preview_clear (preview);
  return hu == NULL ? FALSE : brg_case_error_set (error, &fault);
}

void
brg_series_preview_clear (BrgSeriesPreview *preview)
{
  brg_volume_unref (preview->before);
  brg_volume_unref (preview->after);
  g_free (preview->made_up);
  *preview = (BrgSeriesPreview){ 0 };
}

char *
brg_series_list_made_up (const BrgSeries *self)
{
  int n = brg_restack_n_slices (&self->stack);
  GString *list = g_string_new (NULL);

  for (int first = 0; first < n; first++)
    {
      int end = first;
      while (end < n && is_made_up (self, end, n))
        end++;
      if (end == first)
        continue;
      g_string_append_printf (list, "%s%d", list->len > 0 ? ", " : "", first + 1);
      if (end > first + 1)
        g_string_append_printf (list, "–%d", end);
      first = end;
    }
  return g_string_free (list, FALSE);
}
