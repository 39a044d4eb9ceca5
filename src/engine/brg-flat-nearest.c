#include "engine/brg-flat-nearest.h"

#include <math.h>

void
brg_flat_columns (const uint8_t *set, int width, int height, int32_t *rows)
{
  for (int x = 0; x < width; x++)
    rows[x] = set[x] ? 0 : BRG_FLAT_NONE;
  for (int y = 1; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        size_t p = (size_t) y * (size_t) width + (size_t) x;
        int32_t above = rows[p - (size_t) width];
        rows[p] = set[p] ? 0 : above == BRG_FLAT_NONE ? BRG_FLAT_NONE : above - 1;
      }
  for (int y = height - 2; y >= 0; y--)
    for (int x = 0; x < width; x++)
      {
        size_t p = (size_t) y * (size_t) width + (size_t) x;
        int32_t below = rows[p + (size_t) width];
        /* a distance downwards is told by its sign; what is not is up, or none */
        if (below < 0 || below == BRG_FLAT_NONE)
          continue;
        if (rows[p] == BRG_FLAT_NONE || -rows[p] > below + 1)
          rows[p] = below + 1;
      }
}

static inline double
square_mm (const int32_t *rows, size_t at, int dx, const double mm[2])
{
  double along = dx * mm[0], down = rows[at] * mm[1];

  return rows[at] == BRG_FLAT_NONE ? (double) INFINITY : along * along + down * down;
}

double
brg_flat_nearest (const int32_t *rows, int width, const double mm[2], int x, int y, size_t *nearest)
{
  size_t start = (size_t) y * (size_t) width;
  double best = (double) INFINITY;
  int best_x = x;

  for (int step = 0; step < width && (step * mm[0]) * (step * mm[0]) < best; step++)
    for (int side = -1; side <= 1; side += 2)
      {
        int at = x + side * step;
        if (at < 0 || at >= width)
          continue;
        double square = square_mm (rows, start + (size_t) at, step, mm);
        if (square < best)
          {
            best = square;
            best_x = at;
          }
      }
  if (nearest != NULL && best < (double) INFINITY)
    {
      size_t at = start + (size_t) best_x;
      *nearest = (size_t) (y + rows[at]) * (size_t) width + (size_t) best_x;
    }
  return best;
}
