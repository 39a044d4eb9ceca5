#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Private to io/: words in a line of text, between blanks. */

/* Splits off the next word of *rest; its length is 0 at the end of the line. */
static inline const char *
brg_word_next (const char **rest, size_t *length)
{
  const char *word = *rest + strspn (*rest, " \t\r");

  *length = strcspn (word, " \t\r");
  *rest = word + *length;
  return word;
}

/* The same word in any case? */
static inline bool
brg_word_is (const char *word, size_t length, const char *name)
{
  return length == strlen (name) && strncasecmp (word, name, length) == 0;
}
