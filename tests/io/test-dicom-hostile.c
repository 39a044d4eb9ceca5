/* DICOM files as no scanner writes them, or as one did all the same: each is read right or refused
 * for the reason that it should be; none crashes, hangs or is taken for a whole slice. */

#include <string.h>

#include "files.h"
#include "io/brg-dicom-pixels.h"
#include "support/dicom-file.h"

#define COLUMNS   5
#define ROWS      4
#define UNDEFINED 0xffffffffu

static gint16 samples[COLUMNS * ROWS];

static DicomSlice
plain (void)
{
  return dicom_ramp (COLUMNS, ROWS, samples);
}

/* Reads the bytes; "" when they are a slice, "no image" for a sound file without one, else why
 * not. */
static char *
words_of (const guint8 *bytes, gsize size)
{
  g_autofree char *path = files_write ("slice.dcm", bytes, size);
  BrgDicomImage image;
  BrgError error = { 0 };

  if (brg_dicom_read (path, &image, NULL, &error) != BRG_OK)
    return g_strdup (error.message);
  gboolean has_pixels = image.has_pixels;
  brg_dicom_image_clear (&image);
  return g_strdup (has_pixels ? "" : "no image");
}

static void
assert_words (const char *what, const GByteArray *bytes, const char *expected)
{
  g_autofree char *words = words_of (bytes->data, bytes->len);

  if (*expected == '\0' ? *words != '\0' : strstr (words, expected) == NULL)
    g_error ("%s: \"%s\" is not \"%s\"", what, words, expected);
}

/* What stands in front of the pixels and behind all other elements of the slice. */
typedef void (*Extra) (DicomFile *file);

/* A slice with more in it. */
static GByteArray *
slice_with (const char *syntax, Extra extra)
{
  DicomSlice slice = plain ();
  slice.syntax = syntax;
  GByteArray *bytes = dicom_slice (&slice);
  gsize n_pixels = 2 * COLUMNS * ROWS + (g_str_equal (syntax, DICOM_IMPLICIT) ? 8 : 12);
  g_autofree guint8 *pixels = g_memdup2 (bytes->data + bytes->len - n_pixels, n_pixels);
  DicomFile file = { .bytes = bytes,
                     .is_implicit = g_str_equal (syntax, DICOM_IMPLICIT),
                     .is_big_endian = g_str_equal (syntax, DICOM_BIG_ENDIAN) };

  g_byte_array_set_size (bytes, bytes->len - (guint) n_pixels);
  extra (&file);
  g_byte_array_append (bytes, pixels, (guint) n_pixels);
  return bytes;
}

static void
put (DicomFile *file, const void *bytes, gsize size)
{
  g_byte_array_append (file->bytes, bytes, (guint) size);
}

#define PUT(file, text) put (file, text, sizeof text - 1)

/* A private sequence in a private sequence, of elements that are private too. */
static void
put_private_sequences (DicomFile *file)
{
  dicom_text (file, 0x00310010, "LO", "ACME");
  dicom_sequence (file, 0x00311010);
  dicom_item (file);
  dicom_text (file, 0x00200032, "DS", "1\\2");
  dicom_sequence (file, 0x00311011);
  dicom_item (file);
  dicom_bytes (file, 0x00311012, "OB", "\1\2\3", 3);
  dicom_end_item (file);
  dicom_end_sequence (file);
  dicom_end_item (file);
  dicom_item (file);
  dicom_end_item (file);
  dicom_end_sequence (file);
}

/* Unknown to the program that wrote it, and without a length: implicit inside (PS3.5, 6.2.2). */
static void
put_unknown (DicomFile *file)
{
  PUT (file, "\x31\0\x10\x10UN\0\0\xff\xff\xff\xff"
             "\xfe\xff\0\xe0\xff\xff\xff\xff"
             "\x31\0\x11\x10\4\0\0\0abcd"
             "\x31\0\x12\x10\xff\xff\xff\xff\xfe\xff\xdd\xe0\0\0\0\0"
             "\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0");
}

/* The pixels of an icon, coded, and private bytes in pieces: what looks like an element in a piece
 * is none. */
static void
put_pieces (DicomFile *file)
{
  dicom_sequence (file, 0x00880200);
  dicom_item (file);
  PUT (file, "\xe0\x7f\x10\0OB\0\0\xff\xff\xff\xff\xfe\xff\0\xe0\0\0\0\0"
             "\xfe\xff\0\xe0\x0c\0\0\0\x28\0\x10\0US\2\0\1\0ab\xfe\xff\xdd\xe0\0\0\0\0");
  dicom_end_item (file);
  dicom_end_sequence (file);
  PUT (file, "\x31\x01\x10\x10OW\0\0\xff\xff\xff\xff\xfe\xff\0\xe0\4\0\0\0abcd"
             "\xfe\xff\0\xe0\2\0\0\0ef\xfe\xff\xdd\xe0\0\0\0\0");
}

static void
put_piece_without_length (DicomFile *file)
{
  PUT (file, "\x31\0\x10\x10OB\0\0\xff\xff\xff\xff\xfe\xff\0\xe0\xff\xff\xff\xff");
}

/* Sequences of known length, skipped whole, one of them not made of items at all. */
static void
put_closed (DicomFile *file)
{
  PUT (file, "\x31\0\x10\x10SQ\0\0\x10\0\0\0\xfe\xff\0\xe0\x08\0\0\0\x31\0\x11\x10SH\0\0"
             "\x31\0\x12\x10SQ\0\0\6\0\0\0nonono");
}

static void
put_beyond (DicomFile *file)
{
  PUT (file, "\x31\0\x10\x10SQ\0\0\xf0\xff\0\0\xfe\xff\0\xe0\x08\0\0\0\x31\0\x11\x10SH\0\0");
}

static void
put_open_text (DicomFile *file)
{
  PUT (file, "\x31\0\x10\x10LT\xff\xff");
}

static void
put_open_unlimited (DicomFile *file)
{
  PUT (file, "\x31\0\x10\x10UT\0\0\xff\xff\xff\xff");
}

static void
put_stray_item (DicomFile *file)
{
  dicom_item (file);
}

static void
put_stray_end (DicomFile *file)
{
  dicom_end_sequence (file);
}

static void
put_element_between_items (DicomFile *file)
{
  dicom_sequence (file, 0x00311010);
  dicom_text (file, 0x00311011, "LO", "no item");
  dicom_end_sequence (file);
}

/* Positions of frames in a sequence whose length ends in the middle of one. */
static void
put_longer_than_its_item (DicomFile *file)
{
  PUT (file, "\0\x52\x30\x92SQ\0\0\x18\0\0\0\xfe\xff\0\xe0\x10\0\0\0"
             "\x20\0\x13\x91SQ\0\0\x20\0\0\0\xfe\xff\0\xe0\x18\0\0\0"
             "\x20\0\x32\0DS\x10\0 1\\2\\3          ");
}

static void
put_odd (DicomFile *file)
{
  PUT (file, "\x31\0\x10\x10LO\3\0abc");
}

static void
put_unknown_representation (DicomFile *file)
{
  PUT (file, "\x31\0\x10\x10ZZ\4\0abcd");
}

/* What may stand in a slice, and what comes of it. */
static void
test_elements (void)
{
  static const struct
  {
    const char *name;
    Extra put;
    const char *words; /* "": it is read */
  } cases[] = {
    { "private sequences", put_private_sequences, "" },
    { "an unknown sequence", put_unknown, "" },
    { "bytes in pieces", put_pieces, "" },
    { "closed sequences", put_closed, "" },
    { "an odd length", put_odd, "" },
    { "a piece without a length", put_piece_without_length, "ends in the middle of a piece" },
    { "a sequence beyond the file", put_beyond, "ends in the middle of element (0031,1010)" },
    { "a text of 65535 bytes", put_open_text, "65535 bytes of it" },
    { "a text without a length", put_open_unlimited, "(0031,1010) without a length" },
    { "an item outside of a sequence", put_stray_item, "(fffe,e000) outside of a sequence" },
    { "an end of no sequence", put_stray_end, "(fffe,e0dd) outside of a sequence" },
    { "an element between items", put_element_between_items, "has (0031,1011) where sequence" },
    { "longer than its item", put_longer_than_its_item, "longer than" },
    { "an unknown representation", put_unknown_representation, "unknown value representation" },
  };

  for (gsize c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      g_autoptr (GByteArray) bytes = slice_with (DICOM_EXPLICIT, cases[c].put);
      assert_words (cases[c].name, bytes, cases[c].words);
    }
  g_autoptr (GByteArray) implicit = slice_with (DICOM_IMPLICIT, put_private_sequences);
  g_autoptr (GByteArray) big = slice_with (DICOM_BIG_ENDIAN, put_private_sequences);
  assert_words ("implicit", implicit, "");
  assert_words ("big endian", big, "");
}

/* 20000 levels of every kind of sequence; 31 are read. */
static void
test_depth (void)
{
  static const char *const syntaxes[] = { DICOM_EXPLICIT, DICOM_IMPLICIT, DICOM_BIG_ENDIAN };

  for (gsize s = 0; s < G_N_ELEMENTS (syntaxes); s++)
    for (int n_levels = 31; n_levels < 40000; n_levels += 19969)
      {
        DicomFile file = dicom_begin (syntaxes[s]);
        for (int level = 0; level < n_levels; level++)
          {
            dicom_sequence (&file, 0x00081140);
            dicom_item (&file);
          }
        for (int level = 0; n_levels == 31 && level < n_levels; level++)
          {
            dicom_end_item (&file);
            dicom_end_sequence (&file);
          }
        assert_words (syntaxes[s], file.bytes, n_levels == 31 ? "no image" : "deeper than 64");
        g_byte_array_unref (file.bytes);
      }
  DicomFile unknown = dicom_begin (DICOM_EXPLICIT);
  PUT (&unknown, "\x31\0\x10\x10UN\0\0\xff\xff\xff\xff");
  for (int level = 0; level < 20000; level++)
    PUT (&unknown, "\xfe\xff\0\xe0\xff\xff\xff\xff\x31\0\x10\x10\xff\xff\xff\xff");
  assert_words ("unknown ones", unknown.bytes, "deeper than 64");
  g_byte_array_unref (unknown.bytes);
}

/* The data set of one coding, a meta header that names another. */
static void
test_wrong_syntax (void)
{
  static const struct
  {
    const char *is, *says, *words;
  } cases[] = {
    { DICOM_EXPLICIT, DICOM_IMPLICIT, "ends in the middle" },
    { DICOM_IMPLICIT, DICOM_EXPLICIT, "unknown value representation" },
    { DICOM_EXPLICIT, DICOM_BIG_ENDIAN, "" },
    { DICOM_BIG_ENDIAN, DICOM_EXPLICIT, "" },
    { DICOM_EXPLICIT, "1.2.840.10008.1.2.5", "pixels that are not RLE" },
    { DICOM_EXPLICIT, DICOM_LOSSLESS, "pixels that are not JPEG lossless" },
  };

  for (gsize c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      DicomSlice slice = plain ();
      slice.syntax = cases[c].is;
      g_autoptr (GByteArray) true_file = dicom_slice (&slice);
      DicomFile begun = dicom_begin (cases[c].is), lie = dicom_begin (cases[c].says);
      g_byte_array_append (lie.bytes, true_file->data + begun.bytes->len,
                           true_file->len - begun.bytes->len);
      g_autofree char *words = words_of (lie.bytes->data, lie.bytes->len);
      if (*words == '\0' || strstr (words, cases[c].words) == NULL)
        g_error ("%s as %s: \"%s\"", cases[c].is, cases[c].says, words);
      g_byte_array_unref (begun.bytes);
      g_byte_array_unref (lie.bytes);
    }
}

/* Without the meta header, with it or not, and the preamble the coding is found out. */
static void
test_missing_meta (void)
{
  static const char *const syntaxes[] = { DICOM_EXPLICIT, DICOM_IMPLICIT };

  for (gsize s = 0; s < G_N_ELEMENTS (syntaxes); s++)
    {
      DicomSlice slice = plain ();
      slice.syntax = syntaxes[s];
      g_autoptr (GByteArray) bytes = dicom_slice (&slice);
      DicomFile begun = dicom_begin (syntaxes[s]);
      g_autofree char *path =
        files_write ("bare.dcm", bytes->data + begun.bytes->len, bytes->len - begun.bytes->len);
      BrgDicomImage image;
      g_assert_cmpint (brg_dicom_read (path, &image, NULL, NULL), ==, BRG_OK);
      g_assert_cmpstr (image.syntax, ==, syntaxes[s]);
      g_assert_true (image.has_pixels);
      brg_dicom_image_clear (&image);
      g_byte_array_remove_range (bytes, 132, begun.bytes->len - 132);
      assert_words ("without a meta header", bytes, "");
      g_byte_array_set_size (begun.bytes, begun.bytes->len);
      assert_words ("nothing but a meta header", begun.bytes, "no image");
      g_byte_array_unref (begun.bytes);
    }
}

/* Programs, patterns and markup in texts are texts, and in numbers they are no numbers. */
static void
test_code (void)
{
  static const char *const code[] = { "__import__('os').system('id')",
                                      "%s%s%n%x",
                                      "$(id >&2)",
                                      "../../../etc/passwd",
                                      "<b>&amp;",
                                      "\033[31m\a\b\n",
                                      "\xff\xfe\xc0\xaf",
                                      "1;2",
                                      "1e999",
                                      "nan",
                                      "0x10",
                                      "1,5" };

  for (gsize c = 0; c < G_N_ELEMENTS (code); c++)
    {
      DicomFile numbers = dicom_begin (DICOM_EXPLICIT), text = dicom_begin (DICOM_EXPLICIT);
      g_autofree char *position = g_strconcat ("0\\0\\", code[c], NULL);
      BrgDicomImage image;
      dicom_text (&numbers, 0x00200032, "DS", position);
      assert_words (code[c], numbers.bytes, "has no sound image position (0020,0032)");
      dicom_text (&text, 0x0008103e, "LO", code[c]);
      dicom_text (&text, 0x0020000e, "UI", code[c]);
      g_autofree char *path = files_write ("text.dcm", text.bytes->data, text.bytes->len);
      g_assert_cmpint (brg_dicom_read (path, &image, NULL, NULL), ==, BRG_OK);
      for (const char *letter = image.description; *letter != '\0'; letter++)
        g_assert_true (g_ascii_isprint (*letter));
      g_assert_cmpuint (strlen (image.description), ==, strlen (code[c]));
      brg_dicom_image_clear (&image);
      g_byte_array_unref (numbers.bytes);
      g_byte_array_unref (text.bytes);
    }
}

/* 240 slices of every coding with one to eight bytes changed anywhere: what is taken for a slice is
 * one that can be read whole. */
static void
test_mutants (void)
{
  static const char *const syntaxes[] = { DICOM_EXPLICIT, DICOM_IMPLICIT, DICOM_BIG_ENDIAN };
  g_autoptr (GRand) rand = g_rand_new_with_seed (240);

  for (int m = 0; m < 720; m++)
    {
      DicomSlice slice = plain ();
      slice.syntax = syntaxes[m % 3];
      slice.canary = "CANARY";
      g_autoptr (GByteArray) bytes = dicom_slice (&slice);
      for (int change = g_rand_int_range (rand, 1, 9); change > 0; change--)
        bytes->data[g_rand_int_range (rand, 0, (int) bytes->len)] = (guint8) g_rand_int (rand);
      g_autofree char *path = files_write ("mutant.dcm", bytes->data, bytes->len);
      const BrgFilePart part = brg_file_whole (path);
      BrgDicomImage image;
      if (brg_dicom_read (path, &image, NULL, NULL) != BRG_OK)
        continue;
      gsize n = (gsize) image.rows * (gsize) image.columns;
      g_autofree gint16 *hu = g_new (gint16, 2 * bytes->len);
      BrgDicomTally tally = { 0 };
      if (image.has_pixels && !image.is_encapsulated)
        {
          g_assert_cmpuint (n * (gsize) image.bits_allocated / 8, <=, bytes->len);
          g_assert_cmpint (brg_dicom_read_hu (&part, &image, 0, hu, &tally, NULL), ==, BRG_OK);
        }
      brg_dicom_image_clear (&image);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  files_begin ();
  g_test_add_func ("/dicom/hostile/elements", test_elements);
  g_test_add_func ("/dicom/hostile/depth", test_depth);
  g_test_add_func ("/dicom/hostile/wrong-syntax", test_wrong_syntax);
  g_test_add_func ("/dicom/hostile/missing-meta", test_missing_meta);
  g_test_add_func ("/dicom/hostile/code", test_code);
  g_test_add_func ("/dicom/hostile/mutants", test_mutants);
  int result = g_test_run ();
  files_end ();
  return result;
}
