#include <glib/gi18n.h>

#include "case/brg-history-private.h"
#include "engine/brg-param.h"

/* Two recipes to compare, and the language to say it in. */
typedef struct
{
  const BrgRecipe *before, *after;
  gboolean translate;
} Step;

static gboolean
differs (double a, double b)
{
  return a < b || a > b;
}

static gboolean
param_differs (const Step *step, const BrgParam *param)
{
  return differs (brg_param_get (param, step->before), brg_param_get (param, step->after));
}

static gboolean
crop_differs (const BrgRecipe *a, const BrgRecipe *b)
{
  for (int axis = 0; axis < 3; axis++)
    if (a->crop_vox.lo[axis] != b->crop_vox.lo[axis] ||
        a->crop_vox.hi[axis] != b->crop_vox.hi[axis])
      return TRUE;
  return FALSE;
}

static gboolean
place_differs (BrgVec3 a_mm, BrgVec3 b_mm)
{
  return differs (a_mm.x, b_mm.x) || differs (a_mm.y, b_mm.y) || differs (a_mm.z, b_mm.z);
}

static const char *
say (const Step *step, const char *msgid)
{
  return step->translate ? _ (msgid) : msgid;
}

static char *
number_text (const Step *step, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  return step->translate ? g_strdup_printf ("%.6g", value)
                         : g_strdup (g_ascii_formatd (text, sizeof text, "%.6g", value));
}

static char *
value_text (const Step *step, const BrgParam *param, double value)
{
  if (param->type == BRG_PARAM_CHOICE)
    return g_strdup (say (step, param->choice_titles[(int) value]));
  if (param->type == BRG_PARAM_BOOL)
    return g_strdup (say (step, value > 0 ? N_ ("on") : N_ ("off")));
  if (param->offset == offsetof (BrgRecipe, threshold_hi_hu) && value >= BRG_THRESHOLD_NONE_HU)
    return g_strdup (say (step, N_ ("none")));
  return number_text (step, value);
}

static char *
describe_param (const Step *step, const BrgParam *param)
{
  g_autofree char *from = value_text (step, param, brg_param_get (param, step->before));
  g_autofree char *to = value_text (step, param, brg_param_get (param, step->after));

  return g_strdup_printf ("%s %s → %s%s%s", say (step, param->title), from, to,
                          *param->unit ? " " : "", param->unit);
}

static char *
describe_params (const Step *step)
{
  size_t n_params;
  const BrgParam *params = brg_params (&n_params), *changed = NULL;
  guint n = 0;

  for (size_t p = 0; p < n_params; p++)
    if (param_differs (step, &params[p]))
      {
        changed = &params[p];
        n++;
      }
  if (n == 1)
    return describe_param (step, changed);
  const char *english = n == 1 ? "Change %u parameter" : "Change %u parameters";
  const char *format =
    step->translate ? ngettext ("Change %u parameter", "Change %u parameters", n) : english;
  return g_strdup_printf (format, n);
}

/* What changed of the placement, of one defect (0) or of which of several, or NULL. */
static const char *
placement_words (const Step *step, gboolean several)
{
  const BrgDefect *before = &step->before->defect, *after = &step->after->defect;

  if (!before->placed && after->placed)
    return several ? N_ ("Place defect %u") : N_ ("Place defect");
  if (before->placed && !after->placed)
    return several ? N_ ("Remove defect %u") : N_ ("Remove defect");
  if (place_differs (before->at_mm, after->at_mm))
    return several ? N_ ("Move defect %u") : N_ ("Move defect");
  return NULL;
}

static gboolean
island_differs (const BrgKeepAt *a, const BrgKeepAt *b)
{
  return a->placed != b->placed || place_differs (a->at_mm, b->at_mm);
}

/* What changed of the skull apart from the table, or NULL. */
static const char *
skull_words (const Step *step)
{
  if (crop_differs (step->before, step->after))
    return N_ ("Crop");
  return island_differs (&step->before->keep_at, &step->after->keep_at) ? N_ ("Keep another island")
                                                                        : NULL;
}

/* The recipes of the defect that a step is about. */
static Step
step_of (const BrgRecipes *before, const BrgRecipes *after, guint *index)
{
  *index = brg_recipes_find_change (before, after, 0);
  return (Step){ &before->recipe[MIN (*index, before->n - 1)], &after->recipe[*index], FALSE };
}

char *
_brg_history_kind (const BrgRecipes *before, const BrgRecipes *after)
{
  guint index;
  size_t n_params;
  const BrgParam *params = brg_params (&n_params);
  Step step = step_of (before, after, &index);

  if (brg_recipes_equal (before, after))
    return NULL;
  if (before->n != after->n)
    return g_strdup ("number of defects");
  const char *placement = placement_words (&step, FALSE), *skull = skull_words (&step);
  GString *kind = g_string_new (placement);
  g_string_append_printf (kind, " %s %u", skull != NULL ? skull : "", index);
  for (size_t p = 0; p < n_params; p++)
    if (param_differs (&step, &params[p]))
      g_string_append_printf (kind, " %s", params[p].key);
  return g_string_free (kind, FALSE);
}

/* A defect more or less, by its number among them all. */
static char *
describe_number (const Step *step, const BrgRecipes *before, const BrgRecipes *after)
{
  gboolean is_added = before->n < after->n;
  guint index = is_added ? brg_recipes_find_change (before, after, 0)
                         : brg_recipes_find_change (after, before, 0);

  return g_strdup_printf (say (step, is_added ? N_ ("Add defect %u") : N_ ("Remove defect %u")),
                          index + 1);
}

/* A change of a parameter of one of several defects says of which. */
static char *
describe_params_of (const Step *step, const BrgRecipes *after, guint index)
{
  g_autofree char *text = describe_params (step);

  if (after->n == 1 || !brg_recipe_equal_common (step->before, step->after))
    return g_steal_pointer (&text);
  return g_strdup_printf (say (step, N_ ("Defect %u: %s")), index + 1, text);
}

char *
brg_history_describe (const BrgRecipes *before, const BrgRecipes *after, gboolean translate)
{
  guint index;
  Step step = step_of (before, after, &index);

  step.translate = translate;
  if (brg_recipes_equal (before, after))
    return NULL;
  if (before->n != after->n)
    return describe_number (&step, before, after);
  const char *placement = placement_words (&step, after->n > 1);
  if (placement != NULL && after->n > 1)
    return g_strdup_printf (say (&step, placement), index + 1);
  const char *words = placement != NULL ? placement : skull_words (&step);
  return words != NULL ? g_strdup (say (&step, words)) : describe_params_of (&step, after, index);
}

BrgWork
brg_history_entry_get_work (const BrgHistoryEntry *self)
{
  guint index;

  if (self->delta != NULL)
    return BRG_WORK_EDIT;
  Step step = step_of (self->before, self->after, &index);
  if (crop_differs (step.before, step.after))
    return BRG_WORK_SCAN;
  if (brg_recipe_equal_common (step.before, step.after))
    return BRG_WORK_DEFECT;
  return differs (step.before->smooth, step.after->smooth) ? BRG_WORK_SURFACE : BRG_WORK_BONE;
}
