/* SPDX-License-Identifier: ISC */
#include "format/iolog.h"

#include "base/clk.h"
#include "base/word.h"
#include "format/cast.h"
#include "format/words.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#define TEXT_MAX ((size_t)32 << 10)
#define SIDE_MAX 65535

const char *const iolog_files[IOLOG_FILES] = { "stdin", "stdout", "stderr", "ttyin",
	"ttyout" };

const char *const iolog_fact_names[IOLOG_FACTS] = {
	[IOLOG_SUBMITUSER] = "submituser",
	[IOLOG_SUBMITGROUP] = "submitgroup",
	[IOLOG_SUBMITHOST] = "submithost",
	[IOLOG_SUBMITCWD] = "submitcwd",
	[IOLOG_RUNUSER] = "runuser",
	[IOLOG_RUNGROUP] = "rungroup",
	[IOLOG_RUNCWD] = "runcwd",
	[IOLOG_RUNCHROOT] = "runchroot",
	[IOLOG_TTYNAME] = "ttyname",
	[IOLOG_COMMAND] = "command",
	[IOLOG_PEERADDR] = "peeraddr",
	[IOLOG_SOURCE] = "source",
	[IOLOG_UUID] = "uuid",
	[IOLOG_SIGNAL] = "signal",
};

/* --- timing --- */

/* Older ones write the decimal point of their locale. */
static bool
delay(struct span s, int64_t *ns)
{
	char text[64];

	if (s.n >= sizeof text)
		return false;
	for (size_t i = 0; i < s.n; i++)
		text[i] = s.p[i] == ',' ? '.' : (char)s.p[i];
	return s.n && cast_num_parse(span_of(text, s.n), ns) == s.n;
}

bool
iolog_line_get(struct iolog_line *l, struct span s)
{
	uint64_t event, rows, cols;

	*l = (struct iolog_line){ 0 };
	if (!words_number(words_take(&s), IOLOG_EVENTS - 1, &event) ||
		!delay(words_take(&s), &l->delay_ns))
		return false;
	l->event = (enum iolog_event)event;
	switch (l->event) {
	case IOLOG_SIZE:
		if (!words_number(words_take(&s), SIDE_MAX, &rows) ||
			!words_number(words_take(&s), SIDE_MAX, &cols))
			return false;
		l->rows = (uint32_t)rows;
		l->cols = (uint32_t)cols;
		return true;
	case IOLOG_SUSPEND:
		l->signal = words_take(&s);
		return l->signal.n > 0;
	case IOLOG_TTYOUT_OLD:
		l->event = IOLOG_TTYOUT;
		break;
	case IOLOG_STDIN:
	case IOLOG_STDOUT:
	case IOLOG_STDERR:
	case IOLOG_TTYIN:
	case IOLOG_TTYOUT:
	case IOLOG_EVENTS:
		break;
	}
	return words_number(words_take(&s), UINT64_MAX, &l->bytes);
}

void
iolog_line_put(struct buf *out, const struct iolog_line *l)
{
	buf_addf(out, "%d %" PRId64 ".%09" PRId64 " ", (int)l->event,
		l->delay_ns / NS_PER_S, l->delay_ns % NS_PER_S);
	if (l->event == IOLOG_SIZE)
		buf_addf(out, "%" PRIu32 " %" PRIu32, l->rows, l->cols);
	else if (l->event == IOLOG_SUSPEND)
		buf_add_span(out, l->signal);
	else
		buf_addf(out, "%" PRIu64, l->bytes);
	buf_add_byte(out, '\n');
}

/* --- log --- */

void
iolog_init(struct iolog *l)
{
	*l = (struct iolog){ .run_ns = -1, .exit = -1 };
	buf_init(&l->text, IOLOG_LOG_MAX);
}

void
iolog_free(struct iolog *l)
{
	buf_free(&l->text);
	buf_free(&l->program);
	for (int i = 0; i < IOLOG_FACTS; i++)
		buf_free(&l->fact[i]);
	json_decref(l->json);
}

static void
learn(struct iolog *l, enum iolog_fact i, struct span s)
{
	buf_clear(&l->fact[i]);
	buf_add(&l->fact[i], s.p, s.n < TEXT_MAX ? s.n : TEXT_MAX);
}

static struct span
text_of(const json_t *j)
{
	return span_of(json_string_value(j), json_string_length(j));
}

static int64_t
time_of(const json_t *j)
{
	const json_t *s = json_object_get(j, "seconds"),
		     *ns = json_object_get(j, "nanoseconds");
	json_int_t sec = json_integer_value(s), nano = json_integer_value(ns);

	if (!json_is_integer(s) || sec < 0 || sec > CAST_TIME_MAX / NS_PER_S ||
		nano < 0 || nano >= NS_PER_S)
		return -1;
	return sec * NS_PER_S + nano;
}

static uint32_t
side(const json_t *j)
{
	json_int_t v = json_integer_value(j);

	return v > 0 && v <= SIDE_MAX ? (uint32_t)v : 0;
}

/* Its words behind the path of the file that ran. */
static void
json_program(struct iolog *l)
{
	const json_t *argv = json_object_get(l->json, "runargv"), *v;
	size_t i;

	word_quote(&l->program, buf_span(&l->fact[IOLOG_COMMAND]));
	json_array_foreach(argv, i, v)
	{
		if (i == 0 || !json_is_string(v))
			continue;
		buf_add_byte(&l->program, ' ');
		word_quote(&l->program, text_of(v));
	}
	if (l->program.n > TEXT_MAX)
		buf_cut(&l->program, TEXT_MAX);
}

static int
parse_json(struct iolog *l, struct err *e)
{
	const json_t *v;
	json_error_t je;

	l->json = json_loadb((const char *)l->text.p, l->text.n, JSON_ALLOW_NUL, &je);
	if (!l->json)
		return err_set(e, ERR_FORMAT, "log.json is no JSON: line %d: %s", je.line,
			je.text);
	for (int i = 0; i < IOLOG_FACTS; i++) {
		v = json_object_get(l->json, iolog_fact_names[i]);
		if (json_is_string(v))
			learn(l, (enum iolog_fact)i, text_of(v));
	}
	l->start_ns = time_of(json_object_get(l->json, "timestamp"));
	if (l->start_ns < 0 || !l->fact[IOLOG_COMMAND].n)
		return err_set(e, ERR_FORMAT, "log.json has no timestamp or no command");
	l->run_ns = time_of(json_object_get(l->json, "run_time"));
	l->cols = side(json_object_get(l->json, "columns"));
	l->rows = side(json_object_get(l->json, "lines"));
	v = json_object_get(l->json, "exit_value");
	l->exit = json_is_integer(v) && json_integer_value(v) >= 0 &&
				  json_integer_value(v) <= UINT32_MAX
			  ? json_integer_value(v)
			  : -1;
	l->core = json_is_true(json_object_get(l->json, "dumped_core"));
	json_program(l);
	return buf_failed(&l->program) ? err_set(e, ERR_NOMEM, "out of memory") : 0;
}

/* What stands in front of END in *S, or all of it; *S goes on behind. */
static struct span
before(struct span *s, char end)
{
	const uint8_t *at = s->n ? memchr(s->p, end, s->n) : NULL;
	struct span first = span_of(s->p, at ? (size_t)(at - s->p) : s->n);
	size_t skip = at ? first.n + 1 : first.n;

	*s = span_of(s->p + skip, s->n - skip);
	return first;
}

static struct span
line(struct span *s)
{
	return before(s, '\n');
}

static struct span
field(struct span *s)
{
	return before(s, ':');
}

/* "SECONDS:USER:RUNAS:GROUP:TTY:LINES:COLUMNS", directory, command. */
static int
parse_lines(struct iolog *l, struct err *e)
{
	static const enum iolog_fact order[] = { IOLOG_SUBMITUSER, IOLOG_RUNUSER,
		IOLOG_RUNGROUP, IOLOG_TTYNAME };
	struct span s = buf_span(&l->text), first = line(&s);
	uint64_t v;

	if (!words_number(field(&first), CAST_TIME_MAX / NS_PER_S, &v))
		return err_set(e, ERR_FORMAT, "the first line of log has no time");
	l->start_ns = (int64_t)v * NS_PER_S;
	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		learn(l, order[i], field(&first));
	l->rows = words_number(field(&first), SIDE_MAX, &v) ? (uint32_t)v : 0;
	l->cols = words_number(field(&first), SIDE_MAX, &v) ? (uint32_t)v : 0;
	learn(l, IOLOG_SUBMITCWD, line(&s));
	learn(l, IOLOG_COMMAND, line(&s));
	if (!l->fact[IOLOG_COMMAND].n)
		return err_set(e, ERR_FORMAT, "log has no command");
	buf_add_span(&l->program, buf_span(&l->fact[IOLOG_COMMAND]));
	return 0;
}

int
iolog_parse(struct iolog *l, struct err *e)
{
	struct buf *tty = &l->fact[IOLOG_TTYNAME];
	int rc = l->text.n && l->text.p[0] == '{' ? parse_json(l, e) : parse_lines(l, e);

	if (span_is(buf_span(tty), "unknown"))
		buf_clear(tty);
	return rc;
}

static bool
has(struct span s, const char *what)
{
	return s.n && memmem(s.p, s.n, what, strlen(what));
}

bool
iolog_sniff(struct span head)
{
	struct span first = line(&head), rest = head;
	uint64_t v;
	int colons = 0;

	if (first.n && first.p[0] == '{')
		return (has(first, "\"submituser\"") || has(rest, "\"submituser\"")) &&
		       (has(first, "\"timestamp\"") || has(rest, "\"timestamp\""));
	for (size_t i = 0; i < first.n; i++)
		colons += first.p[i] == ':';
	return colons >= 4 && first.n < 1024 &&
	       words_number(field(&first), UINT32_MAX, &v) && line(&rest).n &&
	       line(&rest).n;
}
