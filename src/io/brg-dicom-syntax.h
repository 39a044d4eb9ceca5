#pragma once

#include "io/brg-dicom-walk.h"
#include "io/brg-dicom.h"

/* Private to the DICOM reader: transfer syntaxes (PS3.5, 8 and 10). */

#define BRG_DICOM_IMPLICIT   "1.2.840.10008.1.2"
#define BRG_DICOM_EXPLICIT   "1.2.840.10008.1.2.1"
#define BRG_DICOM_BIG_ENDIAN "1.2.840.10008.1.2.2"

typedef struct
{
  const char *uid;
  BrgDicomCodec codec;
  const char *name; /* what people call it */
  bool loses;       /* decoded values are hardly ever those that were coded */
} BrgDicomSyntax;

/* NULL for one that is not known. */
const BrgDicomSyntax *brg_dicom_syntax_find (const char *uid);

/* How the data set is coded; of one that is not known explicit little endian. */
BrgDicomCoding brg_dicom_syntax_coding (const char *uid);
