/* SPDX-License-Identifier: ISC */
/* What script(1) of util-linux writes.  A typescript is bytes between a line that begins with
 * SCRIPT_BEGIN and one with SCRIPT_END, each with facts in brackets: [COMMAND="sh" LINES="24"].
 * Times stand in a file of their own: classic, "DELAY BYTES" of output a line, or advanced,
 * "TYPE DELAY ..." where the type is
 *   O, I  bytes of output, of input        H  NAME VALUE, a fact
 *   S     NAME ARGUMENTS, a signal; SIGWINCH with ROWS=24 COLS=80
 * A delay counts from the line before, whatever its type.  Internal to reader and writer. */
#ifndef FORMAT_SCRIPT_H
#define FORMAT_SCRIPT_H

#include "base/buf.h"

#define SCRIPT_BEGIN "Script started on "
#define SCRIPT_END   "\nScript done on "

struct script_line {
	char type; /* 'O', 'I', 'S', 'H'; classic times are of 'O' */
	int64_t delay_ns;
	uint64_t bytes;          /* O, I */
	struct span name, value; /* S, H; point into the line */
};

/* One line without its end.  False: it cannot be understood; TYPE is 0 when it is of another,
 * unknown one. */
bool script_line_get(struct script_line *l, struct span s);
void script_line_put(struct buf *out, const struct script_line *l);

/* Facts, in the order in which script writes them. */
enum script_fact {
	SCRIPT_START,
	SCRIPT_TERM,
	SCRIPT_TTY,
	SCRIPT_COLUMNS,
	SCRIPT_LINES,
	SCRIPT_SHELL,
	SCRIPT_COMMAND,
	SCRIPT_TIMING_LOG,
	SCRIPT_OUTPUT_LOG,
	SCRIPT_INPUT_LOG,
	SCRIPT_DURATION,
	SCRIPT_EXIT_CODE,
	SCRIPT_FACTS
};
extern const char *const script_fact_names[SCRIPT_FACTS];
#define SCRIPT_FACT_MAX 4096 /* bytes that are kept of one */

struct script_facts {
	struct buf text[SCRIPT_FACTS]; /* empty: not told */
};
void script_facts_free(struct script_facts *f);
/* A fact by its name; the first one counts, unknown ones are passed over. */
void script_facts_take(struct script_facts *f, struct span name, struct span value);
/* Those in the first or last line of a typescript: its date is a fact, too (SCRIPT_START). */
void script_facts_line(struct script_facts *f, struct span line);
uint32_t script_facts_number(const struct script_facts *f, enum script_fact i);
/* Nanoseconds since 1970, -1 unknown. */
int64_t script_facts_start(const struct script_facts *f);

/* The value of "KEY=" among words; 0 when it is not there. */
uint32_t script_word_number(struct span words, const char *key);

#endif
