#include "engine/brg-mesh-volume.h"

#include <string.h>

#include "engine/brg-alloc.h"
#include "engine/brg-disjoint.h"
#include "engine/brg-parallel.h"

#define MAX_ROUNDS     4
#define MAX_OFFSET_VOX 0.25
#define TOLERANCE      5e-5 /* of the volume */
#define UNITE_SLAB     16384
#define DISPLACE_SLAB  8192
#define GROUP          512 /* triangles that are summed together */
#define GROUP_SLAB     32

/* One connected surface. */
typedef struct
{
  double wanted; /* volume before, voxels */
  double volume; /* now */
  double slope;  /* growth of the volume per voxel of offset */
  double offset; /* of this round, voxels */
  double error;  /* of the round before */
  bool is_done;  /* it stays as it is */
} Piece;

/* What a block of vertices, or a group of triangles, adds to its piece; `piece` is NONE when it has
 * several. */
typedef struct
{
  uint32_t piece;
  double volume, slope;
} PieceSum;

#define NONE UINT32_MAX

typedef struct
{
  const BrgLinks *links;
  BrgFloat4 *displacement;
  BrgFloat4 *place;  /* of the vertices, voxels */
  BrgFloat4 *normal; /* six times the gradient of the volume there */
  float limit_vox;
  uint32_t *piece; /* per vertex */
  Piece *pieces;
  size_t n_pieces;
  PieceSum *blocks, *groups;
  int n_groups;
} Volume;

static BrgStatus
unite_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  Volume *volume = data;
  const uint32_t *corner = volume->links->mesh->triangles;
  (void) slab, (void) error;

  for (size_t t = 3 * (size_t) begin; t < 3 * (size_t) end; t += 3)
    {
      uint32_t root = brg_disjoint_unite_shared (volume->piece, corner[t], corner[t + 1]);
      brg_disjoint_unite_shared (volume->piece, root, corner[t + 2]);
    }
  return BRG_OK;
}

/* Numbers the pieces in the order of their first vertices, which are their roots. */
static BrgStatus
label_pieces (Volume *volume, BrgJob *job, BrgError *error)
{
  const BrgMesh *mesh = volume->links->mesh;

  for (uint32_t v = 0; v < mesh->n_vertices; v++)
    volume->piece[v] = v;
  BrgStatus status =
    brg_parallel_slabs ((int) mesh->n_triangles, UNITE_SLAB, unite_slab, volume, job, error);
  for (uint32_t v = 0; status == BRG_OK && v < mesh->n_vertices; v++)
    {
      uint32_t lower = volume->piece[v];
      volume->piece[v] = lower == v ? (uint32_t) volume->n_pieces++ : volume->piece[lower];
    }
  return status;
}

/* Twice the area of a triangle times its unit normal. */
static inline BrgFloat4
area_vector (const BrgFloat4 *place, const uint32_t *corner)
{
  BrgFloat4 p = place[corner[0]], u = place[corner[1]] - p, v = place[corner[2]] - p;

  return __builtin_shufflevector (u, u, 1, 2, 0, 3) * __builtin_shufflevector (v, v, 2, 0, 1, 3) -
         __builtin_shufflevector (u, u, 2, 0, 1, 3) * __builtin_shufflevector (v, v, 1, 2, 0, 3);
}

/* Sums the triangles around every vertex of a block. The corners of a triangle follow each other;
 * most have all three here. */
static void
sum_normals (Volume *volume, int block)
{
  const BrgLinks *links = volume->links;
  const uint32_t *corner = links->mesh->triangles, *h = links->corners;
  size_t c = links->first_corner[block], end = links->first_corner[block + 1];
  BrgFloat4 *normal = volume->normal;

  memset (normal + (size_t) block * BRG_LINKS_BLOCK, 0,
          brg_links_block_size (links, block) * sizeof *normal);
  while (c < end)
    {
      const uint32_t *triangle = corner + h[c] / 3 * 3;
      BrgFloat4 area = area_vector (volume->place, triangle);
      if (c + 2 < end && h[c + 2] == h[c] + 2 && corner + h[c] == triangle)
        {
          for (int i = 0; i < 3; i++)
            normal[triangle[i]] += area;
          c += 3;
        }
      else
        normal[corner[h[c++]]] += area;
    }
}

/* Every vertex has a share in the volume: a third of its place times the gradient there. */
static inline void
add_vertex (const Volume *volume, uint32_t v, double *six_volumes, double *slope)
{
  BrgFloat4 p = volume->place[v], n = volume->normal[v];

  *six_volumes += ((double) p[0] * (double) n[0] + (double) p[1] * (double) n[1] +
                   (double) p[2] * (double) n[2]) /
                  3;
  *slope += (double) sqrtf (n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
}

static PieceSum
sum_block (const Volume *volume, int block)
{
  uint32_t base = (uint32_t) block * BRG_LINKS_BLOCK;
  uint32_t end = base + (uint32_t) brg_links_block_size (volume->links, block);
  PieceSum sum = { .piece = volume->piece[base] };

  for (uint32_t v = base; v < end; v++)
    {
      if (volume->piece[v] != sum.piece)
        return (PieceSum){ .piece = NONE };
      add_vertex (volume, v, &sum.volume, &sum.slope);
    }
  return sum;
}

/* All of it belongs to a piece that is done. */
static inline bool
is_done (const Volume *volume, const PieceSum *sum)
{
  return sum->piece != NONE && volume->pieces[sum->piece].is_done;
}

static BrgStatus
measure_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  Volume *volume = data;
  (void) slab, (void) error;

  for (int block = begin; block < end; block++)
    {
      sum_normals (volume, block);
      volume->blocks[block] = sum_block (volume, block);
    }
  return BRG_OK;
}

/* Normals, and volume and slope of each piece, in the order of the vertices. */
static BrgStatus
measure_pieces (Volume *volume, BrgJob *job, BrgError *error)
{
  const BrgLinks *links = volume->links;
  BrgStatus status =
    brg_parallel_slabs (links->n_blocks, BRG_LINKS_SLAB, measure_slab, volume, job, error);

  for (size_t p = 0; p < volume->n_pieces; p++)
    volume->pieces[p].volume = volume->pieces[p].slope = 0;
  for (int block = 0; status == BRG_OK && block < links->n_blocks; block++)
    {
      const PieceSum *sum = volume->blocks + block;
      if (sum->piece != NONE)
        {
          volume->pieces[sum->piece].volume += sum->volume;
          volume->pieces[sum->piece].slope += sum->slope;
          continue;
        }
      uint32_t base = (uint32_t) block * BRG_LINKS_BLOCK;
      for (uint32_t v = base; v < base + brg_links_block_size (links, block); v++)
        {
          Piece *piece = volume->pieces + volume->piece[v];
          add_vertex (volume, v, &piece->volume, &piece->slope);
        }
    }
  return status;
}

static inline double
six_volumes_below (const Volume *volume, const uint32_t *corner)
{
  BrgFloat4 p = volume->place[corner[0]], area = area_vector (volume->place, corner);

  return (double) p[0] * (double) area[0] + (double) p[1] * (double) area[1] +
         (double) p[2] * (double) area[2];
}

static void
group_range (const Volume *volume, int group, size_t *begin, size_t *end)
{
  size_t n = volume->links->mesh->n_triangles;

  *begin = (size_t) group * GROUP;
  *end = n - *begin < GROUP ? n : *begin + GROUP;
}

static PieceSum
sum_group (const Volume *volume, int group)
{
  const uint32_t *corner = volume->links->mesh->triangles;
  size_t begin, end;

  group_range (volume, group, &begin, &end);
  PieceSum sum = { .piece = volume->piece[corner[3 * begin]] };
  for (size_t t = begin; t < end; t++)
    {
      if (volume->piece[corner[3 * t]] != sum.piece)
        return (PieceSum){ .piece = NONE };
      sum.volume += six_volumes_below (volume, corner + 3 * t);
    }
  return sum;
}

static BrgStatus
sum_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  Volume *volume = data;
  (void) slab, (void) error;

  for (int group = begin; group < end; group++)
    if (!is_done (volume, volume->groups + group))
      volume->groups[group] = sum_group (volume, group);
  return BRG_OK;
}

/* Volume of each piece, in the order of the triangles. */
static BrgStatus
measure_volumes (Volume *volume, BrgJob *job, BrgError *error)
{
  const uint32_t *corner = volume->links->mesh->triangles;
  BrgStatus status =
    brg_parallel_slabs (volume->n_groups, GROUP_SLAB, sum_slab, volume, job, error);

  for (size_t p = 0; p < volume->n_pieces; p++)
    volume->pieces[p].volume = 0;
  for (int group = 0; status == BRG_OK && group < volume->n_groups; group++)
    {
      const PieceSum *sum = volume->groups + group;
      size_t begin, end;
      group_range (volume, group, &begin, &end);
      if (sum->piece != NONE)
        volume->pieces[sum->piece].volume += sum->volume;
      for (size_t t = begin; sum->piece == NONE && t < end; t++)
        volume->pieces[volume->piece[corner[3 * t]]].volume +=
          six_volumes_below (volume, corner + 3 * t);
    }
  return status;
}

/* The offsets of one Newton step; false when no piece can gain by it. A piece that hardly came
 * nearer is held by the limit. */
static bool
choose_offsets (Volume *volume, int round)
{
  bool is_useful = false;

  for (size_t p = 0; p < volume->n_pieces; p++)
    {
      Piece *piece = volume->pieces + p;
      double error = piece->wanted - piece->volume;
      double offset = piece->slope > 0 ? error / piece->slope : 0;

      piece->is_done |= !(fabs (error) > TOLERANCE * fabs (piece->wanted)) ||
                        (round > 0 && fabs (error) > 0.9 * fabs (piece->error));
      piece->offset = piece->is_done ? 0 : fmax (-MAX_OFFSET_VOX, fmin (MAX_OFFSET_VOX, offset));
      piece->error = error;
      is_useful |= !piece->is_done;
    }
  return is_useful;
}

static inline float
limit (float displacement, float limit_vox)
{
  return displacement > limit_vox    ? limit_vox
         : displacement < -limit_vox ? -limit_vox
                                     : displacement;
}

/* Moves a block and keeps it within the limits. */
static void
offset_block (Volume *volume, int block)
{
  size_t begin = (size_t) block * BRG_LINKS_BLOCK;

  for (size_t v = begin; v < begin + brg_links_block_size (volume->links, block); v++)
    {
      BrgFloat4 normal = volume->normal[v], before = volume->displacement[v], moved = before;
      float length = sqrtf (normal[0] * normal[0] + normal[1] * normal[1] + normal[2] * normal[2]);
      if (length > 0)
        moved += (float) volume->pieces[volume->piece[v]].offset / length * normal;
      for (int a = 0; a < 3; a++)
        moved[a] = limit (moved[a], volume->limit_vox);
      volume->displacement[v] = moved;
      volume->place[v] += moved - before;
    }
}

static BrgStatus
offset_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  Volume *volume = data;
  (void) slab, (void) error;

  for (int block = begin; block < end; block++)
    if (!is_done (volume, volume->blocks + block))
      offset_block (volume, block);
  return BRG_OK;
}

static BrgStatus
offset_pieces (Volume *volume, BrgJob *job, BrgError *error)
{
  return brg_parallel_slabs (volume->links->n_blocks, BRG_LINKS_SLAB, offset_slab, volume, job,
                             error);
}

/* Moves the vertices as the filter has it, but within the limits. */
static BrgStatus
displace_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  Volume *volume = data;
  (void) slab, (void) error;

  for (int v = begin; v < end; v++)
    {
      BrgFloat4 move = volume->displacement[v];
      for (int a = 0; a < 3; a++)
        move[a] = limit (move[a], volume->limit_vox);
      volume->displacement[v] = move;
      volume->place[v] += move;
    }
  return BRG_OK;
}

/* Step `step` of the few of roughly equal length. */
static void
begin_step (const BrgJobPart *parts, int step)
{
  double share = (1 - BRG_FILTER_SHARE) / (2 * MAX_ROUNDS + 4);

  brg_job_part (parts, BRG_FILTER_SHARE + share * step, BRG_FILTER_SHARE + share * (step + 1));
}

/* The normals of the first step serve for all: what is left then is small. */
static BrgStatus
restore (Volume *volume, const BrgJobPart *parts, BrgError *error)
{
  int n_vertices = (int) volume->links->mesh->n_vertices;

  for (int group = 0; group < volume->n_groups; group++)
    volume->groups[group].piece = NONE;
  BrgStatus status = measure_volumes (volume, parts->job, error);
  for (size_t p = 0; p < volume->n_pieces; p++)
    volume->pieces[p].wanted = volume->pieces[p].volume;
  begin_step (parts, 3);
  if (status == BRG_OK)
    status =
      brg_parallel_slabs (n_vertices, DISPLACE_SLAB, displace_slab, volume, parts->job, error);
  begin_step (parts, 4);
  if (status == BRG_OK)
    status = measure_pieces (volume, parts->job, error);
  for (int round = 0; status == BRG_OK && round < MAX_ROUNDS; round++)
    {
      if (!choose_offsets (volume, round))
        break;
      begin_step (parts, 5 + 2 * round);
      status = offset_pieces (volume, parts->job, error);
      begin_step (parts, 6 + 2 * round);
      if (status == BRG_OK && round + 1 < MAX_ROUNDS)
        status = measure_volumes (volume, parts->job, error);
    }
  brg_job_part (parts, BRG_FILTER_SHARE, 1);
  if (status == BRG_OK && !brg_job_tick (parts->job, 1))
    status = brg_error_set (error, BRG_CANCELLED, "cancelled");
  return status;
}

static void
clear_volume (Volume *volume)
{
  brg_free (volume->place);
  brg_free (volume->normal);
  brg_free (volume->piece);
  brg_free (volume->pieces);
  brg_free (volume->blocks);
  brg_free (volume->groups);
}

BrgStatus
brg_mesh_restore_volume (const BrgLinks *links,
                         const BrgAffine *vox_from_lps,
                         BrgFloat4 *displacement,
                         float limit_vox,
                         const BrgJobPart *parts,
                         BrgError *error)
{
  BrgPool *pool = brg_job_pool (parts->job);
  size_t n = links->mesh->n_vertices;
  Volume volume = { .links = links, .displacement = displacement, .limit_vox = limit_vox };
  BrgStatus status = BRG_NO_MEMORY;

  volume.place = brg_alloc_in (pool, n, sizeof *volume.place, error);
  volume.normal = brg_alloc_in (pool, n, sizeof *volume.normal, error);
  volume.piece = brg_alloc_in (pool, n, sizeof *volume.piece, error);
  volume.n_groups = brg_parallel_n_slabs ((int) links->mesh->n_triangles, GROUP);
  volume.blocks = brg_alloc_in (pool, (size_t) links->n_blocks, sizeof *volume.blocks, error);
  volume.groups = brg_alloc_in (pool, (size_t) volume.n_groups, sizeof *volume.groups, error);
  begin_step (parts, 0);
  if (volume.place && volume.normal && volume.piece && volume.blocks && volume.groups)
    status = brg_filter_load (links->mesh, vox_from_lps, volume.place, parts->job, error);
  begin_step (parts, 1);
  if (status == BRG_OK)
    status = label_pieces (&volume, parts->job, error);
  if (status == BRG_OK)
    {
      volume.pieces = brg_alloc_zero_in (pool, volume.n_pieces, sizeof *volume.pieces, error);
      status = volume.pieces != NULL ? BRG_OK : BRG_NO_MEMORY;
    }
  begin_step (parts, 2);
  if (status == BRG_OK)
    status = restore (&volume, parts, error);
  clear_volume (&volume);
  return status;
}
