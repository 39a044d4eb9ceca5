#pragma once

#include <glib.h>

/* What must hold of any file that is said to be a case: it is refused, and then not changed by a
 * byte, however it is opened; or it is sound, and can be worked with, closed, copied and read again
 * as the same. Changes the file; leaves a copy beside it. */
void fuzz_case_check (const char *path);
