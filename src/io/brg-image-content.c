#include "io/brg-image-content.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/brg-alloc.h"
#include "io/brg-image-reading.h"
#include "io/brg-message.h"

/* A value of a layer, and how often it was met. */
typedef struct
{
  int layer;
  double value;
  uint64_t n_vox;
} Found;

typedef struct
{
  BrgImageReading reading;
  Found found[BRG_IMAGE_MAX_LABELS];
  int n_found;
  int latest;     /* of them */
  bool has_other; /* one is no label */
  bool is_scan;
} Look;

static bool
is_label (double value)
{
  return value > 0 && value <= INT_MAX && floor (value) == value;
}

/* Makes found[latest] that of a value; false when the file can only be a scan. */
static bool
find (Look *look, int layer, double value)
{
  int f = look->latest;

  if (f < look->n_found && look->found[f].layer == layer && look->found[f].value == value)
    return true;
  for (f = 0; f < look->n_found; f++)
    if (look->found[f].layer == layer && look->found[f].value == value)
      break;
  look->latest = f;
  if (f < look->n_found)
    return true;
  look->has_other = look->has_other || !is_label (value);
  if (isnan (value) || f == BRG_IMAGE_MAX_LABELS || (look->has_other && f > 0))
    return false;
  look->found[look->n_found++] = (Found){ layer, value, 0 };
  return true;
}

/* Counts the values of a row; fails when they are known to be those of a scan. */
static BrgStatus
take_row (void *data, void *row, int y, int z, BrgError *error)
{
  Look *look = data;
  const double *numbers = look->reading.numbers;
  size_t n = (size_t) look->reading.lattice.dim[0], end;

  (void) y;
  (void) z;
  brg_image_reading_numbers (&look->reading, row);
  for (size_t begin = 0; begin < n; begin = end)
    {
      double value = numbers[begin];
      for (end = begin + 1; end < n && numbers[end] == value; end++)
        ;
      if (value == 0)
        continue;
      look->is_scan = !find (look, look->reading.row_layer, value);
      if (look->is_scan)
        return brg_error_set (error, BRG_UNSUPPORTED, "is a scan");
      look->found[look->latest].n_vox += end - begin;
    }
  return BRG_OK;
}

static int
compare_found (const void *a, const void *b)
{
  const Found *left = a, *right = b;

  if (left->layer != right->layer)
    return left->layer < right->layer ? -1 : 1;
  return left->value < right->value ? -1 : left->value > right->value;
}

/* Does any segment say where it is? */
static bool
has_places (const BrgImageInfo *info)
{
  for (int s = 0; s < BRG_IMAGE_MAX_SEGMENTS; s++)
    if (info->segments[s].label > 0)
      return true;
  return false;
}

static BrgImageLabel *
find_label (BrgImageContent *content, int layer, int label)
{
  for (int l = 0; l < content->n_labels; l++)
    if (content->labels[l].layer == layer && content->labels[l].label == label)
      return &content->labels[l];
  return NULL;
}

static BrgImageLabel *
add_label (BrgImageContent *content, int layer, int label)
{
  BrgImageLabel *added = &content->labels[content->n_labels++];

  *added = (BrgImageLabel){ .layer = layer, .label = label };
  return added;
}

/* The segments that the header declares. Those of early files do not say where they are: label 1,
 * each in a layer of its own. */
static void
add_segments (const BrgImageReading *reading, BrgImageContent *content)
{
  bool placed = has_places (&reading->info);

  for (int s = 0; s < BRG_IMAGE_MAX_SEGMENTS; s++)
    {
      BrgImageSegment at = reading->info.segments[s];
      const char *name = reading->header.segment_names[s];
      if (s >= reading->info.n_segments && name == NULL && at.label == 0)
        continue;
      if (!placed)
        at = (BrgImageSegment){ .layer = content->n_layers > 1 ? s : 0, .label = 1 };
      if (at.layer >= content->n_layers || at.label == 0 ||
          find_label (content, at.layer, at.label) != NULL)
        continue;
      BrgImageLabel *label = add_label (content, at.layer, at.label);
      if (name != NULL)
        brg_message_clean (label->name, sizeof label->name, name, 0);
    }
  content->n_segments = content->n_labels;
}

static void
number_labels (BrgImageContent *content)
{
  bool repeat = false;

  for (int l = 0; l < content->n_labels; l++)
    for (int m = 0; m < l; m++)
      repeat = repeat || content->labels[m].label == content->labels[l].label;
  for (int l = 0; l < content->n_labels; l++)
    content->labels[l].number = repeat ? l + 1 : content->labels[l].label;
}

/* What was found, in the words of the contract. */
static void
conclude (Look *look, BrgImageContent *content)
{
  content->n_layers = look->reading.header.n_list;
  content->voxel_mm3 = brg_grid_voxel_mm3 (&look->reading.header.grid);
  content->kind = look->is_scan        ? BRG_IMAGE_IS_SCAN
                  : look->n_found <= 1 ? BRG_IMAGE_IS_MASK
                                       : BRG_IMAGE_IS_LABELS;
  if (content->kind == BRG_IMAGE_IS_MASK)
    content->value = look->n_found > 0 ? look->found[0].value : 0;
  if (look->is_scan || look->has_other)
    return;
  add_segments (&look->reading, content);
  qsort (look->found, (size_t) look->n_found, sizeof look->found[0], compare_found);
  for (int f = 0; f < look->n_found; f++)
    {
      const Found *found = &look->found[f];
      BrgImageLabel *label = find_label (content, found->layer, (int) found->value);
      if (label == NULL)
        label = add_label (content, found->layer, (int) found->value);
      label->n_vox = found->n_vox;
    }
  number_labels (content);
}

BrgStatus
brg_image_read_content (const char *path, BrgImageContent *content, BrgJob *job, BrgError *error)
{
  Look look = { .n_found = 0 };
  BrgError own = { .status = BRG_OK };
  BrgStatus status = brg_image_reading_open (&look.reading, path, &own);

  *content = (BrgImageContent){ .kind = BRG_IMAGE_IS_SCAN };
  look.reading.layer = BRG_IMAGE_ALL_LAYERS;
  if (status == BRG_OK)
    status = brg_image_reading_run (&look.reading, take_row, &look, job, &own);
  if (status == BRG_OK || look.is_scan)
    conclude (&look, content);
  brg_image_reading_close (&look.reading);
  if (status == BRG_OK || look.is_scan)
    return BRG_OK;
  brg_message_name_file (&own, path);
  return brg_error_set (error, own.status, "%s", own.message);
}

void
brg_image_content_clear (BrgImageContent *content)
{
  brg_wipe (content, sizeof *content);
}
