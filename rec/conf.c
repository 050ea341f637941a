/* SPDX-License-Identifier: ISC */
#include "rec/conf.h"

#include "sys/outlet.h"

/* What a value may be; the formats have no rank, so they are no choices. */
#define WORDS(kind, choices)                                                           \
	(SETTING_##kind == SETTING_FORMAT ? "audit|audit-v1|asciicast-v2|asciicast-v3" \
					  : (choices))
#define WORD_AT(kind) (SETTING_##kind == SETTING_FACILITY ? outlet_facility_at : NULL)

const struct opt conf_options[] = {
#define SETTING(ID, name, letter, arg, kind, choices, def, guard, help) \
	{ OPT_##ID, name, letter, arg, help, WORDS(kind, choices), WORD_AT(kind) },
#define SYSTEM(ID, name, kind, choices, def, help)
#define ACTION(ID, name, letter, arg, help) { OPT_##ID, name, letter, arg, help },
#include "rec/option.def"
	{ 0, NULL, 0, NULL, NULL },
};

const char *const conf_on_error_names[] = { "stop", "continue", "pause", NULL };
static const char *const noninteractive_names[] = { "none", "metadata", "full", NULL };

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

/* A setting from the command line. */
static int
take_setting(struct conf *c, enum setting_id id, const char *text, struct err *e)
{
	char option[64];
	struct err why;
	int rc;

	snprintf(option, sizeof option, "--%s", settings_row(id)->name);
	rc = settings_put(&c->set, id, LAYER_COMMAND, option, text, &why);
	if (rc == ERR_STATE && c->notes) {
		notes_add(c->notes, "%s: %.250s", option, why.text);
		return 0;
	}
	return rc < 0 ? err_set(e, ERR_USAGE, "%s: %.250s", option, why.text) : 0;
}

static int
take_format(struct conf *c, const char *name, struct err *e)
{
	int rc;

	if (!c->nout)
		return take_setting(c, OPT_FORMAT, name, e);
	rc = settings_check(settings_row(OPT_FORMAT), name, e);
	return rc < 0 ? rc : tape_format_parse(name, &c->out[c->nout - 1].format, e);
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
	const struct setting_row *row = settings_row(OPT_INTERCEPT);
	const char *was = settings_text(&c->set, OPT_INTERCEPT);
	char text[SETTING_MAX];
	unsigned set;

	/* Of the option an empty word is wrong, a file may say "nothing". */
	if (settings_check(row, list, e) < 0 || conf_intercept_parse(&set, list, e) < 0)
		return ERR_USAGE;
	if (on)
		settings_union(text, was, list);
	else
		settings_without(text, was, list);
	return take_setting(c, OPT_INTERCEPT, text, e);
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
	case OPT_SIZE:
		return opt_size(value, SIZE_MAX_CELLS, &c->cols, &c->rows, e);
	case OPT_HEADLESS:
		c->headless = true;
		return 0;
	case OPT_LOGIN:
		return 0; /* login_find() has seen it */
	default:
		return take_setting(c, (enum setting_id)id, value ? value : "yes", e);
	}
}

static bool
same_key(const struct keys *k)
{
	return k->mark.n && k->mark.n == k->pause.n &&
	       memcmp(k->mark.byte, k->pause.byte, k->mark.n) == 0;
}

static int
check(struct conf *c, struct err *e)
{
	if (c->mode == FDIO_APPEND && !c->nout)
		return err_set(e, ERR_USAGE, "--append needs -o FILE");
	if (same_key(&c->keys)) {
		if (!c->notes)
			return err_set(e, ERR_USAGE,
				"--marker-key and --pause-key name the same key");
		notes_add(c->notes, "pause-key: the same key as marker-key, left out");
		c->keys.pause.n = 0;
	}
	for (int i = 0; i < c->nout; i++)
		for (int k = 0; k < i; k++)
			if (strcmp(c->out[i].path, c->out[k].path) == 0)
				return err_set(
					e, ERR_USAGE, "-o %.200s twice", c->out[i].path);
	return 0;
}

/* The settings as typed members.  They were checked when they were put. */
static int
apply(struct conf *c, struct err *e)
{
	const struct settings *s = &c->set;
	const char *idle = settings_text(s, OPT_IDLE);
	const char *format = settings_text(s, OPT_FORMAT);
	int policy = opt_choice(
		settings_text(s, OPT_ON_ERROR), "on-error", conf_on_error_names, e);
	int how = opt_choice(settings_text(s, OPT_NONINTERACTIVE), "noninteractive",
		noninteractive_names, e);
	int form = opt_choice(settings_text(s, OPT_EVENTS_FORMAT), "events-format",
		siem_format_names, e);
	int rc = policy < 0 ? policy : how < 0 ? how : form < 0 ? form : 0;

	c->intercept = c->trace = 0;
	if (rc == 0 && !settings_is(s, OPT_INTERCEPT, ""))
		rc = conf_intercept_parse(
			&c->intercept, settings_text(s, OPT_INTERCEPT), e);
	if (rc == 0 && *idle)
		rc = opt_double(idle, "idle-time-limit", 0.001, 1e6, &c->idle_s, e);
	if (rc == 0 && *format)
		rc = tape_format_parse(format, &c->format, e);
	if (rc == 0)
		rc = keys_parse(&c->keys.mark, settings_text(s, OPT_MARKER_KEY), e);
	if (rc == 0)
		rc = keys_parse(&c->keys.pause, settings_text(s, OPT_PAUSE_KEY), e);
	if (rc == 0 && !settings_is(s, OPT_TRACE, ""))
		rc = trace_list_parse(&c->trace, settings_text(s, OPT_TRACE), e);
	if (rc == 0)
		rc = outlet_facility(
			settings_text(s, OPT_EVENTS_FACILITY), &c->events_facility, e);
	if (rc < 0)
		return rc;
	c->events = settings_text(s, OPT_EVENTS);
	c->events_format = (enum siem_format)form;
	c->on_error = (enum on_error)policy;
	c->noninteractive = (enum conf_noninteractive)how;
	c->title = settings_is(s, OPT_TITLE, "") ? NULL : settings_text(s, OPT_TITLE);
	c->env = settings_text(s, OPT_ENV);
	c->directory = settings_text(s, OPT_DIRECTORY);
	c->sink = settings_is(s, OPT_SINK, "both")        ? CONF_BOTH
		  : settings_is(s, OPT_SINK, "auditrecd") ? CONF_AUDITRECD
							  : CONF_FILE;
	c->socket = settings_text(s, OPT_SOCKET);
	c->split_stderr = settings_is(s, OPT_SPLIT_STDERR, "yes");
	c->quiet = settings_is(s, OPT_QUIET, "yes");
	return 0;
}

void
conf_init(struct conf *c)
{
	memset(c, 0, sizeof *c);
	c->mode = FDIO_NEW;
	settings_init(&c->set);
}

/* Options that ask for something else than a session; CONF_RUN: it is none of them. */
static enum conf_result
other_result(int id)
{
	static const struct {
		int id;
		enum conf_result result;
	} table[] = {
		{ OPT_HELP, CONF_HELP },
		{ OPT_VERSION, CONF_VERSION },
		{ OPT_SHOW_CONFIG, CONF_SHOW },
		{ OPT_PRINT_CONFIG, CONF_TEMPLATE },
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (table[i].id == id)
			return table[i].result;
	return CONF_RUN;
}

int
conf_parse(struct conf *c, int argc, char **argv, struct err *e)
{
	enum conf_result result = CONF_RUN;
	struct opt_parser p;
	int id, rc;

	if (argc == 2 && strcmp(argv[1], "--mdoc-settings") == 0)
		return CONF_MDOC;
	opt_start(&p, conf_options, argc, argv);
	while ((id = opt_next(&p, e)) > 0) {
		enum conf_result other = other_result(id);

		if (other == CONF_HELP || other == CONF_VERSION)
			return other;
		if (other != CONF_RUN)
			result = other;
		rc = other == CONF_RUN ? take(c, id, p.value, e) : 0;
		if (rc < 0)
			return rc;
	}
	if (id < 0)
		return id;
	c->argv = argv + p.at;
	rc = apply(c, e);
	for (int i = 0; i < c->nout; i++)
		c->out[i].format = conf_format_of(c, c->out[i].path, c->out[i].format);
	if (rc == 0)
		rc = check(c, e);
	return rc < 0 ? rc : (int)result;
}
