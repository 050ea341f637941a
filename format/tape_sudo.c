/* SPDX-License-Identifier: ISC */
/* An I/O log of sudo as a tape.  It is opened by its log.json or log; what that says are the
 * messages of the head: who sudo was asked by is the user, on whose behalf the command ran and
 * all else stands in the session event. */
#include "format/inflate.h"
#include "format/iolog.h"
#include "format/steps.h"

#include "base/clk.h"
#include "format/vendor.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

enum { TIMED, ENDED }; /* phases */

struct tape_sudo {
	struct steps s;
	struct iolog log;
};

static struct tape_sudo *
sudo_of(struct steps *s)
{
	return (struct tape_sudo *)s;
}

bool
tape_sudo_sniff(struct span head, bool whole)
{
	(void)whole;
	return iolog_sniff(head);
}

/* --- steps --- */

static int
exit_step(struct tape_sudo *c)
{
	struct msg *m = &c->s.msg;

	if (c->log.run_ns > c->s.place.time_ns)
		c->s.place.time_ns = c->log.run_ns;
	if (c->log.fact[IOLOG_SIGNAL].n) {
		msg_init(m, MSG_EXIT_SIGNAL);
		m->p.exit_signal.signal = buf_span(&c->log.fact[IOLOG_SIGNAL]);
		m->p.exit_signal.core_dumped = c->log.core;
		return 1;
	}
	if (c->log.exit < 0)
		return 0;
	msg_init(m, MSG_EXIT);
	m->p.exit.exit_status = (uint32_t)c->log.exit;
	return 1;
}

/* Events without bytes. */
static void
plain_step(struct tape_sudo *c, const struct iolog_line *l)
{
	struct msg *m = &c->s.msg;

	if (l->event == IOLOG_SIZE) {
		msg_init(m, MSG_WINDOW);
		m->p.window.columns = l->cols;
		m->p.window.rows = l->rows;
		return;
	}
	buf_clear(&c->s.data);
	buf_add_span(&c->s.data, l->signal);
	msg_init(m, MSG_SIGNAL);
	m->p.signal.signal = buf_span(&c->s.data);
}

static int
bytes_step(struct tape_sudo *c, const struct iolog_line *l, uint64_t next, struct err *e)
{
	static const uint64_t streams[IOLOG_FILES] = { MSG_STREAM_IN, MSG_STREAM_OUT,
		MSG_STREAM_ERR, MSG_STREAM_IN, MSG_STREAM_OUT };
	struct steps *s = &c->s;
	char text[80];
	int rc = s->file[l->event] ? steps_bytes(s, l->event, l->bytes, next, e) : 0;

	if (rc > 0) {
		steps_io(s, streams[l->event]);
	} else if (rc == ERR_DAMAGED || (rc == 0 && !s->tape.opts.live)) {
		snprintf(text, sizeof text, "%s %s", iolog_files[l->event],
			!s->file[l->event] ? "is not there"
			: rc < 0           ? "is damaged"
					   : "ends before its times do");
		steps_note(s, rc < 0 ? ERR_DAMAGED : ERR_TRUNCATED, true, text);
		steps_to(s, next);
		rc = 0;
	}
	return rc;
}

static int
end_step(struct tape_sudo *c)
{
	struct steps *s = &c->s;
	bool cut = inflate_is_cut(s->times);

	if (s->place.phase == ENDED || s->tape.opts.live)
		return 0;
	s->place.phase = ENDED;
	tape_ended(&s->tape, cut ? TAPE_TRUNCATED : TAPE_CLEAN, (int64_t)s->place.off,
		cut ? "timing is not complete" : NULL);
	return exit_step(c);
}

static int
step(struct steps *s, struct err *e)
{
	struct tape_sudo *c = sudo_of(s);
	struct iolog_line l;
	struct cast_line text;
	int rc;

	while ((rc = steps_line(s, &text, e)) > 0) {
		bool good = text.ended && iolog_line_get(&l, text.text);
		uint64_t here = s->place.off;

		if (!good) {
			steps_note(
				s, ERR_DAMAGED, true, "a line of timing cannot be read");
			steps_to(s, text.next);
			continue;
		}
		if (!s->place.part)
			steps_wait(s, l.delay_ns);
		if (l.event < IOLOG_FILES) {
			rc = bytes_step(c, &l, text.next, e);
			if (rc != 0 || s->place.off == here)
				return rc;
			continue;
		}
		steps_to(s, text.next);
		if (l.event == IOLOG_SIZE && (!l.cols || !l.rows))
			continue;
		plain_step(c, &l);
		return 1;
	}
	if (rc == ERR_DAMAGED)
		steps_note(s, rc, true, "timing is damaged");
	return rc < 0 && rc != ERR_DAMAGED ? rc : end_step(c);
}

/* --- opening --- */

static int
read_log(struct tape_sudo *c, struct err *e)
{
	struct buf *b = &c->log.text;
	int rc = buf_reserve(b, IOLOG_LOG_MAX);
	ssize_t n;

	if (rc < 0)
		return err_set(e, rc, "%s", err_name(rc));
	n = tape_read_all(c->s.tape.src, 0, b->p, IOLOG_LOG_MAX, e);
	if (n < 0)
		return (int)n;
	if ((size_t)n == IOLOG_LOG_MAX)
		return err_set(e, ERR_LIMIT, "the log of sudo has more than %zu bytes",
			IOLOG_LOG_MAX);
	b->n = (size_t)n;
	return iolog_parse(&c->log, e);
}

static int
open_files(struct tape_sudo *c, struct err *e)
{
	struct src *src = c->s.tape.src, *times;
	int rc = src_beside(src, "timing", &times, e);

	if (rc < 0) {
		err_prefix(e, "the file timing of this log of sudo");
		return rc;
	}
	rc = inflate_src(&times, e);
	if (rc < 0)
		return rc;
	steps_lines(&c->s, times);
	for (int i = 0; i < IOLOG_FILES && rc == 0; i++)
		if (src_beside(src, iolog_files[i], &c->s.file[i], NULL) == 0)
			rc = inflate_src(&c->s.file[i], e);
	return rc;
}

/* Members that have a place among our own names of a session. */
static void
put_facts(const struct tape_sudo *c, struct jsonw *w)
{
	static const struct {
		enum iolog_fact fact;
		const char *key;
	} names[] = {
		{ IOLOG_SUBMITUSER, "user" },
		{ IOLOG_SUBMITGROUP, "group" },
		{ IOLOG_SUBMITHOST, "host" },
		{ IOLOG_SUBMITCWD, "submit_cwd" },
		{ IOLOG_RUNUSER, "run_user" },
		{ IOLOG_RUNGROUP, "run_group" },
		{ IOLOG_RUNCHROOT, "run_chroot" },
		{ IOLOG_TTYNAME, "tty" },
		{ IOLOG_COMMAND, "run_command" },
		{ IOLOG_SOURCE, "source" },
	};
	const struct buf *run = &c->log.fact[IOLOG_RUNCWD],
			 *submit = &c->log.fact[IOLOG_SUBMITCWD];

	jsonw_kstr(w, "program", "sudo");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (c->log.fact[names[i].fact].n)
			jsonw_ktext(
				w, names[i].key, buf_span(&c->log.fact[names[i].fact]));
	if (run->n || submit->n)
		jsonw_ktext(w, "cwd", buf_span(run->n ? run : submit));
}

/* Numbers and lists, as they are. */
static void
put_rest(const struct tape_sudo *c, struct jsonw *w)
{
	static const struct {
		const char *from, *key;
	} names[] = {
		{ "runuid", "run_uid" },
		{ "rungid", "run_gid" },
		{ "runargv", "argv" },
		{ "submitenv", "submit_env" },
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const json_t *v = json_object_get(c->log.json, names[i].from);
		char *text = v ? json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;

		if (!text)
			continue;
		jsonw_key(w, names[i].key);
		jsonw_raw(w, span_str(text));
		free(text);
	}
}

static int
head_session(struct tape_sudo *c, struct err *e)
{
	struct buf json = { 0 };
	struct jsonw w;
	struct msg m;
	int rc;

	vendor_begin(&m, VENDOR_SESSION, &w, &json);
	put_facts(c, &w);
	put_rest(c, &w);
	rc = vendor_end(&m, &w);
	rc = rc < 0 ? err_set(e, rc, "%s", err_name(rc)) : steps_head(&c->s, &m, e);
	buf_free(&json);
	return rc;
}

/* The value of NAME in an array of "NAME=VALUE". */
static struct span
env_value(const json_t *env, const char *name)
{
	size_t i, n = strlen(name);
	const json_t *v;

	json_array_foreach(env, i, v)
	{
		const char *s = json_string_value(v);

		if (s && strncmp(s, name, n) == 0 && s[n] == '=')
			return span_str(s + n + 1);
	}
	return SPAN_LIT("");
}

static int
head_env(struct tape_sudo *c, struct err *e)
{
	const json_t *env = json_object_get(c->log.json, "runenv"), *v;
	size_t i;
	int rc = 0;

	json_array_foreach(env, i, v)
	{
		const char *s = json_string_value(v), *eq = s ? strchr(s, '=') : NULL;
		struct msg m;

		if (!eq || rc < 0 || i >= STEPS_HEAD_MAX / 2)
			continue;
		msg_init(&m, MSG_SETENV);
		m.p.setenv.name = span_of(s, (size_t)(eq - s));
		m.p.setenv.value = span_str(eq + 1);
		rc = steps_head(&c->s, &m, e);
	}
	return rc;
}

static int
head_terminal(struct tape_sudo *c, struct err *e)
{
	struct msg m;

	if (!c->log.fact[IOLOG_TTYNAME].n || !c->log.cols || !c->log.rows)
		return 0;
	msg_init(&m, MSG_PTY);
	m.p.pty.term = env_value(json_object_get(c->log.json, "runenv"), "TERM");
	m.p.pty.columns = c->log.cols;
	m.p.pty.rows = c->log.rows;
	return steps_head(&c->s, &m, e);
}

static int
head_login(struct tape_sudo *c, struct err *e)
{
	struct msg m;
	int rc = 0;

	if (c->log.fact[IOLOG_PEERADDR].n) {
		msg_init(&m, MSG_CONNECT);
		m.p.connect.remote_addr = buf_span(&c->log.fact[IOLOG_PEERADDR]);
		m.p.connect.country = SPAN_LIT("XX");
		rc = steps_head(&c->s, &m, e);
	}
	if (rc == 0) {
		msg_init(&m, MSG_HANDSHAKE_SUCCESSFUL);
		m.p.handshake_successful.username =
			buf_span(&c->log.fact[IOLOG_SUBMITUSER]);
		rc = steps_head(&c->s, &m, e);
	}
	if (rc < 0)
		return rc;
	msg_init(&m, MSG_NEW_CHANNEL_SUCCESSFUL);
	m.p.new_channel.channel_type = SPAN_LIT("session");
	return steps_head(&c->s, &m, e);
}

static int
make_head(struct tape_sudo *c, struct err *e)
{
	struct msg m;
	int rc = head_login(c, e);

	if (rc == 0)
		rc = head_session(c, e);
	if (rc == 0)
		rc = head_env(c, e);
	if (rc == 0)
		rc = head_terminal(c, e);
	if (rc < 0)
		return rc;
	msg_init(&m, MSG_EXEC);
	m.p.exec.program = buf_span(&c->log.program);
	return steps_head(&c->s, &m, e);
}

/* The recording's own name, if it has one that we can use. */
static void
make_id(struct tape_sudo *c)
{
	struct span uuid = buf_span(&c->log.fact[IOLOG_UUID]);
	size_t n = 0;

	for (size_t i = 0; i < uuid.n && n < CAST_ID_LEN; i++)
		if (uuid.p[i] != '-')
			c->s.id[n++] = (char)uuid.p[i];
	for (size_t i = 0; i < n; i++)
		if (!strchr("0123456789abcdefABCDEF", c->s.id[i]))
			n = 0;
	if (n != CAST_ID_LEN)
		cast_make_id(c->s.id, buf_span(&c->log.text));
}

static void
release(struct steps *s)
{
	iolog_free(&sudo_of(s)->log);
}

int
tape_sudo_open(struct tape **t, struct src *src, const struct tape_opts *o, struct err *e)
{
	static const struct steps_ops ops = { .step = step, .release = release };
	struct tape_sudo *c = calloc(1, sizeof *c);
	int rc;

	if (!c)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	steps_init(&c->s, &ops, src, o);
	iolog_init(&c->log);
	rc = read_log(c, e);
	if (rc == 0)
		rc = open_files(c, e);
	if (rc == 0)
		rc = make_head(c, e);
	if (rc < 0) {
		steps_free(&c->s);
		return rc;
	}
	make_id(c);
	c->s.tape.info.format = TAPE_SUDO;
	c->s.tape.info.start_ns = c->log.start_ns;
	c->s.tape.info.has_wall = true;
	c->s.tape.info.duration_ns = c->log.run_ns;
	steps_ready(&c->s);
	*t = &c->s.tape;
	return 0;
}
