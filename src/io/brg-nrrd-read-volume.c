#include <math.h>
#include <string.h>

#include "engine/brg-alloc.h"
#include "io/brg-message.h"
#include "io/brg-nrrd-reading.h"

#define STAGED_SLICES  32
#define LIKELY_LO_HU   (-2048)
#define LIKELY_HI_HU   30000
#define UNLIKELY_SHARE 100 /* one voxel in so many outside is suspicious */

typedef struct
{
  BrgNrrdReading reading;
  BrgVolume *volume;
  int16_t *stage; /* slices on their way to the volume, or NULL */
  size_t n_nan, n_clamped;
} VolumeReading;

/* Rounds to int16; what does not fit is counted. */
static int16_t
hu_from_number (VolumeReading *self, double number)
{
  double rounded = rint (number);

  if (rounded >= INT16_MIN && rounded <= INT16_MAX)
    return (int16_t) rounded;
  self->n_nan += isnan (number) != 0;
  self->n_clamped += isnan (number) == 0;
  return number > 0 ? INT16_MAX : INT16_MIN;
}

/* A row as HU, `step` elements apart. */
static void
convert_row (VolumeReading *self, const void *row, int16_t *to, ptrdiff_t step)
{
  int n = self->reading.lattice.dim[0];
  const int16_t *from = row;

  if (self->reading.type == BRG_NRRD_INT16 && step == 1)
    memcpy (to, from, (size_t) n * sizeof *to);
  else if (self->reading.type == BRG_NRRD_INT16)
    for (int x = 0; x < n; x++)
      to[x * step] = from[x];
  else
    {
      brg_nrrd_reading_numbers (&self->reading, row);
      for (int x = 0; x < n; x++)
        to[x * step] = hu_from_number (self, self->reading.numbers[x]);
    }
}

static int16_t *
row_in_volume (const VolumeReading *self, int y, int z)
{
  const int *dim = self->volume->grid.dim;
  int vox[3];

  brg_lattice_row (&self->reading.lattice, y, z, vox);
  return self->volume->hu + ((size_t) vox[2] * dim[1] + vox[1]) * dim[0] + vox[0];
}

static ptrdiff_t
step_in_volume (const VolumeReading *self)
{
  const int *dim = self->volume->grid.dim;
  const ptrdiff_t stride[3] = { 1, dim[0], (ptrdiff_t) dim[0] * dim[1] };

  return brg_lattice_step (&self->reading.lattice, stride);
}

static BrgStatus
take_volume_row (void *data, void *row, int y, int z, BrgError *error)
{
  VolumeReading *self = data;

  (void) error;
  convert_row (self, row, row_in_volume (self, y, z), step_in_volume (self));
  return BRG_OK;
}

/* Moves `n` staged slices, of which the first is z, to the volume. */
static void
unstage (const VolumeReading *self, int z, int n)
{
  const BrgLattice *lattice = &self->reading.lattice;
  size_t slice = (size_t) lattice->dim[0] * (size_t) lattice->dim[1];
  ptrdiff_t step = step_in_volume (self);

  for (int y = 0; y < lattice->dim[1]; y++)
    {
      const int16_t *from = self->stage + (size_t) y * (size_t) lattice->dim[0];
      int16_t *to = row_in_volume (self, y, z);
      for (int x = 0; x < lattice->dim[0]; x++)
        for (int s = 0; s < n; s++)
          to[x * step + s * lattice->sign[2]] = from[(size_t) s * slice + (size_t) x];
    }
}

/* As take_volume_row() for files whose slowest axis is the volume's fastest: a slice would touch
 * every cache line of the volume to write one voxel in each, so slices wait until they are many. */
static BrgStatus
take_staged_row (void *data, void *row, int y, int z, BrgError *error)
{
  VolumeReading *self = data;
  const int *dim = self->reading.lattice.dim;
  int slot = z % STAGED_SLICES;
  size_t staged_row = (size_t) slot * (size_t) dim[1] + (size_t) y;

  (void) error;
  convert_row (self, row, self->stage + staged_row * (size_t) dim[0], 1);
  if (y == dim[1] - 1 && (slot == STAGED_SLICES - 1 || z == dim[2] - 1))
    unstage (self, z - slot, slot + 1);
  return BRG_OK;
}

/* The rows of a part of an int16 file, from any thread. */
static BrgStatus
take_volume_part (void *data, uint8_t *rows, uint64_t first_row, size_t n_rows, BrgError *error)
{
  VolumeReading *self = data;
  const int *dim = self->reading.lattice.dim;

  (void) error;
  for (size_t r = 0; r < n_rows; r++)
    {
      uint64_t row = first_row + r;
      convert_row (
        self, rows + r * (size_t) dim[0] * sizeof (int16_t),
        row_in_volume (self, (int) (row % (uint64_t) dim[1]), (int) (row / (uint64_t) dim[1])),
        step_in_volume (self));
    }
  return BRG_OK;
}

static bool
lies_as_in_file (const BrgLattice *lattice)
{
  for (int a = 0; a < 3; a++)
    if (lattice->axis[a] != a || lattice->sign[a] < 0)
      return false;
  return true;
}

/* Reads an int16 file in parts if it has them; false when it is to be read row by row. */
static bool
read_parts (VolumeReading *self, BrgJob *job, BrgStatus *status, BrgError *error)
{
  const BrgLattice *lattice = &self->reading.lattice;
  BrgNrrdPartSink sink = { .take = take_volume_part, .data = self };

  if (self->reading.type != BRG_NRRD_INT16 || lattice->axis[2] == 0)
    return false;
  if (lies_as_in_file (lattice))
    sink.place = (uint8_t *) self->volume->hu;
  return brg_nrrd_reading_run_parts (&self->reading, &sink, job, status, error);
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
warn_of_values (VolumeReading *self)
{
  const BrgVolume *volume = self->volume;
  size_t n = brg_grid_n_voxels (&volume->grid);
  bool is_16_bit = self->reading.type == BRG_NRRD_INT16;

  if (self->n_nan > 0)
    brg_nrrd_warn (&self->reading.info, "%zu voxels are not numbers and became %d HU", self->n_nan,
                   INT16_MIN);
  if (self->n_clamped > 0)
    brg_nrrd_warn (&self->reading.info, "%zu voxels were outside %d to %d HU and were limited",
                   self->n_clamped, INT16_MIN, INT16_MAX);
  if (!is_16_bit || count_unlikely (volume->hu, n, false) <= n / UNLIKELY_SHARE)
    return;
  if (count_unlikely (volume->hu, n, true) < count_unlikely (volume->hu, n, false) / 4)
    brg_nrrd_warn (&self->reading.info,
                   "the values look as if the byte order in the header was wrong");
}

static BrgStatus
read_volume (VolumeReading *self, const char *path, BrgJob *job, BrgError *error)
{
  const int *dim = self->reading.lattice.dim;
  BrgStatus status = brg_nrrd_reading_open (&self->reading, path, error);

  if (status != BRG_OK)
    return status;
  bool staged = self->reading.lattice.axis[2] == 0;
  self->volume = brg_volume_new_in (brg_job_pool (job), &self->reading.header.grid, error);
  if (staged)
    self->stage = brg_alloc_in (brg_job_pool (job), (size_t) dim[0] * (size_t) dim[1],
                                STAGED_SLICES * sizeof *self->stage, error);
  if (self->volume == NULL || (staged && self->stage == NULL))
    return BRG_NO_MEMORY;
  if (!read_parts (self, job, &status, error))
    status = brg_nrrd_reading_run (&self->reading, staged ? take_staged_row : take_volume_row, self,
                                   job, error);
  if (status == BRG_OK)
    warn_of_values (self);
  return status;
}

BrgVolume *
brg_nrrd_read_volume (const char *path, BrgNrrdInfo *info, BrgJob *job, BrgError *error)
{
  VolumeReading self = { .volume = NULL };
  BrgStatus status = read_volume (&self, path, job, error);

  brg_nrrd_reading_close (&self.reading);
  brg_free (self.stage);
  if (status != BRG_OK)
    {
      brg_message_name_file (error, path);
      brg_volume_unref (self.volume);
      return NULL;
    }
  if (info != NULL)
    *info = self.reading.info;
  return self.volume;
}
