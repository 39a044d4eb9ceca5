#pragma once

#include "cli/brg-cli-report.h"
#include "engine/brg-job.h"

/* Adds one object about an image, whatever its name, or a .stl, .ply, .obj or .bregma file to the
 * report's list. Nothing is added on failure; the error names the reason. */
BrgStatus brg_cli_describe_file (BrgReport *report, const char *path, BrgJob *job, BrgError *error);

/* The same about a case file. */
BrgStatus brg_cli_describe_case (BrgReport *report, const char *path, BrgError *error);
