#pragma once

#include "render/brg-gl.h"

/* A frame buffer of our own with colour (RGBA8) and depth (24 bits), since GtkGLArea has neither
 * samples nor a depth that can be read. All functions need the context current. */
typedef struct
{
  GLuint id;
  GLuint colour, depth; /* textures when `samples` is 1, else render buffers */
  int width_px, height_px, samples;
} BrgFrameBuffer;

/* Makes `buffer` this size, and does nothing if it is; a zeroed struct is an absent buffer. With 1
 * sample colour (filtered linearly) and depth (nearest) are textures. `depth` false leaves depth
 * out. BRG_UNSUPPORTED, and the buffer absent, when GL refuses. */
BrgStatus brg_frame_buffer_resize (BrgFrameBuffer *buffer,
                                   int width_px,
                                   int height_px,
                                   int samples,
                                   bool depth,
                                   BrgError *error);

/* Deletes what it holds and zeroes it. */
void brg_frame_buffer_clear (BrgFrameBuffer *buffer);

/* Copies (resolving samples) colour and/or depth, `mask` as for glBlitFramebuffer(). Same size. */
void brg_frame_buffer_copy (const BrgFrameBuffer *from, const BrgFrameBuffer *to, GLbitfield mask);
