#pragma once

#include <stdint.h>

/* Where bytes are that stand for a file: in one of their own, or in a part of one that holds
 * several such (the members of an archive). Nothing is owned. */

#define BRG_FILE_PART_ALL UINT64_MAX

typedef struct
{
  const char *path;
  uint64_t offset; /* of the first byte */
  uint64_t size;   /* BRG_FILE_PART_ALL: up to the end of the file */
} BrgFilePart;

static inline BrgFilePart
brg_file_whole (const char *path)
{
  return (BrgFilePart){ path, 0, BRG_FILE_PART_ALL };
}
