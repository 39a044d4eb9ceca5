/* What is noted of an import: in the case, its file, its log and the recipes of its exports. */

#include <string.h>

#include "case/brg-import-json-private.h"
#include "case/brg-recipe-json.h"
#include "engine/brg-deface.h"
#include "io/brg-nrrd.h"
#include "kept-case.h"
#include "phantom.h"
#include "support/dicom-file.h"

/* The phantom with a comment and two keys behind its first line. */
static char *
write_talkative (const CaseFixture *fixture)
{
  static const char more[] = "# who\nkey:=value\nother:=value\n";
  char *path = g_build_filename (fixture->dir, "Talk.nrrd", NULL);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *old = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (fixture->path, &old, &size, NULL));
  gsize first = strlen ("NRRD0005\n");
  g_byte_array_append (bytes, (guint8 *) old, (guint) first);
  g_byte_array_append (bytes, (const guint8 *) more, sizeof more - 1);
  g_byte_array_append (bytes, (guint8 *) old + first, (guint) (size - first));
  g_assert_true (g_file_set_contents (path, (char *) bytes->data, bytes->len, NULL));
  return path;
}

static void
open_with (CaseFixture *fixture, const char *path, const BrgImportOptions *options)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;

  brg_case_open_async (fixture->document, file, options, NULL, case_fixture_done_cb, &result);
  case_fixture_wait_for (&result);
  g_assert_true (brg_case_open_finish (fixture->document, result, &error));
  g_assert_no_error (error);
  g_object_unref (result);
  case_fixture_settle (fixture);
  case_fixture_settle_saving (fixture);
}

static guint64
count_changed (const BrgVolume *a, const BrgVolume *b)
{
  gsize n_voxels = brg_grid_n_voxels (&a->grid);
  guint64 n = 0;

  for (gsize v = 0; v < n_voxels; v++)
    n += a->hu[v] != b->hu[v];
  return n;
}

static void
assert_same (const BrgImport *a, const BrgImport *b)
{
  g_assert_cmpmem (a, sizeof *a, b, sizeof *b);
}

static void
test_file (void)
{
  const BrgImportOptions options = { .deface = TRUE, .deface_mm = 5 };
  CaseFixture fixture;

  case_fixture_init (&fixture);
  g_autofree char *folder = g_build_filename (fixture.dir, "cases", NULL);
  g_autofree char *path = write_talkative (&fixture);
  brg_case_set_folder (fixture.document, folder);
  open_with (&fixture, path, &options);

  BrgImport import = *brg_case_get_import (fixture.document);
  BrgVolume *whole = phantom_scan ();
  g_assert_cmpstr (import.format, ==, "NRRD0005");
  g_assert_cmpuint (import.n_files, ==, 1);
  g_assert_cmpuint (import.held.n[BRG_DATA_TEXTS], ==, 1);
  g_assert_cmpuint (import.held.n[BRG_DATA_KEYS], ==, 2);
  g_assert_cmpuint (brg_data_tally_total (&import.held), ==, 3);
  g_assert_false (import.is_resampled);
  g_assert_true (import.is_defaced);
  g_assert_cmpfloat (import.deface_mm, ==, 5);
  g_assert_cmpint (import.bone_hu, ==, 150);
  g_assert_cmpuint (import.n_blanked, >, 0);
  g_assert_cmpuint (import.n_blanked, ==,
                    count_changed (whole, brg_case_get_scan (fixture.document)));
  brg_volume_unref (whole);

  g_autofree char *file = g_strdup (brg_case_get_path (fixture.document));
  g_autofree char *log = kept_case_read_log (file);
  g_assert_nonnull (strstr (log, "1 file of NRRD0005; 3 other data dropped; face taken out beyond "
                                 "5 mm of bone (150 HU)"));
  g_autofree char *out = g_build_filename (fixture.dir, "out", NULL);
  g_autofree char *recipe = g_build_filename (out, "Case01.recipe.json", NULL);
  g_assert_true (case_fixture_export (&fixture, out, NULL, NULL));
  BrgRecipeSource source;
  g_autoptr (GArray) recipes = brg_recipe_load (recipe, &source, NULL);
  g_assert_nonnull (recipes);
  assert_same (&source.import, &import);

  case_fixture_close (&fixture);
  open_with (&fixture, file, NULL);
  assert_same (brg_case_get_import (fixture.document), &import);
  case_fixture_set_param (&fixture, "threshold-lo", 200, FALSE);
  case_fixture_settle (&fixture);
  case_fixture_settle_saving (&fixture);
  g_autofree char *copy = g_build_filename (fixture.dir, "Copy.bregma", NULL);
  g_assert_true (kept_case_save_as (&fixture, copy, NULL));
  BrgStoreContents contents;
  BrgStore *store = brg_store_open (copy, BRG_STORE_READ, NULL);
  g_assert_true (brg_store_load (store, &contents, NULL, NULL));
  brg_store_close (store, NULL);
  assert_same (&contents.import, &import);
  brg_store_contents_clear (&contents);
  case_fixture_close (&fixture);
  case_fixture_clear (&fixture);
}

/* Nothing was asked for, and nothing was there. */
static void
test_plain (void)
{
  CaseFixture fixture;

  case_fixture_open (&fixture);
  const BrgImport *import = brg_case_get_import (fixture.document);
  g_assert_true (brg_import_is_known (import));
  g_assert_cmpuint (brg_data_tally_total (&import->held), ==, 0);
  g_assert_false (import->is_defaced);
  g_assert_true (brg_case_shows_face (fixture.document));
  g_assert_cmpstr (brg_import_codes (import)[0], ==, "113100");
  g_assert_null (brg_import_codes (import)[1]);
  case_fixture_clear (&fixture);
}

/* A scan of air, soft tissue and bone, one voxel of each. */
static BrgVolume *
three_values (int air, int tissue, int bone)
{
  const double spacing_mm[3] = { 10, 10, 10 };
  BrgGrid grid = brg_grid_simple (3, 1, 1, spacing_mm, brg_vec3 (0, 0, 0));
  BrgVolume *scan = brg_volume_new (&grid, NULL);

  scan->hu[0] = (int16_t) air;
  scan->hu[1] = (int16_t) tissue;
  scan->hu[2] = (int16_t) bone;
  return scan;
}

/* A face that is taken for bone stays: refused where the values are HU, told where nobody knows. */
static void
test_skin (void)
{
  static const struct
  {
    int air, bone_hu;
    gboolean is_refused, shows_face;
  } cases[] = {
    { -1000, 40, TRUE, TRUE },  { -1000, -200, TRUE, TRUE },  { -1000, 99, TRUE, TRUE },
    { -1000, 0, FALSE, FALSE }, { -1000, 100, FALSE, FALSE }, { 0, 99, FALSE, TRUE },
    { 0, 100, FALSE, FALSE },
  };

  for (gsize c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      const BrgImportOptions options = { .deface = TRUE, .bone_hu = cases[c].bone_hu };
      BrgImport import = { .n_files = 1 };
      BrgError error = { 0 };
      BrgVolume *scan =
        brg_import_deface (&import, three_values (cases[c].air, 50, 1000), &options, NULL, &error);
      g_assert_true ((scan == NULL) == cases[c].is_refused);
      if (cases[c].is_refused)
        g_assert_nonnull (strstr (error.message, "HU skin is taken for bone"));
      g_assert_true (brg_import_shows_face (&import) == cases[c].shows_face);
      brg_volume_unref (scan);
    }
}

/* Of two values, as one that was scanned badly: a scan is no mask for that. */
static void
test_few_values (void)
{
  CaseFixture fixture;

  case_fixture_init (&fixture);
  g_assert_false (brg_case_shows_face (fixture.document));
  BrgVolume *scan = three_values (-1000, -1000, 400);
  g_autofree char *path = g_build_filename (fixture.dir, "Few.nrrd", NULL);
  g_assert_cmpint (brg_nrrd_write_volume (scan, path, NULL, NULL), ==, BRG_OK);
  brg_volume_unref (scan);
  open_with (&fixture, path, NULL);
  g_assert_true (brg_case_shows_face (fixture.document));
  case_fixture_clear (&fixture);
}

static void
test_refused (void)
{
  const BrgImportOptions options = { .deface = TRUE, .deface_mm = -1 };
  CaseFixture fixture;
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;

  case_fixture_open (&fixture);
  g_autoptr (GFile) file = g_file_new_for_path (fixture.path);
  brg_case_open_async (fixture.document, file, &options, NULL, case_fixture_done_cb, &result);
  case_fixture_wait_for (&result);
  g_assert_false (brg_case_open_finish (fixture.document, result, &error));
  g_assert_true (g_str_has_prefix (error->message, "Head.nrrd: "));
  g_object_unref (result);
  case_fixture_clear (&fixture);
}

/* Slices 4 mm apart, of which one is missing. */
static void
put_series (const char *folder)
{
  static gint16 samples[16 * 16];

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  for (int s = 0; s < 8; s++)
    {
      g_autofree char *name = g_strdup_printf ("%02d", s);
      g_autofree char *path = g_build_filename (folder, name, NULL);
      DicomSlice slice = { .columns = 16,
                           .rows = 16,
                           .row_mm = 4,
                           .column_mm = 4,
                           .position = { 0, 0, 4 * (s < 5 ? s : s + 1) },
                           .canary = "text",
                           .samples = samples };
      for (int v = 0; v < 16 * 16; v++)
        samples[v] = (v / 16 - 8) * (v / 16 - 8) + (v % 16 - 8) * (v % 16 - 8) < 25 ? 800 : -1000;
      g_autoptr (GByteArray) bytes = dicom_slice (&slice);
      g_assert_true (g_file_set_contents (path, (char *) bytes->data, bytes->len, NULL));
    }
}

/* Every kind is counted in every file; of what was made up, too. */
static void
test_series (void)
{
  static const struct
  {
    BrgDataKind kind;
    guint n; /* of a file */
  } expected[] = {
    { BRG_DATA_PATIENT, 5 }, { BRG_DATA_PEOPLE, 4 }, { BRG_DATA_DATES, 1 },
    { BRG_DATA_DEVICE, 2 },  { BRG_DATA_TEXTS, 5 },  { BRG_DATA_PRIVATE, 2 },
  };
  const BrgImportOptions options = { .resample = TRUE };
  CaseFixture fixture;
  g_autoptr (GError) error = NULL;
  GAsyncResult *result = NULL;

  case_fixture_init (&fixture);
  g_autofree char *folder = g_build_filename (fixture.dir, "dicom", NULL);
  put_series (folder);
  g_autoptr (GPtrArray) all = brg_series_find (folder, NULL, &error);
  g_assert_no_error (error);
  brg_case_open_series_async (fixture.document, all, 0, &options, NULL, case_fixture_done_cb,
                              &result);
  case_fixture_wait_for (&result);
  g_assert_true (brg_case_open_finish (fixture.document, result, &error));
  g_object_unref (result);
  case_fixture_settle (&fixture);
  const BrgImport *import = brg_case_get_import (fixture.document);
  g_assert_cmpstr (import->format, ==, "DICOM");
  g_assert_cmpuint (import->n_files, ==, 8);
  for (gsize e = 0; e < G_N_ELEMENTS (expected); e++)
    g_assert_cmpuint (import->held.n[expected[e].kind], ==, 8 * expected[e].n);
  g_assert_true (import->is_resampled);
  g_assert_cmpfloat_with_epsilon (import->step_mm, 4, 1e-9);
  g_assert_cmpuint (import->n_made_up, ==, 1);
  g_assert_false (import->is_defaced);
  g_auto (GStrv) report = brg_import_report (import);
  g_assert_true (g_strv_contains ((const char *const *) report, "Read: 8 files (DICOM)"));
  g_assert_true (g_strv_contains ((const char *const *) report, "Dropped: Patient (40)"));
  g_assert_true (
    g_strv_contains ((const char *const *) report, "Resampled: 4.000 mm apart, 1 slice made up"));
  case_fixture_clear (&fixture);
}

static char *
to_json (const BrgImport *import)
{
  g_autoptr (GString) text = g_string_new (NULL);

  _brg_import_append (text, import, "  ");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
from_json (const char *text, BrgImport *import, GError **error)
{
  g_autoptr (JsonObject) object = _brg_json_parse (text, strlen (text), 8192, error);

  return object != NULL && _brg_import_read (object, import, error);
}

static const BrgImport full = { .format = "DICOM",
                                .n_files = 210,
                                .held.n = { [BRG_DATA_PATIENT] = 840, [BRG_DATA_OTHER] = 1 },
                                .is_resampled = TRUE,
                                .step_mm = 0.625,
                                .n_made_up = 3,
                                .is_defaced = TRUE,
                                .deface_mm = 12.5,
                                .bone_hu = -20,
                                .n_blanked = 123456789012 };

static void
test_json (void)
{
  g_autofree char *text = to_json (&full);
  g_autofree char *line = brg_import_describe (&full);
  BrgImport back, none = { 0 };

  g_assert_cmpstr (
    text, ==,
    "{ \"format\": \"DICOM\", \"files\": 210,\n"
    "  \"dropped\": { \"patient\": 840, \"other\": 1 },\n"
    "  \"resampled\": { \"step-mm\": 0.625, \"made-up\": 3 },\n"
    "  \"defaced\": { \"keep-mm\": 12.5, \"bone-hu\": -20, \"voxels\": 123456789012 },\n"
    "  \"deidentification\": [\"113100\", \"113102\"] }");
  g_assert_true (from_json (text, &back, NULL));
  assert_same (&back, &full);
  g_assert_cmpstr (
    line, ==,
    "210 files of DICOM; 841 other data dropped; resampled to slices 0.625 mm apart, "
    "3 of them made up; face taken out beyond 12.5 mm of bone (-20 HU)");
  g_assert_null (brg_import_describe (&none));
}

/* What is not ours is refused by name. */
static void
test_json_hostile (void)
{
  static const struct
  {
    const char *from, *to, *message;
  } cases[] = {
    { "\"DICOM\"", "\"Mr. X\"", "format" },
    { "\"DICOM\"", "\"\"", "format" },
    { "\"DICOM\"", "\"ABCDEFGHIJKLMNOP\"", "format" },
    { "\"DICOM\"", "7", "format" },
    { "210", "0", "files" },
    { "210", "1e9", "files" },
    { "\"patient\"", "\"name\"", "name" },
    { "840", "-1", "patient" },
    { "840", "\"John\"", "patient" },
    { "0.625", "51", "step-mm" },
    { "0.625", "null", "step-mm" },
    { "\"made-up\": 3", "\"made-up\": 65536", "made-up" },
    { "12.5", "50.5", "keep-mm" },
    { "-20", "40000", "bone-hu" },
    { "123456789012", "1e300", "voxels" },
    { "\"113102\"", "\"113101\"", "deidentification" },
    { ", \"113102\"", "", "deidentification" },
    { "\"files\"", "\"who\": 1, \"files\"", "who" },
  };
  g_autofree char *text = to_json (&full);

  for (gsize c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      g_autoptr (GString) changed = g_string_new (text);
      g_autoptr (GError) error = NULL;
      BrgImport import;
      g_assert_cmpuint (g_string_replace (changed, cases[c].from, cases[c].to, 1), ==, 1);
      g_test_message ("%s", changed->str);
      g_assert_false (from_json (changed->str, &import, &error));
      g_assert_nonnull (strstr (error->message, cases[c].message));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/import/file", test_file);
  g_test_add_func ("/import/plain", test_plain);
  g_test_add_func ("/import/skin", test_skin);
  g_test_add_func ("/import/few-values", test_few_values);
  g_test_add_func ("/import/refused", test_refused);
  g_test_add_func ("/import/series", test_series);
  g_test_add_func ("/import/json", test_json);
  g_test_add_func ("/import/json-hostile", test_json_hostile);
  return g_test_run ();
}
