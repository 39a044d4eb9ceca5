#include "case/brg-json-private.h"
#include "case/brg-store-private.h"
#include "engine/brg-alloc.h"
#include "engine/brg-parallel.h"
#include "io/brg-pack-filter.h"

/* Rows of voxels (j, k) follow each other; a slab is so many of them as make about this much. */
#define SLAB_BYTES   ((guint64) 4 << 20)
#define MAX_WARNINGS 65536

/* The voxels and the slabs they go to or come from. */
typedef struct
{
  BrgStore *store;
  const BrgGrid *grid;
  gint16 *hu;
  guint64 n_rows, slab_rows;
  BrgPool *pool;
  GMutex lock;    /* of the database and of the next two */
  BrgPack *packs; /* while writing: those that wait for their turn */
  int next;       /* of them */
} Slabs;

static guint64
n_rows_of (const BrgGrid *grid)
{
  return (guint64) grid->dim[1] * (guint64) grid->dim[2];
}

static guint64
row_bytes_of (const BrgGrid *grid)
{
  return (guint64) grid->dim[0] * sizeof (gint16);
}

static guint64
n_slabs_of (const BrgGrid *grid, guint64 slab_rows)
{
  return (n_rows_of (grid) + slab_rows - 1) / slab_rows;
}

static guint64
rows_in (guint64 n_rows, guint64 slab_rows, guint64 slab)
{
  return MIN (slab_rows, n_rows - slab * slab_rows);
}

/* Voxels of one slab. */
static gint16 *
find_slab (const Slabs *slabs, int slab, gsize *n_voxels)
{
  gsize n_row = (gsize) slabs->grid->dim[0];

  *n_voxels = (gsize) rows_in (slabs->n_rows, slabs->slab_rows, (guint64) slab) * n_row;
  return slabs->hu + (gsize) slab * (gsize) slabs->slab_rows * n_row;
}

/* In order, so that the file does not depend on the threads. */
static BrgStatus
put_ready (Slabs *slabs, int slab, const BrgPack *pack, BrgError *error)
{
  BrgStatus status = BRG_OK;

  g_mutex_lock (&slabs->lock);
  slabs->packs[slab] = *pack;
  while (status == BRG_OK && (guint64) slabs->next < n_slabs_of (slabs->grid, slabs->slab_rows) &&
         slabs->packs[slabs->next].bytes != NULL)
    {
      BrgPack *next = &slabs->packs[slabs->next];
      status = _brg_piece_put (slabs->store, "slab", slabs->next++, next, error);
      brg_pack_clear (next);
    }
  g_mutex_unlock (&slabs->lock);
  return status;
}

static BrgStatus
put_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  Slabs *slabs = data;
  BrgPack pack;
  gsize n_voxels;
  const gint16 *voxels = find_slab (slabs, slab, &n_voxels);
  guint8 *bytes = brg_alloc_in (slabs->pool, n_voxels, sizeof *voxels, error);
  (void) begin, (void) end;

  if (bytes == NULL)
    return BRG_NO_MEMORY;
  brg_pack_split (voxels, n_voxels, (gsize) slabs->grid->dim[0], bytes);
  BrgStatus status = brg_pack_deflate (slabs->pool, bytes, n_voxels * sizeof *voxels, &pack, error);
  brg_free (bytes);
  return status == BRG_OK ? put_ready (slabs, slab, &pack, error) : status;
}

static gboolean
put_voxels (BrgStore *self, const BrgVolume *scan, guint64 slab_rows, BrgJob *job, GError **error)
{
  Slabs slabs = { .store = self, .grid = &scan->grid, .hu = scan->hu, .slab_rows = slab_rows };
  int n_slabs = (int) n_slabs_of (&scan->grid, slab_rows);
  BrgError fault = { 0 };

  slabs.n_rows = n_rows_of (&scan->grid);
  slabs.pool = brg_job_pool (job);
  slabs.packs = g_new0 (BrgPack, n_slabs);
  g_mutex_init (&slabs.lock);
  BrgStatus status = brg_parallel_slabs (n_slabs, 1, put_slab, &slabs, job, &fault);
  g_mutex_clear (&slabs.lock);
  for (int s = 0; s < n_slabs; s++)
    brg_pack_clear (&slabs.packs[s]);
  g_free (slabs.packs);
  return status == BRG_OK || _brg_store_fault (self, error, &fault);
}

gboolean
_brg_store_put_scan (BrgStore *self, const BrgStoreContents *from, BrgJob *job, GError **error)
{
  guint64 slab_rows = MAX (1, SLAB_BYTES / row_bytes_of (&from->scan->grid));
  g_autoptr (GBytes) grid = _brg_store_pack_grid (&from->scan->grid);
  g_autofree char *all = from->warnings != NULL ? g_strjoinv ("\n", from->warnings) : NULL;
  g_autofree char *warnings =
    _brg_store_cut_text (all != NULL && *all != '\0' ? all : NULL, MAX_WARNINGS);
  BrgSql *sql = _brg_sql_new (self, error, "INSERT INTO scan VALUES (1, ?, ?, ?, ?)", "bitt", grid,
                              (gint64) slab_rows, from->sha256, warnings);

  return _brg_sql_finish (self, sql, error) && put_voxels (self, from->scan, slab_rows, job, error);
}

static gboolean
parse_scan (BrgStore *self, BrgSql *sql, BrgStoreScan *scan, GError **error)
{
  const char *sha256, *warnings;
  BrgError fault = { 0 };
  gint64 slab_rows;

  if (!_brg_store_unpack_grid (sqlite3_column_blob (sql, 0), (gsize) sqlite3_column_bytes (sql, 0),
                               &scan->grid, &fault))
    return _brg_store_fault (self, error, &fault);
  gint64 most = (gint64) (BRG_PACK_MAX_BYTES / row_bytes_of (&scan->grid));
  if (!_brg_sql_number (self, sql, 1, 1, most, "number of rows in a slab", &slab_rows, error) ||
      !_brg_sql_text (self, sql, 2, sizeof scan->sha256, FALSE, "digest", &sha256, error) ||
      !_brg_sql_text (self, sql, 3, MAX_WARNINGS, TRUE, "list of warnings", &warnings, error))
    return FALSE;
  if (!_brg_json_is_sha256 (sha256))
    return _brg_store_corrupt (self, error, "the digest of its scan is no SHA-256");
  scan->slab_rows = (guint64) slab_rows;
  g_strlcpy (scan->sha256, sha256, sizeof scan->sha256);
  scan->warnings = warnings != NULL ? g_strsplit (warnings, "\n", -1) : NULL;
  return TRUE;
}

static guint64
slab_size (gconstpointer data, guint64 number)
{
  const BrgStoreScan *scan = data;

  return rows_in (n_rows_of (&scan->grid), scan->slab_rows, number) * row_bytes_of (&scan->grid);
}

static gboolean
check_slabs (BrgStore *self, const BrgStoreScan *scan, GError **error)
{
  BrgPieces pieces = { "slab", n_slabs_of (&scan->grid, scan->slab_rows), TRUE, slab_size, scan };

  return _brg_piece_check (self, &pieces, error);
}

gboolean
_brg_store_get_scan (BrgStore *self, BrgStoreScan *scan, GError **error)
{
  *scan = (BrgStoreScan){ 0 };
  if (!_brg_sql_check_single (self, "scan", error))
    return FALSE;
  g_autoptr (BrgSql) sql =
    _brg_sql_new (self, error, "SELECT grid, slab_rows, sha256, warnings FROM scan", "");
  if (_brg_sql_only_row (self, sql, error) && parse_scan (self, sql, scan, error) &&
      check_slabs (self, scan, error))
    return TRUE;
  _brg_store_scan_clear (scan);
  return FALSE;
}

void
_brg_store_scan_clear (BrgStoreScan *scan)
{
  g_clear_pointer (&scan->warnings, g_strfreev);
}

static BrgStatus
fetch_slab (Slabs *slabs, int slab, BrgPack *pack, BrgError *error)
{
  g_mutex_lock (&slabs->lock);
  BrgStatus status = _brg_piece_get (slabs->store, "slab", slab, slabs->pool, pack, error);
  g_mutex_unlock (&slabs->lock);
  return status == BRG_EMPTY ? brg_error_set (error, BRG_FORMAT, "slab %d is missing", slab)
                             : status;
}

static BrgStatus
inflate_slab (Slabs *slabs, int slab, BrgPack *pack, BrgError *error)
{
  gsize n_voxels;
  gint16 *voxels = find_slab (slabs, slab, &n_voxels);
  guint8 *bytes = brg_alloc_in (slabs->pool, n_voxels, sizeof *voxels, error);

  if (bytes == NULL)
    return BRG_NO_MEMORY;
  BrgStatus status = brg_pack_inflate (pack, bytes, n_voxels * sizeof *voxels, error);
  if (status == BRG_OK)
    brg_pack_join (bytes, n_voxels, (gsize) slabs->grid->dim[0], voxels);
  brg_free (bytes);
  return status;
}

static BrgStatus
get_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  Slabs *slabs = data;
  BrgPack pack;
  BrgStatus status = fetch_slab (slabs, slab, &pack, error);
  (void) begin, (void) end;

  if (status != BRG_OK)
    return status;
  status = inflate_slab (slabs, slab, &pack, error);
  brg_pack_clear (&pack);
  if (status == BRG_FORMAT && error != NULL)
    {
      g_autofree char *where = g_strdup_printf ("slab %d of its scan is damaged", slab);
      brg_error_prefix (error, where);
    }
  return status;
}

BrgVolume *
_brg_store_get_voxels (BrgStore *self, const BrgStoreScan *scan, BrgJob *job, GError **error)
{
  guint64 n_slabs = n_slabs_of (&scan->grid, scan->slab_rows);
  Slabs slabs = { .store = self, .grid = &scan->grid, .slab_rows = scan->slab_rows };
  BrgError fault = { 0 };

  slabs.n_rows = n_rows_of (&scan->grid);
  slabs.pool = brg_job_pool (job);
  BrgVolume *volume = brg_volume_new_in (slabs.pool, &scan->grid, &fault);
  BrgStatus status = volume != NULL ? BRG_OK : fault.status;
  if (status == BRG_OK)
    {
      slabs.hu = volume->hu;
      g_mutex_init (&slabs.lock);
      status = brg_parallel_slabs ((int) n_slabs, 1, get_slab, &slabs, job, &fault);
      g_mutex_clear (&slabs.lock);
    }
  if (status == BRG_OK)
    return volume;
  brg_volume_unref (volume);
  _brg_store_fault (self, error, &fault);
  return NULL;
}
