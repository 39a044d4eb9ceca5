/* Every reader and writer when memory is short or the user cancels: a clean error, no leak, no
 * file.
 */

#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "engine/failure-loop.h"
#include "files.h"
#include "image-object.h"
#include "io/brg-image.h"
#include "io/brg-mesh-file.h"
#include "io/brg-nrrd.h"

typedef struct
{
  BrgVolume *scan;
  BrgMask *mask;
  BrgMesh *meshes[2]; /* of several slabs; small */
} Input;

static Input input;

static BrgStatus
write_scan (const char *path, BrgJob *job, BrgError *error)
{
  return brg_nrrd_write_volume (input.scan, path, job, error);
}

static BrgStatus
write_mask (const char *path, BrgJob *job, BrgError *error)
{
  return brg_nrrd_write_mask (input.mask, path, job, error);
}

static BrgStatus
write_labels (const char *path, BrgJob *job, BrgError *error)
{
  return brg_nrrd_write_labels (&input.mask->grid, NULL, input.mask, path, job, error);
}

/* The small one for formats that are slow under the sanitizers. */
static const BrgMesh *
mesh_for (const char *path)
{
  return input.meshes[!g_str_has_suffix (path, ".stl")];
}

static BrgStatus
write_mesh (const char *path, BrgJob *job, BrgError *error)
{
  return brg_mesh_write (mesh_for (path), path, false, job, error);
}

static BrgStatus
read_scan (const char *path, BrgJob *job, BrgError *error)
{
  BrgVolume *volume = brg_image_read_volume (path, NULL, job, error);

  if (volume == NULL)
    return error->status;
  g_assert_cmpmem (volume->hu, 64, input.scan->hu, 64);
  brg_volume_unref (volume);
  return BRG_OK;
}

static BrgStatus
read_mask (const char *path, BrgJob *job, BrgError *error)
{
  BrgMask *mask = brg_image_read_mask (path, NULL, job, error);

  if (mask == NULL)
    return error->status;
  g_assert_true (brg_mask_equal (mask, input.mask));
  brg_mask_unref (mask);
  return BRG_OK;
}

static BrgStatus
read_labels (const char *path, BrgJob *job, BrgError *error)
{
  BrgMask *ones, *twos;
  BrgStatus status = brg_image_read_labels (path, &ones, &twos, job, error);

  g_assert_true ((ones != NULL && twos != NULL) == (status == BRG_OK));
  brg_mask_unref (ones);
  brg_mask_unref (twos);
  return status;
}

static BrgStatus
read_mesh (const char *path, BrgJob *job, BrgError *error)
{
  BrgMesh *mesh = brg_mesh_read (path, job, error);

  if (mesh == NULL)
    return error->status;
  g_assert_cmpuint (mesh->n_triangles, ==, mesh_for (path)->n_triangles);
  brg_mesh_unref (mesh);
  return BRG_OK;
}

/* Bytes to the end of the file at `path`. */
static void
put (const char *path, const GByteArray *bytes)
{
  g_autofree char *name = g_path_get_basename (path);

  g_free (files_write (name, bytes->data, bytes->len));
}

/* The scan in files that we only read, as others write them. */
static void
make_nifti (const char *path)
{
  bool is_pair = g_str_has_suffix (path, ".hdr");
  ImageNifti how = { .version = 1, .type = "int16", .has_sform = true, .is_pair = is_pair };
  GByteArray *header = image_object_nifti (&input.scan->grid, &how);
  GByteArray *voxels = image_object_voxels (input.scan), *zipped = g_byte_array_new ();

  if (!is_pair)
    g_byte_array_append (header, voxels->data, voxels->len);
  files_gzip (zipped, header->data, header->len);
  put (path, g_str_has_suffix (path, ".gz") ? zipped : header);
  if (is_pair)
    put ("scan.img", voxels);
  g_byte_array_unref (header);
  g_byte_array_unref (voxels);
  g_byte_array_unref (zipped);
}

static void
make_metaimage (const char *path)
{
  GString *text = image_object_metaimage (&input.scan->grid, "int16", false);
  GByteArray *voxels = image_object_voxels (input.scan), *file = g_byte_array_new ();
  bool is_list = g_str_has_suffix (path, ".mhd");

  g_string_replace (text, "CompressedData = False", "CompressedData = True", 0);
  g_string_append_printf (text, "ElementDataFile = %s\n", is_list ? "LIST 3D\nscan.zraw" : "LOCAL");
  g_byte_array_append (file, (const guint8 *) text->str, (guint) text->len);
  if (!is_list)
    image_object_deflate (file, voxels->data, voxels->len);
  put (path, file);
  g_byte_array_set_size (file, 0);
  image_object_deflate (file, voxels->data, voxels->len);
  if (is_list)
    put ("scan.zraw", file);
  g_string_free (text, TRUE);
  g_byte_array_unref (voxels);
  g_byte_array_unref (file);
}

typedef BrgStatus (*FileFunc) (const char *path, BrgJob *job, BrgError *error);

static const struct
{
  const char *name;
  FileFunc write, read;
  void (*make) (const char *path); /* where there is no writer to be tested */
} kinds[] = {
  { "scan.nrrd", write_scan, read_scan, NULL },
  { "mask.nrrd", write_mask, read_mask, NULL },
  { "labels.nrrd", write_labels, read_labels, NULL },
  { "mesh.stl", write_mesh, read_mesh, NULL },
  { "mesh.ply", write_mesh, read_mesh, NULL },
  { "mesh.obj", write_mesh, read_mesh, NULL },
  { "scan.nii.gz", NULL, read_scan, make_nifti },
  { "scan.hdr", NULL, read_scan, make_nifti },
  { "scan.mha", NULL, read_scan, make_metaimage },
  { "scan.mhd", NULL, read_scan, make_metaimage },
};

/* One of them on its file; when it fails there are no more files than before. */
typedef struct
{
  FileFunc func;
  const char *path;
} FileRun;

static BrgStatus
run (void *data, BrgJob *job, BrgError *error)
{
  const FileRun *run = data;
  int n_files = files_count ();

  if (run->func (run->path, job, error) == BRG_OK)
    return BRG_OK;
  g_assert_cmpint (files_count (), ==, n_files);
  return error
    ->status; /* a file that cannot be opened is BRG_IO to the caller, whatever the reason */
}

static void
run_all (void (*loop) (FailureFunc func, void *data))
{
  for (size_t k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      g_autofree char *path = files_path (kinds[k].name);
      if (kinds[k].make != NULL)
        kinds[k].make (path);
      else
        loop (run, &(FileRun){ kinds[k].write, path });
      loop (run, &(FileRun){ kinds[k].read, path });
      g_remove (path);
    }
}

static void
test_memory (void)
{
  run_all (failure_of_memory);
}

static void
test_cancel (void)
{
  run_all (failure_of_patience);
}

/* `n` triangles in a row. */
static BrgMesh *
strip_of (size_t n)
{
  BrgMesh *mesh = brg_mesh_new (n + 2, n, NULL);

  for (size_t v = 0; v < n + 2; v++)
    {
      mesh->xyz[3 * v] = (float) (v / 2) * 0.5f;
      mesh->xyz[3 * v + 1] = (float) (v % 2);
      mesh->xyz[3 * v + 2] = 0;
    }
  for (size_t h = 0; h < 3 * n; h++)
    mesh->triangles[h] = (uint32_t) (h / 3 + h % 3);
  return mesh;
}

/* Files whose parts several threads read and write: more than one slab of everything. */
static void
make_input (void)
{
  const double spacing_mm[3] = { 1, 1, 1 };
  BrgGrid grid = brg_grid_simple (200, 200, 55, spacing_mm, brg_vec3 (0, 0, 0));

  input.scan = brg_volume_new (&grid, NULL);
  input.mask = brg_mask_new (&grid, NULL);
  for (size_t v = 0; v < brg_grid_n_voxels (&grid); v++)
    input.scan->hu[v] = (int16_t) (v / 3 % 2000);
  for (int i = 0; i < 200; i++)
    brg_mask_set (input.mask, i, i * 7 % 200, i % 55, true);
  input.meshes[0] = strip_of (66000);
  input.meshes[1] = strip_of (9000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  files_begin ();
  make_input ();
  g_test_add_func ("/io/failure/memory", test_memory);
  g_test_add_func ("/io/failure/cancel", test_cancel);
  int failed = g_test_run ();
  brg_volume_unref (input.scan);
  brg_mask_unref (input.mask);
  brg_mesh_unref (input.meshes[0]);
  brg_mesh_unref (input.meshes[1]);
  files_end ();
  return failed;
}
