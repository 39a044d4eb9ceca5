#include "case/brg-case-private.h"

void
_brg_case_engine_unref (BrgCaseEngine *engine)
{
  g_free (engine);
}

void
_brg_case_result_free (BrgPipelineResult *result)
{
  g_free (result);
}

void
_brg_case_schedule (BrgCase *self)
{
  self->masks_wanted = self->scan != NULL;
}

void
_brg_case_abandon_run (BrgCase *self)
{
  self->run = NULL;
}
