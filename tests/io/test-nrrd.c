/* NRRD round trips in every axis order and space; what is written. */

#include <glib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "files.h"
#include "image-object.h"
#include "io/brg-image.h"
#include "io/brg-nrrd.h"

/* Splits a file we wrote into its header and its inflated samples. */
static GByteArray *
decode (const char *path, char **header)
{
  GByteArray *bytes = files_read (path);
  const char *blank = g_strstr_len ((const char *) bytes->data, bytes->len, "\n\n");

  g_assert_nonnull (blank);
  size_t head = (size_t) (blank + 2 - (const char *) bytes->data);
  *header = g_strndup ((const char *) bytes->data, head);
  GByteArray *samples = files_gunzip (bytes->data + head, bytes->len - head);
  g_byte_array_unref (bytes);
  return samples;
}

static void
assert_object (const BrgVolume *volume, const BrgGrid *grid)
{
  g_assert_true (brg_grid_equal (&volume->grid, grid));
  image_object_assert (volume, grid, "int16", 1e-4);
}

static BrgMask *
mask_above (const BrgVolume *volume, int lo_hu)
{
  BrgMask *mask = brg_mask_new (&volume->grid, NULL);
  const int *dim = volume->grid.dim;

  for (int k = 0; k < dim[2]; k++)
    for (int j = 0; j < dim[1]; j++)
      for (int i = 0; i < dim[0]; i++)
        brg_mask_set (mask, i, j, k, brg_volume_get (volume, i, j, k) >= lo_hu);
  return mask;
}

/* A mask made from the volume lies sample for sample on the file the volume came from. */
static void
check_mask (const BrgVolume *volume, const GByteArray *samples, int lo_hu)
{
  BrgMask *mask = mask_above (volume, lo_hu);
  char *path = files_path ("mask.nrrd"), *header;
  BrgError error = { 0 };
  BrgGrid grid;

  g_assert_cmpint (brg_nrrd_write_mask (mask, path, NULL, &error), ==, BRG_OK);
  GByteArray *bytes = decode (path, &header);
  g_assert_cmpuint (bytes->len, ==, samples->len / 2);
  for (guint i = 0; i < bytes->len; i++)
    {
      int16_t value = (int16_t) (samples->data[2 * i] | samples->data[2 * i + 1] << 8);
      g_assert_cmpint (bytes->data[i], ==, value >= lo_hu);
    }
  BrgMask *back = brg_image_read_mask (path, NULL, NULL, &error);
  g_assert_nonnull (back);
  g_assert_true (brg_mask_equal (mask, back));
  g_assert_cmpint (brg_image_read_grid (path, &grid, NULL, &error), ==, BRG_OK);
  g_assert_cmpmem (&grid, sizeof grid, &back->grid, sizeof grid);
  brg_mask_unref (back);
  brg_mask_unref (mask);
  g_byte_array_unref (bytes);
  g_free (header);
  g_free (path);
}

static void
check_order (const BrgGrid *grid, const char *space, bool writes)
{
  GString *header = image_object_nrrd (grid, space, "short");
  GByteArray *samples = image_object_samples (grid, "int16", false), *file = g_byte_array_new ();
  BrgError error = { 0 };
  BrgImageInfo info;

  g_byte_array_append (file, (const guint8 *) header->str, (guint) header->len);
  g_byte_array_append (file, samples->data, samples->len);
  char *path = files_write ("order.nrrd", file->data, file->len);
  BrgVolume *volume = brg_image_read_volume (path, &info, NULL, &error);
  g_assert_cmpstr (error.message, ==, "");
  g_assert_nonnull (volume);
  g_assert_cmpint (info.n_warnings, ==, 0);
  g_assert_true (info.has_orientation);
  assert_object (volume, grid);
  if (writes)
    {
      char *written_header;
      check_mask (volume, samples, 400);
      g_assert_cmpint (brg_nrrd_write_volume (volume, path, NULL, &error), ==, BRG_OK);
      GByteArray *written = decode (path, &written_header);
      g_assert_cmpmem (written->data, written->len, samples->data, samples->len);
      BrgVolume *back = brg_image_read_volume (path, NULL, NULL, &error);
      assert_object (back, grid);
      brg_volume_unref (back);
      g_byte_array_unref (written);
      g_free (written_header);
    }
  brg_volume_unref (volume);
  g_byte_array_unref (samples);
  g_byte_array_unref (file);
  g_string_free (header, TRUE);
  g_free (path);
}

static void
test_orders (void)
{
  static const int dims[][3] = { { 5, 4, 3 }, { 65, 3, 2 }, { 64, 1, 2 }, { 1, 130, 3 } };
  static const char *spaces[] = { "LPS", "RAS", "LAS" };

  for (size_t d = 0; d < G_N_ELEMENTS (dims); d++)
    for (int order = 0; order < 48; order++)
      for (size_t s = 0; s < G_N_ELEMENTS (spaces); s++)
        {
          BrgGrid grid =
            image_object_reordered (image_object_grid (dims[d][0], dims[d][1], dims[d][2]), order);
          check_order (&grid, spaces[s], s == 0 && (d < 2 || order % 5 == 0));
        }
}

/* What is written, to the letter; and the same for any number of threads. */
static void
test_written_header (void)
{
  static const double spacing_mm[3] = { 0.957031, 0.957031, 1.5 };
  BrgGrid grid = brg_grid_simple (70, 50, 600, spacing_mm, brg_vec3 (-120.3, -0.0, 45));
  char *path = files_path ("mask.nrrd"), *header;
  GByteArray *first = NULL;
  grid.source_flipped[1] = true;
  BrgMask *mask = brg_mask_new (&grid, NULL);

  for (int n = 0; n < 20000; n++)
    brg_mask_set (mask, n * 13 % 70, n * 29 % 50, n * 7 % 600, true);
  for (int n_threads = 1; n_threads <= 7; n_threads += 3)
    {
      BrgJob job = BRG_JOB_INIT;
      job.n_threads = n_threads;
      g_assert_cmpint (brg_nrrd_write_mask (mask, path, &job, NULL), ==, BRG_OK);
      GByteArray *bytes = files_read (path);
      if (first != NULL)
        g_assert_cmpmem (bytes->data, bytes->len, first->data, first->len);
      g_clear_pointer (&first, g_byte_array_unref);
      first = bytes;
    }
  g_byte_array_unref (decode (path, &header));
  g_assert_cmpstr (header, ==,
                   "NRRD0005\ntype: uint8\ndimension: 3\nspace: left-posterior-superior\n"
                   "sizes: 70 50 600\n"
                   "space directions: (0.957031,0,0) (0,-0.957031,0) (0,0,1.5)\n"
                   "kinds: domain domain domain\nencoding: gzip\n"
                   "space origin: (-120.3,46.894519,45)\n\n");
  static const guint8 gzip_header[] = {
    0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 4, 255, 20, 0, 'B', 'R', 16, 0
  };
  g_assert_cmpmem (first->data + strlen (header), sizeof gzip_header, gzip_header,
                   sizeof gzip_header);
  g_byte_array_unref (first);
  brg_mask_unref (mask);
  g_free (header);
  g_free (path);
}

static void
test_labels (void)
{
  char *path = files_path ("edits.nrrd");
  BrgError error = { 0 };

  for (int order = 0; order < 48; order++)
    {
      BrgGrid grid = image_object_reordered (image_object_grid (66, 5, 4), order);
      BrgMask *ones = brg_mask_new (&grid, NULL), *twos = brg_mask_new (&grid, NULL), *a, *b;
      for (int n = 0; n < 66 * 5; n++)
        brg_mask_set (n % 3 ? ones : twos, n % 66, n / 66, n % 4, true);
      g_assert_cmpint (brg_nrrd_write_labels (&grid, ones, twos, path, NULL, &error), ==, BRG_OK);
      g_assert_cmpint (brg_image_read_labels (path, &a, &b, NULL, &error), ==, BRG_OK);
      g_assert_true (brg_mask_equal (a, ones) && brg_mask_equal (b, twos));
      brg_mask_unref (a);
      brg_mask_unref (b);
      g_assert_null (brg_image_read_mask (path, NULL, NULL, &error));
      g_assert_nonnull (strstr (error.message, "edits.nrrd: is not a mask: it holds 0,"));
      g_assert_cmpint (brg_nrrd_write_labels (&grid, NULL, twos, path, NULL, &error), ==, BRG_OK);
      g_assert_cmpint (brg_image_read_labels (path, &a, &b, NULL, &error), ==, BRG_OK);
      g_assert_true (brg_mask_is_empty (a) && brg_mask_equal (b, twos));
      brg_mask_unref (a);
      brg_mask_unref (b);
      brg_mask_set (ones, 0, 0, 0, true);
      g_assert_cmpint (brg_nrrd_write_labels (&grid, ones, twos, path, NULL, &error), ==,
                       BRG_INVALID);
      brg_mask_unref (ones);
      brg_mask_unref (twos);
    }
  BrgGrid grid = image_object_grid (3, 3, 3), other = image_object_grid (3, 3, 4);
  BrgMask *mask = brg_mask_new (&other, NULL), *a, *b;
  g_assert_cmpint (brg_nrrd_write_labels (&grid, mask, NULL, path, NULL, &error), ==, BRG_INVALID);
  g_assert_cmpint (brg_nrrd_write_labels (&grid, NULL, NULL, path, NULL, &error), ==, BRG_OK);
  g_assert_cmpint (brg_image_read_labels (path, &a, &b, NULL, &error), ==, BRG_OK);
  g_assert_true (brg_mask_is_empty (a) && brg_mask_is_empty (b));
  brg_mask_unref (a);
  brg_mask_unref (b);
  brg_mask_unref (mask);
  g_free (path);
}

static void
test_cancel (void)
{
  BrgGrid grid = image_object_grid (20, 20, 20);
  BrgMask *mask = brg_mask_new (&grid, NULL);
  char *path = files_path ("cancel.nrrd");
  BrgError error = { 0 };
  BrgJob job = BRG_JOB_INIT;

  g_assert_cmpint (brg_nrrd_write_mask (mask, path, NULL, &error), ==, BRG_OK);
  brg_job_cancel (&job);
  g_assert_null (brg_image_read_mask (path, NULL, &job, &error));
  g_assert_cmpint (error.status, ==, BRG_CANCELLED);
  g_assert_null (brg_image_read_volume (path, NULL, &job, &error));
  g_remove (path);
  g_assert_cmpint (brg_nrrd_write_mask (mask, path, &job, &error), ==, BRG_CANCELLED);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  brg_mask_unref (mask);
  g_free (path);
}

/* The sample scan, whose numbers are known. */
static void
test_sample (void)
{
  BrgError error = { 0 };
  BrgImageInfo info;
  BrgVolume *volume = brg_image_read_volume (g_getenv ("BRG_SAMPLE"), &info, NULL, &error);

  g_assert_cmpstr (error.message, ==, "");
  g_assert_nonnull (volume);
  g_assert_cmpint (info.n_warnings, ==, 0);
  g_assert_cmpint (volume->grid.dim[0], ==, 200);
  g_assert_cmpint (volume->grid.dim[1], ==, 240);
  g_assert_cmpint (volume->grid.dim[2], ==, 154);
  BrgMask *mask = mask_above (volume, 150);
  g_assert_cmpuint (brg_mask_count (mask), ==, 565873);
  brg_mask_unref (mask);
  brg_volume_unref (volume);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  files_begin ();
  g_test_add_func ("/io/nrrd/orders", test_orders);
  g_test_add_func ("/io/nrrd/written-header", test_written_header);
  g_test_add_func ("/io/nrrd/labels", test_labels);
  g_test_add_func ("/io/nrrd/cancel", test_cancel);
  g_test_add_func ("/io/nrrd/sample", test_sample);
  int failed = g_test_run ();
  files_end ();
  return failed;
}
