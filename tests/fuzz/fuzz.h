#pragma once

#include <glib.h>
#include <stdint.h>

/* What the targets share. A target is one file with LLVMFuzzerTestOneInput(); it is linked with
 * libFuzzer in a build made for that (`./dev fuzz`) and with fuzz-replay.c in any other. It aborts
 * when the code under test breaks a promise; what it finds stays in corpus/TARGET for good. */

G_BEGIN_DECLS

/* One run over `size` bytes; returns 0. */
int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

/* A folder of this process alone, removed with all in it when the process exits properly. */
const char *fuzz_folder (void);

/* Puts the bytes into the file `name` of that folder and returns its path. */
char *fuzz_write (const char *name, const void *bytes, gsize size);

/* Removes what is in that folder and returns how many files there were. */
guint fuzz_clear (void);

/* Appends the bytes as one gzip member, or as a zlib stream. */
void fuzz_pack (GByteArray *out, const void *bytes, gsize size, gboolean as_gzip);

/* The front of the input as a little-endian number, missing bytes being 0; `bytes` and `size` move
 * on. */
guint32 fuzz_take (const uint8_t **bytes, size_t *size, guint n_bytes);

G_END_DECLS
