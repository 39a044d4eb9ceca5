#include "frames.hpp"

#include <dcmtk/config/osconfig.h>

#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmjpeg/djdecode.h>
#include <dcmtk/dcmjpls/djdecode.h>

#include <cstdio>

namespace
{

/* What is registered while this lives can be decoded. */
struct Codecs
{
  Codecs ()
  {
    DJDecoderRegistration::registerCodecs ();
    DJLSDecoderRegistration::registerCodecs ();
  }
  ~Codecs ()
  {
    DJDecoderRegistration::cleanup ();
    DJLSDecoderRegistration::cleanup ();
  }
  Codecs (const Codecs &) = delete;
  Codecs &operator= (const Codecs &) = delete;
};

/* Reads the bytes of a part of a file, past the buffer of the library, which is given back as it
 * is.
 */
bool
read_bytes (const bregma::Part &part, std::vector<std::uint8_t> &bytes)
{
  std::FILE *file = std::fopen (part.path.c_str (), "rb");
  std::uint64_t size = part.size;

  if (file == nullptr)
    return false;
  bool is_read = std::setvbuf (file, nullptr, _IONBF, 0) == 0;
  if (is_read && size == bregma::all_bytes && part.offset == 0)
    size = fseeko (file, 0, SEEK_END) == 0 ? static_cast<std::uint64_t> (ftello (file)) : size;
  is_read = is_read && size <= bregma::max_bytes;
  if (is_read)
    {
      bytes.resize (size);
      is_read = fseeko (file, static_cast<off_t> (part.offset), SEEK_SET) == 0 &&
                std::fread (bytes.data (), 1, bytes.size (), file) == bytes.size ();
    }
  std::fclose (file);
  return is_read;
}

OFCondition
load (DcmFileFormat &file, const bregma::Part &part)
{
  std::vector<std::uint8_t> bytes;
  DcmInputBufferStream stream;

  if (!read_bytes (part, bytes))
    return EC_InvalidFilename;
  stream.setBuffer (bytes.data (), static_cast<offile_off_t> (bytes.size ()));
  stream.setEos ();
  file.transferInit ();
  const OFCondition loaded = file.read (stream);
  file.transferEnd ();
  return loaded;
}

/* Size and type of the frames; false when they are none of a CT. */
bool
read_shape (DcmDataset &dataset, bregma::Frames &frames, std::string &reason)
{
  Uint16 rows = 0, columns = 0, bits = 0, sign = 0, samples = 0;
  Sint32 n_frames = 0;

  dataset.findAndGetUint16 (DCM_Rows, rows);
  dataset.findAndGetUint16 (DCM_Columns, columns);
  dataset.findAndGetUint16 (DCM_BitsAllocated, bits);
  dataset.findAndGetUint16 (DCM_PixelRepresentation, sign);
  if (dataset.findAndGetUint16 (DCM_SamplesPerPixel, samples).bad ())
    samples = 1;
  if (dataset.findAndGetSint32 (DCM_NumberOfFrames, n_frames).bad ())
    n_frames = 1;
  reason = "it holds no grey images of 8 or 16 bits";
  if (rows == 0 || columns == 0 || samples != 1 || (bits != 8 && bits != 16) || n_frames < 1)
    return false;
  const std::uint64_t bytes = std::uint64_t{ rows } * columns * (bits / 8u);
  reason = "its images are too large";
  if (bytes * static_cast<std::uint64_t> (n_frames) > bregma::max_bytes)
    return false;
  frames.columns = columns;
  frames.rows = rows;
  frames.frames = static_cast<std::uint32_t> (n_frames);
  frames.bits = bits;
  frames.is_signed = sign != 0;
  return true;
}

/* Decodes the stream of one frame. */
using Decode = bregma::Outcome (*) (const std::uint8_t *data,
                                    std::size_t size,
                                    bregma::Frames &frames,
                                    std::string &reason);

/* JPEG 2000 of high throughput, which DCMTK does not know by name. */
bool
is_htj2k (DcmFileFormat &file)
{
  static const char *const syntaxes[] = { "1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.202",
                                          "1.2.840.10008.1.2.4.203" };
  OFString syntax;

  file.getMetaInfo ()->findAndGetOFString (DCM_TransferSyntaxUID, syntax);
  for (const char *one : syntaxes)
    if (syntax == one)
      return true;
  return false;
}

/* What DCMTK does not decode, not fast, not to the end, or without looking; NULL: it does. */
Decode
decoder_of (DcmFileFormat &file)
{
  switch (file.getDataset ()->getOriginalXfer ())
    {
    case EXS_JPEG2000LosslessOnly:
    case EXS_JPEG2000:
      return bregma::decode_jpeg2000;
    case EXS_JPEGProcess14:
    case EXS_JPEGProcess14SV1:
      return bregma::decode_lossless_jpeg;
    case EXS_JPEGProcess1:
    case EXS_JPEGProcess2_4:
    case EXS_JPEGProcess6_8:
    case EXS_JPEGProcess10_12:
      return bregma::check_lossy_jpeg;
    case EXS_RLELossless:
      return bregma::decode_rle;
    default:
      return is_htj2k (file) ? bregma::decode_jpeg2000 : nullptr;
    }
}

/* All fragments of a file with one frame, or the fragment of each frame, one behind the other. */
bregma::Outcome
decode_fragments (DcmPixelSequence &sequence,
                  Decode decode,
                  bregma::Frames &frames,
                  std::string &reason)
{
  const unsigned long n = sequence.card ();
  std::vector<std::uint8_t> stream;
  bregma::Outcome outcome = bregma::Outcome::foreign;

  reason = "its frames are cut in pieces in a way that is not known";
  if (n < 2 || (frames.frames > 1 && n - 1 != frames.frames))
    return outcome;
  for (unsigned long f = 1; f < n; f++)
    {
      DcmPixelItem *item = nullptr;
      Uint8 *bytes = nullptr;
      if (sequence.getItem (item, f).bad () || item->getUint8Array (bytes).bad () ||
          bytes == nullptr)
        return bregma::Outcome::damaged;
      stream.insert (stream.end (), bytes, bytes + item->getLength ());
      if (frames.frames == 1 && f + 1 < n)
        continue;
      outcome = decode (stream.data (), stream.size (), frames, reason);
      if (outcome != bregma::Outcome::decoded)
        return outcome;
      stream.clear ();
    }
  return outcome;
}

bregma::Outcome
decode_encapsulated (DcmDataset &dataset,
                     Decode decode,
                     bregma::Frames &frames,
                     std::string &reason)
{
  DcmElement *element = nullptr;
  DcmPixelSequence *sequence = nullptr;

  reason = "its pixels cannot be found";
  if (dataset.findAndGetElement (DCM_PixelData, element).bad ())
    return bregma::Outcome::damaged;
  auto *pixels = dynamic_cast<DcmPixelData *> (element);
  E_TransferSyntax syntax = dataset.getOriginalXfer ();
  const DcmRepresentationParameter *parameter = nullptr;
  if (pixels == nullptr ||
      pixels->getEncapsulatedRepresentation (syntax, parameter, sequence).bad () ||
      sequence == nullptr)
    return bregma::Outcome::damaged;
  return decode_fragments (*sequence, decode, frames, reason);
}

bool
decode_with_dcmtk (DcmDataset &dataset, bregma::Frames &frames, std::string &reason)
{
  const std::size_t n_bytes =
    std::size_t{ frames.columns } * frames.rows * frames.frames * (frames.bits / 8);
  const OFCondition decoded = dataset.chooseRepresentation (EXS_LittleEndianExplicit, nullptr);
  const Uint8 *bytes = nullptr;
  const Uint16 *words = nullptr;
  unsigned long n = 0;

  reason = std::string ("its pixels cannot be decoded: ") + decoded.text ();
  if (decoded.bad ())
    return false;
  reason = "its pixels are fewer than the file says";
  if (frames.bits == 8 &&
      (dataset.findAndGetUint8Array (DCM_PixelData, bytes, &n).bad () || n < n_bytes))
    return false;
  if (frames.bits == 16 &&
      (dataset.findAndGetUint16Array (DCM_PixelData, words, &n).bad () || n * 2 < n_bytes))
    return false;
  if (frames.bits == 16)
    bytes = reinterpret_cast<const Uint8 *> (words);
  frames.samples.assign (bytes, bytes + n_bytes);
  return true;
}

} // namespace

namespace bregma
{

bool
decode_file (const Part &part, Frames &frames, std::string &reason)
{
  static const Codecs codecs;
  DcmFileFormat file;
  const OFCondition loaded = load (file, part);

  if (loaded.bad ())
    {
      reason = std::string ("it cannot be read: ") + loaded.text ();
      return false;
    }
  DcmDataset &dataset = *file.getDataset ();
  if (!read_shape (dataset, frames, reason))
    return false;
  const Decode decode = decoder_of (file);
  Outcome outcome = Outcome::foreign;
  if (decode != nullptr)
    outcome = decode_encapsulated (dataset, decode, frames, reason);
  const bool is_checked = decode == check_lossy_jpeg && outcome != Outcome::damaged;
  const bool is_foreign = decode == decode_lossless_jpeg && outcome == Outcome::foreign;
  if (decode != nullptr && !is_checked && !is_foreign)
    return outcome == Outcome::decoded;
  frames.samples.clear ();
  return decode_with_dcmtk (dataset, frames, reason);
}

} // namespace bregma
