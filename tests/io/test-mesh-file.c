/* STL, PLY and OBJ: exact bytes, round trips, hostile files, admesh as an outside reader. */

#include <glib.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <math.h>
#include <string.h>

#include "engine/brg-isosurface.h"
#include "engine/brg-mesh-check.h"
#include "io/brg-mesh-file.h"

static char *folder;
static const char *admesh; /* the program; NULL without it */

static char *
file_named (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

/* One triangle with one vertex off the axes. */
static BrgMesh *
triangle_mesh (void)
{
  const float xyz[] = { 0, 0, 0, 1.5f, 0, 0, 0, 2.25f, -0.0f };
  const uint32_t triangle[] = { 0, 1, 2 };
  BrgMesh *mesh = brg_mesh_new (3, 1, NULL);

  memcpy (mesh->xyz, xyz, sizeof xyz);
  memcpy (mesh->triangles, triangle, sizeof triangle);
  return mesh;
}

static BrgMesh *
noise_mesh (double share)
{
  const double spacing[3] = { 0.7, 0.7, 1.3 };
  BrgGrid grid = brg_grid_simple (14, 15, 16, spacing, brg_vec3 (-30, 20, 700));
  BrgMask *mask = brg_mask_new (&grid, NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);

  for (int k = 0; k < 16; k++)
    for (int j = 0; j < 15; j++)
      for (int i = 0; i < 14; i++)
        brg_mask_set (mask, i, j, k, g_rand_double (rand) < share);
  BrgMesh *mesh = brg_isosurface (mask, NULL, NULL);
  brg_mask_unref (mask);
  return mesh;
}

static void
write_mesh (const BrgMesh *mesh, const char *path, bool ras)
{
  BrgError error = { 0 };

  brg_mesh_write (mesh, path, ras, NULL, &error);
  g_assert_cmpstr (error.message, ==, "");
}

static BrgMesh *
read_mesh (const char *path)
{
  BrgError error = { 0 };
  BrgMesh *mesh = brg_mesh_read (path, NULL, &error);

  g_assert_cmpstr (error.message, ==, "");
  g_assert_nonnull (mesh);
  return mesh;
}

static void
assert_file (const char *path, const void *expected, size_t size)
{
  g_autofree char *bytes = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  g_assert_cmpuint (length, ==, size);
  g_assert_true (memcmp (bytes, expected, size) == 0);
}

static void
test_stl_bytes (void)
{
  g_autofree char *path = file_named ("bytes.STL");
  BrgMesh *mesh = triangle_mesh ();
  /* clang-format off */
  static const guint8 body[54] = { 1, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x3f,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0xc0, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0x10, 0x40, 0, 0, 0, 0, 0, 0 };
  /* clang-format on */
  guint8 expected[134];

  memset (expected, ' ', 80);
  memcpy (expected, "Bregma SPACE=LPS UNIT=mm", 24);
  memcpy (expected + 80, body, sizeof body);
  write_mesh (mesh, path, false);
  assert_file (path, expected, sizeof expected);

  memcpy (expected, "Bregma SPACE=RAS UNIT=mm", 24);
  expected[84 + 12 + 15] = 0xbf;
  expected[84 + 12 + 24 + 7] = 0xc0;
  write_mesh (mesh, path, true);
  assert_file (path, expected, sizeof expected);
  brg_mesh_unref (mesh);
}

static void
test_ply_bytes (void)
{
  g_autofree char *path = file_named ("bytes.ply");
  BrgMesh *mesh = triangle_mesh ();
  static const char head[] = "ply\nformat binary_little_endian 1.0\n"
                             "comment Bregma SPACE=LPS UNIT=mm\nelement vertex 3\n"
                             "property float x\nproperty float y\nproperty float z\n"
                             "element face 1\nproperty list uchar int vertex_indices\n"
                             "end_header\n";
  static const guint8 face[13] = { 3, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0 };
  g_autofree char *bytes = NULL;
  gsize length;

  write_mesh (mesh, path, false);
  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  g_assert_cmpuint (length, ==, strlen (head) + 36 + 13);
  g_assert_true (memcmp (bytes, head, strlen (head)) == 0);
  g_assert_cmpmem (bytes + length - 13, 13, face, 13);
  brg_mesh_unref (mesh);
}

static void
test_obj_bytes (void)
{
  g_autofree char *path = file_named ("bytes.obj");
  BrgMesh *mesh = triangle_mesh ();
  static const char expected[] =
    "# Bregma SPACE=LPS UNIT=mm\nv 0 0 0\nv 1.5 0 0\nv 0 2.25 0\nf 1 2 3\n";

  write_mesh (mesh, path, false);
  assert_file (path, expected, strlen (expected));
  brg_mesh_unref (mesh);
}

/* Coordinates as text read back within half a millionth, in a locale with commas too. */
static void
test_obj_numbers (void)
{
  const float values[] = { 0,      1e-7f,    -1e-7f,      6e-7f, -0.05f, 0.1f,   -12.345678f,
                           9.999f, 99999.0f, -1234.5625f, 1e6f,  -3e10f, 100.0f, 0.9999996f };
  g_autofree char *path = file_named ("numbers.obj");
  BrgMesh *mesh = brg_mesh_new (G_N_ELEMENTS (values), 0, NULL);
  g_autofree char *text = NULL;

  for (size_t v = 0; v < mesh->n_vertices; v++)
    mesh->xyz[3 * v] = mesh->xyz[3 * v + 1] = mesh->xyz[3 * v + 2] = values[v];
  write_mesh (mesh, path, false);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  const char *at = strchr (text, '\n');
  for (size_t v = 0; v < mesh->n_vertices; v++)
    {
      g_assert_true (g_str_has_prefix (at, "\nv "));
      at += 3;
      for (int a = 0; a < 3; a++)
        {
          char *end;
          double back = g_ascii_strtod (at, &end);
          g_assert_cmpfloat_with_epsilon (back, (double) values[v], 5.1e-7);
          g_assert_true (end[-1] != '.' && (end[-1] != '0' || memchr (at, '.', end - at) == NULL));
          at = end;
        }
    }
  g_assert_cmpstr (at, ==, "\n");
  brg_mesh_unref (mesh);
}

/* What is read back has the triangles that were written, in order, corner for corner. */
static void
test_round_trip (void)
{
  g_autofree char *path = file_named ("round.stl");
  BrgMesh *mesh = noise_mesh (0.4);

  for (int ras = 0; ras < 2; ras++)
    {
      write_mesh (mesh, path, ras);
      BrgMesh *back = read_mesh (path);
      g_assert_cmpuint (back->n_triangles, ==, mesh->n_triangles);
      g_assert_cmpuint (back->n_vertices, ==, mesh->n_vertices);
      for (size_t h = 0; h < 3 * mesh->n_triangles; h++)
        g_assert_true (memcmp (back->xyz + 3 * (size_t) back->triangles[h],
                               mesh->xyz + 3 * (size_t) mesh->triangles[h], 12) == 0);
      brg_mesh_unref (back);
    }
  brg_mesh_unref (mesh);
}

static void
test_refuses_to_write (void)
{
  g_autofree char *no_such = file_named ("absent/x.stl");
  g_autofree char *other = file_named ("x.step");
  g_autofree char *bare = file_named ("stl");
  BrgMesh *mesh = triangle_mesh ();
  BrgError error;

  g_assert_cmpint (brg_mesh_write (mesh, other, false, NULL, &error), ==, BRG_INVALID);
  g_assert_nonnull (strstr (error.message, "x.step"));
  g_assert_cmpint (brg_mesh_write (mesh, bare, false, NULL, &error), ==, BRG_INVALID);
  g_assert_cmpint (brg_mesh_write (mesh, no_such, false, NULL, &error), ==, BRG_IO);
  mesh->triangles[1] = 3;
  g_autofree char *path = file_named ("index.stl");
  g_assert_cmpint (brg_mesh_write (mesh, path, false, NULL, &error), ==, BRG_INVALID);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  brg_mesh_unref (mesh);
}

/* A binary file of `n_stated` triangles that holds `n` copies of one and `n_extra` bytes. */
static GByteArray *
binary_stl (const char *header, guint32 n_stated, int n, int n_extra)
{
  const float record[12] = { 0, 0, 1, 0, 0, 0, 1, 2, 0, 0, 1, 0 };
  const guint8 zeros[64] = { 0 };
  GByteArray *bytes = g_byte_array_new ();
  guint32 stated = GUINT32_TO_LE (n_stated);

  g_byte_array_append (bytes, (const guint8 *) header, (guint) strlen (header));
  g_byte_array_set_size (bytes, 80);
  memset (bytes->data + strlen (header), ' ', 80 - strlen (header));
  g_byte_array_append (bytes, (const guint8 *) &stated, 4);
  for (int i = 0; i < n; i++)
    {
      g_byte_array_append (bytes, (const guint8 *) record, sizeof record);
      g_byte_array_append (bytes, zeros, 2);
    }
  g_byte_array_append (bytes, zeros, (guint) n_extra);
  return bytes;
}

static BrgMesh *
read_bytes (const void *bytes, size_t size, BrgError *error)
{
  g_autofree char *path = file_named ("case.stl");

  g_assert_true (g_file_set_contents (path, bytes, (gssize) size, NULL));
  *error = (BrgError){ 0 };
  return brg_mesh_read (path, NULL, error);
}

static void
assert_reads (const void *bytes, size_t size, size_t n_triangles, float x, float y)
{
  BrgError error;
  BrgMesh *mesh = read_bytes (bytes, size, &error);

  g_assert_cmpstr (error.message, ==, "");
  g_assert_cmpuint (mesh->n_triangles, ==, n_triangles);
  if (n_triangles > 0)
    {
      g_assert_cmpfloat (mesh->xyz[3], ==, x);
      g_assert_cmpfloat (mesh->xyz[4], ==, y);
    }
  brg_mesh_unref (mesh);
}

static void
assert_refused (const void *bytes, size_t size)
{
  BrgError error;

  g_assert_null (read_bytes (bytes, size, &error));
  g_assert_cmpint (error.status, ==, BRG_FORMAT);
  g_assert_true (g_str_has_prefix (error.message, "case.stl: "));
}

static void
test_binary (void)
{
  const struct
  {
    const char *header;
    guint32 n_stated;
    int n, n_extra;
    bool accepted;
  } cases[] = {
    { "hdr", 1, 1, 0, true },
    { "solid not really text", 1, 1, 0, true },
    { "3D Slicer output. SPACE=LPS", 1, 1, 0, true },
    { "hdr", 1, 3, 0, true }, /* bytes after the last triangle */
    { "hdr", 0, 0, 0, true }, /* no triangle */
    { "hdr", 3, 3, 0, true },
    { "hdr", 0xffffffff, 1, 0, false },
    { "hdr", 2, 1, 20, false }, /* cut within a triangle */
    { "solid", 2, 1, 20, false },
  };

  for (size_t c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      GByteArray *bytes =
        binary_stl (cases[c].header, cases[c].n_stated, cases[c].n, cases[c].n_extra);
      if (cases[c].accepted)
        assert_reads (bytes->data, bytes->len, cases[c].n_stated, 1, 2);
      else
        assert_refused (bytes->data, bytes->len);
      g_byte_array_unref (bytes);
    }
}

static void
test_binary_ras (void)
{
  GByteArray *bytes = binary_stl ("3D Slicer output. SPACE=RAS", 1, 1, 0);

  assert_reads (bytes->data, bytes->len, 1, -1, -2);
  g_byte_array_unref (bytes);
}

static void
test_bad_numbers (void)
{
  const float bad[] = { NAN, INFINITY, -INFINITY, 1e30f, 1.1e6f };

  for (size_t b = 0; b < G_N_ELEMENTS (bad); b++)
    {
      GByteArray *bytes = binary_stl ("hdr", 2, 2, 0);
      memcpy (bytes->data + 84 + 50 + 12 + 4 * b, bad + b, 4);
      assert_refused (bytes->data, bytes->len);
      g_byte_array_unref (bytes);
    }
}

/* A bad normal does not matter; a triangle without area goes. */
static void
test_degenerate (void)
{
  GByteArray *bytes = binary_stl ("hdr", 2, 2, 0);
  const float nan_value = NAN;

  memcpy (bytes->data + 84, &nan_value, 4);
  memcpy (bytes->data + 84 + 50 + 24, bytes->data + 84 + 50 + 12, 12);
  assert_reads (bytes->data, bytes->len, 1, 1, 2);
  g_byte_array_unref (bytes);
}

#define FACET                                                                                      \
  "facet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 2 0\nvertex 0 1e0 "                      \
  "0\nendloop\nendfacet\n"

static void
test_text (void)
{
  const char *good[] = { "solid a\n" FACET "endsolid a\n", "solid\n" FACET "endsolid",
                         " \n SOLID x\r\n" FACET "\n\t" FACET "EndSolid x\r\n\r\n" };
  const char *bad[] = {
    "",
    "sol",
    "solid a\n",
    "solid a\nfacet normal 0 0 1\nouter loop\nvertex 0 0",
    "solid a\n" FACET,
    "solid a\nvertex 0 0 0\nendsolid\n",
    "solid a\nfacet normal 0 0 1\nvertex 0 0 0\nvertex 1 0 0\nendfacet\nendsolid\n",
    "solid a\nfacet\nvertex 0 0 0\nvertex 1 0 0\nvertex 1 1 0\nvertex 1 1 1\nendfacet\nendsolid\n",
    "solid a\nfacet\nvertex 0 0 0\nvertex 1 0 0\nvertex 1 nan 0\nendfacet\nendsolid\n",
    "solid a\nfacet\nvertex 0 0 0\nvertex 1 0 0\nvertex 1 1,5 0\nendfacet\nendsolid\n",
    "solid a\nfacet\nvertex 0 0 0\nvertex 1 0 0\nvertex 1 0x1 0\nendfacet\nendsolid\n",
    "solid a\nfacet\nfacet\n",
    "solid a\nhello\nendsolid\n",
  };

  for (size_t g = 0; g < G_N_ELEMENTS (good); g++)
    assert_reads (good[g], strlen (good[g]), g == 2 ? 2 : 1, 1, 2);
  for (size_t b = 0; b < G_N_ELEMENTS (bad); b++)
    assert_refused (bad[b], strlen (bad[b]));
  assert_reads ("solid\nendsolid\n", 15, 0, 0, 0);
  assert_reads ("solid x SPACE=RAS\n" FACET "endsolid\n", strlen (FACET) + 27, 1, -1, -2);
}

static void
test_long_word (void)
{
  gsize size = 4 << 20;
  g_autofree char *text = g_malloc (size);

  memset (text, 'x', size);
  memcpy (text, "solid ", 6);
  text[size - 1] = '\n';
  assert_refused (text, size);
}

/* Every prefix of a good file is refused or reads as something, without a fault. */
static void
test_prefixes (void)
{
  const char *text = "solid a\n" FACET FACET "endsolid a\n";
  GByteArray *binary = binary_stl ("hdr", 3, 3, 0);
  BrgError error;

  for (size_t n = 0; n < strlen (text) - 3; n++)
    g_assert_null (read_bytes (text, n, &error));
  for (size_t n = 0; n < binary->len; n++)
    g_assert_null (read_bytes (binary->data, n, &error));
  g_byte_array_unref (binary);
}

static void
test_other_files (void)
{
  BrgError error;
  g_autofree char *absent = file_named ("absent.stl");

  g_assert_null (brg_mesh_read (absent, NULL, &error));
  g_assert_cmpint (error.status, ==, BRG_IO);
  g_assert_null (brg_mesh_read (folder, NULL, &error));
  g_assert_cmpint (error.status, ==, BRG_IO);
}

/* The number behind the colon after `word` in what admesh prints. */
static int
number_after (const char *report, const char *word)
{
  const char *at = strstr (report, word);

  g_assert_nonnull (at);
  at = strchr (at, ':') + 1;
  return (int) g_ascii_strtoll (at, NULL, 10);
}

static void
test_admesh (void)
{
  g_autofree char *path = file_named ("admesh.stl");
  g_autofree char *report = NULL;
  BrgMesh *mesh = noise_mesh (0.15);

  if (admesh == NULL)
    {
      g_test_skip ("admesh is not installed");
      brg_mesh_unref (mesh);
      return;
    }
  BrgMeshCheck check;
  const char *argv[] = { admesh, path, NULL };
  write_mesh (mesh, path, false);
  g_assert_cmpint (brg_mesh_check (mesh, &check, NULL, NULL), ==, BRG_OK);
  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
                               &report, NULL, NULL, NULL));
  g_assert_cmpint (number_after (report, "Number of facets"), ==, mesh->n_triangles);
  g_assert_cmpint (number_after (report, "Number of parts"), ==, check.n_components);
  const char *zero[] = { "Degenerate facets", "Edges fixed",     "Facets removed", "Facets added",
                         "Facets reversed",   "Backwards edges", "Normals fixed" };
  for (size_t z = 0; z < G_N_ELEMENTS (zero); z++)
    g_assert_cmpint (number_after (report, zero[z]), ==, 0);
  brg_mesh_unref (mesh);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (argc > 1 && g_str_has_prefix (argv[1], "--admesh="))
    admesh = argv[1] + strlen ("--admesh=");
  setlocale (LC_ALL, "de_DE.UTF-8");
  folder = g_dir_make_tmp ("bregma-mesh-XXXXXX", NULL);
  g_test_add_func ("/mesh-file/stl-bytes", test_stl_bytes);
  g_test_add_func ("/mesh-file/ply-bytes", test_ply_bytes);
  g_test_add_func ("/mesh-file/obj-bytes", test_obj_bytes);
  g_test_add_func ("/mesh-file/obj-numbers", test_obj_numbers);
  g_test_add_func ("/mesh-file/round-trip", test_round_trip);
  g_test_add_func ("/mesh-file/refuses-to-write", test_refuses_to_write);
  g_test_add_func ("/mesh-file/binary", test_binary);
  g_test_add_func ("/mesh-file/binary-ras", test_binary_ras);
  g_test_add_func ("/mesh-file/bad-numbers", test_bad_numbers);
  g_test_add_func ("/mesh-file/degenerate", test_degenerate);
  g_test_add_func ("/mesh-file/text", test_text);
  g_test_add_func ("/mesh-file/long-word", test_long_word);
  g_test_add_func ("/mesh-file/prefixes", test_prefixes);
  g_test_add_func ("/mesh-file/other-files", test_other_files);
  g_test_add_func ("/mesh-file/admesh", test_admesh);
  int status = g_test_run ();

  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  for (const char *name; (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *path = file_named (name);
      g_unlink (path);
    }
  g_rmdir (folder);
  g_free (folder);
  return status;
}
