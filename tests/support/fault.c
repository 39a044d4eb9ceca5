#define _GNU_SOURCE      /* RTLD_NEXT, renameat2() */
#undef _FILE_OFFSET_BITS /* open() and open64() are defined here, not one under two names */

#include "fault.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXPORT __attribute__ ((visibility ("default")))

static struct
{
  char folder[PATH_MAX]; /* "": off */
  size_t length;
  Fault fault;
  atomic_uint_fast64_t n_calls;
  atomic_bool hit;
  FaultWatch watch;
  void *watch_data;
} state;

static pthread_mutex_t watching = PTHREAD_MUTEX_INITIALIZER;

/* What is to become of a call. */
typedef enum
{
  PASS,
  FAIL, /* errno is set */
  HALF,
  HALF_THEN_DIE,
  DIE_AFTER,
} Verdict;

typedef char Path[2 * PATH_MAX];

static void
die (void)
{
  kill (getpid (), SIGKILL);
  for (;;)
    pause ();
}

/* Where a descriptor leads. */
static bool
path_of (int file, Path path)
{
  char link[64];

  snprintf (link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink (link, path, PATH_MAX - 1);
  path[length > 0 ? length : 0] = '\0';
  return length > 0;
}

/* `name` below the descriptor of a folder, or AT_FDCWD, as an absolute path. */
static bool
resolve (int folder, const char *name, Path path)
{
  if (name[0] == '/')
    return snprintf (path, sizeof (Path), "%s", name) < PATH_MAX;
  if (folder == AT_FDCWD ? getcwd (path, PATH_MAX) == NULL : !path_of (folder, path))
    return false;
  size_t length = strlen (path);
  return snprintf (path + length, sizeof (Path) - length, "/%s", name) < PATH_MAX;
}

static bool
is_watched (const char *path)
{
  return state.length > 0 && strncmp (path, state.folder, state.length) == 0 &&
         (path[state.length] == '/' || path[state.length] == '\0');
}

static bool
needs_space (FaultCall call)
{
  return call != FAULT_TRUNCATE && call != FAULT_UNLINK && call != FAULT_RMDIR &&
         call != FAULT_CHMOD;
}

static bool
can_hit (FaultCall call, uint64_t n_before)
{
  const Fault *fault = &state.fault;

  switch (fault->kind)
    {
    case FAULT_SHORT:
    case FAULT_MIDDLE:
      return call == FAULT_WRITE;
    case FAULT_FULL:
      return call == FAULT_WRITE || (n_before >= fault->at && needs_space (call));
    case FAULT_ERROR:
      return (fault->errnum != ENOSPC && fault->errnum != EDQUOT) || needs_space (call);
    default:
      return true;
    }
}

static Verdict
hit (bool is_first)
{
  state.hit = true;
  switch (state.fault.kind)
    {
    case FAULT_ERROR:
      errno = state.fault.errnum;
      return FAIL;
    case FAULT_FULL:
      errno = ENOSPC;
      return is_first ? HALF : FAIL;
    case FAULT_SHORT:
      return HALF;
    case FAULT_MIDDLE:
      return HALF_THEN_DIE;
    case FAULT_AFTER:
      return DIE_AFTER;
    case FAULT_BEFORE:
      die ();
      return FAIL;
    default:
      return PASS;
    }
}

/* Counts a call on a path that is watched. */
static Verdict
judge (FaultCall call)
{
  const Fault *fault = &state.fault;

  if (!can_hit (call, state.n_calls))
    return PASS;
  uint64_t n = ++state.n_calls;
  bool goes_on = fault->forever || fault->kind == FAULT_FULL;
  if (fault->kind == FAULT_NONE || (goes_on ? n < fault->at : n != fault->at))
    return PASS;
  return hit (n == fault->at);
}

/* After a call that was passed on: dies, or tells the watch. */
static void
settle (Verdict verdict, bool done, const FaultEvent *event)
{
  int saved = errno;

  if (verdict == DIE_AFTER || verdict == HALF_THEN_DIE)
    die ();
  if (done && state.watch != NULL)
    {
      pthread_mutex_lock (&watching);
      state.watch (state.watch_data, event);
      pthread_mutex_unlock (&watching);
    }
  errno = saved;
}

void
fault_begin (const char *folder, Fault fault)
{
  state.length = 0;
  if (realpath (folder, state.folder) == NULL)
    abort ();
  state.fault = fault;
  state.n_calls = 0;
  state.hit = false;
  state.length = strlen (state.folder);
}

uint64_t
fault_end (void)
{
  state.length = 0;
  return state.n_calls;
}

bool
fault_was_hit (void)
{
  return state.hit;
}

void
fault_watch (FaultWatch watch, void *data)
{
  state.watch = watch;
  state.watch_data = data;
}

/* The next definition of a function: libc's, or a sanitizer's in front of it. */
static void *
next (const char *name)
{
  void *found = dlsym (RTLD_NEXT, name);

  if (found == NULL)
    abort ();
  return found;
}

#define NEXT(name) (__extension__(__typeof__ (&name)) next (#name))

typedef int (*OpenAt) (int, const char *, int, ...);

static int
open_at (const char *name, int folder, const char *file, int flags, mode_t mode)
{
  OpenAt real = __extension__(OpenAt) next (name);
  Path path;

  if (!(flags & O_CREAT) || !resolve (folder, file, path) || !is_watched (path))
    return real (folder, file, flags, mode);
  Verdict verdict = judge (FAULT_OPEN);
  if (verdict == FAIL)
    return -1;
  int opened = real (folder, file, flags, mode);
  settle (verdict, opened >= 0, &(FaultEvent){ .call = FAULT_OPEN, .path = path });
  return opened;
}

#define MODE_OF(flags, mode)                                                                       \
  do                                                                                               \
    {                                                                                              \
      va_list args;                                                                                \
      va_start (args, flags);                                                                      \
      mode = (flags) &O_CREAT || ((flags) &O_TMPFILE) == O_TMPFILE ? va_arg (args, mode_t) : 0;    \
      va_end (args);                                                                               \
    }                                                                                              \
  while (0)

EXPORT int
open (const char *file, int flags, ...)
{
  mode_t mode;

  MODE_OF (flags, mode);
  return open_at ("openat", AT_FDCWD, file, flags, mode);
}

EXPORT int
open64 (const char *file, int flags, ...)
{
  mode_t mode;

  MODE_OF (flags, mode);
  return open_at ("openat64", AT_FDCWD, file, flags, mode);
}

EXPORT int
openat (int folder, const char *file, int flags, ...)
{
  mode_t mode;

  MODE_OF (flags, mode);
  return open_at ("openat", folder, file, flags, mode);
}

EXPORT int
openat64 (int folder, const char *file, int flags, ...)
{
  mode_t mode;

  MODE_OF (flags, mode);
  return open_at ("openat64", folder, file, flags, mode);
}

EXPORT int
creat (const char *file, mode_t mode)
{
  return open_at ("openat", AT_FDCWD, file, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

static size_t
half_of (size_t size)
{
  return size > 1 ? size / 2 : size;
}

/* Both ways to write; `offset` -1: where the file stands. */
static ssize_t
write_at (int file, const void *bytes, size_t size, off_t offset)
{
  Path path;
  bool watched = path_of (file, path) && is_watched (path);
  Verdict verdict = watched ? judge (FAULT_WRITE) : PASS;
  ssize_t done;

  if (verdict == FAIL)
    return -1;
  if (verdict == HALF || verdict == HALF_THEN_DIE)
    size = half_of (size);
  if (offset < 0)
    done = NEXT (write) (file, bytes, size);
  else
    done = NEXT (pwrite) (file, bytes, size, offset);
  if (!watched)
    return done;
  FaultEvent event = { .call = FAULT_WRITE, .path = path, .bytes = bytes, .offset = offset };
  if (done > 0 && offset < 0)
    event.offset = lseek (file, 0, SEEK_CUR) - done;
  event.size = done > 0 ? (size_t) done : 0;
  settle (verdict, done > 0, &event);
  return done;
}

EXPORT ssize_t
write (int file, const void *bytes, size_t size)
{
  return write_at (file, bytes, size, -1);
}

EXPORT ssize_t
pwrite (int file, const void *bytes, size_t size, off_t offset)
{
  return write_at (file, bytes, size, offset);
}

EXPORT ssize_t
pwrite64 (int file, const void *bytes, size_t size, off_t offset)
{
  return write_at (file, bytes, size, offset);
}

typedef int (*OneFile) (int);

static int
sync_file (OneFile real, int file)
{
  Path path;

  if (!path_of (file, path) || !is_watched (path))
    return real (file);
  Verdict verdict = judge (FAULT_SYNC);
  if (verdict == FAIL)
    return -1;
  int result = state.fault.no_sync ? 0 : real (file);
  settle (verdict, result == 0, &(FaultEvent){ .call = FAULT_SYNC, .path = path });
  return result;
}

EXPORT int
fsync (int file)
{
  return sync_file (NEXT (fsync), file);
}

EXPORT int
fdatasync (int file)
{
  return sync_file (NEXT (fdatasync), file);
}

static int
truncate_file (int file, off_t size)
{
  Path path;

  if (!path_of (file, path) || !is_watched (path))
    return NEXT (ftruncate) (file, size);
  Verdict verdict = judge (FAULT_TRUNCATE);
  if (verdict == FAIL)
    return -1;
  int result = NEXT (ftruncate) (file, size);
  settle (verdict, result == 0,
          &(FaultEvent){ .call = FAULT_TRUNCATE, .path = path, .offset = size });
  return result;
}

EXPORT int
ftruncate (int file, off_t size)
{
  return truncate_file (file, size);
}

EXPORT int
ftruncate64 (int file, off_t size)
{
  return truncate_file (file, size);
}

/* Unlike the others, returns the error. */
static int
allocate_file (int file, off_t offset, off_t size)
{
  Path path;

  if (!path_of (file, path) || !is_watched (path))
    return NEXT (posix_fallocate) (file, offset, size);
  Verdict verdict = judge (FAULT_ALLOCATE);
  if (verdict == FAIL)
    return errno;
  int result = NEXT (posix_fallocate) (file, offset, size);
  settle (verdict, result == 0, &(FaultEvent){ .call = FAULT_ALLOCATE, .path = path });
  return result;
}

EXPORT int
posix_fallocate (int file, off_t offset, off_t size)
{
  return allocate_file (file, offset, size);
}

EXPORT int
posix_fallocate64 (int file, off_t offset, off_t size)
{
  return allocate_file (file, offset, size);
}

EXPORT int
close (int file)
{
  Path path;
  int flags = fcntl (file, F_GETFL);

  if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY || !path_of (file, path) || !is_watched (path))
    return NEXT (close) (file);
  Verdict verdict = judge (FAULT_CLOSE);
  int errnum = errno;
  int result = NEXT (close) (file);
  settle (verdict, result == 0, &(FaultEvent){ .call = FAULT_CLOSE, .path = path });
  if (verdict != FAIL)
    return result;
  errno = errnum;
  return -1;
}

EXPORT int
fchmod (int file, mode_t mode)
{
  Path path;

  if (!path_of (file, path) || !is_watched (path))
    return NEXT (fchmod) (file, mode);
  Verdict verdict = judge (FAULT_CHMOD);
  if (verdict == FAIL)
    return -1;
  int result = NEXT (fchmod) (file, mode);
  settle (verdict, result == 0, &(FaultEvent){ .call = FAULT_CHMOD, .path = path });
  return result;
}

/* Calls on two names. */
typedef struct
{
  FaultCall call;
  int from_folder, to_folder;
  const char *from, *to;
  unsigned flags;
} Pair;

static int
pass_pair (const Pair *pair)
{
  if (pair->call == FAULT_LINK)
    return NEXT (linkat) (pair->from_folder, pair->from, pair->to_folder, pair->to,
                          (int) pair->flags);
  return NEXT (renameat2) (pair->from_folder, pair->from, pair->to_folder, pair->to, pair->flags);
}

static int
do_pair (Pair pair)
{
  Path from, to;

  if (!resolve (pair.from_folder, pair.from, from) || !resolve (pair.to_folder, pair.to, to) ||
      (!is_watched (from) && !is_watched (to)))
    return pass_pair (&pair);
  Verdict verdict = judge (pair.call);
  if (verdict == FAIL)
    return -1;
  int result = pass_pair (&pair);
  settle (verdict, result == 0, &(FaultEvent){ .call = pair.call, .path = from, .target = to });
  return result;
}

EXPORT int
rename (const char *from, const char *to)
{
  return do_pair ((Pair){ FAULT_RENAME, AT_FDCWD, AT_FDCWD, from, to, 0 });
}

EXPORT int
renameat (int from_folder, const char *from, int to_folder, const char *to)
{
  return do_pair ((Pair){ FAULT_RENAME, from_folder, to_folder, from, to, 0 });
}

EXPORT int
renameat2 (int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
  return do_pair ((Pair){ FAULT_RENAME, from_folder, to_folder, from, to, flags });
}

EXPORT int
link (const char *from, const char *to)
{
  return do_pair ((Pair){ FAULT_LINK, AT_FDCWD, AT_FDCWD, from, to, 0 });
}

EXPORT int
linkat (int from_folder, const char *from, int to_folder, const char *to, int flags)
{
  return do_pair ((Pair){ FAULT_LINK, from_folder, to_folder, from, to, (unsigned) flags });
}

/* Calls on one name; `number` is the mode or the flags. */
static int
pass_one (FaultCall call, int folder, const char *name, unsigned number)
{
  if (call == FAULT_MKDIR)
    return NEXT (mkdirat) (folder, name, number);
  return NEXT (unlinkat) (folder, name, (int) number);
}

static int
do_one (FaultCall call, int folder, const char *name, unsigned number)
{
  Path path;

  if (!resolve (folder, name, path) || !is_watched (path))
    return pass_one (call, folder, name, number);
  Verdict verdict = judge (call);
  if (verdict == FAIL)
    return -1;
  int result = pass_one (call, folder, name, number);
  settle (verdict, result == 0, &(FaultEvent){ .call = call, .path = path });
  return result;
}

EXPORT int
unlink (const char *name)
{
  return do_one (FAULT_UNLINK, AT_FDCWD, name, 0);
}

EXPORT int
unlinkat (int folder, const char *name, int flags)
{
  return do_one (flags & AT_REMOVEDIR ? FAULT_RMDIR : FAULT_UNLINK, folder, name, (unsigned) flags);
}

EXPORT int
rmdir (const char *name)
{
  return do_one (FAULT_RMDIR, AT_FDCWD, name, AT_REMOVEDIR);
}

/* libc's own would call its unlink() and rmdir(), past those above. */
EXPORT int
remove (const char *name)
{
  return unlink (name) == 0 || (errno == EISDIR && rmdir (name) == 0) ? 0 : -1;
}

EXPORT int
mkdir (const char *name, mode_t mode)
{
  return do_one (FAULT_MKDIR, AT_FDCWD, name, mode);
}

EXPORT int
mkdirat (int folder, const char *name, mode_t mode)
{
  return do_one (FAULT_MKDIR, folder, name, mode);
}
