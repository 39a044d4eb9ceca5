#pragma once

#include <glib.h>

#include "support/fault.h"

/* Work that meets a fault at its first, second, ... call, and what is found on the disk after it.
 *
 * Steps run in processes of their own, forked from a test program that has no other thread (a check
 * in that of the work unless it was killed): a failed assertion in one fails the test and says at
 * which call the fault was. */

/* Shared by the processes of one round. */
typedef struct
{
  Fault fault;
  gboolean was_hit;  /* by work, when it was not killed */
  gboolean ended;    /* work came to its end */
  guint64 n_calls;   /* counted until its end */
  gboolean failed;   /* for work to tell check: it reported a failure */
  char message[512]; /* with which words */
  guint8 own[4096];  /* the test's own, zero before work */
} FaultRound;

typedef void (*FaultStep) (FaultRound *round, gpointer data);

typedef struct
{
  const char *folder; /* emptied before each round */
  FaultStep prepare;  /* nullable; without faults */
  FaultStep work;     /* with the fault, and the folder watched */
  FaultStep check;    /* without faults; after a kill as well */
  gpointer data;
} FaultLoop;

/* The sums of a loop. */
typedef struct
{
  guint64 n_calls; /* of work without a fault */
  guint n_rounds;
  guint n_hits;
} FaultCount;

/* `fault` at every call until work ends without meeting it. Without -m slow only at the first, the
 * last and every `stride`-th between, from a random one on. Checks also what is there without a
 * fault. */
FaultCount fault_loop (const FaultLoop *loop, Fault fault, guint stride);

/* Removes everything in a folder. */
void fault_loop_empty (const char *folder);

/* Number of files and folders below `folder`, hidden ones included. */
guint fault_loop_count (const char *folder);

/* Runs `step` in a process of its own; FALSE when a signal ended it, and the test fails unless that
 * is SIGKILL. */
gboolean fault_loop_run (FaultStep step, FaultRound *round, gpointer data);

/* A round in memory that processes share. */
FaultRound *fault_round_new (void);
void fault_round_free (FaultRound *round);
