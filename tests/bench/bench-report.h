#pragma once

#include <stdbool.h>

#include "bench-measure.h"
#include "engine/brg-grid.h"

/* How results are printed: a table, or JSON. */
typedef struct
{
  bool is_json;
  bool with_cancel; /* with the time it takes to stop */
} BenchReport;

typedef struct
{
  const char *name;
  int n_threads;
  BenchTime time;
  double bytes;     /* least traffic */
  double floor_ms;  /* a streaming read of as many bytes */
  double cancel_ms; /* longest time from a cancel to the return; with_cancel alone */
} BenchRow;

/* `floors` are the streaming reads of one and two threads in bytes per ms. */
void bench_report_head (const BenchReport *report,
                        const BrgGrid *grid,
                        int n_runs,
                        const double floors[2]);
void bench_report_row (const BenchReport *report, const BenchRow *row, bool is_first);
void bench_report_tail (const BenchReport *report);
