#pragma once

#include "io/brg-data-kinds.h"
#include "io/brg-dicom-walk.h"

/* Private to the DICOM reader: what kind of data an element is (PS3.6; PS3.15, table E.1-1), by its
 * tag and, where the file says it, its value representation `vr` of two letters (zeros: implicit
 * coding). BRG_DATA_N_KINDS for what makes the voxels and says where they lie, which stays. */
BrgDataKind brg_dicom_kind (uint32_t tag, const char *vr, const BrgDicomPlace *place);
