#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "engine/brg-grid.h"

/* Values of composite options, read the same in every locale. Each returns false when the text is
 * not exactly of its form; the caller words the usage error. */

/* True when a file name ends in `extension` (with the dot), in any case. */
bool brg_cli_ends_in (const char *path, const char *extension);

/* A whole number from min to max. */
bool brg_cli_parse_int (const char *text, int min, int max, int *out);

/* A whole number from 0 to 2^64 - 1. */
#define BRG_CLI_SEED_RANGE "a whole number from 0 to 18446744073709551615"
bool brg_cli_parse_seed (const char *text, uint64_t *out);

/* Between min_numbers and max_numbers finite numbers separated by commas; *n_numbers of them. */
bool brg_cli_parse_numbers (const char *text,
                            int min_numbers,
                            int max_numbers,
                            double *numbers,
                            int *n_numbers);

/* "LO" or "LO:HI", whole HU, LO <= HI; HI is BRG_THRESHOLD_NONE_HU when left out. */
bool brg_cli_parse_threshold (const char *text, int *lo_hu, int *hi_hu);

/* Half-open ranges of voxel indices along the axes of the file, fastest first; -1: left out. */
typedef struct
{
  int begin[3], end[3];
} BrgCliCrop;

/* "i0:i1,j0:j1,k0:k1", read as an array slice [i0:i1, j0:j1, k0:k1]: the end is not included, and a
 * bound left out is the end of the axis. */
bool brg_cli_parse_crop (const char *text, BrgCliCrop *crop);

/* The same ranges on the axes of `grid`. BRG_EMPTY when one is empty, BRG_INVALID when one reaches
 * outside the scan; the message names it. */
BrgStatus
brg_cli_crop_box (const BrgCliCrop *crop, const BrgGrid *grid, BrgBox *box, BrgError *error);
