#include "frames.hpp"

namespace
{

constexpr unsigned sof0 = 0xc0, sof2 = 0xc2, sof15 = 0xcf, dht = 0xc4, jpg = 0xc8, dac = 0xcc;

unsigned
get_u16 (const std::uint8_t *bytes)
{
  return static_cast<unsigned> (bytes[0] << 8 | bytes[1]);
}

bool
begins_frame (unsigned marker)
{
  return marker >= sof0 && marker <= sof15 && marker != dht && marker != jpg && marker != dac;
}

/* Where the frame header's marker is, NULL for nowhere (ITU-T T.81, B.2). */
const std::uint8_t *
find_frame (const std::uint8_t *at, const std::uint8_t *end)
{
  if (end - at < 2 || at[0] != 0xff || at[1] != 0xd8)
    return nullptr;
  at += 2;
  while (end - at >= 4 && at[0] == 0xff)
    {
      if (at[1] == 0xff)
        at++;
      else if (begins_frame (at[1]))
        return end - at >= 10 ? at + 1 : nullptr;
      else if (end - at < static_cast<std::ptrdiff_t> (2 + get_u16 (at + 2)))
        return nullptr;
      else
        at += 2 + get_u16 (at + 2);
    }
  return nullptr;
}

} // namespace

namespace bregma
{

Outcome
check_lossy_jpeg (const std::uint8_t *data, std::size_t size, Frames &frames, std::string &reason)
{
  const std::uint8_t *frame = find_frame (data, data + size);

  reason = "its stream is no JPEG of the kind that the file says";
  if (frame == nullptr || *frame > sof2)
    return Outcome::damaged;
  reason = "its JPEG stream holds another image than the file says";
  if ((frame[3] > 8) != (frames.bits == 16) || get_u16 (frame + 4) != frames.rows ||
      get_u16 (frame + 6) != frames.columns || frame[8] != 1)
    return Outcome::damaged;
  return Outcome::decoded;
}

} // namespace bregma
