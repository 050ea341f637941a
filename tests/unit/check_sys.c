/* SPDX-License-Identifier: ISC */
/* The loop, signals and programs of sys/. */
#include "sys/loop.h"
#include "sys/proc.h"
#include "sys/pty.h"
#include "unit.h"

#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int64_t fake_ns;

static int64_t
fake_now(void *ctx)
{
	(void)ctx;
	return fake_ns;
}

static const struct clk fake = { fake_now, fake_now, NULL };
static struct loop loop;
static int fired, read_fd, slot;

static void
on_timer(void *ctx)
{
	fired++;
	if (ctx)
		loop_after(&loop, *(int *)ctx, 10);
}

static void
on_readable(void *ctx, short revents)
{
	char c;

	(void)ctx;
	fired += (revents & POLLIN) && read(read_fd, &c, 1) == 1;
	if (revents & POLLHUP)
		loop_events(&loop, slot, 0);
}

static void
set_up(void)
{
	fake_ns = 1000;
	fired = 0;
	loop_init(&loop, &fake);
}

START_TEST(loop_timers_fire_once)
{
	int t = loop_timer(&loop, on_timer, NULL),
	    other = loop_timer(&loop, on_timer, NULL);

	ck_assert(!loop_running(&loop, t));
	loop_after(&loop, t, 50);
	loop_after(&loop, other, 1 << 20);
	fake_ns += 50;
	ck_assert_int_eq(loop_once(&loop, NULL), 0);
	ck_assert_int_eq(fired, 1);
	ck_assert(!loop_running(&loop, t));
	ck_assert(loop_running(&loop, other));
	loop_cancel(&loop, other);
	ck_assert(!loop_running(&loop, other));
}
END_TEST

START_TEST(loop_timers_may_restart_themselves)
{
	int t = 0;

	t = loop_timer(&loop, on_timer, &t);
	loop_after(&loop, t, 10);
	for (int i = 0; i < 5; i++) {
		fake_ns += 10;
		loop_once(&loop, NULL);
	}
	ck_assert_int_eq(fired, 5);
}
END_TEST

/* A hung-up descriptor that nobody wants to read must not keep the loop busy. */
START_TEST(loop_leaves_out_what_wants_nothing)
{
	int p[2], t = loop_timer(&loop, on_timer, NULL);

	ck_assert_int_eq(pipe(p), 0);
	read_fd = p[0];
	slot = loop_add(&loop, p[0], POLLIN, on_readable, NULL);
	ck_assert_int_eq(write(p[1], "ab", 2), 2);
	close(p[1]);
	for (int i = 0; i < 2; i++) {
		loop_events(&loop, slot, POLLIN);
		loop_once(&loop, NULL);
	}
	ck_assert_int_eq(fired, 2);
	loop_events(&loop, slot, LOOP_HUP);
	loop_once(&loop, NULL); /* on_readable takes it out */
	loop_after(&loop, t, 0);
	loop_once(&loop, NULL);
	ck_assert_int_eq(fired, 3);
	loop_del(&loop, slot);
	ck_assert_int_eq(loop_add(&loop, p[0], POLLIN, on_readable, NULL), slot);
	close(p[0]);
}
END_TEST

START_TEST(loop_is_bounded)
{
	for (int i = 0; i < LOOP_FDS_MAX; i++)
		ck_assert_int_eq(loop_add(&loop, 0, 0, on_readable, NULL), i);
	ck_assert_int_eq(loop_add(&loop, 0, 0, on_readable, NULL), ERR_LIMIT);
	for (int i = 0; i < LOOP_TIMERS_MAX; i++)
		ck_assert_int_eq(loop_timer(&loop, on_timer, NULL), i);
	ck_assert_int_eq(loop_timer(&loop, on_timer, NULL), ERR_LIMIT);
}
END_TEST

START_TEST(sig_events_and_names)
{
	static const int want[] = { SIGUSR1, 0 };
	struct sig_saved old;
	bool from_process = false;
	int fd = sig_open(&old, want, NULL);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(sig_next(fd, &from_process), 0);
	kill(getpid(), SIGUSR1);
	ck_assert_int_eq(sig_next(fd, &from_process), SIGUSR1);
	ck_assert(from_process);
	sig_restore(&old);
	close(fd);
	ck_assert_str_eq(sig_name(SIGTERM), "TERM");
	ck_assert_str_eq(sig_name(-1), "UNKNOWN");
	ck_assert_str_eq(sig_name(12345), "UNKNOWN");
}
END_TEST

static pid_t
start(const char *file, int *status, struct err *e)
{
	static struct sig_saved signals;
	static char *argv[] = { (char *)"x", (char *)"-c", (char *)"exit $CHECK_SYS",
		NULL };
	static const char *const env[] = { "CHECK_SYS=7", "HOME", NULL };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct child_plan plan = { .file = file,
		.argv = argv,
		.env = env,
		.fd = { null, null, null },
		.ctty = -1,
		.signals = &signals };
	pid_t pid;

	sigprocmask(SIG_SETMASK, NULL, &signals.mask);
	pid = child_start(&plan, status, e);
	close(null);
	return pid;
}

START_TEST(child_runs_or_says_why_not)
{
	struct err e = { .code = 0 };
	int status, st;
	pid_t pid = start("sh", &status, &e);

	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(waitpid(pid, &st, 0), pid);
	ck_assert_int_eq(child_exit_status(st), 7);
	ck_assert_int_lt(start("/nowhere/at/all", &status, &e), 0);
	ck_assert_int_eq(status, 127);
	ck_assert_ptr_nonnull(strstr(e.text, "/nowhere/at/all"));
	ck_assert_int_lt(start("/etc/passwd", &status, &e), 0);
	ck_assert_int_eq(status, 126);
	ck_assert_int_eq(child_exit_status(SIGKILL), 137);
}
END_TEST

START_TEST(pty_size_and_close)
{
	struct winsize ws = { .ws_col = 91, .ws_row = 33 }, got;
	struct pty p;

	ck_assert_int_eq(pty_open(&p, NULL, &ws, NULL), 0);
	ck_assert_int_eq(ioctl(p.slave, TIOCGWINSZ, &got), 0);
	ck_assert_uint_eq(got.ws_col, 91);
	ck_assert(fcntl(p.master, F_GETFD) & FD_CLOEXEC);
	ck_assert(fcntl(p.slave, F_GETFD) & FD_CLOEXEC);
	pty_close(&p);
	ck_assert_int_eq(p.master, -1);
	pty_close(&p);
}
END_TEST

START_TEST(proc_knows_itself)
{
	static struct proc_facts f;

	proc_facts(&f);
	ck_assert_int_eq(f.pid, getpid());
	ck_assert_uint_eq(f.uid, getuid());
	ck_assert_ptr_nonnull(strchr(f.cwd, '/'));
	ck_assert(f.user[0] != 0);
	ck_assert_ptr_null(strchr(f.boot_id, '-'));
	ck_assert_int_ge(f.login_uid, -1);
}
END_TEST

static TCase *
case_sys(void)
{
	TCase *t = tcase_create("sys");

	tcase_add_checked_fixture(t, set_up, NULL);
	tcase_add_test(t, loop_timers_fire_once);
	tcase_add_test(t, loop_timers_may_restart_themselves);
	tcase_add_test(t, loop_leaves_out_what_wants_nothing);
	tcase_add_test(t, loop_is_bounded);
	tcase_add_test(t, sig_events_and_names);
	tcase_add_test(t, child_runs_or_says_why_not);
	tcase_add_test(t, pty_size_and_close);
	tcase_add_test(t, proc_knows_itself);
	return t;
}

UNIT_MAIN("sys", case_sys)
