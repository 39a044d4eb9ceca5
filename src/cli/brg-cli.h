#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <glib.h>

#include "cli/brg-cli-report.h"
#include "engine/brg-job.h"
#include "engine/brg-param.h"

/* The frame every command of bregma-cli runs in: its declaration, its parsed arguments, its job,
 * and the three ways to end: 0 done, 1 failed, 2 wrong usage. */

#define BRG_CLI_DONE   0
#define BRG_CLI_FAILED 1
#define BRG_CLI_USAGE  2

typedef struct BrgCommand BrgCommand;

/* An option that is not a parameter of the pipeline. */
typedef struct
{
  const char *name;  /* long name without the dashes */
  char letter;       /* short name; 0: none */
  const char *value; /* what the help calls its value; NULL: a switch */
  const char *help;
} BrgCliOption;

typedef struct
{
  const BrgCommand *command;
  BrgJob job;
  bool quiet;      /* errors alone are printed */
  bool json;       /* reports are JSON */
  char **operands; /* borrowed from argv */
  int n_operands;
  GHashTable *values;     /* option name -> text, borrowed from argv; switches hold "" */
  double *param_values;   /* by index in brg_params(); NaN: not given */
  double from, span;      /* part of the progress bar the running call fills */
  bool bar_drawn;         /* private to the progress bar */
  gint64 bar_drawn_at_us; /* private too */
} BrgCli;

struct BrgCommand
{
  const char *name;
  const char *usage;   /* operands and required options */
  const char *summary; /* one line */
  const char *notes;   /* what the options' lines cannot say; NULL: nothing */
  const BrgCliOption *options;
  size_t n_options;
  bool has_params; /* parameters of first_stage..last_stage are options too */
  BrgStage first_stage, last_stage;
  int min_operands, max_operands;
  int (*run) (BrgCli *cli);
};

/* All commands, in the order of the help. */
const BrgCommand *const *brg_commands (size_t *n_commands);

/* True when `param` is an option of `command`: of its stages, and not spelled by a composite
 * option (`--threshold LO:HI`, `--size W,H,D`). */
bool brg_command_takes_param (const BrgCommand *command, const BrgParam *param);

/* Text of an option, or NULL when it was not given. */
const char *brg_cli_value (const BrgCli *cli, const char *name);

/* True when the parameter with this key was given on the command line. */
bool brg_cli_has_param (const BrgCli *cli, const char *key);

/* Writes the parameters given on the command line into `recipe`. */
void brg_cli_apply_params (const BrgCli *cli, BrgRecipe *recipe);

/* The part from..to (0..1) of the progress bar that the next long call fills. */
void brg_cli_phase (BrgCli *cli, double from, double to);

/* Prints `bregma-cli: COMMAND: message` as one line on stderr; returns BRG_CLI_USAGE. */
int brg_cli_usage_error (BrgCli *cli, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Prints `bregma-cli: NAME: reason` as one line on stderr, NAME being the last part of `path`;
 * returns BRG_CLI_FAILED. The name is not repeated when the message begins with it or with the
 * whole path. */
int brg_cli_failed (BrgCli *cli, const char *path, const char *message);

/* The same for a command that writes to the folder `dir`, made if missing: a message about this
 * folder or one above it begins with the path, as far as that folder, and not with the last part
 * alone. */
int brg_cli_failed_in (BrgCli *cli, const char *path, const char *dir, const char *message);

/* Prints the report unless --quiet was given without --json, frees it, and gives the exit status.
 */
int brg_cli_finish (BrgCli *cli, BrgReport *report);
