/* A segment as a strip of constant width on the screen: each corner knows both ends. */

layout (location = 0) in vec3 from;
layout (location = 1) in vec3 to;
layout (location = 2) in vec2 corner; /* which end (0, 1), which side (-1, 1) */
layout (location = 3) in vec4 colour; /* encoded, not premultiplied */

uniform mat4 eye_from_lps;
uniform mat4 clip_from_eye;
uniform vec2 view_px;
uniform float width_px;

out vec4 line_colour;
out float across_px; /* distance from the middle of the line */

/* `p` moved along the segment to in front of the eye. */
vec4
in_front (vec4 p, vec4 other)
{
  float least = 0.01;

  if (p.w >= least || other.w <= least)
    return p;
  return mix (p, other, (least - p.w) / (other.w - p.w));
}

void
main ()
{
  vec4 a = clip_from_eye * eye_from_lps * vec4 (from, 1.0);
  vec4 b = clip_from_eye * eye_from_lps * vec4 (to, 1.0);
  vec4 near_a = in_front (a, b);
  vec4 near_b = in_front (b, a);
  vec2 along = (near_b.xy / near_b.w - near_a.xy / near_a.w) * view_px;
  vec2 side = normalize (vec2 (-along.y, along.x) + vec2 (0.0, 1e-6));
  vec4 p = corner.x < 0.5 ? near_a : near_b;
  float reach_px = 0.5 * width_px + 1.0;

  p.xy += corner.y * side * reach_px * 2.0 / view_px * p.w;
  across_px = corner.y * reach_px;
  line_colour = colour;
  gl_Position = p;
}
