#include <glib.h>
#include <math.h>
#include <string.h>

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dicom-pixels/words", test_words);
  g_test_add_func ("/dicom-pixels/padding", test_padding);
  g_test_add_func ("/dicom-pixels/bytes", test_bytes);
  return g_test_run ();
}
