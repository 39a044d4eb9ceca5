#include "store-fixture.h"

#include <string.h>

#include "engine/brg-random.h"
#include "phantom.h"

BrgRecipes *
store_fixture_recipes (double width_mm)
{
  BrgRecipe recipes[2] = { brg_recipe_default (), brg_recipe_default () };

  for (int r = 0; r < 2; r++)
    {
      recipes[r].threshold_lo_hu = 172;
      recipes[r].median_mm = 1.1;
      recipes[r].defect.placed = true;
      recipes[r].defect.at_mm = brg_vec3 (1.0 / 3, -2.5 * r, 1e-3);
      recipes[r].defect.width_mm = width_mm + r;
    }
  return brg_recipes_new (recipes, 2);
}

/* The delta of some random voxels around a random place. */
static BrgEditDelta *
delta_new (const BrgGrid *grid, guint n)
{
  BrgRandom random = brg_random_new (11, n);
  BrgMask *added = brg_mask_new (grid, NULL), *removed = brg_mask_new (grid, NULL);
  BrgBox whole = brg_grid_box (grid);

  for (int v = 0; v < 1 + (int) n % 40; v++)
    brg_mask_set (v % 3 == 0 ? removed : added, brg_random_int (&random, 0, grid->dim[0] - 1),
                  brg_random_int (&random, 0, grid->dim[1] - 1),
                  brg_random_int (&random, 0, grid->dim[2] - 1), true);
  BrgEditDelta *delta = brg_edit_delta_new (NULL, NULL, added, removed, &whole);
  brg_mask_unref (added);
  brg_mask_unref (removed);
  return delta;
}

BrgHistoryEntry *
store_fixture_entry (const BrgGrid *grid, guint n)
{
  if (n % 4 != 3)
    return brg_history_entry_new_edit (delta_new (grid, n), n % 2 == 0 ? "Brush stroke" : "Eraser");
  g_autoptr (BrgRecipes) before = store_fixture_recipes (n);
  g_autoptr (BrgRecipes) after = store_fixture_recipes (n + 4);
  return brg_history_entry_new_recipes (before, after, NULL);
}

GPtrArray *
store_fixture_entries (const BrgGrid *grid, guint from, guint n)
{
  GPtrArray *entries = brg_history_entries_new ();

  for (guint e = 0; e < n; e++)
    g_ptr_array_add (entries, store_fixture_entry (grid, from + e));
  return entries;
}

void
store_fixture_set_scan (BrgStoreContents *contents, int ni, int nj, int nk)
{
  const int source_dim[3] = { nk, ni, nj };
  BrgAffine lps_from_source = {
    { { 0, -0.45, 0.01, 12.5 }, { 0.02, 0, 0.45, -1.0 / 3 }, { 0.8, 0, 0, 7 }, { 0, 0, 0, 1 } }
  };
  BrgGrid grid;
  BrgRandom random = brg_random_new (5, 0);

  g_assert_cmpint (brg_grid_from_source (source_dim, &lps_from_source, &grid, NULL), ==, BRG_OK);
  contents->scan = brg_volume_new (&grid, NULL);
  for (gsize v = 0; v < brg_grid_n_voxels (&grid); v++)
    contents->scan->hu[v] = (gint16) brg_random_next (&random);
  brg_export_hash_volume (contents->scan, contents->sha256);
}

void
store_fixture_fill (BrgStoreContents *contents, int ni, int nj, int nk)
{
  static const char *const warnings[] = { "spacing taken from \"spacings\"", "two", NULL };

  *contents = (BrgStoreContents){ 0 };
  store_fixture_set_scan (contents, ni, nj, nk);
  contents->name = g_strdup ("Case07");
  contents->warnings = g_strdupv ((char **) warnings);
  contents->recipes = store_fixture_recipes (30);
  contents->active = 1;
  contents->added = brg_mask_new (&contents->scan->grid, NULL);
  brg_mask_set (contents->added, ni - 1, nj - 1, nk - 1, true);
  contents->entries = store_fixture_entries (&contents->scan->grid, 5, 9);
  contents->first_seq = 5;
  contents->position_seq = 12;
  contents->seconds = 3600;
}

void
store_fixture_init (StoreFixture *fixture)
{
  fixture->dir = test_folder_new ();
  fixture->path = g_build_filename (fixture->dir, "Case07.bregma", NULL);
  store_fixture_fill (&fixture->contents, 70, 9, 12);
}

void
store_fixture_clear (StoreFixture *fixture)
{
  brg_store_contents_clear (&fixture->contents);
  g_free (fixture->path);
  test_folder_free (fixture->dir);
}

void
store_fixture_set_up (StoreFixture *fixture, gconstpointer unused)
{
  (void) unused;
  store_fixture_init (fixture);
}

void
store_fixture_tear_down (StoreFixture *fixture, gconstpointer unused)
{
  (void) unused;
  store_fixture_clear (fixture);
}

void
store_fixture_write (StoreFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  BrgStore *store = brg_store_create (fixture->path, &fixture->contents, FALSE, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (brg_store_close (store, &error));
  g_assert_no_error (error);
}

static void
assert_recipes_equal (const BrgRecipes *a, const BrgRecipes *b)
{
  g_assert_true ((a != NULL) == (b != NULL));
  g_assert_true (a == NULL || brg_recipes_equal (a, b));
}

void
store_assert_entries_equal (GPtrArray *a, GPtrArray *b)
{
  g_assert_cmpuint (a->len, ==, b->len);
  for (guint e = 0; e < a->len; e++)
    {
      const BrgHistoryEntry *one = a->pdata[e], *other = b->pdata[e];
      g_assert_cmpstr (one->label, ==, other->label);
      assert_recipes_equal (one->before, other->before);
      assert_recipes_equal (one->after, other->after);
      g_assert_true ((one->delta != NULL) == (other->delta != NULL));
      if (one->delta == NULL)
        continue;
      g_assert_cmpint (memcmp (&one->delta->box, &other->delta->box, sizeof (BrgBox)), ==, 0);
      g_assert_true (g_bytes_equal (one->delta->runs, other->delta->runs));
    }
}

static void
assert_masks_equal (const BrgMask *a, const BrgMask *b)
{
  g_assert_true (a == NULL ? b == NULL || brg_mask_is_empty (b)
                           : (b == NULL ? brg_mask_is_empty (a) : brg_mask_equal (a, b)));
}

void
store_assert_equal (const BrgStoreContents *a, const BrgStoreContents *b)
{
  const BrgGrid *grid = &a->scan->grid, *other = &b->scan->grid;

  g_assert_cmpstr (a->name, ==, b->name);
  g_assert_cmpint (memcmp (grid->dim, other->dim, sizeof grid->dim), ==, 0);
  g_assert_cmpint (memcmp (&grid->lps_from_vox, &other->lps_from_vox, sizeof (BrgAffine)), ==, 0);
  for (int axis = 0; axis < 3; axis++)
    {
      g_assert_cmpint (grid->source_axis[axis], ==, other->source_axis[axis]);
      g_assert_cmpint (grid->source_flipped[axis], ==, other->source_flipped[axis]);
    }
  g_assert_cmpint (memcmp (a->scan->hu, b->scan->hu, 2 * brg_grid_n_voxels (grid)), ==, 0);
  g_assert_cmpstr (a->sha256, ==, b->sha256);
  g_assert_true (a->warnings == NULL ? b->warnings == NULL
                                     : g_strv_equal ((const char *const *) a->warnings,
                                                     (const char *const *) b->warnings));
  assert_recipes_equal (a->recipes, b->recipes);
  g_assert_cmpuint (a->active, ==, b->active);
  assert_masks_equal (a->added, b->added);
  assert_masks_equal (a->removed, b->removed);
  store_assert_entries_equal (a->entries, b->entries);
  g_assert_cmpuint (a->first_seq, ==, b->first_seq);
  g_assert_cmpuint (a->position_seq, ==, b->position_seq);
}

void
store_read (const char *path, BrgStoreContents *contents)
{
  g_autoptr (GError) error = NULL;
  BrgStore *store = brg_store_open (path, BRG_STORE_READ, &error);

  g_assert_no_error (error);
  brg_store_load (store, contents, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (brg_store_close (store, &error));
  g_assert_no_error (error);
}

static BrgMask *
mask_or_new (const BrgMask *mask, const BrgGrid *grid)
{
  return mask != NULL ? brg_mask_copy (mask, NULL) : brg_mask_new (grid, NULL);
}

void
store_live_edits (const BrgStoreContents *contents, BrgMask **added, BrgMask **removed)
{
  *added = mask_or_new (contents->added, &contents->scan->grid);
  *removed = mask_or_new (contents->removed, &contents->scan->grid);
  for (guint e = 0; e < contents->position_seq - contents->first_seq; e++)
    {
      const BrgHistoryEntry *entry = contents->entries->pdata[e];
      if (entry->delta != NULL)
        g_assert_true (brg_edit_delta_apply (entry->delta, *added, *removed));
    }
}
