#pragma once

#include "widgets/brg-panel.h"

G_BEGIN_DECLS

/* Last step: name and folder of the triple, what will be written, and where it went. */
#define BRG_TYPE_EXPORT_PANEL (brg_export_panel_get_type ())
G_DECLARE_FINAL_TYPE (BrgExportPanel, brg_export_panel, BRG, EXPORT_PANEL, BrgPanel)

/* The folder the triple goes into; never NULL. */
GFile *brg_export_panel_get_folder (BrgExportPanel *self);
void brg_export_panel_set_folder (BrgExportPanel *self, GFile *folder);

/* Says that the export is there and offers to show it. */
void brg_export_panel_show_done (BrgExportPanel *self);

G_END_DECLS
