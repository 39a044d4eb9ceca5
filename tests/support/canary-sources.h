#pragma once

#include <glib.h>

/* Scans of a ball of bone in air, 24 x 24 x 24 voxels of 2 mm, in every format that is read, with a
 * canary of its own in every text that they may hold. */

typedef enum
{
  CANARY_DICOM, /* a folder with a series */
  CANARY_DICOM_IMPLICIT,
  CANARY_NRRD,
  CANARY_NRRD_GZIP,
  CANARY_NRRD_DETACHED,
  CANARY_NIFTI,
  CANARY_NIFTI_GZIP,
  CANARY_METAIMAGE,
  CANARY_SEGMENTATION, /* .seg.nrrd of 3D Slicer: the ball as a segment */
  CANARY_N_SOURCES,
} CanarySource;

/* "dicom", "nrrd", ... */
const char *canary_source_name (CanarySource source);

/* Writes it to `folder`; gives its path. `in_names`: the names of the files and folders below
 * `folder` hold canaries as well. */
char *canary_source_write (CanarySource source, const char *folder, gboolean in_names);
