/* SPDX-License-Identifier: ISC */
#include "tests/unit/format_util.h"

#include "format/schema.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

uint32_t
util_random(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*seed >> 33);
}

static struct span
random_bytes(uint64_t *seed, struct buf *store, bool text)
{
	size_t n = util_random(seed) % 40, from = store->n;

	for (size_t i = 0; i < n; i++)
		buf_add_byte(store, text ? (uint8_t)(32 + util_random(seed) % 95)
					 : (uint8_t)util_random(seed));
	return span_of(store->p + from, n);
}

static uint64_t
random_uint(uint64_t *seed)
{
	uint64_t v = (uint64_t)util_random(seed) << 33 ^ util_random(seed);

	return v >> util_random(seed) % 64;
}

static void
random_list(struct msg_list *l, uint64_t *seed, struct buf *store, enum msg_kind kind)
{
	static struct msg_pair pairs[4];

	l->n = util_random(seed) % 5;
	l->v = util_random(seed) % 4 || l->n ? pairs : NULL;
	for (size_t i = 0; i < l->n; i++) {
		pairs[i] = (struct msg_pair){ random_bytes(seed, store, true),
			SPAN_LIT(""), 0 };
		if (kind == MSG_ANSWERS)
			pairs[i].answer = random_bytes(seed, store, true);
		else
			pairs[i].echo = util_random(seed) % 2;
	}
}

static void
random_field(void *v, enum msg_kind kind, uint64_t *seed, struct buf *store)
{
	switch (kind) {
	case MSG_TEXT:
		*(struct span *)v = random_bytes(seed, store, true);
		break;
	case MSG_BYTES:
		*(struct span *)v = util_random(seed) % 8
					    ? random_bytes(seed, store, false)
					    : (struct span){ NULL, 0 };
		break;
	case MSG_UINT:
		*(uint64_t *)v = random_uint(seed);
		break;
	case MSG_U32:
		*(uint32_t *)v = (uint32_t)random_uint(seed);
		break;
	case MSG_BOOL:
		*(bool *)v = util_random(seed) % 2;
		break;
	case MSG_QUESTIONS:
	case MSG_ANSWERS:
		random_list(v, seed, store, kind);
		break;
	}
}

void
util_random_msg(struct msg *m, uint64_t *seed, struct buf *store)
{
	const struct msg_desc *d = &msg_descs[util_random(seed) % msg_ndescs];

	buf_clear(store);
	buf_reserve(store, 4096); /* so that it does not move */
	msg_init(m, (enum msg_type)d->code);
	m->connection_id = random_bytes(seed, store, true);
	m->time_ns = (int64_t)random_uint(seed);
	m->has_channel = util_random(seed) % 2;
	m->channel = m->has_channel ? random_uint(seed) : 0;
	for (size_t i = 0; i < d->payload->nfields; i++)
		random_field(msg_field_at(m, &d->payload->fields[i]),
			d->payload->fields[i].kind, seed, store);
}

void
util_output(struct msg *m, size_t i, size_t n, struct buf *store)
{
	uint64_t seed = i;

	buf_clear(store);
	while (store->n < n)
		buf_addf(store, "line %zu of %u\r\n", i, util_random(&seed) % 1000);
	buf_cut(store, n);
	msg_init(m, MSG_IO);
	m->connection_id = SPAN_LIT("0123456789abcdef0123456789abcdef");
	m->time_ns = INT64_C(1700000000000000000) + (int64_t)i * 1000000;
	m->p.io.stream = MSG_STREAM_OUT;
	m->p.io.data = buf_span(store);
}

int
util_read(struct span file, struct buf *out, struct tape_end *end)
{
	const struct msg *m;
	struct tape *t;
	int64_t at_ns, last = 0;
	int rc = tape_open(&t, src_mem(file), NULL, NULL);

	if (rc < 0)
		return rc;
	while ((rc = tape_next(t, &m, &at_ns, NULL)) > 0) {
		ck_assert(at_ns >= last);
		last = at_ns;
		msg_json(out, m, 0);
		buf_add_byte(out, '\n');
	}
	if (end)
		*end = tape_end(t);
	tape_close(t);
	return rc;
}

uint64_t
util_count(struct span file)
{
	struct buf out = { .max = (size_t)1 << 30 };
	struct tape_end end;
	uint64_t n = 0;

	ck_assert_int_eq(util_read(file, &out, &end), 0);
	ck_assert_msg(end.damages == 0, "%s", end.text);
	for (size_t i = 0; i < out.n; i++)
		n += out.p[i] == '\n';
	buf_free(&out);
	return n;
}

void
util_slurp(struct buf *b, const char *dir, const char *name)
{
	const char *src = getenv("srcdir");
	char path[4096];
	uint8_t block[65536];
	size_t n;
	FILE *f;

	snprintf(path, sizeof path, "%s/%s/%s", src ? src : ".", dir, name);
	f = fopen(path, "rb");
	ck_assert_msg(f != NULL, "cannot open %s", path);
	buf_clear(b);
	while ((n = fread(block, 1, sizeof block, f)) > 0)
		ck_assert_int_eq(buf_add(b, block, n), 0);
	fclose(f);
}
