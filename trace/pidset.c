/* SPDX-License-Identifier: ISC */
#include "trace/pidset.h"

#include <stdint.h>
#include <stdlib.h>

#define FIRST_CAP 64

static size_t
home(const struct pidset *s, pid_t pid)
{
	return ((uint32_t)pid * UINT32_C(2654435761)) & (s->cap - 1);
}

/* Where PID is, or the free place where it belongs. */
static size_t
find(const struct pidset *s, pid_t pid)
{
	size_t i = home(s, pid);

	while (s->slot[i] && s->slot[i] != pid)
		i = (i + 1) & (s->cap - 1);
	return i;
}

bool
pidset_has(const struct pidset *s, pid_t pid)
{
	return pid > 0 && s->n && s->slot[find(s, pid)] == pid;
}

static bool
grow(struct pidset *s)
{
	struct pidset old = *s;

	if (s->n * 2 < s->cap)
		return true;
	s->cap = old.cap ? old.cap * 2 : FIRST_CAP;
	s->slot = calloc(s->cap, sizeof *s->slot);
	if (!s->slot) {
		*s = old;
		return false;
	}
	for (size_t i = 0; i < old.cap; i++)
		if (old.slot[i])
			s->slot[find(s, old.slot[i])] = old.slot[i];
	free(old.slot);
	return true;
}

bool
pidset_add(struct pidset *s, pid_t pid)
{
	if (pid <= 0 || s->n >= PIDSET_MAX || !grow(s))
		return false;
	if (!pidset_has(s, pid)) {
		s->slot[find(s, pid)] = pid;
		s->n++;
	}
	return true;
}

/* Those behind it that were pushed on by it move up (Knuth 6.4, algorithm R). */
bool
pidset_del(struct pidset *s, pid_t pid)
{
	size_t hole, i;

	if (!pidset_has(s, pid))
		return false;
	hole = i = find(s, pid);
	for (;;) {
		i = (i + 1) & (s->cap - 1);
		if (!s->slot[i])
			break;
		if (((i - home(s, s->slot[i])) & (s->cap - 1)) >=
			((i - hole) & (s->cap - 1))) {
			s->slot[hole] = s->slot[i];
			hole = i;
		}
	}
	s->slot[hole] = 0;
	s->n--;
	return true;
}

void
pidset_free(struct pidset *s)
{
	free(s->slot);
	*s = (struct pidset){ .slot = NULL };
}
