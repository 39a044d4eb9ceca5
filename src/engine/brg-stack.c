#include "engine/brg-stack.h"

#include <stdlib.h>

#include "engine/brg-alloc.h"

#define SAME_DIRECTION 1e-3 /* of unit vectors */
#define SAME_SPACING   1e-4 /* relative */
#define WHOLE_STEPS    0.05 /* how near to whole steps a gap of missing slices is */

typedef struct
{
  double at_mm;
  int index;
} Place;

static int
compare_places (const void *a, const void *b)
{
  const Place *first = a, *second = b;

  if (first->at_mm < second->at_mm || first->at_mm > second->at_mm)
    return first->at_mm < second->at_mm ? -1 : 1;
  return first->index < second->index ? -1 : first->index > second->index;
}

static int
compare_numbers (const void *a, const void *b)
{
  double first = *(const double *) a, second = *(const double *) b;

  return first < second ? -1 : first > second;
}

static BrgStatus
check_alike (const BrgStackSlice *slices, int n_slices, BrgError *error)
{
  const BrgStackSlice *first = &slices[0];

  for (int s = 1; s < n_slices; s++)
    {
      const BrgStackSlice *slice = &slices[s];
      double turn = fmax (brg_vec3_length (brg_vec3_sub (slice->along_row, first->along_row)),
                          brg_vec3_length (brg_vec3_sub (slice->down, first->down)));
      if (!(turn <= SAME_DIRECTION))
        return brg_error_set (error, BRG_INVALID, "slice %d lies in another plane than slice 1",
                              s + 1);
      if (!(fabs (slice->row_mm / first->row_mm - 1) <= SAME_SPACING &&
            fabs (slice->column_mm / first->column_mm - 1) <= SAME_SPACING))
        return brg_error_set (
          error, BRG_INVALID, "slice %d has pixels of %.4f x %.4f mm, slice 1 of %.4f x %.4f",
          s + 1, slice->column_mm, slice->row_mm, first->column_mm, first->row_mm);
    }
  return BRG_OK;
}

/* Sorts the slices into stack->order and ->at_mm; of those in one place the first given stays. */
static BrgStatus
sort_slices (const BrgStackSlice *slices, int n_slices, BrgStack *stack, BrgError *error)
{
  Place *places = brg_alloc ((size_t) n_slices, sizeof *places, error);

  if (places == NULL)
    return BRG_NO_MEMORY;
  for (int s = 0; s < n_slices; s++)
    places[s] = (Place){ brg_vec3_dot (slices[s].position, stack->normal), s };
  qsort (places, (size_t) n_slices, sizeof *places, compare_places);
  for (int p = 0; p < n_slices; p++)
    {
      double at_mm = places[p].at_mm - places[0].at_mm;
      if (stack->n > 0 && at_mm - stack->at_mm[stack->n - 1] < BRG_STACK_SAME_MM)
        {
          if (stack->n_duplicates++ == 0)
            stack->first_duplicate = places[p].index;
          continue;
        }
      stack->order[stack->n] = places[p].index;
      stack->at_mm[stack->n++] = at_mm;
    }
  brg_free (places);
  return BRG_OK;
}

static double
gap_of (const BrgStack *stack, int s)
{
  return stack->at_mm[s + 1] - stack->at_mm[s];
}

static BrgStatus
find_step (BrgStack *stack, BrgError *error)
{
  int n = stack->n - 1;
  double *gaps = brg_alloc ((size_t) n, sizeof *gaps, error);

  if (gaps == NULL)
    return BRG_NO_MEMORY;
  for (int s = 0; s < n; s++)
    gaps[s] = gap_of (stack, s);
  qsort (gaps, (size_t) n, sizeof *gaps, compare_numbers);
  stack->step_mm = gaps[n / 2];
  brg_free (gaps);
  return BRG_OK;
}

/* Slices are missing behind slice `s`. */
static void
count_missing (BrgStack *stack, int s, int n_missing)
{
  stack->n_missing += n_missing;
  stack->n_gaps++;
  if (stack->worst_gap < 0 || gap_of (stack, s) > stack->worst_gap_mm)
    {
      stack->worst_gap = s;
      stack->worst_gap_mm = gap_of (stack, s);
    }
}

static void
count_uneven (BrgStack *stack, double gap_mm)
{
  double before_mm = stack->n_uneven++ > 0 ? stack->uneven_mm : stack->step_mm;

  if (fabs (gap_mm - stack->step_mm) > fabs (before_mm - stack->step_mm))
    stack->uneven_mm = gap_mm;
}

static void
judge_gaps (BrgStack *stack)
{
  for (int s = 0; s + 1 < stack->n; s++)
    {
      double gap_mm = gap_of (stack, s), steps = gap_mm / stack->step_mm;
      if (fabs (gap_mm - stack->step_mm) <= BRG_STACK_ROUND_MM)
        continue;
      if (steps > 1.5 && fabs (steps - floor (steps + 0.5)) <= WHOLE_STEPS)
        count_missing (stack, s, (int) floor (steps + 0.5) - 1);
      else
        count_uneven (stack, gap_mm);
    }
}

/* The line through first and last position, and how far the others are off it in their planes. */
static void
find_lean (const BrgStackSlice *slices, BrgStack *stack)
{
  const BrgStackSlice *first = &slices[stack->order[0]],
                      *last = &slices[stack->order[stack->n - 1]];
  BrgVec3 whole = brg_vec3_sub (last->position, first->position);
  double length_mm = stack->at_mm[stack->n - 1];
  double row = brg_vec3_dot (whole, first->along_row), down = brg_vec3_dot (whole, first->down);

  stack->lean_mm[0] = row / length_mm * stack->step_mm;
  stack->lean_mm[1] = down / length_mm * stack->step_mm;
  stack->tilt_deg = atan2 (hypot (row, down), length_mm) * 180 / BRG_PI;
  stack->is_tilted = stack->tilt_deg > BRG_STACK_TILT_DEG;
  for (int s = 0; s < stack->n; s++)
    {
      BrgVec3 from = brg_vec3_sub (slices[stack->order[s]].position, first->position);
      double share = stack->at_mm[s] / length_mm;
      double off_mm = hypot (brg_vec3_dot (from, first->along_row) - share * row,
                             brg_vec3_dot (from, first->down) - share * down);
      stack->off_line_mm = fmax (stack->off_line_mm, off_mm);
    }
}

static BrgAffine
affine_of (BrgVec3 x, BrgVec3 y, BrgVec3 z, BrgVec3 origin)
{
  return (BrgAffine){ { { x.x, y.x, z.x, origin.x },
                        { x.y, y.y, z.y, origin.y },
                        { x.z, y.z, z.z, origin.z },
                        { 0, 0, 0, 1 } } };
}

/* Corner (right, bottom) of a slice by its own numbers. */
static BrgVec3
corner_of (const BrgStackSlice *slice, double columns, double rows)
{
  return brg_vec3_add (slice->position,
                       brg_vec3_add (brg_vec3_scale (slice->along_row, columns * slice->column_mm),
                                     brg_vec3_scale (slice->down, rows * slice->row_mm)));
}

/* All four corners of every slice against the grid. */
static void
check_corners (const BrgStackSlice *slices, const BrgAffine *lps, const int dim[3], BrgStack *stack)
{
  for (int s = 0; s < stack->n; s++)
    for (int corner = 0; corner < 4; corner++)
      {
        double x = corner % 2 > 0 ? dim[0] - 1 : 0, y = corner / 2 > 0 ? dim[1] - 1 : 0;
        BrgVec3 by_grid = brg_affine_point (lps, brg_vec3 (x, y, s));
        BrgVec3 by_slice = corner_of (&slices[stack->order[s]], x, y);
        stack->off_corner_mm =
          fmax (stack->off_corner_mm, brg_vec3_length (brg_vec3_sub (by_grid, by_slice)));
      }
  stack->is_even = stack->off_corner_mm <= BRG_STACK_ROUND_MM;
}

static BrgStatus
make_grid (const BrgStackSlice *slices, int columns, int rows, BrgStack *stack, BrgError *error)
{
  const BrgStackSlice *first = &slices[stack->order[0]],
                      *last = &slices[stack->order[stack->n - 1]];
  const int dim[3] = { columns, rows, stack->n };
  BrgVec3 step =
    brg_vec3_scale (brg_vec3_sub (last->position, first->position), 1.0 / (stack->n - 1));
  BrgAffine lps = affine_of (brg_vec3_scale (first->along_row, first->column_mm),
                             brg_vec3_scale (first->down, first->row_mm), step, first->position);
  BrgStatus status = brg_grid_from_source (dim, &lps, &stack->grid, error);

  if (status == BRG_OK)
    check_corners (slices, &lps, dim, stack);
  return status;
}

static BrgStatus
allocate (BrgStack *stack, int n_slices, BrgError *error)
{
  stack->order = brg_alloc ((size_t) n_slices, sizeof *stack->order, error);
  if (stack->order != NULL)
    stack->at_mm = brg_alloc ((size_t) n_slices, sizeof *stack->at_mm, error);
  return stack->at_mm != NULL ? BRG_OK : BRG_NO_MEMORY;
}

static BrgStatus
fill (const BrgStackSlice *slices,
      int n_slices,
      int columns,
      int rows,
      BrgStack *stack,
      BrgError *error)
{
  BrgStatus status = sort_slices (slices, n_slices, stack, error);

  if (status == BRG_OK && stack->n < 2)
    return brg_error_set (error, BRG_INVALID, "%d slices in one place make no volume", n_slices);
  if (status == BRG_OK)
    status = find_step (stack, error);
  if (status != BRG_OK)
    return status;
  judge_gaps (stack);
  find_lean (slices, stack);
  return make_grid (slices, columns, rows, stack, error);
}

BrgStatus
brg_stack_make (const BrgStackSlice *slices,
                int n_slices,
                int columns,
                int rows,
                BrgStack *stack,
                BrgError *error)
{
  *stack = (BrgStack){ .first_duplicate = -1, .worst_gap = -1 };
  if (n_slices < 2)
    return brg_error_set (error, BRG_INVALID, "%d slice makes no volume", n_slices);
  BrgStatus status = check_alike (slices, n_slices, error);
  if (status == BRG_OK)
    status = allocate (stack, n_slices, error);
  if (status == BRG_OK)
    {
      stack->normal = brg_vec3_normalize (brg_vec3_cross (slices[0].along_row, slices[0].down));
      status = fill (slices, n_slices, columns, rows, stack, error);
    }
  if (status != BRG_OK)
    brg_stack_clear (stack);
  return status;
}

void
brg_stack_clear (BrgStack *stack)
{
  brg_free (stack->order);
  brg_free (stack->at_mm);
  *stack = (BrgStack){ .first_duplicate = -1, .worst_gap = -1 };
}
