#pragma once

#include <stdint.h>

#include "engine/brg-job.h"
#include "engine/brg-mask.h"
#include "engine/brg-recipe.h"

/* The cutters of the published toolbox of Li et al. 2021 (defectinject.py, batch_creation.py),
 * voxel for voxel. They live in the index space of the SOURCE file: x, y, z are its first, second
 * and third axis as stored, sizes are voxels, spacing and orientation play no part. X, Y, Z are
 * the file's sizes; all divisions and products are done in double and truncated as there.
 *
 *   cube     [cx - n/2, cx + n/2) x [cy - n/2, cy + n/2) x [int(3Z/4), Z), n even (128)
 *   sphere   sum of ((x - cx)/R)^2, ((y - cy)/R)^2, ((z - z0)/R)^2 <= 1 with z0 = int(3Z/4) and
 *            R = Z + n - z0 (n = 20), cut off at the top of the volume
 *   drilled  in a box of mx = int(X/3), my = int(Y/3), mz = int(Z/3) voxels on the last mz layers:
 *            the cuboid [int(mx/6), int(5mx/6)) x [int(my/6), int(5my/6)) and four discs of
 *            `radius` about its corners, (1/6 or 5/6)(m - 1), swept along z. The box starts at
 *            int(fx X), int(fy Y) with (fx, fy) by `idx`:
 *              1 (loc/4, 1/2)    2 (loc/8, 1/2)    3 (1/2, 1/2)
 *              4 (loc/4, loc1/8) 5 (loc/8, loc1/8) 6 (1/2, loc/8)
 *              7 (loc/8, loc/4)  8 (loc/4, loc/4)  9 (1/3, loc/4)
 *
 * The masks are on the canonical grid of the skull. Defective = skull minus mask and implant =
 * skull AND mask, the exact partition. BrgScidata stands in brg-recipe.h. */

/* Parses "cube[:cx,cy[,size]]", "sphere[:cx,cy[,size]]" or "drilled[:loc,loc1,idx,radius]". What is
 * not given is drawn as the toolbox draws it (uniform integers; sizes 128 and 20), from `seed`
 * instead of the clock. BRG_INVALID when the text is malformed or the shape does not fit the grid;
 * the message says what would fit. */
BrgStatus brg_scidata_parse (const char *text,
                             const BrgGrid *grid,
                             uint64_t seed,
                             BrgScidata *spec,
                             BrgError *error);

/* The text that gives all numbers of a mask, at most BRG_SCIDATA_TEXT_SIZE with its zero; and back,
 * BRG_INVALID when it is malformed or leaves a number out. Whether they fit a grid is known when
 * the cutter is made. */
#define BRG_SCIDATA_TEXT_SIZE 64
void brg_scidata_format (const BrgScidata *spec, char text[BRG_SCIDATA_TEXT_SIZE]);
BrgStatus brg_scidata_read (const char *text, BrgScidata *spec, BrgError *error);

/* Looks at the spelling alone, before there is a grid: BRG_INVALID, with the message of
 * brg_scidata_parse(), when `text` is malformed. */
BrgStatus brg_scidata_check (const char *text, BrgError *error);

/* The cutter on `grid`, with memory from the job's pool. BRG_INVALID when `spec` is out of range or
 * does not fit. Takes milliseconds, so that a cancel shows at the end. */
BrgMask *
brg_scidata_cutter (const BrgGrid *grid, const BrgScidata *spec, BrgJob *job, BrgError *error);
