#pragma once

#include <glib.h>

/* Strings that stand in a source and must turn up nowhere else. No program that looks for them
 * holds one, so that its own memory can be looked through too. */

/* A canary of its own for every number; to be freed. */
char *canary_new (guint number);

/* The first canary in `bytes`, in ASCII or UTF-16 of either byte order, as "canary 17 at byte 4711"
 * or NULL. What gzip, zlib or deflate hides is not looked for. */
char *canary_find (const guint8 *bytes, gsize size);

/* The same also in what inflates from any byte that a gzip or zlib stream begins with, and from the
 * first. */
char *canary_find_packed (const guint8 *bytes, gsize size);

/* Looks through every file below `dir`, hidden ones too, and through all that SQLite keeps in it;
 * a canary fails the test. Gives the number of files. */
guint canary_assert_none (const char *dir);

/* Runs a program to its end and looks through its memory then, as a core dump would have it: all
 * mappings, freed blocks and stacks included. It reads the file `input` and is not heard; NULL: it
 * has the input and output of the test. `*found` is what canary_find() gave first. FALSE where
 * processes may not be traced. The program must end well. */
gboolean canary_run_and_search (const char *const *argv, const char *input, char **found);
