#include <stdio.h>
#include <string.h>

#include "cli/brg-cli-describe.h"
#include "cli/brg-cli-folder.h"
#include "cli/brg-cli-input.h"
#include "cli/brg-commands.h"

/* info: what a file is and what is in it. A folder stands for the files in it that we read. */

static int
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Adds the files of `dir` that we read, sorted by name; false when there are none. */
static bool
add_folder (GPtrArray *paths, const char *path, BrgError *error)
{
  g_autoptr (GDir) dir = brg_cli_open_folder (path, error);
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  const char *name;

  if (dir == NULL)
    return false;
  while ((name = g_dir_read_name (dir)) != NULL)
    if (brg_cli_input_kind (name) != BRG_INPUT_NONE)
      g_ptr_array_add (found, g_build_filename (path, name, NULL));
  if (found->len == 0)
    {
      brg_error_set (error, BRG_EMPTY,
                     "holds no file we read (" BRG_CLI_IMAGE_ENDINGS
                     ", .stl, .ply, .obj, .bregma); of DICOM files, make a scan first: bregma-cli "
                     "import FOLDER -o SCAN.nrrd");
      return false;
    }
  g_ptr_array_sort (found, compare_paths);
  g_ptr_array_extend_and_steal (paths, g_steal_pointer (&found));
  return true;
}

/* A name without an ending that we read is taken for a folder's if nothing is there. */
static bool
is_file (const char *path)
{
  return !g_file_test (path, G_FILE_TEST_IS_DIR) &&
         (brg_cli_input_kind (path) != BRG_INPUT_NONE || g_file_test (path, G_FILE_TEST_EXISTS));
}

/* Every file to describe; folders that cannot be read are reported and counted. */
static GPtrArray *
list_files (BrgCli *cli, int *n_failed)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);

  for (int o = 0; o < cli->n_operands; o++)
    {
      BrgError error = { 0 };
      if (is_file (cli->operands[o]))
        g_ptr_array_add (paths, g_strdup (cli->operands[o]));
      else if (!add_folder (paths, cli->operands[o], &error))
        {
          brg_cli_failed (cli, cli->operands[o], error.message);
          ++*n_failed;
        }
    }
  return paths;
}

static int
run_info (BrgCli *cli)
{
  int n_failed = 0;
  g_autoptr (GPtrArray) paths = list_files (cli, &n_failed);
  BrgReport *report = brg_report_new ();

  brg_report_begin_list (report, "files");
  for (guint p = 0; p < paths->len; p++)
    {
      const char *path = g_ptr_array_index (paths, p);
      BrgError error = { 0 };
      brg_cli_phase (cli, (double) p / paths->len, (p + 1.0) / paths->len);
      if (brg_cli_describe_file (report, path, &cli->job, &error) != BRG_OK)
        {
          brg_cli_failed (cli, path, error.message);
          n_failed++;
        }
    }
  brg_report_end_list (report);
  int outcome = brg_cli_finish (cli, report);
  return n_failed > 0 ? BRG_CLI_FAILED : outcome;
}

const BrgCommand brg_command_info = {
  .name = "info",
  .usage = "FILE|DIR...",
  .summary = "Tell what scans, masks, segmentations, surfaces and cases hold: grid, orientation, "
             "HU or voxels, "
             "components, volume, soundness.",
  .notes =
    "Reads NRRD, NIfTI and MetaImage, found by content, and .stl, .ply, .obj and .bregma; a folder "
    "stands for the files in it. A file whose voxels are 0 and one other value is a mask; up to "
    "128 "
    "whole numbers from 0 on are taken for a segmentation, whose labels are listed as --segment "
    "takes them; any other is a scan, of which bone is what is at or above 150 HU. Size, spacing "
    "and axes are those of the file, fastest axis first: "
    "axes LPS means that the first index grows towards Left, the second towards Posterior, "
    "the third towards Superior. Components are counted with 6, 18 and 26 neighbours. "
    "--json also lists the ten largest of 6 neighbours: a point of each for segment --keep-at, "
    "and the indices from begin up to, without, end that hold it.",
  .min_operands = 1,
  .max_operands = G_MAXINT,
  .run = run_info,
};
