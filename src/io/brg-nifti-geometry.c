#include <math.h>
#include <stdio.h>

#include "io/brg-image-geometry.h"
#include "io/brg-nifti-fields.h"

#define MAX_APART_MM    0.1
#define MIN_SQUARE      1e-7 /* of the quaternion's first number, as nifti1_io.c has it */
#define MAX_LONG_SQUARE 1e-4 /* by which the other three may be too long */

/* Millimetres in the unit of length. */
static BrgStatus
read_unit (int code, double *mm, BrgImageInfo *info, BrgError *error)
{
  static const double units[] = { 1, 1000, 1, 0.001 }; /* unknown, m, mm, um */
  int unit = code & 7;

  if (unit > 3)
    return brg_error_set (error, BRG_FORMAT, "the unit of length has the unknown code %d", unit);
  if (unit == 0)
    brg_image_warn (info, "the unit of length is not given: mm is assumed");
  *mm = units[unit];
  return BRG_OK;
}

/* A rotation from three of the four numbers of a unit quaternion; false for none. */
static bool
rotation_of (const double quatern[3], double rotation[3][3])
{
  double b = quatern[0], c = quatern[1], d = quatern[2];
  double square = 1 - (b * b + c * c + d * d), a = 0;

  if (!(square >= -MAX_LONG_SQUARE))
    return false;
  if (square < MIN_SQUARE)
    {
      double norm = sqrt (b * b + c * c + d * d);
      b /= norm;
      c /= norm;
      d /= norm;
    }
  else
    a = sqrt (square);
  const double r[3][3] = {
    { a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c) },
    { 2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b) },
    { 2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - c * c - b * b },
  };
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      rotation[i][j] = r[i][j];
  return true;
}

static BrgStatus
bad_step (int axis, double step, BrgError *error)
{
  return brg_error_set (error, BRG_FORMAT, "the voxel size along axis %d is %g", axis + 1, step);
}

/* Voxel to RAS as a quaternion and voxel sizes say it. */
static BrgStatus
ras_from_qform (const BrgNiftiFields *fields, BrgAffine *ras, BrgError *error)
{
  double rotation[3][3];

  *ras = brg_affine_identity ();
  if (!rotation_of (fields->quatern, rotation))
    return brg_error_set (error, BRG_FORMAT, "the quaternion %g, %g, %g is no rotation",
                          fields->quatern[0], fields->quatern[1], fields->quatern[2]);
  if (isnan (fields->pixdim[0]))
    return brg_error_set (error, BRG_FORMAT, "the handedness is %g", fields->pixdim[0]);
  for (int c = 0; c < 3; c++)
    {
      double step = fields->pixdim[c + 1];
      if (!(step > 0))
        return bad_step (c, step, error);
      if (c == 2 && fields->pixdim[0] < 0)
        step = -step;
      for (int r = 0; r < 3; r++)
        ras->m[r][c] = rotation[r][c] * step;
      ras->m[c][3] = fields->qoffset[c];
    }
  return BRG_OK;
}

static void
ras_from_sform (const BrgNiftiFields *fields, BrgAffine *ras)
{
  *ras = brg_affine_identity ();
  for (int r = 0; r < 3; r++)
    for (int c = 0; c < 4; c++)
      ras->m[r][c] = fields->srow[r][c];
}

/* Neither is given: only the sizes are known. */
static BrgStatus
ras_from_pixdim (const BrgNiftiFields *fields, BrgAffine *ras, BrgError *error)
{
  *ras = brg_affine_identity ();
  for (int a = 0; a < 3; a++)
    {
      if (!(fields->pixdim[a + 1] > 0))
        return bad_step (a, fields->pixdim[a + 1], error);
      ras->m[a][a] = fields->pixdim[a + 1];
    }
  return BRG_OK;
}

/* The farthest that two transforms put a corner voxel apart; NaN or infinite when one is. */
static double
farthest_apart (const BrgAffine *one, const BrgAffine *two, const int sizes[3])
{
  double farthest = 0;

  for (int corner = 0; corner < 8; corner++)
    {
      double square = 0;
      for (int r = 0; r < 3; r++)
        {
          double apart = one->m[r][3] - two->m[r][3];
          for (int c = 0; c < 3; c++)
            if (corner >> c & 1)
              apart += (one->m[r][c] - two->m[r][c]) * (sizes[c] - 1);
          square += apart * apart;
        }
      farthest = square <= farthest * farthest ? farthest : sqrt (square);
    }
  return farthest;
}

/* Sform and qform are two ways to say the same; when they do not, sform is the one meant. */
static void
compare_forms (const BrgNiftiFields *fields,
               const BrgAffine *sform,
               const BrgImageHeader *header,
               double mm,
               BrgImageInfo *info)
{
  BrgAffine qform;

  if (fields->qform_code <= 0)
    return;
  if (ras_from_qform (fields, &qform, NULL) != BRG_OK)
    {
      brg_image_warn (info, "the second orientation (qform) is not sound and was ignored");
      return;
    }
  double apart_mm = mm * farthest_apart (sform, &qform, header->sizes);
  if (!(apart_mm <= MAX_APART_MM))
    brg_image_warn (
      info, "two orientations (sform and qform) are %.3g mm apart: the first was taken", apart_mm);
}

static BrgStatus
choose_ras (const BrgNiftiFields *fields,
            const BrgImageHeader *header,
            double mm,
            BrgAffine *ras,
            BrgImageInfo *info,
            BrgError *error)
{
  info->has_orientation = fields->sform_code > 0 || fields->qform_code > 0;
  if (info->has_orientation)
    snprintf (info->space, sizeof info->space, "right-anterior-superior");
  if (fields->sform_code > 0)
    {
      ras_from_sform (fields, ras);
      compare_forms (fields, ras, header, mm, info);
      return BRG_OK;
    }
  if (fields->qform_code > 0)
    return ras_from_qform (fields, ras, error);
  return ras_from_pixdim (fields, ras, error);
}

BrgStatus
brg_nifti_geometry (const BrgNiftiFields *fields,
                    BrgImageHeader *header,
                    BrgImageInfo *info,
                    BrgError *error)
{
  static const double lps_from_ras[3] = { -1, -1, 1 };
  BrgAffine ras, lps = brg_affine_identity ();
  double mm = 1;
  BrgStatus status = read_unit (fields->xyzt_units, &mm, info, error);

  if (status == BRG_OK)
    status = choose_ras (fields, header, mm, &ras, info, error);
  if (status != BRG_OK)
    return status;
  for (int r = 0; r < 3; r++)
    for (int c = 0; c < 4; c++)
      lps.m[r][c] = lps_from_ras[r] * mm * ras.m[r][c] + 0.0; /* never -0 */
  status = brg_image_check_origin (brg_vec3 (lps.m[0][3], lps.m[1][3], lps.m[2][3]), error);
  if (status == BRG_OK)
    status = brg_image_set_grid (header, &lps, error);
  if (status == BRG_OK)
    brg_image_warn_of_axes (header, info);
  return status;
}
