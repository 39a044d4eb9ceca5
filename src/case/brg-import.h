#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What is to be done to a scan while it is imported. All zero, or NULL where one is taken: nothing.
 */
typedef struct
{
  gboolean resample; /* tilted or uneven slices of a series, brg_restack() */
  gboolean deface;   /* brg_deface(), bone from the default threshold on */
  double deface_mm;  /* with it: what is farther than that from bone becomes air */
} BrgImportOptions;

G_END_DECLS
