/* SPDX-License-Identifier: ISC */
/* A typescript that is read.  Internal to tape_script.c, which makes messages of it, and
 * tape_script_files.c, which finds its files. */
#ifndef FORMAT_TAPE_SCRIPT_H
#define FORMAT_TAPE_SCRIPT_H

#include "format/script.h"
#include "format/steps.h"

enum { SCRIPT_OUT, SCRIPT_IN };                   /* files */
enum { SCRIPT_TIMED, SCRIPT_REST, SCRIPT_ENDED }; /* phases */

struct tape_script {
	struct steps s;
	struct script_facts facts;
	bool one_log;  /* input stands between the output */
	bool advanced; /* times tell the exit status themselves */
	bool closed;   /* an end was told */
	bool torn;     /* the last line of times is not complete */
};

/* Is HEAD the beginning of advanced times, of a typescript? */
bool script_is_times(struct span head);
bool script_is_typescript(struct span head);
/* Opens what belongs to tape.src and reads the facts in it; fills in files, times, ends, place.  On
 * failure times that were given (tape_opts.timing) stay in s.times, too. */
int script_open_files(struct tape_script *c, struct err *e);

#endif
