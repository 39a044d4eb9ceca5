/* The log of a case: every record follows from those before it. The thumbnail. */

#include <string.h>

#include "phantom.h"
#include "store-fixture.h"
#include "store-forge.h"

static void
set_up (StoreFixture *fixture, gconstpointer data)
{
  static const char *const sentences[] = { "Brush stroke", "Lower threshold 150 → 172 HU",
                                           "two\nlines\x01" };
  (void) data;

  store_fixture_init (fixture);
  store_fixture_write (fixture);
  BrgStore *store = brg_store_open (fixture->path, BRG_STORE_WRITE, NULL);
  for (gsize s = 0; s < G_N_ELEMENTS (sentences); s++)
    {
      BrgStoreChange change = { .log = (char *) sentences[s] };
      g_assert_true (brg_store_apply (store, &change, NULL));
    }
  g_assert_true (brg_store_close (store, NULL));
}

static gboolean
read_log (const StoreFixture *fixture, GPtrArray **records, GError **error)
{
  BrgStore *store = brg_store_open (fixture->path, BRG_STORE_READ, NULL);
  gboolean ok = brg_store_read_log (store, records, error);

  g_assert_true (brg_store_close (store, NULL));
  return ok;
}

static void
test_records (StoreFixture *fixture, gconstpointer data)
{
  static const char *const expected[] = { "Case made from a scan of 70 x 9 x 12 voxels",
                                          "Brush stroke", "Lower threshold 150 → 172 HU",
                                          "two lines " };
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (GError) error = NULL;
  (void) data;

  g_assert_true (read_log (fixture, &records, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (records->len, ==, G_N_ELEMENTS (expected));
  for (guint r = 0; r < records->len; r++)
    {
      const BrgStoreLogRecord *record = records->pdata[r];
      g_assert_cmpuint (record->seq, ==, r);
      g_assert_cmpuint (record->seconds, >=, 3600);
      g_assert_cmpuint (record->seconds, <, 3660);
      g_assert_cmpstr (record->text, ==, expected[r]);
    }
}

/* The chain by hand: SHA-256 of the digest before, number, seconds and text. */
static void
test_chain (StoreFixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) records = NULL;
  const char *before = fixture->contents.sha256;
  (void) data;

  g_assert_true (read_log (fixture, &records, NULL));
  for (guint r = 0; r < records->len; r++)
    {
      const BrgStoreLogRecord *record = records->pdata[r];
      g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
      for (int b = 0; b < 32; b++)
        {
          guint8 byte = (guint8) (g_ascii_xdigit_value (before[2 * b]) * 16 +
                                  g_ascii_xdigit_value (before[2 * b + 1]));
          g_checksum_update (sum, &byte, 1);
        }
      guint64 numbers[] = { GUINT64_TO_LE (record->seq), GUINT64_TO_LE (record->seconds) };
      g_checksum_update (sum, (const guchar *) numbers, sizeof numbers);
      g_checksum_update (sum, (const guchar *) record->text, -1);
      g_assert_cmpstr (record->chain, ==, g_checksum_get_string (sum));
      before = record->chain;
    }
}

/* Whatever is changed in a record, or taken out, shows at the first record it makes wrong. */
static void
test_changed (StoreFixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *sql;
    guint sound;
  } changes[] = {
    { "UPDATE log SET text = 'Eraser' WHERE seq = 1", 1 },
    { "UPDATE log SET seconds = 1 WHERE seq = 2", 2 },
    { "DELETE FROM log WHERE seq = 1", 1 },
    { "DELETE FROM log WHERE seq = 0", 0 },
    { "UPDATE log SET chain = (SELECT sha256 FROM scan) WHERE seq = 3", 3 },
    { "UPDATE log SET chain = 'none' WHERE seq = 0", 0 },
    { "UPDATE log SET text = x'ff' || 'a' WHERE seq = 2", 2 },
    { "UPDATE scan SET sha256 = (SELECT chain FROM log WHERE seq = 3)", 0 },
  };
  (void) data;

  for (gsize c = 0; c < G_N_ELEMENTS (changes); c++)
    {
      g_autoptr (GBytes) before = store_forge_read (fixture->path);
      g_autoptr (GPtrArray) records = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *words = g_strdup_printf ("record %u does not follow", changes[c].sound);
      store_forge_run (fixture->path, changes[c].sql);
      g_assert_false (read_log (fixture, &records, &error));
      g_assert_error (error, BRG_STORE_ERROR, BRG_STORE_ERROR_CORRUPT);
      g_assert_nonnull (strstr (error->message, words));
      g_assert_cmpuint (records->len, ==, changes[c].sound);
      store_forge_write (fixture->path, before);
    }
}

/* Nothing vouches for the end: what is left is a whole chain, as the header says. */
static void
test_cut (StoreFixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (GError) error = NULL;
  (void) data;

  store_forge_run (fixture->path, "DELETE FROM log WHERE seq >= 2");
  g_assert_true (read_log (fixture, &records, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (records->len, ==, 2);
}

/* A case with a damaged end of its log is refused as a whole: nothing could be added to it. */
static void
test_damaged_end (StoreFixture *fixture, gconstpointer data)
{
  BrgStoreContents found;
  g_autoptr (GError) error = NULL;
  (void) data;

  store_forge_run (fixture->path, "UPDATE log SET chain = 'none' WHERE seq = 3");
  BrgStore *store = brg_store_open (fixture->path, BRG_STORE_WRITE, NULL);
  g_assert_false (brg_store_load (store, &found, NULL, &error));
  g_assert_error (error, BRG_STORE_ERROR, BRG_STORE_ERROR_CORRUPT);
  g_assert_true (brg_store_close (store, NULL));
}

static void
set_thumbnail (const StoreFixture *fixture, const char *bytes, gsize size, gboolean works)
{
  g_autoptr (GBytes) png = g_bytes_new (bytes, size);
  BrgStoreChange change = { .thumbnail_png = png };
  BrgStore *store = brg_store_open (fixture->path, BRG_STORE_WRITE, NULL);

  g_assert_true (brg_store_apply (store, &change, NULL) == works);
  g_assert_true (brg_store_close (store, NULL));
}

static GBytes *
get_thumbnail (const StoreFixture *fixture)
{
  BrgStoreSummary summary;
  BrgStore *store = brg_store_open (fixture->path, BRG_STORE_READ, NULL);

  g_assert_true (brg_store_load_summary (store, &summary, NULL));
  GBytes *png = g_steal_pointer (&summary.thumbnail_png);
  brg_store_summary_clear (&summary);
  g_assert_true (brg_store_close (store, NULL));
  return png;
}

static void
test_thumbnail (StoreFixture *fixture, gconstpointer data)
{
  static const char first[] = "\x89PNG\r\n\x1a\nfirst", second[] = "\x89PNG\r\n\x1a\nsecond";
  g_autofree char *large = g_malloc0 ((1 << 20) + 1);
  (void) data;

  g_assert_null (get_thumbnail (fixture));
  set_thumbnail (fixture, first, sizeof first, TRUE);
  set_thumbnail (fixture, second, sizeof second, TRUE);
  set_thumbnail (fixture, large, (1 << 20) + 1, FALSE);
  g_autoptr (GBytes) png = get_thumbnail (fixture);
  g_assert_cmpmem (g_bytes_get_data (png, NULL), (int) g_bytes_get_size (png), second,
                   sizeof second);
  set_thumbnail (fixture, "GIF89a", 6, TRUE);
  g_assert_null (get_thumbnail (fixture));
}

#define ADD(path, func) g_test_add (path, StoreFixture, NULL, set_up, func, store_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/store-log/records", test_records);
  ADD ("/store-log/chain", test_chain);
  ADD ("/store-log/changed", test_changed);
  ADD ("/store-log/damaged-end", test_damaged_end);
  ADD ("/store-log/cut", test_cut);
  ADD ("/store-log/thumbnail", test_thumbnail);
  return g_test_run ();
}
