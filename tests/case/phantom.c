#include "phantom.h"

#include <glib/gstdio.h>

#include "io/brg-nrrd.h"

#define SPACING_MM 4.0
#define SIZE_VOX   41

BrgGrid
phantom_grid (void)
{
  const double spacing_mm[3] = { SPACING_MM, SPACING_MM, SPACING_MM };
  double corner_mm = -SPACING_MM * (SIZE_VOX - 1) / 2;

  return brg_grid_simple (SIZE_VOX, SIZE_VOX, SIZE_VOX, spacing_mm,
                          brg_vec3 (corner_mm, corner_mm, corner_mm));
}

static gboolean
is_bone (const BrgGrid *grid, int i, int j, int k)
{
  double r_mm = brg_vec3_length (brg_grid_lps_from_vox (grid, brg_vec3 (i, j, k)));

  return r_mm <= PHANTOM_RADIUS_MM && r_mm >= PHANTOM_RADIUS_MM - PHANTOM_THICKNESS_MM;
}

static gboolean
is_speck (int i, int j, int k)
{
  return i <= 2 && j <= 2 && k <= 1;
}

BrgVolume *
phantom_scan (void)
{
  BrgGrid grid = phantom_grid ();
  BrgVolume *scan = brg_volume_new (&grid, NULL);
  gint16 *hu = scan->hu;

  for (int k = 0; k < SIZE_VOX; k++)
    for (int j = 0; j < SIZE_VOX; j++)
      for (int i = 0; i < SIZE_VOX; i++)
        *hu++ = is_bone (&grid, i, j, k) || is_speck (i, j, k) ? PHANTOM_BONE_HU : -1000;
  return scan;
}

BrgMask *
phantom_skull (void)
{
  BrgGrid grid = phantom_grid ();
  BrgMask *skull = brg_mask_new (&grid, NULL);

  for (int k = 0; k < SIZE_VOX; k++)
    for (int j = 0; j < SIZE_VOX; j++)
      for (int i = 0; i < SIZE_VOX; i++)
        brg_mask_set (skull, i, j, k, is_bone (&grid, i, j, k));
  return skull;
}

void
phantom_speck_vox (int vox[3])
{
  vox[0] = vox[1] = vox[2] = 1;
}

char *
phantom_write (const char *dir, const char *name)
{
  char *path = g_build_filename (dir, name, NULL);
  BrgVolume *scan = phantom_scan ();
  BrgError error = { 0 };

  brg_nrrd_write_volume (scan, path, NULL, &error);
  g_assert_cmpstr (error.message, ==, "");
  brg_volume_unref (scan);
  return path;
}

char *
test_folder_new (void)
{
  g_autoptr (GError) error = NULL;
  char *dir = g_dir_make_tmp ("bregma-case-XXXXXX", &error);

  g_assert_no_error (error);
  return dir;
}

static guint
visit (const char *path, gboolean unlink_it)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;
  guint count = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inside = g_build_filename (path, name, NULL);
      count += 1 + visit (inside, unlink_it);
    }
  if (unlink_it)
    g_remove (path);
  return count;
}

void
test_folder_free (char *dir)
{
  visit (dir, TRUE);
  g_free (dir);
}

guint
test_folder_count (const char *dir)
{
  return visit (dir, FALSE);
}
