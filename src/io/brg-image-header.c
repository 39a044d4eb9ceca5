#include "io/brg-image-header.h"

#include <stdarg.h>
#include <stdio.h>

#include "engine/brg-alloc.h"

static const struct
{
  const char *name;
  size_t size;
} types[] = {
  [BRG_IMAGE_INT8] = { "int8", 1 },   [BRG_IMAGE_UINT8] = { "uint8", 1 },
  [BRG_IMAGE_INT16] = { "int16", 2 }, [BRG_IMAGE_UINT16] = { "uint16", 2 },
  [BRG_IMAGE_INT32] = { "int32", 4 }, [BRG_IMAGE_UINT32] = { "uint32", 4 },
  [BRG_IMAGE_INT64] = { "int64", 8 }, [BRG_IMAGE_UINT64] = { "uint64", 8 },
  [BRG_IMAGE_FLOAT] = { "float", 4 }, [BRG_IMAGE_DOUBLE] = { "double", 8 },
};

void
brg_image_header_clear (BrgImageHeader *header)
{
  brg_free (header->files);
  brg_image_text_clear (&header->text);
  *header = (BrgImageHeader){ 0 };
}

size_t
brg_image_type_size (BrgImageType type)
{
  return types[type].size;
}

const char *
brg_image_type_name (BrgImageType type)
{
  return types[type].name;
}

const char *
brg_image_encoding_name (BrgImageEncoding encoding)
{
  static const char *const names[] = {
    [BRG_IMAGE_RAW] = "raw",   [BRG_IMAGE_GZIP] = "gzip", [BRG_IMAGE_ZLIB] = "zlib",
    [BRG_IMAGE_TEXT] = "text", [BRG_IMAGE_HEX] = "hex",
  };

  return names[encoding];
}

uint64_t
brg_image_header_n_samples (const BrgImageHeader *header)
{
  return (uint64_t) brg_grid_n_voxels (&header->grid) * (uint64_t) header->n_list;
}

void
brg_image_warn (BrgImageInfo *info, const char *format, ...)
{
  va_list args;

  if (info->n_warnings == BRG_IMAGE_MAX_WARNINGS)
    return;
  va_start (args, format);
  vsnprintf (info->warnings[info->n_warnings++], sizeof info->warnings[0], format, args);
  va_end (args);
}
