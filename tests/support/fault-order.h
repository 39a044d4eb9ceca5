#pragma once

#include <glib.h>

/* Whether what a program writes would survive the loss of power: a file is synced before it gets
 * another name, a folder after a file in it got one, and a journal of SQLite before the pages it
 * keeps are overwritten. */

/* Looks on from now; the folder is named by fault_begin(). */
void fault_order_begin (void);

/* Stops; NULL, or a new text, what was wrong first: "NAME: renamed before it was synced". */
char *fault_order_end (void);
