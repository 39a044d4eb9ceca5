#include "case/brg-case-private.h"

#include "engine/brg-alloc.h"
#include "engine/brg-palette.h"
#include "engine/brg-preview.h"
#include "io/brg-png.h"

/* The worker has been idle for this long: the case looks as it will for a while. */
#define QUIET_MS 2000

#define WIDTH_PX  256
#define HEIGHT_PX 192

/* A picture on its way through a worker. */
typedef struct
{
  GWeakRef owner;
  BrgTask *task;
  BrgVec3 middle_mm, towards_mm;
  BrgMesh *bone, *implant; /* the second nullable */
  GBytes *png;             /* NULL: cancelled, or there is none */
} Picture;

static void
picture_free (gpointer data)
{
  Picture *picture = data;

  g_weak_ref_clear (&picture->owner);
  g_object_unref (picture->task);
  brg_mesh_unref (picture->bone);
  brg_mesh_unref (picture->implant);
  g_clear_pointer (&picture->png, g_bytes_unref);
  g_free (picture);
}

static BrgStatus
draw (const Picture *picture, guint8 *rgba, BrgJob *job)
{
  const BrgPreviewItem items[] = { { picture->bone, BRG_RGB_SKULL, 1 },
                                   { picture->implant, BRG_RGB_IMPLANT, 1 } };
  BrgViewDirection view = brg_view_facing (picture->middle_mm, picture->towards_mm);

  return brg_preview (items, picture->implant != NULL ? 2 : 1, view, WIDTH_PX, HEIGHT_PX, rgba, job,
                      NULL);
}

/* A picture that cannot be made is not missed: the last one stays. */
static void
picture_thread_cb (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Picture *picture = data;
  guint8 *rgba = brg_alloc ((size_t) WIDTH_PX * HEIGHT_PX, 4, NULL), *bytes = NULL;
  size_t size = 0;
  (void) source;
  (void) cancellable;

  if (rgba != NULL && draw (picture, rgba, brg_task_get_job (picture->task)) == BRG_OK &&
      brg_png_encode (WIDTH_PX, HEIGHT_PX, rgba, &bytes, &size, NULL) == BRG_OK)
    picture->png = g_bytes_new (bytes, size);
  brg_free (bytes);
  brg_free (rgba);
  g_task_return_boolean (task, TRUE);
}

static void
pictured_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Picture *picture = g_task_get_task_data (G_TASK (result));
  g_autoptr (BrgCase) self = g_weak_ref_get (&picture->owner);
  (void) source;
  (void) user_data;

  if (self == NULL || self->store.thumbnail_task != picture->task)
    return;
  g_clear_object (&self->store.thumbnail_task);
  self->store.thumbnail_due = FALSE;
  if (picture->png != NULL)
    _brg_case_keep_thumbnail (self, picture->png);
}

static Picture *
picture_new (BrgCase *self)
{
  const BrgGrid *grid = &self->scan->grid;
  BrgMesh *defective = self->meshes[BRG_CASE_MESH_DEFECTIVE];
  BrgMesh *bone = defective != NULL ? defective : self->meshes[BRG_CASE_MESH_SKULL];

  if (bone == NULL)
    return NULL;
  Picture *picture = g_new0 (Picture, 1);
  g_weak_ref_init (&picture->owner, self);
  picture->task = brg_task_new ("");
  picture->middle_mm = brg_grid_lps_from_vox (
    grid, brg_vec3 ((grid->dim[0] - 1) / 2.0, (grid->dim[1] - 1) / 2.0, (grid->dim[2] - 1) / 2.0));
  picture->towards_mm = self->recipe.defect.placed ? self->recipe.defect.at_mm : picture->middle_mm;
  picture->bone = brg_mesh_ref (bone);
  picture->implant = brg_mesh_ref (self->meshes[BRG_CASE_MESH_IMPLANT]);
  return picture;
}

static gboolean
quiet_cb (gpointer data)
{
  BrgCase *self = data;
  BrgCaseStore *store = &self->store;

  store->thumbnail_id = 0;
  if (store->writer == NULL || store->closing || self->stale || self->result == NULL ||
      !_brg_case_surfaces_are_current (self))
    return G_SOURCE_REMOVE;
  Picture *picture = picture_new (self);
  if (picture == NULL)
    return G_SOURCE_REMOVE;
  store->thumbnail_task = g_object_ref (picture->task);
  g_autoptr (GTask) task = g_task_new (NULL, NULL, pictured_cb, NULL);
  g_task_set_task_data (task, picture, picture_free);
  g_task_run_in_thread (task, picture_thread_cb);
  return G_SOURCE_REMOVE;
}

void
_brg_case_thumbnail_later (BrgCase *self)
{
  BrgCaseStore *store = &self->store;

  _brg_case_thumbnail_stop (self);
  if (store->writer != NULL && store->thumbnail_due)
    store->thumbnail_id = g_timeout_add (QUIET_MS, quiet_cb, self);
}

void
_brg_case_thumbnail_stop (BrgCase *self)
{
  BrgCaseStore *store = &self->store;

  g_clear_handle_id (&store->thumbnail_id, g_source_remove);
  if (store->thumbnail_task != NULL)
    brg_task_cancel (store->thumbnail_task);
  g_clear_object (&store->thumbnail_task);
}
