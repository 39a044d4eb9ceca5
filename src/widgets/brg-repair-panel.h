#pragma once

#include "widgets/brg-panel.h"

G_BEGIN_DECLS

/* Step 3: the brushes and how much they changed. */
#define BRG_TYPE_REPAIR_PANEL (brg_repair_panel_get_type ())
G_DECLARE_FINAL_TYPE (BrgRepairPanel, brg_repair_panel, BRG, REPAIR_PANEL, BrgPanel)

G_END_DECLS
