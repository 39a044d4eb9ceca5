#pragma once

#include "engine/brg-job.h"
#include "io/brg-image-samples.h"

/* Private to the readers of images: the samples of a file in parts that several threads read at
 * once. Such are raw files, and gzip files with the index that our writer gives them. Nothing an
 * index says is believed: every part must inflate to exactly its size and all together must have
 * the checksum of the file, or else the file is read from its beginning as any other. */
typedef struct
{
  const BrgStream *stream;
  uint64_t n_bytes;   /* of all samples */
  size_t part_bytes;  /* of every part but the last */
  int n_parts;        /* 0 when the file has none */
  uint64_t *offsets;  /* n_parts + 1 places in the gzip stream, or NULL for raw */
  uint32_t *crcs;     /* of the parts, once they are read */
  size_t sample_size; /* of samples in the other byte order, else 1 */
} BrgImageParts;

/* Finds the parts, whole rows of `row_bytes` each; none is no error. `samples` is as it was opened
 * and stays borrowed. BRG_NO_MEMORY only. */
BrgStatus brg_image_parts_open (BrgImageParts *parts,
                                const BrgImageSamples *samples,
                                const BrgImageHeader *header,
                                size_t row_bytes,
                                BrgError *error);

void brg_image_parts_close (BrgImageParts *parts);

/* Size of part `index`. */
size_t brg_image_parts_size (const BrgImageParts *parts, int index);

/* Reads part `index` into `out`, in the machine's byte order. From any thread, each part once. */
BrgStatus brg_image_parts_read (const BrgImageParts *parts,
                                int index,
                                uint8_t *out,
                                BrgPool *pool,
                                BrgError *error);

/* After all parts: true when they are what the file says they are. */
bool brg_image_parts_agree (const BrgImageParts *parts);
