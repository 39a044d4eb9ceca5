#include <string.h>

#include "case/brg-store-private.h"

/* Little-endian: dim 3 x 4 bytes, source axis 3 x 1, flipped 3 x 1, then the upper three rows of
 * lps_from_vox, 12 x 8 bytes. */
#define GRID_BYTES (3 * 4 + 3 + 3 + 12 * 8)

GBytes *
_brg_store_pack_grid (const BrgGrid *grid)
{
  GByteArray *bytes = g_byte_array_sized_new (GRID_BYTES);

  for (int a = 0; a < 3; a++)
    {
      gint32 dim = GINT32_TO_LE (grid->dim[a]);
      g_byte_array_append (bytes, (const guint8 *) &dim, sizeof dim);
    }
  for (int a = 0; a < 3; a++)
    g_byte_array_append (bytes, (const guint8[]){ (guint8) grid->source_axis[a] }, 1);
  for (int a = 0; a < 3; a++)
    g_byte_array_append (bytes, (const guint8[]){ grid->source_flipped[a] ? 1 : 0 }, 1);
  for (int m = 0; m < 12; m++)
    {
      guint64 word;
      memcpy (&word, &grid->lps_from_vox.m[m / 4][m % 4], sizeof word);
      word = GUINT64_TO_LE (word);
      g_byte_array_append (bytes, (const guint8 *) &word, sizeof word);
    }
  return g_byte_array_free_to_bytes (bytes);
}

static void
unpack (const guint8 *at, BrgGrid *grid)
{
  for (int a = 0; a < 3; a++, at += 4)
    {
      gint32 dim;
      memcpy (&dim, at, sizeof dim);
      grid->dim[a] = GINT32_FROM_LE (dim);
    }
  for (int a = 0; a < 3; a++)
    grid->source_axis[a] = *at++;
  for (int a = 0; a < 3; a++)
    grid->source_flipped[a] = *at++ != 0;
  grid->lps_from_vox = brg_affine_identity ();
  for (int m = 0; m < 12; m++, at += 8)
    {
      guint64 word;
      memcpy (&word, at, sizeof word);
      word = GUINT64_FROM_LE (word);
      memcpy (&grid->lps_from_vox.m[m / 4][m % 4], &word, sizeof word);
    }
}

static gboolean
axes_are_sound (const BrgGrid *grid)
{
  guint seen = 0;

  for (int a = 0; a < 3; a++)
    if (grid->source_axis[a] >= 0 && grid->source_axis[a] < 3)
      seen |= 1U << grid->source_axis[a];
  return seen == 7;
}

/* A grid is what a reader would make of the axes it came from. */
static BrgStatus
check_grid (const BrgGrid *grid, BrgError *error)
{
  int source_dim[3];
  BrgAffine lps_from_source;
  BrgGrid again;

  if (!axes_are_sound (grid))
    return brg_error_set (error, BRG_FORMAT, "the axes of its scan are not three");
  for (int a = 0; a < 3; a++)
    if (grid->dim[a] < 1 || grid->dim[a] > BRG_GRID_MAX_DIM)
      return brg_error_set (error, BRG_FORMAT,
                            "its scan has %d voxels along axis %d, must be 1 to %d", grid->dim[a],
                            a + 1, BRG_GRID_MAX_DIM);
  brg_grid_to_source (grid, source_dim, &lps_from_source);
  BrgStatus status = brg_grid_from_source (source_dim, &lps_from_source, &again, error);
  if (status == BRG_OK &&
      (memcmp (again.source_axis, grid->source_axis, sizeof again.source_axis) != 0 ||
       !brg_grid_equal (&again, grid)))
    status = brg_error_set (error, BRG_FORMAT, "the axes of its scan are not in canonical order");
  return status;
}

gboolean
_brg_store_unpack_grid (gconstpointer bytes, gsize size, BrgGrid *grid, BrgError *error)
{
  *grid = (BrgGrid){ 0 };
  if (size != GRID_BYTES)
    {
      brg_error_set (error, BRG_FORMAT, "the grid of its scan has %zu bytes, must be %d", size,
                     GRID_BYTES);
      return FALSE;
    }
  unpack (bytes, grid);
  return check_grid (grid, error) == BRG_OK;
}
