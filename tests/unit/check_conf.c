/* SPDX-License-Identifier: ISC */
/* The files of the player: options and keys, what it remembers. */
#include "base/ini.h"
#include "play/conf.h"
#include "play/state.h"

#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

struct seen {
	char text[512];
	int bad;
};

static int
see_section(void *ctx, int line, const char *text, struct err *e)
{
	struct seen *s = ctx;

	(void)line;
	(void)e;
	snprintf(s->text, sizeof s->text, "[%s]", text);
	return 1;
}

static int
see_value(
	void *ctx, int line, const char *key, bool bang, const char *value, struct err *e)
{
	struct seen *s = ctx;
	size_t n = strlen(s->text);

	(void)line;
	(void)e;
	snprintf(s->text + n, sizeof s->text - n, "<%s%s|%s>", bang ? "BANG" : "", key,
		value);
	return 0;
}

static void
see_bad(void *ctx, int line, const char *key, const char *why)
{
	(void)line;
	(void)key;
	(void)why;
	((struct seen *)ctx)->bad++;
}

START_TEST(ini_takes_any_key)
{
	static const struct {
		const char *text, *seen;
	} cases[] = {
		{ "speed = 2", "<speed|2>" },
		{ "speed=2", "<speed|2>" },
		{ "  speed =\t2 \r\n", "<speed|2>" },
		{ "= = faster", "<=|faster>" },
		{ "C-= = faster", "<C-=|faster>" },
		{ "[ = back 5", "<[|back 5>" },
		{ "; = back 5", "<;|back 5>" },
		{ "! = back 5", "<!|back 5>" },
		{ "# no\n\n[keys.list]\n] = jump # there", "[keys.list]<]|jump>" },
		{ "k =", "<k|>" },
		{ "k = a=b #c", "<k|a=b #c>" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct seen s = { .bad = 0 };
		struct ini ini = { see_section, see_value, see_bad, &s, .any_key = true };

		ini_parse(&ini, cases[i].text, strlen(cases[i].text));
		ck_assert_str_eq(s.text, cases[i].seen);
		ck_assert_int_eq(s.bad, 0);
	}
}
END_TEST

START_TEST(ini_goes_on_behind_what_is_wrong)
{
	struct buf text = { 0 };
	struct seen s = { .bad = 0 };
	struct ini ini = { see_section, see_value, see_bad, &s, .any_key = true };

	buf_add_str(&text, "nothing\n=\n[x\n");
	for (int i = 0; i < 2 * INI_LINE_MAX; i++)
		buf_add_byte(&text, 'x');
	buf_add(&text, "\na\0b = c\n[y]\nk = v", 18);
	ini_parse(&ini, (const char *)text.p, text.n);
	ck_assert_int_eq(s.bad, 5);
	ck_assert_str_eq(s.text, "[y]<k|v>");
	buf_free(&text);
}
END_TEST

static struct conf_faults
read_text(struct conf *c, struct keymap *k, const char *text)
{
	struct conf_faults f = { 0 };

	conf_init(c);
	keymap_init(k);
	conf_read(c, k, "x.conf", span_str(text), &f);
	return f;
}

static const char *
bound(const struct keymap *k, enum keymap_mode mode, const char *key)
{
	const struct command *c = keymap_find(k, mode, keymap_key(key));

	return c ? command_name(c->id) : "none";
}

START_TEST(conf_file_sets_options_and_keys)
{
	struct conf c;
	struct keymap k;
	struct conf_faults f = read_text(&c, &k,
		"speed = 2\nidle-time-limit = 1.5\npaused = yes\n[keys]\nC-x = back 7\n"
		"q = none\n[keys.list]\nq = jump\nHash = help\n");

	ck_assert_int_eq(f.n, 0);
	ck_assert(c.speed == 2);
	ck_assert_int_eq(c.idle_limit_ns, 1500000000);
	ck_assert(c.paused);
	ck_assert_str_eq(bound(&k, KEYMAP_PLAY, "C-x"), "back");
	ck_assert_str_eq(bound(&k, KEYMAP_PLAY, "q"), "none");
	ck_assert_str_eq(bound(&k, KEYMAP_LIST, "q"), "jump");
	ck_assert_str_eq(bound(&k, KEYMAP_LIST, "Hash"), "help");
	ck_assert_str_eq(bound(&k, KEYMAP_HELP, "q"), "close");
}
END_TEST

START_TEST(conf_file_says_what_is_wrong_and_goes_on)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "sped = 2\nspeed = 4", "x.conf line 1: 'sped' is no option here" },
		{ "\nspeed = fast\nspeed = 4", "x.conf line 2: --speed: 'fast' is no" },
		{ "script = /etc/passwd\nspeed = 4", "'script' is no option here" },
		{ "config = y\nspeed = 4", "'config' is no option here" },
		{ "paused = maybe\nspeed = 4", "none of no, yes" },
		{ "speed = 4\n[keys]\nC-x = bak 7",
			"line 3: C-x: 'bak 7' is no command" },
		{ "speed = 4\n[keys]\nX-x = back 7", "line 3: X-x: 'X-x' is no key" },
		{ "speed = 4\n[keys]\nq = quit now", "quit takes no argument" },
		{ "speed = 4\n[kyes]\nq = quit", "there is no section [kyes]" },
		{ "speed = 4\n[keys.lost]\nq = quit", "there is no section [keys.lost]" },
		{ "speed = 4\nrubbish", "line 2: this is neither" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct conf c;
		struct keymap k;
		struct conf_faults f = read_text(&c, &k, cases[i].text);

		ck_assert_int_eq(f.n, 1);
		ck_assert_msg(strstr(f.first, cases[i].says) != NULL, "%s", f.first);
		ck_assert(c.speed == 4);
	}
}
END_TEST

/* With all its keys uncommented it binds what is bound anyway. */
START_TEST(conf_sample_is_what_is)
{
	struct buf sample = { 0 }, text = { 0 };
	struct conf_faults f = { 0 };
	struct keymap k, plain;
	struct conf c;
	const char *s;
	bool keys = false;

	ck_assert_int_eq(conf_sample(&sample), 0);
	for (s = buf_cstr(&sample); *s; s += strcspn(s, "\n") + 1) {
		keys |= *s == '[';
		if (keys && *s == '#')
			s++;
		buf_addf(&text, "%.*s\n", (int)strcspn(s, "\n"), s);
	}
	conf_init(&c);
	keymap_init(&plain);
	k = (struct keymap){ 0 };
	conf_read(&c, &k, "sample", buf_span(&text), &f);
	ck_assert_msg(f.n == 0, "%s", f.first);
	ck_assert_int_eq(k.n, plain.n);
	for (int i = 0; i < plain.n; i++) {
		const struct keymap_row *r = &plain.row[i];
		int j = 0;

		while (j < k.n && (k.row[j].mode != r->mode || k.row[j].key != r->key))
			j++;
		ck_assert_int_lt(j, k.n);
		ck_assert_int_eq(k.row[j].command.id, r->command.id);
		ck_assert_str_eq(k.row[j].command.arg, r->command.arg);
	}
	buf_free(&sample);
	buf_free(&text);
}
END_TEST

START_TEST(state_is_remembered)
{
	struct state s = { .list_width = 52, .sort = 3, .reverse = 1 }, t;
	struct buf text = { 0 };

	ck_assert_int_eq(state_print(&s, &text), 0);
	state_parse(&t, buf_span(&text));
	ck_assert_int_eq(t.list_width, 52);
	ck_assert_int_eq(t.sort, 3);
	ck_assert_int_eq(t.reverse, 1);
	state_parse(&t, SPAN_LIT("list-width = -3\nsort = 99999999999999999999\n\xff\n"
				 "list-width\nreverse = 1\n"));
	ck_assert_int_eq(t.list_width, 0);
	ck_assert_int_eq(t.sort, 0);
	ck_assert_int_eq(t.reverse, 1);
	buf_free(&text);
}
END_TEST

static TCase *
conf_case(void)
{
	TCase *t = tcase_create("conf");

	tcase_add_test(t, ini_takes_any_key);
	tcase_add_test(t, ini_goes_on_behind_what_is_wrong);
	tcase_add_test(t, conf_file_sets_options_and_keys);
	tcase_add_test(t, conf_file_says_what_is_wrong_and_goes_on);
	tcase_add_test(t, conf_sample_is_what_is);
	tcase_add_test(t, state_is_remembered);
	return t;
}

UNIT_MAIN("conf", conf_case)
