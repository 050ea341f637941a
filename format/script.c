/* SPDX-License-Identifier: ISC */
#include "format/script.h"

#include "base/clk.h"
#include "base/date.h"
#include "format/cast.h"
#include "format/words.h"

#include <inttypes.h>
#include <stdio.h>

const char *const script_fact_names[SCRIPT_FACTS] = {
	[SCRIPT_START] = "START_TIME",
	[SCRIPT_TERM] = "TERM",
	[SCRIPT_TTY] = "TTY",
	[SCRIPT_COLUMNS] = "COLUMNS",
	[SCRIPT_LINES] = "LINES",
	[SCRIPT_SHELL] = "SHELL",
	[SCRIPT_COMMAND] = "COMMAND",
	[SCRIPT_TIMING_LOG] = "TIMING_LOG",
	[SCRIPT_OUTPUT_LOG] = "OUTPUT_LOG",
	[SCRIPT_INPUT_LOG] = "INPUT_LOG",
	[SCRIPT_DURATION] = "DURATION",
	[SCRIPT_EXIT_CODE] = "EXIT_CODE",
};

static struct span
behind(struct span s, size_t n)
{
	return span_of(s.p + n, s.n - n);
}

static struct span
without_blanks(struct span s)
{
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = behind(s, 1);
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

bool
script_line_get(struct script_line *l, struct span s)
{
	struct span time;

	*l = (struct script_line){ .type = 'O' };
	if (!s.n)
		return false;
	if (s.n > 1 && s.p[1] == ' ' && (s.p[0] < '0' || s.p[0] > '9')) {
		l->type = memchr("OISH", s.p[0], 4) ? (char)s.p[0] : 0;
		s = behind(s, 1);
	}
	time = words_take(&s);
	if (!l->type || !time.n || cast_num_parse(time, &l->delay_ns) != time.n)
		return false;
	if (l->type == 'O' || l->type == 'I')
		return words_number(s, UINT64_MAX, &l->bytes);
	l->name = words_take(&s);
	l->value = s;
	return l->name.n > 0;
}

void
script_line_put(struct buf *out, const struct script_line *l)
{
	if (l->type)
		buf_addf(out, "%c ", l->type);
	cast_num_put(out, l->delay_ns / NS_PER_US, 6, 6);
	if (!l->name.p) {
		buf_addf(out, " %" PRIu64 "\n", l->bytes);
		return;
	}
	buf_add_byte(out, ' ');
	buf_add_span(out, l->name);
	buf_add_byte(out, ' ');
	for (size_t i = 0; i < l->value.n; i++)
		buf_add_byte(out, l->value.p[i] < ' ' ? ' ' : l->value.p[i]);
	buf_add_byte(out, '\n');
}

void
script_facts_free(struct script_facts *f)
{
	for (int i = 0; i < SCRIPT_FACTS; i++)
		buf_free(&f->text[i]);
}

void
script_facts_take(struct script_facts *f, struct span name, struct span value)
{
	if (value.n > SCRIPT_FACT_MAX)
		value.n = SCRIPT_FACT_MAX;
	for (int i = 0; i < SCRIPT_FACTS; i++)
		if (span_is(name, script_fact_names[i]) && !f->text[i].n)
			buf_add_span(&f->text[i], value);
	if (span_is(name, "COMMAND_EXIT_CODE") && !f->text[SCRIPT_EXIT_CODE].n)
		buf_add_span(&f->text[SCRIPT_EXIT_CODE], value);
}

static bool
is_name(struct span s)
{
	size_t i = 0;

	while (i < s.n && ((s.p[i] >= 'A' && s.p[i] <= 'Z') || s.p[i] == '_'))
		i++;
	return i && i + 1 < s.n && s.p[i] == '=' && s.p[i + 1] == '"';
}

/* Where the value at the beginning of S ends: quotes in it are not escaped, so what counts is
 * what stands behind them. */
static size_t
value_length(struct span s)
{
	for (size_t i = 0; i + 1 < s.n; i++) {
		struct span rest = behind(s, i + 1);

		if (s.p[i] != '"')
			continue;
		if (rest.n == 1 && rest.p[0] == ']')
			return i;
		if (rest.n > 1 && rest.p[0] == ' ' &&
			(rest.p[1] == '<' || is_name(behind(rest, 1))))
			return i;
	}
	return s.n;
}

void
script_facts_line(struct script_facts *f, struct span line)
{
	const uint8_t *open = line.n ? memchr(line.p, '[', line.n) : NULL;
	size_t at = open ? (size_t)(open - line.p) : line.n;

	script_facts_take(f, SPAN_LIT("START_TIME"), without_blanks(span_of(line.p, at)));
	while (at < line.n) {
		struct span s = behind(line, ++at);
		size_t name;

		if (!is_name(s))
			return;
		name = (size_t)((const uint8_t *)memchr(s.p, '=', s.n) - s.p);
		at += name + 2;
		script_facts_take(f, span_of(s.p, name),
			span_of(line.p + at, value_length(behind(line, at))));
		at += value_length(behind(line, at)) + 1;
	}
}

uint32_t
script_facts_number(const struct script_facts *f, enum script_fact i)
{
	uint64_t v;

	return words_number(buf_span(&f->text[i]), UINT32_MAX, &v) ? (uint32_t)v : 0;
}

int64_t
script_facts_start(const struct script_facts *f)
{
	struct span s = buf_span(&f->text[SCRIPT_START]);
	struct date_span d;
	char text[64];

	/* other programs and locales write other dates, which would be guessed at */
	if (s.n < 4 || s.n >= sizeof text || s.p[0] < '0' || s.p[0] > '9')
		return -1;
	memcpy(text, s.p, s.n);
	text[s.n] = 0;
	return date_parse(&d, text, 0, NULL) < 0 || d.from_ns < 0 ? -1 : d.from_ns;
}

uint32_t
script_word_number(struct span words, const char *key)
{
	size_t n = strlen(key);

	while (words.n) {
		struct span w = words_take(&words);
		uint64_t v;

		if (w.n > n && memcmp(w.p, key, n) == 0 &&
			words_number(behind(w, n), UINT32_MAX, &v))
			return (uint32_t)v;
	}
	return 0;
}
