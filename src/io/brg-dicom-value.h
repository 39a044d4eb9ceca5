#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Private to the DICOM reader: values of elements (PS3.5, 6.2). */
typedef struct
{
  const uint8_t *bytes;
  size_t size;
  bool is_swapped; /* binary numbers are of the other byte order */
} BrgDicomValue;

/* The text without padding, printable or '?', cut to fit. */
void brg_dicom_value_text (const BrgDicomValue *value, char *out, size_t size);

/* Exactly `n` decimal strings between backslashes, all finite. */
bool brg_dicom_value_reals (const BrgDicomValue *value, double *out, int n);

/* One integer string. */
bool brg_dicom_value_int (const BrgDicomValue *value, int32_t *out);

/* One unsigned short, one unsigned long. */
bool brg_dicom_value_u16 (const BrgDicomValue *value, uint32_t *out);
bool brg_dicom_value_u32 (const BrgDicomValue *value, uint32_t *out);

/* A number that stands for the text without padding, so that it need not be kept (FNV-1a). */
uint32_t brg_dicom_value_hash (const BrgDicomValue *value);
