/* SPDX-License-Identifier: ISC */
/* The pure parts of auditrec: options, keys, masking of passwords, terminal modes. */
#include "rec/conf.h"
#include "rec/mask.h"
#include "rec/modes.h"
#include "unit.h"

#include <stdio.h>
#include <unistd.h>

/* ---- conf ---- */

static int
parse(struct conf *c, const char *words, struct err *e)
{
	static char copy[400], *argv[40];
	int n = 1;

	snprintf(copy, sizeof copy, "%s", words);
	argv[0] = (char *)"auditrec";
	for (char *w = strtok(copy, " "); w; w = strtok(NULL, " "))
		argv[n++] = w;
	argv[n] = NULL;
	conf_init(c);
	return conf_parse(c, n, argv, e);
}

START_TEST(conf_defaults)
{
	struct conf c;

	ck_assert_int_eq(parse(&c, "", NULL), CONF_RUN);
	ck_assert_int_eq(c.nout, 0);
	ck_assert_uint_eq(c.intercept, CONF_STDOUT | CONF_STDERR);
	ck_assert_int_eq(c.mode, FDIO_NEW);
	ck_assert_int_eq(c.on_error, ON_ERROR_STOP);
	ck_assert_ptr_null(c.argv[0]);
	ck_assert_uint_eq(c.keys.mark.n + c.keys.pause.n, 0);
}
END_TEST

START_TEST(conf_outputs)
{
	struct conf c;

	ck_assert_int_eq(
		parse(&c, "-o a.audit -o b.cast -o c -f asciicast-v3 ls -l", NULL), 0);
	ck_assert_int_eq(c.nout, 3);
	ck_assert_int_eq(c.out[0].format, TAPE_AUDIT_V2);
	ck_assert_int_eq(c.out[1].format, TAPE_CAST_V2);
	ck_assert_int_eq(c.out[2].format, TAPE_CAST_V3);
	ck_assert_str_eq(c.argv[1], "-l");
	ck_assert_int_eq(parse(&c, "-f audit-v1 -o a.cast", NULL), 0);
	ck_assert_int_eq(c.out[0].format, TAPE_AUDIT_V1);
	ck_assert_int_eq(parse(&c, "-f audit-v1 -o a -o b -f audit", NULL), 0);
	ck_assert_int_eq(c.out[0].format, TAPE_AUDIT_V1);
	ck_assert_int_eq(c.out[1].format, TAPE_AUDIT_V2);
}
END_TEST

START_TEST(conf_switches)
{
	struct conf c;
	char text[64];

	ck_assert_int_eq(
		parse(&c, "--intercept stdin,passwords --no-intercept stderr x", NULL),
		0);
	ck_assert_uint_eq(c.intercept, CONF_STDIN | CONF_STDOUT | CONF_PASSWORDS);
	conf_intercept_text(text, c.intercept);
	ck_assert_str_eq(text, "stdin,stdout,passwords");
	conf_intercept_text(text, 0);
	ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(conf_refuses)
{
	static const char *const bad[] = { "--intercept stdio", "--intercept stdin,",
		"-o", "-o a -o a", "--append", "--append --overwrite -o x",
		"--on-error panic", "--window-size 80", "--window-size 0x24",
		"--window-size 80x24x", "-f mp4", "-f asciicast-v1 -o x",
		"--pause-key ab", "--pause-key C-a --marker-key ^A",
		"--idle-time-limit -1", "-o -", "-o 1 -o 2 -o 3 -o 4 -o 5", "--quiet=yes",
		"--inter stdin --o x" };

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct err e = { .code = 0 };
		struct conf c;

		ck_assert_msg(parse(&c, bad[i], &e) == ERR_USAGE, "accepted: %s", bad[i]);
		ck_assert_msg(
			e.text[0] && !strchr(e.text, '\n'), "one line for: %s", bad[i]);
	}
}
END_TEST

START_TEST(conf_environment_list)
{
	ck_assert(conf_env_wanted("TERM,LC_*", "TERM=xterm"));
	ck_assert(conf_env_wanted("TERM,LC_*", "LC_ALL=C"));
	ck_assert(!conf_env_wanted("TERM,LC_*", "TERMINAL=x"));
	ck_assert(!conf_env_wanted("TERM,LC_*", "TER=x"));
	ck_assert(!conf_env_wanted("", "TERM=x"));
	ck_assert(conf_env_wanted("*", "ANY=x"));
}
END_TEST

/* The manual page has every option, with its letter and argument. */
START_TEST(conf_manual)
{
	const char *srcdir = getenv("srcdir");
	static char page[65536];
	char path[400], item[100];
	FILE *f;

	snprintf(path, sizeof path, "%s/docs/auditrec.1", srcdir ? srcdir : ".");
	f = fopen(path, "r");
	if (!f)
		return; /* not run from a build tree */
	page[fread(page, 1, sizeof page - 1, f)] = 0;
	fclose(f);
	for (const struct opt *o = conf_options; o->id; o++) {
		int n = snprintf(item, sizeof item, ".It Fl ");

		if (o->letter)
			n += snprintf(
				item + n, sizeof item - (size_t)n, "%c , Fl ", o->letter);
		n += snprintf(item + n, sizeof item - (size_t)n, "\\-%s%s", o->name,
			o->arg ? " Ar " : "\n");
		ck_assert_msg(strstr(page, item), "not in the manual: %s", item);
	}
}
END_TEST

static TCase *
case_conf(void)
{
	TCase *t = tcase_create("conf");

	tcase_add_test(t, conf_defaults);
	tcase_add_test(t, conf_outputs);
	tcase_add_test(t, conf_switches);
	tcase_add_test(t, conf_refuses);
	tcase_add_test(t, conf_environment_list);
	tcase_add_test(t, conf_manual);
	return t;
}

/* ---- keys ---- */

START_TEST(keys_spellings)
{
	static const struct {
		const char *text, *bytes;
	} good[] = { { "^\\", "\x1c" }, { "C-a", "\x01" }, { "^A", "\x01" },
		{ "^?", "\x7f" }, { "M-x", "\033x" }, { "F1", "\033OP" },
		{ "F12", "\033[24~" }, { "x", "x" }, { "\xc3\xa4", "\xc3\xa4" },
		{ "none", "" }, { "", "" }, { "^", "^" } };
	static const char *const bad[] = { "F0", "F13", "C-1", "xy", "F1x", "^\xc3",
		"\xc3" };
	struct key k;

	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		ck_assert_msg(
			keys_parse(&k, good[i].text, NULL) == 0, "%s", good[i].text);
		ck_assert_msg(k.n == strlen(good[i].bytes) &&
				      memcmp(k.byte, good[i].bytes, k.n) == 0,
			"bytes of %s", good[i].text);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_msg(keys_parse(&k, bad[i], NULL) == ERR_USAGE, "%s", bad[i]);
}
END_TEST

static struct keys
both_keys(void)
{
	struct keys k = { .pasting = false };

	keys_parse(&k.mark, "^]", NULL);
	keys_parse(&k.pause, "F5", NULL);
	return k;
}

START_TEST(keys_are_found)
{
	struct keys k = both_keys(), none = { .pasting = false };
	size_t before, n;

	ck_assert_int_eq(keys_find(&k,
				 SPAN_LIT("ab\x1d"
					  "c"),
				 &before, &n),
		KEYS_MARK);
	ck_assert_uint_eq(before, 2);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(
		keys_find(&k, SPAN_LIT("\033[15~\x1d"), &before, &n), KEYS_PAUSE);
	ck_assert_uint_eq(before, 0);
	ck_assert_uint_eq(n, 5);
	ck_assert_int_eq(keys_find(&k, SPAN_LIT("plain"), &before, &n), KEYS_NONE);
	ck_assert_uint_eq(before, 5);
	ck_assert_int_eq(keys_find(&none, SPAN_LIT("\x1d"), &before, &n), KEYS_NONE);
}
END_TEST

START_TEST(keys_in_pastes_are_bytes)
{
	struct keys k = both_keys();
	char big[KEYS_TYPED_MAX + 1];
	size_t before, n;

	memset(big, 0x1d, sizeof big);
	ck_assert_int_eq(keys_find(&k, span_of(big, sizeof big), &before, &n), KEYS_NONE);
	ck_assert_int_eq(
		keys_find(&k, span_of(big, KEYS_TYPED_MAX), &before, &n), KEYS_MARK);
	ck_assert_int_eq(
		keys_find(&k, SPAN_LIT("\033[200~a\x1d"), &before, &n), KEYS_NONE);
	ck_assert_int_eq(keys_find(&k, SPAN_LIT("\x1d"), &before, &n), KEYS_NONE);
	ck_assert_int_eq(keys_find(&k, SPAN_LIT("z\033[201~"), &before, &n), KEYS_NONE);
	ck_assert_int_eq(keys_find(&k, SPAN_LIT("\x1d"), &before, &n), KEYS_MARK);
}
END_TEST

static TCase *
case_keys(void)
{
	TCase *t = tcase_create("keys");

	tcase_add_test(t, keys_spellings);
	tcase_add_test(t, keys_are_found);
	tcase_add_test(t, keys_in_pastes_are_bytes);
	return t;
}

/* ---- mask ---- */

static bool
prompt(const char *text)
{
	struct mask m = { .n = 0 };

	mask_output(&m, span_str(text));
	return mask_is_prompt(&m);
}

START_TEST(mask_prompts)
{
	static const char *const yes[] = { "Password: ", "[sudo] password for bob: ",
		"bob@host's password: ", "Enter passphrase for key '/home/b/.ssh/id': ",
		"\033[1;31mPassword\033[0m: ", "x\r\nPasswort:", "Mot de passe\xc2\xa0: ",
		"Contrase\xc3\xb1"
		"a: ",
		"New password: ***", "PIN: ", "Verification code: ",
		"\033]0;title\007Password:", "\xe5\xaf\x86\xe7\xa0\x81\xef\xbc\x9a",
		"(current) UNIX password: ", "Passx\bword: ",
		"\320\237\320\260\321\200\320\276\320\273\321\214: ",
		"CONTRASE\303\221A:", "\305\236ifre: ", "Parola: ",
		"\353\271\204\353\260\200\353\262\210\355\230\270: ", "password=",
		"Password -> ", "Password: ______ |", "Password: [",
		"Password: \342\200\242\342\200\242", "50%\rPassword: ", "Password:\r\n",
		"\033]0;no end\r\nPassword: ", "\033Pno end\r\nPassword: ",
		"\033[12\r\nPassword: ", "\033X\030Password: ",
		"\033]0;t\033\\Password: " };
	static const char *const no[] = { "", "$ ", "Password: \r\n$ ",
		"password changed",
		"Opinion: ", "shipping: ", "password: wrong, try again",
		"Username: ", "\033]0;Password: \007$ ", "bob@token-ring ~> ",
		"Password: \r\nout\r\n", "spinner: ", "pinned: ", "x=" };

	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
		ck_assert_msg(prompt(yes[i]), "no prompt: %s", yes[i]);
	for (size_t i = 0; i < sizeof no / sizeof *no; i++)
		ck_assert_msg(!prompt(no[i]), "prompt: %s", no[i]);
}
END_TEST

START_TEST(mask_prompt_in_pieces)
{
	static const char text[] =
		"\033[1mSome text\r\n\033]2;t\033\\[sudo] password for bob: ";

	for (size_t cut = 0; cut < sizeof text; cut++) {
		struct mask m = { .n = 0 };

		mask_output(&m, span_of(text, cut));
		mask_output(&m, span_of(text + cut, sizeof text - 1 - cut));
		ck_assert_msg(mask_is_prompt(&m), "cut at %zu", cut);
	}
}
END_TEST

START_TEST(mask_window_rolls)
{
	struct mask m = { .n = 0 };
	char flood[9000];

	memset(flood, 'x', sizeof flood);
	mask_output(&m, span_of(flood, sizeof flood));
	for (int i = 0; i < 1000; i++)
		mask_output(&m, SPAN_LIT("y"));
	mask_output(&m, SPAN_LIT(" Pass"));
	mask_output(&m, SPAN_LIT("word: "));
	ck_assert(mask_is_prompt(&m));
	memcpy(flood + sizeof flood - 12, "\nPassword:  ", 12);
	m.n = 0;
	mask_output(&m, span_of(flood, sizeof flood));
	ck_assert(mask_is_prompt(&m));
}
END_TEST

START_TEST(mask_by_echo)
{
	struct mask m = { .n = 0 };
	const char *why = NULL;

	ck_assert_int_eq(mask_input(&m, SPAN_LIT("a"), false, &why), MASK_SHOW);
	ck_assert_int_eq(mask_input(&m, SPAN_LIT("s"), true, &why), MASK_TELL);
	ck_assert_str_eq(why, "echo");
	ck_assert_int_eq(mask_input(&m, SPAN_LIT("e"), true, &why), MASK_HIDE);
	ck_assert_int_eq(mask_input(&m, SPAN_LIT("\r"), true, &why), MASK_HIDE);
	ck_assert_int_eq(mask_input(&m, SPAN_LIT("t\r"), true, &why), MASK_TELL);
	ck_assert_int_eq(mask_input(&m, SPAN_LIT("l"), false, &why), MASK_SHOW);
}
END_TEST

/* Feedback between the keys (sudo's pwfeedback, a clock on the screen) ends nothing. */
START_TEST(mask_by_prompt_until_enter)
{
	struct mask m = { .n = 0 };
	const char *why = NULL;

	mask_output(&m, SPAN_LIT("Password: "));
	ck_assert_int_eq(mask_input(&m, SPAN_LIT("s"), false, &why), MASK_TELL);
	ck_assert_str_eq(why, "prompt");
	mask_output(&m, SPAN_LIT("*"));
	ck_assert_int_eq(mask_input(&m, SPAN_LIT("e"), false, &why), MASK_HIDE);
	mask_output(&m, SPAN_LIT("\r\n12:00\r\n"));
	ck_assert_int_eq(mask_input(&m, SPAN_LIT("c\r"), false, &why), MASK_HIDE);
	ck_assert_int_eq(mask_input(&m, SPAN_LIT("ls\r"), false, &why), MASK_SHOW);
}
END_TEST

/* A prompt that went away unanswered masks nothing. */
START_TEST(mask_prompt_gone)
{
	struct mask m = { .n = 0 };
	const char *why = NULL;

	mask_output(&m, SPAN_LIT("Password: "));
	mask_output(&m, SPAN_LIT("\r\ntimed out\r\n$ "));
	ck_assert_int_eq(mask_input(&m, SPAN_LIT("ls"), false, &why), MASK_SHOW);
	mask_output(&m, SPAN_LIT("\r\nPassword: "));
	ck_assert_int_eq(mask_input(&m, SPAN_LIT("x\003"), false, &why), MASK_TELL);
	ck_assert_int_eq(mask_input(&m, SPAN_LIT("ls"), false, &why), MASK_SHOW);
}
END_TEST

static TCase *
case_mask(void)
{
	TCase *t = tcase_create("mask");

	tcase_add_test(t, mask_prompts);
	tcase_add_test(t, mask_prompt_in_pieces);
	tcase_add_test(t, mask_window_rolls);
	tcase_add_test(t, mask_by_echo);
	tcase_add_test(t, mask_by_prompt_until_enter);
	tcase_add_test(t, mask_prompt_gone);
	return t;
}

/* ---- modes ---- */

static uint32_t
mode(const uint8_t *p, size_t n, uint8_t opcode)
{
	for (size_t i = 0; i + 5 <= n; i += 5)
		if (p[i] == opcode)
			return (uint32_t)p[i + 1] << 24 | (uint32_t)p[i + 2] << 16 |
			       (uint32_t)p[i + 3] << 8 | p[i + 4];
	return UINT32_MAX;
}

START_TEST(modes_of_rfc_4254)
{
	struct termios t = { .c_lflag = ECHO | ICANON, .c_iflag = ICRNL, .c_cflag = CS8 };
	uint8_t out[MODES_MAX];
	size_t n;

	t.c_cc[VINTR] = 3;
	t.c_cc[VEOL] = _POSIX_VDISABLE;
	cfsetispeed(&t, B9600);
	n = modes_encode(out, &t);
	ck_assert_uint_eq(n % 5, 1);
	ck_assert_uint_eq(out[n - 1], 0);
	ck_assert_uint_eq(mode(out, n, 1), 3);
	ck_assert_uint_eq(mode(out, n, 6), 255);
	ck_assert_uint_eq(mode(out, n, 36), 1);
	ck_assert_uint_eq(mode(out, n, 50), 0);
	ck_assert_uint_eq(mode(out, n, 51), 1);
	ck_assert_uint_eq(mode(out, n, 53), 1);
	ck_assert_uint_eq(mode(out, n, 90), 0);
	ck_assert_uint_eq(mode(out, n, 91), 1);
	ck_assert_uint_eq(mode(out, n, 128), 9600);
}
END_TEST

static TCase *
case_modes(void)
{
	TCase *t = tcase_create("modes");

	tcase_add_test(t, modes_of_rfc_4254);
	return t;
}

UNIT_MAIN("rec", case_conf, case_keys, case_mask, case_modes)
