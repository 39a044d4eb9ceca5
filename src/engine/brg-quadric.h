#pragma once

#include <math.h>

/* Private to the reduction of meshes: quadrics of Garland and Heckbert ("Surface simplification
 * using quadric error metrics", 1997), in mm^4: area times squared distance.
 *
 *   q(p) = p' A p + 2 b' p + c    A = xx xy xz   b = x y z
 *                                     xy yy yz
 *                                     xz yz zz
 *
 * Every triangle gives each of its corners a third of its area times the squared distance from
 * its plane, and BRG_QUADRIC_PULL times that from the corner itself: so A is never singular and
 * triangles on plane parts stay well shaped. */
typedef struct
{
  double xx, xy, xz, yy, yz, zz, x, y, z, c;
} BrgQuadric;

#define BRG_QUADRIC_PULL 1e-5

static inline void
brg_quadric_add (BrgQuadric *q, const BrgQuadric *more)
{
  q->xx += more->xx;
  q->xy += more->xy;
  q->xz += more->xz;
  q->yy += more->yy;
  q->yz += more->yz;
  q->zz += more->zz;
  q->x += more->x;
  q->y += more->y;
  q->z += more->z;
  q->c += more->c;
}

/* Twice the area of a triangle times its unit normal. */
static inline void
brg_quadric_area_vector (const float a[3], const float b[3], const float c[3], double out[3])
{
  double u[3], v[3];

  for (int i = 0; i < 3; i++)
    {
      u[i] = (double) b[i] - (double) a[i];
      v[i] = (double) c[i] - (double) a[i];
    }
  out[0] = u[1] * v[2] - u[2] * v[1];
  out[1] = u[2] * v[0] - u[0] * v[2];
  out[2] = u[0] * v[1] - u[1] * v[0];
}

/* The part of a triangle's plane that each of its corners gets; zero for one without area. */
static inline BrgQuadric
brg_quadric_of_plane (const float a[3], const float b[3], const float c[3], double *share)
{
  double n[3];

  brg_quadric_area_vector (a, b, c, n);
  double length = sqrt (n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
  *share = length / 6;
  if (!(length > 0))
    return (BrgQuadric){ 0 };
  double x = n[0] / length, y = n[1] / length, z = n[2] / length, w = *share;
  double d = -(x * (double) a[0] + y * (double) a[1] + z * (double) a[2]);
  return (BrgQuadric){ w * x * x, w * x * y, w * x * z, w * y * y, w * y * z,
                       w * z * z, w * x * d, w * y * d, w * z * d, w * d * d };
}

/* Adds the pull towards a corner of a triangle with that share. */
static inline void
brg_quadric_add_pull (BrgQuadric *q, const float p[3], double share)
{
  double w = BRG_QUADRIC_PULL * share, x = (double) p[0], y = (double) p[1], z = (double) p[2];

  q->xx += w;
  q->yy += w;
  q->zz += w;
  q->x -= w * x;
  q->y -= w * y;
  q->z -= w * z;
  q->c += w * (x * x + y * y + z * z);
}

/* The best place `p` for an edge from a to b with the sum q of their quadrics, and its error. A
 * place far from the edge is not trusted: its middle is taken then. */
static inline double
brg_quadric_place (const BrgQuadric *q, const float a[3], const float b[3], double p[3])
{
  double m[3], span = 0;

  for (int i = 0; i < 3; i++)
    {
      double along = (double) b[i] - (double) a[i];
      m[i] = (double) a[i] + along / 2;
      span += along * along;
    }
  double gx = q->xx * m[0] + q->xy * m[1] + q->xz * m[2] + q->x;
  double gy = q->xy * m[0] + q->yy * m[1] + q->yz * m[2] + q->y;
  double gz = q->xz * m[0] + q->yz * m[1] + q->zz * m[2] + q->z;
  double error = m[0] * (gx + q->x) + m[1] * (gy + q->y) + m[2] * (gz + q->z) + q->c;
  double c00 = q->yy * q->zz - q->yz * q->yz, c01 = q->xz * q->yz - q->xy * q->zz;
  double c02 = q->xy * q->yz - q->xz * q->yy, c11 = q->xx * q->zz - q->xz * q->xz;
  double c12 = q->xy * q->xz - q->xx * q->yz, c22 = q->xx * q->yy - q->xy * q->xy;
  double scale = -1 / (q->xx * c00 + q->xy * c01 + q->xz * c02);
  double dx = scale * (c00 * gx + c01 * gy + c02 * gz);
  double dy = scale * (c01 * gx + c11 * gy + c12 * gz);
  double dz = scale * (c02 * gx + c12 * gy + c22 * gz);
  if (dx * dx + dy * dy + dz * dz <= 4 * span)
    {
      m[0] += dx;
      m[1] += dy;
      m[2] += dz;
      error += gx * dx + gy * dy + gz * dz;
    }
  for (int i = 0; i < 3; i++)
    p[i] = m[i];
  return error > 0 ? error : 0;
}
