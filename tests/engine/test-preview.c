/* Pictures of simple solids: what is where, in which colour, and the same on any thread count. */

#include <glib.h>
#include <string.h>

#include "engine/brg-palette.h"
#include "engine/brg-preview.h"
#include "surface-phantoms.h"

#define SIZE 120

static void
draw (const BrgPreviewItem *items, size_t n_items, BrgViewDirection view, guint8 *rgba)
{
  BrgError error = { 0 };

  brg_preview (items, n_items, view, SIZE, SIZE, rgba, NULL, &error);
  g_assert_cmpstr (error.message, ==, "");
}

static const guint8 *
pixel (const guint8 *rgba, double x, double y)
{
  return rgba + 4 * ((int) (y * SIZE) * SIZE + (int) (x * SIZE));
}

/* Dark and without a hue. */
static bool
is_ground (const guint8 *p)
{
  return p[0] < 70 && ABS (p[0] - p[1]) < 8 && ABS (p[1] - p[2]) < 8;
}

static bool
is_red (const guint8 *p)
{
  return p[0] > p[1] + 40 && p[0] > p[2] + 40;
}

static void
test_ball (void)
{
  guint8 rgba[4 * SIZE * SIZE];
  BrgMesh *mesh = phantom_ball_mesh (brg_vec3 (10, 20, 1500), 20, 0.5);
  BrgPreviewItem item = { mesh, BRG_RGB_SKULL, 1 };

  draw (&item, 1, BRG_VIEW_LEFT, rgba);
  int n_covered = 0;
  for (int p = 0; p < SIZE * SIZE; p++)
    {
      n_covered += !is_ground (rgba + 4 * p);
      g_assert_cmpint (rgba[4 * p + 3], ==, 255);
    }
  /* A disc that fills 0.9 of the width; its shaded rim may pass for ground. */
  double disc = BRG_PI / 4 * 0.9 * 0.9 * SIZE * SIZE;
  g_assert_cmpfloat (n_covered, >, 0.93 * disc);
  g_assert_cmpfloat (n_covered, <, 1.02 * disc);
  const guint8 *lit = pixel (rgba, 0.38, 0.35), *dim = pixel (rgba, 0.62, 0.75);
  g_assert_true (lit[0] > lit[2] && lit[0] > 200);
  g_assert_cmpint (lit[1], >, dim[1] + 40);
  g_assert_true (is_ground (pixel (rgba, 0.02, 0.02)));
  g_assert_true (is_ground (pixel (rgba, 0.98, 0.98)));
  brg_mesh_unref (mesh);
}

/* A red ball stands out from the pale one on the sides in turn; where it is seen tells which way
 * the picture is turned. */
static void
test_views (void)
{
  const struct
  {
    BrgViewDirection view;
    BrgVec3 marker;
    double x, y;
  } cases[] = {
    { BRG_VIEW_ANTERIOR, { 30, 0, 0 }, 0.85, 0.5 },  { BRG_VIEW_ANTERIOR, { 0, 0, 30 }, 0.5, 0.15 },
    { BRG_VIEW_POSTERIOR, { 30, 0, 0 }, 0.15, 0.5 }, { BRG_VIEW_LEFT, { 0, -30, 0 }, 0.15, 0.5 },
    { BRG_VIEW_RIGHT, { 0, -30, 0 }, 0.85, 0.5 },    { BRG_VIEW_RIGHT, { 0, 0, 30 }, 0.5, 0.15 },
    { BRG_VIEW_SUPERIOR, { 0, -30, 0 }, 0.5, 0.15 }, { BRG_VIEW_SUPERIOR, { 30, 0, 0 }, 0.15, 0.5 },
    { BRG_VIEW_INFERIOR, { 30, 0, 0 }, 0.85, 0.5 },  { BRG_VIEW_ANTERIOR, { 0, -30, 0 }, 0.5, 0.5 },
    { BRG_VIEW_LEFT, { 30, 0, 0 }, 0.5, 0.5 },       { BRG_VIEW_INFERIOR, { 0, 0, -30 }, 0.5, 0.5 },
  };
  guint8 rgba[4 * SIZE * SIZE];
  BrgMesh *pale = phantom_ball_mesh (brg_vec3 (0, 0, 0), 20, 0.5);

  for (size_t c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      BrgMesh *red = phantom_ball_mesh (cases[c].marker, 8, 0.5);
      BrgPreviewItem items[] = { { pale, BRG_RGB_SKULL, 1 }, { red, BRG_RGB_DEFECT, 1 } };
      draw (items, 2, cases[c].view, rgba);
      g_assert_true (is_red (pixel (rgba, cases[c].x, cases[c].y)));
      brg_mesh_unref (red);
    }
  brg_mesh_unref (pale);
}

/* The longest part of the way decides. */
static void
test_view_facing (void)
{
  BrgVec3 head = brg_vec3 (1, 2, 3);

  for (int v = 0; v < BRG_N_VIEW_SIDES; v++)
    {
      BrgVec3 right, up, back;
      brg_view_axes ((BrgViewDirection) v, &right, &up, &back);
      BrgVec3 way = brg_vec3_add (brg_vec3_scale (back, 9), brg_vec3_scale (right, 8));
      g_assert_cmpint (brg_view_facing (head, brg_vec3_add (head, way)), ==, v);
    }
  g_assert_cmpint (brg_view_facing (head, head), ==, BRG_VIEW_THREE_QUARTER);
}

/* Anterior view: what is at negative y is in front. */
static void
test_translucent (void)
{
  guint8 rgba[4 * SIZE * SIZE], through[3];
  BrgMesh *pale = phantom_ball_mesh (brg_vec3 (0, 0, 0), 20, 0.5);
  BrgMesh *front = phantom_ball_mesh (brg_vec3 (0, -30, 0), 8, 0.5),
          *behind = phantom_ball_mesh (brg_vec3 (0, 30, 0), 8, 0.5);
  BrgPreviewItem items[] = { { front, BRG_RGB_DEFECT, 0.4 }, { pale, BRG_RGB_SKULL, 1 } };

  draw (items, 2, BRG_VIEW_ANTERIOR, rgba);
  memcpy (through, pixel (rgba, 0.5, 0.5), 3);
  items[0].opacity = 1;
  draw (items, 2, BRG_VIEW_ANTERIOR, rgba);
  const guint8 *solid = pixel (rgba, 0.5, 0.5);
  g_assert_true (is_red (solid));
  g_assert_cmpint (through[1], >, solid[1] + 20);
  g_assert_cmpint (through[2], >, solid[2] + 20);

  items[0] = (BrgPreviewItem){ behind, BRG_RGB_DEFECT, 0.4 };
  draw (items, 2, BRG_VIEW_ANTERIOR, rgba);
  g_assert_false (is_red (pixel (rgba, 0.5, 0.5)));

  /* Two translucent layers: the nearer one tells, whatever the order of the items. */
  guint8 other[4 * SIZE * SIZE];
  BrgPreviewItem two[] = { { front, BRG_RGB_DEFECT, 0.7 }, { pale, BRG_RGB_IMPLANT, 0.7 } };
  BrgPreviewItem turned[] = { two[1], two[0] };
  draw (two, 2, BRG_VIEW_ANTERIOR, rgba);
  draw (turned, 2, BRG_VIEW_ANTERIOR, other);
  g_assert_true (is_red (pixel (rgba, 0.5, 0.5)));
  g_assert_true (memcmp (rgba, other, sizeof rgba) == 0);
  brg_mesh_unref (pale);
  brg_mesh_unref (front);
  brg_mesh_unref (behind);
}

/* Backs are left out of a closed surface turned outwards, and only of that. */
static void
test_backs (void)
{
  guint8 outwards[4 * SIZE * SIZE], inwards[4 * SIZE * SIZE], open[4 * SIZE * SIZE];
  BrgMesh *ball = phantom_ball_mesh (brg_vec3 (10, 20, 1500), 20, 0.5);
  BrgMesh *turned = brg_mesh_copy (ball, NULL), *cut = brg_mesh_copy (ball, NULL);
  BrgPreviewItem item = { ball, BRG_RGB_SKULL, 1 };
  size_t n_left = 0;

  draw (&item, 1, BRG_VIEW_LEFT, outwards);
  for (size_t t = 0; t < turned->n_triangles; t++)
    {
      uint32_t *corner = turned->triangles + 3 * t, swap = corner[1];
      corner[1] = corner[2];
      corner[2] = swap;
    }
  item.mesh = turned;
  draw (&item, 1, BRG_VIEW_LEFT, inwards);
  g_assert_true (memcmp (outwards, inwards, sizeof outwards) == 0);

  /* The half of the ball away from the viewer shows its inside. */
  for (size_t t = 0; t < ball->n_triangles; t++)
    if (ball->xyz[3 * (size_t) ball->triangles[3 * t]] < 10)
      memcpy (cut->triangles + 3 * n_left++, ball->triangles + 3 * t, 3 * sizeof (uint32_t));
  cut->n_triangles = n_left;
  item.mesh = cut;
  draw (&item, 1, BRG_VIEW_LEFT, open);
  g_assert_true (is_ground (pixel (open, 0.02, 0.02)));
  g_assert_false (is_ground (pixel (open, 0.5, 0.5)));
  g_assert_false (is_ground (pixel (open, 0.7, 0.6)));
  brg_mesh_unref (ball);
  brg_mesh_unref (turned);
  brg_mesh_unref (cut);
}

static void
test_threads (void)
{
  const int n_threads[] = { 1, 2, 7 };
  static guint8 rgba[3][4 * 97 * 131];
  BrgMesh *pale = phantom_ball_mesh (brg_vec3 (0, 0, 0), 15, 0.5);
  BrgMesh *clear = phantom_ball_mesh (brg_vec3 (9, -9, 0), 12, 0.5);
  BrgPreviewItem items[] = { { pale, BRG_RGB_SKULL, 1 }, { clear, BRG_RGB_IMPLANT, 0.5 } };

  for (size_t n = 0; n < G_N_ELEMENTS (n_threads); n++)
    {
      BrgJob job = BRG_JOB_INIT;
      job.n_threads = n_threads[n];
      g_assert_cmpint (brg_preview (items, 2, BRG_VIEW_THREE_QUARTER, 97, 131, rgba[n], &job, NULL),
                       ==, BRG_OK);
      g_assert_true (memcmp (rgba[n], rgba[0], sizeof rgba[0]) == 0);
    }
  brg_mesh_unref (pale);
  brg_mesh_unref (clear);
}

/* The bottom of a pit faces the viewer like the face around it, but is darker. */
static void
test_pit (void)
{
  const double spacing[3] = { 1, 1, 1 };
  guint8 rgba[4 * SIZE * SIZE];
  BrgGrid grid = brg_grid_simple (40, 30, 40, spacing, brg_vec3 (0, 0, 0));
  BrgMask *mask = brg_mask_new (&grid, NULL);

  for (int k = 0; k < 40; k++)
    for (int j = 0; j < 30; j++)
      for (int i = 0; i < 40; i++)
        brg_mask_set (mask, i, j, k, j >= 15 || abs (i - 20) > 5 || abs (k - 20) > 5);
  BrgMesh *mesh = brg_isosurface (mask, NULL, NULL);
  BrgPreviewItem item = { mesh, BRG_RGB_SKULL, 1 };
  draw (&item, 1, BRG_VIEW_ANTERIOR, rgba);
  g_assert_cmpint (pixel (rgba, 0.5, 0.5)[1], <, pixel (rgba, 0.25, 0.5)[1] - 50);
  g_assert_cmpint (pixel (rgba, 0.5, 0.5)[1], >, 40);
  brg_mesh_unref (mesh);
  brg_mask_unref (mask);
}

static void
test_names (void)
{
  BrgViewDirection view;

  for (int v = 0; v < BRG_N_VIEWS; v++)
    {
      g_assert_true (brg_view_from_name (brg_view_name ((BrgViewDirection) v), &view));
      g_assert_cmpint (view, ==, v);
    }
  g_assert_false (brg_view_from_name ("front", &view));
}

static void
test_refuses (void)
{
  guint8 rgba[4 * 4 * 4];
  BrgMesh *mesh = phantom_ball_mesh (brg_vec3 (0, 0, 0), 3, 0.5);
  BrgMesh *empty = brg_mesh_new (0, 0, NULL);
  BrgPreviewItem item = { mesh, BRG_RGB_SKULL, 1 }, nothing = { empty, BRG_RGB_SKULL, 1 };
  BrgJob job = BRG_JOB_INIT;
  BrgError e;

  g_assert_cmpint (brg_preview (&item, 1, BRG_VIEW_LEFT, 4, 4, rgba, NULL, &e), ==, BRG_OK);
  g_assert_cmpint (brg_preview (&item, 1, BRG_VIEW_LEFT, 1, 1, rgba, NULL, &e), ==, BRG_OK);
  g_assert_cmpint (brg_preview (&item, 1, BRG_VIEW_LEFT, 0, 4, rgba, NULL, &e), ==, BRG_INVALID);
  g_assert_cmpint (brg_preview (&item, 1, BRG_VIEW_LEFT, 4, 9999, rgba, NULL, &e), ==, BRG_INVALID);
  g_assert_cmpint (brg_preview (&nothing, 1, BRG_VIEW_LEFT, 4, 4, rgba, NULL, &e), ==, BRG_EMPTY);
  g_assert_cmpint (brg_preview (NULL, 0, BRG_VIEW_LEFT, 4, 4, rgba, NULL, &e), ==, BRG_EMPTY);
  item.opacity = 0;
  g_assert_cmpint (brg_preview (&item, 1, BRG_VIEW_LEFT, 4, 4, rgba, NULL, &e), ==, BRG_INVALID);
  item.opacity = 1;
  brg_job_cancel (&job);
  g_assert_cmpint (brg_preview (&item, 1, BRG_VIEW_LEFT, 4, 4, rgba, &job, &e), ==, BRG_CANCELLED);
  mesh->triangles[4] = 999999;
  g_assert_cmpint (brg_preview (&item, 1, BRG_VIEW_LEFT, 4, 4, rgba, NULL, &e), ==, BRG_INVALID);
  brg_mesh_unref (mesh);
  brg_mesh_unref (empty);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/preview/ball", test_ball);
  g_test_add_func ("/preview/views", test_views);
  g_test_add_func ("/preview/view-facing", test_view_facing);
  g_test_add_func ("/preview/translucent", test_translucent);
  g_test_add_func ("/preview/backs", test_backs);
  g_test_add_func ("/preview/threads", test_threads);
  g_test_add_func ("/preview/pit", test_pit);
  g_test_add_func ("/preview/names", test_names);
  g_test_add_func ("/preview/refuses", test_refuses);
  return g_test_run ();
}
