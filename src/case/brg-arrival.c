#include "case/brg-arrival.h"

#include <stdatomic.h>

#include "engine/brg-alloc.h"
#include "engine/brg-lattice.h"

struct BrgArrival
{
  gatomicrefcount ref_count;
  GMutex mutex;     /* over all that follows but the marks themselves */
  BrgVolume slices; /* no volume of its own: what is being filled; hu NULL: not there */
  gboolean in_order_of_file;
  int n;
  atomic_bool *done; /* [n], as the file counts slices */
  atomic_int n_done;
};

BrgArrival *
brg_arrival_new (void)
{
  BrgArrival *self = g_new0 (BrgArrival, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->mutex);
  return self;
}

BrgArrival *
brg_arrival_ref (BrgArrival *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
brg_arrival_unref (BrgArrival *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_mutex_clear (&self->mutex);
  brg_free (self->done);
  g_free (self);
}

int
brg_arrival_get_n (BrgArrival *self)
{
  g_mutex_lock (&self->mutex);
  int n = self->n;
  g_mutex_unlock (&self->mutex);
  return n;
}

int
brg_arrival_get_n_done (BrgArrival *self)
{
  return atomic_load (&self->n_done);
}

BrgPlane
brg_arrival_get_plane (BrgArrival *self)
{
  g_mutex_lock (&self->mutex);
  int normal = self->slices.grid.source_axis[2];
  g_mutex_unlock (&self->mutex);
  return normal == 0 ? BRG_SAGITTAL : normal == 1 ? BRG_CORONAL : BRG_AXIAL;
}

/* Slice `index` as the file counts. */
static int
slice_of (const BrgArrival *self, int index)
{
  return self->slices.grid.source_flipped[2] ? self->n - 1 - index : index;
}

/* Locked. */
static gboolean
is_done (const BrgArrival *self, int index)
{
  return index >= 0 && index < self->n &&
         atomic_load_explicit (&self->done[slice_of (self, index)], memory_order_acquire);
}

gboolean
brg_arrival_has (BrgArrival *self, int index)
{
  g_mutex_lock (&self->mutex);
  gboolean has = is_done (self, index);
  g_mutex_unlock (&self->mutex);
  return has;
}

static BrgVolume *
copy_slice (const BrgArrival *self, int index)
{
  BrgBox box = brg_grid_box (&self->slices.grid);
  int normal = self->slices.grid.source_axis[2];

  box.lo[normal] = index;
  box.hi[normal] = index + 1;
  if (!self->in_order_of_file)
    return brg_volume_crop (&self->slices, &box, NULL);
  BrgGrid grid = brg_grid_crop (&self->slices.grid, &box);
  BrgVolume *copy = brg_volume_new (&grid, NULL);
  if (copy == NULL)
    return NULL;
  BrgLattice lattice = brg_lattice_of (&grid);
  brg_lattice_place (&lattice, copy, 0,
                     self->slices.hu +
                       (gsize) slice_of (self, index) * brg_grid_n_voxels (&copy->grid));
  return copy;
}

BrgVolume *
brg_arrival_copy (BrgArrival *self, int index)
{
  BrgVolume *copy = NULL;

  g_mutex_lock (&self->mutex);
  if (self->slices.hu != NULL && is_done (self, index))
    copy = copy_slice (self, index);
  g_mutex_unlock (&self->mutex);
  return copy;
}

void
brg_arrival_begin (BrgArrival *self, const BrgGrid *grid, int16_t *hu, gboolean in_order_of_file)
{
  if (self == NULL || self->done != NULL)
    return;
  int n = grid->dim[grid->source_axis[2]];
  atomic_bool *done = brg_alloc_zero ((gsize) n, sizeof *done, NULL);
  if (done == NULL)
    return;
  g_mutex_lock (&self->mutex);
  self->slices = (BrgVolume){ .grid = *grid, .hu = hu };
  self->in_order_of_file = in_order_of_file;
  self->done = done;
  self->n = n;
  g_mutex_unlock (&self->mutex);
}

void
brg_arrival_finish (BrgArrival *self, int slice)
{
  if (self == NULL || self->done == NULL)
    return;
  atomic_store_explicit (&self->done[slice], true, memory_order_release);
  atomic_fetch_add (&self->n_done, 1);
}

void
brg_arrival_end (BrgArrival *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->mutex);
  self->slices.hu = NULL;
  g_mutex_unlock (&self->mutex);
}
