#pragma once

#include "engine/brg-preview.h"

/* Parts of brg_preview(), in the order it uses them. */

#define BRG_PREVIEW_SAMPLES   2  /* per pixel and axis */
#define BRG_PREVIEW_BAND_ROWS 32 /* rows of samples per slab */

/* Viewer space: x right, y up, z towards the viewer, mm, viewer at 0. */
typedef struct
{
  float x, y;      /* in samples from the top left */
  float inverse_z; /* 1 / depth, above 0 */
  float normal[3]; /* viewer space */
} BrgPreviewVertex;

typedef struct
{
  const BrgPreviewItem *items;
  size_t n_items;
  size_t *first_triangle; /* per item, and one past the last */
  size_t n_vertices, n_triangles;
  BrgPreviewVertex *vertices;
  uint32_t *triangles; /* 3 vertices each, of all items in order */
  int width, height;   /* in samples */
  float focal;         /* samples per unit slope */
  float radius_mm;     /* of everything, about its centre */
} BrgPreviewScene;

/* Which triangle is seen at each sample of some rows. */
typedef struct
{
  float *inverse_z; /* 0: none */
  uint32_t *triangle;
} BrgPreviewLayer;

/* Triangles by band of rows, in index order: list[first[b]] .. list[first[b + 1] - 1]. */
typedef struct
{
  size_t *first;
  uint32_t *list;
} BrgPreviewBins;

BrgStatus _brg_preview_scene_init (BrgPreviewScene *scene,
                                   const BrgPreviewItem *items,
                                   size_t n_items,
                                   BrgViewDirection view,
                                   int width,
                                   int height,
                                   BrgError *error);
void _brg_preview_scene_clear (BrgPreviewScene *scene);
const BrgPreviewItem *_brg_preview_item_of (const BrgPreviewScene *scene, uint32_t triangle);

static inline int
_brg_preview_n_bands (const BrgPreviewScene *scene)
{
  return (scene->height - 1) / BRG_PREVIEW_BAND_ROWS + 1;
}

/* Twice the signed area of a triangle in samples; negative when it faces the viewer. */
static inline float
_brg_preview_area (const BrgPreviewVertex *a, const BrgPreviewVertex *b, const BrgPreviewVertex *c)
{
  return (b->x - a->x) * (c->y - a->y) - (b->y - a->y) * (c->x - a->x);
}

/* Bins the triangles of the opaque or of the translucent items. */
BrgStatus _brg_preview_bins_init (BrgPreviewBins *bins,
                                  const BrgPreviewScene *scene,
                                  bool translucent,
                                  BrgError *error);
void _brg_preview_bins_clear (BrgPreviewBins *bins);

/* Clears the layer of one band and draws the band's triangles into it, the nearest winning, the
 * lower index among equals. `nearer` and `farther` are nullable layers of the same band: only
 * samples behind the first and before the second are drawn, and then only sides that face the
 * viewer. Returns the number of samples drawn. */
size_t _brg_preview_draw_band (const BrgPreviewScene *scene,
                               const BrgPreviewBins *bins,
                               int band,
                               const BrgPreviewLayer *nearer,
                               const BrgPreviewLayer *farther,
                               BrgPreviewLayer *out);

/* The unit normal (towards the viewer's side) of a triangle at a sample. */
void _brg_preview_normal (const BrgPreviewScene *scene,
                          uint32_t triangle,
                          float x,
                          float y,
                          float normal[3]);

/* Ambient occlusion, one value (1 open, 0 closed) per pixel, from the whole opaque layer. */
BrgStatus _brg_preview_occlusion (const BrgPreviewScene *scene,
                                  const BrgPreviewLayer *opaque,
                                  float *openness,
                                  BrgJob *job,
                                  BrgError *error);

/* Linear light leaving a surface of the item towards the viewer. */
void _brg_preview_light (uint32_t rgb,
                         const float normal[3],
                         const float to_viewer[3],
                         float openness,
                         float light[3]);

/* Linear light of the ground behind everything, at a place 0..1 from the top left. */
void _brg_preview_ground (float x, float y, float aspect, float light[3]);
