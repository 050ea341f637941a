/* SPDX-License-Identifier: ISC */
/* auditrecd.conf: what is read of it, what is refused, and the files that it names. */
#include "recd/conf.h"

#include "base/clk.h"
#include "recd/keyfile.h"
#include "store/directory.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char told[512];

static void
bad(void *ctx, int line, const char *why)
{
	size_t n = strlen(told);

	(void)ctx;
	snprintf(told + n, sizeof told - n, "%d: %s\n", line, why);
}

static int
parse(struct conf *c, const char *text)
{
	told[0] = '\0';
	return conf_parse(c, text, strlen(text), bad, NULL);
}

/* A line that is wrong, and what is said of it. */
struct wrong {
	const char *text, *said;
};

static void
assert_wrong(const struct wrong *rows, size_t n)
{
	struct conf c;

	for (size_t i = 0; i < n; i++) {
		ck_assert_int_eq(parse(&c, rows[i].text), 1);
		ck_assert_str_eq(told, rows[i].said);
	}
}

START_TEST(conf_values)
{
	struct conf c;

	ck_assert_int_eq(
		parse(&c, "[server]\nwindow = 3M\ngrace=90s\nsocket-mode = 0660\n"
			  "metrics-mode = 0666\n"
			  "[directory]\nsync = commit\nowner = root\nkeep-age = 30d\n"),
		0);
	ck_assert_uint_eq(c.window, 3 << 20);
	ck_assert_int_eq(c.grace, 90 * NS_PER_S);
	ck_assert_uint_eq(c.socket_mode, 0660);
	ck_assert_uint_eq(c.metrics_mode, 0666);
	ck_assert_int_eq(c.sync, DIRECTORY_SYNC_COMMIT);
	ck_assert(c.owner.set && c.owner.id == 0 && !c.group.set);
	ck_assert_int_eq(c.keep_age, 30 * 86400 * NS_PER_S);
	ck_assert_str_eq(c.socket.s, "/run/auditrecd/deposit.sock");
}
END_TEST

START_TEST(conf_errors)
{
	static const struct wrong rows[] = {
		{ "[nowhere]\n", "1: there is no section [nowhere]\n" },
		{ "[server]\nwindwo = 1\n", "2: windwo: [server] knows no 'windwo'\n" },
		{ "[server]\nwindow = 3X\n",
			"2: window: '3X' has no unit that is known\n" },
		{ "[server]\nwindow = -3\n", "2: window: '-3' is no number\n" },
		{ "[server]\nwindow = 99999999999T\n",
			"2: window: '99999999999T' is too large\n" },
		{ "[server]\nsocket = run\n",
			"2: socket: 'run' does not begin with /\n" },
		{ "[directory]\nmode = 9\n", "2: mode: '9' is no mode such as 0640\n" },
		{ "[directory]\nsync = often\n",
			"2: sync: 'often' is not among the choices\n" },
		{ "[directory]\nowner = nobody-knows\n",
			"2: owner: there is no user 'nobody-knows'\n" },
	};

	assert_wrong(rows, sizeof rows / sizeof *rows);
}
END_TEST

/* What is printed is read as the same. */
START_TEST(conf_prints_itself)
{
	struct conf c, back;
	char *text, *again;
	size_t n, m;
	FILE *f;

	parse(&c, "[server]\nwindow = 3M\ngrace = 90s\ncommit = "
		  "1500ms\n[directory]\nsync = never\n"
		  "group = 0\n");
	f = open_memstream(&text, &n);
	conf_print(f, &c);
	fclose(f);
	ck_assert_int_eq(parse(&back, text), 0);
	f = open_memstream(&again, &m);
	conf_print(f, &back);
	fclose(f);
	ck_assert_str_eq(text, again);
	ck_assert_ptr_nonnull(strstr(text, "\ngrace = 90s\n"));
	ck_assert_ptr_nonnull(strstr(text, "\ncommit = 1500ms\n"));
	free(text);
	free(again);
}
END_TEST

/* C as it is printed, without comments; the caller's to free. */
static char *
printed(const struct conf *c)
{
	char *text, *at, *to;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	conf_print(f, c);
	fclose(f);
	for (at = to = text; *at;) {
		size_t line = strcspn(at, "\n") + 1;

		if (*at != '#') {
			memmove(to, at, line);
			to += line;
		}
		at += line;
	}
	*to = '\0';
	return text;
}

/* Every setting that is printed takes one of these as another value. */
START_TEST(every_setting_is_read)
{
	static const char *const values[] = { "7", "7s", "9M", "0604", "yes", "commit",
		"/some/where" };
	struct conf c, other;
	char section[32] = "", text[256], *all, *before, *line, *save = NULL;
	size_t n = 0;

	conf_defaults(&c);
	all = printed(&c);
	before = printed(&c);
	for (line = strtok_r(all, "\n", &save); line;
		line = strtok_r(NULL, "\n", &save)) {
		size_t name = strcspn(line, " "), i = 0;

		if (*line == '[') {
			snprintf(section, sizeof section, "%s", line);
			continue;
		}
		if (strcmp(section, "[s3]") == 0)
			continue;
		for (; i < sizeof values / sizeof *values; i++) {
			snprintf(text, sizeof text, "%s\n%.*s = %s\n", section, (int)name,
				line, values[i]);
			if (parse(&other, text) == 0) {
				char *now = printed(&other);

				ck_assert_msg(strcmp(now, before) != 0, "%s", text);
				free(now);
				break;
			}
		}
		ck_assert_msg(i < sizeof values / sizeof *values, "%s takes nothing: %s",
			line, told);
		n++;
	}
	ck_assert_uint_ge(n, 28);
	free(before);
	free(all);
}
END_TEST

START_TEST(numbers_have_limits)
{
	static const struct wrong rows[] = {
		{ "[server]\nlevel = 0\n", "2: level: '0' is not between 1 and 9\n" },
		{ "[server]\nlevel = 10\n", "2: level: '10' is not between 1 and 9\n" },
		{ "[server]\nconnections = 4294967297\n",
			"2: connections: '4294967297' is not between 1 and 1000000\n" },
		{ "[server]\nwindow = 8G\n",
			"2: window: '8G' is not between 64K and 1G\n" },
		{ "[server]\ncommit = 0\n",
			"2: commit: '0' is not between 1ms and 1m\n" },
		{ "[seal]\ninterval = 2d\n",
			"2: interval: '2d' is not between 1ms and 1d\n" },
	};

	assert_wrong(rows, sizeof rows / sizeof *rows);
}
END_TEST

START_TEST(what_counts_with_a_restart_stays)
{
	struct conf old, fresh;

	ck_assert_int_eq(parse(&old, "[server]\nsocket = /a\ngrace = 1m\n"), 0);
	ck_assert_int_eq(parse(&fresh, "[server]\nsocket = /b\ngrace = 2m\n"
				       "[directory]\nkeep-shipped = yes\nkeep-age = 1d\n"
				       "[seal]\nkey = /k\n[s3]\nbucket = b\n"),
		0);
	told[0] = '\0';
	conf_carry(&fresh, &old, bad, NULL);
	ck_assert_str_eq(told,
		"0: [server] socket: another value counts from the next start on\n"
		"0: [directory] keep-shipped: another value counts from the next start "
		"on\n"
		"0: [seal] key: another value counts from the next start on\n"
		"0: [s3]: recordings are shipped from the next start on\n");
	ck_assert_str_eq(fresh.socket.s, "/a");
	ck_assert_str_eq(fresh.key.s, "");
	ck_assert(!fresh.keep_shipped && !fresh.has_s3);
	ck_assert_int_eq(fresh.grace, 120 * NS_PER_S);
	ck_assert_int_eq(fresh.keep_age, 86400 * NS_PER_S);
	told[0] = '\0';
	conf_carry(&fresh, &old, bad, NULL);
	ck_assert_str_eq(told, "");
	conf_free(&fresh);
}
END_TEST

static char folder[256];

static void
put(const char *name, const char *text, mode_t mode)
{
	char path[300];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
	ck_assert_int_eq(chmod(path, mode), 0);
}

static void
make_folder(void)
{
	static const char *const variables[] = { "AWS_CA_BUNDLE",
		"AWS_SHARED_CREDENTIALS_FILE", "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID" };

	const char *tmp = getenv("TMPDIR");

	snprintf(folder, sizeof folder, "%s/auditrec-conf.XXXXXX",
		tmp && *tmp == '/' ? tmp : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
		unsetenv(variables[i]);
}

static void
remove_folder(void)
{
	static const char *const names[] = { "secret", "key", "key.pub", "recipients",
		"ca", "credentials" };
	char path[300];

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(path, sizeof path, "%s/%s", folder, names[i]);
		unlink(path);
	}
	rmdir(folder);
}

#define KEYS "[default]\naws_access_key_id = A\naws_secret_access_key = S\n"

/* Every file that is named is looked at, and told with the line that names it. */
START_TEST(files_that_are_named)
{
	char text[2048], want[64];
	struct conf c;
	struct err e;
	static const char *const names[] = { "secret", "key", "recipients", "cacert",
		"credentialsFile" };

	snprintf(text, sizeof text,
		"[server]\nsecret = %1$s/secret\n[directory]\npath = %1$s\n"
		"[seal]\nkey = %1$s/key\n[encryption]\nrecipients = %1$s/recipients\n"
		"[s3]\nbucket = b\ncacert = %1$s/ca\ncredentialsFile = "
		"%1$s/credentials\n",
		folder);
	ck_assert_int_eq(parse(&c, text), 0);
	/* a secret is made when it is missing */
	ck_assert_msg(conf_check_files(&c, bad, NULL) == 4, "%s", told);
	for (size_t i = 1; i < sizeof names / sizeof *names; i++) {
		snprintf(want, sizeof want,
			"%d: %s: ", (const int[]){ 2, 6, 8, 11, 12 }[i], names[i]);
		ck_assert_msg(strstr(told, want) != NULL, "no '%s' in %s", want, told);
	}
	snprintf(text, sizeof text, "%s/key", folder);
	ck_assert_int_eq(keyfile_make(text, &e), 0);
	put("secret", "", 0600);
	put("recipients", "auditrec-box-1 public AAAA\n", 0644);
	put("ca", "", 0644);
	put("credentials", KEYS, 0640);
	told[0] = '\0';
	ck_assert_int_eq(conf_check_files(&c, bad, NULL), 2);
	ck_assert_msg(
		strstr(told, "8: recipients: ") && strstr(told, "chmod 600"), "%s", told);
	put("credentials", KEYS, 0600);
	put("secret", "", 0644);
	snprintf(text, sizeof text, "%s/recipients", folder);
	unlink(text);
	c.recipients.s[0] = '\0';
	ck_assert_int_eq(chmod(folder, 0777), 0);
	told[0] = '\0';
	errno = ENOENT; /* of something else, long ago */
	ck_assert_int_eq(conf_check_files(&c, bad, NULL), 2);
	ck_assert_msg(
		strstr(told, "2: secret: ") && strstr(told, "4: path: "), "%s", told);
	conf_free(&c);
}
END_TEST

static TCase *
all(void)
{
	TCase *c = tcase_create("recd_conf");

	tcase_add_checked_fixture(c, make_folder, remove_folder);
	tcase_add_test(c, conf_values);
	tcase_add_test(c, conf_errors);
	tcase_add_test(c, conf_prints_itself);
	tcase_add_test(c, every_setting_is_read);
	tcase_add_test(c, numbers_have_limits);
	tcase_add_test(c, what_counts_with_a_restart_stays);
	tcase_add_test(c, files_that_are_named);
	return c;
}

UNIT_MAIN("recd_conf", all)
