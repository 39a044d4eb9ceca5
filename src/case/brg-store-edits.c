#include "case/brg-store-edits.h"

#include "case/brg-case-error.h"

static gboolean
fail_memory (const char *file, BrgError *fault, GError **error)
{
  brg_error_prefix (fault, file);
  return brg_case_error_set (error, fault);
}

static BrgMask *
copy_or_new (const BrgMask *mask, const BrgGrid *grid, BrgError *error)
{
  return mask != NULL ? brg_mask_copy (mask, error) : brg_mask_new (grid, error);
}

static const BrgEditDelta *
delta_of (const BrgStoreContents *contents, guint index)
{
  const BrgHistoryEntry *entry = g_ptr_array_index (contents->entries, index);
  return entry->delta;
}

static gboolean
has_deltas (const BrgStoreContents *contents)
{
  for (guint e = 0; contents->entries != NULL && e < contents->entries->len; e++)
    if (delta_of (contents, e) != NULL)
      return TRUE;
  return FALSE;
}

/* Flips entries [from, to); FALSE and the number of the first that does not fit. */
static gboolean
flip (const BrgStoreContents *contents,
      guint from,
      guint to,
      BrgMask *added,
      BrgMask *removed,
      guint *misfit)
{
  for (guint e = from; e < to; e++)
    {
      const BrgEditDelta *delta = delta_of (contents, e);
      *misfit = e;
      if (delta != NULL && !brg_edit_delta_apply (delta, added, removed))
        return FALSE;
    }
  return TRUE;
}

/* NULL: no voxels. */
static gboolean
check_disjoint (const char *file, const BrgMask *added, const BrgMask *removed, GError **error)
{
  gsize both_vox = added != NULL && removed != NULL ? brg_mask_count_and (added, removed) : 0;

  if (both_vox > 0)
    g_set_error (error, BRG_STORE_ERROR, BRG_STORE_ERROR_CORRUPT,
                 "%s: damaged: voxels that are both added and removed by hand: %" G_GSIZE_FORMAT,
                 file, both_vox);
  return both_vox == 0;
}

/* The past once, the rest there and back. */
static gboolean
flip_all (const BrgStoreContents *contents,
          const char *file,
          BrgMask *added,
          BrgMask *removed,
          GError **error)
{
  guint position = (guint) (contents->position_seq - contents->first_seq), misfit;
  guint n = contents->entries->len;

  if (!flip (contents, position, n, added, removed, &misfit) ||
      !flip (contents, position, n, added, removed, &misfit) ||
      !flip (contents, 0, position, added, removed, &misfit))
    {
      g_set_error (error, BRG_STORE_ERROR, BRG_STORE_ERROR_CORRUPT,
                   "%s: damaged: the hand edit of action %" G_GUINT64_FORMAT
                   " does not fit the scan",
                   file, contents->first_seq + misfit + 1);
      return FALSE;
    }
  return check_disjoint (file, added, removed, error);
}

gboolean
brg_store_contents_flip_past (BrgStoreContents *contents, const char *file, GError **error)
{
  const BrgGrid *grid = &contents->scan->grid;
  BrgError fault = { 0 };

  if (!has_deltas (contents))
    return check_disjoint (file, contents->added, contents->removed, error);
  BrgMask *added = copy_or_new (contents->added, grid, &fault);
  BrgMask *removed = added != NULL ? copy_or_new (contents->removed, grid, &fault) : NULL;
  gboolean ok = removed != NULL ? flip_all (contents, file, added, removed, error)
                                : fail_memory (file, &fault, error);
  if (ok)
    {
      brg_mask_unref (contents->added);
      brg_mask_unref (contents->removed);
      contents->added = g_steal_pointer (&added);
      contents->removed = g_steal_pointer (&removed);
    }
  brg_mask_unref (added);
  brg_mask_unref (removed);
  return ok;
}
