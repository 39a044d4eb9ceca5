#include "render/brg-gl.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DESKTOP_PREFIX "#version 330 core\n"
#define ES_PREFIX                                                                                  \
  "#version 300 es\n"                                                                              \
  "precision highp float;\n"                                                                       \
  "precision highp int;\n"                                                                         \
  "precision highp sampler2D;\n"

static GLuint
compile (const BrgShaderLoader *loader, const char *name, GLenum type, BrgError *error)
{
  char *text = loader->load (loader->data, name);
  char log[256] = "";
  GLint ok = GL_FALSE;

  if (text == NULL)
    {
      brg_error_set (error, BRG_UNSUPPORTED, "shader %s is missing", name);
      return 0;
    }
  const char *parts[2] = { epoxy_is_desktop_gl () ? DESKTOP_PREFIX : ES_PREFIX, text };
  GLuint shader = glCreateShader (type);
  glShaderSource (shader, 2, parts, NULL);
  glCompileShader (shader);
  free (text);
  glGetShaderiv (shader, GL_COMPILE_STATUS, &ok);
  if (ok)
    return shader;
  glGetShaderInfoLog (shader, sizeof log, NULL, log);
  glDeleteShader (shader);
  brg_error_set (error, BRG_UNSUPPORTED, "shader %s does not compile: %s", name, log);
  return 0;
}

static GLuint
link_program (GLuint vertex, GLuint fragment, const char *name, BrgError *error)
{
  GLuint program = glCreateProgram ();
  char log[256] = "";
  GLint ok = GL_FALSE;

  glAttachShader (program, vertex);
  glAttachShader (program, fragment);
  glLinkProgram (program);
  glDetachShader (program, vertex);
  glDetachShader (program, fragment);
  glGetProgramiv (program, GL_LINK_STATUS, &ok);
  if (ok)
    return program;
  glGetProgramInfoLog (program, sizeof log, NULL, log);
  glDeleteProgram (program);
  brg_error_set (error, BRG_UNSUPPORTED, "shaders of %s do not link: %s", name, log);
  return 0;
}

GLuint
brg_gl_program_new (const BrgShaderLoader *loader,
                    const char *vertex_name,
                    const char *fragment_name,
                    BrgError *error)
{
  GLuint vertex = compile (loader, vertex_name, GL_VERTEX_SHADER, error);
  GLuint fragment = vertex != 0 ? compile (loader, fragment_name, GL_FRAGMENT_SHADER, error) : 0;
  GLuint program = fragment != 0 ? link_program (vertex, fragment, fragment_name, error) : 0;

  glDeleteShader (vertex);
  glDeleteShader (fragment);
  return program;
}

bool
brg_gl_is_software (void)
{
  static const char *const names[] = { "llvmpipe",
                                       "softpipe",
                                       "swrast",
                                       "SwiftShader",
                                       "Software",
                                       "GDI Generic",
                                       "Microsoft Basic Render" };
  const char *renderer = (const char *) glGetString (GL_RENDERER);

  for (size_t n = 0; renderer != NULL && n < sizeof names / sizeof names[0]; n++)
    if (strstr (renderer, names[n]) != NULL)
      return true;
  return false;
}

BrgStatus
brg_gl_check (const char *what, BrgError *error)
{
  GLenum first = glGetError ();

  if (first == GL_NO_ERROR)
    return BRG_OK;
  for (int flag = 0; flag < 8 && glGetError () != GL_NO_ERROR; flag++)
    continue;
  return brg_error_set (error, first == GL_OUT_OF_MEMORY ? BRG_NO_MEMORY : BRG_UNSUPPORTED,
                        "OpenGL error 0x%04x while %s", (unsigned) first, what);
}

double
brg_gl_finish_ms (void)
{
  struct timespec now;

  glFinish ();
  clock_gettime (CLOCK_MONOTONIC, &now);
  return (double) now.tv_sec * 1e3 + (double) now.tv_nsec * 1e-6;
}
