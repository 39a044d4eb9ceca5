#pragma once

#include <glib.h>

#include "engine/brg-error.h"
#include "engine/brg-job.h"
#include "engine/brg-volume.h"
#include "io/brg-data-kinds.h"
#include "io/brg-image-content.h"

G_BEGIN_DECLS

/* What a file of voxels is taken for. */
typedef enum
{
  BRG_IMPORT_AS_FOUND, /* a mask for certain (brg-image-content.h) as a skull, all else as a scan */
  BRG_IMPORT_AS_SCAN,
  BRG_IMPORT_AS_SKULL, /* what `pick` names */
  BRG_IMPORT_AS_MASK,  /* a mask, as somebody knows who looked: all of it is the skull */
} BrgImportAs;

/* What is to be done to a scan while it is imported. All zero, or NULL where one is taken: nothing.
 */
typedef struct
{
  gboolean resample; /* tilted or uneven slices of a series, brg_restack() */
  gboolean deface;   /* brg_deface() */
  int bone_hu;       /* with it: what is bone; 0: the default threshold */
  double deface_mm;  /* with it: what is farther than that from bone becomes air */
  BrgImportAs as;    /* not of a series */
  BrgImagePick pick;
} BrgImportOptions;

#define BRG_IMPORT_MAX_FILES 1000000
/* Less than that is skin too: were it taken for bone, the face would stay. */
#define BRG_IMPORT_MIN_BONE_HU 100
/* There is air about a head: where no value is as low, they are no HU. */
#define BRG_IMPORT_MAX_AIR_HU (-500)
#define BRG_IMPORT_MAX_COUNT  ((gint64) 1 << 52) /* of anything: a double holds it */

/* What became of a source: what it held, as counts, and what was done. No name, no text, no date;
 * it goes into the case and into recipe.json. All zero: not known. */
typedef struct
{
  char format[16]; /* "DICOM", "NRRD0005", "NIfTI-1", "MetaImage"; "": not known */
  guint n_files;
  BrgDataTally held; /* all of it was dropped */

  gboolean is_resampled;
  double step_mm;  /* with it: of the new slices */
  guint n_made_up; /* new slices that lie in no slice's place */

  gboolean is_defaced;
  double deface_mm; /* with it */
  int bone_hu;
  guint64 n_blanked; /* voxels that it changed */
} BrgImport;

gboolean brg_import_is_known (const BrgImport *self);

/* Of one file of voxels with this header. */
BrgImport brg_import_of_image (const BrgImageInfo *header);

/* Takes `scan` and gives the defaced one, or `scan` itself when the options do not ask for it, and
 * notes it; of a scan that is defaced already the nearer distance and the sum of voxels. NULL and
 * `error` otherwise; BRG_UNSUPPORTED when what is bone is not said and the values are no HU,
 * BRG_INVALID when they are HU and what is said to be bone is below BRG_IMPORT_MIN_BONE_HU. Any
 * thread. */
BrgVolume *brg_import_deface (BrgImport *self,
                              BrgVolume *scan,
                              const BrgImportOptions *options,
                              BrgJob *job,
                              BrgError *error);

/* A scan of this import may show a face, unless it is a mask: it was not defaced, or by what is
 * skin as well. */
gboolean brg_import_shows_face (const BrgImport *self);

/* One English line for a log: "210 files of DICOM; 1234 other data dropped; 3 slices made up, 5 mm
 * apart; face taken out beyond 10 mm of bone". NULL when nothing is known. */
char *brg_import_describe (const BrgImport *self);

/* What a reader wants to know of it, in his language, one line each: what was dropped, what
 * remains, what was done. */
GStrv brg_import_report (const BrgImport *self);

/* Codes of PS3.16, CID 7050, of what was done: "113100" (the basic profile: nothing of a source but
 * its voxels and where they lie is kept), and "113102" (recognizable visual features cleaned) of a
 * defaced scan. NULL-terminated, static. Pixels with writing in them are not looked for
 * ("113101"). */
const char *const *brg_import_codes (const BrgImport *self);

G_END_DECLS
