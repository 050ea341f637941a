/* SPDX-License-Identifier: ISC */
#include "base/opt.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void
opt_start(struct opt_parser *p, const struct opt *table, int argc, char **argv)
{
	*p = (struct opt_parser){ .table = table, .argv = argv, .argc = argc, .at = 1 };
}

static const struct opt *
find_letter(const struct opt *table, char c)
{
	for (; table->id; table++)
		if (table->letter == c)
			return table;
	return NULL;
}

/* An exact name, else the only row that begins with it. */
static const struct opt *
find_name(const struct opt *table, const char *name, size_t n, bool *ambiguous)
{
	const struct opt *found = NULL;

	*ambiguous = false;
	for (; table->id; table++) {
		if (!table->name || strncmp(table->name, name, n) != 0)
			continue;
		if (!table->name[n]) {
			*ambiguous = false;
			return table;
		}
		*ambiguous = found != NULL;
		found = table;
	}
	return *ambiguous ? NULL : found;
}

static int
take_value(struct opt_parser *p, const struct opt *o, const char *dashes, struct err *e)
{
	if (p->at >= p->argc)
		return err_set(e, ERR_USAGE, "%s needs %s", dashes, o->arg);
	p->value = p->argv[p->at++];
	return o->id;
}

static int
next_long(struct opt_parser *p, const char *word, struct err *e)
{
	const char *eq = strchr(word, '=');
	size_t n = eq ? (size_t)(eq - word) : strlen(word);
	bool ambiguous;
	const struct opt *o = find_name(p->table, word, n, &ambiguous);
	char shown[80];

	snprintf(shown, sizeof shown, "--%.*s", (int)(n > 60 ? 60 : n), word);
	if (!o)
		return err_set(e, ERR_USAGE, "%s is %s option (see --help)", shown,
			ambiguous ? "the beginning of more than one" : "no");
	if (!o->arg && eq)
		return err_set(e, ERR_USAGE, "%s takes no value", shown);
	if (!o->arg)
		return o->id;
	if (eq) {
		p->value = eq + 1;
		return o->id;
	}
	return take_value(p, o, shown, e);
}

static int
next_short(struct opt_parser *p, struct err *e)
{
	char c = *p->inner++, shown[3] = { '-', c, 0 };
	const struct opt *o = find_letter(p->table, c);

	if (!*p->inner)
		p->inner = NULL;
	if (!o)
		return err_set(e, ERR_USAGE, "%s is no option (see --help)", shown);
	if (!o->arg)
		return o->id;
	if (p->inner) {
		p->value = p->inner;
		p->inner = NULL;
		return o->id;
	}
	return take_value(p, o, shown, e);
}

int
opt_next(struct opt_parser *p, struct err *e)
{
	const char *word;

	p->value = NULL;
	if (p->inner)
		return next_short(p, e);
	if (p->at >= p->argc)
		return 0;
	word = p->argv[p->at];
	if (word[0] != '-' || !word[1])
		return 0;
	p->at++;
	if (word[1] != '-') {
		p->inner = word + 1;
		return next_short(p, e);
	}
	if (!word[2])
		return 0;
	return next_long(p, word + 2, e);
}

void
opt_usage(FILE *out, const char *synopsis, const char *what, const struct opt *table)
{
	fprintf(out, "usage: %s\n\n%s\n\n", synopsis, what);
	opt_help(out, table);
}

#define HELP_COLUMN 28

void
opt_help(FILE *out, const struct opt *table)
{
	for (; table->id; table++) {
		const char *h = table->help;
		int n = 0;

		n += table->letter ? fprintf(out, "  -%c", table->letter)
				   : fprintf(out, "    ");
		if (table->name)
			n += fprintf(
				out, "%s--%s", table->letter ? ", " : "  ", table->name);
		if (table->arg)
			n += fprintf(out, " %s", table->arg);
		if (n >= HELP_COLUMN)
			n = fprintf(out, "\n") - 1;
		fprintf(out, "%*s", HELP_COLUMN - n, "");
		for (; *h; h++) {
			fputc(*h, out);
			if (*h == '\n')
				fprintf(out, "%*s", HELP_COLUMN, "");
		}
		fputc('\n', out);
	}
}

static void
mdoc_text(FILE *out, const char *s)
{
	bool start = false;

	for (; *s; s++) {
		if (start && (*s == '.' || *s == '\''))
			fputs("\\&", out);
		start = *s == '\n';
		if (*s == '\\')
			fputs("\\e", out);
		else
			fputc(*s, out);
	}
}

void
opt_mdoc(FILE *out, const struct opt *table)
{
	for (; table->id; table++) {
		fprintf(out, ".It");
		if (table->letter)
			fprintf(out, " Fl %c", table->letter);
		if (table->name)
			fprintf(out, "%s Fl \\-%s", table->letter ? " ," : "",
				table->name);
		if (table->arg)
			fprintf(out, " Ar %s", table->arg);
		fprintf(out, "\n%c", toupper((unsigned char)table->help[0]));
		mdoc_text(out, table->help + 1);
		fputs(".\n", out);
	}
}

int
opt_int(const char *text, const char *what, long lo, long hi, long *out, struct err *e)
{
	char *end;
	long v = strtol(text, &end, 10);

	if (end == text || *end || v < lo || v > hi)
		return err_set(e, ERR_USAGE, "%s: '%.40s' is no number from %ld to %ld",
			what, text, lo, hi);
	*out = v;
	return 0;
}

int
opt_double(const char *text, const char *what, double lo, double hi, double *out,
	struct err *e)
{
	char *end;
	double v = strtod(text, &end);

	if (end == text || *end || !isfinite(v) || v < lo || v > hi)
		return err_set(e, ERR_USAGE,
			"%s: '%.40s' is no number from %.10g to %.10g", what, text, lo,
			hi);
	*out = v;
	return 0;
}

int
opt_size(const char *text, int max, int *cols, int *rows, struct err *e)
{
	int c = 0, r = 0, n = 0;

	if (sscanf(text, "%5dx%5d%n", &c, &r, &n) != 2 || text[n] || c < 1 || r < 1 ||
		c > max || r > max)
		return err_set(e, ERR_USAGE,
			"'%.40s' is no size: write COLSxROWS, 1x1 to %dx%d", text, max,
			max);
	*cols = c;
	*rows = r;
	return 0;
}

int
opt_choice(const char *text, const char *what, const char *const *names, struct err *e)
{
	char list[200] = "";
	size_t n = 0;

	for (int i = 0; names[i]; i++) {
		if (strcmp(names[i], text) == 0)
			return i;
		if (n < sizeof list)
			n += (size_t)snprintf(list + n, sizeof list - n, "%s%s",
				i ? ", " : "", names[i]);
	}
	return err_set(e, ERR_USAGE, "%s%s'%.40s' is none of %s", what ? what : "",
		what ? ": " : "", text, list);
}
