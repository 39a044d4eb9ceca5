/* A recipe that is not what it was: whatever number, choice, switch or digest of it is changed,
 * verifying fails and names the stage. */

#include <string.h>

#include "engine/brg-param.h"
#include "replay-fixture.h"

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
  BrgRecipe common = data == NULL ? replay_one_island () : replay_all_islands ();
  g_autofree char *text = NULL;
  guint n_changes = 0, defect = 0;
  ReplayFixture fixture;

  replay_fixture_init (&fixture, &common, TRUE);
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
          g_autofree char *answer = replay_answer_to (&fixture, changed);
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
  replay_fixture_clear (&fixture);
}

/* Every digest of the file, one at a time; a switch; formats; and the source. */
static void
test_every_digest (void)
{
  static const char *const stages[] = { "crop",  "threshold", "islands", "median",    "holes",
                                        "edits", "surface",   "defect",  "clearance", "surface" };
  BrgRecipe common = replay_one_island ();
  g_autofree char *text = NULL;
  ReplayFixture fixture;

  replay_fixture_init (&fixture, &common, FALSE);
  replay_fixture_place_one (&fixture);
  g_assert_true (g_file_get_contents (fixture.recipe_path, &text, NULL, NULL));
  for (guint s = 0; s < G_N_ELEMENTS (stages); s++)
    {
      g_autofree char *zeros = g_strnfill (64, '0');
      const char *const keys[] = { "parameters", "voxels" };
      for (guint k = 0; k < G_N_ELEMENTS (keys); k++)
        {
          g_autofree char *find = g_strdup_printf ("      \"%s\": \"", keys[k]);
          g_autofree char *changed = replay_replace_nth (text, find, s, find);
          char *digest = strstr (changed, find);
          for (guint n = 0; n < s; n++)
            digest = strstr (digest + 1, find);
          digest[strlen (find)] = digest[strlen (find)] == '1' ? '2' : '1';
          g_autofree char *answer = replay_answer_to (&fixture, changed);
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
    { "\"format\": 3", "\"format\": 4", "format: 4 is newer" },
    { "\"sha256\": \"", "\"sha256\": \"0", "64 hex digits" },
    { "\"kind\": \"scan\"", "\"kind\": \"skull\"", "scan.nrrd: " },
    { "\"Case07.edits.nrrd\"", "\"Case08.edits.nrrd\"", "Case08.edits.nrrd: " },
    { "\"Case07.edits.nrrd\"", "null", "stage edits: the hand edits are not those" },
  };
  for (guint r = 0; r < G_N_ELEMENTS (rows); r++)
    {
      g_autofree char *changed = replay_replace_nth (text, rows[r][0], 0, rows[r][1]);
      g_autofree char *answer = replay_answer_to (&fixture, changed);
      g_test_message ("%s", answer);
      g_assert_nonnull (strstr (answer, rows[r][2]));
    }
  replay_fixture_clear (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/replay-recipe/every-number/one-island", NULL, test_every_number);
  g_test_add_data_func ("/replay-recipe/every-number/all-islands", "", test_every_number);
  g_test_add_func ("/replay-recipe/every-digest", test_every_digest);
  return g_test_run ();
}
