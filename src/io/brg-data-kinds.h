#pragma once

#include <stdint.h>

/* What kinds of data a file held beside what makes its voxels and says where they lie: counts,
 * never a value. Nothing of this is kept by any reader. */

typedef enum
{
  BRG_DATA_PATIENT,     /* name, number, birth, sex, ... */
  BRG_DATA_PEOPLE,      /* institutions, physicians, operators */
  BRG_DATA_DATES,       /* dates and times */
  BRG_DATA_IDENTIFIERS, /* UIDs, numbers of studies and requests */
  BRG_DATA_DEVICE,      /* what it was made with and where that stands */
  BRG_DATA_TEXTS,       /* descriptions and comments */
  BRG_DATA_PRIVATE,     /* private elements of makers, whatever they hold */
  BRG_DATA_GRAPHICS,    /* overlays, curves, annotations */
  BRG_DATA_KEYS,        /* keys with values, extensions, unknown fields */
  BRG_DATA_OTHER,       /* how it was made, and all else */
  BRG_DATA_N_KINDS,
} BrgDataKind;

typedef struct
{
  uint64_t n[BRG_DATA_N_KINDS];
} BrgDataTally;

/* "patient", as in recipe.json. */
const char *brg_data_kind_key (BrgDataKind kind);

/* "Patient", to be translated. */
const char *brg_data_kind_title (BrgDataKind kind);

void brg_data_tally_add (BrgDataTally *sum, const BrgDataTally *tally);
uint64_t brg_data_tally_total (const BrgDataTally *tally);
