/* SPDX-License-Identifier: ISC */
#include "rec/auth.h"

#include "format/sshkey.h"
#include "rec/note.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utmpx.h>

static const char *const trust_names[] = {
	[AUTH_KERNEL] = "kernel",
	[AUTH_PARENT] = "parent",
	[AUTH_CLAIM] = "claim",
};

static const char *
own_env(void *ctx, const char *name)
{
	(void)ctx;
	return getenv(name);
}

const struct auth_source auth_here = {
	.env = own_env,
	.proc = "/proc/self",
	.run = AUDITREC_RUN_DIR,
};

/* ---- gathering ---- */

/* What the environment may tell.  sshd sets the first ones; PAM modules the others. */
static const struct {
	const char *name, *variable;
	bool sshd;
} variables[] = {
	{ "ssh_connection", "SSH_CONNECTION", true },
	{ "ssh_client", "SSH_CLIENT", true },
	{ "ssh_tty", "SSH_TTY", true },
	{ "ssh_original_command", "SSH_ORIGINAL_COMMAND", true },
	{ "ssh_user_auth", "SSH_USER_AUTH", true },
	{ "logind_session", "XDG_SESSION_ID", false },
	{ "logind_seat", "XDG_SEAT", false },
	{ "kerberos_cache", "KRB5CCNAME", false },
	{ "sudo_user", "SUDO_USER", false },
};

/* Files and links of /proc/self that are worth keeping. */
static const struct {
	const char *name, *path;
	bool link;
} kernel_files[] = {
	{ "login_uid", "loginuid", false },
	{ "audit_session", "sessionid", false },
	{ "security_context", "attr/current", false },
	{ "cgroup", "cgroup", false },
	{ "namespace_user", "ns/user", true },
	{ "namespace_mount", "ns/mnt", true },
	{ "namespace_pid", "ns/pid", true },
	{ "namespace_net", "ns/net", true },
};

static void
add_fact(struct auth *a, const char *name, const char *source, enum auth_trust trust,
	struct span value)
{
	if (a->nfacts == AUTH_FACTS_MAX || !value.n)
		return;
	a->fact[a->nfacts] = (struct auth_fact){ name, source, trust, a->text.n };
	buf_add_span(&a->text, value);
	if (buf_add_byte(&a->text, 0) == 0 && !buf_failed(&a->text))
		a->nfacts++;
}

static void
gather_environment(struct auth *a, const struct auth_source *s)
{
	for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
		const char *v = s->env(s->ctx, variables[i].variable);
		enum auth_trust t = variables[i].sshd ? a->trust : AUTH_CLAIM;

		if (v)
			add_fact(a, variables[i].name, variables[i].variable, t,
				span_str(v));
	}
}

static struct span
trimmed(const char *text, ssize_t n)
{
	while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == 0))
		n--;
	return span_of(text, n > 0 ? (size_t)n : 0);
}

static ssize_t
read_small(const char *path, bool link, char *out, size_t size)
{
	ssize_t n;
	int fd;

	if (link)
		return readlink(path, out, size);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return -1;
	n = read(fd, out, size);
	close(fd);
	return n;
}

/* The kernel says 4294967295 where no login has been noted. */
static bool
is_unset(struct span v)
{
	return span_is(v, "4294967295");
}

static void
gather_kernel(struct auth *a, const struct auth_source *s)
{
	char path[256], text[512] = "";

	for (size_t i = 0; i < sizeof kernel_files / sizeof *kernel_files; i++) {
		struct span v;

		snprintf(path, sizeof path, "%s/%s", s->proc, kernel_files[i].path);
		v = trimmed(
			text, read_small(path, kernel_files[i].link, text, sizeof text));
		if (!is_unset(v))
			add_fact(a, kernel_files[i].name, kernel_files[i].path,
				AUTH_KERNEL, v);
	}
}

/* The file is the user's own: no link, no device, no other's. */
static void
read_user_auth(struct auth *a, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	ssize_t n = 1;

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		(st.st_uid == getuid() || st.st_uid == 0))
		while (n > 0 && a->user_auth.n < AUTH_FILE_MAX &&
			buf_reserve(&a->user_auth, 4096) == 0) {
			n = read(fd, a->user_auth.p + a->user_auth.n, 4096);
			a->user_auth.n += n > 0 ? (size_t)n : 0;
		}
	close(fd);
}

/* Did one of our ancestors call PAM for this login?  Else somebody has set the variable to the
 * login of another. */
static enum auth_trust
note_trust(const struct auth *a, const struct note *n)
{
	for (int i = 1; i < a->nchain; i++)
		if (a->chain[i].pid == n->pid && a->chain[i].start == n->start)
			return AUTH_PARENT;
	return AUTH_CLAIM;
}

static void
take_note(struct auth *a, const struct note *n)
{
	enum auth_trust t = note_trust(a, n);
	const struct {
		const char *name, *value;
	} rows[] = {
		{ "pam_service", n->service },
		{ "pam_user", n->user },
		{ "pam_ruser", n->ruser },
		{ "pam_rhost", n->rhost },
		{ "pam_tty", n->tty },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		add_fact(a, rows[i].name, "pam_auditrec", t, span_str(rows[i].value));
	if (t != AUTH_PARENT)
		return;
	if (n->rhost[0] && (!a->remote[0] || a->trust == AUTH_CLAIM))
		snprintf(a->remote, sizeof a->remote, "%.63s", n->rhost);
	if (!n->methods.n)
		return;
	a->user_auth.n = 0;
	buf_add_span(&a->user_auth, buf_span(&n->methods));
	a->how = AUTH_PARENT;
}

/* The line that login or sshd has written for our terminal; the user cannot write there. */
static void
gather_utmp(struct auth *a)
{
	struct utmpx want = { .ut_type = USER_PROCESS }, *u;
	char tty[64], text[64];

	if (ttyname_r(STDIN_FILENO, tty, sizeof tty) != 0 ||
		strncmp(tty, "/dev/", 5) != 0)
		return;
	snprintf(want.ut_line, sizeof want.ut_line, "%.31s", tty + 5);
	setutxent();
	u = getutxline(&want);
	if (u && u->ut_type == USER_PROCESS) {
		add_fact(a, "utmp_user", "utmp", AUTH_PARENT,
			span_of(u->ut_user, strnlen(u->ut_user, sizeof u->ut_user)));
		add_fact(a, "utmp_host", "utmp", AUTH_PARENT,
			span_of(u->ut_host, strnlen(u->ut_host, sizeof u->ut_host)));
		snprintf(text, sizeof text, "%lld", (long long)u->ut_tv.tv_sec);
		add_fact(a, "utmp_since", "utmp", AUTH_PARENT, span_str(text));
	}
	endutxent();
}

static void
gather_note(struct auth *a, const struct auth_source *s)
{
	const char *id = s->env(s->ctx, "AUDITREC_LOGIN");
	struct note n;

	if (!id || !note_read(&n, s->run, id, s->note_owner))
		return;
	add_fact(a, "login", "pam_auditrec", note_trust(a, &n), span_str(id));
	take_note(a, &n);
	note_free(&n);
}

void
auth_gather(struct auth *a, const struct auth_source *s)
{
	const char *connection = s->env(s->ctx, "SSH_CONNECTION");
	const char *file = s->env(s->ctx, "SSH_USER_AUTH");

	*a = (struct auth){ .user_auth.max = AUTH_FILE_MAX + 4096 };
	a->nchain = ancestry_read(a->chain, s->pid ? s->pid : getpid());
	a->nested = s->env(s->ctx, "AUDITREC_SESSION") != NULL;
	a->trust = !s->shell && ancestry_is_sshd(a->chain, a->nchain) ? AUTH_PARENT
								      : AUTH_CLAIM;
	a->how = AUTH_CLAIM;
	if (connection)
		snprintf(a->remote, sizeof a->remote, "%.*s",
			(int)strcspn(connection, " "), connection);
	if (file)
		read_user_auth(a, file);
	gather_environment(a, s);
	gather_note(a, s);
	gather_utmp(a);
	gather_kernel(a, s);
}

void
auth_free(struct auth *a)
{
	buf_free(&a->user_auth);
	buf_free(&a->text);
}

/* ---- methods ---- */

struct method {
	struct span name, rest; /* "publickey", "ssh-ed25519 AAAA..." */
};

static bool
next_line(struct span *text, struct span *line)
{
	const uint8_t *end;

	if (!text->n)
		return false;
	end = memchr(text->p, '\n', text->n);
	*line = span_of(text->p, end ? (size_t)(end - text->p) : text->n);
	*text = span_of(text->p + line->n, text->n - line->n);
	if (end)
		*text = span_of(text->p + 1, text->n - 1);
	return true;
}

static struct method
split(struct span line)
{
	const uint8_t *blank = line.n ? memchr(line.p, ' ', line.n) : NULL;
	size_t n = blank ? (size_t)(blank - line.p) : line.n;
	size_t rest = blank ? n + 1 : n;

	return (struct method){ span_of(line.p, n),
		span_of(line.p + rest, line.n - rest) };
}

static void
put_pubkey(struct recorder *r, const char *user, struct span key, int64_t now)
{
	static const enum msg_type types[] = { MSG_AUTH_PUBKEY,
		MSG_AUTH_PUBKEY_SUCCESSFUL };
	struct msg m;

	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		msg_init(&m, types[i]);
		m.p.auth_pubkey.username = span_str(user);
		m.p.auth_pubkey.key = key;
		recorder_put(r, &m, now);
	}
}

/* Never the password: it is not known here, and would not be written if it were. */
static void
put_password(struct recorder *r, const char *user, struct span none, int64_t now)
{
	static const enum msg_type types[] = { MSG_AUTH_PASSWORD,
		MSG_AUTH_PASSWORD_SUCCESSFUL };
	struct msg m;

	(void)none;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		msg_init(&m, types[i]);
		m.p.auth_password.username = span_str(user);
		m.p.auth_password.password = SPAN_LIT("");
		recorder_put(r, &m, now);
	}
}

/* The format has no word for the success of it: the answers that were given say so. */
static void
put_kbdint(struct recorder *r, const char *user, struct span none, int64_t now)
{
	struct msg m;

	(void)none;
	msg_init(&m, MSG_KBDINT_CHALLENGE);
	m.p.kbdint_challenge.username = span_str(user);
	m.p.kbdint_challenge.instruction = SPAN_LIT("");
	recorder_put(r, &m, now);
	msg_init(&m, MSG_KBDINT_ANSWER);
	m.p.kbdint_answer.username = span_str(user);
	recorder_put(r, &m, now);
}

/* By how the name of the method begins: "keyboard-interactive/pam".  Others (gssapi-with-mic,
 * hostbased) have no message of their own and stand in the session event only. */
static const struct {
	const char *name;
	void (*put)(struct recorder *r, const char *user, struct span rest, int64_t now);
} methods[] = {
	{ "publickey", put_pubkey },
	{ "password", put_password },
	{ "keyboard-interactive", put_kbdint },
};

static void
put_method(const struct method *m, struct recorder *r, const char *user, int64_t now)
{
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
		size_t n = strlen(methods[i].name);

		if (m->name.n >= n && memcmp(m->name.p, methods[i].name, n) == 0 &&
			(m->name.n == n || m->name.p[n] == '/'))
			methods[i].put(r, user, m->rest, now);
	}
}

void
auth_put(const struct auth *a, struct recorder *r, const char *user, int64_t mono_ns)
{
	struct span text = buf_span(&a->user_auth), line;
	struct msg m;

	msg_init(&m, MSG_CONNECT);
	m.p.connect.remote_addr = span_str(a->remote);
	m.p.connect.country = SPAN_LIT("XX");
	recorder_put(r, &m, mono_ns);
	for (int i = 0; i < AUTH_METHODS_MAX && next_line(&text, &line); i++) {
		struct method method = split(line);

		put_method(&method, r, user, mono_ns);
	}
	msg_init(&m, MSG_HANDSHAKE_SUCCESSFUL);
	m.p.handshake_successful.username = span_str(user);
	recorder_put(r, &m, mono_ns);
}

/* ---- the session event ---- */

static void
describe_cert(const struct sshkey *k, struct jsonw *w)
{
	struct span rest = k->principals, name;

	jsonw_key(w, "certificate");
	jsonw_object(w);
	jsonw_ktext(w, "key_id", k->key_id);
	jsonw_kuint(w, "serial", k->serial);
	jsonw_key(w, "principals");
	jsonw_array(w);
	while (sshkey_principal(&rest, &name))
		jsonw_text(w, name);
	jsonw_array_end(w);
	jsonw_kuint(w, "valid_after", k->valid_after);
	jsonw_kuint(w, "valid_before", k->valid_before);
	jsonw_kstr(w, "ca_type", k->ca_type);
	jsonw_kstr(w, "ca_fingerprint", k->ca_fingerprint);
	jsonw_object_end(w);
}

static void
describe_method(const struct method *m, enum auth_trust trust, struct jsonw *w)
{
	struct sshkey k;

	jsonw_object(w);
	jsonw_ktext(w, "method", m->name);
	jsonw_kstr(w, "trust", trust_names[trust]);
	if (sshkey_parse(&k, m->rest, NULL) == 0) {
		jsonw_kstr(w, "key_type", k.type);
		jsonw_kstr(w, "fingerprint", k.fingerprint);
		if (k.is_cert)
			describe_cert(&k, w);
		sshkey_free(&k);
	} else if (m->rest.n) {
		jsonw_ktext(w, "detail", m->rest);
	}
	jsonw_object_end(w);
}

static void
describe_methods(const struct auth *a, struct jsonw *w)
{
	struct span text = buf_span(&a->user_auth), line;

	if (!text.n)
		return;
	jsonw_key(w, "authentication");
	jsonw_array(w);
	for (int i = 0; i < AUTH_METHODS_MAX && next_line(&text, &line); i++) {
		struct method m = split(line);

		describe_method(&m, a->how, w);
	}
	jsonw_array_end(w);
}

static void
describe_facts(const struct auth *a, struct jsonw *w)
{
	jsonw_key(w, "facts");
	jsonw_array(w);
	for (int i = 0; i < a->nfacts; i++) {
		const struct auth_fact *f = &a->fact[i];

		jsonw_object(w);
		jsonw_kstr(w, "name", f->name);
		jsonw_kstr(w, "value", (const char *)a->text.p + f->value);
		jsonw_kstr(w, "source", f->source);
		jsonw_kstr(w, "trust", trust_names[f->trust]);
		if (a->nested && f->trust != AUTH_KERNEL)
			jsonw_kbool(w, "inherited", true);
		jsonw_object_end(w);
	}
	jsonw_array_end(w);
}

static void
describe_ancestors(const struct auth *a, struct jsonw *w)
{
	jsonw_key(w, "ancestors");
	jsonw_array(w);
	for (int i = 1; i < a->nchain; i++) {
		const struct ancestor *p = &a->chain[i];

		jsonw_object(w);
		jsonw_kint(w, "pid", p->pid);
		jsonw_kuint(w, "start", p->start);
		if (p->uid != (uid_t)-1)
			jsonw_kuint(w, "uid", p->uid);
		jsonw_kstr(w, "name", p->comm);
		if (p->exe[0])
			jsonw_kstr(w, "exe", p->exe);
		jsonw_object_end(w);
	}
	jsonw_array_end(w);
}

void
auth_describe(const struct auth *a, struct jsonw *w)
{
	describe_methods(a, w);
	describe_facts(a, w);
	describe_ancestors(a, w);
}
