#pragma once

#include "widgets/brg-panel.h"

G_BEGIN_DECLS

/* Step 4: presets, shape, sizes and clearance of the defect, and the numbers of the fit. */
#define BRG_TYPE_DEFECT_PANEL (brg_defect_panel_get_type ())
G_DECLARE_FINAL_TYPE (BrgDefectPanel, brg_defect_panel, BRG, DEFECT_PANEL, BrgPanel)

G_END_DECLS
