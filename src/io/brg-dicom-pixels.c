#include "io/brg-dicom-pixels.h"

#include <math.h>
#include <string.h>

#include "io/brg-stream.h"

/* 1.5 * 2^52: adding and taking it away rounds to whole numbers, ties to even. */
#define ROUNDER 6755399441055744.0

#define AT_A_TIME      4096
#define READ_AT_A_TIME ((size_t) 32 * 1024)

/* How samples of an image become HU. A sample is taken as an int16, unsigned ones less by `bias` so
 * that all fit. */
typedef struct
{
  int drop_below;          /* bits below the stored ones */
  uint16_t mask;           /* of the stored bits */
  uint16_t sign_bit, half; /* (word & mask ^ sign_bit) - half is the sample, less `bias` */
  int32_t bias;            /* 0 for signed samples */
  double slope, intercept;
  int16_t padding_lo, padding_hi; /* less `bias`; none when lo > hi */
} Scale;

static int16_t
limit_int16 (int32_t value)
{
  return (int16_t) (value < INT16_MIN ? INT16_MIN : value > INT16_MAX ? INT16_MAX : value);
}

static void
set_padding (Scale *scale, int32_t from, int32_t to)
{
  scale->padding_hi = -1;
  if (from == BRG_DICOM_NO_PADDING)
    return;
  if (to == BRG_DICOM_NO_PADDING)
    to = from;
  int32_t lo = (from < to ? from : to) - scale->bias, hi = (from < to ? to : from) - scale->bias;
  if (lo > INT16_MAX || hi < INT16_MIN)
    return;
  scale->padding_lo = limit_int16 (lo);
  scale->padding_hi = limit_int16 (hi);
}

static Scale
scale_of (const BrgDicomImage *image, const BrgDicomPlane *plane)
{
  uint32_t half = UINT32_C (1) << (image->bits_stored - 1);
  Scale scale = { .drop_below = image->high_bit + 1 - image->bits_stored,
                  .mask = (uint16_t) (2 * half - 1),
                  .sign_bit = (uint16_t) (image->is_signed ? half : 0),
                  .half = (uint16_t) half,
                  .bias = image->is_signed ? 0 : (int32_t) half,
                  .slope = plane->slope,
                  .intercept = plane->intercept };

  set_padding (&scale, image->padding, image->padding_limit);
  return scale;
}

#define IS_SWAPPED(image) ((image)->is_big_endian != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__))

/* `n` samples as words that begin with the lowest stored bit; `bytes` may be those of `words`. */
static void
load_words (const BrgDicomImage *image,
            const Scale *scale,
            const uint8_t *bytes,
            size_t n,
            uint16_t *words)
{
  if (image->bits_allocated == 8)
    for (size_t s = 0; s < n; s++)
      words[s] = bytes[s];
  else if (bytes != (const uint8_t *) words)
    memcpy (words, bytes, n * sizeof *words);
  if (image->bits_allocated == 16 && IS_SWAPPED (image))
    for (size_t s = 0; s < n; s++)
      words[s] = (uint16_t) (words[s] << 8 | words[s] >> 8);
  if (scale->drop_below > 0)
    for (size_t s = 0; s < n; s++)
      words[s] = (uint16_t) (words[s] >> scale->drop_below);
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

/* Turns words into samples, less `bias`, and gives the lowest and the highest. */
static void
take_samples (const Scale *scale, int16_t *samples, size_t n, int16_t *min, int16_t *max)
{
  const uint16_t mask = scale->mask, sign_bit = scale->sign_bit, half = scale->half;
  int16_t lowest = INT16_MAX, highest = INT16_MIN;

  for (size_t s = 0; s < n; s++)
    {
      int16_t sample = (int16_t) (uint16_t) ((((uint16_t) samples[s] & mask) ^ sign_bit) - half);
      lowest = sample < lowest ? sample : lowest;
      highest = sample > highest ? sample : highest;
      samples[s] = sample;
    }
  *min = lowest;
  *max = highest;
}

/* All in 16 bits, which a vector has most of; nearly always nothing is padding or limited. At most
 * AT_A_TIME. */
static void
rescale_whole (const Scale *scale, int16_t *hu, size_t n, BrgDicomTally *tally)
{
  const int32_t add = (int32_t) scale->intercept + scale->bias;
  const int16_t least = limit_int16 (INT16_MIN - add), most = limit_int16 (INT16_MAX - add);
  const int16_t lo = scale->padding_lo, hi = scale->padding_hi;
  uint16_t n_padding = 0, n_limited = 0;
  int16_t min, max;

  take_samples (scale, hu, n, &min, &max);
  if (min >= least && max <= most && (lo > hi || max < lo || min > hi))
    {
      for (size_t s = 0; s < n; s++)
        hu[s] = (int16_t) (uint16_t) ((uint16_t) hu[s] + (uint16_t) add);
      return;
    }
  for (size_t s = 0; s < n; s++)
    {
      int16_t sample = hu[s], limited = sample > least ? sample : least;
      limited = limited < most ? limited : most;
      bool is_padding = (sample >= lo) & (sample <= hi);
      n_padding = (uint16_t) (n_padding + is_padding);
      n_limited = (uint16_t) (n_limited + ((limited != sample) & (is_padding == false)));
      limited = (int16_t) (uint16_t) ((uint16_t) limited + (uint16_t) add);
      hu[s] = is_padding ? BRG_DICOM_PADDING_HU : limited;
    }
  tally->n_padding += n_padding;
  tally->n_limited += n_limited;
}

static void
rescale (const Scale *scale, int16_t *hu, size_t n, BrgDicomTally *tally)
{
  const Scale fixed = *scale; /* which `hu` cannot change */
  size_t n_padding = 0, n_limited = 0;
  int16_t min, max;

  take_samples (scale, hu, n, &min, &max);
  for (size_t s = 0; s < n; s++)
    {
      bool is_padding = (hu[s] >= fixed.padding_lo) & (hu[s] <= fixed.padding_hi);
      double value = fixed.slope * (hu[s] + fixed.bias) + fixed.intercept + ROUNDER - ROUNDER;
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

static void
convert (const BrgDicomImage *image,
         const Scale *scale,
         const uint8_t *samples,
         size_t n,
         int16_t *hu,
         BrgDicomTally *tally)
{
  size_t size = (size_t) image->bits_allocated / 8;

  for (size_t at = 0; at < n; at += AT_A_TIME)
    {
      size_t count = n - at < AT_A_TIME ? n - at : AT_A_TIME;
      load_words (image, scale, samples + at * size, count, (uint16_t *) hu + at);
      if (is_whole (scale))
        rescale_whole (scale, hu + at, count, tally);
      else
        rescale (scale, hu + at, count, tally);
    }
}

void
brg_dicom_to_hu (const BrgDicomImage *image,
                 int frame,
                 const uint8_t *samples,
                 int16_t *hu,
                 BrgDicomTally *tally)
{
  Scale scale = scale_of (image, brg_dicom_plane (image, frame));

  convert (image, &scale, samples, (size_t) image->rows * (size_t) image->columns, hu, tally);
}

/* Goes to the pixels `at` bytes behind the first, where they are deflated. */
static BrgStatus
begin_pixels (BrgStream *stream, const BrgDicomImage *image, uint64_t at, BrgError *error)
{
  uint64_t n_inflated = image->inflated_bytes;

  if (n_inflated == 0)
    return BRG_OK;
  BrgStatus status = brg_stream_skip (stream, image->deflated_offset, error);
  if (status == BRG_OK)
    status = brg_stream_start_deflate (stream, n_inflated, &n_inflated, error);
  return status == BRG_OK ? brg_stream_skip (stream, image->pixel_offset + at, error) : status;
}

/* The next of them, which are `at` bytes behind the first. */
static BrgStatus
read_pixels (BrgStream *stream,
             const BrgDicomImage *image,
             uint64_t at,
             uint8_t *bytes,
             size_t size,
             BrgError *error)
{
  if (image->inflated_bytes == 0)
    return brg_stream_read_at (stream, image->pixel_offset + at, bytes, size, error);
  return brg_stream_read (stream, bytes, size, error);
}

/* Piece by piece, each converted while it is in the cache of the processor. Samples of 8 bits are
 * read into the upper half of where they become words. */
static BrgStatus
read_hu (BrgStream *stream,
         const BrgDicomImage *image,
         int frame,
         int16_t *hu,
         BrgDicomTally *tally,
         BrgError *error)
{
  Scale scale = scale_of (image, brg_dicom_plane (image, frame));
  size_t n = (size_t) image->rows * (size_t) image->columns;
  size_t size = (size_t) image->bits_allocated / 8;
  uint64_t begin = (uint64_t) frame * n * size;
  BrgStatus status = begin_pixels (stream, image, begin, error);

  for (size_t at = 0; status == BRG_OK && at < n; at += READ_AT_A_TIME)
    {
      size_t count = n - at < READ_AT_A_TIME ? n - at : READ_AT_A_TIME;
      uint8_t *samples = (uint8_t *) (hu + at) + (sizeof *hu - size) * count;
      status = read_pixels (stream, image, begin + at * size, samples, count * size, error);
      if (status == BRG_OK)
        convert (image, &scale, samples, count, hu + at, tally);
    }
  return status;
}

BrgStatus
brg_dicom_read_hu (const BrgFilePart *part,
                   const BrgDicomImage *image,
                   int frame,
                   int16_t *hu,
                   BrgDicomTally *tally,
                   BrgError *error)
{
  BrgStream *stream = brg_stream_open_part (part, error);

  if (stream == NULL)
    return BRG_IO;
  BrgStatus status = read_hu (stream, image, frame, hu, tally, error);
  brg_stream_close (stream);
  return status;
}
