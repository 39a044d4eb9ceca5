#include "engine/brg-mesh-reduce.h"

#include <string.h>

#include <meshoptimizer.h>

#include "engine/brg-alloc.h"
#include "engine/brg-job-part.h"
#include "engine/brg-mesh-collapse.h"
#include "engine/brg-parallel.h"

#define STRIDE          (3 * sizeof (float))
#define ANY_ERROR       1.0f /* relative to the extent of the mesh: the count decides */
#define BLOCK_VERTICES  800  /* wanted, on average: a block fits into the cache of a core */
#define COARSE_CELLS    32   /* along the longest side, to guess the size of blocks */
#define MAX_SIDE_BLOCKS 64
#define MAX_ROUNDS      12
#define SAMPLE_STEP     8    /* every such block is looked at before a round */
#define LAST_SHARE      0.15 /* of the vertices: so few collapses are left to the single queue */
#define LAST_VERTICES   10000
#define BLOCKS_SHARE    0.9 /* of the time */
#define SAMPLE_SHARE    0.1 /* of that of a round */
#define POLL_STEP       32768

/* A round takes edges below the cost that so many edges are below, for each collapse wanted, that
 * CAUTION of the collapses are made if as large a part of them collapses as in the round before.
 * More than half never did, so that MAX_REACH keeps from going too far. */
#define CAUTION   0.6
#define MIN_REACH 0.5
#define MAX_REACH 1.2

/* One reduction. In every round vertices are sorted into blocks of space, and edges up to a limit
 * of cost collapse inside blocks, at once on all threads. Blocks shift from round to round and
 * the limit rises, so that what comes out is much the same as with a single queue. The last
 * collapses are made by that single queue, to the number asked for. */
typedef struct
{
  size_t n_vertices, n_triangles; /* now */
  float *xyz;
  uint32_t *triangles;
  uint32_t *sorted; /* triangles by block */
  BrgQuadric *quadrics;
  uint8_t *states;
  uint32_t *block;                   /* per vertex; its new index while the mesh is compacted */
  uint32_t *local;                   /* per vertex: index in its block */
  uint32_t *member;                  /* vertices by block */
  size_t *first_member;              /* per block, and the end */
  size_t *first_triangle;            /* per block, that of triangles between blocks, and the end */
  size_t *n_kept;                    /* per block: triangles left */
  size_t (*bins)[BRG_COLLAPSE_BINS]; /* per sampled block */
  int dims[3], n_blocks, n_samples;
  bool is_first;
  int end_bin;
  size_t max_collapses; /* per block */
  BrgJob *job;
} Reduction;

static BrgStatus
poll (const Reduction *r, BrgError *error)
{
  return brg_job_is_cancelled (r->job) ? brg_error_set (error, BRG_CANCELLED, "cancelled") : BRG_OK;
}

/* Asked at every index of a long loop, which may then end anyhow: poll() comes next. */
static inline bool
is_stopped (const Reduction *r, size_t index)
{
  return index % POLL_STEP == 0 && brg_job_is_cancelled (r->job);
}

static void
clear_blocks (Reduction *r)
{
  brg_free (r->first_member);
  brg_free (r->first_triangle);
  brg_free (r->n_kept);
  brg_free (r->bins);
  r->first_member = r->first_triangle = r->n_kept = NULL;
  r->bins = NULL;
}

static void
clear_reduction (Reduction *r)
{
  clear_blocks (r);
  brg_free (r->xyz);
  brg_free (r->triangles);
  brg_free (r->sorted);
  brg_free (r->quadrics);
  brg_free (r->states);
  brg_free (r->block);
  brg_free (r->local);
  brg_free (r->member);
}

static BrgStatus
load_mesh (Reduction *r, const BrgMesh *mesh, BrgError *error)
{
  BrgPool *pool = brg_job_pool (r->job);
  size_t n = mesh->n_vertices, n_corners = 3 * mesh->n_triangles;

  r->n_vertices = n;
  r->n_triangles = mesh->n_triangles;
  r->is_first = true;
  r->xyz = brg_alloc_in (pool, n, STRIDE, error);
  r->triangles = brg_alloc_in (pool, n_corners, sizeof *r->triangles, error);
  r->sorted = brg_alloc_in (pool, n_corners, sizeof *r->sorted, error);
  r->quadrics = brg_alloc_zero_in (pool, n, sizeof *r->quadrics, error);
  r->states = brg_alloc_zero_in (pool, n, sizeof *r->states, error);
  r->block = brg_alloc_in (pool, n, sizeof *r->block, error);
  r->local = brg_alloc_in (pool, n, sizeof *r->local, error);
  r->member = brg_alloc_in (pool, n, sizeof *r->member, error);
  if (!r->xyz || !r->triangles || !r->sorted || !r->quadrics || !r->states || !r->block ||
      !r->local || !r->member)
    return BRG_NO_MEMORY;
  for (size_t v = 0; v < n && !is_stopped (r, v); v++)
    memcpy (r->xyz + 3 * v, mesh->xyz + 3 * v, STRIDE);
  for (size_t c = 0; c < n_corners && !is_stopped (r, c); c++)
    r->triangles[c] = mesh->triangles[c];
  return poll (r, error);
}

/* Where blocks begin and how long their sides are. */
typedef struct
{
  double origin[3], side;
} Lattice;

static inline int
cell_of (const Lattice *lattice, const float *p, int axis, int n_cells)
{
  int cell = (int) (((double) p[axis] - lattice->origin[axis]) / lattice->side);
  return cell < 0 ? 0 : cell < n_cells ? cell : n_cells - 1;
}

/* How many cells of a coarse lattice hold vertices. */
static size_t
count_occupied (const Reduction *r, const Lattice *coarse)
{
  static const int n = COARSE_CELLS + 1;
  uint8_t is_occupied[(COARSE_CELLS + 1) * (COARSE_CELLS + 1) * (COARSE_CELLS + 1)] = { 0 };
  size_t n_occupied = 0;

  for (size_t v = 0; v < r->n_vertices; v++)
    {
      const float *p = r->xyz + 3 * v;
      int cell =
        (cell_of (coarse, p, 2, n) * n + cell_of (coarse, p, 1, n)) * n + cell_of (coarse, p, 0, n);
      n_occupied += is_occupied[cell] == 0;
      is_occupied[cell] = 1;
      if (is_stopped (r, v))
        break;
    }
  return n_occupied;
}

/* Blocks of about as many vertices as wanted: in a surface the number grows as the square of the
 * side. */
static Lattice
choose_lattice (Reduction *r, int round)
{
  BrgMesh view = { .n_vertices = r->n_vertices, .xyz = r->xyz };
  Lattice lattice;
  BrgVec3 lo, hi;

  brg_mesh_bounds (&view, &lo, &hi);
  double size[3] = { hi.x - lo.x, hi.y - lo.y, hi.z - lo.z };
  double longest = fmax (fmax (size[0], size[1]), fmax (size[2], 1e-6));
  lattice = (Lattice){ { lo.x, lo.y, lo.z }, longest / COARSE_CELLS };
  double per_cell = (double) r->n_vertices / (double) count_occupied (r, &lattice);
  lattice.side = fmax (lattice.side * sqrt (BLOCK_VERTICES / per_cell), longest / MAX_SIDE_BLOCKS);
  r->n_blocks = 1;
  for (int a = 0; a < 3; a++)
    {
      lattice.origin[a] -= lattice.side * fmod ((round + 1) * (0.5 + 0.11 * a), 1.0);
      r->dims[a] = (int) ((size[a] + lattice.side) / lattice.side) + 1;
      r->n_blocks *= r->dims[a];
    }
  return lattice;
}

static void
assign_blocks (Reduction *r, const Lattice *lattice)
{
  if (r->n_blocks == 1)
    {
      memset (r->block, 0, r->n_vertices * sizeof *r->block);
      return;
    }
  for (size_t v = 0; v < r->n_vertices && !is_stopped (r, v); v++)
    {
      const float *p = r->xyz + 3 * v;
      int x = cell_of (lattice, p, 0, r->dims[0]), y = cell_of (lattice, p, 1, r->dims[1]);
      r->block[v] =
        (uint32_t) ((cell_of (lattice, p, 2, r->dims[2]) * r->dims[1] + y) * r->dims[0] + x);
    }
}

static BrgStatus
allocate_blocks (Reduction *r, BrgError *error)
{
  BrgPool *pool = brg_job_pool (r->job);
  size_t n = (size_t) r->n_blocks;

  clear_blocks (r);
  r->n_samples = (r->n_blocks - 1) / SAMPLE_STEP + 1;
  r->first_member = brg_alloc_zero_in (pool, n + 2, sizeof (size_t), error);
  r->first_triangle = brg_alloc_zero_in (pool, n + 3, sizeof (size_t), error);
  r->n_kept = brg_alloc_zero_in (pool, n + 1, sizeof (size_t), error);
  r->bins = brg_alloc_zero_in (pool, (size_t) r->n_samples, sizeof *r->bins, error);
  return r->first_member && r->first_triangle && r->n_kept && r->bins ? BRG_OK : BRG_NO_MEMORY;
}

static void
sort_vertices (Reduction *r)
{
  for (size_t v = 0; v < r->n_vertices; v++)
    r->first_member[r->block[v] + 2]++;
  for (int b = 2; b < r->n_blocks + 2; b++)
    r->first_member[b] += r->first_member[b - 1];
  for (size_t v = 0; v < r->n_vertices; v++)
    r->member[r->first_member[r->block[v] + 1]++] = (uint32_t) v;
  for (size_t b = 0; b < (size_t) r->n_blocks; b++)
    for (size_t m = r->first_member[b]; m < r->first_member[b + 1]; m++)
      r->local[r->member[m]] = (uint32_t) (m - r->first_member[b]);
}

/* The block of a triangle; that after the last if its corners are in different ones. */
static inline uint32_t
block_of (const Reduction *r, const uint32_t *corner)
{
  uint32_t block = r->block[corner[0]];
  bool is_inside = block == r->block[corner[1]] && block == r->block[corner[2]];
  return is_inside ? block : (uint32_t) r->n_blocks;
}

static void
sort_triangles (Reduction *r)
{
  for (size_t v = 0; v < r->n_vertices; v++)
    r->states[v] &= (uint8_t) ~BRG_COLLAPSE_BORDER;
  for (size_t t = 0; t < r->n_triangles && !is_stopped (r, t); t++)
    r->first_triangle[block_of (r, r->triangles + 3 * t) + 2]++;
  for (int b = 2; b < r->n_blocks + 3; b++)
    r->first_triangle[b] += r->first_triangle[b - 1];
  for (size_t t = 0; t < r->n_triangles && !is_stopped (r, t); t++)
    {
      const uint32_t *corner = r->triangles + 3 * t;
      size_t at = r->first_triangle[block_of (r, corner) + 1]++;
      memcpy (r->sorted + 3 * at, corner, 3 * sizeof *corner);
    }
}

/* Triangles between blocks: they hold their corners, and in the first round give them their
 * planes. */
static void
visit_borders (Reduction *r)
{
  size_t begin = r->first_triangle[r->n_blocks], end = r->first_triangle[r->n_blocks + 1];

  r->n_kept[r->n_blocks] = end - begin;
  for (size_t t = begin; t < end && !is_stopped (r, t); t++)
    {
      const uint32_t *corner = r->sorted + 3 * t;
      const float *p[3];
      double share;
      for (int c = 0; c < 3; c++)
        {
          r->states[corner[c]] |= BRG_COLLAPSE_BORDER;
          p[c] = r->xyz + 3 * (size_t) corner[c];
        }
      if (!r->is_first)
        continue;
      BrgQuadric plane = brg_quadric_of_plane (p[0], p[1], p[2], &share);
      for (int c = 0; c < 3; c++)
        {
          brg_quadric_add (&r->quadrics[corner[c]], &plane);
          brg_quadric_add_pull (&r->quadrics[corner[c]], p[c], share);
        }
    }
}

static BrgCollapse
get_block (const Reduction *r, int b)
{
  return (BrgCollapse){
    .xyz = r->xyz,
    .quadrics = r->quadrics,
    .states = r->states,
    .local = r->local,
    .member = r->member + r->first_member[b],
    .triangles = r->sorted + 3 * r->first_triangle[b],
    .n_members = r->first_member[b + 1] - r->first_member[b],
    .n_triangles = r->first_triangle[b + 1] - r->first_triangle[b],
    .is_first = r->is_first,
  };
}

static BrgStatus
sample_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Reduction *r = data;
  BrgCollapse block = get_block (r, begin * SAMPLE_STEP);
  (void) slab, (void) end;

  return brg_collapse_count (&block, r->bins[begin], r->job, error);
}

static BrgStatus
reduce_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  Reduction *r = data;
  BrgCollapse block = get_block (r, begin);
  size_t n_collapses = 0;
  BrgStatus status = BRG_OK;
  (void) slab, (void) end;

  if (block.n_members > 0)
    status = brg_collapse_run (&block, r->end_bin, r->max_collapses, &n_collapses, r->job, error);
  r->n_kept[begin] = block.n_triangles - 2 * n_collapses;
  return status;
}

/* The bin below which about `n_wanted` edges are found, by the sample. */
static int
choose_bin (const Reduction *r, double n_wanted)
{
  size_t n_sampled = 0;
  double n_edges = 0;

  for (int s = 0; s < r->n_samples; s++)
    n_sampled += get_block (r, s * SAMPLE_STEP).n_triangles;
  double scale = (double) r->n_triangles / (double) (n_sampled > 0 ? n_sampled : 1);
  for (int bin = 0; bin < BRG_COLLAPSE_BINS; bin++)
    {
      for (int s = 0; s < r->n_samples; s++)
        n_edges += scale * (double) r->bins[s][bin];
      if (n_edges >= n_wanted)
        return bin + 1;
    }
  return BRG_COLLAPSE_BINS;
}

/* Takes out what is gone, in the order it was. */
static void
compact (Reduction *r)
{
  size_t n_vertices = 0, n_triangles = 0;

  for (size_t v = 0; v < r->n_vertices && !is_stopped (r, v); v++)
    {
      if (r->states[v] & BRG_COLLAPSE_GONE)
        continue;
      r->block[v] = (uint32_t) n_vertices;
      r->quadrics[n_vertices] = r->quadrics[v];
      r->states[n_vertices] = r->states[v];
      memmove (r->xyz + 3 * n_vertices, r->xyz + 3 * v, STRIDE);
      n_vertices++;
    }
  for (int b = 0; b <= r->n_blocks; b++)
    for (size_t t = 0; t < r->n_kept[b] && !is_stopped (r, n_triangles); t++, n_triangles++)
      for (size_t c = 0; c < 3; c++)
        r->triangles[3 * n_triangles + c] = r->block[r->sorted[3 * (r->first_triangle[b] + t) + c]];
  r->n_vertices = n_vertices;
  r->n_triangles = n_triangles;
  r->is_first = false;
}

/* Sorts the mesh into blocks; into one without a lattice. */
static BrgStatus
sort_blocks (Reduction *r, const Lattice *lattice, BrgError *error)
{
  if (allocate_blocks (r, error) != BRG_OK)
    return BRG_NO_MEMORY;
  assign_blocks (r, lattice);
  if (poll (r, error) != BRG_OK)
    return BRG_CANCELLED;
  sort_vertices (r);
  if (poll (r, error) != BRG_OK)
    return BRG_CANCELLED;
  sort_triangles (r);
  if (poll (r, error) != BRG_OK)
    return BRG_CANCELLED;
  visit_borders (r);
  return poll (r, error);
}

static BrgStatus
collapse_blocks (Reduction *r, BrgError *error)
{
  BrgStatus status = brg_parallel_slabs (r->n_blocks, 1, reduce_slab, r, r->job, error);

  if (status == BRG_OK)
    {
      compact (r);
      status = poll (r, error);
    }
  return status;
}

/* Collapses inside blocks edges that are among the cheapest `n_wanted` of the mesh. */
static BrgStatus
run_round (Reduction *r, int round, double n_wanted, const BrgJobPart *parts, BrgError *error)
{
  double from = BLOCKS_SHARE * round / MAX_ROUNDS, to = BLOCKS_SHARE * (round + 1) / MAX_ROUNDS;
  Lattice lattice = choose_lattice (r, round);
  BrgStatus status = poll (r, error);

  if (status == BRG_OK)
    status = sort_blocks (r, &lattice, error);
  brg_job_part (parts, from, from + SAMPLE_SHARE * (to - from));
  if (status == BRG_OK)
    status = brg_parallel_slabs (r->n_samples, 1, sample_slab, r, r->job, error);
  if (status != BRG_OK)
    return status;
  r->end_bin = choose_bin (r, n_wanted);
  brg_job_part (parts, from + SAMPLE_SHARE * (to - from), to);
  return collapse_blocks (r, error);
}

static BrgStatus
reduce_in_blocks (Reduction *r, size_t target, const BrgJobPart *parts, BrgError *error)
{
  BrgStatus status = BRG_OK;
  double reach = MAX_REACH;

  r->max_collapses = SIZE_MAX;
  for (int round = 0; round < MAX_ROUNDS && status == BRG_OK; round++)
    {
      size_t before = r->n_triangles;
      double left = before > target ? 0.5 * (double) (before - target) : 0;
      if (left < LAST_SHARE * (double) r->n_vertices || r->n_vertices < LAST_VERTICES)
        break;
      status = run_round (r, round, reach * left, parts, error);
      double yield = 0.5 * (double) (before - r->n_triangles) / (reach * left);
      reach = fmin (fmax (CAUTION / fmax (yield, 0.01), MIN_REACH), MAX_REACH);
    }
  return status;
}

/* Everything in one block, to the number wanted or until nothing may collapse any more. */
static BrgStatus
reduce_in_one (Reduction *r, size_t target, const BrgJobPart *parts, BrgError *error)
{
  BrgStatus status = BRG_OK;
  size_t before = SIZE_MAX;
  double from = BLOCKS_SHARE;

  r->n_blocks = 1;
  r->end_bin = BRG_COLLAPSE_BINS;
  while (status == BRG_OK && r->n_triangles > target + 1 && r->n_triangles < before)
    {
      before = r->n_triangles;
      r->max_collapses = (before - target) / 2;
      brg_job_part (parts, from, (from + 1) / 2);
      from = (from + 1) / 2;
      status = sort_blocks (r, NULL, error);
      if (status == BRG_OK)
        status = collapse_blocks (r, error);
    }
  brg_job_part (parts, from, 1);
  if (status == BRG_OK && !brg_job_tick (r->job, 1))
    status = brg_error_set (error, BRG_CANCELLED, "cancelled");
  return status;
}

static BrgMesh *
take_result (const Reduction *r, BrgError *error)
{
  BrgMesh *out = brg_mesh_new_in (brg_job_pool (r->job), r->n_vertices, r->n_triangles, error);

  if (out == NULL)
    return NULL;
  out->n_vertices = meshopt_optimizeVertexFetch (out->xyz, r->triangles, 3 * r->n_triangles, r->xyz,
                                                 r->n_vertices, STRIDE);
  memcpy (out->triangles, r->triangles, 3 * r->n_triangles * sizeof *r->triangles);
  return out;
}

static BrgStatus
check_operands (const BrgMesh *mesh, double keep, BrgError *error)
{
  if (!(keep > 0 && keep <= 1))
    return brg_error_set (error, BRG_INVALID,
                          "the share of triangles to keep must be above 0 and at most 1, got %g",
                          keep);
  if (mesh->n_triangles > UINT32_MAX / 3)
    return brg_error_set (error, BRG_INVALID, "a mesh of %zu triangles is too large to reduce",
                          mesh->n_triangles);
  for (size_t c = 0; c < 3 * mesh->n_triangles; c++)
    if (mesh->triangles[c] >= mesh->n_vertices)
      return brg_error_set (error, BRG_INVALID, "triangle %zu names vertex %u of %zu", c / 3,
                            mesh->triangles[c], mesh->n_vertices);
  return BRG_OK;
}

BrgMesh *
brg_mesh_reduce (const BrgMesh *mesh, double keep, BrgJob *job, BrgError *error)
{
  Reduction r = { .job = job };
  BrgJobPart parts = brg_job_parts (job);
  BrgMesh *out = NULL;

  if (check_operands (mesh, keep, error) != BRG_OK)
    return NULL;
  size_t target = (size_t) (keep * (double) mesh->n_triangles + 0.5);
  if (load_mesh (&r, mesh, error) == BRG_OK &&
      reduce_in_blocks (&r, target, &parts, error) == BRG_OK &&
      reduce_in_one (&r, target, &parts, error) == BRG_OK)
    out = take_result (&r, error);
  clear_reduction (&r);
  brg_job_parts_end (&parts);
  return out;
}

BrgMesh *
brg_mesh_proxy (const BrgMesh *mesh, size_t max_triangles, BrgError *error)
{
  size_t n_indices = 3 * mesh->n_triangles;

  if (mesh->n_triangles <= max_triangles)
    return brg_mesh_copy (mesh, error);
  uint32_t *kept = brg_alloc (n_indices, sizeof *kept, error);
  BrgMesh *out = kept != NULL ? brg_mesh_new (mesh->n_vertices, max_triangles, error) : NULL;
  if (out != NULL)
    {
      size_t n_kept =
        meshopt_simplifySloppy (kept, mesh->triangles, n_indices, mesh->xyz, mesh->n_vertices,
                                STRIDE, 3 * max_triangles, ANY_ERROR, NULL);
      memcpy (out->triangles, kept, n_kept * sizeof *kept);
      out->n_triangles = n_kept / 3;
      out->n_vertices = meshopt_optimizeVertexFetch (out->xyz, out->triangles, n_kept, mesh->xyz,
                                                     mesh->n_vertices, STRIDE);
    }
  brg_free (kept);
  return out;
}
