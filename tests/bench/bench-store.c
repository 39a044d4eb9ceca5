#include <string.h>
#include <unistd.h>

#include "bench-operations.h"
#include "case/brg-store.h"
#include "engine/brg-brush.h"

/* The case file. What is written is durable when a row ends: these times include fsync(). */

#define RADIUS_MM 10.0
#define FULL_CASE "case.bregma"
#define STROKES   "strokes.bregma"

static char *
case_path (const Bench *bench, const char *name)
{
  return g_build_filename (bench->dir, name, NULL);
}

static BrgStore *
create (Bench *bench, const char *name)
{
  BrgRecipe recipe = brg_recipe_default ();
  BrgStoreContents contents = { .name = (char *) "Bench", .scan = bench->scan };
  g_autofree char *path = case_path (bench, name);

  recipe.defect = bench->defect;
  contents.recipes = brg_recipes_new (&recipe, 1);
  memset (contents.sha256, '0', sizeof contents.sha256 - 1);
  BrgStore *store = brg_store_create (path, &contents, TRUE, &bench->job, NULL);
  brg_recipes_unref (contents.recipes);
  return store;
}

static bool
run_create (void *data, double *bytes)
{
  Bench *bench = data;
  BrgStore *store = create (bench, FULL_CASE);
  bool is_done = store != NULL;

  *bytes = bench_scan_bytes (bench);
  brg_store_close (store, NULL);
  return is_done;
}

/* The first run makes the file. */
static BrgStore *
open_full (Bench *bench)
{
  g_autofree char *path = case_path (bench, FULL_CASE);

  if (access (path, F_OK) != 0)
    brg_store_close (create (bench, FULL_CASE), NULL);
  return brg_store_open (path, BRG_STORE_READ, NULL);
}

static bool
run_load (void *data, double *bytes)
{
  Bench *bench = data;
  BrgStore *store = open_full (bench);
  BrgStoreContents contents = { 0 };
  bool is_done = store != NULL && brg_store_load (store, &contents, &bench->job, NULL);

  *bytes = bench_scan_bytes (bench);
  brg_store_contents_clear (&contents);
  brg_store_close (store, NULL);
  return is_done;
}

static bool
run_summary (void *data, double *bytes)
{
  BrgStore *store = open_full (data);
  BrgStoreSummary summary = { 0 };
  bool is_done = store != NULL && brg_store_load_summary (store, &summary, NULL);

  *bytes = 0;
  brg_store_summary_clear (&summary);
  brg_store_close (store, NULL);
  return is_done;
}

/* What a stroke of the ball leaves in the history. */
static BrgHistoryEntry *
stroke (const Bench *bench)
{
  BrgMask *added = brg_mask_new (&bench->scan->grid, NULL);
  BrgMask *removed = brg_mask_new (&bench->scan->grid, NULL);
  BrgVec3 vox = brg_grid_vox_from_lps (&bench->scan->grid, bench->defect.at_mm);
  const double at[3] = { vox.x, vox.y, vox.z };
  BrgBox box = brg_brush_ball (added, removed, at, at, RADIUS_MM);
  BrgEditDelta *delta = brg_edit_delta_new (NULL, NULL, added, removed, &box);

  brg_mask_unref (added);
  brg_mask_unref (removed);
  return brg_history_entry_new_edit (delta, "Brush stroke");
}

static bool
run_apply (void *data, double *bytes)
{
  Bench *bench = data;
  BrgStoreChange change = { .has_history = TRUE, .log = (char *) "Brush stroke" };
  BrgHistoryChange *history = &change.history;

  if (bench->strokes == NULL && (bench->strokes = create (bench, STROKES)) == NULL)
    return false;
  history->entries = brg_history_entries_new ();
  g_ptr_array_add (history->entries, stroke (bench));
  history->cut_seq = bench->n_strokes;
  history->position_seq = bench->n_strokes + 1;
  *bytes = 0;
  bool is_done = brg_store_apply (bench->strokes, &change, NULL);
  bench->n_strokes += is_done ? 1 : 0;
  brg_history_change_clear (history);
  return is_done;
}

void
bench_remove_cases (Bench *bench)
{
  static const char *const names[] = { FULL_CASE, STROKES };

  brg_store_close (bench->strokes, NULL);
  for (size_t n = 0; n < G_N_ELEMENTS (names); n++)
    {
      g_autofree char *path = case_path (bench, names[n]);
      unlink (path);
    }
}

const BenchOperation bench_store_operations[] = {
  { "case create", run_create },
  { "case load", run_load },
  { "case summary", run_summary },
  { "case apply stroke", run_apply },
  { NULL, NULL },
};
