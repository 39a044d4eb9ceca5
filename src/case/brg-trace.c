#include <string.h>

#include "case/brg-recipe-text-private.h"
#include "case/brg-trace-private.h"
#include "engine/brg-scidata.h"

#define CHUNK 65536

const char *const _brg_trace_skull_names[BRG_TRACE_N_SKULL] = { "crop",   "threshold", "islands",
                                                                "median", "holes",     "edits",
                                                                "surface" };
const char *const _brg_trace_defect_names[BRG_TRACE_N_DEFECT] = { "defect", "clearance",
                                                                  "surface" };

BrgTrace *
_brg_trace_new_empty (gsize n_defects)
{
  BrgTrace *trace = g_new0 (BrgTrace, 1);

  trace->n_defects = n_defects;
  trace->defects = g_malloc0_n (n_defects, sizeof *trace->defects);
  return trace;
}

void
brg_trace_free (BrgTrace *trace)
{
  if (trace != NULL)
    g_free (trace->defects);
  g_free (trace);
}

static void
append_params (GString *text, const BrgRecipe *recipe, BrgStage stage)
{
  size_t n_params;
  const BrgParam *params = brg_params (&n_params);

  for (size_t p = 0; p < n_params; p++)
    if (params[p].stage == stage)
      {
        _brg_recipe_append_param (text, &params[p], recipe);
        g_string_append_c (text, '\n');
      }
}

/* Takes the text. */
static void
hash_text (GString *text, BrgSha256 out)
{
  BrgSha256State state;

  brg_sha256_init (&state);
  brg_sha256_update (&state, text->str, text->len);
  brg_sha256_finish (&state, out);
  g_string_free (text, TRUE);
}

/* The text of a stage, begun. */
static GString *
begin_text (const char *name)
{
  GString *text = g_string_new (name);

  g_string_append_c (text, '\n');
  return text;
}

static void
hash_crop (const BrgRecipe *recipe, BrgSha256 out)
{
  GString *text = begin_text (_brg_trace_skull_names[BRG_TRACE_CROP]);

  _brg_recipe_append_box (text, &recipe->crop_vox);
  hash_text (text, out);
}

static void
hash_skull_stage (const BrgRecipe *recipe, BrgTraceSkullStage stage, BrgSha256 out)
{
  static const BrgStage of_params[BRG_TRACE_N_SKULL] = {
    [BRG_TRACE_THRESHOLD] = BRG_STAGE_THRESHOLD, [BRG_TRACE_ISLANDS] = BRG_STAGE_ISLANDS,
    [BRG_TRACE_MEDIAN] = BRG_STAGE_MEDIAN,       [BRG_TRACE_HOLES] = BRG_STAGE_HOLES,
    [BRG_TRACE_EDITS] = BRG_STAGE_EDITS,         [BRG_TRACE_SURFACE] = BRG_STAGE_SURFACE
  };
  GString *text = begin_text (_brg_trace_skull_names[stage]);

  append_params (text, recipe, of_params[stage]);
  if (stage == BRG_TRACE_ISLANDS && recipe->keep_at.placed)
    _brg_recipe_append_point (text, recipe->keep_at.at_mm);
  hash_text (text, out);
}

static void
append_scidata (GString *text, const BrgScidata *scidata)
{
  char spelled[BRG_SCIDATA_TEXT_SIZE];

  if (scidata->kind == BRG_SCIDATA_NONE)
    return;
  brg_scidata_format (scidata, spelled);
  g_string_append_printf (text, "\n%s", spelled);
}

static void
hash_defect_stage (const BrgRecipe *recipe, BrgTraceDefectStage stage, BrgSha256 out)
{
  static const BrgStage of_params[BRG_TRACE_N_DEFECT] = {
    [BRG_TRACE_CUTTER] = BRG_STAGE_DEFECT,
    [BRG_TRACE_CLEARANCE] = BRG_STAGE_CLEARANCE,
    [BRG_TRACE_SURFACES] = BRG_STAGE_SURFACE,
  };
  GString *text = begin_text (_brg_trace_defect_names[stage]);

  append_params (text, recipe, of_params[stage]);
  if (stage == BRG_TRACE_CUTTER)
    {
      g_string_append (text, recipe->defect.placed ? "placed\n" : "not placed\n");
      _brg_recipe_append_point (text, recipe->defect.at_mm);
      append_scidata (text, &recipe->defect.scidata);
    }
  hash_text (text, out);
}

BrgTrace *
brg_trace_new (const BrgRecipe *recipes, gsize n)
{
  BrgTrace *trace = _brg_trace_new_empty (n);

  hash_crop (&recipes[0], trace->skull[BRG_TRACE_CROP].parameters);
  for (int s = BRG_TRACE_THRESHOLD; s < BRG_TRACE_N_SKULL; s++)
    hash_skull_stage (&recipes[0], (BrgTraceSkullStage) s, trace->skull[s].parameters);
  for (gsize d = 0; d < n; d++)
    for (int s = 0; s < BRG_TRACE_N_DEFECT; s++)
      hash_defect_stage (&recipes[d], (BrgTraceDefectStage) s, trace->defects[d][s].parameters);
  return trace;
}

static gsize
row_bytes (const BrgGrid *grid)
{
  return ((gsize) grid->dim[0] + 7) / 8;
}

/* Rows that fill their words are hashed where they lie. */
static gboolean
is_packed (const BrgMask *mask)
{
  return G_BYTE_ORDER == G_LITTLE_ENDIAN &&
         row_bytes (&mask->grid) == mask->row_words * sizeof *mask->words;
}

/* The bytes of a row, without those of the last word that hold no voxel. */
static void
pack_row (const guint64 *row, gsize n_bytes, guint8 *out)
{
  if (G_BYTE_ORDER == G_LITTLE_ENDIAN)
    {
      memcpy (out, row, n_bytes);
      return;
    }
  for (gsize b = 0; b < n_bytes; b++)
    out[b] = (guint8) (row[b / 8] >> (b % 8 * 8));
}

static void
add_mask (BrgSha256State *state, const BrgMask *mask)
{
  gsize n_bytes = row_bytes (&mask->grid), n_rows = mask->n_words / mask->row_words;
  gsize n_at_once = MAX (CHUNK / n_bytes, 1);

  if (is_packed (mask))
    {
      brg_sha256_update (state, mask->words, mask->n_words * sizeof *mask->words);
      return;
    }
  g_autofree guint8 *chunk = g_malloc (n_at_once * n_bytes);
  for (gsize from = 0; from < n_rows; from += n_at_once)
    {
      gsize n = MIN (n_rows - from, n_at_once);
      for (gsize r = 0; r < n; r++)
        pack_row (mask->words + (from + r) * mask->row_words, n_bytes, chunk + r * n_bytes);
      brg_sha256_update (state, chunk, n * n_bytes);
    }
}

/* The bits of a mask without voxels. */
static void
add_none (BrgSha256State *state, const BrgGrid *grid)
{
  g_autofree guint8 *chunk = g_malloc0 (CHUNK);
  gsize left = row_bytes (grid) * (gsize) grid->dim[1] * (gsize) grid->dim[2];

  for (gsize n; left > 0; left -= n)
    {
      n = MIN (left, CHUNK);
      brg_sha256_update (state, chunk, n);
    }
}

void
brg_trace_hash_mask (const BrgMask *mask, BrgSha256 out)
{
  BrgSha256State state;

  brg_sha256_init (&state);
  add_mask (&state, mask);
  brg_sha256_finish (&state, out);
}

void
brg_trace_hash_masks (const BrgMask *first, const BrgMask *second, BrgSha256 out)
{
  BrgSha256State state;

  brg_sha256_init (&state);
  add_mask (&state, first);
  add_mask (&state, second);
  brg_sha256_finish (&state, out);
}

void
brg_trace_hash_edits (const BrgGrid *grid,
                      const BrgMask *added,
                      const BrgMask *removed,
                      BrgSha256 out)
{
  const BrgMask *const masks[] = { added, removed };
  BrgSha256State state;

  brg_sha256_init (&state);
  for (gsize m = 0; m < G_N_ELEMENTS (masks); m++)
    if (masks[m] != NULL)
      add_mask (&state, masks[m]);
    else
      add_none (&state, grid);
  brg_sha256_finish (&state, out);
}

/* Values of 4 bytes, in little endian. */
static void
add_values (BrgSha256State *state, const void *values, gsize n)
{
  g_autofree guint32 *chunk = NULL;

  if (G_BYTE_ORDER == G_LITTLE_ENDIAN)
    {
      brg_sha256_update (state, values, n * sizeof *chunk);
      return;
    }
  chunk = g_new (guint32, CHUNK);
  for (gsize from = 0; from < n; from += CHUNK)
    {
      gsize part = MIN (n - from, CHUNK);
      memcpy (chunk, (const guint8 *) values + from * sizeof *chunk, part * sizeof *chunk);
      for (gsize v = 0; v < part; v++)
        chunk[v] = GUINT32_TO_LE (chunk[v]);
      brg_sha256_update (state, chunk, part * sizeof *chunk);
    }
}

void
brg_trace_add_mesh (BrgSha256State *state, const BrgMesh *mesh)
{
  add_values (state, mesh->xyz, mesh->n_vertices * 3);
  add_values (state, mesh->triangles, mesh->n_triangles * 3);
}

/* What differs in a stage; NULL: nothing. */
static const char *
differs (const BrgTraceStage *expected,
         const BrgTraceStage *found,
         gboolean is_surface,
         BrgTraceParts parts)
{
  BrgTraceParts of_voxels = is_surface ? BRG_TRACE_OF_SURFACES : BRG_TRACE_OF_MASKS;

  if (parts & BRG_TRACE_OF_PARAMETERS && strcmp (expected->parameters, found->parameters) != 0)
    return "its parameters are not those of the export";
  if (parts & BRG_TRACE_OF_EDITS && strcmp (expected->edits, found->edits) != 0)
    return "the hand edits are not those of the export";
  if (!(parts & of_voxels) || strcmp (expected->voxels, found->voxels) == 0)
    return NULL;
  if (*expected->voxels == '\0')
    return is_surface ? "the recipe has no digest of its surface"
                      : "the recipe has no digest of its voxels";
  return is_surface ? "its surface differs" : "its voxels differ";
}

static char *
find_in_skull (const BrgTrace *expected, const BrgTrace *found, BrgTraceParts parts)
{
  for (int s = 0; s < BRG_TRACE_N_SKULL; s++)
    {
      const char *what =
        differs (&expected->skull[s], &found->skull[s], s == BRG_TRACE_SURFACE, parts);
      if (what != NULL)
        return g_strdup_printf ("stage %s: %s", _brg_trace_skull_names[s], what);
    }
  return NULL;
}

static char *
find_in_defect (const BrgTrace *expected, const BrgTrace *found, gsize d, BrgTraceParts parts)
{
  for (int s = 0; s < BRG_TRACE_N_DEFECT; s++)
    {
      const char *what =
        differs (&expected->defects[d][s], &found->defects[d][s], s == BRG_TRACE_SURFACES, parts);
      if (what != NULL)
        return g_strdup_printf ("defect %" G_GSIZE_FORMAT ", stage %s: %s", d + 1,
                                _brg_trace_defect_names[s], what);
    }
  return NULL;
}

char *
brg_trace_find_difference (const BrgTrace *expected, const BrgTrace *found, BrgTraceParts parts)
{
  char *difference = find_in_skull (expected, found, parts);

  if (difference == NULL && expected->n_defects != found->n_defects)
    return g_strdup_printf ("%" G_GSIZE_FORMAT " defects, the export had %" G_GSIZE_FORMAT,
                            found->n_defects, expected->n_defects);
  for (gsize d = 0; difference == NULL && d < expected->n_defects; d++)
    difference = find_in_defect (expected, found, d, parts);
  return difference;
}
