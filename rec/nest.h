/* SPDX-License-Identifier: ISC */
/* Is this session inside one that is recorded already?  Only an ancestor that lives says so:
 * the mark in our environment names its process and when that began, the chain of parents
 * leads to it, and it is auditrec, run by the same user.  A mark alone, or a lock left
 * behind, says nothing; on doubt the answer is no, and the session is recorded. */
#ifndef REC_NEST_H
#define REC_NEST_H

#include <stdbool.h>

#define NEST_ENV "AUDITREC_RECORDER"

/* "NAME=VALUE" for the environment of what this process records; "NAME" when the kernel does
 * not tell.  FORCED: that is SSH_ORIGINAL_COMMAND. */
void nest_mark(char out[80], bool forced);
bool nest_inside(void);
/* SSH_ORIGINAL_COMMAND has been run by the recorder around us. */
bool nest_forced(void);
/* It is about to be, by us, inside of that recorder. */
void nest_set_forced(void);

#endif
