/* SPDX-License-Identifier: ISC */
#include "recd/quota.h"

#include "base/clk.h"

#include <stdlib.h>
#include <string.h>

void
quota_init(struct quota *q, const struct quota_limits *l)
{
	memset(q, 0, sizeof *q);
	q->limits = *l;
}

void
quota_free(struct quota *q)
{
	free(q->v);
	q->v = NULL;
	q->n = q->cap = 0;
}

/* Where UID stands, or would stand, in the rows, which are sorted. */
static size_t
place_of(const struct quota *q, uid_t uid)
{
	size_t lo = 0, hi = q->n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (q->v[mid].uid < uid)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static struct quota_user *
find(struct quota *q, uid_t uid)
{
	size_t i = place_of(q, uid);

	return i < q->n && q->v[i].uid == uid ? &q->v[i] : NULL;
}

/* A user who has nothing and owes nothing needs no row. */
static bool
is_idle(const struct quota *q, const struct quota_user *u)
{
	return !u->sessions && !u->connections &&
	       (!q->limits.bytes_per_s || u->tokens >= (int64_t)q->limits.burst);
}

static void
drop_if_idle(struct quota *q, struct quota_user *u)
{
	size_t i = (size_t)(u - q->v);

	if (!is_idle(q, u))
		return;
	memmove(&q->v[i], &q->v[i + 1], (q->n - i - 1) * sizeof *q->v);
	q->n--;
}

static void
fill(const struct quota *q, struct quota_user *u, int64_t now_ns)
{
	int64_t rate = (int64_t)q->limits.bytes_per_s, burst = (int64_t)q->limits.burst;
	int64_t ns = now_ns - u->filled_ns;

	if (ns <= 0 || rate <= 0)
		return;
	/* beyond a minute it is full anyway, and the product stays in range */
	if (ns > 60 * NS_PER_S)
		ns = 60 * NS_PER_S;
	u->tokens += (int64_t)((__int128)ns * rate / NS_PER_S);
	if (u->tokens > burst)
		u->tokens = burst;
	u->filled_ns = now_ns;
}

/* Buckets fill up while nobody looks. */
static void
sweep(struct quota *q, int64_t now_ns)
{
	size_t n = 0;

	for (size_t i = 0; i < q->n; i++) {
		fill(q, &q->v[i], now_ns);
		if (!is_idle(q, &q->v[i]))
			q->v[n++] = q->v[i];
	}
	q->n = n;
}

static bool
make_room(struct quota *q, int64_t now_ns)
{
	size_t cap = q->cap ? 2 * q->cap : 16;
	struct quota_user *v;

	sweep(q, now_ns);
	/* as much again is free: not every newcomer is to cost a look at all */
	if (q->n < q->cap && (q->n <= q->cap / 2 || cap > QUOTA_USERS_MAX))
		return true;
	if (cap > QUOTA_USERS_MAX || !(v = realloc(q->v, cap * sizeof *v)))
		return q->n < q->cap;
	q->v = v;
	q->cap = cap;
	return true;
}

static struct quota_user *
find_or_add(struct quota *q, uid_t uid, int64_t now_ns)
{
	struct quota_user *u = find(q, uid);
	size_t i;

	if (u)
		return u;
	if (q->n == q->cap && !make_room(q, now_ns))
		return NULL;
	i = place_of(q, uid);
	memmove(&q->v[i + 1], &q->v[i], (q->n - i) * sizeof *q->v);
	q->n++;
	q->v[i] = (struct quota_user){
		.uid = uid, .tokens = (int64_t)q->limits.burst, .filled_ns = now_ns
	};
	return &q->v[i];
}

bool
quota_connect(struct quota *q, uid_t uid, int64_t now_ns)
{
	struct quota_user *u = find_or_add(q, uid, now_ns);

	if (!u || (q->limits.connections && u->connections >= q->limits.connections))
		return false;
	u->connections++;
	return true;
}

bool
quota_begin(struct quota *q, uid_t uid)
{
	struct quota_user *u = find(q, uid);

	if (!u || (q->limits.sessions && u->sessions >= q->limits.sessions))
		return false;
	u->sessions++;
	return true;
}

void
quota_end(struct quota *q, uid_t uid)
{
	struct quota_user *u = find(q, uid);

	if (!u)
		return;
	if (u->sessions)
		u->sessions--;
	drop_if_idle(q, u);
}

void
quota_disconnect(struct quota *q, uid_t uid)
{
	struct quota_user *u = find(q, uid);

	if (!u)
		return;
	if (u->connections)
		u->connections--;
	drop_if_idle(q, u);
}

void
quota_spend(struct quota *q, uid_t uid, size_t n, int64_t now_ns)
{
	struct quota_user *u = q->limits.bytes_per_s ? find(q, uid) : NULL;

	if (!u)
		return;
	fill(q, u, now_ns);
	u->tokens -= (int64_t)n;
}

int64_t
quota_wait(struct quota *q, uid_t uid, int64_t now_ns)
{
	struct quota_user *u = q->limits.bytes_per_s ? find(q, uid) : NULL;

	if (!u)
		return 0;
	fill(q, u, now_ns);
	if (u->tokens >= 0)
		return 0;
	return now_ns +
	       (int64_t)((__int128)-u->tokens * NS_PER_S /
			 (int64_t)q->limits.bytes_per_s) +
	       1;
}
