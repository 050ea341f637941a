/* SPDX-License-Identifier: ISC */
#include "tests/unit/audit_file.h"

#include "tests/unit/unit.h"

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

void
watch_init(struct watch *w)
{
	static const struct dst_ops ops = { watch_write, watch_truncate, NULL,
		watch_close };

	*w = (struct watch){ .mem = dst_mem() };
	w->dst = (struct dst){ .ops = &ops, .seekable = true };
}

struct span
watch_bytes(const struct watch *w)
{
	return dst_mem_bytes(w->mem);
}

void
watch_free(struct watch *w)
{
	dst_close(w->mem, NULL);
}

const enum tape_format audit_versions[2] = { TAPE_AUDIT_V1, TAPE_AUDIT_V2 };

void
audit_put(struct tapew *t, size_t from, size_t to, size_t flush)
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

void
audit_write(struct watch *w, enum tape_format f, const struct tapew_opts *o, size_t n,
	size_t flush)
{
	struct tapew *t;

	ck_assert_int_eq(tapew_open(&t, f, &w->dst, o, NULL), 0);
	audit_put(t, 0, n, flush);
	ck_assert_int_eq(tapew_close(t, NULL), 0);
}

struct tape_end
audit_expect(struct span file, size_t n)
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
