#include "io/brg-dicom.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "engine/brg-alloc.h"
#include "io/brg-dicom-kinds.h"
#include "io/brg-dicom-syntax.h"
#include "io/brg-dicom-value.h"
#include "io/brg-dicom-walk.h"

#define SHARED_GROUPS     BRG_DICOM_TAG (0x5200, 0x9229)
#define PER_FRAME_GROUPS  BRG_DICOM_TAG (0x5200, 0x9230)
#define PLANE_POSITION    BRG_DICOM_TAG (0x0020, 0x9113)
#define PLANE_ORIENTATION BRG_DICOM_TAG (0x0020, 0x9116)
#define PIXEL_MEASURES    BRG_DICOM_TAG (0x0028, 0x9110)
#define PIXEL_VALUES      BRG_DICOM_TAG (0x0028, 0x9145)
#define FRAME_CONTENT     BRG_DICOM_TAG (0x0020, 0x9111)

#define UNIT_TOLERANCE 0.01

typedef enum
{
  TEXT,
  INTEGER, /* as text */
  SHORT,   /* as an unsigned short */
  REAL,    /* as text */
} FieldKind;

/* An element of the data set or the meta header, and where its value goes. */
typedef struct
{
  uint32_t tag;
  FieldKind kind;
  const char *name;
  size_t offset, size; /* in BrgDicomImage */
} Field;

#define FIELD(group, element, kind, name, field)                                                   \
  {                                                                                                \
    BRG_DICOM_TAG (0x##group, 0x##element), kind, name, offsetof (BrgDicomImage, field),           \
      sizeof ((BrgDicomImage *) NULL)->field                                                       \
  }

static const Field fields[] = {
  FIELD (0002, 0002, TEXT, "media storage SOP class", sop_class),
  FIELD (0002, 0010, TEXT, "transfer syntax", syntax),
  FIELD (0008, 0008, TEXT, "image type", image_type),
  FIELD (0008, 0016, TEXT, "SOP class", sop_class),
  FIELD (0008, 0018, TEXT, "SOP instance", instance_uid),
  FIELD (0008, 0060, TEXT, "modality", modality),
  FIELD (0008, 103e, TEXT, "series description", description),
  FIELD (0018, 1120, REAL, "gantry tilt", tilt_deg),
  FIELD (0018, 5100, TEXT, "patient position", patient_position),
  FIELD (0020, 000e, TEXT, "series", series_uid),
  FIELD (0020, 0011, INTEGER, "series number", series_number),
  FIELD (0020, 0013, INTEGER, "instance number", instance_number),
  FIELD (0028, 0002, SHORT, "samples per pixel", n_samples),
  FIELD (0028, 0004, TEXT, "photometric interpretation", photometric),
  FIELD (0028, 0008, INTEGER, "number of frames", n_frames),
  FIELD (0028, 0010, SHORT, "rows", rows),
  FIELD (0028, 0011, SHORT, "columns", columns),
  FIELD (0028, 0100, SHORT, "bits allocated", bits_allocated),
  FIELD (0028, 0101, SHORT, "bits stored", bits_stored),
  FIELD (0028, 0102, SHORT, "high bit", high_bit),
  FIELD (0028, 0103, SHORT, "pixel representation", is_signed),
  FIELD (0028, 0120, SHORT, "padding value", padding),
  FIELD (0028, 0121, SHORT, "padding limit", padding_limit),
  FIELD (0028, 2110, TEXT, "lossy compression", lossy),
};

/* What is said of a plane: in the data set, or in the functional groups of a multi-frame image. */
typedef struct
{
  uint32_t tag;
  uint32_t group; /* the sequence it is in when it is in functional groups */
  const char *name;
  bool (*take) (BrgDicomPlane *plane, const BrgDicomValue *value); /* false: it is not sound */
} PlaneField;

typedef struct
{
  BrgDicomImage *image;
  BrgDicomPatient *patient;
} Reading;

static bool
take_position (BrgDicomPlane *plane, const BrgDicomValue *value)
{
  double numbers[3];

  if (!brg_dicom_value_reals (value, numbers, 3))
    return false;
  plane->position = brg_vec3 (numbers[0], numbers[1], numbers[2]);
  plane->has_position = true;
  return true;
}

static bool
take_orientation (BrgDicomPlane *plane, const BrgDicomValue *value)
{
  double numbers[6];

  if (!brg_dicom_value_reals (value, numbers, 6))
    return false;
  plane->along_row = brg_vec3 (numbers[0], numbers[1], numbers[2]);
  plane->down = brg_vec3 (numbers[3], numbers[4], numbers[5]);
  plane->has_orientation = true;
  return fabs (brg_vec3_length (plane->along_row) - 1) < UNIT_TOLERANCE &&
         fabs (brg_vec3_length (plane->down) - 1) < UNIT_TOLERANCE &&
         fabs (brg_vec3_dot (plane->along_row, plane->down)) < UNIT_TOLERANCE;
}

static bool
take_spacing (BrgDicomPlane *plane, const BrgDicomValue *value)
{
  double numbers[2];

  if (!brg_dicom_value_reals (value, numbers, 2))
    return false;
  plane->row_mm = numbers[0];
  plane->column_mm = numbers[1];
  plane->has_spacing = true;
  return numbers[0] > 0 && numbers[1] > 0;
}

static bool
take_slope (BrgDicomPlane *plane, const BrgDicomValue *value)
{
  return brg_dicom_value_reals (value, &plane->slope, 1) && fabs (plane->slope) > 0;
}

static bool
take_intercept (BrgDicomPlane *plane, const BrgDicomValue *value)
{
  return brg_dicom_value_reals (value, &plane->intercept, 1);
}

static bool
take_stack (BrgDicomPlane *plane, const BrgDicomValue *value)
{
  plane->stack = brg_dicom_value_hash (value);
  return true;
}

static bool
take_phase (BrgDicomPlane *plane, const BrgDicomValue *value)
{
  return brg_dicom_value_u32 (value, &plane->phase);
}

static const PlaneField plane_fields[] = {
  { BRG_DICOM_TAG (0x0020, 0x0032), PLANE_POSITION, "image position", take_position },
  { BRG_DICOM_TAG (0x0020, 0x0037), PLANE_ORIENTATION, "image orientation", take_orientation },
  { BRG_DICOM_TAG (0x0020, 0x9056), FRAME_CONTENT, "stack", take_stack },
  { BRG_DICOM_TAG (0x0020, 0x9128), FRAME_CONTENT, "temporal position", take_phase },
  { BRG_DICOM_TAG (0x0028, 0x0030), PIXEL_MEASURES, "pixel spacing", take_spacing },
  { BRG_DICOM_TAG (0x0028, 0x1052), PIXEL_VALUES, "rescale intercept", take_intercept },
  { BRG_DICOM_TAG (0x0028, 0x1053), PIXEL_VALUES, "rescale slope", take_slope },
};

#define PATIENT_NAME BRG_DICOM_TAG (0x0010, 0x0010)
#define PATIENT_ID   BRG_DICOM_TAG (0x0010, 0x0020)

static const Field *
find_field (uint32_t tag)
{
  for (size_t f = 0; f < sizeof fields / sizeof *fields; f++)
    if (fields[f].tag == tag)
      return &fields[f];
  return NULL;
}

/* The plane's number with this tag at this place; NULL for none. */
static const PlaneField *
find_plane_field (uint32_t tag, const BrgDicomPlace *place)
{
  bool is_in_groups = place->outer == SHARED_GROUPS || place->outer == PER_FRAME_GROUPS;

  for (size_t f = 0; f < sizeof plane_fields / sizeof *plane_fields; f++)
    if (plane_fields[f].tag == tag &&
        (place->outer == 0 || (is_in_groups && place->inner == plane_fields[f].group)))
      return &plane_fields[f];
  return NULL;
}

static bool
wants (uint32_t tag, const BrgDicomPlace *place)
{
  bool is_of_patient = tag == PATIENT_NAME || tag == PATIENT_ID;

  return find_plane_field (tag, place) != NULL ||
         (place->outer == 0 && (is_of_patient || find_field (tag) != NULL));
}

static bool
enters (uint32_t tag, const BrgDicomPlace *place)
{
  if (place->outer == 0)
    return tag == SHARED_GROUPS || tag == PER_FRAME_GROUPS;
  return (place->outer == SHARED_GROUPS || place->outer == PER_FRAME_GROUPS) &&
         (tag == PLANE_POSITION || tag == PLANE_ORIENTATION || tag == PIXEL_MEASURES ||
          tag == PIXEL_VALUES || tag == FRAME_CONTENT);
}

static BrgStatus
fail (BrgError *error, const char *name, uint32_t tag)
{
  return brg_error_set (error, BRG_FORMAT, "has no sound %s (%04x,%04x)", name, tag >> 16,
                        tag & 0xffff);
}

/* The plane that functional groups are about now: the one that is common to all, or one of a frame,
 * for which there is room from the first such group on. */
static BrgStatus
find_plane (Reading *reading, const BrgDicomPlace *place, BrgDicomPlane **plane, BrgError *error)
{
  BrgDicomImage *image = reading->image;
  int frame = place->n_outer_items - 1;

  *plane = &image->plane;
  if (place->outer != PER_FRAME_GROUPS)
    return BRG_OK;
  if (image->n_frames < 1 || image->n_frames > BRG_DICOM_MAX_FRAMES || frame < 0 ||
      frame >= image->n_frames)
    return brg_error_set (error, BRG_FORMAT, "describes frame %d of %d", frame + 1,
                          image->n_frames);
  if (image->planes == NULL)
    {
      image->planes = brg_alloc ((size_t) image->n_frames, sizeof *image->planes, error);
      if (image->planes == NULL)
        return BRG_NO_MEMORY;
      for (int f = 0; f < image->n_frames; f++)
        image->planes[f] = image->plane;
    }
  *plane = &image->planes[frame];
  return BRG_OK;
}

static BrgStatus
visit_plane (Reading *reading,
             const PlaneField *field,
             const BrgDicomPlace *place,
             const BrgDicomValue *value,
             BrgError *error)
{
  BrgDicomPlane *plane;
  BrgStatus status = find_plane (reading, place, &plane, error);

  if (status != BRG_OK || value->size == 0)
    return status;
  if (!field->take (plane, value))
    return fail (error, field->name, field->tag);
  return BRG_OK;
}

static BrgStatus
visit_field (BrgDicomImage *image, const Field *field, const BrgDicomValue *value, BrgError *error)
{
  void *to = (char *) image + field->offset;
  uint32_t number = 0;
  bool is_sound = true;

  if (field->kind == TEXT)
    brg_dicom_value_text (value, to, field->size);
  else if (value->size == 0)
    return BRG_OK;
  else if (field->kind == INTEGER)
    is_sound = brg_dicom_value_int (value, to);
  else if (field->kind == REAL)
    is_sound = brg_dicom_value_reals (value, to, 1);
  else if ((is_sound = brg_dicom_value_u16 (value, &number)))
    *(int32_t *) to = (int32_t) number;
  return is_sound ? BRG_OK : fail (error, field->name, field->tag);
}

static BrgStatus
visit (void *data,
       uint32_t tag,
       const BrgDicomPlace *place,
       const uint8_t *bytes,
       size_t size,
       bool swapped,
       BrgError *error)
{
  Reading *reading = data;
  BrgDicomValue value = { bytes, size, swapped };
  const PlaneField *plane_field = find_plane_field (tag, place);

  if (plane_field != NULL)
    return visit_plane (reading, plane_field, place, &value, error);
  if (tag != PATIENT_NAME && tag != PATIENT_ID)
    return visit_field (reading->image, find_field (tag), &value, error);
  if (reading->patient == NULL)
    return BRG_OK;
  if (tag == PATIENT_NAME)
    brg_dicom_value_text (&value, reading->patient->name, sizeof reading->patient->name);
  else
    brg_dicom_value_text (&value, reading->patient->id, sizeof reading->patient->id);
  return BRG_OK;
}

static void
count (void *data, uint32_t tag, const char *vr, const BrgDicomPlace *place)
{
  Reading *reading = data;
  BrgDataKind kind = brg_dicom_kind (tag, vr, place);

  if (kind != BRG_DATA_N_KINDS)
    reading->image->held.n[kind]++;
}

static const BrgDicomVisitor visitor = { wants, enters, count, visit };

/* How the data set is coded. Files without a meta header say nothing: two letters where explicit
 * coding has a value representation mean that. */
static BrgDicomCoding
coding_of (const BrgStream *stream, BrgDicomImage *image)
{
  uint8_t start[6] = { 0 };

  if (image->syntax[0] == '\0' && brg_stream_left (stream) >= sizeof start &&
      brg_stream_read_at (stream, 0, start, sizeof start, NULL) == BRG_OK)
    {
      bool is_explicit = start[4] >= 'A' && start[4] <= 'Z' && start[5] >= 'A' && start[5] <= 'Z';
      strcpy (image->syntax, is_explicit ? BRG_DICOM_EXPLICIT : BRG_DICOM_IMPLICIT);
    }
  return brg_dicom_syntax_coding (image->syntax);
}

bool
brg_dicom_begins (const uint8_t *bytes, size_t n)
{
  bool is_of_first_group = n >= 8 && (bytes[0] == 2 || bytes[0] == 8) && bytes[1] == 0;

  return is_of_first_group || (n >= 132 && memcmp (bytes + 128, "DICM", 4) == 0);
}

static int32_t
sign_extended (int32_t value, const BrgDicomImage *image)
{
  return image->is_signed && value != BRG_DICOM_NO_PADDING ? (int16_t) value : value;
}

static BrgStatus
check_samples (const BrgDicomImage *image, BrgError *error)
{
  if (image->rows < 1 || image->columns < 1 || image->n_samples < 1)
    return brg_error_set (error, BRG_FORMAT, "has an image of %d x %d x %d samples", image->columns,
                          image->rows, image->n_samples);
  if (image->n_frames < 1 || image->n_frames > BRG_DICOM_MAX_FRAMES)
    return brg_error_set (error, BRG_FORMAT, "has %d frames", image->n_frames);
  if (image->bits_allocated != 8 && image->bits_allocated != 16)
    return brg_error_set (error, BRG_FORMAT, "has samples of %d bits, not 8 or 16",
                          image->bits_allocated);
  if (image->bits_stored < 1 || image->bits_stored > image->bits_allocated ||
      image->high_bit >= image->bits_allocated || image->high_bit < image->bits_stored - 1)
    return brg_error_set (error, BRG_FORMAT, "stores %d bits up to bit %d in %d",
                          image->bits_stored, image->high_bit, image->bits_allocated);
  return BRG_OK;
}

/* Native pixels are all in the file. */
static BrgStatus
check_pixels (BrgDicomImage *image, const BrgDicomPixels *pixels, uint64_t left, BrgError *error)
{
  uint64_t need = (uint64_t) image->rows * (uint64_t) image->columns * (uint64_t) image->n_samples *
                  (uint64_t) image->n_frames * (uint64_t) (image->bits_allocated / 8);
  const BrgDicomSyntax *syntax = brg_dicom_syntax_find (image->syntax);

  image->is_encapsulated = pixels->length == BRG_DICOM_UNDEFINED;
  image->is_big_endian = brg_dicom_syntax_coding (image->syntax).is_big_endian;
  image->pixel_offset = pixels->offset;
  image->pixel_bytes = need;
  if (syntax != NULL && syntax->codec != BRG_DICOM_UNKNOWN &&
      image->is_encapsulated != (syntax->codec == BRG_DICOM_ENCAPSULATED))
    return brg_error_set (error, BRG_FORMAT, "has pixels that are not %s, as it says",
                          syntax->name);
  if (image->is_encapsulated)
    return BRG_OK;
  if (pixels->length < need || left < need)
    return brg_error_set (error, BRG_FORMAT, "has %llu bytes of pixels, needs %llu",
                          (unsigned long long) (left < pixels->length ? left : pixels->length),
                          (unsigned long long) need);
  if (left < pixels->length)
    return brg_error_set (error, BRG_FORMAT, "says that it has %u bytes of pixels, has %llu",
                          pixels->length, (unsigned long long) left);
  return BRG_OK;
}

/* A data set that is deflated as a whole is inflated from here on (PS3.5, A.5). */
static BrgStatus
start_inflating (BrgDicomImage *image, BrgStream *stream, BrgError *error)
{
  const char *name;

  if (brg_dicom_codec (image->syntax, &name) != BRG_DICOM_DEFLATED)
    return BRG_OK;
  image->deflated_offset = brg_stream_size (stream) - brg_stream_left (stream);
  return brg_stream_start_deflate (stream, BRG_DICOM_MAX_INFLATED, &image->inflated_bytes, error);
}

static BrgStatus
read_stream (Reading *reading, BrgStream *stream, BrgError *error)
{
  BrgDicomImage *image = reading->image;
  BrgDicomPixels pixels;
  bool is_dicom;
  BrgStatus status = brg_dicom_walk_meta (stream, &visitor, reading, &is_dicom, error);

  if (status != BRG_OK)
    return status;
  if (!is_dicom)
    return brg_error_set (error, BRG_UNSUPPORTED, "is no DICOM file");
  bool has_meta = image->syntax[0] != '\0';
  BrgDicomCoding coding = coding_of (stream, image);
  status = start_inflating (image, stream, error);
  if (status == BRG_OK)
    status = brg_dicom_walk_data (stream, coding, &visitor, reading, &pixels, error);
  if (status == BRG_FORMAT && !has_meta && image->series_uid[0] == '\0')
    return brg_error_set (error, BRG_UNSUPPORTED, "is no DICOM file");
  image->has_pixels = status == BRG_OK && pixels.is_there;
  if (status != BRG_OK || !image->has_pixels)
    return status;
  image->padding = sign_extended (image->padding, image);
  image->padding_limit = sign_extended (image->padding_limit, image);
  status = check_samples (image, error);
  return status == BRG_OK ? check_pixels (image, &pixels, brg_stream_left (stream), error) : status;
}

BrgStatus
brg_dicom_read (const char *path, BrgDicomImage *image, BrgDicomPatient *patient, BrgError *error)
{
  BrgFilePart whole = brg_file_whole (path);

  return brg_dicom_read_part (&whole, image, patient, error);
}

BrgStatus
brg_dicom_read_part (const BrgFilePart *part,
                     BrgDicomImage *image,
                     BrgDicomPatient *patient,
                     BrgError *error)
{
  Reading reading = { .image = image, .patient = patient };
  BrgStream *stream = brg_stream_open_part (part, error);

  if (stream == NULL)
    return BRG_IO;
  *image = (BrgDicomImage){ .n_samples = 1,
                            .n_frames = 1,
                            .tilt_deg = NAN,
                            .plane.slope = 1,
                            .padding = BRG_DICOM_NO_PADDING,
                            .padding_limit = BRG_DICOM_NO_PADDING };
  if (patient != NULL)
    *patient = (BrgDicomPatient){ 0 };
  BrgStatus status = read_stream (&reading, stream, error);
  brg_stream_close (stream);
  brg_wipe_stack ();
  if (status == BRG_OK)
    return BRG_OK;
  brg_dicom_image_clear (image);
  image->has_pixels = false;
  return status;
}

void
brg_dicom_image_clear (BrgDicomImage *image)
{
  brg_free (image->planes);
  image->planes = NULL;
}

const BrgDicomPlane *
brg_dicom_plane (const BrgDicomImage *image, int frame)
{
  return image->planes != NULL ? &image->planes[frame] : &image->plane;
}
