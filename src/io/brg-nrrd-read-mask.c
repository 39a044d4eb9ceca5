#include <math.h>
#include <string.h>

#include "engine/brg-alloc.h"
#include "io/brg-bit-bytes.h"
#include "io/brg-message.h"
#include "io/brg-nrrd-reading.h"

typedef struct
{
  BrgNrrdReading reading;
  BrgMask *masks[2]; /* of label 1 and 2, or of the one label there is */
  uint8_t *flags;    /* one row as 0 and 1 */
  double label;      /* the one value of a mask, 0 until it is met */
} MaskReading;

static BrgStatus
mixed_values (const MaskReading *self, double number, BrgError *error)
{
  return brg_error_set (error, BRG_FORMAT, "is not a mask: it holds 0, %g and %g", self->label,
                        number);
}

/* The fast path of flags_from_row() for the type that nearly all masks have. */
static BrgStatus
check_byte_row (MaskReading *self, const uint8_t *row, BrgError *error)
{
  size_t n = (size_t) self->reading.lattice.dim[0], i = 0;
  uint8_t label = (uint8_t) self->label, wrong = 0;

  while (label == 0 && i < n)
    label = row[i++];
  self->label = label;
  for (size_t x = i; x < n; x++)
    wrong |= (uint8_t) ((row[x] != 0) & (row[x] != label));
  for (; wrong != 0; i++)
    if (row[i] != 0 && row[i] != label)
      return mixed_values (self, row[i], error);
  return BRG_OK;
}

/* Fills self->flags: 0 where the row is 0, 1 elsewhere; all but 0 must be one value. */
static BrgStatus
flags_from_row (MaskReading *self, const void *row, BrgError *error)
{
  size_t n = (size_t) self->reading.lattice.dim[0];

  brg_nrrd_reading_numbers (&self->reading, row);
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

/* Sets the voxels of file row (y, z) whose flag is not 0. */
static void
set_row (MaskReading *self, BrgMask *mask, int y, int z)
{
  const BrgLattice *lattice = &self->reading.lattice;
  size_t n = (size_t) lattice->dim[0];
  int vox[3];

  brg_lattice_row (lattice, y, z, vox);
  if (lattice->axis[0] == 0)
    {
      if (lattice->sign[0] < 0)
        brg_bit_bytes_reverse (self->flags, n);
      brg_bit_bytes_pack (self->flags, n, brg_mask_row (mask, vox[1], vox[2]));
      return;
    }
  for (size_t x = 0; x < n; x++, vox[lattice->axis[0]] += lattice->sign[0])
    if (self->flags[x] != 0)
      brg_mask_set (mask, vox[0], vox[1], vox[2], true);
}

static BrgStatus
take_mask_row (void *data, void *row, int y, int z, BrgError *error)
{
  MaskReading *self = data;
  BrgStatus status;

  if (self->reading.type == BRG_NRRD_UINT8)
    {
      status = check_byte_row (self, row, error);
      memcpy (self->flags, row, (size_t) self->reading.lattice.dim[0]);
    }
  else
    status = flags_from_row (self, row, error);
  if (status == BRG_OK)
    set_row (self, self->masks[0], y, z);
  return status;
}

static BrgStatus
take_labels_row (void *data, void *row, int y, int z, BrgError *error)
{
  MaskReading *self = data;
  size_t n = (size_t) self->reading.lattice.dim[0];

  brg_nrrd_reading_numbers (&self->reading, row);
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
      set_row (self, self->masks[label - 1], y, z);
    }
  return BRG_OK;
}

static BrgStatus
read_masks (MaskReading *self, const char *path, int n_masks, BrgJob *job, BrgError *error)
{
  BrgStatus status = brg_nrrd_reading_open (&self->reading, path, error);

  if (status != BRG_OK)
    return status;
  self->flags = brg_alloc ((size_t) self->reading.lattice.dim[0], 1, error);
  if (self->flags == NULL)
    return BRG_NO_MEMORY;
  for (int m = 0; m < n_masks; m++)
    {
      self->masks[m] = brg_mask_new (&self->reading.header.grid, error);
      if (self->masks[m] == NULL)
        return BRG_NO_MEMORY;
    }
  return brg_nrrd_reading_run (&self->reading, n_masks == 1 ? take_mask_row : take_labels_row, self,
                               job, error);
}

/* Closes, and on failure drops the masks and names the file. */
static void
finish (MaskReading *self, BrgStatus status, const char *path, BrgError *error)
{
  brg_nrrd_reading_close (&self->reading);
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
brg_nrrd_read_mask (const char *path, BrgNrrdInfo *info, BrgJob *job, BrgError *error)
{
  MaskReading self = { .label = 0 };
  BrgStatus status = read_masks (&self, path, 1, job, error);

  finish (&self, status, path, error);
  if (status == BRG_OK && info != NULL)
    *info = self.reading.info;
  return self.masks[0];
}

BrgStatus
brg_nrrd_read_labels (const char *path,
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
