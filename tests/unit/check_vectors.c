/* SPDX-License-Identifier: ISC */
/* The reference's own files, where the folder with them lies beside the source tree: what
 * its decoder prints we print, and on damage at least as much; what its encoder writes we
 * write byte by byte. */
#include "base/jsonw.h"
#include "base/utf8.h"

#include "tests/unit/format_util.h"
#include "tests/unit/unit.h"

#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

#define VECTORS "../shared/vectors"

/* Files on which the reference stops early and we go on. */
static const char *const better[] = { "bad-utf8", "h10-", "h12-", "h30-", "h31-", "h32-",
	"h33-", "h52-", "h56-", NULL };

static bool
can_be_better(const char *name)
{
	for (size_t i = 0; better[i]; i++)
		if (strncmp(name, better[i], strlen(better[i])) == 0)
			return true;
	return false;
}

/* The raw text of the JSON string at *S (behind its quote); *S ends behind the closing one. */
static void
unquote(const char **s, struct buf *out)
{
	static const char from[] = "bfnrt\"\\/", to[] = "\b\f\n\r\t\"\\/";
	uint8_t utf8[UTF8_MAX_LEN];
	unsigned u;

	for (; **s != '"'; (*s)++) {
		if (**s != '\\') {
			buf_add_byte(out, (uint8_t) * *s);
			continue;
		}
		(*s)++;
		if (**s == 'u') { /* the reference escapes no pairs */
			ck_assert_int_eq(sscanf(*s + 1, "%4x", &u), 1);
			buf_add(out, utf8, (size_t)utf8_put(utf8, u));
			*s += 4;
		} else {
			ck_assert_ptr_nonnull(strchr(from, **s));
			buf_add_byte(out, (uint8_t)to[strchr(from, **s) - from]);
		}
	}
	(*s)++;
}

/* LINE with its strings escaped the way we do it. */
static void
normalise(const char *line, struct buf *out)
{
	struct buf text = { 0 };

	buf_clear(out);
	while (*line) {
		if (*line != '"') {
			buf_add_byte(out, (uint8_t)*line++);
			continue;
		}
		line++;
		buf_clear(&text);
		unquote(&line, &text);
		json_quote(out, buf_span(&text));
	}
	buf_free(&text);
}

/* OURS against the reference's lines. */
static void
compare(const char *name, char *ours, char *ref)
{
	char *save1, *save2, *a = strtok_r(ours, "\n", &save1), *b;
	struct buf want = { 0 };

	for (b = strtok_r(ref, "\n", &save2); b; b = strtok_r(NULL, "\n", &save2)) {
		if (strncmp(b, "{\"error\"", 8) == 0)
			continue;
		normalise(b, &want);
		ck_assert_msg(a != NULL, "%s: a message is missing: %s", name, b);
		ck_assert_msg(
			strcmp(a, buf_cstr(&want)) == 0, "%s:\n%s\n%s", name, a, want.p);
		a = strtok_r(NULL, "\n", &save1);
	}
	ck_assert_msg(can_be_better(name) ? a != NULL : a == NULL, "%s: %s", name,
		a ? a : "no message more than the reference");
	buf_free(&want);
}

static void
check_decode(const char *dir, const char *name)
{
	struct buf file = { 0 }, ref = { 0 }, json = { 0 };
	char other[512];

	util_slurp(&file, dir, name);
	snprintf(other, sizeof other, "%.*sjsonl", (int)strlen(name) - 5, name);
	util_slurp(&ref, dir, other);
	util_read(buf_span(&file), &json, NULL);
	compare(name, (char *)buf_cstr(&json), (char *)buf_cstr(&ref));
	buf_free(&file);
	buf_free(&ref);
	buf_free(&json);
}

/* Every message of the file, encoded again, must be the CBOR the reference wrote. */
static void
check_encode(const char *dir, const char *name)
{
	struct buf file = { 0 }, want = { 0 }, got = { 0 };
	const struct msg *m;
	struct tape *t;
	int64_t at_ns;
	char other[512];
	bool v1;

	util_slurp(&file, dir, name);
	snprintf(other, sizeof other, "%.*scbor", (int)strlen(name) - 5, name);
	util_slurp(&want, dir, other);
	ck_assert_int_eq(tape_open(&t, src_mem(buf_span(&file)), NULL, NULL), 0);
	v1 = tape_info(t)->format == TAPE_AUDIT_V1;
	if (v1)
		buf_add_byte(&got, 0x9F);
	while (tape_next(t, &m, &at_ns, NULL) > 0)
		ck_assert_int_eq(msg_encode(&got, m), 0);
	if (v1)
		buf_add_byte(&got, 0xFF);
	ck_assert_msg(span_eq(buf_span(&got), buf_span(&want)), "%s", name);
	tape_close(t);
	buf_free(&file);
	buf_free(&want);
	buf_free(&got);
}

static size_t
for_each(const char *dir, void (*check)(const char *, const char *))
{
	const char *src = getenv("srcdir");
	char path[4096];
	struct dirent *d;
	size_t n = 0;
	DIR *h;

	snprintf(path, sizeof path, "%s/%s", src ? src : ".", dir);
	h = opendir(path);
	if (!h)
		return 0;
	while ((d = readdir(h))) {
		size_t len = strlen(d->d_name);

		if (len > 6 && strcmp(d->d_name + len - 6, ".audit") == 0) {
			check(dir, d->d_name);
			n++;
		}
	}
	closedir(h);
	return n;
}

START_TEST(the_reference_prints_no_more_than_we_do)
{
	size_t n = for_each(VECTORS, check_decode);

	if (n)
		ck_assert_uint_ge(for_each(VECTORS "/hand", check_decode), 40);
}
END_TEST

static void
check_encode_of_reference(const char *dir, const char *name)
{
	if (strncmp(name, "bad-utf8", 8) != 0)
		check_encode(dir, name);
}

START_TEST(we_encode_what_the_reference_encodes)
{
	for_each(VECTORS, check_encode_of_reference);
}
END_TEST

/* What we write, held against the independent checker. */
START_TEST(the_checker_finds_our_files_exact)
{
	static const char *const formats[] = { "v1", "v2" };
	const char *src = getenv("srcdir");
	char checker[4096], command[8192], name[64];
	struct buf store = { 0 };
	uint64_t seed = 9;
	struct msg m;

	snprintf(checker, sizeof checker, "%s/../shared/research/audit_check.py",
		src ? src : ".");
	if (access(checker, R_OK) != 0 || system("python3 -c '' 2>/dev/null") != 0)
		return;
	for (int v = 0; v < 2; v++) {
		struct tapew_opts o = { .member_bytes = 4096 };
		struct dst *dst = dst_mem();
		struct tapew *w;
		struct span all;
		FILE *f;

		snprintf(name, sizeof name, "check_vectors.%d.%s", (int)getpid(),
			formats[v]);
		ck_assert_int_eq(
			tapew_open(&w, v ? TAPE_AUDIT_V2 : TAPE_AUDIT_V1, dst, &o, NULL),
			0);
		for (int i = 0; i < 500; i++) {
			util_random_msg(&m, &seed, &store);
			ck_assert_int_eq(tapew_put(w, &m, NULL), 0);
			if (i % 11 == 0)
				tapew_flush(w, NULL);
		}
		tapew_flush(w, NULL);
		all = dst_mem_bytes(dst);
		f = fopen(name, "wb");
		ck_assert_ptr_nonnull(f);
		ck_assert_uint_eq(fwrite(all.p, 1, all.n, f), all.n);
		fclose(f);
		tapew_close(w, NULL);
		snprintf(command, sizeof command, "python3 '%s' --exact '%s' >&2",
			checker, name);
		ck_assert_int_eq(system(command), 0);
		unlink(name);
	}
	buf_free(&store);
}
END_TEST

static TCase *
case_vectors(void)
{
	TCase *t = tcase_create("vectors");

	tcase_set_timeout(t, 120);
	tcase_add_test(t, the_reference_prints_no_more_than_we_do);
	tcase_add_test(t, we_encode_what_the_reference_encodes);
	tcase_add_test(t, the_checker_finds_our_files_exact);
	return t;
}

UNIT_MAIN("vectors", case_vectors)
