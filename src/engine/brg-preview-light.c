#include "engine/brg-preview-private.h"

#define GLOSS 0.10f

#define KEY                                                                                        \
  {                                                                                                \
    -0.4319f, 0.5938f, 0.6788f                                                                     \
  }

/* Directions towards the lights in viewer space, unit length; `wrap` softens the terminator. */
typedef struct
{
  float direction[3];
  float colour[3];
  float wrap;
} Lamp;

const float _brg_preview_key[3] = KEY;

static const Lamp key = { KEY, { 0.84f, 0.80f, 0.74f }, 0.20f };
static const Lamp fill = { { 0.8165f, 0.0408f, 0.5759f }, { 0.13f, 0.14f, 0.16f }, 0.50f };
static const Lamp rim = { { 0.3508f, 0.5513f, -0.7569f }, { 0.30f, 0.31f, 0.34f }, 0.00f };

/* Even light from the sky above the viewer and from the ground below. */
static const float sky[3] = { 0.21f, 0.21f, 0.22f };
static const float ground[3] = { 0.11f, 0.10f, 0.09f };

static inline float
dot (const float a[3], const float b[3])
{
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static inline float
positive (float x)
{
  return x > 0 ? x : 0;
}

static float
share_of (const Lamp *lamp, const float normal[3])
{
  return positive (dot (lamp->direction, normal) + lamp->wrap) / (1 + lamp->wrap);
}

/* Cosine to the 32nd of the angle between the normal and the half-way vector. */
static float
highlight (const float normal[3], const float to_viewer[3])
{
  float half[3], square = 0;

  for (int a = 0; a < 3; a++)
    {
      half[a] = key.direction[a] + to_viewer[a];
      square += half[a] * half[a];
    }
  float cosine = positive (dot (half, normal)) / sqrtf (square);
  for (int n = 0; n < 5; n++)
    cosine *= cosine;
  return cosine;
}

/* The sRGB curve taken as a square: exact enough for shading and free of pow(). */
static float
linear_from_byte (uint32_t byte)
{
  float value = (float) (byte & 0xff) / 255;
  return value * value;
}

void
_brg_preview_light (uint32_t rgb,
                    const float normal[3],
                    const float to_viewer[3],
                    float openness,
                    float lit,
                    float light[3])
{
  float up = 0.5f + 0.5f * normal[1];
  float grazing = 1 - positive (dot (normal, to_viewer));
  float key_share = lit * share_of (&key, normal), fill_share = share_of (&fill, normal);
  float rim_share = share_of (&rim, normal) * grazing;
  float shine = GLOSS * highlight (normal, to_viewer) * lit * openness;
  float direct = 0.35f + 0.65f * openness;

  for (int a = 0; a < 3; a++)
    {
      float colour = linear_from_byte (rgb >> (16 - 8 * a));
      float even = (ground[a] + (sky[a] - ground[a]) * up) * openness;
      /* Light that bounces inside a crevice takes on the colour of the surface. */
      float bounce = 0.5f * even * (1 - openness) * colour;
      light[a] = colour * (even + bounce +
                           direct * (key.colour[a] * key_share + fill.colour[a] * fill_share) +
                           rim.colour[a] * rim_share * openness) +
                 shine;
    }
}

void
_brg_preview_ground (float x, float y, float aspect, float light[3])
{
  float dx = (x - 0.5f) * aspect, dy = y - 0.42f;
  float away = dx * dx + dy * dy;
  float level = 0.052f / (1 + 3.2f * away);

  light[0] = level * 0.98f;
  light[1] = level;
  light[2] = level * 1.06f;
}
