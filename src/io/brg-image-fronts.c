#include "io/brg-image-fronts.h"

#include <math.h>
#include <stdint.h>

#include "engine/brg-alloc.h"
#include "io/brg-image-reading.h"
#include "io/brg-message.h"

#define NEAR_GREY 255.0
#define FAR_GREY  70.0
#define NOTHING   UINT16_MAX

/* The nearest voxel of every label in each of n_cells[0] x n_cells[1] cells of i and k. */
typedef struct
{
  BrgImageReading reading;
  const BrgImageContent *content;
  int n_cells[2];
  uint16_t *nearest; /* its j */
  int latest;        /* the label of the last run */
} Fronts;

/* Is the label one that the file has? Makes it the latest. */
static bool
find_label (Fronts *fronts, double value)
{
  const BrgImageContent *content = fronts->content;
  int layer = fronts->reading.row_layer;

  for (int l = 0; l < content->n_labels; l++)
    {
      const BrgImageLabel *label = &content->labels[(fronts->latest + l) % content->n_labels];
      if (label->layer != layer || label->label != value)
        continue;
      fronts->latest = (int) (label - content->labels);
      return true;
    }
  return false;
}

static void
draw_voxel (Fronts *fronts, const int vox[3])
{
  const int *dim = fronts->reading.header.grid.dim, *n = fronts->n_cells;
  size_t column = (size_t) vox[0] * (size_t) n[0] / (size_t) dim[0];
  size_t row = (size_t) vox[2] * (size_t) n[1] / (size_t) dim[2];
  uint16_t *nearest =
    fronts->nearest + ((size_t) fronts->latest * (size_t) n[1] + row) * (size_t) n[0] + column;

  if (vox[1] < *nearest)
    *nearest = (uint16_t) vox[1];
}

static BrgStatus
take_row (void *data, void *row, int y, int z, BrgError *error)
{
  Fronts *fronts = data;
  const BrgLattice *lattice = &fronts->reading.lattice;
  const double *numbers = fronts->reading.numbers;
  bool is_known = false;
  int vox[3];

  (void) error;
  brg_image_reading_numbers (&fronts->reading, row);
  brg_lattice_row (lattice, y, z, vox);
  for (int x = 0; x < lattice->dim[0]; x++, vox[lattice->axis[0]] += lattice->sign[0])
    {
      if (numbers[x] == 0)
        continue;
      if (x == 0 || numbers[x] != numbers[x - 1])
        is_known = find_label (fronts, numbers[x]);
      if (is_known)
        draw_voxel (fronts, vox);
    }
  return BRG_OK;
}

/* One label, from its cells to its picture. */
static void
draw_picture (const Fronts *fronts, int label, int size_px, uint8_t *greys)
{
  const BrgGrid *grid = &fronts->reading.header.grid;
  const int *n = fronts->n_cells;
  const uint16_t *nearest = fronts->nearest + (size_t) label * (size_t) n[0] * (size_t) n[1];
  double width_mm = grid->dim[0] * brg_grid_spacing_mm (grid, 0);
  double height_mm = grid->dim[2] * brg_grid_spacing_mm (grid, 2);
  double mm = fmax (width_mm, height_mm) / size_px; /* of a pixel */

  for (int y = 0; y < size_px; y++)
    for (int x = 0; x < size_px; x++)
      {
        double across = ((x + 0.5 - size_px / 2.0) * mm / width_mm + 0.5) * n[0];
        double up = ((size_px / 2.0 - y - 0.5) * mm / height_mm + 0.5) * n[1];
        uint8_t grey = 0;
        if (across >= 0 && across < n[0] && up >= 0 && up < n[1])
          {
            int j = nearest[(int) up * n[0] + (int) across];
            if (j != NOTHING)
              grey = (uint8_t) (NEAR_GREY - (NEAR_GREY - FAR_GREY) * j / grid->dim[1]);
          }
        greys[y * size_px + x] = grey;
      }
}

static BrgStatus
draw (Fronts *fronts, int size_px, BrgJob *job, BrgError *error)
{
  const int *dim = fronts->reading.header.grid.dim;
  const int axes[2] = { 0, 2 };
  size_t n = (size_t) fronts->content->n_labels;

  for (int a = 0; a < 2; a++)
    {
      fronts->n_cells[a] = dim[axes[a]] < size_px ? dim[axes[a]] : size_px;
      n *= (size_t) fronts->n_cells[a];
    }
  fronts->nearest = brg_alloc (n, sizeof *fronts->nearest, error);
  if (fronts->nearest == NULL)
    return BRG_NO_MEMORY;
  for (size_t c = 0; c < n; c++)
    fronts->nearest[c] = NOTHING;
  fronts->reading.layer = BRG_IMAGE_ALL_LAYERS;
  return brg_image_reading_run (&fronts->reading, take_row, fronts, job, error);
}

BrgStatus
brg_image_draw_fronts (const char *path,
                       const BrgImageContent *content,
                       int size_px,
                       uint8_t *greys,
                       BrgJob *job,
                       BrgError *error)
{
  Fronts fronts = { .content = content };
  BrgError own = { .status = BRG_OK };
  BrgStatus status = brg_image_reading_open (&fronts.reading, path, &own);

  if (status == BRG_OK)
    status = draw (&fronts, size_px, job, &own);
  for (int l = 0; status == BRG_OK && l < content->n_labels; l++)
    draw_picture (&fronts, l, size_px, greys + (size_t) l * (size_t) size_px * (size_t) size_px);
  brg_image_reading_close (&fronts.reading);
  brg_free (fronts.nearest);
  if (status == BRG_OK)
    return BRG_OK;
  brg_message_name_file (&own, path);
  return brg_error_set (error, own.status, "%s", own.message);
}
