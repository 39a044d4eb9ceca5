/* A vertical gradient, lifted behind the middle, dithered so that 8 bits show no bands. */

in vec2 place;

uniform vec3 top;    /* encoded */
uniform vec3 bottom; /* encoded */

out vec4 fragment;

void
main ()
{
  vec2 from_middle = (place - vec2 (0.5, 0.55)) * vec2 (1.0, 1.1);
  float lift = 1.0 + 0.16 * (1.0 - smoothstep (0.0, 0.75, length (from_middle)));
  float noise = fract (52.9829189 * fract (dot (gl_FragCoord.xy, vec2 (0.06711056, 0.00583715))));

  fragment = vec4 (mix (bottom, top, place.y) * lift + (noise - 0.5) / 255.0, 1.0);
}
