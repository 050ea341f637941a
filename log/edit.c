/* SPDX-License-Identifier: ISC */
#include "log/edit.h"

#include "base/diag.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READ_BYTES    ((size_t)64 << 10)
#define FIRST_REQUEST (UINT64_C(1) << 32) /* beyond the numbers of any session */

int
edit_look(struct edit_source *s, struct src *src, const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	uint8_t hash[SHA256_BYTES], *p = malloc(READ_BYTES);
	struct sha256 h;
	ssize_t n;

	if (!p)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	*s = (struct edit_source){ .file = slash ? slash + 1 : path };
	sha256_begin(&h);
	while ((n = src_read_at(src, s->bytes, p, READ_BYTES, e)) > 0) {
		sha256_add(&h, span_of(p, (size_t)n));
		s->bytes += (uint64_t)n;
	}
	free(p);
	sha256_end(&h, hash);
	sha256_text(s->sha256, hash);
	return n < 0 ? e->code : 0;
}

int64_t
edit_start(struct edit *x)
{
	if (!x->started)
		x->start_ns = tape_info(x->copy.in.tape)->start_ns;
	x->started = true;
	return x->start_ns;
}

static int
put(struct edit *x, struct msg *m, int64_t at_ns, struct err *e)
{
	if (at_ns > x->put_ns)
		x->put_ns = at_ns;
	m->time_ns = ns_add(edit_start(x), x->put_ns);
	return copy_put(&x->copy, m, e);
}

int
edit_put_event(struct edit *x, struct msg *m, int64_t at_ns, struct err *e)
{
	m->connection_id = buf_span(&x->connection);
	m->channel = x->channel;
	m->p.channel_request_unknown.request_id = FIRST_REQUEST + x->requests++;
	return put(x, m, at_ns, e);
}

static void
tell_source(struct jsonw *w, const struct edit_source *s)
{
	jsonw_kstr(w, "file", s->file);
	jsonw_kuint(w, "bytes", s->bytes);
	jsonw_kstr(w, "sha256", s->sha256);
}

static int
tell_one(struct edit *x, const struct edit_source *s, struct err *e)
{
	struct jsonw w;
	struct msg m;

	vendor_begin(&m, VENDOR_EDITED, &w, &x->event);
	jsonw_kstr(&w, "what", x->what);
	if (x->how[0])
		jsonw_kstr(&w, "how", x->how);
	jsonw_kstr(&w, "by", "auditlog " PACKAGE_VERSION);
	jsonw_kuint(&w, "uid", getuid());
	jsonw_kint(&w, "time", x->now_ns);
	if (!x->hide_source)
		tell_source(&w, s);
	if (x->tell)
		x->tell(x, &w);
	if (vendor_end(&m, &w) < 0)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	if (x->mind && x->mind(x, &m, e) < 0)
		return e->code;
	return edit_put_event(x, &m, x->put_ns, e);
}

static int
tell(struct edit *x, struct err *e)
{
	int r = tell_one(x, &x->source, e);

	for (x->told = true; r == 0 && x->telling < x->nmore;) {
		const struct edit_source *s = &x->more[x->telling++];

		r = tell_one(x, s, e);
	}
	return r;
}

/* The session's channel is open when anything is asked for on it. */
static bool
is_request(const struct msg *m)
{
	return m->type >= MSG_CHANNEL_REQUEST_UNKNOWN;
}

static int
note(struct edit *x, const struct msg *m, struct err *e)
{
	struct span id = buf_span(&x->connection);

	if (m->has_channel && !x->has_channel) {
		x->channel = m->channel;
		x->has_channel = true;
	}
	if (!span_eq(id, m->connection_id)) {
		buf_clear(&x->connection);
		if (buf_add_span(&x->connection, m->connection_id) < 0)
			return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	}
	return is_request(m) && !x->told ? tell(x, e) : 0;
}

int
edit_put(struct edit *x, const struct msg *m, int64_t at_ns, struct err *e)
{
	struct msg timed = *m;
	int r = note(x, m, e);

	if (r < 0)
		return r;
	if (!x->times_stay)
		return put(x, &timed, at_ns, e);
	x->put_ns = at_ns;
	return copy_put(&x->copy, m, e);
}

static struct edit *
edit_of(struct copy *c)
{
	return c->ctx;
}

static int
look(struct copy *c, struct src *src, struct err *e)
{
	struct edit_source *s = &edit_of(c)->source;

	return s->file ? 0 : edit_look(s, src, c->in.name, e);
}

static int
pass(struct copy *c, const struct msg *m, int64_t at_ns, struct err *e)
{
	return edit_of(c)->pass(edit_of(c), m, at_ns, e);
}

static int
last(struct copy *c, struct err *e)
{
	struct edit *x = edit_of(c);
	int r = x->told ? 0 : tell(x, e);

	return r == 0 && x->last ? x->last(x, e) : r;
}

/* Damage is told when IN is copied. */
static int
read_before(struct edit *x)
{
	struct err e;
	int status;

	x->copy.quiet = true;
	status = x->before(x);
	x->copy.quiet = false;
	if (status == 0 && tape_rewind(x->copy.in.tape, &e) < 0)
		status = diag_fail(&e, x->copy.in.name);
	return status;
}

int
edit_run(struct edit *x, const struct clk *clk)
{
	int status;

	x->copy.ctx = x;
	x->copy.look = look;
	x->copy.pass = pass;
	x->copy.last = last;
	x->now_ns = clk_wall(clk);
	status = copy_open(&x->copy, clk);
	if (status == 0 && x->before)
		status = read_before(x);
	if (status == 0)
		status = copy_run(&x->copy);
	copy_close(&x->copy);
	buf_free(&x->event);
	buf_free(&x->connection);
	return status;
}
