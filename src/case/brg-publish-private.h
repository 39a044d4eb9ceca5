#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Moves a finished set of files into a folder, all or none: what a file replaces is set aside
 * first, and when a step fails all steps are taken back. */
typedef struct BrgPublish BrgPublish;

/* Makes `dir`, and folders above it as needed, and a hidden folder `.NAME.part-*` in it. */
BrgPublish *_brg_publish_new (const char *dir, const char *name, GError **error);

/* Where to build the file with this relative path; its folder is made. */
char *_brg_publish_build_path (BrgPublish *self, const char *path);

/* Puts the built files `paths` in place in this order, after setting aside `stale` ones (which may
 * be absent). */
gboolean _brg_publish_commit (BrgPublish *self, GPtrArray *paths, GPtrArray *stale, GError **error);

/* Removes the hidden folder, and those that _brg_publish_new() made if nothing was committed. */
void _brg_publish_free (BrgPublish *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BrgPublish, _brg_publish_free)

G_END_DECLS
