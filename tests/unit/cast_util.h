/* SPDX-License-Identifier: ISC */
/* What the asciicast tests share: recordings in memory, read into a listing of one line a
 * message, and written through any writer. */
#ifndef TESTS_CAST_UTIL_H
#define TESTS_CAST_UTIL_H

#include "base/clk.h"
#include "format/tapew.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

/* A source that hands out at most STEP bytes a call and pretends to be SIZE long. */
struct slow_src {
	struct src src;
	struct span bytes;
	size_t size, step;
};

static ssize_t
slow_read_at(struct src *s, uint64_t off, void *p, size_t n, struct err *e)
{
	struct slow_src *m = (struct slow_src *)s;

	(void)e;
	if (off >= m->size)
		return 0;
	n = n < m->step ? n : m->step;
	n = n < m->size - off ? n : m->size - (size_t)off;
	memcpy(p, m->bytes.p + off, n);
	return (ssize_t)n;
}

static int64_t
slow_size(struct src *s)
{
	return (int64_t)((struct slow_src *)s)->size;
}

static void
slow_close(struct src *s)
{
	(void)s;
}

static UNUSED struct slow_src
slow_src(struct span bytes, size_t step)
{
	static const struct src_ops ops = { slow_read_at, slow_size, slow_close };

	return (struct slow_src){ { .ops = &ops }, bytes, bytes.n, step };
}

/* A destination that leaves its bytes behind; LIMIT 0: none. */
struct kept_dst {
	struct dst dst;
	struct buf bytes;
	size_t limit;
	bool whole_lines; /* every write so far ended with a newline */
};

static ssize_t
kept_write_at(struct dst *d, uint64_t off, const void *p, size_t n, struct err *e)
{
	struct kept_dst *k = (struct kept_dst *)d;

	ck_assert_uint_eq(off, k->bytes.n);
	if (k->limit && off >= k->limit) {
		errno = ENOSPC;
		return err_sys(e, ERR_IO, "cannot write");
	}
	if (k->limit && n > k->limit - off)
		n = k->limit - (size_t)off;
	buf_add(&k->bytes, p, n);
	k->whole_lines = k->whole_lines && k->bytes.p[k->bytes.n - 1] == '\n';
	return (ssize_t)n;
}

static int
kept_truncate(struct dst *d, uint64_t size, struct err *e)
{
	(void)e;
	buf_cut(&((struct kept_dst *)d)->bytes, (size_t)size);
	return 0;
}

static int
kept_close(struct dst *d, struct err *e)
{
	(void)d;
	(void)e;
	return 0;
}

static UNUSED void
kept_init(struct kept_dst *k)
{
	static const struct dst_ops ops = { kept_write_at, kept_truncate, NULL,
		kept_close };

	*k = (struct kept_dst){ .dst = { .ops = &ops, .seekable = true },
		.whole_lines = true };
	buf_init(&k->bytes, (size_t)1 << 30);
}

/* ---- reading ---- */

struct seen_notes {
	unsigned all, lost;
	struct buf text;
};

static UNUSED void
see_note(void *ctx, const struct tape_note *n)
{
	struct seen_notes *s = ctx;

	s->all++;
	s->lost += n->lost;
	buf_addf(&s->text, "%s@%" PRId64 "\n", n->text, n->offset);
}

static UNUSED struct tape *
open_cast(struct src *src, struct seen_notes *notes, bool live)
{
	struct tape_opts o = {
		.note = notes ? see_note : NULL, .ctx = notes, .live = live
	};
	struct err e = { 0 };
	struct tape *t;

	ck_assert_msg(tape_open(&t, src, &o, &e) == 0, "%s", e.text);
	return t;
}

static UNUSED void
list_message(struct buf *out, const struct msg *m, int64_t at)
{
	char when[32];

	snprintf(when, sizeof when, "%" PRId64 ".%09" PRId64, at / NS_PER_S,
		at % NS_PER_S);
	buf_addf(out, "%s ", when);
	msg_describe(out, m);
	buf_add_byte(out, '\n');
}

/* All messages of T as text, then the end state. */
static UNUSED void
list_tape(struct buf *out, struct tape *t)
{
	const struct msg *m;
	int64_t at;
	int rc;

	while ((rc = tape_next(t, &m, &at, NULL)) > 0)
		list_message(out, m, at);
	ck_assert_int_eq(rc, 0);
	buf_addf(out, "%s\n", tape_state_name(tape_end(t).state));
}

static UNUSED char *
list_bytes(struct span bytes, size_t step)
{
	struct slow_src s = slow_src(bytes, step);
	struct tape *t = open_cast(&s.src, NULL, false);
	struct buf out = { 0 };
	char *text;

	list_tape(&out, t);
	tape_close(t);
	text = strdup(buf_cstr(&out));
	buf_free(&out);
	return text;
}

/* ---- writing ---- */

struct lost_list {
	struct buf text;
};

static UNUSED void
see_lost(void *ctx, const char *what, uint64_t count)
{
	buf_addf(&((struct lost_list *)ctx)->text, "%" PRIu64 " %s\n", count, what);
}

static UNUSED struct tapew *
open_writer(enum tape_format f, struct kept_dst *d, struct tapew_opts *o)
{
	struct err e = { 0 };
	struct tapew *w;

	kept_init(d);
	ck_assert_msg(tapew_open(&w, f, &d->dst, o, &e) == 0, "%s", e.text);
	return w;
}

/* Everything in BYTES, written anew as F; the caller frees OUT. */
static UNUSED void
convert(struct span bytes, enum tape_format f, struct buf *out, struct lost_list *lost)
{
	struct tapew_opts o = { .lost = lost ? see_lost : NULL, .ctx = lost };
	struct slow_src s = slow_src(bytes, bytes.n ? bytes.n : 1);
	struct tape *t = open_cast(&s.src, NULL, false);
	struct kept_dst d;
	struct tapew *w = open_writer(f, &d, &o);
	const struct msg *m;
	int64_t at;

	while (tape_next(t, &m, &at, NULL) > 0)
		ck_assert_int_eq(tapew_put(w, m, NULL), 0);
	ck_assert_int_eq(tapew_close(w, NULL), 0);
	tape_close(t);
	*out = d.bytes;
}

/* DIR/NAME.SUFFIX below the source tree; false when there is none. */
static UNUSED bool
read_file(struct buf *out, const char *dir, const char *name, const char *suffix)
{
	const char *src = getenv("srcdir");
	char path[4096];
	FILE *f;
	int c;

	snprintf(path, sizeof path, "%s/%s/%s%s", src ? src : ".", dir, name, suffix);
	f = fopen(path, "rb");
	if (!f)
		return false;
	while ((c = getc(f)) != EOF)
		buf_add_byte(out, (uint8_t)c);
	fclose(f);
	return true;
}

#endif
