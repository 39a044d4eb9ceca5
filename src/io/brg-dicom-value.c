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

bool
brg_dicom_value_u16 (const BrgDicomValue *value, uint32_t *out)
{
  if (value->size != 2)
    return false;
  *out = value->is_swapped ? (uint32_t) value->bytes[0] << 8 | value->bytes[1]
                           : (uint32_t) value->bytes[1] << 8 | value->bytes[0];
  return true;
}
