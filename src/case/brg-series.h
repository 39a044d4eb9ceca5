#pragma once

#include <gio/gio.h>

#include "case/brg-archive.h"
#include "case/brg-arrival.h"
#include "case/brg-import.h"
#include "engine/brg-job.h"
#include "engine/brg-stack.h"
#include "engine/brg-volume.h"
#include "io/brg-dicom.h"

G_BEGIN_DECLS

/* What can be made of a folder or a zip of DICOM files: every series in it, and why one cannot be
 * used.
 *
 * Files are found by content, in the folder and below, in any number and mixed with others; links
 * are not followed. A DICOM file stands for its own series among the files of its folder, not
 * below; the directory of a medium (DICOMDIR) for its folder and all below: what it says itself is
 * not looked at, as it may be older than the files, and incomplete. Images, frames of files, belong
 * together when series, SOP class, size, pixel spacing, direction and coding are the same, and in
 * multi-frame files stack and time; those of one series that do not go together are parts of their
 * own, each of which tells how many images are in none that can be used. Files that are broken are
 * left out and counted. Who the patient is is read for the chooser alone: a series never carries it
 * into a scan, and it is overwritten in memory when the series goes. */

/* One image of a series: a frame of a file. */
typedef struct
{
  guint file; /* in series->files */
  int frame;
} BrgSeriesImage;

typedef struct
{
  char *path;          /* or name of the member of an archive; messages tell its last part only */
  BrgFilePart part;    /* where it is */
  BrgArchive *archive; /* of which a reference is held; NULL for a file of its own */
  BrgDicomImage image;
} BrgSeriesFile;

typedef struct
{
  char *uid;         /* of the series; with "#2" and so on where one had to be taken apart */
  char *description; /* as the scanner names it, "" for none */
  char *patient;     /* name and ID for the chooser */
  char *modality;
  int number;
  GPtrArray *files;   /* BrgSeriesFile, sorted by path */
  GArray *images;     /* BrgSeriesImage, in the order of `stack`; of an unusable series in none */
  BrgStack stack;     /* zero when there is none */
  guint n_others;     /* images of the same series in parts of it that cannot be used */
  guint n_broken;     /* files of the same series that cannot be read */
  char *fault;        /* what is wrong with the first of those; NULL: there are none */
  char *broken;       /* the name of that file, to be shown and not kept; else NULL */
  gboolean is_broken; /* they are all there is of it: its one image is none */
  char *reason;       /* why it cannot be used, one sentence; NULL: it can */
  GStrv remarks;      /* what is odd about it, one sentence each, with numbers; the first names a
                         broken file where n_broken > 0 */
} BrgSeries;

/* TRUE for what brg_series_find() is for: a folder, a zip, or a file that begins as DICOM
 * files do. */
gboolean brg_series_is_source (const char *path);

/* All series that `path` stands for, none when a zip holds no DICOM files (brg-archive.h); those
 * that can be used first, then by number. NULL and `error` when nothing can be read or on cancel.
 * The job counts files. Any thread. */
GPtrArray *brg_series_find (const char *path, BrgJob *job, GError **error);

/* The slices' size, from any image. */
int brg_series_get_columns (const BrgSeries *self);
int brg_series_get_rows (const BrgSeries *self);

/* How its images are coded: what people call it, "JPEG lossless", or the UID of the transfer syntax
 * where it has no such name. Valid as long as the series. */
const char *brg_series_get_coding (const BrgSeries *self);

/* Compression changed the values of an image, now or once. */
gboolean brg_series_is_lossy (const BrgSeries *self);

/* The middle slice as a picture of `size_px` x `size_px` greys: fitted into the square with its
 * true proportions, black around it, in a window of bone for a CT and of all its values else.
 * FALSE, and black, when it cannot be read. Any thread. */
gboolean brg_series_draw_middle (const BrgSeries *self, int size_px, guint8 *grey, BrgJob *job);

/* It can be used, but only resampled: slices are missing or uneven. */
gboolean brg_series_must_resample (const BrgSeries *self);

/* What is to be done about a series whose slices are no regular grid. */
typedef enum
{
  BRG_SERIES_AS_IT_IS, /* refused when slices are missing or uneven; a tilt stays in the grid */
  BRG_SERIES_RESAMPLE, /* brg_restack() */
} BrgSeriesMode;

/* What its files held and what a read in this mode does, of one that can be read. */
BrgImport brg_series_describe_import (const BrgSeries *self, BrgSeriesMode mode);

/* The scan. Compressed slices are decoded by `bregma-dicom`, in processes of their own. `arrival`
 * (nullable) shows slices that are there before the last one is. `warnings` (nullable) gets
 * sentences for the reader: the remarks, but no name of a file, and what was done to the values.
 * Errors never name a folder or a patient. Any thread. */
BrgVolume *brg_series_read (const BrgSeries *self,
                            BrgSeriesMode mode,
                            BrgArrival *arrival,
                            GStrv *warnings,
                            BrgJob *job,
                            GError **error);

/* What resampling does: one plane across the slices, through the middle, in which they are shifted
 * most. `before`: as if the slices were a regular grid; `after`: brg_restack(). Each is a scan of
 * one slice of `plane`, in which the slices of the series follow each other along voxel axis
 * `across`; those of `after` that are made up are 1 in `made_up`. Reads the whole series. FALSE and
 * `error` when that fails. Any thread. */
typedef struct
{
  BrgPlane plane;
  BrgVolume *before, *after;
  int across;
  guint8 *made_up; /* [after->grid.dim[across]] */
} BrgSeriesPreview;

gboolean
brg_series_preview (const BrgSeries *self, BrgSeriesPreview *preview, BrgJob *job, GError **error);
void brg_series_preview_clear (BrgSeriesPreview *preview); /* zeroed allowed */

/* Numbers of the slices that resampling makes up, as the finished scan counts them: "5, 12–14"; ""
 * for none. A new string. */
char *brg_series_list_made_up (const BrgSeries *self);

G_END_DECLS
