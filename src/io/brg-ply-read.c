#include <math.h>
#include <string.h>

#include "io/brg-mesh-builder.h"
#include "io/brg-mesh-formats.h"
#include "io/brg-number.h"
#include "io/brg-ply-header.h"

#define ELEMENTS_PER_TICK 4096
#define WORD_SIZE         64
#define BUFFER_SIZE       ((size_t) 16 * 1024)

typedef struct
{
  BrgStream *stream;
  BrgJob *job;
  BrgPlyHeader header;
  BrgMeshBuilder builder;
  uint64_t n_vertices;               /* as declared */
  double size;                       /* of what follows the header, for progress */
  size_t at, end;                    /* unconsumed part of: */
  unsigned char buffer[BUFFER_SIZE]; /* bytes of a binary file */
} Reader;

/* Bytes of the file not consumed yet. */
static uint64_t
left (const Reader *reader)
{
  return brg_stream_left (reader->stream) + (reader->end - reader->at);
}

/* Makes `size` bytes, 8 at most, stand in the buffer. */
static BrgStatus
fill (Reader *reader, size_t size, BrgError *error)
{
  size_t kept = reader->end - reader->at, room = BUFFER_SIZE - kept;
  uint64_t unread = brg_stream_left (reader->stream);
  size_t more = unread < room ? (size_t) unread : room;

  memmove (reader->buffer, reader->buffer + reader->at, kept);
  reader->at = 0;
  reader->end = kept;
  BrgStatus status = brg_stream_read (reader->stream, reader->buffer + kept, more, error);
  if (status != BRG_OK)
    return status;
  reader->end += more;
  if (reader->end < size)
    return brg_error_set (error, BRG_FORMAT, "the file ends early");
  return BRG_OK;
}

static bool
is_blank (int c)
{
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The next number of a text file. */
static BrgStatus
read_word (Reader *reader, BrgPlyType type, double *value, BrgError *error)
{
  BrgError reading = { .status = BRG_OK };
  char word[WORD_SIZE];
  size_t length = 0;
  int c;

  do
    c = brg_stream_get (reader->stream, &reading);
  while (c >= 0 && is_blank (c));
  for (; c >= 0 && !is_blank (c); c = brg_stream_get (reader->stream, &reading))
    if (length < sizeof word)
      word[length++] = (char) c;
  if (reading.status != BRG_OK)
    return brg_error_set (error, reading.status, "%s", reading.message);
  if (length == 0)
    return brg_error_set (error, BRG_FORMAT, "the file ends early");
  if (length == sizeof word || !brg_number_parse (word, length, value) ||
      (type < BRG_PLY_FLOAT && rint (*value) != *value))
    return brg_error_set (error, BRG_FORMAT, "a value is not a number of its type");
  return BRG_OK;
}

static double
value_of_bits (uint64_t bits, BrgPlyType type)
{
  float f;
  double d;
  uint32_t low = (uint32_t) bits;

  switch (type)
    {
    case BRG_PLY_INT8:
      return (int8_t) low;
    case BRG_PLY_INT16:
      return (int16_t) low;
    case BRG_PLY_INT32:
      return (int32_t) low;
    case BRG_PLY_FLOAT:
      memcpy (&f, &low, sizeof f);
      return (double) f;
    case BRG_PLY_DOUBLE:
      memcpy (&d, &bits, sizeof d);
      return d;
    case BRG_PLY_UINT8:
    case BRG_PLY_UINT16:
    case BRG_PLY_UINT32:
    default:
      return low;
    }
}

static BrgStatus
read_value (Reader *reader, BrgPlyType type, double *value, BrgError *error)
{
  size_t size = brg_ply_type_size (type);
  uint64_t bits = 0;

  if (reader->header.format == BRG_PLY_TEXT)
    return read_word (reader, type, value, error);
  BrgStatus status = reader->end - reader->at < size ? fill (reader, size, error) : BRG_OK;
  if (status != BRG_OK)
    return status;
  const unsigned char *bytes = reader->buffer + reader->at;
  reader->at += size;
  for (size_t b = 0; b < size; b++)
    bits |= (uint64_t) bytes[b] << 8 * (reader->header.format == BRG_PLY_LITTLE ? b : size - 1 - b);
  *value = value_of_bits (bits, type);
  return BRG_OK;
}

static BrgStatus
read_corner (Reader *reader, BrgPlyType type, BrgError *error)
{
  double vertex = 0;
  BrgStatus status = read_value (reader, type, &vertex, error);

  if (status != BRG_OK)
    return status;
  if (!(vertex >= 0 && vertex < (double) reader->n_vertices))
    return brg_error_set (error, BRG_FORMAT, "a face names vertex %.0f of %llu", vertex,
                          (unsigned long long) reader->n_vertices);
  return brg_mesh_builder_corner (&reader->builder, (uint32_t) vertex, error);
}

static BrgStatus
read_list (Reader *reader, const BrgPlyProperty *property, BrgError *error)
{
  double n = 0, value;
  BrgStatus status = read_value (reader, property->count_type, &n, error);

  if (status == BRG_OK && !(n >= 0 && n <= (double) left (reader)))
    return brg_error_set (error, BRG_FORMAT, "a list cannot have %.0f values", n);
  brg_mesh_builder_polygon (&reader->builder);
  for (uint64_t i = 0; status == BRG_OK && i < (uint64_t) n; i++)
    if (i % ELEMENTS_PER_TICK == ELEMENTS_PER_TICK - 1 && brg_job_is_cancelled (reader->job))
      status = brg_error_set (error, BRG_CANCELLED, "cancelled");
    else if (property->use == BRG_PLY_CORNERS)
      status = read_corner (reader, property->type, error);
    else
      status = read_value (reader, property->type, &value, error);
  return status;
}

static BrgStatus
read_element (Reader *reader, const BrgPlyElement *element, BrgError *error)
{
  double xyz_mm[3] = { 0, 0, 0 };
  BrgStatus status = BRG_OK;

  for (int p = element->first; status == BRG_OK && p < element->first + element->n; p++)
    {
      const BrgPlyProperty *property = &reader->header.properties[p];
      double value = 0;
      if (property->is_list)
        status = read_list (reader, property, error);
      else
        status = read_value (reader, property->type, &value, error);
      if (property->use <= BRG_PLY_Z)
        xyz_mm[property->use] = value;
    }
  if (status == BRG_OK && element->is_vertex)
    status = brg_mesh_builder_vertex (&reader->builder, xyz_mm, error);
  return status;
}

static BrgStatus
read_elements (Reader *reader, const BrgPlyElement *element, BrgError *error)
{
  BrgStatus status = BRG_OK;

  for (uint64_t n = 0; status == BRG_OK && n < element->count; n++)
    {
      if (n % ELEMENTS_PER_TICK == 0 &&
          !brg_job_tick (reader->job, 1 - (double) left (reader) / reader->size))
        return brg_error_set (error, BRG_CANCELLED, "cancelled");
      status = read_element (reader, element, error);
    }
  return status;
}

static BrgStatus
read_file (Reader *reader, BrgError *error)
{
  BrgPlyHeader *header = &reader->header;
  BrgStatus status = brg_ply_header_read (reader->stream, header, error);

  if (status != BRG_OK)
    return status;
  reader->size = (double) brg_stream_left (reader->stream) + 1;
  reader->builder.ras = header->ras;
  for (int e = 0; status == BRG_OK && e < header->n_elements; e++)
    {
      const BrgPlyElement *element = &header->elements[e];
      if (element->is_vertex)
        reader->n_vertices = element->count;
      if (element->is_vertex || element->is_face)
        status = brg_mesh_builder_reserve (&reader->builder,
                                           element->is_vertex ? (size_t) element->count : 0,
                                           element->is_face ? (size_t) element->count : 0, error);
    }
  for (int e = 0; status == BRG_OK && e < header->n_elements; e++)
    status = read_elements (reader, &header->elements[e], error);
  return status;
}

BrgMesh *
brg_ply_read (BrgStream *stream, BrgMeshRest *rest, BrgJob *job, BrgError *error)
{
  Reader reader = { .stream = stream, .job = job, .builder = { .pool = brg_job_pool (job) } };
  BrgMesh *mesh = NULL;

  if (read_file (&reader, error) == BRG_OK)
    mesh = brg_mesh_builder_finish (&reader.builder, error);
  rest->n_dropped = reader.builder.n_dropped;
  brg_mesh_builder_clear (&reader.builder);
  return mesh;
}
