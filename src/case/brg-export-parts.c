#include "case/brg-export-parts-private.h"

#include "engine/brg-alloc.h"
#include "engine/brg-isosurface.h"
#include "engine/brg-mesh-smooth.h"
#include "engine/brg-parallel.h"
#include "engine/brg-preview.h"
#include "io/brg-mesh-file.h"
#include "io/brg-nrrd.h"
#include "io/brg-png.h"

#define MAX_THREADS 2

/* The work list: the surface of each part, then the voxels of each part, then the edits. */
typedef struct
{
  const BrgExportPart *parts;
  guint n_parts;
  const BrgExportEdits *edits;
  BrgJob *job; /* the caller's; reported to on the caller's thread only */
  GThread *caller;
  int n_threads;  /* of each piece of work */
  gint *permille; /* atomic; progress of each piece */
  gint n_pieces;
} Build;

/* The job of one piece of work. */
typedef struct
{
  BrgJob job;
  Build *build;
  gint *permille;
} Piece;

static void
report_all (Build *build)
{
  gint sum = 0;

  for (gint p = 0; p < build->n_pieces; p++)
    sum += g_atomic_int_get (&build->permille[p]);
  brg_job_tick (build->job, sum / (1000.0 * build->n_pieces));
}

static void
piece_report_cb (void *data, const char *title, double fraction)
{
  Piece *piece = data;
  (void) title;

  g_atomic_int_set (piece->permille, (gint) (1000 * CLAMP (fraction, 0, 1)));
  if (g_thread_self () == piece->build->caller)
    report_all (piece->build);
  if (brg_job_is_cancelled (piece->build->job))
    brg_job_cancel (&piece->job);
}

/* The view that shows the side the defect is on. */
static BrgViewDirection
view_of (const BrgExportPart *part)
{
  BrgVec3 way = brg_vec3_sub (part->towards_mm, part->from_mm);
  double x = fabs (way.x), y = fabs (way.y), z = fabs (way.z);

  if (!(x + y + z > 0))
    return BRG_VIEW_THREE_QUARTER;
  if (x >= y && x >= z)
    return way.x > 0 ? BRG_VIEW_LEFT : BRG_VIEW_RIGHT;
  if (y >= z)
    return way.y > 0 ? BRG_VIEW_POSTERIOR : BRG_VIEW_ANTERIOR;
  return way.z > 0 ? BRG_VIEW_SUPERIOR : BRG_VIEW_INFERIOR;
}

/* Fills in the entry of a file that has been written. */
static BrgStatus
digest (const BrgExportFile *file, BrgError *error)
{
  g_autoptr (GError) fault = NULL;

  if (_brg_hash_file (file->path, file->entry->sha256, &file->entry->bytes, &fault))
    return BRG_OK;
  return brg_error_set (error, BRG_IO, "%s", fault->message);
}

static BrgStatus
write_picture (const BrgExportPart *part, const BrgMesh *mesh, BrgJob *job, BrgError *error)
{
  BrgPreviewItem item = { .mesh = mesh, .rgb = part->rgb, .opacity = 1 };
  int width_px = part->png_width_px, height_px = part->png_height_px;
  guint8 *rgba = brg_alloc ((size_t) width_px * (size_t) height_px, 4, error);

  if (rgba == NULL)
    return BRG_NO_MEMORY;
  BrgStatus status = brg_preview (&item, 1, view_of (part), width_px, height_px, rgba, job, error);
  if (status == BRG_OK)
    status = brg_png_write (part->png.path, width_px, height_px, rgba, error);
  brg_free (rgba);
  return status == BRG_OK ? digest (&part->png, error) : status;
}

static BrgMesh *
make_mesh (const BrgExportPart *part, BrgJob *job, BrgError *error)
{
  if (part->mesh != NULL)
    return brg_mesh_ref (part->mesh);

  BrgMesh *mesh = brg_isosurface (part->mask, job, error);
  if (mesh != NULL && brg_mesh_smooth (mesh, &part->mask->grid, part->smooth, job, error) != BRG_OK)
    g_clear_pointer (&mesh, brg_mesh_unref);
  return mesh;
}

static BrgStatus
write_surface (const BrgExportPart *part, BrgJob *job, BrgError *error)
{
  brg_job_stage (job, "Surface", 0, 0.5);
  BrgMesh *mesh = make_mesh (part, job, error);

  if (mesh == NULL)
    return error->status;
  BrgStatus status = brg_mesh_write (mesh, part->stl.path, false, error);
  if (status == BRG_OK)
    status = digest (&part->stl, error);
  brg_job_stage (job, "Picture", 0.6, 1);
  if (status == BRG_OK && part->png.path != NULL)
    status = write_picture (part, mesh, job, error);
  brg_mesh_unref (mesh);
  return status;
}

static BrgStatus
write_voxels (const BrgExportPart *part, BrgJob *job, BrgError *error)
{
  brg_job_stage (job, "Voxels", 0, 0.7);
  BrgStatus status = brg_nrrd_write_mask (part->mask, part->nrrd.path, job, error);

  if (status != BRG_OK)
    return status;
  brg_export_hash_mask (part->mask, part->nrrd.entry->voxels);
  return digest (&part->nrrd, error);
}

static BrgStatus
write_edits (const BrgExportEdits *edits, BrgJob *job, BrgError *error)
{
  BrgStatus status =
    brg_nrrd_write_labels (edits->grid, edits->added, edits->removed, edits->file.path, job, error);

  return status == BRG_OK ? digest (&edits->file, error) : status;
}

static BrgStatus
do_piece (Build *build, guint index, BrgJob *job, BrgError *error)
{
  if (index < build->n_parts)
    return write_surface (&build->parts[index], job, error);
  if (index < 2 * build->n_parts)
    return write_voxels (&build->parts[index - build->n_parts], job, error);
  return write_edits (build->edits, job, error);
}

static BrgStatus
piece_cb (void *data, int slab, int begin, int end, BrgError *error)
{
  Build *build = data;
  Piece piece = { .job = BRG_JOB_INIT, .build = build, .permille = &build->permille[slab] };
  (void) begin;
  (void) end;

  piece.job.n_threads = build->n_threads;
  piece.job.report = piece_report_cb;
  piece.job.report_data = &piece;
  BrgStatus status = do_piece (build, (guint) slab, &piece.job, error);
  g_atomic_int_set (piece.permille, 1000);
  return status;
}

static void
stop_cb (void *data, const char *title, double fraction)
{
  BrgJob **jobs = data;
  (void) title;
  (void) fraction;

  if (brg_job_is_cancelled (jobs[1]))
    brg_job_cancel (jobs[0]);
}

BrgStatus
_brg_export_build (const BrgExportPart *parts,
                   guint n_parts,
                   const BrgExportEdits *edits,
                   BrgJob *job,
                   BrgError *error)
{
  gint n_pieces = (gint) (2 * n_parts + 1);
  g_autofree gint *permille = g_new0 (gint, n_pieces);
  int n_threads = brg_job_threads (job), n_at_once = MIN (n_threads, MAX_THREADS);
  Build build = { parts,    n_parts, edits, job, g_thread_self (), MAX (n_threads / n_at_once, 1),
                  permille, n_pieces };
  BrgJob pieces = BRG_JOB_INIT;
  BrgJob *jobs[2] = { &pieces, job };

  pieces.n_threads = n_at_once;
  pieces.report = stop_cb;
  pieces.report_data = jobs;
  return brg_parallel_slabs (n_pieces, 1, piece_cb, &build, &pieces, error);
}
