#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A case file as the start page lists it: where it is and what its summary says. Immutable. */
typedef struct
{
  GFile *file;
  char *name;            /* of the case; of its file while it cannot be read, and where others */
                         /* in the list have that name */
  char *problem;         /* one sentence, why it cannot be read; NULL: it can */
  GBytes *thumbnail_png; /* NULL: none */
  gint64 changed_s;      /* Unix time of the last change; 0: not known */
  guint n_defects;       /* that are placed */
  gboolean has_edits;    /* by hand */
  gboolean left_open;    /* the last session did not end properly */
  gboolean in_use;       /* open in a window, of this process or of another */
  gboolean in_library;   /* lies in the folder of new cases */
} BrgRecentCaseInfo;

#define BRG_TYPE_RECENT_CASE (brg_recent_case_get_type ())
G_DECLARE_FINAL_TYPE (BrgRecentCase, brg_recent_case, BRG, RECENT_CASE, GObject)

/* Copies `info`. */
BrgRecentCase *brg_recent_case_new (const BrgRecentCaseInfo *info);

/* Borrowed, valid as long as the object. */
const BrgRecentCaseInfo *brg_recent_case_get_info (BrgRecentCase *self);

/* Nothing that a list shows differs. */
gboolean brg_recent_case_equal (BrgRecentCase *self, BrgRecentCase *other);

/* What a crash left behind: readable, left open, and not in use now. */
gboolean brg_recent_case_was_interrupted (BrgRecentCase *self);

G_END_DECLS
