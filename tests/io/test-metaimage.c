/* MetaImage: the object in every axis order, type, byte order and encoding; hostile headers. */

#include <glib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "files.h"
#include "image-object.h"
#include "io/brg-image.h"
#include "verdict.h"

static GByteArray *
bytes_of (const char *text)
{
  GByteArray *bytes = g_byte_array_new ();

  g_byte_array_append (bytes, (const guint8 *) text, (guint) strlen (text));
  return bytes;
}

static void
replace (GString *text, const char *what, const char *with)
{
  g_assert_cmpuint (g_string_replace (text, what, with, 0), ==, 1);
}

/* Samples as text, of a type that has the values of int16. */
static GByteArray *
written_out (const BrgGrid *grid, const char *type)
{
  GByteArray *bytes = g_byte_array_new (), *samples = image_object_samples (grid, "int16", false);
  int shift = type[0] == 'u' ? 1000 : 0;

  for (guint v = 0; v < samples->len; v += 2)
    {
      gint16 value = (gint16) (samples->data[v] | samples->data[v + 1] << 8);
      g_autofree char *word = g_strdup_printf ("%d%c", value + shift, v % 14 ? ' ' : '\n');
      g_byte_array_append (bytes, (const guint8 *) word, (guint) strlen (word));
    }
  g_byte_array_unref (samples);
  return bytes;
}

typedef enum
{
  RAW,
  ZLIB,
  TEXT,
  DETACHED,
  DETACHED_ZLIB,
  N_KINDS,
} Kind;

/* The file of an object; its voxels in "voxels" if they are detached. */
static GByteArray *
file_of (const BrgGrid *grid, const char *type, bool big, Kind kind)
{
  GString *text = image_object_metaimage (grid, type, big);
  GByteArray *samples = image_object_samples (grid, type, big), *packed = g_byte_array_new ();
  bool is_packed = kind == ZLIB || kind == DETACHED_ZLIB;

  image_object_deflate (packed, samples->data, samples->len);
  if (kind == TEXT)
    {
      replace (text, "BinaryData = True", "BinaryData = False");
      g_byte_array_unref (samples);
      samples = written_out (grid, type);
    }
  if (is_packed)
    {
      replace (text, "CompressedData = False", "CompressedData = True");
      g_string_append_printf (text, "CompressedDataSize = %u\n", packed->len);
    }
  g_string_append_printf (text, "ElementDataFile = %s\n", kind < DETACHED ? "LOCAL" : "voxels");
  GByteArray *file = bytes_of (text->str), *data = is_packed ? packed : samples;
  if (kind < DETACHED)
    g_byte_array_append (file, data->data, data->len);
  else
    g_free (files_write ("voxels", data->data, data->len));
  g_string_free (text, TRUE);
  g_byte_array_unref (samples);
  g_byte_array_unref (packed);
  return file;
}

static void
check_order (const BrgGrid *grid, const char *type, bool big, Kind kind)
{
  static const char *const encodings[] = { "raw", "zlib", "text", "raw", "zlib" };
  GByteArray *file = file_of (grid, type, big, kind);
  g_autofree char *path = files_write ("order.dat", file->data, file->len);
  BrgError error = { 0 };
  BrgImageInfo info;

  BrgVolume *volume = brg_image_read_volume (path, &info, NULL, &error);
  g_assert_cmpstr (error.message, ==, "");
  g_assert_nonnull (volume);
  g_assert_cmpint (info.n_warnings, ==, 0);
  g_assert_true (info.has_orientation);
  g_assert_cmpstr (info.format, ==, "MetaImage");
  g_assert_cmpstr (info.encoding, ==, encodings[kind]);
  g_assert_cmpstr (info.type, ==, type);
  image_object_assert (volume, grid, type, 1e-9);
  brg_volume_unref (volume);
  g_byte_array_unref (file);
}

/* Every order with every type in both byte orders, in all encodings in turn. */
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
          Kind kind = (Kind) ((order + t + 2 * big) % N_KINDS);
          check_order (&grid, types[t], big, kind == TEXT && t < 2 ? RAW : kind);
        }
}

/* The base header of 4 x 4 x 4 voxels; a case replaces a line, adds one or leaves it out. */
static const char *base[][2] = {
  { "ObjectType", "Image" },     { "NDims", "3" },
  { "BinaryData", "True" },      { "BinaryDataByteOrderMSB", "False" },
  { "CompressedData", "False" }, { "TransformMatrix", "1 0 0 0 1 0 0 0 1" },
  { "Offset", "0 0 0" },         { "ElementSpacing", "1 1 2" },
  { "DimSize", "4 4 4" },        { "ElementType", "MET_SHORT" },
};

typedef struct
{
  const char *key;
  const char *value; /* NULL: the line is left out */
  Verdict verdict;
  const char *says;
} Case;

static const Case cases[] = {
  { "ObjectType", "Tube", REJECT, "holds no image" },
  { "ObjectType", NULL, ACCEPT, NULL },
  { "ObjectSubType", "x", ACCEPT, NULL },
  { "NDims", NULL, REJECT, "no NDims" },
  { "NDims", "2", REJECT, "has 2 axes" },
  { "NDims", "4", REJECT, "DimSize is \"4 4 4\", must be 4 numbers" },
  { "NDims", "5", REJECT, "has 5 axes" },
  { "NDims", "11", REJECT, "NDims is \"11\", must be 1 to 10" },
  { "NDims", "nan", REJECT, "NDims is \"nan\"" },
  { "NDims", "-3", REJECT, "NDims" },
  { "BinaryData", "maybe", REJECT, "BinaryData is \"maybe\", must be True or False" },
  { "BinaryData", "False", REJECT, "not a number" },
  { "BinaryData", NULL, ACCEPT, NULL },
  { "BinaryDataByteOrderMSB", NULL, WARN, "byte order is not given" },
  { "BinaryDataByteOrderMSB", "", REJECT, "BinaryDataByteOrderMSB is \"\"" },
  { "ElementByteOrderMSB", "False", ACCEPT, NULL },
  { "ElementByteOrderMSB", "True", REJECT, "\"BinaryDataByteOrderMSB\" twice" },
  { "CompressedData", "True", REJECT, "zlib data is corrupt" },
  { "CompressedData", NULL, ACCEPT, NULL },
  { "CompressedDataSize", "-1", REJECT, "CompressedDataSize" },
  { "CompressedDataSize", "99999999999999999999", REJECT, "CompressedDataSize" },
  { "CompressedDataSize", "5", ACCEPT, NULL },
  { "TransformMatrix", NULL, WARN, "orientation is unknown" },
  { "TransformMatrix", "1 0 0 0 1 0 0 0", REJECT, "must be 9 numbers" },
  { "TransformMatrix", "1 0 0 0 1 0 0 0 1 0", REJECT, "must be 9 numbers" },
  { "TransformMatrix", "1 0 0 0 1 0 0 0 x", REJECT, "must be 9 numbers" },
  { "TransformMatrix", "0 0 0 0 0 0 0 0 0", REJECT, "spacing of axis 1" },
  { "TransformMatrix", "1 0 0 1 0 0 0 0 1", REJECT, "degenerate" },
  { "TransformMatrix", "nan 0 0 0 1 0 0 0 1", REJECT, "spacing of axis 1" },
  { "TransformMatrix", "inf 0 0 0 1 0 0 0 1", REJECT, "spacing of axis 1" },
  { "TransformMatrix", "1 0 0 0 1 0 0 0.3 1", WARN, "tilted by 16.7 degrees" },
  { "Orientation", "1 0 0 0 1 0 0 0 1", ACCEPT, NULL },
  { "Rotation", "0 1 0 1 0 0 0 0 1", REJECT, "\"Orientation\" twice" },
  { "Position", "1 0 0", REJECT, "\"Offset\" twice" },
  { "Origin", "0 0 0", ACCEPT, NULL },
  { "Offset", "0 0", REJECT, "Offset is \"0 0\", must be 3 numbers" },
  { "Offset", "nan 0 0", REJECT, "the origin" },
  { "Offset", "0 inf 0", REJECT, "the origin" },
  { "Offset", "0 0 1e30", REJECT, "100 m away" },
  { "Offset", NULL, ACCEPT, NULL },
  { "ElementSpacing", NULL, WARN, "1 mm is assumed" },
  { "ElementSpacing", "1 1 0", REJECT, "voxel size along axis 3 is 0" },
  { "ElementSpacing", "1 -1 1", REJECT, "voxel size along axis 2 is -1" },
  { "ElementSpacing", "nan 1 1", REJECT, "voxel size along axis 1 is nan" },
  { "ElementSpacing", "1e300 1 1", REJECT, "spacing of axis 1" },
  { "ElementSize", "9 9 9", ACCEPT, NULL },
  { "DistanceUnits", "mm", ACCEPT, NULL },
  { "DistanceUnits", "?", ACCEPT, NULL },
  { "DistanceUnits", "um", REJECT, "is in \"um\"" },
  { "DimSize", NULL, REJECT, "no DimSize" },
  { "DimSize", "4 4", REJECT, "DimSize is \"4 4\", must be 3 numbers" },
  { "DimSize", "4 4 4 4", REJECT, "must be 3 numbers" },
  { "DimSize", "0 4 4", REJECT, "size of axis 1 is 0, must be 1 to 65535" },
  { "DimSize", "4 -4 4", REJECT, "size of axis 2 is -4" },
  { "DimSize", "4 4 nan", REJECT, "size of axis 3 is nan" },
  { "DimSize", "4 4 1e300", REJECT, "size of axis 3" },
  { "DimSize", "4 4.5 4", REJECT, "size of axis 2 is 4.5" },
  { "DimSize", "4 4 5", REJECT, "160 bytes of voxels but only 128" },
  { "DimSize", "65535 65535 65535", REJECT, "too many" },
  { "DimSize", "65535 65535 2", REJECT, "declares" },
  { "ElementType", NULL, REJECT, "no ElementType" },
  { "ElementType", "MET_FLOAT_MATRIX", REJECT, "\"MET_FLOAT_MATRIX\" cannot be read" },
  { "ElementType", "\x1b[31m\xff", REJECT, "\"?[31m?\" cannot be read" },
  { "ElementType", "MET_SHORT_ARRAY", ACCEPT, NULL },
  { "ElementType", "MET_DOUBLE", REJECT, "512 bytes of voxels" },
  { "ElementNumberOfChannels", "0", REJECT, "ElementNumberOfChannels" },
  { "ElementNumberOfChannels", "2", REJECT, "256 bytes of voxels" },
  { "ElementToIntensityFunctionSlope", "1", ACCEPT, NULL },
  { "ElementToIntensityFunctionSlope", "0", REJECT, "slope 0" },
  { "ElementToIntensityFunctionSlope", "nan", REJECT, "slope nan" },
  { "ElementToIntensityFunctionOffset", "inf", REJECT, "intercept inf" },
  { "HeaderSize", "-1", ACCEPT, NULL },
  { "HeaderSize", "-2", REJECT, "HeaderSize" },
  { "HeaderSize", "7", REJECT, "HeaderSize is 7 but the header is" },
  { "HeaderSize", "9223372036854775807", REJECT, "past its end" },
  { "Comment", "\xff\xfe: = x", ACCEPT, NULL },
  { "Something else", "x", REJECT, "of the header is not a field" },
  { "SomethingElse", "x", ACCEPT, NULL },
  { "AnatomicalOrientation", "LPS", ACCEPT, NULL },
};

/* The header with a line replaced and the one of the data file at its end. */
static GByteArray *
header_with (const char *key, const char *value, const char *data_file)
{
  GString *text = g_string_new (NULL);
  bool replaced = key == NULL;

  for (size_t i = 0; i < G_N_ELEMENTS (base); i++)
    {
      bool here = key != NULL && strcmp (key, base[i][0]) == 0;
      replaced = replaced || here;
      if (!here || value != NULL)
        g_string_append_printf (text, "%s = %s\n", base[i][0], here ? value : base[i][1]);
    }
  if (!replaced)
    g_string_append_printf (text, "%s = %s\n", key, value);
  if (data_file != NULL)
    g_string_append_printf (text, "ElementDataFile = %s\n", data_file);
  GByteArray *bytes = bytes_of (text->str);
  g_string_free (text, TRUE);
  return bytes;
}

static GByteArray *
file_with (const char *key, const char *value)
{
  GByteArray *file = header_with (key, value, "LOCAL"), *samples = verdict_samples ();

  g_byte_array_append (file, samples->data, samples->len);
  g_byte_array_unref (samples);
  return file;
}

static void
test_cases (void)
{
  for (size_t c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      GByteArray *file = file_with (cases[c].key, cases[c].value);
      g_autofree char *shown = g_strescape (cases[c].value ? cases[c].value : "left out", NULL);
      g_test_message ("%s = %s", cases[c].key, shown);
      verdict_assert_bytes ("case.mha", file, cases[c].verdict, cases[c].says);
      g_byte_array_unref (file);
    }
}

static void
assert_text (const char *text, Verdict verdict, const char *says)
{
  GByteArray *file = bytes_of (text);

  verdict_assert_bytes ("whole.mha", file, verdict, says);
  g_byte_array_unref (file);
}

/* Files wrong as a whole rather than in one line. */
static void
test_whole (void)
{
  GByteArray *file = header_with (NULL, NULL, NULL);

  verdict_assert_bytes ("whole.mha", file, REJECT, "it has no ElementDataFile");
  g_byte_array_unref (file);
  assert_text ("NDims = 3", REJECT, "it has no ElementDataFile");
  assert_text ("\n  ndims : 3\nElementDataFile: LOCAL", REJECT, "no ElementType");
  assert_text ("NDims = 3\nno field\n", REJECT, "line 2 of the header is not a field");
  assert_text ("Hello = 3\n", REJECT, "is no NRRD, NIfTI or MetaImage file");
  assert_text ("NDims", REJECT, "is no NRRD, NIfTI or MetaImage file");
  GString *many = g_string_new ("NDims = 3\n");
  for (int i = 0; i < 20000; i++)
    g_string_append (many, "k=v\n");
  assert_text (many->str, REJECT, "more than 10000 lines");
  g_string_assign (many, "Comment = ");
  g_string_set_size (many, 2 << 20);
  memset (many->str + 10, 'A', many->len - 10);
  assert_text (many->str, REJECT, "longer than");
  g_string_free (many, TRUE);

  file = file_with (NULL, NULL);
  g_byte_array_append (file, (const guint8 *) "XXXX", 4);
  verdict_assert_bytes ("whole.mha", file, WARN, "4 bytes after the voxels");
  g_byte_array_set_size (file, file->len - 5);
  verdict_assert_bytes ("whole.mha", file, REJECT, "128 bytes of voxels but only 127");
  memcpy (file->data + 3, "\0", 1);
  verdict_assert_bytes ("whole.mha", file, REJECT, "");
  g_byte_array_unref (file);
}

/* A zlib stream with each part damaged; bytes behind it; a bomb. */
static void
test_zlib (void)
{
  GByteArray *samples = verdict_samples (), *packed = g_byte_array_new ();
  GByteArray *file = header_with ("CompressedData", "True", "LOCAL");
  guint head = file->len;

  image_object_deflate (packed, samples->data, samples->len);
  g_byte_array_append (file, packed->data, packed->len);
  verdict_assert_bytes ("z.mha", file, ACCEPT, NULL);
  verdict_assert_cut ("z.mha", file);
  file->data[file->len - 1] ^= 1;
  verdict_assert_bytes ("z.mha", file, REJECT, "zlib data is corrupt (incorrect data check)");
  file->data[file->len - 1] ^= 1;
  file->data[head + 1] ^= 1;
  verdict_assert_bytes ("z.mha", file, REJECT, "incorrect header check");
  memcpy (file->data + head, "\x77\x85", 2);
  verdict_assert_bytes ("z.mha", file, REJECT, "unknown compression method");
  memcpy (file->data + head, "\x78\x20", 2);
  verdict_assert_bytes ("z.mha", file, REJECT, "unknown dictionary");
  memcpy (file->data + head, packed->data, 2);
  for (guint extra = 1; extra < 20; extra++)
    {
      g_autofree char *says = g_strdup_printf ("%u bytes after the voxels", extra);
      g_byte_array_append (file, (const guint8 *) "x", 1);
      verdict_assert_bytes ("z.mha", file, WARN, says);
    }
  g_byte_array_set_size (file, file->len - 19);
  verdict_flip_bits ("z.mha", file, 100000, 3);
  g_byte_array_set_size (file, head);
  g_byte_array_set_size (samples, 16 << 20);
  memset (samples->data, 0, samples->len);
  image_object_deflate (file, samples->data, samples->len);
  verdict_assert_bytes ("z.mha", file, REJECT, "64 KiB beyond the voxels");
  g_byte_array_unref (file);
  file = header_with ("CompressedDataSize", "999", "LOCAL");
  GString *text = g_string_new_len ((const char *) file->data, file->len);
  replace (text, "CompressedData = False", "CompressedData = True");
  assert_text (text->str, REJECT, "declares 999 compressed bytes but only 0");
  g_string_free (text, TRUE);
  g_byte_array_unref (file);
  g_byte_array_unref (packed);
  g_byte_array_unref (samples);
}

static void
assert_data_file (const char *data_file, Verdict verdict, const char *says)
{
  GByteArray *header = header_with (NULL, NULL, data_file);

  g_test_message ("%s", data_file);
  verdict_assert_bytes ("data.mhd", header, verdict, says);
  g_byte_array_unref (header);
}

/* Voxels in other files, of which only plain neighbours are ever opened. */
static void
test_detached (void)
{
  GByteArray *samples = verdict_samples (), *longer = g_byte_array_new ();

  for (int i = 0; i < 4; i++)
    {
      g_autofree char *name = g_strdup_printf ("slice %d.raw", i);
      g_free (files_write (name, samples->data + 32 * i, 32));
    }
  g_free (files_write ("all.raw", samples->data, samples->len));
  g_byte_array_append (longer, (const guint8 *) "abcde", 5);
  g_byte_array_append (longer, samples->data, samples->len);
  g_free (files_write ("longer.raw", longer->data, longer->len));
  assert_data_file ("all.raw", ACCEPT, NULL);
  assert_data_file ("./all.raw", ACCEPT, NULL);
  assert_data_file ("longer.raw", WARN, "5 bytes after the voxels");
  assert_data_file ("LIST\nslice 0.raw\nslice 1.raw\nslice 2.raw\nslice 3.raw", ACCEPT, NULL);
  assert_data_file ("LIST 2D\nslice 0.raw\nslice 1.raw\nslice 2.raw\nslice 3.raw\n\n", ACCEPT,
                    NULL);
  assert_data_file ("LIST 3\nall.raw", ACCEPT, NULL);
  assert_data_file ("LIST 3\nslice 0.raw\nslice 1.raw", REJECT, "lists 2 data files, must be 1");
  assert_data_file ("LIST\nslice 0.raw\nslice 1.raw", REJECT, "lists 2 data files, must be 4");
  assert_data_file ("LIST 9D\nall.raw", REJECT, "of no known kind");
  assert_data_file ("LIST xyz\nall.raw", REJECT, "of no known kind");
  assert_data_file ("LIST", REJECT, "list of data files is empty");
  assert_data_file ("slice %d.raw 0 3 1", REJECT, "pattern");
  assert_data_file ("../../etc/passwd", REJECT, "plain file name");
  assert_data_file ("/etc/passwd", REJECT, "plain file name");
  assert_data_file ("..\\x", REJECT, "plain file name");
  assert_data_file ("-", REJECT, "plain file name");
  assert_data_file ("", REJECT, "plain file name");
  assert_data_file ("data.mhd", REJECT, "is the header itself");
  assert_data_file ("none.raw", REJECT, "none.raw: cannot open");
  for (const char **size = (const char *[]){ "-1", "5", NULL }; *size != NULL; size++)
    {
      GByteArray *header = header_with ("HeaderSize", *size, "longer.raw");
      verdict_assert_bytes ("data.mhd", header, ACCEPT, NULL);
      g_byte_array_unref (header);
    }
  g_byte_array_unref (samples);
  g_byte_array_unref (longer);
}

/* Slope and intercept; the first of several channels and volumes. */
static void
test_meaning (void)
{
  GByteArray *file = file_with ("ElementToIntensityFunctionSlope",
                                "0.5\nElementToIntensityFunctionOffset = 100"),
             *samples = verdict_samples ();
  g_autofree char *path = files_write ("scaled.mha", file->data, file->len);
  BrgVolume *volume = brg_image_read_volume (path, NULL, NULL, NULL);
  BrgImageInfo info;

  g_assert_nonnull (volume);
  for (int n = 0; n < 64; n++)
    g_assert_cmpint (volume->hu[n], ==, (int) rint (0.5 * (n - 32) + 100));
  brg_volume_unref (volume);
  g_byte_array_unref (file);

  for (int channels = 0; channels < 2; channels++)
    {
      file = channels ? header_with ("ElementNumberOfChannels", "3", "LOCAL")
                      : header_with ("NDims", "4", "LOCAL");
      GString *text = g_string_new_len ((const char *) file->data, file->len);
      if (!channels)
        {
          replace (text, "1 0 0 0 1 0 0 0 1", "1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1");
          replace (text, "Offset = 0 0 0", "Offset = 0 0 0 0");
          replace (text, "1 1 2", "1 1 2 1");
          replace (text, "4 4 4", "4 4 4 3");
        }
      GByteArray *all = bytes_of (text->str);
      for (int n = 0; n < 192; n++)
        g_byte_array_append (all, samples->data + 2 * (channels ? n / 3 : n % 64), 2);
      g_free (files_write ("scaled.mha", all->data, all->len));
      volume = brg_image_read_volume (path, &info, NULL, NULL);
      g_assert_nonnull (volume);
      g_assert_cmpint (info.n_warnings, ==, 1);
      g_assert_cmpstr (info.warnings[0], ==,
                       channels ? "holds 3 channels: only the first was read"
                                : "holds 3 volumes: only the first was read");
      for (int n = 0; n < 64; n++)
        g_assert_cmpint (volume->hu[n], ==, n - 32);
      brg_volume_unref (volume);
      g_string_free (text, TRUE);
      g_byte_array_unref (all);
      g_byte_array_unref (file);
    }
  g_byte_array_unref (samples);
}

/* Every truncation, and every bit of the header. */
static void
test_damage (void)
{
  GByteArray *file = file_with (NULL, NULL);

  verdict_assert_cut ("cut.mha", file);
  verdict_flip_bits ("flip.mha", file, 100000, 1);
  g_byte_array_unref (file);
}

/* Large enough for several threads, which change nothing. */
static void
test_threads (void)
{
  for (int big = 0; big < 2; big++)
    {
      BrgGrid grid = image_object_reordered (image_object_grid (203, 111, 59), big ? 9 : 0);
      GByteArray *file = file_of (&grid, "int16", big, big ? DETACHED : RAW);
      g_autofree char *path = files_write ("threads.mha", file->data, file->len);
      for (int n_threads = 1; n_threads <= 7; n_threads += n_threads == 1 ? 1 : 5)
        {
          BrgJob job = BRG_JOB_INIT;
          job.n_threads = n_threads;
          BrgVolume *volume = brg_image_read_volume (path, NULL, &job, NULL);
          g_assert_nonnull (volume);
          image_object_assert (volume, &grid, "int16", 1e-9);
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
  g_test_add_func ("/io/metaimage/orders", test_orders);
  g_test_add_func ("/io/metaimage/cases", test_cases);
  g_test_add_func ("/io/metaimage/whole", test_whole);
  g_test_add_func ("/io/metaimage/zlib", test_zlib);
  g_test_add_func ("/io/metaimage/detached", test_detached);
  g_test_add_func ("/io/metaimage/meaning", test_meaning);
  g_test_add_func ("/io/metaimage/damage", test_damage);
  g_test_add_func ("/io/metaimage/threads", test_threads);
  int failed = g_test_run ();
  files_end ();
  return failed;
}
