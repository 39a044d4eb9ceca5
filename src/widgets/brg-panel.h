#pragma once

#include "case/brg-case.h"
#include "case/brg-view-state.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Base of the panels of the steps: a vertical box that knows the case and the view state, both
 * given at construction. Properties "case" and "view-state", so that rows in the template can bind
 * to them. Panels hold no case data: they ask the case and listen to its signals. */
#define BRG_TYPE_PANEL (brg_panel_get_type ())
G_DECLARE_DERIVABLE_TYPE (BrgPanel, brg_panel, BRG, PANEL, GtkBox)

struct _BrgPanelClass
{
  GtkBoxClass parent_class;

  /* Brings every number of the panel up to date; called after any change of the case. */
  void (*update) (BrgPanel *self, BrgCase *the_case);
};

BrgCase *brg_panel_get_case (BrgPanel *self);
BrgViewState *brg_panel_get_view_state (BrgPanel *self);

G_END_DECLS
