#include <stdio.h>
#include <string.h>

#include "io/brg-bit-bytes.h"
#include "io/brg-gzip.h"
#include "engine/brg-lattice.h"
#include "io/brg-nrrd.h"
#include "io/brg-number.h"

/* A millionth of the least voxel: origins come out of sums, and this keeps "12.3" from becoming
 * "12.300000000000011". */
#define ORIGIN_TOLERANCE_MM 1e-8

/* What is written: a volume, or one or two masks. */
typedef struct
{
  BrgLattice lattice;
  const BrgVolume *volume;
  const BrgMask *masks[2];
} Source;

static void
format_vector (BrgVec3 v, double tolerance, char *text, size_t size)
{
  char x[BRG_NUMBER_SIZE], y[BRG_NUMBER_SIZE], z[BRG_NUMBER_SIZE];

  brg_number_format (v.x, tolerance, x);
  brg_number_format (v.y, tolerance, y);
  brg_number_format (v.z, tolerance, z);
  snprintf (text, size, "(%s,%s,%s)", x, y, z);
}

static BrgStatus
write_header (BrgOutput *output, const BrgGrid *grid, bool is_volume, BrgError *error)
{
  char text[1024], vectors[4][3 * BRG_NUMBER_SIZE + 8];
  int sizes[3];
  BrgAffine m;

  brg_grid_to_source (grid, sizes, &m);
  for (int c = 0; c < 4; c++)
    format_vector (brg_vec3 (m.m[0][c], m.m[1][c], m.m[2][c]), c < 3 ? 0 : ORIGIN_TOLERANCE_MM,
                   vectors[c], sizeof vectors[c]);
  int n = snprintf (text, sizeof text,
                    "NRRD0005\n"
                    "type: %s\n"
                    "dimension: 3\n"
                    "space: left-posterior-superior\n"
                    "sizes: %d %d %d\n"
                    "space directions: %s %s %s\n"
                    "kinds: domain domain domain\n"
                    "%s"
                    "encoding: gzip\n"
                    "space origin: %s\n"
                    "\n",
                    is_volume ? "int16" : "uint8", sizes[0], sizes[1], sizes[2], vectors[0],
                    vectors[1], vectors[2], is_volume ? "endian: little\n" : "", vectors[3]);
  return brg_output_write (output, text, (size_t) n, error);
}

static void
put_volume_row (const void *data, int y, int z, uint8_t *row)
{
  const Source *source = data;
  const int *dim = source->volume->grid.dim;
  const ptrdiff_t stride[3] = { 1, dim[0], (ptrdiff_t) dim[0] * dim[1] };
  ptrdiff_t step = brg_lattice_step (&source->lattice, stride);
  int vox[3];

  brg_lattice_row (&source->lattice, y, z, vox);
  const int16_t *from = source->volume->hu + vox[0] + stride[1] * vox[1] + stride[2] * vox[2];
  if (step == 1 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
    {
      memcpy (row, from, (size_t) source->lattice.dim[0] * sizeof *from);
      return;
    }
  for (int x = 0; x < source->lattice.dim[0]; x++)
    {
      uint16_t bits = (uint16_t) from[x * step];
      row[2 * x] = (uint8_t) (bits & 0xff);
      row[2 * x + 1] = (uint8_t) (bits >> 8);
    }
}

/* Row (y, z) of one mask as 0 and `one`. */
static void
expand_row (const BrgLattice *lattice, const BrgMask *mask, uint8_t one, int y, int z, uint8_t *row)
{
  size_t n = (size_t) lattice->dim[0];
  int vox[3];

  brg_lattice_row (lattice, y, z, vox);
  if (lattice->axis[0] == 0)
    {
      brg_bit_bytes_unpack (brg_mask_row (mask, vox[1], vox[2]), n, one, row);
      if (lattice->sign[0] < 0)
        brg_bit_bytes_reverse (row, n);
      return;
    }
  for (size_t x = 0; x < n; x++, vox[lattice->axis[0]] += lattice->sign[0])
    row[x] = brg_mask_get (mask, vox[0], vox[1], vox[2]) ? one : 0;
}

static void
put_mask_row (const void *data, int y, int z, uint8_t *row)
{
  const Source *source = data;

  if (source->masks[0] != NULL)
    expand_row (&source->lattice, source->masks[0], 1, y, z, row);
  else
    memset (row, 0, (size_t) source->lattice.dim[0]);
}

static bool
row_has_twos (const Source *source, int y, int z)
{
  const BrgMask *mask = source->masks[1];
  int vox[3];
  uint64_t any = 0;

  if (source->lattice.axis[0] != 0)
    return true;
  brg_lattice_row (&source->lattice, y, z, vox);
  for (size_t w = 0; w < mask->row_words; w++)
    any |= brg_mask_row (mask, vox[1], vox[2])[w];
  return any != 0;
}

static void
put_labels_row (const void *data, int y, int z, uint8_t *row)
{
  const Source *source = data;
  const BrgLattice *lattice = &source->lattice;
  int vox[3];

  put_mask_row (data, y, z, row);
  if (source->masks[1] == NULL || !row_has_twos (source, y, z))
    return;
  brg_lattice_row (lattice, y, z, vox);
  for (int x = 0; x < lattice->dim[0]; x++, vox[lattice->axis[0]] += lattice->sign[0])
    if (brg_mask_get (source->masks[1], vox[0], vox[1], vox[2]))
      row[x] = 2;
}

static BrgStatus
write_file (const BrgGrid *grid,
            const Source *source,
            BrgGzipRow put_row,
            const char *path,
            BrgJob *job,
            BrgError *error)
{
  bool is_volume = source->volume != NULL;
  size_t row_bytes = (size_t) source->lattice.dim[0] * (is_volume ? 2 : 1);
  BrgError local = { .status = BRG_OK };
  BrgOutput *output = brg_output_open (path, &local);

  if (output != NULL)
    {
      BrgStatus status = write_header (output, grid, is_volume, &local);
      if (status == BRG_OK)
        status = brg_gzip_write (output, put_row, source, row_bytes, source->lattice.dim[1],
                                 source->lattice.dim[2], job, &local);
      brg_output_end (output, status, &local);
    }
  if (local.status != BRG_OK && error != NULL)
    *error = local;
  return local.status;
}

BrgStatus
brg_nrrd_write_mask (const BrgMask *mask, const char *path, BrgJob *job, BrgError *error)
{
  return brg_nrrd_write_labels (&mask->grid, mask, NULL, path, job, error);
}

BrgStatus
brg_nrrd_write_volume (const BrgVolume *volume, const char *path, BrgJob *job, BrgError *error)
{
  Source source = { .lattice = brg_lattice_of (&volume->grid), .volume = volume };

  return write_file (&volume->grid, &source, put_volume_row, path, job, error);
}

BrgStatus
brg_nrrd_write_labels (const BrgGrid *grid,
                       const BrgMask *ones,
                       const BrgMask *twos,
                       const char *path,
                       BrgJob *job,
                       BrgError *error)
{
  Source source = { .lattice = brg_lattice_of (grid), .masks = { ones, twos } };

  for (int m = 0; m < 2; m++)
    if (source.masks[m] != NULL &&
        brg_grid_check_equal (&source.masks[m]->grid, grid, error) != BRG_OK)
      return BRG_INVALID;
  if (ones != NULL && twos != NULL && brg_mask_count_and (ones, twos) > 0)
    return brg_error_set (error, BRG_INVALID, "%zu voxels would have two labels",
                          brg_mask_count_and (ones, twos));
  return write_file (grid, &source, twos != NULL ? put_labels_row : put_mask_row, path, job, error);
}
