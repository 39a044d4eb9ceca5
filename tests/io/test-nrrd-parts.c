/* NRRD files read in parts on several threads: raw ones and ours. The index in our gzip header is a
 * hint: true, false or forged, a file reads as if it had none. */

#include <glib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "files.h"
#include "io/brg-image-reading.h"
#include "io/brg-nrrd.h"

#define NX      301
#define NY      203
#define NZ      19
#define N_BYTES (NX * NY * NZ * 2)

static const int thread_counts[] = { 1, 2, 7 };

/* Noise between runs of one value, so that pieces differ in size. */
static int16_t
value_at (size_t n)
{
  guint32 hash = (guint32) n * 2654435761u;

  return (int16_t) (n / 5000 % 3 == 0 ? (int) (hash >> 20) - 1024 : (int) (n / 5000 % 100));
}

static BrgGrid
grid_of (const int axis[3], int flips)
{
  const double spacing_mm[3] = { 0.5, 0.5, 1.25 };
  BrgGrid grid = brg_grid_simple (NX, NY, NZ, spacing_mm, brg_vec3 (-70, 10, 5));

  for (int a = 0; a < 3; a++)
    {
      grid.source_axis[a] = axis[a];
      grid.source_flipped[a] = flips >> a & 1;
    }
  return grid;
}

static BrgVolume *
volume_of (const BrgGrid *grid)
{
  BrgVolume *volume = brg_volume_new (grid, NULL);

  for (size_t n = 0; n < brg_grid_n_voxels (grid); n++)
    volume->hu[n] = value_at (n);
  return volume;
}

static BrgMask *
mask_of (const BrgVolume *volume)
{
  BrgMask *mask = brg_mask_new (&volume->grid, NULL);

  for (int k = 0; k < NZ; k++)
    for (int j = 0; j < NY; j++)
      for (int i = 0; i < NX; i++)
        brg_mask_set (mask, i, j, k, brg_volume_get (volume, i, j, k) > 50);
  return mask;
}

/* True when the file is read in parts, which shows in nothing but the time. */
static bool
is_read_in_parts (const char *path)
{
  BrgImageReading reading = { 0 };
  BrgStatus status = BRG_OK;
  g_autofree guint8 *bytes = g_malloc (N_BYTES);
  BrgImagePartSink sink = { .place = bytes };

  g_assert_cmpint (brg_image_reading_open (&reading, path, NULL), ==, BRG_OK);
  bool is_done = brg_image_reading_run_parts (&reading, &sink, NULL, &status, NULL);
  brg_image_reading_close (&reading);
  return is_done && status == BRG_OK;
}

static void
assert_same_volume (const char *path, const BrgVolume *expected, int n_warnings)
{
  for (size_t t = 0; t < G_N_ELEMENTS (thread_counts); t++)
    {
      BrgError error = { 0 };
      BrgImageInfo info;
      BrgJob job = BRG_JOB_INIT;
      job.n_threads = thread_counts[t];
      BrgVolume *volume = brg_image_read_volume (path, &info, &job, &error);
      g_assert_cmpstr (error.message, ==, "");
      g_assert_cmpint (info.n_warnings, ==, n_warnings);
      g_assert_true (brg_grid_equal (&volume->grid, &expected->grid));
      g_assert_cmpmem (volume->hu, N_BYTES, expected->hu, N_BYTES);
      brg_volume_unref (volume);
    }
}

static void
assert_same_mask (const char *path, const BrgMask *expected)
{
  for (size_t t = 0; t < G_N_ELEMENTS (thread_counts); t++)
    {
      BrgError error = { 0 };
      BrgJob job = BRG_JOB_INIT;
      job.n_threads = thread_counts[t];
      BrgMask *mask = brg_image_read_mask (path, NULL, &job, &error);
      g_assert_cmpstr (error.message, ==, "");
      g_assert_true (brg_mask_equal (mask, expected));
      brg_mask_unref (mask);
    }
}

/* Written by several threads with one pool: equal bytes, whatever lay in its buffers before. */
static void
write_both (const BrgVolume *volume, const BrgMask *mask, const char *scan, const char *bits)
{
  GByteArray *first[2] = { NULL, NULL };
  BrgPool *pool = brg_pool_new (64 << 20, NULL);

  for (size_t t = 0; t < G_N_ELEMENTS (thread_counts); t++)
    {
      BrgJob job = BRG_JOB_INIT;
      job.n_threads = thread_counts[t];
      job.pool = pool;
      g_assert_cmpint (brg_nrrd_write_volume (volume, scan, &job, NULL), ==, BRG_OK);
      g_assert_cmpint (brg_nrrd_write_mask (mask, bits, &job, NULL), ==, BRG_OK);
      GByteArray *now[2] = { files_read (scan), files_read (bits) };
      for (int f = 0; f < 2; f++)
        {
          if (first[f] != NULL)
            g_assert_cmpmem (now[f]->data, now[f]->len, first[f]->data, first[f]->len);
          g_clear_pointer (&first[f], g_byte_array_unref);
          first[f] = now[f];
        }
    }
  g_byte_array_unref (first[0]);
  g_byte_array_unref (first[1]);
  brg_pool_free (pool);
}

static void
test_own_files (void)
{
  static const struct
  {
    int axis[3], flips;
  } orders[] = { { { 0, 1, 2 }, 0 }, { { 0, 1, 2 }, 3 }, { { 0, 2, 1 }, 4 },
                 { { 1, 0, 2 }, 1 }, { { 2, 1, 0 }, 5 }, { { 1, 2, 0 }, 0 } };
  char *scan = files_path ("scan.nrrd"), *bits = files_path ("bits.nrrd");

  for (size_t o = 0; o < G_N_ELEMENTS (orders); o++)
    {
      BrgGrid grid = grid_of (orders[o].axis, orders[o].flips);
      BrgVolume *volume = volume_of (&grid);
      BrgMask *mask = mask_of (volume);
      write_both (volume, mask, scan, bits);
      g_assert_true (is_read_in_parts (scan) && is_read_in_parts (bits));
      assert_same_volume (scan, volume, 0);
      assert_same_mask (bits, mask);
      brg_mask_unref (mask);
      brg_volume_unref (volume);
    }
  g_free (scan);
  g_free (bits);
}

static GByteArray *
raw_file (const BrgVolume *volume, const char *endian)
{
  GByteArray *bytes = g_byte_array_new ();
  char *text = g_strdup_printf ("NRRD0004\ntype: short\ndimension: 3\nspace: LPS\n"
                                "sizes: %d %d %d\n"
                                "space directions: (0.5,0,0) (0,0.5,0) (0,0,1.25)\n"
                                "space origin: (-70,10,5)\nendian: %s\nencoding: raw\n\n",
                                NX, NY, NZ, endian);
  g_byte_array_append (bytes, (const guint8 *) text, (guint) strlen (text));
  for (size_t n = 0; n < brg_grid_n_voxels (&volume->grid); n++)
    {
      guint16 value = (guint16) volume->hu[n];
      value = (guint16) (endian[0] == 'b' ? GUINT16_TO_BE (value) : GUINT16_TO_LE (value));
      g_byte_array_append (bytes, (const guint8 *) &value, 2);
    }
  g_free (text);
  return bytes;
}

static void
test_raw_files (void)
{
  static const int axis[3] = { 0, 1, 2 };
  BrgGrid grid = grid_of (axis, 0);
  BrgVolume *volume = volume_of (&grid);

  for (int big = 0; big < 2; big++)
    {
      BrgError error = { 0 };
      GByteArray *bytes = raw_file (volume, big ? "big" : "little");
      char *path = files_write ("raw.nrrd", bytes->data, bytes->len);
      g_assert_true (is_read_in_parts (path));
      assert_same_volume (path, volume, 0);
      g_free (path);
      path = files_write ("raw.nrrd", bytes->data, bytes->len - 1);
      g_assert_null (brg_image_read_volume (path, NULL, NULL, &error));
      g_assert_cmpint (error.status, ==, BRG_FORMAT);
      g_free (path);
      g_byte_array_append (bytes, (const guint8 *) "surplus", 7);
      path = files_write ("raw.nrrd", bytes->data, bytes->len);
      assert_same_volume (path, volume, 1);
      g_free (path);
      g_byte_array_unref (bytes);
    }
  brg_volume_unref (volume);
}

/* Quarters up to and past both ends of int16, in the order of a scattered walk, and NaN. */
static float
float_at (guint n)
{
  guint quarter = n * 2654435761u % (4 * 65600);

  return n % 1000 == 999 ? NAN : (float) quarter / 4 - 32800;
}

static bool
has_warning (const BrgImageInfo *info, const char *words)
{
  for (int w = 0; w < info->n_warnings; w++)
    if (g_str_has_prefix (info->warnings[w], words))
      return true;
  return false;
}

/* Rounded as rint() does, by whichever number of threads; what does not fit is counted. */
static void
test_raw_floats (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *header =
    g_strdup_printf ("NRRD0004\ntype: float\ndimension: 3\nspace: LPS\n"
                     "sizes: %d %d %d\nencoding: raw\nendian: %s\n\n",
                     NX, NY, NZ, G_BYTE_ORDER == G_BIG_ENDIAN ? "big" : "little");
  guint n = NX * NY * NZ, n_nan = 0, n_limited = 0;

  g_byte_array_append (bytes, (const guint8 *) header, (guint) strlen (header));
  for (guint v = 0; v < n; v++)
    {
      float value = float_at (v);
      double rounded = rint ((double) value);
      n_nan += isnan (value) != 0;
      n_limited += rounded < -32768 || rounded > 32767;
      g_byte_array_append (bytes, (const guint8 *) &value, sizeof value);
    }
  g_autofree char *path = files_write ("float.nrrd", bytes->data, bytes->len);
  g_autofree char *nan_words = g_strdup_printf ("%u voxels are not numbers", n_nan);
  g_autofree char *limit_words = g_strdup_printf ("%u voxels were outside", n_limited);
  for (size_t t = 0; t < G_N_ELEMENTS (thread_counts); t++)
    {
      BrgImageInfo info;
      BrgJob job = BRG_JOB_INIT;
      job.n_threads = thread_counts[t];
      BrgVolume *volume = brg_image_read_volume (path, &info, &job, NULL);
      g_assert_true (has_warning (&info, nan_words) && has_warning (&info, limit_words));
      for (guint v = 0; v < n; v++)
        {
          double rounded = CLAMP (rint ((double) float_at (v)), -32768, 32767);
          g_assert_cmpint (volume->hu[v], ==, isnan (rounded) ? -32768 : (int) rounded);
        }
      brg_volume_unref (volume);
    }
}

/* One of our files, where its gzip member begins, and what it holds. */
typedef struct
{
  BrgVolume *volume;
  GByteArray *bytes;
  guint gzip;
  guint n_pieces;
} Own;

static Own
make_own (void)
{
  static const int axis[3] = { 0, 1, 2 };
  BrgGrid grid = grid_of (axis, 0);
  Own own = { .volume = volume_of (&grid) };
  char *path = files_path ("own.nrrd");

  g_assert_cmpint (brg_nrrd_write_volume (own.volume, path, NULL, NULL), ==, BRG_OK);
  own.bytes = files_read (path);
  const char *blank = g_strstr_len ((const char *) own.bytes->data, own.bytes->len, "\n\n");
  own.gzip = (guint) (blank + 2 - (const char *) own.bytes->data);
  own.n_pieces = (own.bytes->data[own.gzip + 10] - 8u) / 4;
  g_assert_cmpuint (own.n_pieces, ==, 3);
  g_free (path);
  return own;
}

static void
clear_own (Own *own)
{
  brg_volume_unref (own->volume);
  g_byte_array_unref (own->bytes);
}

/* Reads the bytes as they are now: the voxels are right, or the file is refused. */
static bool
reads_right (const Own *own)
{
  char *path = files_write ("forged.nrrd", own->bytes->data, own->bytes->len);
  BrgError error = { 0 };
  BrgVolume *volume = brg_image_read_volume (path, NULL, NULL, &error);

  g_assert_true ((volume == NULL) == (error.status != BRG_OK));
  if (volume != NULL)
    g_assert_cmpmem (volume->hu, N_BYTES, own->volume->hu, N_BYTES);
  else
    g_assert_true (g_str_has_prefix (error.message, "forged.nrrd: the gzip data"));
  bool is_right = volume != NULL;
  brg_volume_unref (volume);
  g_free (path);
  return is_right;
}

/* The index may say anything: only its length is needed to find the data. */
static void
test_forged_index (void)
{
  Own own = make_own ();
  guint8 *index = own.bytes->data + own.gzip + 12;
  guint size = 8 + 4 * own.n_pieces;
  guint8 *kept = g_memdup2 (index, size);

  for (guint at = 0; at < size; at++)
    for (int bit = 0; bit < 8; bit += 5)
      {
        index[at] ^= (guint8) (1 << bit);
        g_assert_true (reads_right (&own));
        index[at] ^= (guint8) (1 << bit);
      }
  index[8] ^= 1; /* a byte from one piece to the other: the sum may be right */
  index[12] ^= 1;
  g_assert_true (reads_right (&own));
  memcpy (index, kept, size);
  memcpy (index + 8, kept + 12, 4); /* two pieces change places */
  memcpy (index + 12, kept + 8, 4);
  g_assert_true (reads_right (&own));
  memset (index, 0xff, size);
  g_assert_true (reads_right (&own));
  memset (index + 2, 0, size - 2);
  g_assert_true (reads_right (&own));
  g_free (kept);
  clear_own (&own);
}

/* An index put before a stream of somebody else, agreeing with it in every number but the places.
 */
static void
test_foreign_stream (void)
{
  Own own = make_own ();
  GByteArray *zipped = g_byte_array_new (), *forged = g_byte_array_new ();
  guint head = 20 + 4 * own.n_pieces;

  files_gzip (zipped, own.volume->hu, N_BYTES);
  g_byte_array_append (forged, own.bytes->data, own.gzip + head);
  g_byte_array_append (forged, zipped->data + 10, zipped->len - 10);
  guint left = zipped->len - 20;
  for (guint p = 0; p < own.n_pieces; p++)
    {
      guint32 size = GUINT32_TO_LE (p + 1 < own.n_pieces ? left / 3 : left - left / 3 * 2);
      memcpy (forged->data + own.gzip + 20 + 4 * p, &size, 4);
    }
  g_byte_array_unref (own.bytes);
  own.bytes = forged;
  g_assert_true (reads_right (&own));
  g_byte_array_unref (zipped);
  clear_own (&own);
}

/* A flipped bit is found, or it is one of the few that change nothing, such as the distance to
 * another copy of the same bytes. */
static void
test_damage (void)
{
  Own own = make_own ();
  guint data = own.gzip + 20 + 4 * own.n_pieces, n = own.bytes->len - data, n_refused = 0;

  for (guint c = 0; c < 30; c++)
    {
      guint at = c < 8 ? own.bytes->len - 1 - c : data + (guint) ((guint64) c * n / 30);
      own.bytes->data[at] ^= (guint8) (1 << c % 8);
      bool is_refused = !reads_right (&own);
      n_refused += is_refused;
      g_assert_true (is_refused || c >= 8);
      own.bytes->data[at] ^= (guint8) (1 << c % 8);
    }
  g_assert_cmpuint (n_refused, >, 24);
  for (guint c = 0; c < 12; c++)
    {
      own.bytes->len--;
      g_assert_false (reads_right (&own));
    }
  clear_own (&own);
}

/* Two labels in different parts are told as a reading in order tells them. */
static void
test_two_labels (void)
{
  GByteArray *bytes = g_byte_array_new ();
  const char header[] = "NRRD0004\ntype: uchar\ndimension: 3\nsizes: 300 300 40\nencoding: raw\n\n";
  guint head = (guint) strlen (header);
  BrgError error = { 0 };

  g_byte_array_append (bytes, (const guint8 *) header, head);
  g_byte_array_set_size (bytes, head + 3600000);
  memset (bytes->data + head, 0, 3600000);
  bytes->data[head + 70] = 9;
  char *path = files_write ("labels.nrrd", bytes->data, bytes->len);
  BrgMask *mask = brg_image_read_mask (path, NULL, NULL, &error);
  g_assert_cmpuint (brg_mask_count (mask), ==, 1);
  brg_mask_unref (mask);
  g_free (path);
  bytes->data[head + 3500000] = 7;
  bytes->data[head + 1800000] = 5;
  path = files_write ("labels.nrrd", bytes->data, bytes->len);
  g_assert_null (brg_image_read_mask (path, NULL, NULL, &error));
  g_assert_cmpstr (error.message, ==, "labels.nrrd: is not a mask: it holds 0, 9 and 5");
  g_byte_array_unref (bytes);
  g_free (path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  files_begin ();
  g_test_add_func ("/io/nrrd/parts/own-files", test_own_files);
  g_test_add_func ("/io/nrrd/parts/raw-files", test_raw_files);
  g_test_add_func ("/io/nrrd/parts/raw-floats", test_raw_floats);
  g_test_add_func ("/io/nrrd/parts/forged-index", test_forged_index);
  g_test_add_func ("/io/nrrd/parts/foreign-stream", test_foreign_stream);
  g_test_add_func ("/io/nrrd/parts/damage", test_damage);
  g_test_add_func ("/io/nrrd/parts/two-labels", test_two_labels);
  int failed = g_test_run ();
  files_end ();
  return failed;
}
