/* import of images: any format as an anonymous scan; masks and labels are told to be no scans. */

#include <string.h>

#include "cli-json.h"
#include "cli-run.h"
#include "io/brg-image.h"

#define SIZES "sizes: 2 1 2\nspace directions: (2,0,0) (0,2,0) (0,0,3)\nspace origin: (1,2,3)\n"
#define NRRD  "NRRD0005\ntype: short\ndimension: 3\nspace: LPS\n" SIZES "encoding: text\n"

static char *
put (const CliScene *scene, const char *name, const char *text)
{
  char *path = g_build_filename (scene->dir, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

static gboolean
has_canary (const char *path)
{
  g_autoptr (GBytes) bytes = cli_read (path);

  return g_strstr_len (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes),
                       "CANARY") != NULL;
}

/* A scan of ours is not changed. */
static void
test_same (CliScene *scene, gconstpointer data)
{
  (void) data;
  g_auto (CliRun) run = cli_run ("import", scene->scan, "-o", scene->skull, "--json", NULL);
  cli_assert_done (&run);
  g_autoptr (JsonNode) root = cli_json_parse (run.out);
  g_autofree char *format = cli_json_text (root, "$.import.format");
  g_autoptr (GBytes) before = cli_read (scene->scan), after = cli_read (scene->skull);
  g_assert_cmpstr (format, ==, "NRRD0005");
  g_assert_true (cli_json_truth (root, "$.has_face"));
  g_assert_true (g_bytes_equal (before, after));
}

/* What the file says of anybody stays behind, and is counted. */
static void
test_anonymous (CliScene *scene, gconstpointer data)
{
  static const int values[] = { -5, 700, 0, 3 };

  (void) data;
  g_autofree char *source =
    put (scene, "CANARY.nrrd", NRRD "# CANARY\ncontent: CANARY\nPatient:=CANARY\n\n-5 700 0 3\n");
  g_auto (CliRun) run = cli_run ("import", source, "-o", scene->skull, "--json", NULL);
  cli_assert_done (&run);
  g_autoptr (JsonNode) root = cli_json_parse (run.out);
  g_assert_cmpint (cli_json_int (root, "$.size[2]"), ==, 2);
  g_assert_cmpfloat (cli_json_real (root, "$.spacing_mm[2]"), ==, 3);
  g_assert_null (strstr (run.out, "CANARY"));
  g_assert_false (has_canary (scene->skull));
  BrgVolume *scan = brg_image_read_volume (scene->skull, NULL, NULL, NULL);
  for (int v = 0; v < 4; v++)
    g_assert_cmpint (scan->hu[v], ==, values[v]);
  brg_volume_unref (scan);
}

/* Found by its content, whatever its name. */
static void
test_metaimage (CliScene *scene, gconstpointer data)
{
  (void) data;
  g_autofree char *source =
    put (scene, "head",
         "ObjectType = Image\nNDims = 3\nDimSize = 2 1 2\nElementType = MET_SHORT\n"
         "ElementSpacing = 2 2 3\nBinaryData = False\nElementDataFile = LOCAL\n-5 700 0 3\n");
  g_auto (CliRun) run = cli_run ("import", source, "-o", scene->skull, "--json", NULL);
  cli_assert_done (&run);
  g_autoptr (JsonNode) root = cli_json_parse (run.out);
  g_autofree char *format = cli_json_text (root, "$.import.format");
  g_assert_cmpstr (format, ==, "MetaImage");
  g_assert_true (g_file_test (scene->skull, G_FILE_TEST_EXISTS));
}

static void
test_deface (CliScene *scene, gconstpointer data)
{
  (void) data;
  g_auto (CliRun) run =
    cli_run ("import", scene->scan, "-o", scene->skull, "--deface", "5", "--json", NULL);
  cli_assert_done (&run);
  g_autoptr (JsonNode) root = cli_json_parse (run.out);
  g_assert_false (cli_json_truth (root, "$.has_face"));
  g_assert_cmpint (cli_json_int (root, "$.import.defaced.voxels"), >, 0);
}

/* A mask or a segmentation is none; what may be labels is one, and told of. */
static void
test_no_scan (CliScene *scene, gconstpointer data)
{
  (void) data;
  g_autofree char *mask = put (scene, "mask.nrrd", NRRD "\n0 7 7 0\n");
  g_auto (CliRun) of_mask = cli_run ("import", mask, "-o", scene->skull, NULL);
  cli_assert_fails (&of_mask, 1,
                    "mask.nrrd: is a mask, not a scan; a skull is made of it by: "
                    "bregma-cli segment MASK --as mask -o SKULL.nrrd");
  g_autofree char *segments = put (scene, "a.seg.nrrd",
                                   NRRD "Segment0_ID:=S\nSegment0_Name:=Skull\n"
                                        "Segment0_LabelValue:=1\n\n0 1 2 0\n");
  g_auto (CliRun) of_segments = cli_run ("import", segments, "-o", scene->skull, NULL);
  cli_assert_fails (&of_segments, 1, "a.seg.nrrd: is a segmentation, not a scan");
  g_assert_nonnull (strstr (of_segments.err, "1 Skull"));
  g_assert_false (g_file_test (scene->skull, G_FILE_TEST_EXISTS));
  g_autofree char *labels = put (scene, "labels.nrrd", NRRD "\n0 1 2 3\n");
  g_auto (CliRun) of_labels = cli_run ("import", labels, "-o", scene->skull, NULL);
  cli_assert_done (&of_labels);
  g_assert_nonnull (strstr (of_labels.out, "Its values may be labels, not those of a scan"));
  g_assert_true (g_file_test (scene->skull, G_FILE_TEST_EXISTS));
}

static void
test_usage (CliScene *scene, gconstpointer data)
{
  (void) data;
  g_autoptr (GBytes) before = cli_read (scene->scan);
  g_auto (CliRun) list = cli_run ("import", scene->scan, "--list", NULL);
  cli_assert_fails (&list, 1, "scan.nrrd: is an image, not DICOM: it has no series");
  g_auto (CliRun) series =
    cli_run ("import", scene->scan, "-o", scene->skull, "--series", "1", NULL);
  cli_assert_fails (&series, 2, "--series is for DICOM files");
  g_auto (CliRun) resample =
    cli_run ("import", scene->scan, "-o", scene->skull, "--resample", NULL);
  cli_assert_fails (&resample, 2, "--resample is for DICOM files");
  g_auto (CliRun) itself = cli_run ("import", scene->scan, "-o", scene->scan, NULL);
  cli_assert_fails (&itself, 2, "-o names the source itself");
  g_autoptr (GBytes) after = cli_read (scene->scan);
  g_assert_true (g_bytes_equal (before, after));
  g_autofree char *other = put (scene, "note.txt", "no image\n");
  g_auto (CliRun) no_image = cli_run ("import", other, "-o", scene->skull, NULL);
  cli_assert_fails (&no_image, 1, "note.txt: is neither a DICOM file nor an image");
  g_autofree char *a_case = put (scene, "a.bregma", "no image\n");
  g_auto (CliRun) no_scan = cli_run ("import", a_case, "-o", scene->skull, NULL);
  cli_assert_fails (&no_scan, 1, "a.bregma: is a case; what it makes is written by");
  g_autofree char *cut = put (scene, "cut.nrrd", NRRD "\n0 1\n");
  g_auto (CliRun) too_short = cli_run ("import", cut, "-o", scene->skull, NULL);
  cli_assert_fails (&too_short, 1, "cut.nrrd: ");
  g_assert_false (g_file_test (scene->skull, G_FILE_TEST_EXISTS));
}

static void
add (const char *name, gboolean is_odd, void (*test) (CliScene *, gconstpointer))
{
  g_autofree char *path = g_strconcat ("/import-image/", name, NULL);

  g_test_add (path, CliScene, GINT_TO_POINTER (is_odd), cli_scene_set_up, test,
              cli_scene_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("same", FALSE, test_same);
  add ("same-odd", TRUE, test_same);
  add ("anonymous", FALSE, test_anonymous);
  add ("metaimage", FALSE, test_metaimage);
  add ("deface", FALSE, test_deface);
  add ("no-scan", FALSE, test_no_scan);
  add ("usage", FALSE, test_usage);
  return g_test_run ();
}
