/* SPDX-License-Identifier: ISC */
/* Shell marks: found wherever the output is cut, read as they are escaped, and made into
 * command lines; what cannot be trusted is told apart. */
#include "trace/shell.h"
#include "unit.h"

#include <stdio.h>

#define NONCE "cafe0123"

/* ---- the parser ---- */

static struct marks marks;

static const char *const kinds[] = { "none", "prompt", "typed", "line", "cwd", "start",
	"end" };

static void
add_span(char *out, const char *name, struct span s)
{
	if (s.p)
		sprintf(out + strlen(out), " %s=%.*s", name, (int)s.n, (const char *)s.p);
}

/* "kind[!] text=... cwd=... id=... status" of every mark, in one line. */
static void
tell_mark(char *out)
{
	const struct mark *m = &marks.mark;

	sprintf(out + strlen(out), "%s%s%s", *out ? "; " : "", kinds[m->kind],
		m->verified ? "!" : "");
	add_span(out, "text", m->text);
	add_span(out, "cwd", m->cwd);
	add_span(out, "id", m->id);
	if (m->status >= 0)
		sprintf(out + strlen(out), " %d", m->status);
	if (m->hidden)
		strcat(out, " hidden");
	if (m->cut)
		strcat(out, " cut");
}

/* What is found in TEXT, given in pieces of PIECE bytes. */
static const char *
found(const char *text, size_t piece)
{
	static char out[4096];
	size_t n = strlen(text);

	out[0] = 0;
	marks_init(&marks, NONCE);
	for (size_t at = 0; at < n;) {
		size_t left = n - at < piece ? n - at : piece, done = 0;

		while (done < left) {
			done += marks_next(
				&marks, span_of(text + at + done, left - done));
			if (marks.mark.kind != MARK_NONE)
				tell_mark(out);
		}
		at += left;
	}
	return out;
}

static const struct {
	const char *text, *want;
} samples[] = {
	{ "plain \033[1mtext\033]0;title\007", "" },
	{ "\033]133;A\007$ \033]133;B\007ls\r\n\033]133;C\007out\033]133;D;2\007",
		"prompt; typed; start; end 2" },
	{ "\033]133;A\033\\\033]133;D\033\\", "prompt; end" },
	{ "\033]133;A;k=s\007\033]133;A;cl=m;aid=7\007\033]133;P;k=i\007", "prompt" },
	{ "\033]133;D;0;auditrec=" NONCE "\007\033]133;D;1;err=x;auditrec=bad\007",
		"end! 0; end 1" },
	{ "\033]133;D;auditrec=" NONCE
	  "\007\033]133;D;-1\007\033]133;D;99999999999999999999\007",
		"end; end; end" },
	{ "\033]133;C;cmdline_url=a%3bb%20%25%zz%4\007", "start text=a;b %%zz%4" },
	{ "\033]133;C;auditrec=" NONCE
	  ";cwd_url=/a%20b;hidden=1;repeat=1;cut=1;cmdline_url=x\007",
		"start! text=x cwd=/a b hidden cut" },
	{ "\033]633;E;echo \\x3b \\\\x41 \\x0a;" NONCE
	  "\007\033]633;C\007\033]633;D;1\007",
		"line! text=echo ; \\x41 \n; start; end 1" },
	{ "\033]633;E;ls\007\033]633;E;ls;\007\033]633;E;ls;x;" NONCE "\007",
		"line text=ls; line text=ls; line text=ls" },
	{ "\033]633;P;Cwd=/x\\x3by\007\033]633;P;Cwd=/z;" NONCE
	  "\007\033]633;P;Other=1\007",
		"cwd cwd=/x;y; cwd! cwd=/z" },
	{ "\033]7;file://host/a%20b\007\033]7;kitty\007", "cwd cwd=/a b" },
	{ "\033]3008;start=q1;type=command;user=x;cwd=/u;cmdline=a\\x3bb\033\\",
		"start text=a;b cwd=/u id=q1" },
	{ "\033]3008;end=q1;exit=failure;status=3\033\\\033]3008;end=q2;exit="
	  "success\033\\",
		"end id=q1 3; end id=q2 0" },
	{ "\033]3008;end=q1;exit=interrupt;signal=SIGINT\033\\\033]3008;start=z;type="
	  "shell\033\\",
		"end id=q1 130" },
	{ "\033]3008;end=q1;auditrec=" NONCE "\033\\", "end! id=q1" },
	/* what is no mark */
	{ "\033]1337;A\007\033]13;A\007\033]1333;A\007\033]133A\007\033]633\007\033]133;"
	  "\007",
		"" },
	{ "\033]133;C\030\007\033]133;C\032\007\033]133;C\033[m\007", "" },
	{ "\033]133;\033]133;A\007", "prompt" },
	{ "\033\033]133;A\007\033]\033]133;B\007", "prompt; typed" },
	{ "\033]133;AA\007\033]633;E\007\033]3008;x=1\007", "line text=" },
};

START_TEST(marks_in_pieces)
{
	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
		for (size_t piece = 1; piece <= strlen(samples[i].text); piece++)
			ck_assert_msg(strcmp(found(samples[i].text, piece),
					      samples[i].want) == 0,
				"sample %zu in pieces of %zu: %s", i, piece,
				found(samples[i].text, piece));
}
END_TEST

START_TEST(marks_without_a_nonce)
{
	char body[] = "133;C;auditrec=";

	marks_init(&marks, "");
	marks_parse(&marks, span_str(body));
	ck_assert_int_eq(marks.mark.kind, MARK_START);
	ck_assert(!marks.mark.verified);
	marks_parse(&marks, SPAN_LIT("633;E;x;"));
	ck_assert(!marks.mark.verified);
}
END_TEST

START_TEST(marks_are_bounded)
{
	static char big[MARKS_GIVEUP * 2 + 100];
	int n = sprintf(big, "\033]133;C;cmdline_url=");

	memset(big + n, 'x', 20000);
	strcpy(big + n + 20000, "\007\033]133;A\007");
	marks_init(&marks, NONCE);
	n = (int)marks_next(&marks, span_str(big));
	ck_assert_int_eq(marks.mark.kind, MARK_START);
	ck_assert(marks.mark.cut);
	ck_assert_uint_eq(
		marks.mark.text.n, MARKS_BODY_MAX - strlen("133;C;cmdline_url="));
	marks_next(&marks, span_str(big + n));
	ck_assert_int_eq(marks.mark.kind, MARK_PROMPT);
	/* one that never ends swallows nothing for ever */
	memset(big, 'x', sizeof big);
	memcpy(big, "\033]133;C;", 8);
	marks_next(&marks, span_of(big, sizeof big));
	marks_next(&marks, SPAN_LIT("y\033]133;B\007"));
	ck_assert_int_eq(marks.mark.kind, MARK_TYPED);
}
END_TEST

/* ---- the line on the screen ---- */

static struct echo line;

static const char *
typed(const char *text)
{
	static struct buf b;

	buf_clear(&b);
	for (size_t piece = 1; piece < 4; piece++) {
		echo_start(&line);
		for (size_t i = 0; i < strlen(text); i += piece)
			echo_feed(&line, span_of(text + i, strnlen(text + i, piece)));
		buf_clear(&b);
		if (!echo_text(&line, &b))
			return "?";
	}
	return buf_cstr(&b);
}

START_TEST(echo_follows_an_editor)
{
	static const struct {
		const char *text, *want;
	} t[] = {
		{ "ls\r\n", "ls" },
		{ " ls -l\r\n\033[?2004l\r", " ls -l" },
		{ "lx\b \bs\r\n", "ls" },
		{ "lx\b\033[Ks\r\n", "ls" },
		{ "bc\b\b\033[1@a\r\n", "abc" },
		{ "abc\b\b\b\033[P\r\n", "bc" },
		{ "abc\033[3DX\033[2CY\r\n", "XbcY" },
		{ "ab\033[1;31mc\033[m\007\r\n", "abc" },
		{ "\033]133;B\007\033[?25lhi\033[?25h\r\n\033]133;C\033\\", "hi" },
		{ "\303\244\xe2\x82\xac\r\n", "\303\244\xe2\x82\xac" },
		{ "\r\n", "" },
		/* not certain */
		{ "ls", "?" },
		{ "lsx\b \b\r\n", "?" },
		{ "ls\rx\r\n", "?" },
		{ "for\r\n> do\r\n", "?" },
		{ "ls\n", "?" },
		{ "a\tb\r\n", "?" },
		{ "a\b\b\r\n", "?" },
		{ "\033[5Cx\r\n", "?" },
		{ "ab\033[A\r\n", "?" },
		{ "ab\033[2K\r\n", "?" },
		{ "ab\033[4hc\r\n", "?" },
		{ "\303\244\b\r\n", "\303\244" },
		{ "\xe2\x82\xac\b\r\n", "?" },
		{ "\377\r\n", "?" },
		{ "ab\303", "?" },
		{ "ab\033(0\r\n", "?" },
		{ "(reverse-i-search)`': \r$ ls\r\n", "?" },
	};

	for (size_t i = 0; i < sizeof t / sizeof *t; i++)
		ck_assert_msg(strcmp(typed(t[i].text), t[i].want) == 0, "line %zu: '%s'",
			i, typed(t[i].text));
}
END_TEST

START_TEST(echo_is_bounded)
{
	echo_start(&line);
	for (int i = 0; i < ECHO_MAX + 1; i++)
		echo_feed(&line, SPAN_LIT("x"));
	ck_assert(line.unsure);
	echo_start(&line);
	echo_feed(&line, SPAN_LIT("ab\b\b\033[9999@\r\n"));
	ck_assert(line.unsure);
}
END_TEST

/* ---- command lines ---- */

static struct shells shells;
static struct marks parser;
static char told[8192];
static int64_t now;

static void
tell_event(void *ctx, const struct trace_event *ev)
{
	const struct trace_command *c = &ev->u.command;
	bool end = ev->kind == TRACE_COMMAND_END;
	char *p = told + strlen(told);

	(void)ctx;
	if (sizeof told - strlen(told) < 200)
		return;
	if (ev->kind == TRACE_GAP) {
		sprintf(p, "gap %d;", (int)ev->u.gap.count);
		return;
	}
	p += sprintf(p, "%s%d%s", end ? "-" : "+", (int)c->id, c->verified ? "!" : "");
	if (!end && c->text.p)
		p += sprintf(p, "'%.*s'%s", (int)c->text.n, (const char *)c->text.p,
			strcmp(c->text_by, "screen") == 0 ? "s" : "");
	if (!end && !c->text.p)
		p += sprintf(p, "(%c)", c->missing[0]);
	if (!end && c->within)
		p += sprintf(p, "<%d", (int)c->within);
	if (end && c->status >= 0)
		p += sprintf(p, "=%d", c->status);
	strcpy(p, ";");
}

static struct trace_session session = { .pty = 0, .nonce = NONCE, .take = tell_event };

static void
start(void)
{
	told[0] = 0;
	now = NS_PER_S;
	shells_init(&shells, &session);
	marks_init(&parser, NONCE);
}

static void
show(const char *text)
{
	struct span out = span_str(text);

	while (out.n) {
		size_t n = marks_next(&parser, out);

		echo_feed(&shells.echo, span_of(out.p, n));
		if (parser.mark.kind != MARK_NONE)
			shells_take(&shells, &parser.mark, now);
		out = span_of(out.p + n, out.n - n);
	}
	now += 100 * NS_PER_MS;
}

static const char *
events_of(const char *text)
{
	start();
	show(text);
	shells_stop(&shells, now);
	return told;
}

#define O(body)  "\033]" body "\007"
#define V        ";auditrec=" NONCE
#define PROMPT   O("133;A") "$ " O("133;B")
#define PROMPT_V O("133;A" V) "$ " O("133;B" V)

START_TEST(shell_course)
{
	static const struct {
		const char *text, *want;
	} t[] = {
		{ PROMPT "ls\r\n" O("133;C") "x" O("133;D;1"), "+1'ls's;-1=1;" },
		{ PROMPT O("133;D;0") PROMPT, "" },
		{ PROMPT "ls\tx\r\n" O("133;C") PROMPT, "+1(t);-1;" },
		{ O("133;C;cmdline_url=a") O("133;C;cmdline_url=b"),
			"+1'a';-1;+2'b';-2;" },
		{ O("633;E;x y") O("633;C") O("633;D;0") O("633;C"),
			"+1'x y';-1=0;+2(t);-2;" },
		{ O("133;C;cmdline_url=" V) O("133;D;0" V), "+1!'';-1!=0;" },
		{ O("133;C" V ";cmdline_url=a") O("133;D;3") O("133;D;4" V),
			"+1!'a';-1!=4;" },
		{ O("633;E;ls;" NONCE) O("633;C") O("633;D;2"), "+1!'ls';-1=2;" },
		{ O("133;C" V ";cmdline_url=a") O("133;C;last=5" V ";cmdline_url=b"),
			"+1!'a';-1!=5;+2!'b';-2!;" },
		/* hidden from the history */
		{ PROMPT_V "ls\r\n" O("133;C" V ";hidden=1;repeat=1;cmdline_url=ls"),
			"+1!'ls';-1!;" },
		{ PROMPT_V " ls\r\n" O("133;C" V ";hidden=1;repeat=1;cmdline_url=ls"),
			"+1!' ls's;-1!;" },
		{ PROMPT_V "l\rls\r\n" O("133;C" V ";hidden=1;repeat=1;cmdline_url=ls"),
			"+1!(h);-1!;" },
		{ PROMPT_V "ls\r\n" O("133;C" V ";hidden=1;cmdline_url=ls"),
			"+1!'ls's;-1!;" },
		/* systemd: only its own end ends it */
		{ O("3008;start=a;type=command") O("3008;end=b;exit=success")
				O("3008;end=a;exit=failure;status=9"),
			"+1(t);-1=9;" },
	};

	for (size_t i = 0; i < sizeof t / sizeof *t; i++)
		ck_assert_msg(strcmp(events_of(t[i].text), t[i].want) == 0,
			"course %zu: %s", i, told);
}
END_TEST

/* A program prints marks while a verified shell runs it, and while that shell prompts. */
START_TEST(shell_and_liars)
{
	start();
	show(PROMPT_V);
	show(O("133;C;cmdline_url=rm") O("133;D;0"));
	ck_assert_str_eq(told, "");
	show("ls\r\n" O("133;A") "evil" O("133;B") "\r\n");
	show(O("133;C" V));
	ck_assert_str_eq(told, "+1!(t);"); /* the screen says more than one line now */
	show(O("133;C;cmdline_url=rm") O("133;D;0") O("133;A") O("133;D;7"));
	ck_assert_str_eq(told, "+1!(t);+2'rm'<1;-2=0;");
	show(O("133;D;4" V));
	ck_assert_str_eq(told, "+1!(t);+2'rm'<1;-2=0;-1!=4;");
	shells_stop(&shells, now);
}
END_TEST

/* Another integration of the same shell tells everything a second time. */
START_TEST(shell_told_twice)
{
	static const char twice[] = O("133;C" V ";cmdline_url=ls") O("633;E;ls;other")
		O("633;C") O("3008;start=a;type=command");

	start();
	show(PROMPT_V PROMPT);
	show(twice);
	show(O("133;D;0" V) O("133;D;0") O("3008;end=a"));
	shells_stop(&shells, now);
	ck_assert_str_eq(told, "+1!'ls';-1!=0;");
}
END_TEST

START_TEST(shell_flood_of_claims)
{
	start();
	for (int i = 0; i < 1000; i++) {
		show(O("133;C") O("133;D;0"));
		now -= 100 * NS_PER_MS;
	}
	ck_assert_uint_eq(shells.next_id, SHELL_CLAIMS_MAX + 1);
	told[0] = 0;
	now += NS_PER_S;
	show(O("133;C"));
	ck_assert_str_eq(told, "gap 900;+101(t);");
	show(O("133;C" V ";cmdline_url=a")); /* which has its own account */
	ck_assert_str_eq(told, "gap 900;+101(t);+102!'a';");
	shells_stop(&shells, now);
}
END_TEST

START_TEST(shell_counts_for_the_session)
{
	uint64_t before = session.commands;

	events_of(O("133;C;cmdline_url=a") O("133;D;0") O("133;C;cmdline_url=b"));
	ck_assert_uint_eq(session.commands - before, 2);
}
END_TEST

static TCase *
case_marks(void)
{
	TCase *t = tcase_create("marks");

	tcase_add_test(t, marks_in_pieces);
	tcase_add_test(t, marks_without_a_nonce);
	tcase_add_test(t, marks_are_bounded);
	return t;
}

static TCase *
case_echo(void)
{
	TCase *t = tcase_create("echo");

	tcase_add_test(t, echo_follows_an_editor);
	tcase_add_test(t, echo_is_bounded);
	return t;
}

static TCase *
case_shell(void)
{
	TCase *t = tcase_create("shell");

	tcase_add_test(t, shell_course);
	tcase_add_test(t, shell_and_liars);
	tcase_add_test(t, shell_told_twice);
	tcase_add_test(t, shell_flood_of_claims);
	tcase_add_test(t, shell_counts_for_the_session);
	return t;
}

UNIT_MAIN("marks", case_marks, case_echo, case_shell)
