#include <string.h>

#include "cli/brg-cli-input.h"
#include "cli/brg-cli-labels.h"
#include "cli/brg-cli-values.h"
#include "cli/brg-commands.h"
#include "engine/brg-alloc.h"
#include "engine/brg-palette.h"
#include "engine/brg-preview.h"
#include "io/brg-png.h"

/* preview: a picture of one or more masks or surfaces, drawn without any graphics driver. */

#define MAX_ITEMS      16
#define PICTURE_SIZE   1024
#define BYTES_PER_RGBA 4

/* Looks of a surface; the first three are also the looks of the first three inputs. */
static const struct
{
  const char *name;
  uint32_t rgb;
  double opacity;
} roles[] = {
  { "skull", BRG_RGB_SKULL, 1 },
  { "implant", BRG_RGB_IMPLANT, 1 },
  { "defect", BRG_RGB_DEFECT, 0.5 },
};

typedef struct
{
  const char *output;
  BrgViewDirection view;
  bool has_view; /* false: as the inputs ask for */
  char *paths[MAX_ITEMS];
  size_t roles[MAX_ITEMS];
  BrgPreviewItem items[MAX_ITEMS];
  BrgMesh *meshes[MAX_ITEMS];
  BrgImageInfo headers[MAX_ITEMS];
  int n_items;
} Request;

/* True for `FILE.nrrd:word` and its like: the word is meant as a role. */
static bool
names_a_role (const char *path)
{
  const char *colon = strrchr (path, ':');
  g_autofree char *file = colon != NULL ? g_strndup (path, (gsize) (colon - path)) : NULL;

  return file != NULL && brg_cli_input_kind (path) == BRG_INPUT_NONE &&
         brg_cli_input_kind (file) != BRG_INPUT_NONE;
}

/* Splits `FILE:role`; without a known role the place in the list decides. */
static void
read_item (Request *request, int item, const char *text)
{
  const char *colon = strrchr (text, ':');

  request->paths[item] = g_strdup (text);
  request->roles[item] = MIN ((size_t) item, G_N_ELEMENTS (roles) - 1);
  for (size_t r = 0; colon != NULL && r < G_N_ELEMENTS (roles); r++)
    if (strcmp (colon + 1, roles[r].name) == 0)
      {
        request->roles[item] = r;
        request->paths[item][colon - text] = '\0';
        break;
      }
}

static int
read_request (BrgCli *cli, Request *request)
{
  const char *view = brg_cli_value (cli, "view");

  request->has_view = view != NULL;
  request->output = brg_cli_value (cli, "output");
  if (request->output == NULL)
    return brg_cli_usage_error (cli, "-o OUT.png is missing");
  if (!brg_cli_ends_in (request->output, ".png"))
    return brg_cli_usage_error (cli, "-o must end in .png, got \"%s\"", request->output);
  if (view != NULL && !brg_view_from_name (view, &request->view))
    return brg_cli_usage_error (cli,
                                "--view must be anterior, posterior, left, right, superior, "
                                "inferior or three-quarter, got \"%.40s\"",
                                view);
  request->n_items = cli->n_operands;
  for (int i = 0; i < request->n_items; i++)
    {
      read_item (request, i, cli->operands[i]);
      if (names_a_role (request->paths[i]))
        return brg_cli_usage_error (cli, "%s must end in :skull, :implant or :defect",
                                    request->paths[i]);
      if (brg_cli_is_same_file (request->output, request->paths[i]))
        return brg_cli_usage_error (cli, "-o names an input, %s", request->paths[i]);
    }
  return BRG_CLI_DONE;
}

static void
clear_request (Request *request)
{
  for (int i = 0; i < request->n_items; i++)
    {
      brg_mesh_unref (request->meshes[i]);
      g_free (request->paths[i]);
    }
}

/* Returns the index of the input that failed, or -1. */
static int
read_surfaces (BrgCli *cli, Request *request, double strength, BrgError *error)
{
  BrgCliSmoothing smoothing = { strength, BRG_CLI_SMOOTHING_BREGMA };

  for (int i = 0; i < request->n_items; i++)
    {
      size_t role = request->roles[i];
      brg_cli_phase (cli, 0.6 * i / request->n_items, 0.6 * (i + 1) / request->n_items);
      request->meshes[i] = brg_cli_read_surface (request->paths[i], brg_cli_value (cli, "segment"),
                                                 smoothing, &request->headers[i], &cli->job, error);
      if (request->meshes[i] == NULL)
        return i;
      request->items[i] = (BrgPreviewItem){ .mesh = request->meshes[i],
                                            .rgb = roles[role].rgb,
                                            .opacity = roles[role].opacity };
    }
  return -1;
}

/* The first input with a role; -1: none. */
static int
find_role (const Request *request, const char *name)
{
  for (int i = 0; i < request->n_items; i++)
    if (strcmp (roles[request->roles[i]].name, name) == 0)
      return i;
  return -1;
}

/* Middle of the box of `n` surfaces, none of them empty. */
static BrgVec3
middle_mm (BrgMesh *const *meshes, int n)
{
  BrgVec3 lo, hi, a, b;

  brg_mesh_bounds (meshes[0], &lo, &hi);
  for (int i = 1; i < n; i++)
    {
      brg_mesh_bounds (meshes[i], &a, &b);
      lo = brg_vec3 (fmin (lo.x, a.x), fmin (lo.y, a.y), fmin (lo.z, a.z));
      hi = brg_vec3 (fmax (hi.x, b.x), fmax (hi.y, b.y), fmax (hi.z, b.z));
    }
  return brg_vec3_scale (brg_vec3_add (lo, hi), 0.5);
}

/* The side of everything drawn that the implant is on, or else the defect. */
static BrgViewDirection
choose_view (const Request *request)
{
  int shown = find_role (request, "implant");

  if (shown < 0)
    shown = find_role (request, "defect");
  if (shown < 0)
    return BRG_VIEW_THREE_QUARTER;
  return brg_view_facing (middle_mm (request->meshes, request->n_items),
                          middle_mm (&request->meshes[shown], 1));
}

static BrgStatus
draw_picture (BrgCli *cli, const Request *request, BrgError *error)
{
  uint8_t *rgba = brg_alloc ((size_t) PICTURE_SIZE * PICTURE_SIZE, BYTES_PER_RGBA, error);

  if (rgba == NULL)
    return BRG_NO_MEMORY;
  brg_cli_phase (cli, 0.6, 1);
  BrgStatus status = brg_preview (request->items, (size_t) request->n_items, request->view,
                                  PICTURE_SIZE, PICTURE_SIZE, rgba, &cli->job, error);
  if (status == BRG_OK)
    status = brg_png_write (request->output, PICTURE_SIZE, PICTURE_SIZE, rgba, error);
  brg_free (rgba);
  return status;
}

static int
finish_preview (BrgCli *cli, const Request *request)
{
  const int size[2] = { PICTURE_SIZE, PICTURE_SIZE };
  BrgReport *report = brg_report_new ();

  brg_report_text (report, "picture", "Picture", request->output);
  brg_report_text (report, "view", "View", brg_view_name (request->view));
  brg_report_ints (report, "size_px", "Size", size, 2, "px");
  brg_report_begin_list (report, "inputs");
  for (int i = 0; i < request->n_items; i++)
    {
      brg_report_begin (report, NULL, NULL);
      brg_report_text (report, "file", NULL, request->paths[i]);
      brg_report_text (report, "role", NULL, roles[request->roles[i]].name);
      brg_report_count (report, "triangles", NULL, request->meshes[i]->n_triangles, "");
      brg_cli_report_warnings (report, &request->headers[i]);
      brg_report_end (report);
    }
  brg_report_end_list (report);
  return brg_cli_finish (cli, report);
}

static int
run_preview (BrgCli *cli)
{
  Request request = { 0 };
  BrgRecipe recipe = brg_recipe_default ();
  BrgError error = { 0 };
  int outcome = read_request (cli, &request);

  if (outcome == BRG_CLI_DONE)
    {
      brg_cli_apply_params (cli, &recipe);
      int failed = read_surfaces (cli, &request, recipe.smooth, &error);
      if (failed < 0 && !request.has_view)
        request.view = choose_view (&request);
      if (failed >= 0)
        outcome = brg_cli_failed (cli, request.paths[failed], error.message);
      else if (draw_picture (cli, &request, &error) != BRG_OK)
        outcome = brg_cli_failed (cli, request.output, error.message);
      else
        outcome = finish_preview (cli, &request);
    }
  clear_request (&request);
  return outcome;
}

static const BrgCliOption options[] = {
  BRG_CLI_SEGMENT_OPTION,
  { "output", 'o', "FILE", "The picture to write, a .png file of 1024 x 1024 pixels." },
  { "view", 0, "DIRECTION",
    "Where the viewer stands: anterior, posterior, left, right, superior, inferior or "
    "three-quarter (the side the implant is on, or else the defect; without them three-quarter)" },
};

const BrgCommand brg_command_preview = {
  .name = "preview",
  .usage = "MASK|MESH... -o OUT.png",
  .summary = "Draw a picture of masks and of .stl, .ply and .obj surfaces; needs no display and no "
             "graphics card.",
  .notes = "The first input is drawn as skull, the second as implant, every further one as defect "
           "(translucent). FILE:skull, FILE:implant or FILE:defect says it for one input: "
           "preview skull.nrrd:skull cut.nrrd:defect -o both.png",
  .options = options,
  .n_options = G_N_ELEMENTS (options),
  .has_params = true,
  .first_stage = BRG_STAGE_SURFACE,
  .last_stage = BRG_STAGE_SURFACE,
  .min_operands = 1,
  .max_operands = MAX_ITEMS,
  .run = run_preview,
};
