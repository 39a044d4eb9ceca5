/* DICOM files: the header, and of one that is sound every frame as HU. */

#include <math.h>
#include <string.h>

#include "fuzz.h"
#include "io/brg-dicom-pixels.h"

#define MAX_PIXELS ((gsize) 1 << 20)

static void
check_text (const char *text, gsize size)
{
  g_assert_nonnull (memchr (text, '\0', size));
  for (; *text != '\0'; text++)
    g_assert_true (g_ascii_isprint (*text));
}

static void
check_plane (const BrgDicomPlane *plane)
{
  g_assert_true (isfinite (plane->slope) && fabs (plane->slope) > 0);
  g_assert_true (isfinite (plane->intercept));
  if (plane->has_spacing)
    g_assert_true (plane->row_mm > 0 && plane->column_mm > 0);
  if (plane->has_orientation)
    g_assert_cmpfloat (fabs (brg_vec3_length (plane->along_row) - 1), <, 0.011);
  g_assert_true (isfinite (plane->position.x) && isfinite (plane->position.y) &&
                 isfinite (plane->position.z));
}

static void
check_frames (const char *path, const BrgDicomImage *image)
{
  gsize n = (gsize) image->rows * (gsize) image->columns;
  BrgFilePart whole = brg_file_whole (path);

  if (n > MAX_PIXELS || image->is_encapsulated || image->n_samples != 1)
    return;
  g_autofree gint16 *hu = g_new (gint16, n);
  BrgDicomTally tally = { 0 };
  for (int f = 0; f < MIN (image->n_frames, 4); f++)
    g_assert_cmpint (brg_dicom_read_hu (&whole, image, f, hu, &tally, NULL), ==, BRG_OK);
  g_assert_cmpuint (tally.n_padding + tally.n_limited, <=, 4 * n);
}

static void
check_image (const char *path, const BrgDicomImage *image)
{
  check_text (image->series_uid, sizeof image->series_uid);
  check_text (image->description, sizeof image->description);
  if (!image->has_pixels)
    return;
  g_assert_true (image->rows > 0 && image->columns > 0 && image->n_frames > 0);
  g_assert_true (image->bits_stored > 0 && image->bits_stored <= image->bits_allocated);
  for (int f = 0; f < image->n_frames; f++)
    check_plane (brg_dicom_plane (image, f));
  check_frames (path, image);
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  g_autofree char *path = fuzz_write ("input.dcm", bytes, size);
  BrgDicomImage image;
  BrgDicomPatient patient;
  BrgError error = { 0 };

  if (brg_dicom_read (path, &image, &patient, &error) != BRG_OK)
    {
      g_assert_cmpuint (strlen (error.message), >, 0);
      return 0;
    }
  check_text (patient.name, sizeof patient.name);
  check_text (patient.id, sizeof patient.id);
  check_image (path, &image);
  brg_dicom_image_clear (&image);
  return 0;
}
