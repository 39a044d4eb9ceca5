#pragma once

#include <stdbool.h>
#include <stddef.h>

/* What a command found out, told once and printed twice: as aligned text for people and as JSON for
 * scripts. Entries appear in the order they were made. `key` is the JSON name (units in it),
 * `label` the text in front of the value; a NULL label keeps the entry out of the text, a NULL key
 * out of the JSON. Labels, keys and values are copied. */
typedef struct BrgReport BrgReport;

BrgReport *brg_report_new (void);
void brg_report_free (BrgReport *report);

/* A nested object. `title`, if not NULL, is a line of its own. In a list `key` is NULL. */
void brg_report_begin (BrgReport *report, const char *key, const char *title);
void brg_report_end (BrgReport *report);

/* A list, JSON alone. */
void brg_report_begin_list (BrgReport *report, const char *key);
void brg_report_end_list (BrgReport *report);

void brg_report_text (BrgReport *report, const char *key, const char *label, const char *value);
void brg_report_truth (BrgReport *report, const char *key, const char *label, bool value);
void brg_report_count (BrgReport *report,
                       const char *key,
                       const char *label,
                       size_t value,
                       const char *unit);
void
brg_report_int (BrgReport *report, const char *key, const char *label, int value, const char *unit);
void brg_report_ints (BrgReport *report,
                      const char *key,
                      const char *label,
                      const int *values,
                      int n_values,
                      const char *unit);

/* `decimals` is for the text; JSON has every digit. Values that are not finite are null in
 * JSON and "none" in the text. */
void brg_report_reals (BrgReport *report,
                       const char *key,
                       const char *label,
                       const double *values,
                       int n_values,
                       int decimals,
                       const char *unit);
void brg_report_real (BrgReport *report,
                      const char *key,
                      const char *label,
                      double value,
                      int decimals,
                      const char *unit);

/* Writes the report to standard output and ends it: text, or JSON. False when standard output could
 * not take it. */
bool brg_report_print (BrgReport *report, bool json);
