#include "case/brg-export-parts-private.h"

#include "engine/brg-alloc.h"
#include "engine/brg-isosurface.h"
#include "engine/brg-job-part.h"
#include "engine/brg-mesh-smooth.h"
#include "engine/brg-parallel.h"
#include "engine/brg-preview.h"
#include "engine/brg-translate.h"
#include "io/brg-mesh-file.h"
#include "io/brg-nrrd.h"
#include "io/brg-png.h"

#define MAX_AT_ONCE 2

/* What there is to do for a part once its surface is made; of the last part also the edits. */
enum
{
  PICTURE,
  SURFACE,
  VOXELS,
  EDITS,
};

/* Parts are built one after the other, so that one surface is in memory at a time; the picture of
 * a part is drawn while its files are written. */
typedef struct
{
  const BrgExportPart *part; /* under way */
  const BrgMesh *mesh;       /* of that part */
  const BrgExportEdits *edits;
  BrgJob *job; /* the caller's; reported to on the caller's thread only */
  GThread *caller;
  gint *permille; /* atomic; progress of each piece of work */
  gint n_pieces;
  gint n_started; /* pieces of the parts and steps before */
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

static Piece
begin_piece (Build *build, gint index)
{
  Piece piece = { .job = BRG_JOB_INIT, .build = build, .permille = &build->permille[index] };

  piece.job.n_threads = build->job != NULL ? build->job->n_threads : 0;
  piece.job.report = piece_report_cb;
  return piece;
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
  BrgViewDirection view = brg_view_facing (part->from_mm, part->towards_mm);
  BrgStatus status = brg_preview (&item, 1, view, width_px, height_px, rgba, job, error);
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

  BrgJobPart parts = brg_job_parts (job);
  brg_job_part (&parts, 0, 0.4);
  BrgMesh *mesh = brg_isosurface (part->mask, job, error);
  brg_job_part (&parts, 0.4, 1);
  if (mesh != NULL && brg_mesh_smooth (mesh, &part->mask->grid, part->smooth, job, error) != BRG_OK)
    g_clear_pointer (&mesh, brg_mesh_unref);
  brg_job_parts_end (&parts);
  return mesh;
}

static BrgStatus
write_surface (const BrgExportPart *part, const BrgMesh *mesh, BrgJob *job, BrgError *error)
{
  BrgStatus status = brg_mesh_write (mesh, part->stl.path, false, job, error);

  brg_trace_add_mesh (part->surface, mesh);
  return status == BRG_OK ? digest (&part->stl, error) : status;
}

static BrgStatus
write_voxels (const BrgExportPart *part, BrgJob *job, BrgError *error)
{
  brg_job_stage (job, N_ ("Voxels"), 0, 0.7);
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
do_piece (Build *build, int index, BrgJob *job, BrgError *error)
{
  switch (index)
    {
    case PICTURE:
      return build->part->png.path != NULL ? write_picture (build->part, build->mesh, job, error)
                                           : BRG_OK;
    case SURFACE:
      return write_surface (build->part, build->mesh, job, error);
    case VOXELS:
      return write_voxels (build->part, job, error);
    default:
      return write_edits (build->edits, job, error);
    }
}

static BrgStatus
piece_cb (void *data, int slab, int begin, int end, BrgError *error)
{
  Build *build = data;
  Piece piece = begin_piece (build, build->n_started + slab);
  (void) begin;
  (void) end;

  piece.job.report_data = &piece;
  BrgStatus status = do_piece (build, slab, &piece.job, error);
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

/* Does the first `n` pieces for the part, all that can be at once. */
static BrgStatus
do_pieces (Build *build, int n, BrgError *error)
{
  BrgJob pieces = BRG_JOB_INIT;
  BrgJob *jobs[2] = { &pieces, build->job };

  pieces.n_threads = MIN (brg_job_threads (build->job), MAX_AT_ONCE);
  pieces.report = stop_cb;
  pieces.report_data = jobs;
  BrgStatus status = brg_parallel_slabs (n, 1, piece_cb, build, &pieces, error);
  build->n_started += n;
  return status;
}

static BrgStatus
build_part (Build *build, const BrgExportPart *part, bool is_last, BrgError *error)
{
  Piece piece = begin_piece (build, build->n_started++);

  piece.job.report_data = &piece;
  BrgMesh *mesh = make_mesh (part, &piece.job, error);
  if (mesh == NULL)
    return error->status;
  build->part = part;
  build->mesh = mesh;
  BrgStatus status = do_pieces (build, is_last ? EDITS + 1 : EDITS, error);
  brg_mesh_unref (mesh);
  return status;
}

BrgStatus
_brg_export_build (const BrgExportPart *parts,
                   guint n_parts,
                   const BrgExportEdits *edits,
                   BrgJob *job,
                   BrgError *error)
{
  gint n_pieces = (gint) n_parts * (1 + EDITS) + 1;
  g_autofree gint *permille = g_new0 (gint, n_pieces);
  Build build = { .edits = edits,
                  .job = job,
                  .caller = g_thread_self (),
                  .permille = permille,
                  .n_pieces = n_pieces };
  BrgStatus status = BRG_OK;

  for (guint p = 0; status == BRG_OK && p < n_parts; p++)
    status = build_part (&build, &parts[p], p + 1 == n_parts, error);
  return status;
}
