#include "engine/brg-mesh-smooth.h"

#include <string.h>

#include "engine/brg-alloc.h"
#include "engine/brg-disjoint.h"
#include "engine/brg-job-part.h"
#include "engine/brg-parallel.h"

#define BLOCK_VERTICES 8192
#define MAX_DEGREE     40
#define LIMIT_VOX      0.49f /* below 1/2, so that the two sides of a one-voxel wall never touch */
#define VOLUME_ROUNDS  4
#define MAX_OFFSET_VOX 0.25
#define FILTER_SHARE   0.8 /* of the time */

/* All positions are continuous voxel coordinates, where the limit is a plain box. Vectors have
 * four floats so that one load fetches one. */
typedef struct
{
  const BrgMesh *mesh;
  int n_blocks;
  uint32_t *first; /* per vertex: its neighbours in `neighbours` */
  uint32_t *neighbours;
  float (*start)[4]; /* where the vertex was; in `older` or in `step` while they are free */
  float (*step)[4];  /* mean of the neighbours minus the vertex, at the start */
  float (*newer)[4]; /* displacement by the Chebyshev polynomial of degree n */
  float (*older)[4]; /* of degree n - 1; becomes n + 1 */
  float (*sum)[4];   /* displacement by the filter so far */
  double coefficient[MAX_DEGREE + 1];
  int degree; /* n + 1 */
} Filter;

/* Pieces of surface, to keep the volume of each. */
typedef struct
{
  uint32_t *piece; /* per vertex: its piece */
  size_t n_pieces;
  double *wanted;     /* volume of each before, voxels */
  double *volume;     /* now */
  double *slope;      /* growth of the volume per voxel of offset */
  float (*normal)[4]; /* per vertex: six times the gradient of the volume */
} Pieces;

/* Frees what the filter alone needs. */
static void
clear_links (Filter *filter)
{
  brg_free (filter->first);
  brg_free (filter->neighbours);
  brg_free (filter->newer);
  brg_free (filter->older);
  filter->first = filter->neighbours = NULL;
  filter->newer = filter->older = NULL;
}

static void
clear_filter (Filter *filter)
{
  clear_links (filter);
  brg_free (filter->step);
  brg_free (filter->sum);
}

static BrgStatus
allocate_filter (Filter *filter, BrgError *error)
{
  size_t n = filter->mesh->n_vertices, vector = 4 * sizeof (float);

  filter->first = brg_alloc_zero (n + 2, sizeof *filter->first, error);
  filter->neighbours = brg_alloc (3 * filter->mesh->n_triangles, sizeof (uint32_t), error);
  filter->step = brg_alloc (n, vector, error);
  filter->newer = brg_alloc (n, vector, error);
  filter->older = brg_alloc (n, vector, error);
  filter->sum = brg_alloc (n, vector, error);
  bool complete = filter->first && filter->neighbours && filter->step && filter->newer &&
                  filter->older && filter->sum;
  return complete ? BRG_OK : BRG_NO_MEMORY;
}

/* Compressed rows of neighbours. In a closed mesh each directed edge occurs once, so the ends of
 * the edges that leave a vertex are all its neighbours. */
static void
link_neighbours (Filter *filter)
{
  const uint32_t *corner = filter->mesh->triangles;
  size_t n_halves = 3 * filter->mesh->n_triangles;

  for (size_t h = 0; h < n_halves; h++)
    filter->first[corner[h] + 2]++;
  for (size_t v = 2; v < filter->mesh->n_vertices + 2; v++)
    filter->first[v] += filter->first[v - 1];
  for (size_t t = 0; t < n_halves; t += 3)
    for (size_t c = 0; c < 3; c++)
      filter->neighbours[filter->first[corner[t + c] + 1]++] = corner[t + (c + 1) % 3];
}

static void
load_positions (Filter *filter, const BrgAffine *vox_from_lps, float (*into)[4])
{
  filter->start = into;
  for (size_t v = 0; v < filter->mesh->n_vertices; v++)
    {
      const float *p = filter->mesh->xyz + 3 * v;
      BrgVec3 vox = brg_affine_point (vox_from_lps, brg_vec3 (p[0], p[1], p[2]));
      filter->start[v][0] = (float) vox.x;
      filter->start[v][1] = (float) vox.y;
      filter->start[v][2] = (float) vox.z;
      filter->start[v][3] = 0;
    }
}

/* Chebyshev coefficients of a low-pass over the eigenvalues cos (angle) of the averaging operator,
 * which lets constants pass unchanged. Returns minus its second derivative at angle 0: how fast a
 * round shape shrinks. */
static double
low_pass (int degree, double pass_band, double coefficient[MAX_DEGREE + 1])
{
  double pass = acos (1 - pass_band), total = 0, shrinkage = 0;

  for (int n = 0; n <= degree; n++)
    {
      double x = BRG_PI * n / (degree + 1);
      double window =
        0.355768 + 0.487396 * cos (x) + 0.144232 * cos (2 * x) + 0.012604 * cos (3 * x);
      coefficient[n] = window * (n == 0 ? pass / BRG_PI : 2 * sin (n * pass) / (n * BRG_PI));
      total += coefficient[n];
    }
  for (int n = 0; n <= degree; n++)
    {
      coefficient[n] /= total;
      shrinkage += n * n * coefficient[n];
    }
  return shrinkage;
}

/* The mixture of a wide and a narrow low-pass whose shrinkages cancel. */
static void
design_filter (Filter *filter, double strength)
{
  double wide[MAX_DEGREE + 1], narrow[MAX_DEGREE + 1];
  double pass_band = pow (10, -0.7 - 1.2 * strength);

  filter->degree = 10 + (int) (20 * strength + 0.5);
  double wide_shrinkage = low_pass (filter->degree, pass_band, wide);
  double narrow_shrinkage = low_pass (filter->degree, pass_band / 5, narrow);
  double share = wide_shrinkage / (wide_shrinkage - narrow_shrinkage);
  for (int n = 0; n <= filter->degree; n++)
    filter->coefficient[n] = share * narrow[n] + (1 - share) * wide[n];
}

/* Mean of `at` over the neighbours of v, and of v itself where it has none. */
static inline void
average (const Filter *filter, float (*at)[4], size_t v, float out[4])
{
  uint32_t begin = filter->first[v], end = filter->first[v + 1];
  float sum[4] = { 0 };

  for (uint32_t n = begin; n < end; n++)
    for (int a = 0; a < 4; a++)
      sum[a] += at[filter->neighbours[n]][a];
  float scale = end > begin ? 1.0f / (float) (end - begin) : 0.0f;
  for (int a = 0; a < 4; a++)
    out[a] = end > begin ? sum[a] * scale : at[v][a];
}

static size_t
block_end (const Filter *filter, int block)
{
  size_t end = ((size_t) block + 1) * BLOCK_VERTICES;
  return end < filter->mesh->n_vertices ? end : filter->mesh->n_vertices;
}

/* Degree 1: the step itself. */
static BrgStatus
first_degree (void *data, int slab, int begin, int end, BrgError *error)
{
  Filter *filter = data;
  (void) slab, (void) end, (void) error;

  for (size_t v = (size_t) begin * BLOCK_VERTICES; v < block_end (filter, begin); v++)
    {
      float mean[4];
      average (filter, filter->start, v, mean);
      for (int a = 0; a < 4; a++)
        {
          filter->step[v][a] = mean[a] - filter->start[v][a];
          filter->newer[v][a] = filter->step[v][a];
          filter->sum[v][a] = (float) filter->coefficient[1] * filter->step[v][a];
        }
    }
  return BRG_OK;
}

/* T(n+1) = 2 t T(n) - T(n-1), written for displacements, which stay small. */
static BrgStatus
next_degree (void *data, int slab, int begin, int end, BrgError *error)
{
  Filter *filter = data;
  float coefficient = (float) filter->coefficient[filter->degree];
  (void) slab, (void) end, (void) error;

  for (size_t v = (size_t) begin * BLOCK_VERTICES; v < block_end (filter, begin); v++)
    {
      float mean[4];
      average (filter, filter->newer, v, mean);
      for (int a = 0; a < 4; a++)
        {
          float d = 2 * (mean[a] + filter->step[v][a]) - filter->older[v][a];
          filter->older[v][a] = d;
          filter->sum[v][a] += coefficient * d;
        }
    }
  return BRG_OK;
}

static BrgStatus
run_filter (Filter *filter, const BrgJobPart *parts, BrgError *error)
{
  int highest = filter->degree;

  brg_job_part (parts, 0, FILTER_SHARE / highest);
  BrgStatus status =
    brg_parallel_slabs (filter->n_blocks, 1, first_degree, filter, parts->job, error);

  memset (filter->older, 0, filter->mesh->n_vertices * sizeof *filter->older);
  for (filter->degree = 2; status == BRG_OK && filter->degree <= highest; filter->degree++)
    {
      brg_job_part (parts, FILTER_SHARE * (filter->degree - 1) / highest,
                    FILTER_SHARE * filter->degree / highest);
      status = brg_parallel_slabs (filter->n_blocks, 1, next_degree, filter, parts->job, error);
      float (*swap)[4] = filter->older;
      filter->older = filter->newer;
      filter->newer = swap;
    }
  return status;
}

static inline float
limit (float displacement)
{
  return displacement > LIMIT_VOX    ? LIMIT_VOX
         : displacement < -LIMIT_VOX ? -LIMIT_VOX
                                     : displacement;
}

static void
limit_displacements (Filter *filter)
{
  for (size_t v = 0; v < filter->mesh->n_vertices; v++)
    for (int a = 0; a < 3; a++)
      filter->sum[v][a] = limit (filter->sum[v][a]);
}

/* Numbers the pieces in the order of their first vertices. */
static void
label_pieces (const Filter *filter, Pieces *pieces)
{
  const uint32_t *corner = filter->mesh->triangles;
  uint32_t *piece = pieces->piece;

  for (uint32_t v = 0; v < filter->mesh->n_vertices; v++)
    piece[v] = v;
  for (size_t t = 0; t < 3 * filter->mesh->n_triangles; t += 3)
    for (size_t c = 1; c < 3; c++)
      brg_disjoint_unite (piece, corner[t], corner[t + c]);
  for (uint32_t v = 0; v < filter->mesh->n_vertices; v++)
    {
      uint32_t lower = piece[v];
      piece[v] = lower == v ? (uint32_t) pieces->n_pieces++ : piece[lower];
    }
}

static void
clear_pieces (Pieces *pieces)
{
  brg_free (pieces->piece);
  brg_free (pieces->wanted);
  brg_free (pieces->volume);
  brg_free (pieces->slope);
  brg_free (pieces->normal);
}

static BrgStatus
make_pieces (const Filter *filter, Pieces *pieces, BrgError *error)
{
  size_t n = filter->mesh->n_vertices;

  pieces->piece = brg_alloc (n, sizeof *pieces->piece, error);
  if (pieces->piece == NULL)
    return BRG_NO_MEMORY;
  label_pieces (filter, pieces);
  pieces->wanted = brg_alloc (pieces->n_pieces, sizeof *pieces->wanted, error);
  pieces->volume = brg_alloc (pieces->n_pieces, sizeof *pieces->volume, error);
  pieces->slope = brg_alloc (pieces->n_pieces, sizeof *pieces->slope, error);
  pieces->normal = brg_alloc (n, 4 * sizeof (float), error);
  return pieces->wanted && pieces->volume && pieces->slope && pieces->normal ? BRG_OK
                                                                             : BRG_NO_MEMORY;
}

static inline void
position (const Filter *filter, float (*displacement)[4], uint32_t v, float out[4])
{
  for (int a = 0; a < 4; a++)
    out[a] = filter->start[v][a] + (displacement ? displacement[v][a] : 0.0f);
}

/* Twice the area of a triangle times its unit normal. */
static inline void
area_vector (float p[3][4], float out[4])
{
  float u[3], v[3];

  for (int a = 0; a < 3; a++)
    {
      u[a] = p[1][a] - p[0][a];
      v[a] = p[2][a] - p[0][a];
    }
  out[0] = u[1] * v[2] - u[2] * v[1];
  out[1] = u[2] * v[0] - u[0] * v[2];
  out[2] = u[0] * v[1] - u[1] * v[0];
  out[3] = 0;
}

/* Volume of each piece and its gradient, with the surface displaced or (NULL) as it was. */
static void
measure_pieces (const Filter *filter, float (*displacement)[4], Pieces *pieces)
{
  size_t n = filter->mesh->n_vertices;

  memset (pieces->volume, 0, pieces->n_pieces * sizeof *pieces->volume);
  memset (pieces->slope, 0, pieces->n_pieces * sizeof *pieces->slope);
  memset (pieces->normal, 0, n * sizeof *pieces->normal);
  for (size_t t = 0; t < 3 * filter->mesh->n_triangles; t += 3)
    {
      const uint32_t *corner = filter->mesh->triangles + t;
      float p[3][4], normal[4];
      for (int c = 0; c < 3; c++)
        position (filter, displacement, corner[c], p[c]);
      area_vector (p, normal);
      double volume = 0;
      for (int a = 0; a < 3; a++)
        volume += (double) p[0][a] * (double) normal[a];
      pieces->volume[pieces->piece[corner[0]]] += volume / 6;
      for (int c = 0; c < 3; c++)
        for (int a = 0; a < 4; a++)
          pieces->normal[corner[c]][a] += normal[a];
    }
}

/* Makes the normals unit vectors. */
static void
normalize (const Filter *filter, Pieces *pieces)
{
  for (size_t v = 0; v < filter->mesh->n_vertices; v++)
    {
      float *n = pieces->normal[v];
      float length = sqrtf (n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
      pieces->slope[pieces->piece[v]] += (double) length / 6;
      for (int a = 0; a < 3; a++)
        n[a] = length > 0 ? n[a] / length : 0;
    }
}

/* One Newton step towards the wanted volumes: every piece is offset evenly along its normals. */
static void
offset_pieces (Filter *filter, Pieces *pieces)
{
  for (size_t v = 0; v < filter->mesh->n_vertices; v++)
    {
      uint32_t piece = pieces->piece[v];
      double slope = pieces->slope[piece];
      double offset = slope > 0 ? (pieces->wanted[piece] - pieces->volume[piece]) / slope : 0;

      offset = fmax (-MAX_OFFSET_VOX, fmin (MAX_OFFSET_VOX, offset));
      for (int a = 0; a < 3; a++)
        filter->sum[v][a] = limit (filter->sum[v][a] + (float) offset * pieces->normal[v][a]);
    }
}

static BrgStatus
restore_volume (Filter *filter, const BrgJobPart *parts, BrgError *error)
{
  Pieces pieces = { 0 };
  BrgStatus status = make_pieces (filter, &pieces, error);

  brg_job_part (parts, FILTER_SHARE, 1.0);
  if (status == BRG_OK)
    {
      measure_pieces (filter, NULL, &pieces);
      memcpy (pieces.wanted, pieces.volume, pieces.n_pieces * sizeof *pieces.wanted);
    }
  for (int round = 0; status == BRG_OK && round < VOLUME_ROUNDS; round++)
    {
      measure_pieces (filter, filter->sum, &pieces);
      normalize (filter, &pieces);
      offset_pieces (filter, &pieces);
      if (!brg_job_tick (parts->job, (round + 1.0) / VOLUME_ROUNDS))
        status = brg_error_set (error, BRG_CANCELLED, "cancelled");
    }
  clear_pieces (&pieces);
  return status;
}

static void
store_positions (const Filter *filter, BrgMesh *mesh, const BrgGrid *grid)
{
  for (size_t v = 0; v < mesh->n_vertices; v++)
    {
      const float *d = filter->sum[v];
      float *p = mesh->xyz + 3 * v;
      BrgVec3 move = brg_affine_vector (&grid->lps_from_vox, brg_vec3 (d[0], d[1], d[2]));
      p[0] += (float) move.x;
      p[1] += (float) move.y;
      p[2] += (float) move.z;
    }
}

static BrgStatus
check_operands (const BrgMesh *mesh,
                const BrgGrid *grid,
                double strength,
                BrgAffine *inverse,
                BrgError *error)
{
  if (!(strength >= 0 && strength <= 1))
    return brg_error_set (error, BRG_INVALID, "smoothing must be 0 to 1, got %g", strength);
  if (mesh->n_triangles > UINT32_MAX / 3)
    return brg_error_set (error, BRG_INVALID, "a mesh of %zu triangles is too large to smooth",
                          mesh->n_triangles);
  if (!brg_affine_invert (&grid->lps_from_vox, inverse))
    return brg_error_set (error, BRG_INVALID, "the axes of the grid are degenerate");
  return BRG_OK;
}

BrgStatus
brg_mesh_smooth (BrgMesh *mesh, const BrgGrid *grid, double strength, BrgJob *job, BrgError *error)
{
  Filter filter = { .mesh = mesh };
  BrgJobPart parts = brg_job_parts (job);
  BrgAffine vox_from_lps;
  BrgStatus status = check_operands (mesh, grid, strength, &vox_from_lps, error);

  if (status != BRG_OK || strength <= 0 || mesh->n_vertices == 0)
    return status;
  filter.n_blocks = (int) ((mesh->n_vertices - 1) / BLOCK_VERTICES + 1);
  status = allocate_filter (&filter, error);
  if (status == BRG_OK)
    {
      link_neighbours (&filter);
      load_positions (&filter, &vox_from_lps, filter.older);
      design_filter (&filter, strength);
      status = run_filter (&filter, &parts, error);
    }
  if (status == BRG_OK)
    {
      clear_links (&filter);
      load_positions (&filter, &vox_from_lps, filter.step);
      limit_displacements (&filter);
      status = restore_volume (&filter, &parts, error);
    }
  if (status == BRG_OK)
    store_positions (&filter, mesh, grid);
  clear_filter (&filter);
  brg_job_parts_end (&parts);
  return status;
}
