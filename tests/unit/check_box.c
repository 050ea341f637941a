/* SPDX-License-Identifier: ISC */
/* Boxes: in and out again, at any place, and with every byte changed. */
#include "format/box.h"

#include "tests/unit/unit.h"

#include <stdio.h>

static struct err err;
static struct box_key ann, bob, eve;
static struct box_recipients both;

static void
begin(void)
{
	static const uint8_t seeds[3][KEYLINE_KEY] = { { 0, 1 }, { 0, 2 }, { 0, 3 } };

	ck_assert_int_eq(box_key_make(&ann, seeds[0], &err), 0);
	ck_assert_int_eq(box_key_make(&bob, seeds[1], &err), 0);
	ck_assert_int_eq(box_key_make(&eve, seeds[2], &err), 0);
	both.n = 2;
	memcpy(both.v[0], ann.public, KEYLINE_KEY);
	memcpy(both.v[1], bob.public, KEYLINE_KEY);
}

static uint8_t *
make(size_t n)
{
	uint8_t *p = malloc(n + 1);

	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(i * 31 + i / 65536);
	return p;
}

static struct dst *
put(const uint8_t *p, size_t n)
{
	struct src *in = src_mem(span_of(p, n));
	struct dst *out = dst_mem();

	ck_assert_msg(box_put(out, in, n, &both, &err) == 0, "%s", err.text);
	src_close(in);
	return out;
}

static const size_t sizes[] = { 0, 1, 100, BOX_CHUNK - 1, BOX_CHUNK, BOX_CHUNK + 1,
	3 * BOX_CHUNK, 3 * BOX_CHUNK + 7 };

START_TEST(in_and_out)
{
	size_t n = sizes[_i], at = 0;
	uint8_t *p = make(n), back[5000];
	struct dst *box = put(p, n);
	struct src *s;
	ssize_t k;

	ck_assert(box_is(dst_mem_bytes(box).p));
	ck_assert_int_eq(
		box_open(&s, src_mem(dst_mem_bytes(box)), _i % 2 ? &ann : &bob, 1, &err),
		0);
	ck_assert_int_eq(src_size(s), (int64_t)n);
	while ((k = src_read_at(s, at, back, sizeof back, &err)) > 0) {
		ck_assert_mem_eq(back, p + at, (size_t)k);
		at += (size_t)k;
	}
	ck_assert_int_eq(k, 0);
	ck_assert_uint_eq(at, n);
	for (size_t i = n; i > 0; i /= 2) { /* backwards */
		ck_assert_int_ge(src_read_at(s, i - 1, back, 10, &err), 1);
		ck_assert_uint_eq(back[0], p[i - 1]);
	}
	src_close(s);
	dst_close(box, NULL);
	free(p);
}
END_TEST

START_TEST(others_cannot)
{
	uint8_t *p = make(100);
	struct dst *box = put(p, 100);
	struct box_key two[] = { eve, ann };
	char id[BOX_KEY_ID];
	struct src *s;

	ck_assert_int_eq(
		box_open(&s, src_mem(dst_mem_bytes(box)), &eve, 1, &err), ERR_STATE);
	ck_assert_ptr_null(s);
	box_key_id(id, ann.public);
	ck_assert_ptr_nonnull(strstr(err.text, id));
	ck_assert_int_eq(
		box_open(&s, src_mem(dst_mem_bytes(box)), NULL, 0, &err), ERR_STATE);
	ck_assert_int_eq(box_open(&s, src_mem(dst_mem_bytes(box)), two, 2, &err), 0);
	src_close(s);
	dst_close(box, NULL);
	free(p);
}
END_TEST

/* Reads all of what is left of a box; 0 or what went wrong. */
static int
read_all(struct span box)
{
	uint8_t back[BOX_CHUNK];
	struct src *s;
	uint64_t at = 0;
	ssize_t k;
	int rc = box_open(&s, src_mem(box), &bob, 1, &err);

	if (rc < 0)
		return rc;
	while ((k = src_read_at(s, at, back, sizeof back, &err)) > 0)
		at += (uint64_t)k;
	src_close(s);
	return (int)k;
}

START_TEST(changed)
{
	size_t n = 2 * BOX_CHUNK + 50;
	uint8_t *p = make(n), *copy;
	struct dst *box = put(p, n);
	struct span b = dst_mem_bytes(box);

	copy = malloc(b.n);
	memcpy(copy, b.p, b.n);
	for (size_t i = 0; i < b.n; i += i < 300 ? 1 : 997) {
		copy[i] ^= 4;
		/* Ann's row may be anything as long as Bob's is right, but all of it is hashed */
		ck_assert_msg(read_all(span_of(copy, b.n)) < 0, "byte %zu", i);
		copy[i] ^= 4;
	}
	for (size_t cut = 0; cut < b.n; cut += 1009)
		ck_assert_int_lt(read_all(span_of(copy, cut)), 0);
	/* chunks change places */
	memcpy(copy + 208, b.p + 208 + BOX_CHUNK + 16, BOX_CHUNK + 16);
	memcpy(copy + 208 + BOX_CHUNK + 16, b.p + 208, BOX_CHUNK + 16);
	ck_assert_int_eq(read_all(span_of(copy, b.n)), ERR_DAMAGED);
	free(copy);
	free(p);
	dst_close(box, NULL);
}
END_TEST

START_TEST(key_files)
{
	struct box_recipients r;
	struct box_key k;
	struct buf text;

	buf_init(&text, 0);
	buf_add_str(&text, "# auditors\n\n");
	keyline_write(&text, BOX_RECIPIENT_WORD, ann.public);
	buf_add_str(&text, "# and\n");
	keyline_write(&text, BOX_RECIPIENT_WORD, bob.public);
	ck_assert_msg(
		box_recipients_read(&r, buf_span(&text), &err) == 0, "%s", err.text);
	ck_assert_int_eq(r.n, 2);
	ck_assert_mem_eq(r.v[1], bob.public, KEYLINE_KEY);
	ck_assert_int_eq(box_key_read(&k, buf_span(&text), &err), ERR_FORMAT);
	for (int i = 0; i < BOX_RECIPIENTS_MAX; i++)
		keyline_write(&text, BOX_RECIPIENT_WORD, bob.public);
	ck_assert_int_eq(box_recipients_read(&r, buf_span(&text), &err), ERR_LIMIT);
	ck_assert_int_eq(
		box_recipients_read(&r, SPAN_LIT("# nobody\n"), &err), ERR_FORMAT);
	ck_assert_int_eq(
		box_recipients_read(&r, SPAN_LIT("auditrec-recipient-1 AA\n"), &err),
		ERR_FORMAT);
	buf_clear(&text);
	keyline_write(&text, BOX_PRIVATE_WORD, eve.secret);
	ck_assert_int_eq(box_key_read(&k, buf_span(&text), &err), 0);
	ck_assert_mem_eq(k.public, eve.public, KEYLINE_KEY);
	buf_free(&text);
}
END_TEST

static TCase *
boxes(void)
{
	TCase *c = tcase_create("boxes");

	tcase_add_checked_fixture(c, begin, NULL);
	tcase_add_loop_test(c, in_and_out, 0, (int)(sizeof sizes / sizeof *sizes));
	tcase_add_test(c, others_cannot);
	tcase_add_test(c, changed);
	tcase_add_test(c, key_files);
	return c;
}

UNIT_MAIN("box", boxes)
