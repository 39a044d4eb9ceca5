#include "io/brg-number.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PUT_DECIMALS    6
#define PUT_SCALE       1e6
#define PUT_PLAIN_LIMIT 1e9 /* beyond it the general formatter serves */
#define MAX_LENGTH      255
#define EXACT_DIGITS    15 /* any integer of so many digits is exact in a double */
#define MAX_SIGNIFICANT 17

static size_t
count_digits (const char *text, size_t length)
{
  size_t n = 0;

  while (n < length && text[n] >= '0' && text[n] <= '9')
    n++;
  return n;
}

static size_t
sign_length (const char *text, size_t length)
{
  return length > 0 && (text[0] == '+' || text[0] == '-') ? 1 : 0;
}

/* [sign] digits [. digits] [e [sign] digits], with a digit before or after the point. */
static bool
is_decimal (const char *text, size_t length)
{
  size_t at = sign_length (text, length);
  size_t whole = count_digits (text + at, length - at), fraction = 0;

  at += whole;
  if (at < length && text[at] == '.')
    {
      at++;
      fraction = count_digits (text + at, length - at);
      at += fraction;
    }
  if (whole + fraction == 0)
    return false;
  if (at < length && (text[at] == 'e' || text[at] == 'E'))
    {
      at++;
      at += sign_length (text + at, length - at);
      size_t digits = count_digits (text + at, length - at);
      if (digits == 0)
        return false;
      at += digits;
    }
  return at == length;
}

static bool
parse_special (const char *text, size_t length, double *value)
{
  size_t at = sign_length (text, length);
  const char *word = text + at;

  length -= at;
  if (length == 3 && strncasecmp (word, "nan", 3) == 0)
    *value = NAN;
  else if ((length == 3 && strncasecmp (word, "inf", 3) == 0) ||
           (length == 8 && strncasecmp (word, "infinity", 8) == 0))
    *value = at > 0 && text[0] == '-' ? -INFINITY : INFINITY;
  else
    return false;
  return true;
}

/* strtod() under the C locale of this thread only. */
static double
convert (const char *text)
{
  locale_t c_locale = newlocale (LC_ALL_MASK, "C", (locale_t) 0);
  locale_t previous = uselocale (c_locale);
  double value = strtod (text, NULL);

  uselocale (previous);
  freelocale (c_locale);
  return value;
}

static void
print (double value, int precision, char text[BRG_NUMBER_SIZE])
{
  locale_t c_locale = newlocale (LC_ALL_MASK, "C", (locale_t) 0);
  locale_t previous = uselocale (c_locale);

  snprintf (text, BRG_NUMBER_SIZE, "%.*g", precision, value);
  uselocale (previous);
  freelocale (c_locale);
}

bool
brg_number_parse_int (const char *text, size_t length, int64_t *value)
{
  size_t at = sign_length (text, length);
  bool negative = at > 0 && text[0] == '-';
  int64_t sum = 0;

  if (at == length || at + count_digits (text + at, length - at) != length)
    return false;
  for (; at < length; at++)
    {
      int digit = text[at] - '0';
      if (__builtin_mul_overflow (sum, (int64_t) 10, &sum) ||
          __builtin_add_overflow (sum, (int64_t) (negative ? -digit : digit), &sum))
        return false;
    }
  *value = sum;
  return true;
}

bool
brg_number_parse (const char *text, size_t length, double *value)
{
  char copy[MAX_LENGTH + 1];
  int64_t integer;

  if (length == 0 || length > MAX_LENGTH)
    return false;
  if (length <= EXACT_DIGITS && text[0] != '-' && brg_number_parse_int (text, length, &integer))
    {
      *value = (double) integer;
      return true;
    }
  if (!is_decimal (text, length))
    return parse_special (text, length, value);
  memcpy (copy, text, length);
  copy[length] = '\0';
  *value = convert (copy);
  return true;
}

/* Digits before the decimal point: with fewer, %g would turn to an exponent. */
static int
count_whole_digits (double value)
{
  int n = 1;

  for (double limit = 10; n < EXACT_DIGITS && value >= limit; limit *= 10)
    n++;
  return n;
}

void
brg_number_format (double value, double tolerance, char text[BRG_NUMBER_SIZE])
{
  value += 0.0;
  for (int precision = count_whole_digits (fabs (value) + tolerance); precision <= MAX_SIGNIFICANT;
       precision++)
    {
      print (value, precision, text);
      if (fabs (convert (text) - value) <= tolerance)
        return;
    }
}

char *
brg_number_put (char *out, double value)
{
  char digits[24];
  int n = 0;

  if (!(fabs (value) < PUT_PLAIN_LIMIT))
    {
      brg_number_format (value, 0, out);
      return out + strlen (out);
    }
  uint64_t scaled = (uint64_t) (fabs (value) * PUT_SCALE + 0.5);
  if (value < 0 && scaled > 0)
    *out++ = '-';
  for (; scaled > 0 || n <= PUT_DECIMALS; scaled /= 10)
    digits[n++] = (char) ('0' + scaled % 10);
  int last = 0; /* digit to end with */
  while (last < PUT_DECIMALS && digits[last] == '0')
    last++;
  for (int d = n - 1; d >= last; d--)
    {
      if (d == PUT_DECIMALS - 1)
        *out++ = '.';
      *out++ = digits[d];
    }
  return out;
}
