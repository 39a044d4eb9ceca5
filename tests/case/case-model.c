#include "case-model.h"

#include "case/brg-case-private.h"
#include "phantom.h"

static void
state_free (gpointer data)
{
  CaseModelState *state = data;

  brg_mask_unref (state->added);
  brg_mask_unref (state->removed);
  brg_recipes_unref (state->recipes);
  g_free (state);
}

CaseModelState *
case_model_now (const CaseModel *model)
{
  return g_ptr_array_index (model->states, model->position);
}

CaseModelState *
case_model_copy_now (const CaseModel *model)
{
  CaseModelState *state = g_new0 (CaseModelState, 1);

  state->added = brg_mask_copy (case_model_now (model)->added, NULL);
  state->removed = brg_mask_copy (case_model_now (model)->removed, NULL);
  state->recipes = brg_recipes_ref (case_model_now (model)->recipes);
  return state;
}

void
case_model_set_open (CaseModel *model, char *kind)
{
  g_free (model->open_kind);
  model->open_kind = kind;
}

void
case_model_append (CaseModel *model, CaseModelState *state)
{
  gboolean same = brg_mask_equal (state->added, case_model_now (model)->added) &&
                  brg_mask_equal (state->removed, case_model_now (model)->removed) &&
                  brg_recipes_equal (state->recipes, case_model_now (model)->recipes);

  if (same)
    {
      state_free (state);
      return;
    }
  g_ptr_array_set_size (model->states, (int) model->position + 1);
  g_ptr_array_add (model->states, state);
  model->position++;
}

void
case_model_append_recipes (CaseModel *model, BrgRecipes *recipes)
{
  CaseModelState *state = case_model_copy_now (model);

  brg_recipes_unref (state->recipes);
  state->recipes = recipes;
  case_model_append (model, state);
}

/* What the history has let go at its old end is gone from the model too. */
static void
trim (CaseModel *model)
{
  guint n = brg_case_get_n_history (model->fixture.document) + 1;

  g_assert_cmpuint (n, <=, model->states->len);
  g_assert_true (n == model->states->len || n > CASE_MODEL_MIN_DEPTH);
  guint n_gone = model->states->len - n;
  if (n_gone > 0)
    g_ptr_array_remove_range (model->states, 0, n_gone);
  g_assert_cmpuint (model->position, >=, n_gone);
  model->position -= n_gone;
}

void
case_model_check (CaseModel *model)
{
  BrgCase *document = model->fixture.document;
  const CaseModelState *state;

  trim (model);
  state = case_model_now (model);
  g_assert_true (brg_mask_equal (brg_case_get_added (document), state->added));
  g_assert_true (brg_mask_equal (brg_case_get_removed (document), state->removed));
  g_assert_true (brg_recipes_equal (brg_case_get_recipes (document), state->recipes));
  g_assert_cmpuint (brg_case_get_active (document), ==, model->active);
  g_assert_true (
    brg_recipe_equal (brg_case_get_recipe (document), &state->recipes->recipe[model->active]));
  g_assert_cmpuint (brg_case_get_history_position (document), ==, model->position);
  g_assert_cmpstr (brg_case_get_name (document), ==, model->name);
  g_assert_null (brg_case_get_save_error (document));
}

void
case_model_check_result (CaseModel *model)
{
  BrgCase *document = model->fixture.document;
  const CaseModelState *state = case_model_now (model);
  BrgPipeline *pipeline = brg_pipeline_new (brg_case_get_scan (document), NULL);
  BrgPipelineResult expected;

  case_fixture_settle (&model->fixture);
  BrgStatus status = brg_pipeline_run (pipeline, &state->recipes->recipe[model->active],
                                       state->added, state->removed, 1, &expected, NULL, NULL);
  g_assert_cmpint (brg_case_get_stale (document), ==, status != BRG_OK);
  if (status == BRG_OK)
    g_assert_true (brg_mask_equal (brg_case_get_result (document)->skull, expected.skull));
  if (status == BRG_OK && expected.implant != NULL)
    g_assert_true (brg_mask_equal (brg_case_get_result (document)->implant, expected.implant));
  brg_pipeline_result_clear (&expected);
  brg_pipeline_free (pipeline);
}

void
case_model_init (CaseModel *model, guint32 seed)
{
  CaseFixture *fixture = &model->fixture;

  *model = (CaseModel){ .rand = g_rand_new_with_seed (seed) };
  case_fixture_init (fixture);
  brg_case_set_folder (fixture->document, fixture->dir);
  g_assert_true (case_fixture_open_path (fixture, fixture->path, NULL, NULL));
  case_fixture_settle_saving (fixture);
  brg_history_set_budget (fixture->document->history, CASE_MODEL_MAX_BYTES, CASE_MODEL_MIN_DEPTH);
  model->name = g_strdup ("Case01");
  model->states = g_ptr_array_new_with_free_func (state_free);

  CaseModelState *first = g_new0 (CaseModelState, 1);
  BrgRecipe recipe = brg_recipe_default ();
  BrgGrid grid = phantom_grid ();
  first->added = brg_mask_new (&grid, NULL);
  first->removed = brg_mask_new (&grid, NULL);
  first->recipes = brg_recipes_new (&recipe, 1);
  g_ptr_array_add (model->states, first);
}

void
case_model_clear (CaseModel *model)
{
  case_fixture_close (&model->fixture);
  case_fixture_clear (&model->fixture);
  g_rand_free (model->rand);
  g_ptr_array_unref (model->states);
  g_free (model->name);
  g_free (model->open_kind);
}
