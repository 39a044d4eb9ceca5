#pragma once

#include "engine/brg-job.h"

/* Runs an operation again and again until it gets through, on 1, 2 and 3 threads in turn. It must
 * drop its result and return its status, with which `error` must agree. */
typedef BrgStatus (*FailureFunc) (void *data, BrgJob *job, BrgError *error);

/* The first, then the second, ... allocation fails and all after it; from the fortieth on every
 * tenth part more. Every run but the last must end with BRG_NO_MEMORY and a message. */
void failure_of_memory (FailureFunc func, void *data);

/* Cancelled at ever later reports, in the same steps. Every run but the last must end with
 * BRG_CANCELLED; progress only grows, stays in the part of the job given to the operation and, on
 * one thread, ends at its end; the job is handed back as it was. */
void failure_of_patience (FailureFunc func, void *data);
