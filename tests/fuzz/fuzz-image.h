#pragma once

/* What the targets of voxel files share: the file is read as everything it may be. What is read is
 * written as NRRD and read again as the same. */
void fuzz_image (const char *path);
