#pragma once

#include <glib.h>

#include "engine/brg-slice-map.h"
#include "engine/brg-volume.h"

G_BEGIN_DECLS

/* The slices of a series while they are being read: those that are there already can be looked at
 * before the last one is.
 *
 * Its reader, on any threads, says where the slices will lie, which of them are finished, and when
 * that memory is no longer to be looked at. Who looks, on any thread, gets copies of finished
 * slices and never touches another one: a slice is written before its mark is, and its mark is read
 * before the slice. Slices are counted as in the scan they become, from the right, the front or
 * below. Reference-counted. */
typedef struct BrgArrival BrgArrival;

BrgArrival *brg_arrival_new (void);
BrgArrival *brg_arrival_ref (BrgArrival *self);
void brg_arrival_unref (BrgArrival *self); /* NULL allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BrgArrival, brg_arrival_unref)

/* How many there will be, 0 before that is known, and how many are there. */
int brg_arrival_get_n (BrgArrival *self);
int brg_arrival_get_n_done (BrgArrival *self);

/* The plane they were taken in. */
BrgPlane brg_arrival_get_plane (BrgArrival *self);

/* Slice `index` is there. */
gboolean brg_arrival_has (BrgArrival *self, int index);

/* A copy of slice `index`: a scan of this slice alone, where it lies in the whole. NULL when it is
 * not there yet, when all have been read and are elsewhere now, or when there is no memory. */
BrgVolume *brg_arrival_copy (BrgArrival *self, int index);

/* For the reader; NULL allowed. The slices are going to lie in `hu`, on `grid`, in the order of its
 * voxels, or as the file has them (brg-lattice.h). Once, and before the threads are started. */
void
brg_arrival_begin (BrgArrival *self, const BrgGrid *grid, int16_t *hu, gboolean in_order_of_file);

/* Slice `slice`, as the file counts them, is finished: nothing is written to it before
 * brg_arrival_end(). Any thread. */
void brg_arrival_finish (BrgArrival *self, int slice);

/* From now on the slices may be changed or freed. */
void brg_arrival_end (BrgArrival *self);

G_END_DECLS
