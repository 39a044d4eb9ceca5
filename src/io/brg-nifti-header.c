#include "io/brg-nifti-header.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "engine/brg-alloc.h"
#include "io/brg-message.h"
#include "io/brg-nifti-fields.h"

#define EXTENSION_FLAG 4                     /* bytes that follow the header in a single file */
#define MAX_OFFSET     ((double) (64 << 20)) /* bytes of extensions nobody needs */

static const struct
{
  int code;
  int type; /* -1: none that we read */
  const char *name;
} types[] = {
  { 2, BRG_IMAGE_UINT8, "uint8" },
  { 256, BRG_IMAGE_INT8, "int8" },
  { 4, BRG_IMAGE_INT16, "int16" },
  { 512, BRG_IMAGE_UINT16, "uint16" },
  { 8, BRG_IMAGE_INT32, "int32" },
  { 768, BRG_IMAGE_UINT32, "uint32" },
  { 1024, BRG_IMAGE_INT64, "int64" },
  { 1280, BRG_IMAGE_UINT64, "uint64" },
  { 16, BRG_IMAGE_FLOAT, "float" },
  { 64, BRG_IMAGE_DOUBLE, "double" },
  { 1, -1, "single bits" },
  { 32, -1, "complex numbers" },
  { 128, -1, "colours" },
  { 1536, -1, "128-bit numbers" },
  { 1792, -1, "complex numbers" },
  { 2048, -1, "complex numbers" },
  { 2304, -1, "colours" },
};

static BrgStatus
read_type (const BrgNiftiFields *fields,
           BrgImageHeader *header,
           BrgImageInfo *info,
           BrgError *error)
{
  size_t t = 0, n = sizeof types / sizeof types[0];

  while (t < n && types[t].code != fields->datatype)
    t++;
  if (t == n)
    return brg_error_set (error, BRG_FORMAT, "the type of voxel has the unknown code %d",
                          fields->datatype);
  if (types[t].type < 0)
    return brg_error_set (error, BRG_UNSUPPORTED, "the voxels are %s, which cannot be read",
                          types[t].name);
  header->type = (BrgImageType) types[t].type;
  header->big_endian = fields->big_endian;
  header->encoding = fields->is_gzip ? BRG_IMAGE_GZIP : BRG_IMAGE_RAW;
  snprintf (info->type, sizeof info->type, "%s", types[t].name);
  snprintf (info->encoding, sizeof info->encoding, "%s",
            brg_image_encoding_name (header->encoding));
  int bits = 8 * (int) brg_image_type_size (header->type);
  if (fields->bitpix == 0 || fields->bitpix == bits)
    return BRG_OK;
  return brg_error_set (error, BRG_FORMAT, "gives %d bits for a voxel of type %s, must be %d",
                        fields->bitpix, types[t].name, bits);
}

/* Three axes; more may follow that have one entry, and a fourth of several volumes. */
static BrgStatus
read_sizes (const BrgNiftiFields *fields, BrgImageHeader *header, BrgError *error)
{
  int64_t n_axes = fields->dim[0];

  if (n_axes < 1 || n_axes > 7)
    return brg_error_set (error, BRG_FORMAT, "has %lld axes, must be 1 to 7", (long long) n_axes);
  while (n_axes > 3 && fields->dim[n_axes] == 1)
    n_axes--;
  if (n_axes < 3 || n_axes > 4)
    return brg_error_set (error, BRG_UNSUPPORTED, "has %d axes, only 3 can be read", (int) n_axes);
  header->dimension = (int) n_axes;
  for (int a = 0; a < header->dimension; a++)
    {
      if (fields->dim[a + 1] < 1 || fields->dim[a + 1] > BRG_GRID_MAX_DIM)
        return brg_error_set (error, BRG_FORMAT, "the size of axis %d is %lld, must be 1 to %d",
                              a + 1, (long long) fields->dim[a + 1], BRG_GRID_MAX_DIM);
      header->sizes[a] = (int) fields->dim[a + 1];
    }
  header->list_axis = header->dimension == 4 ? 3 : -1;
  header->n_list = header->dimension == 4 ? header->sizes[3] : 1;
  header->list_name = "volumes";
  return BRG_OK;
}

/* How far the voxels are from the end of the header, or from the beginning of their file. */
static BrgStatus
read_offset (const BrgNiftiFields *fields,
             BrgImageHeader *header,
             BrgImageInfo *info,
             BrgError *error)
{
  double least = fields->is_pair ? 0 : fields->header_size + EXTENSION_FLAG;
  double offset = fields->vox_offset;

  if (!(offset >= least && offset <= MAX_OFFSET) || rint (offset) != offset)
    return brg_error_set (error, BRG_FORMAT,
                          "the voxels are said to begin at byte %g, must be %g to %g", offset,
                          least, MAX_OFFSET);
  header->byte_skip = (int64_t) offset - (fields->is_pair ? 0 : fields->header_size);
  if (!fields->is_pair)
    info->held.n[BRG_DATA_KEYS] =
      header->byte_skip > EXTENSION_FLAG; /* extensions, not looked at */
  return BRG_OK;
}

/* A slope that is 0 or not a number means none. */
static BrgStatus
read_scale (const BrgNiftiFields *fields, BrgImageHeader *header, BrgError *error)
{
  if (fields->scl_slope == 0 || isnan (fields->scl_slope))
    return BRG_OK;
  if (!isfinite (fields->scl_slope) || !isfinite (fields->scl_inter))
    return brg_error_set (error, BRG_FORMAT, "the values have slope %g and intercept %g",
                          fields->scl_slope, fields->scl_inter);
  header->slope = fields->scl_slope;
  header->intercept = fields->scl_inter;
  header->is_scaled = header->slope != 1 || header->intercept != 0;
  return BRG_OK;
}

/* The voxels of NAME.hdr are in NAME.img, those of NAME.hdr.gz in NAME.img.gz. */
static BrgStatus
name_voxels (const BrgNiftiFields *fields,
             const char *path,
             BrgImageHeader *header,
             BrgError *error)
{
  const char *name = brg_message_base_name (path), *end = fields->is_gzip ? ".hdr.gz" : ".hdr";
  size_t length = strlen (name), n_end = strlen (end);

  if (!fields->is_pair)
    {
      header->is_inflated = fields->is_gzip;
      return BRG_OK;
    }
  if (length <= n_end || strcasecmp (name + length - n_end, end) != 0)
    return brg_error_set (error, BRG_FORMAT,
                          "is the header of a pair: its name must end in %s, so that the name of "
                          "its voxels is known",
                          end);
  char *text = brg_alloc (length + 1, 1, error);
  header->text = (BrgImageText){ .text = text, .room = text != NULL ? length + 1 : 0 };
  header->files = brg_alloc (1, sizeof *header->files, error);
  if (text == NULL || header->files == NULL)
    return BRG_NO_MEMORY;
  memcpy (text, name, length + 1);
  memcpy (text + length - n_end + 1, name[length - n_end + 1] == 'H' ? "IMG" : "img", 3);
  header->files[0] = text;
  header->n_files = 1;
  return BRG_OK;
}

BrgStatus
brg_nifti_header_read (BrgStream *stream,
                       const char *path,
                       BrgImageHeader *header,
                       BrgImageInfo *info,
                       BrgError *error)
{
  BrgNiftiFields fields;
  BrgStatus status = brg_nifti_fields_read (stream, &fields, error);

  *header = (BrgImageHeader){ 0 };
  if (status != BRG_OK)
    return status;
  snprintf (info->format, sizeof info->format, "NIfTI-%d", fields.version);
  info->held.n[BRG_DATA_TEXTS] = (uint64_t) fields.n_texts;
  status = read_type (&fields, header, info, error);
  if (status == BRG_OK)
    status = read_sizes (&fields, header, error);
  if (status == BRG_OK)
    status = read_offset (&fields, header, info, error);
  if (status == BRG_OK)
    status = read_scale (&fields, header, error);
  if (status == BRG_OK)
    status = brg_nifti_geometry (&fields, header, info, error);
  if (status == BRG_OK)
    status = name_voxels (&fields, path, header, error);
  return status;
}
