#include <string.h>

#include "case/brg-recipe-json.h"
#include "case/brg-store-private.h"

void
_brg_store_state_clear (BrgStoreState *state)
{
  g_clear_pointer (&state->name, g_free);
  g_clear_pointer (&state->recipes, brg_recipes_unref);
}

char *
_brg_store_recipes_text (const BrgRecipes *recipes, const BrgSha256 sha256)
{
  BrgRecipeSource source = { .kind = BRG_SOURCE_SCAN };

  g_strlcpy (source.sha256, sha256, sizeof source.sha256);
  return brg_recipe_to_json (recipes->recipe, recipes->n, &source);
}

BrgRecipes *
_brg_store_recipes_parse (BrgStore *self, const char *text, GError **error)
{
  g_autoptr (GError) fault = NULL;
  g_autoptr (GArray) read = brg_recipe_from_json (text, strlen (text), NULL, &fault);

  if (read != NULL)
    return brg_recipes_new ((const BrgRecipe *) (gpointer) read->data, read->len);
  _brg_store_corrupt (self, error, "a recipe in it: %s", fault->message);
  return NULL;
}

static gboolean
name_is_valid (const char *name)
{
  gsize length = name != NULL ? strlen (name) : 0;

  for (gsize c = 0; c < length; c++)
    if (g_ascii_iscntrl (name[c]))
      return FALSE;
  return length >= 1 && length <= BRG_STORE_MAX_NAME && g_utf8_validate (name, -1, NULL);
}

gboolean
_brg_store_check_name (BrgStore *self, const char *name, GError **error)
{
  return name_is_valid (name) || _brg_store_error (error, self->path, BRG_STORE_ERROR_IO,
                                                   "a case needs a name of one line and at most "
                                                   "%d bytes",
                                                   BRG_STORE_MAX_NAME);
}

gboolean
_brg_store_put_state (BrgStore *self,
                      const BrgStoreState *state,
                      const BrgSha256 sha256,
                      GError **error)
{
  g_autofree char *recipes = _brg_store_recipes_text (state->recipes, sha256);

  return _brg_sql_finish (
    self,
    _brg_sql_new (self, error, "INSERT OR REPLACE INTO state VALUES (1, ?, ?, ?, ?, ?, ?, ?)",
                  "ttiiiii", state->name, recipes, (gint64) state->active,
                  (gint64) state->first_seq, (gint64) state->position_seq, (gint64) state->seconds,
                  (gint64) state->is_open),
    error);
}

static gboolean
parse_numbers (BrgStore *self, BrgSql *sql, BrgStoreState *state, GError **error)
{
  gint64 active, first, position, seconds, is_open;

  if (!_brg_sql_number (self, sql, 2, 0, (gint64) state->recipes->n - 1, "active defect", &active,
                        error) ||
      !_brg_sql_number (self, sql, 3, 0, BRG_STORE_MAX_SEQ, "first entry", &first, error) ||
      !_brg_sql_number (self, sql, 4, first, BRG_STORE_MAX_SEQ, "position in the history",
                        &position, error) ||
      !_brg_sql_number (self, sql, 5, 0, BRG_STORE_MAX_SEQ, "time of work", &seconds, error) ||
      !_brg_sql_number (self, sql, 6, 0, 1, "note of being open", &is_open, error))
    return FALSE;
  state->active = (guint) active;
  state->first_seq = (guint64) first;
  state->position_seq = (guint64) position;
  state->seconds = (guint64) seconds;
  state->is_open = is_open != 0;
  return TRUE;
}

static gboolean
parse_state (BrgStore *self, BrgSql *sql, BrgStoreState *state, GError **error)
{
  const char *name, *recipes;

  if (!_brg_sql_text (self, sql, 0, BRG_STORE_MAX_NAME, FALSE, "name", &name, error))
    return FALSE;
  if (!name_is_valid (name))
    return _brg_store_corrupt (self, error, "its name is empty or not one line");
  state->name = g_strdup (name);
  if (!_brg_sql_text (self, sql, 1, BRG_STORE_MAX_RECIPES, FALSE, "recipe", &recipes, error))
    return FALSE;
  state->recipes = _brg_store_recipes_parse (self, recipes, error);
  return state->recipes != NULL && parse_numbers (self, sql, state, error);
}

gboolean
_brg_store_get_state (BrgStore *self, BrgStoreState *state, GError **error)
{
  *state = (BrgStoreState){ 0 };
  if (!_brg_sql_check_single (self, "state", error))
    return FALSE;
  g_autoptr (BrgSql) sql =
    _brg_sql_new (self, error,
                  "SELECT name, recipes, active, first_seq, position_seq, seconds, is_open "
                  "FROM state",
                  "");
  if (_brg_sql_only_row (self, sql, error) && parse_state (self, sql, state, error))
    return TRUE;
  _brg_store_state_clear (state);
  return FALSE;
}
