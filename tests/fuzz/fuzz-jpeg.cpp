/* Lossless JPEG streams: columns, rows and bytes of a sample that the file claims, and the stream.
 */

#include "fuzz.h"

#include "../../src/dicom/frames.hpp"

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  bregma::Frames frames;
  std::string reason;

  frames.columns = 1 + fuzz_take (&bytes, &size, 1);
  frames.rows = 1 + fuzz_take (&bytes, &size, 1);
  frames.frames = 1;
  frames.bits = fuzz_take (&bytes, &size, 1) % 2 > 0 ? 8 : 16;
  const std::size_t n_bytes = std::size_t{ frames.columns } * frames.rows * (frames.bits / 8);
  const bregma::Outcome outcome = bregma::decode_lossless_jpeg (bytes, size, frames, reason);
  if (outcome == bregma::Outcome::decoded)
    g_assert_cmpuint (frames.samples.size (), ==, n_bytes);
  if (outcome == bregma::Outcome::damaged)
    g_assert_false (reason.empty ());
  return 0;
}
