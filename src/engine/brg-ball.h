#pragma once

#include <stddef.h>

#include "engine/brg-rows.h"

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
  BrgBallRow *rows; /* by falling `half`, then by rising dk and dj */
  size_t *ends;     /* of the rows of half-width radius_vox[0], ..., 0 */
} BrgBall;

/* The voxels whose centre is within radius_mm of the centre (a relative 1e-9 beyond still counts),
 * with orthogonal axes of the grid's spacing. */
BrgStatus
brg_ball_init (BrgBall *ball, const BrgGrid *grid, double radius_mm, BrgJob *job, BrgError *error);

void brg_ball_clear (BrgBall *ball);

/* Half-extent of the ball along an axis, in voxels. */
int brg_ball_radius_vox (const BrgGrid *grid, int axis, double radius_mm);

/* The words from a row of the mask to each row of the ball around it, in the order of ball->rows;
 * brg_free() it. */
ptrdiff_t *
brg_ball_offsets (const BrgBall *ball, const BrgMask *mask, BrgJob *job, BrgError *error);

/* Those of `offsets` whose rows are live around row (j, k), which may lie outside, and where those
 * of each half-width end among them. `live` holds as many as the mask or the ball has rows, the
 * lesser of the two; `ends` as many as the ball has half-widths. */
void brg_ball_list_live (const BrgBall *ball,
                         const BrgRows *rows,
                         int j,
                         int k,
                         const ptrdiff_t *offsets,
                         ptrdiff_t *live,
                         size_t *ends);

/* Half-widths of the ball: radius_vox[0], ..., 0. */
static inline size_t
brg_ball_n_halves (const BrgBall *ball)
{
  return (size_t) ball->radius_vox[0] + 1;
}

/* Rows that a ball can have in the mask. */
static inline size_t
brg_ball_max_live (const BrgBall *ball, const BrgRows *rows)
{
  size_t n_rows = (size_t) rows->n_j * (size_t) rows->n_k;

  return ball->n_rows < n_rows ? ball->n_rows : n_rows;
}

/* Is every row around (j, k) within the extent of the ball live? */
static inline bool
brg_ball_is_all_live (const BrgBall *ball, int64_t n_live)
{
  return n_live ==
         (2 * (int64_t) ball->radius_vox[1] + 1) * (2 * (int64_t) ball->radius_vox[2] + 1);
}
