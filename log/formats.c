/* SPDX-License-Identifier: ISC */
#include "log/formats.h"

#include "format/tape.h"

#include <string.h>

static const struct column {
	const char *name;
	unsigned holds, part; /* PART: only some of it */
} columns[] = {
	{ "input", TAPE_HOLDS_INPUT, 0 },
	{ "error output", TAPE_HOLDS_ERROR, 0 },
	{ "sizes", TAPE_HOLDS_SIZES, TAPE_HOLDS_FIRST },
	{ "date", TAPE_HOLDS_DATE, 0 },
	{ "command", TAPE_HOLDS_COMMAND, 0 },
	{ "exit", TAPE_HOLDS_EXIT, 0 },
	{ "who", TAPE_HOLDS_WHO, 0 },
	{ "events", TAPE_HOLDS_ALL, TAPE_HOLDS_EVENTS },
};

#define NCOLUMNS (sizeof columns / sizeof *columns)

static const char *
cell(const struct tape_kind *k, const struct column *c)
{
	return k->holds & c->holds ? "yes" : k->holds & c->part ? "part" : "-";
}

void
formats_help(FILE *out)
{
	for (int f = TAPE_UNKNOWN + 1; f < TAPE_FORMATS; f++) {
		const struct tape_kind *k = tape_kind((enum tape_format)f);

		fprintf(out, "  %-20s%s\n", k->name, k->what);
	}
}

void
formats_mdoc(FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
	for (int f = TAPE_UNKNOWN + 1; f < TAPE_FORMATS; f++) {
		const struct tape_kind *k = tape_kind((enum tape_format)f);

		fprintf(out, ".It Cm %s\n%s", k->name, k->what);
		if (k->suffixes)
			fprintf(out, "; files end in%.*s", (int)strlen(k->suffixes) - 1,
				k->suffixes);
		fputs(".\n", out);
	}
	fputs(".El\n.Bl -column \"typescript-classic\" \"bytes\" \"times\"", out);
	for (size_t i = 0; i < NCOLUMNS; i++)
		fprintf(out, " \"%s\"", columns[i].name);
	fputs("\n.It Sy format Ta Sy output Ta Sy times", out);
	for (size_t i = 0; i < NCOLUMNS; i++)
		fprintf(out, " Ta Sy %s", columns[i].name);
	for (int f = TAPE_UNKNOWN + 1; f < TAPE_FORMATS; f++) {
		const struct tape_kind *k = tape_kind((enum tape_format)f);

		fprintf(out, "\n.It %s Ta %s Ta %s", k->name,
			k->holds & TAPE_HOLDS_TEXT ? "text" : "bytes", k->times);
		for (size_t i = 0; i < NCOLUMNS; i++)
			fprintf(out, " Ta %s", cell(k, &columns[i]));
	}
	fputs("\n.El\n", out);
}
