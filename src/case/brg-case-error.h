#pragma once

#include <gio/gio.h>

#include "engine/brg-error.h"

/* From case/ up an error is a GError. Engine and io errors arrive in this domain with their
 * BrgStatus as code and their words untouched; BRG_CANCELLED becomes G_IO_ERROR_CANCELLED. */
#define BRG_CASE_ERROR (brg_case_error_quark ())
GQuark brg_case_error_quark (void);

/* Sets `error` (NULL allowed) from `from` and returns FALSE, so that callers write
 * `return brg_case_error_set (error, &engine_error);` */
gboolean brg_case_error_set (GError **error, const BrgError *from);

/* The same for G_IO_ERROR_CANCELLED. */
gboolean brg_case_error_cancelled (GError **error);
