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
  const uint32_t *triangles; /* 3 vertices each, of all items in order */
  uint32_t *own_triangles;   /* NULL: those of the only item serve */
  bool *one_sided;           /* per item: its backs are never seen, nor seen from a light */
  int width, height;         /* in samples */
  float focal;               /* samples per unit slope */
  float middle[2];           /* sample straight ahead of the viewer */
  float radius_mm;           /* of everything, about its centre */
  float distance_mm;         /* of that centre from the viewer */
} BrgPreviewScene;

#define BRG_PREVIEW_NONE UINT32_MAX

/* Which triangle is seen at each sample of some rows. */
typedef struct
{
  float *inverse_z;   /* 0: none */
  uint32_t *triangle; /* BRG_PREVIEW_NONE: none; may be NULL where only depth is of interest */
} BrgPreviewLayer;

/* Triangles by band of rows, in index order: list[first[b]] .. list[first[b + 1] - 1]. */
typedef struct
{
  size_t *first;
  uint32_t *list;
} BrgPreviewBins;

/* BRG_OK, or BRG_CANCELLED and `error` when the job is cancelled. */
BrgStatus _brg_preview_poll (BrgJob *job, BrgError *error);

BrgStatus _brg_preview_scene_init (BrgPreviewScene *scene,
                                   const BrgPreviewItem *items,
                                   size_t n_items,
                                   BrgViewDirection view,
                                   int width,
                                   int height,
                                   BrgJob *job,
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

/* True for a closed surface that is turned outwards: each edge is passed once in each direction
 * (found by a sum that vanishes then, and otherwise with a chance of 2^-64) and the volume is
 * above 0. Of no meaning when the job is cancelled. */
bool _brg_preview_is_closed (const BrgMesh *mesh, BrgJob *job);

/* Bins the triangles of the opaque or of the translucent items that can be seen. */
BrgStatus _brg_preview_bins_init (BrgPreviewBins *bins,
                                  const BrgPreviewScene *scene,
                                  bool translucent,
                                  BrgJob *job,
                                  BrgError *error);
void _brg_preview_bins_clear (BrgPreviewBins *bins);

/* Clears the layer of one band and draws the band's triangles into it, the nearest winning, the
 * lower index among equals. `nearer` and `farther` are nullable layers of the same band: only
 * samples behind the first and before the second are drawn. Returns the number of samples drawn. */
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

#define BRG_PREVIEW_N_TURNS   16 /* rotations of the spiral, one per pixel of a 4 x 4 tile */
#define BRG_PREVIEW_N_OFFSETS 16

/* Everything as the key light sees it, in parallel projection. Nearness takes the place of the
 * inverse depth: 1 in the middle of the scene, more towards the light. */
typedef struct
{
  float *nearness;  /* of the nearest opaque surface; 0: none */
  float axis[2][3]; /* of the map */
  float middle[3];  /* of the scene, viewer space */
  float radius_mm;  /* of the scene */
  float samples_per_mm;
} BrgPreviewShadow;

/* The nearest opaque surface in each pixel, for what is computed once per pixel. */
typedef struct
{
  float position[3]; /* viewer space; z is 0 in an empty pixel and negative elsewhere */
  float normal[3];
} BrgPreviewPoint;

typedef struct
{
  int width, height; /* in pixels */
  float focal_px;
  float radius_mm;
  BrgPreviewPoint *points;
  float *raw; /* per pixel: a field before _brg_preview_blur() */
  float offsets[BRG_PREVIEW_N_TURNS][BRG_PREVIEW_N_OFFSETS][2]; /* in the unit disc */
} BrgPreviewPoints;

BrgStatus
_brg_preview_points_init (BrgPreviewPoints *points, const BrgPreviewScene *scene, BrgError *error);

/* Fills in the pixels of one band from its samples. */
void _brg_preview_points_load (BrgPreviewPoints *points,
                               const BrgPreviewScene *scene,
                               int band,
                               const BrgPreviewLayer *opaque);
void _brg_preview_points_clear (BrgPreviewPoints *points);

static inline const BrgPreviewPoint *
_brg_preview_point (const BrgPreviewPoints *points, int x, int y)
{
  return points->points + (size_t) y * (size_t) points->width + (size_t) x;
}

static inline bool
_brg_preview_is_empty (const BrgPreviewPoint *point)
{
  return !(point->position[2] < 0);
}

/* The spiral of a pixel. */
static inline const float (*_brg_preview_offsets (const BrgPreviewPoints *points, int x, int y))[2]
{
  return points->offsets[(x & 3) * 4 + ((y & 3) * 5 + (x & 3) * 2) % 4];
}

/* Calls `value` for every pixel, averages over the 4 x 4 tiles that hold every spiral once, as far
 * as depths differ by at most `step_mm`, and multiplies the result into `field`. */
typedef float (*BrgPreviewValue) (const void *data, const BrgPreviewPoints *points, int x, int y);
BrgStatus _brg_preview_gather (BrgPreviewPoints *points,
                               BrgPreviewValue value,
                               const void *data,
                               float step_mm,
                               float *field,
                               BrgJob *job,
                               BrgError *error);

/* Ambient occlusion: 1 where a pixel is open to its surroundings, 0 where it is closed in. */
BrgStatus
_brg_preview_occlusion (BrgPreviewPoints *points, float *openness, BrgJob *job, BrgError *error);

/* Draws the opaque items from the key light. */
BrgStatus _brg_preview_shadow_init (BrgPreviewShadow *shadow,
                                    const BrgPreviewScene *scene,
                                    BrgJob *job,
                                    BrgError *error);
void _brg_preview_shadow_clear (BrgPreviewShadow *shadow);

/* Soft shadow of the opaque items in the key light: 1 lit, 0 dark. */
BrgStatus _brg_preview_shadow (const BrgPreviewShadow *shadow,
                               BrgPreviewPoints *points,
                               float *lit,
                               BrgJob *job,
                               BrgError *error);

/* Direction towards the key light, viewer space. */
extern const float _brg_preview_key[3];

/* Linear light leaving a surface of the item towards the viewer. */
void _brg_preview_light (uint32_t rgb,
                         const float normal[3],
                         const float to_viewer[3],
                         float openness,
                         float lit,
                         float light[3]);

/* Linear light of the ground behind everything, at a place 0..1 from the top left. */
void _brg_preview_ground (float x, float y, float aspect, float light[3]);
