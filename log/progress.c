/* SPDX-License-Identifier: ISC */
/* The bar is drawn over itself with a carriage return and erased at the end. */
#include "log/progress.h"

#include "sys/fdio.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FIRST_NS  NS_PER_S
#define AGAIN_NS  (100 * NS_PER_MS)
#define BAR_WIDTH 40

void
progress_start(struct progress *p, const struct clk *clk, int fd)
{
	*p = (struct progress){ .clk = clk, .fd = isatty(fd) ? fd : -1 };
	if (p->fd >= 0)
		p->next_ns = ns_add(clk_mono(clk), FIRST_NS);
}

bool
progress_due(struct progress *p, unsigned work)
{
	int64_t now;

	if (p->fd < 0 || (p->work += work) < PROGRESS_LOOK)
		return false;
	p->work = 0;
	now = clk_mono(p->clk);
	if (now < p->next_ns)
		return false;
	p->next_ns = ns_add(now, AGAIN_NS);
	return true;
}

int
progress_bar(char *out, size_t size, double done)
{
	char bar[BAR_WIDTH + 1];
	int full;

	if (!(done >= 0))
		return snprintf(out, size, "working ...");
	done = done > 1 ? 1 : done;
	full = (int)(done * BAR_WIDTH);
	memset(bar, '.', BAR_WIDTH);
	memset(bar, '#', (size_t)full);
	bar[BAR_WIDTH] = 0;
	return snprintf(out, size, "[%s] %3d %%", bar, (int)(done * 100));
}

void
progress_draw(struct progress *p, double done)
{
	char line[80] = "\r";
	int n;

	if (done > 0)
		done = p->from + done * (1 - p->from);
	n = 1 + progress_bar(line + 1, sizeof line - 1, done);

	p->shown = true;
	fdio_write_all(p->fd, line, (size_t)n, NULL);
}

void
progress_end(struct progress *p)
{
	static const char erase[] = "\r\033[K";

	if (p->shown)
		fdio_write_all(p->fd, erase, sizeof erase - 1, NULL);
	p->shown = false;
}
