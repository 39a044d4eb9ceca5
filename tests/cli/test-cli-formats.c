/* Scans and masks as NIfTI and MetaImage: the commands make of them what they make of NRRD. */

#include <string.h>

#include "cli-run.h"
#include "files.h"
#include "image-object.h"
#include "io/brg-image.h"

static void
write_bytes (const char *path, const GByteArray *bytes)
{
  g_assert_true (g_file_set_contents (path, (const char *) bytes->data, (gssize) bytes->len, NULL));
}

static BrgVolume *
read_volume (const char *path)
{
  BrgVolume *volume = brg_image_read_volume (path, NULL, NULL, NULL);

  g_assert_nonnull (volume);
  return volume;
}

static void
write_nifti (const BrgVolume *volume, const char *path)
{
  ImageNifti how = { .version = 1, .type = "int16", .has_sform = true, .has_qform = true };
  GByteArray *file = image_object_nifti (&volume->grid, &how);
  GByteArray *voxels = image_object_voxels (volume), *zipped = g_byte_array_new ();

  g_byte_array_append (file, voxels->data, voxels->len);
  files_gzip (zipped, file->data, file->len);
  write_bytes (path, zipped);
  g_byte_array_unref (file);
  g_byte_array_unref (voxels);
  g_byte_array_unref (zipped);
}

static void
write_metaimage (const BrgVolume *volume, const char *path)
{
  GString *text = image_object_metaimage (&volume->grid, "int16", false);
  GByteArray *voxels = image_object_voxels (volume), *file = g_byte_array_new ();

  g_string_append (text, "ElementDataFile = LOCAL\n");
  g_byte_array_append (file, (const guint8 *) text->str, (guint) text->len);
  g_byte_array_append (file, voxels->data, voxels->len);
  write_bytes (path, file);
  g_string_free (text, TRUE);
  g_byte_array_unref (file);
  g_byte_array_unref (voxels);
}

static const struct
{
  const char *name, *format;
  void (*write) (const BrgVolume *volume, const char *path);
} kinds[] = {
  { "other.nii.gz", "NIfTI-1", write_nifti },
  { "other.mha", "MetaImage", write_metaimage },
  { "other", "MetaImage", write_metaimage }, /* the name does not matter */
};

static void
test_scan (CliScene *scene, gconstpointer data)
{
  BrgVolume *scan = read_volume (scene->scan);
  g_auto (CliRun) first = cli_run ("segment", scene->scan, "-o", scene->skull, NULL);
  BrgMask *skull = cli_read_mask (scene->skull);

  (void) data;
  cli_assert_done (&first);
  for (size_t k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      g_autofree char *path = g_build_filename (scene->dir, kinds[k].name, NULL);
      kinds[k].write (scan, path);
      g_auto (CliRun) segment = cli_run ("segment", path, "-o", scene->skull, NULL);
      cli_assert_done (&segment);
      BrgMask *mask = cli_read_mask (scene->skull);
      g_assert_true (brg_mask_equal (mask, skull));
      brg_mask_unref (mask);
      g_auto (CliRun) info = cli_run ("info", path, NULL);
      cli_assert_done (&info);
      g_assert_nonnull (strstr (info.out, kinds[k].format));
      g_assert_nonnull (strstr (info.out, "-1000 to 1000 HU"));
    }
  brg_mask_unref (skull);
  brg_volume_unref (scan);
}

static void
test_mask (CliScene *scene, gconstpointer data)
{
  g_autofree char *stl = g_build_filename (scene->dir, "skull.stl", NULL);
  g_auto (CliRun) segment = cli_run ("segment", scene->scan, "-o", scene->skull, NULL);
  g_auto (CliRun) first = cli_run ("mesh", scene->skull, "-o", stl, NULL);
  g_autoptr (GBytes) expected = cli_read (stl);
  BrgVolume *skull = read_volume (scene->skull);

  (void) data;
  cli_assert_done (&segment);
  cli_assert_done (&first);
  for (size_t k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      g_autofree char *path = g_build_filename (scene->dir, kinds[k].name, NULL);
      kinds[k].write (skull, path);
      g_auto (CliRun) mesh = cli_run ("mesh", path, "-o", stl, NULL);
      cli_assert_done (&mesh);
      g_autoptr (GBytes) bytes = cli_read (stl);
      g_assert_true (g_bytes_equal (bytes, expected));
    }
  brg_volume_unref (skull);
}

/* What is no image at all. */
static void
test_no_image (CliScene *scene, gconstpointer data)
{
  g_autofree char *path = g_build_filename (scene->dir, "two.seg.nrrd", NULL);

  (void) data;
  g_assert_true (g_file_set_contents (path, "something else", -1, NULL));
  g_auto (CliRun) other = cli_run ("info", path, NULL);
  cli_assert_fails (&other, 1, "is no NRRD, NIfTI or MetaImage file");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/cli/formats/scan", CliScene, GINT_TO_POINTER (TRUE), cli_scene_set_up, test_scan,
              cli_scene_tear_down);
  g_test_add ("/cli/formats/mask", CliScene, GINT_TO_POINTER (TRUE), cli_scene_set_up, test_mask,
              cli_scene_tear_down);
  g_test_add ("/cli/formats/no-image", CliScene, NULL, cli_scene_set_up, test_no_image,
              cli_scene_tear_down);
  return g_test_run ();
}
