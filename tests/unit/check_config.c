/* SPDX-License-Identifier: ISC */
/* Configuration: the text of files, settings in layers, locks, match sections. */
#include "base/ini.h"
#include "rec/conf.h"
#include "unit.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- base/ini ---- */

struct seen {
	char text[2000];
	size_t n;
};

static void
see(struct seen *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	s->n += (size_t)vsnprintf(s->text + s->n, sizeof s->text - s->n, fmt, ap);
	va_end(ap);
}

static int
see_section(void *ctx, int line, const char *text, struct err *e)
{
	see(ctx, "%d[%s] ", line, text);
	if (strcmp(text, "bad") == 0)
		return err_set(e, ERR_USAGE, "BAD");
	return strcmp(text, "skip") != 0;
}

static int
see_value(
	void *ctx, int line, const char *key, bool bang, const char *value, struct err *e)
{
	see(ctx, "%d:%s%s=<%s> ", line, key, bang ? "!" : "", value);
	return strcmp(value, "no") == 0 ? err_set(e, ERR_USAGE, "NO") : 0;
}

static void
see_bad(void *ctx, int line, const char *key, const char *why)
{
	see(ctx, "%d?%s(%.10s) ", line, key ? key : "", why);
}

static const struct {
	const char *text, *told;
} ini_table[] = {
	{ "", "" },
	{ "a = b", "1:a=<b> " },
	{ "# x\n; y\n\n  a=b  \n", "4:a=<b> " },
	{ "a = b # c ; d\r\nb=\n", "1:a=<b # c ; d> 2:b=<> " },
	{ "a! = 1\nb != 2\nc = \"  3 \"\nd = \"",
		"1:a!=<1> 2:b!=<2> 3:c=<  3 > 4:d=<\"> " },
	{ "[one]\na=1\n[skip]\na=2\n[two]\na=3",
		"1[one] 2:a=<1> 3[skip] 5[two] 6:a=<3> " },
	{ "[bad]\na=1\n[x]\na=2", "1[bad] 1?(BAD) 3[x] 4:a=<2> " },
	{ "[open\na=1", "1?(this headi) " },
	{ "word\na=no\nA_=1\n=x\n-a=1", "1?(this is ne) 2:a=<no> 2?a(NO) 3?(there is n) "
					"4?(there is n) 5?(there is n) " },
	{ "a=\033[m\nb=\xff\nc=\xc3\xa4",
		"1?(this line ) 2?(this line ) 3:c=<\xc3\xa4> " },
	{ "a = b = c", "1:a=<b = c> " },
};

static void
ini_told(struct seen *s, const char *text, size_t n)
{
	struct ini ini = {
		.section = see_section, .value = see_value, .bad = see_bad, .ctx = s
	};

	*s = (struct seen){ .n = 0 };
	ini_parse(&ini, text, n);
}

START_TEST(ini_lines)
{
	struct seen s;

	for (size_t i = 0; i < sizeof ini_table / sizeof *ini_table; i++) {
		ini_told(&s, ini_table[i].text, strlen(ini_table[i].text));
		ck_assert_str_eq(s.text, ini_table[i].told);
	}
}
END_TEST

START_TEST(ini_limits)
{
	static char big[INI_LINE_MAX + 100];
	struct seen s;

	memset(big, 'x', sizeof big);
	big[INI_LINE_MAX + 50] = '\n';
	memcpy(big + INI_LINE_MAX + 51, "a=1", 3);
	ini_told(&s, big, INI_LINE_MAX + 54);
	ck_assert_str_eq(s.text, "1?(this line ) 2:a=<1> ");
	ini_told(&s, "a=1\0b\nc=2", 9);
	ck_assert_str_eq(s.text, "1?(this line ) 2:c=<2> ");
}
END_TEST

/* ---- rec/match ---- */

static bool
in_group(const char *name)
{
	return strcmp(name, "staff") == 0 || strcmp(name, "users") == 0;
}

static const struct match_who alice = {
	.user = "alice", .host = "web1.example", .tty = true, .in_group = in_group
};

START_TEST(match_conditions)
{
	static const struct {
		const char *text;
		int rc;
	} table[] = { { "match user=alice", 1 }, { "match user=bob", 0 },
		{ "match user=bob,al*", 1 }, { "match user=*,!alice", 0 },
		{ "match user=!bob", 0 }, { "match user=*,!bob", 1 },
		{ "match group=staff", 1 }, { "match group=wheel,users", 1 },
		{ "match group=wheel", 0 }, { "match group=st*", 0 },
		{ "match group=staff,!users", 0 }, { "match host=web*", 1 },
		{ "match host=db*", 0 }, { "match tty=yes", 1 }, { "match tty=no", 0 },
		{ "match user=alice group=staff tty=yes host=web1.*", 1 },
		{ "match user=alice group=staff tty=no", 0 }, { "match", ERR_USAGE },
		{ "other user=x", ERR_USAGE }, { "", ERR_USAGE },
		{ "match usr=alice", ERR_USAGE }, { "match user=", ERR_USAGE },
		{ "match tty=maybe", ERR_USAGE },
		{ "match user=bob tty=maybe", ERR_USAGE } };

	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		ck_assert_msg(match_section(table[i].text, &alice, NULL) == table[i].rc,
			"[%s]", table[i].text);
}
END_TEST

/* What is too long to be looked at matches nobody, and excludes nobody silently either. */
START_TEST(match_long_words)
{
	static char text[6000];

	memset(text, '?', sizeof text - 1);
	text[sizeof text - 1] = 0;
	memcpy(text, "match user=", 11);
	ck_assert_int_ne(match_section(text, &alice, NULL), 1);
}
END_TEST

START_TEST(match_members)
{
	ck_assert(match_member("root,alice", &alice));
	ck_assert(match_member("root, @staff", &alice));
	ck_assert(!match_member("root,@wheel,staff,@alice", &alice));
	ck_assert(!match_member("", &alice));
	ck_assert(!match_member("ali*", &alice));
}
END_TEST

/* ---- layers ---- */

/* One line of the table: what the system's file, the user's file, the environment and the
 * command line say, and what comes out. */
struct layers {
	const char *system, *user, *env; /* env: "NAME=VALUE" */
	bool login;
	enum setting_id id;
	const char *text;
	int notes;
};

static const struct layers layer_table[] = {
	/* built in, and who wins */
	{ NULL, NULL, NULL, false, OPT_ON_ERROR, "stop", 0 },
	{ "title=s", NULL, NULL, false, OPT_TITLE, "s", 0 },
	{ "title=s", "title=u", NULL, false, OPT_TITLE, "u", 0 },
	{ "title=s", "title=u", "AUDITREC_TITLE=e", false, OPT_TITLE, "e", 0 },
	{ "title=s\ntitle=t", NULL, NULL, false, OPT_TITLE, "t", 0 },
	/* by hand, nothing is guarded that is not locked */
	{ NULL, "on-error=continue", NULL, false, OPT_ON_ERROR, "continue", 0 },
	{ NULL, "intercept=none", NULL, false, OPT_INTERCEPT, "", 0 },
	/* locks: free ones stay, others only rise and grow */
	{ "title!=s", "title=u", NULL, false, OPT_TITLE, "s", 1 },
	{ "lock=title\ntitle=s", "title=s", NULL, false, OPT_TITLE, "s", 0 },
	{ "on-error=pause\nlock=on-error", "on-error=continue", NULL, false, OPT_ON_ERROR,
		"pause", 1 },
	{ "on-error=pause\nlock=on-error", "on-error=stop", NULL, false, OPT_ON_ERROR,
		"stop", 0 },
	{ "intercept!=stdout", "intercept=stdin", NULL, false, OPT_INTERCEPT,
		"stdout,stdin", 1 },
	{ "intercept!=stdout", "intercept=stdin, stdout", NULL, false, OPT_INTERCEPT,
		"stdout,stdin", 0 },
	{ "intercept!=stdout,stderr", "intercept=none", NULL, false, OPT_INTERCEPT,
		"stdout,stderr", 1 },
	{ "env!=TERM", "env=FOO", "AUDITREC_ENV=BAR", false, OPT_ENV, "TERM,FOO,BAR", 2 },
	{ "lock=title env,trace", "title=u", NULL, false, OPT_TITLE, "", 1 },
	/* users do not lock, and do not touch what is the system's */
	{ NULL, "lock=title\ntitle=u", NULL, false, OPT_TITLE, "u", 1 },
	{ NULL, "title!=u", NULL, false, OPT_TITLE, "", 1 },
	{ NULL, "break-glass=alice", NULL, false, OPT_BREAK_GLASS, "root", 1 },
	{ NULL, NULL, "AUDITREC_UNAVAILABLE=allow", true, OPT_UNAVAILABLE, "deny", 1 },
	/* login sessions are guarded without locks */
	{ NULL, "noninteractive=none", NULL, true, OPT_NONINTERACTIVE, "metadata", 1 },
	{ NULL, "noninteractive=full", NULL, true, OPT_NONINTERACTIVE, "full", 0 },
	{ NULL, NULL, "AUDITREC_ON_ERROR=continue", true, OPT_ON_ERROR, "stop", 1 },
	{ NULL, NULL, "AUDITREC_INTERCEPT=stdin", true, OPT_INTERCEPT,
		"stdout,stderr,stdin", 1 },
	{ "directory=/var/x", "directory=/tmp", NULL, true, OPT_DIRECTORY, "/var/x", 1 },
	{ NULL, "directory=/tmp", NULL, false, OPT_DIRECTORY, "/tmp", 0 },
	{ NULL, "pause-key=F5", NULL, true, OPT_PAUSE_KEY, "none", 1 },
	{ NULL, "shell=/bin/zsh", NULL, true, OPT_SHELL, "/bin/zsh", 0 },
	{ "shell!=/bin/rbash", "shell=/bin/zsh", NULL, true, OPT_SHELL, "/bin/rbash", 1 },
	{ NULL, "format=asciicast-v2", NULL, true, OPT_FORMAT, "", 1 },
	{ NULL, "split-stderr=yes", NULL, true, OPT_SPLIT_STDERR, "yes", 0 },
	{ "split-stderr=yes", "split-stderr=no", NULL, true, OPT_SPLIT_STDERR, "yes", 1 },
	/* the system may lower what users may not */
	{ "noninteractive=none\non-error=continue", NULL, NULL, true, OPT_NONINTERACTIVE,
		"none", 0 },
	/* where events go only grows, by hand as well */
	{ "events=syslog", NULL, NULL, false, OPT_EVENTS, "syslog", 0 },
	{ NULL, NULL, "AUDITREC_EVENTS=journal, /var/log/ev", false, OPT_EVENTS,
		"journal,/var/log/ev", 0 },
	{ "events=syslog", "events=%h/ev", "AUDITREC_EVENTS=journal", true, OPT_EVENTS,
		"syslog,%h/ev,journal", 0 },
	{ "events=syslog", NULL, "AUDITREC_EVENTS=none", false, OPT_EVENTS, "syslog", 1 },
	{ "events=syslog,x/y\nevents=", NULL, NULL, false, OPT_EVENTS, "", 1 },
	{ "events-format=json", "events-format=train", NULL, true, OPT_EVENTS_FORMAT,
		"json", 1 },
	{ "events-facility=local9", NULL, NULL, false, OPT_EVENTS_FACILITY, "authpriv",
		1 },
	/* sections */
	{ "[match user=alice]\ntitle=a\n[match user=bob]\ntitle=b", NULL, NULL, false,
		OPT_TITLE, "a", 0 },
	{ "[match tty=no]\ntitle=a", "[match tty=yes]\ntitle=u", NULL, false, OPT_TITLE,
		"u", 0 },
	{ "[match user=bob]\nlock=title", "title=u", NULL, false, OPT_TITLE, "u", 0 },
	/* errors: the line is left out, the rest holds */
	{ "on-error=panic\ntitle=s", NULL, NULL, false, OPT_TITLE, "s", 1 },
	{ "on-error=panic", NULL, NULL, false, OPT_ON_ERROR, "stop", 1 },
	{ "on-error!=panic", "on-error=continue", NULL, false, OPT_ON_ERROR, "continue",
		1 },
	{ "[match nobody]\ntitle=s", NULL, NULL, false, OPT_TITLE, "", 1 },
	{ "titel=s\nlock=titel", NULL, NULL, false, OPT_TITLE, "", 2 },
	{ "intercept=stdout,\nintercept=,stdin\nintercept=stdio", NULL, NULL, false,
		OPT_INTERCEPT, "stdout,stderr", 3 },
	{ "directory=relative\nidle-time-limit=x\nmarker-key=F99\nformat=mp4", NULL, NULL,
		false, OPT_DIRECTORY, "", 4 },
	{ "quiet=maybe\nconsent=1", NULL, NULL, false, OPT_QUIET, "no", 2 },
};

static char dir[] = "/tmp/check_config.XXXXXX";

static void
write_text(const char *name, const char *text)
{
	char path[200];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	unlink(path);
	if (!text)
		return;
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
	chmod(path, 0644);
}

static void
load(struct settings *s, bool login, struct notes *notes)
{
	char user[200];
	struct config_place p = {
		.system = dir, .user = user, .env = true, .owner = getuid(), .who = &alice
	};

	snprintf(user, sizeof user, "%s/user", dir);
	memset(notes, 0, sizeof *notes);
	settings_init(s);
	s->login = login;
	config_load(s, &p, notes);
}

static void
set_up(void)
{
	char path[200];

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/conf.d", dir);
	mkdir(path, 0755);
	chmod(dir, 0755);
}

static void
tear_down(void)
{
	static const char *const names[] = { "auditrec.conf", "user", "conf.d/10.conf",
		"conf.d/20.conf", "conf.d/.30.conf", "conf.d/40.conf~" };
	char path[200];

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		write_text(names[i], NULL);
	snprintf(path, sizeof path, "%s/conf.d", dir);
	rmdir(path);
	rmdir(dir);
	memcpy(dir + strlen(dir) - 6, "XXXXXX", 6);
}

START_TEST(layers_and_locks)
{
	const struct layers *l = &layer_table[_i];
	static struct settings s;
	static struct notes notes;
	char env[100];

	write_text("auditrec.conf", l->system);
	write_text("user", l->user);
	if (l->env) {
		snprintf(env, sizeof env, "%s", l->env);
		putenv(env);
	}
	load(&s, l->login, &notes);
	ck_assert_msg(notes.n == l->notes, "row %d: %d notes, the first: %s", _i, notes.n,
		notes.text[0]);
	ck_assert_msg(settings_is(&s, l->id, l->text), "row %d: '%s'", _i,
		settings_text(&s, l->id));
}
END_TEST

START_TEST(origins)
{
	static struct settings s;
	static struct notes notes;
	char line[200];

	write_text("auditrec.conf", "\n\non-error! = pause\n");
	write_text("user", "title = \"\"\non-error = continue\nfoo = 1");
	load(&s, false, &notes);
	snprintf(line, sizeof line, "%s/auditrec.conf:3", dir);
	ck_assert_str_eq(s.v[OPT_ON_ERROR].origin, line);
	ck_assert_str_eq(s.v[OPT_ON_ERROR].lock, line);
	snprintf(line, sizeof line, "%s/user:1", dir);
	ck_assert_str_eq(s.v[OPT_TITLE].origin, line);
	ck_assert_str_eq(s.v[OPT_ENV].origin, "built in");
	ck_assert_int_eq(notes.n, 2);
	snprintf(line, sizeof line,
		"%s/user:2: on-error: is locked by %s/auditrec.conf:3", dir, dir);
	ck_assert_str_eq(notes.text[0], line);
	snprintf(line, sizeof line, "%s/user:3: foo: there is no such setting", dir);
	ck_assert_str_eq(notes.text[1], line);
}
END_TEST

START_TEST(dropins_in_order)
{
	static struct settings s;
	static struct notes notes;

	write_text("auditrec.conf", "title=main");
	write_text("conf.d/20.conf", "title=twenty");
	write_text("conf.d/10.conf", "title=ten\nquiet=yes");
	write_text("conf.d/.30.conf", "title=hidden");
	write_text("conf.d/40.conf~", "title=backup");
	load(&s, false, &notes);
	ck_assert_int_eq(notes.n, 0);
	ck_assert_str_eq(settings_text(&s, OPT_TITLE), "twenty");
	ck_assert_str_eq(settings_text(&s, OPT_QUIET), "yes");
}
END_TEST

/* A file of the system that others may write says nothing, and that is told. */
START_TEST(trust)
{
	static struct settings s;
	static struct notes notes;
	struct config_place p = { .system = dir, .owner = getuid() + 1, .who = &alice };
	char path[200];

	write_text("auditrec.conf", "title=s");
	snprintf(path, sizeof path, "%s/auditrec.conf", dir);
	for (mode_t mode = 0664; mode; mode = mode == 0664 ? 0646 : 0) {
		chmod(path, mode);
		load(&s, false, &notes);
		ck_assert_str_eq(settings_text(&s, OPT_TITLE), "");
		ck_assert_int_eq(notes.n, 1);
	}
	/* what root reads and users cannot */
	chmod(path, 0640);
	load(&s, false, &notes);
	ck_assert_str_eq(settings_text(&s, OPT_TITLE), "s");
	ck_assert_int_eq(notes.n, 1);
	ck_assert_ptr_nonnull(strstr(notes.text[0], "users cannot read it"));
	chmod(path, 0644);
	chmod(dir, 0775);
	load(&s, false, &notes);
	ck_assert_str_eq(settings_text(&s, OPT_TITLE), "");
	ck_assert_int_eq(notes.n, 1);
	chmod(dir, 0755);
	memset(&notes, 0, sizeof notes);
	settings_init(&s);
	config_load(&s, &p, &notes);
	ck_assert_str_eq(settings_text(&s, OPT_TITLE), "");
	ck_assert_int_eq(notes.n, 1);
}
END_TEST

START_TEST(odd_files)
{
	static struct settings s;
	static struct notes notes;
	char path[200];

	snprintf(path, sizeof path, "%s/user", dir);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	load(&s, false, &notes);
	ck_assert_int_eq(notes.n, 1);
	unlink(path);
	write_text("user", "x=1\nx=1\nx=1\nx=1\nx=1\nx=1\nx=1\nx=1\nx=1\nx=1\n"
			   "x=1\nx=1\nx=1\nx=1\nx=1\nx=1\nx=1\nx=1\nx=1\n");
	load(&s, false, &notes);
	ck_assert_int_eq(notes.n, 19);
	ck_assert_int_eq(truncate(path, 10 << 20), 0);
	load(&s, false, &notes);
	ck_assert_int_eq(notes.n, 1);
	unlink(path);
	snprintf(path, sizeof path, "%s/conf.d", dir);
	ck_assert_int_eq(rmdir(path), 0);
	load(&s, false, &notes);
	ck_assert_int_eq(notes.n, 0);
	write_text("conf.d", "title=s");
	load(&s, false, &notes);
	ck_assert_int_eq(notes.n, 1);
	ck_assert_ptr_nonnull(strstr(notes.text[0], "conf.d cannot be read"));
}
END_TEST

/* The file that --print-config prints is a configuration: as it is, and uncommented. */
START_TEST(template_is_read)
{
	static struct settings s, plain;
	static struct notes notes;
	char path[200], line[1000];
	static char text[20000];
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof path, "%s/auditrec.conf", dir);
	f = fopen(path, "w+");
	ck_assert_ptr_nonnull(f);
	settings_template(f);
	rewind(f);
	while (fgets(line, sizeof line, f))
		n += (size_t)snprintf(text + n, sizeof text - n, "%s",
			line + (line[0] == '#' && line[1] != ' '));
	fclose(f);
	chmod(path, 0644);
	load(&s, false, &notes);
	ck_assert_int_eq(notes.n, 0);
	write_text("auditrec.conf", text);
	load(&s, false, &notes);
	ck_assert_msg(notes.n == 0, "%s", notes.text[0]);
	settings_init(&plain);
	for (const struct setting_row *r = settings_rows; r->id; r++) {
		ck_assert_str_eq(s.v[r->id].text, plain.v[r->id].text);
		ck_assert_msg(strstr(s.v[r->id].origin, "auditrec.conf:"), "%s", r->name);
	}
}
END_TEST

/* The file among the documents is that one (make man). */
START_TEST(template_is_in_the_documents)
{
	const char *srcdir = getenv("srcdir");
	static char there[20000], now[20000];
	char path[400];
	FILE *f;

	snprintf(path, sizeof path, "%s/docs/auditrec.conf", srcdir ? srcdir : ".");
	f = fopen(path, "r");
	if (!f)
		return; /* not run from a build tree */
	there[fread(there, 1, sizeof there - 1, f)] = 0;
	fclose(f);
	f = fmemopen(now, sizeof now, "w");
	ck_assert_ptr_nonnull(f);
	settings_template(f);
	fclose(f);
	ck_assert_str_eq(there, now);
}
END_TEST

/* ---- the command line on top ---- */

static int
parse(struct conf *c, const char *const *words, struct err *e)
{
	static char *argv[10];
	int n = 0;

	argv[n++] = (char *)"auditrec";
	while (words[n - 1]) {
		argv[n] = (char *)words[n - 1];
		n++;
	}
	argv[n] = NULL;
	return conf_parse(c, n, argv, e);
}

static void
lock(struct conf *c, enum setting_id id, const char *text)
{
	conf_init(c);
	ck_assert_int_eq(
		settings_put(&c->set, id, LAYER_SYSTEM, "/etc/x:7", text, NULL), 0);
	settings_lock(&c->set, id, "/etc/x:7");
}

START_TEST(command_line_meets_locks)
{
	static const char *const less[] = { "--no-intercept", "stderr", NULL };
	static const char *const more[] = { "--intercept", "stdin", NULL };
	static struct notes notes;
	static struct conf c;
	struct err e = { .code = 0 };

	lock(&c, OPT_INTERCEPT, "stdout,stderr");
	ck_assert_int_eq(parse(&c, less, &e), ERR_USAGE);
	ck_assert_str_eq(e.text, "--intercept: is locked by /etc/x:7");
	lock(&c, OPT_INTERCEPT, "stdout,stderr");
	ck_assert_int_eq(parse(&c, more, NULL), CONF_RUN);
	ck_assert_uint_eq(c.intercept, CONF_STDIN | CONF_STDOUT | CONF_STDERR);
	/* at a login it is told, and does not stop it */
	lock(&c, OPT_INTERCEPT, "stdout,stderr");
	c.notes = &notes;
	ck_assert_int_eq(parse(&c, less, NULL), CONF_RUN);
	ck_assert_uint_eq(c.intercept, CONF_STDOUT | CONF_STDERR);
	ck_assert_int_eq(notes.n, 1);
}
END_TEST

/* Every setting reaches its member. */
START_TEST(settings_become_members)
{
	static const char *const words[] = { "-i", "2.5", "--noninteractive", "full",
		NULL };
	static struct conf c;

	conf_init(&c);
	settings_put(&c.set, OPT_INTERCEPT, LAYER_SYSTEM, "", "none", NULL);
	settings_put(&c.set, OPT_TRACE, LAYER_SYSTEM, "", "proc", NULL);
	settings_put(&c.set, OPT_FORMAT, LAYER_SYSTEM, "", "audit-v1", NULL);
	settings_put(&c.set, OPT_ON_ERROR, LAYER_SYSTEM, "", "pause", NULL);
	settings_put(&c.set, OPT_SPLIT_STDERR, LAYER_SYSTEM, "", "yes", NULL);
	settings_put(&c.set, OPT_MARKER_KEY, LAYER_SYSTEM, "", "^A", NULL);
	settings_put(&c.set, OPT_EVENTS, LAYER_SYSTEM, "", "journal", NULL);
	settings_put(&c.set, OPT_EVENTS_FORMAT, LAYER_SYSTEM, "", "train", NULL);
	settings_put(&c.set, OPT_EVENTS_FACILITY, LAYER_SYSTEM, "", "local1", NULL);
	settings_put(&c.set, OPT_DIRECTORY, LAYER_SYSTEM, "", "/x/%u", NULL);
	ck_assert_int_eq(parse(&c, words, NULL), CONF_RUN);
	ck_assert_uint_eq(c.intercept, 0);
	ck_assert_uint_eq(c.trace, TRACE_BIT(TRACE_PROC));
	ck_assert_int_eq(c.format, TAPE_AUDIT_V1);
	ck_assert_int_eq(c.on_error, ON_ERROR_PAUSE);
	ck_assert(c.split_stderr && !c.quiet);
	ck_assert_uint_eq(c.keys.mark.n, 1);
	ck_assert_str_eq(c.events, "journal");
	ck_assert_int_eq(c.events_format, SIEM_TRAIN);
	ck_assert_int_eq(c.events_facility, 17 << 3);
	ck_assert_str_eq(c.directory, "/x/%u");
	ck_assert_int_eq(c.noninteractive, CONF_FULL);
	ck_assert(c.idle_s > 2.4 && c.idle_s < 2.6);
}
END_TEST

static TCase *
case_text(void)
{
	TCase *t = tcase_create("text");

	tcase_add_test(t, ini_lines);
	tcase_add_test(t, ini_limits);
	tcase_add_test(t, match_conditions);
	tcase_add_test(t, match_long_words);
	tcase_add_test(t, match_members);
	tcase_add_test(t, template_is_in_the_documents);
	tcase_add_test(t, command_line_meets_locks);
	tcase_add_test(t, settings_become_members);
	return t;
}

static TCase *
case_layers(void)
{
	TCase *t = tcase_create("layers");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_loop_test(
		t, layers_and_locks, 0, (int)(sizeof layer_table / sizeof *layer_table));
	tcase_add_test(t, origins);
	tcase_add_test(t, dropins_in_order);
	tcase_add_test(t, trust);
	tcase_add_test(t, odd_files);
	tcase_add_test(t, template_is_read);
	return t;
}

UNIT_MAIN("config", case_text, case_layers)
