/* SPDX-License-Identifier: ISC */
/* The source "foreground": who has the terminal, for sessions whose shell tells nothing.  A
 * sample costs two system calls; it is taken a moment after Enter and then ever more rarely,
 * as long as something moves.  Short commands are over before: this finds what goes on for a
 * while.  What a shell tells since the last Enter is better, and then nothing is told. */
#include "sys/pid.h"
#include "trace/source.h"

#include <sys/ioctl.h>
#include <unistd.h>

struct foreground {
	const struct trace_session *s;
	int64_t due_ns;    /* of the next sample, 0: none */
	int step;          /* in WAITS */
	bool moved;        /* output came since the last sample */
	uint64_t commands; /* that shells had told at the last Enter */
	pid_t pid;         /* told last */
	uint64_t start;    /* its start time */
	char exe[PID_PATH_MAX];
	struct pid_facts facts;
};

/* After Enter; the last one is repeated. */
static const int64_t waits[] = { 30 * NS_PER_MS, 120 * NS_PER_MS, 350 * NS_PER_MS,
	NS_PER_S };
#define NWAITS (int)(sizeof waits / sizeof *waits)

static int
foreground_start(void *self, struct trace_session *s, struct err *e)
{
	struct foreground *f = self;

	f->s = s;
	if (s->pty < 0)
		return err_set(e, ERR_UNSUPPORTED, "the session has no terminal");
	if (s->execs)
		return err_set(e, ERR_UNSUPPORTED, "proc tells of every program");
	if (access("/proc/self/exe", F_OK) < 0)
		return err_set(e, ERR_UNSUPPORTED, "there is no /proc");
	return 0;
}

static void
schedule(struct foreground *f, int64_t now, int step)
{
	f->step = step < NWAITS ? step : NWAITS - 1;
	f->due_ns = now + waits[f->step];
}

/* The program itself is told by other messages, as long as it is what was started. */
static void
foreground_began(void *self)
{
	struct foreground *f = self;

	f->pid = f->s->program;
	if (pid_read(&f->facts, f->pid)) {
		f->start = f->facts.start;
		memcpy(f->exe, f->facts.exe, sizeof f->exe);
	}
	schedule(f, clk_mono(f->s->clk), 0);
}

static int64_t
foreground_deadline(const void *self)
{
	return ((const struct foreground *)self)->due_ns;
}

static void
tell(struct foreground *f, int64_t now)
{
	const struct pid_facts *p = &f->facts;
	struct trace_event ev = { .kind = TRACE_EXEC,
		.source = trace_foreground.name,
		.at_ns = now,
		.u.process = { .pid = p->pid,
			.ppid = p->ppid,
			.uid = p->uid,
			.sampled = true } };

	if (p->exe[0])
		ev.u.process.exe = span_str(p->exe);
	if (p->cwd[0])
		ev.u.process.cwd = span_str(p->cwd);
	if (p->argv_n)
		ev.u.process.argv = span_of(p->argv, p->argv_n);
	ev.u.process.argv_cut = p->argv_cut;
	f->s->take(f->s->ctx, &ev);
}

static void
sample(struct foreground *f, int64_t now)
{
	bool is_new;
	pid_t pid = 0;

	if (ioctl(f->s->pty, TIOCGPGRP, &pid) < 0 || pid <= 0 ||
		!pid_read(&f->facts, pid) || !f->facts.argv_n)
		return;
	is_new = pid != f->pid || f->facts.start != f->start ||
		 strcmp(f->exe, f->facts.exe) != 0;
	f->pid = pid;
	f->start = f->facts.start;
	memcpy(f->exe, f->facts.exe, sizeof f->exe);
	if (is_new && pid != f->s->program)
		tell(f, now);
}

static void
foreground_tick(void *self, int64_t now)
{
	struct foreground *f = self;

	f->due_ns = 0;
	if (f->s->commands != f->commands)
		return;
	sample(f, now);
	if (f->step + 1 < NWAITS || f->moved)
		schedule(f, now, f->step + 1);
	f->moved = false;
}

static size_t
foreground_output(void *self, unsigned stream, struct span out, int64_t now)
{
	struct foreground *f = self;

	(void)stream;
	f->moved = true;
	/* Silent for a while, and now it says something: look again. */
	if (!f->due_ns && f->s->commands == f->commands)
		schedule(f, now, NWAITS - 1);
	return out.n;
}

static void
foreground_input(void *self, struct span in, int64_t now)
{
	struct foreground *f = self;

	if (!memchr(in.p, '\r', in.n) && !memchr(in.p, '\n', in.n))
		return;
	f->commands = f->s->commands;
	schedule(f, now, 0);
}

const struct trace_ops trace_foreground = {
	.name = "foreground",
	.size = sizeof(struct foreground),
	.start = foreground_start,
	.began = foreground_began,
	.deadline = foreground_deadline,
	.tick = foreground_tick,
	.output = foreground_output,
	.input = foreground_input,
};
