#include "case/brg-store.h"
#include "cli/brg-commands.h"

/* log: what was done in a case, and whether the chain of its records is whole. (One that was
 * cut at its end is.) */

/* "2:07:31" */
static char *
clock_text (guint64 seconds)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT ":%02d:%02d", seconds / 3600,
                          (int) (seconds / 60 % 60), (int) (seconds % 60));
}

/* What a terminal would take for a command is shown as a question mark. */
static char *
plain_text (const char *text)
{
  GString *plain = g_string_new (NULL);
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  for (const char *c = valid; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar letter = g_utf8_get_char (c);
      g_string_append_unichar (plain, g_unichar_isprint (letter) ? letter : '?');
    }
  return g_string_free (plain, FALSE);
}

static void
report_record (BrgReport *report, const BrgStoreLogRecord *record)
{
  g_autofree char *clock = clock_text (record->seconds);
  g_autofree char *plain = plain_text (record->text);
  g_autofree char *label = g_strdup_printf ("%6" G_GUINT64_FORMAT "  %10s", record->seq, clock);

  brg_report_begin (report, NULL, NULL);
  brg_report_count (report, "number", NULL, record->seq, "");
  brg_report_count (report, "seconds", NULL, record->seconds, "");
  brg_report_text (report, "text", NULL, record->text);
  brg_report_text (report, "chain", NULL, record->chain);
  brg_report_end (report);
  brg_report_text (report, NULL, label, plain);
}

static int
finish_log (BrgCli *cli, const GPtrArray *records, bool is_whole)
{
  BrgReport *report = brg_report_new ();

  brg_report_text (report, "case", "Case", cli->operands[0]);
  brg_report_count (report, "n_records", "Records", records->len, "");
  brg_report_truth (report, "whole", "Chain is whole", is_whole);
  brg_report_begin_list (report, "records");
  for (guint r = 0; r < records->len; r++)
    report_record (report, records->pdata[r]);
  brg_report_end_list (report);
  return brg_cli_finish (cli, report);
}

static int
run_log (BrgCli *cli)
{
  const char *path = cli->operands[0];
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) records = NULL;
  BrgStore *store = brg_store_open (path, BRG_STORE_READ, &error);

  if (store == NULL)
    return brg_cli_failed (cli, path, error->message);
  gboolean is_whole = brg_store_read_log (store, &records, &error);
  brg_store_close (store, NULL);
  if (records == NULL)
    return brg_cli_failed (cli, path, error->message);
  int outcome = finish_log (cli, records, is_whole);
  return is_whole ? outcome : brg_cli_failed (cli, path, error->message);
}

const BrgCommand brg_command_log = {
  .name = "log",
  .usage = "CASE.bregma",
  .summary = "Tell what was done in a case: number, working time (h:mm:ss) and words of every "
             "record.",
  .notes =
    "Working time is the time the case was open. The log has no dates, names or paths. Every "
    "record vouches for all before it, back to the voxels of the scan: a record that was "
    "changed or put in between, or removed before the last one, breaks the chain. Then the "
    "records up to there are told, and the exit status is 1. A log that was cut at its end still "
    "is a whole chain.",
  .min_operands = 1,
  .max_operands = 1,
  .run = run_log,
};
