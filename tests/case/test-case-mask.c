/* Masks and files of labels opened as a case: the skull is the mask, voxel for voxel, and an export
 * can be made again from the file. */

#include <string.h>

#include "case-fixture.h"
#include "case/brg-replay.h"
#include "engine/brg-mask-scan.h"
#include "io/brg-image.h"
#include "io/brg-nrrd.h"
#include "phantom.h"

/* The skull of the phantom with loose specks, holes and a wall one voxel thin: what cleaning would
 * take away. */
static BrgMask *
rough_skull (void)
{
  BrgMask *mask = phantom_skull ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  const int *dim = mask->grid.dim;

  for (int k = 0; k < dim[2]; k++)
    for (int j = 0; j < dim[1]; j++)
      for (int i = 0; i < dim[0]; i++)
        if (g_rand_int_range (rand, 0, 50) == 0 || j == 2)
          brg_mask_set (mask, i, j, k, !brg_mask_get (mask, i, j, k));
  return mask;
}

/* What is at a voxel of the file of labels: in layer 0 label 2 in `mask` and 1 beside it, in layer
 * 1 label 2 in the lower half. */
static guint8
label_at (const BrgMask *mask, int layer, const int vox[3])
{
  if (layer == 1)
    return vox[2] < mask->grid.dim[2] / 2 ? 2 : 0;
  if (brg_mask_get (mask, vox[0], vox[1], vox[2]))
    return 2;
  return vox[0] == 0 ? 1 : 0;
}

/* A NRRD file on the grid of `mask`: 0 and 1 as float of one layer, or labels in `n_layers`. */
static char *
write_file (const CaseFixture *fixture, const BrgMask *mask, gboolean is_float, int n_layers)
{
  GString *text = g_string_new ("NRRD0004\n");
  char *path = g_build_filename (fixture->dir, "labels.seg.nrrd", NULL);
  int sizes[3], at[3], vox[3];
  BrgAffine m;

  brg_grid_to_source (&mask->grid, sizes, &m);
  g_string_append_printf (text, "type: %s\ndimension: 4\nspace: LPS\nsizes: %d %d %d %d\n",
                          is_float ? "float" : "uint8", sizes[0], sizes[1], sizes[2], n_layers);
  g_string_append (text, "endian: little\nencoding: raw\nspace directions:");
  for (int c = 0; c < 4; c++)
    g_string_append_printf (text, "%s (%.17g,%.17g,%.17g)", c == 3 ? " none\nspace origin:" : "",
                            m.m[0][c], m.m[1][c], m.m[2][c]);
  g_string_append (text, "\n\n");
  for (int layer = 0; layer < n_layers; layer++)
    for (at[2] = 0; at[2] < sizes[2]; at[2]++)
      for (at[1] = 0; at[1] < sizes[1]; at[1]++)
        for (at[0] = 0; at[0] < sizes[0]; at[0]++)
          {
            brg_grid_vox_from_source (&mask->grid, at, vox);
            guint8 label = label_at (mask, layer, vox);
            float one = label == 2 ? 1 : 0;
            g_string_append_len (text, is_float ? (char *) &one : (char *) &label,
                                 is_float ? sizeof one : 1);
          }
  g_assert_true (g_file_set_contents (path, text->str, (gssize) text->len, NULL));
  g_string_free (text, TRUE);
  return path;
}

static void
open_as (CaseFixture *fixture, const char *path, BrgImportOptions options)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;

  brg_case_open_async (fixture->document, file, &options, NULL, case_fixture_done_cb, &result);
  case_fixture_wait_for (&result);
  brg_case_open_finish (fixture->document, result, &error);
  g_assert_no_error (error);
  g_object_unref (result);
  case_fixture_settle (fixture);
}

static void
assert_skull (CaseFixture *fixture, const BrgMask *mask)
{
  const BrgPipelineResult *result = brg_case_get_result (fixture->document);

  g_assert_cmpstr (brg_case_get_error (fixture->document), ==, NULL);
  g_assert_nonnull (result);
  g_assert_true (brg_mask_equal (result->skull, mask));
}

static void
assert_said (CaseFixture *fixture, const char *sentence)
{
  g_assert_cmpstr (brg_case_get_warnings (fixture->document)[0], ==, sentence);
}

/* As the public sets have them, and as 3D Slicer and our own exports do. */
static void
test_mask (void)
{
  const char *const sentence = "The file is a mask, not a scan: its voxels are the skull.";

  for (int is_float = 0; is_float < 2; is_float++)
    {
      CaseFixture fixture;
      BrgMask *mask = rough_skull ();
      g_autofree char *path = NULL, *kept = NULL;
      case_fixture_init (&fixture);
      brg_case_set_folder (fixture.document, fixture.dir);
      path = write_file (&fixture, mask, TRUE, 1);
      if (!is_float)
        g_assert_cmpint (brg_nrrd_write_mask (mask, path, NULL, NULL), ==, BRG_OK);
      open_as (&fixture, path, (BrgImportOptions){ .deface = is_float, .deface_mm = 1 });
      assert_skull (&fixture, mask);
      g_assert_false (brg_case_shows_face (fixture.document));
      assert_said (&fixture, sentence);
      case_fixture_settle_saving (&fixture);
      kept = g_strdup (brg_case_get_path (fixture.document));
      g_assert_true (case_fixture_open_path (&fixture, fixture.path, NULL, NULL));
      case_fixture_settle (&fixture);
      g_assert_cmpint (brg_case_get_recipe (fixture.document)->keep, ==, BRG_KEEP_LARGEST);
      g_assert_true (case_fixture_open_path (&fixture, kept, NULL, NULL));
      case_fixture_settle (&fixture);
      assert_skull (&fixture, mask);
      g_assert_false (brg_case_shows_face (fixture.document));
      assert_said (&fixture, sentence);
      case_fixture_clear (&fixture);
      brg_mask_unref (mask);
    }
}

/* The same file is a scan of two values for who says so. */
static void
test_as_scan (void)
{
  CaseFixture fixture;
  BrgMask *mask = phantom_skull ();

  case_fixture_init (&fixture);
  g_autofree char *path = write_file (&fixture, mask, TRUE, 1);
  open_as (&fixture, path, (BrgImportOptions){ .as = BRG_IMPORT_AS_SCAN });
  BrgVolume *scan = brg_case_get_scan (fixture.document);
  for (size_t v = 0; v < brg_grid_n_voxels (&scan->grid); v++)
    g_assert_true (scan->hu[v] == 0 || scan->hu[v] == 1);
  g_assert_null (brg_case_get_warnings (fixture.document)[0]);
  g_assert_true (brg_case_shows_face (fixture.document));
  case_fixture_clear (&fixture);
  brg_mask_unref (mask);
}

static void
assert_label (CaseFixture *fixture, const BrgMask *mask, const BrgImagePick *pick)
{
  const BrgMask *skull = brg_case_get_result (fixture->document)->skull;

  for (int k = 0; k < mask->grid.dim[2]; k++)
    for (int j = 0; j < mask->grid.dim[1]; j++)
      for (int i = 0; i < mask->grid.dim[0]; i++)
        {
          const int vox[3] = { i, j, k };
          guint8 first = label_at (mask, 0, vox), second = label_at (mask, 1, vox);
          gboolean expected =
            pick->is_any ? first + second > 0 : (pick->layer == 0 ? first : second) == pick->label;
          g_assert_cmpint (brg_mask_get (skull, i, j, k), ==, expected);
        }
}

static void
replay (const CaseFixture *fixture, const char *out, const char *source)
{
  g_autofree char *recipe = g_build_filename (out, "Case01.recipe.json", NULL);
  g_autofree char *again = g_build_filename (fixture->dir, "again", NULL);
  BrgReplay what = { .recipe_path = recipe,
                     .source_path = source,
                     .dir = again,
                     .name = "Again",
                     .verify = TRUE,
                     .no_png = TRUE };
  g_autoptr (GError) error = NULL;
  BrgReplayReport report;

  brg_replay (&what, &report, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report.n_stages, >, 0);
  brg_replay_report_clear (&report);
}

/* Each label, and all; from the file that was opened an export is made again. */
static void
test_labels (void)
{
  static const struct
  {
    BrgImagePick pick;
    const char *sentence;
  } cases[] = {
    { { .layer = 0, .label = 2 }, "Label 2 of the file is the skull. One of skin shows the face." },
    { { .layer = 1, .label = 2 }, "Label 2 of the file is the skull. One of skin shows the face." },
    { { .is_any = true },
      "All labels of the file together are the skull. One of skin shows the face." },
  };
  BrgMask *mask = phantom_skull ();

  for (size_t c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      CaseFixture fixture;
      g_autoptr (GError) error = NULL;
      case_fixture_init (&fixture);
      g_autofree char *path = write_file (&fixture, mask, FALSE, 2);
      g_autofree char *out = g_build_filename (fixture.dir, "out", NULL);
      open_as (&fixture, path,
               (BrgImportOptions){ .as = BRG_IMPORT_AS_SKULL, .pick = cases[c].pick });
      assert_label (&fixture, mask, &cases[c].pick);
      assert_said (&fixture, cases[c].sentence);
      if (cases[c].pick.layer == 1)
        {
          case_fixture_export (&fixture, out, NULL, &error);
          g_assert_no_error (error);
          replay (&fixture, out, path);
        }
      case_fixture_clear (&fixture);
    }
  brg_mask_unref (mask);
}

/* Several labels are a scan as long as nobody says which of them is the skull. */
static void
test_unclear (void)
{
  CaseFixture fixture;
  BrgMask *mask = phantom_skull ();

  case_fixture_init (&fixture);
  g_autofree char *path = write_file (&fixture, mask, FALSE, 1);
  open_as (&fixture, path, (BrgImportOptions){ .as = BRG_IMPORT_AS_FOUND });
  g_assert_cmpint (brg_case_get_histogram (fixture.document)->max_hu, ==, 2);
  case_fixture_clear (&fixture);
  brg_mask_unref (mask);
}

static void
test_empty (void)
{
  CaseFixture fixture;
  BrgGrid grid = phantom_grid ();
  BrgMask *mask = brg_mask_new (&grid, NULL);
  g_autoptr (GError) error = NULL;

  case_fixture_open (&fixture);
  g_autofree char *path = write_file (&fixture, mask, TRUE, 1);
  g_assert_false (case_fixture_open_path (&fixture, path, NULL, &error));
  g_assert_cmpstr (error->message, ==, "labels.seg.nrrd: is a mask without any voxel");
  g_assert_cmpuint (fixture.n_opened, ==, 1);
  case_fixture_clear (&fixture);
  brg_mask_unref (mask);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/case/mask/mask", test_mask);
  g_test_add_func ("/case/mask/as-scan", test_as_scan);
  g_test_add_func ("/case/mask/labels", test_labels);
  g_test_add_func ("/case/mask/unclear", test_unclear);
  g_test_add_func ("/case/mask/empty", test_empty);
  return g_test_run ();
}
