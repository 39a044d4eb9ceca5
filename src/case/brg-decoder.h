#pragma once

#include <gio/gio.h>

#include "engine/brg-job.h"
#include "io/brg-dicom.h"

G_BEGIN_DECLS

/* The pixels of compressed DICOM files, decoded by `bregma-dicom`: a program of its own, so that a
 * file that makes a decoder crash, hang or talk nonsense is a message and no more. What it says is
 * not believed: sizes must be those of the header, bytes are counted, and it is given up when it
 * says nothing for some seconds. */

#define BRG_DECODER_PATIENCE_S 20

typedef struct BrgDecoder BrgDecoder;

/* A file and what messages call it: the last part of `name`. */
typedef struct
{
  const char *name;
  BrgFilePart part;
} BrgDecoderFile;

/* Starts it on the files `paths` [n], to be taken in this order: the program that the environment
 * names (BREGMA_DICOM), the installed one, or the one of the build tree. NULL and `error` when it
 * cannot be started. Used by one thread at a time. */
BrgDecoder *_brg_decoder_new (const char *const *paths, guint n, guint patience_s, GError **error);

/* The same on parts of files. A path "/proc/self/fd/N" stands for an open file of this process,
 * which the program inherits; all parts are then to be in the same. */
BrgDecoder *
_brg_decoder_new_for_parts (const BrgDecoderFile *files, guint n, guint patience_s, GError **error);

/* The samples of all frames of the next file, of which `image` is the header: rows * columns *
 * frames * *bits / 8 bytes, little endian, valid until the next call. *bits is 8 or 16. FALSE and
 * `error` when the file cannot be decoded; later files then still can, unless the program is gone.
 */
gboolean _brg_decoder_next (BrgDecoder *self,
                            const BrgDicomImage *image,
                            const guint8 **samples,
                            int *bits,
                            BrgJob *job,
                            GError **error);

void _brg_decoder_free (BrgDecoder *self); /* kills it; NULL allowed */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BrgDecoder, _brg_decoder_free)

G_END_DECLS
