#pragma once

#include <stddef.h>

#include "bench-measure.h"
#include "engine/brg-brick-surface.h"
#include "engine/brg-job.h"
#include "engine/brg-mask.h"
#include "engine/brg-mesh.h"
#include "engine/brg-pipeline.h"
#include "engine/brg-volume.h"

#define BENCH_BONE_HU    150
#define BENCH_N_SURFACES 3

/* What the operations work on, made once. `job` carries the number of threads and the pool that
 * operations take their memory from: warm runs find it filled, as they do in the window. */
typedef struct
{
  BrgVolume *scan;
  BrgMask *bone;    /* at or above 150 HU */
  BrgMask *skull;   /* its largest island */
  BrgMask *slices;  /* every tenth axial slice of the skull */
  BrgMesh *mesh;    /* of the skull, not smoothed */
  BrgDefect defect; /* placed on the skull */
  BrgPipelineResult triple;
  BrgMask *prediction; /* of its implant */
  BrgPipeline *pipeline;
  BrgMask *added, *removed; /* hand edits */
  uint64_t edits_revision;
  BrgBrickSurface *surfaces[BENCH_N_SURFACES]; /* of skull, defective skull and implant */
  char dir[64];                                /* for files */
  struct BrgStore *strokes;                    /* a case that strokes are kept in */
  uint64_t n_strokes;
  BrgJob job;
} Bench;

typedef struct
{
  const char *name;
  BenchFunc run; /* data: Bench */
} BenchOperation;

/* Every operation, in groups that end with a NULL name; the groups end with NULL. */
extern const BenchOperation *const bench_groups[];
extern const BenchOperation bench_file_operations[], bench_import_operations[],
  bench_voxel_operations[], bench_mesh_operations[], bench_case_operations[],
  bench_defect_operations[], bench_chain_operations[], bench_edit_operations[],
  bench_store_operations[];

#define BENCH_CHAIN_STL "chain.stl" /* in bench->dir */

/* Least traffic, in bytes, of what an operation reads and writes. */
double bench_scan_bytes (const Bench *bench);
double bench_mask_bytes (const Bench *bench);
double bench_mesh_bytes (const BrgMesh *mesh);

/* Makes everything from the scan, which it takes; false with a line on stderr if that fails. */
bool bench_prepare (Bench *bench, BrgVolume *scan);
void bench_clear (Bench *bench);

/* Removes the files that the operations of bench-file.c leave in bench->dir. */
void bench_remove_files (const Bench *bench);

/* The same for those of bench-store.c and of bench-import.c. */
void bench_remove_cases (Bench *bench);
void bench_remove_imports (const Bench *bench);
