#pragma once

#include "io/brg-image-content.h"

/* Pictures of the labels of a file, to choose by: each as it is seen from the front, the patient's
 * left on the right, superior on top, the nearer the brighter, with black around it. All have the
 * same frame, the whole grid fitted into a square of size_px x size_px greys with its true
 * proportions; that of content->labels[l] begins at greys[l * size_px * size_px]. The file is read
 * once. On failure what is drawn is undefined. Any thread. */
BrgStatus brg_image_draw_fronts (const char *path,
                                 const BrgImageContent *content,
                                 int size_px,
                                 uint8_t *greys,
                                 BrgJob *job,
                                 BrgError *error);
