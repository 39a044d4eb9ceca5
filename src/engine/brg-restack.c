#include "engine/brg-restack.h"

#include "engine/brg-alloc.h"
#include "engine/brg-lattice.h"
#include "engine/brg-parallel.h"

#define ON_SAMPLE 1e-6 /* of a pixel or a step: as good as on it */

/* Pixels from the first sample of the first slice. */
typedef struct
{
  double x, y;
} Offset;

typedef struct
{
  const int16_t *hu;
  const BrgStack *stack;
  int columns, rows;
  Offset *offsets; /* [stack->n] of the first sample of each slice */
  Offset low;      /* of the first sample of the new grid; whole numbers */
  int dim[3];      /* of the new grid, as the slices lie */
  BrgVolume *out;
  BrgLattice lattice; /* of `out` */
} Restack;

static Offset
offset_of (const BrgStackSlice *first, const BrgStackSlice *slice)
{
  BrgVec3 from = brg_vec3_sub (slice->position, first->position);

  return (Offset){ brg_vec3_dot (from, first->along_row) / first->column_mm,
                   brg_vec3_dot (from, first->down) / first->row_mm };
}

int
brg_restack_n_slices (const BrgStack *stack)
{
  double n_steps = ceil (stack->at_mm[stack->n - 1] / stack->step_mm - ON_SAMPLE);

  return 1 + (int) fmin (n_steps, BRG_GRID_MAX_DIM);
}

bool
brg_restack_is_made_up (const BrgStack *stack, int slice)
{
  double at_mm = slice * stack->step_mm;

  for (int s = 0; s < stack->n; s++)
    if (fabs (stack->at_mm[s] - at_mm) <= BRG_STACK_SAME_MM)
      return false;
  return true;
}

/* Where the new grid begins and how large it is. */
static void
measure (Restack *self, const BrgStackSlice *slices)
{
  const BrgStack *stack = self->stack;
  Offset high = { 0, 0 };

  for (int s = 0; s < stack->n; s++)
    {
      Offset offset = offset_of (&slices[stack->order[0]], &slices[stack->order[s]]);
      self->offsets[s] = offset;
      self->low.x = fmin (self->low.x, floor (offset.x + ON_SAMPLE));
      self->low.y = fmin (self->low.y, floor (offset.y + ON_SAMPLE));
      high.x = fmax (high.x, ceil (offset.x - ON_SAMPLE));
      high.y = fmax (high.y, ceil (offset.y - ON_SAMPLE));
    }
  self->dim[0] = self->columns + (int) fmin (high.x - self->low.x, BRG_GRID_MAX_DIM);
  self->dim[1] = self->rows + (int) fmin (high.y - self->low.y, BRG_GRID_MAX_DIM);
  self->dim[2] = brg_restack_n_slices (stack);
}

static BrgStatus
make_volume (Restack *self, const BrgStackSlice *slices, BrgPool *pool, BrgError *error)
{
  const BrgStackSlice *first = &slices[self->stack->order[0]];
  BrgVec3 x = brg_vec3_scale (first->along_row, first->column_mm);
  BrgVec3 y = brg_vec3_scale (first->down, first->row_mm);
  BrgVec3 z = brg_vec3_scale (self->stack->normal, self->stack->step_mm);
  BrgVec3 origin = brg_vec3_add (first->position, brg_vec3_add (brg_vec3_scale (x, self->low.x),
                                                                brg_vec3_scale (y, self->low.y)));
  BrgAffine lps = { { { x.x, y.x, z.x, origin.x },
                      { x.y, y.y, z.y, origin.y },
                      { x.z, y.z, z.z, origin.z },
                      { 0, 0, 0, 1 } } };
  BrgGrid grid;
  BrgStatus status = brg_grid_from_source (self->dim, &lps, &grid, error);

  if (status == BRG_OK)
    {
      self->lattice = brg_lattice_of (&grid);
      self->out = brg_volume_new_in (pool, &grid, error);
    }
  return status == BRG_OK && self->out == NULL ? BRG_NO_MEMORY : status;
}

/* The slice at or below `at_mm`, and how far it is from there to the next: 0..1. -1 above the last
 * one. */
static int
find_slice (const BrgStack *stack, double at_mm, double *share)
{
  int s = 0;

  while (s + 2 < stack->n && stack->at_mm[s + 1] <= at_mm)
    s++;
  *share = (at_mm - stack->at_mm[s]) / (stack->at_mm[s + 1] - stack->at_mm[s]);
  if (*share > 1 + ON_SAMPLE)
    return -1;
  *share = *share < 1 ? *share : 1;
  return s;
}

static double
mix (double a, double b, double share)
{
  return a + (b - a) * share;
}

/* Limits `at` to 0..n - 1 and splits it; false outside. */
static bool
split (double at, int n, int *index, double *share)
{
  if (!(at >= -ON_SAMPLE && at <= n - 1 + ON_SAMPLE))
    return false;
  double limited = fmin (fmax (at, 0), n - 1);
  *index = (int) limited;
  *share = limited - *index;
  return true;
}

/* Row `y` of the new grid between two rows each of two images, `below` and `above`. */
typedef struct
{
  const int16_t *rows[2][2]; /* [image][row] */
  double row_share, slice_share;
  double first_x; /* pixel of the slices that the first new sample is */
} RowSource;

static int16_t
sample (const RowSource *source, int x, int next, double share)
{
  double images[2];

  for (int i = 0; i < 2; i++)
    {
      const int16_t *upper = source->rows[i][0], *lower = source->rows[i][1];
      images[i] = mix (mix (upper[x], upper[next], share), mix (lower[x], lower[next], share),
                       source->row_share);
    }
  return (int16_t) floor (mix (images[0], images[1], source->slice_share) + 0.5);
}

static void
fill_row (const Restack *self, const RowSource *source, int y, int z)
{
  int16_t *to = brg_lattice_row_in (&self->lattice, self->out, y, z);
  ptrdiff_t step = brg_lattice_step_in (&self->lattice, self->out);

  for (int x = 0; x < self->dim[0]; x++)
    {
      int index;
      double share;
      bool is_inside = source != NULL && split (source->first_x + x, self->columns, &index, &share);
      to[x * step] =
        is_inside ? sample (source, index, index + 1 < self->columns ? index + 1 : index, share)
                  : BRG_RESTACK_PAD_HU;
    }
}

/* False when no slice has such a row. */
static bool
find_source (const Restack *self, int slice, double share, int y, RowSource *source)
{
  const Offset *below = &self->offsets[slice], *above = below + 1;
  size_t image = (size_t) self->rows * (size_t) self->columns;
  int row;

  *source =
    (RowSource){ .slice_share = share, .first_x = self->low.x - mix (below->x, above->x, share) };
  if (!split (self->low.y + y - mix (below->y, above->y, share), self->rows, &row,
              &source->row_share))
    return false;
  int next = row + 1 < self->rows ? row + 1 : row;
  for (int i = 0; i < 2; i++)
    {
      const int16_t *hu = self->hu + (size_t) (slice + i) * image;
      source->rows[i][0] = hu + (size_t) row * (size_t) self->columns;
      source->rows[i][1] = hu + (size_t) next * (size_t) self->columns;
    }
  return true;
}

static BrgStatus
restack_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Restack *self = data;

  (void) slab;
  (void) error;
  for (int z = begin; z < end; z++)
    {
      double share;
      int slice = find_slice (self->stack, z * self->stack->step_mm, &share);
      for (int y = 0; y < self->dim[1]; y++)
        {
          RowSource source;
          bool is_there = slice >= 0 && find_source (self, slice, share, y, &source);
          fill_row (self, is_there ? &source : NULL, y, z);
        }
    }
  return BRG_OK;
}

int
brg_restack_made_up (const BrgStack *stack)
{
  int n_made_up = 0;

  for (int z = 0; z < brg_restack_n_slices (stack); z++)
    n_made_up += brg_restack_is_made_up (stack, z);
  return n_made_up;
}

BrgVolume *
brg_restack (const int16_t *hu,
             const BrgStackSlice *slices,
             const BrgStack *stack,
             int columns,
             int rows,
             BrgJob *job,
             BrgError *error)
{
  Restack self = { .hu = hu, .stack = stack, .columns = columns, .rows = rows };
  BrgPool *pool = brg_job_pool (job);
  BrgStatus status = BRG_NO_MEMORY;

  self.offsets = brg_alloc_in (pool, (size_t) stack->n, sizeof *self.offsets, error);
  if (self.offsets != NULL)
    {
      measure (&self, slices);
      status = make_volume (&self, slices, pool, error);
    }
  if (status == BRG_OK)
    status = brg_parallel_slabs (self.dim[2], 1, restack_slab, &self, job, error);
  brg_free (self.offsets);
  if (status == BRG_OK)
    return self.out;
  brg_volume_unref (self.out);
  return NULL;
}
