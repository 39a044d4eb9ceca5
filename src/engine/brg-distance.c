#include "engine/brg-distance.h"

#include <string.h>

#include "engine/brg-alloc.h"
#include "engine/brg-bits.h"
#include "engine/brg-distance-kernel.h"
#include "engine/brg-job-part.h"
#include "engine/brg-parallel.h"

#define SLAB     8
#define TILE     BRG_DISTANCE_TILE
#define ROUNDING 1e-5 /* relative; see brg-distance.h */

/* Squared distances axis by axis: along i from the bits, then the lower envelope of parabolas along
 * k and along j (Felzenszwalb, Huttenlocher 2012, "Distance transforms of sampled functions"), here
 * as a search outward (brg-distance-kernel.h). The squares after k lie where the results will; j
 * comes last so that most of the results are written in the order of memory. */
typedef struct
{
  const BrgMask *to;
  bool both_sides;
  BrgBox box;  /* results */
  BrgBox wide; /* what can matter for them: the box and the limit around it */
  int size[3]; /* of the box */
  int n_rows;  /* of a slice, in the range of `wide` */
  int n_tiles; /* of a row */
  float spacing[3];
  float beyond2;   /* least square beyond the limit, or INFINITY */
  int reach[3];    /* steps within the limit, along j and k */
  float *add[3];   /* (steps * spacing)^2, along j and k */
  float *mm;       /* rows of size[0] at [(k - box.lo[2]) * n_rows + (j - wide.lo[1])] */
  uint8_t *states; /* of the tiles of these rows */
  BrgJob *job;

  BrgDistanceGap *gap;
  BrgDistanceStates *look;
  BrgDistanceSearch *search;
  BrgDistanceFill *fill;
} Search;

/* Columns of tiles along an axis, side by side, and room for a row. */
typedef struct
{
  float *values;   /* [n_tiles][pitch][TILE] */
  uint8_t *states; /* [n_tiles][n] */
  float *row;      /* [n_tiles][TILE] */
  uint8_t *row_states;
  uint8_t *out_states; /* [size of the box along the axis][n_tiles], of the results */
  int n, pitch;        /* odd, so that columns do not compete for the same cache lines */
} Stack;

/* Last index below `end` with bit `value`, or -1. */
static int
previous_bit (const uint64_t *row, int end, bool value)
{
  uint64_t flip = value ? 0 : ~UINT64_C (0);

  for (int w = (end - 1) / 64; end > 0 && w >= 0; w--)
    {
      uint64_t word = row[w] ^ flip;
      if (w == (end - 1) / 64)
        word &= ~UINT64_C (0) >> (63 - (end - 1) % 64);
      if (word != 0)
        return w * 64 + 63 - __builtin_clzll (word);
    }
  return -1;
}

/* Squares along row (j, k), into stack->row; false when all are beyond the limit, on the side that
 * *state then tells. */
static bool
square_row (const Search *s, const Stack *stack, int j, int k, BrgTileState *state)
{
  const uint64_t *row = brg_mask_row (s->to, j, k);
  int lo = s->box.lo[0], hi = s->box.hi[0], n = s->to->grid.dim[0];
  bool value = row[lo / 64] >> (lo % 64) & 1;
  int before = previous_bit (row, lo, !value), after = brg_bits_next (row, n, lo, !value);

  *state = value ? BRG_TILE_INSIDE : BRG_TILE_OUTSIDE;
  if (before < s->wide.lo[0] && after >= s->wide.hi[0] && (s->both_sides || !value))
    return false;
  for (int i = lo; i < hi; value = !value)
    {
      int end = after < hi ? after : hi;
      if (value && !s->both_sides)
        memset (stack->row + (i - lo), 0, (size_t) (end - i) * sizeof (float));
      else
        s->gap (stack->row + (i - lo), i, end, before < 0 ? -INFINITY : (float) before,
                after == n ? INFINITY : (float) after, s->spacing[0], s->beyond2,
                value ? -1.0F : 1.0F);
      before = end - 1;
      i = end;
      after = brg_bits_next (row, n, end, value);
    }
  return true;
}

static void
fill_up (const Search *s, float *row)
{
  for (int i = s->size[0]; i < s->n_tiles * TILE; i++)
    row[i] = row[s->size[0] - 1];
}

static void
copy_tile (float *to, const float *from, int width)
{
  if (width >= TILE)
    {
      memcpy (to, from, TILE * sizeof *to);
      return;
    }
  for (int l = 0; l < TILE; l++)
    to[l] = from[l < width ? l : width - 1];
}

/* Puts a row into level r of the stack: live tiles with their values, others as a state. */
static void
stack_row (const Search *s, const Stack *stack, int r, const float *row, const uint8_t *states)
{
  for (int tile = 0; tile < s->n_tiles; tile++)
    {
      size_t column = (size_t) tile, level = (size_t) r;
      stack->states[column * (size_t) stack->n + level] = states[tile];
      if (states[tile] == BRG_TILE_LIVE)
        copy_tile (stack->values + (column * (size_t) stack->pitch + level) * TILE,
                   row + column * TILE, s->size[0] - tile * TILE);
    }
}

static BrgStatus
init_stack (const Search *s, Stack *stack, int axis, BrgError *error)
{
  BrgPool *pool = brg_job_pool (s->job);
  size_t n = (size_t) (s->wide.hi[axis] - s->wide.lo[axis]), n_tiles = (size_t) s->n_tiles;

  *stack = (Stack){ .n = (int) n, .pitch = (int) n | 1 };
  stack->values = brg_alloc_in (pool, (n | 1) * n_tiles, TILE * sizeof (float), error);
  if (stack->values != NULL)
    stack->states = brg_alloc_in (pool, n, n_tiles, error);
  if (stack->states != NULL)
    stack->row = brg_alloc_in (pool, n_tiles, TILE * sizeof (float), error);
  if (stack->row != NULL)
    stack->row_states = brg_alloc_in (pool, n_tiles, 1, error);
  if (stack->row_states != NULL)
    stack->out_states = brg_alloc_in (pool, (size_t) s->size[axis], n_tiles, error);
  return stack->out_states != NULL ? BRG_OK : BRG_NO_MEMORY;
}

static void
clear_stack (Stack *stack)
{
  brg_free (stack->values);
  brg_free (stack->states);
  brg_free (stack->row);
  brg_free (stack->row_states);
  brg_free (stack->out_states);
}

/* Row j of `wide` in slice k of the box, both counted from 0. */
static size_t
row_at (const Search *s, int j, int k)
{
  return (size_t) k * (size_t) s->n_rows + (size_t) j;
}

/* Searches the columns of the stack along an axis. The results go to rows `row_step` apart, the
 * first of them being `row`. Ends early when cancelled. */
static void
search_stack (const Search *s, const Stack *stack, int axis, float *row, size_t row_step)
{
  BrgDistanceColumn column = { .n = stack->n,
                               .add = s->add[axis],
                               .reach = s->reach[axis],
                               .beyond2 = s->beyond2,
                               .both_sides = s->both_sides,
                               .first = s->box.lo[axis] - s->wide.lo[axis],
                               .n_out = s->size[axis],
                               .is_last = axis == 1,
                               .out_step = row_step,
                               .states_step = (size_t) s->n_tiles };

  for (int tile = 0; tile < s->n_tiles && !brg_job_is_cancelled (s->job); tile++)
    {
      int left = s->size[0] - tile * TILE;
      column.values = stack->values + (size_t) tile * (size_t) stack->pitch * TILE;
      column.states = stack->states + (size_t) tile * (size_t) stack->n;
      column.width = left < TILE ? left : TILE;
      column.out = row + (size_t) tile * TILE;
      column.out_states = stack->out_states + tile;
      s->search (&column);
    }
}

/* Squares after k of the rows j, from the bits. */
static void
search_across (const Search *s, const Stack *stack, int j)
{
  size_t width = (size_t) s->size[0], n_tiles = (size_t) s->n_tiles;

  for (int r = 0; r < stack->n; r++)
    {
      BrgTileState state;
      if (square_row (s, stack, s->wide.lo[1] + j, s->wide.lo[2] + r, &state))
        {
          fill_up (s, stack->row);
          s->look (stack->row, s->n_tiles, s->beyond2, stack->row_states);
        }
      else
        memset (stack->row_states, (int) state, n_tiles);
      stack_row (s, stack, r, stack->row, stack->row_states);
    }
  search_stack (s, stack, 2, s->mm + (size_t) j * width, (size_t) s->n_rows * width);
  if (brg_job_is_cancelled (s->job))
    return;
  for (int k = 0; k < s->size[2]; k++)
    memcpy (s->states + row_at (s, j, k) * n_tiles, stack->out_states + (size_t) k * n_tiles,
            n_tiles);
}

static BrgStatus
search_rows (void *data, int slab, int begin, int end, BrgError *error)
{
  const Search *s = data;
  Stack stack;
  BrgStatus status = init_stack (s, &stack, 2, error);

  (void) slab;
  for (int j = begin; status == BRG_OK && j < end && !brg_job_is_cancelled (s->job); j++)
    search_across (s, &stack, j);
  clear_stack (&stack);
  return status;
}

/* Infinities where nothing is within the limit. */
static void
fill_row (const Search *s, float *row, const uint8_t *states)
{
  for (int begin = 0, end; begin < s->n_tiles; begin = end)
    {
      for (end = begin + 1; end < s->n_tiles && states[end] == states[begin];)
        end++;
      int first = begin * TILE, last = end < s->n_tiles ? end * TILE : s->size[0];
      if (states[begin] != BRG_TILE_LIVE)
        s->fill (row + first, (size_t) (last - first),
                 states[begin] == BRG_TILE_INSIDE ? -INFINITY : INFINITY);
    }
}

/* Distances in slice k. They begin at its first row, be it before those of the box: all that the
 * slice holds is in the stack by then. */
static void
search_slice (const Search *s, const Stack *stack, int k)
{
  size_t width = (size_t) s->size[0], n_tiles = (size_t) s->n_tiles;

  for (int j = 0; j < stack->n; j++)
    stack_row (s, stack, j, s->mm + row_at (s, j, k) * width,
               s->states + row_at (s, j, k) * n_tiles);
  search_stack (s, stack, 1, s->mm + row_at (s, 0, k) * width, width);
  if (brg_job_is_cancelled (s->job))
    return;
  for (int j = 0; j < s->size[1]; j++)
    fill_row (s, s->mm + row_at (s, j, k) * width, stack->out_states + (size_t) j * n_tiles);
}

static BrgStatus
search_slices (void *data, int slab, int begin, int end, BrgError *error)
{
  const Search *s = data;
  Stack stack;
  BrgStatus status = init_stack (s, &stack, 1, error);

  (void) slab;
  for (int k = begin; status == BRG_OK && k < end && !brg_job_is_cancelled (s->job); k++)
    search_slice (s, &stack, k);
  clear_stack (&stack);
  return status;
}

static BrgStatus
check (const BrgMask *to, const BrgBox *box, double limit_mm, BrgError *error)
{
  if (!(limit_mm > 0))
    return brg_error_set (error, BRG_INVALID, "distance limit must be above 0 mm, got %g",
                          limit_mm);
  for (int a = 0; a < 3; a++)
    if (box->lo[a] < 0 || box->hi[a] > to->grid.dim[a] || box->hi[a] <= box->lo[a])
      return brg_error_set (error, BRG_INVALID,
                            "box %d to %d on axis %d is empty or outside the %d voxels", box->lo[a],
                            box->hi[a], a + 1, to->grid.dim[a]);
  return BRG_OK;
}

static void
plan (Search *s, const BrgBox *box, double limit_mm)
{
  const BrgGrid *grid = &s->to->grid;
  double limit = limit_mm * (1 + ROUNDING);
  int margin_vox[3];

  s->box = *box;
  s->beyond2 = nextafterf ((float) (limit * limit), INFINITY);
  for (int a = 0; a < 3; a++)
    {
      double spacing = brg_grid_spacing_mm (grid, a);
      double reach = ceil (limit / spacing);
      margin_vox[a] = reach < grid->dim[a] ? (int) reach : grid->dim[a];
      s->spacing[a] = (float) spacing;
      s->size[a] = box->hi[a] - box->lo[a];
    }
  s->n_tiles = (s->size[0] + TILE - 1) / TILE;
  s->wide = brg_box_grow (box, margin_vox, grid->dim);
  s->n_rows = s->wide.hi[1] - s->wide.lo[1];
}

static BrgStatus
list_squares (Search *s, int axis, BrgError *error)
{
  int n = s->wide.hi[axis] - s->wide.lo[axis];
  float *add = brg_alloc_in (brg_job_pool (s->job), (size_t) n + 1, sizeof *add, error);

  if (add == NULL)
    return BRG_NO_MEMORY;
  for (int steps = 0; steps <= n; steps++)
    {
      float offset = (float) steps * s->spacing[axis];
      bool is_within = steps < n && offset * offset < s->beyond2;
      add[steps] = is_within ? offset * offset : INFINITY;
      s->reach[axis] = is_within ? steps : s->reach[axis];
    }
  s->add[axis] = add;
  return BRG_OK;
}

static BrgStatus
allocate (Search *s, BrgError *error)
{
  BrgPool *pool = brg_job_pool (s->job);
  size_t n_rows = (size_t) s->n_rows * (size_t) s->size[2];

  s->mm = brg_alloc_in (pool, n_rows * (size_t) s->size[0], sizeof *s->mm, error);
  if (s->mm == NULL)
    return BRG_NO_MEMORY;
  s->states = brg_alloc_in (pool, n_rows, (size_t) s->n_tiles, error);
  if (s->states == NULL)
    return BRG_NO_MEMORY;
  BrgStatus status = list_squares (s, 1, error);
  return status == BRG_OK ? list_squares (s, 2, error) : status;
}

/* Takes out the rows outside of the box. */
static void
close_up (const Search *s)
{
  size_t width = (size_t) s->size[0], slice = (size_t) s->size[1] * width;

  for (int k = 1; s->n_rows > s->size[1] && k < s->size[2]; k++)
    memmove (s->mm + (size_t) k * slice, s->mm + row_at (s, 0, k) * width, slice * sizeof *s->mm);
}

static BrgStatus
run (Search *s, BrgError *error)
{
  BrgJobPart parts = brg_job_parts (s->job);

  brg_job_part (&parts, 0, 0.5);
  BrgStatus status = brg_parallel_slabs (s->n_rows, SLAB, search_rows, s, s->job, error);
  brg_job_part (&parts, 0.5, 1);
  if (status == BRG_OK)
    status = brg_parallel_slabs (s->size[2], SLAB, search_slices, s, s->job, error);
  if (status == BRG_OK)
    close_up (s);
  brg_job_parts_end (&parts);
  return status;
}

static BrgStatus
measure (Search *s, const BrgBox *box, double limit_mm, BrgDistance *out, BrgError *error)
{
  BrgBox all = brg_grid_box (&s->to->grid);

  *out = (BrgDistance){ 0 };
  box = box != NULL ? box : &all;
  BrgStatus status = check (s->to, box, limit_mm, error);
  if (status != BRG_OK)
    return status;
  s->gap = BRG_ISA_PICK (s->job, _brg_distance_gap);
  s->look = BRG_ISA_PICK (s->job, _brg_distance_states);
  s->search = BRG_ISA_PICK (s->job, _brg_distance_search);
  s->fill = BRG_ISA_PICK (s->job, _brg_distance_fill);
  plan (s, box, limit_mm);
  status = allocate (s, error);
  if (status == BRG_OK)
    status = run (s, error);
  brg_free (s->states);
  brg_free (s->add[1]);
  brg_free (s->add[2]);
  if (status == BRG_OK)
    *out = (BrgDistance){ *box, s->mm };
  else
    brg_free (s->mm);
  return status;
}

BrgStatus
brg_distance (const BrgMask *to,
              const BrgBox *box,
              double limit_mm,
              BrgDistance *out,
              BrgJob *job,
              BrgError *error)
{
  Search s = { .to = to, .job = job };

  return measure (&s, box, limit_mm, out, error);
}

BrgStatus
brg_distance_signed (const BrgMask *mask,
                     const BrgBox *box,
                     double limit_mm,
                     BrgDistance *out,
                     BrgJob *job,
                     BrgError *error)
{
  Search s = { .to = mask, .both_sides = true, .job = job };

  return measure (&s, box, limit_mm, out, error);
}

void
brg_distance_clear (BrgDistance *distance)
{
  brg_free (distance->mm);
  *distance = (BrgDistance){ 0 };
}
