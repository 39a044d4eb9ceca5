#include "engine/brg-brick-surface.h"

#include <string.h>

#include "engine/brg-alloc.h"
#include "engine/brg-isosurface-kernel.h"
#include "engine/brg-isosurface.h"
#include "engine/brg-parallel.h"

#define NI     64 /* cells of a brick: those of one word of a row */
#define NJ     32
#define NK     32
#define ROWS_J (NJ + 1) /* lattice rows of a layer of a brick */
#define N_ROWS (ROWS_J * (NK + 1))

#define SLAB_BRICKS 16 /* fewer are not worth a thread */

struct BrgBrickSurface
{
  BrgGrid grid;
  int n[3]; /* bricks */
  BrgBrick *bricks;
  uint64_t revision;
  BrgIsosurfaceCell table[256];
};

/* Lattice rows and cells of one brick while its mesh is made. Row (j, k) is that of the voxels
 * before cell (j, k). */
typedef struct
{
  uint64_t row[N_ROWS][2];   /* bit 63 of the first is voxel -1, bits of the second are 0..63 */
  uint32_t first[N_ROWS][3]; /* vertices on its edges along i, j, k */
  uint32_t n_cells[N_ROWS];  /* that are cut */
  uint8_t patterns[NI * NJ * NK]; /* of them, in order */
  uint32_t n_vertices, n_triangles;
} Work;

/* One update. */
typedef struct
{
  const BrgBrickSurface *surface;
  const BrgMask *mask;
  int lo[3], n[3]; /* bricks looked at */
  BrgMesh **made;  /* of them; a brick without surface has none */
  BrgPool *pool;
  BrgIsosurfaceList *list;
  BrgIsosurfaceTriangles *put_triangles;
} Update;

/* Loads the rows; false when all voxels are alike and there is no surface. */
static bool
load_rows (const BrgMask *mask, const int at[3], Work *work)
{
  const int *dim = mask->grid.dim;
  size_t w = (size_t) at[0] / NI;
  uint64_t any = 0, all = ~UINT64_C (0), all_before = all;

  for (int r = 0; r < N_ROWS; r++)
    {
      int j = at[1] - 1 + r % ROWS_J, k = at[2] - 1 + r / ROWS_J;
      bool inside = j >= 0 && k >= 0 && j < dim[1] && k < dim[2];
      const uint64_t *row = inside ? brg_mask_row (mask, j, k) : NULL;
      work->row[r][0] = inside && w > 0 ? row[w - 1] : 0;
      work->row[r][1] = inside && w < mask->row_words ? row[w] : 0;
      any |= work->row[r][0] >> 63 | work->row[r][1];
      all &= work->row[r][1];
      all_before &= work->row[r][0];
    }
  return any != 0 && !(all == ~UINT64_C (0) && all_before >> 63 != 0);
}

/* The edges of a row that are cut, along an axis: those of voxels 0..63, and of voxel -1. Edges
 * along i begin at voxel -1 and are taken as those of the voxel they end at. */
static inline uint64_t
cut_edges (const Work *work, int r, int axis, uint64_t *before)
{
  const uint64_t *a = work->row[r];

  *before = 0;
  if (axis == 0)
    return a[1] ^ (a[1] << 1 | a[0] >> 63);
  const uint64_t *b = work->row[axis == 1 ? r + 1 : r + ROWS_J];
  *before = (a[0] ^ b[0]) >> 63;
  return a[1] ^ b[1];
}

/* Does the brick hold edges of row r along the axis? */
static inline bool
has_edges (int r, int axis)
{
  return axis == 0 || (axis == 1 ? r % ROWS_J < NJ : r / ROWS_J < NK);
}

/* Lists the cut cells and numbers the vertices. */
static void
find_cells (const Update *update, Work *work)
{
  uint8_t *out = work->patterns;
  uint64_t active;

  work->n_vertices = work->n_triangles = 0;
  for (int r = 0; r < N_ROWS; r++)
    {
      for (int axis = 0; axis < 3; axis++)
        {
          uint64_t before = 0, cut = has_edges (r, axis) ? cut_edges (work, r, axis, &before) : 0;
          work->first[r][axis] = work->n_vertices;
          work->n_vertices += (uint32_t) before;
          if (cut != 0)
            work->n_vertices += (uint32_t) __builtin_popcountll (cut);
        }
      work->n_cells[r] = 0;
      if (!has_edges (r, 1) || !has_edges (r, 2))
        continue;
      const uint64_t *const rows[4] = { work->row[r], work->row[r + 1], work->row[r + ROWS_J],
                                        work->row[r + ROWS_J + 1] };
      size_t n = update->list (rows, 1, &active, out);
      for (size_t c = 0; c < n; c++)
        work->n_triangles += update->surface->table[out[c]].n_corners / 3u;
      work->n_cells[r] = (uint32_t) n;
      out += n;
    }
}

static void
put_triangles (const Update *update, const Work *work, BrgMesh *mesh)
{
  const uint8_t *patterns = work->patterns;
  uint32_t *out = mesh->triangles, *end = out + 3 * mesh->n_triangles;

  for (int r = 0; r < N_ROWS; r++)
    {
      if (work->n_cells[r] == 0)
        continue;
      const uint32_t (*first)[3] = work->first + r;
      uint32_t ranks[BRG_ISOSURFACE_RANKS] = { first[0][0],          first[1][0], first[ROWS_J][0],
                                               first[ROWS_J + 1][0], first[0][1], first[ROWS_J][1],
                                               first[0][2],          first[1][2] };
      out =
        update->put_triangles (update->surface->table, patterns, work->n_cells[r], ranks, out, end);
      patterns += work->n_cells[r];
    }
}

/* The edges along an axis that leave the voxels of a row, or along i end at them. */
typedef struct
{
  double from_mm[3], step_mm[3], half_mm[3];
} Edges;

static inline Edges
find_edges (const BrgGrid *grid, int axis, int j, int k)
{
  Edges edges;

  for (int a = 0; a < 3; a++)
    {
      const double *m = grid->lps_from_vox.m[a];
      edges.from_mm[a] = m[1] * j + m[2] * k + m[3] - m[0] * (axis == 0);
      edges.step_mm[a] = m[0];
      edges.half_mm[a] = m[axis] * 0.5;
    }
  return edges;
}

/* The middle of the edge of voxel i, to the last bit as brg_isosurface() has it. */
static inline float *
put_vertex (const Edges *edges, int i, float *xyz)
{
  for (int a = 0; a < 3; a++)
    xyz[a] = (float) (edges->from_mm[a] + edges->step_mm[a] * i + edges->half_mm[a]);
  return xyz + 3;
}

static void
place_vertices (const BrgGrid *grid, const int at[3], const Work *work, BrgMesh *mesh)
{
  float *xyz = mesh->xyz;

  for (int r = 0; r < N_ROWS; r++)
    for (int axis = 0; axis < 3; axis++)
      {
        if (!has_edges (r, axis))
          continue;
        uint64_t before, cut = cut_edges (work, r, axis, &before);
        if ((before | cut) == 0)
          continue;
        Edges edges = find_edges (grid, axis, at[1] - 1 + r % ROWS_J, at[2] - 1 + r / ROWS_J);
        if (before != 0)
          xyz = put_vertex (&edges, at[0] - 1, xyz);
        for (; cut != 0; cut &= cut - 1)
          xyz = put_vertex (&edges, at[0] + __builtin_ctzll (cut), xyz);
      }
}

static size_t
brick_index (const BrgBrickSurface *surface, const int brick[3])
{
  return ((size_t) brick[2] * (size_t) surface->n[1] + (size_t) brick[1]) * (size_t) surface->n[0] +
         (size_t) brick[0];
}

/* The brick of entry `b` of an update. */
static void
find_brick (const Update *update, int b, int brick[3])
{
  brick[0] = update->lo[0] + b % update->n[0];
  brick[1] = update->lo[1] + b / update->n[0] % update->n[1];
  brick[2] = update->lo[2] + b / update->n[0] / update->n[1];
}

static BrgStatus
make_brick (const Update *update, int b, Work *work, BrgError *error)
{
  int brick[3];

  find_brick (update, b, brick);
  const int at[3] = { brick[0] * NI, brick[1] * NJ, brick[2] * NK };
  if (!load_rows (update->mask, at, work))
    return BRG_OK;
  find_cells (update, work);
  if (work->n_triangles == 0)
    return BRG_OK;
  BrgMesh *mesh = brg_mesh_new (work->n_vertices, work->n_triangles, error);
  if (mesh == NULL)
    return BRG_NO_MEMORY;
  put_triangles (update, work, mesh);
  place_vertices (&update->mask->grid, at, work, mesh);
  update->made[b] = mesh;
  return BRG_OK;
}

static BrgStatus
make_bricks (void *data, int slab, int begin, int end, BrgError *error)
{
  const Update *update = data;
  Work *work = brg_alloc_in (update->pool, 1, sizeof *work, error);
  BrgStatus status = work != NULL ? BRG_OK : BRG_NO_MEMORY;
  (void) slab;

  for (int b = begin; b < end && status == BRG_OK; b++)
    status = make_brick (update, b, work, error);
  brg_free (work);
  return status;
}

static bool
same_mesh (const BrgMesh *a, const BrgMesh *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  return a->n_vertices == b->n_vertices && a->n_triangles == b->n_triangles &&
         memcmp (a->xyz, b->xyz, a->n_vertices * 3 * sizeof *a->xyz) == 0 &&
         memcmp (a->triangles, b->triangles, a->n_triangles * 3 * sizeof *a->triangles) == 0;
}

/* Puts what was made in place of what differs from it. */
static void
take_bricks (BrgBrickSurface *surface, const Update *update, int n_bricks)
{
  uint64_t revision = surface->revision + 1;

  for (int b = 0; b < n_bricks; b++)
    {
      int brick[3];
      find_brick (update, b, brick);
      BrgBrick *old = surface->bricks + brick_index (surface, brick);
      if (same_mesh (old->mesh, update->made[b]))
        continue;
      brg_mesh_unref (old->mesh);
      *old = (BrgBrick){ update->made[b], revision };
      update->made[b] = NULL;
      surface->revision = revision;
    }
}

/* The bricks whose cells touch voxels of the box, and how many there are. */
static int
find_bricks (const BrgBrickSurface *surface, const BrgBox *box, Update *update)
{
  const int size[3] = { NI, NJ, NK };
  BrgBox whole = brg_grid_box (&surface->grid);
  BrgBox inside = box != NULL ? brg_box_intersect (box, &whole) : whole;

  if (brg_box_is_empty (&inside))
    return 0;
  for (int axis = 0; axis < 3; axis++)
    {
      update->lo[axis] = inside.lo[axis] / size[axis];
      update->n[axis] = inside.hi[axis] / size[axis] + 1 - update->lo[axis];
    }
  return update->n[0] * update->n[1] * update->n[2];
}

BrgStatus
brg_brick_surface_update (BrgBrickSurface *surface,
                          const BrgMask *mask,
                          const BrgBox *box,
                          BrgJob *job,
                          BrgError *error)
{
  BrgStatus status = brg_grid_check_equal (&surface->grid, &mask->grid, error);
  Update update = { .surface = surface,
                    .mask = mask,
                    .pool = brg_job_pool (job),
                    .list = BRG_ISA_PICK (job, _brg_isosurface_list),
                    .put_triangles = BRG_ISA_PICK (job, _brg_isosurface_triangles) };

  if (status != BRG_OK)
    return status;
  int n_bricks = find_bricks (surface, box, &update);
  update.made = brg_alloc_zero_in (update.pool, (size_t) n_bricks, sizeof *update.made, error);
  if (update.made == NULL)
    return BRG_NO_MEMORY;
  status = brg_parallel_slabs (n_bricks, SLAB_BRICKS, make_bricks, &update, job, error);
  if (status == BRG_OK)
    take_bricks (surface, &update, n_bricks);
  for (int b = 0; b < n_bricks; b++)
    brg_mesh_unref (update.made[b]);
  brg_free (update.made);
  return status;
}

BrgBrickSurface *
brg_brick_surface_new (const BrgGrid *grid, BrgError *error)
{
  const int size[3] = { NI, NJ, NK };
  BrgBrickSurface *surface = NULL;

  if (brg_isosurface_check_grid (grid, error) == BRG_OK)
    surface = brg_alloc_zero (1, sizeof *surface, error);
  if (surface == NULL)
    return NULL;
  surface->grid = *grid;
  for (int axis = 0; axis < 3; axis++)
    surface->n[axis] = grid->dim[axis] / size[axis] + 1;
  _brg_isosurface_cells (surface->table, brg_affine_determinant (&grid->lps_from_vox) < 0);
  size_t n = (size_t) surface->n[0] * (size_t) surface->n[1] * (size_t) surface->n[2];
  surface->bricks = brg_alloc_zero (n, sizeof *surface->bricks, error);
  if (surface->bricks != NULL)
    return surface;
  brg_free (surface);
  return NULL;
}

const BrgBrick *
brg_brick_surface_bricks (const BrgBrickSurface *surface, size_t *n_bricks)
{
  *n_bricks = (size_t) surface->n[0] * (size_t) surface->n[1] * (size_t) surface->n[2];
  return surface->bricks;
}

uint64_t
brg_brick_surface_revision (const BrgBrickSurface *surface)
{
  return surface->revision;
}

size_t
brg_brick_surface_n_triangles (const BrgBrickSurface *surface)
{
  size_t n_bricks, n_triangles = 0;
  const BrgBrick *bricks = brg_brick_surface_bricks (surface, &n_bricks);

  for (size_t b = 0; b < n_bricks; b++)
    n_triangles += bricks[b].mesh != NULL ? bricks[b].mesh->n_triangles : 0;
  return n_triangles;
}

void
brg_brick_surface_free (BrgBrickSurface *surface)
{
  size_t n_bricks;

  if (surface == NULL)
    return;
  const BrgBrick *bricks = brg_brick_surface_bricks (surface, &n_bricks);
  for (size_t b = 0; b < n_bricks; b++)
    brg_mesh_unref (bricks[b].mesh);
  brg_free (surface->bricks);
  brg_free (surface);
}
