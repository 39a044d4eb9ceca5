/* No text of a source is in anything that is written, or in memory when a command ends. */

#include <string.h>

#include "cli-run.h"
#include "support/canary-sources.h"
#include "support/canary.h"

/* Where the source is, where everything goes that the program writes, its home included, and a
 * skull in the latter. */
typedef struct
{
  char *dir, *from, *to, *scan, *skull;
} Fixture;

static char *
make_folder (const char *dir, const char *name)
{
  char *path = g_build_filename (dir, name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (path, 0700), ==, 0);
  return path;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  static const char *const homes[] = { "HOME",           "TMPDIR",         "XDG_DATA_HOME",
                                       "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME" };

  (void) data;
  fixture->dir = cli_make_dir ();
  fixture->from = make_folder (fixture->dir, "from");
  fixture->to = make_folder (fixture->dir, "to");
  fixture->scan = g_build_filename (fixture->to, "scan.nrrd", NULL);
  fixture->skull = g_build_filename (fixture->to, "skull.nrrd", NULL);
  for (gsize h = 0; h < G_N_ELEMENTS (homes); h++)
    {
      g_autofree char *home = make_folder (fixture->to, homes[h]);
      g_setenv (homes[h], home, TRUE);
    }
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  (void) data;
  cli_remove_tree (fixture->dir);
  g_free (fixture->dir);
  g_free (fixture->from);
  g_free (fixture->to);
  g_free (fixture->scan);
  g_free (fixture->skull);
}

static gboolean
is_dicom (CanarySource source)
{
  return source == CANARY_DICOM || source == CANARY_DICOM_IMPLICIT;
}

static void
assert_quiet (const CliRun *run)
{
  cli_assert_done (run);
  g_autofree char *found = canary_find ((const guint8 *) run->out, strlen (run->out));
  if (found != NULL)
    g_error ("%s in:\n%s", found, run->out);
}

/* Everything that can be made of a scan. */
static void
run_all (const Fixture *fixture, const char *scan)
{
  g_autofree char *ply = g_build_filename (fixture->to, "bone.ply", NULL);
  g_autofree char *stl = g_build_filename (fixture->to, "skull.stl", NULL);
  g_autofree char *png = g_build_filename (fixture->to, "skull.png", NULL);
  g_autofree char *points = g_build_filename (fixture->to, "points.ply", NULL);
  g_autofree char *triple = g_build_filename (fixture->to, "triple", NULL);

  g_auto (CliRun) segment = cli_run ("segment", scan, "-o", fixture->skull, "--json", NULL);
  assert_quiet (&segment);
  g_auto (CliRun) bone = cli_run ("mesh", scan, "--hu", "100", "-o", ply, NULL);
  assert_quiet (&bone);
  g_auto (CliRun) mesh = cli_run ("mesh", fixture->skull, "-o", stl, NULL);
  assert_quiet (&mesh);
  g_auto (CliRun) preview = cli_run ("preview", fixture->skull, "-o", png, NULL);
  assert_quiet (&preview);
  g_auto (CliRun) cloud = cli_run ("points", fixture->skull, "-n", "100", "-o", points, NULL);
  assert_quiet (&cloud);
  g_auto (CliRun) defect =
    cli_run ("defect", fixture->skull, "-o", triple, "--at", "0,0,40", "--size", "12", NULL);
  assert_quiet (&defect);
}

static void
test_files (Fixture *fixture, gconstpointer data)
{
  CanarySource source = (CanarySource) GPOINTER_TO_INT (data);
  g_autofree char *path = canary_source_write (source, fixture->from, TRUE);

  if (is_dicom (source))
    {
      g_auto (CliRun) run = cli_run ("import", path, "-o", fixture->scan, "--json", NULL);
      assert_quiet (&run);
    }
  else if (source == CANARY_SEGMENTATION)
    {
      g_autofree char *stl = g_build_filename (fixture->to, "segment.stl", NULL);
      g_auto (CliRun) run = cli_run ("mesh", path, "-o", stl, NULL);
      assert_quiet (&run);
    }
  else if (source == CANARY_NRRD)
    run_all (fixture, path);
  else
    {
      g_auto (CliRun) run = cli_run ("segment", path, "-o", fixture->skull, "--json", NULL);
      assert_quiet (&run);
    }
  g_assert_cmpuint (canary_assert_none (fixture->to), >=, 1);
}

/* What the user typed is in argv and the environment, so names have no canary here. */
static void
test_memory (Fixture *fixture, gconstpointer data)
{
  CanarySource source = (CanarySource) GPOINTER_TO_INT (data);
  g_autofree char *path = canary_source_write (source, fixture->from, FALSE);
  g_autofree char *out = g_build_filename (fixture->to, "out.stl", NULL);
  const char *import[] = { g_getenv ("BRG_CLI"), "import",  path, "-o",
                           fixture->scan,        "--quiet", NULL };
  const char *mesh[] = { g_getenv ("BRG_CLI"), "mesh", path, "-o", out, "--quiet", NULL };
  const char *bone[] = {
    g_getenv ("BRG_CLI"), "mesh", path, "-o", out, "--hu", "100", "--quiet", NULL
  };
  char *found;

  if (!canary_run_and_search (is_dicom (source)               ? import
                              : source == CANARY_SEGMENTATION ? mesh
                                                              : bone,
                              NULL, &found))
    g_test_skip ("processes may not be traced here");
  else if (found != NULL)
    g_error ("%s", found);
}

/* The tests would see a canary: in each kind of letters and packing, and in the memory of a program
 * that was given one. */
static void
test_sight (Fixture *fixture, gconstpointer data)
{
  g_autofree char *canary = canary_new (123);
  gsize size = strlen (canary);
  g_autofree gunichar2 *wide = g_utf8_to_utf16 (canary, -1, NULL, NULL, NULL);
  g_autofree char *plain = canary_find ((const guint8 *) canary, size);
  g_autofree char *utf16 = canary_find ((const guint8 *) wide, 2 * size);
  g_autofree char *path = canary_source_write (CANARY_NIFTI_GZIP, fixture->from, FALSE);
  g_autoptr (GBytes) bytes = cli_read (path);
  const guint8 *packed = g_bytes_get_data (bytes, &size);
  g_autofree char *in_gzip = canary_find_packed (packed, size);
  const char *argv[] = { "/bin/true", canary, NULL };
  g_autofree char *in_memory = NULL;

  (void) data;
  g_assert_cmpstr (plain, ==, "canary 123 at byte 0");
  g_assert_nonnull (utf16);
  g_assert_null (canary_find ((const guint8 *) canary + 1, strlen (canary) - 1));
  g_assert_null (canary_find (packed, size));
  g_assert_nonnull (in_gzip);
  if (canary_run_and_search (argv, NULL, &in_memory))
    g_assert_nonnull (in_memory);
}

int
main (int argc, char **argv)
{
  const char *asan = g_getenv ("ASAN_OPTIONS");
  g_autofree char *options = g_strconcat (asan != NULL ? asan : "", ":detect_leaks=0",
                                          NULL); /* it cannot be traced itself */

  g_test_init (&argc, &argv, NULL);
  g_setenv ("ASAN_OPTIONS", options, TRUE);
  /* Else the linker puts whatever registers hold on the stack when a function is called first. */
  g_setenv ("LD_BIND_NOW", "1", TRUE);
  g_test_add ("/canary/sight", Fixture, NULL, set_up, test_sight, tear_down);
  for (int s = 0; s < CANARY_N_SOURCES; s++)
    {
      g_autofree char *files = g_strdup_printf ("/canary/files/%s", canary_source_name (s));
      g_autofree char *memory = g_strdup_printf ("/canary/memory/%s", canary_source_name (s));
      g_test_add (files, Fixture, GINT_TO_POINTER (s), set_up, test_files, tear_down);
      g_test_add (memory, Fixture, GINT_TO_POINTER (s), set_up, test_memory, tear_down);
    }
  return g_test_run ();
}
