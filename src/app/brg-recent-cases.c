#define G_LOG_DOMAIN "brg-recent-cases"

#include "app/brg-recent-cases.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

#include "case/brg-library.h"
#include "case/brg-store.h"
#include "case/brg-store-sweep.h"

#define MIME_TYPE "application/x-bregma-case"

struct _BrgRecentCases
{
  GObject parent_instance;

  char *library; /* folder, or NULL */
  GListStore *model;
  gboolean looked; /* once at least */
  gboolean looking;
  gboolean look_again;
};

enum
{
  PROP_MODEL = 1,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (BrgRecentCases, brg_recent_cases, G_TYPE_OBJECT)

/* What the worker is given and makes. */
typedef struct
{
  char *library;
  GPtrArray *others; /* paths */
  GPtrArray *found;  /* BrgRecentCase */
} Look;

static void
look_free (gpointer data)
{
  Look *look = data;

  g_free (look->library);
  g_ptr_array_unref (look->others);
  g_ptr_array_unref (look->found);
  g_free (look);
}

static gboolean
read_summary (const char *path, BrgStoreSummary *summary, GError **error)
{
  BrgStore *store = brg_store_open (path, BRG_STORE_READ, error);
  gboolean loaded = store != NULL && brg_store_load_summary (store, summary, error);

  if (store != NULL)
    brg_store_close (store, NULL);
  return loaded;
}

static void
add_case (Look *look, const char *path, gint64 changed_s, gboolean in_library)
{
  BrgStoreSummary summary = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean loaded = read_summary (path, &summary, &error);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autofree char *name = loaded ? g_strdup (summary.name) : brg_library_name_of (path);
  BrgRecentCaseInfo info = { .file = file,
                             .name = name,
                             .problem = loaded ? NULL : error->message,
                             .thumbnail_png = summary.thumbnail_png,
                             .changed_s = changed_s,
                             .n_defects = summary.n_defects,
                             .has_edits = summary.has_edits,
                             .left_open = summary.was_left_open,
                             .in_use = summary.in_use,
                             .in_library = in_library };

  g_ptr_array_add (look->found, brg_recent_case_new (&info));
  brg_store_summary_clear (&summary);
}

static void
add_library (Look *look)
{
  if (look->library != NULL)
    brg_store_sweep (look->library);
  g_autoptr (GPtrArray) entries =
    look->library != NULL ? brg_library_list (look->library, NULL) : NULL;

  for (guint e = 0; entries != NULL && e < entries->len; e++)
    {
      const BrgLibraryEntry *entry = g_ptr_array_index (entries, e);
      add_case (look, entry->path, entry->modified_s, TRUE);
    }
}

/* A file that is gone is not listed: it may be on a disk that is not there today. */
static void
add_other (Look *look, const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  GStatBuf status;

  if (g_strcmp0 (folder, look->library) != 0 && g_stat (path, &status) == 0 &&
      S_ISREG (status.st_mode))
    add_case (look, path, status.st_mtime, FALSE);
}

static int
compare_changed (gconstpointer a, gconstpointer b)
{
  const BrgRecentCaseInfo *info_a = brg_recent_case_get_info (*(BrgRecentCase *const *) a);
  const BrgRecentCaseInfo *info_b = brg_recent_case_get_info (*(BrgRecentCase *const *) b);

  if ((info_a->problem == NULL) != (info_b->problem == NULL))
    return info_a->problem == NULL ? -1 : 1;
  if (info_a->changed_s != info_b->changed_s)
    return info_a->changed_s > info_b->changed_s ? -1 : 1;
  return g_utf8_collate (info_b->name, info_a->name);
}

/* Cases of one name are told apart by the names of their files. */
static void
name_by_files (GPtrArray *found)
{
  g_autoptr (GHashTable) counts = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) old = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint c = 0; c < found->len; c++)
    g_ptr_array_add (old, g_object_ref (found->pdata[c]));
  for (guint c = 0; c < old->len; c++)
    {
      const char *name = brg_recent_case_get_info (old->pdata[c])->name;
      guint n = GPOINTER_TO_UINT (g_hash_table_lookup (counts, name));
      g_hash_table_insert (counts, (gpointer) name, GUINT_TO_POINTER (n + 1));
    }
  for (guint c = 0; c < old->len; c++)
    {
      BrgRecentCaseInfo info = *brg_recent_case_get_info (old->pdata[c]);
      g_autofree char *path = g_file_get_path (info.file);
      if (GPOINTER_TO_UINT (g_hash_table_lookup (counts, info.name)) < 2 || path == NULL)
        continue;
      g_autofree char *name = brg_library_name_of (path);
      info.name = name;
      g_object_unref (found->pdata[c]);
      found->pdata[c] = brg_recent_case_new (&info);
    }
}

static void
look_thread_cb (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Look *look = data;

  add_library (look);
  for (guint f = 0; f < look->others->len; f++)
    add_other (look, g_ptr_array_index (look->others, f));
  name_by_files (look->found);
  g_ptr_array_sort (look->found, compare_changed);
  g_task_return_boolean (task, TRUE);
}

/* Paths of the case files the desktop remembers. */
static GPtrArray *
list_remembered (void)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  GList *items = gtk_recent_manager_get_items (gtk_recent_manager_get_default ());

  for (GList *item = items; item != NULL; item = item->next)
    {
      char *path = NULL;
      if (g_strcmp0 (gtk_recent_info_get_mime_type (item->data), MIME_TYPE) == 0)
        path = g_filename_from_uri (gtk_recent_info_get_uri (item->data), NULL, NULL);
      if (path != NULL)
        g_ptr_array_add (paths, path);
    }
  g_list_free_full (items, (GDestroyNotify) gtk_recent_info_unref);
  return paths;
}

static gboolean
is_same_list (GListModel *model, const GPtrArray *found)
{
  gboolean same = g_list_model_get_n_items (model) == found->len;

  for (guint c = 0; same && c < found->len; c++)
    {
      g_autoptr (BrgRecentCase) old = g_list_model_get_item (model, c);
      same = brg_recent_case_equal (old, g_ptr_array_index (found, c));
    }
  return same;
}

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  BrgRecentCases *self = BRG_RECENT_CASES (source);
  Look *look = g_task_get_task_data (G_TASK (result));
  GListModel *model = G_LIST_MODEL (self->model);

  self->looking = FALSE;
  if (!is_same_list (model, look->found))
    g_list_store_splice (self->model, 0, g_list_model_get_n_items (model), look->found->pdata,
                         look->found->len);
  if (!self->looked)
    {
      self->looked = TRUE;
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MODEL]);
    }
  if (self->look_again)
    brg_recent_cases_refresh (self);
}

static void
brg_recent_cases_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_MODEL)
    g_value_set_object (value, brg_recent_cases_get_model (BRG_RECENT_CASES (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
brg_recent_cases_finalize (GObject *object)
{
  BrgRecentCases *self = BRG_RECENT_CASES (object);

  g_free (self->library);
  g_object_unref (self->model);
  G_OBJECT_CLASS (brg_recent_cases_parent_class)->finalize (object);
}

static void
brg_recent_cases_class_init (BrgRecentCasesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = brg_recent_cases_get_property;
  object_class->finalize = brg_recent_cases_finalize;
  props[PROP_MODEL] = g_param_spec_object ("model", NULL, NULL, G_TYPE_LIST_MODEL,
                                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
brg_recent_cases_init (BrgRecentCases *self)
{
  self->model = g_list_store_new (BRG_TYPE_RECENT_CASE);
}

BrgRecentCases *
brg_recent_cases_new (const char *library)
{
  BrgRecentCases *self = g_object_new (BRG_TYPE_RECENT_CASES, NULL);

  self->library = g_strdup (library);
  return self;
}

GListModel *
brg_recent_cases_get_model (BrgRecentCases *self)
{
  return self->looked ? G_LIST_MODEL (self->model) : NULL;
}

void
brg_recent_cases_refresh (BrgRecentCases *self)
{
  self->look_again = self->looking;
  if (self->looking)
    return;
  Look *look = g_new0 (Look, 1);
  g_autoptr (GTask) task = g_task_new (self, NULL, looked_cb, NULL);

  look->library = g_strdup (self->library);
  look->others = list_remembered ();
  look->found = g_ptr_array_new_with_free_func (g_object_unref);
  self->looking = TRUE;
  g_task_set_task_data (task, look, look_free);
  g_task_run_in_thread (task, look_thread_cb);
}

gboolean
brg_recent_cases_is_looking (BrgRecentCases *self)
{
  return self->looking;
}

void
brg_recent_cases_remember (BrgRecentCases *self, GFile *file)
{
  g_autofree char *uri = g_file_get_uri (file);
  g_autofree char *path = g_file_get_path (file);
  g_autofree char *folder = path != NULL ? g_path_get_dirname (path) : NULL;
  GtkRecentData data = { .mime_type = (char *) MIME_TYPE,
                         .app_name = (char *) "Bregma",
                         .app_exec = (char *) "bregma %u",
                         .is_private = TRUE };
  gboolean allowed;

  g_object_get (gtk_settings_get_default (), "gtk-recent-files-enabled", &allowed, NULL);
  if (allowed && folder != NULL && g_strcmp0 (folder, self->library) != 0)
    gtk_recent_manager_add_full (gtk_recent_manager_get_default (), uri, &data);
}
