#include "image-object.h"

#include <math.h>
#include <string.h>
#include <zlib.h>

static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                                  { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };

/* Names of the types in every format. */
static const struct
{
  const char *type;
  guint size;
  int nifti;
  const char *metaimage;
} types[] = {
  { "int8", 1, 256, "MET_CHAR" },        { "uint8", 1, 2, "MET_UCHAR" },
  { "int16", 2, 4, "MET_SHORT" },        { "uint16", 2, 512, "MET_USHORT" },
  { "int32", 4, 8, "MET_INT" },          { "uint32", 4, 768, "MET_UINT" },
  { "int64", 8, 1024, "MET_LONG_LONG" }, { "uint64", 8, 1280, "MET_ULONG_LONG" },
  { "float", 4, 16, "MET_FLOAT" },       { "double", 8, 64, "MET_DOUBLE" },
};

static size_t
index_of (const char *type)
{
  size_t t = 0;

  while (strcmp (types[t].type, type) != 0)
    t++;
  return t;
}

BrgGrid
image_object_grid (int ni, int nj, int nk)
{
  static const double spacing_mm[3] = { 0.5, 0.75, 2 };
  BrgGrid grid = brg_grid_simple (ni, nj, nk, spacing_mm, brg_vec3 (-12.25, 7.5, 1580.125));
  const double c = cos (0.1), s = sin (0.1);

  grid.lps_from_vox.m[0][0] = c * spacing_mm[0];
  grid.lps_from_vox.m[1][0] = s * spacing_mm[0];
  grid.lps_from_vox.m[0][1] = -s * spacing_mm[1];
  grid.lps_from_vox.m[1][1] = c * spacing_mm[1];
  return grid;
}

BrgGrid
image_object_reordered (BrgGrid grid, int order)
{
  for (int a = 0; a < 3; a++)
    {
      grid.source_axis[a] = orders[order / 8][a];
      grid.source_flipped[a] = order >> a & 1;
    }
  return grid;
}

int
image_object_value (const char *type, int i, int j, int k)
{
  int value = (i * 131 + j * 37 + k * 977) % 3000;

  if (types[index_of (type)].size == 1)
    return value % 100;
  return type[0] == 'u' ? value : value - 1000;
}

void
image_object_append (GByteArray *out, const char *type, bool big, double value)
{
  union
  {
    gint64 integer;
    float f;
    double d;
    guint8 bytes[8];
  } sample = { .integer = 0 };
  guint size = types[index_of (type)].size;

  if (strcmp (type, "float") == 0)
    sample.f = (float) value;
  else if (strcmp (type, "double") == 0)
    sample.d = value;
  else
    sample.integer = GINT64_TO_LE ((gint64) value);
  bool lies_big = type[0] != 'f' && type[0] != 'd' ? false : G_BYTE_ORDER == G_BIG_ENDIAN;
  for (guint b = 0; b < size; b++)
    g_byte_array_append (out, &sample.bytes[big == lies_big ? b : size - 1 - b], 1);
}

GByteArray *
image_object_samples (const BrgGrid *grid, const char *type, bool big)
{
  GByteArray *bytes = g_byte_array_new ();
  BrgAffine m;
  int sizes[3], at[3], vox[3];

  brg_grid_to_source (grid, sizes, &m);
  for (at[2] = 0; at[2] < sizes[2]; at[2]++)
    for (at[1] = 0; at[1] < sizes[1]; at[1]++)
      for (at[0] = 0; at[0] < sizes[0]; at[0]++)
        {
          brg_grid_vox_from_source (grid, at, vox);
          image_object_append (bytes, type, big, image_object_value (type, vox[0], vox[1], vox[2]));
        }
  return bytes;
}

GByteArray *
image_object_voxels (const BrgVolume *volume)
{
  GByteArray *bytes = g_byte_array_new ();
  BrgAffine m;
  int sizes[3], at[3], vox[3];

  brg_grid_to_source (&volume->grid, sizes, &m);
  for (at[2] = 0; at[2] < sizes[2]; at[2]++)
    for (at[1] = 0; at[1] < sizes[1]; at[1]++)
      for (at[0] = 0; at[0] < sizes[0]; at[0]++)
        {
          brg_grid_vox_from_source (&volume->grid, at, vox);
          guint16 hu = GUINT16_TO_LE ((guint16) brg_volume_get (volume, vox[0], vox[1], vox[2]));
          g_byte_array_append (bytes, (const guint8 *) &hu, 2);
        }
  return bytes;
}

static void
assert_corners (const BrgGrid *grid, const BrgGrid *expected, double apart_mm)
{
  for (int corner = 0; corner < 8; corner++)
    {
      BrgVec3 vox =
        brg_vec3 ((corner & 1) * (grid->dim[0] - 1), (corner >> 1 & 1) * (grid->dim[1] - 1),
                  (corner >> 2) * (grid->dim[2] - 1));
      BrgVec3 at = brg_grid_lps_from_vox (grid, vox), other = brg_grid_lps_from_vox (expected, vox);
      g_assert_cmpfloat (fabs (at.x - other.x), <=, apart_mm);
      g_assert_cmpfloat (fabs (at.y - other.y), <=, apart_mm);
      g_assert_cmpfloat (fabs (at.z - other.z), <=, apart_mm);
    }
}

void
image_object_assert (const BrgVolume *volume,
                     const BrgGrid *grid,
                     const char *type,
                     double apart_mm)
{
  for (int a = 0; a < 3; a++)
    {
      g_assert_cmpint (volume->grid.dim[a], ==, grid->dim[a]);
      g_assert_cmpint (volume->grid.source_axis[a], ==, grid->source_axis[a]);
      g_assert_cmpint (volume->grid.source_flipped[a], ==, grid->source_flipped[a]);
    }
  assert_corners (&volume->grid, grid, apart_mm);
  for (int k = 0; k < grid->dim[2]; k++)
    for (int j = 0; j < grid->dim[1]; j++)
      for (int i = 0; i < grid->dim[0]; i++)
        g_assert_cmpint (brg_volume_get (volume, i, j, k), ==, image_object_value (type, i, j, k));
}

void
image_object_put (GByteArray *header, bool big, guint at, char kind, double value)
{
  static const char kinds[] = "bhilfd";
  static const char *const names[] = { "uint8", "int16", "int32", "int64", "float", "double" };
  GByteArray *bytes = g_byte_array_new ();

  image_object_append (bytes, names[strchr (kinds, kind) - kinds], big, value);
  memcpy (header->data + at, bytes->data, bytes->len);
  g_byte_array_unref (bytes);
}

/* Where fields stand in the two versions, and how wide they are. */
typedef struct
{
  guint dim, datatype, bitpix, pixdim, offset, units, qform, sform, quatern, qoffset, srow, magic;
  char integer, size, real, place;
} Layout;

static const Layout layouts[] = {
  { 40, 70, 72, 76, 108, 123, 252, 254, 256, 268, 280, 344, 'h', 'h', 'f', 'f' },
  { 16, 12, 14, 104, 168, 500, 344, 348, 352, 376, 400, 4, 'i', 'l', 'd', 'l' },
};

/* The unit quaternion of a rotation, its first number not negative (Shepperd's method). */
static void
quaternion_of (double r[3][3], double q[4])
{
  const double squares[4] = { 1 + r[0][0] + r[1][1] + r[2][2], 1 + r[0][0] - r[1][1] - r[2][2],
                              1 - r[0][0] + r[1][1] - r[2][2], 1 - r[0][0] - r[1][1] + r[2][2] };
  const double sums[4][4] = {
    { 0, r[2][1] - r[1][2], r[0][2] - r[2][0], r[1][0] - r[0][1] },
    { r[2][1] - r[1][2], 0, r[0][1] + r[1][0], r[0][2] + r[2][0] },
    { r[0][2] - r[2][0], r[0][1] + r[1][0], 0, r[1][2] + r[2][1] },
    { r[1][0] - r[0][1], r[0][2] + r[2][0], r[1][2] + r[2][1], 0 },
  };
  int n = 0;

  for (int i = 1; i < 4; i++)
    n = squares[i] > squares[n] ? i : n;
  q[n] = sqrt (squares[n]) / 2;
  for (int i = 0; i < 4; i++)
    if (i != n)
      q[i] = sums[n][i] / (4 * q[n]);
  for (int i = 3; i >= 0; i--)
    q[i] = q[0] < 0 ? -q[i] : q[i];
}

static double
determinant (double m[3][3])
{
  return m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
         m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
         m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
}

/* The qform of `ras`, voxel sizes included. */
static void
put_qform (GByteArray *header, bool big, const Layout *layout, const BrgAffine *ras)
{
  guint step = layout->real == 'f' ? 4 : 8;
  double rotation[3][3], q[4];

  for (int c = 0; c < 3; c++)
    {
      double size = sqrt (ras->m[0][c] * ras->m[0][c] + ras->m[1][c] * ras->m[1][c] +
                          ras->m[2][c] * ras->m[2][c]);
      image_object_put (header, big, layout->pixdim + step * (guint) (c + 1), layout->real, size);
      for (int r = 0; r < 3; r++)
        rotation[r][c] = ras->m[r][c] / size;
    }
  double hand = determinant (rotation) < 0 ? -1 : 1;
  image_object_put (header, big, layout->pixdim, layout->real, hand);
  for (int r = 0; r < 3; r++)
    rotation[r][2] *= hand;
  quaternion_of (rotation, q);
  for (guint i = 0; i < 3; i++)
    {
      image_object_put (header, big, layout->quatern + step * i, layout->real, q[i + 1]);
      image_object_put (header, big, layout->qoffset + step * i, layout->real, ras->m[i][3]);
    }
}

GByteArray *
image_object_nifti (const BrgGrid *grid, const ImageNifti *how)
{
  const Layout *layout = &layouts[how->version - 1];
  GByteArray *header = g_byte_array_new ();
  guint size = how->version == 1 ? 348 : 540, step = layout->real == 'f' ? 4 : 8;
  size_t type = index_of (how->type);
  BrgAffine ras;
  int sizes[3];

  brg_grid_to_source (grid, sizes, &ras);
  for (int r = 0; r < 2; r++)
    for (int c = 0; c < 4; c++)
      ras.m[r][c] = -ras.m[r][c];
  g_byte_array_set_size (header, how->is_pair ? size : size + 4);
  memset (header->data, 0, header->len);
  image_object_put (header, how->big, 0, 'i', size);
  image_object_put (header, how->big, layout->dim, layout->size, 3);
  for (guint a = 0; a < 7; a++)
    image_object_put (header, how->big, layout->dim + (layout->size == 'h' ? 2 : 8) * (a + 1),
                      layout->size, a < 3 ? sizes[a] : 1);
  image_object_put (header, how->big, layout->datatype, 'h', types[type].nifti);
  image_object_put (header, how->big, layout->bitpix, 'h', 8 * types[type].size);
  image_object_put (header, how->big, layout->offset, layout->place, how->is_pair ? 0 : size + 4);
  image_object_put (header, how->big, layout->units, layout->integer == 'h' ? 'b' : 'i', 2);
  image_object_put (header, how->big, layout->qform, layout->integer, how->has_qform);
  image_object_put (header, how->big, layout->sform, layout->integer, how->has_sform);
  put_qform (header, how->big, layout, &ras);
  for (guint i = 0; how->has_sform && i < 12; i++)
    image_object_put (header, how->big, layout->srow + step * i, layout->real, ras.m[i / 4][i % 4]);
  memcpy (header->data + layout->magic, how->is_pair ? "ni" : "n+", 2);
  header->data[layout->magic + 2] = (guint8) ('0' + how->version);
  if (how->version == 2)
    memcpy (header->data + layout->magic + 4, "\r\n\032\n", 4);
  return header;
}

GString *
image_object_metaimage (const BrgGrid *grid, const char *type, bool big)
{
  GString *text = g_string_new ("ObjectType = Image\nNDims = 3\nBinaryData = True\n");
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  BrgAffine lps;
  int sizes[3];
  double size[3];

  brg_grid_to_source (grid, sizes, &lps);
  g_string_append_printf (text, "BinaryDataByteOrderMSB = %s\nCompressedData = False\n",
                          big ? "True" : "False");
  g_string_append (text, "TransformMatrix =");
  for (int a = 0; a < 3; a++)
    {
      size[a] =
        sqrt (lps.m[0][a] * lps.m[0][a] + lps.m[1][a] * lps.m[1][a] + lps.m[2][a] * lps.m[2][a]);
      for (int r = 0; r < 3; r++)
        g_string_append_printf (text, " %s",
                                g_ascii_dtostr (number, sizeof number, lps.m[r][a] / size[a]));
    }
  g_string_append (text, "\nOffset =");
  for (int r = 0; r < 3; r++)
    g_string_append_printf (text, " %s", g_ascii_dtostr (number, sizeof number, lps.m[r][3]));
  g_string_append (text, "\nCenterOfRotation = 0 0 0\nAnatomicalOrientation = RAI\n"
                         "ElementSpacing =");
  for (int a = 0; a < 3; a++)
    g_string_append_printf (text, " %s", g_ascii_dtostr (number, sizeof number, size[a]));
  g_string_append_printf (text, "\nDimSize = %d %d %d\nElementType = %s\n", sizes[0], sizes[1],
                          sizes[2], types[index_of (type)].metaimage);
  return text;
}

static void
append_vector (GString *text, BrgVec3 v, const char *space)
{
  char x[G_ASCII_DTOSTR_BUF_SIZE], y[G_ASCII_DTOSTR_BUF_SIZE], z[G_ASCII_DTOSTR_BUF_SIZE];

  if (g_ascii_toupper (space[0]) == 'R')
    v.x = -v.x;
  if (g_ascii_strcasecmp (space, "LPS") != 0 &&
      g_ascii_strcasecmp (space, "left-posterior-superior") != 0)
    v.y = -v.y;
  g_string_append_printf (text, "(%s,%s,%s)", g_ascii_dtostr (x, sizeof x, v.x),
                          g_ascii_dtostr (y, sizeof y, v.y), g_ascii_dtostr (z, sizeof z, v.z));
}

GString *
image_object_nrrd (const BrgGrid *grid, const char *space, const char *type)
{
  GString *text = g_string_new ("NRRD0004\n");
  BrgAffine m;
  int sizes[3];

  brg_grid_to_source (grid, sizes, &m);
  g_string_append_printf (text, "type: %s\ndimension: 3\nspace: %s\nsizes: %d %d %d\n", type, space,
                          sizes[0], sizes[1], sizes[2]);
  g_string_append (text, "space directions:");
  for (int a = 0; a < 3; a++)
    {
      g_string_append_c (text, ' ');
      append_vector (text, brg_vec3 (m.m[0][a], m.m[1][a], m.m[2][a]), space);
    }
  g_string_append (text, "\nspace origin: ");
  append_vector (text, brg_vec3 (m.m[0][3], m.m[1][3], m.m[2][3]), space);
  g_string_append (text, "\nendian: little\nencoding: raw\n\n");
  return text;
}

void
image_object_deflate (GByteArray *out, const void *bytes, size_t size)
{
  uLongf room = compressBound (size);
  guint before = out->len;

  g_byte_array_set_size (out, before + (guint) room);
  g_assert_cmpint (compress (out->data + before, &room, bytes, size), ==, Z_OK);
  g_byte_array_set_size (out, before + (guint) room);
}
