#pragma once

#include <stddef.h>

#include "bench-measure.h"
#include "engine/brg-job.h"
#include "engine/brg-mask.h"
#include "engine/brg-mesh.h"
#include "engine/brg-pipeline.h"
#include "engine/brg-volume.h"

/* What the operations work on, made once. `job` carries the number of threads. */
typedef struct
{
  BrgVolume *scan;
  BrgMask *bone;    /* at or above 150 HU */
  BrgMask *skull;   /* its largest island */
  BrgMesh *mesh;    /* of the skull, not smoothed */
  BrgDefect defect; /* placed on the skull */
  char dir[64];     /* for files */
  BrgJob job;
} Bench;

typedef struct
{
  const char *name;
  BenchFunc run; /* data: Bench */
} BenchOperation;

/* Every operation, in the order of the job. */
const BenchOperation *bench_operations (size_t *n_operations);

/* Makes everything from the scan, which it takes; false with a line on stderr if that fails. */
bool bench_prepare (Bench *bench, BrgVolume *scan);
void bench_clear (Bench *bench);
