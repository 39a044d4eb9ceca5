#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Moves a finished set of files into a folder, all or none.
 *
 * The set is built in a hidden folder `.NAME.part-RANDOM` of the target:
 *
 *   lock              locked while its process lives
 *   new/PATH          the files, built; those in place already are gone from here
 *   old/PATH          what they replace, and what is stale
 *
 * What has been done is thus told by the disk alone, and a set that a killed process left can be
 * completed or taken back by another. The manifest is the last file to be built and to be moved:
 * where there is one in new/, the set is whole. */
typedef struct BrgPublish BrgPublish;

/* Makes `dir`, and folders above it as needed, and a hidden folder in it. */
BrgPublish *_brg_publish_new (const char *dir, const char *name, GError **error);

/* Names of the hidden folders in `dir`, sorted; empty when it cannot be read. */
GStrv _brg_publish_list (const char *dir);

/* The hidden folder of that name, left by a process that has ended; NULL when it has not, when that
 * cannot be known, when it cannot be changed or holds anything else. `dir` must be locked. */
BrgPublish *_brg_publish_reopen (const char *dir, const char *part);

/* The case and the folder it is for; borrowed. */
const char *_brg_publish_get_name (const BrgPublish *self);
const char *_brg_publish_get_folder (const BrgPublish *self);

/* Where to build the file with this relative path; its folder is made. */
char *_brg_publish_build_path (BrgPublish *self, const char *path);

/* FALSE and `error` when one of these folders could not be made. */
gboolean _brg_publish_check (const BrgPublish *self, GError **error);

/* Names files by where they will be and not by where they are built, in a message. */
void _brg_publish_name_error (const BrgPublish *self, GError **error);

/* Whether the places of these in the hidden folder are folders of it, not links to elsewhere. */
gboolean _brg_publish_is_plain (const BrgPublish *self, GPtrArray *paths);

/* Whether a commit of this set was begun: a path is not in new/, or one is in old/. */
gboolean _brg_publish_is_begun (const BrgPublish *self, GPtrArray *paths, GPtrArray *stale);

/* Puts the built files `paths` in place in this order, after setting aside `stale` ones (which may
 * be absent), or goes on where a commit was interrupted. When a step fails all are taken back. The
 * folder must be locked. */
gboolean _brg_publish_commit (BrgPublish *self, GPtrArray *paths, GPtrArray *stale, GError **error);

/* _brg_publish_free() will leave the hidden folder as it is. */
void _brg_publish_leave (BrgPublish *self);

/* Removes the hidden folder, and those that _brg_publish_new() made if nothing was committed. When
 * steps could not be taken back it stays, for another to complete. */
void _brg_publish_free (BrgPublish *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BrgPublish, _brg_publish_free)

/* Keeps other processes from moving files into `dir`, and waits for one that does. -1 and `error`
 * when that takes more than 10 s; on a file system without locks nobody waits. */
int _brg_publish_lock (const char *dir, GError **error);
void _brg_publish_unlock (int lock);

G_END_DECLS
