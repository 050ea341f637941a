/* SPDX-License-Identifier: ISC */
/* What the user asked for: the command line of auditrec as a struct. */
#ifndef REC_CONF_H
#define REC_CONF_H

#include "base/opt.h"
#include "format/tape.h"
#include "rec/keys.h"
#include "rec/recorder.h"
#include "sys/fdio.h"
#include "trace/trace.h"

enum conf_intercept {
	CONF_STDIN = 1 << MSG_STREAM_IN,
	CONF_STDOUT = 1 << MSG_STREAM_OUT,
	CONF_STDERR = 1 << MSG_STREAM_ERR,
	CONF_PASSWORDS = 8,
};

struct conf_output {
	const char *path;
	enum tape_format format;
};

struct conf {
	struct conf_output out[SINK_MAX]; /* nout 0: a new file in the default place */
	int nout;
	enum tape_format
		format; /* of outputs without one of their own; UNKNOWN: by name */
	enum fdio_mode mode;
	unsigned intercept;  /* set of enum conf_intercept */
	const char *command; /* -c */
	const char *title;
	const char *env; /* names, "*" at the end of one is a wildcard */
	double idle_s;   /* 0: none */
	int cols, rows;  /* 0: as the terminal */
	bool split_stderr, headless, quiet;
	struct keys keys;
	enum on_error on_error;
	unsigned trace; /* set of TRACE_BIT() */
	char **argv;    /* NULL-ended; argv[0] NULL: the user's shell */
};

extern const struct opt conf_options[];
extern const char *const conf_on_error_names[];

enum conf_result { CONF_RUN, CONF_HELP, CONF_VERSION };
/* CONF_..., or ERR_USAGE.  Strings point into ARGV. */
int conf_parse(struct conf *c, int argc, char **argv, struct err *e);
/* The set of a list as of --intercept; ERR_USAGE. */
int conf_intercept_parse(unsigned *set, const char *list, struct err *e);
/* "stdout,stderr" */
void conf_intercept_text(char out[64], unsigned set);
/* Format of an output: its own, the general one, or by the name (".cast"). */
enum tape_format conf_format_of(
	const struct conf *c, const char *path, enum tape_format own);
/* Whether NAME=VALUE stands in the list of --env. */
bool conf_env_wanted(const char *list, const char *name_value);

#endif
