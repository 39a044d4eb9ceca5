#include "verdict.h"

#include <string.h>

#include "files.h"
#include "io/brg-image.h"

GByteArray *
verdict_samples (void)
{
  GByteArray *bytes = g_byte_array_new ();

  for (int n = -32; n < 32; n++)
    {
      guint16 value = GUINT16_TO_LE ((guint16) n);
      g_byte_array_append (bytes, (const guint8 *) &value, 2);
    }
  return bytes;
}

static void
assert_printable (const char *text)
{
  for (; *text != '\0'; text++)
    g_assert_true (*text >= 0x20 && *text < 0x7f);
}

static void
assert_says (const char *text, const char *says)
{
  if (strstr (text, says) == NULL)
    g_error ("\"%s\" does not say \"%s\"", text, says);
}

static void
assert_refused (const char *path, const BrgError *error)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *prefix = g_strconcat (name, ": ", NULL);

  g_assert_cmpint (error->status, !=, BRG_OK);
  g_assert_true (g_str_has_prefix (error->message, prefix));
  assert_printable (error->message);
}

void
verdict_assert (const char *path, Verdict verdict, const char *says)
{
  BrgError error = { 0 };
  BrgImageInfo info = { 0 };
  BrgVolume *volume = brg_image_read_volume (path, &info, NULL, &error);

  if (verdict == REJECT)
    {
      g_assert_null (volume);
      assert_refused (path, &error);
      assert_says (error.message, says);
      return;
    }
  g_assert_cmpstr (error.message, ==, "");
  g_assert_nonnull (volume);
  g_assert_cmpint (info.n_warnings > 0, ==, verdict == WARN);
  assert_printable (info.warnings[0]);
  if (verdict == WARN)
    assert_says (info.warnings[0], says);
  else
    g_assert_cmpint (volume->hu[0] + volume->hu[63], ==, -1);
  brg_volume_unref (volume);
}

void
verdict_assert_bytes (const char *name, const GByteArray *bytes, Verdict verdict, const char *says)
{
  g_autofree char *path = files_write (name, bytes->data, bytes->len);

  verdict_assert (path, verdict, says);
}

void
verdict_read_anything (const char *path)
{
  BrgError error = { 0 };
  BrgImageInfo info = { 0 };
  BrgVolume *volume = brg_image_read_volume (path, &info, NULL, &error);

  if (volume != NULL)
    g_assert_cmpuint (brg_grid_n_voxels (&volume->grid), <=, 8000);
  else
    assert_refused (path, &error);
  for (int w = 0; w < info.n_warnings; w++)
    assert_printable (info.warnings[w]);
  brg_volume_unref (volume);
}

void
verdict_assert_cut (const char *name, const GByteArray *bytes)
{
  for (guint size = 0; size < bytes->len; size++)
    {
      g_autofree char *path = files_write (name, bytes->data, size);
      BrgError error = { 0 };
      g_assert_null (brg_image_read_volume (path, NULL, NULL, &error));
      assert_refused (path, &error);
    }
}

void
verdict_flip_bits (const char *name, GByteArray *bytes, guint n_bytes, guint step)
{
  for (guint bit = 0; bit < 8 * MIN (bytes->len, n_bytes); bit += step)
    {
      bytes->data[bit / 8] ^= (guint8) (1 << bit % 8);
      g_autofree char *path = files_write (name, bytes->data, bytes->len);
      verdict_read_anything (path);
      bytes->data[bit / 8] ^= (guint8) (1 << bit % 8);
    }
  g_free (files_write (name, bytes->data, bytes->len));
}
