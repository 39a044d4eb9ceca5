/* NRRD files as strangers send them: each is read right, read with a warning, or refused with one
 * line that names the file; none crashes, hangs or fills the memory. */

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>

#include "files.h"
#include "io/brg-image.h"
#include "io/brg-nrrd.h"
#include "verdict.h"

/* The base header, 4 x 4 x 4 int16 whose sample n is n - 32; a case replaces one line. */
static const char *base[][2] = {
  { "type", "short" },
  { "dimension", "3" },
  { "space", "left-posterior-superior" },
  { "sizes", "4 4 4" },
  { "space directions", "(1,0,0) (0,1,0) (0,0,2)" },
  { "kinds", "domain domain domain" },
  { "endian", "little" },
  { "encoding", "raw" },
  { "space origin", "(0,0,0)" },
};

typedef struct
{
  const char *field; /* replaced, or added at the end if the base has none of the name */
  const char *value; /* NULL: the line is left out */
  Verdict verdict;
  const char *says; /* part of the warning or error */
} Case;

static const Case cases[] = {
  { "content", "plain", ACCEPT, NULL },
  { "content", "\xff\xfe\xc0\xaf", ACCEPT, NULL },
  { "sizes", "0 4 4", REJECT, "size of axis 1 is \"0\", must be 1 to 65535" },
  { "sizes", "-4 4 4", REJECT, "size of axis 1" },
  { "sizes", "4 nan 4", REJECT, "size of axis 2" },
  { "sizes", "4.5 4 4", REJECT, "size of axis 1" },
  { "sizes", "4 4 0x4", REJECT, "size of axis 3 is \"0x4\"" },
  { "sizes", "4 4", REJECT, "2 sizes" },
  { "sizes", "4 4 4 4", REJECT, "more than 3" },
  { "sizes", "4,4,4", REJECT, "size of axis 1" },
  { "sizes", "65536 1 1", REJECT, "65535" },
  { "sizes", "4294967296 4294967296 2", REJECT, "size of axis 1" },
  { "sizes", "99999999999999999999999 1 1", REJECT, "size of axis 1" },
  { "sizes", "65535 65535 65535", REJECT, "too many" },
  { "sizes", "65535 65535 2", REJECT, "declares" },
  { "sizes", "4 4 5", REJECT, "160 bytes of voxels but only 128" },
  { "sizes", NULL, REJECT, "no sizes" },
  { "dimension", NULL, REJECT, "no dimension" },
  { "dimension", "4", REJECT, "3 sizes for 4" },
  { "dimension", "2", REJECT, "has 2 axes" },
  { "dimension", "17", REJECT, "dimension" },
  { "dimension", "-3", REJECT, "dimension" },
  { "type", NULL, REJECT, "no type" },
  { "type", "block", REJECT, "type \"block\"" },
  { "type", "float128", REJECT, "float128" },
  { "type", "short\x1b[31m\xff", REJECT, "short?[31m?" },
  { "encoding", NULL, REJECT, "no encoding" },
  { "encoding", "bzip2", REJECT,
    "encoding \"bzip2\" cannot be read; raw, gzip, ascii and hex can" },
  { "encoding", "gzip", REJECT, "gzip data is corrupt" },
  { "encoding", "ascii", REJECT, "not a number" },
  { "encoding", "hex", REJECT, "bytes of voxels" },
  { "endian", NULL, REJECT, "no endian" },
  { "endian", "middle", REJECT, "middle" },
  { "endian", "big", WARN, "byte order" },
  { "space", NULL, WARN, "orientation is unknown" },
  { "space", "scanner-xyz", WARN, "orientation is unknown" },
  { "space", "3D-right-handed", WARN, "orientation is unknown" },
  { "space", "LPS", ACCEPT, NULL },
  { "space", "ras", ACCEPT, NULL },
  { "space", "Left-Anterior-Superior", ACCEPT, NULL },
  { "space", "left-posterior-superior-time", REJECT, "space" },
  { "space", "LPI", REJECT, "space \"LPI\"" },
  { "space directions", "(nan,0,0) (0,1,0) (0,0,2)", REJECT, "spacing of axis 1" },
  { "space directions", "(inf,0,0) (0,1,0) (0,0,2)", REJECT, "spacing of axis 1" },
  { "space directions", "(1,0,0) (0,0,0) (0,0,2)", REJECT, "spacing of axis 2" },
  { "space directions", "(1,0,0) (1,0,0) (0,0,2)", REJECT, "degenerate" },
  { "space directions", "(1e300,0,0) (0,1,0) (0,0,2)", REJECT, "spacing of axis 1" },
  { "space directions", "(1e-300,0,0) (0,1,0) (0,0,2)", REJECT, "spacing of axis 1" },
  { "space directions", "(1,0,0) (0,1,0) (0,0.6,2)", WARN, "tilted by 16.7 degrees" },
  { "space directions", "(1,0,0 (0,1,0) (0,0,2)", REJECT, "space directions" },
  { "space directions", "(0,5,0,0) (0,1,0) (0,0,2)", REJECT, "space directions" },
  { "space directions", "(1,0,0) (0,1,0)", REJECT, "space directions" },
  { "space directions", "(1,0,0) (0,1,0) (0,0,2) (1,0,0)", REJECT, "space directions" },
  { "space directions", "(1,0,0) (0,1,0) none", REJECT, "2 are of space" },
  { "space directions", " ( 1 , 0 , 0 )(0,1,0)\t(0,0,2) ", ACCEPT, NULL },
  { "space directions", NULL, WARN, "1 mm is assumed" },
  { "space origin", "(nan,nan,nan)", WARN, "origin is unknown" },
  { "space origin", "(inf,0,0)", REJECT, "origin" },
  { "space origin", "(0,0,1e30)", REJECT, "origin 0, 0, 1e+30 mm is more" },
  { "space origin", "(0,0)", REJECT, "origin" },
  { "space origin", "0 0 0", REJECT, "origin" },
  { "space origin", NULL, ACCEPT, NULL },
  { "kinds", "list domain domain", REJECT, "has 3 axes" },
  { "kinds", "domain domain", REJECT, "kinds" },
  { "kinds", NULL, ACCEPT, NULL },
  { "space units", "\"mm\" \"mm\" \"mm\"", ACCEPT, NULL },
  { "space units", "\"mm\" \"cm\" \"mm\"", REJECT, "is in \"cm\"" },
  { "space units", "\"", ACCEPT, NULL },
  { "byte skip", "-1", ACCEPT, NULL },
  { "byte skip", "-2", REJECT, "byte skip" },
  { "byte skip", "9223372036854775807", REJECT, "past its end" },
  { "byte skip", "1", REJECT, "declares" },
  { "line skip", "2147483647", REJECT, "lines to be skipped" },
  { "sizes ", "4 4 4", REJECT, "\"sizes\" twice" },
  { "spacedirections", "(1,0,0) (0,1,0) (0,0,2)", REJECT, "twice" },
  { "old min", "5", ACCEPT, NULL },
  { "what is this", "5", WARN, "of the header is no known field" },
  { "data file", "../../../../../../etc/passwd", REJECT, "plain file name" },
  { "data file", "/etc/passwd", REJECT, "plain file name" },
  { "data file", "-", REJECT, "plain file name" },
  { "data file", "/dev/zero", REJECT, "plain file name" },
  { "data file", "case.nrrd", REJECT, "is the header itself" },
  { "data file", "./case.nrrd", REJECT, "is the header itself" },
  { "data file", "x%d%n%s 1 2 1", REJECT, "pattern" },
  { "data file", "x%d.raw 0 2147483647 1", REJECT, "pattern" },
  { "data file", "none.raw", REJECT, "none.raw: cannot open" },
  { "data file", "LIST", REJECT, "list of data files" },
};

/* Header with a line replaced, ending in the blank line. */
static GByteArray *
header_with (const char *field, const char *value, const char *end)
{
  GString *text = g_string_new ("NRRD0005\n");
  bool replaced = false;

  for (size_t i = 0; i < G_N_ELEMENTS (base); i++)
    {
      bool here = field != NULL && strcmp (field, base[i][0]) == 0;
      replaced = replaced || here;
      if (!here || value != NULL)
        g_string_append_printf (text, "%s: %s\n", base[i][0], here ? value : base[i][1]);
    }
  if (field != NULL && !replaced)
    g_string_append_printf (text, "%s: %s\n", field, value);
  g_string_append (text, end);
  GByteArray *bytes = g_byte_array_new ();
  g_byte_array_append (bytes, (const guint8 *) text->str, (guint) text->len);
  g_string_free (text, TRUE);
  return bytes;
}

static void
test_cases (void)
{
  GByteArray *raw = verdict_samples ();

  for (size_t c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      GByteArray *file = header_with (cases[c].field, cases[c].value, "\n");
      g_byte_array_append (file, raw->data, raw->len);
      if (cases[c].field != NULL && strcmp (cases[c].field, "endian") == 0)
        for (int n = 0; n < 128; n += 2)
          file->data[file->len - 128 + n] = 0x80; /* 0x0080 is an HU, 0x8000 is none */
      char *shown = g_strescape (cases[c].value != NULL ? cases[c].value : "left out", NULL);
      g_test_message ("%s: %s", cases[c].field, shown);
      g_free (shown);
      verdict_assert_bytes ("case.nrrd", file, cases[c].verdict, cases[c].says);
      g_byte_array_unref (file);
    }
  g_byte_array_unref (raw);
}

static void
assert_file (const char *header, const void *data, size_t size, Verdict verdict, const char *says)
{
  GByteArray *file = g_byte_array_new ();

  g_byte_array_append (file, (const guint8 *) header, (guint) strlen (header));
  g_byte_array_append (file, data, (guint) size);
  verdict_assert_bytes ("whole.nrrd", file, verdict, says);
  g_byte_array_unref (file);
}

/* Files wrong as a whole rather than in one line. */
static void
test_whole (void)
{
  GByteArray *raw = verdict_samples (), *good = header_with (NULL, NULL, "\n");
  GByteArray *unended = header_with (NULL, NULL, "");
  GByteArray *nul = header_with ("content", "a?b", "\n");
  char *header = g_strndup ((char *) good->data, good->len);
  char **lines = g_strsplit (header, "\n", 0);
  char *crlf = g_strjoinv ("\r\n", lines);
  char *cut = g_strndup ((char *) unended->data, unended->len);
  char *future = g_strconcat ("NRRD0009", header + 8, NULL);
  char *long_line = g_strnfill (8 << 20, 'A');
  char *long_header = g_strconcat ("NRRD0005\ncontent: ", long_line, header + 8, NULL);
  GString *many = g_string_new ("NRRD0005");

  for (int i = 0; i < 200000; i++)
    g_string_append_printf (many, "\nk%d:=v", i);
  g_string_append (many, header + 8);
  assert_file (header, raw->data, raw->len, ACCEPT, NULL);
  assert_file (crlf, raw->data, raw->len, ACCEPT, NULL);
  g_byte_array_append (raw, (const guint8 *) "XXXX", 4);
  assert_file (header, raw->data, raw->len, WARN, "4 bytes after the voxels");
  assert_file (header, raw->data, 100, REJECT, "128 bytes of voxels but only 100");
  assert_file ("", "", 0, REJECT, "whole.nrrd: is empty");
  assert_file ("P5\n4 4\n", raw->data, 128, REJECT, "is no NRRD, NIfTI or MetaImage file");
  assert_file ("NRRD0005", "", 0, REJECT, "cut off");
  assert_file ("NRRD0005\n", "", 0, REJECT, "cut off");
  assert_file ("NRRD0005\nno field\n\n", "", 0, REJECT, "line 2 of the header is not a field");
  assert_file (future, raw->data, 128, REJECT, "version");
  assert_file (cut, "", 0, REJECT, "cut off");
  assert_file (long_header, raw->data, 128, REJECT, "longer than");
  assert_file (many->str, raw->data, 128, REJECT, "lines");
  for (guint i = 0; i < nul->len; i++)
    nul->data[i] = nul->data[i] == '?' ? 0 : nul->data[i];
  assert_file ("", nul->data, nul->len, REJECT, "NUL");
  g_string_free (many, TRUE);
  g_byte_array_unref (raw);
  g_byte_array_unref (good);
  g_byte_array_unref (unended);
  g_byte_array_unref (nul);
  g_free (header);
  g_free (crlf);
  g_strfreev (lines);
  g_free (cut);
  g_free (future);
  g_free (long_line);
  g_free (long_header);
}

/* A gzip file in the base header: members of `sizes` bytes from `bytes`. */
static GByteArray *
gzip_file (const char *field, const char *value, const GByteArray *bytes)
{
  GByteArray *file = header_with ("encoding", "gzip", "");

  if (field != NULL)
    {
      g_byte_array_unref (file);
      file = header_with (field, value, "");
    }
  g_byte_array_append (file, (const guint8 *) "\n", 1);
  files_gzip (file, bytes->data, bytes->len);
  return file;
}

static void
test_gzip (void)
{
  GByteArray *raw = verdict_samples (), *file = gzip_file (NULL, NULL, raw);
  guint whole = file->len;
  struct rusage before, after;

  verdict_assert_cut ("cut.nrrd", file);
  file->data[whole - 8] ^= 1;
  assert_file ("", file->data, whole, REJECT, "incorrect data check");
  file->data[whole - 8] ^= 1;
  file->data[whole - 1] ^= 1;
  assert_file ("", file->data, whole, REJECT, "incorrect length check");
  g_byte_array_unref (file);

  GByteArray *zeros = g_byte_array_new ();
  g_byte_array_set_size (zeros, 64 << 20);
  memset (zeros->data, 0, zeros->len);
  file = gzip_file (NULL, NULL, zeros);
  getrusage (RUSAGE_SELF, &before);
  assert_file ("", file->data, file->len, REJECT, "64 KiB beyond the voxels");
  g_byte_array_unref (file);
  g_byte_array_set_size (zeros, 1000);
  file = gzip_file (NULL, NULL, zeros);
  GString *big = g_string_new ("NRRD0005\ntype: short\ndimension: 3\nsizes: 2000 2000 1000\n"
                               "encoding: gzip\nendian: little\n\n");
  g_string_append_len (big, (char *) file->data + file->len - 29, 29);
  assert_file ("", big->str, big->len, REJECT, "declares 8000000000 bytes");
  getrusage (RUSAGE_SELF, &after);
  g_assert_cmpint (after.ru_maxrss - before.ru_maxrss, <, 64 << 10);
  g_string_free (big, TRUE);
  g_byte_array_unref (file);
  g_byte_array_unref (zeros);
  g_byte_array_unref (raw);
}

/* Every bit of every header byte of a raw file, and every third bit in the other kinds. */
static void
test_flipped_bits (void)
{
  GByteArray *raw = verdict_samples (), *files[4];
  GString *text = g_string_new (NULL);

  for (int n = -32; n < 32; n++)
    g_string_append_printf (text, "%d ", n);
  files[0] = header_with ("line skip", "0", "\n");
  g_byte_array_append (files[0], raw->data, raw->len);
  files[1] = gzip_file (NULL, NULL, raw);
  files[2] = header_with ("encoding", "text", "spacings: 1 1 2\nspace units: \"mm\"\n\n");
  g_byte_array_append (files[2], (const guint8 *) text->str, (guint) text->len);
  files[3] = header_with ("data file", "LIST", "a.raw\nb.raw\n");
  g_free (files_write ("a.raw", raw->data, 64));
  g_free (files_write ("b.raw", raw->data + 64, 64));
  for (int f = 0; f < 4; f++)
    verdict_flip_bits ("flip.nrrd", files[f], 300, f == 0 ? 1 : 3);
  for (int f = 0; f < 4; f++)
    g_byte_array_unref (files[f]);
  g_string_free (text, TRUE);
  g_byte_array_unref (raw);
}

/* Headers made of well-formed lines in a wrong order, number and mixture. */
static void
test_shuffled_lines (void)
{
  static const char *values[] = { "3",
                                  "4",
                                  "4 4 4",
                                  "2 4 4 4",
                                  "none (1,0,0) (0,1,0) (0,0,1)",
                                  "(1,0,0) (0,1,0) (0,0,1)",
                                  "list domain domain domain",
                                  "text",
                                  "raw",
                                  "gzip",
                                  "hex",
                                  "uchar",
                                  "double",
                                  "LPS",
                                  "nan nan nan" };
  static const char *fields[] = {
    "type",   "dimension", "sizes",     "space",     "space directions", "kinds",       "encoding",
    "endian", "spacings",  "byte skip", "line skip", "data file",        "space origin"
  };

  for (int n = 0; n < 1500; n++)
    {
      GString *text = g_string_new ("NRRD0004\n");
      int n_lines = g_test_rand_int_range (3, 14);
      for (int i = 0; i < n_lines; i++)
        {
          int b = g_test_rand_int_range (0, G_N_ELEMENTS (base));
          bool sane = g_test_rand_int_range (0, 3) > 0;
          g_string_append_printf (
            text, "%s: %s\n",
            sane ? base[b][0] : fields[g_test_rand_int_range (0, G_N_ELEMENTS (fields))],
            sane ? base[b][1] : values[g_test_rand_int_range (0, G_N_ELEMENTS (values))]);
        }
      g_string_append (text, "\n1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16");
      char *path = files_write ("flip.nrrd", text->str, text->len);
      verdict_read_anything (path);
      g_string_free (text, TRUE);
      g_free (path);
    }
}

static void
test_detached (void)
{
  GByteArray *raw = verdict_samples (), *zipped = g_byte_array_new (), *header;
  char *path, *parts[4];

  g_free (files_write ("whole file.raw", raw->data, raw->len));
  for (const char **name = (const char *[]){ "whole file.raw", "./whole file.raw", NULL }; *name;
       name++)
    for (int end = 0; end < 2; end++)
      {
        header = header_with ("data file", *name, end ? "\nignored" : "");
        path = files_write ("one.nhdr", header->data, header->len);
        verdict_assert (path, ACCEPT, NULL);
        g_byte_array_unref (header);
        g_free (path);
      }
  for (int i = 0; i < 4; i++)
    {
      char *name = g_strdup_printf ("part%d.raw", i);
      parts[i] = files_write (name, raw->data + 32 * i, 32);
      g_free (name);
    }
  header = header_with ("data file", "LIST", "part0.raw\npart1.raw\r\npart2.raw\npart3.raw");
  path = files_write ("list.nhdr", header->data, header->len);
  verdict_assert (path, ACCEPT, NULL);
  g_free (files_write ("part2.raw", raw->data, 31));
  verdict_assert (path, REJECT, "part2.raw: declares 32 bytes");
  g_remove (parts[2]);
  verdict_assert (path, REJECT, "part2.raw: cannot open");
  g_byte_array_unref (header);
  g_free (path);
  header = header_with ("data file", "LIST", "part0.raw\npart1.raw\npart3.raw");
  path = files_write ("list.nhdr", header->data, header->len);
  verdict_assert (path, REJECT, "3 files of equal size");
  g_byte_array_unref (header);
  g_free (path);

  files_gzip (zipped, raw->data, raw->len);
  header = header_with ("encoding", "gzip", "line skip: 2\nbyte skip: 4\ndata file: z.gz\n");
  path = files_write ("skip.nhdr", header->data, header->len);
  GByteArray *skipped = g_byte_array_new (), *file = g_byte_array_new ();
  g_byte_array_append (skipped, (const guint8 *) "junk", 4);
  g_byte_array_append (skipped, raw->data, raw->len);
  g_byte_array_append (file, (const guint8 *) "a\n\x1f\x8b\n", 5);
  files_gzip (file, skipped->data, skipped->len);
  g_free (files_write ("z.gz", file->data, file->len));
  verdict_assert (path, ACCEPT, NULL);
  for (int i = 0; i < 4; i++)
    g_free (parts[i]);
  g_byte_array_unref (header);
  g_byte_array_unref (file);
  g_byte_array_unref (skipped);
  g_byte_array_unref (zipped);
  g_byte_array_unref (raw);
  g_free (path);
}

/* What a file says about a patient does not come out again. */
static void
test_forgets (void)
{
  GByteArray *raw = verdict_samples ();
  GByteArray *file = header_with (
    "content", "DOE^JANE", "DICOM_0010_0010:=DOE^JANE\n# DOE^JANE\nnote:=DOE^JANE: a\\n b\n\n");
  char *out = files_path ("out.nrrd");
  BrgError error = { 0 };

  g_byte_array_append (file, raw->data, raw->len);
  char *path = files_write ("DOE^JANE.nrrd", file->data, file->len);
  BrgVolume *volume = brg_image_read_volume (path, NULL, NULL, &error);
  g_assert_nonnull (volume);
  g_assert_cmpint (brg_nrrd_write_volume (volume, out, NULL, &error), ==, BRG_OK);
  GByteArray *written = files_read (out);
  g_assert_null (g_strstr_len ((char *) written->data, written->len, "DOE"));
  brg_volume_unref (volume);
  g_byte_array_unref (written);
  g_byte_array_unref (file);
  g_byte_array_unref (raw);
  g_free (path);
  g_free (out);
}

static void
test_not_a_file (void)
{
  BrgError error = { 0 };
  char *folder = files_path ("."), *none = files_path ("none\nhere.nrrd");

  g_assert_null (brg_image_read_volume (folder, NULL, NULL, &error));
  g_assert_nonnull (strstr (error.message, "is a folder"));
  g_assert_null (brg_image_read_mask (none, NULL, NULL, &error));
  g_assert_true (g_str_has_prefix (error.message, "none?here.nrrd: cannot open: "));
  g_assert_null (brg_image_read_volume ("/dev/zero", NULL, NULL, &error));
  g_assert_cmpint (error.status, ==, BRG_IO);
  g_assert_null (brg_image_read_volume (none, NULL, NULL, NULL));
  g_free (folder);
  g_free (none);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  files_begin ();
  g_test_add_func ("/io/nrrd/hostile/cases", test_cases);
  g_test_add_func ("/io/nrrd/hostile/whole", test_whole);
  g_test_add_func ("/io/nrrd/hostile/gzip", test_gzip);
  g_test_add_func ("/io/nrrd/hostile/flipped-bits", test_flipped_bits);
  g_test_add_func ("/io/nrrd/hostile/shuffled-lines", test_shuffled_lines);
  g_test_add_func ("/io/nrrd/hostile/detached", test_detached);
  g_test_add_func ("/io/nrrd/hostile/forgets", test_forgets);
  g_test_add_func ("/io/nrrd/hostile/not-a-file", test_not_a_file);
  int failed = g_test_run ();
  files_end ();
  return failed;
}
