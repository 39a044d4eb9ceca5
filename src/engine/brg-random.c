#include "engine/brg-random.h"

#define GOLDEN UINT64_C (0x9E3779B97F4A7C15)

BrgRandom
brg_random_new (uint64_t seed, uint64_t index)
{
  BrgRandom random = { seed };

  random.state = brg_random_next (&random) ^ index * UINT64_C (0xD1B54A32D192ED03);
  random.state = brg_random_next (&random);
  return random;
}

uint64_t
brg_random_next (BrgRandom *random)
{
  uint64_t z = random->state += GOLDEN;

  z = (z ^ z >> 30) * UINT64_C (0xBF58476D1CE4E5B9);
  z = (z ^ z >> 27) * UINT64_C (0x94D049BB133111EB);
  return z ^ z >> 31;
}

double
brg_random_real (BrgRandom *random, double lo, double hi)
{
  return lo + (hi - lo) * ((double) (brg_random_next (random) >> 11) * 0x1p-53);
}

int
brg_random_int (BrgRandom *random, int lo, int hi)
{
  uint64_t range = (uint64_t) ((int64_t) hi - lo) + 1;
  uint64_t limit = UINT64_MAX - UINT64_MAX % range;
  uint64_t draw = brg_random_next (random);

  while (draw >= limit)
    draw = brg_random_next (random);
  return (int) (lo + (int64_t) (draw % range));
}
