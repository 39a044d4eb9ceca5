/* PLY and OBJ as others write them, cut off, mangled, and as we write them. */

#include <glib.h>
#include <math.h>
#include <string.h>

#include "files.h"
#include "io/brg-mesh-file.h"

/* The first error, or the mesh. */
static BrgMesh *
read_bytes (const char *name, const void *bytes, size_t size, BrgError *error)
{
  g_autofree char *path = files_write (name, bytes, size);

  *error = (BrgError){ 0 };
  BrgMesh *mesh = brg_mesh_read (path, NULL, error);
  g_assert_true ((mesh == NULL) == (error->status != BRG_OK));
  if (mesh == NULL)
    g_assert_true (g_str_has_prefix (error->message, name));
  return mesh;
}

/* Whatever was read is a mesh that everything else can rely on. */
static void
assert_sound (const BrgMesh *mesh)
{
  for (size_t f = 0; f < 3 * mesh->n_vertices; f++)
    g_assert_true (fabsf (mesh->xyz[f]) <= 1e6f);
  for (size_t h = 0; h < 3 * mesh->n_triangles; h++)
    g_assert_cmpuint (mesh->triangles[h], <, mesh->n_vertices);
}

/* The square (0,0) (2,0) (2,3) (0,3) at height 1 as a fan of two triangles. */
static void
assert_square (const BrgMesh *mesh, float sign)
{
  static const float corners[4][2] = { { 0, 0 }, { 2, 0 }, { 2, 3 }, { 0, 3 } };
  static const uint32_t triangles[6] = { 0, 1, 2, 0, 2, 3 };

  g_assert_cmpuint (mesh->n_vertices, ==, 4);
  g_assert_cmpuint (mesh->n_triangles, ==, 2);
  g_assert_cmpmem (mesh->triangles, sizeof triangles, triangles, sizeof triangles);
  for (size_t v = 0; v < 4; v++)
    {
      g_assert_cmpfloat (mesh->xyz[3 * v], ==, sign * corners[v][0]);
      g_assert_cmpfloat (mesh->xyz[3 * v + 1], ==, sign * corners[v][1]);
      g_assert_cmpfloat (mesh->xyz[3 * v + 2], ==, 1);
    }
}

static void
assert_reads (const char *name, const void *bytes, size_t size, float sign)
{
  BrgError error;
  BrgMesh *mesh = read_bytes (name, bytes, size, &error);

  g_assert_cmpstr (error.message, ==, "");
  assert_square (mesh, sign);
  brg_mesh_unref (mesh);
}

static void
assert_refuses (const char *name, const char *text, const char *says)
{
  BrgError error;
  BrgMesh *mesh = read_bytes (name, text, strlen (text), &error);

  g_assert_null (mesh);
  g_assert_cmpint (error.status, ==, BRG_FORMAT);
  if (strstr (error.message, says) == NULL)
    g_error ("\"%s\" does not say \"%s\"", error.message, says);
}

#define XYZ   "property float x\nproperty float y\nproperty float z\n"
#define FACES "property list uchar int vertex_indices\n"

static const char *const good_ply[] = {
  "ply\nformat ascii 1.0\nelement vertex 4\n" XYZ "element face 1\n" FACES
  "end_header\n0 0 1\n2 0 1\n2 3 1\n0 3 1\n4 0 1 2 3\n",
  /* line ends, aliases, more properties before, between and after, no line end at the end */
  "ply\r\nformat ascii 1.0\r\ncomment made by hand\r\nobj_info none\r\nelement vertex 4\r\n"
  "property uchar red\r\nproperty float64 z\r\nproperty list uint8 float32 more\r\n"
  "property int16 y\r\nproperty float32 x\r\nproperty float nx\r\nelement face 2\r\n"
  "property uchar flags\r\nproperty list ushort uint vertex_index\r\nend_header\r\n"
  "255 1 0 0 0 0.5\r\n255 1 2 .1 .2 0 2 0.5\r\n0 1e0 1 9 3 2 0\r\n 0 1 0 3 0 0\r\n"
  "0 3 0 1 2\r\n7 3 0 2 3",
  /* faces first, elements of others, faces too small and without area */
  "ply\nformat ascii 1.0\nelement face 5\n" FACES "element edge 2\nproperty int a\n"
  "element vertex 4\n" XYZ "element material 0\nend_header\n"
  "3 0 1 2\n2 0 1\n0\n3 1 1 2\n3 0 2 3\n5\n6\n0 0 1\n2 0 1\n2 3 1\n0 3 1\nand more\n",
};

static void
test_ply_text (void)
{
  for (size_t g = 0; g < G_N_ELEMENTS (good_ply); g++)
    assert_reads ("good.ply", good_ply[g], strlen (good_ply[g]), 1);
  g_autofree char *ras =
    g_strconcat ("ply\ncomment 3D Slicer output. SPACE=RAS\n", good_ply[0] + 4, NULL);
  assert_reads ("ras.ply", ras, strlen (ras), -1);
  assert_reads ("named.stl", good_ply[0], strlen (good_ply[0]), 1); /* what it is, not its name */
}

static void
append (GByteArray *bytes, guint64 bits, guint size, bool big)
{
  for (guint b = 0; b < size; b++)
    {
      guint8 byte = (guint8) (bits >> 8 * (big ? size - 1 - b : b));
      g_byte_array_append (bytes, &byte, 1);
    }
}

/* The square in binary with doubles, shorts, a list to skip and corners of every integer type. */
static GByteArray *
binary_ply (bool big, const char *type, guint size)
{
  static const double corners[4][2] = { { 0, 0 }, { 2, 0 }, { 2, 3 }, { 0, 3 } };
  GByteArray *bytes = g_byte_array_new ();
  g_autofree char *header = g_strdup_printf (
    "ply\nformat binary_%s_endian 1.0\nelement vertex 4\nproperty double x\nproperty short z\n"
    "property list char float quality\nproperty double y\nelement face 1\n"
    "property list %s %s vertex_indices\nelement rest 1\nproperty int a\nend_header\n",
    big ? "big" : "little", type, type);

  g_byte_array_append (bytes, (const guint8 *) header, (guint) strlen (header));
  for (guint v = 0; v < 4; v++)
    {
      guint64 bits;
      memcpy (&bits, &corners[v][0], 8);
      append (bytes, bits, 8, big);
      append (bytes, 1, 2, big);
      append (bytes, v, 1, big);
      for (guint q = 0; q < v; q++)
        append (bytes, 0x7fc00000, 4, big);
      memcpy (&bits, &corners[v][1], 8);
      append (bytes, bits, 8, big);
    }
  append (bytes, 4, size, big);
  for (guint v = 0; v < 4; v++)
    append (bytes, v, size, big);
  append (bytes, 9, 4, big);
  return bytes;
}

static const struct
{
  const char *type;
  guint size;
} index_types[] = { { "char", 1 },   { "uchar", 1 }, { "short", 2 },
                    { "ushort", 2 }, { "int32", 4 }, { "uint", 4 } };

static void
test_ply_binary (void)
{
  for (int big = 0; big < 2; big++)
    for (size_t t = 0; t < G_N_ELEMENTS (index_types); t++)
      {
        GByteArray *bytes = binary_ply (big, index_types[t].type, index_types[t].size);
        assert_reads ("binary.ply", bytes->data, bytes->len, 1);
        g_byte_array_unref (bytes);
      }
}

static void
test_ply_refused (void)
{
  static const char *const cases[][2] = {
    { "", "bad.ply: is empty" },
    { "solid x\nendsolid x\n", "bad.ply: is not a PLY file" },
    { "ply\n", "no end" },
    { "ply\nformat ascii 1.0\nelement vertex 0\n" XYZ, "no end" },
    { "ply\nelement vertex 0\n" XYZ "end_header\n", "no format" },
    { "ply\nformat ascii 2.0\nend_header\n", "version of PLY" },
    { "ply\nformat binary 1.0\nend_header\n", "\"binary\" is not a format of PLY" },
    { "ply\nformat ascii 1.0\nend_header\n", "have no x" },
    { "ply\nformat ascii 1.0\nproperty int x\nend_header\n", "before any element" },
    { "ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float y\nend_header\n1 "
      "2",
      "have no z" },
    { "ply\nformat ascii 1.0\nelement vertex 1\n" XYZ "property float x\nend_header\n1 2 3 4",
      "twice" },
    { "ply\nformat ascii 1.0\nelement vertex 1\n" XYZ "element vertex 1\n", "twice" },
    { "ply\nformat ascii 1.0\nelement vertex -1\n" XYZ "end_header\n",
      "\"-1\" is not a number of elements" },
    { "ply\nformat ascii 1.0\nelement vertex 99999999999\n" XYZ "end_header\n1", "cannot hold" },
    { "ply\nformat ascii 1.0\nelement vertex 9223372036854775807\n" XYZ "end_header\n1",
      "cannot hold" },
    { "ply\nformat ascii 1.0\nelement nothing 5\nelement vertex 0\n" XYZ "end_header\n1 2 3 4 5",
      "cannot hold" },
    { "ply\nformat ascii 1.0\nelement vertex 1\nproperty half x\n",
      "\"half\" is not a type of PLY" },
    { "ply\nformat ascii 1.0\nelement vertex 1\nproperty list float int x\n", "integer type" },
    { "ply\nformat ascii 1.0\nelement vertex 1\n" XYZ
      "element face 0\nproperty int a\nend_header\n",
      "vertex_indices" },
    { "ply\nformat ascii 1.0\nelement vertex 1\n" XYZ "hello\x1b\n", "\"hello?\"" },
    { "ply\nformat ascii 1.0\nelement vertex 1\n" XYZ "end_header\n1 nan 2\n",
      "coordinate of nan" },
    { "ply\nformat ascii 1.0\nelement vertex 1\n" XYZ "end_header\n1 inf 2\n",
      "coordinate of inf" },
    { "ply\nformat ascii 1.0\nelement vertex 1\n" XYZ "end_header\n1 2 1e7\n",
      "coordinate of 1e+07 mm, must be -1e+06 to 1e+06 mm" },
    { "ply\nformat ascii 1.0\nelement vertex 1\n" XYZ "end_header\n1 0x2 3\n", "not a number" },
    { "ply\nformat ascii 1.0\nelement vertex 1\n" XYZ "element face 1\n" FACES
      "end_header\n1 2 3\n3 0 0 1\n",
      "names vertex 1 of 1" },
    { "ply\nformat ascii 1.0\nelement vertex 1\n" XYZ "element face 1\n" FACES
      "end_header\n1 2 3\n3 0 0 -1\n",
      "names vertex -1 of 1" },
    { "ply\nformat ascii 1.0\nelement vertex 1\n" XYZ "element face 1\n" FACES
      "end_header\n1 2 3\n3 0 0 0.5\n",
      "not a number" },
    { "ply\nformat ascii 1.0\nelement vertex 1\n" XYZ "element face 1\n" FACES
      "end_header\n1 2 3\n99 0 0 0\n",
      "cannot have 99" },
    { "ply\nformat ascii 1.0\nelement vertex 1\n" XYZ "element face 1\n" FACES
      "end_header\n1 2 3\n-1\n",
      "cannot have -1" },
  };

  for (size_t c = 0; c < G_N_ELEMENTS (cases); c++)
    assert_refuses ("bad.ply", cases[c][0], cases[c][1]);
}

static const char *const good_obj[] = {
  "v 0 0 1\nv 2 0 1\nv 2 3 1\nv 0 3 1\nf 1 2 3 4\n",
  "# a comment\r\nmtllib a.mtl\r\no square\r\nv 0 0 1 0.5 0.5 0.5\r\nv\t2 0 1\r\nv 2.0 3 1 1\r\n"
  "v 0 3e0 1\r\nvt 0 0\r\nvn 0 0 1\r\ng all\r\nusemtl skin\r\ns off\r\nf 1/1 2/1/1 3//1\r\n"
  "f -4 -2// -1/1\r\nl 1 2\r\n\r\np 1",
  "f 1 2 3\nv 0 0 1\nv 2 0 \\\n1\nv 2 3 1\nv 0 3 1\nf 1 3 \\\n 4\nf 1 1 2\n",
};

static void
test_obj (void)
{
  static const char *const bad[][2] = {
    { "", "bad.obj: is empty" },
    { "# nothing\n", "has no vertex" },
    { "v 0 0\n", "three numbers" },
    { "v 0 0 nan\n", "vertex 1 has a coordinate of nan" },
    { "v 0 0 -2e6\n", "coordinate of -2e+06" },
    { "v 0 0 1,5\n", "three numbers" },
    { "v 0 0 0\nf 1 1\n", "three corners" },
    { "v 0 0 0\nf 1 1 0\n", "number of a vertex" },
    { "v 0 0 0\nf 1 1 a\n", "number of a vertex" },
    { "v 0 0 0\nf 1 1 1/x\n", "number of a vertex" },
    { "v 0 0 0\nf 1 1 1.5\n", "number of a vertex" },
    { "v 0 0 0\nf 1 1 -2\n", "names no vertex" },
    { "v 0 0 0\nf 1 1 99999999999\n", "names no vertex" },
    { "v 0 0 0\nv 1 0 0\nf 1 2 3\n", "names vertex 3 of 2" },
    { "v 0 0 0\nthis is no surface\n", "line 2: not what" },
    { "curv 0 1\n", "line 1: not what" },
  };

  for (size_t g = 0; g < G_N_ELEMENTS (good_obj); g++)
    assert_reads ("good.obj", good_obj[g], strlen (good_obj[g]), 1);
  g_autofree char *ras = g_strconcat ("# SPACE=RAS\n", good_obj[0], NULL);
  assert_reads ("ras.OBJ", ras, strlen (ras), -1);
  for (size_t b = 0; b < G_N_ELEMENTS (bad); b++)
    assert_refuses ("bad.obj", bad[b][0], bad[b][1]);
  g_autofree char *long_line = g_strnfill (1 << 20, '1');
  memcpy (long_line, "f 1 ", 4);
  assert_refuses ("long.obj", long_line, "longer than");
}

/* A small file of every kind, to be cut and mangled. */
static GByteArray *
example (int kind, const char **name)
{
  GByteArray *bytes;
  float record[12] = { 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0 };

  *name = kind == 3 ? "x.obj" : kind >= 4 ? "x.stl" : "x.ply";
  if (kind < 2)
    return binary_ply (kind, "ushort", 2);
  bytes = g_byte_array_new ();
  if (kind == 2 || kind == 3)
    {
      const char *text = kind == 2 ? good_ply[1] : good_obj[1];
      g_byte_array_append (bytes, (const guint8 *) text, (guint) strlen (text));
      return bytes;
    }
  g_byte_array_set_size (bytes, 84 + 50 * 4);
  memset (bytes->data, 0, bytes->len);
  bytes->data[80] = 4;
  for (guint r = 0; r < 4; r++)
    {
      record[3] = (float) r;
      memcpy (bytes->data + 84 + 50 * r, record, sizeof record);
    }
  return bytes;
}

/* Every beginning of a binary file is refused. Of a text file one that ends in a number may be a
 * whole file, and of OBJ one that ends with a line. */
static void
test_every_prefix (void)
{
  for (int kind = 0; kind < 5; kind++)
    {
      const char *name;
      GByteArray *bytes = example (kind, &name);
      guint n_read = 0, end = bytes->len - (kind < 2 ? 0 : 1);
      for (guint size = 0; size < end; size++)
        {
          BrgError error;
          BrgMesh *mesh = read_bytes (name, bytes->data, size, &error);
          n_read += mesh != NULL;
          if (mesh != NULL)
            assert_sound (mesh);
          brg_mesh_unref (mesh);
        }
      if (kind != 3)
        g_assert_cmpuint (n_read, ==, 0);
      g_byte_array_unref (bytes);
    }
}

static void
test_mutations (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (41);
  guint n_read = 0;

  for (guint n = 0; n < 2500; n++)
    {
      const char *name;
      GByteArray *bytes = example ((int) (n % 5), &name);
      for (gint32 i = g_rand_int_range (rand, 1, 4); i > 0; i--)
        bytes->data[g_rand_int_range (rand, 0, (gint32) bytes->len)] =
          (guint8) (g_rand_boolean (rand) ? g_rand_int_range (rand, 0, 256)
                                          : g_rand_int_range (rand, ' ', 'z'));
      BrgError error;
      BrgMesh *mesh = read_bytes (name, bytes->data, bytes->len, &error);
      n_read += mesh != NULL;
      if (mesh != NULL)
        assert_sound (mesh);
      brg_mesh_unref (mesh);
      g_byte_array_unref (bytes);
    }
  g_assert_cmpuint (n_read, >, 100);
  g_assert_cmpuint (n_read, <, 2400);
}

/* A grid of squares whose coordinates have few decimals, larger than one slab of records. */
static BrgMesh *
sheet (guint side)
{
  BrgMesh *mesh = brg_mesh_new ((side + 1) * (side + 1), 2 * side * side, NULL);

  for (guint v = 0; v < mesh->n_vertices; v++)
    {
      mesh->xyz[3 * v] = (float) (v % (side + 1)) * 0.25f - 20;
      mesh->xyz[3 * v + 1] = (float) (v / (side + 1)) * 0.5f;
      mesh->xyz[3 * v + 2] = (float) (v % 7) * 0.125f;
    }
  for (guint q = 0; q < side * side; q++)
    {
      guint32 a = q / side * (side + 1) + q % side, b = a + side + 1;
      const guint32 corners[6] = { a, a + 1, b, b, a + 1, b + 1 };
      memcpy (mesh->triangles + 6 * q, corners, sizeof corners);
    }
  return mesh;
}

static void
assert_equal (const BrgMesh *a, const BrgMesh *b)
{
  g_assert_cmpuint (a->n_vertices, ==, b->n_vertices);
  g_assert_cmpuint (a->n_triangles, ==, b->n_triangles);
  g_assert_true (memcmp (a->xyz, b->xyz, a->n_vertices * 12) == 0);
  g_assert_true (memcmp (a->triangles, b->triangles, a->n_triangles * 12) == 0);
}

/* What we write is read back as it was, and has the same bytes for any number of threads. */
static void
test_round_trip (void)
{
  static const char *const names[] = { "sheet.ply", "sheet.obj", "sheet.stl" };
  BrgMesh *mesh = sheet (260);

  for (size_t n = 0; n < G_N_ELEMENTS (names); n++)
    for (int ras = 0; ras < 2; ras++)
      {
        g_autofree char *path = files_path (names[n]);
        g_autoptr (GByteArray) first = NULL;
        for (int n_threads = 1; n_threads <= 7; n_threads += 3)
          {
            BrgJob job = BRG_JOB_INIT;
            BrgError error = { 0 };
            job.n_threads = n_threads;
            brg_mesh_write (mesh, path, ras, &job, &error);
            g_assert_cmpstr (error.message, ==, "");
            GByteArray *bytes = files_read (path);
            if (first != NULL)
              g_assert_cmpmem (bytes->data, bytes->len, first->data, first->len);
            g_clear_pointer (&first, g_byte_array_unref);
            first = bytes;
            BrgMesh *back = brg_mesh_read (path, &job, &error);
            g_assert_cmpstr (error.message, ==, "");
            if (n < 2)
              assert_equal (back, mesh);
            else
              for (size_t h = 0; h < 3 * mesh->n_triangles; h++)
                g_assert_cmpmem (back->xyz + 3 * back->triangles[h], 12,
                                 mesh->xyz + 3 * mesh->triangles[h], 12);
            brg_mesh_unref (back);
          }
      }
  brg_mesh_unref (mesh);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  files_begin ();
  g_test_add_func ("/io/mesh-formats/ply-text", test_ply_text);
  g_test_add_func ("/io/mesh-formats/ply-binary", test_ply_binary);
  g_test_add_func ("/io/mesh-formats/ply-refused", test_ply_refused);
  g_test_add_func ("/io/mesh-formats/obj", test_obj);
  g_test_add_func ("/io/mesh-formats/every-prefix", test_every_prefix);
  g_test_add_func ("/io/mesh-formats/mutations", test_mutations);
  g_test_add_func ("/io/mesh-formats/round-trip", test_round_trip);
  int failed = g_test_run ();
  files_end ();
  return failed;
}
