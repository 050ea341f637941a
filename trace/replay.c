/* SPDX-License-Identifier: ISC */
/* The source "replay", for tests: datagrams of the proc connector from a file, each as a
 * line of hexadecimal digits; "#" begins a comment, "root PID" a root, "lost N" a loss of N.
 * One line a tick. */
#include "base/hex.h"
#include "trace/procs.h"

#include <stdio.h>
#include <stdlib.h>

#define LINE_MAX_ 4096

struct replay {
	struct procs procs;
	FILE *f;
};

static bool
nobody(struct pid_facts *f, pid_t pid)
{
	(void)f;
	(void)pid;
	return false;
}

static int
replay_start(void *self, struct trace_session *session, struct err *e)
{
	struct replay *r = self;

	if (!session->replay)
		return err_set(e, ERR_USAGE, "no file to replay");
	r->f = fopen(session->replay, "re");
	if (!r->f)
		return err_sys(e, ERR_IO, "%.200s", session->replay);
	procs_init(&r->procs, session, trace_replay.name);
	r->procs.read = nobody;
	return 0;
}

static void
play(struct replay *r, const char *line, int64_t now)
{
	uint8_t data[LINE_MAX_ / 2];

	if (strncmp(line, "root ", 5) == 0)
		procs_root(&r->procs, (pid_t)strtol(line + 5, NULL, 10));
	else if (strncmp(line, "lost ", 5) == 0)
		procs_lost(&r->procs, "replayed", strtoull(line + 5, NULL, 10), now, now);
	else if (line[0] != '#')
		procs_take(
			&r->procs, span_of(data, hex_get(data, line, sizeof data)), now);
}

static int64_t
replay_deadline(const void *self)
{
	const struct replay *r = self;

	return r->f ? 1 : 0;
}

static void
replay_tick(void *self, int64_t now)
{
	struct replay *r = self;
	char line[LINE_MAX_];

	if (fgets(line, sizeof line, r->f)) {
		play(r, line, now);
		return;
	}
	fclose(r->f);
	r->f = NULL;
}

static void
replay_stop(void *self, int64_t now)
{
	struct replay *r = self;

	if (r->f)
		fclose(r->f);
	procs_stop(&r->procs, now);
}

const struct trace_ops trace_replay = {
	.name = "replay",
	.size = sizeof(struct replay),
	.start = replay_start,
	.deadline = replay_deadline,
	.tick = replay_tick,
	.stop = replay_stop,
};
