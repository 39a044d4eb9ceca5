#pragma once

#include <stddef.h>

#include "engine/brg-grid.h"

/* Private to engine/: a ball in mm as the rows of voxels it covers. */

typedef struct
{
  int dj, dk; /* row, relative to the centre */
  int half;   /* it covers -half <= di <= half */
} BrgBallRow;

typedef struct
{
  int radius_vox[3];
  size_t n_rows;
  BrgBallRow *rows; /* by falling `half`; the last ones have the smallest */
} BrgBall;

/* The voxels whose centre is within radius_mm of the centre (a relative 1e-9 beyond still counts),
 * with orthogonal axes of the grid's spacing. */
BrgStatus brg_ball_init (BrgBall *ball, const BrgGrid *grid, double radius_mm, BrgError *error);

void brg_ball_clear (BrgBall *ball);

/* Half-extent of the ball along an axis, in voxels. */
int brg_ball_radius_vox (const BrgGrid *grid, int axis, double radius_mm);
