/* SPDX-License-Identifier: ISC */
/* auditrec-failed: the recording of a login that did not come about.  pam_auditrec.so runs it,
 * as root, once per failed attempt; what it is told comes from whoever knocks at the door, so
 * the number of recordings in an hour is bounded and what goes beyond is told to syslog. */
#include "base/clk.h"
#include "base/diag.h"
#include "base/opt.h"
#include "format/tapew.h"
#include "format/vendor.h"
#include "rec/config.h"
#include "rec/events.h"
#include "rec/ident.h"
#include "rec/place.h"
#include "sys/fdio.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#define HOURLY_MAX 1000
#define STAMP_HOUR 11 /* "20261121T14" of a file's name */

enum { O_USER = 1, O_SERVICE, O_RHOST, O_TTY, O_METHOD, O_DIRECTORY, O_HELP, O_VERSION };

static const struct opt options[] = {
	{ O_USER, "user", 'u', "NAME", "the name that was given" },
	{ O_SERVICE, "service", 's', "NAME", "the PAM service, such as sshd" },
	{ O_RHOST, "rhost", 'r', "ADDRESS", "where the attempt came from" },
	{ O_TTY, "tty", 't', "NAME", "the terminal" },
	{ O_METHOD, "method", 'm', "NAME",
		"password (default), publickey or keyboard-interactive" },
	{ O_DIRECTORY, "directory", 'd', "DIR",
		"where the recording goes, default " AUDITREC_FAILED_DIR },
	OPT_ROW_HELP(O_HELP),
	OPT_ROW_VERSION(O_VERSION),
	{ 0 },
};

enum method { PASSWORD, PUBLICKEY, KEYBOARD };
static const char *const method_names[] = { "password", "publickey",
	"keyboard-interactive", NULL };

struct attempt {
	const char *user, *service, *rhost, *tty, *directory;
	int method;
};

struct record {
	struct tapew *w;
	char id[33];
	int64_t wall_ns;
	struct events events;
};

static int
put(struct record *r, struct msg *m, struct err *e)
{
	m->connection_id = span_str(r->id);
	m->time_ns = r->wall_ns;
	events_take(&r->events, m, 0);
	return tapew_put(r->w, m, e);
}

static int
put_connect(struct record *r, const struct attempt *a, struct err *e)
{
	struct msg m;

	msg_init(&m, MSG_CONNECT);
	m.p.connect.remote_addr = span_str(a->rhost);
	m.p.connect.country = SPAN_LIT("XX");
	return put(r, &m, e);
}

static int
put_password(struct record *r, const struct attempt *a, struct err *e)
{
	struct msg m;
	int rc;

	msg_init(&m, MSG_AUTH_PASSWORD);
	m.p.auth_password.username = span_str(a->user);
	m.p.auth_password.password = SPAN_LIT("");
	rc = put(r, &m, e);
	msg_init(&m, MSG_AUTH_PASSWORD_FAILED);
	m.p.auth_password.username = span_str(a->user);
	m.p.auth_password.password = SPAN_LIT("");
	return rc < 0 ? rc : put(r, &m, e);
}

static int
put_publickey(struct record *r, const struct attempt *a, struct err *e)
{
	struct msg m;

	msg_init(&m, MSG_AUTH_PUBKEY_FAILED);
	m.p.auth_pubkey.username = span_str(a->user);
	m.p.auth_pubkey.key = SPAN_LIT("");
	return put(r, &m, e);
}

static int
put_keyboard(struct record *r, const struct attempt *a, struct err *e)
{
	struct msg m;

	msg_init(&m, MSG_KBDINT_FAILED);
	m.p.kbdint_failed.username = span_str(a->user);
	return put(r, &m, e);
}

static int (*const put_verdict[])(
	struct record *r, const struct attempt *a, struct err *e) = {
	[PASSWORD] = put_password,
	[PUBLICKEY] = put_publickey,
	[KEYBOARD] = put_keyboard,
};

static int
put_session(struct record *r, const struct attempt *a, struct err *e)
{
	struct proc_facts f;
	struct buf json = { 0 };
	struct jsonw w;
	struct msg m;
	int rc;

	proc_facts(&f);
	vendor_begin(&m, VENDOR_SESSION, &w, &json);
	jsonw_kstr(&w, "version", "auditrec " PACKAGE_VERSION);
	jsonw_kstr(&w, "mode", "failed login");
	jsonw_kstr(&w, "host", f.host);
	jsonw_kstr(&w, "machine_id", f.machine_id);
	jsonw_kstr(&w, "boot_id", f.boot_id);
	jsonw_kstr(&w, "user", a->user);
	jsonw_kstr(&w, "service", a->service);
	jsonw_kstr(&w, "tty", a->tty);
	rc = vendor_end(&m, &w);
	if (rc == 0)
		rc = put(r, &m, e);
	buf_free(&json);
	return rc;
}

static int
put_all(struct record *r, const struct attempt *a, struct err *e)
{
	struct msg m;
	int rc = put_connect(r, a, e);

	if (rc == 0)
		rc = put_session(r, a, e);
	if (rc == 0)
		rc = put_verdict[a->method](r, a, e);
	msg_init(&m, MSG_DISCONNECT);
	return rc < 0 ? rc : put(r, &m, e);
}

/* Recordings of the hour that NAME's stamp begins with. */
static int
count_hour(const char *path)
{
	char dir[PATH_MAX];
	const char *name = strrchr(path, '/') + 1;
	struct dirent *d;
	int n = 0;
	DIR *open;

	snprintf(dir, sizeof dir, "%.*s", (int)(name - path), path);
	open = opendir(dir);
	while (open && (d = readdir(open)))
		n += strncmp(d->d_name, name, STAMP_HOUR) == 0;
	if (open)
		closedir(open);
	return n;
}

/* ---- other systems, as the system's settings say ---- */

static bool
in_no_group(const char *name)
{
	(void)name;
	return false;
}

static void
say_not_told(const char *where, const struct err *why)
{
	char text[ERR_TEXT_MAX];

	diag_clean(text, sizeof text, why->text);
	syslog(LOG_ERR, "a failed login is not told to %s: %s", where, text);
}

/* A path that is made with the name that was given, or in somebody's home, is not for root. */
static void
add_places(struct events *ev, const char *list)
{
	struct place p = { .user = "", .home = "" };

	if (!strchr(list, '%'))
		events_add_list(ev, list, &p, say_not_told);
}

static void
open_events(struct record *r, const struct attempt *a, const char *path)
{
	static struct settings set;
	static struct notes notes;
	static struct proc_facts here;
	struct match_who who = {
		.user = a->user, .host = here.host, .in_group = in_no_group
	};
	struct config_place place = { .system = SYSCONFDIR "/auditrec", .who = &who };
	struct events_opts o = { .file = path, .clk = &clk_system };
	int form;

	proc_facts(&here);
	settings_init(&set);
	config_load(&set, &place, &notes);
	form = opt_choice(settings_text(&set, OPT_EVENTS_FORMAT), "events-format",
		siem_format_names, NULL);
	o.format = form < 0 ? SIEM_ECS : (enum siem_format)form;
	outlet_facility(settings_text(&set, OPT_EVENTS_FACILITY), &o.facility, NULL);
	events_init(&r->events, &o);
	add_places(&r->events, settings_text(&set, OPT_EVENTS));
}

static void
close_events(struct record *r)
{
	events_close(&r->events);
	for (int i = 0; i < r->events.n; i++)
		if (r->events.v[i].lost)
			say_not_told(r->events.v[i].path, &r->events.v[i].why);
}

static int
write_recording(
	struct record *r, const struct attempt *a, const char *path, struct err *e)
{
	struct tapew_opts o = { 0 };
	struct dst *dst;
	int rc = fdio_open_dst(&dst, path, FDIO_NEW, e), end;

	if (rc == 0)
		rc = tapew_open(&r->w, TAPE_AUDIT_V2, dst, &o, e);
	if (rc < 0)
		return rc;
	open_events(r, a, path);
	rc = put_all(r, a, e);
	close_events(r);
	end = tapew_close(r->w, rc < 0 ? NULL : e);
	return rc < 0 ? rc : end;
}

static int
record(const struct attempt *a, struct err *e)
{
	struct place p = { .folder = a->directory, .user = "", .home = "" };
	static struct record r;
	char path[PATH_MAX];
	int rc = ident_make_id(r.id, e);

	r.wall_ns = clk_wall(&clk_system);
	if (rc == 0)
		rc = place_new(path, &p, r.id, r.wall_ns, ".audit", e);
	if (rc < 0)
		return rc;
	if (count_hour(path) >= HOURLY_MAX)
		return err_set(e, ERR_LIMIT, "more than %d failed logins in this hour",
			HOURLY_MAX);
	return write_recording(&r, a, path, e);
}

static int
take_options(struct attempt *a, int argc, char **argv, struct err *e)
{
	struct opt_parser p;
	int id;

	opt_start(&p, options, argc, argv);
	while ((id = opt_next(&p, e)) > 0) {
		const char **text[] = { [O_USER] = &a->user,
			[O_SERVICE] = &a->service,
			[O_RHOST] = &a->rhost,
			[O_TTY] = &a->tty,
			[O_DIRECTORY] = &a->directory };

		if (id == O_HELP || id == O_VERSION)
			return id;
		if (id != O_METHOD) {
			*text[id] = p.value;
			continue;
		}
		a->method = opt_choice(p.value, "--method", method_names, e);
		if (a->method < 0)
			return a->method;
	}
	return id;
}

int
main(int argc, char **argv)
{
	struct attempt a = { "", "", "", "", AUDITREC_FAILED_DIR, PASSWORD };
	struct err e = { 0 };
	char text[ERR_TEXT_MAX];
	int rc;

	diag_init("auditrec-failed");
	umask(077);
	openlog("auditrec", LOG_PID, LOG_AUTHPRIV);
	rc = take_options(&a, argc, argv, &e);
	if (rc == O_HELP)
		opt_usage(stdout, "auditrec-failed [OPTION...]",
			"Record that a login failed; pam_auditrec runs it.", options);
	else if (rc == O_VERSION)
		printf("auditrec-failed %s\n", PACKAGE_VERSION);
	else if (rc == 0)
		rc = record(&a, &e);
	if (rc >= 0)
		return 0;
	diag_clean(text, sizeof text, e.text);
	syslog(LOG_ERR, "failed login is not recorded: %s", text);
	return diag_fail(&e, NULL);
}
