/* SPDX-License-Identifier: ISC */
/* Publishing, without a network: where asciinema keeps its settings; every answer of a server;
 * which failures are tried again. */
#include "tests/unit/unit.h"

#include "log/account.h"
#include "log/deliver.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ID "0123abcd-0123-0123-0123-0123456789ab"

/* --- log/account --- */

static char home[64];

static void
put_file(const char *path, const char *text)
{
	char whole[200];
	FILE *f;

	snprintf(whole, sizeof whole, "%s/%s", home, path);
	for (char *p = strchr(whole + strlen(home) + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = 0;
		mkdir(whole, 0700);
		*p = '/';
	}
	f = fopen(whole, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static void
home_setup(void)
{
	static const char *const vars[] = { "ASCIINEMA_SERVER_URL", "ASCIINEMA_API_URL",
		"ASCIINEMA_INSTALL_ID", "ASCIINEMA_CONFIG_HOME", "ASCIINEMA_STATE_HOME",
		"XDG_CONFIG_HOME", "XDG_STATE_HOME" };

	strcpy(home, "check_publish.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(home));
	for (size_t i = 0; i < sizeof vars / sizeof *vars; i++)
		unsetenv(vars[i]);
	setenv("HOME", home, 1);
	setenv("USER", "joe", 1);
}

static void
home_teardown(void)
{
	char command[100];

	snprintf(command, sizeof command, "rm -rf '%s'", home);
	ck_assert_int_eq(system(command), 0);
}

static void
expect_server(const char *option, const char *server, bool chosen)
{
	struct account a;
	struct err e = { 0 };

	ck_assert_msg(account_server(&a, option, &e) == 0, "%s", e.text);
	ck_assert_str_eq(a.server, server);
	ck_assert_int_eq(a.chosen, chosen);
}

START_TEST(server_places_in_order)
{
	expect_server(NULL, ACCOUNT_PUBLIC, false);
	put_file(".asciinema/config", "[api]\nurl = https://one\n");
	expect_server(NULL, "https://one", true);
	put_file(".config/asciinema/config", "[api]\nurl = https://two:81/x\n");
	expect_server(NULL, "https://two:81", true);
	put_file(
		".config/asciinema/defaults.toml", "[server]\nurl = \"https://three\"\n");
	expect_server(NULL, "https://three", true);
	put_file(".config/asciinema/config.toml",
		"[session]\ncapture_input = true\nurl = \"https://no\"\n\n"
		"[server]\nurl = 'https://four' # mine\n[playback]\nurl = "
		"\"https://no\"\n");
	expect_server(NULL, "https://four", true);
	setenv("ASCIINEMA_API_URL", "https://five", 1);
	expect_server(NULL, "https://five", true);
	setenv("ASCIINEMA_SERVER_URL", "https://six", 1);
	expect_server(NULL, "https://six", true);
	expect_server("http://[::1]:4000/path?x#y", "http://[::1]:4000", true);
}
END_TEST

START_TEST(server_folders)
{
	char path[100];

	put_file(".config/asciinema/config.toml", "server.url = \"https://home\"\n");
	put_file("xdg/asciinema/config.toml", "[server]\nurl = \"https://xdg\"\n");
	put_file("own/config.toml", "[server]\nurl=\"https://own\"\n");
	expect_server(NULL, "https://home", true);
	snprintf(path, sizeof path, "%s/xdg", home);
	setenv("XDG_CONFIG_HOME", path, 1);
	expect_server(NULL, "https://xdg", true);
	snprintf(path, sizeof path, "%s/own", home);
	setenv("ASCIINEMA_CONFIG_HOME", path, 1);
	expect_server(NULL, "https://own", true);
}
END_TEST

/* What might name a server and cannot be read well must not lead to another one. */
START_TEST(server_unreadable)
{
	static const char *const texts[] = {
		"server = { url = \"https://a\" }\n",
		"[server] # mine\nurl = \"https://a\"\n",
		"[server]\nurl = \"a.example\"\n",
		"[server]\nurl = \"ftp://a\"\n",
		"[server]\nurl = \"https://\"\n",
		"[server]\nurl = \"https://u:p@a\"\n",
	};
	struct account a;
	struct err e;

	put_file(".config/asciinema/config.toml", texts[_i]);
	put_file(".config/asciinema/defaults.toml", "[server]\nurl = \"https://b\"\n");
	ck_assert_int_eq(account_server(&a, NULL, &e), ERR_USAGE);
	ck_assert_ptr_nonnull(strstr(e.text, "config.toml"));
	ck_assert_int_eq(account_server(&a, "https://c", &e), 0);
}
END_TEST

static void
expect_id(const char *id, const char *from)
{
	struct account a = { .chosen = true };
	struct err e = { 0 };

	ck_assert_msg(account_id(&a, false, &e) == 0, "%s", e.text);
	ck_assert_str_eq(a.id, id);
	ck_assert_ptr_nonnull(strstr(a.id_from, from));
}

START_TEST(id_places_in_order)
{
	struct account a = { .chosen = true };
	struct err e;

	ck_assert_int_eq(account_id(&a, false, &e), ERR_NOTFOUND);
	put_file(".config/asciinema/install-id", "  " ID "\n");
	expect_id(ID, ".config/asciinema/install-id");
	put_file(".local/state/asciinema/install-id",
		"ffffffff-ffff-ffff-ffff-ffffffffffff");
	expect_id("ffffffff-ffff-ffff-ffff-ffffffffffff", ".local/state/");
	setenv("ASCIINEMA_INSTALL_ID", ID, 1);
	expect_id(ID, "ASCIINEMA_INSTALL_ID");
}
END_TEST

START_TEST(id_is_made_once)
{
	struct account a = { .chosen = true }, b = { .chosen = true };
	struct err e;
	struct stat st;
	char path[200];

	ck_assert_int_eq(account_id(&a, true, &e), 0);
	ck_assert_uint_eq(strlen(a.id), ACCOUNT_ID_LEN);
	ck_assert_int_eq(a.id[14], '4');
	snprintf(path, sizeof path, "%s/.local/state/asciinema/install-id", home);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
	ck_assert_int_eq(st.st_size, ACCOUNT_ID_LEN);
	ck_assert_int_eq(account_id(&b, true, &e), 0);
	ck_assert_str_eq(a.id, b.id);
}
END_TEST

/* Refused, and not shown. */
START_TEST(id_is_none)
{
	static const char *const texts[] = { "", "secret",
		"0123ABCD-0123-0123-0123-0123456789AB", ID "0",
		"0123abcd-0123-0123-0123_0123456789ab",
		"0123abcd-0123-0123-0123-0123456789a" };
	struct account a = { .chosen = true };
	struct err e;

	put_file(".local/state/asciinema/install-id", texts[_i]);
	ck_assert_int_eq(account_id(&a, true, &e), ERR_USAGE);
	ck_assert_ptr_nonnull(strstr(e.text, "install-id"));
	ck_assert(!*texts[_i] || !strstr(e.text, texts[_i]));
}
END_TEST

START_TEST(user_names)
{
	ck_assert_str_eq(account_user(), "joe");
	setenv("USER", "a:b", 1);
	ck_assert_str_eq(account_user(), "");
	setenv("USER", "a\nb", 1);
	ck_assert_str_eq(account_user(), "");
	unsetenv("USER");
	ck_assert_str_eq(account_user(), "");
}
END_TEST

/* --- log/deliver --- */

/* What the network does at each try. */
static struct {
	int error; /* of http_do */
	uint64_t sent;
	int status;
	const char *body, *headers;
} plan[8];
static int tries;
static int64_t waited;

static int
plan_send(const struct http_request *r, struct http_answer *a, struct err *e)
{
	int i = tries++;

	ck_assert_str_eq(r->method, "POST");
	ck_assert_str_eq(r->url, "https://h:1/api/v1/recordings");
	ck_assert_str_eq(r->auth.password, ID);
	ck_assert_str_eq(r->parts[0].name, "file");
	*a = (struct http_answer){ .status = plan[i].status, .sent = plan[i].sent };
	if (plan[i].error)
		return err_set(e, plan[i].error, "the wire to " ID " broke");
	buf_add_str(&a->body, plan[i].body ? plan[i].body : "");
	buf_add_str(&a->headers, plan[i].headers ? plan[i].headers : "");
	return 0;
}

static void
plan_wait(void *ctx, const struct err *e, int64_t ns)
{
	(void)ctx;
	ck_assert_int_eq(e->code, ERR_NET);
	waited += ns;
}

/* Delivers by plan: the exit status; WHY and REPLY to be freed. */
static int
deliver_by_plan(struct castreply *reply, struct buf *why)
{
	static const struct account account = { .server = "https://h:1",
		.host = "h:1",
		.id = ID,
		.id_from = "/home/joe/install-id" };
	const struct deliver d = { .account = &account,
		.size = 1000,
		.title = "t",
		.wait = plan_wait,
		.send = plan_send };

	tries = 0;
	waited = 0;
	return deliver(&d, reply, why);
}

static void
expect_why(int status, int ntries, const char *says)
{
	struct castreply reply;
	struct buf why = { 0 };

	ck_assert_int_eq(deliver_by_plan(&reply, &why), status);
	ck_assert_int_eq(tries, ntries);
	ck_assert_msg(strstr(buf_cstr(&why), says) != NULL, "%s", buf_cstr(&why));
	ck_assert_ptr_null(strstr(buf_cstr(&why), ID));
	ck_assert_ptr_null(strpbrk(buf_cstr(&why), "%\n\033"));
	castreply_free(&reply);
	buf_free(&why);
}

START_TEST(published)
{
	struct castreply reply;
	struct buf why = { 0 };

	plan[0].status = 201;
	plan[0].body =
		"{\"url\":\"https://h/a/1\",\"message\":\"m\",\"visibility\":\"public\"}";
	ck_assert_int_eq(deliver_by_plan(&reply, &why), 0);
	ck_assert(span_is(buf_span(&reply.url), "https://h/a/1"));
	ck_assert(span_is(buf_span(&reply.message), "m"));
	ck_assert(span_is(buf_span(&reply.visibility), "public"));
	ck_assert_uint_eq(why.n, 0);
	castreply_free(&reply);
}
END_TEST

static int
min_of(int a, size_t b)
{
	return b < (size_t)a ? (int)b : a;
}

/* A page of HTML instead of JSON, but the headers tell. */
START_TEST(published_by_header)
{
	struct castreply reply;
	struct buf why = { 0 };

	plan[0].status = 201;
	plan[0].body = "<p>done";
	plan[0].headers = "HTTP/1.1 201 Created\r\nLocation: https://h/a/2\r\n";
	ck_assert_int_eq(deliver_by_plan(&reply, &why), 0);
	ck_assert(span_is(buf_span(&reply.url), "https://h/a/2"));
	ck_assert_uint_eq(why.n, 0);
	castreply_free(&reply);
}
END_TEST

/* Every row of the table of answers, and the classes behind it. */
START_TEST(each_answer)
{
	char body[200];

	for (const struct deliver_answer *a = deliver_answers; a->status; a++) {
		char says[40];

		ck_assert_ptr_eq(deliver_find(a->status, span_str(a->type)), a);
		snprintf(body, sizeof body,
			"{\"type\":\"%s\",\"message\":\"you \\u001b[1m %s\\nare\"}",
			a->type ? a->type : "x", ID);
		plan[0].status = a->status;
		plan[0].body = body;
		expect_why(1, 1, "; it says: you ^[[1m <install id>^Jare");
		/* its own sentence, as far as no place in it is filled in */
		snprintf(says, sizeof says, "h:1%.*s",
			min_of(30, strcspn(a->text + 2, "%")), a->text + 2);
		if (strncmp(a->text, "%H", 2) == 0)
			expect_why(1, 1, says);
	}
}
END_TEST

static const struct {
	int status;
	const char *body, *headers, *says;
} odd[] = {
	{ 302, "", "HTTP/1.1 302 Found\r\nLocation: https://new/\r\n",
		"has moved to https://new/" },
	{ 301, "", "", "has moved to : use" },
	{ 418, "tea", "", "refuses it with status 418" },
	{ 500, "<html>", "", "trouble of its own (status 500)" },
	{ 599, "{\"message\":\"boom\"}", "",
		"(status 599): try again later; it says: boom" },
	{ 201, "{}", "", "took it, but does not say where it is (status 201)" },
	{ 200, "", "", "took it, but does not say where it is (status 200)" },
	{ 201, "{\"url\":7}", "HTTP/1.1 201\r\nLocation: /a/1\r\n",
		"does not say where" },
	{ 101, "", "", "nobody understands (status 101)" },
	{ 422,
		"{\"type\":\"validation_failed\",\"details\":[{\"field\":\"a\","
		"\"message\":\"b\"},"
		"7,{\"field\":\"c\",\"message\":\"d\"}]}",
		"", "it says: a: b; : ; c: d" },
};

START_TEST(odd_answer)
{
	plan[0].status = odd[_i].status;
	plan[0].body = odd[_i].body;
	plan[0].headers = odd[_i].headers;
	expect_why(1, 1, odd[_i].says);
}
END_TEST

START_TEST(tried_again)
{
	struct castreply reply;
	struct buf why = { 0 };

	plan[0].error = plan[1].error = ERR_NET;
	plan[1].sent = 999;
	plan[2].status = 201;
	plan[2].body = "{\"url\":\"u\"}";
	ck_assert_int_eq(deliver_by_plan(&reply, &why), 0);
	ck_assert_int_eq(tries, 3);
	ck_assert_int_eq(waited, 3 * DELIVER_WAIT_NS);
	castreply_free(&reply);
}
END_TEST

START_TEST(tried_no_more)
{
	for (int i = 0; i < 8; i++)
		plan[i].error = ERR_NET;
	expect_why(1, DELIVER_TRIES, "after 4 tries, nothing was published");
	ck_assert_int_eq(waited, 7 * DELIVER_WAIT_NS);
}
END_TEST

/* It may be there already. */
START_TEST(not_tried_again)
{
	plan[0].error = ERR_NET;
	plan[0].sent = 1000;
	expect_why(1, 1, "look at https://h:1 before you try again");
}
END_TEST

START_TEST(other_errors_are_not_tried_again)
{
	plan[0].error = ERR_STATE;
	expect_why(1, 1, "<install id> broke");
	plan[0].error = ERR_USAGE;
	expect_why(2, 1, "<install id> broke");
}
END_TEST

static void
plan_setup(void)
{
	memset(plan, 0, sizeof plan);
	setenv("USER", "joe", 1);
}

static TCase *
case_account(void)
{
	TCase *t = tcase_create("account");

	tcase_add_checked_fixture(t, home_setup, home_teardown);
	tcase_add_test(t, server_places_in_order);
	tcase_add_test(t, server_folders);
	tcase_add_loop_test(t, server_unreadable, 0, 6);
	tcase_add_test(t, id_places_in_order);
	tcase_add_test(t, id_is_made_once);
	tcase_add_loop_test(t, id_is_none, 0, 6);
	tcase_add_test(t, user_names);
	return t;
}

static TCase *
case_deliver(void)
{
	TCase *t = tcase_create("deliver");

	tcase_add_checked_fixture(t, plan_setup, NULL);
	tcase_add_test(t, published);
	tcase_add_test(t, published_by_header);
	tcase_add_test(t, each_answer);
	tcase_add_loop_test(t, odd_answer, 0, (int)(sizeof odd / sizeof *odd));
	tcase_add_test(t, tried_again);
	tcase_add_test(t, tried_no_more);
	tcase_add_test(t, not_tried_again);
	tcase_add_test(t, other_errors_are_not_tried_again);
	return t;
}

UNIT_MAIN("publish", case_account, case_deliver)
