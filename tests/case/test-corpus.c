/* The corpus of files as strangers send them (tests/corpus): every one of them is accepted,
 * accepted with a warning, or refused, as it should be, for the reason that it should be. */

#include <string.h>

#include "case/brg-archive.h"
#include "case/brg-file-private.h"
#include "case/brg-folder-walk.h"
#include "case/brg-series.h"
#include "io/brg-image.h"
#include "io/brg-mesh-file.h"

typedef enum
{
  ACCEPT,
  WARN,
  REJECT,
} Verdict;

typedef struct
{
  const char *name; /* in tests/corpus; "/" at the end: all files of the folder are one series */
  const char *expected; /* what the corpus asks for */
  Verdict verdict;      /* what we say */
  const char *says;     /* part of the first warning or of the error; NULL: nothing */
  const char *why;      /* of a verdict that is not what was asked for */
} Case;

static const Case cases[] = {
  { "nrrd/ok_raw_le.nrrd", "ACCEPT", ACCEPT, NULL, NULL },
  { "nrrd/ok_raw_be.nrrd", "ACCEPT", ACCEPT, NULL, NULL },
  { "nrrd/ok_gzip.nrrd", "ACCEPT", ACCEPT, NULL, NULL },
  { "nrrd/ok_gz_alias.nrrd", "ACCEPT", ACCEPT, NULL, NULL },
  { "nrrd/ok_gzip_two_members.nrrd", "ACCEPT", ACCEPT, NULL, NULL },
  { "nrrd/ok_bzip2.nrrd", "ACCEPT", REJECT,
    "encoding \"bzip2\" cannot be read; raw, gzip, ascii and hex can",
    "the corpus takes a clear word for an encoding that is not supported as well" },
  { "nrrd/ok_ascii.nrrd", "ACCEPT", ACCEPT, NULL, NULL },
  { "nrrd/ok_hex.nrrd", "ACCEPT", ACCEPT, NULL, NULL },
  { "nrrd/ok_crlf.nrrd", "ACCEPT", ACCEPT, NULL, NULL },
  { "nrrd/ok_ras.nrrd", "ACCEPT", ACCEPT, NULL, NULL },
  { "nrrd/ok_las.nrrd", "ACCEPT", ACCEPT, NULL, NULL },
  { "nrrd/ok_leftflip.nrrd", "ACCEPT", ACCEPT, NULL, NULL },
  { "nrrd/ok_spacings_only.nrrd", "ACCEPT_WARN", WARN,
    "the orientation is unknown: left and right may be exchanged", NULL },
  { "nrrd/ok_keyvalue_phi.nrrd", "ACCEPT", ACCEPT, NULL, NULL },
  { "nrrd/ok_seg4d.seg.nrrd", "ACCEPT", WARN, "holds 2 layers: only the first was read",
    "one of two layers is a choice, which is told" },
  { "nrrd/trail_garbage.nrrd", "ACCEPT_WARN", WARN, "4 bytes after the voxels were ignored", NULL },
  { "nrrd/trunc_raw.nrrd", "REJECT", REJECT,
    "declares 128 bytes of voxels but only 100 bytes are in the file", NULL },
  { "nrrd/trunc_gzip.nrrd", "REJECT", REJECT, "the gzip data is cut off", NULL },
  { "nrrd/gzip_bad_crc.nrrd", "REJECT", REJECT, "the gzip data is corrupt (incorrect data check)",
    NULL },
  { "nrrd/gzip_bomb_big_dims.nrrd", "REJECT_FAST", REJECT,
    "declares 17179869184 bytes of voxels but only 29 compressed bytes are in the file", NULL },
  { "nrrd/sizes_overflow32.nrrd", "REJECT", REJECT,
    "the size of axis 1 is \"65536\", must be 1 to 65535", NULL },
  { "nrrd/sizes_overflow64.nrrd", "REJECT", REJECT,
    "the size of axis 1 is \"4294967296\", must be 1 to 65535", NULL },
  { "nrrd/sizes_overflow_mul.nrrd", "REJECT", REJECT,
    "the size of axis 1 is \"3037000500\", must be 1 to 65535", NULL },
  { "nrrd/sizes_huge_digits.nrrd", "REJECT", REJECT,
    "the size of axis 1 is \"99999999999999999999999\", must be 1 to 65535", NULL },
  { "nrrd/sizes_zero.nrrd", "REJECT", REJECT, "the size of axis 1 is \"0\", must be 1 to 65535",
    NULL },
  { "nrrd/sizes_negative.nrrd", "REJECT", REJECT,
    "the size of axis 1 is \"-4\", must be 1 to 65535", NULL },
  { "nrrd/sizes_toofew.nrrd", "REJECT", REJECT, "the header gives 2 sizes for 3 axes", NULL },
  { "nrrd/sizes_toomany.nrrd", "REJECT", REJECT, "the header gives more than 3 sizes", NULL },
  { "nrrd/sizes_nan.nrrd", "REJECT", REJECT, "the size of axis 1 is \"nan\", must be 1 to 65535",
    NULL },
  { "nrrd/sizes_float.nrrd", "REJECT", REJECT, "the size of axis 1 is \"4.5\", must be 1 to 65535",
    NULL },
  { "nrrd/sizes_hexnum.nrrd", "REJECT", REJECT, "the size of axis 1 is \"0x4\", must be 1 to 65535",
    NULL },
  { "nrrd/sizes_plus.nrrd", "ANY_NO_CRASH", ACCEPT, NULL, NULL },
  { "nrrd/dim16_sizes17.nrrd", "REJECT", REJECT, "has 16 axes, only 3 can be read", NULL },
  { "nrrd/dim17.nrrd", "REJECT", REJECT, "dimension is \"17\", must be 1 to 16", NULL },
  { "nrrd/dim_missing.nrrd", "REJECT", REJECT, "the header has no dimension", NULL },
  { "nrrd/dirs_nan.nrrd", "REJECT", REJECT, "spacing of axis 1 is nan mm, must be 0.01 to 50 mm",
    NULL },
  { "nrrd/dirs_inf.nrrd", "REJECT", REJECT, "spacing of axis 1 is inf mm, must be 0.01 to 50 mm",
    NULL },
  { "nrrd/dirs_zero.nrrd", "REJECT", REJECT, "spacing of axis 1 is 0 mm, must be 0.01 to 50 mm",
    NULL },
  { "nrrd/dirs_singular.nrrd", "REJECT", REJECT,
    "axes are degenerate: determinant of their directions is 0", NULL },
  { "nrrd/dirs_huge.nrrd", "REJECT", REJECT, "spacing of axis 1 is inf mm, must be 0.01 to 50 mm",
    NULL },
  { "nrrd/dirs_tiny.nrrd", "REJECT", REJECT, "spacing of axis 1 is 0 mm, must be 0.01 to 50 mm",
    NULL },
  { "nrrd/dirs_shear.nrrd", "ACCEPT_WARN", WARN,
    "the axes are tilted by 16.7 degrees against each other", NULL },
  { "nrrd/dirs_unbalanced.nrrd", "REJECT", REJECT,
    "the header's space directions \"(1,0,0 (0,1,0) (0,0,2)\" cannot be understood", NULL },
  { "nrrd/dirs_comma_decimal.nrrd", "REJECT", REJECT,
    "the header's space directions \"(0,5,0,0) (0,1,0) (0,0,2)\" cannot be understood", NULL },
  { "nrrd/origin_nan.nrrd", "ACCEPT_WARN", WARN, "the origin is unknown: 0, 0, 0 is assumed",
    NULL },
  { "nrrd/endian_missing.nrrd", "REJECT", REJECT, "the header has no endian", NULL },
  { "nrrd/type_block.nrrd", "REJECT", REJECT, "type \"block\" cannot be read", NULL },
  { "nrrd/type_unknown.nrrd", "REJECT", REJECT, "type \"float128\" cannot be read", NULL },
  { "nrrd/dup_sizes.nrrd", "REJECT", REJECT, "the header gives \"sizes\" twice", NULL },
  { "nrrd/magic9.nrrd", "REJECT", REJECT, "is of a NRRD version that cannot be read", NULL },
  { "nrrd/magic_only.nrrd", "REJECT", REJECT, "the header is cut off", NULL },
  { "nrrd/empty.nrrd", "REJECT", REJECT, "is empty", NULL },
  { "nrrd/noblank.nrrd", "REJECT", REJECT, "the header is cut off: no blank line ends it", NULL },
  { "nrrd/nul_in_header.nrrd", "ACCEPT_OR_REJECT", REJECT, "the header holds a NUL byte", NULL },
  { "nrrd/utf8_bad.nrrd", "ACCEPT", ACCEPT, NULL, NULL },
  { "nrrd/byteskip_neg1_raw.nrrd", "ACCEPT", ACCEPT, NULL, NULL },
  { "nrrd/byteskip_huge.nrrd", "REJECT", REJECT,
    "is to be read from byte 9223372036854775807, past its end", NULL },
  { "nrrd/lineskip_huge.nrrd", "REJECT", REJECT, "ends among the lines to be skipped", NULL },
  { "nrrd/det_ok.nhdr", "ACCEPT", ACCEPT, NULL, NULL },
  { "nrrd/det_traversal.nhdr", "REJECT", REJECT,
    "../../../../../../etc/passwd: is not a plain file name in the header's own folder", NULL },
  { "nrrd/det_absolute.nhdr", "REJECT", REJECT,
    "/etc/passwd: is not a plain file name in the header's own folder", NULL },
  { "nrrd/det_stdin.nhdr", "REJECT", REJECT,
    "-: is not a plain file name in the header's own folder", NULL },
  { "nrrd/det_fifo_dev.nhdr", "REJECT", REJECT,
    "/dev/zero: is not a plain file name in the header's own folder", NULL },
  { "nrrd/det_self.nhdr", "REJECT", REJECT, "det_self.nhdr: is the header itself", NULL },
  { "nrrd/det_format_n.nhdr", "REJECT", REJECT,
    "a numbered pattern of data files cannot be read, only names can", NULL },
  { "nrrd/det_format_loop.nhdr", "REJECT_FAST", REJECT,
    "a numbered pattern of data files cannot be read, only names can", NULL },
  { "nrrd/det_list.nhdr", "ACCEPT_OR_REJECT", ACCEPT, NULL, NULL },
  { "nrrd/det_missing.nhdr", "REJECT", REJECT, "nope.raw: cannot open: No such file or directory",
    NULL },
  { "nrrd/float_nan.nrrd", "ACCEPT_WARN", WARN, "16 voxels are not numbers and became -32768 HU",
    NULL },
  { "stl/ok_bin.stl", "ACCEPT", ACCEPT, NULL, NULL },
  { "stl/ok_bin_solid.stl", "ACCEPT", ACCEPT, NULL, NULL },
  { "stl/ok_lps.stl", "ACCEPT", ACCEPT, NULL, NULL },
  { "stl/ok_ras.stl", "ACCEPT", ACCEPT, NULL, NULL },
  { "stl/count_lie_big.stl", "REJECT_FAST", REJECT,
    "the file ends early: 4294967295 triangles need 214748364750 bytes, 50 are there", NULL },
  { "stl/count_lie_small.stl", "ACCEPT_WARN", WARN, "0 triangles dropped, 100 bytes left", NULL },
  { "stl/trunc.stl", "REJECT", REJECT,
    "the file ends early: 2 triangles need 100 bytes, 70 are there", NULL },
  { "stl/nan.stl", "REJECT", REJECT,
    "triangle 1 has a coordinate of nan mm, must be -1e+06 to 1e+06 mm", NULL },
  { "stl/degenerate.stl", "ACCEPT_WARN", WARN, "1 triangles dropped, 0 bytes left", NULL },
  { "stl/empty0.stl", "ACCEPT_WARN", WARN, "no triangles", NULL },
  { "stl/ascii_ok.stl", "ACCEPT", ACCEPT, NULL, NULL },
  { "stl/ascii_trunc.stl", "REJECT", REJECT, "line 4: a vertex needs three numbers", NULL },
  { "zip/slip.zip", "REJECT", REJECT, "It holds images: 0, DICOM files: 0", NULL },
  { "zip/slip_abs.zip", "REJECT", REJECT, "It holds images: 0, DICOM files: 0", NULL },
  { "zip/slip_backslash.zip", "REJECT", REJECT, "It holds images: 0, DICOM files: 0", NULL },
  { "zip/symlink.zip", "REJECT", REJECT, "It holds images: 0, DICOM files: 0", NULL },
  { "zip/dup.zip", "ACCEPT_OR_REJECT", REJECT, "It holds images: 0, DICOM files: 0", NULL },
  { "zip/slip.tar", "REJECT", REJECT, "is no NRRD, NIfTI or MetaImage file", NULL },
  { "dicom/ok_series/", "ACCEPT", ACCEPT, NULL, NULL },
  { "dicom/missing_slice/", "REJECT_OR_WARN", REJECT,
    "1 slice is missing: the widest gap is 4.00 mm, others are 2.00 mm.", NULL },
  { "dicom/dup_position/", "REJECT_OR_WARN", WARN,
    "1 slice lies where another one does and is left out.", NULL },
  { "dicom/mixed_iop/", "REJECT_OR_WARN", WARN,
    "1 image of the series differs in size, spacing, direction", NULL },
  { "dicom/mixed_size/", "REJECT", REJECT,
    "Image 4 does not fit among the slices: it has 4 × 2 pixels of 1.000 × 1.000 mm", NULL },
  { "dicom/reverse_instance/", "ACCEPT", ACCEPT, NULL, NULL },
  { "dicom/tilt/", "ACCEPT_WARN_SHEAR", WARN,
    "The gantry was tilted by 18.5°, as the positions of the slices say.", NULL },
  { "dicom/neg_x/", "ACCEPT", ACCEPT, NULL, NULL },
  { "dicom/slope_varies/", "ACCEPT_PER_SLICE", ACCEPT, NULL, NULL },
  { "dicom/bad_rows65535.dcm", "REJECT", REJECT, "has 32 bytes of pixels, needs 8589672450", NULL },
  { "dicom/bad_pixlen_lie.dcm", "REJECT", REJECT,
    "says that it has 2147483632 bytes of pixels, has 32", NULL },
  { "dicom/bad_pixlen_undef_native.dcm", "REJECT", REJECT,
    "has pixels that are not explicit little endian, as it says", NULL },
  { "dicom/bad_pix_short.dcm", "REJECT", REJECT, "has 10 bytes of pixels, needs 32", NULL },
  { "dicom/bad_ps_zero.dcm", "REJECT", REJECT, "has no sound pixel spacing (0028,0030)", NULL },
  { "dicom/bad_ps_neg.dcm", "REJECT", REJECT, "has no sound pixel spacing (0028,0030)", NULL },
  { "dicom/bad_ps_nan.dcm", "REJECT", REJECT, "has no sound pixel spacing (0028,0030)", NULL },
  { "dicom/bad_ps_one_value.dcm", "REJECT", REJECT, "has no sound pixel spacing (0028,0030)",
    NULL },
  { "dicom/bad_iop_zero.dcm", "REJECT", REJECT, "has no sound image orientation (0020,0037)",
    NULL },
  { "dicom/bad_iop_nonunit.dcm", "REJECT_OR_WARN", REJECT,
    "has no sound image orientation (0020,0037)", NULL },
  { "dicom/bad_iop_nonorth.dcm", "REJECT", REJECT, "has no sound image orientation (0020,0037)",
    NULL },
  { "dicom/bad_iop_5values.dcm", "REJECT", REJECT, "has no sound image orientation (0020,0037)",
    NULL },
  { "dicom/bad_slope_zero.dcm", "REJECT_OR_WARN", REJECT, "has no sound rescale slope (0028,1053)",
    NULL },
  { "dicom/bad_slope_inf.dcm", "REJECT", REJECT, "has no sound rescale slope (0028,1053)", NULL },
  { "dicom/bad_ipp_code.dcm", "REJECT", REJECT, "has no sound image position (0020,0032)", NULL },
  { "dicom/bad_ba_12.dcm", "REJECT", REJECT, "has samples of 12 bits, not 8 or 16", NULL },
  { "dicom/bad_bs_gt_ba.dcm", "REJECT", REJECT, "stores 16 bits up to bit 15 in 8", NULL },
  { "dicom/bad_ba_0.dcm", "REJECT", REJECT, "has samples of 0 bits, not 8 or 16", NULL },
  { "dicom/bad_len_ffff.dcm", "REJECT", REJECT,
    "ends in the middle of element (0010,0010): 65534 bytes of it, 2 left", NULL },
  { "dicom/bad_meta_len.dcm", "REJECT", REJECT, "no DICOM images", NULL },
  { "dicom/bad_meta_vr.dcm", "REJECT", REJECT,
    "element (0002,0001) has an unknown value representation", NULL },
  { "dicom/bad_ts_jpeg.dcm", "REJECT_CLEAR", REJECT,
    "Its images are coded in a way that is not known (1.2.840.10008.1.2.9).", NULL },
  { "dicom/notdicom_DICOMDIR", "IGNORE", REJECT, "no DICOM images", NULL },
  { "dicom/phi_everywhere.dcm", "ACCEPT", ACCEPT, NULL, NULL },
};

/* What was made of a file. */
typedef struct
{
  Verdict verdict;
  char *words; /* NULL or the first warning or the error */
} Outcome;

static char *folder; /* for files that are to be alone */

/* Of a file that was read `words` are a warning, NULL or "" for none. */
static Outcome
outcome (gboolean is_read, const char *words)
{
  gboolean says = words != NULL && *words != '\0';
  Verdict verdict = says ? WARN : ACCEPT;

  return (Outcome){ is_read ? verdict : REJECT, says ? g_strdup (words) : NULL };
}

/* The sound ones are all of the same object, in one order of axes or the other. */
static void
assert_voxels (const BrgVolume *volume)
{
  for (int k = 0; k < 4; k++)
    for (int j = 0; j < 4; j++)
      for (int i = 0; i < 4; i++)
        g_assert_cmpint (brg_volume_get (volume, i, j, k), ==, i + 4 * j + 16 * k - 32);
}

static Outcome
read_image (const char *path)
{
  BrgError error = { 0 };
  BrgImageInfo info = { 0 };
  BrgVolume *volume = NULL;
  BrgMask *mask = NULL;

  if (g_str_has_suffix (path, ".seg.nrrd"))
    mask = brg_image_read_mask (path, &info, NULL, &error);
  else
    volume = brg_image_read_volume (path, &info, NULL, &error);
  gboolean is_read = volume != NULL || mask != NULL;
  if (strstr (path, "/ok_") != NULL && volume != NULL)
    assert_voxels (volume);
  brg_volume_unref (volume);
  brg_mask_unref (mask);
  return outcome (is_read, is_read ? info.warnings[0] : error.message);
}

static Outcome
read_mesh (const char *path)
{
  BrgError error = { 0 };
  BrgMeshRest rest;
  BrgMesh *mesh = brg_mesh_read_all (path, &rest, NULL, &error);

  if (mesh == NULL)
    return outcome (FALSE, error.message);
  g_autofree char *words = rest.n_dropped + rest.n_surplus > 0
                             ? g_strdup_printf ("%zu triangles dropped, %u bytes left",
                                                rest.n_dropped, (guint) rest.n_surplus)
                             : g_strdup (mesh->n_triangles > 0 ? NULL : "no triangles");
  brg_mesh_unref (mesh);
  return outcome (TRUE, words);
}

/* That these heads are 4 mm wide is no news. */
static Outcome
read_series (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) warnings = NULL;
  g_autoptr (GPtrArray) all = brg_series_find (path, NULL, &error);

  g_assert_no_error (error);
  if (all->len == 0)
    return outcome (FALSE, "no DICOM images");
  BrgVolume *scan =
    brg_series_read (all->pdata[0], BRG_SERIES_AS_IT_IS, NULL, &warnings, NULL, &error);
  if (scan == NULL)
    return outcome (FALSE, error->message);
  brg_volume_unref (scan);
  char **first = warnings;
  while (*first != NULL && g_str_has_prefix (*first, "It has not the size of a head"))
    first++;
  return outcome (TRUE, *first);
}

/* Of a series of one slice that is all there is to complain about. */
static Outcome
read_slice (const char *path)
{
  g_autofree char *bytes = NULL, *alone = g_build_filename (folder, "slice", NULL);
  gsize size;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  g_assert_true (g_file_set_contents (alone, bytes, (gssize) size, NULL));
  Outcome found = read_series (folder);
  if (found.verdict != REJECT || !g_str_equal (found.words, "It has 1 slice only."))
    return found;
  g_free (found.words);
  return outcome (TRUE, NULL);
}

/* Nothing of a zip is ever written by the name it has there: where names lead is not looked at. */
static Outcome
read_zip (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BrgArchive) files =
    brg_archive_open (path, BRG_ARCHIVE_DICOM, BRG_ARCHIVE_LIMITS, NULL, &error);
  gboolean has_evil = g_file_test ("/tmp/evil.txt", G_FILE_TEST_EXISTS);

  if (files == NULL)
    return outcome (FALSE, error->message);
  if (brg_archive_get_n_members (files) > 0)
    return outcome (TRUE, NULL);
  g_autoptr (BrgArchive) image = NULL;
  gboolean is_read = brg_archive_find_image (path, &image, NULL, &error) != NULL;
  g_assert_true (has_evil == g_file_test ("/tmp/evil.txt", G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test ("../../evil.txt", G_FILE_TEST_EXISTS));
  return outcome (is_read, is_read ? NULL : error->message);
}

static Outcome
read_case (const char *path)
{
  if (g_str_has_suffix (path, ".zip"))
    return read_zip (path);
  if (g_str_has_suffix (path, "/"))
    return read_series (path);
  if (strstr (path, "/dicom/") != NULL)
    return read_slice (path);
  return g_str_has_suffix (path, ".stl") ? read_mesh (path) : read_image (path);
}

/* True for a verdict that is among those that the corpus asks for. */
static gboolean
is_asked_for (Verdict verdict, const char *expected)
{
  gboolean may_be_any = g_str_equal (expected, "ANY_NO_CRASH");
  gboolean accepts = g_str_has_prefix (expected, "ACCEPT");
  gboolean warns = strstr (expected, "WARN") != NULL;
  gboolean rejects = strstr (expected, "REJECT") != NULL || g_str_equal (expected, "IGNORE");

  if (may_be_any)
    return TRUE;
  if (verdict == REJECT)
    return rejects;
  return verdict == WARN ? warns : accepts && !warns;
}

static const char *const verdict_names[] = { "accepted", "accepted with a warning", "refused" };

static void
test_verdicts (void)
{
  for (gsize c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      const Case *at = &cases[c];
      g_autofree char *path = g_test_build_filename (G_TEST_DIST, "corpus", at->name, NULL);
      Outcome found = read_case (path);
      g_autofree char *words = found.words;
      gboolean says =
        at->says == NULL ? words == NULL : words != NULL && strstr (words, at->says) != NULL;
      if (found.verdict != at->verdict || !says)
        g_error ("%s: %s: %s", at->name, verdict_names[found.verdict], words);
      if (is_asked_for (at->verdict, at->expected) != (at->why == NULL))
        g_error ("%s: %s was asked for", at->name, at->expected);
    }
}

static gboolean
is_in_table (const char *name)
{
  for (gsize c = 0; c < G_N_ELEMENTS (cases); c++)
    if (g_str_has_suffix (cases[c].name, "/") ? g_str_has_prefix (name, cases[c].name)
                                              : g_str_equal (name, cases[c].name))
      return TRUE;
  return FALSE;
}

/* No file of the corpus is forgotten; those of voxels alone belong to a header. */
static void
test_table (void)
{
  g_autofree char *corpus = g_test_build_filename (G_TEST_DIST, "corpus", NULL);
  g_autoptr (GPtrArray) paths = _brg_folder_walk (corpus, BRG_WALK_MAX_DEPTH, NULL, NULL);

  g_assert_cmpuint (paths->len, >, 140);
  for (guint p = 0; p < paths->len; p++)
    {
      const char *name = (char *) paths->pdata[p] + strlen (corpus) + 1;
      if (!is_in_table (name) && !g_str_has_suffix (name, ".raw"))
        g_error ("%s is not in the table", name);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("corpus-XXXXXX", NULL);
  g_test_add_func ("/corpus/verdicts", test_verdicts);
  g_test_add_func ("/corpus/table", test_table);
  int result = g_test_run ();
  _brg_file_remove_tree (folder);
  g_free (folder);
  return result;
}
