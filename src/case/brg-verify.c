#include "case/brg-verify.h"

#include <math.h>
#include <string.h>

#include "case/brg-case-error.h"
#include "case/brg-manifest-private.h"
#include "engine/brg-isosurface.h"
#include "engine/brg-job-part.h"
#include "engine/brg-mesh-check.h"
#include "engine/brg-translate.h"
#include "io/brg-image.h"
#include "io/brg-mesh-file.h"

/* Volume of a surface against that of its mask. */
#define MAX_VOLUME_ERROR 0.01

typedef struct
{
  const char *dir;
  BrgVerifyReport *report;
  BrgJob *job;
  const BrgManifestCase *one;
  GArray *recipes; /* NULL: not readable */
} Check;

static void G_GNUC_PRINTF (3, 4)
  add_problem (Check *check, const char *path, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_autofree char *reason = g_strdup_vprintf (format, args);
  va_end (args);
  g_ptr_array_add (check->report->problems, g_strdup_printf ("%s: %s", path, reason));
}

/* What an error of io or engine says, without the file name io puts in front. */
static const char *
reason_of (const char *message, const char *path)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *prefix = g_strconcat (name, ": ", NULL);

  return g_str_has_prefix (message, prefix) ? message + strlen (prefix) : message;
}

static void
check_file (Check *check, const BrgManifestFile *file)
{
  g_autofree char *path = g_build_filename (check->dir, file->path, NULL);
  g_autoptr (GError) error = NULL;
  BrgSha256 sha256;
  gint64 bytes;

  check->report->n_files++;
  if (!_brg_hash_file (path, sha256, &bytes, &error))
    add_problem (check, file->path, "%s", reason_of (error->message, path));
  else if (bytes != file->bytes)
    add_problem (check, file->path,
                 "has %" G_GINT64_FORMAT " bytes, the manifest says %" G_GINT64_FORMAT, bytes,
                 file->bytes);
  else if (!g_str_equal (sha256, file->sha256))
    add_problem (check, file->path, "is not the file that was written: its SHA-256 differs");
}

static const BrgManifestFile *
find_file (const Check *check, const char *path)
{
  for (guint f = 0; f < check->one->files->len; f++)
    {
      const BrgManifestFile *file = check->one->files->pdata[f];
      if (g_str_equal (file->path, path))
        return file;
    }
  return NULL;
}

static BrgMask *
load_mask (Check *check, const char *base)
{
  g_autofree char *name = g_strconcat (base, ".nrrd", NULL);
  g_autofree char *path = g_build_filename (check->dir, name, NULL);
  const BrgManifestFile *file = find_file (check, name);
  BrgError error = { 0 };
  BrgSha256 sha256;

  if (file == NULL)
    {
      add_problem (check, name, "is not in the manifest");
      return NULL;
    }
  BrgMask *mask = brg_image_read_mask (path, NULL, check->job, &error);
  if (mask == NULL)
    {
      if (error.status != BRG_CANCELLED)
        add_problem (check, name, "%s", reason_of (error.message, path));
      return NULL;
    }
  brg_export_hash_mask (mask, sha256);
  if (!g_str_equal (sha256, file->voxels))
    add_problem (check, name, "holds other voxels than those that were written");
  return mask;
}

static gboolean
volumes_agree (double a_mm3, double b_mm3)
{
  return fabs (a_mm3 - b_mm3) <= MAX_VOLUME_ERROR * fabs (b_mm3);
}

/* Volume of the unsmoothed surface: edges of thin parts are bevelled, so it is below the mask's. */
static double
surface_mm3 (Check *check, const BrgMask *mask)
{
  BrgMesh *mesh = brg_isosurface (mask, check->job, NULL);
  BrgMeshCheck found = { 0 };

  if (mesh != NULL)
    brg_mesh_check (mesh, &found, check->job, NULL);
  brg_mesh_unref (mesh);
  return found.volume_mm3;
}

static void
check_volume (Check *check, const char *name, const BrgMask *mask, double found_mm3)
{
  double voxels_mm3 = brg_mask_volume_mm3 (mask);

  if (volumes_agree (found_mm3, voxels_mm3) || volumes_agree (found_mm3, surface_mm3 (check, mask)))
    return;
  add_problem (check, name, "encloses %.1f mm3, its voxels %.1f mm3", found_mm3, voxels_mm3);
}

static void
check_surface (Check *check, const char *base, const BrgMask *mask)
{
  g_autofree char *name = g_strconcat (base, ".stl", NULL);
  g_autofree char *path = g_build_filename (check->dir, name, NULL);
  BrgError error = { 0 };
  BrgMeshCheck found;
  BrgMesh *mesh = brg_mesh_read (path, check->job, &error);
  BrgStatus status =
    mesh != NULL ? brg_mesh_check (mesh, &found, check->job, &error) : error.status;

  if (status != BRG_OK && status != BRG_CANCELLED)
    add_problem (check, name, "%s", reason_of (error.message, path));
  if (status == BRG_OK && !found.closed)
    add_problem (check, name, "is not closed: %zu open edges", found.n_boundary_edges);
  if (status == BRG_OK)
    check_volume (check, name, mask, found.volume_mm3);
  brg_mesh_unref (mesh);
}

static void
check_part (Check *check, const char *base, BrgMask **mask)
{
  *mask = load_mask (check, base);
  if (*mask != NULL)
    check_surface (check, base, *mask);
}

static void
check_within (Check *check, const char *base, const BrgMask *part, const BrgMask *skull)
{
  size_t outside = brg_mask_count (part) - brg_mask_count_and (part, skull);

  if (outside > 0)
    add_problem (check, base, "%zu voxels lie outside the skull", outside);
}

/* The recipe of a defect that leaves no gap and loses no bone. */
static gboolean
is_partition (const Check *check, guint defect)
{
  if (check->recipes == NULL || defect > check->recipes->len)
    return FALSE;
  const BrgRecipe *recipe = &g_array_index (check->recipes, BrgRecipe, defect - 1);
  return !(recipe->clearance_mm > 0) && recipe->drills == BRG_DRILLS_IN_IMPLANT;
}

static void
check_masks (Check *check,
             guint defect,
             const BrgMask *skull,
             const BrgMask *defective,
             const BrgMask *implant)
{
  g_autofree char *defective_base = _brg_path_defective (check->one->name, defect);
  g_autofree char *implant_base = _brg_path_implant (check->one->name, defect);
  BrgError error;

  if (brg_grid_check_equal (&skull->grid, &defective->grid, &error) != BRG_OK ||
      brg_grid_check_equal (&skull->grid, &implant->grid, &error) != BRG_OK)
    {
      add_problem (check, defective_base, "%s", error.message);
      return;
    }
  check_within (check, defective_base, defective, skull);
  check_within (check, implant_base, implant, skull);
  size_t overlap = brg_mask_count_and (defective, implant);
  if (overlap > 0)
    add_problem (check, implant_base, "%zu voxels overlap the defective skull", overlap);
  size_t sum = brg_mask_count (defective) + brg_mask_count (implant);
  if (is_partition (check, defect) && overlap == 0 && sum != brg_mask_count (skull))
    add_problem (check, implant_base, "with the defective skull it has %zu voxels, the skull %zu",
                 sum, brg_mask_count (skull));
}

static void
check_defect (Check *check, guint defect, const BrgMask *skull)
{
  g_autofree char *defective_base = _brg_path_defective (check->one->name, defect);
  g_autofree char *implant_base = _brg_path_implant (check->one->name, defect);
  BrgMask *defective, *implant;

  check->report->n_defects++;
  check_part (check, defective_base, &defective);
  check_part (check, implant_base, &implant);
  if (skull != NULL && defective != NULL && implant != NULL)
    check_masks (check, defect, skull, defective, implant);
  brg_mask_unref (defective);
  brg_mask_unref (implant);
}

static void
load_recipes (Check *check)
{
  g_autofree char *name = _brg_path_recipe (check->one->name);
  g_autofree char *path = g_build_filename (check->dir, name, NULL);
  g_autoptr (GError) error = NULL;

  check->recipes = brg_recipe_load (path, NULL, &error);
  if (check->recipes == NULL)
    add_problem (check, name, "%s", reason_of (error->message, path));
  else if (check->one->n_defects > 0 && check->recipes->len != check->one->n_defects)
    add_problem (check, name, "describes %u defects, the manifest lists %u", check->recipes->len,
                 check->one->n_defects);
}

static void
check_case (Check *check)
{
  g_autofree char *skull_base = _brg_path_skull (check->one->name);
  BrgJobPart parts = brg_job_parts (check->job);
  BrgMask *skull;
  guint n = check->one->n_defects + 1;

  check->report->n_cases++;
  for (guint f = 0; f < check->one->files->len; f++)
    check_file (check, check->one->files->pdata[f]);
  load_recipes (check);
  brg_job_part (&parts, 0, 1.0 / n);
  check_part (check, skull_base, &skull);
  for (guint d = 1; d <= check->one->n_defects && !brg_job_is_cancelled (check->job); d++)
    {
      brg_job_part (&parts, (double) d / n, (d + 1.0) / n);
      check_defect (check, d, skull);
    }
  brg_job_parts_end (&parts);
  brg_mask_unref (skull);
  g_clear_pointer (&check->recipes, g_array_unref);
}

gboolean
brg_verify (const char *dir, BrgVerifyReport *report, BrgJob *job, GError **error)
{
  Check check = { .dir = dir, .report = report, .job = job };
  g_autoptr (GError) unfinished = NULL;

  *report = (BrgVerifyReport){ 0 };
  brg_export_recover (dir, &unfinished);
  g_autoptr (BrgManifest) manifest = _brg_manifest_load (dir, FALSE, error);
  if (manifest == NULL)
    return FALSE;
  report->problems = g_ptr_array_new_with_free_func (g_free);
  if (unfinished != NULL)
    g_ptr_array_add (report->problems, g_strdup (unfinished->message));
  for (guint c = 0; c < manifest->cases->len && !brg_job_is_cancelled (job); c++)
    {
      check.one = manifest->cases->pdata[c];
      brg_job_stage (job, N_ ("Checking"), (double) c / manifest->cases->len,
                     (c + 1.0) / manifest->cases->len);
      check_case (&check);
    }
  if (!brg_job_is_cancelled (job))
    return TRUE;
  brg_verify_report_clear (report);
  BrgError cancelled = { .status = BRG_CANCELLED };
  return brg_case_error_set (error, &cancelled);
}

void
brg_verify_report_clear (BrgVerifyReport *report)
{
  g_clear_pointer (&report->problems, g_ptr_array_unref);
}
