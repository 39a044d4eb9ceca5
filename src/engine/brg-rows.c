#include "engine/brg-rows.h"

#include "engine/brg-alloc.h"
#include "engine/brg-bits.h"

static void
sum_rows (BrgRows *rows)
{
  size_t n_j = (size_t) rows->n_j;

  for (size_t j = 0; j <= n_j; j++)
    rows->sums[j] = 0;
  for (size_t k = 0; k < (size_t) rows->n_k; k++)
    {
      const uint32_t *below = rows->sums + k * (n_j + 1);
      uint32_t *sums = rows->sums + (k + 1) * (n_j + 1), live = 0;
      sums[0] = 0;
      for (size_t j = 0; j < n_j; j++)
        {
          live += rows->live[k * n_j + j];
          sums[j + 1] = below[j + 1] + live;
        }
    }
}

BrgStatus
brg_rows_init (BrgRows *rows, const BrgMask *mask, BrgJob *job, BrgError *error)
{
  size_t n_j = (size_t) mask->grid.dim[1], n_k = (size_t) mask->grid.dim[2];
  BrgPool *pool = brg_job_pool (job);

  *rows = (BrgRows){ .n_j = (int) n_j, .n_k = (int) n_k };
  rows->live = brg_alloc_in (pool, n_j * n_k, 1, error);
  rows->sums = brg_alloc_in (pool, (n_j + 1) * (n_k + 1), sizeof *rows->sums, error);
  if (rows->live == NULL || rows->sums == NULL)
    {
      brg_rows_clear (rows);
      return BRG_NO_MEMORY;
    }
  for (size_t r = 0; r < n_j * n_k; r++)
    rows->live[r] = brg_bits_any (mask->words + r * mask->row_words, mask->row_words);
  sum_rows (rows);
  return BRG_OK;
}

void
brg_rows_clear (BrgRows *rows)
{
  brg_free (rows->live);
  brg_free (rows->sums);
  *rows = (BrgRows){ 0 };
}

static int
clip (int64_t x, int n)
{
  return x < 0 ? 0 : x > n ? n : (int) x;
}

int64_t
brg_rows_count (const BrgRows *rows, int j, int k, int radius_j, int radius_k)
{
  size_t stride = (size_t) rows->n_j + 1;
  int lo_j = clip ((int64_t) j - radius_j, rows->n_j),
      hi_j = clip ((int64_t) j + radius_j + 1, rows->n_j);
  int lo_k = clip ((int64_t) k - radius_k, rows->n_k),
      hi_k = clip ((int64_t) k + radius_k + 1, rows->n_k);
  const uint32_t *lo = rows->sums + (size_t) lo_k * stride,
                 *hi = rows->sums + (size_t) hi_k * stride;

  return (int64_t) hi[hi_j] - hi[lo_j] - ((int64_t) lo[hi_j] - lo[lo_j]);
}
