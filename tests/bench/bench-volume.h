#pragma once

#include "engine/brg-volume.h"

/* The scan by trilinear interpolation on a grid of these dimensions that covers the same box. For
 * timing alone: it makes clinical sizes from a small scan. NULL if memory is short. */
BrgVolume *bench_resample (const BrgVolume *scan, const int dim[3]);
