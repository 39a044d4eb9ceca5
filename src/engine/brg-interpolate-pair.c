#include <math.h>

#include "engine/brg-alloc.h"
#include "engine/brg-flat-nearest.h"
#include "engine/brg-interpolate-private.h"

#define SLACK 1e-9

/* A pixel of U, and when it is set: at from <= t <= until of the way. */
typedef struct
{
  int x, y;
  double from, until;
} Pixel;

typedef struct
{
  const BrgFlatPair *pair;
  BrgFlatBox boxes[2]; /* of A and B */
  int shift[2];        /* of B against A */
  BrgFlatBox frame;    /* of both once B is moved back, and one pixel around */
  int width, height;
  uint8_t *a, *b;         /* both sets in that frame */
  uint8_t *inner, *outer; /* I, and what is not in U */
  int32_t *rows[2];       /* to both (brg-flat-nearest.h) */
  Pixel *pixels;
  size_t n_pixels;
} Median;

static bool
belongs (const BrgFlatPair *pair, int side, int x, int y)
{
  const BrgFlatParts *parts = pair->parts[side];
  const BrgFlatBox *frame = &parts->frame;
  size_t at = (size_t) (y - frame->lo[1]) * (size_t) (frame->hi[0] - frame->lo[0]) +
              (size_t) (x - frame->lo[0]);
  uint32_t own = side == 0 ? pair->a : pair->b, other = side == 0 ? pair->b : pair->a;

  return parts->labels[at] == own && pair->counterpart[side][at] == other;
}

/* Sum of the coordinates of the set's pixels, their number and their box. */
static size_t
add_up (const BrgFlatPair *pair, int side, double sum[2], BrgFlatBox *tight)
{
  const BrgFlatBox *box = &pair->parts[side]->boxes[side == 0 ? pair->a : pair->b];
  size_t n = 0;

  for (int y = box->lo[1]; y < box->hi[1]; y++)
    for (int x = box->lo[0]; x < box->hi[0]; x++)
      if (belongs (pair, side, x, y))
        {
          const BrgFlatBox pixel = { { x, y }, { x + 1, y + 1 } };
          *tight = n == 0 ? pixel : brg_flat_box_union (tight, &pixel);
          sum[0] += x;
          sum[1] += y;
          n++;
        }
  return n;
}

/* Pixels that A shares with B moved back by `shift`. */
static size_t
count_shared (const Median *m, const int shift[2])
{
  const BrgFlatBox *box = &m->boxes[0], *other = &m->boxes[1];
  size_t n = 0;

  for (int y = box->lo[1]; y < box->hi[1]; y++)
    for (int x = box->lo[0]; x < box->hi[0]; x++)
      {
        int bx = x + shift[0], by = y + shift[1];
        n += bx >= other->lo[0] && bx < other->hi[0] && by >= other->lo[1] && by < other->hi[1] &&
             belongs (m->pair, 0, x, y) && belongs (m->pair, 1, bx, by);
      }
  return n;
}

/* False when the pair is to be dropped. */
static bool
align (Median *m)
{
  const int none[2] = { 0, 0 };
  double sum[2][2] = { { 0 } };
  size_t n[2];

  for (int side = 0; side < 2; side++)
    n[side] = add_up (m->pair, side, sum[side], &m->boxes[side]);
  if (n[0] == 0 || n[1] == 0)
    return false;
  for (int x = 0; x < 2; x++)
    m->shift[x] = (int) floor (sum[1][x] / (double) n[1] - sum[0][x] / (double) n[0] + 0.5);
  size_t aligned = count_shared (m, m->shift), in_place = count_shared (m, none);
  if (aligned < in_place)
    m->shift[0] = m->shift[1] = 0;
  m->n_pixels = n[0] + n[1] - (aligned < in_place ? in_place : aligned);
  return aligned > 0 || in_place > 0;
}

static void
set_frame (Median *m)
{
  BrgFlatBox moved = m->boxes[1];

  for (int x = 0; x < 2; x++)
    {
      moved.lo[x] -= m->shift[x];
      moved.hi[x] -= m->shift[x];
    }
  m->frame = brg_flat_box_union (&m->boxes[0], &moved);
  for (int x = 0; x < 2; x++)
    {
      m->frame.lo[x]--;
      m->frame.hi[x]++;
    }
  m->width = m->frame.hi[0] - m->frame.lo[0];
  m->height = m->frame.hi[1] - m->frame.lo[1];
}

static BrgStatus
allocate (Median *m, BrgPool *pool, BrgError *error)
{
  size_t n = (size_t) m->width * (size_t) m->height;

  m->a = brg_alloc_zero_in (pool, n, 4, error);
  if (m->a != NULL)
    m->rows[0] = brg_alloc_in (pool, n, 2 * sizeof *m->rows[0], error);
  if (m->rows[0] != NULL)
    m->pixels = brg_alloc_in (pool, m->n_pixels, sizeof *m->pixels, error);
  if (m->pixels == NULL)
    return BRG_NO_MEMORY;
  m->b = m->a + n;
  m->inner = m->b + n;
  m->outer = m->inner + n;
  m->rows[1] = m->rows[0] + n;
  return BRG_OK;
}

/* Draws both sets into the common frame, and what follows from them. */
static void
draw_sets (const Median *m)
{
  for (int side = 0; side < 2; side++)
    {
      const BrgFlatBox *box = &m->boxes[side];
      int dx = m->frame.lo[0] + side * m->shift[0], dy = m->frame.lo[1] + side * m->shift[1];
      uint8_t *out = side == 0 ? m->a : m->b;
      for (int y = box->lo[1]; y < box->hi[1]; y++)
        for (int x = box->lo[0]; x < box->hi[0]; x++)
          out[(size_t) (y - dy) * (size_t) m->width + (size_t) (x - dx)] =
            belongs (m->pair, side, x, y);
    }
  for (size_t p = 0; p < (size_t) m->width * (size_t) m->height; p++)
    {
      m->inner[p] = m->a[p] & m->b[p];
      m->outer[p] = !(m->a[p] | m->b[p]);
    }
  brg_flat_columns (m->inner, m->width, m->height, m->rows[0]);
  brg_flat_columns (m->outer, m->width, m->height, m->rows[1]);
}

/* The part of the way from I to the border of U. */
static double
way_of (const Median *m, int x, int y)
{
  const double *mm = m->pair->mm;
  double half_mm = fmin (mm[0], mm[1]) / 2;
  double inner = sqrt (brg_flat_nearest (m->rows[0], m->width, mm, x, y, NULL)) - half_mm;
  double outer = sqrt (brg_flat_nearest (m->rows[1], m->width, mm, x, y, NULL)) - half_mm;

  return inner / (inner + outer);
}

static void
list_pixels (Median *m)
{
  Pixel *out = m->pixels;

  for (int y = 0; y < m->height; y++)
    for (int x = 0; x < m->width; x++)
      {
        size_t p = (size_t) y * (size_t) m->width + (size_t) x;
        if (m->outer[p])
          continue;
        *out = (Pixel){ x, y, 0, 1 };
        double way = m->inner[p] ? 0 : way_of (m, x, y);
        if (!m->a[p])
          out->from = way - SLACK;
        if (!m->b[p])
          out->until = 1 - way + SLACK;
        out++;
      }
}

/* shift * n / d, nearest, halves up. */
static int
part_of_shift (int shift, int n, int d)
{
  int64_t twice = 2 * (int64_t) shift * n + d;

  return (int) (twice / (2 * d) - (twice % (2 * d) < 0));
}

/* Hands over pixels of U in runs, cut at the border of the slice. */
static void
put_slice (const Median *m, int n, BrgFlatPut put, void *data)
{
  const BrgFlatPair *pair = m->pair;
  double t = (double) n / pair->d;
  int dx = m->frame.lo[0] + part_of_shift (m->shift[0], n, pair->d);
  int dy = m->frame.lo[1] + part_of_shift (m->shift[1], n, pair->d);
  const Pixel *end = m->pixels + m->n_pixels;

  for (const Pixel *first = m->pixels, *last; first < end; first = last)
    {
      last = first + 1;
      if (!(first->from <= t && t <= first->until))
        continue;
      while (last < end && last->y == first->y && last->x == last[-1].x + 1 && last->from <= t &&
             t <= last->until)
        last++;
      int y = first->y + dy, x = first->x + dx, x_end = last[-1].x + 1 + dx;
      x = x > 0 ? x : 0;
      x_end = x_end < pair->dim[0] ? x_end : pair->dim[0];
      if (x < x_end && y >= 0 && y < pair->dim[1])
        put (data, n, x, x_end, y);
    }
}

BrgStatus
_brg_interpolate_pair (const BrgFlatPair *pair,
                       BrgFlatPut put,
                       void *data,
                       BrgJob *job,
                       BrgError *error)
{
  Median m = { .pair = pair };

  if (!align (&m))
    return BRG_OK;
  set_frame (&m);
  BrgStatus status = allocate (&m, brg_job_pool (job), error);
  if (status == BRG_OK)
    {
      draw_sets (&m);
      list_pixels (&m);
      for (int n = 1; n < pair->d; n++)
        put_slice (&m, n, put, data);
    }
  brg_free (m.a);
  brg_free (m.rows[0]);
  brg_free (m.pixels);
  return status;
}
