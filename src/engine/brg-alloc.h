#pragma once

#include <stddef.h>

#include "engine/brg-error.h"

/* Large buffers: overflow-checked and 64-byte aligned. They may fail, and a failure is a clean
 * BRG_NO_MEMORY error, never an abort. Free with brg_free(). Thread-safe. */

/* `count` elements of `size` bytes, contents undefined. NULL and `error` on overflow or shortage.
 * A zero count gives a valid, non-NULL pointer. */
void *brg_alloc (size_t count, size_t size, BrgError *error);

/* The same, filled with zero bytes. */
void *brg_alloc_zero (size_t count, size_t size, BrgError *error);

/* As realloc() for a brg_alloc() buffer: moves `old_count` elements into a buffer of `count`.
 * On failure returns NULL and leaves `buffer` untouched. */
void *brg_alloc_grow (void *buffer, size_t old_count, size_t count, size_t size, BrgError *error);

/* Frees a buffer of brg_alloc(); NULL is allowed. */
void brg_free (void *buffer);
