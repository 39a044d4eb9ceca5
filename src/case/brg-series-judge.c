#include <glib/gi18n.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "case/brg-series-private.h"

#define MIN_SLICES 3 /* fewer are a scout or a test image */

BrgStackSlice
_brg_series_slice (const BrgSeries *self, guint index)
{
  const BrgSeriesImage *image = &g_array_index (self->images, BrgSeriesImage, index);
  const BrgDicomPlane *plane = brg_dicom_plane (_brg_series_image (self, index), image->frame);

  return (BrgStackSlice){ plane->position, plane->along_row, plane->down, plane->row_mm,
                          plane->column_mm };
}

gboolean
brg_series_must_resample (const BrgSeries *self)
{
  return self->reason == NULL && !self->stack.is_even;
}

gboolean
brg_series_is_lossy (const BrgSeries *self)
{
  for (guint f = 0; f < self->files->len; f++)
    if (brg_dicom_is_lossy (&((BrgSeriesFile *) self->files->pdata[f])->image))
      return TRUE;
  return FALSE;
}

/* Why no slice of it is one of a CT; NULL: it is. */
static char *
judge_image (const BrgDicomImage *image)
{
  const char *name;
  BrgDicomCodec codec = brg_dicom_codec (image->syntax, &name);

  if (strcmp (image->modality, "CT") != 0)
    return g_strdup_printf (_ ("It is %s, not CT."),
                            *image->modality != '\0' ? image->modality : _ ("of no modality"));
  if (strstr (image->image_type, "LOCALIZER") != NULL)
    return g_strdup (_ ("It is a scout view."));
  if (image->n_samples != 1 || strcmp (image->photometric, "MONOCHROME2") != 0)
    return g_strdup (_ ("Its images are no grey values of a CT."));
  if (codec == BRG_DICOM_UNKNOWN && name != NULL)
    return g_strdup_printf (_ ("Its images are coded as %s, which cannot be read (%s)."), name,
                            image->syntax);
  if (codec == BRG_DICOM_UNKNOWN)
    return g_strdup_printf (_ ("Its images are coded in a way that is not known (%s)."),
                            image->syntax);
  return NULL;
}

static gboolean
has_places (const BrgSeries *self)
{
  for (guint i = 0; i < self->images->len; i++)
    {
      const BrgSeriesImage *image = &g_array_index (self->images, BrgSeriesImage, i);
      const BrgDicomPlane *plane = brg_dicom_plane (_brg_series_image (self, i), image->frame);
      if (!plane->has_position || !plane->has_orientation || !plane->has_spacing)
        return FALSE;
    }
  return TRUE;
}

/* By the number the scanner gave them. */
static int
compare_numbers (gconstpointer a, gconstpointer b, gpointer data)
{
  const BrgSeriesImage *first = a, *second = b;
  const BrgSeries *self = data;
  const BrgSeriesFile *one = self->files->pdata[first->file],
                      *other = self->files->pdata[second->file];

  if (one->image.instance_number != other->image.instance_number)
    return one->image.instance_number < other->image.instance_number ? -1 : 1;
  if (first->file != second->file)
    return first->file < second->file ? -1 : 1;
  return first->frame - second->frame;
}

/* Sorts the images; of those in one place the one with the lowest number stays, so that a place
 * scanned again and again is from the first time everywhere. Gives a reason when they make no
 * stack. */
static void
make_stack (BrgSeries *self)
{
  guint n = self->images->len;
  g_autofree BrgStackSlice *slices = g_new (BrgStackSlice, n);
  g_autoptr (GArray) sorted = g_array_new (FALSE, FALSE, sizeof (BrgSeriesImage));
  BrgError fault;

  g_array_sort_with_data (self->images, compare_numbers, self);
  for (guint i = 0; i < n; i++)
    slices[i] = _brg_series_slice (self, i);
  if (brg_stack_make (slices, (int) n, brg_series_get_columns (self), brg_series_get_rows (self),
                      &self->stack, &fault) != BRG_OK)
    {
      self->reason = g_strdup_printf (_ ("Its slices make no volume: %s."), fault.message);
      return;
    }
  for (int s = 0; s < self->stack.n; s++)
    {
      g_array_append_val (sorted,
                          g_array_index (self->images, BrgSeriesImage, self->stack.order[s]));
      self->stack.order[s] = s;
    }
  g_array_unref (self->images);
  self->images = g_steal_pointer (&sorted);
}

/* Spacing that a head CT can have. */
static gboolean
is_plausible (const BrgStack *stack)
{
  for (int axis = 0; axis < 3; axis++)
    {
      double extent_mm = brg_grid_spacing_mm (&stack->grid, axis) * stack->grid.dim[axis];
      if (extent_mm < 20 || extent_mm > 2500)
        return FALSE;
    }
  return TRUE;
}

G_GNUC_PRINTF (2, 3)
static void
remark (GPtrArray *remarks, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_ptr_array_add (remarks, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

static void
remark_on_order (const BrgStack *stack, GPtrArray *remarks)
{
  if (stack->n_duplicates > 0)
    remark (remarks,
            ngettext ("%d slice lies where another one does and is left out.",
                      "%d slices lie where others do and are left out.",
                      (gulong) stack->n_duplicates),
            stack->n_duplicates);
  if (stack->n_missing > 0)
    remark (remarks,
            ngettext ("%d slice is missing: the widest gap is %.2f mm, others are %.2f mm.",
                      "%d slices are missing: the widest gap is %.2f mm, others are %.2f mm.",
                      (gulong) stack->n_missing),
            stack->n_missing, stack->worst_gap_mm, stack->step_mm);
  if (stack->n_uneven > 0)
    remark (remarks,
            ngettext ("%d distance between slices is not %.2f mm but %.2f mm.",
                      "%d distances between slices are not %.2f mm; the worst is %.2f mm.",
                      (gulong) stack->n_uneven),
            stack->n_uneven, stack->step_mm, stack->uneven_mm);
}

static void
remark_on_shape (const BrgStack *stack, GPtrArray *remarks)
{
  if (stack->is_tilted)
    remark (remarks, _ ("The gantry was tilted by %.1f°, as the positions of the slices say."),
            stack->tilt_deg);
  if (stack->off_line_mm > BRG_STACK_ROUND_MM)
    remark (remarks, _ ("Slices are shifted against each other by up to %.2f mm."),
            stack->off_line_mm);
  if (!is_plausible (stack))
    remark (remarks, _ ("It has not the size of a head: are its lengths in mm?"));
}

static void
remark_on_values (const BrgSeries *self, GPtrArray *remarks)
{
  if (brg_series_is_lossy (self))
    remark (remarks, _ ("Its images were compressed with loss: their values are not exactly those "
                        "that were measured."));
}

/* What of the series is not in the stack. */
static void
remark_on_rest (const BrgSeries *self, GPtrArray *remarks)
{
  if (self->n_others > 0)
    remark (remarks,
            ngettext ("%u image of the series differs in size, spacing, direction, coding, stack "
                      "or time and is left out.",
                      "%u images of the series differ in size, spacing, direction, coding, stack "
                      "or time and are left out.",
                      self->n_others),
            self->n_others);
}

static char *
describe_fault (const BrgSeries *self, gboolean with_name)
{
  return with_name ? g_strconcat (self->broken, ": ", self->fault, NULL) : g_strdup (self->fault);
}

char *
_brg_series_say_broken (const BrgSeries *self, gboolean with_name)
{
  g_autofree char *fault = describe_fault (self, with_name);

  return g_strdup_printf (
    ngettext ("%u file of the series is broken and left out (%s).",
              "%u files of the series are broken and left out (the first: %s).", self->n_broken),
    self->n_broken, fault);
}

void
_brg_series_judge (BrgSeries *self)
{
  if (self->is_broken)
    {
      g_autofree char *fault = describe_fault (self, TRUE);
      self->reason = g_strdup_printf (_ ("Its files cannot be read (the first: %s)."), fault);
    }
  else
    self->reason = judge_image (_brg_series_image (self, 0));
  if (self->reason == NULL && self->images->len < MIN_SLICES)
    self->reason = g_strdup_printf (
      ngettext ("It has %u slice only.", "It has %u slices only.", self->images->len),
      self->images->len);
  if (self->reason == NULL && !has_places (self))
    self->reason = g_strdup (_ ("Its slices do not say where they lie."));
  if (self->reason == NULL)
    make_stack (self);
}

void
_brg_series_judge_part (BrgSeries *self, const BrgSeries *part)
{
  if (self->reason != NULL || part->is_broken || part->images->len >= MIN_SLICES ||
      strcmp (_brg_series_image (self, 0)->series_uid, _brg_series_image (part, 0)->series_uid) !=
        0)
    return;
  g_autofree char *foreign = judge_image (_brg_series_image (part, 0));
  if (foreign != NULL || !has_places (part))
    return;
  self->reason = _brg_series_find_misfit (self, part);
  if (self->reason != NULL)
    brg_stack_clear (&self->stack);
}

void
_brg_series_remark (BrgSeries *self)
{
  g_autoptr (GPtrArray) remarks = g_ptr_array_new_with_free_func (g_free);

  if (self->reason == NULL)
    {
      if (self->n_broken > 0)
        g_ptr_array_add (remarks, _brg_series_say_broken (self, TRUE));
      remark_on_order (&self->stack, remarks);
      remark_on_shape (&self->stack, remarks);
      remark_on_values (self, remarks);
      remark_on_rest (self, remarks);
    }
  g_ptr_array_add (remarks, NULL);
  self->remarks = (GStrv) g_ptr_array_free (g_steal_pointer (&remarks), FALSE);
}
