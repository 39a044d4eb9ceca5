#include "cli/brg-cli-input.h"

#include <sys/stat.h>

#include <glib.h>

#include "case/brg-series.h"
#include "cli/brg-cli-labels.h"
#include "cli/brg-cli-values.h"
#include "engine/brg-isosurface.h"
#include "engine/brg-mesh-smooth.h"
#include "io/brg-mesh-file.h"

BrgInputKind
brg_cli_input_kind (const char *path)
{
  static const char *const images[] = {
    ".nrrd", ".nhdr", ".nii", ".nii.gz", ".hdr", ".mha", ".mhd"
  };

  for (gsize i = 0; i < G_N_ELEMENTS (images); i++)
    if (brg_cli_ends_in (path, images[i]))
      return BRG_INPUT_IMAGE;
  if (brg_cli_ends_in (path, ".stl") || brg_cli_ends_in (path, ".ply") ||
      brg_cli_ends_in (path, ".obj"))
    return BRG_INPUT_MESH;
  if (brg_cli_ends_in (path, ".bregma"))
    return BRG_INPUT_CASE;
  return BRG_INPUT_NONE;
}

const char *
brg_cli_advice (const char *path)
{
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return "is a folder; if it holds DICOM files, make a scan of them first: bregma-cli import "
           "FOLDER -o SCAN.nrrd";
  if (brg_archive_is (path))
    return "is a zip; make a scan of what is in it first: bregma-cli import ZIP -o SCAN.nrrd";
  if (brg_series_is_source (path))
    return "is a DICOM file; make a scan of its series first: bregma-cli import FILE -o SCAN.nrrd";
  if (brg_cli_input_kind (path) == BRG_INPUT_CASE && g_file_test (path, G_FILE_TEST_EXISTS))
    return "is a case; what it makes is written by: bregma-cli export CASE.bregma -o DIR";
  return NULL;
}

bool
brg_cli_is_same_file (const char *a, const char *b)
{
  struct stat first, second;

  return stat (a, &first) == 0 && stat (b, &second) == 0 && first.st_dev == second.st_dev &&
         first.st_ino == second.st_ino;
}

void
brg_cli_report_warnings (BrgReport *report, const BrgImageInfo *info)
{
  brg_report_begin_list (report, "warnings");
  for (int w = 0; w < info->n_warnings; w++)
    brg_report_text (report, NULL, NULL, info->warnings[w]);
  brg_report_end_list (report);
  for (int w = 0; w < info->n_warnings; w++)
    brg_report_text (report, NULL, "Warning", info->warnings[w]);
}

/* A mask that the file holds among others, after a look at all of it. */
static BrgMask *
read_labels (const char *path,
             const char *segment,
             BrgImageInfo *info,
             BrgJob *job,
             BrgError *error)
{
  BrgImageContent content;
  BrgImagePick pick;
  BrgStatus status = brg_image_read_content (path, &content, job, error);

  if (status != BRG_OK)
    return NULL;
  if (content.kind == BRG_IMAGE_IS_SCAN)
    status = brg_error_set (error, BRG_INVALID,
                            "this is a scan, not a mask; make one first: bregma-cli segment SCAN "
                            "-o SKULL.nrrd");
  else
    status = brg_cli_pick_segment (&content, segment, &pick, error);
  brg_image_content_clear (&content);
  return status == BRG_OK ? brg_image_read_picked (path, &pick, info, job, error) : NULL;
}

/* The only mask of a file, as nearly all have, at once; any other in a second way. */
static BrgMask *
read_mask (const char *path, const char *segment, BrgImageInfo *info, BrgJob *job, BrgError *error)
{
  BrgImageInfo own_info = { 0 };
  BrgError own = { 0 };
  BrgMask *mask = segment == NULL ? brg_image_read_mask (path, &own_info, job, &own) : NULL;

  if (mask != NULL && own_info.n_layers == 1)
    {
      if (info != NULL)
        *info = own_info;
      return mask;
    }
  if (segment == NULL && mask == NULL && own.status != BRG_FORMAT)
    {
      brg_error_set (error, own.status, "%s", own.message);
      return NULL;
    }
  brg_mask_unref (mask);
  return read_labels (path, segment, info, job, error);
}

BrgMask *
brg_cli_read_skull (const char *path,
                    const char *segment,
                    BrgImageInfo *info,
                    BrgJob *job,
                    BrgError *error)
{
  BrgError own = { 0 };

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      brg_error_set (error, BRG_INVALID, "is a folder; name the mask in it");
      return NULL;
    }
  BrgMask *mask = read_mask (path, segment, info, job, &own);
  if (mask == NULL)
    {
      const char *advice = own.status != BRG_INVALID ? brg_cli_advice (path) : NULL;
      brg_error_set (error, own.status, "%s", advice != NULL ? advice : own.message);
    }
  else if (brg_mask_is_empty (mask))
    {
      brg_error_set (error, BRG_EMPTY, "the mask is empty");
      g_clear_pointer (&mask, brg_mask_unref);
    }
  return mask;
}

/* A mesh file that has something to show. */
static BrgMesh *
read_mesh (const char *path, BrgJob *job, BrgError *error)
{
  BrgMesh *mesh = brg_mesh_read (path, job, error);

  if (mesh != NULL && mesh->n_triangles == 0)
    {
      brg_error_set (error, BRG_EMPTY, "has no triangles");
      g_clear_pointer (&mesh, brg_mesh_unref);
    }
  return mesh;
}

/* Takes a mesh, which may be NULL, and gives it back smoothed; NULL if that fails. */
static BrgMesh *
smoothed (BrgMesh *mesh,
          const BrgGrid *grid,
          BrgCliSmoothing smoothing,
          BrgJob *job,
          BrgError *error)
{
  BrgStatus status = BRG_OK;

  if (mesh != NULL && smoothing.method == BRG_CLI_SMOOTHING_BREGMA)
    status = brg_mesh_smooth (mesh, grid, smoothing.strength, job, error);
  else if (mesh != NULL)
    status = brg_mesh_smooth_slicer (
      mesh, grid, smoothing.strength,
      smoothing.method == BRG_CLI_SMOOTHING_SLICER ? BRG_SLICER_HAMMING : BRG_SLICER_NUTTALL, job,
      error);
  if (status != BRG_OK)
    g_clear_pointer (&mesh, brg_mesh_unref);
  return mesh;
}

BrgMesh *
brg_cli_read_surface (const char *path,
                      const char *segment,
                      BrgCliSmoothing smoothing,
                      BrgImageInfo *info,
                      BrgJob *job,
                      BrgError *error)
{
  if (brg_cli_input_kind (path) == BRG_INPUT_MESH)
    return read_mesh (path, job, error);

  BrgMask *mask = brg_cli_read_skull (path, segment, info, job, error);
  if (mask == NULL)
    return NULL;
  BrgMesh *mesh = smoothed (brg_isosurface (mask, job, error), &mask->grid, smoothing, job, error);
  brg_mask_unref (mask);
  return mesh;
}

BrgMesh *
brg_cli_read_level (const char *path,
                    double level_hu,
                    BrgCliSmoothing smoothing,
                    BrgImageInfo *info,
                    BrgJob *job,
                    BrgError *error)
{
  BrgVolume *scan = brg_image_read_volume (path, info, job, error);

  if (scan == NULL)
    return NULL;
  BrgMesh *mesh =
    smoothed (brg_isosurface_hu (scan, level_hu, job, error), &scan->grid, smoothing, job, error);
  brg_volume_unref (scan);
  return mesh;
}
