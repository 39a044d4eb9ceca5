#include "engine/brg-isosurface.h"

#include <string.h>

#include "engine/brg-alloc.h"
#include "engine/brg-isosurface-table.h"
#include "engine/brg-job-part.h"
#include "engine/brg-parallel.h"

#define SLAB_LAYERS       4
#define COUNTING_SHARE    0.4 /* of the time */
#define MIN_STEP_OVER_MAX 0x1p-20

/* Lattice row (j, k) starts at the padded voxel (-1, j - 1, k - 1). It owns the vertices on the
 * edges that leave its voxels towards +i, +j and +k, stored in that order, and the cells between
 * rows (j, k), (j + 1, k), (j, k + 1) and (j + 1, k + 1). */
typedef struct
{
  uint64_t first_triangle; /* a count until the bases are summed up; so are the next three */
  uint64_t first_x, first_y, first_z;
} Row;

typedef struct
{
  const BrgMask *mask;
  size_t words;  /* of a padded row, with a zero word at its end */
  size_t n_rows; /* lattice rows of one layer, padding included */
  Row *rows;
  BrgMesh *mesh;
  bool mirrored; /* the grid is left-handed */
} Surface;

/* The four padded rows around a row of cells. */
typedef struct
{
  const uint64_t *a, *b, *c, *d; /* (j, k), (j + 1, k), (j, k + 1), (j + 1, k + 1) */
} Quad;

/* One word of them, and the same moved down by one bit. */
typedef struct
{
  uint64_t bits[8]; /* by corner of the cell */
  uint64_t active;  /* cells whose corners are not all alike */
} QuadWord;

static void
load_row (const Surface *surface, int j, int k, uint64_t *out)
{
  const BrgMask *mask = surface->mask;

  memset (out, 0, surface->words * sizeof *out);
  if (j < 0 || k < 0 || j >= mask->grid.dim[1] || k >= mask->grid.dim[2])
    return;
  const uint64_t *row = brg_mask_row (mask, j, k);
  for (size_t w = 0; w < mask->row_words; w++)
    {
      out[w] |= row[w] << 1;
      out[w + 1] = row[w] >> 63;
    }
}

static void
load_layer (const Surface *surface, int k, uint64_t *out)
{
  for (size_t j = 0; j < surface->n_rows; j++)
    load_row (surface, (int) j - 1, k, out + j * surface->words);
}

static inline QuadWord
quad_word (const Quad *quad, size_t w)
{
  const uint64_t *rows[4] = { quad->a, quad->b, quad->c, quad->d };
  QuadWord word;
  uint64_t any = 0, all = ~UINT64_C (0);

  for (int r = 0; r < 4; r++)
    {
      uint64_t here = rows[r][w], next = here >> 1 | rows[r][w + 1] << 63;
      word.bits[2 * r] = here;
      word.bits[2 * r + 1] = next;
      any |= here | next;
      all &= here & next;
    }
  word.active = any & ~all;
  return word;
}

static inline unsigned
cell_pattern (const QuadWord *word, int bit)
{
  unsigned pattern = 0;

  for (int c = 0; c < 8; c++)
    pattern |= (unsigned) (word->bits[c] >> bit & 1) << c;
  return pattern;
}

static void
count_row (const Surface *surface, const Quad *quad, Row *row)
{
  Row count = { 0 };

  for (size_t w = 0; w + 1 < surface->words; w++)
    {
      QuadWord word = quad_word (quad, w);
      if (word.active == 0)
        continue;
      count.first_x += (unsigned) __builtin_popcountll (word.bits[0] ^ word.bits[1]);
      count.first_y += (unsigned) __builtin_popcountll (word.bits[0] ^ word.bits[2]);
      count.first_z += (unsigned) __builtin_popcountll (word.bits[0] ^ word.bits[4]);
      for (uint64_t left = word.active; left != 0; left &= left - 1)
        count.first_triangle +=
          brg_isosurface_table[cell_pattern (&word, __builtin_ctzll (left))][0];
    }
  *row = count;
}

/* Turns the counts into first indices. Rows are numbered in order, hence so is everything else. */
static BrgStatus
sum_rows (Surface *surface, size_t *n_vertices, size_t *n_triangles, BrgError *error)
{
  size_t n = surface->n_rows * ((size_t) surface->mask->grid.dim[2] + 2);
  uint64_t vertices = 0, triangles = 0;

  for (size_t r = 0; r < n; r++)
    {
      Row count = surface->rows[r];
      surface->rows[r] = (Row){ .first_triangle = triangles,
                                .first_x = vertices,
                                .first_y = vertices + count.first_x,
                                .first_z = vertices + count.first_x + count.first_y };
      vertices += count.first_x + count.first_y + count.first_z;
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

static void
put_vertex (const Surface *surface, uint32_t vertex, double i, double j, double k)
{
  const double (*m)[4] = surface->mask->grid.lps_from_vox.m;
  float *xyz = surface->mesh->xyz + 3 * (size_t) vertex;

  for (int a = 0; a < 3; a++)
    xyz[a] = (float) (m[a][0] * i + m[a][1] * j + m[a][2] * k + m[a][3]);
}

/* Running vertex indices of the eight lattice edge rows that a row of cells touches. An edge
 * crossed at position i makes cell i active, so that walking the active cells in order meets every
 * vertex in order and no rank has to be looked up. */
typedef struct
{
  uint32_t x[4], y[2], z[2];
} Ranks;

static inline void
edge_vertices (const Ranks *ranks, unsigned cut_y, unsigned cut_z, uint32_t vertex[12])
{
  for (int e = 0; e < 4; e++)
    vertex[e] = ranks->x[e];
  for (int e = 0; e < 2; e++)
    {
      vertex[4 + 2 * e] = ranks->y[e];
      vertex[5 + 2 * e] = ranks->y[e] + (cut_y >> (4 * e) & 1);
      vertex[8 + 2 * e] = ranks->z[e];
      vertex[9 + 2 * e] = ranks->z[e] + (cut_z >> (2 * e) & 1);
    }
}

static inline uint32_t *
put_triangles (const Surface *surface, unsigned pattern, const uint32_t vertex[12], uint32_t *out)
{
  const uint8_t *entry = brg_isosurface_table[pattern];
  int second = surface->mirrored ? 2 : 1;

  for (int t = 0; t < entry[0]; t++)
    {
      const uint8_t *edge = entry + 1 + 3 * t;
      out[0] = vertex[edge[0]];
      out[second] = vertex[edge[1]];
      out[3 - second] = vertex[edge[2]];
      out += 3;
    }
  return out;
}

static void
emit_row (const Surface *surface, const Quad *quad, size_t r, int j, int k)
{
  const Row *row = surface->rows + r;
  const Row *beside = row + 1, *above = row + surface->n_rows;
  Ranks ranks = { { (uint32_t) row->first_x, (uint32_t) beside->first_x, (uint32_t) above->first_x,
                    (uint32_t) above[1].first_x },
                  { (uint32_t) row->first_y, (uint32_t) above->first_y },
                  { (uint32_t) row->first_z, (uint32_t) beside->first_z } };
  uint32_t *out = surface->mesh->triangles + 3 * (size_t) row->first_triangle;

  for (size_t w = 0; w + 1 < surface->words; w++)
    {
      QuadWord word = quad_word (quad, w);
      for (uint64_t left = word.active; left != 0; left &= left - 1)
        {
          int bit = __builtin_ctzll (left);
          unsigned pattern = cell_pattern (&word, bit);
          unsigned cut_x = pattern ^ pattern >> 1, cut_y = pattern ^ pattern >> 2;
          unsigned cut_z = pattern ^ pattern >> 4;
          int i = (int) (w * 64) + bit - 1;
          uint32_t vertex[12];

          edge_vertices (&ranks, cut_y, cut_z, vertex);
          out = put_triangles (surface, pattern, vertex, out);
          if (cut_x & 1)
            put_vertex (surface, ranks.x[0], i + 0.5, j, k);
          if (cut_y & 1)
            put_vertex (surface, ranks.y[0], i, j + 0.5, k);
          if (cut_z & 1)
            put_vertex (surface, ranks.z[0], i, j, k + 0.5);
          for (int e = 0; e < 4; e++)
            ranks.x[e] += cut_x >> (2 * e) & 1;
          for (int e = 0; e < 2; e++)
            {
              ranks.y[e] += cut_y >> (4 * e) & 1;
              ranks.z[e] += cut_z >> (2 * e) & 1;
            }
        }
    }
}

static void
visit_layer (const Surface *surface, int layer, const uint64_t *below, const uint64_t *above)
{
  size_t words = surface->words;

  for (size_t j = 0; j + 1 < surface->n_rows; j++)
    {
      Quad quad = { below + j * words, below + (j + 1) * words, above + j * words,
                    above + (j + 1) * words };
      size_t r = (size_t) layer * surface->n_rows + j;
      if (surface->mesh == NULL)
        count_row (surface, &quad, surface->rows + r);
      else
        emit_row (surface, &quad, r, (int) j - 1, layer - 1);
    }
}

/* Counts while there is no mesh yet, fills the mesh afterwards. */
static BrgStatus
visit_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Surface *surface = data;
  size_t layer_words = surface->n_rows * surface->words;
  uint64_t *buffer = brg_alloc (2 * layer_words, sizeof *buffer, error);
  (void) slab;

  if (buffer == NULL)
    return BRG_NO_MEMORY;
  uint64_t *below = buffer, *above = buffer + layer_words;
  load_layer (surface, begin - 1, below);
  for (int layer = begin; layer < end; layer++)
    {
      load_layer (surface, layer, above);
      visit_layer (surface, layer, below, above);
      uint64_t *swap = below;
      below = above;
      above = swap;
    }
  brg_free (buffer);
  return BRG_OK;
}

static BrgStatus
check_precision (const BrgGrid *grid, BrgError *error)
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
  if (!(step > largest * MIN_STEP_OVER_MAX))
    return brg_error_set (error, BRG_INVALID,
                          "the grid reaches %g mm from the origin, too far for voxels of %g mm",
                          largest, step);
  return BRG_OK;
}

static BrgStatus
make_mesh (Surface *surface, BrgError *error)
{
  size_t n_vertices = 0, n_triangles = 0;
  BrgStatus status = sum_rows (surface, &n_vertices, &n_triangles, error);

  if (status != BRG_OK)
    return status;
  surface->mesh = brg_mesh_new (n_vertices, n_triangles, error);
  return surface->mesh != NULL ? BRG_OK : BRG_NO_MEMORY;
}

static BrgStatus
run (Surface *surface, BrgJob *job, BrgError *error)
{
  int n_layers = surface->mask->grid.dim[2] + 1;
  BrgJobPart parts = brg_job_parts (job);

  brg_job_part (&parts, 0.0, COUNTING_SHARE);
  BrgStatus status = brg_parallel_slabs (n_layers, SLAB_LAYERS, visit_slab, surface, job, error);
  if (status == BRG_OK)
    status = make_mesh (surface, error);
  brg_job_part (&parts, COUNTING_SHARE, 1.0);
  if (status == BRG_OK)
    status = brg_parallel_slabs (n_layers, SLAB_LAYERS, visit_slab, surface, job, error);
  brg_job_parts_end (&parts);
  return status;
}

BrgMesh *
brg_isosurface (const BrgMask *mask, BrgJob *job, BrgError *error)
{
  const int *dim = mask->grid.dim;
  Surface surface = { .mask = mask,
                      .words = mask->row_words + 2,
                      .n_rows = (size_t) dim[1] + 2,
                      .mirrored = brg_affine_determinant (&mask->grid.lps_from_vox) < 0 };

  if (check_precision (&mask->grid, error) != BRG_OK)
    return NULL;
  surface.rows =
    brg_alloc_zero (surface.n_rows * ((size_t) dim[2] + 2), sizeof *surface.rows, error);
  if (surface.rows == NULL)
    return NULL;
  BrgStatus status = run (&surface, job, error);
  brg_free (surface.rows);
  if (status == BRG_OK)
    return surface.mesh;
  brg_mesh_unref (surface.mesh);
  return NULL;
}
