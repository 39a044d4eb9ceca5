#include "case/brg-edit-delta.h"

#include <string.h>

/* Walks the words of the box in the order of the code. */
typedef struct
{
  BrgBox box;
  size_t first_word, n_row_words; /* of each row */
  guint64 n_bits;                 /* of one mask inside the widened box */
} Words;

typedef struct
{
  GByteArray *bytes;
  guint64 run;
  gboolean changed; /* what the current run counts */
} Encoder;

static Words
words_of_box (const BrgBox *box)
{
  Words words = { .box = *box };

  words.first_word = (size_t) box->lo[0] / 64;
  words.n_row_words = ((size_t) box->hi[0] + 63) / 64 - words.first_word;
  words.n_bits = (guint64) words.n_row_words * 64 * (guint64) (box->hi[1] - box->lo[1]) *
                 (guint64) (box->hi[2] - box->lo[2]);
  return words;
}

static void
put_run (Encoder *encoder)
{
  guint64 rest = encoder->run;

  do
    {
      guint8 byte = (guint8) (rest & 0x7f);
      rest >>= 7;
      byte |= rest > 0 ? 0x80 : 0;
      g_byte_array_append (encoder->bytes, &byte, 1);
    }
  while (rest > 0);
  encoder->run = 0;
}

static void
encode_bits (Encoder *encoder, guint n_bits, gboolean changed)
{
  if (encoder->changed != changed)
    {
      put_run (encoder);
      encoder->changed = changed;
    }
  encoder->run += n_bits;
}

static void
encode_word (Encoder *encoder, guint64 word)
{
  guint left = 64;

  while (left > 0)
    {
      gboolean changed = word & 1;
      guint64 others = changed ? ~word : word;
      guint n = others == 0 ? 64 : (guint) __builtin_ctzll (others);
      n = MIN (n, left);
      encode_bits (encoder, n, changed);
      word = n < 64 ? word >> n : 0;
      left -= n;
    }
}

/* What differs between `a` (NULL: empty) and `b`. */
static void
encode_mask (Encoder *encoder, const Words *words, const BrgMask *a, const BrgMask *b)
{
  for (int k = words->box.lo[2]; k < words->box.hi[2]; k++)
    for (int j = words->box.lo[1]; j < words->box.hi[1]; j++)
      {
        const uint64_t *row_a = a != NULL ? brg_mask_row (a, j, k) + words->first_word : NULL;
        const uint64_t *row_b = brg_mask_row (b, j, k) + words->first_word;
        for (size_t w = 0; w < words->n_row_words; w++)
          encode_word (encoder, row_a != NULL ? row_a[w] ^ row_b[w] : row_b[w]);
      }
}

BrgEditDelta *
brg_edit_delta_new (const BrgMask *old_added,
                    const BrgMask *old_removed,
                    const BrgMask *added,
                    const BrgMask *removed,
                    const BrgBox *box)
{
  BrgBox whole = brg_grid_box (&added->grid);
  BrgBox clipped = brg_box_intersect (box, &whole);
  Encoder encoder = { 0 };

  if (brg_box_is_empty (&clipped))
    return NULL;

  Words words = words_of_box (&clipped);
  encoder.bytes = g_byte_array_new ();
  encode_mask (&encoder, &words, old_added, added);
  encode_mask (&encoder, &words, old_removed, removed);
  if (!encoder.changed && encoder.bytes->len == 0)
    {
      g_byte_array_unref (encoder.bytes);
      return NULL;
    }
  if (encoder.changed) /* a last run of equal voxels is left out */
    put_run (&encoder);

  BrgEditDelta *delta = g_new (BrgEditDelta, 1);
  *delta = (BrgEditDelta){ clipped, g_byte_array_free_to_bytes (encoder.bytes) };
  return delta;
}

void
brg_edit_delta_free (BrgEditDelta *delta)
{
  if (delta == NULL)
    return;
  g_bytes_unref (delta->runs);
  g_free (delta);
}

/* Runs not read yet. */
typedef struct
{
  const guint8 *bytes; /* NULL in an empty one */
  gsize at, size;
} Decoder;

static Decoder
decoder_of (const BrgEditDelta *delta)
{
  Decoder decoder = { 0 };

  decoder.bytes = g_bytes_get_data (delta->runs, &decoder.size);
  return decoder;
}

/* Next run; FALSE at the end or at a number that is cut off or too long. */
static gboolean
get_run (Decoder *decoder, guint64 *run)
{
  *run = 0;
  for (guint shift = 0; decoder->at < decoder->size && shift < 63; shift += 7)
    {
      guint8 byte = decoder->bytes[decoder->at++];
      *run |= (guint64) (byte & 0x7f) << shift;
      if (byte < 0x80)
        return TRUE;
    }
  return FALSE;
}

static gboolean
runs_fit (const BrgEditDelta *delta, guint64 n_bits)
{
  Decoder decoder = decoder_of (delta);
  guint64 total = 0, run;

  while (decoder.at < decoder.size)
    {
      if (!get_run (&decoder, &run) || run > n_bits - total)
        return FALSE;
      total += run;
    }
  return TRUE;
}

/* Flips bits [from, to) of the walk over `mask`. */
static void
flip (BrgMask *mask, const Words *words, guint64 from, guint64 to)
{
  guint64 row_bits = (guint64) words->n_row_words * 64;
  guint64 n_rows = (guint64) (words->box.hi[1] - words->box.lo[1]);

  while (from < to)
    {
      guint64 row = from / row_bits, in_row = from % row_bits,
              n = MIN (to - from, 64 - in_row % 64);
      uint64_t *word = brg_mask_row (mask, words->box.lo[1] + (int) (row % n_rows),
                                     words->box.lo[2] + (int) (row / n_rows)) +
                       words->first_word + in_row / 64;
      uint64_t bits = n == 64 ? ~UINT64_C (0) : (UINT64_C (1) << n) - 1;
      *word ^= bits << (in_row % 64);
      from += n;
    }
}

/* Padding bits stay 0 even where a forged run covers them. */
static void
clear_padding (BrgMask *mask, const Words *words)
{
  uint64_t last = brg_mask_last_word_bits (mask);

  for (int k = words->box.lo[2]; k < words->box.hi[2]; k++)
    for (int j = words->box.lo[1]; j < words->box.hi[1]; j++)
      brg_mask_row (mask, j, k)[mask->row_words - 1] &= last;
}

gboolean
brg_edit_delta_fits (const BrgEditDelta *delta, const BrgGrid *grid)
{
  BrgBox whole = brg_grid_box (grid);
  BrgBox inside = brg_box_intersect (&delta->box, &whole);

  if (brg_box_is_empty (&delta->box) || memcmp (&inside, &delta->box, sizeof inside) != 0)
    return FALSE;
  Words words = words_of_box (&delta->box);
  return runs_fit (delta, 2 * words.n_bits);
}

gboolean
brg_edit_delta_apply (const BrgEditDelta *delta, BrgMask *added, BrgMask *removed)
{
  if (!brg_edit_delta_fits (delta, &added->grid))
    return FALSE;
  Words words = words_of_box (&delta->box);
  Decoder decoder = decoder_of (delta);
  guint64 begin = 0, run;
  for (gboolean changed = FALSE; get_run (&decoder, &run); changed = !changed, begin += run)
    if (changed)
      {
        guint64 stop = begin + run, n_bits = words.n_bits;
        if (begin < n_bits)
          flip (added, &words, begin, MIN (stop, n_bits));
        if (stop > n_bits)
          flip (removed, &words, MAX (begin, n_bits) - n_bits, stop - n_bits);
      }
  clear_padding (added, &words);
  clear_padding (removed, &words);
  return TRUE;
}

gsize
brg_edit_delta_get_size (const BrgEditDelta *delta)
{
  return sizeof *delta + g_bytes_get_size (delta->runs);
}
