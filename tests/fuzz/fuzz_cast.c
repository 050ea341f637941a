/* SPDX-License-Identifier: ISC */
/* Bytes as an asciicast: read, gone back in, written as every version and read again.  And as
 * one event: what a general JSON parser takes for an event, ours reads the same. */
#include "format/cast.h"
#include "format/tapew.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define MESSAGES_MAX 5000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(x)                                                                   \
	do {                                                                       \
		if (!(x)) {                                                        \
			fprintf(stderr, "fuzz_cast: line %d: %s\n", __LINE__, #x); \
			abort();                                                   \
		}                                                                  \
	} while (0)

static bool
is_event(json_t *j)
{
	return json_is_array(j) && json_array_size(j) == 3 &&
	       json_is_number(json_array_get(j, 0)) &&
	       json_is_string(json_array_get(j, 1)) &&
	       json_string_length(json_array_get(j, 1)) &&
	       json_is_string(json_array_get(j, 2));
}

static void
check_text(struct span ours, json_t *j)
{
	CHECK(span_eq(ours, span_of(json_string_value(j), json_string_length(j))));
}

/* What is told as it stands is what would be written of what it means. */
static void
compare_quoted(struct span text, const struct cast_event *plain, int rc)
{
	struct buf store = { 0 }, b = { 0 };
	const char *why = NULL;
	struct cast_event ev;

	CHECK(cast_event_parse(&ev, text, CAST_CODED | CAST_QUOTED, &store, &why) == rc);
	if (rc == 0) {
		CHECK(ev.odd == plain->odd && ev.time_ns == plain->time_ns);
		CHECK(span_eq(ev.code, plain->code));
	}
	if (rc == 0 && ev.quoted.p) {
		CHECK(json_unquote(&b, ev.quoted) == 0);
		CHECK(span_eq(buf_span(&b), plain->data));
		buf_clear(&b);
		json_quote_valid(&b, plain->data);
		CHECK(b.n == ev.quoted.n + 2 &&
			!memcmp(b.p + 1, ev.quoted.p, ev.quoted.n));
	} else if (rc == 0) {
		CHECK(span_eq(ev.data, plain->data));
	}
	buf_free(&store);
	buf_free(&b);
}

static void
compare_event(struct span text)
{
	json_t *j = json_loadb((const char *)text.p, text.n, JSON_ALLOW_NUL, NULL);
	struct buf store = { 0 };
	struct cast_event ev;
	const char *why = NULL;
	int rc = cast_event_parse(&ev, text, CAST_CODED, &store, &why);

	if (is_event(j)) {
		CHECK(rc == 0 && !ev.odd);
		check_text(ev.code, json_array_get(j, 1));
		check_text(ev.data, json_array_get(j, 2));
	}
	CHECK(rc == 0 || why);
	compare_quoted(text, &ev, rc);
	json_decref(j);
	buf_free(&store);
}

struct walk {
	uint64_t count, hash;
	int64_t last;
};

static void
walk_tape(struct tape *t, struct walk *w, struct tapew *out)
{
	const struct msg *m;
	struct buf text = { 0 };
	int64_t at;

	while (w->count < MESSAGES_MAX && tape_next(t, &m, &at, NULL) > 0) {
		CHECK(at >= w->last);
		w->last = at;
		w->count++;
		w->hash = w->hash * 31 + (uint64_t)at + (uint64_t)m->type;
		buf_clear(&text);
		CHECK(msg_describe(&text, m) == 0);
		CHECK(!text.n || !memchr(text.p, '\033', text.n));
		if (out)
			tapew_put(out, m, NULL);
	}
	buf_free(&text);
}

/* The second half again, from where it began. */
static void
go_back(struct tape *t, const struct walk *whole)
{
	struct walk first = { 0 }, second;
	struct tape_pos pos;
	const struct msg *m;
	int64_t at;

	CHECK(tape_rewind(t, NULL) == 0);
	while (first.count < whole->count / 2 && tape_next(t, &m, &at, NULL) > 0)
		first.count++;
	pos = tape_tell(t);
	second = first;
	walk_tape(t, &first, NULL);
	CHECK(tape_seek(t, &pos, NULL) == 0);
	walk_tape(t, &second, NULL);
	CHECK(first.hash == second.hash);
}

/* Without a look at what was shown, the same is written. */
static void
write_quoted(struct span bytes, enum tape_format f, struct span made)
{
	struct tape_opts o = { .quoted = true };
	struct dst *d = dst_mem();
	const struct msg *m;
	struct tapew *out;
	struct tape *t;
	int64_t at;

	CHECK(d && tape_open(&t, src_mem(bytes), &o, NULL) == 0);
	CHECK(tapew_open(&out, f, d, NULL, NULL) == 0);
	for (int n = 0; n < MESSAGES_MAX && tape_next(t, &m, &at, NULL) > 0; n++)
		tapew_put(out, m, NULL);
	tape_close(t);
	CHECK(tapew_flush(out, NULL) == 0);
	CHECK(span_eq(dst_mem_bytes(d), made));
	CHECK(tapew_close(out, NULL) == 0);
}

static void
write_as(struct span bytes, enum tape_format f)
{
	struct walk w = { 0 }, again = { 0 };
	struct dst *d = dst_mem();
	struct tapew *out;
	struct tape *t;
	struct span made;

	CHECK(d && tape_open(&t, src_mem(bytes), NULL, NULL) == 0);
	CHECK(tapew_open(&out, f, d, NULL, NULL) == 0);
	walk_tape(t, &w, out);
	tape_close(t);
	CHECK(tapew_flush(out, NULL) == 0);
	made = dst_mem_bytes(d);
	write_quoted(bytes, f, made);
	if (made.n) {
		CHECK(tape_open(&t, src_mem(made), NULL, NULL) == 0);
		walk_tape(t, &again, NULL);
		CHECK(tape_end(t).damages == 0);
		tape_close(t);
	}
	CHECK(tapew_close(out, NULL) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum tape_format formats[] = { TAPE_CAST_V1, TAPE_CAST_V2,
		TAPE_CAST_V3 };
	struct span bytes = span_of(data, size);
	struct walk w = { 0 };
	struct tape *t;

	compare_event(bytes);
	if (!size || tape_open(&t, src_mem(bytes), NULL, NULL) < 0)
		return 0;
	if (tape_info(t)->format < TAPE_CAST_V1) {
		tape_close(t);
		return 0;
	}
	walk_tape(t, &w, NULL);
	go_back(t, &w);
	tape_close(t);
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		write_as(bytes, formats[i]);
	return 0;
}
