#include "cli/brg-cli-describe.h"

#include <math.h>

#include <glib.h>

#include "cli/brg-cli-input.h"
#include "cli/brg-cli-labels.h"
#include "engine/brg-alloc.h"
#include "engine/brg-components.h"
#include "engine/brg-histogram.h"
#include "engine/brg-mesh-check.h"
#include "engine/brg-recipe.h"
#include "engine/brg-threshold.h"
#include "io/brg-mesh-file.h"

#define MAX_LISTED 10 /* islands */

/* Components under each neighbourhood, in the order of BrgConnectivity. */
typedef struct
{
  size_t n_vox;
  double mm3;
  BrgIslands islands[3];
  BrgComponent *largest; /* with 6 neighbours */
  size_t n_largest;
} Bone;

typedef struct
{
  const char *path;
  BrgImageContent content;
  BrgImageInfo header;
  BrgGrid grid;
  BrgHistogram histogram;
  Bone bone;
} Scan;

static BrgStatus
measure_bone (const BrgMask *mask, Bone *bone, BrgJob *job, BrgError *error)
{
  BrgStatus status = BRG_OK;

  bone->n_vox = brg_mask_count (mask);
  bone->mm3 = brg_mask_volume_mm3 (mask);
  for (int c = 0; c < 3 && status == BRG_OK; c++)
    status =
      brg_components_count (mask, brg_connectivity_neighbours (c), &bone->islands[c], job, error);
  if (status == BRG_OK)
    status =
      brg_components_list (mask, 6, MAX_LISTED, &bone->largest, &bone->n_largest, job, error);
  return status;
}

/* What is bone of a scan, by the default threshold. */
static BrgMask *
read_bone (Scan *scan, BrgJob *job, BrgError *error)
{
  BrgRecipe recipe = brg_recipe_default ();
  BrgMask *mask = NULL;
  BrgVolume *volume = brg_image_read_volume (scan->path, &scan->header, job, error);

  if (volume == NULL)
    return NULL;
  if (brg_histogram (volume, &scan->histogram, job, error) == BRG_OK)
    mask = brg_threshold (volume, recipe.threshold_lo_hu, recipe.threshold_hi_hu, job, error);
  brg_volume_unref (volume);
  return mask;
}

/* Reads a file and measures what is bone in it; of labels that is all of them. */
static BrgStatus
measure_scan (Scan *scan, BrgJob *job, BrgError *error)
{
  const BrgImagePick pick = { .is_any = true };
  BrgStatus status = brg_image_read_content (scan->path, &scan->content, job, error);

  if (status != BRG_OK)
    return status;
  BrgMask *mask = scan->content.kind == BRG_IMAGE_IS_SCAN
                    ? read_bone (scan, job, error)
                    : brg_image_read_picked (scan->path, &pick, &scan->header, job, error);
  if (mask == NULL)
    return error->status;
  scan->grid = mask->grid;
  status = brg_mask_is_empty (mask) ? BRG_OK : measure_bone (mask, &scan->bone, job, error);
  brg_mask_unref (mask);
  return status;
}

/* 'L', 'R', 'A', 'P', 'S' or 'I': where the axis in column `axis` points most. */
static char
axis_letter (const BrgAffine *lps_from_source, int axis)
{
  int best = 0;

  for (int c = 1; c < 3; c++)
    if (fabs (lps_from_source->m[c][axis]) > fabs (lps_from_source->m[best][axis]))
      best = c;
  return lps_from_source->m[best][axis] > 0 ? "LPS"[best] : "RAI"[best];
}

/* Largest angle between an axis and the anatomical direction it is named after. */
static double
oblique_deg (const BrgAffine *lps_from_source)
{
  double worst = 0;

  for (int a = 0; a < 3; a++)
    {
      BrgVec3 step =
        brg_vec3 (lps_from_source->m[0][a], lps_from_source->m[1][a], lps_from_source->m[2][a]);
      BrgVec3 unit = brg_vec3_normalize (step);
      double along = fmax (fmax (fabs (unit.x), fabs (unit.y)), fabs (unit.z));
      worst = fmax (worst, acos (fmin (along, 1)) * 180 / BRG_PI);
    }
  return worst;
}

static void
describe_grid (BrgReport *report, const BrgGrid *grid)
{
  BrgAffine lps;
  int dim[3];
  double spacing_mm[3], origin_mm[3];
  char axes[4] = "";

  brg_grid_to_source (grid, dim, &lps);
  for (int a = 0; a < 3; a++)
    {
      spacing_mm[a] = brg_grid_spacing_mm (grid, grid->source_axis[a]);
      origin_mm[a] = lps.m[a][3];
      axes[a] = axis_letter (&lps, a);
    }
  brg_report_ints (report, "size", "Size", dim, 3, "voxels");
  brg_report_reals (report, "spacing_mm", "Spacing", spacing_mm, 3, 4, "mm");
  brg_report_reals (report, "origin_lps_mm", "Origin (L, P, S)", origin_mm, 3, 3, "mm");
  brg_report_text (report, "axes", "Axes", axes);
  brg_report_real (report, "oblique_deg", oblique_deg (&lps) > 0.05 ? "Oblique by" : NULL,
                   oblique_deg (&lps), 2, "°");
  brg_report_real (report, "shear_deg", brg_grid_shear_deg (grid) > 0.05 ? "Sheared by" : NULL,
                   brg_grid_shear_deg (grid), 2, "°");

  g_autofree char *row = g_strdup_printf ("%d x %d x %d | %.2f x %.2f x %.2f mm", dim[0], dim[1],
                                          dim[2], spacing_mm[0], spacing_mm[1], spacing_mm[2]);
  brg_report_text (report, "table_1", "Row of Table 1", row);
}

static void
describe_components (BrgReport *report, const Bone *bone)
{
  brg_report_begin (report, "components", "Components");
  for (int c = 0; c < 3; c++)
    {
      const BrgIslands *islands = &bone->islands[c];
      g_autofree char *key = g_strdup_printf ("%d", brg_connectivity_neighbours (c));
      g_autofree char *label = g_strdup_printf ("%s neighbours", key);
      g_autofree char *line =
        g_strdup_printf ("%zu, largest %zu, next %zu voxels", islands->n_components,
                         islands->largest_vox, islands->runner_up_vox);
      brg_report_begin (report, key, NULL);
      brg_report_count (report, "count", NULL, islands->n_components, "");
      brg_report_count (report, "largest_vox", NULL, islands->largest_vox, "");
      brg_report_count (report, "runner_up_vox", NULL, islands->runner_up_vox, "");
      brg_report_end (report);
      brg_report_text (report, NULL, label, line);
    }
  brg_report_end (report);
}

/* The box of an island on the axes of the file. */
static void
describe_box (BrgReport *report, const BrgGrid *grid, const BrgBox *box)
{
  int begin[3], end[3];

  for (int a = 0; a < 3; a++)
    {
      int c = grid->source_axis[a];
      begin[a] = grid->source_flipped[a] ? grid->dim[c] - box->hi[c] : box->lo[c];
      end[a] = grid->source_flipped[a] ? grid->dim[c] - box->lo[c] : box->hi[c];
    }
  brg_report_ints (report, "begin", NULL, begin, 3, "voxels");
  brg_report_ints (report, "end", NULL, end, 3, "voxels");
}

static void
describe_islands (BrgReport *report, const Bone *bone, const BrgGrid *grid)
{
  brg_report_begin_list (report, "largest_islands");
  for (size_t c = 0; c < bone->n_largest; c++)
    {
      const BrgComponent *island = &bone->largest[c];
      const int *first = island->first_vox;
      BrgVec3 at = brg_grid_lps_from_vox (grid, brg_vec3 (first[0], first[1], first[2]));
      const double at_mm[3] = { at.x, at.y, at.z };

      brg_report_begin (report, NULL, NULL);
      brg_report_count (report, "voxels", NULL, island->n_vox, "");
      brg_report_real (report, "volume_mm3", NULL, island->mm3, 1, "mm³");
      brg_report_reals (report, "at_lps_mm", NULL, at_mm, 3, 3, "mm");
      describe_box (report, grid, &island->box_vox);
      brg_report_end (report);
    }
  brg_report_end_list (report);
}

static void
describe_values (BrgReport *report, const Scan *scan)
{
  const int range[2] = { scan->histogram.min_hu, scan->histogram.max_hu };

  if (scan->content.kind == BRG_IMAGE_IS_MASK)
    brg_report_count (report, "label", "Value of the mask",
                      (size_t) fabs (rint (scan->content.value)), "");
  else if (scan->content.kind == BRG_IMAGE_IS_SCAN)
    {
      g_autofree char *line = g_strdup_printf ("%d to %d HU", range[0], range[1]);
      brg_report_ints (report, "hu_range", NULL, range, 2, "HU");
      brg_report_text (report, NULL, "Range", line);
      brg_report_count (report, "bone_threshold_hu", "Bone at or above",
                        (size_t) brg_recipe_default ().threshold_lo_hu, "HU");
    }
  if (scan->header.n_segments > 0)
    brg_report_count (report, "segments", "Segments", (size_t) scan->header.n_segments, "");
  if (scan->content.kind == BRG_IMAGE_IS_LABELS || scan->content.n_segments > 0)
    brg_cli_describe_labels (report, &scan->content);
}

static void
describe_scan (BrgReport *report, const Scan *scan)
{
  static const char *const kinds[] = { [BRG_IMAGE_IS_SCAN] = "scan",
                                       [BRG_IMAGE_IS_MASK] = "mask",
                                       [BRG_IMAGE_IS_LABELS] = "segmentation" };
  const BrgImageInfo *header = &scan->header;
  bool is_scan = scan->content.kind == BRG_IMAGE_IS_SCAN;

  brg_report_begin (report, NULL, scan->path);
  brg_report_text (report, "file", NULL, scan->path);
  brg_report_text (report, "kind", "Kind", kinds[scan->content.kind]);
  describe_grid (report, &scan->grid);
  brg_report_text (report, "format", "Format", header->format);
  brg_report_text (report, "type", "Type in the file", header->type);
  brg_report_text (report, "encoding", "Encoding", header->encoding);
  describe_values (report, scan);
  brg_report_count (report, "voxels", is_scan ? "Bone voxels" : "Voxels", scan->bone.n_vox, "");
  brg_report_real (report, "volume_mm3", "Volume", scan->bone.mm3, 1, "mm³");
  describe_components (report, &scan->bone);
  describe_islands (report, &scan->bone, &scan->grid);
  brg_cli_report_warnings (report, header);
  brg_report_end (report);
}

static BrgStatus
describe_image (BrgReport *report, const char *path, BrgJob *job, BrgError *error)
{
  Scan scan = { .path = path };
  BrgError own = { 0 };
  BrgStatus status = measure_scan (&scan, job, &own);

  if (status == BRG_OK)
    describe_scan (report, &scan);
  brg_free (scan.bone.largest);
  brg_image_content_clear (&scan.content);
  const char *advice = status != BRG_OK ? brg_cli_advice (path) : NULL;
  return status == BRG_OK
           ? BRG_OK
           : brg_error_set (error, status, "%s", advice != NULL ? advice : own.message);
}

static const char *
soundness (const BrgMesh *mesh, const BrgMeshCheck *check)
{
  if (mesh->n_triangles == 0)
    return "empty";
  if (!check->closed)
    return "open";
  if (!check->manifold)
    return "closed, not manifold";
  if (!check->oriented)
    return "closed, triangles disagree about outside";
  return check->volume_mm3 < 0 ? "closed, inside out" : "closed, manifold, outward";
}

/* What the file has and the mesh has not. */
static void
describe_rest (BrgReport *report, const BrgMesh *mesh, const BrgMeshRest *rest)
{
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);

  if (mesh->n_triangles == 0)
    g_ptr_array_add (warnings, g_strdup ("has no triangles"));
  if (rest->n_dropped > 0)
    g_ptr_array_add (
      warnings,
      g_strdup_printf ("triangles with two equal corners were dropped: %zu", rest->n_dropped));
  if (rest->n_surplus > 0)
    g_ptr_array_add (warnings, g_strdup_printf ("%" G_GUINT64_FORMAT
                                                " bytes after the triangles were ignored",
                                                rest->n_surplus));
  brg_report_begin_list (report, "warnings");
  for (guint w = 0; w < warnings->len; w++)
    brg_report_text (report, NULL, NULL, warnings->pdata[w]);
  brg_report_end_list (report);
  for (guint w = 0; w < warnings->len; w++)
    brg_report_text (report, NULL, "Warning", warnings->pdata[w]);
}

static void
describe_mesh (BrgReport *report,
               const char *path,
               const BrgMesh *mesh,
               const BrgMeshRest *rest,
               const BrgMeshCheck *check)
{
  const double lo[3] = { check->lo.x, check->lo.y, check->lo.z };
  const double hi[3] = { check->hi.x, check->hi.y, check->hi.z };
  const double size[3] = { hi[0] - lo[0], hi[1] - lo[1], hi[2] - lo[2] };

  brg_report_begin (report, NULL, path);
  brg_report_text (report, "file", NULL, path);
  brg_report_text (report, "kind", "Kind", "mesh");
  brg_report_count (report, "vertices", "Vertices", mesh->n_vertices, "");
  brg_report_count (report, "triangles", "Triangles", mesh->n_triangles, "");
  brg_report_reals (report, "extent_mm", "Extent (L, P, S)", size, 3, 3, "mm");
  brg_report_reals (report, "lo_lps_mm", "From", lo, 3, 3, "mm");
  brg_report_reals (report, "hi_lps_mm", "To", hi, 3, 3, "mm");
  brg_report_real (report, "area_mm2", "Area", check->area_mm2, 1, "mm²");
  brg_report_real (report, "volume_mm3", "Volume", check->volume_mm3, 1, "mm³");
  brg_report_text (report, "soundness", "Surface", soundness (mesh, check));
  brg_report_truth (report, "closed", NULL, check->closed);
  brg_report_truth (report, "manifold", NULL, check->manifold);
  brg_report_truth (report, "oriented", NULL, check->oriented && check->volume_mm3 >= 0);
  brg_report_count (report, "components", "Components", check->n_components, "");
  brg_report_count (report, "boundary_edges", check->closed ? NULL : "Open edges",
                    check->n_boundary_edges, "");
  brg_report_count (report, "nonmanifold_edges",
                    check->n_nonmanifold_edges > 0 ? "Edges of more than two" : NULL,
                    check->n_nonmanifold_edges, "");
  brg_report_count (report, "degenerate_triangles",
                    check->n_degenerate > 0 ? "Triangles without area" : NULL, check->n_degenerate,
                    "");
  describe_rest (report, mesh, rest);
  brg_report_end (report);
}

static BrgStatus
describe_mesh_file (BrgReport *report, const char *path, BrgJob *job, BrgError *error)
{
  BrgError own = { 0 };
  BrgMeshCheck check;
  BrgMeshRest rest;
  BrgMesh *mesh = brg_mesh_read_all (path, &rest, job, &own);

  BrgStatus status = mesh == NULL ? own.status : brg_mesh_check (mesh, &check, job, &own);
  if (status == BRG_OK)
    describe_mesh (report, path, mesh, &rest, &check);
  brg_mesh_unref (mesh);
  return status == BRG_OK ? BRG_OK : brg_error_set (error, status, "%s", own.message);
}

BrgStatus
brg_cli_describe_file (BrgReport *report, const char *path, BrgJob *job, BrgError *error)
{
  switch (brg_cli_input_kind (path))
    {
    case BRG_INPUT_MESH:
      return describe_mesh_file (report, path, job, error);
    case BRG_INPUT_CASE:
      return brg_cli_describe_case (report, path, error);
    case BRG_INPUT_IMAGE:
    case BRG_INPUT_NONE:
    default:
      return describe_image (report, path, job, error);
    }
}
