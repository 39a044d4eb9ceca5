#pragma once

#include <sqlite3.h>

#include "case/brg-store-part.h"
#include "case/brg-store.h"
#include "io/brg-pack.h"

G_BEGIN_DECLS

/* Shared by the files that make up BrgStore: brg-store.c (errors, the object), -hold (locks), -sql
 * (statements), -schema (the tables), -open, -part (files that are complete or absent), -create,
 * -piece, -scan, -grid, -base, -history, -state, -fold, -log, -import, -thumbnail (rows of the
 * tables),
 * -load, -apply, -copy, -migrate.
 */

struct BrgStore
{
  char *path; /* absolute */
  BrgStoreMode mode;
  int format;
  sqlite3 *db;
  BrgStoreHold *hold;
  gint64 n_bytes; /* of the file, when the transaction began */

  BrgJob *job;     /* of the call, or NULL */
  guint64 n_steps; /* left before a statement is taken to be endless */

  gboolean is_unsure; /* a record of the log was put, and the commit has not succeeded yet */
  guint64 unsure_seq; /* its number */

  gboolean is_sound;  /* its contents have been checked, or are ours */
  gboolean is_frail;  /* its pages are not in order: writing could damage what is still there */
  gboolean is_marked; /* this session has noted in the file that it is at work */
  guint64 seconds;    /* worked before this session */
  gint64 opened_us;
};

/* Sets "NAME: message" and returns FALSE. */
gboolean
_brg_store_error (GError **error, const char *path, BrgStoreError code, const char *format, ...)
  G_GNUC_PRINTF (4, 5);

/* The same with the words for an errno. */
gboolean _brg_store_errno (GError **error, const char *path, int errnum);

/* The same for a file that holds what it must not. */
gboolean _brg_store_corrupt (BrgStore *self, GError **error, const char *format, ...)
  G_GNUC_PRINTF (3, 4);

/* The same from the fault of a slab or of the engine. */
gboolean _brg_store_fault (BrgStore *self, GError **error, const BrgError *fault);

BrgStore *_brg_store_new (const char *path, BrgStoreMode mode);
void _brg_store_free (BrgStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BrgStore, _brg_store_free)

/* `text` as UTF-8 of at most `max_bytes`, as it can be read back. NULL gives NULL. */
char *_brg_store_cut_text (const char *text, gsize max_bytes);

/* Seconds worked on the case until now. */
guint64 _brg_store_seconds (const BrgStore *self);

/* -- brg-store-sql.c. `rc` is what SQLite returned. -- */

typedef sqlite3_stmt BrgSql;

static inline void
_brg_sql_free (BrgSql *sql)
{
  sqlite3_finalize (sql);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BrgSql, _brg_sql_free)

/* Sets the error of `rc` and returns FALSE. */
gboolean _brg_sql_fail (BrgStore *self, int rc, GError **error);

/* The same for a thread of the engine. */
BrgStatus _brg_sql_fault (BrgStore *self, int rc, BrgError *error);

/* Statements without results, separated by semicolons. */
gboolean _brg_sql_run (BrgStore *self, const char *text, GError **error);

/* A statement with its first parameters from the rest, one per letter of `types`: i gint64, t text
 * or NULL, b GBytes or NULL. */
BrgSql *_brg_sql_new (BrgStore *self, GError **error, const char *text, const char *types, ...);

/* The next row: 1, or 0 at the end, or -1 and an error. */
int _brg_sql_row (BrgStore *self, BrgSql *sql, GError **error);

/* Runs what _brg_sql_new() made, which gives no rows, and frees it; NULL is a failure. */
gboolean _brg_sql_finish (BrgStore *self, BrgSql *sql, GError **error);

/* The only row of a statement; FALSE when there is none. */
gboolean _brg_sql_only_row (BrgStore *self, BrgSql *sql, GError **error);

/* Has the table one row, with the id 1? */
gboolean _brg_sql_check_single (BrgStore *self, const char *table, GError **error);

/* Borrowed text of at most `max_bytes` of UTF-8, NULL allowed if `nullable`; FALSE and CORRUPT that
 * names `what` otherwise. */
gboolean _brg_sql_text (BrgStore *self,
                        BrgSql *sql,
                        int column,
                        gsize max_bytes,
                        gboolean nullable,
                        const char *what,
                        const char **text,
                        GError **error);

/* A number of min..max; CORRUPT otherwise. */
gboolean _brg_sql_number (BrgStore *self,
                          BrgSql *sql,
                          int column,
                          gint64 min,
                          gint64 max,
                          const char *what,
                          gint64 *number,
                          GError **error);

/* Are the pages of the file in order, also those that hold nothing? Reads all of them. */
gboolean _brg_sql_check_pages (BrgStore *self, gboolean *are_sound, GError **error);

/* Transactions. A read one also notes the size of the file. The end of one rolls back what was
 * not committed. */
gboolean _brg_sql_begin (BrgStore *self, gboolean write, BrgJob *job, GError **error);
gboolean _brg_sql_commit (BrgStore *self, GError **error);
void _brg_sql_end (BrgStore *self);

/* -- brg-store-schema.c -- */

#define BRG_STORE_APPLICATION_ID 0x4272676d /* 'Brgm' */

#define BRG_STORE_FORMAT_LOG    2 /* the first with thumbnail and log */
#define BRG_STORE_FORMAT_IMPORT 3 /* the first with the import */

/* Makes the tables of self->format in a database that has those of `have_format`, 0 for an empty
 * one. */
gboolean _brg_store_make_tables (BrgStore *self, int have_format, GError **error);

/* Compares all there is with the tables of self->format. */
gboolean _brg_store_check_tables (BrgStore *self, GError **error);

/* -- brg-store-open.c -- */

#define BRG_STORE_CACHE_KIB "8192"

/* Opens the database at `path`, which self->path names to the user. */
gboolean _brg_store_connect (BrgStore *self, const char *path, int flags, GError **error);
void _brg_store_disconnect (BrgStore *self);

/* Opens self->path, which is held for writing, and validates it. */
gboolean _brg_store_open_to_write (BrgStore *self, GError **error);

/* brg_store_open() for a case of any format that we know, without converting it. */
BrgStore *_brg_store_open_as_is (const char *path, BrgStoreMode mode, GError **error);

/* What lies beside a case while it is written to. */
char *_brg_store_journal_path (const char *path);

/* -- brg-store-create.c -- */

/* Of a file that nobody else sees, and that is of no use after a crash: no waiting for disks. */
#define BRG_STORE_BUILD_PRAGMAS                                                                    \
  "PRAGMA page_size = 8192; PRAGMA encoding = 'UTF-8'; PRAGMA auto_vacuum = NONE; "                \
  "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; "                                       \
  "PRAGMA cache_size = -" BRG_STORE_CACHE_KIB

typedef struct
{
  const BrgStoreContents *contents;
  gboolean is_open; /* the mark of a session at work */
  const char *log;  /* first record */
} BrgStoreBuild;

/* Fills the empty file at `path` and closes it. */
gboolean _brg_store_build (BrgStore *self,
                           const char *path,
                           const BrgStoreBuild *what,
                           BrgJob *job,
                           GError **error);

/* brg-store-copy.c: all bytes as they are. */
gboolean _brg_store_copy_bytes (BrgStore *self, BrgStorePart *part, BrgJob *job, GError **error);

/* brg-store-migrate.c: the case of `old`, which is open for writing, in the present format and
 * under its name, open for writing; the old file is kept beside it. */
BrgStore *_brg_store_migrate (BrgStore *old, GError **error);

/* -- brg-store-piece.c: bytes in numbered pieces -- */

/* A new piece of `table` (slab, base). The functions for one piece can run on any thread, one at a
 * time. */
BrgStatus _brg_piece_put (BrgStore *self,
                          const char *table,
                          gint64 number,
                          const BrgPack *pack,
                          BrgError *error);

/* The piece as a pack with room behind it, to be cleared; BRG_EMPTY when there is none. */
BrgStatus _brg_piece_get (BrgStore *self,
                          const char *table,
                          gint64 number,
                          BrgPool *pool,
                          BrgPack *pack,
                          BrgError *error);

/* What the pieces of a table must be. */
typedef struct
{
  const char *table;
  guint64 n;                                               /* numbers are 0..n-1 */
  gboolean all;                                            /* none may be missing */
  guint64 (*size_of) (gconstpointer data, guint64 number); /* inflated bytes */
  gconstpointer data;
} BrgPieces;

/* Checks all numbers and lengths, without reading the bytes. */
gboolean _brg_piece_check (BrgStore *self, const BrgPieces *pieces, GError **error);

/* -- rows of the tables; all within a transaction -- */

typedef struct
{
  BrgGrid grid;
  guint64 slab_rows; /* rows of voxels in a slab; the last may have fewer */
  BrgSha256 sha256;
  GStrv warnings;
} BrgStoreScan;

/* brg-store-scan.c */
gboolean
_brg_store_put_scan (BrgStore *self, const BrgStoreContents *from, BrgJob *job, GError **error);
/* Also checks that the slabs are there and can hold the voxels. */
gboolean _brg_store_get_scan (BrgStore *self, BrgStoreScan *scan, GError **error);
void _brg_store_scan_clear (BrgStoreScan *scan);
BrgVolume *
_brg_store_get_voxels (BrgStore *self, const BrgStoreScan *scan, BrgJob *job, GError **error);

/* brg-store-grid.c */
GBytes *_brg_store_pack_grid (const BrgGrid *grid);
gboolean _brg_store_unpack_grid (gconstpointer bytes, gsize size, BrgGrid *grid, BrgError *error);

/* brg-store-base.c: masks NULL where nothing is set */
gboolean _brg_store_put_base (BrgStore *self,
                              const BrgMask *added,
                              const BrgMask *removed,
                              BrgPool *pool,
                              GError **error);
gboolean _brg_store_get_base (BrgStore *self,
                              const BrgGrid *grid,
                              BrgPool *pool,
                              BrgMask **added,
                              BrgMask **removed,
                              GError **error);

/* brg-store-state.c */
typedef struct
{
  char *name;
  BrgRecipes *recipes;
  guint active;
  guint64 first_seq, position_seq, seconds;
  gboolean is_open;
} BrgStoreState;

void _brg_store_state_clear (BrgStoreState *state);
gboolean _brg_store_put_state (BrgStore *self,
                               const BrgStoreState *state,
                               const BrgSha256 sha256,
                               GError **error);
gboolean _brg_store_get_state (BrgStore *self, BrgStoreState *state, GError **error);
gboolean _brg_store_check_name (BrgStore *self, const char *name, GError **error);
char *_brg_store_recipes_text (const BrgRecipes *recipes, const BrgSha256 sha256);
BrgRecipes *_brg_store_recipes_parse (BrgStore *self, const char *text, GError **error);

#define BRG_STORE_MAX_RECIPES ((gsize) 1 << 20) /* bytes of text */
#define BRG_STORE_MAX_NAME    255
#define BRG_STORE_MAX_SEQ     ((gint64) 1 << 60)

/* brg-store-history.c */
gboolean _brg_store_put_entries (BrgStore *self,
                                 GPtrArray *entries,
                                 guint64 seq,
                                 const BrgSha256 sha256,
                                 GError **error);
GPtrArray *_brg_store_get_entries (BrgStore *self,
                                   const BrgGrid *grid,
                                   const BrgStoreState *state,
                                   GError **error);
/* Number behind the last entry. */
gboolean _brg_store_get_end (BrgStore *self, guint64 first_seq, guint64 *end_seq, GError **error);
/* brg-store-log.c */
gboolean
_brg_store_put_log (BrgStore *self, const char *text, const BrgSha256 sha256, GError **error);
gboolean _brg_store_check_log (BrgStore *self, const BrgSha256 sha256, GError **error);

/* brg-store-thumbnail.c; NULL: there is none */
gboolean _brg_store_put_thumbnail (BrgStore *self, GBytes *png, GError **error);
gboolean _brg_store_get_thumbnail (BrgStore *self, GBytes **png, GError **error);

/* brg-store-import.c; all zero: there is none */
gboolean _brg_store_put_import (BrgStore *self, const BrgImport *import, GError **error);
gboolean _brg_store_get_import (BrgStore *self, BrgImport *import, GError **error);

/* The edit of a row with its box in `column` and its runs in the next, or NULL. */
BrgEditDelta *_brg_store_read_delta (BrgSql *sql, int column);

/* brg-store-fold.c: applies the edits before `seq` to the base. */
gboolean _brg_store_fold (BrgStore *self, guint64 seq, GError **error);

G_END_DECLS
