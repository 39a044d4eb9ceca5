#include "engine/brg-cutter.h"

#include <stdlib.h>

#include "engine/brg-outline.h"

#define N_ANGLES      96
#define MAX_ANGLES    (N_ANGLES + 4 + BRG_OUTLINE_MAX_CORNERS)
#define MIN_ANGLE     1e-6
#define N_MARCH       64
#define N_BISECTIONS  24
#define THROUGH_MM    15.0 /* shown below and above the origin at depth 0 */
#define THROUGH_UP_MM 5.0
#define N_PARALLELS   15
#define N_MERIDIANS   32

static int
compare_angles (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* Angles to sample the outline at: evenly, and at its corners. */
static int
choose_angles (const BrgOutline *outline, double angles[MAX_ANGLES])
{
  int n = 0;

  for (int a = 0; a < N_ANGLES; a++)
    angles[n++] = 2 * BRG_PI * a / N_ANGLES - BRG_PI;
  for (int c = 0; c < outline->n_corners; c++)
    angles[n++] = atan2 (outline->corner[c].v, outline->corner[c].u);
  for (int c = 0; outline->shape == BRG_SHAPE_BOX && c < 4; c++)
    angles[n++] = atan2 (c & 1 ? outline->half_v : -outline->half_v,
                         c & 2 ? outline->half_u : -outline->half_u);
  qsort (angles, (size_t) n, sizeof *angles, compare_angles);
  int n_distinct = 1;
  for (int a = 1; a < n; a++)
    if (angles[a] - angles[n_distinct - 1] > MIN_ANGLE)
      angles[n_distinct++] = angles[a];
  if (angles[0] + 2 * BRG_PI - angles[n_distinct - 1] < MIN_ANGLE)
    n_distinct--;
  return n_distinct;
}

static bool
is_member (const BrgOutline *outline, double angle, double radius, double offset_mm)
{
  BrgPoint2 at = { radius * cos (angle), radius * sin (angle) };

  return brg_outline_test (outline, at, offset_mm) != 0;
}

/* The outermost radius at an angle that still belongs to the footprint; 0 if nothing does. */
static double
outline_radius (const BrgOutline *outline, double angle, double offset_mm)
{
  BrgPoint2 reach = brg_outline_reach (outline, offset_mm);
  double step = hypot (reach.u, reach.v) / N_MARCH;
  int last = N_MARCH;

  while (last > 0 && !is_member (outline, angle, last * step, offset_mm))
    last--;
  double inside = last * step, outside = (last + 1) * step;
  for (int b = 0; b < N_BISECTIONS; b++)
    {
      double middle = (inside + outside) / 2;
      if (is_member (outline, angle, middle, offset_mm))
        inside = middle;
      else
        outside = middle;
    }
  return inside;
}

static void
set_vertex (BrgMesh *mesh, size_t v, const BrgFrame *frame, double a, double b, double h)
{
  BrgVec3 across = brg_vec3_add (brg_vec3_scale (frame->u, a), brg_vec3_scale (frame->v, b));
  BrgVec3 at =
    brg_vec3_add (frame->origin, brg_vec3_add (across, brg_vec3_scale (frame->normal, h)));

  mesh->xyz[3 * v] = (float) at.x;
  mesh->xyz[3 * v + 1] = (float) at.y;
  mesh->xyz[3 * v + 2] = (float) at.z;
}

static void
add_triangle (BrgMesh *mesh, size_t *n, size_t a, size_t b, size_t c)
{
  uint32_t *corner = mesh->triangles + 3 * (*n)++;

  corner[0] = (uint32_t) a;
  corner[1] = (uint32_t) b;
  corner[2] = (uint32_t) c;
}

/* Joins rings of `n_ring` vertices from the bottom up, counter-clockwise seen from above; the
 * first vertex of the mesh is the bottom pole, the last the top pole. */
static void
join_rings (BrgMesh *mesh, size_t n_rings, size_t n_ring)
{
  size_t n = 0, top = mesh->n_vertices - 1, last = 1 + (n_rings - 1) * n_ring;

  for (size_t x = 0; x < n_ring; x++)
    {
      size_t y = (x + 1) % n_ring;
      add_triangle (mesh, &n, 0, 1 + y, 1 + x);
      for (size_t ring = 1; ring <= (n_rings - 1) * n_ring; ring += n_ring)
        {
          add_triangle (mesh, &n, ring + x, ring + y, ring + n_ring + y);
          add_triangle (mesh, &n, ring + x, ring + n_ring + y, ring + n_ring + x);
        }
      add_triangle (mesh, &n, top, last + x, last + y);
    }
}

static BrgMesh *
rings_new (size_t n_rings, size_t n_ring, BrgError *error)
{
  return brg_mesh_new (2 + n_rings * n_ring, 2 * n_rings * n_ring, error);
}

static BrgMesh *
prism (const BrgDefect *defect, const BrgFrame *frame, BrgError *error)
{
  BrgOutline outline = brg_outline_make (defect);
  double angles[MAX_ANGLES];
  int n = choose_angles (&outline, angles);
  bool through = !(defect->depth_mm > 0);
  const double h[2] = { through ? -THROUGH_MM : -defect->depth_mm,
                        through ? THROUGH_UP_MM : BRG_CUTTER_RISE_MM };
  BrgMesh *mesh = rings_new (2, (size_t) n, error);

  if (mesh == NULL)
    return NULL;
  for (int ring = 0; ring < 2; ring++)
    for (int a = 0; a < n; a++)
      {
        double offset = h[ring] * tan (defect->bevel_deg * BRG_PI / 180);
        double radius = outline_radius (&outline, angles[a], offset);
        set_vertex (mesh, (size_t) (1 + ring * n + a), frame, radius * cos (angles[a]),
                    radius * sin (angles[a]), h[ring]);
      }
  set_vertex (mesh, 0, frame, 0, 0, h[0]);
  set_vertex (mesh, mesh->n_vertices - 1, frame, 0, 0, h[1]);
  join_rings (mesh, 2, (size_t) n);
  return mesh;
}

static BrgMesh *
ellipsoid (const BrgDefect *defect, const BrgFrame *frame, BrgError *error)
{
  BrgMesh *mesh = rings_new (N_PARALLELS, N_MERIDIANS, error);
  double half_h = defect->depth_mm / 2;

  if (mesh == NULL)
    return NULL;
  if (!(half_h > 0))
    half_h = (defect->width_mm + defect->height_mm) / 4;
  for (int ring = 0; ring < N_PARALLELS; ring++)
    for (int m = 0; m < N_MERIDIANS; m++)
      {
        double latitude = BRG_PI * (ring + 1) / (N_PARALLELS + 1) - BRG_PI / 2;
        double longitude = 2 * BRG_PI * m / N_MERIDIANS;
        set_vertex (mesh, (size_t) (1 + ring * N_MERIDIANS + m), frame,
                    defect->width_mm / 2 * cos (latitude) * cos (longitude),
                    defect->height_mm / 2 * cos (latitude) * sin (longitude),
                    half_h * sin (latitude));
      }
  set_vertex (mesh, 0, frame, 0, 0, -half_h);
  set_vertex (mesh, mesh->n_vertices - 1, frame, 0, 0, half_h);
  join_rings (mesh, N_PARALLELS, N_MERIDIANS);
  return mesh;
}

BrgMesh *
brg_cutter_outline (const BrgDefect *defect, const BrgFrame *frame, BrgError *error)
{
  if (defect->scidata.kind != BRG_SCIDATA_NONE)
    {
      brg_error_set (error, BRG_UNSUPPORTED, "a published mask has no outline");
      return NULL;
    }
  return defect->shape == BRG_SHAPE_SPHERE ? ellipsoid (defect, frame, error)
                                           : prism (defect, frame, error);
}
