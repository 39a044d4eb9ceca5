#include <string.h>

#include "io/brg-image-geometry.h"
#include "io/brg-message.h"
#include "io/brg-metaimage-fields.h"
#include "io/brg-word.h"

#define MAX_DIMS 4

/* What the header says of its axes: rows of `direction` belong to axes, as ITK has it. */
typedef struct
{
  int n; /* axes, 3 or 4 */
  double direction[MAX_DIMS * MAX_DIMS];
  double spacing[MAX_DIMS];
  double offset[MAX_DIMS];
} Axes;

static BrgStatus
check_units (const char *units, BrgError *error)
{
  static const char *const good[] = { "", "?", "mm", "millimeter", "millimetre" };
  char shown[20];

  if (units == NULL)
    return BRG_OK;
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
    if (brg_word_is (units, strlen (units), good[i]))
      return BRG_OK;
  brg_message_clean (shown, sizeof shown, units, 1);
  return brg_error_set (error, BRG_UNSUPPORTED, "is in \"%s\", only mm can be read", shown);
}

/* ElementSize, the extent of a voxel, stands in where the distance of voxels is not given. */
static BrgStatus
read_spacing (const BrgMetaimageFields *fields, Axes *axes, BrgImageInfo *info, BrgError *error)
{
  BrgMetaimageField field =
    fields->value[BRG_METAIMAGE_SPACING] != NULL ? BRG_METAIMAGE_SPACING : BRG_METAIMAGE_SIZE;

  for (int a = 0; a < axes->n; a++)
    axes->spacing[a] = 1;
  if (fields->value[field] == NULL)
    {
      brg_image_warn (info, "no voxel size is given: 1 mm is assumed");
      return BRG_OK;
    }
  BrgStatus status = brg_metaimage_numbers (fields, field, axes->spacing, axes->n, error);
  for (int a = 0; status == BRG_OK && a < 3; a++)
    if (!(axes->spacing[a] > 0))
      status = brg_error_set (error, BRG_FORMAT, "the voxel size along axis %d is %g", a + 1,
                              axes->spacing[a]);
  return status;
}

/* The three axes of space must not lean into a fourth. */
static BrgStatus
check_fourth (const Axes *axes, BrgError *error)
{
  for (int a = 0; axes->n == 4 && a < 3; a++)
    if (axes->direction[a * 4 + 3] != 0 || axes->direction[12 + a] != 0)
      return brg_error_set (error, BRG_UNSUPPORTED, "axis %d and the fourth axis are mixed", a + 1);
  return BRG_OK;
}

static BrgStatus
read_direction (const BrgMetaimageFields *fields, Axes *axes, BrgImageInfo *info, BrgError *error)
{
  info->has_orientation = fields->value[BRG_METAIMAGE_MATRIX] != NULL;
  for (int i = 0; i < axes->n * axes->n; i++)
    axes->direction[i] = i % (axes->n + 1) == 0;
  if (!info->has_orientation)
    return BRG_OK;
  BrgStatus status =
    brg_metaimage_numbers (fields, BRG_METAIMAGE_MATRIX, axes->direction, axes->n * axes->n, error);
  return status == BRG_OK ? check_fourth (axes, error) : status;
}

static BrgStatus
read_axes (const BrgMetaimageFields *fields, Axes *axes, BrgImageInfo *info, BrgError *error)
{
  BrgStatus status = read_direction (fields, axes, info, error);

  if (status == BRG_OK)
    status = read_spacing (fields, axes, info, error);
  if (status == BRG_OK && fields->value[BRG_METAIMAGE_OFFSET] != NULL)
    status = brg_metaimage_numbers (fields, BRG_METAIMAGE_OFFSET, axes->offset, axes->n, error);
  if (status == BRG_OK)
    status =
      brg_image_check_origin (brg_vec3 (axes->offset[0], axes->offset[1], axes->offset[2]), error);
  return status;
}

BrgStatus
brg_metaimage_geometry (const BrgMetaimageFields *fields,
                        BrgImageHeader *header,
                        BrgImageInfo *info,
                        BrgError *error)
{
  Axes axes = { .n = header->dimension - (header->list_axis == 0) };
  BrgAffine lps = brg_affine_identity ();
  BrgStatus status = check_units (fields->value[BRG_METAIMAGE_UNITS], error);

  if (status == BRG_OK)
    status = read_axes (fields, &axes, info, error);
  if (status != BRG_OK)
    return status;
  for (int r = 0; r < 3; r++)
    {
      for (int a = 0; a < 3; a++)
        lps.m[r][a] = axes.direction[a * axes.n + r] * axes.spacing[a];
      lps.m[r][3] = axes.offset[r];
    }
  status = brg_image_set_grid (header, &lps, error);
  if (status == BRG_OK)
    brg_image_warn_of_axes (header, info);
  return status;
}
