/* SPDX-License-Identifier: ISC */
/* Recordings in a folder: what is written, what a crash leaves, what goes when it is too much;
 * the facts beside them and the journal of what is still to be done. */
#include "store/directory.h"
#include "store/journal.h"

#include "base/clk.h"
#include "tests/unit/scratch.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define ID  "0123456789abcdef0123456789abcdef"
#define ID2 "ffffffffffffffffffffffffffffffff"
#define ID3 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static struct store *box;
static struct err err;
static const struct meta ann = { 1700000000, true, "192.0.2.1", "ann", "XX" };

static void
reopen(struct directory_opts o)
{
	store_close(box);
	o.path = dir;
	ck_assert_msg(directory_open(&box, &o, &err) == 0, "%s", err.text);
}

static void
begin(void)
{
	scratch_make();
	box = NULL;
	reopen((struct directory_opts){ 0 });
}

static void
end(void)
{
	store_close(box);
	scratch_remove();
}

static bool
there(const char *name)
{
	return access(in_dir(name), F_OK) == 0;
}

static struct store_file *
create(const char *id)
{
	struct store_file *f;

	ck_assert_msg(store_create(box, id, &ann, &f, &err) == 0, "%s", err.text);
	return f;
}

static void
append(struct store_file *f, const char *text)
{
	ck_assert_int_eq(store_append(f, text, strlen(text), &err), strlen(text));
}

static int
count(void *ctx, const struct store_info *info)
{
	ck_assert(store_is_id(info->name) || !strchr(info->name, '.'));
	++*(int *)ctx;
	return 0;
}

static int
listed(const char *prefix)
{
	int n = 0;

	ck_assert_int_eq(store_list(box, prefix, count, &n, &err), 0);
	return n;
}

/* --- facts --- */

START_TEST(facts_are_containerssh_s)
{
	struct buf out = { 0 };
	struct meta m;

	ck_assert_int_eq(meta_write(&out, &ann), 0);
	ck_assert_str_eq(buf_cstr(&out),
		"{\"startTime\":1700000000,\"remoteAddr\":\"192.0.2.1\","
		"\"authenticated\":true,\"username\":\"ann\",\"country\":\"XX\"}\n");
	ck_assert_int_eq(meta_read(&m, buf_span(&out), &err), 0);
	ck_assert_int_eq(m.start_s, ann.start_s);
	ck_assert(m.authenticated);
	ck_assert_str_eq(m.remote_addr, ann.remote_addr);
	ck_assert_str_eq(m.username, ann.username);
	ck_assert_str_eq(m.country, ann.country);
	buf_free(&out);
}
END_TEST

START_TEST(facts_of_others)
{
	static const char *const bad[] = { "", "[]", "{", "{\"a\":1,\"a\":2}", "\xff" };
	char longer[META_USER_MAX * 4];
	struct meta m;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_int_eq(meta_read(&m, span_str(bad[i]), &err), ERR_FORMAT);
	ck_assert_int_eq(
		meta_read(&m, span_str("{\"username\":7,\"startTime\":\"x\"}"), &err), 0);
	ck_assert_str_eq(m.username, "");
	ck_assert_int_eq(m.start_s, 0);
	/* an "e" with two bytes that does not fit whole */
	snprintf(longer, sizeof longer, "{\"username\":\"%0*d\xc3\xa9\"}",
		META_USER_MAX - 2, 0);
	ck_assert_int_eq(meta_read(&m, span_str(longer), &err), 0);
	ck_assert_uint_eq(strlen(m.username), META_USER_MAX - 2);
}
END_TEST

START_TEST(facts_as_headers)
{
	static const struct {
		const char *text, *header;
	} rows[] = {
		{ "ann", "ann" },
		{ "ann b", "ann b" },
		{ " ann", "=?UTF-8?B?IGFubg==?=" },
		{ "a  b", "=?UTF-8?B?YSAgYg==?=" },
		{ "a\r\nx-amz-acl: public-read",
			"=?UTF-8?B?YQ0KeC1hbXotYWNsOiBwdWJsaWMtcmVhZA==?=" },
		{ "\xc3\xa9", "=?UTF-8?B?w6k=?=" },
		{ "=?x", "=?UTF-8?B?PT94?=" },
		{ "", "" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf out = { 0 };
		char back[64];

		ck_assert_int_eq(meta_header(&out, rows[i].text), 0);
		ck_assert_msg(span_is(buf_span(&out), rows[i].header), "%.*s", (int)out.n,
			out.p);
		meta_from_header(back, sizeof back, buf_span(&out));
		ck_assert_str_eq(back, rows[i].text);
		buf_free(&out);
	}
}
END_TEST

/* --- the journal --- */

START_TEST(journal_comes_back)
{
	struct journal_part part = { true, false, 5242880, { 1, 2, 0xff }, "\"e\"" };
	struct buf out = { 0 };
	struct journal j;

	journal_put_open(&out);
	journal_put_upload(&out, "old");
	journal_put_part(&out, 1, &part);
	journal_put_upload(&out, "new");
	journal_put_part(&out, 3, &part);
	journal_put_finished(&out, 77);
	ck_assert_int_eq(journal_read(&j, buf_span(&out), &err), 0);
	ck_assert(!j.open && j.finished && !j.done);
	ck_assert_uint_eq(j.size, 77);
	ck_assert_str_eq(j.upload, "new");
	ck_assert_uint_eq(j.nparts, 3);
	ck_assert(!j.part[0].sent && !j.part[1].sent && j.part[2].sent);
	ck_assert_mem_eq(j.part[2].sha256, part.sha256, 32);
	ck_assert_str_eq(j.part[2].etag, "\"e\"");
	ck_assert_uint_eq(j.used, out.n);
	journal_free(&j);
	journal_put_done(&out, "tag");
	ck_assert_int_eq(journal_read(&j, buf_span(&out), &err), 0);
	ck_assert(j.done);
	journal_free(&j);
	buf_free(&out);
}
END_TEST

START_TEST(journal_broken_off)
{
	static const char *const tails[] = { "upload abc", "upload \x01\n",
		"part 1 2 3 4\n",
		"part 0 1 "
		"0000000000000000000000000000000000000000000000000000000000000000 "
		"e\n",
		"part 10001 1 "
		"0000000000000000000000000000000000000000000000000000000000000000 e\n",
		"finished\n", "finished x\n", "done\n", "what\n", "\n" };

	for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
		char text[256];
		struct journal j;

		snprintf(text, sizeof text, "open\n%s", tails[i]);
		ck_assert_int_eq(journal_read(&j, span_str(text), &err), 0);
		ck_assert_msg(j.used == 5, "%s", tails[i]);
		ck_assert(j.open && !j.upload[0] && j.nparts == 0);
		journal_free(&j);
	}
}
END_TEST

/* --- the folder --- */

START_TEST(one_recording)
{
	struct store_file *f = create(ID);
	struct src *src;
	struct stat st;
	char got[8];

	ck_assert(there(ID) && there(ID ".metadata.json") && there(ID ".state"));
	append(f, "abc");
	ck_assert_uint_eq(f->size, 3);
	ck_assert_int_eq(store_commit(f, 1, true, &err), 0);
	ck_assert_uint_eq(f->durable, 3);
	append(f, "def");
	ck_assert_int_eq(store_finish(f, &err), 0);
	ck_assert(!there(ID ".state"));
	ck_assert_int_eq(stat(in_dir(ID), &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, DIRECTORY_MODE_DEFAULT);
	ck_assert_int_eq(store_open(box, ID, &src, &err), 0);
	ck_assert_int_eq(src_read_at(src, 1, got, sizeof got, &err), 5);
	ck_assert_mem_eq(got, "bcdef", 5);
	src_close(src);
	ck_assert_int_eq(store_create(box, ID, &ann, &f, &err), ERR_EXISTS);
	ck_assert_str_eq(file_text(ID), "abcdef");
	ck_assert_int_eq(store_resume(box, ID, &f, &err), ERR_STATE);
	ck_assert_int_eq(store_remove(box, ID, &err), 0);
	ck_assert(!there(ID) && !there(ID ".metadata.json"));
	ck_assert_uint_eq(directory_used(box), 0);
}
END_TEST

START_TEST(names)
{
	static const char *const bad[] = { "", "x", "../../../../../../../../etc/passwd0",
		"0123456789ABCDEF0123456789abcdef", ID "0" };
	static const char *const unread[] = { "../" ID, ".", "..", ".hidden" };
	struct store_file *f;
	struct src *src;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_int_eq(store_create(box, bad[i], &ann, &f, &err), ERR_USAGE);
	for (size_t i = 0; i < sizeof unread / sizeof *unread; i++)
		ck_assert_int_eq(store_open(box, unread[i], &src, &err), ERR_USAGE);
	ck_assert_int_eq(store_open(box, ID, &src, &err), ERR_NOTFOUND);
	ck_assert_int_eq(symlink("/etc/passwd", in_dir(ID2)), 0);
	ck_assert_int_lt(store_open(box, ID2, &src, &err), 0);
	ck_assert_int_eq(mkfifo(in_dir(ID3), 0600), 0);
	ck_assert_int_eq(store_open(box, ID3, &src, &err), ERR_FORMAT);
}
END_TEST

START_TEST(facts_change_whole)
{
	struct store_file *f = create(ID);
	struct meta m = ann;

	make_file(".new." ID, "left over");
	snprintf(m.username, sizeof m.username, "bob");
	ck_assert_int_eq(store_describe(f, &m, &err), 0);
	ck_assert_ptr_nonnull(strstr(file_text(ID ".metadata.json"), "\"bob\""));
	ck_assert(!there(".new." ID));
	store_leave(f);
}
END_TEST

START_TEST(crash_and_resume)
{
	struct store_file *f = create(ID);
	int n = 0;

	append(f, "abc");
	store_leave(f);
	make_file(ID2 ".state", "open\n"); /* died before the file was made */
	make_file(ID2 ".metadata.json", "{}");
	make_file(".new." ID3, "{");
	reopen((struct directory_opts){ 0 });
	ck_assert_int_eq(directory_tidy(box, &err), 3);
	ck_assert(!there(ID2 ".state") && there(ID ".state") && there(ID));
	ck_assert_int_eq(directory_list_open(box, count, &n, &err), 0);
	ck_assert_int_eq(n, 1);
	ck_assert_int_eq(store_resume(box, ID, &f, &err), 0);
	ck_assert_uint_eq(f->size, 3);
	ck_assert_uint_eq(f->durable, 3);
	append(f, "def");
	ck_assert_int_eq(store_finish(f, &err), 0);
	ck_assert_str_eq(file_text(ID), "abcdef");
	ck_assert_int_eq(store_resume(box, ID2, &f, &err), ERR_NOTFOUND);
}
END_TEST

START_TEST(listing)
{
	struct store_file *f = create(ID);

	append(f, "a");
	ck_assert_int_eq(store_finish(f, &err), 0);
	ck_assert_int_eq(store_finish(create(ID2), &err), 0); /* empty */
	make_file("other", "x");
	make_file("with.dot", "x");
	ck_assert_int_eq(listed(""), 2);
	ck_assert_int_eq(listed("01"), 1);
	ck_assert_int_eq(listed("02"), 0);
}
END_TEST

START_TEST(durable_by_policy)
{
	struct store_file *f;

	reopen((struct directory_opts){ .sync = DIRECTORY_SYNC_NEVER });
	f = create(ID);
	append(f, "abc");
	ck_assert_int_eq(store_commit(f, 0, false, &err), 0);
	ck_assert_uint_eq(f->durable, 3);
	ck_assert_int_eq(store_finish(f, &err), 0);

	reopen((struct directory_opts){
		.sync = DIRECTORY_SYNC_INTERVAL, .sync_ns = NS_PER_S });
	f = create(ID2);
	append(f, "abc");
	ck_assert_int_eq(store_commit(f, NS_PER_S, false, &err), 0);
	ck_assert_uint_eq(f->durable, 3);
	append(f, "def");
	ck_assert_int_eq(store_commit(f, 2 * NS_PER_S - 1, false, &err), 0);
	ck_assert_uint_eq(f->durable, 3);
	ck_assert_int_eq(store_commit(f, 2 * NS_PER_S, false, &err), 0);
	ck_assert_uint_eq(f->durable, 6);
	append(f, "g");
	ck_assert_int_eq(store_commit(f, 2 * NS_PER_S + 1, true, &err), 0);
	ck_assert_uint_eq(f->durable, 7);
	store_leave(f);
}
END_TEST

START_TEST(full)
{
	struct store_file *f;

	reopen((struct directory_opts){ .size_max = 200 });
	f = create(ID);
	ck_assert_int_eq(store_append(f, file_text(ID ".metadata.json"), 100, &err), 100);
	ck_assert_int_eq(store_append(f, file_text(ID ".metadata.json"), 101, &err), 100);
	ck_assert_int_eq(store_append(f, "x", 1, &err), ERR_NOSPACE);
	ck_assert_uint_eq(f->size, 200);
	store_leave(f);
}
END_TEST

START_TEST(spooled_stays_until_uploaded)
{
	struct store_file *f;
	struct directory_limits all = { .max_age_ns = 1 };

	reopen((struct directory_opts){ .spool = true });
	f = create(ID);
	append(f, "abc");
	ck_assert_int_eq(store_finish(f, &err), 0);
	ck_assert_str_eq(file_text(ID ".state"), "open\nfinished 3\n");
	ck_assert_int_eq(directory_retain(box, &all, INT64_MAX, &err), 0);
	ck_assert(there(ID));
}
END_TEST

static void
kept(const char *id, time_t when, const char *text)
{
	struct timespec times[2] = { { .tv_sec = when }, { .tv_sec = when } };
	struct store_file *f = create(id);

	append(f, text);
	ck_assert_int_eq(store_finish(f, &err), 0);
	ck_assert_int_eq(utimensat(AT_FDCWD, in_dir(id), times, 0), 0);
}

START_TEST(retention)
{
	struct directory_limits age = { .max_age_ns = 50 * NS_PER_S },
				size = { .max_bytes = 4 };
	struct store_file *f;

	kept(ID, 100, "abc");
	kept(ID2, 200, "abc");
	kept(ID3, 150, "abc");
	f = create("bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"); /* open */
	append(f, "abcdefgh");
	ck_assert_int_eq(directory_retain(box, &age, 150 * NS_PER_S, &err), 0);
	ck_assert_int_eq(directory_retain(box, &age, 151 * NS_PER_S, &err), 1);
	ck_assert(!there(ID) && !there(ID ".metadata.json"));
	ck_assert_int_eq(directory_retain(box, &size, 151 * NS_PER_S, &err), 1);
	ck_assert(!there(ID3) && there(ID2));
	size.max_bytes = 1;
	ck_assert_int_eq(directory_retain(box, &size, 151 * NS_PER_S, &err), 1);
	ck_assert(there("bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"));
	store_leave(f);
}
END_TEST

START_TEST(not_in_a_folder_of_all)
{
	struct directory_opts o = { .path = dir };
	struct store *other;

	ck_assert_int_eq(chmod(dir, 0777), 0);
	ck_assert_int_eq(directory_open(&other, &o, &err), ERR_USAGE);
	o.path = "not-there";
	ck_assert_int_eq(directory_open(&other, &o, &err), ERR_NOTFOUND);
}
END_TEST

START_TEST(nothing)
{
	struct store *none;
	struct store_file *f;
	struct src *src;
	struct dst *d;

	ck_assert_int_eq(store_none(&none, &err), 0);
	ck_assert_int_eq(store_create(none, ID, &ann, &f, &err), 0);
	d = store_file_dst(f);
	ck_assert_int_eq(dst_write_at(d, 0, "abc", 3, &err), 3);
	ck_assert_int_eq(dst_write_at(d, 0, "abc", 3, &err), ERR_UNSUPPORTED);
	ck_assert_int_eq(dst_close(d, &err), 0);
	ck_assert_uint_eq(f->durable, 3);
	ck_assert_int_eq(store_finish(f, &err), 0);
	ck_assert_int_eq(store_open(none, ID, &src, &err), ERR_NOTFOUND);
	store_close(none);
}
END_TEST

static TCase *
sides(void)
{
	TCase *t = tcase_create("sides");

	tcase_add_test(t, facts_are_containerssh_s);
	tcase_add_test(t, facts_of_others);
	tcase_add_test(t, facts_as_headers);
	tcase_add_test(t, journal_comes_back);
	tcase_add_test(t, journal_broken_off);
	tcase_add_test(t, nothing);
	return t;
}

static TCase *
folder(void)
{
	TCase *t = tcase_create("folder");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, one_recording);
	tcase_add_test(t, names);
	tcase_add_test(t, facts_change_whole);
	tcase_add_test(t, crash_and_resume);
	tcase_add_test(t, listing);
	tcase_add_test(t, durable_by_policy);
	tcase_add_test(t, full);
	tcase_add_test(t, spooled_stays_until_uploaded);
	tcase_add_test(t, retention);
	tcase_add_test(t, not_in_a_folder_of_all);
	return t;
}

UNIT_MAIN("store", sides, folder)
