/* SPDX-License-Identifier: ISC */
/* What a session is to be: settings and command line of auditrec as a struct. */
#ifndef REC_CONF_H
#define REC_CONF_H

#include "base/opt.h"
#include "format/tape.h"
#include "rec/config.h"
#include "rec/keys.h"
#include "rec/recorder.h"
#include "sys/fdio.h"
#include "sys/proc.h"
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

enum conf_sink { CONF_FILE, CONF_AUDITRECD, CONF_BOTH };
enum conf_noninteractive { CONF_NONE, CONF_METADATA, CONF_FULL };

struct login;

struct conf {
	struct settings set;
	struct notes *notes; /* where refused options go; NULL: they are errors */
	const struct proc_facts *facts;
	const struct login *login;        /* NULL: recording by hand */
	struct conf_output out[SINK_MAX]; /* nout 0: a new file in the default place */
	int nout;
	enum tape_format
		format; /* of outputs without one of their own; UNKNOWN: by name */
	enum fdio_mode mode;
	unsigned intercept;  /* set of enum conf_intercept */
	const char *command; /* -c */
	const char *title;
	const char *directory; /* "": the default place */
	enum conf_sink sink;   /* of what has no output of its own */
	const char *socket;    /* of auditrecd */
	const char *env;       /* names, "*" at the end of one is a wildcard */
	double idle_s;         /* 0: none */
	int cols, rows;        /* 0: as the terminal */
	bool split_stderr, headless, quiet;
	enum conf_noninteractive noninteractive;
	bool consented; /* the user was asked, and agreed */
	bool digest;    /* only sizes and SHA-256 of the streams are kept */
	struct keys keys;
	enum on_error on_error;
	unsigned trace;     /* set of TRACE_BIT() */
	const char *events; /* a list: syslog, journal, paths */
	enum siem_format events_format;
	int events_facility;
	char **argv; /* NULL-ended; argv[0] NULL: the user's shell */
};

extern const struct opt conf_options[];
extern const char *const conf_on_error_names[];

enum conf_result {
	CONF_RUN,
	CONF_HELP,
	CONF_VERSION,
	CONF_SHOW,
	CONF_TEMPLATE,
	CONF_MDOC
};
void conf_init(struct conf *c);
/* The command line, on top of the settings that are there.  CONF_..., or ERR_USAGE.
 * Strings point into ARGV and C. */
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
