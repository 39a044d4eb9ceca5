#include "io/brg-dicom-pixels.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/brg-message.h"

#define ROUNDER                                                                                    \
  6755399441055744.0 /* 1.5 * 2^52: adding and taking it away rounds, ties to even                 \
                      */
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

/* The stored bits of `n` samples as numbers. */
static void
unpack (const BrgDicomImage *image,
        const Scale *scale,
        const uint8_t *bytes,
        size_t n,
        int32_t *out)
{
  int low = image->is_big_endian ? 1 : 0;

  for (size_t s = 0; s < n; s++)
    {
      uint32_t word = image->bits_allocated == 8
                        ? bytes[s]
                        : (uint32_t) bytes[2 * s + (size_t) low] |
                            (uint32_t) bytes[2 * s + 1 - (size_t) low] << 8;
      word <<= scale->drop_above;
      out[s] = scale->is_signed ? (int32_t) word >> scale->drop_below
                                : (int32_t) (word >> scale->drop_below);
    }
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
      n_padding += is_padding;
      bool is_outside = (value < INT16_MIN) | (value > INT16_MAX);
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
      rescale (&scale, numbers, count, hu + at, tally);
    }
}

static BrgStatus
read_all (int file, uint8_t *bytes, size_t size, uint64_t offset, BrgError *error)
{
  for (size_t done = 0; done < size;)
    {
      ssize_t n = pread (file, bytes + done, size - done, (off_t) (offset + done));
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return brg_message_errno (error, "cannot read", errno);
      if (n == 0)
        return brg_error_set (error, BRG_FORMAT, "became shorter while it was read");
      done += (size_t) n;
    }
  return BRG_OK;
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
  int file = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

  if (file < 0)
    return brg_message_errno (error, "cannot open", errno);
  BrgStatus status =
    read_all (file, samples, size, image->pixel_offset + (uint64_t) frame * size, error);
  close (file);
  return status;
}
