#include <math.h>
#include <string.h>

#include "case/brg-decoder.h"
#include "case/brg-series-private.h"
#include "engine/brg-alloc.h"
#include "io/brg-dicom-pixels.h"

#define BONE_LO_HU (-700)
#define BONE_HI_HU 1300

/* One slice as HU. */
typedef struct
{
  int columns, rows;
  int16_t *hu;
  double lo_hu, hi_hu; /* black and white */
} Slice;

static gboolean
read_hu (const BrgSeriesFile *file, int frame, int16_t *hu, BrgJob *job)
{
  BrgDicomImage image = file->image;
  gsize n = (gsize) image.rows * (gsize) image.columns;
  BrgDecoderFile one = { file->path, file->part };
  BrgDicomTally tally = { 0 };
  const guint8 *samples;

  if (!image.is_encapsulated)
    return brg_dicom_read_hu (&file->part, &image, frame, hu, &tally, NULL) == BRG_OK;
  g_autoptr (BrgDecoder) decoder =
    _brg_decoder_new_for_parts (&one, 1, BRG_DECODER_PATIENCE_S, NULL);
  image.is_big_endian = false;
  if (decoder == NULL ||
      !_brg_decoder_next (decoder, &file->image, &samples, &image.bits_allocated, job, NULL))
    return FALSE;
  brg_dicom_to_hu (&image, frame, samples + (gsize) frame * n * (gsize) image.bits_allocated / 8,
                   hu, &tally);
  return TRUE;
}

static void
set_window (Slice *slice, gboolean is_ct)
{
  gsize n = (gsize) slice->rows * (gsize) slice->columns;

  slice->lo_hu = BONE_LO_HU;
  slice->hi_hu = BONE_HI_HU;
  if (is_ct)
    return;
  slice->lo_hu = slice->hi_hu = slice->hu[0];
  for (gsize v = 0; v < n; v++)
    {
      slice->lo_hu = MIN (slice->lo_hu, slice->hu[v]);
      slice->hi_hu = MAX (slice->hi_hu, slice->hu[v]);
    }
}

static gboolean
read_middle (const BrgSeries *self, Slice *slice, BrgJob *job)
{
  guint middle = self->images->len / 2;
  const BrgSeriesImage *which = &g_array_index (self->images, BrgSeriesImage, middle);
  const BrgSeriesFile *file = self->files->pdata[which->file];
  const BrgDicomImage *image = &file->image;

  if (image->n_samples != 1 || !image->has_pixels)
    return FALSE;
  *slice = (Slice){ .columns = image->columns, .rows = image->rows };
  slice->hu = brg_alloc ((gsize) image->rows * (gsize) image->columns, sizeof *slice->hu, NULL);
  if (slice->hu == NULL)
    return FALSE;
  if (!read_hu (file, which->frame, slice->hu, job))
    {
      brg_free (slice->hu);
      return FALSE;
    }
  set_window (slice, strcmp (image->modality, "CT") == 0);
  return TRUE;
}

/* Mean of the samples that a pixel covers: [x0, x1) x [y0, y1). */
static guint8
grey_of (const Slice *slice, int x0, int x1, int y0, int y1)
{
  double sum = 0, span = MAX (slice->hi_hu - slice->lo_hu, 1);

  for (int y = y0; y < y1; y++)
    for (int x = x0; x < x1; x++)
      sum += slice->hu[(gsize) y * (gsize) slice->columns + (gsize) x];
  double share = (sum / ((x1 - x0) * (y1 - y0)) - slice->lo_hu) / span;
  return (guint8) (255 * CLAMP (share, 0, 1));
}

/* First sample of pixel `at` of `n_px`; there is at least one to the next. */
static int
first_sample (int at, int n_px, int n)
{
  return MIN ((int) ((gint64) at * n / n_px), n - 1);
}

static void
draw (const Slice *slice, double width_mm, double height_mm, int size_px, guint8 *grey)
{
  double mm_per_px = MAX (width_mm, height_mm) / size_px;
  int width_px = CLAMP ((int) (width_mm / mm_per_px + 0.5), 1, size_px);
  int height_px = CLAMP ((int) (height_mm / mm_per_px + 0.5), 1, size_px);
  guint8 *corner = grey + (size_px - height_px) / 2 * size_px + (size_px - width_px) / 2;

  for (int y = 0; y < height_px; y++)
    for (int x = 0; x < width_px; x++)
      {
        int x0 = first_sample (x, width_px, slice->columns);
        int y0 = first_sample (y, height_px, slice->rows);
        int x1 = MAX (first_sample (x + 1, width_px, slice->columns), x0 + 1);
        int y1 = MAX (first_sample (y + 1, height_px, slice->rows), y0 + 1);
        corner[y * size_px + x] = grey_of (slice, x0, x1, y0, y1);
      }
}

gboolean
brg_series_draw_middle (const BrgSeries *self, int size_px, guint8 *grey, BrgJob *job)
{
  const BrgDicomPlane *plane = brg_dicom_plane (_brg_series_image (self, 0), 0);
  double column_mm = plane->has_spacing ? plane->column_mm : 1;
  double row_mm = plane->has_spacing ? plane->row_mm : 1;
  Slice slice;

  memset (grey, 0, (gsize) size_px * (gsize) size_px);
  if (!read_middle (self, &slice, job))
    return FALSE;
  draw (&slice, slice.columns * column_mm, slice.rows * row_mm, size_px, grey);
  brg_free (slice.hu);
  return TRUE;
}
