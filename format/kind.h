/* SPDX-License-Identifier: ISC */
/* What kind an event is, for a person: a few groups of message types and events of ours,
 * each with a name to filter by, a sign, and the group whose look it has. */
#ifndef FORMAT_KIND_H
#define FORMAT_KIND_H

#include <stdint.h>

enum kind_id {
	KIND_OTHER,
	KIND_CONNECT,
	KIND_AUTH,
	KIND_ENV,
	KIND_SIZE,
	KIND_RUN,
	KIND_SIGNAL,
	KIND_EXIT,
	KIND_MARKER,
	KIND_PAUSE,
	KIND_GAP,
	KIND_MASKED,
	KIND_COMMAND,
	KIND_PROCESS,
	KIND_FILE,
	KIND_NETWORK,
	KIND_COUNT
};

enum kind_group {
	KIND_SESSION, /* who and where, */
	KIND_RAN,     /* what ran, */
	KIND_DID,     /* what that did, */
	KIND_MARKS,   /* marks, */
	KIND_WARN     /* what an auditor must not miss */
};

struct event_kind {
	const char *name;
	uint32_t sign; /* one column */
	char ascii;    /* the same without UTF-8 */
	enum kind_group group;
	const char *doc;
};

enum kind_id kind_of(int32_t type, int vendor); /* enum msg_type, enum vendor_id */
const struct event_kind *kind_row(enum kind_id id);

#endif
