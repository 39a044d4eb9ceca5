#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench-operations.h"
#include "io/brg-mesh-file.h"
#include "io/brg-nrrd.h"

#define N_FILE_KINDS 4

static const char *const file_names[N_FILE_KINDS] = { "scan.nrrd", "mask.nrrd", "mesh.stl",
                                                      BENCH_CHAIN_STL };

static void
file_path (const Bench *bench, int kind, char path[static 128])
{
  snprintf (path, 128, "%s/%s", bench->dir, file_names[kind]);
}

static double
file_bytes (const Bench *bench, int kind)
{
  char path[128];
  struct stat status;

  file_path (bench, kind, path);
  return stat (path, &status) == 0 ? (double) status.st_size : 0;
}

void
bench_remove_files (const Bench *bench)
{
  for (int kind = 0; kind < N_FILE_KINDS; kind++)
    {
      char path[128];
      file_path (bench, kind, path);
      unlink (path);
    }
}

static bool
run_write_scan (void *data, double *bytes)
{
  Bench *bench = data;
  char path[128];

  file_path (bench, 0, path);
  BrgStatus status = brg_nrrd_write_volume (bench->scan, path, &bench->job, NULL);
  *bytes = bench_scan_bytes (bench) + file_bytes (bench, 0);
  return status == BRG_OK;
}

static bool
run_read_scan (void *data, double *bytes)
{
  Bench *bench = data;
  char path[128];

  file_path (bench, 0, path);
  BrgVolume *volume = brg_nrrd_read_volume (path, NULL, &bench->job, NULL);
  *bytes = bench_scan_bytes (bench) + file_bytes (bench, 0);
  brg_volume_unref (volume);
  return volume != NULL;
}

static bool
run_write_mask (void *data, double *bytes)
{
  Bench *bench = data;
  char path[128];

  file_path (bench, 1, path);
  BrgStatus status = brg_nrrd_write_mask (bench->skull, path, &bench->job, NULL);
  *bytes = bench_mask_bytes (bench) + file_bytes (bench, 1);
  return status == BRG_OK;
}

static bool
run_read_mask (void *data, double *bytes)
{
  Bench *bench = data;
  char path[128];

  file_path (bench, 1, path);
  BrgMask *mask = brg_nrrd_read_mask (path, NULL, &bench->job, NULL);
  *bytes = bench_mask_bytes (bench) + file_bytes (bench, 1);
  brg_mask_unref (mask);
  return mask != NULL;
}

static bool
run_write_stl (void *data, double *bytes)
{
  Bench *bench = data;
  char path[128];

  file_path (bench, 2, path);
  BrgStatus status = brg_mesh_write (bench->mesh, path, false, &bench->job, NULL);
  *bytes = bench_mesh_bytes (bench->mesh) + file_bytes (bench, 2);
  return status == BRG_OK;
}

static bool
run_read_stl (void *data, double *bytes)
{
  Bench *bench = data;
  char path[128];

  file_path (bench, 2, path);
  BrgMesh *mesh = brg_mesh_read (path, &bench->job, NULL);
  *bytes = bench_mesh_bytes (bench->mesh) + file_bytes (bench, 2);
  brg_mesh_unref (mesh);
  return mesh != NULL;
}

const BenchOperation bench_file_operations[] = {
  { "write scan, NRRD", run_write_scan },
  { "read scan, NRRD", run_read_scan },
  { "write mask, NRRD", run_write_mask },
  { "read mask, NRRD", run_read_mask },
  { "write STL", run_write_stl },
  { "read STL", run_read_stl },
  { NULL, NULL },
};
