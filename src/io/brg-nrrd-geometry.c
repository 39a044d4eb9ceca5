#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "io/brg-image-geometry.h"
#include "io/brg-message.h"
#include "io/brg-nrrd-fields.h"
#include "io/brg-number.h"

/* LPS from the space: x and y change sign or not. Orientation is known for the first three. */
typedef struct
{
  const char *name, *abbreviation;
  double sign_x, sign_y;
} Space;

static const Space spaces[] = {
  { "left-posterior-superior", "LPS", 1, 1 }, { "right-anterior-superior", "RAS", -1, -1 },
  { "left-anterior-superior", "LAS", 1, -1 }, { "scanner-xyz", "scanner-xyz", 1, 1 },
  { "3D-right-handed", "3DRH", 1, 1 },        { "3D-left-handed", "3DLH", 1, 1 },
};
#define N_ORIENTED 3

/* One file axis as far as the header tells. */
typedef struct
{
  bool is_space;
  bool has_step;
  BrgVec3 step_mm; /* in the header's space */
} Axis;

static BrgStatus
bad_field (BrgError *error, const char *field, const char *value)
{
  char shown[80];

  brg_message_clean (shown, sizeof shown, value, 1);
  return brg_error_set (error, BRG_FORMAT, "the header's %s \"%s\" cannot be understood", field,
                        shown);
}

static BrgStatus
find_space (const char *value, const Space **space, BrgError *error)
{
  *space = NULL;
  if (value == NULL)
    return BRG_OK;
  for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++)
    if (strcasecmp (value, spaces[i].name) == 0 || strcasecmp (value, spaces[i].abbreviation) == 0)
      *space = &spaces[i];
  return *space != NULL ? BRG_OK : bad_field (error, "space", value);
}

/* "(x,y,z)", blanks allowed inside, advancing *at past the closing parenthesis. */
static bool
parse_vector (const char **at, BrgVec3 *vector)
{
  const char *text = *at + strspn (*at, " \t");
  double numbers[3];

  if (*text++ != '(')
    return false;
  for (int n = 0; n < 3; n++)
    {
      size_t length;
      text += strspn (text, " \t");
      length = strcspn (text, ",) \t");
      if (!brg_number_parse (text, length, &numbers[n]))
        return false;
      text += length;
      text += strspn (text, " \t");
      if (*text++ != (n < 2 ? ',' : ')'))
        return false;
    }
  *vector = brg_vec3 (numbers[0], numbers[1], numbers[2]);
  *at = text;
  return true;
}

static BrgStatus
read_directions (const char *value, Axis *axes, int dimension, BrgError *error)
{
  const char *at = value;

  for (int a = 0; a < dimension; a++)
    {
      at += strspn (at, " \t");
      if (strncasecmp (at, "none", 4) == 0)
        {
          at += 4;
          axes[a].is_space = false;
          continue;
        }
      if (!parse_vector (&at, &axes[a].step_mm))
        return bad_field (error, "space directions", value);
      axes[a].has_step = true;
    }
  return at[strspn (at, " \t")] == '\0' ? BRG_OK : bad_field (error, "space directions", value);
}

static BrgStatus
read_spacings (const char *value, Axis *axes, int dimension, BrgError *error)
{
  const char *at = value, *word;
  size_t length;

  for (int a = 0; a < dimension; a++)
    {
      double spacing_mm;
      word = brg_nrrd_next_word (&at, &length);
      if (word == NULL || !brg_number_parse (word, length, &spacing_mm))
        return bad_field (error, "spacings", value);
      axes[a].has_step = !isnan (spacing_mm);
      axes[a].step_mm = brg_vec3 (spacing_mm, 0, 0);
    }
  return brg_nrrd_next_word (&at, &length) == NULL ? BRG_OK : bad_field (error, "spacings", value);
}

static bool
is_space_kind (const char *word, size_t length)
{
  static const char *kinds[] = { "domain", "space", "???", "none" };

  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
    if (strlen (kinds[i]) == length && strncasecmp (word, kinds[i], length) == 0)
      return true;
  return false;
}

static BrgStatus
read_kinds (const char *value, Axis *axes, int dimension, BrgError *error)
{
  const char *at = value;
  size_t length;

  for (int a = 0; a < dimension; a++)
    {
      const char *word = brg_nrrd_next_word (&at, &length);
      if (word == NULL)
        return bad_field (error, "kinds", value);
      axes[a].is_space = is_space_kind (word, length);
    }
  return brg_nrrd_next_word (&at, &length) == NULL ? BRG_OK : bad_field (error, "kinds", value);
}

/* Without directions every space axis runs along its own coordinate; an unknown spacing is 1. */
static void
complete_steps (Axis *axes, int dimension, BrgImageInfo *info)
{
  bool guessed = false;
  int along = 0;

  for (int a = 0; a < dimension; a++)
    {
      if (!axes[a].is_space)
        continue;
      double step_mm = axes[a].has_step ? axes[a].step_mm.x : 1.0;
      guessed = guessed || !axes[a].has_step;
      axes[a].step_mm =
        brg_vec3 (along == 0 ? step_mm : 0, along == 1 ? step_mm : 0, along == 2 ? step_mm : 0);
      along++;
    }
  if (guessed)
    brg_image_warn (info, "no voxel size is given: 1 mm is assumed");
}

static BrgStatus
read_axes (const BrgNrrdFields *fields,
           Axis *axes,
           int dimension,
           BrgImageInfo *info,
           BrgError *error)
{
  const char *kinds = fields->value[BRG_NRRD_FIELD_KINDS];
  const char *directions = fields->value[BRG_NRRD_FIELD_DIRECTIONS];
  const char *spacings = fields->value[BRG_NRRD_FIELD_SPACINGS];
  BrgStatus status = BRG_OK;

  for (int a = 0; a < dimension; a++)
    axes[a] = (Axis){ .is_space = true };
  if (kinds != NULL)
    status = read_kinds (kinds, axes, dimension, error);
  if (status == BRG_OK && directions != NULL)
    return read_directions (directions, axes, dimension, error);
  if (status == BRG_OK && spacings != NULL)
    status = read_spacings (spacings, axes, dimension, error);
  if (status == BRG_OK)
    complete_steps (axes, dimension, info);
  return status;
}

static BrgStatus
find_list_axis (const Axis *axes, BrgImageHeader *header, BrgError *error)
{
  int n_space = 0;

  header->list_axis = -1;
  header->n_list = 1;
  header->list_name = "layers";
  for (int a = 0; a < header->dimension; a++)
    {
      n_space += axes[a].is_space;
      if (axes[a].is_space)
        continue;
      header->list_axis = a;
      header->n_list = header->sizes[a];
    }
  if (n_space == 3)
    return BRG_OK;
  return brg_error_set (error, BRG_UNSUPPORTED, "has %d axes of which %d are of space, not 3",
                        header->dimension, n_space);
}

static BrgStatus
read_origin (const char *value, BrgVec3 *origin, BrgImageInfo *info, BrgError *error)
{
  const char *at = value;

  *origin = brg_vec3 (0, 0, 0);
  if (value == NULL)
    return BRG_OK;
  if (!parse_vector (&at, origin) || at[strspn (at, " \t")] != '\0')
    return bad_field (error, "space origin", value);
  if (isnan (origin->x) || isnan (origin->y) || isnan (origin->z))
    {
      brg_image_warn (info, "the origin is unknown: 0, 0, 0 is assumed");
      *origin = brg_vec3 (0, 0, 0);
    }
  return brg_image_check_origin (*origin, error);
}

/* Quoted strings that must be empty or mean millimetres. */
static BrgStatus
check_units (const char *value, BrgError *error)
{
  static const char *good[] = {
    "", "mm", "millimeter", "millimeters", "millimetre", "millimetres"
  };

  while (value != NULL && (value = strchr (value, '"')) != NULL)
    {
      size_t length = strcspn (++value, "\"");
      bool known = false;
      for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        known = known || (strlen (good[i]) == length && strncasecmp (value, good[i], length) == 0);
      if (!known)
        {
          char shown[20];
          brg_message_clean (shown, length + 1 < sizeof shown ? length + 1 : sizeof shown, value,
                             1);
          return brg_error_set (error, BRG_UNSUPPORTED, "is in \"%s\", only mm can be read", shown);
        }
      value += length + (value[length] == '"');
    }
  return BRG_OK;
}

static BrgStatus
make_grid (const Axis *axes,
           BrgVec3 origin,
           const Space *space,
           BrgImageHeader *header,
           BrgError *error)
{
  BrgAffine lps_from_source = brg_affine_identity ();
  double sign_x = space != NULL ? space->sign_x : 1, sign_y = space != NULL ? space->sign_y : 1;

  for (int a = 0, c = 0; a < header->dimension; a++)
    {
      if (!axes[a].is_space)
        continue;
      lps_from_source.m[0][c] = sign_x * axes[a].step_mm.x;
      lps_from_source.m[1][c] = sign_y * axes[a].step_mm.y;
      lps_from_source.m[2][c] = axes[a].step_mm.z;
      c++;
    }
  lps_from_source.m[0][3] = sign_x * origin.x;
  lps_from_source.m[1][3] = sign_y * origin.y;
  lps_from_source.m[2][3] = origin.z;
  return brg_image_set_grid (header, &lps_from_source, error);
}

/* What a user must know about the geometry; called when it is known to be sound. */
static void
describe (const BrgNrrdFields *fields,
          const BrgImageHeader *header,
          const Space *space,
          BrgImageInfo *info)
{
  bool has_axes = fields->value[BRG_NRRD_FIELD_DIRECTIONS] != NULL;

  if (space != NULL)
    snprintf (info->space, sizeof info->space, "%s", space->name);
  info->has_orientation = has_axes && space != NULL && space < spaces + N_ORIENTED;
  brg_image_warn_of_axes (header, info);
}

BrgStatus
brg_nrrd_geometry (const BrgNrrdFields *fields,
                   BrgImageHeader *header,
                   BrgImageInfo *info,
                   BrgError *error)
{
  Axis axes[4];
  const Space *space;
  BrgVec3 origin;
  BrgStatus status = find_space (fields->value[BRG_NRRD_FIELD_SPACE], &space, error);

  if (status == BRG_OK)
    status = read_axes (fields, axes, header->dimension, info, error);
  if (status == BRG_OK)
    status = find_list_axis (axes, header, error);
  if (status == BRG_OK)
    status = check_units (fields->value[BRG_NRRD_FIELD_SPACE_UNITS], error);
  if (status == BRG_OK)
    status = read_origin (fields->value[BRG_NRRD_FIELD_ORIGIN], &origin, info, error);
  if (status == BRG_OK)
    status = make_grid (axes, origin, space, header, error);
  if (status == BRG_OK)
    describe (fields, header, space, info);
  return status;
}
