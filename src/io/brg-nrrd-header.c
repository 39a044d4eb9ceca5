#include "io/brg-nrrd-header.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "engine/brg-alloc.h"
#include "io/brg-message.h"
#include "io/brg-nrrd-fields.h"
#include "io/brg-number.h"

typedef struct
{
  const char *spelling; /* any case */
  int value;
} Word;

static const Word types[] = {
  { "int8", BRG_IMAGE_INT8 },
  { "int8_t", BRG_IMAGE_INT8 },
  { "signed char", BRG_IMAGE_INT8 },
  { "uint8", BRG_IMAGE_UINT8 },
  { "uint8_t", BRG_IMAGE_UINT8 },
  { "uchar", BRG_IMAGE_UINT8 },
  { "unsigned char", BRG_IMAGE_UINT8 },
  { "int16", BRG_IMAGE_INT16 },
  { "int16_t", BRG_IMAGE_INT16 },
  { "short", BRG_IMAGE_INT16 },
  { "short int", BRG_IMAGE_INT16 },
  { "signed short", BRG_IMAGE_INT16 },
  { "signed short int", BRG_IMAGE_INT16 },
  { "uint16", BRG_IMAGE_UINT16 },
  { "uint16_t", BRG_IMAGE_UINT16 },
  { "ushort", BRG_IMAGE_UINT16 },
  { "unsigned short", BRG_IMAGE_UINT16 },
  { "unsigned short int", BRG_IMAGE_UINT16 },
  { "int32", BRG_IMAGE_INT32 },
  { "int32_t", BRG_IMAGE_INT32 },
  { "int", BRG_IMAGE_INT32 },
  { "signed int", BRG_IMAGE_INT32 },
  { "uint32", BRG_IMAGE_UINT32 },
  { "uint32_t", BRG_IMAGE_UINT32 },
  { "uint", BRG_IMAGE_UINT32 },
  { "unsigned int", BRG_IMAGE_UINT32 },
  { "int64", BRG_IMAGE_INT64 },
  { "int64_t", BRG_IMAGE_INT64 },
  { "longlong", BRG_IMAGE_INT64 },
  { "long long", BRG_IMAGE_INT64 },
  { "long long int", BRG_IMAGE_INT64 },
  { "signed long long", BRG_IMAGE_INT64 },
  { "signed long long int", BRG_IMAGE_INT64 },
  { "uint64", BRG_IMAGE_UINT64 },
  { "uint64_t", BRG_IMAGE_UINT64 },
  { "ulonglong", BRG_IMAGE_UINT64 },
  { "unsigned long long", BRG_IMAGE_UINT64 },
  { "unsigned long long int", BRG_IMAGE_UINT64 },
  { "float", BRG_IMAGE_FLOAT },
  { "double", BRG_IMAGE_DOUBLE },
  { NULL, 0 },
};

static const Word encodings[] = {
  { "raw", BRG_IMAGE_RAW },  { "gzip", BRG_IMAGE_GZIP },
  { "gz", BRG_IMAGE_GZIP },  { "text", BRG_IMAGE_TEXT },
  { "txt", BRG_IMAGE_TEXT }, { "ascii", BRG_IMAGE_TEXT },
  { "hex", BRG_IMAGE_HEX },  { NULL, 0 },
};

static const Word endians[] = {
  { "little", false },
  { "big", true },
  { NULL, 0 },
};

static const Word *
find_word (const Word *words, const char *spelling)
{
  for (; words->spelling != NULL; words++)
    if (strcasecmp (words->spelling, spelling) == 0)
      return words;
  return NULL;
}

/* Looks up the value of a field that must be there and be one of `words`; `advice` follows the
 * message when it is none. */
static BrgStatus
read_word (const char *field,
           const char *value,
           const Word *words,
           const Word **word,
           const char *advice,
           BrgError *error)
{
  char shown[40];

  if (value == NULL)
    return brg_error_set (error, BRG_FORMAT, "the header has no %s", field);
  *word = find_word (words, value);
  if (*word != NULL)
    return BRG_OK;
  brg_message_clean (shown, sizeof shown, value, 1);
  return brg_error_set (error, BRG_UNSUPPORTED, "%s \"%s\" cannot be read%s", field, shown, advice);
}

static BrgStatus
read_types (const BrgNrrdFields *fields,
            BrgImageHeader *header,
            BrgImageInfo *info,
            BrgError *error)
{
  const Word *type, *encoding, *endian;
  BrgStatus status =
    read_word ("type", fields->value[BRG_NRRD_FIELD_TYPE], types, &type, "", error);

  if (status == BRG_OK)
    status = read_word ("encoding", fields->value[BRG_NRRD_FIELD_ENCODING], encodings, &encoding,
                        "; raw, gzip, ascii and hex can", error);
  if (status != BRG_OK)
    return status;
  header->type = (BrgImageType) type->value;
  header->encoding = (BrgImageEncoding) encoding->value;
  snprintf (info->type, sizeof info->type, "%s", brg_image_type_name (header->type));
  snprintf (info->encoding, sizeof info->encoding, "%s",
            brg_image_encoding_name (header->encoding));
  if (header->encoding == BRG_IMAGE_TEXT || brg_image_type_size (header->type) == 1)
    return BRG_OK;
  status = read_word ("endian", fields->value[BRG_NRRD_FIELD_ENDIAN], endians, &endian, "", error);
  if (status == BRG_OK)
    header->big_endian = endian->value;
  return status;
}

/* One integer of a field between limits; `missing` if the field is absent. */
static BrgStatus
read_int (const char *field,
          const char *value,
          int64_t lo,
          int64_t hi,
          int64_t missing,
          int64_t *out,
          BrgError *error)
{
  char shown[40];

  *out = missing;
  if (value == NULL && missing >= lo)
    return BRG_OK;
  if (value == NULL)
    return brg_error_set (error, BRG_FORMAT, "the header has no %s", field);
  if (brg_number_parse_int (value, strlen (value), out) && *out >= lo && *out <= hi)
    return BRG_OK;
  brg_message_clean (shown, sizeof shown, value, 1);
  return brg_error_set (error, BRG_FORMAT, "%s is \"%s\", must be %lld to %lld", field, shown,
                        (long long) lo, (long long) hi);
}

/* The size of axis `a`, from a word of the header. */
static BrgStatus
read_size (const char *word, size_t length, int a, int *size, BrgError *error)
{
  char shown[40];
  int64_t value;

  if (brg_number_parse_int (word, length, &value) && value >= 1 && value <= BRG_GRID_MAX_DIM)
    {
      *size = (int) value;
      return BRG_OK;
    }
  brg_message_clean (shown, length + 1 < sizeof shown ? length + 1 : sizeof shown, word, 1);
  return brg_error_set (error, BRG_FORMAT, "the size of axis %d is \"%s\", must be 1 to %d", a + 1,
                        shown, BRG_GRID_MAX_DIM);
}

static BrgStatus
read_sizes (const BrgNrrdFields *fields, BrgImageHeader *header, BrgError *error)
{
  const char *at = fields->value[BRG_NRRD_FIELD_SIZES];
  size_t length;
  int64_t dimension;
  BrgStatus status =
    read_int ("dimension", fields->value[BRG_NRRD_FIELD_DIMENSION], 1, 16, 0, &dimension, error);

  if (status != BRG_OK)
    return status;
  if (dimension != 3 && dimension != 4)
    return brg_error_set (error, BRG_UNSUPPORTED, "has %d axes, only 3 can be read",
                          (int) dimension);
  if (at == NULL)
    return brg_error_set (error, BRG_FORMAT, "the header has no sizes");
  header->dimension = (int) dimension;
  for (int a = 0; a < header->dimension; a++)
    {
      const char *word = brg_nrrd_next_word (&at, &length);
      if (word == NULL)
        return brg_error_set (error, BRG_FORMAT, "the header gives %d sizes for %d axes", a,
                              header->dimension);
      status = read_size (word, length, a, &header->sizes[a], error);
      if (status != BRG_OK)
        return status;
    }
  if (brg_nrrd_next_word (&at, &length) != NULL)
    return brg_error_set (error, BRG_FORMAT, "the header gives more than %d sizes",
                          header->dimension);
  return BRG_OK;
}

static BrgStatus
read_skips (const BrgNrrdFields *fields, BrgImageHeader *header, BrgError *error)
{
  BrgStatus status = read_int ("line skip", fields->value[BRG_NRRD_FIELD_LINE_SKIP], 0, INT64_MAX,
                               0, &header->line_skip, error);

  if (status == BRG_OK)
    status = read_int ("byte skip", fields->value[BRG_NRRD_FIELD_BYTE_SKIP], -1, INT64_MAX, 0,
                       &header->byte_skip, error);
  if (status == BRG_OK && header->byte_skip == -1 && header->encoding != BRG_IMAGE_RAW)
    return brg_error_set (error, BRG_UNSUPPORTED, "byte skip -1 can be read with raw data only");
  return status;
}

/* Hands the names of detached data to the header. */
static BrgStatus
read_data_file (BrgNrrdFields *fields, BrgImageHeader *header, BrgError *error)
{
  const char *value = fields->value[BRG_NRRD_FIELD_DATA_FILE];

  if (value != NULL && fields->files == NULL)
    {
      fields->files = brg_alloc (1, sizeof *fields->files, error);
      if (fields->files == NULL)
        return BRG_NO_MEMORY;
      fields->files[0] = fields->text.text + (value - fields->text.text);
      fields->n_files = 1;
    }
  BrgStatus status = brg_image_text_check_names (fields->files, fields->n_files, error);
  if (status != BRG_OK)
    return status;
  header->files = fields->files;
  header->n_files = fields->n_files;
  header->text = fields->text;
  memcpy (header->segment_names, fields->segment_names, sizeof header->segment_names);
  fields->files = NULL;
  fields->text = (BrgImageText){ 0 };
  return BRG_OK;
}

BrgStatus
brg_nrrd_header_read (BrgStream *stream,
                      BrgImageHeader *header,
                      BrgImageInfo *info,
                      BrgError *error)
{
  BrgNrrdFields fields;
  BrgStatus status = brg_nrrd_fields_read (stream, &fields, info, error);

  *header = (BrgImageHeader){ 0 };
  if (status != BRG_OK)
    return status;
  snprintf (info->format, sizeof info->format, "NRRD000%d", fields.version);
  status = read_types (&fields, header, info, error);
  if (status == BRG_OK)
    status = read_sizes (&fields, header, error);
  if (status == BRG_OK)
    status = read_skips (&fields, header, error);
  if (status == BRG_OK)
    status = brg_nrrd_geometry (&fields, header, info, error);
  if (status == BRG_OK)
    status = read_data_file (&fields, header, error);
  brg_nrrd_fields_clear (&fields);
  return status;
}
