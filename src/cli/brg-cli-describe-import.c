#include "cli/brg-cli-describe.h"

/* How many data of each kind were dropped; without `whole` the text has their sum alone. */
static void
describe_dropped (BrgReport *report, const BrgDataTally *held, bool whole)
{
  g_autofree char *sum =
    g_strdup_printf ("%" G_GUINT64_FORMAT " entries of the source%s", brg_data_tally_total (held),
                     whole ? "" : " (--report lists them)");

  brg_report_text (report, NULL, "Dropped", sum);
  brg_report_begin (report, "dropped", NULL);
  for (int kind = 0; kind < BRG_DATA_N_KINDS; kind++)
    if (held->n[kind] > 0)
      brg_report_count (report, brg_data_kind_key ((BrgDataKind) kind),
                        whole ? brg_data_kind_title ((BrgDataKind) kind) : NULL, held->n[kind], "");
  brg_report_end (report);
}

static void
describe_done (BrgReport *report, const BrgImport *import)
{
  if (import->is_resampled)
    {
      brg_report_begin (report, "resampled", NULL);
      brg_report_real (report, "step_mm", "Resampled to", import->step_mm, 3, "mm");
      brg_report_count (report, "made_up", "Slices made up", import->n_made_up, "");
      brg_report_end (report);
    }
  if (import->is_defaced)
    {
      brg_report_begin (report, "defaced", NULL);
      brg_report_real (report, "keep_mm", "Defaced beyond", import->deface_mm, 1, "mm from bone");
      brg_report_real (report, "bone_hu", NULL, import->bone_hu, 0, "HU");
      brg_report_count (report, "voxels", "Blanked", import->n_blanked, "voxels");
      brg_report_end (report);
    }
}

void
brg_cli_describe_import (BrgReport *report, const BrgImport *import, bool whole)
{
  g_autofree char *codes = g_strjoinv (", ", (char **) brg_import_codes (import));

  if (!brg_import_is_known (import))
    return;
  brg_report_begin (report, "import", NULL);
  brg_report_text (report, "format", "Source", import->format);
  brg_report_count (report, "files", "Files", import->n_files, "");
  describe_dropped (report, &import->held, whole);
  if (whole)
    brg_report_text (report, NULL, "Kept", "the voxels, their size and where they lie");
  describe_done (report, import);
  brg_report_text (report, "deidentification", whole ? "PS3.16, CID 7050" : NULL, codes);
  brg_report_end (report);
}
