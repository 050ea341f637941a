/* SPDX-License-Identifier: ISC */
#include "rec/conf.h"

enum {
	OPT_OUTPUT = 1,
	OPT_FORMAT,
	OPT_APPEND,
	OPT_OVERWRITE,
	OPT_COMMAND,
	OPT_INTERCEPT,
	OPT_NO_INTERCEPT,
	OPT_SPLIT_STDERR,
	OPT_TITLE,
	OPT_ENV,
	OPT_IDLE,
	OPT_SIZE,
	OPT_HEADLESS,
	OPT_MARKER_KEY,
	OPT_PAUSE_KEY,
	OPT_ON_ERROR,
	OPT_TRACE,
	OPT_QUIET,
	OPT_HELP,
	OPT_VERSION,
};

const struct opt conf_options[] = {
	{ OPT_OUTPUT, "output", 'o', "FILE",
		"write the recording to FILE; more than one -o writes them together" },
	{ OPT_FORMAT, "format", 'f', "FORMAT",
		"audit, audit-v1, asciicast-v2 or asciicast-v3, for the -o before it\n"
		"or, without one, for all; else .cast is asciicast-v2, all others "
		"audit" },
	{ OPT_APPEND, "append", 'a', NULL, "go on at the end of an existing recording" },
	{ OPT_OVERWRITE, "overwrite", 0, NULL, "replace an existing file" },
	{ OPT_COMMAND, "command", 'c', "STRING", "run STRING with the shell" },
	{ OPT_INTERCEPT, "intercept", 0, "LIST",
		"also record: stdin, stdout, stderr, passwords (default stdout,stderr)" },
	{ OPT_NO_INTERCEPT, "no-intercept", 0, "LIST", "do not record these" },
	{ OPT_SPLIT_STDERR, "split-stderr", 0, NULL,
		"give standard error a terminal of its own, recorded apart" },
	{ OPT_TITLE, "title", 't', "TEXT", "title of the recording" },
	{ OPT_ENV, "env", 0, "LIST",
		"environment variables to record (default TERM,LANG,LC_*,SHELL)" },
	{ OPT_IDLE, "idle-time-limit", 'i', "SECONDS",
		"ask players to show no pause longer than this" },
	{ OPT_SIZE, "window-size", 0, "COLSxROWS", "size of the recorded terminal" },
	{ OPT_HEADLESS, "headless", 0, NULL,
		"record without using a terminal, 80x24 unless told" },
	{ OPT_MARKER_KEY, "marker-key", 0, "KEY",
		"key that sets a marker (default none)" },
	{ OPT_PAUSE_KEY, "pause-key", 0, "KEY",
		"key that pauses and resumes (default none)" },
	{ OPT_ON_ERROR, "on-error", 0, "POLICY",
		"when writing fails: stop (default), continue or pause" },
	{ OPT_TRACE, "trace", 0, "LIST",
		"events to record: marks, foreground, proc or none (default "
		"marks,foreground)" },
	{ OPT_QUIET, "quiet", 'q', NULL, "print nothing but errors" },
	OPT_ROW_HELP(OPT_HELP),
	OPT_ROW_VERSION(OPT_VERSION),
	{ 0, NULL, 0, NULL, NULL },
};

const char *const conf_on_error_names[] = { "stop", "continue", "pause", NULL };

#define SIZE_MAX_CELLS 2000

static const struct {
	const char *name;
	unsigned bit;
} switches[] = {
	{ "stdin", CONF_STDIN },
	{ "stdout", CONF_STDOUT },
	{ "stderr", CONF_STDERR },
	{ "passwords", CONF_PASSWORDS },
};
#define NSWITCHES (sizeof switches / sizeof *switches)

static unsigned
switch_named(const char *name, size_t n)
{
	for (size_t i = 0; i < NSWITCHES; i++)
		if (strlen(switches[i].name) == n &&
			memcmp(switches[i].name, name, n) == 0)
			return switches[i].bit;
	return 0;
}

int
conf_intercept_parse(unsigned *set, const char *list, struct err *e)
{
	*set = 0;
	for (;;) {
		size_t n = strcspn(list, ",");
		unsigned bit = switch_named(list, n);

		if (!bit)
			return err_set(e, ERR_USAGE,
				"'%.*s' is none of stdin, stdout, stderr, passwords",
				(int)(n > 40 ? 40 : n), list);
		*set |= bit;
		if (!list[n])
			return 0;
		list += n + 1;
	}
}

void
conf_intercept_text(char out[64], unsigned set)
{
	size_t n = 0;

	out[0] = 0;
	for (size_t i = 0; i < NSWITCHES; i++)
		if (set & switches[i].bit)
			n += (size_t)snprintf(
				out + n, 64 - n, "%s%s", n ? "," : "", switches[i].name);
}

enum tape_format
conf_format_of(const struct conf *c, const char *path, enum tape_format own)
{
	size_t n = path ? strlen(path) : 0;

	if (own != TAPE_UNKNOWN)
		return own;
	if (c->format != TAPE_UNKNOWN)
		return c->format;
	if (n >= 5 && strcmp(path + n - 5, ".cast") == 0)
		return TAPE_CAST_V2;
	return TAPE_AUDIT_V2;
}

bool
conf_env_wanted(const char *list, const char *name_value)
{
	size_t name_n = strcspn(name_value, "=");

	for (;;) {
		size_t n = strcspn(list, ",");
		bool wild = n && list[n - 1] == '*';

		if (wild ? name_n >= n - 1 && memcmp(list, name_value, n - 1) == 0
			 : name_n == n && memcmp(list, name_value, n) == 0)
			return true;
		if (!list[n])
			return false;
		list += n + 1;
	}
}

static int
take_output(struct conf *c, const char *path, struct err *e)
{
	if (c->nout == SINK_MAX)
		return err_set(
			e, ERR_USAGE, "-o %.200s: more than %d outputs", path, SINK_MAX);
	if (!*path)
		return err_set(e, ERR_USAGE, "-o needs a file name");
	if (strcmp(path, "-") == 0)
		return err_set(e, ERR_USAGE,
			"-o -: a recording cannot go where the session's own output "
			"goes");
	c->out[c->nout++] = (struct conf_output){ path, TAPE_UNKNOWN };
	return 0;
}

static int
take_format(struct conf *c, const char *name, struct err *e)
{
	enum tape_format f;
	int rc = tape_format_parse(name, &f, e);

	if (rc < 0)
		return rc;
	if (f == TAPE_CAST_V1)
		return err_set(e, ERR_USAGE,
			"asciicast-v1 cannot be written while recording (convert to it "
			"later)");
	if (c->nout)
		c->out[c->nout - 1].format = f;
	else
		c->format = f;
	return 0;
}

static int
take_mode(struct conf *c, enum fdio_mode mode, struct err *e)
{
	if (c->mode != FDIO_NEW && c->mode != mode)
		return err_set(
			e, ERR_USAGE, "--append and --overwrite exclude each other");
	c->mode = mode;
	return 0;
}

static int
take_intercept(struct conf *c, const char *list, bool on, struct err *e)
{
	unsigned set;
	int rc = conf_intercept_parse(&set, list, e);

	if (rc < 0)
		return rc;
	c->intercept = on ? c->intercept | set : c->intercept & ~set;
	return 0;
}

static int
take_on_error(struct conf *c, const char *name, struct err *e)
{
	int i = opt_choice(name, "--on-error", conf_on_error_names, e);

	if (i >= 0)
		c->on_error = (enum on_error)i;
	return i < 0 ? i : 0;
}

static int
take(struct conf *c, int id, const char *value, struct err *e)
{
	switch (id) {
	case OPT_OUTPUT:
		return take_output(c, value, e);
	case OPT_FORMAT:
		return take_format(c, value, e);
	case OPT_APPEND:
		return take_mode(c, FDIO_APPEND, e);
	case OPT_OVERWRITE:
		return take_mode(c, FDIO_OVERWRITE, e);
	case OPT_COMMAND:
		c->command = value;
		return 0;
	case OPT_INTERCEPT:
		return take_intercept(c, value, true, e);
	case OPT_NO_INTERCEPT:
		return take_intercept(c, value, false, e);
	case OPT_SPLIT_STDERR:
		c->split_stderr = true;
		return 0;
	case OPT_TITLE:
		c->title = value;
		return 0;
	case OPT_ENV:
		c->env = value;
		return 0;
	case OPT_IDLE:
		return opt_double(value, "--idle-time-limit", 0.001, 1e6, &c->idle_s, e);
	case OPT_SIZE:
		return opt_size(value, SIZE_MAX_CELLS, &c->cols, &c->rows, e);
	case OPT_HEADLESS:
		c->headless = true;
		return 0;
	case OPT_MARKER_KEY:
		return keys_parse(&c->keys.mark, value, e);
	case OPT_PAUSE_KEY:
		return keys_parse(&c->keys.pause, value, e);
	case OPT_ON_ERROR:
		return take_on_error(c, value, e);
	case OPT_TRACE:
		return trace_list_parse(&c->trace, value, e);
	case OPT_QUIET:
		c->quiet = true;
		return 0;
	default:
		return 0;
	}
}

static int
check(const struct conf *c, struct err *e)
{
	if (c->mode == FDIO_APPEND && !c->nout)
		return err_set(e, ERR_USAGE, "--append needs -o FILE");
	if (c->keys.mark.n && c->keys.mark.n == c->keys.pause.n &&
		memcmp(c->keys.mark.byte, c->keys.pause.byte, c->keys.mark.n) == 0)
		return err_set(
			e, ERR_USAGE, "--marker-key and --pause-key name the same key");
	for (int i = 0; i < c->nout; i++)
		for (int k = 0; k < i; k++)
			if (strcmp(c->out[i].path, c->out[k].path) == 0)
				return err_set(
					e, ERR_USAGE, "-o %.200s twice", c->out[i].path);
	return 0;
}

int
conf_parse(struct conf *c, int argc, char **argv, struct err *e)
{
	struct opt_parser p;
	int id, rc;

	memset(c, 0, sizeof *c);
	c->intercept = CONF_STDOUT | CONF_STDERR;
	c->env = "TERM,LANG,LC_*,SHELL";
	c->mode = FDIO_NEW;
	c->trace = TRACE_DEFAULT;
	opt_start(&p, conf_options, argc, argv);
	while ((id = opt_next(&p, e)) > 0) {
		if (id == OPT_HELP)
			return CONF_HELP;
		if (id == OPT_VERSION)
			return CONF_VERSION;
		rc = take(c, id, p.value, e);
		if (rc < 0)
			return rc;
	}
	if (id < 0)
		return id;
	c->argv = argv + p.at;
	for (int i = 0; i < c->nout; i++)
		c->out[i].format = conf_format_of(c, c->out[i].path, c->out[i].format);
	rc = check(c, e);
	return rc < 0 ? rc : CONF_RUN;
}
