#include "render/brg-line-renderer.h"

#include <stddef.h>

#define HIDDEN_OPACITY 0.22f

typedef struct
{
  float from[3], to[3], corner[2], colour[4];
} LineVertex;

static void
add_line (const BrgLine *line, LineVertex out[6])
{
  static const float corners[6][2] = {
    { 0, -1 }, { 1, -1 }, { 0, 1 }, { 0, 1 }, { 1, -1 }, { 1, 1 }
  };

  for (int c = 0; c < 6; c++)
    out[c] = (LineVertex){
      { (float) line->from.x, (float) line->from.y, (float) line->from.z },
      { (float) line->to.x, (float) line->to.y, (float) line->to.z },
      { corners[c][0], corners[c][1] },
      { (float) (line->rgb >> 16 & 0xff) / 255, (float) (line->rgb >> 8 & 0xff) / 255,
        (float) (line->rgb & 0xff) / 255, (float) line->opacity },
    };
}

static void
set_attribute (GLuint index, GLint size, size_t offset)
{
  glVertexAttribPointer (index, size, GL_FLOAT, GL_FALSE, sizeof (LineVertex),
                         (const void *) offset);
  glEnableVertexAttribArray (index);
}

BrgStatus
brg_line_renderer_init (BrgLineRenderer *self, const BrgShaderLoader *loader, BrgError *error)
{
  *self = (BrgLineRenderer){ 0 };
  self->program = brg_gl_program_new (loader, "line.vert", "line.frag", error);
  if (self->program == 0)
    return BRG_UNSUPPORTED;
  glGenVertexArrays (1, &self->vertex_array);
  glGenBuffers (1, &self->vertices);
  glBindVertexArray (self->vertex_array);
  glBindBuffer (GL_ARRAY_BUFFER, self->vertices);
  set_attribute (0, 3, offsetof (LineVertex, from));
  set_attribute (1, 3, offsetof (LineVertex, to));
  set_attribute (2, 2, offsetof (LineVertex, corner));
  set_attribute (3, 4, offsetof (LineVertex, colour));
  glBindVertexArray (0);
  return BRG_OK;
}

void
brg_line_renderer_clear (BrgLineRenderer *self)
{
  if (self->program != 0)
    {
      glDeleteProgram (self->program);
      glDeleteVertexArrays (1, &self->vertex_array);
      glDeleteBuffers (1, &self->vertices);
    }
  *self = (BrgLineRenderer){ 0 };
}

void
brg_line_renderer_draw (const BrgLineRenderer *self,
                        const BrgLine *lines,
                        int n_lines,
                        const float eye_from_lps[16],
                        const float clip_from_eye[16],
                        const int view_px[2],
                        double width_px)
{
  LineVertex vertices[6 * BRG_MAX_LINES];
  GLuint program = self->program;

  for (int l = 0; l < n_lines; l++)
    add_line (&lines[l], vertices + 6 * l);
  glBindVertexArray (self->vertex_array);
  glBindBuffer (GL_ARRAY_BUFFER, self->vertices);
  glBufferData (GL_ARRAY_BUFFER, n_lines * 6 * (GLsizeiptr) sizeof vertices[0], vertices,
                GL_STREAM_DRAW);
  glUseProgram (program);
  glUniformMatrix4fv (brg_gl_uniform (program, "eye_from_lps"), 1, GL_FALSE, eye_from_lps);
  glUniformMatrix4fv (brg_gl_uniform (program, "clip_from_eye"), 1, GL_FALSE, clip_from_eye);
  glUniform2f (brg_gl_uniform (program, "view_px"), (float) view_px[0], (float) view_px[1]);
  glUniform1f (brg_gl_uniform (program, "width_px"), (float) width_px);
  glDisable (GL_CULL_FACE);
  glEnable (GL_BLEND);
  glDepthMask (GL_FALSE);
  glDepthFunc (GL_GREATER);
  glUniform1f (brg_gl_uniform (program, "opacity"), HIDDEN_OPACITY);
  glDrawArrays (GL_TRIANGLES, 0, 6 * n_lines);
  glDepthFunc (GL_LEQUAL);
  glUniform1f (brg_gl_uniform (program, "opacity"), 1);
  glDrawArrays (GL_TRIANGLES, 0, 6 * n_lines);
}
