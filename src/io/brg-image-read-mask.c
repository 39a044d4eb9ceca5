#include <math.h>
#include <stdatomic.h>

#include "engine/brg-alloc.h"
#include "io/brg-bit-bytes.h"
#include "io/brg-message.h"
#include "io/brg-image-reading.h"

typedef struct
{
  BrgImageReading reading;
  BrgMask *masks[2];     /* of label 1 and 2, or of the one label there is */
  uint8_t *flags;        /* one row as 0 and 1 */
  double label;          /* the one value of a mask, 0 until it is met */
  atomic_int part_label; /* the same while parts are read */
  const BrgImagePick *pick;
} MaskReading;

/* Labels that need no conversion? */
static bool
is_bytes (const BrgImageReading *reading)
{
  return reading->type == BRG_IMAGE_UINT8 && !reading->header.is_scaled;
}

static BrgStatus
mixed_values (const MaskReading *self, double number, BrgError *error)
{
  int n_segments = self->reading.info.n_segments;

  if (n_segments > 1)
    return brg_error_set (error, BRG_FORMAT,
                          "is not one mask but a segmentation of %d: it holds 0, %g and %g",
                          n_segments, self->label, number);
  return brg_error_set (error, BRG_FORMAT, "is not a mask: it holds 0, %g and %g", self->label,
                        number);
}

/* Fills self->flags: 0 where the row is 0, 1 elsewhere; all but 0 must be one value. */
static BrgStatus
flags_from_row (MaskReading *self, const void *row, BrgError *error)
{
  size_t n = (size_t) self->reading.lattice.dim[0];

  brg_image_reading_numbers (&self->reading, row);
  for (size_t x = 0; x < n; x++)
    {
      double number = self->reading.numbers[x];
      self->flags[x] = number != 0;
      if (number == 0 || number == self->label)
        continue;
      if (self->label != 0 || isnan (number))
        return mixed_values (self, number, error);
      self->label = number;
    }
  return BRG_OK;
}

/* Sets the voxels of file row (y, z) whose byte, which is 0 or `one`, is not 0, and leaves others
 * as they are; false when a byte is neither. */
static bool
add_row (const MaskReading *self, BrgMask *mask, const uint8_t *row, uint8_t one, int y, int z)
{
  const BrgLattice *lattice = &self->reading.lattice;
  bool is_sound = true;
  int vox[3];

  brg_lattice_row (lattice, y, z, vox);
  for (int x = 0; x < lattice->dim[0]; x++, vox[lattice->axis[0]] += lattice->sign[0])
    {
      is_sound = is_sound && (row[x] == 0 || row[x] == one);
      if (row[x] != 0)
        brg_mask_set (mask, vox[0], vox[1], vox[2], true);
    }
  return is_sound;
}

/* The same for a row whose voxels are clear yet. May reverse the row. */
static bool
set_row (const MaskReading *self, BrgMask *mask, uint8_t *row, uint8_t one, int y, int z)
{
  const BrgLattice *lattice = &self->reading.lattice;
  size_t n = (size_t) lattice->dim[0];
  int vox[3];

  brg_lattice_row (lattice, y, z, vox);
  if (lattice->axis[0] != 0)
    return add_row (self, mask, row, one, y, z);
  if (lattice->sign[0] < 0)
    brg_bit_bytes_reverse (row, n);
  return brg_bit_bytes_pack (row, n, one, brg_mask_row (mask, vox[1], vox[2]));
}

/* The first byte that is not 0, or 0. */
static uint8_t
first_label (const uint8_t *row, size_t n)
{
  size_t x = 0;

  while (x < n && row[x] == 0)
    x++;
  return x < n ? row[x] : 0;
}

/* Bytes, as nearly all masks are, without a detour. */
static BrgStatus
take_byte_row (MaskReading *self, uint8_t *row, int y, int z, BrgError *error)
{
  size_t n = (size_t) self->reading.lattice.dim[0], x = 0;
  uint8_t one = (uint8_t) self->label;

  if (one == 0)
    one = first_label (row, n);
  self->label = one;
  if (set_row (self, self->masks[0], row, one, y, z))
    return BRG_OK;
  if (self->reading.lattice.axis[0] == 0 && self->reading.lattice.sign[0] < 0)
    brg_bit_bytes_reverse (row, n); /* back, to name the first in the file */
  while (row[x] == 0 || row[x] == one)
    x++;
  return mixed_values (self, row[x], error);
}

static BrgStatus
take_mask_row (void *data, void *row, int y, int z, BrgError *error)
{
  MaskReading *self = data;

  if (is_bytes (&self->reading))
    return take_byte_row (self, row, y, z, error);
  BrgStatus status = flags_from_row (self, row, error);
  if (status == BRG_OK)
    set_row (self, self->masks[0], self->flags, 1, y, z);
  return status;
}

static BrgStatus
take_labels_row (void *data, void *row, int y, int z, BrgError *error)
{
  MaskReading *self = data;
  size_t n = (size_t) self->reading.lattice.dim[0];

  brg_image_reading_numbers (&self->reading, row);
  for (size_t x = 0; x < n; x++)
    {
      double number = self->reading.numbers[x];
      if (number != 0 && number != 1 && number != 2)
        return brg_error_set (error, BRG_FORMAT, "holds %g, must hold 0, 1 and 2 only", number);
    }
  for (int label = 1; label <= 2; label++)
    {
      for (size_t x = 0; x < n; x++)
        self->flags[x] = self->reading.numbers[x] == label;
      set_row (self, self->masks[label - 1], self->flags, 1, y, z);
    }
  return BRG_OK;
}

static BrgStatus
take_picked_row (void *data, void *row, int y, int z, BrgError *error)
{
  MaskReading *self = data;
  const BrgImagePick *pick = self->pick;
  size_t n = (size_t) self->reading.lattice.dim[0];

  brg_image_reading_numbers (&self->reading, row);
  for (size_t x = 0; x < n; x++)
    {
      double number = self->reading.numbers[x];
      if (isnan (number))
        return brg_error_set (error, BRG_FORMAT, "is not a mask: it holds what is not a number");
      self->flags[x] = pick->is_any ? number != 0 : number == pick->label;
    }
  add_row (self, self->masks[0], self->flags, 1, y, z);
  return BRG_OK;
}

/* The rows of a part of a uint8 file, from any thread. What is not 0 must be one value everywhere;
 * where it is not, the reading in order finds the words for it. */
static BrgStatus
take_mask_part (void *data, uint8_t *rows, uint64_t first_row, size_t n_rows, BrgError *error)
{
  MaskReading *self = data;
  size_t n = (size_t) self->reading.lattice.dim[0];
  uint64_t n_y = (uint64_t) self->reading.lattice.dim[1];
  int expected = 0;
  uint8_t one = first_label (rows, n * n_rows);

  if (one != 0 && !atomic_compare_exchange_strong (&self->part_label, &expected, one) &&
      expected != one)
    return brg_error_set (error, BRG_FORMAT, "two labels");
  for (size_t r = 0; r < n_rows; r++)
    if (!set_row (self, self->masks[0], rows + r * n, one, (int) ((first_row + r) % n_y),
                  (int) ((first_row + r) / n_y)))
      return brg_error_set (error, BRG_FORMAT, "two labels");
  return BRG_OK;
}

/* Rows of the file must be rows of the mask: only those have words of their own. */
static bool
read_mask_parts (MaskReading *self, BrgJob *job, BrgStatus *status, BrgError *error)
{
  BrgImagePartSink sink = { .take = take_mask_part, .data = self };

  if (!is_bytes (&self->reading) || self->reading.lattice.axis[0] != 0)
    return false;
  return brg_image_reading_run_parts (&self->reading, &sink, job, status, error);
}

/* Says which layers are to be read. */
static BrgStatus
set_layer (MaskReading *self, BrgError *error)
{
  const BrgImagePick *pick = self->pick;
  int n_layers = self->reading.header.n_list;

  if (pick == NULL)
    brg_image_reading_warn_of_layers (&self->reading);
  else if (!pick->is_any && !(pick->layer >= 0 && pick->layer < n_layers))
    return brg_error_set (error, BRG_INVALID, "has no layer %d: there are %d", pick->layer,
                          n_layers);
  else
    self->reading.layer = pick->is_any ? BRG_IMAGE_ALL_LAYERS : pick->layer;
  return BRG_OK;
}

static BrgStatus
read_masks (MaskReading *self, const char *path, int n_masks, BrgJob *job, BrgError *error)
{
  BrgStatus status = brg_image_reading_open (&self->reading, path, error);

  if (status == BRG_OK)
    status = set_layer (self, error);
  if (status != BRG_OK)
    return status;
  self->flags = brg_alloc ((size_t) self->reading.lattice.dim[0], 1, error);
  if (self->flags == NULL)
    return BRG_NO_MEMORY;
  for (int m = 0; m < n_masks; m++)
    {
      self->masks[m] =
        brg_mask_new_in (brg_job_pool (job), &self->reading.header.grid, true, error);
      if (self->masks[m] == NULL)
        return BRG_NO_MEMORY;
    }
  if (self->pick != NULL)
    return brg_image_reading_run (&self->reading, take_picked_row, self, job, error);
  if (n_masks == 1 && read_mask_parts (self, job, &status, error))
    return status;
  return brg_image_reading_run (&self->reading, n_masks == 1 ? take_mask_row : take_labels_row,
                                self, job, error);
}

/* Closes, and on failure drops the masks and names the file. */
static void
finish (MaskReading *self, BrgStatus status, const char *path, BrgError *error)
{
  brg_image_reading_close (&self->reading);
  brg_free (self->flags);
  if (status == BRG_OK)
    return;
  brg_message_name_file (error, path);
  for (int m = 0; m < 2; m++)
    {
      brg_mask_unref (self->masks[m]);
      self->masks[m] = NULL;
    }
}

BrgMask *
brg_image_read_mask (const char *path, BrgImageInfo *info, BrgJob *job, BrgError *error)
{
  return brg_image_read_picked (path, NULL, info, job, error);
}

BrgMask *
brg_image_read_picked (const char *path,
                       const BrgImagePick *pick,
                       BrgImageInfo *info,
                       BrgJob *job,
                       BrgError *error)
{
  MaskReading self = { .pick = pick };
  BrgStatus status = read_masks (&self, path, 1, job, error);

  finish (&self, status, path, error);
  if (status == BRG_OK && info != NULL)
    *info = self.reading.info;
  return self.masks[0];
}

BrgStatus
brg_image_read_labels (const char *path,
                       BrgMask **ones,
                       BrgMask **twos,
                       BrgJob *job,
                       BrgError *error)
{
  MaskReading self = { .label = 0 };
  BrgError local = { .status = BRG_OK };

  finish (&self, read_masks (&self, path, 2, job, &local), path, &local);
  if (local.status != BRG_OK && error != NULL)
    *error = local;
  *ones = self.masks[0];
  *twos = self.masks[1];
  return local.status;
}
