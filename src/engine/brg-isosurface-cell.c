#include "engine/brg-isosurface-kernel.h"

#include "engine/brg-isosurface-table.h"

/* The pattern as brg-isosurface-table.h has it. */
static unsigned
table_pattern (unsigned pattern)
{
  unsigned result = 0;

  for (unsigned r = 0; r < 4; r++)
    result |= (pattern >> r & 1) << (2 * r) | (pattern >> (4 + r) & 1) << (2 * r + 1);
  return result;
}

/* The rank of an edge, plus 8 if the vertex is the one after it. */
static uint8_t
corner_code (unsigned edge, unsigned cut_y, unsigned cut_z)
{
  unsigned e = edge >> 1 & 1;

  if (edge < 4)
    return (uint8_t) edge;
  if (edge < 8)
    return (uint8_t) (4 + e + 8 * (edge & cut_y >> (4 * e) & 1));
  return (uint8_t) (6 + e + 8 * (edge & cut_z >> (2 * e) & 1));
}

static void
fill_cell (BrgIsosurfaceCell *cell, unsigned pattern, bool mirrored)
{
  unsigned cut_x = pattern ^ pattern >> 1, cut_y = pattern ^ pattern >> 2;
  unsigned cut_z = pattern ^ pattern >> 4;
  const uint8_t *entry = brg_isosurface_table[pattern];

  *cell = (BrgIsosurfaceCell){ .n_corners = (uint8_t) (3 * entry[0]) };
  for (int c = 0; c < cell->n_corners; c++)
    {
      int from = mirrored && c % 3 != 0 ? c - c % 3 + 3 - c % 3 : c;
      cell->corner[c] = corner_code (entry[1 + from], cut_y, cut_z);
    }
  for (int e = 0; e < 4; e++)
    cell->advance[e] = cut_x >> (2 * e) & 1;
  for (int e = 0; e < 2; e++)
    {
      cell->advance[4 + e] = cut_y >> (4 * e) & 1;
      cell->advance[6 + e] = cut_z >> (2 * e) & 1;
    }
}

void
_brg_isosurface_cells (BrgIsosurfaceCell cells[256], bool mirrored)
{
  for (unsigned p = 0; p < 256; p++)
    fill_cell (cells + p, table_pattern (p), mirrored);
}
