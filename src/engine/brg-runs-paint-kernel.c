#include <string.h>

#include "engine/brg-bits.h"
#include "engine/brg-runs-kernel.h"

static void
fill_rows (const BrgRuns *runs, BrgRunsLine line, BrgMask *out, const uint64_t *span)
{
  size_t n_words = runs->mask->row_words;
  bool add = runs->flip != 0;

  for (int k = line.hi[1] - 1; k >= line.lo[1]; k--)
    for (int j = line.hi[0] - 1; j >= line.lo[0]; j--)
      {
        const uint64_t *from = brg_mask_row (runs->mask, j, k);
        uint64_t *to = brg_mask_row (out, j, k);
        for (size_t w = 0; w < n_words; w++)
          to[w] = add ? from[w] | span[w] : from[w] & span[w];
      }
}

/* All rows of a line as they were, or without a voxel. */
static void
copy_rows (const BrgRuns *runs, BrgRunsLine line, BrgMask *out, bool clear)
{
  size_t bytes = runs->mask->row_words * sizeof *out->words;

  for (int k = line.lo[1]; k < line.hi[1]; k++)
    for (int j = line.lo[0]; j < line.hi[0]; j++)
      if (clear)
        memset (brg_mask_row (out, j, k), 0, bytes);
      else
        memcpy (brg_mask_row (out, j, k), brg_mask_row (runs->mask, j, k), bytes);
}

static void
paint_line (const BrgRuns *runs,
            BrgRunsLine line,
            const uint32_t first[2],
            const uint8_t *keep,
            BrgMask *out)
{
  uint32_t n_kept = 0;

  for (uint32_t x = first[0]; x < first[1]; x++)
    n_kept += keep[runs->component[x]] != 0;
  if (n_kept == 0 || (runs->flip == 0 && n_kept == first[1] - first[0]))
    {
      copy_rows (runs, line, out, n_kept == 0 && runs->flip == 0);
      return;
    }
  uint64_t *span = brg_mask_row (out, line.lo[0], line.lo[1]); /* the row that is written last */
  memset (span, 0, runs->mask->row_words * sizeof *span);
  for (uint32_t x = first[0]; x < first[1]; x++)
    if (keep[runs->component[x]])
      brg_bits_fill (span, runs->runs[x].begin, runs->runs[x].end);
  fill_rows (runs, line, out, span);
}

void
BRG_ISA_NAME (_brg_runs_paint) (const BrgRuns *runs, int plane, const uint8_t *keep, BrgMask *out)
{
  const uint32_t *first = runs->line_first + (size_t) plane * (size_t) runs->n_lines;

  for (int l = 0; l < runs->n_lines; l++)
    paint_line (runs, brg_runs_line (runs, plane, l), first + l, keep, out);
}
