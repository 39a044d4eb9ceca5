#include "engine/brg-sheet.h"

#include <string.h>

#include "engine/brg-alloc.h"
#include "engine/brg-column.h"

#define MAX_NODES           400 /* per axis */
#define MAX_SLOPE           4.0 /* tangent of the steepest surface followed */
#define MAX_RUN_MM          60.0
#define ORIGIN_MM           4.0
#define LIMIT_SMOOTH_MM     3.0
#define LIMIT_FACTOR        2.5
#define LIMIT_EXTRA_MM      2.0
#define LIMIT_MIN_MM        8.0
#define LIMIT_MAX_MM        30.0
#define LIMIT_MIN_COSINE    0.25
#define THICKNESS_BINS      640
#define THICKNESS_BIN_MM    0.1
#define MAX_BRIDGE_WIDENING 3

/* One following of the sheet; heights are counted in march steps, upwards. */
typedef struct
{
  const BrgMask *skull;
  BrgVec3 origin_vox, u_vox, v_vox, h_vox; /* per node and per march step */
  double march_mm;
  int gap_steps, slack_steps, run_steps, max_bridged;
  int n_u, n_v, mid_u, mid_v;
  int *top, *bottom;
  int *bridged; /* -1: not reached; else columns since the last bone */
  int *queue;
} Follow;

static BrgVec3
column_base (const Follow *f, int node)
{
  double p = node % f->n_u - f->mid_u, q = node / f->n_u - f->mid_v;

  return brg_vec3_add (f->origin_vox,
                       brg_vec3_add (brg_vec3_scale (f->u_vox, p), brg_vec3_scale (f->v_vox, q)));
}

static bool
is_bone (const Follow *f, BrgVec3 base, int step)
{
  return brg_column_bone (f->skull, brg_vec3_add (base, brg_vec3_scale (f->h_vox, step)));
}

/* The outermost bone of a column between two heights, and the sheet below it. */
static bool
find_run (const Follow *f, int node, int from, int to)
{
  BrgVec3 base = column_base (f, node);
  int step = from;

  while (step >= to && !is_bone (f, base, step))
    step--;
  if (step < to)
    return false;
  f->top[node] = f->bottom[node] = step;
  for (int gap = 0; gap <= f->gap_steps && f->top[node] - step < f->run_steps; gap++)
    if (is_bone (f, base, --step))
      {
        f->bottom[node] = step;
        gap = -1;
      }
  return true;
}

/* Reaches `node` from its neighbour `from`. True if the walk goes on from there. */
static bool
reach (const Follow *f, int node, int from)
{
  int widening = f->bridged[from] < MAX_BRIDGE_WIDENING ? f->bridged[from] : MAX_BRIDGE_WIDENING;
  int slack = f->slack_steps * (1 + widening);
  int high = f->top[from] + slack;
  int low = f->bottom[from] - slack;

  if (find_run (f, node, high, low))
    f->bridged[node] = 0;
  else
    {
      f->top[node] = f->top[from];
      f->bottom[node] = f->bottom[from];
      f->bridged[node] = f->bridged[from] + 1;
    }
  return f->bridged[node] < f->max_bridged;
}

static void
walk (const Follow *f, int start)
{
  const int du[4] = { 1, -1, 0, 0 }, dv[4] = { 0, 0, 1, -1 };
  int head = 0, tail = 0;

  f->bridged[start] = 0;
  f->queue[tail++] = start;
  while (head < tail)
    {
      int from = f->queue[head++];
      for (int n = 0; n < 4; n++)
        {
          int p = from % f->n_u + du[n], q = from / f->n_u + dv[n];
          int node = q * f->n_u + p;
          if (p < 0 || p >= f->n_u || q < 0 || q >= f->n_v || f->bridged[node] >= 0)
            continue;
          if (reach (f, node, from))
            f->queue[tail++] = node;
        }
    }
}

static void
store (const Follow *f, BrgSheet *sheet)
{
  for (int node = 0; node < f->n_u * f->n_v; node++)
    {
      bool reached = f->bridged[node] >= 0;
      sheet->outer_mm[node] = reached ? (float) ((f->top[node] + 0.5) * f->march_mm) : NAN;
      sheet->inner_mm[node] = reached ? (float) ((f->bottom[node] - 0.5) * f->march_mm) : NAN;
      sheet->bone[node] = f->bridged[node] == 0;
    }
}

static BrgVec3
vector_vox (const BrgGrid *grid, BrgVec3 v)
{
  return brg_vec3_sub (brg_grid_vox_from_lps (grid, v),
                       brg_grid_vox_from_lps (grid, brg_vec3 (0, 0, 0)));
}

static void
prepare (Follow *f, const BrgMask *skull, const BrgFrame *frame, const BrgSheet *sheet)
{
  const BrgGrid *grid = &skull->grid;
  double step = sheet->step_mm;

  f->skull = skull;
  f->origin_vox = brg_grid_vox_from_lps (grid, frame->origin);
  f->u_vox = brg_vec3_scale (vector_vox (grid, frame->u), step);
  f->v_vox = brg_vec3_scale (vector_vox (grid, frame->v), step);
  f->march_mm = brg_column_step (grid, frame->normal, &f->h_vox);
  f->gap_steps = (int) (BRG_SHEET_GAP_MM / f->march_mm);
  f->slack_steps = (int) ceil (MAX_SLOPE * step / f->march_mm);
  f->run_steps = (int) (MAX_RUN_MM / f->march_mm);
  f->max_bridged = (int) (BRG_SHEET_BRIDGE_MM / step);
  f->n_u = sheet->n_u;
  f->n_v = sheet->n_v;
  f->mid_u = sheet->mid_u;
  f->mid_v = sheet->mid_v;
}

static BrgStatus
follow (Follow *f, BrgSheet *sheet, BrgError *error)
{
  size_t n = (size_t) f->n_u * (size_t) f->n_v;
  int start = f->mid_v * f->n_u + f->mid_u;
  int reach_steps = (int) ceil (ORIGIN_MM / f->march_mm);
  int *work = brg_alloc (n, 4 * sizeof *work, error);

  if (work == NULL)
    return BRG_NO_MEMORY;
  f->top = work;
  f->bottom = work + n;
  f->queue = work + 2 * n;
  f->bridged = work + 3 * n;
  memset (f->bridged, -1, n * sizeof *f->bridged);
  bool found = find_run (f, start, reach_steps, -reach_steps);
  if (found)
    {
      walk (f, start);
      store (f, sheet);
    }
  brg_free (work);
  return found
           ? BRG_OK
           : brg_error_set (error, BRG_EMPTY, "the defect meets no bone; move it onto the skull");
}

BrgStatus
brg_sheet_follow (const BrgMask *skull,
                  const BrgFrame *frame,
                  double half_u_mm,
                  double half_v_mm,
                  double step_mm,
                  BrgSheet *sheet,
                  BrgError *error)
{
  double step = fmax (step_mm, 2 * fmax (half_u_mm, half_v_mm) / MAX_NODES);
  int mid_u = (int) ceil (half_u_mm / step), mid_v = (int) ceil (half_v_mm / step);
  size_t n = (size_t) (2 * mid_u + 1) * (size_t) (2 * mid_v + 1);
  Follow f;

  *sheet = (BrgSheet){ .step_mm = step, .mid_u = mid_u, .mid_v = mid_v };
  sheet->n_u = 2 * mid_u + 1;
  sheet->n_v = 2 * mid_v + 1;
  sheet->outer_mm = brg_alloc (n, sizeof *sheet->outer_mm, error);
  sheet->inner_mm = brg_alloc (n, sizeof *sheet->inner_mm, error);
  sheet->bone = brg_alloc (n, sizeof *sheet->bone, error);
  BrgStatus status = BRG_NO_MEMORY;
  if (sheet->outer_mm != NULL && sheet->inner_mm != NULL && sheet->bone != NULL)
    {
      prepare (&f, skull, frame, sheet);
      status = follow (&f, sheet, error);
    }
  if (status != BRG_OK)
    brg_sheet_clear (sheet);
  return status;
}

/* Means of the numbers among n values `stride` apart over windows of 2 * radius + 1; `out` gets
 * NAN where there are none. */
static void
smooth_line (const float *in, float *out, int n, int stride, int radius)
{
  double sum = 0;
  int count = 0;

  for (int x = -radius; x < n; x++)
    {
      int enters = x + radius, leaves = x - radius - 1;
      if (enters < n && !isnan (in[enters * stride]))
        sum += (double) in[enters * stride], count++;
      if (leaves >= 0 && !isnan (in[leaves * stride]))
        sum -= (double) in[leaves * stride], count--;
      if (x >= 0)
        out[x * stride] = count > 0 ? (float) (sum / count) : NAN;
    }
}

float *
brg_sheet_smooth_outer (const BrgSheet *sheet, double radius_mm, BrgError *error)
{
  int radius = (int) (radius_mm / sheet->step_mm + 0.5);
  size_t n = (size_t) sheet->n_u * (size_t) sheet->n_v;
  float *rows = brg_alloc (n, 2 * sizeof *rows, error);

  if (rows == NULL)
    return NULL;
  float *smooth = rows, *half = rows + n;
  for (int q = 0; q < sheet->n_v; q++)
    smooth_line (sheet->outer_mm + q * sheet->n_u, half + q * sheet->n_u, sheet->n_u, 1, radius);
  for (int p = 0; p < sheet->n_u; p++)
    smooth_line (half + p, smooth + p, sheet->n_v, sheet->n_u, radius);
  for (size_t node = 0; node < n; node++)
    if (isnan (sheet->outer_mm[node]))
      smooth[node] = NAN;
  return smooth;
}

/* Slope of a line of nodes at x, from the neighbours there are. */
static double
slope (const float *line, int n, int stride, int x, double step_mm)
{
  int lo = x > 0 && !isnan (line[(x - 1) * stride]) ? x - 1 : x;
  int hi = x < n - 1 && !isnan (line[(x + 1) * stride]) ? x + 1 : x;

  return hi > lo ? (double) (line[hi * stride] - line[lo * stride]) / ((hi - lo) * step_mm) : 0;
}

void
brg_sheet_slope (const BrgSheet *sheet,
                 const float *outer,
                 int node,
                 double *along_u,
                 double *along_v)
{
  int p = node % sheet->n_u, q = node / sheet->n_u;

  *along_u = slope (outer + q * sheet->n_u, sheet->n_u, 1, p, sheet->step_mm);
  *along_v = slope (outer + p, sheet->n_v, sheet->n_u, q, sheet->step_mm);
}

/* Cosine between the frame's normal and the surface normal at a node. */
static double
surface_cosine (const BrgSheet *sheet, const float *outer, int node)
{
  double along_u, along_v;

  brg_sheet_slope (sheet, outer, node, &along_u, &along_v);
  return fmax (1 / sqrt (1 + along_u * along_u + along_v * along_v), LIMIT_MIN_COSINE);
}

static double
median_thickness (const BrgSheet *sheet, const float *outer)
{
  size_t bins[THICKNESS_BINS] = { 0 };
  size_t total = 0, below = 0;
  int bin = 0;

  for (int node = 0; node < sheet->n_u * sheet->n_v; node++)
    {
      if (!sheet->bone[node])
        continue;
      double column = (double) (sheet->outer_mm[node] - sheet->inner_mm[node]);
      double thickness = column * surface_cosine (sheet, outer, node);
      double in_range = fmin (thickness / THICKNESS_BIN_MM, THICKNESS_BINS - 1);
      bins[(int) in_range]++;
      total++;
    }
  while (bin < THICKNESS_BINS - 1 && (below += bins[bin]) * 2 < total)
    bin++;
  return (bin + 0.5) * THICKNESS_BIN_MM;
}

BrgStatus
brg_sheet_limit (BrgSheet *sheet, BrgError *error)
{
  float *outer = brg_sheet_smooth_outer (sheet, LIMIT_SMOOTH_MM, error);

  if (outer == NULL)
    return BRG_NO_MEMORY;
  double limit = LIMIT_FACTOR * median_thickness (sheet, outer) + LIMIT_EXTRA_MM;
  limit = fmin (fmax (limit, LIMIT_MIN_MM), LIMIT_MAX_MM);
  for (int node = 0; node < sheet->n_u * sheet->n_v; node++)
    {
      if (isnan (sheet->outer_mm[node]))
        continue;
      double deepest = (double) sheet->outer_mm[node] - limit / surface_cosine (sheet, outer, node);
      sheet->inner_mm[node] = fmaxf (sheet->inner_mm[node], (float) deepest);
    }
  brg_free (outer);
  return BRG_OK;
}

void
brg_sheet_clear (BrgSheet *sheet)
{
  brg_free (sheet->outer_mm);
  brg_free (sheet->inner_mm);
  brg_free (sheet->bone);
  *sheet = (BrgSheet){ 0 };
}
