#include "engine/brg-solid.h"

#include <string.h>

#include "engine/brg-alloc.h"
#include "engine/brg-cutter.h"

#define MIN_STEP_MM   1.5
#define SHEET_NODES   120 /* per axis, about, at most */
#define SHEET_RISE_MM 5.0 /* above the outer table */
#define SHEET_SINK_MM 0.5 /* below the inner table, besides one voxel */
#define SMOOTH_MM     3.0
#define CELL_STEP_MM  2.0
#define ROUNDING_MM   1e-3 /* cell ranges are wider by this */

/* How far bevel moves the walls at a height above the surface it is counted from. */
static double
wall_offset (const BrgSolid *solid, double height)
{
  return fmin (height, solid->rise_mm) * solid->tan_bevel;
}

/* Column bounds at a point within the cell that begins at node. */
static double
interpolate (const BrgSolid *solid, const float *field, int node, double fu, double fv)
{
  const float *f = field + node;
  double low = (double) f[0] + fu * (double) (f[1] - f[0]);
  double high = (double) f[solid->n_u] + fu * (double) (f[solid->n_u + 1] - f[solid->n_u]);

  return low + fv * (high - low);
}

static unsigned
test_sphere (const BrgSolid *solid, double u, double v, double h)
{
  double a = u / (solid->outline.half_u + BRG_OUTLINE_CLOSE_MM);
  double b = v / (solid->outline.half_v + BRG_OUTLINE_CLOSE_MM);
  double c = h / (solid->half_h + BRG_OUTLINE_CLOSE_MM);

  return a * a + b * b + c * c <= 1 ? BRG_OUTLINE_CUTTER : 0;
}

unsigned
brg_solid_test (const BrgSolid *solid, double u, double v, double h)
{
  double lo = solid->h_lo, hi = solid->h_hi, outer = 0;

  if (solid->sphere)
    return test_sphere (solid, u, v, h);
  if (solid->bottom != NULL)
    {
      double p = u / solid->step_mm + solid->mid_u, q = v / solid->step_mm + solid->mid_v;
      if (!(p >= 0 && p < solid->n_u - 1 && q >= 0 && q < solid->n_v - 1))
        return 0;
      int node = (int) q * solid->n_u + (int) p;
      double fu = p - (int) p, fv = q - (int) q;
      lo = interpolate (solid, solid->bottom, node, fu, fv);
      hi = interpolate (solid, solid->top, node, fu, fv);
      outer = interpolate (solid, solid->outer, node, fu, fv);
    }
  if (!(h >= lo - BRG_OUTLINE_CLOSE_MM && h <= hi + BRG_OUTLINE_CLOSE_MM))
    return 0;
  return brg_outline_test (&solid->outline, (BrgPoint2){ u, v }, wall_offset (solid, h - outer));
}

/* Range of a field over the four nodes of a cell; false if one of them holds nothing. */
static bool
cell_range (const BrgSolid *solid, const float *field, int node, double *lo, double *hi)
{
  const int corner[4] = { node, node + 1, node + solid->n_u, node + solid->n_u + 1 };

  *lo = INFINITY;
  *hi = -INFINITY;
  for (int c = 0; c < 4; c++)
    {
      *lo = fmin (*lo, (double) field[corner[c]]);
      *hi = fmax (*hi, (double) field[corner[c]]);
      if (isnan (field[corner[c]]))
        return false;
    }
  return true;
}

static BrgSolidCell
make_cell (const BrgSolid *solid, int p, int q)
{
  double lo_min = solid->h_lo, lo_max = lo_min, hi_min = solid->h_hi, hi_max = hi_min;
  double outer_min = 0, outer_max = 0;
  double radius = solid->step_mm * 0.7072 + BRG_OUTLINE_CLOSE_MM;
  double kerf = solid->outline.half_kerf_mm;
  int node = q * solid->n_u + p;
  BrgPoint2 centre = { (p + 0.5 - solid->mid_u) * solid->step_mm,
                       (q + 0.5 - solid->mid_v) * solid->step_mm };

  if (solid->bottom != NULL && (!cell_range (solid, solid->bottom, node, &lo_min, &lo_max) ||
                                !cell_range (solid, solid->top, node, &hi_min, &hi_max) ||
                                !cell_range (solid, solid->outer, node, &outer_min, &outer_max)))
    return (BrgSolidCell){ .outside = true };
  double distance = brg_outline_distance (&solid->outline, centre);
  double burr = brg_outline_burr_distance (&solid->outline, centre);
  double least = wall_offset (solid, lo_min - outer_max) - kerf;
  double most = wall_offset (solid, hi_max - outer_min) + kerf;
  return (BrgSolidCell){ .lo_min = (float) (lo_min - ROUNDING_MM),
                         .lo_max = (float) (lo_max + ROUNDING_MM),
                         .hi_min = (float) (hi_min - ROUNDING_MM),
                         .hi_max = (float) (hi_max + ROUNDING_MM),
                         .inside = distance + radius < least && burr - radius > 0,
                         .outside = distance - radius > most && burr - radius > 0 };
}

static BrgStatus
make_cells (BrgSolid *solid, BrgError *error)
{
  size_t n_cells = (size_t) (solid->n_u - 1) * (size_t) (solid->n_v - 1);

  solid->cells = brg_alloc (n_cells, sizeof *solid->cells, error);
  if (solid->cells == NULL)
    return BRG_NO_MEMORY;
  BrgSolidCell *cell = solid->cells;
  for (int q = 0; q < solid->n_v - 1; q++)
    for (int p = 0; p < solid->n_u - 1; p++)
      *cell++ = make_cell (solid, p, q);
  return BRG_OK;
}

/* Narrows h_lo..h_hi of a solid with columns to what its cells hold. */
static void
find_heights (BrgSolid *solid)
{
  const BrgSolidCell *cell = solid->cells;
  float lo = INFINITY, hi = -INFINITY;

  for (int c = 0; c < (solid->n_u - 1) * (solid->n_v - 1); c++, cell++)
    if (!cell->outside)
      {
        lo = fminf (lo, cell->lo_min);
        hi = fmaxf (hi, cell->hi_max);
      }
  solid->h_lo = (double) lo;
  solid->h_hi = (double) hi;
}

/* One pass of an extreme filter of numbers over 2 * radius + 1 nodes; sign -1 takes the lowest. */
static void
extreme_line (const float *in, float *out, int n, int stride, int radius, float sign)
{
  for (int x = 0; x < n; x++)
    {
      float best = NAN;
      for (int y = x > radius ? x - radius : 0; y <= x + radius && y < n; y++)
        if (!(in[y * stride] * sign <= best * sign))
          best = isnan (in[y * stride]) ? best : in[y * stride];
      out[x * stride] = best;
    }
}

/* field = shift + the highest (sign 1) or lowest (sign -1) value around each node. */
static BrgStatus
spread (const BrgSolid *solid, float *field, int radius, float sign, double shift, BrgError *error)
{
  size_t n = (size_t) solid->n_u * (size_t) solid->n_v;
  float *half = brg_alloc (n, sizeof *half, error);

  if (half == NULL)
    return BRG_NO_MEMORY;
  for (int q = 0; q < solid->n_v; q++)
    extreme_line (field + q * solid->n_u, half + q * solid->n_u, solid->n_u, 1, radius, sign);
  for (int p = 0; p < solid->n_u; p++)
    extreme_line (half + p, field + p, solid->n_v, solid->n_u, radius, sign);
  for (size_t node = 0; node < n; node++)
    field[node] += (float) shift;
  brg_free (half);
  return BRG_OK;
}

/* Takes the columns of a sheet, made a little longer, and bevels from its outer table. */
static BrgStatus
take_sheet (BrgSolid *solid, const BrgGrid *grid, BrgSheet *sheet, BrgError *error)
{
  double voxel_mm = 0;

  for (int axis = 0; axis < 3; axis++)
    voxel_mm = fmax (voxel_mm, brg_grid_spacing_mm (grid, axis));
  int radius = (int) ceil (voxel_mm / sheet->step_mm);
  solid->step_mm = sheet->step_mm;
  solid->n_u = sheet->n_u;
  solid->n_v = sheet->n_v;
  solid->mid_u = sheet->mid_u;
  solid->mid_v = sheet->mid_v;
  solid->outer = brg_sheet_smooth_outer (sheet, SMOOTH_MM, error);
  solid->bottom = sheet->inner_mm;
  solid->top = sheet->outer_mm;
  sheet->inner_mm = sheet->outer_mm = NULL;
  if (solid->outer == NULL)
    return BRG_NO_MEMORY;
  BrgStatus status = spread (solid, solid->bottom, radius, -1, -voxel_mm - SHEET_SINK_MM, error);
  if (status == BRG_OK)
    status = spread (solid, solid->top, radius, 1, SHEET_RISE_MM, error);
  return status;
}

static BrgStatus
follow_bone (BrgSolid *solid, const BrgMask *skull, BrgError *error)
{
  double longest = fmax (solid->reach.u, solid->reach.v);
  double step_mm = fmax (MIN_STEP_MM, 2 * longest / SHEET_NODES);
  BrgSheet sheet;
  BrgStatus status = brg_sheet_follow (skull, &solid->frame, solid->reach.u + step_mm,
                                       solid->reach.v + step_mm, step_mm, &sheet, error);

  if (status != BRG_OK)
    return status;
  status = brg_sheet_limit (&sheet, error);
  if (status == BRG_OK)
    status = take_sheet (solid, &skull->grid, &sheet, error);
  brg_sheet_clear (&sheet);
  return status;
}

static void
span_depth (BrgSolid *solid, double depth_mm)
{
  solid->h_lo = -depth_mm;
  solid->h_hi = BRG_CUTTER_RISE_MM;
  solid->step_mm = CELL_STEP_MM;
  solid->mid_u = (int) ceil (solid->reach.u / CELL_STEP_MM) + 1;
  solid->mid_v = (int) ceil (solid->reach.v / CELL_STEP_MM) + 1;
  solid->n_u = 2 * solid->mid_u + 1;
  solid->n_v = 2 * solid->mid_v + 1;
}

BrgStatus
brg_solid_make (const BrgMask *skull,
                const BrgDefect *defect,
                const BrgFrame *frame,
                BrgSolid *solid,
                BrgError *error)
{
  double depth_mm = defect->depth_mm;
  BrgStatus status = BRG_OK;

  *solid = (BrgSolid){ .frame = *frame, .outline = brg_outline_make (defect) };
  if (defect->shape == BRG_SHAPE_SPHERE)
    {
      double mean = (defect->width_mm + defect->height_mm) / 2;
      solid->sphere = true;
      solid->half_h = (depth_mm > 0 ? depth_mm : mean) / 2;
      solid->h_hi = solid->half_h + BRG_OUTLINE_CLOSE_MM;
      solid->h_lo = -solid->h_hi;
      solid->reach = brg_outline_reach (&solid->outline, 0);
      return BRG_OK;
    }
  solid->tan_bevel = tan (defect->bevel_deg * BRG_PI / 180);
  solid->rise_mm = depth_mm > 0 ? BRG_CUTTER_RISE_MM : 2 * SHEET_RISE_MM;
  solid->reach = brg_outline_reach (&solid->outline, solid->rise_mm * solid->tan_bevel);
  if (depth_mm > 0)
    span_depth (solid, depth_mm);
  else
    status = follow_bone (solid, skull, error);
  if (status == BRG_OK)
    status = make_cells (solid, error);
  if (status == BRG_OK && solid->bottom != NULL)
    find_heights (solid);
  if (status != BRG_OK)
    brg_solid_clear (solid);
  return status;
}

static bool
same_columns (const BrgSolid *a, const BrgSolid *b)
{
  size_t bytes = (size_t) a->n_u * (size_t) a->n_v * sizeof *a->bottom;

  if (a->bottom == NULL || b->bottom == NULL)
    return a->bottom == b->bottom;
  return memcmp (a->bottom, b->bottom, bytes) == 0 && memcmp (a->top, b->top, bytes) == 0 &&
         memcmp (a->outer, b->outer, bytes) == 0;
}

bool
brg_solid_equal (const BrgSolid *a, const BrgSolid *b)
{
  return memcmp (&a->frame, &b->frame, sizeof a->frame) == 0 && a->n_u == b->n_u &&
         a->n_v == b->n_v && a->step_mm == b->step_mm && same_columns (a, b);
}

void
brg_solid_clear (BrgSolid *solid)
{
  brg_free (solid->bottom);
  brg_free (solid->top);
  brg_free (solid->outer);
  brg_free (solid->cells);
  *solid = (BrgSolid){ 0 };
}
