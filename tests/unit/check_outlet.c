/* SPDX-License-Identifier: ISC */
/* Where events go: the bytes that a file, the system's log and the journal get. */
#include "sys/outlet.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#define AT_NS (INT64_C(1795391990) * NS_PER_S) /* 2026-11-22T23:59:50Z, a sunday */

static char dir[] = "check_outlet.XXXXXX", path[64];
static int64_t wall_ns, mono_ns;

static int64_t
wall(void *ctx)
{
	(void)ctx;
	return wall_ns;
}

/* Every look at it takes a tenth of a second. */
static int64_t
mono(void *ctx)
{
	(void)ctx;
	return mono_ns += 100 * NS_PER_MS;
}

static const struct clk clk = { wall, mono, NULL };

static void
setup(void)
{
	strcpy(dir, "check_outlet.XXXXXX");
	ck_assert_ptr_ne(mkdtemp(dir), NULL);
	snprintf(path, sizeof path, "%s/it", dir);
	wall_ns = AT_NS;
	mono_ns = NS_PER_S;
}

/* How many files are like SUFFIX. */
static size_t
count_files(const char *suffix, bool unlink_them)
{
	char pattern[80];
	size_t n = 0;
	glob_t g;

	snprintf(pattern, sizeof pattern, "%s/%s", dir, suffix);
	if (glob(pattern, 0, NULL, &g) == 0) {
		n = g.gl_pathc;
		for (size_t i = 0; unlink_them && i < n; i++)
			unlink(g.gl_pathv[i]);
		globfree(&g);
	}
	return n;
}

static void
teardown(void)
{
	count_files("*", true);
	rmdir(dir);
}

static struct outlet *
open_it(const struct outlet_opts *o)
{
	struct outlet *l;

	ck_assert_int_eq(outlet_open(&l, o, NULL), 0);
	return l;
}

static int
put_line(struct outlet *l, const char *line, struct err *e)
{
	struct logline en = { .line = span_str(line), .message = SPAN_LIT("message") };

	return outlet_put(l, &en, e);
}

/* ---- files ---- */

START_TEST(days_weeks_and_months)
{
	int64_t sunday = AT_NS + 9 * NS_PER_S; /* its last second */

	ck_assert_int_ne(outlet_period(OUTLET_DAY, sunday),
		outlet_period(OUTLET_DAY, sunday + NS_PER_S));
	ck_assert_int_ne(outlet_period(OUTLET_WEEK, sunday),
		outlet_period(OUTLET_WEEK, sunday + NS_PER_S));
	ck_assert_int_eq(outlet_period(OUTLET_WEEK, sunday),
		outlet_period(OUTLET_WEEK, sunday - 6 * 86400 * NS_PER_S));
	ck_assert_int_eq(outlet_period(OUTLET_MONTH, sunday),
		outlet_period(OUTLET_MONTH, sunday + NS_PER_S));
	ck_assert_int_ne(outlet_period(OUTLET_MONTH, sunday),
		outlet_period(OUTLET_MONTH, sunday + 9 * 86400 * NS_PER_S));
	ck_assert_int_eq(outlet_period(OUTLET_DAY, -1), -1);
	ck_assert_int_eq(outlet_period(OUTLET_NEVER, sunday), 0);
}
END_TEST

START_TEST(files_begin_by_size_and_day)
{
	struct outlet_opts o = { .kind = OUTLET_FILE,
		.path = path,
		.max_bytes = 25,
		.every = OUTLET_DAY,
		.clk = &clk };
	struct outlet *l = open_it(&o);
	struct err e = { 0 };

	for (int i = 0; i < 5; i++) /* two in a file, then one */
		ck_assert_int_eq(put_line(l, "0123456789\n", &e), 0);
	wall_ns += 60 * NS_PER_S;
	ck_assert_int_eq(put_line(l, "tomorrow\n", &e), 0);
	ck_assert_ptr_ne(strstr(outlet_name(l), ".20261123T000050Z."), NULL);
	ck_assert_int_eq(outlet_close(l, &e), 0);
	ck_assert_uint_eq(count_files("it.*", false), 4);
}
END_TEST

START_TEST(a_file_that_cannot_be_made_is_named)
{
	struct outlet_opts o = {
		.kind = OUTLET_FILE, .path = "/nonexistent/ev", .clk = &clk
	};
	struct outlet *l = open_it(&o);
	struct err e = { 0 };

	ck_assert_int_eq(put_line(l, "x\n", &e), ERR_NOTFOUND);
	ck_assert_ptr_ne(strstr(e.text, "/nonexistent/ev"), NULL);
	ck_assert_int_eq(outlet_close(l, &e), 0);
}
END_TEST

/* A full disk stops in the middle of a line; when there is room again the rest follows. */
START_TEST(no_line_is_cut_by_a_full_disk)
{
	struct outlet_opts o = { .kind = OUTLET_FILE, .path = path, .clk = &clk };
	struct rlimit few = { 15, RLIM_INFINITY }, old;
	struct outlet *l = open_it(&o);
	char text[64] = "", name[128];
	struct err e = { 0 };
	int fd;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	few.rlim_max = old.rlim_max;
	ck_assert_int_eq(put_line(l, "0123456789\n", &e), 0);
	ck_assert_int_eq(put_line(l, "abcdefghij\n", &e), 0);
	setrlimit(RLIMIT_FSIZE, &few);
	ck_assert_int_lt(outlet_flush(l, &e), 0);
	ck_assert_ptr_ne(strstr(e.text, outlet_name(l)), NULL);
	setrlimit(RLIMIT_FSIZE, &old);
	ck_assert_int_eq(outlet_flush(l, &e), 0);
	snprintf(name, sizeof name, "%s", outlet_name(l));
	ck_assert_int_eq(outlet_close(l, &e), 0);
	fd = open(name, O_RDONLY);
	ck_assert_int_eq(read(fd, text, sizeof text - 1), 22);
	close(fd);
	ck_assert_str_eq(text, "0123456789\nabcdefghij\n");
}
END_TEST

/* ---- sockets ---- */

static int
listen_at(int type)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	memcpy(at.sun_path, path, strlen(path) + 1);
	unlink(path);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	if (type == SOCK_STREAM)
		ck_assert_int_eq(listen(fd, 1), 0);
	return fd;
}

/* One message, as text; *FILE the descriptor that came with it. */
static const char *
receive(int fd, int *file)
{
	static char text[300000];
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = { text, sizeof text - 1 };
	struct msghdr m = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control };
	ssize_t n = recvmsg(fd, &m, 0);

	ck_assert_int_ge(n, 0);
	text[n] = 0;
	if (file)
		*file = -1;
	if (file && CMSG_FIRSTHDR(&m))
		memcpy(file, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof *file);
	return text;
}

static const struct logline sample = { .line = { (const uint8_t *)"{\"a\":1}\n", 8 },
	.message = { (const uint8_t *)"wrong password", 14 },
	.action = "auth_password",
	.priority = LOGLINE_WARNING,
	.time_ns = AT_NS + 123456789,
	.field = { { "AUDITREC_ID", { (const uint8_t *)"c0ffee", 6 } },
		{ "AUDITREC_USER", { (const uint8_t *)"an\nn", 4 } },
		{ "AUDITREC_HOST", { (const uint8_t *)"", 0 } } },
	.nfields = 3 };

static struct outlet_opts
to_socket(enum outlet_kind kind)
{
	return (struct outlet_opts){ .kind = kind,
		.path = path,
		.facility = LOG_AUTHPRIV,
		.tag = "audit rec",
		.wait_ns = NS_PER_MS,
		.clk = &clk };
}

START_TEST(syslog_as_in_rfc5424)
{
	struct outlet_opts o = to_socket(OUTLET_SYSLOG);
	int fd = listen_at(SOCK_DGRAM);
	struct outlet *l = open_it(&o);
	char head[200], host[100];
	const char *text;

	gethostname(host, sizeof host);
	ck_assert_uint_gt(outlet_room(l), OUTLET_SYSLOG_BYTES / 2);
	ck_assert_int_eq(outlet_put(l, &sample, NULL), 0);
	text = receive(fd, NULL);
	snprintf(head, sizeof head,
		"<84>1 2026-11-22T23:59:50.123456Z %s audit_rec %ld auth_password - ",
		host, (long)getpid());
	ck_assert_int_eq(strncmp(text, head, strlen(head)), 0);
	ck_assert_str_eq(text + strlen(head), "{\"a\":1}");
	ck_assert_int_eq(outlet_close(l, NULL), 0);
	close(fd);
}
END_TEST

START_TEST(syslog_as_syslog_3_writes)
{
	struct outlet_opts o = to_socket(OUTLET_SYSLOG);
	int fd = listen_at(SOCK_DGRAM);
	struct outlet *l;
	char want[200];

	o.form = OUTLET_RFC3164;
	l = open_it(&o);
	ck_assert_int_eq(outlet_put(l, &sample, NULL), 0);
	snprintf(want, sizeof want, "<84>Nov 22 23:59:50 audit_rec[%ld]: {\"a\":1}",
		(long)getpid());
	ck_assert_str_eq(receive(fd, NULL), want);
	ck_assert_int_eq(outlet_close(l, NULL), 0);
	close(fd);
}
END_TEST

/* What stands behind /dev/log where the journal listens. */
START_TEST(the_old_form_where_the_journal_listens)
{
	struct outlet_opts o = to_socket(OUTLET_SYSLOG);
	char folder[80], link[80], real[120];
	struct outlet *l;
	int fd;

	snprintf(folder, sizeof folder, "%s/systemd", dir);
	snprintf(real, sizeof real, "%s/journal", folder);
	ck_assert_int_eq(mkdir(folder, 0700), 0);
	snprintf(path, sizeof path, "%s/systemd/journal", dir);
	fd = listen_at(SOCK_DGRAM);
	snprintf(link, sizeof link, "%s/log", dir);
	ck_assert_int_eq(symlink("systemd/journal", link), 0);
	o.path = link;
	l = open_it(&o);
	ck_assert_int_eq(outlet_put(l, &sample, NULL), 0);
	ck_assert_int_eq(strncmp(receive(fd, NULL), "<84>Nov 22", 10), 0);
	ck_assert_int_eq(outlet_close(l, NULL), 0);
	close(fd);
	unlink(real);
	rmdir(folder);
}
END_TEST

START_TEST(syslog_over_a_stream_ends_messages_with_nul)
{
	struct outlet_opts o = to_socket(OUTLET_SYSLOG);
	int fd = listen_at(SOCK_STREAM), peer;
	struct outlet *l = open_it(&o);
	char text[400];
	ssize_t n;

	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(outlet_put(l, &sample, NULL), 0);
	peer = accept(fd, NULL, NULL);
	n = read(peer, text, sizeof text - 1);
	ck_assert_int_gt(n, 20);
	ck_assert_int_eq(text[n - 1], 0);
	ck_assert_int_eq(text[n / 2 - 1], 0);
	ck_assert_int_eq(memcmp(text, text + n / 2, (size_t)n / 2), 0);
	ck_assert_int_eq(outlet_close(l, NULL), 0);
	close(peer);
	close(fd);
}
END_TEST

START_TEST(a_daemon_may_start_again)
{
	struct outlet_opts o = to_socket(OUTLET_SYSLOG);
	int fd = listen_at(SOCK_DGRAM);
	struct outlet *l = open_it(&o);
	struct err e = { 0 };

	ck_assert_int_eq(outlet_put(l, &sample, NULL), 0);
	close(fd);
	ck_assert_int_lt(outlet_put(l, &sample, &e), 0);
	ck_assert_ptr_ne(strstr(e.text, path), NULL);
	fd = listen_at(SOCK_DGRAM);
	ck_assert_int_eq(outlet_put(l, &sample, &e), 0);
	receive(fd, NULL);
	ck_assert_int_eq(outlet_close(l, NULL), 0);
	close(fd);
}
END_TEST

/* A queue that nobody empties: a bounded wait, then none until something was taken. */
START_TEST(who_is_busy_is_not_waited_for_twice)
{
	struct outlet_opts o = to_socket(OUTLET_SYSLOG);
	int fd = listen_at(SOCK_DGRAM), n = 0;
	struct outlet *l = open_it(&o);
	struct err e = { 0 };

	while (n < 100000 && outlet_put(l, &sample, &e) == 0)
		n++;
	ck_assert_int_lt(n, 100000);
	ck_assert_int_eq(e.code, ERR_STATE);
	ck_assert_int_eq(outlet_put(l, &sample, &e), ERR_STATE);
	receive(fd, NULL);
	ck_assert_int_eq(outlet_put(l, &sample, &e), 0);
	ck_assert_int_eq(outlet_close(l, NULL), 0);
	close(fd);
}
END_TEST

START_TEST(the_journal_gets_fields)
{
	struct outlet_opts o = to_socket(OUTLET_JOURNAL);
	int fd = listen_at(SOCK_DGRAM), file;
	struct outlet *l = open_it(&o);
	char want[400];
	int n;

	ck_assert_uint_eq(outlet_room(l), 0);
	ck_assert_int_eq(outlet_put(l, &sample, NULL), 0);
	n = snprintf(want, sizeof want,
		"MESSAGE=wrong password\nPRIORITY=4\nSYSLOG_FACILITY=10\n"
		"SYSLOG_IDENTIFIER=audit rec\nSYSLOG_PID=%ld\nAUDITREC_ID=c0ffee\n"
		"AUDITREC_USER\n%c%c%c%c%c%c%c%can\nn\nAUDITREC_EVENT={\"a\":1}\n",
		(long)getpid(), 4, 0, 0, 0, 0, 0, 0, 0);
	ck_assert_int_eq(memcmp(receive(fd, &file), want, (size_t)n + 1), 0);
	ck_assert_int_eq(file, -1);
	ck_assert_int_eq(outlet_close(l, NULL), 0);
	close(fd);
}
END_TEST

START_TEST(what_is_too_large_goes_in_a_sealed_file)
{
	static char big[1 << 20];
	struct outlet_opts o = to_socket(OUTLET_JOURNAL);
	int fd = listen_at(SOCK_DGRAM), file;
	struct outlet *l = open_it(&o);
	struct logline en = sample;
	struct stat st;
	char begin[16];

	memset(big, 'x', sizeof big);
	en.line = span_of(big, sizeof big);
	ck_assert_int_eq(outlet_put(l, &en, NULL), 0);
	ck_assert_str_eq(receive(fd, &file), "");
	ck_assert_int_ge(file, 0);
	ck_assert_int_eq(fstat(file, &st), 0);
	ck_assert_int_gt(st.st_size, (off_t)sizeof big);
	ck_assert_int_eq(fcntl(file, F_GET_SEALS),
		F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
	ck_assert_int_eq(pread(file, begin, 8, 0), 8);
	ck_assert_int_eq(memcmp(begin, "MESSAGE=", 8), 0);
	close(file);
	ck_assert_int_eq(outlet_close(l, NULL), 0);
	close(fd);
}
END_TEST

START_TEST(facilities_have_names)
{
	struct err e = { 0 };
	int f = -1;

	ck_assert_int_eq(outlet_facility("local3", &f, &e), 0);
	ck_assert_int_eq(f, LOG_LOCAL3);
	ck_assert_int_eq(outlet_facility("local9", &f, &e), ERR_USAGE);
	ck_assert_ptr_ne(strstr(e.text, "local9"), NULL);
}
END_TEST

static TCase *
file_cases(void)
{
	TCase *t = tcase_create("files");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, days_weeks_and_months);
	tcase_add_test(t, files_begin_by_size_and_day);
	tcase_add_test(t, a_file_that_cannot_be_made_is_named);
	tcase_add_test(t, no_line_is_cut_by_a_full_disk);
	return t;
}

static TCase *
socket_cases(void)
{
	TCase *t = tcase_create("sockets");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, syslog_as_in_rfc5424);
	tcase_add_test(t, syslog_as_syslog_3_writes);
	tcase_add_test(t, the_old_form_where_the_journal_listens);
	tcase_add_test(t, syslog_over_a_stream_ends_messages_with_nul);
	tcase_add_test(t, a_daemon_may_start_again);
	tcase_add_test(t, who_is_busy_is_not_waited_for_twice);
	tcase_add_test(t, the_journal_gets_fields);
	tcase_add_test(t, what_is_too_large_goes_in_a_sealed_file);
	tcase_add_test(t, facilities_have_names);
	return t;
}

UNIT_MAIN("outlet", file_cases, socket_cases)
