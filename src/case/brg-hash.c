#include <errno.h>

#include "case/brg-file-private.h"
#include "case/brg-manifest-private.h"
#include "engine/brg-sha256.h"
#include "io/brg-bit-bytes.h"

#define CHUNK 65536

void
brg_export_hash_mask (const BrgMask *mask, BrgSha256 out)
{
  BrgSha256State state;
  g_autofree guint8 *row = g_malloc ((gsize) mask->grid.dim[0]);

  brg_sha256_init (&state);
  for (int k = 0; k < mask->grid.dim[2]; k++)
    for (int j = 0; j < mask->grid.dim[1]; j++)
      {
        brg_bit_bytes_unpack (brg_mask_row (mask, j, k), (gsize) mask->grid.dim[0], 1, row);
        brg_sha256_update (&state, row, (gsize) mask->grid.dim[0]);
      }
  brg_sha256_finish (&state, out);
}

void
brg_export_hash_volume (const BrgVolume *volume, BrgSha256 out)
{
  BrgSha256State state;
  g_autofree gint16 *chunk = g_new (gint16, CHUNK);
  gsize n_voxels = brg_grid_n_voxels (&volume->grid);

  brg_sha256_init (&state);
  for (gsize from = 0; from < n_voxels; from += CHUNK)
    {
      gsize n = MIN (n_voxels - from, CHUNK);
      for (gsize v = 0; v < n; v++)
        chunk[v] = GINT16_TO_LE (volume->hu[from + v]);
      brg_sha256_update (&state, chunk, n * sizeof *chunk);
    }
  brg_sha256_finish (&state, out);
}

gboolean
_brg_hash_file (const char *path, BrgSha256 sha256, gint64 *bytes, GError **error)
{
  FILE *file = _brg_file_open (path, error);

  if (file == NULL)
    return FALSE;
  BrgSha256State state;
  g_autofree guint8 *chunk = g_malloc (CHUNK);
  gsize got;
  brg_sha256_init (&state);
  *bytes = 0;
  while ((got = fread (chunk, 1, CHUNK, file)) > 0)
    {
      brg_sha256_update (&state, chunk, got);
      *bytes += (gint64) got;
    }
  int errnum = ferror (file) ? errno : 0;
  fclose (file);
  brg_sha256_finish (&state, sha256);
  return errnum == 0 || _brg_file_fail (error, path, errnum);
}
