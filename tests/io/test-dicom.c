/* Headers and pixels of DICOM files, made element by element, sound and broken. */

#include <math.h>
#include <string.h>

#include "files.h"
#include "io/brg-dicom-pixels.h"
#include "io/brg-stream.h"
#include "support/dicom-file.h"

#define COLUMNS 5
#define ROWS    4

static gint16 samples[COLUMNS * ROWS];

static DicomSlice
plain (void)
{
  return dicom_ramp (COLUMNS, ROWS, samples);
}

static char *
write_bytes (const char *name, GByteArray *bytes)
{
  char *path = files_write (name, bytes->data, bytes->len);

  g_byte_array_unref (bytes);
  return path;
}

static void
read_sound (const char *path, BrgDicomImage *image)
{
  BrgError error = { 0 };

  g_assert_cmpint (brg_dicom_read (path, image, NULL, &error), ==, BRG_OK);
}

static void
test_header (void)
{
  static const char *const syntaxes[] = { DICOM_EXPLICIT, DICOM_IMPLICIT, DICOM_BIG_ENDIAN,
                                          DICOM_DEFLATED };

  for (gsize s = 0; s < G_N_ELEMENTS (syntaxes); s++)
    {
      DicomSlice slice = plain ();
      BrgDicomImage image;
      slice.syntax = syntaxes[s];
      g_autofree char *path = write_bytes ("slice.dcm", dicom_slice (&slice));
      read_sound (path, &image);
      g_assert_cmpstr (image.series_uid, ==, "1.2.3");
      g_assert_cmpstr (image.syntax, ==, syntaxes[s]);
      g_assert_cmpstr (image.sop_class, ==, DICOM_CT);
      g_assert_cmpstr (image.modality, ==, "CT");
      g_assert_cmpint (image.instance_number, ==, 7);
      g_assert_cmpint (image.columns, ==, COLUMNS);
      g_assert_cmpint (image.rows, ==, ROWS);
      g_assert_cmpint (image.is_signed, ==, 1);
      g_assert_cmpfloat (image.plane.position.x, ==, -10.5);
      g_assert_cmpfloat (image.plane.position.z, ==, 30.25);
      g_assert_cmpfloat (image.plane.row_mm, ==, 0.7);
      g_assert_cmpfloat (image.plane.column_mm, ==, 0.5);
      g_assert_cmpfloat (image.plane.down.y, ==, 1);
      g_assert_cmpfloat (image.plane.intercept, ==, -1024);
      g_assert_true (isnan (image.tilt_deg));
      g_assert_true (image.has_pixels && !image.is_encapsulated);
      g_assert_true (image.is_big_endian == (s == 2));
      brg_dicom_image_clear (&image);
    }
}

/* HU of all samples of the slice, through the file. */
static void
read_hu (const DicomSlice *slice, gint16 *hu, BrgDicomTally *tally)
{
  g_autofree char *path = write_bytes ("slice.dcm", dicom_slice (slice));
  BrgFilePart whole = brg_file_whole (path);
  BrgDicomImage image;

  *tally = (BrgDicomTally){ 0 };
  read_sound (path, &image);
  g_assert_cmpint (brg_dicom_read_hu (&whole, &image, 0, hu, tally, NULL), ==, BRG_OK);
  brg_dicom_image_clear (&image);
}

static void
test_pixels (void)
{
  static const char *const syntaxes[] = { DICOM_EXPLICIT, DICOM_IMPLICIT, DICOM_BIG_ENDIAN,
                                          DICOM_DEFLATED };
  gint16 hu[COLUMNS * ROWS];
  BrgDicomTally tally;

  for (gsize s = 0; s < G_N_ELEMENTS (syntaxes); s++)
    {
      DicomSlice slice = plain ();
      slice.syntax = syntaxes[s];
      read_hu (&slice, hu, &tally);
      for (int v = 0; v < COLUMNS * ROWS; v++)
        g_assert_cmpint (hu[v], ==, samples[v] - 1024);

      slice.slope = 0.5;
      slice.intercept = 0.25;
      read_hu (&slice, hu, &tally);
      for (int v = 0; v < COLUMNS * ROWS; v++)
        g_assert_cmpint (hu[v], ==, (int) rint (0.5 * samples[v] + 0.25));
    }
}

/* Twelve bits in sixteen, with and without a sign; what lies above them is no part of the value. */
static void
test_bits (void)
{
  gint16 hu[COLUMNS * ROWS];
  BrgDicomTally tally;
  DicomSlice slice = plain ();

  slice.bits_stored = 12;
  slice.intercept = 0;
  samples[0] = (gint16) 0xf800;
  samples[1] = 0x07ff;
  samples[2] = (gint16) 0xefff;
  read_hu (&slice, hu, &tally);
  g_assert_cmpint (hu[0], ==, -2048);
  g_assert_cmpint (hu[1], ==, 2047);
  g_assert_cmpint (hu[2], ==, -1);
  slice.is_unsigned = TRUE;
  read_hu (&slice, hu, &tally);
  g_assert_cmpint (hu[0], ==, 2048);
  g_assert_cmpint (hu[2], ==, 4095);
}

/* How samples are stored and what they mean. */
typedef struct
{
  int bits_stored, high_bit;
  gboolean is_unsigned;
  double slope, intercept;
} Coding;

static void
each_coding (void (*check) (const Coding *coding))
{
  static const int bits[][2] = { { 16, 15 }, { 12, 11 }, { 12, 15 }, { 10, 11 }, { 15, 14 } };
  static const double rescales[][2] = {
    { 1, -1024 }, { 1, 0.5 },     { 0.5, -1024 }, { 2.5, 7 },
    { -2, 100 },  { 0.01, -3.7 }, { 1, 30000 },   { 1, -40000 }
  };

  for (gsize b = 0; b < G_N_ELEMENTS (bits); b++)
    for (int is_unsigned = 0; is_unsigned < 2; is_unsigned++)
      for (gsize r = 0; r < G_N_ELEMENTS (rescales); r++)
        {
          Coding coding = { bits[b][0], bits[b][1], is_unsigned, rescales[r][0], rescales[r][1] };
          check (&coding);
        }
}

/* The stored bits of a word as a number, in plain words. */
static int
number_of (const Coding *coding, guint16 word)
{
  int range = 1 << coding->bits_stored;
  int number = (word >> (coding->high_bit + 1 - coding->bits_stored)) % range;

  return !coding->is_unsigned && number >= range / 2 ? number - range : number;
}

/* In all syntaxes, one of the values being padding. */
static void
check_coding (const Coding *coding)
{
  static const char *const syntaxes[] = { DICOM_EXPLICIT, DICOM_IMPLICIT, DICOM_BIG_ENDIAN };
  gint16 hu[COLUMNS * ROWS];
  BrgDicomTally tally;

  for (gsize s = 0; s < G_N_ELEMENTS (syntaxes); s++)
    {
      DicomSlice slice = plain ();
      gsize n_limited = 0;
      slice.syntax = syntaxes[s];
      slice.bits_stored = coding->bits_stored;
      slice.high_bit = coding->high_bit;
      slice.is_unsigned = coding->is_unsigned;
      slice.slope = coding->slope;
      slice.intercept = coding->intercept;
      for (int v = 0; v < COLUMNS * ROWS; v++)
        samples[v] = (gint16) (v * 3277 + 0x7f0 * (v % 3));
      slice.has_padding = TRUE;
      slice.padding = number_of (coding, (guint16) samples[11]);
      read_hu (&slice, hu, &tally);
      for (int v = 0; v < COLUMNS * ROWS; v++)
        {
          int number = number_of (coding, (guint16) samples[v]);
          double value = rint (coding->slope * number + coding->intercept);
          gboolean is_padding = number == slice.padding;
          n_limited += !is_padding && (value < INT16_MIN || value > INT16_MAX);
          g_assert_cmpint (hu[v], ==,
                           is_padding ? BRG_DICOM_PADDING_HU
                                      : (int) CLAMP (value, INT16_MIN, INT16_MAX));
        }
      g_assert_cmpuint (tally.n_padding, >=, 1);
      g_assert_cmpuint (tally.n_limited, ==, n_limited);
    }
}

static void
test_codings (void)
{
  each_coding (check_coding);
}

static void
test_padding_and_limits (void)
{
  gint16 hu[COLUMNS * ROWS];
  BrgDicomTally tally;
  DicomSlice slice = plain ();

  slice.has_padding = TRUE;
  slice.padding = -2000;
  slice.slope = 2;
  samples[0] = samples[5] = -2000;
  samples[1] = INT16_MAX;
  samples[2] = INT16_MIN;
  read_hu (&slice, hu, &tally);
  g_assert_cmpuint (tally.n_padding, ==, 2);
  g_assert_cmpuint (tally.n_limited, ==, 2);
  g_assert_cmpint (hu[0], ==, BRG_DICOM_PADDING_HU);
  g_assert_cmpint (hu[5], ==, BRG_DICOM_PADDING_HU);
  g_assert_cmpint (hu[1], ==, INT16_MAX);
  g_assert_cmpint (hu[2], ==, INT16_MIN);
}

/* Every length of a file but the whole: an error or no image, never a slice. */
static void
test_truncated (void)
{
  static const char *const syntaxes[] = { DICOM_EXPLICIT, DICOM_IMPLICIT, DICOM_BIG_ENDIAN,
                                          DICOM_DEFLATED };

  for (gsize s = 0; s < G_N_ELEMENTS (syntaxes); s++)
    {
      DicomSlice slice = plain ();
      slice.syntax = syntaxes[s];
      slice.canary = "CANARY";
      g_autoptr (GByteArray) bytes = dicom_slice (&slice);
      for (guint size = 0; size < bytes->len; size++)
        {
          g_autofree char *path = files_write ("cut.dcm", bytes->data, size);
          BrgDicomImage image;
          BrgError error;
          if (brg_dicom_read (path, &image, NULL, &error) != BRG_OK)
            continue;
          g_assert_false (image.has_pixels);
          brg_dicom_image_clear (&image);
        }
    }
}

/* Any bit of any byte in front of the pixels: whatever it says, it is said without a crash. */
static void
test_flipped (void)
{
  DicomSlice slice = plain ();

  slice.canary = "CANARY";
  g_autoptr (GByteArray) bytes = dicom_slice (&slice);
  for (guint at = 128; at < bytes->len - sizeof samples; at++)
    for (int bit = 0; bit < 8; bit++)
      {
        bytes->data[at] ^= (guint8) (1 << bit);
        g_autofree char *path = files_write ("flipped.dcm", bytes->data, bytes->len);
        BrgDicomImage image;
        BrgDicomPatient patient;
        BrgError error;
        if (brg_dicom_read (path, &image, &patient, &error) == BRG_OK)
          brg_dicom_image_clear (&image);
        bytes->data[at] ^= (guint8) (1 << bit);
      }
}

static gboolean
holds (gconstpointer bytes, gsize size, const char *text)
{
  gsize length = strlen (text);

  for (gsize at = 0; at + length <= size; at++)
    if (memcmp ((const char *) bytes + at, text, length) == 0)
      return TRUE;
  return FALSE;
}

/* The patient is told when asked for, and nothing else of what identifies is anywhere. */
static void
test_patient (void)
{
  DicomSlice slice = plain ();
  BrgDicomImage image;
  BrgDicomPatient patient;

  slice.canary = "CANARY";
  g_autofree char *path = write_bytes ("named.dcm", dicom_slice (&slice));
  g_assert_cmpint (brg_dicom_read (path, &image, &patient, NULL), ==, BRG_OK);
  g_assert_cmpstr (patient.name, ==, "CANARY");
  g_assert_cmpstr (patient.id, ==, "CANARY");
  memset (image.description, 0, sizeof image.description);
  g_assert_false (holds (&image, sizeof image, "CANARY"));
  brg_dicom_image_clear (&image);
}

static void
refused (GByteArray *bytes, const char *words)
{
  g_autofree char *path = write_bytes ("bad.dcm", bytes);
  BrgDicomImage image;
  BrgError error;

  g_assert_cmpint (brg_dicom_read (path, &image, NULL, &error), !=, BRG_OK);
  g_assert_nonnull (strstr (error.message, words));
}

static void
test_refused (void)
{
  DicomFile deep = dicom_begin (DICOM_EXPLICIT), code = dicom_begin (DICOM_EXPLICIT);
  DicomSlice slice = plain ();

  for (int level = 0; level < 20000; level++)
    {
      dicom_sequence (&deep, 0x00081140);
      dicom_item (&deep);
    }
  refused (deep.bytes, "nested deeper than 64");
  dicom_text (&code, 0x00200032, "DS", "__import__('os')\\0\\0");
  refused (code.bytes, "image position");
  slice.column_mm = 0;
  refused (dicom_slice (&slice), "pixel spacing");
  slice = plain ();
  slice.orientation[0] = 1;
  slice.orientation[3] = 1;
  refused (dicom_slice (&slice), "image orientation");
  slice = plain ();
  slice.bits_stored = 17;
  refused (dicom_slice (&slice), "17 bits");
  GByteArray *text = g_byte_array_new ();
  g_byte_array_append (text, (const guint8 *) "just some text", 14);
  refused (text, "no DICOM file");
}

/* A multi-frame image: what is common to all stands in the shared groups, places in one of each. */
static void
test_frames (void)
{
  DicomFile file = dicom_begin (DICOM_EXPLICIT);
  const double spacing[] = { 0.7, 0.5 }, orientation[] = { -1, 0, 0, 0, 1, 0 };
  BrgDicomImage image;

  dicom_text (&file, 0x0020000e, "UI", "1.2.3");
  dicom_text (&file, 0x00280008, "IS", "3");
  dicom_short (&file, 0x00280010, 2);
  dicom_short (&file, 0x00280011, 2);
  dicom_short (&file, 0x00280100, 16);
  dicom_short (&file, 0x00280101, 16);
  dicom_short (&file, 0x00280102, 15);
  dicom_short (&file, 0x00280103, 1);
  dicom_sequence (&file, 0x52009229);
  dicom_item (&file);
  dicom_sequence (&file, 0x00209116);
  dicom_item (&file);
  dicom_reals (&file, 0x00200037, orientation, 6);
  dicom_end_item (&file);
  dicom_end_sequence (&file);
  dicom_sequence (&file, 0x00289110);
  dicom_item (&file);
  dicom_reals (&file, 0x00280030, spacing, 2);
  dicom_end_item (&file);
  dicom_end_sequence (&file);
  dicom_end_item (&file);
  dicom_end_sequence (&file);
  dicom_sequence (&file, 0x52009230);
  for (int f = 0; f < 3; f++)
    {
      const double position[] = { 1, 2, 10 * f }, slope[] = { 1 + f };
      dicom_item (&file);
      dicom_sequence (&file, 0x00209113);
      dicom_item (&file);
      dicom_reals (&file, 0x00200032, position, 3);
      dicom_end_item (&file);
      dicom_end_sequence (&file);
      dicom_sequence (&file, 0x00289145);
      dicom_item (&file);
      dicom_reals (&file, 0x00281053, slope, 1);
      dicom_end_item (&file);
      dicom_end_sequence (&file);
      dicom_end_item (&file);
    }
  dicom_end_sequence (&file);
  dicom_bytes (&file, 0x7fe00010, "OW", samples, 3 * 4 * 2);
  g_autofree char *path = write_bytes ("frames.dcm", file.bytes);
  read_sound (path, &image);
  g_assert_cmpint (image.n_frames, ==, 3);
  for (int f = 0; f < 3; f++)
    {
      const BrgDicomPlane *plane = brg_dicom_plane (&image, f);
      g_assert_true (plane->has_position && plane->has_orientation && plane->has_spacing);
      g_assert_cmpfloat (plane->position.z, ==, 10 * f);
      g_assert_cmpfloat (plane->along_row.x, ==, -1);
      g_assert_cmpfloat (plane->column_mm, ==, 0.5);
      g_assert_cmpfloat (plane->slope, ==, 1 + f);
    }
  brg_dicom_image_clear (&image);
}

/* A deflated data set that would fill the disk: counted, not kept, and refused. */
static void
test_bomb (void)
{
  DicomFile file = dicom_begin (DICOM_DEFLATED);
  guint begin = file.bytes->len;
  const gsize piece = (gsize) 16 << 20;
  g_autofree guint8 *zeros = g_malloc0 (piece);

  dicom_text (&file, 0x0020000e, "UI", "1.2.3");
  g_byte_array_append (file.bytes, zeros, (guint) piece);
  dicom_deflate (file.bytes, begin);
  g_autofree char *path = files_write ("bomb.dcm", file.bytes->data, file.bytes->len);
  BrgStream *stream = brg_stream_open (path, NULL);
  BrgError error = { 0 };
  uint64_t size = 0;
  g_assert_cmpint (brg_stream_skip (stream, begin, NULL), ==, BRG_OK);
  g_assert_cmpint (brg_stream_start_deflate (stream, piece, &size, &error), ==, BRG_FORMAT);
  g_assert_cmpstr (error.message, ==, "inflates to more than 16777216 bytes");
  brg_stream_close (stream);
  g_byte_array_unref (file.bytes);
}

/* What another program has deflated (dcmconv +td of DCMTK 3.6.7). */
static void
test_deflated_elsewhere (void)
{
  g_autofree char *path =
    g_test_build_filename (G_TEST_DIST, "case", "dicom", "signed-deflated.dcm", NULL);
  BrgFilePart whole = brg_file_whole (path);
  BrgDicomImage image;
  gint16 stored[20 * 14];
  BrgDicomTally tally = { 0 };

  read_sound (path, &image);
  g_assert_cmpint (image.columns * image.rows, ==, G_N_ELEMENTS (stored));
  image.plane.intercept = 0;
  g_assert_cmpint (brg_dicom_read_hu (&whole, &image, 0, stored, &tally, NULL), ==, BRG_OK);
  for (int y = 0; y < image.rows; y++)
    for (int x = 0; x < image.columns; x++)
      g_assert_cmpint (stored[y * image.columns + x], ==,
                       (x * 97 + y * 131 + x * y * 7) % 3000 - 1024);
  brg_dicom_image_clear (&image);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  files_begin ();
  g_test_add_func ("/dicom/header", test_header);
  g_test_add_func ("/dicom/pixels", test_pixels);
  g_test_add_func ("/dicom/bits", test_bits);
  g_test_add_func ("/dicom/codings", test_codings);
  g_test_add_func ("/dicom/padding-and-limits", test_padding_and_limits);
  g_test_add_func ("/dicom/frames", test_frames);
  g_test_add_func ("/dicom/patient", test_patient);
  g_test_add_func ("/dicom/truncated", test_truncated);
  g_test_add_func ("/dicom/flipped", test_flipped);
  g_test_add_func ("/dicom/refused", test_refused);
  g_test_add_func ("/dicom/bomb", test_bomb);
  g_test_add_func ("/dicom/deflated-elsewhere", test_deflated_elsewhere);
  int result = g_test_run ();
  files_end ();
  return result;
}
