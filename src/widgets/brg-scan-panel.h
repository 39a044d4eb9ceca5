#pragma once

#include "widgets/brg-panel.h"

G_BEGIN_DECLS

/* Step 1: what was opened, grey-level presets, crop. */
#define BRG_TYPE_SCAN_PANEL (brg_scan_panel_get_type ())
G_DECLARE_FINAL_TYPE (BrgScanPanel, brg_scan_panel, BRG, SCAN_PANEL, BrgPanel)

G_END_DECLS
