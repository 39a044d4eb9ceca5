#include "engine/brg-histogram.h"

#include "engine/brg-alloc.h"
#include "engine/brg-parallel.h"

#define MAX_SLABS    16
#define MIN_SLAB_VOX ((size_t) 1 << 21) /* clearing and adding up tables has its price */
#define MAX_SLAB_VOX ((size_t) UINT32_MAX)
#define N_VALUES     65536 /* of int16; each is counted by itself, so that one pass is enough */
#define N_TABLES     4     /* neighbouring voxels are often equal: their increments must not wait */

/* By (uint16_t) HU. */
typedef uint32_t Tables[N_VALUES][N_TABLES];
typedef uint32_t Values[N_VALUES];

typedef struct
{
  const BrgVolume *scan;
  Values *counts; /* one per slab */
  BrgPool *pool;
} Count;

static void
count_voxels (const int16_t *hu, size_t n, Tables tables)
{
  size_t v = 0;

  for (; v + N_TABLES <= n; v += N_TABLES)
    for (size_t t = 0; t < N_TABLES; t++)
      tables[(uint16_t) hu[v + t]][t]++;
  for (; v < n; v++)
    tables[(uint16_t) hu[v]][0]++;
}

static BrgStatus
count_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Count *count = data;
  const int *dim = count->scan->grid.dim;
  size_t slice = (size_t) dim[0] * (size_t) dim[1];
  Tables *tables = brg_alloc_zero_in (count->pool, 1, sizeof *tables, error);

  if (tables == NULL)
    return BRG_NO_MEMORY;
  count_voxels (count->scan->hu + slice * (size_t) begin, slice * (size_t) (end - begin), *tables);
  for (size_t value = 0; value < N_VALUES; value++)
    {
      const uint32_t *n = (*tables)[value];
      count->counts[slab][value] = n[0] + n[1] + n[2] + n[3];
    }
  brg_free (tables);
  return BRG_OK;
}

/* Depends on the grid alone; at most MAX_SLABS of them, unless they would hold too many voxels. */
static int
slab_slices (const BrgGrid *grid)
{
  size_t slice = (size_t) grid->dim[0] * (size_t) grid->dim[1];
  size_t least = MIN_SLAB_VOX / slice + 1, most = MAX_SLAB_VOX / slice;
  size_t even = ((size_t) grid->dim[2] + MAX_SLABS - 1) / MAX_SLABS;
  size_t slices = even > least ? even : least;

  return (int) (slices < most ? slices : most);
}

/* Adds the slabs up; by HU - INT16_MIN. */
static void
add_slabs (const Count *count, int n_slabs, uint64_t *totals)
{
  for (int s = 0; s < n_slabs; s++)
    for (size_t value = 0; value < N_VALUES; value++)
      totals[(uint16_t) (value - (uint16_t) INT16_MIN)] += count->counts[s][value];
}

static void
choose_bins (const uint64_t *totals, BrgHistogram *out)
{
  int lo = 0, hi = N_VALUES - 1, shift = 0;

  while (totals[lo] == 0)
    lo++;
  while (totals[hi] == 0)
    hi--;
  out->min_hu = lo + INT16_MIN;
  out->max_hu = hi + INT16_MIN;
  while ((out->max_hu >> shift) - (out->min_hu >> shift) >= BRG_HISTOGRAM_BINS)
    shift++;
  out->bin_hu = 1 << shift;
  out->lo_hu = (out->min_hu >> shift) * out->bin_hu;
  for (int hu = out->min_hu; hu <= out->max_hu; hu++)
    out->counts[(hu - out->lo_hu) >> shift] += totals[hu - INT16_MIN];
}

BrgStatus
brg_histogram (const BrgVolume *scan, BrgHistogram *out, BrgJob *job, BrgError *error)
{
  int slab_size = slab_slices (&scan->grid);
  int n_slabs = brg_parallel_n_slabs (scan->grid.dim[2], slab_size);
  Count count = { .scan = scan, .pool = brg_job_pool (job) };
  uint64_t *totals = brg_alloc_zero_in (count.pool, N_VALUES, sizeof *totals, error);
  BrgStatus status = BRG_NO_MEMORY;

  if (totals != NULL)
    count.counts = brg_alloc_in (count.pool, (size_t) n_slabs, sizeof *count.counts, error);
  if (count.counts != NULL)
    status = brg_parallel_slabs (scan->grid.dim[2], slab_size, count_slab, &count, job, error);
  if (status == BRG_OK)
    {
      *out = (BrgHistogram){ .n_voxels = brg_grid_n_voxels (&scan->grid) };
      add_slabs (&count, n_slabs, totals);
      choose_bins (totals, out);
    }
  brg_free (count.counts);
  brg_free (totals);
  return status;
}
