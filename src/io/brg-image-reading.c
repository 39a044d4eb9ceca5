#include "io/brg-image-reading.h"

#include <string.h>
#include <unistd.h>

#include "engine/brg-alloc.h"
#include "engine/brg-parallel.h"
#include "io/brg-message.h"
#include "io/brg-image-format.h"

#define BATCH_BYTES   ((size_t) 256 * 1024) /* rows are read in batches of about this size */
#define MAX_ROW_BYTES ((uint64_t) 256 << 20)
#define MAX_VOLUME    ((uint64_t) 8 << 30)

/* One pass over the rows. */
typedef struct
{
  BrgImageReading *reading;
  BrgImageRowFunc take_row;
  void *data;
  size_t row_samples; /* of a row in the file, all layers of a fastest list axis included */
  uint8_t *layer_row; /* room for a row of one layer when that is so */
} Run;

/* Refuses volumes that would take half of the memory of the machine. */
static BrgStatus
check_memory (const BrgGrid *grid, BrgError *error)
{
  uint64_t need = (uint64_t) brg_grid_n_voxels (grid) * sizeof (int16_t);
  long pages = sysconf (_SC_PHYS_PAGES), page = sysconf (_SC_PAGESIZE);
  uint64_t limit = MAX_VOLUME;

  if (pages > 0 && page > 0 && (uint64_t) pages * (uint64_t) page / 2 < limit)
    limit = (uint64_t) pages * (uint64_t) page / 2;
  if (need <= limit)
    return BRG_OK;
  return brg_error_set (error, BRG_NO_MEMORY, "needs %llu MB, more than the %llu MB allowed",
                        (unsigned long long) (need >> 20), (unsigned long long) (limit >> 20));
}

static bool
is_wanted (const BrgImageReading *reading, int layer)
{
  return reading->layer == BRG_IMAGE_ALL_LAYERS || reading->layer == layer;
}

/* Copies one layer of a row whose list axis is the fastest. */
static void
copy_layer (const Run *run, const uint8_t *row, int layer)
{
  const BrgImageReading *reading = run->reading;
  size_t size = brg_image_type_size (reading->type);
  size_t step = size * (size_t) reading->header.n_list;

  for (size_t i = 0; i < (size_t) reading->lattice.dim[0]; i++)
    memcpy (run->layer_row + i * size, row + i * step + (size_t) layer * size, size);
}

/* Where row `index` of the file lies, and in which layer unless the list axis is the fastest. */
static void
locate_row (const BrgImageHeader *header, uint64_t index, int *y, int *z, int *layer)
{
  int coordinate[2] = { 0, 0 }, n = 0;

  *layer = 0;
  for (int a = header->list_axis == 0 ? 2 : 1; a < header->dimension; a++)
    {
      uint64_t size = (uint64_t) header->sizes[a];
      int at = (int) (index % size);
      index /= size;
      if (a != header->list_axis)
        coordinate[n++] = at;
      else
        *layer = at;
    }
  *y = coordinate[0];
  *z = coordinate[1];
}

/* Hands on what is wanted of a row of the file. */
static BrgStatus
hand_on_row (const Run *run, uint8_t *row, uint64_t index, BrgError *error)
{
  BrgImageReading *reading = run->reading;
  BrgStatus status = BRG_OK;
  int y, z, layer;

  locate_row (&reading->header, index, &y, &z, &layer);
  if (reading->header.list_axis != 0)
    {
      reading->row_layer = layer;
      return is_wanted (reading, layer) ? run->take_row (run->data, row, y, z, error) : BRG_OK;
    }
  for (layer = 0; status == BRG_OK && layer < reading->header.n_list; layer++)
    {
      if (!is_wanted (reading, layer))
        continue;
      reading->row_layer = layer;
      copy_layer (run, row, layer);
      status = run->take_row (run->data, run->layer_row, y, z, error);
    }
  return status;
}

/* Reads `n_rows` rows into `batch` and hands them on. */
static BrgStatus
read_batch (Run *run, uint8_t *batch, uint64_t first_row, size_t n_rows, BrgError *error)
{
  BrgImageReading *reading = run->reading;
  size_t row_bytes = run->row_samples * brg_image_type_size (reading->type);
  BrgStatus status =
    brg_image_samples_read (reading->samples, batch, n_rows * run->row_samples, error);

  for (size_t r = 0; status == BRG_OK && r < n_rows; r++)
    status = hand_on_row (run, batch + r * row_bytes, first_row + r, error);
  return status;
}

static BrgStatus
read_rows (Run *run, BrgJob *job, BrgError *error)
{
  BrgImageReading *reading = run->reading;
  uint64_t n_rows = brg_image_header_n_samples (&reading->header) / run->row_samples;
  size_t row_bytes = run->row_samples * brg_image_type_size (reading->type);
  size_t batch_rows = BATCH_BYTES / row_bytes + 1;
  uint8_t *batch = brg_alloc (batch_rows, row_bytes, error);
  BrgStatus status = batch != NULL ? BRG_OK : BRG_NO_MEMORY;

  for (uint64_t row = 0; status == BRG_OK && row < n_rows; row += batch_rows)
    {
      size_t n = n_rows - row < batch_rows ? (size_t) (n_rows - row) : batch_rows;
      if (!brg_job_tick (job, (double) row / (double) n_rows))
        status = brg_error_set (error, BRG_CANCELLED, "cancelled");
      else
        status = read_batch (run, batch, row, n, error);
    }
  brg_free (batch);
  return status;
}

BrgStatus
brg_image_reading_open (BrgImageReading *reading, const char *path, BrgError *error)
{
  reading->stream = brg_stream_open (path, error);
  if (reading->stream == NULL)
    return BRG_IO;
  BrgStatus status =
    brg_image_header_read (reading->stream, path, &reading->header, &reading->info, error);
  brg_wipe_stack ();
  if (status != BRG_OK)
    return status;
  reading->samples = brg_image_samples_open (&reading->header, reading->stream, error);
  if (reading->samples == NULL)
    return BRG_FORMAT;
  status = check_memory (&reading->header.grid, error);
  if (status != BRG_OK)
    return status;
  reading->type = brg_image_samples_type (&reading->header);
  reading->is_hu = reading->type == BRG_IMAGE_INT16 && !reading->header.is_scaled;
  reading->lattice = brg_lattice_of (&reading->header.grid);
  reading->numbers = brg_alloc ((size_t) reading->lattice.dim[0], sizeof (double), error);
  return reading->numbers != NULL ? BRG_OK : BRG_NO_MEMORY;
}

BrgStatus
brg_image_reading_run (BrgImageReading *reading,
                       BrgImageRowFunc take_row,
                       void *data,
                       BrgJob *job,
                       BrgError *error)
{
  Run run = { .reading = reading, .take_row = take_row, .data = data };

  run.row_samples = (size_t) reading->lattice.dim[0];
  if (reading->header.list_axis == 0)
    run.row_samples *= (size_t) reading->header.n_list;
  if (run.row_samples > MAX_ROW_BYTES / brg_image_type_size (reading->type))
    return brg_error_set (error, BRG_UNSUPPORTED, "has %d layers, too many",
                          reading->header.n_list);
  run.layer_row =
    brg_alloc ((size_t) reading->lattice.dim[0], brg_image_type_size (reading->type), error);
  BrgStatus status = run.layer_row != NULL ? read_rows (&run, job, error) : BRG_NO_MEMORY;
  brg_free (run.layer_row);
  if (status == BRG_OK)
    status = brg_image_samples_finish (reading->samples, &reading->info, error);
  return status;
}

/* All parts of a file being read. */
typedef struct
{
  BrgImageReading *reading;
  const BrgImagePartSink *sink;
  BrgImageParts parts;
  size_t row_bytes;
  BrgPool *pool;
} PartRun;

static BrgStatus
read_part (void *data, int index, int begin, int end, BrgError *error)
{
  PartRun *run = data;
  const BrgImagePartSink *sink = run->sink;
  uint64_t first = (uint64_t) index * run->parts.part_bytes;
  size_t size = brg_image_parts_size (&run->parts, index);

  (void) begin;
  (void) end;
  if (sink->place != NULL)
    return brg_image_parts_read (&run->parts, index, sink->place + first, run->pool, error);
  uint8_t *rows = brg_alloc_in (run->pool, size, 1, error);
  BrgStatus status = rows != NULL ? BRG_OK : BRG_NO_MEMORY;
  if (status == BRG_OK)
    status = brg_image_parts_read (&run->parts, index, rows, run->pool, error);
  if (status == BRG_OK)
    status = sink->take (sink->data, rows, first / run->row_bytes, size / run->row_bytes, error);
  brg_free (rows);
  return status;
}

/* BRG_FORMAT also for parts that are there but are not to be believed. */
static BrgStatus
run_parts (PartRun *run, BrgJob *job, BrgError *error)
{
  BrgImageReading *reading = run->reading;
  BrgStatus status =
    brg_image_parts_open (&run->parts, reading->samples, &reading->header, run->row_bytes, error);

  if (status == BRG_OK && run->parts.n_parts == 0)
    return BRG_FORMAT;
  if (status == BRG_OK)
    status = brg_parallel_slabs (run->parts.n_parts, 1, read_part, run, job, error);
  if (status == BRG_OK && !brg_image_parts_agree (&run->parts))
    return BRG_FORMAT;
  return status;
}

bool
brg_image_reading_run_parts (BrgImageReading *reading,
                             const BrgImagePartSink *sink,
                             BrgJob *job,
                             BrgStatus *status,
                             BrgError *error)
{
  PartRun run = { .reading = reading, .sink = sink, .pool = brg_job_pool (job) };
  BrgError local = { .status = BRG_OK };

  if (reading->header.n_list > 1)
    return false;
  run.row_bytes = (size_t) reading->lattice.dim[0] * brg_image_type_size (reading->type);
  *status = run_parts (&run, job, &local);
  brg_image_parts_close (&run.parts);
  if (*status != BRG_OK && *status != BRG_CANCELLED && *status != BRG_NO_MEMORY)
    return false;
  if (*status == BRG_OK)
    *status = brg_image_samples_pass (reading->samples, &local);
  if (*status == BRG_OK)
    *status = brg_image_samples_finish (reading->samples, &reading->info, &local);
  if (*status != BRG_OK && error != NULL)
    *error = local;
  return true;
}

void
brg_image_reading_warn_of_layers (BrgImageReading *reading)
{
  const BrgImageHeader *header = &reading->header;

  if (header->n_list > 1)
    brg_image_warn (&reading->info, "holds %d %s: only the first was read", header->n_list,
                    header->list_name);
}

void
brg_image_reading_close (BrgImageReading *reading)
{
  brg_image_samples_close (reading->samples);
  brg_image_header_clear (&reading->header);
  brg_stream_close (reading->stream);
  brg_free (reading->numbers);
}

void
brg_image_reading_convert (const BrgImageReading *reading, const void *row, double *numbers)
{
  const BrgImageHeader *header = &reading->header;
  size_t n = (size_t) reading->lattice.dim[0];

  brg_image_samples_to_double (reading->type, row, n, numbers);
  if (header->is_scaled)
    for (size_t i = 0; i < n; i++)
      numbers[i] = numbers[i] * header->slope + header->intercept;
}

void
brg_image_reading_numbers (BrgImageReading *reading, const void *row)
{
  brg_image_reading_convert (reading, row, reading->numbers);
}

BrgStatus
brg_image_read_grid (const char *path, BrgGrid *grid, BrgImageInfo *info, BrgError *error)
{
  BrgImageReading reading = { 0 };
  BrgStatus status = brg_image_reading_open (&reading, path, error);

  if (status == BRG_OK)
    *grid = reading.header.grid;
  else
    brg_message_name_file (error, path);
  if (status == BRG_OK && info != NULL)
    *info = reading.info;
  brg_image_reading_close (&reading);
  return status;
}
