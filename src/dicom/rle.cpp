#include "frames.hpp"

#include <algorithm>

namespace
{

constexpr std::size_t header_size = 64;
constexpr std::size_t max_segments = 15;

std::size_t
get_u32 (const std::uint8_t *bytes)
{
  return std::size_t{ bytes[0] } | std::size_t{ bytes[1] } << 8 | std::size_t{ bytes[2] } << 16 |
         std::size_t{ bytes[3] } << 24;
}

/* Unpacks one segment into every `step`-th byte of [out, end). False when it gives fewer; what it
 * gives beyond is padding. */
bool
unpack (const std::uint8_t *at,
        const std::uint8_t *end,
        std::uint8_t *out,
        const std::uint8_t *out_end,
        std::ptrdiff_t step)
{
  while (out < out_end && at < end)
    {
      const std::uint8_t control = *at++;
      const std::ptrdiff_t room = (out_end - out + step - 1) / step;
      if (control == 128)
        continue;
      const bool is_run = control > 128;
      const std::ptrdiff_t n =
        std::min<std::ptrdiff_t> (room, is_run ? 257 - control : control + 1);
      if (end - at < (is_run ? 1 : n))
        return false;
      for (std::ptrdiff_t b = 0; b < n; b++, out += step)
        *out = is_run ? *at : at[b];
      at += is_run ? 1 : n;
    }
  return out >= out_end;
}

} // namespace

namespace bregma
{

Outcome
decode_rle (const std::uint8_t *data, std::size_t size, Frames &frames, std::string &reason)
{
  const std::size_t n_segments = frames.bits / 8;
  const std::size_t n_bytes = std::size_t{ frames.columns } * frames.rows * n_segments;
  const std::size_t before = frames.samples.size ();

  reason = "its RLE stream holds another image than the file says";
  if (size < header_size || get_u32 (data) != n_segments || n_segments > max_segments)
    return Outcome::damaged;
  frames.samples.resize (before + n_bytes);
  std::uint8_t *samples = frames.samples.data () + before;
  for (std::size_t s = 0; s < n_segments; s++)
    {
      const bool is_last = s + 1 == n_segments;
      const std::size_t begin = get_u32 (data + 4 + 4 * s);
      const std::size_t end = is_last ? size : get_u32 (data + 8 + 4 * s);
      reason = "its RLE stream is damaged: it has no sound segments";
      if (begin < header_size || end < begin || size < end)
        return Outcome::damaged;
      reason = "its RLE stream is damaged: it ends early";
      /* the first segment holds the highest bytes */
      if (!unpack (data + begin, data + end, samples + (n_segments - 1 - s), samples + n_bytes,
                   static_cast<std::ptrdiff_t> (n_segments)))
        return Outcome::damaged;
    }
  return Outcome::decoded;
}

} // namespace bregma
