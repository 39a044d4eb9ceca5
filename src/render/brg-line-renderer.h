#pragma once

#include "engine/brg-geometry.h"
#include "render/brg-gl.h"

/* Straight lines of constant width on the screen, with soft sides (core GL has only lines of one
 * pixel). All functions need the context current. */
typedef struct
{
  BrgVec3 from, to; /* LPS mm */
  uint32_t rgb;     /* 0xRRGGBB */
  double opacity;
} BrgLine;

#define BRG_MAX_LINES 16

typedef struct
{
  GLuint program, vertex_array, vertices;
} BrgLineRenderer;

BrgStatus
brg_line_renderer_init (BrgLineRenderer *self, const BrgShaderLoader *loader, BrgError *error);
void brg_line_renderer_clear (BrgLineRenderer *self);

/* Draws at most BRG_MAX_LINES lines into the bound frame buffer: in full where nothing is in front
 * of them, faintly where something is. Leaves the depth test at GL_LEQUAL. */
void brg_line_renderer_draw (const BrgLineRenderer *self,
                             const BrgLine *lines,
                             int n_lines,
                             const float eye_from_lps[16],
                             const float clip_from_eye[16],
                             const int view_px[2],
                             double width_px);
