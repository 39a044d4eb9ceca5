/* Lights that stand still around the viewer: a warm key from the upper left, a cool fill from the
 * right, a rim from behind, and a sky that is brighter above than below. Colours are linear inside
 * and encoded at the end; the output is premultiplied. */

in vec3 eye_position;
in vec3 eye_normal;

uniform vec3 colour;   /* linear */
uniform float opacity; /* 1: opaque */
uniform float inside_light; /* on the back of faces; 1 hides the tears of a proxy */

out vec4 fragment;

const vec3 key_direction = vec3 (-0.48, 0.62, 0.62);
const vec3 fill_direction = vec3 (0.78, 0.05, 0.62);
const vec3 rim_direction = vec3 (0.25, 0.62, -0.74);
const vec3 key_light = vec3 (1.00, 0.955, 0.88);
const vec3 fill_light = vec3 (0.115, 0.13, 0.155);
const vec3 rim_light = vec3 (0.42, 0.44, 0.47);
const vec3 sky_light = vec3 (0.185, 0.19, 0.20);
const vec3 ground_light = vec3 (0.085, 0.070, 0.056);

/* Lambert, softened at the terminator. */
float
wrapped (vec3 n, vec3 light, float wrap)
{
  return max ((dot (n, light) + wrap) / (1.0 + wrap), 0.0);
}

void
main ()
{
  vec3 to_eye = normalize (-eye_position);
  vec3 n = normalize (eye_normal);
  float inside = gl_FrontFacing ? 0.0 : 1.0;

  n = inside > 0.5 ? -n : n;

  float facing = clamp (dot (n, to_eye), 0.0, 1.0);
  vec3 key = normalize (key_direction);
  vec3 rim = normalize (rim_direction);
  vec3 light = mix (ground_light, sky_light, 0.5 + 0.5 * n.y);
  light += key_light * wrapped (n, key, 0.06);
  light += fill_light * wrapped (n, normalize (fill_direction), 0.25);
  light += rim_light * max (dot (n, rim), 0.0) * (1.0 - facing);

  float gloss = pow (max (dot (n, normalize (key + to_eye)), 0.0), 34.0) * 0.12;
  float edge = pow (1.0 - facing, 3.0);
  /* Surfaces seen at a glancing angle darken a little: that draws the contour. */
  vec3 shaded = colour * light * mix (1.0, 0.72, edge) + vec3 (gloss);

  shaded *= mix (1.0, inside_light, inside) * (opacity < 1.0 ? 1.2 : 1.0);
  shaded = shaded / (1.0 + 0.12 * shaded);

  /* Glass: thicker where it is seen at a glancing angle, its far wall fainter than its near one. */
  float alpha = opacity < 1.0 ? mix (opacity, 1.0, 0.7 * edge) * mix (1.0, 0.6, inside) : 1.0;
  fragment = vec4 (pow (clamp (shaded, 0.0, 1.0), vec3 (1.0 / 2.2)) * alpha, alpha);
}
