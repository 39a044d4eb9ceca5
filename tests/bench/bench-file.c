#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench-operations.h"
#include "io/brg-image.h"
#include "io/brg-mesh-file.h"
#include "io/brg-nrrd.h"

enum
{
  SCAN,
  RAW_SCAN,
  MASK,
  STL,
  PLY,
  CHAIN_STL,
  N_FILE_KINDS
};

static const char *const file_names[N_FILE_KINDS] = { "scan.nrrd", "raw.nrrd", "mask.nrrd",
                                                      "mesh.stl",  "mesh.ply", BENCH_CHAIN_STL };

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
write_volume (const char *path, Bench *bench)
{
  return brg_nrrd_write_volume (bench->scan, path, &bench->job, NULL) == BRG_OK;
}

static bool
read_volume (const char *path, Bench *bench)
{
  BrgVolume *volume = brg_image_read_volume (path, NULL, &bench->job, NULL);

  brg_volume_unref (volume);
  return volume != NULL;
}

static bool
write_mask (const char *path, Bench *bench)
{
  return brg_nrrd_write_mask (bench->skull, path, &bench->job, NULL) == BRG_OK;
}

static bool
read_mask (const char *path, Bench *bench)
{
  BrgMask *mask = brg_image_read_mask (path, NULL, &bench->job, NULL);

  brg_mask_unref (mask);
  return mask != NULL;
}

static bool
write_mesh (const char *path, Bench *bench)
{
  return brg_mesh_write (bench->mesh, path, false, &bench->job, NULL) == BRG_OK;
}

static bool
read_mesh (const char *path, Bench *bench)
{
  BrgMesh *mesh = brg_mesh_read (path, &bench->job, NULL);

  brg_mesh_unref (mesh);
  return mesh != NULL;
}

/* Reads or writes one file; *bytes is what it holds and what is in memory. */
static bool
run_file (Bench *bench,
          int kind,
          bool (*func) (const char *path, Bench *bench),
          double memory_bytes,
          double *bytes)
{
  char path[128];

  file_path (bench, kind, path);
  bool is_done = func (path, bench);
  *bytes = memory_bytes + file_bytes (bench, kind);
  return is_done;
}

static bool
run_write_scan (void *data, double *bytes)
{
  return run_file (data, SCAN, write_volume, bench_scan_bytes (data), bytes);
}

static bool
run_read_scan (void *data, double *bytes)
{
  return run_file (data, SCAN, read_volume, bench_scan_bytes (data), bytes);
}

/* We write no such files, so the first run makes it. */
static bool
run_read_raw_scan (void *data, double *bytes)
{
  Bench *bench = data;
  const int *dim = bench->scan->grid.dim;
  char path[128];

  file_path (bench, RAW_SCAN, path);
  FILE *file = access (path, F_OK) != 0 ? fopen (path, "wb") : NULL;
  if (file != NULL)
    {
      fprintf (file,
               "NRRD0004\ntype: short\ndimension: 3\nspace: LPS\nsizes: %d %d %d\n"
               "endian: little\nencoding: raw\n\n",
               dim[0], dim[1], dim[2]);
      fwrite (bench->scan->hu, sizeof *bench->scan->hu, brg_grid_n_voxels (&bench->scan->grid),
              file);
      fclose (file);
    }
  return run_file (bench, RAW_SCAN, read_volume, bench_scan_bytes (bench), bytes);
}

static bool
run_write_mask (void *data, double *bytes)
{
  return run_file (data, MASK, write_mask, bench_mask_bytes (data), bytes);
}

static bool
run_read_mask (void *data, double *bytes)
{
  return run_file (data, MASK, read_mask, bench_mask_bytes (data), bytes);
}

static double
mesh_bytes (const Bench *bench)
{
  return bench_mesh_bytes (bench->mesh);
}

static bool
run_write_stl (void *data, double *bytes)
{
  return run_file (data, STL, write_mesh, mesh_bytes (data), bytes);
}

static bool
run_read_stl (void *data, double *bytes)
{
  return run_file (data, STL, read_mesh, mesh_bytes (data), bytes);
}

static bool
run_write_ply (void *data, double *bytes)
{
  return run_file (data, PLY, write_mesh, mesh_bytes (data), bytes);
}

static bool
run_read_ply (void *data, double *bytes)
{
  return run_file (data, PLY, read_mesh, mesh_bytes (data), bytes);
}

/* All that is written is durable when a row ends (brg-output.h): these times include fsync(). */
const BenchOperation bench_file_operations[] = {
  { "write scan, NRRD", run_write_scan },
  { "read scan, NRRD", run_read_scan },
  { "read raw scan, NRRD", run_read_raw_scan },
  { "write mask, NRRD", run_write_mask },
  { "read mask, NRRD", run_read_mask },
  { "write STL", run_write_stl },
  { "read STL", run_read_stl },
  { "write PLY", run_write_ply },
  { "read PLY", run_read_ply },
  { NULL, NULL },
};
