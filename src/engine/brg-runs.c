#include "engine/brg-runs.h"

#include "engine/brg-alloc.h"
#include "engine/brg-bits.h"
#include "engine/brg-job-part.h"
#include "engine/brg-parallel.h"
#include "engine/brg-runs-kernel.h"

#define MAX_SLAB_SLICES 16
#define MAX_SLAB_VOX    ((size_t) 4 << 20)

typedef struct
{
  BrgRuns *runs;
  BrgJob *job;
  int slab_planes;
  uint64_t *slab_first; /* runs of each slab, then the number of its first */
  BrgRunsCount *count;
  BrgRunsScan *scan;
  BrgRunsUniteWithin *unite_within;
  BrgRunsUniteAcross *unite_across;
} Labelling;

static bool
crosses_slices (const BrgRuns *runs)
{
  return runs->connectivity != 4 && runs->connectivity != 8;
}

/* Depends on the grid alone. */
static int
slab_planes (const BrgRuns *runs)
{
  const int *dim = runs->mask->grid.dim;
  size_t slices = MAX_SLAB_VOX / ((size_t) dim[0] * (size_t) dim[1]);
  int planes = (slices < MAX_SLAB_SLICES ? (int) slices : MAX_SLAB_SLICES) / runs->deep;

  return planes > 0 ? planes : 1;
}

/* Cuts the arrays of a plane from one buffer. */
static BrgStatus
plane_new (const BrgRuns *runs, BrgRunsPlane *plane, BrgJob *job, BrgError *error)
{
  size_t row = runs->mask->row_words, n_lines = (size_t) runs->n_lines;
  size_t n_words = n_lines * row, n_face = n_lines * (row + 2);
  size_t n_scratch = BRG_RUNS_SCRATCH * (row + 2);
  size_t n_faces = (size_t) (runs->tall * runs->deep);
  size_t n_halves = (n_words + 1) / 2, n_eighths = (n_lines + 7) / 8;

  plane->words = brg_alloc_in (brg_job_pool (job),
                               2 * n_words + n_faces * n_face + n_scratch + n_halves + n_eighths,
                               sizeof *plane->words, error);
  if (plane->words == NULL)
    return BRG_NO_MEMORY;
  plane->begins = plane->words;
  plane->beside = plane->begins + n_words;
  for (size_t f = 0; f < 4; f++)
    plane->face[f] = plane->beside + n_words + f % n_faces * n_face;
  plane->scratch = plane->beside + n_words + n_faces * n_face;
  plane->before = (uint32_t *) (plane->scratch + n_scratch);
  plane->live = (uint8_t *) (plane->scratch + n_scratch + n_halves);
  return BRG_OK;
}

/* Two of them, or none. */
static BrgStatus
planes_new (const BrgRuns *runs, BrgRunsPlane planes[2], BrgJob *job, BrgError *error)
{
  if (plane_new (runs, &planes[0], job, error) != BRG_OK)
    return BRG_NO_MEMORY;
  if (plane_new (runs, &planes[1], job, error) == BRG_OK)
    return BRG_OK;
  brg_free (planes[0].words);
  return BRG_NO_MEMORY;
}

static void
planes_clear (BrgRunsPlane planes[2])
{
  brg_free (planes[0].words);
  brg_free (planes[1].words);
}

static BrgStatus
count_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Labelling *l = data;
  uint64_t n = 0;

  (void) error;
  for (int plane = begin; plane < end; plane++)
    n += l->count (l->runs, plane);
  l->slab_first[slab] = n;
  return BRG_OK;
}

/* Turns counts per slab into offsets and allocates the run table. */
static BrgStatus
allocate_runs (const Labelling *l, BrgError *error)
{
  BrgRuns *runs = l->runs;
  BrgPool *pool = brg_job_pool (l->job);
  size_t n_lines = (size_t) runs->n_lines * (size_t) runs->n_planes;
  int n_slabs = brg_parallel_n_slabs (runs->n_planes, l->slab_planes);
  uint64_t n = 0;

  for (int s = 0; s < n_slabs; s++)
    {
      uint64_t n_slab = l->slab_first[s];
      l->slab_first[s] = n;
      n += n_slab;
    }
  if (n >= UINT32_MAX)
    return brg_error_set (error, BRG_NO_MEMORY, "%llu runs of voxels are too many to label",
                          (unsigned long long) n);
  runs->n_runs = (uint32_t) n;
  runs->line_first = brg_alloc_in (pool, n_lines + 1, sizeof *runs->line_first, error);
  if (runs->line_first == NULL)
    return BRG_NO_MEMORY;
  runs->line_first[n_lines] = runs->n_runs;
  runs->runs = brg_alloc_in (pool, runs->n_runs, sizeof *runs->runs, error);
  if (runs->runs == NULL)
    return BRG_NO_MEMORY;
  if (runs->tall > 1 && runs->flip == 0)
    {
      runs->voxels = brg_alloc_in (pool, runs->n_runs, sizeof *runs->voxels, error);
      if (runs->voxels == NULL)
        return BRG_NO_MEMORY;
    }
  runs->component = brg_alloc_in (pool, runs->n_runs, sizeof *runs->component, error);
  return runs->component != NULL ? BRG_OK : BRG_NO_MEMORY;
}

static BrgStatus
label_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Labelling *l = data;
  const BrgRuns *runs = l->runs;
  uint32_t x = (uint32_t) l->slab_first[slab];
  BrgRunsPlane planes[2];
  BrgStatus status = planes_new (runs, planes, l->job, error);

  if (status != BRG_OK)
    return status;
  for (int plane = begin; status == BRG_OK && plane < end; plane++)
    {
      BrgRunsPlane *here = &planes[plane % 2];
      uint32_t first = x;
      x = l->scan (runs, plane, first, true, here);
      for (uint32_t y = first; y < x; y++)
        runs->component[y] = y;
      l->unite_within (runs, plane, here);
      if (plane > begin && crosses_slices (runs))
        l->unite_across (runs, plane, here, &planes[(plane + 1) % 2]);
      status = brg_runs_poll (0, l->job, error);
    }
  planes_clear (planes);
  return status;
}

/* Unites slabs; within them all is united. */
static BrgStatus
unite_slabs (const Labelling *l, BrgError *error)
{
  const BrgRuns *runs = l->runs;
  BrgRunsPlane planes[2];
  BrgStatus status = BRG_OK;

  if (!crosses_slices (runs) || runs->n_planes <= l->slab_planes)
    return BRG_OK;
  status = planes_new (runs, planes, l->job, error);
  if (status != BRG_OK)
    return status;
  for (int plane = l->slab_planes; status == BRG_OK && plane < runs->n_planes;
       plane += l->slab_planes)
    {
      for (int p = 0; p < 2; p++)
        l->scan (runs, plane - p, runs->line_first[(size_t) (plane - p) * (size_t) runs->n_lines],
                 false, &planes[p]);
      l->unite_across (runs, plane, &planes[0], &planes[1]);
      status = brg_runs_poll (0, l->job, error);
    }
  planes_clear (planes);
  return status;
}

/* Replaces parents by component numbers; a parent precedes its runs, so one pass does. */
static BrgStatus
number_components (BrgRuns *runs, BrgJob *job, BrgError *error)
{
  uint32_t *component = runs->component, n = 0;
  BrgStatus status = BRG_OK;

  for (uint32_t x = 0; status == BRG_OK && x < runs->n_runs; x++)
    {
      uint32_t parent = component[x];
      component[x] = parent == x ? n++ : component[parent];
      status = brg_runs_poll (x, job, error);
    }
  runs->n_components = n;
  return status;
}

static BrgStatus
label (Labelling *l, BrgError *error)
{
  const BrgRuns *runs = l->runs;
  BrgJob *job = l->job;
  BrgJobPart parts = brg_job_parts (job);

  brg_job_part (&parts, 0, 0.2);
  BrgStatus status = brg_parallel_slabs (runs->n_planes, l->slab_planes, count_slab, l, job, error);
  if (status == BRG_OK)
    status = allocate_runs (l, error);
  brg_job_part (&parts, 0.2, 1);
  if (status == BRG_OK)
    status = brg_parallel_slabs (runs->n_planes, l->slab_planes, label_slab, l, job, error);
  brg_job_parts_end (&parts);
  if (status == BRG_OK)
    status = unite_slabs (l, error);
  if (status == BRG_OK)
    status = number_components (l->runs, job, error);
  return status;
}

BrgStatus
brg_runs_label (const BrgMask *mask,
                bool unset,
                int connectivity,
                int begin,
                int end,
                BrgRuns *out,
                BrgJob *job,
                BrgError *error)
{
  *out = (BrgRuns){ .mask = mask,
                    .flip = unset ? ~UINT64_C (0) : 0,
                    .connectivity = connectivity,
                    .first_slice = begin,
                    .end_slice = end,
                    .tall = connectivity == 8 || connectivity == 26 ? 2 : 1,
                    .deep = connectivity == 26 ? 2 : 1 };
  out->n_lines = (mask->grid.dim[1] - 1) / out->tall + 1;
  out->n_planes = (end - begin - 1) / out->deep + 1;
  Labelling l = { .runs = out,
                  .job = job,
                  .slab_planes = slab_planes (out),
                  .count = BRG_ISA_PICK (job, _brg_runs_count),
                  .scan = BRG_ISA_PICK (job, _brg_runs_scan),
                  .unite_within = BRG_ISA_PICK (job, _brg_runs_unite_within),
                  .unite_across = BRG_ISA_PICK (job, _brg_runs_unite_across) };
  l.slab_first =
    brg_alloc_in (brg_job_pool (job), (size_t) brg_parallel_n_slabs (out->n_planes, l.slab_planes),
                  sizeof *l.slab_first, error);
  BrgStatus status = l.slab_first != NULL ? label (&l, error) : BRG_NO_MEMORY;
  brg_free (l.slab_first);
  if (status != BRG_OK)
    brg_runs_clear (out);
  return status;
}

BrgStatus
brg_runs_label_volume (const BrgMask *mask,
                       int connectivity,
                       BrgRuns *out,
                       BrgJob *job,
                       BrgError *error)
{
  *out = (BrgRuns){ 0 };
  if (connectivity != 6 && connectivity != 18 && connectivity != 26)
    return brg_error_set (error, BRG_INVALID, "connectivity must be 6, 18 or 26, got %d",
                          connectivity);
  return brg_runs_label (mask, false, connectivity, 0, mask->grid.dim[2], out, job, error);
}

void
brg_runs_clear (BrgRuns *runs)
{
  brg_free (runs->line_first);
  brg_free (runs->runs);
  brg_free (runs->voxels);
  brg_free (runs->component);
  *runs = (BrgRuns){ 0 };
}

/* Hands an array over when all went well, else drops it. */
static BrgStatus
finish (BrgStatus status, size_t *array, size_t **out)
{
  *out = status == BRG_OK ? array : NULL;
  if (status != BRG_OK)
    brg_free (array);
  return status;
}

/* One entry per component, all of them `value`. Of millions even that takes time. */
static BrgStatus
new_array (const BrgRuns *runs, size_t value, size_t **array, BrgJob *job, BrgError *error)
{
  BrgStatus status = BRG_OK;

  *array = brg_alloc_in (brg_job_pool (job), runs->n_components, sizeof **array, error);
  if (*array == NULL)
    return BRG_NO_MEMORY;
  for (size_t c = 0; status == BRG_OK && c < runs->n_components; c++)
    {
      (*array)[c] = value;
      status = brg_runs_poll (c, job, error);
    }
  return status;
}

BrgStatus
brg_runs_sizes (const BrgRuns *runs,
                const uint8_t *skip,
                size_t **sizes,
                BrgJob *job,
                BrgError *error)
{
  size_t *n;
  BrgStatus status = new_array (runs, 0, &n, job, error);

  BrgRunsAddSizes *add_sizes = BRG_ISA_PICK (job, _brg_runs_add_sizes);

  for (int plane = 0; status == BRG_OK && plane < runs->n_planes; plane++)
    {
      add_sizes (runs, plane, skip, n);
      status = brg_runs_poll (0, job, error);
    }
  return finish (status, n, sizes);
}

/* Index of the first voxel of a run. */
static size_t
first_voxel (const BrgRuns *runs, BrgRunsLine line, BrgRun run)
{
  const int *dim = runs->mask->grid.dim;

  for (int k = line.lo[1]; k < line.hi[1]; k++)
    for (int j = line.lo[0]; j < line.hi[0]; j++)
      {
        int i =
          brg_bits_next (brg_mask_row (runs->mask, j, k), run.end, run.begin, runs->flip == 0);
        if (i < run.end)
          return ((size_t) k * (size_t) dim[1] + (size_t) j) * (size_t) dim[0] + (size_t) i;
      }
  return SIZE_MAX; /* a run holds a voxel */
}

static void
find_firsts (const BrgRuns *runs, int plane, size_t *firsts)
{
  const uint32_t *first = runs->line_first + (size_t) plane * (size_t) runs->n_lines;

  for (int l = 0; l < runs->n_lines; l++)
    for (uint32_t x = first[l]; x < first[l + 1]; x++)
      {
        size_t voxel = first_voxel (runs, brg_runs_line (runs, plane, l), runs->runs[x]);
        size_t *found = &firsts[runs->component[x]];
        *found = voxel < *found ? voxel : *found;
      }
}

BrgStatus
brg_runs_firsts (const BrgRuns *runs, size_t **firsts, BrgJob *job, BrgError *error)
{
  size_t *first;
  BrgStatus status = new_array (runs, SIZE_MAX, &first, job, error);

  for (int plane = 0; status == BRG_OK && plane < runs->n_planes; plane++)
    {
      find_firsts (runs, plane, first);
      status = brg_runs_poll (0, job, error);
    }
  return finish (status, first, firsts);
}

typedef struct
{
  const BrgRuns *runs;
  const uint8_t *keep;
  BrgMask *out;
  BrgRunsPaint *paint;
} Painting;

static BrgStatus
paint_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Painting *p = data;

  (void) slab;
  (void) error;
  for (int plane = begin; plane < end; plane++)
    p->paint (p->runs, plane, p->keep, p->out);
  return BRG_OK;
}

BrgStatus
brg_runs_paint (const BrgRuns *runs,
                const uint8_t *keep,
                BrgMask *out,
                BrgJob *job,
                BrgError *error)
{
  Painting painting = { runs, keep, out, BRG_ISA_PICK (job, _brg_runs_paint) };

  return brg_parallel_slabs (runs->n_planes, slab_planes (runs), paint_slab, &painting, job, error);
}
