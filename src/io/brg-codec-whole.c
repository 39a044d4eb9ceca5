#include "io/brg-codec.h"

/* Without a library for this: a stream of one step. */
bool
brg_codec_inflate (uint8_t *in, size_t n_in, uint8_t *out, size_t n_out)
{
  BrgInflater *inflater = brg_inflater_new (NULL);
  BrgInflateStep step = { .in = in, .n_in = n_in, .out = out, .n_out = n_out };

  if (inflater == NULL)
    return false;
  bool sound = true;
  size_t before;
  do
    {
      before = step.n_in + step.n_out;
      sound = brg_inflater_run (inflater, &step, NULL) == BRG_OK && !step.ended;
    }
  while (sound && step.n_in + step.n_out < before);
  sound = sound && step.n_in == 0 && step.n_out == 0;
  uint8_t surplus;
  step.out = &surplus;
  step.n_out = sizeof surplus;
  sound = sound && brg_inflater_run (inflater, &step, NULL) == BRG_OK && step.n_out > 0;
  brg_inflater_free (inflater);
  return sound;
}
