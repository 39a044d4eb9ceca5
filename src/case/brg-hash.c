#include <errno.h>

#include "case/brg-file-private.h"
#include "case/brg-manifest-private.h"

#define CHUNK 65536

static void
finish (GChecksum *checksum, BrgSha256 out)
{
  g_strlcpy (out, g_checksum_get_string (checksum), sizeof (BrgSha256));
  g_checksum_free (checksum);
}

/* One byte, 0 or 1, per voxel of a row. */
static void
expand_row (const BrgMask *mask, int j, int k, guint8 *bytes)
{
  const uint64_t *row = brg_mask_row (mask, j, k);

  for (int i = 0; i < mask->grid.dim[0]; i++)
    bytes[i] = (guint8) (row[i / 64] >> (i % 64) & 1);
}

void
brg_export_hash_mask (const BrgMask *mask, BrgSha256 out)
{
  GChecksum *checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guint8 *row = g_malloc ((gsize) mask->grid.dim[0]);

  for (int k = 0; k < mask->grid.dim[2]; k++)
    for (int j = 0; j < mask->grid.dim[1]; j++)
      {
        expand_row (mask, j, k, row);
        g_checksum_update (checksum, row, mask->grid.dim[0]);
      }
  finish (checksum, out);
}

void
brg_export_hash_volume (const BrgVolume *volume, BrgSha256 out)
{
  GChecksum *checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree gint16 *chunk = g_new (gint16, CHUNK);
  gsize n_voxels = brg_grid_n_voxels (&volume->grid);

  for (gsize from = 0; from < n_voxels; from += CHUNK)
    {
      gsize n = MIN (n_voxels - from, CHUNK);
      for (gsize v = 0; v < n; v++)
        chunk[v] = GINT16_TO_LE (volume->hu[from + v]);
      g_checksum_update (checksum, (const guchar *) chunk, (gssize) (n * sizeof *chunk));
    }
  finish (checksum, out);
}

gboolean
_brg_hash_file (const char *path, BrgSha256 sha256, gint64 *bytes, GError **error)
{
  FILE *file = _brg_file_open (path, error);

  if (file == NULL)
    return FALSE;
  GChecksum *checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guint8 *chunk = g_malloc (CHUNK);
  gsize got;
  *bytes = 0;
  while ((got = fread (chunk, 1, CHUNK, file)) > 0)
    {
      g_checksum_update (checksum, chunk, (gssize) got);
      *bytes += (gint64) got;
    }
  int errnum = ferror (file) ? errno : 0;
  fclose (file);
  finish (checksum, sha256);
  return errnum == 0 || _brg_file_fail (error, path, errnum);
}
