/* SPDX-License-Identifier: ISC */
/* Recordings that may have something to do stand in a line; whoever is served goes to its end,
 * so that one large recording does not keep the others waiting. */
#include "store/ship_impl.h"

#include <stdlib.h>

void
ship_line_join(struct ship *s, struct ship_item *i)
{
	if (i->in_line)
		return;
	i->in_line = true;
	i->behind = NULL;
	*s->line_end = i;
	s->line_end = &i->behind;
}

static struct ship_item *
leave_line(struct ship *s)
{
	struct ship_item *i = s->line;

	s->line = i->behind;
	if (!s->line)
		s->line_end = &s->line;
	i->in_line = false;
	return i;
}

static bool
is_waiting(const struct ship_item *i)
{
	return i->u.finished && i->u.state == UPLOAD_WORKING && !i->left;
}

void
ship_line_count(struct ship *s, struct ship_item *i)
{
	struct ship_stats *st = &s->stats;
	bool now = is_waiting(i);

	if (now && !i->counted) {
		st->waiting++;
		st->bytes_waiting += i->u.size;
	}
	if (!now && i->counted) {
		st->waiting--;
		st->bytes_waiting -= i->u.size;
	}
	i->counted = now;
}

void
ship_line_drop(struct ship *s, struct ship_item *i)
{
	i->left = true;
	ship_line_count(s, i);
	*i->back = i->next;
	if (i->next)
		i->next->back = i->back;
	upload_free(&i->u);
	free(i);
}

bool
ship_line_is_over(const struct ship_item *i)
{
	bool ended = i->left || (i->u.finished && i->u.state == UPLOAD_DONE);

	return ended && !i->u.flying && !i->writing && !i->in_line;
}

struct ship_item *
ship_line_pick(struct ship *s, int64_t now, struct ship_task *t, int64_t *wake)
{
	struct ship_item *i, *first = NULL;

	*wake = s->pause_until > now ? s->pause_until : INT64_MAX;
	if (s->pause_until > now || (s->failures && s->flying))
		return NULL;
	while (s->line && s->line != first) {
		int64_t when = INT64_MAX;

		i = leave_line(s);
		if (!i->left && !i->writing && upload_next(&i->u, now, &t->job, &when)) {
			ship_line_join(s, i);
			return i;
		}
		if (ship_line_is_over(i)) {
			ship_line_drop(s, i);
		} else if (!i->left && when < INT64_MAX) {
			ship_line_join(s, i);
			first = first ? first : i;
			*wake = when < *wake ? when : *wake;
		}
	}
	return NULL;
}
