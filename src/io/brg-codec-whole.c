#include "io/brg-codec.h"

/* Without a library for this: a stream of one step. */
bool
brg_codec_inflate (uint8_t *in, size_t n_in, uint8_t *out, size_t n_out)
{
  return brg_inflate_piece (in, n_in, out, n_out, NULL) == BRG_OK;
}
