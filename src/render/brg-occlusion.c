#include "render/brg-occlusion.h"

#define REACH_MM 14.0f
#define STRENGTH 0.9f

static void
bind_texture (GLenum unit, GLuint texture)
{
  glActiveTexture (GL_TEXTURE0 + unit);
  glBindTexture (GL_TEXTURE_2D, texture);
}

static void
gather (const BrgOcclusion *self,
        const BrgFrameBuffer *scene,
        const float clip_mm[2],
        GLuint depth_texture)
{
  float high = (float) tan (BRG_CAMERA_FOV_DEG / 2 * BRG_PI / 180);
  float wide = high * (float) scene->width_px / (float) scene->height_px;

  glBindFramebuffer (GL_FRAMEBUFFER, self->open.id);
  glDisable (GL_DEPTH_TEST);
  glDisable (GL_BLEND);
  glUseProgram (self->gather);
  glUniform1i (brg_gl_uniform (self->gather, "depth"), 0);
  glUniform2fv (brg_gl_uniform (self->gather, "clip_mm"), 1, clip_mm);
  glUniform2f (brg_gl_uniform (self->gather, "half_extent"), wide, high);
  glUniform1f (brg_gl_uniform (self->gather, "reach_mm"), REACH_MM);
  bind_texture (0, depth_texture);
  glDrawArrays (GL_TRIANGLES, 0, 3);
}

/* The triangle lies on the far plane, so GL_GREATER passes only where something was drawn. */
static void
apply (const BrgOcclusion *self,
       const BrgFrameBuffer *scene,
       const float clip_mm[2],
       GLuint depth_texture)
{
  glBindFramebuffer (GL_FRAMEBUFFER, scene->id);
  glEnable (GL_DEPTH_TEST);
  glDepthFunc (GL_GREATER);
  glDepthMask (GL_FALSE);
  glEnable (GL_BLEND);
  glBlendFuncSeparate (GL_DST_COLOR, GL_ZERO, GL_ZERO, GL_ONE);
  glUseProgram (self->apply);
  glUniform1i (brg_gl_uniform (self->apply, "occlusion"), 0);
  glUniform1i (brg_gl_uniform (self->apply, "depth"), 1);
  glUniform2fv (brg_gl_uniform (self->apply, "clip_mm"), 1, clip_mm);
  glUniform1f (brg_gl_uniform (self->apply, "strength"), STRENGTH);
  bind_texture (1, depth_texture);
  bind_texture (0, self->open.colour);
  glDrawArrays (GL_TRIANGLES, 0, 3);
  glDisable (GL_BLEND);
}

BrgStatus
brg_occlusion_init (BrgOcclusion *self, const BrgShaderLoader *loader, BrgError *error)
{
  *self = (BrgOcclusion){ 0 };
  self->gather = brg_gl_program_new (loader, "screen.vert", "occlusion.frag", error);
  if (self->gather != 0)
    self->apply = brg_gl_program_new (loader, "screen.vert", "occlusion-apply.frag", error);
  return self->apply != 0 ? BRG_OK : BRG_UNSUPPORTED;
}

void
brg_occlusion_clear (BrgOcclusion *self)
{
  glDeleteProgram (self->gather);
  glDeleteProgram (self->apply);
  brg_frame_buffer_clear (&self->open);
  *self = (BrgOcclusion){ 0 };
}

BrgStatus
brg_occlusion_draw (BrgOcclusion *self,
                    const BrgCamera *camera,
                    const BrgFrameBuffer *scene,
                    GLuint depth_texture,
                    BrgError *error)
{
  double near_mm, far_mm;
  BrgStatus status =
    brg_frame_buffer_resize (&self->open, scene->width_px, scene->height_px, 1, false, error);

  if (status != BRG_OK)
    return status;
  brg_camera_clip_mm (camera, &near_mm, &far_mm);
  const float clip_mm[2] = { (float) near_mm, (float) far_mm };
  gather (self, scene, clip_mm, depth_texture);
  apply (self, scene, clip_mm, depth_texture);
  return BRG_OK;
}
