#include <glib.h>
#include <math.h>
#include <string.h>

#include "files.h"
#include "io/brg-dicom-pixels.h"

/* Every word that a sample can be, against the definition in PS3.3 C.11.1.1.2, sample by sample. */

#define COLUMNS 256
#define ROWS    256
#define N       (COLUMNS * ROWS)

/* Every 16-bit word once. */
static void
fill_words (guint16 *words)
{
  for (guint w = 0; w < N; w++)
    words[w] = (guint16) (w * 40503u); /* odd: a permutation, so that neighbours differ */
}

static int
stored_value (const BrgDicomImage *image, guint word)
{
  guint value = word >> (image->high_bit + 1 - image->bits_stored);

  value &= (1u << image->bits_stored) - 1;
  if (image->is_signed && value >> (image->bits_stored - 1) != 0)
    return (int) value - (1 << image->bits_stored);
  return (int) value;
}

static gboolean
is_padding (const BrgDicomImage *image, int value)
{
  int from = image->padding, to = image->padding_limit;

  if (from == BRG_DICOM_NO_PADDING)
    return FALSE;
  if (to == BRG_DICOM_NO_PADDING)
    to = from;
  return value >= MIN (from, to) && value <= MAX (from, to);
}

static int
expected_hu (const BrgDicomImage *image, guint word, BrgDicomTally *tally)
{
  int value = stored_value (image, word);
  double hu = rint (image->plane.slope * value + image->plane.intercept);

  if (is_padding (image, value))
    {
      tally->n_padding++;
      return BRG_DICOM_PADDING_HU;
    }
  tally->n_limited += hu < INT16_MIN || hu > INT16_MAX;
  return (int) CLAMP (hu, INT16_MIN, INT16_MAX);
}

static void
compare (const BrgDicomImage *image, const guint16 *words, const gint16 *hu, BrgDicomTally *tally)
{
  BrgDicomTally expected = { 0 };
  guint n_wrong = 0;

  for (guint w = 0; w < N; w++)
    n_wrong += hu[w] != expected_hu (image, words[w], &expected);
  g_assert_cmpuint (n_wrong, ==, 0);
  g_assert_cmpuint (tally->n_padding, ==, expected.n_padding);
  g_assert_cmpuint (tally->n_limited, ==, expected.n_limited);
}

/* Beside the samples and in place, in both byte orders. */
static void
check_16 (BrgDicomImage *image, const guint16 *words)
{
  static gint16 hu[N];
  static guint8 bytes[2 * N];

  for (int big = 0; big < 2; big++)
    {
      BrgDicomTally tally = { 0 };
      image->is_big_endian = big;
      for (guint w = 0; w < N; w++)
        {
          bytes[2 * w + (big ? 1 : 0)] = (guint8) words[w];
          bytes[2 * w + (big ? 0 : 1)] = (guint8) (words[w] >> 8);
        }
      brg_dicom_to_hu (image, 0, bytes, hu, &tally);
      compare (image, words, hu, &tally);
      tally = (BrgDicomTally){ 0 };
      memcpy (hu, bytes, sizeof hu);
      brg_dicom_to_hu (image, 0, (const guint8 *) hu, hu, &tally);
      compare (image, words, hu, &tally);
    }
}

static BrgDicomImage
image_of (int bits_allocated, int bits_stored, int high_bit)
{
  return (BrgDicomImage){ .columns = COLUMNS,
                          .rows = ROWS,
                          .n_samples = 1,
                          .n_frames = 1,
                          .bits_allocated = bits_allocated,
                          .bits_stored = bits_stored,
                          .high_bit = high_bit,
                          .plane.slope = 1,
                          .padding = BRG_DICOM_NO_PADDING,
                          .padding_limit = BRG_DICOM_NO_PADDING };
}

static const double scales[][2] = {
  { 1, 0 },      { 1, -1024 }, { 1, -32767 }, { 1, 32767 },    { 1, 1000 },   { 1, -1024.5 },
  { 1, -40000 }, { 2, -1024 }, { 0.5, 0.25 }, { -1.5, 100.5 }, { 0.001, -3 }, { 30, -8192 },
};

static void
test_words (void)
{
  static const int stored[][2] = { { 16, 15 }, { 12, 11 }, { 12, 15 }, { 13, 14 }, { 1, 0 } };
  static guint16 words[N];

  fill_words (words);
  for (gsize b = 0; b < G_N_ELEMENTS (stored); b++)
    for (gsize s = 0; s < G_N_ELEMENTS (scales); s++)
      for (int is_signed = 0; is_signed < 2; is_signed++)
        {
          BrgDicomImage image = image_of (16, stored[b][0], stored[b][1]);
          image.is_signed = is_signed;
          image.plane.slope = scales[s][0];
          image.plane.intercept = scales[s][1];
          check_16 (&image, words);
        }
}

static void
test_padding (void)
{
  static const int paddings[][2] = {
    { -2000, BRG_DICOM_NO_PADDING },
    { 63536, BRG_DICOM_NO_PADDING },
    { 0, BRG_DICOM_NO_PADDING },
    { -32768, -31000 },
    { 65535, 60000 },
    { 100, 32767 },
    { 0, 65535 },
  };
  static guint16 words[N];

  fill_words (words);
  for (gsize p = 0; p < G_N_ELEMENTS (paddings); p++)
    for (int is_signed = 0; is_signed < 2; is_signed++)
      for (int whole = 0; whole < 2; whole++)
        {
          BrgDicomImage image = image_of (16, p % 2 == 0 ? 16 : 12, p % 2 == 0 ? 15 : 11);
          image.is_signed = is_signed;
          image.plane.slope = whole ? 1 : 1.25;
          image.plane.intercept = -1024;
          image.padding = paddings[p][0];
          image.padding_limit = paddings[p][1];
          check_16 (&image, words);
        }
}

static void
test_bytes (void)
{
  static guint16 words[N];
  static guint8 bytes[N];
  static gint16 hu[N];

  for (guint w = 0; w < N; w++)
    words[w] = bytes[w] = (guint8) (w * 167u);
  for (gsize s = 0; s < G_N_ELEMENTS (scales); s++)
    for (int is_signed = 0; is_signed < 2; is_signed++)
      {
        BrgDicomImage image = image_of (8, 7, 6 + is_signed);
        BrgDicomTally tally = { 0 };
        image.is_signed = is_signed;
        image.plane.slope = scales[s][0];
        image.plane.intercept = scales[s][1];
        brg_dicom_to_hu (&image, 0, bytes, hu, &tally);
        compare (&image, words, hu, &tally);
      }
}

/* Two frames in a file, behind other bytes, with the same tally as in memory. */
static void
test_file (void)
{
  static guint8 bytes[2 * 2 * N + 5];
  static gint16 hu[N], expected[N];
  guint32 random = 1;

  for (gsize b = 0; b < sizeof bytes; b++)
    {
      random = random * 1664525u + 1013904223u;
      bytes[b] = (guint8) (random >> 24);
    }
  g_autofree char *path = files_write ("pixels", bytes, sizeof bytes);
  BrgFilePart part = { path, 2, sizeof bytes - 2 };
  for (int bits = 8; bits <= 16; bits += 8)
    for (int frame = 0; frame < 2; frame++)
      {
        BrgDicomImage image = image_of (bits, bits, bits - 1);
        BrgDicomTally in_file = { 0 }, in_memory = { 0 };
        gsize frame_bytes = (gsize) N * (gsize) bits / 8;
        image.n_frames = 2;
        image.pixel_offset = 3;
        image.plane.intercept = -30000;
        image.padding = 7;
        image.padding_limit = 100;
        g_assert_cmpint (brg_dicom_read_hu (&part, &image, frame, hu, &in_file, NULL), ==, BRG_OK);
        brg_dicom_to_hu (&image, frame, bytes + 5 + (gsize) frame * frame_bytes, expected,
                         &in_memory);
        g_assert_true (memcmp (hu, expected, sizeof hu) == 0);
        g_assert_cmpuint (in_file.n_padding, ==, in_memory.n_padding);
        g_assert_cmpuint (in_file.n_limited, ==, in_memory.n_limited);
        g_assert_cmpuint (in_file.n_padding, >, 0);
      }
}

/* A file that has become shorter since its header was read. */
static void
test_short_file (void)
{
  static guint8 bytes[2 * N - 1];
  static gint16 hu[N];
  g_autofree char *path = files_write ("pixels", bytes, sizeof bytes);
  BrgFilePart part = brg_file_whole (path);
  BrgDicomImage image = image_of (16, 16, 15);
  BrgDicomTally tally = { 0 };
  BrgError error = { 0 };

  g_assert_cmpint (brg_dicom_read_hu (&part, &image, 0, hu, &tally, &error), ==, BRG_FORMAT);
  g_assert_cmpstr (error.message, ==, "the data ends 1 bytes early");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  files_begin ();
  g_test_add_func ("/dicom-pixels/words", test_words);
  g_test_add_func ("/dicom-pixels/padding", test_padding);
  g_test_add_func ("/dicom-pixels/bytes", test_bytes);
  g_test_add_func ("/dicom-pixels/file", test_file);
  g_test_add_func ("/dicom-pixels/short-file", test_short_file);
  int result = g_test_run ();
  files_end ();
  return result;
}
