#pragma once

#include "engine/brg-mask.h"

/* Voxel offsets in order of distance: exact search around single voxels, for places where a
 * distance map is not exact enough. Axes are taken as orthogonal. */

typedef enum
{
  BRG_SHELL_CENTRES, /* distance between voxel centres */
  BRG_SHELL_CUBOIDS, /* shortest distance between the voxels as cuboids; 0 when they touch */
} BrgShellMeasure;

typedef struct
{
  int offset[3];
  double mm;
} BrgShellEntry;

typedef struct
{
  BrgShellEntry *entries; /* ascending in mm */
  size_t n_entries;
} BrgShell;

/* All offsets (the zero one included) up to limit_mm. */
BrgStatus brg_shell_make (const BrgGrid *grid,
                          BrgShellMeasure measure,
                          double limit_mm,
                          BrgShell *shell,
                          BrgError *error);

/* Position of the first entry at from_mm or beyond. */
size_t brg_shell_find (const BrgShell *shell, double from_mm);

/* The first entry from position `from` on that leads from `vox` to a set voxel, or n_entries. */
size_t brg_shell_search (const BrgShell *shell, size_t from, const BrgMask *mask, const int vox[3]);

void brg_shell_clear (BrgShell *shell); /* zeroed allowed */
