#include "engine/brg-place.h"

#include <string.h>

#include "engine/brg-calvaria.h"
#include "engine/brg-column.h"
#include "engine/brg-components.h"
#include "engine/brg-cutter.h"
#include "engine/brg-outline.h"
#include "engine/brg-random.h"
#include "engine/brg-sheet.h"
#include "engine/brg-translate.h"

#define ADULT_WIDTH_MM 145.0
#define MIN_SCALE      0.1
#define RING_DEG       6.0 /* between the rings of directions tried */
#define N_RINGS        4
#define N_ROUND        8   /* directions per ring */
#define MIN_FACING     0.3 /* cosine between a direction and the normal found there */
#define N_CANDIDATES   64
#define N_OWN_REGION   40 /* candidates in the region dealt out, before any other is tried */
#define N_SIZES        3
#define BURR_HOLES_MM  15.0 /* of the mean size, per burr hole */
#define MAIN_PIECE     0.97 /* of the flap, at least, in its largest piece */
#define MIN_FLAP_MM3   100.0
#define MAX_DICE       0.95
#define RIM_STEP_MM    2.0

/* clang-format off */
static const BrgPreset presets[] = {
  { "frontal", N_("Frontal"), { -0.4169, -0.8548, 0.3090 },
    { .shape = BRG_SHAPE_CRANIOTOMY, .width_mm = 66, .height_mm = 56, .corners = 4,
      .corner_radius_mm = 8, .burr_radius_mm = 6.5, .kerf_mm = 2, .bevel_deg = 15 } },
  { "fronto-orbital", N_("Fronto-orbital"), { -0.4669, -0.8781, -0.1045 },
    { .shape = BRG_SHAPE_POLYGON, .width_mm = 75, .height_mm = 55, .corners = 6,
      .corner_radius_mm = 10, .burr_radius_mm = 6.5, .kerf_mm = 2, .bevel_deg = 10 } },
  { "parieto-temporal", N_("Parieto-temporal"), { -0.9686, 0.1361, 0.2079 },
    { .shape = BRG_SHAPE_CRANIOTOMY, .width_mm = 100, .height_mm = 80, .corners = 6,
      .corner_radius_mm = 10, .burr_radius_mm = 6.5, .kerf_mm = 2, .bevel_deg = 15 } },
  { "bifrontal", N_("Bifrontal"), { 0, -0.9563, 0.2924 },
    { .shape = BRG_SHAPE_POLYGON, .width_mm = 118, .height_mm = 66, .corners = 8,
      .corner_radius_mm = 20, .burr_radius_mm = 6.5, .kerf_mm = 2, .bevel_deg = 15 } },
  { "hemicraniectomy", N_("Hemicraniectomy"), { -0.9565, -0.1344, 0.2588 },
    { .shape = BRG_SHAPE_POLYGON, .width_mm = 140, .height_mm = 110, .corners = 8,
      .corner_radius_mm = 25, .burr_radius_mm = 6.5, .kerf_mm = 2, .bevel_deg = 20 } },
  { "occipital", N_("Occipital"), { -0.3726, 0.9221, -0.1045 },
    { .shape = BRG_SHAPE_POLYGON, .width_mm = 60, .height_mm = 55, .corners = 6,
      .corner_radius_mm = 12, .burr_radius_mm = 6.5, .kerf_mm = 2, .bevel_deg = 10 } },
  { "vertex", N_("Vertex"), { 0, 0.1392, 0.9903 },
    { .shape = BRG_SHAPE_CYLINDER, .width_mm = 90, .height_mm = 80, .corners = 6,
      .corner_radius_mm = 8, .burr_radius_mm = 6.5, .kerf_mm = 2, .bevel_deg = 15 } },
  { "burr-hole", N_("Burr hole"), { -0.3262, -0.4176, 0.8480 },
    { .shape = BRG_SHAPE_CYLINDER, .width_mm = 14, .height_mm = 14, .corners = 6,
      .corner_radius_mm = 5, .burr_radius_mm = 6.5, .kerf_mm = 2, .bevel_deg = 0 } },
};
/* clang-format on */

#define N_PRESETS ((int) (sizeof presets / sizeof *presets))

/* How random defects depart from their preset: the smallest size and the share of it that may be
 * added, how far the place may move, the bone wanted along the outline, whether the defect may be
 * mirrored to the left, and whether it may have burr holes. */
static const struct
{
  double least, spread, jitter_deg, rim;
  bool two_sided, burr_holes;
} regions[N_PRESETS] = {
  { 0.60, 0.60, 10, 0.90, true, true },  { 0.75, 0.40, 6, 0.70, true, false },
  { 0.60, 0.60, 10, 0.90, true, true },  { 0.82, 0.28, 6, 0.90, false, false },
  { 0.80, 0.25, 8, 0.85, true, true },   { 0.65, 0.60, 10, 0.90, true, true },
  { 0.55, 0.65, 12, 0.90, false, true }, { 0.80, 0.80, 10, 0.90, true, false },
};

const BrgPreset *
brg_presets (size_t *n_presets)
{
  *n_presets = N_PRESETS;
  return presets;
}

const BrgPreset *
brg_preset_find (const char *key)
{
  for (int p = 0; p < N_PRESETS; p++)
    if (strcmp (presets[p].key, key) == 0)
      return &presets[p];
  return NULL;
}

/* Two unit vectors across a direction. */
static void
across (BrgVec3 direction, BrgVec3 *a, BrgVec3 *b)
{
  BrgFrame frame = brg_frame_make (brg_vec3 (0, 0, 0), direction, 0);

  *a = frame.u;
  *b = frame.v;
}

/* `direction` turned by `deg` towards the angle `round` about itself. */
static BrgVec3
turn (BrgVec3 direction, double deg, double round)
{
  BrgVec3 a, b, unit = brg_vec3_normalize (direction);
  double t = tan (deg * BRG_PI / 180);

  across (unit, &a, &b);
  BrgVec3 shift =
    brg_vec3_add (brg_vec3_scale (a, t * cos (round)), brg_vec3_scale (b, t * sin (round)));
  return brg_vec3_normalize (brg_vec3_add (unit, shift));
}

/* A length beyond every voxel of the grid. */
static double
diagonal_mm (const BrgGrid *grid)
{
  BrgVec3 far = brg_vec3 (grid->dim[0], grid->dim[1], grid->dim[2]);
  BrgVec3 from = brg_grid_lps_from_vox (grid, brg_vec3 (0, 0, 0));

  return brg_vec3_length (brg_vec3_sub (brg_grid_lps_from_vox (grid, far), from));
}

/* Puts the defect where the ray from the middle of the calvaria leaves the bone. */
static BrgStatus
place_along (const BrgMask *skull,
             const BrgCalvaria *calvaria,
             BrgVec3 direction,
             BrgDefect *defect,
             BrgJob *job,
             BrgError *error)
{
  BrgVec3 outside = brg_vec3_scale (direction, diagonal_mm (&skull->grid)), hit;
  double footprint_mm = fmax (defect->width_mm, defect->height_mm);
  BrgFrame frame;

  bool found = brg_frame_from_ray (skull, brg_vec3_add (calvaria->centre, outside),
                                   brg_vec3_scale (direction, -1), &hit);
  double depth = brg_vec3_dot (brg_vec3_sub (hit, calvaria->centre), direction);
  if (!found || depth < 0.25 * calvaria->width_mm)
    return brg_error_set (error, BRG_EMPTY, "there is no bone in this direction");
  BrgStatus status = brg_frame_on_calvaria (skull, calvaria, hit, footprint_mm, defect->rotate_deg,
                                            &frame, job, error);
  if (status == BRG_OK && brg_vec3_dot (frame.normal, direction) < MIN_FACING)
    status = brg_error_set (error, BRG_EMPTY, "the bone in this direction does not face outwards");
  if (status != BRG_OK)
    return status;
  defect->at_mm = frame.origin;
  defect->placed = true;
  return BRG_OK;
}

/* Lengths of the template on a head of this width. */
static BrgDefect
scale_defect (const BrgDefect *template, const BrgCalvaria *calvaria)
{
  double scale = fmin (fmax (calvaria->width_mm / ADULT_WIDTH_MM, MIN_SCALE), 1);
  BrgDefect defect = *template;

  defect.width_mm = fmax (template->width_mm * scale, 1);
  defect.height_mm = fmax (template->height_mm * scale, 1);
  defect.corner_radius_mm *= scale;
  defect.burr_radius_mm *= scale;
  defect.kerf_mm *= scale;
  return defect;
}

BrgStatus
brg_place_preset (const BrgMask *skull,
                  const BrgPreset *preset,
                  BrgDefect *defect,
                  BrgJob *job,
                  BrgError *error)
{
  BrgCalvaria calvaria;
  BrgStatus status = brg_calvaria_find (skull, &calvaria, job, error);

  if (status != BRG_OK)
    return status;
  BrgDefect placed = scale_defect (&preset->defect, &calvaria);
  BrgVec3 straight = brg_vec3_normalize (preset->direction);
  BrgError own = { 0 };
  status = place_along (skull, &calvaria, straight, &placed, job, &own);
  for (int ring = 1; status == BRG_EMPTY && ring <= N_RINGS; ring++)
    for (int round = 0; status == BRG_EMPTY && round < N_ROUND; round++)
      {
        BrgVec3 direction = turn (straight, ring * RING_DEG, 2 * BRG_PI * round / N_ROUND);
        status = place_along (skull, &calvaria, direction, &placed, job, &own);
      }
  if (status == BRG_EMPTY)
    return brg_error_set (error, BRG_EMPTY, "the skull has no bone where %s would be", preset->key);
  if (status != BRG_OK)
    return brg_error_set (error, status, "%s", own.message);
  *defect = placed;
  return BRG_OK;
}

/* The region entry `index` is dealt: rounds of all regions, each shuffled on its own. */
static int
deal_region (uint64_t seed, int index)
{
  int deck[N_PRESETS];
  BrgRandom random = brg_random_new (seed, UINT64_C (0x100000000) + (uint64_t) (index / N_PRESETS));

  for (int r = 0; r < N_PRESETS; r++)
    deck[r] = r;
  for (int r = N_PRESETS - 1; r > 0; r--)
    {
      int other = brg_random_int (&random, 0, r);
      int kept = deck[r];
      deck[r] = deck[other];
      deck[other] = kept;
    }
  return deck[index % N_PRESETS];
}

/* Polygons take any number of corners; burr holes stay some 40 mm apart. */
static int
draw_corners (BrgRandom *random, const BrgDefect *defect)
{
  int fitting = (int) ((defect->width_mm + defect->height_mm) / 2 / BURR_HOLES_MM);
  int most = fitting < 4 ? 4 : fitting > 7 ? 7 : fitting;
  int corners = brg_random_int (random, 4, 8);

  return defect->shape == BRG_SHAPE_CRANIOTOMY && corners > most ? most : corners;
}

/* A defect of this region and size class, not placed, and where to look for it. */
static BrgDefect
draw_defect (BrgRandom *random, int region, int size_class, BrgVec3 *direction)
{
  const int shapes[] = { BRG_SHAPE_POLYGON, BRG_SHAPE_CYLINDER, BRG_SHAPE_CRANIOTOMY };
  BrgDefect defect = presets[region].defect;
  double step = regions[region].spread / N_SIZES;
  double least = regions[region].least + step * size_class;
  bool hole = presets[region].defect.width_mm < 20;

  defect.width_mm *= brg_random_real (random, least, least + step);
  defect.height_mm =
    hole ? defect.width_mm : defect.height_mm * brg_random_real (random, least, least + step);
  if (!hole)
    defect.shape = shapes[brg_random_int (random, 0, regions[region].burr_holes ? 2 : 1)];
  defect.corners = draw_corners (random, &defect);
  defect.corner_radius_mm = brg_random_real (random, 3, 20);
  defect.burr_radius_mm = brg_random_real (random, 5.5, 7);
  defect.kerf_mm = brg_random_real (random, 1.5, 2.5);
  defect.bevel_deg = hole ? 0 : brg_random_real (random, 0, 30);
  defect.rotate_deg = brg_random_real (random, -20, 20);
  double jitter_deg = regions[region].jitter_deg * sqrt (brg_random_real (random, 0, 1));
  *direction =
    turn (presets[region].direction, jitter_deg, brg_random_real (random, 0, 2 * BRG_PI));
  if (regions[region].two_sided && brg_random_int (random, 0, 1) == 1)
    direction->x = -direction->x;
  return defect;
}

/* Part of the outline, just outside the cut, where the sheet of bone goes on. */
static BrgStatus
bone_along_outline (const BrgMask *skull,
                    const BrgDefect *defect,
                    const BrgFrame *frame,
                    double *part,
                    BrgError *error)
{
  BrgOutline outline = brg_outline_make (defect);
  BrgPoint2 reach = brg_outline_reach (&outline, 2 * RIM_STEP_MM);
  size_t on_bone = 0, total = 0;
  BrgSheet sheet;
  BrgStatus status = brg_sheet_follow (skull, frame, reach.u, reach.v, RIM_STEP_MM, &sheet, error);

  if (status != BRG_OK)
    return status;
  for (int node = 0; node < sheet.n_u * sheet.n_v; node++)
    {
      BrgPoint2 at = { (node % sheet.n_u - sheet.mid_u) * sheet.step_mm,
                       (node / sheet.n_u - sheet.mid_v) * sheet.step_mm };
      double beyond = fmin (brg_outline_distance (&outline, at) - outline.half_kerf_mm,
                            brg_outline_burr_distance (&outline, at));
      if (!(beyond > 0 && beyond <= 1.5 * sheet.step_mm))
        continue;
      total++;
      on_bone += sheet.bone[node];
    }
  brg_sheet_clear (&sheet);
  *part = total > 0 ? (double) on_bone / (double) total : 0;
  return BRG_OK;
}

/* Does a mask reach the outermost voxels of its grid? */
static bool
touches_border (const BrgMask *mask)
{
  BrgBox box = brg_mask_bounds (mask);

  for (int axis = 0; axis < 3; axis++)
    if (box.lo[axis] == 0 || box.hi[axis] == mask->grid.dim[axis])
      return true;
  return false;
}

/* BRG_EMPTY when no implant could fill this defect, or one of the earlier flaps is the same. */
static BrgStatus
judge_flap (const BrgMask *flap,
            const BrgMask *const *earlier,
            int n_earlier,
            BrgJob *job,
            BrgError *error)
{
  BrgIslands pieces;
  BrgStatus status = brg_components_count (flap, 26, &pieces, job, error);

  if (status != BRG_OK)
    return status;
  if ((double) pieces.largest_vox < MAIN_PIECE * (double) brg_mask_count (flap))
    return brg_error_set (error, BRG_EMPTY, "the flap falls into pieces");
  if (brg_mask_volume_mm3 (flap) < MIN_FLAP_MM3 || touches_border (flap))
    return brg_error_set (error, BRG_EMPTY, "too little bone, or at the border of the scan");
  for (int e = 0; e < n_earlier; e++)
    {
      if (brg_job_is_cancelled (job))
        return brg_error_set (error, BRG_CANCELLED, "cancelled");
      if (brg_place_dice (flap, earlier[e]) >= MAX_DICE)
        return brg_error_set (error, BRG_EMPTY, "the same as an earlier defect");
    }
  return BRG_OK;
}

static BrgStatus
try_defect (const BrgMask *skull,
            const BrgCalvaria *calvaria,
            const BrgDefect *defect,
            double rim_wanted,
            const BrgMask *const *earlier,
            int n_earlier,
            BrgJob *job,
            BrgError *error)
{
  double footprint_mm = fmax (defect->width_mm, defect->height_mm), rim;
  BrgMask *flap = NULL;
  BrgFrame frame;
  BrgStatus status = brg_frame_on_calvaria (skull, calvaria, defect->at_mm, footprint_mm,
                                            defect->rotate_deg, &frame, job, error);

  if (status == BRG_OK)
    status = bone_along_outline (skull, defect, &frame, &rim, error);
  if (status == BRG_OK && rim < rim_wanted)
    status = brg_error_set (error, BRG_EMPTY, "bone along %.0f %% of the outline only", rim * 100);
  if (status == BRG_OK)
    status = brg_cutter (skull, defect, &frame, &flap, NULL, job, error);
  if (status != BRG_OK)
    return status;
  brg_mask_and (flap, skull, NULL);
  status = judge_flap (flap, earlier, n_earlier, job, error);
  brg_mask_unref (flap);
  return status;
}

BrgStatus
brg_place_random (const BrgMask *skull,
                  uint64_t seed,
                  int index,
                  const BrgMask *const *earlier,
                  int n_earlier,
                  BrgDefect *defect,
                  BrgJob *job,
                  BrgError *error)
{
  BrgRandom random = brg_random_new (seed, (uint64_t) index);
  BrgCalvaria calvaria;

  if (index < 0)
    return brg_error_set (error, BRG_INVALID, "index must be at least 0, got %d", index);
  BrgStatus status = brg_calvaria_find (skull, &calvaria, job, error);
  if (status != BRG_OK)
    return status;
  int region = deal_region (seed, index);
  int size_class = (index + index / N_PRESETS) % N_SIZES;
  BrgError own = { 0 };
  status = BRG_EMPTY;
  for (int candidate = 0; status == BRG_EMPTY && candidate < N_CANDIDATES; candidate++)
    {
      BrgVec3 direction;
      if (candidate >= N_OWN_REGION)
        region = (region + 1) % N_PRESETS;
      BrgDefect drawn = draw_defect (&random, region, size_class, &direction);
      BrgDefect placed = scale_defect (&drawn, &calvaria);
      status = place_along (skull, &calvaria, direction, &placed, job, &own);
      if (status == BRG_OK)
        status = try_defect (skull, &calvaria, &placed, regions[region].rim, earlier, n_earlier,
                             job, &own);
      if (status == BRG_OK)
        *defect = placed;
    }
  if (status == BRG_EMPTY)
    return brg_error_set (error, BRG_EMPTY,
                          "no place for defect %d found in %d attempts; the skull may be too small",
                          index + 1, N_CANDIDATES);
  return status == BRG_OK ? BRG_OK : brg_error_set (error, status, "%s", own.message);
}

double
brg_place_dice (const BrgMask *a, const BrgMask *b)
{
  size_t total = brg_mask_count (a) + brg_mask_count (b);

  return total > 0 ? 2.0 * (double) brg_mask_count_and (a, b) / (double) total : 1;
}
