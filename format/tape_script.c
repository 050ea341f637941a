/* SPDX-License-Identifier: ISC */
/* A typescript as a tape.  It is opened by any of its files: the typescript finds its times beside
 * it by the usual names, or is given them; advanced times name their typescripts.  Without times
 * all of it is output at the beginning. */
#include "format/script.h"
#include "format/steps.h"

#include "base/clk.h"
#include "format/vendor.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define HEADER_LINES 64
#define NAME_LENGTH  1024 /* of a file beside it */
#define TAIL_MAX     4096 /* bytes in which the last line of a typescript is looked for */

enum { OUT, IN };
enum { TIMED, REST, ENDED }; /* phases */

struct tape_script {
	struct steps s;
	struct script_facts facts;
	bool one_log;  /* input stands between the output */
	bool advanced; /* times tell the exit status themselves */
	bool closed;   /* an end was told */
	bool torn;     /* the last line of times is not complete */
};

static struct tape_script *
script_of(struct steps *s)
{
	return (struct tape_script *)s;
}

/* "H 0.000000 START_TIME ..." */
static bool
is_times(struct span head)
{
	return head.n > 4 && memcmp(head.p, "H ", 2) == 0 && head.p[2] >= '0' &&
	       head.p[2] <= '9';
}

static bool
is_typescript(struct span head)
{
	const size_t n = sizeof SCRIPT_BEGIN - 1;

	return head.n >= n && memcmp(head.p, SCRIPT_BEGIN, n) == 0;
}

bool
tape_script_sniff(struct span head, bool whole)
{
	(void)whole;
	return is_typescript(head) || is_times(head);
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
	unsigned file = l->type == 'I' && !c->one_log ? IN : OUT;
	int rc = s->file[file] ? steps_bytes(s, file, l->bytes, next, e) : 0;

	if (rc > 0) {
		steps_io(s, l->type == 'I' ? MSG_STREAM_IN : MSG_STREAM_OUT);
	} else if (rc == 0 && !s->tape.opts.live) {
		steps_note(s, ERR_TRUNCATED, true,
			!s->file[file] ? "the file of input is not there"
			: file == IN   ? "the file of input ends before its times do"
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
	s->place.phase = REST;
	s->place.part = 0;
	return 0;
}

/* Bytes of output behind those that have times. */
static int
rest_step(struct tape_script *c, struct err *e)
{
	struct steps *s = &c->s;
	int rc = s->file[OUT] ? steps_bytes(s, OUT, UINT64_MAX, s->place.off, e) : 0;

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

	if (s->place.phase == TIMED)
		rc = timed_step(c, e);
	if (rc != 0 || s->place.phase == TIMED)
		return rc;
	if (s->place.phase == REST)
		rc = rest_step(c, e);
	if (rc != 0 || s->place.phase == ENDED || s->tape.opts.live)
		return rc;
	s->place.phase = ENDED;
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

/* The facts with which advanced times begin. */
static int
read_facts(struct tape_script *c, struct err *e)
{
	struct steps *s = &c->s;
	struct script_line l;
	struct cast_line text;
	int rc = 0;

	steps_to(s, 0);
	for (int i = 0; i < HEADER_LINES && (rc = steps_line(s, &text, e)) > 0; i++) {
		if (!script_line_get(&l, text.text) || l.type != 'H')
			break;
		c->advanced = true;
		if (!span_is(l.name, "EXIT_CODE") && !span_is(l.name, "DURATION"))
			script_facts_take(&c->facts, l.name, l.value);
		steps_to(s, text.next);
	}
	steps_to(s, 0);
	return rc < 0 ? rc : 0;
}

/* The bare name in a fact that is a path. */
static bool
bare_name(struct script_facts *f, enum script_fact i, char out[NAME_LENGTH])
{
	const char *path = buf_cstr(&f->text[i]), *slash;

	if (!path || !*path)
		return false;
	slash = strrchr(path, '/');
	return snprintf(out, NAME_LENGTH, "%s", slash ? slash + 1 : path) < NAME_LENGTH &&
	       *out;
}

/* Times beside the typescript NAME. */
static struct src *
find_times(struct src *src, const char *name)
{
	static const struct {
		const char *form; /* % is the name, * without its end */
		const char *only; /* for this name */
	} usual[] = {
		{ "%.timing", NULL },
		{ "%.tm", NULL },
		{ "%.time", NULL },
		{ "*.timing", NULL },
		{ "*.tm", NULL },
		{ "*.time", NULL },
		{ "timing", "typescript" },
		{ "timingfile", "typescript" },
		{ "typescript.tm", "typescript" },
	};
	const char *dot = strrchr(name, '.');
	int stem = (int)(dot && dot > name ? dot - name : 0);
	char beside[NAME_LENGTH];
	struct src *times;

	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
		const char *form = usual[i].form;

		if (usual[i].only && strcmp(usual[i].only, name) != 0)
			continue;
		if (*form == '%')
			snprintf(beside, sizeof beside, "%s%s", name, form + 1);
		else if (*form == '*' && stem)
			snprintf(beside, sizeof beside, "%.*s%s", stem, name, form + 1);
		else
			snprintf(beside, sizeof beside, "%s", form);
		if (strcmp(beside, name) == 0)
			continue;
		if (src_beside(src, beside, &times, NULL) == 0)
			return times;
	}
	return NULL;
}

/* The typescripts of times that were opened by their own name. */
static int
open_scripts(struct tape_script *c, struct err *e)
{
	struct src *src = c->s.tape.src;
	char out[NAME_LENGTH], in[NAME_LENGTH];
	bool has_out = bare_name(&c->facts, SCRIPT_OUTPUT_LOG, out),
	     has_in = bare_name(&c->facts, SCRIPT_INPUT_LOG, in);
	int rc = 0;

	if (!has_out && !has_in)
		return err_set(
			e, ERR_FORMAT, "times of a typescript that name no typescript");
	if (has_out)
		rc = src_beside(src, out, &c->s.file[OUT], e);
	if (rc < 0)
		err_prefix(e, "the typescript %.200s", out);
	c->one_log = has_out && has_in && strcmp(in, out) == 0;
	if (!has_in) /* our own name it only where there is some, see tapew_script.c */
		snprintf(in, sizeof in, "%.*s.input", NAME_LENGTH - 8, out);
	if (!c->one_log)
		src_beside(src, in, &c->s.file[IN], NULL);
	return rc;
}

/* What else belongs to a typescript whose times are known. */
static void
open_others(struct tape_script *c, const char *name)
{
	struct src *src = c->s.tape.src;
	char out[NAME_LENGTH] = "", in[NAME_LENGTH] = "", renamed[NAME_LENGTH];

	bare_name(&c->facts, SCRIPT_OUTPUT_LOG, out);
	bare_name(&c->facts, SCRIPT_INPUT_LOG, in);
	c->s.file[OUT] = src;
	c->one_log = *in && strcmp(in, out) == 0;
	if (c->one_log || !c->s.times)
		return;
	snprintf(renamed, sizeof renamed, "%s.input", name);
	if (*in && strcmp(in, name) == 0) { /* it is that of input */
		c->s.file[IN] = src;
		c->s.file[OUT] = NULL;
		if (*out)
			src_beside(src, out, &c->s.file[OUT], NULL);
	} else if (src_beside(src, renamed, &c->s.file[IN], NULL) < 0 && *in) {
		src_beside(src, in, &c->s.file[IN], NULL);
	}
}

/* Read the first line of a typescript: its bytes begin behind it. */
static int
first_line(struct tape_script *c, unsigned file, struct err *e)
{
	const size_t n = sizeof SCRIPT_BEGIN - 1;
	struct cast_line l;
	struct cast_in in;
	int rc;

	cast_in_init(&in, c->s.file[file]);
	rc = cast_in_line(&in, &l, false, e);
	if (rc > 0 && !l.overlong) {
		c->s.place.at[file] = l.next;
		if (is_typescript(l.text))
			script_facts_line(&c->facts, span_of(l.text.p + n, l.text.n - n));
	}
	cast_in_free(&in);
	return rc < 0 ? rc : 0;
}

/* Where the last line begins in S, the end of a typescript; s.n: nowhere. */
static size_t
find_end(struct span s)
{
	const size_t n = sizeof SCRIPT_END - 1;

	for (size_t i = 0; i + n < s.n; i++)
		if (memcmp(s.p + i, SCRIPT_END, n) == 0 &&
			memchr(s.p + i + n, '\n', s.n - i - n) == s.p + s.n - 1)
			return i;
	return s.n;
}

/* The size of SRC; a pipe is read to its end for it. */
static int64_t
whole_size(struct src *src, struct err *e)
{
	uint8_t block[TAIL_MAX];
	int64_t size;

	for (uint64_t off = 0; (size = src_size(src)) < 0;) {
		ssize_t n = src_read_at(src, off, block, sizeof block, e);

		if (n < 0)
			return n;
		off += (uint64_t)n;
		if (n == 0)
			return (int64_t)off;
	}
	return size;
}

/* Read the last line of a typescript, if it has one: its bytes end before it. */
static int
last_line(struct tape_script *c, unsigned file, struct err *e)
{
	const size_t n = sizeof SCRIPT_END - 1;
	int64_t size = whole_size(c->s.file[file], e);
	uint64_t from = size > TAIL_MAX ? (uint64_t)size - TAIL_MAX : 0;
	uint8_t tail[TAIL_MAX];
	ssize_t have =
		size < 0 ? size
			 : tape_read_all(c->s.file[file], from, tail, sizeof tail, e);
	size_t end;

	if (have < 0)
		return (int)have;
	end = find_end(span_of(tail, (size_t)have));
	if (end == (size_t)have)
		return 0;
	c->s.end[file] = from + end;
	if (file == OUT) {
		c->closed = true;
		script_facts_line(
			&c->facts, span_of(tail + end + n, (size_t)have - end - n - 1));
	}
	return 0;
}

static int
open_ends(struct tape_script *c, struct err *e)
{
	int rc = 0;

	for (unsigned i = OUT; i <= IN && rc == 0; i++) {
		if (c->s.file[i])
			rc = first_line(c, i, e);
		if (c->s.file[i] && rc == 0 && !c->s.tape.opts.live)
			rc = last_line(c, i, e);
	}
	return rc;
}

static int
open_files(struct tape_script *c, struct err *e)
{
	struct steps *s = &c->s;
	uint8_t bytes[64];
	ssize_t n = tape_read_all(s->tape.src, 0, bytes, sizeof bytes, e);
	bool times = n > 0 && !s->tape.opts.timing && is_times(span_of(bytes, (size_t)n));
	const char *name = src_name(s->tape.src);
	int rc;

	if (n < 0)
		return (int)n;
	if (times)
		steps_lines(s, s->tape.src);
	else if (s->tape.opts.timing)
		steps_lines(s, s->tape.opts.timing);
	else
		steps_lines(s, find_times(s->tape.src, name));
	rc = s->times ? read_facts(c, e) : 0;
	if (rc == 0 && times)
		rc = open_scripts(c, e);
	else if (rc == 0)
		open_others(c, name);
	if (rc == 0)
		rc = open_ends(c, e);
	s->place.phase = s->times ? TIMED : REST;
	return rc;
}

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
	rc = open_files(c, e);
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
