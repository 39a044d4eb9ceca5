#include "engine/brg-outline.h"

#define MIN_SIDE_MM    1e-9  /* shorter sides of a rounded polygon are left out */
#define ROUNDING_LIMIT 0.999 /* of the distance from the centre to the nearest edge */

static double
dot (BrgPoint2 a, BrgPoint2 b)
{
  return a.u * b.u + a.v * b.v;
}

static BrgPoint2
from_to (BrgPoint2 a, BrgPoint2 b)
{
  return (BrgPoint2){ b.u - a.u, b.v - a.v };
}

/* Distance of a point to the right of the line a -> b, which is outside: polygons run
 * counter-clockwise. */
static double
line_distance (BrgPoint2 a, BrgPoint2 b, BrgPoint2 at)
{
  BrgPoint2 along = from_to (a, b), to = from_to (a, at);

  return (along.v * to.u - along.u * to.v) / sqrt (dot (along, along));
}

static double
segment_distance (const BrgOutlineSide *side, BrgPoint2 at)
{
  BrgPoint2 to = from_to (side->from, at);
  double t = fmin (fmax (dot (side->along, to) * side->inverse_squared, 0), 1);
  BrgPoint2 gap = { to.u - t * side->along.u, to.v - t * side->along.v };

  return sqrt (dot (gap, gap));
}

/* How far a point lies beyond the side it lies furthest beyond. */
static double
beyond_sides (const BrgOutline *outline, BrgPoint2 at)
{
  double most = -INFINITY;

  for (int s = 0; s < outline->n_sides; s++)
    {
      const BrgOutlineSide *side = &outline->side[s];
      double beyond = side->out_u * at.u + side->out_v * at.v - side->offset_mm;
      most = beyond > most ? beyond : most;
    }
  return most;
}

/* Signed distance to the convex polygon of the sides. */
static double
polygon_distance (const BrgOutline *outline, BrgPoint2 at)
{
  double beyond = beyond_sides (outline, at), nearest = INFINITY;

  if (beyond <= 0)
    return beyond;
  for (int s = 0; s < outline->n_sides; s++)
    nearest = fmin (nearest, segment_distance (&outline->side[s], at));
  return nearest;
}

static void
make_corners (BrgOutline *outline, int n)
{
  double first = n % 2 == 1 ? BRG_PI / 2 : BRG_PI / 2 + BRG_PI / n;

  outline->n_corners = n;
  for (int c = 0; c < n; c++)
    {
      double angle = first + 2 * BRG_PI * c / n;
      outline->corner[c].u = outline->half_u * cos (angle);
      outline->corner[c].v = outline->half_v * sin (angle);
    }
}

/* Cuts a convex polygon by the half plane at least `radius` inside the line a -> b. */
static int
clip (BrgPoint2 *polygon, int n, BrgPoint2 a, BrgPoint2 b, double radius)
{
  BrgPoint2 kept[2 * BRG_OUTLINE_MAX_CORNERS];
  int n_kept = 0;

  for (int c = 0; c < n; c++)
    {
      BrgPoint2 p = polygon[c], q = polygon[(c + 1) % n];
      double dp = line_distance (a, b, p) + radius, dq = line_distance (a, b, q) + radius;
      if (dp <= 0)
        kept[n_kept++] = p;
      if ((dp < 0 && dq > 0) || (dp > 0 && dq < 0))
        {
          double t = dp / (dp - dq);
          kept[n_kept++] = (BrgPoint2){ p.u + t * (q.u - p.u), p.v + t * (q.v - p.v) };
        }
    }
  for (int c = 0; c < n_kept; c++)
    polygon[c] = kept[c];
  return n_kept;
}

static void
make_sides (BrgOutline *outline, const BrgPoint2 *polygon, int n)
{
  outline->n_sides = 0;
  for (int c = 0; c < n; c++)
    {
      BrgPoint2 from = polygon[c], along = from_to (from, polygon[(c + 1) % n]);
      double length = sqrt (dot (along, along));
      if (!(length > MIN_SIDE_MM))
        continue;
      double out_u = along.v / length, out_v = -along.u / length;
      outline->side[outline->n_sides++] = (BrgOutlineSide){
        from, along, out_u, out_v, out_u * from.u + out_v * from.v, 1 / (length * length),
      };
    }
}

/* Makes the sides `radius_mm` inside the corners, so that a disc swept around them rounds these. */
static void
round_corners (BrgOutline *outline, double radius_mm)
{
  const BrgPoint2 *corner = outline->corner, centre = { 0, 0 };
  BrgPoint2 inset[2 * BRG_OUTLINE_MAX_CORNERS];
  int n = outline->n_corners, n_inset = n;

  make_sides (outline, corner, n);
  outline->radius_mm = fmin (radius_mm, -beyond_sides (outline, centre) * ROUNDING_LIMIT);
  if (!(outline->radius_mm > 0))
    return;
  for (int c = 0; c < n; c++)
    inset[c] = corner[c];
  for (int c = 0; c < n; c++)
    n_inset = clip (inset, n_inset, corner[c], corner[(c + 1) % n], outline->radius_mm);
  make_sides (outline, inset, n_inset);
}

BrgOutline
brg_outline_make (const BrgDefect *defect)
{
  BrgOutline outline = { .shape = defect->shape,
                         .half_u = defect->width_mm / 2,
                         .half_v = defect->height_mm / 2 };

  switch (defect->shape)
    {
    case BRG_SHAPE_TRIANGLE:
      make_corners (&outline, 3);
      round_corners (&outline, 0);
      break;
    case BRG_SHAPE_POLYGON:
      make_corners (&outline, defect->corners);
      round_corners (&outline, defect->corner_radius_mm);
      break;
    case BRG_SHAPE_CRANIOTOMY:
      make_corners (&outline, defect->corners);
      round_corners (&outline, 0);
      outline.burr_mm = defect->burr_radius_mm;
      outline.half_kerf_mm = defect->kerf_mm / 2;
      break;
    default:
      break;
    }
  return outline;
}

/* 1 on the ellipse grown by `offset`, less inside; INFINITY when nothing is left of it. */
static double
ellipse_level (const BrgOutline *outline, BrgPoint2 at, double offset)
{
  double a = outline->half_u + offset, b = outline->half_v + offset;

  if (!(a > 0 && b > 0))
    return INFINITY;
  return sqrt (at.u / a * (at.u / a) + at.v / b * (at.v / b));
}

double
brg_outline_distance (const BrgOutline *outline, BrgPoint2 at)
{
  if (outline->n_corners > 0)
    return polygon_distance (outline, at) - outline->radius_mm;
  if (outline->shape == BRG_SHAPE_CYLINDER)
    return (ellipse_level (outline, at, 0) - 1) * fmin (outline->half_u, outline->half_v);
  return fmax (fabs (at.u) - outline->half_u, fabs (at.v) - outline->half_v);
}

double
brg_outline_burr_distance (const BrgOutline *outline, BrgPoint2 at)
{
  double nearest = INFINITY;

  for (int c = 0; outline->burr_mm > 0 && c < outline->n_corners; c++)
    {
      BrgPoint2 gap = from_to (outline->corner[c], at);
      nearest = fmin (nearest, sqrt (dot (gap, gap)) - outline->burr_mm);
    }
  return nearest;
}

unsigned
brg_outline_test (const BrgOutline *outline, BrgPoint2 at, double offset_mm)
{
  if (outline->shape == BRG_SHAPE_CYLINDER)
    {
      double grown = offset_mm + BRG_OUTLINE_CLOSE_MM;
      return ellipse_level (outline, at, grown) <= 1 ? BRG_OUTLINE_CUTTER : 0;
    }
  double kerf = outline->half_kerf_mm + BRG_OUTLINE_CLOSE_MM, beyond;
  if (outline->n_sides > 0 && outline->burr_mm <= 0 &&
      beyond_sides (outline, at) > outline->radius_mm + offset_mm + kerf)
    return 0;
  beyond = brg_outline_distance (outline, at) - offset_mm;
  bool in_burr = brg_outline_burr_distance (outline, at) <= BRG_OUTLINE_CLOSE_MM;
  bool in_saw_cut = outline->half_kerf_mm > 0 && fabs (beyond) <= kerf;

  if (in_burr || in_saw_cut)
    return BRG_OUTLINE_CUTTER | BRG_OUTLINE_DRILL;
  return beyond <= kerf ? BRG_OUTLINE_CUTTER : 0;
}

BrgPoint2
brg_outline_reach (const BrgOutline *outline, double offset_mm)
{
  double wall = outline->half_kerf_mm + offset_mm;
  double beyond = fmax (fmax (wall, outline->burr_mm), 0) + BRG_OUTLINE_CLOSE_MM;

  return (BrgPoint2){ outline->half_u + beyond, outline->half_v + beyond };
}
