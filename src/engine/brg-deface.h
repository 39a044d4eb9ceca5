#pragma once

#include "engine/brg-job.h"
#include "engine/brg-volume.h"

/* Takes the face out of a scan: what is farther than `keep_mm` from bone becomes air. Bone is every
 * voxel of at least `bone_hu`; distances are those of brg-morphology.h. Soft tissue within keep_mm
 * of bone stays, and so does the shape of the bone, by which a person may still be known; what lies
 * deep in the head goes as well. By construction, unlike methods that look for a face. */

#define BRG_DEFACE_AIR_HU (-1024)

/* A new scan; *n_blanked, if not NULL, receives the voxels that were changed. BRG_INVALID unless
 * 0 <= keep_mm <= BRG_MORPHOLOGY_MAX_MM. */
BrgVolume *brg_deface (const BrgVolume *scan,
                       int bone_hu,
                       double keep_mm,
                       size_t *n_blanked,
                       BrgJob *job,
                       BrgError *error);
