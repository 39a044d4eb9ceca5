#include "engine/brg-nearest.h"

#include <math.h>
#include <string.h>

#include "engine/brg-alloc.h"

#define LEAF     12    /* voxels of a range that is not split */
#define ROUNDING 1e-12 /* of squares: ranges that seem out of reach by less are searched */

static void
swap (int a[3], int b[3])
{
  int kept[3];

  memcpy (kept, a, sizeof kept);
  memcpy (a, b, sizeof kept);
  memcpy (b, kept, sizeof kept);
}

static int
median_of_three (int a, int b, int c)
{
  int least = a < b ? a : b, most = a < b ? b : a;

  return c < least ? least : c > most ? most : c;
}

/* Puts the voxel that belongs at `middle` there: along the axis none before it is larger, none
 * after it smaller. */
static void
select_middle (int (*voxels)[3], size_t begin, size_t end, size_t middle, int axis)
{
  while (end - begin > 1)
    {
      size_t low = begin, at = begin, high = end;
      int pivot = median_of_three (voxels[begin][axis], voxels[begin + (end - begin) / 2][axis],
                                   voxels[end - 1][axis]);
      while (at < high)
        if (voxels[at][axis] < pivot)
          swap (voxels[low++], voxels[at++]);
        else if (voxels[at][axis] > pivot)
          swap (voxels[at], voxels[--high]);
        else
          at++;
      if (middle >= low && middle < high)
        return;
      begin = middle < low ? begin : high;
      end = middle < low ? low : end;
    }
}

static int
widest_axis (const BrgNearest *tree, size_t begin, size_t end)
{
  int widest = 0;
  double most_mm = -1;

  for (int axis = 0; axis < 3; axis++)
    {
      int least = tree->voxels[begin][axis], most = least;
      for (size_t v = begin + 1; v < end; v++)
        {
          int at = tree->voxels[v][axis];
          least = at < least ? at : least;
          most = at > most ? at : most;
        }
      double extent_mm = (most - least) * tree->spacing_mm[axis];
      if (extent_mm > most_mm)
        {
          widest = axis;
          most_mm = extent_mm;
        }
    }
  return widest;
}

static size_t
middle_of (size_t begin, size_t end)
{
  return begin + (end - begin) / 2;
}

static void
split (const BrgNearest *tree, size_t begin, size_t end, BrgJob *job)
{
  while (end - begin > LEAF && !brg_job_is_cancelled (job))
    {
      size_t middle = middle_of (begin, end);
      int axis = widest_axis (tree, begin, end);
      select_middle (tree->voxels, begin, end, middle, axis);
      tree->splits[middle] = (BrgNearestSplit){ axis, tree->voxels[middle][axis] };
      split (tree, begin, middle, job);
      begin = middle;
    }
}

BrgStatus
brg_nearest_make (const BrgGrid *grid,
                  int (*voxels)[3],
                  size_t n,
                  BrgNearest *tree,
                  BrgJob *job,
                  BrgError *error)
{
  BrgStatus status = BRG_OK;

  *tree = (BrgNearest){ .voxels = voxels, .n = n };
  for (int axis = 0; axis < 3; axis++)
    tree->spacing_mm[axis] = brg_grid_spacing_mm (grid, axis);
  tree->splits = brg_alloc_in (brg_job_pool (job), n, sizeof *tree->splits, error);
  if (tree->splits == NULL)
    status = BRG_NO_MEMORY;
  else
    split (tree, 0, n, job);
  if (status == BRG_OK && brg_job_is_cancelled (job))
    status = brg_error_set (error, BRG_CANCELLED, "cancelled");
  if (status != BRG_OK)
    brg_nearest_clear (tree);
  return status;
}

typedef struct
{
  const BrgNearest *tree;
  const int *vox;
  size_t found;
  double best2;
  double beside[3]; /* distance along each axis to the range that is searched */
} Query;

static double
square_mm2 (const BrgNearest *tree, size_t v, const int vox[3])
{
  double square = 0;

  for (int axis = 0; axis < 3; axis++)
    {
      double mm = (tree->voxels[v][axis] - vox[axis]) * tree->spacing_mm[axis];
      square += mm * mm;
    }
  return square;
}

static void
look_at (Query *q, size_t v)
{
  double square = square_mm2 (q->tree, v, q->vox);

  if (square < q->best2)
    {
      q->best2 = square;
      q->found = v;
    }
}

/* Searches a range of which nothing is nearer than sqrt (range2). */
static void
search (Query *q, size_t begin, size_t end, double range2)
{
  const BrgNearest *tree = q->tree;

  if (end - begin <= LEAF)
    {
      for (size_t v = begin; v < end; v++)
        look_at (q, v);
      return;
    }
  size_t middle = middle_of (begin, end);
  int axis = tree->splits[middle].axis;
  double mm = (q->vox[axis] - tree->splits[middle].at) * tree->spacing_mm[axis];
  double kept = q->beside[axis], far2 = range2 - kept * kept + mm * mm;
  search (q, mm < 0 ? begin : middle, mm < 0 ? middle : end, range2);
  if (!(far2 * (1 - ROUNDING) < q->best2))
    return;
  q->beside[axis] = mm;
  search (q, mm < 0 ? middle : begin, mm < 0 ? end : middle, far2);
  q->beside[axis] = kept;
}

double
brg_nearest_mm (const BrgNearest *tree, const int vox[3], size_t *hint)
{
  Query q = { .tree = tree, .vox = vox, .found = *hint };

  q.best2 = square_mm2 (tree, *hint, vox);
  search (&q, 0, tree->n, 0);
  *hint = q.found;
  return sqrt (q.best2);
}

void
brg_nearest_clear (BrgNearest *tree)
{
  brg_free (tree->voxels);
  brg_free (tree->splits);
  *tree = (BrgNearest){ 0 };
}
