#include "engine/brg-scidata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/brg-random.h"

#define CUBE_SIZE   128
#define SPHERE_SIZE 20
#define MAX_RADIUS  1000

/* Writes voxels given in source indices. */
typedef struct
{
  BrgMask *mask;
  int dim[3]; /* of the source file */
} Target;

static void
set_source (const Target *target, int x, int y, int z)
{
  const int source[3] = { x, y, z };
  int vox[3];

  brg_grid_vox_from_source (&target->mask->grid, source, vox);
  brg_mask_set (target->mask, vox[0], vox[1], vox[2], true);
}

/* Squared distance from index x to a centre, in units of radius. */
static double
part_of_radius (int x, double centre, double radius)
{
  double part = (x - centre) / radius;

  return part * part;
}

static void
fill_box (const Target *t, int x0, int x1, int y0, int y1, int z0, int z1)
{
  for (int z = z0; z < z1; z++)
    for (int y = y0; y < y1; y++)
      for (int x = x0; x < x1; x++)
        set_source (t, x, y, z);
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

static void
fill_sphere (const Target *t, const BrgScidata *spec)
{
  double radius = sphere_radius (t->dim, spec->size);
  int z0 = (int) (t->dim[2] * 0.75);

  for (int z = 0; z < t->dim[2]; z++)
    for (int y = 0; y < t->dim[1]; y++)
      for (int x = 0; x < t->dim[0]; x++)
        if (part_of_radius (x, spec->centre[0], radius) +
              part_of_radius (y, spec->centre[1], radius) + part_of_radius (z, z0, radius) <=
            1)
          set_source (t, x, y, z);
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

static void
fill_drilled (const Target *t, const BrgScidata *spec)
{
  const double ends[2] = { 1.0 / 6, 5.0 / 6 };
  int start[2], m[3] = { t->dim[0] / 3, t->dim[1] / 3, t->dim[2] / 3 };
  int z0 = t->dim[2] - m[2];

  drilled_start (t->dim, spec, start);
  fill_box (t, start[0] + (int) (ends[0] * m[0]), start[0] + (int) (ends[1] * m[0]),
            start[1] + (int) (ends[0] * m[1]), start[1] + (int) (ends[1] * m[1]), z0, t->dim[2]);
  for (int disc = 0; disc < 4; disc++)
    for (int y = 0; y < m[1]; y++)
      for (int x = 0; x < m[0]; x++)
        if (part_of_radius (x, ends[disc & 1] * (m[0] - 1), spec->radius) +
              part_of_radius (y, ends[disc >> 1] * (m[1] - 1), spec->radius) <=
            1)
          fill_box (t, start[0] + x, start[0] + x + 1, start[1] + y, start[1] + y + 1, z0,
                    t->dim[2]);
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
parse_kind (const char *text, BrgScidataKind *kind, const char **rest)
{
  const char *const names[] = { "cube", "sphere", "drilled" };

  for (int k = 0; k < 3; k++)
    {
      size_t length = strlen (names[k]);
      if (strncmp (text, names[k], length) != 0 || (text[length] != '\0' && text[length] != ':'))
        continue;
      *kind = (BrgScidataKind) k;
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
brg_scidata_cutter (const BrgGrid *grid, const BrgScidata *spec, BrgError *error)
{
  Target target;
  BrgAffine unused;

  brg_grid_to_source (grid, target.dim, &unused);
  if (check_spec (target.dim, spec, error) != BRG_OK)
    return NULL;
  target.mask = brg_mask_new (grid, error);
  if (target.mask == NULL)
    return NULL;
  switch (spec->kind)
    {
    case BRG_SCIDATA_CUBE:
      fill_cube (&target, spec);
      break;
    case BRG_SCIDATA_SPHERE:
      fill_sphere (&target, spec);
      break;
    case BRG_SCIDATA_DRILLED:
    default:
      fill_drilled (&target, spec);
    }
  return target.mask;
}
