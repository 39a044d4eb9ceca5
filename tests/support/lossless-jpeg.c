#include "lossless-jpeg.h"

#define N_SIZES 17 /* bits of a difference: 0 to 16 */

/* Length of the code of each size, as they are for a CT: small differences have short ones. */
static const int code_lengths[N_SIZES] = { 4, 4, 3, 3, 3, 3, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 };

typedef struct
{
  GByteArray *bytes;
  guint word;
  int n_bits;
  guint codes[N_SIZES];
} Writer;

static void
put_u8 (Writer *writer, int value)
{
  guint8 byte = (guint8) value;

  g_byte_array_append (writer->bytes, &byte, 1);
}

static void
put_u16 (Writer *writer, int value)
{
  put_u8 (writer, value >> 8);
  put_u8 (writer, value);
}

static void
put_bits (Writer *writer, guint bits, int n)
{
  for (int b = n - 1; b >= 0; b--)
    {
      writer->word = writer->word << 1 | (bits >> b & 1);
      if (++writer->n_bits < 8)
        continue;
      put_u8 (writer, (int) (writer->word & 0xff));
      if ((writer->word & 0xff) == 0xff)
        put_u8 (writer, 0);
      writer->n_bits = 0;
    }
}

/* Ends with ones, as T.81 wants it. */
static void
flush_bits (Writer *writer)
{
  while (writer->n_bits > 0)
    put_bits (writer, 1, 1);
}

/* The table, codes in the order of their lengths (T.81, C.2). */
static void
put_codes (Writer *writer)
{
  guint code = 0;

  put_u16 (writer, 0xffc4);
  put_u16 (writer, 2 + 1 + 16 + N_SIZES);
  put_u8 (writer, 0);
  for (int length = 1; length <= 16; length++)
    {
      int n = 0;
      for (int s = 0; s < N_SIZES; s++)
        n += code_lengths[s] == length;
      put_u8 (writer, n);
    }
  for (int length = 1; length <= 16; length++, code <<= 1)
    for (int s = 0; s < N_SIZES; s++)
      if (code_lengths[s] == length)
        {
          put_u8 (writer, s);
          writer->codes[s] = code++;
        }
}

static void
put_headers (Writer *writer, const LosslessJpeg *shape)
{
  put_u16 (writer, 0xffd8);
  put_u16 (writer, 0xffc3);
  put_u16 (writer, 11);
  put_u8 (writer, shape->precision);
  put_u16 (writer, shape->rows);
  put_u16 (writer, shape->columns);
  put_u8 (writer, 1);
  put_u8 (writer, 1);
  put_u8 (writer, 0x11);
  put_u8 (writer, 0);
  put_codes (writer);
  if (shape->restart_rows > 0)
    {
      put_u16 (writer, 0xffdd);
      put_u16 (writer, 4);
      put_u16 (writer, shape->restart_rows * shape->columns);
    }
  put_u16 (writer, 0xffda);
  put_u16 (writer, 8);
  put_u8 (writer, 1);
  put_u8 (writer, 1);
  put_u8 (writer, 0);
  put_u8 (writer, shape->predictor);
  put_u8 (writer, 0);
  put_u8 (writer, shape->transform);
}

/* The prediction of a sample that is not in the first row (T.81, H.1.2.1). */
static int
predict (int predictor, int left, int above, int corner)
{
  const int all[] = { 0,
                      left,
                      above,
                      corner,
                      left + above - corner,
                      left + ((above - corner) >> 1),
                      above + ((left - corner) >> 1),
                      (left + above) >> 1 };

  return all[predictor];
}

static void
put_sample (Writer *writer, const LosslessJpeg *shape, const guint16 *samples, int x, int y)
{
  const guint16 *at = samples + y * shape->columns + x;
  int shift = shape->transform;
  gboolean is_first = shape->restart_rows > 0 ? y % shape->restart_rows == 0 : y == 0;
  int expected = 1 << (shape->precision - shift - 1);

  if (is_first && x > 0)
    expected = at[-1] >> shift;
  else if (!is_first && x == 0)
    expected = at[-shape->columns] >> shift;
  else if (!is_first)
    expected = predict (shape->predictor, at[-1] >> shift, at[-shape->columns] >> shift,
                        at[-shape->columns - 1] >> shift);
  int difference = (gint16) ((at[0] >> shift) - expected), size = 0;
  while (ABS (difference) >> size > 0)
    size++;
  put_bits (writer, writer->codes[size], code_lengths[size]);
  if (size < 16)
    put_bits (writer, (guint) (difference < 0 ? difference - 1 : difference), size);
}

GByteArray *
lossless_jpeg (const LosslessJpeg *shape, const guint16 *samples)
{
  Writer writer = { .bytes = g_byte_array_new () };

  put_headers (&writer, shape);
  for (int y = 0; y < shape->rows; y++)
    {
      if (shape->restart_rows > 0 && y > 0 && y % shape->restart_rows == 0)
        {
          flush_bits (&writer);
          put_u16 (&writer, 0xffd0 + (y / shape->restart_rows - 1) % 8);
        }
      for (int x = 0; x < shape->columns; x++)
        put_sample (&writer, shape, samples, x, y);
    }
  flush_bits (&writer);
  put_u16 (&writer, 0xffd9);
  return writer.bytes;
}
