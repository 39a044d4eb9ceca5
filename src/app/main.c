#include <glib/gi18n.h>
#include <signal.h>
#include <malloc.h>

#include "app/brg-application.h"
#include "brg-config.h"

/* glibc would learn to keep freed masks between the small things that live as long as the case: a
 * long session grew by 60 KiB a stroke. Images of a view are smaller. */
#define LARGE_BYTES (4 << 20)

int
main (int argc, char **argv)
{
#ifdef __GLIBC__
  mallopt (M_MMAP_THRESHOLD, LARGE_BYTES);
#endif
  bindtextdomain (GETTEXT_PACKAGE, BRG_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  signal (SIGXFSZ, SIG_IGN); /* a file over the limit is an error of its write */

  g_autoptr (BrgApplication) application = brg_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
