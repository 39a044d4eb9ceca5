#include "engine/brg-slice.h"

#include <string.h>

#include "engine/brg-alloc.h"
#include "engine/brg-slice-overlay.h"

#define OPAQUE 255

/* What one composition needs, row by row. Voxel lines and pixel rows are described in
 * brg-slice-overlay.h. */
typedef struct
{
  const BrgVolume *volume;
  const BrgSliceRequest *request;
  BrgPlaneAxes axes;
  BrgSliceColumns columns;
  int *down;  /* voxel row of pixel rows -1 .. height, at y + 1 */
  int *right; /* linear: the two voxel columns to blend, and how much of the right */
  int *left;
  float *right_part;
  int16_t *hu[2]; /* voxel lines of the scan */
  int hu_row[2];  /* which row each holds */
  float *line;    /* linear: the blend of the two */
  uint8_t *grey;  /* pixel row */
  uint8_t *blue, *green, *red;
  BrgSliceOverlay overlays[BRG_SLICE_MAX_LAYERS + 1];
  int n_overlays;
} Composer;

static BrgStatus
check_request (const BrgVolume *volume, const BrgSliceRequest *request, BrgError *error)
{
  const BrgSliceMap *map = &request->map;
  int n_slices = brg_plane_n_slices (&volume->grid, map->plane);

  if (map->width_px < 1 || map->width_px > BRG_SLICE_MAX_PX || map->height_px < 1 ||
      map->height_px > BRG_SLICE_MAX_PX)
    return brg_error_set (error, BRG_INVALID, "a view has 1 to %d pixels each way, got %d x %d",
                          BRG_SLICE_MAX_PX, map->width_px, map->height_px);
  if (map->index < 0 || map->index >= n_slices)
    return brg_error_set (error, BRG_INVALID, "slice %d does not exist, there are %d", map->index,
                          n_slices);
  if (!(map->mm_per_px > 0 && isfinite (map->mm_per_px)))
    return brg_error_set (error, BRG_INVALID, "a pixel must be larger than 0 mm, got %g",
                          map->mm_per_px);
  if (!(request->window_hu > 0 && isfinite (request->window_hu) && isfinite (request->level_hu)))
    return brg_error_set (error, BRG_INVALID, "a window must be wider than 0 HU, got %g at %g",
                          request->window_hu, request->level_hu);
  if (request->n_layers > BRG_SLICE_MAX_LAYERS)
    return brg_error_set (error, BRG_INVALID, "at most %d layers, got %zu", BRG_SLICE_MAX_LAYERS,
                          request->n_layers);
  return BRG_OK;
}

/* Voxel columns and rows under the pixel centres, one beyond the rectangle on each side. */
static void
map_pixels (Composer *composer)
{
  const BrgGrid *grid = &composer->volume->grid;
  const BrgSliceMap *map = &composer->request->map;
  int n_across = grid->dim[composer->axes.across];
  int n_down = grid->dim[composer->axes.down];
  BrgSliceColumns *columns = &composer->columns;

  columns->n_px = map->width_px;
  columns->n_vox = n_across;
  for (int x = -1; x <= map->width_px; x++)
    {
      double px[2] = { x + 0.5, 0 };
      double vox[3];
      brg_slice_vox_from_px (grid, map, px, vox);
      int across = brg_vox_round (vox[composer->axes.across]);
      columns->vox[x + 1] = across < 0 ? -1 : across > n_across ? n_across : across;
    }
  for (int y = -1; y <= map->height_px; y++)
    {
      double px[2] = { 0, y + 0.5 };
      double vox[3];
      brg_slice_vox_from_px (grid, map, px, vox);
      int down = brg_vox_round (vox[composer->axes.down]);
      composer->down[y + 1] = down < 0 || down >= n_down ? -1 : down;
    }
  columns->first = columns->vox[0] < 1 ? 0 : columns->vox[0] - 1;
  columns->last = columns->vox[columns->n_px + 1] + 1;
  if (columns->last > n_across - 1)
    columns->last = n_across - 1;
}

static void
map_blend (Composer *composer)
{
  const BrgSliceMap *map = &composer->request->map;
  int n_across = composer->columns.n_vox;

  for (int x = 0; x < map->width_px; x++)
    {
      double px[2] = { x + 0.5, 0 };
      double vox[3];
      brg_slice_vox_from_px (&composer->volume->grid, map, px, vox);
      double across = fmin (fmax (vox[composer->axes.across], 0), n_across - 1);
      composer->left[x] = (int) across;
      composer->right[x] = composer->left[x] + (composer->left[x] < n_across - 1);
      composer->right_part[x] = (float) (across - composer->left[x]);
    }
}

/* The scan's voxels first..last of row `row`. */
static void
fetch_hu (const Composer *composer, int row, int16_t *hu)
{
  const BrgSliceColumns *columns = &composer->columns;
  const int *dim = composer->volume->grid.dim;
  ptrdiff_t step[3] = { 1, dim[0], (ptrdiff_t) dim[0] * dim[1] };
  const BrgPlaneAxes *axes = &composer->axes;
  const int16_t *from = composer->volume->hu + step[axes->normal] * composer->request->map.index +
                        step[axes->down] * row;

  if (axes->across == 0)
    memcpy (hu + columns->first, from + columns->first,
            (size_t) (columns->last - columns->first + 1) * sizeof *hu);
  else
    for (int x = columns->first; x <= columns->last; x++)
      hu[x] = from[step[axes->across] * x];
}

/* The line of voxel row `row`: from the last two fetched, or fetched now over the one that is not
 * `keep`. */
static const int16_t *
hu_line (Composer *composer, int row, int keep)
{
  for (int slot = 0; slot < 2; slot++)
    if (composer->hu_row[slot] == row)
      return composer->hu[slot];
  int slot = composer->hu_row[0] == keep ? 1 : 0;
  fetch_hu (composer, row, composer->hu[slot]);
  composer->hu_row[slot] = row;
  return composer->hu[slot];
}

static inline uint8_t
window (float hu, float lo_hu, float grey_per_hu)
{
  float grey = (hu - lo_hu) * grey_per_hu;

  grey = grey < 0 ? 0 : grey > 255 ? 255 : grey;
  return (uint8_t) (grey + 0.5f);
}

static void
grey_nearest (Composer *composer, int row, float lo_hu, float grey_per_hu)
{
  const BrgSliceColumns *columns = &composer->columns;
  const int16_t *hu = hu_line (composer, row, -1);
  uint8_t *line = (uint8_t *) composer->line + 1;
  uint8_t *restrict grey = composer->grey;

  line[-1] = 0;
  line[columns->n_vox] = 0;
  for (int x = columns->first; x <= columns->last; x++)
    line[x] = window ((float) hu[x], lo_hu, grey_per_hu);
  for (int x = 0; x < columns->n_px; x++)
    grey[x] = line[columns->vox[x + 1]];
}

static void
grey_linear (Composer *composer, int y, float lo_hu, float grey_per_hu)
{
  const BrgSliceColumns *columns = &composer->columns;
  int n_down = composer->volume->grid.dim[composer->axes.down];
  double px[2] = { 0, y + 0.5 };
  double vox[3];

  brg_slice_vox_from_px (&composer->volume->grid, &composer->request->map, px, vox);
  double down = fmin (fmax (vox[composer->axes.down], 0), n_down - 1);
  int upper = (int) down;
  int lower = upper + (upper < n_down - 1);
  float lower_part = (float) (down - upper);
  const int16_t *hu_upper = hu_line (composer, upper, lower);
  const int16_t *hu_lower = hu_line (composer, lower, upper);
  float *restrict line = composer->line;
  uint8_t *restrict grey = composer->grey;

  for (int x = columns->first; x <= columns->last; x++)
    line[x] = (float) hu_upper[x] + ((float) hu_lower[x] - (float) hu_upper[x]) * lower_part;
  for (int x = 0; x < columns->n_px; x++)
    {
      float left = line[composer->left[x]];
      float hu = left + (line[composer->right[x]] - left) * composer->right_part[x];
      int across = columns->vox[x + 1];
      grey[x] = across < 0 || across >= columns->n_vox ? 0 : window (hu, lo_hu, grey_per_hu);
    }
}

static void
compose_grey (Composer *composer, int y)
{
  const BrgSliceRequest *request = composer->request;
  float lo_hu = (float) (request->level_hu - request->window_hu * 0.5);
  float grey_per_hu = (float) (255 / request->window_hu);
  int row = composer->down[y + 1];

  if (row < 0)
    memset (composer->grey, 0, (size_t) composer->columns.n_px);
  else if (request->linear)
    grey_linear (composer, y, lo_hu, grey_per_hu);
  else if (y == 0 || row != composer->down[y])
    grey_nearest (composer, row, lo_hu, grey_per_hu);
}

/* Sets `line` (pads zero) to the voxels of row `row` inside an overlay. */
static void
fetch_overlay (Composer *composer, const BrgSliceOverlay *overlay, int row, uint8_t *line)
{
  const BrgSliceColumns *columns = &composer->columns;
  const BrgSlicePreview *preview = &composer->request->preview;

  memset (line - 1, 0, (size_t) columns->n_vox + 2);
  if (row < 0)
    return;
  if (overlay->mask != NULL)
    brg_slice_overlay_fetch (overlay, &composer->axes, columns, composer->request->map.index, row,
                             line);
  else
    memset (line + columns->first, 1, (size_t) (columns->last - columns->first + 1));
  if (!overlay->is_preview)
    return;
  const int16_t *hu = hu_line (composer, row, -1);
  for (int x = columns->first; x <= columns->last; x++)
    line[x] &= (uint8_t) ((hu[x] >= preview->lo_hu) & (hu[x] <= preview->hi_hu));
}

static void
sample_line (const BrgSliceColumns *columns, const uint8_t *restrict line, uint8_t *restrict row)
{
  const int *vox = columns->vox;
  int n = columns->n_px + 2;

  for (int x = 0; x < n; x++)
    row[x] = line[vox[x]];
}

/* Makes `rows[2]` the pixel row y of the overlay; the two before it move up. */
static void
advance_overlay (Composer *composer, BrgSliceOverlay *overlay, int y)
{
  const BrgSliceColumns *columns = &composer->columns;
  uint8_t *oldest = overlay->rows[0];
  int row = composer->down[y + 1];

  overlay->rows[0] = overlay->rows[1];
  overlay->rows[1] = overlay->rows[2];
  overlay->rows[2] = oldest;
  if (y >= 0 && row == composer->down[y])
    {
      memcpy (oldest, overlay->rows[1], (size_t) columns->n_px + 2);
      return;
    }
  fetch_overlay (composer, overlay, row, overlay->line + 1);
  sample_line (columns, overlay->line + 1, oldest);
}

static void
interleave (const uint8_t *restrict blue,
            const uint8_t *restrict green,
            const uint8_t *restrict red,
            size_t n_px,
            uint8_t *restrict bgra)
{
  for (size_t x = 0; x < n_px; x++)
    {
      bgra[4 * x] = blue[x];
      bgra[4 * x + 1] = green[x];
      bgra[4 * x + 2] = red[x];
      bgra[4 * x + 3] = OPAQUE;
    }
}

static void
compose_row (Composer *composer, int y, uint8_t *bgra)
{
  size_t n_px = (size_t) composer->columns.n_px;

  compose_grey (composer, y);
  memcpy (composer->blue, composer->grey, n_px);
  memcpy (composer->green, composer->grey, n_px);
  memcpy (composer->red, composer->grey, n_px);
  for (int o = 0; o < composer->n_overlays; o++)
    {
      advance_overlay (composer, &composer->overlays[o], y + 1);
      brg_slice_overlay_blend (&composer->overlays[o], n_px, composer->blue, composer->green,
                               composer->red);
    }
  interleave (composer->blue, composer->green, composer->red, n_px, bgra);
}

static BrgStatus
add_overlays (Composer *composer, BrgError *error)
{
  const BrgSliceRequest *request = composer->request;
  const BrgGrid *grid = &composer->volume->grid;
  BrgStatus status = BRG_OK;

  if (request->preview.on)
    {
      BrgSliceLayer layer = { .mask = request->preview.restrict_to,
                              .rgb = request->preview.rgb,
                              .opacity = request->preview.opacity };
      BrgSliceOverlay *overlay = &composer->overlays[composer->n_overlays++];
      status = brg_slice_overlay_init (overlay, grid, &layer, error);
      overlay->is_preview = true;
    }
  for (size_t l = 0; l < request->n_layers && status == BRG_OK; l++)
    if (request->layers[l].mask != NULL)
      status = brg_slice_overlay_init (&composer->overlays[composer->n_overlays++], grid,
                                       &request->layers[l], error);
  return status;
}

/* Hands out the parts of one allocation; with `base` NULL only adds up their size. */
static void *
take (uint8_t *base, size_t *used, size_t n_bytes)
{
  void *part = base == NULL ? NULL : base + *used;

  *used += (n_bytes + 63) / 64 * 64;
  return part;
}

static size_t
lay_out (Composer *composer, uint8_t *base)
{
  size_t n_vox = (size_t) composer->volume->grid.dim[composer->axes.across] + 2;
  size_t width = (size_t) composer->request->map.width_px + 2;
  size_t height = (size_t) composer->request->map.height_px + 2;
  size_t used = 0;

  composer->columns.vox = take (base, &used, width * sizeof (int));
  composer->down = take (base, &used, height * sizeof (int));
  composer->left = take (base, &used, width * sizeof (int));
  composer->right = take (base, &used, width * sizeof (int));
  composer->right_part = take (base, &used, width * sizeof (float));
  composer->hu[0] = take (base, &used, n_vox * sizeof (int16_t));
  composer->hu[1] = take (base, &used, n_vox * sizeof (int16_t));
  composer->line = take (base, &used, n_vox * sizeof (float));
  composer->grey = take (base, &used, width);
  composer->blue = take (base, &used, width);
  composer->green = take (base, &used, width);
  composer->red = take (base, &used, width);
  for (int o = 0; o < composer->n_overlays; o++)
    {
      composer->overlays[o].line = take (base, &used, n_vox);
      for (int r = 0; r < 3; r++)
        composer->overlays[o].rows[r] = take (base, &used, width);
    }
  return used;
}

BrgStatus
brg_slice_compose (const BrgVolume *volume,
                   const BrgSliceRequest *request,
                   uint8_t *bgra,
                   size_t stride,
                   BrgError *error)
{
  Composer composer = { .volume = volume, .request = request, .hu_row = { -1, -1 } };
  BrgStatus status = check_request (volume, request, error);

  if (status != BRG_OK)
    return status;
  composer.axes = brg_plane_axes (request->map.plane);
  status = add_overlays (&composer, error);
  if (status != BRG_OK)
    return status;
  uint8_t *memory = brg_alloc (lay_out (&composer, NULL), 1, error);
  if (memory == NULL)
    return BRG_NO_MEMORY;
  lay_out (&composer, memory);
  map_pixels (&composer);
  if (request->linear)
    map_blend (&composer);
  for (int o = 0; o < composer.n_overlays; o++)
    for (int y = -1; y <= 0; y++)
      advance_overlay (&composer, &composer.overlays[o], y);
  for (int y = 0; y < request->map.height_px; y++)
    compose_row (&composer, y, bgra + (size_t) y * stride);
  brg_free (memory);
  return BRG_OK;
}
