#include "io/brg-dicom-kinds.h"

#include <stdbool.h>
#include <string.h>

#define STAYS BRG_DATA_N_KINDS

typedef struct
{
  uint32_t first, last; /* tags */
  BrgDataKind kind;
} Range;

#define TAG(group, element) BRG_DICOM_TAG (0x##group, 0x##element)
/* clang-format off */
#define ONE(group, element, kind)         { TAG (group, element), TAG (group, element), kind }
#define RANGE(group, first, last, kind)   { TAG (group, first), TAG (group, last), kind }
/* clang-format on */

/* Ascending; what they leave out goes by value representation. */
static const Range ranges[] = {
  RANGE (0002, 0000, 0002, STAYS),
  ONE (0002, 0003, BRG_DATA_IDENTIFIERS),
  ONE (0002, 0010, STAYS),
  RANGE (0002, 0012, 0018, BRG_DATA_DEVICE),
  RANGE (0002, 0100, 0102, BRG_DATA_PRIVATE),
  RANGE (0008, 0005, 0008, STAYS),
  RANGE (0008, 0012, 0013, BRG_DATA_DATES),
  ONE (0008, 0014, BRG_DATA_IDENTIFIERS),
  ONE (0008, 0016, STAYS),
  ONE (0008, 0018, BRG_DATA_IDENTIFIERS),
  RANGE (0008, 0020, 0035, BRG_DATA_DATES),
  ONE (0008, 0050, BRG_DATA_IDENTIFIERS),
  RANGE (0008, 0054, 0058, BRG_DATA_IDENTIFIERS),
  RANGE (0008, 0060, 0064, STAYS),
  ONE (0008, 0070, BRG_DATA_DEVICE),
  RANGE (0008, 0080, 0096, BRG_DATA_PEOPLE),
  RANGE (0008, 0116, 0124, BRG_DATA_TEXTS),
  ONE (0008, 0201, BRG_DATA_DATES),
  ONE (0008, 1010, BRG_DATA_DEVICE),
  ONE (0008, 1030, BRG_DATA_TEXTS),
  ONE (0008, 103e, BRG_DATA_TEXTS),
  RANGE (0008, 1040, 1072, BRG_DATA_PEOPLE),
  RANGE (0008, 1080, 1084, BRG_DATA_TEXTS),
  ONE (0008, 1090, BRG_DATA_DEVICE),
  RANGE (0008, 1110, 1199, BRG_DATA_IDENTIFIERS),
  ONE (0008, 2111, BRG_DATA_TEXTS),
  ONE (0008, 2112, BRG_DATA_IDENTIFIERS),
  RANGE (0010, 0000, ffff, BRG_DATA_PATIENT),
  RANGE (0012, 0000, ffff, BRG_DATA_IDENTIFIERS),
  RANGE (0018, 1000, 1020, BRG_DATA_DEVICE),
  ONE (0018, 1030, BRG_DATA_TEXTS),
  RANGE (0018, 1078, 1079, BRG_DATA_DATES),
  RANGE (0018, 1200, 1201, BRG_DATA_DATES),
  ONE (0018, 1400, BRG_DATA_TEXTS),
  ONE (0018, 4000, BRG_DATA_TEXTS),
  ONE (0018, 5100, STAYS),
  ONE (0018, a001, BRG_DATA_DEVICE),
  RANGE (0020, 000d, 0010, BRG_DATA_IDENTIFIERS),
  RANGE (0020, 0011, 0013, STAYS),
  RANGE (0020, 0032, 0037, STAYS),
  ONE (0020, 0052, BRG_DATA_IDENTIFIERS),
  ONE (0020, 0200, BRG_DATA_IDENTIFIERS),
  ONE (0020, 3401, BRG_DATA_DEVICE),
  ONE (0020, 4000, BRG_DATA_TEXTS),
  RANGE (0028, 0000, 3fff, STAYS),
  ONE (0028, 4000, BRG_DATA_TEXTS),
  RANGE (0028, 4001, ffff, STAYS),
  RANGE (0032, 0012, 0012, BRG_DATA_IDENTIFIERS),
  RANGE (0032, 1032, 1033, BRG_DATA_PEOPLE),
  RANGE (0032, 1060, 1070, BRG_DATA_TEXTS),
  ONE (0032, 4000, BRG_DATA_TEXTS),
  RANGE (0038, 0000, ffff, BRG_DATA_PATIENT),
  RANGE (0040, 0001, 0001, BRG_DATA_DEVICE),
  RANGE (0040, 0002, 0005, BRG_DATA_DATES),
  ONE (0040, 0006, BRG_DATA_PEOPLE),
  ONE (0040, 0007, BRG_DATA_TEXTS),
  ONE (0040, 0009, BRG_DATA_IDENTIFIERS),
  RANGE (0040, 0010, 0011, BRG_DATA_DEVICE),
  RANGE (0040, 0241, 0243, BRG_DATA_DEVICE),
  RANGE (0040, 0244, 0251, BRG_DATA_DATES),
  ONE (0040, 0253, BRG_DATA_IDENTIFIERS),
  ONE (0040, 0254, BRG_DATA_TEXTS),
  ONE (0040, 0275, BRG_DATA_IDENTIFIERS),
  ONE (0040, 0280, BRG_DATA_TEXTS),
  RANGE (0040, 1001, 1001, BRG_DATA_IDENTIFIERS),
  RANGE (0040, 1002, 1002, BRG_DATA_TEXTS),
  ONE (0040, 1400, BRG_DATA_TEXTS),
  ONE (0040, 2016, BRG_DATA_IDENTIFIERS),
  ONE (0040, 2017, BRG_DATA_IDENTIFIERS),
  ONE (0040, 2400, BRG_DATA_TEXTS),
  ONE (0040, a124, BRG_DATA_IDENTIFIERS),
  RANGE (0070, 0000, ffff, BRG_DATA_GRAPHICS),
  RANGE (0088, 0200, 0200, BRG_DATA_GRAPHICS),
  RANGE (5200, 0000, ffff, STAYS),
};

/* NULL where no range has it. */
static const Range *
find_range (uint32_t tag)
{
  size_t low = 0, high = sizeof ranges / sizeof *ranges;

  while (low < high)
    {
      size_t middle = (low + high) / 2;
      if (tag > ranges[middle].last)
        low = middle + 1;
      else if (tag < ranges[middle].first)
        high = middle;
      else
        return &ranges[middle];
    }
  return NULL;
}

static bool
is_odd (uint32_t tag)
{
  return tag >> 16 & 1;
}

/* Curves and overlays have a group each, repeated. */
static bool
is_graphics (uint32_t tag)
{
  uint32_t group = tag >> 16;

  return (group >= 0x5000 && group < 0x5020) || (group >= 0x6000 && group < 0x6020);
}

static BrgDataKind
kind_of_vr (const char *vr)
{
  static const struct
  {
    char vr[3];
    BrgDataKind kind;
  } kinds[] = {
    { "DA", BRG_DATA_DATES },  { "DT", BRG_DATA_DATES },  { "TM", BRG_DATA_DATES },
    { "PN", BRG_DATA_PEOPLE }, { "AE", BRG_DATA_DEVICE }, { "UI", BRG_DATA_IDENTIFIERS },
    { "LT", BRG_DATA_TEXTS },  { "ST", BRG_DATA_TEXTS },  { "UT", BRG_DATA_TEXTS },
    { "UC", BRG_DATA_TEXTS },  { "UR", BRG_DATA_TEXTS },
  };

  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
    if (memcmp (kinds[k].vr, vr, 2) == 0)
      return kinds[k].kind;
  return BRG_DATA_OTHER;
}

BrgDataKind
brg_dicom_kind (uint32_t tag, const char *vr, const BrgDicomPlace *place)
{
  if (is_odd (tag) || is_odd (place->outer) || is_odd (place->inner))
    return BRG_DATA_PRIVATE;
  if (is_graphics (tag))
    return BRG_DATA_GRAPHICS;
  const Range *range = find_range (tag);
  return range != NULL ? range->kind : kind_of_vr (vr);
}
