#pragma once

#include <glib.h>

/* What must hold of any file that is said to be a case: it is refused, and then not changed by a
 * byte, however it is opened, and nothing is left beside it; or it is sound, and can be worked
 * with, closed, copied and read again as the same. The file is the only one in fuzz_folder(), which
 * is empty afterwards. */
void fuzz_case_check (const char *path);
