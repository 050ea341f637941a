/* SPDX-License-Identifier: ISC */
/* Times are rounded where they stand, not where they differ, so that intervals carry their
 * rounding errors along and never drift.  Only whole lines are handed on. */
#include "format/cast_out.h"

#include "base/clk.h"
#include "format/cast.h"

#include <stdio.h>

#define BLOCK     ((size_t)256 << 10) /* lines go out when there are that many bytes */
#define EVENT_MAX ((size_t)2 << 20)   /* bytes in one event, before escaping */
#define OUT_MAX   ((size_t)256 << 20)
#define BAD_UTF8  "\xEF\xBF\xBD"

static const char lost_utf8[] = "invalid UTF-8 sequences, replaced by U+FFFD";
static const char lost_end[] = "incomplete characters at the end, replaced by U+FFFD";

/* How the versions write a time: unit, decimals, at least so many, difference or not. */
static const struct timing {
	int64_t unit;
	int decimals, min;
	bool interval;
} timings[] = {
	[1] = { NS_PER_US, 6, 1, true },
	[2] = { NS_PER_US, 6, 1, false },
	[3] = { NS_PER_MS, 3, 3, true },
};

void
cast_out_init(struct cast_out *o, struct tapew *w, int version)
{
	*o = (struct cast_out){ .w = w, .version = version };
	buf_init(&w->out, OUT_MAX);
}

void
cast_out_free(struct cast_out *o)
{
	buf_free(&o->text);
}

static void
begin_line(struct cast_out *o, struct span code)
{
	const struct timing *t = &timings[o->version];
	int64_t at = cast_num_round(ns_add(o->now_ns, o->base_ns), t->unit);
	struct buf *out = &o->w->out;

	if (o->version == 1)
		buf_add_str(out, o->any ? ",\n[" : "\n[");
	else
		buf_add_byte(out, '[');
	cast_num_put(out, t->interval ? at - o->last_unit : at, t->decimals, t->min);
	o->last_unit = at;
	o->any = true;
	buf_add_str(out, ", ");
	if (o->version > 1) {
		json_quote(out, code);
		buf_add_str(out, ", ");
	}
}

static void
end_line(struct cast_out *o)
{
	buf_add_str(&o->w->out, o->version == 1 ? "]" : "]\n");
	if (o->w->out.n >= BLOCK)
		tapew_drain(o->w, NULL);
}

void
cast_out_line(struct cast_out *o, struct span code, struct span data)
{
	begin_line(o, code);
	json_quote_data(&o->w->out, data);
	end_line(o);
}

static uint64_t
count_marks(struct span s)
{
	uint64_t n = 0;
	size_t at = 0;

	while (at + 3 <= s.n) {
		const uint8_t *p = memmem(s.p + at, s.n - at, BAD_UTF8, 3);

		if (!p)
			break;
		n++;
		at = (size_t)(p - s.p) + 3;
	}
	return n;
}

/* Make DATA valid text, with what STREAM held back before it. */
static struct span
clean(struct cast_out *o, unsigned stream, struct span data)
{
	struct utf8_hold *h = &o->hold[stream];
	size_t tail = utf8_tail(data);
	struct span whole = span_of(data.p, data.n - tail);
	uint64_t before, after;

	if (!h->n && utf8_valid(whole)) {
		memcpy(h->byte, data.p + whole.n, tail);
		h->n = (uint8_t)tail;
		return whole;
	}
	before = count_marks(data);
	buf_clear(&o->text);
	utf8_feed(h, &o->text, data);
	after = count_marks(buf_span(&o->text));
	cast_out_lose(o, lost_utf8, NULL, after > before ? after - before : 0);
	return buf_span(&o->text);
}

static struct span
code_of(unsigned stream)
{
	return stream == MSG_STREAM_IN ? SPAN_LIT("i") : SPAN_LIT("o");
}

void
cast_out_bytes(struct cast_out *o, unsigned stream, struct span data)
{
	if (!data.n)
		cast_out_line(o, code_of(stream), SPAN_LIT(""));
	while (data.n) {
		size_t n = data.n < EVENT_MAX ? data.n : EVENT_MAX;
		struct span text = clean(o, stream, span_of(data.p, n));

		if (text.n) {
			begin_line(o, code_of(stream));
			json_quote_valid(&o->w->out, text);
			end_line(o);
		}
		data = span_of(data.p + n, data.n - n);
	}
}

/* As it is, unless what it stands for would not be one event. */
void
cast_out_quoted(struct cast_out *o, unsigned stream, struct span quoted)
{
	struct buf *out = &o->w->out, text = { 0 };

	if (!o->hold[stream].n && quoted.n <= EVENT_MAX) {
		begin_line(o, code_of(stream));
		buf_add_byte(out, '"');
		buf_add_span(out, quoted);
		buf_add_byte(out, '"');
		end_line(o);
		return;
	}
	if (json_unquote(&text, quoted) < 0)
		out->failed = buf_failed(&text);
	else
		cast_out_bytes(o, stream, buf_span(&text));
	buf_free(&text);
}

void
cast_out_end(struct cast_out *o)
{
	struct buf *out = &o->w->out;

	for (unsigned i = 0; i < CAST_STREAMS; i++)
		if (o->hold[i].n) {
			cast_out_line(o, code_of(i), SPAN_LIT(BAD_UTF8));
			cast_out_lose(o, lost_end, NULL, 1);
			o->hold[i].n = 0;
		}
	if (o->version == 1) {
		buf_add_str(out, "\n],\"duration\":");
		cast_num_put(out, cast_num_round(o->now_ns, NS_PER_US), 6, 1);
		buf_add_str(out, "}\n");
	}
}

void
cast_out_lose(struct cast_out *o, const char *what, const char *suffix, uint64_t count)
{
	size_t i;

	if (!count)
		return;
	for (i = 0; i < o->ntallies; i++)
		if (o->tallies[i].what == what)
			break;
	if (i == CAST_TALLY_MAX)
		i--;
	if (i == o->ntallies)
		o->tallies[o->ntallies++] = (struct cast_tally){ what, suffix, 0 };
	o->tallies[i].count += count;
}

void
cast_out_tell_lost(struct cast_out *o)
{
	char text[128];

	for (size_t i = 0; i < o->ntallies; i++) {
		const struct cast_tally *t = &o->tallies[i];
		int n = snprintf(
			text, sizeof text, "%s%s", t->what, t->suffix ? t->suffix : "");

		if (t->suffix && t->count == 1)
			text[n - 1] = 0; /* one message, one event */
		tapew_lost(o->w, text, t->count);
	}
}
