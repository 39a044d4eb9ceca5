#include "engine/brg-ball.h"

#include "engine/brg-alloc.h"

#define ROUNDING 1e-9 /* relative */

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

/* Half-width of the row (dj, dk), or -1 where the ball has none. */
static int
half_at (const double spacing[3], double radius_mm, int dj, int dk)
{
  double y = dj * spacing[1], z = dk * spacing[2];

  return half_extent (radius_mm * radius_mm * (1 + ROUNDING) - y * y - z * z, spacing[0]);
}

/* Calls `use` for every row by rising dk and dj; gives up when the job is cancelled. */
static void
each_row (BrgBall *ball,
          const double spacing[3],
          double radius_mm,
          BrgJob *job,
          void (*use) (BrgBall *ball, const BrgBallRow *row))
{
  int rj = ball->radius_vox[1], rk = ball->radius_vox[2];

  for (int dk = -rk; dk <= rk && !brg_job_is_cancelled (job); dk++)
    for (int dj = -rj; dj <= rj; dj++)
      {
        BrgBallRow row = { dj, dk, half_at (spacing, radius_mm, dj, dk) };
        if (row.half >= 0)
          use (ball, &row);
      }
}

static size_t *
end_of (const BrgBall *ball, const BrgBallRow *row)
{
  return ball->ends + (ball->radius_vox[0] - row->half);
}

static void
count_row (BrgBall *ball, const BrgBallRow *row)
{
  ball->n_rows++;
  ++*end_of (ball, row);
}

static void
place_row (BrgBall *ball, const BrgBallRow *row)
{
  ball->rows[(*end_of (ball, row))++] = *row;
}

/* From the number of rows of each half-width to where they begin. */
static void
ends_to_begins (BrgBall *ball)
{
  size_t before = 0;

  for (int h = 0; h <= ball->radius_vox[0]; h++)
    {
      size_t n = ball->ends[h];
      ball->ends[h] = before;
      before += n;
    }
}

BrgStatus
brg_ball_init (BrgBall *ball, const BrgGrid *grid, double radius_mm, BrgJob *job, BrgError *error)
{
  BrgPool *pool = brg_job_pool (job);
  double spacing[3];

  *ball = (BrgBall){ 0 };
  for (int a = 0; a < 3; a++)
    {
      spacing[a] = brg_grid_spacing_mm (grid, a);
      ball->radius_vox[a] = brg_ball_radius_vox (grid, a, radius_mm);
    }
  ball->ends =
    brg_alloc_zero_in (pool, (size_t) ball->radius_vox[0] + 1, sizeof *ball->ends, error);
  if (ball->ends == NULL)
    return BRG_NO_MEMORY;
  each_row (ball, spacing, radius_mm, job, count_row);
  ball->rows = brg_alloc_in (pool, ball->n_rows, sizeof *ball->rows, error);
  if (ball->rows == NULL)
    {
      brg_ball_clear (ball);
      return BRG_NO_MEMORY;
    }
  ends_to_begins (ball);
  each_row (ball, spacing, radius_mm, job, place_row);
  if (!brg_job_is_cancelled (job))
    return BRG_OK;
  brg_ball_clear (ball);
  return brg_error_set (error, BRG_CANCELLED, "cancelled");
}

void
brg_ball_clear (BrgBall *ball)
{
  brg_free (ball->rows);
  brg_free (ball->ends);
  *ball = (BrgBall){ 0 };
}

ptrdiff_t *
brg_ball_offsets (const BrgBall *ball, const BrgMask *mask, BrgJob *job, BrgError *error)
{
  ptrdiff_t *offsets = brg_alloc_in (brg_job_pool (job), ball->n_rows, sizeof *offsets, error);

  for (size_t r = 0; offsets != NULL && r < ball->n_rows; r++)
    {
      ptrdiff_t row = (ptrdiff_t) ball->rows[r].dk * mask->grid.dim[1] + ball->rows[r].dj;
      offsets[r] = row * (ptrdiff_t) mask->row_words;
    }
  return offsets;
}

void
brg_ball_list_live (const BrgBall *ball,
                    const BrgRows *rows,
                    int j,
                    int k,
                    const ptrdiff_t *offsets,
                    ptrdiff_t *live,
                    size_t *ends)
{
  size_t n = 0, r = 0;

  for (size_t h = 0; h < brg_ball_n_halves (ball); h++)
    {
      for (; r < ball->ends[h]; r++)
        if (brg_rows_is_live (rows, j + ball->rows[r].dj, k + ball->rows[r].dk))
          live[n++] = offsets[r];
      ends[h] = n;
    }
}
