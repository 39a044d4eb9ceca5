#include "engine/brg-outline.h"

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
segment_distance (BrgPoint2 a, BrgPoint2 b, BrgPoint2 at)
{
  BrgPoint2 along = from_to (a, b), to = from_to (a, at);
  double t = fmin (fmax (dot (along, to) / dot (along, along), 0), 1);
  BrgPoint2 gap = { to.u - t * along.u, to.v - t * along.v };

  return sqrt (dot (gap, gap));
}

/* Signed distance to a convex polygon. */
static double
polygon_distance (const BrgPoint2 *corner, int n, BrgPoint2 at)
{
  double inside = -INFINITY, outside = INFINITY;

  for (int c = 0; c < n; c++)
    inside = fmax (inside, line_distance (corner[c], corner[(c + 1) % n], at));
  if (inside <= 0)
    return inside;
  for (int c = 0; c < n; c++)
    outside = fmin (outside, segment_distance (corner[c], corner[(c + 1) % n], at));
  return outside;
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

/* The polygon `radius_mm` inside the corners, so that a disc swept around it gives round corners.
 */
static void
make_inset (BrgOutline *outline, double radius_mm)
{
  const BrgPoint2 *corner = outline->corner, centre = { 0, 0 };
  int n = outline->n_corners;
  double limit = -polygon_distance (corner, n, centre) * ROUNDING_LIMIT;

  outline->radius_mm = fmin (radius_mm, limit);
  outline->n_inset = n;
  for (int c = 0; c < n; c++)
    outline->inset[c] = corner[c];
  for (int c = 0; outline->radius_mm > 0 && c < n; c++)
    outline->n_inset =
      clip (outline->inset, outline->n_inset, corner[c], corner[(c + 1) % n], outline->radius_mm);
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
      make_inset (&outline, 0);
      break;
    case BRG_SHAPE_POLYGON:
      make_corners (&outline, defect->corners);
      make_inset (&outline, defect->corner_radius_mm);
      break;
    case BRG_SHAPE_CRANIOTOMY:
      make_corners (&outline, defect->corners);
      make_inset (&outline, 0);
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
    return polygon_distance (outline->inset, outline->n_inset, at) - outline->radius_mm;
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
  double beyond = brg_outline_distance (outline, at) - offset_mm;
  double kerf = outline->half_kerf_mm + BRG_OUTLINE_CLOSE_MM;
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
