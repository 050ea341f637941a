/* SPDX-License-Identifier: ISC */
/* auditlog info: who, where, when, how long, what is in it and how it ends; a table for a
 * person, one JSON object a recording for scripts.  Of a long recording with an index only the
 * beginning and the end are read, unless what lies between is to be counted. */
#include "log/cmd.h"

#include "base/diag.h"
#include "base/when.h"
#include "log/glance.h"
#include "log/input.h"
#include "log/out.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#define WHOLE_MAX ((int64_t)1 << 20) /* bytes of a file that is read in no time */

enum { OPT_JSON = 1, OPT_COUNT };

static const struct opt options[] = {
	{ OPT_COUNT, "count", 'c', NULL,
		"read all of it and count bytes and events, however long it is" },
	{ OPT_JSON, "json", 'j', NULL, "print one JSON object a recording" },
	CMD_OPTIONS_END,
};

struct wish {
	bool json, count;
};

struct info {
	const char *path;
	const struct tape_info *tape;
	struct tape_end end;
	int64_t size;
	bool partly; /* what lies between beginning and end was not read */
	uint64_t messages;
	struct facts facts;
};

#define LABEL_WIDTH 17

static void
put_label(struct buf *out, const char *label)
{
	buf_addf(out, "%-*s", LABEL_WIDTH, label);
}

static void
put_row(struct buf *out, const char *label, const char *value)
{
	char clean[FACT_TEXT_MAX + 1];

	diag_clean(clean, sizeof clean, value);
	put_label(out, label);
	buf_addf(out, "%s\n", clean);
}

static void
table_texts(struct buf *out, struct info *i)
{
	for (int f = 0; f < FACT_COUNT; f++) {
		const char *text = buf_cstr(&i->facts.text[f]);

		if (text && *text)
			put_row(out, fact_name((enum fact)f), text);
	}
}

static void
table_times(struct buf *out, const struct info *i)
{
	char text[WHEN_TEXT_MAX];

	if (i->tape->has_wall)
		put_row(out, "Start", when_format_utc(text, i->tape->start_ns, 3));
	put_row(out, "Length", when_format(text, i->facts.duration_ns, 3));
}

static void
table_bytes(struct buf *out, const struct info *i)
{
	const struct facts *f = &i->facts;

	put_label(out, "Bytes");
	if (i->partly)
		buf_add_str(out, "not counted (--count)\n");
	else
		buf_addf(out,
			"%" PRIu64 " typed, %" PRIu64 " shown, %" PRIu64
			" of error output\n",
			f->bytes[0], f->bytes[1], f->bytes[2]);
}

/* A size that it had in what was not read may have stayed to the end. */
static void
table_window(struct buf *out, const struct info *i)
{
	const struct facts *f = &i->facts;

	if (!f->cols && !f->rows)
		return;
	put_label(out, "Size");
	buf_addf(out, "%" PRIu32 "x%" PRIu32, f->cols, f->rows);
	if (f->cols != f->last_cols || f->rows != f->last_rows)
		buf_addf(out, ", at the end %" PRIu32 "x%" PRIu32, f->last_cols,
			f->last_rows);
	else if (i->partly)
		buf_add_str(out, " at the beginning");
	buf_add_byte(out, '\n');
}

static void
table_sizes(struct buf *out, const struct info *i)
{
	const struct facts *f = &i->facts;

	table_window(out, i);
	table_bytes(out, i);
	if (i->size >= 0) {
		put_label(out, "File");
		buf_addf(out, "%" PRId64 " bytes\n", i->size);
	}
	if (f->has_exit) {
		put_label(out, "Exit status");
		buf_addf(out, "%" PRIu32 "\n", f->exit_status);
	}
}

/* Calls for every kind of event with its count, ours by their own names. */
static void
each_event(const struct facts *f, void (*tell)(void *ctx, const char *name, uint64_t n),
	void *ctx)
{
	for (size_t i = 0; i < msg_ndescs && i < FACTS_TYPE_MAX; i++) {
		uint64_t n = f->by_type[i];

		if (msg_descs[i].code == MSG_CHANNEL_REQUEST_UNKNOWN)
			for (int v = VENDOR_NONE + 1; v < VENDOR_COUNT; v++)
				n -= f->by_vendor[v];
		if (n)
			tell(ctx, msg_descs[i].id, n);
	}
	for (int v = VENDOR_NONE + 1; v < VENDOR_COUNT; v++)
		if (f->by_vendor[v])
			tell(ctx, vendor_name((enum vendor_id)v), f->by_vendor[v]);
}

static void
table_event(void *ctx, const char *name, uint64_t n)
{
	buf_addf(ctx, "  %10" PRIu64 "  %s\n", n, name);
}

static void
put_table(struct buf *out, struct info *i)
{
	char state[INPUT_STATE_MAX];

	put_row(out, "Recording", input_name(i->path));
	put_row(out, "Format", tape_format_name(i->tape->format));
	put_row(out, "State", input_state(&i->end, state));
	table_times(out, i);
	table_texts(out, i);
	table_sizes(out, i);
	put_label(out, "Messages");
	buf_addf(out, "%" PRIu64 "\n", i->messages);
	if (!i->partly)
		each_event(&i->facts, table_event, out);
}

static void
json_event(void *ctx, const char *name, uint64_t n)
{
	jsonw_kuint(ctx, name, n);
}

static void
json_state(struct jsonw *w, const struct info *i)
{
	jsonw_kstr(w, "state", tape_state_name(i->end.state));
	if (i->end.state == TAPE_CLEAN)
		return;
	if (i->end.offset >= 0)
		jsonw_kint(w, "stateOffset", i->end.offset);
	if (i->end.text[0])
		jsonw_kstr(w, "stateText", i->end.text);
	jsonw_kuint(w, "damages", i->end.damages);
}

static void
json_times(struct jsonw *w, const struct info *i)
{
	char text[WHEN_TEXT_MAX];

	if (i->tape->has_wall) {
		jsonw_kstr(w, "start", when_format_utc(text, i->tape->start_ns, 9));
		jsonw_kint(w, "startNs", i->tape->start_ns);
	}
	facts_json_seconds(w, "duration", i->facts.duration_ns);
}

static void
json_counts(struct jsonw *w, const struct facts *f)
{
	static const char *const streams[] = { "stdin", "stdout", "stderr" };

	jsonw_key(w, "events");
	jsonw_object(w);
	each_event(f, json_event, w);
	jsonw_object_end(w);
	jsonw_key(w, "bytes");
	jsonw_object(w);
	for (int s = 0; s < 3; s++)
		jsonw_kuint(w, streams[s], f->bytes[s]);
	jsonw_object_end(w);
}

static void
json_numbers(struct jsonw *w, const struct info *i)
{
	const struct facts *f = &i->facts;

	if (f->cols || f->rows) {
		jsonw_kuint(w, "columns", f->cols);
		jsonw_kuint(w, "rows", f->rows);
	}
	if (f->has_exit)
		jsonw_kuint(w, "exitStatus", f->exit_status);
	jsonw_kuint(w, "messages", i->messages);
	jsonw_kbool(w, "counted", !i->partly);
	if (!i->partly)
		json_counts(w, f);
}

static void
put_json(struct buf *out, const struct info *i)
{
	struct jsonw w;

	jsonw_init(&w, out);
	jsonw_object(&w);
	jsonw_kstr(&w, "file", i->path);
	jsonw_kstr(&w, "format", tape_format_name(i->tape->format));
	json_state(&w, i);
	json_times(&w, i);
	for (int f = 0; f < FACT_COUNT; f++)
		if (i->facts.text[f].n)
			jsonw_ktext(
				&w, fact_key((enum fact)f), buf_span(&i->facts.text[f]));
	if (i->size >= 0)
		jsonw_kint(&w, "fileSize", i->size);
	json_numbers(&w, i);
	jsonw_object_end(&w);
	buf_add_byte(out, '\n');
}

/* Reads on; reading that has to stop is a state of the recording, not a failure. */
static void
gather(struct input *in, struct info *i)
{
	const struct msg *m;
	struct err e = { .code = 0 };
	int64_t at;
	int r;

	while ((r = input_next(in, &m, &at, &e)) > 0)
		facts_take(&i->facts, m, at);
	i->messages = tape_tell(in->tape).ordinal;
	i->end = tape_end(in->tape);
	if (r < 0 && i->end.state != TAPE_DAMAGED) {
		i->end.state = TAPE_DAMAGED;
		i->end.offset = e.offset;
		snprintf(i->end.text, sizeof i->end.text, "%s", e.text);
	}
}

static int
inform(const char *path, const struct clk *clk, const struct wish *wish, struct out *out)
{
	struct info i = { .path = path };
	struct input in;
	int status = input_open(&in, path, NULL, clk);

	if (status)
		return status;
	facts_init(&i.facts);
	i.tape = tape_info(in.tape);
	i.size = in.size;
	if (!wish->count && i.size > WHOLE_MAX) {
		glance_head(in.tape, &i.facts);
		i.partly = glance_jump(in.tape);
	}
	gather(&in, &i);
	if (wish->json)
		put_json(&out->buf, &i);
	else
		put_table(&out->buf, &i);
	facts_free(&i.facts);
	input_close(&in);
	return CMD_OK;
}

static int
run(struct cmd_run *r)
{
	struct wish wish = { false, false };
	struct out out;
	struct err e;
	int id, status = CMD_OK;

	while ((id = cmd_next(r, &e)) > 0) {
		wish.json |= id == OPT_JSON;
		wish.count |= id == OPT_COUNT;
	}
	if (id < 0)
		return cmd_wrong(&e);
	out_init(&out, STDOUT_FILENO);
	for (int i = 0; i < r->noperands; i++) {
		int one;

		if (i && !wish.json)
			buf_add_byte(&out.buf, '\n');
		one = inform(r->operands[i], r->clk, &wish, &out);
		status = one > status ? one : status;
		if (out_flush(&out, &e) < 0) {
			status = diag_fail(&e, NULL);
			break;
		}
	}
	out_free(&out);
	return status;
}

const struct cmd cmd_info = {
	.name = "info",
	.args = "FILE...",
	.help = "tell who, where, when, how long and what is in it",
	.options = options,
	.run = run,
	.least = 1,
	.most = INT_MAX,
};
