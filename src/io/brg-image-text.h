#pragma once

#include "io/brg-stream.h"

/* Private to the readers of images: the lines of a header, kept as long as its fields are needed
 * and overwritten then. At most 1 MiB and 10000 lines. */

#define BRG_IMAGE_MAX_FILES 4096

typedef struct
{
  BrgStream *stream;
  char *text;
  size_t used, room; /* bytes of it */
  int n_lines;
} BrgImageText;

/* Makes room for the lines of `stream`, which is borrowed. BRG_NO_MEMORY only. */
BrgStatus brg_image_text_start (BrgImageText *text, BrgStream *stream, BrgError *error);

/* The next line, which may be cut into parts. *ended as of brg_stream_read_line(). */
BrgStatus brg_image_text_line (BrgImageText *text, char **line, bool *ended, BrgError *error);

/* The names of data files, one a line, to the end of the file or a blank line. *files is to be
 * brg_free()d, also on failure. */
BrgStatus brg_image_text_list (BrgImageText *text, char ***files, int *n_files, BrgError *error);

/* Names of data files are plain: "./" in front, as some writers put it, is dropped, and numbered
 * patterns are BRG_UNSUPPORTED. */
BrgStatus brg_image_text_check_names (char **files, int n_files, BrgError *error);

/* The line without blanks around it. */
char *brg_image_text_trim (char *line);

/* Overwrites and frees the lines. */
void brg_image_text_clear (BrgImageText *text);
