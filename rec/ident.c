/* SPDX-License-Identifier: ISC */
#include "rec/ident.h"

#include "base/hex.h"
#include "base/word.h"
#include "rec/login.h"
#include "rec/modes.h"

#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

static const char *const mode_names[] = {
	[IDENT_TTY] = "terminal",
	[IDENT_PIPES] = "pipes",
	[IDENT_HEADLESS] = "headless",
};

int
ident_make_id(char out[33], struct err *e)
{
	uint8_t raw[16];

	if (getrandom(raw, sizeof raw, 0) != (ssize_t)sizeof raw)
		return err_sys(
			e, ERR_IO, "no random numbers for the id of the recording");
	hex_put(out, raw, sizeof raw);
	return 0;
}

int
ident_command(struct buf *out, const struct conf *c)
{
	const char *command = c->login ? c->login->command : c->command;

	if (command)
		buf_add_str(out, command);
	for (char **a = c->argv; !command && *a; a++) {
		if (a != c->argv)
			buf_add_byte(out, ' ');
		word_quote(out, span_str(*a));
	}
	return buf_failed(out);
}

static void
put_login(struct recorder *r, const struct ident *id, int64_t now)
{
	struct msg m;

	auth_put(id->auth, r, id->facts->user, now);
	msg_init(&m, MSG_NEW_CHANNEL_SUCCESSFUL);
	m.p.new_channel.channel_type = SPAN_LIT("session");
	recorder_put(r, &m, now);
}

/* Facts that the system may not have told are left out. */
static void
put_fact(struct jsonw *w, const char *key, const char *value)
{
	if (value && *value)
		jsonw_kstr(w, key, value);
}

static void
put_policy(struct jsonw *w, const struct conf *c)
{
	char intercept[64];

	conf_intercept_text(intercept, c->digest ? 0 : c->intercept);
	jsonw_kstr(w, "intercept", intercept);
	jsonw_kstr(w, "on_error", conf_on_error_names[c->on_error]);
	put_fact(w, "events", c->events);
	jsonw_kbool(w, "split_stderr", c->split_stderr);
	if (c->login)
		jsonw_kbool(w, "login", true);
	if (c->digest)
		jsonw_kstr(w, "noninteractive", "metadata");
	if (c->consented)
		jsonw_kbool(w, "consent", true);
}

static void
put_number(struct jsonw *w, const char *key, int64_t value)
{
	if (value >= 0)
		jsonw_kint(w, key, value);
}

static void
put_who(struct jsonw *w, const struct proc_facts *f)
{
	put_fact(w, "host", f->host);
	put_fact(w, "machine_id", f->machine_id);
	put_fact(w, "boot_id", f->boot_id);
	jsonw_kstr(w, "user", f->user);
	jsonw_kuint(w, "uid", f->uid);
	jsonw_kuint(w, "gid", f->gid);
	put_number(w, "login_uid", f->login_uid);
	put_number(w, "audit_session", f->audit_session);
	put_fact(w, "tty", f->tty);
	jsonw_kint(w, "pid", f->pid);
	jsonw_kint(w, "parent_pid", f->ppid);
	put_fact(w, "parent_exe", f->parent_exe);
	put_fact(w, "cwd", f->cwd);
	put_fact(w, "parent_recording", getenv("AUDITREC_SESSION"));
}

static void
put_session(struct recorder *r, const struct ident *id, int64_t now)
{
	const struct conf *c = id->conf;
	struct jsonw w;
	struct msg m;

	vendor_begin(&m, VENDOR_SESSION, &w, &r->json);
	jsonw_kstr(&w, "version", "auditrec " PACKAGE_VERSION);
	jsonw_kstr(&w, "mode", mode_names[id->mode]);
	put_fact(&w, "title", c->title);
	put_who(&w, id->facts);
	put_policy(&w, c);
	auth_describe(id->auth, &w);
	if (c->idle_s > 0)
		jsonw_kint(&w, "idle_time_limit_ms", (int64_t)(c->idle_s * 1000));
	vendor_end(&m, &w);
	recorder_request(r, &m, &m.p.channel_request_unknown.request_id, now);
}

static void
put_env(struct recorder *r, const char *list, int64_t now)
{
	struct msg m;

	for (char **e = environ; *e; e++) {
		size_t n = strcspn(*e, "=");

		if (!(*e)[n] || !conf_env_wanted(list, *e))
			continue;
		msg_init(&m, MSG_SETENV);
		m.p.setenv.name = span_of(*e, n);
		m.p.setenv.value = span_str(*e + n + 1);
		recorder_request(r, &m, &m.p.setenv.request_id, now);
	}
}

static void
put_pty(struct recorder *r, const struct ident *id, int64_t now)
{
	const char *term = getenv("TERM");
	uint8_t modes[MODES_MAX];
	struct msg m;

	msg_init(&m, MSG_PTY);
	m.p.pty.term = span_str(term ? term : "");
	m.p.pty.columns = id->size->ws_col;
	m.p.pty.rows = id->size->ws_row;
	m.p.pty.width = id->size->ws_xpixel;
	m.p.pty.height = id->size->ws_ypixel;
	m.p.pty.modelist = span_of(modes, modes_encode(modes, id->modes));
	recorder_request(r, &m, &m.p.pty.request_id, now);
}

/* sshd runs the server of its subsystem "sftp" by the shell, as any command. */
static void
put_subsystem(struct recorder *r, struct buf *command, int64_t now)
{
	const char *text = buf_cstr(command), *name = text;
	struct msg m;

	for (; text && *text && *text != ' '; text++)
		if (*text == '/')
			name = text + 1;
	if (!name || strncmp(name, "sftp-server", 11) != 0 ||
		(name[11] && name[11] != ' '))
		return;
	msg_init(&m, MSG_SUBSYSTEM);
	m.p.subsystem.subsystem = SPAN_LIT("sftp");
	recorder_request(r, &m, &m.p.subsystem.request_id, now);
}

static void
put_program(struct recorder *r, const struct ident *id, int64_t now)
{
	struct buf text = { 0 };
	struct msg m;

	if (id->conf->login ? !id->conf->login->command
			    : !id->conf->command && !id->conf->argv[0]) {
		msg_init(&m, MSG_SHELL);
		recorder_request(r, &m, &m.p.shell.request_id, now);
		return;
	}
	ident_command(&text, id->conf);
	msg_init(&m, MSG_EXEC);
	m.p.exec.program = buf_span(&text);
	recorder_request(r, &m, &m.p.exec.request_id, now);
	put_subsystem(r, &text, now);
	buf_free(&text);
}

void
ident_start(struct recorder *r, const struct ident *id, int64_t mono_ns)
{
	put_login(r, id, mono_ns);
	put_session(r, id, mono_ns);
	put_env(r, id->conf->env, mono_ns);
	if (id->mode != IDENT_PIPES)
		put_pty(r, id, mono_ns);
	put_program(r, id, mono_ns);
	recorder_flush(r);
}
