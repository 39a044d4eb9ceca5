#pragma once

#include "engine/brg-grid.h"

/* Single slices of one series put in order, and what is odd about them (PS3.3 C.7.6.2).
 *
 * Slices are sorted along the normal of their plane (row direction x column direction), whatever
 * their numbers or names say. Distances are measured along it. Nothing is made up: what is missing,
 * uneven or sheared is told with numbers, and brg_restack() resamples when asked to. */

#define BRG_STACK_SAME_MM   0.01 /* slices closer than that lie in one place */
#define BRG_STACK_CORNER_MM 1e-3 /* a corner that is as near is where the grid has it */
#define BRG_STACK_ROUND_MM  0.01 /* the same for positions that were rounded in the file */
#define BRG_STACK_TILT_DEG  0.1  /* less is no gantry tilt */

typedef struct
{
  BrgVec3 position;         /* centre of the first sample */
  BrgVec3 along_row, down;  /* unit directions in which column and row index grow */
  double row_mm, column_mm; /* between rows, between columns */
} BrgStackSlice;

typedef struct
{
  int n;         /* slices, those in one place counted once */
  int *order;    /* [n] into the slices given, along the normal */
  double *at_mm; /* [n] distance of each from the first, ascending */
  BrgVec3 normal;
  double step_mm;    /* median distance of neighbours */
  double lean_mm[2]; /* shift along row and column directions from one step to the next */
  double tilt_deg;   /* between the normal and the line through first and last position */

  int n_duplicates;    /* slices left out as they lie where another does; the first given stays */
  int first_duplicate; /* into the slices given, -1 for none */
  int n_missing;       /* slices that whole steps lack between neighbours */
  int n_gaps;          /* places where they do */
  int worst_gap;       /* into `order`: the widest of those is behind it, -1 for none */
  double worst_gap_mm;
  int n_uneven;       /* other distances that are not the step */
  double uneven_mm;   /* of those the one that differs most from it */
  double off_line_mm; /* farthest that a position lies from the line, in the plane */

  /* The grid of the even stack with `n` slices, sheared when tilted. */
  BrgGrid grid;
  double off_corner_mm; /* farthest that a corner of a slice lies from where the grid has it */
  bool is_even;         /* off_corner_mm <= BRG_STACK_ROUND_MM: the slices are the grid */
  bool is_tilted;       /* tilt_deg > BRG_STACK_TILT_DEG */
} BrgStack;

/* `columns` and `rows` as the samples lie. BRG_INVALID for fewer than 2 places, slices that differ
 * in direction (by more than 0.06 degrees) or spacing, and a grid that cannot be (brg-grid.h). The
 * message counts slices from 1. brg_stack_clear() after success. */
BrgStatus brg_stack_make (const BrgStackSlice *slices,
                          int n_slices,
                          int columns,
                          int rows,
                          BrgStack *stack,
                          BrgError *error);
void brg_stack_clear (BrgStack *stack);
