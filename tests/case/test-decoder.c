/* The decoder of compressed slices: what it gives, and decoders that crash, hang and lie. */

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "case/brg-decoder.h"
#include "case/brg-file-private.h"

#define COLUMNS 20
#define ROWS    14

#define PATIENCE_S 250 /* with a decoder that is at work; a test may take 300 */

static char *folder;
static const char *program; /* bregma-dicom itself */

/* HU + 1024 of the samples in tests/case/dicom. */
static int
truth (int x, int y)
{
  return (x * 97 + y * 131 + x * y * 7) % 3000;
}

static char *
sample_path (const char *name)
{
  return g_test_build_filename (G_TEST_DIST, "case", "dicom", name, NULL);
}

static BrgDicomImage
header_of (const char *path)
{
  BrgDicomImage image;
  BrgError error = { 0 };

  g_assert_cmpint (brg_dicom_read (path, &image, NULL, &error), ==, BRG_OK);
  return image;
}

static void
assert_truth (const BrgDicomImage *image, const guint8 *samples)
{
  int shift = image->is_signed ? 1024 : 0;

  for (int y = 0; y < ROWS; y++)
    for (int x = 0; x < COLUMNS; x++)
      {
        const guint8 *at = samples + 2 * (y * COLUMNS + x);
        g_assert_cmpint ((gint16) (at[0] | at[1] << 8), ==, truth (x, y) - shift);
      }
}

/* Several in one file that has no name any more, one behind the other. */
static void
test_parts (void)
{
  static const char *const names[] = { "signed-jpeg-lossless.dcm", "signed-jpeg2000.dcm",
                                       "unsigned-rle.dcm" };
  g_autofree char *path = g_build_filename (folder, "several", NULL);
  g_autoptr (GByteArray) all = g_byte_array_new ();
  BrgDecoderFile files[G_N_ELEMENTS (names)];
  BrgDicomImage images[G_N_ELEMENTS (names)];
  g_autoptr (GError) error = NULL;

  g_setenv ("BREGMA_DICOM", program, TRUE);
  for (gsize n = 0; n < G_N_ELEMENTS (names); n++)
    {
      g_autofree char *sample = sample_path (names[n]), *bytes = NULL;
      gsize size;
      g_assert_true (g_file_get_contents (sample, &bytes, &size, NULL));
      images[n] = header_of (sample);
      files[n] = (BrgDecoderFile){ names[n], { NULL, all->len, size } };
      g_byte_array_append (all, (const guint8 *) bytes, (guint) size);
    }
  g_assert_true (g_file_set_contents (path, (const char *) all->data, all->len, NULL));
  int file = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_autofree char *open_path = g_strdup_printf ("/proc/self/fd/%d", file);
  for (gsize n = 0; n < G_N_ELEMENTS (names); n++)
    files[n].part.path = open_path;
  files[1].part.size -= 40;
  g_autoptr (BrgDecoder) decoder =
    _brg_decoder_new_for_parts (files, G_N_ELEMENTS (names), PATIENCE_S, &error);
  g_assert_no_error (error);
  for (gsize n = 0; n < G_N_ELEMENTS (names); n++)
    {
      const guint8 *samples;
      int bits;
      g_autoptr (GError) fault = NULL;
      gboolean decoded =
        _brg_decoder_next (decoder, &images[n], &samples, &bits, NULL, n == 1 ? &fault : &error);
      g_assert_true (decoded == (n != 1));
      if (n == 1)
        g_assert_true (g_str_has_prefix (fault->message, "signed-jpeg2000.dcm: "));
      else
        assert_truth (&images[n], samples);
      brg_dicom_image_clear (&images[n]);
    }
  close (file);
}

/* A file whose pixels are cut or overwritten: words, and the next file is decoded all the same. */
static void
test_damaged (void)
{
  static const char *const names[] = { "signed-jpeg-lossless.dcm", "signed-jpeg-ls.dcm",
                                       "signed-jpeg2000.dcm", "signed-rle.dcm" };
  g_autofree char *bad = g_build_filename (folder, "bad.dcm", NULL);

  g_setenv ("BREGMA_DICOM", program, TRUE);
  for (gsize n = 0; n < G_N_ELEMENTS (names); n++)
    {
      g_autofree char *path = sample_path (names[n]), *bytes = NULL;
      gsize size;
      BrgDicomImage image = header_of (path);
      g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
      for (gsize at = size - 80; at < size - 40; at++)
        bytes[at] = (char) (at * 13);
      g_assert_true (g_file_set_contents (bad, bytes, (gssize) (size - 40), NULL));
      const char *paths[] = { bad, path };
      const guint8 *samples;
      int bits;
      g_autoptr (GError) error = NULL;
      g_autoptr (BrgDecoder) decoder = _brg_decoder_new (paths, 2, PATIENCE_S, NULL);
      if (!_brg_decoder_next (decoder, &image, &samples, &bits, NULL, &error))
        g_assert_true (g_str_has_prefix (error->message, "bad.dcm: "));
      g_assert_true (_brg_decoder_next (decoder, &image, &samples, &bits, NULL, NULL));
      brg_dicom_image_clear (&image);
    }
}

static GPtrArray *
path_list (void)
{
  return g_ptr_array_new_with_free_func (g_free);
}

/* Writes a damaged file and adds its path. */
static void
add_damaged (GPtrArray *paths, const char *bytes, gsize size)
{
  g_autofree char *name = g_strdup_printf ("damaged%u.dcm", paths->len);
  char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, bytes, (gssize) size, NULL));
  g_ptr_array_add (paths, path);
}

/* Tries to decode all of them, going on with the next where the program died of one. What comes of
 * a file is samples of the right number, or words; returns how many gave samples. */
static guint
decode_all (const GPtrArray *paths, const BrgDicomImage *images)
{
  guint n_decoded = 0;

  for (guint f = 0; f < paths->len;)
    {
      g_autoptr (BrgDecoder) decoder =
        _brg_decoder_new ((const char *const *) paths->pdata + f, paths->len - f, PATIENCE_S, NULL);
      gboolean lives = TRUE;
      for (; lives && f < paths->len; f++)
        {
          const guint8 *samples;
          int bits;
          g_autoptr (GError) error = NULL;
          if (_brg_decoder_next (decoder, &images[f], &samples, &bits, NULL, &error))
            n_decoded++;
          else
            {
              g_assert_true (g_str_has_prefix (error->message, "damaged"));
              lives = strstr (error->message, "broke down") == NULL;
            }
        }
    }
  return n_decoded;
}

/* 240 files with one to eight bytes changed anywhere. */
static void
test_mutants (void)
{
  static const char *const names[] = { "signed-jpeg-lossless.dcm", "signed-jpeg-ls.dcm",
                                       "signed-jpeg2000.dcm", "signed-rle.dcm" };
  g_autoptr (GRand) rand = g_rand_new_with_seed (240);
  g_autoptr (GPtrArray) paths = path_list ();
  BrgDicomImage images[240];

  g_setenv ("BREGMA_DICOM", program, TRUE);
  for (int m = 0; m < 240; m++)
    {
      g_autofree char *path = sample_path (names[m % 4]), *bytes = NULL;
      gsize size;
      BrgError fault = { 0 };
      BrgDicomImage image;
      g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
      for (int change = g_rand_int_range (rand, 1, 9); change > 0; change--)
        bytes[g_rand_int_range (rand, 128, (int) size)] = (char) g_rand_int (rand);
      add_damaged (paths, bytes, size);
      images[m] = header_of (path);
      if (brg_dicom_read (paths->pdata[m], &image, NULL, &fault) == BRG_OK)
        brg_dicom_image_clear (&image);
      else
        g_assert_cmpuint (strlen (fault.message), >, 0);
    }
  guint n = decode_all (paths, images);
  g_test_message ("%u of 240 were decoded", n);
}

/* Offset of the piece that holds the only frame's stream, behind the table of offsets. */
static gsize
find_piece (const char *bytes, gsize size)
{
  static const guint8 start[] = { 0xe0, 0x7f, 0x10, 0,    'O',  'B',  0, 0,
                                  0xff, 0xff, 0xff, 0xff, 0xfe, 0xff, 0, 0xe0 };

  for (gsize at = 0; at + sizeof start + 4 < size; at++)
    if (memcmp (bytes + at, start, sizeof start) == 0)
      return at + sizeof start + 4 + (guint8) bytes[at + sizeof start];
  g_assert_not_reached ();
}

/* A sound file around a stream of which only `n` bytes are left. */
static void
add_shortened (GPtrArray *paths, const char *bytes, gsize size, gsize n)
{
  gsize piece = find_piece (bytes, size), end = size - 8;
  const guint8 length[4] = { (guint8) n, (guint8) (n >> 8), 0, 0 };
  g_autoptr (GByteArray) file = g_byte_array_new ();

  g_byte_array_append (file, (const guint8 *) bytes, (guint) piece + 4);
  g_byte_array_append (file, length, sizeof length);
  g_byte_array_append (file, (const guint8 *) bytes + piece + 8, (guint) n);
  g_byte_array_append (file, (const guint8 *) bytes + end, (guint) (size - end));
  add_damaged (paths, (const char *) file->data, file->len);
}

/* A file that is whole around a stream that is not: no sample is made up. The last bytes of a
 * stream end it and are no samples; without them it may pass. */
static void
test_shortened (void)
{
  static const char *const names[] = { "signed-jpeg-lossless.dcm",
                                       "unsigned-jpeg-process14.dcm",
                                       "unsigned-jpeg-ls.dcm",
                                       "signed-jpeg2000.dcm",
                                       "signed-rle.dcm",
                                       "unsigned-rle.dcm",
                                       "unsigned-htj2k.dcm",
                                       "smooth-jpeg-baseline.dcm",
                                       "smooth-jpeg-extended.dcm",
                                       "smooth-jpeg-spectral.dcm",
                                       "smooth-jpeg-progressive.dcm",
                                       "unsigned-jpeg-ls-near.dcm" };

  g_setenv ("BREGMA_DICOM", program, TRUE);
  for (gsize n = 0; n < G_N_ELEMENTS (names); n++)
    {
      g_autofree char *path = sample_path (names[n]), *bytes = NULL;
      g_autoptr (GPtrArray) paths = path_list ();
      g_autofree BrgDicomImage *images = NULL;
      gsize size;
      g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
      gsize n_stream = size - 8 - find_piece (bytes, size) - 8;
      for (gsize left = 0; left + 4 <= n_stream; left += 14)
        add_shortened (paths, bytes, size, left);
      images = g_new (BrgDicomImage, paths->len);
      for (guint f = 0; f < paths->len; f++)
        images[f] = header_of (path);
      g_assert_cmpuint (decode_all (paths, images), ==, 0);
    }
}

/* The two digits by which the syntaxes of JPEG and its kin differ. */
static char *
find_label (char *bytes, gsize size)
{
  static const char start[] = "1.2.840.10008.1.2.4.";

  for (gsize at = 0; at + sizeof start < size; at++)
    if (memcmp (bytes + at, start, sizeof start - 1) == 0)
      return bytes + at + sizeof start - 1;
  g_assert_not_reached ();
}

/* A stream in a file that says it is of another kind is refused, or decoded as what it is. */
static void
test_mislabelled (void)
{
  static const char *const names[] = { "unsigned-jpeg-lossless.dcm", "unsigned-jpeg-ls.dcm",
                                       "unsigned-jpeg2000.dcm" };
  static const char *const labels[] = {
    "50", "51", "53", "55", "57", "70", "80", "81", "90", "91"
  };
  g_autoptr (GPtrArray) paths = path_list ();

  g_setenv ("BREGMA_DICOM", program, TRUE);
  for (gsize n = 0; n < G_N_ELEMENTS (names); n++)
    for (gsize l = 0; l < G_N_ELEMENTS (labels); l++)
      {
        g_autofree char *path = sample_path (names[n]), *bytes = NULL;
        gsize size;
        g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
        memcpy (find_label (bytes, size), labels[l], 2);
        add_damaged (paths, bytes, size);
      }
  g_autoptr (BrgDecoder) decoder =
    _brg_decoder_new ((const char *const *) paths->pdata, paths->len, PATIENCE_S, NULL);
  for (guint f = 0; f < paths->len; f++)
    {
      BrgDicomImage image = header_of (paths->pdata[f]);
      g_autoptr (GError) error = NULL;
      const guint8 *samples;
      int bits;
      if (_brg_decoder_next (decoder, &image, &samples, &bits, NULL, &error))
        assert_truth (&image, samples);
      else
        g_assert_nonnull (strstr (error->message, ": its "));
      brg_dicom_image_clear (&image);
    }
}

/* Cut anywhere, no compressed slice is taken for a whole one. */
static void
test_truncated (void)
{
  static const char *const names[] = { "signed-jpeg-lossless.dcm", "unsigned-jpeg-ls.dcm",
                                       "signed-jpeg2000.dcm", "unsigned-rle.dcm" };

  g_setenv ("BREGMA_DICOM", program, TRUE);
  for (gsize n = 0; n < G_N_ELEMENTS (names); n++)
    {
      g_autofree char *path = sample_path (names[n]), *bytes = NULL;
      g_autoptr (GPtrArray) paths = path_list ();
      g_autofree BrgDicomImage *images = NULL;
      gsize size;
      g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
      for (gsize end = 132; end < size; end++)
        add_damaged (paths, bytes, end);
      images = g_new (BrgDicomImage, paths->len);
      for (guint f = 0; f < paths->len; f++)
        images[f] = header_of (path);
      g_assert_cmpuint (decode_all (paths, images), ==, 0);
    }
}

/* The words of the failure with a decoder that is this shell script. */
static char *
words_of (const char *script, guint patience_s, BrgJob *job)
{
  g_autofree char *path = sample_path ("signed-rle.dcm");
  g_autofree char *name = g_build_filename (folder, "fake", NULL);
  g_autofree char *text = g_strconcat ("#!/bin/sh\n", script, "\n", NULL);
  const char *paths[] = { path };
  g_autoptr (GError) error = NULL;
  const guint8 *samples;
  int bits;
  BrgDicomImage image = header_of (path);

  g_assert_true (g_file_set_contents_full (name, text, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
  g_setenv ("BREGMA_DICOM", name, TRUE);
  g_autoptr (BrgDecoder) decoder = _brg_decoder_new (paths, 1, patience_s, NULL);
  g_assert_false (_brg_decoder_next (decoder, &image, &samples, &bits, job, &error));
  brg_dicom_image_clear (&image);
  return g_strdup (error->message);
}

#define HEADER(status, columns, bytes)                                                             \
  "printf 'BRGF\\1\\0\\0\\0" status "\\0\\0\\0" columns "\\0\\0\\0\\016\\0\\0\\0\\1\\0\\0\\0"      \
  "\\020\\0\\0\\0\\1\\0\\0\\0" bytes "\\0\\0\\0\\0\\0\\0'"

static void
test_liars (void)
{
  BrgJob cancelled = BRG_JOB_INIT;
  static const char *const cases[][2] = {
    { "exit 3", "broke down" },
    { "kill -SEGV $$", "broke down" },
    { "printf nonsense", "broke down" },
    { "head -c 1000 /dev/zero", "talks nonsense" },
    { HEADER ("\\0", "\\025", "\\060\\002"), "another image" },
    { HEADER ("\\0", "\\024", "\\061\\002"), "another image" },
    { HEADER ("\\0", "\\024", "\\060\\002"), "broke down" },
    { HEADER ("\\1", "\\024", "\\377\\377"), "talks nonsense" },
    { HEADER ("\\1", "\\024", "\\003\\000") "; printf 'a\\033b'", "a?b" },
    { "exec sleep 900", "did not answer" },
  };

  for (gsize c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      gboolean is_silent = g_str_has_prefix (cases[c][0], "exec sleep");
      g_autofree char *words = words_of (cases[c][0], is_silent ? 1 : PATIENCE_S, NULL);
      if (!g_str_has_prefix (words, "signed-rle.dcm: ") || strstr (words, cases[c][1]) == NULL)
        g_error ("%s: \"%s\"", cases[c][0], words);
    }
  brg_job_cancel (&cancelled);
  g_autofree char *words = words_of ("exec sleep 900", PATIENCE_S, &cancelled);
  g_assert_cmpstr (words, ==, "cancelled");
}

static void
test_absent (void)
{
  const char *paths[] = { "x" };
  g_autoptr (GError) error = NULL;

  g_setenv ("BREGMA_DICOM", "/nonexistent/bregma-dicom", TRUE);
  g_assert_null (_brg_decoder_new (paths, 1, 1, &error));
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  program = argv[1];
  folder = g_dir_make_tmp ("decoder-XXXXXX", NULL);
  g_test_add_func ("/decoder/parts", test_parts);
  g_test_add_func ("/decoder/damaged", test_damaged);
  g_test_add_func ("/decoder/mutants", test_mutants);
  g_test_add_func ("/decoder/mislabelled", test_mislabelled);
  g_test_add_func ("/decoder/truncated", test_truncated);
  g_test_add_func ("/decoder/shortened", test_shortened);
  g_test_add_func ("/decoder/liars", test_liars);
  g_test_add_func ("/decoder/absent", test_absent);
  int result = g_test_run ();
  _brg_file_remove_tree (folder);
  g_free (folder);
  return result;
}
