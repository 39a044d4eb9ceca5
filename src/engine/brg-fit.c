#include "engine/brg-fit.h"

#include <stdlib.h>

#include "engine/brg-alloc.h"
#include "engine/brg-box-words.h"
#include "engine/brg-distance.h"
#include "engine/brg-parallel.h"
#include "engine/brg-shell.h"
#include "engine/brg-surface-word.h"

#define SLAB_SLICES  4
#define MAP_ERROR_MM 0.0002 /* of brg_distance() up to the limit, with a margin */
#define NEAR_MM      6.0    /* tried first: enough when the implant comes within 3 mm of bone */
#define SEARCH_MM    3.0    /* gaps below this are searched without a map of the implant */
#define SAME         1e-9   /* relative difference of equal distances */

/* One rim voxel. */
typedef struct
{
  double gap_mm, centre_mm;
} Rim;

typedef struct
{
  const BrgMask *bone, *implant;
  BrgDistance to_bone, to_implant;
  BrgShell centres, cuboids;
  double closest_mm;  /* centre distance of the voxel nearest to bone */
  double diagonal_mm; /* of a voxel */
  double *smallest;   /* gap, per slab */
  size_t *n_found;    /* rim voxels, per slab */
  Rim **found;        /* and what they measure, per slab */
} Survey;

/* Exact distance from vox to the nearest set voxel, from its approximate value; *entry is the
 * position in the list of centres. INFINITY if the list ends before. */
static double
exact_distance (const Survey *survey,
                const BrgMask *mask,
                const int vox[3],
                double approximate_mm,
                size_t *entry)
{
  size_t from = brg_shell_find (&survey->centres, approximate_mm - MAP_ERROR_MM);

  *entry = brg_shell_search (&survey->centres, from, mask, vox);
  return *entry < survey->centres.n_entries ? survey->centres.entries[*entry].mm : HUGE_VAL;
}

/* Does no implant voxel lie closer than mm to this bone voxel? */
static bool
faces_implant (const Survey *survey, const int bone_vox[3], double mm)
{
  const BrgDistance *to_implant = &survey->to_implant;
  double map = 0;
  size_t entry;

  if (to_implant->mm != NULL)
    map = (double) brg_distance_get (to_implant, bone_vox[0], bone_vox[1], bone_vox[2]);
  if (map > mm + MAP_ERROR_MM)
    return true;
  return exact_distance (survey, survey->implant, bone_vox, map, &entry) >= mm * (1 - SAME);
}

/* Is this implant voxel, exact_mm away from bone, on the rim? `entry` is the first offset that
 * leads to bone; others at the same distance are tried as well. */
static bool
is_rim (const Survey *survey, const int vox[3], double exact_mm, size_t entry)
{
  const BrgShell *shell = &survey->centres;

  while (entry < shell->n_entries && shell->entries[entry].mm <= exact_mm * (1 + SAME))
    {
      const int *offset = shell->entries[entry].offset;
      const int bone[3] = { vox[0] + offset[0], vox[1] + offset[1], vox[2] + offset[2] };
      if (faces_implant (survey, bone, exact_mm))
        return true;
      entry = brg_shell_search (shell, entry + 1, survey->bone, vox);
    }
  return false;
}

static double
exact_gap (const Survey *survey, const int vox[3], double centre_mm)
{
  size_t from = brg_shell_find (&survey->cuboids, centre_mm - survey->diagonal_mm - MAP_ERROR_MM);
  size_t entry = brg_shell_search (&survey->cuboids, from, survey->bone, vox);

  return entry < survey->cuboids.n_entries ? survey->cuboids.entries[entry].mm : HUGE_VAL;
}

static void
survey_voxel (const Survey *survey, int slab, const int vox[3], Rim *rim, size_t *n_rim)
{
  double map = (double) brg_distance_get (&survey->to_bone, vox[0], vox[1], vox[2]);
  double beyond = map - survey->closest_mm - MAP_ERROR_MM;
  size_t entry;

  if (beyond > fmax (BRG_FIT_RIM_MM, survey->diagonal_mm))
    return;
  double centre_mm = exact_distance (survey, survey->bone, vox, map, &entry);
  bool on_rim =
    centre_mm <= survey->closest_mm + BRG_FIT_RIM_MM && is_rim (survey, vox, centre_mm, entry);
  if (!on_rim && beyond > survey->diagonal_mm)
    return;
  double gap_mm = exact_gap (survey, vox, centre_mm);
  survey->smallest[slab] = fmin (survey->smallest[slab], gap_mm);
  if (on_rim)
    rim[(*n_rim)++] = (Rim){ gap_mm, centre_mm };
}

/* Counts the surface voxels of some slices of the implant; if `rim` is given, surveys them instead
 * and counts those on the rim. */
static size_t
survey_slices (const Survey *survey, int slab, int begin, int end, Rim *rim)
{
  const BrgBox *box = &survey->to_bone.box;
  size_t n_surface = 0, n_rim = 0;

  for (int k = box->lo[2] + begin; k < box->lo[2] + end; k++)
    for (int j = box->lo[1]; j < box->hi[1]; j++)
      for (size_t w = 0; w < survey->implant->row_words; w++)
        for (uint64_t left = brg_surface_word (survey->implant, j, k, w); left != 0;
             left &= left - 1)
          {
            const int vox[3] = { (int) w * 64 + __builtin_ctzll (left), j, k };
            n_surface++;
            if (rim != NULL)
              survey_voxel (survey, slab, vox, rim, &n_rim);
          }
  return rim != NULL ? n_rim : n_surface;
}

static BrgStatus
survey_slab (void *data, int slab, int begin, int end, BrgError *error)
{
  Survey *survey = data;
  size_t n = survey_slices (survey, slab, begin, end, NULL);
  Rim *rim = brg_alloc (n, sizeof *rim, error);

  if (rim == NULL)
    return BRG_NO_MEMORY;
  survey->found[slab] = rim;
  survey->smallest[slab] = INFINITY;
  survey->n_found[slab] = survey_slices (survey, slab, begin, end, rim);
  return BRG_OK;
}

static int
compare_numbers (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
lower_median (double *values, size_t n)
{
  if (n == 0)
    return INFINITY;
  qsort (values, n, sizeof *values, compare_numbers);
  return values[(n - 1) / 2];
}

/* Brings the slabs together. */
static BrgStatus
summarise (const Survey *survey, int n_slabs, BrgFit *fit, BrgError *error)
{
  size_t n = 0, at = 0;

  fit->smallest_gap_mm = INFINITY;
  for (int slab = 0; slab < n_slabs; slab++)
    {
      n += survey->n_found[slab];
      fit->smallest_gap_mm = fmin (fit->smallest_gap_mm, survey->smallest[slab]);
    }
  double *gaps = brg_alloc (2 * n, sizeof *gaps, error), *centres = gaps + n;
  if (gaps == NULL)
    return BRG_NO_MEMORY;
  for (int slab = 0; slab < n_slabs; slab++)
    for (size_t r = 0; r < survey->n_found[slab]; r++, at++)
      {
        gaps[at] = survey->found[slab][r].gap_mm;
        centres[at] = survey->found[slab][r].centre_mm;
      }
  fit->n_rim_vox = n;
  fit->median_gap_mm = lower_median (gaps, n);
  fit->median_centre_mm = lower_median (centres, n);
  fit->smallest_centre_mm = n > 0 ? centres[0] : HUGE_VAL;
  brg_free (gaps);
  return BRG_OK;
}

static BrgStatus
run_slabs (Survey *survey, BrgFit *fit, BrgJob *job, BrgError *error)
{
  int n = survey->to_bone.box.hi[2] - survey->to_bone.box.lo[2];
  int n_slabs = brg_parallel_n_slabs (n, SLAB_SLICES);
  BrgStatus status = BRG_NO_MEMORY;

  survey->smallest = brg_alloc ((size_t) n_slabs, sizeof *survey->smallest, error);
  survey->n_found = brg_alloc_zero ((size_t) n_slabs, sizeof *survey->n_found, error);
  survey->found = brg_alloc_zero ((size_t) n_slabs, sizeof *survey->found, error);
  if (survey->smallest != NULL && survey->n_found != NULL && survey->found != NULL)
    status = brg_parallel_slabs (n, SLAB_SLICES, survey_slab, survey, job, error);
  if (status == BRG_OK)
    status = summarise (survey, n_slabs, fit, error);
  for (int slab = 0; survey->found != NULL && slab < n_slabs; slab++)
    brg_free (survey->found[slab]);
  brg_free (survey->found);
  brg_free (survey->n_found);
  brg_free (survey->smallest);
  return status;
}

/* Smallest distance to bone over the implant voxels; INFINITY if the map holds none. */
static double
find_closest (const BrgDistance *map, const BrgMask *implant)
{
  float closest = INFINITY;

  for (int k = map->box.lo[2]; k < map->box.hi[2]; k++)
    for (int j = map->box.lo[1]; j < map->box.hi[1]; j++)
      for (size_t w = 0; w < implant->row_words; w++)
        for (uint64_t left = brg_surface_word (implant, j, k, w); left != 0; left &= left - 1)
          {
            int i = (int) w * 64 + __builtin_ctzll (left);
            closest = fminf (closest, brg_distance_get (map, i, j, k));
          }
  return (double) closest;
}

/* Distances from the implant to bone, no further than the rim needs. */
static BrgStatus
map_bone (Survey *survey, const BrgBox *box, BrgJob *job, BrgError *error)
{
  double margin_mm = fmax (BRG_FIT_RIM_MM, survey->diagonal_mm) + 2 * MAP_ERROR_MM;
  BrgStatus status = brg_distance (survey->bone, box, NEAR_MM, &survey->to_bone, job, error);

  if (status != BRG_OK)
    return status;
  survey->closest_mm = find_closest (&survey->to_bone, survey->implant);
  if (survey->closest_mm + margin_mm <= NEAR_MM)
    return BRG_OK;
  brg_distance_clear (&survey->to_bone);
  status =
    brg_distance (survey->bone, box, BRG_FIT_LIMIT_MM + margin_mm, &survey->to_bone, job, error);
  if (status == BRG_OK)
    survey->closest_mm = find_closest (&survey->to_bone, survey->implant);
  return status;
}

/* Distances from bone to the implant, wherever a rim voxel may look. */
static BrgStatus
map_implant (Survey *survey, double reach_mm, BrgJob *job, BrgError *error)
{
  const BrgGrid *grid = &survey->implant->grid;
  int margin[3];

  for (int axis = 0; axis < 3; axis++)
    margin[axis] = (int) (reach_mm / brg_grid_spacing_mm (grid, axis)) + 1;
  BrgBox box = brg_box_grow (&survey->to_bone.box, margin, grid->dim);
  return brg_distance (survey->implant, &box, reach_mm, &survey->to_implant, job, error);
}

static BrgStatus
survey_rim (Survey *survey, const BrgBox *box, BrgFit *fit, BrgJob *job, BrgError *error)
{
  const BrgGrid *grid = &survey->implant->grid;
  BrgStatus status = map_bone (survey, box, job, error);

  fit->smallest_gap_mm = fit->median_gap_mm = INFINITY;
  fit->smallest_centre_mm = fit->median_centre_mm = INFINITY;
  if (status != BRG_OK || survey->closest_mm > BRG_FIT_LIMIT_MM)
    return status;
  double reach_mm = survey->closest_mm + fmax (BRG_FIT_RIM_MM, survey->diagonal_mm) + 0.01;
  status = brg_shell_make (grid, BRG_SHELL_CENTRES, reach_mm, &survey->centres, error);
  if (status == BRG_OK)
    status = brg_shell_make (grid, BRG_SHELL_CUBOIDS, reach_mm, &survey->cuboids, error);
  if (status == BRG_OK && survey->closest_mm > SEARCH_MM)
    status = map_implant (survey, reach_mm, job, error);
  if (status == BRG_OK)
    status = run_slabs (survey, fit, job, error);
  return status;
}

/* Volume of the implant and its voxels that are bone, from the box that holds it. */
static void
count_voxels (const Survey *survey, const BrgBox *box, BrgFit *fit)
{
  size_t n = 0;

  for (int k = box->lo[2]; k < box->hi[2]; k++)
    for (int j = box->lo[1]; j < box->hi[1]; j++)
      {
        const uint64_t *bone = brg_mask_row (survey->bone, j, k);
        const uint64_t *implant = brg_mask_row (survey->implant, j, k);
        for (size_t w = brg_box_first_word (box); w <= brg_box_last_word (box); w++)
          if (implant[w] != 0)
            {
              n += (size_t) __builtin_popcountll (implant[w]);
              fit->overlap_vox += (size_t) __builtin_popcountll (implant[w] & bone[w]);
            }
      }
  fit->implant_mm3 = (double) n * brg_grid_voxel_mm3 (&survey->implant->grid);
}

BrgStatus
brg_fit (const BrgMask *defective,
         const BrgMask *implant,
         BrgFit *fit,
         BrgJob *job,
         BrgError *error)
{
  BrgStatus status = brg_grid_check_equal (&defective->grid, &implant->grid, error);
  Survey survey = { .bone = defective, .implant = implant };
  BrgFit measured = { 0 };
  double squares = 0;

  if (status != BRG_OK)
    return status;
  BrgBox box = brg_mask_bounds (implant);
  if (brg_box_is_empty (&box))
    return brg_error_set (error, BRG_EMPTY, "the implant is empty");
  if (brg_mask_is_empty (defective))
    return brg_error_set (error, BRG_EMPTY, "the defective skull is empty");
  for (int axis = 0; axis < 3; axis++)
    squares += pow (brg_grid_spacing_mm (&implant->grid, axis), 2);
  survey.diagonal_mm = sqrt (squares);
  count_voxels (&survey, &box, &measured);
  status = survey_rim (&survey, &box, &measured, job, error);
  brg_shell_clear (&survey.centres);
  brg_shell_clear (&survey.cuboids);
  brg_distance_clear (&survey.to_bone);
  brg_distance_clear (&survey.to_implant);
  if (status == BRG_OK)
    *fit = measured;
  return status;
}
