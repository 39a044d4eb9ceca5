#pragma once

#include <glib.h>

#include "case/brg-export.h"
#include "case/brg-manifest-private.h"

G_BEGIN_DECLS

/* A file to write: where it is built, and its entry, whose size and digests are filled in. */
typedef struct
{
  char *path; /* NULL: not wanted */
  BrgManifestFile *entry;
} BrgExportFile;

/* One mask of an export. */
typedef struct
{
  const BrgMask *mask;
  BrgMesh *mesh; /* nullable: made when needed */
  double smooth;
  guint32 rgb;
  int png_width_px, png_height_px;
  BrgVec3 from_mm, towards_mm; /* the picture shows the side `towards` lies on; equal: any side */
  BrgExportFile nrrd, stl, png;
  BrgSha256State *surface; /* takes in the surface; parts of one defect share theirs */
} BrgExportPart;

/* The hand edits beside them. */
typedef struct
{
  const BrgGrid *grid;
  const BrgMask *added, *removed;
  BrgExportFile file;
} BrgExportEdits;

/* Writes all files, on two threads where there are two; their bytes do not depend on it. */
BrgStatus _brg_export_build (const BrgExportPart *parts,
                             guint n_parts,
                             const BrgExportEdits *edits,
                             BrgJob *job,
                             BrgError *error);

G_END_DECLS
