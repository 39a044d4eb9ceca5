#include "engine/brg-ball.h"

#include <stdlib.h>

#include "engine/brg-alloc.h"

#define ROUNDING 1e-9 /* relative */

static int
by_falling_half (const void *a, const void *b)
{
  const BrgBallRow *row_a = a, *row_b = b;

  if (row_a->half != row_b->half)
    return row_a->half > row_b->half ? -1 : 1;
  if (row_a->dk != row_b->dk)
    return row_a->dk < row_b->dk ? -1 : 1;
  return row_a->dj < row_b->dj ? -1 : row_a->dj > row_b->dj;
}

/* Largest n >= 0 with (n * spacing)^2 <= rest, or -1 for a negative rest. */
static int
half_extent (double rest, double spacing)
{
  if (rest < 0)
    return -1;
  double n = floor (sqrt (rest) / spacing);
  if ((n + 1) * spacing * ((n + 1) * spacing) <= rest)
    n++;
  else if (n * spacing * (n * spacing) > rest)
    n--;
  return (int) n;
}

int
brg_ball_radius_vox (const BrgGrid *grid, int axis, double radius_mm)
{
  return half_extent (radius_mm * radius_mm * (1 + ROUNDING), brg_grid_spacing_mm (grid, axis));
}

BrgStatus
brg_ball_init (BrgBall *ball, const BrgGrid *grid, double radius_mm, BrgError *error)
{
  double spacing[3];

  *ball = (BrgBall){ 0 };
  for (int a = 0; a < 3; a++)
    {
      spacing[a] = brg_grid_spacing_mm (grid, a);
      ball->radius_vox[a] = brg_ball_radius_vox (grid, a, radius_mm);
    }
  int rj = ball->radius_vox[1], rk = ball->radius_vox[2];
  ball->rows = brg_alloc ((size_t) (2 * rj + 1) * (size_t) (2 * rk + 1), sizeof *ball->rows, error);
  if (ball->rows == NULL)
    return BRG_NO_MEMORY;
  for (int dk = -rk; dk <= rk; dk++)
    for (int dj = -rj; dj <= rj; dj++)
      {
        double y = dj * spacing[1], z = dk * spacing[2];
        double rest = radius_mm * radius_mm * (1 + ROUNDING) - y * y - z * z;
        int half = half_extent (rest, spacing[0]);
        if (half >= 0)
          ball->rows[ball->n_rows++] = (BrgBallRow){ dj, dk, half };
      }
  qsort (ball->rows, ball->n_rows, sizeof *ball->rows, by_falling_half);
  return BRG_OK;
}

void
brg_ball_clear (BrgBall *ball)
{
  brg_free (ball->rows);
  *ball = (BrgBall){ 0 };
}
