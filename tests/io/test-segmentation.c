/* Masks as public data sets have them, and segmentations as 3D Slicer stores them. */

#include <glib.h>
#include <string.h>

#include "files.h"
#include "image-object.h"
#include "io/brg-image.h"

/* Every third of the object's voxels is set. */
static bool
is_set (int i, int j, int k)
{
  return (i + 2 * j + 5 * k) % 3 == 0;
}

/* Samples of a mask on the grid, in file order. */
static GByteArray *
mask_samples (const BrgGrid *grid, const char *type, double label)
{
  GByteArray *bytes = g_byte_array_new ();
  BrgAffine m;
  int sizes[3], at[3], vox[3];

  brg_grid_to_source (grid, sizes, &m);
  for (at[2] = 0; at[2] < sizes[2]; at[2]++)
    for (at[1] = 0; at[1] < sizes[1]; at[1]++)
      for (at[0] = 0; at[0] < sizes[0]; at[0]++)
        {
          brg_grid_vox_from_source (grid, at, vox);
          image_object_append (bytes, type, false, is_set (vox[0], vox[1], vox[2]) ? label : 0);
        }
  return bytes;
}

static GString *
nrrd_header (const BrgGrid *grid, const char *type)
{
  GString *text = g_string_new ("NRRD0004\n# Complete NRRD file format specification at:\n");
  char number[3][G_ASCII_DTOSTR_BUF_SIZE];
  BrgAffine m;
  int sizes[3];

  brg_grid_to_source (grid, sizes, &m);
  g_string_append_printf (text,
                          "type: %s\ndimension: 3\nspace: left-posterior-superior\n"
                          "sizes: %d %d %d\nspace directions:",
                          type, sizes[0], sizes[1], sizes[2]);
  for (int c = 0; c < 4; c++)
    {
      for (int r = 0; r < 3; r++)
        g_ascii_dtostr (number[r], sizeof number[r], m.m[r][c]);
      g_string_append_printf (text, "%s (%s,%s,%s)", c < 3 ? "" : "\nspace origin:", number[0],
                              number[1], number[2]);
    }
  g_string_append (text, "\nkinds: domain domain domain\nendian: little\n");
  return text;
}

static GByteArray *
joined (const GString *text, const GByteArray *bytes)
{
  GByteArray *file = g_byte_array_new ();

  g_byte_array_append (file, (const guint8 *) text->str, (guint) text->len);
  g_byte_array_append (file, bytes->data, bytes->len);
  return file;
}

static void
assert_mask (const char *path, const BrgGrid *grid)
{
  BrgError error = { 0 };
  BrgMask *mask = brg_image_read_mask (path, NULL, NULL, &error);

  g_assert_cmpstr (error.message, ==, "");
  g_assert_nonnull (mask);
  for (int a = 0; a < 3; a++)
    g_assert_cmpint (mask->grid.dim[a], ==, grid->dim[a]);
  for (int k = 0; k < grid->dim[2]; k++)
    for (int j = 0; j < grid->dim[1]; j++)
      for (int i = 0; i < grid->dim[0]; i++)
        g_assert_cmpint (brg_mask_get (mask, i, j, k), ==, is_set (i, j, k));
  brg_mask_unref (mask);
}

/* 0 and 1 as int32 or a real number, and 0 and 255, with the axes of the file anywhere: NRRD with
 * gzip, NIfTI and MetaImage. */
static void
test_public_masks (void)
{
  static const char *const types[] = { "int32", "float", "double", "int16", "uint8" };

  for (int order = 0; order < 48; order++)
    for (size_t t = 0; t < G_N_ELEMENTS (types); t++)
      {
        BrgGrid grid = image_object_reordered (image_object_grid (7, 5, 4), order);
        double label = strcmp (types[t], "uint8") == 0 ? 255 : 1;
        GByteArray *samples = mask_samples (&grid, types[t], label), *zipped = g_byte_array_new ();
        GString *nrrd = nrrd_header (&grid, types[t]);
        GString *metaimage = image_object_metaimage (&grid, types[t], false);
        ImageNifti how = { .version = 1, .type = types[t], .has_qform = true };
        GByteArray *files[3] = { NULL, image_object_nifti (&grid, &how), NULL };
        g_string_append (nrrd, "encoding: gzip\n\n");
        g_string_append (metaimage, "ElementDataFile = LOCAL\n");
        files_gzip (zipped, samples->data, samples->len);
        files[0] = joined (nrrd, zipped);
        g_byte_array_append (files[1], samples->data, samples->len);
        files[2] = joined (metaimage, samples);
        for (int f = 0; f < 3; f++)
          {
            g_autofree char *path = files_write ("mask", files[f]->data, files[f]->len);
            assert_mask (path, &grid);
            g_byte_array_unref (files[f]);
          }
        g_string_free (nrrd, TRUE);
        g_string_free (metaimage, TRUE);
        g_byte_array_unref (samples);
        g_byte_array_unref (zipped);
      }
}

static const char *const segment_lines =
  "Segment0_Color:=0.5 0.68 0.5\nSegment0_Extent:=0 2 0 2 0 2\nSegment0_ID:=skull\n"
  "Segment0_LabelValue:=1\nSegment0_Layer:=0\nSegment0_Name:=DOE\n"
  "Segment1_ID:=implant\nSegment1_LabelValue:=7\nSegment1_Layer:=0\n"
  "Segment2_ID:=other\nSegment2_LabelValue:=1\nSegment2_Layer:=1\n"
  "Segment3_LabelValue:=-5\nSegment99_LabelValue:=3\nSegment4_Layer:=x\nSegment_Layer:=1\n"
  "Segmentation_MasterRepresentation:=Binary labelmap\n";

static char *
write_labelmap (const char *axes, const guint8 *samples, size_t size)
{
  GString *text = g_string_new (NULL);
  GByteArray *bytes = g_byte_array_new ();

  g_string_printf (text, "NRRD0004\ntype: unsigned char\n%s\nencoding: raw\n%s\n", axes,
                   segment_lines);
  g_byte_array_append (bytes, samples, (guint) size);
  GByteArray *file = joined (text, bytes);
  char *path = files_write ("labels.seg.nrrd", file->data, file->len);
  g_byte_array_unref (file);
  g_byte_array_unref (bytes);
  g_string_free (text, TRUE);
  return path;
}

static void
assert_segments (const BrgImageInfo *info)
{
  static const BrgImageSegment expected[] = { { 0, 1 }, { 0, 7 }, { 1, 1 }, { 0, 0 }, { 0, 0 } };

  g_assert_cmpint (info->n_segments, ==, 3);
  for (size_t s = 0; s < G_N_ELEMENTS (expected); s++)
    {
      g_assert_cmpint (info->segments[s].layer, ==, expected[s].layer);
      g_assert_cmpint (info->segments[s].label, ==, expected[s].label);
    }
}

/* Several segments are no mask, and the message and the grid's info say how many there are. */
static void
test_labelmap (void)
{
  const guint8 samples[8] = { 0, 1, 7, 0, 1, 1, 0, 7 }, one[8] = { 0, 7, 7, 0, 0, 0, 0, 7 };
  const char *axes = "dimension: 3\nspace: LPS\nsizes: 2 2 2\n"
                     "space directions: (1,0,0) (0,1,0) (0,0,1)";
  g_autofree char *path = write_labelmap (axes, samples, sizeof samples);
  BrgError error = { 0 };
  BrgImageInfo info;
  BrgGrid grid;

  g_assert_null (brg_image_read_mask (path, NULL, NULL, &error));
  g_assert_cmpstr (error.message, ==,
                   "labels.seg.nrrd: is not one mask but a segmentation of 3: it holds 0, 1 and 7");
  g_assert_cmpint (brg_image_read_grid (path, &grid, &info, NULL), ==, BRG_OK);
  g_assert_cmpint (info.n_layers, ==, 1);
  assert_segments (&info);
  g_free (write_labelmap (axes, one, sizeof one));
  BrgMask *mask = brg_image_read_mask (path, NULL, NULL, NULL);
  g_assert_nonnull (mask);
  g_assert_cmpuint (brg_mask_count (mask), ==, 3);
  brg_mask_unref (mask);
}

/* Layers: the first is read, and a warning says how many there are. */
static void
test_layers (void)
{
  const guint8 samples[16] = { 1, 9, 0, 9, 1, 9, 0, 9, 0, 9, 0, 9, 0, 9, 1, 9 };
  g_autofree char *path =
    write_labelmap ("dimension: 4\nspace: LPS\nsizes: 2 2 2 2\nkinds: list domain domain domain\n"
                    "space directions: none (1,0,0) (0,1,0) (0,0,1)",
                    samples, sizeof samples);
  BrgImageInfo info;
  BrgMask *mask = brg_image_read_mask (path, &info, NULL, NULL);

  g_assert_nonnull (mask);
  g_assert_cmpuint (brg_mask_count (mask), ==, 3);
  g_assert_cmpint (info.n_layers, ==, 2);
  g_assert_cmpstr (info.warnings[0], ==, "holds 2 layers: only the first was read");
  assert_segments (&info);
  brg_mask_unref (mask);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  files_begin ();
  g_test_add_func ("/io/segmentation/public-masks", test_public_masks);
  g_test_add_func ("/io/segmentation/labelmap", test_labelmap);
  g_test_add_func ("/io/segmentation/layers", test_layers);
  int failed = g_test_run ();
  files_end ();
  return failed;
}
