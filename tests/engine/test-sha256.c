/* SHA-256: the published digests, and GLib's as a twin at every length and split. */

#include <glib.h>
#include <string.h>

#include "engine/brg-sha256.h"

#define MAX_SIZE 400

static void
hash (bool portable, const guint8 *bytes, gsize size, gsize split, char out[BRG_SHA256_TEXT_SIZE])
{
  BrgSha256State state;

  brg_sha256_init (&state);
  state.portable |= portable;
  for (gsize from = 0; from < size; from += split)
    brg_sha256_update (&state, bytes + from, MIN (split, size - from));
  brg_sha256_finish (&state, out);
}

static void
test_published (void)
{
  static const struct
  {
    const char *text, *digest;
  } cases[] = {
    { "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    { "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
  };

  for (gsize c = 0; c < G_N_ELEMENTS (cases); c++)
    for (int portable = 0; portable < 2; portable++)
      {
        char digest[BRG_SHA256_TEXT_SIZE];
        hash (portable, (const guint8 *) cases[c].text, strlen (cases[c].text), 64, digest);
        g_assert_cmpstr (digest, ==, cases[c].digest);
      }
}

static void
test_lengths (void)
{
  static const gsize splits[] = { 1, 7, 63, 64, 65, 128, MAX_SIZE };
  guint8 bytes[MAX_SIZE];

  for (gsize b = 0; b < MAX_SIZE; b++)
    bytes[b] = (guint8) (b * 167 + b / 9);
  for (gsize size = 0; size <= MAX_SIZE; size++)
    {
      g_autofree char *twin = g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes, size);
      for (gsize s = 0; s < 2 * G_N_ELEMENTS (splits); s++)
        {
          char digest[BRG_SHA256_TEXT_SIZE];
          hash (s % 2 == 1, bytes, size, splits[s / 2], digest);
          g_assert_cmpstr (digest, ==, twin);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sha256/published", test_published);
  g_test_add_func ("/sha256/lengths", test_lengths);
  return g_test_run ();
}
