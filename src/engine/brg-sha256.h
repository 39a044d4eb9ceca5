#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* SHA-256 of FIPS 180-4, "Secure Hash Standard": by the processor's own instructions where it has
 * them. Lives on the stack and holds nothing to free; used by one thread at a time. */

#define BRG_SHA256_TEXT_SIZE 65 /* 64 hexadecimal digits and a zero */

typedef struct
{
  uint32_t state[8];
  uint64_t n_bytes;
  uint8_t rest[64]; /* the n_bytes % 64 last bytes */
  bool portable;    /* plain C even where the processor has instructions */
} BrgSha256State;

void brg_sha256_init (BrgSha256State *self);
void brg_sha256_update (BrgSha256State *self, const void *bytes, size_t size);

/* The digest in lower case; nothing may be added afterwards. */
void brg_sha256_finish (BrgSha256State *self, char out[BRG_SHA256_TEXT_SIZE]);
