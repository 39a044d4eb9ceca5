#include "case/brg-product.h"

#include "case/brg-case-error.h"
#include "case/brg-job-phase-private.h"

/* The triple of a defect. */
typedef struct
{
  BrgRecipe recipe;
  BrgMask *defective, *implant; /* NULL: not made yet */
  BrgFit fit;
  BrgSha256 cutter;
} Triple;

struct BrgProduct
{
  BrgRecipe recipe; /* of the skull */
  BrgMask *skull;
  gboolean has_stages;
  BrgPipelineStages stages;
  gsize n_triples;
  Triple *triples; /* of the placed recipes, in their order */
  gsize *slots;    /* by recipe: its triple */
  BrgExportDefect *defects;
};

static void
take_stages (BrgProduct *self, const BrgPipelineStages *stages)
{
  self->has_stages = TRUE;
  self->stages = (BrgPipelineStages){ .crop = brg_volume_ref (stages->crop),
                                      .threshold = brg_mask_ref (stages->threshold),
                                      .islands = brg_mask_ref (stages->islands),
                                      .median = brg_mask_ref (stages->median),
                                      .holes = brg_mask_ref (stages->holes) };
}

BrgProduct *
brg_product_new (BrgMask *skull, const BrgPipelineStages *stages, const BrgRecipe *recipes, gsize n)
{
  BrgProduct *self = g_new0 (BrgProduct, 1);

  self->recipe = recipes[0];
  self->skull = brg_mask_ref (skull);
  if (stages != NULL)
    take_stages (self, stages);
  self->triples = g_new0 (Triple, n);
  self->slots = g_new0 (gsize, n);
  self->defects = g_new0 (BrgExportDefect, n);
  for (gsize r = 0; r < n; r++)
    {
      self->slots[r] = self->n_triples;
      if (recipes[r].defect.placed)
        self->triples[self->n_triples++].recipe = recipes[r];
    }
  return self;
}

static void
take_result (BrgProduct *self, gsize slot, const BrgPipelineResult *result)
{
  Triple *triple = &self->triples[slot];

  triple->defective = brg_mask_ref (result->defective);
  triple->implant = brg_mask_ref (result->implant);
  triple->fit = result->fit;
  brg_trace_hash_mask (result->cutter, triple->cutter);
  self->defects[slot] = (BrgExportDefect){ .recipe = &triple->recipe,
                                           .defective = triple->defective,
                                           .implant = triple->implant,
                                           .cutter_sha256 = triple->cutter };
}

void
brg_product_give_triple (BrgProduct *self, gsize index, const BrgPipelineResult *result)
{
  take_result (self, self->slots[index], result);
}

static gboolean
make_triple (BrgProduct *self, gsize slot, BrgJob *job, GError **error)
{
  BrgPipelineResult result = { 0 };
  BrgError fault = { 0 };

  if (brg_pipeline_triple (self->skull, &self->triples[slot].recipe, &result, job, &fault) !=
      BRG_OK)
    {
      g_autofree char *which = g_strdup_printf ("defect %" G_GSIZE_FORMAT, slot + 1);
      if (self->n_triples > 1)
        brg_error_prefix (&fault, which);
      return brg_case_error_set (error, &fault);
    }
  take_result (self, slot, &result);
  brg_pipeline_result_clear (&result);
  return TRUE;
}

gboolean
brg_product_complete (BrgProduct *self, BrgJob *job, GError **error)
{
  BrgJobPhases phases;
  gboolean ok = TRUE;

  _brg_job_phases_begin (&phases, job);
  for (gsize t = 0; ok && t < self->n_triples; t++)
    if (self->triples[t].defective == NULL)
      {
        _brg_job_phase (&phases, (double) t / (double) self->n_triples,
                        (double) (t + 1) / (double) self->n_triples);
        ok = make_triple (self, t, job, error);
      }
  _brg_job_phases_end (&phases);
  return ok;
}

/* The pipeline with the first recipe; the rest follows from its skull. */
static BrgProduct *
run_first (BrgPipeline *pipeline,
           const BrgMask *added,
           const BrgMask *removed,
           const BrgRecipe *recipes,
           gsize n,
           BrgJob *job,
           GError **error)
{
  BrgPipelineResult result;
  BrgPipelineStages stages;
  BrgError fault = { 0 };

  if (brg_pipeline_run (pipeline, &recipes[0], added, removed, 1, &result, job, &fault) != BRG_OK)
    {
      brg_case_error_set (error, &fault);
      return NULL;
    }
  brg_pipeline_ref_stages (pipeline, &stages);
  BrgProduct *self = brg_product_new (result.skull, &stages, recipes, n);
  if (recipes[0].defect.placed)
    brg_product_give_triple (self, 0, &result);
  brg_pipeline_stages_clear (&stages);
  brg_pipeline_result_clear (&result);
  return self;
}

/* Takes the product, which may be NULL, and gives it back complete; NULL if that fails. */
static BrgProduct *
completed (BrgProduct *self, BrgJob *job, GError **error)
{
  if (self != NULL && !brg_product_complete (self, job, error))
    g_clear_pointer (&self, brg_product_free);
  return self;
}

BrgProduct *
brg_product_from_scan (BrgVolume *scan,
                       const BrgMask *added,
                       const BrgMask *removed,
                       const BrgRecipe *recipes,
                       gsize n,
                       BrgJob *job,
                       GError **error)
{
  BrgError fault = { 0 };
  BrgPipeline *pipeline = brg_pipeline_new (scan, &fault);

  if (pipeline == NULL)
    {
      brg_case_error_set (error, &fault);
      return NULL;
    }
  BrgJobPhases phases;
  _brg_job_phases_begin (&phases, job);
  _brg_job_phase (&phases, 0, 0.5);
  BrgProduct *self = run_first (pipeline, added, removed, recipes, n, job, error);
  brg_pipeline_free (pipeline);
  _brg_job_phase (&phases, 0.5, 1);
  self = completed (self, job, error);
  _brg_job_phases_end (&phases);
  return self;
}

BrgProduct *
brg_product_from_skull (BrgMask *skull,
                        const BrgRecipe *recipes,
                        gsize n,
                        BrgJob *job,
                        GError **error)
{
  return completed (brg_product_new (skull, NULL, recipes, n), job, error);
}

void
brg_product_describe (const BrgProduct *self, BrgExport *what)
{
  what->recipe = &self->recipe;
  what->skull = self->skull;
  what->stages = self->has_stages ? &self->stages : NULL;
  what->defects = self->defects;
  what->n_defects = self->n_triples;
}

const BrgFit *
brg_product_get_fit (const BrgProduct *self, gsize d)
{
  return &self->triples[d].fit;
}

void
brg_product_free (BrgProduct *self)
{
  if (self == NULL)
    return;
  for (gsize t = 0; t < self->n_triples; t++)
    {
      brg_mask_unref (self->triples[t].defective);
      brg_mask_unref (self->triples[t].implant);
    }
  brg_mask_unref (self->skull);
  brg_pipeline_stages_clear (&self->stages);
  g_free (self->triples);
  g_free (self->slots);
  g_free (self->defects);
  g_free (self);
}
