#include "engine/brg-error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

BrgStatus
brg_error_set (BrgError *error, BrgStatus status, const char *format, ...)
{
  if (error == NULL)
    return status;

  va_list args;
  va_start (args, format);
  error->status = status;
  vsnprintf (error->message, sizeof error->message, format, args);
  va_end (args);
  return status;
}

void
brg_error_prefix (BrgError *error, const char *prefix)
{
  char message[BRG_ERROR_MESSAGE_SIZE];

  if (error == NULL)
    return;
  snprintf (message, sizeof message, "%.200s: %.300s", prefix, error->message);
  memcpy (error->message, message, sizeof message);
}
