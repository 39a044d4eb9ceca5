#include <glib/gi18n.h>
#include <math.h>

#include "case/brg-series-private.h"

#define SAME_DIRECTION 1e-3 /* of unit vectors */
#define SAME_SPACING   1e-4 /* relative */

static BrgVec3
centre_of (const BrgSeries *self, guint index)
{
  BrgStackSlice slice = _brg_series_slice (self, index);
  double right_mm = slice.column_mm * (brg_series_get_columns (self) - 1) / 2;
  double down_mm = slice.row_mm * (brg_series_get_rows (self) - 1) / 2;

  return brg_vec3_add (slice.position, brg_vec3_add (brg_vec3_scale (slice.along_row, right_mm),
                                                     brg_vec3_scale (slice.down, down_mm)));
}

/* How far a point is off the line that goes through `first` as the slices do, in their plane. */
static double
off_line_mm (const BrgSeries *self, BrgVec3 first, BrgVec3 point)
{
  BrgStackSlice slice = _brg_series_slice (self, 0);
  BrgVec3 from = brg_vec3_sub (point, first);
  double steps = brg_vec3_dot (from, self->stack.normal) / self->stack.step_mm;

  return hypot (brg_vec3_dot (from, slice.along_row) - steps * self->stack.lean_mm[0],
                brg_vec3_dot (from, slice.down) - steps * self->stack.lean_mm[1]);
}

/* TRUE for a height where no slice lies, between the others or one step beyond them. */
static gboolean
is_vacant (const BrgStack *stack, double at_mm)
{
  double reach_mm = stack->step_mm + BRG_STACK_ROUND_MM;

  for (int s = 0; s < stack->n; s++)
    if (fabs (at_mm - stack->at_mm[s]) < BRG_STACK_SAME_MM)
      return FALSE;
  return at_mm >= -reach_mm && at_mm <= stack->at_mm[stack->n - 1] + reach_mm;
}

static gboolean
is_turned (const BrgStackSlice *a, const BrgStackSlice *b)
{
  return !(brg_vec3_length (brg_vec3_sub (a->along_row, b->along_row)) <= SAME_DIRECTION &&
           brg_vec3_length (brg_vec3_sub (a->down, b->down)) <= SAME_DIRECTION);
}

static gboolean
has_same_shape (const BrgSeries *self, const BrgSeries *part)
{
  BrgStackSlice slice = _brg_series_slice (self, 0), other = _brg_series_slice (part, 0);

  return brg_series_get_columns (self) == brg_series_get_columns (part) &&
         brg_series_get_rows (self) == brg_series_get_rows (part) &&
         fabs (other.row_mm / slice.row_mm - 1) <= SAME_SPACING &&
         fabs (other.column_mm / slice.column_mm - 1) <= SAME_SPACING;
}

/* Their first samples are in line, or their centres are: to a pixel. */
static gboolean
is_in_place (const BrgSeries *self, const BrgSeries *part, guint index)
{
  BrgStackSlice slice = _brg_series_slice (self, 0), other = _brg_series_slice (part, index);
  double at_mm = brg_vec3_dot (brg_vec3_sub (other.position, slice.position), self->stack.normal);
  double pixel_mm =
    fmax (fmax (slice.row_mm, slice.column_mm), fmax (other.row_mm, other.column_mm));
  double first_mm = off_line_mm (self, slice.position, other.position);
  double centre_mm = off_line_mm (self, centre_of (self, 0), centre_of (part, index));

  return !is_turned (&slice, &other) && is_vacant (&self->stack, at_mm) &&
         fmin (first_mm, centre_mm) <= pixel_mm;
}

char *
_brg_series_find_misfit (const BrgSeries *self, const BrgSeries *part)
{
  const BrgDicomImage *first = _brg_series_image (self, 0);

  if (has_same_shape (self, part))
    return NULL;
  for (guint i = 0; i < part->images->len; i++)
    if (is_in_place (self, part, i))
      {
        BrgStackSlice slice = _brg_series_slice (self, 0), other = _brg_series_slice (part, i);
        return g_strdup_printf (
          _ ("Image %d does not fit among the slices: it has %d × %d pixels of %.3f × %.3f mm, "
             "they have %d × %d of %.3f × %.3f mm."),
          _brg_series_image (part, i)->instance_number, brg_series_get_columns (part),
          brg_series_get_rows (part), other.column_mm, other.row_mm, first->columns, first->rows,
          slice.column_mm, slice.row_mm);
      }
  return NULL;
}
