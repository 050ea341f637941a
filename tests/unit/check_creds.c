/* SPDX-License-Identifier: ISC */
/* Keys from wherever they come, and when they are fetched again. */
#include "store/creds.h"

#include "tests/unit/fake_http.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOW       (1700000000 * NS_PER_S) /* 2023-11-14T22:13:20Z */
#define FILE_NAME "credentials.test"

static struct fake fake;
static struct s3_conf conf;
static struct creds *creds;
static struct creds_keys keys;
static struct err err;

static const struct fake_answer nothing[] = { { 0, 0, NULL, NULL } };

#define ROLE_KEYS(access, until)                          \
	"{\"Code\":\"Success\",\"AccessKeyId\":\"" access \
	"\",\"SecretAccessKey\":\"S\",\"Token\":\"T\",\"Expiration\":\"" until "\"}"

static void
begin(void)
{
	s3_conf_init(&conf);
	unsetenv("AWS_ACCESS_KEY_ID");
	unsetenv("AWS_SECRET_ACCESS_KEY");
	unsetenv("AWS_SESSION_TOKEN");
	setenv("HOME", "/nonexistent", 1);
}

static void
end(void)
{
	creds_free(creds);
	s3_conf_free(&conf);
	unlink(FILE_NAME);
}

static void
make(const struct fake_answer *answers)
{
	fake_init(&fake, answers);
	ck_assert_int_eq(creds_new(&creds, &conf, fake_port(&fake), &err), 0);
}

static void
set(const char *name, const char *value)
{
	ck_assert_msg(s3_conf_set(&conf, name, value, &err) == 0, "%s", err.text);
}

static void
put_file(const char *text, mode_t mode)
{
	FILE *f = fopen(FILE_NAME, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
	ck_assert_int_eq(chmod(FILE_NAME, mode), 0);
}

START_TEST(settings_first)
{
	setenv("AWS_ACCESS_KEY_ID", "E", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "ES", 1);
	set("accessKey", "A");
	set("secretKey", "AS");
	make(nothing);
	ck_assert_int_eq(creds_get(creds, NOW, &keys, &err), 0);
	ck_assert_str_eq(keys.access, "A");
	ck_assert_str_eq(keys.secret, "AS");
	ck_assert_str_eq(keys.token, "");
}
END_TEST

START_TEST(then_the_environment)
{
	setenv("AWS_ACCESS_KEY_ID", "E", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "ES", 1);
	setenv("AWS_SESSION_TOKEN", "ET", 1);
	make(nothing);
	ck_assert_int_eq(creds_get(creds, NOW, &keys, &err), 0);
	ck_assert_str_eq(keys.access, "E");
	ck_assert_str_eq(keys.token, "ET");
}
END_TEST

START_TEST(then_a_file)
{
	put_file(
		"# mine\n[other]\naws_access_key_id = O\naws_secret_access_key = OS\n"
		"[default]\naws_access_key_id=F\naws_secret_access_key=F/+S=\nregion=x\n",
		0600);
	set("credentialsFile", FILE_NAME);
	make(nothing);
	ck_assert_msg(creds_get(creds, NOW, &keys, &err) == 0, "%s", err.text);
	ck_assert_str_eq(keys.access, "F");
	ck_assert_str_eq(keys.secret, "F/+S=");
	creds_free(creds);
	set("profile", "other");
	make(nothing);
	ck_assert_int_eq(creds_get(creds, NOW, &keys, &err), 0);
	ck_assert_str_eq(keys.access, "O");
}
END_TEST

START_TEST(a_file_of_everybody)
{
	put_file("[default]\naws_access_key_id=F\naws_secret_access_key=S\n", 0640);
	set("credentialsFile", FILE_NAME);
	make(nothing);
	ck_assert_int_eq(creds_get(creds, NOW, &keys, &err), ERR_USAGE);
	ck_assert_msg(strstr(err.text, "chmod 600") != NULL, "%s", err.text);
	ck_assert_str_eq(keys.access, "");
}
END_TEST

START_TEST(a_file_that_is_named_is_meant)
{
	static const struct fake_answer a[] = { { 0, 200, "", "tok" },
		{ 0, 200, "", "role-1" },
		{ 0, 200, "", ROLE_KEYS("I", "2023-11-14T23:13:20Z") },
		{ 0, 0, NULL, NULL } };

	set("credentialsFile", FILE_NAME);
	make(a);
	ck_assert_int_eq(creds_get(creds, NOW, &keys, &err), ERR_USAGE);
	ck_assert_msg(strstr(err.text, FILE_NAME) != NULL, "%s", err.text);
	put_file("[default]\naws_access_key_id=F\n", 0600);
	creds_free(creds);
	make(a);
	ck_assert_int_eq(creds_get(creds, NOW, &keys, &err), ERR_USAGE);
	ck_assert_msg(strstr(err.text, FILE_NAME) != NULL, "%s", err.text);
	ck_assert_int_eq(fake.n, 0);
}
END_TEST

START_TEST(then_the_machine)
{
	static const struct fake_answer a[] = { { 0, 200, "", "tok\n" },
		{ 0, 200, "", "role-1\nrole-2\n" },
		{ 0, 200, "", ROLE_KEYS("I", "2023-11-14T23:13:20Z") },
		{ 0, 200, "", "tok2" }, { 0, 200, "", "role-1" },
		{ 0, 200, "", ROLE_KEYS("I2", "2023-11-15T05:00:00Z") },
		{ 0, 0, NULL, NULL } };

	make(a);
	ck_assert_msg(creds_get(creds, NOW, &keys, &err) == 0, "%s", err.text);
	ck_assert_str_eq(keys.access, "I");
	ck_assert_str_eq(keys.token, "T");
	ck_assert(fake_has(&fake, 0,
		"PUT http://169.254.169.254/latest/api/token\n"
		"X-aws-ec2-metadata-token-ttl-seconds: 21600\n"));
	ck_assert(fake_has(
		&fake, 1, "/security-credentials/\nX-aws-ec2-metadata-token: tok\n"));
	ck_assert(fake_has(&fake, 2, "/security-credentials/role-1\n"));
	/* the keys hold for an hour: nothing is asked until five minutes before */
	ck_assert_int_eq(creds_get(creds, NOW + 3299 * NS_PER_S, &keys, &err), 0);
	ck_assert_int_eq(fake.n, 3);
	ck_assert_int_eq(creds_get(creds, NOW + 3300 * NS_PER_S, &keys, &err), 0);
	ck_assert_int_eq(fake.n, 6);
	ck_assert_str_eq(keys.access, "I2");
}
END_TEST

/* Old keys do until they expire. */
START_TEST(a_machine_that_does_not_answer)
{
	static const struct fake_answer a[] = { { 0, 200, "", "tok" },
		{ 0, 200, "", "role" },
		{ 0, 200, "", ROLE_KEYS("I", "2023-11-14T23:13:20Z") },
		{ ERR_NET, 0, NULL, NULL }, { 0, 500, "", "" }, { 0, 0, NULL, NULL } };

	set("credentials", "instance");
	make(a);
	ck_assert_int_eq(creds_get(creds, NOW, &keys, &err), 0);
	ck_assert_int_eq(creds_get(creds, NOW + 3400 * NS_PER_S, &keys, &err), 0);
	ck_assert_str_eq(keys.access, "I");
	/* not again at once */
	ck_assert_int_eq(creds_get(creds, NOW + 3401 * NS_PER_S, &keys, &err), 0);
	ck_assert_int_eq(fake.n, 4);
	ck_assert_int_lt(creds_get(creds, NOW + 3700 * NS_PER_S, &keys, &err), 0);
	ck_assert_int_eq(fake.n, 5);
}
END_TEST

START_TEST(nonsense_of_a_machine)
{
	static const struct fake_answer bad[][4] = {
		{ { 0, 200, "", "a b" }, { 0, 0, NULL, NULL } },
		{ { 0, 200, "", "" }, { 0, 0, NULL, NULL } },
		{ { 0, 200, "", "t" }, { 0, 200, "", "../x?y" }, { 0, 0, NULL, NULL } },
		{ { 0, 200, "", "t" }, { 0, 404, "", "" }, { 0, 0, NULL, NULL } },
		{ { 0, 200, "", "t" }, { 0, 200, "", "r" }, { 0, 200, "", "{}" } },
		{ { 0, 200, "", "t" }, { 0, 200, "", "r" }, { 0, 200, "", "[" } },
	};

	set("credentials", "instance");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		make(bad[i]);
		ck_assert_int_lt(creds_get(creds, NOW, &keys, &err), 0);
		ck_assert_msg(err.text[0] != 0, "%zu", i);
		creds_free(creds);
		creds = NULL;
	}
}
END_TEST

START_TEST(refused_ones_are_looked_for_again)
{
	put_file("[default]\naws_access_key_id=F\naws_secret_access_key=S\n", 0600);
	set("credentialsFile", FILE_NAME);
	make(nothing);
	ck_assert_int_eq(creds_get(creds, NOW, &keys, &err), 0);
	put_file("[default]\naws_access_key_id=G\naws_secret_access_key=S\n", 0600);
	ck_assert_int_eq(creds_get(creds, NOW + 1, &keys, &err), 0);
	ck_assert_str_eq(keys.access, "F");
	creds_refused(creds, NOW + 2); /* just looked */
	ck_assert_int_eq(creds_get(creds, NOW + 2, &keys, &err), 0);
	ck_assert_str_eq(keys.access, "F");
	creds_refused(creds, NOW + 61 * NS_PER_S);
	ck_assert_int_eq(creds_get(creds, NOW + 61 * NS_PER_S, &keys, &err), 0);
	ck_assert_str_eq(keys.access, "G");
	put_file("[default]\naws_access_key_id=H\naws_secret_access_key=S\n", 0600);
	creds_again(creds); /* somebody says that there are others */
	ck_assert_int_eq(creds_get(creds, NOW + 62 * NS_PER_S, &keys, &err), 0);
	ck_assert_str_eq(keys.access, "H");
}
END_TEST

START_TEST(none_anywhere)
{
	static const struct fake_answer a[] = { { ERR_NET, 0, NULL, NULL },
		{ 0, 0, NULL, NULL } };

	make(a);
	ck_assert_int_eq(creds_get(creds, NOW, &keys, &err), ERR_USAGE);
	ck_assert_msg(strstr(err.text, "AWS_ACCESS_KEY_ID") != NULL, "%s", err.text);
	creds_free(creds);
	set("credentials", "none");
	make(nothing);
	ck_assert_int_eq(creds_get(creds, NOW, &keys, &err), 1);
}
END_TEST

static TCase *
all(void)
{
	TCase *t = tcase_create("creds");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, settings_first);
	tcase_add_test(t, then_the_environment);
	tcase_add_test(t, then_a_file);
	tcase_add_test(t, a_file_of_everybody);
	tcase_add_test(t, a_file_that_is_named_is_meant);
	tcase_add_test(t, then_the_machine);
	tcase_add_test(t, a_machine_that_does_not_answer);
	tcase_add_test(t, nonsense_of_a_machine);
	tcase_add_test(t, refused_ones_are_looked_for_again);
	tcase_add_test(t, none_anywhere);
	return t;
}

UNIT_MAIN("creds", all)
