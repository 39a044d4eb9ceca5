#include <string.h>

#include "case/brg-case-error.h"
#include "case/brg-file-private.h"
#include "case/brg-series-private.h"
#include "engine/brg-alloc.h"
#include "engine/brg-job-part.h"
#include "engine/brg-parallel.h"
#include "io/brg-message.h"

#define FILES_AT_ONCE 16
#define MAX_KEY       1024                        /* more than UIDs and numbers can fill */
#define CT_IMAGE      "1.2.840.10008.5.1.4.1.1.2" /* the plain one; with a number behind it others */

/* What became of a file. One that is neither an image nor broken is none of DICOM, or of another
 * kind. */
typedef struct
{
  BrgSeriesFile *file; /* borrowed */
  BrgDicomPatient patient;
  gboolean is_image;
  char *fault; /* what is wrong with a DICOM image; else NULL */
} Read;

typedef struct
{
  BrgSeriesSource source;
  Read *reads; /* of every file of it */
  BrgJob *job;
} Reading;

/* TRUE for a header that belongs to pixels: that of a CT image, or one with a size. */
static gboolean
says_image (const BrgDicomImage *image)
{
  return image->rows > 0 || g_str_has_prefix (image->sop_class, CT_IMAGE);
}

static void
read_file (BrgSeriesFile *file, const char *uid, Read *read)
{
  BrgError fault;
  BrgStatus status = brg_dicom_read_part (&file->part, &file->image, &read->patient, &fault);

  read->file = file;
  if (status != BRG_IO && uid != NULL && strcmp (uid, file->image.series_uid) != 0)
    return;
  read->is_image = status == BRG_OK && file->image.has_pixels;
  if (status == BRG_FORMAT)
    read->fault = g_strdup (fault.message);
  else if (status == BRG_OK && !read->is_image && says_image (&file->image))
    read->fault = g_strdup ("has no pixels");
}

static BrgStatus
read_files (void *data, int slab, int begin, int end, BrgError *error)
{
  Reading *reading = data;
  (void) slab;
  (void) error;

  for (int f = begin; f < end; f++)
    read_file (reading->source.files->pdata[f], reading->source.uid, &reading->reads[f]);
  brg_job_count (reading->job, end - begin);
  return BRG_OK;
}

/* A text that may be close to the patient; NULL allowed. */
static void
text_free (char *text)
{
  if (text != NULL)
    brg_wipe (text, strlen (text));
  g_free (text);
}

void
_brg_series_free (BrgSeries *self)
{
  text_free (self->uid);
  text_free (self->description);
  text_free (self->patient);
  g_free (self->modality);
  g_free (self->fault);
  text_free (self->broken);
  text_free (self->reason);
  for (char **remark = self->remarks; remark != NULL && *remark != NULL; remark++)
    text_free (*remark);
  g_free (self->remarks);
  g_ptr_array_unref (self->files);
  g_array_unref (self->images);
  brg_stack_clear (&self->stack);
  g_free (self);
}

const BrgDicomImage *
_brg_series_image (const BrgSeries *self, guint index)
{
  const BrgSeriesImage *image = &g_array_index (self->images, BrgSeriesImage, index);

  return &((BrgSeriesFile *) self->files->pdata[image->file])->image;
}

/* What images of one series have in common. */
static char *
key_of (const BrgDicomImage *image, int frame)
{
  const BrgDicomPlane *plane = brg_dicom_plane (image, frame);
  char text[MAX_KEY];

  /* Not a string that grows: it would leave what it was behind. */
  g_snprintf (
    text, sizeof text, "%s|%s|%s|%s|%d|%d|%d|%.3f,%.3f,%.3f,%.3f,%.3f,%.3f|%.4f,%.4f|%x,%u",
    image->series_uid, image->sop_class, image->syntax, image->photometric, image->columns,
    image->rows, image->n_samples, plane->along_row.x + 0.0, plane->along_row.y + 0.0,
    plane->along_row.z + 0.0, plane->down.x + 0.0, plane->down.y + 0.0, plane->down.z + 0.0,
    plane->row_mm, plane->column_mm, plane->stack, plane->phase);
  char *key = g_strdup (text);
  brg_wipe (text, sizeof text);
  return key;
}

static void
key_free (gpointer key)
{
  brg_wipe (key, strlen (key));
  g_free (key);
}

static char *
describe_patient (const BrgDicomPatient *patient)
{
  if (*patient->id == '\0' || *patient->name == '\0')
    return g_strconcat (patient->name, patient->id, NULL);
  return g_strconcat (patient->name, " (", patient->id, ")", NULL);
}

static BrgSeries *
series_new (const Read *first)
{
  BrgSeries *self = g_new0 (BrgSeries, 1);
  const BrgDicomImage *image = &first->file->image;

  self->uid = g_strdup (image->series_uid);
  self->description = g_strdup (image->description);
  self->modality = g_strdup (image->modality);
  self->patient = describe_patient (&first->patient);
  self->number = image->series_number;
  self->files = g_ptr_array_new_with_free_func (_brg_series_file_unref);
  self->images = g_array_new (FALSE, FALSE, sizeof (BrgSeriesImage));
  return self;
}

/* All images of a file are added one after another. */
static void
add_image (BrgSeries *self, BrgSeriesFile *file, int frame)
{
  guint n = self->files->len;

  if (n == 0 || self->files->pdata[n - 1] != file)
    g_ptr_array_add (self->files, g_atomic_rc_box_acquire (file));
  BrgSeriesImage image = { self->files->len - 1, frame };
  g_array_append_val (self->images, image);
}

/* Second and further parts of one series get a number behind the UID. */
static void
name_parts (GPtrArray *all)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint s = 0; s < all->len; s++)
    {
      BrgSeries *series = all->pdata[s];
      const char *uid = _brg_series_image (series, 0)->series_uid;
      guint n = GPOINTER_TO_UINT (g_hash_table_lookup (seen, uid)) + 1;
      g_hash_table_insert (seen, (gpointer) uid, GUINT_TO_POINTER (n));
      if (n == 1)
        continue;
      g_free (series->uid);
      series->uid = g_strdup_printf ("%s#%u", uid, n);
    }
}

/* Tells every part of a series how many images are in those parts that cannot be used: each of the
 * others is a scan of its own. */
static void
count_others (GPtrArray *all)
{
  g_autoptr (GHashTable) n_useless = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint s = 0; s < all->len; s++)
    {
      BrgSeries *series = all->pdata[s];
      const char *uid = _brg_series_image (series, 0)->series_uid;
      guint n = GPOINTER_TO_UINT (g_hash_table_lookup (n_useless, uid));
      if (series->reason != NULL)
        g_hash_table_insert (n_useless, (gpointer) uid, GUINT_TO_POINTER (n + series->images->len));
    }
  for (guint s = 0; s < all->len; s++)
    {
      BrgSeries *series = all->pdata[s];
      const char *uid = _brg_series_image (series, 0)->series_uid;
      guint n = GPOINTER_TO_UINT (g_hash_table_lookup (n_useless, uid));
      series->n_others = series->reason != NULL ? n - series->images->len : n;
    }
}

/* One of the files of a series is broken. */
static void
count_broken (BrgSeries *series, const Read *read)
{
  char name[200];

  if (series->n_broken++ > 0)
    return;
  brg_message_clean (name, sizeof name, brg_message_base_name (read->file->path), 0);
  series->fault = g_strdup (read->fault);
  series->broken = g_utf8_make_valid (name, -1);
  brg_wipe (name, sizeof name);
}

/* A broken file counts for every part of its series, or makes one that cannot be used. */
static void
add_broken (GPtrArray *all, const Read *read)
{
  gboolean is_known = FALSE;

  for (guint s = 0; s < all->len; s++)
    {
      BrgSeries *series = all->pdata[s];
      if (!g_str_equal (_brg_series_image (series, 0)->series_uid, read->file->image.series_uid))
        continue;
      count_broken (series, read);
      is_known = TRUE;
    }
  if (is_known)
    return;
  BrgSeries *series = series_new (read);
  add_image (series, read->file, 0);
  count_broken (series, read);
  series->is_broken = TRUE;
  g_ptr_array_add (all, series);
}

/* The series that a frame belongs to; made when it is the first of it. */
static BrgSeries *
find_series (GPtrArray *all, GHashTable *by_key, const Read *read, int frame)
{
  char *key = key_of (&read->file->image, frame);
  BrgSeries *series = g_hash_table_lookup (by_key, key);

  if (series != NULL)
    {
      key_free (key);
      return series;
    }
  series = series_new (read);
  g_ptr_array_add (all, series);
  g_hash_table_insert (by_key, key, series);
  return series;
}

static GPtrArray *
group (Reading *reading)
{
  g_autoptr (GHashTable) by_key = g_hash_table_new_full (g_str_hash, g_str_equal, key_free, NULL);
  GPtrArray *all = g_ptr_array_new_with_free_func ((GDestroyNotify) _brg_series_free);
  guint n_files = reading->source.files->len;

  for (guint f = 0; f < n_files; f++)
    {
      const Read *read = &reading->reads[f];
      for (int frame = 0; read->is_image && frame < read->file->image.n_frames; frame++)
        add_image (find_series (all, by_key, read, frame), read->file, frame);
    }
  name_parts (all);
  for (guint f = 0; f < n_files; f++)
    if (reading->reads[f].fault != NULL)
      add_broken (all, &reading->reads[f]);
  return all;
}

/* Names of patients are in it. */
static void
forget (Reading *reading)
{
  for (guint f = 0; reading->reads != NULL && f < reading->source.files->len; f++)
    g_free (reading->reads[f].fault);
  if (reading->reads != NULL)
    brg_wipe (reading->reads, reading->source.files->len * sizeof *reading->reads);
  brg_free (reading->reads);
  _brg_series_source_clear (&reading->source);
}

static int
compare_series (gconstpointer a, gconstpointer b)
{
  const BrgSeries *first = *(BrgSeries *const *) a, *second = *(BrgSeries *const *) b;

  if ((first->reason == NULL) != (second->reason == NULL))
    return first->reason == NULL ? -1 : 1;
  if (first->number != second->number)
    return first->number < second->number ? -1 : 1;
  return strcmp (first->uid, second->uid);
}

gboolean
brg_series_is_source (const char *path)
{
  char start[132];

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return TRUE;
  gboolean is_source = _brg_file_begin (path, start, sizeof start) == sizeof start &&
                       memcmp (start + sizeof start - 4, "DICM", 4) == 0;
  brg_wipe (start, sizeof start);
  return is_source || brg_archive_is (path);
}

static gboolean
read_all (Reading *reading, BrgJob *job, GError **error)
{
  int n = (int) reading->source.files->len;
  BrgError fault = { 0 };

  brg_job_know (job, n);
  reading->reads = brg_alloc_zero ((size_t) n + 1, sizeof *reading->reads, &fault);
  if (reading->reads == NULL ||
      brg_parallel_slabs (n, FILES_AT_ONCE, read_files, reading, job, &fault) != BRG_OK)
    return brg_case_error_set (error, &fault);
  return TRUE;
}

static void
judge (GPtrArray *all)
{
  for (guint s = 0; s < all->len; s++)
    _brg_series_judge (all->pdata[s]);
  for (guint s = 0; s < all->len; s++)
    for (guint part = 0; part < all->len; part++)
      if (part != s)
        _brg_series_judge_part (all->pdata[s], all->pdata[part]);
  count_others (all);
  for (guint s = 0; s < all->len; s++)
    _brg_series_remark (all->pdata[s]);
  g_ptr_array_sort (all, compare_series);
}

GPtrArray *
brg_series_find (const char *path, BrgJob *job, GError **error)
{
  Reading reading = { .job = job };
  GPtrArray *all = NULL;
  BrgJobPart parts = brg_job_parts (job);
  double inflated = brg_archive_is (path) ? 0.8 : 0;

  brg_job_part (&parts, 0, inflated);
  gboolean ok = _brg_series_source_open (&reading.source, path, job, error);
  brg_job_part (&parts, inflated, 1);
  if (ok && read_all (&reading, job, error))
    all = group (&reading);
  brg_job_parts_end (&parts);
  if (ok)
    forget (&reading);
  if (all != NULL)
    judge (all);
  return all;
}

int
brg_series_get_columns (const BrgSeries *self)
{
  return _brg_series_image (self, 0)->columns;
}

int
brg_series_get_rows (const BrgSeries *self)
{
  return _brg_series_image (self, 0)->rows;
}

const char *
brg_series_get_coding (const BrgSeries *self)
{
  const BrgDicomImage *image = _brg_series_image (self, 0);
  const char *name;

  brg_dicom_codec (image->syntax, &name);
  return name != NULL ? name : image->syntax;
}
