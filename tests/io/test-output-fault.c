/* Writers of files on a disk that fails, and killed at every call: old or new, whole, with a
 * message that names the file, and nothing left beside it after the next output. */

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "files.h"
#include "io/brg-mesh-file.h"
#include "io/brg-nrrd.h"
#include "io/brg-output.h"
#include "io/brg-png.h"
#include "io/brg-points-file.h"
#include "support/fault-loop.h"

#define SMALL 3000
#define LARGE 2500000 /* more than one buffer */

typedef struct
{
  const char *name;
  BrgStatus (*write) (const char *path, BrgError *error);
} Kind;

static BrgStatus
write_bytes (const char *path, size_t size, BrgError *error)
{
  g_autofree guint8 *bytes = g_malloc0 (size);
  BrgOutput *output = brg_output_open (path, error);

  if (output == NULL)
    return error->status;
  BrgStatus status = BRG_OK;
  for (size_t at = 0; status == BRG_OK && at < size; at += size / 3)
    status = brg_output_write (output, bytes + at, MIN (size / 3, size - at), error);
  if (status == BRG_OK)
    return brg_output_commit (output, error);
  brg_output_discard (output);
  return status;
}

static BrgStatus
write_small (const char *path, BrgError *error)
{
  return write_bytes (path, SMALL, error);
}

static BrgStatus
write_large (const char *path, BrgError *error)
{
  return write_bytes (path, LARGE, error);
}

static BrgGrid
grid_of (int dim)
{
  const double spacing_mm[3] = { 1, 1, 1 };

  return brg_grid_simple (dim, dim, dim, spacing_mm, brg_vec3 (0, 0, 0));
}

static BrgStatus
write_scan (const char *path, BrgError *error)
{
  BrgGrid grid = grid_of (60);
  BrgVolume *scan = brg_volume_new (&grid, NULL);

  for (size_t v = 0; v < brg_grid_n_voxels (&grid); v++)
    scan->hu[v] = (int16_t) (v * v % 2999);
  BrgStatus status = brg_nrrd_write_volume (scan, path, NULL, error);
  brg_volume_unref (scan);
  return status;
}

static BrgStatus
write_mask (const char *path, BrgError *error)
{
  BrgGrid grid = grid_of (20);
  BrgMask *mask = brg_mask_new (&grid, NULL);

  brg_mask_set (mask, 3, 4, 5, true);
  BrgStatus status = brg_nrrd_write_mask (mask, path, NULL, error);
  brg_mask_unref (mask);
  return status;
}

static BrgStatus
write_mesh (const char *path, BrgError *error)
{
  static const float xyz[] = { 0, 0, 0, 1, 0, 0, 0, 1, 0 };
  static const uint32_t triangle[] = { 0, 1, 2 };
  BrgMesh *mesh = brg_mesh_new (3, 1, NULL);

  memcpy (mesh->xyz, xyz, sizeof xyz);
  memcpy (mesh->triangles, triangle, sizeof triangle);
  BrgStatus status = brg_mesh_write (mesh, path, false, NULL, error);
  brg_mesh_unref (mesh);
  return status;
}

static BrgStatus
write_picture (const char *path, BrgError *error)
{
  guint8 rgba[16 * 16 * 4] = { 0 };

  return brg_png_write (path, 16, 16, rgba, error);
}

static const Kind kinds[] = {
  { "small.bin", write_small }, { "large.bin", write_large },   { "scan.nrrd", write_scan },
  { "mask.nrrd", write_mask },  { "mesh.stl", write_mesh },     { "mesh.ply", write_mesh },
  { "mesh.obj", write_mesh },   { "image.png", write_picture },
};

/* One kind, and what its file must hold. */
typedef struct
{
  const Kind *kind;
  char *path;
  GByteArray *whole;
} Target;

static void
prepare_cb (FaultRound *round, gpointer data)
{
  const Target *target = data;
  (void) round;

  g_assert_true (g_file_set_contents (target->path, "old", 3, NULL));
}

static void
work_cb (FaultRound *round, gpointer data)
{
  const Target *target = data;
  BrgError error = { 0 };

  BrgStatus status = target->kind->write (target->path, &error);
  round->failed = status != BRG_OK;
  if (round->failed)
    g_assert_cmpint (status, ==, BRG_IO);
  g_strlcpy (round->message, error.message, sizeof round->message);
}

/* TRUE: the new one. */
static gboolean
assert_old_or_new (const Target *target)
{
  GByteArray *found = files_read (target->path);
  gboolean is_new = found->len != 3;

  if (is_new)
    g_assert_cmpmem (found->data, found->len, target->whole->data, target->whole->len);
  else
    g_assert_cmpmem (found->data, found->len, "old", 3);
  g_byte_array_unref (found);
  return is_new;
}

/* "name: reason", or the whole path where the folder is at fault. */
static void
assert_told (const FaultRound *round, const Target *target)
{
  int errnum = round->fault.kind == FAULT_FULL ? ENOSPC : round->fault.errnum;
  const char *at = strstr (round->message, target->kind->name);

  g_assert_nonnull (at);
  g_assert_true (g_str_has_prefix (at + strlen (target->kind->name), ": "));
  g_assert_true (at == round->message || g_str_has_prefix (round->message, target->path));
  g_assert_nonnull (strstr (round->message, g_strerror (errnum)));
}

static void
check_cb (FaultRound *round, gpointer data)
{
  const Target *target = data;
  gboolean is_new = assert_old_or_new (target);
  gboolean unlink_failed = round->fault.forever && round->fault.errnum == EIO;
  BrgError error = { 0 };

  if (round->ended)
    {
      g_assert_true (is_new == !round->failed);
      if (round->failed)
        assert_told (round, target);
      if (!unlink_failed)
        g_assert_cmpint (files_count (), ==, 1);
    }
  g_assert_cmpint (target->kind->write (target->path, &error), ==, BRG_OK);
  assert_old_or_new (target);
  g_assert_cmpint (files_count (), ==, 1);
}

static void
run_loops (const Fault *faults, gsize n_faults)
{
  for (gsize k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      Target target = { &kinds[k], files_path (kinds[k].name), NULL };
      g_autofree char *folder = g_path_get_dirname (target.path);
      FaultLoop loop = { folder, prepare_cb, work_cb, check_cb, &target };
      g_assert_cmpint (kinds[k].write (target.path, NULL), ==, BRG_OK);
      target.whole = files_read (target.path);
      for (gsize f = 0; f < n_faults; f++)
        {
          FaultCount count = fault_loop (&loop, faults[f], 3);
          g_test_message ("%s: fault %d, errno %d: %u of %u rounds hit", kinds[k].name,
                          faults[f].kind, faults[f].errnum, count.n_hits, count.n_rounds);
          g_assert_cmpuint (count.n_hits, >=, 1);
        }
      g_byte_array_unref (target.whole);
      g_free (target.path);
    }
}

static void
test_kill (void)
{
  static const Fault faults[] = {
    { .kind = FAULT_BEFORE, .no_sync = true },
    { .kind = FAULT_MIDDLE, .no_sync = true },
    { .kind = FAULT_AFTER, .no_sync = true },
  };

  run_loops (faults, G_N_ELEMENTS (faults));
}

static void
test_errors (void)
{
  static const Fault faults[] = {
    { .kind = FAULT_ERROR, .errnum = ENOSPC, .no_sync = true },
    { .kind = FAULT_ERROR, .errnum = ENOSPC, .forever = true, .no_sync = true },
    { .kind = FAULT_ERROR, .errnum = EDQUOT, .forever = true, .no_sync = true },
    { .kind = FAULT_ERROR, .errnum = EIO, .no_sync = true },
    { .kind = FAULT_ERROR, .errnum = EIO, .forever = true, .no_sync = true },
    { .kind = FAULT_FULL, .no_sync = true },
  };

  run_loops (faults, G_N_ELEMENTS (faults));
}

/* What a disk takes in pieces is written to the end. */
static void
test_short (void)
{
  static const Fault faults[] = {
    { .kind = FAULT_SHORT, .no_sync = true },
    { .kind = FAULT_SHORT, .forever = true, .no_sync = true },
  };

  run_loops (faults, G_N_ELEMENTS (faults));
}

/* A left-over is removed; that of a writer that lives is not. */
static void
test_left_over (void)
{
  g_autofree char *path = files_path ("x.bin");
  BrgError error = { 0 };
  BrgOutput *alive = brg_output_open (path, &error);

  g_assert_cmpint (files_count (), ==, 1);
  g_assert_cmpint (write_small (path, &error), ==, BRG_OK);
  g_assert_cmpint (files_count (), ==, 2);
  g_assert_cmpint (brg_output_write (alive, "alive", 5, &error), ==, BRG_OK);
  g_assert_cmpint (brg_output_commit (alive, &error), ==, BRG_OK);
  GByteArray *found = files_read (path);
  g_assert_cmpmem (found->data, found->len, "alive", 5);
  g_byte_array_unref (found);
  g_assert_cmpint (files_count (), ==, 1);
  g_remove (path);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  files_begin ();
  g_test_add_func ("/io/fault/left-over", test_left_over);
  g_test_add_func ("/io/fault/kill", test_kill);
  g_test_add_func ("/io/fault/errors", test_errors);
  g_test_add_func ("/io/fault/short", test_short);
  int failed = g_test_run ();
  files_end ();
  return failed;
}
