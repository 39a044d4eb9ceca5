#pragma once

#include "engine/brg-error.h"

/* What a file is, told from its first bytes and its size, never from its name. */
typedef enum
{
  BRG_FORMAT_UNKNOWN,
  BRG_FORMAT_NRRD,
  BRG_FORMAT_STL,
} BrgFormat;

/* BRG_FORMAT_UNKNOWN with `error` set when the file cannot be read, and without when it is of no
 * known kind. */
BrgFormat brg_format_sniff (const char *path, BrgError *error);
