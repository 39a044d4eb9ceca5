#include "case/brg-case-error.h"

G_DEFINE_QUARK (brg - case -error, brg_case_error)

gboolean
brg_case_error_cancelled (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled");
  return FALSE;
}

gboolean
brg_case_error_set (GError **error, const BrgError *from)
{
  g_autofree char *message = g_utf8_make_valid (from->message, -1);

  if (from->status == BRG_CANCELLED)
    return brg_case_error_cancelled (error);
  g_set_error_literal (error, BRG_CASE_ERROR, from->status, message);
  return FALSE;
}
