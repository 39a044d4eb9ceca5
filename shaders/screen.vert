/* One triangle that covers the view at the far plane; no buffers needed. */

out vec2 place; /* 0..1 from the lower left */

void
main ()
{
  vec2 corner = vec2 (gl_VertexID == 1 ? 2.0 : 0.0, gl_VertexID == 2 ? 2.0 : 0.0);

  place = corner;
  gl_Position = vec4 (corner * 2.0 - 1.0, 1.0, 1.0);
}
