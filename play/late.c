/* SPDX-License-Identifier: ISC */
/* Bytes that come from afar and are not there yet, or a network that is broken for a while: the
 * player stands where it is, answers its keys, and tries again. */
#include "play/player_impl.h"

#include <stdio.h>

#define SOON_NS   (5 * NS_PER_MS)   /* until what is on its way is asked for again */
#define LATER_NS  NS_PER_S          /* until the network is */
#define SILENT_NS (300 * NS_PER_MS) /* of waiting that nobody needs to be told of */

static int64_t
next_try(const struct player *p, const struct err *e)
{
	return ns_add(p->now, e->code == ERR_NET ? LATER_NS : SOON_NS);
}

static void
remember(struct player *p, const struct err *e)
{
	if (!p->late.err.code)
		p->late.since = p->now;
	/* why it is late is worth more than that it is */
	if (e->code == ERR_NET || !p->late.err.code)
		p->late.err = *e;
	if (e->code == ERR_NET)
		snprintf(p->late.text, sizeof p->late.text, "trying again: %s", e->text);
}

void
late_note(struct player *p, const struct err *e)
{
	remember(p, e);
	p->late.on = true;
	p->late.at = next_try(p, e);
}

bool
late_index(struct player *p, const struct err *e)
{
	if (!err_is_passing(e->code))
		return false;
	if (e->code == ERR_NET)
		remember(p, e);
	p->late.index_at = next_try(p, e);
	return true;
}

/* The clock does not run on while nothing could be shown. */
bool
late_waits(struct player *p)
{
	if (!p->late.on)
		return false;
	if (p->now < p->late.at)
		return true;
	p->late.on = false;
	player_anchor(p);
	return false;
}

void
late_over(struct player *p)
{
	p->late.err.code = 0;
}

const char *
late_text(const struct player *p)
{
	if (!p->late.err.code || ns_sub(p->now, p->late.since) < SILENT_NS)
		return NULL;
	return p->late.err.code == ERR_NET ? p->late.text : "waiting for the network";
}

int64_t
late_deadline(const struct player *p)
{
	if (p->late.on)
		return p->late.at;
	return p->late.index_at > p->now && !p->failed ? p->late.index_at : INT64_MAX;
}
