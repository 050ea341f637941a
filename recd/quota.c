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

/* ---- buckets ---- */

static bool
is_full(const struct bucket *b, uint64_t rate, uint64_t burst)
{
	return !rate || b->tokens >= (int64_t)burst;
}

static void
fill(struct bucket *b, uint64_t rate, uint64_t burst, int64_t now_ns)
{
	int64_t ns = now_ns - b->filled_ns;
	__int128 more;

	if (ns <= 0 || !rate)
		return;
	more = (__int128)ns * (int64_t)rate;
	if (b->tokens + more / NS_PER_S >= (int64_t)burst) {
		b->tokens = (int64_t)burst;
		b->filled_ns = now_ns;
		return;
	}
	b->tokens += (int64_t)(more / NS_PER_S);
	/* what is less than one counts next time */
	b->filled_ns = now_ns - (int64_t)(more % NS_PER_S / (int64_t)rate);
}

/* When there is something in it again; 0: now. */
static int64_t
refilled(const struct bucket *b, uint64_t rate, int64_t now_ns)
{
	if (!rate || b->tokens >= 0)
		return 0;
	return now_ns + (int64_t)((__int128)-b->tokens * NS_PER_S / (int64_t)rate) + 1;
}

/* ---- rows ---- */

static uint64_t
connects_burst(const struct quota *q)
{
	return q->limits.connections ? q->limits.connections : 1024;
}

/* In a second, so that a day's worth comes in a day. */
static uint64_t
day_rate(const struct quota *q)
{
	return (q->limits.day + 86399) / 86400;
}

static void
fill_all(const struct quota *q, struct quota_user *u, int64_t now_ns)
{
	const struct quota_limits *l = &q->limits;

	fill(&u->bytes, l->bytes_per_s, l->burst, now_ns);
	fill(&u->day, day_rate(q), l->day, now_ns);
	fill(&u->connects, l->connects_per_s, connects_burst(q), now_ns);
	fill(&u->lines, QUOTA_LINES_S, QUOTA_LINES_BURST, now_ns);
}

/* A user who has nothing and owes nothing needs no row. */
static bool
is_idle(const struct quota *q, const struct quota_user *u)
{
	const struct quota_limits *l = &q->limits;

	return !u->sessions && !u->connections &&
	       is_full(&u->bytes, l->bytes_per_s, l->burst) &&
	       is_full(&u->day, day_rate(q), l->day) &&
	       is_full(&u->connects, l->connects_per_s, connects_burst(q)) &&
	       is_full(&u->lines, QUOTA_LINES_S, QUOTA_LINES_BURST);
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

/* Buckets fill up while nobody looks. */
static void
sweep(struct quota *q, int64_t now_ns)
{
	size_t n = 0;

	for (size_t i = 0; i < q->n; i++) {
		fill_all(q, &q->v[i], now_ns);
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
	q->v[i] = (struct quota_user){ .uid = uid,
		.bytes = { (int64_t)q->limits.burst, now_ns },
		.day = { (int64_t)q->limits.day, now_ns },
		.connects = { (int64_t)connects_burst(q), now_ns },
		.lines = { QUOTA_LINES_BURST, now_ns } };
	return &q->v[i];
}

/* ---- at once ---- */

static bool
may_have(unsigned has, unsigned limit, size_t free)
{
	return has < free && (!limit || has < limit);
}

bool
quota_connect(struct quota *q, uid_t uid, size_t free, int64_t now_ns)
{
	struct quota_user *u = find_or_add(q, uid, now_ns);

	if (!u)
		return false;
	fill_all(q, u, now_ns);
	u->connects.tokens -= q->limits.connects_per_s != 0;
	/* it costs no more than all that one may have, however often one is refused */
	if (u->connects.tokens < -(int64_t)connects_burst(q))
		u->connects.tokens = -(int64_t)connects_burst(q);
	if (!may_have(u->connections, q->limits.connections, free))
		return false;
	u->connections++;
	return true;
}

bool
quota_begin(struct quota *q, uid_t uid, size_t free)
{
	struct quota_user *u = find(q, uid);

	if (!u || !may_have(u->sessions, q->limits.sessions, free))
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

bool
quota_waiting(struct quota *q, uid_t uid, size_t was, size_t is)
{
	struct quota_user *u = find(q, uid);

	if (!u)
		return true;
	u->waiting = u->waiting > was ? u->waiting - was + is : is;
	return is <= was || !q->limits.waiting || u->waiting <= q->limits.waiting;
}

/* ---- in a second ---- */

void
quota_spend(struct quota *q, uid_t uid, size_t n, uint64_t turn, int64_t now_ns)
{
	struct quota_user *u = find(q, uid);

	if (!u)
		return;
	fill_all(q, u, now_ns);
	u->in_turn = u->turn == turn ? u->in_turn + n : n;
	u->turn = turn;
	if (q->limits.bytes_per_s)
		u->bytes.tokens -= (int64_t)n;
	if (q->limits.day)
		u->day.tokens -= (int64_t)n;
}

uint64_t
quota_in_turn(struct quota *q, uid_t uid, uint64_t turn)
{
	struct quota_user *u = find(q, uid);

	return u && u->turn == turn ? u->in_turn : 0;
}

int64_t
quota_wait(struct quota *q, uid_t uid, int64_t now_ns)
{
	struct quota_user *u = find(q, uid);
	int64_t second, day;

	if (!u)
		return 0;
	fill_all(q, u, now_ns);
	second = refilled(&u->bytes, q->limits.bytes_per_s, now_ns);
	day = refilled(&u->day, day_rate(q), now_ns);
	return day > second ? day : second;
}

int64_t
quota_connect_wait(struct quota *q, uid_t uid, int64_t now_ns)
{
	struct quota_user *u = find(q, uid);

	return u ? refilled(&u->connects, q->limits.connects_per_s, now_ns) : 0;
}

bool
quota_may_say(struct quota *q, uid_t uid, int64_t now_ns, unsigned *unsaid)
{
	struct quota_user *u = find_or_add(q, uid, now_ns);

	*unsaid = 0;
	if (!u)
		return true;
	fill_all(q, u, now_ns);
	if (u->lines.tokens <= 0) {
		u->unsaid++;
		return false;
	}
	u->lines.tokens--;
	*unsaid = u->unsaid;
	u->unsaid = 0;
	return true;
}
