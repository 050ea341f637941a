/* SPDX-License-Identifier: ISC */
/* The parts of asciicast (docs.asciinema.org, versions 1, 2 and 3) that reader and writer
 * share: numbers, lines and JSON values out of a struct src, events, the header.  Internal to
 * format/; everybody else uses tape.h and tapew.h. */
#ifndef FORMAT_CAST_H
#define FORMAT_CAST_H

#include "base/io.h"
#include "base/jsonw.h"
#include "format/msg.h"

#define CAST_LINE_MAX \
	((size_t)16 << 20) /* longest line, or element of a version 1 array */
#define CAST_HEADER_MAX ((size_t)1 << 20) /* longest header */
#define CAST_TIME_MAX   (INT64_MAX / 4)   /* later times are cut to it */

/* cast_num.c: times as decimal text */

/* The JSON number (seconds) at the beginning of S as nanoseconds, exact; digits behind the
 * ninth decimal are cut, large values become CAST_TIME_MAX.  Returns the bytes taken, 0 when
 * S does not begin with a number. */
size_t cast_num_parse(struct span s, int64_t *ns);
/* V units of 10^-DECIMALS, with at least MIN decimals and no further trailing zeros. */
void cast_num_put(struct buf *out, int64_t v, int decimals, int min);
/* Nanoseconds rounded to microseconds or milliseconds, half up. */
int64_t cast_num_round(int64_t ns, int64_t unit);

/* cast_in.c: a source, line by line or JSON value by JSON value */

struct cast_in {
	struct src *src; /* borrowed */
	uint64_t off;    /* of buf.p[0] in the file */
	struct buf buf;
	size_t seen; /* bytes of buf that were searched for the end of the line */
};

struct cast_line {
	struct span text; /* without the line end; valid until the next call */
	uint64_t off;     /* of its first byte */
	uint64_t next;    /* of the byte behind it and its end */
	bool ended;       /* a newline stood behind it */
	bool overlong;    /* more than the limit: text is empty, the line was skipped */
};

void cast_in_init(struct cast_in *in, struct src *src);
void cast_in_free(struct cast_in *in);
void cast_in_seek(struct cast_in *in, uint64_t off);
/* The next line: 1, or 0 at the end, or negative.  A line without a newline at the end of the
 * source is returned too, unless LIVE: then it waits for its rest. */
int cast_in_line(struct cast_in *in, struct cast_line *l, bool live, struct err *e);
/* Skips white space; the byte behind it in *C, not consumed.  1, 0 at the end, negative. */
int cast_in_peek(struct cast_in *in, uint8_t *c, struct err *e);
void cast_in_skip(struct cast_in *in, size_t n);
/* The text of one JSON value of up to MAX bytes, in V as a line (ended: it was complete;
 * only brackets and quotes are looked at).  MAX 0: pass over it, of any length. */
int cast_in_value(struct cast_in *in, struct cast_line *v, size_t max, struct err *e);

/* cast_doc.c: the members of a JSON document */

enum { CAST_MEMBERS_END, CAST_MEMBERS_STDOUT };
enum {
	CAST_SEEN_OTHER = 0x80
}; /* in *SEEN: a member that says something of the session */

/* Append the text of the members to RAW, up to the closing brace, which is left in place
 * (CAST_MEMBERS_END), or to the bracket of the array "stdout" (CAST_MEMBERS_STDOUT). */
int cast_doc_members(struct cast_in *in, struct buf *raw, unsigned *seen, struct err *e);
/* Read a header into RAW, as an object without "stdout".  *FIRST is where the events begin;
 * WHOLE: what stands behind the events of version 1 had to be read, too. */
int cast_doc_header(
	struct cast_in *in, struct buf *raw, uint64_t *first, bool *whole, struct err *e);

/* cast_event.c: one event */

struct cast_event {
	int64_t time_ns;    /* as in the file: absolute or a delay */
	struct span code;   /* empty in version 1 */
	struct span data;   /* bytes: may be no UTF-8 where the file is none */
	struct span quoted; /* in its place, see CAST_QUOTED; else absent */
	bool odd;           /* JSON that is not quite right was let pass */
};

enum {
	CAST_CODED = 1, /* there is a code */
	CAST_QUOTED =
		2, /* what was typed or shown is told as the string that it is in the
			    file, without its quotes, if json_quote_valid() would write the same */
};
/* Parse "[time, code, data]", or "[time, data]" without CAST_CODED.  Strings are in TEXT or in
 * STORE (cleared).  0, or negative with the reason in *WHY. */
int cast_event_parse(struct cast_event *ev, struct span text, unsigned how,
	struct buf *store, const char **why);

/* cast_head.c: the header, from JSON to messages */

struct json_t;

#define CAST_ID_LEN 32

struct cast_head {
	int version;
	struct json_t *json; /* the whole header, owned */
	struct buf raw;      /* its text */
	char id[CAST_ID_LEN + 1];
	uint32_t cols, rows;
	struct span term;    /* TERM; these point into json, absent when it has none */
	struct span command; /* absent: the shell */
	int64_t start_ns;    /* 0 unknown */
	int64_t duration_ns; /* -1 unknown */
	int64_t idle_limit_ns;
	bool odd; /* size or date could not be read */
	struct {
		struct span name, value;
	} * env;
	size_t nenv;
};

/* Take over the header TEXT.  0; ERR_FORMAT when it is no header of a known version. */
int cast_head_parse(struct cast_head *h, struct span text, struct err *e);
void cast_head_free(struct cast_head *h);
/* A name for a recording that has none: the same whenever S, its beginning, is read. */
void cast_make_id(char out[CAST_ID_LEN + 1], struct span s);
/* How many messages it makes, and the one with number I (without id and time). */
size_t cast_head_count(const struct cast_head *h);
void cast_head_message(const struct cast_head *h, size_t i, struct msg *m);

/* cast_facts.c: the header, from messages to JSON */

/* What is known of the session before its first event.  All texts are valid UTF-8. */
struct cast_facts {
	int64_t start_ns; /* wall clock; below a second: unknown */
	uint32_t cols, rows;
	struct buf term, command, title;
	bool has_term, has_command, has_title;
	uint64_t cut;          /* texts that were too long */
	size_t env_bytes;      /* in env */
	int64_t idle_limit_ns; /* 0 none */
	struct json_t *env;    /* object, owned, in the order of the messages */
	struct json_t *edited; /* array, owned: payloads of events "edited" */
	struct json_t
		*foreign; /* header of the asciicast that is converted, owned, or NULL */
};

void cast_facts_init(struct cast_facts *f);
void cast_facts_free(struct cast_facts *f);
/* Environment: false for what does not go into a header (names other than [A-Z0-9_]+, or
 * more than a sensible header holds). */
bool cast_facts_env(struct cast_facts *f, struct span name, struct span value);
/* A text of F (term, command, title); what is too long is cut and counted. */
void cast_facts_text(struct cast_facts *f, struct buf *text, bool *has, struct span s);
/* A session event (title, idle limit) or the header event of a foreign recording. */
void cast_facts_session(struct cast_facts *f, const struct msg *m);
void cast_facts_header(struct cast_facts *f, const struct msg *m);
/* It was made out of another recording: a member of our own keeps that, and is read as that.
 * False: there is no room. */
#define CAST_EDITED "auditrec_edited"
bool cast_facts_edited(struct cast_facts *f, const struct msg *m);
/* The header of VERSION without a newline; version 1 up to the bracket of "stdout".
 * Returns how many members of the foreign header it could not hold. */
uint64_t cast_facts_put(const struct cast_facts *f, int version, struct buf *out);

#endif
