#pragma once

#include <stdint.h>

#include "engine/brg-job.h"
#include "engine/brg-mesh.h"

/* Points spread evenly over the area of a surface. */

#define BRG_POINTS_MAX 100000000

typedef struct
{
  size_t n;
  float *xyz;     /* 3 per point, LPS mm */
  float *normals; /* 3 per point: the unit normal of its triangle */
} BrgPoints;

/* Exactly `n_points` (1 to BRG_POINTS_MAX) points, each uniform over one of as many equal shares of
 * the area: the triangles laid end to end by area are cut into n_points pieces, and point p lies at
 * random in piece p. So the points come in the order of the triangles, and a part of the surface
 * with the share s of the area gets n_points * s points, give or take two for each stretch of
 * triangles that it is made of. Point p is drawn from entry p of the series `seed`
 * (brg-random.h): same bytes for any number of threads. Within a triangle: Osada et al. 2002,
 * "Shape distributions", eq. 1. The normal follows the winding.
 *
 * Areas are summed in double precision; triangles without area get no points. Memory while it runs:
 * 8 bytes for each triangle. BRG_INVALID for n_points out of range, an index out of range or
 * an area that is not finite; BRG_EMPTY for a surface without area. On failure `points` is all
 * zero. Free with brg_points_clear(). */
BrgStatus brg_points_sample (const BrgMesh *mesh,
                             int n_points,
                             uint64_t seed,
                             BrgPoints *points,
                             BrgJob *job,
                             BrgError *error);

void brg_points_clear (BrgPoints *points); /* zeroed allowed */
