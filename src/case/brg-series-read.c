#include <glib/gi18n.h>
#include <stdatomic.h>
#include <string.h>

#include "case/brg-case-error.h"
#include "case/brg-decoder.h"
#include "case/brg-file-private.h"
#include "case/brg-series-private.h"
#include "engine/brg-alloc.h"
#include "engine/brg-job-part.h"
#include "engine/brg-lattice.h"
#include "engine/brg-parallel.h"
#include "engine/brg-restack.h"
#include "io/brg-dicom-pixels.h"
#include "io/brg-message.h"

#define DECODERS       2
#define SLICES_AT_ONCE 8 /* of native ones, which share a buffer */

/* Slices on their way into a volume. */
typedef struct
{
  const BrgSeries *series;
  gsize n_pixels;     /* of a slice */
  int16_t *slices;    /* all of them in order; the volume's own voxels when they lie like that */
  BrgVolume *volume;  /* to be filled slice by slice, or NULL */
  BrgLattice lattice; /* of it */
  BrgPool *pool;
  BrgJob *job;
  BrgArrival *arrival; /* is told of every slice that is done; NULL: nobody looks */
  atomic_size_t n_padding, n_limited;
  guint *by_file; /* slices in the order of files, for decoders; else NULL */
} Reading;

static const BrgSeriesImage *
image_at (const BrgSeries *series, int slice)
{
  return &g_array_index (series->images, BrgSeriesImage, slice);
}

static const BrgSeriesFile *
file_at (const BrgSeries *series, int slice)
{
  return series->files->pdata[image_at (series, slice)->file];
}

/* Where slice `slice` is to be put as HU: in place, or `scratch`. */
static int16_t *
slice_room (const Reading *reading, int slice, int16_t *scratch)
{
  return reading->slices != NULL ? reading->slices + (gsize) slice * reading->n_pixels : scratch;
}

/* A slice is in its room as HU. */
static void
finish_slice (Reading *reading, int slice, const int16_t *hu, const BrgDicomTally *tally)
{
  if (reading->slices == NULL)
    brg_lattice_place (&reading->lattice, reading->volume, slice, hu);
  atomic_fetch_add (&reading->n_padding, tally->n_padding);
  atomic_fetch_add (&reading->n_limited, tally->n_limited);
  brg_arrival_finish (reading->arrival, slice);
}

/* A slab of slices whose samples lie in their files as they are. */
static BrgStatus
read_native (void *data, int slab, int begin, int end, BrgError *error)
{
  Reading *reading = data;
  int16_t *scratch = brg_alloc_in (reading->pool, reading->n_pixels, sizeof *scratch, error);
  BrgStatus status = scratch != NULL ? BRG_OK : BRG_NO_MEMORY;
  (void) slab;

  for (int s = begin; status == BRG_OK && s < end; s++)
    {
      const BrgSeriesFile *file = file_at (reading->series, s);
      int16_t *hu = slice_room (reading, s, scratch);
      BrgDicomTally tally = { 0 };
      status = brg_dicom_read_hu (&file->part, &file->image, image_at (reading->series, s)->frame,
                                  hu, &tally, error);
      if (status == BRG_OK)
        finish_slice (reading, s, hu, &tally);
      else
        brg_message_name_file (error, file->path);
    }
  brg_free (scratch);
  return status;
}

/* The slices of one decoder: by_file[begin, end). A file's slices stay together. */
typedef struct
{
  guint begin, end;
} Share;

static guint
file_of (const Reading *reading, guint place)
{
  return image_at (reading->series, (int) reading->by_file[place])->file;
}

/* Share `part` of DECODERS. */
static Share
share_of (const Reading *reading, int part)
{
  guint n = (guint) reading->series->stack.n, ends[2];

  for (int e = 0; e < 2; e++)
    {
      ends[e] = n * (guint) (part + e) / DECODERS;
      while (ends[e] > 0 && ends[e] < n &&
             file_of (reading, ends[e]) == file_of (reading, ends[e] - 1))
        ends[e]++;
    }
  return (Share){ ends[0], ends[1] };
}

/* The files of a share, each once. */
static BrgDecoder *
start_decoder (const Reading *reading, Share share, GError **error)
{
  g_autoptr (GArray) files = g_array_new (FALSE, FALSE, sizeof (BrgDecoderFile));

  for (guint p = share.begin; p < share.end; p++)
    if (p == share.begin || file_of (reading, p) != file_of (reading, p - 1))
      {
        const BrgSeriesFile *file = file_at (reading->series, (int) reading->by_file[p]);
        BrgDecoderFile one = { file->path, file->part };
        g_array_append_val (files, one);
      }
  return _brg_decoder_new_for_parts ((const BrgDecoderFile *) (void *) files->data, files->len,
                                     BRG_DECODER_PATIENCE_S, error);
}

static gboolean
decode_share (Reading *reading, Share share, int16_t *scratch, GError **error)
{
  g_autoptr (BrgDecoder) decoder = start_decoder (reading, share, error);
  const guint8 *samples = NULL;
  BrgDicomImage image;

  if (decoder == NULL)
    return FALSE;
  for (guint p = share.begin; p < share.end; p++)
    {
      int slice = (int) reading->by_file[p];
      if (p == share.begin || file_of (reading, p) != file_of (reading, p - 1))
        {
          image = file_at (reading->series, slice)->image;
          if (!_brg_decoder_next (decoder, &image, &samples, &image.bits_allocated, reading->job,
                                  error))
            return FALSE;
          image.is_big_endian = false;
        }
      int frame = image_at (reading->series, slice)->frame;
      gsize frame_bytes = reading->n_pixels * (gsize) image.bits_allocated / 8;
      int16_t *hu = slice_room (reading, slice, scratch);
      BrgDicomTally tally = { 0 };
      brg_dicom_to_hu (&image, frame, samples + (gsize) frame * frame_bytes, hu, &tally);
      finish_slice (reading, slice, hu, &tally);
    }
  return TRUE;
}

static BrgStatus
read_decoded (void *data, int slab, int begin, int end, BrgError *error)
{
  Reading *reading = data;
  g_autoptr (GError) fault = NULL;
  (void) begin;
  (void) end;

  Share share = share_of (reading, slab);
  if (share.begin == share.end)
    return BRG_OK;
  int16_t *scratch = brg_alloc_in (reading->pool, reading->n_pixels, sizeof *scratch, error);
  if (scratch == NULL)
    return BRG_NO_MEMORY;
  gboolean ok = decode_share (reading, share, scratch, &fault);
  brg_free (scratch);
  if (ok)
    return BRG_OK;
  BrgStatus status = g_error_matches (fault, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? BRG_CANCELLED
                     : fault->domain == BRG_CASE_ERROR ? (BrgStatus) fault->code
                                                       : BRG_IO;
  return brg_error_set (error, status, "%s", fault->message);
}

static int
compare_by_file (gconstpointer a, gconstpointer b, gpointer data)
{
  const BrgSeriesImage *first = image_at (data, (int) *(const guint *) a);
  const BrgSeriesImage *second = image_at (data, (int) *(const guint *) b);

  if (first->file != second->file)
    return first->file < second->file ? -1 : 1;
  return first->frame - second->frame;
}

static guint *
sort_by_file (const BrgSeries *series)
{
  guint n = (guint) series->stack.n, *by_file = g_new (guint, n);

  for (guint s = 0; s < n; s++)
    by_file[s] = s;
  g_qsort_with_data (by_file, (int) n, sizeof *by_file, compare_by_file, (gpointer) series);
  return by_file;
}

static BrgStatus
read_slices (Reading *reading, BrgError *error)
{
  const BrgSeries *series = reading->series;

  if (!file_at (series, 0)->image.is_encapsulated)
    return brg_parallel_slabs (series->stack.n, SLICES_AT_ONCE, read_native, reading, reading->job,
                               error);
  reading->by_file = sort_by_file (series);
  BrgStatus status = brg_parallel_slabs (DECODERS, 1, read_decoded, reading, reading->job, error);
  g_free (reading->by_file);
  return status;
}

static BrgVolume *
read_even (Reading *reading, BrgError *error)
{
  reading->volume = brg_volume_new_in (reading->pool, &reading->series->stack.grid, error);
  if (reading->volume == NULL)
    return NULL;
  reading->lattice = brg_lattice_of (&reading->volume->grid);
  if (brg_lattice_is_plain (&reading->lattice))
    reading->slices = reading->volume->hu;
  brg_arrival_begin (reading->arrival, &reading->volume->grid, reading->volume->hu, FALSE);
  BrgStatus status = read_slices (reading, error);
  brg_arrival_end (reading->arrival);
  if (status == BRG_OK)
    return reading->volume;
  brg_volume_unref (reading->volume);
  return NULL;
}

/* All slices one after another into reading->slices, which is NULL when that fails. */
static BrgStatus
read_stack (Reading *reading, BrgError *error)
{
  const BrgStack *stack = &reading->series->stack;

  reading->slices =
    brg_alloc_in (reading->pool, (gsize) stack->n * reading->n_pixels, sizeof (int16_t), error);
  if (reading->slices == NULL)
    return BRG_NO_MEMORY;
  brg_arrival_begin (reading->arrival, &stack->grid, reading->slices, TRUE);
  BrgStatus status = read_slices (reading, error);
  brg_arrival_end (reading->arrival);
  if (status == BRG_OK)
    return BRG_OK;
  brg_free (reading->slices);
  reading->slices = NULL;
  return status;
}

BrgVolume *
_brg_series_restack (const BrgSeries *self, const int16_t *hu, BrgJob *job, BrgError *error)
{
  const BrgStack *stack = &self->stack;
  g_autofree BrgStackSlice *slices = g_new (BrgStackSlice, (gsize) stack->n);

  for (int s = 0; s < stack->n; s++)
    slices[s] = _brg_series_slice (self, (guint) s);
  return brg_restack (hu, slices, stack, brg_series_get_columns (self), brg_series_get_rows (self),
                      job, error);
}

static BrgVolume *
read_resampled (Reading *reading, BrgError *error)
{
  BrgJobPart parts = brg_job_parts (reading->job);
  BrgVolume *volume = NULL;

  brg_job_part (&parts, 0, 0.7);
  BrgStatus status = read_stack (reading, error);
  brg_job_part (&parts, 0.7, 1);
  if (status == BRG_OK)
    volume = _brg_series_restack (reading->series, reading->slices, reading->job, error);
  brg_job_parts_end (&parts);
  brg_free (reading->slices);
  return volume;
}

/* What was done to the values, and what is odd about the slices. */
static GStrv
list_warnings (const BrgSeries *series, BrgSeriesMode mode, const Reading *reading)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new ();

  if (series->n_broken > 0)
    g_ptr_array_add (all, _brg_series_say_broken (series, FALSE));
  for (char **remark = series->remarks + all->len; *remark != NULL; remark++)
    g_ptr_array_add (all, g_strdup (*remark));
  if (mode == BRG_SERIES_RESAMPLE)
    g_ptr_array_add (
      all, g_strdup_printf (_ ("Resampled to even slices, %.3f mm apart."), series->stack.step_mm));
  if (reading->n_padding > 0)
    g_ptr_array_add (all, g_strdup_printf (_ ("%lu samples were padding and are air now."),
                                           (gulong) reading->n_padding));
  if (reading->n_limited > 0)
    g_ptr_array_add (all, g_strdup_printf (_ ("%lu values were limited to what 16 bits hold."),
                                           (gulong) reading->n_limited));
  g_ptr_array_add (all, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&all), FALSE);
}

BrgImport
brg_series_describe_import (const BrgSeries *self, BrgSeriesMode mode)
{
  BrgImport import = { .format = "DICOM", .n_files = self->files->len };

  for (guint f = 0; f < self->files->len; f++)
    brg_data_tally_add (&import.held, &((BrgSeriesFile *) self->files->pdata[f])->image.held);
  if (mode == BRG_SERIES_RESAMPLE)
    {
      import.is_resampled = TRUE;
      import.step_mm = self->stack.step_mm;
      import.n_made_up = (guint) brg_restack_made_up (&self->stack);
    }
  return import;
}

/* A slice that is missing may be one that is broken: that is said first. */
static char *
say_uneven (const BrgSeries *series)
{
  char **remarks = series->remarks;

  if (remarks[0] == NULL)
    return g_strdup (_ ("Its slices are uneven."));
  return series->n_broken > 0 && remarks[1] != NULL
           ? g_strconcat (remarks[0], " ", remarks[1], NULL)
           : g_strdup (remarks[0]);
}

static gboolean
check_mode (const BrgSeries *series, BrgSeriesMode mode, GError **error)
{
  g_autofree char *reason = g_strdup (series->reason);

  if (mode == BRG_SERIES_AS_IT_IS && brg_series_must_resample (series))
    reason = say_uneven (series);
  if (reason == NULL)
    return TRUE;
  g_set_error_literal (error, BRG_CASE_ERROR, BRG_UNSUPPORTED, reason);
  return FALSE;
}

static Reading
make_reading (const BrgSeries *series, BrgArrival *arrival, BrgJob *job)
{
  gsize n_pixels = (gsize) brg_series_get_columns (series) * (gsize) brg_series_get_rows (series);

  return (Reading){ .series = series,
                    .n_pixels = n_pixels,
                    .pool = brg_job_pool (job),
                    .job = job,
                    .arrival = arrival };
}

int16_t *
_brg_series_read_stack (const BrgSeries *self, BrgJob *job, GError **error)
{
  BrgError fault = { 0 };

  if (!check_mode (self, BRG_SERIES_RESAMPLE, error))
    return NULL;
  Reading reading = make_reading (self, NULL, job);
  if (read_stack (&reading, &fault) != BRG_OK)
    brg_case_error_set (error, &fault);
  return reading.slices;
}

BrgVolume *
brg_series_read (const BrgSeries *self,
                 BrgSeriesMode mode,
                 BrgArrival *arrival,
                 GStrv *warnings,
                 BrgJob *job,
                 GError **error)
{
  BrgError fault = { 0 };

  if (!check_mode (self, mode, error))
    return NULL;
  Reading reading = make_reading (self, arrival, job);
  BrgVolume *volume =
    mode == BRG_SERIES_RESAMPLE ? read_resampled (&reading, &fault) : read_even (&reading, &fault);
  if (volume == NULL)
    brg_case_error_set (error, &fault);
  else if (warnings != NULL)
    *warnings = list_warnings (self, mode, &reading);
  return volume;
}
