/* SPDX-License-Identifier: ISC */
#include "replay/moments.h"

#include "base/clk.h"

#include <string.h>

void
moments_init(struct moments *m)
{
	memset(m, 0, sizeof *m);
	m->slot_ns = MOMENTS_FINEST;
}

/* Of two, the one that stood longer; the later one when both did. */
static struct moment
better(struct moment a, struct moment b)
{
	return b.stood_ns && b.stood_ns >= a.stood_ns ? b : a;
}

static void
coarsen(struct moments *m)
{
	for (size_t i = 0; i < MOMENTS_SLOTS; i++)
		m->v[i] = i < MOMENTS_SLOTS / 2 ? better(m->v[2 * i], m->v[2 * i + 1])
						: (struct moment){ 0 };
	m->slot_ns *= 2;
}

/* The screen of the last output stood for QUIET. */
static void
keep(struct moments *m, int64_t quiet)
{
	struct moment now = { m->last_ns, quiet };
	struct moment *slot;

	while (m->active_ns / m->slot_ns >= MOMENTS_SLOTS)
		coarsen(m);
	slot = &m->v[m->active_ns / m->slot_ns];
	*slot = better(*slot, now);
	m->active_ns += quiet < MOMENTS_PAUSE_NS ? quiet : MOMENTS_PAUSE_NS;
}

void
moments_note(struct moments *m, int64_t at_ns)
{
	int64_t quiet = ns_sub(at_ns, m->last_ns);

	if (m->any && quiet <= 0)
		return;
	if (m->any)
		keep(m, quiet);
	m->any = true;
	m->last_ns = at_ns;
}

/* The last screen stands for good. */
void
moments_end(struct moments *m, int64_t duration_ns)
{
	int64_t quiet = ns_sub(duration_ns, m->last_ns);

	if (m->any)
		keep(m, quiet > NS_PER_S ? quiet : NS_PER_S);
}

bool
moments_best(const struct moments *m, int i, int n, int64_t after_ns, int64_t *at_ns)
{
	int64_t slots = m->active_ns / m->slot_ns + 1;
	struct moment best = { 0 };

	if (slots > MOMENTS_SLOTS)
		slots = MOMENTS_SLOTS;
	for (int64_t k = slots * i / n; k < slots * (i + 1) / n; k++)
		if (m->v[k].at_ns > after_ns)
			best = better(best, m->v[k]);
	*at_ns = best.at_ns;
	return best.stood_ns > 0;
}
