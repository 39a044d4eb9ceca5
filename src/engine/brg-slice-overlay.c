#include "engine/brg-slice-overlay.h"

#define MATCH_VOX 1e-3
#define RUN_PX    64

/* Scan voxel of the mask's voxel 0; BRG_INVALID unless origin and axes agree to MATCH_VOX over the
 * whole mask. */
static BrgStatus
find_offset (const BrgGrid *scan, const BrgGrid *mask, int offset[3], BrgError *error)
{
  for (int corner = 0; corner < 4; corner++)
    {
      double at[3] = { 0 };
      if (corner > 0)
        at[corner - 1] = mask->dim[corner - 1];
      BrgVec3 lps = brg_grid_lps_from_vox (mask, brg_vec3 (at[0], at[1], at[2]));
      BrgVec3 vox = brg_grid_vox_from_lps (scan, lps);
      double there[3] = { vox.x, vox.y, vox.z };
      for (int a = 0; a < 3; a++)
        {
          if (corner == 0)
            offset[a] = brg_vox_round (there[a]);
          if (!(fabs (there[a] - at[a] - offset[a]) <= MATCH_VOX))
            return brg_error_set (error, BRG_INVALID,
                                  "a mask of %d x %d x %d does not lie on the scan's voxels",
                                  mask->dim[0], mask->dim[1], mask->dim[2]);
        }
    }
  return BRG_OK;
}

/* A run of pixels is skipped at once when the overlay is not there, as it mostly is not. */
static bool
is_outside (const uint8_t *inside, size_t n_px)
{
  uint8_t any = 0;

  for (size_t x = 0; x < n_px; x++)
    any |= inside[x];
  return any == 0;
}

static void
blend_fill (const uint8_t *restrict inside,
            size_t n_px,
            uint8_t colour,
            uint16_t alpha,
            uint8_t *restrict row)
{
  for (size_t x = 0; x < n_px; x++)
    {
      uint16_t a = (uint16_t) (inside[x] * alpha);
      uint16_t sum = (uint16_t) (row[x] * (256 - a) + colour * a + 128);
      row[x] = (uint8_t) (sum >> 8);
    }
}

static void
paint (const uint8_t *restrict where, size_t n_px, uint8_t colour, uint8_t *restrict row)
{
  for (size_t x = 0; x < n_px; x++)
    row[x] = where[x] ? colour : row[x];
}

/* Pixels inside with one of their four neighbours outside; inside[-1] is there to be read. */
static void
find_contour (const uint8_t *restrict inside,
              const uint8_t *restrict above,
              const uint8_t *restrict below,
              size_t n_px,
              uint8_t *restrict contour)
{
  const uint8_t *before = inside - 1;
  const uint8_t *after = inside + 1;

  for (size_t x = 0; x < n_px; x++)
    contour[x] = inside[x] & ((before[x] & after[x] & above[x] & below[x]) ^ 1);
}

BrgStatus
brg_slice_overlay_init (BrgSliceOverlay *overlay,
                        const BrgGrid *grid,
                        const BrgSliceLayer *layer,
                        BrgError *error)
{
  *overlay = (BrgSliceOverlay){ .mask = layer->mask,
                                .outline = layer->outline,
                                .red = layer->rgb >> 16 & 0xff,
                                .green = layer->rgb >> 8 & 0xff,
                                .blue = layer->rgb & 0xff };
  if (!(layer->opacity >= 0 && layer->opacity <= 1))
    return brg_error_set (error, BRG_INVALID, "an opacity is 0 to 1, got %g", layer->opacity);
  overlay->alpha = (uint16_t) (layer->opacity * 256 + 0.5);
  return layer->mask == NULL ? BRG_OK
                             : find_offset (grid, &layer->mask->grid, overlay->offset, error);
}

void
brg_slice_overlay_fetch (const BrgSliceOverlay *overlay,
                         const BrgPlaneAxes *axes,
                         const BrgSliceColumns *columns,
                         int index,
                         int row,
                         uint8_t *line)
{
  const int *dim = overlay->mask->grid.dim;
  int shift = overlay->offset[axes->across];
  int first = columns->first > shift ? columns->first : shift;
  int last =
    columns->last < shift + dim[axes->across] - 1 ? columns->last : shift + dim[axes->across] - 1;
  int vox[3];

  vox[axes->normal] = index - overlay->offset[axes->normal];
  vox[axes->down] = row - overlay->offset[axes->down];
  if (vox[axes->normal] < 0 || vox[axes->normal] >= dim[axes->normal] || vox[axes->down] < 0 ||
      vox[axes->down] >= dim[axes->down])
    return;
  for (int x = first; x <= last; x++)
    {
      vox[axes->across] = x - shift;
      line[x] = brg_mask_get (overlay->mask, vox[0], vox[1], vox[2]);
    }
}

void
brg_slice_overlay_blend (const BrgSliceOverlay *overlay,
                         size_t n_px,
                         uint8_t *blue,
                         uint8_t *green,
                         uint8_t *red)
{
  const uint8_t *inside = overlay->rows[1] + 1;
  const uint8_t *above = overlay->rows[0] + 1;
  const uint8_t *below = overlay->rows[2] + 1;

  uint8_t contour[RUN_PX];

  for (size_t x = 0; x < n_px; x += RUN_PX)
    {
      size_t n_run = n_px - x < RUN_PX ? n_px - x : RUN_PX;
      if (is_outside (inside + x, n_run))
        continue;
      blend_fill (inside + x, n_run, overlay->blue, overlay->alpha, blue + x);
      blend_fill (inside + x, n_run, overlay->green, overlay->alpha, green + x);
      blend_fill (inside + x, n_run, overlay->red, overlay->alpha, red + x);
      if (!overlay->outline)
        continue;
      find_contour (inside + x, above + x, below + x, n_run, contour);
      paint (contour, n_run, overlay->blue, blue + x);
      paint (contour, n_run, overlay->green, green + x);
      paint (contour, n_run, overlay->red, red + x);
    }
}
