/* SPDX-License-Identifier: ISC */
/* SIGHUP reads the configuration again, SIGUSR1 prints the sessions to the log, SIGTERM and
 * SIGINT end the daemon: what was taken is written, recordings stay open for the next one. */
#include "recd/daemon.h"

#include "base/diag.h"
#include "recd/keyfile.h"
#include "recd/server.h"
#include "recd/shipping.h"
#include "recd/sockets.h"
#include "store/directory.h"
#include "sys/fdio.h"
#include "sys/sig.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <syslog.h>
#include <unistd.h>

#define CONF_MAX   ((size_t)1 << 20)
#define METRIC_MAX ((size_t)64 << 10)
#define RETAIN_S   60 /* between looks for recordings that may go */

/* A look for recordings that may go: of so many files that nobody is to wait for it. */
struct retention {
	struct job job;
	bool runs;
	struct store *store;
	struct directory_limits limits;
	int n; /* recordings that went, or an error with */
	struct err why;
};

struct daemon_state {
	struct conf *conf;
	const char *path;
	bool may_be_missing;
	struct server *server;
	struct store *store;
	struct shipping shipping;
	struct retention retention;
	struct watched signals, timer;
	int fds[SOCKETS_MAX], nfds, metrics;
	bool own_socket, stop;
	struct sign_key key;
	struct box_recipients recipients;
};

/* ---- configuration ---- */

static void
print_bad(void *ctx, int line, const char *why)
{
	if (line)
		diag_error("%s:%d: %s", (const char *)ctx, line, why);
	else
		diag_error("%s: %s", (const char *)ctx, why);
}

/* Whoever reads the key can write to the store as this host. */
static bool
shows_secret(const struct conf *c, const char *path)
{
	struct stat st;

	return c->secret_line && stat(path, &st) == 0 && (st.st_mode & 007);
}

int
daemon_load(struct conf *c, const char *path, bool may_be_missing)
{
	struct buf text;
	struct src *src;
	struct err e;
	ssize_t n = 0;
	int wrong;

	conf_defaults(c);
	if (may_be_missing && access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	if (fdio_open_regular(&src, path, &e) < 0)
		return diag_fail(&e, path), 2;
	buf_init(&text, CONF_MAX);
	while (buf_reserve(&text, 65536) == 0 &&
		(n = src_read_at(src, text.n, text.p + text.n, 65536, &e)) > 0)
		text.n += (size_t)n;
	src_close(src);
	if (n < 0 || buf_failed(&text)) {
		diag_error("%s: cannot be read", path);
		buf_free(&text);
		return 2;
	}
	wrong = conf_parse(c, (const char *)text.p, text.n, print_bad, (void *)path);
	explicit_bzero(text.p, text.n);
	buf_free(&text);
	if (!wrong && shows_secret(c, path)) {
		print_bad((void *)(uintptr_t)path, c->secret_line,
			"secretKey: others may read this file: chmod o=");
		wrong = 1;
	}
	return wrong ? 2 : 0;
}

int
daemon_check(const struct conf *c, const char *path)
{
	return conf_check_files(c, print_bad, (void *)path) ? 2 : 0;
}

static void
say(void *ctx, int priority, const char *text)
{
	char clean[600];

	(void)ctx;
	diag_clean(clean, sizeof clean, text);
	syslog(priority, "%s", clean);
}

static struct server_opts
options(const struct daemon_state *d)
{
	const struct conf *c = d->conf;

	return (struct server_opts){ .clk = &clk_system,
		.store = d->store,
		.ship = d->shipping.ship,
		.quota = { .sessions = (unsigned)c->user_sessions,
			.connections = (unsigned)c->user_connections,
			.connects_per_s = c->user_connects,
			.waiting = c->user_waiting,
			.bytes_per_s = c->user_rate,
			.burst = c->user_burst,
			.day = c->user_day },
		.connections = (unsigned)c->connections,
		.session_bytes = c->session_size,
		.grace_ns = c->grace,
		.idle_ns = c->idle,
		.commit_ns = c->commit,
		.window = (uint32_t)c->window,
		.threads = (unsigned)c->sync_threads,
		.level = (int)c->level,
		.recipients = c->recipients.s[0] ? &d->recipients : NULL,
		.key = c->key.s[0] ? &d->key : NULL,
		.seal_ns = c->seal_interval,
		.say = say };
}

/* ---- events of the daemon itself ---- */

static void
say_stays(void *ctx, int line, const char *what)
{
	(void)line;
	say(ctx, LOG_WARNING, what);
}

static void
reload(struct daemon_state *d)
{
	struct conf fresh;
	struct server_opts o;

	if (daemon_load(&fresh, d->path, d->may_be_missing) != 0) {
		say(NULL, LOG_ERR, "the new configuration is wrong: the old one stays");
		conf_free(&fresh);
		return;
	}
	conf_carry(&fresh, d->conf, say_stays, NULL);
	if (d->shipping.ship && !s3_conf_same(&fresh.s3, &d->shipping.conf))
		say(NULL, LOG_WARNING, "[s3]: other values count from the next start on");
	conf_free(d->conf);
	*d->conf = fresh;
	o = options(d);
	server_change(d->server, &o);
	shipping_again(&d->shipping);
	say(NULL, LOG_NOTICE, "configuration read again");
}

static void
dump(const struct daemon_state *d)
{
	struct buf out;
	char *line, *save = NULL;

	buf_init(&out, (size_t)8 << 20);
	server_dump(d->server, &out);
	metrics_write(&out, server_metrics(d->server));
	shipping_metrics(&d->shipping, &out);
	buf_add_byte(&out, 0);
	if (!buf_failed(&out))
		for (line = strtok_r((char *)out.p, "\n", &save); line;
			line = strtok_r(NULL, "\n", &save))
			if (*line != '#')
				say(NULL, LOG_INFO, line);
	buf_free(&out);
}

static struct daemon_state *the_daemon;

static void
on_signal(struct watched *w, uint32_t events)
{
	struct daemon_state *d = the_daemon;
	bool from;
	int signo;

	(void)events;
	while ((signo = sig_next(w->fd, &from)) != 0)
		if (signo == SIGHUP)
			reload(d);
		else if (signo == SIGUSR1)
			dump(d);
		else
			d->stop = true;
}

/* Whoever connects gets the metrics, and the connection is closed. */
static void
give_metrics(void *ctx, int fd)
{
	const struct daemon_state *d = ctx;
	struct buf out;

	buf_init(&out, METRIC_MAX);
	metrics_write(&out, server_metrics(d->server));
	shipping_metrics(&d->shipping, &out);
	if (send(fd, out.p, out.n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		say(NULL, LOG_DEBUG, "metrics: the reader is gone");
	buf_free(&out);
	close(fd);
}

static void
retain(struct job *j)
{
	struct retention *r = (struct retention *)j;

	r->n = directory_retain(r->store, &r->limits, clk_wall(&clk_system), &r->why);
}

static void
retained(struct job *j)
{
	struct retention *r = (struct retention *)j;
	char text[80];

	r->runs = false;
	if (r->n > 0) {
		snprintf(text, sizeof text, "%d old recordings were removed", r->n);
		say(NULL, LOG_NOTICE, text);
	} else if (r->n < 0) {
		say(NULL, LOG_ERR, r->why.text);
	}
}

/* Once in a while: recordings that are too old, or too many. */
static void
on_timer(struct watched *w, uint32_t events)
{
	struct daemon_state *d = the_daemon;
	const struct conf *c = d->conf;
	uint64_t times;

	(void)events;
	sockets_notify("WATCHDOG=1");
	if (fdio_read(w->fd, &times, sizeof times) < 0 || d->retention.runs ||
		(!c->keep_age && !c->keep_size))
		return;
	d->retention = (struct retention){ .job = { .run = retain, .done = retained },
		.runs = true,
		.store = d->store,
		.limits = { c->keep_age, c->keep_size } };
	server_job(d->server, &d->retention.job);
}

/* ---- start ---- */

static int
wind_timer(struct daemon_state *d, struct err *e)
{
	struct itimerspec t = { { RETAIN_S, 0 }, { 1, 0 } };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd < 0 || timerfd_settime(fd, 0, &t, NULL) < 0)
		return err_sys(e, ERR_IO, "no timer");
	d->timer = (struct watched){ .fd = fd, .events = EPOLLIN, .fn = on_timer };
	return server_watch(d->server, &d->timer, e);
}

static int
open_store(struct daemon_state *d, struct err *e)
{
	const struct conf *c = d->conf;
	struct directory_opts o = { .path = c->directory.s,
		.mode = c->mode,
		.chown = c->owner.set || c->group.set,
		.owner = c->owner.set ? c->owner.id : (uid_t)-1,
		.group = c->group.set ? c->group.id : (gid_t)-1,
		.sync = (enum directory_sync)c->sync,
		.sync_ns = c->sync_interval,
		.size_max = c->size_max,
		.spool = c->has_s3 };
	int rc = directory_open(&d->store, &o, e);

	if (rc == 0)
		rc = directory_tidy(d->store, e);
	if (rc < 0)
		err_prefix(e, "%s", c->directory.s);
	return rc;
}

static int
listen_all(struct daemon_state *d, struct err *e)
{
	int rc = d->nfds = sockets_inherited(d->fds, e);

	if (rc == 0) {
		rc = sockets_make(d->conf->socket.s, d->conf->socket_mode, e);
		d->own_socket = rc >= 0;
		d->fds[0] = rc;
		d->nfds = rc >= 0;
	}
	for (int i = 0; rc >= 0 && i < d->nfds; i++)
		rc = server_listen(d->server, d->fds[i], NULL, NULL, e);
	if (rc < 0 || !d->conf->metrics.s[0])
		return rc;
	rc = sockets_make(d->conf->metrics.s, d->conf->metrics_mode, e);
	if (rc < 0)
		return rc;
	d->metrics = rc;
	return server_listen(d->server, rc, give_metrics, d, e);
}

/* Before any thread is started: each inherits what is blocked. */
static int
take_signals(struct daemon_state *d, struct err *e)
{
	static const int signals[] = { SIGHUP, SIGUSR1, SIGTERM, SIGINT, 0 };
	struct sig_saved old;
	int fd = sig_open(&old, signals, e);

	d->signals = (struct watched){ .fd = fd, .events = EPOLLIN, .fn = on_signal };
	return fd < 0 ? fd : 0;
}

static int
adopt(void *ctx, const struct store_info *info)
{
	struct daemon_state *d = ctx;

	server_adopt(d->server, info->name, (uint64_t)info->size);
	return 0;
}

static int
start(struct daemon_state *d, struct err *e)
{
	struct server_opts o;
	int rc = take_signals(d, e);

	if (rc == 0)
		rc = open_store(d, e);
	if (rc < 0)
		return rc;
	d->shipping.say = say;
	rc = shipping_start(&d->shipping, d->conf, d->store, e);
	if (rc < 0)
		return rc;
	o = options(d);
	rc = keyfile_random(o.secret, sizeof o.secret, d->conf->secret.s, e);
	if (rc == 0 && d->conf->key.s[0])
		rc = keyfile_load(&d->key, d->conf->key.s, e);
	if (rc == 0 && d->conf->recipients.s[0])
		rc = keyfile_recipients(&d->recipients, d->conf->recipients.s, e);
	if (rc == 0)
		rc = server_open(&d->server, &o, e);
	if (rc == 0)
		rc = server_watch(d->server, &d->signals, e);
	if (rc == 0)
		rc = wind_timer(d, e);
	if (rc == 0)
		rc = directory_list_open(d->store, adopt, d, e);
	if (rc == 0)
		rc = listen_all(d, e);
	return rc < 0 ? rc : 0;
}

static void
stop(struct daemon_state *d)
{
	server_close(d->server);
	for (int i = 0; i < d->nfds; i++)
		close(d->fds[i]);
	if (d->own_socket)
		unlink(d->conf->socket.s);
	if (d->metrics > 0) {
		close(d->metrics);
		unlink(d->conf->metrics.s);
	}
	if (d->signals.fd > 0)
		close(d->signals.fd);
	if (d->timer.fd > 0)
		close(d->timer.fd);
	shipping_stop(&d->shipping);
	store_close(d->store);
	conf_free(d->conf);
	sign_key_forget(&d->key);
}

/* As many descriptors as we may have: every session wants two. */
static void
raise_files(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur < r.rlim_max) {
		r.rlim_cur = r.rlim_max;
		setrlimit(RLIMIT_NOFILE, &r);
	}
}

int
daemon_run(struct conf *c, const char *path, bool may_be_missing)
{
	struct daemon_state d = {
		.conf = c, .path = path, .may_be_missing = may_be_missing
	};
	struct err e = { .code = 0 };
	int rc, status = 0;

	umask(027);
	raise_files();
	openlog("auditrecd", LOG_PID, LOG_AUTHPRIV);
	the_daemon = &d;
	rc = start(&d, &e);
	if (rc == 0)
		sockets_notify("READY=1");
	while (rc == 0 && !d.stop)
		rc = server_turn(d.server, &e);
	if (rc < 0)
		status = diag_fail(&e, NULL);
	sockets_notify("STOPPING=1");
	stop(&d);
	return status;
}
