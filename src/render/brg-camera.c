#include "render/brg-camera.h"

#include <cglm/cglm.h>
#include <string.h>

/* Margin of brg_camera_fit() and, around the scene's sphere, of the clip planes (plane frames are
 * drawn a little outside the scene). */
#define FIT_MARGIN  1.14
#define CLIP_MARGIN 1.2

static void
quaternion_multiply (const double a[4], const double b[4], double out[4])
{
  double product[4] = { a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3],
                        a[0] * b[1] + a[1] * b[0] + a[2] * b[3] - a[3] * b[2],
                        a[0] * b[2] - a[1] * b[3] + a[2] * b[0] + a[3] * b[1],
                        a[0] * b[3] + a[1] * b[2] - a[2] * b[1] + a[3] * b[0] };
  double norm = sqrt (product[0] * product[0] + product[1] * product[1] + product[2] * product[2] +
                      product[3] * product[3]);

  for (int c = 0; c < 4; c++)
    out[c] = product[c] / norm;
}

static void
quaternion_from_axis (BrgVec3 axis, double angle_rad, double out[4])
{
  BrgVec3 unit = brg_vec3_normalize (axis);

  out[0] = cos (angle_rad / 2);
  out[1] = unit.x * sin (angle_rad / 2);
  out[2] = unit.y * sin (angle_rad / 2);
  out[3] = unit.z * sin (angle_rad / 2);
}

/* The rotation matrix of `q`, whose rows are the eye axes in LPS. */
static void
quaternion_rows (const double q[4], BrgVec3 *right, BrgVec3 *up, BrgVec3 *back)
{
  double w = q[0], x = q[1], y = q[2], z = q[3];

  *right = brg_vec3 (1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y));
  *up = brg_vec3 (2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x));
  *back = brg_vec3 (2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y));
}

/* The inverse of quaternion_rows() for an orthonormal, right-handed triple (Shepperd). */
static void
quaternion_from_rows (BrgVec3 right, BrgVec3 up, BrgVec3 back, double out[4])
{
  double square[4] = { 1 + right.x + up.y + back.z, 1 + right.x - up.y - back.z,
                       1 - right.x + up.y - back.z, 1 - right.x - up.y + back.z };
  double wx = back.y - up.z, wy = right.z - back.x, wz = up.x - right.y;
  double xy = right.y + up.x, xz = right.z + back.x, yz = up.z + back.y;
  double row[4][4] = { { square[0], wx, wy, wz },
                       { wx, square[1], xy, xz },
                       { wy, xy, square[2], yz },
                       { wz, xz, yz, square[3] } };
  int best = 0;

  for (int c = 1; c < 4; c++)
    if (square[c] > square[best])
      best = c;
  for (int c = 0; c < 4; c++)
    out[c] = row[best][c] / (2 * sqrt (square[best]));
}

static void
rotate_eye (BrgCamera *camera, BrgVec3 eye_axis, double angle_rad)
{
  double turn[4];

  quaternion_from_axis (eye_axis, angle_rad, turn);
  quaternion_multiply (turn, camera->orientation, camera->orientation);
}

static double
half_height (void)
{
  return tan (BRG_CAMERA_FOV_DEG / 2 * BRG_PI / 180);
}

static double
scene_radius_mm (const BrgCamera *camera)
{
  return brg_vec3_length (brg_vec3_sub (camera->scene_hi, camera->scene_lo)) / 2;
}

static BrgVec3
scene_centre (const BrgCamera *camera)
{
  return brg_vec3_scale (brg_vec3_add (camera->scene_lo, camera->scene_hi), 0.5);
}

/* Half the extent along a unit vector of the superellipsoid of exponent 4 inside the scene box: the
 * box's own along the axes, less than its corners across (its support function is the dual 4/3
 * norm). Heads fill it better than a box. */
static double
scene_extent_mm (const BrgCamera *camera, BrgVec3 along)
{
  BrgVec3 half = brg_vec3_scale (brg_vec3_sub (camera->scene_hi, camera->scene_lo), 0.5);
  double sum = pow (fabs (half.x * along.x), 4.0 / 3) + pow (fabs (half.y * along.y), 4.0 / 3) +
               pow (fabs (half.z * along.z), 4.0 / 3);

  return pow (sum, 0.75);
}

/* Where Bell's trackball is under a pixel, as a unit vector in eye axes. */
static BrgVec3
trackball (double x_px, double y_px, double width_px, double height_px)
{
  double side = fmax (fmin (width_px, height_px), 1);
  double x = (2 * x_px - width_px) / side;
  double y = (height_px - 2 * y_px) / side;
  double square = x * x + y * y;
  double z = square <= 0.5 ? sqrt (1 - square) : 0.5 / sqrt (square);

  return brg_vec3_normalize (brg_vec3 (x, y, z));
}

BrgCamera
brg_camera_new (void)
{
  BrgCamera camera = { .orientation = { 1, 0, 0, 0 } };

  brg_camera_set_scene (&camera, brg_vec3 (-90, -110, -90), brg_vec3 (90, 110, 90));
  brg_camera_look (&camera, BRG_VIEW_THREE_QUARTER);
  brg_camera_fit (&camera, 1);
  return camera;
}

void
brg_camera_set_scene (BrgCamera *camera, BrgVec3 lo, BrgVec3 hi)
{
  const double least_mm = 1;

  camera->scene_lo = lo;
  camera->scene_hi = brg_vec3 (fmax (hi.x, lo.x + least_mm), fmax (hi.y, lo.y + least_mm),
                               fmax (hi.z, lo.z + least_mm));
}

void
brg_camera_look (BrgCamera *camera, BrgViewDirection view)
{
  BrgVec3 right, up, back;

  brg_view_axes (view, &right, &up, &back);
  quaternion_from_rows (right, up, back, camera->orientation);
}

void
brg_camera_fit (BrgCamera *camera, double aspect)
{
  BrgVec3 right, up, back;
  double high = half_height () / FIT_MARGIN, wide = high * fmax (aspect, 0.01);

  brg_camera_axes (camera, &right, &up, &back);
  camera->target = scene_centre (camera);
  double need_mm =
    fmax (scene_extent_mm (camera, right) / wide, scene_extent_mm (camera, up) / high);
  camera->distance_mm = need_mm + scene_extent_mm (camera, back) / 2;
}

void
brg_camera_turn (BrgCamera *camera,
                 double x0_px,
                 double y0_px,
                 double x1_px,
                 double y1_px,
                 double width_px,
                 double height_px)
{
  BrgVec3 from = trackball (x0_px, y0_px, width_px, height_px);
  BrgVec3 to = trackball (x1_px, y1_px, width_px, height_px);
  BrgVec3 axis = brg_vec3_cross (from, to);
  double sine = brg_vec3_length (axis);

  if (sine > 0)
    rotate_eye (camera, axis, atan2 (sine, brg_vec3_dot (from, to)));
}

void
brg_camera_orbit (BrgCamera *camera, double right_deg, double up_deg)
{
  rotate_eye (camera, brg_vec3 (0, 1, 0), right_deg * BRG_PI / 180);
  rotate_eye (camera, brg_vec3 (1, 0, 0), -up_deg * BRG_PI / 180);
}

void
brg_camera_pan (BrgCamera *camera, double dx_px, double dy_px, double height_px)
{
  double mm_per_px = 2 * camera->distance_mm * half_height () / fmax (height_px, 1);
  BrgVec3 right, up, back;

  brg_camera_axes (camera, &right, &up, &back);
  camera->target = brg_vec3_sub (camera->target, brg_vec3_scale (right, dx_px * mm_per_px));
  camera->target = brg_vec3_add (camera->target, brg_vec3_scale (up, dy_px * mm_per_px));
}

void
brg_camera_zoom (BrgCamera *camera,
                 double factor,
                 double x_px,
                 double y_px,
                 double width_px,
                 double height_px)
{
  double radius_mm = scene_radius_mm (camera);
  double before_mm = camera->distance_mm;
  double dx_px = width_px / 2 - x_px, dy_px = height_px / 2 - y_px;
  double after_mm = fmin (fmax (before_mm / factor, radius_mm / 20), radius_mm * 20);

  /* Bring the point under the pointer to the middle, zoom, and take it back. */
  brg_camera_pan (camera, dx_px, dy_px, height_px);
  camera->distance_mm = after_mm;
  brg_camera_pan (camera, -dx_px, -dy_px, height_px);
}

BrgCamera
brg_camera_blend (const BrgCamera *a, const BrgCamera *b, double t)
{
  BrgCamera out = *b;
  double inverse[4] = { a->orientation[0], -a->orientation[1], -a->orientation[2],
                        -a->orientation[3] };
  double turn[4], part[4];

  quaternion_multiply (b->orientation, inverse, turn);
  double sign = turn[0] < 0 ? -1 : 1;
  BrgVec3 axis = brg_vec3 (sign * turn[1], sign * turn[2], sign * turn[3]);
  double angle_rad = 2 * atan2 (brg_vec3_length (axis), sign * turn[0]);

  quaternion_from_axis (axis, t * angle_rad, part);
  quaternion_multiply (part, a->orientation, out.orientation);
  out.target = brg_vec3_add (brg_vec3_scale (a->target, 1 - t), brg_vec3_scale (b->target, t));
  out.distance_mm = pow (a->distance_mm, 1 - t) * pow (b->distance_mm, t);
  return out;
}

void
brg_camera_axes (const BrgCamera *camera, BrgVec3 *right, BrgVec3 *up, BrgVec3 *back)
{
  quaternion_rows (camera->orientation, right, up, back);
}

BrgVec3
brg_camera_eye (const BrgCamera *camera)
{
  BrgVec3 right, up, back;

  brg_camera_axes (camera, &right, &up, &back);
  return brg_vec3_add (camera->target, brg_vec3_scale (back, camera->distance_mm));
}

BrgRay
brg_camera_ray (const BrgCamera *camera,
                double x_px,
                double y_px,
                double width_px,
                double height_px)
{
  BrgVec3 right, up, back;
  double slope = 2 * half_height () / fmax (height_px, 1);

  brg_camera_axes (camera, &right, &up, &back);
  BrgVec3 d = brg_vec3_scale (right, (x_px - width_px / 2) * slope);
  d = brg_vec3_add (d, brg_vec3_scale (up, (height_px / 2 - y_px) * slope));
  d = brg_vec3_sub (d, back);
  return (BrgRay){ brg_camera_eye (camera), brg_vec3_normalize (d) };
}

bool
brg_camera_project (const BrgCamera *camera,
                    BrgVec3 lps,
                    double width_px,
                    double height_px,
                    double *x_px,
                    double *y_px)
{
  BrgVec3 right, up, back;
  BrgVec3 d = brg_vec3_sub (lps, brg_camera_eye (camera));

  brg_camera_axes (camera, &right, &up, &back);
  double depth_mm = -brg_vec3_dot (d, back);
  if (!(depth_mm > 0))
    return false;
  double scale = height_px / (2 * half_height () * depth_mm);
  *x_px = width_px / 2 + brg_vec3_dot (d, right) * scale;
  *y_px = height_px / 2 - brg_vec3_dot (d, up) * scale;
  return true;
}

void
brg_camera_clip_mm (const BrgCamera *camera, double *near_mm, double *far_mm)
{
  BrgVec3 right, up, back;
  double radius_mm = CLIP_MARGIN * scene_radius_mm (camera);

  brg_camera_axes (camera, &right, &up, &back);
  double depth_mm =
    brg_vec3_dot (brg_vec3_sub (brg_camera_eye (camera), scene_centre (camera)), back);
  *near_mm = fmax (depth_mm - radius_mm, radius_mm / 200);
  *far_mm = fmax (depth_mm + radius_mm, *near_mm * 2);
}

void
brg_camera_matrices (const BrgCamera *camera,
                     double aspect,
                     float eye_from_lps[16],
                     float clip_from_eye[16])
{
  BrgVec3 axes[3], eye = brg_camera_eye (camera);
  double near_mm, far_mm;

  brg_camera_axes (camera, &axes[0], &axes[1], &axes[2]);
  mat4 turn = GLM_MAT4_IDENTITY_INIT, lens;
  for (int row = 0; row < 3; row++)
    {
      turn[0][row] = (float) axes[row].x;
      turn[1][row] = (float) axes[row].y;
      turn[2][row] = (float) axes[row].z;
      turn[3][row] = (float) -brg_vec3_dot (axes[row], eye);
    }
  brg_camera_clip_mm (camera, &near_mm, &far_mm);
  glm_perspective ((float) (BRG_CAMERA_FOV_DEG * BRG_PI / 180), (float) aspect, (float) near_mm,
                   (float) far_mm, lens);
  memcpy (eye_from_lps, turn, sizeof turn);
  memcpy (clip_from_eye, lens, sizeof lens);
}
