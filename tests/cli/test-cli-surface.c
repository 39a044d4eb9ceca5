#include <string.h>

#include "cli-json.h"
#include "cli-run.h"
#include "engine/brg-isosurface.h"
#include "io/brg-image.h"
#include "io/brg-mesh-file.h"

/* Surfaces of a level in a scan, and what becomes of surfaces: masks again, and points. */

typedef struct
{
  char *dir, *scan, *skull, *mesh, *out;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer is_odd)
{
  fixture->dir = cli_make_dir ();
  fixture->scan = g_build_filename (fixture->dir, "scan.nrrd", NULL);
  fixture->skull = g_build_filename (fixture->dir, "skull.nrrd", NULL);
  fixture->mesh = g_build_filename (fixture->dir, "skull.stl", NULL);
  fixture->out = g_build_filename (fixture->dir, "out.nrrd", NULL);
  cli_write_phantom (fixture->scan, 3, GPOINTER_TO_INT (is_odd));
  g_auto (CliRun) segment = cli_run ("segment", fixture->scan, "-o", fixture->skull, NULL);
  cli_assert_done (&segment);
  g_auto (CliRun) mesh =
    cli_run ("mesh", fixture->skull, "-o", fixture->mesh, "--frame=ras", "--smooth=0", NULL);
  cli_assert_done (&mesh);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  (void) data;
  cli_remove_tree (fixture->dir);
  g_free (fixture->dir);
  g_free (fixture->scan);
  g_free (fixture->skull);
  g_free (fixture->mesh);
  g_free (fixture->out);
}

/* mesh and voxelize undo each other, on the grid of a scan and of a mask, to the byte. */
static void
test_voxelize (Fixture *fixture, gconstpointer data)
{
  const char *const like[] = { fixture->scan, fixture->skull };
  g_autoptr (GBytes) skull = cli_read (fixture->skull);

  (void) data;
  for (guint l = 0; l < G_N_ELEMENTS (like); l++)
    {
      g_auto (CliRun) run =
        cli_run ("voxelize", fixture->mesh, "--like", like[l], "-o", fixture->out, "--json", NULL);
      cli_assert_done (&run);
      g_autoptr (JsonNode) root = cli_json_parse (run.out);
      g_autoptr (GBytes) out = cli_read (fixture->out);
      BrgMask *mask = cli_read_mask (fixture->out);
      g_assert_cmpuint ((gsize) cli_json_int (root, "$.voxels"), ==, brg_mask_count (mask));
      g_assert_true (g_bytes_equal (skull, out));
      brg_mask_unref (mask);
    }
}

static void
test_voxelize_fails (Fixture *fixture, gconstpointer data)
{
  BrgMesh *mesh = brg_mesh_read (fixture->mesh, NULL, NULL);
  g_autofree char *open = g_build_filename (fixture->dir, "open.stl", NULL);

  (void) data;
  mesh->n_triangles--;
  g_assert_cmpint (brg_mesh_write (mesh, open, false, NULL, NULL), ==, BRG_OK);
  brg_mesh_unref (mesh);
  g_auto (CliRun) run =
    cli_run ("voxelize", open, "--like", fixture->scan, "-o", fixture->out, NULL);
  cli_assert_fails (&run, 1, "open.stl: the mesh is not closed: it has 3 open edges");
  g_auto (CliRun) missing =
    cli_run ("voxelize", fixture->mesh, "--like", "missing.nrrd", "-o", fixture->out, NULL);
  cli_assert_fails (&missing, 1, "missing.nrrd");
  g_auto (CliRun) self =
    cli_run ("voxelize", fixture->mesh, "--like", fixture->skull, "-o", fixture->skull, NULL);
  cli_assert_fails (&self, 2, "--like itself");
  g_assert_false (g_file_test (fixture->out, G_FILE_TEST_EXISTS));
}

/* The surface of a scan has the triangles of the mask's, is not smoothed unless that is asked for,
 * and needs bone. */
static void
test_level (Fixture *fixture, gconstpointer data)
{
  g_autofree char *stl = g_build_filename (fixture->dir, "level.stl", NULL);
  g_auto (CliRun) level = cli_run ("mesh", fixture->scan, "-o", stl, "--hu=149.5", "--json", NULL);
  g_auto (CliRun) smooth =
    cli_run ("mesh", fixture->scan, "-o", stl, "--hu=149.5", "--smooth=1", "--json", NULL);
  g_auto (CliRun) above = cli_run ("mesh", fixture->scan, "-o", stl, "--hu=30000", NULL);
  BrgVolume *scan = brg_image_read_volume (fixture->scan, NULL, NULL, NULL);
  BrgMesh *mesh = brg_isosurface_hu (scan, 149.5, NULL, NULL);

  (void) data;
  cli_assert_done (&level);
  cli_assert_done (&smooth);
  cli_assert_fails (&above, 1, "scan.nrrd: no voxel reaches 30000 HU");
  g_autoptr (JsonNode) root = cli_json_parse (level.out);
  g_autoptr (JsonNode) smoothed = cli_json_parse (smooth.out);
  g_assert_cmpfloat (cli_json_real (root, "$.level_hu"), ==, 149.5);
  g_assert_true (cli_json_truth (root, "$.closed"));
  g_assert_true (cli_json_truth (root, "$.manifold"));
  g_assert_cmpuint ((gsize) cli_json_int (root, "$.triangles"), ==, mesh->n_triangles);
  g_assert_cmpfloat (cli_json_real (smoothed, "$.area_mm2"), <,
                     0.99 * cli_json_real (root, "$.area_mm2"));
  brg_mesh_unref (mesh);
  brg_volume_unref (scan);
}

/* A reduction that takes what a surface encloses is told of, one that does not is not. */
static void
test_reduce (Fixture *fixture, gconstpointer data)
{
  g_autofree char *stl = g_build_filename (fixture->dir, "less.stl", NULL);
  g_auto (CliRun) little = cli_run ("mesh", fixture->skull, "-o", stl, "--reduce=0.1", NULL);
  g_auto (CliRun) nearly = cli_run ("mesh", fixture->skull, "-o", stl, "--reduce=0.9999999", NULL);

  (void) data;
  cli_assert_done (&little);
  cli_assert_done (&nearly);
  g_assert_null (strstr (little.out, "Warning"));
  g_assert_nonnull (strstr (nearly.out, "--reduce 0.9999999 changed the volume from "));
}

/* What is there to read is told apart from what is not. */
static void
test_info_of_nothing (Fixture *fixture, gconstpointer data)
{
  static const char *const endings[] = { "obj", "ply", "stl", "nrrd" };

  (void) data;
  for (guint e = 0; e < G_N_ELEMENTS (endings); e++)
    {
      g_autofree char *path = g_strdup_printf ("%s/empty.%s", fixture->dir, endings[e]);
      g_assert_true (g_file_set_contents (path, "", 0, NULL));
      g_auto (CliRun) run = cli_run ("info", path, NULL);
      cli_assert_fails (&run, 1, ": is empty");
    }
  g_auto (CliRun) absent = cli_run ("info", "nodir", NULL);
  cli_assert_fails (&absent, 1, "bregma-cli: nodir: does not exist");
}

/* What of a file is not in its surface is told. */
static void
test_info_of_rest (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->dir, "rest.obj", NULL);

  (void) data;
  g_assert_true (
    g_file_set_contents (path, "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\nf 1 1 3\n", -1, NULL));
  g_auto (CliRun) run = cli_run ("info", path, NULL);
  cli_assert_done (&run);
  g_assert_nonnull (strstr (run.out, "triangles with two equal corners were dropped: 1\n"));
  g_auto (CliRun) sound = cli_run ("info", fixture->mesh, NULL);
  cli_assert_done (&sound);
  g_assert_null (strstr (sound.out, "Warning"));
}

/* As many points as asked for, the same for the same seed; the text holds the numbers of the binary
 * file. */
static void
test_points (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = { "a.ply", "b.ply", "c.ply", "d.xyz" };
  static const char *const seeds[] = { "7", "7", "8", "7" };
  GBytes *bytes[G_N_ELEMENTS (names)];
  gsize size, text_size;

  (void) data;
  for (guint n = 0; n < G_N_ELEMENTS (names); n++)
    {
      g_autofree char *path = g_build_filename (fixture->dir, names[n], NULL);
      g_auto (CliRun) run = cli_run ("points", n % 2 ? fixture->skull : fixture->mesh, "-n", "300",
                                     "--seed", seeds[n], "-o", path, "--threads", seeds[n], NULL);
      cli_assert_done (&run);
      bytes[n] = cli_read (path);
    }
  g_assert_true (g_bytes_equal (bytes[0], bytes[1]));
  g_assert_false (g_bytes_equal (bytes[0], bytes[2]));
  const char *ply = g_bytes_get_data (bytes[0], &size);
  const char *numbers = g_strstr_len (ply, (gssize) size, "end_header\n");
  g_assert_nonnull (g_strstr_len (ply, (gssize) size, "element vertex 300\n"));
  g_assert_cmpuint (size - (gsize) (numbers + 11 - ply), ==, 300 * 24);
  const char *text = g_bytes_get_data (bytes[3], &text_size);
  g_autofree char *copy = g_strndup (text, text_size);
  g_auto (GStrv) lines = g_strsplit (copy, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 301);
  for (guint p = 0; p < 300; p++)
    {
      g_auto (GStrv) words = g_strsplit (lines[p], " ", -1);
      float xyz[3];
      memcpy (xyz, numbers + 11 + 24 * p, sizeof xyz);
      for (guint a = 0; a < 3; a++)
        g_assert_cmpfloat_with_epsilon (g_ascii_strtod (words[a], NULL), (double) xyz[a], 6e-7);
    }
  for (guint n = 0; n < G_N_ELEMENTS (names); n++)
    g_bytes_unref (bytes[n]);
}

static void
add (const char *name, gboolean is_odd, void (*func) (Fixture *, gconstpointer))
{
  g_autofree char *path = g_strdup_printf ("/cli/surface/%s", name);

  g_test_add (path, Fixture, GINT_TO_POINTER (is_odd), set_up, func, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("level", FALSE, test_level);
  add ("level/odd-axes", TRUE, test_level);
  add ("voxelize", FALSE, test_voxelize);
  add ("voxelize/odd-axes", TRUE, test_voxelize);
  add ("voxelize/fails", FALSE, test_voxelize_fails);
  add ("reduce", FALSE, test_reduce);
  add ("info-of-nothing", FALSE, test_info_of_nothing);
  add ("info-of-rest", FALSE, test_info_of_rest);
  add ("points", FALSE, test_points);
  return g_test_run ();
}
