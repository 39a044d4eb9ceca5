#pragma once

#include "case/brg-series.h"
#include "engine/brg-restack.h"

G_BEGIN_DECLS

/* Shared by the files that make up BrgSeries: -source, -find, -judge, -misfit, -picture, -read,
 * -preview. */

/* The files among which the images of a source are. */
typedef struct
{
  GPtrArray *files; /* BrgSeriesFile, not read yet, sorted by path */
  char *uid;        /* of the series that is meant; NULL: all */
} BrgSeriesSource;

gboolean
_brg_series_source_open (BrgSeriesSource *self, const char *path, BrgJob *job, GError **error);
void _brg_series_source_clear (BrgSeriesSource *self);

BrgSeriesFile *_brg_series_file_new (const char *path); /* references are counted atomically */
void _brg_series_file_unref (gpointer file);

void _brg_series_free (BrgSeries *self);

const BrgDicomImage *_brg_series_image (const BrgSeries *self, guint index);

/* What is wrong with the files of it that are broken, one sentence; with the name of the first to
 * be shown and not kept. A new string. */
char *_brg_series_say_broken (const BrgSeries *self, gboolean with_name);

/* Why an image of `part`, whose images all say where they lie, is a slice that `self`, a stack,
 * lacks: it lies in line with the slices, between them or one step beyond, where none is, but has
 * another size or spacing. NULL when there is none, as of scouts. A new string. */
char *_brg_series_find_misfit (const BrgSeries *self, const BrgSeries *part);

/* Refuses a stack that lacks slices which are in `part`, another part of the same series that is
 * too small for a stack of its own. Both are judged. */
void _brg_series_judge_part (BrgSeries *self, const BrgSeries *part);

/* Puts the images in order, or says why the series cannot be used. */
void _brg_series_judge (BrgSeries *self);

/* Says what is odd about it, when all parts of it are judged. */
void _brg_series_remark (BrgSeries *self);

/* The plane of an image; its position and orientation are there. */
BrgStackSlice _brg_series_slice (const BrgSeries *self, guint index);

/* All slices in the order of the stack, one after another; to be freed with brg_free(). NULL and
 * `error` when they cannot be read. */
int16_t *_brg_series_read_stack (const BrgSeries *self, BrgJob *job, GError **error);

/* brg_restack() of what that gave. */
BrgVolume *
_brg_series_restack (const BrgSeries *self, const int16_t *hu, BrgJob *job, BrgError *error);

G_END_DECLS
