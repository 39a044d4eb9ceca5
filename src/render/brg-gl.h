#pragma once

#include <epoxy/gl.h>
#include <stdbool.h>

#include "engine/brg-error.h"

/* Thin helpers over GL 3.3 core and GLES 3.0. Every function here, and every other of render/ that
 * says so, must run with the context current that made the objects it is given. */

/* Where shader text comes from: `load` returns a malloc()ed string for a file name as
 * "mesh.frag", or NULL if there is none. The text has no #version line. */
typedef struct
{
  char *(*load) (void *data, const char *name);
  void *data;
} BrgShaderLoader;

/* Compiles and links two shaders, with the version and precision lines the context wants put in
 * front. 0 and `error` (BRG_UNSUPPORTED, with the compiler's words) on failure. */
GLuint brg_gl_program_new (const BrgShaderLoader *loader,
                           const char *vertex_name,
                           const char *fragment_name,
                           BrgError *error);

/* Location of a uniform, -1 if the linker dropped it (which GL ignores). */
static inline GLint
brg_gl_uniform (GLuint program, const char *name)
{
  return glGetUniformLocation (program, name);
}

/* True when GL is drawn by the CPU (Mesa's llvmpipe, softpipe, or another that says so). */
bool brg_gl_is_software (void);

/* BRG_OK, or what glGetError() says went wrong while doing `what`. Clears the error flags. */
BrgStatus brg_gl_check (const char *what, BrgError *error);

/* Waits until GL is done and returns a monotonic time in ms, for measuring. */
double brg_gl_finish_ms (void);
