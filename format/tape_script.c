/* SPDX-License-Identifier: ISC */
/* A typescript as a tape.  It is opened by any of its files: the typescript finds its times beside
 * it by the usual names, or is given them; advanced times name their typescripts.  Without times
 * all of it is output at the beginning. */
#include "format/tape_script.h"

#include "base/clk.h"
#include "format/vendor.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static struct tape_script *
script_of(struct steps *s)
{
	return (struct tape_script *)s;
}

bool
tape_script_sniff(struct span head, bool whole)
{
	(void)whole;
	return script_is_typescript(head) || script_is_times(head);
}

/* --- steps --- */

static int
exit_step(struct tape_script *c)
{
	msg_init(&c->s.msg, MSG_EXIT);
	c->s.msg.p.exit.exit_status = script_facts_number(&c->facts, SCRIPT_EXIT_CODE);
	return 1;
}

/* What a line with a fact becomes: 1 a message, 0 none. */
static int
fact_step(struct tape_script *c, const struct script_line *l)
{
	int64_t ns;

	if (span_is(l->name, "EXIT_CODE")) /* it counts more than the typescript's */
		buf_clear(&c->facts.text[SCRIPT_EXIT_CODE]);
	script_facts_take(&c->facts, l->name, l->value);
	if (span_is(l->name, "DURATION")) {
		c->closed = true;
		if (cast_num_parse(l->value, &ns) && ns > c->s.place.time_ns)
			c->s.place.time_ns = ns;
	}
	if (!span_is(l->name, "EXIT_CODE"))
		return 0;
	c->closed = true;
	return exit_step(c);
}

static void
signal_step(struct tape_script *c, const struct script_line *l)
{
	struct msg *m = &c->s.msg;
	struct span name = l->name;
	uint32_t cols = script_word_number(l->value, "COLS="),
		 rows = script_word_number(l->value, "ROWS=");

	if (span_is(name, "SIGWINCH") && cols && rows) {
		msg_init(m, MSG_WINDOW);
		m->p.window.columns = cols;
		m->p.window.rows = rows;
		return;
	}
	if (name.n > 3 && memcmp(name.p, "SIG", 3) == 0)
		name = span_of(name.p + 3, name.n - 3);
	buf_clear(&c->s.data);
	buf_add_span(&c->s.data, name);
	msg_init(m, MSG_SIGNAL);
	m->p.signal.signal = buf_span(&c->s.data);
}

static int
bytes_step(
	struct tape_script *c, const struct script_line *l, uint64_t next, struct err *e)
{
	struct steps *s = &c->s;
	unsigned file = l->type == 'I' && !c->one_log ? SCRIPT_IN : SCRIPT_OUT;
	int rc = s->file[file] ? steps_bytes(s, file, l->bytes, next, e) : 0;

	if (rc > 0) {
		steps_io(s, l->type == 'I' ? MSG_STREAM_IN : MSG_STREAM_OUT);
	} else if (rc == 0 && !s->tape.opts.live) {
		steps_note(s, ERR_TRUNCATED, true,
			!s->file[file]      ? "the file of input is not there"
			: file == SCRIPT_IN ? "the file of input ends before its times do"
					    : "the typescript ends before its times do");
		steps_to(s, next);
	}
	return rc;
}

/* One line of times: 1 a message, 0 none, negative. */
static int
line_step(struct tape_script *c, const struct cast_line *text, bool *waits, struct err *e)
{
	struct steps *s = &c->s;
	struct script_line l;
	bool good = script_line_get(&l, text->text);
	uint64_t here = s->place.off;
	int rc = 0;

	if (!good && (l.type || text->overlong))
		steps_note(s, ERR_DAMAGED, true, "a line of times cannot be read");
	if (good && !s->place.part)
		steps_wait(s, l.delay_ns);
	if (good && (l.type == 'O' || l.type == 'I')) {
		rc = bytes_step(c, &l, text->next, e);
		*waits = rc == 0 && s->place.off == here;
		return rc;
	}
	steps_to(s, text->next);
	if (good && l.type == 'H')
		rc = fact_step(c, &l);
	if (good && l.type == 'S') {
		signal_step(c, &l);
		rc = 1;
	}
	return rc;
}

static int
timed_step(struct tape_script *c, struct err *e)
{
	struct steps *s = &c->s;
	struct cast_line l;
	bool waits = false;
	int rc;

	while ((rc = steps_line(s, &l, e)) > 0) {
		if (!l.ended) {
			c->torn = true;
			break;
		}
		rc = line_step(c, &l, &waits, e);
		if (rc != 0 || waits)
			return rc;
	}
	if (rc < 0 || s->tape.opts.live)
		return rc;
	s->place.phase = SCRIPT_REST;
	s->place.part = 0;
	return 0;
}

/* Bytes of output behind those that have times. */
static int
rest_step(struct tape_script *c, struct err *e)
{
	struct steps *s = &c->s;
	int rc = s->file[SCRIPT_OUT]
			 ? steps_bytes(s, SCRIPT_OUT, UINT64_MAX, s->place.off, e)
			 : 0;

	if (rc <= 0)
		return rc;
	if (s->times)
		steps_note(s, ERR_DAMAGED, false, "output without times at the end");
	steps_io(s, MSG_STREAM_OUT);
	return 1;
}

static int
step(struct steps *s, struct err *e)
{
	struct tape_script *c = script_of(s);
	int rc = 0;

	if (s->place.phase == SCRIPT_TIMED)
		rc = timed_step(c, e);
	if (rc != 0 || s->place.phase == SCRIPT_TIMED)
		return rc;
	if (s->place.phase == SCRIPT_REST)
		rc = rest_step(c, e);
	if (rc != 0 || s->place.phase == SCRIPT_ENDED || s->tape.opts.live)
		return rc;
	s->place.phase = SCRIPT_ENDED;
	if (!s->times)
		steps_note(s, ERR_NOTFOUND, false, "no times lie beside the typescript");
	tape_ended(&s->tape, c->closed && !c->torn ? TAPE_CLEAN : TAPE_TRUNCATED,
		(int64_t)s->place.off,
		c->torn     ? "the last line of times is not complete"
		: c->closed ? NULL
			    : "script did not come to its end");
	return c->closed && !c->advanced ? exit_step(c) : 0;
}

/* --- opening --- */

static int
head_session(struct tape_script *c, struct err *e)
{
	struct buf *tty = &c->facts.text[SCRIPT_TTY], json = { 0 };
	struct jsonw w;
	struct msg m;
	int rc;

	vendor_begin(&m, VENDOR_SESSION, &w, &json);
	jsonw_kstr(&w, "program", "script");
	if (tty->n)
		jsonw_ktext(&w, "tty", buf_span(tty));
	if (c->facts.text[SCRIPT_SHELL].n)
		jsonw_ktext(&w, "shell", buf_span(&c->facts.text[SCRIPT_SHELL]));
	rc = vendor_end(&m, &w);
	if (rc == 0)
		rc = steps_head(&c->s, &m, e);
	buf_free(&json);
	return rc;
}

static int
make_head(struct tape_script *c, struct err *e)
{
	struct script_facts *f = &c->facts;
	uint32_t cols = script_facts_number(f, SCRIPT_COLUMNS),
		 rows = script_facts_number(f, SCRIPT_LINES);
	struct msg m;
	int rc;

	msg_init(&m, MSG_NEW_CHANNEL_SUCCESSFUL);
	m.p.new_channel.channel_type = SPAN_LIT("session");
	rc = steps_head(&c->s, &m, e);
	if (rc == 0)
		rc = head_session(c, e);
	if (rc == 0 && ((cols && rows) || f->text[SCRIPT_TERM].n)) {
		msg_init(&m, MSG_PTY);
		m.p.pty.term = buf_span(&f->text[SCRIPT_TERM]);
		m.p.pty.columns = cols ? cols : 80;
		m.p.pty.rows = rows ? rows : 24;
		rc = steps_head(&c->s, &m, e);
	}
	if (rc < 0)
		return rc;
	msg_init(&m, f->text[SCRIPT_COMMAND].n ? MSG_EXEC : MSG_SHELL);
	if (m.type == MSG_EXEC)
		m.p.exec.program = buf_span(&f->text[SCRIPT_COMMAND]);
	return steps_head(&c->s, &m, e);
}

static void
release(struct steps *s)
{
	script_facts_free(&script_of(s)->facts);
}

int
tape_script_open(
	struct tape **t, struct src *src, const struct tape_opts *o, struct err *e)
{
	static const struct steps_ops ops = { .step = step, .release = release };
	struct tape_script *c = calloc(1, sizeof *c);
	int64_t start;
	int rc;

	if (!c)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	steps_init(&c->s, &ops, src, o);
	rc = script_open_files(c, e);
	if (rc == 0)
		rc = make_head(c, e);
	if (rc < 0) {
		c->s.times = c->s.times == o->timing ? NULL : c->s.times;
		steps_free(&c->s);
		return rc;
	}
	start = script_facts_start(&c->facts);
	cast_make_id(c->s.id, buf_span(&c->facts.text[SCRIPT_START]));
	c->s.tape.info.format = c->advanced ? TAPE_SCRIPT : TAPE_SCRIPT_CLASSIC;
	c->s.tape.info.start_ns = start < 0 ? 0 : start;
	c->s.tape.info.has_wall = start >= 0;
	steps_ready(&c->s);
	*t = &c->s.tape;
	return 0;
}
