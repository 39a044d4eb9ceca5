#include "frames.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <openjpeg.h>

namespace
{

/* A code stream in memory, as OpenJPEG wants to see it. */
struct Memory
{
  const std::uint8_t *bytes;
  std::size_t size, at;
};

OPJ_SIZE_T
read_memory (void *buffer, OPJ_SIZE_T n, void *data)
{
  auto *memory = static_cast<Memory *> (data);
  const std::size_t left = memory->size - memory->at;
  if (left == 0)
    return static_cast<OPJ_SIZE_T> (-1);
  n = std::min<OPJ_SIZE_T> (n, left);
  std::memcpy (buffer, memory->bytes + memory->at, n);
  memory->at += n;
  return n;
}

OPJ_OFF_T
skip_memory (OPJ_OFF_T n, void *data)
{
  auto *memory = static_cast<Memory *> (data);
  const auto left = static_cast<OPJ_OFF_T> (memory->size - memory->at);
  if (n < 0 || left == 0)
    return -1;
  n = std::min (n, left);
  memory->at += static_cast<std::size_t> (n);
  return n;
}

OPJ_BOOL
seek_memory (OPJ_OFF_T at, void *data)
{
  auto *memory = static_cast<Memory *> (data);
  if (at < 0 || static_cast<std::size_t> (at) > memory->size)
    return OPJ_FALSE;
  memory->at = static_cast<std::size_t> (at);
  return OPJ_TRUE;
}

using Stream = std::unique_ptr<opj_stream_t, void (*) (opj_stream_t *)>;
using Codec = std::unique_ptr<opj_codec_t, void (*) (opj_codec_t *)>;
using Image = std::unique_ptr<opj_image_t, void (*) (opj_image_t *)>;

Stream
open_memory (Memory &memory)
{
  Stream stream (opj_stream_default_create (OPJ_TRUE), opj_stream_destroy);
  opj_stream_set_user_data (stream.get (), &memory, nullptr);
  opj_stream_set_user_data_length (stream.get (), memory.size);
  opj_stream_set_read_function (stream.get (), read_memory);
  opj_stream_set_skip_function (stream.get (), skip_memory);
  opj_stream_set_seek_function (stream.get (), seek_memory);
  return stream;
}

/* Samples of up to 16 bits as 16. */
void
append_samples (const opj_image_comp_t &component, bregma::Frames &frames)
{
  const std::size_t n = std::size_t{ component.w } * component.h;
  std::size_t at = frames.samples.size ();
  frames.bits = 16;
  frames.samples.resize (at + n * 2);
  for (std::size_t s = 0; s < n; s++)
    {
      frames.samples[at++] = static_cast<std::uint8_t> (component.data[s] & 0xff);
      frames.samples[at++] = static_cast<std::uint8_t> (component.data[s] >> 8 & 0xff);
    }
}

} // namespace

namespace bregma
{

Outcome
decode_jpeg2000 (const std::uint8_t *data, std::size_t size, Frames &frames, std::string &reason)
{
  Memory memory{ data, size, 0 };
  Stream stream = open_memory (memory);
  Codec codec (opj_create_decompress (OPJ_CODEC_J2K), opj_destroy_codec);
  opj_dparameters_t parameters;
  opj_image_t *header = nullptr;

  reason = "its JPEG 2000 stream is damaged";
  opj_set_default_decoder_parameters (&parameters);
  if (!opj_setup_decoder (codec.get (), &parameters) ||
      !opj_read_header (stream.get (), codec.get (), &header))
    return Outcome::damaged;
  Image image (header, opj_image_destroy);
  const opj_image_comp_t &component = image->comps[0];
  if (image->numcomps != 1 || component.prec > 16 || component.w != frames.columns ||
      component.h != frames.rows)
    {
      reason = "its JPEG 2000 stream holds another image than the file says";
      return Outcome::damaged;
    }
  if (!opj_decoder_set_strict_mode (codec.get (), OPJ_TRUE) ||
      !opj_decode (codec.get (), stream.get (), image.get ()) || component.data == nullptr)
    return Outcome::damaged;
  append_samples (component, frames);
  return Outcome::decoded;
}

} // namespace bregma
