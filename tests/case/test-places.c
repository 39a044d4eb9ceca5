/* One object in every kind of file, its axes in all 48 orders: a marker lies at the same point of
 * the patient in the scan, in a mask and in a surface that were written and read again, and the
 * letters of the views agree. */

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "case/brg-file-private.h"
#include "case/brg-series.h"
#include "engine/brg-isosurface.h"
#include "engine/brg-mesh-check.h"
#include "engine/brg-slice-map.h"
#include "engine/brg-threshold.h"
#include "io/brg-image.h"
#include "io/brg-mesh-file.h"
#include "io/brg-nrrd.h"
#include "io/files.h"
#include "io/image-object.h"
#include "support/object-slice.h"

#define N_ORDERS 48

/* The marker: no other voxel of the object has its value. */
#define MARKER_I 6
#define MARKER_J 2
#define MARKER_K 4

static BrgJob job = BRG_JOB_INIT; /* on one thread: so little is done that more would only wait */

/* 9 x 7 x 6 voxels, straight or turned about all three axes. */
static BrgGrid
object_grid (int order)
{
  BrgGrid grid = image_object_grid (9, 7, 6);
  const double c = cos (0.2), s = sin (0.2);

  for (int column = 0; column < 3 && order % 2 > 0; column++)
    {
      double y = grid.lps_from_vox.m[1][column], z = grid.lps_from_vox.m[2][column];
      grid.lps_from_vox.m[1][column] = c * y - s * z;
      grid.lps_from_vox.m[2][column] = s * y + c * z;
    }
  return image_object_reordered (grid, order);
}

static BrgVec3
marker_of (const BrgGrid *grid)
{
  return brg_grid_lps_from_vox (grid, brg_vec3 (MARKER_I, MARKER_J, MARKER_K));
}

static void
assert_near (BrgVec3 a, BrgVec3 b, double apart_mm)
{
  g_assert_cmpfloat (brg_vec3_length (brg_vec3_sub (a, b)), <=, apart_mm);
}

/* The same mask, from a file. */
static BrgMask *
mask_by_file (const BrgMask *mask)
{
  g_autofree char *path = files_path ("marker.nrrd");

  g_assert_cmpint (brg_nrrd_write_mask (mask, path, &job, NULL), ==, BRG_OK);
  BrgMask *again = brg_image_read_mask (path, NULL, &job, NULL);
  g_assert_nonnull (again);
  return again;
}

static BrgMesh *
mesh_by_file (const BrgMesh *mesh)
{
  g_autofree char *path = files_path ("marker.stl");

  g_assert_cmpint (brg_mesh_write (mesh, path, false, &job, NULL), ==, BRG_OK);
  BrgMesh *again = brg_mesh_read (path, &job, NULL);
  g_assert_nonnull (again);
  return again;
}

/* The marker alone, set. */
static void
check_mask (const BrgMask *mask, BrgVec3 truth, double apart_mm)
{
  g_assert_cmpuint (brg_mask_count (mask), ==, 1);
  g_assert_true (brg_mask_get (mask, MARKER_I, MARKER_J, MARKER_K));
  assert_near (marker_of (&mask->grid), truth, apart_mm);
}

static BrgVec3
centre_of (const BrgMesh *mesh)
{
  BrgVec3 sum = { 0, 0, 0 };

  for (size_t v = 0; v < mesh->n_vertices; v++)
    sum = brg_vec3_add (sum, brg_vec3 ((double) mesh->xyz[3 * v], (double) mesh->xyz[3 * v + 1],
                                       (double) mesh->xyz[3 * v + 2]));
  return brg_vec3_scale (sum, 1 / (double) mesh->n_vertices);
}

/* Its surface, half way to the six neighbours, lies around the marker and is not inside out. */
static void
check_surface (const BrgMesh *mesh, const BrgGrid *grid, BrgVec3 truth, double apart_mm)
{
  BrgMeshCheck check;

  assert_near (centre_of (mesh), truth, apart_mm + 5e-4); /* float, 1.5 m from the origin */
  g_assert_cmpint (brg_mesh_check (mesh, &check, &job, NULL), ==, BRG_OK);
  g_assert_true (check.closed && check.oriented);
  g_assert_cmpfloat_with_epsilon (check.volume_mm3, brg_grid_voxel_mm3 (grid) / 6, 1e-3);
}

static void
check_files (const BrgMask *mask, const BrgMesh *mesh, BrgVec3 truth, double apart_mm)
{
  BrgMask *mask_again = mask_by_file (mask);
  BrgMesh *mesh_again = mesh_by_file (mesh);

  check_mask (mask_again, truth, apart_mm);
  check_surface (mesh_again, &mask_again->grid, truth, apart_mm);
  brg_mesh_unref (mesh_again);
  brg_mask_unref (mask_again);
}

/* Radiological: the patient's right is on the left of the screen. */
static void
check_letters (const BrgGrid *grid)
{
  static const char *const expected[BRG_N_PLANES] = {
    [BRG_AXIAL] = "RLAP", [BRG_CORONAL] = "RLSI", [BRG_SAGITTAL] = "APSI"
  };
  char letters[4][3];

  for (int plane = 0; plane < BRG_N_PLANES; plane++)
    {
      brg_slice_letters (grid, (BrgPlane) plane, letters);
      for (int side = 0; side < 4; side++)
        g_assert_cmpint (letters[side][0], ==, expected[plane][side]);
    }
}

static void
check_scan (const BrgVolume *scan, const BrgGrid *grid, double apart_mm)
{
  int hu = image_object_value ("int16", MARKER_I, MARKER_J, MARKER_K);
  BrgVec3 truth = marker_of (grid);
  BrgMask *mask = brg_threshold (scan, hu, hu, &job, NULL);
  BrgMesh *mesh = brg_isosurface (mask, &job, NULL);

  image_object_assert (scan, grid, "int16", apart_mm);
  check_letters (&scan->grid);
  check_mask (mask, truth, apart_mm);
  check_surface (mesh, &scan->grid, truth, apart_mm);
  check_files (mask, mesh, truth, apart_mm);
  brg_mesh_unref (mesh);
  brg_mask_unref (mask);
}

/* A way to write the object. */
typedef struct Row Row;

struct Row
{
  const char *name; /* of an NRRD file the name of the space, of slices how the patient lay */
  BrgVolume *(*write_and_read) (const BrgGrid *grid, const Row *row);
  double apart_mm; /* as the numbers of the format allow */
  ImageNifti nifti;
};

/* A file of the header and all samples. */
static BrgVolume *
read_file (const void *header, gsize size, const BrgGrid *grid, bool big)
{
  g_autoptr (GByteArray) samples = image_object_samples (grid, "int16", big);
  g_autoptr (GByteArray) file = g_byte_array_new ();
  BrgImageInfo info;

  g_byte_array_append (file, header, (guint) size);
  g_byte_array_append (file, samples->data, samples->len);
  g_autofree char *path = files_write ("object", file->data, file->len);
  BrgVolume *scan = brg_image_read_volume (path, &info, &job, NULL);
  g_assert_nonnull (scan);
  g_assert_cmpint (info.n_warnings, ==, 0);
  g_assert_true (info.has_orientation);
  return scan;
}

static BrgVolume *
by_nrrd (const BrgGrid *grid, const Row *row)
{
  GString *header = image_object_nrrd (grid, row->name, "short");
  BrgVolume *scan = read_file (header->str, header->len, grid, false);

  g_string_free (header, TRUE);
  return scan;
}

static BrgVolume *
by_nifti (const BrgGrid *grid, const Row *row)
{
  g_autoptr (GByteArray) header = image_object_nifti (grid, &row->nifti);

  return read_file (header->data, header->len, grid, row->nifti.big);
}

static BrgVolume *
by_metaimage (const BrgGrid *grid, const Row *row)
{
  GString *header = image_object_metaimage (grid, "int16", false);
  (void) row;

  g_string_append (header, "ElementDataFile = LOCAL\n");
  BrgVolume *scan = read_file (header->str, header->len, grid, false);
  g_string_free (header, TRUE);
  return scan;
}

static void
put_slice (const char *folder, const BrgGrid *grid, const char *patient_position, int s)
{
  g_autofree char *path = g_strdup_printf ("%s/IM%d", folder, s * 5 % 11); /* in no order */
  gint16 samples[OBJECT_SLICE_MAX];
  DicomSlice slice = object_slice (grid, s, samples);

  slice.patient_position = patient_position;
  slice.number = 100 - s;
  g_autoptr (GByteArray) bytes = dicom_slice (&slice);
  g_assert_true (g_file_set_contents (path, (const char *) bytes->data, bytes->len, NULL));
}

static BrgVolume *
by_dicom (const BrgGrid *grid, const Row *row)
{
  g_autofree char *folder = files_path ("series");
  g_auto (GStrv) warnings = NULL;
  g_autoptr (GPtrArray) all = NULL;
  BrgAffine lps;
  int sizes[3];

  brg_grid_to_source (grid, sizes, &lps);
  _brg_file_remove_tree (folder);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  for (int s = 0; s < sizes[2]; s++)
    put_slice (folder, grid, row->name, s);
  all = brg_series_find (folder, &job, NULL);
  g_assert_cmpuint (all->len, ==, 1);
  BrgVolume *scan =
    brg_series_read (all->pdata[0], BRG_SERIES_AS_IT_IS, NULL, &warnings, &job, NULL);
  g_assert_nonnull (scan);
  return scan;
}

#define NIFTI(version, big, sform, qform)                                                          \
  {                                                                                                \
    version, big, "int16", false, sform, qform                                                     \
  }

/* Float has steps of 1e-4 mm here, and loses more in the first number of a quaternion. */
static const Row rows[] = {
  { "LPS", by_nrrd, 1e-8, { 0 } },
  { "left-posterior-superior", by_nrrd, 1e-8, { 0 } },
  { "ras", by_nrrd, 1e-8, { 0 } },
  { "right-anterior-superior", by_nrrd, 1e-8, { 0 } },
  { "LAS", by_nrrd, 1e-8, { 0 } },
  { "Left-Anterior-Superior", by_nrrd, 1e-8, { 0 } },
  { "NIfTI-1 sform", by_nifti, 2e-4, NIFTI (1, false, true, false) },
  { "NIfTI-1 qform", by_nifti, 1e-2, NIFTI (1, false, false, true) },
  { "NIfTI-1 both, big endian", by_nifti, 2e-4, NIFTI (1, true, true, true) },
  { "NIfTI-2 sform, big endian", by_nifti, 1e-8, NIFTI (2, true, true, false) },
  { "NIfTI-2 qform", by_nifti, 1e-6, NIFTI (2, false, false, true) },
  { "MetaImage", by_metaimage, 1e-8, { 0 } },
  { "HFS", by_dicom, 1e-6, { 0 } },
  { "HFP", by_dicom, 1e-6, { 0 } },
  { "HFDL", by_dicom, 1e-6, { 0 } },
  { "HFDR", by_dicom, 1e-6, { 0 } },
  { "FFS", by_dicom, 1e-6, { 0 } },
  { "FFP", by_dicom, 1e-6, { 0 } },
  { "FFDL", by_dicom, 1e-6, { 0 } },
  { "FFDR", by_dicom, 1e-6, { 0 } },
};

static void
test_places (void)
{
  for (gsize r = 0; r < G_N_ELEMENTS (rows); r++)
    for (int order = 0; order < N_ORDERS; order++)
      {
        BrgGrid grid = object_grid (order),
                expected = rows[r].write_and_read == by_dicom ? object_slice_grid (&grid) : grid;
        if (order == 0)
          g_test_message ("%s", rows[r].name);
        BrgVolume *scan = rows[r].write_and_read (&grid, &rows[r]);
        check_scan (scan, &expected, rows[r].apart_mm);
        brg_volume_unref (scan);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (g_access ("/dev/shm", W_OK) == 0)
    g_setenv ("TMPDIR", "/dev/shm",
              TRUE); /* thousands of files, for none of which a disk is needed */
  job.n_threads = 1;
  files_begin ();
  g_test_add_func ("/places/all", test_places);
  int result = g_test_run ();
  files_end ();
  return result;
}
