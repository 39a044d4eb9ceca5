#include "io/brg-png.h"

#include <png.h>
#include <string.h>

#include "engine/brg-alloc.h"
#include "io/brg-output.h"

#define MAX_SIDE 32767
#define LEVEL    2 /* with one fixed filter: a sixth of the default's time, a quarter larger */

/* A file, or memory where there is none. */
typedef struct
{
  BrgOutput *output;
  uint8_t *bytes;
  size_t size, room;
  BrgError *error;
  BrgStatus status;
} Sink;

static BrgStatus
keep (Sink *sink, const void *bytes, size_t size)
{
  if (size > sink->room - sink->size)
    {
      size_t room = 2 * sink->room + size;
      uint8_t *grown = brg_alloc_grow (sink->bytes, sink->room, room, 1, sink->error);
      if (grown == NULL)
        return BRG_NO_MEMORY;
      sink->bytes = grown;
      sink->room = room;
    }
  memcpy (sink->bytes + sink->size, bytes, size);
  sink->size += size;
  return BRG_OK;
}

static void
write_cb (png_structp png, png_bytep bytes, size_t size)
{
  Sink *sink = png_get_io_ptr (png);

  sink->status = sink->output != NULL ? brg_output_write (sink->output, bytes, size, sink->error)
                                      : keep (sink, bytes, size);
  if (sink->status != BRG_OK)
    png_error (png, "write failed");
}

static void
flush_cb (png_structp png)
{
  (void) png;
}

static void
error_cb (png_structp png, png_const_charp message)
{
  Sink *sink = png_get_error_ptr (png);

  if (sink->status == BRG_OK)
    sink->status = brg_error_set (sink->error, BRG_IO, "cannot be written: %s", message);
  png_longjmp (png, 1);
}

static void
warning_cb (png_structp png, png_const_charp message)
{
  (void) png;
  (void) message;
}

/* Everything between setjmp and its longjmp: no local changes after the setjmp. */
static void
encode (png_structp png, png_infop info, int width, int height, const uint8_t *rgba)
{
  if (setjmp (png_jmpbuf (png)))
    return;
  png_set_IHDR (png, info, (png_uint_32) width, (png_uint_32) height, 8, PNG_COLOR_TYPE_RGB_ALPHA,
                PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_set_compression_level (png, LEVEL);
  png_set_filter (png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
  png_write_info (png, info);
  for (int y = 0; y < height; y++)
    png_write_row (png, rgba + (size_t) y * (size_t) width * 4);
  png_write_end (png, NULL);
}

static BrgStatus
write_pixels (Sink *sink, int width, int height, const uint8_t *rgba)
{
  png_structp png = png_create_write_struct (PNG_LIBPNG_VER_STRING, sink, error_cb, warning_cb);
  png_infop info = png != NULL ? png_create_info_struct (png) : NULL;

  if (info != NULL)
    {
      png_set_write_fn (png, sink, write_cb, flush_cb);
      encode (png, info, width, height, rgba);
    }
  else
    sink->status = brg_error_set (sink->error, BRG_NO_MEMORY, "not enough memory for a PNG");
  png_destroy_write_struct (&png, &info);
  return sink->status;
}

static BrgStatus
check_size (int width, int height, BrgError *error)
{
  if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE)
    return brg_error_set (error, BRG_INVALID, "a PNG of %d x %d pixels cannot be written", width,
                          height);
  return BRG_OK;
}

BrgStatus
brg_png_encode (int width,
                int height,
                const uint8_t *rgba,
                uint8_t **bytes,
                size_t *size,
                BrgError *error)
{
  *bytes = NULL;
  *size = 0;
  if (check_size (width, height, error) != BRG_OK)
    return BRG_INVALID;
  Sink sink = { .error = error, .status = BRG_OK };
  BrgStatus status = write_pixels (&sink, width, height, rgba);
  if (status != BRG_OK)
    {
      brg_free (sink.bytes);
      return status;
    }
  *bytes = sink.bytes;
  *size = sink.size;
  return BRG_OK;
}

BrgStatus
brg_png_write (const char *path, int width, int height, const uint8_t *rgba, BrgError *error)
{
  if (check_size (width, height, error) != BRG_OK)
    return BRG_INVALID;
  BrgOutput *output = brg_output_open (path, error);
  if (output == NULL)
    return BRG_IO;
  Sink sink = { .output = output, .error = error, .status = BRG_OK };
  return brg_output_end (output, write_pixels (&sink, width, height, rgba), error);
}
