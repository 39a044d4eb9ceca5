#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The application: command line, one window per scan, application-wide actions and their keys. */
#define BRG_TYPE_APPLICATION (brg_application_get_type ())
G_DECLARE_FINAL_TYPE (BrgApplication, brg_application, BRG, APPLICATION, GtkApplication)

BrgApplication *brg_application_new (void);

G_END_DECLS
