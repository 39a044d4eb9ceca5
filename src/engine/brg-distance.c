#include "engine/brg-distance.h"

#include <string.h>

#include "engine/brg-alloc.h"
#include "engine/brg-bits.h"
#include "engine/brg-job-part.h"
#include "engine/brg-parallel.h"

#define SLAB       8
#define TILE       64   /* voxels of a row that are searched together */
#define CHECK_EACH 4    /* steps between looks for an early end */
#define ROUNDING   1e-5 /* relative; see brg-distance.h */

/* Squared distances axis by axis: along i from the bits, then the lower envelope of parabolas along
 * j and along k (Felzenszwalb, Huttenlocher 2012, "Distance transforms of sampled functions"), here
 * as a search outward that ends at the limit or once no farther row can be nearer, which works on
 * many voxels of a row at once. Tiles without a value are skipped. */
typedef struct
{
  const BrgMask *to;
  BrgBox box;  /* results */
  BrgBox wide; /* what can matter for them: the box and the limit around it */
  int size[3]; /* of the box */
  int n_tiles; /* of a row */
  float spacing[3];
  float limit2;
  float *mm; /* rows of size[0] at [(k - wide.lo[2]) * size[1] + (j - box.lo[1])]; first squares */
} Search;

/* A stack of rows to search, one above the other; with a flag for each tile of each row, whether it
 * holds a finite value. */
typedef struct
{
  float *values;
  uint8_t *live;
  int n;
  float spacing;
} Stack;

/* Last set bit below `end`, or -1. */
static int
previous_set (const uint64_t *row, int end)
{
  for (int w = (end - 1) / 64; end > 0 && w >= 0; w--)
    {
      uint64_t word = row[w];
      if (w == (end - 1) / 64)
        word &= ~UINT64_C (0) >> (63 - (end - 1) % 64);
      if (word != 0)
        return w * 64 + 63 - __builtin_clzll (word);
    }
  return -1;
}

/* Squares from begin <= i < end to the nearer of two voxels; -INFINITY, INFINITY for none. */
static void
square_gap (const Search *s, int begin, int end, float before, float after, float *out)
{
  for (int i = begin; i < end; i++)
    {
      float up = ((float) i - before) * s->spacing[0];
      float down = (after - (float) i) * s->spacing[0];
      float nearest = up < down ? up : down;
      float square = nearest * nearest;
      out[i - s->box.lo[0]] = square <= s->limit2 ? square : INFINITY;
    }
}

/* Squares along row (j, k); false when none is finite. */
static bool
square_row (const Search *s, int j, int k, float *out)
{
  const uint64_t *row = brg_mask_row (s->to, j, k);
  int lo = s->box.lo[0], hi = s->box.hi[0], n = s->wide.hi[0];
  int before = previous_set (row, lo);

  if ((before < s->wide.lo[0]) && brg_bits_next (row, n, lo, true) == n)
    return false;
  for (int i = lo; i < hi;)
    {
      int next = brg_bits_next (row, n, i, true);
      int gap_end = next < hi ? next : hi;
      int run_end = next < hi ? brg_bits_next (row, hi, next, false) : hi;
      square_gap (s, i, gap_end, before < 0 ? -INFINITY : (float) before,
                  next == n ? INFINITY : (float) next, out);
      if (run_end > gap_end)
        memset (out + (gap_end - lo), 0, (size_t) (run_end - gap_end) * sizeof *out);
      before = run_end - 1;
      i = run_end;
    }
  return true;
}

static void
lower (float *restrict out, const float *restrict row, float add, int n)
{
  for (int x = 0; x < n; x++)
    {
      float value = row[x] + add;
      out[x] = value < out[x] ? value : out[x];
    }
}

/* These two are written as unions of tests, which the compiler can take many at a time. */

static bool
any_above (const float *values, int n, float limit)
{
  int any = 0;

  for (int x = 0; x < n; x++)
    any |= values[x] > limit;
  return any != 0;
}

static bool
any_finite (const float *values, int n)
{
  int any = 0;

  for (int x = 0; x < n; x++)
    any |= values[x] < INFINITY;
  return any != 0;
}

/* out = min over rows r of stack[r] + ((r - at) * spacing)^2, for the `n` voxels of a tile. */
static void
search_tile (const Search *s, const Stack *stack, int at, int tile, int n, float *out)
{
  size_t width = (size_t) s->size[0], n_tiles = (size_t) s->n_tiles;
  const float *values = stack->values + (size_t) tile * TILE;
  const uint8_t *live = stack->live + tile;

  for (int x = 0; x < n; x++)
    out[x] = INFINITY;
  for (int t = 0; t < stack->n; t++)
    {
      float offset = (float) t * stack->spacing;
      float add = offset * offset;
      int above = at + t, below = at - t;

      if (add > s->limit2 || (t % CHECK_EACH == 0 && t > 0 && !any_above (out, n, add)))
        break;
      if (above < stack->n && live[(size_t) above * n_tiles])
        lower (out, values + (size_t) above * width, add, n);
      if (t > 0 && below >= 0 && live[(size_t) below * n_tiles])
        lower (out, values + (size_t) below * width, add, n);
    }
}

static int
tile_size (const Search *s, int tile)
{
  int left = s->size[0] - tile * TILE;

  return left < TILE ? left : TILE;
}

static void
search_row (const Search *s, const Stack *stack, int at, float *out)
{
  for (int tile = 0; tile < s->n_tiles; tile++)
    search_tile (s, stack, at, tile, tile_size (s, tile), out + (size_t) tile * TILE);
}

/* Sets the flags of row `r` of the stack. */
static void
look_alive (const Search *s, const Stack *stack, int r)
{
  const float *row = stack->values + (size_t) r * (size_t) s->size[0];
  uint8_t *live = stack->live + (size_t) r * (size_t) s->n_tiles;

  for (int tile = 0; tile < s->n_tiles; tile++)
    live[tile] = any_finite (row + (size_t) tile * TILE, tile_size (s, tile));
}

static BrgStatus
init_stack (const Search *s, Stack *stack, int axis, BrgError *error)
{
  stack->n = s->wide.hi[axis] - s->wide.lo[axis];
  stack->spacing = s->spacing[axis];
  stack->live = NULL;
  stack->values = brg_alloc ((size_t) stack->n * (size_t) s->size[0], sizeof (float), error);
  if (stack->values == NULL)
    return BRG_NO_MEMORY;
  stack->live = brg_alloc ((size_t) stack->n * (size_t) s->n_tiles, 1, error);
  return stack->live != NULL ? BRG_OK : BRG_NO_MEMORY;
}

static void
clear_stack (Stack *stack)
{
  brg_free (stack->values);
  brg_free (stack->live);
}

static float *
result_row (const Search *s, int j, int k)
{
  size_t row = (size_t) k * (size_t) s->size[1] + (size_t) j;

  return s->mm + row * (size_t) s->size[0];
}

/* Squares after j in the slices begin <= k < end, from the bits. */
static BrgStatus
search_slices (void *data, int slab, int begin, int end, BrgError *error)
{
  const Search *s = data;
  Stack stack;
  BrgStatus status = init_stack (s, &stack, 1, error);

  (void) slab;
  for (int k = begin; status == BRG_OK && k < end; k++)
    {
      for (int r = 0; r < stack.n; r++)
        if (square_row (s, s->wide.lo[1] + r, s->wide.lo[2] + k,
                        stack.values + (size_t) r * (size_t) s->size[0]))
          look_alive (s, &stack, r);
        else
          memset (stack.live + (size_t) r * (size_t) s->n_tiles, 0, (size_t) s->n_tiles);
      for (int j = 0; j < s->size[1]; j++)
        search_row (s, &stack, s->box.lo[1] - s->wide.lo[1] + j, result_row (s, j, k));
    }
  clear_stack (&stack);
  return status;
}

static void
root_row (const Search *s, float *row)
{
  for (int x = 0; x < s->size[0]; x++)
    row[x] = row[x] <= s->limit2 ? sqrtf (row[x]) : INFINITY;
}

/* Distances in the rows begin <= j < end of the box, in place of the squares. */
static BrgStatus
search_rows (void *data, int slab, int begin, int end, BrgError *error)
{
  const Search *s = data;
  size_t width = (size_t) s->size[0];
  int first = s->box.lo[2] - s->wide.lo[2];
  Stack stack;
  BrgStatus status = init_stack (s, &stack, 2, error);

  (void) slab;
  for (int j = begin; status == BRG_OK && j < end; j++)
    {
      for (int k = 0; k < stack.n; k++)
        {
          memcpy (stack.values + (size_t) k * width, result_row (s, j, k), width * sizeof (float));
          look_alive (s, &stack, k);
        }
      for (int k = first; k < first + s->size[2]; k++)
        {
          search_row (s, &stack, k, result_row (s, j, k));
          root_row (s, result_row (s, j, k));
        }
    }
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
plan (Search *s, const BrgMask *to, const BrgBox *box, double limit_mm)
{
  int margin_vox[3];

  *s = (Search){ .to = to, .box = *box };
  for (int a = 0; a < 3; a++)
    {
      double spacing = brg_grid_spacing_mm (&to->grid, a);
      double reach = ceil (limit_mm * (1 + ROUNDING) / spacing);
      margin_vox[a] = reach < to->grid.dim[a] ? (int) reach : to->grid.dim[a];
      s->spacing[a] = (float) spacing;
      s->size[a] = box->hi[a] - box->lo[a];
    }
  double limit = limit_mm * (1 + ROUNDING);
  s->limit2 = (float) (limit * limit);
  s->n_tiles = (s->size[0] + TILE - 1) / TILE;
  s->wide = brg_box_grow (box, margin_vox, to->grid.dim);
}

static BrgStatus
search (Search *s, BrgJob *job, BrgError *error)
{
  int n_slices = s->wide.hi[2] - s->wide.lo[2];
  size_t slice = (size_t) s->size[0] * (size_t) s->size[1];
  BrgJobPart parts = brg_job_parts (job);

  s->mm = brg_alloc (slice * (size_t) n_slices, sizeof *s->mm, error);
  if (s->mm == NULL)
    return BRG_NO_MEMORY;
  brg_job_part (&parts, 0, 0.5);
  BrgStatus status = brg_parallel_slabs (n_slices, SLAB, search_slices, s, job, error);
  brg_job_part (&parts, 0.5, 1);
  if (status == BRG_OK)
    status = brg_parallel_slabs (s->size[1], SLAB, search_rows, s, job, error);
  brg_job_parts_end (&parts);
  if (status == BRG_OK)
    memmove (s->mm, result_row (s, 0, s->box.lo[2] - s->wide.lo[2]),
             slice * (size_t) s->size[2] * sizeof *s->mm);
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
  BrgBox all = brg_grid_box (&to->grid);
  Search s;

  *out = (BrgDistance){ 0 };
  box = box != NULL ? box : &all;
  BrgStatus status = check (to, box, limit_mm, error);
  if (status != BRG_OK)
    return status;
  plan (&s, to, box, limit_mm);
  status = search (&s, job, error);
  if (status == BRG_OK)
    *out = (BrgDistance){ *box, s.mm };
  else
    brg_free (s.mm);
  return status;
}

void
brg_distance_clear (BrgDistance *distance)
{
  brg_free (distance->mm);
  *distance = (BrgDistance){ 0 };
}
