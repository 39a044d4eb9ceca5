#pragma once

#include "case/brg-series.h"

G_BEGIN_DECLS

/* Shared by the files that make up BrgSeries: -find, -judge, -read. */

void _brg_series_free (BrgSeries *self);

const BrgDicomImage *_brg_series_image (const BrgSeries *self, guint index);

/* Puts the images in order and says why the series cannot be used, or what is odd about it. */
void _brg_series_judge (BrgSeries *self);

/* The plane of an image; its position and orientation are there. */
BrgStackSlice _brg_series_slice (const BrgSeries *self, guint index);

G_END_DECLS
