/* SPDX-License-Identifier: ISC */
/* auditlog events: what happened in recordings, a line of JSON each, for other systems. */
#include "log/cmd.h"

#include "base/diag.h"
#include "log/teller.h"

#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#define FOLLOW_MS    200
#define WAIT_NS      (10 * NS_PER_S) /* for a daemon that starts again */
#define ROTATE_LEAST 4096

enum {
	OPT_FORMAT = 1,
	OPT_FOLLOW,
	OPT_STATE,
	OPT_TO,
	OPT_OUTPUT,
	OPT_SIZE,
	OPT_EVERY,
	OPT_FACILITY,
	OPT_TAG,
	OPT_FORM,
	OPT_MESSAGE,
	OPT_SOCKET
};

static const struct opt options[] = {
	{ OPT_FORMAT, "format", 'f', "ecs|audit|train|json",
		"Elastic Common Schema (the default), lines as in SPIRE's\n"
		"audit log, as in Train's, or all there is to know" },
	{ OPT_FOLLOW, "follow", 'F', NULL,
		"go on with what is added: of files until they are finished,\n"
		"of folders for ever, new recordings included" },
	{ OPT_STATE, "state", 's', "FILE",
		"remember in FILE what was told, and go on there next time" },
	{ OPT_TO, "to", 't', "stdout|file|syslog|journal",
		"where the lines go (default stdout, with --output file)" },
	{ OPT_OUTPUT, "output", 'o', "NAME", "write to a new file NAME.TIMESTAMP.PID" },
	{ OPT_SIZE, "rotate-size", 0, "BYTES", "begin another file before it is larger" },
	{ OPT_EVERY, "rotate-every", 0, "day|week|month",
		"begin another file with every day, week (from Monday on)\n"
		"or month, in UTC" },
	{ OPT_FACILITY, "facility", 0, "NAME",
		"of syslog and the journal: authpriv (the default), auth, daemon, user,\n"
		"local0 to local7",
		NULL, outlet_facility_at },
	{ OPT_TAG, "tag", 0, "NAME",
		"name of the program in syslog and the journal (default auditrec)" },
	{ OPT_FORM, "syslog-format", 0, "auto|rfc5424|rfc3164",
		"form of messages to syslog (default rfc3164, which all understand\n"
		"that listen at /dev/log; at another --socket rfc5424)" },
	{ OPT_MESSAGE, "syslog-size", 0, "BYTES",
		"longest message that syslog takes (default 8192); texts in longer ones\n"
		"are cut" },
	{ OPT_SOCKET, "socket", 0, "PATH",
		"of syslog (default /dev/log) or the journal\n"
		"(default /run/systemd/journal/socket)" },
	CMD_OPTIONS_END,
};

struct events {
	struct teller teller;
	struct outlet_opts o;
	const char *output, *state, *socket;
	uint64_t rotate, message;
	bool to; /* was given */
};

static volatile sig_atomic_t stopped;

static void
on_stop(int signo)
{
	(void)signo;
	stopped = 1;
}

static void
catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_stop, .sa_flags = SA_RESETHAND };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
}

static int
take_bytes(const char *value, const char *name, long least, uint64_t *out, struct err *e)
{
	long bytes;
	int rc = opt_int(value, name, least, INT64_MAX, &bytes, e);

	if (rc == 0)
		*out = (uint64_t)bytes;
	return rc;
}

/* One word of a list; its place in *OUT. */
static int
take_word(const char *value, const char *name, const char *const *names, unsigned *out,
	struct err *e)
{
	int rc = opt_choice(value, name, names, e);

	*out = rc < 0 ? 0 : (unsigned)rc;
	return rc;
}

static int
take_option(struct events *v, int id, const char *value, struct err *e)
{
	unsigned word = 0;
	int rc = 0;

	switch (id) {
	case OPT_FORMAT:
		rc = take_word(value, "--format", siem_format_names, &word, e);
		v->teller.format = (enum siem_format)word;
		break;
	case OPT_FOLLOW:
		v->teller.follow = true;
		break;
	case OPT_STATE:
		v->state = value;
		break;
	case OPT_TO:
		rc = take_word(value, "--to", outlet_kind_names, &word, e);
		v->o.kind = (enum outlet_kind)word;
		v->to = true;
		break;
	case OPT_OUTPUT:
		v->output = value;
		break;
	case OPT_SIZE:
		return take_bytes(value, "--rotate-size", ROTATE_LEAST, &v->rotate, e);
	case OPT_EVERY:
		rc = take_word(value, "--rotate-every", outlet_every_names, &word, e);
		v->o.every = (enum outlet_every)word;
		break;
	case OPT_FACILITY:
		return outlet_facility(value, &v->o.facility, e);
	case OPT_TAG:
		v->o.tag = value;
		break;
	case OPT_FORM:
		rc = take_word(value, "--syslog-format", outlet_form_names, &word, e);
		v->o.form = (enum outlet_form)word;
		break;
	case OPT_MESSAGE:
		return take_bytes(
			value, "--syslog-size", OUTLET_SYSLOG_LEAST, &v->message, e);
	default:
		v->socket = value;
	}
	return rc;
}

static int
check_options(struct events *v, struct err *e)
{
	bool file = v->o.kind == OUTLET_FILE;

	if (v->output && !v->to)
		file = true;
	if ((v->rotate || v->o.every != OUTLET_NEVER) && !v->output)
		return err_set(e, ERR_USAGE,
			"--rotate-size and --rotate-every need --output NAME");
	if (file != !!v->output)
		return err_set(e, ERR_USAGE, "--to file and --output NAME go together");
	if (v->output && !*v->output)
		return err_set(e, ERR_USAGE, "--output needs a name");
	if (v->socket && v->o.kind != OUTLET_SYSLOG && v->o.kind != OUTLET_JOURNAL)
		return err_set(
			e, ERR_USAGE, "--socket is for --to syslog and --to journal");
	if (v->state && !*v->state)
		return err_set(e, ERR_USAGE, "--state needs a name");
	if (file)
		v->o.kind = OUTLET_FILE;
	v->o.path = file ? v->output : v->socket;
	v->o.max_bytes = file ? v->rotate : v->message;
	return 0;
}

static int
tell(struct events *v, struct err *e)
{
	struct teller *t = &v->teller;
	int rc, end;

	teller_start(t);
	do {
		rc = teller_round(t, e);
		if (rc == 0 && t->more && !stopped)
			poll(NULL, 0, FOLLOW_MS);
	} while (rc == 0 && t->more && !stopped);
	end = teller_end(t, rc < 0 ? NULL : e);
	return rc < 0 ? rc : end;
}

static int
tell_all(struct events *v, struct err *e)
{
	struct teller *t = &v->teller;
	int rc = diary_open(&t->diary, v->state, e), end;

	if (rc == 0)
		rc = outlet_open(&t->outlet, &v->o, e);
	if (rc == 0)
		rc = tell(v, e);
	end = outlet_close(t->outlet, rc < 0 ? NULL : e);
	diary_close(t->diary);
	return rc < 0 ? rc : end;
}

static void
note_foreign(unsigned n)
{
	if (n)
		diag_note("left out %u file%s that %s", n, n == 1 ? "" : "s",
			n == 1 ? "is no recording" : "are no recordings");
}

static int
run(struct cmd_run *r)
{
	static struct events v;
	struct teller *t = &v.teller;
	struct err e = { 0 };
	int id;

	v.o = (struct outlet_opts){
		.tag = "auditrec", .wait_ns = WAIT_NS, .clk = r->clk
	};
	outlet_facility("authpriv", &v.o.facility, NULL);
	while ((id = cmd_next(r, &e)) > 0)
		if (take_option(&v, id, r->opts.value, &e) < 0)
			return cmd_wrong(&e);
	if (id < 0 || check_options(&v, &e) < 0)
		return cmd_wrong(&e);
	t->clk = r->clk;
	t->roots = r->operands;
	t->nroots = r->noperands;
	t->stop = &stopped;
	t->to_terminal = v.o.kind == OUTLET_STDOUT && isatty(STDOUT_FILENO);
	if (t->follow || v.state)
		catch_signals();
	if (tell_all(&v, &e) < 0) {
		id = diag_fail(&e, NULL);
		return id > t->status ? id : t->status;
	}
	note_foreign(t->foreign);
	return t->status;
}

const struct cmd cmd_events = {
	.name = "events",
	.args = "FILE|DIR...",
	.help = "tell what happened, as lines of JSON for other systems",
	.options = options,
	.run = run,
	.least = 1,
	.most = INT_MAX,
};
