#include "engine/brg-mesh-filter.h"

#include "engine/brg-alloc.h"
#include "engine/brg-mesh-wave.h"
#include "engine/brg-parallel.h"

#define LOAD_SLAB 65536

typedef struct
{
  const BrgMesh *mesh;
  const BrgAffine *vox_from_lps;
  BrgFloat4 *into;
} Load;

static void
load_range (const Load *load, int begin, int end)
{
  const double (*m)[4] = load->vox_from_lps->m;

  for (int v = begin; v < end; v++)
    {
      const float *p = load->mesh->xyz + 3 * (size_t) v;
      double x = (double) p[0], y = (double) p[1], z = (double) p[2];
      BrgFloat4 vox = { 0 };
      for (int a = 0; a < 3; a++)
        vox[a] = (float) (m[a][0] * x + m[a][1] * y + m[a][2] * z + m[a][3]);
      load->into[v] = vox;
    }
}

static BrgStatus
load_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  (void) slab, (void) error;

  load_range (data, begin, end);
  return BRG_OK;
}

BrgStatus
brg_filter_load (const BrgMesh *mesh,
                 const BrgAffine *vox_from_lps,
                 BrgFloat4 *into,
                 BrgJob *job,
                 BrgError *error)
{
  Load load = { mesh, vox_from_lps, into };

  return brg_parallel_slabs ((int) mesh->n_vertices, LOAD_SLAB, load_slab, &load, job, error);
}

/* One pass over all vertices:
 *   out = self at + mean (mean of `at` over the neighbours) + weight step - the old out
 * the last two only where asked for. */
typedef struct
{
  const BrgLinks *links;
  const BrgFloat4 *at;
  BrgFloat4 *out;
  float self, mean;
  const BrgFloat4 *step; /* or NULL */
  float weight;
  bool has_old;
} Pass;

static inline void
finish_vertex (const Pass *pass, size_t v, BrgFloat4 sum, float scale)
{
  BrgFloat4 value = pass->self * pass->at[v] + scale * sum;

  if (pass->step != NULL)
    value += pass->weight * pass->step[v];
  if (pass->has_old)
    value -= pass->out[v];
  pass->out[v] = value;
}

/* `n` vertices with as many neighbours each; returns where those of the next ones are. */
static inline const uint32_t *
pass_class (const Pass *pass,
            const uint32_t *near,
            size_t base,
            const uint16_t *order,
            size_t n,
            int degree)
{
  float scale = pass->mean / (float) degree;

  for (size_t i = 0; i < n; i++, near += degree)
    {
      BrgFloat4 sum = pass->at[near[0]];
      for (int d = 1; d < degree; d++)
        sum += pass->at[near[d]];
      finish_vertex (pass, base + order[i], sum, scale);
    }
  return near;
}

static void
pass_many (const Pass *pass, const uint32_t *near, size_t base, const uint16_t *order, size_t n)
{
  for (size_t i = 0; i < n; i++)
    {
      int degree = (int) *near++;
      near = pass_class (pass, near, base, order + i, 1, degree);
    }
}

/* Vertices without neighbours stay where they are. */
static void
pass_alone (const Pass *pass, size_t base, const uint16_t *order, size_t n)
{
  for (size_t i = 0; i < n; i++)
    pass->out[base + order[i]] = (BrgFloat4){ 0 };
}

static void
pass_block (const Pass *pass, int block)
{
  const BrgLinks *links = pass->links;
  const uint32_t *near = links->neighbours + brg_links_first (links, block);
  const uint16_t *n = links->n_of_class[block];
  size_t base = (size_t) block * BRG_LINKS_BLOCK;
  const uint16_t *order = links->order + base;

  pass_alone (pass, base, order, n[0]);
  order += n[0];
#define CLASS(degree)                                                                              \
  near = pass_class (pass, near, base, order, n[degree], degree);                                  \
  order += n[degree];
  CLASS (1)
  CLASS (2)
  CLASS (3)
  CLASS (4)
  CLASS (5)
  CLASS (6)
  CLASS (7)
  CLASS (8)
  CLASS (9)
  CLASS (10)
  CLASS (11)
  CLASS (12)
  CLASS (13)
  CLASS (14)
  CLASS (15)
#undef CLASS
  pass_many (pass, near, base, order, n[BRG_LINKS_CLASSES - 1]);
}

/* The weights of Q with p(t) - p(1) = (t - 1) Q(t), in Chebyshev polynomials. */
static void
divide (const BrgFilter *filter, double *weight)
{
  int n = filter->degree;
  const double *c = filter->coefficient;

  weight[n] = weight[n + 1] = 0;
  for (int k = n - 1; k > 0; k--)
    weight[k] = 2 * (c[k + 1] + weight[k + 1]) - weight[k + 2];
  weight[0] = c[1] + weight[1] - weight[2] / 2;
}

/* The three arrays of a run. */
typedef struct
{
  BrgFloat4 *start; /* positions, then every other term of the recurrence */
  BrgFloat4 *step;  /* (B - 1) positions */
  BrgFloat4 *other; /* the other terms */
} Terms;

/* Clenshaw: b(k) = weight[k] step + 2 B b(k + 1) - b(k + 2), and at the end b(0) with B instead of
 * 2 B. The first term, weight[n - 1] step, is not stored. */
static Pass
make_pass (const Terms *terms,
           const BrgLinks *links,
           double mix,
           const double *weight,
           int n,
           int k)
{
  bool is_even = (n - k) % 2 == 0;
  double factor = (k > 0 ? 2 : 1) * (k == n - 2 ? weight[n - 1] : 1);
  double of_step = k == n - 3 ? weight[k] - weight[n - 1] : weight[k];

  return (Pass){
    .links = links,
    .at = k == n - 2 ? terms->step
          : is_even  ? terms->other
                     : terms->start,
    .out = is_even ? terms->start : terms->other,
    .self = (float) (factor * (1 - mix)),
    .mean = (float) (factor * mix),
    .step = terms->step,
    .weight = (float) of_step,
    .has_old = k < n - 3,
  };
}

/* All passes of a run: the positions, then (B - 1) of them, then the recurrence. */
typedef struct
{
  Load load;
  Pass passes[BRG_FILTER_MAX_DEGREE + 1];
} Passes;

static void
run_blocks (void *data, int pass, int begin_block, int end_block)
{
  const Passes *passes = data;

  for (int block = begin_block; block < end_block; block++)
    if (pass > 0)
      pass_block (&passes->passes[pass], block);
    else
      {
        int begin = block * BRG_LINKS_BLOCK;
        int n = (int) brg_links_block_size (passes->passes[1].links, block);
        load_range (&passes->load, begin, begin + n);
      }
}

static BrgStatus
run_passes (const Terms *terms,
            const BrgFilter *filter,
            const BrgLinks *links,
            const BrgAffine *vox_from_lps,
            const BrgJobPart *parts,
            BrgError *error)
{
  double weight[BRG_FILTER_MAX_DEGREE + 2], mix = filter->mix;
  int n = filter->degree;
  Passes passes = { .load = { links->mesh, vox_from_lps, terms->start } };

  divide (filter, weight);
  passes.passes[1] = (Pass){ .links = links,
                             .at = terms->start,
                             .out = terms->step,
                             .self = (float) -mix,
                             .mean = (float) mix };
  for (int k = n - 2; k >= 0; k--)
    passes.passes[n - k] = make_pass (terms, links, mix, weight, n, k);
  brg_job_part (parts, 0, BRG_FILTER_SHARE);
  return brg_wave_run (links, n + 1, run_blocks, &passes, parts->job, error);
}

BrgFloat4 *
brg_filter_run (const BrgFilter *filter,
                const BrgLinks *links,
                const BrgAffine *vox_from_lps,
                const BrgJobPart *parts,
                BrgError *error)
{
  BrgPool *pool = brg_job_pool (parts->job);
  size_t n = links->mesh->n_vertices;
  Terms terms = { 0 };
  BrgStatus status = BRG_NO_MEMORY;

  terms.start = brg_alloc_in (pool, n, sizeof *terms.start, error);
  terms.step = brg_alloc_in (pool, n, sizeof *terms.step, error);
  terms.other = brg_alloc_in (pool, n, sizeof *terms.other, error);
  brg_job_part (parts, 0, 0);
  if (terms.start != NULL && terms.step != NULL && terms.other != NULL)
    status = run_passes (&terms, filter, links, vox_from_lps, parts, error);
  BrgFloat4 *last = filter->degree % 2 == 0 ? terms.start : terms.other;
  BrgFloat4 *rest = filter->degree % 2 == 0 ? terms.other : terms.start;
  brg_free (terms.step);
  brg_free (rest);
  if (status == BRG_OK)
    return last;
  brg_free (last);
  return NULL;
}
