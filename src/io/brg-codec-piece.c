#include "io/brg-codec.h"

/* Runs the inflater until it stands still. */
static BrgStatus
run (BrgInflater *inflater, BrgInflateStep *step, BrgError *error)
{
  BrgStatus status;
  size_t before;

  do
    {
      before = step->n_in + step->n_out;
      status = brg_inflater_run (inflater, step, error);
    }
  while (status == BRG_OK && !step->ended && step->n_in + step->n_out < before);
  return status;
}

static BrgStatus
inflate_exactly (BrgInflater *inflater, BrgInflateStep *step, BrgError *error)
{
  uint8_t surplus;
  BrgStatus status = run (inflater, step, error);

  if (status != BRG_OK)
    return status;
  if (step->ended || step->n_out > 0)
    return brg_error_set (error, BRG_FORMAT, "deflated bytes end %zu bytes too early", step->n_out);
  step->out = &surplus;
  step->n_out = sizeof surplus;
  status = run (inflater, step, error);
  if (status == BRG_OK && (step->ended || step->n_out == 0 || step->n_in > 0))
    status = brg_error_set (error, BRG_FORMAT, "deflated bytes go on after their end");
  return status;
}

BrgStatus
brg_inflate_piece (const uint8_t *in, size_t n_in, uint8_t *out, size_t n_out, BrgError *error)
{
  BrgInflateStep step = { .in = in, .n_in = n_in, .out = out, .n_out = n_out };
  BrgInflater *inflater = brg_inflater_new (error);
  BrgStatus status = inflater != NULL ? inflate_exactly (inflater, &step, error) : BRG_NO_MEMORY;

  brg_inflater_free (inflater);
  return status;
}
