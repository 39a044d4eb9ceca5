#include "render/brg-scene.h"

#include "engine/brg-palette.h"

#define CROSS_MM        9.0  /* half length of the small cross */
#define FRAME_MARGIN    0.01 /* of the scene box, outside of it */
#define FRAME_OPACITY   0.85
#define CROSS_OPACITY   0.95
#define BRG_RGB_NEUTRAL 0xF6F5F4

static double *
component (BrgVec3 *v, int axis)
{
  return axis == 0 ? &v->x : axis == 1 ? &v->y : &v->z;
}

/* The rectangle of the plane across `axis` through `at`. */
static void
add_frame (BrgVec3 lo, BrgVec3 hi, BrgVec3 at, int axis, uint32_t rgb, BrgLine out[4])
{
  int u = (axis + 1) % 3, v = (axis + 2) % 3;
  BrgVec3 corners[4];

  for (int c = 0; c < 4; c++)
    {
      corners[c] = at;
      *component (&corners[c], u) = *component (c == 0 || c == 3 ? &lo : &hi, u);
      *component (&corners[c], v) = *component (c < 2 ? &lo : &hi, v);
    }
  for (int c = 0; c < 4; c++)
    out[c] = (BrgLine){ corners[c], corners[(c + 1) % 4], rgb, FRAME_OPACITY };
}

static BrgVec3
clamped (BrgVec3 p, BrgVec3 lo, BrgVec3 hi)
{
  return brg_vec3 (fmin (fmax (p.x, lo.x), hi.x), fmin (fmax (p.y, lo.y), hi.y),
                   fmin (fmax (p.z, lo.z), hi.z));
}

int
brg_scene_crosshair_lines (const BrgScene *scene, BrgLine lines[BRG_MAX_LINES])
{
  static const uint32_t plane_rgb[3] = { BRG_RGB_SAGITTAL, BRG_RGB_CORONAL, BRG_RGB_AXIAL };
  BrgVec3 margin =
    brg_vec3_scale (brg_vec3_sub (scene->camera.scene_hi, scene->camera.scene_lo), FRAME_MARGIN);
  BrgVec3 lo = brg_vec3_sub (scene->camera.scene_lo, margin);
  BrgVec3 hi = brg_vec3_add (scene->camera.scene_hi, margin);
  int n_lines = 0;

  if (!scene->has_crosshair)
    return 0;
  for (int axis = 0; axis < 3; axis++)
    {
      BrgVec3 from = scene->crosshair, to = scene->crosshair;
      *component (&from, axis) -= CROSS_MM;
      *component (&to, axis) += CROSS_MM;
      lines[n_lines++] = (BrgLine){ from, to, BRG_RGB_NEUTRAL, CROSS_OPACITY };
    }
  for (int axis = 0; scene->has_frames && axis < 3; axis++, n_lines += 4)
    add_frame (lo, hi, clamped (scene->crosshair, lo, hi), axis, plane_rgb[axis], lines + n_lines);
  return n_lines;
}
