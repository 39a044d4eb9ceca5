#include "engine/brg-mesh-weld.h"

#include <string.h>

#include "engine/brg-alloc.h"
#include "engine/brg-job-part.h"
#include "engine/brg-parallel.h"

#define FREE_SLOT       UINT32_MAX
#define SLAB_TRIANGLES  65536 /* fewer make more points twice, more do not fit the cache */
#define BATCH_TRIANGLES 1024
#define AHEAD           16 /* a power of two: points whose slots are asked for early */
#define AHEAD_POINT     8  /* and those whose candidates are */

/* Open addressing over a power of two; a slot holds the index of a point. */
typedef struct
{
  uint32_t *slots;
  size_t n_slots;
  float *xyz; /* 3 per point */
  size_t n;
} Table;

/* What became of a slab of triangles: the points they use, in the order of first use, and in the
 * mesh those that are kept, naming points of this list. */
typedef struct
{
  float *xyz;
  uint32_t *vertices; /* the vertex each point became */
  size_t n, n_kept;
} Slab;

typedef struct
{
  BrgMeshCorners corners;
  void *data;
  BrgPool *pool;
  BrgMesh *mesh;
  Slab *slabs;
  int n_slabs;
} Weld;

static uint64_t
hash_point (const float *point)
{
  uint64_t hash = 0;

  for (int a = 0; a < 3; a++)
    {
      uint32_t bits;
      memcpy (&bits, point + a, sizeof bits);
      hash = (hash ^ bits) * UINT64_C (0x9e3779b97f4a7c15);
      hash ^= hash >> 29;
    }
  return hash;
}

/* Room for `n` points in `xyz`, which the table borrows. */
static BrgStatus
table_init (Table *table, float *xyz, size_t n, BrgPool *pool, BrgError *error)
{
  *table = (Table){ .xyz = xyz, .n_slots = 16 };
  while (table->n_slots < n + n / 3)
    table->n_slots *= 2;
  table->slots = brg_alloc_in (pool, table->n_slots, sizeof *table->slots, error);
  if (table->slots == NULL)
    return BRG_NO_MEMORY;
  memset (table->slots, 0xff, table->n_slots * sizeof *table->slots);
  return BRG_OK;
}

static uint32_t
find_or_add (Table *table, const float point[3], uint64_t hash)
{
  size_t slot = hash & (table->n_slots - 1);

  for (; table->slots[slot] != FREE_SLOT; slot = (slot + 1) & (table->n_slots - 1))
    {
      const float *other = table->xyz + 3 * (size_t) table->slots[slot];
      if (memcmp (other, point, 3 * sizeof *point) == 0)
        return table->slots[slot];
    }
  memcpy (table->xyz + 3 * table->n, point, 3 * sizeof *point);
  table->slots[slot] = (uint32_t) table->n;
  return (uint32_t) table->n++;
}

/* Finds or adds `n` points. Look-ups go to all of a large table, so the memory they will read is
 * asked for some points ahead, first the slot and then the point it names. */
static void
look_up (Table *table, const float *points, size_t n, uint32_t *indices)
{
  uint64_t hashes[AHEAD];
  size_t mask = table->n_slots - 1;

  for (size_t p = 0; p < n + AHEAD; p++)
    {
      if (p >= AHEAD)
        indices[p - AHEAD] = find_or_add (table, points + 3 * (p - AHEAD), hashes[p % AHEAD]);
      if (p < n)
        {
          hashes[p % AHEAD] = hash_point (points + 3 * p);
          __builtin_prefetch (table->slots + (hashes[p % AHEAD] & mask));
        }
      if (p < AHEAD_POINT || p - AHEAD_POINT >= n)
        continue;
      uint32_t candidate = table->slots[hashes[(p - AHEAD_POINT) % AHEAD] & mask];
      if (candidate != FREE_SLOT)
        __builtin_prefetch (table->xyz + 3 * (size_t) candidate);
    }
}

/* Appends `n` triangles, each of which has corners of its own, but for those without area. */
static void
take_batch (Table *table, Slab *slab, float *corners, size_t n, uint32_t *triangles)
{
  uint32_t indices[3 * BATCH_TRIANGLES];

  for (size_t f = 0; f < 9 * n; f++)
    corners[f] += 0.0f; /* -0 becomes 0 */
  look_up (table, corners, 3 * n, indices);
  for (const uint32_t *in = indices; in < indices + 3 * n; in += 3)
    {
      memcpy (triangles + 3 * slab->n_kept, in, 3 * sizeof *in);
      slab->n_kept += in[0] != in[1] && in[1] != in[2] && in[2] != in[0];
    }
}

static BrgStatus
take_triangles (const Weld *weld,
                Table *table,
                Slab *slab,
                size_t begin,
                size_t end,
                BrgError *error)
{
  float *corners = brg_alloc_in (weld->pool, BATCH_TRIANGLES, 9 * sizeof *corners, error);
  uint32_t *triangles = weld->mesh->triangles + 3 * begin;
  BrgStatus status = corners != NULL ? BRG_OK : BRG_NO_MEMORY;

  while (status == BRG_OK && begin < end)
    {
      size_t stop = end - begin > BATCH_TRIANGLES ? begin + BATCH_TRIANGLES : end;
      status = weld->corners (weld->data, begin, stop, corners, error);
      if (status == BRG_OK)
        take_batch (table, slab, corners, stop - begin, triangles);
      begin = stop;
    }
  brg_free (corners);
  return status;
}

/* Keeps the points that the slab turned out to have. */
static BrgStatus
keep_points (Slab *slab, const Table *table, BrgPool *pool, BrgError *error)
{
  slab->n = table->n;
  slab->xyz = brg_alloc_in (pool, slab->n, 3 * sizeof *slab->xyz, error);
  slab->vertices = brg_alloc_in (pool, slab->n, sizeof *slab->vertices, error);
  if (slab->xyz == NULL || slab->vertices == NULL)
    return BRG_NO_MEMORY;
  memcpy (slab->xyz, table->xyz, slab->n * 3 * sizeof *slab->xyz);
  return BRG_OK;
}

static BrgStatus
weld_slab (void *data, int index, int begin, int end, BrgError *error)
{
  Weld *weld = data;
  Slab *slab = &weld->slabs[index];
  size_t n_corners = 3 * (size_t) (end - begin);
  Table table = { 0 };
  float *xyz = brg_alloc_in (weld->pool, n_corners, 3 * sizeof *xyz, error);
  BrgStatus status = xyz != NULL ? BRG_OK : BRG_NO_MEMORY;

  if (status == BRG_OK)
    status = table_init (&table, xyz, n_corners, weld->pool, error);
  if (status == BRG_OK)
    status = take_triangles (weld, &table, slab, (size_t) begin, (size_t) end, error);
  if (status == BRG_OK)
    status = keep_points (slab, &table, weld->pool, error);
  brg_free (table.slots);
  brg_free (xyz);
  return status;
}

/* The points of all slabs, in their order, as the vertices of the mesh. */
static BrgStatus
merge (Weld *weld, BrgJob *job, BrgError *error)
{
  size_t n_points = 0;
  Table table = { 0 };
  BrgStatus status = BRG_OK;

  for (int s = 0; s < weld->n_slabs; s++)
    n_points += weld->slabs[s].n;
  weld->mesh->xyz = brg_alloc_in (weld->pool, n_points, 3 * sizeof *weld->mesh->xyz, error);
  if (weld->mesh->xyz == NULL)
    return BRG_NO_MEMORY;
  status = table_init (&table, weld->mesh->xyz, n_points, weld->pool, error);
  for (int s = 0; status == BRG_OK && s < weld->n_slabs; s++)
    {
      look_up (&table, weld->slabs[s].xyz, weld->slabs[s].n, weld->slabs[s].vertices);
      if (!brg_job_tick (job, (s + 1.0) / weld->n_slabs))
        status = brg_error_set (error, BRG_CANCELLED, "cancelled");
    }
  weld->mesh->n_vertices = table.n;
  brg_free (table.slots);
  return status;
}

static BrgStatus
name_vertices (void *data, int index, int begin, int end, BrgError *error)
{
  const Weld *weld = data;
  const Slab *slab = &weld->slabs[index];
  uint32_t *triangles = weld->mesh->triangles + 3 * (size_t) begin;

  (void) end;
  (void) error;
  for (size_t h = 0; h < 3 * slab->n_kept; h++)
    triangles[h] = slab->vertices[triangles[h]];
  return BRG_OK;
}

/* Closes the gaps that dropped triangles left. */
static void
close_up (Weld *weld)
{
  BrgMesh *mesh = weld->mesh;

  mesh->n_triangles = 0;
  for (int s = 0; s < weld->n_slabs; s++)
    {
      size_t begin = (size_t) s * SLAB_TRIANGLES, n = weld->slabs[s].n_kept;
      if (mesh->n_triangles < begin)
        memmove (mesh->triangles + 3 * mesh->n_triangles, mesh->triangles + 3 * begin,
                 3 * n * sizeof *mesh->triangles);
      mesh->n_triangles += n;
    }
}

static BrgStatus
run (Weld *weld, size_t n_triangles, BrgJob *job, BrgError *error)
{
  int n = (int) n_triangles;
  BrgJobPart parts = brg_job_parts (job);

  brg_job_part (&parts, 0, 0.7);
  BrgStatus status = brg_parallel_slabs (n, SLAB_TRIANGLES, weld_slab, weld, job, error);
  brg_job_part (&parts, 0.7, 0.9);
  if (status == BRG_OK)
    status = merge (weld, job, error);
  brg_job_part (&parts, 0.9, 1);
  if (status == BRG_OK)
    status = brg_parallel_slabs (n, SLAB_TRIANGLES, name_vertices, weld, job, error);
  brg_job_parts_end (&parts);
  if (status == BRG_OK)
    close_up (weld);
  return status;
}

static void
clear (Weld *weld)
{
  for (int s = 0; weld->slabs != NULL && s < weld->n_slabs; s++)
    {
      brg_free (weld->slabs[s].xyz);
      brg_free (weld->slabs[s].vertices);
    }
  brg_free (weld->slabs);
}

BrgMesh *
brg_mesh_weld (BrgMeshCorners corners,
               void *data,
               size_t n_triangles,
               size_t *n_dropped,
               BrgJob *job,
               BrgError *error)
{
  Weld weld = { .corners = corners, .data = data, .pool = brg_job_pool (job) };

  if (n_triangles > UINT32_MAX / 3)
    {
      brg_error_set (error, BRG_UNSUPPORTED, "%zu triangles are too many", n_triangles);
      return NULL;
    }
  weld.n_slabs = brg_parallel_n_slabs ((int) n_triangles, SLAB_TRIANGLES);
  weld.slabs = brg_alloc_zero ((size_t) weld.n_slabs, sizeof *weld.slabs, error);
  if (weld.slabs != NULL)
    weld.mesh = brg_mesh_new_in (weld.pool, 0, n_triangles, error);
  if (weld.mesh != NULL)
    {
      brg_free (weld.mesh->xyz); /* room for none; made when their number is known */
      weld.mesh->xyz = NULL;
      if (run (&weld, n_triangles, job, error) != BRG_OK)
        {
          brg_mesh_unref (weld.mesh);
          weld.mesh = NULL;
        }
    }
  clear (&weld);
  if (weld.mesh != NULL && n_dropped != NULL)
    *n_dropped = n_triangles - weld.mesh->n_triangles;
  return weld.mesh;
}

BrgStatus
brg_mesh_corners_of_array (void *data, size_t begin, size_t end, float *corners, BrgError *error)
{
  const float *all = data;

  (void) error;
  memcpy (corners, all + 9 * begin, (end - begin) * 9 * sizeof *corners);
  return BRG_OK;
}
