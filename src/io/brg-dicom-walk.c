#include "io/brg-dicom-walk.h"

#include <string.h>

#include "engine/brg-alloc.h"

#define PREAMBLE_SIZE 128
#define MAGIC         "DICM"
#define META_GROUP    0x0002u
#define FIRST_GROUP   0x0008u /* of a data set without a meta header */
#define TAG_SIZE      4
#define ITEM          BRG_DICOM_TAG (0xfffe, 0xe000)
#define ITEM_END      BRG_DICOM_TAG (0xfffe, 0xe00d)
#define SEQUENCE_END  BRG_DICOM_TAG (0xfffe, 0xe0dd)

/* A sequence, which holds items, or an item, which holds elements. */
typedef struct
{
  uint64_t end; /* offset in the file; UINT64_MAX: up to its delimiter */
  bool is_sequence;
  bool is_fragments; /* its items hold bytes instead, as those of coded pixels do */
  bool is_implicit;
  uint32_t tag; /* of the sequence */
} Level;

typedef struct
{
  BrgStream *stream;
  const BrgDicomVisitor *visitor;
  void *data;
  bool is_big_endian;
  uint64_t size;
  BrgDicomPlace place;
  int n_levels; /* the data set itself is the first */
  Level levels[BRG_DICOM_MAX_DEPTH + 1];
} Walk;

typedef struct
{
  uint32_t tag;
  char vr[2]; /* of implicit coding: 0 */
  uint32_t length;
} Element;

static uint64_t
offset_of (const Walk *walk)
{
  return walk->size - brg_stream_left (walk->stream);
}

static uint32_t
get_u16 (const Walk *walk, const uint8_t *bytes)
{
  return walk->is_big_endian ? (uint32_t) bytes[0] << 8 | bytes[1]
                             : (uint32_t) bytes[1] << 8 | bytes[0];
}

static uint32_t
get_u32 (const Walk *walk, const uint8_t *bytes)
{
  uint32_t first = get_u16 (walk, bytes), second = get_u16 (walk, bytes + 2);

  return walk->is_big_endian ? first << 16 | second : second << 16 | first;
}

static bool
vr_is (const Element *element, const char *vr)
{
  return memcmp (element->vr, vr, 2) == 0;
}

/* One of the pairs of letters in `list`. */
static bool
vr_is_in (const Element *element, const char *list)
{
  for (; *list != '\0'; list += 2)
    if (vr_is (element, list))
      return true;
  return false;
}

/* Reads tag, value representation and length (PS3.5, 7.1). */
static BrgStatus
read_element (Walk *walk, bool is_implicit, Element *element, BrgError *error)
{
  static const char long_vrs[] = "OBODOFOLOVOWSQSVUCUNURUTUV";
  static const char short_vrs[] = "AEASATCSDADSDTFDFLISLOLTPNSHSLSSSTTMUIULUS";
  uint8_t bytes[8];

  *element = (Element){ 0 };
  BrgStatus status = brg_stream_read (walk->stream, bytes, sizeof bytes, error);
  if (status != BRG_OK)
    return status;
  element->tag = BRG_DICOM_TAG (get_u16 (walk, bytes), get_u16 (walk, bytes + 2));
  element->length = get_u32 (walk, bytes + TAG_SIZE);
  if (is_implicit || element->tag >> 16 == ITEM >> 16)
    return BRG_OK;
  memcpy (element->vr, bytes + TAG_SIZE, sizeof element->vr);
  element->length = get_u16 (walk, bytes + 6);
  if (vr_is_in (element, short_vrs))
    return BRG_OK;
  if (!vr_is_in (element, long_vrs))
    return brg_error_set (error, BRG_FORMAT,
                          "element (%04x,%04x) has an unknown value representation",
                          element->tag >> 16, element->tag & 0xffff);
  status = brg_stream_read (walk->stream, bytes, TAG_SIZE, error);
  element->length = status == BRG_OK ? get_u32 (walk, bytes) : 0;
  return status;
}

static Level *
top_of (Walk *walk)
{
  return &walk->levels[walk->n_levels - 1];
}

/* True for an element without a length that is cut in pieces (PS3.5, A.4): pixels, of an icon in a
 * sequence too, or what is private. */
static bool
holds_bytes (const Element *element)
{
  return vr_is (element, "OB") || vr_is (element, "OW");
}

static BrgStatus
push (Walk *walk, const Element *element, bool is_sequence, bool is_implicit, BrgError *error)
{
  uint64_t end =
    element->length == BRG_DICOM_UNDEFINED ? UINT64_MAX : offset_of (walk) + element->length;

  if (walk->n_levels > BRG_DICOM_MAX_DEPTH)
    return brg_error_set (error, BRG_FORMAT, "has sequences nested deeper than %d",
                          BRG_DICOM_MAX_DEPTH);
  uint32_t tag = is_sequence ? element->tag : top_of (walk)->tag;
  walk->levels[walk->n_levels++] = (Level){ .end = end,
                                            .is_sequence = is_sequence,
                                            .is_fragments = is_sequence && holds_bytes (element),
                                            .is_implicit = is_implicit,
                                            .tag = tag };
  walk->place.inner = tag;
  if (is_sequence && walk->n_levels == 2)
    walk->place = (BrgDicomPlace){ .outer = tag, .inner = tag };
  if (!is_sequence && walk->n_levels == 3)
    walk->place.n_outer_items++;
  return BRG_OK;
}

static void
pop (Walk *walk)
{
  walk->n_levels--;
  walk->place.inner = top_of (walk)->tag;
  if (walk->n_levels == 1)
    walk->place = (BrgDicomPlace){ 0 };
}

/* Leaves what ends here. */
static BrgStatus
leave_ended (Walk *walk, BrgError *error)
{
  while (walk->n_levels > 1 && offset_of (walk) >= top_of (walk)->end)
    {
      if (offset_of (walk) > top_of (walk)->end)
        return brg_error_set (error, BRG_FORMAT, "has an element longer than sequence (%04x,%04x)",
                              top_of (walk)->tag >> 16, top_of (walk)->tag & 0xffff);
      pop (walk);
    }
  return BRG_OK;
}

static BrgStatus
take_value (Walk *walk, const Element *element, BrgError *error)
{
  uint8_t value[BRG_DICOM_MAX_VALUE + 1];
  bool is_wanted =
    element->length <= BRG_DICOM_MAX_VALUE && walk->visitor->wants (element->tag, &walk->place);

  if (element->length > 0)
    walk->visitor->count (walk->data, element->tag, element->vr, &walk->place);
  if (!is_wanted)
    return brg_stream_skip (walk->stream, element->length, error);
  BrgStatus status = brg_stream_read (walk->stream, value, element->length, error);
  if (status != BRG_OK)
    return status;
  value[element->length] = 0;
  status = walk->visitor->visit (walk->data, element->tag, &walk->place, value, element->length,
                                 walk->is_big_endian, error);
  brg_wipe (value, element->length);
  return status;
}

static BrgStatus
skip_fragment (Walk *walk, const Element *element, BrgError *error)
{
  if (element->length > brg_stream_left (walk->stream))
    return brg_error_set (error, BRG_FORMAT, "ends in the middle of a piece of (%04x,%04x)",
                          top_of (walk)->tag >> 16, top_of (walk)->tag & 0xffff);
  return brg_stream_skip (walk->stream, element->length, error);
}

/* What stands between the items of a sequence. */
static BrgStatus
take_item (Walk *walk, const Element *element, BrgError *error)
{
  bool is_open = top_of (walk)->end == UINT64_MAX;

  if (element->tag == ITEM && top_of (walk)->is_fragments)
    return skip_fragment (walk, element, error);
  if (element->tag == ITEM)
    return push (walk, element, false, top_of (walk)->is_implicit, error);
  if (element->tag != SEQUENCE_END || !is_open)
    return brg_error_set (error, BRG_FORMAT, "has (%04x,%04x) where sequence (%04x,%04x) has items",
                          element->tag >> 16, element->tag & 0xffff, top_of (walk)->tag >> 16,
                          top_of (walk)->tag & 0xffff);
  pop (walk);
  return BRG_OK;
}

/* An element of the data set or of an item. Sequences are entered when they have no length, or when
 * the visitor wants something in them. What is unknown (UN) and has no length is implicit (PS3.5,
 * 6.2.2). */
static BrgStatus
take_element (Walk *walk, const Element *element, BrgError *error)
{
  bool is_open = element->length == BRG_DICOM_UNDEFINED, is_sequence = vr_is (element, "SQ");
  bool is_implicit = top_of (walk)->is_implicit || vr_is (element, "UN");

  if (element->tag == ITEM_END && top_of (walk)->end == UINT64_MAX && walk->n_levels > 1)
    {
      pop (walk);
      return BRG_OK;
    }
  if (element->tag >> 16 == ITEM >> 16)
    return brg_error_set (error, BRG_FORMAT, "has (%04x,%04x) outside of a sequence",
                          element->tag >> 16, element->tag & 0xffff);
  if (!is_open && element->length > brg_stream_left (walk->stream))
    return brg_error_set (error, BRG_FORMAT,
                          "ends in the middle of element (%04x,%04x): %u bytes of it, %llu left",
                          element->tag >> 16, element->tag & 0xffff, element->length,
                          (unsigned long long) brg_stream_left (walk->stream));
  if (is_open || ((is_sequence || top_of (walk)->is_implicit) &&
                  walk->visitor->enters (element->tag, &walk->place)))
    return push (walk, element, true, is_implicit, error);
  return take_value (walk, element, error);
}

static BrgStatus
check_open (const Walk *walk, const Element *element, BrgError *error)
{
  bool may_be_open = walk->levels[walk->n_levels - 1].is_implicit || vr_is (element, "SQ") ||
                     vr_is (element, "UN") || holds_bytes (element) || element->tag == ITEM;

  if (element->length != BRG_DICOM_UNDEFINED || may_be_open)
    return BRG_OK;
  return brg_error_set (error, BRG_FORMAT, "has element (%04x,%04x) without a length",
                        element->tag >> 16, element->tag & 0xffff);
}

static Walk
walk_of (BrgStream *stream, BrgDicomCoding coding, const BrgDicomVisitor *visitor, void *data)
{
  Walk walk = { .stream = stream,
                .visitor = visitor,
                .data = data,
                .is_big_endian = coding.is_big_endian,
                .size = brg_stream_left (stream),
                .n_levels = 1 };

  walk.levels[0] = (Level){ .end = UINT64_MAX, .is_implicit = coding.is_implicit };
  return walk;
}

/* One step; *ended at the pixels and at the end of the file. */
static BrgStatus
step (Walk *walk, BrgDicomPixels *pixels, bool *ended, BrgError *error)
{
  Element element;
  BrgStatus status = leave_ended (walk, error);

  *ended = walk->n_levels == 1 && brg_stream_left (walk->stream) == 0;
  if (status != BRG_OK || *ended)
    return status;
  status = read_element (walk, top_of (walk)->is_implicit, &element, error);
  if (status != BRG_OK)
    return status;
  if (walk->n_levels == 1 && element.tag == BRG_DICOM_PIXEL_DATA)
    {
      *pixels = (BrgDicomPixels){ true, offset_of (walk), element.length };
      *ended = true;
      return BRG_OK;
    }
  if (top_of (walk)->is_sequence)
    return take_item (walk, &element, error);
  status = check_open (walk, &element, error);
  return status == BRG_OK ? take_element (walk, &element, error) : status;
}

BrgStatus
brg_dicom_walk_data (BrgStream *stream,
                     BrgDicomCoding coding,
                     const BrgDicomVisitor *visitor,
                     void *data,
                     BrgDicomPixels *pixels,
                     BrgError *error)
{
  uint64_t before = brg_stream_size (stream) - brg_stream_left (stream);
  Walk walk = walk_of (stream, coding, visitor, data);
  BrgStatus status = BRG_OK;
  bool ended = false;

  *pixels = (BrgDicomPixels){ 0 };
  while (status == BRG_OK && !ended)
    status = step (&walk, pixels, &ended, error);
  pixels->offset += before;
  return status;
}

/* Group of the next element, little endian; 0 at the end of the file. */
static uint32_t
next_group (const BrgStream *stream)
{
  uint8_t bytes[2];

  if (brg_stream_left (stream) < sizeof bytes ||
      brg_stream_read_at (stream, 0, bytes, sizeof bytes, NULL) != BRG_OK)
    return 0;
  return (uint32_t) bytes[1] << 8 | bytes[0];
}

BrgStatus
brg_dicom_walk_meta (BrgStream *stream,
                     const BrgDicomVisitor *visitor,
                     void *data,
                     bool *is_dicom,
                     BrgError *error)
{
  char start[PREAMBLE_SIZE + 4];
  BrgStatus status = BRG_OK;
  bool has_preamble = brg_stream_left (stream) >= sizeof start &&
                      brg_stream_read_at (stream, 0, start, sizeof start, NULL) == BRG_OK &&
                      memcmp (start + PREAMBLE_SIZE, MAGIC, 4) == 0;

  if (has_preamble)
    status = brg_stream_skip (stream, sizeof start, error);
  brg_wipe (start, sizeof start); /* writers may put anything before the magic */
  *is_dicom =
    has_preamble || next_group (stream) == META_GROUP || next_group (stream) == FIRST_GROUP;
  Walk walk = walk_of (stream, (BrgDicomCoding){ false, false }, visitor, data);
  while (status == BRG_OK && *is_dicom && next_group (stream) == META_GROUP)
    {
      Element element;
      status = read_element (&walk, false, &element, error);
      if (status == BRG_OK && element.length > brg_stream_left (stream))
        status = brg_error_set (error, BRG_FORMAT, "ends in its meta header");
      if (status == BRG_OK)
        status = take_value (&walk, &element, error);
    }
  return status;
}
