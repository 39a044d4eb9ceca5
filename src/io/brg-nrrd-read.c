#include <math.h>
#include <string.h>
#include <unistd.h>

#include "engine/brg-alloc.h"
#include "io/brg-bits.h"
#include "io/brg-lattice.h"
#include "io/brg-message.h"
#include "io/brg-nrrd-samples.h"

#define BATCH_BYTES    ((size_t) 256 * 1024) /* rows are read in batches of about this size */
#define STAGED_SLICES  32
#define MAX_VOLUME     ((uint64_t) 8 << 30)
#define LIKELY_LO_HU   (-2048)
#define LIKELY_HI_HU   30000
#define UNLIKELY_SHARE 100 /* one voxel in so many outside is suspicious */

typedef struct Reading Reading;

/* Takes row (y, z) of the file: `dim[0]` samples of `type`. */
typedef BrgStatus (*RowFunc) (Reading *reading, const void *row, int y, int z, BrgError *error);

/* One file being read into a volume or masks. */
struct Reading
{
  BrgStream *stream;
  BrgNrrdHeader header;
  BrgNrrdInfo info;
  BrgNrrdSamples *samples;
  BrgNrrdType type; /* of the samples as read */
  BrgLattice lattice;
  double *numbers; /* one row as double */
  uint8_t *flags;  /* one row as 0 and 1 */
  RowFunc take_row;
  BrgVolume *volume;
  int16_t *stage; /* slices on their way to the volume, or NULL */
  size_t n_nan, n_clamped;
  BrgMask *masks[2];
  double label; /* the one value of a mask, 0 until it is met */
};

static void
close_reading (Reading *reading)
{
  brg_nrrd_samples_close (reading->samples);
  brg_nrrd_header_clear (&reading->header);
  brg_stream_close (reading->stream);
  brg_free (reading->numbers);
  brg_free (reading->flags);
  brg_free (reading->stage);
}

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

static BrgStatus
open_reading (Reading *reading, const char *path, BrgError *error)
{
  reading->stream = brg_stream_open (path, error);
  if (reading->stream == NULL)
    return BRG_IO;
  BrgStatus status =
    brg_nrrd_header_read (reading->stream, &reading->header, &reading->info, error);
  if (status != BRG_OK)
    return status;
  reading->samples = brg_nrrd_samples_open (&reading->header, reading->stream, error);
  if (reading->samples == NULL)
    return BRG_FORMAT;
  status = check_memory (&reading->header.grid, error);
  if (status != BRG_OK)
    return status;
  reading->type = brg_nrrd_samples_type (&reading->header);
  reading->lattice = brg_lattice_of (&reading->header.grid);
  reading->numbers = brg_alloc ((size_t) reading->lattice.dim[0], sizeof (double), error);
  return reading->numbers != NULL ? BRG_OK : BRG_NO_MEMORY;
}

/* Keeps every `n_list`-th sample of a row whose list axis is the fastest. */
static void
drop_other_layers (const Reading *reading, uint8_t *row)
{
  size_t size = brg_nrrd_type_size (reading->type);
  size_t step = size * (size_t) reading->header.n_list;

  for (size_t i = 1; i < (size_t) reading->lattice.dim[0]; i++)
    memcpy (row + i * size, row + i * step, size);
}

/* File axes above the row, and where they stand for row `index`. False for a row of a layer that
 * is not the first. */
static bool
locate_row (const BrgNrrdHeader *header, uint64_t index, int *y, int *z)
{
  int coordinate[2] = { 0, 0 }, n = 0;

  for (int a = header->list_axis == 0 ? 2 : 1; a < header->dimension; a++)
    {
      uint64_t size = (uint64_t) header->sizes[a];
      int at = (int) (index % size);
      index /= size;
      if (a != header->list_axis)
        coordinate[n++] = at;
      else if (at != 0)
        return false;
    }
  *y = coordinate[0];
  *z = coordinate[1];
  return true;
}

static BrgStatus
read_batch (Reading *reading,
            uint8_t *batch,
            size_t row_samples,
            uint64_t first_row,
            size_t n_rows,
            BrgError *error)
{
  size_t row_bytes = row_samples * brg_nrrd_type_size (reading->type);
  BrgStatus status = brg_nrrd_samples_read (reading->samples, batch, n_rows * row_samples, error);

  for (size_t r = 0; status == BRG_OK && r < n_rows; r++)
    {
      uint8_t *row = batch + r * row_bytes;
      int y, z;
      if (!locate_row (&reading->header, first_row + r, &y, &z))
        continue;
      if (reading->header.list_axis == 0)
        drop_other_layers (reading, row);
      status = reading->take_row (reading, row, y, z, error);
    }
  return status;
}

static BrgStatus
read_rows (Reading *reading, BrgJob *job, BrgError *error)
{
  size_t row_samples = (size_t) reading->lattice.dim[0];
  if (reading->header.list_axis == 0)
    row_samples *= (size_t) reading->header.n_list;
  uint64_t n_rows = brg_nrrd_header_n_samples (&reading->header) / row_samples;
  size_t row_bytes = row_samples * brg_nrrd_type_size (reading->type);
  size_t batch_rows = BATCH_BYTES / row_bytes + 1;
  uint8_t *batch = brg_alloc (batch_rows, row_bytes, error);
  BrgStatus status = batch != NULL ? BRG_OK : BRG_NO_MEMORY;

  for (uint64_t row = 0; status == BRG_OK && row < n_rows; row += batch_rows)
    {
      size_t n = n_rows - row < batch_rows ? (size_t) (n_rows - row) : batch_rows;
      if (!brg_job_tick (job, (double) row / (double) n_rows))
        status = brg_error_set (error, BRG_CANCELLED, "cancelled");
      else
        status = read_batch (reading, batch, row_samples, row, n, error);
    }
  brg_free (batch);
  if (status == BRG_OK)
    status = brg_nrrd_samples_finish (reading->samples, &reading->info, error);
  return status;
}

/* Rounds to int16; what does not fit is counted. */
static int16_t
hu_from_number (Reading *reading, double number)
{
  double rounded = rint (number);

  if (rounded >= INT16_MIN && rounded <= INT16_MAX)
    return (int16_t) rounded;
  reading->n_nan += isnan (number) != 0;
  reading->n_clamped += isnan (number) == 0;
  return number > 0 ? INT16_MAX : INT16_MIN;
}

/* A row as HU, `step` elements apart. */
static void
convert_row (Reading *reading, const void *row, int16_t *to, ptrdiff_t step)
{
  size_t n = (size_t) reading->lattice.dim[0];
  const int16_t *from = row;

  if (reading->type == BRG_NRRD_INT16 && step == 1)
    memcpy (to, from, n * sizeof *to);
  else if (reading->type == BRG_NRRD_INT16)
    for (size_t x = 0; x < n; x++, to += step)
      *to = from[x];
  else
    {
      brg_nrrd_samples_to_double (reading->type, row, n, reading->numbers);
      for (size_t x = 0; x < n; x++, to += step)
        *to = hu_from_number (reading, reading->numbers[x]);
    }
}

static int16_t *
row_in_volume (const Reading *reading, int y, int z)
{
  const int *dim = reading->volume->grid.dim;
  int vox[3];

  brg_lattice_row (&reading->lattice, y, z, vox);
  return reading->volume->hu + ((size_t) vox[2] * dim[1] + vox[1]) * dim[0] + vox[0];
}

static ptrdiff_t
step_in_volume (const Reading *reading)
{
  const int *dim = reading->volume->grid.dim;
  const ptrdiff_t stride[3] = { 1, dim[0], (ptrdiff_t) dim[0] * dim[1] };

  return brg_lattice_step (&reading->lattice, stride);
}

static BrgStatus
take_volume_row (Reading *reading, const void *row, int y, int z, BrgError *error)
{
  (void) error;
  convert_row (reading, row, row_in_volume (reading, y, z), step_in_volume (reading));
  return BRG_OK;
}

/* Moves `n` staged slices, of which the first is z, to the volume. */
static void
unstage (const Reading *reading, int z, int n)
{
  const BrgLattice *lattice = &reading->lattice;
  size_t slice = (size_t) lattice->dim[0] * (size_t) lattice->dim[1];
  ptrdiff_t step = step_in_volume (reading);

  for (int y = 0; y < lattice->dim[1]; y++)
    {
      const int16_t *from = reading->stage + (size_t) y * (size_t) lattice->dim[0];
      int16_t *to = row_in_volume (reading, y, z);
      for (int x = 0; x < lattice->dim[0]; x++, from++, to += step)
        for (int s = 0; s < n; s++)
          to[s * lattice->sign[2]] = from[(size_t) s * slice];
    }
}

/* As take_volume_row() for files whose slowest axis is the volume's fastest: a slice would touch
 * every cache line of the volume to write one voxel in each, so slices wait until they are many. */
static BrgStatus
take_staged_row (Reading *reading, const void *row, int y, int z, BrgError *error)
{
  const int *dim = reading->lattice.dim;
  int slot = z % STAGED_SLICES;
  size_t staged_row = (size_t) slot * (size_t) dim[1] + (size_t) y;

  (void) error;
  convert_row (reading, row, reading->stage + staged_row * (size_t) dim[0], 1);
  if (y == dim[1] - 1 && (slot == STAGED_SLICES - 1 || z == dim[2] - 1))
    unstage (reading, z - slot, slot + 1);
  return BRG_OK;
}

static size_t
count_unlikely (const int16_t *hu, size_t n, bool swapped)
{
  size_t count = 0;

  for (size_t i = 0; i < n; i++)
    {
      uint16_t bits = (uint16_t) hu[i];
      int16_t value = swapped ? (int16_t) __builtin_bswap16 (bits) : hu[i];
      count += (value < LIKELY_LO_HU) | (value > LIKELY_HI_HU);
    }
  return count;
}

static void
warn_of_values (Reading *reading)
{
  const BrgVolume *volume = reading->volume;
  size_t n = brg_grid_n_voxels (&volume->grid);
  bool is_16_bit = reading->type == BRG_NRRD_INT16;

  if (reading->n_nan > 0)
    brg_nrrd_warn (&reading->info, "%zu voxels are not numbers and became %d HU", reading->n_nan,
                   INT16_MIN);
  if (reading->n_clamped > 0)
    brg_nrrd_warn (&reading->info, "%zu voxels were outside %d to %d HU and were limited",
                   reading->n_clamped, INT16_MIN, INT16_MAX);
  if (!is_16_bit || count_unlikely (volume->hu, n, false) <= n / UNLIKELY_SHARE)
    return;
  if (count_unlikely (volume->hu, n, true) < count_unlikely (volume->hu, n, false) / 4)
    brg_nrrd_warn (&reading->info, "the values look as if the byte order in the header was wrong");
}

static BrgStatus
mixed_values (const Reading *reading, double number, BrgError *error)
{
  return brg_error_set (error, BRG_FORMAT, "is not a mask: it holds 0, %g and %g", reading->label,
                        number);
}

/* The fast path of flags_from_row() for the type that nearly all masks have. */
static BrgStatus
check_byte_row (Reading *reading, const uint8_t *row, BrgError *error)
{
  size_t n = (size_t) reading->lattice.dim[0], i = 0;
  uint8_t label = (uint8_t) reading->label, wrong = 0;

  while (label == 0 && i < n)
    label = row[i++];
  reading->label = label;
  for (size_t x = i; x < n; x++)
    wrong |= (uint8_t) ((row[x] != 0) & (row[x] != label));
  for (; wrong != 0; i++)
    if (row[i] != 0 && row[i] != label)
      return mixed_values (reading, row[i], error);
  return BRG_OK;
}

/* Fills reading->flags: 0 where the row is 0, 1 elsewhere; all but 0 must be one value. */
static BrgStatus
flags_from_row (Reading *reading, const void *row, BrgError *error)
{
  size_t n = (size_t) reading->lattice.dim[0];

  brg_nrrd_samples_to_double (reading->type, row, n, reading->numbers);
  for (size_t x = 0; x < n; x++)
    {
      double number = reading->numbers[x];
      reading->flags[x] = number != 0;
      if (number == 0 || number == reading->label)
        continue;
      if (reading->label != 0 || isnan (number))
        return mixed_values (reading, number, error);
      reading->label = number;
    }
  return BRG_OK;
}

/* Sets the voxels of file row (y, z) whose flag is not 0. */
static void
set_row (Reading *reading, BrgMask *mask, int y, int z)
{
  const BrgLattice *lattice = &reading->lattice;
  size_t n = (size_t) lattice->dim[0];
  int vox[3];

  brg_lattice_row (lattice, y, z, vox);
  if (lattice->axis[0] == 0)
    {
      if (lattice->sign[0] < 0)
        brg_bits_reverse_bytes (reading->flags, n);
      brg_bits_from_bytes (reading->flags, n, brg_mask_row (mask, vox[1], vox[2]));
      return;
    }
  for (size_t x = 0; x < n; x++, vox[lattice->axis[0]] += lattice->sign[0])
    if (reading->flags[x] != 0)
      brg_mask_set (mask, vox[0], vox[1], vox[2], true);
}

static BrgStatus
take_mask_row (Reading *reading, const void *row, int y, int z, BrgError *error)
{
  BrgStatus status;

  if (reading->type == BRG_NRRD_UINT8)
    {
      status = check_byte_row (reading, row, error);
      memcpy (reading->flags, row, (size_t) reading->lattice.dim[0]);
    }
  else
    status = flags_from_row (reading, row, error);
  if (status == BRG_OK)
    set_row (reading, reading->masks[0], y, z);
  return status;
}

static BrgStatus
take_labels_row (Reading *reading, const void *row, int y, int z, BrgError *error)
{
  size_t n = (size_t) reading->lattice.dim[0];

  brg_nrrd_samples_to_double (reading->type, row, n, reading->numbers);
  for (size_t x = 0; x < n; x++)
    {
      double number = reading->numbers[x];
      if (number != 0 && number != 1 && number != 2)
        return brg_error_set (error, BRG_FORMAT, "holds %g, must hold 0, 1 and 2 only", number);
    }
  for (int label = 1; label <= 2; label++)
    {
      for (size_t x = 0; x < n; x++)
        reading->flags[x] = reading->numbers[x] == label;
      set_row (reading, reading->masks[label - 1], y, z);
    }
  return BRG_OK;
}

static BrgStatus
choose_row_func (Reading *reading, BrgError *error)
{
  const int *dim = reading->lattice.dim;

  reading->take_row = take_volume_row;
  if (reading->lattice.axis[2] != 0)
    return BRG_OK;
  reading->take_row = take_staged_row;
  reading->stage =
    brg_alloc ((size_t) dim[0] * (size_t) dim[1], STAGED_SLICES * sizeof *reading->stage, error);
  return reading->stage != NULL ? BRG_OK : BRG_NO_MEMORY;
}

static BrgStatus
read_volume (Reading *reading, const char *path, BrgJob *job, BrgError *error)
{
  BrgStatus status = open_reading (reading, path, error);

  if (status != BRG_OK)
    return status;
  reading->volume = brg_volume_new (&reading->header.grid, error);
  if (reading->volume == NULL)
    return BRG_NO_MEMORY;
  status = choose_row_func (reading, error);
  if (status == BRG_OK)
    status = read_rows (reading, job, error);
  if (status == BRG_OK)
    warn_of_values (reading);
  return status;
}

static BrgStatus
read_masks (Reading *reading, const char *path, int n_masks, BrgJob *job, BrgError *error)
{
  BrgStatus status = open_reading (reading, path, error);

  if (status != BRG_OK)
    return status;
  reading->flags = brg_alloc ((size_t) reading->lattice.dim[0], 1, error);
  if (reading->flags == NULL)
    return BRG_NO_MEMORY;
  for (int m = 0; m < n_masks; m++)
    {
      reading->masks[m] = brg_mask_new (&reading->header.grid, error);
      if (reading->masks[m] == NULL)
        return BRG_NO_MEMORY;
    }
  reading->take_row = n_masks == 1 ? take_mask_row : take_labels_row;
  return read_rows (reading, job, error);
}

/* Closes, and on failure drops what was read and names the file. */
static void
finish_reading (Reading *reading,
                BrgStatus status,
                const char *path,
                BrgNrrdInfo *info,
                BrgError *error)
{
  close_reading (reading);
  if (status == BRG_OK)
    {
      if (info != NULL)
        *info = reading->info;
      return;
    }
  brg_message_name_file (error, path);
  brg_volume_unref (reading->volume);
  brg_mask_unref (reading->masks[0]);
  brg_mask_unref (reading->masks[1]);
  reading->volume = NULL;
  reading->masks[0] = reading->masks[1] = NULL;
}

BrgVolume *
brg_nrrd_read_volume (const char *path, BrgNrrdInfo *info, BrgJob *job, BrgError *error)
{
  Reading reading = { .volume = NULL };
  BrgStatus status = read_volume (&reading, path, job, error);

  finish_reading (&reading, status, path, info, error);
  return reading.volume;
}

BrgMask *
brg_nrrd_read_mask (const char *path, BrgNrrdInfo *info, BrgJob *job, BrgError *error)
{
  Reading reading = { .volume = NULL };
  BrgStatus status = read_masks (&reading, path, 1, job, error);

  finish_reading (&reading, status, path, info, error);
  return reading.masks[0];
}

BrgStatus
brg_nrrd_read_labels (const char *path,
                      BrgMask **ones,
                      BrgMask **twos,
                      BrgJob *job,
                      BrgError *error)
{
  Reading reading = { .volume = NULL };
  BrgError local = { .status = BRG_OK };
  BrgStatus status = read_masks (&reading, path, 2, job, &local);

  finish_reading (&reading, status, path, NULL, &local);
  if (status != BRG_OK && error != NULL)
    *error = local;
  *ones = reading.masks[0];
  *twos = reading.masks[1];
  return local.status;
}
