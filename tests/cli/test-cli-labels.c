/* Masks, label maps and segmentations of 3D Slicer as inputs: told apart, chosen from, taken as
 * they are. */

#include <string.h>

#include "cli-json.h"
#include "cli-run.h"
#include "io/brg-image-content.h"

/* 4 x 1 x 2 voxels in two layers, list axis first as 3D Slicer writes it:
 * layer 0: 1 2 0 1 0 0 0 2
 * layer 1: 0 1 1 1 1 0 0 0 */
static const char *const layered =
  "NRRD0004\n# Complete NRRD file format specification at:\n# http://teem.sourceforge.net/nrrd/\n"
  "type: unsigned char\ndimension: 4\nspace: left-posterior-superior\nsizes: 2 4 1 2\n"
  "space directions: none (2,0,0) (0,2,0) (0,0,3)\nkinds: list domain domain domain\n"
  "encoding: text\nspace origin: (-7,8,9)\n"
  "Segment0_ID:=Segment_1\nSegment0_Name:=Skull\nSegment0_LabelValue:=1\nSegment0_Layer:=0\n"
  "Segment1_ID:=Segment_2\nSegment1_Name:=Upper jaw\nSegment1_LabelValue:=2\nSegment1_Layer:=0\n"
  "Segment2_ID:=Segment_3\nSegment2_Name:=Implant\nSegment2_LabelValue:=1\nSegment2_Layer:=1\n"
  "Segmentation_ReferenceImageExtentOffset:=11 12 13\n\n"
  "1 0 2 1 0 1 1 1\n0 1 0 0 0 0 2 0\n";

static char *
put (const CliScene *scene, const char *name, const char *text)
{
  char *path = g_build_filename (scene->dir, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

/* The voxels of a mask file in the order of the file, as '0' and '1'. */
static char *
bits_of (const char *path)
{
  BrgMask *mask = cli_read_mask (path);
  const int *dim = mask->grid.dim;
  GString *bits = g_string_new (NULL);

  for (int k = 0; k < dim[2]; k++)
    for (int j = 0; j < dim[1]; j++)
      for (int i = 0; i < dim[0]; i++)
        g_string_append_c (bits, brg_mask_get (mask, i, j, k) ? '1' : '0');
  brg_mask_unref (mask);
  return g_string_free (bits, FALSE);
}

static void
test_info (CliScene *scene, gconstpointer data)
{
  g_autofree char *path = put (scene, "a.seg.nrrd", layered);
  g_auto (CliRun) text = cli_run ("info", path, NULL);
  g_auto (CliRun) json = cli_run ("info", path, "--json", NULL);
  g_autoptr (JsonNode) root = NULL;
  static const char *const names[] = { "Skull", "Upper jaw", "Implant" };
  static const int labels[] = { 1, 2, 1 }, layers[] = { 0, 0, 1 }, voxels[] = { 2, 2, 4 };

  (void) data;
  cli_assert_done (&text);
  cli_assert_done (&json);
  root = cli_json_parse (json.out);
  g_autofree char *kind = cli_json_text (root, "$.files[0].kind");
  g_assert_cmpstr (kind, ==, "segmentation");
  g_assert_nonnull (strstr (text.out, "Upper jaw, label 2 of layer 0, 2 voxels"));
  g_assert_null (strstr (text.out, "Warning"));
  g_assert_cmpint (cli_json_int (root, "$.files[0].segments"), ==, 3);
  g_assert_cmpint (cli_json_int (root, "$.files[0].voxels"), ==, 6);
  for (int l = 0; l < 3; l++)
    {
      const struct
      {
        const char *key;
        int value;
      } numbers[] = {
        { "number", l + 1 }, { "label", labels[l] }, { "layer", layers[l] }, { "voxels", voxels[l] }
      };
      g_autofree char *name_path = g_strdup_printf ("$.files[0].labels[%d].name", l);
      g_autofree char *name = cli_json_text (root, name_path);
      g_assert_cmpstr (name, ==, names[l]);
      for (size_t n = 0; n < G_N_ELEMENTS (numbers); n++)
        {
          g_autofree char *at = g_strdup_printf ("$.files[0].labels[%d].%s", l, numbers[n].key);
          g_assert_cmpint (cli_json_int (root, at), ==, numbers[n].value);
        }
    }
}

/* Every way to name a segment, and what it gives. */
static void
test_choose (CliScene *scene, gconstpointer data)
{
  static const char *const cases[][2] = {
    { "1", "10010000" },       { "Skull", "10010000" },     { "skull", "10010000" },
    { "2", "01000001" },       { "UPPER JAW", "01000001" }, { "3", "01111000" },
    { "Implant", "01111000" }, { "all", "11111001" },
  };
  g_autofree char *path = put (scene, "a.seg.nrrd", layered);

  (void) data;
  for (size_t c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      g_auto (CliRun) run =
        cli_run ("segment", path, "-o", scene->skull, "--segment", cases[c][0], NULL);
      cli_assert_done (&run);
      g_assert_null (strstr (run.out, " HU"));
      g_autofree char *bits = bits_of (scene->skull);
      g_assert_cmpstr (bits, ==, cases[c][1]);
    }
}

/* Labels of a plain map are called by their value, which need not begin with 1. */
static void
test_label_map (CliScene *scene, gconstpointer data)
{
  g_autofree char *path = put (scene, "map.nrrd",
                               "NRRD0004\ntype: int\ndimension: 3\nspace: RAS\nsizes: 4 1 1\n"
                               "space directions: (1,0,0) (0,1,0) (0,0,1)\nencoding: text\n\n"
                               "0 91 7 91\n");
  g_autofree char *stl = g_build_filename (scene->dir, "out.stl", NULL);
  g_auto (CliRun) chosen = cli_run ("segment", path, "-o", scene->skull, "--segment=91", NULL);
  g_auto (CliRun) info = cli_run ("info", path, NULL);
  BrgMask *mask = cli_read_mask (scene->skull);

  (void) data;
  cli_assert_done (&chosen);
  g_assert_cmpuint (brg_mask_count (mask), ==, 2);
  brg_mask_unref (mask);
  g_assert_nonnull (strstr (info.out, "Labels"));
  g_assert_nonnull (strstr (info.out, "label 91, 2 voxels"));
  g_assert_nonnull (strstr (info.out, "label 7, 1 voxel\n"));
  g_auto (CliRun) none = cli_run ("mesh", path, "-o", stl, "--segment", "1", NULL);
  cli_assert_fails (&none, 1, "map.nrrd: has no segment \"1\"; there are: 7, 91");
}

/* Each command that takes a mask says what there is to choose from. */
static void
test_unclear (CliScene *scene, gconstpointer data)
{
  g_autofree char *path = put (scene, "a.seg.nrrd", layered);
  g_autofree char *out = g_build_filename (scene->dir, "out", NULL);
  g_autofree char *stl = g_build_filename (scene->dir, "out.stl", NULL);
  g_autofree char *ply = g_build_filename (scene->dir, "out.ply", NULL);
  g_autofree char *png = g_build_filename (scene->dir, "out.png", NULL);
  const char *program = g_getenv ("BRG_CLI");
  const char *const runs[][8] = {
    { program, "mesh", path, "-o", stl, NULL },
    { program, "points", path, "-n", "9", "-o", ply, NULL },
    { program, "preview", path, "-o", png, NULL },
    { program, "defect", path, "-o", out, NULL },
    { program, "segment", path, "-o", scene->skull, "--as", "mask", NULL },
  };

  (void) data;
  for (size_t r = 0; r < G_N_ELEMENTS (runs); r++)
    {
      g_auto (CliRun) run = cli_run_v (runs[r], NULL);
      cli_assert_fails (&run, 1,
                        "a.seg.nrrd: holds several labels: 1 Skull, 2 Upper jaw, 3 Implant; choose "
                        "one with --segment N|NAME, or all");
    }
  g_auto (CliRun) none = cli_run ("mesh", path, "-o", stl, "--segment", "skul", NULL);
  cli_assert_fails (&none, 1,
                    "has no segment \"skul\"; there are: 1 Skull, 2 Upper jaw, 3 Implant");
  g_auto (CliRun) mesh = cli_run ("mesh", path, "-o", stl, "--segment", "Implant", NULL);
  cli_assert_done (&mesh);
  g_auto (CliRun) scan = cli_run ("segment", path, "-o", scene->skull, NULL);
  cli_assert_fails (&scan, 1, "if the values are labels, choose one with --segment: 1 Skull, 2");
}

/* A mask is taken as it is, specks and all, unless something is asked for. */
static void
test_mask (CliScene *scene, gconstpointer data)
{
  g_autofree char *path = put (scene, "mask.nrrd",
                               "NRRD0004\ntype: float\ndimension: 3\nspace: RAS\nsizes: 8 1 1\n"
                               "space directions: (1,0,0) (0,1,0) (0,0,1)\nencoding: text\n\n"
                               "1 0 1 1 0 0 0 1\n");
  g_auto (CliRun) plain = cli_run ("segment", path, "-o", scene->skull, NULL);
  g_auto (CliRun) taken = cli_run ("segment", path, "-o", scene->skull, "--as", "mask", NULL);
  g_autofree char *bits = bits_of (scene->skull), *largest_bits = NULL;

  (void) data;
  cli_assert_fails (&plain, 1,
                    "this is a mask already, not a scan; to work on it all the same add");
  cli_assert_done (&taken);
  g_assert_cmpstr (bits, ==, "10001101"); /* from right to left in the file */
  g_auto (CliRun) largest =
    cli_run ("segment", path, "-o", scene->skull, "--as=mask", "--keep=largest", NULL);
  cli_assert_done (&largest);
  largest_bits = bits_of (scene->skull);
  g_assert_cmpstr (largest_bits, ==, "00001100");
}

static void
test_usage (CliScene *scene, gconstpointer data)
{
  g_autofree char *path = put (scene, "a.seg.nrrd", layered);
  const char *const cases[][3] = {
    { "--as=volume", "--keep=all", "--as must be scan or mask, got \"volume\"" },
    { "--as=scan", "--segment=1", "--segment is of a mask; it does not go with --as scan" },
    { "--as=mask", "--threshold=3", "a mask has no HU; --threshold does not go with it" },
    { "--segment=1", "--threshold=3", "a mask has no HU; --threshold does not go with it" },
  };

  (void) data;
  for (size_t c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      g_auto (CliRun) run =
        cli_run ("segment", path, "-o", scene->skull, cases[c][0], cases[c][1], NULL);
      cli_assert_fails (&run, 2, cases[c][2]);
    }
  g_autofree char *stl = g_build_filename (scene->dir, "out.stl", NULL);
  g_auto (CliRun) level = cli_run ("mesh", path, "-o", stl, "--hu=3", "--segment=1", NULL);
  cli_assert_fails (&level, 2, "--hu takes the input as a scan; it does not go with --segment");
}

/* One of several labels makes the surface that its mask alone makes. */
static void
test_surface (CliScene *scene, gconstpointer data)
{
  g_autofree char *path = g_build_filename (scene->dir, "labels.nrrd", NULL);
  g_autofree char *one = g_build_filename (scene->dir, "one.stl", NULL);
  g_autofree char *two = g_build_filename (scene->dir, "two.stl", NULL);
  g_auto (CliRun) segment = cli_run ("segment", scene->scan, "-o", scene->skull, NULL);
  BrgMask *skull = cli_read_mask (scene->skull);
  GString *text = g_string_new (NULL);
  BrgAffine m;
  int sizes[3], at[3], vox[3];

  (void) data;
  brg_grid_to_source (&skull->grid, sizes, &m);
  g_string_printf (text, "NRRD0004\ntype: uint8\ndimension: 3\nspace: LPS\nsizes: %d %d %d\n",
                   sizes[0], sizes[1], sizes[2]);
  g_string_append (text, "space directions:");
  for (int c = 0; c < 4; c++)
    g_string_append_printf (text, "%s (%g,%g,%g)", c == 3 ? "\nspace origin:" : "", m.m[0][c],
                            m.m[1][c], m.m[2][c]);
  g_string_append (text, "\nencoding: text\n\n");
  for (at[2] = 0; at[2] < sizes[2]; at[2]++)
    for (at[1] = 0; at[1] < sizes[1]; at[1]++)
      for (at[0] = 0; at[0] < sizes[0]; at[0]++)
        {
          brg_grid_vox_from_source (&skull->grid, at, vox);
          g_string_append (text, brg_mask_get (skull, vox[0], vox[1], vox[2]) ? "5 "
                                 : at[0] == 0                                 ? "2 "
                                                                              : "0 ");
        }
  g_assert_true (g_file_set_contents (path, text->str, (gssize) text->len, NULL));
  g_auto (CliRun) of_mask = cli_run ("mesh", scene->skull, "-o", one, NULL);
  g_auto (CliRun) of_label = cli_run ("mesh", path, "-o", two, "--segment=5", NULL);
  cli_assert_done (&segment);
  cli_assert_done (&of_mask);
  cli_assert_done (&of_label);
  g_autoptr (GBytes) first = cli_read (one);
  g_autoptr (GBytes) second = cli_read (two);
  g_assert_true (g_bytes_equal (first, second));
  brg_mask_unref (skull);
  g_string_free (text, TRUE);
}

static void
add (const char *path, void (*test) (CliScene *, gconstpointer))
{
  g_test_add (path, CliScene, GINT_TO_POINTER (FALSE), cli_scene_set_up, test, cli_scene_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/cli/labels/info", test_info);
  add ("/cli/labels/choose", test_choose);
  add ("/cli/labels/label-map", test_label_map);
  add ("/cli/labels/unclear", test_unclear);
  add ("/cli/labels/mask", test_mask);
  add ("/cli/labels/usage", test_usage);
  add ("/cli/labels/surface", test_surface);
  return g_test_run ();
}
