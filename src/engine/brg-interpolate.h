#pragma once

#include "engine/brg-job.h"
#include "engine/brg-mask.h"

/* Fills between slices: what is painted on some slices of one axis is carried over to the slices
 * between them, by morphological contour interpolation (Albu, Beugeling and Laurendeau 2008; the
 * median between two sets is that of Iwanowski and Serra 2000, taken at any part of the way).
 *
 * Each two neighbouring slices that hold something, with d - 1 >= 1 empty ones between them, are
 * joined on their own. Sizes are mm in the slice, measured between pixel centres.
 *
 *   1. Parts: the components of both slices, with 8 neighbours. Two parts correspond when they
 *      share a pixel; when none do and each slice holds one part, these two correspond. A part
 *      without counterpart ends where it is: nothing is added for it.
 *   2. Branches: of a part with several counterparts each pixel goes with the nearest of them (of
 *      equally near pixels that of the nearest column, then the left one, then the upper one); so
 *      every corresponding pair has a set A on the first slice and a set B on the second. A pair
 *      with an empty one is dropped.
 *   3. Alignment: B is moved back by the difference of the two centroids (whole pixels, nearest,
 *      halves up), unless it shares fewer pixels with A then than where it is. A pair that shares
 *      none either way is dropped.
 *   4. Median: I = A AND B, U = A OR B, h half of the smaller side of a pixel. For p in U and not
 *      in I let a = distance to I - h, b = distance to the outside of U - h, and s = a / (a + b),
 *      the part of the way from I to the border of U that p has. On slice n of the gap, t = n / d,
 *      the set is I, and p of B where s <= t, and p of A where s <= 1 - t (both + 1e-9). It is
 *      moved on by n / d of the alignment (whole pixels, nearest, halves up) and cut at the border.
 *
 * So a cone follows from two discs, and a leaning cylinder from two that are shifted. */

/* Returns a new mask: `painted` and what lies between, along voxel axis 0 (sagittal slices, as
 * grids are in canonical order), 1 (coronal) or 2 (axial). Painted slices are unchanged.
 * Byte-identical for any number of threads; memory while it runs about 60 bytes per pixel of the
 * box around two neighbouring slices, and per thread. NULL with BRG_INVALID for another axis, and
 * BRG_EMPTY, with words, when nothing is added. */
BrgMask *brg_interpolate (const BrgMask *painted, int axis, BrgJob *job, BrgError *error);
