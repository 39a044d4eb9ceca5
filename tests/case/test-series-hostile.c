/* Series of which one slice is damaged, in any way: what is made of the rest is sound, and that
 * something is missing is told. */

#include <string.h>

#include "case/brg-file-private.h"
#include "case/brg-series.h"
#include "support/dicom-file.h"

#define COLUMNS 9
#define ROWS    7
#define SLICES  5
#define MUTANTS 240

static char *folder;

static GByteArray *
make_slice (int s)
{
  gint16 samples[COLUMNS * ROWS];
  const DicomSlice slice = { .columns = COLUMNS,
                             .rows = ROWS,
                             .row_mm = 9,
                             .column_mm = 8,
                             .intercept = -1024,
                             .position = { -40, -30, 10 * s },
                             .canary = "CANARY",
                             .samples = samples };

  for (int v = 0; v < COLUMNS * ROWS; v++)
    samples[v] = (gint16) (1024 + s);
  return dicom_slice (&slice);
}

static void
put (int s, const guint8 *bytes, gsize size)
{
  g_autofree char *name = g_strdup_printf ("IM%d", s);
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, (const char *) bytes, (gssize) size, NULL));
}

static void
put_all (void)
{
  for (int s = 0; s < SLICES; s++)
    {
      g_autoptr (GByteArray) bytes = make_slice (s);
      put (s, bytes->data, bytes->len);
    }
}

static GPtrArray *
find (void)
{
  GError *error = NULL;
  GPtrArray *all = brg_series_find (folder, NULL, &error);

  g_assert_no_error (error);
  return all;
}

/* Reads what can be read in both ways: a scan of a sound grid, or words. */
static void
read_usable (const BrgSeries *series)
{
  for (int mode = BRG_SERIES_AS_IT_IS; mode <= BRG_SERIES_RESAMPLE; mode++)
    {
      g_autoptr (GError) error = NULL;
      g_auto (GStrv) warnings = NULL;
      BrgVolume *scan =
        brg_series_read (series, (BrgSeriesMode) mode, NULL, &warnings, NULL, &error);
      g_assert_true ((scan == NULL) == (error != NULL));
      if (scan == NULL)
        continue;
      for (int axis = 0; axis < 3; axis++)
        {
          double spacing_mm = brg_grid_spacing_mm (&scan->grid, axis);
          g_assert_true (spacing_mm >= 0.01 && spacing_mm <= 50);
        }
      brg_volume_unref (scan);
    }
}

/* 240 times one to eight bytes of one slice changed anywhere. */
static void
test_mutants (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (240);
  guint n_usable = 0;

  put_all ();
  for (int m = 0; m < MUTANTS; m++)
    {
      int s = g_rand_int_range (rand, 0, SLICES);
      g_autoptr (GByteArray) bytes = make_slice (s), sound = make_slice (s);
      for (int change = g_rand_int_range (rand, 1, 9); change > 0; change--)
        bytes->data[g_rand_int_range (rand, 128, (int) bytes->len)] = (guint8) g_rand_int (rand);
      put (s, bytes->data, bytes->len);
      g_autoptr (GPtrArray) all = find ();
      for (guint a = 0; a < all->len; a++)
        if (((BrgSeries *) all->pdata[a])->reason == NULL)
          {
            read_usable (all->pdata[a]);
            n_usable++;
          }
      put (s, sound->data, sound->len);
    }
  g_test_message ("%u of %d series were usable", n_usable, MUTANTS);
  g_assert_cmpuint (n_usable, >, MUTANTS / 2);
}

/* Offset behind the element of the series, from where on a file is known to be of it. */
static gsize
behind_series (const GByteArray *bytes)
{
  static const guint8 series[] = { 0x20, 0, 0x0e, 0, 'U', 'I', 6, 0 };

  for (gsize at = 0; at + sizeof series <= bytes->len; at++)
    if (memcmp (bytes->data + at, series, sizeof series) == 0)
      return at + sizeof series + 6;
  g_assert_not_reached ();
}

/* The last slice, cut anywhere: it is no part of the stack, and the series tells that from where on
 * it is known to be one of its own. */
static void
test_truncated (void)
{
  g_autoptr (GByteArray) last = make_slice (SLICES - 1);
  gsize known = behind_series (last);

  put_all ();
  for (gsize size = 0; size < last->len; size++)
    {
      put (SLICES - 1, last->data, size);
      g_autoptr (GPtrArray) all = find ();
      const BrgSeries *series = all->pdata[0];
      g_assert_null (series->reason);
      g_assert_cmpint (series->stack.n, ==, SLICES - 1);
      if (size >= known)
        g_assert_cmpuint (series->n_broken, ==, 1);
      g_assert_cmpuint (g_strv_length (series->remarks), ==, series->n_broken);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("hostile-XXXXXX", NULL);
  g_test_add_func ("/series/hostile/mutants", test_mutants);
  g_test_add_func ("/series/hostile/truncated", test_truncated);
  int result = g_test_run ();
  _brg_file_remove_tree (folder);
  g_free (folder);
  return result;
}
