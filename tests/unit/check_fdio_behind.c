/* SPDX-License-Identifier: ISC */
/* Written by a thread, bytes are where the caller put them, and failures are told. */
#include "sys/fdio.h"

#include "unit.h"

#define SIZE (3 * FDIO_BEHIND_MAX)

/* All of P, as writers do it. */
static int
put(struct dst *d, uint64_t off, const uint8_t *p, size_t n, struct err *e)
{
	while (n) {
		ssize_t k = dst_write_at(d, off, p, n, e);

		if (k <= 0)
			return (int)k;
		off += (size_t)k;
		p += k;
		n -= (size_t)k;
	}
	return 0;
}

static uint8_t *
some_bytes(size_t n)
{
	uint8_t *p = malloc(n);
	uint32_t x = 1;

	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)((x = x * 69069 + 1) >> 24);
	return p;
}

START_TEST(bytes_are_where_they_belong)
{
	static const size_t steps[] = { 97, 700, 4096, 65536, FDIO_BEHIND_MAX + 7 };
	struct dst *to = dst_mem(), *d = fdio_behind(to);
	uint8_t *bytes = some_bytes(SIZE);
	struct err e;

	ck_assert(d != to && d->seekable == to->seekable);
	for (size_t at = 0, n; at < SIZE; at += n) {
		n = steps[_i] < SIZE - at ? steps[_i] : SIZE - at;
		ck_assert_int_eq(put(d, at, bytes + at, n, &e), 0);
	}
	ck_assert_int_eq(put(d, 5, bytes, 1000, &e), 0); /* over what is there */
	memmove(bytes + 5, bytes, 1000);
	ck_assert_int_eq(d->ops->sync(d, &e), 0);
	ck_assert(span_eq(dst_mem_bytes(to), span_of(bytes, SIZE)));
	ck_assert_int_eq(d->ops->truncate(d, 100, &e), 0);
	ck_assert(span_eq(dst_mem_bytes(to), span_of(bytes, 100)));
	ck_assert_int_eq(dst_close(d, &e), 0);
	free(bytes);
}
END_TEST

START_TEST(failures_are_told)
{
	struct dst *to = dst_mem(), *d = fdio_behind(to);
	uint8_t *bytes = some_bytes(SIZE);
	struct err e = { 0 };

	dst_mem_limit(to, FDIO_BEHIND_MAX / 2);
	ck_assert_int_eq(put(d, 0, bytes, SIZE, &e), ERR_NOSPACE);
	ck_assert_int_eq(e.code, ERR_NOSPACE);
	e.code = 0;
	ck_assert_int_eq(d->ops->sync(d, &e), ERR_NOSPACE);
	ck_assert_int_eq(put(d, SIZE, bytes, 1, &e), ERR_NOSPACE);
	ck_assert(span_eq(dst_mem_bytes(to), span_of(bytes, FDIO_BEHIND_MAX / 2)));
	e.code = 0;
	ck_assert_int_eq(dst_close(d, &e), ERR_NOSPACE);
	ck_assert_int_eq(e.code, ERR_NOSPACE);
	free(bytes);
}
END_TEST

/* All was taken before the thread found out. */
START_TEST(closing_tells_the_last_failure)
{
	struct dst *to = dst_mem(), *d = fdio_behind(to);
	struct err e = { 0 };

	dst_mem_limit(to, 3);
	ck_assert_int_eq(put(d, 0, (const uint8_t *)"12345", 5, &e), 0);
	ck_assert_int_eq(dst_close(d, &e), ERR_NOSPACE);
	ck_assert_int_eq(e.code, ERR_NOSPACE);
}
END_TEST

START_TEST(nothing_is_written)
{
	struct dst *d = fdio_behind(dst_mem());
	struct err e;

	ck_assert_int_eq(d->ops->sync(d, &e), 0);
	ck_assert_int_eq(dst_close(d, &e), 0);
}
END_TEST

static TCase *
case_behind(void)
{
	TCase *t = tcase_create("behind");

	tcase_add_loop_test(t, bytes_are_where_they_belong, 0, 5);
	tcase_add_test(t, failures_are_told);
	tcase_add_test(t, closing_tells_the_last_failure);
	tcase_add_test(t, nothing_is_written);
	return t;
}

UNIT_MAIN("behind", case_behind)
