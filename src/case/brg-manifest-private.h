#pragma once

#include <glib.h>

#include "case/brg-export.h"

G_BEGIN_DECLS

/* manifest.json: what a folder should hold.
 *
 *   { "bregma": "0.1.0", "format": 1,
 *     "cases": [ { "name": "Case01", "defects": 1,
 *                  "files": [ { "path": "Case01/Case01.nrrd", "bytes": 1234, "sha256": "...",
 *                               "voxels": "..." }, ... ] }, ... ] }
 *
 * Cases are sorted by name, files in the order they are put in place. "voxels" is the SHA-256 of
 * the decoded voxels of a mask (brg_export_hash_mask) and stands with masks only. */

#define BRG_MANIFEST_NAME "manifest.json"

typedef struct
{
  char *path; /* relative to the folder, with '/' */
  gint64 bytes;
  BrgSha256 sha256;
  BrgSha256 voxels; /* "": not a mask */
} BrgManifestFile;

typedef struct
{
  char *name;
  guint n_defects;
  GPtrArray *files; /* BrgManifestFile */
} BrgManifestCase;

typedef struct
{
  GPtrArray *cases; /* BrgManifestCase, sorted by name */
} BrgManifest;

BrgManifest *_brg_manifest_new (void);
void _brg_manifest_free (BrgManifest *manifest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BrgManifest, _brg_manifest_free)

BrgManifestCase *_brg_manifest_case_new (const char *name, guint n_defects);
void _brg_manifest_case_free (BrgManifestCase *one);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BrgManifestCase, _brg_manifest_case_free)
BrgManifestFile *_brg_manifest_case_add (BrgManifestCase *one, const char *path);

/* Puts `one` in place of the case of that name. */
void _brg_manifest_take_case (BrgManifest *manifest, BrgManifestCase *one);

/* The case, borrowed, or NULL. */
BrgManifestCase *_brg_manifest_find (const BrgManifest *manifest, const char *name);

/* Takes it out; NULL: there is none of that name. */
BrgManifestCase *_brg_manifest_steal (BrgManifest *manifest, const char *name);

char *_brg_manifest_to_json (const BrgManifest *manifest);

/* Reads and checks `dir`/manifest.json: every path belongs to its case and stays in the folder.
 * Errors name the file. With `may_be_absent`, an absent file gives an empty manifest. */
BrgManifest *_brg_manifest_load (const char *dir, gboolean may_be_absent, GError **error);

/* Paths of a case, relative to the folder, without extension; `defect` counts from 1. */
char *_brg_path_skull (const char *name);
char *_brg_path_defective (const char *name, guint defect);
char *_brg_path_implant (const char *name, guint defect);
char *_brg_path_edits (const char *name);  /* with extension */
char *_brg_path_recipe (const char *name); /* with extension */

/* SHA-256 and size of a file; errors name it. */
gboolean _brg_hash_file (const char *path, BrgSha256 sha256, gint64 *bytes, GError **error);

G_END_DECLS
