#pragma once

#include "engine/brg-view.h"

/* A perspective camera that orbits a target, in LPS mm. Pure maths on a plain value: copy freely.
 * Pixels are those of the view it is shown in, origin top left, y down; only their ratio to the
 * size that is passed along matters, so logical and device pixels serve equally. */

#define BRG_CAMERA_FOV_DEG 22.0 /* vertical; little perspective, so that sizes can be judged */

typedef struct
{
  BrgVec3 target;             /* the point turned about, in the middle of the view */
  double orientation[4];      /* unit quaternion w, x, y, z: eye axes (right, up, back) from LPS */
  double distance_mm;         /* from the eye to the target */
  BrgVec3 scene_lo, scene_hi; /* box of everything shown: clip planes and limits of the zoom */
} BrgCamera;

/* A ray of the view: `direction` is a unit vector away from the eye. */
typedef struct
{
  BrgVec3 origin, direction;
} BrgRay;

/* Three-quarter view of a head-sized box around the origin. */
BrgCamera brg_camera_new (void);

/* Sets the box of everything shown. The view does not move. A flat or unordered box is widened. */
void brg_camera_set_scene (BrgCamera *camera, BrgVec3 lo, BrgVec3 hi);

/* Turns to a view about the target; target and distance stay. */
void brg_camera_look (BrgCamera *camera, BrgViewDirection view);

/* Centres the scene box and moves to where a rounded solid that fills the box, in its middle plane
 * of depth and a little in front of it, is inside the view with a margin of 14 %. `aspect` is width
 * over height. The orientation stays. */
void brg_camera_fit (BrgCamera *camera, double aspect);

/* Arcball: the rotation that takes the point of a sphere under (x0, y0) to the one under (x1, y1).
 * The sphere fills the shorter side and blends into a hyperbola outside (Bell's trackball), so the
 * turn never jumps. To be called with the camera as it was when the drag began. */
void brg_camera_turn (BrgCamera *camera,
                      double x0_px,
                      double y0_px,
                      double x1_px,
                      double y1_px,
                      double width_px,
                      double height_px);

/* Turns by angles about the view's up axis and its right axis (keyboard). */
void brg_camera_orbit (BrgCamera *camera, double right_deg, double up_deg);

/* Moves so that what is at the depth of the target follows the pointer by (dx, dy). */
void brg_camera_pan (BrgCamera *camera, double dx_px, double dy_px, double height_px);

/* Divides the distance by `factor` (> 0, above 1 is closer) and keeps the point at the depth of the
 * target that is under (x, y) where it is. Limited to 1/20 .. 20 scene radii. */
void brg_camera_zoom (BrgCamera *camera,
                      double factor,
                      double x_px,
                      double y_px,
                      double width_px,
                      double height_px);

/* `t` in 0..1 of the way from a to b: the shorter turn, the target on a line, the distance in equal
 * ratios. Scene box of b. */
BrgCamera brg_camera_blend (const BrgCamera *a, const BrgCamera *b, double t);

/* Eye axes in LPS: unit vectors; the eye looks along -back. */
void brg_camera_axes (const BrgCamera *camera, BrgVec3 *right, BrgVec3 *up, BrgVec3 *back);

BrgVec3 brg_camera_eye (const BrgCamera *camera);

/* The ray through a pixel of the view. */
BrgRay brg_camera_ray (const BrgCamera *camera,
                       double x_px,
                       double y_px,
                       double width_px,
                       double height_px);

/* The pixel an LPS point is seen at; false when it lies behind the eye. */
bool brg_camera_project (const BrgCamera *camera,
                         BrgVec3 lps,
                         double width_px,
                         double height_px,
                         double *x_px,
                         double *y_px);

/* Distances of the clip planes, tight around the scene. */
void brg_camera_clip_mm (const BrgCamera *camera, double *near_mm, double *far_mm);

/* Column-major matrices for GL: eye axes from LPS, and clip space from eye axes. */
void brg_camera_matrices (const BrgCamera *camera,
                          double aspect,
                          float eye_from_lps[16],
                          float clip_from_eye[16]);
