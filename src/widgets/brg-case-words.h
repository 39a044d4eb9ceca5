#pragma once

#include "case/brg-recent-case.h"

G_BEGIN_DECLS

/* What a case is and when it changed, in words. New strings. */

/* "Today, 14:05", "Yesterday, 14:05", "3 March", or with its year when that is another one; in the
 * time zone of `now`. A time in the future (a clock that was wrong) is written as a date. */
char *brg_case_words_when (gint64 when_s, GDateTime *now);

/* "skull, 2 defects, hand edits"; of a case that cannot be read the reason. */
char *brg_case_words_state (const BrgRecentCaseInfo *info);

G_END_DECLS
