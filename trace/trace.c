/* SPDX-License-Identifier: ISC */
#include "trace/trace.h"

#include <stdio.h>
#include <stdlib.h>

static const struct trace_ops *const all[TRACE_COUNT] = {
	[TRACE_MARKS] = &trace_marks,
	[TRACE_FOREGROUND] = &trace_foreground,
	[TRACE_PROC] = &trace_proc,
	[TRACE_REPLAY] = &trace_replay,
};
#define NAMED TRACE_REPLAY /* those in front of it can be asked for by name */

static int
named(const char *name, size_t n)
{
	for (int i = 0; i < NAMED; i++)
		if (strlen(all[i]->name) == n && memcmp(all[i]->name, name, n) == 0)
			return i;
	return -1;
}

int
trace_list_parse(unsigned *set, const char *list, struct err *e)
{
	*set = 0;
	if (strcmp(list, "none") == 0)
		return 0;
	for (;;) {
		size_t n = strcspn(list, ",");
		int id = named(list, n);

		if (id < 0)
			return err_set(e, ERR_USAGE,
				"'%.*s' is none of marks, foreground, proc (or none "
				"alone)",
				(int)(n > 40 ? 40 : n), list);
		*set |= TRACE_BIT(id);
		if (!list[n])
			return 0;
		list += n + 1;
	}
}

void
trace_list_text(char out[TRACE_LIST_MAX], unsigned set)
{
	size_t n = 0;

	snprintf(out, TRACE_LIST_MAX, "none");
	for (int i = 0; i < NAMED; i++)
		if (set & TRACE_BIT(i))
			n += (size_t)snprintf(out + n, TRACE_LIST_MAX - n, "%s%s",
				n ? "," : "", all[i]->name);
}

static void
start_one(struct trace_slot *slot, struct trace_session *s)
{
	struct err e = { .code = 0 };

	slot->self = calloc(1, slot->ops->size);
	if (!slot->self) {
		snprintf(slot->why, sizeof slot->why, "%s", err_name(ERR_NOMEM));
		return;
	}
	if (slot->ops->start(slot->self, s, &e) == 0)
		return;
	snprintf(slot->why, sizeof slot->why, "%s", e.text);
	free(slot->self);
	slot->self = NULL;
}

void
trace_start(struct trace *t, unsigned wanted, struct trace_session *s)
{
	memset(t, 0, sizeof *t);
	/* Backwards: what tells more comes first. */
	for (int i = TRACE_COUNT - 1; i >= 0; i--) {
		t->slot[i].ops = all[i];
		if (wanted & TRACE_BIT(i))
			start_one(&t->slot[i], s);
		else
			snprintf(t->slot[i].why, sizeof t->slot[i].why, "not asked for");
	}
}

bool
trace_active(const struct trace *t, enum trace_id id)
{
	return t->slot[id].self != NULL;
}

const char *
trace_name(enum trace_id id)
{
	return all[id]->name;
}

const char *
trace_why_not(const struct trace *t, enum trace_id id)
{
	return t->slot[id].why;
}

/* The slots that are active and have the operation. */
#define EACH(t, s, op)                                                                  \
	for (struct trace_slot * (s) = (t)->slot; (s) < (t)->slot + TRACE_COUNT; (s)++) \
		if ((s)->self && (s)->ops->op)

void
trace_began(struct trace *t)
{
	EACH(t, s, began)
	s->ops->began(s->self);
}

int
trace_fd(const struct trace *t, enum trace_id id)
{
	const struct trace_slot *s = &t->slot[id];

	return s->self && s->ops->fd ? s->ops->fd(s->self) : -1;
}

void
trace_ready(struct trace *t, enum trace_id id)
{
	t->slot[id].ops->ready(t->slot[id].self);
}

int64_t
trace_deadline(const struct trace *t)
{
	int64_t first = 0;

	for (int i = 0; i < TRACE_COUNT; i++) {
		const struct trace_slot *s = &t->slot[i];
		int64_t at = s->self && s->ops->deadline ? s->ops->deadline(s->self) : 0;

		if (at && (!first || at < first))
			first = at;
	}
	return first;
}

void
trace_tick(struct trace *t, int64_t now_ns)
{
	EACH(t, s, tick)
	{
		int64_t at = s->ops->deadline(s->self);

		if (at && at <= now_ns)
			s->ops->tick(s->self, now_ns);
	}
}

size_t
trace_output(struct trace *t, unsigned stream, struct span out, int64_t now_ns)
{
	EACH(t, s, output)
	out.n = s->ops->output(s->self, stream, out, now_ns);
	return out.n;
}

void
trace_input(struct trace *t, struct span in, int64_t now_ns)
{
	EACH(t, s, input)
	s->ops->input(s->self, in, now_ns);
}

void
trace_stop(struct trace *t, int64_t now_ns)
{
	EACH(t, s, stop)
	s->ops->stop(s->self, now_ns);
	for (int i = 0; i < TRACE_COUNT; i++) {
		free(t->slot[i].self);
		t->slot[i].self = NULL;
	}
}
