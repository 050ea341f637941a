/* SPDX-License-Identifier: ISC */
/* Keys, commands, the line editor, lists and the view: what needs no recording. */
#include "play/help.h"
#include "play/prompt.h"
#include "play/sidebar.h"
#include "play/view.h"

#include "tests/unit/unit.h"

START_TEST(keymap_key_names_go_both_ways)
{
	static const char *const names[] = { "a", "Z", "+", "-", "Space", "Tab", "C-c",
		"M-Left", "C-M-S-PgUp", "F1", "F12", "\xC3\xA4", "Esc", "Backspace",
		"M--" };
	char out[KEYMAP_KEY_MAX];

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		ck_assert_uint_ne(keymap_key(names[i]), K_NONE);
		ck_assert_str_eq(keymap_key_text(out, keymap_key(names[i])), names[i]);
	}
	ck_assert_uint_eq(keymap_key(""), K_NONE);
	ck_assert_uint_eq(keymap_key("Foo"), K_NONE);
	ck_assert_uint_eq(keymap_key("F13"), K_NONE);
	ck_assert_uint_eq(keymap_key("X-a"), K_NONE);
	ck_assert_uint_eq(keymap_key("C-"), K_NONE);
	ck_assert_uint_eq(keymap_key("\x01"), K_NONE);
}
END_TEST

static void
expect_command(const struct keymap *k, enum keymap_mode mode, const char *key,
	enum command_id id, const char *arg)
{
	const struct command *c = keymap_find(k, mode, keymap_key(key));

	ck_assert_msg(c != NULL, "%s is not bound", key);
	ck_assert_int_eq(c->id, id);
	ck_assert_str_eq(c->arg, arg);
}

START_TEST(keymap_has_the_promised_keys)
{
	struct keymap k;

	keymap_init(&k);
	expect_command(&k, KEYMAP_PLAY, "Space", CMD_PAUSE, "");
	expect_command(&k, KEYMAP_PLAY, "Left", CMD_BACK, "5");
	expect_command(&k, KEYMAP_PLAY, "Right", CMD_FORWARD, "5");
	expect_command(&k, KEYMAP_PLAY, "PgUp", CMD_BACK, "60");
	expect_command(&k, KEYMAP_PLAY, "PgDn", CMD_FORWARD, "60");
	expect_command(&k, KEYMAP_PLAY, "7", CMD_TENTH, "7");
	expect_command(&k, KEYMAP_PLAY, "Home", CMD_START, "");
	expect_command(&k, KEYMAP_PLAY, "End", CMD_END, "");
	expect_command(&k, KEYMAP_PLAY, ",", CMD_FRAME_BACK, "");
	expect_command(&k, KEYMAP_PLAY, ".", CMD_FRAME, "");
	expect_command(&k, KEYMAP_PLAY, "+", CMD_FASTER, "");
	expect_command(&k, KEYMAP_PLAY, "-", CMD_SLOWER, "");
	expect_command(&k, KEYMAP_PLAY, "g", CMD_GOTO, "");
	expect_command(&k, KEYMAP_PLAY, "/", CMD_FIND, "");
	expect_command(&k, KEYMAP_PLAY, "n", CMD_FIND_NEXT, "");
	expect_command(&k, KEYMAP_PLAY, "N", CMD_FIND_PREVIOUS, "");
	expect_command(&k, KEYMAP_PLAY, "Tab", CMD_SIDEBAR, "");
	expect_command(&k, KEYMAP_PLAY, "h", CMD_HELP, "");
	expect_command(&k, KEYMAP_PLAY, "q", CMD_QUIT, "");
	/* modes: the list has its own arrows and leaves the rest to the player */
	expect_command(&k, KEYMAP_LIST, "Up", CMD_SELECT, "up");
	expect_command(&k, KEYMAP_LIST, "Left", CMD_BACK, "5");
	expect_command(&k, KEYMAP_LIST, "q", CMD_QUIT, "");
	expect_command(&k, KEYMAP_HELP, "q", CMD_CLOSE, "");
	ck_assert_ptr_null(keymap_find(&k, KEYMAP_PLAY, keymap_key("C-x")));
}
END_TEST

START_TEST(keymap_binds_and_refuses)
{
	struct keymap k;
	struct err e;
	int n;

	keymap_init(&k);
	n = k.n;
	ck_assert_int_eq(keymap_bind(&k, KEYMAP_PLAY, "Left", "back 10", &e), 0);
	ck_assert_int_eq(k.n, n);
	expect_command(&k, KEYMAP_PLAY, "Left", CMD_BACK, "10");
	ck_assert_int_eq(keymap_bind(&k, KEYMAP_PLAY, "C-x", "quit", &e), 0);
	expect_command(&k, KEYMAP_LIST, "C-x", CMD_QUIT, "");
	ck_assert_int_eq(keymap_bind(&k, KEYMAP_PLAY, "Blah", "quit", &e), ERR_USAGE);
	ck_assert_int_eq(keymap_bind(&k, KEYMAP_PLAY, "a", "quit now", &e), ERR_USAGE);
	ck_assert_int_eq(keymap_bind(&k, KEYMAP_PLAY, "a", "back", &e), ERR_USAGE);
	ck_assert_int_eq(keymap_bind(&k, KEYMAP_PLAY, "a", "back far", &e), ERR_USAGE);
	ck_assert_int_eq(keymap_bind(&k, KEYMAP_PLAY, "a", "nothing", &e), ERR_USAGE);
	ck_assert_int_eq(keymap_bind(&k, KEYMAP_PLAY, "a",
				 "seek 1234567890123456789012345678901234567890", &e),
		ERR_USAGE);
	for (const char *const *c = (const char *const[]){ "back nan", "speed inf",
		     "pan sideways", "select", "cursor nowhere", "mark nothing",
		     "sort size", "width 3", "seek soon", "seek +soon", NULL };
		*c; c++)
		ck_assert_int_eq(keymap_bind(&k, KEYMAP_PLAY, "a", *c, &e), ERR_USAGE);
	keymap_bind(&k, KEYMAP_PLAY, "a", "pan sideways", &e);
	ck_assert_str_eq(e.text, "pan: 'sideways' is none of left, right, up, down");
	ck_assert_int_eq(k.n, n + 1);
	for (uint32_t ch = 0x4E00; k.n < KEYMAP_MAX; ch++) {
		char key[KEYMAP_KEY_MAX];

		ck_assert_int_eq(keymap_bind(&k, KEYMAP_PLAY, keymap_key_text(key, ch),
					 "quit", &e),
			0);
	}
	ck_assert_int_eq(keymap_bind(&k, KEYMAP_PLAY, "a", "quit", &e), ERR_LIMIT);
}
END_TEST

static bool
has_key(const char *keys, const char *key)
{
	size_t n = strlen(key);

	for (const char *s = keys; (s = strstr(s, key)); s++)
		if ((s == keys || s[-1] == ' ') &&
			(!s[n] || strncmp(s + n, ", ", 2) == 0))
			return true;
	return false;
}

/* Every key stands exactly once below the title of its mode. */
START_TEST(keymap_help_is_complete)
{
	static struct help h;
	struct keymap k;
	int rows = 0, commas = 0;
	char text[KEYMAP_KEY_MAX];

	keymap_init(&k);
	help_make(&h, &k, KEYMAP_PLAY);
	ck_assert(h.row[0].title);
	ck_assert_str_eq(h.row[0].text, "Playing");
	ck_assert_str_eq(h.row[1].keys, "Space, p");
	ck_assert_str_eq(h.row[1].text, "pause, or go on");
	for (int i = 0; i < h.n; i++) {
		ck_assert_uint_gt(strlen(h.row[i].text), 3);
		ck_assert_uint_lt(strlen(h.row[i].keys), HELP_KEYS_MAX - 1);
		if (h.row[i].title)
			continue;
		rows++;
		if (strcmp(h.row[i].keys, "0-9") == 0)
			commas += 9;
		for (const char *s = h.row[i].keys; (s = strstr(s, ", ")); s += 2)
			commas++;
	}
	ck_assert_int_eq(rows + commas, k.n);
	for (int j = 0; j < k.n; j++) {
		bool found = k.row[j].key >= '0' && k.row[j].key <= '9';

		keymap_key_text(text, k.row[j].key);
		for (int i = 0; i < h.n; i++)
			found |= has_key(h.row[i].keys, text);
		ck_assert_msg(found, "%s is missing", text);
	}
}
END_TEST

/* "none" hides what the modes above would do; taken away, it is asked again. */
START_TEST(keymap_none_takes_a_key_away)
{
	struct keymap k;
	struct err e;

	keymap_init(&k);
	ck_assert_int_eq(keymap_bind(&k, KEYMAP_LIST, "Space", "none", &e), 0);
	ck_assert_ptr_null(keymap_find(&k, KEYMAP_LIST, K_SPACE));
	expect_command(&k, KEYMAP_PLAY, "Space", CMD_PAUSE, "");
	expect_command(&k, KEYMAP_DETAIL, "Up", CMD_SELECT, "up");
	ck_assert_int_eq(keymap_bind(&k, KEYMAP_LIST, "Space", "back 9", &e), 0);
	expect_command(&k, KEYMAP_LIST, "Space", CMD_BACK, "9");
}
END_TEST

static enum prompt_result
type(struct prompt *p, const char *keys)
{
	enum prompt_result r = PROMPT_IGNORED;

	for (; *keys; keys++)
		r = prompt_key(p, (uint8_t)*keys);
	return r;
}

START_TEST(prompt_edits)
{
	struct prompt p = { 0 };

	prompt_start(&p);
	type(&p, "helo world");
	for (int i = 0; i < 7; i++)
		prompt_key(&p, K_LEFT);
	type(&p, "l");
	ck_assert_str_eq(p.text, "hello world");
	prompt_key(&p, 'w' | K_CTRL);
	ck_assert_str_eq(p.text, "o world");
	prompt_key(&p, K_END);
	prompt_key(&p, 'w' | K_CTRL);
	ck_assert_str_eq(p.text, "o ");
	prompt_key(&p, 0xE4); /* two bytes, one character */
	prompt_key(&p, 0x1F600);
	ck_assert_str_eq(p.text, "o \xC3\xA4\xF0\x9F\x98\x80");
	ck_assert_int_eq(prompt_cursor_chars(&p), 4);
	prompt_key(&p, K_BACKSPACE);
	ck_assert_str_eq(p.text, "o \xC3\xA4");
	prompt_key(&p, K_LEFT);
	prompt_key(&p, K_DELETE);
	ck_assert_str_eq(p.text, "o ");
	prompt_key(&p, K_HOME);
	prompt_key(&p, 'k' | K_CTRL);
	ck_assert_str_eq(p.text, "");
	ck_assert_int_eq(prompt_key(&p, K_DELETE), PROMPT_EDITED);
	ck_assert_int_eq(prompt_key(&p, K_BACKSPACE), PROMPT_LEFT);
	ck_assert_int_eq(prompt_key(&p, K_PGUP), PROMPT_IGNORED);
	ck_assert_int_eq(prompt_key(&p, 'x' | K_ALT), PROMPT_IGNORED);
}
END_TEST

START_TEST(prompt_has_a_limit)
{
	struct prompt p = { 0 };

	prompt_start(&p);
	for (int i = 0; i < 3 * PROMPT_MAX; i++)
		prompt_key(&p, 0x20AC);
	ck_assert_int_lt(p.n, PROMPT_MAX);
	ck_assert_uint_eq(strlen(p.text), (size_t)p.n);
	ck_assert_int_eq(p.n % 3, 0);
}
END_TEST

START_TEST(prompt_remembers)
{
	struct prompt p = { 0 };

	for (int i = 0; i < 40; i++) {
		prompt_start(&p);
		prompt_key(&p, (uint32_t)('A' + i % 26));
		ck_assert_int_eq(prompt_key(&p, K_ENTER), PROMPT_ENTERED);
	}
	ck_assert_int_eq(p.nhistory, PROMPT_HISTORY);
	prompt_start(&p);
	type(&p, "draft");
	prompt_key(&p, K_UP);
	ck_assert_str_eq(p.text, "N"); /* 39 % 26 */
	prompt_key(&p, K_UP);
	ck_assert_str_eq(p.text, "M");
	prompt_key(&p, K_DOWN);
	prompt_key(&p, K_DOWN);
	ck_assert_str_eq(p.text, "draft");
	ck_assert_int_eq(prompt_key(&p, K_DOWN), PROMPT_IGNORED);
	for (int i = 0; i < 40; i++)
		prompt_key(&p, K_UP);
	ck_assert_int_eq(p.back, PROMPT_HISTORY);
	ck_assert_int_eq(prompt_key(&p, K_ESC), PROMPT_LEFT);
}
END_TEST

START_TEST(sidebar_follows_until_moved)
{
	struct sidebar s = { 0 };

	sidebar_show(&s, true);
	sidebar_place(&s, 5, 20, SIZE_MAX);
	ck_assert_uint_eq(s.selected, 0);
	sidebar_place(&s, 5, 20, 9);
	ck_assert_uint_eq(s.selected, 9);
	ck_assert_uint_eq(s.top, 5);
	ck_assert(sidebar_select(&s, "up", 20));
	sidebar_place(&s, 5, 20, 15);
	ck_assert_uint_eq(s.selected, 8);
	ck_assert(sidebar_select(&s, "page-down", 20));
	ck_assert_uint_eq(s.selected, 12);
	ck_assert(sidebar_select(&s, "last", 20));
	ck_assert(sidebar_select(&s, "down", 20));
	ck_assert_uint_eq(s.selected, 19);
	ck_assert(sidebar_select(&s, "first", 20));
	ck_assert(sidebar_select(&s, "page-up", 20));
	ck_assert_uint_eq(s.selected, 0);
	ck_assert(!sidebar_select(&s, "sideways", 20));
	sidebar_place(&s, 0, 0, SIZE_MAX); /* nothing at all */
	ck_assert_uint_eq(s.top, 0);
	ck_assert(sidebar_select(&s, "page-down", 0));
	ck_assert_uint_eq(s.selected, 0);
}
END_TEST

START_TEST(view_centres_what_is_small)
{
	struct view v;

	view_init(&v);
	view_place(&v, (struct view_rect){ 0, 0, 30, 100 }, 24, 80, 0, 0);
	ck_assert_int_eq(v.shown.row, 3);
	ck_assert_int_eq(v.shown.col, 10);
	ck_assert_int_eq(v.frame.row, 2);
	ck_assert_int_eq(v.frame.cols, 82);
	ck_assert(!view_is_part(&v, 24, 80));
}
END_TEST

START_TEST(view_follows_the_cursor_in_what_is_large)
{
	struct view v;
	struct view_rect area = { 0, 0, 10, 40 };

	view_init(&v);
	view_place(&v, area, 24, 80, 0, 0);
	ck_assert_int_eq(v.top, 0);
	view_place(&v, area, 24, 80, 20, 60);
	ck_assert_int_eq(v.top, 20 - 7); /* two rows stay below */
	ck_assert_int_eq(v.left, 60 - 37);
	view_place(&v, area, 24, 80, 23, 79);
	ck_assert_int_eq(v.top, 14);
	ck_assert_int_eq(v.left, 40);
	view_place(&v, area, 24, 80, -1, -1); /* no cursor: stays */
	ck_assert_int_eq(v.top, 14);
	view_pan(&v, -4, -100);
	view_place(&v, area, 24, 80, 23, 79);
	ck_assert_int_eq(v.top, 10);
	ck_assert_int_eq(v.left, 0);
	view_pan(&v, 1000, 1000);
	view_place(&v, area, 24, 80, 0, 0);
	ck_assert_int_eq(v.top, 14);
	ck_assert_int_eq(v.left, 40);
	view_place(&v, area, 5, 20, 0, 0); /* the recording shrinks */
	ck_assert_int_eq(v.top, 0);
	ck_assert_int_eq(v.shown.row, 2);
}
END_TEST

static TCase *
case_keys(void)
{
	TCase *t = tcase_create("keys");

	tcase_add_test(t, keymap_key_names_go_both_ways);
	tcase_add_test(t, keymap_has_the_promised_keys);
	tcase_add_test(t, keymap_binds_and_refuses);
	tcase_add_test(t, keymap_help_is_complete);
	tcase_add_test(t, keymap_none_takes_a_key_away);
	return t;
}

static TCase *
case_models(void)
{
	TCase *t = tcase_create("models");

	tcase_add_test(t, prompt_edits);
	tcase_add_test(t, prompt_has_a_limit);
	tcase_add_test(t, prompt_remembers);
	tcase_add_test(t, sidebar_follows_until_moved);
	tcase_add_test(t, view_centres_what_is_small);
	tcase_add_test(t, view_follows_the_cursor_in_what_is_large);
	return t;
}

UNIT_MAIN("keymap", case_keys, case_models)
