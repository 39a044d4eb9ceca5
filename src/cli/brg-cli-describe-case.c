#include "case/brg-store.h"
#include "cli/brg-cli-describe.h"

static void
describe (BrgReport *report, const char *path, const BrgStoreSummary *summary)
{
  guint64 minutes = summary->seconds / 60;
  g_autofree char *worked =
    g_strdup_printf ("%" G_GUINT64_FORMAT " h %d min", minutes / 60, (int) (minutes % 60));

  brg_report_begin (report, NULL, path);
  brg_report_text (report, "file", NULL, path);
  brg_report_text (report, "kind", "Kind", "case");
  brg_report_text (report, "name", "Name", summary->name);
  brg_report_ints (report, "size", "Size of the scan", summary->dim, 3, "voxels");
  brg_report_reals (report, "spacing_mm", "Spacing", summary->spacing_mm, 3, 4, "mm");
  brg_report_count (report, "defects", "Defects", summary->n_defects, "");
  brg_report_truth (report, "has_edits", "Hand edits", summary->has_edits);
  brg_report_count (report, "history_entries", "History", summary->n_entries, "entries");
  brg_report_count (report, "seconds", NULL, summary->seconds, "");
  brg_report_text (report, NULL, "Working time", worked);
  brg_report_truth (report, "in_use", "Open elsewhere", summary->in_use);
  brg_report_truth (report, "was_left_open", "Left without closing", summary->was_left_open);
  brg_cli_describe_import (report, &summary->import, true);
  brg_report_end (report);
}

BrgStatus
brg_cli_describe_case (BrgReport *report, const char *path, BrgError *error)
{
  g_autoptr (GError) fault = NULL;
  BrgStoreSummary summary;
  BrgStore *store = brg_store_open (path, BRG_STORE_READ, &fault);
  gboolean ok = store != NULL && brg_store_load_summary (store, &summary, &fault);

  brg_store_close (store, NULL);
  if (!ok)
    return brg_error_set (error, BRG_FORMAT, "%s", fault->message);
  describe (report, path, &summary);
  brg_store_summary_clear (&summary);
  return BRG_OK;
}
