#include "cli/brg-cli-folder.h"

#include <string.h>

#include "cli/brg-cli-input.h"

static size_t
count_digits (const char *text)
{
  size_t n = 0;

  while (g_ascii_isdigit (text[n]))
    n++;
  return n;
}

/* Compares the numbers that two texts begin with, of any length, and moves behind them. */
static int
compare_numbers (const char **a, const char **b)
{
  while (**a == '0')
    ++*a;
  while (**b == '0')
    ++*b;
  size_t n_a = count_digits (*a), n_b = count_digits (*b);
  int order = n_a != n_b ? (n_a > n_b) - (n_a < n_b) : strncmp (*a, *b, n_a);
  *a += n_a;
  *b += n_b;
  return order;
}

/* Never 0 for different names. */
static int
compare_names (const char *a, const char *b)
{
  const char *at_a = a, *at_b = b;

  while (*at_a != '\0' && *at_b != '\0')
    {
      int order;
      if (g_ascii_isdigit (*at_a) && g_ascii_isdigit (*at_b))
        order = compare_numbers (&at_a, &at_b);
      else
        order = (guchar) *at_a++ - (guchar) *at_b++;
      if (order != 0)
        return order;
    }
  if (*at_a != *at_b)
    return *at_a == '\0' ? -1 : 1;
  return strcmp (a, b);
}

static int
compare_entries (gconstpointer a, gconstpointer b)
{
  return compare_names (*(const char *const *) a, *(const char *const *) b);
}

GDir *
brg_cli_open_folder (const char *path, BrgError *error)
{
  g_autoptr (GError) problem = NULL;
  GDir *dir = g_dir_open (path, 0, &problem);

  if (dir != NULL)
    return dir;
  if (g_error_matches (problem, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    brg_error_set (error, BRG_IO, "does not exist");
  else if (g_error_matches (problem, G_FILE_ERROR, G_FILE_ERROR_NOTDIR))
    brg_error_set (error, BRG_IO, "is not a folder");
  else if (g_error_matches (problem, G_FILE_ERROR, G_FILE_ERROR_ACCES))
    brg_error_set (error, BRG_IO, "is a folder that may not be read");
  else
    brg_error_set (error, BRG_IO, "cannot be read as a folder");
  return NULL;
}

GPtrArray *
brg_cli_list_masks (const char *path, BrgError *error)
{
  g_autoptr (GDir) dir = brg_cli_open_folder (path, error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  if (dir == NULL)
    return NULL;
  while ((name = g_dir_read_name (dir)) != NULL)
    if (brg_cli_input_kind (name) == BRG_INPUT_IMAGE)
      g_ptr_array_add (names, g_strdup (name));
  if (names->len == 0)
    {
      brg_error_set (error, BRG_EMPTY, "holds no mask (" BRG_CLI_IMAGE_ENDINGS ")");
      return NULL;
    }
  g_ptr_array_sort (names, compare_entries);
  return g_steal_pointer (&names);
}
