#include "cli/brg-cli-progress.h"

#include <stdio.h>
#include <unistd.h>

#define BAR_WIDTH   30
#define INTERVAL_US (G_USEC_PER_SEC / 10)

static void
draw_cb (void *data, const char *title, double fraction)
{
  BrgCli *cli = data;
  gint64 now_us = g_get_monotonic_time ();

  if (cli->bar_drawn && now_us - cli->bar_drawn_at_us < INTERVAL_US)
    return;

  double overall = CLAMP (cli->from + cli->span * fraction, 0, 1);
  int filled = (int) (overall * BAR_WIDTH + 0.5);
  char bar[BAR_WIDTH + 1];
  for (int c = 0; c < BAR_WIDTH; c++)
    bar[c] = c < filled ? '#' : '.';
  bar[BAR_WIDTH] = '\0';
  fprintf (stderr, "\r[%s] %3.0f %%  %.30s\033[K", bar, overall * 100, title);
  fflush (stderr);
  cli->bar_drawn = true;
  cli->bar_drawn_at_us = now_us;
}

void
brg_cli_progress_start (BrgCli *cli)
{
  if (cli->quiet || !isatty (STDERR_FILENO))
    return;
  cli->job.report = draw_cb;
  cli->job.report_data = cli;
}

void
brg_cli_progress_clear (BrgCli *cli)
{
  if (!cli->bar_drawn)
    return;
  fputs ("\r\033[K", stderr);
  fflush (stderr);
  cli->bar_drawn = false;
}
