/* JPEG streams of process 14, as scanners write them and as T.81 allows them: every predictor,
 * point transforms, restarts, 2 to 16 bits; and streams that end early or are damaged. */

#include <string.h>

#include "case/brg-decoder.h"
#include "case/brg-file-private.h"
#include "support/dicom-file.h"
#include "support/lossless-jpeg.h"

#define COLUMNS 23
#define ROWS    17
#define N       (COLUMNS * ROWS)

static char *folder;

/* Smooth with noise, and some rows of anything. */
static void
fill (guint16 *samples, int precision)
{
  guint32 random = 1;

  for (int s = 0; s < N; s++)
    {
      int x = s % COLUMNS, y = s / COLUMNS;
      random = random * 1664525u + 1013904223u;
      guint value = (guint) (x * 7 + y * 11) + (random >> 28);
      if (y % 5 == 4)
        value = random >> 8;
      samples[s] = (guint16) (value & ((1u << precision) - 1));
    }
}

static char *
write_stream (const LosslessJpeg *shape, const GByteArray *stream, guint number)
{
  DicomSlice slice = { .syntax = DICOM_LOSSLESS,
                       .columns = shape->columns,
                       .rows = shape->rows,
                       .row_mm = 1,
                       .column_mm = 1,
                       .is_unsigned = TRUE,
                       .bits_allocated = shape->precision > 8 ? 16 : 8,
                       .bits_stored = shape->precision,
                       .stream = stream };
  g_autoptr (GByteArray) bytes = dicom_slice (&slice);
  g_autofree char *name = g_strdup_printf ("slice%u.dcm", number);
  char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, (const char *) bytes->data, (gssize) bytes->len, NULL));
  return path;
}

static BrgDicomImage
header_of (const char *path)
{
  BrgDicomImage image;
  BrgError error = { 0 };

  g_assert_cmpint (brg_dicom_read (path, &image, NULL, &error), ==, BRG_OK);
  return image;
}

static BrgDecoder *
decoder_of (const GPtrArray *paths)
{
  BrgDecoder *decoder =
    _brg_decoder_new ((const char *const *) paths->pdata, paths->len, BRG_DECODER_PATIENCE_S, NULL);

  g_assert_nonnull (decoder);
  return decoder;
}

static guint
sample_at (const guint8 *samples, int bits, int s)
{
  return bits == 8 ? samples[s] : (guint) (samples[2 * s] | samples[2 * s + 1] << 8);
}

/* Decodes the file of each shape. */
static void
check_shapes (const GArray *shapes, const GPtrArray *paths)
{
  g_autoptr (BrgDecoder) decoder = decoder_of (paths);
  guint16 samples[N];

  for (guint f = 0; f < shapes->len; f++)
    {
      const LosslessJpeg *shape = &g_array_index (shapes, LosslessJpeg, f);
      BrgDicomImage image = header_of (paths->pdata[f]);
      const guint8 *decoded;
      int bits, n_wrong = 0;
      fill (samples, shape->precision);
      g_assert_true (_brg_decoder_next (decoder, &image, &decoded, &bits, NULL, NULL));
      g_assert_cmpint (bits, ==, image.bits_allocated);
      for (int s = 0; s < N; s++)
        n_wrong += sample_at (decoded, bits, s) !=
                   (guint) (samples[s] >> shape->transform << shape->transform);
      if (n_wrong > 0)
        g_error ("%d bits, predictor %d, transform %d, restart %d: %d of %d samples are wrong",
                 shape->precision, shape->predictor, shape->transform, shape->restart_rows, n_wrong,
                 N);
      brg_dicom_image_clear (&image);
    }
}

static void
test_shapes (void)
{
  static const int precisions[] = { 2, 5, 8, 9, 12, 15, 16 }, restarts[] = { 0, 1, 3 };
  g_autoptr (GArray) shapes = g_array_new (FALSE, FALSE, sizeof (LosslessJpeg));
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  guint16 samples[N];

  for (gsize p = 0; p < G_N_ELEMENTS (precisions); p++)
    for (int predictor = 1; predictor <= 7; predictor++)
      for (gsize r = 0; r < G_N_ELEMENTS (restarts); r++)
        {
          LosslessJpeg shape = {
            COLUMNS,    ROWS, precisions[p], predictor, MIN (predictor % 3, precisions[p] - 1),
            restarts[r]
          };
          fill (samples, shape.precision);
          g_autoptr (GByteArray) stream = lossless_jpeg (&shape, samples);
          g_ptr_array_add (paths, write_stream (&shape, stream, paths->len));
          g_array_append_val (shapes, shape);
        }
  check_shapes (shapes, paths);
}

/* Files of which none is a whole image. */
static void
check_refused (const GPtrArray *paths)
{
  g_autoptr (BrgDecoder) decoder = decoder_of (paths);

  for (guint f = 0; f < paths->len; f++)
    {
      g_autoptr (GError) error = NULL;
      BrgDicomImage image = header_of (paths->pdata[f]);
      const guint8 *decoded;
      int bits;
      if (_brg_decoder_next (decoder, &image, &decoded, &bits, NULL, &error))
        g_error ("file %u was decoded", f);
      g_assert_nonnull (strstr (error->message, "JPEG stream is damaged"));
      brg_dicom_image_clear (&image);
    }
}

/* A file that is whole around a stream that is not. */
static void
test_truncated (void)
{
  LosslessJpeg shape = { COLUMNS, ROWS, 12, 1, 0, 4 };
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  guint16 samples[N];

  fill (samples, shape.precision);
  g_autoptr (GByteArray) stream = lossless_jpeg (&shape, samples);
  for (guint size = 1; size < stream->len; size++)
    {
      GByteArray cut = { stream->data, size };
      g_ptr_array_add (paths, write_stream (&shape, &cut, paths->len));
    }
  check_refused (paths);
}

/* Any byte of the stream: samples of the right number, or words; the program outlives it. */
static void
test_damaged (void)
{
  LosslessJpeg shape = { COLUMNS, ROWS, 12, 4, 0, 4 };
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  guint16 samples[N];
  guint n_decoded = 0;

  fill (samples, shape.precision);
  g_autoptr (GByteArray) stream = lossless_jpeg (&shape, samples);
  for (guint at = 0; at < stream->len; at++)
    {
      guint8 byte = stream->data[at];
      stream->data[at] ^= (guint8) (1 + at * 37 % 255);
      g_ptr_array_add (paths, write_stream (&shape, stream, paths->len));
      stream->data[at] = byte;
    }
  g_autoptr (BrgDecoder) decoder = decoder_of (paths);
  for (guint f = 0; f < paths->len; f++)
    {
      g_autoptr (GError) error = NULL;
      BrgDicomImage image = header_of (paths->pdata[f]);
      const guint8 *decoded;
      int bits;
      if (_brg_decoder_next (decoder, &image, &decoded, &bits, NULL, &error))
        n_decoded++;
      else
        g_assert_null (strstr (error->message, "broke down"));
      brg_dicom_image_clear (&image);
    }
  g_test_message ("%u of %u were decoded", n_decoded, paths->len);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_setenv ("BREGMA_DICOM", argv[1], TRUE);
  folder = g_dir_make_tmp ("lossless-XXXXXX", NULL);
  g_test_add_func ("/lossless-jpeg/shapes", test_shapes);
  g_test_add_func ("/lossless-jpeg/truncated", test_truncated);
  g_test_add_func ("/lossless-jpeg/damaged", test_damaged);
  int result = g_test_run ();
  _brg_file_remove_tree (folder);
  g_free (folder);
  return result;
}
