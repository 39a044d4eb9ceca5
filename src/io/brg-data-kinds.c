#include "io/brg-data-kinds.h"

#include "engine/brg-translate.h"

static const struct
{
  const char *key, *title;
} kinds[BRG_DATA_N_KINDS] = {
  [BRG_DATA_PATIENT] = { "patient", N_ ("Patient") },
  [BRG_DATA_PEOPLE] = { "people", N_ ("Institutions and people") },
  [BRG_DATA_DATES] = { "dates", N_ ("Dates and times") },
  [BRG_DATA_IDENTIFIERS] = { "identifiers", N_ ("Identifiers") },
  [BRG_DATA_DEVICE] = { "device", N_ ("Devices") },
  [BRG_DATA_TEXTS] = { "texts", N_ ("Descriptions and comments") },
  [BRG_DATA_PRIVATE] = { "private", N_ ("Private elements") },
  [BRG_DATA_GRAPHICS] = { "graphics", N_ ("Overlays and annotations") },
  [BRG_DATA_KEYS] = { "keys", N_ ("Keys and extensions") },
  [BRG_DATA_OTHER] = { "other", N_ ("Technique and others") },
};

const char *
brg_data_kind_key (BrgDataKind kind)
{
  return kinds[kind].key;
}

const char *
brg_data_kind_title (BrgDataKind kind)
{
  return kinds[kind].title;
}

void
brg_data_tally_add (BrgDataTally *sum, const BrgDataTally *tally)
{
  for (int kind = 0; kind < BRG_DATA_N_KINDS; kind++)
    sum->n[kind] += tally->n[kind];
}

uint64_t
brg_data_tally_total (const BrgDataTally *tally)
{
  uint64_t total = 0;

  for (int kind = 0; kind < BRG_DATA_N_KINDS; kind++)
    total += tally->n[kind];
  return total;
}
