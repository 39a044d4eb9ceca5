/* A line with soft sides. */

in vec4 line_colour;
in float across_px;

uniform float width_px;
uniform float opacity;

out vec4 fragment;

void
main ()
{
  float cover = clamp (0.5 * width_px + 0.5 - abs (across_px), 0.0, 1.0);
  float alpha = cover * line_colour.a * opacity;

  fragment = vec4 (line_colour.rgb * alpha, alpha);
}
