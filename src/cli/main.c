#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "cli/brg-cli.h"
#include "cli/brg-cli-arguments.h"
#include "cli/brg-cli-help.h"
#include "cli/brg-cli-progress.h"

/* bregma-cli: the headless twin of the application. Text is read and written in the C locale
 * whatever the environment says. */

/* The job a signal cancels. */
static BrgJob *running_job;

/* Ctrl+C and termination end the run between two slabs, with nothing half written; a second signal
 * kills. */
static void
cancel_cb (int signal_number)
{
  (void) signal_number;
  brg_job_cancel (running_job);
}

static void
connect_signals (BrgJob *job)
{
  struct sigaction action = { .sa_handler = cancel_cb, .sa_flags = (int) SA_RESETHAND };

  running_job = job;
  sigemptyset (&action.sa_mask);
  sigaction (SIGINT, &action, NULL);
  sigaction (SIGTERM, &action, NULL);
  sigaction (SIGHUP, &action, NULL);
}

static const BrgCommand *
find_command (const char *name)
{
  size_t n_commands;
  const BrgCommand *const *commands = brg_commands (&n_commands);

  for (size_t c = 0; c < n_commands; c++)
    if (strcmp (commands[c]->name, name) == 0)
      return commands[c];
  return NULL;
}

static void
init_cli (BrgCli *cli, const BrgCommand *command, int n_words)
{
  size_t n_params;

  brg_params (&n_params);
  *cli = (BrgCli){ .command = command, .job = BRG_JOB_INIT, .span = 1 };
  cli->operands = g_new0 (char *, n_words + 1);
  cli->values = g_hash_table_new (g_str_hash, g_str_equal);
  cli->param_values = g_new (double, n_params);
  for (size_t p = 0; p < n_params; p++)
    cli->param_values[p] = (double) NAN;
}

static void
clear_cli (BrgCli *cli)
{
  brg_cli_progress_clear (cli);
  g_free (cli->operands);
  g_free (cli->param_values);
  g_hash_table_unref (cli->values);
}

static int
run_command (const BrgCommand *command, int n_words, char **words)
{
  BrgCli cli;
  bool wants_help = false;

  init_cli (&cli, command, n_words);
  int outcome = brg_cli_parse_arguments (&cli, n_words, words, &wants_help);
  if (outcome == BRG_CLI_DONE && wants_help)
    brg_cli_print_command_help (command);
  else if (outcome == BRG_CLI_DONE)
    {
      connect_signals (&cli.job);
      brg_cli_progress_start (&cli);
      outcome = command->run (&cli);
    }
  clear_cli (&cli);
  return outcome;
}

static int
run_words (int n_words, char **words)
{
  BrgCli nobody = { 0 };

  if (n_words == 0)
    return brg_cli_usage_error (&nobody, "a command is missing (see bregma-cli --help)");
  if (strcmp (words[0], "--help") == 0 || strcmp (words[0], "-h") == 0)
    brg_cli_print_help ();
  else if (strcmp (words[0], "--version") == 0)
    brg_cli_print_version ();
  else
    {
      const BrgCommand *command = find_command (words[0]);
      if (command == NULL)
        return brg_cli_usage_error (&nobody, "unknown command %.60s (see bregma-cli --help)",
                                    words[0]);
      return run_command (command, n_words - 1, words + 1);
    }
  return BRG_CLI_DONE;
}

/* glibc keeps freed memory for itself once buffers of that size have been freed; with a fixed limit
 * all large ones go back at once, which takes a sixth off the peak. */
static void
return_large_buffers (void)
{
#ifdef __GLIBC__
  mallopt (M_MMAP_THRESHOLD, 256 * 1024);
#endif
}

int
main (int argc, char **argv)
{
  BrgCli nobody = { 0 };
  signal (SIGXFSZ, SIG_IGN); /* a file over the limit is an error of its write */
  return_large_buffers ();
  int outcome = run_words (argc - 1, argv + 1);

  /* A full disk behind standard output is a failure, not a success. */
  bool is_written = fflush (stdout) == 0 && !ferror (stdout) && fclose (stdout) == 0;
  if (!is_written && outcome == BRG_CLI_DONE)
    return brg_cli_failed (&nobody, "standard output", "could not be written");
  return outcome;
}
