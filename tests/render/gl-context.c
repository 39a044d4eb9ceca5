#include "gl-context.h"

#include <epoxy/egl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef EGL_PLATFORM_SURFACELESS_MESA
#define EGL_PLATFORM_SURFACELESS_MESA 0x31DD
#endif

struct TestContext
{
  EGLDisplay display;
  EGLContext context;
};

static EGLContext
make_context (EGLDisplay display, bool es)
{
  const EGLint config_wanted[] = { EGL_RENDERABLE_TYPE, es ? EGL_OPENGL_ES3_BIT : EGL_OPENGL_BIT,
                                   EGL_SURFACE_TYPE, 0, EGL_NONE };
  const EGLint core[] = { EGL_CONTEXT_MAJOR_VERSION,
                          3,
                          EGL_CONTEXT_MINOR_VERSION,
                          3,
                          EGL_CONTEXT_OPENGL_PROFILE_MASK,
                          EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT,
                          EGL_NONE };
  const EGLint gles[] = { EGL_CONTEXT_MAJOR_VERSION, 3, EGL_NONE };
  EGLConfig config = NULL;
  EGLint n_configs = 0;

  if (!eglBindAPI (es ? EGL_OPENGL_ES_API : EGL_OPENGL_API) ||
      !eglChooseConfig (display, config_wanted, &config, 1, &n_configs) || n_configs == 0)
    return EGL_NO_CONTEXT;
  return eglCreateContext (display, config, EGL_NO_CONTEXT, es ? gles : core);
}

/* Opened once and left open: a driver that is unloaded leaves its leaks without names. */
static EGLDisplay
open_display (void)
{
  static EGLDisplay display = EGL_NO_DISPLAY;

  if (display != EGL_NO_DISPLAY)
    return display;
  if (!epoxy_has_egl () || !epoxy_has_egl_extension (EGL_NO_DISPLAY, "EGL_EXT_platform_base") ||
      !epoxy_has_egl_extension (EGL_NO_DISPLAY, "EGL_MESA_platform_surfaceless"))
    return EGL_NO_DISPLAY;
  display = eglGetPlatformDisplayEXT (EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL);
  if (display != EGL_NO_DISPLAY && !eglInitialize (display, NULL, NULL))
    display = EGL_NO_DISPLAY;
  return display;
}

TestContext *
test_context_new (bool es)
{
  EGLDisplay display = open_display ();
  EGLContext context = display != EGL_NO_DISPLAY ? make_context (display, es) : EGL_NO_CONTEXT;

  if (context == EGL_NO_CONTEXT)
    return NULL;
  if (!eglMakeCurrent (display, EGL_NO_SURFACE, EGL_NO_SURFACE, context))
    {
      eglDestroyContext (display, context);
      return NULL;
    }
  TestContext *self = malloc (sizeof *self);
  *self = (TestContext){ display, context };
  return self;
}

void
test_context_free (TestContext *self)
{
  eglMakeCurrent (self->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
  eglDestroyContext (self->display, self->context);
  free (self);
}

static char *
load_file (void *data, const char *name)
{
  char path[4096];
  long size;

  (void) data;
  snprintf (path, sizeof path, "%s/../shaders/%s", getenv ("G_TEST_SRCDIR"), name);
  FILE *file = fopen (path, "rb");
  if (file == NULL)
    return NULL;
  fseek (file, 0, SEEK_END);
  size = ftell (file);
  rewind (file);
  char *text = calloc ((size_t) size + 1, 1);
  if (fread (text, 1, (size_t) size, file) != (size_t) size)
    text[0] = 0;
  fclose (file);
  return text;
}

BrgShaderLoader
test_shader_loader (void)
{
  return (BrgShaderLoader){ load_file, NULL };
}

GLuint
test_target_new (int width_px, int height_px)
{
  GLuint texture = 0, frame_buffer = 0;

  glGenTextures (1, &texture);
  glBindTexture (GL_TEXTURE_2D, texture);
  glTexImage2D (GL_TEXTURE_2D, 0, GL_RGBA8, width_px, height_px, 0, GL_RGBA, GL_UNSIGNED_BYTE,
                NULL);
  glGenFramebuffers (1, &frame_buffer);
  glBindFramebuffer (GL_FRAMEBUFFER, frame_buffer);
  glFramebufferTexture2D (GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture, 0);
  return frame_buffer;
}

uint8_t *
test_target_read (GLuint frame_buffer, int width_px, int height_px)
{
  size_t stride = (size_t) width_px * 4;
  uint8_t *rows = malloc (stride * (size_t) height_px);
  uint8_t *swap = malloc (stride);

  glBindFramebuffer (GL_FRAMEBUFFER, frame_buffer);
  glReadPixels (0, 0, width_px, height_px, GL_RGBA, GL_UNSIGNED_BYTE, rows);
  for (int y = 0; y < height_px / 2; y++)
    {
      uint8_t *upper = rows + (size_t) y * stride,
              *lower = rows + (size_t) (height_px - 1 - y) * stride;
      memcpy (swap, upper, stride);
      memcpy (upper, lower, stride);
      memcpy (lower, swap, stride);
    }
  free (swap);
  return rows;
}
