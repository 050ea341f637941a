/* SPDX-License-Identifier: ISC */
/* Jobs of a thread: cheap ones first, their end told in the loop, none told after the stop. */
#include "recd/worker.h"

#include "tests/unit/unit.h"

#include <semaphore.h>

static struct err err;

struct task {
	struct job job;
	int number;
	sem_t *held; /* waited for, NULL: not */
};

static int ran[8], nran, told[8], ntold;
static sem_t begun;

static void
run(struct job *j)
{
	struct task *t = (struct task *)j;

	if (t->held) {
		sem_post(&begun);
		while (sem_wait(t->held) < 0)
			continue;
	}
	ran[nran++] = t->number;
}

static void
done(struct job *j)
{
	told[ntold++] = ((struct task *)j)->number;
}

static struct task
task(int number, uint64_t cost, sem_t *held)
{
	return (struct task){ { .cost = cost, .run = run, .done = done }, number, held };
}

/* While one job keeps the thread busy, others come: the cheapest is next. */
START_TEST(cheap_ones_first)
{
	sem_t gate;
	struct task t[5] = { task(0, 1, &gate), task(1, 900, NULL), task(2, 5, NULL),
		task(3, 50, NULL), task(4, 5, NULL) };
	static const int order[] = { 0, 2, 4, 3, 1 };
	struct watch loop;
	struct worker w;

	sem_init(&gate, 0, 0);
	sem_init(&begun, 0, 0);
	ck_assert_int_eq(watch_open(&loop, &err), 0);
	ck_assert_int_eq(worker_init(&w, &loop, 1, &err), 0);
	worker_add(&w, &t[0].job);
	while (sem_wait(&begun) < 0)
		continue;
	for (int i = 1; i < 5; i++)
		worker_add(&w, &t[i].job);
	ck_assert_int_eq(ntold, 0);
	sem_post(&gate);
	while (ntold < 5) {
		ck_assert_int_eq(watch_wait(&loop, -1, &err), 0);
		watch_call(&loop);
	}
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(ran[i], order[i]);
	worker_stop(&w);
	watch_close(&loop);
}
END_TEST

/* What has begun is brought to its end; the rest is left, and nobody is told. */
START_TEST(stops)
{
	sem_t gate;
	struct task first = task(0, 1, &gate), second = task(1, 2, NULL);
	struct watch loop;
	struct worker w;

	sem_init(&gate, 0, 0);
	sem_init(&begun, 0, 0);
	ck_assert_int_eq(watch_open(&loop, &err), 0);
	ck_assert_int_eq(worker_init(&w, &loop, 1, &err), 0);
	worker_add(&w, &first.job);
	while (sem_wait(&begun) < 0)
		continue;
	pthread_mutex_lock(&w.lock);
	w.stop = true; /* before the second can begin */
	pthread_mutex_unlock(&w.lock);
	worker_add(&w, &second.job);
	sem_post(&gate);
	worker_stop(&w);
	ck_assert_int_eq(nran, 1);
	ck_assert_int_eq(ntold, 0);
	watch_close(&loop);
}
END_TEST

static TCase *
jobs(void)
{
	TCase *c = tcase_create("jobs");

	tcase_add_test(c, cheap_ones_first);
	tcase_add_test(c, stops);
	return c;
}

UNIT_MAIN("worker", jobs)
