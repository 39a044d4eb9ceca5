#include <math.h>
#include <string.h>
#include <strings.h>

#include "engine/brg-alloc.h"
#include "engine/brg-job-part.h"
#include "engine/brg-mesh-weld.h"
#include "io/brg-mesh-builder.h"
#include "io/brg-mesh-formats.h"
#include "io/brg-number.h"
#include "io/brg-word.h"

#define HEADER_SIZE      80
#define PREFIX_SIZE      (HEADER_SIZE + 4)
#define RECORD_SIZE      50
#define RECORDS_PER_READ 256
#define LINE_SIZE        1024
#define LINES_PER_TICK   4096
#define FLOATS           9 /* of a triangle */

/* Loose triangles of a text file. */
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

static uint32_t
get_u32 (const unsigned char *bytes)
{
  return (uint32_t) bytes[0] | (uint32_t) bytes[1] << 8 | (uint32_t) bytes[2] << 16 |
         (uint32_t) bytes[3] << 24;
}

/* A binary file, read in pieces by several threads. */
typedef struct
{
  const BrgStream *stream; /* behind the count */
  float sign;              /* of x and y */
} Binary;

/* Sets the corners; false when one is not finite or too far away. */
static bool
corners_of_record (const Binary *binary, const unsigned char *record, float *corners)
{
  int n_good = 0;

  for (int f = 0; f < FLOATS; f++)
    {
      uint32_t bits = get_u32 (record + 12 + 4 * f);
      memcpy (corners + f, &bits, sizeof bits);
      n_good += fabsf (corners[f]) <= (float) BRG_MESH_MAX_COORDINATE_MM;
    }
  for (int f = 0; f < FLOATS; f += 3)
    {
      corners[f] *= binary->sign;
      corners[f + 1] *= binary->sign;
    }
  return n_good == FLOATS;
}

/* The error of a triangle with a bad corner. */
static BrgStatus
check_corners (const float *corners, size_t triangle, BrgError *error)
{
  BrgStatus status = BRG_OK;

  for (int f = 0; status == BRG_OK && f < FLOATS; f++)
    status = brg_mesh_check_coordinate ((double) corners[f], "triangle", triangle, error);
  return status;
}

static BrgStatus
corners_of_binary (void *data, size_t begin, size_t end, float *corners, BrgError *error)
{
  const Binary *binary = data;
  unsigned char records[RECORDS_PER_READ * RECORD_SIZE];
  BrgStatus status = BRG_OK;

  while (status == BRG_OK && begin < end)
    {
      size_t n = end - begin < RECORDS_PER_READ ? end - begin : RECORDS_PER_READ;
      status = brg_stream_read_at (binary->stream, (uint64_t) begin * RECORD_SIZE, records,
                                   n * RECORD_SIZE, error);
      for (size_t r = 0; status == BRG_OK && r < n; r++, corners += FLOATS)
        if (!corners_of_record (binary, records + r * RECORD_SIZE, corners))
          status = check_corners (corners, begin + r, error);
      begin += n;
    }
  return status;
}

/* The stream stands behind the count. */
static BrgMesh *
read_binary (BrgStream *stream,
             uint32_t n,
             bool ras,
             BrgMeshRest *rest,
             BrgJob *job,
             BrgError *error)
{
  uint64_t need = (uint64_t) n * RECORD_SIZE, left = brg_stream_left (stream);
  Binary binary = { .stream = stream, .sign = ras ? -1.0f : 1.0f };

  if (need > left)
    {
      brg_error_set (error, BRG_FORMAT,
                     "the file ends early: %u triangles need %llu bytes, %llu are there", n,
                     (unsigned long long) need, (unsigned long long) left);
      return NULL;
    }
  BrgMesh *mesh = brg_mesh_weld (corners_of_binary, &binary, n, NULL, job, error);
  if (mesh != NULL)
    *rest = (BrgMeshRest){ n - mesh->n_triangles, left - need };
  return mesh;
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
      const char *word = brg_word_next (&rest, &length);
      double value;
      if (!brg_number_parse (word, length, &value))
        return text_error (text, "a vertex needs three numbers", error);
      corner[a] = (float) value;
      BrgStatus status =
        brg_mesh_check_coordinate ((double) corner[a], "triangle", soup->n_triangles, error);
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
  const char *word = brg_word_next (&rest, &length);

  if (length == 0 || brg_word_is (word, length, "outer") || brg_word_is (word, length, "endloop"))
    return BRG_OK;
  if (brg_word_is (word, length, "vertex"))
    return take_vertex (text, rest, error);
  if (brg_word_is (word, length, "facet") && text->in_solid && !text->in_facet)
    text->n_corners = 0;
  else if (brg_word_is (word, length, "endfacet") && text->in_facet && text->n_corners == 3)
    text->soup->n_triangles++;
  else if (brg_word_is (word, length, "solid") && !text->in_solid)
    text->soup->ras |= strstr (rest, "SPACE=RAS") != NULL;
  else if (!brg_word_is (word, length, "endsolid") || !text->in_solid || text->in_facet)
    return text_error (text, "not what a text STL file has here", error);
  text->in_facet = brg_word_is (word, length, "facet");
  text->in_solid = !brg_word_is (word, length, "endsolid");
  return BRG_OK;
}

static BrgStatus
read_text (BrgStream *stream, Soup *soup, BrgJob *job, BrgError *error)
{
  Text text = { .soup = soup };
  char line[LINE_SIZE];
  bool ended = false;
  double size = (double) brg_stream_left (stream);
  BrgStatus status = BRG_OK;

  while (status == BRG_OK && !ended)
    {
      size_t length;
      if (text.line++ % LINES_PER_TICK == 0 &&
          !brg_job_tick (job, 1 - (double) brg_stream_left (stream) / size))
        return brg_error_set (error, BRG_CANCELLED, "cancelled");
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

static BrgMesh *
weld_text (const Soup *soup, BrgJob *job, BrgError *error)
{
  for (size_t c = 0; soup->ras && c < 3 * soup->n_triangles; c++)
    {
      soup->corners[3 * c] = -soup->corners[3 * c];
      soup->corners[3 * c + 1] = -soup->corners[3 * c + 1];
    }
  return brg_mesh_weld (brg_mesh_corners_of_array, soup->corners, soup->n_triangles, NULL, job,
                        error);
}

static BrgMesh *
read_as_text (const char *path, BrgMeshRest *rest, BrgJob *job, BrgError *error)
{
  Soup soup = { 0 };
  BrgStream *stream = brg_stream_open (path, error);
  BrgJobPart parts = brg_job_parts (job);
  BrgMesh *mesh = NULL;

  brg_job_part (&parts, 0, 0.8);
  bool is_read = stream != NULL && read_text (stream, &soup, job, error) == BRG_OK;
  brg_job_part (&parts, 0.8, 1);
  if (is_read)
    mesh = weld_text (&soup, job, error);
  if (mesh != NULL)
    rest->n_dropped = soup.n_triangles - mesh->n_triangles;
  brg_job_parts_end (&parts);
  brg_stream_close (stream);
  brg_free (soup.corners);
  return mesh;
}

/* Decides which kind it is from the first bytes and the size. */
BrgMesh *
brg_stl_read (BrgStream *stream, const char *path, BrgMeshRest *rest, BrgJob *job, BrgError *error)
{
  unsigned char prefix[PREFIX_SIZE] = { 0 };
  uint64_t size = brg_stream_left (stream);
  size_t n_prefix = size < PREFIX_SIZE ? (size_t) size : PREFIX_SIZE;

  if (brg_stream_read (stream, prefix, n_prefix, error) != BRG_OK)
    return NULL;
  uint32_t n = get_u32 (prefix + HEADER_SIZE);
  bool fits = n_prefix == PREFIX_SIZE && PREFIX_SIZE + (uint64_t) n * RECORD_SIZE == size;
  if (!fits && starts_as_text (prefix, n_prefix))
    return read_as_text (path, rest, job, error);
  if (n_prefix == PREFIX_SIZE)
    return read_binary (stream, n, names_ras (prefix), rest, job, error);
  brg_error_set (error, BRG_FORMAT, "%llu bytes are too few for an STL file",
                 (unsigned long long) size);
  return NULL;
}
