/* SPDX-License-Identifier: ISC */
/* Is a recording whole?  Every message is read, every checksum compared, the order of time
 * looked at, the index held against what it points to, seals against the bytes they vouch for,
 * and its name against whose session it says it is. */
#ifndef LOG_VERDICT_H
#define LOG_VERDICT_H

#include "format/gzcheck.h"
#include "format/sealcheck.h"
#include "format/tape.h"
#include "store/meta.h"

#define VERDICT_ID_MAX 64 /* of a connection id, what is longer is cut */

/* Something that is not as it should be. */
struct verdict_finding {
	int64_t offset;  /* in the file, -1 unknown */
	uint64_t member; /* number of the one that holds it, 0 unknown */
	bool placed;     /* at a message: */
	uint64_t ordinal;
	int64_t at_ns;
	const char *text; /* hostile */
};

struct verdict_opts {
	const uint8_t
		*public; /* to check seals with, SIGN_PUBLIC bytes; NULL: they are counted */
	const char *id;          /* the session that it must be; NULL: any */
	const struct meta *meta; /* what the store says of it; NULL: nothing */
	void (*found)(void *ctx, const struct verdict_finding *f);
	void (*step)(void *ctx, double done); /* now and then, 0 to 1 or negative */
	void *ctx;
};

struct verdict {
	enum tape_format format;
	struct tape_end
		end; /* damaged also when the end is fine and something else is not */
	uint64_t messages, found;
	int64_t at_ns; /* of the last message, since the start */
	struct gzcheck_result gz;
	bool checked; /* the seals, with a key */
	struct sealcheck_result seals;
	char id[VERDICT_ID_MAX]; /* of the first message */
	struct meta meta;        /* as the messages have it */
};

/* SRC is taken over.  Negative: it cannot be read (what was found until then counts for nothing), or
 * is no recording at all. */
int verdict_reach(
	struct verdict *v, struct src *src, const struct verdict_opts *o, struct err *e);
bool verdict_is_good(const struct verdict *v);

/* The session id that PATH says it holds, as the store calls them: 32 digits, with or without
 * the ending of a recording.  False: it says none. */
bool verdict_name(char id[VERDICT_ID_MAX], const char *path);

#endif
