#include <libdeflate.h>

#include "io/brg-codec.h"

bool
brg_codec_inflate (uint8_t *in, size_t n_in, uint8_t *out, size_t n_out)
{
  struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor ();
  size_t used = 0;

  if (decompressor == NULL)
    return false;
  in[n_in] = 3; /* an empty last block */
  in[n_in + 1] = 0;
  enum libdeflate_result result = libdeflate_deflate_decompress_ex (
    decompressor, in, n_in + BRG_CODEC_TAIL, out, n_out, &used, NULL);
  libdeflate_free_decompressor (decompressor);
  return result == LIBDEFLATE_SUCCESS && used == n_in + BRG_CODEC_TAIL;
}
