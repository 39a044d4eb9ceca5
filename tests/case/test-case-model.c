/* Random work on a case with a file, against a simple model: a list of states, one per entry of the
 * history. After every action the hand edits, the recipes, the defect that is chosen, the name and
 * the position in the history are those of the model, also after closing and opening.
 *
 * 300 actions; with `-m slow` 1000. BRG_MODEL_SEED takes another seed than 1, BRG_MODEL_ACTIONS
 * another number. */

#include <math.h>
#include <string.h>

#include "case-model.h"
#include "case/brg-case-private.h"
#include "case/brg-library.h"
#include "engine/brg-brush.h"
#include "engine/brg-interpolate.h"
#include "engine/brg-param.h"
#include "phantom.h"

#define N_QUICK 300
#define N_SLOW  1000

static void
step_parameter (CaseModel *model, const char *key, double value, gboolean coalesce)
{
  BrgCase *document = model->fixture.document;
  BrgRecipe recipe = case_model_now (model)->recipes->recipe[model->active];
  g_autofree char *kind = g_strdup_printf ("%s of %u", key, model->active);

  brg_param_set (brg_param_find (key), &recipe, value);
  brg_case_set_recipe (document, &recipe, NULL, coalesce);
  BrgRecipes *recipes = brg_recipes_with (case_model_now (model)->recipes, model->active, &recipe);
  if (brg_recipes_equal (recipes, case_model_now (model)->recipes))
    {
      brg_recipes_unref (recipes);
      return;
    }
  if (!coalesce || model->position == 0 || g_strcmp0 (kind, model->open_kind) != 0)
    {
      case_model_append_recipes (model, recipes);
      case_model_set_open (model, coalesce ? g_steal_pointer (&kind) : NULL);
      return;
    }
  g_ptr_array_set_size (model->states, (int) model->position + 1);
  brg_recipes_unref (case_model_now (model)->recipes);
  case_model_now (model)->recipes = recipes;
  const CaseModelState *before = g_ptr_array_index (model->states, model->position - 1);
  if (!brg_recipes_equal (recipes, before->recipes))
    return;
  g_ptr_array_set_size (model->states, (int) model->position);
  model->position--;
  case_model_set_open (model, NULL);
}

static void
random_parameter (CaseModel *model, gboolean coalesce)
{
  static const struct
  {
    const char *key;
    int first, step, n;
  } choices[] = {
    { "threshold-lo", 100, 100, 8 },
    { "clearance", 0, 2, 3 },
    { "width", 20, 10, 4 },
    { "rotate", 0, 30, 3 },
  };
  guint c = (guint) g_rand_int_range (model->rand, 0, G_N_ELEMENTS (choices));
  int n_steps = coalesce ? g_rand_int_range (model->rand, 2, 6) : 1;

  for (int s = 0; s < n_steps; s++)
    step_parameter (model, choices[c].key,
                    choices[c].first +
                      choices[c].step * g_rand_int_range (model->rand, 0, choices[c].n),
                    coalesce);
  if (coalesce && g_rand_boolean (model->rand))
    {
      brg_case_end_change (model->fixture.document);
      case_model_set_open (model, NULL);
    }
}

static void
random_point (CaseModel *model, double at_vox[3])
{
  for (int a = 0; a < 3; a++)
    at_vox[a] = g_rand_double_range (model->rand, -2, 43);
}

static void
random_stroke (CaseModel *model)
{
  BrgCase *document = model->fixture.document;
  gboolean erase = g_rand_int_range (model->rand, 0, 3) == 0;
  double radius_mm = g_rand_double_range (model->rand, 2, 14), at[3], to[3];
  int n_steps = g_rand_int_range (model->rand, 1, 4);
  CaseModelState *state = case_model_copy_now (model);

  case_model_set_open (model, NULL);
  model->plane = BRG_AXIAL;
  brg_case_stroke_begin (document, erase, radius_mm);
  random_point (model, at);
  for (int s = 0; s < n_steps; s++)
    {
      BrgPlane plane = (BrgPlane) g_rand_int_range (model->rand, 0, BRG_N_PLANES);
      random_point (model, to);
      brg_case_stroke_to (document, plane, at, to);
      BrgBox box =
        brg_brush_stroke (erase ? state->removed : state->added,
                          erase ? state->added : state->removed, plane, at, to, radius_mm);
      if (!brg_box_is_empty (&box))
        model->plane = plane;
      memcpy (at, to, sizeof at);
    }
  brg_case_stroke_end (document);
  case_model_append (model, state);
}

static void
clear_edits (CaseModel *model)
{
  CaseModelState *state = case_model_copy_now (model);

  brg_mask_clear (state->added);
  brg_mask_clear (state->removed);
  gboolean any = !brg_mask_is_empty (case_model_now (model)->added) ||
                 !brg_mask_is_empty (case_model_now (model)->removed);
  brg_case_clear_edits (model->fixture.document);
  if (any)
    case_model_set_open (model, NULL);
  case_model_append (model, state);
}

static void
fill_between (CaseModel *model)
{
  CaseFixture *fixture = &model->fixture;
  CaseModelState *state = case_model_copy_now (model);

  if (brg_mask_is_empty (state->added))
    {
      brg_case_fill_between (fixture->document);
      case_model_append (model, state);
      return;
    }
  BrgMask *filled =
    brg_interpolate (state->added, brg_plane_axes (model->plane).normal, NULL, NULL);
  guint edits = fixture->n_edits, failed = fixture->n_failed;
  brg_case_fill_between (fixture->document);
  while (fixture->n_edits == edits && (filled != NULL || fixture->n_failed == failed))
    g_main_context_iteration (NULL, TRUE);
  if (filled != NULL)
    {
      case_model_set_open (model, NULL);
      brg_mask_or (state->added, filled, NULL);
      brg_mask_and_not (state->removed, state->added, NULL);
      brg_mask_unref (filled);
    }
  case_model_append (model, state);
}

/* Places or moves the defect that is chosen. */
static void
place_defect (CaseModel *model)
{
  BrgRecipe recipe = case_model_now (model)->recipes->recipe[model->active];
  double turn = g_rand_int_range (model->rand, 0, 8) * G_PI / 4;

  recipe.defect.placed = true;
  recipe.defect.shape = BRG_SHAPE_CYLINDER;
  recipe.defect.at_mm =
    brg_vec3 (PHANTOM_RADIUS_MM * sin (turn), -PHANTOM_RADIUS_MM * cos (turn), 0);
  BrgRecipes *recipes = brg_recipes_with (case_model_now (model)->recipes, model->active, &recipe);
  brg_case_set_recipe (model->fixture.document, &recipe, NULL, FALSE);
  if (!brg_recipes_equal (recipes, case_model_now (model)->recipes))
    case_model_set_open (model, NULL);
  case_model_append_recipes (model, recipes);
}

static void
add_defect (CaseModel *model)
{
  BrgRecipe recipe = case_model_now (model)->recipes->recipe[model->active];

  recipe.defect.placed = false;
  recipe.defect.at_mm = brg_vec3 (0, 0, 0);
  brg_case_add_defect (model->fixture.document);
  case_model_set_open (model, NULL);
  case_model_append_recipes (model, brg_recipes_add (case_model_now (model)->recipes, &recipe));
  model->active = case_model_now (model)->recipes->n - 1;
}

static void
remove_defect (CaseModel *model)
{
  guint n = case_model_now (model)->recipes->n,
        index = (guint) g_rand_int_range (model->rand, 0, (int) n);
  BrgRecipes *recipes = brg_recipes_remove (case_model_now (model)->recipes, index);

  brg_case_remove_defect (model->fixture.document, index);
  if (brg_recipes_equal (recipes, case_model_now (model)->recipes))
    {
      brg_recipes_unref (recipes);
      return;
    }
  case_model_set_open (model, NULL);
  model->active = MIN (model->active > index ? model->active - 1 : model->active, recipes->n - 1);
  case_model_append_recipes (model, recipes);
}

static void
choose_defect (CaseModel *model)
{
  guint index = (guint) g_rand_int_range (model->rand, 0, (int) case_model_now (model)->recipes->n);

  brg_case_set_active (model->fixture.document, index);
  if (index != model->active)
    case_model_set_open (model, NULL);
  model->active = index;
}

static void
change_defects (CaseModel *model)
{
  int kind = g_rand_int_range (model->rand, 0, 8);

  if (kind < 2 && case_model_now (model)->recipes->n < 5)
    add_defect (model);
  else if (kind == 2)
    remove_defect (model);
  else if (kind < 5)
    choose_defect (model);
  else
    place_defect (model);
}

/* The case has been told to go to `position`: the defect is chosen that the last step between
 * recipes is about. */
static void
follow (CaseModel *model, guint position)
{
  BrgRecipes *from = NULL, *to = NULL;

  while (model->position != position)
    {
      BrgRecipes *before = case_model_now (model)->recipes;
      model->position += position > model->position ? 1 : -1;
      BrgRecipes *after = case_model_now (model)->recipes;
      if (before != after)
        {
          from = before;
          to = after;
        }
    }
  if (to != NULL)
    model->active = brg_recipes_find_change (from, to, model->active);
  case_model_set_open (model, NULL);
}

static void
undo (CaseModel *model)
{
  g_assert_cmpint (brg_case_undo (model->fixture.document), ==, model->position > 0);
  if (model->position > 0)
    follow (model, model->position - 1);
}

static void
redo (CaseModel *model)
{
  gboolean can = model->position + 1 < model->states->len;

  g_assert_cmpint (brg_case_redo (model->fixture.document), ==, can);
  if (can)
    follow (model, model->position + 1);
}

static void
jump (CaseModel *model)
{
  guint to = (guint) g_rand_int_range (model->rand, 0, (int) model->states->len);

  g_assert_cmpint (brg_case_jump (model->fixture.document, to), ==, to != model->position);
  if (to != model->position)
    follow (model, to);
}

static void
rename_case (CaseModel *model)
{
  g_free (model->name);
  model->name = g_strdup_printf ("Name-%d", g_rand_int_range (model->rand, 0, 1000));
  g_assert_true (brg_case_set_name (model->fixture.document, model->name));
}

/* An unfinished drag ends with the session. */
static void
open_again (CaseModel *model, const char *path, gboolean was_left_open)
{
  CaseFixture *fixture = &model->fixture;
  g_autoptr (GError) error = NULL;

  g_assert_true (case_fixture_open_path (fixture, path, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (brg_case_get_read_only_reason (fixture->document), ==, NULL);
  g_assert_cmpint (brg_case_get_was_recovered (fixture->document), ==, was_left_open);
  brg_history_set_budget (fixture->document->history, CASE_MODEL_MAX_BYTES, CASE_MODEL_MIN_DEPTH);
  case_model_set_open (model, NULL);
}

static void
close_and_open (CaseModel *model)
{
  CaseFixture *fixture = &model->fixture;
  g_autofree char *path = g_strdup (brg_case_get_path (fixture->document));

  case_fixture_close (fixture);
  open_again (model, path, FALSE);
}

/* Another scan is opened; its writer may still be busy when the file is wanted again. */
static void
leave_and_open (CaseModel *model)
{
  CaseFixture *fixture = &model->fixture;
  g_autofree char *path = g_strdup (brg_case_get_path (fixture->document));

  brg_case_set_folder (fixture->document, NULL);
  g_assert_true (case_fixture_open_path (fixture, fixture->path, NULL, NULL));
  g_assert_null (brg_case_get_path (fixture->document));
  open_again (model, path, FALSE);
}

static char *
next_path (CaseModel *model)
{
  g_autofree char *name = g_strdup_printf ("Copy%u.bregma", ++model->n_files);
  return g_build_filename (model->fixture.dir, name, NULL);
}

/* The file as it lies there while the case is open: all that a crash leaves. */
static void
crash_and_open (CaseModel *model)
{
  CaseFixture *fixture = &model->fixture;
  g_autofree char *path = next_path (model);

  brg_case_end_change (fixture->document);
  case_fixture_settle_saving (fixture);
  gboolean has_changed = fixture->document->store.has_greeted;
  case_fixture_copy_file (brg_case_get_path (fixture->document), path);
  open_again (model, path, has_changed);
}

/* With and without waiting for it. */
static void
save_as (CaseModel *model)
{
  CaseFixture *fixture = &model->fixture;
  g_autofree char *path = next_path (model);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GAsyncResult *result = NULL;
  g_autofree char *old_name = brg_library_name_of (brg_case_get_path (fixture->document));

  brg_case_save_as_async (fixture->document, file, NULL, case_fixture_done_cb, &result);
  if (g_rand_boolean (model->rand))
    {
      random_stroke (model);
      random_parameter (model, FALSE);
    }
  case_fixture_wait_for (&result);
  g_assert_true (brg_case_save_as_finish (fixture->document, result, NULL));
  g_object_unref (result);
  g_assert_cmpstr (brg_case_get_path (fixture->document), ==, path);
  if (g_strcmp0 (old_name, model->name) == 0)
    {
      g_free (model->name);
      model->name = brg_library_name_of (path);
    }
}

typedef struct
{
  const char *name;
  int weight;
  void (*act) (CaseModel *model);
} Action;

static void
change_once (CaseModel *model)
{
  random_parameter (model, FALSE);
}

static void
drag (CaseModel *model)
{
  random_parameter (model, TRUE);
}

static const Action actions[] = {
  { "stroke", 34, random_stroke },
  { "parameter", 10, change_once },
  { "drag", 10, drag },
  { "defects", 12, change_defects },
  { "clear", 2, clear_edits },
  { "fill between", 2, fill_between },
  { "undo", 12, undo },
  { "redo", 8, redo },
  { "jump", 4, jump },
  { "rename", 2, rename_case },
  { "close and open", 2, close_and_open },
  { "leave and open", 1, leave_and_open },
  { "crash and open", 1, crash_and_open },
  { "save as", 2, save_as },
};

static void
act (CaseModel *model)
{
  int total = 0, pick;

  for (guint a = 0; a < G_N_ELEMENTS (actions); a++)
    total += actions[a].weight;
  pick = g_rand_int_range (model->rand, 0, total);
  for (guint a = 0; a < G_N_ELEMENTS (actions); a++)
    {
      if (pick >= 0 && pick < actions[a].weight)
        {
          model->last_action = actions[a].name;
          actions[a].act (model);
        }
      pick -= actions[a].weight;
    }
}

static guint
number_of (const char *variable, guint otherwise)
{
  const char *text = g_getenv (variable);
  return text != NULL ? (guint) g_ascii_strtoull (text, NULL, 10) : otherwise;
}

static void
test_model (void)
{
  guint n_actions = number_of ("BRG_MODEL_ACTIONS", g_test_slow () ? N_SLOW : N_QUICK);
  guint32 seed = number_of ("BRG_MODEL_SEED", 1);
  CaseModel model;

  g_test_message ("seed %u, %u actions", seed, n_actions);
  case_model_init (&model, seed);
  for (guint n = 0; n < n_actions; n++)
    {
      act (&model);
      g_test_message ("%u: %s", n, model.last_action);
      case_model_check (&model);
      int turns = g_rand_int_range (model.rand, 0, 4);
      for (int turn = 0; turn < turns; turn++)
        g_main_context_iteration (NULL, FALSE);
      if (n % 50 == 49)
        case_model_check_result (&model);
    }
  case_fixture_settle (&model.fixture);
  case_model_clear (&model);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/case/model", test_model);
  return g_test_run ();
}
