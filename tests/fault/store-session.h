#pragma once

#include "case/brg-store.h"

/* A session with a case file: what the file must hold after each of its actions, and the action
 * itself on a store.
 *
 * The script has a letter for each action: c creates the case, e adds an edit and r a change of
 * recipes (dropping what could be redone), u undoes, y redoes, n names, t takes a thumbnail, f lets
 * three old entries go, l only logs, x closes and opens again, s saves a copy under the other name
 * and goes on there. */
typedef struct
{
  const char *script;
  char *folder;
  guint n_done; /* actions; 0: there is no case */

  /* What the file holds then. */
  BrgStoreContents contents; /* without base */
  BrgMask *added, *removed;  /* live edits */
  guint n_log;               /* lines */
  guint file;                /* 0 or 1: under which of the two names */
  gboolean is_marked;        /* the open session has changed the case */
  guint next_entry;          /* number for made-up entries */
} StoreSession;

void store_session_init (StoreSession *session, const char *folder, const char *script);
void store_session_clear (StoreSession *session);

/* TRUE at the end of the script. */
gboolean store_session_is_over (const StoreSession *session);

/* Path of the file in use; of either. */
char *store_session_path (const StoreSession *session, guint file);

/* Does the next action on `store`, which it may make, close or change. The session steps on when
 * that succeeds; otherwise it may be tried again (a store that went is opened again then). */
gboolean store_session_act (StoreSession *session, BrgStore **store, GError **error);

/* Steps on as if the action had been done. */
void store_session_skip (StoreSession *session);

/* Steps from the start to where `n` actions are done. */
void store_session_go_to (StoreSession *session, guint n);

/* Whether the file holds what it must now, all of it; sound it must be in any case. */
gboolean store_session_matches (const StoreSession *session);
