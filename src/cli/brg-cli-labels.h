#pragma once

#include <glib.h>

#include "cli/brg-cli-report.h"
#include "engine/brg-mask.h"
#include "io/brg-image-content.h"

/* Masks out of files of several labels or segments, and the option that chooses one. Names of
 * segments are printed and kept nowhere. */

#define BRG_CLI_SEGMENT_OPTION                                                                     \
  {                                                                                                \
    "segment", 0, "N|NAME",                                                                        \
      "Which segment or label of a file that holds several (info lists them), or \"all\" for all " \
      "of them together."                                                                          \
  }

/* The mask that `segment` names in a file that was looked at: a number or a name as
 * brg_cli_describe_labels() gives them, or "all"; NULL: the only one. BRG_INVALID with a list of
 * what there is when it names none, or when there are several. */
BrgStatus brg_cli_pick_segment (const BrgImageContent *content,
                                const char *segment,
                                BrgImagePick *pick,
                                BrgError *error);

/* "1 Skull, 2 Implant, 7": labels as `--segment` takes them, as many as fit. */
void brg_cli_list_labels (const BrgImageContent *content, GString *text);

/* A list "labels" in the JSON, a line each in the text. */
void brg_cli_describe_labels (BrgReport *report, const BrgImageContent *content);
