#include "cli/brg-cli-labels.h"

#include <string.h>

#include "cli/brg-cli-values.h"

#define MAX_LISTED 12

void
brg_cli_list_labels (const BrgImageContent *content, GString *text)
{
  for (int l = 0; l < content->n_labels && l < MAX_LISTED; l++)
    {
      const BrgImageLabel *label = &content->labels[l];
      g_autofree char *name = g_utf8_make_valid (label->name, -1);
      g_string_append_printf (text, "%s%d%s%s", l > 0 ? ", " : "", label->number,
                              *name != '\0' ? " " : "", name);
    }
  if (content->n_labels > MAX_LISTED)
    g_string_append_printf (text, " and %d more", content->n_labels - MAX_LISTED);
}

static BrgStatus
refuse (const BrgImageContent *content, const char *segment, BrgError *error)
{
  g_autoptr (GString) list = g_string_new (NULL);

  brg_cli_list_labels (content, list);
  if (segment == NULL)
    return brg_error_set (error, BRG_INVALID,
                          "holds several labels: %s; choose one with --segment N|NAME, or all",
                          list->str);
  if (content->n_labels == 0)
    return brg_error_set (error, BRG_INVALID, "has no segment \"%.60s\": it is one mask", segment);
  return brg_error_set (error, BRG_INVALID, "has no segment \"%.60s\"; there are: %s", segment,
                        list->str);
}

/* By number, else by name, upper and lower case being different or not. NULL for none, or when two
 * have the name. */
static const BrgImageLabel *
find_segment (const BrgImageContent *content, const char *segment)
{
  const BrgImageLabel *found = NULL;
  int number, n_found = 0;

  if (brg_cli_parse_int (segment, 0, G_MAXINT, &number))
    for (int l = 0; l < content->n_labels; l++)
      if (content->labels[l].number == number)
        return &content->labels[l];
  for (int l = 0; l < content->n_labels; l++)
    if (strcmp (content->labels[l].name, segment) == 0)
      return &content->labels[l];
  for (int l = 0; l < content->n_labels; l++)
    if (g_ascii_strcasecmp (content->labels[l].name, segment) == 0)
      {
        found = &content->labels[l];
        n_found++;
      }
  return n_found == 1 ? found : NULL;
}

BrgStatus
brg_cli_pick_segment (const BrgImageContent *content,
                      const char *segment,
                      BrgImagePick *pick,
                      BrgError *error)
{
  bool is_only = segment == NULL && content->kind == BRG_IMAGE_IS_MASK;

  if (is_only || g_strcmp0 (segment, "all") == 0)
    {
      *pick = (BrgImagePick){ .is_any = true };
      return BRG_OK;
    }
  const BrgImageLabel *label = segment != NULL ? find_segment (content, segment) : NULL;
  if (label == NULL)
    return refuse (content, segment, error);
  *pick = (BrgImagePick){ .layer = label->layer, .label = label->label };
  return BRG_OK;
}

static void
list_label (BrgReport *report, const BrgImageLabel *label)
{
  brg_report_begin (report, NULL, NULL);
  brg_report_count (report, "number", NULL, (size_t) label->number, "");
  if (*label->name != '\0')
    brg_report_text (report, "name", NULL, label->name);
  brg_report_count (report, "label", NULL, (size_t) label->label, "");
  brg_report_count (report, "layer", NULL, (size_t) label->layer, "");
  brg_report_count (report, "voxels", NULL, (size_t) label->n_vox, "");
  brg_report_end (report);
}

/* "  1  Skull, label 1 of layer 0, 23 voxels" */
static void
print_label (BrgReport *report, const BrgImageLabel *label, bool in_layers)
{
  g_autoptr (GString) line = g_string_new (NULL);
  g_autofree char *number = g_strdup_printf ("  %d", label->number);

  if (*label->name != '\0')
    g_string_append_printf (line, "%s, ", label->name);
  g_string_append_printf (line, "label %d", label->label);
  if (in_layers)
    g_string_append_printf (line, " of layer %d", label->layer);
  g_string_append_printf (line, ", %" G_GUINT64_FORMAT " %s", label->n_vox,
                          label->n_vox == 1 ? "voxel" : "voxels");
  brg_report_text (report, NULL, number, line->str);
}

void
brg_cli_describe_labels (BrgReport *report, const BrgImageContent *content)
{
  g_autofree char *n_labels = g_strdup_printf ("%d", content->n_labels);

  brg_report_begin_list (report, "labels");
  for (int l = 0; l < content->n_labels; l++)
    list_label (report, &content->labels[l]);
  brg_report_end_list (report);
  if (content->n_segments == 0)
    brg_report_text (report, NULL, "Labels", n_labels);
  for (int l = 0; l < content->n_labels; l++)
    print_label (report, &content->labels[l], content->n_layers > 1);
}
