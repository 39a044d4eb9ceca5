#pragma once

#include <glib.h>

#include "cli/brg-cli-report.h"
#include "engine/brg-metrics.h"

/* Scores of many cases: the table, and what is said about all of them. */
typedef struct
{
  char *name; /* of the case */
  bool is_missing;
  BrgMetrics metrics; /* of a case that is not missing */
} BrgEvalScore;

/* Empty GArray of BrgEvalScore that owns the names. */
GArray *brg_eval_scores_new (void);

/* Writes a line "case,DSC,bDSC,HD,HD95", then one for each case, as RFC 4180 has it but with plain
 * newlines. Distances are in mm; every number has all its digits; "nan" stands for what is not
 * defined or missing. The file is complete or absent. */
BrgStatus brg_eval_scores_write (const GArray *scores, const char *path, BrgError *error);

/* Adds the number of cases and, of every column, mean, median and standard deviation (that of the
 * cases themselves, divided by n) over the values that are defined; and every case, in JSON. */
void brg_eval_scores_report (const GArray *scores, BrgReport *report);
