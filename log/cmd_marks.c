/* SPDX-License-Identifier: ISC */
/* auditlog marks: the markers of a recording, told, put in, taken out. */
#include "log/marks.h"

#include "base/diag.h"
#include "base/when.h"
#include "format/facts.h"
#include "format/seemly.h"
#include "log/out.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define LABEL_CHARS 400 /* in the table */

enum { OPT_AT = 1, OPT_LINES, OPT_LABEL, OPT_ALL, OPT_JSON };

static const struct opt options[] = {
	{ OPT_AT, "at", 'a', "TIME", "add: where LABEL is put in" },
	{ OPT_LINES, "lines", 'l', "FILE",
		"add: all that stand in FILE, a line \"TIME LABEL\" each" },
	{ OPT_LABEL, "label", 0, "LABEL", "remove: those that are called LABEL" },
	{ OPT_ALL, "all", 0, NULL, "remove: all" },
	{ OPT_JSON, "json", 'j', NULL, "list: print one JSON object a marker" },
	COPY_OPTIONS,
	CMD_OPTIONS_END,
};

static const char *const verbs[] = { "list", "add", "remove", NULL };

enum { LIST, ADD, REMOVE };

static const char *
verb_at(size_t i)
{
	return verbs[i];
}

struct words {
	struct marks marks;
	const char *at, *lines;
	bool json;
};

static int
take_option(struct words *w, int id, const char *value, struct err *e)
{
	switch (id) {
	case OPT_AT:
		w->at = value;
		return 0;
	case OPT_LINES:
		w->lines = value;
		return 0;
	case OPT_LABEL:
		w->marks.label = value;
		return 0;
	case OPT_ALL:
		w->marks.all = true;
		return 0;
	case OPT_JSON:
		w->json = true;
		return 0;
	default:
		return copy_option(&w->marks.edit.copy, id, value, e);
	}
}

/* ---- list ---- */

struct table {
	struct out out;
	struct input in;
	bool json;
	uint64_t n;
};

static void
put_json(struct table *t, const struct msg *m, int64_t at_ns, struct span label)
{
	char date[WHEN_TEXT_MAX];
	struct jsonw w;

	jsonw_init(&w, &t->out.buf);
	jsonw_object(&w);
	jsonw_kuint(&w, "number", t->n);
	facts_json_seconds(&w, "at", at_ns);
	if (tape_info(t->in.tape)->has_wall)
		jsonw_kstr(&w, "time", when_format_utc(date, m->time_ns, 9));
	jsonw_ktext(&w, "label", label);
	jsonw_object_end(&w);
	buf_add_byte(&t->out.buf, '\n');
}

static int
put_row(struct table *t, const struct msg *m, int64_t at_ns, struct err *e)
{
	struct buf label = { 0 };
	char at[WHEN_TEXT_MAX];

	t->n++;
	vendor_get_text(m, "label", &label);
	if (t->json) {
		put_json(t, m, at_ns, buf_span(&label));
	} else {
		buf_addf(&t->out.buf, "%4" PRIu64 "  %12s  ", t->n,
			when_format(at, at_ns, 3));
		seemly_put(&t->out.buf, buf_span(&label), LABEL_CHARS);
		buf_add_byte(&t->out.buf, '\n');
	}
	buf_free(&label);
	return out_more(&t->out, e);
}

static int
put_all(struct table *t, struct err *e)
{
	const struct msg *m;
	int64_t at;
	int r;

	while ((r = input_next(&t->in, &m, &at, e)) > 0)
		if (vendor_of(m) == VENDOR_MARKER && put_row(t, m, at, e) < 0)
			return e->code;
	return r;
}

static int
list(const char *path, bool json, const struct clk *clk)
{
	struct table t = { .json = json };
	struct tape_end end;
	struct err e, io;
	int r, status = input_open(&t.in, path, NULL, clk);

	if (status)
		return status;
	out_init(&t.out, STDOUT_FILENO);
	r = put_all(&t, &e);
	end = tape_end(t.in.tape);
	if (r < 0)
		status = diag_fail(&e, t.in.name);
	if (out_flush(&t.out, &io) < 0)
		status = diag_fail(&io, NULL);
	else if (r == 0 && end.state == TAPE_DAMAGED) {
		char state[INPUT_STATE_MAX];

		diag_note("%s: %s", t.in.name, input_state(&end, state));
		status = CMD_DAMAGED;
	}
	out_free(&t.out);
	input_close(&t.in);
	return status;
}

/* ---- add and remove ---- */

static int
check_words(struct words *w, int verb, int n, struct err *e)
{
	const struct marks *k = &w->marks;
	static const struct {
		int least, most;
	} wanted[] = { { 2, 2 }, { 3, 4 }, { 3, 1000 } };

	if (n < wanted[verb].least || n > wanted[verb].most)
		return err_set(e, ERR_USAGE,
			"marks needs list FILE, add IN OUT [LABEL] or remove IN OUT "
			"[NUMBER...]");
	if (verb == ADD && (!w->at == !w->lines))
		return err_set(e, ERR_USAGE, "where? --at TIME or --lines FILE");
	if (verb == ADD && w->lines && n > 3)
		return err_set(e, ERR_USAGE, "the labels stand in %.80s", w->lines);
	if (verb == REMOVE && (n > 3) + (k->label != NULL) + k->all != 1)
		return err_set(e, ERR_USAGE,
			"which? numbers as list tells them, --label LABEL or --all");
	return 0;
}

static int
add(struct words *w, const struct cmd_run *r)
{
	const char *label = r->noperands > 3 ? r->operands[3] : "";
	struct err e;
	int rc = w->lines ? marks_plan_file(&w->marks, w->lines, &e)
			  : marks_plan(&w->marks, w->at, span_str(label), &e);

	return rc < 0 ? cmd_wrong(&e) : marks_add(&w->marks, r->clk);
}

static int
take_out(struct words *w, const struct cmd_run *r)
{
	struct err e;

	for (int i = 3; i < r->noperands; i++)
		if (marks_drop(&w->marks, r->operands[i], &e) < 0)
			return cmd_wrong(&e);
	return marks_remove(&w->marks, r->clk);
}

static int
do_it(struct words *w, const struct cmd_run *r)
{
	struct err e;
	int verb = opt_choice(r->operands[0], "marks", verbs, &e);

	if (verb < 0 || check_words(w, verb, r->noperands, &e) < 0)
		return cmd_wrong(&e);
	if (verb == LIST)
		return list(r->operands[1], w->json, r->clk);
	w->marks.edit.copy.from = r->operands[1];
	w->marks.edit.copy.to = r->operands[2];
	return verb == ADD ? add(w, r) : take_out(w, r);
}

static int
run(struct cmd_run *r)
{
	struct words w = { .json = false };
	struct err e;
	int id, status;

	while ((id = cmd_next(r, &e)) > 0)
		if (take_option(&w, id, r->opts.value, &e) < 0)
			return cmd_wrong(&e);
	if (id < 0)
		return cmd_wrong(&e);
	status = do_it(&w, r);
	marks_free(&w.marks);
	return status;
}

const struct cmd cmd_marks = {
	.name = "marks",
	.args = "list FILE | add IN OUT [LABEL] | remove IN OUT [NUMBER...]",
	.help = "list markers, or write a recording with more or fewer of them",
	.options = options,
	.run = run,
	.least = 2,
	.most = 1000,
	.word_at = verb_at,
};
