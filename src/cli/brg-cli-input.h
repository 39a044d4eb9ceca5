#pragma once

#include "cli/brg-cli-report.h"
#include "engine/brg-mask.h"
#include "engine/brg-mesh.h"
#include "engine/brg-volume.h"
#include "io/brg-image.h"

/* What a file named on the command line is. */
typedef enum
{
  BRG_INPUT_NONE, /* no name we read */
  BRG_INPUT_IMAGE,
  BRG_INPUT_MESH,
  BRG_INPUT_CASE,
} BrgInputKind;

#define BRG_CLI_IMAGE_ENDINGS ".nrrd, .nhdr, .nii, .nii.gz, .hdr, .mha, .mhd"

/* By the ending of the name, in any case: one of BRG_CLI_IMAGE_ENDINGS, or .stl, .ply, .obj, or
 * .bregma. What is in an image is found by its content whatever its name. */
BrgInputKind brg_cli_input_kind (const char *path);

/* What to do with a case, a folder or a DICOM file where a scan or a mask is wanted: one sentence
 * for an error. NULL for anything else. */
const char *brg_cli_advice (const char *path);

/* True when both names lead to the same existing file: inputs are never written over. */
bool brg_cli_is_same_file (const char *a, const char *b);

/* What was odd about a file that was read all the same: a list "warnings" in the JSON, a line each
 * in the text. */
void brg_cli_report_warnings (BrgReport *report, const BrgImageInfo *info);

/* Reads a mask for a command that needs one: the only one of the file, or that which `segment`
 * names (brg_cli_pick_segment()). `info` may be NULL. A scan is refused with the advice to run
 * segment, a folder with the advice to name a file, several labels with the advice to choose one,
 * an empty mask with BRG_EMPTY. */
BrgMask *brg_cli_read_skull (const char *path,
                             const char *segment,
                             BrgImageInfo *info,
                             BrgJob *job,
                             BrgError *error);

/* How surfaces are smoothed (brg-mesh-smooth.h), and how much: 0..1. */
typedef enum
{
  BRG_CLI_SMOOTHING_BREGMA,
  BRG_CLI_SMOOTHING_SLICER,
  BRG_CLI_SMOOTHING_SLICER_NUTTALL,
} BrgCliSmoothingMethod;

typedef struct
{
  double strength;
  BrgCliSmoothingMethod method;
} BrgCliSmoothing;

#define BRG_CLI_NOT_SMOOTHED ((BrgCliSmoothing){ 0 })

/* The surface of a mask file (`segment` as above), smoothed, or a mesh file as it is; one without
 * triangles is BRG_EMPTY. `info`, if not NULL, receives the warnings of a mask. */
BrgMesh *brg_cli_read_surface (const char *path,
                               const char *segment,
                               BrgCliSmoothing smoothing,
                               BrgImageInfo *info,
                               BrgJob *job,
                               BrgError *error);

/* The surface of HU = `level_hu` in a scan (brg_isosurface_hu()), smoothed; a mask is
 * read as a scan of its values. `info` receives the warnings. */
BrgMesh *brg_cli_read_level (const char *path,
                             double level_hu,
                             BrgCliSmoothing smoothing,
                             BrgImageInfo *info,
                             BrgJob *job,
                             BrgError *error);
