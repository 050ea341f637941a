/* SPDX-License-Identifier: ISC */
#include "log/moment.h"

#include "format/vendor.h"
#include "log/glance.h"

#include <string.h>

#define MARK    "mark:"
#define COMMAND "command:"

int
moment_parse(struct moment *m, const char *text, struct err *e)
{
	*m = (struct moment){ .text = text };
	if (strncmp(text, MARK, strlen(MARK)) == 0) {
		m->label = text + strlen(MARK);
		return 0;
	}
	if (strncmp(text, COMMAND, strlen(COMMAND)) == 0)
		return opt_int(
			text + strlen(COMMAND), COMMAND, 1, 1000000000, &m->command, e);
	return when_parse(&m->when, text, e);
}

/* What must be read to find it: nothing but the start, as much as tells the length, or all. */
enum needs { NEEDS_START, NEEDS_LENGTH, NEEDS_ALL };

static enum needs
needs(const struct moment *m)
{
	if (!m->text)
		return NEEDS_START;
	if (m->label || m->command)
		return NEEDS_ALL;
	return m->when.either || m->when.kind == WHEN_PERCENT || m->when.kind == WHEN_END
		       ? NEEDS_LENGTH
		       : NEEDS_START;
}

static bool
has_text(const struct msg *m, const char *key, const char *want)
{
	struct buf text = { 0 };
	bool same = vendor_get_text(m, key, &text) && span_is(buf_span(&text), want);

	buf_free(&text);
	return same;
}

struct scan {
	struct moment *m;
	size_t n;
	long commands;
	int64_t at_ns;
};

static void
take(struct scan *s, const struct msg *m)
{
	enum vendor_id id = vendor_of(m);
	bool starts = id == VENDOR_COMMAND && has_text(m, "phase", "start");

	s->commands += starts;
	for (size_t i = 0; i < s->n; i++) {
		struct moment *p = &s->m[i];

		if (p->found)
			continue;
		p->found = (p->command && starts && p->command == s->commands) ||
			   (p->label && id == VENDOR_MARKER &&
				   has_text(m, "label", p->label));
		if (p->found)
			p->at_ns = s->at_ns;
	}
}

/* As far as it can be read: what could not is told when it is read again. */
static int
scan_on(struct scan *s, struct input *in, struct err *e)
{
	const struct msg *m;
	int r;

	while ((r = input_next(in, &m, &s->at_ns, e)) > 0)
		if (m->type == MSG_CHANNEL_REQUEST_UNKNOWN)
			take(s, m);
	return r < 0 && r != ERR_DAMAGED && r != ERR_TRUNCATED ? r : 0;
}

static int
settle(struct moment *m, const struct tape_info *info, int64_t duration, struct err *e)
{
	int64_t end = duration < 0 ? INT64_MAX : duration;
	struct when w;

	if (m->label || m->command)
		return m->found ? 0 : err_set(e, ERR_USAGE, "there is no %.80s", m->text);
	if (when_check(&m->when, info->has_wall, e) < 0)
		return e->code;
	w = when_settle(&m->when, info->has_wall, info->start_ns, end);
	/* beyond the end is not the end */
	m->at_ns = w.kind == WHEN_NS ? w.ns : when_resolve(&w, end);
	m->found = true;
	return 0;
}

int
moments_find(
	struct moment *m, size_t n, struct input *in, int64_t *duration_ns, struct err *e)
{
	struct scan s = { .m = m, .n = n };
	enum needs most = NEEDS_START;
	const struct msg *first;
	int r;

	for (size_t i = 0; i < n; i++)
		most = needs(&m[i]) > most ? needs(&m[i]) : most;
	*duration_ns = -1;
	r = tape_next(in->tape, &first, &s.at_ns, e); /* then the start is known */
	if (r > 0 && most == NEEDS_ALL && (r = tape_rewind(in->tape, e)) == 0)
		r = scan_on(&s, in, e);
	if (r > 0 && most == NEEDS_LENGTH) {
		glance_jump(in->tape);
		r = scan_on(&s, in, e);
	}
	if (r < 0 || (r = tape_rewind(in->tape, e)) < 0)
		return r;
	if (most != NEEDS_START)
		*duration_ns = s.at_ns;
	for (size_t i = 0; i < n; i++)
		if (m[i].text &&
			(r = settle(&m[i], tape_info(in->tape), *duration_ns, e)) < 0)
			return r;
	return 0;
}
