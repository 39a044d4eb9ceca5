#pragma once

#include <glib.h>

/* Files of strangers: each is read right, read with a warning, or refused with one line that names
 * the file. */
typedef enum
{
  ACCEPT,
  WARN,
  REJECT,
} Verdict;

/* 4 x 4 x 4 int16 samples, little endian, of which sample n is n - 32. */
GByteArray *verdict_samples (void);

/* Reads a file of these samples as a scan. `says` is part of the first warning or of the error. */
void verdict_assert (const char *path, Verdict verdict, const char *says);

/* The same of a file of the bytes, called `name`. */
void
verdict_assert_bytes (const char *name, const GByteArray *bytes, Verdict verdict, const char *says);

/* Reads whatever is there and checks only that the answer is well formed. */
void verdict_read_anything (const char *path);

/* The file `name` of every shorter length is refused. */
void verdict_assert_cut (const char *name, const GByteArray *bytes);

/* Reads the file `name` with every `step`-th bit of its first `n_bytes` bytes flipped, one at a
 * time, and leaves it sound. */
void verdict_flip_bits (const char *name, GByteArray *bytes, guint n_bytes, guint step);
