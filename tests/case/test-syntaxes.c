/* Every transfer syntax there is (PS3.6, A; PS3.5, 10): images coded in it are read, exactly where
 * the syntax is exact, or refused by name. */

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "case/brg-decoder.h"
#include "case/brg-file-private.h"
#include "case/brg-series.h"
#include "io/brg-dicom-pixels.h"
#include "support/dicom-file.h"

#define COLUMNS 20
#define ROWS    14
#define PIXELS  (COLUMNS * ROWS)
#define FRAMES  3
#define REFUSED (-1)
#define PREFIX  "1.2.840.10008.1.2"

static char *folder;

typedef struct
{
  const char *uid;
  int tolerance_hu;     /* REFUSED */
  const char *says;     /* what it is called where it is refused */
  const char *files[4]; /* in tests/case/dicom; none: written here */
} Case;

/* Files "smooth" have an image that a syntax with loss can be hoped to keep, "frames" three. */
static const Case cases[] = {
  { PREFIX, 0, NULL, { NULL } },
  { PREFIX ".1", 0, NULL, { NULL } },
  { PREFIX ".2", 0, NULL, { NULL } },
  { PREFIX ".1.99", 0, NULL, { NULL } },
  { PREFIX ".1.98", REFUSED, "encapsulated uncompressed", { NULL } },
  { PREFIX ".4.50", 12, NULL, { "smooth-jpeg-baseline.dcm" } },
  { PREFIX ".4.51", 2, NULL, { "smooth-jpeg-extended.dcm" } },
  { PREFIX ".4.52", REFUSED, "JPEG extended 3 and 5", { NULL } },
  { PREFIX ".4.53", 2, NULL, { "smooth-jpeg-spectral.dcm" } },
  { PREFIX ".4.54", REFUSED, "JPEG spectral selection 7 and 9", { NULL } },
  { PREFIX ".4.55", 2, NULL, { "smooth-jpeg-progressive.dcm" } },
  { PREFIX ".4.56", REFUSED, "JPEG full progression 11 and 13", { NULL } },
  { PREFIX ".4.57", 0, NULL, { "signed-jpeg-process14.dcm", "unsigned-jpeg-process14.dcm" } },
  { PREFIX ".4.58", REFUSED, "JPEG lossless 15", { NULL } },
  { PREFIX ".4.59", REFUSED, "JPEG extended hierarchical", { NULL } },
  { PREFIX ".4.60", REFUSED, "JPEG extended hierarchical", { NULL } },
  { PREFIX ".4.61", REFUSED, "JPEG spectral selection hierarchical", { NULL } },
  { PREFIX ".4.62", REFUSED, "JPEG spectral selection hierarchical", { NULL } },
  { PREFIX ".4.63", REFUSED, "JPEG full progression hierarchical", { NULL } },
  { PREFIX ".4.64", REFUSED, "JPEG full progression hierarchical", { NULL } },
  { PREFIX ".4.65", REFUSED, "JPEG lossless hierarchical", { NULL } },
  { PREFIX ".4.66", REFUSED, "JPEG lossless hierarchical", { NULL } },
  { PREFIX ".4.70",
    0,
    NULL,
    { "signed-jpeg-lossless.dcm", "unsigned-jpeg-lossless.dcm", "frames-jpeg-lossless.dcm" } },
  { PREFIX ".4.80",
    0,
    NULL,
    { "signed-jpeg-ls.dcm", "unsigned-jpeg-ls.dcm", "frames-jpeg-ls.dcm" } },
  { PREFIX ".4.81", 2, NULL, { "unsigned-jpeg-ls-near.dcm" } },
  { PREFIX ".4.90",
    0,
    NULL,
    { "signed-jpeg2000.dcm", "unsigned-jpeg2000.dcm", "frames-jpeg2000.dcm" } },
  { PREFIX ".4.91", 8, NULL, { "smooth-jpeg2000.dcm" } },
  { PREFIX ".4.92", REFUSED, "JPEG 2000 part 2 lossless", { NULL } },
  { PREFIX ".4.93", REFUSED, "JPEG 2000 part 2", { NULL } },
  { PREFIX ".4.94", REFUSED, "JPIP", { NULL } },
  { PREFIX ".4.95", REFUSED, "JPIP deflated", { NULL } },
  { PREFIX ".4.100", REFUSED, "MPEG-2", { NULL } },
  { PREFIX ".4.101", REFUSED, "MPEG-2", { NULL } },
  { PREFIX ".4.102", REFUSED, "MPEG-4", { NULL } },
  { PREFIX ".4.103", REFUSED, "MPEG-4", { NULL } },
  { PREFIX ".4.104", REFUSED, "MPEG-4", { NULL } },
  { PREFIX ".4.105", REFUSED, "MPEG-4", { NULL } },
  { PREFIX ".4.106", REFUSED, "MPEG-4 stereo", { NULL } },
  { PREFIX ".4.107", REFUSED, "HEVC", { NULL } },
  { PREFIX ".4.108", REFUSED, "HEVC", { NULL } },
  { PREFIX ".4.110", REFUSED, "JPEG XL lossless", { NULL } },
  { PREFIX ".4.111", REFUSED, "JPEG XL of JPEG", { NULL } },
  { PREFIX ".4.112", REFUSED, "JPEG XL", { NULL } },
  { PREFIX ".4.201", 0, NULL, { "unsigned-htj2k.dcm" } },
  { PREFIX ".4.202", 0, NULL, { "unsigned-htj2k-rpcl.dcm" } },
  { PREFIX ".4.203", 1, NULL, { "smooth-htj2k.dcm" } },
  { PREFIX ".4.204", REFUSED, "JPIP HTJ2K", { NULL } },
  { PREFIX ".4.205", REFUSED, "JPIP HTJ2K deflated", { NULL } },
  { PREFIX ".5", 0, NULL, { "signed-rle.dcm", "unsigned-rle.dcm", "frames-rle.dcm" } },
  { PREFIX ".6.1", REFUSED, "MIME", { NULL } },
  { PREFIX ".6.2", REFUSED, "XML", { NULL } },
  { PREFIX ".7.1", REFUSED, "SMPTE ST 2110 video", { NULL } },
  { PREFIX ".7.2", REFUSED, "SMPTE ST 2110 video", { NULL } },
  { PREFIX ".7.3", REFUSED, "SMPTE ST 2110 audio", { NULL } },
  { PREFIX ".8.1", REFUSED, "deflated frames", { NULL } },
  { DICOM_PAPYRUS, REFUSED, "Papyrus 3", { NULL } },
  { "1.2.840.113619.5.2", REFUSED, "in a way that is not known", { NULL } },
};

/* HU of the images in tests/case/dicom. */
static int
truth (const char *name, int frame, int x, int y)
{
  int smooth = x * 60 + y * 80 + x * y * 3;

  if (strcmp (name, "smooth-jpeg-baseline.dcm") == 0)
    return smooth / 12 - 1024;
  if (g_str_has_prefix (name, "smooth"))
    return smooth - 1024;
  return (x * 97 + y * 131 + x * y * 7 + 700 * frame) % 3000 - 1024;
}

/* All frames of the next file as HU. */
static void
decode (BrgDecoder *decoder, BrgDicomImage *image, gint16 *hu)
{
  g_autoptr (GError) error = NULL;
  BrgDicomTally tally = { 0 };
  const guint8 *samples;
  int bits;

  g_assert_true (_brg_decoder_next (decoder, image, &samples, &bits, NULL, &error));
  g_assert_no_error (error);
  image->bits_allocated = bits;
  for (int f = 0; f < image->n_frames; f++)
    brg_dicom_to_hu (image, f, samples + f * PIXELS * bits / 8, hu + f * PIXELS, &tally);
}

static void
assert_file (const Case *at, const char *name, const char *path, BrgDecoder *decoder)
{
  BrgDicomImage image;
  gint16 hu[FRAMES * PIXELS];
  int worst = 0;

  g_assert_cmpint (brg_dicom_read (path, &image, NULL, NULL), ==, BRG_OK);
  g_assert_cmpstr (image.syntax, ==, at->uid);
  g_assert_cmpint (image.n_frames, ==, g_str_has_prefix (name, "frames") ? FRAMES : 1);
  decode (decoder, &image, hu);
  for (int v = 0; v < image.n_frames * PIXELS; v++)
    {
      int row = v / COLUMNS % ROWS;
      worst = MAX (worst, abs (hu[v] - truth (name, v / PIXELS, v % COLUMNS, row)));
    }
  if (worst > at->tolerance_hu)
    g_error ("%s: %d HU off", name, worst);
  g_assert_cmpint (brg_dicom_is_lossy (&image), ==, at->tolerance_hu > 0);
  brg_dicom_image_clear (&image);
}

/* Four slices of uncoded samples that say they are coded in the syntax. */
static void
put_series (const char *syntax)
{
  gint16 samples[PIXELS];

  for (int v = 0; v < PIXELS; v++)
    samples[v] = (gint16) (truth ("", 0, v % COLUMNS, v / COLUMNS) + 1024);
  for (int s = 0; s < 4; s++)
    {
      g_autofree char *name = g_strdup_printf ("%d", s);
      g_autofree char *path = g_build_filename (folder, name, NULL);
      const DicomSlice slice = { .syntax = syntax,
                                 .columns = COLUMNS,
                                 .rows = ROWS,
                                 .row_mm = 9,
                                 .column_mm = 8,
                                 .intercept = -1024,
                                 .position = { 0, 0, 9 * s },
                                 .samples = samples };
      g_autoptr (GByteArray) bytes = dicom_slice (&slice);
      g_assert_true (g_file_set_contents (path, (char *) bytes->data, bytes->len, NULL));
    }
}

static void
assert_written (const Case *at)
{
  put_series (at->uid);
  g_autoptr (GPtrArray) all = brg_series_find (folder, NULL, NULL);
  g_assert_cmpuint (all->len, ==, 1);
  const BrgSeries *series = all->pdata[0];
  if (at->tolerance_hu == REFUSED)
    {
      if (series->reason == NULL || strstr (series->reason, at->says) == NULL ||
          strstr (series->reason, at->uid) == NULL)
        g_error ("%s: \"%s\"", at->uid, series->reason);
      g_assert_null (brg_series_read (series, BRG_SERIES_AS_IT_IS, NULL, NULL, NULL, NULL));
      return;
    }
  BrgVolume *scan = brg_series_read (series, BRG_SERIES_AS_IT_IS, NULL, NULL, NULL, NULL);
  g_assert_nonnull (scan);
  for (int v = 0; v < 4 * PIXELS; v++)
    {
      int x = v % COLUMNS, y = v / COLUMNS % ROWS;
      g_assert_cmpint (brg_volume_get (scan, x, y, v / PIXELS), ==, truth ("", 0, x, y));
    }
  brg_volume_unref (scan);
}

/* Those that are carried, all through one decoder. */
static void
test_files (void)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  guint next = 0;

  for (gsize c = 0; c < G_N_ELEMENTS (cases); c++)
    for (int f = 0; cases[c].files[f] != NULL; f++)
      g_ptr_array_add (
        paths, g_test_build_filename (G_TEST_DIST, "case", "dicom", cases[c].files[f], NULL));
  g_autoptr (BrgDecoder) decoder =
    _brg_decoder_new ((const char *const *) paths->pdata, paths->len, 60, NULL);
  g_assert_nonnull (decoder);
  for (gsize c = 0; c < G_N_ELEMENTS (cases); c++)
    for (int f = 0; cases[c].files[f] != NULL; f++)
      assert_file (&cases[c], cases[c].files[f], paths->pdata[next++], decoder);
}

static void
test_written (void)
{
  for (gsize c = 0; c < G_N_ELEMENTS (cases); c++)
    if (cases[c].files[0] == NULL)
      assert_written (&cases[c]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_setenv ("BREGMA_DICOM", argv[1], TRUE);
  folder = g_dir_make_tmp ("syntaxes-XXXXXX", NULL);
  g_test_add_func ("/syntaxes/files", test_files);
  g_test_add_func ("/syntaxes/written", test_written);
  int result = g_test_run ();
  _brg_file_remove_tree (folder);
  g_free (folder);
  return result;
}
