/* SPDX-License-Identifier: ISC */
#include "trace/procs.h"

#include <dirent.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <stdlib.h>

void
procs_init(struct procs *p, const struct trace_session *s, const char *source)
{
	*p = (struct procs){ .session = s, .source = source, .read = pid_read };
}

void
procs_root(struct procs *p, pid_t pid)
{
	pidset_add(&p->in, pid);
	pidset_add(&p->ran, pid);
}

static void
tell(struct procs *p, struct trace_event *ev)
{
	ev->source = p->source;
	p->session->take(p->session->ctx, ev);
}

/* When it happened, as the kernel says; never later than when it was read. */
static int64_t
time_of(const struct proc_event *pe, int64_t now)
{
	return pe->timestamp_ns && pe->timestamp_ns < (uint64_t)now
		       ? (int64_t)pe->timestamp_ns
		       : now;
}

static void
add(struct procs *p, struct pidset *set, pid_t pid, int64_t now)
{
	if (pidset_add(set, pid))
		return;
	if (!p->overflow++)
		p->overflow_from_ns = now;
}

static void
take_exec(struct procs *p, const struct proc_event *pe, int64_t now)
{
	struct pid_facts *f = &p->facts;
	struct trace_event ev = { .kind = TRACE_EXEC, .at_ns = time_of(pe, now) };
	struct trace_process *t = &ev.u.process;

	t->pid = pe->event_data.exec.process_tgid;
	t->uid = -1;
	if (!pidset_has(&p->in, t->pid))
		return;
	if (p->read(f, t->pid)) {
		t->ppid = f->ppid;
		t->uid = f->uid;
		t->exe = span_str(f->exe[0] ? f->exe : NULL);
		t->cwd = span_str(f->cwd[0] ? f->cwd : NULL);
		t->argv = f->argv_n ? span_of(f->argv, f->argv_n) : (struct span){ 0 };
		t->argv_cut = f->argv_cut;
	}
	add(p, &p->ran, t->pid, now);
	tell(p, &ev);
}

/* Threads come and go, too: only the first of a process is it.  One that never executed
 * anything is a part of its parent, like a subshell. */
static void
take_exit(struct procs *p, const struct proc_event *pe, int64_t now)
{
	struct trace_event ev = { .kind = TRACE_EXIT, .at_ns = time_of(pe, now) };

	if (pe->event_data.exit.process_pid != pe->event_data.exit.process_tgid ||
		!pidset_del(&p->in, pe->event_data.exit.process_tgid) ||
		!pidset_del(&p->ran, pe->event_data.exit.process_tgid))
		return;
	ev.u.process = (struct trace_process){ .pid = pe->event_data.exit.process_tgid,
		.uid = -1,
		.wait_status = (int)pe->event_data.exit.exit_code };
	tell(p, &ev);
}

static void
take_event(struct procs *p, const struct proc_event *pe, int64_t now)
{
	switch ((unsigned)pe->what) {
	case PROC_EVENT_FORK:
		if (pe->event_data.fork.child_pid == pe->event_data.fork.child_tgid &&
			pidset_has(&p->in, pe->event_data.fork.parent_tgid))
			add(p, &p->in, pe->event_data.fork.child_tgid, now);
		break;
	case PROC_EVENT_EXEC:
		take_exec(p, pe, now);
		break;
	case PROC_EVENT_EXIT:
		take_exit(p, pe, now);
		break;
	default:
		break;
	}
}

/* nlmsghdr, cn_msg, proc_event; copied out, since nothing says that they are aligned. */
int
procs_take(struct procs *p, struct span d, int64_t now)
{
	const size_t heads = NLMSG_HDRLEN + sizeof(struct cn_msg);
	struct nlmsghdr nl;
	struct cn_msg cn;
	struct proc_event pe;
	size_t n;

	if (d.n < heads)
		return 0;
	memcpy(&nl, d.p, sizeof nl);
	memcpy(&cn, d.p + NLMSG_HDRLEN, sizeof cn);
	n = d.n - heads;
	if (nl.nlmsg_len > d.n || cn.id.idx != CN_IDX_PROC || cn.id.val != CN_VAL_PROC ||
		cn.len > n || cn.len < offsetof(struct proc_event, event_data))
		return 0;
	memset(&pe, 0, sizeof pe);
	memcpy(&pe, d.p + heads, cn.len < sizeof pe ? cn.len : sizeof pe);
	take_event(p, &pe, now);
	return 1;
}

void
procs_lost(struct procs *p, const char *why, uint64_t count, int64_t from, int64_t now)
{
	struct trace_event ev = { .kind = TRACE_GAP,
		.at_ns = now,
		.u.gap = { .what = "process events",
			.why = why,
			.count = count,
			.from_ns = from,
			.to_ns = now } };

	tell(p, &ev);
}

/* Processes that ended unnoticed: their numbers may be another's soon. */
static void
drop_dead(struct procs *p)
{
	pid_t parent, *pids = malloc(p->in.n * sizeof *pids + 1);
	uint64_t start;
	size_t n = 0;

	for (size_t i = 0; pids && i < p->in.cap; i++)
		if (p->in.slot[i])
			pids[n++] = p->in.slot[i];
	for (size_t i = 0; i < n; i++)
		if (!pid_read_stat(pids[i], &parent, &start)) {
			pidset_del(&p->in, pids[i]);
			pidset_del(&p->ran, pids[i]);
		}
	free(pids);
}

/* Adds children of those in the set; true when there were new ones. */
static bool
find_children(struct procs *p, DIR *proc, int64_t now)
{
	const struct dirent *d;
	bool found = false;

	rewinddir(proc);
	while ((d = readdir(proc)) != NULL) {
		pid_t parent, pid = (pid_t)strtol(d->d_name, NULL, 10);
		uint64_t start;

		if (pid <= 0 || pidset_has(&p->in, pid) ||
			!pid_read_stat(pid, &parent, &start) ||
			!pidset_has(&p->in, parent))
			continue;
		add(p, &p->in, pid, now);
		found = true;
	}
	return found;
}

#define GENERATIONS_MAX 16

void
procs_rescan(struct procs *p, int64_t now)
{
	DIR *proc = opendir("/proc");

	if (!proc)
		return;
	drop_dead(p);
	for (int i = 0; i < GENERATIONS_MAX && find_children(p, proc, now); i++)
		;
	closedir(proc);
}

void
procs_stop(struct procs *p, int64_t now)
{
	if (p->overflow)
		procs_lost(p, "too many processes at once", p->overflow,
			p->overflow_from_ns, now);
	pidset_free(&p->in);
	pidset_free(&p->ran);
}
