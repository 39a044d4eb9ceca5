#include "io/brg-dicom-value.h"

#include <math.h>
#include <string.h>

#include "io/brg-message.h"
#include "io/brg-number.h"

/* Without blanks and NUL around it. */
static const char *
trim (const char *text, size_t *length)
{
  while (*length > 0 && (*text == ' ' || *text == '\0'))
    {
      text++;
      --*length;
    }
  while (*length > 0 && (text[*length - 1] == ' ' || text[*length - 1] == '\0'))
    --*length;
  return text;
}

void
brg_dicom_value_text (const BrgDicomValue *value, char *out, size_t size)
{
  size_t length = value->size;
  const char *text = trim ((const char *) value->bytes, &length);
  size_t n = length < size - 1 ? length : size - 1;

  memcpy (out, text, n);
  out[n] = '\0';
  brg_message_clean (out, size, out, 1);
}

bool
brg_dicom_value_reals (const BrgDicomValue *value, double *out, int n)
{
  const char *at = (const char *) value->bytes, *end = at + value->size;

  for (int v = 0; v < n; v++)
    {
      const char *stop = memchr (at, '\\', (size_t) (end - at));
      if ((stop == NULL) != (v == n - 1))
        return false;
      size_t length = (size_t) ((stop != NULL ? stop : end) - at);
      const char *number = trim (at, &length);
      if (length > 0 && *number == '+')
        {
          number++;
          length--;
        }
      if (!brg_number_parse (number, length, &out[v]) || !isfinite (out[v]))
        return false;
      at = stop != NULL ? stop + 1 : end;
    }
  return true;
}

bool
brg_dicom_value_int (const BrgDicomValue *value, int32_t *out)
{
  size_t length = value->size;
  const char *text = trim ((const char *) value->bytes, &length);
  int64_t number;

  if (!brg_number_parse_int (text, length, &number) || number < INT32_MIN || number > INT32_MAX)
    return false;
  *out = (int32_t) number;
  return true;
}

static bool
read_unsigned (const BrgDicomValue *value, size_t size, uint32_t *out)
{
  if (value->size != size)
    return false;
  *out = 0;
  for (size_t b = 0; b < size; b++)
    *out = *out << 8 | value->bytes[value->is_swapped ? b : size - 1 - b];
  return true;
}

bool
brg_dicom_value_u16 (const BrgDicomValue *value, uint32_t *out)
{
  return read_unsigned (value, 2, out);
}

bool
brg_dicom_value_u32 (const BrgDicomValue *value, uint32_t *out)
{
  return read_unsigned (value, 4, out);
}

uint32_t
brg_dicom_value_hash (const BrgDicomValue *value)
{
  size_t length = value->size;
  const char *text = trim ((const char *) value->bytes, &length);
  uint32_t hash = 2166136261u;

  for (size_t c = 0; c < length; c++)
    hash = (hash ^ (uint8_t) text[c]) * 16777619u;
  return hash;
}
