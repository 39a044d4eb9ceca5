#include "dicom-file.h"

#include <gio/gio.h>
#include <string.h>

#define UNDEFINED 0xffffffffu

static void
put_u16 (DicomFile *file, guint value)
{
  const guint8 little[] = { (guint8) value, (guint8) (value >> 8) };
  const guint8 big[] = { (guint8) (value >> 8), (guint8) value };

  g_byte_array_append (file->bytes, file->is_big_endian ? big : little, 2);
}

static void
put_u32 (DicomFile *file, guint32 value)
{
  put_u16 (file, file->is_big_endian ? value >> 16 : value & 0xffff);
  put_u16 (file, file->is_big_endian ? value & 0xffff : value >> 16);
}

static void
put_head (DicomFile *file, guint32 tag, const char *vr, guint32 length)
{
  static const char long_vrs[] = "OB OW SQ UN UT OF OD UC UR";

  put_u16 (file, tag >> 16);
  put_u16 (file, tag & 0xffff);
  if (file->is_implicit || tag >> 16 == 0xfffe)
    {
      put_u32 (file, length);
      return;
    }
  g_byte_array_append (file->bytes, (const guint8 *) vr, 2);
  if (strstr (long_vrs, vr) == NULL)
    {
      put_u16 (file, length);
      return;
    }
  put_u16 (file, 0);
  put_u32 (file, length);
}

void
dicom_bytes (DicomFile *file, guint32 tag, const char *vr, const void *bytes, gsize size)
{
  gboolean is_text = strstr ("OB OW UN UI", vr) == NULL;
  const guint8 pad = is_text ? ' ' : 0;

  put_head (file, tag, vr, (guint32) (size + size % 2));
  g_byte_array_append (file->bytes, bytes, (guint) size);
  if (size % 2 > 0)
    g_byte_array_append (file->bytes, &pad, 1);
}

void
dicom_text (DicomFile *file, guint32 tag, const char *vr, const char *text)
{
  dicom_bytes (file, tag, vr, text, strlen (text));
}

void
dicom_short (DicomFile *file, guint32 tag, guint16 value)
{
  put_head (file, tag, "US", 2);
  put_u16 (file, value);
}

void
dicom_long (DicomFile *file, guint32 tag, guint32 value)
{
  put_head (file, tag, "UL", 4);
  put_u32 (file, value);
}

void
dicom_reals (DicomFile *file, guint32 tag, const double *numbers, guint n)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  for (guint v = 0; v < n; v++)
    g_string_append_printf (text, "%s%s", v > 0 ? "\\" : "",
                            g_ascii_formatd (number, sizeof number, "%.10g", numbers[v]));
  dicom_text (file, tag, "DS", text->str);
}

void
dicom_sequence (DicomFile *file, guint32 tag)
{
  put_head (file, tag, "SQ", UNDEFINED);
}

void
dicom_item (DicomFile *file)
{
  put_head (file, 0xfffee000, "", UNDEFINED);
}

void
dicom_end_item (DicomFile *file)
{
  put_head (file, 0xfffee00d, "", 0);
}

void
dicom_end_sequence (DicomFile *file)
{
  put_head (file, 0xfffee0dd, "", 0);
}

DicomFile
dicom_begin_media (const char *sop_class, const char *syntax)
{
  DicomFile file = { .bytes = g_byte_array_new () };

  g_byte_array_set_size (file.bytes, 128);
  memset (file.bytes->data, 0, 128);
  g_byte_array_append (file.bytes, (const guint8 *) "DICM", 4);
  if (sop_class != NULL)
    dicom_text (&file, 0x00020002, "UI", sop_class);
  dicom_text (&file, 0x00020010, "UI", syntax);
  file.is_implicit = strcmp (syntax, DICOM_IMPLICIT) == 0 || strcmp (syntax, DICOM_PAPYRUS) == 0;
  file.is_big_endian = strcmp (syntax, DICOM_BIG_ENDIAN) == 0;
  return file;
}

DicomFile
dicom_begin (const char *syntax)
{
  return dicom_begin_media (NULL, syntax);
}

/* An element by its text, to be put in order with others. */
typedef struct
{
  guint32 tag;
  const char *vr;
  const char *text;
} Text;

static int
compare_tags (gconstpointer a, gconstpointer b)
{
  guint32 first = ((const Text *) a)->tag, second = ((const Text *) b)->tag;

  return first < second ? -1 : first > second;
}

/* What says who, when and where. */
static void
add_canaries (GArray *texts, const char *canary)
{
  static const Text all[] = {
    { 0x00080020, "DA", NULL }, { 0x00080050, "SH", NULL }, { 0x00080080, "LO", NULL },
    { 0x00080081, "ST", NULL }, { 0x00080090, "PN", NULL }, { 0x00081010, "SH", NULL },
    { 0x00081030, "LO", NULL }, { 0x0008103e, "LO", NULL }, { 0x00081050, "PN", NULL },
    { 0x00090010, "LO", NULL }, { 0x00091001, "UN", NULL }, { 0x00100010, "PN", NULL },
    { 0x00100020, "LO", NULL }, { 0x00100030, "DA", NULL }, { 0x00101040, "LO", NULL },
    { 0x00104000, "LT", NULL }, { 0x00181000, "LO", NULL }, { 0x00181030, "LO", NULL },
    { 0x00204000, "LT", NULL }, { 0x00324000, "LT", NULL }, { 0x00400275, "LO", NULL },
  };

  for (gsize e = 0; canary != NULL && e < G_N_ELEMENTS (all); e++)
    {
      Text text = { all[e].tag, all[e].vr, canary };
      g_array_append_val (texts, text);
    }
}

static const char *
or_else (const char *text, const char *otherwise)
{
  return text != NULL ? text : otherwise;
}

static GArray *
list_texts (const DicomSlice *slice)
{
  GArray *texts = g_array_new (FALSE, FALSE, sizeof (Text));
  const Text fixed[] = {
    { 0x00080008, "CS", or_else (slice->image_type, "ORIGINAL\\PRIMARY\\AXIAL") },
    { 0x00080016, "UI", or_else (slice->sop_class, DICOM_CT) },
    { 0x00080060, "CS", or_else (slice->modality, "CT") },
    { 0x00185100, "CS", or_else (slice->patient_position, "HFS") },
    { 0x0020000e, "UI", or_else (slice->series_uid, "1.2.3") },
  };

  g_array_append_vals (texts, fixed, G_N_ELEMENTS (fixed));
  add_canaries (texts, slice->canary);
  g_array_sort (texts, compare_tags);
  return texts;
}

/* Those with from <= tag < to. */
static void
put_texts (DicomFile *file, const GArray *texts, guint32 from, guint32 to)
{
  for (guint e = 0; e < texts->len; e++)
    {
      const Text *text = &g_array_index (texts, Text, e);
      if (text->tag >= from && text->tag < to)
        dicom_text (file, text->tag, text->vr, text->text);
    }
}

static void
put_number (DicomFile *file, const DicomSlice *slice)
{
  g_autofree char *number = g_strdup_printf ("%d", slice->number);

  dicom_text (file, 0x00200013, "IS", number);
}

static void
put_position (DicomFile *file, const DicomSlice *slice)
{
  dicom_reals (file, 0x00200032, slice->position, 3);
}

static void
put_orientation (DicomFile *file, const DicomSlice *slice)
{
  static const double axial[] = { 1, 0, 0, 0, 1, 0 };
  double size = 0;

  for (int n = 0; n < 6; n++)
    size += slice->orientation[n] * slice->orientation[n];
  dicom_reals (file, 0x00200037, size > 0 ? slice->orientation : axial, 6);
}

static void
put_content (DicomFile *file, const DicomSlice *slice)
{
  if (slice->stack != NULL)
    dicom_text (file, 0x00209056, "SH", slice->stack);
  if (slice->phase > 0)
    dicom_long (file, 0x00209128, slice->phase);
}

static void
put_spacing (DicomFile *file, const DicomSlice *slice)
{
  const double spacing[] = { slice->row_mm, slice->column_mm };

  dicom_reals (file, 0x00280030, spacing, 2);
}

static void
put_rescale (DicomFile *file, const DicomSlice *slice)
{
  const double slope = slice->slope > 0 || slice->slope < 0 ? slice->slope : 1;

  dicom_reals (file, 0x00281052, &slice->intercept, 1);
  dicom_reals (file, 0x00281053, &slope, 1);
}

/* Samples per pixel to columns; with the number of frames where there is more than one. */
static void
put_shape (DicomFile *file, const DicomSlice *slice, guint n_frames)
{
  g_autofree char *number = g_strdup_printf ("%u", n_frames);

  dicom_short (file, 0x00280002, 1);
  dicom_text (file, 0x00280004, "CS", "MONOCHROME2");
  if (n_frames > 1)
    dicom_text (file, 0x00280008, "IS", number);
  dicom_short (file, 0x00280010, (guint16) slice->rows);
  dicom_short (file, 0x00280011, (guint16) slice->columns);
}

static void
put_coding (DicomFile *file, const DicomSlice *slice)
{
  int allocated = slice->bits_allocated > 0 ? slice->bits_allocated : 16;
  int bits = slice->bits_stored > 0 ? slice->bits_stored : allocated;

  dicom_short (file, 0x00280100, (guint16) allocated);
  dicom_short (file, 0x00280101, (guint16) bits);
  dicom_short (file, 0x00280102, (guint16) (slice->high_bit > 0 ? slice->high_bit : bits - 1));
  dicom_short (file, 0x00280103, slice->is_unsigned ? 0 : 1);
  if (slice->has_padding)
    dicom_short (file, 0x00280120, (guint16) slice->padding);
}

/* One fragment behind an empty table of offsets (PS3.5, A.4). */
static void
put_stream (DicomFile *file, const GByteArray *stream)
{
  put_head (file, 0x7fe00010, "OB", UNDEFINED);
  put_head (file, 0xfffee000, "", 0);
  dicom_bytes (file, 0xfffee000, "OB", stream->data, stream->len);
  dicom_end_sequence (file);
}

static void
put_pixels (DicomFile *file, const DicomSlice *slices, guint n_slices)
{
  gsize n = (gsize) slices->rows * (gsize) slices->columns;

  put_head (file, 0x7fe00010, "OW", (guint32) (2 * n * n_slices));
  for (guint f = 0; f < n_slices; f++)
    for (gsize s = 0; s < n; s++)
      put_u16 (file, (guint16) slices[f].samples[s]);
}

void
dicom_deflate (GByteArray *bytes, guint begin)
{
  GZlibCompressor *deflater = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW, 6);
  gsize room = bytes->len + 1024, n_in, n_out;
  g_autofree guint8 *deflated = g_malloc (room);
  GConverterResult result =
    g_converter_convert (G_CONVERTER (deflater), bytes->data + begin, bytes->len - begin, deflated,
                         room, G_CONVERTER_INPUT_AT_END, &n_in, &n_out, NULL);

  g_assert_cmpint (result, ==, G_CONVERTER_FINISHED);
  g_byte_array_set_size (bytes, begin);
  g_byte_array_append (bytes, deflated, (guint) n_out);
  g_object_unref (deflater);
}

DicomSlice
dicom_ramp (int columns, int rows, gint16 *samples)
{
  for (int s = 0; s < columns * rows; s++)
    samples[s] = (gint16) (s * 37 - 300);
  return (DicomSlice){ .columns = columns,
                       .rows = rows,
                       .number = 7,
                       .position = { -10.5, 20, 30.25 },
                       .row_mm = 0.7,
                       .column_mm = 0.5,
                       .intercept = -1024,
                       .samples = samples };
}

GByteArray *
dicom_slice (const DicomSlice *slice)
{
  DicomFile file = dicom_begin (or_else (slice->syntax, DICOM_EXPLICIT));
  guint begin = file.bytes->len;
  g_autoptr (GArray) texts = list_texts (slice);

  put_texts (&file, texts, 0, 0x00200013);
  put_number (&file, slice);
  put_position (&file, slice);
  put_orientation (&file, slice);
  put_texts (&file, texts, 0x00200013, 0x00280000);
  put_shape (&file, slice, 1);
  put_spacing (&file, slice);
  put_coding (&file, slice);
  put_rescale (&file, slice);
  put_texts (&file, texts, 0x00290000, 0x7fe00000);
  if (slice->stream != NULL)
    put_stream (&file, slice->stream);
  else
    put_pixels (&file, slice, 1);
  if (g_strcmp0 (slice->syntax, DICOM_DEFLATED) == 0)
    dicom_deflate (file.bytes, begin);
  return file.bytes;
}

/* A functional group: a sequence of one item. */
static const struct
{
  DicomFrameGroup group;
  guint32 tag;
  void (*put) (DicomFile *file, const DicomSlice *slice);
} frame_groups[] = {
  { DICOM_FRAME_CONTENT, 0x00209111, put_content },
  { DICOM_FRAME_POSITION, 0x00209113, put_position },
  { DICOM_FRAME_ORIENTATION, 0x00209116, put_orientation },
  { DICOM_FRAME_SPACING, 0x00289110, put_spacing },
  { DICOM_FRAME_RESCALE, 0x00289145, put_rescale },
};

static void
put_groups (DicomFile *file, const DicomSlice *slice, guint groups)
{
  dicom_item (file);
  for (gsize g = 0; g < G_N_ELEMENTS (frame_groups); g++)
    if ((groups & frame_groups[g].group) > 0)
      {
        dicom_sequence (file, frame_groups[g].tag);
        dicom_item (file);
        frame_groups[g].put (file, slice);
        dicom_end_item (file);
        dicom_end_sequence (file);
      }
  dicom_end_item (file);
}

GByteArray *
dicom_frames (const DicomSlice *frames, guint n, guint shared)
{
  DicomFile file = dicom_begin (or_else (frames->syntax, DICOM_EXPLICIT));
  DicomSlice common = *frames;
  common.sop_class = DICOM_ENHANCED;
  g_autoptr (GArray) texts = list_texts (&common);

  put_texts (&file, texts, 0, 0x00200013);
  put_number (&file, frames);
  put_texts (&file, texts, 0x00200013, 0x00280000);
  put_shape (&file, frames, n);
  put_coding (&file, frames);
  put_texts (&file, texts, 0x00290000, 0x52000000);
  dicom_sequence (&file, 0x52009229);
  put_groups (&file, frames, shared);
  dicom_end_sequence (&file);
  dicom_sequence (&file, 0x52009230);
  for (guint f = 0; f < n; f++)
    put_groups (&file, &frames[f], ~shared);
  dicom_end_sequence (&file);
  put_pixels (&file, frames, n);
  return file.bytes;
}
