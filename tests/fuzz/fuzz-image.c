#include "fuzz-image.h"

#include <string.h>

#include "fuzz.h"
#include "io/brg-image-content.h"
#include "io/brg-nrrd.h"

#define MAX_LABELS 4 /* looked at */

/* Messages name the file that is read, or the one its header names. */
static void
check_error (const char *path, const BrgError *error)
{
  g_autofree char *name = g_path_get_basename (path), *prefix = g_strconcat (name, ": ", NULL);

  g_assert_cmpint (error->status, !=, BRG_OK);
  g_assert_cmpint (error->status, !=, BRG_CANCELLED);
  g_assert_true (g_str_has_prefix (error->message, prefix));
}

static void
check_info (const BrgImageInfo *info)
{
  g_assert_cmpint (info->n_warnings, <=, BRG_IMAGE_MAX_WARNINGS);
  for (int w = 0; w < info->n_warnings; w++)
    for (const char *c = info->warnings[w]; *c != '\0'; c++)
      g_assert_true (g_ascii_isprint (*c));
}

static void
check_volume (const char *path, const BrgGrid *grid, BrgJob *job)
{
  BrgError error = { 0 };
  BrgImageInfo info;
  BrgVolume *volume = brg_image_read_volume (path, &info, job, &error);
  g_autofree char *copy = g_build_filename (fuzz_folder (), "copy.nrrd", NULL);

  if (volume == NULL)
    {
      check_error (path, &error);
      return;
    }
  check_info (&info);
  g_assert_true (grid != NULL && brg_grid_equal (grid, &volume->grid));
  g_assert_cmpint (brg_nrrd_write_volume (volume, copy, job, NULL), ==, BRG_OK);
  BrgVolume *back = brg_image_read_volume (copy, NULL, job, NULL);
  g_assert_nonnull (back);
  g_assert_true (brg_grid_equal (&back->grid, &volume->grid));
  gsize size = brg_grid_n_voxels (&volume->grid) * sizeof *volume->hu;
  g_assert_cmpint (memcmp (back->hu, volume->hu, size), ==, 0);
  brg_volume_unref (back);
  brg_volume_unref (volume);
}

static void
check_mask (const char *path, const BrgGrid *grid, BrgJob *job)
{
  BrgError error = { 0 };
  BrgMask *mask = brg_image_read_mask (path, NULL, job, &error);
  g_autofree char *copy = g_build_filename (fuzz_folder (), "copy.nrrd", NULL);

  if (mask == NULL)
    {
      check_error (path, &error);
      return;
    }
  g_assert_true (grid != NULL && brg_grid_equal (grid, &mask->grid));
  g_assert_cmpint (brg_nrrd_write_mask (mask, copy, job, NULL), ==, BRG_OK);
  BrgMask *back = brg_image_read_mask (copy, NULL, job, NULL);
  g_assert_nonnull (back);
  g_assert_true (brg_mask_equal (back, mask));
  brg_mask_unref (back);
  brg_mask_unref (mask);
}

static void
check_labels (const char *path, BrgJob *job)
{
  BrgError error = { 0 };
  BrgMask *ones, *twos;

  if (brg_image_read_labels (path, &ones, &twos, job, &error) != BRG_OK)
    {
      check_error (path, &error);
      g_assert_true (ones == NULL && twos == NULL);
      return;
    }
  g_assert_cmpuint (brg_mask_count_and (ones, twos), ==, 0);
  brg_mask_unref (ones);
  brg_mask_unref (twos);
}

/* A label has as many voxels as the look at the values counted. */
static void
check_label (const char *path, const BrgGrid *grid, const BrgImageLabel *label, BrgJob *job)
{
  const BrgImagePick pick = { .layer = label->layer, .label = label->label };
  BrgMask *mask = brg_image_read_picked (path, &pick, NULL, job, NULL);

  g_assert_nonnull (mask);
  g_assert_true (grid != NULL && brg_grid_equal (grid, &mask->grid));
  g_assert_cmpuint (brg_mask_count (mask), ==, label->n_vox);
  g_assert_nonnull (memchr (label->name, '\0', sizeof label->name));
  brg_mask_unref (mask);
}

static void
check_content (const char *path, const BrgGrid *grid, BrgJob *job)
{
  BrgError error = { 0 };
  BrgImageContent content;

  if (brg_image_read_content (path, &content, job, &error) != BRG_OK)
    {
      check_error (path, &error);
      return;
    }
  g_assert_cmpint (content.n_labels, <=, G_N_ELEMENTS (content.labels));
  for (int l = 0; l < MIN (content.n_labels, MAX_LABELS); l++)
    check_label (path, grid, &content.labels[l], job);
  brg_image_content_clear (&content);
}

void
fuzz_image (const char *path)
{
  BrgJob job = BRG_JOB_INIT;
  BrgError error = { 0 };
  BrgImageInfo info;
  BrgGrid grid;

  job.n_threads = 1;
  gboolean has_grid = brg_image_read_grid (path, &grid, &info, &error) == BRG_OK;
  if (has_grid)
    check_info (&info);
  else
    check_error (path, &error);
  check_volume (path, has_grid ? &grid : NULL, &job);
  check_mask (path, has_grid ? &grid : NULL, &job);
  check_labels (path, &job);
  check_content (path, has_grid ? &grid : NULL, &job);
}
