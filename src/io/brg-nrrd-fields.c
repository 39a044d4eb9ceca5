#include "io/brg-nrrd-fields.h"

#include <stdio.h>
#include <string.h>

#include "engine/brg-alloc.h"
#include "io/brg-message.h"
#include "io/brg-number.h"

static const struct
{
  const char *name; /* lower case, blanks removed */
  BrgNrrdField field;
} names[] = {
  { "byteskip", BRG_NRRD_FIELD_BYTE_SKIP },
  { "datafile", BRG_NRRD_FIELD_DATA_FILE },
  { "dimension", BRG_NRRD_FIELD_DIMENSION },
  { "spacedirections", BRG_NRRD_FIELD_DIRECTIONS },
  { "encoding", BRG_NRRD_FIELD_ENCODING },
  { "endian", BRG_NRRD_FIELD_ENDIAN },
  { "kinds", BRG_NRRD_FIELD_KINDS },
  { "lineskip", BRG_NRRD_FIELD_LINE_SKIP },
  { "spaceorigin", BRG_NRRD_FIELD_ORIGIN },
  { "sizes", BRG_NRRD_FIELD_SIZES },
  { "space", BRG_NRRD_FIELD_SPACE },
  { "spacedimension", BRG_NRRD_FIELD_SPACE_DIMENSION },
  { "spaceunits", BRG_NRRD_FIELD_SPACE_UNITS },
  { "spacings", BRG_NRRD_FIELD_SPACINGS },
  { "type", BRG_NRRD_FIELD_TYPE },
  { "axismaxs", BRG_NRRD_FIELD_IGNORED },
  { "axismins", BRG_NRRD_FIELD_IGNORED },
  { "blocksize", BRG_NRRD_FIELD_IGNORED },
  { "centerings", BRG_NRRD_FIELD_IGNORED },
  { "centers", BRG_NRRD_FIELD_IGNORED },
  { "content", BRG_NRRD_FIELD_TEXT },
  { "labels", BRG_NRRD_FIELD_TEXT },
  { "max", BRG_NRRD_FIELD_IGNORED },
  { "measurementframe", BRG_NRRD_FIELD_IGNORED },
  { "min", BRG_NRRD_FIELD_IGNORED },
  { "number", BRG_NRRD_FIELD_IGNORED },
  { "oldmax", BRG_NRRD_FIELD_IGNORED },
  { "oldmin", BRG_NRRD_FIELD_IGNORED },
  { "sampleunits", BRG_NRRD_FIELD_IGNORED },
  { "thicknesses", BRG_NRRD_FIELD_IGNORED },
  { "units", BRG_NRRD_FIELD_IGNORED },
};

/* A header while it is read. */
typedef struct
{
  BrgImageText *text;
  BrgNrrdFields *fields;
  BrgImageInfo *info;
} Reader;

static BrgStatus
read_magic (Reader *reader, BrgError *error)
{
  char *line;
  bool ended;
  BrgError hidden = { 0 };

  BrgStatus status = brg_image_text_line (reader->text, &line, &ended, &hidden);
  if (status == BRG_IO)
    return brg_error_set (error, BRG_IO, "%s", hidden.message);
  if (status != BRG_OK || strlen (line) != 8 || memcmp (line, "NRRD000", 7) != 0 || line[7] < '1' ||
      line[7] > '5')
    return brg_error_set (error, BRG_UNSUPPORTED, "is of a NRRD version that cannot be read");
  if (ended)
    return brg_error_set (error, BRG_FORMAT, "the header is cut off");
  reader->fields->version = line[7] - '0';
  return BRG_OK;
}

static BrgNrrdField
find_field (const char *name)
{
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (strcmp (names[i].name, name) == 0)
      return names[i].field;
  return BRG_NRRD_N_FIELDS;
}

/* Copies a field name in lower case without blanks. */
static void
normalize_name (const char *name, size_t length, char *out, size_t size)
{
  size_t n = 0;

  for (size_t i = 0; i < length && n + 1 < size; i++)
    if (name[i] != ' ' && name[i] != '\t')
      out[n++] = name[i] >= 'A' && name[i] <= 'Z' ? (char) (name[i] - 'A' + 'a') : name[i];
  out[n] = '\0';
}

/* Takes over what key and value tell of a segment of a 3D Slicer segmentation: SegmentN_ID counts
 * it, SegmentN_LabelValue and SegmentN_Layer say where it is, SegmentN_Name what it is called. */
static void
take_key (BrgNrrdFields *fields, BrgImageInfo *info, const char *key)
{
  size_t digits = strncmp (key, "Segment", 7) == 0 ? strspn (key + 7, "0123456789") : 0;
  const char *field = key + 7 + digits, *value = strstr (key, ":=");
  int64_t index, number;

  if (digits == 0 || !brg_number_parse_int (key + 7, digits, &index))
    return;
  if (strncmp (field, "_ID:=", 5) == 0)
    info->n_segments++;
  value += 2;
  if (index < BRG_IMAGE_MAX_SEGMENTS && strncmp (field, "_Name:=", 7) == 0)
    fields->segment_names[index] = value;
  if (index >= BRG_IMAGE_MAX_SEGMENTS || !brg_number_parse_int (value, strlen (value), &number) ||
      number < 0 || number > INT32_MAX)
    return;
  if (strncmp (field, "_LabelValue:=", 13) == 0)
    info->segments[index].label = (int) number;
  else if (strncmp (field, "_Layer:=", 8) == 0)
    info->segments[index].layer = (int) number;
}

static BrgStatus
take_line (Reader *reader, char *line, BrgError *error)
{
  BrgNrrdFields *fields = reader->fields;
  char *colon = strchr (line, ':');
  char name[32];

  if (line[0] == '#')
    {
      reader->info->held.n[BRG_DATA_TEXTS]++;
      return BRG_OK;
    }
  if (colon == NULL)
    return brg_error_set (error, BRG_FORMAT, "line %d of the header is not a field",
                          reader->text->n_lines);
  if (colon[1] == '=')
    {
      take_key (fields, reader->info, line);
      reader->info->held.n[BRG_DATA_KEYS]++;
      return BRG_OK;
    }
  normalize_name (line, (size_t) (colon - line), name, sizeof name);
  BrgNrrdField field = find_field (name);
  BrgStatus status = BRG_OK;
  reader->info->held.n[BRG_DATA_KEYS] += field == BRG_NRRD_N_FIELDS;
  reader->info->held.n[BRG_DATA_TEXTS] += field == BRG_NRRD_FIELD_TEXT;
  if (field == BRG_NRRD_N_FIELDS)
    brg_image_warn (reader->info, "line %d of the header is no known field and was ignored",
                    reader->text->n_lines);
  else if (field < BRG_NRRD_FIELD_IGNORED && fields->value[field] != NULL)
    status = brg_error_set (error, BRG_FORMAT, "the header gives \"%s\" twice", name);
  else
    fields->value[field] = brg_image_text_trim (colon + 1);
  brg_wipe (name, sizeof name);
  return status;
}

static bool
starts_list (const BrgNrrdFields *fields)
{
  const char *value = fields->value[BRG_NRRD_FIELD_DATA_FILE];

  return value != NULL && strncmp (value, "LIST", 4) == 0 &&
         (value[4] == '\0' || value[4] == ' ' || value[4] == '\t');
}

static BrgStatus
read_fields (Reader *reader, BrgError *error)
{
  BrgStatus status = read_magic (reader, error);
  bool ended = false;

  while (status == BRG_OK && !ended)
    {
      char *line;
      status = brg_image_text_line (reader->text, &line, &ended, error);
      if (status != BRG_OK || (line[0] == '\0' && !ended))
        return status;
      if (line[0] != '\0')
        status = take_line (reader, line, error);
      if (status == BRG_OK && starts_list (reader->fields))
        return brg_image_text_list (reader->text, &reader->fields->files, &reader->fields->n_files,
                                    error);
    }
  if (status == BRG_OK && reader->fields->value[BRG_NRRD_FIELD_DATA_FILE] == NULL)
    return brg_error_set (error, BRG_FORMAT, "the header is cut off: no blank line ends it");
  return status;
}

BrgStatus
brg_nrrd_fields_read (BrgStream *stream, BrgNrrdFields *fields, BrgImageInfo *info, BrgError *error)
{
  Reader reader = { .text = &fields->text, .fields = fields, .info = info };

  *fields = (BrgNrrdFields){ 0 };
  BrgStatus status = brg_image_text_start (&fields->text, stream, error);
  if (status == BRG_OK)
    status = read_fields (&reader, error);
  if (status != BRG_OK)
    brg_nrrd_fields_clear (fields);
  return status;
}

void
brg_nrrd_fields_clear (BrgNrrdFields *fields)
{
  brg_free (fields->files);
  brg_image_text_clear (&fields->text);
  *fields = (BrgNrrdFields){ 0 };
}

const char *
brg_nrrd_next_word (const char **at, size_t *length)
{
  const char *word = *at + strspn (*at, " \t");

  *length = strcspn (word, " \t");
  *at = word + *length;
  return *length > 0 ? word : NULL;
}
