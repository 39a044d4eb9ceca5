/* The mean of the occlusion over 4x4 pixels of about the same depth, as a factor for the colour that
 * is there (blended by multiplication). */

in vec2 place;

uniform sampler2D occlusion;
uniform sampler2D depth;
uniform vec2 clip_mm;
uniform float strength;

out vec4 fragment;

float
eye_depth (float z)
{
  return clip_mm.x * clip_mm.y / (clip_mm.y - z * (clip_mm.y - clip_mm.x));
}

void
main ()
{
  ivec2 here = ivec2 (gl_FragCoord.xy);
  ivec2 last = textureSize (depth, 0) - 1;
  float middle = eye_depth (texelFetch (depth, here, 0).r);
  float sum = 0.0;
  float weights = 1e-4;

  for (int y = -2; y < 2; y++)
    for (int x = -2; x < 2; x++)
      {
        ivec2 at = clamp (here + ivec2 (x, y), ivec2 (0), last);
        float away = abs (eye_depth (texelFetch (depth, at, 0).r) - middle);
        float weight = max (1.0 - away / 3.0, 0.0);
        sum += weight * texelFetch (occlusion, at, 0).r;
        weights += weight;
      }

  /* Bone lets some light through: what is left of the light in a crevice is warm. */
  float open = mix (1.0, sum / weights, strength);
  fragment = vec4 (pow (vec3 (open), vec3 (1.0, 1.12, 1.24)), 1.0);
}
