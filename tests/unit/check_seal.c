/* SPDX-License-Identifier: ISC */
/* Keys, seals, and files with every kind of change in them. */
#include "format/sealcheck.h"

#include "tests/unit/unit.h"

#define ID "0123456789abcdef0123456789abcdef"

static struct err err;
static struct sign_key key, other;

static void
begin(void)
{
	static const uint8_t seed[2][SIGN_SEED] = { { 1 }, { 2 } };

	ck_assert_int_eq(sign_key_make(&key, seed[0], &err), 0);
	ck_assert_int_eq(sign_key_make(&other, seed[1], &err), 0);
}

/* RFC 8032, section 7.1, test 2. */
START_TEST(the_rfc)
{
	static const uint8_t seed[] = { 0x4c, 0xcd, 0x08, 0x9b, 0x28, 0xff, 0x96, 0xda,
		0x9d, 0xb6, 0xc3, 0x46, 0xec, 0x11, 0x4e, 0x0f, 0x5b, 0x8a, 0x31, 0x9f,
		0x35, 0xab, 0xa6, 0x24, 0xda, 0x8c, 0xf6, 0xed, 0x4f, 0xb8, 0xa6, 0xfb };
	static const uint8_t start[] = { 0x92, 0xa0, 0x09, 0xa9, 0xf0, 0xd4, 0xca, 0xb8 };
	uint8_t signature[SIGN_SIGNATURE];
	struct sign_key k;

	ck_assert_int_eq(sign_key_make(&k, seed, &err), 0);
	sign_bytes(signature, &k, SPAN_LIT("\x72"));
	ck_assert_mem_eq(signature, start, sizeof start);
	ck_assert(sign_is_good(signature, k.public, SPAN_LIT("\x72")));
	ck_assert(!sign_is_good(signature, k.public, SPAN_LIT("\x73")));
	ck_assert(!sign_is_good(signature, key.public, SPAN_LIT("\x72")));
}
END_TEST

START_TEST(key_files)
{
	static const char *const bad[] = { "", "\n", "# only a comment\n",
		"auditrec-secret-key-1\n", "auditrec-secret-key-1 AAAA\n",
		"auditrec-secret-key-1 not*base64\n",
		"auditrec-secret-key-2 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n" };
	uint8_t public[SIGN_PUBLIC];
	struct sign_key back;
	struct buf text;

	buf_init(&text, 0);
	buf_add_str(&text, "# of this host\n\n");
	sign_write_secret(&text, &key);
	ck_assert_msg(
		sign_read_secret(&back, buf_span(&text), &err) == 0, "%s", err.text);
	ck_assert_mem_eq(&back, &key, sizeof key);
	ck_assert_int_eq(sign_read_public(public, buf_span(&text), &err), ERR_FORMAT);
	buf_clear(&text);
	sign_write_public(&text, key.public);
	ck_assert_int_eq(sign_read_public(public, buf_span(&text), &err), 0);
	ck_assert_mem_eq(public, key.public, sizeof public);
	buf_free(&text);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_int_eq(
			sign_read_secret(&back, span_str(bad[i]), &err), ERR_FORMAT);
}
END_TEST

START_TEST(an_event)
{
	struct seal s = { .n = 3, .offset = 1000, .time_ns = 77, .final = true }, back;
	uint8_t before[SHA256_BYTES] = { 9 }, zeros[SHA256_BYTES] = { 0 };
	struct buf json;
	struct msg m;

	buf_init(&json, 0);
	seal_sign(&s, before, SPAN_LIT(ID), &key);
	ck_assert_int_eq(seal_put(&m, &s, &json), 0);
	ck_assert(seal_get(&back, &m));
	ck_assert_mem_eq(&back, &s, sizeof s);
	ck_assert_int_eq(seal_check(&back, before, SPAN_LIT(ID), key.public), SEAL_GOOD);
	ck_assert_int_eq(
		seal_check(&back, zeros, SPAN_LIT(ID), key.public), SEAL_OTHER_CHAIN);
	ck_assert_int_eq(
		seal_check(&back, before, SPAN_LIT("x"), key.public), SEAL_NO_SIGNATURE);
	ck_assert_int_eq(
		seal_check(&back, before, SPAN_LIT(ID), other.public), SEAL_OTHER_KEY);
	back.offset++;
	ck_assert_int_eq(
		seal_check(&back, before, SPAN_LIT(ID), key.public), SEAL_OTHER_CHAIN);
	m.p.channel_request_unknown.payload.n--;
	ck_assert(!seal_get(&back, &m));
	buf_free(&json);
}
END_TEST

/* ---- a file of pieces, sealed behind each ---- */

#define PIECES 5
#define PIECE  1000

static uint8_t file[PIECES * PIECE + 100];
static struct seal seals[PIECES];
static struct {
	int n;
	uint64_t from[8], to[8];
	const char *text[8];
} told;

static void
found(void *ctx, uint64_t from, uint64_t to, const char *text)
{
	(void)ctx;
	ck_assert_int_lt(told.n, 8);
	told.from[told.n] = from;
	told.to[told.n] = to;
	told.text[told.n++] = text;
}

static void
make_file(void)
{
	uint8_t chain[SHA256_BYTES] = { 0 };
	struct sha256 h;

	for (size_t i = 0; i < sizeof file; i++)
		file[i] = (uint8_t)(i * 7 + i / 256);
	for (int i = 0; i < PIECES; i++) {
		seals[i] = (struct seal){ .n = (uint64_t)i,
			.offset = (uint64_t)(i + 1) * PIECE,
			.time_ns = i,
			.final = i == PIECES - 1 };
		sha256_begin(&h);
		sha256_add(&h, span_of(file + i * PIECE, PIECE));
		sha256_end(&h, seals[i].sha256);
		seal_sign(&seals[i], chain, SPAN_LIT(ID), &key);
		memcpy(chain, seals[i].chain, sizeof chain);
	}
}

/* Reads SIZE bytes of the file and the seals whose numbers are in WHICH, ended by -1; -2 is
 * some other message. */
static struct sealcheck_result
read_it(size_t size, const int *which, const uint8_t *public)
{
	struct src *src = src_mem(span_of(file, size));
	struct sealcheck *c = sealcheck_new(src, public, found, NULL);
	struct sealcheck_result r;
	struct buf json, plain;
	uint64_t n = SEAL_REQUEST;
	struct msg m;

	memset(&told, 0, sizeof told);
	buf_init(&json, 0);
	buf_init(&plain, 0);
	for (; *which != -1; which++) {
		if (*which == -2)
			msg_init(&m, MSG_IO);
		else
			ck_assert_int_eq(seal_put(&m, &seals[*which], &json), 0);
		m.connection_id = SPAN_LIT(ID);
		if (*which != -2)
			m.p.channel_request_unknown.request_id = n++;
		buf_clear(&plain);
		ck_assert_int_eq(msg_encode(&plain, &m), 0);
		sealcheck_message(c, &m, 0);
	}
	ck_assert_int_eq(sealcheck_end(c, plain.n, &r, NULL), 0);
	sealcheck_free(c);
	src_close(src);
	buf_free(&json);
	buf_free(&plain);
	return r;
}

static const int all[] = { -2, 0, -2, 1, 2, 3, -2, 4, -1 };

START_TEST(nothing_changed)
{
	struct sealcheck_result r;

	make_file();
	r = read_it(sizeof file, all, key.public);
	ck_assert_uint_eq(r.good, PIECES);
	ck_assert_uint_eq(r.wrong, 0);
	ck_assert(r.final && r.behind == 0 && r.sealed_end == PIECES * PIECE);
	r = read_it(sizeof file, all, NULL);
	ck_assert(r.seals == PIECES && r.wrong == 0);
}
END_TEST

/* Every byte that was sealed, one at a time: found, and where. */
START_TEST(every_byte)
{
	make_file();
	for (size_t i = 0; i < PIECES * PIECE; i += 13) {
		file[i] ^= 0x10;
		read_it(sizeof file, all, key.public);
		ck_assert_int_eq(told.n, 1);
		ck_assert_uint_eq(told.from[0], i / PIECE * PIECE);
		ck_assert_uint_eq(told.to[0], i / PIECE * PIECE + PIECE);
		ck_assert_str_eq(told.text[0], "bytes were changed");
		file[i] ^= 0x10;
	}
}
END_TEST

START_TEST(seals_moved)
{
	static const struct {
		int which[8];
		const char *text;
	} rows[] = {
		{ { 0, 1, 3, 4, -1 }, "seals are missing" },
		{ { 0, 1, 1, 2, 3, 4, -1 }, "a seal stands here twice" },
		{ { 1, 2, 3, 4, -1 }, "seals are missing" },
		{ { -2, -1 }, "there is no seal" },
		{ { 0, 1, 2, 3, 4, -2, -1 }, "messages stand behind the final seal" },
	};

	make_file();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		read_it(sizeof file, rows[i].which, key.public);
		ck_assert_int_ge(told.n, 1);
		ck_assert_str_eq(told.text[0], rows[i].text);
	}
}
END_TEST

START_TEST(seals_of_others)
{
	static const int one[] = { 0, -1 };

	make_file();
	read_it(sizeof file, all, other.public);
	ck_assert_int_eq(told.n, PIECES);
	ck_assert_str_eq(told.text[0], "sealed with another key");
	/* it says that it is of our key */
	seal_sign(&seals[0], seals[0].chain, SPAN_LIT(ID), &other);
	sign_key_id(seals[0].key, key.public);
	read_it(sizeof file, one, key.public);
	ck_assert_int_eq(told.n, 1);
	ck_assert_ptr_nonnull(strstr(told.text[0], "the signature is wrong"));
}
END_TEST

START_TEST(cut_off)
{
	static const int two[] = { 0, -2, 1, -2, -2, -1 };
	struct sealcheck_result r;

	make_file();
	r = read_it(2 * PIECE + 10, two, key.public);
	ck_assert(r.wrong == 0 && !r.final && r.behind == 2);
	ck_assert_uint_eq(r.sealed_end, 2 * PIECE);
	read_it(2 * PIECE - 10, two, key.public);
	ck_assert_int_eq(told.n, 1);
	ck_assert_str_eq(told.text[0], "bytes are missing");
}
END_TEST

static TCase *
sealing(void)
{
	TCase *c = tcase_create("seals");

	tcase_add_checked_fixture(c, begin, NULL);
	tcase_add_test(c, the_rfc);
	tcase_add_test(c, key_files);
	tcase_add_test(c, an_event);
	tcase_add_test(c, nothing_changed);
	tcase_add_test(c, every_byte);
	tcase_add_test(c, seals_moved);
	tcase_add_test(c, seals_of_others);
	tcase_add_test(c, cut_off);
	return c;
}

UNIT_MAIN("seal", sealing)
