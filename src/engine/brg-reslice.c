#include "engine/brg-reslice.h"

#include "engine/brg-parallel.h"
#include "engine/brg-reslice-kernel.h"

#define SLAB_ROWS      16
#define FETCH_ROWS     2 /* ahead of the one worked on */
#define FETCH_PX       2
#define ONE            (INT64_C (1) << BRG_RESLICE_BITS)
#define LIMIT_VOX      0x1p21
#define UNIT_TOLERANCE 1e-6

typedef struct
{
  const BrgPlaneSlice *slice;
  const int *dim;
  double origin[3], down[3]; /* voxels: pixel (0, 0), and from row to row */
  int64_t step[3];           /* from pixel to pixel */
  BrgResliceSource source;
  BrgResliceRow *row; /* NULL: nearest */
  const BrgMask *mask;
  int16_t background_hu;
  int16_t *hu;
  uint8_t *bytes;
} Reslice;

/* Pixels begin <= x < end. */
typedef struct
{
  int begin, end;
} Range;

/* Nearest integer, ties to even. Below 2^62, in two parts that are exact. */
static int64_t
to_units (double vox)
{
  double whole = floor (vox);

  return (int64_t) whole * ONE + (int64_t) nearbyint ((vox - whole) * 0x1p40);
}

static int64_t
floor_div (int64_t a, int64_t b)
{
  return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

/* The part of `range` where lo <= at + x * step < hi. */
static Range
clip (Range range, int64_t at, int64_t step, int64_t lo, int64_t hi)
{
  int64_t begin = range.begin, end = range.end;

  if (step == 0)
    return at >= lo && at < hi ? range : (Range){ 0, 0 };
  int64_t first = step > 0 ? -floor_div (at - lo, step) : floor_div (at - hi, -step) + 1;
  int64_t last = step > 0 ? -floor_div (at - hi, step) : floor_div (at - lo, -step) + 1;
  begin = first > begin ? first : begin;
  end = last < end ? last : end;
  return begin < end ? (Range){ (int) begin, (int) end } : (Range){ 0, 0 };
}

/* Where all of at + x * step lies from `lo` to below `dim` + `hi`, in units. */
static Range
clip_to (const Reslice *r, Range range, const int64_t at[3], int64_t lo, int64_t hi)
{
  for (int a = 0; a < 3; a++)
    range = clip (range, at[a], r->step[a], lo, r->dim[a] * ONE + hi);
  return range;
}

/* The first pixel of a row, in units. */
static void
row_start (const Reslice *r, int y, int64_t at[3])
{
  for (int a = 0; a < 3; a++)
    at[a] = to_units (r->origin[a] + y * r->down[a]);
}

/* Has the voxels of a row brought near, which lie on hundreds of cache lines that no processor
 * foresees. Always in line: compilers see no effect in such a function and drop calls to it. */
__attribute__ ((always_inline)) static inline void
fetch_row (const Reslice *r, int y)
{
  int64_t at[3];

  row_start (r, y, at);
  Range inner = clip_to (r, (Range){ 0, r->slice->width_px }, at, 0, -ONE);
  for (int x = inner.begin; x < inner.end; x += FETCH_PX)
    {
      const int16_t *p = r->source.hu;
      for (int a = 0; a < 3; a++)
        p += (size_t) ((at[a] + x * r->step[a]) >> BRG_RESLICE_BITS) * r->source.stride[a];
      __builtin_prefetch (p);
      __builtin_prefetch (p + r->source.stride[1]);
      __builtin_prefetch (p + r->source.stride[2]);
      __builtin_prefetch (p + r->source.stride[2] + r->source.stride[1]);
    }
}

/* The voxel whose cell holds a place inside the volume. */
static void
nearest (const Reslice *r, const int64_t at[3], int x, int vox[3])
{
  for (int a = 0; a < 3; a++)
    vox[a] = (int) ((at[a] + x * r->step[a] + ONE / 2) >> BRG_RESLICE_BITS);
}

static void
nearest_hu (const Reslice *r, const int64_t at[3], Range range, int16_t *out)
{
  for (int x = range.begin; x < range.end; x++)
    {
      int vox[3];
      nearest (r, at, x, vox);
      out[x] = r->source.hu[(size_t) vox[2] * r->source.stride[2] +
                            (size_t) vox[1] * r->source.stride[1] + (size_t) vox[0]];
    }
}

static void
nearest_bits (const Reslice *r, const int64_t at[3], Range range, uint8_t *out)
{
  for (int x = range.begin; x < range.end; x++)
    {
      int vox[3];
      nearest (r, at, x, vox);
      out[x] = brg_mask_get (r->mask, vox[0], vox[1], vox[2]);
    }
}

/* One place in the outermost half voxel, or in a volume one voxel thin. Of the eight voxels those
 * that do not exist are replaced by copies of their neighbours. */
static int16_t
border_hu (const Reslice *r, const int64_t at[3], int x)
{
  int16_t cube[8];
  int64_t within[3], base[3];
  const int64_t still[3] = { 0, 0, 0 };
  const BrgResliceSource source = { cube, { 1, 2, 4 } };
  int16_t out;

  for (int a = 0; a < 3; a++)
    {
      int64_t place = at[a] + x * r->step[a], highest = (r->dim[a] - 1) * ONE;
      place = place < 0 ? 0 : place > highest ? highest : place;
      base[a] = place >> BRG_RESLICE_BITS;
      within[a] = place - base[a] * ONE;
    }
  for (int c = 0; c < 8; c++)
    {
      size_t index = 0;
      for (int a = 0; a < 3; a++)
        {
          int64_t vox = base[a] + (c >> a & 1);
          index += (size_t) (vox < r->dim[a] ? vox : r->dim[a] - 1) * r->source.stride[a];
        }
      cube[c] = r->source.hu[index];
    }
  r->row (&source, within, still, 1, &out);
  return out;
}

static void
linear_hu (const Reslice *r, const int64_t at[3], Range range, int16_t *out)
{
  Range inner = clip_to (r, range, at, 0, -ONE);
  const int64_t first[3] = { at[0] + inner.begin * r->step[0], at[1] + inner.begin * r->step[1],
                             at[2] + inner.begin * r->step[2] };

  if (inner.begin == inner.end)
    inner = (Range){ range.end, range.end };
  for (int x = range.begin; x < inner.begin; x++)
    out[x] = border_hu (r, at, x);
  r->row (&r->source, first, r->step, inner.end - inner.begin, out + inner.begin);
  for (int x = inner.end; x < range.end; x++)
    out[x] = border_hu (r, at, x);
}

static void
reslice_row (const Reslice *r, int y)
{
  int width = r->slice->width_px;
  size_t start = (size_t) y * (size_t) width;
  int64_t at[3];

  row_start (r, y, at);
  Range range = clip_to (r, (Range){ 0, width }, at, -ONE / 2, -ONE / 2);
  if (r->mask != NULL)
    {
      for (int x = 0; x < width; x++)
        r->bytes[start + (size_t) x] = 0;
      nearest_bits (r, at, range, r->bytes + start);
      return;
    }
  int16_t *out = r->hu + start;
  for (int x = 0; x < range.begin; x++)
    out[x] = r->background_hu;
  for (int x = range.end; x < width; x++)
    out[x] = r->background_hu;
  if (r->row != NULL)
    linear_hu (r, at, range, out);
  else
    nearest_hu (r, at, range, out);
}

static BrgStatus
reslice_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Reslice *r = data;

  (void) slab;
  (void) error;
  for (int y = begin; y < end + FETCH_ROWS; y++)
    {
      if (r->row != NULL && y < end)
        fetch_row (r, y);
      if (y - FETCH_ROWS >= begin)
        reslice_row (r, y - FETCH_ROWS);
    }
  return BRG_OK;
}

static BrgStatus
check_slice (const BrgPlaneSlice *slice, BrgError *error)
{
  const double lengths[2] = { brg_vec3_length (slice->u), brg_vec3_length (slice->v) };

  if (slice->width_px < 1 || slice->width_px > BRG_RESLICE_MAX_PX || slice->height_px < 1 ||
      slice->height_px > BRG_RESLICE_MAX_PX)
    return brg_error_set (error, BRG_INVALID, "a slice of %d x %d pixels, must be 1 to %d",
                          slice->width_px, slice->height_px, BRG_RESLICE_MAX_PX);
  if (!(slice->mm_per_px > 0))
    return brg_error_set (error, BRG_INVALID, "pixels must be larger than 0 mm, got %g",
                          slice->mm_per_px);
  for (int d = 0; d < 2; d++)
    if (!(fabs (lengths[d] - 1) <= UNIT_TOLERANCE))
      return brg_error_set (error, BRG_INVALID, "direction %c has length %g, must be 1", "uv"[d],
                            lengths[d]);
  return BRG_OK;
}

/* Fills in the plane as voxel coordinates. */
static BrgStatus
prepare (Reslice *r, const BrgGrid *grid, BrgError *error)
{
  const BrgPlaneSlice *slice = r->slice;
  BrgAffine m;
  BrgStatus status = check_slice (slice, error);

  if (status != BRG_OK)
    return status;
  if (!brg_affine_invert (&grid->lps_from_vox, &m))
    return brg_error_set (error, BRG_INVALID, "the axes of the grid are degenerate");
  BrgVec3 origin = brg_affine_point (&m, slice->origin);
  BrgVec3 across = brg_affine_vector (&m, brg_vec3_scale (slice->u, slice->mm_per_px));
  BrgVec3 down = brg_affine_vector (&m, brg_vec3_scale (slice->v, slice->mm_per_px));
  const double from[3] = { origin.x, origin.y, origin.z };
  const double right[3] = { across.x, across.y, across.z };
  const double below[3] = { down.x, down.y, down.z };
  for (int a = 0; a < 3; a++)
    {
      double reach =
        fabs (from[a]) + fabs (right[a]) * slice->width_px + fabs (below[a]) * slice->height_px;
      if (!(reach <= LIMIT_VOX))
        return brg_error_set (error, BRG_INVALID,
                              "the slice reaches %g voxels from the first, must be within %g",
                              reach, LIMIT_VOX);
      r->origin[a] = from[a];
      r->down[a] = below[a];
      r->step[a] = to_units (right[a]);
    }
  r->dim = grid->dim;
  return BRG_OK;
}

BrgStatus
brg_reslice (const BrgVolume *scan,
             const BrgPlaneSlice *slice,
             bool linear,
             int16_t background_hu,
             int16_t *hu,
             BrgJob *job,
             BrgError *error)
{
  size_t row = (size_t) scan->grid.dim[0];
  Reslice r = { .slice = slice,
                .source = { scan->hu, { 1, row, row * (size_t) scan->grid.dim[1] } },
                .row = linear ? BRG_ISA_PICK (job, _brg_reslice_row) : NULL,
                .background_hu = background_hu,
                .hu = hu };
  BrgStatus status = prepare (&r, &scan->grid, error);

  return status == BRG_OK
           ? brg_parallel_slabs (slice->height_px, SLAB_ROWS, reslice_slab, &r, job, error)
           : status;
}

BrgStatus
brg_reslice_mask (const BrgMask *mask,
                  const BrgPlaneSlice *slice,
                  uint8_t *bytes,
                  BrgJob *job,
                  BrgError *error)
{
  Reslice r = { .slice = slice, .mask = mask, .bytes = bytes };
  BrgStatus status = prepare (&r, &mask->grid, error);

  return status == BRG_OK
           ? brg_parallel_slabs (slice->height_px, SLAB_ROWS, reslice_slab, &r, job, error)
           : status;
}
