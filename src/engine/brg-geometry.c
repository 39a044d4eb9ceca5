#include "engine/brg-geometry.h"

BrgAffine
brg_affine_identity (void)
{
  return (BrgAffine){ { { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 }, { 0, 0, 0, 1 } } };
}

BrgAffine
brg_affine_multiply (const BrgAffine *a, const BrgAffine *b)
{
  BrgAffine out;

  for (int r = 0; r < 4; r++)
    for (int c = 0; c < 4; c++)
      {
        out.m[r][c] = 0;
        for (int k = 0; k < 4; k++)
          out.m[r][c] += a->m[r][k] * b->m[k][c];
      }
  return out;
}

static double
cofactor (const BrgAffine *a, int row, int column)
{
  int r0 = (row + 1) % 3, r1 = (row + 2) % 3;
  int c0 = (column + 1) % 3, c1 = (column + 2) % 3;

  return a->m[r0][c0] * a->m[r1][c1] - a->m[r0][c1] * a->m[r1][c0];
}

double
brg_affine_determinant (const BrgAffine *a)
{
  return a->m[0][0] * cofactor (a, 0, 0) + a->m[0][1] * cofactor (a, 0, 1) +
         a->m[0][2] * cofactor (a, 0, 2);
}

bool
brg_affine_invert (const BrgAffine *a, BrgAffine *out)
{
  double det = brg_affine_determinant (a);
  BrgAffine inverse = brg_affine_identity ();

  if (!(fabs (det) > 0) || !isfinite (det))
    return false;
  for (int r = 0; r < 3; r++)
    for (int c = 0; c < 3; c++)
      inverse.m[r][c] = cofactor (a, c, r) / det;
  BrgVec3 shift = brg_affine_vector (&inverse, brg_vec3 (a->m[0][3], a->m[1][3], a->m[2][3]));
  inverse.m[0][3] = -shift.x;
  inverse.m[1][3] = -shift.y;
  inverse.m[2][3] = -shift.z;
  *out = inverse;
  return true;
}

BrgVec3
brg_affine_point (const BrgAffine *a, BrgVec3 p)
{
  return brg_vec3_add (brg_affine_vector (a, p), brg_vec3 (a->m[0][3], a->m[1][3], a->m[2][3]));
}

BrgVec3
brg_affine_vector (const BrgAffine *a, BrgVec3 v)
{
  return brg_vec3 (a->m[0][0] * v.x + a->m[0][1] * v.y + a->m[0][2] * v.z,
                   a->m[1][0] * v.x + a->m[1][1] * v.y + a->m[1][2] * v.z,
                   a->m[2][0] * v.x + a->m[2][1] * v.y + a->m[2][2] * v.z);
}

bool
brg_box_is_empty (const BrgBox *box)
{
  return box->hi[0] <= box->lo[0] || box->hi[1] <= box->lo[1] || box->hi[2] <= box->lo[2];
}

BrgBox
brg_box_intersect (const BrgBox *a, const BrgBox *b)
{
  BrgBox out;

  for (int axis = 0; axis < 3; axis++)
    {
      out.lo[axis] = a->lo[axis] > b->lo[axis] ? a->lo[axis] : b->lo[axis];
      out.hi[axis] = a->hi[axis] < b->hi[axis] ? a->hi[axis] : b->hi[axis];
    }
  return out;
}

BrgBox
brg_box_union (const BrgBox *a, const BrgBox *b)
{
  BrgBox out;

  if (brg_box_is_empty (a))
    return *b;
  if (brg_box_is_empty (b))
    return *a;
  for (int axis = 0; axis < 3; axis++)
    {
      out.lo[axis] = a->lo[axis] < b->lo[axis] ? a->lo[axis] : b->lo[axis];
      out.hi[axis] = a->hi[axis] > b->hi[axis] ? a->hi[axis] : b->hi[axis];
    }
  return out;
}

BrgBox
brg_box_grow (const BrgBox *box, const int margin_vox[3], const int dim[3])
{
  BrgBox out;
  BrgBox whole = { { 0, 0, 0 }, { dim[0], dim[1], dim[2] } };

  if (brg_box_is_empty (box))
    return *box;
  for (int axis = 0; axis < 3; axis++)
    {
      out.lo[axis] = box->lo[axis] - margin_vox[axis];
      out.hi[axis] = box->hi[axis] + margin_vox[axis];
    }
  return brg_box_intersect (&out, &whole);
}
