#include "engine/brg-mesh-filter.h"

#include "engine/brg-alloc.h"
#include "engine/brg-parallel.h"

#define LOAD_SLAB 65536

typedef struct
{
  const BrgMesh *mesh;
  const BrgAffine *vox_from_lps;
  BrgFloat4 *into;
} Load;

static BrgStatus
load_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Load *load = data;
  (void) slab, (void) error;

  for (int v = begin; v < end; v++)
    {
      const float *p = load->mesh->xyz + 3 * (size_t) v;
      BrgVec3 vox = brg_affine_point (load->vox_from_lps, brg_vec3 (p[0], p[1], p[2]));
      load->into[v] = (BrgFloat4){ (float) vox.x, (float) vox.y, (float) vox.z, 0 };
    }
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

static BrgStatus
pass_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Pass *pass = data;
  (void) slab, (void) error;

  for (int block = begin; block < end; block++)
    pass_block (pass, block);
  return BRG_OK;
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

static BrgStatus
run_pass (Pass *pass, BrgJob *job, BrgError *error)
{
  return brg_parallel_slabs (pass->links->n_blocks, BRG_LINKS_SLAB, pass_slab, pass, job, error);
}

static BrgStatus
run_passes (const Terms *terms,
            const BrgFilter *filter,
            const BrgLinks *links,
            const BrgJobPart *parts,
            BrgError *error)
{
  double weight[BRG_FILTER_MAX_DEGREE + 2], mix = filter->mix;
  int n = filter->degree;
  Pass first = { .links = links, .at = terms->start, .out = terms->step };

  divide (filter, weight);
  first.self = (float) -mix;
  first.mean = (float) mix;
  brg_job_part (parts, 0, BRG_FILTER_SHARE / n);
  BrgStatus status = run_pass (&first, parts->job, error);
  for (int k = n - 2; status == BRG_OK && k >= 0; k--)
    {
      Pass pass = make_pass (terms, links, mix, weight, n, k);
      brg_job_part (parts, BRG_FILTER_SHARE * (n - 1 - k) / n, BRG_FILTER_SHARE * (n - k) / n);
      status = run_pass (&pass, parts->job, error);
    }
  return status;
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
    status = brg_filter_load (links->mesh, vox_from_lps, terms.start, parts->job, error);
  if (status == BRG_OK)
    status = run_passes (&terms, filter, links, parts, error);
  BrgFloat4 *last = filter->degree % 2 == 0 ? terms.start : terms.other;
  BrgFloat4 *rest = filter->degree % 2 == 0 ? terms.other : terms.start;
  brg_free (terms.step);
  brg_free (rest);
  if (status == BRG_OK)
    return last;
  brg_free (last);
  return NULL;
}
