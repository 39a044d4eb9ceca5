#include "engine/brg-preview-private.h"

#include "engine/brg-alloc.h"
#include "engine/brg-job-part.h"
#include "engine/brg-parallel.h"

#define MAX_PEELS 6 /* translucent surfaces seen behind one another */

typedef struct
{
  BrgPreviewScene scene;
  BrgPreviewBins opaque_bins, translucent_bins;
  uint32_t *seen; /* per sample: opaque triangle, or BRG_PREVIEW_NONE */
  BrgPreviewShadow shadow;
  BrgPreviewPoints points;
  float *openness, *lit; /* per pixel: to its surroundings, by the key light */
  uint8_t *rgba;
} Picture;

/* Scratch of one band. */
typedef struct
{
  BrgPreviewLayer opaque, peel[2]; /* only where something is translucent */
  float (*light)[4];               /* what came through so far, and the share still to come */
  int top, rows;                   /* in samples */
} Band;

static size_t
band_start (const BrgPreviewScene *scene, int band)
{
  return (size_t) band * BRG_PREVIEW_BAND_ROWS * (size_t) scene->width;
}

static BrgStatus
draw_opaque (void *data, int slab, int begin, int end, BrgError *error)
{
  Picture *picture = data;
  const BrgPreviewScene *scene = &picture->scene;
  size_t n = BRG_PREVIEW_BAND_ROWS * (size_t) scene->width;
  float *inverse_z = brg_alloc (n, sizeof *inverse_z, error);
  BrgPreviewLayer rows = { inverse_z, picture->seen + band_start (scene, begin) };
  (void) slab, (void) end;

  if (inverse_z == NULL)
    return BRG_NO_MEMORY;
  _brg_preview_draw_band (scene, &picture->opaque_bins, begin, NULL, NULL, &rows);
  _brg_preview_points_load (&picture->points, scene, begin, &rows);
  brg_free (inverse_z);
  return BRG_OK;
}

/* Light from the triangle seen at a sample; returns how much of what is behind it shows. */
static float
light_of_sample (const Picture *picture,
                 uint32_t triangle,
                 int x,
                 int y,
                 float open,
                 float lit,
                 float out[3])
{
  const BrgPreviewScene *scene = &picture->scene;
  const BrgPreviewItem *item = _brg_preview_item_of (scene, triangle);
  float px = (float) x + 0.5f, py = (float) y + 0.5f, normal[3];
  float view[3] = { (scene->middle[0] - px) / scene->focal, (py - scene->middle[1]) / scene->focal,
                    1 };
  float length = sqrtf (view[0] * view[0] + view[1] * view[1] + view[2] * view[2]);

  for (int a = 0; a < 3; a++)
    view[a] /= length;
  _brg_preview_normal (scene, triangle, px, py, normal);
  _brg_preview_light (item->rgb, normal, view, open, lit, out);
  if (item->opacity >= 1)
    return 0;
  float facing = normal[0] * view[0] + normal[1] * view[1] + normal[2] * view[2];
  float grazing = facing > 0 ? 1 - facing : 1;
  float clear = 1 - (float) item->opacity;
  return clear * (1 - 0.7f * grazing * grazing);
}

/* Adds a layer behind what is in the band already. */
static void
composite (const Picture *picture, const Band *band, const uint32_t *seen, bool opaque)
{
  int width = picture->scene.width;

  for (int r = 0; r < band->rows; r++)
    for (int x = 0; x < width; x++)
      {
        size_t at = (size_t) r * (size_t) width + (size_t) x;
        float *light = band->light[at], own[3];
        int y = band->top + r;
        if (seen[at] == BRG_PREVIEW_NONE || light[3] <= 0)
          continue;
        size_t pixel = (size_t) (y / BRG_PREVIEW_SAMPLES) * (size_t) (width / BRG_PREVIEW_SAMPLES) +
                       (size_t) (x / BRG_PREVIEW_SAMPLES);
        float open = opaque ? picture->openness[pixel] : 1;
        float lit = opaque ? picture->lit[pixel] : 1;
        float clear = light_of_sample (picture, seen[at], x, y, open, lit, own);
        for (int a = 0; a < 3; a++)
          light[a] += light[3] * (1 - clear) * own[a];
        light[3] *= clear;
      }
}

static void
add_ground (const Picture *picture, const Band *band)
{
  const BrgPreviewScene *scene = &picture->scene;
  float aspect = (float) scene->width / (float) scene->height;

  for (int r = 0; r < band->rows; r++)
    for (int x = 0; x < scene->width; x++)
      {
        float *light = band->light[(size_t) r * (size_t) scene->width + (size_t) x], own[3];
        if (light[3] <= 0)
          continue;
        _brg_preview_ground (((float) x + 0.5f) / (float) scene->width,
                             ((float) (band->top + r) + 0.5f) / (float) scene->height, aspect, own);
        for (int a = 0; a < 3; a++)
          light[a] += light[3] * own[a];
      }
}

static bool
has_translucent (const Picture *picture, int band)
{
  const size_t *first = picture->translucent_bins.first + band;
  return first[1] > first[0];
}

static void
peel_translucent (const Picture *picture, Band *band, int index)
{
  const BrgPreviewScene *scene = &picture->scene;
  const BrgPreviewLayer *nearer = NULL;

  _brg_preview_draw_band (scene, &picture->opaque_bins, index, NULL, NULL, &band->opaque);
  for (int n = 0; n < MAX_PEELS; n++)
    {
      BrgPreviewLayer *layer = &band->peel[n % 2];
      if (_brg_preview_draw_band (scene, &picture->translucent_bins, index, nearer, &band->opaque,
                                  layer) == 0)
        break;
      composite (picture, band, layer->triangle, false);
      nearer = layer;
    }
}

/* Bayer's 4 x 4 order: hides the steps of dark gradients without noise. */
static float
dither (int x, int y)
{
  static const uint8_t order[16] = { 0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5 };
  return ((float) order[(y & 3) * 4 + (x & 3)] + 0.5f) / 16;
}

static uint8_t
encode (float light, int x, int y)
{
  float value = light > 0 ? sqrtf (light) * 255 : 0;
  return value >= 254.5f ? 255 : (uint8_t) (value + dither (x, y));
}

/* Averages the samples of each pixel in linear light. */
static void
store_pixels (const Picture *picture, const Band *band)
{
  size_t width = (size_t) picture->scene.width;

  for (int y = 0; y < band->rows / BRG_PREVIEW_SAMPLES; y++)
    for (int x = 0; x < (int) width / BRG_PREVIEW_SAMPLES; x++)
      {
        int row = band->top / BRG_PREVIEW_SAMPLES + y;
        uint8_t *out =
          picture->rgba + 4 * ((size_t) row * (width / BRG_PREVIEW_SAMPLES) + (size_t) x);
        for (int a = 0; a < 3; a++)
          {
            float sum = 0;
            for (int s = 0; s < BRG_PREVIEW_SAMPLES * BRG_PREVIEW_SAMPLES; s++)
              {
                size_t sy = (size_t) (y * BRG_PREVIEW_SAMPLES + s / BRG_PREVIEW_SAMPLES);
                size_t sx = (size_t) (x * BRG_PREVIEW_SAMPLES + s % BRG_PREVIEW_SAMPLES);
                float light = band->light[sy * width + sx][a];
                sum += light < 1 ? light : 1;
              }
            out[a] = encode (sum / (BRG_PREVIEW_SAMPLES * BRG_PREVIEW_SAMPLES), x, row);
          }
        out[3] = 255;
      }
}

static void
clear_layer (BrgPreviewLayer *layer)
{
  brg_free (layer->inverse_z);
  brg_free (layer->triangle);
}

static void
clear_band (Band *band)
{
  clear_layer (&band->opaque);
  clear_layer (&band->peel[0]);
  clear_layer (&band->peel[1]);
  brg_free (band->light);
}

static BrgStatus
allocate_layer (BrgPreviewLayer *layer, size_t n, BrgError *error)
{
  layer->inverse_z = brg_alloc (n, sizeof *layer->inverse_z, error);
  layer->triangle = brg_alloc (n, sizeof *layer->triangle, error);
  return layer->inverse_z && layer->triangle ? BRG_OK : BRG_NO_MEMORY;
}

static BrgStatus
allocate_band (Band *band, size_t n, bool with_layers, BrgError *error)
{
  BrgStatus status = BRG_OK;

  if (with_layers)
    {
      status = allocate_layer (&band->opaque, n, error);
      for (int p = 0; status == BRG_OK && p < 2; p++)
        status = allocate_layer (&band->peel[p], n, error);
    }
  if (status != BRG_OK)
    return status;
  band->light = brg_alloc_zero (n, sizeof *band->light, error);
  if (band->light == NULL)
    return BRG_NO_MEMORY;
  for (size_t at = 0; at < n; at++)
    band->light[at][3] = 1;
  return BRG_OK;
}

static BrgStatus
shade_band (void *data, int slab, int begin, int end, BrgError *error)
{
  Picture *picture = data;
  const BrgPreviewScene *scene = &picture->scene;
  bool translucent = has_translucent (picture, begin);
  Band band = { .top = begin * BRG_PREVIEW_BAND_ROWS };
  (void) slab, (void) end;

  band.rows = scene->height - band.top;
  if (band.rows > BRG_PREVIEW_BAND_ROWS)
    band.rows = BRG_PREVIEW_BAND_ROWS;
  BrgStatus status =
    allocate_band (&band, (size_t) band.rows * (size_t) scene->width, translucent, error);
  if (status == BRG_OK)
    {
      if (translucent)
        peel_translucent (picture, &band, begin);
      composite (picture, &band, picture->seen + band_start (scene, begin), true);
      add_ground (picture, &band);
      store_pixels (picture, &band);
    }
  clear_band (&band);
  return status;
}

static BrgStatus
allocate_picture (Picture *picture, BrgJob *job, BrgError *error)
{
  const BrgPreviewScene *scene = &picture->scene;
  size_t n = (size_t) scene->width * (size_t) scene->height;
  BrgStatus status = _brg_preview_bins_init (&picture->opaque_bins, scene, false, job, error);

  if (status == BRG_OK)
    status = _brg_preview_bins_init (&picture->translucent_bins, scene, true, job, error);
  if (status == BRG_OK)
    status = _brg_preview_points_init (&picture->points, scene, error);
  if (status != BRG_OK)
    return status;
  picture->seen = brg_alloc (n, sizeof *picture->seen, error);
  n /= BRG_PREVIEW_SAMPLES * BRG_PREVIEW_SAMPLES;
  picture->openness = brg_alloc (n, sizeof *picture->openness, error);
  picture->lit = brg_alloc (n, sizeof *picture->lit, error);
  if (!picture->seen || !picture->openness || !picture->lit)
    return BRG_NO_MEMORY;
  for (size_t at = 0; at < n; at++)
    picture->openness[at] = picture->lit[at] = 1;
  return BRG_OK;
}

/* What needs the neighbourhood of a pixel or the view of a light. */
static BrgStatus
gather_light (Picture *picture, BrgJob *job, BrgError *error)
{
  BrgJobPart parts = brg_job_parts (job);

  brg_job_part (&parts, 0.0, 0.7);
  BrgStatus status = _brg_preview_occlusion (&picture->points, picture->openness, job, error);
  brg_job_part (&parts, 0.7, 1.0);
  if (status == BRG_OK)
    status = _brg_preview_shadow (&picture->shadow, &picture->points, picture->lit, job, error);
  brg_job_parts_end (&parts);
  return status;
}

/* The light's view comes first: its vertices are gone before the picture's buffers come. */
static BrgStatus
draw (Picture *picture, BrgJob *job, BrgError *error)
{
  int n_bands = _brg_preview_n_bands (&picture->scene);
  BrgJobPart parts = brg_job_parts (job);

  brg_job_part (&parts, 0.0, 0.2);
  BrgStatus status = _brg_preview_shadow_init (&picture->shadow, &picture->scene, job, error);
  if (status == BRG_OK)
    status = allocate_picture (picture, job, error);
  brg_job_part (&parts, 0.2, 0.4);
  if (status == BRG_OK)
    status = brg_parallel_slabs (n_bands, 1, draw_opaque, picture, job, error);
  brg_job_part (&parts, 0.4, 0.7);
  if (status == BRG_OK)
    status = gather_light (picture, job, error);
  brg_job_part (&parts, 0.7, 1.0);
  if (status == BRG_OK)
    status = brg_parallel_slabs (n_bands, 1, shade_band, picture, job, error);
  brg_job_parts_end (&parts);
  return status;
}

static void
clear_picture (Picture *picture)
{
  _brg_preview_scene_clear (&picture->scene);
  _brg_preview_shadow_clear (&picture->shadow);
  _brg_preview_points_clear (&picture->points);
  _brg_preview_bins_clear (&picture->opaque_bins);
  _brg_preview_bins_clear (&picture->translucent_bins);
  brg_free (picture->seen);
  brg_free (picture->openness);
  brg_free (picture->lit);
}

BrgStatus
brg_preview (const BrgPreviewItem *items,
             size_t n_items,
             BrgViewDirection view,
             int width,
             int height,
             uint8_t *rgba,
             BrgJob *job,
             BrgError *error)
{
  Picture picture = { .rgba = rgba };

  if (width < 1 || height < 1 || width > BRG_PREVIEW_MAX_SIZE_PX ||
      height > BRG_PREVIEW_MAX_SIZE_PX)
    return brg_error_set (error, BRG_INVALID,
                          "a picture must be 1 to %d pixels wide and high, got %d x %d",
                          BRG_PREVIEW_MAX_SIZE_PX, width, height);
  BrgStatus status =
    _brg_preview_scene_init (&picture.scene, items, n_items, view, width, height, job, error);
  if (status == BRG_OK)
    status = draw (&picture, job, error);
  clear_picture (&picture);
  return status;
}
