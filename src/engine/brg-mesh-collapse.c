#include "engine/brg-mesh-collapse.h"

#include <stdint.h>
#include <string.h>

#include "engine/brg-alloc.h"

#define NONE       UINT32_MAX
#define MAX_STAR   48   /* triangles around a vertex */
#define MAX_TURN   0.2  /* cosine of the angle by which a triangle may turn */
#define MIN_SHAPE  1e-3 /* twice the area over the square of the longest edge */
#define POLL_EVERY 4096
#define LOAD_STEP  49152 /* a multiple of 3: in corners and in vertices */
#define FIRST_ROOM 4096  /* entries of the queue */

typedef struct
{
  BrgQuadric quadric;
  float p[3];
  uint32_t star; /* one of its corners, the others by `next`; NONE once it is merged */
  uint32_t version;
  uint32_t mark;
  uint32_t state;
} Vertex;

typedef struct
{
  uint32_t vertex; /* NONE in a triangle that is gone */
  uint32_t next;   /* corner of the same vertex */
} Corner;

/* An edge that waits in a bin. It is out of date once an end has changed. */
typedef struct
{
  uint32_t from, to;
  uint32_t version; /* sum of both */
  uint32_t next;
} Entry;

/* Corners of one vertex. */
typedef struct
{
  uint32_t corner[MAX_STAR];
  int n;
} Star;

typedef struct
{
  const BrgCollapse *mesh;
  BrgPool *pool;
  Vertex *vertices;
  Corner *corners;
  Entry *entries;
  size_t n_entries, entry_room;
  uint32_t unused; /* list of entries */
  uint32_t bins[BRG_COLLAPSE_BINS];
  uint64_t occupied[BRG_COLLAPSE_BINS / 64]; /* bins that are not empty */
  int end_bin;
  uint32_t stamp;
} Block;

static inline uint32_t
next_corner (uint32_t c)
{
  return c % 3 == 2 ? c - 2 : c + 1;
}

static inline uint32_t
previous_corner (uint32_t c)
{
  return c % 3 == 0 ? c + 2 : c - 1;
}

static inline uint32_t
next_vertex (const Block *block, uint32_t c)
{
  return block->corners[next_corner (c)].vertex;
}

static inline uint32_t
previous_vertex (const Block *block, uint32_t c)
{
  return block->corners[previous_corner (c)].vertex;
}

/* False where there are too many. */
static inline bool
gather_star (const Block *block, uint32_t vertex, Star *star)
{
  star->n = 0;
  for (uint32_t c = block->vertices[vertex].star; c != NONE; c = block->corners[c].next)
    {
      if (star->n == MAX_STAR)
        return false;
      star->corner[star->n++] = c;
    }
  return true;
}

/* Do the triangles around a vertex form one closed fan? */
static bool
is_fan (const Block *block, uint32_t vertex)
{
  Star star;
  int at = 0, n_steps = 0;

  if (!gather_star (block, vertex, &star) || star.n < 3)
    return false;
  do
    {
      uint32_t wanted = previous_vertex (block, star.corner[at]);
      for (at = 0; at < star.n && next_vertex (block, star.corner[at]) != wanted;)
        at++;
      n_steps++;
    }
  while (at > 0 && at < star.n && n_steps < star.n);
  return at == 0 && n_steps == star.n;
}

static void
load_vertices (Block *block)
{
  const BrgCollapse *mesh = block->mesh;

  for (size_t m = 0; m < mesh->n_members; m++)
    {
      Vertex *vertex = block->vertices + m;
      uint32_t v = mesh->member[m];
      vertex->quadric = mesh->quadrics[v];
      memcpy (vertex->p, mesh->xyz + 3 * (size_t) v, sizeof vertex->p);
      vertex->star = NONE;
      vertex->version = vertex->mark = 0;
      vertex->state = mesh->states[v];
    }
}

static void
load_triangles (Block *block)
{
  const BrgCollapse *mesh = block->mesh;

  for (size_t c = 3 * mesh->n_triangles; c-- > 0;)
    {
      uint32_t v = mesh->local[mesh->triangles[c]];
      block->corners[c] = (Corner){ v, block->vertices[v].star };
      block->vertices[v].star = (uint32_t) c;
    }
}

/* False once cancelled; asks now and then. */
static inline bool
goes_on (size_t n, BrgJob *job)
{
  return n % LOAD_STEP != 0 || !brg_job_is_cancelled (job);
}

static bool
add_quadrics (Block *block, BrgJob *job)
{
  for (size_t c = 0; c < 3 * block->mesh->n_triangles; c += 3)
    {
      if (!goes_on (c, job))
        return false;
      Vertex *corner[3];
      double share;
      for (int i = 0; i < 3; i++)
        corner[i] = block->vertices + block->corners[c + (size_t) i].vertex;
      BrgQuadric plane = brg_quadric_of_plane (corner[0]->p, corner[1]->p, corner[2]->p, &share);
      for (int i = 0; i < 3; i++)
        {
          brg_quadric_add (&corner[i]->quadric, &plane);
          brg_quadric_add_pull (&corner[i]->quadric, corner[i]->p, share);
        }
    }
  return true;
}

static bool
examine_vertices (Block *block, BrgJob *job)
{
  for (size_t m = 0; m < block->mesh->n_members; m++)
    {
      Vertex *vertex = block->vertices + m;
      if (!goes_on (m, job))
        return false;
      if ((vertex->state & (BRG_COLLAPSE_BORDER | BRG_COLLAPSE_SOUND | BRG_COLLAPSE_FAULTY)) == 0)
        vertex->state |= is_fan (block, (uint32_t) m) ? BRG_COLLAPSE_SOUND : BRG_COLLAPSE_FAULTY;
    }
  return true;
}

static BrgStatus
load_block (Block *block, BrgJob *job, BrgError *error)
{
  const BrgCollapse *mesh = block->mesh;

  block->vertices = brg_alloc_in (block->pool, mesh->n_members, sizeof (Vertex), error);
  if (block->vertices != NULL)
    block->corners = brg_alloc_in (block->pool, 3 * mesh->n_triangles, sizeof (Corner), error);
  if (block->corners == NULL)
    return BRG_NO_MEMORY;
  load_vertices (block);
  if (goes_on (0, job))
    load_triangles (block);
  if (!goes_on (0, job) || (mesh->is_first && !add_quadrics (block, job)) ||
      !examine_vertices (block, job))
    return brg_error_set (error, BRG_CANCELLED, "cancelled");
  return BRG_OK;
}

static void
clear_block (Block *block)
{
  brg_free (block->vertices);
  brg_free (block->corners);
  brg_free (block->entries);
}

static inline bool
is_free (const Block *block, uint32_t vertex)
{
  return (block->vertices[vertex].state & (BRG_COLLAPSE_BORDER | BRG_COLLAPSE_FAULTY)) == 0;
}

/* Error of the edge merged at its best place. */
static inline double
place_edge (const Block *block, uint32_t from, uint32_t to, double p[3])
{
  const Vertex *a = block->vertices + from, *b = block->vertices + to;
  BrgQuadric sum = a->quadric;

  brg_quadric_add (&sum, &b->quadric);
  return brg_quadric_place (&sum, a->p, b->p, p);
}

/* Exponent and three bits of the mantissa. */
static inline int
bin_of (double cost)
{
  float single = (float) cost;
  uint32_t bits;

  memcpy (&bits, &single, sizeof bits);
  bits >>= 20;
  return bits < BRG_COLLAPSE_BINS ? (int) bits : BRG_COLLAPSE_BINS - 1;
}

/* An entry that nobody uses; NONE on shortage. */
static uint32_t
new_entry (Block *block, BrgError *error)
{
  uint32_t entry = block->unused;

  if (entry != NONE)
    {
      block->unused = block->entries[entry].next;
      return entry;
    }
  if (block->n_entries == block->entry_room)
    {
      size_t room = 2 * block->entry_room;
      Entry *entries =
        brg_alloc_grow (block->entries, block->n_entries, room, sizeof *entries, error);
      if (entries == NULL)
        return NONE;
      block->entries = entries;
      block->entry_room = room;
    }
  return (uint32_t) block->n_entries++;
}

static BrgStatus
push_edge (Block *block, uint32_t from, uint32_t to, BrgError *error)
{
  double p[3];
  int bin = bin_of (place_edge (block, from, to, p));

  if (bin >= block->end_bin)
    return BRG_OK;
  uint32_t entry = new_entry (block, error);
  if (entry == NONE)
    return BRG_NO_MEMORY;
  uint32_t version = block->vertices[from].version + block->vertices[to].version;
  block->entries[entry] = (Entry){ from, to, version, block->bins[bin] };
  block->bins[bin] = entry;
  block->occupied[bin / 64] |= UINT64_C (1) << bin % 64;
  return BRG_OK;
}

/* False when none is left. */
static bool
pop_edge (Block *block, Entry *edge)
{
  int word = 0;

  while (word < BRG_COLLAPSE_BINS / 64 && block->occupied[word] == 0)
    word++;
  if (word == BRG_COLLAPSE_BINS / 64)
    return false;
  int bin = 64 * word + __builtin_ctzll (block->occupied[word]);
  uint32_t entry = block->bins[bin];
  *edge = block->entries[entry];
  block->bins[bin] = edge->next;
  if (edge->next == NONE)
    block->occupied[word] &= block->occupied[word] - 1;
  block->entries[entry].next = block->unused;
  block->unused = entry;
  return true;
}

static bool
is_current (const Block *block, const Entry *edge)
{
  const Vertex *from = block->vertices + edge->from, *to = block->vertices + edge->to;
  return from->star != NONE && to->star != NONE && from->version + to->version == edge->version;
}

static BrgStatus
push_all (Block *block, BrgJob *job, BrgError *error)
{
  BrgStatus status = BRG_OK;

  for (uint32_t c = 0; status == BRG_OK && c < 3 * block->mesh->n_triangles; c++)
    {
      if (c % POLL_EVERY == 0 && brg_job_is_cancelled (job))
        return brg_error_set (error, BRG_CANCELLED, "cancelled");
      uint32_t from = block->corners[c].vertex, to = next_vertex (block, c);
      if (from < to && is_free (block, from) && is_free (block, to))
        status = push_edge (block, from, to, error);
    }
  return status;
}

/* Are the two vertices that make a triangle with both ends the only neighbours of both? */
static bool
links_are_simple (Block *block, const Star *from, const Star *to)
{
  int n_common = 0;

  if (from->n + to->n - 4 > MAX_STAR || (from->n == 3 && to->n == 3))
    return false;
  block->stamp++;
  for (int i = 0; i < from->n; i++)
    block->vertices[next_vertex (block, from->corner[i])].mark = block->stamp;
  for (int i = 0; i < to->n; i++)
    n_common += block->vertices[next_vertex (block, to->corner[i])].mark == block->stamp;
  return n_common == 2;
}

/* May a triangle with two corners at a and b move its third one? */
static bool
may_move (const float from[3], const float to[3], const float a[3], const float b[3])
{
  double before[3], after[3], dot = 0, before_2 = 0, after_2 = 0, edge_2[3] = { 0 };

  brg_quadric_area_vector (from, a, b, before);
  brg_quadric_area_vector (to, a, b, after);
  for (int i = 0; i < 3; i++)
    {
      double ta = (double) a[i] - (double) to[i], tb = (double) b[i] - (double) to[i];
      dot += before[i] * after[i];
      before_2 += before[i] * before[i];
      after_2 += after[i] * after[i];
      edge_2[0] += ta * ta;
      edge_2[1] += tb * tb;
      edge_2[2] += (ta - tb) * (ta - tb);
    }
  double longest_2 = fmax (edge_2[0], fmax (edge_2[1], edge_2[2]));
  if (!(after_2 > MIN_SHAPE * MIN_SHAPE * longest_2 * longest_2))
    return false;
  return before_2 <= 0 || (dot > 0 && dot * dot > MAX_TURN * MAX_TURN * before_2 * after_2);
}

/* The same for all triangles around a vertex but the two that go. */
static bool
may_all_move (const Block *block, const Star *star, uint32_t other, const float to[3])
{
  const float *from = block->vertices[block->corners[star->corner[0]].vertex].p;

  for (int i = 0; i < star->n; i++)
    {
      uint32_t a = next_vertex (block, star->corner[i]);
      uint32_t b = previous_vertex (block, star->corner[i]);
      if (a != other && b != other &&
          !may_move (from, to, block->vertices[a].p, block->vertices[b].p))
        return false;
    }
  return true;
}

/* Takes a corner out of the list of its vertex. */
static void
unlink_corner (Block *block, uint32_t corner)
{
  uint32_t *link = &block->vertices[block->corners[corner].vertex].star;

  while (*link != corner)
    link = &block->corners[*link].next;
  *link = block->corners[corner].next;
}

static void
remove_triangle (Block *block, uint32_t corner)
{
  for (int i = 0; i < 3; i++)
    block->corners[corner / 3 * 3 + (uint32_t) i].vertex = NONE;
}

/* Gives the corners of `star` to `into`, but for those of triangles with `other`, which go. */
static void
hand_over (Block *block, const Star *star, uint32_t other, uint32_t into)
{
  for (int i = 0; i < star->n; i++)
    {
      uint32_t c = star->corner[i];
      if (next_vertex (block, c) == other || previous_vertex (block, c) == other)
        {
          uint32_t apex = next_vertex (block, c) == other ? previous_corner (c) : next_corner (c);
          unlink_corner (block, apex);
          remove_triangle (block, c);
        }
      else
        {
          block->corners[c] = (Corner){ into, block->vertices[into].star };
          block->vertices[into].star = c;
        }
    }
}

static void
merge (Block *block, const Entry *edge, const Star *from, const Star *to, const float p[3])
{
  Vertex *kept = block->vertices + edge->from, *gone = block->vertices + edge->to;

  brg_quadric_add (&kept->quadric, &gone->quadric);
  memcpy (kept->p, p, sizeof kept->p);
  kept->version++;
  gone->state |= BRG_COLLAPSE_GONE;
  kept->star = gone->star = NONE;
  hand_over (block, to, edge->from, edge->from);
  for (int i = 0; i < from->n; i++)
    {
      uint32_t c = from->corner[i];
      if (block->corners[c].vertex == NONE)
        continue;
      block->corners[c].next = kept->star;
      kept->star = c;
    }
}

static BrgStatus
push_around (Block *block, uint32_t vertex, BrgError *error)
{
  BrgStatus status = BRG_OK;

  for (uint32_t c = block->vertices[vertex].star; c != NONE && status == BRG_OK;
       c = block->corners[c].next)
    {
      uint32_t other = next_vertex (block, c);
      if (is_free (block, other))
        status = push_edge (block, vertex, other, error);
    }
  return status;
}

/* Merges the edge if the surface allows it. */
static bool
try_edge (Block *block, const Entry *edge)
{
  Star from, to;
  double place[3];

  if (!gather_star (block, edge->from, &from) || !gather_star (block, edge->to, &to) ||
      !links_are_simple (block, &from, &to))
    return false;
  place_edge (block, edge->from, edge->to, place);
  float p[3] = { (float) place[0], (float) place[1], (float) place[2] };
  if (!may_all_move (block, &from, edge->to, p) || !may_all_move (block, &to, edge->from, p))
    return false;
  merge (block, edge, &from, &to, p);
  return true;
}

static void
store_block (const Block *block)
{
  const BrgCollapse *mesh = block->mesh;
  uint32_t *out = mesh->triangles;

  for (size_t c = 0; c < 3 * mesh->n_triangles; c += 3)
    for (size_t i = 0; i < 3 && block->corners[c].vertex != NONE; i++)
      *out++ = mesh->member[block->corners[c + i].vertex];
  for (size_t m = 0; m < mesh->n_members; m++)
    {
      const Vertex *vertex = block->vertices + m;
      uint32_t v = mesh->member[m];
      mesh->quadrics[v] = vertex->quadric;
      memcpy (mesh->xyz + 3 * (size_t) v, vertex->p, sizeof vertex->p);
      mesh->states[v] = (uint8_t) vertex->state;
    }
}

static BrgStatus
collapse_edges (Block *block,
                size_t max_collapses,
                size_t *n_collapses,
                BrgJob *job,
                BrgError *error)
{
  BrgStatus status = BRG_OK;
  Entry edge;

  for (size_t n = 1; status == BRG_OK && *n_collapses < max_collapses && pop_edge (block, &edge);
       n++)
    {
      if (n % POLL_EVERY == 0 && brg_job_is_cancelled (job))
        return brg_error_set (error, BRG_CANCELLED, "cancelled");
      if (!is_current (block, &edge) || !try_edge (block, &edge))
        continue;
      (*n_collapses)++;
      status = push_around (block, edge.from, error);
    }
  return status;
}

static BrgStatus
prepare_queue (Block *block, int end_bin, BrgJob *job, BrgError *error)
{
  block->entry_room = FIRST_ROOM;
  block->entries = brg_alloc_in (block->pool, block->entry_room, sizeof (Entry), error);
  if (block->entries == NULL)
    return BRG_NO_MEMORY;
  block->unused = NONE;
  for (int bin = 0; bin < BRG_COLLAPSE_BINS; bin++)
    block->bins[bin] = NONE;
  block->end_bin = end_bin;
  return push_all (block, job, error);
}

BrgStatus
brg_collapse_run (const BrgCollapse *mesh,
                  int end_bin,
                  size_t max_collapses,
                  size_t *n_collapses,
                  BrgJob *job,
                  BrgError *error)
{
  Block block = { .mesh = mesh, .pool = brg_job_pool (job) };
  BrgStatus status = load_block (&block, job, error);

  *n_collapses = 0;
  if (status == BRG_OK)
    status = prepare_queue (&block, end_bin, job, error);
  if (status == BRG_OK)
    status = collapse_edges (&block, max_collapses, n_collapses, job, error);
  if (status == BRG_OK)
    store_block (&block);
  clear_block (&block);
  return status;
}

BrgStatus
brg_collapse_count (const BrgCollapse *mesh, size_t *bins, BrgJob *job, BrgError *error)
{
  Block block = { .mesh = mesh, .pool = brg_job_pool (job) };
  BrgStatus status = load_block (&block, job, error);

  for (uint32_t c = 0; status == BRG_OK && c < 3 * mesh->n_triangles; c++)
    {
      uint32_t from = block.corners[c].vertex, to = next_vertex (&block, c);
      double p[3];
      if (from < to && is_free (&block, from) && is_free (&block, to))
        bins[bin_of (place_edge (&block, from, to, p))]++;
    }
  clear_block (&block);
  return status;
}
