/* SPDX-License-Identifier: ISC */
/* Writing a typescript: output into the file itself, its times into NAME.timing, input, if there
 * is any, into NAME.input.  Times are rounded where they stand, so that delays never drift. */
#include "format/script.h"
#include "format/single.h"

#include "base/clk.h"
#include "format/cast.h"
#include "format/facts.h"
#include "format/vendor.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define OUT_MAX     ((size_t)256 << 20)
#define NAME_LENGTH 1024
#define SIGNAL_EXIT 128 /* and the number of the signal: as shells tell it */

struct tapew_script {
	struct tapew w;
	bool classic, begun, has_command;
	bool has_exit;
	uint32_t exit_status;
	int64_t start_ns;   /* wall clock of the first message */
	int64_t end_ns;     /* of the last message */
	int64_t last_ns;    /* of the last line of times, rounded, since the start */
	struct facts facts; /* what is known before the first output */
	struct single one;
	struct single_file timing, input;
};

static struct tapew_script *
script_of(struct tapew *w)
{
	return (struct tapew_script *)w;
}

static int
beside(struct tapew_script *c, struct single_file *f, const char *suffix, struct err *e)
{
	char name[NAME_LENGTH];

	snprintf(name, sizeof name, "%s%s", dst_name(c->w.dst), suffix);
	return single_file_open(f, &c->w, name, e);
}

static void
put_date(struct buf *out, int64_t ns)
{
	time_t t = (time_t)(ns / NS_PER_S);
	struct tm tm;
	char text[64];

	if (!gmtime_r(&t, &tm) || !strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm))
		return;
	buf_add_str(out, text);
	if (ns % NS_PER_S) {
		buf_addf(out, ".%06" PRId64, ns % NS_PER_S / NS_PER_US);
	}
	buf_add_str(out, "+00:00");
}

/* Recorded text in the first line: one line it must stay, and its quotes end a value. */
static void
put_word(struct buf *out, const char *key, struct span s)
{
	if (!s.n)
		return;
	buf_addf(out, "%s%s=\"", out->p[out->n - 1] == '[' ? "" : " ", key);
	for (size_t i = 0; i < s.n; i++)
		buf_add_byte(out, s.p[i] < ' ' || s.p[i] == 0x7f ? ' ' : s.p[i]);
	buf_add_byte(out, '"');
}

/* The facts of the session that a typescript has a place for. */
struct told {
	enum script_fact fact;
	struct span value;
};

#define TOLD_MAX 8

static size_t
tell_session(struct tapew_script *c, struct told t[TOLD_MAX], char sizes[2][16])
{
	struct facts *f = &c->facts;
	size_t n = 0;

	snprintf(sizes[0], sizeof sizes[0], "%" PRIu32, f->cols);
	snprintf(sizes[1], sizeof sizes[1], "%" PRIu32, f->rows);
	if (c->has_command)
		t[n++] =
			(struct told){ SCRIPT_COMMAND, buf_span(&f->text[FACT_COMMAND]) };
	t[n++] = (struct told){ SCRIPT_TERM, buf_span(&f->text[FACT_TERM]) };
	t[n++] = (struct told){ SCRIPT_TTY, buf_span(&f->text[FACT_TTY]) };
	if (f->cols && f->rows) {
		t[n++] = (struct told){ SCRIPT_COLUMNS, span_str(sizes[0]) };
		t[n++] = (struct told){ SCRIPT_LINES, span_str(sizes[1]) };
	}
	return n;
}

static void
put_first_line(struct tapew_script *c, struct buf *out)
{
	struct told t[TOLD_MAX];
	char sizes[2][16];
	size_t n = tell_session(c, t, sizes);

	buf_add_str(out, SCRIPT_BEGIN);
	put_date(out, c->start_ns);
	buf_add_str(out, " [");
	for (size_t i = 0; i < n; i++)
		put_word(out, script_fact_names[t[i].fact], t[i].value);
	buf_add_str(out, "]\n");
}

static void
put_last_line(struct tapew_script *c, struct buf *out)
{
	buf_add_str(out, SCRIPT_END);
	put_date(out, ns_add(c->start_ns, c->last_ns));
	if (c->has_exit)
		buf_addf(out, " [COMMAND_EXIT_CODE=\"%" PRIu32 "\"]", c->exit_status);
	buf_add_str(out, "\n");
}

static void
put_fact(struct tapew_script *c, enum script_fact i, struct span value)
{
	struct script_line l = {
		.type = 'H', .name = span_str(script_fact_names[i]), .value = value
	};

	if (value.n)
		script_line_put(&c->timing.out, &l);
}

static void
put_facts(struct tapew_script *c)
{
	struct told t[TOLD_MAX];
	char sizes[2][16], name[NAME_LENGTH];
	size_t n = tell_session(c, t, sizes);
	struct buf date = { 0 };

	put_date(&date, c->start_ns);
	put_fact(c, SCRIPT_START, buf_span(&date));
	buf_free(&date);
	for (size_t i = 0; i < n; i++)
		put_fact(c, t[i].fact, t[i].value);
	snprintf(name, sizeof name, "%s.timing", dst_name(c->w.dst));
	put_fact(c, SCRIPT_TIMING_LOG, span_str(name));
	put_fact(c, SCRIPT_OUTPUT_LOG, span_str(dst_name(c->w.dst)));
}

/* --- events --- */

/* The first event: what is known until now is written. */
static int
begin(struct tapew_script *c, struct err *e)
{
	int rc;

	if (c->begun)
		return 0;
	rc = beside(c, &c->timing, ".timing", e);
	if (rc < 0)
		return rc;
	c->begun = true;
	put_first_line(c, &c->w.out);
	if (!c->classic)
		put_facts(c);
	return 0;
}

/* Now it is known that there is input. */
static int
begin_input(struct tapew_script *c, struct err *e)
{
	char name[NAME_LENGTH];
	int rc;

	if (c->input.dst)
		return 0;
	rc = beside(c, &c->input, ".input", e);
	if (rc < 0)
		return rc;
	put_first_line(c, &c->input.out);
	snprintf(name, sizeof name, "%s.input", dst_name(c->w.dst));
	put_fact(c, SCRIPT_INPUT_LOG, span_str(name));
	return 0;
}

static void
put_line(struct tapew_script *c, int64_t time_ns, struct script_line *l)
{
	int64_t at = cast_num_round(ns_sub(time_ns, c->start_ns), NS_PER_US) * NS_PER_US;

	at = at > c->last_ns ? at : c->last_ns;
	l->delay_ns = at - c->last_ns;
	if (c->classic)
		l->type = 0;
	c->last_ns = at;
	script_line_put(&c->timing.out, l);
}

static void
put_size(struct tapew_script *c, int64_t time_ns, uint32_t cols, uint32_t rows)
{
	struct script_line l = { .type = 'S', .name = SPAN_LIT("SIGWINCH") };
	char text[64];

	if (c->classic) {
		c->one.lost[LOST_SIZES]++;
		return;
	}
	snprintf(text, sizeof text, "ROWS=%" PRIu32 " COLS=%" PRIu32, rows, cols);
	l.value = span_str(text);
	put_line(c, time_ns, &l);
}

static void
put_signal(struct tapew_script *c, const struct msg *m)
{
	struct script_line l = { .type = 'S', .value = SPAN_LIT("") };
	struct span name = m->p.signal.signal;
	struct buf text = { 0 };
	bool plain = name.n > 0 && name.n < 32;

	for (size_t i = 0; i < name.n; i++)
		plain = plain && name.p[i] > ' ' && name.p[i] < 0x7f;
	if (c->classic || !plain) {
		single_lose(&c->one, m);
		return;
	}
	buf_add_str(&text, "SIG");
	buf_add_span(&text, name);
	l.name = buf_span(&text);
	put_line(c, m->time_ns, &l);
	buf_free(&text);
}

static int
put_io(struct tapew_script *c, const struct msg *m, struct err *e)
{
	struct script_line l = { .type = 'O', .bytes = m->p.io.data.n };
	struct buf *out = &c->w.out;

	if (m->p.io.stream == MSG_STREAM_IN) {
		int rc;

		if (c->classic || c->w.opts.drop_input) {
			single_lose(&c->one, m);
			return 0;
		}
		rc = begin_input(c, e);
		if (rc < 0)
			return rc;
		l.type = 'I';
		out = &c->input.out;
	} else if (m->p.io.stream > MSG_STREAM_ERR) {
		c->one.lost[LOST_EVENTS]++;
		return 0;
	}
	c->one.lost[LOST_ERROR] += m->p.io.stream == MSG_STREAM_ERR;
	put_line(c, m->time_ns, &l);
	buf_add_span(out, m->p.io.data);
	return 0;
}

static uint32_t
signal_number(struct span name)
{
	for (int i = 1; i < NSIG; i++) {
		const char *s = sigabbrev_np(i);

		if (s && span_is(name, s))
			return (uint32_t)i;
	}
	return 0;
}

static void
put_exit(struct tapew_script *c, const struct msg *m)
{
	c->has_exit = true;
	c->exit_status = m->type == MSG_EXIT
				 ? m->p.exit.exit_status
				 : SIGNAL_EXIT + signal_number(m->p.exit_signal.signal);
	c->one.lost[LOST_EXIT] += m->type == MSG_EXIT_SIGNAL;
}

/* Does a fact of the session have no place here? */
static bool
is_missed(const struct tapew_script *c, const struct msg *m)
{
	if (vendor_of(m) == VENDOR_SESSION) /* one that only has what script tells */
		return c->facts.text[FACT_USER].n || c->facts.text[FACT_HOST].n ||
		       c->facts.text[FACT_TITLE].n;
	return m->type != MSG_EXEC;
}

static int
take(struct tapew_script *c, const struct msg *m, struct err *e)
{
	uint32_t cols, rows;
	bool size = msg_size(m, &cols, &rows);
	bool event = m->type == MSG_IO || m->type == MSG_WINDOW ||
		     m->type == MSG_SIGNAL || m->type == MSG_EXIT ||
		     m->type == MSG_EXIT_SIGNAL || (size && c->begun);
	int rc;

	if (!event) {
		facts_take(&c->facts, m, 0);
		c->has_command |= m->type == MSG_EXEC;
		if (!size && is_missed(c, m))
			single_lose(&c->one, m);
		return 0;
	}
	rc = begin(c, e);
	if (rc < 0 || !single_takes(&c->one, m))
		return rc;
	if (size)
		put_size(c, m->time_ns, cols, rows);
	else if (m->type == MSG_SIGNAL)
		put_signal(c, m);
	else if (m->type == MSG_IO)
		return put_io(c, m, e);
	else
		put_exit(c, m);
	return 0;
}

static int
drain_beside(struct tapew_script *c, bool all, struct err *e)
{
	int rc = c->timing.dst ? single_file_drain(&c->timing, all, e) : 0;

	if (rc == 0 && c->input.dst)
		rc = single_file_drain(&c->input, all, e);
	return rc;
}

static int
script_put(struct tapew *w, const struct msg *m, struct err *e)
{
	struct tapew_script *c = script_of(w);
	size_t before = w->out.n;
	int rc;

	if (!w->stats.messages)
		c->start_ns = m->time_ns;
	if (!c->has_exit && m->time_ns > c->end_ns)
		c->end_ns = m->time_ns;
	rc = take(c, m, e);
	if (rc == 0 && (rc = buf_failed(&w->out)))
		err_set(e, rc, "%s", err_name(rc));
	if (rc == 0)
		rc = drain_beside(c, false, e);
	w->stats.plain_bytes += w->out.n - before;
	return rc;
}

static int
script_flush(struct tapew *w, struct err *e)
{
	return drain_beside(script_of(w), true, e);
}

static void
put_end(struct tapew_script *c)
{
	int64_t length = ns_sub(c->end_ns, c->start_ns);
	struct buf num = { 0 };

	cast_num_put(&num, (length > c->last_ns ? length : c->last_ns) / NS_PER_US, 6, 6);
	put_fact(c, SCRIPT_DURATION, buf_span(&num));
	buf_clear(&num);
	buf_addf(&num, "%" PRIu32, c->exit_status);
	if (c->has_exit)
		put_fact(c, SCRIPT_EXIT_CODE, buf_span(&num));
	buf_free(&num);
}

static int
script_finish(struct tapew *w, struct err *e)
{
	struct tapew_script *c = script_of(w);
	int rc = begin(c, e);

	if (rc < 0)
		return rc;
	put_last_line(c, &w->out);
	if (c->input.dst)
		put_last_line(c, &c->input.out);
	if (!c->classic)
		put_end(c);
	single_tell(&c->one, w);
	rc = single_file_close(&c->timing, e);
	return rc < 0 ? rc : single_file_close(&c->input, e);
}

static void
script_release(struct tapew *w)
{
	struct tapew_script *c = script_of(w);

	facts_free(&c->facts);
	single_file_free(&c->timing);
	single_file_free(&c->input);
	free(c);
}

static const struct tapew_ops script_ops = {
	.put = script_put,
	.flush = script_flush,
	.finish = script_finish,
	.release = script_release,
};

int
tapew_script_new(
	struct tapew **w, enum tape_format f, const struct tapew_opts *o, struct err *e)
{
	struct tapew_script *c = calloc(1, sizeof *c);

	(void)o;
	if (!c)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	c->w.ops = &script_ops;
	c->classic = f == TAPE_SCRIPT_CLASSIC;
	facts_init(&c->facts);
	buf_init(&c->w.out, OUT_MAX);
	*w = &c->w;
	return 0;
}
