/* SPDX-License-Identifier: ISC */
/* The state of an audit log that is being written: shared by the writer and by what
 * continues a file that is already there (tapew_repair.c). */
#ifndef FORMAT_TAPEW_AUDIT_H
#define FORMAT_TAPEW_AUDIT_H

#include "format/gzidx.h"
#include "format/gzw.h"
#include "format/tapew_impl.h"

struct tapew_audit {
	struct tapew w;
	struct gzw gz;
	struct gzidx idx;    /* of what was put so far */
	size_t member_bytes; /* plain size at which a member is full */
	int level;           /* wanted, 0 default */
	int pressure;        /* 0 relaxed to 3 */
	bool flood;          /* a member was filled since the last flush */
	bool v1;
	bool started; /* file header and first member are on their way */
	bool finished;
	bool entry_due;     /* the open member has no message yet */
	uint64_t member_at; /* file offset of the open member */
	uint64_t dropped;   /* messages that version 1 could not take */
};

/* Append the header of a member; none of its messages is earlier than TIME_NS. */
int tapew_audit_begin(struct tapew_audit *a, int64_t time_ns);

#endif
