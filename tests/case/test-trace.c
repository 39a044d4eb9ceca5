/* Digests of the stages: against plain twins, sensitive to every parameter, through recipe.json. */

#include <string.h>

#include "case/brg-recipe-json.h"
#include "engine/brg-isosurface.h"
#include "engine/brg-param.h"
#include "phantom.h"

static BrgMask *
random_mask (int nx, int ny, int nz, guint32 seed)
{
  const double spacing_mm[3] = { 1, 1, 1 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  BrgGrid grid = brg_grid_simple (nx, ny, nz, spacing_mm, brg_vec3 (0, 0, 0));
  BrgMask *mask = brg_mask_new (&grid, NULL);

  for (int k = 0; k < nz; k++)
    for (int j = 0; j < ny; j++)
      for (int i = 0; i < nx; i++)
        brg_mask_set (mask, i, j, k, g_rand_boolean (rand));
  return mask;
}

/* The bytes the header speaks of, voxel by voxel. */
static void
append_bits (GByteArray *bytes, const BrgMask *mask)
{
  const int *dim = mask->grid.dim;

  for (int k = 0; k < dim[2]; k++)
    for (int j = 0; j < dim[1]; j++)
      for (int first = 0; first < dim[0]; first += 8)
        {
          guint8 byte = 0;
          for (int bit = 0; bit < 8 && first + bit < dim[0]; bit++)
            byte |= (guint8) (brg_mask_get (mask, first + bit, j, k) << bit);
          g_byte_array_append (bytes, &byte, 1);
        }
}

static char *
digest_of (const GByteArray *bytes)
{
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes->data, bytes->len);
}

static void
test_masks (void)
{
  const int widths[] = { 1, 7, 8, 9, 56, 57, 63, 64, 65, 120, 128, 200 };

  for (guint w = 0; w < G_N_ELEMENTS (widths); w++)
    {
      BrgMask *a = random_mask (widths[w], 5, 4, w), *b = random_mask (widths[w], 5, 4, 99 + w);
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      BrgSha256 one, two, edits, swapped;

      append_bits (bytes, a);
      g_autofree char *expected = digest_of (bytes);
      append_bits (bytes, b);
      g_autofree char *expected_two = digest_of (bytes);
      brg_trace_hash_mask (a, one);
      brg_trace_hash_masks (a, b, two);
      brg_trace_hash_edits (&a->grid, a, b, edits);
      brg_trace_hash_edits (&a->grid, b, a, swapped);
      g_assert_cmpstr (one, ==, expected);
      g_assert_cmpstr (two, ==, expected_two);
      g_assert_cmpstr (edits, ==, expected_two);
      g_assert_cmpstr (swapped, !=, expected_two);
      brg_mask_unref (a);
      brg_mask_unref (b);
    }
}

/* More rows than are packed at a time; no mask is a mask without voxels. */
static void
test_large (void)
{
  BrgMask *mask = random_mask (33, 160, 120, 5), *none = random_mask (33, 160, 120, 5);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  BrgSha256 of_mask, of_none, of_null;

  append_bits (bytes, mask);
  g_autofree char *expected = digest_of (bytes);
  brg_trace_hash_mask (mask, of_mask);
  g_assert_cmpstr (of_mask, ==, expected);
  brg_mask_clear (none);
  brg_trace_hash_edits (&mask->grid, mask, none, of_none);
  brg_trace_hash_edits (&mask->grid, mask, NULL, of_null);
  g_assert_cmpstr (of_none, ==, of_null);
  brg_mask_unref (mask);
  brg_mask_unref (none);
}

static void
test_surface (void)
{
  BrgMask *skull = phantom_skull ();
  BrgMesh *mesh = brg_isosurface (skull, NULL, NULL);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  BrgSha256State state;
  BrgSha256 found;

  for (gsize v = 0; v < 3 * mesh->n_vertices; v++)
    {
      guint32 value;
      memcpy (&value, &mesh->xyz[v], sizeof value);
      value = GUINT32_TO_LE (value);
      g_byte_array_append (bytes, (const guint8 *) &value, sizeof value);
    }
  for (gsize t = 0; t < 3 * mesh->n_triangles; t++)
    {
      guint32 value = GUINT32_TO_LE (mesh->triangles[t]);
      g_byte_array_append (bytes, (const guint8 *) &value, sizeof value);
    }
  g_autofree char *expected = digest_of (bytes);
  brg_sha256_init (&state);
  brg_trace_add_mesh (&state, mesh);
  brg_sha256_finish (&state, found);
  g_assert_cmpstr (found, ==, expected);
  brg_mesh_unref (mesh);
  brg_mask_unref (skull);
}

static char *
difference (const BrgRecipe *a, const BrgRecipe *b)
{
  g_autoptr (BrgTrace) first = brg_trace_new (a, 1), second = brg_trace_new (b, 1);

  return brg_trace_find_difference (first, second, BRG_TRACE_OF_PARAMETERS);
}

/* Changing any one parameter is seen, in the stage it is of, and nowhere before. */
static void
test_parameters (void)
{
  static const char *const names[] = { "stage threshold:",
                                       "stage islands:",
                                       "stage median:",
                                       "stage holes:",
                                       "stage edits:",
                                       "defect 1, stage defect:",
                                       "defect 1, stage clearance:",
                                       "stage surface:" };
  const BrgRecipe recipe = brg_recipe_default ();
  size_t n_params;
  const BrgParam *params = brg_params (&n_params);

  g_assert_null (difference (&recipe, &recipe));
  for (size_t p = 0; p < n_params; p++)
    {
      BrgRecipe changed = recipe;
      double value = brg_param_get (&params[p], &recipe);
      double step = params[p].type == BRG_PARAM_REAL ? 1e-9 : 1;
      brg_param_set (&params[p], &changed,
                     value + step > params[p].max ? value - step : value + step);
      g_autofree char *found = difference (&recipe, &changed);
      g_test_message ("%s: %s", params[p].key, found);
      g_assert_nonnull (found);
      g_assert_true (g_str_has_prefix (found, names[params[p].stage]));
      g_assert_true (g_str_has_suffix (found, ": its parameters are not those of the export"));
    }
}

static void
test_places (void)
{
  const BrgRecipe recipe = brg_recipe_default ();
  BrgRecipe crop = recipe, keep = recipe, moved, placed = recipe, at = recipe, cube = recipe,
            shifted;

  crop.crop_vox = (BrgBox){ { 0, 0, 0 }, { 9, 9, 9 } };
  keep.keep_at.placed = true;
  moved = keep;
  moved.keep_at.at_mm.y = 1e-12;
  placed.defect.placed = true;
  at.defect.at_mm.z = -0.25;
  cube.defect.scidata = (BrgScidata){ BRG_SCIDATA_CUBE, .centre = { 90, 90 }, .size = 60 };
  shifted = cube;
  shifted.defect.scidata.centre[1]++;
  g_autofree char *of_cube = difference (&recipe, &cube), *of_shift = difference (&cube, &shifted);
  g_autofree char *of_crop = difference (&recipe, &crop), *of_keep = difference (&recipe, &keep);
  g_autofree char *of_move = difference (&keep, &moved), *of_at = difference (&recipe, &at);
  g_autofree char *of_placed = difference (&recipe, &placed);
  g_assert_true (g_str_has_prefix (of_crop, "stage crop:"));
  g_assert_true (g_str_has_prefix (of_keep, "stage islands:"));
  g_assert_true (g_str_has_prefix (of_move, "stage islands:"));
  g_assert_true (g_str_has_prefix (of_placed, "defect 1, stage defect:"));
  g_assert_true (g_str_has_prefix (of_at, "defect 1, stage defect:"));
  g_assert_true (g_str_has_prefix (of_cube, "defect 1, stage defect:"));
  g_assert_true (g_str_has_prefix (of_shift, "defect 1, stage defect:"));
}

/* A trace whose every digest is another. */
static BrgTrace *
full_trace (const BrgRecipe *recipes, gsize n)
{
  BrgTrace *trace = brg_trace_new (recipes, n);
  char digit = 'a';

  for (int s = 0; s < BRG_TRACE_N_SKULL; s++)
    memset (trace->skull[s].voxels, digit++ % 6 + 'a', 64);
  memset (trace->skull[BRG_TRACE_EDITS].edits, '7', 64);
  for (gsize d = 0; d < n; d++)
    for (int s = 0; s < BRG_TRACE_N_DEFECT; s++)
      memset (trace->defects[d][s].voxels, digit++ % 6 + 'a', 64);
  return trace;
}

#define ALL                                                                                        \
  (BRG_TRACE_OF_PARAMETERS | BRG_TRACE_OF_EDITS | BRG_TRACE_OF_MASKS | BRG_TRACE_OF_SURFACES)

static void
test_json (void)
{
  BrgRecipe recipes[2] = { brg_recipe_default (), brg_recipe_default () };
  g_autoptr (BrgTrace) trace = full_trace (recipes, 2), back = NULL, none = NULL;
  g_autoptr (GError) error = NULL;
  BrgRecipeSource source = { 0 };

  g_autofree char *text = brg_recipe_to_json_traced (recipes, 2, &source, trace);
  g_autoptr (GArray) read = brg_recipe_from_json_traced (text, strlen (text), NULL, &back, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (read->len, ==, 2);
  g_assert_null (brg_trace_find_difference (trace, back, ALL));
  g_assert_cmpmem (trace->skull, sizeof trace->skull, back->skull, sizeof back->skull);
  g_autofree char *again = brg_recipe_to_json_traced (recipes, 2, &source, back);
  g_assert_cmpstr (again, ==, text);

  g_autofree char *plain = brg_recipe_to_json (recipes, 2, &source);
  g_autoptr (GArray) untraced =
    brg_recipe_from_json_traced (plain, strlen (plain), NULL, &none, NULL);
  g_assert_nonnull (untraced);
  g_assert_null (none);
}

static char *
replaced (const char *text, const char *from, const char *to)
{
  g_auto (GStrv) parts = g_strsplit (text, from, 2);

  g_assert_cmpuint (g_strv_length (parts), ==, 2);
  return g_strconcat (parts[0], to, parts[1], NULL);
}

/* A number in another spelling is the same number. */
static void
test_spelling (void)
{
  BrgRecipe recipe = brg_recipe_default ();
  g_autoptr (BrgTrace) trace = brg_trace_new (&recipe, 1);
  g_autofree char *text = brg_recipe_to_json_traced (&recipe, 1, &(BrgRecipeSource){ 0 }, trace);
  g_autofree char *real = replaced (text, "\"threshold-lo\": 150,", "\"threshold-lo\": 150.0,");
  g_autofree char *power = replaced (real, "\"width\": 60,", "\"width\": 6e1,");
  g_autofree char *changed = replaced (power, "\"height\": 50,", "\"height\": 50.5,");
  const char *const texts[] = { power, changed };

  for (guint t = 0; t < G_N_ELEMENTS (texts); t++)
    {
      g_autoptr (BrgTrace) of_file = NULL;
      g_autoptr (GArray) read =
        brg_recipe_from_json_traced (texts[t], strlen (texts[t]), NULL, &of_file, NULL);
      g_autoptr (BrgTrace) of_numbers =
        brg_trace_new ((const BrgRecipe *) (const void *) read->data, read->len);
      g_autofree char *found =
        brg_trace_find_difference (of_file, of_numbers, BRG_TRACE_OF_PARAMETERS);
      g_assert_cmpstr (
        found, ==,
        t == 0 ? NULL : "defect 1, stage defect: its parameters are not those of the export");
    }
}

static void
test_differences (void)
{
  BrgRecipe recipes[3] = { brg_recipe_default (), brg_recipe_default (), brg_recipe_default () };
  g_autoptr (BrgTrace) expected = full_trace (recipes, 2), found = full_trace (recipes, 2);
  g_autoptr (BrgTrace) more = full_trace (recipes, 3);

  g_autofree char *number = brg_trace_find_difference (expected, more, ALL);
  g_assert_cmpstr (number, ==, "3 defects, the export had 2");
  found->defects[1][BRG_TRACE_SURFACES].voxels[3] = '9';
  g_assert_null (brg_trace_find_difference (expected, found, ALL & ~BRG_TRACE_OF_SURFACES));
  g_autofree char *surface = brg_trace_find_difference (expected, found, ALL);
  g_assert_cmpstr (surface, ==, "defect 2, stage surface: its surface differs");
  found->skull[BRG_TRACE_EDITS].edits[0] = '0';
  g_autofree char *edits = brg_trace_find_difference (expected, found, ALL);
  g_assert_cmpstr (edits, ==, "stage edits: the hand edits are not those of the export");
  found->skull[BRG_TRACE_MEDIAN].voxels[63] = '0';
  g_autofree char *voxels = brg_trace_find_difference (expected, found, ALL);
  g_assert_cmpstr (voxels, ==, "stage median: its voxels differ");
  *expected->skull[BRG_TRACE_THRESHOLD].voxels = '\0';
  g_autofree char *none = brg_trace_find_difference (expected, found, ALL);
  g_assert_cmpstr (none, ==, "stage threshold: the recipe has no digest of its voxels");
}

static void
test_refused (void)
{
  BrgRecipe recipe = brg_recipe_default ();
  g_autoptr (BrgTrace) trace = full_trace (&recipe, 1);
  g_autofree char *text = brg_recipe_to_json_traced (&recipe, 1, &(BrgRecipeSource){ 0 }, trace);
  const char *const rows[][3] = {
    { "\"stage\": \"median\"", "\"stage\": \"mode\"", "order" },
    { "\"stage\": \"median\"", "\"stage\": 3", "stage" },
    { "\"stage\": \"median\",", "\"stage\": \"median\", \"colour\": 3,", "colour" },
    { "\"stage\": \"median\"", "\"level\": \"median\"", "level" },
    { "7777", "777", "64 hex" },
    { "7777", "777G", "64 hex" },
    { "\"stages\": [", "\"stages\": [ 3,", "number of entries" },
    { "\"stages\": [", "\"stages\": {}, \"steps\": [", "steps" },
    { "\"format\": 3", "\"format\": 1", "format 1" },
  };

  for (guint r = 0; r < G_N_ELEMENTS (rows); r++)
    {
      g_autofree char *broken = replaced (text, rows[r][0], rows[r][1]);
      g_autoptr (GError) error = NULL;
      BrgTrace *none = NULL;
      g_assert_null (brg_recipe_from_json_traced (broken, strlen (broken), NULL, &none, &error));
      g_assert_null (none);
      g_assert_nonnull (error);
      if (strstr (error->message, rows[r][2]) == NULL)
        g_error ("row %u: %s", r, error->message);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trace/masks", test_masks);
  g_test_add_func ("/trace/large", test_large);
  g_test_add_func ("/trace/surface", test_surface);
  g_test_add_func ("/trace/parameters", test_parameters);
  g_test_add_func ("/trace/places", test_places);
  g_test_add_func ("/trace/json", test_json);
  g_test_add_func ("/trace/spelling", test_spelling);
  g_test_add_func ("/trace/differences", test_differences);
  g_test_add_func ("/trace/refused", test_refused);
  return g_test_run ();
}
