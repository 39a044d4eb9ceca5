/* NIfTI-1 and NIfTI-2: the object in every axis order, type and byte order; the ways in which a
 * file says where it lies; hostile headers. */

#include <glib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "image-object.h"
#include "io/brg-image.h"
#include "verdict.h"

/* A header with samples behind it. */
static GByteArray *
file_of (const BrgGrid *grid, const ImageNifti *how)
{
  GByteArray *file = image_object_nifti (grid, how);
  GByteArray *samples = image_object_samples (grid, how->type, how->big);

  g_byte_array_append (file, samples->data, samples->len);
  g_byte_array_unref (samples);
  return file;
}

static BrgVolume *
read_file (const char *name, const GByteArray *file, BrgImageInfo *info)
{
  g_autofree char *path = files_write (name, file->data, file->len);
  BrgError error = { 0 };
  BrgVolume *volume = brg_image_read_volume (path, info, NULL, &error);

  g_assert_cmpstr (error.message, ==, "");
  g_assert_nonnull (volume);
  return volume;
}

static GByteArray *
gzipped (const GByteArray *file)
{
  GByteArray *out = g_byte_array_new ();

  files_gzip (out, file->data, file->len);
  return out;
}

/* Float has steps of 1e-4 at 1.5 m, and loses more in the first number of a quaternion. */
static double
apart_mm (const ImageNifti *how)
{
  return how->version == 1 && !how->has_sform ? 1e-2 : 2e-4;
}

static void
check_order (const BrgGrid *grid, const ImageNifti *how, bool zipped)
{
  GByteArray *file = file_of (grid, how);
  BrgImageInfo info;

  if (zipped)
    {
      GByteArray *packed = gzipped (file);
      g_byte_array_unref (file);
      file = packed;
    }
  BrgVolume *volume = read_file ("order.dat", file, &info);
  g_assert_cmpint (info.n_warnings, ==, 0);
  g_assert_true (info.has_orientation);
  g_assert_cmpstr (info.format, ==, how->version == 1 ? "NIfTI-1" : "NIfTI-2");
  g_assert_cmpstr (info.encoding, ==, zipped ? "gzip" : "raw");
  g_assert_cmpstr (info.type, ==, how->type);
  image_object_assert (volume, grid, how->type, apart_mm (how));
  brg_volume_unref (volume);
  g_byte_array_unref (file);
}

/* Every order with every type in both byte orders, by sform and qform in turn. */
static void
test_orders (void)
{
  static const char *types[] = { "int8",   "uint8", "int16",  "uint16", "int32",
                                 "uint32", "int64", "uint64", "float",  "double" };

  for (int order = 0; order < 48; order++)
    for (int t = 0; t < 10; t++)
      for (int big = 0; big < 2; big++)
        {
          BrgGrid grid = image_object_reordered (image_object_grid (5, 4, 3), order);
          int turn = order + t + big;
          ImageNifti how = { .version = turn % 2 + 1,
                             .big = big,
                             .type = types[t],
                             .has_sform = turn / 2 % 3 != 0,
                             .has_qform = turn / 2 % 3 != 1 };
          check_order (&grid, &how, turn % 5 == 0);
        }
}

/* The one object lies in the one place whatever the format. */
static void
test_same_place (void)
{
  BrgGrid grid = image_object_reordered (image_object_grid (9, 7, 6), 29);
  GByteArray *samples = image_object_samples (&grid, "int16", false), *files[4];
  GString *text = image_object_metaimage (&grid, "int16", false);
  BrgVolume *first = NULL;

  for (int f = 0; f < 3; f++)
    {
      ImageNifti how = {
        .version = f == 0 ? 1 : 2, .type = "int16", .has_sform = f < 2, .has_qform = f != 1
      };
      files[f] = file_of (&grid, &how);
    }
  g_string_append (text, "ElementDataFile = LOCAL\n");
  files[3] = g_byte_array_new ();
  g_byte_array_append (files[3], (const guint8 *) text->str, (guint) text->len);
  g_byte_array_append (files[3], samples->data, samples->len);
  for (int f = 0; f < 4; f++)
    {
      BrgVolume *volume = read_file ("same", files[f], NULL);
      BrgVec3 at = brg_grid_lps_from_vox (&volume->grid, brg_vec3 (6, 2, 5));
      BrgVec3 known = brg_grid_lps_from_vox (&grid, brg_vec3 (6, 2, 5));
      g_assert_cmpfloat (fabs (at.x - known.x) + fabs (at.y - known.y) + fabs (at.z - known.z), <,
                         f == 0 ? 1e-4 : 1e-9);
      if (first == NULL)
        first = brg_volume_ref (volume);
      g_assert_cmpmem (volume->hu, 378 * 2, first->hu, 378 * 2);
      brg_volume_unref (volume);
      g_byte_array_unref (files[f]);
    }
  brg_volume_unref (first);
  g_byte_array_unref (samples);
  g_string_free (text, TRUE);
}

static const ImageNifti plain = { .version = 1,
                                  .type = "int16",
                                  .has_sform = true,
                                  .has_qform = true };

/* A change to a sound file of 4 x 4 x 4 voxels of 1 x 1 x 2 mm, by sform or, at will, by qform. */
typedef struct
{
  guint at;
  char kind; /* of image_object_put(); 0: no change */
  double value;
  bool by_qform;
  Verdict verdict;
  const char *says;
} Case;

static const Case cases[] = {
  { 0, 0, 0, false, ACCEPT, NULL },
  { 0, 0, 0, true, ACCEPT, NULL },
  { 40, 'h', 0, false, REJECT, "has 0 axes, must be 1 to 7" },
  { 40, 'h', -1, false, REJECT, "has -1 axes" },
  { 40, 'h', 8, false, REJECT, "has 8 axes" },
  { 40, 'h', 2, false, REJECT, "has 2 axes, only 3 can be read" },
  { 40, 'h', 7, false, ACCEPT, NULL },
  { 42, 'h', 0, false, REJECT, "the size of axis 1 is 0, must be 1 to 65535" },
  { 44, 'h', -4, false, REJECT, "the size of axis 2 is -4" },
  { 46, 'h', 5, false, REJECT, "declares 160 bytes of voxels but only 128" },
  { 46, 'h', 32767, false, REJECT, "declares" },
  { 70, 'h', 0, false, REJECT, "unknown code 0" },
  { 70, 'h', 3, false, REJECT, "unknown code 3" },
  { 70, 'h', 1, false, REJECT, "single bits, which cannot be read" },
  { 70, 'h', 32, false, REJECT, "complex numbers" },
  { 70, 'h', 128, false, REJECT, "colours" },
  { 70, 'h', 1536, false, REJECT, "128-bit" },
  { 70, 'h', 16, false, REJECT, "gives 16 bits for a voxel of type float, must be 32" },
  { 72, 'h', 0, false, ACCEPT, NULL },
  { 72, 'h', 15, false, REJECT, "gives 15 bits" },
  { 76, 'f', 0, true, ACCEPT, NULL },
  { 76, 'f', NAN, true, REJECT, "the handedness is nan" },
  { 80, 'f', 0, true, REJECT, "the voxel size along axis 1 is 0" },
  { 84, 'f', -1, true, REJECT, "the voxel size along axis 2 is -1" },
  { 88, 'f', NAN, true, REJECT, "the voxel size along axis 3 is nan" },
  { 88, 'f', INFINITY, true, REJECT, "spacing of axis 3" },
  { 88, 'f', 1e30, true, REJECT, "spacing of axis 3" },
  { 88, 'f', NAN, false, WARN, "(qform) is not sound" },
  { 88, 'f', 3, false, WARN, "are 3 mm apart: the first was taken" },
  { 108, 'f', 0, false, REJECT, "said to begin at byte 0, must be 352 to" },
  { 108, 'f', 351, false, REJECT, "byte 351" },
  { 108, 'f', 352.5, false, REJECT, "byte 352.5" },
  { 108, 'f', -352, false, REJECT, "byte -352" },
  { 108, 'f', NAN, false, REJECT, "byte nan" },
  { 108, 'f', 1e30, false, REJECT, "byte 1e+30" },
  { 108, 'f', 353, false, REJECT, "declares 128 bytes" },
  { 108, 'f', 1e6, false, REJECT, "past its end" },
  { 112, 'f', NAN, false, ACCEPT, NULL },
  { 112, 'f', 1, false, ACCEPT, NULL },
  { 112, 'f', INFINITY, false, REJECT, "slope inf" },
  { 116, 'f', INFINITY, false, ACCEPT, NULL },
  { 123, 'b', 10, false, ACCEPT, NULL },
  { 123, 'b', 8, false, WARN, "unit of length is not given" },
  { 123, 'b', 4, false, REJECT, "unknown code 4" },
  { 123, 'b', 1, false, REJECT, "spacing of axis 1" },
  { 252, 'h', 0, false, ACCEPT, NULL },
  { 252, 'h', -1, true, WARN, "the orientation is unknown" },
  { 254, 'h', -32768, false, ACCEPT, NULL },
  { 256, 'f', 2, true, REJECT, "the quaternion 2, 0, 1 is no rotation" },
  { 256, 'f', NAN, true, REJECT, "is no rotation" },
  { 256, 'f', INFINITY, false, WARN, "(qform) is not sound" },
  { 268, 'f', NAN, true, REJECT, "the origin" },
  { 268, 'f', NAN, false, WARN, "are nan mm apart" },
  { 276, 'f', 1e30, true, REJECT, "100 m away" },
  { 280, 'f', NAN, false, REJECT, "spacing of axis 1" },
  { 280, 'f', 0, false, REJECT, "spacing of axis 1" },
  { 280, 'f', INFINITY, false, REJECT, "spacing of axis 1" },
  { 292, 'f', NAN, false, REJECT, "the origin" },
  { 308, 'f', -1e7, false, REJECT, "100 m away" },
  { 316, 'f', 1, false, WARN, "are 3 mm apart" },
  { 344, 'b', 'x', false, REJECT, "begins like a NIfTI file but is none" },
  { 345, 'b', 'i', false, REJECT, "header of a pair: its name must end in .hdr" },
  { 346, 'b', '2', false, REJECT, "begins like a NIfTI file but is none" },
  { 347, 'b', 1, false, REJECT, "begins like a NIfTI file but is none" },
  { 0, 'i', 349, false, REJECT, "is no NRRD, NIfTI or MetaImage file" },
  { 0, 'i', 540, false, REJECT, "cut off" },
};

static GByteArray *
small_file (ImageNifti how)
{
  static const double spacing_mm[3] = { 1, 1, 2 };
  BrgGrid grid = brg_grid_simple (4, 4, 4, spacing_mm, brg_vec3 (0, 0, 0));
  GByteArray *file = image_object_nifti (&grid, &how), *samples = verdict_samples ();

  g_byte_array_append (file, samples->data, samples->len);
  g_byte_array_unref (samples);
  return file;
}

static void
test_cases (void)
{
  for (size_t c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      const Case *at = &cases[c];
      ImageNifti how = plain;
      how.has_sform = !at->by_qform;
      GByteArray *file = small_file (how);
      g_test_message ("%u: %g", at->at, at->value);
      if (at->kind != 0)
        image_object_put (file, false, at->at, at->kind, at->value);
      verdict_assert_bytes ("case.nii", file, at->verdict, at->says);
      g_byte_array_unref (file);
    }
}

/* Changes that take more than one number. */
static void
test_whole (void)
{
  GByteArray *file = small_file (plain);
  static const guint8 none[4] = { 0 };

  image_object_put (file, false, 252, 'h', 0);
  image_object_put (file, false, 254, 'h', 0);
  verdict_assert_bytes ("whole.nii", file, WARN, "the orientation is unknown");
  image_object_put (file, false, 84, 'f', -1);
  verdict_assert_bytes ("whole.nii", file, REJECT, "voxel size along axis 2 is -1");
  memcpy (file->data + 344, none, 4);
  verdict_assert_bytes ("whole.nii", file, REJECT, "Analyze 7.5");
  g_byte_array_unref (file);

  file = small_file (plain);
  g_byte_array_append (file, none, 3);
  verdict_assert_bytes ("whole.nii", file, WARN, "3 bytes after the voxels");
  image_object_put (file, false, 112, 'f', 2);
  image_object_put (file, false, 116, 'f', NAN);
  verdict_assert_bytes ("whole.nii", file, REJECT, "slope 2 and intercept nan");
  g_byte_array_unref (file);

  file = small_file ((ImageNifti){ .version = 2, .type = "int16", .has_sform = true });
  verdict_assert_bytes ("whole.nii", file, ACCEPT, NULL);
  image_object_put (file, false, 24, 'l', 4294967300.0);
  verdict_assert_bytes ("whole.nii", file, REJECT, "axis 1 is 4294967300, must be 1 to 65535");
  image_object_put (file, false, 8, 'b', '\n');
  verdict_assert_bytes ("whole.nii", file, REJECT, "damaged by a transfer as text");
  g_byte_array_unref (file);

  GByteArray *samples = verdict_samples ();
  file = gzipped (samples);
  verdict_assert_bytes ("whole.nii.gz", file, REJECT, "gzip data ends");
  g_byte_array_set_size (file, 1000);
  GByteArray *zeros = gzipped (file);
  verdict_assert_bytes ("whole.nii.gz", zeros, REJECT, "is gzip but holds no NIfTI image");
  g_byte_array_unref (file);
  g_byte_array_unref (zeros);
  g_byte_array_unref (samples);
}

/* Slope and intercept in double; the unit of length; extensions; the first of several volumes. */
static void
test_meaning (void)
{
  GByteArray *file = small_file (plain);
  const guint8 *samples = file->data + file->len - 128;
  BrgImageInfo info;

  image_object_put (file, false, 112, 'f', 2.5);
  image_object_put (file, false, 116, 'f', -1024);
  BrgVolume *volume = read_file ("scaled.nii", file, &info);
  for (int n = 0; n < 64; n++) /* both axes x and y are reversed on the way from RAS to LPS */
    {
      int16_t sample = (int16_t) (samples[2 * n] | samples[2 * n + 1] << 8);
      g_assert_cmpint (brg_volume_get (volume, n % 4, n / 4 % 4, n / 16), ==,
                       (int) rint (2.5 * sample - 1024));
    }
  brg_volume_unref (volume);
  image_object_put (file, false, 112, 'f', 0);

  image_object_put (file, false, 123, 'b', 3);
  for (guint row = 0; row < 3; row++)
    {
      image_object_put (file, false, 280 + 20 * row, 'f', row == 2 ? 2000 : -1000);
      image_object_put (file, false, 80 + 4 * row, 'f', row == 2 ? 2000 : 1000);
    }
  volume = read_file ("micron.nii", file, &info);
  g_assert_cmpint (info.n_warnings, ==, 0);
  g_assert_cmpfloat (brg_grid_spacing_mm (&volume->grid, 0), ==, 1);
  g_assert_cmpfloat (brg_grid_spacing_mm (&volume->grid, 2), ==, 2);
  brg_volume_unref (volume);
  g_byte_array_unref (file);

  file = small_file (plain);
  guint8 extension[48] = { 48, 0, 0, 0, 2, 0, 0, 0, 'D', 'O', 'E' };
  GByteArray *longer = g_byte_array_new ();
  g_byte_array_append (longer, file->data, 352);
  g_byte_array_append (longer, extension, sizeof extension);
  g_byte_array_append (longer, file->data + 352, 128);
  g_byte_array_append (longer, file->data + 352, 128);
  longer->data[348] = 1;
  image_object_put (longer, false, 108, 'f', 400);
  image_object_put (longer, false, 40, 'h', 4);
  image_object_put (longer, false, 48, 'h', 2);
  volume = read_file ("volumes.nii", longer, &info);
  g_assert_cmpint (info.n_warnings, ==, 1);
  g_assert_cmpstr (info.warnings[0], ==, "holds 2 volumes: only the first was read");
  g_assert_cmpint (info.n_layers, ==, 2);
  g_assert_cmpint (volume->hu[0] + volume->hu[63], ==, -1);
  brg_volume_unref (volume);
  g_byte_array_unref (longer);
  g_byte_array_unref (file);
}

/* A header and its voxels in two files, plain and gzip, of which neither can be chosen at will. */
static void
test_pair (void)
{
  ImageNifti how = plain;
  GByteArray *header, *samples = verdict_samples (), *packed = gzipped (samples);

  how.is_pair = true;
  header = small_file (how);
  g_byte_array_set_size (header, 348);
  verdict_assert_bytes ("pair.hdr", header, REJECT, "pair.img: cannot open");
  g_autofree char *image = files_write ("pair.img", samples->data, samples->len);
  verdict_assert_bytes ("pair.hdr", header, ACCEPT, NULL);
  g_free (files_write ("PAIR.IMG", samples->data, samples->len));
  verdict_assert_bytes ("PAIR.HDR", header, ACCEPT, NULL);
  verdict_assert_bytes (".hdr", header, REJECT, "name must end in .hdr");
  verdict_assert (image, REJECT, "is no NRRD, NIfTI or MetaImage file");

  GByteArray *zipped = gzipped (header);
  verdict_assert_bytes ("pair.hdr", zipped, REJECT, "name must end in .hdr.gz");
  g_free (files_write ("pair.img.gz", packed->data, packed->len));
  verdict_assert_bytes ("pair.hdr.gz", zipped, ACCEPT, NULL);
  g_free (files_write ("pair.img.gz", packed->data, packed->len - 1));
  verdict_assert_bytes ("pair.hdr.gz", zipped, REJECT, "gzip data is cut off");

  image_object_put (header, false, 108, 'f', 2);
  verdict_assert_bytes ("pair.hdr", header, REJECT, "pair.img: declares 128 bytes");
  g_byte_array_prepend (samples, (const guint8 *) "ab", 2);
  g_free (files_write ("pair.img", samples->data, samples->len));
  verdict_assert_bytes ("pair.hdr", header, ACCEPT, NULL);
  verdict_flip_bits ("pair.hdr", header, 348, 5);
  verdict_assert_cut ("pair.hdr", header);
  g_free (files_write ("pair.hdr", header->data, header->len));
  g_remove (image);
  g_assert_cmpint (symlink ("PAIR.IMG", image), ==, 0);
  verdict_assert_bytes ("pair.hdr", header, REJECT, "pair.img: cannot open");
  g_byte_array_unref (header);
  g_byte_array_unref (zipped);
  g_byte_array_unref (samples);
  g_byte_array_unref (packed);
}

/* Every truncation; every bit of the older header, some of every byte of the newer. */
static void
test_damage (void)
{
  for (int version = 1; version <= 2; version++)
    {
      ImageNifti how = plain;
      how.version = version;
      GByteArray *file = small_file (how), *zipped = gzipped (file);
      verdict_assert_cut ("cut.nii", file);
      verdict_assert_cut ("cut.nii.gz", zipped);
      verdict_flip_bits ("flip.nii", file, version == 1 ? 352 : 544, version == 1 ? 1 : 3);
      verdict_flip_bits ("flip.nii.gz", zipped, 100000, 3);
      g_byte_array_unref (file);
      g_byte_array_unref (zipped);
    }
}

/* Large enough for several threads, which change nothing. */
static void
test_threads (void)
{
  static const char *const types[] = { "int16", "float" };

  for (int t = 0; t < 4; t++)
    {
      BrgGrid grid = image_object_reordered (image_object_grid (203, 111, 59), t < 2 ? 3 : 20);
      ImageNifti how = plain;
      how.type = types[t % 2];
      how.big = t == 3;
      GByteArray *file = file_of (&grid, &how);
      g_autofree char *path = files_write ("threads.nii", file->data, file->len);
      for (int n_threads = 1; n_threads <= 7; n_threads += n_threads == 1 ? 1 : 5)
        {
          BrgJob job = BRG_JOB_INIT;
          job.n_threads = n_threads;
          BrgVolume *volume = brg_image_read_volume (path, NULL, &job, NULL);
          g_assert_nonnull (volume);
          image_object_assert (volume, &grid, how.type, 1e-3);
          brg_volume_unref (volume);
        }
      g_byte_array_unref (file);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  files_begin ();
  g_test_add_func ("/io/nifti/orders", test_orders);
  g_test_add_func ("/io/nifti/same-place", test_same_place);
  g_test_add_func ("/io/nifti/cases", test_cases);
  g_test_add_func ("/io/nifti/whole", test_whole);
  g_test_add_func ("/io/nifti/meaning", test_meaning);
  g_test_add_func ("/io/nifti/pair", test_pair);
  g_test_add_func ("/io/nifti/damage", test_damage);
  g_test_add_func ("/io/nifti/threads", test_threads);
  int failed = g_test_run ();
  files_end ();
  return failed;
}
