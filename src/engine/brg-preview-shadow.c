#include "engine/brg-preview-private.h"

#include "engine/brg-alloc.h"
#include "engine/brg-parallel.h"

#define MAP_SIZE 1024
#define SOFTNESS 0.016f /* radius of the blur, as a share of the radius of the scene */
#define BIAS     0.012f /* of the same: how far above a surface something must be to darken it */
#define EDGE     0.05f

/* The map while it is drawn. */
typedef struct
{
  BrgPreviewScene scene; /* shares all but the vertices with the picture's */
  BrgPreviewBins bins;
  float *nearness;
} Map;

static float
dot (const float a[3], const float b[3])
{
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* Two unit vectors at right angles to the light and to each other: right and up, seen from it. */
static void
choose_axes (BrgPreviewShadow *shadow)
{
  const float *l = _brg_preview_key;
  float length = sqrtf (l[0] * l[0] + l[2] * l[2]);

  shadow->axis[0][0] = l[2] / length;
  shadow->axis[0][1] = 0;
  shadow->axis[0][2] = -l[0] / length;
  for (int a = 0; a < 3; a++)
    {
      int b = (a + 1) % 3, c = (a + 2) % 3;
      shadow->axis[1][a] = l[b] * shadow->axis[0][c] - l[c] * shadow->axis[0][b];
    }
}

/* Place on the map (samples, from the top left) and nearness of a point in viewer space. */
static inline void
place (const BrgPreviewShadow *shadow, const float position[3], float *x, float *y, float *nearness)
{
  float d[3];

  for (int a = 0; a < 3; a++)
    d[a] = position[a] - shadow->middle[a];
  *x = MAP_SIZE / 2 + shadow->samples_per_mm * dot (d, shadow->axis[0]);
  *y = MAP_SIZE / 2 - shadow->samples_per_mm * dot (d, shadow->axis[1]);
  *nearness = 1 + 0.5f * dot (d, _brg_preview_key) / shadow->radius_mm;
}

static void
position_of (const BrgPreviewScene *scene, const BrgPreviewVertex *vertex, float out[3])
{
  float depth = 1 / vertex->inverse_z;

  out[0] = (vertex->x - scene->middle[0]) / scene->focal * depth;
  out[1] = (scene->middle[1] - vertex->y) / scene->focal * depth;
  out[2] = -depth;
}

static BrgStatus
init_map (Map *map,
          const BrgPreviewShadow *shadow,
          const BrgPreviewScene *scene,
          BrgJob *job,
          BrgError *error)
{
  *map = (Map){ .scene = *scene, .nearness = shadow->nearness };
  map->scene.width = map->scene.height = MAP_SIZE;
  map->scene.vertices = brg_alloc (scene->n_vertices, sizeof *scene->vertices, error);
  if (map->scene.vertices == NULL)
    return BRG_NO_MEMORY;
  for (size_t v = 0; v < scene->n_vertices; v++)
    {
      BrgPreviewVertex *out = map->scene.vertices + v;
      float position[3];
      position_of (scene, scene->vertices + v, position);
      place (shadow, position, &out->x, &out->y, &out->inverse_z);
    }
  BrgStatus status = _brg_preview_poll (job, error);
  return status == BRG_OK ? _brg_preview_bins_init (&map->bins, &map->scene, false, job, error)
                          : status;
}

static BrgStatus
draw_map (void *data, int slab, int begin, int end, BrgError *error)
{
  const Map *map = data;
  BrgPreviewLayer rows = { map->nearness + (size_t) begin * BRG_PREVIEW_BAND_ROWS * MAP_SIZE,
                           NULL };
  (void) slab, (void) end, (void) error;

  _brg_preview_draw_band (&map->scene, &map->bins, begin, NULL, NULL, &rows);
  return BRG_OK;
}

BrgStatus
_brg_preview_shadow_init (BrgPreviewShadow *shadow,
                          const BrgPreviewScene *scene,
                          BrgJob *job,
                          BrgError *error)
{
  Map map;

  *shadow = (BrgPreviewShadow){ .radius_mm = scene->radius_mm,
                                .middle = { 0, 0, -scene->distance_mm },
                                .samples_per_mm = MAP_SIZE / 2 / (scene->radius_mm * 1.01f) };
  choose_axes (shadow);
  shadow->nearness = brg_alloc ((size_t) MAP_SIZE * MAP_SIZE, sizeof *shadow->nearness, error);
  if (shadow->nearness == NULL)
    return BRG_NO_MEMORY;
  BrgStatus status = init_map (&map, shadow, scene, job, error);
  if (status == BRG_OK)
    status = brg_parallel_slabs (_brg_preview_n_bands (&map.scene), 1, draw_map, &map, job, error);
  brg_free (map.scene.vertices);
  _brg_preview_bins_clear (&map.bins);
  return status;
}

void
_brg_preview_shadow_clear (BrgPreviewShadow *shadow)
{
  brg_free (shadow->nearness);
}

static float
lit_at (const void *data, const BrgPreviewPoints *points, int x, int y)
{
  const BrgPreviewShadow *shadow = data;
  const BrgPreviewPoint *here = _brg_preview_point (points, x, y);
  const float (*offsets)[2] = _brg_preview_offsets (points, x, y);
  float blur = SOFTNESS * shadow->radius_mm * shadow->samples_per_mm, mx, my, nearness;
  int n_lit = 0;

  place (shadow, here->position, &mx, &my, &nearness);
  for (int n = 0; n < BRG_PREVIEW_N_OFFSETS; n++)
    {
      int sx = (int) (mx + offsets[n][0] * blur), sy = (int) (my + offsets[n][1] * blur);
      /* A sample further out lies higher on a slope: allow for it. */
      float reach = sqrtf (offsets[n][0] * offsets[n][0] + offsets[n][1] * offsets[n][1]);
      float allowed = nearness + 0.5f * (BIAS + SOFTNESS * reach);
      n_lit += sx < 0 || sy < 0 || sx >= MAP_SIZE || sy >= MAP_SIZE ||
               shadow->nearness[(size_t) sy * MAP_SIZE + (size_t) sx] <= allowed;
    }
  return (float) n_lit / BRG_PREVIEW_N_OFFSETS;
}

BrgStatus
_brg_preview_shadow (const BrgPreviewShadow *shadow,
                     BrgPreviewPoints *points,
                     float *lit,
                     BrgJob *job,
                     BrgError *error)
{
  return _brg_preview_gather (points, lit_at, shadow, EDGE * points->radius_mm, lit, job, error);
}
