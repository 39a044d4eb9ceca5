#include "engine/brg-isosurface.h"

#include <string.h>

#include "engine/brg-alloc.h"
#include "engine/brg-isosurface-kernel.h"
#include "engine/brg-job-part.h"
#include "engine/brg-parallel.h"
#include "engine/brg-threshold.h"

#define SLAB_LAYERS          8
#define FIRST_CELLS          65536 /* room of a slab to begin with */
#define FINDING_SHARE        0.4   /* of the time */
#define THRESHOLD_SHARE      0.2
#define MIN_STEP_OVER_MAX    0x1p-20
#define MIN_STEP_OVER_MAX_HU 0x1p-14 /* vertices come nearer to each other */

/* Lattice row (j, k) starts at the padded voxel (-1, j - 1, k - 1). It owns the vertices on the
 * edges that leave its voxels towards +i, +j and +k, stored in that order, and the cells between
 * rows (j, k), (j + 1, k), (j, k + 1) and (j + 1, k + 1). */
typedef struct
{
  uint64_t first_triangle; /* a count until the bases are summed up; so are the next three */
  uint32_t first_x, first_y, first_z;
  uint32_t n_cells; /* that are cut */
} Row;

/* The patterns of the cut cells of a slab, in order. */
typedef struct
{
  uint8_t *patterns;
  size_t n, capacity;
} Cells;

typedef struct
{
  const BrgMask *mask;
  const BrgVolume *scan; /* places the vertices; NULL for the middle of each edge */
  double level_hu;
  size_t cell_words;   /* of the cells of a row */
  size_t padded_words; /* of a padded row (brg-isosurface-kernel.h) */
  size_t n_rows;       /* lattice rows of one layer, padding included */
  Row *rows;
  Cells *slabs;
  BrgMesh *mesh;
  BrgPool *pool;
  BrgIsosurfaceCell table[256];
  uint64_t counts[256]; /* 16 bits each of triangles, edges cut along i, j and k of row (j, k) */
  BrgIsosurfaceList *list;
  BrgIsosurfaceTriangles *put_triangles;
  BrgIsosurfacePlace *place_middle, *place_level;
} Surface;

static void
fill_tables (Surface *surface)
{
  bool mirrored = brg_affine_determinant (&surface->mask->grid.lps_from_vox) < 0;

  _brg_isosurface_cells (surface->table, mirrored);
  for (unsigned p = 0; p < 256; p++)
    {
      const BrgIsosurfaceCell *cell = surface->table + p;
      surface->counts[p] = (uint64_t) cell->n_corners / 3 | (uint64_t) cell->advance[0] << 16 |
                           (uint64_t) cell->advance[4] << 32 | (uint64_t) cell->advance[6] << 48;
    }
}

/* Fills a padded row but for its first word, which is 0; false when all of it is 0. */
static bool
load_row (const Surface *surface, int j, int k, uint64_t *padded)
{
  const BrgMask *mask = surface->mask;
  uint64_t any = 0;

  if (j < 0 || k < 0 || j >= mask->grid.dim[1] || k >= mask->grid.dim[2])
    {
      memset (padded + 1, 0, mask->row_words * sizeof *padded);
      return false;
    }
  const uint64_t *row = brg_mask_row (mask, j, k);
  for (size_t w = 0; w < mask->row_words; w++)
    any |= padded[w + 1] = row[w];
  return any != 0;
}

/* Sixteen bits hold the sum of this many. */
#define CELLS_PER_SUM 8192

static void
count_cells (const Surface *surface, const uint8_t *patterns, size_t n, Row *row)
{
  row->n_cells = (uint32_t) n;
  for (size_t from = 0; from < n; from += CELLS_PER_SUM)
    {
      size_t to = n - from < CELLS_PER_SUM ? n : from + CELLS_PER_SUM;
      uint64_t sum = 0;
      for (size_t p = from; p < to; p++)
        sum += surface->counts[patterns[p]];
      row->first_triangle += sum & 0xffff;
      row->first_x += sum >> 16 & 0xffff;
      row->first_y += sum >> 32 & 0xffff;
      row->first_z += (uint32_t) (sum >> 48);
    }
}

/* Makes room for the cells of one more row. */
static BrgStatus
reserve (const Surface *surface, Cells *cells, BrgError *error)
{
  size_t needed = cells->n + surface->cell_words * 64;

  if (needed <= cells->capacity)
    return BRG_OK;
  size_t capacity = cells->capacity == 0 ? FIRST_CELLS : 2 * cells->capacity;
  capacity = capacity < needed ? needed : capacity;
  uint8_t *grown = cells->patterns == NULL
                     ? brg_alloc_in (surface->pool, capacity, 1, error)
                     : brg_alloc_grow (cells->patterns, cells->n, capacity, 1, error);
  if (grown == NULL)
    return BRG_NO_MEMORY;
  cells->patterns = grown;
  cells->capacity = capacity;
  return BRG_OK;
}

/* Padded rows of a row of cells, each with whether it has a set voxel. */
typedef struct
{
  uint64_t *row[4]; /* (j, k), (j + 1, k), (j, k + 1), (j + 1, k + 1) */
  bool any[4];
  uint64_t *active; /* scratch */
} Quad;

static void
load_next_rows (const Surface *surface, Quad *quad, int j, int k)
{
  for (int r = 0; r < 4; r += 2)
    {
      uint64_t *swap = quad->row[r];
      quad->row[r] = quad->row[r + 1];
      quad->row[r + 1] = swap;
      quad->any[r] = quad->any[r + 1];
      quad->any[r + 1] = load_row (surface, j + 1, k + r / 2, swap);
    }
}

static BrgStatus
find_layer (const Surface *surface, Quad *quad, int layer, Cells *cells, BrgError *error)
{
  Row *rows = surface->rows + (size_t) layer * surface->n_rows;

  load_next_rows (surface, quad, -2, layer - 1);
  for (size_t j = 0; j + 1 < surface->n_rows; j++)
    {
      load_next_rows (surface, quad, (int) j - 1, layer - 1);
      if (!quad->any[0] && !quad->any[1] && !quad->any[2] && !quad->any[3])
        continue;
      BrgStatus status = reserve (surface, cells, error);
      if (status != BRG_OK)
        return status;
      uint8_t *patterns = cells->patterns + cells->n;
      size_t n = surface->list ((const uint64_t *const *) quad->row, surface->cell_words,
                                quad->active, patterns);
      count_cells (surface, patterns, n, rows + j);
      cells->n += n;
    }
  return BRG_OK;
}

static BrgStatus
find_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Surface *surface = data;
  uint64_t *buffer =
    brg_alloc_zero_in (surface->pool, 5 * surface->padded_words, sizeof *buffer, error);
  BrgStatus status = buffer != NULL ? BRG_OK : BRG_NO_MEMORY;
  Quad quad = { 0 };

  if (buffer == NULL)
    return status;
  for (int r = 0; r < 4; r++)
    quad.row[r] = buffer + (size_t) r * surface->padded_words;
  quad.active = buffer + 4 * surface->padded_words;
  for (int layer = begin; layer < end && status == BRG_OK; layer++)
    status = find_layer (surface, &quad, layer, surface->slabs + slab, error);
  brg_free (buffer);
  return status;
}

/* Turns the counts into first indices. Rows are numbered in order, hence so is everything else. */
static BrgStatus
sum_rows (Surface *surface, size_t *n_vertices, size_t *n_triangles, BrgError *error)
{
  size_t n = surface->n_rows * ((size_t) surface->mask->grid.dim[2] + 2);
  uint64_t vertices = 0, triangles = 0;

  for (size_t r = 0; r < n; r++)
    {
      Row *row = surface->rows + r, count = *row;
      row->first_triangle = triangles;
      row->first_x = (uint32_t) vertices;
      row->first_y = row->first_x + count.first_x;
      row->first_z = row->first_y + count.first_y;
      vertices += (uint64_t) count.first_x + count.first_y + count.first_z;
      triangles += count.first_triangle;
    }
  if (triangles == 0)
    return brg_error_set (error, BRG_EMPTY, "the mask has no voxels, so it has no surface");
  if (vertices > UINT32_MAX)
    return brg_error_set (error, BRG_UNSUPPORTED, "a surface of %llu vertices is too large",
                          (unsigned long long) vertices);
  *n_vertices = (size_t) vertices;
  *n_triangles = (size_t) triangles;
  return BRG_OK;
}

static uint32_t *
put_row (const Surface *surface, size_t r, const uint8_t *patterns, uint32_t *out, uint32_t *end)
{
  const Row *row = surface->rows + r;
  const Row *beside = row + 1, *above = row + surface->n_rows;
  uint32_t ranks[BRG_ISOSURFACE_RANKS] = { row->first_x,     beside->first_x, above->first_x,
                                           above[1].first_x, row->first_y,    above->first_y,
                                           row->first_z,     beside->first_z };

  return surface->put_triangles (surface->table, patterns, row->n_cells, ranks, out, end);
}

/* The edges that leave row (j, k) along an axis. Edges along i start at voxel -1. */
static BrgIsosurfaceEdges
row_edges (const Surface *surface, int axis, int j, int k)
{
  const BrgGrid *grid = &surface->mask->grid;
  BrgIsosurfaceEdges edges = { .lag = axis == 0, .n_voxels = grid->dim[0] };

  for (int a = 0; a < 3; a++)
    {
      const double *m = grid->lps_from_vox.m[a];
      edges.from_mm[a] = m[1] * j + m[2] * k + m[3] - m[0] * edges.lag;
      edges.step_mm[a] = m[0];
      edges.along_mm[a] = m[axis];
    }
  return edges;
}

static bool
is_inside (const BrgGrid *grid, int j, int k)
{
  return j >= 0 && k >= 0 && j < grid->dim[1] && k < grid->dim[2];
}

static void
place_row (const Surface *surface,
           int axis,
           int j,
           int k,
           const uint64_t *cut,
           uint32_t first_vertex)
{
  const BrgGrid *grid = &surface->mask->grid;
  BrgIsosurfaceEdges edges = row_edges (surface, axis, j, k);
  int to_j = j + (axis == 1), to_k = k + (axis == 2);
  float *xyz = surface->mesh->xyz + 3 * (size_t) first_vertex;

  if (surface->scan == NULL || !is_inside (grid, j, k) || !is_inside (grid, to_j, to_k))
    {
      surface->place_middle (&edges, cut, surface->cell_words, xyz);
      return;
    }
  edges.level_hu = surface->level_hu;
  edges.from_hu = brg_volume_row (surface->scan, j, k);
  edges.to_hu = brg_volume_row (surface->scan, to_j, to_k);
  surface->place_level (&edges, cut, surface->cell_words, xyz);
}

/* The vertices of lattice row r, which is (j, k). `row` and `cut` are scratch. */
static void
place_vertices (const Surface *surface,
                size_t r,
                int j,
                int k,
                uint64_t *const row[3],
                uint64_t *cut)
{
  const Row *first = surface->rows + r;

  load_row (surface, j, k, row[0]);
  load_row (surface, j + 1, k, row[1]);
  load_row (surface, j, k + 1, row[2]);
  for (size_t w = 0; w < surface->cell_words; w++)
    cut[w] = row[0][w + 1] ^ (row[0][w + 1] << 1 | row[0][w] >> 63);
  place_row (surface, 0, j, k, cut, first->first_x);
  for (int axis = 1; axis < 3; axis++)
    {
      for (size_t w = 0; w < surface->cell_words; w++)
        cut[w] = row[0][w + 1] ^ row[axis][w + 1];
      place_row (surface, axis, j, k, cut, axis == 1 ? first->first_y : first->first_z);
    }
}

static BrgStatus
fill_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Surface *surface = data;
  size_t padded = surface->padded_words;
  size_t r = (size_t) begin * surface->n_rows, r_end = (size_t) end * surface->n_rows;
  const uint8_t *patterns = surface->slabs[slab].patterns;
  uint32_t *out = surface->mesh->triangles + 3 * surface->rows[r].first_triangle;
  uint32_t *out_end = surface->mesh->triangles + 3 * surface->rows[r_end].first_triangle;
  uint64_t *buffer = brg_alloc_zero_in (surface->pool, 4 * padded, sizeof *buffer, error);

  if (buffer == NULL)
    return BRG_NO_MEMORY;
  uint64_t *const row[3] = { buffer, buffer + padded, buffer + 2 * padded };
  for (; r < r_end; r++)
    {
      if (surface->rows[r].n_cells == 0)
        continue;
      int j = (int) (r % surface->n_rows) - 1, k = (int) (r / surface->n_rows) - 1;
      out = put_row (surface, r, patterns, out, out_end);
      patterns += surface->rows[r].n_cells;
      place_vertices (surface, r, j, k, row, buffer + 3 * padded);
    }
  brg_free (buffer);
  return BRG_OK;
}

static BrgStatus
make_mesh (Surface *surface, BrgError *error)
{
  size_t n_vertices = 0, n_triangles = 0;
  BrgStatus status = sum_rows (surface, &n_vertices, &n_triangles, error);

  if (status != BRG_OK)
    return status;
  surface->mesh = brg_mesh_new_in (surface->pool, n_vertices, n_triangles, error);
  return surface->mesh != NULL ? BRG_OK : BRG_NO_MEMORY;
}

static BrgStatus
allocate (Surface *surface, int n_layers, BrgError *error)
{
  size_t n_slabs = (size_t) brg_parallel_n_slabs (n_layers, SLAB_LAYERS);

  surface->rows = brg_alloc_zero_in (surface->pool, surface->n_rows * ((size_t) n_layers + 1),
                                     sizeof *surface->rows, error);
  if (surface->rows != NULL)
    surface->slabs = brg_alloc_zero_in (surface->pool, n_slabs, sizeof *surface->slabs, error);
  return surface->slabs != NULL ? BRG_OK : BRG_NO_MEMORY;
}

static void
clear (Surface *surface, int n_layers)
{
  for (int s = 0; surface->slabs != NULL && s < brg_parallel_n_slabs (n_layers, SLAB_LAYERS); s++)
    brg_free (surface->slabs[s].patterns);
  brg_free (surface->slabs);
  brg_free (surface->rows);
}

static BrgStatus
run (Surface *surface, int n_layers, BrgJob *job, BrgError *error)
{
  BrgJobPart parts = brg_job_parts (job);
  BrgStatus status = allocate (surface, n_layers, error);

  brg_job_part (&parts, 0.0, FINDING_SHARE);
  if (status == BRG_OK)
    status = brg_parallel_slabs (n_layers, SLAB_LAYERS, find_slab, surface, job, error);
  if (status == BRG_OK)
    status = make_mesh (surface, error);
  brg_job_part (&parts, FINDING_SHARE, 1.0);
  if (status == BRG_OK)
    status = brg_parallel_slabs (n_layers, SLAB_LAYERS, fill_slab, surface, job, error);
  brg_job_parts_end (&parts);
  return status;
}

static BrgMesh *
make_surface (const BrgMask *mask,
              const BrgVolume *scan,
              double level_hu,
              BrgJob *job,
              BrgError *error)
{
  int n_layers = mask->grid.dim[2] + 1;
  Surface surface = { .mask = mask,
                      .scan = scan,
                      .level_hu = level_hu,
                      .cell_words = (size_t) mask->grid.dim[0] / 64 + 1,
                      .padded_words = mask->row_words + 2,
                      .n_rows = (size_t) mask->grid.dim[1] + 2,
                      .pool = brg_job_pool (job),
                      .list = BRG_ISA_PICK (job, _brg_isosurface_list),
                      .put_triangles = BRG_ISA_PICK (job, _brg_isosurface_triangles),
                      .place_middle = BRG_ISA_PICK (job, _brg_isosurface_place_middle),
                      .place_level = BRG_ISA_PICK (job, _brg_isosurface_place_level) };

  fill_tables (&surface);
  BrgStatus status = run (&surface, n_layers, job, error);
  clear (&surface, n_layers);
  if (status == BRG_OK)
    return surface.mesh;
  brg_mesh_unref (surface.mesh);
  return NULL;
}

static BrgStatus
check_precision (const BrgGrid *grid, double min_step_over_max, BrgError *error)
{
  double largest = 0, step = INFINITY;

  for (int corner = 0; corner < 8; corner++)
    {
      BrgVec3 p = brg_grid_lps_from_vox (grid, brg_vec3 (corner & 1 ? grid->dim[0] : 0,
                                                         corner & 2 ? grid->dim[1] : 0,
                                                         corner & 4 ? grid->dim[2] : 0));
      largest = fmax (largest, fmax (fabs (p.x), fmax (fabs (p.y), fabs (p.z))));
    }
  for (int a = 0; a < 3; a++)
    step = fmin (step, brg_grid_spacing_mm (grid, a));
  if (!(step > largest * min_step_over_max))
    return brg_error_set (error, BRG_INVALID,
                          "the grid reaches %g mm from the origin, too far for voxels of %g mm",
                          largest, step);
  return BRG_OK;
}

BrgStatus
brg_isosurface_check_grid (const BrgGrid *grid, BrgError *error)
{
  return check_precision (grid, MIN_STEP_OVER_MAX, error);
}

BrgMesh *
brg_isosurface (const BrgMask *mask, BrgJob *job, BrgError *error)
{
  if (brg_isosurface_check_grid (&mask->grid, error) != BRG_OK)
    return NULL;
  return make_surface (mask, NULL, 0, job, error);
}

/* The voxels at or above the level. */
static BrgMask *
mask_at_level (const BrgVolume *scan, double level_hu, BrgJob *job, BrgError *error)
{
  int lo_hu = level_hu > INT16_MIN ? (int) ceil (fmin (level_hu, INT16_MAX)) : INT16_MIN;
  BrgMask *mask = brg_threshold (scan, lo_hu, INT16_MAX, job, error);

  if (mask == NULL || (level_hu <= INT16_MAX && !brg_mask_is_empty (mask)))
    return mask;
  brg_error_set (error, BRG_EMPTY, "no voxel reaches %g HU, so there is no surface", level_hu);
  brg_mask_unref (mask);
  return NULL;
}

BrgMesh *
brg_isosurface_hu (const BrgVolume *scan, double level_hu, BrgJob *job, BrgError *error)
{
  BrgJobPart parts = brg_job_parts (job);
  BrgMesh *mesh = NULL;

  if (!isfinite (level_hu))
    {
      brg_error_set (error, BRG_INVALID, "a level of %g HU is no number", level_hu);
      return NULL;
    }
  if (check_precision (&scan->grid, MIN_STEP_OVER_MAX_HU, error) != BRG_OK)
    return NULL;
  brg_job_part (&parts, 0.0, THRESHOLD_SHARE);
  BrgMask *mask = mask_at_level (scan, level_hu, job, error);
  brg_job_part (&parts, THRESHOLD_SHARE, 1.0);
  if (mask != NULL)
    mesh = make_surface (mask, scan, level_hu, job, error);
  brg_job_parts_end (&parts);
  brg_mask_unref (mask);
  return mesh;
}
