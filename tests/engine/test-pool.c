/* Buffers come back from a pool, are kept up to its limit and outlive it. */

#include <glib.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/brg-alloc.h"

#define MIB ((size_t) 1 << 20)

static void
test_reuse (void)
{
  BrgPool *pool = brg_pool_new (8 * MIB, NULL);
  char *first = brg_alloc_in (pool, 3 * MIB, 1, NULL);

  memset (first, 1, 3 * MIB);
  brg_free (first);
  char *second = brg_alloc_zero_in (pool, 3 * MIB - 100, 1, NULL);
  g_assert_true (second == first);
  for (size_t b = 0; b < 3 * MIB - 100; b++)
    g_assert_cmpint (second[b], ==, 0);
  char *third = brg_alloc_in (pool, 3 * MIB, 1, NULL);
  g_assert_true (third != second);
  brg_free (second);
  brg_free (third);
  brg_pool_free (pool);
}

/* Neither a block too small nor one far too large is handed out. */
static void
test_fit (void)
{
  BrgPool *pool = brg_pool_new (64 * MIB, NULL);
  void *small = brg_alloc_in (pool, MIB, 1, NULL), *large = brg_alloc_in (pool, 30 * MIB, 1, NULL);

  brg_free (small);
  brg_free (large);
  void *between = brg_alloc_in (pool, 10 * MIB, 1, NULL);
  g_assert_true (between != small && between != large);
  void *fits = brg_alloc_in (pool, 25 * MIB, 1, NULL);
  g_assert_true (fits == large);
  brg_free (between);
  brg_free (fits);
  brg_pool_free (pool);
}

static void
test_limit (void)
{
  BrgPool *pool = brg_pool_new (4 * MIB, NULL);
  size_t bytes = 3 * MIB;
  void *buffers[3];

  for (int b = 0; b < 3; b++)
    buffers[b] = brg_alloc_in (pool, 2 * MIB - 64, 1, NULL);
  for (int b = 0; b < 3; b++)
    brg_free (buffers[b]);
  brg_free (brg_alloc_in (pool, 9 * MIB, 1, NULL)); /* larger than the pool: not kept */
  for (int b = 2; b >= 1; b--)
    {
      bytes = 2 * MIB;
      void *block = brg_pool_take (pool, &bytes);
      g_assert_nonnull (block);
      g_assert_cmpuint (bytes, ==, 2 * MIB);
      free (block);
      brg_pool_put (pool, NULL, 0);
    }
  bytes = 2 * MIB;
  g_assert_null (brg_pool_take (pool, &bytes));
  brg_pool_put (pool, NULL, 0);
  brg_pool_free (pool);
}

static void
test_outlives (void)
{
  BrgPool *pool = brg_pool_new (8 * MIB, NULL);
  char *buffer = brg_alloc_in (pool, MIB, 1, NULL);

  brg_pool_free (pool);
  memset (buffer, 1, MIB);
  buffer = brg_alloc_grow (buffer, MIB, 2 * MIB, 1, NULL);
  g_assert_cmpint (buffer[MIB - 1], ==, 1);
  brg_free (buffer);
  brg_pool_free (NULL);
}

static void
test_overflow (void)
{
  BrgPool *pool = brg_pool_new (MIB, NULL);
  BrgError error = { 0 };

  g_assert_null (brg_alloc_in (pool, SIZE_MAX / 2, 3, &error));
  g_assert_cmpint (error.status, ==, BRG_NO_MEMORY);
  g_assert_null (brg_alloc_in (pool, SIZE_MAX - 10, 1, &error));
  brg_pool_free (pool);
}

static gpointer
churn (gpointer data)
{
  for (size_t n = 1; n < 400; n++)
    {
      char *a = brg_alloc_in (data, n * 1000, 1, NULL), *b = brg_alloc_in (data, n * 700, 1, NULL);
      memset (a, (int) n, n * 1000);
      memset (b, (int) n + 1, n * 700);
      g_assert_cmpint ((guchar) a[n], ==, n & 0xff);
      brg_free (a);
      brg_free (b);
    }
  return NULL;
}

static void
test_threads (void)
{
  BrgPool *pool = brg_pool_new (MIB, NULL);
  GThread *threads[4];

  for (int t = 0; t < 4; t++)
    threads[t] = g_thread_new ("churn", churn, pool);
  for (int t = 0; t < 4; t++)
    g_thread_join (threads[t]);
  brg_pool_free (pool);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pool/reuse", test_reuse);
  g_test_add_func ("/pool/fit", test_fit);
  g_test_add_func ("/pool/limit", test_limit);
  g_test_add_func ("/pool/outlives", test_outlives);
  g_test_add_func ("/pool/overflow", test_overflow);
  g_test_add_func ("/pool/threads", test_threads);
  return g_test_run ();
}
