#include "widgets/brg-text.h"

#include <glib/gi18n.h>
#include <string.h>

#define NARROW_SPACE "\u202f" /* ISO 80000-1: digits in groups of three */

char *
brg_text_volume (double volume_mm3)
{
  return volume_mm3 >= 1000 ? g_strdup_printf (_ ("%.2f cm³"), volume_mm3 / 1000)
                            : g_strdup_printf (_ ("%.0f mm³"), volume_mm3);
}

char *
brg_text_count (guint64 count)
{
  g_autofree char *digits = g_strdup_printf ("%" G_GUINT64_FORMAT, count);
  GString *text = g_string_new (NULL);
  gsize n_digits = strlen (digits);

  for (gsize d = 0; d < n_digits; d++)
    {
      if (d > 0 && (n_digits - d) % 3 == 0)
        g_string_append (text, NARROW_SPACE);
      g_string_append_c (text, digits[d]);
    }
  return g_string_free (text, FALSE);
}

static const char *
minus (int value)
{
  return value < 0 ? "−" : "";
}

char *
brg_text_range (int min, int max)
{
  return g_strdup_printf (_ ("%s%d to %s%d"), minus (min), ABS (min), minus (max), ABS (max));
}

char *
brg_text_mm (double mm)
{
  return isfinite (mm) ? g_strdup_printf (_ ("%.2f mm"), mm) : g_strdup ("–");
}
