/* SPDX-License-Identifier: ISC */
#include "log/redaction.h"

#include "base/diag.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Where FROM and TO lie; reads all of IN when only its end tells. */
static int
find_range(struct redaction *x, struct input *in, struct err *e)
{
	const struct tape_info *info = tape_info(in->tape);
	struct when *ends[2] = { &x->from, &x->to };
	int64_t *ns[2] = { &x->from_ns, &x->to_ns }, at, duration = 0;
	const struct msg *m;
	int r;

	while (input_next(in, &m, &at, e) > 0)
		duration = at;
	for (int i = 0; i < 2; i++) {
		r = when_check(ends[i], info->has_wall, e);
		if (r < 0)
			return r;
		*ends[i] = when_settle(ends[i], info->has_wall, info->start_ns, duration);
		*ns[i] = ends[i]->kind == WHEN_END ? INT64_MAX
						   : when_resolve(ends[i], duration);
	}
	if (x->from_ns >= x->to_ns)
		return err_set(e, ERR_USAGE, "the time to mask ends before it begins");
	return tape_rewind(in->tape, e);
}

static bool
is_blank(const struct redaction *x, int64_t at_ns)
{
	return x->between && at_ns >= x->from_ns && at_ns <= x->to_ns;
}

/* Events that tell what was done at the terminal; those about the recording stay. */
static bool
tells_doings(const struct msg *m)
{
	switch ((int)vendor_of(m)) {
	case VENDOR_MARKER:
	case VENDOR_COMMAND:
	case VENDOR_PROCESS_EXEC:
	case VENDOR_PROCESS_EXIT:
	case VENDOR_FILE_OPEN:
	case VENDOR_CONNECT_OUT:
	case VENDOR_CAST_EVENT:
		return true;
	default:
		return false;
	}
}

/* The count of what M belongs to and is left out; NULL: it stays. */
static uint64_t *
dropped(struct redaction *x, const struct msg *m, int64_t at_ns)
{
	if (x->drop_input && m->type == MSG_IO && m->p.io.stream == MSG_STREAM_IN)
		return &x->input_dropped;
	return is_blank(x, at_ns) && tells_doings(m) ? &x->events_dropped : NULL;
}

static int
find_all(struct redaction *x, struct input *in, struct err *e)
{
	const struct msg *m;
	int64_t at;
	int r;

	if (x->between && find_range(x, in, e) < 0)
		return e->code;
	while ((r = input_next(in, &m, &at, e)) > 0) {
		uint64_t *count = dropped(x, m, at);

		if (count)
			++*count;
		if (redact_find(x->redact, m, at, is_blank(x, at), e) < 0)
			return e->code;
	}
	if (r < 0 && r != ERR_DAMAGED && r != ERR_TRUNCATED)
		return r;
	return redact_found(x->redact, e);
}

/* Does it hold no connection ids, so that its reader makes them? */
static bool
makes_ids(struct tape *t)
{
	return !(tape_kind(tape_info(t)->format)->holds & TAPE_HOLDS_ALL);
}

/* The first pass. */
static int
find(struct redaction *x, struct input *in)
{
	struct redact_opts o = { &x->rules, x->mask, makes_ids(in->tape), x->hit,
		x->ctx };
	struct err e;

	x->made_ids = o.made_ids;
	if (redact_open(&x->redact, &o, &e) == 0 && find_all(x, in, &e) == 0)
		return CMD_OK;
	progress_end(&in->progress);
	return diag_fail(&e, in->name);
}

/* "3 places masked: password 2, card 1", as far as there is room. */
static void
describe(const struct redaction *x, char *out, size_t size)
{
	const char *between = ": ";
	uint64_t total = redact_total(x->redact);
	int n = snprintf(
		out, size, "%" PRIu64 " place%s masked", total, total == 1 ? "" : "s");

	if (x->drop_input)
		n += snprintf(out + n, size - (size_t)n, ", no input");
	if (x->between)
		n += snprintf(out + n, size - (size_t)n, ", a range of time blank");
	for (size_t i = 0; i < x->rules.n; i++) {
		uint64_t count = redact_count(x->redact, i);
		size_t room = size - (size_t)n;

		if (!count || room < RULE_NAME_MAX + 24)
			continue;
		n += snprintf(out + n, room, "%s%s %" PRIu64, between, x->rules.v[i].name,
			count);
		between = ", ";
	}
}

static int
before(struct edit *edit)
{
	struct redaction *x = (struct redaction *)edit;
	int status = find(x, &edit->copy.in);

	if (status == CMD_OK)
		describe(x, edit->how, sizeof edit->how);
	return status;
}

/* The second pass.  A recording that grows meanwhile is left where the first pass ended. */
static int
pass(struct edit *edit, const struct msg *m, int64_t at_ns, struct err *e)
{
	struct redaction *x = (struct redaction *)edit;
	struct msg masked;

	if (x->taken++ >= redact_messages(x->redact))
		return 0;
	if (redact_mask(x->redact, m, &masked, e) < 0)
		return e->code;
	return dropped(x, m, at_ns) ? 0 : edit_put(edit, &masked, at_ns, e);
}

static int
last(struct edit *edit, struct err *e)
{
	(void)e;
	((struct redaction *)edit)->complete = true;
	return 0;
}

static void
tell_rules(struct redaction *x, struct jsonw *w)
{
	jsonw_key(w, "rules");
	jsonw_array(w);
	for (size_t i = 0; i < x->rules.n; i++) {
		jsonw_object(w);
		jsonw_kstr(w, "name", x->rules.v[i].name);
		jsonw_kstr(w, "kind", rule_kind_name(x->rules.v[i].kind));
		jsonw_kuint(w, "places", redact_count(x->redact, i));
		jsonw_object_end(w);
	}
	jsonw_array_end(w);
}

static void
tell(struct edit *edit, struct jsonw *w)
{
	struct redaction *x = (struct redaction *)edit;
	uint64_t secrets = redact_count(x->redact, REDACT_SECRET_FIELD);

	jsonw_kuint(w, "places", redact_total(x->redact));
	tell_rules(x, w);
	if (secrets)
		jsonw_kuint(w, "secret_fields", secrets);
	if (x->drop_input)
		jsonw_kuint(w, "input_dropped", x->input_dropped);
	if (!x->between)
		return;
	jsonw_kuint(w, "events_dropped", x->events_dropped);
	jsonw_kint(w, "from", x->from_ns);
	jsonw_kint(w, "to", x->to_ns);
}

/* Name of the file, names of rules: the event is searched like any other text. */
static int
mind(struct edit *edit, struct msg *m, struct err *e)
{
	struct redaction *x = (struct redaction *)edit;
	struct msg masked;

	if (redact_fields(x->redact, m, &masked, e) < 0)
		return e->code;
	*m = masked;
	return 0;
}

struct remains {
	const struct redaction *x;
	uint64_t n;
	const char *rule;
	enum redact_place place;
	int64_t at_ns;
};

static void
on_remains(void *ctx, const struct redact_hit *h)
{
	struct remains *r = ctx;

	if (r->n++ == 0) {
		r->rule = h->rule == REDACT_SECRET_FIELD ? "a secret field"
							 : r->x->rules.v[h->rule].name;
		r->place = h->place;
		r->at_ns = h->at_ns;
	}
}

/* What is written must have nothing left to mask. */
static int
search_again(struct redaction *x, struct tape *t, struct err *e)
{
	struct remains left = { .x = x };
	struct redact_opts o = { &x->rules, x->mask, x->made_ids || makes_ids(t),
		on_remains, &left };
	struct redact *again;
	const struct msg *m;
	char when[WHEN_TEXT_MAX];
	int64_t at;
	int r = redact_open(&again, &o, e);

	while (r == 0 && (r = tape_next(t, &m, &at, e)) > 0)
		r = redact_find(again, m, at, false, e);
	if (r == 0)
		r = redact_found(again, e);
	redact_close(again);
	if (r == 0 && left.n)
		r = err_set(e, ERR_STATE,
			"not written: %" PRIu64 " places are still there, first at %s "
			"(%s, rule %s)",
			left.n, when_format(when, left.at_ns, 3),
			redact_place_name(left.place), left.rule);
	return r;
}

static int
verify(struct redaction *x, struct err *e)
{
	struct src *s = fdio_dst_reader(x->inner);
	struct tape *t;
	int r;

	if (!s)
		return err_set(e, ERR_IO, "cannot be read again");
	r = tape_open(&t, s, NULL, e);
	if (r < 0)
		return r;
	r = search_again(x, t, e);
	tape_close(t);
	return r;
}

static struct redaction *
of_dst(struct dst *d)
{
	return (struct redaction *)((char *)d - offsetof(struct redaction, dst));
}

static ssize_t
through_write(struct dst *d, uint64_t off, const void *p, size_t n, struct err *e)
{
	return dst_write_at(of_dst(d)->inner, off, p, n, e);
}

static int
through_truncate(struct dst *d, uint64_t size, struct err *e)
{
	struct dst *inner = of_dst(d)->inner;

	return inner->ops->truncate(inner, size, e);
}

static int
through_sync(struct dst *d, struct err *e)
{
	struct dst *inner = of_dst(d)->inner;

	return inner->ops->sync ? inner->ops->sync(inner, e) : 0;
}

/* The file gets its name when this succeeds. */
static int
through_close(struct dst *d, struct err *e)
{
	struct redaction *x = of_dst(d);
	struct err ignored;
	int r = x->complete ? verify(x, e) : 0;

	if (r == 0)
		return dst_close(x->inner, e);
	fdio_doom_dst(x->inner, true);
	dst_close(x->inner, &ignored);
	return r;
}

static int
check_format(enum tape_format f, struct err *e)
{
	if (tape_kind(f)->holds & TAPE_HOLDS_EVENTS || f == TAPE_CAST_V1) /* its header */
		return 0;
	return err_set(e, ERR_USAGE,
		"%s cannot say that it is no original: write audit or asciicast",
		tape_format_name(f));
}

static int
dress(struct copy *c, struct dst **d, struct err *e)
{
	static const struct dst_ops through = { through_write, through_truncate,
		through_sync, through_close };
	struct redaction *x = c->ctx;
	int r = check_format(c->format, e);

	if (r == 0 && !(*d)->seekable)
		r = err_set(e, ERR_USAGE,
			"what is written is searched again, so it must be a file");
	x->inner = *d;
	x->dst = (struct dst){ .ops = &through, .seekable = true };
	*d = &x->dst;
	if (r < 0)
		through_close(&x->dst, &(struct err){ 0 });
	return r;
}

int
redaction_run(struct redaction *x, const struct clk *clk)
{
	x->edit.what = "redact";
	x->edit.before = before;
	x->edit.pass = pass;
	x->edit.last = last;
	x->edit.tell = tell;
	x->edit.mind = mind;
	x->edit.times_stay = true;
	x->edit.copy.dress = dress;
	return edit_run(&x->edit, clk);
}

int
redaction_try(struct redaction *x, const struct clk *clk)
{
	struct input in;
	int status = input_open(&in, x->edit.copy.from, NULL, clk);

	if (status == 0)
		status = find(x, &in);
	if (status == 0)
		describe(x, x->edit.how, sizeof x->edit.how);
	input_close(&in);
	return status;
}

void
redaction_free(struct redaction *x)
{
	redact_close(x->redact);
	rules_free(&x->rules);
}
