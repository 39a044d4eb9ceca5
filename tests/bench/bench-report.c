#include "bench-report.h"

#include <stdio.h>
#include <sys/resource.h>

void
bench_report_head (const BenchReport *report,
                   const BrgGrid *grid,
                   int n_runs,
                   const double floors[2])
{
  const int *dim = grid->dim;

  if (report->is_json)
    {
      printf ("{\n  \"size\": [%d, %d, %d],\n  \"runs\": %d,\n"
              "  \"streaming_read_gb_s\": [%.2f, %.2f],\n  \"operations\": [",
              dim[0], dim[1], dim[2], n_runs, floors[0] / 1e6, floors[1] / 1e6);
      return;
    }
  printf ("%d x %d x %d voxels, median of %d; streaming read %.1f GB/s on 1 thread, %.1f on 2\n\n"
          "%-28s %2s %10s %10s %21s %9s %9s %9s %8s%s\n",
          dim[0], dim[1], dim[2], n_runs, floors[0] / 1e6, floors[1] / 1e6, "operation", "T", "ms",
          "cpu ms", "fastest..slowest", "peak MiB", "MB", "floor ms", "x floor",
          report->with_cancel ? " cancel ms" : "");
}

/* 0 for what moves no bytes to speak of. */
static double
times_floor (const BenchRow *row)
{
  return row->floor_ms > 0 ? row->time.median_ms / row->floor_ms : 0;
}

static void
print_json (const BenchReport *report, const BenchRow *row)
{
  const BenchTime *time = &row->time;

  printf ("\n    { \"name\": \"%s\", \"threads\": %d, \"median_ms\": %.4f, \"cpu_ms\": %.4f, "
          "\"min_ms\": %.4f, \"max_ms\": %.4f, \"peak_mib\": %.2f, \"bytes\": %.0f, "
          "\"floor_ms\": %.4f, \"times_floor\": %.2f",
          row->name, row->n_threads, time->median_ms, time->cpu_ms, time->min_ms, time->max_ms,
          time->peak_mib, row->bytes, row->floor_ms, times_floor (row));
  if (report->with_cancel)
    printf (", \"cancel_ms\": %.2f", row->cancel_ms);
  printf (" }");
}

static void
print_line (const BenchReport *report, const BenchRow *row)
{
  const BenchTime *time = &row->time;

  printf ("%-28s %2d %10.3f %10.3f %10.3f..%9.3f %9.1f %9.2f %9.3f %8.1f", row->name,
          row->n_threads, time->median_ms, time->cpu_ms, time->min_ms, time->max_ms, time->peak_mib,
          row->bytes / 1e6, row->floor_ms, times_floor (row));
  if (report->with_cancel)
    printf (" %9.2f", row->cancel_ms);
  printf ("\n");
}

void
bench_report_row (const BenchReport *report, const BenchRow *row, bool is_first)
{
  if (report->is_json && !is_first)
    printf (",");
  if (report->is_json)
    print_json (report, row);
  else
    print_line (report, row);
  fflush (stdout);
}

void
bench_report_tail (const BenchReport *report)
{
  struct rusage usage;
  double mib = getrusage (RUSAGE_SELF, &usage) == 0 ? (double) usage.ru_maxrss / 1024 : -1;

  if (report->is_json)
    printf ("\n  ],\n  \"process_peak_mib\": %.1f\n}\n", mib);
  else
    printf ("\npeak of the whole process %.1f MiB\n", mib);
}
