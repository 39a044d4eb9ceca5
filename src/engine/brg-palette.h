#pragma once

/* One colour per meaning, 0xRRGGBB in sRGB, the same in slices, meshes and previews. */

#define BRG_RGB_SKULL    0xE8D9B5
#define BRG_RGB_PREVIEW  0xF5C211 /* what a threshold would select */
#define BRG_RGB_DEFECT   0xE5484D
#define BRG_RGB_IMPLANT  0x2EC4B6
#define BRG_RGB_ADDED    0x57E389 /* by hand */
#define BRG_RGB_REMOVED  0xC061CB /* by hand */
#define BRG_RGB_MADE_UP  0x62A0EA /* slices between those that were taken */
#define BRG_RGB_AXIAL    0xF2555A
#define BRG_RGB_SAGITTAL 0xF2C94C
#define BRG_RGB_CORONAL  0x6FCF97
