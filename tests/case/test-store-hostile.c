/* Case files that somebody else made, or a disk spoiled: each is refused in words, quickly, and is
 * afterwards what it was. */

#include <glib/gstdio.h>
#include <string.h>
#include <time.h>

#include "phantom.h"
#include "store-fixture.h"
#include "store-forge.h"

#define MOST_CPU_S 1.0

/* What became of reading all of a file in one mode. */
typedef struct
{
  gboolean opened, loaded;
  GError *error; /* of the first failure */
} Outcome;

static void
outcome_clear (Outcome *outcome)
{
  g_clear_error (&outcome->error);
}

static void
read_all (BrgStore *store, Outcome *outcome)
{
  BrgStoreContents contents;
  BrgStoreSummary summary;
  g_autoptr (GPtrArray) records = NULL;

  outcome->loaded = brg_store_load (store, &contents, NULL, &outcome->error);
  g_assert_true (outcome->loaded || contents.scan == NULL);
  brg_store_contents_clear (&contents);
  brg_store_load_summary (store, &summary, NULL);
  brg_store_summary_clear (&summary);
  brg_store_read_log (store, &records, NULL);
}

/* Opens and reads; a refusal is one of ours, and did not take long. */
static Outcome
try_file (const char *path, BrgStoreMode mode)
{
  Outcome outcome = { 0 };
  clock_t begin = clock ();
  BrgStore *store = brg_store_open (path, mode, &outcome.error);

  outcome.opened = store != NULL;
  if (store != NULL)
    read_all (store, &outcome);
  g_assert_true (brg_store_close (store, NULL));
  g_assert_cmpfloat ((double) (clock () - begin) / CLOCKS_PER_SEC, <, MOST_CPU_S);
  if (!outcome.loaded)
    {
      g_assert_true (outcome.error->domain == BRG_STORE_ERROR);
      g_assert_true (g_str_has_prefix (outcome.error->message, "Case07.bregma: "));
    }
  return outcome;
}

/* Refused in both modes, with nothing changed and nothing left beside it. */
static void
assert_refused (const StoreFixture *fixture, BrgStoreError code, const char *what)
{
  g_autoptr (GBytes) before = store_forge_read (fixture->path);

  for (int mode = BRG_STORE_READ; mode <= BRG_STORE_WRITE; mode++)
    {
      Outcome outcome = try_file (fixture->path, (BrgStoreMode) mode);
      g_autoptr (GBytes) after = store_forge_read (fixture->path);
      if (outcome.loaded || outcome.error->code != (int) code)
        g_error ("%s: %s", what, outcome.loaded ? "was taken" : outcome.error->message);
      g_test_message ("%s: %s", what, outcome.error->message);
      g_assert_true (g_bytes_equal (before, after));
      g_assert_cmpuint (test_folder_count (fixture->dir), ==, 1);
      outcome_clear (&outcome);
    }
}

static void
assert_all_refused (const StoreFixture *fixture, const char *const *forgeries, BrgStoreError code)
{
  g_autoptr (GBytes) sound = store_forge_read (fixture->path);

  for (; *forgeries != NULL; forgeries++)
    {
      store_forge_run (fixture->path, *forgeries);
      assert_refused (fixture, code, *forgeries);
      store_forge_write (fixture->path, sound);
    }
  Outcome outcome = try_file (fixture->path, BRG_STORE_READ);
  g_assert_no_error (outcome.error);
}

static void
test_foreign (StoreFixture *fixture, gconstpointer data)
{
  static const char *const foreign[] = { "PRAGMA application_id = 1",
                                         "PRAGMA application_id = 0; CREATE TABLE mine (x)", NULL };
  static const char *const newer[] = { "PRAGMA user_version = 4",
                                       "PRAGMA user_version = 2147483647",
                                       "PRAGMA user_version = -1", NULL };
  static const char *const other[] = { "PRAGMA user_version = 0", "PRAGMA user_version = 1",
                                       "PRAGMA auto_vacuum = 1; VACUUM", NULL };
  static const char *const texts[] = { "", "SQLite format 3", "NRRD0005\ntype: short\n", NULL };
  (void) data;

  assert_all_refused (fixture, foreign, BRG_STORE_ERROR_FOREIGN);
  assert_all_refused (fixture, newer, BRG_STORE_ERROR_NEWER);
  assert_all_refused (fixture, other, BRG_STORE_ERROR_CORRUPT);
  for (int t = 0; texts[t] != NULL; t++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (texts[t], strlen (texts[t]));
      store_forge_write (fixture->path, bytes);
      assert_refused (fixture, BRG_STORE_ERROR_FOREIGN, texts[t]);
    }
}

/* The message tells both numbers. */
static void
test_newer_words (StoreFixture *fixture, gconstpointer data)
{
  (void) data;
  store_forge_run (fixture->path, "PRAGMA user_version = 77");
  Outcome outcome = try_file (fixture->path, BRG_STORE_WRITE);
  g_assert_cmpstr (outcome.error->message, ==,
                   "Case07.bregma: is of format 77, from a newer version of Bregma; this one reads "
                   "up to format 3");
  outcome_clear (&outcome);
}

/* A write-ahead log would put files beside the case. */
static void
test_write_ahead_log (StoreFixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) sound = store_forge_read (fixture->path);
  gsize size;
  g_autofree guint8 *bytes = g_memdup2 (g_bytes_get_data (sound, &size), g_bytes_get_size (sound));
  (void) data;

  bytes[18] = bytes[19] = 2;
  g_autoptr (GBytes) forged = g_bytes_new (bytes, size);
  store_forge_write (fixture->path, forged);
  assert_refused (fixture, BRG_STORE_ERROR_CORRUPT, "write-ahead log");
}

static void
test_schema (StoreFixture *fixture, gconstpointer data)
{
  static const char *const forgeries[] = {
    "CREATE TABLE extra (x)",
    "CREATE VIEW trap AS SELECT * FROM slab",
    "CREATE TRIGGER trap AFTER UPDATE ON state BEGIN DELETE FROM slab; END",
    "CREATE INDEX trap ON history (label)",
    "CREATE VIRTUAL TABLE trap USING fts5 (x)",
    "DROP TABLE log",
    "DROP TABLE slab; CREATE VIEW slab AS SELECT 0 AS number, 0 AS crc, x'00' AS bytes",
    "ALTER TABLE state ADD COLUMN more TEXT",
    "ALTER TABLE slab RENAME TO slabs",
    "DROP TABLE base; CREATE TABLE base (number INTEGER PRIMARY KEY, crc, bytes)",
    "PRAGMA writable_schema = 1; UPDATE sqlite_schema SET rootpage = 1 WHERE name = 'history'",
    "PRAGMA writable_schema = 1; UPDATE sqlite_schema SET rootpage = 9999 WHERE name = 'slab'",
    "PRAGMA writable_schema = 1; UPDATE sqlite_schema SET sql = 'CREATE TABLE' WHERE name = 'log'",
    "PRAGMA writable_schema = 1; UPDATE sqlite_schema SET sql = hex (zeroblob (100000)) "
    "WHERE name = 'log'",
    "PRAGMA writable_schema = 1; UPDATE sqlite_schema SET tbl_name = 'slab' WHERE name = 'log'",
    "PRAGMA writable_schema = 1; DELETE FROM sqlite_schema",
    NULL
  };
  (void) data;
  assert_all_refused (fixture, forgeries, BRG_STORE_ERROR_CORRUPT);
}

static void
test_scan (StoreFixture *fixture, gconstpointer data)
{
  static const char *const forgeries[] = {
    "DELETE FROM scan",
    "UPDATE scan SET id = 2",
    "INSERT INTO scan SELECT 2, grid, slab_rows, sha256, warnings FROM scan",
    "UPDATE scan SET grid = x''",
    "UPDATE scan SET grid = zeroblob (114)",
    "UPDATE scan SET grid = substr (grid, 1, 113)",
    "UPDATE scan SET grid = CAST (grid || x'00' AS BLOB)",
    "UPDATE scan SET grid = CAST (x'00000000' || substr (grid, 5) AS BLOB)",
    "UPDATE scan SET grid = CAST (x'ffffffff' || substr (grid, 5) AS BLOB)",
    "UPDATE scan SET grid = CAST (x'ffffff7f' || substr (grid, 5) AS BLOB)",
    "UPDATE scan SET grid = CAST (x'ffff0000ffff0000ffff0000' || substr (grid, 13) AS BLOB)",
    "UPDATE scan SET grid = CAST (x'002800000028000000280000' || substr (grid, 13) AS BLOB)",
    "UPDATE scan SET grid = CAST (x'002800000028000000280000' || substr (grid, 13) AS BLOB), "
    "slab_rows = 52428",
    "UPDATE scan SET grid = CAST (substr (grid, 1, 12) || x'000000' || substr (grid, 16) AS BLOB)",
    "UPDATE scan SET grid = CAST (substr (grid, 1, 12) || x'0001ff' || substr (grid, 16) AS BLOB)",
    "UPDATE scan SET grid = CAST (substr (grid, 1, 18) || x'000000000000f87f' || substr (grid, 27) "
    "AS BLOB)",
    "UPDATE scan SET grid = CAST (substr (grid, 1, 18) || x'000000000000f07f' || substr (grid, 27) "
    "AS BLOB)",
    "UPDATE scan SET grid = CAST (substr (grid, 1, 106) || x'000000000000f87f' AS BLOB)",
    "UPDATE scan SET slab_rows = 0",
    "UPDATE scan SET slab_rows = -1",
    "UPDATE scan SET slab_rows = 1",
    "UPDATE scan SET slab_rows = 4611686018427387904",
    "UPDATE scan SET sha256 = ''",
    "UPDATE scan SET sha256 = upper (sha256)",
    "UPDATE scan SET sha256 = sha256 || '0'",
    "UPDATE scan SET sha256 = CAST (x'ff' AS TEXT)",
    "UPDATE scan SET warnings = hex (zeroblob (40000))",
    "UPDATE scan SET warnings = CAST (x'6100' AS TEXT)",
    NULL
  };
  (void) data;
  assert_all_refused (fixture, forgeries, BRG_STORE_ERROR_CORRUPT);
}

/* A claim of a gigabyte, and one of 2^40 voxels, are refused before there is memory for them. */
static void
test_claims (StoreFixture *fixture, gconstpointer data)
{
  static const char *const claims[] = {
    "UPDATE scan SET grid = CAST (x'00400000b5000000b5000000' || substr (grid, 13) AS BLOB), "
    "slab_rows = 32761",
    "UPDATE scan SET grid = CAST (x'002800000028000000280000' || substr (grid, 13) AS BLOB)",
  };
  (void) data;

  for (gsize c = 0; c < G_N_ELEMENTS (claims); c++)
    {
      store_forge_run (fixture->path, claims[c]);
      Outcome outcome = try_file (fixture->path, BRG_STORE_READ);
      g_assert_error (outcome.error, BRG_STORE_ERROR, BRG_STORE_ERROR_CORRUPT);
      g_assert_nonnull (strstr (outcome.error->message, "bytes, which cannot hold"));
      outcome_clear (&outcome);
    }
}

static void
test_slabs (StoreFixture *fixture, gconstpointer data)
{
  static const char *const forgeries[] = {
    "DELETE FROM slab",
    "UPDATE slab SET number = 1",
    "UPDATE slab SET number = -1",
    "INSERT INTO slab SELECT 1, crc, bytes FROM slab",
    "INSERT INTO slab SELECT 9223372036854775807, crc, bytes FROM slab",
    "UPDATE slab SET crc = crc + 1",
    "UPDATE slab SET bytes = x''",
    "UPDATE slab SET bytes = x'00'",
    "UPDATE slab SET bytes = zeroblob (1000)",
    "UPDATE slab SET bytes = substr (bytes, 1, length (bytes) / 2)",
    "UPDATE slab SET bytes = CAST (bytes || bytes AS BLOB)",
    "UPDATE slab SET bytes = CAST (substr (bytes, 1, 100) || x'ff' || substr (bytes, 102) AS BLOB)",
    "UPDATE slab SET bytes = zeroblob (10000000)",
    NULL
  };
  (void) data;
  assert_all_refused (fixture, forgeries, BRG_STORE_ERROR_CORRUPT);
}

static void
test_state (StoreFixture *fixture, gconstpointer data)
{
  static const char *const forgeries[] = {
    "DELETE FROM state",
    "INSERT INTO state SELECT 2, name, recipes, active, first_seq, position_seq, seconds, is_open "
    "FROM state",
    "UPDATE state SET name = ''",
    "UPDATE state SET name = 'two' || char (10) || 'lines'",
    "UPDATE state SET name = hex (zeroblob (200))",
    "UPDATE state SET name = CAST (x'c3' AS TEXT)",
    "UPDATE state SET recipes = ''",
    "UPDATE state SET recipes = '{}'",
    "UPDATE state SET recipes = '[' || recipes",
    "UPDATE state SET recipes = replace (hex (zeroblob (100000)), '0', '[')",
    "UPDATE state SET recipes = hex (zeroblob (1000000))",
    "UPDATE state SET recipes = replace (recipes, '\"threshold-lo\": 172', '\"threshold-lo\": "
    "1e99')",
    "UPDATE state SET recipes = replace (recipes, '\"threshold-lo\"', '\"unknown\"')",
    "UPDATE state SET recipes = replace (recipes, '\"placed\": true', '\"placed\": 1')",
    "UPDATE state SET active = 2",
    "UPDATE state SET active = -1",
    "UPDATE state SET first_seq = -1",
    "UPDATE state SET first_seq = 4",
    "UPDATE state SET first_seq = 6",
    "UPDATE state SET first_seq = 9223372036854775807",
    "UPDATE state SET position_seq = 4",
    "UPDATE state SET position_seq = 15",
    "UPDATE state SET position_seq = 9223372036854775807",
    "UPDATE state SET seconds = -1",
    "UPDATE state SET is_open = 2",
    NULL
  };
  (void) data;
  assert_all_refused (fixture, forgeries, BRG_STORE_ERROR_CORRUPT);
}

static void
test_history (StoreFixture *fixture, gconstpointer data)
{
  static const char *const forgeries[] = {
    "DELETE FROM history WHERE seq = 8",
    "DELETE FROM history WHERE seq = 5",
    "UPDATE history SET seq = 100 WHERE seq = 13",
    "UPDATE history SET seq = -1 WHERE seq = 5",
    "UPDATE history SET label = hex (zeroblob (600)) WHERE seq = 6",
    "UPDATE history SET label = CAST (x'fe' AS TEXT) WHERE seq = 6",
    "UPDATE history SET before = NULL WHERE seq = 7",
    "UPDATE history SET after = '{}' WHERE seq = 7",
    "UPDATE history SET before = after || ' ' WHERE seq = 7; UPDATE history SET after = 'x' "
    "WHERE seq = 7",
    "UPDATE history SET box = (SELECT box FROM history WHERE seq = 6) WHERE seq = 7",
    "UPDATE history SET before = 'x', after = 'y' WHERE seq = 6",
    "UPDATE history SET box = NULL WHERE seq = 6",
    "UPDATE history SET runs = NULL WHERE seq = 6",
    "UPDATE history SET runs = NULL, box = NULL WHERE seq = 6",
    "UPDATE history SET box = zeroblob (24) WHERE seq = 6",
    "UPDATE history SET box = substr (box, 1, 23) WHERE seq = 6",
    "UPDATE history SET box = CAST (x'ffffffff' || substr (box, 5) AS BLOB) WHERE seq = 6",
    "UPDATE history SET box = x'000000000000000000000000ffffff7fffffff7fffffff7f' WHERE seq = 6",
    "UPDATE history SET runs = x'80' WHERE seq = 6",
    "UPDATE history SET runs = x'ffffffffffffffffff7f' WHERE seq = 6",
    "UPDATE history SET runs = x'ffffffffffffffff7fffffffffffffffff7f' WHERE seq = 6",
    "UPDATE history SET runs = CAST (zeroblob (100) || x'ffffff7f' AS BLOB) WHERE seq = 6",
    NULL
  };
  (void) data;
  assert_all_refused (fixture, forgeries, BRG_STORE_ERROR_CORRUPT);
}

static void
test_base_and_log (StoreFixture *fixture, gconstpointer data)
{
  static const char *const forgeries[] = {
    "UPDATE base SET number = 2",
    "UPDATE base SET number = -1",
    "INSERT INTO base SELECT 4611686018427387904, crc, bytes FROM base",
    "UPDATE base SET crc = crc + 1",
    "UPDATE base SET bytes = x''",
    "UPDATE base SET bytes = x'00'",
    "UPDATE base SET bytes = CAST (bytes || bytes AS BLOB)",
    "UPDATE log SET seq = -5",
    "UPDATE log SET chain = ''",
    "UPDATE log SET chain = hex (zeroblob (10000))",
    "UPDATE log SET seq = 9223372036854775807",
    NULL
  };
  (void) data;
  assert_all_refused (fixture, forgeries, BRG_STORE_ERROR_CORRUPT);
}

/* Bits beyond the last voxel of a row. */
static void
test_padding (StoreFixture *fixture, gconstpointer data)
{
  BrgMask *removed = brg_mask_new (&fixture->contents.scan->grid, NULL);
  (void) data;

  removed->words[1] = (uint64_t) 1 << 6; /* voxel 70 of 70 */
  fixture->contents.removed = removed;
  g_remove (fixture->path);
  store_fixture_write (fixture);
  assert_refused (fixture, BRG_STORE_ERROR_CORRUPT, "padding");
}

/* Cut anywhere; what is missing is noticed. */
static void
test_truncated (StoreFixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) sound = store_forge_read (fixture->path);
  gsize size = g_bytes_get_size (sound), step = g_test_slow () ? 61 : 977;
  (void) data;

  for (gsize cut = 1; cut < size; cut += cut < 128 ? 9 : step)
    if (cut % 8192 != 0)
      {
        g_autoptr (GBytes) part = g_bytes_new_from_bytes (sound, 0, cut);
        store_forge_write (fixture->path, part);
        assert_refused (fixture, cut < 100 ? BRG_STORE_ERROR_FOREIGN : BRG_STORE_ERROR_CORRUPT,
                        "truncated");
      }
  for (gsize pages = 1; pages < size / 8192; pages++)
    {
      g_autoptr (GBytes) part = g_bytes_new_from_bytes (sound, 0, pages * 8192);
      store_forge_write (fixture->path, part);
      assert_refused (fixture, BRG_STORE_ERROR_CORRUPT, "truncated between pages");
    }
}

static GBytes *
read_golden (void)
{
  g_autofree char *golden =
    g_test_build_filename (G_TEST_DIST, "case", "golden", "format-1.bregma", NULL);

  return store_forge_read (golden);
}

/* Every byte of the first page and of the header, many of the others: refused or read, never more.
 */
static void
test_flipped (StoreFixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) sound = read_golden ();
  gsize size;
  g_autofree guint8 *bytes = g_memdup2 (g_bytes_get_data (sound, &size), g_bytes_get_size (sound));
  guint n_refused = 0, n = 0;
  (void) data;

  for (gsize b = 0; b < size; b += b < 1024 || g_test_slow () ? 1 : 29)
    {
      static const guint8 flips[] = { 0xff, 0x01, 0x80 };
      bytes[b] ^= flips[b % 3];
      g_autoptr (GBytes) flipped = g_bytes_new (bytes, size);
      store_forge_write (fixture->path, flipped);
      Outcome outcome = try_file (fixture->path, BRG_STORE_READ);
      n_refused += outcome.loaded ? 0 : 1;
      n++;
      outcome_clear (&outcome);
      bytes[b] ^= flips[b % 3];
    }
  g_test_message ("%u of %u refused", n_refused, n);
  g_assert_cmpuint (n_refused, >, n / 4);
}

/* A tree whose branches all lead to the same leaf, again and again: more rows than can be counted.
 */
static void
test_endless_tree (StoreFixture *fixture, gconstpointer data)
{
  BrgStoreSummary summary;
  g_autoptr (GError) error = NULL;
  (void) data;

  store_forge_run (fixture->path, "UPDATE history SET runs = NULL; DELETE FROM base; "
                                  "UPDATE state SET position_seq = 14");
  store_forge_endless (fixture->path, "history");
  clock_t begin = clock ();
  BrgStore *store = brg_store_open (fixture->path, BRG_STORE_READ, &error);
  g_assert_no_error (error);
  g_assert_false (brg_store_load_summary (store, &summary, &error));
  g_assert_error (error, BRG_STORE_ERROR, BRG_STORE_ERROR_CORRUPT);
  g_assert_nonnull (strstr (error->message, "endless"));
  g_assert_true (brg_store_close (store, NULL));
  g_assert_cmpfloat ((double) (clock () - begin) / CLOCKS_PER_SEC, <, MOST_CPU_S);
  assert_refused (fixture, BRG_STORE_ERROR_CORRUPT, "endless tree");
}

static void
set_up (StoreFixture *fixture, gconstpointer data)
{
  store_fixture_set_up (fixture, data);
  store_fixture_write (fixture);
}

#define ADD(path, func) g_test_add (path, StoreFixture, NULL, set_up, func, store_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/store-hostile/foreign", test_foreign);
  ADD ("/store-hostile/newer-words", test_newer_words);
  ADD ("/store-hostile/write-ahead-log", test_write_ahead_log);
  ADD ("/store-hostile/schema", test_schema);
  ADD ("/store-hostile/scan", test_scan);
  ADD ("/store-hostile/claims", test_claims);
  ADD ("/store-hostile/slabs", test_slabs);
  ADD ("/store-hostile/state", test_state);
  ADD ("/store-hostile/history", test_history);
  ADD ("/store-hostile/base-and-log", test_base_and_log);
  ADD ("/store-hostile/padding", test_padding);
  ADD ("/store-hostile/truncated", test_truncated);
  ADD ("/store-hostile/flipped", test_flipped);
  ADD ("/store-hostile/endless-tree", test_endless_tree);
  return g_test_run ();
}
