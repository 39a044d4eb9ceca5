/* Filling between slices against a twin on plain pictures, and on shapes whose answer is known. */

#include <glib.h>

#include "engine/brg-interpolate.h"
#include "voxel-twin.h"

typedef struct
{
  int w, h;
  double mm[2];
} Size;

static gsize
px (const Size *s, int x, int y)
{
  return (gsize) y * (gsize) s->w + (gsize) x;
}

/* Parts by painting over: every set pixel takes the lowest number around it until none changes. */
static int *
parts_of (const Size *s, const guint8 *slice)
{
  int *label = g_new0 (int, (gsize) s->w *(gsize) s->h);
  bool changed = true;

  for (int p = 0; p < s->w * s->h; p++)
    label[p] = slice[p] ? p + 1 : 0;
  while (changed)
    {
      changed = false;
      for (int y = 0; y < s->h; y++)
        for (int x = 0; x < s->w; x++)
          for (int n = 0; n < 9 && label[px (s, x, y)] != 0; n++)
            {
              int nx = x + n % 3 - 1, ny = y + n / 3 - 1;
              if (nx < 0 || ny < 0 || nx >= s->w || ny >= s->h || label[px (s, nx, ny)] == 0 ||
                  label[px (s, nx, ny)] >= label[px (s, x, y)])
                continue;
              label[px (s, x, y)] = label[px (s, nx, ny)];
              changed = true;
            }
    }
  return label;
}

/* Distance to the nearest pixel of `set`; outside the picture counts as set when `open`. */
static double
nearest (const Size *s, const guint8 *set, int x, int y, bool open)
{
  double best = INFINITY;

  for (int v = -1; v <= s->h; v++)
    for (int u = -1; u <= s->w; u++)
      {
        bool is_beyond = u < 0 || v < 0 || u >= s->w || v >= s->h;
        if (is_beyond ? open : set[px (s, u, v)] != 0)
          best = MIN (best, hypot ((u - x) * s->mm[0], (v - y) * s->mm[1]));
      }
  return best;
}

static guint8 *
select_label (const Size *s, const int *labels, int label)
{
  guint8 *out = g_new0 (guint8, (gsize) s->w * (gsize) s->h);

  for (int p = 0; p < s->w * s->h; p++)
    out[p] = labels[p] == label;
  return out;
}

/* Pixels of part `own` whose nearest pixel of all parts of the second slice that it meets is one of
 * part `other`. */
static guint8 *
branch (const Size *s, const int *mine, const int *theirs, int own, int other)
{
  guint8 *out = select_label (s, mine, own);
  g_autofree bool *met = g_new0 (bool, (gsize) s->w *(gsize) s->h + 1);

  for (int p = 0; p < s->w * s->h; p++)
    if (mine[p] == own)
      met[theirs[p]] = theirs[p] != 0;
  for (int p = 0; p < s->w * s->h; p++)
    {
      double best = INFINITY;
      int best_dx = 0, winner = other;
      for (int q = 0; out[p] && met[other] && q < s->w * s->h; q++)
        {
          int dx = q % s->w - p % s->w, dy = q / s->w - p / s->w;
          double u = dx * s->mm[0], v = dy * s->mm[1], square = u * u + v * v;
          bool is_first = ABS (dx) < ABS (best_dx) || (ABS (dx) == ABS (best_dx) && dx < best_dx);
          if (!met[theirs[q]] || square > best || (square == best && !is_first))
            continue;
          best = square;
          best_dx = dx;
          winner = theirs[q];
        }
      out[p] = out[p] && winner == other;
    }
  return out;
}

/* `set` on a picture with a frame of s->w + s->h pixels around it, moved by dx, dy. */
static guint8 *
move (const Size *s, const Size *big, const guint8 *set, int dx, int dy)
{
  guint8 *out = g_new0 (guint8, (gsize) big->w * (gsize) big->h);
  int border = s->w + s->h;

  for (int y = 0; y < s->h; y++)
    for (int x = 0; x < s->w; x++)
      if (set[px (s, x, y)])
        out[px (big, x + dx + border, y + dy + border)] = 1;
  return out;
}

static int
count (const guint8 *a, const guint8 *b, int n)
{
  int sum = 0;

  for (int p = 0; p < n; p++)
    sum += a[p] && (b == NULL || b[p]);
  return sum;
}

static void
centroid (const Size *s, const guint8 *set, double out[2])
{
  int n = count (set, NULL, s->w * s->h);

  out[0] = out[1] = 0;
  for (int p = 0; p < s->w * s->h; p++)
    {
      out[0] += set[p] ? p % s->w : 0;
      out[1] += set[p] ? p / s->w : 0;
    }
  out[0] /= n;
  out[1] /= n;
}

/* Adds slice n of d between two corresponding sets to `out`. */
static void
between (const Size *s, const guint8 *a, const guint8 *b, int n, int d, guint8 *out)
{
  int border = s->w + s->h, shift[2], total = s->w * s->h;
  Size big = { s->w + 2 * border, s->h + 2 * border, { s->mm[0], s->mm[1] } };
  double ca[2], cb[2], t = (double) n / d, half = MIN (s->mm[0], s->mm[1]) / 2;

  if (count (a, NULL, total) == 0 || count (b, NULL, total) == 0)
    return;
  centroid (s, a, ca);
  centroid (s, b, cb);
  for (int x = 0; x < 2; x++)
    shift[x] = (int) floor (cb[x] - ca[x] + 0.5);
  g_autofree guint8 *here = move (s, &big, a, 0, 0);
  g_autofree guint8 *back = move (s, &big, b, -shift[0], -shift[1]);
  int aligned = count (here, back, big.w * big.h), in_place = count (a, b, total);
  if (aligned == 0 && in_place == 0)
    return;
  if (aligned < in_place)
    {
      shift[0] = shift[1] = 0;
      g_free (back);
      back = move (s, &big, b, 0, 0);
    }
  g_autofree guint8 *inner = g_new0 (guint8, (gsize) big.w * (gsize) big.h);
  g_autofree guint8 *outside = g_new0 (guint8, (gsize) big.w * (gsize) big.h);
  for (int p = 0; p < big.w * big.h; p++)
    {
      inner[p] = here[p] && back[p];
      outside[p] = !here[p] && !back[p];
    }
  for (int y = 0; y < big.h; y++)
    for (int x = 0; x < big.w; x++)
      {
        gsize p = px (&big, x, y);
        if (outside[p])
          continue;
        if (!inner[p])
          {
            double to_inner = nearest (&big, inner, x, y, false) - half;
            double to_outer = nearest (&big, outside, x, y, true) - half;
            double way = to_inner / (to_inner + to_outer);
            if (back[p] ? way > t + 1e-9 : way > 1 - t + 1e-9)
              continue;
          }
        int ox = x - border + (int) floor ((double) shift[0] * n / d + 0.5);
        int oy = y - border + (int) floor ((double) shift[1] * n / d + 0.5);
        if (ox >= 0 && oy >= 0 && ox < s->w && oy < s->h)
          out[px (s, ox, oy)] = 1;
      }
}

static bool
is_only (const int *labels, int n)
{
  int found = 0;

  for (int p = 0; p < n; p++)
    {
      if (labels[p] != 0 && found != 0 && labels[p] != found)
        return false;
      found = labels[p] != 0 ? labels[p] : found;
    }
  return true;
}

/* The first label and the only one, when there is no more. */
static int
first_label (const int *labels, int n)
{
  for (int p = 0; p < n; p++)
    if (labels[p] != 0)
      return labels[p];
  return 0;
}

static void
join (const Size *s, const guint8 *first, const guint8 *second, int n, int d, guint8 *out)
{
  g_autofree int *a = parts_of (s, first), *b = parts_of (s, second);
  int total = s->w * s->h;
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  bool shares = count (first, second, total) > 0;

  if (!shares && is_only (a, total) && is_only (b, total))
    between (s, first, second, n, d, out);
  for (int p = 0; p < total; p++)
    {
      if (a[p] == 0 || b[p] == 0 ||
          !g_hash_table_add (seen, GINT_TO_POINTER (a[p] * (total + 1) + b[p])))
        continue;
      g_autofree guint8 *in_a = branch (s, a, b, a[p], b[p]);
      g_autofree guint8 *in_b = branch (s, b, a, b[p], a[p]);
      between (s, in_a, in_b, n, d, out);
    }
  g_assert_cmpint (first_label (a, total), !=, 0);
}

static void
vox_of (int axis, int slice, int x, int y, int vox[3])
{
  vox[axis] = slice;
  vox[axis == 0 ? 1 : 0] = x;
  vox[axis == 2 ? 1 : 2] = y;
}

static guint8 *
slice_of (const BrgMask *mask, const Size *s, int axis, int slice)
{
  guint8 *out = g_new0 (guint8, (gsize) s->w * (gsize) s->h);
  int vox[3];

  for (int p = 0; p < s->w * s->h; p++)
    {
      vox_of (axis, slice, p % s->w, p / s->w, vox);
      out[p] = brg_mask_get (mask, vox[0], vox[1], vox[2]);
    }
  return out;
}

static BrgMask *
reference (const BrgMask *mask, int axis)
{
  const BrgGrid *grid = &mask->grid;
  BrgMask *out = brg_mask_copy (mask, NULL);
  int across = axis == 0 ? 1 : 0, down = axis == 2 ? 1 : 2, last = -1;
  Size s = { grid->dim[across],
             grid->dim[down],
             { brg_grid_spacing_mm (grid, across), brg_grid_spacing_mm (grid, down) } };

  for (int to = 0; to < grid->dim[axis]; to++)
    {
      g_autofree guint8 *second = slice_of (mask, &s, axis, to);
      if (count (second, NULL, s.w * s.h) == 0)
        continue;
      for (int n = 1; last >= 0 && n < to - last; n++)
        {
          g_autofree guint8 *first = slice_of (mask, &s, axis, last);
          g_autofree guint8 *made = g_new0 (guint8, (gsize) s.w * (gsize) s.h);
          join (&s, first, second, n, to - last, made);
          for (int p = 0; p < s.w * s.h; p++)
            {
              int vox[3];
              vox_of (axis, last + n, p % s.w, p / s.w, vox);
              if (made[p])
                brg_mask_set (out, vox[0], vox[1], vox[2], true);
            }
        }
      last = to;
    }
  return out;
}

static void
check (const BrgMask *mask, int axis)
{
  BrgMask *expected = reference (mask, axis);

  for (size_t t = 0; t < G_N_ELEMENTS (twin_threads); t++)
    {
      BrgJob job = twin_job (twin_threads[t]);
      BrgError error = { 0 };
      BrgMask *got = brg_interpolate (mask, axis, &job, &error);
      if (got == NULL)
        {
          g_assert_cmpint (error.status, ==, BRG_EMPTY);
          g_assert_true (brg_mask_equal (mask, expected));
          continue;
        }
      g_assert_false (brg_mask_equal (mask, got));
      twin_take_equal (got, expected);
    }
  brg_mask_unref (expected);
}

/* Leaves slices 0, step, 2 step, ... of an axis. */
static BrgMask *
keep_slices (const BrgMask *mask, int axis, int step)
{
  BrgMask *out = brg_mask_new (&mask->grid, NULL);
  int vox[3];

  for (vox[2] = 0; vox[2] < mask->grid.dim[2]; vox[2]++)
    for (vox[1] = 0; vox[1] < mask->grid.dim[1]; vox[1]++)
      for (vox[0] = 0; vox[0] < mask->grid.dim[0]; vox[0]++)
        if (vox[axis] % step == 0 && brg_mask_get (mask, vox[0], vox[1], vox[2]))
          brg_mask_set (out, vox[0], vox[1], vox[2], true);
  return out;
}

static void
test_twin (void)
{
  static const TwinCase cases[] = {
    { { 14, 11, 13 }, { 1, 0.6, 2 }, 0.01 },    { { 70, 9, 5 }, { 0.5, 0.5, 1 }, 0.003 },
    { { 9, 12, 17 }, { 0.7, 1.5, 0.4 }, 0.03 }, { { 1, 9, 13 }, { 1, 1, 1 }, 0.1 },
    { { 12, 10, 8 }, { 1, 1, 1 }, 1 },          { { 7, 7, 7 }, { 1, 1, 1 }, 0 }
  };
  size_t n_compared = 0;

  for (size_t c = 0; c < G_N_ELEMENTS (cases); c++)
    for (guint32 seed = 0; seed < 2; seed++)
      for (int axis = 0; axis < 3; axis++)
        {
          BrgMask *whole = twin_mask (&cases[c], seed);
          BrgMask *mask = keep_slices (whole, axis, 3 + (int) seed);
          check (mask, axis);
          n_compared += brg_grid_n_voxels (&mask->grid);
          brg_mask_unref (mask);
          brg_mask_unref (whole);
        }
  g_test_message ("%zu voxels", n_compared);
}

static void
disc (BrgMask *mask, int axis, int slice, double x, double y, double radius_mm)
{
  const BrgGrid *grid = &mask->grid;
  int across = axis == 0 ? 1 : 0, down = axis == 2 ? 1 : 2, vox[3];

  for (int v = 0; v < grid->dim[down]; v++)
    for (int u = 0; u < grid->dim[across]; u++)
      if (hypot ((u - x) * brg_grid_spacing_mm (grid, across),
                 (v - y) * brg_grid_spacing_mm (grid, down)) <= radius_mm)
        {
          vox_of (axis, slice, u, v, vox);
          brg_mask_set (mask, vox[0], vox[1], vox[2], true);
        }
}

/* Every pixel of a slice is that of a disc, but for those within slack_mm of its border. */
static void
assert_disc (const BrgMask *mask,
             int axis,
             int slice,
             double x,
             double y,
             double radius_mm,
             double slack_mm)
{
  const BrgGrid *grid = &mask->grid;
  int across = axis == 0 ? 1 : 0, down = axis == 2 ? 1 : 2, vox[3];

  for (int v = 0; v < grid->dim[down]; v++)
    for (int u = 0; u < grid->dim[across]; u++)
      {
        double r = hypot ((u - x) * brg_grid_spacing_mm (grid, across),
                          (v - y) * brg_grid_spacing_mm (grid, down));
        vox_of (axis, slice, u, v, vox);
        if (fabs (r - radius_mm) > slack_mm)
          g_assert_cmpint (brg_mask_get (mask, vox[0], vox[1], vox[2]), ==, r < radius_mm);
      }
}

/* Two discs make a cone, upright or leaning, whatever the voxels: the radius is linear to a voxel.
 */
static void
test_cones (void)
{
  static const double spacings[][3] = { { 1, 1, 1 }, { 0.5, 0.5, 1.5 }, { 0.5, 1, 0.75 } };

  for (size_t s = 0; s < G_N_ELEMENTS (spacings); s++)
    for (int axis = 0; axis < 3; axis++)
      for (int lean = 0; lean <= 12; lean += 6)
        {
          int dim[3] = { 90, 90, 90 }, across = axis == 0 ? 1 : 0, down = axis == 2 ? 1 : 2;
          dim[axis] = 11;
          BrgGrid grid = brg_grid_simple (dim[0], dim[1], dim[2], spacings[s], brg_vec3 (0, 0, 0));
          BrgMask *mask = brg_mask_new (&grid, NULL);
          double voxel_mm = MAX (spacings[s][across], spacings[s][down]);
          double small = 5 * voxel_mm, large = 15 * MIN (spacings[s][across], spacings[s][down]);
          disc (mask, axis, 0, 40, 42, small);
          disc (mask, axis, 10, 40 + lean, 42 - lean, large);
          BrgMask *filled = brg_interpolate (mask, axis, NULL, NULL);
          for (int n = 0; n <= 10; n++)
            assert_disc (filled, axis, n, 40 + lean * n / 10.0, 42 - lean * n / 10.0,
                         small + (large - small) * n / 10, 1.5 * voxel_mm);
          brg_mask_unref (filled);
          brg_mask_unref (mask);
        }
}

/* A trunk parts into two branches: each slice holds one or two pieces, and near the top two. */
static void
test_branches (void)
{
  const double spacing[3] = { 1, 1, 1 };
  BrgGrid grid = brg_grid_simple (80, 50, 13, spacing, brg_vec3 (0, 0, 0));
  BrgMask *mask = brg_mask_new (&grid, NULL);

  disc (mask, 2, 0, 40, 25, 18);
  disc (mask, 2, 12, 26, 25, 8);
  disc (mask, 2, 12, 54, 25, 8);
  BrgMask *filled = brg_interpolate (mask, 2, NULL, NULL);
  g_assert_nonnull (filled);
  for (int k = 1; k < 12; k++)
    {
      const BrgBox slice = { { 0, 0, k }, { 80, 50, k + 1 } };
      BrgMask *flat = brg_mask_crop (filled, &slice, NULL);
      g_autoptr (GArray) sizes = g_array_new (FALSE, FALSE, sizeof (gsize));
      g_autofree int *labels = twin_labels (flat, true, 2, true, sizes);
      g_assert_nonnull (labels);
      g_assert_cmpuint (sizes->len, <=, 2);
      g_assert_true (k < 9 || sizes->len == 2);
      gsize total = brg_mask_count (flat);
      double area = BRG_PI * (18 * 18 + (2 * 64 - 18 * 18) * k / 12.0);
      g_assert_cmpfloat (fabs ((double) total - area), <, 0.25 * area);
      brg_mask_unref (flat);
    }
  brg_mask_unref (filled);
  brg_mask_unref (mask);
}

static void
expect_refusal (const BrgMask *mask, int axis, BrgStatus status, const char *part)
{
  BrgError error = { 0 };

  g_assert_null (brg_interpolate (mask, axis, NULL, &error));
  g_assert_cmpint (error.status, ==, status);
  if (strstr (error.message, part) == NULL)
    g_error ("expected \"%s\", got \"%s\"", part, error.message);
}

static void
test_refuses (void)
{
  const double spacing[3] = { 1, 1, 1 };
  BrgGrid grid = brg_grid_simple (40, 40, 9, spacing, brg_vec3 (0, 0, 0));
  BrgMask *mask = brg_mask_new (&grid, NULL);

  expect_refusal (mask, 3, BRG_INVALID, "got 3");
  expect_refusal (mask, -1, BRG_INVALID, "got -1");
  expect_refusal (mask, 2, BRG_EMPTY, "nothing is painted");
  disc (mask, 2, 3, 10, 10, 5);
  expect_refusal (mask, 2, BRG_EMPTY, "only slice 4 is painted");
  disc (mask, 2, 4, 10, 10, 5);
  expect_refusal (mask, 2, BRG_EMPTY, "2 painted slices leave no slice");
  disc (mask, 2, 7, 30, 30, 3);
  disc (mask, 2, 7, 30, 10, 3);
  expect_refusal (mask, 2, BRG_EMPTY, "nothing painted on one slice lies over");
  brg_mask_unref (mask);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/interpolate/twin", test_twin);
  g_test_add_func ("/interpolate/cones", test_cones);
  g_test_add_func ("/interpolate/branches", test_branches);
  g_test_add_func ("/interpolate/refuses", test_refuses);
  return g_test_run ();
}
