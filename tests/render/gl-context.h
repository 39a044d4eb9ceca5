#pragma once

#include <stdint.h>

#include "render/brg-gl.h"

/* A GL context without a window (surfaceless EGL), current on the calling thread. */

/* `es` asks for GLES 3.0, else core GL 3.3. NULL when this machine cannot. */
typedef struct TestContext TestContext;
TestContext *test_context_new (bool es);
void test_context_free (TestContext *context);

/* Reads shader files from the source tree. */
BrgShaderLoader test_shader_loader (void);

/* A texture-backed frame buffer to draw into, and its pixels as RGBA rows from the top. */
GLuint test_target_new (int width_px, int height_px);
uint8_t *test_target_read (GLuint frame_buffer, int width_px, int height_px); /* free() it */
