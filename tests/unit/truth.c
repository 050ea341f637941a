/* SPDX-License-Identifier: ISC */
#include "tests/unit/truth.h"

#include "tests/unit/unit.h"

struct reel *
truth_reel(const struct recording *rec, const struct reel_opts *o)
{
	struct reel *r;
	struct err e;
	int rc = reel_open(&r, recording_tape(rec), o, &e);

	ck_assert_msg(rc == 0, "%s", e.text);
	return r;
}

static void
all_rows(const struct emu *e, struct buf *out)
{
	buf_clear(out);
	for (int i = 0; i < emu_rows(e); i++) {
		emu_row_text(e, i, out, NULL);
		buf_add_byte(out, '\n');
	}
}

static void
note_truth(struct truth *t, struct reel *r, uint64_t k)
{
	t->hash[k] = emu_hash(reel_screen(r));
	t->at[k] = reel_time(r);
	all_rows(reel_screen(r), &t->rows[k]);
}

static uint64_t
count_messages(const struct recording *rec)
{
	struct reel *r = truth_reel(rec, NULL);
	struct err e;
	uint64_t n = 0;

	while (reel_step(r, NULL, &e) > 0)
		n++;
	ck_assert(reel_at_end(r));
	ck_assert_uint_eq(reel_ordinal(r), n);
	reel_close(r);
	return n;
}

void
truth_make(struct truth *t, const struct recording *rec)
{
	struct reel *r = truth_reel(rec, NULL);
	struct err e;

	t->n = count_messages(rec);
	t->hash = calloc(t->n + 1, sizeof *t->hash);
	t->at = calloc(t->n + 1, sizeof *t->at);
	t->rows = calloc(t->n + 1, sizeof *t->rows);
	note_truth(t, r, 0);
	for (uint64_t k = 1; k <= t->n; k++) {
		ck_assert_int_eq(reel_step(r, NULL, &e), 1);
		note_truth(t, r, k);
	}
	ck_assert(!reel_at_end(r));
	reel_close(r);
}

void
truth_free(struct truth *t)
{
	for (uint64_t k = 0; k <= t->n; k++)
		buf_free(&t->rows[k]);
	free(t->rows);
	free(t->hash);
	free(t->at);
}

uint64_t
truth_ordinal(const struct truth *t, int64_t at_ns)
{
	uint64_t k = t->n;

	while (k > 0 && t->at[k] > at_ns)
		k--;
	return k;
}

void
truth_expect(struct reel *r, const struct truth *t, uint64_t k)
{
	ck_assert_uint_eq(reel_ordinal(r), k);
	ck_assert_int_eq(reel_time(r), t->at[k]);
	ck_assert_msg(emu_hash(reel_screen(r)) == t->hash[k], "other screen after %llu",
		(unsigned long long)k);
}

void
truth_index_all(struct reel *r)
{
	struct err e;
	int rc;

	do
		rc = reel_index(r, 100000, &e);
	while (rc > 0);
	ck_assert_int_eq(rc, 0);
	ck_assert(reel_index_state(r).done);
}
