/* SPDX-License-Identifier: ISC */
/* What an asciinema server accepts (asciinema-server, checked against its source of June 2026),
 * as one table, and a destination that makes an asciicast 2 fit it on the way: numbers are
 * brought into their range, texts cut, what would be refused left out.  Each kind of change
 * is told once.  Bytes past the limit are counted and not passed on. */
#ifndef FORMAT_CASTCHECK_H
#define FORMAT_CASTCHECK_H

#include "base/buf.h"
#include "base/io.h"

/* A server that nobody has configured takes this many bytes, the form around them included. */
#define CASTCHECK_BYTES UINT64_C(8000000)
/* Room for the form: boundaries and headers of its parts, without their texts. */
#define CASTCHECK_FORM_BYTES 2048

enum castcheck_kind {
	CASTCHECK_NUMBER,   /* LO to HI, others become the nearest; 0 becomes OTHERWISE */
	CASTCHECK_POSITIVE, /* a number above zero, others are left out */
	CASTCHECK_TEXT,     /* up to HI characters, the rest is cut off */
	CASTCHECK_ENV,      /* names of A-Z, 0-9, _ with texts, others are left out */
	CASTCHECK_THEME,    /* fg, bg and a palette of 8 or 16, else left out */
};

struct castcheck_rule {
	const char *field; /* "width", "env.TERM": a member of the member env */
	const char *name;  /* for a person */
	enum castcheck_kind kind;
	long lo, hi, otherwise;
};

extern const struct castcheck_rule castcheck_rules[];
extern const size_t castcheck_nrules;

/* "public", "unlisted", "private", NULL. */
extern const char *const castcheck_visibilities[];
/* Fields of the form: too long ones are refused by the server, so ERR_USAGE here. */
int castcheck_form(const char *field, const char *text, struct err *e);

struct castcheck {
	struct dst dst; /* closing it closes what is below, not this struct */
	struct dst *to; /* what is below */
	uint64_t limit; /* bytes that are passed on */
	/* Names of environment variables that may stay, with commas between; NULL: any. */
	const char *env;
	/* Called once for every rule that changed something (variables that ENV does not have
	 * are no such change); TEXT is one line. */
	void (*changed)(void *ctx, const char *text);
	void *ctx;
	/* Names of the variables that stay, ", " between; the caller frees it. */
	struct buf kept;
	struct buf head;
	bool past_head;
	uint64_t taken, passed;
	uint64_t bytes, events; /* of the asciicast, also behind the limit */
};

/* The caller fills limit, env, changed and ctx behind this; TO is taken over. */
void castcheck_init(struct castcheck *c, struct dst *to);
/* A header line without its newline, made to fit; the same bytes when it does. */
int castcheck_head(struct castcheck *c, struct span line, struct buf *out, struct err *e);

#endif
