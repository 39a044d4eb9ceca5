#pragma once

/* Status codes and the caller-owned error of engine/ and io/.
 *
 * Every fallible function returns a BrgStatus (or NULL for constructors) and takes a `BrgError *`
 * as its last argument. The error may be NULL. It is written once, by the function that found the
 * fault, and its message names the number or the file that was wrong. Nothing is global: an error
 * belongs to the thread that passed it. */

typedef enum
{
  BRG_OK = 0,
  BRG_CANCELLED,   /* the job was cancelled; outputs are absent */
  BRG_NO_MEMORY,   /* an allocation failed or its size would overflow */
  BRG_INVALID,     /* a parameter or an operand is out of its range */
  BRG_EMPTY,       /* the result would be an empty mask or mesh */
  BRG_IO,          /* the operating system refused to read or write */
  BRG_FORMAT,      /* the file is malformed */
  BRG_UNSUPPORTED, /* the file is well formed but of a kind we do not read */
} BrgStatus;

#define BRG_ERROR_MESSAGE_SIZE 512

typedef struct
{
  BrgStatus status;
  char message[BRG_ERROR_MESSAGE_SIZE]; /* UTF-8 as far as its arguments were; always terminated */
} BrgError;

/* Fills `error` (if not NULL) and returns `status`, so that callers write
 * `return brg_error_set (error, BRG_INVALID, "clearance must be at least 0 mm, got %g", c);` */
BrgStatus brg_error_set (BrgError *error, BrgStatus status, const char *format, ...)
  __attribute__ ((format (printf, 3, 4)));

/* Puts "`prefix`: " in front of the message; used to name the file an engine error is about. */
void brg_error_prefix (BrgError *error, const char *prefix);
