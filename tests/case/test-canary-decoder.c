/* No text of a file and no name of one is in the memory of the decoder when it ends. */

#include <string.h>

#include "case/brg-file-private.h"
#include "support/canary.h"
#include "support/dicom-file.h"

#define SIDE 16
#define RUN  128 /* bytes of a literal run of PackBits at most */

static const char *program; /* bregma-dicom itself */

static void
put_u32 (GByteArray *bytes, guint32 value)
{
  guint32 little = GUINT32_TO_LE (value);

  g_byte_array_append (bytes, (const guint8 *) &little, sizeof little);
}

/* A frame in RLE (PS3.5, G): two planes of bytes, each in literal runs. */
static GByteArray *
rle_frame (void)
{
  const guint n_runs = SIDE * SIDE / RUN, plane = n_runs * (RUN + 1);
  GByteArray *bytes = g_byte_array_new ();

  put_u32 (bytes, 2);
  put_u32 (bytes, 64);
  put_u32 (bytes, 64 + plane);
  for (int n = 3; n < 16; n++)
    put_u32 (bytes, 0);
  for (guint run = 0; run < 2 * n_runs; run++)
    {
      guint8 literal[RUN + 1] = { RUN - 1 };
      memset (literal + 1, (int) run, RUN);
      g_byte_array_append (bytes, literal, sizeof literal);
    }
  return bytes;
}

/* Slices with a canary in every text and in their names, and what the decoder is to do with them:
 * the last one is cut. */
static char *
put_slices (const char *folder)
{
  g_autofree char *canary = canary_new (321);
  g_autoptr (GByteArray) frame = rle_frame (), requests = g_byte_array_new ();
  char *input = g_build_filename (folder, "requests", NULL);
  DicomSlice slice = { .syntax = DICOM_RLE,
                       .columns = SIDE,
                       .rows = SIDE,
                       .row_mm = 1,
                       .column_mm = 1,
                       .stream = frame,
                       .canary = canary };

  for (int s = 0; s < 4; s++)
    {
      g_autofree char *name = g_strdup_printf ("%s-%d.dcm", canary, s);
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autoptr (GByteArray) bytes = dicom_slice (&slice);
      guint size = bytes->len - (s == 3 ? 100 : 0);
      g_assert_true (g_file_set_contents (path, (char *) bytes->data, size, NULL));
      g_autofree char *request =
        g_strdup_printf ("0 %" G_GUINT64_FORMAT " %s", s == 1 ? (guint64) size : G_MAXUINT64, path);
      g_byte_array_append (requests, (guint8 *) request, (guint) strlen (request) + 1);
    }
  g_assert_true (g_file_set_contents (input, (char *) requests->data, requests->len, NULL));
  return input;
}

static void
test_memory (void)
{
  g_autofree char *folder = g_dir_make_tmp ("canary-XXXXXX", NULL), *found = NULL;
  g_autofree char *input = put_slices (folder);
  const char *argv[] = { program, NULL };

  if (!canary_run_and_search (argv, input, &found))
    g_test_skip ("processes may not be traced here");
  else if (found != NULL)
    g_error ("%s", found);
  _brg_file_remove_tree (folder);
}

int
main (int argc, char **argv)
{
  const char *asan = g_getenv ("ASAN_OPTIONS");
  g_autofree char *options = g_strconcat (asan != NULL ? asan : "", ":detect_leaks=0",
                                          NULL); /* it cannot be traced itself */

  g_test_init (&argc, &argv, NULL);
  program = argv[1];
  g_setenv ("ASAN_OPTIONS", options, TRUE);
  g_setenv ("LD_BIND_NOW", "1", TRUE); /* see test-canary */
  g_test_add_func ("/canary-decoder/memory", test_memory);
  return g_test_run ();
}
