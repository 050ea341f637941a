/* SPDX-License-Identifier: ISC */
/* Writing an I/O log of sudo: times and bytes as they come, what log and log.json say when all is
 * known.  A session with a terminal writes ttyin and ttyout, another one stdin and stdout; error
 * output has its file in both. */
#include "format/iolog.h"
#include "format/single.h"

#include "base/clk.h"
#include "format/facts.h"
#include "format/vendor.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

#define OUT_MAX ((size_t)256 << 20)
#define ENV_MAX ((size_t)64 << 10)

struct tapew_sudo {
	struct tapew w;
	bool begun, ended, terminal, has_command;
	int64_t start_ns, last_ns,
		end_ns; /* wall clock: first line, last line, last message */
	struct facts facts;
	struct buf env;  /* "NAME=VALUE" and NUL, of all */
	json_t *session; /* the session event, NULL: none */
	int64_t exit;    /* -1 unknown */
	bool core;
	struct single one;
	struct single_file timing, file[IOLOG_FILES];
};

static struct tapew_sudo *
sudo_of(struct tapew *w)
{
	return (struct tapew_sudo *)w;
}

/* --- log and log.json --- */

static struct span
text_of(const json_t *j)
{
	return span_of(json_string_value(j), json_string_length(j));
}

/* What the session event says, or, where it says nothing, ELSE. */
static struct span
told(const struct tapew_sudo *c, const char *key, struct span other)
{
	const json_t *v = json_object_get(c->session, key);

	return json_is_string(v) ? text_of(v) : other;
}

static struct span
fact(const struct tapew_sudo *c, enum fact f)
{
	return buf_span(&c->facts.text[f]);
}

static void
put_text(struct jsonw *w, const char *key, struct span s)
{
	if (s.n)
		jsonw_ktext(w, key, s);
}

static void
put_time(struct jsonw *w, const char *key, int64_t ns)
{
	jsonw_key(w, key);
	jsonw_object(w);
	jsonw_kint(w, "seconds", ns / NS_PER_S);
	jsonw_kint(w, "nanoseconds", ns % NS_PER_S);
	jsonw_object_end(w);
}

static void
put_json(struct jsonw *w, const char *key, const json_t *v)
{
	char *text = v ? json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;

	if (!text)
		return;
	jsonw_key(w, key);
	jsonw_raw(w, span_str(text));
	free(text);
}

/* What ran: as sudo told it, else a shell that was given a command, or none. */
static void
put_command(const struct tapew_sudo *c, struct jsonw *w)
{
	const json_t *argv = json_object_get(c->session, "argv");
	struct span command = told(c, "run_command", SPAN_LIT(""));

	if (command.n && json_is_array(argv)) {
		jsonw_ktext(w, "command", command);
		put_json(w, "runargv", argv);
		return;
	}
	jsonw_kstr(w, "command", "/bin/sh");
	jsonw_key(w, "runargv");
	jsonw_array(w);
	jsonw_str(w, c->has_command ? "sh" : "-sh");
	if (c->has_command) {
		jsonw_str(w, "-c");
		jsonw_text(w, fact(c, FACT_COMMAND));
	}
	jsonw_array_end(w);
}

static void
put_env(const struct tapew_sudo *c, struct jsonw *w)
{
	jsonw_key(w, "runenv");
	jsonw_array(w);
	for (size_t at = 0; at < c->env.n;) {
		struct span s = span_str((const char *)c->env.p + at);

		jsonw_text(w, s);
		at += s.n + 1;
	}
	jsonw_array_end(w);
}

static struct span
user_of(const struct tapew_sudo *c)
{
	return c->facts.text[FACT_USER].n ? fact(c, FACT_USER) : SPAN_LIT("unknown");
}

static void
put_who(const struct tapew_sudo *c, struct jsonw *w)
{
	jsonw_ktext(w, "submituser", user_of(c));
	put_text(w, "submitgroup", told(c, "group", SPAN_LIT("")));
	put_text(w, "submithost", fact(c, FACT_HOST));
	put_text(w, "submitcwd", told(c, "submit_cwd", fact(c, FACT_DIRECTORY)));
	jsonw_ktext(w, "runuser", told(c, "run_user", user_of(c)));
	put_json(w, "runuid", json_object_get(c->session, "run_uid"));
	put_json(w, "rungid", json_object_get(c->session, "run_gid"));
	put_text(w, "rungroup", told(c, "run_group", SPAN_LIT("")));
	put_text(w, "runchroot", told(c, "run_chroot", SPAN_LIT("")));
	put_text(w, "runcwd", fact(c, FACT_DIRECTORY));
	put_text(w, "peeraddr", fact(c, FACT_ADDRESS));
	put_text(w, "source", told(c, "source", SPAN_LIT("")));
	if (c->terminal)
		jsonw_ktext(w, "ttyname",
			c->facts.text[FACT_TTY].n ? fact(c, FACT_TTY) : SPAN_LIT("pts"));
	put_json(w, "submitenv", json_object_get(c->session, "submit_env"));
}

static void
put_end(const struct tapew_sudo *c, struct jsonw *w)
{
	put_time(w, "run_time", ns_sub(c->end_ns, c->start_ns));
	if (c->facts.text[FACT_SIGNAL].n)
		jsonw_ktext(w, "signal", fact(c, FACT_SIGNAL));
	if (c->core)
		jsonw_kbool(w, "dumped_core", true);
	if (c->exit >= 0)
		jsonw_kint(w, "exit_value", c->exit);
}

/* sudo reads JSON line by line: one member, one element on each. */
static void
spread(struct buf *out, struct span json)
{
	json_t *j = json_loadb((const char *)json.p, json.n, JSON_ALLOW_NUL, NULL);
	char *text = j ? json_dumps(j, JSON_INDENT(4)) : NULL;

	json_decref(j);
	if (text)
		buf_add_str(out, text);
	else
		out->failed = ERR_NOMEM;
	buf_add_byte(out, '\n');
	free(text);
}

static void
put_log_json(struct tapew_sudo *c, struct buf *out)
{
	struct buf json = { 0 };
	struct jsonw w;

	jsonw_init(&w, &json);
	jsonw_object(&w);
	put_time(&w, "timestamp", c->start_ns);
	jsonw_kuint(&w, "columns", c->facts.cols ? c->facts.cols : 80);
	jsonw_kuint(&w, "lines", c->facts.rows ? c->facts.rows : 24);
	put_who(c, &w);
	put_command(c, &w);
	put_env(c, &w);
	put_end(c, &w);
	jsonw_object_end(&w);
	spread(out, buf_span(&json));
	buf_free(&json);
}

/* Recorded text in a field of the old log: neither fields nor lines may begin in it. */
static void
put_field(struct buf *out, struct span s, char end)
{
	for (size_t i = 0; i < s.n; i++)
		buf_add_byte(out,
			s.p[i] < ' ' || (end == ':' && s.p[i] == ':') ? '?' : s.p[i]);
	buf_add_byte(out, (uint8_t)end);
}

static void
put_log(const struct tapew_sudo *c, struct buf *out)
{
	struct span tty =
		c->facts.text[FACT_TTY].n ? fact(c, FACT_TTY) : SPAN_LIT("unknown");

	buf_addf(out, "%" PRId64 ":", c->start_ns / NS_PER_S);
	put_field(out, user_of(c), ':');
	put_field(out, told(c, "run_user", user_of(c)), ':');
	put_field(out, told(c, "run_group", SPAN_LIT("")), ':');
	put_field(out, tty, ':');
	buf_addf(out, "%" PRIu32 ":%" PRIu32 "\n", c->facts.rows ? c->facts.rows : 24,
		c->facts.cols ? c->facts.cols : 80);
	put_field(out,
		c->facts.text[FACT_DIRECTORY].n ? fact(c, FACT_DIRECTORY)
						: SPAN_LIT("unknown"),
		'\n');
	put_field(out, c->has_command ? fact(c, FACT_COMMAND) : SPAN_LIT("-sh"), '\n');
}

/* --- events --- */

static int
begin(struct tapew_sudo *c, struct err *e)
{
	if (c->begun)
		return 0;
	c->begun = true;
	c->terminal = c->facts.cols > 0;
	return single_file_open(&c->timing, &c->w, "timing", e);
}

static void
put_line(struct tapew_sudo *c, int64_t time_ns, struct iolog_line *l)
{
	int64_t at = time_ns > c->last_ns ? time_ns : c->last_ns;

	l->delay_ns = ns_sub(at, c->last_ns);
	c->last_ns = at;
	iolog_line_put(&c->timing.out, l);
}

static int
put_io(struct tapew_sudo *c, const struct msg *m, struct err *e)
{
	static const enum iolog_event pipes[] = { IOLOG_STDIN, IOLOG_STDOUT,
		IOLOG_STDERR };
	static const enum iolog_event terminal[] = { IOLOG_TTYIN, IOLOG_TTYOUT,
		IOLOG_STDERR };
	struct iolog_line l = { .bytes = m->p.io.data.n };
	struct single_file *f;
	int rc;

	if (m->p.io.stream > MSG_STREAM_ERR ||
		(m->p.io.stream == MSG_STREAM_IN && c->w.opts.drop_input)) {
		single_lose(&c->one, m);
		return 0;
	}
	l.event = (c->terminal ? terminal : pipes)[m->p.io.stream];
	f = &c->file[l.event];
	rc = f->dst ? 0 : single_file_open(f, &c->w, iolog_files[l.event], e);
	if (rc < 0)
		return rc;
	put_line(c, m->time_ns, &l);
	buf_add_span(&f->out, m->p.io.data);
	return single_file_drain(f, false, e);
}

static bool
is_suspend(struct span s)
{
	return span_is(s, "TSTP") || span_is(s, "STOP") || span_is(s, "TTIN") ||
	       span_is(s, "TTOU") || span_is(s, "CONT");
}

static void
put_signal(struct tapew_sudo *c, const struct msg *m)
{
	struct iolog_line l = { .event = IOLOG_SUSPEND, .signal = m->p.signal.signal };

	if (is_suspend(l.signal))
		put_line(c, m->time_ns, &l);
	else
		single_lose(&c->one, m);
}

static void
put_size(struct tapew_sudo *c, const struct msg *m, uint32_t cols, uint32_t rows)
{
	struct iolog_line l = { .event = IOLOG_SIZE, .rows = rows, .cols = cols };

	put_line(c, m->time_ns, &l);
}

static void
put_exit(struct tapew_sudo *c, const struct msg *m)
{
	facts_take(&c->facts, m, 0);
	c->ended = true;
	if (m->type == MSG_EXIT)
		c->exit = m->p.exit.exit_status;
	else
		c->core = m->p.exit_signal.core_dumped;
}

static void
keep_env(struct tapew_sudo *c, const struct msg *m)
{
	struct span name = m->p.setenv.name, value = m->p.setenv.value;

	if (c->env.n + name.n + value.n + 2 > ENV_MAX ||
		(name.n && memchr(name.p, 0, name.n)) ||
		(value.n && memchr(value.p, 0, value.n))) {
		single_lose(&c->one, m);
		return;
	}
	buf_add_span(&c->env, name);
	buf_add_byte(&c->env, '=');
	buf_add_span(&c->env, value);
	buf_add_byte(&c->env, 0);
}

/* What is told before the first event. */
static void
learn(struct tapew_sudo *c, const struct msg *m)
{
	facts_take(&c->facts, m, 0);
	switch (m->type) {
	case MSG_EXEC:
		c->has_command = true;
		break;
	case MSG_SETENV:
		keep_env(c, m);
		break;
	case MSG_CONNECT:
	case MSG_HANDSHAKE_SUCCESSFUL:
	case MSG_PTY:
		break;
	default:
		if (vendor_of(m) == VENDOR_SESSION && !c->session)
			c->session = vendor_json(m);
		else
			single_lose(&c->one, m);
	}
}

static int
take(struct tapew_sudo *c, const struct msg *m, struct err *e)
{
	uint32_t cols, rows;
	bool size = msg_size(m, &cols, &rows) && (c->begun || m->type == MSG_WINDOW);
	bool event = size || m->type == MSG_IO || m->type == MSG_SIGNAL ||
		     m->type == MSG_EXIT || m->type == MSG_EXIT_SIGNAL;
	int rc;

	if (!event) {
		learn(c, m);
		return 0;
	}
	rc = begin(c, e);
	if (rc < 0 || !single_takes(&c->one, m))
		return rc;
	if (m->type == MSG_IO)
		return put_io(c, m, e);
	if (size)
		put_size(c, m, cols, rows);
	else if (m->type == MSG_SIGNAL)
		put_signal(c, m);
	else
		put_exit(c, m);
	return 0;
}

static int
sudo_put(struct tapew *w, const struct msg *m, struct err *e)
{
	struct tapew_sudo *c = sudo_of(w);
	int rc;

	if (!w->stats.messages)
		c->start_ns = c->last_ns = c->end_ns = m->time_ns > 0 ? m->time_ns : 0;
	if (!c->ended && m->time_ns > c->end_ns)
		c->end_ns = m->time_ns;
	rc = take(c, m, e);
	return rc == 0 && c->begun ? single_file_drain(&c->timing, false, e) : rc;
}

static int
sudo_flush(struct tapew *w, struct err *e)
{
	struct tapew_sudo *c = sudo_of(w);
	int rc = c->begun ? single_file_drain(&c->timing, true, e) : 0;

	for (int i = 0; i < IOLOG_FILES && rc == 0; i++)
		if (c->file[i].dst)
			rc = single_file_drain(&c->file[i], true, e);
	return rc;
}

static int
finish_log(struct tapew_sudo *c, struct err *e)
{
	struct single_file log = { 0 };
	int rc = single_file_open(&log, &c->w, "log", e);

	if (rc == 0) {
		put_log(c, &log.out);
		rc = single_file_close(&log, e);
	}
	single_file_free(&log);
	return rc;
}

static int
sudo_finish(struct tapew *w, struct err *e)
{
	struct tapew_sudo *c = sudo_of(w);
	int rc = begin(c, e);

	if (rc == 0)
		rc = single_file_close(&c->timing, e);
	for (int i = 0; i < IOLOG_FILES && rc == 0; i++)
		rc = single_file_close(&c->file[i], e);
	if (rc == 0)
		rc = finish_log(c, e);
	put_log_json(c, &w->out);
	single_tell(&c->one, w);
	if (rc == 0 && (rc = buf_failed(&w->out)))
		err_set(e, rc, "%s", err_name(rc));
	return rc;
}

static void
sudo_release(struct tapew *w)
{
	struct tapew_sudo *c = sudo_of(w);

	facts_free(&c->facts);
	buf_free(&c->env);
	json_decref(c->session);
	single_file_free(&c->timing);
	for (int i = 0; i < IOLOG_FILES; i++)
		single_file_free(&c->file[i]);
	free(c);
}

static const struct tapew_ops sudo_ops = {
	.put = sudo_put,
	.flush = sudo_flush,
	.finish = sudo_finish,
	.release = sudo_release,
};

int
tapew_sudo_new(
	struct tapew **w, enum tape_format f, const struct tapew_opts *o, struct err *e)
{
	struct tapew_sudo *c = calloc(1, sizeof *c);

	(void)f;
	(void)o;
	if (!c)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	c->w.ops = &sudo_ops;
	c->exit = -1;
	facts_init(&c->facts);
	buf_init(&c->w.out, OUT_MAX);
	*w = &c->w;
	return 0;
}
