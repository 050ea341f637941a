/* SPDX-License-Identifier: ISC */
/* Rows are written as they come; the page sorts them and brings beginning and end of a command
 * together (page.js tells what the members mean). */
#include "log/chronicle.h"

#include "base/clk.h"
#include "format/explain.h"
#include "format/kind.h"
#include "format/seemly.h"

#include <inttypes.h>
#include <stdio.h>

#define ROW_ROOM 512 /* members of a row without its texts */

void
chronicle_init(
	struct chronicle *c, const char *file, const struct tape_info *tape, bool typed)
{
	*c = (struct chronicle){
		.file = file, .tape = tape, .typed = typed, .room = CHRONICLE_BYTES_MAX
	};
	facts_init(&c->facts);
	typed_init(&c->lines);
	buf_init(&c->rows, CHRONICLE_BYTES_MAX + ROW_ROOM);
}

void
chronicle_free(struct chronicle *c)
{
	facts_free(&c->facts);
	typed_free(&c->lines);
	buf_free(&c->rows);
	buf_free(&c->text);
	buf_free(&c->detail);
}

/* ---- rows ---- */

struct row {
	int64_t at_ns, page_ns;
	const char *kind;
};

static void
put_us(struct jsonw *w, const char *key, int64_t ns)
{
	jsonw_kint(w, key, ns / NS_PER_US);
}

/* false: there is no room for it. */
static bool
row_begin(struct chronicle *c, struct jsonw *w, const struct row *r)
{
	size_t want = c->text.n * 6 + CHRONICLE_DETAIL_MAX * 6 + ROW_ROOM;

	if (c->n >= CHRONICLE_ROWS_MAX || c->rows.n + want > c->room) {
		c->left_out++;
		return false;
	}
	if (c->n++)
		buf_add_str(&c->rows, ",\n");
	jsonw_init(w, &c->rows);
	jsonw_object(w);
	put_us(w, "t", r->page_ns);
	if (r->at_ns != r->page_ns)
		put_us(w, "r", r->at_ns);
	jsonw_kstr(w, "k", r->kind);
	return true;
}

static void
row_text(struct chronicle *c, struct jsonw *w)
{
	jsonw_ktext(w, "s", buf_span(&c->text));
}

/* All of an event, as long as there is room for such. */
static void
put_detail(struct chronicle *c, struct jsonw *w, const struct msg *m, int64_t at_ns)
{
	struct explain_at at = { c->ordinal, at_ns, c->tape->has_wall };

	buf_clear(&c->detail);
	if (c->details > CHRONICLE_DETAILS_MAX || msg_explain(&c->detail, m, at) < 0)
		return;
	if (c->detail.n > CHRONICLE_DETAIL_MAX) {
		buf_cut(&c->detail, CHRONICLE_DETAIL_MAX);
		buf_cut(&c->detail, c->detail.n - utf8_tail(buf_span(&c->detail)));
		buf_add_str(&c->detail, "...");
	}
	c->details += c->detail.n;
	jsonw_ktext(w, "d", buf_span(&c->detail));
}

/* ---- commands and processes: two events each ---- */

static bool
text_is(const struct msg *m, const char *key, const char *value)
{
	struct buf b = { 0 };
	bool is = vendor_get_text(m, key, &b) && span_is(buf_span(&b), value);

	buf_free(&b);
	return is;
}

static void
put_int(struct jsonw *w, const char *name, const struct msg *m, const char *key)
{
	int64_t v;

	if (vendor_get_int(m, key, &v))
		jsonw_kint(w, name, v);
}

static void
put_pair(struct jsonw *w, const struct msg *m, const char *id, bool claim, bool ends)
{
	char name[40];
	int64_t number;

	if (!vendor_get_int(m, id, &number))
		return;
	snprintf(name, sizeof name, "%s%" PRId64 "%s", id, number, claim ? "?" : "");
	jsonw_kstr(w, "c", name);
	if (ends)
		jsonw_kbool(w, "e", true);
}

static void
put_command(struct jsonw *w, const struct msg *m)
{
	bool claim = text_is(m, "trust", "claim");
	int64_t ns;

	put_pair(w, m, "id", claim, text_is(m, "phase", "end"));
	if (claim)
		jsonw_kbool(w, "q", true);
	put_int(w, "x", m, "status");
	if (vendor_get_int(m, "duration", &ns))
		put_us(w, "n", ns);
}

static void
put_process(struct jsonw *w, const struct msg *m, bool ends)
{
	put_pair(w, m, "pid", false, ends);
	put_int(w, "x", m, "status");
	put_int(w, "g", m, "signal");
}

static void
put_vendor(struct jsonw *w, const struct msg *m, enum vendor_id id)
{
	if (id == VENDOR_COMMAND)
		put_command(w, m);
	else if (id == VENDOR_PROCESS_EXEC || id == VENDOR_PROCESS_EXIT)
		put_process(w, m, id == VENDOR_PROCESS_EXIT);
}

/* What ran is told as it is, everything else by a sentence. */
static void
make_text(struct chronicle *c, const struct msg *m)
{
	struct buf ran = { 0 };

	buf_clear(&c->text);
	if (vendor_of(m) && vendor_ran(m, &ran) && ran.n)
		seemly_put(&c->text, buf_span(&ran), CHRONICLE_TEXT_MAX);
	else if (msg_describe(&ran, m) == 0)
		seemly_put(&c->text, buf_span(&ran), CHRONICLE_TEXT_MAX);
	buf_free(&ran);
}

static void
note_event(struct chronicle *c, const struct msg *m, int64_t at_ns, int64_t page_ns)
{
	enum vendor_id id = vendor_of(m);
	struct row r = { at_ns, page_ns, kind_row(kind_of(m->type, (int)id))->name };
	struct jsonw w;

	make_text(c, m);
	if (!row_begin(c, &w, &r))
		return;
	row_text(c, &w);
	put_vendor(&w, m, id);
	put_detail(c, &w, m, at_ns);
	jsonw_object_end(&w);
}

/* ---- what is no message ---- */

static void
note_pause(struct chronicle *c, int64_t at_ns)
{
	struct row r = { c->at_ns, c->page_ns, "idle" };
	struct jsonw w;

	if (ns_sub(at_ns, c->at_ns) < CHRONICLE_PAUSE_NS)
		return;
	buf_clear(&c->text);
	if (!row_begin(c, &w, &r))
		return;
	put_us(&w, "n", ns_sub(at_ns, c->at_ns));
	jsonw_object_end(&w);
}

static void
typed_line(void *ctx, struct span line)
{
	struct chronicle *c = ctx;
	struct row r = { c->typed_ns, c->typed_page_ns, "typed" };
	struct jsonw w;

	buf_clear(&c->text);
	seemly_put(&c->text, line, CHRONICLE_TEXT_MAX);
	if (!c->text.n || !row_begin(c, &w, &r))
		return;
	row_text(c, &w);
	jsonw_object_end(&w);
}

static void
note_input(struct chronicle *c, const struct msg *m, int64_t at_ns, int64_t page_ns)
{
	c->lines.ctx = c;
	c->lines.told = typed_line;
	if (!c->lines.line.n && !c->lines.nkey) {
		c->typed_ns = at_ns;
		c->typed_page_ns = page_ns;
	}
	typed_note(&c->lines, m, c->ordinal, at_ns);
}

void
chronicle_note(struct chronicle *c, const struct msg *m, int64_t at_ns, int64_t page_ns)
{
	note_pause(c, at_ns);
	facts_take(&c->facts, m, at_ns);
	if (m->type != MSG_IO || m->p.io.stream > MSG_STREAM_ERR)
		note_event(c, m, at_ns, page_ns);
	else if (m->p.io.stream == MSG_STREAM_IN && c->typed)
		note_input(c, m, at_ns, page_ns);
	c->at_ns = at_ns;
	c->page_ns = page_ns;
	c->ordinal++;
}

/* ---- the object ---- */

static void
put_facts(struct chronicle *c, struct jsonw *w)
{
	const struct facts *f = &c->facts;

	jsonw_key(w, "facts");
	jsonw_array(w);
	for (int i = 0; i < FACT_COUNT; i++) {
		if (!f->text[i].n || i == FACT_TITLE)
			continue;
		buf_clear(&c->text);
		seemly_put(&c->text, buf_span(&f->text[i]), CHRONICLE_TEXT_MAX);
		jsonw_array(w);
		jsonw_str(w, fact_key((enum fact)i));
		jsonw_str(w, fact_name((enum fact)i));
		jsonw_text(w, buf_span(&c->text));
		jsonw_array_end(w);
	}
	jsonw_array_end(w);
	if (f->has_exit)
		jsonw_kuint(w, "exit", f->exit_status);
	if (f->cols)
		jsonw_kuint(w, "cols", f->cols);
	if (f->rows)
		jsonw_kuint(w, "rows", f->rows);
	if (c->tape->has_wall)
		jsonw_kint(w, "start", f->first_ns / NS_PER_MS);
}

static void
put_kinds(struct jsonw *w)
{
	jsonw_key(w, "kinds");
	jsonw_object(w);
	for (int i = 0; i < KIND_COUNT; i++) {
		const struct event_kind *k = kind_row((enum kind_id)i);
		uint8_t sign[UTF8_MAX_LEN];
		int n = utf8_put(sign, k->sign);

		jsonw_key(w, k->name);
		jsonw_array(w);
		jsonw_text(w, span_of(sign, (size_t)n));
		jsonw_int(w, (int)k->group);
		jsonw_str(w, k->doc);
		jsonw_array_end(w);
	}
	jsonw_object_end(w);
}

static void
put_title(struct chronicle *c, struct jsonw *w, const char *title)
{
	struct span s = title ? span_str(title) : buf_span(&c->facts.text[FACT_TITLE]);

	buf_clear(&c->text);
	seemly_put(&c->text, s.n ? s : span_str(c->file), CHRONICLE_TEXT_MAX);
	jsonw_ktext(w, "title", buf_span(&c->text));
	buf_clear(&c->text);
	seemly_put(&c->text, span_str(c->file), CHRONICLE_TEXT_MAX);
	jsonw_ktext(w, "file", buf_span(&c->text));
}

int
chronicle_put(struct chronicle *c, struct buf *out, const char *title,
	const struct tape_end *end)
{
	struct jsonw w;

	typed_end(&c->lines);
	if (buf_failed(&c->rows))
		return buf_failed(&c->rows);
	jsonw_init(&w, out);
	jsonw_object(&w);
	put_title(c, &w, title);
	put_facts(c, &w);
	put_us(&w, "length", c->page_ns);
	put_us(&w, "real", c->at_ns);
	jsonw_kbool(&w, "typed", c->typed && c->facts.bytes[MSG_STREAM_IN]);
	jsonw_kbool(&w, "silent",
		!(c->facts.bytes[MSG_STREAM_OUT] + c->facts.bytes[MSG_STREAM_ERR]));
	jsonw_kuint(&w, "leftOut", c->left_out);
	if (end->state != TAPE_CLEAN)
		jsonw_kstr(&w, "state", tape_state_name(end->state));
	put_kinds(&w);
	jsonw_key(&w, "events");
	jsonw_array(&w);
	buf_add_str(out, "\n");
	if (c->n)
		jsonw_raw(&w, buf_span(&c->rows));
	jsonw_array_end(&w);
	jsonw_object_end(&w);
	return buf_failed(out);
}
