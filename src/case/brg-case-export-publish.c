#include <glib/gi18n.h>

#include "case/brg-case-error.h"
#include "case/brg-case-export-private.h"
#include "case/brg-export.h"

/* Time it takes to write a part, in that of making a triple: for the progress. */
#define PART_TRIPLES 3

/* The placed defects, in order. Those that are not on show are made here. */
typedef struct
{
  const BrgCaseExport *of;
  BrgExportDefect *defects;
  BrgPipelineResult *results; /* what was made for each; zero: nothing */
  BrgSha256 *cutters;
  guint n;
} Placed;

/* A part of the work, which reports 0..1, as a piece [from, from + span] of the whole. */
typedef struct
{
  BrgJob job;
  BrgJob *whole;
  double from, span;
  double reached; /* a stage of several passes begins at 0 again with each */
} Piece;

static void
piece_report_cb (void *data, const char *title, double fraction)
{
  Piece *piece = data;

  piece->reached = MAX (piece->reached, fraction);
  if (piece->whole->report != NULL)
    piece->whole->report (piece->whole->report_data, title,
                          piece->from + piece->span * piece->reached);
  if (brg_job_is_cancelled (piece->whole))
    brg_job_cancel (&piece->job);
}

/* `piece` must not move while its job is used. */
static BrgJob *
begin_piece (Piece *piece, BrgJob *whole, double from, double to)
{
  *piece = (Piece){ .job = BRG_JOB_INIT, .whole = whole, .from = from, .span = to - from };
  piece->job.n_threads = whole->n_threads;
  piece->job.report = piece_report_cb;
  piece->job.report_data = piece;
  return &piece->job;
}

static void
placed_clear (Placed *placed)
{
  for (guint d = 0; d < placed->n; d++)
    brg_pipeline_result_clear (&placed->results[d]);
  g_free (placed->defects);
  g_free (placed->results);
  g_free (placed->cutters);
}

static void
add_shown (Placed *placed)
{
  const BrgCaseExport *of = placed->of;
  guint d = placed->n++;

  brg_trace_hash_mask (of->cutter, placed->cutters[d]);
  placed->defects[d] = (BrgExportDefect){
    .recipe = &of->recipes->recipe[of->active],
    .defective = of->defective,
    .implant = of->implant,
    .defective_mesh = of->meshes[BRG_CASE_MESH_DEFECTIVE],
    .implant_mesh = of->meshes[BRG_CASE_MESH_IMPLANT],
    .cutter_sha256 = placed->cutters[d],
  };
}

/* A failure says which defect it is about: `index` of the list. */
static BrgStatus
add_other (Placed *placed, guint index, BrgJob *job, BrgError *error)
{
  const BrgRecipe *recipe = &placed->of->recipes->recipe[index];
  guint d = placed->n++;
  BrgPipelineResult *result = &placed->results[d];

  BrgStatus status = brg_pipeline_triple (placed->of->skull, recipe, result, job, error);
  if (status != BRG_OK)
    {
      g_autofree char *which = g_strdup_printf (_ ("Defect %u"), index + 1);
      if (status != BRG_CANCELLED)
        brg_error_prefix (error, which);
      return status;
    }
  brg_trace_hash_mask (result->cutter, placed->cutters[d]);
  g_clear_pointer (&result->cutter, brg_mask_unref);
  g_clear_pointer (&result->drills, brg_mask_unref);
  g_clear_pointer (&result->flap, brg_mask_unref);
  placed->defects[d] = (BrgExportDefect){ .recipe = recipe,
                                          .defective = result->defective,
                                          .implant = result->implant,
                                          .cutter_sha256 = placed->cutters[d] };
  return BRG_OK;
}

/* Fills [0, share] of the progress; the caller clears `placed` whatever happens. */
static BrgStatus
make_placed (Placed *placed, double share, BrgError *error)
{
  const BrgRecipes *recipes = placed->of->recipes;
  BrgJob *whole = brg_task_get_job (placed->of->task);
  BrgStatus status = BRG_OK;

  placed->defects = g_new0 (BrgExportDefect, recipes->n);
  placed->results = g_new0 (BrgPipelineResult, recipes->n);
  placed->cutters = g_new0 (BrgSha256, recipes->n);
  for (guint r = 0; r < recipes->n && status == BRG_OK; r++)
    {
      Piece piece;
      BrgJob *job =
        begin_piece (&piece, whole, share * r / recipes->n, share * (r + 1) / recipes->n);
      if (brg_job_is_cancelled (whole))
        status = brg_error_set (error, BRG_CANCELLED, "cancelled");
      else if (recipes->recipe[r].defect.placed && r == placed->of->active)
        add_shown (placed);
      else if (recipes->recipe[r].defect.placed)
        status = add_other (placed, r, job, error);
    }
  return status;
}

/* The part of the progress that goes to the triples which are still to be made. */
static double
share_of_triples (const BrgCaseExport *self)
{
  guint n_placed = brg_recipes_count_placed (self->recipes);
  guint n_others = n_placed - (self->implant != NULL ? 1 : 0);

  return (double) n_others / (n_others + PART_TRIPLES * (1 + 2 * n_placed));
}

static gboolean
publish (const BrgCaseExport *self,
         const Placed *placed,
         const BrgMask *added,
         BrgJob *job,
         GError **error)
{
  BrgSha256 sha256;
  BrgExport what = { .name = self->name,
                     .recipe = &self->recipes->recipe[self->active],
                     .skull = self->skull,
                     .skull_mesh = self->meshes[BRG_CASE_MESH_SKULL],
                     .added = added,
                     .removed = self->edits.removed,
                     .source_kind = BRG_SOURCE_SCAN,
                     .source_sha256 = sha256,
                     .import = &self->import,
                     .stages = &self->stages,
                     .defects = placed->defects,
                     .n_defects = placed->n };

  brg_export_hash_volume (self->scan, sha256);
  return brg_export (&what, self->dir, job, error);
}

/* Edits lie on the scan's grid even when there are none. */
static BrgMask *
edits_or_empty (const BrgCaseExport *self, BrgError *error)
{
  return self->edits.added != NULL ? brg_mask_ref (self->edits.added)
                                   : brg_mask_new (&self->scan->grid, error);
}

gboolean
_brg_case_export_publish (const BrgCaseExport *self, GError **error)
{
  Placed placed = { .of = self };
  Piece piece;
  BrgError fault = { 0 };
  double share = share_of_triples (self);
  gboolean ok = FALSE;

  BrgMask *added = edits_or_empty (self, &fault);
  if (added != NULL && make_placed (&placed, share, &fault) == BRG_OK)
    {
      BrgJob *job = begin_piece (&piece, brg_task_get_job (self->task), share, 1);
      ok = publish (self, &placed, added, job, error);
    }
  else
    brg_case_error_set (error, &fault);
  placed_clear (&placed);
  brg_mask_unref (added);
  return ok;
}
