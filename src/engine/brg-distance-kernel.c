#include "engine/brg-distance-kernel.h"

#include "engine/brg-distance-tile.h"

#define TILE BRG_DISTANCE_TILE

/* So that a search of one side is free of the other. */
#define INLINE inline __attribute__ ((always_inline))

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

/* Where a search from a tile goes. */
typedef struct
{
  int at;
  int steps;    /* nothing is nearer */
  int up, down; /* 1 and -1, or both alike if it goes one way */
} Course;

static inline int
clamp (int value, int last)
{
  return value < 0 ? 0 : value > last ? last : value;
}

/* best = min (best, value + add), where values count as positive if they have the sign of the tile
 * at the start, else as 0. */
static INLINE BrgTile
lower (BrgTile best, const float *a, const float *b, float add, BrgTile signs, bool both_sides)
{
  BrgTile x = brg_tile_load (a), y = brg_tile_load (b);

  if (both_sides)
    x = brg_tile_not_negative (brg_tile_min (brg_tile_flip (x, signs), brg_tile_flip (y, signs)));
  else
    x = brg_tile_min (x, y);
  return brg_tile_min (best, brg_tile_add (x, add));
}

/* Least of value + square of distance over the column. Past its ends the last tile stands in, which
 * was seen before from nearer by. */
static INLINE BrgTile
search (const BrgDistanceColumn *c, Course course, BrgTile signs, bool both_sides)
{
  BrgTile best = brg_tile_of (INFINITY);
  int at = course.at, steps = course.steps, last = c->n - 1;
  int room_up = course.up > 0 ? last - at : at, room_down = course.down < 0 ? at : last - at;
  int room = room_up < room_down ? room_up : room_down;
  ptrdiff_t up = course.up * TILE, down = course.down * TILE;
  ptrdiff_t a = at * TILE + up * steps, b = at * TILE + down * steps;

  for (; steps < room; steps += 2, a += 2 * up, b += 2 * down)
    {
      best = lower (best, c->values + a, c->values + b, c->add[steps], signs, both_sides);
      best = lower (best, c->values + a + up, c->values + b + down, c->add[steps + 1], signs,
                    both_sides);
      if (steps + 2 > c->reach || !brg_tile_any_above (best, c->add[steps + 2]))
        return best;
    }
  for (; steps <= c->reach && brg_tile_any_above (best, c->add[steps]); steps++)
    {
      a = clamp (at + course.up * steps, last) * TILE;
      b = clamp (at + course.down * steps, last) * TILE;
      best = lower (best, c->values + a, c->values + b, c->add[steps], signs, both_sides);
    }
  return best;
}

static INLINE void
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

static INLINE void
make_tile (const BrgDistanceColumn *c, Course course, bool both_sides)
{
  size_t o = (size_t) (course.at - c->first);
  float *out = c->out + o * c->out_step;
  BrgTile signs = brg_tile_of (0);

  if (both_sides)
    signs = brg_tile_signs (brg_tile_load (c->values + (size_t) course.at * TILE));
  BrgTile best = search (c, course, signs, both_sides);
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

/* End of the run of tiles from `begin` on that share a state. */
static int
run_end (const BrgDistanceColumn *c, int begin)
{
  int end = begin + 1;

  if (begin == 0 && memcmp (c->states, c->states + 1, (size_t) c->n - 1) == 0)
    return c->n;
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

/* Gives values to the tiles of a run that searches from other tiles may read: as many as they
 * reach, and one more since they take two steps at a time. */
static void
fill_run (const BrgDistanceColumn *c, int begin, int end)
{
  BrgTile values = brg_tile_of (c->states[begin] == BRG_TILE_INSIDE ? -INFINITY : INFINITY);
  int n = end - begin < c->reach + 1 ? end - begin : c->reach + 1;

  if (begin > 0)
    fill_tiles (c, begin, begin + n, values);
  if (end < c->n)
    fill_tiles (c, end - n, end, values);
}

/* The search from a tile of a run: in one without values it passes over the run, and goes one way
 * where the other end is out of reach. */
static INLINE Course
set_course (const BrgDistanceColumn *c, int at, int begin, int end)
{
  Course course = { at, 0, 1, -1 };
  int down = begin > 0 ? at - begin + 1 : c->n, up = end < c->n ? end - at : c->n;

  if (c->states[at] == BRG_TILE_LIVE)
    return course;
  course.steps = down < up ? down : up;
  if (up > c->reach)
    course.up = -1;
  else if (down > c->reach)
    course.down = 1;
  return course;
}

static int
clip (const BrgDistanceColumn *c, int at)
{
  int last = c->first + c->n_out;

  return at < c->first ? c->first : at > last ? last : at;
}

/* Makes the tiles from <= at < to of a run. */
static void
make_tiles (const BrgDistanceColumn *c, int from, int to, int begin, int end)
{
  int last = clip (c, to);

  for (int at = clip (c, from); at < last; at++)
    if (c->both_sides)
      make_tile (c, set_course (c, at, begin, end), true);
    else
      make_tile (c, set_course (c, at, begin, end), false);
}

static void
keep_states (const BrgDistanceColumn *c, int from, int to)
{
  uint8_t *out = c->out_states;
  size_t step = c->states_step;
  int begin = clip (c, from) - c->first, end = clip (c, to) - c->first;
  uint8_t state = c->states[from];

  for (int o = begin; o < end; o++)
    out[(size_t) o * step] = state;
}

static void
make_run (const BrgDistanceColumn *c, int begin, int end)
{
  int reach = c->reach < end - begin ? c->reach : end - begin;
  int far_begin = begin > 0 ? begin + reach : begin, far_end = end < c->n ? end - reach : end;

  if (c->states[begin] == BRG_TILE_LIVE || far_begin >= far_end)
    {
      make_tiles (c, begin, end, begin, end);
      return;
    }
  make_tiles (c, begin, far_begin, begin, end);
  keep_states (c, far_begin, far_end);
  make_tiles (c, far_end, end, begin, end);
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
