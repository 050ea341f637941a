/* SPDX-License-Identifier: ISC */
#include "play/timebar.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define SLOT_NS INT64_C(1000000) /* the finest */

void
timebar_init(struct timebar *b)
{
	*b = (struct timebar){ .rows = TIMEBAR_ROWS_AUTO, .slot_ns = SLOT_NS };
}

/* What matters more comes first. */
static const uint8_t ranks[KIND_COUNT] = { KIND_GAP, KIND_MARKER, KIND_EXIT, KIND_SIGNAL,
	KIND_MASKED, KIND_PAUSE, KIND_COMMAND, KIND_RUN, KIND_AUTH, KIND_SIZE,
	KIND_NETWORK, KIND_CONNECT, KIND_PROCESS, KIND_FILE, KIND_ENV, KIND_OTHER };

static_assert(KIND_COUNT <= 16, "a slot has a bit for each");

static void
widen(struct timebar *b)
{
	for (int i = 0; i < TIMEBAR_SLOTS / 2; i++)
		b->slots[i] = b->slots[2 * i] | b->slots[2 * i + 1];
	memset(b->slots + TIMEBAR_SLOTS / 2, 0, sizeof b->slots / 2);
	b->slot_ns *= 2;
}

static void
take_events(struct timebar *b, const struct reel *r)
{
	size_t n = reel_events(r);

	for (size_t i = reel_event_after(r, b->next); i < n; i++) {
		const struct reel_event *e = reel_event(r, i);
		int64_t at = e->at_ns > 0 ? e->at_ns : 0;

		while (at / b->slot_ns >= TIMEBAR_SLOTS)
			widen(b);
		if (!e->ends) /* it has a sign where it began */
			b->slots[at / b->slot_ns] |=
				(uint16_t)(1u << kind_of(e->type, e->vendor));
		b->next = e->ordinal + 1;
	}
}

/* Place in RANKS. */
static uint8_t
best_rank(uint16_t kinds)
{
	uint8_t i = 0;

	while (i < KIND_COUNT - 1 && !(kinds & 1u << ranks[i]))
		i++;
	return i;
}

static void
make_signs(struct timebar *b, int cols)
{
	uint16_t kinds[CANVAS_COLS_MAX] = { 0 };

	for (int i = 0; i < TIMEBAR_SLOTS; i++)
		if (b->slots[i])
			kinds[timebar_column(b, i * b->slot_ns, cols)] |= b->slots[i];
	for (int i = 0; i < cols; i++) {
		b->column[i].event = kinds[i] != 0;
		b->column[i].kind = ranks[best_rank(kinds[i])];
	}
}

/* The root keeps a prompt in sight beside a flood. */
static void
make_levels(struct timebar *b, const struct reel *r, int cols)
{
	uint32_t bytes[CANVAS_COLS_MAX], most = 1;

	reel_activity(r, bytes, cols);
	for (int i = 0; i < cols; i++)
		most = bytes[i] > most ? bytes[i] : most;
	for (int i = 0; i < cols; i++)
		b->column[i].level = (uint8_t)ceil(
			TIMEBAR_LEVELS * sqrt((double)bytes[i] / (double)most));
}

void
timebar_update(struct timebar *b, const struct reel *r, int cols)
{
	struct reel_index_state st = reel_index_state(r);

	if (cols > CANVAS_COLS_MAX)
		cols = CANVAS_COLS_MAX;
	take_events(b, r);
	if (b->made.cols == cols && b->made.times_ns == st.times_ns &&
		b->made.duration_ns == st.duration_ns && b->made.next == b->next)
		return;
	b->duration_ns = b->made.duration_ns = st.duration_ns;
	b->made.cols = cols;
	b->made.times_ns = st.times_ns;
	b->made.next = b->next;
	memset(b->column, 0, (size_t)cols * sizeof *b->column);
	make_signs(b, cols);
	make_levels(b, r, cols);
	b->made.marking++;
}

/* A column reaches half a column to both sides: so many halves, and two of them each. */
void
timebar_mark(struct timebar *b, const struct find *f, int cols)
{
	uint32_t halves[2 * CANVAS_COLS_MAX];
	uint64_t hits = find_marking(f) ? find_state(f).hits : 0;
	int n = cols > CANVAS_COLS_MAX ? 2 * CANVAS_COLS_MAX - 2 : 2 * cols - 2;

	if (b->marked.marking == b->made.marking && b->marked.serial == f->serial &&
		b->marked.hits == hits)
		return;
	b->marked.marking = b->made.marking;
	b->marked.serial = f->serial;
	b->marked.hits = hits;
	for (int i = 0; i <= n / 2; i++)
		b->column[i].hit = false;
	find_slots(f, halves, n);
	for (int i = 0; i < n; i++)
		if (halves[i])
			b->column[(i + 1) / 2].hit = true;
}

int
timebar_column(const struct timebar *b, int64_t at_ns, int cols)
{
	double part = b->duration_ns > 0 ? (double)at_ns / (double)b->duration_ns : 0;
	int column = (int)(part * (cols - 1) + 0.5);

	return part <= 0 || cols < 2 ? 0 : part >= 1 ? cols - 1 : column;
}

int64_t
timebar_time(const struct timebar *b, int column, int cols)
{
	if (column <= 0 || cols < 2)
		return 0;
	if (column >= cols - 1)
		return b->duration_ns;
	return (int64_t)((double)b->duration_ns * column / (cols - 1));
}
