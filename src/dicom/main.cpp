/* bregma-dicom: decodes the pixels of DICOM files in a process of its own, so that whatever a file
 * does to a decoder ends there.
 *
 * Reads requests from standard input, each ended by a NUL: offset and size, in decimal, of the part
 * of a file that stands for a DICOM file (0 and 2^64 - 1 for all of it), and the path, with a space
 * between. Answers each, in order, on standard output: 40 bytes of header, little endian,
 *
 *   "BRGF", uint32 format (1), status (0: samples follow, 1: a reason in words does), columns,
 *   rows, frames, bits (8 or 16), is signed (0 or 1), uint64 bytes that follow
 *
 * and the samples, frame by frame and row by row, as stored (not rescaled). */

#include "frames.hpp"

#include <cstdio>
#include <cstdlib>
#include <malloc.h>
#include <new>

namespace
{

void
put_u32 (std::uint8_t *to, std::uint32_t value)
{
  for (int b = 0; b < 4; b++)
    to[b] = static_cast<std::uint8_t> (value >> (8 * b));
}

bool
write_answer (std::uint32_t status,
              const bregma::Frames &frames,
              const std::uint8_t *bytes,
              std::size_t n)
{
  std::uint8_t header[40] = { 'B', 'R', 'G', 'F' };
  const std::uint32_t fields[] = {
    1, status, frames.columns, frames.rows, frames.frames, frames.bits, frames.is_signed ? 1u : 0u
  };
  std::uint8_t *at = header + 4;

  for (std::uint32_t field : fields)
    {
      put_u32 (at, field);
      at += 4;
    }
  put_u32 (at, static_cast<std::uint32_t> (n));
  put_u32 (at + 4, static_cast<std::uint32_t> (std::uint64_t{ n } >> 32));
  return std::fwrite (header, sizeof header, 1, stdout) == 1 &&
         (n == 0 || std::fwrite (bytes, n, 1, stdout) == 1) && std::fflush (stdout) == 0;
}

bregma::Part
part_of (const std::string &request)
{
  bregma::Part part;
  char *end = nullptr;

  part.offset = std::strtoull (request.c_str (), &end, 10);
  part.size = std::strtoull (end, &end, 10);
  part.path = *end == ' ' ? end + 1 : end;
  return part;
}

bool
answer (const bregma::Part &part)
{
  bregma::Frames frames;
  std::string reason = "it needs too much memory";
  bool decoded = false;

  try
    {
      decoded = bregma::decode_file (part, frames, reason);
    }
  catch (const std::bad_alloc &)
    {
    }
  if (decoded)
    return write_answer (0, frames, frames.samples.data (), frames.samples.size ());
  return write_answer (1, frames, reinterpret_cast<const std::uint8_t *> (reason.data ()),
                       reason.size ());
}

/* What one file needs the next one needs too: pages are not given back in between. */
void
keep_memory ()
{
  mallopt (M_MMAP_THRESHOLD, 32 << 20);
  mallopt (M_TRIM_THRESHOLD, 128 << 20);
}

} // namespace

int
main ()
{
  std::string request;
  int c;

  std::setvbuf (stdin, nullptr, _IONBF, 0); /* names of files would stay in a buffer */
  keep_memory ();
  bregma::limit_process ();
  while ((c = std::getchar ()) != EOF)
    {
      if (c != '\0')
        {
          request.push_back (static_cast<char> (c));
          continue;
        }
      if (!answer (part_of (request)))
        return 1;
      request.clear ();
    }
  return request.empty () ? 0 : 1;
}
