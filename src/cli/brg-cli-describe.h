#pragma once

#include "case/brg-import.h"
#include "cli/brg-cli-report.h"
#include "engine/brg-job.h"

/* Adds one object about an image, whatever its name, or a .stl, .ply, .obj or .bregma file to the
 * report's list. Nothing is added on failure; the error names the reason. */
BrgStatus brg_cli_describe_file (BrgReport *report, const char *path, BrgJob *job, BrgError *error);

/* The same about a case file. */
BrgStatus brg_cli_describe_case (BrgReport *report, const char *path, BrgError *error);

/* Adds an object "import", if anything is known of it: what was dropped, what was done. `whole`:
 * the text says all that the JSON does. */
void brg_cli_describe_import (BrgReport *report, const BrgImport *import, bool whole);
