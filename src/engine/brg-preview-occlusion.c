#include "engine/brg-preview-private.h"

#include "engine/brg-job-part.h"

#define BIAS         0.06f /* sine of the least angle that counts: hides the facets */
#define EDGE         0.3f  /* depth steps above this share of the reach are not blurred over */
#define MAX_REACH_PX 160.0f

/* Reach as a share of the radius of the scene, and how dark it gets. */
typedef struct
{
  float reach, strength;
} Scale;

static const Scale scales[] = { { 0.035f, 2.6f }, { 0.22f, 3.6f } };

#define N_SCALES (int) (sizeof scales / sizeof scales[0])

/* How much of the half-space over `here` the surface at `there` covers. */
static float
cover (const BrgPreviewPoint *here, const BrgPreviewPoint *there, float reach)
{
  float along = 0, square = 0;

  if (_brg_preview_is_empty (there))
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
openness_at (const void *data, const BrgPreviewPoints *points, int x, int y)
{
  const Scale *scale = data;
  const BrgPreviewPoint *here = _brg_preview_point (points, x, y);
  const float (*offsets)[2] = _brg_preview_offsets (points, x, y);
  float reach = scale->reach * points->radius_mm, covered = 0;
  float reach_px = reach * points->focal_px / -here->position[2];

  reach_px = reach_px < MAX_REACH_PX ? reach_px : MAX_REACH_PX;
  for (int n = 0; n < BRG_PREVIEW_N_OFFSETS; n++)
    {
      int sx = (int) ((float) x + 0.5f + offsets[n][0] * reach_px);
      int sy = (int) ((float) y + 0.5f + offsets[n][1] * reach_px);
      if (sx >= 0 && sy >= 0 && sx < points->width && sy < points->height)
        covered += cover (here, _brg_preview_point (points, sx, sy), reach);
    }
  float open = 1 - scale->strength * covered / BRG_PREVIEW_N_OFFSETS;
  return open > 0 ? open : 0;
}

BrgStatus
_brg_preview_occlusion (BrgPreviewPoints *points, float *openness, BrgJob *job, BrgError *error)
{
  BrgJobPart parts = brg_job_parts (job);
  BrgStatus status = BRG_OK;

  for (int s = 0; status == BRG_OK && s < N_SCALES; s++)
    {
      brg_job_part (&parts, (double) s / N_SCALES, (s + 1.0) / N_SCALES);
      status =
        _brg_preview_gather (points, openness_at, scales + s,
                             EDGE * scales[s].reach * points->radius_mm, openness, job, error);
    }
  brg_job_parts_end (&parts);
  return status;
}
