#include "engine/brg-distance-kernel.h"

#include "engine/brg-distance-tile.h"

#define TILE BRG_DISTANCE_TILE

void
BRG_ISA_NAME (_brg_distance_gap) (float *restrict out,
                                  int begin,
                                  int end,
                                  float before,
                                  float after,
                                  float spacing,
                                  float beyond2,
                                  float sign)
{
  for (int i = begin; i < end; i++)
    {
      float up = ((float) i - before) * spacing;
      float down = (after - (float) i) * spacing;
      float nearest = up < down ? up : down;
      float square = nearest * nearest;
      out[i - begin] = (square < beyond2 ? square : INFINITY) * sign;
    }
}

static inline BrgTileState
state_of (BrgTile tile, float beyond2)
{
  if (!brg_tile_any_above (tile, -beyond2))
    return BRG_TILE_INSIDE;
  return brg_tile_any_above (brg_tile_flip (tile, brg_tile_signs (brg_tile_of (-1))), -beyond2)
           ? BRG_TILE_LIVE
           : BRG_TILE_OUTSIDE;
}

void
BRG_ISA_NAME (_brg_distance_states) (const float *row, int n_tiles, float beyond2, uint8_t *states)
{
  for (int t = 0; t < n_tiles; t++)
    states[t] = (uint8_t) state_of (brg_tile_load (row + (size_t) t * TILE), beyond2);
}

/* Least of value + square of distance over the column, from `steps` on, seen from tile `at`; with
 * both sides, values count as positive where they have the sign of that tile, else as 0. */
static inline BrgTile
search (const BrgDistanceColumn *c, int at, int steps, BrgTile signs, bool both_sides)
{
  BrgTile best = brg_tile_of (INFINITY);
  int last = c->n - 1;

  /* Past the ends the last tile stands in, which was seen before from nearer by. */
  do
    for (int s = 0; s < 2; s++, steps++)
      {
        int above = last - at < steps ? last : at + steps, below = at < steps ? 0 : at - steps;
        BrgTile a = brg_tile_load (c->values + (size_t) above * TILE);
        BrgTile b = brg_tile_load (c->values + (size_t) below * TILE);
        if (both_sides)
          a = brg_tile_not_negative (
            brg_tile_min (brg_tile_flip (a, signs), brg_tile_flip (b, signs)));
        else
          a = brg_tile_min (a, b);
        best = brg_tile_min (best, brg_tile_add (a, c->add[steps]));
      }
  while (steps <= c->reach && brg_tile_any_above (best, c->add[steps]));
  return best;
}

static void
store (const BrgDistanceColumn *c, BrgTile tile, float *to)
{
  float lanes[TILE];

  if (c->width == TILE)
    {
      brg_tile_store (tile, to);
      return;
    }
  brg_tile_store (tile, lanes);
  memcpy (to, lanes, (size_t) c->width * sizeof *to);
}

/* Makes tile `at`; no tile nearer than `steps` tells anything. */
static inline void
make_tile (const BrgDistanceColumn *c, int at, int steps, bool both_sides)
{
  size_t o = (size_t) (at - c->first);
  float *out = c->out + o * c->out_step;
  BrgTile signs = brg_tile_of (0);

  if (both_sides)
    signs = brg_tile_signs (brg_tile_load (c->values + (size_t) at * TILE));
  BrgTile best = search (c, at, steps, signs, both_sides);
  BrgTile signed_best = both_sides ? brg_tile_flip (best, signs) : best;
  BrgTileState state = state_of (signed_best, c->beyond2);
  c->out_states[o * c->states_step] = (uint8_t) state;
  if (state != BRG_TILE_LIVE)
    return;
  if (c->is_last)
    {
      best = brg_tile_cut (brg_tile_roots (best), best, c->beyond2);
      signed_best = both_sides ? brg_tile_flip (best, signs) : best;
    }
  store (c, signed_best, out);
}

/* Ends of the run of tiles begin <= at < end that share a state without values. */
static int
run_end (const BrgDistanceColumn *c, int begin)
{
  int end = begin + 1;

  if (c->states[begin] != BRG_TILE_LIVE)
    while (end < c->n && c->states[end] == c->states[begin])
      end++;
  return end;
}

static void
fill_tiles (const BrgDistanceColumn *c, int begin, int end, BrgTile values)
{
  for (int at = begin; at < end; at++)
    memcpy (c->values + (size_t) at * TILE, &values, sizeof values);
}

/* Gives values to the tiles of a run that a search may read, which are no farther from its ends
 * than twice the reach, and a step more. */
static void
fill_run (const BrgDistanceColumn *c, int begin, int end)
{
  BrgTile values = brg_tile_of (c->states[begin] == BRG_TILE_INSIDE ? -INFINITY : INFINITY);
  int n = end - begin < 2 * c->reach + 1 ? end - begin : 2 * c->reach + 1;

  if (begin > 0)
    fill_tiles (c, begin, begin + n, values);
  if (end < c->n)
    fill_tiles (c, end - n, end, values);
}

static void
make_run (const BrgDistanceColumn *c, int begin, int end)
{
  int from = begin > c->first ? begin : c->first;
  int to = end < c->first + c->n_out ? end : c->first + c->n_out;

  for (int at = from; at < to; at++)
    {
      int down = begin > 0 ? at - begin + 1 : c->n, up = end < c->n ? end - at : c->n;
      int steps = c->states[at] == BRG_TILE_LIVE ? 0 : down < up ? down : up;
      if (steps > c->reach)
        c->out_states[(size_t) (at - c->first) * c->states_step] = c->states[at];
      else if (c->both_sides)
        make_tile (c, at, steps, true);
      else
        make_tile (c, at, steps, false);
    }
}

void
BRG_ISA_NAME (_brg_distance_search) (const BrgDistanceColumn *c)
{
  for (int begin = 0, end; begin < c->n; begin = end)
    {
      end = run_end (c, begin);
      if (c->states[begin] != BRG_TILE_LIVE)
        fill_run (c, begin, end);
    }
  for (int begin = 0, end; begin < c->n; begin = end)
    {
      end = run_end (c, begin);
      make_run (c, begin, end);
    }
  brg_tile_end_stores ();
}

void
BRG_ISA_NAME (_brg_distance_fill) (float *out, size_t n, float value)
{
  BrgTile tile = brg_tile_of (value);
  size_t i = 0;

  for (; i + TILE <= n; i += TILE)
    brg_tile_store (tile, out + i);
  for (; i < n; i++)
    out[i] = value;
  brg_tile_end_stores ();
}
