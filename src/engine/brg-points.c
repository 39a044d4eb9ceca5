#include "engine/brg-points.h"

#include "engine/brg-alloc.h"
#include "engine/brg-job-part.h"
#include "engine/brg-parallel.h"
#include "engine/brg-random.h"

#define SLAB_TRIANGLES 16384
#define SLAB_POINTS    4096
#define AREAS_SHARE    0.4 /* of the time */

typedef struct
{
  const BrgMesh *mesh;
  double *until; /* per triangle: the area up to its end; within its slab at first */
  double total;
  uint64_t seed;
  BrgPoints points;
} Sampling;

static BrgVec3
corner_of (const BrgMesh *mesh, size_t triangle, size_t corner)
{
  const float *v = mesh->xyz + 3 * (size_t) mesh->triangles[3 * triangle + corner];

  return brg_vec3 ((double) v[0], (double) v[1], (double) v[2]);
}

/* Twice the area times the unit normal. */
static BrgVec3
normal_of (const BrgMesh *mesh, size_t triangle)
{
  BrgVec3 a = corner_of (mesh, triangle, 0);

  return brg_vec3_cross (brg_vec3_sub (corner_of (mesh, triangle, 1), a),
                         brg_vec3_sub (corner_of (mesh, triangle, 2), a));
}

static BrgStatus
measure_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Sampling *s = data;
  size_t last = (size_t) end * SLAB_TRIANGLES;
  double area = 0;
  (void) slab;

  if (last > s->mesh->n_triangles)
    last = s->mesh->n_triangles;
  for (size_t t = (size_t) begin * SLAB_TRIANGLES; t < last; t++)
    {
      for (size_t c = 0; c < 3; c++)
        if (s->mesh->triangles[3 * t + c] >= s->mesh->n_vertices)
          return brg_error_set (error, BRG_INVALID, "triangle %zu names vertex %u of %zu", t,
                                s->mesh->triangles[3 * t + c], s->mesh->n_vertices);
      area += brg_vec3_length (normal_of (s->mesh, t)) / 2;
      s->until[t] = area;
    }
  return BRG_OK;
}

/* From sums within slabs to sums from the first triangle on. */
static BrgStatus
join_slabs (Sampling *s, BrgError *error)
{
  double before = 0;

  for (size_t t = 0; t < s->mesh->n_triangles; t++)
    {
      if (t % SLAB_TRIANGLES == 0)
        before = t > 0 ? s->until[t - 1] : 0;
      s->until[t] += before;
    }
  s->total = s->mesh->n_triangles > 0 ? s->until[s->mesh->n_triangles - 1] : 0;
  if (!isfinite (s->total))
    return brg_error_set (error, BRG_INVALID, "the area of the mesh is %g mm2", s->total);
  if (!(s->total > 0))
    return brg_error_set (error, BRG_EMPTY, "the mesh has no area to lay points on");
  return BRG_OK;
}

/* First triangle at or after `from` that ends beyond `area`. There is one. */
static size_t
find_triangle (const Sampling *s, size_t from, double area)
{
  size_t step = 1, low = from, high = s->mesh->n_triangles - 1;

  while (low + step < high && s->until[low + step] <= area)
    {
      low += step;
      step *= 2;
    }
  if (low + step < high)
    high = low + step;
  while (low < high)
    {
      size_t middle = low + (high - low) / 2;
      if (s->until[middle] > area)
        high = middle;
      else
        low = middle + 1;
    }
  return low;
}

static void
put (float out[3], BrgVec3 v)
{
  out[0] = (float) v.x;
  out[1] = (float) v.y;
  out[2] = (float) v.z;
}

static void
lay_point (const Sampling *s, size_t p, size_t triangle, BrgRandom *random)
{
  double root = sqrt (brg_random_real (random, 0, 1)), along = brg_random_real (random, 0, 1);
  BrgVec3 at = brg_vec3_scale (corner_of (s->mesh, triangle, 0), 1 - root);

  at = brg_vec3_add (at, brg_vec3_scale (corner_of (s->mesh, triangle, 1), root * (1 - along)));
  at = brg_vec3_add (at, brg_vec3_scale (corner_of (s->mesh, triangle, 2), root * along));
  put (s->points.xyz + 3 * p, at);
  put (s->points.normals + 3 * p, brg_vec3_normalize (normal_of (s->mesh, triangle)));
}

static BrgStatus
lay_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Sampling *s = data;
  double below_total = nextafter (s->total, 0);
  size_t triangle = 0;
  (void) slab;
  (void) error;

  for (int p = begin; p < end; p++)
    {
      BrgRandom random = brg_random_new (s->seed, (uint64_t) p);
      double area = (p + brg_random_real (&random, 0, 1)) / (double) s->points.n * s->total;
      triangle = find_triangle (s, triangle, fmin (area, below_total));
      lay_point (s, (size_t) p, triangle, &random);
    }
  return BRG_OK;
}

static BrgStatus
allocate (Sampling *s, BrgPool *pool, BrgError *error)
{
  s->until = brg_alloc_in (pool, s->mesh->n_triangles, sizeof *s->until, error);
  if (s->until != NULL)
    s->points.xyz = brg_alloc_in (pool, s->points.n, 3 * sizeof *s->points.xyz, error);
  if (s->points.xyz != NULL)
    s->points.normals = brg_alloc_in (pool, s->points.n, 3 * sizeof *s->points.normals, error);
  return s->points.normals != NULL ? BRG_OK : BRG_NO_MEMORY;
}

static BrgStatus
run (Sampling *s, BrgJob *job, BrgError *error)
{
  int n_slabs = (int) ((s->mesh->n_triangles + SLAB_TRIANGLES - 1) / SLAB_TRIANGLES);
  BrgJobPart parts = brg_job_parts (job);
  BrgStatus status = allocate (s, brg_job_pool (job), error);

  brg_job_part (&parts, 0.0, AREAS_SHARE);
  if (status == BRG_OK)
    status = brg_parallel_slabs (n_slabs, 1, measure_slab, s, job, error);
  if (status == BRG_OK)
    status = join_slabs (s, error);
  brg_job_part (&parts, AREAS_SHARE, 1.0);
  if (status == BRG_OK)
    status = brg_parallel_slabs ((int) s->points.n, SLAB_POINTS, lay_slab, s, job, error);
  brg_job_parts_end (&parts);
  brg_free (s->until);
  return status;
}

BrgStatus
brg_points_sample (const BrgMesh *mesh,
                   int n_points,
                   uint64_t seed,
                   BrgPoints *points,
                   BrgJob *job,
                   BrgError *error)
{
  Sampling sampling = { .mesh = mesh, .seed = seed };

  *points = (BrgPoints){ 0 };
  if (n_points < 1 || n_points > BRG_POINTS_MAX)
    return brg_error_set (error, BRG_INVALID, "the number of points must be 1 to %d, got %d",
                          BRG_POINTS_MAX, n_points);
  if (mesh->n_triangles > UINT32_MAX)
    return brg_error_set (error, BRG_INVALID, "a mesh of %zu triangles is too large",
                          mesh->n_triangles);
  sampling.points.n = (size_t) n_points;
  BrgStatus status = run (&sampling, job, error);
  if (status == BRG_OK)
    *points = sampling.points;
  else
    brg_points_clear (&sampling.points);
  return status;
}

void
brg_points_clear (BrgPoints *points)
{
  brg_free (points->xyz);
  brg_free (points->normals);
  *points = (BrgPoints){ 0 };
}
