/* NRRD values: every type, encoding and byte order; rounding and limits; labels; layers. */

#include <glib.h>
#include <math.h>
#include <string.h>

#include "files.h"
#include "image-object.h"
#include "io/brg-image.h"

static void
append_encoded (GByteArray *file, const GByteArray *raw, const char *encoding)
{
  if (strcmp (encoding, "gzip") == 0)
    files_gzip (file, raw->data, raw->len);
  else if (strcmp (encoding, "hex") == 0)
    for (guint i = 0; i < raw->len; i++)
      {
        char *digits = g_strdup_printf (i % 3 ? "%02x" : "%02X\n", raw->data[i]);
        g_byte_array_append (file, (const guint8 *) digits, (guint) strlen (digits));
        g_free (digits);
      }
  else
    g_byte_array_append (file, raw->data, raw->len);
}

static void
check_type (const char *type, const char *spelling, bool big, const char *encoding)
{
  enum
  {
    N = 67 * 2 * 3
  };
  double lo = type[0] == 'u' ? 0 : strcmp (type, "int8") == 0 ? -128 : -1024;
  GByteArray *file = g_byte_array_new (), *raw = g_byte_array_new ();
  char *header = g_strdup_printf (
    "NRRD0005\nType: %s\ndimension: 3\nsizes: 67 2 3\nendian: %s\nEncoding: %s\nspace: LPS\n"
    "space directions: (1,0,0) (0,1,0) (0,0,1)\n\n",
    spelling, big ? "BIG" : "Little", encoding);
  BrgError error = { 0 };
  BrgImageInfo info;

  g_byte_array_append (file, (const guint8 *) header, (guint) strlen (header));
  for (int i = 0; i < N; i++)
    image_object_append (raw, type, big, lo + i % 128);
  if (strcmp (encoding, "text") == 0)
    for (int i = 0; i < N; i++)
      {
        char *word = g_strdup_printf ("%d%s", (int) lo + i % 128, i % 5 ? " " : ",\r\n");
        g_byte_array_append (file, (const guint8 *) word, (guint) strlen (word));
        g_free (word);
      }
  else
    append_encoded (file, raw, encoding);
  char *path = files_write ("type.nrrd", file->data, file->len);
  BrgVolume *volume = brg_image_read_volume (path, &info, NULL, &error);
  g_assert_cmpstr (error.message, ==, "");
  g_assert_nonnull (volume);
  g_assert_cmpstr (info.type, ==, type);
  g_assert_cmpstr (info.encoding, ==, encoding);
  for (int i = 0; i < N; i++)
    g_assert_cmpint (volume->hu[i], ==, (int) lo + i % 128);
  brg_volume_unref (volume);
  g_byte_array_unref (file);
  g_byte_array_unref (raw);
  g_free (header);
  g_free (path);
}

static void
test_types (void)
{
  static const char *types[][2] = {
    { "int8", "signed char" },    { "uint8", "unsigned char" },
    { "int16", "SHORT" },         { "uint16", "ushort" },
    { "int32", "int" },           { "uint32", "uint32_t" },
    { "int64", "long long int" }, { "uint64", "unsigned long long int" },
    { "float", "float" },         { "double", "Double" },
  };
  static const char *encodings[] = { "raw", "gzip", "hex", "text" };

  for (size_t t = 0; t < G_N_ELEMENTS (types); t++)
    for (size_t e = 0; e < G_N_ELEMENTS (encodings); e++)
      for (int big = 0; big < 2; big++)
        check_type (types[t][0], types[t][1], big, encodings[e]);
}

/* Values of one row of float as HU and as mask. */
static void
test_values (void)
{
  static const float values[8] = {
    NAN, INFINITY, -INFINITY, 1e38f, -32768.4f, 0.5f, 1.5f, 32767.49f
  };
  static const int16_t expected[8] = { -32768, 32767, -32768, 32767, -32768, 0, 2, 32767 };
  GByteArray *file = g_byte_array_new ();
  const char *header = "NRRD0001\ntype: float\ndimension: 3\nsizes: 8 1 1\nendian: little\n"
                       "encoding: raw\nspacings: 1 1 2\n\n";
  BrgError error = { 0 };
  BrgImageInfo info;

  g_byte_array_append (file, (const guint8 *) header, (guint) strlen (header));
  for (int i = 0; i < 8; i++)
    image_object_append (file, "float", false, (double) values[i]);
  char *path = files_write ("values.nrrd", file->data, file->len);
  BrgVolume *volume = brg_image_read_volume (path, &info, NULL, &error);
  g_assert_nonnull (volume);
  for (int i = 0; i < 8; i++)
    g_assert_cmpint (volume->hu[i], ==, expected[i]);
  g_assert_false (info.has_orientation);
  g_assert_cmpstr (info.space, ==, "");
  g_assert_cmpint (info.n_warnings, ==, 3);
  g_assert_nonnull (strstr (info.warnings[0], "orientation is unknown"));
  g_assert_true (g_str_has_prefix (info.warnings[1], "1 voxel is not a number and became"));
  g_assert_true (g_str_has_prefix (info.warnings[2], "3 voxels were outside"));
  g_assert_cmpfloat (brg_grid_spacing_mm (&volume->grid, 2), ==, 2);
  g_assert_null (brg_image_read_mask (path, NULL, NULL, &error));
  g_assert_cmpint (error.status, ==, BRG_FORMAT);
  brg_volume_unref (volume);
  g_byte_array_unref (file);
  g_free (path);
}

/* Masks in other types and with other labels; mixed labels wherever they meet. */
static void
test_mask_labels (void)
{
  static const char *types[] = { "int8", "uint8", "int16", "uint32", "float", "double" };

  for (size_t t = 0; t < G_N_ELEMENTS (types); t++)
    for (int n = 0; n < 70; n++)
      {
        GByteArray *file = g_byte_array_new ();
        char *header = g_strdup_printf ("NRRD0001\ntype: %s\ndimension: 3\nsizes: 35 1 2\n"
                                        "endian: little\nencoding: raw\n\n",
                                        types[t]);
        BrgError error = { 0 };
        g_byte_array_append (file, (const guint8 *) header, (guint) strlen (header));
        for (int i = 0; i < 70; i++)
          image_object_append (file, types[t], false, i == n ? 7 : i % 2 ? 0 : 3);
        char *path = files_write ("labels.nrrd", file->data, file->len);
        g_assert_null (brg_image_read_mask (path, NULL, NULL, &error));
        g_assert_nonnull (strstr (error.message, "is not a mask: it holds 0, "));
        file->len = (guint) strlen (header);
        for (int i = 0; i < 70; i++)
          image_object_append (file, types[t], false, i == n ? 0 : 3);
        g_free (files_write ("labels.nrrd", file->data, file->len));
        BrgMask *mask = brg_image_read_mask (path, NULL, NULL, &error);
        g_assert_nonnull (mask);
        g_assert_cmpuint (brg_mask_count (mask), ==, 69);
        g_assert_false (brg_mask_get (mask, n % 35, 0, n / 35));
        brg_mask_unref (mask);
        g_byte_array_unref (file);
        g_free (header);
        g_free (path);
      }
}

/* Every label a byte can be, in rows wide enough for the word-wise packing. */
static void
test_byte_labels (void)
{
  for (int label = 1; label < 256; label++)
    {
      const char *header = "NRRD0001\ntype: uint8\ndimension: 3\nsizes: 67 1 2\n"
                           "encoding: raw\n\n";
      GByteArray *file = g_byte_array_new ();
      BrgError error = { 0 };
      g_byte_array_append (file, (const guint8 *) header, (guint) strlen (header));
      for (int i = 0; i < 134; i++)
        image_object_append (file, "uint8", false, i * i % 5 < 2 ? label : 0);
      char *path = files_write ("byte.nrrd", file->data, file->len);
      BrgMask *mask = brg_image_read_mask (path, NULL, NULL, &error);
      g_assert_nonnull (mask);
      for (int i = 0; i < 134; i++)
        g_assert_cmpint (brg_mask_get (mask, i % 67, 0, i / 67), ==, i * i % 5 < 2);
      brg_mask_unref (mask);
      g_byte_array_unref (file);
      g_free (path);
    }
}

/* Four axes with the list at each place: the first layer is read. */
static void
test_layers (void)
{
  for (int list = 0; list < 4; list++)
    {
      const int dim[3] = { 5, 4, 3 };
      int sizes[4], stride[4], at = 0;
      GByteArray *file = g_byte_array_new ();
      GString *header = g_string_new ("NRRD0005\ntype: uchar\ndimension: 4\nspace: LPS\n"
                                      "encoding: raw\nSegment0_ID:=a\nSegment10_ID:=b\n"
                                      "Segment2_ID:=c\nSegment2_Name:=d\nSegmentX_ID:=e\n");
      BrgError error = { 0 };
      BrgImageInfo info;

      for (int a = 0, s = 0; a < 4; a++)
        sizes[a] = a == list ? 2 : dim[s++];
      for (int a = 0, step = 1; a < 4; step *= sizes[a++])
        stride[a] = step;
      g_string_append_printf (header, "sizes: %d %d %d %d\nspace directions:", sizes[0], sizes[1],
                              sizes[2], sizes[3]);
      for (int a = 0, s = 0; a < 4; a++)
        if (a == list)
          g_string_append (header, " none");
        else
          g_string_append_printf (header, " (%d,%d,%d)", s == 0, s == 1, s == 2), s++;
      g_string_append (header, "\n\n");
      g_byte_array_append (file, (const guint8 *) header->str, (guint) header->len);
      for (int n = 0; n < 120; n++)
        {
          int layer = n / stride[list] % 2;
          int voxel = n % stride[list] + n / (stride[list] * 2) * stride[list];
          guint8 value = (guint8) (layer == 0 ? voxel % 7 == 0 : 9);
          g_byte_array_append (file, &value, 1);
        }
      char *path = files_write ("layers.nrrd", file->data, file->len);
      BrgMask *mask = brg_image_read_mask (path, &info, NULL, &error);
      g_assert_cmpstr (error.message, ==, "");
      g_assert_nonnull (mask);
      for (int k = 0; k < 3; k++)
        for (int j = 0; j < 4; j++)
          for (int i = 0; i < 5; i++)
            g_assert_cmpint (brg_mask_get (mask, i, j, k), ==, at++ % 7 == 0);
      g_assert_cmpint (info.n_warnings, ==, 1);
      g_assert_nonnull (strstr (info.warnings[0], "2 layers"));
      brg_mask_unref (mask);
      g_string_free (header, TRUE);
      g_byte_array_unref (file);
      g_free (path);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  files_begin ();
  g_test_add_func ("/io/nrrd/types", test_types);
  g_test_add_func ("/io/nrrd/values", test_values);
  g_test_add_func ("/io/nrrd/mask-labels", test_mask_labels);
  g_test_add_func ("/io/nrrd/byte-labels", test_byte_labels);
  g_test_add_func ("/io/nrrd/layers", test_layers);
  int failed = g_test_run ();
  files_end ();
  return failed;
}
