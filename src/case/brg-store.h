#pragma once

#include <gio/gio.h>

#include "case/brg-export.h"
#include "case/brg-history-entry.h"
#include "case/brg-import.h"
#include "case/brg-recipes.h"
#include "engine/brg-job.h"
#include "engine/brg-mask.h"
#include "engine/brg-volume.h"

G_BEGIN_DECLS

/* A case as a file: NAME.bregma, a SQLite database with the scan, the recipes, the base of the hand
 * edits, the history, where the scan is from, a thumbnail and a log.
 *
 * Every function blocks. A store is used by one thread at a time, which may change. Whatever
 * happens to the process or the machine, the file is what it was before a call that changes it or
 * what it is after, never in between, and durable when the call returns.
 *
 * Files may come from strangers. Nothing in them is believed: the tables are exactly ours, every
 * number and every length is checked before anything is allocated, and a file that is refused is
 * not changed by a byte.
 *
 * Within the process nobody else may open and close the file of an open store by hand (open(),
 * fopen(), GFile streams ...): closing it would drop the locks of SQLite. Any number of stores of
 * one file are fine, one of them for writing.
 *
 * The live hand edits are `added` and `removed` of the base with the deltas of all entries of the
 * past applied to them (brg_edit_delta_apply()); entry e has number (seq) first_seq + e. */
typedef struct BrgStore BrgStore;

#define BRG_STORE_SUFFIX ".bregma"
#define BRG_STORE_FORMAT 3

/* Errors read "Case07.bregma: reason", with the last part of the path alone. Cancelled through a
 * job: G_IO_ERROR_CANCELLED. */
#define BRG_STORE_ERROR (brg_store_error_quark ())
GQuark brg_store_error_quark (void);

typedef enum
{
  BRG_STORE_ERROR_FOREIGN,   /* not a case */
  BRG_STORE_ERROR_NEWER,     /* of a format we do not know; the message has its number and ours */
  BRG_STORE_ERROR_LOCKED,    /* open for writing elsewhere, here or in another program */
  BRG_STORE_ERROR_CORRUPT,   /* a case, but damaged or forged */
  BRG_STORE_ERROR_GONE,      /* removed or replaced on disk since it was opened */
  BRG_STORE_ERROR_READ_ONLY, /* the file or its folder cannot be written */
  BRG_STORE_ERROR_EXISTS,    /* brg_store_create() without leave to replace */
  BRG_STORE_ERROR_IO,        /* what the system said: disk full, not there, no permission ... */
  BRG_STORE_ERROR_NO_MEMORY,
} BrgStoreError;

typedef enum
{
  BRG_STORE_READ,  /* takes no lock; needs no leave to write */
  BRG_STORE_WRITE, /* locks the file until it is closed, against every other writer */
} BrgStoreMode;

/* All of a case. The caller fills and clears its own; brg_store_load() gives new references. */
typedef struct
{
  char *name; /* of the case: 1 to 255 bytes of UTF-8 in one line */
  BrgVolume *scan;
  BrgSha256 sha256; /* of its voxels, brg_export_hash_volume() */
  GStrv warnings;   /* what the reader of the scan had to assume; NULL: nothing */
  BrgImport import; /* where the scan is from */
  BrgRecipes *recipes;
  guint active;             /* < recipes->n */
  BrgMask *added, *removed; /* base, on the grid of the scan; NULL: empty */
  GPtrArray *entries;       /* BrgHistoryEntry; NULL: none */
  guint64 first_seq;        /* number of entries[0] */
  guint64 position_seq;     /* entries before it are in the past */
  guint64 seconds;          /* worked on the case so far */
  gboolean was_left_open;   /* the last session changed the case and did not close it */
} BrgStoreContents;

void brg_store_contents_clear (BrgStoreContents *contents);

/* What a list of cases shows. */
typedef struct
{
  char *name;
  GBytes *thumbnail_png; /* as it was given, not decoded; NULL: none */
  guint n_defects;       /* placed ones */
  gboolean has_edits;    /* the base or an entry of the past has edits */
  guint n_entries;
  guint64 seconds;
  gboolean was_left_open;
  gboolean in_use; /* open for writing, here or elsewhere, by another store */
  int dim[3];
  double spacing_mm[3];
  BrgImport import; /* where the scan is from */
} BrgStoreSummary;

void brg_store_summary_clear (BrgStoreSummary *summary);

/* One finished action. Everything is borrowed. */
typedef struct
{
  BrgHistoryChange history; /* with has_history */
  gboolean has_history;
  BrgRecipes *recipes; /* as they are now; NULL: unchanged, and so is `active` */
  guint active;
  char *name;            /* NULL: unchanged */
  GBytes *thumbnail_png; /* NULL: unchanged; at most 1 MiB */
  char *log;             /* one English sentence; NULL: none */
} BrgStoreChange;

/* A line of the log. */
typedef struct
{
  guint64 seq;     /* from 0 */
  guint64 seconds; /* worked on the case when it was written */
  char *text;
  BrgSha256 chain; /* vouches for this record and all before it */
} BrgStoreLogRecord;

/* Writes a new case and leaves it open for writing. `contents` is only read. The file is for its
 * owner alone (0600), as is every one that is made here; one that is written to keeps what its
 * owner gave it. Complete or absent: it
 * is built in a hidden file of the same folder, made durable and then given its name. With
 * `may_replace` an older file of that name goes, unless it is a case that is open for writing
 * (LOCKED); without, EXISTS. NULL and `error` otherwise. */
BrgStore *brg_store_create (const char *path,
                            const BrgStoreContents *contents,
                            gboolean may_replace,
                            BrgJob *job,
                            GError **error);

/* Opens a case and checks what it is, but for its contents: brg_store_load() does, and must have
 * been called before the first change of a file that may come from elsewhere.
 *
 * READ: what the file holds at the moment of each call. Works on a read-only file and folder, and
 * beside a writer. A case that was left in the middle of a write is put right first, which needs a
 * place that can be written: READ_ONLY, in these words, otherwise.
 * WRITE: LOCKED, READ_ONLY when file or folder cannot be written. A file of an older format is
 * converted: the new one takes its name when it is complete, and the old one stays beside it as
 * NAME.format-N.bregma. */
BrgStore *brg_store_open (const char *path, BrgStoreMode mode, GError **error);

/* Reads and checks everything; slabs of the scan are inflated on the threads of `job`. `contents`
 * is overwritten, and all zero on failure. */
gboolean brg_store_load (BrgStore *self, BrgStoreContents *contents, BrgJob *job, GError **error);

/* The same for a summary: a few pages of the file are read. */
gboolean brg_store_load_summary (BrgStore *self, BrgStoreSummary *summary, GError **error);

/* Keeps a change, in one durable transaction: all of it or, on failure, nothing, and the same
 * change may be tried again. (A disk that fails at the very last step, after all was written, makes
 * this a failure with all of it kept; to try again is then to do nothing.) Entries that go at the
 * front of the history are folded into the base. GONE when the path does not lead to our file any
 * more; CORRUPT when what was loaded is sound but the pages around it are not: nothing is written
 * then, and brg_store_copy() makes a file that can be. The store was opened for writing. */
gboolean brg_store_apply (BrgStore *self, const BrgStoreChange *change, GError **error);

/* Save As: writes all of the case as it is in the file to `path`, complete or absent, and replaces
 * what is there (but not a case that is open for writing: LOCKED). The copy is closed, `self` stays
 * open and is not changed. Of a file whose pages are not in order the copy has all that
 * brg_store_load() gives, and a log that begins anew. */
gboolean brg_store_copy (BrgStore *self, const char *path, BrgJob *job, GError **error);

/* The log as BrgStoreLogRecord, oldest first, in a new array that owns them. FALSE and CORRUPT with
 * the number of the first record that does not follow from those before it; `records` has the
 * sound ones then, and is NULL on any other failure. A record that was changed, put in between or
 * removed before the last one is found; a log that was cut at its end still is a whole chain:
 * nothing outside of it says how long it was. */
gboolean brg_store_read_log (BrgStore *self, GPtrArray **records, GError **error);

/* The chain of the last record, which is another after every change that was logged; "" in a file
 * of a format without a log. */
gboolean brg_store_read_chain (BrgStore *self, BrgSha256 chain, GError **error);

/* Absolute, with symbolic links followed; borrowed. */
const char *brg_store_get_path (const BrgStore *self);

/* Notes the proper end of the session, if it has changed something, and closes. Frees `self` (NULL
 * allowed) also when that fails: nothing but this note is then missing. */
gboolean brg_store_close (BrgStore *self, GError **error);

G_END_DECLS
