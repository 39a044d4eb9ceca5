#include "engine/brg-voxelize.h"

#include "engine/brg-alloc.h"
#include "engine/brg-bits.h"
#include "engine/brg-job-part.h"
#include "engine/brg-mesh-check.h"
#include "engine/brg-parallel.h"

#define UNIT_BITS      20 /* a voxel has 2^20 units */
#define LIMIT_VOX      0x1p20
#define SLAB_VERTICES  4096
#define SLAB_TRIANGLES 4096
#define SLAB_SLICES    8
#define PLACING_SHARE  0.2 /* of the time */
#define CROSSINGS_END  0.95

__extension__ typedef __int128 Wide;

/* A vertex in units of 2^-20 voxel. At most 2^40 from the first voxel, 2^41 from each other: the
 * products of three such differences that follow stay below 2^126. */
typedef struct
{
  int64_t at[3];
  uint64_t hash; /* of the three */
} Point;

typedef struct
{
  const BrgMesh *mesh;
  BrgAffine vox_from_lps;
  BrgMask *out;
  Point *points;      /* by vertex */
  uint64_t *residues; /* per slab: hashes of its edges, XORed; all together 0 for a closed mesh */
  BrgJob *job;
} Raster;

/* The higher and the lower half of a product, mixed. */
static inline uint64_t
mix (uint64_t a, uint64_t b)
{
  __extension__ unsigned __int128 product = (unsigned __int128) a * b;
  return (uint64_t) product ^ (uint64_t) (product >> 64);
}

static inline uint64_t
hash_point (const Point *p)
{
  uint64_t xy = mix ((uint64_t) p->at[0] ^ UINT64_C (0x9E3779B97F4A7C15),
                     (uint64_t) p->at[1] ^ UINT64_C (0xD1B54A32D192ED03));
  return mix (xy ^ UINT64_C (0x8CB92BA72F3D8DD7),
              (uint64_t) p->at[2] ^ UINT64_C (0xABC98388FB8FAC03));
}

/* The same for both directions; nothing for an edge without length. */
static inline uint64_t
hash_edge (uint64_t a, uint64_t b)
{
  return a == b
           ? 0
           : mix ((a + b) ^ UINT64_C (0x94D049BB133111EB), (a ^ b) ^ UINT64_C (0xBF58476D1CE4E5B9));
}

static inline uint64_t
hash_triangle (const Point corner[3])
{
  return hash_edge (corner[0].hash, corner[1].hash) ^ hash_edge (corner[1].hash, corner[2].hash) ^
         hash_edge (corner[2].hash, corner[0].hash);
}

/* num / den rounded up; den > 0. */
static inline int64_t
ceil_div (Wide num, Wide den)
{
  if ((int64_t) num == num && (int64_t) den == den)
    return (int64_t) num / (int64_t) den + ((int64_t) num % (int64_t) den > 0);
  return (int64_t) (num / den) + (num % den > 0);
}

/* Whole voxels, rounded up. */
static inline int64_t
ceil_vox (int64_t units)
{
  return -(-units >> UNIT_BITS);
}

static inline int64_t
lowest (const Point corner[3], int axis)
{
  int64_t ab = corner[0].at[axis] < corner[1].at[axis] ? corner[0].at[axis] : corner[1].at[axis];
  return ab < corner[2].at[axis] ? ab : corner[2].at[axis];
}

static inline int64_t
highest (const Point corner[3], int axis)
{
  int64_t ab = corner[0].at[axis] > corner[1].at[axis] ? corner[0].at[axis] : corner[1].at[axis];
  return ab > corner[2].at[axis] ? ab : corner[2].at[axis];
}

/* The plane of a triangle as a function of y and z. Its normal has a part along x. */
typedef struct
{
  const Point *a;
  Wide normal[3];
} Plane;

static inline Plane
plane_of (const Point corner[3])
{
  Plane plane = { .a = &corner[0] };
  int64_t u[3], v[3];

  for (int axis = 0; axis < 3; axis++)
    {
      u[axis] = corner[1].at[axis] - corner[0].at[axis];
      v[axis] = corner[2].at[axis] - corner[0].at[axis];
    }
  for (int axis = 0; axis < 3; axis++)
    {
      int next = (axis + 1) % 3, last = (axis + 2) % 3;
      plane.normal[axis] = (Wide) u[next] * v[last] - (Wide) u[last] * v[next];
    }
  if (plane.normal[0] < 0)
    for (int axis = 0; axis < 3; axis++)
      plane.normal[axis] = -plane.normal[axis];
  return plane;
}

/* First voxel of the row at (y, z) whose centre is not before the plane. */
static inline int64_t
first_past (const Plane *plane, int64_t y, int64_t z)
{
  Wide num = plane->a->at[0] * plane->normal[0] - (y - plane->a->at[1]) * plane->normal[1] -
             (z - plane->a->at[2]) * plane->normal[2];

  return ceil_div (num, plane->normal[0] * ((int64_t) 1 << UNIT_BITS));
}

/* Where the outline of a triangle, seen along x, crosses the line at height z: rows first <= j <
 * end lie between. An edge holds its lower end but not its upper one, which is what a line moved up
 * by an infinitesimal meets. */
static inline bool
rows_at (const Point corner[3], int64_t z, int64_t *first, int64_t *end)
{
  int64_t row[2] = { 0 };
  int n = 0;

  for (int e = 0; e < 3; e++)
    {
      const Point *p = &corner[e], *q = &corner[e == 2 ? 0 : e + 1];
      if ((p->at[2] > z) == (q->at[2] > z))
        continue;
      const Point *low = p->at[2] > z ? q : p, *high = p->at[2] > z ? p : q;
      int64_t rise = high->at[2] - low->at[2];
      Wide num = (Wide) low->at[1] * rise + (Wide) (high->at[1] - low->at[1]) * (z - low->at[2]);
      row[n++] = ceil_div (num, (Wide) rise * ((int64_t) 1 << UNIT_BITS));
    }
  *first = row[0] < row[1] ? row[0] : row[1];
  *end = row[0] < row[1] ? row[1] : row[0];
  return *first < *end;
}

static inline void
flip (BrgMask *mask, int64_t i, int64_t j, int64_t k)
{
  if (i >= mask->grid.dim[0])
    return;
  size_t bit = i > 0 ? (size_t) i : 0;
  __atomic_fetch_xor (brg_mask_row (mask, (int) j, (int) k) + bit / 64, UINT64_C (1) << (bit % 64),
                      __ATOMIC_RELAXED);
}

static inline int64_t
clamp (int64_t x, int64_t hi)
{
  return x < 0 ? 0 : x > hi ? hi : x;
}

/* Flips one bit in each row that crosses the triangle: the first voxel past the crossing. The
 * corners are counted from voxel `base`, which keeps the numbers of a small triangle small. */
static void
cross_rows (const Raster *raster, const Point corner[3], const int64_t base[3])
{
  const int *dim = raster->out->grid.dim;
  int64_t k = clamp (ceil_vox (lowest (corner, 2)) + base[2], dim[2]);
  int64_t k_end = clamp (ceil_vox (highest (corner, 2)) + base[2], dim[2]);

  if (ceil_vox (lowest (corner, 1)) == ceil_vox (highest (corner, 1)))
    return;
  for (; k < k_end; k++)
    {
      int64_t z = (k - base[2]) * ((int64_t) 1 << UNIT_BITS), first, end;
      if (!rows_at (corner, z, &first, &end))
        continue;
      Plane plane = plane_of (corner);
      end = clamp (end + base[1], dim[1]);
      for (int64_t j = clamp (first + base[1], dim[1]); j < end; j++)
        {
          int64_t y = (j - base[1]) * ((int64_t) 1 << UNIT_BITS);
          flip (raster->out, first_past (&plane, y, z) + base[0], j, k);
        }
    }
}

/* Nearest integer, ties to even, of a number below 2^51. */
static inline int64_t
round_units (double x)
{
  union
  {
    double real;
    int64_t bits;
  } sum = { .real = x + 0x1.8p52 }, zero = { .real = 0x1.8p52 };

  return sum.bits - zero.bits;
}

static BrgStatus
place_vertex (const Raster *raster, size_t vertex, Point *p, BrgError *error)
{
  const double (*m)[4] = raster->vox_from_lps.m;
  const float *xyz = raster->mesh->xyz + 3 * vertex;
  double x = (double) xyz[0], y = (double) xyz[1], z = (double) xyz[2];

  for (int a = 0; a < 3; a++)
    {
      double vox = m[a][0] * x + m[a][1] * y + m[a][2] * z + m[a][3];
      if (!(fabs (vox) <= LIMIT_VOX))
        return brg_error_set (error, BRG_INVALID,
                              "vertex %zu lies %g voxels from the first, must be within %g", vertex,
                              vox, LIMIT_VOX);
      p->at[a] = round_units (vox * (1 << UNIT_BITS));
    }
  p->hash = hash_point (p);
  return BRG_OK;
}

static BrgStatus
place_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Raster *raster = data;
  size_t last = (size_t) end * SLAB_VERTICES;
  BrgStatus status = BRG_OK;
  (void) slab;

  if (last > raster->mesh->n_vertices)
    last = raster->mesh->n_vertices;
  for (size_t v = (size_t) begin * SLAB_VERTICES; v < last && status == BRG_OK; v++)
    status = place_vertex (raster, v, &raster->points[v], error);
  return status;
}

/* The corners of a triangle counted from the voxel that holds the first of them, which keeps the
 * numbers of a small triangle small; false for an index out of range. */
static inline bool
load_corners (const Raster *raster, size_t triangle, Point corner[3], int64_t base[3])
{
  const uint32_t *vertex = raster->mesh->triangles + 3 * triangle;

  for (int c = 0; c < 3; c++)
    {
      if (vertex[c] >= raster->mesh->n_vertices)
        return false;
      corner[c] = raster->points[vertex[c]];
    }
  for (int a = 0; a < 3; a++)
    {
      base[a] = corner[0].at[a] >> UNIT_BITS;
      for (int c = 0; c < 3; c++)
        corner[c].at[a] -= base[a] * ((int64_t) 1 << UNIT_BITS);
    }
  return true;
}

static BrgStatus
cross_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Raster *raster = data;
  size_t last = (size_t) end * SLAB_TRIANGLES;
  uint64_t residue = 0;

  if (last > raster->mesh->n_triangles)
    last = raster->mesh->n_triangles;
  for (size_t t = (size_t) begin * SLAB_TRIANGLES; t < last; t++)
    {
      Point corner[3];
      int64_t base[3];
      if (!load_corners (raster, t, corner, base))
        return brg_error_set (error, BRG_INVALID, "triangle %zu has a corner that is none of %zu",
                              t, raster->mesh->n_vertices);
      residue ^= hash_triangle (corner);
      cross_rows (raster, corner, base);
      if (brg_job_is_cancelled (raster->job))
        return brg_error_set (error, BRG_CANCELLED, "cancelled");
    }
  raster->residues[slab] = residue;
  return BRG_OK;
}

/* Every bit becomes the parity of the bits up to it. */
static void
fill_row (uint64_t *row, size_t n_words, uint64_t last_bits)
{
  uint64_t carry = 0;

  for (size_t w = 0; w < n_words; w++)
    {
      uint64_t word = row[w];
      for (int shift = 1; shift < 64; shift *= 2)
        word ^= word << shift;
      row[w] = word ^ carry;
      carry = (uint64_t) ((int64_t) row[w] >> 63);
    }
  row[n_words - 1] &= last_bits;
}

static BrgStatus
fill_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Raster *raster = data;
  uint64_t last_bits = brg_mask_last_word_bits (raster->out);
  (void) slab;
  (void) error;

  for (int k = begin; k < end; k++)
    for (int j = 0; j < raster->out->grid.dim[1]; j++)
      {
        uint64_t *row = brg_mask_row (raster->out, j, k);
        if (brg_bits_any (row, raster->out->row_words))
          fill_row (row, raster->out->row_words, last_bits);
      }
  return BRG_OK;
}

/* Tells what is wrong with a mesh whose edges do not cancel out. */
static BrgStatus
refuse_open (const BrgMesh *mesh, BrgJob *job, BrgError *error)
{
  BrgMeshCheck check;
  BrgStatus status = brg_mesh_check (mesh, &check, job, error);

  if (status != BRG_OK)
    return status;
  if (check.n_boundary_edges > 0)
    return brg_error_set (error, BRG_INVALID, "the mesh is not closed: it has %zu open edges",
                          check.n_boundary_edges);
  return brg_error_set (error, BRG_INVALID,
                        "the mesh has no inside: of its %zu edges of three triangles or more some "
                        "have an odd number",
                        check.n_nonmanifold_edges);
}

static int
count_slabs (size_t n, size_t slab_size)
{
  return (int) ((n + slab_size - 1) / slab_size);
}

/* Flips the first voxel past every crossing of a row with the surface. */
static BrgStatus
cross (Raster *raster, BrgJob *job, BrgError *error)
{
  int n_slabs = count_slabs (raster->mesh->n_triangles, SLAB_TRIANGLES);
  uint64_t residue = 0;
  BrgStatus status = brg_parallel_slabs (n_slabs, 1, cross_slab, raster, job, error);

  for (int s = 0; s < n_slabs && status == BRG_OK; s++)
    residue ^= raster->residues[s];
  return residue != 0 ? refuse_open (raster->mesh, job, error) : status;
}

static BrgStatus
allocate (Raster *raster, BrgJob *job, BrgError *error)
{
  BrgPool *pool = brg_job_pool (job);
  size_t n_slabs = (size_t) count_slabs (raster->mesh->n_triangles, SLAB_TRIANGLES);

  raster->points = brg_alloc_in (pool, raster->mesh->n_vertices, sizeof *raster->points, error);
  if (raster->points != NULL)
    raster->residues = brg_alloc_in (pool, n_slabs, sizeof *raster->residues, error);
  return raster->residues != NULL ? BRG_OK : BRG_NO_MEMORY;
}

static BrgStatus
run (Raster *raster, BrgJob *job, BrgError *error)
{
  BrgJobPart parts = brg_job_parts (job);
  BrgStatus status = allocate (raster, job, error);

  brg_job_part (&parts, 0.0, PLACING_SHARE);
  if (status == BRG_OK)
    status = brg_parallel_slabs (count_slabs (raster->mesh->n_vertices, SLAB_VERTICES), 1,
                                 place_slab, raster, job, error);
  brg_job_part (&parts, PLACING_SHARE, CROSSINGS_END);
  if (status == BRG_OK)
    status = cross (raster, job, error);
  brg_job_part (&parts, CROSSINGS_END, 1.0);
  if (status == BRG_OK)
    status =
      brg_parallel_slabs (raster->out->grid.dim[2], SLAB_SLICES, fill_slab, raster, job, error);
  brg_job_parts_end (&parts);
  if (status == BRG_OK && brg_mask_is_empty (raster->out))
    status = brg_error_set (error, BRG_EMPTY, "no voxel of the grid has its centre in the mesh");
  brg_free (raster->points);
  brg_free (raster->residues);
  return status;
}

static BrgStatus
check_operands (const BrgMesh *mesh, const BrgGrid *grid, BrgAffine *vox_from_lps, BrgError *error)
{
  if (mesh->n_triangles > UINT32_MAX || mesh->n_vertices > UINT32_MAX)
    return brg_error_set (error, BRG_INVALID, "a mesh of %zu triangles is too large",
                          mesh->n_triangles);
  if (!brg_affine_invert (&grid->lps_from_vox, vox_from_lps))
    return brg_error_set (error, BRG_INVALID, "the axes of the grid are degenerate");
  return BRG_OK;
}

BrgMask *
brg_voxelize (const BrgMesh *mesh, const BrgGrid *grid, BrgJob *job, BrgError *error)
{
  Raster raster = { .mesh = mesh, .job = job };

  if (check_operands (mesh, grid, &raster.vox_from_lps, error) != BRG_OK)
    return NULL;
  raster.out = brg_mask_new_in (brg_job_pool (job), grid, true, error);
  if (raster.out != NULL && run (&raster, job, error) == BRG_OK)
    return raster.out;
  brg_mask_unref (raster.out);
  return NULL;
}
