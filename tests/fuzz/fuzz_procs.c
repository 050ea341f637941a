/* SPDX-License-Identifier: ISC */
/* Datagrams as the kernel would send them, each behind a byte that says how long it is. */
#include "trace/procs.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
take(void *ctx, const struct trace_event *ev)
{
	(void)ctx;
	if (ev->at_ns > 100)
		abort();
}

static bool
nobody(struct pid_facts *f, pid_t pid)
{
	(void)f;
	(void)pid;
	return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trace_session session = { .take = take };
	static struct procs p;

	procs_init(&p, &session, "fuzz");
	p.read = nobody;
	procs_root(&p, 1);
	while (size) {
		size_t n = data[0] < size - 1 ? data[0] : size - 1;

		procs_take(&p, span_of(data + 1, n), 100);
		data += 1 + n;
		size -= 1 + n;
	}
	procs_stop(&p, 100);
	return 0;
}
