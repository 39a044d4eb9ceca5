#pragma once

#include "cli/brg-cli-report.h"
#include "engine/brg-job.h"

/* Adds one object about an image, whatever its name, or a .stl, .ply or .obj file to the report's
 * list. Nothing is added on failure; the error names the reason. */
BrgStatus brg_cli_describe_file (BrgReport *report, const char *path, BrgJob *job, BrgError *error);
