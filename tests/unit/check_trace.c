/* SPDX-License-Identifier: ISC */
/* The sources besides the marks: lists of them, processes out of recorded datagrams, the set
 * of process ids, facts of /proc, the foreground program. */
#include "sys/pid.h"
#include "sys/pty.h"
#include "trace/pidset.h"
#include "trace/procs.h"
#include "trace/trace.h"
#include "unit.h"

#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- lists ---- */

START_TEST(lists)
{
	static const struct {
		const char *text, *back;
	} good[] = { { "none", "none" }, { "marks", "marks" },
		{ "proc,marks,proc", "marks,proc" },
		{ "foreground,marks", "marks,foreground" } };
	static const char *const bad[] = { "", "mark", "marks,", "none,marks", "replay",
		"MARKS" };
	char text[TRACE_LIST_MAX];
	unsigned set;

	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		ck_assert_int_eq(trace_list_parse(&set, good[i].text, NULL), 0);
		trace_list_text(text, set);
		ck_assert_str_eq(text, good[i].back);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_msg(
			trace_list_parse(&set, bad[i], NULL) == ERR_USAGE, "%s", bad[i]);
}
END_TEST

/* ---- pids ---- */

START_TEST(pids_in_a_set)
{
	struct pidset s = { .slot = NULL };
	static bool in[2000];
	uint32_t seed = 1;

	ck_assert(!pidset_has(&s, 1));
	ck_assert(!pidset_del(&s, 1));
	ck_assert(!pidset_add(&s, 0));
	ck_assert(pidset_add(&s, 1));
	ck_assert(!pidset_has(&s, 0));
	ck_assert(pidset_del(&s, 1));
	for (int i = 0; i < 200000; i++) {
		pid_t pid;

		seed = seed * 1664525 + 1013904223;
		pid = (pid_t)(seed >> 8) % 1999 + 1;
		if (seed & 0x80) {
			ck_assert(pidset_add(&s, pid));
			in[pid] = true;
		} else {
			ck_assert_int_eq(pidset_del(&s, pid), in[pid]);
			in[pid] = false;
		}
	}
	for (int i = 1; i < 2000; i++)
		ck_assert_int_eq(pidset_has(&s, i), in[i]);
	pidset_free(&s);
}
END_TEST

START_TEST(pids_are_bounded)
{
	struct pidset s = { .slot = NULL };

	for (int i = 1; i <= PIDSET_MAX; i++)
		ck_assert(pidset_add(&s, i));
	ck_assert(!pidset_add(&s, PIDSET_MAX + 1));
	ck_assert_uint_eq(s.n, PIDSET_MAX);
	pidset_free(&s);
}
END_TEST

START_TEST(facts_of_a_process)
{
	static struct pid_facts f;
	int p[2], st;
	pid_t pid;
	char c;

	ck_assert_int_eq(pipe(p), 0);
	pid = fork();
	if (pid == 0) {
		dup2(p[1], 1);
		execl("/bin/sh", "odd ) name", "-c", "echo; kill -STOP $$", "two words",
			(char *)NULL);
		_exit(1);
	}
	ck_assert_int_eq(read(p[0], &c, 1), 1);
	ck_assert(pid_read(&f, pid));
	ck_assert_int_eq(f.ppid, getpid());
	ck_assert_int_eq(f.uid, geteuid());
	ck_assert_uint_gt(f.start, 0);
	ck_assert_ptr_nonnull(strchr(f.exe, '/'));
	ck_assert_int_eq(f.cwd[0], '/');
	ck_assert_uint_eq(
		f.argv_n, sizeof "odd ) name\0-c\0echo; kill -STOP $$\0two words");
	ck_assert_mem_eq(
		f.argv, "odd ) name\0-c\0echo; kill -STOP $$\0two words", f.argv_n);
	kill(pid, SIGKILL);
	waitpid(pid, &st, 0);
	ck_assert(!pid_read(&f, pid));
	ck_assert_uint_eq(f.argv_n + f.start, 0);
	ck_assert_int_eq(f.exe[0], 0);
	ck_assert_int_eq(f.uid, -1);
}
END_TEST

/* ---- events of sources ---- */

static char told[16384];

static void
tell_event(void *ctx, const struct trace_event *ev)
{
	const struct trace_process *p = &ev->u.process;
	char *at = told + strlen(told);

	(void)ctx;
	ck_assert_uint_lt(strlen(told), sizeof told - 1000);
	switch (ev->kind) {
	case TRACE_EXEC:
		sprintf(at, "exec %s;", p->argv.p ? (const char *)p->argv.p : "?");
		break;
	case TRACE_EXIT:
		sprintf(at, "exit %x;", (unsigned)p->wait_status);
		break;
	case TRACE_GAP:
		sprintf(at, "gap %d;", (int)ev->u.gap.count);
		break;
	case TRACE_COMMAND_START:
	case TRACE_COMMAND_END:
		ck_abort_msg("no command");
	}
}

static int64_t
fixed(void *ctx)
{
	return *(int64_t *)ctx;
}

static int64_t clock_ns = 5 * NS_PER_S;
static const struct clk test_clk = { fixed, fixed, &clock_ns };

static struct trace_session
session_of(int pty)
{
	return (struct trace_session){
		.clk = &test_clk, .pty = pty, .nonce = "", .take = tell_event
	};
}

static void
run_out(struct trace *t)
{
	told[0] = 0;
	while (trace_deadline(t))
		trace_tick(t, clock_ns);
}

START_TEST(replay_of_recorded_datagrams)
{
	const char *srcdir = getenv("srcdir");
	struct trace_session s = session_of(-1);
	struct trace t;
	char path[400];

	snprintf(path, sizeof path, "%s/tests/golden/trace/procs.txt",
		srcdir ? srcdir : ".");
	s.replay = path;
	trace_start(&t, TRACE_BIT(TRACE_REPLAY), &s);
	ck_assert_msg(
		trace_active(&t, TRACE_REPLAY), "%s", trace_why_not(&t, TRACE_REPLAY));
	run_out(&t);
	trace_stop(&t, clock_ns);
	/* sh, true, sh (3), setsid, sh (killed), python3 with a thread, sleep; and subshells */
	ck_assert_str_eq(told,
		"exec ?;exec ?;exit 0;exec ?;exit 300;exec ?;exec ?;exec ?;exit 9;exit 0;"
		"exec ?;exit 0;exit 0;");
}
END_TEST

/* ---- hostile datagrams ---- */

struct datagram {
	uint8_t nl[NLMSG_HDRLEN], cn[sizeof(struct cn_msg)];
	struct proc_event pe;
} __attribute__((packed));

static void
set_heads(struct datagram *d, uint32_t idx, size_t len)
{
	struct nlmsghdr nl = { .nlmsg_len = sizeof *d };
	struct cn_msg cn = { .id = { idx, CN_VAL_PROC }, .len = (uint16_t)len };

	memcpy(d->nl, &nl, sizeof nl);
	memcpy(d->cn, &cn, sizeof cn);
}

static struct datagram
exec_of(pid_t pid)
{
	struct datagram d = { .pe.what = PROC_EVENT_EXEC };

	set_heads(&d, CN_IDX_PROC, sizeof d.pe);
	d.pe.event_data.exec.process_pid = d.pe.event_data.exec.process_tgid = pid;
	return d;
}

static bool
known(struct pid_facts *f, pid_t pid)
{
	memset(f, 0, sizeof *f);
	f->argv_n = (size_t)sprintf(f->argv, "p%d", (int)pid) + 1;
	return true;
}

START_TEST(datagrams_that_lie)
{
	struct trace_session s = session_of(-1);
	struct datagram d = exec_of(77);
	struct procs p;

	told[0] = 0;
	procs_init(&p, &s, "test");
	p.read = known;
	ck_assert_int_eq(procs_take(&p, span_of(&d, sizeof d), clock_ns), 1);
	ck_assert_str_eq(told, "");
	procs_root(&p, 77);
	for (size_t n = 0; n < sizeof d; n++)
		ck_assert_int_eq(procs_take(&p, span_of(&d, n), clock_ns), 0);
	ck_assert_str_eq(told, "");
	procs_take(&p, span_of(&d, sizeof d), clock_ns);
	ck_assert_str_eq(told, "exec p77;");
	set_heads(&d, 99, sizeof d.pe);
	ck_assert_int_eq(procs_take(&p, span_of(&d, sizeof d), clock_ns), 0);
	set_heads(&d, CN_IDX_PROC, 4);
	ck_assert_int_eq(procs_take(&p, span_of(&d, sizeof d), clock_ns), 0);
	set_heads(&d, CN_IDX_PROC, UINT16_MAX);
	ck_assert_int_eq(procs_take(&p, span_of(&d, sizeof d), clock_ns), 0);
	procs_stop(&p, clock_ns);
}
END_TEST

START_TEST(more_processes_than_places)
{
	struct trace_session s = session_of(-1);
	struct datagram d = exec_of(1);
	struct procs p;

	told[0] = 0;
	procs_init(&p, &s, "test");
	procs_root(&p, 1);
	d.pe.what = PROC_EVENT_FORK;
	d.pe.event_data.fork.parent_pid = d.pe.event_data.fork.parent_tgid = 1;
	for (int i = 2; i <= PIDSET_MAX + 5; i++) {
		d.pe.event_data.fork.child_pid = d.pe.event_data.fork.child_tgid = i;
		procs_take(&p, span_of(&d, sizeof d), clock_ns);
	}
	procs_stop(&p, clock_ns);
	ck_assert_str_eq(told, "gap 5;");
}
END_TEST

/* ---- the foreground ---- */

#define TRIES 60000 /* milliseconds for what is waited for */

static pid_t
on_pty(struct pty *p, const char *script)
{
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)script, NULL };
	struct sig_saved signals = { .pipe.sa_handler = SIG_DFL };
	struct child_plan plan = { .file = "sh", .argv = argv, .signals = &signals };
	int status;
	pid_t pid;

	ck_assert_int_eq(pty_open(p, NULL, NULL, NULL), 0);
	plan.ctty = plan.fd[0] = plan.fd[1] = plan.fd[2] = p->slave;
	pid = child_start(&plan, &status, NULL);
	ck_assert_int_gt(pid, 0);
	pty_close_slave(p);
	return pid;
}

/* Until the program has printed a line. */
static void
wait_line(const struct pty *p)
{
	struct pollfd fd = { .fd = p->master, .events = POLLIN };
	char c = 0;

	while (c != '\n' && poll(&fd, 1, 60000) == 1)
		ck_assert_int_eq(read(p->master, &c, 1), 1);
	ck_assert_int_eq(c, '\n');
}

START_TEST(foreground_is_sampled)
{
	struct trace_session s;
	struct trace t;
	struct pty p;
	pid_t pid = on_pty(&p, "set -m; echo; read x; sh -c 'echo; exec sleep 600'");

	s = session_of(p.master);
	s.program = pid;
	told[0] = 0;
	wait_line(&p);
	trace_start(&t, TRACE_BIT(TRACE_FOREGROUND), &s);
	ck_assert(trace_active(&t, TRACE_FOREGROUND));
	ck_assert_int_eq(trace_deadline(&t), 0);
	trace_began(&t);
	for (int i = 0; i < 10; i++) {
		clock_ns += NS_PER_S;
		trace_tick(&t, clock_ns);
	}
	ck_assert_str_eq(told, "");              /* the program itself */
	ck_assert_int_eq(trace_deadline(&t), 0); /* nothing moves */
	ck_assert_int_eq(write(p.master, "x\n", 2), 2);
	trace_input(&t, SPAN_LIT("x\n"), clock_ns);
	wait_line(&p); /* our own */
	wait_line(&p);
	/* while it becomes another program there is nothing to be seen of either */
	for (int i = 0; i < 10 || (!told[0] && i < TRIES); i++) {
		clock_ns = trace_deadline(&t);
		trace_tick(&t, clock_ns);
		trace_output(&t, 1, SPAN_LIT("."), clock_ns);
		if (!told[0])
			usleep(1000);
	}
	ck_assert_int_eq(strncmp(told, "exec s", 6), 0);
	/* a shell tells what follows the next Enter */
	told[0] = 0;
	trace_input(&t, SPAN_LIT("\r"), clock_ns);
	s.commands++;
	kill(-pid, SIGKILL);
	clock_ns += NS_PER_S;
	trace_tick(&t, clock_ns);
	ck_assert_int_eq(trace_deadline(&t), 0);
	ck_assert_str_eq(told, "");
	trace_stop(&t, clock_ns);
	pty_close(&p);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}
END_TEST

START_TEST(sources_say_why_not)
{
	struct trace_session s = session_of(-1);
	struct trace t;

	trace_start(&t, TRACE_DEFAULT | TRACE_BIT(TRACE_REPLAY), &s);
	ck_assert(!trace_active(&t, TRACE_MARKS));
	ck_assert_str_eq(trace_why_not(&t, TRACE_MARKS), "the session has no terminal");
	ck_assert_str_eq(
		trace_why_not(&t, TRACE_FOREGROUND), "the session has no terminal");
	ck_assert_str_eq(trace_why_not(&t, TRACE_PROC), "not asked for");
	ck_assert_str_eq(trace_why_not(&t, TRACE_REPLAY), "no file to replay");
	ck_assert_int_eq(trace_fd(&t, TRACE_PROC), -1);
	ck_assert_uint_eq(trace_output(&t, 1, SPAN_LIT("abc"), 1), 3);
	trace_stop(&t, 1);
}
END_TEST

static TCase *
case_lists(void)
{
	TCase *t = tcase_create("lists");

	tcase_add_test(t, lists);
	tcase_add_test(t, sources_say_why_not);
	return t;
}

static TCase *
case_pids(void)
{
	TCase *t = tcase_create("pids");

	tcase_add_test(t, pids_in_a_set);
	tcase_add_test(t, pids_are_bounded);
	tcase_add_test(t, facts_of_a_process);
	return t;
}

START_TEST(set_is_right_again_after_a_loss)
{
	struct trace_session s = session_of(-1);
	struct procs p;
	struct pty pty;
	pid_t pid =
		on_pty(&pty, "sh -c 'sh -c \"echo; kill -STOP \\$\\$\" & wait' & wait");

	wait_line(&pty);
	told[0] = 0;
	procs_init(&p, &s, "test");
	procs_root(&p, pid);
	pidset_add(&p.in, INT32_MAX - 1); /* nobody */
	procs_rescan(&p, clock_ns);
	ck_assert(pidset_has(&p.in, pid));
	ck_assert(!pidset_has(&p.in, INT32_MAX - 1));
	ck_assert_uint_eq(p.in.n, 3);
	ck_assert(!pidset_has(&p.in, getpid()));
	procs_stop(&p, clock_ns);
	pty_close(&pty);
	kill(-pid, SIGKILL);
	waitpid(pid, NULL, 0);
}
END_TEST

static TCase *
case_procs(void)
{
	TCase *t = tcase_create("procs");

	tcase_add_test(t, replay_of_recorded_datagrams);
	tcase_add_test(t, datagrams_that_lie);
	tcase_add_test(t, more_processes_than_places);
	tcase_add_test(t, foreground_is_sampled);
	tcase_add_test(t, set_is_right_again_after_a_loss);
	return t;
}

UNIT_MAIN("trace", case_lists, case_pids, case_procs)
