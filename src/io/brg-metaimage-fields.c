#include "io/brg-metaimage-fields.h"

#include <stdio.h>
#include <string.h>

#include "engine/brg-alloc.h"
#include "io/brg-message.h"
#include "io/brg-number.h"
#include "io/brg-word.h"

static const struct
{
  const char *name;
  BrgMetaimageField field;
} keys[] = {
  { "BinaryData", BRG_METAIMAGE_BINARY },
  { "BinaryDataByteOrderMSB", BRG_METAIMAGE_BYTE_ORDER },
  { "CompressedData", BRG_METAIMAGE_COMPRESSED },
  { "CompressedDataSize", BRG_METAIMAGE_COMPRESSED_SIZE },
  { "DimSize", BRG_METAIMAGE_DIM_SIZE },
  { "DistanceUnits", BRG_METAIMAGE_UNITS },
  { "ElementByteOrderMSB", BRG_METAIMAGE_BYTE_ORDER },
  { "ElementDataFile", BRG_METAIMAGE_DATA_FILE },
  { "ElementNumberOfChannels", BRG_METAIMAGE_CHANNELS },
  { "ElementSize", BRG_METAIMAGE_SIZE },
  { "ElementSpacing", BRG_METAIMAGE_SPACING },
  { "ElementToIntensityFunctionOffset", BRG_METAIMAGE_INTERCEPT },
  { "ElementToIntensityFunctionSlope", BRG_METAIMAGE_SLOPE },
  { "ElementType", BRG_METAIMAGE_TYPE },
  { "HeaderSize", BRG_METAIMAGE_HEADER_SIZE },
  { "NDims", BRG_METAIMAGE_N_DIMS },
  { "ObjectType", BRG_METAIMAGE_OBJECT_TYPE },
  { "Offset", BRG_METAIMAGE_OFFSET },
  { "Orientation", BRG_METAIMAGE_MATRIX },
  { "Origin", BRG_METAIMAGE_OFFSET },
  { "Position", BRG_METAIMAGE_OFFSET },
  { "Rotation", BRG_METAIMAGE_MATRIX },
  { "TransformMatrix", BRG_METAIMAGE_MATRIX },
  { "AcquisitionDate", BRG_METAIMAGE_IGNORED },
  { "AnatomicalOrientation", BRG_METAIMAGE_IGNORED },
  { "CenterOfRotation", BRG_METAIMAGE_IGNORED },
  { "Color", BRG_METAIMAGE_IGNORED },
  { "Comment", BRG_METAIMAGE_IGNORED },
  { "ElementMax", BRG_METAIMAGE_IGNORED },
  { "ElementMin", BRG_METAIMAGE_IGNORED },
  { "FormTypeName", BRG_METAIMAGE_IGNORED },
  { "ID", BRG_METAIMAGE_IGNORED },
  { "Modality", BRG_METAIMAGE_IGNORED },
  { "Name", BRG_METAIMAGE_IGNORED },
  { "ObjectSubType", BRG_METAIMAGE_IGNORED },
  { "ParentID", BRG_METAIMAGE_IGNORED },
  { "SequenceID", BRG_METAIMAGE_IGNORED },
  { "TransformType", BRG_METAIMAGE_IGNORED },
};

/* The name to use in a message. */
static const char *
name_of (BrgMetaimageField field)
{
  size_t k = 0;

  while (keys[k].field != field)
    k++;
  return keys[k].name;
}

static BrgMetaimageField
find_key (const char *key, size_t length)
{
  for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++)
    if (brg_word_is (key, length, keys[k].name))
      return keys[k].field;
  return BRG_METAIMAGE_N_FIELDS;
}

bool
brg_metaimage_knows (const char *key, size_t length)
{
  return find_key (key, length) != BRG_METAIMAGE_N_FIELDS;
}

/* Of keys that are of no use here, and unknown ones. */
static void
count_key (BrgDataTally *held, const char *key, size_t length, bool is_known)
{
  static const struct
  {
    const char *name;
    BrgDataKind kind;
  } kinds[] = {
    { "AcquisitionDate", BRG_DATA_DATES },
    { "Comment", BRG_DATA_TEXTS },
    { "Name", BRG_DATA_TEXTS },
    { "ID", BRG_DATA_IDENTIFIERS },
    { "ParentID", BRG_DATA_IDENTIFIERS },
  };

  held->n[BRG_DATA_KEYS] += !is_known;
  for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
    held->n[kinds[k].kind] += brg_word_is (key, length, kinds[k].name);
}

static BrgStatus
take_line (BrgMetaimageFields *fields, char *line, BrgError *error)
{
  size_t length = strcspn (line, " \t=:");
  char *value = line + length + strspn (line + length, " \t");

  if (length == 0 || (*value != '=' && *value != ':'))
    return brg_error_set (error, BRG_FORMAT, "line %d of the header is not a field",
                          fields->text.n_lines);
  value = brg_image_text_trim (value + 1);
  BrgMetaimageField field = find_key (line, length);
  if (field >= BRG_METAIMAGE_IGNORED)
    {
      count_key (&fields->held, line, length, field == BRG_METAIMAGE_IGNORED);
      return BRG_OK;
    }
  if (fields->value[field] != NULL && strcmp (fields->value[field], value) != 0)
    return brg_error_set (error, BRG_FORMAT, "the header gives \"%s\" twice", name_of (field));
  fields->value[field] = value;
  return BRG_OK;
}

static bool
starts_list (const char *data_file)
{
  return strncmp (data_file, "LIST", 4) == 0 && strchr (" \t", data_file[4]) != NULL;
}

static BrgStatus
read_fields (BrgMetaimageFields *fields, BrgError *error)
{
  BrgStatus status = BRG_OK;
  bool ended = false;

  while (status == BRG_OK && !ended && fields->value[BRG_METAIMAGE_DATA_FILE] == NULL)
    {
      char *line;
      status = brg_image_text_line (&fields->text, &line, &ended, error);
      if (status != BRG_OK)
        return status;
      line = brg_image_text_trim (line);
      if (line[0] != '\0')
        status = take_line (fields, line, error);
    }
  if (status == BRG_OK && fields->value[BRG_METAIMAGE_DATA_FILE] == NULL)
    return brg_error_set (error, BRG_FORMAT, "the header is cut off: it has no ElementDataFile");
  if (status == BRG_OK && starts_list (fields->value[BRG_METAIMAGE_DATA_FILE]))
    status = brg_image_text_list (&fields->text, &fields->files, &fields->n_files, error);
  return status;
}

BrgStatus
brg_metaimage_fields_read (BrgStream *stream, BrgMetaimageFields *fields, BrgError *error)
{
  uint64_t left = brg_stream_left (stream);

  *fields = (BrgMetaimageFields){ 0 };
  BrgStatus status = brg_image_text_start (&fields->text, stream, error);
  if (status == BRG_OK)
    status = read_fields (fields, error);
  if (status != BRG_OK)
    brg_metaimage_fields_clear (fields);
  fields->size = left - brg_stream_left (stream);
  return status;
}

void
brg_metaimage_fields_clear (BrgMetaimageFields *fields)
{
  brg_free (fields->files);
  brg_image_text_clear (&fields->text);
  *fields = (BrgMetaimageFields){ 0 };
}

static BrgStatus
bad_value (const BrgMetaimageFields *fields,
           BrgMetaimageField field,
           const char *must,
           BrgError *error)
{
  char shown[60];

  brg_message_clean (shown, sizeof shown, fields->value[field], 1);
  return brg_error_set (error, BRG_FORMAT, "%s is \"%s\", must be %s", name_of (field), shown,
                        must);
}

BrgStatus
brg_metaimage_numbers (const BrgMetaimageFields *fields,
                       BrgMetaimageField field,
                       double *numbers,
                       int n,
                       BrgError *error)
{
  const char *rest = fields->value[field], *word;
  char must[24] = "a number";
  size_t length;

  if (n > 1)
    snprintf (must, sizeof must, "%d numbers", n);
  for (int i = 0; i < n; i++)
    {
      word = brg_word_next (&rest, &length);
      if (!brg_number_parse (word, length, &numbers[i]))
        return bad_value (fields, field, must, error);
    }
  brg_word_next (&rest, &length);
  return length == 0 ? BRG_OK : bad_value (fields, field, must, error);
}

BrgStatus
brg_metaimage_int (const BrgMetaimageFields *fields,
                   BrgMetaimageField field,
                   int64_t lo,
                   int64_t hi,
                   int64_t missing,
                   int64_t *value,
                   BrgError *error)
{
  const char *text = fields->value[field];
  char must[60];

  *value = missing;
  if (text == NULL)
    return BRG_OK;
  if (brg_number_parse_int (text, strlen (text), value) && *value >= lo && *value <= hi)
    return BRG_OK;
  snprintf (must, sizeof must, "%lld to %lld", (long long) lo, (long long) hi);
  return bad_value (fields, field, must, error);
}

BrgStatus
brg_metaimage_bool (const BrgMetaimageFields *fields,
                    BrgMetaimageField field,
                    bool missing,
                    bool *value,
                    BrgError *error)
{
  const char *text = fields->value[field];

  *value = missing;
  if (text == NULL)
    return BRG_OK;
  size_t length = strlen (text);
  *value = brg_word_is (text, length, "true") || brg_word_is (text, length, "1");
  if (*value || brg_word_is (text, length, "false") || brg_word_is (text, length, "0"))
    return BRG_OK;
  return bad_value (fields, field, "True or False", error);
}
