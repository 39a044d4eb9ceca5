#pragma once

#include <math.h>
#include <stdbool.h>

#include "engine/brg-error.h"

/* Small value types. Positions and directions are LPS millimetres unless a name says `_vox`. */

#define BRG_PI 3.14159265358979323846

typedef struct
{
  double x, y, z;
} BrgVec3;

/* 4x4 affine, row major, applied to column vectors: out = m * (x, y, z, 1). */
typedef struct
{
  double m[4][4];
} BrgAffine;

/* Half-open voxel box: lo <= index < hi on each axis. Empty when any hi <= lo. */
typedef struct
{
  int lo[3];
  int hi[3];
} BrgBox;

static inline BrgVec3
brg_vec3 (double x, double y, double z)
{
  return (BrgVec3){ x, y, z };
}

static inline BrgVec3
brg_vec3_add (BrgVec3 a, BrgVec3 b)
{
  return (BrgVec3){ a.x + b.x, a.y + b.y, a.z + b.z };
}

static inline BrgVec3
brg_vec3_sub (BrgVec3 a, BrgVec3 b)
{
  return (BrgVec3){ a.x - b.x, a.y - b.y, a.z - b.z };
}

static inline BrgVec3
brg_vec3_scale (BrgVec3 a, double s)
{
  return (BrgVec3){ a.x * s, a.y * s, a.z * s };
}

static inline double
brg_vec3_dot (BrgVec3 a, BrgVec3 b)
{
  return a.x * b.x + a.y * b.y + a.z * b.z;
}

static inline BrgVec3
brg_vec3_cross (BrgVec3 a, BrgVec3 b)
{
  return (BrgVec3){ a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x };
}

static inline double
brg_vec3_length (BrgVec3 a)
{
  return sqrt (brg_vec3_dot (a, a));
}

/* Unit vector along `a`; the zero vector stays zero. */
static inline BrgVec3
brg_vec3_normalize (BrgVec3 a)
{
  double length = brg_vec3_length (a);
  return length > 0 ? brg_vec3_scale (a, 1 / length) : a;
}

BrgAffine brg_affine_identity (void);

/* a * b: applies b first. */
BrgAffine brg_affine_multiply (const BrgAffine *a, const BrgAffine *b);

/* Inverse of an affine with a non-singular 3x3 part; false (and `out` untouched) otherwise. */
bool brg_affine_invert (const BrgAffine *a, BrgAffine *out);

/* Transforms a point (with translation) or a direction (without). */
BrgVec3 brg_affine_point (const BrgAffine *a, BrgVec3 p);
BrgVec3 brg_affine_vector (const BrgAffine *a, BrgVec3 v);

double brg_affine_determinant (const BrgAffine *a);

bool brg_box_is_empty (const BrgBox *box);
BrgBox brg_box_intersect (const BrgBox *a, const BrgBox *b);

/* Smallest box holding both; an empty operand is ignored. */
BrgBox brg_box_union (const BrgBox *a, const BrgBox *b);

/* `box` grown by `margin_vox` on every side of each axis and clipped to 0..dim. */
BrgBox brg_box_grow (const BrgBox *box, const int margin_vox[3], const int dim[3]);
