#include <glib/gi18n.h>

#include "app/brg-application.h"
#include "brg-config.h"

int
main (int argc, char **argv)
{
  bindtextdomain (GETTEXT_PACKAGE, BRG_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  g_autoptr (BrgApplication) application = brg_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
