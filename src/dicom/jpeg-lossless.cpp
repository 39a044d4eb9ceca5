#include "frames.hpp"

#include <array>
#include <cstring>
#include <stdexcept>

namespace
{

enum Marker : unsigned
{
  sof3 = 0xc3,
  dht = 0xc4,
  jpg = 0xc8,
  dac = 0xcc,
  rst0 = 0xd0,
  rst7 = 0xd7,
  soi = 0xd8,
  eoi = 0xd9,
  sos = 0xda,
  dri = 0xdd,
};

/* The stream is not as T.81 wants it. */
struct Damage : std::runtime_error
{
  using std::runtime_error::runtime_error;
};

/* It is, but in a way that is not decoded here. */
struct Foreign
{
};

/* Bytes that may not be left. */
class Bytes
{
public:
  Bytes (const std::uint8_t *begin, std::size_t size) : at_ (begin), end_ (begin + size) {}

  std::size_t
  left () const
  {
    return static_cast<std::size_t> (end_ - at_);
  }

  const std::uint8_t *
  take (std::size_t n)
  {
    if (n > left ())
      throw Damage ("it ends early");
    at_ += n;
    return at_ - n;
  }

  unsigned
  u8 ()
  {
    return *take (1);
  }

  unsigned
  u16 ()
  {
    const std::uint8_t *bytes = take (2);
    return static_cast<unsigned> (bytes[0] << 8 | bytes[1]);
  }

  /* The bytes of a segment, which begins with its length. */
  Bytes
  segment ()
  {
    const unsigned length = u16 ();
    if (length < 2)
      throw Damage ("it has a segment without a length");
    return { take (length - 2), length - 2 };
  }

private:
  const std::uint8_t *at_, *end_;
};

unsigned
next_marker (Bytes &bytes)
{
  unsigned marker = 0xff;

  if (bytes.u8 () != 0xff)
    throw Damage ("it has no marker where one belongs");
  while (marker == 0xff)
    marker = bytes.u8 ();
  return marker;
}

/* Bits of entropy-coded data, highest first. Behind the last one come zeros. */
class Bits
{
public:
  explicit Bits (const std::vector<std::uint8_t> &bytes)
      : at_ (bytes.data ()), end_ (bytes.data () + bytes.size ())
  {
  }

  /* At least 32 are there afterwards. */
  void
  fill ()
  {
    if (n_ >= 32)
      return;
    if (end_ - at_ >= 8)
      {
        std::uint64_t next;
        std::memcpy (&next, at_, sizeof next);
        if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
          next = __builtin_bswap64 (next);
        word_ |= next >> n_;
        at_ += (63 - n_) >> 3;
        n_ |= 56;
        return;
      }
    for (; n_ <= 56; n_ += 8)
      {
        if (at_ == end_)
          n_beyond_ += 8;
        else
          word_ |= std::uint64_t{ *at_++ } << (56 - n_);
      }
  }

  /* 1 to 32. */
  unsigned
  peek (int n) const
  {
    return static_cast<unsigned> (word_ >> (64 - n));
  }

  void
  drop (int n)
  {
    word_ <<= n;
    n_ -= n;
  }

  /* Have more been taken than there were? */
  bool
  is_overdrawn () const
  {
    return n_ < n_beyond_;
  }

private:
  const std::uint8_t *at_, *end_;
  std::uint64_t word_ = 0;
  int n_ = 0, n_beyond_ = 0;
};

/* The difference that `n` bits stand for (T.81, F.2.2.1, and 32768 of H.1.2.2). */
int
difference (int n, unsigned bits)
{
  if (n == 0)
    return 0;
  if (n == 16)
    return 32768;
  return static_cast<int> (bits) - (bits >> (n - 1) != 0 ? 0 : (1 << n) - 1);
}

/* Codes of the number of bits of a difference (T.81, C.2). */
class Huffman
{
public:
  static constexpr int max_length = 16, max_bits = 16;

  bool is_there = false;

  void
  read (Bytes &bytes)
  {
    const std::uint8_t *counts = bytes.take (max_length);
    unsigned code = 0;
    std::size_t n = 0;

    for (int length = 1; length <= max_length; length++)
      {
        const unsigned count = counts[length - 1];
        if (n + count > n_bits_.size () || code + count > 1u << length)
          throw Damage ("it has impossible codes");
        first_[length] = static_cast<int> (code) - static_cast<int> (n);
        std::memcpy (n_bits_.data () + n, bytes.take (count), count);
        n += count;
        code += count;
        limit_[length] = code << (max_length - length);
        code <<= 1;
      }
    for (std::size_t c = 0; c < n; c++)
      if (n_bits_[c] > max_bits)
        throw Damage ("it has impossible codes");
    is_there = true;
    fill_quick ();
  }

  /* The next difference; throws when there is no such code. */
  int
  next (Bits &bits) const
  {
    bits.fill ();
    const Quick quick = quick_[bits.peek (quick_length)];
    if (quick.length == 0)
      return next_long (bits);
    bits.drop (quick.length);
    return quick.difference;
  }

private:
  static constexpr int quick_length = 12;

  /* A code with the bits behind it; length 0: they are more than quick_length. */
  struct Quick
  {
    std::int16_t difference;
    std::uint8_t length;
  };

  std::array<std::uint8_t, 256> n_bits_{};
  std::array<unsigned, max_length + 1> limit_{}; /* first code that is longer, as 16 bits */
  std::array<int, max_length + 1> first_{};      /* first code less its place in n_bits_ */
  std::array<Quick, 1 << quick_length> quick_{};

  /* Length of the code that these 16 bits begin with; 0 for none. */
  int
  length_of (unsigned word) const
  {
    for (int length = 1; length <= max_length; length++)
      if (word < limit_[length])
        return length;
    return 0;
  }

  int
  n_bits_of (unsigned word, int length) const
  {
    const int place = static_cast<int> (word >> (max_length - length)) - first_[length];
    return n_bits_[static_cast<std::size_t> (place)];
  }

  void
  fill_quick ()
  {
    for (unsigned at = 0; at < quick_.size (); at++)
      {
        const unsigned word = at << (max_length - quick_length);
        const int length = length_of (word), n = length > 0 ? n_bits_of (word, length) : 0;
        const int extra = n == max_bits ? 0 : n, whole = length + extra;
        quick_[at] = {};
        if (length == 0 || whole > quick_length || n == max_bits)
          continue;
        const unsigned tail = at >> (quick_length - whole) & ((1u << extra) - 1);
        quick_[at] = { static_cast<std::int16_t> (difference (n, tail)),
                       static_cast<std::uint8_t> (whole) };
      }
  }

  int
  next_long (Bits &bits) const
  {
    const unsigned word = bits.peek (max_length);
    const int length = length_of (word);
    if (length == 0)
      throw Damage ("it has a code that means nothing");
    const int n = n_bits_of (word, length);
    bits.drop (length);
    if (n == 0 || n == max_bits)
      return difference (n, 0);
    const unsigned tail = bits.peek (n);
    bits.drop (n);
    return difference (n, tail);
  }
};

/* What the markers before the data say. */
struct Scan
{
  int precision = 0, predictor = 0, transform = 0;
  std::size_t columns = 0, rows = 0;
  std::size_t rows_at_once = 0; /* between two restarts */
  Huffman *codes = nullptr;
};

/* Prediction from the samples on the left, above, and above on the left (T.81, H.1.2.1). */
template <int predictor>
int
predict (int left, int above, int corner)
{
  switch (predictor)
    {
    case 1:
      return left;
    case 2:
      return above;
    case 3:
      return corner;
    case 4:
      return left + above - corner;
    case 5:
      return left + ((above - corner) >> 1);
    case 6:
      return above + ((left - corner) >> 1);
    default:
      return (left + above) >> 1;
    }
}

/* A row behind the sample that `first` predicts. All but predictor 1 look at the row above. */
template <int predictor>
void
decode_row (Bits &bits,
            const Huffman &codes,
            int first,
            const std::vector<std::uint16_t> &above,
            std::vector<std::uint16_t> &row)
{
  int left = (first + codes.next (bits)) & 0xffff;

  row[0] = static_cast<std::uint16_t> (left);
  for (std::size_t x = 1; x < row.size (); x++)
    {
      left = (predict<predictor> (left, above[x], above[x - 1]) + codes.next (bits)) & 0xffff;
      row[x] = static_cast<std::uint16_t> (left);
    }
}

using DecodeRow = void (*) (Bits &,
                            const Huffman &,
                            int,
                            const std::vector<std::uint16_t> &,
                            std::vector<std::uint16_t> &);

constexpr DecodeRow decode_rows[] = { decode_row<1>, decode_row<2>, decode_row<3>, decode_row<4>,
                                      decode_row<5>, decode_row<6>, decode_row<7> };

/* Segments up to the data of the only scan. */
class Header
{
public:
  Scan scan;

  void
  read (Bytes &bytes)
  {
    if (bytes.u16 () != (0xff00u | soi))
      throw Damage ("it does not begin as one");
    for (;;)
      {
        const unsigned marker = next_marker (bytes);
        Bytes segment = bytes.segment ();
        take (marker, segment);
        if (marker == sos)
          return;
      }
  }

private:
  std::array<Huffman, 4> tables_;
  std::size_t interval_ = 0;
  unsigned component_ = 0;

  void
  take (unsigned marker, Bytes &segment)
  {
    if (marker == sof3)
      take_frame (segment);
    else if (marker == dht)
      take_tables (segment);
    else if (marker == dri)
      interval_ = segment.u16 ();
    else if (marker == sos)
      take_scan (segment);
    else if ((marker >= 0xc0 && marker <= 0xcf && marker != jpg) || marker == dac)
      throw Foreign ();
    else if (marker < 0xc0 || (marker >= rst0 && marker <= eoi))
      throw Damage ("it has a marker where none belongs");
  }

  void
  take_frame (Bytes &segment)
  {
    scan.precision = static_cast<int> (segment.u8 ());
    scan.rows = segment.u16 ();
    scan.columns = segment.u16 ();
    if (segment.u8 () != 1 || scan.rows == 0)
      throw Foreign ();
    component_ = segment.u8 ();
    if (scan.precision < 2 || scan.precision > 16 || scan.columns == 0)
      throw Damage ("it has impossible sizes");
  }

  void
  take_tables (Bytes &segment)
  {
    while (segment.left () > 0)
      {
        const unsigned id = segment.u8 ();
        if (id >= tables_.size ())
          throw Foreign ();
        tables_[id].read (segment);
      }
  }

  void
  take_scan (Bytes &segment)
  {
    if (scan.columns == 0 || segment.u8 () != 1 || segment.u8 () != component_)
      throw Damage ("it has a scan of nothing");
    const unsigned table = segment.u8 () >> 4;
    scan.predictor = static_cast<int> (segment.u8 ());
    segment.u8 ();
    scan.transform = static_cast<int> (segment.u8 () & 15);
    if (table >= tables_.size () || !tables_[table].is_there)
      throw Damage ("it uses codes that it does not have");
    if (scan.predictor < 1 || scan.predictor > 7 || scan.transform >= scan.precision)
      throw Damage ("it uses a predictor that does not exist");
    if (interval_ % scan.columns != 0)
      throw Foreign ();
    scan.codes = &tables_[table];
    scan.rows_at_once = interval_ > 0 ? interval_ / scan.columns : scan.rows;
  }
};

/* Takes the coded data up to the next marker, without the zeros that stand behind each 0xff. */
void
take_data (Bytes &bytes, std::vector<std::uint8_t> &data)
{
  data.clear ();
  for (;;)
    {
      const std::size_t left = bytes.left ();
      const std::uint8_t *from = bytes.take (0);
      const void *stop = left > 0 ? std::memchr (from, 0xff, left) : nullptr;
      if (stop == nullptr)
        throw Damage ("it ends early");
      const auto n = static_cast<std::size_t> (static_cast<const std::uint8_t *> (stop) - from);
      data.insert (data.end (), from, from + n);
      bytes.take (n);
      if (bytes.left () < 2)
        throw Damage ("it ends early");
      if (from[n + 1] != 0)
        return;
      data.push_back (0xff);
      bytes.take (2);
    }
}

void
take_restart (Bytes &bytes, std::size_t interval)
{
  if (next_marker (bytes) != (rst0 | (interval & 7)))
    throw Damage ("it has no restart where one belongs");
}

/* Writes a row as samples of 8 or 16 bits, little endian. */
void
put_row (const std::vector<std::uint16_t> &row, int transform, bool is_wide, std::uint8_t *to)
{
  if (!is_wide)
    for (std::size_t x = 0; x < row.size (); x++)
      to[x] = static_cast<std::uint8_t> (row[x] << transform);
  else
    for (std::size_t x = 0; x < row.size (); x++)
      {
        auto sample = static_cast<std::uint16_t> (row[x] << transform);
        if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
          sample = __builtin_bswap16 (sample);
        std::memcpy (to + 2 * x, &sample, sizeof sample);
      }
}

void
decode_scan (const Scan &scan, Bytes &bytes, bool is_wide, std::uint8_t *to)
{
  std::vector<std::uint16_t> row (scan.columns), above (scan.columns);
  std::vector<std::uint8_t> data;

  for (std::size_t begin = 0; begin < scan.rows; begin += scan.rows_at_once)
    {
      if (begin > 0)
        take_restart (bytes, begin / scan.rows_at_once - 1);
      take_data (bytes, data);
      Bits bits (data);
      for (std::size_t y = begin; y < scan.rows && y < begin + scan.rows_at_once; y++)
        {
          const bool is_first = y == begin;
          const int first = is_first ? 1 << (scan.precision - scan.transform - 1) : above[0];
          const DecodeRow decode = decode_rows[is_first ? 0 : scan.predictor - 1];
          decode (bits, *scan.codes, first, above, row);
          if (bits.is_overdrawn ())
            throw Damage ("it ends early");
          put_row (row, scan.transform, is_wide, to);
          to += scan.columns * (is_wide ? 2 : 1);
          row.swap (above);
        }
    }
}

} // namespace

namespace bregma
{

Outcome
decode_lossless_jpeg (const std::uint8_t *data,
                      std::size_t size,
                      Frames &frames,
                      std::string &reason)
{
  Bytes bytes (data, size);
  Header header;
  const bool is_wide = frames.bits == 16;

  try
    {
      header.read (bytes);
      const Scan &scan = header.scan;
      if ((scan.precision > 8) != is_wide)
        return Outcome::foreign;
      reason = "its JPEG stream holds another image than the file says";
      if (scan.columns != frames.columns || scan.rows != frames.rows)
        return Outcome::damaged;
      const std::size_t at = frames.samples.size ();
      frames.samples.resize (at + scan.columns * scan.rows * (is_wide ? 2 : 1));
      decode_scan (scan, bytes, is_wide, frames.samples.data () + at);
    }
  catch (const Foreign &)
    {
      return Outcome::foreign;
    }
  catch (const Damage &damage)
    {
      reason = std::string ("its JPEG stream is damaged: ") + damage.what ();
      return Outcome::damaged;
    }
  return Outcome::decoded;
}

} // namespace bregma
