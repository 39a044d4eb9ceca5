/* Puts the finished picture into the view. Where the picture has one sample per pixel, edges are
 * smoothed along their direction, found from the brightness of the neighbours. */

in vec2 place;

uniform sampler2D picture;
uniform bool smooth_edges;

out vec4 fragment;

float
luma (vec2 at)
{
  return dot (textureLod (picture, at, 0.0).rgb, vec3 (0.299, 0.587, 0.114));
}

vec3
blended (vec2 at, vec2 along)
{
  return 0.5 * (textureLod (picture, at - along, 0.0).rgb + textureLod (picture, at + along, 0.0).rgb);
}

void
main ()
{
  vec3 own = textureLod (picture, place, 0.0).rgb;

  fragment = vec4 (own, 1.0);
  if (!smooth_edges)
    return;

  vec2 pixel = 1.0 / vec2 (textureSize (picture, 0));
  float nw = luma (place + pixel * vec2 (-1.0, 1.0)), ne = luma (place + pixel);
  float sw = luma (place - pixel), se = luma (place + pixel * vec2 (1.0, -1.0));
  float middle = dot (own, vec3 (0.299, 0.587, 0.114));
  float least = min (middle, min (min (nw, ne), min (sw, se)));
  float most = max (middle, max (max (nw, ne), max (sw, se)));

  if (most - least < max (0.03, most * 0.08))
    return;

  vec2 direction = vec2 ((sw + se) - (nw + ne), (ne + se) - (nw + sw));
  float damping = max ((nw + ne + sw + se) * 0.03125, 1.0 / 128.0);
  direction /= min (abs (direction.x), abs (direction.y)) + damping;
  direction = clamp (direction, vec2 (-8.0), vec2 (8.0)) * pixel;

  vec3 near = blended (place, direction / 6.0);
  vec3 far = 0.5 * near + 0.5 * blended (place, direction * 0.5);
  float far_luma = dot (far, vec3 (0.299, 0.587, 0.114));
  fragment = vec4 (far_luma < least || far_luma > most ? near : far, 1.0);
}
