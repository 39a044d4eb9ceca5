#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers in text, alike in every locale: the decimal point is '.', there is no grouping. Strict:
 * the whole text must be one number, without blanks around it. Thread-safe. */

#define BRG_NUMBER_SIZE 32

/* Decimal or exponent notation, or "nan", "inf", "infinity" with an optional sign, any case. Hex is
 * refused. A magnitude too large for double is infinite. */
bool brg_number_parse (const char *text, size_t length, double *value);

/* A decimal integer that fits int64; no point, no exponent. */
bool brg_number_parse_int (const char *text, size_t length, int64_t *value);

/* Writes the shortest decimal that differs from `value` by at most `tolerance` (0: reads back as
 * exactly the same double). -0 is written as 0. */
void brg_number_format (double value, double tolerance, char text[BRG_NUMBER_SIZE]);

/* Writes six decimals without trailing zeros (of mm: a thousandth of a micrometre), many times
 * faster than the shortest form; from 10^9 on it is that form. At most BRG_NUMBER_SIZE characters,
 * without a terminator unless of that form; returns their end. */
char *brg_number_put (char *out, double value);
