#include "engine/brg-preview-private.h"

#include "engine/brg-alloc.h"
#include "engine/brg-job-part.h"
#include "engine/brg-parallel.h"

#define ROWS_PER_SLAB 16
#define N_TURNS       16 /* rotations of the sampling spiral, one per pixel of a 4 x 4 tile */
#define N_OFFSETS     16
#define BIAS          0.06f /* sine of the least angle that counts: hides the facets */
#define EDGE          0.3f  /* depth steps above this share of the reach are not blurred over */
#define MAX_REACH_PX  160.0f

/* Reach as a share of the radius of the scene, and how dark it gets. */
typedef struct
{
  float reach, strength;
} Scale;

static const Scale scales[] = { { 0.035f, 1.3f }, { 0.2f, 1.5f } };

#define N_SCALES (int) (sizeof scales / sizeof scales[0])

/* The opaque surface at one sample per pixel. */
typedef struct
{
  float position[3]; /* viewer space */
  float normal[3];   /* a zero normal marks an empty pixel */
} Point;

typedef struct
{
  const BrgPreviewScene *scene;
  const BrgPreviewLayer *opaque;
  int width, height; /* in pixels */
  float focal_px;
  Point *points;
  float offsets[N_TURNS][N_OFFSETS][2]; /* unit disc */
  Scale scale;
  float *raw;      /* openness before the blur */
  float *openness; /* product over the scales */
} Occlusion;

/* A sunflower spiral, denser at the middle, and its rotations; by multiplication only. */
static void
make_offsets (Occlusion *occlusion)
{
  const float golden[2] = { -0.7373688781f, 0.6754902942f }; /* cos, sin of 137.5 degrees */
  const float turn[2] = { 0.9238795325f, 0.3826834324f };    /* of 22.5 degrees */
  float start[2] = { 1, 0 };

  for (int t = 0; t < N_TURNS; t++)
    {
      float d[2] = { start[0], start[1] };
      for (int n = 0; n < N_OFFSETS; n++)
        {
          float share = ((float) n + 0.5f) / N_OFFSETS, r = share * sqrtf (share);
          occlusion->offsets[t][n][0] = r * d[0];
          occlusion->offsets[t][n][1] = r * d[1];
          float x = d[0] * golden[0] - d[1] * golden[1];
          d[1] = d[0] * golden[1] + d[1] * golden[0];
          d[0] = x;
        }
      float x = start[0] * turn[0] - start[1] * turn[1];
      start[1] = start[0] * turn[1] + start[1] * turn[0];
      start[0] = x;
    }
}

static void
load_point (Occlusion *occlusion, int x, int y)
{
  const BrgPreviewScene *scene = occlusion->scene;
  Point *point = occlusion->points + (size_t) y * (size_t) occlusion->width + (size_t) x;
  float nearest = 0;
  size_t best = 0;
  int best_x = 0, best_y = 0;

  *point = (Point){ 0 };
  for (int s = 0; s < BRG_PREVIEW_SAMPLES * BRG_PREVIEW_SAMPLES; s++)
    {
      int sx = x * BRG_PREVIEW_SAMPLES + s % BRG_PREVIEW_SAMPLES;
      int sy = y * BRG_PREVIEW_SAMPLES + s / BRG_PREVIEW_SAMPLES;
      size_t at = (size_t) sy * (size_t) scene->width + (size_t) sx;
      if (occlusion->opaque->inverse_z[at] <= nearest)
        continue;
      nearest = occlusion->opaque->inverse_z[at];
      best = at;
      best_x = sx;
      best_y = sy;
    }
  if (nearest <= 0)
    return;
  float px = (float) best_x + 0.5f, py = (float) best_y + 0.5f, depth = 1 / nearest;
  point->position[0] = (px - (float) scene->width / 2) / scene->focal * depth;
  point->position[1] = ((float) scene->height / 2 - py) / scene->focal * depth;
  point->position[2] = -depth;
  _brg_preview_normal (scene, occlusion->opaque->triangle[best], px, py, point->normal);
}

static BrgStatus
load_rows (void *data, int slab, int begin, int end, BrgError *error)
{
  Occlusion *occlusion = data;
  (void) slab, (void) error;

  for (int y = begin; y < end; y++)
    for (int x = 0; x < occlusion->width; x++)
      load_point (occlusion, x, y);
  return BRG_OK;
}

static inline bool
is_empty (const Point *point)
{
  return !(point->position[2] < 0);
}

/* How much of the half-space over `here` the surface at `there` covers. */
static float
cover (const Point *here, const Point *there, float reach)
{
  float along = 0, square = 0;

  if (is_empty (there))
    return 0;
  for (int a = 0; a < 3; a++)
    {
      float d = there->position[a] - here->position[a];
      along += d * here->normal[a];
      square += d * d;
    }
  float fade = 1 - square / (reach * reach);
  if (!(square > 0) || fade <= 0)
    return 0;
  float sine = along / sqrtf (square) - BIAS;
  return sine > 0 ? sine * fade : 0;
}

static float
openness_at (const Occlusion *occlusion, int x, int y)
{
  const Point *here = occlusion->points + (size_t) y * (size_t) occlusion->width + (size_t) x;
  const float (*offsets)[2] = occlusion->offsets[(x & 3) * 4 + ((y & 3) * 5 + (x & 3) * 2) % 4];
  float reach = occlusion->scale.reach * occlusion->scene->radius_mm, covered = 0;

  if (is_empty (here))
    return 1;
  float reach_px = reach * occlusion->focal_px / -here->position[2];
  reach_px = reach_px < MAX_REACH_PX ? reach_px : MAX_REACH_PX;
  for (int n = 0; n < N_OFFSETS; n++)
    {
      int sx = (int) ((float) x + 0.5f + offsets[n][0] * reach_px);
      int sy = (int) ((float) y + 0.5f + offsets[n][1] * reach_px);
      if (sx < 0 || sy < 0 || sx >= occlusion->width || sy >= occlusion->height)
        continue;
      const Point *there =
        occlusion->points + (size_t) sy * (size_t) occlusion->width + (size_t) sx;
      covered += cover (here, there, reach);
    }
  float open = 1 - occlusion->scale.strength * covered / N_OFFSETS * 2;
  return open > 0 ? open : 0;
}

static BrgStatus
sample_rows (void *data, int slab, int begin, int end, BrgError *error)
{
  Occlusion *occlusion = data;
  (void) slab, (void) error;

  for (int y = begin; y < end; y++)
    for (int x = 0; x < occlusion->width; x++)
      occlusion->raw[(size_t) y * (size_t) occlusion->width + (size_t) x] =
        openness_at (occlusion, x, y);
  return BRG_OK;
}

/* Mean over a 4 x 4 tile, which holds every rotation once, on the same surface. */
static float
blurred_at (const Occlusion *occlusion, int x, int y)
{
  size_t at = (size_t) y * (size_t) occlusion->width + (size_t) x;
  const Point *here = occlusion->points + at;
  float step = EDGE * occlusion->scale.reach * occlusion->scene->radius_mm;
  float sum = 0, weight = 0;

  if (is_empty (here))
    return 1;
  for (int dy = -1; dy <= 2; dy++)
    for (int dx = -1; dx <= 2; dx++)
      {
        if (x + dx < 0 || y + dy < 0 || x + dx >= occlusion->width || y + dy >= occlusion->height)
          continue;
        size_t to = (size_t) (y + dy) * (size_t) occlusion->width + (size_t) (x + dx);
        const Point *there = occlusion->points + to;
        if (is_empty (there) || fabsf (there->position[2] - here->position[2]) > step)
          continue;
        sum += occlusion->raw[to];
        weight += 1;
      }
  return weight > 0 ? sum / weight : occlusion->raw[at];
}

static BrgStatus
blur_rows (void *data, int slab, int begin, int end, BrgError *error)
{
  Occlusion *occlusion = data;
  (void) slab, (void) error;

  for (int y = begin; y < end; y++)
    for (int x = 0; x < occlusion->width; x++)
      occlusion->openness[(size_t) y * (size_t) occlusion->width + (size_t) x] *=
        blurred_at (occlusion, x, y);
  return BRG_OK;
}

static BrgStatus
run (Occlusion *occlusion, BrgJob *job, BrgError *error)
{
  int n = occlusion->height;
  BrgJobPart parts = brg_job_parts (job);

  brg_job_part (&parts, 0.0, 0.2);
  BrgStatus status = brg_parallel_slabs (n, ROWS_PER_SLAB, load_rows, occlusion, job, error);
  for (int s = 0; status == BRG_OK && s < N_SCALES; s++)
    {
      occlusion->scale = scales[s];
      brg_job_part (&parts, 0.2 + 0.4 * s, 0.5 + 0.4 * s);
      status = brg_parallel_slabs (n, ROWS_PER_SLAB, sample_rows, occlusion, job, error);
      brg_job_part (&parts, 0.5 + 0.4 * s, 0.6 + 0.4 * s);
      if (status == BRG_OK)
        status = brg_parallel_slabs (n, ROWS_PER_SLAB, blur_rows, occlusion, job, error);
    }
  brg_job_parts_end (&parts);
  return status;
}

BrgStatus
_brg_preview_occlusion (const BrgPreviewScene *scene,
                        const BrgPreviewLayer *opaque,
                        float *openness,
                        BrgJob *job,
                        BrgError *error)
{
  Occlusion occlusion = { .scene = scene,
                          .opaque = opaque,
                          .width = scene->width / BRG_PREVIEW_SAMPLES,
                          .height = scene->height / BRG_PREVIEW_SAMPLES,
                          .focal_px = scene->focal / BRG_PREVIEW_SAMPLES,
                          .openness = openness };
  size_t n = (size_t) occlusion.width * (size_t) occlusion.height;
  BrgStatus status = BRG_NO_MEMORY;

  occlusion.points = brg_alloc (n, sizeof *occlusion.points, error);
  occlusion.raw = occlusion.points ? brg_alloc (n, sizeof *occlusion.raw, error) : NULL;
  if (occlusion.raw != NULL)
    {
      for (size_t p = 0; p < n; p++)
        openness[p] = 1;
      make_offsets (&occlusion);
      status = run (&occlusion, job, error);
    }
  brg_free (occlusion.points);
  brg_free (occlusion.raw);
  return status;
}
