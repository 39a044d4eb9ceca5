#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/brg-stream.h"

/* Private to the PLY reader: a header understood and checked. */

typedef enum
{
  BRG_PLY_INT8,
  BRG_PLY_UINT8,
  BRG_PLY_INT16,
  BRG_PLY_UINT16,
  BRG_PLY_INT32,
  BRG_PLY_UINT32,
  BRG_PLY_FLOAT,
  BRG_PLY_DOUBLE,
} BrgPlyType;

typedef enum
{
  BRG_PLY_TEXT,
  BRG_PLY_LITTLE,
  BRG_PLY_BIG,
} BrgPlyFormat;

/* What a property is to us. */
typedef enum
{
  BRG_PLY_X, /* of a vertex, as are the next two */
  BRG_PLY_Y,
  BRG_PLY_Z,
  BRG_PLY_CORNERS, /* of a face */
  BRG_PLY_OTHER,
} BrgPlyUse;

typedef struct
{
  BrgPlyType type;       /* of the value, or of every value of a list */
  BrgPlyType count_type; /* of a list: an integer type */
  bool is_list;
  BrgPlyUse use;
} BrgPlyProperty;

#define BRG_PLY_MAX_ELEMENTS   16
#define BRG_PLY_MAX_PROPERTIES 128

typedef struct
{
  uint64_t count;
  int first, n; /* its properties */
  bool is_vertex, is_face;
} BrgPlyElement;

typedef struct
{
  BrgPlyFormat format;
  BrgPlyElement elements[BRG_PLY_MAX_ELEMENTS];
  BrgPlyProperty properties[BRG_PLY_MAX_PROPERTIES];
  int n_elements, n_properties;
  bool ras; /* a comment says SPACE=RAS */
} BrgPlyHeader;

/* Reads the header at the start of `stream` and checks that the rest of the file can hold what it
 * declares. There is one element of vertices, with x, y and z, and at most one of faces. */
BrgStatus brg_ply_header_read (BrgStream *stream, BrgPlyHeader *header, BrgError *error);

/* Bytes of a value. */
size_t brg_ply_type_size (BrgPlyType type);
