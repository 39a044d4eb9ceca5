/* Export and verify: layout, determinism, replacement as a set, and what is noticed when a folder
 * has been tampered with. */

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "case/brg-export.h"
#include "case/brg-verify.h"
#include "io/brg-image.h"
#include "io/brg-nrrd.h"
#include "phantom.h"

/* A skull with two defects made by hand: boxes cut out of the sphere in front and on the left. */
typedef struct
{
  char *dir;
  BrgMask *skull;
  BrgMask *defective[2], *implant[2];
  BrgRecipe recipe;
  BrgExportDefect defects[2];
  BrgExport what;
} Fixture;

static void
cut (Fixture *fixture, int d, const BrgBox *box)
{
  fixture->defective[d] = brg_mask_copy (fixture->skull, NULL);
  fixture->implant[d] = brg_mask_copy (fixture->skull, NULL);
  for (int k = box->lo[2]; k < box->hi[2]; k++)
    for (int j = box->lo[1]; j < box->hi[1]; j++)
      for (int i = box->lo[0]; i < box->hi[0]; i++)
        brg_mask_set (fixture->defective[d], i, j, k, false);
  brg_mask_and_not (fixture->implant[d], fixture->defective[d], NULL);
  fixture->defects[d] = (BrgExportDefect){ .recipe = &fixture->recipe,
                                           .defective = fixture->defective[d],
                                           .implant = fixture->implant[d] };
}

static void
fixture_init (Fixture *fixture)
{
  *fixture = (Fixture){ .dir = test_folder_new (), .skull = phantom_skull () };
  fixture->recipe = brg_recipe_default ();
  fixture->recipe.defect.placed = true;
  cut (fixture, 0, &(BrgBox){ { 10, 0, 10 }, { 31, 12, 31 } });
  cut (fixture, 1, &(BrgBox){ { 30, 10, 10 }, { 41, 31, 31 } });
  fixture->what = (BrgExport){ .name = "Case01",
                               .recipe = &fixture->recipe,
                               .skull = fixture->skull,
                               .source_kind = BRG_SOURCE_SKULL,
                               .defects = fixture->defects,
                               .n_defects = 2,
                               .no_png = TRUE };
}

static void
fixture_clear (Fixture *fixture)
{
  test_folder_free (fixture->dir);
  brg_mask_unref (fixture->skull);
  for (int d = 0; d < 2; d++)
    {
      brg_mask_unref (fixture->defective[d]);
      brg_mask_unref (fixture->implant[d]);
    }
}

static char *
in (const char *dir, const char *path)
{
  return g_build_filename (dir, path, NULL);
}

static void
export_ok (const BrgExport *what, const char *dir, int n_threads)
{
  g_autoptr (GError) error = NULL;
  BrgJob job = BRG_JOB_INIT;

  job.n_threads = n_threads;
  brg_export (what, dir, &job, &error);
  g_assert_no_error (error);
}

/* The problems found, one per line. */
static char *
problems_of (const char *dir)
{
  BrgVerifyReport report;
  g_autoptr (GError) error = NULL;

  brg_verify (dir, &report, NULL, &error);
  g_assert_no_error (error);
  g_ptr_array_add (report.problems, NULL);
  char *text = g_strjoinv ("\n", (char **) report.problems->pdata);
  brg_verify_report_clear (&report);
  return text;
}

static void
assert_sound (const char *dir)
{
  g_autofree char *problems = problems_of (dir);

  g_assert_cmpstr (problems, ==, "");
}

static void
assert_problem (const char *dir, const char *expected)
{
  g_autofree char *problems = problems_of (dir);

  g_test_message ("%s", problems);
  g_assert_nonnull (strstr (problems, expected));
}

static char *
contents (const char *dir, const char *path, gsize *length)
{
  g_autofree char *full = in (dir, path);
  char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (full, &text, length, &error);
  g_assert_no_error (error);
  return text;
}

static const char *const layout[] = {
  "Case01/Case01.nrrd",
  "Case01/Case01.stl",
  "Case01/Case01.png",
  "Case01_Defects/Case01_Defects01.nrrd",
  "Case01_Defects/Case01_Defects01.stl",
  "Case01_Defects/Case01_Defects01.png",
  "Case01_Implants/Case01_Implants01.nrrd",
  "Case01_Implants/Case01_Implants01.stl",
  "Case01_Implants/Case01_Implants01.png",
  "Case01.edits.nrrd",
  "Case01.recipe.json",
  "manifest.json",
};

static gboolean
holds (const char *text, gsize length, const char *word)
{
  const char *end = text + length;

  while ((text = memchr (text, word[0], (gsize) (end - text))) != NULL)
    {
      if (g_str_has_prefix (text, word))
        return TRUE;
      text++;
    }
  return FALSE;
}

/* The layout, the same bytes from any number of threads, and no trace of where it was made. */
static void
test_layout (void)
{
  Fixture fixture;
  const int n_threads[] = { 1, 2, 7 };

  fixture_init (&fixture);
  fixture.what.no_png = FALSE;
  fixture.what.png_width_px = 80;
  fixture.what.n_defects = 1;
  for (size_t t = 0; t < G_N_ELEMENTS (n_threads); t++)
    {
      g_autofree char *name = g_strdup_printf ("a/b/out%d", n_threads[t]);
      g_autofree char *dir = in (fixture.dir, name), *first = in (fixture.dir, "a/b/out1");
      export_ok (&fixture.what, dir, n_threads[t]);
      g_assert_cmpuint (test_folder_count (dir), ==, G_N_ELEMENTS (layout) + 3);
      for (size_t f = 0; f < G_N_ELEMENTS (layout); f++)
        {
          gsize length, length_of_first;
          g_autofree char *bytes = contents (dir, layout[f], &length);
          g_autofree char *of_first = contents (first, layout[f], &length_of_first);
          g_assert_cmpuint (length, ==, length_of_first);
          g_assert_cmpint (memcmp (bytes, of_first, length), ==, 0);
          g_assert_false (t == 0 && holds (bytes, length, "bregma-case-"));
        }
    }
  g_autofree char *dir = in (fixture.dir, "a/b/out7");
  assert_sound (dir);
  fixture_clear (&fixture);
}

static void
test_round_trip (void)
{
  Fixture fixture;
  BrgMask *added = phantom_skull (), *ones, *twos;

  fixture_init (&fixture);
  brg_mask_clear (added);
  brg_mask_set (added, 3, 4, 5, true);
  fixture.what.added = added;
  export_ok (&fixture.what, fixture.dir, 0);
  g_autofree char *implant = in (fixture.dir, "Case01_Implants/Case01_Implants02.nrrd");
  g_autofree char *edits = in (fixture.dir, "Case01.edits.nrrd");
  g_autofree char *recipe = in (fixture.dir, "Case01.recipe.json");
  BrgMask *back = brg_image_read_mask (implant, NULL, NULL, NULL);
  BrgRecipeSource source;

  g_assert_true (brg_mask_equal (back, fixture.implant[1]));
  g_assert_cmpint (brg_image_read_labels (edits, &ones, &twos, NULL, NULL), ==, BRG_OK);
  g_assert_true (brg_mask_equal (ones, added));
  g_assert_true (brg_mask_is_empty (twos));
  g_autoptr (GArray) recipes = brg_recipe_load (recipe, &source, NULL);
  g_assert_cmpuint (recipes->len, ==, 2);
  g_assert_cmpint (source.kind, ==, BRG_SOURCE_SKULL);
  g_assert_cmpstr (source.edits, ==, "Case01.edits.nrrd");
  brg_mask_unref (back);
  brg_mask_unref (ones);
  brg_mask_unref (twos);
  brg_mask_unref (added);
  fixture_clear (&fixture);
}

/* A second export of the name replaces the set; another name joins it. */
static void
test_replace (void)
{
  Fixture fixture;

  fixture_init (&fixture);
  g_autofree char *second = in (fixture.dir, "Case01_Defects/Case01_Defects02.stl");
  g_autofree char *folder = in (fixture.dir, "Case01_Implants");
  g_autofree char *own = in (fixture.dir, "Case01/notes.txt");
  export_ok (&fixture.what, fixture.dir, 0);
  g_assert_true (g_file_test (second, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_set_contents (own, "mine", -1, NULL));
  fixture.what.n_defects = 1;
  export_ok (&fixture.what, fixture.dir, 0);
  g_assert_false (g_file_test (second, G_FILE_TEST_EXISTS));
  assert_sound (fixture.dir);

  fixture.what.name = "Case00";
  export_ok (&fixture.what, fixture.dir, 0);
  gsize length;
  g_autofree char *manifest = contents (fixture.dir, "manifest.json", &length);
  g_assert_true (strstr (manifest, "\"Case00\"") < strstr (manifest, "\"Case01\""));
  assert_sound (fixture.dir);

  fixture.what.name = "Case01";
  fixture.what.n_defects = 0;
  export_ok (&fixture.what, fixture.dir, 0);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (own, G_FILE_TEST_EXISTS));
  assert_sound (fixture.dir);
  fixture_clear (&fixture);
}

/* A move that fails takes the others back: the old set stays as it was. */
static void
test_roll_back (void)
{
  Fixture fixture;
  g_autoptr (GError) error = NULL;
  gsize length;

  fixture_init (&fixture);
  fixture.what.n_defects = 1;
  export_ok (&fixture.what, fixture.dir, 0);
  guint count = test_folder_count (fixture.dir);
  g_autofree char *before = contents (fixture.dir, "manifest.json", &length);
  g_autofree char *in_the_way = in (fixture.dir, "Case01_Implants/Case01_Implants02.nrrd");
  g_assert_cmpint (g_mkdir (in_the_way, 0700), ==, 0);
  fixture.what.n_defects = 2;
  g_assert_false (brg_export (&fixture.what, fixture.dir, NULL, &error));
  g_assert_cmpstr (error->message, ==, "Case01_Implants02.nrrd: Is a directory");
  g_assert_cmpint (g_rmdir (in_the_way), ==, 0);
  g_autofree char *after = contents (fixture.dir, "manifest.json", &length);
  g_assert_cmpstr (before, ==, after);
  g_assert_cmpuint (test_folder_count (fixture.dir), ==, count);
  assert_sound (fixture.dir);
  fixture_clear (&fixture);
}

/* Reports the first tick, then cancels: nothing is left. */
static void
cancel_cb (void *data, const char *title, double fraction)
{
  (void) title;
  if (fraction > 0.3)
    brg_job_cancel (data);
}

static void
test_cancel (void)
{
  Fixture fixture;
  g_autoptr (GError) error = NULL, at_once = NULL;
  BrgJob job = BRG_JOB_INIT, cancelled = BRG_JOB_INIT;

  fixture_init (&fixture);
  g_autofree char *dir = in (fixture.dir, "new/out");
  job.report = cancel_cb;
  job.report_data = &job;
  g_assert_false (brg_export (&fixture.what, dir, &job, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  brg_job_cancel (&cancelled);
  g_assert_false (brg_export (&fixture.what, dir, &cancelled, &at_once));
  g_assert_error (at_once, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (test_folder_count (fixture.dir), ==, 0);
  fixture_clear (&fixture);
}

static void
test_refused (void)
{
  static const char *const names[] = { "", ".", "..", "a/b", "a b", "\xc3\xa9", "Case01\n" };
  Fixture fixture;
  gsize length;

  fixture_init (&fixture);
  for (size_t n = 0; n < G_N_ELEMENTS (names); n++)
    {
      fixture.what.name = names[n];
      g_assert_false (brg_export (&fixture.what, fixture.dir, NULL, NULL));
    }
  fixture.what.name = "Case01";
  g_assert_cmpuint (test_folder_count (fixture.dir), ==, 0);

  g_autoptr (GError) not_a_folder = NULL, no_folder = NULL, foreign = NULL;
  g_autofree char *file = in (fixture.dir, "file");
  g_assert_true (g_file_set_contents (file, "x", -1, NULL));
  g_assert_false (brg_export (&fixture.what, file, NULL, &not_a_folder));
  g_assert_cmpstr (not_a_folder->message, ==, "file: is a file, not a folder");
  g_assert_false (brg_export (&fixture.what, "/proc/self/bregma", NULL, &no_folder));
  g_assert_true (g_str_has_prefix (no_folder->message, "bregma: "));

  g_autofree char *manifest = in (fixture.dir, "manifest.json");
  g_assert_true (g_file_set_contents (manifest, "{ \"somebody\": \"else\" }", -1, NULL));
  g_assert_false (brg_export (&fixture.what, fixture.dir, NULL, &foreign));
  g_assert_true (g_str_has_prefix (foreign->message, "manifest.json: "));
  g_autofree char *still = contents (fixture.dir, "manifest.json", &length);
  g_assert_cmpstr (still, ==, "{ \"somebody\": \"else\" }");
  g_assert_cmpuint (test_folder_count (fixture.dir), ==, 2);

  BrgGrid other = brg_grid_crop (&fixture.skull->grid, &(BrgBox){ { 0, 0, 0 }, { 9, 9, 9 } });
  BrgMask *small = brg_mask_new (&other, NULL);
  fixture.defects[1].implant = small;
  g_assert_false (brg_export (&fixture.what, fixture.dir, NULL, NULL));
  brg_mask_unref (small);
  fixture_clear (&fixture);
}

/* A disk that takes only so much: the file and the reason are named, nothing is left. */
static void
test_full_disk (void)
{
  Fixture fixture;
  g_autoptr (GError) error = NULL;
  struct rlimit old, tight = { 20000, 0 };

  fixture_init (&fixture);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  tight.rlim_max = old.rlim_max;
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &tight), ==, 0);
  gboolean ok = brg_export (&fixture.what, fixture.dir, NULL, &error);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);
  signal (SIGXFSZ, SIG_DFL);
  g_assert_false (ok);
  g_assert_nonnull (strstr (error->message, ".stl: "));
  g_assert_null (strstr (error->message, "/"));
  g_assert_cmpuint (test_folder_count (fixture.dir), ==, 0);
  fixture_clear (&fixture);
}

static void
flip_byte (const char *dir, const char *path, gsize at)
{
  gsize length;
  g_autofree char *full = in (dir, path), *bytes = contents (dir, path, &length);

  bytes[at < length ? at : length - 1] ^= 1;
  g_assert_true (g_file_set_contents (full, bytes, (gssize) length, NULL));
}

static void
test_tampered (void)
{
  Fixture fixture;

  fixture_init (&fixture);
  fixture.what.n_defects = 1;
  export_ok (&fixture.what, fixture.dir, 0);
  assert_sound (fixture.dir);

  flip_byte (fixture.dir, "Case01/Case01.stl", 2000);
  assert_problem (fixture.dir, "Case01/Case01.stl: is not the file");
  export_ok (&fixture.what, fixture.dir, 0);
  assert_sound (fixture.dir);

  g_autofree char *implant = in (fixture.dir, "Case01_Implants/Case01_Implants01.nrrd");
  brg_nrrd_write_mask (fixture.implant[1], implant, NULL, NULL);
  assert_problem (fixture.dir, "holds other voxels");
  assert_problem (fixture.dir, "voxels overlap the defective skull");
  g_assert_cmpint (g_remove (implant), ==, 0);
  assert_problem (fixture.dir, "No such file");
  export_ok (&fixture.what, fixture.dir, 0);

  g_autofree char *manifest = in (fixture.dir, "manifest.json");
  BrgVerifyReport report;
  g_autoptr (GError) outside = NULL, absent = NULL;
  g_assert_true (g_file_set_contents (
    manifest,
    "{ \"bregma\": \"\", \"format\": 1, \"cases\": [ { \"name\": \"A\", \"defects\": 0,"
    " \"files\": [ { \"path\": \"A/../../x\", \"bytes\": 1, \"sha256\": \"\" } ] } ] }",
    -1, NULL));
  g_assert_false (brg_verify (fixture.dir, &report, NULL, &outside));
  g_assert_cmpstr (outside->message, ==, "manifest.json: path: is not a file of its case");
  g_assert_cmpint (g_remove (manifest), ==, 0);
  g_assert_false (brg_verify (fixture.dir, &report, NULL, &absent));
  g_assert_cmpstr (absent->message, ==, "manifest.json: No such file or directory");
  fixture_clear (&fixture);
}

/* Sets that were written whole but are wrong in themselves. */
static void
test_invariants (void)
{
  Fixture fixture;
  BrgMask *outside, *thin;

  fixture_init (&fixture);
  fixture.what.n_defects = 1;
  outside = brg_mask_copy (fixture.implant[0], NULL);
  brg_mask_set (outside, 20, 20, 20, true);
  fixture.defects[0].implant = outside;
  export_ok (&fixture.what, fixture.dir, 0);
  assert_problem (fixture.dir, "1 voxels lie outside the skull");

  thin = brg_mask_copy (fixture.implant[0], NULL);
  BrgBox box = brg_mask_bounds (thin);
  for (int k = box.lo[2]; k < box.hi[2]; k++)
    for (int j = box.lo[1]; j < box.hi[1]; j++)
      brg_mask_set (thin, box.lo[0], j, k, false);
  fixture.defects[0].implant = thin;
  export_ok (&fixture.what, fixture.dir, 0);
  assert_problem (fixture.dir, "with the defective skull it has");
  fixture.recipe.clearance_mm = 1;
  export_ok (&fixture.what, fixture.dir, 0);
  assert_sound (fixture.dir);

  fixture.defects[0].implant = fixture.implant[0];
  BrgMesh *open = brg_mesh_new (3, 1, NULL);
  const float xyz[9] = { 0, 0, 0, 1, 0, 0, 0, 1, 0 };
  memcpy (open->xyz, xyz, sizeof xyz);
  memcpy (open->triangles, (uint32_t[]){ 0, 1, 2 }, 12);
  fixture.defects[0].implant_mesh = open;
  export_ok (&fixture.what, fixture.dir, 0);
  assert_problem (fixture.dir, "Case01_Implants01.stl: is not closed: 3 open edges");
  assert_problem (fixture.dir, "Case01_Implants01.stl: encloses 0.0 mm3");
  brg_mesh_unref (open);
  brg_mask_unref (outside);
  brg_mask_unref (thin);
  fixture_clear (&fixture);
}

/* The digests are those of the plain bytes. */
static void
test_hashes (void)
{
  BrgMask *skull = phantom_skull ();
  BrgVolume *scan = phantom_scan ();
  BrgSha256 of_mask, of_scan;
  gsize n = brg_grid_n_voxels (&skull->grid);
  g_autofree guint8 *bytes = g_malloc (n);
  gsize v = 0;

  for (int k = 0; k < skull->grid.dim[2]; k++)
    for (int j = 0; j < skull->grid.dim[1]; j++)
      for (int i = 0; i < skull->grid.dim[0]; i++)
        bytes[v++] = brg_mask_get (skull, i, j, k);
  brg_export_hash_mask (skull, of_mask);
  brg_export_hash_volume (scan, of_scan);
  g_autofree char *mask_sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes, n);
  g_autofree char *scan_sum = g_compute_checksum_for_data (
    G_CHECKSUM_SHA256, (const guchar *) scan->hu, n * sizeof *scan->hu);
  g_assert_cmpstr (of_mask, ==, mask_sum);
#if G_BYTE_ORDER == G_LITTLE_ENDIAN
  g_assert_cmpstr (of_scan, ==, scan_sum);
#endif
  brg_mask_unref (skull);
  brg_volume_unref (scan);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/export/hashes", test_hashes);
  g_test_add_func ("/export/layout", test_layout);
  g_test_add_func ("/export/round-trip", test_round_trip);
  g_test_add_func ("/export/replace", test_replace);
  g_test_add_func ("/export/roll-back", test_roll_back);
  g_test_add_func ("/export/cancel", test_cancel);
  g_test_add_func ("/export/refused", test_refused);
  g_test_add_func ("/export/full-disk", test_full_disk);
  g_test_add_func ("/export/tampered", test_tampered);
  g_test_add_func ("/export/invariants", test_invariants);
  return g_test_run ();
}
