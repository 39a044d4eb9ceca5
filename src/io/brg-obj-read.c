#include <string.h>

#include "engine/brg-alloc.h"
#include "io/brg-mesh-builder.h"
#include "io/brg-mesh-formats.h"
#include "io/brg-message.h"
#include "io/brg-number.h"
#include "io/brg-word.h"

/* Wavefront OBJ: vertices and polygons are taken, what else a surface may have is passed over. */

#define LINE_SIZE      ((size_t) 64 * 1024)
#define LINES_PER_TICK 4096

typedef struct
{
  BrgMeshBuilder builder;
  BrgStream *stream;
  char *line;
  size_t n_lines;
  bool ended;
} Text;

static BrgStatus
text_error (const Text *text, const char *what, BrgError *error)
{
  return brg_error_set (error, BRG_FORMAT, "line %zu: %s", text->n_lines, what);
}

/* Reads a line and those it is continued on by a "\" at its end. */
static BrgStatus
read_line (Text *text, BrgError *error)
{
  size_t used = 0, length;

  for (;;)
    {
      BrgStatus status = brg_stream_read_line (text->stream, text->line + used, LINE_SIZE - used,
                                               &length, &text->ended, error);
      text->n_lines++;
      used += length;
      if (status != BRG_OK)
        return status;
      if (length == 0 || text->line[used - 1] != '\\' || text->ended)
        return BRG_OK;
      text->line[used - 1] = ' ';
    }
}

static BrgStatus
take_vertex (Text *text, const char *rest, BrgError *error)
{
  double xyz_mm[3];

  for (int a = 0; a < 3; a++)
    {
      size_t length;
      const char *word = brg_word_next (&rest, &length);
      if (!brg_number_parse (word, length, &xyz_mm[a]))
        return text_error (text, "a vertex needs three numbers", error);
    }
  return brg_mesh_builder_vertex (&text->builder, xyz_mm, error);
}

/* The vertex of a corner "v", "v/vt", "v/vt/vn" or "v//vn"; negative numbers count back from the
 * last vertex. */
static BrgStatus
parse_corner (const Text *text, const char *word, size_t length, uint32_t *vertex, BrgError *error)
{
  const char *slash = memchr (word, '/', length);
  int64_t number;
  size_t n_digits = slash != NULL ? (size_t) (slash - word) : length;

  if (!brg_number_parse_int (word, n_digits, &number) || number == 0 ||
      strspn (word + n_digits, "/-0123456789") < length - n_digits)
    return text_error (text, "a corner of a face is not a number of a vertex", error);
  if (number < 0)
    number += (int64_t) text->builder.n_vertices + 1;
  if (number < 1 || number > UINT32_MAX)
    return text_error (text, "a corner of a face names no vertex", error);
  *vertex = (uint32_t) (number - 1);
  return BRG_OK;
}

static BrgStatus
take_face (Text *text, const char *rest, BrgError *error)
{
  size_t length;
  const char *word = brg_word_next (&rest, &length);

  brg_mesh_builder_polygon (&text->builder);
  for (; length > 0; word = brg_word_next (&rest, &length))
    {
      uint32_t vertex = 0;
      BrgStatus status = parse_corner (text, word, length, &vertex, error);
      if (status == BRG_OK)
        status = brg_mesh_builder_corner (&text->builder, vertex, error);
      if (status != BRG_OK)
        return status;
    }
  if (text->builder.n_corners < 3)
    return text_error (text, "a face needs three corners", error);
  return BRG_OK;
}

static bool
is_passed_over (const char *word, size_t length)
{
  static const char *const words[] = { "vt", "vn", "vp",     "g",      "o",      "s",
                                       "l",  "p",  "usemtl", "mtllib", "usemap", "maplib" };

  for (size_t w = 0; w < sizeof words / sizeof words[0]; w++)
    if (brg_word_is (word, length, words[w]))
      return true;
  return false;
}

static BrgStatus
take_line (Text *text, BrgError *error)
{
  const char *rest = text->line;
  size_t length;
  const char *word = brg_word_next (&rest, &length);

  if (length > 0 && word[0] == '#')
    text->builder.ras |= strstr (word, "SPACE=RAS") != NULL;
  else if (brg_word_is (word, length, "v"))
    return take_vertex (text, rest, error);
  else if (brg_word_is (word, length, "f"))
    return take_face (text, rest, error);
  else if (length > 0 && !is_passed_over (word, length))
    return text_error (text, "not what an OBJ file of a surface has", error);
  return BRG_OK;
}

static BrgStatus
read_text (Text *text, BrgJob *job, BrgError *error)
{
  double size = (double) brg_stream_left (text->stream);
  BrgStatus status = BRG_OK;

  for (size_t n = 0; status == BRG_OK && !text->ended; n++)
    {
      if (n % LINES_PER_TICK == 0 &&
          !brg_job_tick (job, 1 - (double) brg_stream_left (text->stream) / size))
        return brg_error_set (error, BRG_CANCELLED, "cancelled");
      status = read_line (text, error);
      if (status == BRG_OK)
        status = take_line (text, error);
    }
  if (status == BRG_OK && text->builder.n_vertices == 0 && text->builder.n_triangles == 0)
    return brg_error_set (error, BRG_FORMAT, "has no vertex");
  return status;
}

BrgMesh *
brg_obj_read (BrgStream *stream, BrgMeshRest *rest, BrgJob *job, BrgError *error)
{
  Text text = { .stream = stream, .builder = { .pool = brg_job_pool (job) } };
  BrgMesh *mesh = NULL;

  text.ended = brg_stream_left (stream) == 0;
  text.line = brg_alloc (LINE_SIZE, 1, error);
  if (text.line != NULL && read_text (&text, job, error) == BRG_OK)
    mesh = brg_mesh_builder_finish (&text.builder, error);
  rest->n_dropped = text.builder.n_dropped;
  brg_mesh_builder_clear (&text.builder);
  brg_free (text.line);
  return mesh;
}
