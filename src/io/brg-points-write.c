#include "io/brg-points-file.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "io/brg-message.h"
#include "io/brg-number.h"
#include "io/brg-output.h"

#define BATCH_POINTS 512
#define RECORD_SIZE                                                                                \
  (3 * (BRG_NUMBER_SIZE + 1)) /* of a line, which is longer than the binary form */

/* Writes point p behind `out` and returns the end. */
typedef char *(*PutPoint) (char *out, const BrgPoints *points, size_t p);

static char *
put_floats (char *out, const float *values)
{
  for (int a = 0; a < 3; a++)
    {
      uint32_t bits;
      memcpy (&bits, values + a, sizeof bits);
      for (int b = 0; b < 4; b++)
        *out++ = (char) (bits >> (8 * b) & 0xff);
    }
  return out;
}

static char *
put_record (char *out, const BrgPoints *points, size_t p)
{
  out = put_floats (out, points->xyz + 3 * p);
  return put_floats (out, points->normals + 3 * p);
}

static char *
put_line (char *out, const BrgPoints *points, size_t p)
{
  for (size_t a = 0; a < 3; a++)
    {
      out = brg_number_put (out, (double) points->xyz[3 * p + a]);
      *out++ = a < 2 ? ' ' : '\n';
    }
  return out;
}

static BrgStatus
write_header (const BrgPoints *points, BrgOutput *output, BrgError *error)
{
  char header[512];
  int n = snprintf (header, sizeof header,
                    "ply\nformat binary_little_endian 1.0\ncomment Bregma SPACE=LPS UNIT=mm\n"
                    "element vertex %zu\nproperty float x\nproperty float y\nproperty float z\n"
                    "property float nx\nproperty float ny\nproperty float nz\nend_header\n",
                    points->n);

  return brg_output_write (output, header, (size_t) n, error);
}

static BrgStatus
write_points (const BrgPoints *points,
              PutPoint put_point,
              BrgOutput *output,
              BrgJob *job,
              BrgError *error)
{
  char batch[BATCH_POINTS * RECORD_SIZE];
  BrgStatus status = BRG_OK;

  for (size_t p = 0; status == BRG_OK && p < points->n;)
    {
      char *end = batch;
      size_t last = points->n - p < BATCH_POINTS ? points->n : p + BATCH_POINTS;
      for (; p < last; p++)
        end = put_point (end, points, p);
      status = brg_output_write (output, batch, (size_t) (end - batch), error);
      if (status == BRG_OK && !brg_job_tick (job, (double) p / (double) points->n))
        status = brg_error_set (error, BRG_CANCELLED, "cancelled");
    }
  return status;
}

BrgStatus
brg_points_write (const BrgPoints *points, const char *path, BrgJob *job, BrgError *error)
{
  const char *dot = strrchr (brg_message_base_name (path), '.');
  bool is_ply = dot != NULL && strcasecmp (dot, ".ply") == 0;

  if (!is_ply && !(dot != NULL && strcasecmp (dot, ".xyz") == 0))
    {
      brg_error_set (error, BRG_INVALID, "the name of a file of points must end in .ply or .xyz");
      brg_message_name_file (error, path);
      return BRG_INVALID;
    }
  BrgOutput *output = brg_output_open (path, error);
  if (output == NULL)
    return BRG_IO;
  BrgStatus status = is_ply ? write_header (points, output, error) : BRG_OK;
  if (status == BRG_OK)
    status = write_points (points, is_ply ? put_record : put_line, output, job, error);
  return brg_output_end (output, status, error);
}
