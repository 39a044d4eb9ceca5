#include "engine/brg-scidata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/brg-alloc.h"
#include "engine/brg-bits.h"
#include "engine/brg-random.h"

#define CUBE_SIZE   128
#define SPHERE_SIZE 20
#define MAX_RADIUS  1000

static const char *const kind_names[] = { "", "cube", "sphere", "drilled" };

/* Writes voxels given in source indices. */
typedef struct
{
  BrgMask *mask;
  int dim[3]; /* of the source file */
  int row;    /* source axis that the rows of the mask run along */
} Target;

/* Sets x0 <= x < x1 and so on; the box lies in the grid, and may be empty. */
static void
fill_box (const Target *t, int x0, int x1, int y0, int y1, int z0, int z1)
{
  const int first[3] = { x0, y0, z0 }, last[3] = { x1 - 1, y1 - 1, z1 - 1 };
  int a[3], b[3];

  if (x0 >= x1 || y0 >= y1 || z0 >= z1)
    return;
  brg_grid_vox_from_source (&t->mask->grid, first, a);
  brg_grid_vox_from_source (&t->mask->grid, last, b);
  for (int axis = 0; axis < 3; axis++)
    if (a[axis] > b[axis])
      {
        int higher = a[axis];
        a[axis] = b[axis];
        b[axis] = higher;
      }
  for (int k = a[2]; k <= b[2]; k++)
    for (int j = a[1]; j <= b[1]; j++)
      brg_bits_fill (brg_mask_row (t->mask, j, k), a[0], b[0] + 1);
}

static void
fill_cube (const Target *t, const BrgScidata *spec)
{
  int half = spec->size / 2;
  int x = spec->centre[0], y = spec->centre[1];

  fill_box (t, x - half, x + half, y - half, y + half, (int) (t->dim[2] * 0.75), t->dim[2]);
}

static int
sphere_radius (const int dim[3], int size)
{
  return dim[2] + size - (int) (dim[2] * 0.75);
}

/* Squared distances from indices 0 <= x < n to a centre, in units of radius. */
static void
measure_axis (double *part, int n, double centre, double radius)
{
  for (int x = 0; x < n; x++)
    part[x] = (x - centre) / radius * ((x - centre) / radius);
}

/* A box of source voxels, and for each index in it on each axis what it adds to the squared
 * distance: a sum that falls and then rises along every axis. */
typedef struct
{
  int start[3], n[3];
  double *part[3];
} Round;

/* Is voxel x of a row within 1? Added up in the order of the toolbox. */
static inline bool
is_within (const Round *round, int row, const int at[3], int x)
{
  double sum = 0;

  for (int a = 0; a < 3; a++)
    sum += round->part[a][a == row ? x : at[a]];
  return sum <= 1;
}

/* First index of those from `inside` to `outside` (towards either side) that is not within. */
static int
find_end (const Round *round, int row, const int at[3], int inside, int outside)
{
  while (abs (outside - inside) > 1)
    {
      int middle = inside + (outside - inside) / 2;
      if (is_within (round, row, at, middle))
        inside = middle;
      else
        outside = middle;
    }
  return outside;
}

/* Fills the rows of the box where the sum is at most 1. */
static void
fill_round (const Target *t, const Round *round)
{
  int row = t->row, a = (row + 1) % 3, b = (row + 2) % 3, nearest = 0, at[3];

  for (int x = 1; x < round->n[row]; x++)
    if (round->part[row][x] < round->part[row][nearest])
      nearest = x;
  for (at[b] = 0; at[b] < round->n[b]; at[b]++)
    for (at[a] = 0; at[a] < round->n[a]; at[a]++)
      {
        int lo[3], hi[3];
        if (!is_within (round, row, at, nearest))
          continue;
        for (int axis = 0; axis < 3; axis++)
          {
            lo[axis] = round->start[axis] + at[axis];
            hi[axis] = lo[axis] + 1;
          }
        lo[row] = round->start[row] + find_end (round, row, at, nearest, -1) + 1;
        hi[row] = round->start[row] + find_end (round, row, at, nearest, round->n[row]);
        fill_box (t, lo[0], hi[0], lo[1], hi[1], lo[2], hi[2]);
      }
}

/* Room for the sums of a box, all 0. Free with brg_free (round->part[0]). */
static BrgStatus
make_round (Round *round, BrgPool *pool, BrgError *error)
{
  size_t n = (size_t) round->n[0] + (size_t) round->n[1] + (size_t) round->n[2];

  round->part[0] = brg_alloc_zero_in (pool, n, sizeof (double), error);
  if (round->part[0] == NULL)
    return BRG_NO_MEMORY;
  round->part[1] = round->part[0] + round->n[0];
  round->part[2] = round->part[1] + round->n[1];
  return BRG_OK;
}

static BrgStatus
fill_sphere (const Target *t, const BrgScidata *spec, BrgPool *pool, BrgError *error)
{
  double radius = sphere_radius (t->dim, spec->size);
  Round round = { .n = { t->dim[0], t->dim[1], t->dim[2] } };

  if (make_round (&round, pool, error) != BRG_OK)
    return BRG_NO_MEMORY;
  measure_axis (round.part[0], round.n[0], spec->centre[0], radius);
  measure_axis (round.part[1], round.n[1], spec->centre[1], radius);
  measure_axis (round.part[2], round.n[2], (int) (t->dim[2] * 0.75), radius);
  fill_round (t, &round);
  brg_free (round.part[0]);
  return BRG_OK;
}

/* First voxel of the drilled box on x and y. */
static void
drilled_start (const int dim[3], const BrgScidata *spec, int start[2])
{
  double loc = spec->loc, loc1 = spec->loc1;
  const double fractions[9][2] = { { loc / 4, 0.5 },      { loc / 8, 0.5 },
                                   { 0.5, 0.5 },          { loc / 4, loc1 / 8 },
                                   { loc / 8, loc1 / 8 }, { 0.5, loc / 8 },
                                   { loc / 8, loc / 4 },  { loc / 4, loc / 4 },
                                   { 1.0 / 3, loc / 4 } };

  for (int axis = 0; axis < 2; axis++)
    start[axis] = (int) (fractions[spec->idx - 1][axis] * dim[axis]);
}

static BrgStatus
fill_drilled (const Target *t, const BrgScidata *spec, BrgPool *pool, BrgError *error)
{
  const double ends[2] = { 1.0 / 6, 5.0 / 6 };
  int start[2], m[3] = { t->dim[0] / 3, t->dim[1] / 3, t->dim[2] / 3 };
  int z0 = t->dim[2] - m[2];

  drilled_start (t->dim, spec, start);
  Round round = { .start = { start[0], start[1], z0 }, .n = { m[0], m[1], m[2] } };
  if (make_round (&round, pool, error) != BRG_OK)
    return BRG_NO_MEMORY;
  fill_box (t, start[0] + (int) (ends[0] * m[0]), start[0] + (int) (ends[1] * m[0]),
            start[1] + (int) (ends[0] * m[1]), start[1] + (int) (ends[1] * m[1]), z0, t->dim[2]);
  for (int disc = 0; disc < 4; disc++)
    {
      measure_axis (round.part[0], m[0], ends[disc & 1] * (m[0] - 1), spec->radius);
      measure_axis (round.part[1], m[1], ends[disc >> 1] * (m[1] - 1), spec->radius);
      fill_round (t, &round);
    }
  brg_free (round.part[0]);
  return BRG_OK;
}

static BrgStatus
check_range (const char *name, int value, int min, int max, BrgError *error)
{
  if (max < min)
    return brg_error_set (error, BRG_INVALID, "the scan is too small for this mask: no %s fits",
                          name);
  if (value < min || value > max)
    return brg_error_set (error, BRG_INVALID, "%s must be %d to %d, got %d", name, min, max, value);
  return BRG_OK;
}

/* How near the centre of a cube or sphere may come to the border. */
static int
centre_margin (const int dim[3], const BrgScidata *spec)
{
  return spec->kind == BRG_SCIDATA_CUBE ? spec->size / 2 : sphere_radius (dim, spec->size);
}

static BrgStatus
check_centred (const int dim[3], const BrgScidata *spec, BrgError *error)
{
  const char *names[2] = { "x", "y" };
  BrgStatus status = check_range ("size", spec->size, spec->kind == BRG_SCIDATA_CUBE ? 2 : 0,
                                  BRG_GRID_MAX_DIM, error);

  if (status == BRG_OK && spec->kind == BRG_SCIDATA_CUBE && spec->size % 2 != 0)
    status =
      brg_error_set (error, BRG_INVALID, "size of the cube must be even, got %d", spec->size);
  for (int axis = 0; status == BRG_OK && axis < 2; axis++)
    {
      int margin = centre_margin (dim, spec);
      status = check_range (names[axis], spec->centre[axis], margin, dim[axis] - margin, error);
    }
  return status;
}

static BrgStatus
check_spec (const int dim[3], const BrgScidata *spec, BrgError *error)
{
  if (spec->kind != BRG_SCIDATA_DRILLED)
    return check_centred (dim, spec, error);

  BrgStatus status = check_range ("loc", spec->loc, 1, 2, error);
  if (status == BRG_OK)
    status = check_range ("loc1", spec->loc1, 1, 2, error);
  if (status == BRG_OK)
    status = check_range ("idx", spec->idx, 1, 9, error);
  if (status == BRG_OK)
    status = check_range ("radius", spec->radius, 1, MAX_RADIUS, error);
  return status;
}

/* Draws what the text did not give, with the distributions of the toolbox. */
static void
draw_spec (const int dim[3], uint64_t seed, int n_given, BrgScidata *spec)
{
  BrgRandom random = brg_random_new (seed, 0);

  if (spec->kind == BRG_SCIDATA_DRILLED)
    {
      if (n_given > 0)
        return;
      spec->radius = brg_random_int (&random, 6, 13);
      spec->loc = brg_random_int (&random, 1, 2);
      spec->loc1 = brg_random_int (&random, 1, 2);
      spec->idx = brg_random_int (&random, 1, 9);
      return;
    }
  if (n_given < 3)
    spec->size = spec->kind == BRG_SCIDATA_CUBE ? CUBE_SIZE : SPHERE_SIZE;
  for (int axis = 0; axis < 2 && n_given == 0; axis++)
    {
      int margin = centre_margin (dim, spec);
      if (dim[axis] >= 2 * margin)
        spec->centre[axis] = brg_random_int (&random, margin, dim[axis] - margin);
    }
}

/* Reads up to 4 whole numbers separated by commas; -1 if the text is anything else. */
static int
parse_numbers (const char *text, int numbers[4])
{
  int n = 0;

  for (;; text++)
    {
      char *end;
      long value = strtol (text, &end, 10);
      if (end == text || n == 4 || value < -BRG_GRID_MAX_DIM || value > BRG_GRID_MAX_DIM)
        return -1;
      numbers[n++] = (int) value;
      if (*end == '\0')
        return n;
      if (*end != ',')
        return -1;
      text = end;
    }
}

static bool
parse_kind (const char *text, int *kind, const char **rest)
{
  for (int k = BRG_SCIDATA_CUBE; k <= BRG_SCIDATA_DRILLED; k++)
    {
      size_t length = strlen (kind_names[k]);
      if (strncmp (text, kind_names[k], length) != 0 ||
          (text[length] != '\0' && text[length] != ':'))
        continue;
      *kind = k;
      *rest = text + length;
      return true;
    }
  return false;
}

/* Reads what the text gives, and how many numbers that were. */
static BrgStatus
parse_text (const char *text, BrgScidata *spec, int *n_given, BrgError *error)
{
  const char *rest;
  int n[4] = { 0 };

  *spec = (BrgScidata){ .kind = BRG_SCIDATA_CUBE };
  if (!parse_kind (text, &spec->kind, &rest))
    return brg_error_set (error, BRG_INVALID,
                          "the shape must be cube, sphere or drilled:loc,loc1,idx,radius, got "
                          "\"%.40s\"",
                          text);
  bool drilled = spec->kind == BRG_SCIDATA_DRILLED;
  *n_given = *rest == ':' ? parse_numbers (rest + 1, n) : 0;
  if (*n_given != 0 && (drilled ? *n_given != 4 : *n_given != 2 && *n_given != 3))
    return brg_error_set (error, BRG_INVALID, "\"%.40s\" does not read as %s", text,
                          drilled ? "drilled:loc,loc1,idx,radius" : "KIND:x,y or KIND:x,y,size");
  if (drilled)
    {
      spec->loc = n[0], spec->loc1 = n[1], spec->idx = n[2], spec->radius = n[3];
    }
  else
    {
      spec->centre[0] = n[0], spec->centre[1] = n[1], spec->size = n[2];
    }
  return BRG_OK;
}

BrgStatus
brg_scidata_check (const char *text, BrgError *error)
{
  BrgScidata spec;
  int n_given;

  return parse_text (text, &spec, &n_given, error);
}

void
brg_scidata_format (const BrgScidata *spec, char text[BRG_SCIDATA_TEXT_SIZE])
{
  if (spec->kind == BRG_SCIDATA_DRILLED)
    snprintf (text, BRG_SCIDATA_TEXT_SIZE, "%s:%d,%d,%d,%d", kind_names[spec->kind], spec->loc,
              spec->loc1, spec->idx, spec->radius);
  else
    snprintf (text, BRG_SCIDATA_TEXT_SIZE, "%s:%d,%d,%d", kind_names[spec->kind], spec->centre[0],
              spec->centre[1], spec->size);
}

BrgStatus
brg_scidata_read (const char *text, BrgScidata *spec, BrgError *error)
{
  BrgScidata parsed;
  int n_given;
  BrgStatus status = parse_text (text, &parsed, &n_given, error);

  if (status != BRG_OK)
    return status;
  if (n_given < (parsed.kind == BRG_SCIDATA_DRILLED ? 4 : 3))
    return brg_error_set (error, BRG_INVALID, "\"%.40s\" leaves numbers of the mask out", text);
  *spec = parsed;
  return BRG_OK;
}

BrgStatus
brg_scidata_parse (const char *text,
                   const BrgGrid *grid,
                   uint64_t seed,
                   BrgScidata *spec,
                   BrgError *error)
{
  BrgScidata parsed;
  int n_given, dim[3];
  BrgAffine unused;

  BrgStatus status = parse_text (text, &parsed, &n_given, error);
  if (status != BRG_OK)
    return status;
  brg_grid_to_source (grid, dim, &unused);
  draw_spec (dim, seed, n_given, &parsed);
  status = check_spec (dim, &parsed, error);
  if (status == BRG_OK)
    *spec = parsed;
  return status;
}

BrgMask *
brg_scidata_cutter (const BrgGrid *grid, const BrgScidata *spec, BrgJob *job, BrgError *error)
{
  BrgPool *pool = brg_job_pool (job);
  Target target = { .row = 0 };
  BrgAffine unused;
  BrgStatus status = BRG_OK;

  brg_grid_to_source (grid, target.dim, &unused);
  if (check_spec (target.dim, spec, error) != BRG_OK)
    return NULL;
  while (grid->source_axis[target.row] != 0)
    target.row++;
  target.mask = brg_mask_new_in (pool, grid, true, error);
  if (target.mask == NULL)
    return NULL;
  if (spec->kind == BRG_SCIDATA_CUBE)
    fill_cube (&target, spec);
  else if (spec->kind == BRG_SCIDATA_SPHERE)
    status = fill_sphere (&target, spec, pool, error);
  else
    status = fill_drilled (&target, spec, pool, error);
  if (status == BRG_OK && brg_job_is_cancelled (job))
    status = brg_error_set (error, BRG_CANCELLED, "cancelled");
  if (status == BRG_OK)
    return target.mask;
  brg_mask_unref (target.mask);
  return NULL;
}
