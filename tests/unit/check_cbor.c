/* SPDX-License-Identifier: ISC */
/* CBOR against RFC 8949, appendix A: the examples that are well formed are read (and the
 * shortest ones written), everything cut short asks for more, the rest is refused. */
#include "format/cborr.h"
#include "format/cborw.h"

#include "tests/unit/unit.h"

#include <math.h>
#include <stdio.h>

static size_t
unhex(uint8_t *out, const char *hex)
{
	size_t n = strlen(hex) / 2;

	for (size_t i = 0; i < n; i++)
		sscanf(hex + 2 * i, "%2hhx", &out[i]);
	return n;
}

static const struct {
	const char *hex;
	int64_t v;
} ints[] = {
	{ "00", 0 },
	{ "01", 1 },
	{ "0a", 10 },
	{ "17", 23 },
	{ "1818", 24 },
	{ "1819", 25 },
	{ "1864", 100 },
	{ "1903e8", 1000 },
	{ "1a000f4240", 1000000 },
	{ "1b000000e8d4a51000", 1000000000000 },
	{ "20", -1 },
	{ "29", -10 },
	{ "3863", -100 },
	{ "3903e7", -1000 },
	{ "3b7fffffffffffffff", INT64_MIN },
	{ "1b7fffffffffffffff", INT64_MAX },
};

START_TEST(integers_both_ways)
{
	struct buf out = { 0 };
	struct cbor_item it;
	struct cborr r;
	uint8_t b[16];
	size_t n = unhex(b, ints[_i].hex);

	cborw_int(&out, ints[_i].v);
	ck_assert(span_eq(buf_span(&out), span_of(b, n)));
	cborr_init(&r, span_of(b, n));
	ck_assert(cborr_item(&r, &it));
	ck_assert_int_eq(
		it.major == CBOR_UINT ? (int64_t)it.v : -1 - (int64_t)it.v, ints[_i].v);
	ck_assert_ptr_eq(r.p, r.end);
	buf_free(&out);
}
END_TEST

static const struct {
	const char *hex;
	double v;
} floats[] = {
	{ "f90000", 0.0 },
	{ "f98000", -0.0 },
	{ "f93c00", 1.0 },
	{ "fb3ff199999999999a", 1.1 },
	{ "f93e00", 1.5 },
	{ "f97bff", 65504.0 },
	{ "fa47c35000", 100000.0 },
	{ "fa7f7fffff", 3.4028234663852886e+38 },
	{ "fb7e37e43c8800759c", 1.0e+300 },
	{ "f90001", 5.960464477539063e-8 },
	{ "f90400", 0.00006103515625 },
	{ "f9c400", -4.0 },
	{ "fbc010666666666666", -4.1 },
	{ "f97c00", INFINITY },
	{ "f9fc00", -INFINITY },
	{ "fa7f800000", INFINITY },
	{ "fb7ff0000000000000", INFINITY },
};

START_TEST(floats_are_read)
{
	struct cbor_item it;
	struct cborr r;
	uint8_t b[16];
	double v;

	cborr_init(&r, span_of(b, unhex(b, floats[_i].hex)));
	ck_assert(cborr_item(&r, &it) && cbor_float(&it, &v));
	ck_assert(memcmp(&v, &floats[_i].v, sizeof v) == 0);
}
END_TEST

/* Everything else of appendix A that is well formed, and a few deep or empty things. */
static const char *const items[] = {
	"1bffffffffffffffff",
	"3bffffffffffffffff",
	"c249010000000000000000",
	"f97e00",
	"f4",
	"f5",
	"f6",
	"f7",
	"f0",
	"f8ff",
	"c074323031332d30332d32315432303a30343a30305a",
	"c11a514b67b0",
	"c1fb41d452d9e8200000",
	"d74401020304",
	"d818456449455446",
	"d82076687474703a2f2f7777772e6578616d706c652e636f6d",
	"40",
	"4401020304",
	"60",
	"6161",
	"6449455446",
	"62225c",
	"62c3bc",
	"63e6b0b4",
	"64f0908591",
	"80",
	"83010203",
	"8301820203820405",
	"98190102030405060708090a0b0c0d0e0f101112131415161718181819",
	"a0",
	"a201020304",
	"a26161016162820203",
	"826161a161626163",
	"a56161614161626142616361436164614461656145",
	"5f42010243030405ff",
	"7f657374726561646d696e67ff",
	"9fff",
	"9f018202039f0405ffff",
	"9f01820203820405ff",
	"83018202039f0405ff",
	"83019f0203ff820405",
	"9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff",
	"bf61610161629f0203ffff",
	"826161bf61626163ff",
	"bf6346756ef563416d7421ff",
	"5fff",
	"7fff",
};

START_TEST(items_are_passed_over_and_cut_ones_ask_for_more)
{
	uint8_t b[256];
	size_t n = unhex(b, items[_i]);
	struct cborr r;

	cborr_init(&r, span_of(b, n));
	ck_assert(cborr_skip(&r));
	ck_assert_ptr_eq(r.p, b + n);
	for (size_t cut = 0; cut < n; cut++) {
		uint8_t *copy =
			malloc(cut ? cut : 1); /* so that a read behind it is seen */

		memcpy(copy, b, cut);
		cborr_init(&r, span_of(copy, cut));
		ck_assert(!cborr_skip(&r));
		ck_assert_int_eq(r.status, CBORR_SHORT);
		ck_assert(r.need > cut && r.need <= n);
		free(copy);
	}
}
END_TEST

static const char *const refused[] = { "1c", "1d", "1e", "1f", "3f", "5c", "7d", "9e",
	"bc", "df", "fc", "fe", "ff", "f800", "f81f", "5f01ff", "5f6161ff", "7f4161ff",
	"5f5fffff", "bf01ff", "81ff", "a101ff", "a1ff", "dfff" };

START_TEST(what_is_no_cbor_is_refused)
{
	uint8_t b[16];
	struct cborr r;

	cborr_init(&r, span_of(b, unhex(b, refused[_i])));
	ck_assert(!cborr_skip(&r));
	ck_assert_int_eq(r.status, CBORR_BAD);
}
END_TEST

START_TEST(depth_is_limited)
{
	uint8_t b[CBOR_DEPTH_MAX + 2];
	static const uint8_t nest[] = { 0x81, 0xA1, 0x9F, 0xC1 };
	struct cborr r;

	for (size_t k = 0; k < sizeof nest; k++) {
		memset(b, nest[k], sizeof b);
		cborr_init(&r, span_of(b, sizeof b));
		ck_assert(!cborr_skip(&r));
		ck_assert_int_eq(r.status, k == 1 ? CBORR_BAD : CBORR_BAD);
	}
	memset(b, 0x81, CBOR_DEPTH_MAX);
	b[CBOR_DEPTH_MAX] = 0;
	cborr_init(&r, span_of(b, CBOR_DEPTH_MAX + 1));
	ck_assert(cborr_skip(&r));
}
END_TEST

START_TEST(chunks_are_joined)
{
	struct buf join = { 0 };
	struct cbor_item it;
	struct span s;
	struct cborr r;
	uint8_t b[32];

	buf_add_str(&join, "before");
	cborr_init(&r, span_of(b, unhex(b, "7f657374726561646d696e6760ff")));
	ck_assert(cborr_item(&r, &it) && cborr_string(&r, &it, &join, &s));
	ck_assert(span_is(s, "streaming"));
	buf_free(&join);
}
END_TEST

START_TEST(text_is_cleaned)
{
	struct buf out = { 0 };

	cborw_text(&out, span_of("a\xFF"
				 "b\xE2\x82",
				 5));
	ck_assert(span_eq(buf_span(&out), SPAN_LIT("\x68"
						   "a\xEF\xBF\xBD"
						   "b\xEF\xBF\xBD")));
	buf_clear(&out);
	cborw_bytes(&out, (struct span){ NULL, 0 });
	cborw_bytes(&out, SPAN_LIT(""));
	cborw_uint(&out, UINT64_MAX);
	ck_assert(span_eq(buf_span(&out),
		SPAN_LIT("\xF6\x40\x1B\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF")));
	buf_free(&out);
}
END_TEST

#define COUNT(a) ((int)(sizeof(a) / sizeof *(a)))

static TCase *
case_cbor(void)
{
	TCase *t = tcase_create("cbor");

	tcase_add_loop_test(t, integers_both_ways, 0, COUNT(ints));
	tcase_add_loop_test(t, floats_are_read, 0, COUNT(floats));
	tcase_add_loop_test(
		t, items_are_passed_over_and_cut_ones_ask_for_more, 0, COUNT(items));
	tcase_add_loop_test(t, what_is_no_cbor_is_refused, 0, COUNT(refused));
	tcase_add_test(t, depth_is_limited);
	tcase_add_test(t, chunks_are_joined);
	tcase_add_test(t, text_is_cleaned);
	return t;
}

UNIT_MAIN("cbor", case_cbor)
