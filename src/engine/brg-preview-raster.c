#include "engine/brg-preview-private.h"

#include <string.h>

#include "engine/brg-alloc.h"

/* First and last band that a triangle touches; none when last < first. */
static void
band_range (const BrgPreviewScene *scene, uint32_t triangle, int *first, int *last)
{
  const uint32_t *corner = scene->triangles + 3 * (size_t) triangle;
  float lo = INFINITY, hi = -INFINITY;

  for (int c = 0; c < 3; c++)
    {
      float y = scene->vertices[corner[c]].y;
      lo = y < lo ? y : lo;
      hi = y > hi ? y : hi;
    }
  float bottom = (float) scene->height - 1;
  *first = lo > bottom ? 1 : (int) (lo > 0 ? lo : 0) / BRG_PREVIEW_BAND_ROWS;
  *last = lo > bottom || !(hi >= 0) ? 0 : (int) (hi < bottom ? hi : bottom) / BRG_PREVIEW_BAND_ROWS;
  if (lo > bottom || !(hi >= 0))
    *last = *first - 1;
}

static bool
is_hidden (const BrgPreviewScene *scene, size_t triangle)
{
  const uint32_t *corner = scene->triangles + 3 * triangle;
  const BrgPreviewVertex *vertices = scene->vertices;

  return !(_brg_preview_area (vertices + corner[0], vertices + corner[1], vertices + corner[2]) <
           0);
}

/* Counts (list NULL) or lists the triangles of one item. */
static void
bin_item (BrgPreviewBins *bins, const BrgPreviewScene *scene, size_t item, size_t *next)
{
  for (size_t t = scene->first_triangle[item]; t < scene->first_triangle[item + 1]; t++)
    {
      int first, last;
      if (scene->one_sided[item] && is_hidden (scene, t))
        continue;
      band_range (scene, (uint32_t) t, &first, &last);
      for (int band = first; band <= last; band++)
        {
          if (bins->list != NULL)
            bins->list[next[band]] = (uint32_t) t;
          next[band]++;
        }
    }
}

static void
bin_items (BrgPreviewBins *bins, const BrgPreviewScene *scene, bool translucent, size_t *next)
{
  for (size_t i = 0; i < scene->n_items; i++)
    if ((scene->items[i].opacity < 1) == translucent)
      bin_item (bins, scene, i, next);
}

BrgStatus
_brg_preview_bins_init (BrgPreviewBins *bins,
                        const BrgPreviewScene *scene,
                        bool translucent,
                        BrgJob *job,
                        BrgError *error)
{
  size_t n_bands = (size_t) _brg_preview_n_bands (scene);

  *bins = (BrgPreviewBins){ 0 };
  bins->first = brg_alloc_zero (n_bands + 2, sizeof *bins->first, error);
  if (bins->first == NULL)
    return BRG_NO_MEMORY;
  bin_items (bins, scene, translucent, bins->first + 2);
  for (size_t b = 2; b < n_bands + 2; b++)
    bins->first[b] += bins->first[b - 1];
  bins->list = brg_alloc (bins->first[n_bands + 1], sizeof *bins->list, error);
  if (bins->list == NULL)
    return BRG_NO_MEMORY;
  BrgStatus status = _brg_preview_poll (job, error);
  if (status == BRG_OK)
    bin_items (bins, scene, translucent, bins->first + 1);
  return status == BRG_OK ? _brg_preview_poll (job, error) : status;
}

void
_brg_preview_bins_clear (BrgPreviewBins *bins)
{
  brg_free (bins->first);
  brg_free (bins->list);
}

/* One band being drawn. */
typedef struct
{
  const BrgPreviewScene *scene;
  int top, bottom; /* rows, bottom not included */
  const float *nearer, *farther;
  BrgPreviewLayer *out;
  size_t n_drawn;
} Band;

static inline int
clamp_to (float value, int lo, int hi)
{
  return value <= (float) lo ? lo : value >= (float) hi ? hi : (int) value;
}

static inline void
draw_sample (Band *band, uint32_t triangle, size_t at, float inverse_z)
{
  if (inverse_z <= band->out->inverse_z[at])
    return;
  if (band->nearer != NULL && inverse_z >= band->nearer[at])
    return;
  if (band->farther != NULL && inverse_z <= band->farther[at])
    return;
  band->n_drawn += band->out->inverse_z[at] <= 0;
  band->out->inverse_z[at] = inverse_z;
  if (band->out->triangle != NULL)
    band->out->triangle[at] = triangle;
}

static inline float
least (float a, float b, float c)
{
  return a < b ? (a < c ? a : c) : (b < c ? b : c);
}

static inline float
greatest (float a, float b, float c)
{
  return a > b ? (a > c ? a : c) : (b > c ? b : c);
}

/* Samples lie at half-integers. Edges are inclusive, so that neighbours leave no cracks. */
static void
draw_triangle (Band *band, uint32_t triangle)
{
  const BrgPreviewScene *scene = band->scene;
  const uint32_t *corner = scene->triangles + 3 * (size_t) triangle;
  const BrgPreviewVertex *a = scene->vertices + corner[0], *b = scene->vertices + corner[1];
  const BrgPreviewVertex *c = scene->vertices + corner[2];
  float area = _brg_preview_area (a, b, c);

  if (!(area < 0 || area > 0))
    return;
  float scale = 1 / area;
  int x0 = clamp_to (least (a->x, b->x, c->x) + 0.5f, 0, scene->width);
  int x1 = clamp_to (greatest (a->x, b->x, c->x) + 0.5f, 0, scene->width);
  int y0 = clamp_to (least (a->y, b->y, c->y) + 0.5f, band->top, band->bottom);
  int y1 = clamp_to (greatest (a->y, b->y, c->y) + 0.5f, band->top, band->bottom);
  for (int y = y0; y < y1; y++)
    {
      float py = (float) y + 0.5f - a->y;
      size_t row = (size_t) (y - band->top) * (size_t) scene->width;
      for (int x = x0; x < x1; x++)
        {
          float px = (float) x + 0.5f - a->x;
          float wb = (px * (c->y - a->y) - py * (c->x - a->x)) * scale;
          float wc = ((b->x - a->x) * py - (b->y - a->y) * px) * scale;
          if (wb < 0 || wc < 0 || wb + wc > 1)
            continue;
          float inverse_z =
            a->inverse_z + wb * (b->inverse_z - a->inverse_z) + wc * (c->inverse_z - a->inverse_z);
          draw_sample (band, triangle, row + (size_t) x, inverse_z);
        }
    }
}

size_t
_brg_preview_draw_band (const BrgPreviewScene *scene,
                        const BrgPreviewBins *bins,
                        int band,
                        const BrgPreviewLayer *nearer,
                        const BrgPreviewLayer *farther,
                        BrgPreviewLayer *out)
{
  Band drawn = { .scene = scene,
                 .top = band * BRG_PREVIEW_BAND_ROWS,
                 .nearer = nearer ? nearer->inverse_z : NULL,
                 .farther = farther ? farther->inverse_z : NULL,
                 .out = out };

  drawn.bottom = drawn.top + BRG_PREVIEW_BAND_ROWS;
  if (drawn.bottom > scene->height)
    drawn.bottom = scene->height;
  size_t n_samples = (size_t) (drawn.bottom - drawn.top) * (size_t) scene->width;
  memset (out->inverse_z, 0, n_samples * sizeof *out->inverse_z);
  if (out->triangle != NULL)
    memset (out->triangle, 0xff, n_samples * sizeof *out->triangle);
  for (size_t n = bins->first[band]; n < bins->first[band + 1]; n++)
    draw_triangle (&drawn, bins->list[n]);
  return drawn.n_drawn;
}

void
_brg_preview_normal (const BrgPreviewScene *scene,
                     uint32_t triangle,
                     float x,
                     float y,
                     float normal[3])
{
  const uint32_t *corner = scene->triangles + 3 * (size_t) triangle;
  const BrgPreviewVertex *a = scene->vertices + corner[0], *b = scene->vertices + corner[1];
  const BrgPreviewVertex *c = scene->vertices + corner[2];
  float area = _brg_preview_area (a, b, c), sign = area < 0 ? 1.0f : -1.0f;
  float px = x - a->x, py = y - a->y;
  float wb = (px * (c->y - a->y) - py * (c->x - a->x)) / area;
  float wc = ((b->x - a->x) * py - (b->y - a->y) * px) / area;
  float square = 0;

  for (int d = 0; d < 3; d++)
    {
      normal[d] = sign * ((1 - wb - wc) * a->normal[d] + wb * b->normal[d] + wc * c->normal[d]);
      square += normal[d] * normal[d];
    }
  for (int d = 0; d < 3; d++)
    normal[d] = square > 0 ? normal[d] / sqrtf (square) : d == 2 ? 1.0f : 0.0f;
}
