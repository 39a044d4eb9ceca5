#pragma once

#include "io/brg-image-header.h"

/* Private to the readers of images: the fields of a NIfTI header, not yet understood. NIfTI-1 is
 * nifti1.h, NIfTI-2 nifti2.h of https://nifti.nimh.nih.gov; what the former has as float is exact
 * here. */
typedef struct
{
  int version;  /* 1 or 2 */
  bool is_pair; /* the voxels are in a file of their own */
  bool is_gzip; /* the header came out of gzip */
  bool big_endian;
  int header_size; /* bytes consumed */
  int n_texts;     /* fields of free text that hold some */
  int datatype, bitpix;
  int64_t dim[8];
  double pixdim[8];
  double vox_offset;
  double scl_slope, scl_inter;
  int xyzt_units, qform_code, sform_code;
  double quatern[3], qoffset[3]; /* b, c, d; x, y, z */
  double srow[3][4];
} BrgNiftiFields;

/* Reads the header from the beginning of a file, plain or gzip, and no further. BRG_UNSUPPORTED for
 * Analyze 7.5, which NIfTI grew out of. */
BrgStatus brg_nifti_fields_read (BrgStream *stream, BrgNiftiFields *fields, BrgError *error);

/* The grid of header->sizes, from sform, qform or the voxel sizes alone. */
BrgStatus brg_nifti_geometry (const BrgNiftiFields *fields,
                              BrgImageHeader *header,
                              BrgImageInfo *info,
                              BrgError *error);
