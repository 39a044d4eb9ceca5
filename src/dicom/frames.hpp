#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bregma
{

/* The decoded samples of one file, little endian. */
struct Frames
{
  std::uint32_t columns = 0, rows = 0, frames = 0;
  std::uint32_t bits = 16; /* 8 or 16 */
  bool is_signed = false;
  std::vector<std::uint8_t> samples;
};

/* Samples that a file may decode to: refused before anything is allocated. */
constexpr std::uint64_t max_bytes = std::uint64_t{ 1 } << 30;

/* What stands for a DICOM file: a whole one, or bytes in one that holds several. */
struct Part
{
  std::string path;
  std::uint64_t offset = 0, size = 0;
};

/* `size` of a whole file. */
constexpr std::uint64_t all_bytes = UINT64_MAX;

/* Decodes every frame of a DICOM file. False and a reason, in words, otherwise. */
bool decode_file (const Part &part, Frames &frames, std::string &reason);

enum class Outcome
{
  decoded,
  damaged,
  foreign, /* sound as far as it was read, but for another decoder */
};

/* Each appends the samples of one frame to those of `frames`, which says how large it must be. A
 * reason in words goes with damage. */

/* A JPEG 2000 code stream of one component, as 16 bits. */
Outcome
decode_jpeg2000 (const std::uint8_t *data, std::size_t size, Frames &frames, std::string &reason);

/* A JPEG stream of process 14 (ITU-T T.81, H; any predictor and point transform) of frames.bits:
 * the values that DCMTK's decoder gives, several times faster. One that ends early is damaged. */
Outcome decode_lossless_jpeg (const std::uint8_t *data,
                              std::size_t size,
                              Frames &frames,
                              std::string &reason);

/* Decodes nothing: looks whether it is a JPEG stream with loss (T.81, baseline to progressive) of
 * the image, as DCMTK decodes one of another kind into something else. */
Outcome
check_lossy_jpeg (const std::uint8_t *data, std::size_t size, Frames &frames, std::string &reason);

/* A frame of PackBits (PS3.5, G) of frames.bits. DCMTK's decoder takes one that ends early. */
Outcome
decode_rle (const std::uint8_t *data, std::size_t size, Frames &frames, std::string &reason);

/* Gives up what a decoder has no use for: much memory, much time, new files, the network, cores. */
void limit_process ();

} // namespace bregma
