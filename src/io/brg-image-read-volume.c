#include <stdatomic.h>
#include <string.h>

#include "engine/brg-alloc.h"
#include "engine/brg-job-part.h"
#include "engine/brg-parallel.h"
#include "io/brg-message.h"
#include "io/brg-image-reading.h"

#define STAGED_SLICES  32
#define ROUNDER        6755399441055744.0
#define LIKELY_LO_HU   (-2048)
#define LIKELY_HI_HU   30000
#define COUNT_AT_ONCE  ((size_t) 1 << 15)
#define COUNTS_IN_SLAB 32
#define UNLIKELY_SHARE 100 /* one voxel in so many outside is suspicious */

typedef struct
{
  BrgImageReading reading;
  BrgVolume *volume;
  int16_t *stage;  /* slices on their way to the volume, or NULL */
  double *scratch; /* for convert_row(); NULL when rows are HU */
  BrgPool *pool;
  atomic_size_t n_nan, n_clamped;
  atomic_size_t n_unlikely[2]; /* values that no HU has: as they are, bytes swapped */
} VolumeReading;

/* Rounds `n` numbers to int16, ties to even, as rint() does: adding and taking away 1.5 * 2^52
 * leaves no bits for a fraction, and unlike rint() it is two instructions anywhere. What does not
 * fit is limited and counted. */
static void
hu_from_numbers (VolumeReading *self, const double *numbers, int n, int16_t *hu)
{
  int n_nan = 0, n_clamped = 0;

  for (int x = 0; x < n; x++)
    {
      double number = numbers[x];
      n_nan += number != number;
      n_clamped += (number < INT16_MIN - 0.5) | (number >= INT16_MAX + 0.5);
      double limited = number > INT16_MIN ? number : INT16_MIN; /* NaN too */
      limited = limited < INT16_MAX ? limited : INT16_MAX;
      hu[x] = (int16_t) (limited + ROUNDER - ROUNDER);
    }
  if (n_nan + n_clamped == 0)
    return;
  atomic_fetch_add (&self->n_nan, (size_t) n_nan);
  atomic_fetch_add (&self->n_clamped, (size_t) n_clamped);
}

/* Room for a row as double and as int16. */
static double *
new_scratch (const VolumeReading *self, BrgPool *pool, BrgError *error)
{
  return brg_alloc_in (pool, (size_t) self->reading.lattice.dim[0],
                       sizeof (double) + sizeof (int16_t), error);
}

/* A row as HU, `step` elements apart. */
static void
convert_row (VolumeReading *self, const void *row, double *scratch, int16_t *to, ptrdiff_t step)
{
  int n = self->reading.lattice.dim[0];
  const int16_t *from = row;

  if (!self->reading.is_hu)
    {
      int16_t *hu = (int16_t *) (scratch + n);
      brg_image_reading_convert (&self->reading, row, scratch);
      hu_from_numbers (self, scratch, n, hu);
      from = hu;
    }
  if (step == 1)
    memcpy (to, from, (size_t) n * sizeof *to);
  else
    for (int x = 0; x < n; x++)
      to[x * step] = from[x];
}

static BrgStatus
take_volume_row (void *data, void *row, int y, int z, BrgError *error)
{
  VolumeReading *self = data;

  (void) error;
  convert_row (self, row, self->scratch,
               brg_lattice_row_in (&self->reading.lattice, self->volume, y, z),
               brg_lattice_step_in (&self->reading.lattice, self->volume));
  return BRG_OK;
}

/* Moves `n` staged slices, of which the first is z, to the volume. */
static void
unstage (const VolumeReading *self, int z, int n)
{
  const BrgLattice *lattice = &self->reading.lattice;
  size_t slice = (size_t) lattice->dim[0] * (size_t) lattice->dim[1];
  ptrdiff_t step = brg_lattice_step_in (&self->reading.lattice, self->volume);

  for (int y = 0; y < lattice->dim[1]; y++)
    {
      const int16_t *from = self->stage + (size_t) y * (size_t) lattice->dim[0];
      int16_t *to = brg_lattice_row_in (&self->reading.lattice, self->volume, y, z);
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
  convert_row (self, row, self->scratch, self->stage + staged_row * (size_t) dim[0], 1);
  if (y == dim[1] - 1 && (slot == STAGED_SLICES - 1 || z == dim[2] - 1))
    unstage (self, z - slot, slot + 1);
  return BRG_OK;
}

/* The rows of a part, from any thread. */
static BrgStatus
take_volume_part (void *data, uint8_t *rows, uint64_t first_row, size_t n_rows, BrgError *error)
{
  VolumeReading *self = data;
  const int *dim = self->reading.lattice.dim;
  size_t row_bytes = (size_t) dim[0] * brg_image_type_size (self->reading.type);
  double *scratch = NULL;

  if (!self->reading.is_hu)
    {
      scratch = new_scratch (self, self->pool, error);
      if (scratch == NULL)
        return BRG_NO_MEMORY;
    }
  for (size_t r = 0; r < n_rows; r++)
    {
      uint64_t row = first_row + r;
      int16_t *to =
        brg_lattice_row_in (&self->reading.lattice, self->volume, (int) (row % (uint64_t) dim[1]),
                            (int) (row / (uint64_t) dim[1]));
      convert_row (self, rows + r * row_bytes, scratch, to,
                   brg_lattice_step_in (&self->reading.lattice, self->volume));
    }
  brg_free (scratch);
  return BRG_OK;
}

/* Reads the file in parts if it has them; false when it is to be read row by row. */
static bool
read_parts (VolumeReading *self, BrgJob *job, BrgStatus *status, BrgError *error)
{
  const BrgLattice *lattice = &self->reading.lattice;
  BrgImagePartSink sink = { .take = take_volume_part, .data = self };

  if (lattice->axis[2] == 0)
    return false;
  if (self->reading.is_hu && brg_lattice_is_plain (lattice))
    sink.place = (uint8_t *) self->volume->hu;
  if (brg_image_reading_run_parts (&self->reading, &sink, job, status, error))
    return true;
  self->n_nan = self->n_clamped = 0;
  return false;
}

/* How many of n < 2^16 values are unlikely for HU as they are, and with their bytes swapped: in
 * 16 bits, as many at a time as there are lanes. */
static void
count_unlikely (const int16_t *hu, size_t n, uint16_t counts[2])
{
  uint16_t as_is = 0, swapped = 0;

  for (size_t i = 0; i < n; i++)
    {
      int16_t other = (int16_t) __builtin_bswap16 ((uint16_t) hu[i]);
      as_is = (uint16_t) (as_is + ((hu[i] < LIKELY_LO_HU) | (hu[i] > LIKELY_HI_HU)));
      swapped = (uint16_t) (swapped + ((other < LIKELY_LO_HU) | (other > LIKELY_HI_HU)));
    }
  counts[0] = as_is;
  counts[1] = swapped;
}

static BrgStatus
count_unlikely_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  VolumeReading *self = data;
  size_t n = brg_grid_n_voxels (&self->volume->grid);

  (void) slab;
  (void) error;
  for (size_t at = (size_t) begin * COUNT_AT_ONCE; at < n && at < (size_t) end * COUNT_AT_ONCE;
       at += COUNT_AT_ONCE)
    {
      uint16_t counts[2];
      count_unlikely (self->volume->hu + at, n - at < COUNT_AT_ONCE ? n - at : COUNT_AT_ONCE,
                      counts);
      if (counts[0] + counts[1] == 0)
        continue;
      atomic_fetch_add (&self->n_unlikely[0], (size_t) counts[0]);
      atomic_fetch_add (&self->n_unlikely[1], (size_t) counts[1]);
    }
  return BRG_OK;
}

/* Do the values look as if their bytes were in the wrong order? */
static BrgStatus
check_byte_order (VolumeReading *self, BrgJob *job, BrgError *error)
{
  size_t n = brg_grid_n_voxels (&self->volume->grid);

  if (!self->reading.is_hu)
    return BRG_OK;
  BrgStatus status = brg_parallel_slabs ((int) ((n - 1) / COUNT_AT_ONCE + 1), COUNTS_IN_SLAB,
                                         count_unlikely_slab, self, job, error);
  if (status == BRG_OK && self->n_unlikely[0] > n / UNLIKELY_SHARE &&
      self->n_unlikely[1] < self->n_unlikely[0] / 4)
    brg_image_warn (&self->reading.info,
                    "the values look as if the byte order in the header was wrong");
  return status;
}

static void
warn_of_values (VolumeReading *self)
{
  size_t n_nan = self->n_nan, n_clamped = self->n_clamped;

  if (n_nan > 0)
    brg_image_warn (&self->reading.info, "%zu %s and became %d HU", n_nan,
                    n_nan == 1 ? "voxel is not a number" : "voxels are not numbers", INT16_MIN);
  if (n_clamped > 0)
    brg_image_warn (&self->reading.info, "%zu %s outside %d to %d HU and %s limited", n_clamped,
                    n_clamped == 1 ? "voxel was" : "voxels were", INT16_MIN, INT16_MAX,
                    n_clamped == 1 ? "was" : "were");
}

/* The volume and what is needed on the way to it. */
static BrgStatus
allocate (VolumeReading *self, BrgError *error)
{
  const int *dim = self->reading.lattice.dim;

  self->volume = brg_volume_new_in (self->pool, &self->reading.header.grid, error);
  if (self->volume == NULL)
    return BRG_NO_MEMORY;
  if (!self->reading.is_hu)
    {
      self->scratch = new_scratch (self, self->pool, error);
      if (self->scratch == NULL)
        return BRG_NO_MEMORY;
    }
  if (self->reading.lattice.axis[2] != 0)
    return BRG_OK;
  self->stage = brg_alloc_in (self->pool, (size_t) dim[0] * (size_t) dim[1],
                              STAGED_SLICES * sizeof *self->stage, error);
  return self->stage != NULL ? BRG_OK : BRG_NO_MEMORY;
}

static BrgStatus
read_volume (VolumeReading *self, const char *path, BrgJob *job, BrgError *error)
{
  BrgStatus status = brg_image_reading_open (&self->reading, path, error);
  BrgJobPart parts = brg_job_parts (job);

  if (status == BRG_OK)
    status = allocate (self, error);
  if (status != BRG_OK)
    return status;
  brg_image_reading_warn_of_layers (&self->reading);
  brg_job_part (&parts, 0, 0.95);
  if (!read_parts (self, job, &status, error))
    status = brg_image_reading_run (
      &self->reading, self->stage != NULL ? take_staged_row : take_volume_row, self, job, error);
  warn_of_values (self);
  brg_job_part (&parts, 0.95, 1);
  if (status == BRG_OK)
    status = check_byte_order (self, job, error);
  brg_job_parts_end (&parts);
  return status;
}

BrgVolume *
brg_image_read_volume (const char *path, BrgImageInfo *info, BrgJob *job, BrgError *error)
{
  VolumeReading self = { .volume = NULL, .pool = brg_job_pool (job) };
  BrgStatus status = read_volume (&self, path, job, error);

  brg_image_reading_close (&self.reading);
  brg_free (self.stage);
  brg_free (self.scratch);
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
