#include "case/brg-store-sweep.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

#include "case/brg-library.h"
#include "case/brg-store-hold.h"
#include "case/brg-store-part.h"

static gboolean
is_regular (const char *path)
{
  GStatBuf about;

  return g_lstat (path, &about) == 0 && S_ISREG (about.st_mode);
}

/* One that is held by its maker cannot be held here. */
static void
sweep_part (const char *path)
{
  g_autoptr (BrgStoreHold) hold =
    is_regular (path) ? _brg_store_hold_write (path, FALSE, NULL) : NULL;

  if (hold != NULL && _brg_store_hold_is_exclusive (hold, path))
    g_unlink (path);
}

void
brg_store_sweep (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (name[0] == '.' && g_str_has_suffix (name, BRG_LIBRARY_SUFFIX BRG_STORE_PART_SUFFIX))
      {
        g_autofree char *path = g_build_filename (folder, name, NULL);
        sweep_part (path);
      }
}
