/* SPDX-License-Identifier: ISC */
/* How auditrec was called: by hand or as a login shell, and as which one. */
#include "rec/login.h"
#include "unit.h"

#include <stdio.h>

START_TEST(forms_of_login)
{
	static const struct {
		const char *words[6];
		const char *passwd_shell, *told;
	} table[] = {
		{ { "auditrec" }, "/bin/sh", "by hand" },
		{ { "auditrec", "-c", "x" }, "/bin/sh", "by hand" },
		{ { "auditrec", "-o", "f", "ls", "-l" }, "/bin/sh", "by hand" },
		{ { "auditrec", "-o", "-l" }, "/bin/sh", "by hand" },
		{ { "auditrec", "--", "-l" }, "/bin/sh", "by hand" },
		{ { "auditrec" }, "/proc/self/exe", "shell" },
		{ { "auditrec", "-c", "x y" }, "/proc/self/exe", "shell -c <x y>" },
		{ { "auditrec", "-o", "f" }, "/proc/self/exe", "by hand" },
		{ { "auditrec", "ls" }, "/proc/self/exe", "by hand" },
		{ { "-auditrec" }, "/bin/sh", "dash" },
		{ { "-auditrec", "-c", "x" }, "/bin/sh", "dash -c <x>" },
		{ { "-auditrec", "-lc", "x" }, "/bin/sh", "dash -c <x>" },
		{ { "-auditrec", "--norc", "-i", "-c", "x" }, "", "dash -c <x>" },
		{ { "-auditrec", "script", "-c", "x" }, "", "dash" },
		{ { "-auditrec", "-c" }, "", "dash" },
		{ { "-x" }, "", "dash" },
		{ { "/usr/bin/auditrec-zsh", "-c", "x" }, "", "shell zsh -c <x>" },
		{ { "-auditrec-zsh" }, "", "dash zsh" },
		{ { "auditrec-" }, "", "by hand" },
		{ { "auditrec", "-l" }, "", "dash options" },
		{ { "auditrec", "-qlc", "x" }, "", "dash options" },
		{ { "auditrec", "--login", "-o", "f" }, "", "dash options" },
	};
	struct login l;
	char told[200];

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		int n = 0;

		while (n < 6 && table[i].words[n])
			n++;
		login_find(&l, n, (char **)table[i].words, table[i].passwd_shell);
		n = snprintf(told, sizeof told, "%s",
			!l.on    ? "by hand"
			: l.dash ? "dash"
				 : "shell");
		if (l.on && l.link)
			n += snprintf(told + n, sizeof told - (size_t)n, " %s", l.link);
		if (l.options)
			n += snprintf(told + n, sizeof told - (size_t)n, " options");
		if (l.on && l.command)
			snprintf(
				told + n, sizeof told - (size_t)n, " -c <%s>", l.command);
		ck_assert_msg(strcmp(told, table[i].told) == 0, "row %zu: %s", i, told);
	}
}
END_TEST

static TCase *
login_case(void)
{
	TCase *t = tcase_create("login");

	tcase_add_test(t, forms_of_login);
	return t;
}

UNIT_MAIN("login", login_case)
