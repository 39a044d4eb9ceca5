#pragma once

#include "case/brg-series.h"
#include "cli/brg-cli-report.h"

/* Series of DICOM files as they are told, and as one of them is named: by its row in the list,
 * counted from 1, or by its UID. A row is a whole number, which no UID is. */

/* Adds a list "series". Patients and descriptions are in it. */
void brg_cli_describe_series (BrgReport *report, const GPtrArray *all);

/* The series that `name` names; NULL: the only one that can be used. NULL and `error` when there is
 * none or more than one, with a list of what there is, in which no text of the source but UIDs and
 * numbers is. */
const BrgSeries *brg_cli_pick_series (const GPtrArray *all, const char *name, BrgError *error);
