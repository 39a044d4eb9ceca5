/* Ambient occlusion from the depth buffer: how much of the half space over a surface point is filled
 * by its surroundings (as Bavoil and Sainz 2008, "Image-space horizon-based
 * ambient occlusion", by single taps). Taps lie on a spiral, turned by one of 16 angles that repeat every 4x4 pixels, which
 * the 4x4 mean of occlusion-apply.frag removes. Output: 1 is open, 0 is closed. */

in vec2 place;

uniform sampler2D depth;
uniform vec2 clip_mm;      /* near, far */
uniform vec2 half_extent;  /* of the view at 1 mm from the eye, in mm */
uniform float reach_mm;

out vec4 fragment;

const int n_taps = 18;
const float n_turns = 7.0;

float
eye_depth (vec2 at)
{
  float z = textureLod (depth, at, 0.0).r;
  return clip_mm.x * clip_mm.y / (clip_mm.y - z * (clip_mm.y - clip_mm.x));
}

vec3
eye_point (vec2 at)
{
  float d = eye_depth (at);
  return vec3 ((at * 2.0 - 1.0) * half_extent * d, -d);
}

/* The step to the neighbour on one side or the other, whichever stays on the same surface. */
vec3
step_along (vec3 p, vec2 offset)
{
  vec3 ahead = eye_point (place + offset) - p;
  vec3 behind = p - eye_point (place - offset);

  return abs (ahead.z) < abs (behind.z) ? ahead : behind;
}

void
main ()
{
  vec2 size = vec2 (textureSize (depth, 0));

  if (textureLod (depth, place, 0.0).r >= 1.0)
    {
      fragment = vec4 (1.0);
      return;
    }

  vec3 p = eye_point (place);
  vec3 n = normalize (cross (step_along (p, vec2 (1.0 / size.x, 0.0)),
                             step_along (p, vec2 (0.0, 1.0 / size.y))));
  ivec2 cell = ivec2 (gl_FragCoord.xy) & 3;
  float turn = float ((cell.x * 4 + cell.y * 7 + cell.x * cell.y * 3) & 15) / 16.0 * 6.2831853;
  float reach_px = reach_mm / (-p.z * half_extent.y) * 0.5 * size.y;
  float used_mm = reach_mm * min (1.0, 110.0 / reach_px);
  float sum = 0.0;

  reach_px = clamp (reach_px, 3.0, 110.0);
  for (int tap = 0; tap < n_taps; tap++)
    {
      float along = (float (tap) + 0.5) / float (n_taps);
      float angle = along * n_turns * 6.2831853 + turn;
      vec2 at = place + along * reach_px * vec2 (cos (angle), sin (angle)) / size;
      vec3 v = eye_point (at) - p;
      float away = length (v);
      float fade = max (1.0 - away * away / (used_mm * used_mm), 0.0);
      sum += fade * max (dot (v, n) / (away + 0.05) - 0.12, 0.0);
    }
  fragment = vec4 (max (1.0 - 3.0 * sum / float (n_taps), 0.0));
}
