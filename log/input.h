/* SPDX-License-Identifier: ISC */
/* The recording a command reads, with what was met in it.  PATH may be "-". */
#ifndef LOG_INPUT_H
#define LOG_INPUT_H

#include "format/tape.h"
#include "log/progress.h"

struct input {
	struct tape *tape;
	const char *name; /* for messages: the path or "standard input" */
	struct progress progress;
	int64_t size; /* of the file, -1 unknown (a pipe) */
};

/* What is wrong with PATH is printed; 0, or the exit status (2). */
int input_open(struct input *in, const char *path, const struct tape_opts *o,
	const struct clk *clk);
/* The same in two steps, for who reads the source in another way first; S is taken over. */
int input_open_src(struct src **s, const char *path);
int input_open_tape(struct input *in, const char *path, struct src *s,
	const struct tape_opts *o, const struct clk *clk);
const char *input_name(const char *path);
void input_close(struct input *in);
/* As tape_next, with a progress bar. */
int input_next(struct input *in, const struct msg **m, int64_t *at_ns, struct err *e);
/* "at offset 123: text" of the end when it is not clean; one sentence for a person. */
#define INPUT_STATE_MAX (ERR_TEXT_MAX + 80)
const char *input_state(const struct tape_end *end, char out[INPUT_STATE_MAX]);

#endif
