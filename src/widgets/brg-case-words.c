#include "widgets/brg-case-words.h"

#include <glib/gi18n.h>
#include <string.h>

static gboolean
is_day (GDateTime *when, GDateTime *day)
{
  return g_date_time_get_year (when) == g_date_time_get_year (day) &&
         g_date_time_get_day_of_year (when) == g_date_time_get_day_of_year (day);
}

char *
brg_case_words_when (gint64 when_s, GDateTime *now)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (when_s);
  g_autoptr (GDateTime) when =
    utc != NULL ? g_date_time_to_timezone (utc, g_date_time_get_timezone (now)) : NULL;
  g_autoptr (GDateTime) yesterday = g_date_time_add_days (now, -1);

  if (when == NULL)
    return g_strdup ("");
  if (is_day (when, now))
    return g_date_time_format (when, _ ("Today, %H:%M"));
  if (is_day (when, yesterday))
    return g_date_time_format (when, _ ("Yesterday, %H:%M"));
  return g_date_time_format (when, g_date_time_get_year (when) == g_date_time_get_year (now)
                                     /* Translators: day and month, see g_date_time_format() */
                                     ? _ ("%-d %B")
                                     /* Translators: day, month and year */
                                     : _ ("%-d %B %Y"));
}

/* The reason without the name of the file, which begins every error and stands above it already. */
static const char *
skip_name (const BrgRecentCaseInfo *info)
{
  g_autofree char *base = g_file_get_basename (info->file);
  g_autofree char *name = g_filename_display_name (base);
  gsize length = strlen (name);

  return g_str_has_prefix (info->problem, name) && g_str_has_prefix (&info->problem[length], ": ")
           ? &info->problem[length + 2]
           : info->problem;
}

char *
brg_case_words_state (const BrgRecentCaseInfo *info)
{
  if (info->problem != NULL)
    return g_strdup (skip_name (info));
  GString *words = g_string_new (_ ("skull"));
  if (info->n_defects > 0)
    {
      g_string_append (words, ", ");
      g_string_append_printf (words, ngettext ("%u defect", "%u defects", info->n_defects),
                              info->n_defects);
    }
  if (info->has_edits)
    g_string_append_printf (words, ", %s", _ ("hand edits"));
  return g_string_free (words, FALSE);
}
