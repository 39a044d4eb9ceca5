#include "io/brg-mesh-file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "engine/brg-alloc.h"
#include "engine/brg-mesh-weld.h"
#include "io/brg-message.h"
#include "io/brg-number.h"
#include "io/brg-stream.h"

#define HEADER_SIZE       80
#define PREFIX_SIZE       (HEADER_SIZE + 4)
#define RECORD_SIZE       50
#define RECORDS_PER_READ  4096
#define MAX_COORDINATE_MM 1e6f
#define LINE_SIZE         1024
#define FLOATS            9 /* of a triangle */

/* Loose triangles as they are read. */
typedef struct
{
  float *corners;
  size_t n_triangles, capacity;
  bool ras;
} Soup;

static BrgStatus
reserve (Soup *soup, size_t capacity, BrgError *error)
{
  float *grown = brg_alloc_grow (soup->corners, soup->n_triangles, capacity,
                                 FLOATS * sizeof *soup->corners, error);

  if (grown == NULL)
    return BRG_NO_MEMORY;
  soup->corners = grown;
  soup->capacity = capacity;
  return BRG_OK;
}

static BrgStatus
check_coordinate (float value, size_t triangle, BrgError *error)
{
  if (fabsf (value) <= MAX_COORDINATE_MM)
    return BRG_OK;
  return brg_error_set (error, BRG_FORMAT, "triangle %zu has a coordinate of %g mm", triangle + 1,
                        (double) value);
}

static uint32_t
get_u32 (const unsigned char *bytes)
{
  return (uint32_t) bytes[0] | (uint32_t) bytes[1] << 8 | (uint32_t) bytes[2] << 16 |
         (uint32_t) bytes[3] << 24;
}

static BrgStatus
take_record (Soup *soup, const unsigned char *record, BrgError *error)
{
  float *corners = soup->corners + FLOATS * soup->n_triangles;

  for (int f = 0; f < FLOATS; f++)
    {
      uint32_t bits = get_u32 (record + 12 + 4 * f);
      memcpy (corners + f, &bits, sizeof bits);
      BrgStatus status = check_coordinate (corners[f], soup->n_triangles, error);
      if (status != BRG_OK)
        return status;
    }
  soup->n_triangles++;
  return BRG_OK;
}

static BrgStatus
read_records (BrgStream *stream, Soup *soup, size_t n, BrgError *error)
{
  unsigned char *records = brg_alloc (RECORDS_PER_READ, RECORD_SIZE, error);
  BrgStatus status = records != NULL ? BRG_OK : BRG_NO_MEMORY;

  while (status == BRG_OK && n > 0)
    {
      size_t now = n < RECORDS_PER_READ ? n : RECORDS_PER_READ;
      status = brg_stream_read (stream, records, now * RECORD_SIZE, error);
      for (size_t r = 0; status == BRG_OK && r < now; r++)
        status = take_record (soup, records + r * RECORD_SIZE, error);
      n -= now;
    }
  brg_free (records);
  return status;
}

/* The stream stands behind the count. */
static BrgStatus
read_binary (BrgStream *stream, uint32_t n, Soup *soup, BrgError *error)
{
  uint64_t need = (uint64_t) n * RECORD_SIZE, left = brg_stream_left (stream);

  if (need > left)
    return brg_error_set (error, BRG_FORMAT,
                          "the file ends early: %u triangles need %llu bytes, %llu are there", n,
                          (unsigned long long) need, (unsigned long long) left);
  BrgStatus status = reserve (soup, n, error);
  return status == BRG_OK ? read_records (stream, soup, n, error) : status;
}

/* Text being read. */
typedef struct
{
  Soup *soup;
  bool in_facet, in_solid;
  int n_corners; /* of the facet so far */
  size_t line;
} Text;

static BrgStatus
text_error (const Text *text, const char *what, BrgError *error)
{
  return brg_error_set (error, BRG_FORMAT, "line %zu: %s", text->line, what);
}

/* Splits off the next word; its length is 0 at the end of the line. */
static const char *
next_word (const char **rest, size_t *length)
{
  const char *word = *rest + strspn (*rest, " \t\r");

  *length = strcspn (word, " \t\r");
  *rest = word + *length;
  return word;
}

static bool
word_is (const char *word, size_t length, const char *name)
{
  return length == strlen (name) && strncasecmp (word, name, length) == 0;
}

static BrgStatus
take_vertex (Text *text, const char *rest, BrgError *error)
{
  Soup *soup = text->soup;

  if (!text->in_facet || text->n_corners >= 3)
    return text_error (text, "a vertex outside a triangle", error);
  if (soup->n_triangles == soup->capacity &&
      reserve (soup, 2 * soup->capacity + 64, error) != BRG_OK)
    return BRG_NO_MEMORY;
  float *corner = soup->corners + FLOATS * soup->n_triangles + 3 * text->n_corners;
  for (int a = 0; a < 3; a++)
    {
      size_t length;
      const char *word = next_word (&rest, &length);
      double value;
      if (!brg_number_parse (word, length, &value))
        return text_error (text, "a vertex needs three numbers", error);
      corner[a] = (float) value;
      BrgStatus status = check_coordinate (corner[a], soup->n_triangles, error);
      if (status != BRG_OK)
        return status;
    }
  text->n_corners++;
  return BRG_OK;
}

static BrgStatus
take_line (Text *text, const char *line, BrgError *error)
{
  const char *rest = line;
  size_t length;
  const char *word = next_word (&rest, &length);

  if (length == 0 || word_is (word, length, "outer") || word_is (word, length, "endloop"))
    return BRG_OK;
  if (word_is (word, length, "vertex"))
    return take_vertex (text, rest, error);
  if (word_is (word, length, "facet") && text->in_solid && !text->in_facet)
    text->n_corners = 0;
  else if (word_is (word, length, "endfacet") && text->in_facet && text->n_corners == 3)
    text->soup->n_triangles++;
  else if (word_is (word, length, "solid") && !text->in_solid)
    text->soup->ras |= strstr (rest, "SPACE=RAS") != NULL;
  else if (!word_is (word, length, "endsolid") || !text->in_solid || text->in_facet)
    return text_error (text, "not what a text STL file has here", error);
  text->in_facet = word_is (word, length, "facet");
  text->in_solid = !word_is (word, length, "endsolid");
  return BRG_OK;
}

static BrgStatus
read_text (BrgStream *stream, Soup *soup, BrgError *error)
{
  Text text = { .soup = soup };
  char line[LINE_SIZE];
  bool ended = false;
  BrgStatus status = BRG_OK;

  while (status == BRG_OK && !ended)
    {
      size_t length;
      text.line++;
      status = brg_stream_read_line (stream, line, sizeof line, &length, &ended, error);
      if (status == BRG_OK)
        status = take_line (&text, line, error);
    }
  if (status == BRG_OK && text.in_solid)
    return text_error (&text, "the file ends before \"endsolid\"", error);
  return status;
}

static bool
starts_as_text (const unsigned char *prefix, size_t size)
{
  size_t at = 0;

  while (at < size &&
         (prefix[at] == ' ' || prefix[at] == '\t' || prefix[at] == '\r' || prefix[at] == '\n'))
    at++;
  return size - at >= 5 && strncasecmp ((const char *) prefix + at, "solid", 5) == 0;
}

static bool
names_ras (const unsigned char header[HEADER_SIZE])
{
  char text[HEADER_SIZE + 1];

  for (int c = 0; c < HEADER_SIZE; c++)
    text[c] = header[c] != '\0' ? (char) header[c] : ' ';
  text[HEADER_SIZE] = '\0';
  return strstr (text, "SPACE=RAS") != NULL;
}

static BrgStatus
read_as_text (const char *path, Soup *soup, BrgError *error)
{
  BrgStream *stream = brg_stream_open (path, error);

  if (stream == NULL)
    return BRG_IO;
  BrgStatus status = read_text (stream, soup, error);
  brg_stream_close (stream);
  return status;
}

/* Decides which kind it is from the first bytes and the size. */
static BrgStatus
read_soup (BrgStream *stream, const char *path, Soup *soup, BrgError *error)
{
  unsigned char prefix[PREFIX_SIZE] = { 0 };
  uint64_t size = brg_stream_left (stream);
  size_t n_prefix = size < PREFIX_SIZE ? (size_t) size : PREFIX_SIZE;
  BrgStatus status = brg_stream_read (stream, prefix, n_prefix, error);

  if (status != BRG_OK)
    return status;
  uint32_t n = get_u32 (prefix + HEADER_SIZE);
  bool fits = n_prefix == PREFIX_SIZE && PREFIX_SIZE + (uint64_t) n * RECORD_SIZE == size;
  if (!fits && starts_as_text (prefix, n_prefix))
    return read_as_text (path, soup, error);
  if (n_prefix < PREFIX_SIZE)
    return brg_error_set (error, BRG_FORMAT, "%llu bytes are too few for an STL file",
                          (unsigned long long) size);
  soup->ras = names_ras (prefix);
  return read_binary (stream, n, soup, error);
}

static BrgMesh *
weld (const Soup *soup, BrgError *error)
{
  if (soup->ras)
    for (size_t c = 0; c < 3 * soup->n_triangles; c++)
      {
        soup->corners[3 * c] = -soup->corners[3 * c];
        soup->corners[3 * c + 1] = -soup->corners[3 * c + 1];
      }
  return brg_mesh_weld (soup->corners, soup->n_triangles, NULL, error);
}

BrgMesh *
brg_mesh_read (const char *path, BrgJob *job, BrgError *error)
{
  Soup soup = { 0 };
  BrgMesh *mesh = NULL;
  BrgStream *stream = brg_stream_open (path, error);

  if (!brg_job_tick (job, 0))
    brg_error_set (error, BRG_CANCELLED, "cancelled");
  else if (stream != NULL && read_soup (stream, path, &soup, error) == BRG_OK)
    mesh = weld (&soup, error);
  if (mesh == NULL)
    brg_message_name_file (error, path);
  brg_stream_close (stream);
  brg_free (soup.corners);
  return mesh;
}
