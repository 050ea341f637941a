/* SPDX-License-Identifier: ISC */
/* The files of a typescript, whichever of them was named: its times, output, input, and where
 * the bytes in them begin and end. */
#include "format/tape_script.h"

#include <stdio.h>

#define HEADER_LINES 64
#define NAME_LENGTH  1024 /* of a file beside it */
#define TAIL_MAX     4096 /* bytes in which the last line of a typescript is looked for */

/* "H 0.000000 START_TIME ..." */
bool
script_is_times(struct span head)
{
	return head.n > 4 && memcmp(head.p, "H ", 2) == 0 && head.p[2] >= '0' &&
	       head.p[2] <= '9';
}

bool
script_is_typescript(struct span head)
{
	const size_t n = sizeof SCRIPT_BEGIN - 1;

	return head.n >= n && memcmp(head.p, SCRIPT_BEGIN, n) == 0;
}

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
		rc = src_beside(src, out, &c->s.file[SCRIPT_OUT], e);
	if (rc < 0)
		err_prefix(e, "the typescript %.200s", out);
	c->one_log = has_out && has_in && strcmp(in, out) == 0;
	if (!has_in) /* our own name it only where there is some, see tapew_script.c */
		snprintf(in, sizeof in, "%.*s.input", NAME_LENGTH - 8, out);
	if (!c->one_log)
		src_beside(src, in, &c->s.file[SCRIPT_IN], NULL);
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
	c->s.file[SCRIPT_OUT] = src;
	c->one_log = *in && strcmp(in, out) == 0;
	if (c->one_log || !c->s.times)
		return;
	snprintf(renamed, sizeof renamed, "%s.input", name);
	if (*in && strcmp(in, name) == 0) { /* it is that of input */
		c->s.file[SCRIPT_IN] = src;
		c->s.file[SCRIPT_OUT] = NULL;
		if (*out)
			src_beside(src, out, &c->s.file[SCRIPT_OUT], NULL);
	} else if (src_beside(src, renamed, &c->s.file[SCRIPT_IN], NULL) < 0 && *in) {
		src_beside(src, in, &c->s.file[SCRIPT_IN], NULL);
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
		if (script_is_typescript(l.text))
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
	if (file == SCRIPT_OUT) {
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

	for (unsigned i = SCRIPT_OUT; i <= SCRIPT_IN && rc == 0; i++) {
		if (c->s.file[i])
			rc = first_line(c, i, e);
		if (c->s.file[i] && rc == 0 && !c->s.tape.opts.live)
			rc = last_line(c, i, e);
	}
	return rc;
}

int
script_open_files(struct tape_script *c, struct err *e)
{
	struct steps *s = &c->s;
	uint8_t bytes[64];
	ssize_t n = tape_read_all(s->tape.src, 0, bytes, sizeof bytes, e);
	bool times = n > 0 && !s->tape.opts.timing &&
		     script_is_times(span_of(bytes, (size_t)n));
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
	s->place.phase = s->times ? SCRIPT_TIMED : SCRIPT_REST;
	return rc;
}
