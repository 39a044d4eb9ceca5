#include "cli/brg-cli.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "cli/brg-cli-progress.h"

/* Composite options spell these. */
static const char *const composed_keys[] = { "threshold-lo", "threshold-hi", "width",
                                             "height",       "depth",        NULL };

static void
mask_controls (char *text)
{
  for (char *c = text; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      *c = '?';
}

/* One line whatever a file name or a message holds. */
static void
print_line (BrgCli *cli, const char *name, const char *message)
{
  g_autofree char *line = g_strdup_printf ("bregma-cli: %s%s%s", name, *name ? ": " : "", message);

  mask_controls (line);
  brg_cli_progress_clear (cli);
  fprintf (stderr, "%s\n", line);
}

bool
brg_command_takes_param (const BrgCommand *command, const BrgParam *param)
{
  return command->has_params && param->stage >= command->first_stage &&
         param->stage <= command->last_stage && !g_strv_contains (composed_keys, param->key);
}

const char *
brg_cli_value (const BrgCli *cli, const char *name)
{
  return g_hash_table_lookup (cli->values, name);
}

bool
brg_cli_has_param (const BrgCli *cli, const char *key)
{
  size_t n_params;

  return !isnan (cli->param_values[brg_param_find (key) - brg_params (&n_params)]);
}

void
brg_cli_apply_params (const BrgCli *cli, BrgRecipe *recipe)
{
  size_t n_params;
  const BrgParam *params = brg_params (&n_params);

  for (size_t p = 0; p < n_params; p++)
    if (!isnan (cli->param_values[p]))
      brg_param_set (&params[p], recipe, cli->param_values[p]);
}

void
brg_cli_phase (BrgCli *cli, double from, double to)
{
  cli->from = from;
  cli->span = to - from;
  brg_job_stage (&cli->job, cli->job.title, 0, 1);
}

int
brg_cli_usage_error (BrgCli *cli, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_autofree char *message = g_strdup_vprintf (format, args);
  va_end (args);
  print_line (cli, cli->command != NULL ? cli->command->name : "", message);
  return BRG_CLI_USAGE;
}

/* Does the message begin with this name, as messages show it? */
static bool
begins_with (const char *message, const char *name)
{
  g_autofree char *shown = g_strdup (name);
  size_t length = strlen (shown);

  mask_controls (shown);
  return strncmp (message, shown, length) == 0 && message[length] == ':';
}

int
brg_cli_failed (BrgCli *cli, const char *path, const char *message)
{
  g_autofree char *name = g_path_get_basename (path);
  bool is_named = begins_with (message, name) || begins_with (message, path);

  print_line (cli, is_named ? "" : name, message);
  return BRG_CLI_FAILED;
}

/* Is there a folder that can be written to? */
static bool
is_writable_folder (const char *path)
{
  return g_file_test (path, G_FILE_TEST_IS_DIR) && g_access (path, W_OK) == 0;
}

int
brg_cli_failed_in (BrgCli *cli, const char *path, const char *dir, const char *message)
{
  g_autofree char *folder = g_strdup (dir);

  while (!is_writable_folder (folder))
    {
      g_autofree char *name = g_path_get_basename (folder);
      if (begins_with (message, name))
        {
          g_autofree char *whole = g_strconcat (folder, message + strlen (name), NULL);
          return brg_cli_failed (cli, path, whole);
        }
      char *above = g_path_get_dirname (folder);
      bool is_top = g_str_equal (above, folder);
      g_free (folder);
      folder = above;
      if (is_top)
        break;
    }
  return brg_cli_failed (cli, path, message);
}

int
brg_cli_finish (BrgCli *cli, BrgReport *report)
{
  bool is_printed = true;

  brg_cli_progress_clear (cli);
  if (cli->json || !cli->quiet)
    is_printed = brg_report_print (report, cli->json);
  brg_report_free (report);
  return is_printed ? BRG_CLI_DONE : brg_cli_failed (cli, "standard output", g_strerror (errno));
}
