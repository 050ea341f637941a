/* SPDX-License-Identifier: ISC */
/* Sealed recordings as somebody who may write the files attacks them, but has no key: what
 * verify calls good says what was sealed, and nothing else. */
#include "log/verdict.h"
#include "recd/keep.h"

#include "base/clk.h"
#include "format/tapew.h"
#include "format/vendor.h"
#include "format/wire.h"
#include "store/directory.h"
#include "tests/unit/scratch.h"
#include "tests/unit/torn.h"

#define ANN "ab010203000000000000000000000000"
#define BOB "cd010203000000000000000000000000"

static struct err err;
static struct sign_key key;
static struct keep_opts opts;
static struct buf ann, bob, ann_open; /* sealed; the last one never ended */

/* ---- sessions ---- */

struct client {
	struct keep *k;
	const char *name;
	uint8_t id[DEPOSIT_ID_SIZE];
	uint64_t sent;
	int64_t now_ns;
};

static void
send_message(struct client *c, struct msg *m)
{
	struct buf bytes = { 0 };
	enum deposit_reason why;

	m->connection_id = span_str(c->name);
	m->time_ns = c->now_ns += NS_PER_MS;
	ck_assert_int_eq(msg_encode(&bytes, m), 0);
	ck_assert_msg(keep_take(c->k, c->sent, buf_span(&bytes), &why, &err) == 0, "%s",
		err.text);
	c->sent += bytes.n;
	buf_free(&bytes);
}

static void
send_output(struct client *c, const char *text)
{
	struct msg m;

	msg_init(&m, MSG_IO);
	m.p.io.stream = MSG_STREAM_OUT;
	m.p.io.data = span_str(text);
	send_message(c, &m);
}

static void
send_kind(struct client *c, enum msg_type type)
{
	struct msg m;

	msg_init(&m, type);
	if (type == MSG_CONNECT) {
		m.p.connect.remote_addr = SPAN_LIT("192.0.2.7");
		m.p.connect.country = SPAN_LIT("XX");
	} else if (type == MSG_HANDSHAKE_SUCCESSFUL) {
		m.p.handshake_successful.username =
			span_str(c->name[0] == 'a' ? "ann" : "bob");
	}
	send_message(c, &m);
}

/* The daemon is stopped and begins anew: that begins a member, too. */
static void
restart(struct client *c)
{
	ck_assert_int_eq(keep_commit(c->k, c->now_ns, true, &err), 0);
	keep_leave(c->k);
	ck_assert_msg(keep_resume(&c->k, &opts, c->id, NULL, &err) == 0, "%s", err.text);
}

static void
slurp(struct buf *out, const char *name)
{
	uint8_t block[4096];
	struct src *s;
	ssize_t n;

	buf_init(out, 0);
	ck_assert_int_eq(store_open(opts.store, name, &s, &err), 0);
	while ((n = src_read_at(s, out->n, block, sizeof block, &err)) > 0)
		ck_assert_int_eq(buf_add(out, block, (size_t)n), 0);
	src_close(s);
}

static void
record(struct buf *out, const char *name, uint8_t first, struct buf *open)
{
	struct client c = {
		.name = name, .id = { first, 1, 2, 3 }, .now_ns = 1000 * NS_PER_S
	};

	c.k = keep_new(&opts, c.id, NULL, 0);
	ck_assert_msg(keep_begin(c.k, &err) == 0, "%s", err.text);
	send_kind(&c, MSG_CONNECT);
	send_kind(&c, MSG_HANDSHAKE_SUCCESSFUL);
	for (int i = 0; i < 3; i++) {
		send_output(&c, "what is shown\r\n");
		ck_assert_int_eq(keep_seal(c.k, c.now_ns, &err), 0);
		send_output(&c, "and what comes behind it\r\n");
		restart(&c);
	}
	if (open)
		slurp(open, name);
	send_kind(&c, MSG_DISCONNECT);
	ck_assert_int_eq(keep_end(c.k, c.now_ns, &err), 0);
	slurp(out, name);
}

static void
begin(void)
{
	struct directory_opts o = { .path = dir, .sync = DIRECTORY_SYNC_NEVER };
	static const uint8_t seed[SIGN_SEED] = { 1 };

	scratch_make();
	ck_assert_int_eq(sign_key_make(&key, seed, &err), 0);
	opts = (struct keep_opts){ .key = &key };
	ck_assert_msg(directory_open(&opts.store, &o, &err) == 0, "%s", err.text);
	record(&ann, ANN, 0xAB, &ann_open);
	record(&bob, BOB, 0xCD, NULL);
}

static void
end(void)
{
	store_close(opts.store);
	buf_free(&ann);
	buf_free(&ann_open);
	buf_free(&bob);
	scratch_remove();
}

/* ---- what is said of them ---- */

static char told[4096];

static void
found(void *ctx, const struct verdict_finding *f)
{
	size_t n = strlen(told);

	(void)ctx;
	snprintf(told + n, sizeof told - n, "%ld: %s\n", (long)f->offset, f->text);
}

static struct verdict
judge(struct span file)
{
	struct verdict_opts o = { .public = key.public, .id = ANN, .found = found };
	struct verdict v = { .end = { .state = TAPE_DAMAGED } };

	told[0] = '\0';
	if (verdict_reach(&v, src_mem(file), &o, &err) < 0)
		snprintf(told, sizeof told, "%s", err.text);
	return v;
}

/* All that a reader is told, times too. */
static void
read_out(struct buf *out, struct span file)
{
	struct tape *t;
	const struct msg *m;
	int64_t at;

	buf_init(out, 0);
	ck_assert_int_eq(tape_open(&t, src_mem(file), NULL, &err), 0);
	while (tape_next(t, &m, &at, &err) > 0) {
		ck_assert_int_eq(msg_encode(out, m), 0);
		buf_add(out, &at, sizeof at);
	}
	tape_close(t);
}

/* 1: it passed, and says the same as ann's; 0: it did not pass. */
static int
passes(struct span file)
{
	struct verdict v = judge(file);
	struct buf is, was;

	if (!verdict_is_good(&v))
		return 0;
	read_out(&is, file);
	read_out(&was, buf_span(&ann));
	ck_assert_msg(span_eq(buf_span(&is), buf_span(&was)), "a forgery passes");
	buf_free(&is);
	buf_free(&was);
	return 1;
}

static void
must_fail(const struct buf *file, const char *what)
{
	struct verdict v = judge(buf_span(file));

	ck_assert_msg(!verdict_is_good(&v), "%s passes", what);
	ck_assert_msg(v.end.state == TAPE_DAMAGED, "%s counts as a crash", what);
}

START_TEST(untouched)
{
	struct verdict v = judge(buf_span(&ann));

	ck_assert_msg(verdict_is_good(&v), "%s", told);
	ck_assert(v.seals.final && v.seals.seals == 4 && v.seals.good == 4);
	ck_assert_str_eq(v.id, ANN);
	v = judge(buf_span(&ann_open));
	ck_assert_int_eq(v.end.state, TAPE_TRUNCATED);
	v = judge(buf_span(&bob));
	ck_assert(!verdict_is_good(&v));
	ck_assert_ptr_nonnull(strstr(told, "holds session " BOB " where " ANN));
}
END_TEST

/* Every byte that is sealed, one bit; behind them every bit.  In the deflate data of the last seal, whose own bytes nothing signs, a
 * few bits (of codes that are not used, of padding) mean nothing to any reader: they may
 * differ, what is read may not. */
START_TEST(every_byte)
{
	static const uint8_t flips[] = { 0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80,
		0xFF };
	struct verdict v = judge(buf_span(&ann));
	int same = 0;

	for (size_t i = 0; i < v.seals.sealed_end; i++) {
		ann.p[i] ^= flips[i % sizeof flips];
		ck_assert_msg(!passes(buf_span(&ann)), "byte %zu changed passes", i);
		ann.p[i] ^= flips[i % sizeof flips];
	}
	for (size_t i = v.seals.sealed_end; i < ann.n; i++)
		for (size_t k = 0; k < sizeof flips; k++) {
			ann.p[i] ^= flips[k];
			same += passes(buf_span(&ann));
			ann.p[i] ^= flips[k];
		}
	ck_assert_int_lt(same, 20);
}
END_TEST

START_TEST(every_length)
{
	for (size_t n = 0; n < ann.n; n++) {
		struct verdict v = judge(span_of(ann.p, n));

		ck_assert_msg(!verdict_is_good(&v), "%zu of %zu bytes pass", n, ann.n);
		if (v.seals.seals)
			ck_assert_msg(v.end.state == TAPE_TRUNCATED,
				"%zu of %zu bytes: %s", n, ann.n, told);
	}
}
END_TEST

/* Nobody is suspected because of a network; what passes was read, but for the tape's own index. */
START_TEST(every_read)
{
	struct verdict_opts o = { .public = key.public, .id = ANN, .found = found };
	struct torn t = { .reads = 0 };
	int i = 0;

	do {
		struct verdict v;
		int rc;

		told[0] = '\0';
		rc = verdict_reach(&v, torn_open(&t, buf_span(&ann), i), &o, &err);
		ck_assert_msg(!*told, "read %d fails: %s", i, told);
		ck_assert(rc == 0 || (rc == ERR_NET && t.reads > i));
		ck_assert(
			rc == 0 ? verdict_is_good(&v) : strcmp(err.text, TORN_TEXT) == 0);
	} while (i++ < t.reads);
	ck_assert_int_gt(i, 10);
}
END_TEST

/* ---- members ---- */

#define MEMBERS_MAX 16

/* Where members begin, the end behind the last. */
static int
find_members(size_t at[MEMBERS_MAX + 1], const struct buf *file)
{
	static const uint8_t head[] = { 0x1F, 0x8B, 8, GZ_FEXTRA };
	int n = 0;

	for (size_t i = AUDIT_HEADER; i + sizeof head < file->n; i++)
		if (memcmp(file->p + i, head, sizeof head) == 0 && n < MEMBERS_MAX)
			at[n++] = i;
	at[n] = file->n;
	ck_assert_int_ge(n, 5);
	return n;
}

static void
put_part(struct buf *out, const struct buf *from, size_t begin, size_t end)
{
	ck_assert_int_eq(buf_add(out, from->p + begin, end - begin), 0);
}

/* Left out, doubled, exchanged with the next, replaced by that of another session. */
START_TEST(members_moved)
{
	size_t at[MEMBERS_MAX + 1], other[MEMBERS_MAX + 1];
	int n = find_members(at, &ann), m = find_members(other, &bob);
	struct buf out;

	ck_assert_int_eq(n, m);
	buf_init(&out, 0);
	for (int how = 0; how < 4; how++)
		for (int i = 0; i < n - 1; i++) {
			size_t next = how == 2 ? at[i + 2] : at[i + 1];

			if (how == 2 && i == n - 2)
				break;
			buf_clear(&out);
			put_part(&out, &ann, 0, at[i]);
			if (how == 1)
				put_part(&out, &ann, at[i], next);
			if (how == 1)
				put_part(&out, &ann, at[i], next);
			if (how == 2)
				put_part(&out, &ann, at[i + 1], next);
			if (how == 2)
				put_part(&out, &ann, at[i], at[i + 1]);
			if (how == 3)
				put_part(&out, &bob, other[i], other[i + 1]);
			put_part(&out, &ann, next, ann.n);
			must_fail(&out, how == 0   ? "a member left out"
					: how == 1 ? "a member doubled"
					: how == 2 ? "members exchanged"
						   : "a member of another session");
		}
	buf_free(&out);
}
END_TEST

/* The beginning of one session, the end of another. */
START_TEST(spliced)
{
	size_t at[MEMBERS_MAX + 1], other[MEMBERS_MAX + 1];
	int n = find_members(at, &ann), m = find_members(other, &bob);
	struct buf out;

	buf_init(&out, 0);
	for (int i = 0; i < n; i++)
		for (int k = 0; k < m; k++) {
			buf_clear(&out);
			put_part(&out, &ann, 0, at[i]);
			put_part(&out, &bob, other[k], bob.n);
			must_fail(&out, "a splice");
			if (i == 0 && k == 0)
				continue; /* nothing but the magic word of bob's */
			buf_clear(&out);
			put_part(&out, &bob, 0, other[k]);
			put_part(&out, &ann, at[i], ann.n);
			must_fail(&out, "a splice");
		}
	buf_free(&out);
}
END_TEST

/* A session that ended is shown as it once was, closed by the attacker. */
START_TEST(old_seal_with_a_new_end)
{
	size_t at[MEMBERS_MAX + 1];
	int n = find_members(at, &ann);
	struct buf out;

	buf_init(&out, 0);
	for (int i = 1; i < n - 1; i++) {
		buf_clear(&out);
		put_part(&out, &ann, 0, at[i]);
		put_part(&out, &ann, at[n - 1], ann.n);
		must_fail(&out, "an earlier state with an end");
	}
	buf_free(&out);
}
END_TEST

/* ---- the end, which holds the last seal and is signed by none ---- */

enum forgery {
	NOTHING,
	SEAL_LATER,
	SEAL_EARLIER,
	SEAL_OTHER_REQUEST,
	SEAL_OTHER_CHANNEL,
	SEAL_OTHER_TEXT,
	SEAL_BEHIND,
	ALL_FORGERIES
};

/* Writes M, which is a seal, with what was done to it. */
static void
put_forged(struct tapew *w, struct msg *m, enum forgery how)
{
	struct buf text = { 0 };
	struct msg more;

	msg_init(&more, MSG_IO);
	more.p.io.stream = MSG_STREAM_OUT;
	more.p.io.data = SPAN_LIT("rm -rf was not me\r\n");
	more.connection_id = m->connection_id;
	more.time_ns = m->time_ns;
	m->time_ns += how == SEAL_LATER ? NS_PER_S : how == SEAL_EARLIER ? -1 : 0;
	m->p.channel_request_unknown.request_id += how == SEAL_OTHER_REQUEST;
	m->channel += how == SEAL_OTHER_CHANNEL;
	if (how == SEAL_OTHER_TEXT) {
		buf_add_str(&text, "{\"n\":77,");
		buf_add(&text, m->p.channel_request_unknown.payload.p + 1,
			m->p.channel_request_unknown.payload.n - 1);
		m->p.channel_request_unknown.payload = buf_span(&text);
	}
	if (how == SEAL_BEHIND)
		ck_assert_int_eq(tapew_put(w, &more, &err), 0);
	ck_assert_int_eq(tapew_put(w, m, &err), 0);
	buf_free(&text);
}

/* A destination that stays when its writer is closed. */
struct kept {
	struct dst dst;
	struct dst *mem;
};

static ssize_t
kept_write_at(struct dst *d, uint64_t off, const void *p, size_t n, struct err *e)
{
	return dst_write_at(((struct kept *)d)->mem, off, p, n, e);
}

static int
kept_close(struct dst *d, struct err *e)
{
	(void)d;
	(void)e;
	return 0;
}

/* Ann's without its end; the attacker writes another one with our own writer. */
static void
forge(struct buf *out, enum forgery how)
{
	static const struct dst_ops ops = { .write_at = kept_write_at,
		.close = kept_close };
	struct kept k = { { .ops = &ops, .seekable = true }, dst_mem() };
	struct verdict v = judge(buf_span(&ann));
	struct src *src = src_mem(span_of(ann.p, v.seals.sealed_end));
	const struct msg *m;
	struct seal seal;
	struct tapew *w;
	struct tape *t;
	int64_t at;

	ck_assert_int_gt(dst_write_at(k.mem, 0, ann.p, v.seals.sealed_end, &err), 0);
	ck_assert_msg(tapew_append(&w, TAPE_AUDIT_V2, src, &k.dst, NULL, &err) == 0, "%s",
		err.text);
	ck_assert_int_eq(tape_open(&t, src_mem(buf_span(&ann)), NULL, &err), 0);
	while (tape_next(t, &m, &at, &err) > 0)
		if (seal_get(&seal, m) && seal.final) {
			struct msg copy = *m;

			put_forged(w, &copy, how);
		}
	tape_close(t);
	ck_assert_int_eq(tapew_close(w, &err), 0);
	buf_clear(out);
	buf_add_span(out, dst_mem_bytes(k.mem));
	dst_close(k.mem, NULL);
	src_close(src);
}

START_TEST(another_end)
{
	struct buf out;

	buf_init(&out, 0);
	forge(&out, NOTHING);
	ck_assert_msg(passes(buf_span(&out)), "%s", told);
	for (int how = NOTHING + 1; how < ALL_FORGERIES; how++) {
		forge(&out, (enum forgery)how);
		must_fail(&out, "another end");
		ck_assert_ptr_nonnull(strstr(told, " seal"));
	}
	buf_free(&out);
}
END_TEST

START_TEST(appended)
{
	static const uint8_t empty[] = { 0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF, 3, 0, 0,
		0, 0, 0, 0, 0, 0, 0 };
	static const struct span tails[] = { { (const uint8_t *)"x", 1 },
		{ (const uint8_t *)"\0\0\0\0", 4 }, { empty, sizeof empty },
		{ empty, 10 } };
	size_t at[MEMBERS_MAX + 1];
	int n = find_members(at, &ann);
	struct buf out;

	buf_init(&out, 0);
	for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
		buf_clear(&out);
		put_part(&out, &ann, 0, ann.n);
		buf_add_span(&out, tails[i]);
		ck_assert_msg(
			!passes(buf_span(&out)), "something appended passes: %zu", i);
	}
	for (int i = 0; i < n; i++) {
		buf_clear(&out);
		put_part(&out, &ann, 0, ann.n);
		put_part(&out, &ann, at[i], at[i + 1]);
		ck_assert_msg(!passes(buf_span(&out)), "member %d once more passes", i);
	}
	buf_free(&out);
}
END_TEST

static TCase *
attack(void)
{
	TCase *c = tcase_create("attack");

	tcase_set_timeout(c, 300);
	tcase_add_checked_fixture(c, begin, end);
	tcase_add_test(c, untouched);
	tcase_add_test(c, every_byte);
	tcase_add_test(c, every_length);
	tcase_add_test(c, every_read);
	tcase_add_test(c, members_moved);
	tcase_add_test(c, spliced);
	tcase_add_test(c, old_seal_with_a_new_end);
	tcase_add_test(c, another_end);
	tcase_add_test(c, appended);
	return c;
}

UNIT_MAIN("attack", attack)
