/* Undo and redo as a table: what is done, and the state expected after it. */

#include <glib.h>

#include "case/brg-history.h"
#include "engine/brg-param.h"

/* The thing with a history: a recipe and two masks. */
typedef struct
{
  BrgHistory *history;
  BrgRecipe recipe;
  BrgMask *added, *removed;
} Target;

static void
set_recipe_cb (gpointer data, const BrgRecipe *recipe)
{
  Target *target = data;
  BrgRecipe old = target->recipe;

  target->recipe = *recipe;
  /* A replay is never recorded, whoever tries. */
  g_assert_false (brg_history_add_recipe (target->history, &old, recipe, NULL, FALSE));
}

static void
flip_edits_cb (gpointer data, const BrgEditDelta *delta)
{
  Target *target = data;

  g_assert_true (brg_edit_delta_apply (delta, target->added, target->removed));
}

static const BrgHistoryTarget vtable = { set_recipe_cb, flip_edits_cb };

static void
target_init (Target *target)
{
  const double spacing_mm[3] = { 1, 1, 1 };
  BrgGrid grid = brg_grid_simple (32, 4, 4, spacing_mm, brg_vec3 (0, 0, 0));

  target->history = brg_history_new (&vtable, target);
  target->recipe = brg_recipe_default ();
  target->added = brg_mask_new (&grid, NULL);
  target->removed = brg_mask_new (&grid, NULL);
}

static void
target_clear (Target *target)
{
  brg_history_free (target->history);
  brg_mask_unref (target->added);
  brg_mask_unref (target->removed);
}

static void
change (Target *target, const char *key, double value, gboolean coalesce)
{
  BrgRecipe old = target->recipe;

  brg_param_set (brg_param_find (key), &target->recipe, value);
  brg_history_add_recipe (target->history, &old, &target->recipe, NULL, coalesce);
}

/* Sets voxel (value, 0, 0) of `added`; painting it again is a no-op. */
static void
paint (Target *target, int i)
{
  BrgMask *old = brg_mask_copy (target->added, NULL);
  BrgBox box = { { i, 0, 0 }, { i + 1, 1, 1 } };

  brg_mask_set (target->added, i, 0, 0, true);
  brg_history_take_edit (
    target->history,
    brg_edit_delta_new (old, target->removed, target->added, target->removed, &box),
    "Paint bone, axial");
  brg_mask_unref (old);
}

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
do_row (Target *target, const Row *row)
{
  switch (row->command)
    {
    case THRESHOLD:
    case DRAG_THRESHOLD:
      change (target, "threshold-lo", row->value, row->command == DRAG_THRESHOLD);
      break;
    case DRAG_MEDIAN:
      change (target, "median", row->value, TRUE);
      break;
    case BARRIER:
      brg_history_barrier (target->history);
      break;
    case PAINT:
      paint (target, row->value);
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
  Target target;

  target_init (&target);
  for (gsize r = 0; r < n_rows; r++)
    {
      const Row *row = &rows[r];

      g_test_message ("row %" G_GSIZE_FORMAT, r);
      do_row (&target, row);
      g_assert_cmpint (target.recipe.threshold_lo_hu, ==, row->threshold);
      g_assert_cmpuint (brg_mask_count (target.added), ==, row->n_voxels);
      g_assert_cmpuint (brg_history_get_n_entries (target.history), ==, row->n_entries);
      g_assert_cmpuint (brg_history_get_position (target.history), ==, row->position);
      g_assert_cmpstr (brg_history_get_undo_label (target.history), ==, row->undo);
      g_assert_cmpstr (brg_history_get_redo_label (target.history), ==, row->redo);
      g_assert_cmpint (brg_history_can_undo (target.history), ==, row->undo != NULL);
      g_assert_cmpint (brg_history_can_redo (target.history), ==, row->redo != NULL);
    }
  target_clear (&target);
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
  Target target;

  target_init (&target);
  brg_history_set_budget (target.history, 1, 4);
  for (int i = 0; i < 20; i++)
    paint (&target, i);
  g_assert_cmpuint (brg_history_get_n_entries (target.history), ==, 4);
  while (brg_history_undo (target.history))
    ;
  g_assert_cmpuint (brg_mask_count (target.added), ==, 16);
  while (brg_history_redo (target.history))
    ;
  g_assert_cmpuint (brg_mask_count (target.added), ==, 20);

  gsize of_four = brg_history_get_n_bytes (target.history);
  brg_history_set_budget (target.history, of_four / 4 * 6 + 8, 2);
  for (int i = 20; i < 32; i++)
    paint (&target, i);
  g_assert_cmpuint (brg_history_get_n_entries (target.history), ==, 6);
  g_assert_cmpuint (brg_history_get_n_bytes (target.history), <=, of_four / 4 * 6 + 8);
  target_clear (&target);
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
      g_autofree char *label = brg_history_describe (&a, &b);
      g_assert_cmpstr (label, ==, rows[r].label);
    }
  b.threshold_lo_hu = 1;
  g_autofree char *two = brg_history_describe (&a, &b);
  g_assert_cmpstr (two, ==, "Change 2 parameters");
  b.crop_vox = (BrgBox){ { 0, 0, 0 }, { 9, 9, 9 } };
  g_autofree char *crop = brg_history_describe (&a, &b);
  g_assert_cmpstr (crop, ==, "Crop");
  b.defect.placed = true;
  g_autofree char *placed = brg_history_describe (&a, &b);
  g_assert_cmpstr (placed, ==, "Place defect");
  g_autofree char *gone = brg_history_describe (&b, &a);
  g_assert_cmpstr (gone, ==, "Remove defect");
  a = b;
  b.defect.at_mm.y = 3;
  g_autofree char *moved = brg_history_describe (&a, &b);
  g_assert_cmpstr (moved, ==, "Move defect");
  g_assert_null (brg_history_describe (&a, &a));
}

/* An own label is shown as it is, and is what a drag coalesces by. */
static void
test_own_label (void)
{
  Target target;

  target_init (&target);
  for (int step = 1; step <= 3; step++)
    {
      BrgRecipe old = target.recipe;
      target.recipe.defect.at_mm.x = step;
      target.recipe.defect.width_mm = 60 + step;
      brg_history_add_recipe (target.history, &old, &target.recipe, "Drag defect", TRUE);
    }
  g_assert_cmpuint (brg_history_get_n_entries (target.history), ==, 1);
  g_assert_cmpstr (brg_history_get_label (target.history, 0), ==, "Drag defect");
  g_assert_null (brg_history_get_label (target.history, 1));
  g_assert_true (brg_history_undo (target.history));
  g_assert_cmpfloat (target.recipe.defect.width_mm, ==, 60);
  target_clear (&target);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/history/plain", test_plain);
  g_test_add_func ("/history/drags", test_drags);
  g_test_add_func ("/history/budget", test_budget);
  g_test_add_func ("/history/labels", test_labels);
  g_test_add_func ("/history/own-label", test_own_label);
  return g_test_run ();
}
