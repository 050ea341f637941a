/* SPDX-License-Identifier: ISC */
/* Two tables say where the server and where the install id may stand; the first place that has
 * one counts. */
#include "log/account.h"

#include "base/ini.h"
#include "base/utf8.h"
#include "sys/fdio.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_BYTES_MAX ((size_t)64 << 10)

enum folder { SYSTEM, CONFIG, STATE, OLD, FOLDERS };

/* A folder is a variable, else a folder in that of another variable, else one in $HOME. */
static const struct {
	const char *var, *xdg, *home;
} folders[FOLDERS] = {
	[CONFIG] = { "ASCIINEMA_CONFIG_HOME", "XDG_CONFIG_HOME", ".config/asciinema" },
	[STATE] = { "ASCIINEMA_STATE_HOME", "XDG_STATE_HOME", ".local/state/asciinema" },
	[OLD] = { NULL, NULL, ".asciinema" },
};

struct place {
	const char *var; /* a variable of the environment, or: */
	enum folder folder;
	const char *file, *section; /* its key is "url" */
};

static const struct place server_places[] = {
	{ .var = "ASCIINEMA_SERVER_URL" },
	{ .var = "ASCIINEMA_API_URL" },
	{ NULL, CONFIG, "config.toml", "server" },
	{ NULL, CONFIG, "defaults.toml", "server" },
	{ NULL, CONFIG, "config", "api" }, /* version 2 */
	{ NULL, OLD, "config", "api" },    /* version 1 */
	{ NULL, SYSTEM, "config.toml", "server" },
};

static const struct place id_places[] = {
	{ .var = "ASCIINEMA_INSTALL_ID" }, /* version 2 */
	{ NULL, STATE, "install-id", NULL },
	{ NULL, CONFIG, "install-id", NULL }, /* before 3.0 */
	{ NULL, OLD, "install-id", NULL },
};

#define NPLACES(table) (sizeof table / sizeof *table)

static const char *
env(const char *var)
{
	const char *v = var ? getenv(var) : NULL;

	return v && *v ? v : NULL;
}

/* False when nothing says where that folder is. */
static bool
path_of(char out[PATH_MAX], enum folder f, const char *file)
{
	const char *own = env(folders[f].var), *xdg = env(folders[f].xdg);
	const char *home = env("HOME");
	int n = -1;

	if (f == SYSTEM)
		n = snprintf(out, PATH_MAX, "/etc/asciinema/%s", file);
	else if (own)
		n = snprintf(out, PATH_MAX, "%s/%s", own, file);
	else if (xdg)
		n = snprintf(out, PATH_MAX, "%s/asciinema/%s", xdg, file);
	else if (home)
		n = snprintf(out, PATH_MAX, "%s/%s/%s", home, folders[f].home, file);
	return n >= 0 && n < PATH_MAX;
}

/* 1 with the contents of PATH, 0 when there is no such file. */
static int
read_file(const char *path, struct buf *out, struct err *e)
{
	struct src *s;
	ssize_t n;
	int r = fdio_open_regular(&s, path, e);

	if (r == ERR_NOTFOUND)
		return 0;
	if (r < 0) {
		err_prefix(e, "%s", path);
		return r;
	}
	buf_init(out, FILE_BYTES_MAX);
	do {
		if (buf_reserve(out, 4096) < 0) {
			n = err_set(e, ERR_LIMIT, "%s: is too large", path);
			break;
		}
		n = src_read_at(s, out->n, out->p + out->n, 4096, e);
		out->n += n > 0 ? (size_t)n : 0;
	} while (n > 0);
	src_close(s);
	return n < 0 ? (int)n : 1;
}

/* --- the server --- */

/* "http://HOST[:PORT]" of TEXT. */
static int
take_url(struct account *a, const char *text, const char *from, struct err *e)
{
	static const char *const schemes[] = { "https://", "http://" };
	size_t n;

	for (size_t i = 0; i < 2; i++) {
		size_t k = strlen(schemes[i]);

		if (strncasecmp(text, schemes[i], k) != 0)
			continue;
		n = strcspn(text + k, "/?#");
		if (!n || n >= ACCOUNT_URL_MAX - k ||
			strspn(text + k,
				"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				"0123456789.-_:[]") < n)
			break;
		snprintf(a->server, sizeof a->server, "%s%.*s", schemes[i], (int)n,
			text + k);
		a->host = a->server + k;
		a->clear = i == 1;
		return 0;
	}
	return err_set(e, ERR_USAGE,
		"%s: the server is no address: write https://HOST or https://HOST:PORT",
		from);
}

struct toml {
	const struct place *place;
	bool inside;
	char url[INI_LINE_MAX];
	int bad_line;
};

static int
toml_section(void *ctx, int line, const char *text, struct err *e)
{
	struct toml *t = ctx;

	(void)line;
	(void)e;
	t->inside = strcmp(text, t->place->section) == 0;
	return 1;
}

/* A string in quotes of one kind or the other, or the bare word of the old files. */
static void
take_string(char out[INI_LINE_MAX], const char *text)
{
	char quote = *text == '"' || *text == '\'' ? *text : 0;
	size_t n;

	text += quote != 0;
	n = quote ? strcspn(text, (char[]){ quote, 0 }) : strcspn(text, " \t#;");
	snprintf(out, INI_LINE_MAX, "%.*s", (int)n, text);
}

static int
toml_value(
	void *ctx, int line, const char *key, bool bang, const char *value, struct err *e)
{
	struct toml *t = ctx;
	char dotted[40];

	(void)bang;
	(void)e;
	snprintf(dotted, sizeof dotted, "%s.url", t->place->section);
	if ((t->inside && strcmp(key, "url") == 0) || strcmp(key, dotted) == 0)
		take_string(t->url, value);
	else if (strcmp(key, t->place->section) == 0)
		t->bad_line = line;
	return 0;
}

static void
toml_bad(void *ctx, int line, const char *key, const char *why)
{
	struct toml *t = ctx;

	(void)key;
	(void)why;
	t->bad_line = t->bad_line ? t->bad_line : line;
}

/* 1 when PATH names a server.  Where it cannot be read well it might, and then nothing must go to
 * another one. */
static int
server_of_file(struct account *a, const struct place *p, const char *path, struct err *e)
{
	struct toml t = { .place = p };
	const struct ini ini = { toml_section, toml_value, toml_bad, &t, true };
	struct buf text = { 0 };
	int r = read_file(path, &text, e);

	if (r > 0)
		ini_parse(&ini, (const char *)text.p, text.n);
	buf_free(&text);
	if (r <= 0)
		return r;
	if (!t.url[0] && t.bad_line)
		return err_set(e, ERR_USAGE,
			"%s:%d: cannot be read here; write '[server]' and 'url = "
			"\"...\"' in "
			"lines of their own, or use --server-url",
			path, t.bad_line);
	if (!t.url[0])
		return 0;
	r = take_url(a, t.url, path, e);
	return r < 0 ? r : 1;
}

static int
server_of_place(struct account *a, const struct place *p, struct err *e)
{
	char path[PATH_MAX];
	int r;

	if (!p->var)
		return path_of(path, p->folder, p->file) ? server_of_file(a, p, path, e)
							 : 0;
	if (!env(p->var))
		return 0;
	r = take_url(a, env(p->var), p->var, e);
	return r < 0 ? r : 1;
}

int
account_server(struct account *a, const char *option, struct err *e)
{
	int r;

	*a = (struct account){ .chosen = true };
	if (option)
		return take_url(a, option, "--server-url", e);
	for (size_t i = 0; i < NPLACES(server_places); i++) {
		r = server_of_place(a, &server_places[i], e);
		if (r)
			return r < 0 ? r : 0;
	}
	a->chosen = false;
	return take_url(a, ACCOUNT_PUBLIC, "", e);
}

/* --- the install id --- */

/* 8-4-4-4-12 small hexadecimal digits: what a server takes. */
static bool
is_id(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s.p[i] != '-' : !strchr("0123456789abcdef", s.p[i]) || !s.p[i])
			return false;
	}
	return s.n == ACCOUNT_ID_LEN;
}

static int
take_id(struct account *a, struct span s, const char *from, struct err *e)
{
	while (s.n && isspace(s.p[s.n - 1]))
		s.n--;
	while (s.n && isspace(s.p[0]))
		s = span_of(s.p + 1, s.n - 1);
	if (!is_id(s))
		return err_set(e, ERR_USAGE,
			"%s: holds no install id that a server would take; when it is "
			"removed, a new one is made",
			from);
	snprintf(a->id, sizeof a->id, "%.*s", (int)s.n, (const char *)s.p);
	snprintf(a->id_from, sizeof a->id_from, "%s", from);
	return 1;
}

static int
id_of_place(struct account *a, const struct place *p, struct err *e)
{
	char path[PATH_MAX];
	struct buf text = { 0 };
	int r;

	if (p->var && env(p->var))
		return take_id(a, span_str(env(p->var)), p->var, e);
	if (p->var || !path_of(path, p->folder, p->file))
		return 0;
	r = read_file(path, &text, e);
	if (r > 0)
		r = take_id(a, buf_span(&text), path, e);
	buf_free(&text);
	return r;
}

static void
random_id(char out[ACCOUNT_ID_LEN + 1], uint8_t b[16])
{
	b[6] = (b[6] & 0x0f) | 0x40; /* a version 4 UUID, RFC 9562 */
	b[8] = (b[8] & 0x3f) | 0x80;
	snprintf(out, ACCOUNT_ID_LEN + 1,
		"%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
		b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11],
		b[12], b[13], b[14], b[15]);
}

/* The folders of PATH, private where they are missing. */
static void
make_folders(char *path)
{
	for (char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = 0;
		mkdir(path, 0700); /* what is missing in the end, opening tells */
		*p = '/';
	}
}

static int
write_id(const char *path, const char *id, struct err *e)
{
	struct dst *d;
	struct err why;

	if (fdio_open_dst(&d, path, FDIO_ATOMIC_NEW, e) < 0)
		return e->code;
	if (dst_write_at(d, 0, id, ACCOUNT_ID_LEN, e) != ACCOUNT_ID_LEN) {
		fdio_abort_dst(d);
		return e->code ? e->code : ERR_IO;
	}
	/* another program may have been faster: then its id counts */
	if (dst_close(d, &why) < 0 && why.sys != EEXIST) {
		*e = why;
		return why.code;
	}
	return 0;
}

static int
make_id(struct account *a, struct err *e)
{
	static const struct place there = { NULL, STATE, "install-id", NULL };
	uint8_t bytes[16];
	int r;

	if (!path_of(a->id_from, STATE, "install-id"))
		return err_set(e, ERR_NOTFOUND,
			"no place for an install id: set HOME or ASCIINEMA_STATE_HOME");
	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		return err_sys(e, ERR_IO, "no random numbers");
	random_id(a->id, bytes);
	make_folders(a->id_from);
	if (write_id(a->id_from, a->id, e) < 0) {
		err_prefix(e, "%s", a->id_from);
		return e->code;
	}
	r = id_of_place(a, &there, e);
	return r < 0 ? r : 0;
}

int
account_id(struct account *a, bool make, struct err *e)
{
	for (size_t i = 0; i < NPLACES(id_places); i++) {
		int r = id_of_place(a, &id_places[i], e);

		if (r)
			return r < 0 ? r : 0;
	}
	return make ? make_id(a, e) : err_set(e, ERR_NOTFOUND, "there is no install id");
}

const char *
account_user(void)
{
	const char *user = getenv("USER");

	/* what a colon parts is name and password, and no server takes three of them */
	if (!user || strchr(user, ':') || !utf8_valid(span_str(user)))
		return "";
	for (const char *p = user; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return "";
	return user;
}

int
account_hide(const struct account *a, struct buf *out, struct span text)
{
	size_t n = strlen(a->id);

	while (text.n) {
		const uint8_t *at = n ? memmem(text.p, text.n, a->id, n) : NULL;
		size_t k = at ? (size_t)(at - text.p) : text.n;

		buf_add(out, text.p, k);
		if (at) {
			buf_add_str(out, "<install id>");
			k += n;
		}
		text = span_of(text.p + k, text.n - k);
	}
	return buf_failed(out);
}
