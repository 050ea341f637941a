/* SPDX-License-Identifier: ISC */
/* A recording as it will be published: converted to asciicast 2, which every asciinema server
 * takes, made to fit its rules, with what a person should know before it is sent. */
#ifndef LOG_PUBLISH_H
#define LOG_PUBLISH_H

#include "base/jsonw.h"
#include "format/castcheck.h"
#include "format/facts.h"
#include "log/account.h"
#include "log/copy.h"

#define PUBLISH_ENV "SHELL,TERM" /* what asciinema itself takes along */

struct publish {
	const char *file;                /* the caller fills these ... */
	const char *title, *description; /* NULL: none of its own */
	const char *visibility;
	const char *env; /* names with commas between, "all" */
	bool input;      /* send what was typed */
	uint64_t max_bytes;
	/* ... and finds here what there is to send. */
	struct src *cast;
	struct castcheck check;
	struct facts facts;
	struct buf changes; /* one a line */
	uint64_t inputs;    /* messages of input, sent or not */
	bool damaged;
};

/* 0, or the exit status after a line that says why.  To be freed in every case. */
int publish_prepare(struct publish *p, const struct clk *clk);
void publish_free(struct publish *p);

/* What will be published and where to, for a person. */
int publish_tell(struct publish *p, const struct account *a, struct buf *out);
/* What was changed, a note for each. */
void publish_note(struct publish *p);
/* All that publish_tell() says, as members of the JSON object that is open in W. */
void publish_json(struct publish *p, const struct account *a, struct jsonw *w);

#endif
