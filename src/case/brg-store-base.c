#include <string.h>

#include "case/brg-store-private.h"
#include "engine/brg-alloc.h"

/* The words of a mask, little-endian, in pieces of this many bytes. Piece 2 p is the p-th of the
 * added voxels, 2 p + 1 of the removed ones; where nothing is set there is none. */
#define PIECE_BYTES ((gsize) 4 << 20)
#define PIECE_WORDS (PIECE_BYTES / sizeof (guint64))

static gsize
n_words_of (const BrgGrid *grid)
{
  return ((gsize) grid->dim[0] + 63) / 64 * (gsize) grid->dim[1] * (gsize) grid->dim[2];
}

static gsize
n_pieces_of (const BrgGrid *grid)
{
  return (n_words_of (grid) + PIECE_WORDS - 1) / PIECE_WORDS;
}

static gsize
words_in (gsize n_words, gsize piece)
{
  return MIN (PIECE_WORDS, n_words - piece * PIECE_WORDS);
}

static guint64
piece_size (gconstpointer data, guint64 number)
{
  return words_in (n_words_of (data), (gsize) number / 2) * sizeof (guint64);
}

/* There and back: bytes of the machine and of the file. */
static void
swap_words (uint64_t *words, gsize n)
{
  if (G_BYTE_ORDER != G_LITTLE_ENDIAN)
    for (gsize w = 0; w < n; w++)
      words[w] = GUINT64_SWAP_LE_BE (words[w]);
}

static gboolean
is_clear (const uint64_t *words, gsize n)
{
  for (gsize w = 0; w < n; w++)
    if (words[w] != 0)
      return FALSE;
  return TRUE;
}

static BrgStatus
put_piece (BrgStore *self, const BrgMask *mask, gsize piece, int which, BrgPool *pool, BrgError *e)
{
  const uint64_t *words = mask->words + piece * PIECE_WORDS;
  gsize n = words_in (mask->n_words, piece);
  BrgPack pack;

  if (is_clear (words, n))
    return BRG_OK;
  uint64_t *copy = brg_alloc_in (pool, n, sizeof *copy, e);
  if (copy == NULL)
    return BRG_NO_MEMORY;
  memcpy (copy, words, n * sizeof *copy);
  swap_words (copy, n);
  BrgStatus status = brg_pack_deflate (pool, copy, n * sizeof *copy, &pack, e);
  brg_free (copy);
  if (status == BRG_OK)
    status = _brg_piece_put (self, "base", (gint64) piece * 2 + which, &pack, e);
  brg_pack_clear (&pack);
  return status;
}

gboolean
_brg_store_put_base (BrgStore *self,
                     const BrgMask *added,
                     const BrgMask *removed,
                     BrgPool *pool,
                     GError **error)
{
  const BrgMask *masks[] = { added, removed };
  BrgError fault = { 0 };

  if (!_brg_sql_run (self, "DELETE FROM base", error))
    return FALSE;
  for (int which = 0; which < 2; which++)
    for (gsize p = 0; masks[which] != NULL && p < n_pieces_of (&masks[which]->grid); p++)
      if (put_piece (self, masks[which], p, which, pool, &fault) != BRG_OK)
        return _brg_store_fault (self, error, &fault);
  return TRUE;
}

/* Fills one piece of `mask`, which is made with the first one there is. */
static BrgStatus
get_piece (BrgStore *self,
           const BrgGrid *grid,
           gsize number,
           BrgPool *pool,
           BrgMask **mask,
           BrgError *error)
{
  BrgPack pack;
  BrgStatus status = _brg_piece_get (self, "base", (gint64) number, pool, &pack, error);

  if (status != BRG_OK)
    return status == BRG_EMPTY ? BRG_OK : status;
  if (*mask == NULL)
    *mask = brg_mask_new_in (pool, grid, true, error);
  if (*mask != NULL)
    {
      uint64_t *words = (*mask)->words + number / 2 * PIECE_WORDS;
      gsize n = words_in ((*mask)->n_words, number / 2);
      status = brg_pack_inflate (&pack, words, n * sizeof *words, error);
      swap_words (words, n);
    }
  brg_pack_clear (&pack);
  return *mask != NULL ? status : BRG_NO_MEMORY;
}

static gboolean
padding_is_clear (const BrgMask *mask)
{
  guint64 padding = ~brg_mask_last_word_bits (mask), seen = 0;

  for (gsize w = mask->row_words - 1; w < mask->n_words; w += mask->row_words)
    seen |= mask->words[w] & padding;
  return seen == 0;
}

gboolean
_brg_store_get_base (BrgStore *self,
                     const BrgGrid *grid,
                     BrgPool *pool,
                     BrgMask **added,
                     BrgMask **removed,
                     GError **error)
{
  gsize n = 2 * n_pieces_of (grid);
  BrgPieces pieces = { "base", n, FALSE, piece_size, grid };
  BrgMask *masks[2] = { NULL, NULL };
  BrgError fault = { 0 };

  if (!_brg_piece_check (self, &pieces, error))
    return FALSE;
  for (gsize p = 0; fault.status == BRG_OK && p < n; p++)
    get_piece (self, grid, p, pool, &masks[p % 2], &fault);
  for (int which = 0; which < 2 && fault.status == BRG_OK; which++)
    if (masks[which] != NULL && !padding_is_clear (masks[which]))
      brg_error_set (&fault, BRG_FORMAT, "voxels lie outside of its scan");
  if (fault.status == BRG_OK)
    {
      *added = masks[0];
      *removed = masks[1];
      return TRUE;
    }
  brg_mask_unref (masks[0]);
  brg_mask_unref (masks[1]);
  if (fault.status == BRG_FORMAT)
    brg_error_prefix (&fault, "the base of its edits is damaged");
  return _brg_store_fault (self, error, &fault);
}
