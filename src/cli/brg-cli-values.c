#include "cli/brg-cli-values.h"

#include <math.h>
#include <string.h>

#include <glib.h>

#include "engine/brg-recipe.h"

bool
brg_cli_ends_in (const char *path, const char *extension)
{
  size_t length = strlen (path), tail = strlen (extension);

  return length > tail && g_ascii_strcasecmp (path + length - tail, extension) == 0;
}

bool
brg_cli_parse_int (const char *text, int min, int max, int *out)
{
  gint64 value;

  if (!g_ascii_string_to_signed (text, 10, min, max, &value, NULL))
    return false;
  *out = (int) value;
  return true;
}

bool
brg_cli_parse_seed (const char *text, uint64_t *out)
{
  guint64 value;

  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, &value, NULL))
    return false;
  *out = value;
  return true;
}

bool
brg_cli_parse_numbers (const char *text,
                       int min_numbers,
                       int max_numbers,
                       double *numbers,
                       int *n_numbers)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  int n_parts = (int) g_strv_length (parts);

  if (n_parts < min_numbers || n_parts > max_numbers)
    return false;
  for (int p = 0; p < n_parts; p++)
    {
      char *end;
      numbers[p] = g_ascii_strtod (parts[p], &end);
      if (end == parts[p] || *end != '\0' || !isfinite (numbers[p]))
        return false;
    }
  *n_numbers = n_parts;
  return true;
}

bool
brg_cli_parse_threshold (const char *text, int *lo_hu, int *hi_hu)
{
  g_auto (GStrv) parts = g_strsplit (text, ":", 3);
  guint n_parts = g_strv_length (parts);

  *hi_hu = BRG_THRESHOLD_NONE_HU;
  if (n_parts < 1 || n_parts > 2 || !brg_cli_parse_int (parts[0], INT16_MIN, INT16_MAX, lo_hu))
    return false;
  return n_parts == 1 ||
         (brg_cli_parse_int (parts[1], INT16_MIN, INT16_MAX, hi_hu) && *lo_hu <= *hi_hu);
}

static bool
parse_bound (const char *text, int *out)
{
  *out = -1;
  return *text == '\0' || brg_cli_parse_int (text, 0, BRG_GRID_MAX_DIM, out);
}

bool
brg_cli_parse_crop (const char *text, BrgCliCrop *crop)
{
  g_auto (GStrv) axes = g_strsplit (text, ",", 4);

  if (g_strv_length (axes) != 3)
    return false;
  for (int a = 0; a < 3; a++)
    {
      g_auto (GStrv) bounds = g_strsplit (axes[a], ":", 3);
      if (g_strv_length (bounds) != 2 || !parse_bound (bounds[0], &crop->begin[a]) ||
          !parse_bound (bounds[1], &crop->end[a]))
        return false;
    }
  return true;
}

BrgStatus
brg_cli_crop_box (const BrgCliCrop *crop, const BrgGrid *grid, BrgBox *box, BrgError *error)
{
  BrgAffine lps_from_source;
  int dim[3], first[3], last[3], a_vox[3], b_vox[3];

  brg_grid_to_source (grid, dim, &lps_from_source);
  for (int a = 0; a < 3; a++)
    {
      int end = crop->end[a] < 0 ? dim[a] : crop->end[a];
      first[a] = crop->begin[a] < 0 ? 0 : crop->begin[a];
      last[a] = end - 1;
      if (last[a] >= dim[a])
        return brg_error_set (error, BRG_INVALID, "crop %d:%d reaches outside axis %c of %d voxels",
                              first[a], end, "ijk"[a], dim[a]);
      if (first[a] > last[a])
        return brg_error_set (error, BRG_EMPTY, "crop %d:%d of axis %c is empty", first[a], end,
                              "ijk"[a]);
    }
  brg_grid_vox_from_source (grid, first, a_vox);
  brg_grid_vox_from_source (grid, last, b_vox);
  for (int a = 0; a < 3; a++)
    {
      box->lo[a] = MIN (a_vox[a], b_vox[a]);
      box->hi[a] = MAX (a_vox[a], b_vox[a]) + 1;
    }
  return BRG_OK;
}
