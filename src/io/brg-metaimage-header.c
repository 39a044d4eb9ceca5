#include "io/brg-metaimage-header.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/brg-alloc.h"
#include "io/brg-message.h"
#include "io/brg-metaimage-fields.h"
#include "io/brg-word.h"

static const struct
{
  const char *name;
  BrgImageType type;
} types[] = {
  { "MET_CHAR", BRG_IMAGE_INT8 },         { "MET_ASCII_CHAR", BRG_IMAGE_INT8 },
  { "MET_UCHAR", BRG_IMAGE_UINT8 },       { "MET_SHORT", BRG_IMAGE_INT16 },
  { "MET_USHORT", BRG_IMAGE_UINT16 },     { "MET_INT", BRG_IMAGE_INT32 },
  { "MET_UINT", BRG_IMAGE_UINT32 },       { "MET_LONG", BRG_IMAGE_INT32 }, /* 32 bits everywhere */
  { "MET_ULONG", BRG_IMAGE_UINT32 },      { "MET_LONG_LONG", BRG_IMAGE_INT64 },
  { "MET_ULONG_LONG", BRG_IMAGE_UINT64 }, { "MET_FLOAT", BRG_IMAGE_FLOAT },
  { "MET_DOUBLE", BRG_IMAGE_DOUBLE },
};

bool
brg_metaimage_begins (const uint8_t *bytes, size_t n)
{
  char text[64];
  size_t length = n < sizeof text ? n : sizeof text - 1;

  memcpy (text, bytes, length);
  text[length] = '\0';
  const char *key = text + strspn (text, " \t\r\n");
  size_t n_key = strcspn (key, " \t=:"), n_blank = strspn (key + n_key, " \t");
  char separator = key[n_key + n_blank];
  bool begins = (separator == '=' || separator == ':') && brg_metaimage_knows (key, n_key);
  brg_wipe (text, sizeof text);
  return begins;
}

static BrgStatus
missing (const char *name, BrgError *error)
{
  return brg_error_set (error, BRG_FORMAT, "the header has no %s", name);
}

/* "MET_SHORT", and "MET_SHORT_ARRAY" for several channels. */
static BrgStatus
read_type (const BrgMetaimageFields *fields,
           BrgImageHeader *header,
           BrgImageInfo *info,
           BrgError *error)
{
  static const char array[] = "_ARRAY";
  const char *name = fields->value[BRG_METAIMAGE_TYPE];
  char shown[40];

  if (name == NULL)
    return missing ("ElementType", error);
  size_t length = strlen (name), n_array = sizeof array - 1;
  if (length > n_array && brg_word_is (name + length - n_array, n_array, array))
    length -= n_array;
  for (size_t t = 0; t < sizeof types / sizeof types[0]; t++)
    if (brg_word_is (name, length, types[t].name))
      {
        header->type = types[t].type;
        snprintf (info->type, sizeof info->type, "%s", brg_image_type_name (header->type));
        return BRG_OK;
      }
  brg_message_clean (shown, sizeof shown, name, 1);
  return brg_error_set (error, BRG_UNSUPPORTED, "ElementType \"%s\" cannot be read", shown);
}

static BrgStatus
read_byte_order (const BrgMetaimageFields *fields,
                 BrgImageHeader *header,
                 BrgImageInfo *info,
                 BrgError *error)
{
  BrgStatus status =
    brg_metaimage_bool (fields, BRG_METAIMAGE_BYTE_ORDER, false, &header->big_endian, error);

  if (status == BRG_OK && fields->value[BRG_METAIMAGE_BYTE_ORDER] == NULL &&
      header->encoding != BRG_IMAGE_TEXT && brg_image_type_size (header->type) > 1)
    brg_image_warn (info, "the byte order is not given: the lowest byte is taken to come first");
  return status;
}

static BrgStatus
read_encoding (const BrgMetaimageFields *fields,
               BrgImageHeader *header,
               BrgImageInfo *info,
               BrgError *error)
{
  bool is_binary, is_compressed;
  BrgStatus status = brg_metaimage_bool (fields, BRG_METAIMAGE_BINARY, true, &is_binary, error);

  if (status == BRG_OK)
    status = brg_metaimage_bool (fields, BRG_METAIMAGE_COMPRESSED, false, &is_compressed, error);
  if (status != BRG_OK)
    return status;
  if (is_compressed && !is_binary)
    return brg_error_set (error, BRG_UNSUPPORTED, "compressed text cannot be read");
  header->encoding = is_compressed ? BRG_IMAGE_ZLIB : is_binary ? BRG_IMAGE_RAW : BRG_IMAGE_TEXT;
  snprintf (info->encoding, sizeof info->encoding, "%s",
            brg_image_encoding_name (header->encoding));
  return BRG_OK;
}

/* The sizes of `n` axes in space, or of three and a list, from sizes[first] on. */
static BrgStatus
read_dim_size (const BrgMetaimageFields *fields,
               BrgImageHeader *header,
               int first,
               int n,
               BrgError *error)
{
  double sizes[4];

  if (fields->value[BRG_METAIMAGE_DIM_SIZE] == NULL)
    return missing ("DimSize", error);
  BrgStatus status = brg_metaimage_numbers (fields, BRG_METAIMAGE_DIM_SIZE, sizes, n, error);
  for (int a = 0; status == BRG_OK && a < n; a++)
    {
      if (!(sizes[a] >= 1 && sizes[a] <= BRG_GRID_MAX_DIM) || rint (sizes[a]) != sizes[a])
        return brg_error_set (error, BRG_FORMAT, "the size of axis %d is %g, must be 1 to %d",
                              a + 1, sizes[a], BRG_GRID_MAX_DIM);
      header->sizes[first + a] = (int) sizes[a];
    }
  return status;
}

/* Three axes; a fourth one is a list, and so are channels, which are the fastest. */
static BrgStatus
read_sizes (const BrgMetaimageFields *fields, BrgImageHeader *header, BrgError *error)
{
  int64_t n_dims, n_channels;
  BrgStatus status = brg_metaimage_int (fields, BRG_METAIMAGE_N_DIMS, 1, 10, 0, &n_dims, error);

  if (status == BRG_OK)
    status = brg_metaimage_int (fields, BRG_METAIMAGE_CHANNELS, 1, BRG_GRID_MAX_DIM, 1, &n_channels,
                                error);
  if (status != BRG_OK)
    return status;
  if (n_dims == 0)
    return missing ("NDims", error);
  int n_lists = (n_channels > 1) + (n_dims == 4);
  if (n_dims < 3 || n_dims > 4 || n_lists > 1)
    return brg_error_set (error, BRG_UNSUPPORTED, "has %d axes of %d channels, only 3 can be read",
                          (int) n_dims, (int) n_channels);
  header->dimension = 3 + n_lists;
  header->list_axis = n_channels > 1 ? 0 : n_dims == 4 ? 3 : -1;
  header->sizes[0] = (int) n_channels;
  status = read_dim_size (fields, header, n_channels > 1, (int) n_dims, error);
  if (status != BRG_OK)
    return status;
  header->n_list = header->list_axis >= 0 ? header->sizes[header->list_axis] : 1;
  header->list_name = n_channels > 1 ? "channels" : "volumes";
  return BRG_OK;
}

/* HU of a sample, if the header gives it. */
static BrgStatus
read_scale (const BrgMetaimageFields *fields, BrgImageHeader *header, BrgError *error)
{
  BrgStatus status = BRG_OK;

  header->slope = 1;
  if (fields->value[BRG_METAIMAGE_SLOPE] != NULL)
    status = brg_metaimage_numbers (fields, BRG_METAIMAGE_SLOPE, &header->slope, 1, error);
  if (status == BRG_OK && fields->value[BRG_METAIMAGE_INTERCEPT] != NULL)
    status = brg_metaimage_numbers (fields, BRG_METAIMAGE_INTERCEPT, &header->intercept, 1, error);
  if (status != BRG_OK)
    return status;
  if (!isfinite (header->slope) || !isfinite (header->intercept) || header->slope == 0)
    return brg_error_set (error, BRG_FORMAT, "the values have slope %g and intercept %g",
                          header->slope, header->intercept);
  header->is_scaled = header->slope != 1 || header->intercept != 0;
  return BRG_OK;
}

/* `LIST 2D` has files of two axes each: there must be as many as the other axes hold. */
static BrgStatus
check_list (const BrgMetaimageFields *fields, const BrgImageHeader *header, BrgError *error)
{
  const char *rest = fields->value[BRG_METAIMAGE_DATA_FILE] + 4;
  int n_dims = header->dimension - (header->list_axis == 0), n_axes = n_dims - 1;
  long long n = 1;
  size_t length;
  const char *word = brg_word_next (&rest, &length);

  if (length > 0)
    n_axes = word[0] - '0';
  if (n_axes < 1 || n_axes > n_dims || length > 2 || (length == 2 && word[1] != 'D'))
    return brg_error_set (error, BRG_FORMAT, "the list of data files is of no known kind");
  for (int a = header->dimension - 1; a >= header->dimension - (n_dims - n_axes); a--)
    n *= header->sizes[a];
  if (n == fields->n_files)
    return BRG_OK;
  return brg_error_set (error, BRG_FORMAT, "lists %d data files, must be %lld", fields->n_files, n);
}

/* Hands the names of detached data to the header. */
static BrgStatus
read_data_file (BrgMetaimageFields *fields, BrgImageHeader *header, BrgError *error)
{
  const char *value = fields->value[BRG_METAIMAGE_DATA_FILE];

  if (brg_word_is (value, strlen (value), "LOCAL"))
    return BRG_OK;
  if (fields->files == NULL)
    {
      fields->files = brg_alloc (1, sizeof *fields->files, error);
      if (fields->files == NULL)
        return BRG_NO_MEMORY;
      fields->files[0] = fields->text.text + (value - fields->text.text);
      fields->n_files = 1;
    }
  else if (check_list (fields, header, error) != BRG_OK)
    return BRG_FORMAT;
  BrgStatus status = brg_image_text_check_names (fields->files, fields->n_files, error);
  if (status != BRG_OK)
    return status;
  header->files = fields->files;
  header->n_files = fields->n_files;
  header->text = fields->text;
  fields->files = NULL;
  fields->text = (BrgImageText){ 0 };
  return BRG_OK;
}

/* Where the voxels begin: -1 is as far from the end as they are long; else it is counted from the
 * beginning of their file. */
static BrgStatus
read_header_size (const BrgMetaimageFields *fields, BrgImageHeader *header, BrgError *error)
{
  int64_t size;
  BrgStatus status =
    brg_metaimage_int (fields, BRG_METAIMAGE_HEADER_SIZE, -1, INT64_MAX, 0, &size, error);

  if (status != BRG_OK)
    return status;
  header->byte_skip = size;
  if (size != 0 && header->encoding != BRG_IMAGE_RAW)
    return brg_error_set (error, BRG_UNSUPPORTED, "HeaderSize can be read with raw data only");
  if (size <= 0 || header->n_files > 0)
    return BRG_OK;
  if ((uint64_t) size < fields->size)
    return brg_error_set (error, BRG_FORMAT, "HeaderSize is %lld but the header is %llu bytes long",
                          (long long) size, (unsigned long long) fields->size);
  header->byte_skip = size - (int64_t) fields->size;
  return BRG_OK;
}

static BrgStatus
check_compressed_size (const BrgMetaimageFields *fields,
                       const BrgImageHeader *header,
                       const BrgStream *stream,
                       BrgError *error)
{
  int64_t size;
  BrgStatus status =
    brg_metaimage_int (fields, BRG_METAIMAGE_COMPRESSED_SIZE, 0, INT64_MAX, 0, &size, error);

  if (status == BRG_OK && header->encoding == BRG_IMAGE_ZLIB && header->n_files == 0 &&
      (uint64_t) size > brg_stream_left (stream))
    status = brg_error_set (error, BRG_FORMAT,
                            "declares %lld compressed bytes but only %llu are in the file",
                            (long long) size, (unsigned long long) brg_stream_left (stream));
  return status;
}

static BrgStatus
understand (BrgMetaimageFields *fields,
            BrgStream *stream,
            BrgImageHeader *header,
            BrgImageInfo *info,
            BrgError *error)
{
  const char *type = fields->value[BRG_METAIMAGE_OBJECT_TYPE];

  if (type != NULL && !brg_word_is (type, strlen (type), "Image"))
    return brg_error_set (error, BRG_UNSUPPORTED, "holds no image");
  BrgStatus status = read_type (fields, header, info, error);
  if (status == BRG_OK)
    status = read_encoding (fields, header, info, error);
  if (status == BRG_OK)
    status = read_byte_order (fields, header, info, error);
  if (status == BRG_OK)
    status = read_sizes (fields, header, error);
  if (status == BRG_OK)
    status = read_scale (fields, header, error);
  if (status == BRG_OK)
    status = brg_metaimage_geometry (fields, header, info, error);
  if (status == BRG_OK)
    status = read_data_file (fields, header, error);
  if (status == BRG_OK)
    status = read_header_size (fields, header, error);
  return status == BRG_OK ? check_compressed_size (fields, header, stream, error) : status;
}

BrgStatus
brg_metaimage_header_read (BrgStream *stream,
                           BrgImageHeader *header,
                           BrgImageInfo *info,
                           BrgError *error)
{
  BrgMetaimageFields fields;
  BrgStatus status = brg_metaimage_fields_read (stream, &fields, error);

  *header = (BrgImageHeader){ 0 };
  if (status != BRG_OK)
    return status;
  snprintf (info->format, sizeof info->format, "MetaImage");
  info->held = fields.held;
  snprintf (info->space, sizeof info->space, "left-posterior-superior");
  status = understand (&fields, stream, header, info, error);
  brg_metaimage_fields_clear (&fields);
  return status;
}
