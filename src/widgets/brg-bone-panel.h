#pragma once

#include "widgets/brg-panel.h"

G_BEGIN_DECLS

/* Step 2: threshold on a histogram, islands, smoothing and holes, and what they gave. */
#define BRG_TYPE_BONE_PANEL (brg_bone_panel_get_type ())
G_DECLARE_FINAL_TYPE (BrgBonePanel, brg_bone_panel, BRG, BONE_PANEL, BrgPanel)

G_END_DECLS
