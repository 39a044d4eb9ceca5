#pragma once

#include "cli/brg-cli.h"

/* Help and version, written to standard output from the tables of commands, options and
 * parameters. */

void brg_cli_print_help (void);
void brg_cli_print_command_help (const BrgCommand *command);

/* Name, version and what the program is not for. */
void brg_cli_print_version (void);
