#include "render/brg-mesh-renderer.h"

#include "engine/brg-alloc.h"
#include "render/brg-frame-buffer.h"
#include "render/brg-gpu-mesh.h"
#include "render/brg-occlusion.h"

#define N_SAMPLES     4
#define LINE_WIDTH_PX 1.5

/* How bright the back of a face is, in solids and in glass. */
#define INSIDE_LIGHT       0.45f
#define GLASS_INSIDE_LIGHT 0.85f

typedef struct
{
  BrgGpuMesh full, proxy;
} Item;

struct BrgMeshRenderer
{
  GLuint mesh_program, background_program, present_program;
  GLuint no_vertices; /* an empty vertex array, for the triangle over the screen */
  BrgLineRenderer lines;
  BrgOcclusion occlusion;
  BrgFrameBuffer scene;       /* drawn into; multisampled on a GPU */
  BrgFrameBuffer flat;        /* its resolved twin; absent with one sample */
  BrgFrameBuffer opaque_copy; /* depth of the opaque meshes, for a second translucent one */
  Item items[BRG_SCENE_N_ITEMS];
  bool software;
  int max_samples;
  double meshes_ms, total_ms;
};

/* One picture being drawn. */
typedef struct
{
  const BrgScene *scene;
  const BrgRenderTarget *target;
  bool fast;
  float eye_from_lps[16], clip_from_eye[16];
} Picture;

static const BrgGpuMesh *
item_mesh (const BrgMeshRenderer *self, const Picture *picture, int item)
{
  const Item *it = &self->items[item];
  return picture->fast && it->proxy.n_indices > 0 ? &it->proxy : &it->full;
}

static bool
item_is (const BrgMeshRenderer *self, const BrgScene *scene, int item, bool translucent)
{
  const BrgSceneItem *it = &scene->items[item];
  return it->visible && it->opacity > 0 && (it->opacity < 1) == translucent &&
         self->items[item].full.n_indices > 0;
}

static void
set_rgb (GLuint program, const char *name, uint32_t rgb, double gamma)
{
  glUniform3f (brg_gl_uniform (program, name), (float) pow ((rgb >> 16 & 0xff) / 255.0, gamma),
               (float) pow ((rgb >> 8 & 0xff) / 255.0, gamma),
               (float) pow ((rgb & 0xff) / 255.0, gamma));
}

/* Sizes the buffers; on refusal of several samples makes do with one. */
static BrgStatus
prepare_buffers (BrgMeshRenderer *self, const BrgRenderTarget *target, BrgError *error)
{
  int w = target->width_px, h = target->height_px;

  if (self->max_samples > 1 &&
      brg_frame_buffer_resize (&self->scene, w, h, self->max_samples, true, NULL) != BRG_OK)
    self->max_samples = 1;
  if (self->max_samples > 1)
    return brg_frame_buffer_resize (&self->flat, w, h, 1, true, error);
  brg_frame_buffer_clear (&self->flat);
  return brg_frame_buffer_resize (&self->scene, w, h, 1, true, error);
}

/* Only pictures at rest are measured: it takes waiting for GL. */
static double
clock_ms (const Picture *picture)
{
  return picture->target->moving ? 0 : brg_gl_finish_ms ();
}

static void
draw_background (const BrgMeshRenderer *self, const Picture *picture)
{
  glDisable (GL_DEPTH_TEST);
  glDisable (GL_CULL_FACE);
  glDisable (GL_BLEND);
  glBindVertexArray (self->no_vertices);
  glUseProgram (self->background_program);
  set_rgb (self->background_program, "top", picture->scene->top_rgb, 1);
  set_rgb (self->background_program, "bottom", picture->scene->bottom_rgb, 1);
  glDrawArrays (GL_TRIANGLES, 0, 3);
}

static void
use_mesh_program (const BrgMeshRenderer *self, const Picture *picture)
{
  GLuint program = self->mesh_program;

  glUseProgram (program);
  glUniformMatrix4fv (brg_gl_uniform (program, "eye_from_lps"), 1, GL_FALSE, picture->eye_from_lps);
  glUniformMatrix4fv (brg_gl_uniform (program, "clip_from_eye"), 1, GL_FALSE,
                      picture->clip_from_eye);
}

static void
draw_item (const BrgMeshRenderer *self, const Picture *picture, int item)
{
  const BrgSceneItem *it = &picture->scene->items[item];

  set_rgb (self->mesh_program, "colour", it->rgb, 2.2);
  glUniform1f (brg_gl_uniform (self->mesh_program, "opacity"), (float) it->opacity);
  glUniform1f (brg_gl_uniform (self->mesh_program, "inside_light"), picture->fast ? 1.0f
                                                                    : it->opacity < 1
                                                                      ? GLASS_INSIDE_LIGHT
                                                                      : INSIDE_LIGHT);
  brg_gpu_mesh_draw (item_mesh (self, picture, item));
}

static void
draw_opaque (const BrgMeshRenderer *self, const Picture *picture)
{
  glEnable (GL_DEPTH_TEST);
  glDepthFunc (GL_LESS);
  glDepthMask (GL_TRUE);
  use_mesh_program (self, picture);
  for (int item = 0; item < BRG_SCENE_N_ITEMS; item++)
    if (item_is (self, picture->scene, item, false))
      draw_item (self, picture, item);
}

/* Translucent items, by the farthest (`side` 1) or the nearest (-1) point of their spheres, far to
 * near. Returns how many. */
static int
sort_translucent (const BrgMeshRenderer *self,
                  const BrgScene *scene,
                  int side,
                  int order[BRG_SCENE_N_ITEMS])
{
  BrgVec3 eye = brg_camera_eye (&scene->camera);
  double key_mm[BRG_SCENE_N_ITEMS];
  int n = 0;

  for (int item = 0; item < BRG_SCENE_N_ITEMS; item++)
    {
      const BrgGpuMesh *mesh = &self->items[item].full;
      double mm = brg_vec3_length (brg_vec3_sub (mesh->centre, eye)) + side * mesh->radius_mm;
      int place = n;
      if (!item_is (self, scene, item, true))
        continue;
      for (; place > 0 && key_mm[place - 1] < mm; place--)
        {
          key_mm[place] = key_mm[place - 1];
          order[place] = order[place - 1];
        }
      key_mm[place] = mm;
      order[place] = item;
      n++;
    }
  return n;
}

/* The nearest of the faces that are not culled: depth first, then colour where depth is equal. */
static void
draw_nearest_layer (const BrgMeshRenderer *self, const Picture *picture, int item)
{
  glColorMask (GL_FALSE, GL_FALSE, GL_FALSE, GL_FALSE);
  glDepthMask (GL_TRUE);
  glDepthFunc (GL_LESS);
  draw_item (self, picture, item);
  glColorMask (GL_TRUE, GL_TRUE, GL_TRUE, GL_TRUE);
  glDepthMask (GL_FALSE);
  glDepthFunc (GL_LEQUAL);
  draw_item (self, picture, item);
}

/* The depth of the opaque meshes comes back after each layer, or one would hide the next. */
static BrgStatus
draw_translucent (BrgMeshRenderer *self, const Picture *picture, BrgError *error)
{
  const BrgFrameBuffer *scene = &self->scene;
  int order[BRG_SCENE_N_ITEMS];
  BrgStatus status;

  if (sort_translucent (self, picture->scene, 1, order) == 0)
    return BRG_OK;
  status = brg_frame_buffer_resize (&self->opaque_copy, scene->width_px, scene->height_px,
                                    scene->samples, true, error);
  if (status != BRG_OK)
    return status;
  brg_frame_buffer_copy (scene, &self->opaque_copy, GL_DEPTH_BUFFER_BIT);
  glBindFramebuffer (GL_FRAMEBUFFER, scene->id);
  glEnable (GL_DEPTH_TEST);
  glEnable (GL_CULL_FACE);
  glEnable (GL_BLEND);
  glBlendFunc (GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
  use_mesh_program (self, picture);
  for (int side = 1; side >= -1; side -= 2)
    {
      int n = sort_translucent (self, picture->scene, side, order);
      glCullFace (side > 0 ? GL_FRONT : GL_BACK);
      for (int o = 0; o < n; o++)
        {
          draw_nearest_layer (self, picture, order[o]);
          brg_frame_buffer_copy (&self->opaque_copy, scene, GL_DEPTH_BUFFER_BIT);
          glBindFramebuffer (GL_FRAMEBUFFER, scene->id);
        }
    }
  glDisable (GL_CULL_FACE);
  return BRG_OK;
}

static void
draw_crosshair (const BrgMeshRenderer *self, const Picture *picture)
{
  BrgLine lines[BRG_MAX_LINES];
  int n_lines = brg_scene_crosshair_lines (picture->scene, lines);

  if (n_lines == 0)
    return;
  glEnable (GL_DEPTH_TEST);
  glBlendFunc (GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
  brg_line_renderer_draw (&self->lines, lines, n_lines, picture->eye_from_lps,
                          picture->clip_from_eye,
                          (const int[2]){ self->scene.width_px, self->scene.height_px },
                          LINE_WIDTH_PX * picture->target->scale);
}

static BrgStatus
draw_occlusion (BrgMeshRenderer *self, const Picture *picture, BrgError *error)
{
  const BrgFrameBuffer *single = &self->scene;

  if (self->scene.samples > 1)
    {
      brg_frame_buffer_copy (&self->scene, &self->flat, GL_DEPTH_BUFFER_BIT);
      single = &self->flat;
    }
  glBindVertexArray (self->no_vertices);
  return brg_occlusion_draw (&self->occlusion, &picture->scene->camera, &self->scene, single->depth,
                             error);
}

static void
present (const BrgMeshRenderer *self, const Picture *picture)
{
  const BrgFrameBuffer *single = &self->scene;
  bool smooth = self->scene.samples == 1 && !picture->fast;

  if (self->scene.samples > 1)
    {
      brg_frame_buffer_copy (&self->scene, &self->flat, GL_COLOR_BUFFER_BIT);
      single = &self->flat;
    }
  glBindFramebuffer (GL_FRAMEBUFFER, picture->target->frame_buffer);
  glDisable (GL_DEPTH_TEST);
  glDisable (GL_BLEND);
  glDepthMask (GL_TRUE);
  glBindVertexArray (self->no_vertices);
  glUseProgram (self->present_program);
  glUniform1i (brg_gl_uniform (self->present_program, "picture"), 0);
  glUniform1i (brg_gl_uniform (self->present_program, "smooth_edges"), smooth);
  glActiveTexture (GL_TEXTURE0);
  glBindTexture (GL_TEXTURE_2D, single->colour);
  glDrawArrays (GL_TRIANGLES, 0, 3);
  glBindTexture (GL_TEXTURE_2D, 0);
  glBindVertexArray (0);
  glUseProgram (0);
}

static bool
init_programs (BrgMeshRenderer *self, const BrgShaderLoader *loader, BrgError *error)
{
  self->mesh_program = brg_gl_program_new (loader, "mesh.vert", "mesh.frag", error);
  if (self->mesh_program == 0)
    return false;
  self->background_program = brg_gl_program_new (loader, "screen.vert", "background.frag", error);
  if (self->background_program == 0)
    return false;
  self->present_program = brg_gl_program_new (loader, "screen.vert", "present.frag", error);
  return self->present_program != 0 &&
         brg_line_renderer_init (&self->lines, loader, error) == BRG_OK &&
         brg_occlusion_init (&self->occlusion, loader, error) == BRG_OK;
}

BrgMeshRenderer *
brg_mesh_renderer_new (const BrgShaderLoader *loader, BrgError *error)
{
  BrgMeshRenderer *self = brg_alloc_zero (1, sizeof *self, error);
  GLint most_samples = 1;

  if (self == NULL)
    return NULL;
  if (!init_programs (self, loader, error))
    {
      brg_mesh_renderer_free (self);
      return NULL;
    }
  glGenVertexArrays (1, &self->no_vertices);
  glGetIntegerv (GL_MAX_SAMPLES, &most_samples);
  self->software = brg_gl_is_software ();
  self->max_samples = self->software || most_samples < N_SAMPLES ? 1 : N_SAMPLES;
  return self;
}

void
brg_mesh_renderer_free (BrgMeshRenderer *self)
{
  if (self == NULL)
    return;
  for (int item = 0; item < BRG_SCENE_N_ITEMS; item++)
    brg_mesh_renderer_upload (self, item, NULL, NULL, NULL);
  brg_line_renderer_clear (&self->lines);
  brg_occlusion_clear (&self->occlusion);
  brg_frame_buffer_clear (&self->scene);
  brg_frame_buffer_clear (&self->flat);
  brg_frame_buffer_clear (&self->opaque_copy);
  glDeleteVertexArrays (1, &self->no_vertices);
  glDeleteProgram (self->mesh_program);
  glDeleteProgram (self->background_program);
  glDeleteProgram (self->present_program);
  brg_free (self);
}

BrgStatus
brg_mesh_renderer_upload (BrgMeshRenderer *self,
                          int item,
                          const BrgMeshPack *full,
                          const BrgMeshPack *proxy,
                          BrgError *error)
{
  BrgStatus status = brg_gpu_mesh_upload (&self->items[item].full, full, error);

  if (status != BRG_OK)
    proxy = NULL;
  BrgStatus proxy_status =
    brg_gpu_mesh_upload (&self->items[item].proxy, proxy, status == BRG_OK ? error : NULL);
  return status != BRG_OK ? status : proxy_status;
}

BrgStatus
brg_mesh_renderer_draw (BrgMeshRenderer *self,
                        const BrgScene *scene,
                        const BrgRenderTarget *target,
                        BrgError *error)
{
  Picture picture = { .scene = scene,
                      .target = target,
                      .fast = target->moving && brg_mesh_renderer_is_slow (self) };
  BrgStatus status = prepare_buffers (self, target, error);
  double start_ms = clock_ms (&picture);

  if (status != BRG_OK)
    return status;
  brg_camera_matrices (&scene->camera, (double) target->width_px / target->height_px,
                       picture.eye_from_lps, picture.clip_from_eye);
  glBindFramebuffer (GL_FRAMEBUFFER, self->scene.id);
  glViewport (0, 0, target->width_px, target->height_px);
  glDepthMask (GL_TRUE);
  glClear (GL_DEPTH_BUFFER_BIT);
  draw_background (self, &picture);
  draw_opaque (self, &picture);
  double opaque_ms = clock_ms (&picture);
  if (!picture.fast)
    status = draw_occlusion (self, &picture, error);
  double occlusion_ms = clock_ms (&picture);
  if (status == BRG_OK)
    status = draw_translucent (self, &picture, error);
  double translucent_ms = clock_ms (&picture);
  draw_crosshair (self, &picture);
  present (self, &picture);
  if (!target->moving)
    {
      self->meshes_ms = opaque_ms - start_ms + translucent_ms - occlusion_ms;
      self->total_ms = clock_ms (&picture) - start_ms;
    }
  return status;
}

bool
brg_mesh_renderer_is_slow (const BrgMeshRenderer *self)
{
  return self->total_ms > 0 ? self->meshes_ms > BRG_SLOW_MS : self->software;
}

double
brg_mesh_renderer_meshes_ms (const BrgMeshRenderer *self)
{
  return self->meshes_ms;
}

double
brg_mesh_renderer_total_ms (const BrgMeshRenderer *self)
{
  return self->total_ms;
}
