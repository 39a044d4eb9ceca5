#include "io/brg-ply-header.h"

#include "io/brg-message.h"
#include "io/brg-number.h"
#include "io/brg-word.h"

#define LINE_SIZE 1024
#define MAX_LINES 1000

static const struct
{
  const char *names[2];
  size_t size;
} types[] = {
  { { "char", "int8" }, 1 },     { { "uchar", "uint8" }, 1 },    { { "short", "int16" }, 2 },
  { { "ushort", "uint16" }, 2 }, { { "int", "int32" }, 4 },      { { "uint", "uint32" }, 4 },
  { { "float", "float32" }, 4 }, { { "double", "float64" }, 8 },
};

size_t
brg_ply_type_size (BrgPlyType type)
{
  return types[type].size;
}

/* Fails with the word that was wrong and what is wrong with it. */
static BrgStatus
bad_word (const char *what, const char *word, size_t length, BrgError *error)
{
  char text[40], shown[40];
  size_t n = length < sizeof text - 1 ? length : sizeof text - 1;

  memcpy (text, word, n);
  text[n] = '\0';
  brg_message_clean (shown, sizeof shown, text, 1);
  return brg_error_set (error, BRG_FORMAT, "\"%s\" is %s", shown, what);
}

static BrgStatus
parse_type (const char **rest, bool is_integer, BrgPlyType *type, BrgError *error)
{
  size_t length;
  const char *word = brg_word_next (rest, &length);
  size_t n_types = is_integer ? BRG_PLY_FLOAT : sizeof types / sizeof types[0];

  for (size_t t = 0; t < n_types; t++)
    for (int alias = 0; alias < 2; alias++)
      if (brg_word_is (word, length, types[t].names[alias]))
        {
          *type = (BrgPlyType) t;
          return BRG_OK;
        }
  return bad_word (is_integer ? "not an integer type of PLY" : "not a type of PLY", word, length,
                   error);
}

static BrgStatus
parse_format (BrgPlyHeader *header, const char *rest, BrgError *error)
{
  static const char *const names[] = { "ascii", "binary_little_endian", "binary_big_endian" };
  size_t length;
  const char *word = brg_word_next (&rest, &length);

  for (int f = 0; f < 3; f++)
    if (brg_word_is (word, length, names[f]))
      {
        header->format = (BrgPlyFormat) f;
        word = brg_word_next (&rest, &length);
        return brg_word_is (word, length, "1.0")
                 ? BRG_OK
                 : bad_word ("not a version of PLY that can be read", word, length, error);
      }
  return bad_word ("not a format of PLY", word, length, error);
}

static BrgStatus
parse_element (BrgPlyHeader *header, const char *rest, BrgError *error)
{
  size_t length;
  int64_t count;
  const char *word = brg_word_next (&rest, &length);
  BrgPlyElement element = { .first = header->n_properties };

  element.is_vertex = brg_word_is (word, length, "vertex");
  element.is_face = brg_word_is (word, length, "face");
  for (int e = 0; e < header->n_elements; e++)
    if ((element.is_vertex && header->elements[e].is_vertex) ||
        (element.is_face && header->elements[e].is_face))
      return bad_word ("an element twice", word, length, error);
  word = brg_word_next (&rest, &length);
  if (!brg_number_parse_int (word, length, &count) || count < 0)
    return bad_word ("not a number of elements", word, length, error);
  if (header->n_elements == BRG_PLY_MAX_ELEMENTS)
    return brg_error_set (error, BRG_FORMAT, "has more than %d kinds of elements",
                          BRG_PLY_MAX_ELEMENTS);
  element.count = (uint64_t) count;
  header->elements[header->n_elements++] = element;
  return BRG_OK;
}

static BrgPlyUse
use_of (const BrgPlyElement *element,
        const BrgPlyProperty *property,
        const char *name,
        size_t length)
{
  static const char *const axes[] = { "x", "y", "z" };

  for (int a = 0; a < 3; a++)
    if (element->is_vertex && !property->is_list && brg_word_is (name, length, axes[a]))
      return (BrgPlyUse) a;
  if (element->is_face && property->is_list && property->type < BRG_PLY_FLOAT &&
      (brg_word_is (name, length, "vertex_indices") || brg_word_is (name, length, "vertex_index")))
    return BRG_PLY_CORNERS;
  return BRG_PLY_OTHER;
}

static BrgStatus
parse_property (BrgPlyHeader *header, const char *rest, BrgError *error)
{
  BrgPlyProperty property = { .is_list = false };
  BrgStatus status = BRG_OK;
  size_t length;
  const char *after = rest, *word = brg_word_next (&after, &length);

  if (header->n_elements == 0)
    return brg_error_set (error, BRG_FORMAT, "a property before any element");
  if (header->n_properties == BRG_PLY_MAX_PROPERTIES)
    return brg_error_set (error, BRG_FORMAT, "has more than %d properties", BRG_PLY_MAX_PROPERTIES);
  BrgPlyElement *element = &header->elements[header->n_elements - 1];
  property.is_list = brg_word_is (word, length, "list");
  if (property.is_list)
    {
      rest = after;
      status = parse_type (&rest, true, &property.count_type, error);
    }
  if (status == BRG_OK)
    status = parse_type (&rest, false, &property.type, error);
  if (status != BRG_OK)
    return status;
  word = brg_word_next (&rest, &length);
  property.use = use_of (element, &property, word, length);
  for (int p = element->first; p < header->n_properties; p++)
    if (property.use != BRG_PLY_OTHER && header->properties[p].use == property.use)
      return bad_word ("a property twice", word, length, error);
  header->properties[header->n_properties++] = property;
  element->n++;
  return BRG_OK;
}

static BrgStatus
parse_line (BrgPlyHeader *header, const char *line, bool *ended, BrgError *error)
{
  const char *rest = line;
  size_t length;
  const char *word = brg_word_next (&rest, &length);

  *ended = brg_word_is (word, length, "end_header");
  if (brg_word_is (word, length, "format"))
    return parse_format (header, rest, error);
  if (brg_word_is (word, length, "element"))
    return parse_element (header, rest, error);
  if (brg_word_is (word, length, "property"))
    return parse_property (header, rest, error);
  if (brg_word_is (word, length, "comment"))
    header->ras |= strstr (rest, "SPACE=RAS") != NULL;
  else if (length > 0 && !*ended && !brg_word_is (word, length, "obj_info"))
    return bad_word ("not what the header of a PLY file has", word, length, error);
  return BRG_OK;
}

/* Least bytes that one of an element takes. */
static uint64_t
least_size (const BrgPlyHeader *header, const BrgPlyElement *element)
{
  uint64_t size = 0;

  for (int p = element->first; p < element->first + element->n; p++)
    {
      const BrgPlyProperty *property = &header->properties[p];
      if (header->format == BRG_PLY_TEXT)
        size += 2; /* a digit and a blank */
      else
        size += brg_ply_type_size (property->is_list ? property->count_type : property->type);
    }
  return size;
}

/* Can the rest of the file hold what is declared? */
static BrgStatus
check_sizes (const BrgPlyHeader *header, uint64_t left, BrgError *error)
{
  uint64_t room = left + (header->format == BRG_PLY_TEXT); /* no blank after the last number */

  for (int e = 0; e < header->n_elements; e++)
    {
      const BrgPlyElement *element = &header->elements[e];
      uint64_t size = least_size (header, element);
      if (element->count > 0 && (size == 0 || element->count > room / size))
        return brg_error_set (error, BRG_FORMAT,
                              "declares %llu elements that %llu bytes cannot hold",
                              (unsigned long long) element->count, (unsigned long long) left);
      room -= element->count * size;
    }
  return BRG_OK;
}

static BrgStatus
check_uses (const BrgPlyHeader *header, BrgError *error)
{
  unsigned int found = 0;
  bool has_faces = false;

  for (int p = 0; p < header->n_properties; p++)
    found |= 1u << header->properties[p].use;
  for (int e = 0; e < header->n_elements; e++)
    has_faces |= header->elements[e].is_face;
  for (int use = BRG_PLY_X; use <= BRG_PLY_Z; use++)
    if ((found >> use & 1) == 0)
      return brg_error_set (error, BRG_FORMAT, "its vertices have no %c", 'x' + use);
  if (has_faces && (found >> BRG_PLY_CORNERS & 1) == 0)
    return brg_error_set (error, BRG_FORMAT, "its faces have no list vertex_indices");
  return BRG_OK;
}

BrgStatus
brg_ply_header_read (BrgStream *stream, BrgPlyHeader *header, BrgError *error)
{
  char line[LINE_SIZE];
  bool ended = false, is_last = false, has_format = false;
  BrgStatus status = BRG_OK;

  *header = (BrgPlyHeader){ .n_elements = 0 };
  for (int n = 0; status == BRG_OK && !ended; n++)
    {
      size_t length;
      if (is_last || n == MAX_LINES)
        return brg_error_set (error, BRG_FORMAT, "the header has no end");
      status = brg_stream_read_line (stream, line, sizeof line, &length, &is_last, error);
      if (status == BRG_OK && n > 0)
        status = parse_line (header, line, &ended, error);
      has_format |= strncmp (line, "format", 6) == 0;
    }
  if (status == BRG_OK && !has_format)
    return brg_error_set (error, BRG_FORMAT, "the header has no format");
  if (status == BRG_OK)
    status = check_uses (header, error);
  return status == BRG_OK ? check_sizes (header, brg_stream_left (stream), error) : status;
}
