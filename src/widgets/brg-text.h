#pragma once

#include <glib.h>

#include "engine/brg-grid.h"

G_BEGIN_DECLS

/* Numbers as the window writes them, in the user's locale and with units. New strings. */

/* "562.51 cm³", or "312 mm³" below one cubic centimetre. */
char *brg_text_volume (double volume_mm3);

/* "562 507", in groups of three. */
char *brg_text_count (guint64 count);

/* "−1024 to 2233", with true minus signs. */
char *brg_text_range (int min, int max);

/* "1.0 mm"; "–" for NaN and infinity. */
char *brg_text_mm (double mm);

G_END_DECLS
