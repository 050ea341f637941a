/* SPDX-License-Identifier: ISC */
#include "store/ship_impl.h"

#include "base/cond.h"
#include "store/directory.h"

#include <stdio.h>
#include <stdlib.h>

static bool
is_stopping(void *ctx)
{
	return __atomic_load_n(&((struct ship *)ctx)->stopping, __ATOMIC_RELAXED);
}

void
ship_clear_away(struct ship *s, const char *id)
{
	if (!s->o.keep)
		store_remove(s->o.spool, id, NULL);
}

int
ship_new(struct ship **out, const struct ship_opts *o, struct err *e)
{
	struct ship *s = calloc(1, sizeof *s);

	*out = s;
	if (!s)
		return err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));
	s->o = *o;
	s->dir = directory_fd(o->spool);
	s->line_end = &s->line;
	s->cancel = (struct s3_cancel){ is_stopping, s };
	pthread_mutex_init(&s->lock, NULL);
	pthread_mutex_init(&s->telling, NULL);
	cond_init(&s->changed);
	cond_init(&s->done);
	return 0;
}

int
ship_add(struct ship *s, const char *id, bool found, struct ship_item **item,
	struct err *e)
{
	struct ship_item *i = calloc(1, sizeof *i);
	struct journal j;
	int rc = i ? 0 : err_set(e, ERR_NOMEM, "%s", err_name(ERR_NOMEM));

	if (rc == 0)
		rc = ship_load_journal(s->dir, id, &j, e);
	if (rc < 0) {
		free(i);
		return rc;
	}
	snprintf(i->id, sizeof i->id, "%s", id);
	upload_init(&i->u, s3_conf(s->o.s3)->part_size, s3_conf(s->o.s3)->whole_size, &j,
		found);
	pthread_mutex_lock(&s->lock);
	i->next = s->all;
	i->back = &s->all;
	if (s->all)
		s->all->back = &i->next;
	s->all = i;
	s->stats.open++;
	if (found) {
		ship_line_join(s, i);
		ship_pool_call(s);
	}
	pthread_mutex_unlock(&s->lock);
	*item = i;
	return 0;
}

static void
grow(struct ship *s, struct ship_item *i, uint64_t size, bool finished)
{
	uint64_t part = i->u.part_size, before = i->u.size;

	upload_grown(&i->u, size, finished);
	ship_line_count(s, i);
	/* a part is sent when there is a byte behind it */
	if (finished ||
		(before ? (before - 1) / part : 0) != (size ? (size - 1) / part : 0)) {
		ship_line_join(s, i);
		ship_pool_call(s);
	}
}

void
ship_grown(struct ship *s, struct ship_item *i, uint64_t durable)
{
	pthread_mutex_lock(&s->lock);
	grow(s, i, durable, false);
	pthread_mutex_unlock(&s->lock);
}

void
ship_cut(struct ship *s, struct ship_item *i, uint64_t size)
{
	pthread_mutex_lock(&s->lock);
	upload_cut(&i->u, size);
	ship_line_join(s, i);
	ship_pool_call(s);
	pthread_mutex_unlock(&s->lock);
}

void
ship_finished(struct ship *s, struct ship_item *i, uint64_t size)
{
	pthread_mutex_lock(&s->lock);
	s->stats.open--;
	grow(s, i, size, true);
	pthread_mutex_unlock(&s->lock);
}

void
ship_left(struct ship *s, struct ship_item *i)
{
	pthread_mutex_lock(&s->lock);
	s->stats.open--;
	i->left = true;
	if (ship_line_is_over(i))
		ship_line_drop(s, i);
	pthread_mutex_unlock(&s->lock);
}

/* --- what was there before --- */

struct scan {
	struct ship *s;
	struct err *e;
};

static int
scan_one(void *ctx, const struct store_info *info)
{
	struct scan *c = ctx;
	struct ship *s = c->s;
	struct buf line = { 0 };
	struct ship_item *i;
	struct journal j;
	int rc;

	if (!store_is_id(info->name))
		return 0;
	rc = ship_load_journal(s->dir, info->name, &j, c->e);
	if (rc == 0 && j.done) {
		ship_clear_away(s, info->name);
	} else if (rc == 0 && !j.open) {
		if (!j.finished) { /* left by ContainerSSH, or its journal was lost */
			journal_put_finished(&line, (uint64_t)info->size);
			rc = ship_add_journal(s->dir, info->name, buf_span(&line), c->e);
		}
		if (rc == 0)
			rc = ship_add(s, info->name, true, &i, c->e);
		if (rc == 0)
			ship_finished(s, i, (uint64_t)info->size);
	}
	buf_free(&line);
	journal_free(&j);
	return rc;
}

int
ship_scan(struct ship *s, struct err *e)
{
	struct scan c = { s, e };

	return store_list(s->o.spool, "", scan_one, &c, e);
}

/* --- looking on, ending --- */

bool
ship_wait(struct ship *s, int64_t deadline)
{
	bool empty;

	pthread_mutex_lock(&s->lock);
	while (s->stats.waiting && cond_wait_until(&s->done, &s->lock, deadline))
		continue;
	empty = !s->stats.waiting;
	pthread_mutex_unlock(&s->lock);
	return empty;
}

void
ship_again(struct ship *s)
{
	s3_keys_again(s->o.s3);
	pthread_mutex_lock(&s->lock);
	s->pause_until = 0;
	for (struct ship_item *i = s->all; i; i = i->next)
		i->u.wait_until = 0;
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
}

void
ship_poke(struct ship *s)
{
	pthread_mutex_lock(&s->lock);
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
}

void
ship_stats(struct ship *s, struct ship_stats *out)
{
	pthread_mutex_lock(&s->lock);
	*out = s->stats;
	out->paused = s->failures > 0;
	out->stuck = 0;
	for (const struct ship_item *i = s->all; i; i = i->next)
		out->stuck += i->u.state == UPLOAD_STUCK;
	pthread_mutex_unlock(&s->lock);
}

void
ship_stop(struct ship *s)
{
	if (!s)
		return;
	pthread_mutex_lock(&s->lock);
	__atomic_store_n(&s->stopping, true, __ATOMIC_RELAXED);
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
	for (unsigned k = 0; k < s->workers; k++)
		pthread_join(s->worker[k], NULL);
	for (struct ship_item *i = s->all, *next; i; i = next) {
		next = i->next;
		i->in_line = false;
		ship_line_drop(s, i);
	}
	pthread_cond_destroy(&s->changed);
	pthread_cond_destroy(&s->done);
	pthread_mutex_destroy(&s->lock);
	pthread_mutex_destroy(&s->telling);
	free(s);
}
