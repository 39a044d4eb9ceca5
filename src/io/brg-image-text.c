#include "io/brg-image-text.h"

#include <string.h>

#include "engine/brg-alloc.h"

#define MAX_TEXT  ((size_t) 1024 * 1024)
#define MAX_LINES 10000

BrgStatus
brg_image_text_start (BrgImageText *text, BrgStream *stream, BrgError *error)
{
  uint64_t left = brg_stream_left (stream);

  *text = (BrgImageText){ .stream = stream };
  /* Every line ends in at least one byte of the file, which becomes its terminator. */
  text->room = left < MAX_TEXT ? (size_t) left + 2 : MAX_TEXT;
  text->text = brg_alloc (text->room, 1, error);
  return text->text != NULL ? BRG_OK : BRG_NO_MEMORY;
}

BrgStatus
brg_image_text_line (BrgImageText *text, char **line, bool *ended, BrgError *error)
{
  size_t length;

  *line = text->text + text->used;
  if (++text->n_lines > MAX_LINES)
    return brg_error_set (error, BRG_FORMAT, "the header has more than %d lines", MAX_LINES);
  BrgStatus status =
    brg_stream_read_line (text->stream, *line, text->room - text->used, &length, ended, error);
  text->used += status == BRG_OK ? length + 1 : 0;
  return status;
}

BrgStatus
brg_image_text_list (BrgImageText *text, char ***files, int *n_files, BrgError *error)
{
  bool ended = false;

  *n_files = 0;
  *files = brg_alloc (BRG_IMAGE_MAX_FILES, sizeof **files, error);
  if (*files == NULL)
    return BRG_NO_MEMORY;
  while (!ended)
    {
      char *line;
      BrgStatus status = brg_image_text_line (text, &line, &ended, error);
      if (status != BRG_OK)
        return status;
      line = brg_image_text_trim (line);
      if (line[0] == '\0')
        break;
      if (*n_files == BRG_IMAGE_MAX_FILES)
        return brg_error_set (error, BRG_UNSUPPORTED, "the header lists more than %d data files",
                              BRG_IMAGE_MAX_FILES);
      (*files)[(*n_files)++] = line;
    }
  if (*n_files == 0)
    return brg_error_set (error, BRG_FORMAT, "the header's list of data files is empty");
  return BRG_OK;
}

BrgStatus
brg_image_text_check_names (char **files, int n_files, BrgError *error)
{
  for (int f = 0; f < n_files; f++)
    {
      if (strchr (files[f], '%') != NULL)
        return brg_error_set (error, BRG_UNSUPPORTED,
                              "a numbered pattern of data files cannot be read, only names can");
      if (strncmp (files[f], "./", 2) == 0)
        files[f] += 2;
    }
  return BRG_OK;
}

char *
brg_image_text_trim (char *line)
{
  size_t length;

  line += strspn (line, " \t");
  length = strlen (line);
  while (length > 0 && strchr (" \t\r", line[length - 1]) != NULL)
    line[--length] = '\0';
  return line;
}

void
brg_image_text_clear (BrgImageText *text)
{
  if (text->text != NULL)
    brg_wipe (text->text, text->room);
  brg_free (text->text);
  *text = (BrgImageText){ 0 };
}
