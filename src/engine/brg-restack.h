#pragma once

#include "engine/brg-job.h"
#include "engine/brg-stack.h"
#include "engine/brg-volume.h"

/* A stack of tilted or uneven slices on a regular, orthogonal grid.
 *
 * The new grid has the stack's row, column and normal directions, its pixel spacing and its median
 * step; its first sample lies in the plane of the first slice, a whole number of pixels from the
 * first sample of that slice, and it holds every sample of every slice. A new sample at distance d
 * along the normal lies between two slices; in both it is looked up at the same pixel, that of the
 * position interpolated between those of the two slices, bilinearly, and the two values are mixed
 * by distance: trilinear interpolation in the indices of an even stack, as ITK and VTK do it for a
 * sheared image. Rounded to the nearest HU, halves up. What no slice covers is BRG_RESTACK_PAD_HU.
 * Same bytes for any number of threads. */

#define BRG_RESTACK_PAD_HU (-1024)

/* Slices of the new grid, the first being that of the stack. */
int brg_restack_n_slices (const BrgStack *stack);

/* New slice `slice` lies in the place of no slice of the stack, to BRG_STACK_SAME_MM: it is made up
 * between two others; and how many are. */
bool brg_restack_is_made_up (const BrgStack *stack, int slice);
int brg_restack_made_up (const BrgStack *stack);

/* `hu` holds stack->n images of `rows` x `columns` samples in the order of stack->order; `slices`
 * is what the stack was made from. The result is in canonical order (brg-grid.h). */
BrgVolume *brg_restack (const int16_t *hu,
                        const BrgStackSlice *slices,
                        const BrgStack *stack,
                        int columns,
                        int rows,
                        BrgJob *job,
                        BrgError *error);
