/* Deflated pieces: what goes in comes out, and nothing else ever does. */

#include <glib.h>
#include <string.h>

#include "engine/brg-random.h"
#include "io/brg-pack-filter.h"
#include "io/brg-pack.h"

#define GUARD      64
#define GUARD_BYTE 0xa5

/* Bytes of three kinds: one value, a ramp with noise as a scan has, and noise. */
static guint8 *
bytes_new (gsize size, int kind)
{
  guint8 *bytes = g_malloc (size + 1);
  BrgRandom random = brg_random_new (7, (uint64_t) kind);

  for (gsize b = 0; b < size; b++)
    bytes[b] = kind == 0   ? 42
               : kind == 1 ? (guint8) (b / 500 + (brg_random_next (&random) & 3))
                           : (guint8) brg_random_next (&random);
  return bytes;
}

/* A pack with room behind it, as a store reads it. */
static BrgPack
pack_copy (const BrgPack *pack, gsize n_bytes)
{
  BrgPack copy = { g_malloc (n_bytes + BRG_PACK_TAIL), n_bytes, pack->crc };

  memcpy (copy.bytes, pack->bytes, n_bytes);
  return copy;
}

static BrgPack
pack_new (const guint8 *bytes, gsize size)
{
  BrgPack made, copy;
  BrgError error = { 0 };

  g_assert_cmpint (brg_pack_deflate (NULL, bytes, size, &made, &error), ==, BRG_OK);
  copy = pack_copy (&made, made.n_bytes);
  brg_pack_clear (&made);
  g_assert_null (made.bytes);
  return copy;
}

/* Inflates a copy of `pack` cut to `n_bytes` into `size` bytes between guards; TRUE when that is
 * sound, and then it must be `expected`. */
static gboolean
inflates (const BrgPack *pack, gsize n_bytes, gsize size, const guint8 *expected)
{
  BrgPack copy = pack_copy (pack, n_bytes);
  g_autofree guint8 *out = g_malloc (size + 2 * GUARD);
  BrgError error = { 0 };

  memset (out, GUARD_BYTE, size + 2 * GUARD);
  BrgStatus status = brg_pack_inflate (&copy, out + GUARD, size, &error);
  for (gsize g = 0; g < GUARD; g++)
    {
      g_assert_cmpint (out[g], ==, GUARD_BYTE);
      g_assert_cmpint (out[GUARD + size + g], ==, GUARD_BYTE);
    }
  g_free (copy.bytes);
  if (status == BRG_OK)
    g_assert_cmpint (memcmp (out + GUARD, expected, size), ==, 0);
  else
    {
      g_assert_cmpint (status, ==, BRG_FORMAT);
      g_assert_cmpint (error.status, ==, BRG_FORMAT);
      g_assert_cmpint (error.message[0], !=, '\0');
    }
  return status == BRG_OK;
}

static void
test_round_trip (void)
{
  static const gsize sizes[] = { 0, 1, 2, 4095, 65536, 1 << 20 };

  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (int kind = 0; kind < 3; kind++)
      {
        g_autofree guint8 *bytes = bytes_new (sizes[s], kind);
        BrgPack pack = pack_new (bytes, sizes[s]);
        g_assert_true (inflates (&pack, pack.n_bytes, sizes[s], bytes));
        g_assert_true (brg_pack_may_hold (pack.n_bytes, sizes[s]));
        if (kind == 0 && sizes[s] == 1 << 20)
          g_assert_cmpuint (pack.n_bytes, <, sizes[s] / 100);
        g_free (pack.bytes);
      }
}

/* Without the empty blocks at its end a piece still holds everything. */
static void
test_truncated (void)
{
  g_autofree guint8 *bytes = bytes_new (20000, 1);
  BrgPack pack = pack_new (bytes, 20000);

  for (gsize n = 0; n < pack.n_bytes; n++)
    g_assert_true (!inflates (&pack, n, 20000, bytes) || n + 16 > pack.n_bytes);
  g_free (pack.bytes);
}

static void
test_other_size (void)
{
  g_autofree guint8 *bytes = bytes_new (20000, 1);
  BrgPack pack = pack_new (bytes, 20000);
  static const gsize sizes[] = { 0, 1, 19999, 20001, 1 << 20 };

  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    g_assert_false (inflates (&pack, pack.n_bytes, sizes[s], NULL));
  g_free (pack.bytes);
}

/* A flipped bit that no reader looks at may pass, with the same bytes. */
static void
test_flipped (void)
{
  g_autofree guint8 *bytes = bytes_new (3000, 1);
  BrgPack pack = pack_new (bytes, 3000);
  guint n_refused = 0;

  for (gsize bit = 0; bit < pack.n_bytes * 8; bit++)
    {
      pack.bytes[bit / 8] ^= (guint8) (1 << bit % 8);
      n_refused += inflates (&pack, pack.n_bytes, 3000, bytes) ? 0 : 1;
      pack.bytes[bit / 8] ^= (guint8) (1 << bit % 8);
    }
  g_assert_cmpuint (n_refused, >, pack.n_bytes * 8 - 64);
  pack.crc ^= 1;
  g_assert_false (inflates (&pack, pack.n_bytes, 3000, NULL));
  g_free (pack.bytes);
}

static void
test_noise (void)
{
  for (int n = 0; n < 2000; n++)
    {
      g_autofree guint8 *bytes = bytes_new ((gsize) n % 300, 2 + n);
      BrgPack pack = { bytes, (gsize) n % 300, 0x12345678 };
      g_assert_false (inflates (&pack, pack.n_bytes, 4096, NULL));
    }
}

/* An empty last block, as other deflaters write it, does not belong there. */
static void
test_ended (void)
{
  g_autofree guint8 *bytes = bytes_new (500, 1);
  BrgPack pack = pack_new (bytes, 500);
  BrgPack longer = { g_malloc0 (pack.n_bytes + 2), pack.n_bytes + 2, pack.crc };

  memcpy (longer.bytes, pack.bytes, pack.n_bytes);
  longer.bytes[pack.n_bytes] = 3;
  g_assert_false (inflates (&longer, longer.n_bytes, 500, NULL));
  g_free (longer.bytes);
  g_free (pack.bytes);
}

static void
test_limits (void)
{
  guint8 byte = 0;
  BrgPack pack;
  BrgError error = { 0 };

  g_assert_cmpint (brg_pack_deflate (NULL, &byte, BRG_PACK_MAX_BYTES + 1, &pack, &error), ==,
                   BRG_INVALID);
  g_assert_nonnull (strstr (error.message, "1073741825 bytes"));
  g_assert_null (pack.bytes);
  pack = (BrgPack){ &byte, 0, 0 };
  g_assert_cmpint (brg_pack_inflate (&pack, &byte, BRG_PACK_MAX_BYTES + 1, &error), ==, BRG_FORMAT);
  g_assert_true (brg_pack_may_hold (10, 10 * 1032));
  g_assert_false (brg_pack_may_hold (10, 12 * 1032));
  g_assert_false (brg_pack_may_hold (20000, UINT64_C (1) << 41));
}

/* Steps as large as there are, in rows of every width up to some words. */
static void
test_filter (void)
{
  for (gsize n_row = 1; n_row < 40; n_row++)
    {
      gsize n = n_row * 9;
      g_autofree gint16 *samples = (gint16 *) bytes_new (2 * n, 2), *back = g_new (gint16, n);
      g_autofree guint8 *bytes = g_malloc (2 * n);
      samples[0] = G_MAXINT16;
      samples[n_row] = G_MININT16;
      brg_pack_split (samples, n, n_row, bytes);
      brg_pack_join (bytes, n, n_row, back);
      g_assert_cmpint (memcmp (samples, back, 2 * n), ==, 0);
    }
}

/* The bytes that files hold. */
static void
test_filter_bytes (void)
{
  static const gint16 samples[] = { 0, -1, 1000, 1, -1, -1024 };
  static const guint8 expected[] = { 0x00, 0x01, 0xd0, 0x02, 0x00, 0xcf,
                                     0x00, 0x00, 0x07, 0x00, 0x00, 0x0f };
  guint8 bytes[sizeof expected];

  brg_pack_split (samples, 6, 3, bytes);
  g_assert_cmpmem (bytes, sizeof bytes, expected, sizeof expected);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pack/round-trip", test_round_trip);
  g_test_add_func ("/pack/truncated", test_truncated);
  g_test_add_func ("/pack/other-size", test_other_size);
  g_test_add_func ("/pack/flipped", test_flipped);
  g_test_add_func ("/pack/noise", test_noise);
  g_test_add_func ("/pack/ended", test_ended);
  g_test_add_func ("/pack/limits", test_limits);
  g_test_add_func ("/pack/filter", test_filter);
  g_test_add_func ("/pack/filter-bytes", test_filter_bytes);
  return g_test_run ();
}
