#include "engine/brg-preview-private.h"

#include "engine/brg-alloc.h"

#define HALF_FIELD_SINE 0.1908 /* of half the angle the whole is seen under, 11 degrees */
#define FILL            0.90f  /* share of the picture that the whole may take */
#define MIN_EXTENT      1e-6f

typedef struct
{
  BrgVec3 right, up, back; /* back points from the scene to the viewer */
  BrgVec3 eye;
} Viewer;

BrgStatus
_brg_preview_poll (BrgJob *job, BrgError *error)
{
  return brg_job_is_cancelled (job) ? brg_error_set (error, BRG_CANCELLED, "cancelled") : BRG_OK;
}

static BrgVec3
vertex_at (const BrgMesh *mesh, size_t v)
{
  return brg_vec3 (mesh->xyz[3 * v], mesh->xyz[3 * v + 1], mesh->xyz[3 * v + 2]);
}

static BrgStatus
check_items (const BrgPreviewItem *items, size_t n_items, BrgError *error)
{
  size_t n_triangles = 0, n_vertices = 0;

  for (size_t i = 0; i < n_items; i++)
    {
      const BrgMesh *mesh = items[i].mesh;
      if (!(items[i].opacity > 0 && items[i].opacity <= 1))
        return brg_error_set (error, BRG_INVALID, "opacity must be above 0 and at most 1, got %g",
                              items[i].opacity);
      for (size_t h = 0; h < 3 * mesh->n_triangles; h++)
        if (mesh->triangles[h] >= mesh->n_vertices)
          return brg_error_set (error, BRG_INVALID, "triangle %zu names vertex %u of %zu", h / 3,
                                mesh->triangles[h], mesh->n_vertices);
      n_triangles += mesh->n_triangles;
      n_vertices += mesh->n_vertices;
    }
  if (n_triangles == 0)
    return brg_error_set (error, BRG_EMPTY, "there is no surface to draw");
  if (n_triangles > UINT32_MAX || n_vertices > UINT32_MAX)
    return brg_error_set (error, BRG_INVALID, "%zu triangles are too many to draw", n_triangles);
  return BRG_OK;
}

/* Middle of the common box of all items. */
static BrgVec3
centre_of (const BrgPreviewItem *items, size_t n_items)
{
  BrgVec3 lo = brg_vec3 (INFINITY, INFINITY, INFINITY), hi = brg_vec3_scale (lo, -1);

  for (size_t i = 0; i < n_items; i++)
    {
      BrgVec3 a, b;
      if (!brg_mesh_bounds (items[i].mesh, &a, &b))
        continue;
      lo = brg_vec3 (fmin (lo.x, a.x), fmin (lo.y, a.y), fmin (lo.z, a.z));
      hi = brg_vec3 (fmax (hi.x, b.x), fmax (hi.y, b.y), fmax (hi.z, b.z));
    }
  return brg_vec3_scale (brg_vec3_add (lo, hi), 0.5);
}

static double
radius_about (const BrgPreviewItem *items, size_t n_items, BrgVec3 centre)
{
  double radius = 1e-3;

  for (size_t i = 0; i < n_items; i++)
    for (size_t v = 0; v < items[i].mesh->n_vertices; v++)
      radius = fmax (radius, brg_vec3_length (brg_vec3_sub (vertex_at (items[i].mesh, v), centre)));
  return radius;
}

static Viewer
place_viewer (BrgViewDirection view, BrgVec3 centre, double radius_mm)
{
  Viewer viewer;

  brg_view_axes (view, &viewer.right, &viewer.up, &viewer.back);
  viewer.eye = brg_vec3_add (centre, brg_vec3_scale (viewer.back, radius_mm / HALF_FIELD_SINE));
  return viewer;
}

/* x and y are slopes until frame() makes them samples. */
static void
project (const Viewer *viewer, BrgVec3 p, const float normal[3], BrgPreviewVertex *out)
{
  BrgVec3 d = brg_vec3_sub (p, viewer->eye), n = brg_vec3 (normal[0], normal[1], normal[2]);
  double inverse_z = -1 / brg_vec3_dot (d, viewer->back);

  out->x = (float) (brg_vec3_dot (d, viewer->right) * inverse_z);
  out->y = (float) (brg_vec3_dot (d, viewer->up) * -inverse_z);
  out->inverse_z = (float) inverse_z;
  out->normal[0] = (float) brg_vec3_dot (n, viewer->right);
  out->normal[1] = (float) brg_vec3_dot (n, viewer->up);
  out->normal[2] = (float) brg_vec3_dot (n, viewer->back);
}

/* Scales and shifts everything seen into the middle of the picture. */
static void
frame (BrgPreviewScene *scene)
{
  float lo[2] = { INFINITY, INFINITY }, hi[2] = { -INFINITY, -INFINITY };

  for (size_t v = 0; v < scene->n_vertices; v++)
    {
      const float at[2] = { scene->vertices[v].x, scene->vertices[v].y };
      for (int a = 0; a < 2; a++)
        {
          lo[a] = at[a] < lo[a] ? at[a] : lo[a];
          hi[a] = at[a] > hi[a] ? at[a] : hi[a];
        }
    }
  float wide = FILL * (float) scene->width / fmaxf (hi[0] - lo[0], MIN_EXTENT);
  float high = FILL * (float) scene->height / fmaxf (hi[1] - lo[1], MIN_EXTENT);
  scene->focal = wide < high ? wide : high;
  scene->middle[0] = ((float) scene->width - scene->focal * (lo[0] + hi[0])) / 2;
  scene->middle[1] = ((float) scene->height - scene->focal * (lo[1] + hi[1])) / 2;
  for (size_t v = 0; v < scene->n_vertices; v++)
    {
      scene->vertices[v].x = scene->middle[0] + scene->focal * scene->vertices[v].x;
      scene->vertices[v].y = scene->middle[1] + scene->focal * scene->vertices[v].y;
    }
}

static BrgStatus
add_item (BrgPreviewScene *scene,
          const Viewer *viewer,
          const BrgMesh *mesh,
          BrgJob *job,
          BrgError *error)
{
  BrgStatus status = _brg_preview_poll (job, error);
  float *normals = status == BRG_OK ? brg_mesh_normals (mesh, error) : NULL;

  if (normals == NULL)
    return status == BRG_OK ? BRG_NO_MEMORY : status;
  for (size_t h = 0; scene->own_triangles != NULL && h < 3 * mesh->n_triangles; h++)
    scene->own_triangles[3 * scene->n_triangles + h] =
      mesh->triangles[h] + (uint32_t) scene->n_vertices;
  for (size_t v = 0; v < mesh->n_vertices; v++)
    project (viewer, vertex_at (mesh, v), normals + 3 * v, scene->vertices + scene->n_vertices + v);
  scene->n_triangles += mesh->n_triangles;
  scene->n_vertices += mesh->n_vertices;
  brg_free (normals);
  return _brg_preview_poll (job, error);
}

static BrgStatus
allocate (BrgPreviewScene *scene, BrgError *error)
{
  size_t n_vertices = 0, n_triangles = 0;

  for (size_t i = 0; i < scene->n_items; i++)
    {
      n_vertices += scene->items[i].mesh->n_vertices;
      n_triangles += scene->items[i].mesh->n_triangles;
    }
  scene->first_triangle = brg_alloc (scene->n_items + 1, sizeof *scene->first_triangle, error);
  scene->one_sided = brg_alloc (scene->n_items, sizeof *scene->one_sided, error);
  scene->vertices = brg_alloc (n_vertices, sizeof *scene->vertices, error);
  scene->triangles = scene->items[0].mesh->triangles;
  if (scene->n_items > 1)
    scene->triangles = scene->own_triangles =
      brg_alloc (n_triangles, 3 * sizeof *scene->triangles, error);
  return scene->first_triangle && scene->one_sided && scene->vertices && scene->triangles
           ? BRG_OK
           : BRG_NO_MEMORY;
}

BrgStatus
_brg_preview_scene_init (BrgPreviewScene *scene,
                         const BrgPreviewItem *items,
                         size_t n_items,
                         BrgViewDirection view,
                         int width,
                         int height,
                         BrgJob *job,
                         BrgError *error)
{
  *scene = (BrgPreviewScene){ .items = items,
                              .n_items = n_items,
                              .width = width * BRG_PREVIEW_SAMPLES,
                              .height = height * BRG_PREVIEW_SAMPLES };
  BrgStatus status = check_items (items, n_items, error);

  if (status == BRG_OK)
    status = allocate (scene, error);
  if (status != BRG_OK)
    return status;
  BrgVec3 centre = centre_of (items, n_items);
  scene->radius_mm = (float) radius_about (items, n_items, centre);
  scene->distance_mm = (float) ((double) scene->radius_mm / HALF_FIELD_SINE);
  Viewer viewer = place_viewer (view, centre, (double) scene->radius_mm);
  for (size_t i = 0; status == BRG_OK && i < n_items; i++)
    {
      scene->first_triangle[i] = scene->n_triangles;
      scene->one_sided[i] = items[i].opacity < 1 || _brg_preview_is_closed (items[i].mesh, job);
      status = add_item (scene, &viewer, items[i].mesh, job, error);
    }
  scene->first_triangle[n_items] = scene->n_triangles;
  if (status == BRG_OK)
    frame (scene);
  return status;
}

void
_brg_preview_scene_clear (BrgPreviewScene *scene)
{
  brg_free (scene->first_triangle);
  brg_free (scene->one_sided);
  brg_free (scene->vertices);
  brg_free (scene->own_triangles);
}

const BrgPreviewItem *
_brg_preview_item_of (const BrgPreviewScene *scene, uint32_t triangle)
{
  size_t i = 0;

  while (triangle >= scene->first_triangle[i + 1])
    i++;
  return scene->items + i;
}
