#pragma once

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "engine/brg-distance-kernel.h"

/* Private to brg-distance-kernel.c: a tile in registers, with AVX2 and in plain C. */

#ifdef __AVX2__
#include <immintrin.h>

#define BRG_TILE_LANES 8
#define BRG_TILE_PARTS (BRG_DISTANCE_TILE / BRG_TILE_LANES)
#define BRG_TILE_EACH  for (int p = 0; p < BRG_TILE_PARTS; p++)

typedef struct
{
  __m256 part[BRG_TILE_PARTS];
} BrgTile;

static inline BrgTile
brg_tile_load (const float *from)
{
  BrgTile tile;

  BRG_TILE_EACH tile.part[p] = _mm256_loadu_ps (from + p * BRG_TILE_LANES);
  return tile;
}

/* A whole line of memory goes past the caches, which results would only sweep. */
static inline void
brg_tile_store (BrgTile tile, float *to)
{
  if ((uintptr_t) to % 64 == 0)
    BRG_TILE_EACH _mm256_stream_ps (to + p * BRG_TILE_LANES, tile.part[p]);
  else
    BRG_TILE_EACH _mm256_storeu_ps (to + p * BRG_TILE_LANES, tile.part[p]);
}

/* Before other threads may read what was stored. */
static inline void
brg_tile_end_stores (void)
{
  _mm_sfence ();
}

static inline BrgTile
brg_tile_of (float value)
{
  BrgTile tile;

  BRG_TILE_EACH tile.part[p] = _mm256_set1_ps (value);
  return tile;
}

static inline BrgTile
brg_tile_signs (BrgTile tile)
{
  BRG_TILE_EACH tile.part[p] = _mm256_and_ps (tile.part[p], _mm256_set1_ps (-0.0F));
  return tile;
}

static inline BrgTile
brg_tile_flip (BrgTile tile, BrgTile signs)
{
  BRG_TILE_EACH tile.part[p] = _mm256_xor_ps (tile.part[p], signs.part[p]);
  return tile;
}

static inline BrgTile
brg_tile_min (BrgTile a, BrgTile b)
{
  BRG_TILE_EACH a.part[p] = _mm256_min_ps (a.part[p], b.part[p]);
  return a;
}

static inline BrgTile
brg_tile_not_negative (BrgTile tile)
{
  BRG_TILE_EACH tile.part[p] = _mm256_max_ps (tile.part[p], _mm256_setzero_ps ());
  return tile;
}

static inline BrgTile
brg_tile_add (BrgTile tile, float add)
{
  BRG_TILE_EACH tile.part[p] = _mm256_add_ps (tile.part[p], _mm256_set1_ps (add));
  return tile;
}

static inline BrgTile
brg_tile_roots (BrgTile tile)
{
  BRG_TILE_EACH tile.part[p] = _mm256_sqrt_ps (tile.part[p]);
  return tile;
}

/* INFINITY where the square is beyond2 or more. */
static inline BrgTile
brg_tile_cut (BrgTile tile, BrgTile squares, float beyond2)
{
  BRG_TILE_EACH
  {
    __m256 beyond = _mm256_cmp_ps (squares.part[p], _mm256_set1_ps (beyond2), _CMP_GE_OQ);
    tile.part[p] = _mm256_blendv_ps (tile.part[p], _mm256_set1_ps (INFINITY), beyond);
  }
  return tile;
}

static inline bool
brg_tile_any_above (BrgTile tile, float limit)
{
  __m256 any = _mm256_setzero_ps ();

  BRG_TILE_EACH any =
    _mm256_or_ps (any, _mm256_cmp_ps (tile.part[p], _mm256_set1_ps (limit), _CMP_GT_OQ));
  return _mm256_movemask_ps (any) != 0;
}

#undef BRG_TILE_EACH

#else

#define BRG_TILE_EACH for (int l = 0; l < BRG_DISTANCE_TILE; l++)

typedef struct
{
  float lane[BRG_DISTANCE_TILE];
} BrgTile;

static inline BrgTile
brg_tile_load (const float *from)
{
  BrgTile tile;

  memcpy (tile.lane, from, sizeof tile.lane);
  return tile;
}

static inline void
brg_tile_store (BrgTile tile, float *to)
{
  memcpy (to, tile.lane, sizeof tile.lane);
}

static inline void
brg_tile_end_stores (void)
{
}

static inline BrgTile
brg_tile_of (float value)
{
  BrgTile tile;

  BRG_TILE_EACH tile.lane[l] = value;
  return tile;
}

static inline BrgTile
brg_tile_signs (BrgTile tile)
{
  BRG_TILE_EACH tile.lane[l] = signbit (tile.lane[l]) ? -1.0F : 1.0F;
  return tile;
}

static inline BrgTile
brg_tile_flip (BrgTile tile, BrgTile signs)
{
  BRG_TILE_EACH tile.lane[l] *= signs.lane[l];
  return tile;
}

static inline BrgTile
brg_tile_min (BrgTile a, BrgTile b)
{
  BRG_TILE_EACH a.lane[l] = a.lane[l] < b.lane[l] ? a.lane[l] : b.lane[l];
  return a;
}

static inline BrgTile
brg_tile_not_negative (BrgTile tile)
{
  BRG_TILE_EACH tile.lane[l] = tile.lane[l] > 0 ? tile.lane[l] : 0;
  return tile;
}

static inline BrgTile
brg_tile_add (BrgTile tile, float add)
{
  BRG_TILE_EACH tile.lane[l] += add;
  return tile;
}

static inline BrgTile
brg_tile_roots (BrgTile tile)
{
  BRG_TILE_EACH tile.lane[l] = sqrtf (tile.lane[l]);
  return tile;
}

static inline BrgTile
brg_tile_cut (BrgTile tile, BrgTile squares, float beyond2)
{
  BRG_TILE_EACH tile.lane[l] = squares.lane[l] >= beyond2 ? INFINITY : tile.lane[l];
  return tile;
}

static inline bool
brg_tile_any_above (BrgTile tile, float limit)
{
  int any = 0;

  BRG_TILE_EACH any |= tile.lane[l] > limit;
  return any != 0;
}

#undef BRG_TILE_EACH

#endif
