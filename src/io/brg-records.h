#pragma once

#include <stdint.h>
#include <string.h>

#include "io/brg-mesh-formats.h"

/* Private to the mesh writers: files of records of equal size, made on several threads and written
 * to where they belong. */

/* Makes record `index` at `out`. */
typedef void (*BrgPutRecord) (const BrgMeshWriter *writer, size_t index, unsigned char *out);

/* Writes `n` records of `size` bytes, the first at `offset` of the file. */
BrgStatus brg_records_write (BrgMeshWriter *writer,
                             BrgPutRecord put,
                             size_t n,
                             size_t size,
                             uint64_t offset,
                             BrgJob *job,
                             BrgError *error);

static inline unsigned char *
brg_put_u32 (unsigned char *out, uint32_t value)
{
  for (int b = 0; b < 4; b++)
    *out++ = (unsigned char) (value >> (8 * b));
  return out;
}

static inline unsigned char *
brg_put_point (unsigned char *out, const float point[3])
{
  for (int a = 0; a < 3; a++)
    {
      uint32_t bits;
      memcpy (&bits, point + a, sizeof bits);
      out = brg_put_u32 (out, bits);
    }
  return out;
}
