#include "io/brg-dicom-pixels.h"

#include <math.h>
#include <string.h>

#include "io/brg-stream.h"

/* 1.5 * 2^52: adding and taking it away rounds to whole numbers, ties to even. */
#define ROUNDER 6755399441055744.0

#define AT_A_TIME 4096

/* How samples of an image become HU. */
typedef struct
{
  int drop_above, drop_below; /* bits of a 32-bit word above and below the stored ones */
  bool is_signed;
  double slope, intercept;
  int32_t padding_lo, padding_hi; /* none when lo > hi */
} Scale;

static Scale
scale_of (const BrgDicomImage *image, const BrgDicomPlane *plane)
{
  int32_t from = image->padding, to = image->padding_limit;
  Scale scale = { .drop_above = 31 - image->high_bit,
                  .drop_below = 32 - image->bits_stored,
                  .is_signed = image->is_signed != 0,
                  .slope = plane->slope,
                  .intercept = plane->intercept,
                  .padding_hi = -1 };

  if (from == BRG_DICOM_NO_PADDING)
    return scale;
  if (to == BRG_DICOM_NO_PADDING)
    to = from;
  scale.padding_lo = from < to ? from : to;
  scale.padding_hi = from < to ? to : from;
  return scale;
}

#define IS_SWAPPED(image) ((image)->is_big_endian != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__))

static int32_t
number_of (const Scale *scale, uint32_t word)
{
  word <<= scale->drop_above;
  return scale->is_signed ? (int32_t) word >> scale->drop_below
                          : (int32_t) (word >> scale->drop_below);
}

/* The stored bits of `n` samples as numbers. */
static void
unpack (const BrgDicomImage *image,
        const Scale *scale,
        const uint8_t *bytes,
        size_t n,
        int32_t *out)
{
  const Scale fixed = *scale; /* which `out` cannot change */
  bool is_swapped = IS_SWAPPED (image);

  if (image->bits_allocated == 8)
    {
      for (size_t s = 0; s < n; s++)
        out[s] = number_of (&fixed, bytes[s]);
      return;
    }
  for (size_t s = 0; s < n; s++)
    {
      uint16_t word;
      memcpy (&word, bytes + 2 * s, sizeof word);
      out[s] = number_of (&fixed, is_swapped ? __builtin_bswap16 (word) : word);
    }
}

/* Slope 1 and a whole intercept, as nearly all scanners write them: without a detour over double.
 */
static bool
is_whole (const Scale *scale)
{
  double intercept = scale->intercept;

  return scale->slope >= 1 && scale->slope <= 1 && fabs (intercept) <= INT16_MAX &&
         intercept >= floor (intercept) && intercept <= floor (intercept);
}

static void
rescale_whole (const Scale *scale,
               const int32_t *samples,
               size_t n,
               int16_t *hu,
               BrgDicomTally *tally)
{
  int32_t intercept = (int32_t) scale->intercept;
  int32_t lo = scale->padding_lo, hi = scale->padding_hi;
  uint32_t n_padding = 0, n_limited = 0;

  for (size_t s = 0; s < n; s++)
    {
      int32_t value = samples[s] + intercept;
      int32_t limited = value > INT16_MIN ? value : INT16_MIN;
      limited = limited < INT16_MAX ? limited : INT16_MAX;
      bool is_padding = (samples[s] >= lo) & (samples[s] <= hi);
      n_padding += is_padding;
      n_limited += (limited != value) & (is_padding == false);
      hu[s] = (int16_t) (is_padding ? BRG_DICOM_PADDING_HU : limited);
    }
  tally->n_padding += n_padding;
  tally->n_limited += n_limited;
}

static void
rescale (const Scale *scale, const int32_t *samples, size_t n, int16_t *hu, BrgDicomTally *tally)
{
  size_t n_padding = 0, n_limited = 0;

  for (size_t s = 0; s < n; s++)
    {
      bool is_padding = (samples[s] >= scale->padding_lo) & (samples[s] <= scale->padding_hi);
      double value = scale->slope * samples[s] + scale->intercept + ROUNDER - ROUNDER;
      double limited = value > INT16_MIN ? value : INT16_MIN;
      limited = limited < INT16_MAX ? limited : INT16_MAX;
      bool is_outside = (value < INT16_MIN) | (value > INT16_MAX);
      n_padding += is_padding;
      n_limited += is_outside & (is_padding == false);
      hu[s] = is_padding ? BRG_DICOM_PADDING_HU : (int16_t) limited;
    }
  tally->n_padding += n_padding;
  tally->n_limited += n_limited;
}

void
brg_dicom_to_hu (const BrgDicomImage *image,
                 int frame,
                 const uint8_t *samples,
                 int16_t *hu,
                 BrgDicomTally *tally)
{
  Scale scale = scale_of (image, brg_dicom_plane (image, frame));
  size_t n = (size_t) image->rows * (size_t) image->columns;
  size_t size = (size_t) image->bits_allocated / 8;
  int32_t numbers[AT_A_TIME];

  for (size_t at = 0; at < n; at += AT_A_TIME)
    {
      size_t count = n - at < AT_A_TIME ? n - at : AT_A_TIME;
      unpack (image, &scale, samples + at * size, count, numbers);
      if (is_whole (&scale))
        rescale_whole (&scale, numbers, count, hu + at, tally);
      else
        rescale (&scale, numbers, count, hu + at, tally);
    }
}

BrgStatus
brg_dicom_read_frame (const char *path,
                      const BrgDicomImage *image,
                      int frame,
                      uint8_t *samples,
                      BrgError *error)
{
  size_t size =
    (size_t) image->rows * (size_t) image->columns * (size_t) (image->bits_allocated / 8);
  BrgStream *stream = brg_stream_open (path, error);

  if (stream == NULL)
    return BRG_IO;
  BrgStatus status = brg_stream_read_at (stream, image->pixel_offset + (uint64_t) frame * size,
                                         samples, size, error);
  brg_stream_close (stream);
  return status;
}
