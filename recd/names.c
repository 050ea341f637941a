/* SPDX-License-Identifier: ISC */
#include "recd/names.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>

#define ENTRY_MAX 16384 /* bytes of all that is known of a user */

static void
ask(struct job *j)
{
	struct name *a = (struct name *)j;
	char room[ENTRY_MAX];
	struct passwd pw, *found = NULL;

	if (getpwuid_r(a->uid, &pw, room, sizeof room, &found) != 0 || !found)
		found = NULL;
	snprintf(a->text, sizeof a->text, "%s", found ? found->pw_name : "");
}

static void
answered(struct job *j)
{
	struct name *a = (struct name *)j;

	a->asking = false;
	a->of->told(a->of, a);
}

void
names_init(struct names *n, struct worker *w,
	void (*told)(struct names *n, const struct name *name))
{
	memset(n, 0, sizeof *n);
	n->worker = w;
	n->told = told;
}

/* Where UID stands; else a place for it, NULL: there is none. */
static struct name *
find(struct names *n, uid_t uid)
{
	struct name *oldest = NULL;

	for (int i = 0; i < NAMES_MAX; i++) {
		struct name *a = &n->v[i];

		if (a->used && a->uid == uid)
			return a;
		if (!a->asking &&
			(!oldest || !a->used ||
				(oldest->used && a->asked_ns < oldest->asked_ns)))
			oldest = a;
	}
	return oldest;
}

static void
begin(struct names *n, struct name *a, uid_t uid, int64_t now_ns)
{
	*a = (struct name){
		.job = { .cost = (uint64_t)now_ns, .run = ask, .done = answered },
		.of = n,
		.uid = uid,
		.used = true,
		.asking = n->worker,
		.asked_ns = now_ns
	};
	if (n->worker)
		worker_add(n->worker, &a->job);
	else
		ask(&a->job);
}

bool
names_get(struct names *n, uid_t uid, int64_t now_ns, char out[PEER_USER_SIZE])
{
	struct name *a = find(n, uid);

	*out = '\0';
	if (!a)
		return true;
	if (!a->used || a->uid != uid ||
		(!a->asking && now_ns - a->asked_ns >= NAMES_GOOD_NS))
		begin(n, a, uid, now_ns);
	if (!a->asking)
		snprintf(out, PEER_USER_SIZE, "%s", a->text);
	return !a->asking;
}
