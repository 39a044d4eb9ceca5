#include "io/brg-dicom-syntax.h"

#include <string.h>

#define PAPYRUS "1.2.840.10008.1.20"

/* Those of PS3.6, annex A, that are still in use or once were. */
static const BrgDicomSyntax syntaxes[] = {
  { BRG_DICOM_IMPLICIT, BRG_DICOM_NATIVE, "implicit little endian", false },
  { BRG_DICOM_EXPLICIT, BRG_DICOM_NATIVE, "explicit little endian", false },
  { BRG_DICOM_BIG_ENDIAN, BRG_DICOM_NATIVE, "explicit big endian", false },
  { "1.2.840.10008.1.2.1.99", BRG_DICOM_DEFLATED, "deflated", false },
  { "1.2.840.10008.1.2.4.50", BRG_DICOM_ENCAPSULATED, "JPEG baseline", true },
  { "1.2.840.10008.1.2.4.51", BRG_DICOM_ENCAPSULATED, "JPEG extended", true },
  { "1.2.840.10008.1.2.4.53", BRG_DICOM_ENCAPSULATED, "JPEG spectral selection", true },
  { "1.2.840.10008.1.2.4.55", BRG_DICOM_ENCAPSULATED, "JPEG full progression", true },
  { "1.2.840.10008.1.2.4.57", BRG_DICOM_ENCAPSULATED, "JPEG lossless", false },
  { "1.2.840.10008.1.2.4.70", BRG_DICOM_ENCAPSULATED, "JPEG lossless", false },
  { "1.2.840.10008.1.2.4.80", BRG_DICOM_ENCAPSULATED, "JPEG-LS lossless", false },
  { "1.2.840.10008.1.2.4.81", BRG_DICOM_ENCAPSULATED, "JPEG-LS", true },
  { "1.2.840.10008.1.2.4.90", BRG_DICOM_ENCAPSULATED, "JPEG 2000 lossless", false },
  { "1.2.840.10008.1.2.4.91", BRG_DICOM_ENCAPSULATED, "JPEG 2000", false },
  { "1.2.840.10008.1.2.4.201", BRG_DICOM_ENCAPSULATED, "HTJ2K lossless", false },
  { "1.2.840.10008.1.2.4.202", BRG_DICOM_ENCAPSULATED, "HTJ2K lossless RPCL", false },
  { "1.2.840.10008.1.2.4.203", BRG_DICOM_ENCAPSULATED, "HTJ2K", false },
  { "1.2.840.10008.1.2.5", BRG_DICOM_ENCAPSULATED, "RLE", false },
  { "1.2.840.10008.1.2.1.98", BRG_DICOM_UNKNOWN, "encapsulated uncompressed", false },
  { "1.2.840.10008.1.2.4.52", BRG_DICOM_UNKNOWN, "JPEG extended 3 and 5", false },
  { "1.2.840.10008.1.2.4.54", BRG_DICOM_UNKNOWN, "JPEG spectral selection 7 and 9", false },
  { "1.2.840.10008.1.2.4.56", BRG_DICOM_UNKNOWN, "JPEG full progression 11 and 13", false },
  { "1.2.840.10008.1.2.4.58", BRG_DICOM_UNKNOWN, "JPEG lossless 15", false },
  { "1.2.840.10008.1.2.4.59", BRG_DICOM_UNKNOWN, "JPEG extended hierarchical", false },
  { "1.2.840.10008.1.2.4.60", BRG_DICOM_UNKNOWN, "JPEG extended hierarchical", false },
  { "1.2.840.10008.1.2.4.61", BRG_DICOM_UNKNOWN, "JPEG spectral selection hierarchical", false },
  { "1.2.840.10008.1.2.4.62", BRG_DICOM_UNKNOWN, "JPEG spectral selection hierarchical", false },
  { "1.2.840.10008.1.2.4.63", BRG_DICOM_UNKNOWN, "JPEG full progression hierarchical", false },
  { "1.2.840.10008.1.2.4.64", BRG_DICOM_UNKNOWN, "JPEG full progression hierarchical", false },
  { "1.2.840.10008.1.2.4.65", BRG_DICOM_UNKNOWN, "JPEG lossless hierarchical", false },
  { "1.2.840.10008.1.2.4.66", BRG_DICOM_UNKNOWN, "JPEG lossless hierarchical", false },
  { "1.2.840.10008.1.2.4.92", BRG_DICOM_UNKNOWN, "JPEG 2000 part 2 lossless", false },
  { "1.2.840.10008.1.2.4.93", BRG_DICOM_UNKNOWN, "JPEG 2000 part 2", false },
  { "1.2.840.10008.1.2.4.94", BRG_DICOM_UNKNOWN, "JPIP", false },
  { "1.2.840.10008.1.2.4.95", BRG_DICOM_UNKNOWN, "JPIP deflated", false },
  { "1.2.840.10008.1.2.4.100", BRG_DICOM_UNKNOWN, "MPEG-2", false },
  { "1.2.840.10008.1.2.4.101", BRG_DICOM_UNKNOWN, "MPEG-2", false },
  { "1.2.840.10008.1.2.4.102", BRG_DICOM_UNKNOWN, "MPEG-4", false },
  { "1.2.840.10008.1.2.4.103", BRG_DICOM_UNKNOWN, "MPEG-4", false },
  { "1.2.840.10008.1.2.4.104", BRG_DICOM_UNKNOWN, "MPEG-4", false },
  { "1.2.840.10008.1.2.4.105", BRG_DICOM_UNKNOWN, "MPEG-4", false },
  { "1.2.840.10008.1.2.4.106", BRG_DICOM_UNKNOWN, "MPEG-4 stereo", false },
  { "1.2.840.10008.1.2.4.107", BRG_DICOM_UNKNOWN, "HEVC", false },
  { "1.2.840.10008.1.2.4.108", BRG_DICOM_UNKNOWN, "HEVC", false },
  { "1.2.840.10008.1.2.4.110", BRG_DICOM_UNKNOWN, "JPEG XL lossless", false },
  { "1.2.840.10008.1.2.4.111", BRG_DICOM_UNKNOWN, "JPEG XL of JPEG", false },
  { "1.2.840.10008.1.2.4.112", BRG_DICOM_UNKNOWN, "JPEG XL", false },
  { "1.2.840.10008.1.2.4.204", BRG_DICOM_UNKNOWN, "JPIP HTJ2K", false },
  { "1.2.840.10008.1.2.4.205", BRG_DICOM_UNKNOWN, "JPIP HTJ2K deflated", false },
  { "1.2.840.10008.1.2.6.1", BRG_DICOM_UNKNOWN, "MIME", false },
  { "1.2.840.10008.1.2.6.2", BRG_DICOM_UNKNOWN, "XML", false },
  { "1.2.840.10008.1.2.7.1", BRG_DICOM_UNKNOWN, "SMPTE ST 2110 video", false },
  { "1.2.840.10008.1.2.7.2", BRG_DICOM_UNKNOWN, "SMPTE ST 2110 video", false },
  { "1.2.840.10008.1.2.7.3", BRG_DICOM_UNKNOWN, "SMPTE ST 2110 audio", false },
  { "1.2.840.10008.1.2.8.1", BRG_DICOM_UNKNOWN, "deflated frames", false },
  { PAPYRUS, BRG_DICOM_UNKNOWN, "Papyrus 3", false },
};

const BrgDicomSyntax *
brg_dicom_syntax_find (const char *uid)
{
  for (size_t s = 0; s < sizeof syntaxes / sizeof *syntaxes; s++)
    if (strcmp (syntaxes[s].uid, uid) == 0)
      return &syntaxes[s];
  return NULL;
}

BrgDicomCoding
brg_dicom_syntax_coding (const char *uid)
{
  bool is_implicit = strcmp (uid, BRG_DICOM_IMPLICIT) == 0 || strcmp (uid, PAPYRUS) == 0;

  return (BrgDicomCoding){ .is_implicit = is_implicit,
                           .is_big_endian = strcmp (uid, BRG_DICOM_BIG_ENDIAN) == 0 };
}

BrgDicomCodec
brg_dicom_codec (const char *syntax, const char **name)
{
  const BrgDicomSyntax *found = brg_dicom_syntax_find (syntax);

  *name = found != NULL ? found->name : NULL;
  return found != NULL ? found->codec : BRG_DICOM_UNKNOWN;
}

bool
brg_dicom_is_lossy (const BrgDicomImage *image)
{
  const BrgDicomSyntax *syntax = brg_dicom_syntax_find (image->syntax);

  return strcmp (image->lossy, "01") == 0 || (syntax != NULL && syntax->loses);
}
