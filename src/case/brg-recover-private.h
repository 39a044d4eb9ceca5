#pragma once

#include <glib.h>

#include "case/brg-manifest-private.h"
#include "case/brg-publish-private.h"

G_BEGIN_DECLS

/* Puts the files of a case in place that have been built, and its entry in the manifest of the
 * folder as it is at that moment. Consumes `listed`. */
gboolean _brg_publish_case (BrgPublish *publish, BrgManifestCase *listed, GError **error);

G_END_DECLS
