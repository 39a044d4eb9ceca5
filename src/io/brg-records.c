#include "io/brg-records.h"

#include "engine/brg-alloc.h"
#include "engine/brg-parallel.h"

#define SLAB_BYTES ((size_t) 1024 * 1024)

typedef struct
{
  BrgMeshWriter *writer;
  BrgPutRecord put;
  size_t size;
  uint64_t offset;
  BrgPool *pool;
} Run;

static BrgStatus
write_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  const Run *run = data;
  size_t n = (size_t) (end - begin);
  unsigned char *records = brg_alloc_in (run->pool, n, run->size, error);
  BrgStatus status = records != NULL ? BRG_OK : BRG_NO_MEMORY;

  (void) slab;
  for (size_t r = 0; status == BRG_OK && r < n; r++)
    run->put (run->writer, (size_t) begin + r, records + r * run->size);
  if (status == BRG_OK)
    status = brg_output_write_at (run->writer->output, run->offset + (uint64_t) begin * run->size,
                                  records, n * run->size, error);
  brg_free (records);
  return status;
}

BrgStatus
brg_records_write (BrgMeshWriter *writer,
                   BrgPutRecord put,
                   size_t n,
                   size_t size,
                   uint64_t offset,
                   BrgJob *job,
                   BrgError *error)
{
  Run run = {
    .writer = writer, .put = put, .size = size, .offset = offset, .pool = brg_job_pool (job)
  };

  if (n > INT32_MAX)
    return brg_error_set (error, BRG_UNSUPPORTED, "%zu are too many for a file", n);
  return brg_parallel_slabs ((int) n, (int) (SLAB_BYTES / size), write_slab, &run, job, error);
}
