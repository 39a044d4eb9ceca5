#include "support/canary-sources.h"

#include <string.h>
#include <zlib.h>

#include "support/canary.h"
#include "support/dicom-file.h"

#define DIM  24
#define MM   2
#define N    ((gsize) DIM * DIM * DIM)
#define BONE 900
#define AIR  (-1000)

static guint next_number;

/* The next canary; kept until the program ends. */
static const char *
canary (void)
{
  static GPtrArray *all;

  if (all == NULL)
    all = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (all, canary_new (next_number++ % 1000));
  return all->pdata[all->len - 1];
}

static gint16
value_at (int x, int y, int z)
{
  double dx = x - 11.5, dy = y - 11.5, dz = z - 11.5;

  return dx * dx + dy * dy + dz * dz < 9 * 9 ? BONE : AIR;
}

/* All voxels, int16 little endian. */
static GByteArray *
voxels (gboolean is_mask)
{
  GByteArray *bytes = g_byte_array_new ();

  for (int v = 0; v < (int) N; v++)
    {
      gint16 value = value_at (v % DIM, v / DIM % DIM, v / DIM / DIM);
      if (is_mask)
        value = value == BONE;
      gint16 little = GINT16_TO_LE (value);
      g_byte_array_append (bytes, (const guint8 *) &little, sizeof little);
    }
  return bytes;
}

static void
append_text (GByteArray *bytes, const char *text)
{
  g_byte_array_append (bytes, (const guint8 *) text, (guint) strlen (text));
}

static void
append_gzip (GByteArray *to, const guint8 *bytes, gsize size)
{
  z_stream z = { .next_in = (Bytef *) bytes, .avail_in = (uInt) size };

  g_assert_cmpint (deflateInit2 (&z, 1, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), ==,
                   Z_OK);
  gsize room = deflateBound (&z, size) + 64;
  g_autofree guint8 *out = g_malloc (room);
  z.next_out = out;
  z.avail_out = (uInt) room;
  g_assert_cmpint (deflate (&z, Z_FINISH), ==, Z_STREAM_END);
  g_byte_array_append (to, out, (guint) (room - z.avail_out));
  deflateEnd (&z);
}

static char *
write_file (const char *folder, const char *name, const GByteArray *bytes)
{
  char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, (const char *) bytes->data, bytes->len, NULL));
  return path;
}

/* Elements with texts of every kind, up to but without group 0020. */
static void
put_first_texts (DicomFile *file)
{
  static const struct
  {
    guint32 tag;
    const char *vr;
  } texts[] = {
    { 0x00080008, "" },   { 0x00080012, "DA" }, { 0x00080014, "UI" }, { 0x00080016, "" },
    { 0x00080018, "UI" }, { 0x0008002a, "DT" }, { 0x00080030, "TM" }, { 0x00080050, "SH" },
    { 0x00080054, "AE" }, { 0x00080060, "" },   { 0x00080070, "LO" }, { 0x00080080, "LO" },
    { 0x00080081, "ST" }, { 0x00080090, "PN" }, { 0x00080119, "UC" }, { 0x00080120, "UR" },
    { 0x00081010, "SH" }, { 0x00081030, "LO" }, { 0x0008103e, "LO" }, { 0x00081050, "PN" },
    { 0x00081080, "LO" }, { 0x00090010, "LO" }, { 0x00091001, "UN" }, { 0x00091002, "OB" },
    { 0x00100010, "PN" }, { 0x00100020, "LO" }, { 0x00100030, "DA" }, { 0x00100040, "CS" },
    { 0x00101010, "AS" }, { 0x00101040, "LO" }, { 0x00104000, "LT" }, { 0x00180015, "CS" },
    { 0x00181000, "LO" }, { 0x00181030, "LO" }, { 0x00184000, "LT" }, { 0x00185100, "" },
  };

  for (gsize e = 0; e < G_N_ELEMENTS (texts); e++)
    switch (texts[e].tag)
      {
      case 0x00080008:
        {
          g_autofree char *type = g_strdup_printf ("ORIGINAL\\PRIMARY\\AXIAL\\%s", canary ());
          dicom_text (file, texts[e].tag, "CS", type);
          break;
        }
      case 0x00080016:
        dicom_text (file, texts[e].tag, "UI", DICOM_CT);
        break;
      case 0x00080060:
        dicom_text (file, texts[e].tag, "CS", "CT");
        break;
      case 0x00185100:
        dicom_text (file, texts[e].tag, "CS", "HFS");
        break;
      default:
        dicom_text (file, texts[e].tag, texts[e].vr, canary ());
      }
}

/* In a sequence in a sequence, and in UTF-16. */
static void
put_last_texts (DicomFile *file)
{
  g_autofree gunichar2 *wide = g_utf8_to_utf16 (canary (), -1, NULL, NULL, NULL);

  dicom_text (file, 0x00324000, "LT", canary ());
  dicom_sequence (file, 0x00400275);
  dicom_item (file);
  dicom_text (file, 0x00321060, "LO", canary ());
  dicom_sequence (file, 0x00400008);
  dicom_item (file);
  dicom_text (file, 0x00080104, "LO", canary ());
  dicom_end_item (file);
  dicom_end_sequence (file);
  dicom_end_item (file);
  dicom_end_sequence (file);
  dicom_bytes (file, 0x00431010, "UN", wide, 22);
  dicom_text (file, 0x0040a160, "UT", canary ());
  dicom_text (file, 0x60000022, "LO", canary ());
}

static void
put_image (DicomFile *file, int slice, const char *series)
{
  const double position[] = { 0, 0, MM * slice }, axial[] = { 1, 0, 0, 0, 1, 0 },
               spacing[] = { MM, MM };

  dicom_text (file, 0x0020000d, "UI", canary ());
  dicom_text (file, 0x0020000e, "UI", series);
  dicom_text (file, 0x00200010, "SH", canary ());
  dicom_reals (file, 0x00200032, position, 3);
  dicom_reals (file, 0x00200037, axial, 6);
  dicom_text (file, 0x00200052, "UI", canary ());
  dicom_text (file, 0x00204000, "LT", canary ());
  dicom_short (file, 0x00280002, 1);
  dicom_text (file, 0x00280004, "CS", "MONOCHROME2");
  dicom_short (file, 0x00280010, DIM);
  dicom_short (file, 0x00280011, DIM);
  dicom_reals (file, 0x00280030, spacing, 2);
  dicom_short (file, 0x00280100, 16);
  dicom_short (file, 0x00280101, 16);
  dicom_short (file, 0x00280102, 15);
  dicom_short (file, 0x00280103, 1);
}

static void
write_slice (const char *folder,
             const char *name,
             const char *syntax,
             int slice,
             const char *series)
{
  DicomFile file = dicom_begin (syntax);
  gint16 samples[DIM * DIM];

  memcpy (file.bytes->data, canary (), 11); /* in the preamble */
  for (int p = 0; p < DIM * DIM; p++)
    samples[p] = GINT16_TO_LE (value_at (p % DIM, p / DIM, slice));
  put_first_texts (&file);
  put_image (&file, slice, series);
  put_last_texts (&file);
  dicom_bytes (&file, 0x7fe00010, "OW", samples, sizeof samples);
  g_free (write_file (folder, name, file.bytes));
  g_byte_array_unref (file.bytes);
}

static char *
write_dicom (const char *folder, const char *syntax, gboolean in_names)
{
  char *path = g_build_filename (folder, in_names ? canary () : "dicom", NULL);
  g_autofree char *below = g_build_filename (path, in_names ? canary () : "series", NULL);
  const char *series = canary ();

  g_assert_cmpint (g_mkdir_with_parents (below, 0700), ==, 0);
  for (int s = 0; s < DIM; s++)
    {
      g_autofree char *name = g_strdup_printf ("%s%02d", in_names ? canary () : "", s);
      write_slice (below, name, syntax, s, series);
    }
  return path;
}

static GByteArray *
nrrd_header (const char *encoding, gboolean is_segmentation)
{
  g_autoptr (GString) text = g_string_new ("NRRD0005\n");
  GByteArray *bytes = g_byte_array_new ();

  g_string_append_printf (text, "# %s\ncontent: %s\n", canary (), canary ());
  g_string_append_printf (text,
                          "type: short\ndimension: 3\nspace: left-posterior-superior\n"
                          "sizes: %d %d %d\nspace directions: (2,0,0) (0,2,0) (0,0,2)\n"
                          "kinds: domain domain domain\nendian: little\nencoding: %s\n"
                          "space origin: (0,0,0)\nlabels: \"%s\" \"%s\" \"%s\"\n",
                          DIM, DIM, DIM, encoding, canary (), canary (), canary ());
  g_string_append_printf (text, "%s: a field nobody knows\n", canary ());
  g_string_append_printf (text, "PatientName:=%s\n%s:=x\n", canary (), canary ());
  if (is_segmentation)
    g_string_append_printf (text,
                            "Segment0_ID:=%s\nSegment0_Name:=%s\nSegment0_LabelValue:=1\n"
                            "Segment0_Layer:=0\nSegment0_Tags:=%s\nSegmentation_Reference:=%s\n",
                            canary (), canary (), canary (), canary ());
  append_text (bytes, text->str);
  return bytes;
}

static char *
write_nrrd (const char *folder, const char *name, CanarySource source)
{
  gboolean is_segmentation = source == CANARY_SEGMENTATION;
  gboolean is_raw = source == CANARY_NRRD || source == CANARY_NRRD_DETACHED;
  g_autoptr (GByteArray) bytes = nrrd_header (is_raw ? "raw" : "gzip", is_segmentation);
  g_autoptr (GByteArray) data = voxels (is_segmentation);
  g_autofree char *data_name = g_strdup_printf ("%s.raw", name);

  if (source == CANARY_NRRD_DETACHED)
    {
      g_autofree char *line = g_strdup_printf ("data file: %s\n", data_name);
      append_text (bytes, line);
      g_free (write_file (folder, data_name, data));
      return write_file (folder, name, bytes);
    }
  append_text (bytes, "\n");
  if (is_raw)
    g_byte_array_append (bytes, data->data, data->len);
  else
    append_gzip (bytes, data->data, data->len);
  return write_file (folder, name, bytes);
}

static void
put_16 (guint8 *header, gsize at, int value)
{
  gint16 little = GINT16_TO_LE (value);

  memcpy (header + at, &little, sizeof little);
}

static void
put_float (guint8 *header, gsize at, float value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  bits = GUINT32_TO_LE (bits);
  memcpy (header + at, &bits, sizeof bits);
}

/* NIfTI-1, as nifti1.h lays it out, with one extension of text. */
static GByteArray *
nifti_header (void)
{
  static const gsize texts[] = { 14, 148, 228, 328 }; /* db_name, descrip, aux_file, intent_name */
  guint8 header[416] = { 0 };
  GByteArray *bytes = g_byte_array_new ();

  put_16 (header, 0, 348);
  for (gsize t = 0; t < G_N_ELEMENTS (texts); t++)
    memcpy (header + texts[t], canary (), 11);
  put_16 (header, 40, 3);
  for (gsize a = 0; a < 3; a++)
    {
      put_16 (header, 42 + 2 * a, DIM);
      put_float (header, 80 + 4 * a, MM);
      put_float (header, 280 + 20 * a, MM); /* the diagonal of the sform */
    }
  put_16 (header, 70, 4);
  put_16 (header, 72, 16);
  put_float (header, 108, 416);
  header[123] = 2; /* mm */
  put_16 (header, 254, 1);
  memcpy (header + 344, "n+1", 4);
  header[348] = 1; /* an extension of 64 bytes follows */
  header[352] = 64;
  header[356] = 6;
  memcpy (header + 360, canary (), 11);
  g_byte_array_append (bytes, header, sizeof header);
  return bytes;
}

static char *
write_nifti (const char *folder, const char *name, gboolean is_gzip)
{
  g_autoptr (GByteArray) bytes = nifti_header (), data = voxels (FALSE);

  g_byte_array_append (bytes, data->data, data->len);
  if (!is_gzip)
    return write_file (folder, name, bytes);
  g_autoptr (GByteArray) packed = g_byte_array_new ();
  append_gzip (packed, bytes->data, bytes->len);
  return write_file (folder, name, packed);
}

static char *
write_metaimage (const char *folder, const char *name)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new (), data = voxels (FALSE);
  g_autofree char *text = g_strdup_printf (
    "ObjectType = Image\nNDims = 3\nComment = %s\nName = %s\nAcquisitionDate = %s\nModality = %s\n"
    "%s = x\nPatient = %s\nBinaryData = True\nBinaryDataByteOrderMSB = False\n"
    "TransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = 0 0 0\nElementSpacing = 2 2 2\n"
    "DimSize = %d %d %d\nElementType = MET_SHORT\nElementDataFile = LOCAL\n",
    canary (), canary (), canary (), canary (), canary (), canary (), DIM, DIM, DIM);

  append_text (bytes, text);
  g_byte_array_append (bytes, data->data, data->len);
  return write_file (folder, name, bytes);
}

static const struct
{
  const char *name, *suffix;
} sources[CANARY_N_SOURCES] = {
  [CANARY_DICOM] = { "dicom", "" },
  [CANARY_DICOM_IMPLICIT] = { "dicom-implicit", "" },
  [CANARY_NRRD] = { "nrrd", ".nrrd" },
  [CANARY_NRRD_GZIP] = { "nrrd-gzip", ".nrrd" },
  [CANARY_NRRD_DETACHED] = { "nrrd-detached", ".nhdr" },
  [CANARY_NIFTI] = { "nifti", ".nii" },
  [CANARY_NIFTI_GZIP] = { "nifti-gzip", ".nii.gz" },
  [CANARY_METAIMAGE] = { "metaimage", ".mha" },
  [CANARY_SEGMENTATION] = { "segmentation", ".seg.nrrd" },
};

const char *
canary_source_name (CanarySource source)
{
  return sources[source].name;
}

char *
canary_source_write (CanarySource source, const char *folder, gboolean in_names)
{
  g_autofree char *name =
    g_strconcat (in_names ? canary () : sources[source].name, sources[source].suffix, NULL);

  switch (source)
    {
    case CANARY_DICOM:
    case CANARY_DICOM_IMPLICIT:
      return write_dicom (folder, source == CANARY_DICOM ? DICOM_EXPLICIT : DICOM_IMPLICIT,
                          in_names);
    case CANARY_NIFTI:
    case CANARY_NIFTI_GZIP:
      return write_nifti (folder, name, source == CANARY_NIFTI_GZIP);
    case CANARY_METAIMAGE:
      return write_metaimage (folder, name);
    default:
      return write_nrrd (folder, name, source);
    }
}
