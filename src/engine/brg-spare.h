#pragma once

#include "engine/brg-mask.h"

/* Masks that change inside boxes while readers keep what they were.
 *
 * Whoever owns such a mask also keeps the version before it. Once nobody else reads that one, it is
 * brought up to date inside the box where the two differ and written anew, so that a small change
 * costs what it touches; until then a change begins with a copy. Zeroed there is none. */
typedef struct
{
  BrgMask *mask; /* the version before; NULL for none */
  BrgBox behind; /* where it differs from the present one, at most */
} BrgSpare;

/* A mask equal to `now`, with one reference, for the caller to write to: the spare one, or a copy
 * from the pool (NULL for none). It must come back by one of the next two. NULL and `error` if
 * memory is short. */
BrgMask *brg_spare_take (BrgSpare *spare, const BrgMask *now, BrgPool *pool, BrgError *error);

/* `next` differs from *now inside `changed`: it takes its place, and *now becomes the spare one. */
void brg_spare_commit (BrgSpare *spare, BrgMask **now, BrgMask *next, const BrgBox *changed);

/* `next` (NULL allowed) may have been written to inside `touched` but is not wanted. */
void brg_spare_give_back (BrgSpare *spare, BrgMask *next, const BrgBox *touched);

/* Lets go of the spare mask. */
void brg_spare_clear (BrgSpare *spare);
