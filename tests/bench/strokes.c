/* A long session: what thousands of brush strokes cost while they are painted, on disk, and when
 * the case is opened again. All goes through BrgCase, as in the app.
 *
 *   bregma-strokes SCAN [N] [FOLDER]
 *
 * FOLDER, default the current one, receives the case file and loses it again. */

#include <glib/gstdio.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "case/brg-case.h"
#include "engine/brg-random.h"

#define LARGE_BYTES     (4 << 20) /* as in the app */
#define DEFAULT_STROKES 10000
#define N_UNDOS         100
#define MIN_RADIUS_MM   1.0
#define MAX_RADIUS_MM   5.0
#define MAX_STEPS       12 /* of a stroke */
#define STEP_VOX        4.0

typedef struct
{
  BrgCase *document;
  BrgRandom random;
  gint64 longest_us, sum_us; /* of what was timed, on the main thread */
  guint n;
} Session;

static double
ms_of (gint64 us)
{
  return (double) us / 1000;
}

static void
settle (BrgCase *document)
{
  while (brg_case_get_busy (document) || brg_case_get_saving (document))
    g_main_context_iteration (NULL, TRUE);
}

static void
done_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GAsyncResult **out = user_data;
  (void) object;

  *out = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

/* Milliseconds until the case is there; its masks and surfaces come later. */
static double
open_case (BrgCase *document, const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gint64 begin = g_get_monotonic_time ();

  brg_case_open_async (document, file, NULL, NULL, done_cb, &result);
  if (!brg_case_open_finish (document, wait_for (&result), &error))
    g_error ("%s", error->message);
  return ms_of (g_get_monotonic_time () - begin);
}

static double
close_case (BrgCase *document)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gint64 begin = g_get_monotonic_time ();

  brg_case_close_async (document, NULL, done_cb, &result);
  if (!brg_case_close_finish (document, wait_for (&result), &error))
    g_error ("%s", error->message);
  return ms_of (g_get_monotonic_time () - begin);
}

static double
size_kib (const char *path)
{
  GStatBuf about;

  return g_stat (path, &about) == 0 ? (double) about.st_size / 1024 : 0;
}

/* A number of /proc/self/status in MiB; 0 where there is none. */
static double
memory_mib (const char *key)
{
  g_autofree char *text = NULL;
  const char *at = NULL;

  if (g_file_get_contents ("/proc/self/status", &text, NULL, NULL))
    at = strstr (text, key);
  return at != NULL ? strtod (at + strlen (key), NULL) / 1024 : 0;
}

/* A voxel of the skull. */
static void
find_bone (Session *session, double vox[3])
{
  const BrgMask *skull = brg_case_get_result (session->document)->skull;
  int at[3];

  do
    for (int axis = 0; axis < 3; axis++)
      at[axis] = brg_random_int (&session->random, 0, skull->grid.dim[axis] - 1);
  while (!brg_mask_get (skull, at[0], at[1], at[2]));
  for (int axis = 0; axis < 3; axis++)
    vox[axis] = at[axis];
}

static void
restart (Session *session)
{
  session->longest_us = session->sum_us = 0;
  session->n = 0;
}

static void
time_call (Session *session, gint64 begin)
{
  gint64 took = g_get_monotonic_time () - begin;

  session->sum_us += took;
  session->longest_us = MAX (session->longest_us, took);
  session->n++;
}

/* Begins on bone and wanders over a slice. */
static void
paint (Session *session)
{
  BrgCase *document = session->document;
  const BrgGrid *grid = &brg_case_get_scan (document)->grid;
  BrgPlane plane = (BrgPlane) brg_random_int (&session->random, 0, BRG_N_PLANES - 1);
  int normal = brg_plane_axes (plane).normal;
  int n_steps = brg_random_int (&session->random, 1, MAX_STEPS);
  double radius_mm = brg_random_real (&session->random, MIN_RADIUS_MM, MAX_RADIUS_MM);
  double from[3], to[3];

  find_bone (session, from);
  brg_case_stroke_begin (document, brg_random_int (&session->random, 0, 2) == 0, radius_mm);
  for (int s = 0; s < n_steps; s++)
    {
      memcpy (to, from, sizeof to);
      for (int axis = 0; axis < 3; axis++)
        if (axis != normal)
          to[axis] = CLAMP (from[axis] + brg_random_real (&session->random, -STEP_VOX, STEP_VOX), 0,
                            grid->dim[axis] - 1);
      brg_case_stroke_to (document, plane, from, to);
      memcpy (from, to, sizeof from);
    }
  gint64 begin = g_get_monotonic_time ();
  brg_case_stroke_end (document);
  time_call (session, begin);
}

static void
print_times (const Session *session, const char *what)
{
  printf ("%-34s mean %8.3f ms, longest %8.3f ms of %u\n", what,
          ms_of (session->sum_us) / MAX (1, session->n), ms_of (session->longest_us), session->n);
}

static void
print_size (const char *path, guint n_strokes, double first_kib)
{
  double kib = size_kib (path);

  printf ("file after %5u strokes        %10.0f KiB, %.3f KiB a stroke; memory %.0f MiB\n",
          n_strokes, kib, n_strokes > 0 ? (kib - first_kib) / n_strokes : 0, memory_mib ("VmRSS:"));
  fflush (stdout);
}

/* Each stroke is on disk before the next begins. */
static void
paint_all (Session *session, const char *path, guint n_strokes)
{
  double first_kib = size_kib (path);
  gint64 begin = g_get_monotonic_time ();

  print_size (path, 0, first_kib);
  for (guint s = 1, next = 10; s <= n_strokes; s++)
    {
      paint (session);
      while (brg_case_get_saving (session->document))
        g_main_context_iteration (NULL, TRUE);
      if (s == next || s == n_strokes)
        {
          print_size (path, s, first_kib);
          next *= 10;
        }
    }
  printf ("all strokes, painted and on disk   %.1f s\n",
          ms_of (g_get_monotonic_time () - begin) / 1000);
  print_times (session, "end of a stroke, main thread");
}

static void
time_undo (Session *session)
{
  restart (session);
  for (int u = 0; u < N_UNDOS && brg_case_can_undo (session->document); u++)
    {
      gint64 begin = g_get_monotonic_time ();
      brg_case_undo (session->document);
      time_call (session, begin);
      while (brg_case_get_saving (session->document))
        g_main_context_iteration (NULL, TRUE);
    }
  print_times (session, "undo, main thread");
  restart (session);
  while (brg_case_can_redo (session->document))
    {
      gint64 begin = g_get_monotonic_time ();
      brg_case_redo (session->document);
      time_call (session, begin);
    }
  print_times (session, "redo, main thread");
  settle (session->document);
}

static void
time_jumps (Session *session)
{
  BrgCase *document = session->document;
  const guint places[] = { 0, brg_case_get_n_history (document) };

  for (gsize p = 0; p < G_N_ELEMENTS (places); p++)
    {
      gint64 begin = g_get_monotonic_time ();
      brg_case_jump (document, places[p]);
      double jumped_ms = ms_of (g_get_monotonic_time () - begin);
      while (brg_case_get_saving (document))
        g_main_context_iteration (NULL, TRUE);
      printf ("jump to entry %5u               %8.3f ms, on disk after %.3f ms\n", places[p],
              jumped_ms, ms_of (g_get_monotonic_time () - begin));
    }
  settle (document);
}

static void
reopen (Session *session, const char *path)
{
  double close_ms = close_case (session->document);

  printf ("close                              %8.3f ms\n", close_ms);
  g_object_unref (session->document);
  session->document = brg_case_new ();
  gint64 begin = g_get_monotonic_time ();
  double open_ms = open_case (session->document, path);
  settle (session->document);
  printf ("open                               %8.3f ms, with skull and surfaces %.3f ms; "
          "%u entries\n",
          open_ms, ms_of (g_get_monotonic_time () - begin),
          brg_case_get_n_history (session->document));
}

int
main (int argc, char **argv)
{
  Session session = { brg_case_new (), brg_random_new (1, 0), 0, 0, 0 };
  const char *folder = argc > 3 ? argv[3] : ".";

#ifdef __GLIBC__
  mallopt (M_MMAP_THRESHOLD, LARGE_BYTES);
#endif
  if (argc < 2)
    {
      fprintf (stderr, "usage: bregma-strokes SCAN [N] [FOLDER]\n");
      return 2;
    }
  brg_case_set_folder (session.document, folder);
  printf ("scan                               %8.0f KiB\n", size_kib (argv[1]));
  printf ("scan opened                        %8.3f ms\n", open_case (session.document, argv[1]));
  settle (session.document);
  g_autofree char *path = g_strdup (brg_case_get_path (session.document));
  reopen (&session, path);
  paint_all (&session, path, argc > 2 ? (guint) atoi (argv[2]) : DEFAULT_STROKES);
  settle (session.document);
  reopen (&session, path);
  time_undo (&session);
  time_jumps (&session);
  reopen (&session, path);
  print_size (path, 0, 0);
  printf ("memory at most                     %8.0f MiB\n", memory_mib ("VmHWM:"));
  close_case (session.document);
  g_object_unref (session.document);
  g_unlink (path);
  return 0;
}
