/* SPDX-License-Identifier: ISC */
/* auditlog events: what happened in recordings, a line of JSON each, for other systems.  The
 * beginning of a recording is looked at before it is told, so that its first lines know who and
 * where as well. */
#include "log/cmd.h"

#include "base/diag.h"
#include "format/siem.h"
#include "log/input.h"
#include "log/sink.h"

#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#define LEARN_MAX    256 /* messages of the beginning that are looked at */
#define FOLLOW_MAX   256 /* recordings */
#define FOLLOW_MS    200
#define ROTATE_LEAST 4096

enum { OPT_FORMAT = 1, OPT_FOLLOW, OPT_OUTPUT, OPT_SIZE, OPT_EVERY };

static const struct opt options[] = {
	{ OPT_FORMAT, "format", 'f', "ecs|audit|train|json",
		"Elastic Common Schema (the default), lines as in SPIRE's\n"
		"audit log, as in Train's, or all there is to know" },
	{ OPT_FOLLOW, "follow", 'F', NULL,
		"go on with what is added, until the recordings are finished" },
	{ OPT_OUTPUT, "output", 'o', "NAME", "write to a new file NAME.TIMESTAMP.PID" },
	{ OPT_SIZE, "rotate-size", 0, "BYTES", "begin another file before it is larger" },
	{ OPT_EVERY, "rotate-every", 0, "day|week|month",
		"begin another file with every day, week (from Monday on)\n"
		"or month, in UTC" },
	CMD_OPTIONS_END,
};

struct stream {
	struct input in;
	struct siem *siem;
	uint64_t number;
	bool ended;
	bool damaged;
	bool learning;
	bool closed; /* a disconnect was told: nothing comes after it */
};

struct tell {
	struct sink sink;
	enum siem_format format;
	bool follow;
	struct buf line;
	const struct clk *clk;
};

static void
take_note(void *ctx, const struct tape_note *n)
{
	struct stream *s = ctx;

	if (!n->lost || s->learning)
		return;
	s->damaged = true;
	progress_end(&s->in.progress);
	if (n->offset >= 0)
		diag_note("%s: damaged at offset %" PRId64 ": %s", s->in.name, n->offset,
			n->text);
	else
		diag_note("%s: damaged: %s", s->in.name, n->text);
}

/* What is damaged there is told when it is read again. */
static int
learn(struct stream *s, struct err *e)
{
	const struct msg *m;
	int64_t at;

	s->learning = true;
	for (int i = 0; i < LEARN_MAX; i++) {
		if (tape_next(s->in.tape, &m, &at, NULL) <= 0 || m->type == MSG_IO)
			break;
		siem_learn(s->siem, m, at);
	}
	s->learning = false;
	return tape_rewind(s->in.tape, e);
}

static int
open_stream(struct stream *s, struct tell *t, const char *path)
{
	struct tape_opts o = { .note = take_note, .ctx = s, .live = t->follow };
	struct err e;

	*s = (struct stream){ 0 };
	if (input_open(&s->in, path, &o, t->clk))
		return CMD_WRONG;
	if (t->follow || (!t->sink.path && isatty(STDOUT_FILENO)))
		s->in.progress.fd = -1;
	if (siem_new(&s->siem, t->format, strcmp(path, "-") == 0 ? NULL : path, &e) < 0)
		return diag_fail(&e, s->in.name);
	if (learn(s, &e) < 0)
		return diag_fail(&e, s->in.name);
	return 0;
}

static void
close_stream(struct stream *s)
{
	siem_free(s->siem);
	input_close(&s->in);
}

static int
put(struct stream *s, struct tell *t, const struct msg *m, int64_t at, struct err *e)
{
	int rc;

	s->closed = m->type == MSG_DISCONNECT;
	buf_clear(&t->line);
	rc = siem_put(s->siem, &t->line, m, at, s->number++);
	if (rc < 0)
		return err_set(e, rc, "cannot tell message %" PRIu64 ": %s",
			s->number - 1, err_name(rc));
	return rc ? sink_put(&t->sink, buf_span(&t->line), e) : 0;
}

/* All there is at present; the exit status. */
static int
tell_rest(struct stream *s, struct tell *t)
{
	const struct msg *m;
	struct err e;
	int64_t at;
	int rc;

	while ((rc = input_next(&s->in, &m, &at, &e)) > 0)
		if (put(s, t, m, at, &e) < 0)
			return diag_fail(&e, NULL);
	if (rc < 0 && !s->damaged) {
		s->damaged = true;
		diag_note("%s: %s", s->in.name, e.text);
	}
	s->damaged |= tape_end(s->in.tape).damages > 0;
	s->ended = rc < 0 || s->closed || tape_end(s->in.tape).state == TAPE_CLEAN;
	return 0;
}

static int
tell_one(struct tell *t, const char *path)
{
	struct stream s;
	int status = open_stream(&s, t, path);

	if (status == 0)
		status = tell_rest(&s, t);
	if (status == 0 && s.damaged)
		status = CMD_DAMAGED;
	close_stream(&s);
	return status;
}

static int
tell_each(struct tell *t, char **paths, int n)
{
	int worst = 0;

	for (int i = 0; i < n; i++) {
		int status = tell_one(t, paths[i]);

		worst = status > worst ? status : worst;
	}
	return worst;
}

/* One round over all that are not finished; the exit status.  *OPEN: how many still are. */
static int
follow_round(struct tell *t, struct stream *v, int n, int *open)
{
	struct err e;
	int status = 0;

	*open = 0;
	for (int i = 0; i < n && status == 0; i++) {
		if (!v[i].ended)
			status = tell_rest(&v[i], t);
		*open += !v[i].ended;
	}
	if (status == 0 && sink_flush(&t->sink, &e) < 0)
		status = diag_fail(&e, NULL);
	return status;
}

static int
tell_following(struct tell *t, char **paths, int n)
{
	struct stream *v = calloc((size_t)n, sizeof *v);
	int status = 0, worst = 0, open = 0, have = 0;

	if (!v) {
		diag_error("%s", err_name(ERR_NOMEM));
		return CMD_FAILED;
	}
	for (int i = 0; i < n; i++) {
		status = open_stream(&v[have], t, paths[i]);
		worst = status > worst ? status : worst;
		if (status)
			close_stream(&v[have]);
		else
			have++;
	}
	do {
		status = follow_round(t, v, have, &open);
		if (open && status == 0)
			poll(NULL, 0, FOLLOW_MS);
	} while (open && status == 0);
	worst = status > worst ? status : worst;
	for (int i = 0; i < have; i++) {
		if (v[i].damaged && worst == 0)
			worst = CMD_DAMAGED;
		close_stream(&v[i]);
	}
	free(v);
	return worst;
}

static int
take_option(struct tell *t, int id, const char *value, struct err *e)
{
	long bytes = 0;
	int r = 0;

	switch (id) {
	case OPT_FORMAT:
		r = opt_choice(value, "--format", siem_format_names, e);
		t->format = r < 0 ? SIEM_ECS : (enum siem_format)r;
		break;
	case OPT_FOLLOW:
		t->follow = true;
		break;
	case OPT_OUTPUT:
		t->sink.path = value;
		break;
	case OPT_SIZE:
		r = opt_int(value, "--rotate-size", ROTATE_LEAST, INT64_MAX, &bytes, e);
		t->sink.max_bytes = r < 0 ? 0 : (uint64_t)bytes;
		break;
	case OPT_EVERY:
		r = opt_choice(value, "--rotate-every", sink_every_names, e);
		t->sink.every = r < 0 ? SINK_NEVER : (enum sink_every)r;
		break;
	default:
		break;
	}
	return r;
}

static int
check_options(const struct tell *t, const struct cmd_run *r, struct err *e)
{
	if (!t->sink.path && (t->sink.max_bytes || t->sink.every != SINK_NEVER))
		return err_set(e, ERR_USAGE,
			"--rotate-size and --rotate-every need --output NAME");
	if (t->sink.path && !*t->sink.path)
		return err_set(e, ERR_USAGE, "--output needs a name");
	if (t->follow && r->noperands > FOLLOW_MAX)
		return err_set(
			e, ERR_USAGE, "--follow takes at most %d recordings", FOLLOW_MAX);
	return 0;
}

static int
run(struct cmd_run *r)
{
	static struct tell t;
	struct err e;
	int id, status;

	t.clk = t.sink.clk = r->clk;
	while ((id = cmd_next(r, &e)) > 0)
		if (take_option(&t, id, r->opts.value, &e) < 0)
			return cmd_wrong(&e);
	if (id < 0 || check_options(&t, r, &e) < 0)
		return cmd_wrong(&e);
	sink_init(&t.sink);
	status = t.follow ? tell_following(&t, r->operands, r->noperands)
			  : tell_each(&t, r->operands, r->noperands);
	if (sink_close(&t.sink, &e) < 0 && status == 0)
		status = diag_fail(&e, NULL);
	buf_free(&t.line);
	return status;
}

const struct cmd cmd_events = {
	.name = "events",
	.args = "FILE...",
	.help = "tell what happened, as lines of JSON for other systems",
	.options = options,
	.run = run,
	.least = 1,
	.most = INT_MAX,
};
