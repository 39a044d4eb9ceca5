#include <math.h>
#include <string.h>

#include "case/brg-series.h"
#include "cli/brg-cli-describe.h"
#include "cli/brg-cli-values.h"
#include "cli/brg-commands.h"
#include "engine/brg-morphology.h"
#include "io/brg-image.h"
#include "io/brg-nrrd.h"
#include "io/brg-number.h"

/* import: a series of DICOM files as a scan, or a list of the series that there are. */

typedef struct
{
  const char *source, *output, *uid;
  gboolean list, report;
  BrgImportOptions options;
} Request;

static int
read_request (BrgCli *cli, Request *request)
{
  const char *deface = brg_cli_value (cli, "deface"), *bone = brg_cli_value (cli, "bone");
  double *deface_mm = &request->options.deface_mm, bone_hu = 0;

  *request = (Request){ .source = cli->operands[0],
                        .output = brg_cli_value (cli, "output"),
                        .uid = brg_cli_value (cli, "series"),
                        .list = brg_cli_value (cli, "list") != NULL,
                        .report = brg_cli_value (cli, "report") != NULL,
                        .options = { .resample = brg_cli_value (cli, "resample") != NULL,
                                     .deface = deface != NULL } };
  if (request->list)
    return request->output == NULL ? BRG_CLI_DONE
                                   : brg_cli_usage_error (cli, "--list writes nothing; drop -o");
  if (request->output == NULL)
    return brg_cli_usage_error (cli, "-o SCAN.nrrd is missing (or --list)");
  if (deface != NULL && (!brg_number_parse (deface, strlen (deface), deface_mm) ||
                         !(*deface_mm >= 0 && *deface_mm <= BRG_MORPHOLOGY_MAX_MM)))
    return brg_cli_usage_error (cli, "--deface must be 0 to %g mm, got \"%.40s\"",
                                BRG_MORPHOLOGY_MAX_MM, deface);
  if (bone != NULL && (!brg_number_parse (bone, strlen (bone), &bone_hu) || bone_hu == 0 ||
                       !(fabs (bone_hu) <= INT16_MAX)))
    return brg_cli_usage_error (cli, "--bone must be a value of the scan and not 0, got \"%.40s\"",
                                bone);
  request->options.bone_hu = (int) lround (bone_hu);
  if (!brg_cli_ends_in (request->output, ".nrrd"))
    return brg_cli_usage_error (cli, "-o must end in .nrrd, got \"%s\"", request->output);
  return BRG_CLI_DONE;
}

static void
describe_geometry (BrgReport *report, const BrgSeries *series)
{
  const BrgStack *stack = &series->stack;
  double spacing_mm[3];

  if (stack->n == 0)
    return;
  for (int axis = 0; axis < 3; axis++)
    spacing_mm[axis] = brg_grid_spacing_mm (&stack->grid, axis);
  brg_report_ints (report, "size", "  Size", stack->grid.dim, 3, "voxels");
  brg_report_reals (report, "spacing_mm", "  Spacing", spacing_mm, 3, 3, "mm");
  brg_report_real (report, "tilt_deg", NULL, stack->tilt_deg, 3, "°");
}

static void
describe_series (BrgReport *report, const BrgSeries *series)
{
  g_autofree char *title =
    g_strdup_printf ("%s %d  %s", series->modality, series->number,
                     *series->description != '\0' ? series->description : "(no description)");

  brg_report_begin (report, NULL, title);
  brg_report_text (report, "series", "  Series", series->uid);
  if (*series->patient != '\0')
    brg_report_text (report, "patient", "  Patient", series->patient);
  brg_report_count (report, "images", "  Images", series->images->len, "");
  describe_geometry (report, series);
  brg_report_truth (report, "usable", "  Usable", series->reason == NULL);
  if (series->reason != NULL)
    brg_report_text (report, "reason", "  Reason", series->reason);
  else if (brg_series_must_resample (series))
    brg_report_text (report, "needs", "  Needs", "--resample");
  for (char **remark = series->remarks; *remark != NULL; remark++)
    brg_report_text (report, NULL, "  Note", *remark);
  brg_report_end (report);
}

static int
list_series (BrgCli *cli, const GPtrArray *all)
{
  BrgReport *report = brg_report_new ();

  brg_report_begin_list (report, "series");
  for (guint s = 0; s < all->len; s++)
    describe_series (report, all->pdata[s]);
  brg_report_end_list (report);
  return brg_cli_finish (cli, report);
}

/* The series that was asked for, or the only usable one. NULL after telling why there is none. */
static const BrgSeries *
choose (BrgCli *cli, const Request *request, const GPtrArray *all)
{
  const BrgSeries *found = NULL;
  guint n = 0;

  for (guint s = 0; s < all->len; s++)
    {
      const BrgSeries *series = all->pdata[s];
      gboolean fits =
        request->uid != NULL ? g_str_equal (series->uid, request->uid) : series->reason == NULL;
      found = fits && n == 0 ? series : found;
      n += fits ? 1 : 0;
    }
  if (n == 1 || (n > 1 && request->uid != NULL))
    return found;
  if (n > 1)
    brg_cli_failed (cli, request->source,
                    "has several series; choose one with --series UID (see --list)");
  else if (request->uid != NULL)
    brg_cli_failed (cli, request->source, "has no series of that UID (see --list)");
  else if (all->len == 0)
    brg_cli_failed (cli, request->source, "has no DICOM images");
  else
    brg_cli_failed (cli, request->source, ((BrgSeries *) all->pdata[0])->reason);
  return NULL;
}

/* What the scan still shows of a person. */
static void
report_face (BrgReport *report, const BrgImport *import)
{
  brg_report_truth (report, "has_face", NULL, !import->is_defaced);
  if (!import->is_defaced)
    brg_report_text (report, NULL, "Face",
                     "is in the scan, by which the person may be known; --deface MM takes out what "
                     "is farther than MM mm from bone");
}

static int
finish (BrgCli *cli,
        const Request *request,
        const BrgVolume *scan,
        char **warnings,
        const BrgImport *import)
{
  BrgReport *report = brg_report_new ();
  double spacing_mm[3];

  for (int axis = 0; axis < 3; axis++)
    spacing_mm[axis] = brg_grid_spacing_mm (&scan->grid, axis);
  brg_report_text (report, "scan", "Scan", request->output);
  brg_report_ints (report, "size", "Size", scan->grid.dim, 3, "voxels");
  brg_report_reals (report, "spacing_mm", "Spacing", spacing_mm, 3, 3, "mm");
  brg_report_begin_list (report, "warnings");
  for (char **warning = warnings; *warning != NULL; warning++)
    brg_report_text (report, NULL, NULL, *warning);
  brg_report_end_list (report);
  for (char **warning = warnings; *warning != NULL; warning++)
    brg_report_text (report, NULL, "Warning", *warning);
  brg_cli_describe_import (report, import, request->report);
  report_face (report, import);
  return brg_cli_finish (cli, report);
}

/* Takes the scan, defaces it if that was asked for, and writes it. */
static int
write_scan (BrgCli *cli,
            const Request *request,
            BrgVolume *scan,
            char **warnings,
            BrgImport *import)
{
  BrgError error = { 0 };
  int outcome = BRG_CLI_DONE;

  brg_cli_phase (cli, 0.7, 0.8);
  scan = brg_import_deface (import, scan, &request->options, &cli->job, &error);
  if (scan == NULL)
    return brg_cli_failed (cli, request->source, error.message);
  brg_cli_phase (cli, 0.8, 1);
  if (brg_nrrd_write_volume (scan, request->output, &cli->job, &error) != BRG_OK)
    outcome = brg_cli_failed (cli, request->output, error.message);
  else
    outcome = finish (cli, request, scan, warnings, import);
  brg_volume_unref (scan);
  return outcome;
}

static int
import_series (BrgCli *cli, const Request *request, const BrgSeries *series)
{
  g_autoptr (GError) failure = NULL;
  g_auto (GStrv) warnings = NULL;
  BrgSeriesMode mode = request->options.resample ? BRG_SERIES_RESAMPLE : BRG_SERIES_AS_IT_IS;

  brg_cli_phase (cli, 0.2, 0.7);
  BrgVolume *scan = brg_series_read (series, mode, NULL, &warnings, &cli->job, &failure);
  if (scan == NULL && mode == BRG_SERIES_AS_IT_IS && brg_series_must_resample (series))
    {
      g_autofree char *text = g_strdup_printf (
        "%s Add --resample to make even slices by interpolation.", failure->message);
      return brg_cli_failed (cli, request->source, text);
    }
  if (scan == NULL)
    return brg_cli_failed (cli, request->source, failure->message);
  BrgImport import = brg_series_describe_import (series, mode);
  return write_scan (cli, request, scan, warnings, &import);
}

/* A zip that holds no DICOM files: the image in it. */
static int
import_zipped_image (BrgCli *cli, const Request *request)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (BrgArchive) archive = NULL;
  BrgError error = { 0 };
  BrgImageInfo info = { 0 };
  char *warnings[BRG_IMAGE_MAX_WARNINGS + 1] = { NULL };

  brg_cli_phase (cli, 0.2, 0.5);
  const char *path = brg_archive_find_image (request->source, &archive, &cli->job, &failure);
  if (path == NULL)
    return brg_cli_failed (cli, request->source, failure->message);
  brg_cli_phase (cli, 0.5, 0.7);
  BrgVolume *scan = brg_image_read_volume (path, &info, &cli->job, &error);
  if (scan == NULL)
    {
      brg_archive_name_error (archive, request->source, &error);
      return brg_cli_failed (cli, request->source, error.message);
    }
  for (int w = 0; w < info.n_warnings; w++)
    warnings[w] = info.warnings[w];
  BrgImport import = brg_import_of_image (&info);
  return write_scan (cli, request, scan, warnings, &import);
}

static int
run_import (BrgCli *cli)
{
  Request request;
  g_autoptr (GError) failure = NULL;
  int outcome = read_request (cli, &request);

  if (outcome != BRG_CLI_DONE)
    return outcome;
  brg_cli_phase (cli, 0, 0.2);
  g_autoptr (GPtrArray) all = brg_series_find (request.source, &cli->job, &failure);
  if (all == NULL)
    return brg_cli_failed (cli, request.source, failure->message);
  if (request.list)
    return list_series (cli, all);
  if (all->len == 0 && brg_archive_is (request.source))
    return import_zipped_image (cli, &request);
  const BrgSeries *series = choose (cli, &request, all);
  return series != NULL ? import_series (cli, &request, series) : BRG_CLI_FAILED;
}

static const BrgCliOption options[] = {
  { "output", 'o', "FILE", "The scan to write: .nrrd." },
  { "list", 0, NULL, "Tell which series there are, and why one cannot be used; write nothing." },
  { "series", 0, "UID", "Which series; not needed when one can be used." },
  { "deface", 0, "MM",
    "Blank what is farther than this from bone: 0 to 50 mm. The face goes, and what lies deep in "
    "the head." },
  { "bone", 0, "HU", "What is bone for --deface: this value and more; 150 unless given." },
  { "report", 0, NULL,
    "Tell what kinds of data were in the source, how many of each, and what became of them; --json "
    "always does." },
  { "resample", 0, NULL, "Resample slices that are tilted or uneven to a regular grid." },
};

const BrgCommand brg_command_import = {
  .name = "import",
  .usage = "SOURCE -o SCAN.nrrd",
  .summary = "Make a scan of a series of DICOM files, or of what is in a zip.",
  .notes =
    "SOURCE is a folder, of which every file below is looked at; a zip; a DICOM file, for its "
    "series in its own folder; or a DICOMDIR, for its folder. Slices are sorted by where they lie. "
    "What is "
    "missing, uneven or tilted is told with numbers; nothing is made up unless --resample "
    "is given. Names and dates are read for --list alone and written nowhere.",
  .options = options,
  .n_options = G_N_ELEMENTS (options),
  .min_operands = 1,
  .max_operands = 1,
  .run = run_import,
};
