/* What a decoder of compressed slices says: four bytes for the number of files and what their
 * headers give as size, and its stream, which is read from a file instead of a program. */

#include <fcntl.h>
#include <string.h>

#include "case/brg-decoder.h"
#include "fuzz.h"

#define MAX_FILES 4

static const char *stream; /* the file */

/* Starts nothing. Libraries that call it find it as well. */
__attribute__ ((visibility ("default"))) gboolean
__wrap_g_spawn_async_with_pipes_and_fds (const char *working_directory,
                                         const char *const *argv,
                                         const char *const *envp,
                                         GSpawnFlags flags,
                                         GSpawnChildSetupFunc child_setup,
                                         gpointer user_data,
                                         int stdin_fd,
                                         int stdout_fd,
                                         int stderr_fd,
                                         const int *source_fds,
                                         const int *target_fds,
                                         gsize n_fds,
                                         GPid *child_pid_out,
                                         int *stdin_pipe_out,
                                         int *stdout_pipe_out,
                                         int *stderr_pipe_out,
                                         GError **error);

gboolean
__wrap_g_spawn_async_with_pipes_and_fds (G_GNUC_UNUSED const char *working_directory,
                                         G_GNUC_UNUSED const char *const *argv,
                                         G_GNUC_UNUSED const char *const *envp,
                                         G_GNUC_UNUSED GSpawnFlags flags,
                                         G_GNUC_UNUSED GSpawnChildSetupFunc child_setup,
                                         G_GNUC_UNUSED gpointer user_data,
                                         G_GNUC_UNUSED int stdin_fd,
                                         G_GNUC_UNUSED int stdout_fd,
                                         G_GNUC_UNUSED int stderr_fd,
                                         G_GNUC_UNUSED const int *source_fds,
                                         G_GNUC_UNUSED const int *target_fds,
                                         G_GNUC_UNUSED gsize n_fds,
                                         GPid *child_pid_out,
                                         G_GNUC_UNUSED int *stdin_pipe_out,
                                         int *stdout_pipe_out,
                                         G_GNUC_UNUSED int *stderr_pipe_out,
                                         G_GNUC_UNUSED GError **error)
{
  *child_pid_out = 0;
  *stdout_pipe_out = open (stream, O_RDONLY | O_CLOEXEC);
  g_assert_cmpint (*stdout_pipe_out, >=, 0);
  return TRUE;
}

/* All samples are there. */
static void
check_samples (const BrgDicomImage *image, const guint8 *samples, int bits)
{
  gsize n = (gsize) image->rows * (gsize) image->columns * (gsize) image->n_frames;
  guint sum = 0;

  g_assert_true (bits == 8 || bits == 16);
  for (gsize s = 0; s < n * (gsize) bits / 8; s++)
    sum += samples[s];
  g_assert_cmpuint (sum, <=, 255 * n * 2);
}

static void
check_error (const GError *error)
{
  g_assert_nonnull (error);
  g_assert_true (g_str_has_prefix (error->message, "slice.dcm: "));
  for (const char *c = error->message; *c != '\0'; c++)
    g_assert_true (g_ascii_isprint (*c));
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  static const char *const paths[MAX_FILES] = { "slice.dcm", "slice.dcm", "slice.dcm",
                                                "slice.dcm" };
  guint n_files = 1 + fuzz_take (&bytes, &size, 1) % MAX_FILES;
  BrgDicomImage image = { .columns = 1 + (int) fuzz_take (&bytes, &size, 1),
                          .rows = 1 + (int) fuzz_take (&bytes, &size, 1),
                          .n_frames = 1 + (int) fuzz_take (&bytes, &size, 1) };
  g_autofree char *path = fuzz_write ("stream", bytes, size);
  const guint8 *samples;
  int bits;

  stream = path;
  g_autoptr (BrgDecoder) decoder = _brg_decoder_new (paths, n_files, 1, NULL);
  g_assert_nonnull (decoder);
  for (guint f = 0; f < n_files; f++)
    {
      g_autoptr (GError) error = NULL;
      if (_brg_decoder_next (decoder, &image, &samples, &bits, NULL, &error))
        check_samples (&image, samples, bits);
      else
        check_error (error);
    }
  return 0;
}
