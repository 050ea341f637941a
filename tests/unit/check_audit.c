/* SPDX-License-Identifier: ISC */
/* Audit logs as files: what is written can be read back, whatever happens to it in between. */
#include "format/gzcheck.h"
#include "format/gzidx.h"
#include "format/wire.h"

#include "tests/unit/format_util.h"
#include "tests/unit/unit.h"

#include <stdio.h>

#define MSGS 300

/* A destination that remembers every state a crash could leave at the end of a write. */
struct watch {
	struct dst dst;
	struct dst *mem;
	size_t states;
	void (*state)(void *ctx, struct span file);
	void *ctx;
};

static ssize_t
watch_write(struct dst *d, uint64_t off, const void *p, size_t n, struct err *e)
{
	struct watch *w = (struct watch *)d;
	ssize_t k = dst_write_at(w->mem, off, p, n, e);

	w->states++;
	if (k > 0 && w->state)
		w->state(w->ctx, dst_mem_bytes(w->mem));
	return k;
}

static int
watch_truncate(struct dst *d, uint64_t size, struct err *e)
{
	struct watch *w = (struct watch *)d;

	return w->mem->ops->truncate(w->mem, size, e);
}

static int
watch_close(struct dst *d, struct err *e)
{
	(void)d;
	(void)e;
	return 0;
}

static void
watch_init(struct watch *w)
{
	static const struct dst_ops ops = { watch_write, watch_truncate, NULL,
		watch_close };

	*w = (struct watch){ .mem = dst_mem() };
	w->dst = (struct dst){ &ops, true };
}

static struct span
bytes_of(const struct watch *w)
{
	return dst_mem_bytes(w->mem);
}

static void
watch_free(struct watch *w)
{
	dst_close(w->mem, NULL);
}

static const enum tape_format versions[] = { TAPE_AUDIT_V1, TAPE_AUDIT_V2 };

/* Put messages FROM to TO, flushed every FLUSH of them (0: never). */
static void
put_some(struct tapew *t, size_t from, size_t to, size_t flush)
{
	struct buf store = { 0 };
	struct err e;
	struct msg m;

	for (size_t i = from; i < to; i++) {
		util_output(&m, i, 100 + i % 7 * 300, &store);
		ck_assert_int_eq(tapew_put(t, &m, &e), 0);
		if (flush && i % flush == 0)
			ck_assert_int_eq(tapew_flush(t, &e), 0);
	}
	buf_free(&store);
}

static void
write_file(struct watch *w, enum tape_format f, const struct tapew_opts *o, size_t n,
	size_t flush)
{
	struct tapew *t;

	ck_assert_int_eq(tapew_open(&t, f, &w->dst, o, NULL), 0);
	put_some(t, 0, n, flush);
	ck_assert_int_eq(tapew_close(t, NULL), 0);
}

/* FILE holds exactly messages 0 to N of put_some(), in order. */
static struct tape_end
expect(struct span file, size_t n)
{
	struct buf store = { 0 };
	const struct msg *got;
	struct tape_end end;
	struct msg want;
	int64_t at_ns;
	struct tape *t;
	size_t i;

	ck_assert_int_eq(tape_open(&t, src_mem(file), NULL, NULL), 0);
	for (i = 0; tape_next(t, &got, &at_ns, NULL) > 0; i++) {
		util_output(&want, i, 100 + i % 7 * 300, &store);
		ck_assert_msg(msg_equal(got, &want), "message %zu", i);
		ck_assert_int_eq(at_ns, (int64_t)i * 1000000);
	}
	ck_assert_uint_eq(i, n);
	end = tape_end(t);
	ck_assert_msg(end.damages == 0, "%s", end.text);
	tape_close(t);
	buf_free(&store);
	return end;
}

START_TEST(what_is_written_is_read)
{
	static const size_t flushes[] = { 0, 1, 3, 50 }, members[] = { 1024, 20000, 0 };

	for (size_t v = 0; v < 2; v++)
		for (size_t k = 0; k < 4; k++)
			for (size_t b = 0; b < 3; b++)
				for (int end = 0; end < 2; end++) {
					struct tapew_opts o = { .member_bytes =
									members[b],
						.terminate = end };
					struct watch w;

					watch_init(&w);
					write_file(&w, versions[v], &o, MSGS, flushes[k]);
					ck_assert_int_eq(expect(bytes_of(&w), MSGS).state,
						TAPE_CLEAN);
					watch_free(&w);
				}
}
END_TEST

/* Also the one cut that leaves nothing half: between two members. */
/* Bytes as even as encrypted ones are stored as they are: that is fast, and loses nothing.
 * Half of them is enough to compress again. */
START_TEST(noise_is_stored)
{
	static uint8_t data[200000];
	static const struct {
		size_t text, lo, hi; /* bytes of text in DATA; size of the file */
	} table[] = { { 0, 200000, 201000 }, { 200000, 0, 2000 },
		{ 100000, 100000, 110000 } };
	uint32_t x = 1;
	struct watch w;
	struct tapew *t;
	struct msg m;

	for (size_t k = 0; k < sizeof table / sizeof *table; k++) {
		for (size_t i = 0; i < sizeof data; i++) {
			x = x * 1664525u + 1013904223u;
			data[i] = i < table[k].text ? 'a' : (uint8_t)(x >> 24);
		}
		watch_init(&w);
		ck_assert_int_eq(tapew_open(&t, TAPE_AUDIT_V2, &w.dst, NULL, NULL), 0);
		msg_init(&m, MSG_IO);
		m.p.io.data = span_of(data, sizeof data);
		ck_assert_int_eq(tapew_put(t, &m, NULL), 0);
		ck_assert_int_eq(tapew_close(t, NULL), 0);
		ck_assert_uint_ge(bytes_of(&w).n, table[k].lo);
		ck_assert_uint_le(bytes_of(&w).n, table[k].hi);
		watch_free(&w);
	}
}
END_TEST

START_TEST(cut_between_members_is_not_clean)
{
	static const uint8_t head[] = { 0x1F, 0x8B, 8, 4 };
	struct tapew_opts o = { .member_bytes = 1024 };
	size_t cuts = 0;
	struct watch w;
	struct span all;

	watch_init(&w);
	write_file(&w, TAPE_AUDIT_V2, &o, MSGS, 3);
	all = bytes_of(&w);
	for (size_t i = 41; i + sizeof head < all.n; i++) {
		const struct msg *m;
		struct tape *t;
		int64_t at_ns;

		if (memcmp(all.p + i, head, sizeof head) != 0)
			continue;
		ck_assert_int_eq(
			tape_open(&t, src_mem(span_of(all.p, i)), NULL, NULL), 0);
		while (tape_next(t, &m, &at_ns, NULL) > 0)
			;
		ck_assert_int_eq(tape_end(t).state, TAPE_TRUNCATED);
		tape_close(t);
		cuts++;
	}
	ck_assert_uint_gt(cuts, 3);
	watch_free(&w);
}
END_TEST

START_TEST(the_first_write_holds_header_and_message)
{
	struct buf store = { 0 };
	struct tapew *t;
	struct watch w;
	struct msg m;

	watch_init(&w);
	ck_assert_int_eq(tapew_open(&t, TAPE_AUDIT_V2, &w.dst, NULL, NULL), 0);
	ck_assert_uint_eq(w.states, 0);
	util_output(&m, 0, 100, &store);
	tapew_put(t, &m, NULL);
	ck_assert_int_eq(tapew_flush(t, NULL), 0);
	ck_assert_uint_eq(w.states, 1);
	ck_assert_int_eq(expect(bytes_of(&w), 1).state, TAPE_TRUNCATED);
	ck_assert_int_eq(tapew_flush(t, NULL), 0); /* nothing new: nothing written */
	ck_assert_uint_eq(w.states, 1);
	tapew_close(t, NULL);
	ck_assert_int_eq(expect(bytes_of(&w), 1).state, TAPE_CLEAN);
	watch_free(&w);
	buf_free(&store);
}
END_TEST

/* What the reference decoder needs to be silent: version 2 must not end at the end of a
 * member; version 1 must have its array closed. */
struct states {
	enum tape_format f;
	size_t least;
};

static void
state_is_readable(void *ctx, struct span file)
{
	struct states *s = ctx;
	struct buf json = { 0 };
	struct tape_end end;

	ck_assert_int_eq(util_read(file, &json, &end), 0);
	ck_assert_uint_eq(end.damages, 0);
	if (s->f == TAPE_AUDIT_V1)
		ck_assert_int_eq(end.state, TAPE_CLEAN);
	ck_assert_uint_ge(json.n, s->least);
	s->least = json.n;
	buf_free(&json);
}

START_TEST(every_state_in_between_is_readable)
{
	for (size_t v = 0; v < 2; v++) {
		struct tapew_opts o = { .member_bytes = 5000 };
		struct states s = { versions[v], 0 };
		struct watch w;

		watch_init(&w);
		w.state = state_is_readable;
		w.ctx = &s;
		write_file(&w, versions[v], &o, MSGS, 2);
		ck_assert_uint_gt(w.states, 100);
		watch_free(&w);
	}
}
END_TEST

START_TEST(every_beginning_can_be_read)
{
	struct tapew_opts o = { .member_bytes = 3000 };
	struct buf all = { 0 }, some = { 0 };

	for (size_t v = 0; v < 2; v++) {
		struct watch w;
		struct span file;

		watch_init(&w);
		write_file(&w, versions[v], &o, 40, 3);
		file = bytes_of(&w);
		buf_clear(&all);
		util_read(file, &all, NULL);
		for (size_t cut = 0; cut < file.n; cut++) {
			uint8_t *copy = malloc(cut ? cut : 1);
			struct tape_end end;
			int rc;

			memcpy(copy, file.p, cut);
			buf_clear(&some);
			rc = util_read(span_of(copy, cut), &some, &end);
			if (cut < AUDIT_HEADER) {
				ck_assert_int_eq(rc, ERR_FORMAT);
			} else {
				ck_assert_int_eq(rc, 0);
				ck_assert_uint_eq(end.damages, 0);
				ck_assert(some.n <= all.n);
				ck_assert(some.n == 0 ||
					  memcmp(some.p, all.p, some.n) == 0);
			}
			free(copy);
		}
		watch_free(&w);
	}
	buf_free(&all);
	buf_free(&some);
}
END_TEST

START_TEST(flipped_bits_never_crash_and_later_members_survive)
{
	struct tapew_opts o = { .member_bytes = 3000 };
	struct buf json = { 0 }, copy = { 0 };
	uint64_t seed = 7;
	size_t worst = 40, lines;
	struct tape_end end;
	struct watch w;

	watch_init(&w);
	write_file(&w, TAPE_AUDIT_V2, &o, 40, 0);
	for (size_t at = AUDIT_HEADER; at < bytes_of(&w).n; at++) {
		buf_clear(&copy);
		buf_add_span(&copy, bytes_of(&w));
		copy.p[at] ^= (uint8_t)(1u << util_random(&seed) % 8);
		buf_clear(&json);
		ck_assert_int_eq(util_read(buf_span(&copy), &json, &end), 0);
		lines = 0;
		for (size_t i = 0; i < json.n; i++)
			lines += json.p[i] == '\n';
		if (lines < worst)
			worst = lines;
	}
	/* a member of 3,000 bytes holds at most eight of them */
	ck_assert_uint_ge(worst, 30);
	watch_free(&w);
	buf_free(&json);
	buf_free(&copy);
}
END_TEST

START_TEST(a_full_disk_is_survived_without_a_seam)
{
	struct tapew_opts o = { .member_bytes = 5000 };

	for (size_t v = 0; v < 2; v++)
		for (uint64_t limit = 1; limit < 6000; limit += 487) {
			struct buf store = { 0 };
			struct err e = { 0 };
			struct tapew *t;
			struct watch w;
			struct msg m;
			size_t failed = 0;

			watch_init(&w);
			dst_mem_limit(w.mem, limit);
			ck_assert_int_eq(
				tapew_open(&t, versions[v], &w.dst, &o, NULL), 0);
			for (size_t i = 0; i < MSGS;) {
				util_output(&m, i, 100 + i % 7 * 300, &store);
				if (tapew_put(t, &m, &e) == 0) {
					i++;
					tapew_flush(t, NULL);
					continue;
				}
				ck_assert_int_eq(e.code, ERR_NOSPACE);
				ck_assert_uint_lt(tapew_stats(t).pending_bytes, 1 << 20);
				if (++failed > 3)
					dst_mem_limit(w.mem, 0);
			}
			ck_assert_uint_gt(failed, 3);
			ck_assert_int_eq(tapew_flush(t, &e), 0);
			ck_assert_uint_eq(tapew_stats(t).pending_bytes, 0);
			ck_assert_int_eq(tapew_close(t, NULL), 0);
			ck_assert_int_eq(expect(bytes_of(&w), MSGS).state, TAPE_CLEAN);
			watch_free(&w);
			buf_free(&store);
		}
}
END_TEST

static void
no_finding(void *ctx, int64_t offset, const char *text)
{
	ck_abort_msg("cut %zu: offset %lld: %s", *(size_t *)ctx, (long long)offset, text);
}

/* Members and index agree. */
static void
check_members(struct span file, size_t cut)
{
	struct gzcheck_opts o = { .found = no_finding, .ctx = &cut };
	struct gzcheck *c = gzcheck_new(&o);
	struct src *src = src_mem(file);

	ck_assert_int_eq(gzcheck_walk(c, src, NULL), 0);
	gzcheck_free(c);
	src_close(src);
}

/* Append to what a crash after CUT bytes left. */
static void
append_after(struct span file, size_t cut, enum tape_format f, size_t before)
{
	struct tapew_opts o = { .member_bytes = 3000 };
	struct buf json = { 0 };
	struct tapew *t;
	struct watch w;
	struct src *src;
	struct buf old = { 0 };
	struct err e = { 0 };
	struct tape_end end;
	size_t lines = 0;
	int rc;

	watch_init(&w);
	dst_write_at(w.mem, 0, file.p, cut, NULL);
	buf_add(&old, file.p, cut);
	src = src_mem(buf_span(&old));
	rc = tapew_append(&t, f, src, &w.dst, &o, &e);
	ck_assert_msg(rc == 0, "cut %zu: %s", cut, e.text);
	put_some(t, before, before + 20, 4);
	ck_assert_int_eq(tapew_close(t, &e), 0);
	ck_assert_int_eq(util_read(bytes_of(&w), &json, &end), 0);
	ck_assert_msg(end.state == TAPE_CLEAN, "cut %zu: %s", cut, end.text);
	for (size_t i = 0; i < json.n; i++)
		lines += json.p[i] == '\n';
	if (cut % 5 == 2) /* costs more than all the rest */
		check_members(bytes_of(&w), cut);
	/* what could be read before, and what came */
	buf_clear(&json);
	if (util_read(buf_span(&old), &json, NULL) == 0)
		for (size_t i = 0; i < json.n; i++)
			lines -= json.p[i] == '\n';
	ck_assert_msg(lines == 20, "cut %zu: %zu", cut, lines);
	src_close(src);
	watch_free(&w);
	buf_free(&json);
	buf_free(&old);
}

START_TEST(appending_to_whatever_a_crash_left)
{
	struct tapew_opts o = { .member_bytes = 3000 };

	for (size_t v = 0; v < 2; v++) {
		struct watch w;

		watch_init(&w);
		write_file(&w, versions[v], &o, 30, 3);
		for (size_t cut = 0; cut <= bytes_of(&w).n; cut++)
			append_after(bytes_of(&w), cut, versions[v], 30);
		watch_free(&w);
	}
}
END_TEST

START_TEST(appending_again_and_again)
{
	struct tapew_opts o = { .member_bytes = 2000 };

	for (size_t v = 0; v < 2; v++)
		for (int end = 0; end < 2; end++) {
			struct tapew *t;
			struct watch w;

			o.terminate = end;
			watch_init(&w);
			write_file(&w, versions[v], &o, 10, 3);
			for (size_t round = 1; round < 12; round++) {
				struct src *src = src_mem(bytes_of(&w));

				ck_assert_int_eq(tapew_append(&t, versions[v], src,
							 &w.dst, &o, NULL),
					0);
				put_some(t, round * 10, round * 10 + 10, 3);
				src_close(src);
				if (round % 3 == 2) /* a crash now and then */
					tapew_flush(t, NULL);
				tapew_close(t, NULL);
				expect(bytes_of(&w), round * 10 + 10);
			}
			ck_assert_int_eq(expect(bytes_of(&w), 120).state, TAPE_CLEAN);
			watch_free(&w);
		}
}
END_TEST

START_TEST(appending_refuses_what_it_cannot_do)
{
	struct watch w;
	struct tapew *t;
	struct err e;
	struct src *src;
	struct buf file = { 0 };

	watch_init(&w);
	write_file(&w, TAPE_AUDIT_V2, NULL, 10, 3);
	src = src_mem(bytes_of(&w));
	ck_assert_int_eq(
		tapew_append(&t, TAPE_AUDIT_V1, src, &w.dst, NULL, &e), ERR_USAGE);
	ck_assert_ptr_null(t);
	src_close(src);
	src = src_mem(
		SPAN_LIT("this is somebody's letter, not an audit log at all, sorry"));
	ck_assert_int_eq(
		tapew_append(&t, TAPE_AUDIT_V2, src, &w.dst, NULL, &e), ERR_FORMAT);
	src_close(src);
	src = src_mem(SPAN_LIT("letter"));
	ck_assert_int_eq(
		tapew_append(&t, TAPE_AUDIT_V2, src, &w.dst, NULL, &e), ERR_FORMAT);
	src_close(src);
	/* damage at the end that may hide messages */
	buf_add_span(&file, bytes_of(&w));
	for (size_t i = 200; i < file.n; i++)
		file.p[i] = (uint8_t)(i * 37);
	src = src_mem(buf_span(&file));
	ck_assert_int_eq(
		tapew_append(&t, TAPE_AUDIT_V2, src, &w.dst, NULL, &e), ERR_DAMAGED);
	src_close(src);
	watch_free(&w);
	buf_free(&file);
}
END_TEST

START_TEST(zeros_after_a_power_failure)
{
	struct buf file = { 0 };
	struct tapew *t;
	struct watch w, w2;
	struct src *src;
	uint8_t zeros[512] = { 0 };

	watch_init(&w);
	ck_assert_int_eq(tapew_open(&t, TAPE_AUDIT_V2, &w.dst, NULL, NULL), 0);
	put_some(t, 0, 20, 1);
	buf_add_span(&file, bytes_of(&w));
	tapew_close(t, NULL);
	buf_add(&file, zeros, sizeof zeros);
	ck_assert_int_eq(expect(buf_span(&file), 20).state, TAPE_TRUNCATED);
	watch_init(&w2);
	dst_write_at(w2.mem, 0, file.p, file.n, NULL);
	src = src_mem(buf_span(&file));
	ck_assert_int_eq(tapew_append(&t, TAPE_AUDIT_V2, src, &w2.dst, NULL, NULL), 0);
	put_some(t, 20, 30, 1);
	tapew_close(t, NULL);
	ck_assert_int_eq(expect(bytes_of(&w2), 30).state, TAPE_CLEAN);
	src_close(src);
	watch_free(&w);
	watch_free(&w2);
	buf_free(&file);
}
END_TEST

/* Going anywhere and reading on must give what reading from the front gives. */
static void
check_seeks(struct span file, size_t n)
{
	struct tape_pos *pos = calloc(n + 1, sizeof *pos);
	struct buf store = { 0 };
	const struct msg *got;
	struct tape *t, *fresh;
	struct msg want;
	uint64_t seed = 3;
	int64_t at_ns;

	ck_assert_int_eq(tape_open(&t, src_mem(file), NULL, NULL), 0);
	for (size_t i = 0; i < n; i++) {
		pos[i] = tape_tell(t);
		ck_assert_uint_eq(pos[i].ordinal, i);
		ck_assert_int_eq(tape_next(t, &got, &at_ns, NULL), 1);
	}
	for (int k = 0; k < 200; k++) {
		size_t i = util_random(&seed) % n;

		ck_assert_int_eq(tape_open(&fresh, src_mem(file), NULL, NULL), 0);
		ck_assert_int_eq(tape_seek(t, &pos[i], NULL), 0);
		ck_assert_int_eq(tape_seek(fresh, &pos[i], NULL), 0);
		util_output(&want, i, 100 + i % 7 * 300, &store);
		ck_assert_int_eq(tape_next(t, &got, &at_ns, NULL), 1);
		ck_assert(msg_equal(got, &want) && at_ns == (int64_t)i * 1000000);
		ck_assert_int_eq(tape_next(fresh, &got, &at_ns, NULL), 1);
		ck_assert(msg_equal(got, &want) && at_ns == (int64_t)i * 1000000);
		ck_assert_uint_eq(tape_tell(t).ordinal, i + 1);
		tape_close(fresh);
	}
	ck_assert_int_eq(tape_rewind(t, NULL), 0);
	ck_assert_int_eq(tape_next(t, &got, &at_ns, NULL), 1);
	ck_assert_int_eq(at_ns, 0);
	tape_close(t);
	buf_free(&store);
	free(pos);
}

START_TEST(seeking_is_skipping)
{
	static const size_t members[] = { 2000, 0 };

	for (size_t v = 0; v < 2; v++)
		for (size_t b = 0; b < 2; b++) {
			struct tapew_opts o = { .member_bytes = members[b] };
			struct watch w;

			watch_init(&w);
			write_file(&w, versions[v], &o, 500, 7);
			check_seeks(bytes_of(&w), 500);
			watch_free(&w);
		}
}
END_TEST

/* One long member, as the reference writes it: the reader makes marks of its own. */
START_TEST(seeking_in_one_long_member)
{
	struct tapew_opts o = { .member_bytes = (size_t)8 << 20 };
	struct watch w;

	watch_init(&w);
	write_file(&w, TAPE_AUDIT_V2, &o, 6000, 7);
	check_seeks(bytes_of(&w), 6000);
	watch_free(&w);
}
END_TEST

static void
check_index(struct span file, size_t n, bool complete)
{
	struct tape_access x;
	struct buf store = { 0 };
	const struct msg *got;
	struct tape *t;
	struct msg want;
	int64_t at_ns;

	ck_assert_int_eq(tape_open(&t, src_mem(file), NULL, NULL), 0);
	if (complete) {
		ck_assert_int_eq(tape_info(t)->duration_ns, (int64_t)(n - 1) * 1000000);
		ck_assert_uint_eq(tape_info(t)->messages, n);
	}
	for (size_t i = 0; i < n; i += 13) {
		ck_assert(tape_index_find(t, (int64_t)i * 1000000, &x));
		ck_assert(x.at_ns <= (int64_t)i * 1000000);
		ck_assert_int_eq(tape_seek(t, &x.pos, NULL), 0);
		ck_assert_int_eq(tape_next(t, &got, &at_ns, NULL), 1);
		util_output(&want, x.pos.ordinal, 100 + x.pos.ordinal % 7 * 300, &store);
		ck_assert(msg_equal(got, &want));
		ck_assert(at_ns == x.at_ns || !complete);
	}
	ck_assert(!tape_index_find(t, -1, &x));
	tape_close(t);
	buf_free(&store);
}

START_TEST(the_index_leads_to_the_messages)
{
	struct tapew_opts o = { .member_bytes = 2000 };

	for (size_t v = 0; v < 2; v++)
		for (int end = 0; end < 2; end++) {
			struct buf part = { 0 };
			struct watch w;
			struct gzidx x;
			struct src *src;

			o.terminate = end;
			watch_init(&w);
			write_file(&w, versions[v], &o, 400, 7);
			check_index(bytes_of(&w), 400, true);
			/* without the closing header the members' records must do */
			src = src_mem(bytes_of(&w));
			ck_assert_int_eq(gzidx_read(&x, src, NULL), 1);
			buf_add(&part, bytes_of(&w).p, x.data_end + 5);
			check_index(buf_span(&part), 400, false);
			/* any flipped bit in the index: it is not used, or it is right */
			for (size_t at = x.data_end; at < bytes_of(&w).n; at++) {
				struct tape *t;
				struct tape_access a;

				buf_clear(&part);
				buf_add_span(&part, bytes_of(&w));
				part.p[at] ^= 4;
				ck_assert_int_eq(tape_open(&t, src_mem(buf_span(&part)),
							 NULL, NULL),
					0);
				if (tape_index_find(t, INT64_MAX, &a))
					ck_assert_int_eq(tape_seek(t, &a.pos, NULL), 0);
				tape_close(t);
			}
			gzidx_free(&x);
			src_close(src);
			buf_free(&part);
			watch_free(&w);
		}
}
END_TEST

START_TEST(a_long_index_is_chained_and_thinned)
{
	struct buf out = { 0 };
	struct gzidx x, back;
	struct src *src;
	size_t n = 3 * GZIDX_ENTRIES_MAX + 17;

	ck_assert_int_eq(gzidx_init(&x), 0);
	for (size_t i = 0; i < n; i++)
		gzidx_add(&x, &(struct gzidx_entry){ 40 + i * 100003, i * 300007,
				      i * 5000, (int64_t)i * 123456789 });
	ck_assert_uint_le(x.n, GZIDX_ENTRIES_MAX);
	ck_assert_uint_ge(x.n, GZIDX_ENTRIES_MAX / 2);
	x.start_ns = -5;
	x.duration_ns = (int64_t)n * 123456789;
	x.messages = n * 5000;
	x.plain_end = n * 300007;
	x.data_end = 40 + n * 100003;
	/* as if the messages were there */
	ck_assert_int_eq(gzidx_write(&x, &out, 0, false), 0);
	ck_assert_uint_gt(out.n, 65536);
	buf_clear(&out);
	for (size_t i = 0; i < 1000; i++)
		buf_add_byte(&out, 0);
	x.data_end = 900;
	ck_assert_int_eq(gzidx_write(&x, &out, 1000, true), 0);
	src = src_mem(buf_span(&out));
	ck_assert_int_eq(
		gzidx_read(&back, src, NULL), 0); /* entries point behind data_end */
	src_close(src);
	gzidx_free(&back);
	x.n = 5;
	for (size_t i = 0; i < x.n; i++)
		x.v[i].file = 40 + i;
	buf_cut(&out, 1000);
	ck_assert_int_eq(gzidx_write(&x, &out, 1000, true), 0);
	src = src_mem(buf_span(&out));
	ck_assert_int_eq(gzidx_read(&back, src, NULL), 1);
	ck_assert(
		back.ended && back.n == 5 && back.start_ns == -5 && back.data_end == 900);
	ck_assert(memcmp(back.v, x.v, 5 * sizeof *x.v) == 0);
	src_close(src);
	gzidx_free(&back);
	gzidx_free(&x);
	buf_free(&out);
}
END_TEST

START_TEST(thousands_of_members)
{
	struct tapew_opts o = { .member_bytes = 1024 };
	struct watch w;

	watch_init(&w);
	write_file(&w, TAPE_AUDIT_V2, &o, 20000, 0);
	check_index(bytes_of(&w), 20000, true);
	ck_assert_int_eq(expect(bytes_of(&w), 20000).state, TAPE_CLEAN);
	watch_free(&w);
}
END_TEST

static void
count_lost(void *ctx, const char *what, uint64_t count)
{
	ck_assert_ptr_nonnull(strstr(what, "131,072"));
	*(uint64_t *)ctx += count;
}

START_TEST(version_1_holds_131072_messages)
{
	uint64_t lost = 0;
	struct tapew_opts o = { .lost = count_lost, .ctx = &lost };
	struct tapew *t;
	struct watch w;
	struct msg m;

	watch_init(&w);
	ck_assert_int_eq(tapew_open(&t, TAPE_AUDIT_V1, &w.dst, &o, NULL), 0);
	msg_init(&m, MSG_CLOSE);
	for (size_t i = 0; i < AUDIT_V1_MESSAGES_MAX + 5; i++)
		ck_assert_int_eq(tapew_put(t, &m, NULL), 0);
	ck_assert_int_eq(tapew_close(t, NULL), 0);
	ck_assert_uint_eq(lost, 5);
	ck_assert_uint_eq(util_count(bytes_of(&w)), AUDIT_V1_MESSAGES_MAX);
	watch_free(&w);
}
END_TEST

START_TEST(a_huge_message_goes_through)
{
	size_t n = (size_t)20 << 20;
	uint8_t *big = malloc(n);
	const struct msg *got;
	struct tape *t;
	struct tapew *wr;
	struct watch w;
	struct msg m;
	int64_t at_ns;
	uint64_t seed = 5;

	for (size_t i = 0; i < n; i++)
		big[i] = (uint8_t)util_random(&seed);
	watch_init(&w);
	ck_assert_int_eq(tapew_open(&wr, TAPE_AUDIT_V2, &w.dst, NULL, NULL), 0);
	put_some(wr, 0, 3, 2);
	msg_init(&m, MSG_IO);
	m.p.io.data = span_of(big, n);
	ck_assert_int_eq(tapew_put(wr, &m, NULL), 0);
	ck_assert_int_eq(tapew_close(wr, NULL), 0);
	ck_assert_int_eq(tape_open(&t, src_mem(bytes_of(&w)), NULL, NULL), 0);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(tape_next(t, &got, &at_ns, NULL), 1);
	ck_assert(msg_equal(got, &m));
	ck_assert_int_eq(tape_next(t, &got, &at_ns, NULL), 0);
	tape_close(t);
	watch_free(&w);
	free(big);
}
END_TEST

/* A source over a file that grows. */
struct growing {
	struct src src;
	struct span all;
	size_t have;
};

static ssize_t
growing_read(struct src *s, uint64_t off, void *p, size_t n, struct err *e)
{
	struct growing *g = (struct growing *)s;

	(void)e;
	if (off >= g->have)
		return 0;
	n = n < g->have - off ? n : g->have - (size_t)off;
	memcpy(p, g->all.p + off, n);
	return (ssize_t)n;
}

static int64_t
growing_size(struct src *s)
{
	return (int64_t)((struct growing *)s)->have;
}

static void
growing_close(struct src *s)
{
	(void)s;
}

static const struct src_ops growing_ops = { growing_read, growing_size, growing_close };

START_TEST(a_live_tape_follows)
{
	struct tapew_opts o = { .member_bytes = 3000 };
	struct tape_opts live = { .live = true };
	const struct msg *got;
	struct growing g;
	struct tape *t;
	struct watch w;
	size_t n = 0;
	int64_t at_ns;
	int rc;

	watch_init(&w);
	write_file(&w, TAPE_AUDIT_V2, &o, MSGS, 2);
	g = (struct growing){ { &growing_ops }, bytes_of(&w), 60 };
	ck_assert_int_eq(tape_open(&t, &g.src, &live, NULL), 0);
	while (g.have <= g.all.n) {
		while ((rc = tape_next(t, &got, &at_ns, NULL)) > 0)
			ck_assert_int_eq(at_ns, (int64_t)n++ * 1000000);
		ck_assert_int_eq(rc, 0);
		if (g.have == g.all.n)
			break;
		ck_assert_int_ne(tape_end(t).state, TAPE_TRUNCATED);
		ck_assert_int_ne(tape_end(t).state, TAPE_DAMAGED);
		g.have = g.have + 37 < g.all.n ? g.have + 37 : g.all.n;
	}
	ck_assert_uint_eq(n, MSGS);
	ck_assert_int_eq(tape_end(t).state, TAPE_CLEAN);
	tape_close(t);
	watch_free(&w);
}
END_TEST

/* Version 1 with its tail, state by state. */
struct follower {
	struct growing g;
	struct tape *t;
	size_t n;
};

static void
follow(void *ctx, struct span file)
{
	struct follower *f = ctx;
	struct tape_opts live = { .live = true };
	const struct msg *got;
	int64_t at_ns;

	f->g.all = file;
	f->g.have = file.n;
	if (!f->t)
		ck_assert_int_eq(tape_open(&f->t, &f->g.src, &live, NULL), 0);
	while (tape_next(f->t, &got, &at_ns, NULL) > 0)
		ck_assert_int_eq(at_ns, (int64_t)f->n++ * 1000000);
	ck_assert_uint_eq(tape_end(f->t).damages, 0);
}

START_TEST(a_live_version_1_follows)
{
	struct tapew_opts o = { .member_bytes = 3000 };
	struct follower f = { .g = { .src = { &growing_ops } } };
	struct watch w;

	watch_init(&w);
	w.state = follow;
	w.ctx = &f;
	write_file(&w, TAPE_AUDIT_V1, &o, MSGS, 2);
	ck_assert_uint_eq(f.n, MSGS);
	ck_assert_int_eq(tape_end(f.t).state, TAPE_CLEAN);
	tape_close(f.t);
	watch_free(&w);
}
END_TEST

START_TEST(notes_are_told_once)
{
	uint64_t told = 0;
	struct tapew_opts o = { .member_bytes = 3000 };
	struct buf file = { 0 }, json = { 0 };
	const struct msg *got;
	struct tape *t;
	struct watch w;
	int64_t at_ns;

	watch_init(&w);
	write_file(&w, TAPE_AUDIT_V2, &o, 100, 0);
	buf_add_span(&file, bytes_of(&w));
	memset(file.p + 600, 0x55, 40);
	ck_assert_int_eq(tape_open(&t, src_mem(buf_span(&file)), NULL, NULL), 0);
	for (int round = 0; round < 3; round++) {
		while (tape_next(t, &got, &at_ns, NULL) > 0)
			;
		ck_assert_int_eq(tape_end(t).state, TAPE_DAMAGED);
		if (round == 0)
			told = tape_end(t).damages;
		ck_assert_uint_eq(tape_end(t).damages, told);
		ck_assert_int_eq(tape_rewind(t, NULL), 0);
	}
	ck_assert(told == 1 || told == 2); /* the data, and a message that they spoilt */
	tape_close(t);
	watch_free(&w);
	buf_free(&file);
	buf_free(&json);
}
END_TEST

START_TEST(empty_recordings)
{
	for (size_t v = 0; v < 2; v++) {
		struct tapew *t;
		struct watch w;

		watch_init(&w);
		ck_assert_int_eq(tapew_open(&t, versions[v], &w.dst, NULL, NULL), 0);
		ck_assert_int_eq(tapew_flush(t, NULL), 0);
		ck_assert_int_eq(tapew_close(t, NULL), 0);
		ck_assert_int_eq(expect(bytes_of(&w), 0).state, TAPE_CLEAN);
		append_after(bytes_of(&w), bytes_of(&w).n, versions[v], 0);
		watch_free(&w);
	}
}
END_TEST

static TCase *
case_write(void)
{
	TCase *t = tcase_create("write");

	tcase_set_timeout(t, 300);
	tcase_add_test(t, what_is_written_is_read);
	tcase_add_test(t, noise_is_stored);
	tcase_add_test(t, cut_between_members_is_not_clean);
	tcase_add_test(t, the_first_write_holds_header_and_message);
	tcase_add_test(t, every_state_in_between_is_readable);
	tcase_add_test(t, a_full_disk_is_survived_without_a_seam);
	tcase_add_test(t, version_1_holds_131072_messages);
	tcase_add_test(t, a_huge_message_goes_through);
	tcase_add_test(t, empty_recordings);
	return t;
}

static TCase *
case_append(void)
{
	TCase *t = tcase_create("append");

	tcase_set_timeout(t, 300);
	tcase_add_test(t, appending_to_whatever_a_crash_left);
	tcase_add_test(t, appending_again_and_again);
	tcase_add_test(t, appending_refuses_what_it_cannot_do);
	tcase_add_test(t, zeros_after_a_power_failure);
	return t;
}

static TCase *
case_read(void)
{
	TCase *t = tcase_create("read");

	tcase_set_timeout(t, 300);
	tcase_add_test(t, every_beginning_can_be_read);
	tcase_add_test(t, flipped_bits_never_crash_and_later_members_survive);
	tcase_add_test(t, seeking_is_skipping);
	tcase_add_test(t, seeking_in_one_long_member);
	tcase_add_test(t, the_index_leads_to_the_messages);
	tcase_add_test(t, a_long_index_is_chained_and_thinned);
	tcase_add_test(t, thousands_of_members);
	tcase_add_test(t, a_live_tape_follows);
	tcase_add_test(t, a_live_version_1_follows);
	tcase_add_test(t, notes_are_told_once);
	return t;
}

UNIT_MAIN("audit", case_write, case_append, case_read)
