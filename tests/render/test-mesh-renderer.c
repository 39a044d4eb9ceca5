/* Pictures drawn without a window and read back, on core GL and on GLES. */

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "brg-test-mesh.h"
#include "gl-context.h"
#include "render/brg-mesh-renderer.h"

#define SIZE 160

typedef struct
{
  TestContext *context;
  BrgMeshRenderer *renderer;
  BrgScene scene;
  GLuint target;
  uint8_t *pixels;
} Fixture;

static void
set_up (Fixture *f, gconstpointer es)
{
  BrgShaderLoader loader = test_shader_loader ();
  BrgError error = { 0 };

  *f = (Fixture){ .context = test_context_new (es != NULL) };
  if (f->context == NULL)
    return;
  f->renderer = brg_mesh_renderer_new (&loader, &error);
  g_assert_cmpstr (error.message, ==, "");
  f->target = test_target_new (SIZE, SIZE);
  f->scene = (BrgScene){ .camera = brg_camera_new (), .top_rgb = 0x404040, .bottom_rgb = 0x202020 };
  f->scene.items[0] = (BrgSceneItem){ 0xE8D9B5, 1, true };
  f->scene.items[1] = (BrgSceneItem){ 0x2EC4B6, 1, true };
  f->scene.items[2] = (BrgSceneItem){ 0xE5484D, 0.5, true };
  brg_camera_set_scene (&f->scene.camera, brg_vec3 (-60, -60, -60), brg_vec3 (60, 60, 60));
  brg_camera_look (&f->scene.camera, BRG_VIEW_ANTERIOR);
  brg_camera_fit (&f->scene.camera, 1);
}

static void
tear_down (Fixture *f, gconstpointer es)
{
  if (f->context == NULL)
    return;
  free (f->pixels);
  brg_mesh_renderer_free (f->renderer);
  g_assert_cmpuint (glGetError (), ==, GL_NO_ERROR);
  test_context_free (f->context);
}

static gboolean
no_gl (const Fixture *f)
{
  if (f->context == NULL)
    g_test_skip ("no surfaceless EGL here");
  return f->context == NULL;
}

static void
upload (Fixture *f, int item, BrgMesh *mesh, BrgMesh *proxy)
{
  BrgMeshPack *pack = brg_mesh_pack_new (mesh, 40, NULL);
  BrgMeshPack *light = proxy != NULL ? brg_mesh_pack_new (proxy, 40, NULL) : NULL;

  g_assert_cmpint (brg_mesh_renderer_upload (f->renderer, item, pack, light, NULL), ==, BRG_OK);
  brg_mesh_pack_free (pack);
  brg_mesh_pack_free (light);
  brg_mesh_unref (mesh);
  brg_mesh_unref (proxy);
}

static void
draw (Fixture *f, gboolean moving)
{
  BrgRenderTarget target = { f->target, SIZE, SIZE, 1, moving };
  BrgError error = { 0 };

  free (f->pixels);
  brg_mesh_renderer_draw (f->renderer, &f->scene, &target, &error);
  g_assert_cmpstr (error.message, ==, "");
  f->pixels = test_target_read (f->target, SIZE, SIZE);
  g_assert_cmpuint (glGetError (), ==, GL_NO_ERROR);
}

static const uint8_t *
pixel (const Fixture *f, int x, int y)
{
  return f->pixels + 4 * (y * SIZE + x);
}

/* Where an LPS point is in the picture. */
static const uint8_t *
pixel_of (const Fixture *f, double x, double y, double z)
{
  double x_px, y_px;

  brg_camera_project (&f->scene.camera, brg_vec3 (x, y, z), SIZE, SIZE, &x_px, &y_px);
  return pixel (f, (int) x_px, (int) y_px);
}

static gboolean
is_bone (const uint8_t *p)
{
  return p[0] > p[1] && p[1] > p[2] && p[0] - p[2] > 15 && p[0] > 60;
}

static gboolean
is_teal (const uint8_t *p)
{
  return p[1] > p[0] + 40 && p[2] > p[0] + 40;
}

static gboolean
is_background (const uint8_t *p)
{
  return ABS (p[0] - p[1]) <= 2 && ABS (p[1] - p[2]) <= 2 && p[0] < 90 && p[3] == 255;
}

static void
test_opaque (Fixture *f, gconstpointer es)
{
  if (no_gl (f))
    return;
  draw (f, FALSE);
  g_assert_true (is_background (pixel (f, SIZE / 2, SIZE / 2)));
  g_assert_cmpuint (pixel (f, 3, 3)[0], >, pixel (f, 3, SIZE - 3)[0]);
  upload (f, 0, test_mesh_sphere (brg_vec3 (0, 0, 0), 50, 40), NULL);
  upload (f, 1, test_mesh_sphere (brg_vec3 (0, -30, 0), 30, 40), NULL);
  draw (f, FALSE);
  g_assert_true (is_teal (pixel (f, SIZE / 2, SIZE / 2)));
  g_assert_true (is_bone (pixel_of (f, 35, -20, 20)));
  g_assert_true (is_background (pixel (f, 3, 3)));
  g_assert_true (is_background (pixel (f, SIZE - 3, SIZE - 3)));
  g_assert_cmpfloat (brg_mesh_renderer_total_ms (f->renderer), >, 0);

  brg_camera_look (&f->scene.camera, BRG_VIEW_POSTERIOR);
  draw (f, FALSE);
  g_assert_true (is_bone (pixel (f, SIZE / 2, SIZE / 2)));
  f->scene.items[0].visible = false;
  draw (f, FALSE);
  g_assert_true (is_teal (pixel (f, SIZE / 2, SIZE / 2)));
  g_assert_cmpint (brg_mesh_renderer_upload (f->renderer, 1, NULL, NULL, NULL), ==, BRG_OK);
  draw (f, FALSE);
  g_assert_true (is_background (pixel (f, SIZE / 2, SIZE / 2)));
}

/* The lamps stand around the viewer, upper left: the same from every side. */
static void
test_light (Fixture *f, gconstpointer es)
{
  if (no_gl (f))
    return;
  upload (f, 0, test_mesh_sphere (brg_vec3 (0, 0, 0), 55, 60), NULL);
  for (int view = 0; view < BRG_N_VIEWS; view++)
    {
      brg_camera_look (&f->scene.camera, (BrgViewDirection) view);
      draw (f, FALSE);
      int middle = SIZE / 2, off = SIZE / 4;
      g_assert_cmpuint (pixel (f, middle - off, middle - off)[0], >,
                        pixel (f, middle + off, middle + off)[0] + 40);
      g_assert_cmpuint (pixel (f, middle, middle)[0], >, 150);
    }
}

/* A translucent mesh tints what is behind it, whether bone or nothing, and never hides another
 * translucent one that is nearer or inside. */
static void
test_translucent (Fixture *f, gconstpointer es)
{
  if (no_gl (f))
    return;
  upload (f, 2, test_mesh_box (brg_vec3 (-25, -58, -25), brg_vec3 (25, -40, 25)), NULL);
  draw (f, FALSE);
  const uint8_t *p = pixel (f, SIZE / 2, SIZE / 2);
  int alone[3] = { p[0], p[1], p[2] };
  g_assert_cmpint (alone[0], >, alone[1] + 40);

  upload (f, 0, test_mesh_sphere (brg_vec3 (0, 10, 0), 45, 40), NULL);
  draw (f, FALSE);
  p = pixel (f, SIZE / 2, SIZE / 2);
  g_assert_cmpint (p[0], >, p[1] + 20);
  g_assert_cmpint (p[1], >, alone[1] + 25);

  /* Behind the opaque bone nothing of it shows. */
  brg_camera_look (&f->scene.camera, BRG_VIEW_POSTERIOR);
  draw (f, FALSE);
  g_assert_true (is_bone (pixel (f, SIZE / 2, SIZE / 2)));

  /* Through translucent bone it does. */
  int bone_blue = pixel (f, SIZE / 2, SIZE / 2)[2];
  f->scene.items[0].opacity = 0.3;
  draw (f, FALSE);
  p = pixel (f, SIZE / 2, SIZE / 2);
  g_assert_cmpint (p[0], >, p[1] + 12);
  g_assert_cmpint (p[2], <, bone_blue);

  f->scene.items[2].opacity = 0;
  draw (f, FALSE);
  p = pixel (f, SIZE / 2, SIZE / 2);
  g_assert_cmpint (p[0], <, p[1] + 12);
}

/* Of glass around glass the outer one is seen most, and glass around bone has its front before it.
 */
static void
test_layers (Fixture *f, gconstpointer es)
{
  const uint8_t *p;

  if (no_gl (f))
    return;
  upload (f, 1, test_mesh_sphere (brg_vec3 (0, 0, 0), 30, 40), NULL);
  upload (f, 2, test_mesh_sphere (brg_vec3 (0, 0, 0), 50, 40), NULL);
  f->scene.items[1].opacity = 0.6;
  f->scene.items[2].opacity = 0.6;
  draw (f, FALSE);
  p = pixel (f, SIZE / 2, SIZE / 2);
  g_assert_cmpuint (p[0], >, p[1]);
  f->scene.items[1].rgb = 0xE5484D;
  f->scene.items[2].rgb = 0x2EC4B6;
  draw (f, FALSE);
  p = pixel (f, SIZE / 2, SIZE / 2);
  g_assert_cmpuint (p[1], >, p[0]);

  upload (f, 0, test_mesh_sphere (brg_vec3 (0, 0, 0), 40, 40), NULL);
  f->scene.items[1].visible = false;
  draw (f, FALSE);
  g_assert_true (is_teal (pixel (f, SIZE / 2, SIZE / 2)));
}

/* The foot of a step is darker than the open plane beside it. */
static void
test_occlusion (Fixture *f, gconstpointer es)
{
  if (no_gl (f))
    return;
  upload (f, 0, test_mesh_box (brg_vec3 (-55, -10, -55), brg_vec3 (55, 10, 55)), NULL);
  upload (f, 1, test_mesh_box (brg_vec3 (-20, -18, -20), brg_vec3 (20, -10, 20)), NULL);
  draw (f, FALSE);
  uint8_t near_step = pixel_of (f, 22, -10, -5)[0], open = pixel_of (f, 45, -10, -5)[0];
  g_assert_cmpuint (near_step + 15, <, open);
}

/* Pictures in motion use the proxy where GL is slow, and are those at rest where it is not. */
static void
test_proxy (Fixture *f, gconstpointer es)
{
  if (no_gl (f))
    return;
  upload (f, 0, test_mesh_sphere (brg_vec3 (0, 0, 0), 50, 20),
          test_mesh_sphere (brg_vec3 (0, 0, 0), 20, 20));
  gboolean slow = brg_mesh_renderer_is_slow (f->renderer);
  g_assert_true (slow == brg_gl_is_software ());
  draw (f, TRUE);
  g_assert_true (is_background (pixel_of (f, 35, 0, 0)) == slow);
  g_assert_cmpfloat (brg_mesh_renderer_total_ms (f->renderer), ==, 0);
  draw (f, FALSE);
  g_assert_true (is_bone (pixel_of (f, 35, 0, 0)));
}

static void
test_crosshair (Fixture *f, gconstpointer es)
{
  BrgLine lines[BRG_MAX_LINES];

  if (no_gl (f))
    return;
  g_assert_cmpint (brg_scene_crosshair_lines (&f->scene, lines), ==, 0);
  f->scene.has_crosshair = true;
  f->scene.crosshair = brg_vec3 (0, 0, 0);
  g_assert_cmpint (brg_scene_crosshair_lines (&f->scene, lines), ==, 3);
  f->scene.has_frames = true;
  g_assert_cmpint (brg_scene_crosshair_lines (&f->scene, lines), ==, 15);
  draw (f, FALSE);
  g_assert_cmpuint (pixel (f, SIZE / 2, SIZE / 2)[0], >, 150);

  /* The axial frame lies in the plane of the point, even when that is far outside. */
  f->scene.crosshair = brg_vec3 (500, 0, 17);
  brg_scene_crosshair_lines (&f->scene, lines);
  for (int l = 11; l < 15; l++)
    {
      g_assert_cmpfloat (lines[l].from.z, ==, 17);
      g_assert_cmpfloat (fabs (lines[l].from.x), <, 70);
    }
  draw (f, FALSE);
}

/* Sizes of one pixel, and a new size for each picture. */
static void
test_resize (Fixture *f, gconstpointer es)
{
  static const int sizes[][2] = { { 1, 1 }, { SIZE, 7 }, { 3, SIZE }, { SIZE, SIZE } };

  if (no_gl (f))
    return;
  upload (f, 0, test_mesh_sphere (brg_vec3 (0, 0, 0), 50, 20), NULL);
  upload (f, 2, test_mesh_sphere (brg_vec3 (0, 0, 0), 55, 20), NULL);
  for (size_t s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      BrgRenderTarget target = { f->target, sizes[s][0], sizes[s][1], 2, FALSE };
      BrgError error = { 0 };
      brg_mesh_renderer_draw (f->renderer, &f->scene, &target, &error);
      g_assert_cmpstr (error.message, ==, "");
      g_assert_cmpuint (glGetError (), ==, GL_NO_ERROR);
    }
}

static char *
load_nothing (void *data, const char *name)
{
  return NULL;
}

static char *
load_nonsense (void *data, const char *name)
{
  return g_strdup ("void main () { nonsense; }\n");
}

/* A missing or broken shader is an error with its name, and leaks nothing. */
static void
test_bad_shader (Fixture *f, gconstpointer es)
{
  BrgShaderLoader missing = { load_nothing, NULL }, broken = { load_nonsense, NULL };
  BrgError error = { 0 };

  if (no_gl (f))
    return;
  g_assert_null (brg_mesh_renderer_new (&missing, &error));
  g_assert_cmpint (error.status, ==, BRG_UNSUPPORTED);
  g_assert_nonnull (strstr (error.message, "mesh.vert is missing"));
  g_assert_null (brg_mesh_renderer_new (&broken, &error));
  g_assert_nonnull (strstr (error.message, "mesh.vert does not compile"));
}

static void
add (const char *name, void (*test) (Fixture *, gconstpointer))
{
  g_autofree char *gl = g_strconcat ("/mesh-renderer/gl/", name, NULL);
  g_autofree char *gles = g_strconcat ("/mesh-renderer/gles/", name, NULL);

  g_test_add (gl, Fixture, NULL, set_up, test, tear_down);
  g_test_add (gles, Fixture, "es", set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("opaque", test_opaque);
  add ("light", test_light);
  add ("translucent", test_translucent);
  add ("layers", test_layers);
  add ("occlusion", test_occlusion);
  add ("proxy", test_proxy);
  add ("crosshair", test_crosshair);
  add ("resize", test_resize);
  add ("bad-shader", test_bad_shader);
  return g_test_run ();
}
