#pragma once

#include <stdint.h>

/* SplitMix64 (Steele, Lea and Flood 2014): a 64-bit state stepped by the golden ratio and mixed.
 * Small, seedable by any number, the same on every machine. Not for secrets. */
typedef struct
{
  uint64_t state;
} BrgRandom;

/* A generator for entry `index` of the series `seed`; entries are independent of one another. */
BrgRandom brg_random_new (uint64_t seed, uint64_t index);

uint64_t brg_random_next (BrgRandom *random);

/* Uniform in [lo, hi), 53 bits. */
double brg_random_real (BrgRandom *random, double lo, double hi);

/* Uniform in lo..hi, both included; without bias (rejection). lo <= hi. */
int brg_random_int (BrgRandom *random, int lo, int hi);
