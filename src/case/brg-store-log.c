#include <string.h>

#include "case/brg-json-private.h"
#include "case/brg-store-private.h"
#include "engine/brg-sha256.h"

#define DIGEST_BYTES (sizeof (BrgSha256) / 2)
#define MAX_RECORD   4096

static void
digest_bytes (const char *hex, guint8 bytes[DIGEST_BYTES])
{
  for (gsize b = 0; b < DIGEST_BYTES; b++)
    bytes[b] =
      (guint8) (g_ascii_xdigit_value (hex[2 * b]) << 4 | g_ascii_xdigit_value (hex[2 * b + 1]));
}

static void
add_number (BrgSha256State *state, guint64 number)
{
  guint64 bytes = GUINT64_TO_LE (number);

  brg_sha256_update (state, &bytes, sizeof bytes);
}

/* SHA-256 of the digest before, seq, seconds and text. */
static void
chain_of (const char *before, const BrgStoreLogRecord *record, BrgSha256 out)
{
  BrgSha256State state;
  guint8 bytes[DIGEST_BYTES];

  digest_bytes (before, bytes);
  brg_sha256_init (&state);
  brg_sha256_update (&state, bytes, sizeof bytes);
  add_number (&state, record->seq);
  add_number (&state, record->seconds);
  brg_sha256_update (&state, record->text, strlen (record->text));
  brg_sha256_finish (&state, out);
}

/* The last record, or none: `next` is then 0, and the chain begins with the digest of the scan. */
static gboolean
find_last (BrgStore *self, const BrgSha256 sha256, guint64 *next, BrgSha256 chain, GError **error)
{
  g_autoptr (BrgSql) sql =
    _brg_sql_new (self, error, "SELECT seq, chain FROM log ORDER BY seq DESC LIMIT 1", "");
  int row = sql != NULL ? _brg_sql_row (self, sql, error) : -1;
  const char *text = sha256;
  gint64 seq = -1;

  if (row < 0 ||
      (row > 0 &&
       (!_brg_sql_number (self, sql, 0, 0, BRG_STORE_MAX_SEQ, "last record", &seq, error) ||
        !_brg_sql_text (self, sql, 1, DIGEST_BYTES * 2, FALSE, "last record", &text, error))))
    return FALSE;
  *next = (guint64) (seq + 1);
  g_strlcpy (chain, text, sizeof (BrgSha256));
  return _brg_json_is_sha256 (chain) ||
         _brg_store_corrupt (self, error, "the last record of its log is damaged");
}

gboolean
_brg_store_check_log (BrgStore *self, const BrgSha256 sha256, GError **error)
{
  BrgSha256 chain;
  guint64 next;

  return self->format < BRG_STORE_FORMAT_LOG || find_last (self, sha256, &next, chain, error);
}

/* Whether the last try of the same change was kept although its commit reported a failure: then
 * its record is there. */
static gboolean
was_kept (BrgStore *self, const BrgStoreLogRecord *record, gboolean *kept, GError **error)
{
  *kept = FALSE;
  if (!self->is_unsure || self->unsure_seq + 1 != record->seq)
    return TRUE;
  g_autoptr (BrgSql) sql =
    _brg_sql_new (self, error, "SELECT 1 FROM log WHERE seq = ? AND text = ?", "it",
                  (gint64) self->unsure_seq, record->text);
  int row = sql != NULL ? _brg_sql_row (self, sql, error) : -1;
  *kept = row > 0;
  return row >= 0;
}

gboolean
_brg_store_put_log (BrgStore *self, const char *text, const BrgSha256 sha256, GError **error)
{
  g_autofree char *line = _brg_store_cut_text (text, MAX_RECORD);
  BrgStoreLogRecord record = { .seconds = _brg_store_seconds (self), .text = line };
  BrgSha256 before;

  for (char *c = line; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      *c = ' ';
  gboolean kept;
  if (!find_last (self, sha256, &record.seq, before, error) ||
      !was_kept (self, &record, &kept, error))
    return FALSE;
  if (kept)
    return TRUE;
  if (record.seq > BRG_STORE_MAX_SEQ)
    return _brg_store_corrupt (self, error, "its log has no number left");
  self->is_unsure = TRUE;
  self->unsure_seq = record.seq;
  chain_of (before, &record, record.chain);
  return _brg_sql_finish (self,
                          _brg_sql_new (self, error, "INSERT INTO log VALUES (?, ?, ?, ?)", "iitt",
                                        (gint64) record.seq, (gint64) record.seconds, record.text,
                                        record.chain),
                          error);
}

static void
record_free (gpointer data)
{
  BrgStoreLogRecord *record = data;

  g_free (record->text);
  g_free (record);
}

static BrgStoreLogRecord *
read_record (BrgStore *self, BrgSql *sql, guint64 expected, GError **error)
{
  gint64 seq, seconds;
  const char *text, *chain;

  if (!_brg_sql_number (self, sql, 0, (gint64) expected, (gint64) expected, "next record", &seq,
                        error) ||
      !_brg_sql_number (self, sql, 1, 0, BRG_STORE_MAX_SEQ, "time of a record", &seconds, error) ||
      !_brg_sql_text (self, sql, 2, MAX_RECORD, FALSE, "record", &text, error) ||
      !_brg_sql_text (self, sql, 3, DIGEST_BYTES * 2, FALSE, "chain", &chain, error))
    return NULL;
  BrgStoreLogRecord *record = g_new0 (BrgStoreLogRecord, 1);
  record->seq = (guint64) seq;
  record->seconds = (guint64) seconds;
  record->text = g_strdup (text);
  g_strlcpy (record->chain, chain, sizeof record->chain);
  return record;
}

/* One record more, if it follows from those before it. */
static gboolean
take_record (BrgStore *self, BrgSql *sql, GPtrArray *records, BrgSha256 chain, GError **error)
{
  g_autoptr (GError) fault = NULL;
  BrgStoreLogRecord *record = read_record (self, sql, records->len, &fault);
  BrgSha256 expected = "";

  if (record != NULL)
    chain_of (chain, record, expected);
  if (record != NULL && strcmp (expected, record->chain) == 0)
    {
      g_strlcpy (chain, expected, sizeof expected);
      g_ptr_array_add (records, record);
      return TRUE;
    }
  if (record != NULL)
    record_free (record);
  return _brg_store_corrupt (self, error,
                             "its log was changed: record %u does not follow from those before it",
                             records->len);
}

static gboolean
read_records (BrgStore *self, GPtrArray *records, GError **error)
{
  BrgStoreScan scan;
  BrgSha256 chain;
  int row = -1;

  if (!_brg_store_get_scan (self, &scan, error))
    return FALSE;
  g_strlcpy (chain, scan.sha256, sizeof chain);
  _brg_store_scan_clear (&scan);
  if (self->format < BRG_STORE_FORMAT_LOG)
    return TRUE;
  g_autoptr (BrgSql) sql =
    _brg_sql_new (self, error, "SELECT seq, seconds, text, chain FROM log ORDER BY seq", "");
  while (sql != NULL && (row = _brg_sql_row (self, sql, error)) > 0)
    if (!take_record (self, sql, records, chain, error))
      return FALSE;
  return row == 0;
}

gboolean
brg_store_read_log (BrgStore *self, GPtrArray **records, GError **error)
{
  g_autoptr (GPtrArray) read = g_ptr_array_new_with_free_func (record_free);
  g_autoptr (GError) fault = NULL;
  gboolean ok = _brg_sql_begin (self, FALSE, NULL, &fault) && read_records (self, read, &fault);

  _brg_sql_end (self);
  *records = NULL;
  if (ok || g_error_matches (fault, BRG_STORE_ERROR, BRG_STORE_ERROR_CORRUPT))
    *records = g_steal_pointer (&read);
  if (!ok)
    g_propagate_error (error, g_steal_pointer (&fault));
  return ok;
}

static gboolean
read_chain (BrgStore *self, BrgSha256 chain, GError **error)
{
  BrgStoreScan scan;
  guint64 next;

  if (!_brg_store_get_scan (self, &scan, error))
    return FALSE;
  gboolean ok = find_last (self, scan.sha256, &next, chain, error);
  _brg_store_scan_clear (&scan);
  return ok;
}

gboolean
brg_store_read_chain (BrgStore *self, BrgSha256 chain, GError **error)
{
  chain[0] = '\0';
  if (self->format < BRG_STORE_FORMAT_LOG)
    return TRUE;
  gboolean ok = _brg_sql_begin (self, FALSE, NULL, error) && read_chain (self, chain, error);
  _brg_sql_end (self);
  return ok;
}
