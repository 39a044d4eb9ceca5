#include "case/brg-recent-case.h"

struct _BrgRecentCase
{
  GObject parent_instance;

  BrgRecentCaseInfo info;
};

G_DEFINE_FINAL_TYPE (BrgRecentCase, brg_recent_case, G_TYPE_OBJECT)

static void
brg_recent_case_finalize (GObject *object)
{
  BrgRecentCaseInfo *info = &BRG_RECENT_CASE (object)->info;

  g_object_unref (info->file);
  g_free (info->name);
  g_free (info->problem);
  g_clear_pointer (&info->thumbnail_png, g_bytes_unref);
  G_OBJECT_CLASS (brg_recent_case_parent_class)->finalize (object);
}

static void
brg_recent_case_class_init (BrgRecentCaseClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = brg_recent_case_finalize;
}

static void
brg_recent_case_init (BrgRecentCase *self)
{
  (void) self;
}

BrgRecentCase *
brg_recent_case_new (const BrgRecentCaseInfo *info)
{
  BrgRecentCase *self = g_object_new (BRG_TYPE_RECENT_CASE, NULL);

  self->info = *info;
  self->info.file = g_object_ref (info->file);
  self->info.name = g_strdup (info->name);
  self->info.problem = g_strdup (info->problem);
  self->info.thumbnail_png = info->thumbnail_png != NULL ? g_bytes_ref (info->thumbnail_png) : NULL;
  return self;
}

const BrgRecentCaseInfo *
brg_recent_case_get_info (BrgRecentCase *self)
{
  return &self->info;
}

static gboolean
is_same_bytes (GBytes *a, GBytes *b)
{
  return a == b || (a != NULL && b != NULL && g_bytes_equal (a, b));
}

gboolean
brg_recent_case_equal (BrgRecentCase *self, BrgRecentCase *other)
{
  const BrgRecentCaseInfo *a = &self->info, *b = &other->info;

  return g_file_equal (a->file, b->file) && g_str_equal (a->name, b->name) &&
         g_strcmp0 (a->problem, b->problem) == 0 && a->changed_s == b->changed_s &&
         a->n_defects == b->n_defects && a->has_edits == b->has_edits &&
         a->left_open == b->left_open && a->in_use == b->in_use && a->in_library == b->in_library &&
         is_same_bytes (a->thumbnail_png, b->thumbnail_png);
}

gboolean
brg_recent_case_was_interrupted (BrgRecentCase *self)
{
  return self->info.left_open && !self->info.in_use && self->info.problem == NULL;
}
