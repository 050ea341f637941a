/* SPDX-License-Identifier: ISC */
/* Reaching a field of a message through its descriptor. */
#ifndef FORMAT_SCHEMA_H
#define FORMAT_SCHEMA_H

#include "format/msg.h"

static inline void *
msg_field_at(struct msg *m, const struct msg_field *f)
{
	return (char *)m + f->offset;
}

static inline const void *
msg_field_of(const struct msg *m, const struct msg_field *f)
{
	return (const char *)m + f->offset;
}

/* Where the empty list points, which is not the null list. */
extern const struct msg_pair msg_no_pairs;

#endif
