#pragma once

#include "engine/brg-job.h"

/* Private to engine/: inner loops compiled once for each instruction set.
 *
 * A file listed under `engine_kernels` in meson.build is plain C, compiled for the platform's
 * baseline and, on x86-64, again for AVX2 and the bit instructions that came with it. It names
 * its functions by BRG_ISA_NAME(); its header declares all of them at once with
 * BRG_ISA_DECLARE(); the operation picks one, once a call, with BRG_ISA_PICK(). All of them give
 * the same bytes, which tests check with a job whose `baseline` is set.
 *
 *   header   typedef void BrgXRow (const uint64_t *from, uint64_t *to, size_t n);
 *            BRG_ISA_DECLARE (BrgXRow, _brg_x_row);
 *   kernel   void BRG_ISA_NAME (_brg_x_row) (const uint64_t *from, uint64_t *to, size_t n) { ... }
 *   use      BrgXRow *row = BRG_ISA_PICK (job, _brg_x_row);
 */

#define BRG_ISA_JOIN_(name, isa) name##_##isa
#define BRG_ISA_JOIN(name, isa)  BRG_ISA_JOIN_ (name, isa)

/* BRG_ISA is given by the build: base or avx2. */
#define BRG_ISA_NAME(name) BRG_ISA_JOIN (name, BRG_ISA)

#ifdef BRG_HAVE_AVX2
#define BRG_ISA_DECLARE(type, name) type name##_base, name##_avx2
#define BRG_ISA_PICK(job, name)     (brg_isa_is_avx2 (job) ? name##_avx2 : name##_base)
#else
#define BRG_ISA_DECLARE(type, name) type name##_base
#define BRG_ISA_PICK(job, name)     ((void) (job), name##_base)
#endif

/* May the call use AVX2, BMI and POPCNT here? */
static inline bool
brg_isa_is_avx2 (const BrgJob *job)
{
#ifdef BRG_HAVE_AVX2
  return !(job != NULL && job->baseline) && __builtin_cpu_supports ("avx2") &&
         __builtin_cpu_supports ("bmi") && __builtin_cpu_supports ("bmi2") &&
         __builtin_cpu_supports ("popcnt") && __builtin_cpu_supports ("lzcnt");
#else
  (void) job;
  return false;
#endif
}
