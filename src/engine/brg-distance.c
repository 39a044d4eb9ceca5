#include "engine/brg-distance.h"

#include <string.h>

#include "engine/brg-alloc.h"
#include "engine/brg-bits.h"
#include "engine/brg-job-part.h"
#include "engine/brg-parallel.h"

#define SLAB       8
#define TILE       64   /* voxels of a row that share one early end */
#define CHECK_EACH 4    /* steps between looks for it */
#define ROUNDING   1e-5 /* relative; see brg-distance.h */

/* Squared distances axis by axis: along i from the bits, then the lower envelope of parabolas along
 * j and along k (Felzenszwalb, Huttenlocher 2012, "Distance transforms of sampled functions"), here
 * as a search outward that ends at the limit or once no farther row can be nearer, which works on
 * many voxels of a row at once. Rows without a value are skipped. */
typedef struct
{
  const BrgMask *to;
  BrgBox box;  /* results */
  BrgBox wide; /* what can matter for them: the box and the limit around it */
  int size[3]; /* of the box */
  float spacing[3];
  float limit2;
  float *columns; /* squares after j: rows of size[0] at [(k - wide.lo[2]) * size[1] + (j - lo)] */
  uint8_t *live;  /* rows of `columns` with a finite value */
  float *mm;
} Search;

/* A stack of rows to search: row r is at values + r * stride, and worth it when live[r * step]. */
typedef struct
{
  const float *values;
  size_t stride;
  const uint8_t *live;
  size_t step;
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

static float
greatest (const float *values, int n)
{
  float most = 0;

  for (int x = 0; x < n; x++)
    most = values[x] > most ? values[x] : most;
  return most;
}

/* out = min over rows r of stack[r] + ((r - at) * spacing)^2, for `n` voxels from `first` on. */
static void
search_tile (const Search *s, const Stack *stack, int at, int first, int n, float *out)
{
  const float *values = stack->values + first;

  for (int x = 0; x < n; x++)
    out[x] = INFINITY;
  for (int t = 0; t < stack->n; t++)
    {
      float offset = (float) t * stack->spacing;
      float add = offset * offset;
      int above = at + t, below = at - t;

      if (add > s->limit2 || (t % CHECK_EACH == 0 && t > 0 && add >= greatest (out, n)))
        break;
      if (above < stack->n && stack->live[(size_t) above * stack->step])
        lower (out, values + (size_t) above * stack->stride, add, n);
      if (t > 0 && below >= 0 && stack->live[(size_t) below * stack->step])
        lower (out, values + (size_t) below * stack->stride, add, n);
    }
}

static void
search_row (const Search *s, const Stack *stack, int at, float *out)
{
  int n = s->size[0];

  for (int first = 0; first < n; first += TILE)
    search_tile (s, stack, at, first, n - first < TILE ? n - first : TILE, out + first);
}

static bool
any_finite (const float *values, int n)
{
  for (int x = 0; x < n; x++)
    if (values[x] < INFINITY)
      return true;
  return false;
}

/* Slices of `columns` from the bits. */
static BrgStatus
search_columns (void *data, int slab, int begin, int end, BrgError *error)
{
  const Search *s = data;
  size_t width = (size_t) s->size[0];
  int n_rows = s->wide.hi[1] - s->wide.lo[1];
  float *squares = brg_alloc ((size_t) n_rows * width, sizeof *squares, error);
  uint8_t *live = squares != NULL ? brg_alloc ((size_t) n_rows, 1, error) : NULL;
  Stack stack = { squares, width, live, 1, n_rows, s->spacing[1] };

  (void) slab;
  for (int k = begin; live != NULL && k < end; k++)
    {
      for (int r = 0; r < n_rows; r++)
        live[r] =
          square_row (s, s->wide.lo[1] + r, s->wide.lo[2] + k, squares + (size_t) r * width);
      for (int j = 0; j < s->size[1]; j++)
        {
          size_t row = (size_t) k * (size_t) s->size[1] + (size_t) j;
          search_row (s, &stack, s->box.lo[1] - s->wide.lo[1] + j, s->columns + row * width);
          s->live[row] = any_finite (s->columns + row * width, s->size[0]);
        }
    }
  BrgStatus status = live != NULL ? BRG_OK : BRG_NO_MEMORY;
  brg_free (squares);
  brg_free (live);
  return status;
}

static void
root_row (const Search *s, float *row)
{
  for (int x = 0; x < s->size[0]; x++)
    row[x] = row[x] <= s->limit2 ? sqrtf (row[x]) : INFINITY;
}

/* Result rows begin <= j < end from the columns. */
static BrgStatus
search_result (void *data, int slab, int begin, int end, BrgError *error)
{
  const Search *s = data;
  size_t width = (size_t) s->size[0], n_rows = (size_t) s->size[1];

  (void) slab;
  (void) error;
  for (int k = 0; k < s->size[2]; k++)
    for (int j = begin; j < end; j++)
      {
        Stack stack = { s->columns + (size_t) j * width, n_rows * width, s->live + j, n_rows,
                        s->wide.hi[2] - s->wide.lo[2],   s->spacing[2] };
        float *row = s->mm + ((size_t) k * n_rows + (size_t) j) * width;
        search_row (s, &stack, s->box.lo[2] - s->wide.lo[2] + k, row);
        root_row (s, row);
      }
  return BRG_OK;
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
  s->wide = brg_box_grow (box, margin_vox, to->grid.dim);
}

static BrgStatus
search (Search *s, BrgJob *job, BrgError *error)
{
  int n_slices = s->wide.hi[2] - s->wide.lo[2];
  size_t n_rows = (size_t) n_slices * (size_t) s->size[1];
  BrgJobPart parts = brg_job_parts (job);
  BrgStatus status;

  s->columns = brg_alloc (n_rows * (size_t) s->size[0], sizeof *s->columns, error);
  s->live = s->columns != NULL ? brg_alloc (n_rows, 1, error) : NULL;
  if (s->live == NULL)
    return BRG_NO_MEMORY;
  brg_job_part (&parts, 0, 0.5);
  status = brg_parallel_slabs (n_slices, SLAB, search_columns, s, job, error);
  brg_job_part (&parts, 0.5, 1);
  if (status == BRG_OK)
    status = brg_parallel_slabs (s->size[1], SLAB, search_result, s, job, error);
  brg_job_parts_end (&parts);
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
  s.mm =
    brg_alloc ((size_t) s.size[0] * (size_t) s.size[1] * (size_t) s.size[2], sizeof *s.mm, error);
  status = s.mm != NULL ? search (&s, job, error) : BRG_NO_MEMORY;
  brg_free (s.columns);
  brg_free (s.live);
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
