/* A vertex to clip space, with what the lighting needs in eye axes. */

layout (location = 0) in vec3 position;
layout (location = 1) in vec4 normal;

uniform mat4 eye_from_lps;
uniform mat4 clip_from_eye;

out vec3 eye_position;
out vec3 eye_normal;

invariant gl_Position;

void
main ()
{
  vec4 p = eye_from_lps * vec4 (position, 1.0);

  eye_position = p.xyz;
  eye_normal = mat3 (eye_from_lps) * normal.xyz;
  gl_Position = clip_from_eye * p;
}
