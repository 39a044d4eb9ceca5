#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Faults of a disk, and sudden death, at one call to the system of a test program.
 *
 * A program linked with fault_dep has its own open(), write(), rename() and so on, which all
 * libraries it loads then call too. They pass everything on to libc; but once fault_begin() has
 * named a folder, calls on what lies in it are counted, and the n-th can fail, write half of its
 * bytes or kill the process. Calls that change nothing (reading, locking, looking up) are not
 * counted. Any thread may call; begin and end while no other does. fork() takes all of it along. */

typedef enum
{
  FAULT_OPEN, /* with O_CREAT */
  FAULT_WRITE,
  FAULT_SYNC,
  FAULT_TRUNCATE,
  FAULT_ALLOCATE, /* posix_fallocate() */
  FAULT_RENAME,
  FAULT_LINK,
  FAULT_UNLINK,
  FAULT_MKDIR,
  FAULT_RMDIR,
  FAULT_CHMOD,
  FAULT_CLOSE, /* of a file that was opened to write */
  FAULT_N_CALLS
} FaultCall;

typedef enum
{
  FAULT_NONE,   /* count only */
  FAULT_ERROR,  /* the call fails with `errnum` and does nothing; a close() closes all the same */
  FAULT_SHORT,  /* a write takes half of its bytes, at least one */
  FAULT_FULL,   /* a write takes half of its bytes, what needs space after it fails with ENOSPC */
  FAULT_BEFORE, /* SIGKILL instead of the call */
  FAULT_MIDDLE, /* SIGKILL after half of the bytes of a write */
  FAULT_AFTER,  /* SIGKILL after the call */
} FaultKind;

/* Counted are the calls the kind can hit: writes for SHORT, FULL and MIDDLE; what needs space for
 * the errors ENOSPC and EDQUOT (all but truncating, removing and changing modes); else all. */
typedef struct
{
  FaultKind kind;
  int errnum;
  uint64_t at;  /* which call, from 1 */
  bool forever; /* errors and SHORT: and every one after it */
  bool no_sync; /* fsync() succeeds without waiting: enough where no power is lost */
} Fault;

/* Counts and hits from now on; `folder` must exist. */
void fault_begin (const char *folder, Fault fault);

/* Stops; returns how many calls were counted. */
uint64_t fault_end (void);

/* Whether the fault has happened since fault_begin(); a process that is alive has to ask. */
bool fault_was_hit (void);

/* A call that has just succeeded, of those listed above: paths are absolute; those of a descriptor
 * are where it leads now. */
typedef struct
{
  FaultCall call;
  const char *path;
  const char *target; /* of a rename or link */
  const void *bytes;  /* of a write */
  size_t size;
  int64_t offset; /* of a write; the new size of a truncation */
} FaultEvent;

/* Called for each one below the folder, one at a time. NULL: nobody. */
typedef void (*FaultWatch) (void *data, const FaultEvent *event);
void fault_watch (FaultWatch watch, void *data);
