#pragma once

#include "engine/brg-calvaria.h"
#include "engine/brg-job.h"
#include "engine/brg-mask.h"

/* The local frame a defect is cut in. `origin` lies on the outer table; `normal` points out of the
 * head; u, v and normal are orthonormal and right-handed, so that u x v = normal. Seen from outside
 * with the head upright, v points up and u to the right: v is Superior projected on the tangent
 * plane (Posterior within 26 degrees of the vertex or of the base), u therefore runs along the
 * left-right axis in front, on top and behind, and along the front-back axis on the sides. A
 * rotation turns u and v counter-clockwise about the normal. Plain value. */
typedef struct
{
  BrgVec3 origin, u, v, normal;
} BrgFrame;

/* How far from the bone a defect may be asked for. */
#define BRG_FRAME_REACH_MM 30.0

/* The frame with this origin and outward normal (any length > 0). */
BrgFrame brg_frame_make (BrgVec3 origin, BrgVec3 normal, double rotate_deg);

/* The frame on the bone near an LPS point. The nearest bone voxel within BRG_FRAME_REACH_MM is
 * followed outwards, away from the middle of the calvaria and through diploe and sinuses
 * (BRG_SHEET_GAP_MM), to the outer table. The normal is the mean of the unit outward surface
 * normals over a disc of the footprint's diameter (at least 16 mm), every part of the disc counting
 * the same. BRG_EMPTY if no bone is near, BRG_INVALID if an argument is not finite.
 * Deterministic; reads only. */
BrgStatus brg_frame_on_bone (const BrgMask *skull,
                             BrgVec3 near_lps,
                             double footprint_mm,
                             double rotate_deg,
                             BrgFrame *frame,
                             BrgJob *job,
                             BrgError *error);

/* The same where the calvaria of the skull is known, for who asks for many frames. */
BrgStatus brg_frame_on_calvaria (const BrgMask *skull,
                                 const BrgCalvaria *calvaria,
                                 BrgVec3 near_lps,
                                 double footprint_mm,
                                 double rotate_deg,
                                 BrgFrame *frame,
                                 BrgJob *job,
                                 BrgError *error);

/* First bone along a ray: the LPS point where it enters the first set voxel at or after `origin`,
 * voxels being cells around their centres. Walks every voxel the ray crosses (Amanatides and Woo
 * 1987). False when there is none. For picking in a 3-D view. */
bool brg_frame_from_ray (const BrgMask *skull, BrgVec3 origin, BrgVec3 direction, BrgVec3 *hit);
