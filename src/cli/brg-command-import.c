#include <math.h>
#include <string.h>

#include "case/brg-series.h"
#include "case/brg-case-error.h"
#include "case/brg-import-file.h"
#include "cli/brg-cli-describe.h"
#include "cli/brg-cli-input.h"
#include "cli/brg-cli-labels.h"
#include "cli/brg-cli-series.h"
#include "cli/brg-cli-values.h"
#include "cli/brg-commands.h"
#include "engine/brg-morphology.h"
#include "io/brg-image.h"
#include "io/brg-nrrd.h"
#include "io/brg-number.h"

/* import: a series of DICOM files or an image as a scan, or a list of the series that there are. */

typedef struct
{
  const char *source, *output, *series;
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
                        .series = brg_cli_value (cli, "series"),
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
  if (brg_cli_is_same_file (request->output, request->source))
    return brg_cli_usage_error (cli, "-o names the source itself");
  return BRG_CLI_DONE;
}

/* What the scan still shows of a person. */
static void
report_face (BrgReport *report, const BrgImport *import)
{
  gboolean has_face = brg_import_shows_face (import);

  brg_report_truth (report, "has_face", NULL, has_face);
  if (has_face)
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
  BrgAffine lps;
  int size[3]; /* as in the file, like info */

  brg_grid_to_source (&scan->grid, size, &lps);
  for (int axis = 0; axis < 3; axis++)
    spacing_mm[axis] = brg_grid_spacing_mm (&scan->grid, scan->grid.source_axis[axis]);
  brg_report_text (report, "scan", "Scan", request->output);
  brg_report_ints (report, "size", "Size", size, 3, "voxels");
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
  if (series->n_broken > 0)
    {
      g_free (warnings[0]); /* the same without the name of the file */
      warnings[0] = g_strdup (series->remarks[0]);
    }
  BrgImport import = brg_series_describe_import (series, mode);
  return write_scan (cli, request, scan, warnings, &import);
}

/* A mask is no scan. Values that may be labels are told of in *warning. */
static BrgStatus
check_content (const char *path, char **warning, BrgJob *job, BrgError *error)
{
  BrgImageContent content;
  BrgStatus status = brg_image_read_content (path, &content, job, error);

  if (status != BRG_OK)
    return status;
  g_autoptr (GString) labels = g_string_new (NULL);
  brg_cli_list_labels (&content, labels);
  if (content.kind == BRG_IMAGE_IS_MASK)
    status = brg_error_set (error, BRG_INVALID,
                            "is a mask, not a scan; a skull is made of it by: bregma-cli segment "
                            "MASK --as mask -o SKULL.nrrd");
  else if (content.n_segments > 0)
    status = brg_error_set (error, BRG_INVALID,
                            "is a segmentation, not a scan; a skull is made of it by: bregma-cli "
                            "segment FILE --segment N -o SKULL.nrrd, of which there are: %s",
                            labels->str);
  else if (content.kind == BRG_IMAGE_IS_LABELS)
    *warning = g_strdup_printf ("Its values may be labels, not those of a scan; a skull is made of "
                                "one by segment --segment N: %s.",
                                labels->str);
  brg_image_content_clear (&content);
  return status;
}

static BrgVolume *
read_image (BrgCli *cli, const char *path, BrgImageInfo *info, char **warning, BrgError *error)
{
  brg_cli_phase (cli, 0.4, 0.5);
  if (check_content (path, warning, &cli->job, error) != BRG_OK)
    return NULL;
  brg_cli_phase (cli, 0.5, 0.7);
  return brg_image_read_volume (path, info, &cli->job, error);
}

/* What was odd about an image. */
static GStrv
list_warnings (const BrgImageInfo *info, const char *warning)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (warning != NULL)
    g_strv_builder_add (builder, warning);
  for (int w = 0; w < info->n_warnings; w++)
    g_strv_builder_add (builder, info->warnings[w]);
  return g_strv_builder_end (builder);
}

/* An image, or that in a zip that holds no DICOM files. */
static int
import_image (BrgCli *cli, const Request *request)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (BrgArchive) archive = NULL;
  g_autofree char *warning = NULL;
  BrgError error = { 0 };
  BrgImageInfo info = { 0 };

  if (request->series != NULL || request->options.resample)
    return brg_cli_usage_error (cli, "--%s is for DICOM files, and there are none",
                                request->series != NULL ? "series" : "resample");
  brg_cli_phase (cli, 0.2, 0.4);
  const char *path = brg_archive_find_image (request->source, &archive, &cli->job, &failure);
  if (path == NULL)
    return brg_cli_failed (cli, request->source, failure->message);
  BrgVolume *scan = read_image (cli, path, &info, &warning, &error);
  if (scan == NULL)
    {
      brg_archive_name_error (archive, request->source, &error);
      return brg_cli_failed (cli, request->source, error.message);
    }
  g_auto (GStrv) warnings = list_warnings (&info, warning);
  BrgImport import = brg_import_of_image (&info);
  return write_scan (cli, request, scan, warnings, &import);
}

static int
list_series (BrgCli *cli, const Request *request, const GPtrArray *all)
{
  if (all->len == 0)
    return brg_cli_failed (cli, request->source, "has no DICOM images");
  BrgReport *report = brg_report_new ();
  brg_cli_describe_series (report, all);
  return brg_cli_finish (cli, report);
}

/* A file of another kind is called by what it is not. */
static int
refuse_source (BrgCli *cli, const char *path, const GError *failure)
{
  const char *text = failure->message;
  bool is_other =
    g_error_matches (failure, BRG_CASE_ERROR, BRG_UNSUPPORTED) && !brg_series_is_source (path);

  if (is_other && brg_cli_input_kind (path) == BRG_INPUT_CASE)
    text = brg_cli_advice (path);
  else if (is_other)
    text = "is neither a DICOM file nor an image (NRRD, NIfTI or MetaImage)";
  return brg_cli_failed (cli, path, text);
}

static int
run_import (BrgCli *cli)
{
  Request request;
  g_autoptr (GError) failure = NULL;
  BrgError error = { 0 };
  int outcome = read_request (cli, &request);

  if (outcome != BRG_CLI_DONE)
    return outcome;
  bool is_image = brg_import_file_is (request.source);
  if (is_image && request.list)
    return brg_cli_failed (cli, request.source,
                           "is an image, not DICOM: it has no series (info tells what is in it)");
  if (is_image)
    return import_image (cli, &request);
  brg_cli_phase (cli, 0, 0.2);
  g_autoptr (GPtrArray) all = brg_series_find (request.source, &cli->job, &failure);
  if (all == NULL)
    return refuse_source (cli, request.source, failure);
  if (request.list)
    return list_series (cli, &request, all);
  if (all->len == 0 && brg_archive_is (request.source))
    return import_image (cli, &request);
  const BrgSeries *series = brg_cli_pick_series (all, request.series, &error);
  return series != NULL ? import_series (cli, &request, series)
                        : brg_cli_failed (cli, request.source, error.message);
}

static const BrgCliOption options[] = {
  { "output", 'o', "FILE", "The scan to write: .nrrd." },
  { "list", 0, NULL,
    "Tell which series of DICOM files there are, a row for each, and why one cannot be used; write "
    "nothing." },
  { "series", 0, "ROW|UID",
    "Which series: the number of its row in --list, or its UID; not needed when one can be used." },
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
  .summary =
    "Make an anonymous scan of a series of DICOM files, or of an image (NRRD, NIfTI, MetaImage).",
  .notes =
    "SOURCE is a folder, of which every file below is looked at; a zip; a DICOM file, for its "
    "series in its own folder; a DICOMDIR, for its folder; or an image: NRRD, NIfTI or MetaImage, "
    "found by its content. Slices are sorted by where they lie. What is missing, uneven or tilted "
    "is told with numbers; nothing is made up unless --resample "
    "is given. Of names, dates and other texts --list alone tells; nothing is kept of them.",
  .options = options,
  .n_options = G_N_ELEMENTS (options),
  .min_operands = 1,
  .max_operands = 1,
  .run = run_import,
};
