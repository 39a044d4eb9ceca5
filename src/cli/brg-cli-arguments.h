#pragma once

#include "cli/brg-cli.h"

/* Options that every command takes. */
const BrgCliOption *brg_cli_common_options (size_t *n_options);

/* Parses the words after the command's name into `cli`: `--name value`, `--name=value`, `-o
 * value`, switches, operands, and `--`, after which everything is an operand. Values may begin
 * with a dash (`--at -30,10,80`). Every option may be given once. Parameters are checked against
 * the table. Returns BRG_CLI_DONE, or BRG_CLI_USAGE after printing why. `--help` sets *wants_help
 * and ends the parsing. */
int brg_cli_parse_arguments (BrgCli *cli, int n_words, char **words, bool *wants_help);
