#include "engine/brg-param.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/brg-translate.h"

#define FIELD(name) offsetof (BrgRecipe, name)

static const char *const keep_keys[] = { "largest", "all", NULL };
static const char *const keep_titles[] = { N_ ("Largest"), N_ ("All"), NULL };
static const char *const connectivity_keys[] = { "6", "18", "26", NULL };
static const char *const connectivity_titles[] = { N_ ("Faces (6)"), N_ ("Edges (18)"),
                                                   N_ ("Corners (26)"), NULL };
static const char *const kernel_keys[] = { "box", "ball", NULL };
static const char *const kernel_titles[] = { N_ ("Box"), N_ ("Ball"), NULL };
static const char *const shape_keys[] = { "box",     "sphere",     "cylinder", "triangle",
                                          "polygon", "craniotomy", NULL };
static const char *const shape_titles[] = {
  N_ ("Box"),        N_ ("Sphere"), N_ ("Cylinder"), N_ ("Triangle"), N_ ("Polygon"),
  N_ ("Craniotomy"), NULL
};
static const char *const from_keys[] = { "implant", "skull", NULL };
static const char *const from_titles[] = { N_ ("Implant"), N_ ("Skull"), NULL };
static const char *const drills_keys[] = { "implant", "defect", NULL };
static const char *const drills_titles[] = { N_ ("Implant"), N_ ("Defect only"), NULL };

/* clang-format off */
static const BrgParam table[] = {
  { .key = "threshold-lo", .title = N_("Lower threshold"), .unit = "HU",
    .help = N_("Bone is every voxel at or above this value."),
    .type = BRG_PARAM_INT, .stage = BRG_STAGE_THRESHOLD, .offset = FIELD (threshold_lo_hu),
    .min = -32768, .max = 32767, .soft_min = -200, .soft_max = 1500, .step = 1, .initial = 150 },
  { .key = "threshold-hi", .title = N_("Upper threshold"), .unit = "HU",
    .help = N_("Bone is every voxel at or below this value; the highest value means no limit."),
    .type = BRG_PARAM_INT, .stage = BRG_STAGE_THRESHOLD, .offset = FIELD (threshold_hi_hu),
    .min = -32768, .max = BRG_THRESHOLD_NONE_HU, .soft_min = 500, .soft_max = 3500, .step = 10,
    .initial = BRG_THRESHOLD_NONE_HU },
  { .key = "keep", .title = N_("Keep islands"), .unit = "",
    .help = N_("The largest island is the skull; table and speckles go."),
    .type = BRG_PARAM_CHOICE, .stage = BRG_STAGE_ISLANDS, .offset = FIELD (keep), .max = 1,
    .step = 1, .initial = BRG_KEEP_LARGEST, .choices = keep_keys, .choice_titles = keep_titles },
  { .key = "connectivity", .title = N_("Connected by"), .unit = "",
    .help = N_("Neighbours that hold an island together; 3D Slicer uses faces."),
    .type = BRG_PARAM_CHOICE, .stage = BRG_STAGE_ISLANDS, .offset = FIELD (connectivity), .max = 2,
    .step = 1, .initial = BRG_CONNECTIVITY_6, .choices = connectivity_keys, .choice_titles = connectivity_titles },
  { .key = "min-island", .title = N_("Drop islands below"), .unit = "mm³",
    .help = N_("Smaller islands are removed when all islands are kept."),
    .type = BRG_PARAM_REAL, .stage = BRG_STAGE_ISLANDS, .offset = FIELD (min_island_mm3),
    .max = 1e9, .soft_max = 2000, .step = 10 },
  { .key = "max-island", .title = N_("Drop islands above"), .unit = "mm³",
    .help = N_("Larger islands are removed when all islands are kept. 0 is off."),
    .type = BRG_PARAM_REAL, .stage = BRG_STAGE_ISLANDS, .offset = FIELD (max_island_mm3),
    .max = 1e9, .soft_max = 100000, .step = 100 },
  { .key = "median", .title = N_("Median kernel"), .unit = "mm",
    .help = N_("Diameter of the smoothing kernel; the paper's \"radius of 2 mm\" is 4 mm. 0 is off."),
    .type = BRG_PARAM_REAL, .stage = BRG_STAGE_MEDIAN, .offset = FIELD (median_mm),
    .max = 50, .soft_max = 8, .step = 0.5 },
  { .key = "kernel", .title = N_("Kernel shape"), .unit = "",
    .help = N_("Box is 3D Slicer's median; ball treats all directions alike."),
    .type = BRG_PARAM_CHOICE, .stage = BRG_STAGE_MEDIAN, .offset = FIELD (median_kernel), .max = 1,
    .step = 1, .initial = BRG_KERNEL_BOX, .choices = kernel_keys, .choice_titles = kernel_titles },
  { .key = "fill-area", .title = N_("Fill holes up to"), .unit = "mm²",
    .help = N_("Closed holes of an axial slice up to this area become bone. 0 is off."),
    .type = BRG_PARAM_REAL, .stage = BRG_STAGE_HOLES, .offset = FIELD (fill_area_mm2),
    .max = 1e6, .soft_max = 400, .step = 5 },
  { .key = "fill-volume", .title = N_("Fill cavities up to"), .unit = "mm³",
    .help = N_("Closed cavities up to this volume become bone. 0 is off."),
    .type = BRG_PARAM_REAL, .stage = BRG_STAGE_HOLES, .offset = FIELD (fill_volume_mm3),
    .max = 1e9, .soft_max = 5000, .step = 50 },
  { .key = "close", .title = N_("Close gaps by"), .unit = "mm",
    .help = N_("Morphological closing by a ball of this radius. 0 is off."),
    .type = BRG_PARAM_REAL, .stage = BRG_STAGE_HOLES, .offset = FIELD (close_mm),
    .max = 30, .soft_max = 5, .step = 0.5 },
  { .key = "open", .title = N_("Open by"), .unit = "mm",
    .help = N_("Morphological opening by a ball of this radius, after closing. 0 is off."),
    .type = BRG_PARAM_REAL, .stage = BRG_STAGE_HOLES, .offset = FIELD (open_mm),
    .max = 30, .soft_max = 3, .step = 0.1 },
  { .key = "margin", .title = N_("Margin"), .unit = "mm",
    .help = N_("Bone grows by this much on all sides, after opening; below 0 it shrinks. 0 is off."),
    .type = BRG_PARAM_REAL, .stage = BRG_STAGE_HOLES, .offset = FIELD (margin_mm),
    .min = -30, .max = 30, .soft_min = -3, .soft_max = 3, .step = 0.1 },
  { .key = "keep-again", .title = N_("Keep largest again"), .unit = "",
    .help = N_("Keep only the largest island once more, after holes and hand edits."),
    .type = BRG_PARAM_BOOL, .stage = BRG_STAGE_EDITS, .offset = FIELD (keep_again), .max = 1, .step = 1 },
  { .key = "shape", .title = N_("Shape"), .unit = "",
    .help = N_("Form of the cut through the bone."),
    .type = BRG_PARAM_CHOICE, .stage = BRG_STAGE_DEFECT, .offset = FIELD (defect.shape), .max = 5,
    .step = 1, .initial = BRG_SHAPE_CRANIOTOMY, .choices = shape_keys, .choice_titles = shape_titles },
  { .key = "width", .title = N_("Width"), .unit = "mm", .help = N_("Size across the footprint."),
    .type = BRG_PARAM_REAL, .stage = BRG_STAGE_DEFECT, .offset = FIELD (defect.width_mm),
    .min = 1, .max = 300, .soft_min = 5, .soft_max = 160, .step = 1, .initial = 60 },
  { .key = "height", .title = N_("Height"), .unit = "mm", .help = N_("Size along the footprint."),
    .type = BRG_PARAM_REAL, .stage = BRG_STAGE_DEFECT, .offset = FIELD (defect.height_mm),
    .min = 1, .max = 300, .soft_min = 5, .soft_max = 160, .step = 1, .initial = 50 },
  { .key = "depth", .title = N_("Depth"), .unit = "mm",
    .help = N_("How deep the cut goes; 0 goes through the bone under the footprint."),
    .type = BRG_PARAM_REAL, .stage = BRG_STAGE_DEFECT, .offset = FIELD (defect.depth_mm),
    .max = 300, .soft_max = 60, .step = 1 },
  { .key = "rotate", .title = N_("Rotation"), .unit = "°",
    .help = N_("Turns the footprint about the bone's normal."),
    .type = BRG_PARAM_REAL, .stage = BRG_STAGE_DEFECT, .offset = FIELD (defect.rotate_deg),
    .min = -360, .max = 360, .soft_min = -180, .soft_max = 180, .step = 5 },
  { .key = "corners", .title = N_("Corners"), .unit = "",
    .help = N_("Corners of a polygon or burr holes of a craniotomy."),
    .type = BRG_PARAM_INT, .stage = BRG_STAGE_DEFECT, .offset = FIELD (defect.corners),
    .min = 3, .max = 8, .soft_min = 3, .soft_max = 8, .step = 1, .initial = 5 },
  { .key = "corner-radius", .title = N_("Corner radius"), .unit = "mm",
    .help = N_("Rounding of polygon corners."),
    .type = BRG_PARAM_REAL, .stage = BRG_STAGE_DEFECT, .offset = FIELD (defect.corner_radius_mm),
    .max = 100, .soft_max = 30, .step = 1, .initial = 8 },
  { .key = "burr-radius", .title = N_("Burr hole radius"), .unit = "mm",
    .help = N_("Radius of the drill holes on the corners of a craniotomy."),
    .type = BRG_PARAM_REAL, .stage = BRG_STAGE_DEFECT, .offset = FIELD (defect.burr_radius_mm),
    .max = 30, .soft_max = 12, .step = 0.5, .initial = 6.5 },
  { .key = "kerf", .title = N_("Saw cut width"), .unit = "mm",
    .help = N_("Bone lost along the saw cuts of a craniotomy when drills are in the defect only."),
    .type = BRG_PARAM_REAL, .stage = BRG_STAGE_DEFECT, .offset = FIELD (defect.kerf_mm),
    .max = 10, .soft_max = 4, .step = 0.1, .initial = 2 },
  { .key = "bevel", .title = N_("Bevel"), .unit = "°",
    .help = N_("Tilt of the walls; the opening widens outwards."),
    .type = BRG_PARAM_REAL, .stage = BRG_STAGE_DEFECT, .offset = FIELD (defect.bevel_deg),
    .max = 45, .soft_max = 30, .step = 1 },
  { .key = "clearance", .title = N_("Clearance"), .unit = "mm",
    .help = N_("Gap between implant and bone; 0 is the exact partition of the paper."),
    .type = BRG_PARAM_REAL, .stage = BRG_STAGE_CLEARANCE, .offset = FIELD (clearance_mm),
    .max = 20, .soft_max = 4, .step = 0.1 },
  { .key = "clearance-from", .title = N_("Taken from"), .unit = "",
    .help = N_("Which side gives way to the gap."),
    .type = BRG_PARAM_CHOICE, .stage = BRG_STAGE_CLEARANCE, .offset = FIELD (clearance_from), .max = 1,
    .step = 1, .initial = BRG_CLEARANCE_FROM_IMPLANT, .choices = from_keys, .choice_titles = from_titles },
  { .key = "drills", .title = N_("Drill holes in"), .unit = "",
    .help = N_("Whether burr holes and saw cuts are filled by the implant or left open."),
    .type = BRG_PARAM_CHOICE, .stage = BRG_STAGE_CLEARANCE, .offset = FIELD (drills), .max = 1,
    .step = 1, .initial = BRG_DRILLS_IN_IMPLANT, .choices = drills_keys, .choice_titles = drills_titles },
  { .key = "smooth", .title = N_("Surface smoothing"), .unit = "",
    .help = N_("Smoothing of meshes; by Bregma's own method no vertex moves more than half a voxel."),
    .type = BRG_PARAM_REAL, .stage = BRG_STAGE_SURFACE, .offset = FIELD (smooth),
    .max = 1, .soft_max = 1, .step = 0.1, .initial = 0.5 },
};
/* clang-format on */

static const char *
as_text (double value, char buffer[static 32])
{
  snprintf (buffer, 32, "%.10g", value);
  return buffer;
}

const BrgParam *
brg_params (size_t *n_params)
{
  *n_params = sizeof table / sizeof *table;
  return table;
}

const BrgParam *
brg_param_find (const char *key)
{
  for (size_t p = 0; p < sizeof table / sizeof *table; p++)
    if (strcmp (table[p].key, key) == 0)
      return &table[p];
  return NULL;
}

double
brg_param_get (const BrgParam *param, const BrgRecipe *recipe)
{
  const char *field = (const char *) recipe + param->offset;

  switch (param->type)
    {
    case BRG_PARAM_REAL:
      return *(const double *) (const void *) field;
    case BRG_PARAM_BOOL:
      return *(const bool *) field;
    case BRG_PARAM_INT:
    case BRG_PARAM_CHOICE:
    default:
      return *(const int *) (const void *) field;
    }
}

void
brg_param_set (const BrgParam *param, BrgRecipe *recipe, double value)
{
  char *field = (char *) recipe + param->offset;

  switch (param->type)
    {
    case BRG_PARAM_REAL:
      *(double *) (void *) field = value;
      break;
    case BRG_PARAM_BOOL:
      *(bool *) field = value > 0;
      break;
    case BRG_PARAM_INT:
    case BRG_PARAM_CHOICE:
    default:
      *(int *) (void *) field = (int) value;
    }
}

BrgStatus
brg_param_check (const BrgParam *param, double value, BrgError *error)
{
  char got[32], min[32], max[32];
  bool whole = param->type == BRG_PARAM_REAL || value == floor (value);

  if (value >= param->min && value <= param->max && whole)
    return BRG_OK;
  return brg_error_set (error, BRG_INVALID, "%s must be %s%s to %s%s%s, got %s", param->key,
                        whole ? "" : "a whole number, ", as_text (param->min, min),
                        as_text (param->max, max), *param->unit ? " " : "", param->unit,
                        as_text (value, got));
}

static BrgStatus
parse_choice (const BrgParam *param, const char *text, double *value, BrgError *error)
{
  char known[128] = "";

  for (int c = 0; param->choices[c] != NULL; c++)
    {
      if (strcmp (param->choices[c], text) == 0)
        {
          *value = c;
          return BRG_OK;
        }
      size_t used = strlen (known);
      snprintf (known + used, sizeof known - used, "%s%s", c > 0 ? ", " : "", param->choices[c]);
    }
  return brg_error_set (error, BRG_INVALID, "%s must be one of %s, got \"%.40s\"", param->key,
                        known, text);
}

BrgStatus
brg_param_parse (const BrgParam *param, const char *text, double *value, BrgError *error)
{
  char *end;

  if (param->type == BRG_PARAM_CHOICE)
    return parse_choice (param, text, value, error);
  if (param->type == BRG_PARAM_BOOL)
    {
      *value = strcmp (text, "true") == 0;
      if (*value > 0 || strcmp (text, "false") == 0)
        return BRG_OK;
      return brg_error_set (error, BRG_INVALID, "%s must be true or false, got \"%.40s\"",
                            param->key, text);
    }
  *value = strtod (text, &end);
  if (end == text || *end != '\0')
    return brg_error_set (error, BRG_INVALID, "%s must be a number, got \"%.40s\"", param->key,
                          text);
  return brg_param_check (param, *value, error);
}
