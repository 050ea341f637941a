/* SPDX-License-Identifier: ISC */
/* auditlog list and grep below their commands: expressions, what is known of a recording, the
 * catalogue in every state, output in order. */
#include "log/crew.h"
#include "log/expr.h"
#include "store/catalogue.h"

#include "tests/unit/unit.h"

#include <ftw.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOW INT64_C(1795262400000000000) /* 2026-11-21 12:00 UTC */

/* --- expressions --- */

static const struct walk_file file = { .path = (char *)(uintptr_t) "nowhere" };

static struct record
ann(void)
{
	static char texts[1];
	struct record r = { .file = &file,
		.kind = RECORD_KNOWN,
		.state = TAPE_CLEAN,
		.has_start = true,
		.start_ns = NOW - INT64_C(86400000000000),
		.duration_ns = INT64_C(600000000000),
		.exit = 3,
		.gid = 1000 };

	for (int i = 0; i < FACT_COUNT; i++)
		r.text[i] = texts;
	r.text[FACT_USER] = "ann";
	r.text[FACT_HOST] = "box.example";
	r.text[FACT_TTY] = "/dev/pts/7";
	r.text[FACT_ADDRESS] = "10.1.2.3";
	r.text[FACT_KEY] = "SHA256:abcdef";
	return r;
}

/* WORDS are parted by blanks, "_" stands for one inside of a word. */
static int
split(char *words, char **v, int most)
{
	int n = 0;

	for (char *w = strtok(words, " "); w && n < most; w = strtok(NULL, " ")) {
		for (char *p = w; *p; p++)
			*p = *p == '_' ? ' ' : *p;
		v[n++] = w;
	}
	return n;
}

static int
parse(struct expr **x, const char *text, struct err *e)
{
	char words[4000], *v[1200];

	snprintf(words, sizeof words, "%s", text);
	return expr_parse(x, v, split(words, v, 1200), NOW, e);
}

static int
ask(const char *text)
{
	struct record r = ann();
	struct err e = { .text = "" };
	char words[4000], *v[1200];
	struct expr *x;
	int rc;

	snprintf(words, sizeof words, "%s", text);
	ck_assert_msg(expr_parse(&x, v, split(words, v, 1200), NOW, &e) == 0, "%s: %s",
		text, e.text);
	rc = expr_test(x, &r);
	expr_free(x);
	return rc;
}

START_TEST(what_holds)
{
	static const char *const yes[] = { "", "user ann", "us ann", "user a*",
		"host box.*", "tty pts/7", "tty /dev/pts/*", "from 10.1.2.3",
		"from 10.0.0.0/8", "from 0.0.0.0/0", "from ::ffff:10.0.0.0/104", "exit 3",
		"group 1000", "state clean", "key abcdef", "key SHA256:abc*", "longer 9m",
		"shorter 10:01", "fromdate yesterday", "todate yesterday",
		"fromdate -24h", "fromdate last_monday", "user bob or user ann",
		"user ann and exit 3", "user ann exit 3", "! user bob", "! ! user ann",
		"not user bob", "( user bob or user ann ) exit 3",
		"user ann or user bob and exit 9", "! ( user bob and exit 3 )" };
	static const char *const no[] = { "user an", "user bob", "from 10.1.2.4",
		"from 11.0.0.0/8", "from ::/128", "exit 0", "exit KILL", "state damaged",
		"longer 10:00", "shorter 10m", "fromdate today", "todate 2_days_ago",
		"todate last_monday", "user ann and exit 9", "! user ann",
		"user bob and user ann", "( user ann or user bob ) and exit 9",
		"! user ann or exit 9", "key bcdef" };

	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
		ck_assert_msg(ask(yes[i]) == 1, "%s", yes[i]);
	for (size_t i = 0; i < sizeof no / sizeof *no; i++)
		ck_assert_msg(ask(no[i]) == 0, "%s", no[i]);
}
END_TEST

START_TEST(recordings_are_read_last)
{
	ck_assert_int_eq(ask("text x"), EXPR_OPEN);
	ck_assert_int_eq(ask("text x and user bob"), 0);
	ck_assert_int_eq(ask("user bob and text x"), 0);
	ck_assert_int_eq(ask("text x or user ann"), 1);
	ck_assert_int_eq(ask("! text x"), EXPR_OPEN);
	ck_assert_int_eq(ask("! ( text x and user bob )"), 1);
	ck_assert_int_eq(ask("text x and ( typed y or user ann )"), EXPR_OPEN);
}
END_TEST

START_TEST(what_is_wrong_is_named)
{
	static const struct {
		const char *text, *want;
	} v[] = { { "frob x", "'frob'" }, { "t pts/1", "could be" },
		{ "user", "user needs" }, { "user ann and", "'and'" },
		{ "( user ann", "without ')'" }, { "user ann )", "without '('" },
		{ "fromdate soon", "'soon'" }, { "from 1.2.3", "'1.2.3'" },
		{ "from 1.2.3.4/33", "/33" }, { "exit -1", "exit" },
		{ "state odd", "odd" }, { "text (", "text" }, { "longer x", "'x'" },
		{ "!", "'!'" }, { "or user ann", "'or'" },
		{ "group no-such-group-here", "no-such" } };
	char deep[1000] = "";
	struct expr *x;

	for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
		struct err e = { .text = "" };

		ck_assert_msg(parse(&x, v[i].text, &e) == ERR_USAGE, "%s", v[i].text);
		ck_assert_msg(strstr(e.text, v[i].want), "%s: %s", v[i].text, e.text);
	}
	for (int i = 0; i < 200; i++)
		strcat(deep, "( ");
	ck_assert_int_eq(parse(&x, deep, NULL), ERR_USAGE);
}
END_TEST

START_TEST(words_and_folders)
{
	ck_assert(expr_begins("user") && expr_begins("!") && expr_begins("("));
	ck_assert(expr_begins("fromd") && !expr_begins("/") && !expr_begins("and"));
	ck_assert_int_eq(mkdir("hos", 0700), 0);
	ck_assert(!expr_begins("hos") && expr_begins("host"));
	rmdir("hos");
}
END_TEST

/* --- records --- */

START_TEST(records_out_of_a_catalogue)
{
	int64_t n[RECORD_NUMBERS], bad[RECORD_NUMBERS];
	struct record r = ann(), back;
	char texts[FACT_COUNT + 4] = "ann";

	r.format = TAPE_AUDIT_V2;
	record_pack(&r, n);
	ck_assert(record_unpack(&back, &file, n, span_of(texts, sizeof texts - 1)));
	ck_assert_str_eq(back.text[0], "ann");
	ck_assert_str_eq(back.text[FACT_COUNT - 1], "");
	ck_assert_int_eq(back.exit, 3);
	ck_assert_int_eq(back.start_ns, r.start_ns);
	record_free(&back);
	/* what no one of ours has written */
	ck_assert(!record_unpack(&back, &file, n, span_of(texts, 3)));
	ck_assert(!record_unpack(&back, &file, n, span_of("", 0)));
	for (int i = 0; i < 3; i++) {
		memcpy(bad, n, sizeof bad);
		bad[i] = 99;
		ck_assert(!record_unpack(
			&back, &file, bad, span_of(texts, sizeof texts - 1)));
	}
}
END_TEST

/* --- the catalogue --- */

#define PATH "cat/sub/c.sqlite"

static struct catalogue_row
row(const char *path, int64_t size)
{
	return (struct catalogue_row){ .path = path,
		.inode = 7,
		.size = size,
		.mtime_ns = 5,
		.numbers = { 1, -1 },
		.text = SPAN_LIT("a\0b") };
}

static struct catalogue *
open_it(int version, bool afresh)
{
	struct catalogue *c;
	struct err e = { .text = "" };

	ck_assert_msg(catalogue_open(&c, PATH, version, afresh, &e) == 0, "%s", e.text);
	return c;
}

static int
known(int version, bool afresh, const char *path, int64_t size)
{
	struct catalogue *c = open_it(version, afresh);
	struct catalogue_row r = row(path, size);
	int rc = catalogue_get(c, &r, NULL);

	if (rc > 0) {
		ck_assert(span_eq(r.text, SPAN_LIT("a\0b")));
		ck_assert(r.numbers[0] == 1 && r.numbers[1] == -1);
	}
	ck_assert_int_eq(catalogue_close(c, NULL), 0);
	return rc;
}

static void
put(const char *path, int64_t size)
{
	struct catalogue *c = open_it(1, false);
	struct catalogue_row r = row(path, size);

	ck_assert_int_eq(catalogue_put(c, &r, NULL), 0);
	ck_assert_int_eq(catalogue_close(c, NULL), 0);
}

static void
write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_ge(write(fd, text, strlen(text)), 0);
	close(fd);
}

START_TEST(a_catalogue_keeps)
{
	struct stat st;

	unlink(PATH);
	ck_assert_int_eq(known(1, false, "/a", 1), 0);
	put("/a", 1);
	ck_assert_int_eq(known(1, false, "/a", 1), 1);
	ck_assert_int_eq(known(1, false, "/a", 2), 0); /* another size */
	ck_assert_int_eq(known(1, false, "/b", 1), 0);
	put("/a", 2);
	ck_assert_int_eq(known(1, false, "/a", 2), 1);
	ck_assert_int_eq(stat(PATH, &st), 0);
	ck_assert_int_eq(st.st_mode & 077, 0);
	ck_assert_int_eq(known(2, false, "/a", 2), 0); /* another version */
	put("/a", 2);
	ck_assert_int_eq(known(1, true, "/a", 2), 0); /* afresh */
}
END_TEST

START_TEST(a_catalogue_forgets)
{
	char here[300], there[320];
	struct catalogue *c;

	unlink(PATH);
	ck_assert_ptr_nonnull(getcwd(here, sizeof here));
	snprintf(there, sizeof there, "%s/exists", here);
	write_file("exists", "");
	put(there, 1);
	put("/a/gone", 1);
	put("/ab/gone", 1);
	c = open_it(1, false);
	ck_assert_int_eq(catalogue_prune(c, here, NULL), 0);
	ck_assert_int_eq(catalogue_prune(c, "/a", NULL), 0);
	ck_assert_int_eq(catalogue_close(c, NULL), 0);
	ck_assert_int_eq(known(1, false, there, 1), 1);
	ck_assert_int_eq(known(1, false, "/a/gone", 1), 0);
	ck_assert_int_eq(known(1, false, "/ab/gone", 1), 1);
	unlink("exists");
}
END_TEST

START_TEST(a_catalogue_that_is_none)
{
	struct catalogue *c;
	struct err e;

	put("/a", 1);
	write_file(PATH,
		"this is no database, and long enough to be looked at as one: "
		"................................................................");
	ck_assert_int_lt(catalogue_open(&c, PATH, 1, false, &e), 0);
	ck_assert_ptr_null(c);
	ck_assert_int_eq(known(1, true, "/a", 1), 0);
	ck_assert_int_lt(catalogue_open(&c, "cat", 1, true, &e), 0);
	ck_assert_int_lt(catalogue_open(&c, "/dev/null", 1, true, &e), 0);
	ck_assert_int_lt(catalogue_open(&c, "/dev/null/x", 1, false, &e), 0);
	unlink("cat/link");
	ck_assert_int_eq(symlink("sub/c.sqlite", "cat/link"), 0);
	ck_assert_int_lt(catalogue_open(&c, "cat/link", 1, true, &e), 0);
	ck_assert_int_eq(access(PATH, F_OK), 0);
}
END_TEST

/* --- order of output --- */

#define JOBS 300

static void
say_number(void *ctx, struct crew_job *job)
{
	(void)ctx;
	/* some say much more than may wait */
	for (int i = 0; i < (job->at % 50 == 7 ? 40000 : 1); i++) {
		buf_addf(&job->out, "%zu\n", job->at);
		crew_more(job);
	}
}

START_TEST(output_is_in_order)
{
	FILE *f = tmpfile();
	size_t at = 0, n, lines = 0;
	struct err e;

	ck_assert_int_eq(crew_run(JOBS, 4, say_number, NULL, NULL, fileno(f), &e), 0);
	rewind(f);
	for (; fscanf(f, "%zu", &n) == 1; lines++) {
		ck_assert(n == at || n == at + 1);
		at = n;
	}
	ck_assert_uint_eq(at, JOBS - 1);
	ck_assert_uint_eq(lines, JOBS + JOBS / 50 * 39999);
	fclose(f);
}
END_TEST

START_TEST(output_that_fails_ends_it)
{
	int fd = open("/dev/full", O_WRONLY);
	struct err e;

	ck_assert_int_lt(crew_run(JOBS, 4, say_number, NULL, NULL, fd, &e), 0);
	close(fd);
	ck_assert_int_eq(crew_run(0, 4, say_number, NULL, NULL, -1, &e), 0);
}
END_TEST

static char folder[] = "/tmp/check_recs.XXXXXX";
static pid_t owner; /* tests run in children, which leave it alone */

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static void
remove_folder(void)
{
	if (getpid() == owner)
		nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static TCase *
tcase_list(void)
{
	TCase *tc = tcase_create("list");

	if (!mkdtemp(folder) || chdir(folder) < 0 || atexit(remove_folder) != 0)
		exit(1);
	owner = getpid();
	setenv("TZ", "UTC", 1);
	tcase_add_test(tc, what_holds);
	tcase_add_test(tc, recordings_are_read_last);
	tcase_add_test(tc, what_is_wrong_is_named);
	tcase_add_test(tc, words_and_folders);
	tcase_add_test(tc, records_out_of_a_catalogue);
	tcase_add_test(tc, a_catalogue_keeps);
	tcase_add_test(tc, a_catalogue_forgets);
	tcase_add_test(tc, a_catalogue_that_is_none);
	tcase_add_test(tc, output_is_in_order);
	tcase_add_test(tc, output_that_fails_ends_it);
	return tc;
}

UNIT_MAIN("recordings", tcase_list)
