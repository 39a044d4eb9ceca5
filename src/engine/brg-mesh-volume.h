#pragma once

#include "engine/brg-mesh-filter.h"

/* Private to the smoothing of meshes.
 *
 * Limits the displacements of the vertices to `limit_vox` along each axis and offsets every
 * connected surface evenly along its normals until it encloses the volume it had, as far as the
 * limit lets it. Fills the job from BRG_FILTER_SHARE on. */
BrgStatus brg_mesh_restore_volume (const BrgLinks *links,
                                   const BrgAffine *vox_from_lps,
                                   BrgFloat4 *displacement,
                                   float limit_vox,
                                   const BrgJobPart *parts,
                                   BrgError *error);
