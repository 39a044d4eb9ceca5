/* Exports of every option, made again from recipe, edits and source: to the byte, on any number of
 * threads and in a German locale; and what is said when anything of them is not what it was. */

#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>

#include "case/brg-product.h"
#include "case/brg-replay.h"
#include "engine/brg-param.h"
#include "engine/brg-random.h"
#include "io/brg-image.h"
#include "io/brg-nrrd.h"
#include "phantom.h"

#define SIZE_VOX   44
#define SPACING_MM 3.0
#define MAX_N      4

/* A thick, noisy shell with holes in it and specks beside it. */
static BrgVolume *
noisy_scan (void)
{
  const double spacing_mm[3] = { SPACING_MM, SPACING_MM, SPACING_MM };
  double corner_mm = -SPACING_MM * (SIZE_VOX - 1) / 2;
  BrgGrid grid = brg_grid_simple (SIZE_VOX, SIZE_VOX, SIZE_VOX, spacing_mm,
                                  brg_vec3 (corner_mm, corner_mm, corner_mm));
  BrgVolume *scan = brg_volume_new (&grid, NULL);
  BrgRandom random = brg_random_new (5, 0);
  gint16 *hu = scan->hu;

  for (int k = 0; k < SIZE_VOX; k++)
    for (int j = 0; j < SIZE_VOX; j++)
      for (int i = 0; i < SIZE_VOX; i++)
        {
          double r_mm = brg_vec3_length (brg_grid_lps_from_vox (&grid, brg_vec3 (i, j, k)));
          gboolean bone = (r_mm <= 60 && r_mm >= 46) || (i < 4 && j < 4 && k < 3);
          *hu++ = (gint16) ((bone ? 700 : -700) + brg_random_int (&random, -620, 620));
        }
  return scan;
}

/* The scan on disk, an export of some recipes of it, and what they were. */
typedef struct
{
  char *dir, *scan_path, *out, *recipe_path;
  BrgVolume *scan;
  BrgMask *added, *removed;
  BrgRecipe recipes[MAX_N];
  gsize n;
} Fixture;

static void
set (BrgRecipe *recipe, const char *key, const char *text)
{
  const BrgParam *param = brg_param_find (key);
  double value;

  g_assert_cmpint (brg_param_parse (param, text, &value, NULL), ==, BRG_OK);
  brg_param_set (param, recipe, value);
}

static void
set_all (BrgRecipe *recipe, const char *const pairs[][2], gsize n)
{
  for (gsize p = 0; p < n; p++)
    set (recipe, pairs[p][0], pairs[p][1]);
}

/* Every option of the skull, in two recipes that exclude each other in part. */
static BrgRecipe
one_island (void)
{
  static const char *const pairs[][2] = {
    { "threshold-lo", "180" }, { "threshold-hi", "1290" },
    { "connectivity", "18" },  { "median", "9" },
    { "fill-area", "60" },     { "fill-volume", "300.5" },
    { "close", "3.25" },       { "open", "3" },
    { "margin", "3" },         { "smooth", "0.3" },
  };
  BrgRecipe recipe = brg_recipe_default ();

  set_all (&recipe, pairs, G_N_ELEMENTS (pairs));
  recipe.crop_vox = (BrgBox){ { 1, 0, 2 }, { 44, 43, 44 } };
  recipe.keep_at = (BrgKeepAt){ true, brg_vec3 (0, -53.125, 0) };
  return recipe;
}

static BrgRecipe
all_islands (void)
{
  static const char *const pairs[][2] = {
    { "keep", "all" },        { "min-island", "54.5" }, { "max-island", "1e7" },
    { "connectivity", "26" }, { "kernel", "ball" },     { "median", "7.5" },
    { "margin", "-3" },       { "keep-again", "true" }, { "fill-area", "40" },
    { "smooth", "0.7" },
  };
  BrgRecipe recipe = brg_recipe_default ();

  set_all (&recipe, pairs, G_N_ELEMENTS (pairs));
  return recipe;
}

/* Defects all around, of every shape over both recipes, and a published mask; clearances and drills
 * both ways. */
static void
add_defects (Fixture *fixture, const BrgRecipe *common)
{
  static const char *const shapes[2][MAX_N] = { { "box", "sphere", "cylinder", "box" },
                                                { "triangle", "polygon", "craniotomy", NULL } };
  int set_of_shapes = common->keep == BRG_KEEP_ALL;

  for (fixture->n = 0; fixture->n < MAX_N && shapes[set_of_shapes][fixture->n] != NULL;
       fixture->n++)
    {
      BrgRecipe *recipe = &fixture->recipes[fixture->n];
      double turn = 1.5708 * (double) fixture->n;
      *recipe = *common;
      recipe->defect.placed = true;
      recipe->defect.at_mm = brg_vec3 (48 * cos (turn), 48 * sin (turn), 33.3);
      recipe->defect.width_mm = 26 + (double) fixture->n / 3;
      recipe->defect.height_mm = 23.1;
      recipe->defect.rotate_deg = 12.5 * (double) fixture->n;
      recipe->defect.depth_mm = fixture->n == 2 ? 14 : 0;
      recipe->defect.bevel_deg = fixture->n == 1 ? 15 : 0;
      recipe->defect.burr_radius_mm = 3.5;
      set (recipe, "shape", shapes[set_of_shapes][fixture->n]);
      set (recipe, "clearance-from", fixture->n % 2 ? "skull" : "implant");
      set (recipe, "drills", fixture->n % 3 ? "defect" : "implant");
      recipe->clearance_mm = fixture->n % 4 ? 3.1 : 0;
    }
  if (fixture->n == MAX_N)
    fixture->recipes[MAX_N - 1].defect.scidata =
      (BrgScidata){ BRG_SCIDATA_CUBE, .centre = { 20, 21 }, .size = 16 };
}

static void
export_to (const Fixture *fixture, const char *dir)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BrgProduct) product = brg_product_from_scan (
    fixture->scan, fixture->added, fixture->removed, fixture->recipes, fixture->n, NULL, &error);
  BrgSha256 sha256;
  BrgExport what = { .name = "Case07",
                     .added = fixture->added,
                     .removed = fixture->removed,
                     .source_kind = BRG_SOURCE_SCAN,
                     .source_sha256 = sha256,
                     .no_png = TRUE };

  g_assert_no_error (error);
  brg_export_hash_volume (fixture->scan, sha256);
  brg_product_describe (product, &what);
  brg_export (&what, dir, NULL, &error);
  g_assert_no_error (error);
}

static void
fixture_init (Fixture *fixture, const BrgRecipe *common, gboolean with_defects)
{
  *fixture = (Fixture){ .dir = test_folder_new (), .scan = noisy_scan (), .n = 1 };
  fixture->scan_path = g_build_filename (fixture->dir, "scan.nrrd", NULL);
  fixture->out = g_build_filename (fixture->dir, "out", NULL);
  fixture->recipe_path = g_build_filename (fixture->out, "Case07.recipe.json", NULL);
  g_assert_cmpint (brg_nrrd_write_volume (fixture->scan, fixture->scan_path, NULL, NULL), ==,
                   BRG_OK);
  fixture->added = brg_mask_new (&fixture->scan->grid, NULL);
  fixture->removed = brg_mask_new (&fixture->scan->grid, NULL);
  for (int i = 10; i < 30; i++)
    for (int k = 20; k < 24; k++)
      {
        brg_mask_set (fixture->added, i, 20, k, true);
        brg_mask_set (fixture->removed, i, 2, k, true);
        brg_mask_set (fixture->removed, 3, i, k, true);
      }
  fixture->recipes[0] = *common;
  if (with_defects)
    add_defects (fixture, common);
  export_to (fixture, fixture->out);
}

/* The same with a defect on top. */
static void
place_one (Fixture *fixture)
{
  fixture->recipes[0].defect.placed = true;
  fixture->recipes[0].defect.at_mm = brg_vec3 (0, 0.1, 60);
  export_to (fixture, fixture->out);
}

static void
fixture_clear (Fixture *fixture)
{
  test_folder_free (fixture->dir);
  g_free (fixture->scan_path);
  g_free (fixture->out);
  g_free (fixture->recipe_path);
  brg_volume_unref (fixture->scan);
  brg_mask_unref (fixture->added);
  brg_mask_unref (fixture->removed);
}

static gboolean
replay (const Fixture *fixture, const char *dir, gboolean verify, int n_threads, GError **error)
{
  BrgReplay what = { .recipe_path = fixture->recipe_path,
                     .source_path = fixture->scan_path,
                     .dir = dir,
                     .verify = verify,
                     .no_png = TRUE };
  BrgReplayReport report;
  BrgJob job = BRG_JOB_INIT;

  job.n_threads = n_threads;
  gboolean ok = brg_replay (&what, &report, &job, error);
  if (ok)
    {
      g_assert_cmpstr (report.name, ==, "Case07");
      g_assert_cmpuint (report.n_stages, ==, verify ? 7 + 3 * fixture->n : 0);
    }
  brg_replay_report_clear (&report);
  return ok;
}

/* Every file of `a` is in `b` with the same bytes; gives their number. */
static guint
compare_trees (const char *a, const char *b)
{
  g_autoptr (GDir) dir = g_dir_open (a, 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *first = g_build_filename (a, name, NULL);
      g_autofree char *second = g_build_filename (b, name, NULL);
      g_autofree char *bytes = NULL, *other = NULL;
      gsize length, other_length;
      if (g_file_test (first, G_FILE_TEST_IS_DIR))
        {
          n += compare_trees (first, second);
          continue;
        }
      g_assert_true (g_file_get_contents (first, &bytes, &length, NULL));
      g_assert_true (g_file_get_contents (second, &other, &other_length, NULL));
      g_test_message ("%s", second);
      g_assert_cmpuint (length, ==, other_length);
      g_assert_cmpint (memcmp (bytes, other, length), ==, 0);
      n++;
    }
  return n;
}

static void
assert_same_again (const Fixture *fixture, int n_threads)
{
  g_autofree char *name = g_strdup_printf ("again%d", n_threads);
  g_autofree char *dir = g_build_filename (fixture->dir, name, NULL);
  g_autoptr (GError) error = NULL;

  replay (fixture, dir, TRUE, n_threads, &error);
  g_assert_no_error (error);
  guint n_files = compare_trees (fixture->out, dir);
  g_assert_cmpuint (n_files, ==, 2 + 4 * fixture->n + 3);
  g_assert_cmpuint (test_folder_count (fixture->out), ==, test_folder_count (dir));
}

static void
test_same_bytes (gconstpointer data)
{
  BrgRecipe common = data == NULL ? one_island () : all_islands ();
  const int n_threads[] = { 1, 2, 7 };
  Fixture fixture;

  fixture_init (&fixture, &common, TRUE);
  for (guint t = 0; t < G_N_ELEMENTS (n_threads); t++)
    assert_same_again (&fixture, n_threads[t]);
  fixture_clear (&fixture);
}

/* A German locale made for the occasion, where the system can. */
static gboolean
set_german (const char *dir)
{
  g_autofree char *made = g_build_filename (dir, "de_DE.UTF-8", NULL);
  const char *const words[] = { "localedef", "-i", "de_DE", "-f", "UTF-8", made, NULL };

  if (setlocale (LC_ALL, "de_DE.UTF-8") == NULL)
    {
      g_spawn_sync (NULL, (char **) words, NULL,
                    G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                    NULL, NULL, NULL, NULL, NULL, NULL);
      g_setenv ("LOCPATH", dir, TRUE);
    }
  return setlocale (LC_ALL, "de_DE.UTF-8") != NULL;
}

static void
test_german (void)
{
  BrgRecipe common = one_island ();
  Fixture fixture;

  fixture_init (&fixture, &common, FALSE);
  place_one (&fixture);
  if (set_german (fixture.dir))
    {
      g_assert_cmpstr (localeconv ()->decimal_point, ==, ",");
      assert_same_again (&fixture, 2);
      export_to (&fixture, fixture.out);
    }
  else
    g_test_skip ("there is no German locale");
  setlocale (LC_ALL, "C");
  g_unsetenv ("LOCPATH");
  assert_same_again (&fixture, 1); /* of what was written there */
  fixture_clear (&fixture);
}

static void
write_text (const char *path, const char *text)
{
  FILE *file = g_fopen (path, "wb");

  g_assert_nonnull (file);
  g_assert_cmpint (fputs (text, file), >=, 0);
  fclose (file);
}

/* Puts `text` in place of the recipe and says what a verified replay answers. Nothing appears. */
static char *
answer_to (const Fixture *fixture, const char *text)
{
  g_autofree char *dir = g_build_filename (fixture->dir, "none", NULL);
  g_autoptr (GError) error = NULL;

  write_text (fixture->recipe_path, text);
  g_assert_false (replay (fixture, dir, TRUE, 0, &error));
  g_assert_false (g_file_test (dir, G_FILE_TEST_EXISTS));
  return g_strdup (error->message);
}

/* One line of a recipe in other words. */
typedef struct
{
  char *text; /* the line */
  char *stage;
} Change;

static void
change_clear (gpointer data)
{
  Change *change = data;

  g_free (change->text);
  g_free (change->stage);
}

static void
take_change (GArray *changes, char *text, const char *stage)
{
  Change change = { text, g_strdup (stage) };

  g_array_append_val (changes, change);
}

/* The line with another valid value of its parameter. */
static char *
change_param (const char *line, const BrgParam *param)
{
  const char *value = strchr (line, ':') + 2;
  gboolean comma = g_str_has_suffix (line, ",");
  g_autofree char *head = g_strndup (line, (gsize) (value - line));
  g_autofree char *old = g_strndup (value, strlen (value) - (comma ? 1 : 0));
  g_autofree char *next = NULL;
  double number = g_ascii_strtod (old, NULL);
  double step = param->type == BRG_PARAM_INT ? 1 : 0.0078125;

  if (param->type == BRG_PARAM_BOOL)
    next = g_strdup (strcmp (old, "true") == 0 ? "false" : "true");
  else if (param->type == BRG_PARAM_CHOICE)
    {
      g_autofree char *first = g_strdup_printf ("\"%s\"", param->choices[0]);
      next = g_strdup_printf ("\"%s\"", param->choices[strcmp (old, first) == 0 ? 1 : 0]);
    }
  else
    {
      char digits[G_ASCII_DTOSTR_BUF_SIZE];
      g_ascii_dtostr (digits, sizeof digits,
                      number + step > param->max ? number - step : number + step);
      next = g_strdup (digits);
    }
  return g_strconcat (head, next, comma ? "," : "", NULL);
}

/* Every number of a line, one at a time, made larger by one. */
static void
change_numbers (GArray *changes, const char *line, const char *stage)
{
  const char *at = strchr (line, ':') + 1;

  while ((at = strpbrk (at, "-0123456789")) != NULL)
    {
      char *end;
      g_autofree char *head = g_strndup (line, (gsize) (at - line));
      g_autofree char *number = NULL;
      char digits[G_ASCII_DTOSTR_BUF_SIZE];
      number = g_strdup (g_ascii_dtostr (digits, sizeof digits, g_ascii_strtod (at, &end) + 1));
      take_change (changes, g_strconcat (head, number, end, NULL), stage);
      at = end;
    }
}

/* All changes of one line that the parameters of a stage must tell. */
static GArray *
changes_of (const char *line, const char *defect)
{
  static const char *const names[] = { "threshold", "islands", "median",    "holes",
                                       "edits",     "defect",  "clearance", "surface" };
  static const char *const of_key[][2] = {
    { "crop", "crop" }, { "keep-at", "islands" }, { "at", "defect" }, { "scidata", "defect" }
  };
  GArray *changes = g_array_new (FALSE, FALSE, sizeof (Change));
  g_auto (GStrv) parts = g_strsplit (line, "\"", 3);
  const char *key = g_strv_length (parts) == 3 ? parts[1] : "";
  const BrgParam *param = brg_param_find (key);

  g_array_set_clear_func (changes, change_clear);
  if (param != NULL)
    {
      g_autofree char *stage = g_strconcat (brg_param_is_of_defect (param) ? defect : "", "stage ",
                                            names[param->stage], ":", NULL);
      take_change (changes, change_param (line, param), stage);
    }
  for (guint k = 0; k < G_N_ELEMENTS (of_key); k++)
    if (strcmp (key, of_key[k][0]) == 0)
      {
        g_autofree char *stage =
          g_strconcat (k >= 2 ? defect : "", "stage ", of_key[k][1], ":", NULL);
        change_numbers (changes, line, stage);
      }
  return changes;
}

/* Every number, choice and switch of a recipe, one at a time: verifying fails and names the stage.
 */
static void
test_every_number (gconstpointer data)
{
  BrgRecipe common = data == NULL ? one_island () : all_islands ();
  g_autofree char *text = NULL;
  guint n_changes = 0, defect = 0;
  Fixture fixture;

  fixture_init (&fixture, &common, TRUE);
  g_assert_true (g_file_get_contents (fixture.recipe_path, &text, NULL, NULL));
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (guint l = 0; lines[l] != NULL; l++)
    {
      if (strstr (lines[l], "\"placed\"") != NULL)
        defect++;
      g_autofree char *of_defect = g_strdup_printf ("defect %u, ", defect);
      g_autoptr (GArray) changes = changes_of (lines[l], of_defect);
      for (guint c = 0; c < changes->len; c++)
        {
          const Change *change = &g_array_index (changes, Change, c);
          char *kept = lines[l];
          lines[l] = change->text;
          g_autofree char *changed = g_strjoinv ("\n", lines);
          lines[l] = kept;
          g_autofree char *answer = answer_to (&fixture, changed);
          g_autofree char *expected =
            g_strconcat ("Case07.recipe.json: ", change->stage,
                         " its parameters are not those of the export", NULL);
          g_test_message ("%s", change->text);
          g_assert_cmpstr (answer, ==, expected);
          n_changes++;
        }
    }
  size_t n_params;
  brg_params (&n_params);
  guint of_skull = 15 + (data == NULL ? 6 + 3 : 0);
  guint of_scidata = data == NULL ? 3 : 0;
  g_assert_cmpuint (n_changes, ==, of_skull + ((guint) n_params - 15 + 3) * fixture.n + of_scidata);
  fixture_clear (&fixture);
}

/* `text` with the n-th `from` replaced; NULL: there are fewer. */
static char *
replace_nth (const char *text, const char *from, guint n, const char *to)
{
  const char *at = text;

  for (guint found = 0;; at += strlen (from))
    {
      at = strstr (at, from);
      if (at == NULL)
        return NULL;
      if (found++ == n)
        break;
    }
  g_autofree char *head = g_strndup (text, (gsize) (at - text));
  return g_strconcat (head, to, at + strlen (from), NULL);
}

/* Every digest of the file, one at a time; a switch; formats; and the source. */
static void
test_every_digest (void)
{
  static const char *const stages[] = { "crop",  "threshold", "islands", "median",    "holes",
                                        "edits", "surface",   "defect",  "clearance", "surface" };
  BrgRecipe common = one_island ();
  g_autofree char *text = NULL;
  Fixture fixture;

  fixture_init (&fixture, &common, FALSE);
  place_one (&fixture);
  g_assert_true (g_file_get_contents (fixture.recipe_path, &text, NULL, NULL));
  for (guint s = 0; s < G_N_ELEMENTS (stages); s++)
    {
      g_autofree char *zeros = g_strnfill (64, '0');
      const char *const keys[] = { "parameters", "voxels" };
      for (guint k = 0; k < G_N_ELEMENTS (keys); k++)
        {
          g_autofree char *find = g_strdup_printf ("      \"%s\": \"", keys[k]);
          g_autofree char *changed = replace_nth (text, find, s, find);
          char *digest = strstr (changed, find);
          for (guint n = 0; n < s; n++)
            digest = strstr (digest + 1, find);
          digest[strlen (find)] = digest[strlen (find)] == '1' ? '2' : '1';
          g_autofree char *answer = answer_to (&fixture, changed);
          g_autofree char *stage = g_strdup_printf ("stage %s: ", stages[s]);
          g_test_message ("%s %s: %s", stages[s], keys[k], answer);
          g_assert_nonnull (strstr (answer, stage));
          g_assert_nonnull (strstr (answer, k == 0             ? "parameters"
                                            : s == 6 || s == 9 ? "its surface differs"
                                                               : "its voxels differ"));
          g_assert_true ((strstr (answer, "defect 1, stage") != NULL) == (s > 6));
        }
    }
  const char *const rows[][3] = {
    { "\"placed\": true", "\"placed\": false", "defect 1, stage defect: its parameters" },
    { "\"format\": 2", "\"format\": 3", "format: 3 is newer" },
    { "\"sha256\": \"", "\"sha256\": \"0", "64 hex digits" },
    { "\"kind\": \"scan\"", "\"kind\": \"skull\"", "scan.nrrd: " },
    { "\"Case07.edits.nrrd\"", "\"Case08.edits.nrrd\"", "Case08.edits.nrrd: " },
    { "\"Case07.edits.nrrd\"", "null", "stage edits: the hand edits are not those" },
  };
  for (guint r = 0; r < G_N_ELEMENTS (rows); r++)
    {
      g_autofree char *changed = replace_nth (text, rows[r][0], 0, rows[r][1]);
      g_autofree char *answer = answer_to (&fixture, changed);
      g_test_message ("%s", answer);
      g_assert_nonnull (strstr (answer, rows[r][2]));
    }
  fixture_clear (&fixture);
}

/* One voxel of the hand edits, one of the scan. */
static void
test_voxels (void)
{
  BrgRecipe common = all_islands ();
  g_autoptr (GError) of_edits = NULL, of_scan = NULL, of_grid = NULL;
  Fixture fixture;

  fixture_init (&fixture, &common, FALSE);
  g_autofree char *dir = g_build_filename (fixture.dir, "none", NULL);
  g_autofree char *path = g_build_filename (fixture.out, "Case07.edits.nrrd", NULL);
  brg_mask_set (fixture.added, 0, 0, 43, true);
  brg_nrrd_write_labels (&fixture.scan->grid, fixture.added, fixture.removed, path, NULL, NULL);
  g_assert_false (replay (&fixture, dir, TRUE, 0, &of_edits));
  g_assert_cmpstr (of_edits->message, ==,
                   "Case07.recipe.json: stage edits: the hand edits are not those of the export");
  BrgMask *other = phantom_skull ();
  brg_nrrd_write_labels (&other->grid, other, NULL, path, NULL, NULL);
  brg_mask_unref (other);
  g_assert_false (replay (&fixture, dir, FALSE, 0, &of_grid));
  g_assert_true (g_str_has_prefix (of_grid->message, "Case07.edits.nrrd: "));
  fixture.scan->hu[77]++;
  brg_nrrd_write_volume (fixture.scan, fixture.scan_path, NULL, NULL);
  g_assert_false (replay (&fixture, dir, FALSE, 0, &of_scan));
  g_assert_cmpstr (of_scan->message, ==,
                   "scan.nrrd: is not the scan the recipe was made from: its voxels have another "
                   "SHA-256");
  g_assert_false (g_file_test (dir, G_FILE_TEST_EXISTS));
  fixture_clear (&fixture);
}

/* Without verify a changed recipe makes what it says now. */
static void
test_changed (void)
{
  BrgRecipe common = all_islands ();
  g_autofree char *text = NULL;
  Fixture fixture;

  fixture_init (&fixture, &common, FALSE);
  g_autofree char *dir = g_build_filename (fixture.dir, "changed", NULL);
  g_autofree char *other = g_build_filename (fixture.dir, "other", NULL);
  g_assert_true (g_file_get_contents (fixture.recipe_path, &text, NULL, NULL));
  g_autofree char *changed = replace_nth (text, "\"median\": 7.5", 0, "\"median\": 12.50");
  write_text (fixture.recipe_path, changed);
  g_assert_true (replay (&fixture, dir, FALSE, 0, NULL));
  set (&fixture.recipes[0], "median", "12.5");
  export_to (&fixture, other);
  g_assert_cmpuint (compare_trees (other, dir), ==, 5);
  fixture_clear (&fixture);
}

static char *
fail_replay (const BrgReplay *what)
{
  g_autoptr (GError) error = NULL;
  BrgReplayReport report;

  g_assert_false (brg_replay (what, &report, NULL, &error));
  g_assert_null (report.name);
  g_test_message ("%s", error->message);
  return g_strdup (error->message);
}

/* The source that is not named lies in the folder of the recipe. */
static void
test_find_source (void)
{
  BrgRecipe common = one_island ();
  BrgReplayReport report;
  Fixture fixture;

  fixture_init (&fixture, &common, FALSE);
  g_autofree char *dir = g_build_filename (fixture.dir, "found", NULL);
  g_autofree char *decoy = g_build_filename (fixture.out, "a.nrrd", NULL);
  g_autofree char *broken = g_build_filename (fixture.out, "b.nrrd", NULL);
  g_autofree char *copy = g_build_filename (fixture.out, "scan.NRRD", NULL);
  BrgReplay what = {
    .recipe_path = fixture.recipe_path, .dir = dir, .verify = TRUE, .no_png = TRUE, .name = "Other"
  };
  g_autofree char *nowhere = fail_replay (&what);
  g_assert_nonnull (strstr (nowhere, "Case07.recipe.json: the scan it was made from is not in"));
  g_assert_cmpint (brg_nrrd_write_mask (fixture.added, decoy, NULL, NULL), ==, BRG_OK);
  write_text (broken, "NRRD0004\n");
  g_rename (fixture.scan_path, copy);
  g_assert_true (brg_replay (&what, &report, NULL, NULL));
  g_assert_cmpstr (report.source_path, ==, copy);
  g_assert_cmpstr (report.name, ==, "Other");
  brg_replay_report_clear (&report);
  fixture_clear (&fixture);
}

/* Nothing is written over what it is made from. */
static void
test_over_inputs (void)
{
  BrgRecipe common = one_island ();
  Fixture fixture;

  fixture_init (&fixture, &common, FALSE);
  BrgReplay what = { .recipe_path = fixture.recipe_path,
                     .source_path = fixture.scan_path,
                     .dir = fixture.out };
  g_autofree char *over = fail_replay (&what);
  g_assert_nonnull (strstr (over, "Case07.recipe.json: would be replaced"));
  g_autofree char *renamed = g_build_filename (fixture.dir, "a b.recipe.json", NULL);
  g_rename (fixture.recipe_path, renamed);
  what.recipe_path = renamed;
  g_autofree char *name = fail_replay (&what);
  g_assert_nonnull (strstr (name, "a b.recipe.json: is not called as a case may be"));
  what.recipe_path = fixture.recipe_path;
  g_autofree char *missing = fail_replay (&what);
  g_assert_cmpstr (missing, ==, "Case07.recipe.json: No such file or directory");
  fixture_clear (&fixture);
}

/* A recipe without stages is verified with the manifest beside it. */
static void
test_format_1 (void)
{
  BrgRecipe common = one_island ();
  g_autoptr (GError) error = NULL;
  BrgRecipeSource source;
  Fixture fixture;

  fixture_init (&fixture, &common, FALSE);
  place_one (&fixture);
  g_autofree char *dir = g_build_filename (fixture.dir, "again", NULL);
  g_autofree char *manifest = g_build_filename (fixture.out, "manifest.json", NULL);
  g_autoptr (GArray) recipes = brg_recipe_load (fixture.recipe_path, &source, NULL);
  g_autofree char *plain =
    brg_recipe_to_json ((const BrgRecipe *) (const void *) recipes->data, recipes->len, &source);
  g_autofree char *old = replace_nth (plain, "\"format\": 2", 0, "\"format\": 1");
  g_autofree char *changed = replace_nth (old, "\"width\": 60", 0, "\"width\": 40");
  BrgReplay what = { .recipe_path = fixture.recipe_path,
                     .source_path = fixture.scan_path,
                     .dir = dir,
                     .verify = TRUE,
                     .no_png = TRUE };
  BrgReplayReport report;

  write_text (fixture.recipe_path, changed);
  g_autofree char *differs = fail_replay (&what);
  g_assert_cmpstr (differs, ==,
                   "Case07.recipe.json: Case07_Defects/Case07_Defects01.nrrd has other voxels than "
                   "in manifest.json");
  write_text (fixture.recipe_path, old);
  brg_replay (&what, &report, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report.n_stages, ==, 0);
  brg_replay_report_clear (&report);
  g_remove (manifest);
  g_autofree char *none = fail_replay (&what);
  g_assert_nonnull (strstr (none, "has no stages to compare with, and no manifest.json"));
  fixture_clear (&fixture);
}

/* At every report of progress: it only grows, a cancel is heeded, and nothing is left. */
typedef struct
{
  BrgJob job;
  int calls_left;
  double last;
} Watch;

static void
watch_cb (void *data, const char *title, double fraction)
{
  Watch *watch = data;
  (void) title;

  g_assert_cmpfloat (fraction, >=, watch->last - 1e-9);
  g_assert_cmpfloat (fraction, <=, 1 + 1e-9);
  watch->last = fraction;
  if (watch->calls_left-- == 0)
    brg_job_cancel (&watch->job);
}

static void
test_cancel (void)
{
  BrgRecipe common = one_island ();
  gboolean ok = FALSE;
  int calls = 0;
  Fixture fixture;

  fixture_init (&fixture, &common, FALSE);
  g_autofree char *dir = g_build_filename (fixture.dir, "none", NULL);
  BrgReplay what = {
    .recipe_path = fixture.recipe_path, .source_path = fixture.scan_path, .dir = dir, .no_png = TRUE
  };
  for (; !ok; calls += 1 + calls / 3)
    {
      Watch watch = { .job = BRG_JOB_INIT, .calls_left = calls };
      BrgReplayReport report;
      g_autoptr (GError) error = NULL;
      watch.job.report = watch_cb;
      watch.job.report_data = &watch;
      ok = brg_replay (&what, &report, &watch.job, &error);
      g_assert_true (ok || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
      g_assert_true (ok == g_file_test (dir, G_FILE_TEST_EXISTS));
      brg_replay_report_clear (&report);
    }
  g_assert_cmpint (calls, >, 5);
  fixture_clear (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/replay/same-bytes/one-island", NULL, test_same_bytes);
  g_test_add_data_func ("/replay/same-bytes/all-islands", "", test_same_bytes);
  g_test_add_func ("/replay/german", test_german);
  g_test_add_data_func ("/replay/every-number/one-island", NULL, test_every_number);
  g_test_add_data_func ("/replay/every-number/all-islands", "", test_every_number);
  g_test_add_func ("/replay/every-digest", test_every_digest);
  g_test_add_func ("/replay/voxels", test_voxels);
  g_test_add_func ("/replay/changed", test_changed);
  g_test_add_func ("/replay/find-source", test_find_source);
  g_test_add_func ("/replay/over-inputs", test_over_inputs);
  g_test_add_func ("/replay/format-1", test_format_1);
  g_test_add_func ("/replay/cancel", test_cancel);
  return g_test_run ();
}
