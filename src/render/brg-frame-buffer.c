#include "render/brg-frame-buffer.h"

static GLuint
make_texture (GLenum internal,
              GLenum format,
              GLenum type,
              GLint filter,
              int width_px,
              int height_px)
{
  GLuint texture = 0;

  glGenTextures (1, &texture);
  glBindTexture (GL_TEXTURE_2D, texture);
  glTexImage2D (GL_TEXTURE_2D, 0, (GLint) internal, width_px, height_px, 0, format, type, NULL);
  glTexParameteri (GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, filter);
  glTexParameteri (GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, filter);
  glTexParameteri (GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
  glTexParameteri (GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
  return texture;
}

static GLuint
make_render_buffer (GLenum internal, int samples, int width_px, int height_px)
{
  GLuint buffer = 0;

  glGenRenderbuffers (1, &buffer);
  glBindRenderbuffer (GL_RENDERBUFFER, buffer);
  glRenderbufferStorageMultisample (GL_RENDERBUFFER, samples, internal, width_px, height_px);
  return buffer;
}

static void
attach_textures (BrgFrameBuffer *buffer, bool depth)
{
  int w = buffer->width_px, h = buffer->height_px;

  buffer->colour = make_texture (GL_RGBA8, GL_RGBA, GL_UNSIGNED_BYTE, GL_LINEAR, w, h);
  glFramebufferTexture2D (GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, buffer->colour, 0);
  if (!depth)
    return;
  buffer->depth =
    make_texture (GL_DEPTH_COMPONENT24, GL_DEPTH_COMPONENT, GL_UNSIGNED_INT, GL_NEAREST, w, h);
  glFramebufferTexture2D (GL_FRAMEBUFFER, GL_DEPTH_ATTACHMENT, GL_TEXTURE_2D, buffer->depth, 0);
}

static void
attach_samples (BrgFrameBuffer *buffer, bool depth)
{
  int w = buffer->width_px, h = buffer->height_px;

  buffer->colour = make_render_buffer (GL_RGBA8, buffer->samples, w, h);
  glFramebufferRenderbuffer (GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, buffer->colour);
  if (!depth)
    return;
  buffer->depth = make_render_buffer (GL_DEPTH_COMPONENT24, buffer->samples, w, h);
  glFramebufferRenderbuffer (GL_FRAMEBUFFER, GL_DEPTH_ATTACHMENT, GL_RENDERBUFFER, buffer->depth);
}

BrgStatus
brg_frame_buffer_resize (BrgFrameBuffer *buffer,
                         int width_px,
                         int height_px,
                         int samples,
                         bool depth,
                         BrgError *error)
{
  if (buffer->id != 0 && buffer->width_px == width_px && buffer->height_px == height_px &&
      buffer->samples == samples && (buffer->depth != 0) == depth)
    return BRG_OK;
  brg_frame_buffer_clear (buffer);
  *buffer = (BrgFrameBuffer){ .width_px = width_px, .height_px = height_px, .samples = samples };
  glGenFramebuffers (1, &buffer->id);
  glBindFramebuffer (GL_FRAMEBUFFER, buffer->id);
  if (samples > 1)
    attach_samples (buffer, depth);
  else
    attach_textures (buffer, depth);
  if (glCheckFramebufferStatus (GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE)
    return BRG_OK;
  brg_frame_buffer_clear (buffer);
  return brg_error_set (error, BRG_UNSUPPORTED, "no frame buffer of %d x %d pixels, %d samples",
                        width_px, height_px, samples);
}

void
brg_frame_buffer_clear (BrgFrameBuffer *buffer)
{
  GLuint attachments[2] = { buffer->colour, buffer->depth };

  if (buffer->id != 0)
    {
      glDeleteFramebuffers (1, &buffer->id);
      if (buffer->samples > 1)
        glDeleteRenderbuffers (2, attachments);
      else
        glDeleteTextures (2, attachments);
    }
  *buffer = (BrgFrameBuffer){ 0 };
}

void
brg_frame_buffer_copy (const BrgFrameBuffer *from, const BrgFrameBuffer *to, GLbitfield mask)
{
  glBindFramebuffer (GL_READ_FRAMEBUFFER, from->id);
  glBindFramebuffer (GL_DRAW_FRAMEBUFFER, to->id);
  glBlitFramebuffer (0, 0, from->width_px, from->height_px, 0, 0, to->width_px, to->height_px, mask,
                     GL_NEAREST);
}
