#pragma once

#include <gio/gio.h>

#include "engine/brg-mask.h"
#include "engine/brg-volume.h"

/* A hollow sphere of bone in soft tissue and air, with a speck of bone beside it: what the tests
 * of this folder work on. */

#define PHANTOM_RADIUS_MM    70.0
#define PHANTOM_THICKNESS_MM 9.0
#define PHANTOM_BONE_HU      1000

BrgGrid phantom_grid (void);
BrgVolume *phantom_scan (void);

/* The sphere without the speck. */
BrgMask *phantom_skull (void);

/* A voxel inside the speck. */
void phantom_speck_vox (int vox[3]);

/* Writes the scan as `dir`/`name` and returns the path. */
char *phantom_write (const char *dir, const char *name);

/* A new folder for a test, and its removal with all it holds. */
char *test_folder_new (void);
void test_folder_free (char *dir);

/* Number of files and folders below `dir`. */
guint test_folder_count (const char *dir);
