#pragma once

#include <gtk/gtk.h>

#include "case/brg-arrival.h"

G_BEGIN_DECLS

/* The slices of a series while they arrive: one of them as a slice view shows it, and at the right
 * edge a rail on which all that are there are marked. It follows the newest one until the user
 * chooses: wheel, Page Up/Down (Shift: ten), arrows, Home, End, or a drag on the rail. A slice that
 * is not there yet gives way to the nearest that is. */
#define BRG_TYPE_ARRIVAL_VIEW (brg_arrival_view_get_type ())
G_DECLARE_FINAL_TYPE (BrgArrivalView, brg_arrival_view, BRG, ARRIVAL_VIEW, GtkWidget)

/* Takes a reference. NULL: nothing is shown. */
void brg_arrival_view_set_arrival (BrgArrivalView *self, BrgArrival *arrival);

/* Looks at what has arrived meanwhile; its owner calls this many times a second. TRUE when there is
 * something to be seen. */
gboolean brg_arrival_view_update (BrgArrivalView *self);

/* The slice shown, counted as in the finished scan; -1: none yet. Going to one ends following. */
int brg_arrival_view_get_index (BrgArrivalView *self);
void brg_arrival_view_go_to (BrgArrivalView *self, int index);

G_END_DECLS
