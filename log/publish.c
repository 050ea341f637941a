/* SPDX-License-Identifier: ISC */
/* The recording runs once through format/castcheck into a temporary file; on the way its facts
 * are gathered. */
#include "log/publish.h"

#include "base/diag.h"
#include "base/when.h"
#include "format/seemly.h"

#include <inttypes.h>

#define LABEL_WIDTH 13
#define SHOWN_MAX   200 /* characters of a recorded text */

static void
take_change(void *ctx, const char *text)
{
	struct publish *p = ctx;

	buf_addf(&p->changes, "%s\n", text);
}

/* What the format cannot hold is no loss, the recording stays as it is; but what is missing in
 * the header was meant to be there. */
static void
take_loss(void *ctx, const char *what, uint64_t count)
{
	static const char *const told[] = { "environment variables",
		"members of the header" };
	struct publish *p = ctx;

	for (size_t i = 0; i < sizeof told / sizeof *told; i++)
		if (strcmp(what, told[i]) == 0)
			buf_addf(&p->changes, "%s left out: %" PRIu64 "\n", what, count);
}

static int
pass(struct copy *c, const struct msg *m, int64_t at_ns, struct err *e)
{
	struct publish *p = c->ctx;

	facts_take(&p->facts, m, at_ns);
	if (m->type == MSG_IO && m->p.io.stream == MSG_STREAM_IN) {
		p->inputs++;
		if (!p->input)
			return 0;
	}
	return copy_put(c, m, e);
}

/* Opens the temporary file: what is written goes through the check, what is read is the result. */
static int
open_cast(struct publish *p, struct copy *c, struct err *e)
{
	struct dst *temp;
	int fd = fdio_temp(e);

	if (fd < 0 || fdio_fd_dst(&temp, fd, e) < 0)
		return e->code;
	p->cast = fdio_dst_reader(temp);
	castcheck_init(&p->check, temp);
	p->check.limit = p->max_bytes;
	p->check.env = strcmp(p->env, "all") == 0 ? NULL : p->env;
	p->check.changed = take_change;
	p->check.ctx = p;
	c->given = &p->check.dst;
	return p->cast ? 0 : err_set(e, ERR_IO, "cannot read a temporary file");
}

static uint64_t
form_bytes(const struct publish *p)
{
	return CASTCHECK_FORM_BYTES + span_str(p->title).n + span_str(p->description).n;
}

static int
check_result(const struct publish *p)
{
	const char *name = input_name(p->file);
	uint64_t size = p->check.bytes + form_bytes(p);

	if (!p->check.events) {
		diag_error("%s: nothing happens in it, so no server takes it", name);
		return CMD_WRONG;
	}
	if (size > p->max_bytes) {
		diag_error(
			"%s: would be %.1f MB to send, and the server takes %.1f MB: cut "
			"a part out (auditlog cut), or raise --max-size when you know "
			"that it takes more",
			name, (double)size / 1e6, (double)p->max_bytes / 1e6);
		return CMD_WRONG;
	}
	return 0;
}

int
publish_prepare(struct publish *p, const struct clk *clk)
{
	struct copy c = { .from = p->file,
		.to = "asciicast",
		.format = TAPE_CAST_V2,
		.pass = pass,
		.ctx = p,
		.wopts = { .title = p->title, .lost = take_loss, .ctx = p } };
	struct err e;
	int r;

	facts_init(&p->facts);
	if (open_cast(p, &c, &e) < 0) {
		copy_close(&c);
		return diag_fail(&e, NULL);
	}
	r = copy_open(&c, clk);
	if (!r)
		r = copy_run(&c);
	copy_close(&c);
	p->damaged = r == CMD_DAMAGED && c.losses;
	return r && !p->damaged ? r : check_result(p);
}

void
publish_free(struct publish *p)
{
	src_close(p->cast);
	p->cast = NULL;
	facts_free(&p->facts);
	buf_free(&p->changes);
	buf_free(&p->check.kept);
}

/* --- what a person is told --- */

static void
put_label(struct buf *out, const char *label)
{
	buf_addf(out, "  %-*s", LABEL_WIDTH, label);
}

/* Hostile TEXT; nothing when it is empty. */
static void
put_text(struct buf *out, const char *label, struct span text)
{
	if (!text.n)
		return;
	put_label(out, label);
	seemly_put(out, text, SHOWN_MAX);
	buf_add_byte(out, '\n');
}

static struct span
title_of(struct publish *p)
{
	return p->title ? span_str(p->title) : buf_span(&p->facts.text[FACT_TITLE]);
}

static void
put_measures(struct publish *p, struct buf *out)
{
	const struct facts *f = &p->facts;
	char length[WHEN_TEXT_MAX];

	put_label(out, "Length");
	buf_addf(out, "%s, %" PRIu64 " events, %.1f kB\n",
		when_format(length, f->duration_ns, 0), p->check.events,
		(double)p->check.bytes / 1e3);
	if (!f->cols)
		return;
	put_label(out, "Screen");
	buf_addf(out, "%" PRIu32 "x%" PRIu32 "\n", f->cols, f->rows);
}

static void
put_markers(const struct publish *p, struct buf *out)
{
	uint64_t n = p->facts.by_vendor[VENDOR_MARKER];

	if (!n)
		return;
	put_label(out, "Markers");
	buf_addf(out, "%" PRIu64 ", with their labels\n", n);
}

static void
put_input(struct publish *p, struct buf *out)
{
	put_label(out, "Input");
	if (!p->inputs)
		buf_add_str(out, "none was recorded\n");
	else if (p->input)
		buf_add_str(out, "INCLUDED: everything that was typed and recorded\n");
	else
		buf_add_str(out, "left out\n");
}

/* The next line of *CHANGES. */
static bool
next_change(struct span *changes, struct span *line)
{
	const uint8_t *end = changes->n ? memchr(changes->p, '\n', changes->n) : NULL;
	size_t n = end ? (size_t)(end - changes->p) : 0;

	if (!end)
		return false;
	*line = span_of(changes->p, n);
	*changes = span_of(end + 1, changes->n - n - 1);
	return true;
}

static void
put_changes(struct publish *p, struct buf *out)
{
	struct span all = buf_span(&p->changes), line;

	while (next_change(&all, &line))
		put_text(out, "Changed", line);
	if (p->damaged)
		put_text(out, "Damaged", SPAN_LIT("only what could be read is sent"));
}

void
publish_note(struct publish *p)
{
	struct span all = buf_span(&p->changes), line;

	while (next_change(&all, &line))
		diag_note("%s: %.*s", input_name(p->file), (int)line.n,
			(const char *)line.p);
}

static void
put_server(struct publish *p, const struct account *a, struct buf *out)
{
	put_label(out, "Server");
	buf_addf(out, "%s%s%s\n", a->server,
		a->chosen ? "" : " (the public one; nobody has chosen another)",
		a->clear ? " (without encryption: others may read along)" : "");
	put_label(out, "Visibility");
	if (strcmp(p->visibility, "public") == 0)
		buf_add_str(out, "public: everybody\n");
	else if (strcmp(p->visibility, "private") == 0)
		buf_add_str(out, "private: your account only\n");
	else
		buf_add_str(out, "unlisted: everybody who has the link\n");
}

int
publish_tell(struct publish *p, const struct account *a, struct buf *out)
{
	struct facts *f = &p->facts;

	put_text(out, "Recording", span_str(input_name(p->file)));
	put_text(out, "Title", title_of(p));
	put_text(out, "Description", span_str(p->description));
	put_measures(p, out);
	put_text(out, "Command", buf_span(&f->text[FACT_COMMAND]));
	put_input(p, out);
	put_markers(p, out);
	put_label(out, "Environment");
	buf_addf(out, "%s\n", p->check.kept.n ? buf_cstr(&p->check.kept) : "none");
	put_changes(p, out);
	put_server(p, a, out);
	return buf_failed(out);
}

static void
json_changes(struct publish *p, struct jsonw *w)
{
	struct span all = buf_span(&p->changes), line;

	jsonw_key(w, "changes");
	jsonw_array(w);
	while (next_change(&all, &line))
		jsonw_text(w, line);
	jsonw_array_end(w);
}

/* The names of the variables that are sent. */
static void
json_env(struct publish *p, struct jsonw *w)
{
	const char *name = p->check.kept.n ? buf_cstr(&p->check.kept) : "";

	jsonw_key(w, "environment");
	jsonw_array(w);
	for (; *name; name += strspn(name, ", ")) {
		size_t n = strcspn(name, ",");

		jsonw_text(w, span_of(name, n));
		name += n;
	}
	jsonw_array_end(w);
}

void
publish_json(struct publish *p, const struct account *a, struct jsonw *w)
{
	const struct facts *f = &p->facts;

	jsonw_kstr(w, "file", p->file);
	jsonw_kstr(w, "server", a->server);
	jsonw_kstr(w, "visibility", p->visibility);
	jsonw_ktext(w, "title", title_of(p));
	if (p->description)
		jsonw_kstr(w, "description", p->description);
	facts_json_seconds(w, "duration", f->duration_ns);
	jsonw_kuint(w, "cols", f->cols);
	jsonw_kuint(w, "rows", f->rows);
	jsonw_kuint(w, "bytes", p->check.bytes);
	jsonw_kuint(w, "events", p->check.events);
	jsonw_kuint(w, "markers", f->by_vendor[VENDOR_MARKER]);
	jsonw_kbool(w, "input", p->input && p->inputs);
	json_env(p, w);
	jsonw_kbool(w, "damaged", p->damaged);
	json_changes(p, w);
}
