#pragma once

#include "case/brg-store.h"

/* Stands in for the store where a test is about who calls it: files are empty, what is kept is a
 * list of words, and every call can be made to fail or to wait. The functions of
 * brg-store.h are defined here, so that the program is not linked with the real ones. */

typedef enum
{
  FAKE_CREATE,
  FAKE_APPLY,
  FAKE_COPY,
  FAKE_OPEN,
  FAKE_CLOSE,
  FAKE_N_CALLS,
} FakeCall;

/* Forgets all there was. */
void fake_store_reset (void);

/* The next `n` calls of this kind fail with this code. Any time. */
void fake_store_fail (FakeCall call, guint n, int code);

/* Every change of the file of this name fails with this code, until there is another such file or
 * NULL. Any time. */
void fake_store_break (const char *name, int code);

/* Calls of this kind wait at their beginning as long as it is held. Any time. */
void fake_store_hold (FakeCall call, gboolean is_held);

guint fake_store_count (FakeCall call);

/* What has been kept so far, one word per transaction, separated by blanks: "create:NAME",
 * "copy:NAME", "open:NAME" and "close:NAME" of a file NAME, "NAME:TEXT" of a change with the log
 * TEXT. A new string. */
char *fake_store_words (void);

/* The thread of the last call. */
GThread *fake_store_thread (void);

/* Every close writes the words to the standard output. */
void fake_store_print_at_close (void);

BrgStore *fake_store_new (const char *path);
