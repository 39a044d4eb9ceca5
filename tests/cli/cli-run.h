#pragma once

#include <gio/gio.h>

#include "engine/brg-mask.h"

/* Runs the program under test (environment BRG_CLI) and looks at what it left. */

typedef struct
{
  int status; /* exit status; -1: killed by a signal */
  char *out, *err;
} CliRun;

/* The words after the program's name, ended by NULL. */
CliRun cli_run (const char *word, ...) G_GNUC_NULL_TERMINATED;

/* The same from a vector, standard output going to `out_path` unless NULL. */
CliRun cli_run_v (const char *const *words, const char *out_path);
void cli_run_clear (CliRun *run);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CliRun, cli_run_clear)

/* Fails the test unless the run ended with 0 and said nothing on stderr. */
void cli_assert_done (const CliRun *run);

/* Fails the test unless it ended with `status` and one line on stderr: "bregma-cli: " + a text
 * that holds `part`. */
void cli_assert_fails (const CliRun *run, int status, const char *part);

/* A new folder for one test, and a path in it. cli_remove_tree() removes a folder and all in it. */
char *cli_make_dir (void);
void cli_remove_tree (const char *path);

/* Number of entries of a folder, hidden ones too; 0 if it does not exist. */
guint cli_count_entries (const char *path);

/* Bytes of a file; fails the test if it cannot be read. */
GBytes *cli_read (const char *path);

/* Fails the test unless two folders hold the same files, with the same bytes, at every level. */
void cli_assert_same_files (const char *a, const char *b);

/* A mask file's voxels; fails the test if it cannot be read. */
BrgMask *cli_read_mask (const char *path);

/* Writes a head-like scan: an ellipsoid shell of 1000 HU in air, with `n_specks` loose specks, on
 * a grid of 2 mm voxels. Its file axes are permuted and flipped when `is_odd`. */
void cli_write_phantom (const char *path, int n_specks, gboolean is_odd);

/* A folder of one test with such a phantom as its scan, and where its skull goes. The two are the
 * fixture functions of g_test_add(). */
typedef struct
{
  char *dir, *scan, *skull;
} CliScene;

void cli_scene_set_up (CliScene *scene, gconstpointer is_odd);
void cli_scene_tear_down (CliScene *scene, gconstpointer data);
