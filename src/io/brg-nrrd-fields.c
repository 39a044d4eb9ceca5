#include "io/brg-nrrd-fields.h"

#include <stdio.h>
#include <string.h>

#include "engine/brg-alloc.h"
#include "io/brg-message.h"

#define MAX_TEXT  ((size_t) 1024 * 1024)
#define MAX_LINES 10000

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
  { "content", BRG_NRRD_FIELD_IGNORED },
  { "labels", BRG_NRRD_FIELD_IGNORED },
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

/* The text of a header while it is read. */
typedef struct
{
  BrgStream *stream;
  BrgNrrdFields *fields;
  BrgImageInfo *info;
  size_t used, room; /* bytes of fields->text */
  int n_lines;
} Reader;

/* Reads a line behind those before; it stays where it is until the fields are cleared. */
static BrgStatus
read_line (Reader *reader, char **line, bool *ended, BrgError *error)
{
  size_t length;

  *line = reader->fields->text + reader->used;
  if (++reader->n_lines > MAX_LINES)
    return brg_error_set (error, BRG_FORMAT, "the header has more than %d lines", MAX_LINES);
  BrgStatus status = brg_stream_read_line (reader->stream, *line, reader->room - reader->used,
                                           &length, ended, error);
  reader->used += status == BRG_OK ? length + 1 : 0;
  return status;
}

static BrgStatus
read_magic (Reader *reader, BrgError *error)
{
  char *line;
  bool ended;
  BrgError hidden = { 0 };

  if (brg_stream_left (reader->stream) == 0)
    return brg_error_set (error, BRG_FORMAT, "is empty");
  BrgStatus status = read_line (reader, &line, &ended, &hidden);
  if (status == BRG_IO)
    return brg_error_set (error, BRG_IO, "%s", hidden.message);
  if (status != BRG_OK || strncmp (line, "NRRD", 4) != 0)
    return brg_error_set (error, BRG_FORMAT, "is not a NRRD file");
  if (strlen (line) != 8 || memcmp (line + 4, "000", 3) != 0 || line[7] < '1' || line[7] > '5')
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

static char *
trim (char *text)
{
  size_t length;

  text += strspn (text, " \t");
  length = strlen (text);
  while (length > 0 && strchr (" \t\r", text[length - 1]) != NULL)
    text[--length] = '\0';
  return text;
}

static bool
is_segment_id (const char *key)
{
  size_t digits;

  if (strncmp (key, "Segment", 7) != 0)
    return false;
  digits = strspn (key + 7, "0123456789");
  return digits > 0 && strncmp (key + 7 + digits, "_ID:=", 5) == 0;
}

static BrgStatus
take_line (Reader *reader, char *line, BrgError *error)
{
  BrgNrrdFields *fields = reader->fields;
  char *colon = strchr (line, ':');
  char name[32], shown[32];

  if (line[0] == '#')
    return BRG_OK;
  brg_message_clean (shown, sizeof shown, line, 1);
  if (colon == NULL)
    return brg_error_set (error, BRG_FORMAT, "header line \"%s\" is not a field", shown);
  if (colon[1] == '=')
    {
      fields->n_segments += is_segment_id (line);
      return BRG_OK;
    }
  normalize_name (line, (size_t) (colon - line), name, sizeof name);
  BrgNrrdField field = find_field (name);
  if (field == BRG_NRRD_N_FIELDS)
    brg_image_warn (reader->info, "the unknown header line \"%s\" was ignored", shown);
  else if (field != BRG_NRRD_FIELD_IGNORED && fields->value[field] != NULL)
    return brg_error_set (error, BRG_FORMAT, "the header gives \"%s\" twice", name);
  else
    fields->value[field] = trim (colon + 1);
  return BRG_OK;
}

/* The names after `data file: LIST`, one a line, to the end of the file or a blank line. */
static BrgStatus
read_list (Reader *reader, BrgError *error)
{
  BrgNrrdFields *fields = reader->fields;
  bool ended = false;

  fields->files = brg_alloc (BRG_IMAGE_MAX_FILES, sizeof *fields->files, error);
  if (fields->files == NULL)
    return BRG_NO_MEMORY;
  while (!ended)
    {
      char *line;
      BrgStatus status = read_line (reader, &line, &ended, error);
      if (status != BRG_OK)
        return status;
      line = trim (line);
      if (line[0] == '\0')
        break;
      if (fields->n_files == BRG_IMAGE_MAX_FILES)
        return brg_error_set (error, BRG_UNSUPPORTED, "the header lists more than %d data files",
                              BRG_IMAGE_MAX_FILES);
      fields->files[fields->n_files++] = line;
    }
  if (fields->n_files == 0)
    return brg_error_set (error, BRG_FORMAT, "the header's list of data files is empty");
  return BRG_OK;
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
      status = read_line (reader, &line, &ended, error);
      if (status != BRG_OK || (line[0] == '\0' && !ended))
        return status;
      if (line[0] != '\0')
        status = take_line (reader, line, error);
      if (status == BRG_OK && starts_list (reader->fields))
        return read_list (reader, error);
    }
  if (status == BRG_OK && reader->fields->value[BRG_NRRD_FIELD_DATA_FILE] == NULL)
    return brg_error_set (error, BRG_FORMAT, "the header is cut off: no blank line ends it");
  return status;
}

BrgStatus
brg_nrrd_fields_read (BrgStream *stream, BrgNrrdFields *fields, BrgImageInfo *info, BrgError *error)
{
  Reader reader = { .stream = stream, .fields = fields, .info = info };

  *fields = (BrgNrrdFields){ 0 };
  /* Every line ends in at least one byte of the file, which becomes its terminator. */
  reader.room =
    brg_stream_left (stream) < MAX_TEXT ? (size_t) brg_stream_left (stream) + 2 : MAX_TEXT;
  fields->text = brg_alloc (reader.room, 1, error);
  if (fields->text == NULL)
    return BRG_NO_MEMORY;
  BrgStatus status = read_fields (&reader, error);
  if (status != BRG_OK)
    brg_nrrd_fields_clear (fields);
  return status;
}

void
brg_nrrd_fields_clear (BrgNrrdFields *fields)
{
  brg_free (fields->files);
  brg_free (fields->text);
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
