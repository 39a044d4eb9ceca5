#include "engine/brg-mesh-check.h"

#include <stdint.h>
#include <string.h>

#include "engine/brg-alloc.h"
#include "engine/brg-disjoint.h"
#include "engine/brg-job-part.h"
#include "engine/brg-mesh-fan.h"
#include "engine/brg-parallel.h"

#define MAX_TRIANGLES  (INT32_MAX / 3)
#define MIN_SLAB       32768 /* triangles */
#define MAX_SLABS      64
#define MIN_BUCKET     2048 /* vertices; a power of two */
#define MAX_BUCKETS    1024
#define MEASURE_SHARE  0.3 /* of the time */
#define SORT_SHARE     0.2
#define FIRST_SENTINEL 2 /* entries beyond the vertices of a bucket */
#define MAX_CHUNK      8 /* wedges */

/* Corner h = 3 * triangle + 0, 1 or 2. Corners are sorted into buckets of neighbouring vertices, in
 * the order of the corners, by slabs of triangles that each know where theirs go; then one bucket
 * after the other is looked at, vertex by vertex. */
typedef struct
{
  double six_volumes, two_areas;
  size_t n_degenerate;
} Measure;

/* The sums over the vertices of a bucket. */
typedef struct
{
  BrgFan fans;       /* n_fans is not used */
  size_t n_vertices; /* that a triangle uses */
  size_t n_nonmanifold;
  float lo[3], hi[3];
} Tally;

typedef struct
{
  const BrgMesh *mesh;
  size_t slab_size, n_slabs; /* of triangles */
  unsigned bucket_shift;
  size_t n_buckets;
  uint32_t *place;   /* [slab * n_buckets + bucket]: a count, then where the corners go */
  uint32_t *corners; /* by bucket */
  uint32_t *part;    /* sets of vertices that edges connect (brg-disjoint.h) */
  Measure *measures; /* by slab */
  Tally *tallies;    /* by bucket */
  uint8_t *faults;   /* per vertex; may be NULL */
  BrgPool *pool;
  BrgMeshRings *find_rings;
} Check;

static inline void
mark (const Check *check, uint32_t vertex)
{
  if (check->faults != NULL)
    __atomic_store_n (check->faults + vertex, 1, __ATOMIC_RELAXED);
}

static BrgVec3
vertex_at (const BrgMesh *mesh, uint32_t v)
{
  const float *p = mesh->xyz + 3 * (size_t) v;
  return brg_vec3 (p[0], p[1], p[2]);
}

/* Volume is summed about a vertex of the mesh to keep the digits. */
static void
measure_triangle (const Check *check, const uint32_t *corner, BrgVec3 origin, Measure *sum)
{
  const BrgMesh *mesh = check->mesh;
  BrgVec3 a = brg_vec3_sub (vertex_at (mesh, corner[0]), origin);
  BrgVec3 u = brg_vec3_sub (brg_vec3_sub (vertex_at (mesh, corner[1]), origin), a);
  BrgVec3 v = brg_vec3_sub (brg_vec3_sub (vertex_at (mesh, corner[2]), origin), a);
  BrgVec3 normal = brg_vec3_cross (u, v);
  double area = brg_vec3_length (normal);

  sum->six_volumes += brg_vec3_dot (a, normal);
  sum->two_areas += area;
  if (area > 0)
    return;
  sum->n_degenerate++;
  for (int c = 0; c < 3; c++)
    mark (check, corner[c]);
}

/* The triangles of a slab. */
static void
slab_range (const Check *check, int slab, size_t *begin, size_t *end)
{
  size_t n = check->mesh->n_triangles;

  *begin = (size_t) slab * check->slab_size;
  *end = n - *begin < check->slab_size ? n : *begin + check->slab_size;
}

/* Checks the indices, counts corners by bucket, measures. */
static BrgStatus
measure_slab (void *data, int slab, int first, int last, BrgError *error)
{
  const Check *check = data;
  const BrgMesh *mesh = check->mesh;
  uint32_t *count = check->place + (size_t) slab * check->n_buckets;
  Measure sum = { 0 };
  size_t begin, end;

  (void) first;
  (void) last;
  slab_range (check, slab, &begin, &end);
  for (size_t t = begin; t < end; t++)
    {
      const uint32_t *corner = mesh->triangles + 3 * t;
      for (int c = 0; c < 3; c++)
        {
          if (corner[c] >= mesh->n_vertices)
            return brg_error_set (error, BRG_INVALID, "triangle %zu names vertex %u of %zu", t,
                                  corner[c], mesh->n_vertices);
          count[corner[c] >> check->bucket_shift]++;
        }
      measure_triangle (check, corner, vertex_at (mesh, 0), &sum);
    }
  check->measures[slab] = sum;
  return BRG_OK;
}

/* Turns the counts into places: bucket by bucket, in each slab by slab. */
static void
place_buckets (const Check *check)
{
  uint32_t place = 0;

  for (size_t b = 0; b < check->n_buckets; b++)
    for (size_t s = 0; s < check->n_slabs; s++)
      {
        uint32_t *at = check->place + s * check->n_buckets + b, count = *at;
        *at = place;
        place += count;
      }
}

/* Afterwards `place` holds the ends, which for the last slab are those of the buckets. */
static BrgStatus
sort_slab (void *data, int slab, int first, int last, BrgError *error)
{
  const Check *check = data;
  uint32_t *place = check->place + (size_t) slab * check->n_buckets;
  const uint32_t *triangles = check->mesh->triangles;
  size_t begin, end;

  (void) first;
  (void) last;
  (void) error;
  slab_range (check, slab, &begin, &end);
  for (size_t h = 3 * begin; h < 3 * end; h++)
    check->corners[place[triangles[h] >> check->bucket_shift]++] = (uint32_t) h;
  return BRG_OK;
}

/* One bucket: its corners by vertex. */
typedef struct
{
  uint32_t first_vertex;
  size_t n_vertices;
  const uint32_t *corners;
  size_t n_corners;
  BrgWedge *wedges; /* by vertex */
  uint32_t *first;  /* where those of a vertex start */
  uint8_t *rings;   /* by vertex (brg-mesh-ring-kernel.h) */
} Bucket;

static Bucket
get_bucket (const Check *check, size_t b)
{
  const uint32_t *end = check->place + (check->n_slabs - 1) * check->n_buckets;
  size_t from = b == 0 ? 0 : end[b - 1], first = b << check->bucket_shift;
  size_t n = check->mesh->n_vertices - first, most = (size_t) 1 << check->bucket_shift;

  return (Bucket){ .first_vertex = (uint32_t) first,
                   .n_vertices = n < most ? n : most,
                   .corners = check->corners + from,
                   .n_corners = end[b] - from };
}

static inline BrgWedge
wedge_at (const BrgMesh *mesh, uint32_t h)
{
  static const uint8_t after[3] = { 1, 2, 0 }, before[3] = { 2, 0, 1 };
  uint32_t c = h % 3;
  const uint32_t *corner = mesh->triangles + (h - c);

  return (BrgWedge){ corner[after[c]], corner[before[c]] };
}

/* Counting sort. `first` is filled one place too high and ends up right. */
static void
sort_bucket (const Check *check, Bucket *bucket)
{
  const uint32_t *triangles = check->mesh->triangles;
  uint32_t *first = bucket->first;

  memset (first, 0, (bucket->n_vertices + FIRST_SENTINEL) * sizeof *first);
  for (size_t h = 0; h < bucket->n_corners; h++)
    first[triangles[bucket->corners[h]] - bucket->first_vertex + 2]++;
  for (size_t v = 2; v < bucket->n_vertices + FIRST_SENTINEL; v++)
    first[v] += first[v - 1];
  for (size_t h = 0; h < bucket->n_corners; h++)
    {
      uint32_t corner = bucket->corners[h];
      uint32_t at = first[triangles[corner] - bucket->first_vertex + 1]++;
      bucket->wedges[at] = wedge_at (check->mesh, corner);
    }
}

/* Each triangle is connected from its lowest vertex. Where no edge is faulty, every neighbour is
 * the next of a wedge. Higher neighbours are listed first, since no processor foresees which are.
 */
static void
connect (const Check *check, uint32_t vertex, const BrgWedge *wedges, size_t n, bool is_faulty)
{
  uint32_t root = vertex, higher[2 * MAX_CHUNK + 1];

  for (size_t from = 0; from < n; from += MAX_CHUNK)
    {
      size_t to = n - from < MAX_CHUNK ? n : from + MAX_CHUNK, n_higher = 0;
      for (size_t i = from; i < to; i++)
        {
          higher[n_higher] = wedges[i].next;
          n_higher += wedges[i].next > vertex;
        }
      for (size_t i = from; is_faulty && i < to; i++)
        {
          higher[n_higher] = wedges[i].prev;
          n_higher += wedges[i].prev > vertex;
        }
      for (size_t i = 0; i < n_higher; i++)
        root = brg_disjoint_unite_shared (check->part, root, higher[i]);
    }
}

static void
add_fan (const Check *check, uint32_t vertex, const BrgFan *fan, Tally *tally)
{
  const float *p = check->mesh->xyz + 3 * (size_t) vertex;

  tally->fans.n_edges += fan->n_edges;
  tally->fans.n_boundary += fan->n_boundary;
  tally->fans.n_nonmanifold += fan->n_nonmanifold;
  tally->fans.n_misoriented += fan->n_misoriented;
  tally->n_vertices += fan->n_fans > 0;
  tally->n_nonmanifold += fan->n_fans > 1;
  for (int a = 0; a < 3; a++)
    {
      tally->lo[a] = p[a] < tally->lo[a] ? p[a] : tally->lo[a];
      tally->hi[a] = p[a] > tally->hi[a] ? p[a] : tally->hi[a];
    }
  if (fan->is_faulty || fan->n_fans > 1)
    mark (check, vertex);
}

static BrgStatus
visit_bucket (const Check *check, const Bucket *bucket, Tally *tally, BrgError *error)
{
  for (size_t v = 0; v < bucket->n_vertices; v++)
    {
      uint32_t vertex = bucket->first_vertex + (uint32_t) v;
      const BrgWedge *wedges = bucket->wedges + bucket->first[v];
      size_t n = bucket->first[v + 1] - bucket->first[v];
      BrgFan fan = { .n_fans = 1, .n_edges = (size_t) bucket->rings[v] - 1 };
      if (bucket->rings[v] == 0 &&
          _brg_mesh_fan (vertex, wedges, n, &fan, check->pool, error) != BRG_OK)
        return BRG_NO_MEMORY;
      connect (check, vertex, wedges, n, fan.is_faulty);
      add_fan (check, vertex, &fan, tally);
    }
  return BRG_OK;
}

static BrgStatus
visit_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Check *check = data;
  Bucket bucket = get_bucket (check, (size_t) slab);
  Tally *tally = check->tallies + slab;

  (void) begin;
  (void) end;
  *tally =
    (Tally){ .lo = { INFINITY, INFINITY, INFINITY }, .hi = { -INFINITY, -INFINITY, -INFINITY } };
  bucket.wedges = brg_alloc_zero_in (check->pool, bucket.n_corners + BRG_MESH_RING_SLACK,
                                     sizeof *bucket.wedges, error);
  bucket.first = bucket.wedges == NULL
                   ? NULL
                   : brg_alloc_in (check->pool, bucket.n_vertices + FIRST_SENTINEL,
                                   sizeof *bucket.first + sizeof *bucket.rings, error);
  BrgStatus status = BRG_NO_MEMORY;
  if (bucket.first != NULL)
    {
      bucket.rings = (uint8_t *) (bucket.first + bucket.n_vertices + FIRST_SENTINEL);
      sort_bucket (check, &bucket);
      check->find_rings (bucket.first_vertex, bucket.n_vertices, bucket.first, bucket.wedges,
                         bucket.rings);
      status = visit_bucket (check, &bucket, tally, error);
    }
  brg_free (bucket.first);
  brg_free (bucket.wedges);
  return status;
}

static void
clear (Check *check)
{
  brg_free (check->place);
  brg_free (check->corners);
  brg_free (check->part);
  brg_free (check->measures);
  brg_free (check->tallies);
}

/* Sizes depend on the mesh alone, so that results do too. */
static BrgStatus
allocate (Check *check, BrgError *error)
{
  size_t n_triangles = check->mesh->n_triangles, n_vertices = check->mesh->n_vertices;
  size_t least = (n_triangles + MAX_SLABS - 1) / MAX_SLABS;

  check->slab_size = least > MIN_SLAB ? least : MIN_SLAB;
  check->n_slabs = n_triangles == 0 ? 1 : (n_triangles - 1) / check->slab_size + 1;
  check->bucket_shift = 0;
  while ((size_t) MIN_BUCKET >> check->bucket_shift > 1 ||
         n_vertices >> check->bucket_shift >= MAX_BUCKETS)
    check->bucket_shift++;
  check->n_buckets = (n_vertices >> check->bucket_shift) + 1;
  check->place =
    brg_alloc_zero_in (check->pool, check->n_slabs * check->n_buckets, sizeof *check->place, error);
  if (check->place != NULL)
    check->corners = brg_alloc_in (check->pool, n_triangles, 3 * sizeof *check->corners, error);
  if (check->corners != NULL)
    check->part = brg_alloc_in (check->pool, n_vertices, sizeof *check->part, error);
  if (check->part != NULL)
    check->measures = brg_alloc_in (check->pool, check->n_slabs, sizeof *check->measures, error);
  if (check->measures != NULL)
    check->tallies = brg_alloc_in (check->pool, check->n_buckets, sizeof *check->tallies, error);
  return check->tallies != NULL ? BRG_OK : BRG_NO_MEMORY;
}

static BrgStatus
visit (Check *check, BrgJob *job, BrgError *error)
{
  BrgJobPart parts = brg_job_parts (job);

  for (uint32_t v = 0; v < check->mesh->n_vertices; v++)
    check->part[v] = v;
  brg_job_part (&parts, 0, MEASURE_SHARE);
  BrgStatus status = brg_parallel_slabs ((int) check->n_slabs, 1, measure_slab, check, job, error);
  if (status == BRG_OK)
    {
      place_buckets (check);
      brg_job_part (&parts, MEASURE_SHARE, MEASURE_SHARE + SORT_SHARE);
      status = brg_parallel_slabs ((int) check->n_slabs, 1, sort_slab, check, job, error);
    }
  if (status == BRG_OK)
    {
      brg_job_part (&parts, MEASURE_SHARE + SORT_SHARE, 1);
      status = brg_parallel_slabs ((int) check->n_buckets, 1, visit_slab, check, job, error);
    }
  brg_job_parts_end (&parts);
  return status;
}

static void
add_measures (const Check *check, BrgMeshCheck *result)
{
  double six_volumes = 0, two_areas = 0;

  for (size_t s = 0; s < check->n_slabs; s++)
    {
      six_volumes += check->measures[s].six_volumes;
      two_areas += check->measures[s].two_areas;
      result->n_degenerate += check->measures[s].n_degenerate;
    }
  result->volume_mm3 = six_volumes / 6;
  result->area_mm2 = two_areas / 2;
}

static BrgVec3
outer (BrgVec3 a, const float b[3], double (*choose) (double, double))
{
  return brg_vec3 (choose (a.x, b[0]), choose (a.y, b[1]), choose (a.z, b[2]));
}

static void
add_tallies (const Check *check, BrgMeshCheck *result)
{
  size_t n_vertices = check->mesh->n_vertices, n_edges = 0, n_used = 0, n_roots = 0;

  result->lo = brg_vec3 (INFINITY, INFINITY, INFINITY);
  result->hi = brg_vec3 (-INFINITY, -INFINITY, -INFINITY);
  for (size_t b = 0; b < check->n_buckets; b++)
    {
      const Tally *tally = check->tallies + b;
      n_edges += tally->fans.n_edges;
      n_used += tally->n_vertices;
      result->n_boundary_edges += tally->fans.n_boundary;
      result->n_nonmanifold_edges += tally->fans.n_nonmanifold;
      result->n_misoriented_edges += tally->fans.n_misoriented;
      result->n_nonmanifold_vertices += tally->n_nonmanifold;
      result->lo = outer (result->lo, tally->lo, fmin);
      result->hi = outer (result->hi, tally->hi, fmax);
    }
  for (size_t v = 0; v < n_vertices; v++)
    n_roots += check->part[v] == v;
  result->n_unused_vertices = n_vertices - n_used;
  result->n_components = n_roots - result->n_unused_vertices;
  result->euler = (long) n_used - (long) n_edges + (long) check->mesh->n_triangles;
}

static BrgStatus
examine (const BrgMesh *mesh, uint8_t *faults, BrgMeshCheck *result, BrgJob *job, BrgError *error)
{
  Check check = { .mesh = mesh,
                  .faults = faults,
                  .pool = brg_job_pool (job),
                  .find_rings = BRG_ISA_PICK (job, _brg_mesh_rings) };

  if (mesh->n_triangles > MAX_TRIANGLES || mesh->n_vertices > UINT32_MAX)
    return brg_error_set (error, BRG_INVALID, "a mesh of %zu triangles is too large to check",
                          mesh->n_triangles);
  BrgStatus status = allocate (&check, error);
  if (status == BRG_OK)
    status = visit (&check, job, error);
  if (status == BRG_OK)
    {
      *result = (BrgMeshCheck){ 0 };
      add_measures (&check, result);
      add_tallies (&check, result);
    }
  clear (&check);
  return status;
}

BrgStatus
brg_mesh_check (const BrgMesh *mesh, BrgMeshCheck *check, BrgJob *job, BrgError *error)
{
  BrgMeshCheck result;
  BrgStatus status = examine (mesh, NULL, &result, job, error);

  if (status != BRG_OK)
    return status;
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
