#pragma once

#include "cli/brg-cli.h"

/* The progress bar on stderr: drawn only when stderr is a terminal, at most ten times a second. */

/* Connects the bar to cli->job unless --quiet was given or stderr is not a terminal. */
void brg_cli_progress_start (BrgCli *cli);

/* Takes the bar off the screen, so that a line can be printed. */
void brg_cli_progress_clear (BrgCli *cli);
