#include "engine/brg-mesh-check.h"

#include <stdint.h>
#include <string.h>

#include "engine/brg-alloc.h"
#include "engine/brg-disjoint.h"

#define VERTICES_PER_STEP 65536

/* Half-edge h = 3 * triangle + corner runs from its corner to the next one of its triangle. */
typedef struct
{
  const BrgMesh *mesh;
  uint32_t *first;  /* per vertex: where the half-edges whose lower end it is start in `sorted` */
  uint32_t *sorted; /* half-edges by lower end */
  uint32_t *fan;    /* union-find over corners: corners of one vertex joined across shared edges */
  uint32_t *part;   /* union-find over vertices */
  uint8_t *faults;  /* per vertex; may be NULL */
} Edges;

static inline uint32_t
next_corner (uint32_t h)
{
  return h % 3 == 2 ? h - 2 : h + 1;
}

static inline uint32_t
start_of (const Edges *edges, uint32_t h)
{
  return edges->mesh->triangles[h];
}

static inline uint32_t
end_of (const Edges *edges, uint32_t h)
{
  return edges->mesh->triangles[next_corner (h)];
}

static inline uint32_t
low_end (const Edges *edges, uint32_t h)
{
  uint32_t a = start_of (edges, h), b = end_of (edges, h);
  return a < b ? a : b;
}

static inline uint32_t
high_end (const Edges *edges, uint32_t h)
{
  uint32_t a = start_of (edges, h), b = end_of (edges, h);
  return a < b ? b : a;
}

static inline void
mark (Edges *edges, uint32_t vertex)
{
  if (edges->faults != NULL)
    edges->faults[vertex] = 1;
}

static BrgStatus
check_indices (const BrgMesh *mesh, BrgError *error)
{
  if (mesh->n_triangles > UINT32_MAX / 3 || mesh->n_vertices > UINT32_MAX)
    return brg_error_set (error, BRG_INVALID, "a mesh of %zu triangles is too large to check",
                          mesh->n_triangles);
  for (size_t h = 0; h < 3 * mesh->n_triangles; h++)
    if (mesh->triangles[h] >= mesh->n_vertices)
      return brg_error_set (error, BRG_INVALID, "triangle %zu names vertex %u of %zu", h / 3,
                            mesh->triangles[h], mesh->n_vertices);
  return BRG_OK;
}

static void
clear_edges (Edges *edges)
{
  brg_free (edges->first);
  brg_free (edges->sorted);
  brg_free (edges->fan);
  brg_free (edges->part);
}

static BrgStatus
allocate_edges (Edges *edges, BrgError *error)
{
  size_t n_halves = 3 * edges->mesh->n_triangles, n_vertices = edges->mesh->n_vertices;

  edges->first = brg_alloc_zero (n_vertices + 2, sizeof *edges->first, error);
  edges->sorted = edges->first ? brg_alloc (n_halves, sizeof *edges->sorted, error) : NULL;
  edges->fan = edges->sorted ? brg_alloc (n_halves, sizeof *edges->fan, error) : NULL;
  edges->part = edges->fan ? brg_alloc (n_vertices, sizeof *edges->part, error) : NULL;
  if (edges->part == NULL)
    return BRG_NO_MEMORY;
  for (uint32_t h = 0; h < n_halves; h++)
    edges->fan[h] = h;
  for (uint32_t v = 0; v < n_vertices; v++)
    edges->part[v] = v;
  return BRG_OK;
}

/* Counting sort by lower end. `first` is filled one place too high and ends up right. */
static void
sort_edges (Edges *edges)
{
  uint32_t n_halves = (uint32_t) (3 * edges->mesh->n_triangles);

  for (uint32_t h = 0; h < n_halves; h++)
    edges->first[low_end (edges, h) + 2]++;
  for (size_t v = 2; v < edges->mesh->n_vertices + 2; v++)
    edges->first[v] += edges->first[v - 1];
  for (uint32_t h = 0; h < n_halves; h++)
    edges->sorted[edges->first[low_end (edges, h) + 1]++] = h;
}

/* Sorts the few half-edges of one vertex by their upper end; stable. */
static void
sort_few (const Edges *edges, uint32_t *half, size_t n)
{
  for (size_t i = 1; i < n; i++)
    {
      uint32_t h = half[i], key = high_end (edges, h);
      size_t at = i;
      for (; at > 0 && high_end (edges, half[at - 1]) > key; at--)
        half[at] = half[at - 1];
      half[at] = h;
    }
}

/* The corner of h's triangle at vertex v, an end of h. */
static inline uint32_t
corner_at (const Edges *edges, uint32_t h, uint32_t v)
{
  return start_of (edges, h) == v ? h : next_corner (h);
}

/* One edge: `n` half-edges with the same two ends. */
static void
visit_edge (Edges *edges, const uint32_t *half, size_t n, BrgMeshCheck *check)
{
  uint32_t low = low_end (edges, half[0]), high = high_end (edges, half[0]);
  size_t n_forward = 0;

  check->euler--;
  brg_disjoint_unite (edges->part, low, high);
  for (size_t i = 0; i < n; i++)
    {
      n_forward += start_of (edges, half[i]) == low;
      brg_disjoint_unite (edges->fan, corner_at (edges, half[0], low),
                          corner_at (edges, half[i], low));
      brg_disjoint_unite (edges->fan, corner_at (edges, half[0], high),
                          corner_at (edges, half[i], high));
    }
  check->n_boundary_edges += n == 1;
  check->n_nonmanifold_edges += n > 2;
  check->n_misoriented_edges += n > 1 && 2 * n_forward != n;
  if (n != 2 || n_forward != 1)
    {
      mark (edges, low);
      mark (edges, high);
    }
}

static void
visit_edges_of (Edges *edges, size_t vertex, BrgMeshCheck *check)
{
  uint32_t *half = edges->sorted + edges->first[vertex];
  size_t n = edges->first[vertex + 1] - edges->first[vertex];

  sort_few (edges, half, n);
  for (size_t from = 0, to; from < n; from = to)
    {
      for (to = from + 1; to < n && high_end (edges, half[to]) == high_end (edges, half[from]);)
        to++;
      visit_edge (edges, half + from, to - from, check);
    }
}

static BrgStatus
visit_edges (Edges *edges, BrgMeshCheck *check, BrgJob *job, BrgError *error)
{
  size_t n = edges->mesh->n_vertices;

  for (size_t v = 0; v < n; v++)
    {
      if (v % VERTICES_PER_STEP == 0 && !brg_job_tick (job, (double) v / (double) n))
        return brg_error_set (error, BRG_CANCELLED, "cancelled");
      visit_edges_of (edges, v, check);
    }
  return BRG_OK;
}

/* Counts the fans of each vertex and the components; `first` is free to serve as counter. */
static void
count_fans (Edges *edges, BrgMeshCheck *check)
{
  size_t n_vertices = edges->mesh->n_vertices;
  uint32_t *n_fans = edges->first;

  memset (n_fans, 0, n_vertices * sizeof *n_fans);
  for (uint32_t h = 0; h < 3 * edges->mesh->n_triangles; h++)
    if (edges->fan[h] == h)
      n_fans[edges->mesh->triangles[h]]++;
  for (size_t v = 0; v < n_vertices; v++)
    {
      check->euler += n_fans[v] > 0;
      check->n_unused_vertices += n_fans[v] == 0;
      check->n_nonmanifold_vertices += n_fans[v] > 1;
      if (n_fans[v] > 1)
        mark (edges, (uint32_t) v);
      check->n_components += n_fans[v] > 0 && edges->part[v] == v;
    }
}

static BrgVec3
vertex_at (const BrgMesh *mesh, uint32_t v)
{
  const float *p = mesh->xyz + 3 * (size_t) v;
  return brg_vec3 (p[0], p[1], p[2]);
}

/* Volume is summed about a vertex of the mesh to keep the digits. */
static void
measure (Edges *edges, BrgMeshCheck *check)
{
  const BrgMesh *mesh = edges->mesh;
  BrgVec3 origin = mesh->n_vertices > 0 ? vertex_at (mesh, 0) : brg_vec3 (0, 0, 0);
  double six_volumes = 0, two_areas = 0;

  for (size_t t = 0; t < mesh->n_triangles; t++)
    {
      const uint32_t *corner = mesh->triangles + 3 * t;
      BrgVec3 a = brg_vec3_sub (vertex_at (mesh, corner[0]), origin);
      BrgVec3 u = brg_vec3_sub (brg_vec3_sub (vertex_at (mesh, corner[1]), origin), a);
      BrgVec3 v = brg_vec3_sub (brg_vec3_sub (vertex_at (mesh, corner[2]), origin), a);
      BrgVec3 normal = brg_vec3_cross (u, v);
      double area = brg_vec3_length (normal);

      six_volumes += brg_vec3_dot (a, normal);
      two_areas += area;
      if (area > 0)
        continue;
      check->n_degenerate++;
      for (int c = 0; c < 3; c++)
        mark (edges, corner[c]);
    }
  check->volume_mm3 = six_volumes / 6;
  check->area_mm2 = two_areas / 2;
}

static BrgStatus
run (Edges *edges, BrgMeshCheck *check, BrgJob *job, BrgError *error)
{
  BrgStatus status = allocate_edges (edges, error);

  if (status != BRG_OK)
    return status;
  sort_edges (edges);
  status = visit_edges (edges, check, job, error);
  if (status != BRG_OK)
    return status;
  count_fans (edges, check);
  measure (edges, check);
  return BRG_OK;
}

static BrgStatus
examine (const BrgMesh *mesh, uint8_t *faults, BrgMeshCheck *result, BrgJob *job, BrgError *error)
{
  Edges edges = { .mesh = mesh, .faults = faults };
  BrgStatus status = check_indices (mesh, error);

  *result = (BrgMeshCheck){ .euler = (long) mesh->n_triangles };
  if (status == BRG_OK)
    status = run (&edges, result, job, error);
  clear_edges (&edges);
  return status;
}

BrgStatus
brg_mesh_check (const BrgMesh *mesh, BrgMeshCheck *check, BrgJob *job, BrgError *error)
{
  BrgMeshCheck result;
  BrgStatus status = examine (mesh, NULL, &result, job, error);

  if (status != BRG_OK)
    return status;
  brg_mesh_bounds (mesh, &result.lo, &result.hi);
  result.closed = result.n_boundary_edges == 0;
  result.manifold = result.n_nonmanifold_edges == 0 && result.n_nonmanifold_vertices == 0;
  result.oriented = result.n_misoriented_edges == 0;
  *check = result;
  return BRG_OK;
}

BrgStatus
brg_mesh_find_faults (const BrgMesh *mesh,
                      uint8_t *faults,
                      size_t *n_faults,
                      BrgJob *job,
                      BrgError *error)
{
  BrgMeshCheck check;

  memset (faults, 0, mesh->n_vertices);
  BrgStatus status = examine (mesh, faults, &check, job, error);
  *n_faults = 0;
  for (size_t v = 0; v < mesh->n_vertices; v++)
    *n_faults += faults[v];
  return status;
}
