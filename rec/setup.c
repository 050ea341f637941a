/* SPDX-License-Identifier: ISC */
#include "rec/session_impl.h"

#include "base/diag.h"
#include "base/hex.h"
#include "rec/login.h"
#include "rec/nest.h"
#include "rec/place.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#define QUEUE_SIZE ((size_t)2 << 20)
#define PIPE_SIZE  (256 << 10)

static void
find_size(struct session *s)
{
	bool known = s->mode == IDENT_TTY && tty_size(STDIN_FILENO, &s->size);

	if (s->conf->cols)
		s->size = (struct winsize){ .ws_col = (unsigned short)s->conf->cols,
			.ws_row = (unsigned short)s->conf->rows };
	else if (!known)
		s->size = (struct winsize){ .ws_col = 80, .ws_row = 24 };
}

int
setup_mode(struct session *s, struct err *e)
{
	s->pty = s->pty_err = (struct pty)PTY_NONE;
	if (s->conf->headless)
		s->mode = IDENT_HEADLESS;
	else if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
		s->mode = IDENT_TTY;
	else
		s->mode = IDENT_PIPES;
	find_size(s);
	return s->mode == IDENT_TTY ? tty_open(&s->tty, STDIN_FILENO, e) : 0;
}

static const char *
user_shell(const struct session *s)
{
	const char *sh = getenv("SHELL");

	if (s->conf->login)
		return s->conf->login->shell;
	if (sh && *sh && !login_is_ours(sh))
		return sh;
	sh = s->facts.shell;
	return *sh && !login_is_ours(sh) ? sh : "/bin/sh";
}

/* The file in the usual folder. */
static int
place_sink(struct session *s, struct sink *k, struct err *e)
{
	const struct conf *c = s->conf;
	struct place place = { .folder = c->directory,
		.user = s->facts.user,
		.home = s->facts.home,
		.uid = s->facts.uid,
		.env = !c->login };

	k->format = conf_format_of(c, NULL, TAPE_UNKNOWN);
	k->path = s->path;
	return place_new(s->path, &place, s->rec.id, s->rec.wall_ns,
		k->format >= TAPE_CAST_V1 ? ".cast" : ".audit", e);
}

static void
deposit_sink(struct session *s, struct sink *k)
{
	hex_get(s->deposit_id, s->rec.id, sizeof s->deposit_id);
	k->format = TAPE_AUDIT_V2;
	k->path = s->conf->socket;
	k->deposit = s->deposit_id;
	k->clk = s->clk;
}

/* Of a login, outputs from the command line come on top. */
static int
choose_sinks(struct session *s, struct err *e)
{
	const struct conf *c = s->conf;
	bool usual = !c->nout || c->login;
	int n = c->nout, rc = 0;

	for (int i = 0; i < n; i++) {
		s->sinks[i].path = c->out[i].path;
		s->sinks[i].format = c->out[i].format;
	}
	if (usual && c->sink != CONF_FILE)
		deposit_sink(s, &s->sinks[n++]);
	if (usual && c->sink != CONF_AUDITRECD)
		rc = place_sink(s, &s->sinks[n++], e);
	s->rec.nsinks = n;
	return rc;
}

static int
open_sinks(struct session *s, struct err *e)
{
	const struct conf *c = s->conf;
	struct tapew_opts o = { .title = c->title,
		.idle_limit_ns = (int64_t)(c->idle_s * (double)NS_PER_S) };
	int rc = choose_sinks(s, e);

	for (int i = 0; rc == 0 && i < s->rec.nsinks; i++)
		rc = sink_open(&s->sinks[i], c->mode, e);
	for (int i = 0; rc == 0 && i < s->rec.nsinks; i++)
		rc = sink_begin(&s->sinks[i], c->mode, &o, e);
	return rc;
}

static void
say_not_told(const char *where, const struct err *why)
{
	diag_error("events are not told to %s: %s", where, why->text);
}

static void
open_events(struct session *s)
{
	const struct conf *c = s->conf;
	struct events_opts o = { .file = s->sinks[0].path,
		.format = c->events_format,
		.facility = c->events_facility,
		.clk = s->clk };
	struct place place = {
		.user = s->facts.user, .home = s->facts.home, .uid = s->facts.uid
	};

	events_init(&s->events, &o);
	events_add_list(&s->events, c->events, &place, say_not_told);
	s->rec.events = s->events.n ? &s->events : NULL;
}

int
setup_recorder(struct session *s, struct err *e)
{
	struct recorder *r = &s->rec;
	int rc = ident_make_id(r->id, e);

	r->ring = &s->ring;
	r->sinks = s->sinks;
	r->policy = s->conf->on_error;
	r->wall_ns = clk_wall(s->clk);
	r->mono_ns = clk_mono(s->clk);
	s->news_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (rc == 0 && s->news_fd < 0)
		rc = err_sys(e, ERR_IO, "eventfd");
	if (rc == 0)
		rc = ring_init(&s->ring, QUEUE_SIZE, s->news_fd, e);
	if (rc == 0)
		rc = open_sinks(s, e);
	if (rc == 0)
		open_events(s);
	return rc;
}

int
setup_first_messages(struct session *s, struct err *e)
{
	struct termios modes = { 0 };
	struct ident id = { .conf = s->conf,
		.facts = &s->facts,
		.auth = &s->auth,
		.mode = s->mode,
		.size = &s->size,
		.modes = &modes,
		.shell = user_shell(s) };
	struct auth_source here = auth_here;
	int rc;

	if (s->pty.master >= 0)
		tcgetattr(s->pty.master, &modes);
	here.shell = !login_is_ours(s->facts.shell);
	auth_gather(&s->auth, &here);
	s->rec.policy = ON_ERROR_STOP;
	ident_start(&s->rec, &id, s->rec.mono_ns);
	rc = ran_start(&s->ran, s->conf->trace, s->pty.master, &s->rec, s->clk, e);
	s->rec.policy = s->conf->on_error;
	auth_free(&s->auth);
	if (rc < 0)
		return rc;
	recorder_flush(&s->rec);
	for (int i = 0; i < s->rec.nsinks; i++)
		if (s->sinks[i].failing && s->rec.policy != ON_ERROR_CONTINUE) {
			*e = s->sinks[i].why;
			err_prefix(e, "%.200s", s->sinks[i].path);
			return e->code ? e->code : ERR_IO;
		}
	return 0;
}

int
setup_ptys(struct session *s, struct err *e)
{
	const struct termios *modes = s->mode == IDENT_TTY ? &s->tty.saved : NULL;
	int rc = 0;

	if (s->mode != IDENT_PIPES)
		rc = pty_open(&s->pty, modes, &s->size, e);
	if (rc == 0 && s->mode != IDENT_PIPES && s->conf->split_stderr)
		rc = pty_open(&s->pty_err, modes, &s->size, e);
	return rc;
}

/* Fewer turns between us and who is at the other end.  No pipe: it stays as it is; a user who
 * has too many keeps small ones. */
static void
widen(int fd)
{
	int n = fcntl(fd, F_GETPIPE_SZ);

	if (n > 0 && n < PIPE_SIZE)
		fcntl(fd, F_SETPIPE_SZ, PIPE_SIZE);
}

/* A pipe whose end on our side (0 reading, 1 writing) does not block. */
static int
make_pipe(int *ours, int *theirs, int our_end, struct err *e)
{
	int p[2];

	if (pipe2(p, O_CLOEXEC) < 0)
		return err_sys(e, ERR_IO, "pipe");
	widen(p[0]);
	*ours = p[our_end];
	*theirs = p[!our_end];
	fcntl(*ours, F_SETFL, O_NONBLOCK);
	return 0;
}

static int
writable(int fd)
{
	bool own;

	return tty_reopen_write(fd, &own);
}

/* May be written to as well: sshd gives a command one socket for input and output, and what
 * went there would reach the client past us. */
static bool
leads_out(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && (flags & O_ACCMODE) != O_RDONLY;
}

/* Input that nobody looks at is the program's own: what it does not read is still there for
 * others.  Of metadata, what comes through a pipe is part; a file has a place of its own. */
static bool
input_passes(const struct session *s)
{
	struct stat st;

	if (s->conf->login && leads_out(STDIN_FILENO))
		return true;
	if (!s->conf->digest)
		return s->conf->intercept & CONF_STDIN;
	return fstat(STDIN_FILENO, &st) == 0 &&
	       (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
}

static int
connect_input(struct session *s, struct proxy_fds *f, int *theirs, struct err *e)
{
	s->digest.input = input_passes(s);
	if (!s->digest.input) {
		*theirs = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
		return *theirs < 0 ? err_sys(e, ERR_IO, "no descriptor left") : 0;
	}
	f->in_from = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	if (f->in_from < 0)
		return err_sys(e, ERR_IO, "no descriptor left");
	return make_pipe(&f->in_to, theirs, 1, e);
}

static int
connect_pipes(struct session *s, struct proxy_fds *f, int theirs[3], struct err *e)
{
	int rc = connect_input(s, f, &theirs[0], e);

	widen(STDIN_FILENO);
	widen(STDOUT_FILENO);
	if (rc == 0)
		rc = make_pipe(&f->out_from, &theirs[1], 0, e);
	if (rc == 0)
		rc = make_pipe(&f->err_from, &theirs[2], 0, e);
	if (rc < 0)
		return rc;
	f->out_to = writable(STDOUT_FILENO);
	f->err_to = writable(STDERR_FILENO);
	if (f->out_to < 0 || f->err_to < 0)
		return err_sys(e, ERR_IO, "no descriptor left");
	return 0;
}

/* Ours must not keep them open when the program's side is closed. */
void
setup_let_go(struct session *s)
{
	int null = s->mode == IDENT_PIPES ? open("/dev/null", O_RDWR | O_CLOEXEC) : -1;

	if (null < 0)
		return;
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	close(null);
}

static int
connect_ptys(struct session *s, struct proxy_fds *f, int theirs[3], struct err *e)
{
	bool user = s->mode == IDENT_TTY;
	int rc = 0;

	f->out_from = s->pty.master;
	f->in_to = fcntl(s->pty.master, F_DUPFD_CLOEXEC, 3);
	for (int i = 0; i < 3; i++)
		theirs[i] = s->pty.slave;
	if (user) {
		f->in_from = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
		f->out_to = writable(STDOUT_FILENO);
	}
	if (s->conf->split_stderr) {
		f->err_from = s->pty_err.master;
		theirs[2] = s->pty_err.slave;
		f->err_to = user ? writable(STDERR_FILENO) : -1;
	} else if (user && !isatty(STDERR_FILENO)) {
		rc = make_pipe(&f->err_from, &theirs[2], 0, e);
		f->err_to = writable(STDERR_FILENO);
	}
	/* the program could open it, and go on there past us */
	s->claimed = rc == 0 && user && s->conf->login && tty_claim(STDIN_FILENO);
	return rc;
}

int
setup_descriptors(struct session *s, struct proxy_fds *f, int theirs[3], struct err *e)
{
	*f = (struct proxy_fds){ -1, -1, -1, -1, -1, -1 };
	if (s->mode == IDENT_PIPES)
		return connect_pipes(s, f, theirs, e);
	return connect_ptys(s, f, theirs, e);
}

/* "sh -c STRING NAME ARG...", or the command as it is, or the shell alone. */
static char **
command_line(const struct session *s, const char *sh)
{
	char **operand = s->conf->argv, **line;
	size_t n = 0, at = 0;

	if (s->conf->login)
		return s->conf->login->argv;
	if (!s->conf->command && operand[0])
		return operand;
	while (operand[n])
		n++;
	line = calloc(n + 4, sizeof *line);
	if (!line)
		return NULL;
	line[at++] = (char *)sh;
	if (s->conf->command) {
		line[at++] = (char *)"-c";
		line[at++] = (char *)s->conf->command;
		memcpy(line + at, operand, n * sizeof *line);
	}
	return line;
}

pid_t
setup_program(struct session *s, const int theirs[3], int *status, struct err *e)
{
	char **line = command_line(s, user_shell(s));
	const char *env[] = { s->env_session, s->env_nonce, s->env_mark, NULL };
	struct child_plan plan = { .argv = line,
		.env = env,
		.fd = { theirs[0], theirs[1], theirs[2] },
		.ctty = s->mode == IDENT_PIPES ? -1 : theirs[0],
		.bound = s->conf->login != NULL,
		.signals = &s->signals };
	pid_t pid;

	if (!line)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	plan.file = s->conf->login ? s->conf->login->shell : line[0];
	nest_mark(s->env_mark, s->conf->login && s->conf->login->forced);
	snprintf(s->env_session, sizeof s->env_session, "AUDITREC_SESSION=%s", s->rec.id);
	ran_env(&s->ran, s->env_nonce);
	pid = child_start(&plan, status, e);
	if (line != s->conf->argv && !s->conf->login)
		free(line);
	return pid;
}
