/* A newer change cancels an older computation. The engine is made as slow as it has to be. Link
 * with -Wl,--wrap=brg_pipeline_edit. */

#include "case-fixture.h"

/* Runs wait for leave to go on, or to be cancelled. All atomic. */
static gint held, n_begun, n_cancelled;
static gint last_threshold_hu; /* of the run that went on last */

/* Times in us, read and written in turns: when the first run was asked for, and when the last one
 * that was cancelled learnt of it. */
static gint64 asked_us, cancelled_us;

BrgStatus __real_brg_pipeline_edit (BrgPipeline *pipeline,
                                    const BrgRecipe *recipe,
                                    const BrgMask *added,
                                    const BrgMask *removed,
                                    uint64_t edits_revision,
                                    const BrgPipelineEdit *edit,
                                    BrgPipelineResult *result,
                                    BrgJob *job,
                                    BrgError *error);
BrgStatus __wrap_brg_pipeline_edit (BrgPipeline *pipeline,
                                    const BrgRecipe *recipe,
                                    const BrgMask *added,
                                    const BrgMask *removed,
                                    uint64_t edits_revision,
                                    const BrgPipelineEdit *edit,
                                    BrgPipelineResult *result,
                                    BrgJob *job,
                                    BrgError *error);

BrgStatus
__wrap_brg_pipeline_edit (BrgPipeline *pipeline,
                          const BrgRecipe *recipe,
                          const BrgMask *added,
                          const BrgMask *removed,
                          uint64_t edits_revision,
                          const BrgPipelineEdit *edit,
                          BrgPipelineResult *result,
                          BrgJob *job,
                          BrgError *error)
{
  g_atomic_int_inc (&n_begun);
  while (g_atomic_int_get (&held) && !brg_job_is_cancelled (job))
    g_usleep (1000);
  g_atomic_int_set (&last_threshold_hu, recipe->threshold_lo_hu);
  if (brg_job_is_cancelled (job))
    {
      cancelled_us = g_get_monotonic_time ();
      g_atomic_int_inc (&n_cancelled);
    }
  return __real_brg_pipeline_edit (pipeline, recipe, added, removed, edits_revision, edit, result,
                                   job, error);
}

static void
wait_ms (gint64 ms)
{
  gint64 end_us = g_get_monotonic_time () + 1000 * ms;

  while (g_get_monotonic_time () < end_us)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
}

static void
wait_for (gint *counter, gint value)
{
  gint64 end_us = g_get_monotonic_time () + 120 * G_TIME_SPAN_SECOND;

  while (g_atomic_int_get (counter) < value)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end_us);
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
}

/* With a run under way that is held at a lower threshold of 200. */
static void
open_and_hold (CaseFixture *fixture)
{
  case_fixture_open (fixture);
  g_atomic_int_set (&n_begun, 0);
  g_atomic_int_set (&n_cancelled, 0);
  g_atomic_int_set (&held, TRUE);
  asked_us = g_get_monotonic_time ();
  case_fixture_set_param (fixture, "threshold-lo", 200, FALSE);
  wait_for (&n_begun, 1);
}

/* What is on show in the end is what a pipeline that did nothing else gives. */
static void
release (CaseFixture *fixture)
{
  BrgCase *document = fixture->document;
  BrgPipelineResult expected;
  BrgError error = { 0 };

  g_atomic_int_set (&held, FALSE);
  case_fixture_settle (fixture);
  g_assert_cmpuint (fixture->n_failed, ==, 0);
  g_assert_false (brg_case_get_stale (document));
  BrgPipeline *pipeline = brg_pipeline_new (brg_case_get_scan (document), &error);
  g_assert_cmpint (brg_pipeline_run (pipeline, brg_case_get_recipe (document),
                                     brg_case_get_added (document), brg_case_get_removed (document),
                                     1, &expected, NULL, &error),
                   ==, BRG_OK);
  g_assert_true (brg_mask_equal (brg_case_get_result (document)->skull, expected.skull));
  brg_pipeline_result_clear (&expected);
  brg_pipeline_free (pipeline);
  case_fixture_clear (fixture);
}

/* Not by a drag; then by a change that is none. */
static void
test_cancelled (void)
{
  CaseFixture fixture;

  open_and_hold (&fixture);
  case_fixture_set_param (&fixture, "threshold-lo", 210, TRUE);
  wait_ms (400);
  g_assert_cmpint (g_atomic_int_get (&n_cancelled), ==, 0);
  case_fixture_set_param (&fixture, "threshold-lo", 220, FALSE);
  wait_for (&n_cancelled, 1);
  g_assert_cmpint (last_threshold_hu, ==, 200);
  wait_for (&n_begun, 2);
  g_assert_true (brg_case_undo (fixture.document));
  wait_for (&n_cancelled, 2);
  release (&fixture);
  g_assert_cmpint (last_threshold_hu, ==, 210);
}

/* A run that is younger has its 250 ms, unless it is wanted again; a machine that sleeps for as
 * long in between makes it old. */
static void
test_young (void)
{
  CaseFixture fixture;

  open_and_hold (&fixture);
  case_fixture_set_param (&fixture, "threshold-lo", 220, FALSE);
  wait_for (&n_cancelled, 1);
  gint64 freed_us = cancelled_us; /* the next run begins later */
  g_assert_cmpint (freed_us - asked_us, >=, 240 * G_TIME_SPAN_MILLISECOND);
  wait_for (&n_begun, 2);
  case_fixture_set_param (&fixture, "threshold-lo", 230, FALSE);
  g_assert_true (brg_case_undo (fixture.document));
  gboolean was_young = g_get_monotonic_time () - freed_us < 250 * G_TIME_SPAN_MILLISECOND;
  wait_ms (400);
  if (was_young)
    g_assert_cmpint (g_atomic_int_get (&n_cancelled), ==, 1);
  release (&fixture);
}

/* The next run goes on with the skull of this one. */
static void
test_useful (void)
{
  CaseFixture fixture;
  const double at_vox[3] = { 20, 20, 20 };

  open_and_hold (&fixture);
  case_fixture_place_defect (&fixture);
  brg_case_stroke_begin (fixture.document, FALSE, 6);
  brg_case_stroke_to (fixture.document, BRG_AXIAL, at_vox, at_vox);
  brg_case_stroke_end (fixture.document);
  wait_ms (400);
  g_assert_cmpint (g_atomic_int_get (&n_cancelled), ==, 0);
  release (&fixture);
}

/* Edits that a cancelled run was given are in the next. */
static void
test_edits (void)
{
  CaseFixture fixture;
  const double at_vox[3] = { 20, 20, 20 };

  open_and_hold (&fixture);
  g_atomic_int_set (&held, FALSE);
  case_fixture_settle (&fixture);
  g_atomic_int_set (&held, TRUE);
  gint n = g_atomic_int_get (&n_begun);
  brg_case_stroke_begin (fixture.document, FALSE, 6);
  brg_case_stroke_to (fixture.document, BRG_AXIAL, at_vox, at_vox);
  brg_case_stroke_end (fixture.document);
  wait_for (&n_begun, n + 1);
  case_fixture_set_param (&fixture, "keep-again", 1, FALSE);
  wait_for (&n_cancelled, 1);
  release (&fixture);
}

/* The case may go while a run is about to be cancelled. */
static void
test_drop (void)
{
  CaseFixture fixture;

  open_and_hold (&fixture);
  case_fixture_set_param (&fixture, "threshold-lo", 220, FALSE);
  case_fixture_clear (&fixture);
  g_atomic_int_set (&held, FALSE);
  wait_ms (300);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/case-overtake/cancelled", test_cancelled);
  g_test_add_func ("/case-overtake/young", test_young);
  g_test_add_func ("/case-overtake/useful", test_useful);
  g_test_add_func ("/case-overtake/edits", test_edits);
  g_test_add_func ("/case-overtake/drop", test_drop);
  return g_test_run ();
}
