/* Runs that follow hand edits inside a box against runs that make everything anew: the same masks,
 * fit and words after any sequence of edits, on any number of threads, cancelled or short of memory
 * at any moment. */

#include <limits.h>
#include <string.h>

#include "engine/brg-brush.h"
#include "engine/brg-param.h"

#include "defect-phantoms.h"
#include "fuse.h"
#include "pipeline-twin.h"
#include "short-memory.h"

#define NI     67
#define NJ     46
#define NK     28
#define N_PAST 6

/* A scan with two pipelines, edits on it, and what the last edits flipped. */
typedef struct
{
  GRand *rand;
  BrgVolume *scan;
  BrgPipeline *edited, *anew;
  BrgMask *added, *removed;
  BrgMask *past[N_PAST][2]; /* exclusive or of added, of removed */
  BrgBox boxes[N_PAST];
  int n_past;
  guint64 revision;
  BrgPipelineResult last; /* of the edited one; held on to, or zero */
} Bed;

static BrgVolume *
make_scan (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  BrgGrid grid = phantom_grid (NI, NJ, NK, 1.5, 1.6, 2.3);
  BrgMask *bone = phantom_shell (&grid, brg_vec3 (1, 1, -2), brg_vec3 (44, 33, 28), 5);
  BrgVolume *scan = brg_volume_new (&grid, NULL);

  PHANTOM_EACH (bone, i, j, k, p)
  {
    size_t v = ((size_t) k * NJ + (size_t) j) * NI + (size_t) i;
    scan->hu[v] =
      (int16_t) ((brg_mask_get (bone, i, j, k) ? 600 : -100) + g_rand_int_range (rand, -290, 290));
  }
  brg_mask_unref (bone);
  return scan;
}

static void
bed_init (Bed *bed, guint32 seed)
{
  *bed = (Bed){ .rand = g_rand_new_with_seed (seed), .scan = make_scan (), .revision = 1 };
  bed->edited = brg_pipeline_new (bed->scan, NULL);
  bed->anew = brg_pipeline_new (bed->scan, NULL);
  bed->added = brg_mask_new (&bed->scan->grid, NULL);
  bed->removed = brg_mask_new (&bed->scan->grid, NULL);
}

static void
bed_clear (Bed *bed)
{
  for (int p = 0; p < bed->n_past; p++)
    for (int m = 0; m < 2; m++)
      brg_mask_unref (bed->past[p][m]);
  brg_pipeline_result_clear (&bed->last);
  brg_mask_unref (bed->added);
  brg_mask_unref (bed->removed);
  brg_pipeline_free (bed->edited);
  brg_pipeline_free (bed->anew);
  brg_volume_unref (bed->scan);
  g_rand_free (bed->rand);
}

static BrgRecipe
base_recipe (void)
{
  BrgRecipe recipe = brg_recipe_default ();

  recipe.defect.placed = true;
  recipe.defect.shape = BRG_SHAPE_CRANIOTOMY;
  recipe.defect.at_mm = brg_vec3 (-18, -14, 18);
  recipe.defect.width_mm = 26;
  recipe.defect.height_mm = 20;
  recipe.defect.burr_radius_mm = 3;
  return recipe;
}

static const char *const variants[] = {
  "clearance=0",
  "clearance=1",
  "clearance=2",
  "clearance=2 clearance-from=skull",
  "clearance=0 clearance-from=skull drills=defect",
  "clearance=3.2 drills=defect",
  "clearance=4 depth=8",
  "clearance=3.5 shape=sphere width=22",
  "clearance=3 keep-again=true",
  "clearance=2 clearance-from=skull bevel=20 shape=box",
};

static BrgRecipe
make_variant (const char *words)
{
  g_auto (GStrv) changes = g_strsplit (words, " ", 0);
  BrgRecipe recipe = base_recipe ();

  for (char **change = changes; *change != NULL; change++)
    {
      g_auto (GStrv) parts = g_strsplit (*change, "=", 2);
      const BrgParam *param = brg_param_find (parts[0]);
      double value;
      g_assert_cmpint (brg_param_parse (param, parts[1], &value, NULL), ==, BRG_OK);
      brg_param_set (param, &recipe, value);
    }
  return recipe;
}

static void
flip (BrgMask *mask, const BrgMask *by)
{
  for (size_t w = 0; w < mask->n_words; w++)
    mask->words[w] ^= by->words[w];
}

/* A box of noise somewhere, which may stick out of the grid. */
static BrgBox
scatter (Bed *bed, bool adds)
{
  BrgMask *set = adds ? bed->added : bed->removed, *clear = adds ? bed->removed : bed->added;
  BrgBox box, whole = brg_grid_box (&bed->scan->grid);

  for (int a = 0; a < 3; a++)
    {
      box.lo[a] = g_rand_int_range (bed->rand, -3, whole.hi[a]);
      box.hi[a] = box.lo[a] + g_rand_int_range (bed->rand, 1, 12);
    }
  BrgBox inside = brg_box_intersect (&box, &whole);
  for (int k = inside.lo[2]; k < inside.hi[2]; k++)
    for (int j = inside.lo[1]; j < inside.hi[1]; j++)
      for (int i = inside.lo[0]; i < inside.hi[0]; i++)
        if (g_rand_boolean (bed->rand))
          {
            brg_mask_set (set, i, j, k, true);
            brg_mask_set (clear, i, j, k, false);
          }
  return box;
}

/* A dab, mostly near the defect. */
static BrgBox
dab (Bed *bed, bool adds)
{
  BrgMask *set = adds ? bed->added : bed->removed, *clear = adds ? bed->removed : bed->added;
  bool near = g_rand_int_range (bed->rand, 0, 4) > 0;
  BrgVec3 at = brg_grid_vox_from_lps (&bed->scan->grid, base_recipe ().defect.at_mm);
  const double centre[3] = { near ? at.x : NI / 2.0, near ? at.y : NJ / 2.0,
                             near ? at.z : NK / 2.0 };
  double from[3], to[3], radius_mm = g_rand_double_range (bed->rand, 1, 5);

  for (int a = 0; a < 3; a++)
    {
      from[a] = centre[a] + g_rand_double_range (bed->rand, -14, 14);
      to[a] = from[a] + g_rand_double_range (bed->rand, -4, 4);
    }
  return g_rand_boolean (bed->rand)
           ? brg_brush_ball (set, clear, from, to, radius_mm)
           : brg_brush_stroke (set, clear, (BrgPlane) g_rand_int_range (bed->rand, 0, BRG_N_PLANES),
                               from, to, radius_mm);
}

/* One more edit, or one of the last taken back; returns a box that holds it. */
static BrgBox
edit (Bed *bed)
{
  BrgMask *old_added = brg_mask_copy (bed->added, NULL);
  BrgMask *old_removed = brg_mask_copy (bed->removed, NULL);
  int kind = g_rand_int_range (bed->rand, 0, 10);
  bool adds = g_rand_boolean (bed->rand);
  BrgBox box = { 0 };

  if (kind == 0 && bed->n_past > 0)
    {
      int p = g_rand_int_range (bed->rand, 0, bed->n_past);
      flip (bed->added, bed->past[p][0]);
      flip (bed->removed, bed->past[p][1]);
      box = bed->boxes[p];
    }
  else if (kind < 3)
    box = scatter (bed, adds);
  else if (kind < 9)
    box = dab (bed, adds);
  if (kind == 8) /* more than was touched */
    box = brg_grid_box (&bed->scan->grid);
  flip (old_added, bed->added);
  flip (old_removed, bed->removed);
  int slot = bed->n_past < N_PAST ? bed->n_past++ : (int) (bed->revision % N_PAST);
  brg_mask_unref (bed->past[slot][0]);
  brg_mask_unref (bed->past[slot][1]);
  bed->past[slot][0] = old_added;
  bed->past[slot][1] = old_removed;
  bed->boxes[slot] = box;
  bed->revision++;
  return box;
}

static void
assert_same_result (const BrgPipelineResult *a, const BrgPipelineResult *b)
{
  pipeline_assert_same_masks (a, b);
  g_assert_cmpuint (a->skull_vox, ==, b->skull_vox);
  g_assert_true (memcmp (&a->fit.removed_mm3, &b->fit.removed_mm3, sizeof (double)) == 0);
  g_assert_true (memcmp (&a->fit.implant_mm3, &b->fit.implant_mm3, sizeof (double)) == 0);
  if (!a->fit_is_due && !b->fit_is_due)
    g_assert_cmpmem (&a->fit, sizeof a->fit, &b->fit, sizeof b->fit);
}

/* Outside of the box nothing has changed. */
static void
assert_told (const BrgMask *before, const BrgMask *after, const BrgBox *box)
{
  if (before == NULL || after == NULL)
    return;
  for (int k = 0; k < after->grid.dim[2]; k++)
    for (int j = 0; j < after->grid.dim[1]; j++)
      for (int i = 0; i < after->grid.dim[0]; i++)
        if (brg_mask_get (before, i, j, k) != brg_mask_get (after, i, j, k))
          g_assert_true (i >= box->lo[0] && i < box->hi[0] && j >= box->lo[1] && j < box->hi[1] &&
                         k >= box->lo[2] && k < box->hi[2]);
}

/* All bone is taken away. */
static BrgBox
wipe (Bed *bed)
{
  brg_mask_clear (bed->removed);
  brg_mask_invert (bed->removed);
  bed->revision++;
  return brg_grid_box (&bed->scan->grid);
}

static BrgStatus
run_edited (Bed *bed,
            const BrgRecipe *recipe,
            const BrgPipelineEdit *change,
            BrgPipelineResult *result,
            BrgJob *job,
            BrgError *error)
{
  return brg_pipeline_edit (bed->edited, recipe, bed->added, bed->removed, bed->revision, change,
                            result, job, error);
}

/* After an edit inside a box: both pipelines agree, in failure too. */
static BrgStatus
step (Bed *bed, const BrgRecipe *recipe, BrgBox box, bool may_put_off_fit, BrgJob *job)
{
  const BrgPipelineEdit change = { bed->revision - 1, box, may_put_off_fit };
  BrgPipelineResult edited, anew;
  BrgError error = { 0 }, anew_error = { 0 };
  BrgStatus status = run_edited (bed, recipe, &change, &edited, job, &error);

  g_assert_cmpint (brg_pipeline_run (bed->anew, recipe, bed->added, bed->removed, bed->revision,
                                     &anew, NULL, &anew_error),
                   ==, status);
  g_assert_cmpstr (error.message, ==, anew_error.message);
  if (status != BRG_OK)
    return status;
  assert_same_result (&edited, &anew);
  g_assert_true (may_put_off_fit || !edited.fit_is_due);
  assert_told (bed->last.skull, edited.skull, &edited.changed_skull);
  assert_told (bed->last.defective, edited.defective, &edited.changed_defective);
  assert_told (bed->last.implant, edited.implant, &edited.changed_implant);
  brg_pipeline_result_clear (&bed->last);
  brg_pipeline_result_clear (&anew);
  bed->last = edited;
  return BRG_OK;
}

/* As in a window: now and then nobody else holds the masks of the last result. */
static void
let_go (Bed *bed)
{
  if (g_rand_boolean (bed->rand))
    brg_pipeline_result_clear (&bed->last);
}

static void
test_sequences (void)
{
  int n_refused = 0;

  for (size_t v = 0; v < G_N_ELEMENTS (variants); v++)
    {
      BrgRecipe recipe = make_variant (variants[v]);
      Bed bed;
      bed_init (&bed, 40 + (guint32) v);
      if (v % 3 == 1)
        recipe.crop_vox = (BrgBox){ { 3, 2, 1 }, { NI, NJ - 1, NK } };
      for (int n = 0; n < 14; n++)
        {
          BrgJob job = twin_job (twin_threads[n % (int) G_N_ELEMENTS (twin_threads)]);
          n_refused += step (&bed, &recipe, edit (&bed), n % 2 == 1, &job) != BRG_OK;
          let_go (&bed);
        }
      bed_clear (&bed);
    }
  g_test_message ("%d runs refused", n_refused);
}

/* Parameters change in between, the defect goes and comes back, and edits take all bone. */
static void
test_between (void)
{
  const char *const between[] = { "clearance=1", "threshold-lo=180", "clearance=2",
                                  "width=30",    "clearance=1",      "rotate=20" };
  BrgRecipe recipe = base_recipe ();
  Bed bed;
  int n_refused = 0;

  bed_init (&bed, 3);
  for (int n = 0; n < 40; n++)
    {
      recipe.defect.placed = n % 9 != 4;
      if (n % 3 == 2)
        {
          g_auto (GStrv) parts = g_strsplit (between[n / 3 % 6], "=", 2);
          brg_param_set (brg_param_find (parts[0]), &recipe, g_ascii_strtod (parts[1], NULL));
        }
      n_refused +=
        step (&bed, &recipe, n % 12 == 10 ? wipe (&bed) : edit (&bed), false, NULL) != BRG_OK;
      if (n % 12 == 11)
        brg_mask_clear (bed.removed);
      if (n % 12 == 11)
        bed.revision += 2; /* an edit nobody told of */
      let_go (&bed);
    }
  g_assert_cmpint (n_refused, >, 2);
  bed_clear (&bed);
}

/* A fit that was put off is measured by the next run that may not put it off. */
static void
test_put_off (void)
{
  BrgRecipe recipe = make_variant ("clearance=1");
  BrgPipelineResult a, b;
  int n_due = 0;
  Bed bed;

  bed_init (&bed, 8);
  for (int n = 0; n < 16; n++)
    {
      step (&bed, &recipe, edit (&bed), true, NULL);
      n_due += bed.last.fit_is_due;
      g_assert_cmpint (brg_pipeline_run (bed.edited, &recipe, bed.added, bed.removed, bed.revision,
                                         &a, NULL, NULL),
                       ==, BRG_OK);
      g_assert_true (a.implant == bed.last.implant && !a.fit_is_due);
      g_assert_true (brg_box_is_empty (&a.changed_skull) && brg_box_is_empty (&a.changed_implant));
      g_assert_cmpint (
        brg_pipeline_run (bed.anew, &recipe, bed.added, bed.removed, bed.revision, &b, NULL, NULL),
        ==, BRG_OK);
      assert_same_result (&a, &b);
      brg_pipeline_result_clear (&a);
      brg_pipeline_result_clear (&b);
    }
  g_assert_cmpint (n_due, >, 3);
  g_assert_cmpint (n_due, <, 16);
  bed_clear (&bed);
}

/* An edit that changes no voxel gives the same masks, and masks nobody reads are written again. */
static void
test_reuse (void)
{
  BrgRecipe recipe = base_recipe ();
  BrgPipelineEdit change = { .box = { { 10, 10, 10 }, { 20, 20, 12 } } };
  BrgPipelineResult a, b;
  const BrgMask *earlier = NULL;
  Bed bed;

  bed_init (&bed, 1);
  g_assert_cmpint (run_edited (&bed, &recipe, NULL, &a, NULL, NULL), ==, BRG_OK);
  change.since = bed.revision++;
  g_assert_cmpint (run_edited (&bed, &recipe, &change, &b, NULL, NULL), ==, BRG_OK);
  g_assert_true (a.skull == b.skull && a.cutter == b.cutter && a.implant == b.implant);
  g_assert_true (brg_box_is_empty (&b.changed_skull));
  brg_pipeline_result_clear (&a);
  brg_pipeline_result_clear (&b);
  for (int n = 0; n < 4; n++)
    {
      brg_mask_set (bed.added, 12 + n, 15, 11, true);
      change.since = bed.revision++;
      g_assert_cmpint (run_edited (&bed, &recipe, &change, &a, NULL, NULL), ==, BRG_OK);
      g_assert_true (n % 2 == 0 || n < 2 || a.skull == earlier);
      earlier = n % 2 == 1 ? a.skull : earlier;
      brg_pipeline_result_clear (&a);
    }
  bed_clear (&bed);
}

/* Runs an edit that fails, and again; the second time all is well. */
static bool
fail_and_recover (Bed *bed,
                  const BrgRecipe *recipe,
                  int n_allocations,
                  BrgJob *job,
                  BrgStatus expected)
{
  BrgPipelineEdit change = { .since = bed->revision, .may_put_off_fit = bed->revision % 2 == 0 };
  BrgPipelineResult edited, anew;
  BrgError error = { 0 };

  change.box = edit (bed);
  short_memory_allow (n_allocations);
  BrgStatus status = run_edited (bed, recipe, &change, &edited, job, &error);
  short_memory_end ();
  g_assert_true (status == BRG_OK || status == expected);
  g_assert_cmpint (error.status, ==, status);
  if (status == BRG_OK)
    {
      brg_pipeline_result_clear (&bed->last);
      bed->last = edited;
    }
  g_assert_cmpint (run_edited (bed, recipe, &change, &edited, NULL, NULL), ==, BRG_OK);
  g_assert_cmpint (brg_pipeline_run (bed->anew, recipe, bed->added, bed->removed, bed->revision,
                                     &anew, NULL, NULL),
                   ==, BRG_OK);
  assert_same_result (&edited, &anew);
  assert_told (bed->last.skull, edited.skull, &edited.changed_skull);
  brg_pipeline_result_clear (&bed->last);
  brg_pipeline_result_clear (&anew);
  bed->last = edited;
  return status != BRG_OK;
}

static void
test_short_of_memory (void)
{
  BrgRecipe recipe = make_variant ("clearance=1.6");
  int n_failed = 0;
  Bed bed;

  bed_init (&bed, 21);
  for (int n = 0; n < 40; n++)
    {
      BrgPipelineResult result;
      g_assert_cmpint (brg_pipeline_run (bed.edited, &recipe, bed.added, bed.removed, bed.revision,
                                         &result, NULL, NULL),
                       ==, BRG_OK);
      brg_pipeline_result_clear (&result);
      let_go (&bed);
      brg_pipeline_result_clear (&bed.last);
      n_failed += fail_and_recover (&bed, &recipe, n, NULL, BRG_NO_MEMORY);
    }
  g_assert_cmpint (n_failed, >, 10);
  bed_clear (&bed);
}

static void
test_cancelled (void)
{
  BrgRecipe recipe = make_variant ("clearance=2");
  int n_cancelled = 0;
  Bed bed;

  bed_init (&bed, 22);
  step (&bed, &recipe, edit (&bed), false, NULL);
  for (int n = 0; n < 32; n++)
    {
      int n_threads = 1 + n % 2;
      Fuse fuse;
      BrgJob *job = fuse_light (&fuse, n_threads, n / 2);
      bool was_cancelled = fail_and_recover (&bed, &recipe, INT_MAX, job, BRG_CANCELLED);
      n_cancelled += was_cancelled && n_threads == 1;
    }
  g_assert_cmpint (n_cancelled, >, 5);
  bed_clear (&bed);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pipeline-edit/sequences", test_sequences);
  g_test_add_func ("/pipeline-edit/between", test_between);
  g_test_add_func ("/pipeline-edit/put-off", test_put_off);
  g_test_add_func ("/pipeline-edit/reuse", test_reuse);
  g_test_add_func ("/pipeline-edit/short-of-memory", test_short_of_memory);
  g_test_add_func ("/pipeline-edit/cancelled", test_cancelled);
  return g_test_run ();
}
