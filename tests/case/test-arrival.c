/* Slices that are looked at while others are still being written. */

#include "case/brg-arrival.h"
#include "engine/brg-lattice.h"

#define COLUMNS 5
#define ROWS    4
#define SLICES  6

/* A grid whose file axes run along these canonical axes, backwards where `flip` is set. */
static BrgGrid
grid_of (const int axis[3], gboolean flip)
{
  const int dim[3] = { COLUMNS, ROWS, SLICES };
  BrgAffine lps = { 0 };
  BrgGrid grid;

  for (int a = 0; a < 3; a++)
    lps.m[axis[a]][a] = (flip ? -1 : 1) * (a + 1.0);
  g_assert_cmpint (brg_grid_from_source (dim, &lps, &grid, NULL), ==, BRG_OK);
  return grid;
}

static int16_t
value_of (int x, int y, int z)
{
  return (int16_t) (100 * z + 10 * y + x);
}

static void
fill_slice (int16_t *hu, int z)
{
  for (int y = 0; y < ROWS; y++)
    for (int x = 0; x < COLUMNS; x++)
      hu[y * COLUMNS + x] = value_of (x, y, z);
}

/* Every voxel of the copy is the sample that lies at the same place of the whole. */
static void
assert_slice (const BrgVolume *copy, const BrgGrid *whole, int z)
{
  const int *dim = copy->grid.dim;

  g_assert_cmpuint (brg_grid_n_voxels (&copy->grid), ==, COLUMNS * ROWS);
  for (int y = 0; y < ROWS; y++)
    for (int x = 0; x < COLUMNS; x++)
      {
        const int sample[3] = { x, y, z };
        int vox[3];
        brg_grid_vox_from_source (whole, sample, vox);
        BrgVec3 at = brg_grid_lps_from_vox (whole, brg_vec3 (vox[0], vox[1], vox[2]));
        BrgVec3 here = brg_grid_vox_from_lps (&copy->grid, at);
        int i = brg_vox_round (here.x), j = brg_vox_round (here.y), k = brg_vox_round (here.z);
        g_assert_true (i >= 0 && i < dim[0] && j >= 0 && j < dim[1] && k >= 0 && k < dim[2]);
        g_assert_cmpint (brg_volume_get (copy, i, j, k), ==, value_of (x, y, z));
      }
}

static void
check_order (const int axis[3], gboolean flip, gboolean in_order_of_file)
{
  static const BrgPlane planes[] = { BRG_SAGITTAL, BRG_CORONAL, BRG_AXIAL };
  BrgGrid grid = grid_of (axis, flip);
  BrgVolume *volume = brg_volume_new (&grid, NULL);
  BrgLattice lattice = brg_lattice_of (&grid);
  int16_t slice[COLUMNS * ROWS], in_file[SLICES * COLUMNS * ROWS];
  g_autoptr (BrgArrival) arrival = brg_arrival_new ();
  const int z = 1, index = flip ? SLICES - 1 - z : z;

  brg_arrival_begin (arrival, &grid, in_order_of_file ? in_file : volume->hu, in_order_of_file);
  g_assert_cmpint (brg_arrival_get_n (arrival), ==, SLICES);
  g_assert_cmpint (brg_arrival_get_plane (arrival), ==, planes[axis[2]]);
  g_assert_null (brg_arrival_copy (arrival, index));
  fill_slice (in_file + z * COLUMNS * ROWS, z);
  fill_slice (slice, z);
  brg_lattice_place (&lattice, volume, z, slice);
  brg_arrival_finish (arrival, z);
  g_assert_cmpint (brg_arrival_get_n_done (arrival), ==, 1);
  for (int s = -1; s <= SLICES; s++)
    g_assert_cmpint (brg_arrival_has (arrival, s), ==, s == index);
  BrgVolume *copy = brg_arrival_copy (arrival, index);
  g_assert_nonnull (copy);
  assert_slice (copy, &grid, z);
  brg_volume_unref (copy);
  brg_arrival_end (arrival);
  g_assert_true (brg_arrival_has (arrival, index));
  g_assert_null (brg_arrival_copy (arrival, index));
  brg_volume_unref (volume);
}

static void
test_orders (void)
{
  static const int axes[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                                  { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };

  for (int way = 0; way < 6 * 4; way++)
    check_order (axes[way / 4], way % 2 > 0, way / 2 % 2 > 0);
}

static void
test_nothing_yet (void)
{
  g_autoptr (BrgArrival) arrival = brg_arrival_new ();

  g_assert_cmpint (brg_arrival_get_n (arrival), ==, 0);
  g_assert_false (brg_arrival_has (arrival, 0));
  g_assert_null (brg_arrival_copy (arrival, 0));
  brg_arrival_begin (NULL, NULL, NULL, FALSE);
  brg_arrival_finish (NULL, 0);
  brg_arrival_end (NULL);
}

typedef struct
{
  BrgArrival *arrival;
  BrgGrid grid;
} Reader;

static gpointer
read_thread (gpointer data)
{
  Reader *reader = data;
  BrgVolume *volume = brg_volume_new (&reader->grid, NULL);

  brg_arrival_begin (reader->arrival, &reader->grid, volume->hu, FALSE);
  for (int z = SLICES - 1; z >= 0; z--)
    {
      fill_slice (volume->hu + z * COLUMNS * ROWS, z);
      brg_arrival_finish (reader->arrival, z);
    }
  brg_arrival_end (reader->arrival);
  brg_volume_unref (volume);
  return NULL;
}

/* Whatever the threads do: what is copied is whole, and memory that is gone is not touched. */
static void
test_threads (void)
{
  static const int straight[3] = { 0, 1, 2 };

  for (int turn = 0; turn < 200; turn++)
    {
      Reader reader = { brg_arrival_new (), grid_of (straight, FALSE) };
      GThread *thread = g_thread_new ("reader", read_thread, &reader);
      gboolean has_last = FALSE;
      while (!has_last)
        {
          has_last = brg_arrival_has (reader.arrival, 0);
          for (int s = 0; s < SLICES; s++)
            {
              BrgVolume *copy = brg_arrival_copy (reader.arrival, s);
              if (copy != NULL)
                assert_slice (copy, &reader.grid, s);
              brg_volume_unref (copy);
            }
        }
      g_thread_join (thread);
      g_assert_cmpint (brg_arrival_get_n_done (reader.arrival), ==, SLICES);
      brg_arrival_unref (reader.arrival);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/arrival/orders", test_orders);
  g_test_add_func ("/arrival/nothing-yet", test_nothing_yet);
  g_test_add_func ("/arrival/threads", test_threads);
  return g_test_run ();
}
