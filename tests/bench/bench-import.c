#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench-operations.h"
#include "case/brg-file-private.h"
#include "case/brg-series.h"
#include "support/dicom-file.h"
#include "support/lossless-jpeg.h"

/* Folders from a scanner, made by the first run that needs them and read from the cache of files
 * from then on. Processor time is that of the decoders too, memory is not. */

#define SERIES         "series"
#define LOSSLESS       "lossless"
#define MIXED          "mixed"
#define N_MIXED        5000
#define N_MIXED_SERIES 10
#define MIXED_PX       64

static char *
folder_path (const Bench *bench, const char *name)
{
  return g_build_filename (bench->dir, name, NULL);
}

void
bench_remove_imports (const Bench *bench)
{
  static const char *const names[] = { SERIES, LOSSLESS, MIXED };

  for (gsize n = 0; n < G_N_ELEMENTS (names); n++)
    {
      g_autofree char *folder = folder_path (bench, names[n]);
      if (g_file_test (folder, G_FILE_TEST_EXISTS))
        _brg_file_remove_tree (folder);
    }
}

static bool
write_file (const char *folder, int number, const void *bytes, gsize size)
{
  g_autofree char *name = g_strdup_printf ("%05d", number);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  FILE *file = fopen (path, "wb");
  bool is_written = file != NULL && fwrite (bytes, 1, size, file) == size;

  return (file == NULL || fclose (file) == 0) && is_written;
}

static bool
write_slice (const char *folder, int number, const DicomSlice *slice)
{
  g_autoptr (GByteArray) bytes = dicom_slice (slice);

  return write_file (folder, number, bytes->data, bytes->len);
}

/* Slice `k` of the scan as scanners store it: HU and 1024. */
static bool
write_scan_slice (const Bench *bench, const char *folder, int k, bool is_compressed)
{
  const BrgGrid *grid = &bench->scan->grid;
  gsize n = (gsize) grid->dim[0] * (gsize) grid->dim[1];
  const int16_t *hu = bench->scan->hu + (gsize) k * n;
  g_autofree gint16 *samples = g_new (gint16, n);
  g_autoptr (GByteArray) stream = NULL;
  DicomSlice slice = { .number = k + 1,
                       .columns = grid->dim[0],
                       .rows = grid->dim[1],
                       .position = { 0, 0, k * brg_grid_spacing_mm (grid, 2) },
                       .row_mm = brg_grid_spacing_mm (grid, 1),
                       .column_mm = brg_grid_spacing_mm (grid, 0),
                       .intercept = -1024,
                       .samples = samples };

  for (gsize v = 0; v < n; v++)
    samples[v] = (gint16) (hu[v] + 1024);
  if (is_compressed)
    {
      LosslessJpeg shape = { slice.columns, slice.rows, 16, 1, 0, 0 };
      stream = lossless_jpeg (&shape, (const guint16 *) samples);
      slice.stream = stream;
      slice.syntax = DICOM_LOSSLESS;
    }
  return write_slice (folder, k, &slice);
}

/* The folder of the scan as a series; NULL when it cannot be made. */
static char *
need_series (const Bench *bench, const char *name, bool is_compressed)
{
  char *folder = folder_path (bench, name);
  bool is_there = g_file_test (folder, G_FILE_TEST_EXISTS);
  bool is_made = is_there || g_mkdir_with_parents (folder, 0700) == 0;

  for (int k = 0; !is_there && is_made && k < bench->scan->grid.dim[2]; k++)
    is_made = write_scan_slice (bench, folder, k, is_compressed);
  return is_made ? folder : (g_free (folder), NULL);
}

/* File `number` of the mixed folder: of one of ten series, or, every tenth, a text. */
static bool
write_mixed (const char *folder, int number)
{
  static const gint16 samples[MIXED_PX * MIXED_PX];
  int series = number % N_MIXED_SERIES;
  g_autofree char *uid = g_strdup_printf ("1.2.3.%d", series);
  g_autofree char *below = g_strdup_printf ("%s/%d", folder, series);
  DicomSlice slice = { .series_uid = uid,
                       .modality = series == 1 ? "MR" : "CT",
                       .number = number,
                       .columns = MIXED_PX,
                       .rows = MIXED_PX,
                       .position = { 0, 0, number / N_MIXED_SERIES * 0.5 },
                       .row_mm = 4,
                       .column_mm = 4,
                       .samples = samples,
                       .canary = "TEXT" };

  if (g_mkdir_with_parents (below, 0700) != 0)
    return false;
  if (series == 0)
    return write_file (below, number, "no image", 8);
  return write_slice (below, number, &slice);
}

static char *
need_mixed (const Bench *bench)
{
  char *folder = folder_path (bench, MIXED);
  bool is_there = g_file_test (folder, G_FILE_TEST_EXISTS), is_made = true;

  for (int f = 0; !is_there && is_made && f < N_MIXED; f++)
    is_made = write_mixed (folder, f);
  return is_made ? folder : (g_free (folder), NULL);
}

/* Takes the folder. */
static bool
list (Bench *bench, char *folder)
{
  GPtrArray *all = folder != NULL ? brg_series_find (folder, &bench->job, NULL) : NULL;
  bool is_done = all != NULL && all->len > 0;

  g_free (folder);
  if (all != NULL)
    g_ptr_array_unref (all);
  return is_done;
}

/* Takes the folder, of one series. */
static bool
import (Bench *bench, char *folder)
{
  GPtrArray *all = folder != NULL ? brg_series_find (folder, &bench->job, NULL) : NULL;
  BrgVolume *volume = NULL;

  if (all != NULL && all->len == 1)
    volume = brg_series_read (all->pdata[0], BRG_SERIES_AS_IT_IS, NULL, NULL, &bench->job, NULL);
  bool is_done = volume != NULL;
  brg_volume_unref (volume);
  g_free (folder);
  if (all != NULL)
    g_ptr_array_unref (all);
  return is_done;
}

static bool
run_list (void *data, double *bytes)
{
  *bytes = 0;
  return list (data, need_series (data, SERIES, false));
}

static bool
run_list_mixed (void *data, double *bytes)
{
  *bytes = 0;
  return list (data, need_mixed (data));
}

static bool
run_import (void *data, double *bytes)
{
  *bytes = 2 * bench_scan_bytes (data);
  return import (data, need_series (data, SERIES, false));
}

static bool
run_import_lossless (void *data, double *bytes)
{
  g_setenv ("BREGMA_DICOM", BENCH_DICOM, FALSE);
  *bytes = 2 * bench_scan_bytes (data);
  return import (data, need_series (data, LOSSLESS, true));
}

const BenchOperation bench_import_operations[] = {
  { "list DICOM series", run_list },
  { "list 5000 mixed files", run_list_mixed },
  { "import DICOM series", run_import },
  { "import lossless JPEG series", run_import_lossless },
  { NULL, NULL },
};
