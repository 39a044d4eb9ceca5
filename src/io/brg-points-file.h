#pragma once

#include "engine/brg-points.h"

/* Writes points in the format the extension of `path` names, any case:
 *   .ply  binary little endian: x y z nx ny nz as float, "Bregma SPACE=LPS UNIT=mm" in a comment
 *   .xyz  text: a line "x y z" for each point, six decimals at most
 * Equal points give equal bytes on any machine and in any locale. The file is complete or absent
 * (brg-output.h). BRG_INVALID for another extension, BRG_CANCELLED. */
BrgStatus
brg_points_write (const BrgPoints *points, const char *path, BrgJob *job, BrgError *error);
