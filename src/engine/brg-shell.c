#include "engine/brg-shell.h"

#include <stdlib.h>

#include "engine/brg-alloc.h"

/* By distance, then by offset, so that the order is the same everywhere. */
static int
compare_entries (const void *a, const void *b)
{
  const BrgShellEntry *x = a, *y = b;

  if (x->mm != y->mm)
    return x->mm < y->mm ? -1 : 1;
  for (int axis = 2; axis >= 0; axis--)
    if (x->offset[axis] != y->offset[axis])
      return x->offset[axis] < y->offset[axis] ? -1 : 1;
  return 0;
}

static double
measure_offset (const int offset[3], const double spacing[3], BrgShellMeasure measure)
{
  double sum = 0;

  for (int axis = 0; axis < 3; axis++)
    {
      int steps = abs (offset[axis]);
      if (measure == BRG_SHELL_CUBOIDS && steps > 0)
        steps--;
      sum += steps * spacing[axis] * (steps * spacing[axis]);
    }
  return sqrt (sum);
}

/* Counts the offsets within the limit and, if `entries` is given, writes them. */
static size_t
list_offsets (const BrgGrid *grid, BrgShellMeasure measure, double limit_mm, BrgShellEntry *entries)
{
  double spacing[3];
  int reach[3], offset[3];
  size_t n = 0;

  for (int axis = 0; axis < 3; axis++)
    {
      spacing[axis] = brg_grid_spacing_mm (grid, axis);
      double steps = fmin (limit_mm / spacing[axis], grid->dim[axis]);
      reach[axis] = (int) steps + (measure == BRG_SHELL_CUBOIDS ? 1 : 0);
    }
  for (offset[2] = -reach[2]; offset[2] <= reach[2]; offset[2]++)
    for (offset[1] = -reach[1]; offset[1] <= reach[1]; offset[1]++)
      for (offset[0] = -reach[0]; offset[0] <= reach[0]; offset[0]++)
        {
          double mm = measure_offset (offset, spacing, measure);
          if (mm > limit_mm)
            continue;
          if (entries != NULL)
            entries[n] = (BrgShellEntry){ { offset[0], offset[1], offset[2] }, mm };
          n++;
        }
  return n;
}

BrgStatus
brg_shell_make (const BrgGrid *grid,
                BrgShellMeasure measure,
                double limit_mm,
                BrgShell *shell,
                BrgError *error)
{
  shell->n_entries = list_offsets (grid, measure, limit_mm, NULL);
  shell->entries = brg_alloc (shell->n_entries, sizeof *shell->entries, error);
  if (shell->entries == NULL)
    return BRG_NO_MEMORY;
  list_offsets (grid, measure, limit_mm, shell->entries);
  qsort (shell->entries, shell->n_entries, sizeof *shell->entries, compare_entries);
  return BRG_OK;
}

size_t
brg_shell_find (const BrgShell *shell, double from_mm)
{
  size_t lo = 0, hi = shell->n_entries;

  while (lo < hi)
    {
      size_t middle = (lo + hi) / 2;
      if (shell->entries[middle].mm < from_mm)
        lo = middle + 1;
      else
        hi = middle;
    }
  return lo;
}

size_t
brg_shell_search (const BrgShell *shell, size_t from, const BrgMask *mask, const int vox[3])
{
  const int *dim = mask->grid.dim;

  for (size_t e = from; e < shell->n_entries; e++)
    {
      const int *offset = shell->entries[e].offset;
      int i = vox[0] + offset[0], j = vox[1] + offset[1], k = vox[2] + offset[2];
      bool in_grid = i >= 0 && i < dim[0] && j >= 0 && j < dim[1] && k >= 0 && k < dim[2];
      if (in_grid && brg_mask_get (mask, i, j, k))
        return e;
    }
  return shell->n_entries;
}

void
brg_shell_clear (BrgShell *shell)
{
  brg_free (shell->entries);
  *shell = (BrgShell){ 0 };
}
