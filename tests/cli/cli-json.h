#pragma once

#include <json-glib/json-glib.h>

/* Reads what a command printed with --json. */

/* The root object of `text`; fails the test if it is not JSON. */
JsonNode *cli_json_parse (const char *text);

/* A number by its path in JSONPath, as "$.stages.threshold"; fails the test if it is not there. */
gint64 cli_json_int (JsonNode *root, const char *path);
double cli_json_real (JsonNode *root, const char *path);
char *cli_json_text (JsonNode *root, const char *path);
gboolean cli_json_truth (JsonNode *root, const char *path);
