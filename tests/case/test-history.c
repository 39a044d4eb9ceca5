/* Undo and redo as a table: what is done, and the state expected after it. */

#include <glib.h>

#include "engine/brg-param.h"
#include "history-target.h"

typedef enum
{
  THRESHOLD,      /* one change */
  DRAG_THRESHOLD, /* part of a drag */
  DRAG_MEDIAN,
  BARRIER,
  PAINT,
  UNDO,
  REDO,
  CLEAR,
} Command;

typedef struct
{
  Command command;
  int value;
  int threshold; /* expected from here on */
  guint n_voxels;
  guint n_entries, position;
  const char *undo, *redo;
} Row;

#define PAINTED     "Paint bone, axial"
#define T(from, to) "Lower threshold " #from " → " #to " HU"

static const Row plain[] = {
  { UNDO, 0, 150, 0, 0, 0, NULL, NULL },
  { REDO, 0, 150, 0, 0, 0, NULL, NULL },
  { THRESHOLD, 172, 172, 0, 1, 1, T (150, 172), NULL },
  { THRESHOLD, 172, 172, 0, 1, 1, T (150, 172), NULL }, /* no-op */
  { PAINT, 3, 172, 1, 2, 2, PAINTED, NULL },
  { PAINT, 3, 172, 1, 2, 2, PAINTED, NULL }, /* no-op */
  { PAINT, 5, 172, 2, 3, 3, PAINTED, NULL },
  { UNDO, 0, 172, 1, 3, 2, PAINTED, PAINTED },
  { UNDO, 0, 172, 0, 3, 1, T (150, 172), PAINTED },
  { UNDO, 0, 150, 0, 3, 0, NULL, T (150, 172) },
  { UNDO, 0, 150, 0, 3, 0, NULL, T (150, 172) },
  { REDO, 0, 172, 0, 3, 1, T (150, 172), PAINTED },
  { REDO, 0, 172, 1, 3, 2, PAINTED, PAINTED },
  { THRESHOLD, 200, 200, 1, 3, 3, T (172, 200), NULL }, /* the redo branch is gone */
  { REDO, 0, 200, 1, 3, 3, T (172, 200), NULL },
  { UNDO, 0, 172, 1, 3, 2, PAINTED, T (172, 200) },
  { CLEAR, 0, 172, 1, 0, 0, NULL, NULL },
};

static const Row drags[] = {
  { DRAG_THRESHOLD, 151, 151, 0, 1, 1, T (150, 151), NULL },
  { DRAG_THRESHOLD, 160, 160, 0, 1, 1, T (150, 160), NULL },
  { DRAG_THRESHOLD, 172, 172, 0, 1, 1, T (150, 172), NULL },
  { BARRIER, 0, 172, 0, 1, 1, T (150, 172), NULL },
  { DRAG_THRESHOLD, 180, 180, 0, 2, 2, T (172, 180), NULL },
  { DRAG_MEDIAN, 4, 180, 0, 3, 3, "Median kernel 0 → 4 mm", NULL }, /* another kind */
  { DRAG_THRESHOLD, 190, 190, 0, 4, 4, T (180, 190), NULL },
  { THRESHOLD, 191, 191, 0, 5, 5, T (190, 191), NULL }, /* not part of the drag */
  { DRAG_THRESHOLD, 192, 192, 0, 6, 6, T (191, 192), NULL },
  { UNDO, 0, 191, 0, 6, 5, T (190, 191), T (191, 192) },
  { DRAG_THRESHOLD, 193, 193, 0, 6, 6, T (191, 193), NULL }, /* undo ends a drag */
  { DRAG_THRESHOLD, 191, 191, 0, 5, 5, T (190, 191), NULL }, /* back where it began */
  { DRAG_THRESHOLD, 195, 195, 0, 6, 6, T (191, 195), NULL },
  { PAINT, 1, 195, 1, 7, 7, PAINTED, NULL },
  { DRAG_THRESHOLD, 196, 196, 1, 8, 8, T (195, 196), NULL },
};

static void
do_row (HistoryTarget *target, const Row *row)
{
  switch (row->command)
    {
    case THRESHOLD:
    case DRAG_THRESHOLD:
      history_target_set_param (target, 0, "threshold-lo", row->value,
                                row->command == DRAG_THRESHOLD);
      break;
    case DRAG_MEDIAN:
      history_target_set_param (target, 0, "median", row->value, TRUE);
      break;
    case BARRIER:
      brg_history_barrier (target->history);
      break;
    case PAINT:
      history_target_paint (target, row->value, true);
      break;
    case UNDO:
      brg_history_undo (target->history);
      break;
    case REDO:
      brg_history_redo (target->history);
      break;
    case CLEAR:
    default:
      brg_history_clear (target->history);
    }
}

static void
run_table (const Row *rows, gsize n_rows)
{
  HistoryTarget target;

  history_target_init (&target);
  for (gsize r = 0; r < n_rows; r++)
    {
      const Row *row = &rows[r];

      g_test_message ("row %" G_GSIZE_FORMAT, r);
      do_row (&target, row);
      g_assert_cmpint (target.recipes->recipe[0].threshold_lo_hu, ==, row->threshold);
      g_assert_cmpuint (brg_mask_count (target.added), ==, row->n_voxels);
      g_assert_cmpuint (brg_history_get_n_entries (target.history), ==, row->n_entries);
      g_assert_cmpuint (brg_history_get_position (target.history), ==, row->position);
      g_autofree char *undo = brg_history_get_undo_label (target.history);
      g_autofree char *redo = brg_history_get_redo_label (target.history);
      g_assert_cmpstr (undo, ==, row->undo);
      g_assert_cmpstr (redo, ==, row->redo);
      g_assert_cmpint (brg_history_can_undo (target.history), ==, row->undo != NULL);
      g_assert_cmpint (brg_history_can_redo (target.history), ==, row->redo != NULL);
    }
  history_target_clear (&target);
}

static void
test_plain (void)
{
  run_table (plain, G_N_ELEMENTS (plain));
}

static void
test_drags (void)
{
  run_table (drags, G_N_ELEMENTS (drags));
}

/* The budget drops the oldest, but leaves the minimum depth. */
static void
test_budget (void)
{
  HistoryTarget target;

  history_target_init (&target);
  brg_history_set_budget (target.history, 1, 4);
  for (int i = 0; i < 20; i++)
    history_target_paint (&target, i, true);
  g_assert_cmpuint (brg_history_get_n_entries (target.history), ==, 4);
  while (brg_history_undo (target.history))
    ;
  g_assert_cmpuint (brg_mask_count (target.added), ==, 16);
  while (brg_history_redo (target.history))
    ;
  g_assert_cmpuint (brg_mask_count (target.added), ==, 20);

  /* Beyond it, down to 7/8 at once. */
  gsize of_one = brg_history_get_n_bytes (target.history) / 4;
  brg_history_set_budget (target.history, 16 * of_one, 2);
  for (int i = 20; i < 32; i++)
    history_target_paint (&target, i, true);
  g_assert_cmpuint (brg_history_get_n_entries (target.history), ==, 16);
  g_assert_cmpuint (brg_history_get_first_seq (target.history), ==, 16);
  history_target_paint (&target, 0, false);
  g_assert_cmpuint (brg_history_get_n_bytes (target.history), <=, 14 * of_one);
  g_assert_cmpuint (brg_history_get_n_entries (target.history), ==, 14);
  history_target_clear (&target);
}

/* As a change of the first of `n` recipes, the others being as at first. */
static void
assert_label (const BrgRecipe *before, const BrgRecipe *after, guint n, const char *expected)
{
  BrgRecipe all[3] = { *before, *before, *before };
  g_autoptr (BrgRecipes) old = brg_recipes_new (all, n);
  g_autoptr (BrgRecipes) new = brg_recipes_with (old, n - 1, after);
  g_autofree char *label = brg_history_describe (old, new, TRUE);
  g_autofree char *english = brg_history_describe (old, new, FALSE);

  g_assert_cmpstr (label, ==, expected);
  g_assert_cmpstr (english, ==, expected);
}

static void
test_labels (void)
{
  BrgRecipe a = brg_recipe_default (), b = a;
  const struct
  {
    const char *key;
    double value;
    const char *label;
  } rows[] = {
    { "threshold-lo", -50, "Lower threshold 150 → -50 HU" },
    { "threshold-hi", 2000, "Upper threshold none → 2000 HU" },
    { "shape", BRG_SHAPE_SPHERE, "Shape Craniotomy → Sphere" },
    { "keep-again", 1, "Keep largest again off → on" },
    { "clearance", 0.3, "Clearance 0 → 0.3 mm" },
    { "bevel", 12.5, "Bevel 0 → 12.5 °" },
  };

  for (size_t r = 0; r < G_N_ELEMENTS (rows); r++)
    {
      b = a;
      brg_param_set (brg_param_find (rows[r].key), &b, rows[r].value);
      assert_label (&a, &b, 1, rows[r].label);
    }
  assert_label (&a, &b, 3, "Defect 3: Bevel 0 → 12.5 °");
  b.threshold_lo_hu = 1;
  assert_label (&a, &b, 1, "Change 2 parameters");
  b.crop_vox = (BrgBox){ { 0, 0, 0 }, { 9, 9, 9 } };
  assert_label (&a, &b, 1, "Crop");
  b.defect.placed = true;
  assert_label (&a, &b, 1, "Place defect");
  assert_label (&b, &a, 1, "Remove defect");
  a = b;
  b.keep_at.placed = true;
  assert_label (&a, &b, 1, "Keep another island");
  a = b;
  b.defect.at_mm.y = 3;
  assert_label (&a, &b, 1, "Move defect");
  assert_label (&a, &b, 2, "Move defect 2");
  assert_label (&a, &a, 1, NULL);
}

/* Several defects: which one, and how many. */
static void
test_defects (void)
{
  HistoryTarget target;
  BrgRecipe recipe = brg_recipe_default ();

  history_target_init (&target);
  history_target_change (&target, brg_recipes_add (target.recipes, &recipe), NULL, FALSE);
  for (int step = 1; step <= 4; step++)
    {
      recipe = target.recipes->recipe[step / 3];
      recipe.defect.width_mm = 60 + step;
      history_target_change (&target, brg_recipes_with (target.recipes, (guint) step / 3, &recipe),
                             NULL, TRUE);
    }
  history_target_change (&target, brg_recipes_remove (target.recipes, 1), NULL, FALSE);

  const char *labels[] = { "Add defect 2", "Defect 1: Width 60 → 62 mm",
                           "Defect 2: Width 60 → 64 mm", "Remove defect 2" };
  g_assert_cmpuint (brg_history_get_n_entries (target.history), ==, G_N_ELEMENTS (labels));
  for (guint e = 0; e < G_N_ELEMENTS (labels); e++)
    {
      g_autofree char *label = brg_history_get_label (target.history, e);
      g_assert_cmpstr (label, ==, labels[e]);
    }
  g_assert_cmpuint (target.recipes->n, ==, 1);
  g_assert_true (brg_history_jump (target.history, 1));
  g_assert_cmpuint (target.recipes->n, ==, 2);
  g_assert_cmpfloat (target.recipes->recipe[0].defect.width_mm, ==, 60);
  g_assert_true (brg_history_undo (target.history));
  g_assert_cmpuint (target.recipes->n, ==, 1);
  history_target_clear (&target);
}

static BrgWork
last_work (const HistoryTarget *target)
{
  guint n = brg_history_get_n_entries (target->history);

  return brg_history_entry_get_work (brg_history_get_entry (target->history, n - 1));
}

/* Which part of the work an action belongs to. */
static void
test_work (void)
{
  HistoryTarget target;
  BrgRecipe recipe;

  history_target_init (&target);
  history_target_paint (&target, 1, true);
  g_assert_cmpint (last_work (&target), ==, BRG_WORK_EDIT);
  history_target_set_param (&target, 0, "threshold-lo", 300, FALSE);
  g_assert_cmpint (last_work (&target), ==, BRG_WORK_BONE);
  history_target_set_param (&target, 0, "width", 70, FALSE);
  g_assert_cmpint (last_work (&target), ==, BRG_WORK_DEFECT);
  history_target_set_param (&target, 0, "smooth", 0.25, FALSE);
  g_assert_cmpint (last_work (&target), ==, BRG_WORK_SURFACE);
  recipe = target.recipes->recipe[0];
  recipe.crop_vox = (BrgBox){ { 0, 0, 0 }, { 9, 3, 3 } };
  history_target_change (&target, brg_recipes_with (target.recipes, 0, &recipe), NULL, FALSE);
  g_assert_cmpint (last_work (&target), ==, BRG_WORK_SCAN);
  history_target_change (&target, brg_recipes_add (target.recipes, &recipe), NULL, FALSE);
  g_assert_cmpint (last_work (&target), ==, BRG_WORK_DEFECT);
  history_target_clear (&target);
}

/* An own label is shown as it is, and is what a drag coalesces by. */
static void
test_own_label (void)
{
  HistoryTarget target;

  history_target_init (&target);
  for (int step = 1; step <= 3; step++)
    {
      BrgRecipe recipe = target.recipes->recipe[0];
      recipe.defect.at_mm.x = step;
      recipe.defect.width_mm = 60 + step;
      history_target_change (&target, brg_recipes_with (target.recipes, 0, &recipe), "Drag defect",
                             TRUE);
    }
  g_autofree char *label = brg_history_get_label (target.history, 0);
  g_assert_cmpuint (brg_history_get_n_entries (target.history), ==, 1);
  g_assert_cmpstr (label, ==, "Drag defect");
  g_assert_null (brg_history_get_label (target.history, 1));
  g_assert_true (brg_history_undo (target.history));
  g_assert_cmpfloat (target.recipes->recipe[0].defect.width_mm, ==, 60);
  history_target_clear (&target);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/history/plain", test_plain);
  g_test_add_func ("/history/drags", test_drags);
  g_test_add_func ("/history/budget", test_budget);
  g_test_add_func ("/history/labels", test_labels);
  g_test_add_func ("/history/defects", test_defects);
  g_test_add_func ("/history/work", test_work);
  g_test_add_func ("/history/own-label", test_own_label);
  return g_test_run ();
}
