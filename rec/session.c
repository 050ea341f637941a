/* SPDX-License-Identifier: ISC */
/* The states of a session:
 *
 *   RUNNING   bytes move until the program exits
 *   DRAINING  the program is gone; what it wrote is still on its way
 *   CLOSING   the writing thread finishes the files
 *
 * "Ending" is apart from it: the session was told to end (signal, terminal gone, disk full)
 * and signals of growing strength go to the program until it does. */
#include "rec/session.h"

#include "base/diag.h"
#include "rec/session_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#define STEP_NS  NS_PER_S          /* between two signals to a program that must end */
#define DRAIN_NS (200 * NS_PER_MS) /* silence after which output is over */
#define WRITE_NS (10 * NS_PER_S)   /* for the files, when the session must end */

/* ---- ending the program ---- */

static const int ladder[] = { SIGTERM, SIGHUP, SIGKILL };
#define LADDER (int)(sizeof ladder / sizeof *ladder)

/* To the foreground job of the program's terminal, and to the program itself. */
static void
signal_program(struct session *s, int signo)
{
	pid_t fg = -1;

	proxy_event(&s->proxy, RING_EVENT, REC_SIGNAL, &signo, sizeof signo);
	if (s->pty.master >= 0 && ioctl(s->pty.master, TIOCGPGRP, &fg) == 0 && fg > 1)
		kill(-fg, signo);
	if (s->pid > 0 && s->pty.master >= 0 && fg != s->pid)
		kill(-s->pid, signo);
	if (s->pid > 0 && s->pty.master < 0)
		kill(s->pid, signo);
	/* A stopped one cannot act on it. */
	if (s->pid > 0 && signo != SIGKILL)
		kill(s->pid, SIGCONT);
}

static void finish(struct session *s);

/* The writing thread hangs in a write that neither fails nor ends (a pipe that nobody reads,
 * a disk that went away) and somebody wants the end: leave it where it is. */
static void
abandon(struct session *s)
{
	s->incomplete = s->abandoned = true;
	loop_stop(&s->loop);
}

static void
end_step(void *ctx)
{
	struct session *s = ctx;
	int at = s->step - 1;

	s->step++;
	if (at >= LADDER || s->state != RUNNING) {
		if (s->state == CLOSING) {
			abandon(s);
			return;
		}
		/* Killed, and still there or still talking: that is all we wait. */
		s->incomplete |= proxy_waits(&s->proxy);
		writer_give_up(&s->writer);
		finish(s);
		return;
	}
	loop_after(&s->loop, s->end_timer, STEP_NS);
	if (ladder[at] == s->first_signal)
		end_step(s);
	else
		signal_program(s, ladder[at]);
}

/* Tell the program to end: SIGNO now, then what is stronger. */
static void
end_session(struct session *s, int signo)
{
	if (s->step)
		return;
	s->step = 1;
	s->first_signal = signo;
	if (s->state == RUNNING)
		signal_program(s, signo);
	loop_after(&s->loop, s->end_timer, s->state == CLOSING ? WRITE_NS : STEP_NS);
}

/* ---- the end, in order ---- */

/* 1. Nothing more is read.
 * 2. The last messages: exit status, channel closed, disconnect.
 * 3. The terminal is the user's again (nothing is relayed any more).
 * 4. The writing thread takes what is left and closes the files (on_news ends the loop). */
static void
finish(struct session *s)
{
	int st = s->wait_status;

	s->state = CLOSING;
	proxy_stop(&s->proxy);
	ran_end(&s->ran, clk_mono(s->clk));
	loop_cancel(&s->loop, s->drain_timer);
	loop_cancel(&s->loop, s->end_timer);
	if (s->pid > 0)
		st = SIGKILL; /* as a wait status: killed */
	s->wait_status = st;
	if (s->conf->digest)
		digest_record(&s->digest, &s->ring, clk_mono(s->clk));
	proxy_event(&s->proxy, RING_LAST, REC_EXIT, &st, sizeof st);
	tty_restore(&s->tty);
	writer_finish(&s->writer);
	if (s->step)
		loop_after(&s->loop, s->end_timer, WRITE_NS);
}

static void
check_drained(struct session *s)
{
	if (s->state == DRAINING && proxy_ended(&s->proxy))
		finish(s);
}

/* A terminal that a background job still holds open never ends: silence must do. */
static void
on_drain(void *ctx)
{
	struct session *s = ctx;
	bool quiet =
		!s->proxy.moved && proxy_delivered(&s->proxy) && !proxy_waits(&s->proxy);

	s->proxy.moved = false;
	if (s->state != DRAINING)
		return;
	if (quiet && s->mode != IDENT_PIPES)
		finish(s);
	else
		loop_after(&s->loop, s->drain_timer, DRAIN_NS);
}

static void
program_exited(struct session *s, int st)
{
	s->pid = 0;
	s->wait_status = st;
	s->state = DRAINING;
	proxy_program_over(&s->proxy);
	loop_after(&s->loop, s->drain_timer, DRAIN_NS);
	if (s->step)
		loop_after(&s->loop, s->end_timer, 2 * STEP_NS);
}

/* ---- signals to auditrec ---- */

static void
go_raw(struct session *s)
{
	if (s->mode == IDENT_TTY && s->state != CLOSING)
		tty_raw(&s->tty, NULL);
}

static void
update_size(struct session *s)
{
	struct winsize ws;

	if (s->mode != IDENT_TTY || s->conf->cols || !tty_size(STDIN_FILENO, &ws))
		return;
	if (memcmp(&ws, &s->size, sizeof ws) == 0 || s->state != RUNNING)
		return;
	if (!proxy_event(&s->proxy, RING_EVENT, REC_SIZE, &ws, sizeof ws))
		return; /* taken up again when there is room: on_news */
	s->size = ws;
	pty_resize(&s->pty, &ws);
	pty_resize(&s->pty_err, &ws);
}

/* We are stopped, with the terminal as the user's shell expects it, until continued. */
static void
suspend(struct session *s)
{
	proxy_catch_up(&s->proxy);
	tty_restore(&s->tty);
	sig_stop_self();
	go_raw(s);
	update_size(s);
}

static void
on_child(struct session *s)
{
	pid_t pid;
	int st;

	while ((pid = waitpid(-1, &st, WNOHANG | WUNTRACED)) > 0) {
		if (pid != s->pid)
			continue;
		if (!WIFSTOPPED(st)) {
			program_exited(s, st);
		} else if (s->mode == IDENT_TTY) {
			/* The recorded shell suspended itself: so do we, if somebody is
			 * there who can continue us. */
			if (getsid(0) != getpid())
				suspend(s);
			kill(-s->pid, SIGCONT);
		}
	}
}

/* Asked to end again, or when only the files are left to be written. */
static void
give_up(struct session *s)
{
	writer_give_up(&s->writer);
	if (s->step && s->state == CLOSING)
		loop_after(&s->loop, s->end_timer, STEP_NS);
}

static void
on_signal(struct session *s, int signo, bool from_process)
{
	switch (signo) {
	case SIGCHLD:
		on_child(s);
		break;
	case SIGWINCH:
		update_size(s);
		break;
	case SIGCONT:
		go_raw(s);
		update_size(s);
		break;
	case SIGTSTP:
		suspend(s);
		break;
	case SIGTERM:
	case SIGHUP:
		if (s->state == CLOSING || s->step)
			give_up(s);
		end_session(s, signo);
		break;
	default:
		if (s->state == CLOSING) {
			give_up(s);
			end_session(s, signo);
		} else if (from_process) {
			/* What the keyboard sends reaches it in its own way. */
			signal_program(s, signo);
		}
		break;
	}
}

static void
on_signals(void *ctx, short revents)
{
	struct session *s = ctx;
	bool from_process;
	int signo;

	(void)revents;
	while ((signo = sig_next(s->sig_fd, &from_process)) > 0)
		on_signal(s, signo, from_process);
}

static void
on_user_gone(void *ctx)
{
	struct session *s = ctx;

	if (s->state != CLOSING)
		writer_give_up(&s->writer);
	end_session(s, SIGHUP);
}

/* ---- news from the writing thread ---- */

static void
on_news(void *ctx, short revents)
{
	struct session *s = ctx;
	uint64_t n;

	(void)revents;
	if (read(s->news_fd, &n, sizeof n) < 0)
		return;
	if (session_news(s))
		end_session(s, SIGHUP);
	if (writer_done(&s->writer)) {
		loop_stop(&s->loop);
		return;
	}
	proxy_resume(&s->proxy);
	update_size(s);
}

/* ---- start ---- */

static const int caught[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGCHLD,
	SIGWINCH, SIGCONT, SIGTSTP, 0 };

static void
start_proxy(struct session *s, const struct proxy_fds *f)
{
	struct proxy *p = &s->proxy;

	p->loop = &s->loop;
	p->ring = &s->ring;
	p->clk = s->clk;
	p->intercept = s->conf->digest ? 0 : s->conf->intercept;
	p->user_tty = s->mode == IDENT_TTY;
	p->program_tty = s->mode != IDENT_PIPES;
	p->quiet = s->conf->quiet;
	p->pty = s->pty.master;
	p->keys = s->conf->keys;
	/* Of what is not recorded no commands are picked out either. */
	p->ran = s->conf->digest ? NULL : &s->ran;
	p->digest = s->conf->digest ? &s->digest : NULL;
	digest_init(&s->digest);
	p->user_gone = on_user_gone;
	p->ctx = s;
	loop_add(&s->loop, s->sig_fd, POLLIN, on_signals, s);
	loop_add(&s->loop, s->news_fd, POLLIN, on_news, s);
	s->end_timer = loop_timer(&s->loop, end_step, s);
	s->drain_timer = loop_timer(&s->loop, on_drain, s);
	proxy_init(p, f);
}

/* The loop itself fails: its user has taken the descriptors of this process away, by
 * prlimit(1).  What is not seen does not go on. */
static void
loop_failed(struct session *s, const struct err *why)
{
	diag_error("%s", why->text);
	syslog(LOG_AUTHPRIV | LOG_ERR, "the session is ended: %s", why->text);
	if (s->state == RUNNING) {
		signal_program(s, SIGHUP);
		signal_program(s, SIGKILL);
	}
	if (s->state != CLOSING)
		finish(s);
}

static void
run_loop(struct session *s)
{
	struct err e;
	int rc = 0;

	while (!s->loop.stop && rc == 0) {
		rc = loop_once(&s->loop, &e);
		check_drained(s);
	}
	if (rc < 0)
		loop_failed(s, &e);
}

/* What only the program needs. */
static void
close_theirs(struct session *s, const int theirs[3])
{
	if (s->mode == IDENT_PIPES)
		for (int i = 0; i < 3; i++)
			close(theirs[i]);
	else if (theirs[2] != s->pty.slave && theirs[2] != s->pty_err.slave)
		close(theirs[2]);
	pty_close_slave(&s->pty);
	pty_close_slave(&s->pty_err);
}

/* There is no process for the program. */
static int
not_started(struct session *s, const struct err *why, struct err *e)
{
	writer_finish(&s->writer);
	writer_join(&s->writer);
	*e = *why;
	return why->code;
}

/* Everything but the program is set up.  Run it to its end. */
static int
run(struct session *s, struct err *e)
{
	struct proxy_fds f;
	int theirs[3] = { -1, -1, -1 }, status, rc;
	struct err exec_err;

	rc = setup_descriptors(s, &f, theirs, e);
	if (rc == 0)
		rc = writer_start(&s->writer, &s->rec, s->clk, s->news_fd, e);
	if (rc < 0)
		return rc;
	s->pid = setup_program(s, theirs, &status, &exec_err);
	if (s->pid < 0 && status == CHILD_NO_PROCESS)
		return not_started(s, &exec_err, e);
	close_theirs(s, theirs);
	setup_let_go(s);
	start_proxy(s, &f);
	ran_begin(&s->ran, &s->loop, s->pid);
	if (s->pid < 0) {
		diag_error("%s", exec_err.text);
		program_exited(s, status << 8);
	} else {
		go_raw(s);
	}
	run_loop(s);
	if (!s->abandoned)
		s->incomplete |= !writer_join(&s->writer);
	proxy_close(&s->proxy);
	return 0;
}

static int
result(const struct session *s)
{
	if (s->mode != IDENT_PIPES && !s->conf->quiet && s->path[0] && !s->conf->login)
		diag_note("recorded to %s", s->path);
	for (int i = 0; i < s->events.n && !s->abandoned; i++)
		if (s->events.v[i].lost)
			diag_error("%" PRIu64 " events were not told to %s: %s",
				s->events.v[i].lost, s->events.v[i].path,
				s->events.v[i].why.text);
	if (!s->incomplete)
		return WIFSIGNALED(s->wait_status)
			       ? SESSION_KILLED + WTERMSIG(s->wait_status)
			       : child_exit_status(s->wait_status);
	if (s->abandoned)
		diag_error("the recording is not complete: writing it does not come to "
			   "an end");
	for (int i = 0; i < s->rec.nsinks && !s->abandoned; i++)
		if (s->sinks[i].failing || s->sinks[i].lost)
			diag_error("%s is not complete: %s", s->sinks[i].path,
				s->sinks[i].why.text);
	return SESSION_INCOMPLETE;
}

int
session_run(const struct conf *c, struct err *e)
{
	static struct session s;
	int rc;

	s.conf = c;
	s.clk = &clk_system;
	s.sig_fd = -1;
	loop_init(&s.loop, s.clk);
	s.facts = *c->facts;
	rc = setup_mode(&s, e);
	if (rc < 0)
		return rc;
	s.sig_fd = sig_open(&s.signals, caught, e);
	rc = s.sig_fd < 0 ? s.sig_fd : setup_recorder(&s, e);
	if (rc == 0)
		rc = setup_ptys(&s, e);
	if (rc == 0)
		rc = setup_first_messages(&s, e);
	if (rc == 0)
		rc = run(&s, e);
	if (rc < 0)
		for (int i = 0; i < s.rec.nsinks; i++)
			sink_undo(&s.sinks[i]);
	tty_restore(&s.tty);
	if (s.claimed)
		tty_release(STDIN_FILENO);
	if (rc < 0 && s.sig_fd >= 0) {
		close(s.sig_fd);
		sig_restore(&s.signals);
	}
	if (!s.abandoned) /* whose thread still uses it */
		ring_free(&s.ring);
	return rc < 0 ? rc : result(&s);
}
