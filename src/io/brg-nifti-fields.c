#include "io/brg-nifti-fields.h"

#include <string.h>

#include "engine/brg-alloc.h"
#include "io/brg-nifti-header.h"

#define SIZE_1   348
#define SIZE_2   540
#define LONGEST  SIZE_2
#define MAGIC_1  344
#define MAGIC_2  4
#define N_MAGIC2 8

/* A header as it stands in the file. */
typedef struct
{
  uint8_t bytes[LONGEST];
  bool big_endian;
} Raw;

static uint64_t
get_unsigned (const Raw *raw, size_t at, size_t size)
{
  uint64_t value = 0;

  for (size_t b = 0; b < size; b++)
    value |= (uint64_t) raw->bytes[at + b] << 8 * (raw->big_endian ? size - 1 - b : b);
  return value;
}

static int
get_int16 (const Raw *raw, size_t at)
{
  return (int16_t) get_unsigned (raw, at, 2);
}

static int
get_int32 (const Raw *raw, size_t at)
{
  return (int32_t) get_unsigned (raw, at, 4);
}

static double
get_float (const Raw *raw, size_t at)
{
  uint32_t bits = (uint32_t) get_unsigned (raw, at, 4);
  float value;

  memcpy (&value, &bits, sizeof value);
  return (double) value;
}

static double
get_double (const Raw *raw, size_t at)
{
  uint64_t bits = get_unsigned (raw, at, 8);
  double value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

static void
take_1 (const Raw *raw, BrgNiftiFields *fields)
{
  fields->datatype = get_int16 (raw, 70);
  fields->bitpix = get_int16 (raw, 72);
  for (size_t d = 0; d < 8; d++)
    {
      fields->dim[d] = get_int16 (raw, 40 + 2 * d);
      fields->pixdim[d] = get_float (raw, 76 + 4 * d);
    }
  fields->vox_offset = get_float (raw, 108);
  fields->scl_slope = get_float (raw, 112);
  fields->scl_inter = get_float (raw, 116);
  fields->xyzt_units = raw->bytes[123];
  fields->qform_code = get_int16 (raw, 252);
  fields->sform_code = get_int16 (raw, 254);
  for (size_t r = 0; r < 3; r++)
    {
      fields->quatern[r] = get_float (raw, 256 + 4 * r);
      fields->qoffset[r] = get_float (raw, 268 + 4 * r);
      for (size_t c = 0; c < 4; c++)
        fields->srow[r][c] = get_float (raw, 280 + 16 * r + 4 * c);
    }
}

static void
take_2 (const Raw *raw, BrgNiftiFields *fields)
{
  fields->datatype = get_int16 (raw, 12);
  fields->bitpix = get_int16 (raw, 14);
  for (size_t d = 0; d < 8; d++)
    {
      fields->dim[d] = (int64_t) get_unsigned (raw, 16 + 8 * d, 8);
      fields->pixdim[d] = get_double (raw, 104 + 8 * d);
    }
  fields->vox_offset = (double) (int64_t) get_unsigned (raw, 168, 8);
  fields->scl_slope = get_double (raw, 176);
  fields->scl_inter = get_double (raw, 184);
  fields->qform_code = get_int32 (raw, 344);
  fields->sform_code = get_int32 (raw, 348);
  for (size_t r = 0; r < 3; r++)
    {
      fields->quatern[r] = get_double (raw, 352 + 8 * r);
      fields->qoffset[r] = get_double (raw, 376 + 8 * r);
      for (size_t c = 0; c < 4; c++)
        fields->srow[r][c] = get_double (raw, 400 + 32 * r + 8 * c);
    }
  fields->xyzt_units = get_int32 (raw, 500);
}

/* Free text: data_type and db_name of NIfTI-1 alone, descrip, aux_file, intent_name. */
static int
count_texts (const Raw *raw, int version)
{
  static const int places[2][5] = { { 4, 14, 148, 228, 328 }, { 240, 320, 508, 0, 0 } };
  int n = 0;

  for (int t = 0; t < 5; t++)
    n += places[version - 1][t] > 0 && raw->bytes[places[version - 1][t]] != 0;
  return n;
}

/* What the magic says: "n+1" and "n+2" have the voxels in the same file, "ni1" and "ni2" in
 * another. That of NIfTI-2 ends like that of PNG, so that damage by a text transfer shows. */
static BrgStatus
take_magic (const Raw *raw, BrgNiftiFields *fields, BrgError *error)
{
  static const uint8_t none[4] = { 0 };
  const uint8_t *magic = raw->bytes + (fields->version == 1 ? MAGIC_1 : MAGIC_2);
  const char version = (char) ('0' + fields->version);

  if (fields->version == 1 && memcmp (magic, none, sizeof none) == 0)
    return brg_error_set (error, BRG_UNSUPPORTED,
                          "is in Analyze 7.5 format, which does not say where left is");
  if (magic[0] != 'n' || (magic[1] != '+' && magic[1] != 'i') || magic[2] != version ||
      magic[3] != '\0')
    return brg_error_set (error, BRG_FORMAT, "begins like a NIfTI file but is none");
  if (fields->version == 2 && memcmp (magic + 4, "\r\n\032\n", 4) != 0)
    return brg_error_set (error, BRG_FORMAT, "was damaged by a transfer as text");
  fields->is_pair = magic[1] == 'i';
  return BRG_OK;
}

/* The byte order and the version, by the size that the header begins with. */
static bool
take_size (Raw *raw, BrgNiftiFields *fields)
{
  for (int big = 0; big < 2; big++)
    {
      raw->big_endian = big;
      fields->header_size = get_int32 (raw, 0);
      fields->version = fields->header_size == SIZE_1 ? 1 : 2;
      fields->big_endian = big;
      if (fields->header_size == SIZE_1 || fields->header_size == SIZE_2)
        return true;
    }
  return false;
}

bool
brg_nifti_begins (const uint8_t *bytes, size_t n)
{
  Raw raw = { .big_endian = false };
  BrgNiftiFields fields;

  if (n < 4)
    return false;
  memcpy (raw.bytes, bytes, 4);
  return (bytes[0] == 0x1f && bytes[1] == 0x8b) || take_size (&raw, &fields);
}

static BrgStatus
read_bytes (BrgStream *stream, BrgNiftiFields *fields, Raw *raw, size_t n, BrgError *error)
{
  size_t from = (size_t) fields->header_size;

  if (!fields->is_gzip && brg_stream_left (stream) < n - from)
    return brg_error_set (error, BRG_FORMAT, "the header is cut off");
  return brg_stream_read (stream, raw->bytes + from, n - from, error);
}

static BrgStatus
read_header (BrgStream *stream, Raw *raw, BrgNiftiFields *fields, BrgError *error)
{
  uint8_t first[2] = { 0 };
  BrgStatus status = brg_stream_read_at (stream, 0, first, sizeof first, error);

  *fields = (BrgNiftiFields){ .is_gzip = first[0] == 0x1f && first[1] == 0x8b };
  if (status == BRG_OK && fields->is_gzip)
    status = brg_stream_start_gzip (stream, error);
  if (status == BRG_OK)
    status = read_bytes (stream, fields, raw, SIZE_1, error);
  if (status != BRG_OK)
    return status;
  if (!take_size (raw, fields))
    return brg_error_set (error, BRG_FORMAT, "is gzip but holds no NIfTI image");
  if (fields->version == 2)
    {
      fields->header_size = SIZE_1;
      status = read_bytes (stream, fields, raw, SIZE_2, error);
      fields->header_size = SIZE_2;
    }
  if (status == BRG_OK)
    status = take_magic (raw, fields, error);
  if (status != BRG_OK)
    return status;
  fields->n_texts = count_texts (raw, fields->version);
  if (fields->version == 1)
    take_1 (raw, fields);
  else
    take_2 (raw, fields);
  return BRG_OK;
}

BrgStatus
brg_nifti_fields_read (BrgStream *stream, BrgNiftiFields *fields, BrgError *error)
{
  Raw raw = { .big_endian = false };
  BrgStatus status = read_header (stream, &raw, fields, error);

  brg_wipe (&raw, sizeof raw);
  return status;
}
