#include "engine/brg-histogram.h"

#include "engine/brg-alloc.h"
#include "engine/brg-job-part.h"
#include "engine/brg-parallel.h"

#define MAX_SLABS 16
#define N_TABLES  4 /* neighbouring voxels are often equal: their increments must not wait */

typedef struct
{
  int16_t lo, hi;
} Range;

typedef struct
{
  const BrgVolume *scan;
  Range ranges[MAX_SLABS];
  uint64_t (*counts)[BRG_HISTOGRAM_BINS]; /* one row per slab */
  int lo_hu;
  int shift; /* bin_hu = 1 << shift */
} Count;

static const int16_t *
slab_voxels (const BrgVolume *scan, int begin, int end, size_t *n)
{
  size_t slice = (size_t) scan->grid.dim[0] * (size_t) scan->grid.dim[1];

  *n = slice * (size_t) (end - begin);
  return scan->hu + slice * (size_t) begin;
}

static BrgStatus
range_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  Count *count = data;
  size_t n;
  const int16_t *hu = slab_voxels (count->scan, begin, end, &n);
  int16_t lo = hu[0], hi = hu[0];

  (void) error;
  for (size_t v = 0; v < n; v++)
    {
      lo = hu[v] < lo ? hu[v] : lo;
      hi = hu[v] > hi ? hu[v] : hi;
    }
  count->ranges[slab] = (Range){ lo, hi };
  return BRG_OK;
}

static BrgStatus
count_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  Count *count = data;
  uint64_t tables[N_TABLES][BRG_HISTOGRAM_BINS] = { 0 };
  size_t n, v = 0;
  const int16_t *hu = slab_voxels (count->scan, begin, end, &n);

  (void) error;
  for (; v + N_TABLES <= n; v += N_TABLES)
    for (int t = 0; t < N_TABLES; t++)
      tables[t][(hu[v + t] - count->lo_hu) >> count->shift]++;
  for (; v < n; v++)
    tables[0][(hu[v] - count->lo_hu) >> count->shift]++;
  for (int b = 0; b < BRG_HISTOGRAM_BINS; b++)
    for (int t = 0; t < N_TABLES; t++)
      count->counts[slab][b] += tables[t][b];
  return BRG_OK;
}

static void
choose_bins (Count *count, int n_slabs, BrgHistogram *out)
{
  out->min_hu = INT16_MAX;
  out->max_hu = INT16_MIN;
  for (int s = 0; s < n_slabs; s++)
    {
      out->min_hu = count->ranges[s].lo < out->min_hu ? count->ranges[s].lo : out->min_hu;
      out->max_hu = count->ranges[s].hi > out->max_hu ? count->ranges[s].hi : out->max_hu;
    }
  while ((out->max_hu >> count->shift) - (out->min_hu >> count->shift) >= BRG_HISTOGRAM_BINS)
    count->shift++;
  out->bin_hu = 1 << count->shift;
  out->lo_hu = (out->min_hu >> count->shift) * out->bin_hu;
  count->lo_hu = out->lo_hu;
}

static BrgStatus
run (Count *count, int slab_size, BrgHistogram *out, BrgJob *job, BrgError *error)
{
  int n_slices = count->scan->grid.dim[2];
  int n_slabs = brg_parallel_n_slabs (n_slices, slab_size);
  BrgJobPart parts = brg_job_parts (job);

  brg_job_part (&parts, 0, 0.3);
  BrgStatus status = brg_parallel_slabs (n_slices, slab_size, range_slab, count, job, error);
  if (status == BRG_OK)
    {
      choose_bins (count, n_slabs, out);
      brg_job_part (&parts, 0.3, 1);
      status = brg_parallel_slabs (n_slices, slab_size, count_slab, count, job, error);
    }
  brg_job_parts_end (&parts);
  for (int s = 0; status == BRG_OK && s < n_slabs; s++)
    for (int b = 0; b < BRG_HISTOGRAM_BINS; b++)
      out->counts[b] += count->counts[s][b];
  return status;
}

BrgStatus
brg_histogram (const BrgVolume *scan, BrgHistogram *out, BrgJob *job, BrgError *error)
{
  Count count = { .scan = scan };
  BrgHistogram found = { .n_voxels = brg_grid_n_voxels (&scan->grid) };
  int slab_size = (scan->grid.dim[2] + MAX_SLABS - 1) / MAX_SLABS;

  count.counts = brg_alloc_zero (MAX_SLABS, sizeof *count.counts, error);
  if (count.counts == NULL)
    return BRG_NO_MEMORY;
  BrgStatus status = run (&count, slab_size, &found, job, error);
  brg_free (count.counts);
  if (status == BRG_OK)
    *out = found;
  return status;
}
