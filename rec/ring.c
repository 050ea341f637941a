/* SPDX-License-Identifier: ISC */
#include "rec/ring.h"

#include <linux/futex.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { AWAKE, IDLE, TIMED }; /* of the consumer */

#define HEAD_SIZE sizeof(struct ring_head)
#define ALIGN(n)  (((uint64_t)(n) + 15) & ~(uint64_t)15)

static const uint64_t leave_free[] = {
	[RING_BYTES] = 8192,
	[RING_EVENT] = 1024,
	[RING_LAST] = 0,
};

_Static_assert(HEAD_SIZE == 16, "records are aligned to the size of their head");

int
ring_init(struct ring *r, size_t size, int space_fd, struct err *e)
{
	memset(r, 0, sizeof *r);
	if (size < 4 * RING_DATA_MAX || (size & (size - 1)))
		return err_set(e, ERR_USAGE, "bad size of the queue");
	r->p = mmap(
		NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (r->p == MAP_FAILED) {
		r->p = NULL;
		return err_sys(e, ERR_NOMEM, "cannot map the queue");
	}
	r->size = size;
	r->wake_at = size / 16;
	r->space_fd = space_fd;
	return 0;
}

void
ring_free(struct ring *r)
{
	if (r->p)
		munmap(r->p, r->size);
	r->p = NULL;
}

uint64_t
ring_fill(const struct ring *r)
{
	/* tail first: head never stands before a tail read earlier. */
	uint64_t tail = atomic_load(&r->tail);

	return atomic_load(&r->head) - tail;
}

static struct ring_head *
head_at(const struct ring *r, uint64_t at)
{
	return (struct ring_head *)(void *)(r->p + (at & (r->size - 1)));
}

/* Fill the end of the block, so that the next record starts at its beginning. */
static void
pad(struct ring *r, uint64_t head, uint64_t to_end)
{
	struct ring_head *h = head_at(r, head);

	*h = (struct ring_head){ .n = (uint32_t)(to_end - HEAD_SIZE), .kind = RING_PAD };
	atomic_store_explicit(&r->head, head + to_end, memory_order_release);
}

void *
ring_reserve(struct ring *r, enum ring_class c, size_t min, size_t *avail)
{
	uint64_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
	uint64_t tail = atomic_load_explicit(&r->tail, memory_order_acquire);
	uint64_t need = HEAD_SIZE + ALIGN(min) + leave_free[c];
	uint64_t room = r->size - (head - tail);
	uint64_t to_end = r->size - (head & (r->size - 1));

	if (room < need)
		return NULL;
	if (to_end < HEAD_SIZE + ALIGN(min)) {
		if (room < need + to_end)
			return NULL;
		pad(r, head, to_end);
		head += to_end;
		room -= to_end;
		to_end = r->size;
	}
	room -= leave_free[c];
	if (room > to_end)
		room = to_end;
	room -= HEAD_SIZE;
	*avail = room < RING_DATA_MAX ? (size_t)room : RING_DATA_MAX;
	return head_at(r, head) + 1;
}

void
ring_commit(struct ring *r, const struct ring_head *h)
{
	uint64_t head = atomic_load_explicit(&r->head, memory_order_relaxed);

	*head_at(r, head) = *h;
	atomic_store(&r->head, head + HEAD_SIZE + ALIGN(h->n));
}

bool
ring_put(struct ring *r, enum ring_class c, const struct ring_head *h, const void *data)
{
	size_t avail;
	void *p = ring_reserve(r, c, h->n, &avail);

	if (!p)
		return false;
	if (h->n)
		memcpy(p, data, h->n);
	ring_commit(r, h);
	return true;
}

static long
futex(atomic_uint *word, int op, unsigned value, const struct timespec *until)
{
	return syscall(SYS_futex, word, op | FUTEX_PRIVATE_FLAG, value, until, NULL,
		FUTEX_BITSET_MATCH_ANY);
}

void
ring_wake(struct ring *r, bool urgent)
{
	unsigned s;

	if (urgent)
		atomic_store(&r->urgent, true);
	/* The commit before this load and the store before the load in ring_wait are all
	 * sequentially consistent: we see it asleep, or it sees our record. */
	s = atomic_load(&r->sleeper);
	if (s == AWAKE || (s == TIMED && !urgent && ring_fill(r) < r->wake_at))
		return;
	/* Bytes have passed that are not recorded. */
	if (!urgent && ring_fill(r) == 0)
		return;
	if (atomic_exchange(&r->sleeper, AWAKE) != AWAKE)
		futex(&r->sleeper, FUTEX_WAKE_BITSET, 1, NULL);
}

bool
ring_want_space(struct ring *r)
{
	atomic_store(&r->want_space, true);
	if (ring_fill(r) > r->size / 2)
		return true;
	atomic_store(&r->want_space, false);
	return false;
}

bool
ring_peek(struct ring *r, struct ring_item *it)
{
	uint64_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);
	struct ring_head *h;

	for (;;) {
		if (atomic_load_explicit(&r->head, memory_order_acquire) == tail)
			return false;
		h = head_at(r, tail);
		if (h->kind != RING_PAD)
			break;
		tail += HEAD_SIZE + ALIGN(h->n);
		atomic_store_explicit(&r->tail, tail, memory_order_release);
	}
	it->h = *h;
	it->data = (const uint8_t *)(h + 1);
	return true;
}

void
ring_release(struct ring *r, const struct ring_item *it)
{
	uint64_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);
	uint64_t one = 1;

	atomic_store(&r->tail, tail + HEAD_SIZE + ALIGN(it->h.n));
	if (!atomic_load(&r->want_space) || ring_fill(r) > r->size / 2)
		return;
	if (atomic_exchange(&r->want_space, false) &&
		write(r->space_fd, &one, sizeof one) < 0)
		return; /* an eventfd can only be full, and then it is readable */
}

void
ring_wait(struct ring *r, int64_t deadline_ns)
{
	unsigned how = deadline_ns ? TIMED : IDLE;
	struct timespec until = { deadline_ns / 1000000000, deadline_ns % 1000000000 };
	uint64_t fill;

	atomic_store(&r->sleeper, how);
	fill = ring_fill(r);
	if ((how == IDLE ? fill == 0 : fill < r->wake_at) && !atomic_load(&r->urgent))
		futex(&r->sleeper, FUTEX_WAIT_BITSET, how, deadline_ns ? &until : NULL);
	atomic_store(&r->sleeper, AWAKE);
	atomic_store(&r->urgent, false);
}
