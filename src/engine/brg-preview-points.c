#include "engine/brg-preview-private.h"

#include "engine/brg-alloc.h"
#include "engine/brg-job-part.h"
#include "engine/brg-parallel.h"

#define ROWS_PER_SLAB 16

typedef struct
{
  BrgPreviewPoints *points;
  BrgPreviewValue value;
  const void *data;
  float step_mm;
  float *field;
} Gather;

/* A sunflower spiral, denser at the middle, and its rotations; by multiplication only. */
static void
make_offsets (BrgPreviewPoints *points)
{
  const float golden[2] = { -0.7373688781f, 0.6754902942f }; /* cos, sin of 137.5 degrees */
  const float turn[2] = { 0.9238795325f, 0.3826834324f };    /* of 22.5 degrees */
  float start[2] = { 1, 0 };

  for (int t = 0; t < BRG_PREVIEW_N_TURNS; t++)
    {
      float d[2] = { start[0], start[1] };
      for (int n = 0; n < BRG_PREVIEW_N_OFFSETS; n++)
        {
          float share = ((float) n + 0.5f) / BRG_PREVIEW_N_OFFSETS, r = share * sqrtf (share);
          points->offsets[t][n][0] = r * d[0];
          points->offsets[t][n][1] = r * d[1];
          float x = d[0] * golden[0] - d[1] * golden[1];
          d[1] = d[0] * golden[1] + d[1] * golden[0];
          d[0] = x;
        }
      float x = start[0] * turn[0] - start[1] * turn[1];
      start[1] = start[0] * turn[1] + start[1] * turn[0];
      start[0] = x;
    }
}

/* Pixel (x, y) from the nearest of its samples; `top` is the first row of samples in `opaque`. */
static void
load_point (BrgPreviewPoints *points,
            const BrgPreviewScene *scene,
            const BrgPreviewLayer *opaque,
            int top,
            int x,
            int y)
{
  BrgPreviewPoint *point = points->points + (size_t) y * (size_t) points->width + (size_t) x;
  float nearest = 0;
  size_t best = 0;
  int best_x = 0, best_y = 0;

  *point = (BrgPreviewPoint){ 0 };
  for (int s = 0; s < BRG_PREVIEW_SAMPLES * BRG_PREVIEW_SAMPLES; s++)
    {
      int sx = x * BRG_PREVIEW_SAMPLES + s % BRG_PREVIEW_SAMPLES;
      int sy = y * BRG_PREVIEW_SAMPLES + s / BRG_PREVIEW_SAMPLES;
      size_t at = (size_t) (sy - top) * (size_t) scene->width + (size_t) sx;
      if (opaque->inverse_z[at] <= nearest)
        continue;
      nearest = opaque->inverse_z[at];
      best = at;
      best_x = sx;
      best_y = sy;
    }
  if (nearest <= 0)
    return;
  float px = (float) best_x + 0.5f, py = (float) best_y + 0.5f, depth = 1 / nearest;
  point->position[0] = (px - scene->middle[0]) / scene->focal * depth;
  point->position[1] = (scene->middle[1] - py) / scene->focal * depth;
  point->position[2] = -depth;
  _brg_preview_normal (scene, opaque->triangle[best], px, py, point->normal);
}

void
_brg_preview_points_load (BrgPreviewPoints *points,
                          const BrgPreviewScene *scene,
                          int band,
                          const BrgPreviewLayer *opaque)
{
  int top = band * BRG_PREVIEW_BAND_ROWS, bottom = top + BRG_PREVIEW_BAND_ROWS;

  if (bottom > scene->height)
    bottom = scene->height;
  for (int y = top / BRG_PREVIEW_SAMPLES; y < bottom / BRG_PREVIEW_SAMPLES; y++)
    for (int x = 0; x < points->width; x++)
      load_point (points, scene, opaque, top, x, y);
}

static BrgStatus
sample_rows (void *data, int slab, int begin, int end, BrgError *error)
{
  const Gather *gather = data;
  const BrgPreviewPoints *points = gather->points;
  (void) slab, (void) error;

  for (int y = begin; y < end; y++)
    for (int x = 0; x < points->width; x++)
      points->raw[(size_t) y * (size_t) points->width + (size_t) x] =
        _brg_preview_is_empty (_brg_preview_point (points, x, y))
          ? 1
          : gather->value (gather->data, points, x, y);
  return BRG_OK;
}

static float
blurred_at (const BrgPreviewPoints *points, float step_mm, int x, int y)
{
  const BrgPreviewPoint *here = _brg_preview_point (points, x, y);
  float sum = 0, weight = 0;

  if (_brg_preview_is_empty (here))
    return 1;
  for (int ty = y > 0 ? y - 1 : 0; ty <= y + 2 && ty < points->height; ty++)
    for (int tx = x > 0 ? x - 1 : 0; tx <= x + 2 && tx < points->width; tx++)
      {
        const BrgPreviewPoint *there = _brg_preview_point (points, tx, ty);
        if (_brg_preview_is_empty (there) ||
            fabsf (there->position[2] - here->position[2]) > step_mm)
          continue;
        sum += points->raw[(size_t) ty * (size_t) points->width + (size_t) tx];
        weight += 1;
      }
  return sum / weight; /* the pixel itself always counts */
}

static BrgStatus
blur_rows (void *data, int slab, int begin, int end, BrgError *error)
{
  const Gather *gather = data;
  const BrgPreviewPoints *points = gather->points;
  (void) slab, (void) error;

  for (int y = begin; y < end; y++)
    for (int x = 0; x < points->width; x++)
      gather->field[(size_t) y * (size_t) points->width + (size_t) x] *=
        blurred_at (points, gather->step_mm, x, y);
  return BRG_OK;
}

BrgStatus
_brg_preview_gather (BrgPreviewPoints *points,
                     BrgPreviewValue value,
                     const void *data,
                     float step_mm,
                     float *field,
                     BrgJob *job,
                     BrgError *error)
{
  Gather gather = { points, value, data, step_mm, field };
  BrgJobPart parts = brg_job_parts (job);

  brg_job_part (&parts, 0.0, 0.8);
  BrgStatus status =
    brg_parallel_slabs (points->height, ROWS_PER_SLAB, sample_rows, &gather, job, error);
  brg_job_part (&parts, 0.8, 1.0);
  if (status == BRG_OK)
    status = brg_parallel_slabs (points->height, ROWS_PER_SLAB, blur_rows, &gather, job, error);
  brg_job_parts_end (&parts);
  return status;
}

BrgStatus
_brg_preview_points_init (BrgPreviewPoints *points, const BrgPreviewScene *scene, BrgError *error)
{
  *points = (BrgPreviewPoints){ .width = scene->width / BRG_PREVIEW_SAMPLES,
                                .height = scene->height / BRG_PREVIEW_SAMPLES,
                                .focal_px = scene->focal / BRG_PREVIEW_SAMPLES,
                                .radius_mm = scene->radius_mm };
  size_t n = (size_t) points->width * (size_t) points->height;
  points->points = brg_alloc (n, sizeof *points->points, error);
  points->raw = points->points ? brg_alloc (n, sizeof *points->raw, error) : NULL;
  if (points->raw == NULL)
    return BRG_NO_MEMORY;
  make_offsets (points);
  return BRG_OK;
}

void
_brg_preview_points_clear (BrgPreviewPoints *points)
{
  brg_free (points->points);
  brg_free (points->raw);
}
