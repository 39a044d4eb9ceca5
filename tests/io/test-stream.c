/* The hardened reader: plain and gzip, every cut, every flipped bit, files that are not files. */

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "io/brg-stream.h"

#define FIRST_BUFFER 8192u /* of a stream, and the ones after it */
#define BUFFER       131072u
#define BIG          300001 /* more than two buffers, odd */

static GByteArray *
pattern (size_t size)
{
  GByteArray *bytes = g_byte_array_sized_new ((guint) size);

  g_byte_array_set_size (bytes, (guint) size);
  for (size_t i = 0; i < size; i++)
    bytes->data[i] = (guint8) ((i * i) >> 3);
  return bytes;
}

/* Reads `expected` from a file holding `stored`, in pieces of `piece`, and finishes. */
static BrgStatus
read_all (const GByteArray *stored,
          const GByteArray *expected,
          bool gzip,
          size_t piece,
          guint64 *surplus,
          BrgError *error)
{
  char *path = files_write ("stream", stored->data, stored->len);
  BrgStream *stream = brg_stream_open (path, error);
  guint8 *got = g_malloc (expected->len + 1);
  BrgStatus status = BRG_OK;

  g_assert_nonnull (stream);
  if (gzip)
    status = brg_stream_start_gzip (stream, error);
  for (size_t at = 0; status == BRG_OK && at < expected->len; at += piece)
    status = brg_stream_read (stream, got + at, MIN (piece, expected->len - at), error);
  uint64_t left = 0;
  if (status == BRG_OK)
    status = brg_stream_finish (stream, &left, error);
  *surplus = left;
  if (status == BRG_OK)
    g_assert_cmpmem (got, expected->len, expected->data, expected->len);
  brg_stream_close (stream);
  g_free (got);
  g_remove (path);
  g_free (path);
  return status;
}

static void
test_read (void)
{
  static const size_t pieces[] = { 1, 997, 131072, BIG };
  GByteArray *bytes = pattern (BIG), *zipped = g_byte_array_new ();
  BrgError error = { 0 };
  guint64 surplus;

  files_gzip (zipped, bytes->data, 1000);
  files_gzip (zipped, bytes->data, 0);
  files_gzip (zipped, bytes->data + 1000, BIG - 1000);
  for (size_t p = 0; p < G_N_ELEMENTS (pieces); p++)
    {
      g_assert_cmpint (read_all (bytes, bytes, false, pieces[p], &surplus, &error), ==, BRG_OK);
      g_assert_cmpuint (surplus, ==, 0);
      g_assert_cmpint (read_all (zipped, bytes, true, pieces[p], &surplus, &error), ==, BRG_OK);
      g_assert_cmpuint (surplus, ==, 0);
    }
  g_byte_array_unref (bytes);
  g_byte_array_unref (zipped);
}

/* Members whose two magic bytes fall on either side of the end of a buffer: noise does not
 * compress, so the size of the first member follows the size of its input, with 18 bytes of frame
 * and a few for each block. */
static void
check_members_across (size_t end)
{
  GByteArray *bytes = pattern (end + 9000);
  GRand *rand = g_rand_new_with_seed (7);
  BrgError error = { 0 };
  guint64 surplus;
  bool crossed = false;

  for (guint i = 0; i < bytes->len; i++)
    bytes->data[i] = (guint8) g_rand_int (rand);
  for (size_t first = end - 90; first < end - 10; first++)
    {
      GByteArray *zipped = g_byte_array_new ();
      files_gzip (zipped, bytes->data, first);
      crossed = crossed || zipped->len == end - 1;
      files_gzip (zipped, bytes->data + first, bytes->len - first);
      g_assert_cmpint (read_all (zipped, bytes, true, bytes->len, &surplus, &error), ==, BRG_OK);
      g_assert_cmpuint (surplus, ==, 0);
      g_byte_array_unref (zipped);
    }
  g_assert_true (crossed);
  g_rand_free (rand);
  g_byte_array_unref (bytes);
}

static void
test_members_across_buffers (void)
{
  check_members_across (FIRST_BUFFER);
  check_members_across (FIRST_BUFFER + BUFFER);
}

/* Reading, skipping and looking ahead give the same bytes within a buffer and across buffers. */
static void
test_ahead (void)
{
  static const guint steps[] = { 1, 100, FIRST_BUFFER - 150, 60, 0, 5000, BUFFER, 3, 90000 };
  GByteArray *bytes = pattern (BIG);
  char *path = files_write ("stream", bytes->data, bytes->len);
  BrgStream *stream = brg_stream_open (path, NULL);
  static guint8 got[BIG];
  guint at = 0;

  for (size_t s = 0; s < G_N_ELEMENTS (steps); s++)
    {
      for (guint offset = 0; offset < MIN (2 * BUFFER, BIG - at); offset += 7777)
        {
          guint size = MIN (offset / 2 + 1, BIG - at - offset);
          g_assert_cmpint (brg_stream_read_at (stream, offset, got, size, NULL), ==, BRG_OK);
          g_assert_true (memcmp (got, bytes->data + at + offset, size) == 0);
        }
      if (s % 2 == 0)
        g_assert_cmpint (brg_stream_skip (stream, steps[s], NULL), ==, BRG_OK);
      else
        {
          g_assert_cmpint (brg_stream_read (stream, got, steps[s], NULL), ==, BRG_OK);
          g_assert_true (memcmp (got, bytes->data + at, steps[s]) == 0);
        }
      at += steps[s];
      g_assert_cmpuint (brg_stream_left (stream), ==, BIG - at);
    }
  g_assert_cmpint (brg_stream_skip (stream, BIG, NULL), ==, BRG_FORMAT);
  brg_stream_close (stream);
  g_remove (path);
  g_free (path);
  g_byte_array_unref (bytes);
}

static void
test_every_prefix (void)
{
  GByteArray *bytes = pattern (600), *zipped = g_byte_array_new ();
  guint64 surplus;

  files_gzip (zipped, bytes->data, 300);
  files_gzip (zipped, bytes->data + 300, 300);
  guint whole = zipped->len;
  for (zipped->len = 0; zipped->len < whole; zipped->len++)
    {
      BrgError error = { 0 };
      g_assert_cmpint (read_all (zipped, bytes, true, 64, &surplus, &error), ==, BRG_FORMAT);
      g_assert_cmpstr (error.message, !=, "");
    }
  g_byte_array_unref (bytes);
  g_byte_array_unref (zipped);
}

/* Whatever bit is flipped in a gzip member, the bytes read are right or the reading fails: the CRC
 * sees to it. */
static void
test_every_bit (void)
{
  GByteArray *bytes = pattern (300), *zipped = g_byte_array_new ();
  guint64 surplus;
  int n_read = 0;

  files_gzip (zipped, bytes->data, bytes->len);
  for (guint bit = 0; bit < zipped->len * 8; bit++)
    {
      BrgError error = { 0 };
      zipped->data[bit / 8] ^= (guint8) (1 << bit % 8);
      if (read_all (zipped, bytes, true, 4096, &surplus, &error) == BRG_OK)
        n_read++;
      zipped->data[bit / 8] ^= (guint8) (1 << bit % 8);
    }
  g_assert_cmpint (n_read, <=, 8 * 8); /* time, flags, system: the fields of no effect */
  g_byte_array_unref (bytes);
  g_byte_array_unref (zipped);
}

static void
test_surplus (void)
{
  GByteArray *bytes = pattern (BIG), *zipped = g_byte_array_new (), *wanted = pattern (BIG - 1000);
  BrgError error = { 0 };
  guint64 surplus;

  files_gzip (zipped, bytes->data, bytes->len);
  g_byte_array_append (zipped, (const guint8 *) "tail", 4);
  g_assert_cmpint (read_all (zipped, wanted, true, BIG, &surplus, &error), ==, BRG_OK);
  g_assert_cmpuint (surplus, ==, 1004);
  g_byte_array_set_size (wanted, 100);
  g_assert_cmpint (read_all (zipped, wanted, true, BIG, &surplus, &error), ==, BRG_FORMAT);
  g_assert_nonnull (strstr (error.message, "64 KiB"));
  g_assert_cmpint (read_all (bytes, wanted, false, BIG, &surplus, &error), ==, BRG_OK);
  g_assert_cmpuint (surplus, ==, BIG - 100);
  g_byte_array_unref (bytes);
  g_byte_array_unref (zipped);
  g_byte_array_unref (wanted);
}

static void
test_lines (void)
{
  char text[] = "one\ntwo\r\n\nlast", line[6];
  char *path = files_write ("lines", text, sizeof text - 1);
  BrgError error = { 0 };
  BrgStream *stream = brg_stream_open (path, &error);
  static const char *expected[] = { "one", "two", "", "last" };
  size_t length;
  bool ended;

  for (int i = 0; i < 4; i++)
    {
      g_assert_cmpint (brg_stream_read_line (stream, line, sizeof line, &length, &ended, &error),
                       ==, BRG_OK);
      g_assert_cmpstr (line, ==, expected[i]);
      g_assert_cmpuint (length, ==, strlen (expected[i]));
      g_assert_cmpint (ended, ==, i == 3);
    }
  g_assert_cmpint (brg_stream_get (stream, &error), ==, -1);
  brg_stream_close (stream);

  stream = brg_stream_open (path, &error);
  g_assert_cmpint (brg_stream_read_line (stream, line, 3, &length, &ended, &error), ==, BRG_FORMAT);
  brg_stream_close (stream);
  stream = brg_stream_open (path, &error);
  for (int i = 0; i < 3; i++)
    g_assert_cmpint (brg_stream_skip_line (stream, &error), ==, BRG_OK);
  g_assert_cmpuint (brg_stream_left (stream), ==, 4);
  g_assert_cmpint (brg_stream_skip_line (stream, &error), ==, BRG_FORMAT);
  brg_stream_close (stream);
  g_remove (path);
  g_free (path);
}

static void
assert_beside (const BrgStream *stream, const char *name, const char *message)
{
  BrgError error = { 0 };
  BrgStream *beside = brg_stream_open_beside (stream, name, &error);

  if (message == NULL)
    g_assert_nonnull (beside);
  else
    {
      g_assert_null (beside);
      g_assert_nonnull (strstr (error.message, message));
    }
  brg_stream_close (beside);
}

static void
test_beside (void)
{
  char *header = files_write ("header", "x", 1), *data = files_write ("data", "y", 1);
  char *link = files_path ("link"), *hard = files_path ("hard"), *pipe = files_path ("pipe");
  char *folder = files_path ("folder");
  BrgError error = { 0 };
  BrgStream *stream = brg_stream_open (header, &error);

  g_assert_cmpint (symlink (data, link), ==, 0);
  g_assert_cmpint (linkat (-1, header, -1, hard, 0), ==, 0);
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  assert_beside (stream, "data", NULL);
  assert_beside (stream, "link", "cannot open");
  assert_beside (stream, "header", "is the header itself");
  assert_beside (stream, "hard", "is the header itself");
  assert_beside (stream, "pipe", "not a regular file");
  assert_beside (stream, "folder", "is a folder");
  assert_beside (stream, "none", "No such file");
  assert_beside (stream, "", "plain file name");
  assert_beside (stream, "-", "plain file name");
  assert_beside (stream, ".", "plain file name");
  assert_beside (stream, "..", "plain file name");
  assert_beside (stream, data, "plain file name");
  assert_beside (stream, "../data", "plain file name");
  assert_beside (stream, "folder/../data", "plain file name");
  assert_beside (stream, "..\\data", "plain file name");
  brg_stream_close (stream);
  g_assert_null (brg_stream_open (pipe, &error));
  g_assert_null (brg_stream_open (folder, &error));
  g_assert_null (brg_stream_open ("/dev/zero", &error));
  g_assert_nonnull (strstr (error.message, "not a regular file"));
  stream = brg_stream_open (link, &error);
  g_assert_nonnull (stream);
  brg_stream_close (stream);
  for (char **path = (char *[]){ header, data, link, hard, pipe, folder, NULL }; *path; path++)
    {
      g_remove (*path);
      g_free (*path);
    }
}

/* Every part of a file reads as that part alone would, and ends where it does. */
static void
test_part (void)
{
  static const guint edges[] = { 0, 1, 131072, 200000, BIG };
  g_autoptr (GByteArray) bytes = pattern (BIG);
  g_autofree char *path = files_write ("parts", bytes->data, bytes->len);
  g_autofree guint8 *got = g_malloc (BIG);

  for (size_t from = 0; from < G_N_ELEMENTS (edges); from++)
    for (size_t to = from; to < G_N_ELEMENTS (edges); to++)
      {
        guint size = edges[to] - edges[from], half = size / 2;
        BrgFilePart part = { path, edges[from], edges[to] == BIG ? BRG_FILE_PART_ALL : size };
        BrgError error = { 0 };
        BrgStream *stream = brg_stream_open_part (&part, &error);
        g_assert_nonnull (stream);
        g_assert_cmpuint (brg_stream_left (stream), ==, size);
        g_assert_cmpint (brg_stream_read_at (stream, half, got, size - half, &error), ==, BRG_OK);
        g_assert_cmpmem (got, size - half, bytes->data + edges[from] + half, size - half);
        g_assert_cmpint (brg_stream_read_at (stream, half, got, size - half + 1, &error), ==,
                         BRG_FORMAT);
        g_assert_cmpint (brg_stream_pass (stream, half, &error), ==, BRG_OK);
        g_assert_cmpint (brg_stream_read (stream, got, size - half, &error), ==, BRG_OK);
        g_assert_cmpmem (got, size - half, bytes->data + edges[from] + half, size - half);
        g_assert_cmpint (brg_stream_read (stream, got, 1, &error), ==, BRG_FORMAT);
        brg_stream_close (stream);
      }
  g_remove (path);
}

static void
test_part_beyond (void)
{
  g_autofree char *path = files_write ("parts", "0123456789", 10);
  const BrgFilePart parts[] = { { path, 0, 11 },         { path, 11, BRG_FILE_PART_ALL },
                                { path, 11, 0 },         { path, 5, 6 },
                                { path, UINT64_MAX, 5 }, { path, 5, UINT64_MAX - 1 } };

  for (size_t p = 0; p < G_N_ELEMENTS (parts); p++)
    {
      BrgError error = { 0 };
      g_assert_null (brg_stream_open_part (&parts[p], &error));
      g_assert_nonnull (strstr (error.message, "10 bytes"));
    }
  g_remove (path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  files_begin ();
  g_test_add_func ("/io/stream/read", test_read);
  g_test_add_func ("/io/stream/members-across-buffers", test_members_across_buffers);
  g_test_add_func ("/io/stream/ahead", test_ahead);
  g_test_add_func ("/io/stream/every-prefix", test_every_prefix);
  g_test_add_func ("/io/stream/every-bit", test_every_bit);
  g_test_add_func ("/io/stream/surplus", test_surplus);
  g_test_add_func ("/io/stream/lines", test_lines);
  g_test_add_func ("/io/stream/beside", test_beside);
  g_test_add_func ("/io/stream/part", test_part);
  g_test_add_func ("/io/stream/part-beyond", test_part_beyond);
  int failed = g_test_run ();
  files_end ();
  return failed;
}
