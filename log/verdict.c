/* SPDX-License-Identifier: ISC */
#include "log/verdict.h"

#include "base/clk.h"
#include "base/utf8.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP_EVERY 64 /* messages */
#define ID_DIGITS  32

struct trial {
	struct verdict *v;
	const struct verdict_opts *o;
	struct gzcheck *gz;
	struct sealcheck *seals;
	struct tape *tape;
	uint64_t wrong; /* findings that are no mere oddities of the end */
	int64_t last_ns;
};

/* ---- findings ---- */

static void
report(struct trial *t, const struct verdict_finding *f)
{
	struct verdict_finding one = *f;

	one.member = gzcheck_member_of(t->gz, f->offset);
	t->wrong++;
	t->v->found++;
	t->o->found(t->o->ctx, &one);
}

static void
take_note(void *ctx, const struct tape_note *n)
{
	struct trial *t = ctx;

	report(t, &(struct verdict_finding){ .offset = n->offset,
			  .placed = true,
			  .ordinal = n->ordinal,
			  .at_ns = t->v->at_ns,
			  .text = n->text });
	if (n->code == ERR_TRUNCATED && !n->lost)
		t->wrong--;
}

static void
take_gzip(void *ctx, int64_t offset, const char *text)
{
	report(ctx, &(struct verdict_finding){ .offset = offset, .text = text });
}

static void
take_seal(void *ctx, uint64_t from, uint64_t to, const char *text)
{
	char where[160];

	snprintf(where, sizeof where, "up to offset %" PRIu64 ": %s", to, text);
	take_gzip(ctx, (int64_t)from, where);
}

static void
step(void *ctx, double done)
{
	struct trial *t = ctx;

	if (t->o->step)
		t->o->step(t->o->ctx, done);
}

/* The first of two passes. */
static void
take_step(void *ctx, double done)
{
	step(ctx, done < 0 ? done : done / 2);
}

/* ---- messages ---- */

static void
check_order(struct trial *t, const struct msg *m)
{
	char text[120];

	if (t->v->messages && m->time_ns < t->last_ns) {
		snprintf(text, sizeof text, "time goes back by %.6f s",
			(double)ns_sub(t->last_ns, m->time_ns) / (double)NS_PER_S);
		report(t, &(struct verdict_finding){ .offset = -1,
				  .placed = true,
				  .ordinal = t->v->messages,
				  .at_ns = t->v->at_ns,
				  .text = text });
	}
	t->last_ns = m->time_ns;
}

static void
take_id(struct verdict *v, struct span id)
{
	size_t n = id.n < sizeof v->id - 1 ? id.n : sizeof v->id - 1;

	if (v->messages || !n)
		return;
	memcpy(v->id, id.p, n);
	v->id[n] = '\0';
}

static void
copy_text(char *out, size_t size, struct span s)
{
	size_t n = s.n < size - 1 ? s.n : size - 1;

	n -= n < s.n ? utf8_tail(span_of(s.p, n)) : 0;
	memcpy(out, s.p, n);
	out[n] = '\0';
}

/* As whoever kept it has learnt it, too: the last word counts. */
static void
take_meta(struct meta *x, const struct msg *m)
{
	if (m->payload_null)
		return;
	if (m->type == MSG_CONNECT) {
		x->start_s = m->time_ns / NS_PER_S;
		copy_text(
			x->remote_addr, sizeof x->remote_addr, m->p.connect.remote_addr);
		copy_text(x->country, sizeof x->country, m->p.connect.country);
	} else if (m->type == MSG_HANDSHAKE_SUCCESSFUL) {
		x->authenticated = true;
		copy_text(x->username, sizeof x->username,
			m->p.handshake_successful.username);
	}
}

static int
read_all(struct trial *t, struct err *e)
{
	struct verdict *v = t->v;
	const struct msg *m;
	int r;

	for (;;) {
		struct tape_pos pos = tape_tell(t->tape);

		r = tape_next(t->tape, &m, &v->at_ns, e);
		if (r <= 0)
			return r;
		gzcheck_message(t->gz, pos.off, pos.ordinal, v->at_ns);
		sealcheck_message(t->seals, m, pos.off);
		check_order(t, m);
		take_id(v, m->connection_id);
		take_meta(&v->meta, m);
		if (++v->messages % STEP_EVERY == 0)
			step(t, 0.5 + tape_progress(t->tape) / 2);
	}
}

/* ---- the end ---- */

/* What the tape takes as it is meant: strangers must not depend on that. */
static void
check_stream(struct trial *t)
{
	if (t->v->gz.broken && t->v->end.state != TAPE_DAMAGED)
		take_gzip(t, (int64_t)t->v->gz.at, "the gzip stream is damaged");
}

/* Closed without a final seal: by somebody else, if there is a closing header at all. */
static void
check_final(struct trial *t)
{
	struct verdict *v = t->v;

	if (!v->checked || !v->seals.seals || v->seals.final)
		return;
	take_gzip(t, (int64_t)v->seals.sealed_end,
		v->gz.closed ? "the recording is closed, but its final seal is missing: "
			       "somebody else wrote its end"
			     : "no seal vouches for what is behind: a crash, or the end "
			       "was cut off");
	if (v->gz.closed)
		return;
	t->wrong--; /* as the state says */
	if (v->end.state == TAPE_CLEAN)
		v->end = (struct tape_end){ TAPE_TRUNCATED, -1, 0,
			"was not closed by its writer" };
}

static void
check_name(struct trial *t)
{
	const struct verdict *v = t->v;
	char text[4 * VERDICT_ID_MAX];

	if (!t->o->id || strcmp(t->o->id, v->id) == 0)
		return;
	snprintf(text, sizeof text,
		"holds session %s where %s should be: renamed, or exchanged",
		*v->id ? v->id : "without an id", t->o->id);
	take_gzip(t, -1, text);
}

static void
check_fact(struct trial *t, const char *what, const char *told, const char *is)
{
	char text[ERR_TEXT_MAX];

	if (!*told || strcmp(told, is) == 0)
		return;
	snprintf(text, sizeof text,
		"its metadata say %s %.100s, the recording says %.100s", what, told,
		*is ? is : "nothing");
	take_gzip(t, -1, text);
}

/* Facts that the store keeps beside it; not all stores keep all. */
static void
check_meta(struct trial *t)
{
	const struct meta *told = t->o->meta, *is = &t->v->meta;
	char a[24], b[24];

	if (!told)
		return;
	snprintf(a, sizeof a, "%" PRId64, told->start_s);
	snprintf(b, sizeof b, "%" PRId64, is->start_s);
	check_fact(t, "startTime", told->start_s ? a : "", b);
	check_fact(t, "remoteAddr", told->remote_addr, is->remote_addr);
	check_fact(t, "username", told->username, is->username);
	check_fact(t, "country", told->country, is->country);
	if (told->authenticated && !is->authenticated)
		check_fact(t, "authenticated", "yes", "no");
}

static int
conclude(struct trial *t, struct err *e)
{
	struct verdict *v = t->v;
	int rc;

	v->end = tape_end(t->tape);
	v->gz = gzcheck_result(t->gz);
	check_stream(t);
	rc = sealcheck_end(t->seals, tape_tell(t->tape).off, &v->seals, e);
	if (rc < 0)
		return rc;
	check_final(t);
	check_name(t);
	check_meta(t);
	if (v->end.state != TAPE_DAMAGED &&
		(t->wrong || (v->found && v->end.state == TAPE_CLEAN)))
		v->end = (struct tape_end){ .state = TAPE_DAMAGED, .offset = -1 };
	return 0;
}

/* Is it the recording that is wrong, or the way to it? */
static bool
is_of_recording(int code)
{
	return code == ERR_DAMAGED || code == ERR_TRUNCATED || code == ERR_FORMAT ||
	       code == ERR_LIMIT || code == ERR_UNSUPPORTED;
}

static int
try_messages(struct trial *t, struct err *e)
{
	struct verdict *v = t->v;
	int r = read_all(t, e);

	if (r < 0 && !is_of_recording(r))
		return r;
	if (r < 0 && tape_end(t->tape).state != TAPE_DAMAGED)
		report(t, &(struct verdict_finding){ .offset = e->offset,
				  .placed = true,
				  .ordinal = v->messages,
				  .at_ns = v->at_ns,
				  .text = e->text });
	gzcheck_end(
		t->gz, v->messages, r == 0 && tape_end(t->tape).state != TAPE_DAMAGED);
	return conclude(t, e);
}

static int
try_all(struct trial *t, struct src *src, struct err *e)
{
	struct tape_opts topts = { .note = take_note, .ctx = t };
	int rc;

	if (gzcheck_walk(t->gz, src, e) < 0) {
		src_close(src);
		return e->code;
	}
	if (tape_open(&t->tape, src, &topts, e) < 0)
		return e->code;
	t->v->format = tape_info(t->tape)->format;
	rc = try_messages(t, e);
	tape_close(t->tape);
	return rc;
}

int
verdict_reach(
	struct verdict *v, struct src *src, const struct verdict_opts *o, struct err *e)
{
	struct trial t = { .v = v, .o = o };
	struct gzcheck_opts gopts = { take_gzip, take_step, &t };
	int rc;

	*v = (struct verdict){ .checked = o->public != NULL };
	t.gz = gzcheck_new(&gopts);
	t.seals = sealcheck_new(src, o->public, take_seal, &t);
	if (t.gz && t.seals) {
		rc = try_all(&t, src, e);
	} else {
		src_close(src);
		rc = err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	}
	gzcheck_free(t.gz);
	sealcheck_free(t.seals);
	return rc;
}

bool
verdict_is_good(const struct verdict *v)
{
	return v->end.state == TAPE_CLEAN && !v->found;
}

bool
verdict_name(char id[VERDICT_ID_MAX], const char *path)
{
	static const char *const ends[] = { "", ".audit" };
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	size_t n = 0;

	while (n < ID_DIGITS && isxdigit((unsigned char)name[n]) &&
		!isupper((unsigned char)name[n]))
		n++;
	memcpy(id, name, n);
	id[n] = '\0';
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (n == ID_DIGITS && strcmp(name + n, ends[i]) == 0)
			return true;
	return false;
}
